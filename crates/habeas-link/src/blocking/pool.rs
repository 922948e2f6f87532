//! Rules that a table could be blocked by: combinations of what tells people apart.

use super::{BlockingRule, Key};
use crate::{
    comparison::{Column, Field},
    model::Model,
    table::{NameField, Table, mix},
};
use std::collections::HashMap;

/// Rules of up to three keys, and of four, that are surveyed at most.
const MOST_OF_THREE_KEYS: usize = 60;
const MOST_OF_FOUR_KEYS: usize = 30;
/// Rules that are surveyed at most.
pub(super) const MOST_POSSIBLE: usize = MOST_OF_THREE_KEYS + MOST_OF_FOUR_KEYS;
/// Records from which the bits of a key are reckoned.
const SAMPLED: usize = 20_000;
/// A rule whose blocks would be larger than this many bits of records on average says too little.
const WIDEST_BITS: f64 = 8.0;
/// A rule whose blocks hold one other record in so many bits by chance needs no further key.
const ENOUGH_BITS: f64 = 1.0;
/// The same of three keys before a fourth: together they tell less than the sum of their bits, for families live in one
/// place and bear few names.
const ENOUGH_BITS_OF_THREE: f64 = 5.0;
/// Bits that a column without a known meaning must tell to be a key: a status or a source tells fewer.
const LEAST_BITS_OF_TEXT: f64 = 6.0;
/// Records that must have a value of a key, as a share.
const LEAST_FILLED: f64 = 0.02;

/// A key with what it tells.
struct Measured {
    key: Key,
    /// −log₂ of the probability that two records that have it share it.
    bits: f64,
    filled: f64,
    /// Keys of one group say the same in more or fewer words; a rule has one of them.
    group: usize,
}

/// Keys of the fields that a model compares, by group.
fn keys_of(table: &Table, model: &Model) -> Vec<Vec<Key>> {
    let mut groups = Vec::new();
    for comparison in &model.comparisons {
        match &comparison.field {
            Field::Name(NameField::Own) => groups.push(vec![Key::NameJoined, Key::NameTwoWords, Key::NameWord]),
            Field::Name(other) => groups.push(vec![Key::OtherNameWord(*other)]),
            Field::Birth => groups.push(vec![Key::BirthDay, Key::BirthYear, Key::BirthMonthDay]),
            Field::EventDate => groups.push(vec![Key::EventDay, Key::EventMonth, Key::EventYear]),
            Field::Place(place) => groups.push(vec![Key::PlaceWord(*place)]),
            Field::Document => groups.push(vec![Key::Document]),
            Field::Text(label) => {
                if matches!(Column::find(table, &comparison.field), Column::Text(_)) {
                    groups.push(vec![Key::Text(label.clone()), Key::TextStart(label.clone())]);
                }
            }
            Field::Sex | Field::OnceList => {}
        }
    }
    groups
}

fn measure(table: &Table, key: Key, group: usize) -> Measured {
    let n = table.n_records();
    let sampled = n.min(SAMPLED);
    let mut with: HashMap<u64, u64, foldhash::fast::RandomState> = HashMap::default();
    let (mut values, mut n_filled) = (Vec::new(), 0u64);
    for i in 0..sampled {
        let place = if sampled == n { i } else { (mix(i as u64) % n as u64) as usize };
        values.clear();
        key.values(table, table.canonical()[place], &mut values);
        n_filled += u64::from(!values.is_empty());
        values.iter().for_each(|value| *with.entry(*value).or_insert(0) += 1);
    }
    let shared: f64 = with.values().map(|n| (n * (n - 1)) as f64).sum();
    let bits = -((shared + 1.0) / (n_filled * n_filled.saturating_sub(1)).max(1) as f64).min(1.0).log2();
    Measured { key, bits, filled: n_filled as f64 / sampled.max(1) as f64, group }
}

/// The rules that a survey of this table should look at: combinations of up to four keys of different fields that
/// tell people apart and say enough, and no more than enough. In a table of a million records three keys that everybody
/// has leave blocks of thousands, and people whose date is vague and whose name was misheard meet nowhere else.
///
/// Columns without a known meaning take part only where their values are many; what a list says of the state of a case
/// is not who somebody is.
pub fn possible_rules(table: &Table, model: &Model) -> Vec<BlockingRule> {
    let n_bits = (table.n_records().max(2) as f64).log2();
    let groups = keys_of(table, model);
    let measured: Vec<Measured> = groups
        .into_iter()
        .enumerate()
        .flat_map(|(group, keys)| keys.into_iter().map(move |key| (group, key)))
        .map(|(group, key)| measure(table, key, group))
        .filter(|key| key.filled >= LEAST_FILLED && key.bits > 0.5)
        .filter(|key| !matches!(key.key, Key::Text(_) | Key::TextStart(_)) || key.bits >= LEAST_BITS_OF_TEXT)
        .collect();
    let mut found: Vec<(f64, Vec<usize>)> = Vec::new();
    let mut consider = |set: &[usize]| {
        let of = |set: &[usize]| set.iter().map(|i| measured[*i].bits).sum::<f64>();
        let apart =
            set.iter().enumerate().all(|(x, i)| set[..x].iter().all(|j| measured[*i].group != measured[*j].group));
        let without = |x: usize| of(set) - measured[set[x]].bits;
        let enough = n_bits + if set.len() > 3 { ENOUGH_BITS_OF_THREE } else { ENOUGH_BITS };
        let minimal = (0..set.len()).all(|x| set.len() == 1 || without(x) < enough);
        if apart && minimal && of(set) >= n_bits - WIDEST_BITS {
            let filled: f64 = set.iter().map(|i| measured[*i].filled).product();
            found.push((filled * filled, set.to_vec()));
        }
    };
    for i in 0..measured.len() {
        consider(&[i]);
        for j in i + 1..measured.len() {
            consider(&[i, j]);
            for k in j + 1..measured.len() {
                consider(&[i, j, k]);
                (k + 1..measured.len()).for_each(|l| consider(&[i, j, k, l]));
            }
        }
    }
    // Those that most pairs could meet by come first; ties keep the order of the fields.
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (of_four, of_three): (Vec<_>, Vec<_>) = found.into_iter().map(|(_, set)| set).partition(|set| set.len() == 4);
    let of_three = of_three.into_iter().take(MOST_OF_THREE_KEYS - 1);
    let rules = of_three
        .chain(of_four.into_iter().take(MOST_OF_FOUR_KEYS))
        .map(|set| BlockingRule::new(set.into_iter().map(|i| measured[i].key.clone()).collect::<Vec<Key>>()));
    std::iter::once(BlockingRule::new([Key::Everything])).chain(rules).collect()
}
