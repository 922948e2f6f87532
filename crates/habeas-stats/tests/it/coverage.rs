//! Worlds with a known truth: how often the interval holds it.

use habeas_stats::{CaptureHistories, EstimableHistories, Method, progress::Silent};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

const N_TOTAL: u64 = 2_000;
const N_WORLDS: u64 = 200;

/// One world: each person's lists are drawn by `lists_of`; people on no list are not in the table.
fn world(index: u64, lists_of: impl Fn(&mut ChaCha12Rng) -> u32) -> CaptureHistories {
    let mut generator = ChaCha12Rng::seed_from_u64(20_260_101);
    generator.set_stream(index);
    let masks: Vec<u32> = (0..N_TOTAL).map(|_| lists_of(&mut generator)).filter(|&mask| mask != 0).collect();
    CaptureHistories::of_memberships(["A", "B", "C", "D"].map(String::from).to_vec(), masks).unwrap()
}

fn independent(generator: &mut ChaCha12Rng) -> u32 {
    let mut draw = |list: u32, probability: f64| u32::from(generator.random_bool(probability)) << list;
    draw(0, 0.25) | draw(1, 0.2) | draw(2, 0.15) | draw(3, 0.1)
}

/// The second list finds half of those on the first and a tenth of the others.
fn dependent_pair(generator: &mut ChaCha12Rng) -> u32 {
    let first = u32::from(generator.random_bool(0.25));
    let mut draw = |list: u32, probability: f64| u32::from(generator.random_bool(probability)) << list;
    first | draw(1, if first == 1 { 0.5 } else { 0.1 }) | draw(2, 0.15) | draw(3, 0.1)
}

/// Share of the worlds whose 95 % interval holds the truth. A refused world would count as not covered.
fn coverage(method: &Method, lists_of: impl Fn(&mut ChaCha12Rng) -> u32) -> f64 {
    let covered = (0..N_WORLDS).filter(|&index| {
        let table = world(index, &lists_of);
        let Ok(table) = EstimableHistories::try_from((table, method.need())) else { return false };
        let posterior = match method {
            Method::Dga(settings) => habeas_stats::estimators::dga::posterior(&table, settings, &mut Silent),
            Method::Independence(settings) => {
                habeas_stats::estimators::independence::posterior(&table, settings, &mut Silent)
            }
            _ => None,
        };
        posterior.is_some_and(|posterior| posterior.interval(0.95).contains(N_TOTAL))
    });
    covered.count() as f64 / N_WORLDS as f64
}

#[test]
fn graph_averaging_covers_the_truth_when_lists_are_independent() {
    let coverage = coverage(&Method::dga(), independent);
    println!("coverage {coverage}");
    assert!(coverage >= 0.93, "{coverage}");
}

#[test]
fn graph_averaging_covers_the_truth_when_two_lists_depend_and_independence_never_does() {
    let averaged = coverage(&Method::dga(), dependent_pair);
    println!("coverage {averaged}");
    assert!(averaged >= 0.93, "{averaged}");
    assert!(coverage(&Method::independence(), dependent_pair) < 0.05);
}
