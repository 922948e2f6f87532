//! Workers as processes of their own, over the loopback: whatever happens to one, the result is the right one or none.

use super::*;
use crate::{DataFusion, DataFusionEngine, EngineError, EngineOptions, Fault, build_id, engine::tests as samples};
use habeas_core::MatchWeight;
use habeas_link::{MemoryEngine, Model, PairEngine, PairError, Scored, Table, Watch};
use std::{
    fs,
    io::Write,
    net::{TcpListener, TcpStream},
    num::NonZeroUsize,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const FLOOR: MatchWeight = MatchWeight(4.0);
/// Set to the file that a process of this test program writes its address to when it is to be a worker.
const BE_A_WORKER: &str = "HABEAS_TEST_WORKER";

fn token() -> Token {
    Token::new(TOKEN).unwrap()
}

fn options() -> WorkerOptions {
    WorkerOptions { threads: NonZeroUsize::MIN, memory: None, build: build_id().to_owned() }
}

/// A worker as a process, which dies with the test.
struct Process {
    child: Child,
    address: String,
}

impl Process {
    fn start(folder: &Path, name: &str) -> Self {
        let file = folder.join(name);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cluster::tests::a_short_token_is_refused_and_this_program_can_be_a_worker"])
            .env(BE_A_WORKER, &file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let until = Instant::now() + Duration::from_secs(30);
        let address = loop {
            match fs::read_to_string(&file) {
                Ok(address) if address.ends_with('\n') => break address.trim().to_owned(),
                _ if Instant::now() > until => panic!("the worker does not start"),
                _ => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        Self { child, address }
    }

    fn signal(&self, signal: &str) {
        let done = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_short_token_is_refused_and_this_program_can_be_a_worker() {
    assert!(matches!(Token::new(" short \n"), Err(ClusterError::ShortToken)));
    assert_eq!(format!("{:?}", token()), "Token(…)");
    let Some(file) = std::env::var_os(BE_A_WORKER) else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    fs::write(file, format!("{}\n", listener.local_addr().unwrap())).unwrap();
    serve(&listener, &token(), &options()).unwrap();
}

fn sample() -> (Arc<Table>, Model, Scored) {
    let table = samples::table(&samples::crowd(3_000));
    let model = samples::model(&table);
    let memory = MemoryEngine::new(&table, &model, samples::threads(2));
    let expected = memory.pairs_above(&model, FLOOR, &Watch::none()).unwrap();
    assert!(!expected.pairs.is_empty());
    (table, model, expected)
}

fn open(table: &Arc<Table>, model: &Model, addresses: &[String], shard_time: Duration) -> DataFusionEngine {
    let workers = Workers::call(addresses, token(), build_id()).unwrap();
    let options = EngineOptions { shard_time: Some(shard_time), shard_rows: Some(2_000), ..EngineOptions::default() };
    let engine = DataFusion::on_workers(table.clone(), options, workers);
    DataFusionEngine::open(&engine, model, samples::threads(2), &Watch::none()).unwrap()
}

#[test]
fn one_of_two_workers_is_killed_at_twenty_moments_of_a_run_and_each_time_the_pairs_are_right() {
    const MOMENTS: u32 = 10;
    let folder = tempfile::tempdir().unwrap();
    let (table, model, expected) = sample();
    let stays = Process::start(folder.path(), "stays");
    let run = |name: &str, is_first: bool, kill_after: Option<Duration>| {
        let dies = Process::start(folder.path(), name);
        let mut addresses = [dies.address.clone(), stays.address.clone()];
        if !is_first {
            addresses.reverse();
        }
        let engine = open(&table, &model, &addresses, Duration::from_secs(60));
        assert!(engine.shards().shards.len() >= 8);
        let begun = Instant::now();
        let found = std::thread::scope(|scope| {
            let run = scope.spawn(|| engine.pairs_above(&model, FLOOR, &Watch::none()));
            if let Some(moment) = kill_after {
                std::thread::sleep(moment);
                dies.signal("-KILL");
            }
            run.join().unwrap()
        });
        samples::same(&expected, &found.unwrap());
        begun.elapsed()
    };
    let undisturbed = run("undisturbed", true, None);
    for is_first in [true, false] {
        for nth in 0..MOMENTS {
            run(&format!("dies-{is_first}-{nth}"), is_first, Some(undisturbed * nth / MOMENTS));
        }
    }
}

#[test]
fn a_worker_that_stands_still_loses_its_shard_to_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let (table, model, expected) = sample();
    let (stays, stands) = (Process::start(folder.path(), "stays"), Process::start(folder.path(), "stands"));
    let addresses = [stands.address.clone(), stays.address.clone()];
    let engine = open(&table, &model, &addresses, Duration::from_secs(8));
    stands.signal("-STOP");
    let found = engine.pairs_above(&model, FLOOR, &Watch::none());
    stands.signal("-CONT");
    samples::same(&expected, &found.unwrap());
}

#[test]
fn no_worker_left_is_an_error_and_not_a_result() {
    let folder = tempfile::tempdir().unwrap();
    let (table, model, _) = sample();
    let dies = Process::start(folder.path(), "dies");
    let engine = open(&table, &model, std::slice::from_ref(&dies.address), Duration::from_secs(60));
    drop(dies);
    let begun = Instant::now();
    let failure = match engine.pairs_above(&model, FLOOR, &Watch::none()) {
        Err(PairError::Engine(failure)) => failure,
        other => panic!("{other:?}"),
    };
    assert!(matches!(failure.of_type(), Some(EngineError::Failed { .. })), "{failure}");
    assert!(begun.elapsed() < Duration::from_secs(40));
}

#[test]
fn patterns_come_from_workers_as_from_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (table, mut model, _) = sample();
    model.rules.truncate(2);
    let worker = Process::start(folder.path(), "worker");
    let engine = open(&table, &model, std::slice::from_ref(&worker.address), Duration::from_secs(60));
    let memory = MemoryEngine::new(&table, &model, samples::threads(2));
    let patterns = |engine: &dyn PairEngine| engine.patterns(&model, &Watch::none()).unwrap();
    assert_eq!(patterns(&memory), patterns(&engine));
}

/// A worker on a thread, for ever.
fn on_a_thread(options: WorkerOptions) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || serve(&listener, &token(), &options));
    address
}

#[test]
fn another_token_another_build_or_nobody_is_refused_before_anything_is_sent() {
    let address = on_a_thread(WorkerOptions { build: "another build".to_owned(), ..options() });
    let called =
        |token: &str, address: &str| Workers::call(&[address.to_owned()], Token::new(token).unwrap(), build_id());
    let build = called(TOKEN, &address);
    assert!(matches!(&build, Err(ClusterError::Build { theirs, .. }) if theirs == "another build"), "{build:?}");
    let wrong = called("fedcba9876543210fedcba9876543210", &address);
    assert!(matches!(wrong, Err(ClusterError::Token { .. })), "{wrong:?}");
    let nobody = called(TOKEN, "127.0.0.1:1");
    assert!(matches!(nobody, Err(ClusterError::Unreachable { .. })), "{nobody:?}");
    assert!(matches!(Workers::call(&[], token(), build_id()), Err(ClusterError::Nobody)));
}

#[test]
fn a_stranger_who_sends_rubbish_ends_his_own_connection_only() {
    let address = on_a_thread(options());
    for rubbish in [&[0xFF; 64][..], &[0; 64][..], b"GET / HTTP/1.1\r\n\r\n"] {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(rubbish).unwrap();
    }
    assert_eq!(Workers::call(&[address], token(), build_id()).unwrap().n(), 1);
}

#[test]
fn a_worker_with_too_little_memory_says_so() {
    let (table, model, _) = sample();
    let address = on_a_thread(WorkerOptions { memory: Some(10_000), ..options() });
    let engine = open(&table, &model, &[address], Duration::from_secs(60));
    match engine.pairs_above(&model, FLOOR, &Watch::none()) {
        Err(PairError::Engine(failure)) => {
            assert!(matches!(failure.of_type(), Some(EngineError::MemoryTooSmall { .. })), "{failure}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_worker_that_never_answers_is_late() {
    let (table, model, _) = sample();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    // It greets like a worker and takes everything, and that is all.
    std::thread::spawn(move || {
        for stream in silent.incoming() {
            let mut stream = stream.unwrap();
            if wire::greet(&mut stream, wire::Side::Worker, (&token(), build_id(), "the client")).is_ok() {
                std::thread::spawn(move || std::io::copy(&mut stream, &mut std::io::sink()));
            }
        }
    });
    let engine = open(&table, &model, &[address], Duration::from_secs(1));
    match engine.pairs_above(&model, FLOOR, &Watch::none()) {
        Err(PairError::Engine(failure)) => {
            let is_late = matches!(failure.of_type(), Some(EngineError::Wrong { fault: Fault::Late { .. }, .. }));
            assert!(is_late, "{failure}");
        }
        other => panic!("{other:?}"),
    }
}
