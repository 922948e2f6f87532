//! `--engine`: the same persons, pairs and weights wherever they are compared.

use crate::program::Office;

fn lists(office: &Office) {
    let rows = |offset: u32| -> String {
        let row =
            |i: u32| format!("{i},Name{} Family{},{:02}/03/2015,p{i}\n", i * 7 % 40, i % 25, 1 + (i + offset) % 28);
        (0..400).map(row).collect()
    };
    let header = "No,Name,Date taken,person\n";
    office.file("a.csv", format!("{header}{}", rows(0))).file("b.csv", format!("{header}{}", rows(0)));
}

#[cfg(not(feature = "cluster"))]
#[test]
fn a_build_without_a_query_engine_says_how_to_get_one() {
    let office = Office::new();
    lists(&office);
    for engine in ["datafusion", "cluster://127.0.0.1:1"] {
        let args = ["link", "files", "a.csv", "b.csv", "--out", "c.csv", "--engine", engine];
        let run = office.run(&args).ends_with(2);
        assert!(run.stderr.contains("--features cluster"), "{}", run.stderr);
    }
}

#[test]
fn an_engine_that_nobody_knows_is_refused() {
    let office = Office::new();
    lists(&office);
    for engine in ["spark", "cluster://", "cluster://host", "cluster://:7"] {
        office.run(&["link", "files", "a.csv", "--out", "c.csv", "--engine", engine]).ends_with(2);
    }
    office.run(&["link", "files", "a.csv", "--out", "c.csv", "--work", "w"]).ends_with(2);
}

#[test]
fn a_plan_counts_pairs_exactly_and_names_the_engine_for_a_wished_time() {
    let office = Office::new();
    lists(&office);
    let plan = office.json(&[
        "link",
        "plan",
        "a.csv",
        "b.csv",
        "--truth",
        "person",
        "--model-out",
        "m.toml",
        "--within",
        "10",
    ]);
    let linked = office.json(&["link", "files", "a.csv", "b.csv", "--truth", "person", "--out", "c.csv"]);
    assert_eq!(plan["candidate_pairs"], linked["candidate_pairs"]);
    for (planned, did) in plan["cost"]["rules"].as_array().unwrap().iter().zip(linked["rules"].as_array().unwrap()) {
        assert_eq!((&planned["rule"], &planned["own_pairs"]), (&did["rule"], &did["own_pairs"]));
    }
    assert_eq!(plan["cost"]["engine_for_it"], "memory");
    assert!(plan["cost"]["dominating_rule"].is_string());
    let given = office.json(&["link", "plan", "a.csv", "b.csv", "--truth", "person", "--model", "m.toml"]);
    assert_eq!((&given["candidate_pairs"], &given["learnt"]), (&plan["candidate_pairs"], &false.into()));
    let soon = office.json(&["link", "plan", "a.csv", "b.csv", "--within", "0.0000001"]);
    assert!(soon["cost"]["engine_for_it"].is_null(), "reading alone takes longer");
    office.run(&["link", "plan", "a.csv", "--within", "0"]).ends_with(2);
}

#[cfg(all(feature = "cluster", unix))]
mod with_it {
    use super::*;
    use std::{
        io::{BufRead, BufReader},
        process::{Child, Command, Stdio},
    };

    struct Worker {
        child: Child,
        address: String,
    }

    impl Drop for Worker {
        fn drop(&mut self) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }

    fn worker(office: &Office) -> Worker {
        let mut child = Command::new(env!("CARGO_BIN_EXE_habeas"))
            .args(["cluster", "worker", "--listen", "127.0.0.1:0", "--threads", "1", "--json", "--token-file"])
            .arg(office.path("token"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut text = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        while !text.trim_end().ends_with('}') {
            assert!(lines.read_line(&mut text).unwrap() > 0, "the worker does not start: {text}");
        }
        let said: serde_json::Value = serde_json::from_str(&text).unwrap();
        Worker { child, address: said["listening"].as_str().unwrap().to_owned() }
    }

    #[test]
    fn on_the_query_engine_and_on_two_workers_of_which_one_is_killed_the_pairs_are_those_of_memory() {
        let office = Office::new();
        lists(&office);
        office.file("token", "0123456789abcdef0123456789abcdef\n");
        let pairs = |engine: &[&str]| {
            let args = ["link", "files", "a.csv", "b.csv", "--truth", "person", "--out", "c.csv", "--pairs", "p.csv"];
            let linked = office.json(&[&args[..], engine].concat());
            let read = |name: &str| std::fs::read_to_string(office.path(name)).unwrap();
            (linked["candidate_pairs"].clone(), linked["links"].clone(), read("p.csv"), read("c.csv"))
        };
        let memory = pairs(&[]);
        assert!(memory.2.lines().count() > 400);
        assert_eq!(memory, pairs(&["--engine", "datafusion", "--engine-memory", "50"]));
        let work = office.path("work");
        assert_eq!(memory, pairs(&["--engine", "datafusion", "--work", work.to_str().unwrap()]));
        assert!(work.exists());
        let (stays, mut dies) = (worker(&office), worker(&office));
        let engine = format!("cluster://{},{}", dies.address, stays.address);
        let on_workers = ["--engine", &engine, "--token-file", "token"];
        assert_eq!(memory, pairs(&on_workers));
        let killed = std::thread::scope(|scope| {
            let run = scope.spawn(|| pairs(&on_workers));
            std::thread::sleep(std::time::Duration::from_millis(400));
            dies.child.kill().unwrap();
            run.join().unwrap()
        });
        assert_eq!(memory, killed);
        // The next run is told that it has one worker only.
        office.file("other", "fedcba9876543210fedcba9876543210");
        let args = ["link", "files", "a.csv", "--out", "c.csv", "--engine", &engine, "--token-file"];
        let gone = office.run(&[&args[..], &["token"]].concat()).ends_with(1);
        assert!(gone.stderr.contains("no worker answers"), "{}", gone.stderr);
        let engine = format!("cluster://{}", stays.address);
        let args = ["link", "files", "a.csv", "--out", "c.csv", "--engine", &engine, "--token-file", "other"];
        let refused = office.run(&args).ends_with(1);
        assert!(refused.stderr.contains("another token"), "{}", refused.stderr);
    }

    /// Two lists, a worker, and the run that links the lists on it and keeps its shards in `work`.
    fn kept_run() -> (Office, Worker, Vec<String>) {
        let office = Office::new();
        lists(&office);
        office.file("token", "0123456789abcdef0123456789abcdef\n");
        let worker = worker(&office);
        let engine = format!("cluster://{}", worker.address);
        let args = ["link", "files", "a.csv", "b.csv", "--truth", "person", "--out", "c.csv", "--pairs", "p.csv"];
        let kept = ["--engine", &engine, "--token-file", "token", "--work", "work", "--engine-memory", "50"];
        let args = args.iter().chain(&kept).map(|word| (*word).to_owned()).collect();
        (office, worker, args)
    }

    fn outcome(office: &Office) -> [String; 2] {
        ["p.csv", "c.csv"].map(|name| std::fs::read_to_string(office.path(name)).unwrap())
    }

    #[test]
    fn a_coordinator_that_is_killed_and_started_again_ends_with_the_same_pairs() {
        let (office, _worker, args) = kept_run();
        let words: Vec<&str> = args.iter().map(String::as_str).collect();
        let begun = std::time::Instant::now();
        office.run(&words).succeeds();
        let (whole, expected) = (begun.elapsed(), outcome(&office));
        for nth in 1..6 {
            for file in ["p.csv", "c.csv"] {
                std::fs::remove_file(office.path(file)).unwrap();
            }
            std::fs::remove_dir_all(office.path("work")).unwrap();
            let mut run = office.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(whole * nth / 6);
            run.kill().unwrap();
            run.wait().unwrap();
            office.run(&words).succeeds();
            assert_eq!(expected, outcome(&office), "killed after {nth} sixths");
        }
    }

    #[test]
    fn a_full_disk_under_the_work_folder_ends_the_run_with_an_error_and_the_next_one_goes_on() {
        let (office, _worker, args) = kept_run();
        let words: Vec<&str> = args.iter().map(String::as_str).collect();
        // No file may grow beyond so many blocks, as on a disk that is full.
        let run = Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_habeas")])
            .args(&words)
            .current_dir(office.path("."))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(1), "{said}");
        assert!(said.contains("work") && !office.path("c.csv").exists(), "{said}");
        office.run(&words).succeeds();
        let linked = outcome(&office);
        let memory = &words[..words.iter().position(|word| *word == "--engine").unwrap()];
        office.run(memory).succeeds();
        assert_eq!(linked, outcome(&office));
    }
}
