//! Calls that fail, once or from then on, in a history and while opening; full disks; tails that a crash tore.

use super::*;

/// Runs a history until a step is refused. Returns how many were acknowledged, and the refusal.
fn run_with(disk: &SimDisk, secrets: &Secrets, fault: Fault) -> (usize, Option<OpenError>) {
    let mut vault = open(disk, secrets).unwrap();
    disk.fail(Some(fault));
    let mut done = 0;
    let refusal = SMALL.iter().enumerate().try_for_each(|(n, step)| {
        act(&mut vault, *step, n)?;
        done += 1;
        Ok::<_, OpenError>(())
    });
    // The vault is dropped as a failing program drops it.
    drop(vault);
    (done, refusal.err())
}

fn calls_of_history(disk: &SimDisk, secrets: &Secrets) -> u64 {
    let disk = disk.copy();
    run_with(&disk, secrets, Fault::Once(u64::MAX));
    disk.calls()
}

#[test]
fn any_call_may_fail_once_or_for_ever_and_the_vault_opens_again_with_what_was_acknowledged() {
    let (disk, secrets) = founded();
    let expected = expected(&disk, &secrets, &SMALL);
    let calls = calls_of_history(&disk, &secrets);
    for n in 1..=calls {
        for fault in [Fault::Once(n), Fault::From(n)] {
            let disk = disk.copy();
            let (done, refusal) = run_with(&disk, &secrets, fault);
            // A failure after the acknowledgement (the record of the length, the blob's name) may go unnoticed.
            let noticed = refusal.is_some() || matches!(fault, Fault::Once(_)) || n + 8 > calls;
            assert!(noticed, "{fault:?} failed and nobody noticed");
            disk.fail(None);
            check(&disk, &secrets, &expected, done, &format!("{fault:?}"));
        }
    }
    println!("{calls} calls of a history, each failed once and from then on");
}

#[test]
fn any_call_of_a_recovery_may_fail_once_or_for_ever_and_the_next_opening_settles() {
    let (disk, secrets) = founded();
    let expected = expected(&disk, &secrets, &SMALL);
    let mut recoveries = 0;
    for broken_at in (1..calls_of_history(&disk, &secrets)).step_by(budget("HABEAS_RECOVERIES_EVERY", 23) as usize) {
        let broken = disk.copy();
        let (done, _) = run_with(&broken, &secrets, Fault::From(broken_at));
        broken.fail(None);
        let whole = broken.copy();
        whole.fail(None);
        drop(open(&whole, &secrets).unwrap());
        // A different portion of the calls for each break, all of them over the history.
        for n in (1 + broken_at % 5..=whole.calls()).step_by(5) {
            for fault in [Fault::Once(n), Fault::From(n)] {
                let disk = broken.copy();
                disk.fail(Some(fault));
                drop(open(&disk, &secrets));
                disk.fail(None);
                let at = format!("broken at call {broken_at}, opening failed at {fault:?}");
                check(&disk, &secrets, &expected, done, &at);
                recoveries += 1;
            }
        }
    }
    println!("{recoveries} recoveries that failed in between");
}

#[test]
fn a_full_disk_is_told_and_what_was_acknowledged_is_still_there() {
    let (disk, secrets) = founded();
    let expected = expected(&disk, &secrets, &SMALL);
    let (least, mut refused) = (disk.bytes(), 0);
    for room in (0..60_000).step_by(1_201) {
        let disk = disk.copy();
        let (done, refusal) = run_with(&disk, &secrets, Fault::FullAt(least + room));
        if let Some(error) = refusal {
            // An import that is given up has nobody to tell that its last word found no room: the next write says so.
            let told = matches!(
                error,
                OpenError::Vault(VaultError::Storage(StorageError::Full { .. }) | VaultError::Poisoned)
            );
            assert!(told, "room for {room} bytes: {error}");
            refused += 1;
        }
        disk.fail(None);
        check(&disk, &secrets, &expected, done, &format!("room for {room} bytes"));
    }
    assert!(refused > 10);
}

#[test]
fn after_a_failed_sync_the_writer_refuses_until_the_vault_is_opened_anew() {
    let (disk, secrets) = founded();
    let mut vault = open(&disk, &secrets).unwrap();
    // An audit entry is one write and one sync.
    disk.fail(Some(Fault::Once(2)));
    assert!(matches!(vault.audit("first", 0), Err(VaultError::Storage(StorageError::Io { .. }))));
    assert!(matches!(vault.audit("second", 0), Err(VaultError::Poisoned)));
}

#[test]
fn an_interrupted_import_is_told_once_and_its_file_does_not_stay() {
    let (disk, secrets) = founded();
    let mut vault = open(&disk, &secrets).unwrap();
    let mut writer = vault.begin_import(draft("first", SourceKind::List), b"words", "mapping", 0).unwrap();
    for row in 1..=300 {
        writer.push(Origin::Row { sheet: String::new(), row }, vec![], vec![]).unwrap();
    }
    let import = writer.id();
    let killed = disk.copy();
    let blobs = |disk: &SimDisk| disk.paths().iter().filter(|path| path.starts_with("blobs/")).count();
    assert_eq!(blobs(&killed), 1);
    let vault = open(&killed, &secrets).unwrap();
    assert_eq!(vault.notices(), [Notice::ImportAbandoned(import)]);
    assert!(vault.sources().is_empty() && vault.imports().is_empty());
    drop(vault);
    assert_eq!(blobs(&killed), 0);
    assert_eq!(open(&killed, &secrets).unwrap().notices(), []);
}

#[test]
fn a_torn_tail_is_moved_away_and_told() {
    let (disk, secrets) = founded();
    let open_part = disk.paths().into_iter().find(|path| path.ends_with("open.part")).unwrap();
    for tail in [vec![0; 700], vec![0xa5; 30], vec![1, 2, 3]] {
        let disk = disk.copy();
        disk.tamper(&open_part, |bytes| bytes.extend_from_slice(&tail));
        let vault = open(&disk, &secrets).unwrap();
        let [Notice::TornTail(torn)] = vault.notices() else { panic!("{:?}", vault.notices()) };
        assert_eq!(disk.read(torn.moved_to.as_ref().unwrap().as_str()), tail);
        drop(vault);
        assert_eq!(open(&disk, &secrets).unwrap().notices(), []);
    }
}
