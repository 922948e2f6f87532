//! How the work is cut: shards, each a query of its own, of blocks or parts of oversized blocks, and what each of them
//! must come to.

use habeas_link::{Blocks, PairError, Watch};
use std::{collections::BTreeMap, fmt, ops::Range};
use twox_hash::XxHash3_64;

/// A block of more records than this is cut into parts, and every two parts are compared by themselves.
const LARGEST_WHOLE: usize = 1024;
/// Records of one part.
const RECORDS_OF_A_PART: usize = 512;
/// Parts of one block at most; what is beyond makes larger parts.
const MOST_PARTS: usize = 1023;

/// A block, or two parts of an oversized one, as one number: the block in the upper half; below it the number of parts
/// and the two that meet, all 0 for a whole block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Unit(pub(crate) u64);

impl Unit {
    pub(crate) fn whole(block: u32) -> Self {
        Self(u64::from(block) << 32)
    }

    fn part(block: u32, n_parts: u32, one: u32, other: u32) -> Self {
        Self(u64::from(block) << 32 | u64::from(n_parts << 20 | one << 10 | other))
    }

    pub(crate) fn block(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The records of both parts, the second empty where a part meets itself or the block is whole; `None` for a number
    /// that is no unit, or records that do not belong to it.
    pub(crate) fn sides(self, records: &[u32]) -> Option<(Vec<u32>, Option<Vec<u32>>)> {
        let low = self.0 as u32;
        let (n_parts, one, other) = (low >> 20, low >> 10 & 0x3FF, low & 0x3FF);
        if n_parts == 0 {
            return (low == 0).then(|| (records.to_vec(), None));
        }
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for record in records {
            match part_of(*record, n_parts) {
                part if part == one => first.push(*record),
                part if part == other => second.push(*record),
                _ => return None,
            }
        }
        Some((first, (one != other).then_some(second)))
    }
}

/// The part of an oversized block that a record belongs to: the second key, which is a hash of the record.
fn part_of(record: u32, n_parts: u32) -> u32 {
    (XxHash3_64::oneshot(&record.to_le_bytes()) % u64::from(n_parts)) as u32
}

/// Adds a record to the fingerprint of a set of records.
pub(crate) fn fingerprint(sum: u64, record: u32) -> u64 {
    sum.wrapping_add(XxHash3_64::oneshot_with_seed(1, &record.to_le_bytes()))
}

/// Name of a shard: its rule and its number within the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShardId {
    /// Index of the rule in the model.
    pub rule: usize,
    /// Number within the rule, from 0.
    pub number: usize,
}

impl fmt::Display for ShardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:05}", self.rule + 1, self.number + 1)
    }
}

/// Some blocks of one rule: a range of hashes of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// Its name.
    pub id: ShardId,
    /// Its blocks.
    pub(crate) blocks: Range<u32>,
    /// Rows that the engine groups.
    pub n_rows: u64,
    /// Pairs that belong to it and not to an earlier one, counted before any is compared.
    pub n_own: u64,
}

/// What a unit must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) unit: Unit,
    pub(crate) n_rows: u32,
    pub(crate) records: u64,
    pub(crate) n_own: u64,
}

/// Parts of an oversized block.
#[derive(Debug, Clone, Copy)]
struct Parts {
    n: u32,
    /// Where the counts of its units begin.
    first: usize,
}

/// All shards of a run.
#[derive(Debug)]
pub struct ShardPlan {
    /// Sorted by rule and number; every block is in one of them.
    pub shards: Vec<Shard>,
    parts: BTreeMap<u32, Parts>,
    /// Own pairs of whole blocks by their number, then of parts.
    own: Vec<u64>,
}

/// The place of two parts, the smaller first, among all of a block.
fn place_of(n_parts: u32, one: u32, other: u32) -> usize {
    (one * n_parts - one * (one + 1) / 2 + other) as usize
}

impl ShardPlan {
    /// Cuts the blocks of all rules into shards of about `rows_each` rows, and counts the pairs of each of them by a
    /// pass of its own over the index, which shares nothing with what the engine will do.
    ///
    /// # Errors
    /// [`PairError::Cancelled`] when the run was ended.
    pub fn new(blocks: &Blocks, rows_each: u64, watch: &Watch) -> Result<Self, PairError> {
        let n_rules = blocks.rules().len();
        let n_blocks = n_rules.checked_sub(1).map_or(0, |last| blocks.of_rule(last).end) as usize;
        let mut parts = BTreeMap::new();
        let mut n_units = n_blocks;
        for block in 0..n_blocks as u32 {
            let n_records = blocks.records(block).len();
            if n_records > LARGEST_WHOLE {
                let n = n_records.div_ceil(RECORDS_OF_A_PART).min(MOST_PARTS) as u32;
                parts.insert(block, Parts { n, first: n_units });
                n_units += place_of(n, n - 1, n - 1) + 1;
            }
        }
        let index = |block: u32, left: u32, right: u32| match parts.get(&block) {
            None => block as usize,
            Some(Parts { n, first }) => {
                let (a, b) = (part_of(left, *n), part_of(right, *n));
                first + place_of(*n, a.min(b), a.max(b))
            }
        };
        let own = blocks.count_own_pairs(n_units, index, watch)?;
        let mut plan = Self { shards: Vec::new(), parts, own };
        for rule in 0..n_rules {
            plan.cut(blocks, rule, rows_each);
        }
        Ok(plan)
    }

    fn cut(&mut self, blocks: &Blocks, rule: usize, rows_each: u64) {
        let all = blocks.of_rule(rule);
        let mut open = Shard { id: ShardId { rule, number: 0 }, blocks: all.start..all.start, n_rows: 0, n_own: 0 };
        for block in all.clone() {
            let n_rows = self.n_rows(blocks, block);
            if open.n_rows > 0 && open.n_rows + n_rows > rows_each {
                let id = ShardId { rule, number: open.id.number + 1 };
                let next = Shard { id, blocks: block..block, n_rows: 0, n_own: 0 };
                self.shards.push(std::mem::replace(&mut open, next));
            }
            open.blocks.end = block + 1;
            open.n_rows += n_rows;
            open.n_own += self.own_of(block);
        }
        if open.n_rows > 0 {
            self.shards.push(open);
        }
    }

    fn n_rows(&self, blocks: &Blocks, block: u32) -> u64 {
        // Each record of an oversized block meets every part.
        blocks.records(block).len() as u64 * self.parts.get(&block).map_or(1, |parts| u64::from(parts.n))
    }

    fn own_of(&self, block: u32) -> u64 {
        match self.parts.get(&block) {
            None => self.own[block as usize],
            Some(Parts { n, first }) => self.own[*first..=first + place_of(*n, n - 1, n - 1)].iter().sum(),
        }
    }

    /// Number of all candidate pairs.
    pub fn n_own(&self) -> u64 {
        self.shards.iter().map(|shard| shard.n_own).sum()
    }

    /// Rows that the engine groups for a shard: a unit and a record each.
    pub(crate) fn rows<'p>(&'p self, blocks: &'p Blocks, shard: &Shard) -> impl Iterator<Item = (Unit, u32)> + 'p {
        shard.blocks.clone().flat_map(move |block| {
            let n_parts = self.parts.get(&block).map_or(0, |parts| parts.n);
            blocks.records(block).flat_map(move |record| {
                let part = if n_parts == 0 { 0 } else { part_of(record, n_parts) };
                (0..n_parts.max(1)).map(move |other| match n_parts {
                    0 => (Unit::whole(block), record),
                    n => (Unit::part(block, n, part.min(other), part.max(other)), record),
                })
            })
        })
    }

    /// What the units of a shard must come to, sorted by unit.
    pub(crate) fn expected(&self, blocks: &Blocks, shard: &Shard) -> Vec<Expected> {
        let mut expected = Vec::with_capacity(shard.blocks.len());
        for block in shard.blocks.clone() {
            let Some(Parts { n, first }) = self.parts.get(&block).copied() else {
                let n_own = self.own[block as usize];
                let n_rows = blocks.records(block).len() as u32;
                let records = blocks.records(block).fold(0, fingerprint);
                expected.push(Expected { unit: Unit::whole(block), n_rows, records, n_own });
                continue;
            };
            let mut of_parts = vec![(0u32, 0u64); n as usize];
            for record in blocks.records(block) {
                let (n_rows, records) = &mut of_parts[part_of(record, n) as usize];
                (*n_rows, *records) = (*n_rows + 1, fingerprint(*records, record));
            }
            for one in 0..n {
                for other in one..n {
                    let ((n_one, records_one), (n_other, records_other)) =
                        (of_parts[one as usize], of_parts[other as usize]);
                    let both = one != other;
                    let n_rows = n_one + if both { n_other } else { 0 };
                    if n_rows > 0 {
                        expected.push(Expected {
                            unit: Unit::part(block, n, one, other),
                            n_rows,
                            records: records_one.wrapping_add(if both { records_other } else { 0 }),
                            n_own: self.own[first + place_of(n, one, other)],
                        });
                    }
                }
            }
        }
        expected
    }
}
