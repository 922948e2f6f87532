//! Candidate pairs block by block, for engines that gather blocks elsewhere: the code that compares the pairs of a block
//! that was handed in, and the numbers that what comes back must have.

use super::{PairError, Stage, Vector, Watch, pair_budget};
use crate::{
    blocking::{Candidate, KeyIndex, RuleReport, in_parallel},
    model::{Model, Weights},
    table::Table,
};
use habeas_core::{MatchWeight, ScoredPair};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    num::NonZeroUsize,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Pairs that one thread counts at a time.
const PAIRS_EACH: u64 = 1_000_000;

/// The blocks of all rules of one model. They are numbered rule by rule, within a rule by the hash of their key, so that
/// a range of numbers is a range of hashes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Blocks {
    #[serde(with = "behind_arc")]
    table: Arc<Table>,
    index: KeyIndex,
    threads: NonZeroUsize,
}

impl Blocks {
    /// Makes the blocks, the same that [`crate::MemoryEngine`] makes.
    ///
    /// # Errors
    /// [`PairError::Cancelled`] when the run was ended.
    pub fn new(table: Arc<Table>, model: &Model, threads: NonZeroUsize, watch: &Watch) -> Result<Self, PairError> {
        let of_each_rule = pair_budget(table.n_records()) / 4;
        let index = KeyIndex::new(&table, &model.rules, of_each_rule, threads.get(), watch)?;
        Ok(Self { table, index, threads })
    }

    /// The table that they are blocks of.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What each rule holds; own and found pairs are 0.
    pub fn rules(&self) -> &[RuleReport] {
        &self.index.reports
    }

    /// Numbers of the blocks of one rule.
    pub fn of_rule(&self, rule: usize) -> Range<u32> {
        self.index.blocks_of_rule(rule)
    }

    /// Records of all blocks together.
    pub fn n_members(&self) -> u64 {
        self.index.n_members()
    }

    /// Records of a block.
    pub fn records(&self, block: u32) -> impl ExactSizeIterator<Item = u32> {
        self.index.records_of(block)
    }

    /// Counts, without comparing anything, the pairs that belong to each unit of work; `unit` says to which a pair of a
    /// block (its number, then the smaller and the larger record) belongs.
    ///
    /// # Errors
    /// [`PairError::Cancelled`] when the run was ended.
    pub fn count_own_pairs(
        &self,
        n_units: usize,
        unit: impl Fn(u32, u32, u32) -> usize + Sync,
        watch: &Watch,
    ) -> Result<Vec<u64>, PairError> {
        let of = |candidate: &Candidate| unit(candidate.block, candidate.left, candidate.right);
        tally(&self.index, n_units, of, self.threads, watch)
    }

    /// Visits the pairs of a block, or of a part of it, that belong to this block and not to an earlier one: every pair
    /// of `one`, or every pair across where there is an `other`.
    fn own_pairs(&self, block: u32, one: &[u32], other: Option<&[u32]>, mut visit: impl FnMut(u32, u32)) {
        for (i, a) in one.iter().enumerate() {
            for b in other.unwrap_or(&one[i + 1..]) {
                // A record that was handed in twice is no pair.
                if a != b && self.index.block_of(*a, *b) == Some(block) {
                    visit(*a.min(b), *a.max(b));
                }
            }
        }
    }
}

/// Counts candidate pairs by what `unit` says of each of them, without comparing anything.
pub(super) fn tally(
    index: &KeyIndex,
    n_units: usize,
    unit: impl Fn(&Candidate) -> usize + Sync,
    threads: NonZeroUsize,
    watch: &Watch,
) -> Result<Vec<u64>, PairError> {
    let counts: Vec<AtomicU64> = (0..n_units).map(|_| AtomicU64::new(0)).collect();
    let pieces = index.pieces(PAIRS_EACH);
    let n_done = AtomicU64::new(0);
    let shares: Vec<_> = pieces.chunks(pieces.len().div_ceil(threads.get()).max(1)).collect();
    in_parallel(shares.len(), threads.get(), |share| {
        let mut met = index.met();
        for piece in shares[share] {
            if watch.check().is_err() {
                return;
            }
            index.visit(*piece, &mut met, |candidates| {
                candidates.iter().for_each(|candidate| {
                    counts[unit(candidate)].fetch_add(1, Ordering::Relaxed);
                });
            });
            let n_done = n_done.fetch_add(1, Ordering::Relaxed) + 1;
            (watch.progress)(Stage::Counting, n_done, pieces.len() as u64);
        }
    });
    watch.check()?;
    Ok(counts.into_iter().map(AtomicU64::into_inner).collect())
}

/// Compares the pairs of blocks that somebody else has gathered.
///
/// Serialised it does so elsewhere; who is in which block does not go with it.
#[derive(Debug, Serialize, Deserialize)]
pub struct BlockScorer {
    #[serde(with = "behind_arc")]
    blocks: Arc<Blocks>,
    weights: Weights,
    /// Weights, in bits.
    cut: f64,
    floor: f64,
}

/// What stands behind an `Arc`, written as itself; serde's own feature for it would be every crate's.
mod behind_arc {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::sync::Arc;

    pub(super) fn serialize<T: Serialize, S: Serializer>(value: &Arc<T>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().serialize(to)
    }

    pub(super) fn deserialize<'d, T: Deserialize<'d>, D: Deserializer<'d>>(from: D) -> Result<Arc<T>, D::Error> {
        T::deserialize(from).map(Arc::new)
    }
}

/// What was found in a block, or in a part of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BlockPairs {
    /// Pairs that belong to it and were compared.
    pub n_own: u64,
    /// Those that reached the cut of the model.
    pub n_above: u64,
    /// Those at or above the floor, in no order.
    pub pairs: Vec<ScoredPair>,
}

impl BlockScorer {
    /// A scorer by one model, for pairs at or above `floor`.
    pub fn new(blocks: Arc<Blocks>, model: &Model, floor: MatchWeight) -> Self {
        let weights = Weights::new(model, &blocks.table);
        Self { blocks, weights, cut: model.cut.0, floor: floor.0 }
    }

    /// Number of records of the table.
    pub fn n_records(&self) -> usize {
        self.blocks.table.n_records()
    }

    /// Compares all pairs of `one`, or all across where there is an `other`, that belong to this block.
    ///
    /// # Panics
    /// When a record is not in the table.
    pub fn score(&self, block: u32, one: &[u32], other: Option<&[u32]>) -> BlockPairs {
        let mut found = BlockPairs::default();
        let table = &self.blocks.table;
        table.warm(one.iter().chain(other.unwrap_or_default()).copied());
        self.blocks.own_pairs(block, one, other, |left, right| {
            found.n_own += 1;
            if let Some(weight) = self.weights.weigh_above(table, left, right, MatchWeight(self.floor)) {
                found.pairs.push(ScoredPair::new(left, right, weight));
                found.n_above += u64::from(weight.0 >= self.cut);
            }
        });
        found
    }

    /// Tabulates the comparison vectors of the same pairs, sorted by vector.
    ///
    /// # Panics
    /// When a record is not in the table.
    pub fn patterns(&self, block: u32, one: &[u32], other: Option<&[u32]>) -> Vec<(Vector, u64)> {
        let mut counts: HashMap<Vector, u64> = HashMap::new();
        self.blocks.own_pairs(block, one, other, |left, right| {
            *counts.entry(self.weights.vector(&self.blocks.table, left, right)).or_insert(0) += 1;
        });
        let mut counts: Vec<(Vector, u64)> = counts.into_iter().collect();
        counts.sort_unstable();
        counts
    }
}
