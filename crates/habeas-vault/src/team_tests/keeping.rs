//! Erasing, backup, travel, recovery, and looking at the past.

use super::*;
use crate::{EntryProof, KeyringSecret};

#[test]
fn a_record_that_is_erased_is_gone_on_every_device_and_its_list_stays() {
    let ((disk_a, mut a), folder) = (office(), SimDisk::new());
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi", "Sadiq"]);
    let (disk_b, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    assert_eq!(names(&b).len(), 3);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    let before = a.make_checkpoint().unwrap();
    a.erase(EraseTarget::Record(ids[1]), ErasureReason::ConsentWithdrawn, "asked", 0).unwrap();
    assert_eq!(names(&a), ["Marena", "Sadiq"]);
    assert_eq!(a.imports()[0].n_erased, 1);
    assert_eq!(a.records_of(&ids[1..2]).unwrap(), []);
    assert!(a.original(a.sources()[0].id).is_err(), "the file held the same words");
    sync(&mut a, &folder);
    sync(&mut b, &folder);
    assert_eq!(
        a.state_hash().unwrap(),
        b.state_hash().unwrap(),
        "what stands is the same before it is known who has followed"
    );
    sync(&mut a, &folder);
    assert_eq!(names(&b), ["Marena", "Sadiq"]);
    assert_eq!(a.erasures()[0].done.len(), 2, "each device says that it has followed");
    assert_eq!(a.state_hash().unwrap(), b.state_hash().unwrap());
    for (disk, who) in [(&disk_a, "keeper"), (&disk_b, "coder")] {
        let vault = (if who == "keeper" { &a } else { &b }).verify(Depth::Deep, &[]).unwrap();
        assert!(vault.is_clean(), "{vault:?}");
        assert!(vault.n_sealed >= 1, "what was erased stays as a stub");
        assert!(!disk.paths().iter().any(|path| path.starts_with("blobs/")), "{who}");
    }
    drop((a, b));
    let a = open(&disk_a, "keeper").unwrap();
    assert_eq!(a.notices().iter().filter(|notice| matches!(notice, Notice::KeysMissing(_))).count(), 0);
    assert_eq!(names(&a), ["Marena", "Sadiq"]);
    // Looking at the past does not bring it back.
    let past = a.as_of(&before).unwrap();
    assert_eq!(names(&past), ["Marena", "Sadiq"]);
}

#[test]
fn a_source_that_is_erased_leaves_a_stub_with_the_reason() {
    let (disk, mut a) = office();
    import(&mut a, "list", SourceKind::List, &["Marena"]);
    let source = import(&mut a, "testimony", SourceKind::Testimony, &["Tolvi"]);
    let id = a.source_of_key("testimony").unwrap().id;
    a.set_source_identity(id, "who it is", 0).unwrap();
    assert_eq!(a.source_identity(id), Some("who it is"));
    a.erase(EraseTarget::Source(id), ErasureReason::Safety, "threats", 0).unwrap();
    assert!(a.source_of_key("testimony").is_none() && a.records_of(&source).unwrap().is_empty());
    assert_eq!(a.source_identity(id), None);
    assert_eq!((a.erasures()[0].reason, a.erasures()[0].why.as_str()), (ErasureReason::Safety, "threats"));
    assert!(matches!(
        a.erase(EraseTarget::Source(id), ErasureReason::Safety, "", 0),
        Err(OpenError::Vault(VaultError::Unknown { .. }))
    ));
    drop(a);
    let a = open(&disk, "keeper").unwrap();
    assert_eq!(names(&a), ["Marena"]);
    assert!(a.verify(Depth::Deep, &[]).unwrap().is_clean());
}

#[test]
fn an_old_copy_with_the_new_keys_does_not_open_what_was_erased() {
    let ((disk, mut a), backup) = (office(), SimDisk::new());
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    a.backup_to(&backup, 0).unwrap();
    let old = backup.copy();
    a.erase(EraseTarget::Record(ids[0]), ErasureReason::LegalDuty, "", 0).unwrap();
    drop(a);
    // The old segments and blobs, with the key files and ways in of now.
    for path in old.paths().into_iter().filter(|path| path.starts_with("keys/")) {
        old.forget(&path);
    }
    for path in disk.paths().into_iter().filter(|path| path.starts_with("keys/")) {
        let bytes = disk.read(&path);
        let mut file = old.open(&RelPath::new(&path), crate::storage::Open::Create).unwrap();
        file.write_all_at(&bytes, 0).unwrap();
    }
    let restored = Vault::restore_on(&old, arc(&SimDisk::new()), &words("keeper"), "laptop", 0).unwrap();
    assert_eq!(names(&restored.vault), ["Tolvi"]);
    assert_eq!(restored.vault.erasures().len(), 0, "the old copy does not know why: the missing key is told");
    let told = restored.vault.notices().iter().any(|notice| matches!(notice, Notice::KeysMissing(_)));
    assert!(told, "{:?}", restored.vault.notices());
    let missing = |damage: &crate::Damage| matches!(damage.kind, DamageKind::KeyMissing { .. });
    assert!(restored.report.damages.iter().any(missing), "{:?}", restored.report);
}

#[test]
fn a_restored_backup_has_the_same_roots_and_a_device_of_its_own() {
    let ((disk, mut a), backup) = (office(), SimDisk::new());
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    judge(&mut a, RecordPair::new(ids[0], ids[1]).unwrap(), Verdict::Same, "Anne");
    let first = a.backup_to(&backup, 0).unwrap();
    assert!(first.copied.segments > 0);
    import(&mut a, "more", SourceKind::List, &["Sadiq"]);
    let report = a.backup_to(&backup, 0).unwrap();
    assert!(report.copied.segments == 1 && report.copied.blobs == 1, "{report:?}");
    let restored_disk = SimDisk::new();
    let restored = Vault::restore_on(&backup, arc(&restored_disk), &words("keeper"), "laptop", 0).unwrap();
    assert_eq!(restored.root_of_copy, report.root);
    assert_eq!(restored.root_here, report.root);
    assert!(restored.report.is_clean(), "{:?}", restored.report);
    assert_eq!(names(&restored.vault), names(&a));
    assert_eq!(restored.vault.judgements(), a.judgements());
    assert_eq!(restored.vault.devices().count(), 2);
    assert!(disk.read("device") != restored_disk.read("device"));
    // Both go on and exchange: the restored one is a device like any other.
    let (mut restored, folder) = (restored.vault, SimDisk::new());
    import(&mut restored, "after", SourceKind::List, &["Karim"]);
    sync(&mut a, &folder);
    sync(&mut restored, &folder);
    sync(&mut a, &folder);
    assert_eq!(names(&a).len(), 4);
    assert_eq!(a.state_hash().unwrap(), restored.state_hash().unwrap());
}

#[test]
fn a_backup_that_was_changed_is_not_restored() {
    let ((_, mut a), backup) = (office(), SimDisk::new());
    import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    a.backup_to(&backup, 0).unwrap();
    for path in backup.paths().iter().filter(|path| !path.starts_with("unlock/") && *path != "vault.toml") {
        let changed = backup.copy();
        changed.tamper(path, |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        });
        let restored = Vault::restore_on(&changed, arc(&SimDisk::new()), &words("keeper"), "laptop", 0);
        assert!(restored.is_err() || !restored.unwrap().report.is_clean(), "{path}");
    }
}

#[test]
fn an_old_figure_can_be_looked_at_again() {
    let (disk, mut a) = office();
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    let pair = RecordPair::new(ids[0], ids[1]).unwrap();
    judge(&mut a, pair, Verdict::Same, "Anne");
    a.audit("looked", 7).unwrap();
    let then = a.make_checkpoint().unwrap();
    assert_eq!(a.time_of(&then), Some(7));
    judge(&mut a, pair, Verdict::Different, "Anne");
    import(&mut a, "more", SourceKind::List, &["Sadiq"]);
    let undone = a.imports()[0].id;
    a.undo_import(undone, "wrong file", 0).unwrap();
    assert_eq!(names(&a), ["Sadiq"]);
    drop(a);
    let a = open(&disk, "keeper").unwrap();
    assert_eq!(a.checkpoints(), std::slice::from_ref(&then));
    let mut past = a.as_of(&then).unwrap();
    assert_eq!(names(&past), ["Marena", "Tolvi"]);
    assert_eq!(past.judgements().len(), 1);
    assert!(matches!(past.audit("now", 0), Err(VaultError::ReadOnly)));
    drop(past);
    assert_eq!(names(&open(&disk, "keeper").unwrap()), ["Sadiq"]);
}

#[test]
fn an_earlier_state_is_read_beside_the_open_vault_and_knows_nothing_of_what_is_recorded_meanwhile() {
    let (disk, mut a) = office();
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    let then = a.make_checkpoint().unwrap();
    import(&mut a, "more", SourceKind::List, &["Sadiq"]);
    let earlier = a.look_back(&then).unwrap();
    import(&mut a, "third", SourceKind::List, &["Irsi"]);
    let mut past = earlier.read().unwrap();
    judge(&mut a, RecordPair::new(ids[0], ids[1]).unwrap(), Verdict::Same, "Anne");
    assert_eq!(names(&past), ["Marena", "Tolvi"]);
    assert!(past.judgements().is_empty());
    assert!(matches!(past.audit("now", 0), Err(VaultError::ReadOnly)));
    assert_eq!(names(&a), ["Marena", "Tolvi", "Sadiq", "Irsi"]);
    drop(past);
    assert_eq!(a.judgements().len(), 1);
    drop(a);
    assert_eq!(names(&open(&disk, "keeper").unwrap()), ["Marena", "Tolvi", "Sadiq", "Irsi"]);
}

#[test]
fn what_was_erased_since_is_not_in_an_earlier_state() {
    let (_, mut a) = office();
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    let then = a.make_checkpoint().unwrap();
    a.erase(EraseTarget::Record(ids[0]), ErasureReason::ConsentWithdrawn, "asked", 0).unwrap();
    let past = a.look_back(&then).unwrap().read().unwrap();
    assert_eq!(names(&past), ["Tolvi"]);
    assert!(past.notices().is_empty(), "{:?}", past.notices());
}

#[test]
fn a_lost_passphrase_is_made_good_by_the_recovery_key_or_by_enough_shares() {
    let (disk, mut a) = office();
    import(&mut a, "testimony", SourceKind::Testimony, &["Tolvi"]);
    let key = a.make_recovery_key(0).unwrap();
    let shares = a.make_shares(2, 3, 0).unwrap();
    assert!(matches!(a.make_shares(4, 3, 0), Err(VaultError::Shares(_))));
    drop(a);
    let mut recovered = Vault::open_on(arc(&disk), Way::RecoveryKey(&key)).unwrap();
    assert_eq!(names(&recovered), ["Tolvi"]);
    recovered.add_passphrase(&words("new"), None, KdfCost::demo()).unwrap();
    drop(recovered);
    assert_eq!(names(&open(&disk, "new").unwrap()), ["Tolvi"]);
    for (i, j) in [(0, 1), (0, 2), (1, 2)] {
        let secret = ShareSecret::combine(&[shares[i].clone(), shares[j].clone()]).unwrap();
        assert_eq!(names(&Vault::open_on(arc(&disk), Way::Shares(&secret)).unwrap()), ["Tolvi"]);
    }
    assert!(ShareSecret::combine(&shares[..1]).is_err());
}

#[test]
fn a_key_file_is_needed_where_the_way_in_asks_for_it() {
    let (disk, mut a) = office();
    a.change_passphrase(&words("keeper"), Some([7; 32]), KdfCost::demo()).unwrap();
    drop(a);
    let passphrase = words("keeper");
    let with = |key_file| Vault::open_on(arc(&disk), Way::Passphrase { passphrase: &passphrase, key_file });
    assert!(matches!(with(None), Err(OpenError::WrongPassphrase)));
    assert!(matches!(with(Some([8; 32])), Err(OpenError::WrongPassphrase)));
    assert!(with(Some([7; 32])).is_ok());
}

#[test]
fn what_a_keyring_remembers_opens_for_the_same_member_until_it_is_forgotten() {
    let (disk, mut a) = office();
    let secret = KeyringSecret::from_bytes(a.remember().unwrap().bytes()).unwrap();
    let me = a.me();
    drop(a);
    let a = Vault::open_on(arc(&disk), Way::Keyring(&secret)).unwrap();
    assert_eq!(a.me(), me);
    a.forget_keyrings().unwrap();
    drop(a);
    assert!(matches!(Vault::open_on(arc(&disk), Way::Keyring(&secret)), Err(OpenError::WrongPassphrase)));
    assert_eq!(open(&disk, "keeper").unwrap().me(), me);
    assert!(KeyringSecret::from_bytes(&[1; 32]).is_none());
}

#[test]
fn before_a_journey_a_partner_must_have_signed_and_after_it_nothing_of_the_compartment_opens() {
    let ((disk, mut a), folder) = (office(), SimDisk::new());
    import(&mut a, "list", SourceKind::List, &["Marena"]);
    import(&mut a, "testimony", SourceKind::Testimony, &["Tolvi"]);
    let (_, mut partner) = join(&mut a, &folder, "partner", Role::Keeper, &[]);
    import(&mut a, "newer", SourceKind::Testimony, &["Sadiq"]);
    sync(&mut a, &folder);
    let leave = [Compartment::Testimony, Compartment::Sources];
    let refused = a.travel_with(arc(&folder), &leave, 0);
    assert!(matches!(refused, Err(OpenError::NoReceipt)));
    sync(&mut partner, &folder);
    // Rounds in which nothing is recorded change nothing about the receipt.
    let mut again = open(&disk, "keeper").unwrap();
    for _ in 0..2 {
        sync(&mut again, &folder);
        sync(&mut partner, &folder);
    }
    drop(again);
    let a = open(&disk, "keeper").unwrap();
    let signed_by = a.travel_with(arc(&folder), &leave, 0).unwrap();
    assert_eq!(signed_by.0, partner.log.own.device());
    let mut a = open(&disk, "keeper").unwrap();
    assert_eq!(names(&a), ["Marena"]);
    assert!(a.is_travelling().unwrap());
    assert_eq!(a.open_compartments().collect::<Vec<_>>(), [Compartment::General]);
    // An exchange on the way does not bring it back; the return does.
    sync(&mut a, &folder);
    assert_eq!(names(&a), ["Marena"]);
    a.return_with(arc(&folder)).unwrap();
    assert_eq!(names(&a), ["Marena", "Tolvi", "Sadiq"]);
}

#[test]
fn a_retried_write_is_done_once() {
    let (disk, mut a) = office();
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    let pair = RecordPair::new(ids[0], ids[1]).unwrap();
    let (by, why) = ("Anne".to_owned(), String::new());
    let draft = JudgementDraft { pair, verdict: Verdict::Same, by, why, saw_weights: false, revokes: None };
    let first = a.add_judgement(draft.clone(), Some([7; 16]), 0).unwrap();
    assert_eq!(a.add_judgement(draft.clone(), Some([7; 16]), 0).unwrap(), first);
    drop(a);
    let mut a = open(&disk, "keeper").unwrap();
    assert_eq!(a.add_judgement(draft, Some([7; 16]), 0).unwrap(), first);
    assert_eq!(a.judgements().len(), 1);
}

#[test]
fn a_judgement_that_is_retracted_no_longer_stands_and_is_still_there_to_be_seen() {
    let (_, mut a) = office();
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    judge(&mut a, RecordPair::new(ids[0], ids[1]).unwrap(), Verdict::Same, "Anne");
    let then = a.make_checkpoint().unwrap();
    let id = a.judgements()[0].id;
    a.retract(id.0, "by mistake", 0).unwrap();
    assert_eq!(a.judgements(), []);
    assert!(matches!(a.retract(id.0, "again", 0), Err(VaultError::Unknown { .. })));
    assert_eq!(a.as_of(&then).unwrap().judgements().len(), 1);
}

#[test]
fn one_record_can_be_shown_to_an_outsider_and_nothing_else() {
    let (_, mut a) = office();
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi", "Sadiq"]);
    assert!(a.prove(ids[1]).is_err(), "nothing is signed yet");
    a.make_checkpoint().unwrap();
    import(&mut a, "more", SourceKind::List, &["Karim"]);
    let proof = a.prove(ids[1]).unwrap();
    let (vault, public) = (a.id(), a.devices().next().unwrap().public);
    assert!(proof.is_right(&vault, &public));
    let mut other = proof.clone();
    other.entry[40] ^= 1;
    assert!(!other.is_right(&vault, &public));
    assert!(!EntryProof { index: proof.index + 1, ..proof.clone() }.is_right(&vault, &public));
    assert!(!proof.is_right(&vault, &[9; 32]));
    assert!(!proof.to_json().contains("Tolvi"));
}

#[test]
fn a_list_of_places_travels_with_the_vault_counts_nowhere_and_goes_with_its_file_once_a_keeper_erases_it() {
    let ((disk, mut a), folder) = (office(), SimDisk::new());
    let file = b"name,kind\nKesh,city\n";
    let draft = |edition: &str| PlaceListDraft {
        name: "olenia".into(),
        edition: edition.into(),
        licence: "free for any use".into(),
        file_name: "places.csv".into(),
    };
    let kept = a.keep_places(draft("2024"), file, 5).unwrap();
    assert_eq!((kept.name.as_str(), kept.recorded_ms, kept.length), ("olenia", 5, file.len() as u64));
    assert_eq!(a.keep_places(draft("2024"), file, 6).unwrap(), kept, "once");
    assert!(matches!(a.keep_places(draft("2025"), b"name\nDorval\n", 6), Err(VaultError::KeyTaken { .. })));
    assert_eq!((a.sources().len(), a.n_records(), a.assertions().unwrap().len()), (0, 0, 0));
    let (coder_disk, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[Compartment::General]);
    assert_eq!((b.place_lists().collect::<Vec<_>>(), &b.places_file(kept.id).unwrap()[..]), (vec![&kept], &file[..]));
    drop(a);
    let mut a = open(&disk, "keeper").unwrap();
    assert_eq!(a.place_lists().collect::<Vec<_>>(), [&kept]);
    let erase = |vault: &mut Vault| vault.erase(EraseTarget::Places(kept.id), ErasureReason::Other, "not ours", 7);
    assert!(erase(&mut b).is_err(), "erasure is for keepers");
    erase(&mut a).unwrap();
    assert!(a.place_lists().next().is_none() && a.places_file(kept.id).is_err() && erase(&mut a).is_err());
    for _ in 0..2 {
        sync(&mut a, &folder);
        sync(&mut b, &folder);
    }
    assert!(b.place_lists().next().is_none());
    for disk in [&disk, &coder_disk] {
        assert!(!disk.paths().iter().any(|path| path.starts_with("blobs/")), "{:?}", disk.paths());
    }
    assert_eq!(a.state_hash().unwrap(), b.state_hash().unwrap());
}
