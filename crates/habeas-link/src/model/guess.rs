//! A starting model from what a table holds: which fields are compared, and which keys make candidate pairs.

use super::{Comparison, Level, MOST_COMPARISONS, MOST_RULES, Model};
use crate::{
    blocking::possible_rules,
    comparison::{Column, Field},
    table::{NameField, PlaceField, Table},
};
use habeas_core::MatchWeight;

/// Share of pairs that must have a field on both sides for it to be compared.
const LEAST_SHARE_OF_PAIRS: f64 = 0.003;
/// Mean length, in bytes, beyond which a column is prose, not a value.
const LONGEST_VALUE: f64 = 60.0;
/// Share of distinct values from which a column only numbers its rows.
const ALL_DISTINCT: f64 = 0.98;

/// How far estimation may change the distribution of a field among relatives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum KinLearning {
    /// As far as it likes.
    All,
    /// Not at all.
    Declared,
    /// What kin share is one thing written down twice, as of one person: its distribution is that of one person.
    AsOfOnePerson,
    /// Of names: which relatives share what, but that one in fifty of those who share a name shares several (father
    /// and son, brothers with one of two given names) is declared.
    BelowSeveral {
        /// First level, from 0, at which several names are in common.
        first_several: usize,
        /// Level at which one of them has a single name, which the other has too.
        single: usize,
        /// Share of those with a name in common.
        share: f64,
    },
}

/// Starting values: m, kin, and whether an agreed value counts by its rarity, from least to most alike.
type Start = &'static [(f64, f64, bool)];

const OWN: Start = &[
    (0.004, 0.50, false),
    (0.006, 0.24, true),
    (0.01, 0.20, true),
    (0.01, 0.02, true),
    (0.02, 0.02, true),
    (0.02, 0.004, true),
    (0.03, 0.002, true),
    (0.07, 0.004, true),
    (0.13, 0.002, true),
    (0.70, 0.008, true),
];
const RELATIVE: Start =
    &[(0.06, 0.4, false), (0.04, 0.1, true), (0.08, 0.05, true), (0.22, 0.1, true), (0.60, 0.35, true)];
const BIRTH: Start = &[
    (0.01, 0.25, false),
    (0.02, 0.32, false),
    (0.01, 0.04, false),
    (0.03, 0.20, false),
    (0.06, 0.10, false),
    (0.08, 0.01, false),
    (0.20, 0.07, false),
    (0.59, 0.01, true),
];
const EVENT: Start = &[
    (0.02, 0.10, false),
    (0.03, 0.04, false),
    (0.04, 0.04, false),
    (0.03, 0.03, false),
    (0.03, 0.04, false),
    (0.05, 0.05, false),
    (0.08, 0.10, false),
    (0.12, 0.10, false),
    (0.60, 0.50, true),
];
const PLACE: Start = &[(0.15, 0.2, false), (0.20, 0.2, true), (0.15, 0.1, true), (0.50, 0.5, true)];
const SEX: Start = &[(0.01, 0.35, false), (0.99, 0.65, false)];
const DOCUMENT: Start = &[(0.05, 0.98, false), (0.10, 0.01, false), (0.85, 0.01, true)];
const TEXT: Start = &[(0.15, 0.5, false), (0.10, 0.1, false), (0.10, 0.05, false), (0.65, 0.35, true)];
/// Declared, not learnt: one in two hundred pairs of a person stands in a list that names a person once.
const ONCE_LIST: Start = &[(0.005, 0.5, false), (0.995, 0.5, false)];

impl Field {
    fn start(&self) -> Start {
        match self {
            Self::Name(NameField::Own) => OWN,
            Self::Name(_) => RELATIVE,
            Self::Birth => BIRTH,
            Self::EventDate => EVENT,
            Self::Place(_) => PLACE,
            Self::Sex => SEX,
            Self::Document => DOCUMENT,
            Self::Text(_) => TEXT,
            Self::OnceList => ONCE_LIST,
        }
    }

    /// What may be learnt of relatives. What tells one person from their kin is declared instead: otherwise the case of
    /// kin could learn to stand for badly written records of one person.
    pub(crate) fn kin_learning(&self) -> KinLearning {
        match self {
            Self::Name(NameField::Own) => KinLearning::BelowSeveral { first_several: 3, single: 5, share: 0.02 },
            Self::Name(NameField::Alias) | Self::Birth | Self::Document | Self::OnceList | Self::Sex => {
                KinLearning::Declared
            }
            Self::Name(_) | Self::EventDate | Self::Place(PlaceField::Event) => KinLearning::AsOfOnePerson,
            Self::Place(_) | Self::Text(_) => KinLearning::All,
        }
    }

    /// The comparison of this field before anything is known of the table; u is spread over levels by a rough guess.
    pub fn comparison(&self) -> Comparison {
        let start = self.start();
        let n = start.len() as f64;
        let levels = start.iter().zip(self.levels()).enumerate().map(|(i, ((m, kin, by_value), name))| Level {
            name: (*name).to_owned(),
            m: *m,
            // Each level is a third as likely as the one below it.
            u: 2.0 * 3f64.powf(-(i as f64) - 1.0) / (1.0 - 3f64.powf(-n)),
            kin: *kin,
            typical_bits: by_value.then_some(6.0),
        });
        let mut comparison =
            Comparison { field: self.clone(), levels: levels.collect(), trained: *self != Self::OnceList };
        if *self == Self::OnceList {
            comparison.levels.iter_mut().for_each(|level| level.u = 0.5);
        }
        comparison
    }
}

/// Share of the pairs that could be one person in which both records have the field, for each of some fields.
fn shares_of_pairs(table: &Table, fields: &[Field]) -> Vec<f64> {
    let is_filled = |field: &Field| {
        let column = Column::find(table, field);
        move |record| column.is_filled(table, record)
    };
    let pairs = |counts: &[u64]| {
        let total: f64 = counts.iter().map(|n| *n as f64).sum();
        let within = |(n, list): (&u64, &super::super::table::ListInfo)| {
            let n = *n as f64;
            if list.names_once { n * n } else { n }
        };
        let excluded: f64 = counts.iter().zip(table.lists()).map(within).sum();
        (total * total - excluded).max(0.0) / 2.0
    };
    let all = pairs(&table.n_by_list()).max(1.0);
    let filled = table.filled_by_list(&fields.iter().map(is_filled).collect::<Vec<_>>());
    filled.iter().map(|filled| pairs(filled) / all).collect()
}

/// Chooses comparisons by which fields are filled and gives them starting values; its rules are those that most pairs
/// could meet by, for a survey to choose from.
pub fn guess_model(table: &Table) -> Model {
    let n_records = table.n_records() as f64;
    let texts: Vec<Field> = table
        .texts()
        .iter()
        .filter(|column| {
            let distinct = column.n_distinct() as f64;
            distinct >= 2.0
                && distinct <= ALL_DISTINCT * column.n_filled() as f64
                && column.mean_length() <= LONGEST_VALUE
        })
        .map(|column| Field::Text(column.label.clone()))
        .collect();
    let mut fields: Vec<Field> = NameField::ALL.into_iter().map(Field::Name).collect();
    fields.extend([Field::Birth, Field::EventDate]);
    fields.extend(PlaceField::ALL.into_iter().map(Field::Place));
    fields.extend([Field::Sex, Field::Document]);
    fields.extend(texts);
    let mut shares = shares_of_pairs(table, &fields).into_iter();
    fields.retain(|_| shares.next().is_some_and(|share| share >= LEAST_SHARE_OF_PAIRS));
    let once = table.lists().iter().any(|list| list.names_once);
    fields.truncate(MOST_COMPARISONS - usize::from(once));
    if once {
        fields.push(Field::OnceList);
    }
    let n_pairs = (n_records * (n_records - 1.0) / 2.0).max(1.0);
    let lambda = (0.2 * n_records / n_pairs).clamp(1e-12, 0.1);
    let mut model = Model {
        lambda,
        kin_lambda: lambda,
        rules: Vec::new(),
        comparisons: fields.iter().map(Field::comparison).collect(),
        cut: MatchWeight(0.0),
    };
    model.rules = possible_rules(table, &model);
    model.rules.truncate(MOST_RULES);
    model
}
