use crate::invented::{Entry, list, table, three_lists, truth};
use habeas_core::{Claim, NameAsGiven, Passage, Predicate, Value};
use habeas_link::{
    Constraints, LinkError, LinkOptions, Linkage, ListInfo, ModelError, Table, TableBuilder, Watch, evaluate,
    guess_model, link,
};
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn linked(table: &Table) -> Linkage {
    let options = LinkOptions { n_draws: 2, ..LinkOptions::default() };
    link(table, None, &Constraints::default(), &options, &Watch::none()).unwrap()
}

fn one_list() -> [ListInfo; 1] {
    [list("a", false)]
}

#[test]
fn no_record_one_record_and_records_without_pairs_make_as_many_persons() {
    for entries in [vec![], vec![Entry::named(0, "Kareem", "Zoraki")]] {
        let found = linked(&table(&one_list(), &entries));
        assert_eq!((found.partition.n_clusters(), found.n_candidates), (entries.len(), 0));
        assert_eq!(found.fit, None, "nothing can be learnt from no pair");
    }
    let strangers = [Entry::named(0, "Kareem", "Zoraki"), Entry::named(0, "Lucia", "Beltran")];
    assert_eq!(linked(&table(&one_list(), &strangers)).partition.n_clusters(), 2);
}

#[test]
fn two_records_that_say_nothing_are_two_persons() {
    let nothing = vec![Entry::default(); 50];
    let found = linked(&table(&one_list(), &nothing));
    assert_eq!((found.partition.n_clusters(), found.pairs.len()), (50, 0));
}

#[test]
fn a_column_that_always_says_the_same_is_not_compared() {
    let (lists, mut entries) = three_lists(100, 41);
    entries.iter_mut().for_each(|entry| entry.attribute = "North".to_owned());
    let model = guess_model(&table(&lists, &entries));
    assert!(model.comparisons.iter().all(|comparison| !comparison.field.code().starts_with("text.")));
}

#[test]
fn a_column_that_only_numbers_its_rows_is_not_compared() {
    let (lists, mut entries) = three_lists(100, 42);
    entries.iter_mut().enumerate().for_each(|(i, entry)| entry.attribute = format!("row {i}"));
    let model = guess_model(&table(&lists, &entries));
    assert!(model.comparisons.iter().all(|comparison| !comparison.field.code().starts_with("text.")));
}

#[test]
fn a_hundred_thousand_equal_records_are_linked_in_seconds() {
    let start = Instant::now();
    let entries = vec![Entry { born: Some(1970), ..Entry::named(0, "Kareem", "Zoraki") }; 100_000];
    let found = linked(&table(&one_list(), &entries));
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert!(found.n_candidates < 3_000_000, "{}", found.n_candidates);
    assert!(found.rules.iter().any(|rule| rule.n_pairs < rule.n_pairs_sharing));
}

fn push_name(builder: &mut TableBuilder, name: &str) {
    let cells = [name.to_owned()];
    let passage = Passage::whole_cell(&cells, 0).unwrap();
    let claim = Claim::stated(Predicate::Name, Value::Name(NameAsGiven::unassigned(name)), passage);
    builder.push(0, &[String::new()], &cells, &[claim]);
}

#[test]
fn names_of_ten_thousand_words_and_control_characters_do_no_harm() {
    let mut builder = TableBuilder::new(one_list().to_vec());
    let long = "Karim ".repeat(10_000);
    let endless = "x".repeat(1_000_000);
    for name in
        [long.as_str(), long.as_str(), "\u{0}\u{1}\u{202e}Karim\u{7}", "\u{200f}", "", "s/o", "s/o s/o", &endless]
    {
        push_name(&mut builder, name);
    }
    let table = builder.finish();
    assert_eq!(linked(&table).partition.n_records(), 8);
}

#[test]
fn two_hundred_thousand_people_with_one_name_are_not_joined_and_cost_no_more_than_others() {
    let start = Instant::now();
    let namesake = |i: u32| Entry {
        born: Some(1900 + (i % 90) as i16),
        attribute: format!("ward {}", i % 5_003),
        ..Entry::named(0, "Kareem", "Zoraki")
    };
    let found = linked(&table(&one_list(), &(0..200_000).map(namesake).collect::<Vec<_>>()));
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert!(found.n_candidates < 12 * 200_000, "{}", found.n_candidates);
    assert!(found.partition.n_clusters() > 100_000, "{}", found.partition.n_clusters());
}

#[test]
fn lists_with_different_columns_are_linked_by_what_they_share() {
    let (lists, mut entries) = three_lists(400, 43);
    for entry in &mut entries {
        match entry.list {
            0 => (entry.place, entry.attribute, entry.age) = (String::new(), String::new(), None),
            1 => (entry.born, entry.document, entry.father) = (None, String::new(), String::new()),
            _ => entry.male = None,
        }
    }
    let found = linked(&table(&lists, &entries));
    assert!(found.fit.is_some());
    let right = evaluate(&found.partition, &truth(&entries)).pairwise;
    assert!(right.precision > 0.9 && right.recall > 0.5, "{right:?}");
}

#[test]
fn judgements_that_contradict_each_other_are_told_and_join_nobody() {
    let same = Entry { born: Some(1970), ..Entry::named(0, "Kareem", "Zoraki") };
    let strangers = [Entry::named(0, "Lucia", "Beltran"), Entry::named(0, "Tamsin", "Moreno")];
    let table = table(&one_list(), &[strangers.to_vec(), vec![same.clone(), same]].concat());
    let judged = Constraints { same: vec![(0, 1)], different: vec![(0, 1)], ..Constraints::default() };
    let found = link(&table, None, &judged, &LinkOptions::default(), &Watch::none()).unwrap();
    let of = found.partition.cluster_of();
    assert_ne!(of[0], of[1]);
    assert_eq!(found.conflicts.len(), 1);
}

#[test]
fn a_model_whose_probabilities_do_not_sum_to_one_links_nothing() {
    let (lists, entries) = three_lists(50, 44);
    let table = table(&lists, &entries);
    let mut model = guess_model(&table);
    model.comparisons[0].levels[0].m += 0.2;
    let refused = link(&table, Some(model), &Constraints::default(), &LinkOptions::default(), &Watch::none());
    let sum = matches!(&refused, Err(LinkError::Model { source: ModelError::Sum { comparison: 0, which: "m", .. } }));
    assert!(sum, "{refused:?}");
}

#[test]
fn a_judgement_about_no_record_is_refused() {
    let table = table(&one_list(), &[Entry::named(0, "Kareem", "Zoraki")]);
    let judged = Constraints { same: vec![(0, 7)], different: vec![], ..Constraints::default() };
    let refused = link(&table, None, &judged, &LinkOptions::default(), &Watch::none());
    assert_eq!(refused, Err(LinkError::UnknownRecord { record: 7, n_records: 1 }));
}

#[test]
fn a_document_number_that_a_spreadsheet_damaged_is_no_key() {
    let damaged = |name: &str| Entry { document: "3.52E+12".to_owned(), ..Entry::named(0, name, "") };
    let mut entries: Vec<Entry> = ["Kareem", "Lucia", "Moreno", "Tamsin"].map(damaged).to_vec();
    let whole = Entry { document: "DNI 30.112.458".to_owned(), ..Entry::named(0, "Yolanda", "") };
    entries.extend([whole.clone(), Entry { document: "30112458".to_owned(), ..whole }]);
    let table = table(&one_list(), &entries);
    let found = linked(&table);
    assert!(found.pairs.iter().all(|pair| pair.left >= 4), "{:?}", found.pairs);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn whatever_the_records_say_every_record_is_in_one_person(
        names in prop::collection::vec("\\PC{0,12}( \\PC{0,8})?", 0..30),
    ) {
        let mut builder = TableBuilder::new(one_list().to_vec());
        names.iter().for_each(|name| push_name(&mut builder, name));
        prop_assert_eq!(linked(&builder.finish()).partition.n_records(), names.len());
    }
}
