//! How well a partition agrees with a known truth.

use crate::{model::Model, pairs::MemoryEngine, table::Table};
use habeas_core::Partition;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};
use std::{collections::HashMap, num::NonZeroUsize};

/// Precision, recall and their harmonic mean, each in [0, 1]; 1 where nothing could be missed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// Share of what is claimed that is true.
    pub precision: f64,
    /// Share of what is true that is claimed.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

/// Agreement of a partition with the truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// Over pairs of records: large persons count with the square of their records.
    pub pairwise: Scores,
    /// Standard errors of `pairwise`, persons taken as drawn by chance: how far another list of as many persons, made and
    /// linked in the same way, would lie from this one.
    pub pairwise_errors: StandardErrors,
    /// Over records: how pure and how complete the cluster of each is, on average.
    pub b_cubed: Scores,
}

/// Standard errors of [`Scores`], each on the scale of its score.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StandardErrors {
    /// Of the precision.
    pub precision: f64,
    /// Of the recall.
    pub recall: f64,
    /// Of the harmonic mean.
    pub f1: f64,
}

/// What one true person adds to the counts of pairs; a claimed pair of two persons is half of each.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    n_both: f64,
    n_claimed: f64,
    n_true: f64,
    /// Its records, and the sums of their B-cubed precision and recall.
    n_records: f64,
    precision: f64,
    recall: f64,
}

/// Intervals that hold a score with a probability of 95 %, as (low, high).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ScoreIntervals {
    /// Of the precision.
    pub precision: (f64, f64),
    /// Of the recall.
    pub recall: (f64, f64),
    /// Of the harmonic mean.
    pub f1: (f64, f64),
}

/// Bootstrap intervals of an [`Evaluation`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EvaluationIntervals {
    /// Over pairs of records.
    pub pairwise: ScoreIntervals,
    /// Over records.
    pub b_cubed: ScoreIntervals,
}

/// What was said of pairs with probabilities of one kind, and what was so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    /// Probabilities from this one on.
    pub from: f64,
    /// Up to this one, which belongs to the next bin.
    pub to: f64,
    /// Number of pairs.
    pub n_pairs: u64,
    /// Mean of the stated probabilities.
    pub stated: f64,
    /// Share of the pairs that are one person.
    pub observed: f64,
}

/// Where bins of probabilities begin: finer where a small difference is large in odds.
const BIN_STARTS: [f64; 10] = [0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
/// Samples of a bootstrap.
const BOOTSTRAPS: usize = 1_000;

impl StandardErrors {
    /// By linearisation: scores are ratios of sums over persons.
    fn new(shares: &[Share], scores: &Scores) -> Self {
        let total = |of: fn(&Share) -> f64| shares.iter().map(of).sum::<f64>();
        let (claimed, real) = (total(|share| share.n_claimed), total(|share| share.n_true));
        let error = |residual: &dyn Fn(&Share) -> f64, denominator: f64| {
            let squares: f64 = shares.iter().map(|share| residual(share).powi(2)).sum();
            if denominator > 0.0 { squares.sqrt() / denominator } else { 0.0 }
        };
        Self {
            precision: error(&|share| share.n_both - scores.precision * share.n_claimed, claimed),
            recall: error(&|share| share.n_both - scores.recall * share.n_true, real),
            f1: error(&|share| 2.0 * share.n_both - scores.f1 * (share.n_claimed + share.n_true), claimed + real),
        }
    }
}

impl Scores {
    /// Scores from counts.
    pub fn new(n_both: f64, n_claimed: f64, n_true: f64) -> Self {
        let share = |n: f64| if n > 0.0 { n_both / n } else { 1.0 };
        Self::of(share(n_claimed), share(n_true))
    }

    fn of(precision: f64, recall: f64) -> Self {
        let sum = precision + recall;
        Self { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }
}

/// Numbers of records by cluster and true person, in one fixed order, and the sizes of both.
type Cells = (Vec<((u32, u32), u64)>, Vec<u64>, Vec<u64>);

fn cells_of(partition: &Partition, truth: &Partition) -> Cells {
    assert_eq!(partition.n_records(), truth.n_records(), "both are partitions of the same records");
    let mut shared: HashMap<(u32, u32), u64> = HashMap::new();
    for pair in partition.cluster_of().iter().zip(truth.cluster_of()) {
        *shared.entry((*pair.0, *pair.1)).or_insert(0) += 1;
    }
    let sizes = |partition: &Partition| {
        let mut sizes = vec![0u64; partition.n_clusters()];
        partition.cluster_of().iter().for_each(|cluster| sizes[*cluster as usize] += 1);
        sizes
    };
    let (found, real) = (sizes(partition), sizes(truth));
    // Sums of fractions in one fixed order give the same last digit every time.
    let mut cells: Vec<_> = shared.into_iter().collect();
    cells.sort_unstable();
    (cells, found, real)
}

fn shares_of(cells: &[((u32, u32), u64)], found: &[u64], real: &[u64]) -> Vec<Share> {
    let pairs = |n: u64| (n * (n - 1) / 2) as f64;
    let mut shares: Vec<Share> = real.iter().map(|n| Share { n_true: pairs(*n), ..Share::default() }).collect();
    for ((cluster, person), n) in cells {
        let (of_cluster, of_person) = (found[*cluster as usize], real[*person as usize]);
        let share = &mut shares[*person as usize];
        share.n_both += pairs(*n);
        share.n_claimed += *n as f64 * (of_cluster - 1) as f64 / 2.0;
        share.n_records += *n as f64;
        share.precision += (n * n) as f64 / of_cluster as f64;
        share.recall += (n * n) as f64 / of_person as f64;
    }
    shares
}

/// Bootstrap intervals of the scores, true persons resampled with all their records.
///
/// # Panics
/// When the partitions have different numbers of records.
///
/// # Source
/// Percentiles of the bootstrap `[efron1987]`; true persons, not pairs, are what is drawn.
pub fn bootstrap(partition: &Partition, truth: &Partition, seed: u64) -> EvaluationIntervals {
    let (cells, found, real) = cells_of(partition, truth);
    let mut shares = shares_of(&cells, &found, &real);
    if shares.is_empty() {
        return EvaluationIntervals::default();
    }
    // Most persons are alike: one draw for all of a kind.
    let key = |share: &Share| [share.n_both, share.n_claimed, share.n_true, share.precision, share.recall];
    let order = |a: &Share, b: &Share| key(a).iter().zip(key(b)).map(|(x, y)| x.total_cmp(&y)).find(|o| o.is_ne());
    shares.sort_by(|a, b| order(a, b).unwrap_or(std::cmp::Ordering::Equal));
    let kinds: Vec<(Share, u64)> =
        shares.chunk_by(|a, b| key(a) == key(b)).map(|alike| (alike[0], alike.len() as u64)).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut samples: [Vec<f64>; 6] = Default::default();
    for _ in 0..BOOTSTRAPS {
        let (mut sum, mut left, mut others) = (Share::default(), shares.len() as u64, shares.len() as u64);
        for (share, n_of_kind) in &kinds {
            let p = (*n_of_kind as f64 / others as f64).min(1.0);
            let n = Binomial::new(left, p).expect("a share lies between 0 and 1").sample(&mut rng);
            let times = n as f64;
            sum.n_both += times * share.n_both;
            sum.n_claimed += times * share.n_claimed;
            sum.n_true += times * share.n_true;
            sum.n_records += times * share.n_records;
            sum.precision += times * share.precision;
            sum.recall += times * share.recall;
            (left, others) = (left - n, others - n_of_kind);
        }
        let pairwise = Scores::new(sum.n_both, sum.n_claimed, sum.n_true);
        let b_cubed = Scores::of(sum.precision / sum.n_records, sum.recall / sum.n_records);
        let scores = [pairwise.precision, pairwise.recall, pairwise.f1, b_cubed.precision, b_cubed.recall, b_cubed.f1];
        samples.iter_mut().zip(scores).for_each(|(samples, score)| samples.push(score));
    }
    let [a, b, c, d, e, f] = samples.map(|mut sample| {
        sample.sort_by(f64::total_cmp);
        (sample[BOOTSTRAPS / 40], sample[BOOTSTRAPS - 1 - BOOTSTRAPS / 40])
    });
    EvaluationIntervals {
        pairwise: ScoreIntervals { precision: a, recall: b, f1: c },
        b_cubed: ScoreIntervals { precision: d, recall: e, f1: f },
    }
}

/// Sets what was stated of pairs (probability of one person) against what is so; bins without pairs are left out.
pub fn reliability(stated: impl Iterator<Item = (f64, bool)>) -> Vec<ReliabilityBin> {
    let mut sums = [(0u64, 0.0, 0u64); BIN_STARTS.len()];
    for (probability, is_same) in stated {
        let bin = BIN_STARTS.partition_point(|start| *start <= probability).max(1) - 1;
        let (n, stated, same) = &mut sums[bin];
        (*n, *stated, *same) = (*n + 1, *stated + probability, *same + u64::from(is_same));
    }
    let bin = |(i, (n_pairs, stated, same)): (usize, (u64, f64, u64))| ReliabilityBin {
        from: BIN_STARTS[i],
        to: BIN_STARTS.get(i + 1).copied().unwrap_or(1.0),
        n_pairs,
        stated: stated / n_pairs as f64,
        observed: same as f64 / n_pairs as f64,
    };
    sums.into_iter().enumerate().filter(|(_, (n, ..))| *n > 0).map(bin).collect()
}

/// The share of true pairs that some blocking rule of a model holds.
pub fn blocking_recall(table: &Table, model: &Model, truth: &Partition, threads: NonZeroUsize) -> f64 {
    let engine = MemoryEngine::new(table, model, threads);
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); truth.n_clusters()];
    (0..).zip(truth.cluster_of()).for_each(|(record, person)| members[*person as usize].push(record));
    let (mut n_held, mut n_pairs) = (0u64, 0u64);
    for records in &members {
        for (i, a) in records.iter().enumerate() {
            for b in &records[i + 1..] {
                n_pairs += 1;
                n_held += u64::from(engine.rule_of(*a, *b).is_some());
            }
        }
    }
    if n_pairs == 0 { 1.0 } else { n_held as f64 / n_pairs as f64 }
}

/// Compares two partitions of the same records.
///
/// # Panics
/// When they have different numbers of records.
///
/// # Source
/// B-cubed as in `[bagga1998]`.
pub fn evaluate(partition: &Partition, truth: &Partition) -> Evaluation {
    let (cells, found, real) = cells_of(partition, truth);
    let pairs = |n: &u64| (n * (n - 1) / 2) as f64;
    let pairwise = Scores::new(
        cells.iter().map(|(_, n)| pairs(n)).sum(),
        found.iter().map(pairs).sum(),
        real.iter().map(pairs).sum(),
    );
    let n_records = partition.n_records().max(1) as f64;
    let mean = |sizes: &[u64], side: fn(&(u32, u32)) -> u32| {
        let share = |(cell, n): &((u32, u32), u64)| (n * n) as f64 / sizes[side(cell) as usize] as f64;
        cells.iter().map(share).sum::<f64>() / n_records
    };
    let b_cubed = if partition.n_records() == 0 {
        Scores::of(1.0, 1.0)
    } else {
        Scores::of(mean(&found, |cell| cell.0), mean(&real, |cell| cell.1))
    };
    let shares = shares_of(&cells, &found, &real);
    Evaluation { pairwise, pairwise_errors: StandardErrors::new(&shares, &pairwise), b_cubed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(found: &[u32], truth: &[u32]) -> Evaluation {
        evaluate(&Partition::from_labels(found), &Partition::from_labels(truth))
    }

    #[test]
    fn a_perfect_partition_scores_one() {
        let all = scores(&[0, 0, 1, 2, 2], &[5, 5, 6, 7, 7]);
        assert_eq!((all.pairwise.f1, all.b_cubed.f1), (1.0, 1.0));
    }

    #[test]
    fn one_wrong_record_costs_precision_of_its_pairs_and_of_its_cluster() {
        let found = scores(&[0, 0, 0], &[0, 0, 1]);
        assert!((found.pairwise.precision - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(found.pairwise.recall, 1.0);
        assert!((found.b_cubed.precision - 5.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn the_error_of_a_recall_is_that_of_a_share_of_persons() {
        // Of 100 persons with two records each, 80 are found: the error is that of a binomial share.
        let truth: Vec<u32> = (0..200).map(|i| i / 2).collect();
        let found: Vec<u32> = (0..200).map(|i| if i < 160 { i / 2 } else { 1000 + i }).collect();
        let all = scores(&found, &truth);
        let binomial = (0.8f64 * 0.2 / 100.0).sqrt();
        assert!((all.pairwise.recall - 0.8).abs() < 1e-12 && (all.pairwise_errors.recall - binomial).abs() < 1e-9);
        assert_eq!(all.pairwise_errors.precision, 0.0);
    }

    #[test]
    fn bootstrap_intervals_are_as_wide_as_theory_says() {
        let truth: Vec<u32> = (0..2000).map(|i| i / 2).collect();
        let found: Vec<u32> = (0..2000).map(|i| if i < 1600 { i / 2 } else { 10_000 + i }).collect();
        let (found, truth) = (Partition::from_labels(&found), Partition::from_labels(&truth));
        let intervals = bootstrap(&found, &truth, 3);
        let half = 1.96 * (0.8f64 * 0.2 / 1000.0).sqrt();
        let (low, high) = intervals.pairwise.recall;
        assert!((low - (0.8 - half)).abs() < 0.005 && (high - (0.8 + half)).abs() < 0.005, "{low} {high}");
        assert_eq!(intervals.pairwise.precision, (1.0, 1.0));
        let (low, high) = intervals.b_cubed.recall;
        assert!(low < 0.9 && high > 0.9 && high - low < 2.0 * half, "{low} {high}");
        let nobody = Partition::from_labels(&[]);
        assert_eq!(bootstrap(&nobody, &nobody, 3), EvaluationIntervals::default());
    }

    #[test]
    fn stated_probabilities_are_set_against_what_is_so() {
        let stated = (0..1000).map(|i| (0.3, i % 10 < 3)).chain((0..100).map(|_| (0.999, true)));
        let bins = reliability(stated);
        let found: Vec<(f64, u64, f64)> = bins.iter().map(|bin| (bin.from, bin.n_pairs, bin.observed)).collect();
        assert_eq!(found, [(0.25, 1000, 0.3), (0.99, 100, 1.0)]);
    }

    #[test]
    fn records_apart_are_precise_and_incomplete() {
        let found = scores(&[0, 1, 2], &[0, 0, 0]);
        assert_eq!((found.pairwise.precision, found.pairwise.recall), (1.0, 0.0));
        assert!((found.b_cubed.recall - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(scores(&[], &[]).b_cubed.f1, 1.0);
    }
}
