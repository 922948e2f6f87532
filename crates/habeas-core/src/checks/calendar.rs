//! Dates that cannot be: an event that lies after it was told or published, a day that is not the weekday it is called, a
//! death before the birth, acts on one victim in an order that their kinds exclude.

use super::{Finding, Hint, Outcome, Rule, event_day};
use crate::{
    Assertion, Date, Entity, EntityKind, EventKind, Matter, PartialDate, Predicate, SourceId, Topic, Truth,
    weekday_named,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

type Links = HashMap<Entity, BTreeSet<Entity>>;

/// Adds what is impossible, and what says that a text was revised; what may be says nothing.
pub fn check(counting: &[&Assertion], findings: &mut Vec<Finding>) {
    let (mut published, mut first_published): (BTreeMap<Entity, Vec<&Assertion>>, BTreeMap<_, _>) = Default::default();
    for one in counting {
        match one.topic {
            Topic::Of(Matter::Published) => published.entry(one.about).or_default().push(one),
            Topic::Of(Matter::FirstPublished) => drop(first_published.entry(one.about).or_insert(*one)),
            _ => {}
        }
    }
    // A copy may have been revised after its original was published: only its own date binds it.
    let told = |source: SourceId| published.get(&Entity::source(source)).map(Vec::as_slice).unwrap_or_default();
    for one in counting {
        if let Some(first) = revised_since(one, &first_published) {
            let told_later = impossible(vec![one.id, first.id], Hint::RevisedSince);
            findings.push(Finding { outcome: Outcome::CannotTell, ..told_later });
        }
        let Some(day) = event_day(one) else { continue };
        if one.said_at.as_ref().is_some_and(|said| after(day, said)) {
            findings.push(impossible(vec![one.id], Hint::DateOfAnotherAct));
        }
        for quote in one.quotes.iter().take(1) {
            for publication in told(quote.source)
                .iter()
                .filter(|publication| publication.date().is_some_and(|published| after(day, published)))
            {
                findings.push(impossible(vec![one.id, publication.id], Hint::DateOfAnotherAct));
            }
        }
    }
    weekdays(counting, findings);
    lives(counting, findings);
    dates_of_other_acts(counting, findings);
}

/// When the source of a claim was first published, where the claim tells of days after that.
fn revised_since<'a>(one: &Assertion, first_published: &BTreeMap<Entity, &'a Assertion>) -> Option<&'a Assertion> {
    let first = *first_published.get(&Entity::source(one.quotes.first()?.source))?;
    let day = first.date()?;
    let told = [event_day(one), one.valid.as_ref()];
    let later = told.into_iter().flatten().any(|told| day.before(told) == Truth::True);
    (later && one.about.kind != EntityKind::Source).then_some(first)
}

/// A date that others contradict, and that fits another act of the same victims or the same incident: perhaps it is that
/// act's. The month of an arrest is easily taken for that of the death.
fn dates_of_other_acts(counting: &[&Assertion], findings: &mut Vec<Finding>) {
    let dated: Vec<(&Assertion, &PartialDate)> =
        counting.iter().filter(|one| one.is_tallied()).filter_map(|one| Some((*one, event_day(one)?))).collect();
    let mut about: HashMap<Entity, Vec<usize>> = HashMap::new();
    for (idx, (one, _)) in dated.iter().enumerate() {
        about.entry(one.about).or_default().push(idx);
    }
    let (mut up, mut down): (Links, Links) = Default::default();
    for one in counting.iter().filter(|one| matches!(one.topic, Topic::Of(Matter::PartOf | Matter::Victim))) {
        if let Some(whole) = one.leads_to() {
            up.entry(one.about).or_default().insert(whole);
            down.entry(whole).or_default().insert(one.about);
        }
    }
    // An entity, its wholes and victims, its parts, and what shares a whole or a victim with it.
    let near = |a: Entity| -> BTreeSet<Entity> {
        let wholes = || up.get(&a).into_iter().flatten();
        let beside = wholes().filter_map(|whole| down.get(whole)).flatten();
        std::iter::once(&a).chain(wholes()).chain(down.get(&a).into_iter().flatten()).chain(beside).copied().collect()
    };
    for (one, day) in &dated {
        let of_it = about[&one.about].iter().map(|idx| dated[*idx]);
        let mut of_it = of_it.filter(|(other, _)| other.topic == one.topic);
        let Some((other, _)) = of_it.find(|(_, theirs)| day.same(theirs) == Truth::False) else { continue };
        let near = near(one.about);
        let mut others: Vec<usize> = near.iter().filter_map(|entity| about.get(entity)).flatten().copied().collect();
        others.sort_unstable();
        let fits = others.into_iter().map(|idx| dated[idx]).find(|(third, theirs)| {
            let another = (third.about, third.topic) != (one.about, one.topic);
            // Only a date that is more exact than the doubtful one can explain it.
            another && theirs.single_day().is_some() && day.single_day().is_none() && day.same(theirs) != Truth::False
        });
        if let Some((third, _)) = fits {
            findings.push(Finding {
                outcome: Outcome::CannotTell,
                ..impossible(vec![one.id, third.id, other.id], Hint::DateOfAnotherAct)
            });
        }
    }
}

/// The weekday that words name beside a day is a check digit: it fits every reading, one of them, or none.
fn weekdays(counting: &[&Assertion], findings: &mut Vec<Finding>) {
    for one in counting {
        let Some(day) = one.date() else { continue };
        let (Some(named), Some(days)) = (weekday_named(&one.words()), single_days(day)) else { continue };
        let fits = days.iter().any(|day| day.weekday() == named);
        let outcome = if fits { Outcome::Holds } else { Outcome::FailsBy(1) };
        let hint = (!fits).then_some(Hint::WrongWeekday);
        findings.push(Finding { outcome, hint, ..impossible(vec![one.id], Hint::WrongWeekday) });
    }
}

/// The days of a date whose every reading is one day.
fn single_days(date: &PartialDate) -> Option<Vec<Date>> {
    date.readings().map(|span| span.earliest.filter(|_| span.earliest == span.latest)).collect()
}

/// Whether the event began after that day for certain.
fn after(event: &PartialDate, told: &PartialDate) -> bool {
    told.before(event) == Truth::True
}

fn impossible(assertions: Vec<crate::AssertionId>, hint: Hint) -> Finding {
    Finding {
        rule: Rule::Calendar,
        assertions,
        expected: None,
        found: None,
        outcome: Outcome::FailsBy(1),
        hint: Some(hint),
    }
}

/// Nobody is taken, killed or found before they were born, and nobody who is found dead was taken later.
fn lives(counting: &[&Assertion], findings: &mut Vec<Finding>) {
    let mut of_person: BTreeMap<Entity, Vec<(&Assertion, Predicate, &PartialDate)>> = BTreeMap::new();
    for one in counting {
        if let (Topic::Person(predicate), Some(day)) = (one.topic, event_day(one)) {
            of_person.entry(one.about).or_default().push((one, predicate, day));
        }
    }
    let is_death = |predicate| {
        matches!(predicate, Predicate::EventDate(EventKind::Killed | EventKind::FoundDead | EventKind::Identified))
    };
    for dates in of_person.values() {
        for (one, first, day) in dates {
            for (other, second, other_day) in dates {
                let born = *first == Predicate::BirthDate && matches!(second, Predicate::EventDate(_));
                let dead = *first == Predicate::EventDate(EventKind::Taken) && is_death(*second);
                if (born || dead) && other_day.before(day) == Truth::True {
                    findings.push(impossible(vec![other.id, one.id], Hint::DateOfAnotherAct));
                }
            }
        }
    }
}
