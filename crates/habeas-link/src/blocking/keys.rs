//! Keys of records: the values that blocking rules ask two records to share.

use super::{BlockingRule, Key};
use crate::table::{FORM_END, NameField, Rows, Table, TokenRole, mix, token_id};

/// Keys of one rule that a record may have. Of more, the lowest are kept, on both sides of a pair the same ones.
const MOST_KEYS_OF_A_RECORD: usize = 24;
/// The same for a part of the keys of a rule; more come from hostile input only.
const MOST_KEYS_ON_THE_WAY: usize = 4 * MOST_KEYS_OF_A_RECORD;
/// Words of a place that are keys: the rarest ones, a village and its district. A province is shared by too many.
const MOST_PLACE_WORDS: usize = 2;

impl Key {
    /// Appends every value that a record has of this key, as hashes that are the same on every machine.
    pub(super) fn values(&self, table: &Table, record: u32, out: &mut Vec<u64>) {
        let dates = &table.dates;
        match self {
            Self::NameWord => name_words(table, NameField::Own, record, out),
            Self::OtherNameWord(field) => name_words(table, *field, record, out),
            Self::NameTwoWords => two_words(table, record, out),
            Self::NameJoined => joined(table, record, out),
            Self::NameInitial => {
                let tokens = &table.tokens[NameField::Own as usize];
                let words = table.name(NameField::Own, record).iter().filter(|word| **word != FORM_END);
                out.extend(words.map(|word| u64::from(tokens.get(token_id(*word)).letters.first())));
            }
            Self::BirthDay | Self::BirthMonthDay => {
                if let Some((year, month, day)) = dates.entry(table.birth(record)).and_then(|date| date.civil) {
                    let day = month as u64 * 32 + day as u64;
                    out.push(if *self == Self::BirthDay { (year as u64) << 16 | day } else { day });
                }
            }
            Self::BirthYear => {
                out.extend(dates.entry(table.birth(record)).iter().flat_map(|date| date.years()).map(|y| y as u64));
            }
            Self::EventDay | Self::EventMonth | Self::EventYear => {
                for event in table.events(record) {
                    let Some(date) = dates.entry(crate::table::unpack_event(*event).1) else { continue };
                    match self {
                        Self::EventDay if date.civil.is_some() => out.push(date.first as u64),
                        Self::EventMonth => out.extend(date.months().map(|month| month as u64)),
                        Self::EventYear => out.extend(date.years().map(|year| year as u64)),
                        _ => {}
                    }
                }
            }
            Self::PlaceWord(field) => {
                let words = &table.place_words[*field as usize];
                let mut rarest: Vec<u32> = table.place(*field, record).to_vec();
                rarest
                    .sort_by(|a, b| words.bits(*b).total_cmp(&words.bits(*a)).then(words.key(*a).cmp(&words.key(*b))));
                out.extend(rarest.iter().take(MOST_PLACE_WORDS).map(|word| u64::from(words.key(*word))));
            }
            Self::Document => {
                let column = table.documents();
                out.extend(column.rows.get(record).iter().map(|value| u64::from(column.value(*value).hash)));
            }
            Self::Everything => out.extend(Some(u64::from(table.content(record))).filter(|content| *content != 0)),
            Self::Text(label) | Self::TextStart(label) => {
                let Some(column) = table.text_labels().position(|other| other == label) else { return };
                let whole = matches!(self, Self::Text(_));
                out.extend(table.text(column, record).map(|value| {
                    let value = table.texts()[column].value(value);
                    if whole { u64::from(value.hash) } else { value.letters.order() as u64 & 0xFFFF_FFFF }
                }));
            }
        }
        out.sort_unstable();
        out.dedup();
    }
}

/// Consonant keys of the words of a name, both readings.
fn name_words(table: &Table, field: NameField, record: u32, out: &mut Vec<u64>) {
    let tokens = &table.tokens[field as usize];
    for word in table.name(field, record).iter().filter(|word| **word != FORM_END) {
        let token = tokens.get(token_id(*word));
        if token.letters.len() >= 2 {
            out.push(u64::from(token.eastern));
            if token.arabic != token.eastern {
                out.push(u64::from(token.arabic));
            }
        }
    }
}

/// Words beyond this many make no pairs of words: pairs grow with the square.
const MOST_PAIRED_WORDS: usize = 5;

fn two_words(table: &Table, record: u32, out: &mut Vec<u64>) {
    let tokens = &table.tokens[NameField::Own as usize];
    for form in table.name(NameField::Own, record).split(|word| *word == FORM_END) {
        let words: Vec<_> = form
            .iter()
            .map(|word| tokens.get(token_id(*word)))
            .filter(|token| token.letters.len() >= 2)
            .take(MOST_PAIRED_WORDS)
            .collect();
        for (i, first) in words.iter().enumerate() {
            for second in &words[i + 1..] {
                // The sum does not depend on the order of the words.
                out.push(mix(u64::from(first.eastern)).wrapping_add(mix(u64::from(second.eastern))));
                if (first.arabic, second.arabic) != (first.eastern, second.eastern) {
                    out.push(mix(u64::from(first.arabic)).wrapping_add(mix(u64::from(second.arabic))));
                }
            }
        }
    }
}

fn joined(table: &Table, record: u32, out: &mut Vec<u64>) {
    out.extend(table.joined_names(record).iter().map(|key| u64::from(*key)));
    let tokens = &table.tokens[NameField::Own as usize];
    // Where the words are in another order, the sum of their keys is still the same.
    for form in table.name(NameField::Own, record).split(|word| *word == FORM_END) {
        let counted = form.iter().filter(|word| TokenRole::of(**word) != TokenRole::Optional);
        let sum = counted.map(|word| mix(u64::from(tokens.get(token_id(*word)).eastern))).fold(0, u64::wrapping_add);
        if sum != 0 {
            out.push(sum);
        }
    }
}

/// Values of every key that some rule uses, by place in the table's canonical order, hashed.
pub(super) struct KeyValues(Vec<(Key, Rows)>);

impl KeyValues {
    pub(super) fn new(table: &Table, rules: &[BlockingRule], threads: usize) -> Self {
        let mut keys: Vec<&Key> = rules.iter().flat_map(|rule| &rule.keys).collect();
        keys.sort();
        keys.dedup();
        Self(super::index::in_parallel(keys.len(), threads, |i| {
            let (mut rows, mut values) = (Rows::default(), Vec::new());
            for record in table.canonical() {
                values.clear();
                keys[i].values(table, *record, &mut values);
                rows.push(values.iter().take(MOST_KEYS_OF_A_RECORD).map(|value| mix(*value) as u32));
            }
            (keys[i].clone(), rows)
        }))
    }

    pub(super) fn of(&self, key: &Key) -> &Rows {
        let found = self.0.iter().find(|(of, _)| of == key);
        &found.expect("the values of all keys of all rules were made").1
    }

    /// The columns of a rule, in the order of its keys.
    pub(super) fn columns(&self, rule: &BlockingRule) -> Vec<&Rows> {
        rule.keys.iter().map(|key| self.of(key)).collect()
    }
}

/// Combined values of several keys, one from each: the keys of a record under a rule, none twice.
pub(super) fn combined(columns: &[&Rows], place: u32, out: &mut Vec<u64>) {
    out.clear();
    out.push(0);
    for (i, column) in columns.iter().enumerate() {
        let values = column.get(place);
        if let [value] = values {
            out.iter_mut()
                .for_each(|so_far| *so_far = mix(so_far.wrapping_add(u64::from(*value) | (i as u64 + 1) << 40)));
            continue;
        }
        let before = out.len();
        for value in values {
            for so_far in 0..before {
                out.push(mix(out[so_far].wrapping_add(u64::from(*value) | (i as u64 + 1) << 40)));
            }
        }
        out.drain(..before);
        let most = if i + 1 == columns.len() { MOST_KEYS_OF_A_RECORD } else { MOST_KEYS_ON_THE_WAY };
        if out.len() > most {
            out.select_nth_unstable(most);
            out.truncate(most);
        }
    }
}
