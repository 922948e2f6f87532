//! The engine returns what the engine in memory returns, or nothing.

mod real_list;

use super::*;
use crate::function::LinkBlock;
use datafusion::{
    arrow::array::RecordBatch, execution::SendableRecordBatchStream, physical_plan::stream::RecordBatchStreamAdapter,
};
use futures::{FutureExt, future::BoxFuture, stream};
use habeas_core::{Claim, NameAsGiven, NamePart, NameRole, PartialDate, Passage, PlaceAsGiven, Predicate, Value};
use habeas_link::{
    BlockingRule, Constraints, Key, LinkOptions, ListInfo, MemoryEngine, PlaceField, TableBuilder, guess_model, link,
    link_on,
};
use proptest::prelude::*;
use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, AtomicU32},
};

const ALL: MatchWeight = MatchWeight(-1e6);

pub(crate) fn threads(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

/// Given name, family name, year of birth, place, list.
type Entry = (String, String, Option<i16>, String, u16);

fn claims(entry: &Entry) -> Vec<Claim> {
    let (given, family, born, place, _) = entry;
    let passage = || Passage::whole_cell(&[String::new()], 0).unwrap();
    let part = |text: &str, role| NamePart { text: text.to_owned(), role };
    let name = NameAsGiven { parts: vec![part(given, NameRole::Given), part(family, NameRole::Family)] };
    let mut claims = vec![
        Claim::stated(Predicate::Name, Value::Name(name), passage()),
        Claim::stated(
            Predicate::Residence,
            Value::Place(PlaceAsGiven { parts: vec![place.clone()], point: None }),
            passage(),
        ),
    ];
    let born = born.and_then(PartialDate::year);
    claims.extend(born.map(|year| Claim::stated(Predicate::BirthDate, Value::Date(year), passage())));
    claims
}

pub(crate) fn table(entries: &[Entry]) -> Arc<Table> {
    let list = |key: &str| ListInfo { key: key.to_owned(), names_once: false, is_list: true };
    let mut builder = TableBuilder::new(vec![list("a"), list("b")]);
    for entry in entries {
        builder.push(entry.4, &[String::new()], &[String::new()], &claims(entry));
    }
    Arc::new(builder.finish())
}

pub(crate) fn model(table: &Table) -> Model {
    let mut model = guess_model(table);
    model.rules = vec![
        BlockingRule::new([Key::NameTwoWords]),
        BlockingRule::new([Key::NameWord, Key::BirthYear]),
        BlockingRule::new([Key::PlaceWord(PlaceField::Residence)]).up_to(5_000),
    ];
    model
}

/// Some people of few names, so that many share a key.
pub(crate) fn crowd(n: usize) -> Vec<Entry> {
    let entry = |i: usize| {
        let (given, family) = (format!("Given{}", i % 13), format!("Family{}", i * 7 % 29));
        (given, family, Some(1950 + (i % 17) as i16), format!("Place{}", i % 3), (i % 2) as u16)
    };
    (0..n).map(entry).collect()
}

fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
    let entry = ("[ab]{3}", "[cd]{3}", prop::option::of(1950i16..1953), "[xy]{3}", 0u16..2);
    prop::collection::vec(entry, 0..40)
}

pub(crate) fn same(memory: &Scored, engine: &Scored) {
    assert_eq!(memory.pairs.len(), engine.pairs.len());
    for (a, b) in memory.pairs.iter().zip(&engine.pairs) {
        assert_eq!((a.left, a.right), (b.left, b.right));
        assert!((a.weight().0 - b.weight().0).abs() <= 1e-12, "{a:?} {b:?}");
    }
    let counts = |scored: &Scored| (scored.n_candidates, scored.n_by_rule.clone(), scored.n_above_by_rule.clone());
    assert_eq!(counts(memory), counts(engine));
}

fn open(table: &Arc<Table>, model: &Model, options: EngineOptions) -> DataFusionEngine {
    DataFusionEngine::open(&DataFusion::embedded(table.clone(), options), model, threads(2), &Watch::none()).unwrap()
}

fn by(table: &Arc<Table>, model: &Model, runner: impl Runner + 'static) -> DataFusionEngine {
    let options = EngineOptions { shard_time: Some(Duration::from_secs(2)), ..EngineOptions::default() };
    let engine = DataFusion::run_by(table.clone(), options, Arc::new(runner));
    DataFusionEngine::open(&engine, model, threads(2), &Watch::none()).unwrap()
}

/// What the engine says of its failure.
fn failure(result: Result<Scored, PairError>) -> EngineFailure {
    match result {
        Err(PairError::Engine(failure)) => failure,
        other => panic!("a failure of the engine was expected, not {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_table_gives_the_pairs_weights_and_patterns_of_the_engine_in_memory(entries in any_entries(), cut in -40f64..20.0) {
        let table = table(&entries);
        let model = model(&table);
        let (memory, engine) =
            (MemoryEngine::new(&table, &model, threads(1)), open(&table, &model, EngineOptions::default()));
        for floor in [ALL, MatchWeight(cut)] {
            let expected = memory.pairs_above(&model, floor, &Watch::none()).unwrap();
            same(&expected, &engine.pairs_above(&model, floor, &Watch::none()).unwrap());
            prop_assert_eq!(expected.n_candidates, engine.shards().n_own());
        }
        let patterns = |engine: &dyn PairEngine| engine.patterns(&model, &Watch::none()).unwrap();
        prop_assert_eq!(patterns(&memory), patterns(&engine));
    }
}

#[test]
fn oversized_blocks_are_cut_into_parts_without_losing_or_doubling_a_pair() {
    let table = table(&crowd(5_000));
    let mut model = model(&table);
    model.rules.drain(..2);
    let memory = MemoryEngine::new(&table, &model, threads(2));
    assert!(memory.rules()[0].largest_block > 1_600, "the crowd lives in three places");
    let engine = open(&table, &model, EngineOptions::default());
    let floor = MatchWeight(-8.0);
    let expected = memory.pairs_above(&model, floor, &Watch::none()).unwrap();
    assert!(expected.n_candidates > 4_000_000, "{}", expected.n_candidates);
    assert!(!expected.pairs.is_empty());
    same(&expected, &engine.pairs_above(&model, floor, &Watch::none()).unwrap());
}

#[test]
fn a_memory_limit_makes_more_shards_and_the_same_pairs() {
    let table = table(&crowd(5_000));
    let model = model(&table);
    let memory = MemoryEngine::new(&table, &model, threads(2));
    let options = EngineOptions { memory: Some(30_000_000), ..EngineOptions::default() };
    let engine = open(&table, &model, options);
    let expected = memory.pairs_above(&model, MatchWeight(4.0), &Watch::none()).unwrap();
    same(&expected, &engine.pairs_above(&model, MatchWeight(4.0), &Watch::none()).unwrap());
}

#[test]
fn too_little_memory_is_an_error_of_ours_and_no_result() {
    let table = table(&crowd(5_000));
    let model = model(&table);
    let options = EngineOptions { memory: Some(50_000), ..EngineOptions::default() };
    let failure = failure(open(&table, &model, options).pairs_above(&model, ALL, &Watch::none()));
    let is_ours = matches!(failure.of_type(), Some(EngineError::MemoryTooSmall { least: 10, .. }));
    assert!(is_ours, "{failure}");
}

#[test]
fn a_whole_linkage_on_the_engine_equals_the_one_in_memory() {
    let table = table(&crowd(600));
    let (judgements, options) = (Constraints::default(), LinkOptions { n_draws: 2, ..LinkOptions::default() });
    let mut in_memory = link(&table, None, &judgements, &options, &Watch::none()).unwrap();
    let engine = DataFusion::embedded(table.clone(), EngineOptions::default());
    let mut on_engine = link_on(&engine, None, &judgements, &options, &Watch::none()).unwrap();
    (in_memory.seconds, on_engine.seconds) = (Vec::new(), Vec::new());
    assert!(in_memory == on_engine);
}

/// An engine that spoils what the embedded one returns, so many times.
#[derive(Debug)]
struct Spoilt {
    embedded: Embedded,
    times: AtomicU32,
    how: Spoiling,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Spoiling {
    /// A batch that was sent again after a worker had died is counted twice.
    BatchTwice,
    /// A partition is lost.
    RowsLost,
    /// A row is grouped twice.
    RowTwice,
    /// A record is put into another one's block.
    RecordsSwapped,
    /// The connection breaks after some batches.
    BrokenOff,
    /// Nothing comes any more.
    Silent,
}

impl Runner for Spoilt {
    fn run(
        &self,
        mut rows: Vec<Vec<RecordBatch>>,
        scorer: Arc<BlockScorer>,
        question: Question,
    ) -> BoxFuture<'_, datafusion::error::Result<SendableRecordBatchStream>> {
        let n_left = self.times.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        if n_left.is_err() {
            return self.embedded.run(rows, scorer, question);
        }
        let how = self.how;
        match how {
            Spoiling::RowsLost => drop(rows[0].pop()),
            Spoiling::RowTwice => {
                let row = rows[0][0].slice(0, 1);
                rows[0].push(row);
            }
            Spoiling::RecordsSwapped => {
                let batch = &rows[0][0];
                let record = batch.column(1).slice(0, 1);
                let last = batch.num_rows() - 1;
                let records = datafusion::arrow::compute::concat(&[&batch.column(1).slice(1, last), &record]).unwrap();
                rows[0][0] = RecordBatch::try_new(batch.schema(), vec![batch.column(0).clone(), records]).unwrap();
            }
            _ => {}
        }
        async move {
            let stream = self.embedded.run(rows, scorer, question).await?;
            let schema = stream.schema();
            let batches: Vec<_> = stream.collect().await;
            let first = |n: usize| {
                stream::iter(batches.iter().take(n).map(|b| Ok(b.as_ref().unwrap().clone())).collect::<Vec<_>>())
            };
            let spoilt = match how {
                Spoiling::BatchTwice => first(usize::MAX).chain(first(1)).boxed(),
                Spoiling::BrokenOff => first(0)
                    .chain(stream::iter([Err(DataFusionError::Execution("the worker is gone".to_owned()))]))
                    .boxed(),
                Spoiling::Silent => first(1).chain(stream::pending()).boxed(),
                _ => first(usize::MAX).boxed(),
            };
            Ok(Box::pin(RecordBatchStreamAdapter::new(schema, spoilt)) as SendableRecordBatchStream)
        }
        .boxed()
    }
}

fn spoilt(how: Spoiling, times: u32) -> Spoilt {
    Spoilt { embedded: Embedded { threads: 2, memory: None }, times: AtomicU32::new(times), how }
}

#[test]
fn an_engine_that_counts_twice_loses_or_mixes_is_caught_every_time() {
    let table = table(&crowd(400));
    let model = model(&table);
    for how in [Spoiling::BatchTwice, Spoiling::RowsLost, Spoiling::RowTwice, Spoiling::RecordsSwapped] {
        let failure = failure(by(&table, &model, spoilt(how, u32::MAX)).pairs_above(&model, ALL, &Watch::none()));
        let is_caught = matches!(failure.of_type(), Some(EngineError::Wrong { attempts: 3, .. }));
        assert!(is_caught, "{how:?}: {failure}");
    }
}

#[test]
fn a_shard_that_was_wrong_or_broken_off_is_run_again_and_then_right() {
    let table = table(&crowd(400));
    let model = model(&table);
    let expected = MemoryEngine::new(&table, &model, threads(2)).pairs_above(&model, ALL, &Watch::none()).unwrap();
    for how in [Spoiling::BatchTwice, Spoiling::RowsLost, Spoiling::BrokenOff] {
        let found = by(&table, &model, spoilt(how, 2)).pairs_above(&model, ALL, &Watch::none()).unwrap();
        same(&expected, &found);
    }
}

#[test]
fn an_engine_that_falls_silent_is_late_and_one_that_always_breaks_has_failed() {
    let table = table(&crowd(400));
    let mut model = model(&table);
    let silent =
        failure(by(&table, &model, spoilt(Spoiling::Silent, u32::MAX)).pairs_above(&model, ALL, &Watch::none()));
    assert!(matches!(silent.of_type(), Some(EngineError::Wrong { fault: Fault::Late { .. }, .. })), "{silent}");
    model.rules.truncate(1);
    let broken =
        failure(by(&table, &model, spoilt(Spoiling::BrokenOff, u32::MAX)).pairs_above(&model, ALL, &Watch::none()));
    assert!(matches!(broken.of_type(), Some(EngineError::Failed { attempts: 3, .. })), "{broken}");
}

fn files_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        if path.is_dir() {
            found.extend(files_in(&path));
        }
    }
    found.sort();
    found
}

/// A run on an engine that is not asked for what is committed already.
fn run_kept(table: &Arc<Table>, model: &Model, work: &Path, runner: Spoilt) -> Result<Scored, PairError> {
    let options = EngineOptions { work: Some(work.to_owned()), ..EngineOptions::default() };
    let engine = DataFusion::run_by(table.clone(), options, Arc::new(runner));
    DataFusionEngine::open(&engine, model, threads(2), &Watch::none())?.pairs_above(model, ALL, &Watch::none())
}

#[test]
fn a_run_that_was_broken_off_goes_on_from_its_committed_shards_and_trusts_no_damaged_one() {
    let table = table(&crowd(400));
    let model = model(&table);
    let work = tempfile::tempdir().unwrap();
    let whole = run_kept(&table, &model, work.path(), spoilt(Spoiling::RowsLost, 0)).unwrap();
    let run = fs::read_dir(work.path()).unwrap().next().unwrap().unwrap().path();
    let committed = |number: u32| run.join(format!("shard-0{number}-00001"));
    let n_files = files_in(&run).len();
    assert_eq!(n_files, 9, "three shards, each a folder of pairs and a manifest: {:?}", files_in(&run));
    // Nothing is run again where everything is committed: this engine would fail.
    same(&whole, &run_kept(&table, &model, work.path(), spoilt(Spoiling::BrokenOff, u32::MAX)).unwrap());
    // One shard is gone, another is damaged, and an attempt was left over: two are run again, nothing else stays.
    fs::remove_dir_all(committed(1)).unwrap();
    let pairs = committed(2).join("pairs.parquet");
    let bytes = fs::read(&pairs).unwrap();
    fs::write(&pairs, &bytes[..bytes.len() / 2]).unwrap();
    fs::create_dir(run.join("shard-03-00001.attempt2")).unwrap();
    assert!(run_kept(&table, &model, work.path(), spoilt(Spoiling::BrokenOff, u32::MAX)).is_err());
    same(&whole, &run_kept(&table, &model, work.path(), spoilt(Spoiling::RowsLost, 1)).unwrap());
    assert_eq!(files_in(&run).len(), n_files);
    // Another model is another run.
    let mut other = model.clone();
    other.cut.0 += 1.0;
    run_kept(&table, &other, work.path(), spoilt(Spoiling::RowsLost, 0)).unwrap();
    assert_eq!(fs::read_dir(work.path()).unwrap().count(), 2);
}

#[cfg(unix)]
#[test]
fn a_work_folder_that_cannot_be_written_is_named() {
    let table = table(&crowd(50));
    let model = model(&table);
    let failure = failure(run_kept(&table, &model, Path::new("/dev/null/work"), spoilt(Spoiling::RowsLost, 0)));
    let named =
        matches!(failure.of_type(), Some(EngineError::WorkFolder { path, .. }) if path.starts_with("/dev/null"));
    assert!(named, "{failure}");
}

#[test]
fn progress_ends_at_the_true_total_and_a_run_can_be_ended() {
    let table = table(&crowd(400));
    let model = model(&table);
    let engine = open(&table, &model, EngineOptions::default());
    let last = std::sync::Mutex::new((0, 0));
    let progress = |stage: Stage, done: u64, total: u64| {
        if stage == Stage::Scoring {
            *last.lock().unwrap() = (done, total);
        }
    };
    let watch = Watch { progress: &progress, cancel: &AtomicBool::new(false) };
    let scored = engine.pairs_above(&model, ALL, &watch).unwrap();
    assert_eq!(*last.lock().unwrap(), (scored.n_candidates, scored.n_candidates));
    let ended = engine.pairs_above(&model, ALL, &Watch { cancel: &AtomicBool::new(true), ..watch });
    assert_eq!(ended, Err(PairError::Cancelled));
}

#[test]
fn what_a_shard_told_before_it_is_run_again_is_taken_back() {
    let table = table(&crowd(400));
    let model = model(&table);
    let told = std::sync::Mutex::new(Vec::new());
    let progress = |stage: Stage, done: u64, total: u64| {
        if stage == Stage::Scoring {
            told.lock().unwrap().push((done, total));
        }
    };
    let watch = Watch { progress: &progress, cancel: &AtomicBool::new(false) };
    let scored = by(&table, &model, spoilt(Spoiling::RowsLost, 2)).pairs_above(&model, ALL, &watch).unwrap();
    let told = told.into_inner().unwrap();
    assert_eq!(told.last(), Some(&(scored.n_candidates, scored.n_candidates)));
    assert_eq!(told.iter().filter(|(done, total)| done == total).count(), 1, "all is done once, at the end: {told:?}");
}

#[test]
fn a_record_that_is_in_no_table_is_refused_by_the_function() {
    let table = table(&crowd(10));
    let model = model(&table);
    let engine = open(&table, &model, EngineOptions::default());
    let scorer = Arc::new(BlockScorer::new(engine.blocks.clone(), &model, ALL));
    let context = datafusion::prelude::SessionContext::new();
    let rows = batches([(0, 3), (0, 999)].into_iter(), 1);
    let frame = crate::embedded::query(&context, rows, LinkBlock::new(scorer, Question::Pairs)).unwrap();
    let refused = engine.runtime.block_on(frame.collect()).unwrap_err();
    assert!(refused.to_string().contains("there is no record 999"), "{refused}");
}
