//! A survey of candidate pairs: all that share keys with some records chosen by chance.
//!
//! Its rules are more than could be afforded for all records. What it finds is an even sample of their candidate pairs,
//! from which the model is learnt and the rules are chosen. Pairs drawn from all show what strangers agree on.

use super::{
    BlockingRule,
    keys::{KeyValues, combined},
    pool::MOST_POSSIBLE,
};
use crate::{
    model::{Model, Weights},
    pairs::{PairError, PatternCounts, Stage, Vector, Watch},
    table::{Table, mix},
};
use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::atomic::{AtomicU64, Ordering},
};

/// Powers of two that sizes of blocks are told by.
pub(super) const SIZE_CLASSES: usize = 10;
/// Records whose pairs are surveyed, at most; a share of one in a hundred is then known within a third.
const MOST_SURVEYED: usize = 6_000;
/// Pairs that are surveyed, at least and at most, and for each record.
const LEAST_PAIRS: usize = 200_000;
const MOST_PAIRS: usize = 1_200_000;
const PAIRS_EACH_RECORD: usize = 4;
/// Pairs of all records, for each of them, that one rule may hold; its larger blocks are not surveyed: they would be
/// unaffordable. In a small table it may hold more for each, up to so many pairs in all.
const PAIRS_OF_A_RULE: f64 = 3.0;
const PAIRS_OF_A_SMALL_TABLE: (f64, f64) = (8.0, 400_000.0);
/// The same for the blocks whose pairs the model is learnt from. In larger ones namesakes outnumber the pairs of one
/// person so far that the slightest misfit of strangers would be learnt as persons.
const PAIRS_TO_LEARN_FROM: f64 = 1.0;
/// Pairs drawn from all, at least and at most, and for each record: u probabilities below one in a hundred thousand are
/// left to the frequencies of values.
const LEAST_RANDOM: u64 = 100_000;
const MOST_RANDOM: u64 = 300_000;
const RANDOM_EACH_RECORD: u64 = 3;
/// Seeds of what chance chooses: any numbers; they only have to stay the same.
const SURVEY_SEED: u64 = 0x7375_7276_6579;
const RANDOM_SEED: u64 = 0x6861_6265_6173;

type Counts = HashMap<Vector, f64, foldhash::fast::RandomState>;
type Keys<T> = HashMap<u64, T, foldhash::fast::RandomState>;

/// What the survey found.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// The rules under which it looked.
    pub rules: Vec<BlockingRule>,
    /// Candidate pairs of all records for each one surveyed.
    pub(super) scale: f64,
    pub(super) pairs: Vec<SurveyedPair>,
    /// By which rules the pairs are held, one pair after the other.
    pub(super) holders: Vec<Holder>,
    /// What each rule costs.
    pub(super) costs: Vec<RuleCost>,
    random: Vec<(Vector, f64)>,
    n_pairs: u64,
}

/// One surveyed pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SurveyedPair {
    pub(super) vector: Vector,
    pub(super) records: (u32, u32),
    /// Whether the model is learnt from it.
    pub(super) teaches: bool,
    /// Where its holders end.
    pub(super) holders_end: u32,
}

/// A rule that holds a pair, with the size class of its smallest block around the pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) rule: u8,
    pub(super) class: u8,
}

/// Keys that a rule would store and pairs that its blocks would hold, for all records, by size class of the block.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct RuleCost {
    pub(super) n_keys: [f64; SIZE_CLASSES],
    pub(super) n_pairs: [f64; SIZE_CLASSES],
}

/// The class of a block: blocks of class c hold 2^c records at most.
fn size_class(n: u32) -> usize {
    (u32::BITS - n.saturating_sub(1).leading_zeros()) as usize
}

impl RuleCost {
    /// The largest class of blocks that leaves the pairs of all within `most`.
    pub(super) fn affordable(&self, most: f64) -> usize {
        let mut n_pairs = 0.0;
        let exceeds = |class: &usize| {
            n_pairs += self.n_pairs[*class];
            n_pairs > most
        };
        (1..SIZE_CLASSES).find(exceeds).unwrap_or(SIZE_CLASSES) - 1
    }
}

/// What one rule holds of the surveyed records.
#[derive(Default)]
struct OfRule {
    /// Surveyed record (number), other record (place), rule and class, packed so that they sort in this order.
    held: Vec<u64>,
    cost: RuleCost,
    /// A bit for each place: whether it shares a block of whatever size with a surveyed record.
    shares: Vec<u64>,
}

fn pack(surveyed: usize, other: u32, rule: usize, class: usize) -> u64 {
    (surveyed as u64) << 44 | u64::from(other) << 12 | (rule as u64) << 4 | class as u64
}

/// `within` are the places that share some of the keys of the rule with a surveyed record: no others can share all.
fn survey_rule(
    values: &KeyValues,
    rules: &[BlockingRule],
    rule: usize,
    surveyed: &[u32],
    within: &[&[u64]],
    n_records: usize,
) -> OfRule {
    let columns = values.columns(&rules[rule]);
    let mut keys = Vec::new();
    // Blocks of the surveyed records, found again by a small table of bits before the map is asked.
    let mut block_of: Keys<u32> = Keys::default();
    let mut seen = vec![0u64; 1 << 14];
    let bit = |key: u64| ((key >> 50) as usize, 1u64 << (key >> 44 & 63));
    for place in surveyed {
        combined(&columns, *place, &mut keys);
        for key in &keys {
            let n = block_of.len() as u32;
            block_of.entry(*key).or_insert(n);
            let (word, bit) = bit(*key);
            seen[word] |= bit;
        }
    }
    let largest = 1usize << (SIZE_CLASSES - 1);
    let mut blocks: Vec<Vec<u32>> = vec![Vec::new(); block_of.len()];
    let mut found = OfRule { shares: vec![0; n_records.div_ceil(64)], ..OfRule::default() };
    for (at, shares) in found.shares.iter_mut().enumerate() {
        let mut open = within.iter().fold(u64::MAX, |open, within| open & within[at]);
        while open != 0 {
            let place = (64 * at) as u32 + open.trailing_zeros();
            if place as usize >= n_records {
                break;
            }
            combined(&columns, place, &mut keys);
            for key in &keys {
                let (word, bit) = bit(*key);
                if seen[word] & bit != 0
                    && let Some(block) = block_of.get(key)
                {
                    *shares |= open & open.wrapping_neg();
                    if blocks[*block as usize].len() <= largest {
                        blocks[*block as usize].push(place);
                    }
                }
            }
            open &= open - 1;
        }
    }
    for (number, place) in surveyed.iter().enumerate() {
        combined(&columns, *place, &mut keys);
        for key in &keys {
            let block = &blocks[block_of[key] as usize];
            if block.len() < 2 || block.len() > largest {
                continue;
            }
            let class = size_class(block.len() as u32);
            found.cost.n_keys[class] += 1.0;
            found.cost.n_pairs[class] += (block.len() - 1) as f64 / 2.0;
            let others = block.iter().filter(|other| *other != place);
            found.held.extend(others.map(|other| pack(number, *other, rule, class)));
        }
    }
    found
}

/// Surveys the pairs that share keys under some rules, of which it looks at ninety at most, and compares them as the
/// model says.
///
/// # Errors
/// [`PairError`] when the run was ended.
pub fn survey(
    table: &Table,
    model: &Model,
    rules: &[BlockingRule],
    threads: NonZeroUsize,
    watch: &Watch,
) -> Result<Survey, PairError> {
    let n_records = table.n_records();
    let rules = &rules[..rules.len().min(MOST_POSSIBLE)];
    let weights = Weights::new(model, table);
    let mut surveyed: Vec<u32> = (0..n_records as u32).collect();
    surveyed.sort_by_cached_key(|place| mix(u64::from(*place) ^ SURVEY_SEED));
    surveyed.truncate(MOST_SURVEYED);
    let values = KeyValues::new(table, rules, threads.get());
    let done = AtomicU64::new(0);
    let total = rules.len() as u64 + 2;
    let step = || (watch.progress)(Stage::Counting, done.fetch_add(1, Ordering::Relaxed) + 1, total);
    // Rules of few keys first: what shares nothing with a surveyed record by two keys shares nothing by these and a third.
    let mut of_rules: Vec<OfRule> = rules.iter().map(|_| OfRule::default()).collect();
    for n_keys in 1..=rules.iter().map(|rule| rule.keys.len()).max().unwrap_or(0) {
        let these: Vec<usize> = (0..rules.len()).filter(|rule| rules[*rule].keys.len() == n_keys).collect();
        let found = super::index::in_parallel(these.len(), threads.get(), |i| {
            if watch.check().is_err() {
                return OfRule::default();
            }
            let is_part = |part: &usize| {
                let keys = &rules[*part].keys;
                keys.len() < n_keys && keys.iter().all(|key| rules[these[i]].keys.contains(key))
            };
            let within: Vec<&[u64]> =
                (0..rules.len()).filter(is_part).map(|part| of_rules[part].shares.as_slice()).collect();
            let found = survey_rule(&values, rules, these[i], &surveyed, &within, n_records);
            step();
            found
        });
        watch.check()?;
        these.into_iter().zip(found).for_each(|(rule, found)| of_rules[rule] = found);
    }
    drop(values);
    let share = surveyed.len() as f64 / n_records.max(1) as f64;
    let scaled = |of_rule: &OfRule| RuleCost {
        n_keys: of_rule.cost.n_keys.map(|n| n / share),
        n_pairs: of_rule.cost.n_pairs.map(|n| n / share),
    };
    let costs: Vec<RuleCost> = of_rules.iter().map(scaled).collect();
    let mut held: Vec<u64> = Vec::new();
    // The largest class of blocks of each rule that holds so many pairs for each record.
    let (each_of_few, most_of_few) = PAIRS_OF_A_SMALL_TABLE;
    let of_few = (each_of_few * n_records as f64).min(most_of_few);
    let largest_of = |cost: &RuleCost, each: f64| cost.affordable((each * n_records as f64).max(of_few));
    let teaches: Vec<usize> = costs.iter().map(|cost| largest_of(cost, PAIRS_TO_LEARN_FROM)).collect();
    for (of_rule, cost) in of_rules.iter().zip(&costs) {
        let affordable = largest_of(cost, PAIRS_OF_A_RULE);
        held.extend(of_rule.held.iter().filter(|one| (**one & 15) as usize <= affordable));
    }
    drop(of_rules);
    held.sort_unstable();
    let pair_of = |held: u64| held >> 12;
    let most_pairs = (PAIRS_EACH_RECORD * n_records).clamp(LEAST_PAIRS, MOST_PAIRS);
    // Surveyed records are in an order of chance: those that fit the number of pairs are as good a sample as all.
    let (mut n_surveyed, mut n_pairs, mut end) = (surveyed.len(), 0, held.len());
    let mut before = None;
    for (i, one) in held.iter().enumerate() {
        n_pairs += usize::from(before != Some(pair_of(*one)));
        if n_pairs > most_pairs {
            n_surveyed = (one >> 44) as usize;
            end = held.partition_point(|one| ((one >> 44) as usize) < n_surveyed);
            break;
        }
        before = Some(pair_of(held[i]));
    }
    held.truncate(end);
    let groups: Vec<&[u64]> = held.chunk_by(|a, b| pair_of(*a) == pair_of(*b)).collect();
    let record = |place: u32| table.canonical()[place as usize];
    let shares = groups.chunks(groups.len().div_ceil(threads.get() * 8).max(1)).collect::<Vec<_>>();
    let compared = super::index::in_parallel(shares.len(), threads.get(), |i| {
        let records = |group: &&[u64]| {
            let (a, b) = (record(surveyed[(group[0] >> 44) as usize]), record((group[0] >> 12) as u32));
            (a.min(b), a.max(b))
        };
        let pairs: Vec<(u32, u32)> = shares[i].iter().map(records).collect();
        if watch.check().is_err() { Vec::new() } else { weights.vectors(table, &pairs) }
    });
    watch.check()?;
    step();
    let (mut pairs, mut holders) = (Vec::with_capacity(groups.len()), Vec::with_capacity(held.len()));
    let compared = compared.into_iter().flatten();
    for (group, (records, vector)) in groups.iter().zip(compared) {
        let (mut last, mut is_taught) = (None, false);
        for one in *group {
            let rule = (one >> 4 & 255) as u8;
            // Sorted by class within a rule: the smallest block comes first.
            if last != Some(rule) {
                let class = (one & 15) as u8;
                holders.push(Holder { rule, class });
                last = Some(rule);
                is_taught |= usize::from(class) <= teaches[usize::from(rule)];
            }
        }
        pairs.push(SurveyedPair { vector, records, teaches: is_taught, holders_end: holders.len() as u32 });
    }
    let random = random_patterns(table, &weights, threads.get());
    step();
    let n = n_records as u64;
    Ok(Survey {
        rules: rules.to_vec(),
        // Each pair can be met from both of its records.
        scale: n_records as f64 / n_surveyed.max(1) as f64 / 2.0,
        pairs,
        holders,
        costs,
        random,
        n_pairs: n * n.saturating_sub(1) / 2,
    })
}

impl Survey {
    /// The comparison vectors that estimation learns from.
    ///
    /// `judged` are pairs that people judged, and whether they are one person.
    pub fn counts(&self, judged: Vec<(Vector, bool)>) -> PatternCounts {
        let mut counts = Counts::default();
        for pair in self.pairs.iter().filter(|pair| pair.teaches) {
            *counts.entry(pair.vector).or_insert(0.0) += self.scale;
        }
        PatternCounts {
            candidates: sorted(counts),
            random: self.random.clone(),
            n_pairs: self.n_pairs,
            judged,
            pairs_each: self.scale.max(1.0),
        }
    }

    /// Number of records, from the number of all their pairs.
    pub(super) fn n_records(&self) -> f64 {
        (2.0 * self.n_pairs as f64).sqrt().ceil()
    }

    /// Rules that hold a surveyed pair.
    pub(super) fn holders(&self, pair: usize) -> &[Holder] {
        let start = if pair == 0 { 0 } else { self.pairs[pair - 1].holders_end };
        &self.holders[start as usize..self.pairs[pair].holders_end as usize]
    }
}

fn random_patterns(table: &Table, weights: &Weights, threads: usize) -> Vec<(Vector, f64)> {
    let n = table.n_records() as u64;
    let records = table.canonical();
    let all = n * n.saturating_sub(1) / 2;
    let wanted = (RANDOM_EACH_RECORD * n).clamp(LEAST_RANDOM, MOST_RANDOM);
    let mut pairs: Vec<(u32, u32)> = Vec::with_capacity(all.min(wanted) as usize);
    let mut put = |i: u64, j: u64| pairs.push((records[i as usize], records[j as usize]));
    if all <= wanted {
        (0..n).for_each(|i| (i + 1..n).for_each(|j| put(i, j)));
    } else {
        let mut number = RANDOM_SEED;
        let mut place = || {
            number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
            ((u128::from(mix(number)) * u128::from(n)) >> 64) as u64
        };
        for _ in 0..wanted {
            let (i, j) = (place(), place());
            if i != j {
                put(i.min(j), i.max(j));
            }
        }
    }
    let shares: Vec<&[(u32, u32)]> = pairs.chunks(pairs.len().div_ceil(threads * 8).max(1)).collect();
    let compared = super::index::in_parallel(shares.len(), threads, |i| weights.vectors(table, shares[i]));
    let mut counts = Counts::default();
    compared.into_iter().flatten().for_each(|(_, vector)| *counts.entry(vector).or_insert(0.0) += 1.0);
    sorted(counts)
}

fn sorted(counts: Counts) -> Vec<(Vector, f64)> {
    let mut counts: Vec<(Vector, f64)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(vector, _)| *vector);
    counts
}
