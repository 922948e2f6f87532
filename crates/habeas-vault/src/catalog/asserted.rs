//! Assertions as the fold keeps them, with the keys that they are sealed under and the records that they make.

use crate::keys::ItemId;
use habeas_core::{Assertion, AssertionId, Entity, EntityKind, Record, Source, SourceId, mention_records, standings};
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

/// All assertions that count as statements, in the order of the log.
#[derive(Default)]
pub struct Asserted {
    all: Arc<Vec<Assertion>>,
    keys: HashMap<AssertionId, (ItemId, Option<u32>)>,
    homes: Homes,
    mentions: OnceLock<Vec<Record>>,
}

/// The source of the first words that are quoted of each entity, assertions among them.
pub type Homes = HashMap<Entity, SourceId>;

/// Notes the home of what an assertion speaks of, and its own.
pub fn note_home(homes: &mut Homes, one: &Assertion) {
    if let Some(quote) = one.quotes.first() {
        homes.entry(one.about).or_insert(quote.source);
        homes.entry(Entity::assertion(one.id)).or_insert(quote.source);
    }
}

impl Asserted {
    /// Takes in an assertion with the key that it is sealed under.
    pub fn push(&mut self, one: Assertion, item: ItemId, leaf: Option<u32>) {
        if self.keys.insert(one.id, (item, leaf)).is_none() {
            note_home(&mut self.homes, &one);
            // Views that share the assertions are dropped before anything is recorded: then nothing is copied here.
            Arc::make_mut(&mut self.all).push(one);
            self.forget_records();
        }
    }

    /// In the order of the log.
    pub fn all(&self) -> &Arc<Vec<Assertion>> {
        &self.all
    }

    /// The records that mentions make are made anew: sources or assertions have changed.
    pub fn forget_records(&mut self) {
        self.mentions = OnceLock::new();
    }

    /// The records of mentions in sources that stand.
    pub fn records(&self, sources: &[Arc<Source>]) -> &[Record] {
        self.mentions.get_or_init(|| {
            if self.all.is_empty() {
                Vec::new()
            } else {
                mention_records(&self.all, &standings(self.all.iter()), sources)
            }
        })
    }

    /// The source that an assertion or what it is about belongs to, so that it is sealed and erased with it. `beside` are
    /// those that are recorded together with it.
    pub fn home(&self, one: &Assertion, beside: &Homes) -> Option<SourceId> {
        if let Some(quote) = one.quotes.first() {
            return Some(quote.source);
        }
        if one.about.kind == EntityKind::Source {
            return Some(SourceId(one.about.id.0));
        }
        self.homes.get(&one.about).or_else(|| beside.get(&one.about)).copied()
    }

    /// Keys of the assertions that a test wants.
    pub fn keys_of(&self, wanted: impl Fn(&Assertion) -> bool) -> Vec<(ItemId, Option<u32>)> {
        let wanted = self.all.iter().filter(|one| wanted(one));
        // What no source is erased with is sealed with the statements, which stay.
        wanted.filter_map(|one| self.keys.get(&one.id).copied()).filter(|(_, leaf)| leaf.is_some()).collect()
    }
}
