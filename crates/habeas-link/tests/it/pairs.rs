use crate::invented::{Entry, list, table, three_lists};
use habeas_core::MatchWeight;
use habeas_link::{
    BlockingRule, Constraints, Key, LinkOptions, MemoryEngine, Model, PairEngine, Table, Watch, explain, guess_model,
    link,
};
use proptest::prelude::*;
use std::{
    collections::BTreeSet,
    num::NonZeroUsize,
    sync::atomic::{AtomicBool, Ordering},
};

fn threads(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

const ALL: MatchWeight = MatchWeight(-1e6);

fn candidates(table: &Table, model: &Model) -> Vec<(u32, u32)> {
    let engine = MemoryEngine::new(table, model, threads(2));
    let scored = engine.pairs_above(model, ALL, &Watch::none()).unwrap();
    assert_eq!(scored.n_candidates as usize, scored.pairs.len());
    scored.pairs.iter().map(|pair| (pair.left, pair.right)).collect()
}

fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
    let entry = ("[ab]{3}", "[cd]{3}", prop::option::of(1950i16..1953), "[xy]{3}", 0u16..2)
        .prop_map(|(given, family, born, place, list)| Entry { given, family, born, place, list, ..Entry::default() });
    prop::collection::vec(entry, 0..25)
}

proptest! {
    #[test]
    fn every_pair_that_shares_a_key_is_compared_and_none_twice(entries in any_entries()) {
        let table = table(&[list("a", false), list("b", false)], &entries);
        let mut model = guess_model(&table);
        model.rules = vec![
            BlockingRule::new([Key::NameTwoWords]),
            BlockingRule::new([Key::NameWord, Key::BirthYear]),
            BlockingRule::new([Key::PlaceWord(habeas_link::PlaceField::Event)]),
        ];
        let found = candidates(&table, &model);
        let distinct: BTreeSet<(u32, u32)> = found.iter().copied().collect();
        prop_assert_eq!(distinct.len(), found.len(), "a pair was compared twice");
        let shares = |a: &Entry, b: &Entry| {
            use habeas_link::skeleton;
            let words = |e: &Entry| BTreeSet::from([skeleton(&e.given), skeleton(&e.family)].map(|s| s.eastern));
            let (x, y) = (words(a), words(b));
            let places = |e: &Entry| e.place.clone();
            let n_common = x.intersection(&y).count();
            n_common == 2
                || n_common > 0 && a.born.is_some() && a.born == b.born
                || places(a) == places(b)
        };
        for (i, a) in entries.iter().enumerate() {
            for (j, b) in entries.iter().enumerate().skip(i + 1) {
                if shares(a, b) {
                    prop_assert!(distinct.contains(&(i as u32, j as u32)), "{:?} {:?}", a, b);
                }
            }
        }
    }

    #[test]
    fn the_weight_is_the_same_from_both_sides(entries in any_entries()) {
        let table = table(&[list("a", true), list("b", false)], &entries);
        let model = guess_model(&table);
        for a in 0..entries.len() as u32 {
            for b in 0..a {
                let (there, back) = (explain(&table, &model, a, b), explain(&table, &model, b, a));
                prop_assert!((there.weight.0 - back.weight.0).abs() < 1e-4);
            }
        }
    }
}

#[test]
fn every_weight_is_the_sum_that_its_explanation_shows() {
    let (lists, entries) = three_lists(150, 11);
    let table = table(&lists, &entries);
    let found = link(&table, None, &Constraints::default(), &LinkOptions::default(), &Watch::none()).unwrap();
    let engine = MemoryEngine::new(&table, &found.model, threads(1));
    let scored = engine.pairs_above(&found.model, MatchWeight(-8.0), &Watch::none()).unwrap();
    assert!(scored.pairs.len() > 100);
    for pair in &scored.pairs {
        let why = explain(&table, &found.model, pair.left, pair.right);
        assert!((why.weight.0 - pair.weight().0).abs() < 1e-3);
        let sum = why.prior.0 + why.reasons.iter().map(|reason| reason.bits.0).sum::<f64>();
        assert!((sum - why.against_strangers.0).abs() < 1e-3);
        assert!(why.weight.0 <= why.against_strangers.0.min(why.against_kin.0) + 1e-6);
        assert!(engine.rule_of(pair.left, pair.right).is_some(), "a scored pair was found by a rule");
    }
}

#[test]
fn looking_at_names_last_loses_no_pair_above_the_floor() {
    let (lists, entries) = three_lists(200, 12);
    let table = table(&lists, &entries);
    let model = link(&table, None, &Constraints::default(), &LinkOptions::default(), &Watch::none()).unwrap().model;
    let engine = MemoryEngine::new(&table, &model, threads(2));
    for floor in [-8.0, 0.0, 6.0] {
        let floor = MatchWeight(floor);
        let all = engine.pairs_above(&model, ALL, &Watch::none()).unwrap().pairs;
        let above: Vec<_> = all.into_iter().filter(|pair| pair.weight() >= floor).collect();
        assert_eq!(engine.pairs_above(&model, floor, &Watch::none()).unwrap().pairs, above);
    }
}

#[test]
fn what_is_too_common_for_one_rule_is_the_work_of_another_and_what_is_left_to_it_is_counted() {
    let entries: Vec<Entry> = (0..3000)
        .map(|i| Entry { born: Some(1900 + (i / 30) as i16), ..Entry::named(0, "Kareem", "Zoraki") })
        .collect();
    let table = table(&[list("a", false)], &entries);
    let mut model = guess_model(&table);
    model.rules = vec![
        BlockingRule::new([Key::NameTwoWords]).up_to(64),
        BlockingRule::new([Key::NameTwoWords, Key::BirthYear]).up_to(64),
    ];
    let engine = MemoryEngine::new(&table, &model, threads(2));
    let [common, finer] = engine.rules() else { panic!("there are two rules") };
    assert_eq!((common.n_pairs_sharing, common.n_pairs), (3000 * 2999 / 2, 0));
    assert_eq!((finer.n_pairs_sharing, finer.n_pairs, finer.largest_block), (100 * 435, 100 * 435, 30));
}

#[test]
fn the_result_is_the_same_for_any_number_of_threads() {
    let (lists, entries) = three_lists(300, 13);
    let table = table(&lists, &entries);
    let run = |n: usize| {
        let options = LinkOptions { threads: threads(n), n_draws: 3, ..LinkOptions::default() };
        let mut found = link(&table, None, &Constraints::default(), &options, &Watch::none()).unwrap();
        found.seconds.clear();
        found
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(5));
}

#[test]
fn the_order_of_records_and_lists_does_not_matter() {
    let (lists, entries) = three_lists(250, 14);
    let run = |lists: &[habeas_link::ListInfo], entries: &[Entry]| {
        let table = table(lists, entries);
        link(&table, None, &Constraints::default(), &LinkOptions::default(), &Watch::none()).unwrap()
    };
    let forward = run(&lists, &entries);
    let n = entries.len();
    let turned_lists: Vec<_> = lists.iter().rev().cloned().collect();
    let turned: Vec<Entry> = entries.iter().rev().map(|e| Entry { list: 2 - e.list, ..e.clone() }).collect();
    let backward = run(&turned_lists, &turned);
    assert_eq!(forward.n_candidates, backward.n_candidates);
    assert_eq!(forward.model, backward.model);
    let labels: Vec<u32> = backward.partition.cluster_of().iter().rev().copied().collect();
    assert_eq!(forward.partition, habeas_core::Partition::from_labels(&labels));
    assert_eq!(n, labels.len());
}

#[test]
fn a_run_ends_when_it_is_told_to() {
    let (lists, entries) = three_lists(100, 15);
    let table = table(&lists, &entries);
    let cancel = AtomicBool::new(false);
    let progress = |_, _, _| cancel.store(true, Ordering::Relaxed);
    let watch = Watch { progress: &progress, cancel: &cancel };
    let ended = link(&table, None, &Constraints::default(), &LinkOptions::default(), &watch);
    expect_test::expect!["no links were made"].assert_eq(&ended.unwrap_err().to_string());
}
