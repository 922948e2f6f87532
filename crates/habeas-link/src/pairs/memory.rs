//! The engine in this process: the reference that others must equal pair for pair.

use super::{PairEngine, PairError, PatternCounts, Scored, Stage, Vector, Watch};
use crate::{
    blocking::{Blocks, KeyIndex, RuleReport},
    model::{Model, Weights},
    table::{Table, mix},
};
use habeas_core::{MatchWeight, ScoredPair};
use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

/// Pairs of one piece of work: small enough for progress and balance, large enough not to be felt.
const PAIRS_EACH: u64 = 100_000;
/// Candidate pairs that estimation looks at; more tell it nothing new and cost a second of CPU each four million.
const ENOUGH_CANDIDATES: u64 = 2_000_000;
/// Random pairs: u probabilities below one in a million are left to the term frequencies.
const MOST_RANDOM: u64 = 1_000_000;
/// The same for small tables.
const LEAST_RANDOM: u64 = 100_000;
/// Seed of the choice of random pairs: any number; it only has to stay the same.
const RANDOM_SEED: u64 = 0x6861_6265_6173;

type Counts = HashMap<Vector, u64, foldhash::fast::RandomState>;

/// Candidate pairs of one table by the blocking rules of one model.
#[derive(Debug)]
pub struct MemoryEngine<'t> {
    table: &'t Table,
    index: KeyIndex,
    threads: usize,
}

impl<'t> MemoryEngine<'t> {
    /// Makes the blocks of the model's rules.
    pub fn new(table: &'t Table, model: &Model, threads: NonZeroUsize) -> Self {
        let n = table.n_records() as u64;
        // Small tables can afford many pairs for each record, large ones a few for each rule.
        let budget = (2 * n).max((25 * n).min(400_000)).max(50_000);
        Self { table, index: KeyIndex::new(table, &model.rules, budget, threads.get()), threads: threads.get() }
    }

    /// What each rule holds; own and found pairs are 0 until scored.
    pub fn rules(&self) -> &[RuleReport] {
        &self.index.reports
    }

    /// The rule that a pair belongs to, as its index in the model, if any holds it.
    pub fn rule_of(&self, a: u32, b: u32) -> Option<usize> {
        self.index.rule_of(a, b)
    }

    /// Works on all pieces with all threads; results come back in the order of the pieces.
    fn each<R: Send>(
        &self,
        stage: Stage,
        watch: &Watch,
        pieces: &[Blocks],
        work: impl Fn(Blocks) -> R + Sync,
    ) -> Result<Vec<R>, PairError> {
        let next = AtomicUsize::new(0);
        let done = AtomicU64::new(0);
        let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(pieces.len()));
        std::thread::scope(|scope| {
            for _ in 0..self.threads.min(pieces.len()) {
                scope.spawn(|| {
                    while watch.check().is_ok() {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        let Some(piece) = pieces.get(i) else { break };
                        let result = work(*piece);
                        results.lock().expect("no thread panics while it holds the lock").push((i, result));
                        (watch.progress)(stage, done.fetch_add(1, Ordering::Relaxed) + 1, pieces.len() as u64);
                    }
                });
            }
        });
        watch.check()?;
        let mut results = results.into_inner().expect("all threads have ended");
        results.sort_by_key(|(i, _)| *i);
        Ok(results.into_iter().map(|(_, result)| result).collect())
    }

    fn random_patterns(&self, weights: &Weights) -> Vec<(Vector, u64)> {
        let n = self.table.n_records() as u64;
        let records = self.table.canonical();
        let all = n * n.saturating_sub(1) / 2;
        let wanted = MOST_RANDOM.min(LEAST_RANDOM.max(20 * n));
        let mut counts = Counts::default();
        let mut count = |i: u64, j: u64| {
            let vector = weights.vector(self.table, records[i as usize], records[j as usize]);
            *counts.entry(vector).or_insert(0) += 1;
        };
        if all <= wanted {
            (0..n).for_each(|i| (i + 1..n).for_each(|j| count(i, j)));
        } else {
            let mut number = RANDOM_SEED;
            let mut place = || {
                number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
                ((u128::from(mix(number)) * u128::from(n)) >> 64) as u64
            };
            for _ in 0..wanted {
                let (i, j) = (place(), place());
                if i != j {
                    count(i.min(j), i.max(j));
                }
            }
        }
        sorted(counts)
    }
}

fn sorted(counts: Counts) -> Vec<(Vector, u64)> {
    let mut counts: Vec<(Vector, u64)> = counts.into_iter().collect();
    counts.sort_unstable();
    counts
}

impl PairEngine for MemoryEngine<'_> {
    fn patterns(&self, model: &Model, watch: &Watch) -> Result<PatternCounts, PairError> {
        let weights = Weights::new(model, self.table);
        let one_in = (self.index.n_pairs_in_blocks() / ENOUGH_CANDIDATES).max(1);
        let pieces = self.index.pieces(PAIRS_EACH * one_in);
        let of_pieces = self.each(Stage::Counting, watch, &pieces, |piece| {
            let mut counts = Counts::default();
            self.index.visit(piece, one_in, |_, a, b| {
                *counts.entry(weights.vector(self.table, a, b)).or_insert(0) += 1;
            });
            counts
        })?;
        let mut counts = Counts::default();
        for (vector, n) in of_pieces.into_iter().flatten() {
            *counts.entry(vector).or_insert(0) += n;
        }
        let n = self.table.n_records() as u64;
        Ok(PatternCounts {
            candidates: sorted(counts),
            one_in,
            random: self.random_patterns(&weights),
            n_pairs: n * n.saturating_sub(1) / 2,
        })
    }

    fn pairs_above(&self, model: &Model, floor: MatchWeight, watch: &Watch) -> Result<Scored, PairError> {
        let weights = Weights::new(model, self.table);
        let n_rules = self.index.reports.len();
        let empty = || Scored { n_by_rule: vec![0; n_rules], n_above_by_rule: vec![0; n_rules], ..Scored::default() };
        let of_pieces = self.each(Stage::Scoring, watch, &self.index.pieces(PAIRS_EACH), |piece| {
            let mut found = empty();
            self.index.visit(piece, 1, |rule, left, right| {
                found.n_candidates += 1;
                found.n_by_rule[rule] += 1;
                if let Some(weight) = weights.weigh_above(self.table, left, right, floor) {
                    found.pairs.push(ScoredPair { left, right, weight });
                    found.n_above_by_rule[rule] += u64::from(weight >= model.cut);
                }
            });
            found
        })?;
        let mut scored = empty();
        for piece in of_pieces {
            scored.n_candidates += piece.n_candidates;
            scored.pairs.extend(piece.pairs);
            for rule in 0..n_rules {
                scored.n_by_rule[rule] += piece.n_by_rule[rule];
                scored.n_above_by_rule[rule] += piece.n_above_by_rule[rule];
            }
        }
        scored.pairs.sort_unstable_by_key(|pair| (pair.left, pair.right));
        Ok(scored)
    }
}
