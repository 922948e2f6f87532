//! One world of a design: its table, and what a linker with doubts would make of its records.

use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use rand_distr::{Binomial, Distribution};

use crate::capture::{CaptureHistories, overlap::members};

use super::design::{Design, LinkageErrors};

/// Draws the table of a world: people are divided list after list, by one binomial per combination that occurs.
pub(super) fn table(design: &Design, generator: &mut ChaCha12Rng) -> CaptureHistories {
    let n_lists = design.n_lists();
    let mut counts: Vec<(u32, u64)> = Vec::new();
    for (size, class) in design.classes() {
        let mut cells = vec![(0u32, *size)];
        for list in 0..n_lists {
            cells = cells
                .into_iter()
                .flat_map(|(mask, people)| {
                    let probability = design.probability(class, mask, list);
                    let on = binomial(people, probability, generator);
                    [(mask, people - on), (mask | 1 << list, on)]
                })
                .filter(|(_, people)| *people > 0)
                .collect();
        }
        counts.extend(cells);
    }
    build(n_lists, counts)
}

/// The table as decided links show it, and draws of it.
pub(super) struct Linked {
    pub(super) fixed: CaptureHistories,
    pub(super) draws: Vec<CaptureHistories>,
}

/// Two records or groups of records that may be one person.
#[derive(Clone, Copy)]
struct Doubtful {
    left: u32,
    right: u32,
    probability: f64,
}

/// Puts a linker with doubts between the people and the table. Of people on several lists one record is taken apart and
/// becomes doubtful; as many doubtful pairs as calibration asks for are made of people who are not the same.
pub(super) fn linked(truth: &CaptureHistories, errors: LinkageErrors, generator: &mut ChaCha12Rng) -> Linked {
    let mut people: Vec<u32> = truth.counts().flat_map(|(mask, count)| (0..count).map(move |_| mask)).collect();
    shuffle(&mut people, generator);
    let (several, single): (Vec<u32>, Vec<u32>) = people.into_iter().partition(|mask| mask.count_ones() > 1);
    let n_several = several.len() as f64;
    let missed = (errors.missed * n_several).round() as usize;
    let false_links = (errors.false_links * n_several).round() as usize;
    let odds = (1.0 - errors.doubt) / errors.doubt;
    // Left apart: `missed` true pairs among missed/doubt. Joined: `false_links` wrong pairs among false_links/doubt.
    let wrong_apart = (missed as f64 * odds).round() as usize;
    let true_joined = ((false_links as f64 * odds).round() as usize).min(several.len().saturating_sub(missed));
    let mut doubtful = Vec::new();
    for (idx, &mask) in several.iter().take(missed + true_joined).enumerate() {
        let lists: Vec<usize> = members(mask).collect();
        let apart = 1 << lists[generator.random_range(0..lists.len())];
        let probability = if idx < missed { errors.doubt } else { 1.0 - errors.doubt };
        doubtful.push(Doubtful { left: mask & !apart, right: apart, probability });
    }
    let mut singles = single.into_iter();
    let mut certain: Vec<u32> = several.iter().skip(missed + true_joined).copied().collect();
    for idx in 0..wrong_apart + false_links {
        let probability = if idx < wrong_apart { errors.doubt } else { 1.0 - errors.doubt };
        let Some(left) = singles.next() else { break };
        // Two people on the same list are known to be two.
        let mut passed = Vec::new();
        let right = singles.by_ref().find(|&mask| {
            if mask == left {
                passed.push(mask);
            }
            mask != left
        });
        certain.extend(passed);
        match right {
            Some(right) => doubtful.push(Doubtful { left, right, probability }),
            None => certain.push(left),
        }
    }
    certain.extend(singles);
    let n_lists = truth.n_lists();
    let certain: Vec<(u32, u64)> =
        build(n_lists, certain.into_iter().map(|mask| (mask, 1)).collect()).counts().collect();
    let with = |joined: &mut dyn FnMut(f64) -> bool| {
        let mut counts = certain.clone();
        for pair in &doubtful {
            if joined(pair.probability) {
                counts.push((pair.left | pair.right, 1));
            } else {
                counts.extend([(pair.left, 1), (pair.right, 1)]);
            }
        }
        build(n_lists, counts)
    };
    let fixed = with(&mut |probability| probability > 0.5);
    let draws = (0..errors.draws).map(|_| with(&mut |probability| generator.random_bool(probability))).collect();
    Linked { fixed, draws }
}

fn build(n_lists: usize, counts: Vec<(u32, u64)>) -> CaptureHistories {
    let lists = (1..=n_lists).map(|list| format!("L{list}")).collect();
    let seen = counts.into_iter().filter(|(mask, _)| *mask != 0);
    CaptureHistories::new(lists, seen).expect("the design was checked and nobody on no list is counted")
}

fn binomial(people: u64, probability: f64, generator: &mut ChaCha12Rng) -> u64 {
    Binomial::new(people, probability).expect("the design's probabilities lie between 0 and 1").sample(generator)
}

fn shuffle(values: &mut [u32], generator: &mut ChaCha12Rng) {
    for idx in (1..values.len()).rev() {
        values.swap(idx, generator.random_range(0..=idx));
    }
}
