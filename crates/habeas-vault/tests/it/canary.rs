//! Nothing of the content lies on disk in clear.

use crate::world::{NOW, list, new_vault, reopen};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use habeas_core::{
    Attribution, Claim, MatchWeight, NameAsGiven, Origin, Partition, Passage, PersonId, Predicate, RecordPair,
    ScoredPair, SpeakerKind, Value, Verdict,
};
use habeas_vault::{
    ImportSummary, JudgementDraft, LinkRun, PersonFilter, PersonRow, QuarantinedRow, RemarkCount, SourceDraft, Vault,
};
use std::path::Path;

/// An invented word that occurs nowhere else; a different one for each place it is put in.
fn canary(place: &str, number: u64) -> String {
    format!("zqcanary{place}{number}qz")
}

fn write_everything(vault: &mut Vault) {
    let c = |place| canary(place, 0);
    let draft = SourceDraft {
        title: c("title"),
        said_by: Attribution::direct(c("speaker"), SpeakerKind::Witness),
        edition: c("edition"),
        file_name: c("file"),
        header: vec![c("header")],
        ..list(&c("key"))
    };
    let original = format!("{} و {}", c("original"), "قناری".repeat(20_000));
    let mut writer = vault.begin_import(draft, original.as_bytes(), &c("mapping"), NOW).unwrap();
    let mut ids = Vec::new();
    for row in 1..=600 {
        let cells = vec![canary("cell", row), "قناریاختراعی".to_owned()];
        let passage = Passage::whole_cell(&cells, 0).unwrap();
        let name = NameAsGiven::unassigned(canary("name", row));
        let mut claim = Claim::stated(Predicate::Name, Value::Name(name), passage);
        claim.said_by = Some(Box::new(Attribution::direct(canary("relative", row), SpeakerKind::Relative)));
        ids.push(writer.push(Origin::Row { sheet: c("sheet"), row }, cells, vec![claim]).unwrap());
    }
    let origin = Origin::Row { sheet: String::new(), row: 9999 };
    writer.quarantine(&QuarantinedRow { origin, cells: vec![c("aside")], code: c("code") }).unwrap();
    let remarks = vec![RemarkCount { code: c("remark"), count: 1, first: vec![c("address")] }];
    let receipt = writer.finish(ImportSummary { remarks, ..ImportSummary::default() }).unwrap();

    let pair = RecordPair::new(ids[0], ids[1]).unwrap();
    let (verdict, saw_weights, revokes) = (Verdict::Same, false, None);
    vault
        .add_judgement(JudgementDraft { pair, verdict, by: c("by"), why: c("why"), saw_weights, revokes }, None, NOW)
        .unwrap();
    let run = LinkRun {
        model_toml: c("model"),
        settings: [(c("setting"), c("value"))].into(),
        partition: Partition::from_labels(&vec![0; ids.len()]),
        pairs: vec![ScoredPair::new(0, 1, MatchWeight(3.0))],
        summary_json: c("summary"),
        record_ids: ids.clone(),
    };
    vault.put_link_run(&run, NOW).unwrap();
    vault.put_estimate(&c("kind"), &c("estimate"), NOW).unwrap();
    vault.audit(c("audit").as_str(), NOW).unwrap();
    let rows = (0..600).map(|i| PersonRow {
        name: canary("shown", i),
        search_text: format!("{} قناریاختراعی", canary("search", i)),
        taken: canary("taken", i),
        year: Some(1976),
        place: canary("place", i),
        labels: vec![canary("label", i)],
        sources: vec![canary("source", i)],
        n_records: 1,
        n_contradictions: 0,
        ..PersonRow::of(PersonId([i as u8; 16].map(|b| b ^ (i >> 8) as u8)))
    });
    let mut rows: Vec<PersonRow> = rows.collect();
    rows.iter_mut().zip(0u64..).for_each(|(row, i)| row.person.0[..8].copy_from_slice(&i.to_le_bytes()));
    vault.index_persons(rows.into_iter()).unwrap();
    let filter = PersonFilter { words: vec![canary("search", 7)], ..PersonFilter::default() };
    assert_eq!(vault.search_persons(&filter, None, 50).unwrap().hits.len(), 1);
    let _ = vault.undo_import(receipt.import, &c("undone"), NOW);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Base64 of the bytes wherever they begin in a group of three, without the letters that depend on their neighbours.
fn in_base64(bytes: &[u8]) -> [Vec<u8>; 3] {
    [0, 1, 2].map(|shift| {
        let padded: Vec<u8> = [0].repeat(shift).into_iter().chain(bytes.iter().copied()).collect();
        let whole = STANDARD_NO_PAD.encode(&padded).into_bytes();
        whole[(shift * 8).div_ceil(6)..padded.len() * 8 / 6].to_vec()
    })
}

/// Paths of files in which a needle stands, and in whose names.
fn scan(dir: &Path, needles: &[Vec<u8>], found: &mut Vec<String>, bytes_read: &mut usize) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() {
            scan(&path, needles, found, bytes_read);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        *bytes_read += bytes.len();
        for needle in needles {
            let inside = bytes.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle));
            if inside || name.as_bytes().windows(needle.len()).any(|window| window == needle) {
                found.push(name.clone());
            }
        }
    }
}

#[test]
fn no_canary_is_found_in_any_byte_of_the_folder_while_open_and_after_closing() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let utf16_be = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let words = ["zqcanary", "قناری"];
    let mut needles: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
    needles.extend(words.iter().map(|word| utf16(word)));
    needles.extend(words.iter().map(|word| utf16_be(word)));
    needles.extend(words.iter().map(|word| hex(word.as_bytes()).into_bytes()));
    needles.extend(words.iter().flat_map(|word| in_base64(word.as_bytes())));
    needles.push(b"SQLite format 3".to_vec());
    needles.push(b"seven invented words".to_vec());

    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    write_everything(&mut vault);
    let (mut found, mut bytes_read) = (Vec::new(), 0);
    scan(dir.path(), &needles, &mut found, &mut bytes_read);
    drop(vault);
    drop(reopen(dir.path()));
    scan(dir.path(), &needles, &mut found, &mut bytes_read);
    assert_eq!(found, Vec::<String>::new());
    assert!(bytes_read > 1_000_000, "the scan has read {bytes_read} bytes");

    // The scan itself finds what is there, in every way of writing it.
    let planted = "a zqcanary here";
    let base64 = STANDARD_NO_PAD.encode(planted).into_bytes();
    for bytes in [utf16(planted), utf16_be(planted), hex(planted.as_bytes()).into_bytes(), base64] {
        std::fs::write(dir.path().join("planted"), bytes).unwrap();
        scan(dir.path(), &needles, &mut found, &mut bytes_read);
        assert!(!std::mem::take(&mut found).is_empty());
    }
}
