//! Dictionaries: distinct tokens, texts and place words, each with how common it is.

use super::Rows;
use crate::{
    comparison::are_alike,
    kernel::{LetterCosts, Packed},
    script::skeleton,
    table::{mix, stable_hash},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

type Index<K> = HashMap<K, u32, foldhash::fast::RandomState>;

/// Texts that are remembered as written; a column with more distinct ones has few equal ones.
const MOST_WRITTEN: usize = 1 << 16;
/// How many spelling classes a likeness of different skeletons reaches, in bits, where no more is known.
const NEIGHBOURS_BITS: f32 = 2.0;
/// Words that are compared to learn how common those alike to a word are: at most in all, and records that they are of.
const MOST_LIKENED: usize = 150_000;
const MOST_SAMPLED: usize = 400;
/// Records below which nothing is learnt so.
const LEAST_SAMPLED: usize = 32;
/// Words alike among the sampled ones from which their share is believed.
const ENOUGH_NEIGHBOURS: u32 = 2;
/// Seed of what chance chooses.
const NEIGHBOURS_SEED: u64 = 0x6e65_6172;
/// Share of records below which nothing counts as rarer: a value seen once may belong to more people unseen.
const RAREST: f32 = 1.0;

/// −log₂ of the share of records that hold a value.
pub(super) fn bits(n_records_with: f32, n_records: usize) -> f32 {
    let share = (n_records_with + RAREST) / (n_records as f32 + RAREST);
    -share.min(1.0).log2()
}

/// One distinct word of a name.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct NameToken {
    pub(crate) letters: Packed,
    /// The consonant skeleton as an Urdu or Persian reader has it.
    pub(crate) consonants: Packed,
    /// Hashes of the consonant skeleton in its two readings.
    pub(crate) eastern: u32,
    pub(crate) arabic: u32,
    /// Evidence of an equal word, and of one of the same spelling class.
    pub(crate) bits: f32,
    pub(crate) class_bits: f32,
    /// Evidence of a word that is alike but of another class.
    pub(crate) near_bits: f32,
}

impl NameToken {
    /// Whether the two words have a skeleton in common.
    pub(crate) fn same_class(&self, other: &Self) -> bool {
        self.eastern == other.eastern
            || self.arabic == other.arabic
            || self.eastern == other.arabic
            || self.arabic == other.eastern
    }
}

/// Distinct words of one name field.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tokens {
    #[serde(skip)]
    index: Index<Box<str>>,
    tokens: Vec<NameToken>,
    /// What letters cost by which words differ.
    pub(crate) letters: LetterCosts,
}

impl Tokens {
    pub(super) fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.index.get(word) {
            return *number;
        }
        let skeleton = skeleton(word);
        let number = self.tokens.len() as u32;
        self.tokens.push(NameToken {
            letters: Packed::new(word),
            consonants: Packed::new(&skeleton.eastern),
            eastern: stable_hash(skeleton.eastern.as_bytes()) as u32,
            arabic: stable_hash(skeleton.arabic.as_bytes()) as u32,
            bits: 0.0,
            class_bits: 0.0,
            near_bits: 0.0,
        });
        self.index.insert(word.into(), number);
        number
    }

    pub(super) fn n_bytes(&self) -> usize {
        size_of_val(&self.tokens[..])
    }

    pub(crate) fn get(&self, id: usize) -> &NameToken {
        &self.tokens[id]
    }

    /// Counts in how many records each word and each spelling class stands, and forgets the words.
    pub(super) fn count(&mut self, rows: &Rows, n_records: usize) {
        self.index = Index::default();
        let mut with_word = vec![0u32; self.tokens.len()];
        let mut with_class: Index<u32> = Index::default();
        let mut seen: Vec<u32> = Vec::new();
        for record in 0..n_records as u32 {
            seen.clear();
            seen.extend(rows.get(record).iter().filter(|w| **w != super::FORM_END).map(|w| super::token_id(*w) as u32));
            seen.sort_unstable();
            seen.dedup();
            for token in &seen {
                with_word[*token as usize] += 1;
                *with_class.entry(self.tokens[*token as usize].eastern).or_insert(0) += 1;
            }
        }
        for (token, n) in self.tokens.iter_mut().zip(&with_word) {
            token.bits = bits(*n as f32, n_records);
            let class = with_class.get(&token.eastern).copied().unwrap_or(*n);
            token.class_bits = bits(class as f32, n_records);
            token.near_bits = (token.class_bits - NEIGHBOURS_BITS).max(0.0);
        }
        self.tokens.shrink_to_fit();
    }

    /// Learns how common the words alike to each word are, from words of records chosen by chance. Where most names of
    /// a table are nearly the same, two that are alike say little, however rare each of them is.
    ///
    /// `records` are in an order that does not depend on reading, so that what is chosen does not either.
    pub(super) fn count_neighbours(&mut self, rows: &Rows, records: &[u32]) {
        let n_sampled = (MOST_LIKENED / self.tokens.len().max(1)).min(MOST_SAMPLED);
        if n_sampled < LEAST_SAMPLED || records.is_empty() {
            return;
        }
        let mut sampled: Vec<(NameToken, f32)> = Vec::with_capacity(n_sampled);
        let mut n_records = 0f32;
        for i in 0..n_sampled as u64 {
            let record = records[(mix(i ^ NEIGHBOURS_SEED) % records.len() as u64) as usize];
            let words: Vec<u32> = rows.get(record).iter().copied().filter(|word| *word != super::FORM_END).collect();
            n_records += f32::from(u8::from(!words.is_empty()));
            sampled.extend(words.iter().map(|word| (self.tokens[super::token_id(*word)], 1.0 / words.len() as f32)));
        }
        let n_words = sampled.len() as f32 / n_records.max(1.0);
        for i in 0..self.tokens.len() {
            let token = self.tokens[i];
            let alike = sampled.iter().filter(|(other, _)| are_alike(&self.letters, &token, other));
            let (n, share) = alike.fold((0, 0f32), |(n, sum), (_, share)| (n + 1, sum + share));
            if n >= ENOUGH_NEIGHBOURS {
                // A record has several words, any of which may be the one that is alike.
                let share = (share * n_words / n_records).min(1.0);
                self.tokens[i].near_bits = token.near_bits.min(-share.log2());
            }
        }
    }
}

/// Distinct words of one place field.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct PlaceWords {
    /// Key and bits of evidence in sharing it, by number.
    words: Vec<(u32, f32)>,
}

impl PlaceWords {
    /// Numbers the words, whose keys `rows` holds, and writes the numbers in place of the keys, sorted.
    pub(super) fn number(rows: &mut Rows, n_records: usize) -> Self {
        let mut keys = rows.values.clone();
        keys.sort_unstable();
        let words: Vec<(u32, f32)> =
            keys.chunk_by(|a, b| a == b).map(|same| (same[0], bits(same.len() as f32, n_records))).collect();
        // The keys of a record are sorted, and so are their numbers then.
        for word in &mut rows.values {
            *word = words.partition_point(|(key, _)| key < word) as u32;
        }
        Self { words }
    }

    /// The key of a word, the same in every table.
    pub(crate) fn key(&self, word: u32) -> u32 {
        self.words[word as usize].0
    }

    /// Evidence in bits of sharing this word.
    pub(crate) fn bits(&self, word: u32) -> f32 {
        self.words[word as usize].1
    }
}

/// One distinct text.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct TextValue {
    pub(crate) letters: Packed,
    /// Whether it holds a digit: then one changed sign is already much.
    pub(crate) is_code: bool,
    pub(crate) hash: u32,
    pub(crate) bits: f32,
}

/// A generic column: words whose meaning linkage does not know, an occupation, a nationality, identity documents.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct TextColumn {
    pub(crate) label: String,
    /// Numbers of values per record; of a generic column the store has them once the table is closed.
    pub(crate) rows: Rows,
    values: Vec<TextValue>,
    /// Hashes of the words of each value with more than one word, sorted.
    words: Rows,
    #[serde(skip)]
    index: Index<Box<str>>,
    /// Number, hash and length of the folded text by the text as written.
    #[serde(skip)]
    written: HashMap<Box<str>, (u32, u64, u32), foldhash::fast::RandomState>,
    n_letters: u64,
    n_filled: u64,
    n_values: u64,
}

impl TextColumn {
    pub(super) fn new(label: String, n_records_before: usize) -> Self {
        let mut column = Self { label, ..Self::default() };
        (0..n_records_before).for_each(|_| column.rows.push([]));
        column
    }

    /// The number of a text that was met before just as it is written, and the hash of its folded form.
    pub(super) fn number_as_written(&mut self, written: &str) -> Option<(u32, u64)> {
        let (number, hash, n_letters) = *self.written.get(written)?;
        self.n_letters += u64::from(n_letters);
        Some((number, hash))
    }

    /// The number of a folded text.
    pub(super) fn number(&mut self, text: &str, written: &str) -> u32 {
        let number = self.number_folded(text);
        if self.written.len() < MOST_WRITTEN {
            self.written.insert(written.into(), (number, stable_hash(text.as_bytes()), text.len() as u32));
        }
        number
    }

    fn number_folded(&mut self, text: &str) -> u32 {
        self.n_letters += text.len() as u64;
        if let Some(number) = self.index.get(text) {
            return *number;
        }
        let number = self.values.len() as u32;
        self.values.push(TextValue {
            letters: Packed::new(&text.replace(' ', "")),
            is_code: text.bytes().any(|b| b.is_ascii_digit()),
            hash: stable_hash(text.as_bytes()) as u32,
            bits: 0.0,
        });
        let mut words: Vec<u32> = text
            .split(' ')
            .filter(|word| word.len() >= 3)
            .take(16)
            .map(|word| stable_hash(word.as_bytes()) as u32)
            .collect();
        words.sort_unstable();
        words.dedup();
        self.words.push(words);
        self.index.insert(text.into(), number);
        number
    }

    pub(super) fn count(&mut self, n_records: usize) {
        (self.index, self.written) = (Index::default(), HashMap::default());
        let mut counts = vec![0u32; self.values.len()];
        for value in &self.rows.values {
            counts[*value as usize] += 1;
        }
        for (value, n) in self.values.iter_mut().zip(counts) {
            value.bits = bits(n as f32, n_records);
        }
        self.rows.shrink();
        self.n_filled = self.rows.n_filled() as u64;
        self.n_values = self.rows.values.len() as u64;
    }

    pub(super) fn n_bytes(&self) -> usize {
        self.rows.n_bytes() + self.words.n_bytes() + size_of_val(&self.values[..])
    }

    pub(super) fn forget_rows(&mut self) {
        self.rows = Rows::default();
    }

    pub(crate) fn value(&self, number: u32) -> &TextValue {
        &self.values[number as usize]
    }

    pub(crate) fn words(&self, number: u32) -> &[u32] {
        self.words.get(number)
    }

    /// Number of distinct values.
    pub(crate) fn n_distinct(&self) -> u64 {
        self.values.len() as u64
    }

    /// Mean length of a value, in bytes.
    pub(crate) fn mean_length(&self) -> f64 {
        self.n_letters as f64 / (self.n_values.max(1)) as f64
    }

    pub(crate) fn n_filled(&self) -> u64 {
        self.n_filled
    }
}
