//! What happened when: one line per question, each account on it, disputes side by side.

use crate::{Assertion, Entity, Holds, Matter, Predicate, Topic, compatible};

/// One thing that happened to one subject, with every account of when.
#[derive(Debug, Clone)]
pub struct Moment<'a> {
    /// To whom or what.
    pub about: Entity,
    /// What: `when` of an incident or act, `event-date.taken` of a person.
    pub topic: Topic,
    /// The accounts, in drawing order.
    pub accounts: Vec<&'a Assertion>,
    /// Whether they cannot all be true.
    pub disputed: bool,
}

impl Moment<'_> {
    /// Whether some account says that it goes on.
    pub fn is_ongoing(&self) -> bool {
        self.accounts.iter().any(|one| one.date().is_some_and(|date| date.holds() == Holds::Starts))
    }
}

/// The moments of some subjects, of assertions that count, in drawing order; those that nobody dates stand last.
pub fn timeline<'a>(counting: &[&'a Assertion], wanted: impl Fn(Entity) -> bool) -> Vec<Moment<'a>> {
    let mut moments: Vec<Moment<'a>> = Vec::new();
    for one in counting.iter().filter(|one| wanted(one.about) && is_moment(one.topic)) {
        match moments.iter_mut().find(|moment| moment.about == one.about && moment.topic == one.topic) {
            Some(moment) => moment.accounts.push(one),
            None => moments.push(Moment { about: one.about, topic: one.topic, accounts: vec![one], disputed: false }),
        }
    }
    let key = |one: &Assertion| one.date().map(|date| date.drawing_key());
    for moment in &mut moments {
        moment.accounts.sort_by_key(|one| (key(one).is_none(), key(one), one.id));
        let pairs = moment.accounts.iter().enumerate();
        moment.disputed = pairs
            .flat_map(|(i, a)| moment.accounts[i + 1..].iter().map(move |b| (a, b)))
            .any(|(a, b)| !compatible(a, b));
    }
    let first = |moment: &Moment<'_>| moment.accounts.iter().filter_map(|one| key(one)).min();
    moments.sort_by_key(|moment| (first(moment).is_none(), first(moment), moment.about, moment.topic));
    moments
}

fn is_moment(topic: Topic) -> bool {
    matches!(
        topic,
        Topic::Of(Matter::When | Matter::NextStep | Matter::Published | Matter::FirstPublished)
            | Topic::Person(Predicate::EventDate(_) | Predicate::BirthDate)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assertion::tests::Said;

    #[test]
    fn two_sources_may_date_the_same_arrest_differently_and_both_are_drawn() {
        let mut said = Said::default();
        let first = said.date("event-date.taken", "2023-10-29").by("family").done();
        let second = said.date("event-date.taken", "2023-11-20").by("police").done();
        let month = said.date("event-date.killed", "2023-11").by("press").done();
        let all = [&second, &month, &first];
        let moments = timeline(&all, |_| true);
        let drawn: Vec<(String, usize, bool)> =
            moments.iter().map(|m| (m.topic.code(), m.accounts.len(), m.disputed)).collect();
        assert_eq!(drawn, [("event-date.taken".into(), 2, true), ("event-date.killed".into(), 1, false)]);
        assert_eq!(moments[0].accounts[0].id, first.id);
    }
}
