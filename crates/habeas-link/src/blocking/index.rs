//! The blocks of all rules, for one record after the other.

use super::{
    BlockingRule, Key, RuleReport,
    keys::{KeyValues, combined},
};
use crate::{
    pairs::{PairError, Stage, Watch},
    table::Table,
};
use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Rules that one model may have.
pub(crate) const MOST_RULES: usize = 24;
/// A block that the engine chooses the size of holds this many records at least.
const LEAST_LARGEST: u64 = 8;
/// Slots of the table that keys are marked in, at most, by their bits: 4 MB.
const MOST_SLOTS_BITS: u32 = 24;
/// Keys that are given back together once they were read.
const KEYS_OF_A_PIECE: usize = 1 << 16;

/// All blocks, by record. Records stand here by their place in the table's canonical order, so that nothing depends on
/// the order of reading.
///
/// Serialised it still tells to which block a pair belongs, but no longer who is in a block.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct KeyIndex {
    /// Places of the records of each block, ascending; the blocks of a rule follow each other.
    #[serde(skip)]
    members: Vec<u32>,
    #[serde(skip)]
    block_ends: Vec<u32>,
    /// Number of blocks of each rule and those before it.
    rule_ends: Vec<u32>,
    /// Blocks of each place, ascending.
    blocks_ends: Vec<u64>,
    blocks: Vec<u32>,
    /// Record of each place, and the reverse.
    records: Vec<u32>,
    places: Vec<u32>,
    #[serde(skip)]
    pub(crate) reports: Vec<RuleReport>,
}

/// A range of places, for one thread at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    first: u32,
    end: u32,
}

/// A pair to be compared, smaller record first, with the first rule and the first block that hold it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) rule: u32,
    pub(crate) block: u32,
    pub(crate) left: u32,
    pub(crate) right: u32,
}

/// Candidates that are handed on together: their records fit the processor's cache.
const TOGETHER: usize = 128;

/// Marks which records a record has met already; one for each thread.
#[derive(Debug)]
pub(crate) struct Met {
    last: Vec<u32>,
    candidates: Vec<Candidate>,
}

pub(super) fn pairs_of(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

/// Does the work of each number up to `n`, by several threads; results are in the order of the numbers.
pub(crate) fn in_parallel<R: Send>(n: usize, threads: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
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

/// The blocks of one rule: places of their records, ascending in each block, and how many each has.
pub(crate) struct RuleBlocks {
    members: Vec<u32>,
    sizes: Vec<u32>,
    pub(crate) report: RuleReport,
}

/// The largest block that keeps all pairs of a rule within a budget; `sizes` are how many records share each key.
fn affordable(sizes: &mut [u32], budget: u64) -> u64 {
    sizes.sort_unstable();
    let mut n_pairs = 0;
    for size in sizes.iter() {
        n_pairs += pairs_of(u64::from(*size));
        if n_pairs > budget {
            return (u64::from(*size) - 1).max(LEAST_LARGEST);
        }
    }
    u64::MAX
}

/// Which keys were met, and which again, by some of their bits: two bits a slot, so that the table stays in the
/// processor's cache.
struct KeysMet {
    slots_bits: u32,
    slots: Vec<u64>,
}

impl KeysMet {
    fn new(n_records: usize) -> Self {
        let slots_bits = (usize::BITS - n_records.leading_zeros() + 3).clamp(6, MOST_SLOTS_BITS);
        Self { slots_bits, slots: vec![0; 1 << (slots_bits - 5)] }
    }

    fn slot(&self, key: u64) -> (usize, u32) {
        let slot = key >> (64 - self.slots_bits);
        ((slot >> 5) as usize, 2 * (slot & 31) as u32)
    }

    /// Meets a key; whether it was met before.
    fn meet(&mut self, key: u64) -> bool {
        let (word, shift) = self.slot(key);
        let before = self.slots[word] >> shift & 1;
        self.slots[word] |= (1 | before << 1) << shift;
        before == 1
    }

    /// Whether a key was met more than once.
    fn again(&self, key: u64) -> bool {
        let (word, shift) = self.slot(key);
        self.slots[word] >> shift & 2 == 2
    }
}

/// Keys of all records that one rule makes, a piece at a time, so that what was read is given back at once.
#[derive(Default)]
struct KeyPieces {
    pieces: VecDeque<Vec<u64>>,
    /// Keys of each place.
    n_of: Vec<u8>,
}

impl KeyPieces {
    fn push(&mut self, keys: &[u64]) {
        if self.pieces.back().is_none_or(|piece| piece.capacity() - piece.len() < keys.len()) {
            self.pieces.push_back(Vec::with_capacity(KEYS_OF_A_PIECE.max(keys.len())));
        }
        self.pieces.back_mut().expect("a piece was just made").extend_from_slice(keys);
        self.n_of.push(keys.len() as u8);
    }

    /// Hands every place and its keys over, in order.
    fn drain(mut self, mut take: impl FnMut(u32, &[u64])) {
        let mut at = 0;
        for (place, n) in (0..).zip(self.n_of.iter().map(|n| usize::from(*n))) {
            while self.pieces.front().is_some_and(|piece| at == piece.len()) {
                self.pieces.pop_front();
                at = 0;
            }
            let keys = self.pieces.front().map_or(&[][..], |piece| &piece[at..at + n]);
            take(place, keys);
            at += n;
        }
    }
}

fn blocks_of(values: &KeyValues, rule: &BlockingRule, n_records: usize, budget: u64) -> RuleBlocks {
    let columns = values.columns(rule);
    // Most keys belong to one record. Marking in a small table which were met keeps those out of the sorting.
    let mut met = KeysMet::new(n_records);
    let (mut n_keyed, mut n_shared) = (0u64, 0usize);
    let (mut keys, mut all) = (Vec::new(), KeyPieces::default());
    for place in 0..n_records as u32 {
        combined(&columns, place, &mut keys);
        n_keyed += u64::from(!keys.is_empty());
        n_shared += keys.iter().map(|key| usize::from(met.meet(*key))).sum::<usize>();
        all.push(&keys);
    }
    // The upper bits of the key above the place: half the bytes of a pair of both, sorted in half the time. Of ten
    // million records 40 bits of the key are left.
    let place_bits = usize::BITS - n_records.leading_zeros();
    let mut entries: Vec<u64> = Vec::with_capacity(2 * n_shared);
    all.drain(|place, keys| {
        let again = keys.iter().filter(|key| met.again(**key));
        entries.extend(again.map(|key| key >> place_bits << place_bits | u64::from(place)));
    });
    drop(met);
    entries.sort_unstable();
    let place_of = |entry: &u64| (entry & ((1 << place_bits) - 1)) as u32;
    let runs = || entries.chunk_by(|a, b| a >> place_bits == b >> place_bits).filter(|run| run.len() > 1);
    let largest = rule
        .largest_block
        .map_or_else(|| affordable(&mut runs().map(|run| run.len() as u32).collect::<Vec<u32>>(), budget), u64::from);
    let mut blocks = RuleBlocks {
        members: Vec::new(),
        sizes: Vec::new(),
        report: RuleReport {
            rule: rule.clone(),
            n_records: n_keyed,
            n_pairs_sharing: 0,
            n_pairs: 0,
            largest_block: 0,
            n_own_pairs: 0,
            n_found: 0,
        },
    };
    // Records that say the very same are the same to every rule: where they are too many for a block, a chain of
    // neighbours connects them at the cost of one pair each.
    let chained = rule.keys == [Key::Everything];
    for run in runs() {
        let n = run.len() as u64;
        blocks.report.n_pairs_sharing += pairs_of(n);
        if n <= largest {
            blocks.put(run.iter().map(place_of));
        } else if chained {
            run.windows(2).for_each(|both| blocks.put(both.iter().map(place_of)));
        }
    }
    blocks
}

impl RuleBlocks {
    /// Makes the blocks of one rule alone; those of a rule that does not tell its largest block hold about `budget` pairs.
    pub(crate) fn new(table: &Table, rule: &BlockingRule, budget: u64, threads: usize) -> Self {
        let values = KeyValues::new(table, std::slice::from_ref(rule), threads);
        blocks_of(&values, rule, table.n_records(), budget)
    }

    /// Bytes that an index holds for these blocks.
    pub(crate) fn n_bytes_of_index(&self) -> u64 {
        (2 * size_of_val(&self.members[..]) + size_of_val(&self.sizes[..])) as u64
    }

    /// Visits all pairs of places that share a block, the smaller first.
    pub(crate) fn pairs(&self, mut visit: impl FnMut(u32, u32)) {
        let mut rest = self.members.as_slice();
        for size in &self.sizes {
            let (block, others) = rest.split_at(*size as usize);
            for (i, first) in block.iter().enumerate() {
                block[i + 1..].iter().for_each(|second| visit(*first, *second));
            }
            rest = others;
        }
    }

    fn put(&mut self, run: impl ExactSizeIterator<Item = u32>) {
        let n = run.len() as u32;
        self.members.extend(run);
        self.sizes.push(n);
        self.report.n_pairs += pairs_of(u64::from(n));
        self.report.largest_block = self.report.largest_block.max(u64::from(n));
    }
}

impl KeyIndex {
    /// Makes the blocks of all rules; those of a rule that does not tell its largest block hold about `budget` pairs.
    pub(crate) fn new(
        table: &Table,
        rules: &[BlockingRule],
        budget: u64,
        threads: usize,
        watch: &Watch,
    ) -> Result<Self, PairError> {
        let n_records = table.n_records();
        let rules = &rules[..rules.len().min(MOST_RULES)];
        let values = KeyValues::new(table, rules, threads);
        let n_done = AtomicUsize::new(0);
        let of_rules = in_parallel(rules.len(), threads, |i| {
            let of_rule = watch.check().ok().map(|()| blocks_of(&values, &rules[i], n_records, budget));
            let n_done = n_done.fetch_add(1, Ordering::Relaxed) + 1;
            (watch.progress)(Stage::Blocking, n_done as u64, rules.len() as u64);
            of_rule
        });
        watch.check()?;
        drop(values);
        Ok(Self::of_blocks(table, of_rules.into_iter().flatten().collect()))
    }

    /// An index of the blocks of all rules.
    pub(crate) fn of_blocks(table: &Table, of_rules: Vec<RuleBlocks>) -> Self {
        let n_records = table.n_records();
        let n_members = of_rules.iter().map(|rule| rule.members.len()).sum();
        let (mut members, mut block_ends) = (Vec::with_capacity(n_members), Vec::new());
        let (mut rule_ends, mut reports) = (Vec::new(), Vec::new());
        for rule in of_rules {
            let before = members.len() as u32;
            members.extend_from_slice(&rule.members);
            block_ends.extend(rule.sizes.iter().scan(before, |end, size| {
                *end += size;
                Some(*end)
            }));
            rule_ends.push(block_ends.len() as u32);
            reports.push(rule.report);
        }
        let mut blocks_ends = vec![0u64; n_records + 1];
        members.iter().for_each(|place| blocks_ends[*place as usize + 1] += 1);
        for i in 1..blocks_ends.len() {
            blocks_ends[i] += blocks_ends[i - 1];
        }
        let mut next = blocks_ends.clone();
        let mut blocks = vec![0u32; members.len()];
        let mut start = 0;
        for (block, end) in block_ends.iter().enumerate() {
            for place in &members[start as usize..*end as usize] {
                let slot = &mut next[*place as usize];
                blocks[*slot as usize] = block as u32;
                *slot += 1;
            }
            start = *end;
        }
        let records = table.canonical().to_vec();
        let mut places = vec![0; n_records];
        for (place, record) in records.iter().enumerate() {
            places[*record as usize] = place as u32;
        }
        Self { members, block_ends, rule_ends, blocks_ends, blocks, records, places, reports }
    }

    fn blocks_of(&self, place: u32) -> &[u32] {
        let place = place as usize;
        &self.blocks[self.blocks_ends[place] as usize..self.blocks_ends[place + 1] as usize]
    }

    fn members_of(&self, block: u32) -> &[u32] {
        let block = block as usize;
        let start = if block == 0 { 0 } else { self.block_ends[block - 1] };
        &self.members[start as usize..self.block_ends[block] as usize]
    }

    fn rule_of_block(&self, block: u32) -> usize {
        self.rule_ends.partition_point(|end| *end <= block)
    }

    /// The rule that a pair belongs to, if any holds it.
    pub(crate) fn rule_of(&self, a: u32, b: u32) -> Option<usize> {
        self.block_of(a, b).map(|block| self.rule_of_block(block))
    }

    /// The first block that holds a pair, if any does.
    pub(crate) fn block_of(&self, a: u32, b: u32) -> Option<u32> {
        let (first, second) = (self.blocks_of(self.places[a as usize]), self.blocks_of(self.places[b as usize]));
        first.iter().copied().find(|block| second.binary_search(block).is_ok())
    }

    /// Records of all blocks together.
    pub(crate) fn n_members(&self) -> u64 {
        self.members.len() as u64
    }

    /// Blocks of one rule.
    pub(crate) fn blocks_of_rule(&self, rule: usize) -> std::ops::Range<u32> {
        let start = if rule == 0 { 0 } else { self.rule_ends[rule - 1] };
        start..self.rule_ends[rule]
    }

    /// Records of a block.
    pub(crate) fn records_of(&self, block: u32) -> impl ExactSizeIterator<Item = u32> {
        self.members_of(block).iter().map(|place| self.records[*place as usize])
    }

    /// Cuts all places into pieces of about `pairs_each` pairs.
    pub(crate) fn pieces(&self, pairs_each: u64) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let (mut first, mut n_pairs) = (0, 0);
        let n = self.records.len() as u32;
        for place in 0..n {
            let sizes = self.blocks_of(place).iter().map(|block| self.members_of(*block).len() as u64 - 1);
            n_pairs += 1 + sizes.sum::<u64>() / 2;
            if n_pairs >= pairs_each {
                pieces.push(Piece { first, end: place + 1 });
                (first, n_pairs) = (place + 1, 0);
            }
        }
        if first < n {
            pieces.push(Piece { first, end: n });
        }
        pieces
    }

    /// What a thread needs to visit pairs.
    pub(crate) fn met(&self) -> Met {
        Met { last: vec![u32::MAX; self.records.len()], candidates: Vec::with_capacity(2 * TOGETHER) }
    }

    /// Visits every pair whose earlier place is in the piece, once, some at a time.
    pub(crate) fn visit(&self, piece: Piece, met: &mut Met, mut visit: impl FnMut(&[Candidate])) {
        for place in piece.first..piece.end {
            // Blocks lie far apart: asked for all at once, they are here when they are looked at one by one.
            let last = |block: &u32| self.block_ends[*block as usize] as usize - 1;
            let touched = self.blocks_of(place).iter().fold(0, |sum, block| sum ^ self.members[last(block)]);
            std::hint::black_box(touched);
            let a = self.records[place as usize];
            let mut rule = 0;
            for block in self.blocks_of(place) {
                while self.rule_ends[rule] <= *block {
                    rule += 1;
                }
                for other in self.members_of(*block).iter().rev() {
                    if *other <= place {
                        break;
                    }
                    let last = &mut met.last[*other as usize];
                    if *last != place {
                        *last = place;
                        let b = self.records[*other as usize];
                        let rule = rule as u32;
                        met.candidates.push(Candidate { rule, block: *block, left: a.min(b), right: a.max(b) });
                    }
                }
            }
            if met.candidates.len() >= TOGETHER {
                visit(&met.candidates);
                met.candidates.clear();
            }
        }
        visit(&met.candidates);
        met.candidates.clear();
    }
}
