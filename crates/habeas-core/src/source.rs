//! Sources and the records in them: who published what, and the words at each place.

use crate::{Claim, ImportId, RecordId, SourceId};
use std::{fmt, ops::Range, sync::Arc};

/// What kind of work a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourceKind {
    /// One organisation's enumeration of persons.
    List,
    /// A published text.
    Article,
    /// What a witness or relative told.
    Testimony,
    /// An authority's statement.
    Statement,
}

/// What a speaker is to the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SpeakerKind {
    /// Keeps a list.
    ListKeeper,
    /// Saw it.
    Witness,
    /// Is family.
    Relative,
    /// Speaks for an authority.
    Official,
    /// Writes for the press.
    Press,
    /// An organisation.
    Organisation,
    /// Not named by the source.
    Unnamed,
}

/// Somebody who says something.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Speaker {
    /// The name, or the words for somebody unnamed («a relative»).
    pub name: String,
    /// What they are to the matter.
    pub kind: SpeakerKind,
}

/// The chain of who says so: first the speaker, then who relayed it, last who published it. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attribution {
    /// Who spoke.
    pub speaker: Speaker,
    /// Who passed it on, in order.
    pub relayed_by: Vec<Speaker>,
}

impl Attribution {
    /// A chain of one.
    pub fn direct(name: impl Into<String>, kind: SpeakerKind) -> Self {
        Self { speaker: Speaker { name: name.into(), kind }, relayed_by: Vec::new() }
    }
}

/// A work: a list, an article, a testimony, a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// The short name that commands and addresses use: `committee`, `article-2`. Unique in a vault.
    pub key: String,
    /// What kind of work.
    pub kind: SourceKind,
    /// Title for people.
    pub title: String,
    /// Who says what it says, unless a claim names another.
    pub said_by: Attribution,
    /// Which edition this is, as given (EDTF or words); empty where there is none.
    pub edition: String,
    /// Lower-case hexadecimal SHA-256 of the file's bytes.
    pub sha256: String,
    /// Name of the file as received: data, never a path.
    pub file_name: String,
    /// For a list: whether its keeper says that it names a person once.
    pub names_once: bool,
    /// For a list: keys of the lists that it was compiled from, where that is known. Such lists are not independent.
    pub compiled_from: Vec<String>,
    /// For a list: header of the table, by column. For a text: empty.
    pub header: Vec<String>,
}

impl Source {
    /// The key of the list that it is an edition of: the key of the first edition, before the `@` of later ones. The key
    /// itself for all that is no list.
    pub fn list(&self) -> &str {
        match (self.kind, self.key.split_once('@')) {
            (SourceKind::List, Some((list, _))) => list,
            _ => &self.key,
        }
    }
}

/// Where in its source a record stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A row of a table.
    Row {
        /// Name of the sheet; empty for a file without sheets.
        sheet: String,
        /// 1 for the first record below the header.
        row: u64,
    },
    /// Places in a text: the byte range of each cell of the record, in the source's text.
    Text {
        /// As many ranges as the record has cells.
        spans: Vec<Range<u32>>,
        /// 1 for the first person that the text mentions.
        mention: u64,
    },
}

/// One entry of a list, or what one text says of one person: verbatim cells, and the claims read from them.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// The source that it stands in.
    pub source: Arc<Source>,
    /// The import that brought it.
    pub import: ImportId,
    /// Where it stands.
    pub origin: Origin,
    /// The words as written, by column (table) or by quoted place (text).
    pub cells: Vec<String>,
    /// What is read from them.
    pub claims: Vec<Claim>,
}

impl Record {
    /// The words that a claim rests on; several places are joined by « · ».
    pub fn words(&self, claim: &Claim) -> String {
        let mut words = String::new();
        for span in claim.passage.spans() {
            if !words.is_empty() {
                words.push_str(" · ");
            }
            words.push_str(span.of(&self.cells).expect("spans were checked against the cells when the claim was made"));
        }
        words
    }

    /// Who says what a claim says.
    pub fn said_by<'r>(&'r self, claim: &'r Claim) -> &'r Attribution {
        claim.said_by.as_deref().unwrap_or(&self.source.said_by)
    }

    /// Row or mention number, 1 for the first.
    pub fn number(&self) -> u64 {
        match self.origin {
            Origin::Row { row, .. } => row,
            Origin::Text { mention, .. } => mention,
        }
    }

    /// The address of the record for people and commands: `committee:214`.
    pub fn address(&self) -> RecordAddress<'_> {
        RecordAddress(self)
    }

    /// The address of a claim: file, row and column, or the byte range in a text. It holds no value.
    pub fn place_of(&self, claim: &Claim) -> String {
        let span = claim.passage.first();
        match &self.origin {
            Origin::Row { sheet, row } => {
                let column = self.source.header.get(usize::from(span.column)).map_or("?", String::as_str);
                let sheet = if sheet.is_empty() { String::new() } else { format!(", sheet «{sheet}»") };
                format!("{}{sheet}, row {row}, column «{column}»", self.source.file_name)
            }
            Origin::Text { spans, .. } => match spans.get(usize::from(span.column)) {
                Some(range) => format!("{}, bytes {}–{}", self.source.file_name, range.start, range.end),
                None => self.source.file_name.clone(),
            },
        }
    }
}

/// Displays as `list:row`.
pub struct RecordAddress<'r>(&'r Record);

impl fmt::Display for RecordAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.source.key, self.0.number())
    }
}
