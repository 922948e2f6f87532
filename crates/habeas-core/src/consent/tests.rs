use super::{ConsentState as S, FieldGroup as G, Giver as By, *};
use crate::PersonId;
use ConsentAnswer::{Given, Refused, Withdrawn};
use proptest::prelude::*;

const RECORD: RecordId = RecordId([1; 16]);
const PERSON: PersonId = PersonId([1; 16]);

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A statement about identity, event and portrait for the public memorial.
fn said(id: u8, giver: By, relation: &str, answer: ConsentAnswer, replaces: &[u8]) -> Consent {
    Consent {
        id: ConsentId([id; 16]),
        about: RECORD,
        giver,
        relation: relation.into(),
        groups: [G::Identity, G::Portrait, G::NeverPublic].into(),
        audiences: [Audience::Public].into(),
        purposes: [Purpose::Memorial].into(),
        answer,
        from: day("2020-01-01"),
        until: Some(day("2030-01-01")),
        review: None,
        medium: ConsentMedium::Form,
        risk_text: "1".into(),
        source: None,
        replaces: replaces.iter().map(|id| ConsentId([*id; 16])).collect(),
        recorded_by: UserId([9; 16]),
    }
}

fn book(statements: &[Consent], subject: Subject) -> ConsentBook {
    let mut book = ConsentBook::new(statements, |record| (record == RECORD).then_some(PERSON));
    book.note(PERSON, subject);
    book
}

fn state_of(statements: &[Consent], subject: Subject, group: G, on: &str) -> S {
    book(statements, subject).state(PERSON, group, Audience::Public, Purpose::Memorial, day(on))
}

fn state(statements: &[Consent]) -> S {
    state_of(statements, Subject::default(), G::Identity, "2026-01-01")
}

const OPEN: S = S::Given { until: None };

/// The same state whatever the last day.
fn kind(state: S) -> S {
    if state.opens() { OPEN } else { state }
}

#[test]
fn consent_stands_as_this_table_says() {
    let mother = |id, answer, replaces: &[u8]| said(id, By::Family, "mother", answer, replaces);
    let brother = |id, answer, replaces: &[u8]| said(id, By::Family, "brother", answer, replaces);
    let own = |id, answer, replaces: &[u8]| said(id, By::Person, "", answer, replaces);
    let decision = |id, answer, replaces: &[u8]| said(id, By::FamilyDecision, "", answer, replaces);
    let table: &[(&str, Vec<Consent>, S)] = &[
        ("nobody has answered", vec![], S::Silent),
        ("one relative agrees", vec![mother(1, Given, &[])], OPEN),
        ("one relative refuses", vec![mother(1, Refused, &[])], S::Refused),
        (
            "one relative takes back what she gave",
            vec![mother(1, Given, &[]), mother(2, Withdrawn, &[1])],
            S::Withdrawn,
        ),
        (
            "and gives it again",
            vec![mother(1, Given, &[]), mother(2, Withdrawn, &[1]), mother(3, Given, &[1, 2])],
            OPEN,
        ),
        ("two relatives agree", vec![mother(1, Given, &[]), brother(2, Given, &[])], OPEN),
        ("two relatives differ", vec![mother(1, Given, &[]), brother(2, Refused, &[])], S::Disputed),
        (
            "one of two takes back",
            vec![mother(1, Given, &[]), brother(2, Given, &[]), brother(3, Withdrawn, &[2])],
            S::Disputed,
        ),
        (
            "a relative cannot replace another's refusal",
            vec![mother(1, Refused, &[]), brother(2, Given, &[1])],
            S::Disputed,
        ),
        (
            "the family has decided together",
            vec![mother(1, Given, &[]), brother(2, Refused, &[]), decision(3, Given, &[1, 2])],
            OPEN,
        ),
        (
            "a relative refuses after the decision",
            vec![mother(1, Given, &[]), decision(3, Given, &[1]), mother(4, Refused, &[1])],
            S::Disputed,
        ),
        (
            "two devices recorded a yes and a no of one relative",
            vec![mother(1, Given, &[]), mother(2, Refused, &[])],
            S::Refused,
        ),
        ("the person agrees, the family refuses", vec![own(1, Given, &[]), mother(2, Refused, &[])], OPEN),
        ("the person refuses, the family agrees later", vec![own(1, Refused, &[]), mother(2, Given, &[])], S::Refused),
        (
            "the person takes back",
            vec![own(1, Given, &[]), own(2, Withdrawn, &[1]), mother(3, Given, &[])],
            S::Withdrawn,
        ),
        ("a court decides over the family", vec![mother(1, Refused, &[]), said(2, By::Court, "", Given, &[])], OPEN),
        ("a court forbids", vec![mother(1, Given, &[]), said(2, By::Court, "", Refused, &[])], S::Refused),
        ("but never over the person", vec![own(1, Refused, &[]), said(2, By::Court, "", Given, &[])], S::Refused),
    ];
    for (what, statements, expected) in table {
        assert_eq!(kind(state(statements)), *expected, "{what}");
    }
}

#[test]
fn consent_holds_from_its_first_to_its_last_day() {
    let given = [said(1, By::Family, "mother", Given, &[])];
    let on = |on| kind(state_of(&given, Subject::default(), G::Identity, on));
    assert_eq!(
        [on("2019-12-31"), on("2020-01-01"), on("2030-01-01"), on("2030-01-02")],
        [S::Expired, OPEN, OPEN, S::Expired]
    );
}

#[test]
fn of_several_last_days_the_first_one_ends_it() {
    let mut both = [said(1, By::Family, "mother", Given, &[]), said(2, By::Family, "brother", Given, &[])];
    both[1].until = Some(day("2027-05-01"));
    assert_eq!(state(&both), S::Given { until: Some(day("2027-05-01")) });
}

#[test]
fn whoever_came_home_is_asked_and_answers_of_others_stop_counting() {
    let free = Subject { alive_and_free: true, ..Subject::default() };
    let family = said(1, By::Family, "mother", Given, &[]);
    assert_eq!(state_of(std::slice::from_ref(&family), free, G::Identity, "2026-01-01"), S::AskThePerson);
    let own = said(2, By::Person, "", Given, &[]);
    assert_eq!(kind(state_of(&[family, own], free, G::Identity, "2026-01-01")), OPEN);
    assert_eq!(state_of(&[], free, G::Identity, "2026-01-01"), S::Silent);
}

#[test]
fn for_a_minor_only_whoever_has_custody_agrees_and_some_parts_stay_closed() {
    let minor = Subject { latest_birth: Some(day("2010-06-02")), ..Subject::default() };
    let (family, guardian) = (said(1, By::Family, "uncle", Given, &[]), said(2, By::Guardian, "mother", Given, &[]));
    let on = |statements: &[Consent], group, on| kind(state_of(statements, minor, group, on));
    assert_eq!(on(std::slice::from_ref(&family), G::Identity, "2026-01-01"), S::Silent);
    assert_eq!(on(std::slice::from_ref(&guardian), G::Identity, "2026-01-01"), OPEN);
    assert_eq!(on(std::slice::from_ref(&guardian), G::Portrait, "2026-01-01"), S::Never);
    let own = said(3, By::Person, "", Given, &[]);
    assert_eq!(
        on(std::slice::from_ref(&own), G::Identity, "2026-01-01"),
        S::Silent,
        "a child's yes alone is not enough"
    );
    let own_no = said(3, By::Person, "", Refused, &[]);
    assert_eq!(on(&[guardian.clone(), own_no], G::Identity, "2026-01-01"), S::Refused, "a child's no is");
    let uncle_no = said(4, By::Family, "uncle", Refused, &[]);
    assert_eq!(on(&[guardian.clone(), uncle_no], G::Identity, "2026-01-01"), S::Disputed);
    // On the day of full age the family's answer counts like any other's.
    assert_eq!(on(std::slice::from_ref(&family), G::Identity, "2028-06-01"), S::Silent);
    assert_eq!(on(&[family], G::Identity, "2028-06-02"), OPEN);
}

#[test]
fn no_answer_opens_the_home_address_or_a_witness_to_the_public() {
    let given = [said(1, By::Person, "", Given, &[])];
    assert_eq!(state_of(&given, Subject::default(), G::NeverPublic, "2026-01-01"), S::Never);
}

#[test]
fn no_audience_and_no_purpose_implies_another() {
    let given = book(&[said(1, By::Family, "mother", Given, &[])], Subject::default());
    for audience in Audience::ALL {
        for purpose in Purpose::ALL {
            let open = given.state(PERSON, G::Identity, *audience, *purpose, day("2026-01-01")).opens();
            assert_eq!(
                open,
                *audience == Audience::Public && *purpose == Purpose::Memorial,
                "{audience:?} {purpose:?}"
            );
        }
    }
}

#[test]
fn the_statements_that_open_a_part_are_named() {
    let statements = [said(1, By::Family, "mother", Given, &[]), said(2, By::Family, "mother", Given, &[1])];
    let book = book(&statements, Subject::default());
    let grounds = |group| book.grounds(PERSON, group, Audience::Public, Purpose::Memorial, day("2026-01-01"));
    assert_eq!(grounds(G::Identity), [ConsentId([2; 16])]);
    assert_eq!(grounds(G::Event), []);
}

fn any_consent() -> impl Strategy<Value = Consent> {
    let answer = prop_oneof![Just(Given), Just(Refused), Just(Withdrawn)];
    let giver = prop::sample::select(By::ALL);
    (1u8..12, giver, prop::sample::select(vec!["mother", "brother"]), answer, prop::collection::vec(1u8..12, 0..4))
        .prop_map(|(id, giver, relation, answer, replaces)| said(id, giver, relation, answer, &replaces))
}

proptest! {
    #[test]
    fn the_order_of_arrival_decides_nothing(mut statements in prop::collection::vec(any_consent(), 0..8)) {
        let mut seen = std::collections::BTreeSet::new();
        statements.retain(|consent| seen.insert(consent.id));
        let before = state(&statements);
        statements.reverse();
        prop_assert_eq!(state(&statements), before);
    }

    #[test]
    fn a_further_refusal_never_opens_anything(
        mut statements in prop::collection::vec(any_consent(), 0..8),
        giver in prop::sample::select(By::ALL),
    ) {
        let mut seen = std::collections::BTreeSet::new();
        statements.retain(|consent| seen.insert(consent.id));
        let before = state(&statements);
        // One that replaces nothing: whoever refuses anew always may.
        statements.push(said(99, giver, "mother", Refused, &[]));
        prop_assert!(before.opens() || !state(&statements).opens());
    }
}
