//! Words as written, folded once: lists repeat the same names, places and remarks over and over.

use super::stable_hash;
use crate::script::skeleton;
use habeas_core::{fold, fold_tokens};
use std::collections::HashMap;

/// Distinct words that are remembered; beyond them the memory begins anew.
const MOST_REMEMBERED: usize = 1 << 20;

/// Words that stand between names.
const PARTICLES: &[&str] = &[
    "de", "del", "la", "las", "los", "y", "e", "da", "do", "dos", "di", "van", "von", "der", "den", "al", "el", "ul",
    "ud", "ur", "uz", "bin", "ibn", "ben", "bint", "wa", "of", "the", "بن", "ابن", "بنت", "ال",
];
/// Titles: kept by the source, never evidence of identity.
const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "sir", "haji", "hajji", "maulana", "molvi", "advocate", "sr", "sra", "don",
    "dona", "lord", "lady", "baronet", "bt", "esq", "rev", "capt", "captain", "col", "colonel", "gen", "general",
    "master", "ustad", "doctor",
];
/// Marks after which a relative's name follows.
const RELATION_MARKS: &[&str] = &["s/o", "d/o", "w/o", "ولد"];

/// One folded word of a name.
#[derive(Debug, Clone)]
pub(super) struct NameWord {
    pub(super) text: Box<str>,
    pub(super) hash: u64,
    /// Neither a particle nor a title.
    pub(super) is_name: bool,
    /// Its number in each dictionary of names, once it has one.
    pub(super) numbers: [Option<u32>; 5],
}

/// What stands between two blanks of a name: a word as a rule, with a hyphen perhaps two.
#[derive(Debug, Clone)]
struct Written {
    is_mark: bool,
    /// Its words, in the list of all.
    words: std::ops::Range<u32>,
}

type Remembered<T> = HashMap<Box<str>, T, foldhash::fast::RandomState>;

/// The memory.
#[derive(Debug, Default)]
pub(super) struct Words {
    written: Remembered<Written>,
    words: Vec<NameWord>,
    labels: Remembered<Box<str>>,
    places: Remembered<Box<[u64]>>,
}

impl Words {
    /// The words of a name without particles and titles, as indices for [`Words::get`]; the flag tells a relative's
    /// name after «s/o».
    pub(super) fn of_name(&mut self, text: &str, most: usize) -> Vec<(usize, bool)> {
        let mut found: Vec<(usize, bool)> = Vec::with_capacity(4);
        let mut follows_mark = false;
        // Beyond this many words nothing is read: a cell of a megabyte is no name.
        for raw in text.split_whitespace().take(8 * most) {
            let written = self.written(raw);
            if written.is_mark && !found.is_empty() {
                follows_mark = true;
                continue;
            }
            found.extend(written.words.map(|word| (word as usize, follows_mark)));
        }
        if found.iter().any(|(word, _)| self.words[*word].is_name) {
            found.retain(|(word, _)| self.words[*word].is_name);
        }
        found.truncate(most);
        found
    }

    fn written(&mut self, raw: &str) -> Written {
        if let Some(known) = self.written.get(raw) {
            return known.clone();
        }
        let lower = raw.to_lowercase();
        let start = self.words.len() as u32;
        self.words.extend(fold_tokens(raw).into_iter().map(|word| NameWord {
            hash: stable_hash(word.as_bytes()),
            is_name: !PARTICLES.contains(&word.as_str()) && !TITLES.contains(&word.as_str()),
            numbers: [None; 5],
            text: word.into(),
        }));
        let written = Written {
            is_mark: RELATION_MARKS.contains(&lower.trim_end_matches('.')),
            words: start..self.words.len() as u32,
        };
        self.written.insert(raw.into(), written.clone());
        written
    }

    pub(super) fn get(&self, word: usize) -> &NameWord {
        &self.words[word]
    }

    /// The number of a word in the dictionary of one field of names.
    pub(super) fn number(&mut self, word: usize, field: usize, tokens: &mut super::Tokens) -> u32 {
        let word = &mut self.words[word];
        *word.numbers[field].get_or_insert_with(|| tokens.number(&word.text))
    }

    /// A folded label of a column.
    pub(super) fn label(&mut self, label: &str) -> Box<str> {
        if let Some(known) = self.labels.get(label) {
            return known.clone();
        }
        let folded: Box<str> = fold(label).into();
        self.labels.insert(label.into(), folded.clone());
        folded
    }

    /// Keys of the words of one part of a place.
    pub(super) fn of_place(&mut self, part: &str, most: usize) -> &[u64] {
        if !self.places.contains_key(part) {
            let mut keys = Vec::new();
            for word in fold_tokens(part).into_iter().take(most) {
                if word.chars().count() < 3 || PARTICLES.contains(&word.as_str()) {
                    continue;
                }
                // Consonants meet across scripts; a word with fewer than two of them would meet too many others.
                let key = skeleton(&word).eastern;
                let key = if key.chars().count() >= 2 { key } else { word };
                keys.push(stable_hash(key.as_bytes()));
            }
            self.places.insert(part.into(), keys.into());
        }
        self.places.get(part).map_or(&[], |keys| keys)
    }

    /// Forgets everything where there is too much of it: hostile input has no two equal words.
    pub(super) fn keep_within_bounds(&mut self) {
        if self.words.len().max(self.places.len()).max(self.labels.len()).max(self.written.len()) > MOST_REMEMBERED {
            *self = Self::default();
        }
    }
}
