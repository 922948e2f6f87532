//! What is erased: items that went whole, and single leaves.

use crate::keys::ItemId;
use std::collections::{BTreeMap, BTreeSet};

/// The keys that no device may hold any more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErasedSet {
    whole: BTreeSet<ItemId>,
    leaves: BTreeMap<ItemId, BTreeSet<u32>>,
}

impl ErasedSet {
    /// Adds an item, or one leaf of it.
    pub fn insert(&mut self, item: ItemId, leaf: Option<u32>) {
        match leaf {
            None => {
                self.whole.insert(item);
            }
            Some(leaf) => {
                self.leaves.entry(item).or_default().insert(leaf);
            }
        }
    }

    /// Whether an item, or one leaf of it, is erased.
    pub fn contains(&self, item: &ItemId, leaf: Option<u32>) -> bool {
        self.whole.contains(item)
            || leaf.is_some_and(|leaf| self.leaves.get(item).is_some_and(|leaves| leaves.contains(&leaf)))
    }

    /// Items that went whole.
    pub fn whole(&self) -> impl Iterator<Item = &ItemId> {
        self.whole.iter()
    }

    /// Leaves of an item that did not go whole.
    pub fn leaves(&self, item: &ItemId) -> impl Iterator<Item = u32> + '_ {
        self.leaves.get(item).into_iter().flatten().copied()
    }

    /// Number of erased leaves of an item.
    pub fn n_leaves(&self, item: &ItemId) -> u64 {
        self.leaves.get(item).map_or(0, |leaves| leaves.len() as u64)
    }

    /// Everything, in order.
    pub fn targets(&self) -> impl Iterator<Item = (ItemId, Option<u32>)> + '_ {
        let leaves = self.leaves.iter().flat_map(|(item, leaves)| leaves.iter().map(|leaf| (*item, Some(*leaf))));
        self.whole.iter().map(|item| (*item, None)).chain(leaves)
    }
}
