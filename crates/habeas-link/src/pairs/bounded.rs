//! The engine for tables whose blocks do not fit into the memory that is allowed.
//!
//! Blocks are made rule by rule. As long as they fit they are kept, and the engine in memory scores them. Beyond that
//! every pair of every block goes to scratch, spread over parts so that all places of a pair are in one; a part at a
//! time comes back, is sorted, and each pair is scored for the first rule that holds it. The result is the same.

use super::{
    EngineFailure, MemoryEngine, OpenEngine, PairEngine, PairError, Scored, Stage, Vector, Watch, pair_budget,
};
use crate::{
    blocking::{KeyIndex, MOST_RULES, RuleBlocks, RuleReport, in_parallel},
    model::{Model, Weights},
    table::{Table, mix},
};
use habeas_core::{MatchWeight, ScoredPair};
use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroUsize,
};

/// Bytes for each record that surveying and making the keys of one rule take beside the table: measured on a million.
const WORK_OF_A_RECORD: u64 = 200;
/// Bytes that the program and the surveyed pairs take beside: on 300,000 records the whole command held no more.
const PROGRAM: u64 = 100_000_000;
/// Bytes of the index for each record.
const INDEX_OF_A_RECORD: u64 = 16;
/// Pairs for each record, met again ones included, that parts are made for.
const PAIRS_EXPECTED: u64 = 40;
/// Bytes of a pair in scratch: two places and a rule.
const PAIR: usize = 9;
/// The same in memory, while its part is sorted.
const PAIR_SORTED: u64 = 16;
/// Parts that pairs are spread over, at most.
const MOST_PARTS: u64 = 256;
/// Bytes of a part that are gathered before they go to scratch.
const GATHERED: usize = 1 << 16;
/// Pairs that one thread scores at a time.
const SCORED_TOGETHER: usize = 50_000;

/// Where bytes wait that do not fit into memory: many parts, each written from its beginning to its end. What is kept
/// there are numbers of records, no words of them; how it is protected is up to who provides it.
pub trait Scratch: Sync {
    /// Adds bytes to the end of a part.
    ///
    /// # Errors
    /// [`EngineFailure`] when they cannot be kept.
    fn append(&self, part: usize, bytes: &[u8]) -> Result<(), EngineFailure>;

    /// All bytes of a part.
    ///
    /// # Errors
    /// [`EngineFailure`] when they cannot be had back as they were given.
    fn read(&self, part: usize) -> Result<Vec<u8>, EngineFailure>;
}

/// Opens an engine for a table within a limit of memory.
#[derive(Clone, Copy)]
pub struct Bounded<'t> {
    table: &'t Table,
    memory: u64,
    scratch: &'t dyn Scratch,
}

impl<'t> Bounded<'t> {
    /// An engine that holds about `memory` bytes at most, the table and the program included, and keeps the rest in
    /// scratch.
    pub fn new(table: &'t Table, memory: u64, scratch: &'t dyn Scratch) -> Self {
        Self { table, memory, scratch }
    }

    /// Bytes without which the table cannot be linked, however much is kept in scratch.
    pub fn least_memory(table: &Table) -> u64 {
        PROGRAM + table.n_bytes() + table.n_records() as u64 * (WORK_OF_A_RECORD + INDEX_OF_A_RECORD)
    }
}

impl OpenEngine for Bounded<'_> {
    fn table(&self) -> &Table {
        self.table
    }

    fn check(&self) -> Result<(), PairError> {
        match Self::least_memory(self.table) {
            needed if needed > self.memory => Err(PairError::Memory { needed, allowed: self.memory }),
            _ => Ok(()),
        }
    }

    fn open(&self, model: &Model, threads: NonZeroUsize, watch: &Watch) -> Result<Box<dyn PairEngine + '_>, PairError> {
        self.check()?;
        let left = self.memory - Self::least_memory(self.table);
        let budget = pair_budget(self.table.n_records()) / 4;
        let rules = &model.rules[..model.rules.len().min(MOST_RULES)];
        let mut kept: Vec<RuleBlocks> = Vec::new();
        let mut spilled: Option<Spilled> = None;
        for (i, rule) in rules.iter().enumerate() {
            watch.check()?;
            (watch.progress)(Stage::Blocking, i as u64, rules.len() as u64);
            kept.push(RuleBlocks::new(self.table, rule, budget, threads.get()));
            let held: u64 = kept.iter().map(RuleBlocks::n_bytes_of_index).sum();
            if spilled.is_some() || held > left {
                let spilled = spilled.get_or_insert_with(|| Spilled::new(self, left, threads));
                kept.drain(..).try_for_each(|blocks| spilled.put(&blocks))?;
            }
        }
        match spilled {
            Some(mut spilled) => {
                spilled.flush()?;
                Ok(Box::new(spilled))
            }
            None => {
                let index = KeyIndex::of_blocks(self.table, kept);
                Ok(Box::new(MemoryEngine::of_index(self.table, index, threads)))
            }
        }
    }
}

/// Candidate pairs in scratch.
struct Spilled<'t> {
    table: &'t Table,
    scratch: &'t dyn Scratch,
    /// What was not handed over yet, by part.
    gathered: Vec<Vec<u8>>,
    reports: Vec<RuleReport>,
    threads: NonZeroUsize,
}

/// A pair of places, the smaller above, and the rule that it is a pair of.
type Held = (u64, u8);

impl<'t> Spilled<'t> {
    fn new(bounded: &Bounded<'t>, left: u64, threads: NonZeroUsize) -> Self {
        let all = bounded.table.n_records() as u64 * PAIRS_EXPECTED * PAIR_SORTED;
        // What is left, or a quarter of what surveying took, which is given back by now.
        let at_once = left.max(bounded.table.n_records() as u64 * WORK_OF_A_RECORD / 4).max(1);
        let n_parts = all.div_ceil(at_once).clamp(1, MOST_PARTS) as usize;
        let (table, scratch) = (bounded.table, bounded.scratch);
        Self { table, scratch, gathered: vec![Vec::new(); n_parts], reports: Vec::new(), threads }
    }

    fn put(&mut self, blocks: &RuleBlocks) -> Result<(), PairError> {
        let rule = self.reports.len() as u8;
        let n_parts = self.gathered.len() as u64;
        let mut failed = Ok(());
        blocks.pairs(|first, second| {
            let part = (mix(u64::from(first)) % n_parts) as usize;
            let gathered = &mut self.gathered[part];
            gathered.extend_from_slice(&first.to_le_bytes());
            gathered.extend_from_slice(&second.to_le_bytes());
            gathered.push(rule);
            if gathered.len() >= GATHERED && failed.is_ok() {
                failed = self.scratch.append(part, gathered);
                gathered.clear();
            }
        });
        self.reports.push(blocks.report.clone());
        Ok(failed?)
    }

    fn flush(&mut self) -> Result<(), PairError> {
        for (part, gathered) in self.gathered.iter_mut().enumerate().filter(|(_, gathered)| !gathered.is_empty()) {
            self.scratch.append(part, gathered)?;
            *gathered = Vec::new();
        }
        Ok(())
    }

    /// The pairs of a part, each once, with the first rule that holds it.
    fn part(&self, part: usize) -> Result<Vec<Held>, PairError> {
        let bytes = self.scratch.read(part)?;
        let number = |bytes: &[u8]| u64::from(u32::from_le_bytes(bytes.try_into().expect("a place has four bytes")));
        let held = |pair: &[u8]| (number(&pair[..4]) << 32 | number(&pair[4..8]), pair[8]);
        let mut pairs: Vec<Held> = bytes.chunks_exact(PAIR).map(held).collect();
        drop(bytes);
        pairs.sort_unstable();
        pairs.dedup_by_key(|(places, _)| *places);
        Ok(pairs)
    }

    /// Works on all parts, some pairs at a time with all threads; results come in the order of the pairs.
    fn each<R: Send>(
        &self,
        watch: &Watch,
        work: impl Fn(&[Held]) -> R + Sync,
        mut take: impl FnMut(R),
    ) -> Result<(), PairError> {
        let n_parts = self.gathered.len();
        for part in 0..n_parts {
            let pairs = self.part(part)?;
            let shares: Vec<&[Held]> = pairs.chunks(SCORED_TOGETHER).collect();
            let worked =
                in_parallel(shares.len(), self.threads.get(), |i| watch.check().ok().map(|()| work(shares[i])));
            watch.check()?;
            worked.into_iter().flatten().for_each(&mut take);
            (watch.progress)(Stage::Scoring, part as u64 + 1, n_parts as u64);
        }
        Ok(())
    }

    /// The records of a pair of places, smaller first.
    fn records(&self, places: u64) -> (u32, u32) {
        let record = |place: u64| self.table.canonical()[place as usize];
        let (a, b) = (record(places >> 32), record(places & u64::from(u32::MAX)));
        (a.min(b), a.max(b))
    }
}

impl PairEngine for Spilled<'_> {
    fn rules(&self) -> &[RuleReport] {
        &self.reports
    }

    fn patterns(&self, model: &Model, watch: &Watch) -> Result<Vec<(Vector, u64)>, PairError> {
        let weights = Weights::new(model, self.table);
        let mut counts: BTreeMap<Vector, u64> = BTreeMap::new();
        let work = |pairs: &[Held]| {
            let mut counts: HashMap<Vector, u64> = HashMap::new();
            for (places, _) in pairs {
                let (left, right) = self.records(*places);
                *counts.entry(weights.vector(self.table, left, right)).or_insert(0) += 1;
            }
            counts
        };
        self.each(watch, work, |of| of.into_iter().for_each(|(vector, n)| *counts.entry(vector).or_insert(0) += n))?;
        Ok(counts.into_iter().collect())
    }

    fn pairs_above(&self, model: &Model, floor: MatchWeight, watch: &Watch) -> Result<Scored, PairError> {
        let weights = Weights::new(model, self.table);
        let n_rules = self.reports.len();
        let empty = || Scored { n_by_rule: vec![0; n_rules], n_above_by_rule: vec![0; n_rules], ..Scored::default() };
        let work = |pairs: &[Held]| {
            let mut found = empty();
            for together in pairs.chunks(128) {
                self.table.warm(together.iter().flat_map(|(places, _)| <[u32; 2]>::from(self.records(*places))));
                for (places, rule) in together {
                    let ((left, right), rule) = (self.records(*places), usize::from(*rule));
                    found.n_by_rule[rule] += 1;
                    if let Some(weight) = weights.weigh_above(self.table, left, right, floor) {
                        found.pairs.push(ScoredPair::new(left, right, weight));
                        found.n_above_by_rule[rule] += u64::from(weight >= model.cut);
                    }
                }
            }
            found
        };
        let mut scored = empty();
        self.each(watch, work, |found| scored.add(found))?;
        scored.settle();
        Ok(scored)
    }
}
