//! Speed of the averaging over decomposable graphs, on an invented stratum of four lists and on five lists with the
//! 60,000 grid points at which others are measured.

use divan::{Bencher, black_box};
use habeas_stats::{
    CaptureHistories, DgaSettings, EstimableHistories, Grid, Method, Seed, estimate,
    estimators::dga,
    pooled::{LinkageOptions, average_over_linkage},
    progress::Silent,
};

fn main() {
    divan::main();
}

/// Lists of decreasing size, with overlaps as if independent and one dependent pair.
fn stratum(n_lists: usize, people: f64) -> EstimableHistories {
    let counts = (1u32..1 << n_lists).map(|mask| {
        let chance: f64 =
            (0..n_lists).map(|list| if mask >> list & 1 == 1 { 0.3 - 0.04 * list as f64 } else { 0.75 }).product();
        let paired = if mask & 3 == 3 { 2.0 } else { 1.0 };
        (mask, (people * chance * paired).round() as u64)
    });
    let lists = (0..n_lists).map(|list| format!("L{list}")).collect();
    let table = CaptureHistories::new(lists, counts).expect("the names differ and no mask is 0");
    EstimableHistories::try_from((table, Method::dga().need())).expect("the lists overlap")
}

#[divan::bench]
fn four_lists_three_hundred_people(bencher: Bencher) {
    let table = stratum(4, 430.0);
    bencher.bench_local(|| dga::posterior(black_box(&table), &DgaSettings::default(), &mut Silent));
}

#[divan::bench]
fn four_lists_with_sensitivity(bencher: Bencher) {
    let table = stratum(4, 430.0);
    bencher.bench_local(|| estimate(black_box(&table), &Method::dga(), Seed(0)));
}

#[divan::bench(sample_count = 10)]
fn five_lists_sixty_thousand_points(bencher: Bencher) {
    let table = stratum(5, 4_000.0);
    let grid = Grid::Points { from: 1, to: 60_000, points: 60_000 };
    let settings = DgaSettings { grid, ..DgaSettings::default() };
    bencher.bench_local(|| dga::posterior(black_box(&table), &settings, &mut Silent));
}

/// Few people: no graph can be ruled out and no part of the grid either.
#[divan::bench(sample_count = 10)]
fn five_sparse_lists_sixty_thousand_points(bencher: Bencher) {
    let table = stratum(5, 60.0);
    let grid = Grid::Points { from: 1, to: 60_000, points: 60_000 };
    let settings = DgaSettings { grid, ..DgaSettings::default() };
    bencher.bench_local(|| dga::posterior(black_box(&table), &settings, &mut Silent));
}

#[divan::bench(sample_count = 10)]
fn six_lists_adaptive(bencher: Bencher) {
    let table = stratum(6, 2_000.0);
    bencher.bench_local(|| dga::posterior(black_box(&table), &DgaSettings::default(), &mut Silent));
}

/// A thousand draws of the linkage, all different, averaged with everything that stands beside the figure.
#[divan::bench(sample_count = 3)]
fn thousand_draws_of_the_linkage(bencher: Bencher) {
    let fixed = stratum(4, 1_500.0).histories().clone();
    let draws: Vec<CaptureHistories> = (0..1_000u64)
        .map(|draw| {
            let moved = [(1, draw % 10), (2, draw / 10 % 10), (4, draw / 100)];
            let counts = fixed.counts().chain(moved);
            CaptureHistories::new(fixed.lists().to_vec(), counts).expect("only counts were added")
        })
        .collect();
    let options = LinkageOptions::default();
    bencher.bench_local(|| average_over_linkage(&draws, &fixed, &Method::dga(), Seed(0), &options, &mut Silent));
}
