//! What is left over when two lists that each name a person once have been linked.
//!
//! Once most persons of two such lists have found each other, the few that have not are likelier to belong together
//! than two records drawn at random: the others are taken. For each two lists the share of one-person pairs among the
//! left-over ones is estimated from their own weights, and their prior is corrected by it, up or down.

use crate::table::Table;
use habeas_core::{MatchWeight, Partition, ScoredPair};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Rounds of re-estimating the share; it settles in a few.
const ROUNDS: usize = 50;
/// Most bits that the prior may change by: the correction is an estimate from few pairs.
const MOST_BITS: f64 = 5.0;

/// The corrected prior of two lists.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leftover {
    /// The two lists, smaller index first.
    pub lists: (u16, u16),
    /// Records of each that have no partner on the other.
    pub n_left: (u64, u64),
    /// What their pairs gain or lose.
    pub bits: MatchWeight,
}

/// Corrects, in place, the weights of pairs whose records are both left over, and says by how much.
///
/// `lambda` is the prior of the model that `pairs` were scored with.
pub fn correct_leftovers(table: &Table, lambda: f64, partition: &Partition, pairs: &mut [ScoredPair]) -> Vec<Leftover> {
    let once = |list: u16| table.lists()[usize::from(list)].names_once;
    let clusters = partition.cluster_of();
    // Which lists each cluster of two or more stands on.
    let mut lists_of: HashMap<u32, Vec<u16>> = HashMap::new();
    let mut sizes = vec![0u32; partition.n_clusters()];
    clusters.iter().for_each(|cluster| sizes[*cluster as usize] += 1);
    let mut n_records: BTreeMap<u16, u64> = BTreeMap::new();
    for record in 0..table.n_records() as u32 {
        let (list, cluster) = (table.list_of(record), clusters[record as usize]);
        *n_records.entry(list).or_insert(0) += u64::from(once(list));
        if sizes[cluster as usize] > 1 {
            lists_of.entry(cluster).or_default().push(list);
        }
    }
    let stands_on =
        |record: u32, list: u16| lists_of.get(&clusters[record as usize]).is_some_and(|lists| lists.contains(&list));
    // Records of each list that have a partner on another.
    let mut n_linked: BTreeMap<(u16, u16), u64> = BTreeMap::new();
    for lists in lists_of.values() {
        let distinct: HashSet<u16> = lists.iter().copied().collect();
        for own in lists {
            for other in distinct.iter().filter(|other| *other != own) {
                *n_linked.entry((*own, *other)).or_insert(0) += 1;
            }
        }
    }
    let mut by_lists: BTreeMap<(u16, u16), Vec<usize>> = BTreeMap::new();
    for (i, pair) in pairs.iter().enumerate() {
        let (a, b) = (table.list_of(pair.left), table.list_of(pair.right));
        if a != b && once(a) && once(b) && !stands_on(pair.left, b) && !stands_on(pair.right, a) {
            by_lists.entry((a.min(b), a.max(b))).or_default().push(i);
        }
    }
    let mut leftovers = Vec::with_capacity(by_lists.len());
    for (lists, of_lists) in by_lists {
        let left = |own: u16, other: u16| n_records[&own] - n_linked.get(&(own, other)).copied().unwrap_or(0);
        let n_left = (left(lists.0, lists.1), left(lists.1, lists.0));
        let n_pairs = (n_left.0 * n_left.1) as f64;
        let mut bits = 0.0f64;
        for _ in 0..ROUNDS {
            let expected: f64 =
                of_lists.iter().map(|i| MatchWeight(pairs[*i].weight.0 + bits).probability().get()).sum();
            // Half a pair in case none is seen; the share of all pairs is the share of those left at most.
            let share = ((expected + 0.5) / (n_pairs + 1.0)).min(0.5);
            bits = (share / (1.0 - share) / (lambda / (1.0 - lambda))).log2().clamp(-MOST_BITS, MOST_BITS);
        }
        of_lists.iter().for_each(|i| pairs[*i].weight.0 += bits);
        leftovers.push(Leftover { lists, n_left, bits: MatchWeight(bits) });
    }
    leftovers
}
