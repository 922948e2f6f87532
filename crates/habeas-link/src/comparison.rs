//! Fields of two records compared: one graded outcome each.
//!
//! Levels are ordered from least to most alike and have names that a reviewer reads. What is missing on either side is
//! level 0, *not comparable*: it never counts as «disagrees». A level that rests on an agreed value also tells how much
//! that value says (−log₂ of the share of records that hold it), so that a common name weighs less than a rare one,
//! also where it is spelt differently.

mod date;
mod legal_form;
mod name;
mod place;
mod similarity;
mod text;

pub(crate) use name::are_alike;
pub use similarity::{NameSimilarity, similarities, similarity};

use crate::table::{NameField, PlaceField, Table};

/// What a comparison looks at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// A name.
    Name(NameField),
    /// Date of birth; where only an age is given, the birth reckoned from it.
    Birth,
    /// Date of what happened, across kinds of events where no kind is on both sides.
    EventDate,
    /// A place.
    Place(PlaceField),
    /// Sex.
    Sex,
    /// Number of an identity document.
    Document,
    /// A generic column, by its folded label.
    Text(String),
    /// Whether both stand in one list that names a person once.
    OnceList,
}

/// One graded outcome.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Outcome {
    /// 0 = not comparable; else 1 to the number of levels, the most alike last.
    pub(crate) level: u8,
    /// Bits of evidence in the agreed value itself; 0 where no value is agreed.
    pub(crate) bits: f32,
}

impl Outcome {
    fn level(level: u8) -> Self {
        Self { level, bits: 0.0 }
    }
}

const SEX_LEVELS: &[&str] = &["different sex", "same sex"];
const DOCUMENT_LEVELS: &[&str] = &["different documents", "one sign differs", "same document"];
const ONCE_LIST_LEVELS: &[&str] = &["the same list, which names a person once", "not the same once-only list"];

impl Field {
    /// The stable code: `name`, `father-name`, `birth-date`, `text.postcode`.
    pub fn code(&self) -> String {
        let plain = match self {
            Self::Name(NameField::Own) => "name",
            Self::Name(NameField::Father) => "father-name",
            Self::Name(NameField::Mother) => "mother-name",
            Self::Name(NameField::MotherFamily) => "mother-family-name",
            Self::Name(NameField::Alias) => "alias",
            Self::Birth => "birth-date",
            Self::EventDate => "event-date",
            Self::Place(PlaceField::Event) => "event-place",
            Self::Place(PlaceField::Birth) => "birth-place",
            Self::Place(PlaceField::Residence) => "residence",
            Self::Sex => "sex",
            Self::Document => "identity-document",
            Self::OnceList => "once-list",
            Self::Text(label) => return format!("text.{label}"),
        };
        plain.to_owned()
    }

    /// Reads a code.
    pub fn from_code(code: &str) -> Option<Self> {
        if let Some(label) = code.strip_prefix("text.") {
            return Some(Self::Text(label.to_owned()));
        }
        let names = NameField::ALL.into_iter().map(Self::Name);
        let places = PlaceField::ALL.into_iter().map(Self::Place);
        let others = [Self::Birth, Self::EventDate, Self::Sex, Self::Document, Self::OnceList];
        names.chain(places).chain(others).find(|field| field.code() == code)
    }

    /// The levels, from least to most alike, in words.
    pub fn levels(&self) -> &'static [&'static str] {
        match self {
            Self::Name(NameField::Own) => name::OWN_LEVELS,
            Self::Name(_) => name::RELATIVE_LEVELS,
            Self::Birth => date::BIRTH_LEVELS,
            Self::EventDate => date::EVENT_LEVELS,
            Self::Place(_) => place::LEVELS,
            Self::Sex => SEX_LEVELS,
            Self::Document => DOCUMENT_LEVELS,
            Self::Text(_) => text::LEVELS,
            Self::OnceList => ONCE_LIST_LEVELS,
        }
    }
}

/// A [`Field`] with the number of its column in one table; `None` columns compare nothing.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(crate) enum Column {
    Name(NameField),
    Birth,
    EventDate,
    Place(PlaceField),
    Sex,
    Document,
    Text(usize),
    OnceList,
    Absent,
}

impl Column {
    pub(crate) fn find(table: &Table, field: &Field) -> Self {
        match field {
            Field::Name(name) => Self::Name(*name),
            Field::Birth => Self::Birth,
            Field::EventDate => Self::EventDate,
            Field::Place(place) => Self::Place(*place),
            Field::Sex => Self::Sex,
            Field::Document => Self::Document,
            Field::Text(label) => table.text_labels().position(|l| l == label).map_or(Self::Absent, Self::Text),
            Field::OnceList => Self::OnceList,
        }
    }

    /// Whether a record says anything here.
    pub(crate) fn is_filled(self, table: &Table, record: u32) -> bool {
        match self {
            Self::Name(field) => !table.name(field, record).is_empty(),
            Self::Birth => table.birth(record) > 0,
            Self::EventDate => !table.events(record).is_empty(),
            Self::Place(field) => !table.place(field, record).is_empty(),
            Self::Sex => table.sex(record) > 0,
            Self::Document => !table.documents().rows.get(record).is_empty(),
            Self::Text(column) => table.text(column, record).is_some(),
            Self::OnceList => true,
            Self::Absent => false,
        }
    }

    /// Compares two records; the same whichever comes first.
    pub(crate) fn compare(self, table: &Table, a: u32, b: u32) -> Outcome {
        match self {
            Self::Name(NameField::Own) => {
                let (first, second) = (table.name(NameField::Own, a), table.name(NameField::Own, b));
                let found = name::compare_own(&table.tokens[NameField::Own as usize], first, second);
                // One writes in one word what the other writes in two, perhaps in another script.
                if found.level < name::SPELT_DIFFERENTLY_LEVEL
                    && first.len() != second.len()
                    && table.joined_names(a).iter().any(|key| table.joined_names(b).contains(key))
                {
                    let bits = table.name_bits(NameField::Own, a).min(table.name_bits(NameField::Own, b));
                    return Outcome { level: name::SPELT_DIFFERENTLY_LEVEL, bits: bits.min(name::MOST_BITS) };
                }
                found
            }
            Self::Name(field) => {
                let tokens = &table.tokens[field as usize];
                name::compare_relative(tokens, table.name(field, a), table.name(field, b))
            }
            Self::Birth => date::compare_births(&table.dates, table.birth(a), table.birth(b)),
            Self::EventDate => date::compare_events(&table.dates, table.events(a), table.events(b)),
            Self::Place(field) => {
                place::compare(&table.place_words[field as usize], table.place(field, a), table.place(field, b))
            }
            Self::Sex => match (table.sex(a), table.sex(b)) {
                (0, _) | (_, 0) => Outcome::default(),
                (a, b) => Outcome::level(1 + u8::from(a == b)),
            },
            Self::Document => {
                let column = table.documents();
                text::compare_documents(column, column.rows.get(a), column.rows.get(b))
            }
            Self::Text(i) => match (table.text(i, a), table.text(i, b)) {
                (Some(a), Some(b)) => text::compare(&table.texts()[i], a, b),
                _ => Outcome::default(),
            },
            Self::OnceList => Outcome::level(2 - u8::from(table.within_once_list(a, b))),
            Self::Absent => Outcome::default(),
        }
    }
}
