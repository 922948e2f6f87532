//! What a linkage will cost, reckoned from its blocks before a pair is compared.

use super::{PairError, Watch, blocks::tally, pair_budget};
use crate::{
    blocking::{KeyIndex, RuleReport},
    model::Model,
    table::Table,
};
use std::num::NonZeroUsize;

/// Seconds of one core for a survey, for each record read, surveyed, given keys and put together with others, and for each
/// pair of a block, also one that an earlier block holds; the table in docs/scale.md says how far off they are.
const SECONDS_OF_A_SURVEY: f64 = 0.3;
const SECONDS_OF_A_RECORD: f64 = 18e-6;
const SECONDS_OF_A_PAIR: f64 = 0.3e-6;
/// The same for each record of a block that a query engine groups.
const SECONDS_OF_A_ROW: f64 = 0.6e-6;
/// Bytes of a row on its way to a worker.
const BYTES_OF_A_ROW: u64 = 12;
/// Bytes of the index for each record and for each record of a block.
const INDEX_OF_A_RECORD: u64 = 16;
const INDEX_OF_A_MEMBER: u64 = 8;

/// What a linkage holds and will cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// What each rule holds, its own pairs counted exactly.
    pub rules: Vec<RuleReport>,
    /// Number of records.
    pub n_records: u64,
    /// Candidate pairs, none twice.
    pub n_pairs: u64,
    /// Records of all blocks together: rows that a query engine groups.
    pub n_members: u64,
    /// Bytes of the table.
    pub table_bytes: u64,
}

/// Where the candidate pairs of a linkage are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// In this process, without a query engine.
    Memory,
    /// By DataFusion in this process.
    DataFusion,
    /// By DataFusion on this many workers.
    Cluster {
        /// Number of workers.
        n_workers: u32,
    },
}

impl Cost {
    /// Counts the pairs of every rule exactly, without comparing any.
    ///
    /// # Errors
    /// [`PairError::Cancelled`] when the run was ended.
    pub fn of(table: &Table, model: &Model, threads: NonZeroUsize, watch: &Watch) -> Result<Self, PairError> {
        let index = KeyIndex::new(table, &model.rules, pair_budget(table.n_records()) / 4, threads.get(), watch)?;
        let mut rules = index.reports.clone();
        let own = tally(&index, rules.len(), |candidate| candidate.rule as usize, threads, watch)?;
        rules.iter_mut().zip(own).for_each(|(rule, own)| rule.n_own_pairs = own);
        Ok(Self {
            n_records: table.n_records() as u64,
            n_pairs: rules.iter().map(|rule| rule.n_own_pairs).sum(),
            n_members: index.n_members(),
            table_bytes: table.n_bytes(),
            rules,
        })
    }

    /// The rule that holds most pairs of its own.
    pub fn dominating(&self) -> Option<&RuleReport> {
        self.rules.iter().max_by_key(|rule| rule.n_own_pairs)
    }

    /// Seconds of one core for making and comparing the pairs.
    pub fn pair_seconds(&self, engine: Engine) -> f64 {
        let grouped = if engine == Engine::Memory { 0.0 } else { self.n_members as f64 * SECONDS_OF_A_ROW };
        let n_met: u64 = self.rules.iter().map(|rule| rule.n_pairs).sum();
        n_met as f64 * SECONDS_OF_A_PAIR + grouped
    }

    /// Seconds of one core for everything.
    pub fn cpu_seconds(&self, engine: Engine) -> f64 {
        SECONDS_OF_A_SURVEY + self.n_records as f64 * SECONDS_OF_A_RECORD + self.pair_seconds(engine)
    }

    /// Seconds until it is done with so many cores here and one core on each worker.
    pub fn seconds(&self, engine: Engine, cores: NonZeroUsize) -> f64 {
        let here = self.cpu_seconds(engine) - self.pair_seconds(engine);
        let n_comparing = match engine {
            Engine::Cluster { n_workers } => n_workers.max(1) as usize,
            Engine::Memory | Engine::DataFusion => cores.get(),
        };
        here / cores.get() as f64 + self.pair_seconds(engine) / n_comparing as f64
    }

    /// Bytes of memory that each process needs for the table and its index; a query engine takes its limit beside it.
    pub fn memory_bytes(&self) -> u64 {
        self.table_bytes + self.n_records * INDEX_OF_A_RECORD + self.n_members * INDEX_OF_A_MEMBER
    }

    /// Bytes sent to workers: the table and its index once to each, the rows once.
    pub fn network_bytes(&self, engine: Engine) -> u64 {
        match engine {
            Engine::Cluster { n_workers } => {
                u64::from(n_workers) * self.memory_bytes() + self.n_members * BYTES_OF_A_ROW
            }
            Engine::Memory | Engine::DataFusion => 0,
        }
    }

    /// The simplest engine that is done within so many seconds; `None` where no number of workers helps, because what
    /// happens here takes longer.
    pub fn engine_within(&self, seconds: f64, cores: NonZeroUsize) -> Option<Engine> {
        if self.seconds(Engine::Memory, cores) <= seconds {
            return Some(Engine::Memory);
        }
        let one = Engine::Cluster { n_workers: 1 };
        let left = seconds - (self.cpu_seconds(one) - self.pair_seconds(one)) / cores.get() as f64;
        let n_workers = (self.pair_seconds(one) / left).ceil();
        (left > 0.0 && n_workers <= f64::from(u32::MAX)).then_some(Engine::Cluster { n_workers: n_workers as u32 })
    }
}
