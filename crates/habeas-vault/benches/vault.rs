//! What the vault costs: appending records, opening, reading all, finding a few, indexing and searching persons.

use divan::Bencher;
use habeas_core::{
    Attribution, Claim, EventKind, NameAsGiven, NamePart, NameRole, Origin, PartialDate, Passage, PersonId, Predicate,
    Record, SourceKind, SpeakerKind, Value,
};
use habeas_vault::{
    Depth, ImportSummary, InitOptions, KdfCost, Passphrase, PersonFilter, PersonRow, SourceDraft, Vault,
};
use std::path::Path;

const RECORDS: u64 = 100_000;

fn main() {
    divan::main();
}

fn passphrase() -> Passphrase {
    Passphrase::new("seven invented words of a bench")
}

fn new_vault(dir: &Path) -> Vault {
    let options = InitOptions {
        kdf: KdfCost::demo(),
        name: String::new(),
        founder: String::new(),
        device: String::new(),
        now_ms: 0,
    };
    Vault::init(dir, &passphrase(), options).expect("a vault in an empty folder")
}

fn draft() -> SourceDraft {
    SourceDraft {
        key: "list".into(),
        kind: SourceKind::List,
        title: String::new(),
        said_by: Attribution::direct("committee", SpeakerKind::ListKeeper),
        edition: String::new(),
        file_name: "list.csv".into(),
        names_once: true,
        compiled_from: vec![],
        header: ["name", "age", "place", "taken", "remarks"].map(str::to_owned).to_vec(),
    }
}

/// A row of ordinary size: five cells, three claims.
fn row(number: u64) -> (Origin, Vec<String>, Vec<Claim>) {
    let name = format!("Marena{} Tolvi{}", number % 977, number % 3001);
    let cells = vec![name, "31".into(), "Posta di Orla, Tarsa".into(), "12/11/1976".into(), "seen at home".into()];
    let whole = |column| Passage::whole_cell(&cells, column).expect("there are five cells");
    let (given, family) = cells[0].split_once(' ').expect("two words");
    let parts = [(given, NameRole::Given), (family, NameRole::Family)];
    let parts = parts.map(|(text, role)| NamePart { text: text.into(), role }).to_vec();
    let day = PartialDate::day("1976-11-12".parse().expect("a day"));
    let claims = vec![
        Claim::stated(Predicate::Name, Value::Name(NameAsGiven { parts }), whole(0)),
        Claim::stated(Predicate::EventDate(EventKind::Taken), Value::Date(day), whole(3)),
        Claim::stated(Predicate::Remarks, Value::Words, whole(4)),
    ];
    (Origin::Row { sheet: String::new(), row: number }, cells, claims)
}

fn import(vault: &mut Vault, n: u64) {
    let mut writer = vault.begin_import(draft(), b"file", "mapping", 0).expect("a new list");
    for number in 1..=n {
        let (origin, cells, claims) = row(number);
        writer.push(origin, cells, claims).expect("a whole row");
    }
    writer.finish(ImportSummary::default()).expect("a finished import");
}

fn persons() -> impl Iterator<Item = PersonRow> {
    (0..RECORDS).map(|n| PersonRow {
        name: String::new(),
        search_text: format!("marena{} tolvi{}", n % 977, n % 3001),
        taken: "1976-11".into(),
        year: Some(1976),
        place: "tarsa".into(),
        labels: vec!["missing".into()],
        sources: vec!["list".into()],
        n_records: 2,
        n_contradictions: (n % 7) as u32,
        ..PersonRow::of(PersonId(std::array::from_fn(|i| (n >> (8 * (i % 8))) as u8)))
    })
}

/// A vault of 100,000 records with as many persons, closed.
fn filled() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut vault = new_vault(dir.path());
    import(&mut vault, RECORDS);
    vault.index_persons(persons()).expect("an index");
    dir
}

fn open(dir: &Path) -> Vault {
    Vault::open(dir, &passphrase()).expect("a whole vault")
}

#[divan::bench(sample_count = 5)]
fn import_100_000_records(bencher: Bencher) {
    bencher
        .with_inputs(|| {
            let dir = tempfile::tempdir().expect("a temporary folder");
            (new_vault(dir.path()), dir)
        })
        .bench_refs(|(vault, _)| import(vault, RECORDS));
}

#[divan::bench(sample_count = 5)]
fn open_with_100_000_records(bencher: Bencher) {
    let dir = filled();
    bencher.bench(|| open(dir.path()).n_records());
}

#[divan::bench(sample_count = 5)]
fn rebuild_positions_of_100_000_records(bencher: Bencher) {
    let dir = filled();
    bencher
        .with_inputs(|| std::fs::remove_dir_all(dir.path().join("index")).expect("there is an index"))
        .bench_values(|()| open(dir.path()).n_records());
}

#[divan::bench(sample_count = 5)]
fn read_100_000_records(bencher: Bencher) {
    let dir = filled();
    let vault = open(dir.path());
    bencher.bench(|| {
        let mut cells = 0;
        vault.for_each_record(|record| cells += record.cells.len()).expect("a whole vault");
        cells
    });
}

#[divan::bench(sample_count = 50)]
fn records_of_one_person(bencher: Bencher) {
    let dir = filled();
    let vault = open(dir.path());
    let mut all: Vec<Record> = Vec::new();
    vault.for_each_record(|record| all.push(record)).expect("a whole vault");
    let ids = [7, 50_000, 99_999].map(|i: usize| all[i].id);
    bencher.bench(|| vault.records_of(&ids).expect("they stand").len());
}

#[divan::bench(sample_count = 5)]
fn verify_100_000_records(bencher: Bencher) {
    let dir = filled();
    let vault = open(dir.path());
    bencher.bench(|| assert!(vault.verify(Depth::Quick, &[]).expect("a readable vault").is_clean()));
}

#[divan::bench(sample_count = 3)]
fn index_100_000_persons(bencher: Bencher) {
    let dir = filled();
    let mut vault = open(dir.path());
    bencher.bench_local(|| vault.index_persons(persons()).expect("an index"));
}

#[divan::bench(sample_count = 50)]
fn search_two_words(bencher: Bencher) {
    let dir = filled();
    let vault = open(dir.path());
    let words = ["marena1", "tolvi2"].map(str::to_owned).to_vec();
    let filter = PersonFilter { words, ..PersonFilter::default() };
    bencher.bench(|| vault.search_persons(&filter, None, 50).expect("a search").hits.len());
}

#[divan::bench(sample_count = 50)]
fn one_audit_entry(bencher: Bencher) {
    let dir = filled();
    let mut vault = open(dir.path());
    bencher.bench_local(|| vault.audit("looked at a case", 0).expect("a written entry"));
}
