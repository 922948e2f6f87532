//! Records bound by judgements, and the components that weights above the cut make of them.

use super::{Conflict, Constraints, Evidence, MOST_PAIR_BITS, WeakestJoint};
use habeas_core::{MatchWeight, Partition, ScoredPair};
use std::collections::{HashMap, HashSet};

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

/// Disjoint groups of records.
#[derive(Debug, Clone)]
pub(crate) struct Groups {
    parent: Vec<u32>,
}

impl Groups {
    pub(crate) fn new(n: usize) -> Self {
        Self { parent: (0..n as u32).collect() }
    }

    pub(crate) fn find(&mut self, mut i: u32) -> u32 {
        while self.parent[i as usize] != i {
            let next = self.parent[self.parent[i as usize] as usize];
            self.parent[i as usize] = next;
            i = next;
        }
        i
    }

    /// Joins two groups; the smaller number stands for both.
    pub(crate) fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.find(a), self.find(b));
        self.parent[a.max(b) as usize] = a.min(b);
        a != b
    }

    pub(crate) fn partition(&mut self) -> Partition {
        let labels: Vec<u32> = (0..self.parent.len() as u32).map(|i| self.find(i)).collect();
        Partition::from_labels(&labels)
    }
}

/// Joins what people judged the same, except where that contradicts what they judged different.
pub(crate) fn bind(n_records: usize, constraints: &Constraints) -> (Groups, Vec<Conflict>) {
    let mut all = Groups::new(n_records);
    constraints.same.iter().for_each(|(a, b)| {
        all.join(*a, *b);
    });
    let mut conflicts = Vec::new();
    let mut disputed = HashSet::new();
    for (a, b) in constraints.apart() {
        if all.find(*a) == all.find(*b) {
            conflicts.push(Conflict { left: *a.min(b), right: *a.max(b) });
            disputed.insert(all.find(*a));
        }
    }
    conflicts.sort_unstable();
    conflicts.dedup();
    let mut bound = Groups::new(n_records);
    for (a, b) in &constraints.same {
        if !disputed.contains(&all.find(*a)) {
            bound.join(*a, *b);
        }
    }
    (bound, conflicts)
}

/// Records that weights above the cut connect; those bound by judgements are one node.
#[derive(Debug)]
pub(crate) struct Component {
    /// Records of each node, the first one names it.
    nodes: Vec<Vec<u32>>,
    /// Known weights between records of different nodes, less the cut.
    edges: Vec<(u32, u32, f64)>,
    cut: f64,
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

/// Components of two nodes and more, by their first record: pairs above `connecting` connect.
pub(crate) fn components_of(bound: &Groups, evidence: &Evidence, connecting: MatchWeight) -> Vec<Component> {
    let (pairs, cut) = (evidence.pairs, evidence.cut);
    let mut bound = bound.clone();
    let different: HashSet<(u32, u32)> = evidence.judgements.apart().map(|(a, b)| (*a.min(b), *a.max(b))).collect();
    let mut connected = bound.clone();
    for pair in pairs.iter().filter(|pair| pair.weight > connecting && !different.contains(&(pair.left, pair.right))) {
        connected.join(pair.left, pair.right);
    }
    let n_records = bound.parent.len() as u32;
    let mut node_records: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut component_nodes: HashMap<u32, Vec<u32>> = HashMap::new();
    for record in 0..n_records {
        let (node, component) = (bound.find(record), connected.find(record));
        if connected.parent[record as usize] == record && bound.parent[record as usize] == record {
            // Roots alone are the many records that nothing is linked to; they get an entry only when joined.
            continue;
        }
        if node != record {
            node_records.entry(node).or_insert_with(|| vec![node]).push(record);
        } else {
            component_nodes.entry(component).or_insert_with(|| vec![component]).push(node);
        }
    }
    let mut roots: Vec<u32> = component_nodes.keys().copied().collect();
    roots.sort_unstable();
    let index_of: HashMap<u32, usize> = roots.iter().enumerate().map(|(i, root)| (*root, i)).collect();
    let mut components: Vec<Component> = roots
        .iter()
        .map(|root| {
            let nodes = component_nodes[root].iter();
            let nodes = nodes.map(|node| node_records.get(node).cloned().unwrap_or_else(|| vec![*node])).collect();
            Component { nodes, edges: Vec::new(), cut: cut.0 }
        })
        .collect();
    for pair in pairs {
        let component = connected.find(pair.left);
        if component == connected.find(pair.right) && bound.find(pair.left) != bound.find(pair.right) {
            let weight = if different.contains(&(pair.left, pair.right)) { FORBIDDEN } else { pair.weight.0 - cut.0 };
            if let Some(i) = index_of.get(&component) {
                components[*i].edges.push((pair.left, pair.right, weight));
            }
        }
    }
    // Judged pairs that were never scored.
    for (left, right) in &different {
        let component = connected.find(*left);
        if component == connected.find(*right)
            && let Some(i) = index_of.get(&component)
        {
            components[*i].edges.push((*left, *right, FORBIDDEN));
        }
    }
    components
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

/// In the heaviest tree that spans a cluster, the lightest pair.
pub(super) fn weakest_joints(partition: &Partition, evidence: &Evidence) -> Vec<WeakestJoint> {
    let cluster_of = partition.cluster_of();
    let mut inside: Vec<&ScoredPair> =
        evidence.pairs.iter().filter(|p| cluster_of[p.left as usize] == cluster_of[p.right as usize]).collect();
    inside.sort_by(|a, b| b.weight.0.total_cmp(&a.weight.0).then((a.left, a.right).cmp(&(b.left, b.right))));
    let mut groups = Groups::new(partition.n_records());
    let mut weakest: HashMap<u32, ScoredPair> = HashMap::new();
    for pair in inside {
        if groups.join(pair.left, pair.right) {
            weakest.insert(cluster_of[pair.left as usize], *pair);
        }
    }
    // What judgements alone hold together may never have been scored.
    let mut first_of: HashMap<u32, u32> = HashMap::new();
    for (record, cluster) in cluster_of.iter().enumerate() {
        let record = record as u32;
        let first = *first_of.entry(*cluster).or_insert(record);
        if first != record && groups.join(first, record) {
            let pair = ScoredPair { left: first, right: record, weight: (evidence.weigh)(first, record) };
            let known = weakest.entry(*cluster).or_insert(pair);
            if pair.weight < known.weight {
                *known = pair;
            }
        }
    }
    let mut weakest: Vec<WeakestJoint> =
        weakest.into_iter().map(|(cluster, pair)| WeakestJoint { cluster, pair }).collect();
    weakest.sort_unstable_by_key(|joint| joint.cluster);
    weakest
}
