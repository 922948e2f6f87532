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
