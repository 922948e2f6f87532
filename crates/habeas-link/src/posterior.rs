//! Draws of the partition from its posterior distribution, given the weights of pairs and people's judgements.
//!
//! Independent flips of pairs with transitive closure would be no posterior. Here every component has a distribution
//! over its partitions, π(Z) ∝ ∏ over clusters of 2^(their links). A cluster of k records has k(k−1)/2 pairs but only
//! k−1 links, so the plain product of all pairs is far too sure of large clusters. Its links are those of its
//! average-linkage tree, each worth the mean weight between the two groups that it joins; of two records it is the
//! weight of the pair. On lists with a known truth the probabilities that follow are kept, those of the mean over all
//! pairs were not: a record that fits less well would have to pay for the better links of the others. Components of few
//! records are enumerated and drawn exactly; larger ones have a Markov chain of single-record Gibbs moves and
//! split–merge moves.
//!
//! Each draw has parameters of its own, drawn from their posterior given the tabulated comparison vectors.
//!
//! # Source
//! Partitions as the unknown of linkage: `[sadinle2014]`, `[steorts2015]`; split–merge moves: `[jain2004]`; average
//! linkage: `[sokal1958]`.

mod convergence;

pub use convergence::Convergence;

use crate::{
    blocking::in_parallel,
    model::{Outcomes, Weights},
    pairs::{PairError, Stage, Watch},
    partition::{Bound, Component, Components, Dense, Evidence, FORBIDDEN, MOST_DENSE, MOST_PAIR_BITS},
    table::{Table, mix},
};
use habeas_core::{MatchWeight, Partition};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Nodes up to which all partitions of a component are enumerated; seven have 877.
const ENUMERATED: usize = 7;
/// Rounds of the chain before the first draw and between two draws; each round moves every record once.
const BURN_IN: usize = 60;
const BETWEEN: usize = 5;
/// Records of a cluster up to which its links are sought one by one, in k³ steps.
const MOST_LINKED: usize = 24;
/// Pairs below this weight less the cut do not connect components: a hundredth of a chance.
const LEAST_BITS: f64 = -6.6;

/// log₂ π of one cluster, up to a constant: the links of its average-linkage tree, each the mean weight between the two
/// groups that it joins.
fn cluster_bits(weights: &Dense, cluster: &[usize]) -> f64 {
    let k = cluster.len();
    // One order, so that where two joints are equally good the same one is taken however the cluster came about.
    let mut cluster = cluster.to_vec();
    cluster.sort_unstable();
    match *cluster {
        [] | [_] => return 0.0,
        [i, j] => return weights.get(i, j),
        _ => {}
    }
    if k > MOST_LINKED {
        // A mean over all pairs stands for each link.
        let of = |(x, i): (usize, &usize)| cluster[x + 1..].iter().map(|j| weights.get(*i, *j)).sum::<f64>();
        return 2.0 / k as f64 * cluster.iter().enumerate().map(of).sum::<f64>();
    }
    let mut between: Vec<f64> = (0..k * k).map(|at| weights.get(cluster[at / k], cluster[at % k])).collect();
    let mut groups: Vec<(usize, f64)> = (0..k).map(|i| (i, 1.0)).collect();
    let mut total = 0.0;
    while groups.len() > 1 {
        let mut best = (f64::NEG_INFINITY, 0, 1);
        for x in 0..groups.len() {
            for y in x + 1..groups.len() {
                let mean = between[groups[x].0 * k + groups[y].0] / (groups[x].1 * groups[y].1);
                if mean > best.0 {
                    best = (mean, x, y);
                }
            }
        }
        let (mean, x, y) = best;
        total += mean;
        let (gone, n_gone) = groups.swap_remove(y);
        groups[x].1 += n_gone;
        let kept = groups[x].0;
        for (other, _) in &groups {
            let sum = between[kept * k + other] + between[gone * k + other];
            (between[kept * k + other], between[other * k + kept]) = (sum, sum);
        }
    }
    total
}

fn clusters_of(labels: &[usize]) -> Vec<Vec<usize>> {
    let n_labels = labels.iter().max().map_or(0, |most| most + 1);
    let mut clusters = vec![Vec::new(); n_labels];
    labels.iter().enumerate().for_each(|(i, label)| clusters[*label].push(i));
    clusters.retain(|cluster| !cluster.is_empty());
    clusters
}

/// All partitions of n records as restricted growth strings.
fn all_partitions(n: usize) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for _ in 0..n {
        all = all
            .into_iter()
            .flat_map(|labels: Vec<usize>| {
                let next = labels.iter().max().map_or(0, |most| most + 1);
                (0..=next).map(move |label| labels.iter().copied().chain([label]).collect())
            })
            .collect();
    }
    all
}

/// Draws an index with probability ∝ 2^bits.
fn draw_index(bits: &[f64], rng: &mut ChaCha8Rng) -> usize {
    let most = bits.iter().copied().fold(f64::MIN, f64::max);
    let odds: Vec<f64> = bits.iter().map(|bits| (bits - most).exp2()).collect();
    let mut left = rng.random::<f64>() * odds.iter().sum::<f64>();
    for (i, odd) in odds.iter().enumerate() {
        left -= odd;
        if left < 0.0 {
            return i;
        }
    }
    odds.len() - 1
}

/// Draws of one component, each a label per node; `weights_of` a draw are those of its parameters.
fn draw_component(
    n: usize,
    weights_of: &dyn Fn(usize) -> Arc<Dense>,
    n_draws: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<Vec<usize>> {
    if n <= ENUMERATED {
        let all = all_partitions(n);
        let clusters: Vec<Vec<Vec<usize>>> = all.iter().map(|labels| clusters_of(labels)).collect();
        let draw = |draw: usize, rng: &mut ChaCha8Rng| {
            let weights = weights_of(draw);
            let bits = clusters.iter().map(|all| all.iter().map(|cluster| cluster_bits(&weights, cluster)).sum());
            all[draw_index(&bits.collect::<Vec<f64>>(), rng)].clone()
        };
        return (0..n_draws).map(|number| draw(number, rng)).collect();
    }
    let mut chain = Chain::new(weights_of(0));
    (0..BURN_IN).for_each(|_| chain.round(rng));
    (0..n_draws)
        .map(|draw| {
            chain.weights = weights_of(draw);
            (0..BETWEEN).for_each(|_| chain.round(rng));
            chain.labels()
        })
        .collect()
}

/// A Markov chain over the partitions of one component.
struct Chain {
    weights: Arc<Dense>,
    clusters: Vec<Vec<usize>>,
}

impl Chain {
    fn new(weights: Arc<Dense>) -> Self {
        let clusters = (0..weights.n()).map(|i| vec![i]).collect();
        Self { weights, clusters }
    }

    fn labels(&self) -> Vec<usize> {
        let mut labels = vec![0; self.weights.n()];
        for (label, cluster) in self.clusters.iter().enumerate() {
            cluster.iter().for_each(|i| labels[*i] = label);
        }
        labels
    }

    fn round(&mut self, rng: &mut ChaCha8Rng) {
        let n = self.weights.n();
        for node in 0..n {
            self.move_single(node, rng);
        }
        for _ in 0..n.div_ceil(4) {
            self.split_or_merge(rng);
        }
    }

    /// Takes a record out and puts it back with the probabilities that π gives to each place.
    fn move_single(&mut self, node: usize, rng: &mut ChaCha8Rng) {
        for cluster in &mut self.clusters {
            cluster.retain(|i| *i != node);
        }
        self.clusters.retain(|cluster| !cluster.is_empty());
        let mut bits: Vec<f64> = self
            .clusters
            .iter_mut()
            .map(|cluster| {
                let without = cluster_bits(&self.weights, cluster);
                cluster.push(node);
                let with = cluster_bits(&self.weights, cluster);
                cluster.pop();
                with - without
            })
            .collect();
        bits.push(0.0);
        match draw_index(&bits, rng) {
            new if new == self.clusters.len() => self.clusters.push(vec![node]),
            old => self.clusters[old].push(node),
        }
    }

    /// Proposes to merge the clusters of two random records, or to split their common one, and accepts by the ratio
    /// of Metropolis and Hastings.
    fn split_or_merge(&mut self, rng: &mut ChaCha8Rng) {
        let n = self.weights.n();
        let i = rng.random_range(0..n);
        let j = (i + rng.random_range(1..n)) % n;
        let at = |node: usize| {
            self.clusters.iter().position(|cluster| cluster.contains(&node)).expect("every record is in a cluster")
        };
        let (a, b) = (at(i), at(j));
        let rest =
            |cluster: &[usize]| -> Vec<usize> { cluster.iter().copied().filter(|k| *k != i && *k != j).collect() };
        if a == b {
            let others = rest(&self.clusters[a]);
            let (left, right, proposal) = self.allocate(i, j, &others, None, rng);
            let gain = cluster_bits(&self.weights, &left) + cluster_bits(&self.weights, &right)
                - cluster_bits(&self.weights, &self.clusters[a]);
            if rng.random::<f64>().log2() < gain - proposal {
                self.clusters[a] = left;
                self.clusters.push(right);
            }
        } else {
            let mut others = rest(&self.clusters[a]);
            others.extend(rest(&self.clusters[b]));
            others.sort_unstable();
            let right = self.clusters[b].clone();
            let (_, _, proposal) = self.allocate(i, j, &others, Some(&right), rng);
            let mut merged = self.clusters[a].clone();
            merged.extend(&right);
            let gain = cluster_bits(&self.weights, &merged)
                - cluster_bits(&self.weights, &self.clusters[a])
                - cluster_bits(&self.weights, &right);
            if rng.random::<f64>().log2() < gain + proposal {
                self.clusters[a] = merged;
                self.clusters.remove(b);
            }
        }
    }

    /// Deals the other records to the sides of `i` and `j` one after the other; with `target` as the side of `j` it only
    /// reckons how probable that deal was. Returns both sides and log₂ of the probability of the deal.
    fn allocate(
        &self,
        i: usize,
        j: usize,
        others: &[usize],
        target: Option<&[usize]>,
        rng: &mut ChaCha8Rng,
    ) -> (Vec<usize>, Vec<usize>, f64) {
        let (mut left, mut right, mut bits) = (vec![i], vec![j], 0.0);
        // One fixed order on both ways, or the probabilities of the way there and back would not match.
        let mut others = others.to_vec();
        others.sort_unstable();
        for node in others {
            let mean =
                |side: &[usize]| side.iter().map(|k| self.weights.get(*k, node)).sum::<f64>() / side.len() as f64;
            let difference = (mean(&right) - mean(&left)).clamp(-40.0, 40.0);
            let to_right = 1.0 / (1.0 + (-difference).exp2());
            let goes_right = match target {
                Some(target) => target.contains(&node),
                None => rng.random::<f64>() < to_right,
            };
            if goes_right {
                right.push(node);
                bits += to_right.log2();
            } else {
                left.push(node);
                bits += (1.0 - to_right).log2();
            }
        }
        (left, right, bits)
    }
}

/// Draws of the model, one for each draw of the partition.
pub(crate) struct Parameters<'p> {
    pub(crate) table: &'p Table,
    /// The model that scored the pairs.
    pub(crate) scored_by: &'p Weights,
    pub(crate) drawn: Vec<Weights>,
}

/// Draws of the partition, and whether they can be relied on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draws {
    /// The draws.
    pub partitions: Vec<Partition>,
    /// Whether λ, m and u were drawn anew for each.
    pub parameters_drawn: bool,
    /// Convergence of the number of persons, over the draws in their order.
    pub persons: Convergence,
    /// Components drawn by a Markov chain, not by enumeration.
    pub n_chained: u64,
    /// Components of too many records, which are the same in every draw.
    pub n_fixed: u64,
}

/// Draws partitions from the posterior distribution given the weights of the pairs, the same for one seed whatever the
/// number of threads.
///
/// Judgements hold in every draw.
pub fn draw_partitions(evidence: &Evidence, n_draws: usize, seed: u64, threads: NonZeroUsize) -> Vec<Partition> {
    let drawn = draw_with(evidence, None, n_draws, seed, (threads, &Watch::none()));
    drawn.expect("nobody ends a run that nobody watches").partitions
}

/// The same with the parameters of each draw.
pub(crate) fn draw_with(
    evidence: &Evidence,
    parameters: Option<&Parameters>,
    n_draws: usize,
    seed: u64,
    (threads, watch): (NonZeroUsize, &Watch),
) -> Result<Draws, PairError> {
    let (bound, _) = Bound::of(evidence.n_records, evidence.judgements);
    let connecting = MatchWeight(evidence.cut.0 + LEAST_BITS);
    let components = Components::new(&bound, evidence, connecting).all();
    let draw = |component: &Component| {
        // Named by its first record, so that a component's draws do not depend on the others.
        let mut rng = ChaCha8Rng::seed_from_u64(mix(seed ^ mix(u64::from(component.node(0)))));
        let n = component.n_nodes();
        if n > MOST_DENSE {
            // Its weights do not fit in memory; all draws hold the partition that its edges make.
            return vec![component.join_by_edges(evidence.weigh); n_draws];
        }
        let Some(Parameters { table, scored_by, drawn }) = parameters else {
            let weights = Arc::new(component.dense(evidence.weigh, MOST_PAIR_BITS));
            return draw_component(n, &|_| weights.clone(), n_draws, &mut rng);
        };
        // What other parameters change of the weight of a pair; corrections of its prior stay.
        let compared = |(i, j, (a, b), weight): (usize, usize, (u32, u32), f64)| {
            let outcomes = scored_by.outcomes(table, a, b);
            (i, j, outcomes, weight - scored_by.weigh_outcomes(&outcomes).0, weight <= FORBIDDEN)
        };
        let pairs: Vec<(usize, usize, Outcomes, f64, bool)> =
            component.pairs(evidence.weigh).into_iter().map(compared).collect();
        let weights_of = |draw: usize| {
            let weigh = |(i, j, outcomes, rest, forbidden): &(usize, usize, Outcomes, f64, bool)| {
                let weight = if *forbidden { FORBIDDEN } else { drawn[draw].weigh_outcomes(outcomes).0 + rest };
                (*i, *j, weight)
            };
            Arc::new(Dense::sum(n, pairs.iter().map(weigh), MOST_PAIR_BITS))
        };
        draw_component(n, &weights_of, n_draws, &mut rng)
    };
    // A component is a matter of microseconds; their progress is told by the hundredth part.
    let (n_done, step) = (AtomicUsize::new(0), components.len().div_ceil(100).max(1));
    let drawn = in_parallel(components.len(), threads.get(), |i| {
        let n_done = n_done.fetch_add(1, Ordering::Relaxed) + 1;
        if n_done.is_multiple_of(step) || n_done == components.len() {
            (watch.progress)(Stage::Drawing, n_done as u64, components.len() as u64);
        }
        watch.check().ok().map(|()| draw(&components[i]))
    });
    watch.check()?;
    let drawn: Vec<Vec<Vec<usize>>> = drawn.into_iter().flatten().collect();
    let partition = |draw: usize| {
        let mut groups = bound.groups(evidence.n_records);
        for (component, draws) in components.iter().zip(&drawn) {
            for cluster in clusters_of(&draws[draw]) {
                for node in &cluster[1..] {
                    groups.join(component.node(cluster[0]), component.node(*node));
                }
            }
        }
        groups.into_partition()
    };
    let partitions: Vec<Partition> = (0..n_draws).map(partition).collect();
    let persons: Vec<f64> = partitions.iter().map(|partition| partition.n_clusters() as f64).collect();
    let of_size = |sizes: std::ops::Range<usize>| components.iter().filter(|c| sizes.contains(&c.n_nodes())).count();
    Ok(Draws {
        persons: Convergence::of(&persons),
        partitions,
        parameters_drawn: parameters.is_some(),
        n_chained: of_size(ENUMERATED + 1..MOST_DENSE + 1) as u64,
        n_fixed: of_size(MOST_DENSE + 1..usize::MAX) as u64,
    })
}
