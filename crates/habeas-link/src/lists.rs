//! λ by pairs of lists: how many pairs within a list and across two lists are one person.

use crate::table::Table;
use habeas_core::ScoredPair;
use std::collections::BTreeMap;

/// What the scored pairs say of two lists, or of one list within itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ListPair {
    /// Indices of the lists, the smaller first.
    pub lists: (u16, u16),
    /// Pairs of records of these lists.
    pub n_pairs: f64,
    /// Expected number of pairs of one person among them: the sum of the probabilities of the scored pairs, so nothing
    /// of pairs that no rule held.
    pub n_same: f64,
}

impl ListPair {
    /// λ of these lists: the probability that two of their records drawn at random are one person.
    pub fn lambda(&self) -> f64 {
        if self.n_pairs > 0.0 { self.n_same / self.n_pairs } else { 0.0 }
    }
}

/// Sums the probabilities of scored pairs by the two lists that they are of; lists of which no pair was scored are left
/// out, and so are sources that are no lists.
pub(crate) fn by_lists(table: &Table, pairs: &[ScoredPair]) -> Vec<ListPair> {
    let mut n_same: BTreeMap<(u16, u16), f64> = BTreeMap::new();
    for pair in pairs {
        let (a, b) = (table.list_of(pair.left), table.list_of(pair.right));
        if [a, b].iter().all(|list| table.lists()[usize::from(*list)].is_list) {
            *n_same.entry((a.min(b), a.max(b))).or_insert(0.0) += pair.weight().probability().get();
        }
    }
    let n_records = table.n_by_list();
    let n_pairs = |a: u16, b: u16| {
        let [n, other] = [a, b].map(|list| n_records[usize::from(list)] as f64);
        if a == b { n * (n - 1.0) / 2.0 } else { n * other }
    };
    n_same.into_iter().map(|(lists, n_same)| ListPair { lists, n_pairs: n_pairs(lists.0, lists.1), n_same }).collect()
}
