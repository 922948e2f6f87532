//! What the columns of a list mean: a mapping, as a file that a person can read and edit.
//!
//! A mapping says which column holds which field, how its words are written, and what is known of the list as a whole.
//! It is proposed by [`guess()`], changed by a person, and used by [`crate::read`]. It holds no row of the list.

pub(crate) mod check;
mod field;
pub(crate) mod format;
pub mod guess;
mod write;

pub use check::{CellAddress, Check};
pub use field::{EventPart, Field, PlaceLevel, StatusWord};
pub use format::{MappingError, Place};
pub use guess::{ColumnReason, Guess, guess};

use crate::values::{Calendar, DayOrder, NameLayout, Placeholder};
use habeas_core::SpeakerKind;
use std::collections::BTreeMap;

/// First line of every mapping file of this form.
pub const FORMAT: &str = "habeas-mapping/1";

/// Greatest mapping file, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// Words that say nothing where a mapping lists none.
pub const DEFAULT_NULL_WORDS: &[&str] = &["", "-", "--", "---", "n/a"];

/// Separator of date and place in one cell, where the mapping names none.
pub const DEFAULT_SEPARATOR: &str = "   ";

/// What the columns of a list mean.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mapping {
    /// Name of the mapping.
    pub name: String,
    /// Raised at every saved change.
    pub version: u32,
    /// Why it was changed last; empty at first.
    pub changed: String,
    /// Columns, in the order of the file.
    pub columns: Vec<ColumnMapping>,
    /// What the list says that it holds.
    pub checks: Vec<Check>,
    /// The list as a whole.
    pub list: ListMeta,
    /// The file.
    pub file: FileHints,
}

/// What one column means.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnMapping {
    /// Its header, without blanks around it.
    pub header: String,
    /// Its field.
    pub field: Field,
    /// How its words are written.
    pub options: ColumnOptions,
}

/// How the words of a column are written and what to do with them. What is `None` or empty was not set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnOptions {
    /// Layout of a full name.
    pub parts: Option<NameLayout>,
    /// Order of day and month.
    pub order: Option<DayOrder>,
    /// Calendar of a date.
    pub calendar: Option<Calendar>,
    /// Whether bare numbers are serials of spreadsheets, and whether they count from 1904.
    pub serial_from_1904: Option<bool>,
    /// Whether a year of two digits is looked for in the period of the list.
    pub year2_window: bool,
    /// A date that stands for a vaguer one.
    pub placeholder: Option<Placeholder>,
    /// What becomes of a row whose words here cannot be read.
    pub unread: Unread,
    /// Wider places that the list leaves out, the most exact first.
    pub within: Vec<String>,
    /// What kind of place the column names.
    pub level: Option<PlaceLevel>,
    /// What parts date and place in one cell.
    pub separator: Option<String>,
    /// Words that say nothing in this column; replaces those of the file.
    pub null: Option<Vec<String>>,
    /// What words mean, in a column of status words or of sex.
    pub values: BTreeMap<String, StatusWord>,
    /// How an alleged perpetrator is named.
    pub basis: Option<PerpetratorBasis>,
    /// What a speaker of a column «said-by» is to the matter.
    pub kind: Option<SpeakerKind>,
    /// The column names sources that are in danger: its words belong into a compartment of their own.
    pub source_identity: bool,
    /// Why a column is left out, or what is to be known of it.
    pub why: String,
}

/// What becomes of a row with words that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unread {
    /// It is imported; the words stay, with a remark.
    #[default]
    Keep,
    /// It is set aside until the mapping or the value is mended.
    Quarantine,
}

/// How an alleged perpetrator is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PerpetratorBasis {
    /// Somebody accuses them; the accuser is the speaker.
    AccusedBy,
    /// They are named as the one who did it.
    NamedAsAgent,
    /// They claim it themselves.
    ClaimsResponsibility,
}

/// The list as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListMeta {
    /// Short name of the list.
    pub id: String,
    /// Who says so, unless a column names another.
    pub speaker: String,
    /// Title for people.
    pub title: String,
    /// Which edition, as an extended date or in words.
    pub edition: String,
    /// When it was published, as an extended date: `2024-03-10`, `2024-03`, `2024`.
    pub published: String,
    /// First and last year that the list is about.
    pub period: Option<(i16, i16)>,
    /// Language and script of its words, as a BCP 47 tag.
    pub language: String,
    /// Whether its keeper says that it names a person once.
    pub names_once: bool,
    /// Ids of the lists that it was compiled from.
    pub compiled_from: Vec<String>,
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileHints {
    /// Kind of file, compared with what the bytes are.
    pub kind: String,
    /// Encoding of a text table.
    pub encoding: String,
    /// Delimiter of a text table.
    pub delimiter: Option<char>,
    /// Name of the sheet.
    pub sheet: String,
    /// Line or sheet row of the header.
    pub header_row: Option<u64>,
    /// Which rows are read.
    pub rows: RowRange,
    /// Rows that are no records.
    pub skip: Vec<SkipRule>,
    /// Words that say nothing, in all columns; `None` stands for [`DEFAULT_NULL_WORDS`].
    pub null: Option<Vec<String>>,
}

/// Which rows of a file are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RowRange {
    /// All of them.
    #[default]
    All,
    /// Those above the first blank one.
    UntilBlank,
    /// From this line or sheet row to that one.
    Lines(u64, u64),
}

/// Rows that are no records, told by the words of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkipRule {
    /// Header of the column, or its letter.
    pub column: String,
    /// Regular expression that the words match.
    pub matches: String,
    /// Why such rows are left out.
    pub why: String,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`MappingError`] with the line or the column and key that is wrong, and what is allowed there.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        format::parse(text)
    }

    /// Writes the mapping as a file that [`Mapping::parse`] reads back as the same mapping.
    pub fn to_toml(&self) -> String {
        write::to_toml(self, &[])
    }

    /// Words that say nothing, in all columns.
    pub fn null_words(&self) -> Vec<&str> {
        match &self.file.null {
            Some(words) => words.iter().map(String::as_str).collect(),
            None => DEFAULT_NULL_WORDS.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests;
