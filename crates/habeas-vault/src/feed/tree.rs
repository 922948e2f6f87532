//! The tree over all entries of a feed: one hash that binds each of them, and short proofs that one is among them.
//!
//! The shape is that of RFC 6962 `[rfc6962]`. Leaves are salted, so that whoever is shown the proof of one entry can
//! guess none of the others. A feed keeps only the peaks, which grow with the logarithm of its length.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A hash in the tree.
pub type Hash = [u8; 32];

/// The leaf of one entry: `i` is its place in the commit with this salt.
pub fn leaf(frame_salt: &[u8; 32], i: u32, entry: &[u8]) -> Hash {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(frame_salt).expect("HMAC takes keys of any length");
    mac.update(&i.to_le_bytes());
    salted_leaf(&mac.finalize().into_bytes().into(), entry)
}

/// The leaf of an entry with this salt.
pub fn salted_leaf(salt: &[u8; 32], entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(salt).chain_update(Sha256::digest(entry)).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The tree over the entries so far: its size and its peaks, the roots of the full subtrees that it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    size: u64,
    /// One for each set bit of the size, the largest subtree first.
    peaks: Vec<Hash>,
}

impl Tree {
    /// The tree with this size and these peaks; `None` when there are not as many as the size demands.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() as u32 == size.count_ones()).then_some(Self { size, peaks })
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the full subtrees, the largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("a peak for each set bit");
            hash = node(&left, &hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root; zeros for a tree without leaves.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let last = peaks.next().copied().unwrap_or_default();
        peaks.fold(last, |right, left| node(left, &right))
    }
}

/// The hashes that lead from leaf `index` to the root over `leaves`, nearest first (PATH of RFC 6962, §2.1.1).
pub fn proof(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let root_of = |leaves: &[Hash]| {
        let mut tree = Tree::default();
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        tree.root()
    };
    let (mut path, sibling) = if index < left.len() {
        (proof(index, left), root_of(right))
    } else {
        (proof(index - left.len(), right), root_of(left))
    };
    path.push(sibling);
    path
}

/// The root that a proof leads to, for the leaf at `index` of a tree with `size` leaves; `None` when the proof has not
/// the length that these demand (RFC 9162, §2.1.3.2).
pub fn root_by_proof(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if at % 2 == 1 || at == last {
            hash = node(sibling, &hash);
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            hash = node(&hash, sibling);
        }
        (at, last) = (at / 2, last / 2);
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(n: usize) -> Vec<Hash> {
        (0..n).map(|i| leaf(&[7; 32], i as u32, format!("entry {i}").as_bytes())).collect()
    }

    fn tree(leaves: &[Hash]) -> Tree {
        let mut tree = Tree::default();
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        tree
    }

    /// MTH of RFC 6962, §2.1, word for word.
    fn merkle_tree_hash(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => [0; 32],
            [leaf] => *leaf,
            _ => {
                let k = leaves.len().next_power_of_two() / 2;
                node(&merkle_tree_hash(&leaves[..k]), &merkle_tree_hash(&leaves[k..]))
            }
        }
    }

    proptest! {
        #[test]
        fn the_root_is_that_of_the_rfc_and_every_leaf_can_be_proved(n in 0usize..70) {
            let leaves = leaves(n);
            let tree = tree(&leaves);
            prop_assert_eq!(tree.root(), merkle_tree_hash(&leaves));
            prop_assert_eq!(Tree::from_peaks(n as u64, tree.peaks().to_vec()), Some(tree.clone()));
            for (i, leaf) in leaves.iter().enumerate() {
                let path = proof(i, &leaves);
                prop_assert_eq!(root_by_proof(i as u64, n as u64, *leaf, &path), Some(tree.root()));
                let mut other = *leaf;
                other[0] ^= 1;
                prop_assert_ne!(root_by_proof(i as u64, n as u64, other, &path), Some(tree.root()));
            }
        }
    }

    #[test]
    fn a_proof_does_not_fit_another_place_or_size() {
        let leaves = leaves(11);
        let (root, path) = (tree(&leaves).root(), proof(4, &leaves));
        assert_ne!(root_by_proof(5, 11, leaves[4], &path), Some(root));
        assert_eq!(root_by_proof(4, 40, leaves[4], &path), None);
        assert_eq!(root_by_proof(11, 11, leaves[4], &path), None);
        assert_eq!(root_by_proof(4, 11, leaves[4], &path[..3]), None);
    }

    #[test]
    fn the_same_entry_in_two_commits_has_two_leaves() {
        assert_ne!(leaf(&[1; 32], 0, b"entry"), leaf(&[2; 32], 0, b"entry"));
        assert_ne!(leaf(&[1; 32], 0, b"entry"), leaf(&[1; 32], 1, b"entry"));
    }
}
