//! Keys of all records, and the blocks they make.

use super::{BlockingRule, Key, RuleReport};
use crate::table::{Rows, Table, mix};
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

/// Rules that one model may have: a key's upper four bits tell its rule.
pub(crate) const MOST_RULES: usize = 15;
const KEY_BITS: u32 = 28;
const KEY_MASK: u64 = (1 << KEY_BITS) - 1;
/// Keys of one rule that a record may have; more come from hostile input only.
const MOST_KEYS_OF_A_RECORD: usize = 24;
/// Blocks up to this size are never split.
const LEAST_SPLIT: u64 = 8;

/// A block: the records that share one key of one rule.
#[derive(Debug, Clone, Copy)]
struct Block {
    start: u32,
    end: u32,
}

/// All keys by block and by record. Records stand here by their place in the table's canonical order, so that blocks,
/// and what their splits leave apart, do not depend on the order of reading.
#[derive(Debug)]
pub(crate) struct KeyIndex {
    /// Key (rule in its upper bits) above, place below; sorted.
    entries: Vec<u64>,
    blocks: Vec<Block>,
    /// Sorted keys per place.
    key_ends: Vec<u32>,
    keys: Vec<u32>,
    /// Record of each place, and the reverse.
    records: Vec<u32>,
    places: Vec<u32>,
    pub(crate) reports: Vec<RuleReport>,
}

/// Blocks of about equal work, for one thread at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blocks {
    first: usize,
    end: usize,
}

fn key_of(entry: u64) -> u64 {
    entry >> 32
}

fn pairs_of(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

/// Runs of entries with one key.
fn runs(entries: &[u64]) -> impl Iterator<Item = &[u64]> {
    entries.chunk_by(|a, b| key_of(*a) == key_of(*b))
}

/// Values of every key that some rule uses, by place, hashed.
struct KeyValues(Vec<(Key, Rows)>);

impl KeyValues {
    fn new(table: &Table, rules: &[BlockingRule], threads: usize) -> Self {
        let mut keys: Vec<&Key> = rules.iter().flat_map(|rule| rule.keys.iter().chain(&rule.split)).collect();
        keys.sort();
        keys.dedup();
        Self(in_parallel(keys.len(), threads, |i| {
            let (mut rows, mut values) = (Rows::default(), Vec::new());
            for record in table.canonical() {
                values.clear();
                keys[i].values(table, *record, &mut values);
                rows.push(values.iter().take(MOST_KEYS_OF_A_RECORD).map(|value| mix(*value) as u32));
            }
            (keys[i].clone(), rows)
        }))
    }

    fn of(&self, key: &Key) -> &Rows {
        let found = self.0.iter().find(|(of, _)| of == key);
        &found.expect("the values of all keys of all rules were made").1
    }
}

/// Does the work of each number up to `n`, by several threads; results are in the order of the numbers.
fn in_parallel<R: Send>(n: usize, threads: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(n));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(n) {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if i >= n {
                        break;
                    }
                    let result = work(i);
                    results.lock().expect("no thread panics while it holds the lock").push((i, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("all threads have ended");
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Combined values of several keys: one from each.
fn combined(columns: &[&Rows], place: u32, out: &mut Vec<u64>) {
    out.clear();
    out.push(0);
    for (i, column) in columns.iter().enumerate() {
        let before = out.len();
        for value in column.get(place) {
            for so_far in 0..before {
                out.push(mix(out[so_far].wrapping_add(u64::from(*value) | (i as u64 + 1) << 40)));
            }
        }
        out.drain(..before);
        if out.len() > MOST_KEYS_OF_A_RECORD {
            out.sort_unstable();
            out.truncate(MOST_KEYS_OF_A_RECORD);
        }
    }
}

/// A rule whose blocks hold this many times its budget is not split: its parts would still be too many, and each key
/// that is common says too little. Its small blocks stay.
const HOPELESS: u64 = 1000;

/// Splits a block that is too large, by the next split key; where none is left, only what is alike still meets.
fn split_block(splits: &[&Rows], block: &[u64], level: usize, largest: u64, out: &mut Vec<u64>) {
    if block.len() as u64 <= largest {
        out.extend_from_slice(block);
        return;
    }
    let key = key_of(block[0]);
    let rule_bits = key & !KEY_MASK;
    let with = |part: u64, entry: u64| {
        let key = rule_bits | (mix(key ^ mix(part ^ (level as u64 + 1) << 48)) & KEY_MASK);
        key << 32 | (entry & 0xFFFF_FFFF)
    };
    let Some(split) = splits.get(level) else {
        // Records that say the same are neighbours in canonical order: a chain connects them.
        for (i, both) in block.windows(2).enumerate() {
            out.extend([with(i as u64, both[0]), with(i as u64, both[1])]);
        }
        return;
    };
    let mut parts = Vec::with_capacity(block.len());
    for entry in block {
        let values = split.get(*entry as u32);
        parts.extend(values.iter().map(|value| with(u64::from(*value), *entry)));
        if values.is_empty() {
            // Records that do not tell meet each other.
            parts.push(with(u64::MAX, *entry));
        }
    }
    parts.sort_unstable();
    parts.dedup();
    for part in runs(&parts).filter(|part| part.len() > 1) {
        split_block(splits, part, level + 1, largest, out);
    }
}

/// Largest block that keeps the pairs of a rule within a budget, if the smaller ones are as they are.
fn largest_block(entries: &[u64], budget: u64) -> u64 {
    let mut sizes: Vec<u64> = runs(entries).map(|run| run.len() as u64).collect();
    sizes.sort_unstable();
    let mut n_pairs = 0;
    for size in &sizes {
        n_pairs += pairs_of(*size);
        if n_pairs > budget {
            return *size - 1;
        }
    }
    u64::MAX
}

/// Entries of one rule, sorted by key, with what became of its blocks.
fn entries_of(
    values: &KeyValues,
    index: usize,
    rule: &BlockingRule,
    n_records: usize,
    budget: u64,
) -> (Vec<u64>, RuleReport) {
    let columns: Vec<&Rows> = rule.keys.iter().map(|key| values.of(key)).collect();
    let splits: Vec<&Rows> = rule.split.iter().map(|key| values.of(key)).collect();
    let mut entries: Vec<u64> = Vec::new();
    let mut combinations = Vec::new();
    let mut n_keyed = 0;
    for place in 0..n_records as u32 {
        combined(&columns, place, &mut combinations);
        n_keyed += u64::from(!combinations.is_empty());
        let entry = |value: &u64| ((index as u64) << KEY_BITS | (value & KEY_MASK)) << 32 | u64::from(place);
        entries.extend(combinations.iter().map(entry));
    }
    entries.sort_unstable();
    entries.dedup();
    let n_pairs = |entries: &[u64]| runs(entries).map(|run| pairs_of(run.len() as u64)).sum();
    let n_pairs_before_split: u64 = n_pairs(&entries);
    let largest = largest_block(&entries, budget).max(LEAST_SPLIT);
    let mut split = Vec::with_capacity(entries.len());
    // A block of one makes no pair and is not kept.
    for run in runs(&entries).filter(|run| run.len() > 1) {
        if run.len() as u64 <= largest || n_pairs_before_split <= HOPELESS * budget {
            split_block(&splits, run, 0, largest, &mut split);
        }
    }
    drop(entries);
    split.sort_unstable();
    split.dedup();
    let largest = largest_block(&split, 2 * budget).max(2);
    let kept = runs(&split).filter(|run| (2..=largest).contains(&(run.len() as u64)));
    let entries: Vec<u64> = kept.flatten().copied().collect();
    let report = RuleReport {
        rule: rule.clone(),
        n_records: n_keyed,
        n_pairs_before_split,
        n_pairs: n_pairs(&entries),
        largest_block: runs(&entries).map(|run| run.len() as u64).max().unwrap_or(0),
        n_own_pairs: 0,
        n_found: 0,
    };
    (entries, report)
}

impl KeyIndex {
    /// Makes the blocks of all rules; those of one rule hold about `budget` pairs at most.
    pub(crate) fn new(table: &Table, rules: &[BlockingRule], budget: u64, threads: usize) -> Self {
        let n_records = table.n_records();
        let rules = &rules[..rules.len().min(MOST_RULES)];
        let values = KeyValues::new(table, rules, threads);
        let of_rules = in_parallel(rules.len(), threads, |i| entries_of(&values, i, &rules[i], n_records, budget));
        drop(values);
        let mut entries = Vec::with_capacity(of_rules.iter().map(|(entries, _)| entries.len()).sum());
        let mut reports = Vec::with_capacity(rules.len());
        for (of_rule, report) in of_rules {
            entries.extend_from_slice(&of_rule);
            reports.push(report);
        }
        let mut blocks = Vec::new();
        let mut start = 0u32;
        for run in runs(&entries) {
            let end = start + run.len() as u32;
            blocks.push(Block { start, end });
            start = end;
        }
        let mut key_ends = vec![0u32; n_records + 1];
        for entry in &entries {
            key_ends[(*entry as u32) as usize + 1] += 1;
        }
        for i in 1..key_ends.len() {
            key_ends[i] += key_ends[i - 1];
        }
        let mut next = key_ends.clone();
        let mut keys = vec![0u32; entries.len()];
        // Entries are sorted by key, so every record's keys come out sorted.
        for entry in &entries {
            let slot = &mut next[(*entry as u32) as usize];
            keys[*slot as usize] = key_of(*entry) as u32;
            *slot += 1;
        }
        let records = table.canonical().to_vec();
        let mut places = vec![0; n_records];
        for (place, record) in records.iter().enumerate() {
            places[*record as usize] = place as u32;
        }
        Self { entries, blocks, key_ends, keys, records, places, reports }
    }

    fn keys(&self, place: u32) -> &[u32] {
        let place = place as usize;
        &self.keys[self.key_ends[place] as usize..self.key_ends[place + 1] as usize]
    }

    /// The rule that a pair belongs to, if any holds it.
    pub(crate) fn rule_of(&self, a: u32, b: u32) -> Option<usize> {
        let (a, b) = (self.places[a as usize], self.places[b as usize]);
        first_shared(self.keys(a), self.keys(b)).map(|key| (key >> KEY_BITS) as usize)
    }

    /// Cuts all blocks into pieces of about `pairs_each` pairs.
    pub(crate) fn pieces(&self, pairs_each: u64) -> Vec<Blocks> {
        let mut pieces = Vec::new();
        let (mut first, mut n_pairs) = (0, 0);
        for (i, block) in self.blocks.iter().enumerate() {
            n_pairs += pairs_of(u64::from(block.end - block.start));
            if n_pairs >= pairs_each {
                pieces.push(Blocks { first, end: i + 1 });
                (first, n_pairs) = (i + 1, 0);
            }
        }
        if first < self.blocks.len() {
            pieces.push(Blocks { first, end: self.blocks.len() });
        }
        pieces
    }

    /// Pairs in all blocks, those counted that several keys hold.
    pub(crate) fn n_pairs_in_blocks(&self) -> u64 {
        self.reports.iter().map(|report| report.n_pairs).sum()
    }

    /// Visits every pair that belongs to these blocks, once, smaller record first, with its rule.
    ///
    /// With `one_in` above 1 only about that share of the blocks is visited, chosen by their keys.
    pub(crate) fn visit(&self, piece: Blocks, one_in: u64, mut visit: impl FnMut(usize, u32, u32)) {
        for block in &self.blocks[piece.first..piece.end] {
            let entries = &self.entries[block.start as usize..block.end as usize];
            let key = key_of(entries[0]) as u32;
            let rule = (key >> KEY_BITS) as usize;
            if one_in > 1 && !mix(u64::from(key)).is_multiple_of(one_in) {
                continue;
            }
            for (i, first) in entries.iter().enumerate() {
                let keys = self.keys(*first as u32);
                let a = self.records[*first as u32 as usize];
                for second in &entries[i + 1..] {
                    if first_shared(keys, self.keys(*second as u32)) == Some(key) {
                        let b = self.records[*second as u32 as usize];
                        visit(rule, a.min(b), a.max(b));
                    }
                }
            }
        }
    }
}

/// The first key that two sorted lists share; its upper bits are the rule.
fn first_shared(a: &[u32], b: &[u32]) -> Option<u32> {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => return Some(a[i]),
        }
    }
    None
}
