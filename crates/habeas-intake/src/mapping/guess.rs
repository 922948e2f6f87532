//! A proposal of what the columns of a list mean, from their headers and their words, with the reason for each.
//!
//! It proposes and says why; a person decides. It never guesses who says so, nor on what basis somebody is accused, and
//! what it is not sure of stays «other». Of the words of the list only null words and status words reach the mapping.

mod columns;
mod content;
mod lexicon;
mod names;
mod status;

use super::{ColumnMapping, FileHints, ListMeta, Mapping, write};
use content::{NULL_CANDIDATES, Profile};
use lexicon::{Concept, Concepts};

/// Why a column got its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnReason {
    /// The header.
    pub column: String,
    /// The code of the field.
    pub field: &'static str,
    /// Why, in words. It holds counts, never words of the list.
    pub words: String,
}

/// A proposed mapping, with a reason for each of its columns, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The proposal.
    pub mapping: Mapping,
    /// One for each column.
    pub reasons: Vec<ColumnReason>,
}

impl Guess {
    /// Writes the proposal as a mapping file, with the reasons as comments.
    pub fn to_toml(&self) -> String {
        write::to_toml(&self.mapping, &self.reasons)
    }
}

/// A column under guess.
struct Draft<'s> {
    header: &'s str,
    concepts: Concepts,
    profile: Profile<'s>,
    column: ColumnMapping,
    reason: String,
}

/// Proposes what the columns of a list mean.
///
/// `sample` holds rows of as many cells as the header; some hundreds are enough, up to 2,000 are looked at.
pub fn guess(header: &[String], sample: &[Vec<String>], file_name: &str) -> Guess {
    let sample = &sample[..sample.len().min(2000)];
    let null = null_words(header.len(), sample);
    let mut drafts: Vec<Draft<'_>> = Vec::with_capacity(header.len());
    for (i, name) in header.iter().enumerate() {
        let cells = sample.iter().filter_map(|row| row.get(i)).map(|cell| cell.trim());
        let profile = Profile::new(cells, &null);
        let concepts = Concepts::of(name);
        let (column, reason) = columns::propose(name.trim(), &concepts, &profile);
        drafts.push(Draft { header: name.trim(), concepts, profile, column, reason });
    }
    names::settle(&mut drafts, sample);
    columns::settle(&mut drafts);
    let reasons = drafts.iter().map(|draft| ColumnReason {
        column: draft.header.to_owned(),
        field: draft.column.field.code(),
        words: draft.reason.clone(),
    });
    let reasons = reasons.collect();
    let stem = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let id: Vec<String> = habeas_core::fold_tokens(stem);
    let mapping = Mapping {
        name: id.join("-"),
        version: 1,
        columns: drafts.into_iter().map(|draft| draft.column).collect(),
        list: ListMeta { id: id.join("-"), ..ListMeta::default() },
        file: FileHints { null: Some(null), ..FileHints::default() },
        ..Mapping::default()
    };
    Guess { mapping, reasons }
}

/// The words of a fixed list of words that say nothing, as far as the sample has them.
fn null_words(n_columns: usize, sample: &[Vec<String>]) -> Vec<String> {
    let mut found: Vec<String> = vec![String::new()];
    for (candidate, least_columns) in NULL_CANDIDATES {
        let mut n = 0;
        let holds = |cell: &String| {
            let cell = cell.trim();
            cell.eq_ignore_ascii_case(candidate)
                || cell.split("  ").any(|piece| piece.trim().eq_ignore_ascii_case(candidate))
        };
        for column in 0..n_columns {
            n += usize::from(sample.iter().filter_map(|row| row.get(column)).any(holds));
        }
        if n >= *least_columns {
            found.push((*candidate).to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests;
