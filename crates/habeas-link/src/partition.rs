//! From scored pairs to persons: correlation clustering under judgements.
//!
//! Plain connected components glue families together through chains of half-likely pairs. Here a cluster must be
//! supported by the sum of the weights of all its pairs. Small components are solved exactly, larger ones greedily with
//! moves of single records. Judgements bind; where they contradict each other, nobody is merged by them and the
//! conflict is reported.

mod components;
mod graph;
mod joints;
mod leftover;

pub(crate) use components::{Bound, Components};
pub(crate) use graph::{Component, Dense, FORBIDDEN, MOST_DENSE};
pub(crate) use joints::weakest_joints;

use components::Groups;
use habeas_core::{MatchWeight, Partition, ScoredPair};
pub use leftover::{Leftover, correct_leftovers};
use std::num::NonZeroUsize;

/// Most bits that one pair adds to or takes from a cluster: a single field that is certain must not outvote all others.
pub(crate) const MOST_PAIR_BITS: f64 = 20.0;
/// Nodes up to which a component is solved exactly: 3^n steps.
const EXACT: usize = 10;
/// Rounds of moves of single records.
const MOST_ROUNDS: usize = 20;

/// Decisions of people about pairs, by record index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Constraints {
    /// Pairs that are one person.
    pub same: Vec<(u32, u32)>,
    /// Pairs that are two persons.
    pub different: Vec<(u32, u32)>,
    /// Pairs on which people disagree: kept apart until they agree, and nothing is learnt from them.
    pub disputed: Vec<(u32, u32)>,
}

impl Constraints {
    /// Pairs that must not be joined.
    pub(crate) fn apart(&self) -> impl Iterator<Item = &(u32, u32)> {
        self.different.iter().chain(&self.disputed)
    }
}

/// Judgements that cannot all hold: the two records are judged different and yet the same through others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// Smaller record of the pair judged different.
    pub left: u32,
    /// Larger record.
    pub right: u32,
}

/// The pair by which a cluster would fall apart first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct WeakestJoint {
    /// Number of the cluster in the partition.
    pub cluster: u32,
    /// The pair with its weight.
    pub pair: ScoredPair,
}

/// A partition with what a reviewer should see of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Partitioned {
    /// The partition.
    pub partition: Partition,
    /// Judgements that contradict each other; none of those involved was applied as «same».
    pub conflicts: Vec<Conflict>,
}

/// Joins every two records whose weight reaches the cut; for comparison only.
pub fn components(n_records: usize, pairs: &[ScoredPair], cut: MatchWeight) -> Partition {
    let mut groups = Groups::new(n_records);
    for pair in pairs.iter().filter(|pair| pair.weight() >= cut) {
        groups.join(pair.left, pair.right);
    }
    groups.into_partition()
}

/// What is known of all pairs of some records.
#[derive(Clone, Copy)]
pub struct Evidence<'e> {
    /// Number of records.
    pub n_records: usize,
    /// Scored pairs, sorted by smaller, then larger record.
    pub pairs: &'e [ScoredPair],
    /// What people decided.
    pub judgements: &'e Constraints,
    /// Weight from which a pair speaks for one person.
    pub cut: MatchWeight,
    /// Weight of a pair that is not in `pairs` (below the floor, or never a candidate).
    pub weigh: &'e (dyn Fn(u32, u32) -> MatchWeight + Sync),
}

/// Maximises the sum of weights (less the cut) within clusters, under judgements. Beside the pairs it holds eight bytes for
/// each record, and what the threads work on.
///
/// # Source
/// Correlation clustering `[bansal2004]`.
pub fn partition(evidence: &Evidence, threads: NonZeroUsize) -> Partitioned {
    let (bound, conflicts) = Bound::of(evidence.n_records, evidence.judgements);
    let components = Components::new(&bound, evidence, evidence.cut);
    let partition = components.partition(threads.get(), |component| solve(component, evidence.weigh));
    Partitioned { partition, conflicts }
}

/// A label for each node of a component: the first node of its cluster.
fn solve(component: &Component, weigh: &dyn Fn(u32, u32) -> MatchWeight) -> Vec<usize> {
    match component.n_nodes() {
        n if n <= EXACT => exact(&component.dense(weigh, MOST_PAIR_BITS)),
        n if n <= MOST_DENSE => {
            let weights = component.dense(weigh, graph::MOST_AGAINST_OF_MANY);
            let mut labels = agglomerate(&weights);
            move_singles(&weights, &mut labels);
            labels
        }
        _ => component.join_by_edges(weigh),
    }
}

/// The best partition of all, by dynamic programming over subsets.
fn exact(weights: &graph::Dense) -> Vec<usize> {
    let n = weights.n();
    if n == 2 {
        return if weights.get(0, 1) > 0.0 { vec![0, 0] } else { vec![0, 1] };
    }
    let all = (1usize << n) - 1;
    let mut within = vec![0.0; all + 1];
    for set in 1..=all {
        let first = set.trailing_zeros() as usize;
        let rest = set & (set - 1);
        let joined = (0..n).filter(|j| rest >> j & 1 == 1).map(|j| weights.get(first, j)).sum::<f64>();
        within[set] = within[rest] + joined;
    }
    let (mut best, mut chosen) = (vec![0.0; all + 1], vec![0usize; all + 1]);
    for set in 1..=all {
        let lowest = set & set.wrapping_neg();
        let rest = set ^ lowest;
        (best[set], chosen[set]) = (f64::MIN, lowest);
        // All clusters that hold the lowest record.
        let mut part = rest;
        loop {
            let cluster = part | lowest;
            let value = within[cluster] + best[set ^ cluster];
            if value > best[set] {
                (best[set], chosen[set]) = (value, cluster);
            }
            if part == 0 {
                break;
            }
            part = (part - 1) & rest;
        }
    }
    let mut labels = vec![0; n];
    let mut left = all;
    while left != 0 {
        let cluster = chosen[left];
        let label = cluster.trailing_zeros() as usize;
        (0..n).filter(|i| cluster >> i & 1 == 1).for_each(|i| labels[i] = label);
        left ^= cluster;
    }
    labels
}

/// Joins the two clusters with the highest mean weight between them until none is positive.
fn agglomerate(weights: &graph::Dense) -> Vec<usize> {
    let n = weights.n();
    let mut labels: Vec<usize> = (0..n).collect();
    let mut size = vec![1.0f64; n];
    let mut between: Vec<f64> = (0..n * n).map(|at| weights.get(at / n, at % n)).collect();
    let mut alive: Vec<usize> = (0..n).collect();
    loop {
        let mut best = (0.0, None);
        for (x, i) in alive.iter().enumerate() {
            for j in &alive[x + 1..] {
                let mean = between[i * n + j] / (size[*i] * size[*j]);
                if mean > best.0 {
                    best = (mean, Some((*i, *j)));
                }
            }
        }
        let Some((i, j)) = best.1 else { return labels };
        for k in alive.iter().filter(|k| **k != i && **k != j) {
            let sum = between[i * n + k] + between[j * n + k];
            (between[i * n + k], between[k * n + i]) = (sum, sum);
        }
        size[i] += size[j];
        alive.retain(|k| *k != j);
        labels.iter_mut().filter(|label| **label == j).for_each(|label| *label = i);
    }
}

/// Moves single records to where the sum of weights is highest, until nothing moves.
fn move_singles(weights: &graph::Dense, labels: &mut [usize]) {
    let n = weights.n();
    for _ in 0..MOST_ROUNDS {
        let mut moved = false;
        for i in 0..n {
            let mut gain = vec![0.0; n];
            (0..n).filter(|j| *j != i).for_each(|j| gain[labels[j]] += weights.get(i, j));
            let best = (0..n).fold(labels[i], |best, label| if gain[label] > gain[best] + 1e-9 { label } else { best });
            let target = if gain[best] >= 0.0 { Some(best) } else { None };
            match target {
                Some(label) if label != labels[i] => (labels[i], moved) = (label, true),
                None => {
                    let alone = !(0..n).any(|j| j != i && labels[j] == labels[i]);
                    if !alone {
                        let free = (0..n).find(|label| !labels.contains(label));
                        labels[i] = free.expect("fewer clusters than records while one cluster holds two");
                        moved = true;
                    }
                }
                _ => {}
            }
        }
        if !moved {
            break;
        }
    }
    // A label must be a node of its own cluster.
    let named: Vec<usize> = labels.to_vec();
    for (i, label) in labels.iter_mut().enumerate() {
        *label = named.iter().position(|other| *other == named[i]).expect("a node has its own label");
    }
}
