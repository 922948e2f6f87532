//! Vaults that were changed, cut, or made to harm: each is refused with what is wrong and where.

use crate::world::{NOW, import, new_vault, passphrase, reopen};
use expect_test::{Expect, expect};
use habeas_vault::{Damage, DamageKind, Depth, OpenError, Passphrase, Vault};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn small_vault() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    import(&mut vault, "committee", 20);
    vault.audit("looked", NOW).unwrap();
    drop(vault);
    dir
}

fn open_error(dir: &Path) -> OpenError {
    Vault::open(dir, &passphrase()).err().expect("the vault is refused")
}

fn check(dir: &Path, message: Expect) {
    message.assert_eq(&open_error(dir).to_string());
}

fn edit(path: PathBuf, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// The open segment: its only folder below `feeds` has a random name.
fn open_part(dir: &Path) -> PathBuf {
    fs::read_dir(dir.join("feeds")).unwrap().next().unwrap().unwrap().path().join("open.part")
}

fn slot(dir: &Path) -> PathBuf {
    fs::read_dir(dir.join("unlock")).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn a_wrong_passphrase_is_refused_and_changes_nothing() {
    let dir = small_vault();
    let wrong = Vault::open(dir.path(), &Passphrase::new("seven invented words of a tesT"));
    assert!(matches!(wrong, Err(OpenError::WrongPassphrase)));
    expect!["the passphrase does not open this vault"].assert_eq(&wrong.err().unwrap().to_string());
    assert_eq!(reopen(dir.path()).n_records(), 20);
}

#[test]
fn a_vault_of_a_later_version_is_named_as_such() {
    let dir = small_vault();
    edit(dir.path().join("vault.toml"), |bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap().replace("format = 1", "format = 7");
        *bytes = text.into_bytes();
    });
    check(dir.path(), expect!["the vault has format 7; this version reads up to 1"]);
}

#[test]
fn a_changed_public_file_is_named() {
    let dir = small_vault();
    edit(dir.path().join("genesis"), |bytes| bytes[20] ^= 1);
    check(dir.path(), expect!["genesis, byte 0: the file was changed"]);
    let dir = small_vault();
    fs::write(dir.path().join("vault.toml"), "format = \"one\"").unwrap();
    check(dir.path(), expect!["vault.toml, byte 0: the file was changed"]);
    let dir = small_vault();
    fs::remove_file(slot(dir.path())).unwrap();
    check(dir.path(), expect!["unlock, byte 0: the file was changed"]);
    let dir = small_vault();
    fs::remove_file(dir.path().join("device")).unwrap();
    check(dir.path(), expect!["device is missing"]);
}

#[test]
fn a_slot_that_asks_for_all_memory_is_refused_before_anything_is_computed() {
    let dir = small_vault();
    edit(slot(dir.path()), |bytes| {
        // Key 3, 8 MiB, key 4: the memory becomes 4 TiB.
        let at = bytes.windows(3).position(|window| window == [3, 8, 4]).unwrap() + 1;
        bytes.splice(at..=at, [0x1a, 0x00, 0x40, 0x00, 0x00]);
    });
    check(dir.path(), expect!["a slot asks for 4194304 MiB and 1 passes, which no vault of ours does"]);
    let dir = small_vault();
    edit(slot(dir.path()), |bytes| bytes.resize(1 << 20, 0));
    assert!(matches!(open_error(dir.path()), OpenError::Vault(_)));
}

#[test]
fn a_truncated_header_is_refused() {
    for length in [0, 7, 100, 4096, 12_287] {
        let dir = small_vault();
        edit(open_part(dir.path()), |bytes| bytes.truncate(length));
        let error = open_error(dir.path());
        assert!(matches!(&error, OpenError::Damaged(damage) if damage.kind == DamageKind::Header), "{length}: {error}");
    }
}

#[test]
fn acknowledged_bytes_that_are_missing_or_changed_are_an_alarm_with_file_and_place() {
    let dir = small_vault();
    edit(open_part(dir.path()), |bytes| bytes.truncate(12_288 + 400));
    let OpenError::Damaged(Damage { offset, kind, .. }) = open_error(dir.path()) else { panic!("no damage") };
    assert!(matches!(kind, DamageKind::Acknowledged { .. }));
    assert!((12_288..12_688).contains(&offset));
    let dir = small_vault();
    edit(open_part(dir.path()), |bytes| bytes[12_288 + 50] ^= 4);
    let OpenError::Damaged(Damage { offset, kind, .. }) = open_error(dir.path()) else { panic!("no damage") };
    assert_eq!((offset, kind), (12_288, DamageKind::Acknowledged { seq: 1 }));
    let dir = small_vault();
    edit(open_part(dir.path()), |bytes| {
        bytes[4100] ^= 1;
        bytes[8200] ^= 1;
    });
    let OpenError::Damaged(Damage { kind, .. }) = open_error(dir.path()) else { panic!("no damage") };
    assert_eq!(kind, DamageKind::DurableLength);
}

#[test]
fn an_older_copy_of_the_feed_is_recognised_by_the_index_that_has_seen_more() {
    let dir = small_vault();
    let feed = open_part(dir.path());
    let older = fs::read(&feed).unwrap();
    let mut vault = reopen(dir.path());
    vault.audit("something that is to be forgotten", NOW).unwrap();
    drop(vault);
    fs::write(&feed, older).unwrap();
    let OpenError::Damaged(Damage { kind, .. }) = open_error(dir.path()) else { panic!("no damage") };
    assert!(matches!(kind, DamageKind::RolledBack { .. }), "{kind}");
}

#[test]
fn a_changed_blob_is_found_when_it_is_read() {
    let dir = small_vault();
    let folder = fs::read_dir(dir.path().join("blobs")).unwrap().next().unwrap().unwrap().path();
    let blob = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&blob).unwrap();
    for at in (0..whole.len()).step_by(37) {
        let mut changed = whole.clone();
        changed[at] ^= 0x20;
        fs::write(&blob, changed).unwrap();
        let vault = reopen(dir.path());
        let source = vault.sources()[0].id;
        assert!(vault.original(source).is_err(), "byte {at}");
        let report = vault.verify(Depth::Deep, &[]).unwrap();
        assert_eq!(report.damages.len(), 1, "byte {at}");
    }
    fs::write(&blob, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(reopen(dir.path()).verify(Depth::Deep, &[]).unwrap().damages[0].kind, DamageKind::Blob);
    fs::remove_file(&blob).unwrap();
    assert_eq!(reopen(dir.path()).verify(Depth::Quick, &[]).unwrap().damages[0].kind, DamageKind::BlobMissing);
}

#[test]
fn an_index_that_is_no_index_is_replaced() {
    let dir = small_vault();
    let index = dir.path().join("index/general-1.db");
    for damage in [&b"not a database at all"[..], &[0; 8192], b""] {
        fs::write(&index, damage).unwrap();
        let vault = reopen(dir.path());
        assert_eq!(vault.n_records(), 20);
        assert!(vault.verify(Depth::Quick, &[]).unwrap().is_clean());
    }
}
