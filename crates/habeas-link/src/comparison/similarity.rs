//! Two names by themselves, without a list around them.

use super::{
    legal_form::{LegalForm, without_legal_form},
    name::{Alignment, Beside, align},
};
use crate::table::{NameField, Table, TableBuilder};
use habeas_core::{Claim, NameAsGiven, Passage, Predicate, Value};
use std::borrow::Cow;

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
        let (names, forms): (Vec<Cow<'_, str>>, Vec<Option<LegalForm>>) =
            pairs.iter().flat_map(|(a, b)| [*a, *b]).map(without_legal_form).unzip();
        let sons = |i: usize| Some((son_of(&names[2 * i])?, son_of(&names[2 * i + 1])?));
        let sons: Vec<(usize, (&str, &str))> =
            (0..pairs.len()).filter_map(|pair| sons(pair).map(|sons| (pair, sons))).collect();
        let themselves = sons.iter().flat_map(|(_, (a, b))| [*a, *b]);
        let table = table_of(names.iter().map(|name| &**name).chain(themselves));
        let mut next_sons = (names.len() as u32..).step_by(2).zip(&sons).peekable();
        found.extend((0..pairs.len()).map(|pair| {
            let sons = next_sons.next_if(|(_, (of, _))| *of == pair).map(|(son, _)| son);
            compared(&table, pair, (forms[2 * pair], forms[2 * pair + 1]), sons)
        }));
    }
    found
}

/// What stands before «bin» in a name: the person, of whom the rest tells the fathers.
fn son_of(name: &str) -> Option<&str> {
    let mut at = 0;
    name.split_whitespace().find_map(|word| {
        let start = at + name[at..].find(word)?;
        at = start + word.len();
        let is_mark = FILIATION.iter().any(|mark| word.eq_ignore_ascii_case(mark));
        (is_mark && start > 0).then(|| &name[..start])
    })
}

/// Words after which a father's or mother's name follows.
const FILIATION: &[&str] = &["bin", "ibn", "ben", "bint", "binti", "s/o", "d/o", "بن", "ابن", "بنت", "ولد"];

/// Compares two names; `sons` is where their bearers' own names stand in the table, two in a row, if both tell fathers.
fn compared(
    table: &Table,
    pair: usize,
    forms: (Option<LegalForm>, Option<LegalForm>),
    sons: Option<u32>,
) -> NameSimilarity {
    let name = |record: u32| table.name(NameField::Own, record);
    let (first, second) = (name(2 * pair as u32), name(2 * pair as u32 + 1));
    if first.is_empty() || second.is_empty() {
        return NameSimilarity { score: 0.0, why: "one of them holds no name".to_owned() };
    }
    let tokens = &table.tokens[NameField::Own as usize];
    let found = align(tokens, first, second, Beside::Nothing);
    let father_and_son = sons.is_some_and(|son| {
        let own = align(tokens, name(son), name(son + 1), Beside::Nothing);
        own.n_exact + own.n_fuzzy == 0
    });
    let forms_differ = matches!(forms, (Some(a), Some(b)) if a.differs(b));
    let n_against = u8::from(father_and_son) + u8::from(forms_differ);
    let left_out = if forms == (None, None) { LEFT_OUT } else { LEFT_OUT_OF_ORGANISATION };
    let mut why = why(&found);
    why += if father_and_son { ", of which one is the other's father" } else { "" };
    why += if forms_differ { ", different legal forms" } else { "" };
    NameSimilarity { score: score(&found, n_against, left_out), why }
}

/// What a word spelt differently counts.
const ALIKE: f64 = 0.9;
/// What a word counts against that only one side has: lists leave out fathers' and second names.
const LEFT_OUT: f64 = 0.2;
/// The same where it is an organisation: who leaves a word out of «Bank of …» means another bank.
const LEFT_OUT_OF_ORGANISATION: f64 = 0.5;
/// What two words count against of which each side has one and they differ: one given name for another is somebody else.
const DIFFERENT: f64 = 2.0;

/// Equal words count whole, words spelt differently a little less, words without a partner against it, and so does
/// whatever else tells the two apart.
fn score(found: &Alignment, n_against: u8, left_out: f64) -> f64 {
    let aligned = f64::from(found.n_exact) + ALIKE * f64::from(found.n_fuzzy);
    let (more, fewer) = (found.left_a.max(found.left_b), found.left_a.min(found.left_b));
    let missed = DIFFERENT * f64::from(fewer + n_against) + left_out * f64::from(more - fewer);
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
