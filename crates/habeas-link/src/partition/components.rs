//! Which records pairs connect, and one component after the other made of them. No more of them is held at a time than
//! threads work on: a hundred million pairs need little beside themselves.

use super::{
    Conflict, Constraints, Evidence,
    graph::{Component, FORBIDDEN},
};
use crate::blocking::in_parallel;
use habeas_core::{MatchWeight, Partition, ScoredPair};
use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
};

/// Records that one job of a thread looks at.
const RANGE: u32 = 1 << 14;
/// Jobs for each thread whose results are held at a time.
const JOBS: usize = 16;
/// Records that share one entry of where rows begin.
const STEP: u32 = 16;

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

    /// The first record of the group of each.
    fn into_firsts(mut self) -> Vec<u32> {
        for i in 0..self.parent.len() {
            // A parent is smaller, and so points at the first by now.
            self.parent[i] = self.parent[self.parent[i] as usize];
        }
        self.parent
    }

    pub(crate) fn into_partition(self) -> Partition {
        Partition::from_firsts(self.into_firsts())
    }
}

/// Records that people judged the same: one node each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bound {
    /// The first record of the node, for all others of it.
    first_of: BTreeMap<u32, u32>,
}

impl Bound {
    /// Binds what people judged the same, except where that contradicts what they judged different.
    pub(crate) fn of(n_records: usize, constraints: &Constraints) -> (Self, Vec<Conflict>) {
        let mut all = Groups::new(n_records);
        for (a, b) in &constraints.same {
            all.join(*a, *b);
        }
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
        let records = constraints.same.iter().flat_map(|(a, b)| [*a, *b]);
        let firsts = records.map(|record| (record, all.find(record)));
        let first_of = firsts.filter(|(record, first)| record != first && !disputed.contains(first)).collect();
        (Self { first_of }, conflicts)
    }

    /// The first record of the node of a record.
    pub(crate) fn node(&self, record: u32) -> u32 {
        self.first_of.get(&record).copied().unwrap_or(record)
    }

    /// All records, with those of one node in one group.
    pub(crate) fn groups(&self, n_records: usize) -> Groups {
        let mut groups = Groups::new(n_records);
        for (record, first) in &self.first_of {
            groups.join(*first, *record);
        }
        groups
    }
}

/// Sorted pairs by their smaller record.
pub(super) struct Rows<'e> {
    pairs: &'e [ScoredPair],
    /// Where the pairs of every so-manieth record begin.
    starts: Vec<usize>,
}

impl<'e> Rows<'e> {
    pub(super) fn of(n_records: usize, pairs: &'e [ScoredPair]) -> Self {
        let mut starts = vec![0; n_records / STEP as usize + 2];
        for pair in pairs {
            starts[(pair.left / STEP) as usize + 1] += 1;
        }
        let mut sum = 0;
        starts.iter_mut().for_each(|start| {
            sum += *start;
            *start = sum;
        });
        Self { pairs, starts }
    }

    /// The pairs of which a record is the smaller.
    pub(super) fn row(&self, record: u32) -> &'e [ScoredPair] {
        let at = (record / STEP) as usize;
        let near = &self.pairs[self.starts[at]..self.starts[at + 1]];
        let first = near.partition_point(|pair| pair.left < record);
        let n = near[first..].partition_point(|pair| pair.left == record);
        &near[first..first + n]
    }
}

/// Members of groups as chains: each record knows the next of its group, the last itself.
pub(super) struct Chains(Vec<u32>);

impl Chains {
    /// `firsts` gives the first record of the group of each.
    pub(super) fn of(firsts: &[u32]) -> Self {
        let mut next: Vec<u32> = (0..firsts.len() as u32).collect();
        for i in (0..firsts.len()).rev() {
            let first = firsts[i] as usize;
            if first != i {
                if next[first] as usize != first {
                    next[i] = next[first];
                }
                next[first] = i as u32;
            }
        }
        Self(next)
    }

    /// The records of a group, ascending.
    pub(super) fn members(&self, first: u32) -> impl Iterator<Item = u32> {
        let next = |at: &u32| Some(self.0[*at as usize]).filter(|next| next != at);
        std::iter::successors(Some(first), next)
    }

    pub(super) fn is_alone(&self, first: u32) -> bool {
        self.0[first as usize] == first
    }
}

/// Records that pairs above a weight connect.
pub(crate) struct Components<'e> {
    evidence: &'e Evidence<'e>,
    bound: &'e Bound,
    /// For each record the others that it must not be joined with, the smaller record first.
    apart: BTreeMap<u32, Vec<u32>>,
    rows: Rows<'e>,
    /// The first record of the component of each record.
    firsts: Vec<u32>,
    chains: Chains,
}

impl<'e> Components<'e> {
    /// Pairs above `connecting` connect. The pairs of the evidence must be sorted by smaller, then larger record.
    pub(crate) fn new(bound: &'e Bound, evidence: &'e Evidence<'e>, connecting: MatchWeight) -> Self {
        debug_assert!(evidence.pairs.is_sorted_by_key(|pair| (pair.left, pair.right)), "rows are found by search");
        let mut apart: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (a, b) in evidence.judgements.apart() {
            apart.entry(*a.min(b)).or_default().push(*a.max(b));
        }
        let mut connected = bound.groups(evidence.n_records);
        for pair in evidence.pairs.iter().filter(|pair| pair.weight() > connecting) {
            if !is_apart(&apart, pair) {
                connected.join(pair.left, pair.right);
            }
        }
        let firsts = connected.into_firsts();
        let chains = Chains::of(&firsts);
        Self { evidence, bound, apart, rows: Rows::of(evidence.n_records, evidence.pairs), firsts, chains }
    }

    /// The first records of components of two nodes and more, ascending.
    fn of_several(&self, records: Range<u32>) -> impl Iterator<Item = u32> {
        let is_several = |first: u32| self.chains.members(first).any(|record| self.bound.node(record) != first);
        records.filter(move |record| {
            self.firsts[*record as usize] == *record && !self.chains.is_alone(*record) && is_several(*record)
        })
    }

    fn component(&self, first: u32) -> Component {
        let cut = self.evidence.cut.0;
        let mut nodes: Vec<Vec<u32>> = Vec::new();
        let mut edges = Vec::new();
        for record in self.chains.members(first) {
            let node = self.bound.node(record);
            if node == record {
                nodes.push(vec![record]);
            } else {
                // The first record of a node comes before the others, and firsts ascend.
                let at = nodes.partition_point(|records| records[0] < node);
                nodes[at].push(record);
            }
            let inside = |other: u32| self.firsts[other as usize] == self.firsts[first as usize];
            for pair in self.rows.row(record).iter().filter(|pair| inside(pair.right)) {
                if self.bound.node(pair.right) != node && !is_apart(&self.apart, pair) {
                    edges.push((record, pair.right, pair.weight().0 - cut));
                }
            }
            // Also those that were never scored.
            let others = self.apart.get(&record).into_iter().flatten();
            edges.extend(others.filter(|other| inside(**other)).map(|other| (record, *other, FORBIDDEN)));
        }
        Component { nodes, edges, cut }
    }

    /// Every component of two nodes and more, by its first record.
    pub(crate) fn all(&self) -> Vec<Component> {
        self.of_several(0..self.firsts.len() as u32).map(|first| self.component(first)).collect()
    }

    /// Solves one component after the other by several threads; `solve` gives for each node the first of its cluster.
    pub(crate) fn partition(mut self, threads: usize, solve: impl Fn(&Component) -> Vec<usize> + Sync) -> Partition {
        let n = self.firsts.len() as u32;
        let mut begun = 0;
        while begun < n {
            let n_jobs = ((n - begun).div_ceil(RANGE) as usize).min(threads * JOBS);
            let solved = in_parallel(n_jobs, threads, |job| {
                let from = begun + job as u32 * RANGE;
                let firsts = self.of_several(from..(from + RANGE).min(n));
                let moved = firsts.flat_map(|first| {
                    let component = self.component(first);
                    let labels = solve(&component);
                    let records = component.nodes.iter().zip(&labels).filter(|(_, label)| **label != 0);
                    let name = |label: usize| component.node(label);
                    records.flat_map(|(records, label)| records.iter().map(|r| (*r, name(*label)))).collect::<Vec<_>>()
                });
                moved.collect::<Vec<(u32, u32)>>()
            });
            // What is solved is not looked at again: its records are of no component that is still to come.
            solved.into_iter().flatten().for_each(|(record, first)| self.firsts[record as usize] = first);
            begun += n_jobs as u32 * RANGE;
        }
        let Self { firsts, chains, .. } = self;
        drop(chains);
        Partition::from_firsts(firsts)
    }
}

fn is_apart(apart: &BTreeMap<u32, Vec<u32>>, pair: &ScoredPair) -> bool {
    !apart.is_empty() && apart.get(&{ pair.left }).is_some_and(|others| others.contains(&{ pair.right }))
}
