//! Lists on which everybody's name is nearly the same: a likeness says little there.

use crate::invented::{Entry, list, nearly_equal_names, table, truth};
use habeas_link::{Constraints, LinkOptions, Watch, evaluate, explain, guess_model, link};

/// Pairs of one person that were linked, all that were linked, and all of one person.
fn linked(n_persons: u32, twice: f64, n_events: Option<usize>, seed: u64) -> [f64; 3] {
    let (lists, entries) = nearly_equal_names(n_persons, twice, n_events, seed);
    let table = table(&lists, &entries);
    let found = link(&table, None, &Constraints::default(), &LinkOptions::default(), &Watch::none()).unwrap();
    let right = evaluate(&found.partition, &truth(&entries)).pairwise;
    let n_pairs = |sizes: Vec<f64>| sizes.iter().map(|n| n * (n - 1.0) / 2.0).sum::<f64>();
    let sizes = |labels: &[u32]| {
        let mut n = vec![0.0; entries.len()];
        labels.iter().for_each(|label| n[*label as usize] += 1.0);
        n
    };
    let n_linked = n_pairs(sizes(found.partition.cluster_of()));
    let n_true = n_pairs(sizes(truth(&entries).cluster_of()));
    let n_right = if n_linked > 0.0 { right.precision * n_linked } else { 0.0 };
    [n_right, n_linked, n_true]
}

/// Precision and recall of all pairs of several lists together.
fn of_all(lists: impl Iterator<Item = [f64; 3]>) -> (f64, f64) {
    let [right, linked, of_one] = lists.fold([0.0; 3], |sum, one| std::array::from_fn(|i| sum[i] + one[i]));
    (right / linked, right / of_one)
}

#[test]
fn people_of_nearly_equal_names_who_were_taken_together_are_not_taken_for_one() {
    let (precision, recall) = of_all((1..=6).map(|seed| linked(300, 0.1, Some(12), seed)));
    assert!(precision >= 0.9, "precision {precision}, recall {recall}");
    assert!(recall >= 0.5, "precision {precision}, recall {recall}");
}

#[test]
fn a_small_list_of_nearly_equal_names_makes_no_person_of_those_who_share_an_event() {
    let (precision, recall) = of_all((1..=10).map(|seed| linked(60, 0.15, Some(4), seed)));
    assert!(precision >= 0.9, "precision {precision}, recall {recall}");
    assert!(recall >= 0.4, "precision {precision}, recall {recall}");
}

#[test]
fn people_of_nearly_equal_names_who_were_taken_one_by_one_find_themselves() {
    let (precision, recall) = of_all((1..=6).map(|seed| linked(300, 0.1, None, seed)));
    assert!(precision >= 0.9, "precision {precision}, recall {recall}");
    assert!(recall >= 0.7, "precision {precision}, recall {recall}");
}

/// Bits that «Karim» and «Karin» in the last two of these records are worth by their rarity.
fn rarity_of_a_likeness(mut entries: Vec<Entry>) -> f64 {
    let n = entries.len() as u32;
    entries.extend([Entry::named(0, "Karim", ""), Entry::named(0, "Karin", "")]);
    let table = table(&[list("register", false)], &entries);
    let model = guess_model(&table);
    let explained = explain(&table, &model, n, n + 1);
    let name = explained.reasons.iter().find(|reason| reason.field.code() == "name").unwrap();
    assert_eq!(name.level, "the same names, spelt differently");
    name.rarity_bits.0
}

#[test]
fn a_likeness_says_less_where_all_names_are_alike() {
    let words = |starts: [&str; 4], ends: [&str; 16]| -> Vec<Entry> {
        let each = (0..512).map(|i| Entry::named(0, &format!("{}{}", starts[i % 4], ends[i / 4 % 16]), ""));
        each.collect()
    };
    let ends = ["b", "d", "g", "k", "l", "mb", "nt", "p", "r", "s", "t", "v", "z", "ld", "rd", "sk"];
    let alike = rarity_of_a_likeness(words(["Kari", "Kare", "Kara", "Karu"], ends));
    let unlike = rarity_of_a_likeness(words(["Osto", "Belve", "Tamsi", "Dure"], ends));
    assert!(alike + 3.0 < unlike, "{alike} bits where all are alike, {unlike} where none are");
}
