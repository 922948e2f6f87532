//! Speed of the methods beside one another on invented strata: what selection, its bootstrap and a table of models cost.

use divan::{Bencher, black_box};
use habeas_stats::{
    BicSettings, Bootstrap, CaptureHistories, EstimableHistories, Method, Seed, StepwiseSettings, estimate,
    estimators::loglinear,
    progress::Silent,
    simulate::{Class, Design, simulate},
};

fn main() {
    divan::main();
}

/// Lists of decreasing reach with one dependent pair.
fn table(n_lists: usize) -> CaptureHistories {
    let counts = (1u32..1 << n_lists).map(|mask| {
        let chance: f64 =
            (0..n_lists).map(|list| if mask >> list & 1 == 1 { 0.3 - 0.04 * list as f64 } else { 0.75 }).product();
        (mask, (2_000.0 * chance * if mask & 3 == 3 { 2.0 } else { 1.0 }).round() as u64)
    });
    let lists = (0..n_lists).map(|list| format!("L{list}")).collect();
    CaptureHistories::new(lists, counts).expect("the names differ and no mask is 0")
}

fn estimable(n_lists: usize, method: &Method) -> EstimableHistories {
    EstimableHistories::try_from((table(n_lists), method.need())).expect("the lists overlap")
}

#[divan::bench(args = [3, 4, 5])]
fn stepwise_selection(bencher: Bencher, n_lists: usize) {
    let table = table(n_lists);
    bencher.bench_local(|| loglinear::stepwise_model(black_box(&table), 0.02));
}

#[divan::bench]
fn all_113_models_of_four_lists(bencher: Bencher) {
    let table = table(4);
    bencher.bench_local(|| loglinear::ranking(black_box(&table), 4, &mut Silent));
}

#[divan::bench]
fn all_1024_models_of_pairs_of_five_lists(bencher: Bencher) {
    let table = table(5);
    bencher.bench_local(|| loglinear::ranking(black_box(&table), 2, &mut Silent));
}

#[divan::bench(sample_count = 5)]
fn all_6893_models_of_five_lists(bencher: Bencher) {
    let table = table(5);
    bencher.bench_local(|| loglinear::ranking(black_box(&table), 5, &mut Silent));
}

/// A whole figure: interval, sensitivity, consistency.
#[divan::bench(args = ["independence", "dga", "stepwise", "bic", "chao"], sample_count = 5)]
fn whole_figure_of_four_lists(bencher: Bencher, name: &str) {
    let bootstrap = Bootstrap { replicates: Some(1_000) };
    let method = match name {
        "independence" => Method::independence(),
        "dga" => Method::dga(),
        "stepwise" => Method::Stepwise(StepwiseSettings { bootstrap, ..StepwiseSettings::default() }),
        "bic" => Method::Bic(BicSettings { bootstrap, ..BicSettings::default() }),
        _ => Method::chao(),
    };
    let table = estimable(4, &method);
    bencher.bench_local(|| estimate(black_box(&table), &method, Seed(1)));
}

#[divan::bench(sample_count = 3)]
fn thousand_replicates_of_stepwise_on_five_lists(bencher: Bencher) {
    let bootstrap = Bootstrap { replicates: Some(1_000) };
    let method = Method::Stepwise(StepwiseSettings { bootstrap, ..StepwiseSettings::default() });
    let table = estimable(5, &method);
    bencher.bench_local(|| estimate(black_box(&table), &method, Seed(1)));
}

#[divan::bench(sample_count = 3)]
fn twenty_worlds_by_dga(bencher: Bencher) {
    let classes = vec![Class { share: 1.0, p: vec![0.25, 0.2, 0.15, 0.1] }];
    let design = Design::new(2_000, classes, Vec::new(), None).expect("the shares add up to 1");
    bencher.bench_local(|| simulate(black_box(&design), &Method::dga(), 20, Seed(1), &mut Silent));
}
