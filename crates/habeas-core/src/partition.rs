//! Scored pairs, and all persons at once.

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
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredPair {
    /// Smaller index.
    pub left: u32,
    /// Larger index.
    pub right: u32,
    /// Weight.
    pub weight: MatchWeight,
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
        let mut seen = std::collections::HashMap::with_capacity(labels.len());
        let cluster_of: Vec<u32> = labels
            .iter()
            .map(|label| {
                let next = seen.len() as u32;
                *seen.entry(*label).or_insert(next)
            })
            .collect();
        Self { cluster_of, n_clusters: seen.len() as u32 }
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
    }

    #[test]
    fn weights_and_probabilities_agree() {
        assert_eq!(MatchWeight(0.0).probability().get(), 0.5);
        assert!((MatchWeight(3.0).probability().get() - 8.0 / 9.0).abs() < 1e-12);
        assert_eq!(MatchWeight(f64::NEG_INFINITY).probability().get(), 0.0);
        assert_eq!(Probability::new(1.1), None);
    }
}
