use super::*;
use crate::{
    Attribution, Claim, Consent, ConsentAnswer, ConsentBook, ConsentId, ConsentMedium, Date, DisclosurePolicy, Giver,
    ImportId, NameAsGiven, Origin, Passage, Purpose, Record, RecordId, Source, SourceId, UserId, Withheld, case_file,
    disclose,
};
use jiff::civil::date;
use std::sync::Arc;

fn record(id: u8, kind: SourceKind, speaker: (&str, SpeakerKind), values: &[(Predicate, Value, &str)]) -> Record {
    let cells: Vec<String> = values.iter().map(|(.., words)| (*words).to_owned()).collect();
    let claim = |(i, (predicate, value, _)): (usize, &(Predicate, Value, &str))| {
        Claim::stated(*predicate, value.clone(), Passage::whole_cell(&cells, i as u16).unwrap())
    };
    let claims = values.iter().enumerate().map(claim).collect();
    let source = Source {
        id: SourceId([id; 16]),
        key: "k".into(),
        kind,
        title: "What Ilka Bren told".into(),
        said_by: Attribution::direct(speaker.0, speaker.1),
        edition: String::new(),
        sha256: String::new(),
        file_name: "ilka.txt".into(),
        names_once: true,
        compiled_from: Vec::new(),
        header: Vec::new(),
    };
    let origin = Origin::Row { sheet: String::new(), row: 7 };
    Record { id: RecordId([id; 16]), source: Arc::new(source), import: ImportId([0; 16]), origin, cells, claims }
}

fn consents(groups: &[FieldGroup], audience: Audience) -> ConsentBook {
    let consent = Consent {
        id: ConsentId([1; 16]),
        about: RecordId([1; 16]),
        giver: Giver::Family,
        relation: "mother".into(),
        groups: groups.iter().copied().collect(),
        audiences: [audience].into(),
        purposes: [Purpose::Submission].into(),
        answer: ConsentAnswer::Given,
        from: date(2020, 1, 1),
        until: None,
        review: None,
        medium: ConsentMedium::Form,
        risk_text: "1".into(),
        source: None,
        replaces: Vec::new(),
        recorded_by: UserId([0; 16]),
    };
    ConsentBook::new(&[consent], |_| Some(PersonId([1; 16])))
}

const ON: Date = date(2026, 3, 1);

fn told(groups: &[FieldGroup], audience: Audience, forces: &[&str]) -> Result<ToldCase, Withheld> {
    let place = PlaceAsGiven { parts: ["the mill", "Hest", "Corva"].map(str::to_owned).to_vec(), point: None };
    let words = |predicate, words| (predicate, Value::Words, words);
    let records = [
        record(
            1,
            SourceKind::List,
            ("Committee", SpeakerKind::ListKeeper),
            &[
                (Predicate::Name, Value::Name(NameAsGiven::unassigned("Daria Velen")), "Daria Velen"),
                (Predicate::EventPlace(EventKind::Taken), Value::Place(place), "the mill, Hest, Corva"),
                words(Predicate::Residence, "Mill lane 4"),
                words(Predicate::IdentityDocument, "41 203 77"),
                words(Predicate::Perpetrator(EventKind::Taken), "Harbour Guard"),
                words(Predicate::Perpetrator(EventKind::Taken), "a certain Orel Dast"),
            ],
        ),
        record(
            2,
            SourceKind::Testimony,
            ("Ilka Bren", SpeakerKind::Witness),
            &[(Predicate::EventDate(EventKind::Taken), Value::Date(PartialDate::day(date(2026, 1, 3))), "3 January")],
        ),
    ];
    let records: Vec<&Record> = records.iter().collect();
    let case = case_file(&records);
    let policy = DisclosurePolicy { two_persons: false, forces: forces.iter().map(|f| (*f).to_owned()).collect() };
    let consents = consents(groups, audience);
    let request =
        DisclosureRequest { audience, purpose: Purpose::Submission, on: ON, consents: &consents, policy: &policy };
    disclose(&CaseToTell(&case), &request).map(|told| told.get().clone())
}

#[test]
fn a_place_is_told_as_far_as_its_group_reaches_and_a_home_only_with_a_consent_of_its_own() {
    use FieldGroup::{District, ExactPlace, Identity, NeverPublic, Settlement};
    let place = |groups: &[FieldGroup], predicate| {
        let told = told(groups, Audience::UnBody, &[]).unwrap();
        told.question(predicate).map(|question| question.accounts[0].words.clone())
    };
    let taken = Predicate::EventPlace(EventKind::Taken);
    assert_eq!(place(&[Identity], taken), None);
    assert_eq!(place(&[Identity, District], taken).as_deref(), Some("Corva"));
    assert_eq!(place(&[Identity, District, Settlement], taken).as_deref(), Some("Hest, Corva"));
    assert_eq!(place(&[Identity, ExactPlace], taken).as_deref(), Some("the mill, Hest, Corva"));
    assert_eq!(place(&[Identity, ExactPlace], Predicate::Residence), None);
    assert_eq!(place(&[Identity, NeverPublic], Predicate::Residence).as_deref(), Some("Mill lane 4"));
}

#[test]
fn a_witness_is_told_by_role_and_so_is_the_title_of_what_they_told() {
    let account = |groups: &[FieldGroup]| {
        let told = told(groups, Audience::UnBody, &[]).unwrap();
        let account = told.question(Predicate::EventDate(EventKind::Taken)).unwrap().accounts[0].clone();
        (account.said_by, account.source)
    };
    let hidden = account(&[FieldGroup::Identity, FieldGroup::Event]);
    assert_eq!(hidden, (ToldSpeaker::Role(SpeakerKind::Witness), "testimony on file".to_owned()));
    let open = account(&[FieldGroup::Identity, FieldGroup::Event, FieldGroup::NeverPublic]);
    assert_eq!(open, (ToldSpeaker::Named("Ilka Bren".into()), "What Ilka Bren told".to_owned()));
}

#[test]
fn whoever_is_held_to_have_done_it_is_told_only_where_the_policy_names_the_force() {
    let groups = [FieldGroup::Identity, FieldGroup::Event];
    let told = told(&groups, Audience::UnBody, &["harbour guard"]).unwrap();
    let named = &told.question(Predicate::Perpetrator(EventKind::Taken)).unwrap().accounts;
    assert_eq!(named.iter().map(|account| account.words.as_str()).collect::<Vec<_>>(), ["Harbour Guard"]);
}

#[test]
fn nothing_is_told_account_by_account_to_the_public_and_nothing_at_all_without_the_name() {
    let all: Vec<FieldGroup> = FieldGroup::ALL.to_vec();
    assert_eq!(told(&all, Audience::Public, &[]).unwrap().questions, []);
    assert_eq!(told(&[FieldGroup::Event], Audience::UnBody, &[]), Err(Withheld::Identity));
    let dates = told(&all, Audience::Lawyers, &[]).unwrap();
    assert_eq!(dates.dates_of_disappearance().count(), 1);
}
