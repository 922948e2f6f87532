//! An invented list of invented people, and vaults to put it in.

use habeas_core::{
    Attribution, Audience, CellSpan, Claim, Consent, ConsentAnswer, ConsentId, ConsentMedium, Date, EventKind,
    FieldGroup, Giver, Modality, NameAsGiven, NamePart, NameRole, Origin, PartialDate, Passage, PlaceAsGiven, Point,
    Polarity, Predicate, Purpose, RecordId, Sex, SourceKind, SpeakerKind, UserId, Value,
};
use habeas_vault::{EditionChange, ImportReceipt, ImportSummary, InitOptions, KdfCost, Passphrase, SourceDraft, Vault};
use std::path::Path;

pub const NOW: i64 = 1_700_000_000_000;

pub fn passphrase() -> Passphrase {
    Passphrase::new("seven invented words of a test")
}

pub fn new_vault(dir: &Path) -> Vault {
    let options = InitOptions {
        kdf: KdfCost::demo(),
        name: "invented".into(),
        founder: "keeper".into(),
        device: "office".into(),
        now_ms: NOW,
    };
    Vault::init(dir, &passphrase(), options).unwrap()
}

pub fn reopen(dir: &Path) -> Vault {
    Vault::open(dir, &passphrase()).unwrap()
}

pub fn list(key: &str) -> SourceDraft {
    SourceDraft {
        key: key.into(),
        kind: SourceKind::List,
        title: "Committee's list".into(),
        said_by: Attribution::direct("Committee of Tarsa", SpeakerKind::ListKeeper),
        edition: "2024".into(),
        file_name: format!("{key}.csv"),
        names_once: true,
        compiled_from: vec!["families".into()],
        header: ["name", "sex", "place", "taken", "remarks"].map(str::to_owned).to_vec(),
    }
}

/// Cells and claims of one invented row: a name in parts, a place with a point, a vague date, a denial by another
/// speaker, and words that nobody could read more from.
pub fn row(number: u64) -> (Origin, Vec<String>, Vec<Claim>) {
    let name = format!("Marena {number} Tolvi");
    let cells: Vec<String> =
        [name.as_str(), "F", "Posta di Orla, Tarsa", "NOV/1976", "seen by a neighbour"].map(str::to_owned).to_vec();
    let cell = |column| Passage::whole_cell(&cells, column).unwrap();
    let name_parts =
        [("Marena", NameRole::Given), (&format!("{number}"), NameRole::Unassigned), ("Tolvi", NameRole::Family)]
            .map(|(text, role)| NamePart { text: text.into(), role });
    let place = PlaceAsGiven {
        parts: vec!["Posta di Orla".into(), "Tarsa".into(), "not in the cell".into()],
        point: Point::new(-12.345678901234567, 98.7),
    };
    let first_word = Passage::new(&cells, &[CellSpan { column: 4, start: 0, end: 4 }, cell(3).first()]).unwrap();
    let mut denial = Claim::stated(Predicate::Event(EventKind::Taken), Value::Occurred, first_word);
    denial.polarity = Polarity::Denies;
    denial.modality = Modality::OfficialVersion;
    denial.said_by = Some(Box::new(Attribution::direct("Ministry of Tarsa", SpeakerKind::Official)));
    let claims = vec![
        Claim::stated(Predicate::Name, Value::Name(NameAsGiven { parts: name_parts.to_vec() }), cell(0)),
        Claim::stated(Predicate::Sex, Value::Sex(Sex::Female), cell(1)),
        Claim::stated(Predicate::EventPlace(EventKind::Taken), Value::Place(place), cell(2)),
        Claim::stated(
            Predicate::EventDate(EventKind::Taken),
            Value::Date(PartialDate::month(1976, 11).unwrap().approximately()),
            cell(3),
        ),
        denial,
        Claim::stated(Predicate::Remarks, Value::Words, cell(4)),
    ];
    (Origin::Row { sheet: "2024".into(), row: number }, cells, claims)
}

pub fn import(vault: &mut Vault, key: &str, n_rows: u64) -> ImportReceipt {
    let file = format!("file of {key} with {n_rows} rows");
    let mut writer = vault.begin_import(list(key), file.as_bytes(), "mapping", NOW).unwrap();
    for number in 1..=n_rows {
        let (origin, cells, claims) = row(number);
        writer.push(origin, cells, claims).unwrap();
    }
    writer.finish(ImportSummary { accepted: n_rows, ..ImportSummary::default() }).unwrap()
}

/// A later edition of a list that continues no row: so many made-up records were changed, and so many are gone.
pub fn import_edition(vault: &mut Vault, key: &str, n_replaced: u64, n_gone: u64) -> ImportReceipt {
    let made_up = |kind: u64, n: u64| RecordId(((u128::from(kind) << 64) | u128::from(n)).to_be_bytes());
    let edition = EditionChange {
        continued: 3,
        replaced: (0..n_replaced).map(|n| (made_up(1, n), made_up(2, n))).collect(),
        gone: (0..n_gone).map(|n| made_up(3, n)).collect(),
        returned: Vec::new(),
    };
    let later = SourceDraft { edition: "2025".into(), ..list(&format!("{key}@2025")) };
    let writer = vault.begin_import(later, b"the later edition", "mapping", NOW).unwrap();
    writer.finish_edition(ImportSummary::default(), Some(edition)).unwrap()
}

/// The consent of a family to a memorial list, about one record.
pub fn consent_about(record: RecordId) -> Consent {
    Consent {
        id: ConsentId([0; 16]),
        about: record,
        giver: Giver::Family,
        relation: "family".into(),
        groups: [FieldGroup::Identity].into(),
        audiences: [Audience::Public].into(),
        purposes: [Purpose::Memorial].into(),
        answer: ConsentAnswer::Given,
        from: Date::new(2020, 1, 1).unwrap(),
        until: None,
        review: None,
        medium: ConsentMedium::Form,
        risk_text: "1".into(),
        source: None,
        replaces: Vec::new(),
        recorded_by: UserId([0; 16]),
    }
}
