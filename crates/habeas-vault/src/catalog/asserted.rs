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
    all: Vec<Assertion>,
    keys: HashMap<AssertionId, (ItemId, Option<u32>)>,
    mentions: OnceLock<Vec<Record>>,
}

impl Asserted {
    /// Takes in an assertion with the key that it is sealed under.
    pub fn push(&mut self, one: Assertion, item: ItemId, leaf: Option<u32>) {
        if self.keys.insert(one.id, (item, leaf)).is_none() {
            self.all.push(one);
            self.forget_records();
        }
    }

    /// In the order of the log.
    pub fn all(&self) -> &[Assertion] {
        &self.all
    }

    /// The records that mentions make are made anew: sources or assertions have changed.
    pub fn forget_records(&mut self) {
        self.mentions = OnceLock::new();
    }

    /// The records of mentions in sources that stand.
    pub fn records(&self, sources: &[Arc<Source>]) -> &[Record] {
        self.mentions.get_or_init(|| {
            if self.all.is_empty() { Vec::new() } else { mention_records(&self.all, &standings(&self.all), sources) }
        })
    }

    /// The source that an assertion or what it is about belongs to, so that it is sealed and erased with it.
    pub fn home(&self, one: &Assertion, beside: &[Assertion]) -> Option<SourceId> {
        if let Some(quote) = one.quotes.first() {
            return Some(quote.source);
        }
        if one.about.kind == EntityKind::Source {
            return Some(SourceId(one.about.id.0));
        }
        let about = |known: &&Assertion| known.about == one.about || Entity::assertion(known.id) == one.about;
        let known = self.all.iter().chain(beside).filter(about);
        known.filter_map(|known| known.quotes.first()).map(|quote| quote.source).next()
    }

    /// Keys of the assertions that a test wants.
    pub fn keys_of(&self, wanted: impl Fn(&Assertion) -> bool) -> Vec<(ItemId, Option<u32>)> {
        let wanted = self.all.iter().filter(|one| wanted(one));
        // What no source is erased with is sealed with the statements, which stay.
        wanted.filter_map(|one| self.keys.get(&one.id).copied()).filter(|(_, leaf)| leaf.is_some()).collect()
    }
}
