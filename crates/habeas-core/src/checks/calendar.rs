//! Dates that cannot be: an event that lies after it was told or published, a death before the birth, acts on one victim
//! in an order that their kinds exclude.

use super::{Finding, Hint, Outcome, Rule, event_day};
use crate::{Assertion, Entity, EventKind, Matter, PartialDate, Predicate, SourceId, Topic, Truth};
use std::collections::BTreeMap;

/// Adds what is impossible; what may be says nothing.
pub fn check(counting: &[&Assertion], findings: &mut Vec<Finding>) {
    let mut published: BTreeMap<Entity, Vec<&Assertion>> = BTreeMap::new();
    for one in counting.iter().filter(|one| one.topic == Topic::Of(Matter::Published)) {
        published.entry(one.about).or_default().push(one);
    }
    // A copy may have been revised after its original was published: only its own date binds it.
    let told = |source: SourceId| published.get(&Entity::source(source)).map(Vec::as_slice).unwrap_or_default();
    for one in counting {
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
    lives(counting, findings);
    dates_of_other_acts(counting, findings);
}

/// A date that others contradict, and that fits another act of the same victims or the same incident: perhaps it is that
/// act's. The month of an arrest is easily taken for that of the death.
fn dates_of_other_acts(counting: &[&Assertion], findings: &mut Vec<Finding>) {
    let dated: Vec<(&Assertion, &PartialDate)> =
        counting.iter().filter(|one| one.is_tallied()).filter_map(|one| Some((*one, event_day(one)?))).collect();
    let links: Vec<(Entity, Entity)> = counting
        .iter()
        .filter(|one| matches!(one.topic, Topic::Of(Matter::PartOf | Matter::Victim)))
        .filter_map(|one| Some((one.about, one.leads_to()?)))
        .collect();
    let near = |a: Entity, b: Entity| {
        let leads = |from, to| links.contains(&(from, to));
        let shared = links.iter().any(|(from, to)| *from == a && leads(b, *to));
        a == b || leads(a, b) || leads(b, a) || shared
    };
    for (one, day) in &dated {
        let other = dated.iter().find(|(other, theirs)| {
            other.about == one.about && other.topic == one.topic && day.same(theirs) == Truth::False
        });
        let Some((other, _)) = other else { continue };
        let fits = dated.iter().find(|(third, theirs)| {
            let another = (third.about, third.topic) != (one.about, one.topic) && near(third.about, one.about);
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
