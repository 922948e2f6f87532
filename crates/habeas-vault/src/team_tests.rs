//! Offices that work apart: what they hold after exchanging, what raises an alarm, what is erased everywhere, and what an
//! old figure rests on.

use crate::{
    DamageKind, EraseTarget, ErasureReason, ImportSummary, JudgementDraft, NewMember, SourceDraft,
    catalog::Conflict,
    keys::{KdfCost, Passphrase, ShareSecret, Way},
    opening::{InitOptions, OpenError},
    storage::{RelPath, Storage, sim::SimDisk},
    vault::{Notice, Vault, VaultError},
    verify::Depth,
};
use habeas_core::{
    Attribution, Compartment, Origin, RecordId, RecordPair, Right, Role, SourceKind, SpeakerKind, Standing, Verdict,
};
use std::sync::Arc;

fn words(of: &str) -> Passphrase {
    Passphrase::new(&format!("{of}: seven invented words of a test"))
}

fn arc(disk: &SimDisk) -> Arc<dyn Storage> {
    Arc::new(disk.clone())
}

fn office() -> (SimDisk, Vault) {
    let disk = SimDisk::new();
    let options = InitOptions {
        kdf: KdfCost::demo(),
        name: "invented".into(),
        founder: "keeper".into(),
        device: "office".into(),
        now_ms: 0,
    };
    let vault = Vault::init_on(arc(&disk), &words("keeper"), options).unwrap();
    (disk, vault)
}

fn open(disk: &SimDisk, who: &str) -> Result<Vault, OpenError> {
    Vault::open_on(arc(disk), &words(who))
}

/// Another office with a member of this role, through the folder.
fn join(vault: &mut Vault, folder: &SimDisk, who: &str, role: Role, compartments: &[Compartment]) -> (SimDisk, Vault) {
    let new = NewMember { name: who.into(), role, compartments: compartments.to_vec() };
    let (_, invitation) = vault.add_member(new, &words(who), KdfCost::demo(), false, 0).unwrap();
    sync(vault, folder);
    let disk = SimDisk::new();
    let joined = Vault::join_on(folder, arc(&disk), &invitation, &words(who), who, 0).unwrap();
    (disk, joined)
}

fn sync(vault: &mut Vault, folder: &SimDisk) {
    let report = vault.sync_with(arc(folder)).unwrap();
    assert_eq!(report.alarms, []);
}

fn draft(key: &str, kind: SourceKind) -> SourceDraft {
    SourceDraft {
        key: key.into(),
        kind,
        title: format!("title of {key}"),
        said_by: Attribution::direct("committee", SpeakerKind::ListKeeper),
        edition: String::new(),
        file_name: String::new(),
        names_once: false,
        compiled_from: vec![],
        header: vec!["name".into()],
    }
}

fn import(vault: &mut Vault, key: &str, kind: SourceKind, names: &[&str]) -> Vec<RecordId> {
    let mut writer = vault.begin_import(draft(key, kind), names.concat().as_bytes(), "mapping", 0).unwrap();
    let ids = names.iter().enumerate().map(|(i, name)| {
        let origin = Origin::Row { sheet: String::new(), row: i as u64 + 1 };
        writer.push(origin, vec![(*name).to_owned()], vec![]).unwrap()
    });
    let ids = ids.collect();
    writer.finish(ImportSummary::default()).unwrap();
    ids
}

fn names(vault: &Vault) -> Vec<String> {
    let mut names = Vec::new();
    vault.for_each_record(|record| names.push(record.cells[0].clone())).unwrap();
    names
}

fn judge(vault: &mut Vault, pair: RecordPair, verdict: Verdict, by: &str) {
    let draft = JudgementDraft { pair, verdict, by: by.into(), why: String::new(), saw_weights: false, revokes: None };
    vault.add_judgement(draft, None, 0).unwrap();
}

#[test]
fn two_offices_that_exchange_hold_the_same() {
    let ((disk_a, mut a), folder) = (office(), SimDisk::new());
    import(&mut a, "first", SourceKind::List, &["Marena", "Tolvi"]);
    let (disk_b, mut b) = join(&mut a, &folder, "reviewer", Role::Reviewer, &[]);
    assert_eq!(names(&b), ["Marena", "Tolvi"]);
    let ids = import(&mut b, "second", SourceKind::List, &["Sadiq"]);
    import(&mut a, "third", SourceKind::List, &["Karim"]);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    assert_eq!(a.state_hash(), b.state_hash());
    assert_eq!(names(&a), names(&b));
    assert_eq!(names(&a).len(), 4);
    assert_eq!(a.records_of(&ids).unwrap()[0].cells, ["Sadiq"]);
    for vault in [&a, &b] {
        let report = vault.verify(Depth::Deep, &[]).unwrap();
        assert!(report.is_clean(), "{report:?}");
        assert_eq!(report.n_devices, 2);
    }
    let (hash, root) = (a.state_hash(), a.root().unwrap());
    drop((a, b));
    let (a, b) = (open(&disk_a, "keeper").unwrap(), open(&disk_b, "reviewer").unwrap());
    assert_eq!((a.state_hash(), b.state_hash()), (hash, hash));
    assert_eq!((a.root().unwrap(), b.root().unwrap()), (root, root));
}

#[test]
fn an_exchange_of_nothing_writes_nothing() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let (_, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    for _ in 0..3 {
        sync(&mut b, &folder);
        sync(&mut a, &folder);
    }
    let before = folder.paths();
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    assert_eq!(folder.paths(), before);
}

#[test]
fn opposed_judgements_of_two_offices_stand_side_by_side() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let ids = import(&mut a, "first", SourceKind::List, &["Marena", "Marena T."]);
    let (_, mut b) = join(&mut a, &folder, "reviewer", Role::Reviewer, &[]);
    let pair = RecordPair::new(ids[0], ids[1]).unwrap();
    judge(&mut a, pair, Verdict::Same, "Anne");
    judge(&mut b, pair, Verdict::Different, "Anne");
    sync(&mut a, &folder);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    for vault in [&a, &b] {
        assert_eq!(habeas_core::standing(vault.judgements())[&pair], Standing::Disputed);
    }
    // Whoever knows both settles it.
    judge(&mut b, pair, Verdict::Same, "Anne");
    assert_eq!(habeas_core::standing(b.judgements())[&pair], Standing::Agreed(Verdict::Same));
}

#[test]
fn one_list_that_two_offices_imported_counts_once() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let (_, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    assert_eq!(import(&mut b, "list", SourceKind::List, &["Marena", "Tolvi"]), ids);
    sync(&mut a, &folder);
    let report = b.sync_with(arc(&folder)).unwrap();
    assert_eq!(report.new_conflicts, 1);
    sync(&mut a, &folder);
    for vault in [&a, &b] {
        assert_eq!(names(vault), ["Marena", "Tolvi"]);
        assert_eq!(vault.sources().len(), 1);
        assert!(matches!(vault.conflicts(), [Conflict::SameFileTwice { same_mapping: true, .. }]));
        assert_eq!(vault.records_of(&ids).unwrap().len(), 2);
    }
    assert_eq!(a.state_hash(), b.state_hash());
}

#[test]
fn one_key_for_two_files_is_shown_as_a_contradiction() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let (_, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    import(&mut a, "list", SourceKind::List, &["Marena"]);
    import(&mut b, "list", SourceKind::List, &["Sadiq"]);
    sync(&mut a, &folder);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    assert!(matches!(a.conflicts(), [Conflict::SameKey { sources, .. }] if sources.len() == 2));
    assert_eq!(names(&a).len(), 2, "nothing is lost");
    assert_eq!(a.state_hash(), b.state_hash());
}

#[test]
fn a_half_copied_folder_is_taken_as_far_as_it_goes_and_finished_later() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let (_, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    for key in ["one", "two", "three"] {
        import(&mut a, key, SourceKind::List, &["Marena", "Tolvi"]);
        a.make_checkpoint().unwrap();
    }
    sync(&mut a, &folder);
    let whole = folder.copy();
    let segments: Vec<String> = folder.paths().into_iter().filter(|path| path.ends_with(".seg")).collect();
    assert!(segments.len() >= 4);
    let half = folder.copy();
    let missing = &segments[segments.len() - 2];
    half.forget(missing);
    let report = b.sync_with(arc(&half)).unwrap();
    assert!(report.alarms.iter().all(|alarm| alarm.kind == DamageKind::Gap), "{:?}", report.alarms);
    sync(&mut b, &whole);
    sync(&mut a, &whole);
    sync(&mut b, &whole);
    assert_eq!(a.state_hash(), b.state_hash());
    // A segment that is cut off, as by a stick that was pulled out: refused, told, and nothing is lost.
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let (_, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    import(&mut a, "one", SourceKind::List, &["Marena"]);
    sync(&mut a, &folder);
    let cut = folder.copy();
    let last = cut.paths().into_iter().rfind(|path| path.ends_with(".seg")).unwrap();
    cut.tamper(&last, |bytes| bytes.truncate(bytes.len() - 100));
    let report = b.sync_with(arc(&cut)).unwrap();
    assert_eq!(report.alarms.len(), 1, "{:?}", report.alarms);
    assert!(report.alarms[0].file.as_str() == last);
    sync(&mut b, &folder);
    assert_eq!(names(&b), ["Marena"]);
}

#[test]
fn two_clones_of_one_device_raise_an_alarm() {
    let ((disk, a), folder) = (office(), SimDisk::new());
    drop(a);
    let clone = disk.copy();
    let (mut a, mut b) = (open(&disk, "keeper").unwrap(), open(&clone, "keeper").unwrap());
    import(&mut a, "one", SourceKind::List, &["Marena"]);
    import(&mut b, "other", SourceKind::List, &["Sadiq"]);
    sync(&mut a, &folder);
    let report = b.sync_with(arc(&folder)).unwrap();
    assert!(report.alarms.iter().any(|alarm| matches!(alarm.kind, DamageKind::Fork { .. })), "{:?}", report.alarms);
    assert_eq!(names(&b), ["Sadiq"], "nothing of the other was taken in");
}

#[test]
fn an_older_copy_of_a_vault_is_told_from_the_folder() {
    let ((disk, mut a), folder) = (office(), SimDisk::new());
    sync(&mut a, &folder);
    drop(a);
    let older = disk.copy();
    let mut a = open(&disk, "keeper").unwrap();
    import(&mut a, "one", SourceKind::List, &["Marena"]);
    sync(&mut a, &folder);
    let outside = a.make_checkpoint().unwrap();
    drop(a);
    let mut rolled_back = open(&older, "keeper").unwrap();
    let found = rolled_back.verify(Depth::Quick, std::slice::from_ref(&outside)).unwrap();
    assert!(found.damages.iter().any(|damage| matches!(damage.kind, DamageKind::Rollback { .. })), "{found:?}");
    let report = rolled_back.sync_with(arc(&folder)).unwrap();
    assert!(report.alarms.iter().any(|alarm| matches!(alarm.kind, DamageKind::Rollback { .. })), "{:?}", report.alarms);
}

#[test]
fn names_that_cloud_drives_make_are_told_and_left_alone() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    import(&mut a, "one", SourceKind::List, &["Marena"]);
    sync(&mut a, &folder);
    let segment = folder.paths().into_iter().find(|path| path.ends_with(".seg")).unwrap();
    for name in [".sync-conflict-20261121-101112.seg", " (conflicted copy).seg", " (1).seg"] {
        let copy = folder.copy();
        let path = RelPath::new(&segment.replace(".seg", name));
        drop(copy.open(&path, crate::storage::Open::Create).unwrap());
        let report = a.sync_with(arc(&copy)).unwrap();
        assert!(matches!(&report.alarms[..], [alarm] if alarm.file == path && alarm.kind == DamageKind::Foreign));
        assert!(copy.paths().contains(&path.as_str().to_owned()));
    }
}

#[test]
fn a_folder_of_another_vault_is_refused() {
    let ((_, mut a), (_, mut b), folder) = (office(), office(), SimDisk::new());
    sync(&mut a, &folder);
    assert!(matches!(b.sync_with(arc(&folder)), Err(OpenError::OtherVault)));
}

#[test]
fn a_record_that_is_erased_is_gone_on_every_device_and_its_list_stays() {
    let ((disk_a, mut a), folder) = (office(), SimDisk::new());
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi", "Sadiq"]);
    let (disk_b, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    assert_eq!(names(&b).len(), 3);
    let before = a.make_checkpoint().unwrap();
    a.erase(EraseTarget::Record(ids[1]), ErasureReason::ConsentWithdrawn, "asked", 0).unwrap();
    assert_eq!(names(&a), ["Marena", "Sadiq"]);
    assert_eq!(a.imports()[0].n_erased, 1);
    assert!(a.records_of(&ids[1..2]).is_err());
    assert!(a.original(a.sources()[0].id).is_err(), "the file held the same words");
    sync(&mut a, &folder);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    assert_eq!(names(&b), ["Marena", "Sadiq"]);
    assert_eq!(a.erasures()[0].done.len(), 2, "each device says that it has followed");
    assert_eq!(a.state_hash(), b.state_hash());
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
    assert!(a.source_of_key("testimony").is_none() && a.records_of(&source).is_err());
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
    assert_eq!(a.state_hash(), restored.state_hash());
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
fn each_role_writes_what_it_may_and_reads_what_it_holds() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    import(&mut a, "list", SourceKind::List, &["Marena"]);
    import(&mut a, "testimony", SourceKind::Testimony, &["Tolvi"]);
    for role in Role::ALL.iter().copied() {
        let (_, mut b) = join(&mut a, &folder, role.code(), role, &[]);
        let expected: &[&str] = match role {
            Role::Keeper => &["Marena", "Tolvi"],
            Role::Auditor => &[],
            _ => &["Marena"],
        };
        assert_eq!(names(&b), expected, "{role}");
        let denied = |result: Result<(), VaultError>, right: Right| {
            assert_eq!(matches!(result, Err(VaultError::Denied { .. })), !role.may(right), "{role}, {right}");
        };
        denied(b.add_source(draft(role.code(), SourceKind::Article), b"words", 0).map(drop), Right::Code);
        let pair = RecordPair::new(RecordId([1; 16]), RecordId([2; 16])).unwrap();
        let (by, why) = (role.code().to_owned(), String::new());
        let judgement = JudgementDraft { pair, verdict: Verdict::Same, by, why, saw_weights: false, revokes: None };
        denied(b.add_judgement(judgement, None, 0).map(drop), Right::Judge);
        denied(b.begin_epochs(0), Right::Keep);
        b.audit("looked", 0).unwrap();
    }
}

#[test]
fn a_statement_without_the_right_is_kept_and_does_not_count() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let ids = import(&mut a, "list", SourceKind::List, &["Marena", "Tolvi"]);
    let (_, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    // A program that does not ask itself what it may do.
    b.role = Role::Keeper;
    judge(&mut b, RecordPair::new(ids[0], ids[1]).unwrap(), Verdict::Same, "coder");
    b.role = Role::Coder;
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    assert_eq!(a.judgements(), []);
    assert!(a.notices().contains(&Notice::NotCounted(1)), "{:?}", a.notices());
    assert!(a.verify(Depth::Deep, &[]).unwrap().is_clean(), "it is no damage");
}

#[test]
fn what_a_removed_member_writes_after_that_does_not_count() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let (disk_b, mut b) = join(&mut a, &folder, "coder", Role::Coder, &[]);
    import(&mut b, "before", SourceKind::List, &["Marena"]);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    let user = b.me();
    a.remove_member(user, "left", 0).unwrap();
    import(&mut b, "after", SourceKind::List, &["Sadiq"]);
    sync(&mut b, &folder);
    sync(&mut a, &folder);
    assert_eq!(names(&a), ["Marena"], "what they did before stands");
    import(&mut a, "later", SourceKind::List, &["Karim"]);
    sync(&mut a, &folder);
    assert!(matches!(b.sync_with(arc(&folder)), Err(OpenError::NotAMember)));
    drop(b);
    assert!(matches!(open(&disk_b, "coder"), Err(OpenError::NotAMember)));
    assert!(matches!(a.remove_member(a.me(), "", 0), Err(VaultError::LastKeeper)));
}

#[test]
fn a_compartment_that_is_granted_later_opens_all_that_is_in_it() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    import(&mut a, "testimony", SourceKind::Testimony, &["Tolvi"]);
    let (_, mut b) = join(&mut a, &folder, "reviewer", Role::Reviewer, &[]);
    assert_eq!(names(&b).len(), 0);
    assert!(
        b.notices().iter().any(|notice| matches!(notice, Notice::Sealed { compartment: Compartment::Testimony, .. }))
    );
    let refused = b.begin_import(draft("own", SourceKind::Testimony), b"words", "mapping", 0).err();
    assert!(refused.is_some(), "a member without the key cannot seal under it");
    let user = b.me();
    a.grant_compartment(user, Compartment::Testimony, 0).unwrap();
    sync(&mut a, &folder);
    sync(&mut b, &folder);
    assert_eq!(names(&b), ["Tolvi"]);
}

#[test]
fn a_changed_passphrase_opens_and_the_old_one_does_not() {
    let (disk, mut a) = office();
    a.change_passphrase(&words("new"), None, KdfCost::demo()).unwrap();
    a.audit("goes on", 0).unwrap();
    drop(a);
    assert!(matches!(open(&disk, "keeper"), Err(OpenError::WrongPassphrase)));
    assert_eq!(open(&disk, "new").unwrap().role(), Role::Keeper);
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
