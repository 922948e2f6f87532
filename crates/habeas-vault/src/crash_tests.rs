//! What survives: a small history on a simulated disk, broken off or failing at every single call, with the states that
//! a power loss may leave, and again while recovering.

use crate::{
    feed::Access,
    founding::InitOptions,
    import::ImportError,
    index::PersonFilter,
    keys::{KdfCost, Key, Keys, Passphrase, UserKeys},
    opening::OpenError,
    opening::read_genesis,
    storage::{
        RelPath, Storage, StorageError,
        sim::{Draw, Fault, SimDisk},
    },
    vault::{Notice, SourceDraft, Vault, VaultError},
    verify::Depth,
    {ImportSummary, damage::DamageKind},
};
use habeas_core::{Attribution, Origin, SourceKind, SpeakerKind};
use std::{collections::BTreeSet, sync::Arc};

const ROWS: u64 = 300;

fn passphrase() -> Passphrase {
    Passphrase::new("seven invented words of a test")
}

/// What a passphrase opens: vault key and user seed.
#[derive(Clone)]
struct Secrets(Key, Key);

/// A founded vault and its keys, so that the thousands of openings below need not stretch a passphrase each.
fn founded() -> (SimDisk, Secrets, [u8; 16]) {
    let disk = SimDisk::new();
    let options = InitOptions {
        kdf: KdfCost::demo(),
        name: String::new(),
        founder: "keeper".into(),
        device: "office".into(),
        now_ms: 0,
    };
    let vault = Vault::init_on(Arc::new(disk.clone()), &passphrase(), options).unwrap();
    let secrets = Secrets(vault.log.keys.vault_key().clone(), vault.log.user.seed().clone());
    let id = vault.id;
    drop(vault);
    (disk, secrets, id)
}

fn open(disk: &SimDisk, secrets: &Secrets, id: [u8; 16]) -> Result<Vault, OpenError> {
    let lock = disk.lock(&RelPath::new("lock"))?;
    let (keys, user) = (Keys::new(secrets.0.clone(), id), UserKeys::of(&secrets.1));
    let founder = read_genesis(disk, &id)?;
    let mut vault = Vault::open_unlocked(Arc::new(disk.clone()), Some(lock), Access::Write, keys, user, founder)?;
    vault.log.own.close_segments_at(30_000);
    Ok(vault)
}

/// What a history has been told is done.
#[derive(Default, Debug)]
struct Acknowledged {
    audit: Vec<String>,
    lists: BTreeSet<String>,
    undone: BTreeSet<String>,
}

fn draft(key: &str) -> SourceDraft {
    SourceDraft {
        key: key.into(),
        kind: SourceKind::List,
        title: String::new(),
        said_by: Attribution::direct("committee", SpeakerKind::ListKeeper),
        edition: String::new(),
        file_name: String::new(),
        names_once: false,
        compiled_from: vec![],
        header: vec!["name".into()],
    }
}

fn import(vault: &mut Vault, key: &str, finish: bool) -> Result<(), ImportError> {
    let mut writer = vault.begin_import(draft(key), key.as_bytes(), "mapping", 0)?;
    for row in 1..=ROWS {
        writer.push(Origin::Row { sheet: String::new(), row }, vec![format!("{key} {row}")], vec![])?;
    }
    if finish {
        writer.finish(ImportSummary::default())?;
    }
    Ok(())
}

/// Two imports, one that is given up, one that is undone, and audit entries between; stops at the first error.
fn history(vault: &mut Vault, done: &mut Acknowledged) -> Result<(), ImportError> {
    for (step, key) in ["first", "second", "given-up", "third"].into_iter().enumerate() {
        let what = format!("before {key}");
        vault.audit(&what, 0)?;
        done.audit.push(what);
        import(vault, key, key != "given-up")?;
        if key != "given-up" {
            done.lists.insert(key.into());
        }
        if step == 1 {
            let id = vault.imports()[0].id;
            // From here on both outcomes are allowed until it is acknowledged.
            done.lists.remove("first");
            vault.undo_import(id, "twice", 0)?;
            done.undone.insert("first".into());
        }
    }
    Ok(())
}

/// Whole or absent; nothing acknowledged is lost; nothing undone comes back; and the vault goes on.
fn check(vault: &mut Vault, done: &Acknowledged, at: &str) {
    let audit: Vec<&str> = vault.audit_entries().iter().map(|entry| entry.what.as_str()).collect();
    assert!(audit.len() >= done.audit.len(), "{at}: an acknowledged entry is lost");
    assert!(audit.iter().zip(&done.audit).all(|(found, told)| found == told), "{at}: another history");
    assert!(audit.len() <= done.audit.len() + 1, "{at}: entries from nowhere");
    let standing: BTreeSet<String> =
        vault.imports().iter().filter(|i| i.undone.is_none()).map(|i| i.source.key.clone()).collect();
    assert!(done.lists.is_subset(&standing), "{at}: an acknowledged import is lost: {standing:?}");
    assert!(done.undone.is_disjoint(&standing), "{at}: an undone import stands");
    assert!(!standing.contains("given-up"), "{at}: an import that was given up stands");
    let mut rows: Vec<(String, String)> = Vec::new();
    vault.for_each_record(|record| rows.push((record.source.key.clone(), record.cells[0].clone()))).unwrap();
    for key in &standing {
        let found: Vec<&String> = rows.iter().filter(|(list, _)| list == key).map(|(_, cell)| cell).collect();
        let all: Vec<String> = (1..=ROWS).map(|row| format!("{key} {row}")).collect();
        assert!(found.iter().copied().eq(&all), "{at}: an import is not whole");
    }
    assert_eq!(rows.len() as u64, standing.len() as u64 * ROWS, "{at}");
    let report = vault.verify(Depth::Deep, &[]).unwrap();
    assert!(report.is_clean(), "{at}: {report:?}");
    vault.audit("the work goes on", 0).unwrap();
    vault.count_persons(&PersonFilter::default()).unwrap();
}

/// Runs the history with a fault and tells what was acknowledged; the vault is dropped as a failing program drops it.
fn run_with(disk: &SimDisk, key: &Secrets, id: [u8; 16], fault: Fault) -> (Acknowledged, Option<ImportError>) {
    let mut done = Acknowledged::default();
    let mut vault = open(disk, key, id).unwrap();
    disk.fail(Some(fault));
    let error = history(&mut vault, &mut done).err();
    drop(vault);
    (done, error)
}

#[test]
fn a_power_loss_at_any_call_loses_nothing_acknowledged_and_leaves_imports_whole_or_absent() {
    let (disk, key, id) = founded();
    let whole = disk.copy();
    let mut vault = open(&whole, &key, id).unwrap();
    whole.fail(None);
    history(&mut vault, &mut Acknowledged::default()).unwrap();
    let calls = whole.calls();
    assert!(vault.log.own.n_segments() > 3, "the history closes segments");
    drop(vault);
    for n in 1..=calls {
        let disk = disk.copy();
        let (done, error) = run_with(&disk, &key, id, Fault::From(n));
        // A failure after the acknowledgement (the record of the length, the blob's name) may go unnoticed.
        assert!(error.is_some() || n + 8 > calls, "call {n} failed and nobody noticed");
        for seed in 0..5 {
            let mut draw = Draw::new(n * 1000 + seed);
            let at = format!("call {n}, state {seed}");
            let lost = if seed == 0 { disk.copy() } else { disk.crash(&mut draw) };
            if seed == 4 {
                // The power fails again while recovering.
                lost.fail(Some(Fault::From(1 + draw.below(40))));
                drop(open(&lost, &key, id));
                let again = lost.crash(&mut draw);
                check(&mut open(&again, &key, id).unwrap_or_else(|e| panic!("{at}, twice: {e}")), &done, &at);
                continue;
            }
            check(&mut open(&lost, &key, id).unwrap_or_else(|e| panic!("{at}: {e}")), &done, &at);
            assert!(lost.paths().iter().all(|path| !unsettled(path)), "{at}: {:?}", lost.paths());
        }
        // Killed without a power loss, then opened: what is shown then is not lost when the power fails after that.
        disk.fail(None);
        let shown = open(&disk, &key, id).unwrap().audit_entries().len();
        let after = open(&disk.crash(&mut Draw::new(n)), &key, id).unwrap().audit_entries().len();
        assert!(after >= shown, "call {n}: an entry was shown and then lost");
    }
}

/// Files that must not stay after opening.
fn unsettled(path: &str) -> bool {
    (path.ends_with(".part") && !path.ends_with("open.part")) || path.starts_with("feeds/") && path.ends_with(".tmp")
}

#[test]
fn an_interrupted_import_is_told_once_and_its_file_does_not_stay() {
    let (disk, key, id) = founded();
    let mut vault = open(&disk, &key, id).unwrap();
    let mut writer = vault.begin_import(draft("first"), b"words", "mapping", 0).unwrap();
    for row in 1..=ROWS {
        writer.push(Origin::Row { sheet: String::new(), row }, vec![], vec![]).unwrap();
    }
    let import = writer.id();
    let killed = disk.copy();
    assert_eq!(killed.paths().iter().filter(|path| path.starts_with("blobs/")).count(), 1);
    let vault = open(&killed, &key, id).unwrap();
    assert_eq!(vault.notices(), [Notice::ImportAbandoned(import)]);
    assert!(vault.sources().is_empty() && vault.imports().is_empty());
    drop(vault);
    assert_eq!(killed.paths().iter().filter(|path| path.starts_with("blobs/")).count(), 0);
    assert_eq!(open(&killed, &key, id).unwrap().notices(), []);
}

#[test]
fn a_single_failing_call_is_told_and_the_vault_opens_again() {
    let (disk, key, id) = founded();
    let whole = disk.copy();
    let mut vault = open(&whole, &key, id).unwrap();
    whole.fail(None);
    history(&mut vault, &mut Acknowledged::default()).unwrap();
    let calls = whole.calls();
    drop(vault);
    for n in 1..=calls {
        let disk = disk.copy();
        let (done, _) = run_with(&disk, &key, id, Fault::Once(n));
        disk.fail(None);
        let at = format!("call {n}");
        check(&mut open(&disk, &key, id).unwrap_or_else(|e| panic!("{at}: {e}")), &done, &at);
    }
}

#[test]
fn after_a_failed_sync_the_writer_refuses_until_the_vault_is_opened_anew() {
    let (disk, key, id) = founded();
    let mut vault = open(&disk, &key, id).unwrap();
    // An audit entry is one write and one sync.
    disk.fail(Some(Fault::Once(2)));
    assert!(matches!(vault.audit("first", 0), Err(VaultError::Storage(StorageError::Io { .. }))));
    assert!(matches!(vault.audit("second", 0), Err(VaultError::Poisoned)));
}

#[test]
fn a_full_disk_is_told_and_what_was_acknowledged_is_still_there() {
    let (disk, key, id) = founded();
    let least = disk.bytes();
    let mut refused = 0;
    for room in (0..300_000).step_by(6_007) {
        let disk = disk.copy();
        let (done, error) = run_with(&disk, &key, id, Fault::FullAt(least + room));
        if let Some(error) = error {
            // An import that is given up has nobody to tell that its last word found no room: the next write says so.
            let told = matches!(
                error,
                ImportError::Vault(VaultError::Storage(StorageError::Full { .. }) | VaultError::Poisoned)
            );
            assert!(told, "room for {room} bytes: {error}");
            refused += 1;
        }
        disk.fail(None);
        check(&mut open(&disk, &key, id).unwrap(), &done, &format!("room for {room} bytes"));
    }
    assert!(refused > 10);
}

#[test]
fn a_torn_tail_is_moved_away_and_told() {
    let (disk, key, id) = founded();
    let open_part = disk.paths().into_iter().find(|path| path.ends_with("open.part")).unwrap();
    for tail in [vec![0; 700], vec![0xa5; 30], vec![1, 2, 3]] {
        let disk = disk.copy();
        disk.tamper(&open_part, |bytes| bytes.extend_from_slice(&tail));
        let vault = open(&disk, &key, id).unwrap();
        let [Notice::TornTail(torn)] = vault.notices() else { panic!("{:?}", vault.notices()) };
        assert_eq!(disk.read(torn.moved_to.as_ref().unwrap().as_str()), tail);
        drop(vault);
        assert_eq!(open(&disk, &key, id).unwrap().notices(), []);
    }
}

#[test]
fn a_flip_of_any_byte_of_a_small_vault_is_detected() {
    let (disk, key, id) = founded();
    let mut vault = open(&disk, &key, id).unwrap();
    vault.log.own.close_segments_at(600);
    vault.audit("first", 0).unwrap();
    vault.add_source(draft("article"), b"the words of an article", 0).unwrap();
    vault.audit("second", 0).unwrap();
    assert!(vault.log.own.n_segments() > 1);
    drop(vault);
    let open_part = disk.paths().into_iter().find(|path| path.ends_with("open.part")).unwrap();
    let mut flips = 0;
    for path in disk.paths() {
        // Slots and vault.toml need the passphrase and have tests of their own; the lock is empty.
        if path.starts_with("unlock/") || path == "vault.toml" || path == "genesis" {
            continue;
        }
        for at in 0..disk.read(&path).len() {
            // The pages of an open segment between header, slots and frames hold nothing.
            let gap = [128..4096, 4200..8192, 8296..12288].iter().any(|gap| gap.contains(&at));
            if path == open_part && gap {
                continue;
            }
            flips += 1;
            let disk = disk.copy();
            disk.tamper(&path, |bytes| bytes[at] ^= 0x10);
            match open(&disk, &key, id) {
                Err(_) => {}
                Ok(vault) => {
                    let report = vault.verify(Depth::Deep, &[]);
                    let slot = path == open_part && (4096..12288).contains(&at);
                    // One record of the durable length may be torn at any time: the other one then counts.
                    assert!(slot || report.is_err() || !report.unwrap().is_clean(), "{path}, byte {at}");
                }
            }
        }
    }
    assert!(flips > 3000, "{flips}");
}

#[test]
fn a_missing_or_foreign_segment_is_told_by_name() {
    let (disk, key, id) = founded();
    let mut vault = open(&disk, &key, id).unwrap();
    vault.log.own.close_segments_at(600);
    (0..12).for_each(|i| vault.audit(&format!("entry {i}"), 0).unwrap());
    drop(vault);
    let segments: Vec<String> = disk.paths().into_iter().filter(|path| path.ends_with(".seg")).collect();
    assert!(segments.len() >= 3);
    for segment in &segments {
        let disk = disk.copy();
        disk.forget(segment);
        let error = open(&disk, &key, id).err().unwrap();
        assert!(matches!(&error, OpenError::Damaged(damage) if damage.kind == DamageKind::Gap), "{segment}: {error}");
    }
    let copy = disk.copy();
    let name = RelPath::new(&segments[0].replace(".seg", ".sync-conflict.seg"));
    drop(copy.open(&name, crate::storage::Open::Create).unwrap());
    let error = open(&copy, &key, id).err().unwrap();
    assert!(matches!(&error, OpenError::Damaged(damage) if damage.kind == DamageKind::Foreign && damage.file == name));
    let swapped = disk.copy();
    let first = swapped.read(&segments[0]);
    swapped.tamper(&segments[1], |bytes| *bytes = first);
    assert!(matches!(open(&swapped, &key, id), Err(OpenError::Damaged(_))));
}
