//! Two names by themselves, without a list around them.

use super::name::{Alignment, align};
use crate::table::{NameField, Table, TableBuilder};
use habeas_core::{Claim, NameAsGiven, Passage, Predicate, Value};

/// How alike two names are, for a person who asks about just these.
#[derive(Debug, Clone, PartialEq)]
pub struct NameSimilarity {
    /// From 0 (nothing in common) to 1 (the same names).
    pub score: f64,
    /// Why, in words.
    pub why: String,
}

/// Names that stand in one table at a time, so that their words are folded once and memory is bounded.
const PAIRS_AT_ONCE: usize = 8_192;

fn table_of<'n>(names: impl Iterator<Item = &'n str>) -> Table {
    let list = crate::table::ListInfo { key: String::new(), names_once: false, is_list: false };
    let mut builder = TableBuilder::new(vec![list]);
    for name in names {
        let cells = [name.to_owned()];
        let passage = Passage::whole_cell(&cells, 0).expect("there is one cell");
        let claim = Claim::stated(Predicate::Name, Value::Name(NameAsGiven::unassigned(name)), passage);
        builder.push(0, &[], &cells, &[claim]);
    }
    builder.finish()
}

/// Compares two names as linkage does, whatever their script and the order of their words.
pub fn similarity(a: &str, b: &str) -> NameSimilarity {
    similarities(&[(a, b)]).pop().expect("one pair has one similarity")
}

/// Compares the two names of each pair, many times faster than one after the other.
pub fn similarities(pairs: &[(&str, &str)]) -> Vec<NameSimilarity> {
    let mut found = Vec::with_capacity(pairs.len());
    for pairs in pairs.chunks(PAIRS_AT_ONCE) {
        let table = table_of(pairs.iter().flat_map(|(a, b)| [*a, *b]));
        found.extend((0..pairs.len() as u32).map(|pair| compared(&table, 2 * pair, 2 * pair + 1)));
    }
    found
}

fn compared(table: &Table, a: u32, b: u32) -> NameSimilarity {
    let (first, second) = (table.name(NameField::Own, a), table.name(NameField::Own, b));
    if first.is_empty() || second.is_empty() {
        return NameSimilarity { score: 0.0, why: "one of them holds no name".to_owned() };
    }
    let found = align(&table.tokens[NameField::Own as usize], first, second);
    NameSimilarity { score: score(&found), why: why(&found) }
}

/// What a word spelt differently counts.
const ALIKE: f64 = 0.9;
/// What a word counts against that only one side has: lists leave out fathers' and second names.
const LEFT_OUT: f64 = 0.2;
/// What two words count against of which each side has one and they differ: one given name for another is somebody else.
const DIFFERENT: f64 = 2.0;

/// Equal words count whole, words spelt differently a little less, words without a partner against it.
fn score(found: &Alignment) -> f64 {
    let aligned = f64::from(found.n_exact) + ALIKE * f64::from(found.n_fuzzy);
    let (more, fewer) = (found.left_a.max(found.left_b), found.left_a.min(found.left_b));
    let missed = DIFFERENT * f64::from(fewer) + LEFT_OUT * f64::from(more - fewer);
    let n_aligned = f64::from(found.n_exact + found.n_fuzzy);
    if n_aligned + missed == 0.0 { 0.0 } else { aligned / (n_aligned + missed) }
}

fn why(found: &Alignment) -> String {
    let words = |n: u8, what: &str| match n {
        0 => None,
        1 => Some(format!("1 word {what}")),
        n => Some(format!("{n} words {what}")),
    };
    let parts = [
        words(found.n_exact, "equal"),
        words(found.n_fuzzy, "alike"),
        words(found.left_a, "only in the first"),
        words(found.left_b, "only in the second"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
