//! What claims cost at a size: opening, the claims of one person, a search. Prints the middle and the 95th percentile.
//!
//!     cargo bench -p habeas-vault --bench claims -- [ASSERTIONS [FOLDER]]
//!
//! With a folder the vault stays there, for whole commands; its passphrase is `seven invented words of a bench`.

// What was measured is printed.
#![allow(clippy::print_stdout)]

use habeas_core::{
    Assertion, AssertionId, Attribution, Basis, Content, Entity, EntityKind, EventKind, MadeBy, Matter, Modality,
    NameAsGiven, PartialDate, PersonId, PlaceAsGiven, Polarity, Predicate, Quote, RecordId, Review, Sensitivity,
    Source, SourceKind, SpeakerKind, Topic, Value,
};
use habeas_vault::{InitOptions, KdfCost, Passphrase, PersonFilter, PersonRow, SourceDraft, Vault, Wanted};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Persons that one article names.
const PERSONS: usize = 40;
/// Claims about each: five of the person, three of what was done, one that somebody else has read one of them.
const CLAIMS: usize = 9;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let n: usize = args.first().and_then(|n| n.parse().ok()).unwrap_or(36_000);
    let kept = args.get(1).map(PathBuf::from);
    let made = tempfile::tempdir().expect("a temporary folder");
    let dir = kept.as_deref().unwrap_or(made.path());
    if !dir.join("vault.toml").exists() {
        let begun = Instant::now();
        fill(dir, n.div_ceil(PERSONS * CLAIMS));
        println!("{n} assertions recorded, with all persons indexed: {:.1} s", begun.elapsed().as_secs_f64());
    }
    let mut opened: Vec<Duration> = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        drop(open(dir));
        opened.push(begun.elapsed());
    }
    told("unlock and open", &mut opened);
    let vault = open(dir);
    let all = vault.find_assertions(&[Wanted::On(Topic::Person(Predicate::Name), None)]).expect("an index");
    println!("{} persons; memory so far {} MB", all.len(), peak_mb());
    let lot = |i: usize| all[i.wrapping_mul(7_919) % all.len()].about;
    let mut took = Vec::new();
    for about in (0..1_000).map(lot) {
        let begun = Instant::now();
        let id = RecordId(about.id.0);
        let person = vault.indexed_person(id).expect("an index").expect("it was indexed");
        let records = vault.records_of(&person.records).expect("they stand");
        let said = vault.find_assertions(&[Wanted::About(about), Wanted::LeadingTo(about)]).expect("an index");
        let acts: Vec<Wanted<'_>> =
            said.iter().filter(|one| one.about != about).map(|one| Wanted::About(one.about)).collect();
        let said = said.into_iter().chain(vault.find_assertions(&acts).expect("an index")).collect();
        let said = vault.with_standing(said).expect("an index");
        assert_eq!((records.len(), vault.read_assertions(&said).expect("they open").len()), (1, CLAIMS));
        took.push(begun.elapsed());
    }
    told("all claims of one person", &mut took);
    let mut took = Vec::new();
    for i in 0..1_000usize {
        let words = [given(i * 31), family(i * 17)].map(|word| habeas_core::fold(&word)).to_vec();
        let words = if i.is_multiple_of(2) { words } else { words[1..].to_vec() };
        let filter = PersonFilter { words, ..PersonFilter::default() };
        let begun = Instant::now();
        let page = vault.search_persons(&filter, None, 50).expect("an index");
        let n = vault.count_persons(&filter).expect("an index");
        took.push(begun.elapsed());
        assert!(page.hits.len() as u64 <= n);
    }
    told("search by words, first page and total", &mut took);
    println!("most memory: {} MB", peak_mb());
}

fn told(what: &str, took: &mut [Duration]) {
    took.sort();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("{what:<40} median {:8.2} ms   p95 {:8.2} ms   most {:8.2} ms", at(0.5), at(0.95), at(1.0));
}

/// The most memory that this process has held, where the system tells.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn passphrase() -> Passphrase {
    Passphrase::new("seven invented words of a bench")
}

fn open(dir: &Path) -> Vault {
    Vault::open(dir, &passphrase()).expect("a whole vault")
}

fn fill(dir: &Path, n_articles: usize) {
    let options = InitOptions {
        kdf: KdfCost::demo(),
        name: "bench".into(),
        founder: "bench".into(),
        device: "bench".into(),
        now_ms: 0,
    };
    let mut vault = Vault::init(dir, &passphrase(), options).expect("a vault in an empty folder");
    for article in 0..n_articles {
        let draft = SourceDraft {
            key: format!("article-{article}"),
            kind: SourceKind::Article,
            title: String::new(),
            said_by: Attribution::direct(format!("paper {}", article % 50), SpeakerKind::Press),
            edition: String::new(),
            file_name: format!("{article}.txt"),
            names_once: false,
            compiled_from: vec![],
            header: vec![],
        };
        let source = vault.add_source(draft, format!("article {article}").as_bytes(), 0).expect("a new source");
        let claims = (0..PERSONS).flat_map(|nth| claims(&mut vault, &source, article * PERSONS + nth)).collect();
        vault.add_assertions(claims, 0).expect("contents fit their topics");
    }
    let mut rows = Vec::new();
    vault
        .for_each_record(|record| {
            let name = record.cells.first().cloned().unwrap_or_default();
            rows.push(PersonRow {
                search_text: habeas_core::fold(&record.cells.join(" ")),
                name,
                taken: "2014-05".into(),
                year: Some(2014),
                place: "tarsa".into(),
                labels: vec!["missing".into()],
                sources: vec![record.source.key.clone()],
                n_records: 1,
                n_contradictions: 0,
                records: vec![record.id],
                ..PersonRow::of(PersonId::from(record.id))
            });
        })
        .expect("a whole vault");
    vault.index_persons(rows.into_iter()).expect("an index");
}

fn given(n: usize) -> String {
    format!("Mar{}ena", n % 613)
}

fn family(n: usize) -> String {
    format!("Tol{}vi", n % 2_909)
}

fn claims(vault: &mut Vault, source: &Source, n: usize) -> Vec<Assertion> {
    let mention = Entity { kind: EntityKind::Mention, id: vault.mint_entity().expect("random bytes") };
    let act = Entity { kind: EntityKind::Act, id: vault.mint_entity().expect("random bytes") };
    let name = format!("{} {}", given(n), family(n / 3));
    let mut say = |about: Entity, topic: Topic, content: Content, words: &str| Assertion {
        id: vault.mint_assertion().expect("random bytes"),
        recorded_ms: 0,
        recorded_by: vault.me(),
        about,
        topic,
        content,
        quotes: vec![Quote { source: source.id, range: 0..words.len() as u32, words: words.to_owned() }],
        polarity: Polarity::Affirms,
        modality: Modality::Stated,
        basis: Basis::NotStated,
        said_by: None,
        said_at: None,
        valid: None,
        grade: None,
        sensitivity: Sensitivity::Restricted,
        review: Review::Accepted,
        made_by: MadeBy::Person,
        supersedes: None,
    };
    let value = Content::Value;
    let day = PartialDate::day("2014-05-12".parse().expect("a day"));
    let place = PlaceAsGiven { parts: vec!["Posta di Orla".into(), "Tarsa".into()], point: None };
    let taken = EventKind::Taken;
    let mut all = vec![
        say(mention, Topic::Person(Predicate::Name), value(Value::Name(NameAsGiven::unassigned(&name))), &name),
        say(mention, Topic::Person(Predicate::FatherName), value(Value::Words), "son of Orhan"),
        say(mention, Topic::Person(Predicate::EventDate(taken)), value(Value::Date(day.clone())), "on 12 May"),
        say(mention, Topic::Person(Predicate::EventPlace(taken)), value(Value::Place(place)), "Posta di Orla, Tarsa"),
        say(mention, Topic::Person(Predicate::Event(taken)), value(Value::Occurred), "was taken away"),
        say(act, Topic::Of(Matter::Victim), Content::Entity(mention, None), "him"),
        say(act, Topic::Of(Matter::Category), Content::Code("030103".into()), "disappeared"),
        say(act, Topic::Of(Matter::When), value(Value::Date(day)), "that day"),
    ];
    let read: AssertionId = all[4].id;
    let review = Content::Review(Review::Accepted, "read again".into());
    let mut review = say(Entity::assertion(read), Topic::Of(Matter::Review), review, "");
    review.quotes.clear();
    all.push(review);
    all
}
