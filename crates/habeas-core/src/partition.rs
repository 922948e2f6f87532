//! Scored pairs, and all persons at once.

use std::{collections::HashMap, num::NonZeroU32};

/// Evidence for one person, in bits: log₂ of a Bayes factor; negative speaks for two persons.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct MatchWeight(pub f64);

/// A probability in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Probability(f64);

impl Probability {
    /// A probability, if the number is one.
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl MatchWeight {
    /// The probability with these odds: 2^w / (1 + 2^w).
    pub fn probability(self) -> Probability {
        Probability(1.0 / (1.0 + (-self.0).exp2()))
    }
}

/// A pair of records by their index, smaller first, with its weight including the prior odds.
///
/// Twelve bytes: a large linkage has a hundred million. The weight has seven digits, as what it is summed from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredPair {
    /// Smaller index.
    pub left: u32,
    /// Larger index.
    pub right: u32,
    bits: f32,
}

impl ScoredPair {
    /// A pair with its weight, which is rounded to seven digits.
    pub fn new(left: u32, right: u32, weight: MatchWeight) -> Self {
        Self { left, right, bits: weight.0 as f32 }
    }

    /// Its weight.
    pub fn weight(&self) -> MatchWeight {
        MatchWeight(f64::from(self.bits))
    }
}

/// All persons at once: which cluster each record belongs to.
///
/// Clusters are numbered by their first record, so equal partitions are equal values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    cluster_of: Vec<u32>,
    n_clusters: u32,
}

impl Partition {
    /// Numbers clusters by first occurrence; `labels[i]` is any label of record i.
    pub fn from_labels(labels: &[u32]) -> Self {
        let mut first_of = HashMap::new();
        let mut dense: Vec<Option<NonZeroU32>> = Vec::new();
        // Labels that are numbers of records or clusters need no hashing.
        if labels.iter().max().is_some_and(|most| (*most as usize) < 2 * labels.len()) {
            dense.resize(2 * labels.len(), None);
        }
        let mut n_clusters = 0;
        let number = |label: &u32| {
            let mut next = || {
                n_clusters += 1;
                NonZeroU32::new(n_clusters).expect("a number that was counted up from zero")
            };
            match dense.get_mut(*label as usize) {
                Some(known) => known.get_or_insert_with(next).get() - 1,
                None => first_of.entry(*label).or_insert_with(&mut next).get() - 1,
            }
        };
        let cluster_of = labels.iter().map(number).collect();
        Self { cluster_of, n_clusters }
    }

    /// Numbers clusters by their first records; `firsts[i]` is the first record of the cluster of record i.
    ///
    /// # Panics
    /// Where a record is not the first of its own cluster and yet stands for one.
    pub fn from_firsts(mut firsts: Vec<u32>) -> Self {
        let mut n_clusters = 0;
        for i in 0..firsts.len() {
            let first = firsts[i] as usize;
            assert!(first <= i, "the first record of a cluster comes after another");
            // Those before have their numbers by now.
            firsts[i] = if first == i { n_clusters } else { firsts[first] };
            n_clusters += u32::from(first == i);
        }
        Self { cluster_of: firsts, n_clusters }
    }

    /// Number of records.
    pub fn n_records(&self) -> usize {
        self.cluster_of.len()
    }

    /// Number of persons.
    pub fn n_clusters(&self) -> usize {
        self.n_clusters as usize
    }

    /// Cluster of each record, in record order.
    pub fn cluster_of(&self) -> &[u32] {
        &self.cluster_of
    }

    /// Records of each cluster, both in order.
    pub fn clusters(&self) -> Vec<Vec<u32>> {
        let mut clusters = vec![Vec::new(); self.n_clusters()];
        for (record, cluster) in self.cluster_of.iter().enumerate() {
            clusters[*cluster as usize].push(record as u32);
        }
        clusters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_partitions_are_equal_values_whatever_the_labels() {
        assert_eq!(Partition::from_labels(&[7, 3, 7]), Partition::from_labels(&[0, 9, 0]));
        assert_eq!(Partition::from_labels(&[7, 3, 7]).clusters(), vec![vec![0, 2], vec![1]]);
        assert_eq!(Partition::from_labels(&[9, 900, 9]), Partition::from_labels(&[1, 0, 1]));
        assert_eq!(Partition::from_firsts(vec![0, 1, 0, 3, 1]), Partition::from_labels(&[7, 3, 7, 0, 3]));
    }

    #[test]
    fn a_scored_pair_takes_twelve_bytes() {
        assert_eq!(size_of::<ScoredPair>(), 12);
    }

    #[test]
    fn weights_and_probabilities_agree() {
        assert_eq!(MatchWeight(0.0).probability().get(), 0.5);
        assert!((MatchWeight(3.0).probability().get() - 8.0 / 9.0).abs() < 1e-12);
        assert_eq!(MatchWeight(f64::NEG_INFINITY).probability().get(), 0.0);
        assert_eq!(Probability::new(1.1), None);
    }
}
