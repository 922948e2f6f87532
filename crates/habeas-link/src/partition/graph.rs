//! One component of records: what is known of its pairs, and how one too large for a matrix is joined.

use super::{MOST_PAIR_BITS, components::Groups};
use habeas_core::MatchWeight;
use std::collections::HashMap;

/// Nodes up to which all weights of a component are held in a matrix.
pub(crate) const MOST_DENSE: usize = 400;
/// Bits that one pair may speak with for two persons where many records are one person: a slip of the hand in one of
/// them is repeated by its pairs with all others, and is still one slip. Greater values split persons of many records,
/// smaller ones glue chains.
pub(super) const MOST_AGAINST_OF_MANY: f64 = 3.5;
/// Pairs between two clusters of a large component that are looked at before they are joined.
const PROBES: usize = 32;
/// Weight of a pair that people judged different: no sum of others reaches it.
pub(crate) const FORBIDDEN: f64 = -1e9;

/// Records that weights above the cut connect; those bound by judgements are one node.
#[derive(Debug)]
pub(crate) struct Component {
    /// Records of each node, the first one names it.
    pub(super) nodes: Vec<Vec<u32>>,
    /// Known weights between records of different nodes, less the cut.
    pub(super) edges: Vec<(u32, u32, f64)>,
    pub(super) cut: f64,
}

/// Symmetric weights between the nodes of a component.
#[derive(Debug)]
pub(crate) struct Dense {
    n: usize,
    weights: Vec<f64>,
}

impl Dense {
    pub(crate) fn n(&self) -> usize {
        self.n
    }

    pub(crate) fn get(&self, i: usize, j: usize) -> f64 {
        self.weights[i * self.n + j]
    }

    /// Sums the weights of pairs of records between nodes; one pair speaks with `most_against` bits at most for two
    /// persons.
    pub(crate) fn sum(n: usize, pairs: impl Iterator<Item = (usize, usize, f64)>, most_against: f64) -> Self {
        let mut dense = Self { n, weights: vec![0.0; n * n] };
        for (i, j, weight) in pairs {
            let weight = clip(weight, most_against);
            dense.weights[i * n + j] += weight;
            dense.weights[j * n + i] += weight;
        }
        dense
    }
}

fn clip(weight: f64, most_against: f64) -> f64 {
    if weight <= FORBIDDEN { weight } else { weight.clamp(-most_against, MOST_PAIR_BITS) }
}

impl Component {
    pub(crate) fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// The record that names a node.
    pub(crate) fn node(&self, i: usize) -> u32 {
        self.nodes[i][0]
    }

    /// Known weights by pair of records, what is forbidden before what is scored.
    fn known(&self) -> HashMap<(u32, u32), f64, foldhash::fast::RandomState> {
        let mut known: HashMap<_, _, foldhash::fast::RandomState> = HashMap::default();
        for (left, right, weight) in &self.edges {
            let slot = known.entry((*left, *right)).or_insert(*weight);
            *slot = slot.min(*weight);
        }
        known
    }

    /// All weights between nodes: sums over their records. One pair speaks with `most_against` bits at most for two
    /// persons.
    pub(crate) fn dense(&self, weigh: &dyn Fn(u32, u32) -> MatchWeight, most_against: f64) -> Dense {
        let pairs = self.pairs(weigh);
        Dense::sum(self.nodes.len(), pairs.iter().map(|(i, j, _, weight)| (*i, *j, *weight)), most_against)
    }

    /// Every two records of different nodes with the numbers of their nodes and their weight less the cut.
    pub(crate) fn pairs(&self, weigh: &dyn Fn(u32, u32) -> MatchWeight) -> Vec<(usize, usize, (u32, u32), f64)> {
        let known = self.known();
        let mut pairs = Vec::new();
        for j in 1..self.nodes.len() {
            for i in 0..j {
                for a in &self.nodes[i] {
                    for b in &self.nodes[j] {
                        let pair = (*a.min(b), *a.max(b));
                        let weight = known.get(&pair).copied().unwrap_or_else(|| weigh(pair.0, pair.1).0 - self.cut);
                        pairs.push((i, j, pair, weight));
                    }
                }
            }
        }
        pairs
    }

    /// For components too large for a matrix: edges from the heaviest down join clusters whose probed pairs agree.
    pub(crate) fn join_by_edges(&self, weigh: &dyn Fn(u32, u32) -> MatchWeight) -> Vec<usize> {
        let known = self.known();
        let node_of: HashMap<u32, usize> =
            self.nodes.iter().enumerate().flat_map(|(i, records)| records.iter().map(move |r| (*r, i))).collect();
        let mut edges: Vec<&(u32, u32, f64)> = self.edges.iter().filter(|edge| edge.2 > 0.0).collect();
        edges.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
        let forbidden: Vec<(u32, u32)> =
            self.edges.iter().filter(|edge| edge.2 <= FORBIDDEN).map(|edge| (edge.0, edge.1)).collect();
        let mut groups = Groups::new(self.nodes.len());
        let mut members: Vec<Vec<u32>> = self.nodes.clone();
        for (left, right, _) in edges {
            let (a, b) = (groups.find(node_of[left] as u32), groups.find(node_of[right] as u32));
            if a == b {
                continue;
            }
            let n_between = members[a as usize].len() * members[b as usize].len();
            let step = n_between.div_ceil(PROBES);
            let mut sum = 0.0;
            for at in (0..n_between).step_by(step) {
                let (x, y) = (
                    members[a as usize][at % members[a as usize].len()],
                    members[b as usize][at / members[a as usize].len()],
                );
                let pair = (x.min(y), x.max(y));
                let weight = known.get(&pair).copied().unwrap_or_else(|| weigh(pair.0, pair.1).0 - self.cut);
                sum += clip(weight, MOST_AGAINST_OF_MANY);
            }
            let mut side = |record: &u32| groups.find(node_of[record] as u32);
            let parted = forbidden.iter().any(|(x, y)| {
                let sides = (side(x), side(y));
                sides == (a, b) || sides == (b, a)
            });
            if sum > 0.0 && !parted {
                groups.join(a, b);
                let (kept, gone) = (a.min(b) as usize, a.max(b) as usize);
                let moved = std::mem::take(&mut members[gone]);
                members[kept].extend(moved);
            }
        }
        (0..self.nodes.len() as u32).map(|i| groups.find(i) as usize).collect()
    }
}
