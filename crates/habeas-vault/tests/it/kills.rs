//! A real process, really killed in the middle of imports.

use crate::world::{NOW, list, new_vault, reopen, row};
use habeas_vault::{Depth, ImportSummary, Vault};
use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

const FOLDER: &str = "HABEAS_TEST_VAULT_TO_BE_KILLED";
const ROWS: u64 = 1500;

/// Imports list after list and says on standard output which ones are acknowledged, until it is killed.
fn import_without_end(vault: &mut Vault) {
    let mut told = std::io::stdout();
    for n in vault.imports().len().. {
        let key = format!("list-{n}");
        let mut writer = vault.begin_import(list(&key), key.as_bytes(), "mapping", NOW).unwrap();
        for number in 1..=ROWS {
            let (origin, cells, claims) = row(number);
            writer.push(origin, cells, claims).unwrap();
        }
        writer.finish(ImportSummary::default()).unwrap();
        writeln!(told, "acknowledged {key}").unwrap();
    }
}

/// Runs as the child when the variable is set; as a test of its own it has nothing to do.
#[test]
fn child_that_is_killed() {
    if let Ok(folder) = env::var(FOLDER) {
        import_without_end(&mut reopen(Path::new(&folder)));
    }
}

#[test]
fn twenty_kills_lose_no_acknowledged_import_and_show_no_half_one() {
    let dir = tempfile::tempdir().unwrap();
    drop(new_vault(dir.path()));
    let mut acknowledged = 0;
    for kill in 0..20u64 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "kills::child_that_is_killed", "--nocapture"])
            .env(FOLDER, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = 0;
        // Each child is killed a little later after its first acknowledgement than the one before.
        while told == 0 {
            let line = lines.next().expect("the child works until it is killed").unwrap();
            told += usize::from(line.contains("acknowledged"));
        }
        std::thread::sleep(Duration::from_millis(kill * 7));
        child.kill().unwrap();
        child.wait().unwrap();
        told += lines.map_while(Result::ok).filter(|line| line.contains("acknowledged")).count();
        acknowledged += told;

        let vault = reopen(dir.path());
        let n_imports = vault.imports().len();
        assert!(n_imports >= acknowledged, "kill {kill}: {n_imports} imports, {acknowledged} acknowledged");
        assert_eq!(vault.n_records(), n_imports as u64 * ROWS, "kill {kill}");
        // A commit may be durable and its acknowledgement not yet written: count on from what is there.
        acknowledged = n_imports;
        let mut read = 0;
        vault.for_each_record(|_| read += 1).unwrap();
        assert_eq!(read, vault.n_records(), "kill {kill}");
    }
    assert!(acknowledged >= 20);
    let report = reopen(dir.path()).verify(Depth::Deep, &[]).unwrap();
    assert!(report.is_clean(), "{report:?}");
}
