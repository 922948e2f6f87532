//! How well a partition agrees with a known truth.

use habeas_core::Partition;
use std::collections::HashMap;

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
}

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

/// Compares two partitions of the same records.
///
/// # Panics
/// When they have different numbers of records.
///
/// # Source
/// B-cubed as in `[bagga1998]`.
pub fn evaluate(partition: &Partition, truth: &Partition) -> Evaluation {
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
    let pairs = |n: &u64| (n * (n - 1) / 2) as f64;
    let pairwise =
        Scores::new(shared.values().map(pairs).sum(), found.iter().map(pairs).sum(), real.iter().map(pairs).sum());
    let n_records = partition.n_records().max(1) as f64;
    let mut cells: Vec<_> = shared.into_iter().collect();
    // Sums of fractions in one fixed order give the same last digit every time.
    cells.sort_unstable();
    let mean = |sizes: &[u64], side: fn(&(u32, u32)) -> u32| {
        let share = |(cell, n): &((u32, u32), u64)| (n * n) as f64 / sizes[side(cell) as usize] as f64;
        cells.iter().map(share).sum::<f64>() / n_records
    };
    let b_cubed = if partition.n_records() == 0 {
        Scores::of(1.0, 1.0)
    } else {
        Scores::of(mean(&found, |cell| cell.0), mean(&real, |cell| cell.1))
    };
    let mut shares: Vec<Share> =
        real.iter().map(|n| Share { n_true: pairs(n), ..Share::default() }).collect::<Vec<Share>>();
    for ((cluster, person), n) in &cells {
        let share = &mut shares[*person as usize];
        share.n_both += pairs(n);
        share.n_claimed += *n as f64 * (found[*cluster as usize] - 1) as f64 / 2.0;
    }
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
    fn records_apart_are_precise_and_incomplete() {
        let found = scores(&[0, 1, 2], &[0, 0, 0]);
        assert_eq!((found.pairwise.precision, found.pairwise.recall), (1.0, 0.0));
        assert!((found.b_cubed.recall - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(scores(&[], &[]).b_cubed.f1, 1.0);
    }
}
