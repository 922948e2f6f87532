//! What a member keeps for themselves: nobody else reads it, and what is thrown away is gone.

use crate::world::{NOW, new_vault, reopen};
use habeas_core::Role;
use habeas_vault::{Damage, DamageKind, KdfCost, MAX_SETTINGS, NewMember, Passphrase, Vault, VaultError};
use std::{fs, path::PathBuf};

fn file(vault: &std::path::Path) -> PathBuf {
    let mut files = fs::read_dir(vault.join("settings")).unwrap().map(|entry| entry.unwrap().path());
    let file = files.next().unwrap();
    assert!(files.next().is_none());
    file
}

#[test]
fn what_a_member_keeps_is_there_again_after_the_next_opening_and_stands_nowhere_in_clear() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    assert_eq!(vault.settings().unwrap(), b"");
    vault.keep_settings(b"search for Marena").unwrap();
    drop(vault);
    let mut vault = reopen(dir.path());
    assert_eq!(vault.settings().unwrap(), b"search for Marena");
    let bytes = fs::read(file(dir.path())).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"Marena"));
    let length = bytes.len();
    vault.keep_settings(b"a somewhat longer search for Marena and others").unwrap();
    assert_eq!(
        fs::read(file(dir.path())).unwrap().len(),
        length,
        "the length of the file tells nothing of a few words"
    );
    vault.keep_settings(b"").unwrap();
    assert_eq!(fs::read_dir(dir.path().join("settings")).unwrap().count(), 0, "what is thrown away is gone");
    assert!(matches!(vault.keep_settings(&vec![0; MAX_SETTINGS + 1]), Err(VaultError::TooLong { .. })));
}

#[test]
fn no_other_member_reads_it_a_keeper_neither() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    vault.keep_settings(b"the founder's").unwrap();
    let words = Passphrase::new("other: seven invented words of a test");
    let new = NewMember { name: "other".into(), role: Role::Keeper, compartments: vec![] };
    vault.add_member(new, &words, KdfCost::demo(), true, NOW).unwrap();
    drop(vault);
    let mut other = Vault::open(dir.path(), &words).unwrap();
    assert_eq!(other.settings().unwrap(), b"");
    // Under another's name it does not open either.
    other.keep_settings(b"x").unwrap();
    let mut files: Vec<PathBuf> =
        fs::read_dir(dir.path().join("settings")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
    let before = fs::read(&files[0]).unwrap();
    fs::write(&files[1], before).unwrap();
    assert!(matches!(other.settings(), Err(VaultError::Damaged(Damage { kind: DamageKind::Settings, .. }))));
}
