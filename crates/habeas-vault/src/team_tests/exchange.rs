//! Exchanging through a folder.

use super::*;

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
    assert_eq!(a.state_hash().unwrap(), b.state_hash().unwrap());
    assert_eq!(names(&a), names(&b));
    assert_eq!(names(&a).len(), 4);
    assert_eq!(a.records_of(&ids).unwrap()[0].cells, ["Sadiq"]);
    for vault in [&a, &b] {
        let report = vault.verify(Depth::Deep, &[]).unwrap();
        assert!(report.is_clean(), "{report:?}");
        assert_eq!(report.n_devices, 2);
    }
    let (hash, root) = (a.state_hash().unwrap(), a.root().unwrap());
    drop((a, b));
    let (a, b) = (open(&disk_a, "keeper").unwrap(), open(&disk_b, "reviewer").unwrap());
    assert_eq!((a.state_hash().unwrap(), b.state_hash().unwrap()), (hash, hash));
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
    assert_eq!(a.state_hash().unwrap(), b.state_hash().unwrap());
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
    assert_eq!(a.state_hash().unwrap(), b.state_hash().unwrap());
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
    assert_eq!(a.state_hash().unwrap(), b.state_hash().unwrap());
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
fn two_clones_with_histories_of_one_length_raise_an_alarm_on_each_other_and_on_a_partner() {
    let ((disk, mut a), folder) = (office(), SimDisk::new());
    let (_, mut partner) = join(&mut a, &folder, "partner", Role::Keeper, &[]);
    sync(&mut a, &folder);
    drop(a);
    let clone = disk.copy();
    let (mut a, mut b) = (open(&disk, "keeper").unwrap(), open(&clone, "keeper").unwrap());
    let elsewhere = folder.copy();
    a.audit("one", 0).unwrap();
    b.audit("two", 0).unwrap();
    sync(&mut a, &folder);
    sync(&mut b, &elsewhere);
    let forks = |alarms: &[Damage]| alarms.iter().any(|alarm| matches!(alarm.kind, DamageKind::Fork { .. }));
    assert!(forks(&b.sync_with(arc(&folder)).unwrap().alarms));
    let of_b = b.checkpoints().iter().rev().find(|known| known.head.device == b.log.own.device()).cloned();
    assert!(forks(&a.verify(Depth::Quick, &[of_b.unwrap()]).unwrap().damages), "against a checkpoint kept elsewhere");
    sync(&mut partner, &folder);
    assert!(forks(&partner.sync_with(arc(&elsewhere)).unwrap().alarms));
    assert!(partner.audit_entries().iter().any(|entry| entry.event.code == "one"));
    assert!(!partner.audit_entries().iter().any(|entry| entry.event.code == "two"));
}

#[test]
fn a_device_that_signs_for_other_entries_than_it_sends_is_not_believed() {
    let ((_, mut a), folder) = (office(), SimDisk::new());
    let (_, mut partner) = join(&mut a, &folder, "partner", Role::Keeper, &[]);
    import(&mut a, "list", SourceKind::List, &["Marena"]);
    a.log.own.misstate_tree();
    a.sync_with(arc(&folder)).unwrap();
    let report = partner.sync_with(arc(&folder)).unwrap();
    assert!(report.alarms.iter().any(|alarm| matches!(alarm.kind, DamageKind::Tree { .. })), "{:?}", report.alarms);
    assert_eq!(names(&partner), Vec::<String>::new());
}

#[test]
fn a_stick_that_writes_something_else_is_told_before_anything_is_said_to_be_sent() {
    let ((_, mut a), stick) = (office(), SimDisk::new());
    import(&mut a, "list", SourceKind::List, &["Marena"]);
    sync(&mut a, &stick);
    import(&mut a, "later", SourceKind::List, &["Sadiq"]);
    stick.garble();
    let refused = a.sync_with(arc(&stick)).unwrap_err();
    assert!(refused.to_string().contains("does not read back the same"), "{refused}");
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
