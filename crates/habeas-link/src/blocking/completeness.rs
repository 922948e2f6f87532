//! How many links a partition is likely to miss, and how many to have made wrongly.

use super::survey::Survey;
use crate::{em::SamePosterior, model::Model, partition::WeakestJoint};
use habeas_core::Partition;
use std::collections::HashMap;

/// Probability of being one person below which surveyed pairs do not count: of those, what is stated is two to four times
/// what is so on lists with a known truth, and they are so many that they would add up to more than what is missed.
const LEAST_PROBABILITY: f64 = 0.1;

/// A surveyed pair with the probability that it is one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LikelyPair {
    records: (u32, u32),
    probability: f64,
}

/// Surveyed pairs that may be one person, and what they stand for.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LikelyPairs {
    pairs: Vec<LikelyPair>,
    pairs_each: f64,
    n_unseen: f64,
}

/// Pairs of records of one person that a partition joins and misses, as the linkage reckons by itself.
///
/// It rests on the survey, whose rules are more than those by which all records were compared; what no rule of the
/// survey holds is known only as far as two kinds of rules find each other's pairs, so `n_missed` is a lower bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Completeness {
    /// Pairs that the partition joins.
    pub n_linked: f64,
    /// Expected pairs of one person that it does not join.
    pub n_missed: f64,
    /// Expected pairs of two persons that it joins.
    pub n_wrong: f64,
}

impl Completeness {
    /// Missed less wrong pairs, as a share of all pairs of one person; negative where more are wrong than missed.
    pub fn net_missed_share(&self) -> f64 {
        let n_same = self.n_linked - self.n_wrong + self.n_missed;
        if n_same > 0.0 { (self.n_missed - self.n_wrong) / n_same } else { 0.0 }
    }
}

impl Survey {
    /// The surveyed pairs that may be one person; `n_unseen` are expected beyond what the survey sees. Only pairs that the
    /// model was learnt from: in larger blocks strangers are so many that their small probabilities, a little too high,
    /// would add up to more than all persons.
    pub(crate) fn likely_pairs(&self, model: &Model, n_unseen: f64) -> LikelyPairs {
        let posterior = SamePosterior::new(model);
        let likely = self.pairs.iter().filter(|pair| pair.teaches).filter_map(|pair| {
            let probability = posterior.of(pair.vector);
            (probability >= LEAST_PROBABILITY).then_some(LikelyPair { records: pair.records, probability })
        });
        LikelyPairs { pairs: likely.collect(), pairs_each: self.scale, n_unseen }
    }
}

impl LikelyPairs {
    /// What a partition makes of these pairs. A linked pair is as sure as its own comparison or, where others connect it,
    /// as the weakest joint of its person.
    pub(crate) fn completeness(&self, partition: &Partition, weakest: &[WeakestJoint]) -> Completeness {
        let cluster_of = partition.cluster_of();
        let joint_of: HashMap<u32, f64> =
            weakest.iter().map(|joint| (joint.cluster, joint.pair.weight().probability().get())).collect();
        let (mut n_missed, mut n_wrong) = (self.n_unseen, 0.0);
        for LikelyPair { records: (a, b), probability } in &self.pairs {
            let cluster = cluster_of[*a as usize];
            if cluster == cluster_of[*b as usize] {
                let by_joint = joint_of.get(&cluster).copied().unwrap_or(0.0);
                n_wrong += (1.0 - probability.max(by_joint)) * self.pairs_each;
            } else {
                n_missed += probability * self.pairs_each;
            }
        }
        let mut sizes = vec![0u64; partition.n_clusters()];
        cluster_of.iter().for_each(|cluster| sizes[*cluster as usize] += 1);
        let n_linked = sizes.iter().map(|n| n * n.saturating_sub(1) / 2).sum::<u64>() as f64;
        Completeness { n_linked, n_missed, n_wrong }
    }
}
