//! What fuzzing asks of every reader. Built for `cargo fuzz`, where `cfg(fuzzing)` is set, and for the tests, so
//! that no change of a reader leaves it behind.
//!
//! Each function takes bytes that nobody made with care and panics where a promise of this crate is broken.

use crate::{
    limits::Limits,
    mapping::Mapping,
    page::Page,
    suggest::{Anchors, Lexicon, suggest},
    table::{OpenOptions, RowEvent, Table},
    values::{DateRule, NameLayout, decide_order, name_parts, place_parts, read_age, read_date},
};
use std::{ops::ControlFlow, sync::LazyLock};

pub use crate::worker::fuzzing::{a_drawing_is_taken, answer_is_taken, no_answer_breaks_the_parent};

fn limits() -> Limits {
    Limits { text_bytes: 1 << 20, ..Limits::default() }
}

/// Rows of a text table come out in order, each as wide as the header, none twice.
pub fn text_table(bytes: &[u8]) {
    let options = OpenOptions { limits: limits(), ..OpenOptions::default() };
    let Ok(table) = Table::open(bytes, "list.csv", &options) else { return };
    let (n_columns, mut last) = (table.header().names().len(), 0);
    let _ = table.rows(|event| {
        let row = match event {
            RowEvent::Row(row) => {
                assert_eq!(row.cells.len(), n_columns, "row {}", row.row);
                row.row
            }
            RowEvent::Quarantined(bad) => bad.row,
        };
        assert!(row > last, "row {row} after row {last}");
        last = row;
        ControlFlow::Continue(())
    });
}

/// Every mark of a plain text stands in it, and its words are the bytes.
pub fn text_and_its_suggestions(bytes: &[u8]) {
    static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::builtin);
    let Ok(page) = Page::open(bytes, "notes.txt", &limits(), None) else { return };
    let suggestions = suggest(&page.rendition, &Anchors::default(), &LEXICON);
    for mark in &suggestions.marks {
        let span = page.rendition.span(mark.range.clone()).expect("a mark stands in the text");
        assert!(!page.rendition.words(&span).expect("of this rendition").is_empty());
    }
}

/// A mapping that is read can be written, and reads the same again.
pub fn mapping(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(mapping) = Mapping::parse(text) else { return };
    let written = mapping.to_toml();
    assert_eq!(Mapping::parse(&written).as_ref(), Ok(&mapping), "{written}");
}

/// Words of a cell are read as typed values or not, and dates never end before they begin.
pub fn cell(bytes: &[u8]) {
    let Ok(words) = std::str::from_utf8(bytes) else { return };
    if let Ok(read) = read_date(words, &DateRule::default()) {
        let (earliest, latest) = (read.date.earliest(), read.date.latest());
        assert!(earliest.zip(latest).is_none_or(|(earliest, latest)| earliest <= latest));
    }
    if let Ok(age) = read_age(words) {
        assert!(age.low <= age.high);
    }
    for layout in [NameLayout::AsWritten, NameLayout::FamilyCommaGiven, NameLayout::GivenFamily] {
        assert!(name_parts(words, layout).iter().all(|part| words.contains(&part.text)));
    }
    let _ = (place_parts(words, |_| false), decide_order([words]));
}

#[cfg(test)]
mod tests {
    /// Readers that are ours. Those of libraries may abort: the table of bad inputs sends them through the worker.
    #[test]
    fn every_file_of_the_corpus_passes() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus");
        for (target, asks) in [
            ("cell", super::cell as fn(&[u8])),
            ("mapping", super::mapping),
            ("text", super::text_and_its_suggestions),
            ("text_table", super::text_table),
            ("frames", super::no_answer_breaks_the_parent),
        ] {
            let files = std::fs::read_dir(format!("{corpus}/{target}")).expect("a folder for each target");
            let files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
            assert!(!files.is_empty(), "{target}");
            files.iter().for_each(|file| asks(&std::fs::read(file).expect("a file of the corpus")));
        }
    }
}
