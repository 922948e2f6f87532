//! Which pairs people are asked about.
//!
//! A decision teaches most where the model is in doubt and much hangs on the answer. What the model thinks is not shown
//! before the decision; the order alone tells little of it, because sure pairs are hardly ever asked about.

mod quality;

pub use quality::{Agreement, Interval, Quality, Stratum, quality, strata};

use habeas_core::{Partition, ScoredPair};

/// The places in `pairs` of those whose decision is expected to change most, the most telling first.
///
/// A pair that is one person with probability p is undecided by p(1 − p); an answer moves the records of both persons.
pub fn most_telling(pairs: &[ScoredPair], partition: &Partition) -> Vec<u32> {
    let cluster_of = partition.cluster_of();
    let mut sizes = vec![0u32; partition.n_clusters()];
    cluster_of.iter().for_each(|cluster| sizes[*cluster as usize] += 1);
    let gain = |pair: &ScoredPair| {
        let p = pair.weight().probability().get();
        let (a, b) = (cluster_of[pair.left as usize], cluster_of[pair.right as usize]);
        let n_moved = sizes[a as usize] + if a == b { 0 } else { sizes[b as usize] };
        p * (1.0 - p) * f64::from(n_moved)
    };
    let gains: Vec<f32> = pairs.iter().map(|pair| gain(pair) as f32).collect();
    let sides = |at: u32| (pairs[at as usize].left, pairs[at as usize].right);
    let mut order: Vec<u32> = (0..pairs.len() as u32).collect();
    order.sort_unstable_by(|a, b| {
        gains[*b as usize].total_cmp(&gains[*a as usize]).then_with(|| sides(*a).cmp(&sides(*b)))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_core::MatchWeight;

    #[test]
    fn what_is_in_doubt_is_asked_before_what_is_sure_and_large_persons_before_small_ones() {
        let pair = |left, right, bits| ScoredPair::new(left, right, MatchWeight(bits));
        let partition = Partition::from_labels(&[0, 0, 0, 1, 2, 3]);
        let pairs = [pair(0, 1, 15.0), pair(3, 4, 0.1), pair(2, 3, -0.1), pair(4, 5, -9.0)];
        assert_eq!(most_telling(&pairs, &partition)[..3], [2, 1, 3]);
    }
}
