//! Entities of a kind that people have taken for one: two places under two names, two parties under two spellings.
//!
//! Decided like the link of two persons: by people, with a reason, each decision an assertion that can be turned down or
//! taken back. Nothing is rewritten: what was said of either stays said of it, and views read both together.

use crate::{Assertion, Entity, Matter, Modality, Polarity, Topic};
use std::collections::{BTreeMap, BTreeSet};

/// Which entity each of several that are one goes by: the least of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SameEntities {
    main: BTreeMap<Entity, Entity>,
    /// Pairs that some take for one and some for two. They stand apart until people agree.
    pub disputed: BTreeSet<(Entity, Entity)>,
}

impl SameEntities {
    /// Reads `same` and `same-party` from assertions that count. What one affirms and another denies joins nothing, and
    /// nothing joins two that somebody keeps apart.
    pub fn of(counting: &[&Assertion]) -> Self {
        let (mut same, mut different) = (BTreeSet::new(), BTreeSet::new());
        for one in counting.iter().filter(|one| !matches!(one.modality, Modality::Opinion | Modality::Demand)) {
            let (Topic::Of(Matter::Same | Matter::SameParty), Some(other)) = (one.topic, one.leads_to()) else {
                continue;
            };
            let pair = (one.about.min(other), one.about.max(other));
            match one.polarity {
                _ if one.about.kind != other.kind => {}
                Polarity::Affirms => drop(same.insert(pair)),
                Polarity::Denies => drop(different.insert(pair)),
                Polarity::CannotConfirm | Polarity::Retracts => {}
            }
        }
        let mut found = Self { main: BTreeMap::new(), disputed: same.intersection(&different).copied().collect() };
        for (left, right) in same.difference(&different) {
            let (from, to) = (found.main(*left), found.main(*right));
            let (to, from) = (from.min(to), from.max(to));
            let members = |main: Entity| -> Vec<Entity> {
                let under = found.main.iter().filter(|(_, known)| **known == main).map(|(entity, _)| *entity);
                under.chain([main]).collect()
            };
            let (ours, theirs) = (members(to), members(from));
            let apart = ours.iter().any(|a| theirs.iter().any(|b| different.contains(&(*a.min(b), *a.max(b)))));
            if apart {
                found.disputed.insert((*left, *right));
            } else if from != to {
                found.main.extend(theirs.into_iter().map(|entity| (entity, to)));
            }
        }
        found
    }

    /// The entity that another goes by; itself where nobody has joined it to any.
    pub fn main(&self, entity: Entity) -> Entity {
        self.main.get(&entity).copied().unwrap_or(entity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Content, EntityKind, Review,
        assertion::tests::{Said, entity},
        standings,
    };

    fn joined(n: u8, a: u8, b: u8, polarity: Polarity) -> Assertion {
        let mut said = Said::of(entity(EntityKind::Place, a));
        let to = Content::Entity(entity(EntityKind::Place, b), None);
        let mut one = said.say(Topic::Of(Matter::Same), to).done();
        (one.id.0, one.polarity) = ([n; 16], polarity);
        one
    }

    fn main_of(all: &[Assertion]) -> Vec<u8> {
        let stands = standings(all);
        let same = SameEntities::of(&crate::counting(all, &stands));
        (1..=4).map(|id| same.main(entity(EntityKind::Place, id)).id.0[0]).collect()
    }

    #[test]
    fn what_people_take_for_one_goes_by_the_least_and_stands_apart_again_when_it_is_turned_down() {
        let mut all = vec![joined(1, 3, 2, Polarity::Affirms), joined(2, 3, 4, Polarity::Affirms)];
        assert_eq!(main_of(&all), [1, 2, 2, 2]);
        all[1].review = Review::Rejected;
        assert_eq!(main_of(&all), [1, 2, 2, 4]);
    }

    #[test]
    fn two_that_somebody_keeps_apart_are_never_joined_by_way_of_a_third() {
        let all =
            [joined(1, 1, 2, Polarity::Affirms), joined(2, 2, 3, Polarity::Affirms), joined(3, 1, 3, Polarity::Denies)];
        assert_eq!(main_of(&all), [1, 1, 3, 4]);
        let against = [joined(1, 1, 2, Polarity::Affirms), joined(2, 2, 1, Polarity::Denies)];
        assert_eq!(main_of(&against), [1, 2, 3, 4]);
        let same = SameEntities::of(&against.iter().collect::<Vec<_>>());
        assert_eq!(same.disputed.len(), 1, "people have to agree");
    }
}
