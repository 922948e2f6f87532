//! The linkage model: λ, m and u probabilities, blocking rules and the cut, validated.
//!
//! Besides *same person* and *different persons* the model knows a third case that lists of victims are full of: two
//! persons who belong together, relatives or people taken on one day. Of them family names, dates and places agree as
//! often as of one person, so that independent u probabilities would take them for one. See [`Model::kin_lambda`].

mod format;
mod guess;
mod weights;

pub use format::{ModelFormatError, from_toml, to_toml};
pub(crate) use guess::KinLearning;
pub use guess::guess_model;
pub(crate) use weights::{Outcomes, Weights};

use crate::{blocking::BlockingRule, comparison::Field};
use habeas_core::MatchWeight;

/// Comparisons that a model may have; a comparison vector holds one byte for each.
pub const MOST_COMPARISONS: usize = 16;
/// Blocking rules that a model may have.
pub const MOST_RULES: usize = crate::blocking::MOST_RULES;

/// One graded outcome of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// In words, as the reviewer reads it.
    pub name: String,
    /// P(level | same person).
    pub m: f64,
    /// P(level | different persons who have nothing to do with each other).
    pub u: f64,
    /// P(level | two persons who belong together: relatives, people taken together).
    pub kin: f64,
    /// Bits that the agreed value has on average; agreement on a rarer value weighs more by the difference. `None` for
    /// a level at which no value is agreed.
    pub typical_bits: Option<f64>,
}

/// One field compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is compared.
    pub field: Field,
    /// From least to most alike; level 0, *not comparable*, is not among them and always weighs nothing.
    pub levels: Vec<Level>,
    /// Whether estimation may change m, u and kin.
    pub trained: bool,
}

/// Everything that the weight of a pair depends on, besides how common its values are.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Probability that two records drawn at random are the same person.
    pub lambda: f64,
    /// Probability that two records drawn at random are two persons who belong together.
    pub kin_lambda: f64,
    /// Comparisons.
    pub comparisons: Vec<Comparison>,
    /// Blocking rules, in the order in which pairs belong to them.
    pub rules: Vec<BlockingRule>,
    /// Weight from which a pair counts as the same person.
    pub cut: MatchWeight,
}

/// Why a model cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// A probability outside [0, 1], or no number.
    #[error("λ and the share of relatives must be above 0, and their sum below 1; they are {lambda} and {kin_lambda}")]
    Lambda {
        /// λ as given.
        lambda: f64,
        /// Share of pairs of relatives as given.
        kin_lambda: f64,
    },
    /// A comparison's probabilities do not sum to 1, or one is not in (0, 1].
    #[error("the {which} probabilities of comparison {comparison} must be above 0 and sum to 1; their sum is {sum}")]
    Sum {
        /// Index of the comparison.
        comparison: usize,
        /// `m`, `u` or `kin`.
        which: &'static str,
        /// What they sum to.
        sum: f64,
    },
    /// The levels are not those of the field.
    #[error("comparison {comparison} has other levels than its field: level {level} should be «{expected}»")]
    Levels {
        /// Index of the comparison.
        comparison: usize,
        /// Index of the level.
        level: usize,
        /// The level that the field has there; empty for one too many.
        expected: &'static str,
    },
    /// Typical bits that are no number of bits.
    #[error("the typical bits of comparison {comparison}, level {level}, must lie between 0 and 64; they are {bits}")]
    TypicalBits {
        /// Index of the comparison.
        comparison: usize,
        /// Index of the level.
        level: usize,
        /// As given.
        bits: f64,
    },
    /// One field compared twice would count twice.
    #[error("comparison {comparison} compares the same field as one before it")]
    Twice {
        /// Index of the second comparison.
        comparison: usize,
    },
    /// Too many comparisons.
    #[error("a model has at most {MOST_COMPARISONS} comparisons; this one has {n}")]
    TooManyComparisons {
        /// Number of comparisons.
        n: usize,
    },
    /// Too many rules.
    #[error("a model has at most {MOST_RULES} blocking rules; this one has {n}")]
    TooManyRules {
        /// Number of rules.
        n: usize,
    },
    /// A rule without keys would compare every pair.
    #[error("blocking rule {rule} has no key")]
    EmptyRule {
        /// Index of the rule.
        rule: usize,
    },
    /// The cut is no number.
    #[error("the cut must be a number of bits; it is {cut}")]
    Cut {
        /// As given.
        cut: f64,
    },
}

impl Model {
    /// Checks that probabilities are probabilities and levels are those of their fields.
    ///
    /// # Errors
    /// [`ModelError`] for the first fault.
    pub fn validate(&self) -> Result<(), ModelError> {
        let (lambda, kin_lambda) = (self.lambda, self.kin_lambda);
        if !(lambda > 0.0 && kin_lambda > 0.0 && lambda + kin_lambda < 1.0) {
            return Err(ModelError::Lambda { lambda, kin_lambda });
        }
        if !self.cut.0.is_finite() {
            return Err(ModelError::Cut { cut: self.cut.0 });
        }
        if self.comparisons.len() > MOST_COMPARISONS {
            return Err(ModelError::TooManyComparisons { n: self.comparisons.len() });
        }
        if self.rules.len() > MOST_RULES {
            return Err(ModelError::TooManyRules { n: self.rules.len() });
        }
        if let Some(rule) = self.rules.iter().position(|rule| rule.keys.is_empty()) {
            return Err(ModelError::EmptyRule { rule });
        }
        for (i, comparison) in self.comparisons.iter().enumerate() {
            if self.comparisons[..i].iter().any(|before| before.field == comparison.field) {
                return Err(ModelError::Twice { comparison: i });
            }
            comparison.validate(i)?;
        }
        Ok(())
    }
}

impl Comparison {
    fn validate(&self, index: usize) -> Result<(), ModelError> {
        let expected = self.field.levels();
        for level in 0..expected.len().max(self.levels.len()) {
            let expected = expected.get(level).copied().unwrap_or("");
            if self.levels.get(level).is_none_or(|level| level.name != expected) {
                return Err(ModelError::Levels { comparison: index, level, expected });
            }
        }
        let of = |probability: fn(&Level) -> f64| self.levels.iter().map(probability).collect::<Vec<f64>>();
        for (which, values) in [("m", of(|level| level.m)), ("u", of(|level| level.u)), ("kin", of(|level| level.kin))]
        {
            let sum: f64 = values.iter().sum();
            if values.iter().any(|value| *value <= 0.0) || (sum - 1.0).abs() > 1e-6 || sum.is_nan() {
                return Err(ModelError::Sum { comparison: index, which, sum });
            }
        }
        for (level, bits) in self.levels.iter().enumerate().filter_map(|(i, level)| Some((i, level.typical_bits?))) {
            if !(0.0..=64.0).contains(&bits) {
                return Err(ModelError::TypicalBits { comparison: index, level, bits });
            }
        }
        Ok(())
    }
}
