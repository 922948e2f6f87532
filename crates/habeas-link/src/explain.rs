//! Why a pair weighs what it weighs, comparison by comparison.

use crate::{
    comparison::Field,
    model::{Model, Weights},
    table::Table,
};
use habeas_core::{MatchWeight, Probability};

/// One comparison of one pair. It names the field; the words themselves are the caller's to show.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What was compared.
    pub field: Field,
    /// The level in words; «not comparable» where either side says nothing.
    pub level: String,
    /// Evidence against two strangers.
    pub bits: MatchWeight,
    /// How much of it is due to the agreed value being rarer (above 0) or more common than usual.
    pub rarity_bits: MatchWeight,
    /// Evidence against two persons who belong together.
    pub bits_against_kin: MatchWeight,
}

/// The whole weight of one pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// log₂ of the odds before anything was compared.
    pub prior: MatchWeight,
    /// One for each comparison of the model.
    pub reasons: Vec<Reason>,
    /// Prior and evidence against two strangers.
    pub against_strangers: MatchWeight,
    /// Prior and evidence against relatives or people taken together.
    pub against_kin: MatchWeight,
    /// The weight: the smaller of both, and a little less where they are near each other.
    pub weight: MatchWeight,
    /// The same as a probability.
    pub probability: Probability,
}

/// Explains the weight of a pair; the same whichever record comes first.
pub fn explain(table: &Table, model: &Model, a: u32, b: u32) -> Explanation {
    let weights = Weights::new(model, table);
    let (mut strangers, mut kin) = (0f32, 0f32);
    let mut reasons = Vec::with_capacity(model.comparisons.len());
    for (c, comparison) in model.comparisons.iter().enumerate() {
        let outcome = weights.columns[c].compare(table, a, b);
        let (against_strangers, against_kin) = weights.of(c, outcome);
        let level = usize::from(outcome.level).checked_sub(1).and_then(|level| comparison.levels.get(level));
        let typical = level.and_then(|level| level.typical_bits);
        strangers += against_strangers;
        kin += against_kin;
        reasons.push(Reason {
            field: comparison.field.clone(),
            level: level.map_or_else(|| "not comparable".to_owned(), |level| level.name.clone()),
            bits: MatchWeight(f64::from(against_strangers)),
            rarity_bits: MatchWeight(typical.map_or(0.0, |typical| f64::from(outcome.bits) - typical)),
            bits_against_kin: MatchWeight(f64::from(against_kin)),
        });
    }
    let (prior_strangers, prior_kin) = weights.prior();
    let weight = weights.total(strangers, kin);
    Explanation {
        prior: MatchWeight(f64::from(prior_strangers)),
        reasons,
        against_strangers: MatchWeight(f64::from(prior_strangers + strangers)),
        against_kin: MatchWeight(f64::from(prior_kin + kin)),
        weight,
        probability: weight.probability(),
    }
}
