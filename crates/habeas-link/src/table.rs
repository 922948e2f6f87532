//! Records as linkage sees them: columns of dictionary numbers, filled from a stream of claims.
//!
//! A record is read once and dropped; what stays is about a hundred bytes of numbers. The words themselves stay with
//! the caller: nothing here can print a name.

mod builder;
mod dates;
mod dictionary;
mod form;
mod rows;
mod spelling;
mod words;

pub use builder::TableBuilder;
pub use dates::DateEntry;
pub(crate) use dates::Dates;
pub(crate) use dictionary::{NameToken, PlaceWords, TextColumn, Tokens};
pub(crate) use rows::Rows;

use crate::kernel::LetterCosts;
use habeas_core::EventKind;
use serde::{Deserialize, Serialize};

/// One list (or article, or testimony) that records come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListInfo {
    /// The short name that commands use.
    pub key: String,
    /// Whether its keeper says that it names a person once.
    pub names_once: bool,
    /// Whether it is an enumeration; texts are not.
    pub is_list: bool,
}

/// Which name of a person a comparison or key looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NameField {
    /// The person's own name, with other names of two words or more beside it.
    Own,
    /// The father's name.
    Father,
    /// The mother's name.
    Mother,
    /// The surname from the mother's side.
    MotherFamily,
    /// Nicknames of one word.
    Alias,
}

/// Which place a comparison or key looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PlaceField {
    /// Where it happened, whatever happened.
    Event,
    /// Place of birth.
    Birth,
    /// Where the person lived.
    Residence,
}

impl NameField {
    pub(crate) const ALL: [Self; 5] = [Self::Own, Self::Father, Self::Mother, Self::MotherFamily, Self::Alias];
}

impl PlaceField {
    pub(crate) const ALL: [Self; 3] = [Self::Event, Self::Birth, Self::Residence];
}

/// What a token of a name is; decides whether its absence on the other side counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub(crate) enum TokenRole {
    Given = 0,
    Family = 1,
    Unassigned = 2,
    /// A surname from the mother's side or by marriage, or a father's name inside the name: it can explain a token of
    /// the other record, and it is not missed where it is absent.
    Optional = 3,
}

impl TokenRole {
    pub(crate) fn of(word: u32) -> Self {
        match word >> ROLE_SHIFT {
            0 => Self::Given,
            1 => Self::Family,
            2 => Self::Unassigned,
            _ => Self::Optional,
        }
    }
}

const ROLE_SHIFT: u32 = 28;
const TOKEN_MASK: u32 = (1 << ROLE_SHIFT) - 1;
/// Between two forms of a name in one record.
pub(crate) const FORM_END: u32 = u32::MAX;

pub(crate) fn token_id(word: u32) -> usize {
    (word & TOKEN_MASK) as usize
}

/// All records, as numbers.
///
/// Serialised it can be compared elsewhere; what only reading needs is not in it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Table {
    lists: Vec<ListInfo>,
    list_of: Vec<u16>,
    /// Segments: five names (role in the upper four bits, token number below; forms end with [`FORM_END`]), three places
    /// (sorted numbers of words), events (kind in the upper four bits, date number below), keys of joined names.
    store: rows::RecordStore,
    pub(crate) tokens: [Tokens; 5],
    pub(crate) dates: Dates,
    pub(crate) place_words: [PlaceWords; 3],
    texts: Vec<TextColumn>,
    documents: TextColumn,
    /// Record indices in an order that depends on what the records say only.
    canonical: Vec<u32>,
    /// A fingerprint of all that each record says; 0 where it says nothing.
    content: Vec<u32>,
}

/// Segments of the store after the five names.
const PLACES: usize = 5;
const EVENTS: usize = 8;
const JOINED: usize = 9;

impl Table {
    /// What letters cost by which words of names differ: as declared, or as this table has taught.
    pub fn letter_costs(&self) -> &LetterCosts {
        &self.tokens[NameField::Own as usize].letters
    }

    /// Number of records.
    pub fn n_records(&self) -> usize {
        self.list_of.len()
    }

    /// Bytes of memory that it takes.
    pub fn n_bytes(&self) -> u64 {
        let texts = self.texts.iter().chain([&self.documents]).map(TextColumn::n_bytes).sum::<usize>();
        let tokens = self.tokens.iter().map(Tokens::n_bytes).sum::<usize>();
        let of_records =
            size_of_val(&self.list_of[..]) + size_of_val(&self.canonical[..]) + size_of_val(&self.content[..]);
        (self.store.n_bytes() + texts + tokens + of_records) as u64
    }

    /// The lists.
    pub fn lists(&self) -> &[ListInfo] {
        &self.lists
    }

    /// The list of a record, as an index of [`Table::lists`].
    pub fn list_of(&self, record: u32) -> u16 {
        self.list_of[record as usize]
    }

    /// Labels of the generic columns, by which a model names them.
    pub fn text_labels(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|column| column.label.as_str())
    }

    /// Record indices in an order that depends on what the records say, not on how they were read.
    pub(crate) fn canonical(&self) -> &[u32] {
        &self.canonical
    }

    /// A fingerprint of all that a record says, whichever list it stands on; 0 where it says nothing.
    pub(crate) fn content(&self, record: u32) -> u32 {
        self.content[record as usize]
    }

    pub(crate) fn name(&self, field: NameField, record: u32) -> &[u32] {
        self.store.segment(record, field as usize)
    }

    /// Bits that agreement on a record's name can bring at most.
    pub(crate) fn name_bits(&self, field: NameField, record: u32) -> f32 {
        f32::from(self.store.name_bits(record, field as usize))
    }

    pub(crate) fn sex(&self, record: u32) -> u8 {
        self.store.list_and_sex(record).1
    }

    /// Keys of the name written without blanks, one or two per form.
    pub(crate) fn joined_names(&self, record: u32) -> &[u32] {
        self.store.segment(record, JOINED)
    }

    /// Number of the birth date; 0 for none.
    pub(crate) fn birth(&self, record: u32) -> u32 {
        self.store.birth(record)
    }

    pub(crate) fn events(&self, record: u32) -> &[u32] {
        self.store.segment(record, EVENTS)
    }

    pub(crate) fn place(&self, field: PlaceField, record: u32) -> &[u32] {
        self.store.segment(record, PLACES + field as usize)
    }

    /// The number of a record's value in a generic column.
    pub(crate) fn text(&self, column: usize, record: u32) -> Option<u32> {
        self.store.text(record, column).checked_sub(1)
    }

    /// Fetches records that are about to be compared, all at once: waiting for memory one by one takes longer than
    /// comparing.
    pub(crate) fn warm(&self, records: impl Iterator<Item = u32> + Clone) {
        self.store.warm(records);
    }

    pub(crate) fn texts(&self) -> &[TextColumn] {
        &self.texts
    }

    pub(crate) fn documents(&self) -> &TextColumn {
        &self.documents
    }

    /// Whether a pair stands in one list whose keeper says that it names a person once.
    pub(crate) fn within_once_list(&self, a: u32, b: u32) -> bool {
        let list = self.store.list_and_sex(a).0;
        list == self.store.list_and_sex(b).0 && self.lists[usize::from(list)].names_once
    }

    /// Numbers of records, per list, that each of some conditions holds for.
    pub(crate) fn filled_by_list<F: Fn(u32) -> bool>(&self, conditions: &[F]) -> Vec<Vec<u64>> {
        let mut filled = vec![vec![0; self.lists.len()]; conditions.len()];
        // In the order in which they are stored, and each looked at once.
        for record in self.canonical.iter().copied() {
            let list = usize::from(self.store.list_and_sex(record).0);
            for (filled, holds) in filled.iter_mut().zip(conditions) {
                filled[list] += u64::from(holds(record));
            }
        }
        filled
    }

    /// Number of records of each list.
    pub(crate) fn n_by_list(&self) -> Vec<u64> {
        let mut n = vec![0; self.lists.len()];
        self.list_of.iter().for_each(|list| n[usize::from(*list)] += 1);
        n
    }
}

/// Packs the kind of an event with the number of its date.
pub(crate) fn pack_event(kind: EventKind, date: u32) -> u32 {
    (kind as u32) << ROLE_SHIFT | date
}

/// The kind of an event, as its place in the vocabulary, and the number of its date.
pub(crate) fn unpack_event(event: u32) -> (u32, u32) {
    (event >> ROLE_SHIFT, event & TOKEN_MASK)
}

/// A hash of bytes that is the same on every machine and in every run: keys and orders rest on it.
pub(crate) fn stable_hash(bytes: &[u8]) -> u64 {
    let fnv = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    mix(fnv)
}

/// Spreads the bits of a number (the finaliser of SplitMix64).
pub(crate) fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
