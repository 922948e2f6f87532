//! A real process, really killed in the middle of imports.

use crate::world::{NOW, list, new_vault, reopen, row};
use habeas_vault::{Depth, ImportSummary, Notice, Vault};
use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

const FOLDER: &str = "HABEAS_TEST_VAULT_TO_BE_KILLED";
const ROWS: u64 = 30;

/// Records without end, and says on standard output what is acknowledged, until it is killed: imports, and audit entries
/// between them.
fn write_without_end(vault: &mut Vault) {
    let mut told = std::io::stdout();
    for n in vault.imports().len().. {
        let key = format!("list-{n}");
        let mut writer = vault.begin_import(list(&key), key.as_bytes(), "mapping", NOW).unwrap();
        for number in 1..=ROWS {
            let (origin, cells, claims) = row(number);
            writer.push(origin, cells, claims).unwrap();
        }
        writer.finish(ImportSummary::default()).unwrap();
        writeln!(told, "acknowledged import").unwrap();
        for _ in 0..3 {
            vault.audit("looked", NOW).unwrap();
            writeln!(told, "acknowledged audit").unwrap();
        }
        if n % 5 == 4 {
            vault.make_checkpoint().unwrap();
        }
    }
}

/// Runs as the child when the variable is set; as a test of its own it has nothing to do.
#[test]
fn child_that_is_killed() {
    if let Ok(folder) = env::var(FOLDER) {
        write_without_end(&mut reopen(Path::new(&folder)));
    }
}

/// A child at work in a folder, killed after a while. Returns how many imports and audit entries it has acknowledged.
fn kill_a_child(folder: &Path, after: Duration) -> (usize, usize) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "kills::child_that_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told = Vec::new();
    while !told.iter().any(|line: &String| line.contains("acknowledged")) {
        told.push(lines.next().expect("the child works until it is killed").unwrap());
    }
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    told.extend(lines.map_while(Result::ok));
    let count = |what: &str| told.iter().filter(|line| line.ends_with(what)).count();
    (count("acknowledged import"), count("acknowledged audit"))
}

/// 40 kills in a test; `HABEAS_KILLS` says how many in a long run. A vault takes a hundred of them, then a new one is begun.
#[test]
fn kills_lose_nothing_acknowledged_show_no_half_import_and_raise_no_alarm() {
    let kills: u64 = env::var("HABEAS_KILLS").map_or(40, |n| n.parse().unwrap());
    let (mut dir, mut acknowledged, mut torn, mut told) = (tempfile::tempdir().unwrap(), (0, 0), 0, 0);
    for kill in 0..kills {
        if kill % 100 == 0 {
            dir = tempfile::tempdir().unwrap();
            acknowledged = (0, new_vault(dir.path()).audit_entries().len());
        }
        let (imports, audits) = kill_a_child(dir.path(), Duration::from_micros(kill * 617 % 15_000));
        told += imports + audits;
        let vault = reopen(dir.path());
        let found = (vault.imports().len(), vault.audit_entries().len());
        let at_least = (acknowledged.0 + imports, acknowledged.1 + audits);
        assert!(found.0 >= at_least.0 && found.1 >= at_least.1, "kill {kill}: {found:?}, {at_least:?} acknowledged");
        assert_eq!(vault.n_records(), found.0 as u64 * ROWS, "kill {kill}");
        torn += vault.notices().iter().filter(|notice| matches!(notice, Notice::TornTail(_))).count();
        // A commit may be durable and its acknowledgement not yet written: count on from what is there.
        acknowledged = found;
        if kill % 10 == 9 || kill + 1 == kills {
            let report = vault.verify(Depth::Deep, &[]).unwrap();
            assert!(report.is_clean(), "kill {kill}: {report:?}");
        }
    }
    println!("{kills} kills: {told} acknowledged writes, all there; {torn} torn tails; no alarm");
}
