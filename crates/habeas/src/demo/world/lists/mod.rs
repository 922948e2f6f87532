//! The five lists: who keeps them, their columns and what those mean, and how a row is written.
//!
//! One file per list. A column's header stands beside its line of the mapping, so that neither can drift.

mod commission;
mod committee;
mod newsroom;
mod petitions;
mod valleys;

pub use newsroom::MONTHS;
pub use valleys::MONTHS as MONTHS_URDU;

use super::{
    coverage::N_LISTS,
    entry::Entry,
    habits::{Habits, Written},
};
use rand_chacha::ChaCha8Rng;

/// One column of a list.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its header.
    pub header: &'static str,
    /// What it means: the keys of its entry in the mapping, in TOML.
    pub means: &'static str,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-16, little endian, with a byte order mark.
    Utf16,
    /// Windows-1252.
    Windows1252,
    /// Windows-1256.
    Windows1256,
}

impl Encoding {
    /// Its name in a mapping.
    fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16le",
            Self::Windows1252 => "windows-1252",
            Self::Windows1256 => "windows-1256",
        }
    }
}

/// One list as its keeper makes it.
#[derive(Debug, Clone, Copy)]
pub struct List {
    /// Short name, as in `import --as`.
    pub key: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// Who keeps it.
    pub speaker: &'static str,
    /// Language and script, as in a mapping.
    pub language: &'static str,
    /// Name of the file.
    pub file_name: &'static str,
    /// What parts the cells.
    pub delimiter: u8,
    /// What ends the lines.
    pub crlf: bool,
    /// How characters are written.
    pub encoding: Encoding,
    /// Whether the keeper says that the list names a person once. None of them quite does.
    pub names_once: bool,
    /// The columns.
    pub columns: &'static [Column],
    /// Writes the cells of one row, as many as there are columns.
    pub(super) write: fn(&Entry<'_>, &Habits, &mut ChaCha8Rng) -> Vec<String>,
}

/// The lists, in the order of [`super::coverage`].
pub const LISTS: [List; N_LISTS] = [committee::LIST, commission::LIST, valleys::LIST, newsroom::LIST, petitions::LIST];

/// Edition of every list: they were all closed in one month.
const EDITION: &str = "2021-06";

impl List {
    /// The mapping of its columns, in the format of `habeas map`.
    pub fn mapping_toml(&self) -> String {
        let mut toml = format!("format = \"habeas-mapping/1\"\nname = \"{}\"\nversion = 1\n\ncolumn = [\n", self.key);
        for Column { header, means } in self.columns {
            toml.push_str(&format!("  {{ header = \"{header}\", {means} }},\n"));
        }
        let Self { key, title, speaker, language, names_once, .. } = self;
        toml.push_str(&format!(
            "]\n\n[list]\nid = \"{key}\"\ntitle = \"{title}\"\nspeaker = \"{speaker}\"\nedition = \"{EDITION}\"\n\
             period = \"2009/2021\"\nlanguage = \"{language}\"\nnames_once = {names_once}\n\n[file]\n\
             encoding = \"{}\"\ndelimiter = \"{}\"\n",
            self.encoding.label(),
            char::from(self.delimiter).escape_default(),
        ));
        toml
    }
}

/// Writes a date with numbers, day first or year first: `12/03/2016`, `03/2016`, `2016`; nothing where it is missing.
fn numeric(date: Written, separator: char, year_first: bool) -> String {
    match (date, year_first) {
        (Written::Day(day), true) => {
            format!("{:04}{separator}{:02}{separator}{:02}", day.year(), day.month(), day.day())
        }
        (Written::Day(day), false) => {
            format!("{:02}{separator}{:02}{separator}{:04}", day.day(), day.month(), day.year())
        }
        (Written::Month(year, month), true) => format!("{year:04}{separator}{month:02}"),
        (Written::Month(year, month), false) => format!("{month:02}{separator}{year:04}"),
        (Written::Year(year), _) => format!("{year:04}"),
        (Written::Missing, _) => String::new(),
    }
}

/// Writes the digits of a text as Urdu does.
pub fn urdu_digits(text: &str) -> String {
    text.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32(0x06F0 + d)).unwrap_or(c)).collect()
}
