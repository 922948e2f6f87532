//! Places as a tree of assertions: every name and every wider place has its validity, since districts are split and
//! renamed, and sources disagree. Whether one place lies within another has three answers.
//!
//! Two places are one where people have said so (`same`) and nobody says that they are not; taken back or turned down, the
//! two stand apart again. Names and wider places of both are kept with their validity.

use crate::{Assertion, Date, Entity, EntityKind, Matter, PartialDate, SameEntities, Topic, Truth, fold};
use std::collections::{BTreeMap, BTreeSet};

/// One place with all that is said of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlaceNode {
    /// Its names, in any script, with when they were in use.
    pub names: Vec<(String, Option<PartialDate>)>,
    /// Wider places, with when it lay in them.
    pub within: Vec<(Entity, Option<PartialDate>)>,
}

/// All places.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gazetteer {
    nodes: BTreeMap<Entity, PlaceNode>,
    /// Places by folded name.
    by_name: BTreeMap<String, BTreeSet<Entity>>,
    /// Which place each of several that are one goes by.
    merged: SameEntities,
}

impl Gazetteer {
    /// Reads the tree from assertions that count.
    pub fn of<'a>(counting: impl IntoIterator<Item = &'a Assertion>) -> Self {
        let counting: Vec<&Assertion> =
            counting.into_iter().filter(|one| one.about.kind == EntityKind::Place).collect();
        let merged = SameEntities::of(&counting);
        let mut nodes: BTreeMap<Entity, PlaceNode> = BTreeMap::new();
        for one in counting.into_iter().filter(|one| one.is_tallied()) {
            let node = nodes.entry(merged.main(one.about)).or_default();
            match (one.topic, one.leads_to()) {
                (Topic::Of(Matter::Called | Matter::Handle), _) => {
                    let text = match &one.content {
                        crate::Content::Text(text) => text.clone(),
                        _ => one.words(),
                    };
                    node.names.push((text, one.valid.clone()));
                }
                (Topic::Of(Matter::PartOf), Some(wider)) => {
                    let wider = merged.main(wider);
                    node.within.push((wider, one.valid.clone()));
                    nodes.entry(wider).or_default();
                }
                _ => {}
            }
        }
        let mut by_name: BTreeMap<String, BTreeSet<Entity>> = BTreeMap::new();
        for (place, node) in &nodes {
            for (name, _) in &node.names {
                by_name.entry(fold(name)).or_default().insert(*place);
            }
        }
        Self { nodes, by_name, merged }
    }

    /// A place.
    pub fn node(&self, place: Entity) -> Option<&PlaceNode> {
        self.nodes.get(&self.merged.main(place))
    }

    /// All places, in the order of their ids.
    pub fn places(&self) -> impl Iterator<Item = Entity> + '_ {
        self.nodes.keys().copied()
    }

    /// Places that bear a name, whatever its spelling's accents and script forms.
    pub fn named(&self, name: &str) -> Vec<Entity> {
        self.by_name.get(&fold(name)).into_iter().flatten().copied().collect()
    }

    /// Whether a place lies within another, on a day where one is given. True where every way up leads there, false where
    /// every way up is known and none does, unknown where sources disagree or nothing wider is known.
    pub fn within(&self, place: Entity, wider: Entity, day: Option<Date>) -> Truth {
        let (place, wider) = (self.merged.main(place), self.merged.main(wider));
        if place == wider {
            return Truth::True;
        }
        let mut path = BTreeSet::from([place]);
        if self.parents(place, day).is_empty() { Truth::Unknown } else { self.leads_to(place, wider, day, &mut path) }
    }

    /// Places that are above themselves: kept, shown, and never followed twice.
    pub fn circles(&self) -> Vec<Entity> {
        self.nodes.keys().copied().filter(|place| self.is_above_itself(*place)).collect()
    }

    fn parents(&self, place: Entity, day: Option<Date>) -> Vec<Entity> {
        let lies = |valid: &Option<PartialDate>| match (valid, day) {
            (Some(valid), Some(day)) => holds_on(valid, day),
            _ => true,
        };
        let node = self.nodes.get(&place);
        node.into_iter()
            .flat_map(|node| &node.within)
            .filter(|(_, valid)| lies(valid))
            .map(|(wider, _)| *wider)
            .collect()
    }

    fn leads_to(&self, place: Entity, wider: Entity, day: Option<Date>, path: &mut BTreeSet<Entity>) -> Truth {
        let parents = self.parents(place, day);
        let mut said = BTreeSet::new();
        for parent in parents {
            said.insert(if parent == wider {
                1
            } else if !path.insert(parent) {
                0
            } else {
                let above = if self.parents(parent, day).is_empty() {
                    Truth::False
                } else {
                    self.leads_to(parent, wider, day, path)
                };
                path.remove(&parent);
                match above {
                    Truth::True => 1,
                    Truth::False => 0,
                    Truth::Unknown => 2,
                }
            });
        }
        match said.into_iter().collect::<Vec<_>>()[..] {
            [1] => Truth::True,
            [0] => Truth::False,
            _ => Truth::Unknown,
        }
    }

    fn is_above_itself(&self, place: Entity) -> bool {
        let mut open: Vec<Entity> = self.parents(place, None);
        let mut seen = BTreeSet::new();
        while let Some(at) = open.pop() {
            if at == place {
                return true;
            }
            if seen.insert(at) {
                open.extend(self.parents(at, None));
            }
        }
        false
    }
}

/// Whether something that held for a time may have held on a day.
fn holds_on(valid: &PartialDate, day: Date) -> bool {
    use crate::Holds;
    let from = valid.earliest().is_none_or(|first| first <= day);
    let to = valid.latest().is_none_or(|last| day <= last);
    match valid.holds() {
        Holds::Starts => from,
        Holds::Ends => to,
        Holds::All | Holds::Some => from && to,
    }
}

#[cfg(test)]
mod tests;
