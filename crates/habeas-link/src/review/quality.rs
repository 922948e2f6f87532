//! How right the linkage is, by what people judged: precision and recall from a stratified random sample of pairs, and
//! how far two readers agree.
//!
//! Pairs that were asked about because they teach most are no sample. Therefore the pairs of each stratum have one order
//! of chance, and only the judged ones at its beginning count, up to the first that nobody has judged: whatever else was
//! judged does not bias the estimate.

use crate::table::mix;
use habeas_core::{MatchWeight, Partition, ScoredPair};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution};

/// Weights, in bits, at which one stratum ends and the next begins.
const BOUNDS: [f64; 6] = [-6.0, -3.0, 0.0, 3.0, 7.0, 15.0];
/// Draws of the shares that are not known.
const DRAWS: usize = 4_000;
/// Seed of these draws: any number; it only has to stay the same.
const SEED: u64 = 0x7175_616c;

/// Scored pairs of one kind, in an order of chance that depends on the pairs only.
#[derive(Debug, Clone, PartialEq)]
pub struct Stratum {
    /// Whether the linkage takes these pairs for one person.
    pub links: bool,
    /// Lowest weight; that of the next stratum ends it.
    pub from: MatchWeight,
    /// The places of the pairs among all, in the order in which they are to be judged.
    pub pairs: Vec<u32>,
}

/// An estimate with an interval that holds it with a probability of 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Median.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How right the links of a run are, as far as people judged a sample of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Share of the linked pairs that are one person.
    pub precision: Interval,
    /// Share of the scored pairs of one person that are linked. What no blocking rule held, or what weighed too little
    /// to be kept, is not in it.
    pub recall: Interval,
    /// Pairs of the sample that were judged the same or different.
    pub n_judged: u64,
    /// Pairs of the sample that people left undecided; they count as not judged.
    pub n_undecided: u64,
}

/// Puts scored pairs into strata by decision and weight; `id` names a pair by what it is, not by its place in a run.
pub fn strata(pairs: &[ScoredPair], partition: &Partition, id: impl Fn(&ScoredPair) -> u64) -> Vec<Stratum> {
    let of = partition.cluster_of();
    let class = |pair: &ScoredPair| {
        let links = of[pair.left as usize] == of[pair.right as usize];
        (links, BOUNDS.partition_point(|bound| *bound <= pair.weight().0))
    };
    let orders: Vec<u64> = pairs.iter().map(|pair| mix(id(pair))).collect();
    let at = |at: &u32| &pairs[*at as usize];
    let mut ordered: Vec<u32> = (0..pairs.len() as u32).collect();
    ordered.sort_unstable_by_key(|place| (class(at(place)), orders[*place as usize], at(place).left, at(place).right));
    let stratum = |same: &[u32]| {
        let (links, class) = class(at(&same[0]));
        let from = class.checked_sub(1).map_or(f64::NEG_INFINITY, |bound| BOUNDS[bound]);
        Stratum { links, from: MatchWeight(from), pairs: same.to_vec() }
    };
    ordered.chunk_by(|a, b| class(at(a)) == class(at(b))).map(stratum).collect()
}

/// Estimates precision and recall; `verdict` tells of the pair at a place whether people judged it, and how: `Some(None)`
/// is undecided.
///
/// Each stratum has a share of pairs of one person with Jeffreys' prior, so that a stratum that nobody looked at says
/// that it is unknown.
pub fn quality(strata: &[Stratum], verdict: impl Fn(u32) -> Option<Option<bool>>) -> Quality {
    let (mut n_judged, mut n_undecided) = (0, 0);
    // Pairs, those judged the same and those judged different.
    let mut counted: Vec<(bool, f64, f64, f64)> = Vec::new();
    for stratum in strata {
        let (mut same, mut different) = (0.0, 0.0);
        for judged in stratum.pairs.iter().copied().map_while(&verdict) {
            match judged {
                Some(true) => same += 1.0,
                Some(false) => different += 1.0,
                None => n_undecided += 1,
            }
        }
        n_judged += (same + different) as u64;
        counted.push((stratum.links, stratum.pairs.len() as f64, same, different));
    }
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let (mut precisions, mut recalls) = (Vec::with_capacity(DRAWS), Vec::with_capacity(DRAWS));
    for _ in 0..DRAWS {
        let (mut n_links, mut right, mut missed) = (0.0, 0.0, 0.0);
        for (links, n, same, different) in &counted {
            let beta = Beta::new(same + 0.5, different + 0.5).expect("both shapes are positive");
            // What was judged is known; the share is for the others.
            let n_same = same + (n - same - different).max(0.0) * beta.sample(&mut rng);
            if *links {
                (n_links, right) = (n_links + n, right + n_same);
            } else {
                missed += n_same;
            }
        }
        let share = |n: f64, of: f64| if of > 0.0 { n / of } else { 1.0 };
        precisions.push(share(right, n_links));
        recalls.push(share(right, right + missed));
    }
    Quality { precision: interval(precisions), recall: interval(recalls), n_judged, n_undecided }
}

fn interval(mut draws: Vec<f64>) -> Interval {
    draws.sort_by(f64::total_cmp);
    Interval { estimate: draws[DRAWS / 2], low: draws[DRAWS / 40], high: draws[DRAWS - 1 - DRAWS / 40] }
}

/// How far two readers of the same pairs agree.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Agreement {
    /// Pairs that both found the same.
    pub both_same: u64,
    /// Pairs that both found different.
    pub both_different: u64,
    /// Pairs that only the first found the same.
    pub only_first_same: u64,
    /// Pairs that only the second found the same.
    pub only_second_same: u64,
}

impl Agreement {
    /// Adds a pair that two readers decided.
    pub fn add(&mut self, first_same: bool, second_same: bool) {
        match (first_same, second_same) {
            (true, true) => self.both_same += 1,
            (false, false) => self.both_different += 1,
            (true, false) => self.only_first_same += 1,
            (false, true) => self.only_second_same += 1,
        }
    }

    /// Number of pairs that two readers decided.
    pub fn n(&self) -> u64 {
        self.both_same + self.both_different + self.only_first_same + self.only_second_same
    }

    /// Cohen's κ and its standard error: agreement beyond chance, 1 where all agree. `None` without pairs, or where
    /// either answer never occurs, so that agreement by chance is all there could be.
    ///
    /// # Source
    /// `[cohen1960]`
    pub fn kappa(&self) -> Option<(f64, f64)> {
        let n = self.n() as f64;
        let share = |count: u64| count as f64 / n;
        let (first, second) =
            (share(self.both_same + self.only_first_same), share(self.both_same + self.only_second_same));
        let by_chance = first * second + (1.0 - first) * (1.0 - second);
        if self.n() == 0 || by_chance >= 1.0 {
            return None;
        }
        let observed = share(self.both_same + self.both_different);
        let error = (observed * (1.0 - observed) / n).sqrt() / (1.0 - by_chance);
        Some(((observed - by_chance) / (1.0 - by_chance), error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use std::collections::HashSet;

    /// Links of which a share of 0.9 is right, pairs left apart of which 0.05 are one person.
    fn pairs(seed: u64) -> (Vec<ScoredPair>, Partition, Vec<bool>) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let n = 3000u32;
        let weight = |i: u32| if i < n / 2 { f64::from(i % 20) } else { -f64::from(i % 8) - 0.5 };
        let of_pair = |i: u32| ScoredPair::new(2 * i, 2 * i + 1, MatchWeight(weight(i)));
        let pairs: Vec<ScoredPair> = (0..n).map(of_pair).collect();
        let labels: Vec<u32> = (0..2 * n).map(|record| if record < n { record / 2 } else { 10 * n + record }).collect();
        let same = (0..n).map(|i| rng.random_bool(if i < n / 2 { 0.9 } else { 0.05 })).collect();
        (pairs, Partition::from_labels(&labels), same)
    }

    #[test]
    fn a_sample_of_each_stratum_tells_precision_and_recall_whatever_else_was_judged() {
        let (mut n_held, mut error) = (0, 0.0);
        for seed in 0..40 {
            let (pairs, partition, same) = pairs(seed);
            let strata = strata(&pairs, &partition, |pair| u64::from(pair.left));
            let is_same = |pair: &ScoredPair| same[pair.left as usize / 2];
            let sampled: HashSet<u32> =
                strata.iter().flat_map(|stratum| stratum.pairs.iter().take(40)).copied().collect();
            // Beside the sample every wrong link of some strata was judged, because somebody looked for them.
            let verdict = |place: u32| {
                let pair = &pairs[place as usize];
                let found = pair.weight().0 > 10.0 && !is_same(pair);
                (sampled.contains(&place) || found).then(|| Some(is_same(pair)))
            };
            let found = quality(&strata, verdict);
            let right = pairs.iter().filter(|pair| pair.weight().0 >= 0.0 && is_same(pair)).count() as f64;
            let all = same.iter().filter(|same| **same).count() as f64;
            for (interval, truth) in [(found.precision, right / 1500.0), (found.recall, right / all)] {
                n_held += u32::from(interval.low < truth && truth < interval.high);
                error += (interval.estimate - truth) / 80.0;
                assert!(interval.high - interval.low < 0.14, "{interval:?}");
            }
            assert!(found.n_judged >= 40 * strata.len() as u64);
        }
        assert!(n_held >= 72 && error.abs() < 0.012, "{n_held} of 80 hold the truth, off by {error} on average");
    }

    #[test]
    fn where_nobody_looked_nothing_is_claimed() {
        let (pairs, partition, _) = pairs(1);
        let strata = strata(&pairs, &partition, |pair| u64::from(pair.left));
        let found = quality(&strata, |_| None);
        assert!(found.n_judged == 0 && found.precision.high - found.precision.low > 0.5, "{found:?}");
        let undecided = quality(&strata, |_| Some(None));
        assert_eq!((undecided.n_judged, undecided.n_undecided), (0, 3000));
    }

    #[test]
    fn kappa_is_agreement_beyond_chance() {
        // The example of many textbooks: observed 0.7, by chance 0.5.
        let agreement = Agreement { both_same: 20, both_different: 15, only_first_same: 5, only_second_same: 10 };
        let (kappa, error) = agreement.kappa().unwrap();
        assert!((kappa - 0.4).abs() < 1e-12 && (error - 0.1296).abs() < 1e-4, "{kappa} {error}");
        assert_eq!(Agreement::default().kappa(), None);
        assert_eq!(Agreement { both_same: 9, ..Agreement::default() }.kappa(), None);
    }
}
