use super::*;
use crate::{
    Attribution, ImportId, NameAsGiven, Origin, PartialDate, Passage, PlaceAsGiven, RecordId, Source, SourceId,
    SourceKind, SpeakerKind,
};
use std::sync::Arc;

pub(crate) fn source(key: &str) -> Arc<Source> {
    Arc::new(Source {
        id: SourceId([0; 16]),
        key: key.into(),
        kind: SourceKind::List,
        title: key.into(),
        said_by: Attribution::direct(key, SpeakerKind::ListKeeper),
        edition: String::new(),
        sha256: String::new(),
        file_name: format!("{key}.csv"),
        names_once: true,
        compiled_from: Vec::new(),
        header: vec!["Name".into(), "Taken".into(), "Status".into()],
    })
}

pub(crate) fn record(id: u8, list: &str, values: &[(Predicate, Value, &str)]) -> Record {
    let cells: Vec<String> = values.iter().map(|(.., words)| (*words).to_owned()).collect();
    let claims = values
        .iter()
        .enumerate()
        .map(|(i, (predicate, value, _))| {
            Claim::stated(*predicate, value.clone(), Passage::whole_cell(&cells, i as u16).unwrap())
        })
        .collect();
    let origin = Origin::Row { sheet: String::new(), row: u64::from(id) };
    Record { id: RecordId([id; 16]), source: source(list), import: ImportId([0; 16]), origin, cells, claims }
}

pub(crate) fn name(text: &str) -> (Predicate, Value, &str) {
    (Predicate::Name, Value::Name(NameAsGiven::unassigned(text)), text)
}

pub(crate) fn taken(day: &str) -> (Predicate, Value, &str) {
    (Predicate::EventDate(EventKind::Taken), Value::Date(PartialDate::day(day.parse().unwrap())), day)
}

fn agreement(values: [(Predicate, Value, &str); 2]) -> Agreement {
    let [a, b] = values;
    let predicate = a.0;
    let records = [record(1, "one", &[a]), record(2, "two", &[b])];
    case_file(&[&records[0], &records[1]]).question(predicate).unwrap().agreement
}

#[test]
fn two_sources_may_date_the_same_arrest_differently() {
    let records = [
        record(1, "families", &[name("Daria Velen"), taken("2015-02-03")]),
        record(2, "ministry", &[name("VELEN Daria"), taken("2015-02-05")]),
        record(3, "union", &[name("Daria Velén"), taken("2015-02-03")]),
    ];
    let case = case_file(&records.iter().collect::<Vec<_>>());
    let dates = case.question(Predicate::EventDate(EventKind::Taken)).unwrap();
    assert_eq!(dates.agreement, Agreement::Contradicts);
    let letters: Vec<(char, usize)> = dates.readings.iter().map(|r| (r.letter, r.accounts.len())).collect();
    assert_eq!(letters, [('A', 2), ('B', 1)]);
    assert_eq!(case.question(Predicate::Name).unwrap().agreement, Agreement::Same);
    assert_eq!(case.contradictions().count(), 1);
}

#[test]
fn a_vague_account_contradicts_nobody() {
    let month = (Predicate::EventDate(EventKind::Taken), Value::Date(PartialDate::month(2015, 2).unwrap()), "Feb 2015");
    assert_eq!(agreement([taken("2015-02-03"), month.clone()]), Agreement::Compatible);
    assert_eq!(agreement([taken("2015-03-03"), month]), Agreement::Contradicts);
}

#[test]
fn a_denial_stands_against_what_is_affirmed() {
    let held = |polarity| {
        let mut r = record(1, "x", &[(Predicate::Event(EventKind::HeldAt), Value::Occurred, "held")]);
        r.claims[0].polarity = polarity;
        r
    };
    let records = [held(Polarity::Affirms), held(Polarity::Denies)];
    let case = case_file(&[&records[0], &records[1]]);
    assert_eq!(case.questions[0].agreement, Agreement::Contradicts);
}

#[test]
fn a_release_on_one_list_and_missing_on_another_are_two_labels() {
    let released = (Predicate::Event(EventKind::Released), Value::Occurred, "released");
    let missing = (Predicate::Fate, Value::Fate(Fate::Unknown), "missing");
    let records = [record(1, "one", &[released]), record(2, "two", &[missing]), record(3, "three", &[name("A B")])];
    let case = case_file(&records.iter().collect::<Vec<_>>());
    assert_eq!(case.labels, [Label::Released, Label::Missing]);
}

#[test]
fn dead_and_alive_cannot_both_be_true() {
    let fate = |fate, words| (Predicate::Fate, Value::Fate(fate), words);
    assert_eq!(
        agreement([fate(Fate::DeadReported, "dead"), fate(Fate::AliveReported, "alive")]),
        Agreement::Contradicts
    );
    assert_eq!(agreement([fate(Fate::Unknown, "missing"), fate(Fate::AliveReported, "alive")]), Agreement::Differs);
}

#[test]
fn places_are_compared_by_their_words() {
    let place = |words: &'static str| {
        let parts = words.split(", ").map(str::to_owned).collect();
        (Predicate::EventPlace(EventKind::Taken), Value::Place(PlaceAsGiven { parts, point: None }), words)
    };
    assert_eq!(agreement([place("Corva, Ostrel"), place("CORVA, OSTREL")]), Agreement::Same);
    assert_eq!(agreement([place("Corva, Ostrel"), place("Ostrel")]), Agreement::Compatible);
    assert_eq!(agreement([place("Corva"), place("Ostrel")]), Agreement::Differs);
}

#[test]
fn a_name_in_two_scripts_is_compatible_not_different() {
    assert_eq!(agreement([name("Karim Darin"), name("کریم دارین")]), Agreement::Compatible);
    assert_eq!(agreement([name("Karim Darin"), name("Karim Darin Osto")]), Agreement::Compatible);
    assert_eq!(agreement([name("Karim Darin"), name("Kareem Darin")]), Agreement::Differs);
}

#[test]
fn happenings_stand_in_the_order_of_their_earliest_date() {
    let released = (
        Predicate::EventDate(EventKind::Released),
        Value::Date(PartialDate::day("2014-01-01".parse().unwrap())),
        "2014-01-01",
    );
    let r = record(1, "one", &[released, taken("2015-02-03")]);
    let kinds: Vec<EventKind> = case_file(&[&r]).happenings.iter().map(|h| h.kind).collect();
    assert_eq!(kinds, [EventKind::Released, EventKind::Taken]);
}

#[test]
fn words_and_address_lead_back_to_the_cell() {
    let r = record(7, "families", &[name("Daria Velen"), taken("2015-02-03")]);
    assert_eq!(r.words(&r.claims[1]), "2015-02-03");
    assert_eq!(r.place_of(&r.claims[1]), "families.csv, row 7, column «Taken»");
    assert_eq!(r.address().to_string(), "families:7");
}

/// What lists say of one case after the taking; none of it may take the taking back.
fn later(words: &'static str) -> (Predicate, Value, &'static str) {
    use crate::{Acknowledgement, Fate, Register, Whereabouts};
    let (predicate, value) = match words {
        "released" => (Predicate::Event(EventKind::Released), Value::Occurred),
        "home" => (Predicate::Whereabouts, Value::Whereabouts(Whereabouts::Home)),
        "deleted" => (Predicate::Register, Value::Register(Register::DeletedNotEd)),
        "closed" => (Predicate::Register, Value::Register(Register::Closed)),
        "denied" => (Predicate::Acknowledgement, Value::Acknowledgement(Acknowledgement::Denied)),
        _ => (Predicate::Fate, Value::Fate(Fate::DeadMatchProposed)),
    };
    (predicate, value, words)
}

#[test]
fn neither_a_release_nor_a_deletion_nor_a_denial_takes_a_disappearance_out_of_its_year() {
    for words in ["released", "home", "deleted", "closed", "denied", "body"] {
        let records = [
            record(1, "families", &[name("Daria Velen"), taken("2015-02-03")]),
            record(2, "commission", &[name("Daria Velen"), later(words)]),
        ];
        let case = case_file(&records.iter().collect::<Vec<_>>());
        let dates = case.question(Predicate::EventDate(EventKind::Taken)).unwrap();
        assert_eq!(dates.accounts().count(), 1, "{words}");
        assert_eq!(dates.agreement, Agreement::OneAccount, "{words}");
        assert_eq!(case.elements().deprivation, crate::ElementStand::Affirmed, "{words}");
    }
}

#[test]
fn the_word_of_a_register_changes_no_label_and_a_possible_body_is_no_death() {
    let labels_with = |words| {
        let record = record(1, "commission", &[name("Daria Velen"), taken("2015-02-03"), later(words)]);
        case_file(&[&record]).labels
    };
    assert_eq!(labels_with("deleted"), [Label::Missing]);
    assert_eq!(labels_with("closed"), [Label::Missing]);
    assert_eq!(labels_with("body"), [Label::UnidentifiedRemains]);
}

#[test]
fn an_exact_account_of_a_death_is_not_disputed_by_a_vague_one_and_a_denied_encounter_is() {
    use crate::{Acknowledgement, Fate};
    let fate = |fate, words| (Predicate::Fate, Value::Fate(fate), words);
    let encounter =
        (Predicate::Acknowledgement, Value::Acknowledgement(Acknowledgement::EncounterClaimed), "encounter");
    let police = record(1, "police", &[fate(Fate::DeadReported, "killed"), encounter.clone()]);
    let mut press = record(2, "press", &[fate(Fate::DeadReported, "dead"), encounter]);
    let case = case_file(&[&police, &press]);
    assert_eq!((&case.labels[..], case.is_disputed()), (&[Label::KilledInReportedEncounter][..], false));
    press.claims[1].polarity = Polarity::Denies;
    let case = case_file(&[&police, &press]);
    assert_eq!((&case.labels[..], case.is_disputed()), (&[Label::KilledInReportedEncounter][..], true));
}
