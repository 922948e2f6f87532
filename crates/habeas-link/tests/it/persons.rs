use crate::invented::{Entry, list, table, three_lists, truth};
use habeas_core::{MatchWeight, Partition, ScoredPair};
use habeas_link::{
    Conflict, Constraints, Evidence, LinkOptions, Partitioned, Watch, components, correct_leftovers, draw_partitions,
    evaluate, guess_model, link, partition,
};
use proptest::prelude::*;
use std::{collections::HashMap, num::NonZeroUsize};

fn pair(left: u32, right: u32, bits: f64) -> ScoredPair {
    ScoredPair::new(left, right, MatchWeight(bits))
}

fn unknown(_: u32, _: u32) -> MatchWeight {
    MatchWeight(-6.0)
}

fn evidence<'e>(n_records: usize, pairs: &'e [ScoredPair], judgements: &'e Constraints) -> Evidence<'e> {
    Evidence { n_records, pairs, judgements, cut: NO_CUT, weigh: &unknown }
}

const NO_CUT: MatchWeight = MatchWeight(0.0);

/// By one thread and by three, which must not differ.
fn partitioned(evidence: &Evidence) -> Partitioned {
    let found = partition(evidence, NonZeroUsize::MIN);
    assert_eq!(partition(evidence, NonZeroUsize::new(3).unwrap()), found);
    found
}

#[test]
fn people_on_three_lists_find_themselves_and_brothers_taken_together_stay_two() {
    let (lists, entries) = three_lists(1500, 21);
    let table = table(&lists, &entries);
    let found = link(&table, None, &Constraints::default(), &LinkOptions::default(), &Watch::none()).unwrap();
    let scores = evaluate(&found.partition, &truth(&entries));
    assert!(scores.pairwise.precision > 0.97, "{scores:?}");
    assert!(scores.pairwise.recall > 0.95, "{scores:?}");
}

#[test]
fn names_in_latin_and_in_arabic_script_meet() {
    let pairs = [
        ("Kareem Bakhsh", "کریم بخش"),
        ("Din Muhammad", "دین محمد"),
        ("Abdul Rahman", "عبدالرحمن"),
        ("Anwar Baluch", "انور بلوچ"),
        ("Usman Wadood", "عثمان ودود"),
        ("Zakir Bugti", "ذاکر بگٹی"),
    ];
    let mut entries = Vec::new();
    for (person, (latin, arabic)) in pairs.iter().enumerate() {
        for (list, name) in [(0, latin), (1, arabic)] {
            let taken = habeas_core::Date::new(2011, 1 + person as i8, 3).ok();
            entries.push(Entry { person: person as u32, list, given: (*name).to_string(), taken, ..Entry::default() });
        }
    }
    // Others, so that frequencies mean something.
    let (_, others) = three_lists(300, 22);
    entries.extend(others.into_iter().map(|e| Entry { person: e.person + 100, list: e.list.min(1), ..e }));
    let table = table(&[list("latin", false), list("arabic", false)], &entries);
    let found = link(&table, None, &Constraints::default(), &LinkOptions::default(), &Watch::none()).unwrap();
    let cluster_of = found.partition.cluster_of();
    for (i, (latin, _)) in pairs.iter().enumerate() {
        assert_eq!(cluster_of[2 * i], cluster_of[2 * i + 1], "{latin}");
    }
}

#[test]
fn a_chain_of_half_likely_pairs_is_no_family_of_one() {
    let pairs = [pair(0, 1, 3.0), pair(0, 2, -9.0), pair(1, 2, 3.0)];
    assert_eq!(components(3, &pairs, NO_CUT).n_clusters(), 1);
    assert_eq!(partitioned(&evidence(3, &pairs, &Constraints::default())).partition.n_clusters(), 2);
}

#[test]
fn components_far_apart_are_found_however_many_are_solved_at_a_time() {
    // More records than one thread has in hand at a time, each with its other half far behind it.
    let half = 150_000;
    let pairs: Vec<ScoredPair> =
        (0..half).map(|i| pair(i, i + half, if i.is_multiple_of(3) { -4.0 } else { 5.0 })).collect();
    let found = partitioned(&evidence(2 * half as usize, &pairs, &Constraints::default())).partition;
    let label = |i: u32| if i >= half && !(i - half).is_multiple_of(3) { i - half } else { i };
    assert_eq!(found, Partition::from_labels(&(0..2 * half).map(label).collect::<Vec<_>>()));
}

#[test]
fn judgements_bind_and_forbid_whatever_the_weights_say() {
    let pairs = [pair(0, 1, 12.0), pair(0, 2, 12.0), pair(1, 2, 12.0), pair(3, 4, -12.0)];
    let judged = Constraints { same: vec![(4, 3), (5, 6)], different: vec![(2, 0)], ..Constraints::default() };
    let found = partitioned(&evidence(7, &pairs, &judged));
    let of = found.partition.cluster_of();
    assert_ne!(of[0], of[2]);
    assert_eq!((of[3], of[5]), (of[4], of[6]));
    assert_eq!(found.conflicts, []);
}

#[test]
fn judgements_that_contradict_each_other_merge_nobody_and_are_reported() {
    let judged = Constraints { same: vec![(0, 1), (1, 2), (3, 4)], different: vec![(0, 2)], ..Constraints::default() };
    let found = partitioned(&evidence(5, &[], &judged));
    assert_eq!(found.conflicts, [Conflict { left: 0, right: 2 }]);
    assert_eq!(found.partition, Partition::from_labels(&[0, 1, 2, 3, 3]));
}

/// All partitions of n records.
fn all_partitions(n: usize) -> Vec<Vec<u32>> {
    let mut all = vec![vec![]];
    for _ in 0..n {
        all = all
            .into_iter()
            .flat_map(|labels: Vec<u32>| {
                let next = labels.iter().max().map_or(0, |most| most + 1);
                (0..=next).map(move |label| labels.iter().copied().chain([label]).collect())
            })
            .collect();
    }
    all
}

fn all_pairs(n: u32, weights: &[f64]) -> Vec<ScoredPair> {
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    pairs.zip(weights).map(|((i, j), bits)| pair(i, j, *bits)).collect()
}

proptest! {
    #[test]
    fn small_components_are_solved_exactly(weights in prop::collection::vec(-8.0f64..8.0, 21)) {
        let pairs = all_pairs(7, &weights);
        let value = |labels: &[u32]| {
            let within = pairs.iter().filter(|p| labels[p.left as usize] == labels[p.right as usize]);
            within.map(|p| p.weight().0).sum::<f64>()
        };
        let best = all_partitions(7).iter().map(|labels| value(labels)).fold(f64::MIN, f64::max);
        let found = partitioned(&evidence(7, &pairs, &Constraints::default())).partition;
        prop_assert!((value(found.cluster_of()) - best).abs() < 1e-9);
    }

    #[test]
    fn judgements_hold_in_the_partition_and_in_every_draw(
        weights in prop::collection::vec(-6.0f64..6.0, 66),
        same in (0u32..12, 0u32..12),
        different in (0u32..12, 0u32..12),
    ) {
        prop_assume!(same.0 != same.1 && different.0 != different.1);
        prop_assume!((same.0.min(same.1), same.0.max(same.1)) != (different.0.min(different.1), different.0.max(different.1)));
        let pairs = all_pairs(12, &weights);
        let judged = Constraints { same: vec![same], different: vec![different], ..Constraints::default() };
        let mut all = draw_partitions(&evidence(12, &pairs, &judged), 5, 1, NonZeroUsize::MIN);
        all.push(partitioned(&evidence(12, &pairs, &judged)).partition);
        for partition in all {
            let of = partition.cluster_of();
            prop_assert_eq!(of[same.0 as usize], of[same.1 as usize]);
            prop_assert_ne!(of[different.0 as usize], of[different.1 as usize]);
        }
    }
}

/// The links of an average-linkage tree, group by group.
fn links(group: &[Vec<u32>], pairs: &[ScoredPair]) -> f64 {
    let weight =
        |a: u32, b: u32| pairs.iter().find(|p| (p.left, p.right) == (a.min(b), a.max(b))).map_or(0.0, |p| p.weight().0);
    let mean = |x: &[u32], y: &[u32]| {
        let sum: f64 = x.iter().flat_map(|a| y.iter().map(move |b| (*a, *b))).map(|(a, b)| weight(a, b)).sum();
        sum / (x.len() * y.len()) as f64
    };
    let joints = (0..group.len()).flat_map(|i| (i + 1..group.len()).map(move |j| (i, j)));
    let best = joints.max_by(|a, b| mean(&group[a.0], &group[a.1]).total_cmp(&mean(&group[b.0], &group[b.1])));
    let Some((i, j)) = best else { return 0.0 };
    let mut joined = group.to_vec();
    let gone = joined.remove(j);
    joined[i].extend(gone);
    mean(&group[i], &group[j]) + links(&joined, pairs)
}

/// The same distribution as the module documents, enumerated.
fn exact_distribution(n: usize, pairs: &[ScoredPair]) -> HashMap<Vec<u32>, f64> {
    let bits = |labels: &[u32]| {
        let alone = |label: u32| -> Vec<Vec<u32>> {
            (0..n as u32).filter(|i| labels[*i as usize] == label).map(|i| vec![i]).collect()
        };
        (0..n as u32).map(|label| links(&alone(label), pairs)).sum::<f64>()
    };
    let mut odds: HashMap<Vec<u32>, f64> = all_partitions(n)
        .into_iter()
        .map(|labels| {
            let odd = bits(&labels).exp2();
            (labels, odd)
        })
        .collect();
    let sum: f64 = odds.values().sum();
    odds.values_mut().for_each(|odd| *odd /= sum);
    odds
}

/// The largest difference between drawn and exact probability that two records are one person.
fn distance(n: usize, weights: &[f64], n_draws: usize) -> f64 {
    let pairs = all_pairs(n as u32, weights);
    let draws = draw_partitions(&evidence(n, &pairs, &Constraints::default()), n_draws, 5, NonZeroUsize::MIN);
    let exact = exact_distribution(n, &pairs);
    let together = |labels: &[u32], pair: &ScoredPair| labels[pair.left as usize] == labels[pair.right as usize];
    let difference = |pair: &ScoredPair| {
        let drawn = draws.iter().filter(|draw| together(draw.cluster_of(), pair)).count() as f64 / n_draws as f64;
        let expected: f64 = exact.iter().filter(|(labels, _)| together(labels, pair)).map(|(_, p)| p).sum();
        (drawn - expected).abs()
    };
    let all_apart = |labels: &[u32]| labels.iter().enumerate().all(|(i, label)| *label == i as u32);
    let apart = draws.iter().filter(|draw| all_apart(draw.cluster_of())).count() as f64 / n_draws as f64;
    let exactly_apart: f64 = exact.iter().filter(|(labels, _)| all_apart(labels)).map(|(_, p)| p).sum();
    pairs.iter().map(difference).fold((apart - exactly_apart).abs(), f64::max)
}

#[test]
fn draws_of_a_small_component_have_the_enumerated_distribution() {
    let weights = [2.0, 1.0, -1.0, 0.5, -2.0, 1.5, -0.5, 0.3, -1.2, 0.8];
    assert!(distance(5, &weights, 40_000) < 0.01);
}

#[test]
fn the_markov_chain_of_a_larger_component_has_the_enumerated_distribution() {
    // Eight records are the first that the chain, not the enumeration, has to draw.
    let weights: Vec<f64> = (0..28).map(|i| f64::from((i * 37) % 11) * 0.5 - 2.2 + f64::from(i) * 0.013).collect();
    let apart = distance(8, &weights, 60_000);
    assert!(apart < 0.01, "{apart}");
}

#[test]
fn draws_follow_their_seed_only() {
    let weights: Vec<f64> = (0..45).map(|i| f64::from((i * 29) % 13) * 0.6 - 3.0).collect();
    let pairs = all_pairs(10, &weights);
    let draw = |seed, threads| {
        let threads = NonZeroUsize::new(threads).unwrap();
        draw_partitions(&evidence(10, &pairs, &Constraints::default()), 20, seed, threads)
    };
    assert_eq!(draw(1, 1), draw(1, 4));
    assert_ne!(draw(1, 1), draw(2, 1));
}

#[test]
fn a_list_that_names_a_person_once_keeps_namesakes_apart_and_still_may_repeat_somebody() {
    let (lists, mut entries) = three_lists(600, 23);
    let mut twice = Entry { list: 0, person: 9000, ..entries[0].clone() };
    twice.document = "4411882".to_owned();
    entries.extend([twice.clone(), twice]);
    let table = table(&lists, &entries);
    let found = link(&table, None, &Constraints::default(), &LinkOptions::default(), &Watch::none()).unwrap();
    let n = entries.len();
    let of = found.partition.cluster_of();
    assert_eq!(of[n - 2], of[n - 1], "everything agrees, the document too: the list repeats this person");
    let scores = evaluate(&found.partition, &truth(&entries));
    assert!(scores.pairwise.precision > 0.96, "{scores:?}");
}

#[test]
fn the_last_two_records_of_lists_that_name_each_person_once_are_likelier_to_be_one_person() {
    // Thirty people stand on both lists, nine more on the first only and one on the second.
    let (n_both, n_a) = (30u32, 39u32);
    let people = |list: u16, n: u32| (0..n).map(move |i| Entry { list, ..Entry::named(list, &format!("name{i}"), "") });
    let entries: Vec<Entry> = people(0, n_a).chain(people(1, n_both)).chain([Entry::named(1, "cover", "")]).collect();
    let table = table(&[list("a", true), list("b", true)], &entries);
    let model = guess_model(&table);
    let persons = Partition::from_labels(&(0..n_a).chain(0..n_both).chain([999]).collect::<Vec<u32>>());
    let (left_over, taken) = (pair(n_both, n_a + n_both, -3.0), pair(n_both, n_a, -3.0));
    let mut pairs = vec![taken, left_over];
    let found = correct_leftovers(&table, &model, &persons, &mut pairs)[0];
    let odds = 30.5 / (9.5 * 1.5) / (model.lambda / (1.0 - model.lambda - model.kin_lambda));
    assert_eq!((found.lists, found.n_left), ((0, 1), (9, 1)));
    assert!((found.bits.0 - odds.log2().min(8.0)).abs() < 1e-9, "{found:?} {}", odds.log2());
    assert_eq!(pairs[0], taken, "the other record of this pair has its partner");
    let before = habeas_link::explain(&table, &model, left_over.left, left_over.right).weight;
    assert!(pairs[1].weight() > before, "{:?} {before:?}", pairs[1]);
}

#[test]
fn left_over_records_of_lists_that_hardly_meet_are_hardly_likelier_to_be_one_person() {
    let people = |list: u16, from: u32| {
        (from..from + 25).map(move |i| Entry { list, ..Entry::named(list, &format!("name{i}"), "") })
    };
    let entries: Vec<Entry> = people(0, 0).chain(people(1, 20)).collect();
    let table = table(&[list("a", true), list("b", true)], &entries);
    let model = guess_model(&table);
    let persons = Partition::from_labels(&(0..25).chain(20..45).collect::<Vec<u32>>());
    let found = correct_leftovers(&table, &model, &persons, &mut [pair(0, 30, -3.0)])[0];
    let odds = 5.5 / (20.5 * 20.5) / (model.lambda / (1.0 - model.lambda - model.kin_lambda));
    assert!((found.bits.0 - odds.log2()).abs() < 1e-9 && found.bits.0 < 1.0, "{found:?} {}", odds.log2());
}

#[test]
fn in_a_small_table_too_brothers_who_were_taken_together_are_not_joined() {
    let (mut n_brothers, mut n_joined) = (0, 0);
    for seed in 31..36 {
        let (lists, entries) = three_lists(250, seed);
        let table = table(&lists, &entries);
        let found = link(&table, None, &Constraints::default(), &LinkOptions::default(), &Watch::none()).unwrap();
        let of = found.partition.cluster_of();
        for (i, a) in entries.iter().enumerate() {
            for (j, b) in entries.iter().enumerate().skip(i + 1) {
                // Writers who hear the family name otherwise are left out here.
                if a.person != b.person && a.taken.is_some() && (a.taken, &a.family) == (b.taken, &b.family) {
                    n_brothers += 1;
                    n_joined += u32::from(of[i] == of[j]);
                }
            }
        }
    }
    assert!(n_brothers > 50 && n_joined * 20 <= n_brothers, "{n_joined} of {n_brothers}");
}

#[test]
fn draws_have_parameters_of_their_own_and_spread_at_least_as_far_as_with_fixed_ones() {
    let (lists, entries) = three_lists(500, 51);
    let table = table(&lists, &entries);
    let options = LinkOptions { n_draws: 60, ..LinkOptions::default() };
    let judged = Constraints { same: vec![(0, 1)], different: vec![(2, 3)], ..Constraints::default() };
    let found = link(&table, None, &judged, &options, &Watch::none()).unwrap();
    assert!(found.draws.parameters_drawn && found.draws.partitions.len() == 60);
    assert!(found.draws.partitions.iter().all(|p| p.cluster_of()[0] == p.cluster_of()[1]));
    assert!(found.draws.partitions.iter().all(|p| p.cluster_of()[2] != p.cluster_of()[3]));
    let fixed = link(&table, Some(found.model.clone()), &judged, &options, &Watch::none()).unwrap();
    assert!(!fixed.draws.parameters_drawn, "nothing is known of the doubt in a model that the caller gave");
    let spread = |draws: &[Partition]| {
        let n: Vec<f64> = draws.iter().map(|p| p.n_clusters() as f64).collect();
        let mean = n.iter().sum::<f64>() / n.len() as f64;
        (mean, (n.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n.len() as f64).sqrt())
    };
    let (drawn, fixed) = (spread(&found.draws.partitions), spread(&fixed.draws.partitions));
    assert!(drawn.1 > 0.8 * fixed.1, "{drawn:?} {fixed:?}");
    assert!((drawn.0 - fixed.0).abs() < 0.02 * fixed.0, "{drawn:?} {fixed:?}");
    let again = link(&table, None, &judged, &LinkOptions { threads: NonZeroUsize::MIN, ..options }, &Watch::none());
    assert_eq!(again.unwrap().draws, found.draws);
}

#[test]
fn how_many_links_are_missed_is_reckoned_without_the_truth() {
    let (lists, entries) = three_lists(2500, 33);
    let table = table(&lists, &entries);
    let truth = truth(&entries);
    // The higher the cut, the more links are left out; what the linkage reckons must follow.
    for cut in [0.0, 6.0, 10.0, 14.0] {
        let options = LinkOptions { cut: Some(MatchWeight(cut)), ..LinkOptions::default() };
        let found = link(&table, None, &Constraints::default(), &options, &Watch::none()).unwrap();
        let reckoned = found.completeness.unwrap();
        let scores = evaluate(&found.partition, &truth).pairwise;
        let n_same = reckoned.n_linked * scores.precision / scores.recall;
        let net = 1.0 - reckoned.n_linked / n_same;
        let told = reckoned.net_missed_share();
        assert!((told - net).abs() < 0.04 + 0.25 * net.abs(), "cut {cut}: told {told:.3}, in truth {net:.3}");
    }
    let given =
        link(&table, Some(guess_model(&table)), &Constraints::default(), &LinkOptions::default(), &Watch::none());
    assert_eq!(given.unwrap().completeness, None, "a given model was not held against a survey");
}
