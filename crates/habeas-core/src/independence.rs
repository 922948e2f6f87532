//! Which accounts are independent of each other: computed from who says it and what was copied from what, never asserted.
//!
//! Two assertions hang together where the same origin speaks: the first speaker who is named, an organisation and those
//! who speak for it being one; where nobody is named, whoever published the work that all copies go back to. A reprint
//! therefore changes no number of sources.

use crate::{Assertion, Entity, EntityKind, Matter, SameEntities, Source, SourceId, SpeakerKind, Topic, fold};
use std::collections::{BTreeMap, BTreeSet};

/// Whose words accounts go back to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OriginOf {
    /// A named speaker or organisation, by folded name.
    Named(String),
    /// A work whose publisher nobody names.
    Work(Entity),
}

/// What is known of copies and of parties that are one: all that independence rests on.
#[derive(Debug, Clone, Default)]
pub struct Ties {
    /// The work that each source was made of.
    made_of: BTreeMap<Entity, Entity>,
    /// Folded name of each party that speaks for another, or is one under another name.
    speaks_for: BTreeMap<String, String>,
    publishers: BTreeMap<Entity, String>,
}

/// Accounts by origin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Groups {
    /// Indices of the accounts of each origin, in the order of the origins.
    pub groups: BTreeMap<OriginOf, Vec<usize>>,
}

impl Groups {
    /// How many origins speak independently.
    pub fn n(&self) -> usize {
        self.groups.len()
    }
}

impl Ties {
    /// Reads ties from assertions that count, and publishers from the sources.
    pub fn of<'a>(counting: impl IntoIterator<Item = &'a Assertion>, sources: &[&Source]) -> Self {
        let mut ties = Self::default();
        let mut names: BTreeMap<Entity, BTreeSet<String>> = BTreeMap::new();
        let mut links: Vec<(Entity, Entity)> = Vec::new();
        let counting: Vec<&Assertion> = counting.into_iter().collect();
        let joined: Vec<&Assertion> =
            counting.iter().copied().filter(|one| one.about.kind == EntityKind::Party).collect();
        let merged = SameEntities::of(&joined);
        for source in sources {
            ties.publish(Entity::source(source.id), &source.said_by.speaker.name, source.said_by.speaker.kind);
        }
        for one in counting {
            match (one.topic, one.leads_to()) {
                (Topic::Of(Matter::DerivedFrom), Some(original)) => {
                    ties.made_of.insert(one.about, original);
                }
                (Topic::Of(Matter::SpeaksFor), Some(other)) if one.is_tallied() => {
                    links.push((merged.main(one.about), merged.main(other)));
                }
                (Topic::Of(Matter::Publisher), _) => {
                    ties.publish(one.about, &text_of(one), SpeakerKind::Press);
                }
                (Topic::Of(Matter::Called | Matter::Handle), _) if one.about.kind == EntityKind::Party => {
                    names.entry(merged.main(one.about)).or_default().insert(fold(&text_of(one)));
                }
                _ => {}
            }
        }
        // All names of one party mean its first name; whoever speaks for another means that one's first name.
        let first = |entity: &Entity| names.get(entity).and_then(|names| names.first().cloned());
        for all in names.values() {
            let Some(main) = all.first() else { continue };
            all.iter().skip(1).for_each(|name| {
                ties.speaks_for.insert(name.clone(), main.clone());
            });
        }
        for (who, whom) in links {
            if let (Some(who), Some(whom)) = (first(&who), first(&whom)) {
                ties.speaks_for.insert(who, whom);
            }
        }
        ties
    }

    /// Adds that one source was made of another.
    pub fn derive(&mut self, copy: Entity, original: Entity) {
        self.made_of.insert(copy, original);
    }

    fn publish(&mut self, source: Entity, name: &str, kind: SpeakerKind) {
        let name = fold(name);
        if kind != SpeakerKind::Unnamed && !name.is_empty() {
            self.publishers.insert(source, name);
        }
    }

    /// The work that a source goes back to; circles end where they were entered.
    pub fn root(&self, source: SourceId) -> Entity {
        let mut at = Entity::source(source);
        let mut seen = BTreeSet::from([at]);
        while let Some(next) = self.made_of.get(&at) {
            if !seen.insert(*next) {
                return *seen.first().expect("the start was put in");
            }
            at = *next;
        }
        at
    }

    /// Whose words an assertion goes back to.
    pub fn origin(&self, assertion: &Assertion) -> OriginOf {
        let named = assertion.said_by.iter().flat_map(|chain| std::iter::once(&chain.speaker).chain(&chain.relayed_by));
        let named = named.filter(|speaker| speaker.kind != SpeakerKind::Unnamed).map(|speaker| fold(&speaker.name));
        if let Some(name) = named.into_iter().find(|name| !name.is_empty()) {
            return OriginOf::Named(self.main_name(name));
        }
        let Some(quote) = assertion.quotes.first() else { return OriginOf::Work(assertion.about) };
        let root = self.root(quote.source);
        match self.publishers.get(&root) {
            Some(name) => OriginOf::Named(self.main_name(name.clone())),
            None => OriginOf::Work(root),
        }
    }

    fn main_name(&self, mut name: String) -> String {
        let mut seen = BTreeSet::new();
        while let Some(next) = self.speaks_for.get(&name) {
            if !seen.insert(name.clone()) {
                // Two who speak for each other are one, under the lesser name.
                return seen.into_iter().next().unwrap_or(name);
            }
            name.clone_from(next);
        }
        name
    }
}

/// Accounts by whose words they go back to.
pub fn groups(assertions: &[&Assertion], ties: &Ties) -> Groups {
    let mut groups: BTreeMap<OriginOf, Vec<usize>> = BTreeMap::new();
    for (idx, assertion) in assertions.iter().enumerate() {
        groups.entry(ties.origin(assertion)).or_default().push(idx);
    }
    Groups { groups }
}

/// What is written in an assertion of words: typed, or quoted.
fn text_of(assertion: &Assertion) -> String {
    match &assertion.content {
        crate::Content::Text(text) => text.clone(),
        _ => assertion.words(),
    }
}
