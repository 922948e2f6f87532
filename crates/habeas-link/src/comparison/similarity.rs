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

fn table_of(names: [&str; 2]) -> Table {
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
    let table = table_of([a, b]);
    let (first, second) = (table.name(NameField::Own, 0), table.name(NameField::Own, 1));
    if first.is_empty() || second.is_empty() {
        return NameSimilarity { score: 0.0, why: "one of them holds no name".to_owned() };
    }
    let found = align(&table.tokens[NameField::Own as usize], first, second);
    NameSimilarity { score: score(&found), why: why(&found) }
}

/// Equal words count whole, words spelt differently a little less, words without a partner against it: one that only
/// one side has hardly, words that both sides have and that differ fully.
fn score(found: &Alignment) -> f64 {
    let aligned = f64::from(found.n_exact) + 0.85 * f64::from(found.n_fuzzy);
    let (more, fewer) = (found.left_a.max(found.left_b), found.left_a.min(found.left_b));
    let missed = f64::from(fewer) + 0.35 * f64::from(more - fewer);
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
