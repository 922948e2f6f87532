//! Imports: whole or not at all, once, and revocable.

use crate::world::{NOW, import, import_edition, list, new_vault, passphrase, reopen, row};
use habeas_core::{Claim, MatchWeight, Partition, Predicate, ScoredPair, Value};
use habeas_core::{ImportId, Origin, Passage, Record, RecordId, RecordPair, SourceId, Verdict};
use habeas_vault::{
    Depth, ImportError, ImportSummary, InitError, InitOptions, JudgementDraft, KdfCost, LinkRun, Notice, OpenError,
    Passphrase, QuarantinedRow, RemarkCount, Vault, VaultError,
};

fn all_records(vault: &Vault) -> Vec<Record> {
    let mut records = Vec::new();
    vault.for_each_record(|record| records.push(record)).unwrap();
    records
}

#[test]
fn what_is_imported_is_read_back_word_for_word_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    let receipt = import(&mut vault, "committee", 1000);
    assert_eq!((receipt.n_records, vault.n_records()), (1000, 1000));
    let before = all_records(&vault);
    drop(vault);

    let vault = reopen(dir.path());
    assert_eq!(vault.notices(), []);
    assert_eq!(vault.name(), "invented");
    let records = all_records(&vault);
    assert_eq!(records, before);
    for (record, number) in records.iter().zip(1..) {
        let (origin, cells, claims) = row(number);
        assert_eq!((&record.origin, &record.cells, &record.claims), (&origin, &cells, &claims));
        assert_eq!((record.import, record.source.id), (receipt.import, receipt.source.id));
    }
    assert_eq!(vault.sources(), std::slice::from_ref(&receipt.source));
    assert_eq!(vault.original(receipt.source.id).unwrap(), b"file of committee with 1000 rows");
    assert_eq!(vault.mapping_of(receipt.import).unwrap(), "mapping");
    assert!(vault.verify(Depth::Deep, &[]).unwrap().is_clean());
}

#[test]
fn a_few_records_are_found_by_their_ids_in_the_order_of_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    import(&mut vault, "committee", 700);
    import(&mut vault, "families", 300);
    let all = all_records(&vault);
    let mut ids = [999, 0, 699, 1, 700].map(|i: usize| all[i].id).to_vec();
    ids.push(RecordId([9; 16]));
    let wanted = [&all[0], &all[1], &all[699], &all[700], &all[999]];
    assert_eq!(vault.records_of(&ids).unwrap().iter().collect::<Vec<_>>(), wanted, "what stands nowhere is left out");
}

#[test]
fn the_same_file_again_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    let receipt = import(&mut vault, "committee", 10);
    let frames = vault.verify(Depth::Quick, &[]).unwrap().n_frames;
    let file = b"file of committee with 10 rows";
    let again = vault.begin_import(list("committee"), file, "mapping", NOW).err().unwrap();
    assert!(matches!(again, ImportError::AlreadyImported(id) if id == receipt.import));
    let other_mapping = vault.begin_import(list("committee"), file, "another", NOW).err().unwrap();
    assert!(matches!(other_mapping, ImportError::ImportedWithAnotherMapping(id) if id == receipt.import));
    let other_file = vault.begin_import(list("committee"), b"other bytes", "mapping", NOW).err().unwrap();
    assert!(matches!(other_file, ImportError::Vault(VaultError::KeyTaken { .. })));
    assert_eq!(vault.verify(Depth::Quick, &[]).unwrap().n_frames, frames);
    assert_eq!(vault.imports().len(), 1);
}

#[test]
fn an_import_that_is_dropped_leaves_nothing_visible_and_can_be_done_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    let mut writer = vault.begin_import(list("committee"), b"file of committee with 3 rows", "mapping", NOW).unwrap();
    let (origin, cells, claims) = row(1);
    writer.push(origin, cells, claims).unwrap();
    drop(writer);
    assert_eq!((vault.n_records(), vault.imports().len(), vault.sources().len()), (0, 0, 0));
    import(&mut vault, "committee", 3);
    assert_eq!(vault.n_records(), 3);
    drop(vault);
    let vault = reopen(dir.path());
    assert_eq!((vault.n_records(), vault.notices()), (3, &[][..]));
    assert!(vault.verify(Depth::Deep, &[]).unwrap().is_clean());
}

#[test]
fn the_same_row_of_the_same_file_has_the_same_id_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    let first = import(&mut vault, "committee", 5);
    let before: Vec<RecordId> = all_records(&vault).iter().map(|record| record.id).collect();
    vault.undo_import(first.import, "the mapping was wrong", NOW).unwrap();
    assert_eq!((vault.n_records(), vault.sources().len()), (0, 0));
    assert_eq!(vault.records_of(&before[..1]).unwrap(), []);
    let second = import(&mut vault, "committee", 5);
    assert_ne!(first.import, second.import);
    let after: Vec<RecordId> = all_records(&vault).iter().map(|record| record.id).collect();
    assert_eq!(before, after);
    drop(vault);
    let mut vault = reopen(dir.path());
    assert_eq!(vault.imports()[0].undone, Some((NOW, "the mapping was wrong".into())));
    assert_eq!(vault.imports()[1].undone, None);
    assert_eq!(vault.records_of(&before[..1]).unwrap()[0].import, second.import);
    assert!(matches!(vault.undo_import(first.import, "", NOW), Err(VaultError::Unknown { .. })));
    // Another vault has another key, and so other ids: they cannot be guessed from the list.
    let other = tempfile::tempdir().unwrap();
    let mut other = new_vault(other.path());
    import(&mut other, "committee", 5);
    assert!(all_records(&other).iter().all(|record| !before.contains(&record.id)));
}

#[test]
fn two_records_from_one_place_are_refused_and_nothing_of_the_import_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    let mut writer = vault.begin_import(list("committee"), b"file", "mapping", NOW).unwrap();
    for number in [1, 2, 1] {
        let (origin, cells, claims) = row(number);
        writer.push(origin, cells, claims).unwrap();
    }
    let refused = writer.finish(ImportSummary::default());
    assert!(matches!(refused, Err(ImportError::SamePlaceTwice { number: 1 })));
    assert_eq!((vault.n_records(), vault.imports().len()), (0, 0));
}

#[test]
fn a_claim_whose_words_lie_elsewhere_is_refused_and_the_import_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    let mut writer = vault.begin_import(list("committee"), b"file", "mapping", NOW).unwrap();
    let longer = Passage::whole_cell(&["a longer cell than the other".into()], 0).unwrap();
    let claim = Claim::stated(Predicate::Remarks, Value::Words, longer);
    let origin = Origin::Row { sheet: String::new(), row: 7 };
    let refused = writer.push(origin.clone(), vec!["short".into()], vec![claim]);
    assert!(matches!(refused, Err(ImportError::OutsideRecord { number: 7 })));
    writer.push(origin, vec!["short".into()], vec![]).unwrap();
    writer.finish(ImportSummary::default()).unwrap();
    assert_eq!(vault.n_records(), 1);
}

#[test]
fn rows_set_aside_and_the_report_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    let rows = [1, 2].map(|number| {
        let (origin, cells, _) = row(number);
        QuarantinedRow { origin, cells, code: "no-name".into() }
    });
    let remarks = vec![RemarkCount { code: "no-name".into(), count: 2, first: vec!["row 1".into(), "row 2".into()] }];
    let summary = ImportSummary { accepted: 0, with_remarks: 0, quarantined: 2, refused: 1, remarks };
    let mut writer = vault.begin_import(list("committee"), b"file", "mapping", NOW).unwrap();
    rows.iter().for_each(|row| writer.quarantine(row).unwrap());
    let receipt = writer.finish(summary.clone()).unwrap();
    drop(vault);
    let vault = reopen(dir.path());
    assert_eq!(vault.quarantined_rows(receipt.import).unwrap(), rows);
    assert_eq!(vault.imports()[0].summary, summary);
    assert_eq!(vault.n_records(), 0);
}

#[test]
fn judgements_runs_estimates_and_audit_come_back_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    import(&mut vault, "committee", 4);
    let record_ids: Vec<RecordId> = all_records(&vault).iter().map(|record| record.id).collect();
    let pair = RecordPair::new(record_ids[0], record_ids[1]).unwrap();
    let draft = JudgementDraft {
        pair,
        verdict: Verdict::Same,
        by: "reviewer".into(),
        why: "same address".into(),
        saw_weights: true,
        revokes: None,
    };
    let first = vault.add_judgement(draft.clone(), None, NOW).unwrap();
    vault.add_judgement(JudgementDraft { revokes: Some(first), ..draft }, None, NOW).unwrap();
    let run = LinkRun {
        model_toml: "model".into(),
        settings: [("threshold".into(), "0.5".into())].into(),
        record_ids,
        partition: Partition::from_labels(&[0, 0, 1, 2]),
        pairs: vec![ScoredPair::new(0, 1, MatchWeight(12.25))],
        summary_json: "{\"links\":1}".into(),
    };
    let id = vault.put_link_run(&run, NOW).unwrap();
    let mismatched = LinkRun { partition: Partition::from_labels(&[0]), ..run.clone() };
    assert!(matches!(vault.put_link_run(&mismatched, NOW), Err(VaultError::LinkRunMismatch { n_records: 4 })));
    vault.put_estimate("total", "{}", NOW + 1).unwrap();
    vault.audit("exported the tables", NOW + 2).unwrap();
    let judgements = vault.judgements().to_vec();
    drop(vault);

    let vault = reopen(dir.path());
    assert_eq!(vault.judgements(), judgements);
    assert_eq!(vault.judgements()[1].revokes, Some(first));
    assert_eq!(vault.latest_link_run().unwrap(), Some((id, run)));
    assert_eq!(vault.link_runs().next().unwrap().n_clusters, 3);
    assert_eq!(vault.estimates()[0].json, "{}");
    let audit: Vec<_> =
        vault.audit_entries().iter().map(|entry| (entry.event.code.as_str(), entry.recorded_ms)).collect();
    assert_eq!(audit.first(), Some(&("device-introduced", NOW)));
    assert_eq!(audit.last(), Some(&("exported the tables", NOW + 2)));
    assert!(vault.verify(Depth::Deep, &[]).unwrap().is_clean());
}

#[test]
fn a_source_recorded_by_itself_stands_without_records() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    let source = vault.add_source(list("article"), b"words", NOW).unwrap();
    let again = vault.add_source(list("article"), b"words", NOW).unwrap();
    assert_eq!(source, again);
    assert!(matches!(vault.add_source(list("article"), b"other words", NOW), Err(VaultError::KeyTaken { .. })));
    let receipt_source = {
        let writer = vault.begin_import(list("article"), b"words", "mapping", NOW).unwrap();
        writer.finish(ImportSummary::default()).unwrap().source
    };
    assert_eq!(receipt_source, source);
    assert_eq!(vault.sources().len(), 1);
    assert_eq!(vault.original(source.id).unwrap(), b"words");
    assert!(matches!(vault.original(SourceId([1; 16])), Err(VaultError::Unknown { what: "source" })));
    assert!(matches!(vault.mapping_of(ImportId([1; 16])), Err(VaultError::Unknown { .. })));
}

#[test]
fn records_of_a_text_keep_the_places_of_their_words() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    let mut writer = vault.begin_import(list("article"), b"words", "", NOW).unwrap();
    let origin = Origin::Text { spans: vec![3..9, 20..31], mention: 2 };
    let id = writer.push(origin.clone(), vec!["Marena".into(), "was arrested".into()], vec![]).unwrap();
    writer.finish(ImportSummary::default()).unwrap();
    assert_eq!(vault.records_of(&[id]).unwrap()[0].origin, origin);
}

#[test]
fn many_segments_are_written_and_read_as_one_feed() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    for list in 0..3 {
        import(&mut vault, &format!("list-{list}"), 8_000);
    }
    drop(vault);
    let vault = reopen(dir.path());
    let report = vault.verify(Depth::Quick, &[]).unwrap();
    assert!(report.n_segments >= 3, "{} segments", report.n_segments);
    assert!(report.is_clean());
    let records = all_records(&vault);
    assert_eq!(records.len(), 24_000);
    let some: Vec<RecordId> = records.iter().step_by(997).map(|record| record.id).collect();
    assert!(vault.records_of(&some).unwrap().iter().eq(records.iter().step_by(997)));
}

#[test]
fn a_deleted_index_is_made_anew_from_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    let undone = import(&mut vault, "committee", 300).import;
    import(&mut vault, "families", 300);
    vault.undo_import(undone, "twice", NOW).unwrap();
    let all = all_records(&vault);
    vault.index_persons(std::iter::empty()).unwrap();
    assert!(!vault.index_is_stale_for_persons().unwrap());
    drop(vault);
    std::fs::remove_dir_all(dir.path().join("index")).unwrap();

    let vault = reopen(dir.path());
    assert_eq!(vault.notices(), [Notice::IndexRebuilt]);
    assert!(vault.index_is_stale_for_persons().unwrap());
    assert_eq!(all_records(&vault), all);
    assert_eq!(vault.records_of(&[all[77].id]).unwrap(), [all[77].clone()]);
    assert!(vault.verify(Depth::Deep, &[]).unwrap().is_clean());
}

#[test]
fn a_vault_is_made_only_where_nothing_is_and_with_a_passphrase_of_some_length() {
    let dir = tempfile::tempdir().unwrap();
    let options = InitOptions {
        kdf: KdfCost::demo(),
        name: String::new(),
        founder: String::new(),
        device: String::new(),
        now_ms: NOW,
    };
    let short = Vault::init(dir.path(), &Passphrase::new("thirteen char"), options.clone());
    assert!(matches!(short, Err(InitError::ShortPassphrase { characters: 13, least: 14 })));
    drop(new_vault(&dir.path().join("below/deeper")));
    let again = Vault::init(&dir.path().join("below/deeper"), &passphrase(), options.clone());
    assert!(matches!(again, Err(InitError::AlreadyAVault)));
    let full = Vault::init(dir.path(), &passphrase(), options);
    assert!(matches!(full, Err(InitError::NotEmpty)));
}

#[test]
fn a_vault_is_found_from_the_folders_below_it() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("vault");
    drop(new_vault(&home));
    let below = home.join("feeds");
    assert_eq!(Vault::find(&below), Some(home.clone()));
    assert_eq!(Vault::find(&home), Some(home));
    assert!(matches!(Vault::open(dir.path(), &passphrase()), Err(OpenError::NoVault)));
}

#[test]
fn a_second_opening_is_told_that_the_vault_is_held() {
    let dir = tempfile::tempdir().unwrap();
    let vault = new_vault(dir.path());
    assert!(matches!(Vault::open(dir.path(), &passphrase()), Err(OpenError::HeldByAnotherProcess)));
    drop(vault);
    drop(reopen(dir.path()));
}

#[test]
fn an_edition_that_changes_more_than_an_entry_holds_is_told_in_parts_and_stands_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    import(&mut vault, "committee", 3);
    let (n_replaced, n_gone) = (600_000, 100_000);
    let receipt = import_edition(&mut vault, "committee", n_replaced, n_gone);
    let changed = |vault: &Vault| {
        let import = vault.imports().iter().find(|import| import.id == receipt.import).expect("the import stands");
        let edition = import.edition.as_ref().expect("an edition");
        (edition.continued, edition.replaced.len() as u64, edition.gone.len() as u64, vault.gone_records().len() as u64)
    };
    assert_eq!(changed(&vault), (3, n_replaced, n_gone, n_gone));
    drop(vault);
    assert_eq!(changed(&reopen(dir.path())), (3, n_replaced, n_gone, n_gone), "after opening anew");
    std::fs::remove_dir_all(dir.path().join("index")).unwrap();
    assert_eq!(changed(&reopen(dir.path())), (3, n_replaced, n_gone, n_gone), "from the log alone");
}
