//! Random vaults, random answers, every audience: no word about anybody leaves that was not allowed to.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use habeas_core::{
    Attribution, Audience, CaseFile, CaseToTell, Claim, Consent, ConsentAnswer, ConsentBook, ConsentId, ConsentMedium,
    Date, Disclosed, DisclosurePolicy, DisclosureRequest, EventKind, Fate, FieldGroup, Form, Giver, ImportId, Label,
    MemorialEntry, NameAsGiven, Origin, PapersToTell, PartialDate, Passage, PersonId, PlaceAsGiven, Predicate, Purpose,
    Record, RecordId, Sex, Source, SourceId, SourceKind, SpeakerKind, Subject, UserId, Value, case_file, disclose,
};
use habeas_publish::{
    address::SeriesKey,
    figures::Told,
    files::OutputFiles,
    ftm,
    gate::{self, Gravity, ProtectedTerms, Spellings, TermKind},
    paper::{CaseImprint, Faces, Submission, Submitter, write_case, write_pictures},
    site::{self, Imprint, People, Site, Words},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{collections::BTreeSet, ops::Range, sync::Arc};

/// Words that stand for themselves.
struct Keys;

impl Words for Keys {
    fn lang(&self) -> &str {
        "en"
    }
    fn dir(&self) -> &str {
        "ltr"
    }
    fn own_name(&self) -> &str {
        "English"
    }
    fn t(&self, key: &str) -> String {
        key.to_owned()
    }
    fn n(&self, key: &str, n: u64) -> String {
        format!("{key} {n}")
    }
    fn told(&self, _: &str, _: &Told) -> Option<String> {
        None
    }
    fn label(&self, label: Label) -> String {
        label.code().to_owned()
    }
    fn event(&self, event: EventKind) -> String {
        event.code().to_owned()
    }
    fn sex(&self, sex: Sex) -> String {
        sex.code().to_owned()
    }
    fn question(&self, code: &str) -> String {
        code.to_owned()
    }
}

/// Nothing is spelt otherwise: every word here is one that no other text has.
struct Exact;

impl Spellings for Exact {
    fn keys(&self, word: &str) -> [String; 2] {
        [word.to_owned(), word.to_owned()]
    }
    fn same(&self, _: &str, _: &str) -> bool {
        false
    }
}

/// One field of a person: what it is, what opens it, and words that stand nowhere else.
struct Secret {
    person: PersonId,
    group: FieldGroup,
    words: String,
    /// Of somebody who is said to live, places below the district are told to nobody.
    closed_to_living: bool,
}

struct World {
    records: Vec<Record>,
    secrets: Vec<Secret>,
    consents: Vec<Consent>,
}

fn word(rng: &mut ChaCha8Rng, mark: &str) -> String {
    let letters = b"bdfgklmnprstvz";
    let body: String = (0..6).map(|_| char::from(letters[rng.random_range(0..letters.len())])).collect();
    format!("{mark}{body}")
}

fn source() -> Arc<Source> {
    Arc::new(Source {
        id: SourceId([0; 16]),
        key: "families".into(),
        kind: SourceKind::List,
        title: "Families".into(),
        said_by: Attribution::direct("Families", SpeakerKind::ListKeeper),
        edition: String::new(),
        sha256: String::new(),
        file_name: "families.csv".into(),
        names_once: true,
        compiled_from: Vec::new(),
        header: vec![String::new(); 9],
    })
}

fn world(seed: u64) -> World {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let source = source();
    let (mut records, mut secrets, mut consents) = (Vec::new(), Vec::new(), Vec::new());
    for idx in 1..=rng.random_range(1..5u8) {
        let record_id = RecordId([idx; 16]);
        let person = PersonId::from(record_id);
        let [name, father, exact, settlement, district, occupation, account, paper, home] =
            ["Na", "Fa", "Ex", "Se", "Di", "Oc", "Ac", "Pa", "Ho"].map(|mark| word(&mut rng, mark));
        let name = format!("{name} {}", word(&mut rng, "Nb"));
        let cells = vec![
            name.clone(),
            father.clone(),
            format!("{exact}, {settlement}, {district}"),
            occupation.clone(),
            account.clone(),
            paper.clone(),
            home.clone(),
            "x".into(),
        ];
        let claim =
            |predicate, value, column| Claim::stated(predicate, value, Passage::whole_cell(&cells, column).unwrap());
        let place = PlaceAsGiven { parts: vec![exact.clone(), settlement.clone(), district.clone()], point: None };
        let mut claims = vec![
            claim(Predicate::Name, Value::Name(NameAsGiven::unassigned(name.clone())), 0),
            claim(Predicate::FatherName, Value::Name(NameAsGiven::unassigned(father.clone())), 1),
            claim(Predicate::EventPlace(EventKind::Taken), Value::Place(place), 2),
            claim(Predicate::Occupation, Value::Words, 3),
            claim(Predicate::Remarks, Value::Words, 4),
            claim(Predicate::IdentityDocument, Value::Words, 5),
            claim(Predicate::Residence, Value::Words, 6),
        ];
        if rng.random_bool(0.3) {
            let birth = PartialDate::day(Date::new(rng.random_range(2000..2020), 5, 5).unwrap());
            claims.push(claim(Predicate::BirthDate, Value::Date(birth), 7));
        }
        if rng.random_bool(0.3) {
            let fate = if rng.random_bool(0.5) { Fate::AliveConfirmed } else { Fate::DeadReported };
            claims.push(claim(Predicate::Fate, Value::Fate(fate), 7));
        }
        for (group, words, closed_to_living) in [
            (FieldGroup::Identity, name, false),
            (FieldGroup::Identity, father, false),
            (FieldGroup::ExactPlace, exact, true),
            (FieldGroup::Settlement, settlement, true),
            (FieldGroup::District, district, false),
            (FieldGroup::Attributes, occupation, false),
            (FieldGroup::Narrative, account, false),
            (FieldGroup::HighRisk, paper, false),
            (FieldGroup::NeverPublic, home, false),
        ] {
            secrets.push(Secret { person, group, words, closed_to_living });
        }
        records.push(Record {
            id: record_id,
            source: Arc::clone(&source),
            import: ImportId([0; 16]),
            origin: Origin::Row { sheet: String::new(), row: u64::from(idx) + 1 },
            cells,
            claims,
        });
        for number in 0..rng.random_range(0..4u8) {
            let some =
                |rng: &mut ChaCha8Rng| FieldGroup::ALL.iter().copied().filter(|_| rng.random_bool(0.7)).collect();
            let answers = [
                ConsentAnswer::Given,
                ConsentAnswer::Given,
                ConsentAnswer::Given,
                ConsentAnswer::Refused,
                ConsentAnswer::Withdrawn,
            ];
            consents.push(Consent {
                id: ConsentId([idx * 8 + number; 16]),
                about: record_id,
                giver: Giver::ALL[rng.random_range(0..Giver::ALL.len())],
                relation: if rng.random_bool(0.5) { "mother".into() } else { "brother".into() },
                groups: some(&mut rng),
                audiences: Audience::ALL.iter().copied().filter(|_| rng.random_bool(0.6)).collect(),
                purposes: Purpose::ALL.iter().copied().filter(|_| rng.random_bool(0.6)).collect(),
                answer: answers[rng.random_range(0..answers.len())],
                from: Date::new(2020, 1, 1).unwrap(),
                until: rng.random_bool(0.3).then(|| Date::new(rng.random_range(2022..2030), 1, 1).unwrap()),
                review: None,
                medium: ConsentMedium::Form,
                risk_text: "1".into(),
                source: None,
                replaces: if number > 0 && rng.random_bool(0.3) {
                    vec![ConsentId([idx * 8 + number - 1; 16])]
                } else {
                    Vec::new()
                },
                recorded_by: UserId([0; 16]),
            });
        }
    }
    World { records, secrets, consents }
}

fn written(told: &[Disclosed<MemorialEntry>], withdrawn: &[PersonId]) -> OutputFiles {
    let series = SeriesKey([7; 32]);
    let imprint = Imprint {
        name: "Office".into(),
        number: 1,
        made_on: Date::new(2026, 3, 1).unwrap(),
        checkpoint: "0123456789abcdef".into(),
        earlier: Vec::new(),
        downloads: Vec::new(),
        is_demo: false,
    };
    let people = People { entries: told, withdrawn, moved: &[] };
    let words: [&dyn Words; 1] = [&Keys];
    let site = Site {
        imprint: &imprint,
        figures: None,
        people: Some(people),
        series: &series,
        words: &words,
        fonts: &[],
        faces: "",
    };
    let mut files = site::write(&site, "site/");
    files.extend(ftm::write(told, &series, "data/"));
    files
}

/// Runs one world; how many secrets were told, and how many were kept.
fn run(seed: u64) -> (usize, usize) {
    let world = world(seed);
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0xFACE);
    let audience = Audience::ALL[rng.random_range(0..Audience::ALL.len())];
    let purpose = Purpose::ALL[rng.random_range(0..Purpose::ALL.len())];
    let on = Date::new(2026, 3, 1).unwrap();
    let cases: Vec<CaseFile<'_>> = world.records.iter().map(|record| case_file(&[record])).collect();
    let mut book = ConsentBook::new(&world.consents, |record| Some(PersonId::from(record)));
    cases.iter().for_each(|case| book.note(case.person, Subject::of(case)));
    let policy = DisclosurePolicy { two_persons: rng.random_bool(0.5), forces: Vec::new() };
    let request = DisclosureRequest { audience, purpose, on, consents: &book, policy: &policy };
    let told: Vec<_> = cases.iter().filter_map(|case| disclose(case, &request).ok()).collect();
    let withdrawn: Vec<PersonId> = cases
        .iter()
        .map(|case| case.person)
        .filter(|person| told.iter().all(|entry| entry.get().person != *person))
        .collect();
    let files = written(&told, &withdrawn);
    let all: String =
        files.iter().map(|(path, file)| format!("{path}\n{}\n", String::from_utf8_lossy(&file.bytes))).collect();
    let folded = habeas_core::fold(&all);

    let mut terms = ProtectedTerms::default();
    let (mut n_told, mut n_kept) = (0, 0);
    for secret in &world.secrets {
        let open = |group| book.state(secret.person, group, audience, purpose, on).opens();
        let living =
            cases.iter().find(|case| case.person == secret.person).unwrap().labels.contains(&Label::ReportedAlive);
        let two = secret.group == FieldGroup::HighRisk && audience == Audience::Public && !policy.two_persons;
        let may = open(FieldGroup::Identity)
            && open(secret.group)
            && secret.group != FieldGroup::NeverPublic
            && !two
            && !(living && secret.closed_to_living);
        let is_there = folded.contains(&habeas_core::fold(&secret.words));
        assert!(may || !is_there, "seed {seed}: {:?} left for {audience:?}, {purpose:?}", secret.group);
        if !may {
            terms.add(TermKind::Person, &secret.words);
        }
        n_told += usize::from(is_there);
        n_kept += usize::from(!is_there);
    }
    let leaks = gate::search(&files, &terms, &Exact, &BTreeSet::new());
    let leaks: Vec<_> = leaks.iter().filter(|finding| finding.gravity == Gravity::Leak).collect();
    assert!(leaks.is_empty(), "seed {seed}: {leaks:?}");
    (n_told, n_kept)
}

/// The seeds of the worlds that are tried: 400, or those that `HABEAS_LEAK_WORLDS` asks for, as `100000` or `5000..10000`.
fn seeds() -> Range<u64> {
    let Ok(asked) = std::env::var("HABEAS_LEAK_WORLDS") else { return 0..400 };
    let (from, to) = asked.split_once("..").unwrap_or(("0", &asked));
    from.parse().unwrap()..to.parse().unwrap()
}

/// Tries all worlds on all processors; how many there are, and what was told and kept over all of them.
fn over_all(try_one: impl Fn(u64) -> (usize, usize) + Sync) -> (u64, u64, u64) {
    let (seeds, try_one) = (&seeds(), &try_one);
    let n_threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let sum = |a: (usize, usize), b: (usize, usize)| (a.0 + b.0, a.1 + b.1);
    let (n_told, n_kept) = std::thread::scope(|scope| {
        let part = move |thread| seeds.clone().skip(thread).step_by(n_threads).map(try_one).fold((0, 0), sum);
        let threads: Vec<_> = (0..n_threads).map(|thread| scope.spawn(move || part(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).fold((0, 0), sum)
    });
    let n = seeds.end - seeds.start;
    println!("worlds {seeds:?}: {n_told} secrets told with consent, {n_kept} kept, 0 leaks");
    (n, n_told as u64, n_kept as u64)
}

#[test]
fn no_name_leaves_without_consent_from_any_vault_to_any_audience() {
    let (n, n_told, n_kept) = over_all(run);
    // A site that tells nobody's name would pass as well.
    assert!(n_told > n / 4 && n_kept > n);
}

/// A case account by account and in both forms, with each secret of everybody; what leaves has to be opened.
fn papers(seed: u64, faces: &Faces) -> (usize, usize) {
    let world = world(seed);
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0xBEEF);
    let audience = Audience::ALL[rng.random_range(0..Audience::ALL.len())];
    let purpose = Purpose::ALL[rng.random_range(0..Purpose::ALL.len())];
    let on = Date::new(2026, 3, 1).unwrap();
    let cases: Vec<CaseFile<'_>> = world.records.iter().map(|record| case_file(&[record])).collect();
    let mut book = ConsentBook::new(&world.consents, |record| Some(PersonId::from(record)));
    cases.iter().for_each(|case| book.note(case.person, Subject::of(case)));
    let policy = DisclosurePolicy { two_persons: true, forces: Vec::new() };
    let request = DisclosureRequest { audience, purpose, on, consents: &book, policy: &policy };
    let (mut n_told, mut n_kept) = (0, 0);
    for case in &cases {
        let Ok(told) = disclose(&CaseToTell(case), &request) else { continue };
        let mut files = OutputFiles::default();
        for form in Form::ALL {
            let submission = Submission {
                form: *form,
                told: &told,
                submitter: &Submitter::default(),
                received: on,
                reference: "reference",
                checkpoint: "0123456789abcdef",
                copy_for: None,
            };
            files.extend(submission.write(faces, &format!("{}/", form.code())).0);
        }
        let checkpoint = "0123456789abcdef";
        let imprint = CaseImprint { reference: "reference", number: 1, checkpoint, made_on: on, copy_for: None };
        files.extend(write_case(&told, imprint, &[&Keys], faces, "").files);
        // Pictures go where their group is open, and nowhere else.
        let picture = b"pixels".to_vec();
        let pictures = disclose(&PapersToTell { person: case.person, pictures: &[picture] }, &request).unwrap();
        let mut with_pictures = OutputFiles::default();
        let open = book.state(case.person, FieldGroup::Document, audience, purpose, on).opens();
        assert_eq!(write_pictures(&pictures, &mut with_pictures), usize::from(open), "seed {seed}");
        assert_eq!(with_pictures.iter().count(), usize::from(open));
        let all: String = files.iter().map(|(_, file)| String::from_utf8_lossy(&file.bytes).into_owned()).collect();
        let folded = habeas_core::fold(&all);
        let mut terms = ProtectedTerms::default();
        for secret in &world.secrets {
            use FieldGroup::{District, ExactPlace, Settlement};
            let open = |group| book.state(secret.person, group, audience, purpose, on).opens();
            let opened = match secret.group {
                District => open(District) || open(Settlement) || open(ExactPlace),
                Settlement => open(Settlement) || open(ExactPlace),
                group => open(group),
            };
            let may = opened && secret.person == case.person && audience != Audience::Public;
            let is_there = folded.contains(&habeas_core::fold(&secret.words));
            assert!(may || !is_there, "seed {seed}: {:?} left for {audience:?}, {purpose:?}", secret.group);
            if !may {
                terms.add(TermKind::Person, &secret.words);
            }
            n_told += usize::from(is_there);
            n_kept += usize::from(!is_there);
        }
        let leaks = gate::search(&files, &terms, &Exact, &BTreeSet::new());
        let leaks: Vec<_> = leaks.iter().filter(|finding| finding.gravity == Gravity::Leak).collect();
        assert!(leaks.is_empty(), "seed {seed}: {leaks:?}");
    }
    (n_told, n_kept)
}

#[test]
fn a_case_tells_no_reader_more_than_was_opened_to_them_and_nothing_of_anybody_else() {
    // Printing takes most of the time: of few worlds every tenth is printed, of many one of a hundred, the others have no
    // face to print with.
    let seeds = seeds();
    let every = if seeds.end - seeds.start > 400 { 100 } else { 10 };
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/../habeas/assets/");
    let packed = ["inter.woff2", "inter-ext.woff2", "naskh.woff2"];
    let packed = packed.map(|name| std::fs::read(format!("{assets}{name}")).unwrap());
    let faces = [Faces::unpack(packed.iter().map(Vec::as_slice)).unwrap(), Faces::unpack([]).unwrap()];
    let (n, n_told, n_kept) = over_all(|seed| papers(seed, &faces[usize::from(!seed.is_multiple_of(every))]));
    assert!(n_told > n / 10 && n_kept > n / 4);
}

#[test]
fn whoever_grants_everything_is_stopped_by_the_gate() {
    // The consents say no; a writer that ignores them is caught by what it writes.
    let world = world(3);
    let mut terms = ProtectedTerms::default();
    world.secrets.iter().for_each(|secret| terms.add(TermKind::Person, &secret.words));
    let mut files = OutputFiles::default();
    for record in &world.records {
        files.put(format!("site/p/{}.html", record.number()), format!("<p>{}</p>", record.cells.join("</p><p>")));
    }
    let leaks = gate::search(&files, &terms, &Exact, &BTreeSet::new());
    assert!(leaks.iter().filter(|finding| finding.gravity == Gravity::Leak).count() >= world.records.len());
}

#[test]
fn the_same_people_give_the_same_bytes() {
    let told = |seed| {
        let world = world(seed);
        let cases: Vec<CaseFile<'_>> = world.records.iter().map(|record| case_file(&[record])).collect();
        let mut book = ConsentBook::new(&world.consents, |record| Some(PersonId::from(record)));
        cases.iter().for_each(|case| book.note(case.person, Subject::of(case)));
        let policy = DisclosurePolicy::default();
        let request = DisclosureRequest {
            audience: Audience::Public,
            purpose: Purpose::Memorial,
            on: Date::new(2026, 3, 1).unwrap(),
            consents: &book,
            policy: &policy,
        };
        let told: Vec<_> = cases.iter().filter_map(|case| disclose(case, &request).ok()).collect();
        written(&told, &[])
    };
    for seed in 0..20 {
        assert_eq!(told(seed), told(seed));
    }
}
