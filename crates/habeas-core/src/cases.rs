//! The cases of one person: each is one deprivation of liberty, so whoever was taken, released and taken again has two.
//!
//! People may name a case and say which records, acts or single claims are of it. Where nobody has, cases are told apart by
//! time alone: a release or an escape that lies certainly between two takings separates them. What a source says of which
//! nobody can tell the case stands apart and is in none of them; who the person is belongs to all.

use crate::{
    Assertion, CaseFile, Claim, Entity, EntityKind, EventKind, Matter, Modality, PartialDate, Polarity, Predicate,
    Question, Record, RecordId, Topic, Truth, Value, case_file,
    mention::{is_done_to_a_person, person_facts_of},
};
use std::collections::{BTreeMap, BTreeSet};

/// One deprivation of liberty of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonCase {
    /// The case, where people have named it.
    pub named: Option<Entity>,
    /// The records that speak of it, each with the claims that are of this case or of the person as such.
    pub records: Vec<Record>,
}

impl PersonCase {
    /// The case file of this case alone: status, elements and timeline are its own. What people have decided about the
    /// `whole` of the person's file settles it where the account that they took is of this case.
    pub fn file(&self, whole: &CaseFile<'_>) -> CaseFile<'_> {
        whole.settled_by.settle(case_file(&self.records.iter().collect::<Vec<_>>()))
    }
}

/// All cases of one person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cases {
    /// In the order of time as far as it is known, those that people have named in the order of their first records.
    /// Never empty where there are records.
    pub all: Vec<PersonCase>,
    /// Records with the claims of which nobody can tell the case.
    pub undecided: Vec<Record>,
}

impl Cases {
    /// A question as it is asked: of each case that somebody answers it for, or once, where it is about who the person is or
    /// the person has one case. A release and a second taking are two cases, not a contradiction.
    pub fn asks<'c>(&'c self, whole: &CaseFile<'c>, predicate: Predicate) -> Vec<Question<'c>> {
        if self.all.len() < 2 || !is_of_a_case(predicate) {
            return whole.question(predicate).cloned().into_iter().collect();
        }
        self.all.iter().filter_map(|one| one.file(whole).question(predicate).cloned()).collect()
    }

    /// Number of questions, of each case and of the person, whose accounts cannot all be true and that nobody has settled.
    pub fn n_contradictions(&self, whole: &CaseFile<'_>) -> usize {
        let asked = whole.questions.iter().flat_map(|question| self.asks(whole, question.predicate));
        asked.filter(Question::is_open_contradiction).count()
    }
}

/// Which case people have said that records, acts and claims are of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CaseNames {
    of_record: BTreeMap<RecordId, BTreeSet<Entity>>,
    of_claim: BTreeMap<(RecordId, Predicate, String), BTreeSet<Entity>>,
}

impl CaseNames {
    /// Reads them from assertions that count: `actor` of a case, and `part-of` of an act or a claim.
    pub fn of(counting: &[&Assertion]) -> Self {
        let mut names = Self::default();
        let mut parts: BTreeMap<Entity, BTreeSet<Entity>> = BTreeMap::new();
        for one in counting.iter().filter(|one| one.is_tallied()) {
            match (one.topic, one.leads_to()) {
                (Topic::Of(Matter::Actor), Some(person)) if one.about.kind == EntityKind::Case => {
                    names.of_record.entry(RecordId(person.id.0)).or_default().insert(one.about);
                }
                (Topic::Of(Matter::PartOf), Some(case)) if case.kind == EntityKind::Case => {
                    parts.entry(one.about).or_default().insert(case);
                }
                _ => {}
            }
        }
        if !parts.is_empty() {
            for (mention, topic, one) in person_facts_of(counting) {
                let (Topic::Person(predicate), Some(record)) = (topic, mention.record()) else { continue };
                let cases = [Entity::assertion(one.id), one.about].into_iter().find_map(|part| parts.get(&part));
                for case in cases.into_iter().flatten() {
                    let claim = (record, predicate, one.words());
                    names.of_claim.entry(claim).or_default().insert(*case);
                }
            }
        }
        names
    }

    /// Whether people have named a case of any of these records.
    pub fn name_any(&self, records: &[&Record]) -> bool {
        records.iter().any(|record| {
            let claims = (record.id, Predicate::ListNumber, String::new())..;
            self.of_record.contains_key(&record.id)
                || self.of_claim.range(claims).next().is_some_and(|((of, ..), _)| *of == record.id)
        })
    }
}

/// Tells the cases of one person apart. `records` are those of the person in log order.
pub fn cases(records: &[&Record], names: &CaseNames) -> Cases {
    if records.is_empty() {
        return Cases::default();
    }
    if names.name_any(records) { by_name(records, names) } else { by_time(records) }
}

/// Whether a question is about what happened, not about who the person is.
pub fn is_of_a_case(predicate: Predicate) -> bool {
    is_done_to_a_person(Topic::Person(predicate)) || predicate == Predicate::Age
}

fn by_name(records: &[&Record], names: &CaseNames) -> Cases {
    let mut order: Vec<Entity> = Vec::new();
    let of_claims = |record: &Record| {
        let named = names.of_claim.iter().filter(|((of, ..), _)| *of == record.id);
        named.flat_map(|(_, cases)| cases.iter().copied()).collect::<Vec<_>>()
    };
    for record in records {
        let of_record = names.of_record.get(&record.id).into_iter().flatten().copied();
        for case in of_record.chain(of_claims(record)) {
            if !order.contains(&case) {
                order.push(case);
            }
        }
    }
    let place = |record: &Record, claim: &Claim| -> Option<usize> {
        let key = (record.id, claim.predicate, record.words(claim));
        let said = names.of_claim.get(&key).or_else(|| names.of_record.get(&record.id));
        let one = match said {
            Some(cases) if cases.len() == 1 => cases.first(),
            // Several cases are said of it, and which of them nobody tells.
            Some(_) => None,
            None => order.first().filter(|_| order.len() == 1),
        };
        order.iter().position(|case| Some(case) == one)
    };
    divided(records, order.iter().map(|case| Some(*case)).collect(), place)
}

/// What ends a deprivation of liberty so that another may begin.
const ENDS: [EventKind; 2] = [EventKind::Released, EventKind::Escaped];

fn by_time(records: &[&Record]) -> Cases {
    let dates = |kinds: &'static [EventKind]| {
        let claims = records.iter().flat_map(|record| &record.claims).filter(|claim| is_meant(claim));
        claims.filter_map(move |claim| match (claim.predicate, &claim.value) {
            (Predicate::EventDate(kind), Value::Date(date)) if kinds.contains(&kind) => Some(date),
            _ => None,
        })
    };
    let takings: Vec<&PartialDate> = dates(&[EventKind::Taken]).collect();
    let before = |a: &PartialDate, b: &PartialDate| a.before(b) == Truth::True;
    let mut ends: Vec<&PartialDate> = dates(&ENDS)
        .filter(|end| takings.iter().any(|first| before(first, end)) && takings.iter().any(|next| before(end, next)))
        .collect();
    ends.sort_by_key(|end| end.drawing_key());
    // Accounts of one release, with no taking between them, are one bound: its first and last day.
    let mut bounds: Vec<(&PartialDate, &PartialDate)> = Vec::new();
    for end in ends {
        match bounds.last_mut() {
            Some((_, last)) if !takings.iter().any(|taken| before(last, taken) && before(taken, end)) => *last = end,
            _ => bounds.push((end, end)),
        }
    }
    // An end is of the case that began last before it, any other day of the case that it lies in; else it cannot be told.
    let of_date = |date: &PartialDate, ends: bool| -> Option<usize> {
        let begun = |likely: &dyn Fn(Truth) -> bool| {
            let since =
                |last: &PartialDate| takings.iter().any(|taken| before(last, taken) && likely(taken.before(date)));
            bounds.iter().filter(|(_, last)| since(last)).count()
        };
        let (least, most) = if ends {
            (begun(&|truth| truth == Truth::True), begun(&|truth| truth != Truth::False))
        } else {
            let until = bounds.iter().position(|(first, _)| before(date, first)).unwrap_or(bounds.len());
            (bounds.iter().filter(|(_, last)| before(last, date)).count(), until)
        };
        (least == most).then_some(least)
    };
    let dated = |claim: &Claim| match (claim.predicate, &claim.value) {
        (Predicate::EventDate(kind), Value::Date(date)) => of_date(date, ENDS.contains(&kind)),
        _ => None,
    };
    let place = |record: &Record, claim: &Claim| -> Option<usize> {
        if bounds.is_empty() {
            return Some(0);
        }
        if matches!(claim.predicate, Predicate::EventDate(_)) && matches!(claim.value, Value::Date(_)) {
            return dated(claim);
        }
        let told: BTreeSet<usize> = record.claims.iter().filter(|other| is_meant(other)).filter_map(dated).collect();
        match told.iter().collect::<Vec<_>>()[..] {
            [only] => Some(*only),
            // Nobody is taken again who has died.
            [.., last] if matches!(claim.predicate, Predicate::Fate) && is_death(claim) => Some(*last),
            _ => None,
        }
    };
    divided(records, vec![None; bounds.len() + 1], place)
}

fn is_meant(claim: &Claim) -> bool {
    claim.polarity == Polarity::Affirms && !matches!(claim.modality, Modality::Opinion | Modality::Demand)
}

fn is_death(claim: &Claim) -> bool {
    matches!(claim.value, Value::Fate(crate::Fate::DeadReported | crate::Fate::DeadIdentified))
}

/// Puts each claim into its case; what is of the person as such goes into all that the record speaks of.
fn divided(records: &[&Record], names: Vec<Option<Entity>>, place: impl Fn(&Record, &Claim) -> Option<usize>) -> Cases {
    let mut all: Vec<PersonCase> = names.into_iter().map(|named| PersonCase { named, records: Vec::new() }).collect();
    let mut undecided = Vec::new();
    for record in records {
        let of_case: Vec<Option<Option<usize>>> =
            record.claims.iter().map(|claim| is_of_a_case(claim.predicate).then(|| place(record, claim))).collect();
        let told: BTreeSet<usize> = of_case.iter().filter_map(|place| place.flatten()).collect();
        let with = |wanted: &dyn Fn(&Option<Option<usize>>) -> bool| {
            let claims = record.claims.iter().zip(&of_case).filter(|(_, place)| wanted(place));
            Record { claims: claims.map(|(claim, _)| claim.clone()).collect(), ..(*record).clone() }
        };
        for (nth, case) in all.iter_mut().enumerate() {
            // Who only names the person speaks of every case of theirs.
            if told.contains(&nth) || told.is_empty() && !of_case.contains(&Some(None)) {
                case.records.push(with(&|place| place.is_none() || *place == Some(Some(nth))));
            }
        }
        if of_case.contains(&Some(None)) {
            undecided.push(with(&|place| matches!(place, None | Some(None))));
        }
    }
    all.retain(|case| !case.records.is_empty());
    Cases { all, undecided }
}

#[cfg(test)]
mod tests;
