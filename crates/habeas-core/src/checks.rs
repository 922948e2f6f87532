//! Checks of what sources state: parts against wholes, stock and flow, series, trends, percentages, dates. A finding names
//! the assertions, what was expected and what was found; it changes nothing, and a person can answer it.

mod arithmetic;
mod calendar;

pub use arithmetic::{ratio, stock, sum_against, trend};

use crate::vocabulary::vocabulary;
use crate::{
    Assertion, AssertionId, Bounds, Content, CountRelation, CountValue, Entity, Flow, Matter, Measure, OriginOf,
    PartialDate, Ties, Topic, Truth, YearOf,
};
use std::collections::{BTreeMap, HashMap};

vocabulary!(
    /// What is checked.
    Rule {
        /// Parts against their whole.
        Parts = "parts",
        /// Received less disposed is pending; disposed is traced and deleted; disposed is no more than received.
        Stock = "stock",
        /// A stock less the one before is the flow between.
        Flow = "flow",
        /// A total of one speaker never falls.
        Cumulative = "cumulative",
        /// «Increased every year» against the figures.
        Trend = "trend",
        /// A percentage or change, recomputed.
        Compare = "compare",
        /// Figures of different units, or under different definitions.
        Definition = "definition",
        /// Dates that cannot be: an event after it was told, a death before a birth.
        Calendar = "calendar",
    }
);
vocabulary!(
    /// What might explain a failed check.
    Hint {
        /// The figure received is that of the month before.
        ReceivedIsOlder = "received-is-older",
        /// The figure disposed is that of the month before.
        DisposedIsOlder = "disposed-is-older",
        /// The total may have been taken for the subgroup.
        TotalTakenForSubgroup = "total-taken-for-subgroup",
        /// The date may be that of another act.
        DateOfAnotherAct = "date-of-another-act",
        /// The day is not the weekday that the words name.
        WrongWeekday = "wrong-weekday",
        /// The text tells of days after it was first published: it has been revised since.
        RevisedSince = "revised-since",
        /// Nothing known explains it.
        Unexplained = "unexplained",
    }
);

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It fails by so many.
    FailsBy(i64),
    /// What is known allows both.
    CannotTell,
}

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was checked.
    pub rule: Rule,
    /// The assertions, the one that is checked first.
    pub assertions: Vec<AssertionId>,
    /// What the others make of it.
    pub expected: Option<Bounds>,
    /// What it says.
    pub found: Option<Bounds>,
    /// Whether it holds.
    pub outcome: Outcome,
    /// What might explain a failure.
    pub hint: Option<Hint>,
}

impl Finding {
    /// Whether a person should look at it.
    pub fn fails(&self) -> bool {
        matches!(self.outcome, Outcome::FailsBy(_))
    }
}

/// One figure: the assertion and its count.
#[derive(Debug, Clone, Copy)]
struct Figure<'a> {
    said: &'a Assertion,
    count: &'a CountValue,
}

impl Figure<'_> {
    fn bounds(&self) -> Bounds {
        self.count.bounds()
    }

    fn exact(&self) -> Option<u64> {
        let bounds = self.bounds();
        bounds.best.filter(|_| bounds.low == bounds.high)
    }
}

/// All figures, found by their id and by what they are about.
struct Figures<'a> {
    /// In the order given.
    all: Vec<Figure<'a>>,
    by_id: HashMap<AssertionId, usize>,
    by_subject: HashMap<Entity, Vec<usize>>,
}

impl<'a> Figures<'a> {
    fn of(counting: &[&'a Assertion]) -> Self {
        let tallied = counting.iter().filter(|one| one.is_tallied());
        let all: Vec<Figure<'a>> = tallied.filter_map(|said| Some(Figure { said, count: said.count()? })).collect();
        let by_id = all.iter().enumerate().map(|(idx, figure)| (figure.said.id, idx)).collect();
        let mut by_subject: HashMap<Entity, Vec<usize>> = HashMap::new();
        for (idx, figure) in all.iter().enumerate() {
            by_subject.entry(figure.said.about).or_default().push(idx);
        }
        Self { all, by_id, by_subject }
    }

    fn iter(&self) -> std::slice::Iter<'_, Figure<'a>> {
        self.all.iter()
    }

    fn get(&self, id: AssertionId) -> Option<&Figure<'a>> {
        self.by_id.get(&id).map(|idx| &self.all[*idx])
    }

    fn about(&self, subject: Entity) -> impl Iterator<Item = &Figure<'a>> {
        self.by_subject.get(&subject).into_iter().flatten().map(|idx| &self.all[*idx])
    }
}

/// Checks everything that assertions that count say. Rules that nothing speaks of make no finding.
pub fn check(counting: &[&Assertion], ties: &Ties) -> Vec<Finding> {
    let figures = Figures::of(counting);
    let mut findings = Vec::new();
    parts(&figures, &mut findings);
    subgroups_of_others(&figures, ties, &mut findings);
    stocks(&figures, &mut findings);
    series(&figures, ties, &mut findings);
    for said in counting {
        match &said.content {
            Content::Trend(claim) => trends(said, claim, &figures, ties, &mut findings),
            Content::Ratio(claim) => ratios(said, claim, &figures, &mut findings),
            _ => {}
        }
    }
    definitions(&figures, &mut findings);
    calendar::check(counting, &mut findings);
    findings
}

/// Parts that a source itself sets under a whole.
fn parts(figures: &Figures<'_>, findings: &mut Vec<Finding>) {
    let mut wholes: BTreeMap<AssertionId, Vec<&Figure<'_>>> = BTreeMap::new();
    for part in figures.iter() {
        for (relation, whole) in &part.count.relations {
            if *relation == CountRelation::PartOf {
                wholes.entry(*whole).or_default().push(part);
            }
        }
    }
    for (id, parts) in wholes {
        let Some(whole) = figures.get(id) else { continue };
        // Women and children are parts of one kind; «by area» and «by year» are two ways to cut the whole.
        let bounds: Vec<Bounds> = parts.iter().map(|part| part.bounds()).collect();
        let outcome = sum_against(&whole.bounds(), &bounds, whole.count.exhaustive);
        findings.push(Finding {
            rule: Rule::Parts,
            assertions: std::iter::once(id).chain(parts.iter().map(|part| part.said.id)).collect(),
            expected: Some(Bounds::sum(&bounds)),
            found: Some(whole.bounds()),
            outcome,
            hint: matches!(outcome, Outcome::FailsBy(_)).then_some(Hint::Unexplained),
        });
    }
}

/// A subgroup of one account that is greater than the whole of another: only failures are told.
fn subgroups_of_others(figures: &Figures<'_>, ties: &Ties, findings: &mut Vec<Finding>) {
    for part in figures.iter().filter(|figure| !figure.count.subgroup.is_empty()) {
        let wholes: Vec<&Figure<'_>> = figures
            .about(part.said.about)
            .filter(|whole| {
                let whole_of_all = whole.count.subgroup.is_empty() && whole.count.unit == part.count.unit;
                whole.count.measure == part.count.measure
                    && whole_of_all
                    && ties.origin(whole.said) != ties.origin(part.said)
            })
            .filter(|whole| matches!(sum_against(&whole.bounds(), &[part.bounds()], false), Outcome::FailsBy(_)))
            .collect();
        let Some(greatest) = wholes.iter().max_by_key(|whole| whole.bounds().high) else { continue };
        findings.push(Finding {
            rule: Rule::Parts,
            assertions: std::iter::once(part.said.id).chain(wholes.iter().map(|whole| whole.said.id)).collect(),
            expected: Some(greatest.bounds()),
            found: Some(part.bounds()),
            outcome: sum_against(&greatest.bounds(), &[part.bounds()], false),
            hint: Some(Hint::TotalTakenForSubgroup),
        });
    }
}

/// What a register states for one day.
fn stocks(figures: &Figures<'_>, findings: &mut Vec<Finding>) {
    let mut days: BTreeMap<(Entity, String), Vec<&Figure<'_>>> = BTreeMap::new();
    for figure in figures.iter().filter(|figure| figure.count.subgroup.is_empty()) {
        if let Some(day) = &figure.count.as_of {
            days.entry((figure.said.about, day.to_string())).or_default().push(figure);
        }
    }
    for figures in days.values() {
        let find = |measure, flow| {
            let wanted = |figure: &&&Figure<'_>| figure.count.measure == measure && figure.count.flow == flow;
            figures.iter().find(wanted).and_then(|figure| Some((figure.said.id, figure.exact()?)))
        };
        let received = find(Measure::CasesReceived, Flow::Stock);
        let disposed = find(Measure::CasesDisposed, Flow::Stock);
        let pending = find(Measure::CasesPending, Flow::Stock);
        if let (Some(received), Some(disposed)) = (received, disposed)
            && disposed.1 > received.1
        {
            findings.push(exact(Rule::Stock, [disposed, received], received.1, None));
        }
        if let (Some(received), Some(disposed), Some(pending)) = (received, disposed, pending) {
            let new = find(Measure::CasesReceived, Flow::Flow).map(|(_, n)| n);
            let done = find(Measure::CasesDisposed, Flow::Flow).map(|(_, n)| n);
            let (outcome, hint) = stock(received.1, disposed.1, pending.1, new, done);
            let ids = vec![pending.0, received.0, disposed.0];
            let expected = received.1.checked_sub(disposed.1).map(Bounds::exactly);
            let found = Some(Bounds::exactly(pending.1));
            findings.push(Finding { rule: Rule::Stock, assertions: ids, expected, found, outcome, hint });
        }
        let traced = find(Measure::CasesTraced, Flow::Stock);
        let deleted = find(Measure::CasesDeleted, Flow::Stock);
        if let (Some(disposed), Some(traced), Some(deleted)) = (disposed, traced, deleted) {
            findings.push(exact(Rule::Stock, [disposed, traced, deleted], traced.1.saturating_add(deleted.1), None));
        }
    }
}

/// A finding about exact numbers, the first of which is expected to be `expected`.
fn exact<const N: usize>(rule: Rule, said: [(AssertionId, u64); N], expected: u64, hint: Option<Hint>) -> Finding {
    let difference = said[0].1 as i64 - expected as i64;
    let outcome = if difference == 0 { Outcome::Holds } else { Outcome::FailsBy(difference) };
    let hint = hint.or((difference != 0).then_some(Hint::Unexplained));
    Finding {
        rule,
        assertions: said.iter().map(|(id, _)| *id).collect(),
        expected: Some(Bounds::exactly(expected)),
        found: Some(Bounds::exactly(said[0].1)),
        outcome,
        hint,
    }
}

/// Totals of one speaker over time: they never fall, and what came between is their difference.
fn series(figures: &Figures<'_>, ties: &Ties, findings: &mut Vec<Finding>) {
    type Totals<'f, 'a> = Vec<(&'f PartialDate, &'f Figure<'a>)>;
    let mut totals: BTreeMap<(Entity, Measure, OriginOf), Totals<'_, '_>> = BTreeMap::new();
    let is_total = |figure: &&Figure<'_>| {
        let grows = !matches!(figure.count.measure, Measure::CasesPending);
        figure.count.flow == Flow::Stock && figure.count.subgroup.is_empty() && grows
    };
    for figure in figures.iter().filter(is_total) {
        if let Some(day) = &figure.count.as_of {
            let key = (figure.said.about, figure.count.measure, ties.origin(figure.said));
            totals.entry(key).or_default().push((day, figure));
        }
    }
    for ((about, measure, _), mut points) in totals {
        points.sort_by_key(|(day, _)| day.drawing_key());
        for pair in points.windows(2) {
            let [(earlier, before), (later, after)] = pair else { continue };
            let (true, Some(before_n), Some(after_n)) =
                (earlier.before(later) == Truth::True, before.exact(), after.exact())
            else {
                continue;
            };
            if after_n < before_n {
                let said = [(after.said.id, after_n), (before.said.id, before_n)];
                findings.push(exact(Rule::Cumulative, said, before_n, None));
            }
            let flow = figures.about(about).find(|figure| {
                let between = figure.count.as_of.as_ref() == Some(*later) && follows(earlier, later);
                figure.count.measure == measure
                    && figure.count.flow == Flow::Flow
                    && figure.count.subgroup.is_empty()
                    && between
            });
            if let Some((flow, n)) = flow.and_then(|flow| Some((flow, flow.exact()?))) {
                let said = [(flow.said.id, n), (after.said.id, after_n), (before.said.id, before_n)];
                if let Some(expected) = after_n.checked_sub(before_n) {
                    findings.push(exact(Rule::Flow, said, expected, None));
                }
            }
        }
    }
}

/// Whether the later of two ends of months comes directly after the earlier one.
fn follows(earlier: &PartialDate, later: &PartialDate) -> bool {
    let month = |date: &PartialDate| date.earliest().map(|day| i32::from(day.year()) * 12 + i32::from(day.month()));
    matches!((month(earlier), month(later)), (Some(a), Some(b)) if b == a + 1)
}

/// «Increased every year since» against every yearly series of that measure.
fn trends(said: &Assertion, claim: &crate::Trend, figures: &Figures<'_>, ties: &Ties, findings: &mut Vec<Finding>) {
    let mut yearly: BTreeMap<(Entity, OriginOf), BTreeMap<i16, &Figure<'_>>> = BTreeMap::new();
    for figure in figures.iter().filter(|f| f.count.measure == claim.measure && f.count.flow == Flow::Flow) {
        if let Some(YearOf::Certain(year)) = figure.count.period.as_ref().map(PartialDate::year_of)
            && figure.exact().is_some()
            && figure.count.subgroup.is_empty()
        {
            yearly.entry((figure.said.about, ties.origin(figure.said))).or_default().entry(year).or_insert(figure);
        }
    }
    let empty = yearly.is_empty();
    for series in yearly.values() {
        let points: Vec<(i16, u64)> =
            series.iter().filter_map(|(year, figure)| Some((*year, figure.exact()?))).collect();
        let (outcome, at) = trend(&points, claim);
        let ids = match at {
            Some((from, to)) => vec![series[&from].said.id, series[&to].said.id],
            None => series.values().map(|figure| figure.said.id).collect(),
        };
        let of = |year: i16| series.get(&year).map(|figure| figure.bounds());
        findings.push(Finding {
            rule: Rule::Trend,
            assertions: std::iter::once(said.id).chain(ids).collect(),
            expected: at.and_then(|(from, _)| of(from)),
            found: at.and_then(|(_, to)| of(to)),
            outcome,
            hint: None,
        });
    }
    if empty {
        let (outcome, assertions) = (Outcome::CannotTell, vec![said.id]);
        findings.push(Finding { rule: Rule::Trend, assertions, expected: None, found: None, outcome, hint: None });
    }
}

fn ratios(said: &Assertion, claim: &crate::Ratio, figures: &Figures<'_>, findings: &mut Vec<Finding>) {
    let exact = |id| figures.get(id).and_then(Figure::exact);
    let outcome = match (exact(claim.of), exact(claim.to)) {
        (Some(of), Some(to)) => ratio(of, to, claim),
        _ => Outcome::CannotTell,
    };
    let assertions = vec![said.id, claim.of, claim.to];
    findings.push(Finding { rule: Rule::Compare, assertions, expected: None, found: None, outcome, hint: None });
}

/// Figures of one subject, measure and time that count different things: they are no single number.
fn definitions(figures: &Figures<'_>, findings: &mut Vec<Finding>) {
    type Matter<'f> = (Entity, Measure, &'f str, Option<&'f PartialDate>, Option<&'f PartialDate>);
    let mut of_one_matter: HashMap<Matter<'_>, Vec<&Figure<'_>>> = HashMap::new();
    for other in figures.iter() {
        let Figure { said, count } = other;
        let matter = (said.about, count.measure, &*count.subgroup, count.period.as_ref(), count.as_of.as_ref());
        let before = of_one_matter.entry(matter).or_default();
        for one in before.iter() {
            if one.count.unit != count.unit || one.count.definition != count.definition {
                findings.push(Finding {
                    rule: Rule::Definition,
                    assertions: vec![one.said.id, said.id],
                    expected: Some(one.bounds()),
                    found: Some(other.bounds()),
                    outcome: Outcome::CannotTell,
                    hint: None,
                });
            }
        }
        before.push(other);
    }
}

/// The day of an event as an assertion says it, and whether it is an event at all.
fn event_day(said: &Assertion) -> Option<&PartialDate> {
    let is_event = matches!(
        said.topic,
        Topic::Of(Matter::When) | Topic::Person(crate::Predicate::EventDate(_) | crate::Predicate::BirthDate)
    );
    said.date().filter(|_| is_event)
}

#[cfg(test)]
mod tests;
