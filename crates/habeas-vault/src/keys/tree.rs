//! The keys of one item as a tree, so that single leaves can be destroyed.
//!
//! The records of an import are sealed under the leaves of its tree. Each node's seed gives its two children and nothing
//! else `[goldreich1986]`; to erase one record its leaf is *punctured*: the nodes above it are replaced by the other
//! child at each step, from which every leaf but that one can still be made.

use super::Key;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Depth of the leaves: their numbers have 32 bits.
pub const LEAF_DEPTH: u8 = 32;

/// One node of a key tree.
#[derive(Clone, PartialEq, Eq)]
pub struct Node {
    /// 0 for the root, 32 for a leaf.
    pub depth: u8,
    /// The first `depth` bits of the numbers of the leaves below, as a number.
    pub index: u32,
    /// The secret from which all below is made.
    pub seed: Key,
}

/// The nodes that are held of one item's key tree; none of them lies below another.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct KeySet {
    nodes: BTreeMap<(u8, u32), Key>,
}

/// Makes the keys of one set's leaves one after the other, with about two hashes for each: remembers the seeds from a held
/// node down to the last leaf that was asked for.
#[derive(Default)]
pub struct LeafPath(Vec<Node>);

impl Node {
    fn child(&self, bit: u8) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        let hash = Sha256::new().chain_update(b"habeas/1 node").chain_update([bit]).chain_update(&self.seed[..]);
        seed.copy_from_slice(&Zeroizing::new(<[u8; 32]>::from(hash.finalize()))[..]);
        Self { depth: self.depth + 1, index: self.index << 1 | u32::from(bit), seed }
    }

    fn is_above(&self, leaf: u32) -> bool {
        prefix(leaf, self.depth) == self.index
    }

    /// The child on the way to a leaf.
    fn towards(&self, leaf: u32) -> Self {
        self.child((prefix(leaf, self.depth + 1) & 1) as u8)
    }
}

/// The first `depth` bits of a leaf's number.
fn prefix(leaf: u32, depth: u8) -> u32 {
    leaf.checked_shr(u32::from(LEAF_DEPTH - depth)).unwrap_or(0)
}

impl KeySet {
    /// All leaves, and the item's own key.
    #[cfg(test)]
    pub fn whole(seed: Key) -> Self {
        Self { nodes: [((0, 0), seed)].into() }
    }

    /// The root's seed, as long as no leaf was punctured.
    pub fn root(&self) -> Option<&Key> {
        self.nodes.get(&(0, 0))
    }

    /// The key of one leaf.
    pub fn leaf(&self, leaf: u32) -> Option<Key> {
        LeafPath::default().key(self, leaf)
    }

    /// Whether the key of a leaf can be made.
    #[cfg(test)]
    pub fn covers(&self, leaf: u32) -> bool {
        self.above(leaf).is_some()
    }

    /// Number of leaves whose keys cannot be made.
    pub fn n_punctured(&self) -> u64 {
        let below = |depth: u8| 1u64 << (LEAF_DEPTH - depth);
        (1u64 << LEAF_DEPTH) - self.nodes.keys().map(|(depth, _)| below(*depth)).sum::<u64>()
    }

    /// Destroys the key of one leaf.
    pub fn puncture(&mut self, leaf: u32) {
        let Some(mut node) = self.above(leaf) else { return };
        self.nodes.remove(&(node.depth, node.index));
        while node.depth < LEAF_DEPTH {
            let towards = node.towards(leaf);
            let other = node.child(1 - (towards.index & 1) as u8);
            self.nodes.insert((other.depth, other.index), other.seed);
            node = towards;
        }
    }

    /// Adds what another copy of the set still holds. Whoever merges punctures again what is erased.
    pub fn insert(&mut self, node: Node) {
        let above = (0..node.depth).any(|depth| {
            let index = node.index.checked_shr(u32::from(node.depth - depth)).unwrap_or(0);
            self.nodes.contains_key(&(depth, index))
        });
        if !above {
            self.nodes.retain(|(depth, index), _| {
                *depth < node.depth || index.checked_shr(u32::from(depth - node.depth)).unwrap_or(0) != node.index
            });
            self.nodes.insert((node.depth, node.index), node.seed);
        }
    }

    /// The nodes, by depth and index.
    pub fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        self.nodes.iter().map(|((depth, index), seed)| Node { depth: *depth, index: *index, seed: seed.clone() })
    }

    fn above(&self, leaf: u32) -> Option<Node> {
        (0..=LEAF_DEPTH).find_map(|depth| {
            let index = prefix(leaf, depth);
            Some(Node { depth, index, seed: self.nodes.get(&(depth, index))?.clone() })
        })
    }
}

impl LeafPath {
    /// The key of a leaf of the set; `None` when it was punctured.
    pub fn key(&mut self, keys: &KeySet, leaf: u32) -> Option<Key> {
        let Self(path) = self;
        while path.last().is_some_and(|node| !node.is_above(leaf)) {
            path.pop();
        }
        if path.is_empty() {
            path.push(keys.above(leaf)?);
        }
        while let Some(node) = path.last().filter(|node| node.depth < LEAF_DEPTH) {
            let next = node.towards(leaf);
            path.push(next);
        }
        path.last().map(|node| node.seed.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set() -> KeySet {
        KeySet::whole(Zeroizing::new([7; 32]))
    }

    fn hex(key: &Key) -> String {
        key.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_leaf_is_made_by_thirty_two_hashes_from_the_root() {
        let mut seed = [7u8; 32];
        for depth in 1..=32 {
            let bit = (0xa000_0005u32 >> (32 - depth)) as u8 & 1;
            let hash = Sha256::new().chain_update(b"habeas/1 node").chain_update([bit]).chain_update(seed);
            seed = hash.finalize().into();
        }
        assert_eq!(hex(&set().leaf(0xa000_0005).unwrap()), hex(&Zeroizing::new(seed)));
    }

    proptest! {
        #[test]
        fn a_punctured_leaf_is_gone_and_every_other_stays(gone in prop::collection::vec(0u32..40, 0..6), far: u32) {
            let mut punctured = set();
            gone.iter().for_each(|leaf| punctured.puncture(*leaf));
            let (mut path, whole) = (LeafPath::default(), set());
            for leaf in (0..48).chain([far]) {
                let expected = if gone.contains(&leaf) { None } else { whole.leaf(leaf) };
                prop_assert!(path.key(&punctured, leaf) == expected, "leaf {leaf}");
                prop_assert!(punctured.leaf(leaf) == expected && punctured.covers(leaf) == expected.is_some());
            }
            prop_assert_eq!(punctured.root().is_none(), !gone.is_empty());
            let distinct: std::collections::BTreeSet<&u32> = gone.iter().collect();
            prop_assert_eq!(punctured.n_punctured(), distinct.len() as u64);
            let mut again = set();
            gone.iter().rev().for_each(|leaf| again.puncture(*leaf));
            prop_assert!(again == punctured, "in any order");
        }

        #[test]
        fn what_two_devices_hold_merges_to_one_set(a in prop::collection::vec(0u32..20, 0..5), b in prop::collection::vec(0u32..20, 0..5)) {
            let punctured = |leaves: &[u32]| {
                let mut set = set();
                leaves.iter().for_each(|leaf| set.puncture(*leaf));
                set
            };
            let merged = |first: &KeySet, second: &KeySet| {
                let mut merged = first.clone();
                second.nodes().for_each(|node| merged.insert(node));
                // The erased set of both is known by then.
                a.iter().chain(&b).for_each(|leaf| merged.puncture(*leaf));
                merged
            };
            let (one, two) = (punctured(&a), punctured(&b));
            prop_assert!(merged(&one, &two) == merged(&two, &one));
            prop_assert!(merged(&one, &one) == merged(&one, &merged(&one, &one)));
            let both = merged(&one, &two);
            for leaf in 0..24 {
                prop_assert_eq!(both.covers(leaf), !a.contains(&leaf) && !b.contains(&leaf));
            }
        }
    }
}
