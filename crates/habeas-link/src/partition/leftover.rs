//! What is left over when two lists that each name a person once have been linked.
//!
//! Once most persons of two such lists have found each other, the few that have not are likelier to belong together
//! than two records drawn at random: the others are taken. Of n₁ and n₂ records with n₁₂ links between them, the odds
//! that two left-over records are one person, against both being alone, are n₁₂ / ((n₁ − n₁₂)(n₂ − n₁₂)) before they
//! are compared. That of their relatives is taken too, of two brothers who stand on both lists nothing is left over;
//! the share of relatives among the left-over pairs is estimated from their own evidence.
//!
//! # Source
//! Partitions of two lists in which every record has one partner at most: `[sadinle2017]`.

use crate::{
    model::{Model, Weights},
    table::{Table, mix},
};
use habeas_core::{MatchWeight, Partition, ScoredPair};
use std::collections::{BTreeMap, HashMap};

/// Rounds of re-estimating the share of relatives; it settles in a few.
const ROUNDS: usize = 50;
/// Most bits that a prior may change by: weights this far below the cut rest on probabilities that nobody has tested.
const MOST_BITS: f64 = 8.0;
/// Links, and records left over, that are added to those counted.
const PRIOR_RECORDS: f64 = 0.5;
/// Pairs of relatives that the share of the model counts as.
const PRIOR_PAIRS: f64 = 0.5;
/// Left-over pairs from which the share of relatives is learnt, at most. Most relatives weigh too little to be scored.
const MOST_SAMPLED: u64 = 200_000;

/// The corrected priors of two lists.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leftover {
    /// The two lists, smaller index first.
    pub lists: (u16, u16),
    /// Records of each that have no partner on the other.
    pub n_left: (u64, u64),
    /// What the prior against strangers gains or loses.
    pub bits: MatchWeight,
    /// What the prior against relatives gains or loses.
    pub bits_against_kin: MatchWeight,
}

/// Evidence on a pair against strangers and against relatives, in bits, without priors.
type Evidence = (f32, f32);

/// Odds of a pair that it is one person and that it is two relatives, against two strangers, before it is compared.
#[derive(Clone, Copy)]
struct Prior {
    same: f64,
    kin: f64,
}

impl Prior {
    /// The probability that a pair is two relatives.
    fn kin_posterior(self, (strangers, kin): Evidence) -> f64 {
        let same = self.same.log2() + f64::from(strangers);
        let kin = self.kin.log2() + f64::from(strangers) - f64::from(kin);
        1.0 / (1.0 + (same - kin).exp2() + (-kin).exp2())
    }

    /// Estimates the odds of relatives by expectation–maximisation, with all else held fixed.
    fn learn_kin(&mut self, pairs: &[Evidence]) {
        let before = self.kin;
        for _ in 0..ROUNDS {
            let n_kin: f64 = pairs.iter().map(|pair| self.kin_posterior(*pair)).sum();
            let n_others = pairs.len() as f64 - n_kin;
            self.kin = (n_kin + PRIOR_PAIRS) / (n_others + PRIOR_PAIRS / before);
        }
    }
}

/// Corrects, in place, the weights of pairs whose records are both left over, and says by how much.
///
/// `model` is the one that `pairs` were scored with.
pub fn correct_leftovers(
    table: &Table,
    model: &Model,
    partition: &Partition,
    pairs: &mut [ScoredPair],
) -> Vec<Leftover> {
    let once = |list: u16| table.lists()[usize::from(list)].names_once;
    let n_records: Vec<usize> = table.n_by_list().into_iter().map(|n| n as usize).collect();
    let clusters = partition.cluster_of();
    // Which lists each cluster of two or more stands on.
    let mut lists_of: HashMap<u32, Vec<u16>> = HashMap::new();
    let mut sizes = vec![0u32; partition.n_clusters()];
    clusters.iter().for_each(|cluster| sizes[*cluster as usize] += 1);
    for record in 0..table.n_records() as u32 {
        let cluster = clusters[record as usize];
        if sizes[cluster as usize] > 1 {
            lists_of.entry(cluster).or_default().push(table.list_of(record));
        }
    }
    let stands_on =
        |record: u32, list: u16| lists_of.get(&clusters[record as usize]).is_some_and(|lists| lists.contains(&list));
    let mut by_lists: BTreeMap<(u16, u16), Vec<usize>> = BTreeMap::new();
    for (i, pair) in pairs.iter().enumerate() {
        let (a, b) = (table.list_of(pair.left), table.list_of(pair.right));
        if a != b && once(a) && once(b) && !stands_on(pair.left, b) && !stands_on(pair.right, a) {
            by_lists.entry((a.min(b), a.max(b))).or_default().push(i);
        }
    }
    let weights = Weights::new(model, table);
    let others = 1.0 - model.lambda - model.kin_lambda;
    let before = Prior { same: model.lambda / others, kin: model.kin_lambda / others };
    let mut leftovers = Vec::with_capacity(by_lists.len());
    for (lists, of_lists) in by_lists {
        let left = |own: u16, other: u16| -> Vec<u32> {
            let alone = |record: &&u32| table.list_of(**record) == own && !stands_on(**record, other);
            table.canonical().iter().filter(alone).copied().collect()
        };
        let (left_a, left_b) = (left(lists.0, lists.1), left(lists.1, lists.0));
        let n_linked =
            (n_records[usize::from(lists.0)] - left_a.len()).min(n_records[usize::from(lists.1)] - left_b.len());
        let counted = |n: usize| n as f64 + PRIOR_RECORDS;
        let mut after = Prior { same: counted(n_linked) / (counted(left_a.len()) * counted(left_b.len())), ..before };
        let sampled: Vec<Evidence> =
            some_pairs(&left_a, &left_b).map(|(a, b)| weights.evidence(table, a.min(b), a.max(b))).collect();
        after.learn_kin(&sampled);
        let gain = |odds: f64| odds.log2().clamp(-MOST_BITS, MOST_BITS);
        let bits = gain(after.same / before.same);
        let bits_against_kin = gain(after.same / after.kin / (before.same / before.kin));
        for i in of_lists {
            let pair = &mut pairs[i];
            let (strangers, kin) = weights.evidence(table, pair.left, pair.right);
            let corrected = weights.total(strangers + bits as f32, kin + bits_against_kin as f32);
            *pair = ScoredPair::new(pair.left, pair.right, corrected);
        }
        leftovers.push(Leftover {
            lists,
            n_left: (left_a.len() as u64, left_b.len() as u64),
            bits: MatchWeight(bits),
            bits_against_kin: MatchWeight(bits_against_kin),
        });
    }
    leftovers
}

/// All pairs between the records of two lists where they are few, else some drawn by chance.
fn some_pairs<'r>(a: &'r [u32], b: &'r [u32]) -> impl Iterator<Item = (u32, u32)> + 'r {
    let all = a.len() as u64 * b.len() as u64;
    (0..all.min(MOST_SAMPLED)).map(move |i| {
        let at = if all <= MOST_SAMPLED { i } else { mix(i) % all };
        (a[(at / b.len() as u64) as usize], b[(at % b.len() as u64) as usize])
    })
}
