//! Candidate pairs: the engine that scores them, and the tabulated comparison vectors that estimation learns from.

mod memory;

pub use memory::MemoryEngine;
pub(crate) use memory::pair_budget;

use crate::{comparison::Outcome, model::Model};
use habeas_core::{MatchWeight, ScoredPair};
use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// The run was ended from outside.
    #[error("the run was ended before it was done")]
    Cancelled,
}

static NEVER: AtomicBool = AtomicBool::new(false);

impl Watch<'_> {
    /// A watch that nobody looks at.
    pub const fn none() -> Watch<'static> {
        Watch { progress: &|_, _, _| {}, cancel: &NEVER }
    }

    pub(crate) fn check(&self) -> Result<(), PairError> {
        if self.cancel.load(Ordering::Relaxed) { Err(PairError::Cancelled) } else { Ok(()) }
    }
}

/// Scores candidate pairs, wherever the records lie.
pub trait PairEngine {
    /// Scores every candidate pair and returns those at or above `floor`, sorted by record.
    ///
    /// # Errors
    /// [`PairError`] when the run was ended.
    fn pairs_above(&self, model: &Model, floor: MatchWeight, watch: &Watch) -> Result<Scored, PairError>;
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
