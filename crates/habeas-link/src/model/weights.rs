//! The model as tables of match weights, ready for scoring.

use super::{MOST_COMPARISONS, Model};
use crate::{
    comparison::{Column, Outcome},
    pairs::Vector,
    table::Table,
};
use habeas_core::MatchWeight;

/// Pairs whose records are fetched together: they fit the processor's cache.
const WARMED: usize = 64;

/// All outcomes of one pair, by comparison.
pub(crate) type Outcomes = [Outcome; MOST_COMPARISONS];

/// Match weights by comparison and level, in bits.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Weights {
    pub(crate) columns: Vec<Column>,
    /// log₂ m/u less the typical bits of the level; level 0 weighs nothing.
    against_strangers: [[f32; MOST_COMPARISONS]; MOST_COMPARISONS],
    /// log₂ m/kin.
    against_kin: [[f32; MOST_COMPARISONS]; MOST_COMPARISONS],
    /// Whether the bits of the agreed value count.
    value_counts: [u16; MOST_COMPARISONS],
    prior_strangers: f32,
    prior_kin: f32,
    /// Comparisons from the cheapest to the dearest.
    order: Vec<usize>,
    /// Of names, which are dear: the most that their levels weigh, without and with the bits of the agreed words.
    most_of_names: [(f32, f32); MOST_COMPARISONS],
}

impl Weights {
    pub(crate) fn new(model: &Model, table: &Table) -> Self {
        let mut weights = Self {
            columns: model.comparisons.iter().map(|comparison| Column::find(table, &comparison.field)).collect(),
            against_strangers: Default::default(),
            against_kin: Default::default(),
            value_counts: Default::default(),
            prior_strangers: (model.lambda / (1.0 - model.lambda - model.kin_lambda)).log2() as f32,
            prior_kin: (model.lambda / model.kin_lambda).log2() as f32,
            order: (0..model.comparisons.len()).collect(),
            most_of_names: Default::default(),
        };
        for (c, comparison) in model.comparisons.iter().enumerate() {
            for (l, level) in comparison.levels.iter().enumerate() {
                let typical = level.typical_bits.unwrap_or(0.0);
                weights.against_strangers[c][l + 1] = ((level.m / level.u).log2() - typical) as f32;
                weights.against_kin[c][l + 1] = (level.m / level.kin).log2() as f32;
                weights.value_counts[c] |= u16::from(level.typical_bits.is_some()) << (l + 1);
                let (without, with) = &mut weights.most_of_names[c];
                let most = if level.typical_bits.is_some() { with } else { without };
                *most = most.max(weights.against_strangers[c][l + 1]);
            }
        }
        let columns = &weights.columns;
        weights.order.sort_by_key(|c| matches!(columns[*c], Column::Name(_)));
        weights
    }

    /// Bits of one comparison against strangers and against kin.
    pub(crate) fn of(&self, comparison: usize, outcome: Outcome) -> (f32, f32) {
        let level = usize::from(outcome.level);
        let value = if self.value_counts[comparison] >> level & 1 == 1 { outcome.bits } else { 0.0 };
        (self.against_strangers[comparison][level] + value, self.against_kin[comparison][level])
    }

    /// The weight of a pair: log₂ of the odds that it is one person, against both other cases together.
    pub(crate) fn total(&self, strangers: f32, kin: f32) -> MatchWeight {
        let (strangers, kin) = (f64::from(self.prior_strangers + strangers), f64::from(self.prior_kin + kin));
        // −log₂(2^−s + 2^−k), by the smaller of both so that nothing overflows.
        let (low, high) = if strangers < kin { (strangers, kin) } else { (kin, strangers) };
        MatchWeight(low - (1.0 + (low - high).exp2()).log2())
    }

    pub(crate) fn prior(&self) -> (f32, f32) {
        (self.prior_strangers, self.prior_kin)
    }

    /// Bits of all comparisons of two records against strangers and against kin, without priors.
    pub(crate) fn evidence(&self, table: &Table, a: u32, b: u32) -> (f32, f32) {
        let of = |(c, column): (usize, &Column)| self.of(c, column.compare(table, a, b));
        self.columns.iter().enumerate().map(of).fold((0.0, 0.0), |sum, (s, k)| (sum.0 + s, sum.1 + k))
    }

    /// Compares two records, field by field.
    pub(crate) fn outcomes(&self, table: &Table, a: u32, b: u32) -> Outcomes {
        let mut outcomes = Outcomes::default();
        for (outcome, column) in outcomes.iter_mut().zip(&self.columns) {
            *outcome = column.compare(table, a, b);
        }
        outcomes
    }

    /// The weight of a pair that was compared.
    pub(crate) fn weigh_outcomes(&self, outcomes: &Outcomes) -> MatchWeight {
        let of = |(c, outcome): (usize, &Outcome)| self.of(c, *outcome);
        let bits = outcomes[..self.columns.len()].iter().enumerate().map(of);
        let (strangers, kin) = bits.fold((0.0, 0.0), |sum, (s, k)| (sum.0 + s, sum.1 + k));
        self.total(strangers, kin)
    }

    /// Compares and weighs two records.
    pub(crate) fn weigh(&self, table: &Table, a: u32, b: u32) -> MatchWeight {
        self.weigh_above(table, a, b, MatchWeight(f64::MIN)).expect("every weight is above the smallest number")
    }

    /// Compares and weighs two records if their weight reaches the floor; names are looked at last, and only while
    /// they can still bring the pair there.
    pub(crate) fn weigh_above(&self, table: &Table, a: u32, b: u32, floor: MatchWeight) -> Option<MatchWeight> {
        let (mut strangers, mut kin) = (0f32, 0f32);
        let mut names_left = 0f32;
        for c in self.order.iter().rev() {
            let Column::Name(field) = self.columns[*c] else { break };
            let (without, with) = self.most_of_names[*c];
            let bits = table.name_bits(field, a).min(table.name_bits(field, b));
            names_left += without.max(with + bits);
        }
        for c in &self.order {
            if let Column::Name(field) = self.columns[*c] {
                // A hundredth of a bit for what rounding may take away.
                if f64::from(self.prior_strangers + strangers + names_left) < floor.0 - 0.01 {
                    return None;
                }
                let (without, with) = self.most_of_names[*c];
                let bits = table.name_bits(field, a).min(table.name_bits(field, b));
                names_left -= without.max(with + bits);
            }
            let (s, k) = self.of(*c, self.columns[*c].compare(table, a, b));
            strangers += s;
            kin += k;
        }
        let weight = self.total(strangers, kin);
        (weight >= floor).then_some(weight)
    }

    /// Compares many pairs of records.
    pub(crate) fn vectors(&self, table: &Table, pairs: &[(u32, u32)]) -> Vec<((u32, u32), Vector)> {
        let mut found = Vec::with_capacity(pairs.len());
        for together in pairs.chunks(WARMED) {
            table.warm(together.iter().flat_map(|(a, b)| [*a, *b]));
            found.extend(together.iter().map(|(a, b)| ((*a, *b), self.vector(table, *a, *b))));
        }
        found
    }

    /// Compares two records.
    pub(crate) fn vector(&self, table: &Table, a: u32, b: u32) -> Vector {
        let mut vector = Vector::default();
        for (c, column) in self.columns.iter().enumerate() {
            vector.set(c, column.compare(table, a, b));
        }
        vector
    }
}
