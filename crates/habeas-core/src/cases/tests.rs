use super::*;
use crate::{
    CaseFile, Content, EntityId, Fate, Label,
    assertion::tests::Said,
    case::tests::{name, record, taken},
    case_file, parse_edtf,
};
use proptest::prelude::*;

fn released(day: &str) -> (Predicate, Value, &str) {
    (Predicate::EventDate(EventKind::Released), Value::Date(parse_edtf(day).unwrap()), day)
}

fn about(day: &str) -> (Predicate, Value, &str) {
    (Predicate::EventDate(EventKind::Taken), Value::Date(parse_edtf(day).unwrap()), day)
}

fn told(records: &[Record], names: &CaseNames) -> Vec<(usize, Vec<String>)> {
    let found = cases(&records.iter().collect::<Vec<_>>(), names);
    let days = |case: &PersonCase| {
        let files: Vec<&Record> = case.records.iter().collect();
        let file: CaseFile<'_> = case_file(&files);
        let taken = file
            .question(Predicate::EventDate(EventKind::Taken))
            .map(|question| question.accounts().map(|account| account.words()).collect::<Vec<_>>());
        (case.records.len(), taken.unwrap_or_default())
    };
    found.all.iter().map(days).collect()
}

#[test]
fn whoever_is_released_and_taken_again_has_two_cases_and_the_first_is_not_erased() {
    let records = [
        record(1, "families", &[name("Orla Tesk"), taken("2011-03-04"), released("2012-05-06"), taken("2014-07-08")]),
        record(2, "commission", &[name("Orla Tesk"), taken("2011-03-05"), released("2012-05-07")]),
        record(
            3,
            "press",
            &[name("O. Tesk"), taken("2014-07-08"), (Predicate::Fate, Value::Fate(Fate::DeadReported), "dead")],
        ),
    ];
    let found = cases(&records.iter().collect::<Vec<_>>(), &CaseNames::default());
    assert_eq!(
        told(&records, &CaseNames::default()),
        [
            (2, vec!["2011-03-04".to_owned(), "2011-03-05".to_owned()]),
            (2, vec!["2014-07-08".to_owned(), "2014-07-08".to_owned()]),
        ]
    );
    let labels = |nth: usize| case_file(&found.all[nth].records.iter().collect::<Vec<_>>()).labels;
    assert_eq!((labels(0), labels(1)), (vec![Label::Released], vec![Label::ReportedDead]));
    assert_eq!(found.undecided, []);
}

#[test]
fn accounts_that_differ_about_one_taking_are_one_case_as_long_as_nobody_tells_of_a_release_between_them() {
    let records = [
        record(1, "family", &[taken("2023-10-29")]),
        record(2, "police", &[taken("2023-11-20")]),
        record(3, "press", &[released("2023-12-01")]),
        record(4, "month", &[about("2023-11")]),
    ];
    assert_eq!(told(&records, &CaseNames::default()).len(), 1);
    // A release of which it cannot be told whether it lies between divides nothing.
    let vague = [record(1, "family", &[taken("2023-10-29"), released("2023"), taken("2023-11-20")])];
    assert_eq!(told(&vague, &CaseNames::default()).len(), 1);
}

#[test]
fn what_cannot_be_told_apart_is_in_no_case_and_is_not_lost() {
    let where_held = (Predicate::Whereabouts, Value::Whereabouts(crate::Whereabouts::Home), "at home");
    let all = [name("Orla Tesk"), taken("2011-03-04"), released("2012-05-06"), taken("2014-07-08"), where_held];
    let records = [record(1, "families", &all), record(2, "month", &[about("2012")])];
    let found = cases(&records.iter().collect::<Vec<_>>(), &CaseNames::default());
    assert_eq!(found.all.len(), 2);
    let left: Vec<Predicate> =
        found.undecided.iter().flat_map(|record| &record.claims).map(|claim| claim.predicate).collect();
    let expected = [Predicate::Name, Predicate::Whereabouts, Predicate::EventDate(EventKind::Taken)];
    assert_eq!(left, expected, "the name goes along, so that it is clear of whom it is said");
}

#[test]
fn people_may_name_a_case_and_say_which_records_and_claims_are_of_it() {
    let case = |id| Entity { kind: EntityKind::Case, id: EntityId([id; 16]) };
    let person = |id| Content::Entity(Entity { kind: EntityKind::Mention, id: EntityId([id; 16]) }, None);
    let mut said = Said::default();
    let mut of_case = |id, of| said.about(case(id)).say(Topic::Of(Matter::Actor), person(of)).done();
    let all = [of_case(50, 1), of_case(51, 2), of_case(51, 3)];
    let names = CaseNames::of(&all.iter().collect::<Vec<_>>());
    let records = [
        record(1, "a", &[name("Orla Tesk"), taken("2011-03-04")]),
        record(2, "b", &[name("Orla Tesk"), taken("2011-03-04")]),
        record(3, "c", &[name("Orla Tesk"), taken("2011-03-05")]),
    ];
    let found = cases(&records.iter().collect::<Vec<_>>(), &names);
    let named: Vec<(Option<Entity>, usize)> = found.all.iter().map(|case| (case.named, case.records.len())).collect();
    assert_eq!(named, [(Some(case(50)), 1), (Some(case(51)), 2)], "what people say goes before what dates suggest");
}

proptest! {
    /// Every claim of every record is in a case or among the undecided, whatever the dates are.
    #[test]
    fn no_claim_is_lost(days in proptest::collection::vec((0u8..4, 1u32..28, 0u8..3, any::<bool>()), 1..12)) {
        let mut all: Vec<Vec<(Predicate, Value, String)>> = vec![Vec::new(); 4];
        for (of, day, kind, vague) in days {
            let words = if vague { "2013".to_owned() } else { format!("2013-02-{day:02}") };
            let kind = [EventKind::Taken, EventKind::Released, EventKind::ProducedInCourt][usize::from(kind)];
            all[usize::from(of)].push((Predicate::EventDate(kind), Value::Date(parse_edtf(&words).unwrap()), words));
        }
        let records: Vec<Record> = all
            .iter()
            .enumerate()
            .filter(|(_, claims)| !claims.is_empty())
            .map(|(i, claims)| {
                let claims: Vec<_> = claims.iter().map(|(p, v, words)| (*p, v.clone(), words.as_str())).collect();
                record(i as u8 + 1, "list", &claims)
            })
            .collect();
        let found = cases(&records.iter().collect::<Vec<_>>(), &CaseNames::default());
        let n = |records: &[Record]| records.iter().map(|record| record.claims.len()).sum::<usize>();
        let kept: usize = found.all.iter().map(|case| n(&case.records)).sum::<usize>() + n(&found.undecided);
        prop_assert_eq!(kept, n(&records));
    }
}
