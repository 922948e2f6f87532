//! Candidate pairs: the engine that scores them, and the tabulated comparison vectors that estimation learns from.

mod blocks;
mod bounded;
mod cost;
mod memory;

pub use blocks::{BlockPairs, BlockScorer, Blocks};
pub use bounded::{Bounded, Scratch};
pub use cost::{Cost, Engine};
pub(crate) use memory::pair_budget;
pub use memory::{InMemory, MemoryEngine};

use crate::{blocking::RuleReport, comparison::Outcome, model::Model, table::Table};
use habeas_core::{MatchWeight, ScoredPair};
use std::{
    collections::HashMap,
    error::Error,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// All outcomes of one pair, one byte for each comparison: the level below, the rarity of the agreed value above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Vector(u128);

/// Bits of evidence per step of the rarity in a [`Vector`].
pub(crate) const RARITY_STEP: f32 = 2.5;

impl Vector {
    pub(crate) fn set(&mut self, comparison: usize, outcome: Outcome) {
        let rarity = (outcome.bits / RARITY_STEP + 0.5).min(15.0) as u8;
        self.0 |= u128::from(outcome.level | rarity << 4) << (8 * comparison);
    }

    /// Level (0 = not comparable) and rarity of one comparison, in one byte.
    pub(crate) fn byte(self, comparison: usize) -> u8 {
        (self.0 >> (8 * comparison)) as u8
    }

    /// The vector as bytes, the first comparison first.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// A vector from its bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }

    /// A vector of these levels, 0 for not comparable, with the bits of each agreed value.
    ///
    /// # Panics
    /// When there are more than sixteen, or a level is above 15.
    pub fn new(outcomes: &[(u8, f32)]) -> Self {
        assert!(outcomes.len() <= crate::model::MOST_COMPARISONS, "a vector holds sixteen comparisons");
        let mut vector = Self::default();
        for (i, (level, bits)) in outcomes.iter().enumerate() {
            assert!(*level < 16, "a comparison has fifteen levels at most");
            vector.set(i, Outcome { level: *level, bits: *bits });
        }
        vector
    }
}

/// How many pairs show each comparison vector; both tables are sorted by vector.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PatternCounts {
    /// Candidate pairs; where only a sample of them was compared, the number of pairs that it stands for.
    pub candidates: Vec<(Vector, f64)>,
    /// Pairs drawn at random from all.
    pub random: Vec<(Vector, f64)>,
    /// Number of all pairs of records.
    pub n_pairs: u64,
    /// Pairs that people judged, and whether they are one person. They are among the candidates too and count once, as
    /// judged.
    pub judged: Vec<(Vector, bool)>,
    /// Pairs that each compared candidate stands for; 1 at least.
    pub pairs_each: f64,
}

impl PatternCounts {
    /// Candidates less those that people judged.
    pub(crate) fn open(&self) -> Vec<(Vector, f64)> {
        let mut n_judged: HashMap<Vector, f64> = HashMap::new();
        self.judged.iter().for_each(|(vector, _)| *n_judged.entry(*vector).or_insert(0.0) += 1.0);
        let open = |(vector, n): &(Vector, f64)| (*vector, (n - n_judged.get(vector).unwrap_or(&0.0)).max(0.0));
        self.candidates.iter().map(open).collect()
    }
}

/// What the linkage is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Making keys and blocks.
    Blocking,
    /// Counting comparison vectors.
    Counting,
    /// Estimating the model.
    Estimating,
    /// Scoring candidate pairs.
    Scoring,
    /// Making persons of pairs.
    Partitioning,
    /// Drawing partitions.
    Drawing,
}

/// Who watches a run and may end it.
pub struct Watch<'w> {
    /// Told what is done out of how much, from several threads.
    pub progress: &'w (dyn Fn(Stage, u64, u64) + Sync),
    /// Set to end the run.
    pub cancel: &'w AtomicBool,
}

/// Why pairs could not be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PairError {
    /// The run was ended from outside.
    #[error("the run was ended before it was done")]
    Cancelled,
    /// The records and what is needed to link them are more than may be held in memory.
    #[error("linking these records needs {} of memory, and {} are allowed", in_megabytes(*needed), in_megabytes(*allowed))]
    Memory {
        /// Bytes that are needed at least.
        needed: u64,
        /// Bytes that are allowed.
        allowed: u64,
    },
    /// An engine other than the one in this process failed.
    #[error(transparent)]
    Engine(#[from] EngineFailure),
}

/// Bytes in units of 10⁶, rounded up so that asking for as many suffices.
fn in_megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

/// What an engine of another crate says of its failure.
#[derive(Debug, Clone)]
pub struct EngineFailure(Arc<dyn Error + Send + Sync>);

impl EngineFailure {
    /// Wraps the error of an engine.
    pub fn new(source: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// The error as the engine's own type, where it is that.
    pub fn of_type<E: Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }
}

impl std::fmt::Display for EngineFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for EngineFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl PartialEq for EngineFailure {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

static NEVER: AtomicBool = AtomicBool::new(false);

impl Watch<'_> {
    /// A watch that nobody looks at.
    pub const fn none() -> Watch<'static> {
        Watch { progress: &|_, _, _| {}, cancel: &NEVER }
    }

    /// Whether the run goes on.
    ///
    /// # Errors
    /// [`PairError::Cancelled`] when it was ended.
    pub fn check(&self) -> Result<(), PairError> {
        if self.cancel.load(Ordering::Relaxed) { Err(PairError::Cancelled) } else { Ok(()) }
    }
}

/// Makes the candidate pairs of one table by the blocking rules of one model, wherever it runs.
pub trait PairEngine {
    /// What each rule holds; own and found pairs are 0 until scored.
    fn rules(&self) -> &[RuleReport];

    /// Tabulates the comparison vectors of all candidate pairs, sorted by vector.
    ///
    /// # Errors
    /// [`PairError`] when the run was ended or the engine failed.
    fn patterns(&self, model: &Model, watch: &Watch) -> Result<Vec<(Vector, u64)>, PairError>;

    /// Scores every candidate pair and returns those at or above `floor`, sorted by record.
    ///
    /// # Errors
    /// [`PairError`] when the run was ended or the engine failed.
    fn pairs_above(&self, model: &Model, floor: MatchWeight, watch: &Watch) -> Result<Scored, PairError>;
}

/// Opens an engine once the blocking rules of a table are known.
pub trait OpenEngine {
    /// The table.
    fn table(&self) -> &Table;

    /// Whether the table can be linked at all, before any work is done.
    ///
    /// # Errors
    /// [`PairError::Memory`] when it needs more memory than is allowed.
    fn check(&self) -> Result<(), PairError> {
        Ok(())
    }

    /// Makes the blocks of the model's rules.
    ///
    /// # Errors
    /// [`PairError`] when the run was ended or the engine failed.
    fn open(&self, model: &Model, threads: NonZeroUsize, watch: &Watch) -> Result<Box<dyn PairEngine + '_>, PairError>;
}

/// Pairs at or above a weight.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scored {
    /// Sorted by smaller, then larger record.
    pub pairs: Vec<ScoredPair>,
    /// Candidate pairs that were compared.
    pub n_candidates: u64,
    /// Candidate pairs of each rule.
    pub n_by_rule: Vec<u64>,
    /// Pairs of each rule that reached the cut of the model.
    pub n_above_by_rule: Vec<u64>,
}

impl Scored {
    /// Adds what was found elsewhere.
    fn add(&mut self, other: Self) {
        self.pairs.extend(other.pairs);
        self.n_by_rule.iter_mut().zip(other.n_by_rule).for_each(|(n, more)| *n += more);
        self.n_above_by_rule.iter_mut().zip(other.n_above_by_rule).for_each(|(n, more)| *n += more);
    }

    /// Sums up and sorts what was found.
    fn settle(&mut self) {
        self.n_candidates = self.n_by_rule.iter().sum();
        self.pairs.sort_unstable_by_key(|pair| (pair.left, pair.right));
    }
}
