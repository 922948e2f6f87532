//! One shard after the other: run, checked, committed; run again where it is wrong.

use crate::{
    check::{Checked, Gather, Patterns},
    cluster::Workers,
    embedded::{Embedded, Runner, batches},
    error::{EngineError, Fault},
    function::Question,
    shard::{Shard, ShardPlan},
    work::{Found, WorkFolder},
};
use datafusion::error::DataFusionError;
use futures::StreamExt;
use habeas_core::MatchWeight;
use habeas_link::{
    BlockScorer, Blocks, EngineFailure, Model, OpenEngine, PairEngine, PairError, RuleReport, Scored, Stage, Table,
    Vector, Watch, to_toml,
};
use sha2::{Digest, Sha256};
use std::{
    num::NonZeroUsize,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

/// How often a shard is tried.
const ATTEMPTS: u32 = 3;
/// Rows of a shard where memory is not limited.
const ROWS_OF_A_SHARD: u64 = 4_000_000;
/// Shards that each of several workers has at least, where there are rows enough: then none waits long for the last.
const SHARDS_OF_A_WORKER: u64 = 8;
/// Bytes that the engine needs for a row while it groups: measured, with room for an unlucky split among threads.
const BYTES_OF_A_ROW: usize = 100;
/// Rows of the smallest shard: below it the engine's own needs are larger than the rows.
const LEAST_ROWS: usize = 100_000;
/// Units of 10⁶ bytes below which no limit of memory can work.
pub(crate) const LEAST_MEGABYTES: usize = LEAST_ROWS * BYTES_OF_A_ROW / 1_000_000;
/// How long the end of a run from outside may go unnoticed.
const PATIENCE: Duration = Duration::from_millis(200);
/// The time that any shard has, and what each pair adds to it: twenty times what one takes.
const LEAST_TIME: Duration = Duration::from_secs(60);
const TIME_OF_A_PAIR: Duration = Duration::from_micros(10);

/// How the engine runs.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// Bytes that the engine may use beside the table and its index; shards are made small enough for it. `None` for no
    /// limit.
    pub memory: Option<usize>,
    /// Where committed shards are kept, so that a run that is broken off goes on from them; `None` keeps nothing on disk.
    pub work: Option<PathBuf>,
    /// The time that a shard has before it counts as lost; `None` for a minute and what its pairs need.
    pub shard_time: Option<Duration>,
    /// Rows of a shard at most; `None` for what fits the memory and gives every worker enough shards.
    pub shard_rows: Option<u64>,
}

/// Opens a [`DataFusionEngine`] for a table.
#[derive(Debug, Clone)]
pub struct DataFusion {
    table: Arc<Table>,
    options: EngineOptions,
    runner: Option<Arc<dyn Runner>>,
}

impl DataFusion {
    /// DataFusion in this process.
    pub fn embedded(table: Arc<Table>, options: EngineOptions) -> Self {
        Self { table, options, runner: None }
    }

    /// DataFusion in each of some workers.
    pub fn on_workers(table: Arc<Table>, options: EngineOptions, workers: Workers) -> Self {
        Self::run_by(table, options, Arc::new(workers))
    }

    /// The same, run by somebody else.
    pub(crate) fn run_by(table: Arc<Table>, options: EngineOptions, runner: Arc<dyn Runner>) -> Self {
        Self { table, options, runner: Some(runner) }
    }
}

impl OpenEngine for DataFusion {
    fn table(&self) -> &Table {
        &self.table
    }

    fn open(&self, model: &Model, threads: NonZeroUsize, watch: &Watch) -> Result<Box<dyn PairEngine + '_>, PairError> {
        Ok(Box::new(DataFusionEngine::open(self, model, threads, watch)?))
    }
}

/// Candidate pairs of one table by the blocking rules of one model, grouped by DataFusion and compared by the code of the
/// engine in memory.
#[derive(Debug)]
pub struct DataFusionEngine {
    blocks: Arc<Blocks>,
    plan: ShardPlan,
    options: EngineOptions,
    runner: Arc<dyn Runner>,
    runtime: Runtime,
    threads: usize,
}

/// Why one attempt at a shard gave nothing.
enum Attempt {
    Wrong(Fault),
    Failed(DataFusionError),
}

impl DataFusionEngine {
    /// Makes the blocks of the model's rules and the plan of shards.
    ///
    /// # Errors
    /// [`PairError`] when the run was ended or the engine cannot be started.
    pub fn open(engine: &DataFusion, model: &Model, threads: NonZeroUsize, watch: &Watch) -> Result<Self, PairError> {
        let DataFusion { table, options, runner } = engine.clone();
        let n_threads = threads.get();
        let blocks = Arc::new(Blocks::new(table, model, threads, watch)?);
        let runner = runner.unwrap_or_else(|| Arc::new(Embedded { threads: n_threads, memory: options.memory }));
        let n_at_once = runner.n_at_once();
        let mut rows = options.memory.map_or(ROWS_OF_A_SHARD, |bytes| (bytes / BYTES_OF_A_ROW) as u64);
        if n_at_once > 1 {
            rows = rows.min(blocks.n_members() / (SHARDS_OF_A_WORKER * n_at_once as u64));
        }
        let rows = options.shard_rows.unwrap_or_else(|| rows.clamp(LEAST_ROWS as u64, ROWS_OF_A_SHARD));
        let plan = ShardPlan::new(&blocks, rows, watch)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(n_threads)
            .enable_all()
            .build()
            .map_err(|source| failed(EngineError::Threads { source }))?;
        Ok(Self { blocks, plan, options, runner, runtime, threads: n_threads })
    }

    /// The shards, in the order in which they are run.
    pub fn shards(&self) -> &ShardPlan {
        &self.plan
    }

    /// Runs one shard until it is right, three times at most.
    fn shard<G: Gather>(&self, run: &Run, shard: &Shard) -> Result<(G, u32), PairError> {
        let mut last = None;
        for attempt in 1..=ATTEMPTS {
            let tried = self.runtime.block_on(self.attempt(run, shard))?;
            let fault = match tried {
                Ok(gathered) => return Ok((gathered, attempt)),
                Err(fault) => fault,
            };
            if let Attempt::Failed(error) = &fault
                && matches!(error.find_root(), DataFusionError::ResourcesExhausted(_))
            {
                return Err(failed(EngineError::MemoryTooSmall { shard: shard.id, least: LEAST_MEGABYTES }));
            }
            last = Some(fault);
        }
        let (shard, attempts) = (shard.id, ATTEMPTS);
        Err(failed(match last.expect("a shard is tried at least once") {
            Attempt::Wrong(fault) => EngineError::Wrong { shard, attempts, fault },
            Attempt::Failed(source) => EngineError::Failed { shard, attempts, source },
        }))
    }

    /// Works on all shards, as many at a time as the runner can take; results are in the order of the shards. The first
    /// failure ends the run.
    fn each<R: Send>(
        &self,
        run: &Run,
        work: impl Fn(&Shard) -> Result<R, PairError> + Sync,
    ) -> Result<Vec<R>, PairError> {
        let shards = &self.plan.shards;
        let next = AtomicUsize::new(0);
        let results: Mutex<Vec<(usize, Result<R, PairError>)>> = Mutex::new(Vec::with_capacity(shards.len()));
        std::thread::scope(|scope| {
            for _ in 0..self.runner.n_at_once().min(shards.len()) {
                scope.spawn(|| {
                    loop {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        let Some(shard) = shards.get(i) else { break };
                        let result = run.watch.check().and_then(|()| work(shard));
                        if result.is_err() {
                            next.store(shards.len(), Ordering::Relaxed);
                        }
                        results.lock().expect("no thread panics while it holds the lock").push((i, result));
                    }
                });
            }
        });
        let mut results = results.into_inner().expect("all threads have ended");
        results.sort_by_key(|(i, _)| *i);
        results.into_iter().map(|(_, result)| result).collect()
    }

    async fn attempt<G: Gather>(&self, run: &Run<'_>, shard: &Shard) -> Result<Result<G, Attempt>, PairError> {
        let time = self
            .options
            .shard_time
            .unwrap_or(LEAST_TIME + TIME_OF_A_PAIR * u32::try_from(shard.n_own).unwrap_or(u32::MAX));
        let deadline = Instant::now() + time;
        let late = || Ok(Err(Attempt::Wrong(Fault::Late { seconds: time.as_secs() })));
        let rows = self.plan.rows(&self.blocks, shard).map(|(unit, record)| (unit.0, record));
        let rows = batches(rows, self.threads);
        let mut checked = Checked::new(self.plan.expected(&self.blocks, shard));
        let (mut gathered, mut told) = (G::default(), Told { run, n: 0 });
        let mut opening = self.runner.run(rows, run.scorer.clone(), run.question);
        let mut stream = loop {
            match tokio::time::timeout(PATIENCE, &mut opening).await {
                Ok(Ok(stream)) => break stream,
                Ok(Err(error)) => return Ok(Err(Attempt::Failed(error))),
                Err(_) => run.watch.check()?,
            }
            if Instant::now() > deadline {
                return late();
            }
        };
        loop {
            run.watch.check()?;
            if Instant::now() > deadline {
                return late();
            }
            // A stream that gave nothing yet is asked again: dropping the future of its next batch loses nothing.
            let Ok(next) = tokio::time::timeout(PATIENCE, stream.next()).await else { continue };
            let batch = match next {
                Some(Ok(batch)) => batch,
                Some(Err(error)) => return Ok(Err(Attempt::Failed(error))),
                None => break,
            };
            if let Err(fault) = checked.take(batch.columns(), |answer| gathered.take(answer)) {
                return Ok(Err(Attempt::Wrong(fault)));
            }
            told.tell(checked.n_own, self.plan.n_own());
        }
        let found = checked.finish().and_then(|()| gathered.finish()).map_err(Attempt::Wrong);
        if found.is_ok() {
            told.keep();
        }
        Ok(found)
    }

    /// What makes a run this one: everything that its shards depend on.
    fn fingerprint(&self, model: &Model, floor: MatchWeight) -> Result<Vec<u8>, EngineError> {
        let mut hash = Sha256::new();
        hash.update(crate::build_id());
        postcard::to_io(self.blocks.table(), HashInto(&mut hash))
            .map_err(|source| EngineError::Serialise { source })?;
        hash.update(to_toml(model));
        hash.update(floor.0.to_le_bytes());
        for shard in &self.plan.shards {
            hash.update(shard.n_rows.to_le_bytes());
        }
        Ok(hash.finalize().to_vec())
    }
}

/// Writes into a hash.
struct HashInto<'h>(&'h mut Sha256);

impl std::io::Write for HashInto<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What all shards of a run share.
struct Run<'r> {
    scorer: Arc<BlockScorer>,
    question: Question,
    watch: &'r Watch<'r>,
    /// Pairs of all shards that are checked.
    n_done: AtomicU64,
}

/// What an attempt at a shard has told of its progress; taken back unless the attempt was right.
struct Told<'r> {
    run: &'r Run<'r>,
    n: u64,
}

impl Told<'_> {
    /// What was told stands.
    fn keep(mut self) {
        self.n = 0;
    }

    /// Tells that so many pairs of the shard are checked.
    fn tell(&mut self, n: u64, n_all: u64) {
        let n_more = n - self.n;
        if n_more == 0 {
            return;
        }
        self.n = n;
        let n_done = self.run.n_done.fetch_add(n_more, Ordering::Relaxed) + n_more;
        // A wrong answer may hold more pairs than there are.
        (self.run.watch.progress)(Stage::Scoring, n_done.min(n_all), n_all);
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.run.n_done.fetch_sub(self.n, Ordering::Relaxed);
    }
}

fn failed(error: EngineError) -> PairError {
    EngineFailure::new(error).into()
}

impl PairEngine for DataFusionEngine {
    fn rules(&self) -> &[RuleReport] {
        self.blocks.rules()
    }

    fn patterns(&self, model: &Model, watch: &Watch) -> Result<Vec<(Vector, u64)>, PairError> {
        let scorer = Arc::new(BlockScorer::new(self.blocks.clone(), model, model.cut));
        let run = Run { scorer, question: Question::Patterns, watch, n_done: AtomicU64::new(0) };
        let mut all = Patterns::default();
        for Patterns(found) in self.each(&run, |shard| Ok(self.shard(&run, shard)?.0))? {
            found.into_iter().for_each(|(vector, n)| *all.0.entry(vector).or_insert(0) += n);
        }
        Ok(all.0.into_iter().collect())
    }

    fn pairs_above(&self, model: &Model, floor: MatchWeight, watch: &Watch) -> Result<Scored, PairError> {
        let scorer = Arc::new(BlockScorer::new(self.blocks.clone(), model, floor));
        let work = match &self.options.work {
            Some(folder) => {
                let run = self.fingerprint(model, floor).map_err(failed)?;
                Some(WorkFolder::open(folder, &run).map_err(failed)?)
            }
            None => None,
        };
        let run = Run { scorer, question: Question::Pairs, watch, n_done: AtomicU64::new(0) };
        let of_shards = self.each(&run, |shard| {
            if let Some(work) = &work
                && let Some(found) = work.take(shard).map_err(failed)?
            {
                let mut told = Told { run: &run, n: 0 };
                told.tell(shard.n_own, self.plan.n_own());
                told.keep();
                return Ok(found);
            }
            let (found, attempt): (Found, u32) = self.shard(&run, shard)?;
            if let Some(work) = &work {
                work.commit(shard, attempt, &found).map_err(failed)?;
            }
            Ok(found)
        })?;
        let n_rules = self.rules().len();
        let mut scored = Scored { n_by_rule: vec![0; n_rules], n_above_by_rule: vec![0; n_rules], ..Scored::default() };
        for (shard, found) in self.plan.shards.iter().zip(of_shards) {
            scored.pairs.extend(found.pairs);
            scored.n_by_rule[shard.id.rule] += shard.n_own;
            scored.n_above_by_rule[shard.id.rule] += found.n_above;
        }
        scored.n_candidates = scored.n_by_rule.iter().sum();
        scored.pairs.sort_unstable_by_key(|pair| (pair.left, pair.right));
        // No shard sees the pairs of another one.
        let twice = scored.pairs.windows(2).find(|two| (two[0].left, two[0].right) == (two[1].left, two[1].right));
        if let (Some(pair), Some(last)) = (twice.and_then(|two| two.first()), self.plan.shards.last()) {
            let fault = Fault::Pair { left: pair.left, right: pair.right };
            return Err(failed(EngineError::Wrong { shard: last.id, attempts: 1, fault }));
        }
        Ok(scored)
    }
}

#[cfg(test)]
pub(crate) mod tests;
