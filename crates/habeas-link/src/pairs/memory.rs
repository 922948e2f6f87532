//! The engine in this process: the reference that others must equal pair for pair.

use super::{OpenEngine, PairEngine, PairError, Scored, Stage, Vector, Watch};
use crate::{
    blocking::{Candidate, KeyIndex, Piece, RuleReport},
    model::{Model, Weights},
    table::Table,
};
use habeas_core::{MatchWeight, ScoredPair};
use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroUsize,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

/// Pairs of one piece of work: small enough for progress and balance, large enough not to be felt.
const PAIRS_EACH: u64 = 100_000;

/// Candidate pairs of one table by the blocking rules of one model.
#[derive(Debug)]
pub struct MemoryEngine<'t> {
    table: &'t Table,
    index: KeyIndex,
    threads: usize,
}

/// Candidate pairs that a table of so many records can afford: many for each record of a small table, fewer of a large
/// one, where the rules that are worth it need no more.
pub(crate) fn pair_budget(n_records: usize) -> u64 {
    let n = n_records as u64;
    (12 * n).max((60 * n).min(1_500_000)).max(50_000)
}

impl<'t> MemoryEngine<'t> {
    /// Makes the blocks of the model's rules.
    pub fn new(table: &'t Table, model: &Model, threads: NonZeroUsize) -> Self {
        Self::watched(table, model, threads, &Watch::none()).expect("nobody ends a run that nobody watches")
    }

    /// The same, with progress, unless the run is ended.
    ///
    /// # Errors
    /// [`PairError`] when the run was ended.
    pub fn watched(table: &'t Table, model: &Model, threads: NonZeroUsize, watch: &Watch) -> Result<Self, PairError> {
        let of_each_rule = pair_budget(table.n_records()) / 4;
        let index = KeyIndex::new(table, &model.rules, of_each_rule, threads.get(), watch)?;
        Ok(Self { table, index, threads: threads.get() })
    }

    /// The engine of blocks that were made already.
    pub(super) fn of_index(table: &'t Table, index: KeyIndex, threads: NonZeroUsize) -> Self {
        Self { table, index, threads: threads.get() }
    }

    /// The rule that a pair belongs to, as its index in the model, if any holds it.
    pub fn rule_of(&self, a: u32, b: u32) -> Option<usize> {
        self.index.rule_of(a, b)
    }

    /// Works on all pieces with all threads; results come back in the order of the pieces. Each thread has its own
    /// `tools`.
    fn each<R: Send, T>(
        &self,
        watch: &Watch,
        pieces: &[Piece],
        tools: impl Fn() -> T + Sync,
        work: impl Fn(Piece, &mut T) -> R + Sync,
    ) -> Result<Vec<R>, PairError> {
        let next = AtomicUsize::new(0);
        let done = AtomicU64::new(0);
        let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(pieces.len()));
        std::thread::scope(|scope| {
            for _ in 0..self.threads.min(pieces.len()) {
                scope.spawn(|| {
                    let mut tools = tools();
                    while watch.check().is_ok() {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        let Some(piece) = pieces.get(i) else { break };
                        let result = work(*piece, &mut tools);
                        results.lock().expect("no thread panics while it holds the lock").push((i, result));
                        let n_done = done.fetch_add(1, Ordering::Relaxed) + 1;
                        (watch.progress)(Stage::Scoring, n_done, pieces.len() as u64);
                    }
                });
            }
        });
        watch.check()?;
        let mut results = results.into_inner().expect("all threads have ended");
        results.sort_by_key(|(i, _)| *i);
        Ok(results.into_iter().map(|(_, result)| result).collect())
    }
}

/// Opens a [`MemoryEngine`] for a table.
#[derive(Debug, Clone, Copy)]
pub struct InMemory<'t>(pub &'t Table);

impl OpenEngine for InMemory<'_> {
    fn table(&self) -> &Table {
        self.0
    }

    fn open(&self, model: &Model, threads: NonZeroUsize, watch: &Watch) -> Result<Box<dyn PairEngine + '_>, PairError> {
        Ok(Box::new(MemoryEngine::watched(self.0, model, threads, watch)?))
    }
}

impl PairEngine for MemoryEngine<'_> {
    fn rules(&self) -> &[RuleReport] {
        &self.index.reports
    }

    fn patterns(&self, model: &Model, watch: &Watch) -> Result<Vec<(Vector, u64)>, PairError> {
        let weights = Weights::new(model, self.table);
        let of_pieces = self.each(
            watch,
            &self.index.pieces(PAIRS_EACH),
            || self.index.met(),
            |piece, met| {
                let mut counts: HashMap<Vector, u64> = HashMap::new();
                self.index.visit(piece, met, |candidates| {
                    for Candidate { left, right, .. } in candidates.iter().copied() {
                        *counts.entry(weights.vector(self.table, left, right)).or_insert(0) += 1;
                    }
                });
                counts
            },
        )?;
        let mut counts: BTreeMap<Vector, u64> = BTreeMap::new();
        of_pieces.into_iter().flatten().for_each(|(vector, n)| *counts.entry(vector).or_insert(0) += n);
        Ok(counts.into_iter().collect())
    }

    fn pairs_above(&self, model: &Model, floor: MatchWeight, watch: &Watch) -> Result<Scored, PairError> {
        let weights = Weights::new(model, self.table);
        let n_rules = self.index.reports.len();
        let empty = || Scored { n_by_rule: vec![0; n_rules], n_above_by_rule: vec![0; n_rules], ..Scored::default() };
        let pieces = self.index.pieces(PAIRS_EACH);
        let of_pieces = self.each(
            watch,
            &pieces,
            || self.index.met(),
            |piece, met| {
                let mut found = empty();
                self.index.visit(piece, met, |candidates| {
                    self.table.warm(candidates.iter().flat_map(|candidate| [candidate.left, candidate.right]));
                    for Candidate { rule, left, right, .. } in candidates.iter().copied() {
                        let rule = rule as usize;
                        found.n_by_rule[rule] += 1;
                        if let Some(weight) = weights.weigh_above(self.table, left, right, floor) {
                            found.pairs.push(ScoredPair::new(left, right, weight));
                            found.n_above_by_rule[rule] += u64::from(weight >= model.cut);
                        }
                    }
                });
                found
            },
        )?;
        let mut scored = empty();
        of_pieces.into_iter().for_each(|piece| scored.add(piece));
        scored.settle();
        Ok(scored)
    }
}
