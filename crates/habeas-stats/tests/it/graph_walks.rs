//! The walks over decomposable graphs: what they find where everything can be enumerated, and beyond.

use habeas_stats::{
    CaptureHistories, DgaSettings, EstimableHistories, Halted, Method, Posterior, Seed,
    estimators::{dga, graph_walk},
    progress::Silent,
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use crate::published;

/// A world of so many people: lists of decreasing size, of which the second finds half of those on the first.
fn world(n_lists: usize, people: usize, seed: u64) -> EstimableHistories {
    let mut generator = ChaCha12Rng::seed_from_u64(seed);
    let masks = (0..people).map(|_| {
        (0..n_lists).fold(0u32, |mask, list| {
            let chance = if list == 1 && mask == 1 { 0.5 } else { 0.3 - 0.02 * list as f64 };
            mask | u32::from(generator.random_bool(chance)) << list
        })
    });
    let masks: Vec<u32> = masks.filter(|&mask| mask != 0).collect();
    let lists = (0..n_lists).map(|list| format!("L{list}")).collect();
    let table = CaptureHistories::of_memberships(lists, masks).unwrap();
    EstimableHistories::try_from((table, dga::NEED)).unwrap()
}

fn walk(table: &EstimableHistories, seed: u64) -> graph_walk::WalkFit {
    graph_walk::fit(table, &DgaSettings::default(), Seed(seed), &mut Silent).unwrap()
}

fn assert_same(walked: &Posterior, exact: &Posterior) {
    for level in [0.025, 0.25, 0.5, 0.75, 0.975] {
        let (walked, exact) = (walked.quantile(level) as f64, exact.quantile(level) as f64);
        assert!((walked - exact).abs() <= 1.0 + 1e-4 * exact, "{level}: {walked} {exact}");
    }
}

#[test]
fn the_walks_find_what_the_enumeration_of_all_graphs_finds() {
    for table in [world(4, 500, 1), world(5, 300, 2), world(6, 900, 3)] {
        let exact = dga::fit(&table, &DgaSettings::default(), &mut Silent).unwrap();
        let walked = walk(&table, 1);
        assert_same(&walked.fit.posterior, &exact.posterior);
        assert_eq!(walked.fit.graphs[0].edges, exact.graphs[0].edges);
        let (walked_weight, exact_weight) = (walked.fit.graphs[0].weight, exact.graphs[0].weight);
        assert!((walked_weight - exact_weight).abs() < 0.01 * exact_weight, "{walked_weight} {exact_weight}");
    }
    let published = published::estimable(&published::table(published::KOSOVO), &Method::dga());
    let exact = dga::fit(&published, &DgaSettings::default(), &mut Silent).unwrap();
    assert_same(&walk(&published, 2).fit.posterior, &exact.posterior);
}

#[test]
fn seven_and_eight_lists_give_the_dependent_pair_and_the_total_that_was_put_in() {
    for n_lists in [7, 8] {
        let table = world(n_lists, 1_500, 4);
        let walked = walk(&table, 1);
        assert!(walked.fit.graphs[0].edges.contains(&(0, 1)), "{:?}", walked.fit.graphs[0].edges);
        assert!(walked.found_once < 0.05, "{}", walked.found_once);
        let (low, high) = (walked.fit.posterior.quantile(0.005), walked.fit.posterior.quantile(0.995));
        assert!((low..=high).contains(&1_500), "{low} {high}");
        let other_seed = walk(&table, 2);
        assert_same(&walked.fit.posterior, &other_seed.fit.posterior);
    }
}

#[test]
fn the_walks_stop_when_told_to() {
    let table = world(7, 1_000, 5);
    let mut calls = 0;
    let mut hook = |_: usize, _: usize| {
        calls += 1;
        if calls == 2 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    };
    let stopped = graph_walk::fit(&table, &DgaSettings::default(), Seed(1), &mut hook);
    assert_eq!(stopped.unwrap_err(), Halted::Interrupted);
}
