//! Blocking rules: which pairs are compared at all.
//!
//! A rule is data: keys that both records must share, and the size of block up to which they say enough. What is too
//! common for one rule is the work of another with one key more; the pairs that a rule leaves to others are counted,
//! never dropped silently. Every pair belongs to the first rule that holds it, so none is compared twice.
//!
//! Which rules are worth their pairs differs from table to table. Therefore [`survey`] looks at everything that shares
//! keys with some records chosen by chance, under more rules than could be afforded for all, and
//! [`Survey::choose_rules`] takes those that bring the most persons for the pairs they cost.

mod choice;
mod completeness;
mod index;
mod keys;
mod pool;
mod survey;

pub use choice::{Coverage, RuleChoice};
pub use completeness::Completeness;
pub(crate) use completeness::LikelyPairs;
pub(crate) use index::{Candidate, KeyIndex, MOST_RULES, Piece, RuleBlocks, in_parallel};
pub use pool::possible_rules;
pub use survey::{Survey, survey};

use crate::table::{NameField, PlaceField};

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
    /// All that the record says: only records that say the very same share it.
    Everything,
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
    /// Records that may share them at most; `None` leaves it to the engine, by the number of records.
    pub largest_block: Option<u32>,
}

/// What one rule did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleReport {
    /// The rule.
    pub rule: BlockingRule,
    /// Records that have all its keys.
    pub n_records: u64,
    /// Pairs that share its keys, in blocks of whatever size.
    pub n_pairs_sharing: u64,
    /// Pairs in the blocks that it compares, pairs of earlier rules and of several keys included.
    pub n_pairs: u64,
    /// Size of the largest of them.
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
            Self::Everything => "everything",
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
            Self::Everything,
        ];
        names.chain(places).chain(others).find(|key| key.code() == code)
    }
}

impl BlockingRule {
    /// A rule of these keys, for blocks of whatever size the engine can afford.
    pub fn new(keys: impl Into<Vec<Key>>) -> Self {
        Self { keys: keys.into(), largest_block: None }
    }

    /// The same for blocks up to this size.
    #[must_use]
    pub fn up_to(self, largest_block: u32) -> Self {
        Self { largest_block: Some(largest_block), ..self }
    }

    /// The rule in one line: `name-word + event-month (blocks up to 32)`.
    pub fn code(&self) -> String {
        let keys = self.keys.iter().map(Key::code).collect::<Vec<_>>().join(" + ");
        self.largest_block.map_or(keys.clone(), |largest| format!("{keys} (blocks up to {largest})"))
    }
}
