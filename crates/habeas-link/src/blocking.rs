//! Blocking rules: which pairs are compared at all.
//!
//! A rule is data: keys that both records must share. Several cheap keys beat one clever key. Blocks that are too large
//! are split by further keys, and the pairs that a split leaves apart are counted, never dropped silently. Every pair
//! belongs to the first rule (and in it the first key) that holds it, so none is compared twice.

mod index;

pub(crate) use index::{Blocks, KeyIndex, MOST_RULES};

use crate::table::{FORM_END, NameField, PlaceField, Table, TokenRole, mix, token_id};

/// One property of a record that a rule can ask both records to share; a record may have several values of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A word of the name, by its consonants.
    NameWord,
    /// Two words of the name, by their consonants.
    NameTwoWords,
    /// The whole name without blanks, by its consonants.
    NameJoined,
    /// The first letters of the words of the name.
    NameInitial,
    /// A word of a relative's or other name, by its consonants.
    OtherNameWord(NameField),
    /// The very day of birth.
    BirthDay,
    /// A year of birth that is possible.
    BirthYear,
    /// Day and month of birth, whatever the year.
    BirthMonthDay,
    /// The very day of an event.
    EventDay,
    /// A month of an event that is possible.
    EventMonth,
    /// A year of an event that is possible.
    EventYear,
    /// A word of a place.
    PlaceWord(PlaceField),
    /// Number of an identity document.
    Document,
    /// The value of a generic column.
    Text(String),
    /// The first four letters of the value of a generic column.
    TextStart(String),
}

/// A condition that a pair must meet to be compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BlockingRule {
    /// All of these must be shared.
    pub keys: Vec<Key>,
    /// By these, in turn, blocks are split that are too large.
    pub split: Vec<Key>,
}

/// What one rule did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleReport {
    /// The rule.
    pub rule: BlockingRule,
    /// Records that have all its keys.
    pub n_records: u64,
    /// Pairs that share its keys, before large blocks were split.
    pub n_pairs_before_split: u64,
    /// Pairs in its blocks as compared, pairs of earlier rules and of several keys included.
    pub n_pairs: u64,
    /// Size of its largest block after splitting.
    pub largest_block: u64,
    /// Pairs of its blocks that belong to it, not to an earlier rule.
    pub n_own_pairs: u64,
    /// Pairs above the cut that only this rule, as the first one, holds.
    pub n_found: u64,
}

impl Key {
    /// The stable code: `name-word`, `event-place-word`, `text.postcode`.
    pub fn code(&self) -> String {
        use crate::comparison::Field;
        let plain = match self {
            Self::NameWord => "name-word",
            Self::NameTwoWords => "name-two-words",
            Self::NameJoined => "name-joined",
            Self::NameInitial => "name-initial",
            Self::BirthDay => "birth-day",
            Self::BirthYear => "birth-year",
            Self::BirthMonthDay => "birth-month-day",
            Self::EventDay => "event-day",
            Self::EventMonth => "event-month",
            Self::EventYear => "event-year",
            Self::Document => "identity-document",
            Self::OtherNameWord(field) => return format!("{}-word", Field::Name(*field).code()),
            Self::PlaceWord(field) => return format!("{}-word", Field::Place(*field).code()),
            Self::Text(label) => return format!("text.{label}"),
            Self::TextStart(label) => return format!("text-start.{label}"),
        };
        plain.to_owned()
    }

    /// Reads a code.
    pub fn from_code(code: &str) -> Option<Self> {
        if let Some(label) = code.strip_prefix("text.") {
            return Some(Self::Text(label.to_owned()));
        }
        if let Some(label) = code.strip_prefix("text-start.") {
            return Some(Self::TextStart(label.to_owned()));
        }
        let names = NameField::ALL.into_iter().skip(1).map(Self::OtherNameWord);
        let places = PlaceField::ALL.into_iter().map(Self::PlaceWord);
        let others = [
            Self::NameWord,
            Self::NameTwoWords,
            Self::NameJoined,
            Self::NameInitial,
            Self::BirthDay,
            Self::BirthYear,
            Self::BirthMonthDay,
            Self::EventDay,
            Self::EventMonth,
            Self::EventYear,
            Self::Document,
        ];
        names.chain(places).chain(others).find(|key| key.code() == code)
    }

    /// Appends every value that a record has of this key, as hashes that are the same on every machine.
    fn values(&self, table: &Table, record: u32, out: &mut Vec<u64>) {
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
                out.extend(table.place(*field, record).iter().map(|word| u64::from(words.key(*word))));
            }
            Self::Document => {
                let column = table.documents();
                out.extend(column.rows.get(record).iter().map(|value| u64::from(column.value(*value).hash)));
            }
            Self::Text(label) | Self::TextStart(label) => {
                let Some(column) = table.texts().iter().find(|column| column.label == *label) else { return };
                let whole = matches!(self, Self::Text(_));
                out.extend(column.rows.get(record).iter().map(|value| {
                    let value = column.value(*value);
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

impl BlockingRule {
    /// A rule of these keys.
    pub fn new(keys: impl Into<Vec<Key>>, split: impl Into<Vec<Key>>) -> Self {
        Self { keys: keys.into(), split: split.into() }
    }

    /// The rule in one line: `name-word + event-month (split by birth-year)`.
    pub fn code(&self) -> String {
        let join = |keys: &[Key]| keys.iter().map(Key::code).collect::<Vec<_>>().join(" + ");
        let split = if self.split.is_empty() { String::new() } else { format!(" (split by {})", join(&self.split)) };
        join(&self.keys) + &split
    }
}
