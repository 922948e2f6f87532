//! The format page is enough: a second reader, in another language and written from `docs/format.md` alone, opens a vault
//! with every kind of entry, finds in it what this one finds, and refuses what was changed.

use crate::{
    assertions::{article, say},
    world::{NOW, consent_about, import, import_edition, list, new_vault, reopen},
};
use habeas_core::{
    Compartment, Content, Entity, EntityKind, ErasureReason, MatchWeight, Matter, Partition, Record, RecordPair, Role,
    ScoredPair, SourceKind, Topic, Verdict,
};
use habeas_vault::{EraseTarget, JudgementDraft, KdfCost, LinkRun, NewMember, Passphrase, SourceDraft};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A Python with PyNaCl: the one that `./test` installs, else the system's. `None`, with a word about it, where there is
/// none.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("HABEAS_PYTHON").map_or_else(|| "python3".into(), PathBuf::from);
    let found = Command::new(&python).args(["-c", "import nacl.bindings, tomllib"]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    println!("skipped: no Python with PyNaCl (./test installs one and sets HABEAS_PYTHON)");
    None
}

fn second_reader(python: &Path, vault: &Path, passphrase: &Path, more: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/open_vault.py");
    Command::new(python).arg(script).arg(vault).arg(passphrase).args(more).output().unwrap()
}

/// A vault with every kind of entry, closed and open segments, a punctured key tree, and three members.
fn everything(dir: &Path) -> Vec<Record> {
    let mut vault = new_vault(dir);
    let first = import(&mut vault, "committee", 40);
    let undone = import(&mut vault, "families", 30);
    vault.undo_import(undone.import, "twice", NOW).unwrap();
    let testimony = SourceDraft { kind: SourceKind::Testimony, ..list("testimony") };
    let testimony = vault.add_source(testimony, &[7; 100_000], NOW).unwrap();
    vault.set_source_identity(testimony.id, "who it is", NOW).unwrap();
    let mut ids = Vec::new();
    vault.for_each_record(|record| ids.push(record.id)).unwrap();
    let pair = RecordPair::new(ids[0], ids[1]).unwrap();
    let (by, why) = ("coder".to_owned(), "same mother".to_owned());
    let draft = JudgementDraft { pair, verdict: Verdict::Same, by, why, saw_weights: true, revokes: None };
    let judgement = vault.add_judgement(draft, None, NOW).unwrap();
    let run = LinkRun {
        model_toml: "[model]".into(),
        settings: [("cut".to_owned(), "3".to_owned())].into(),
        partition: Partition::from_labels(&vec![0; ids.len()]),
        pairs: vec![ScoredPair::new(0, 1, MatchWeight(3.0))],
        summary_json: "{}".into(),
        record_ids: ids.clone(),
    };
    vault.put_link_run(&run, NOW).unwrap();
    vault.put_estimate("chao", "{}", NOW).unwrap();
    vault.make_checkpoint().unwrap();
    vault.retract(judgement.0, "another mother", NOW).unwrap();
    for (name, role) in [("reviewer", Role::Reviewer), ("auditor", Role::Auditor)] {
        let new = NewMember { name: name.into(), role, compartments: vec![] };
        vault.add_member(new, &words(name), KdfCost::demo(), true, NOW).unwrap();
    }
    vault.begin_epochs(NOW).unwrap();
    vault.put_estimate("dga", "{}", NOW).unwrap();
    vault.add_consents(vec![consent_about(ids[2])], NOW).unwrap();
    import_edition(&mut vault, "committee", 70_000, 3);
    let told = article(&mut vault, "told", SourceKind::Testimony);
    let incident = Entity { kind: EntityKind::Incident, id: vault.mint_entity().unwrap() };
    let (topic, words) = (Topic::Of(Matter::Handle), Content::Text("at the ferry".into()));
    let note = say(&mut vault, incident, topic, words, Some(&told));
    vault.add_assertions(vec![note], NOW).unwrap();
    vault.erase(EraseTarget::Record(ids[7]), ErasureReason::ConsentWithdrawn, "asked", NOW).unwrap();
    drop(import(&mut vault, "third", 500));
    // Given up: nothing of it is visible.
    let mut writer = vault.begin_import(list("given up"), b"file", "mapping", NOW).unwrap();
    let (origin, cells, claims) = crate::world::row(1);
    writer.push(origin, cells, claims).unwrap();
    drop(writer);
    vault.audit("looked", NOW).unwrap();
    assert_eq!(first.n_records, 40);
    assert!(vault.open_compartments().any(|compartment| compartment == Compartment::Testimony));
    drop(vault);
    let mut records = Vec::new();
    reopen(dir).for_each_record(|record| records.push(record)).unwrap();
    records
}

fn words(of: &str) -> Passphrase {
    Passphrase::new(&format!("{of}: seven invented words"))
}

/// A folder with the vault in `vault`, and the passphrases of its members in files beside it.
fn prepared() -> (tempfile::TempDir, Vec<Record>) {
    let dir = tempfile::tempdir().unwrap();
    let records = everything(&dir.path().join("vault"));
    fs::write(dir.path().join("keeper"), "seven invented words of a test\n").unwrap();
    for name in ["reviewer", "auditor"] {
        fs::write(dir.path().join(name), format!("{name}: seven invented words\n")).unwrap();
    }
    (dir, records)
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_reader_written_from_the_format_page_finds_the_same_records_counts_and_roots() {
    let Some(python) = python() else { return };
    let (dir, records) = prepared();
    let (folder, keeper) = (dir.path().join("vault"), dir.path().join("keeper"));

    let lines = text(&second_reader(&python, &folder, &keeper, &["--records"]));
    let mut found: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.len(), records.len());
    found.sort_by_key(|record| record["id"].to_string());
    let mut ours: Vec<&Record> = records.iter().collect();
    ours.sort_by_key(|record| record.id.to_string());
    for (record, ours) in found.iter().zip(ours) {
        assert_eq!(record["id"], ours.id.to_string());
        assert_eq!(record["source"], ours.source.key);
        let cells: Vec<&str> = record["cells"].as_array().unwrap().iter().map(|cell| cell.as_str().unwrap()).collect();
        assert_eq!(cells, ours.cells);
        let claims = record["claims"].as_array().unwrap();
        assert_eq!(claims.len(), ours.claims.len());
        for (claim, ours) in claims.iter().zip(&ours.claims) {
            let words: Vec<&str> =
                claim["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
            let spans = ours.passage.spans();
            let ours: Vec<&str> =
                spans.map(|at| &cells[at.column as usize][at.start as usize..at.end as usize]).collect();
            assert_eq!(words, ours);
        }
    }

    let vault = reopen(&folder);
    let report = vault.verify(habeas_vault::Depth::Deep, &[]).unwrap();
    assert!(report.is_clean(), "{report:?}");
    let outside = vault.checkpoint_text(vault.checkpoints().last().unwrap()).unwrap();
    let root = vault.checkpoints().last().unwrap().root;
    drop(vault);
    fs::write(dir.path().join("outside.note"), &outside).unwrap();
    let note = dir.path().join("outside.note").display().to_string();
    let about = text(&second_reader(&python, &folder, &keeper, &["--against", &note]));
    let about: serde_json::Value = serde_json::from_str(&about).unwrap();
    assert_eq!(about["records"], records.len());
    assert_eq!(about["blobs"], report.n_blobs);
    let n = |key: &str| about[key].as_u64().unwrap_or(0);
    assert_eq!(n("sealed") + n("erased"), report.n_sealed);
    let feeds: Vec<&serde_json::Value> = about["feeds"].as_object().unwrap().values().collect();
    let sum = |key: &str| feeds.iter().map(|feed| feed[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("entries"), sum("frames")), (report.n_entries, report.n_frames));
    assert!(root != [0; 32]);
    let kinds = about["kinds"].as_object().unwrap();
    let missing: Vec<u64> = (1..=19).filter(|kind| !kinds.contains_key(&kind.to_string())).collect();
    assert_eq!(missing, [5], "every kind but a quarantined row and a removed device");
}

#[test]
fn a_member_without_a_compartment_reads_what_is_theirs_and_no_more() {
    let Some(python) = python() else { return };
    let (dir, records) = prepared();
    let folder = dir.path().join("vault");
    let about = |who: &str| -> serde_json::Value {
        serde_json::from_str(&text(&second_reader(&python, &folder, &dir.path().join(who), &[]))).unwrap()
    };
    let (reviewer, auditor) = (about("reviewer"), about("auditor"));
    assert_eq!(reviewer["records"], records.len());
    assert!(reviewer["sealed"].as_u64() > Some(0), "the testimony and who gave it");
    assert_eq!(auditor["records"], 0);
    assert!(auditor["sealed"].as_u64() > reviewer["sealed"].as_u64());
    fs::write(dir.path().join("wrong"), "seven other words of a test\n").unwrap();
    let refused = second_reader(&python, &folder, &dir.path().join("wrong"), &[]);
    assert!(!refused.status.success());
}

#[test]
fn a_changed_byte_or_a_missing_file_is_refused_by_the_second_reader_too() {
    let Some(python) = python() else { return };
    let (dir, _) = prepared();
    let (folder, keeper) = (dir.path().join("vault"), dir.path().join("keeper"));
    let mut files = Vec::new();
    list_files(&folder, &mut files);
    // The index is habeas's own, the lock is empty, and the other members' slots and grants are not opened.
    files.retain(|path| !path.starts_with("index") && !path.starts_with("unlock") && path != Path::new("lock"));
    files.retain(|path| path != Path::new("vault.toml"));
    let mut tried = 0;
    for (i, path) in files.iter().enumerate() {
        let file = folder.join(path);
        let whole = fs::read(&file).unwrap();
        let open = path.ends_with("open.part");
        // A byte by lot; in the open segment one of a frame, since one record of two may be torn.
        let at = if open { 12_288 + whole[12_300] as usize } else { (i * 7919) % whole.len() };
        let grant_of_another = path.starts_with("keys/grants") && at >= 96;
        let mut changed = whole.clone();
        changed[at] ^= 0x40;
        fs::write(&file, &changed).unwrap();
        let output = second_reader(&python, &folder, &keeper, &[]);
        assert!(!output.status.success() || grant_of_another, "{}, byte {at}: accepted", path.display());
        fs::write(&file, &whole).unwrap();
        tried += 1;
    }
    assert!(tried > 8, "{tried}");
    let segment = files.iter().find(|path| path.extension().is_some_and(|end| end == "seg")).unwrap();
    fs::remove_file(folder.join(segment)).unwrap();
    assert!(!second_reader(&python, &folder, &keeper, &[]).status.success());
}

fn list_files(root: &Path, files: &mut Vec<PathBuf>) {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(root).unwrap().to_owned());
            }
        }
    }
    files.sort();
}
