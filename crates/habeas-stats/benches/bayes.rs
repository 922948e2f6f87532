//! Speed of the sampling methods, on the killings in Kosovo (as others are measured), on an invented table of twenty
//! sparse lists, and on seven lists of which one depends on another.
//!
//! With `HABEAS_MSE_TABLES` naming a folder of tables of counts, it first fits the latent classes to every table there and
//! prints mean, median, 95 % limits, R̂, effective draws and effective draws per second of one thread.

use std::{ops::ControlFlow, time::Instant};

use divan::{Bencher, black_box};
use habeas_stats::{
    CaptureHistories, DgaSettings, EstimableHistories, LcmcrSettings, NhoiSettings, Seed,
    capture::read_table,
    estimators::{dga, graph_walk, lcmcr, nhoi},
    progress::Silent,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

fn main() {
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread can be had");
    one_thread.install(|| {
        if let Some(folder) = std::env::var_os("HABEAS_MSE_TABLES") {
            fit_all(std::path::Path::new(&folder));
        }
        divan::main();
    });
}

/// Killings in Kosovo, 20 March to 22 June 1999.
fn kosovo() -> EstimableHistories {
    let counts = [1131, 845, 177, 936, 228, 217, 181, 306, 106, 31, 18, 123, 42, 32, 27];
    let lists = ["EXH", "ABA", "OSCE", "HRW"].map(String::from).to_vec();
    let table = CaptureHistories::new(lists, (1u32..).zip(counts)).expect("fifteen histories of four lists");
    EstimableHistories::try_from((table, lcmcr::NEED)).expect("the lists overlap")
}

/// People of three kinds on twenty lists, most of them short.
fn twenty_lists() -> EstimableHistories {
    let mut generator = ChaCha12Rng::seed_from_u64(20);
    let masks = (0..3_000).map(|person| {
        (0..20).fold(0u32, |mask, list| {
            let chance = if list % 3 == person % 3 { 0.16 } else { 0.01 } / (1.0 + 0.2 * list as f64);
            mask | u32::from(generator.random_bool(chance)) << list
        })
    });
    let masks: Vec<u32> = masks.filter(|&mask| mask != 0).collect();
    let lists = (0..20).map(|list| format!("L{list}")).collect();
    let table = CaptureHistories::of_memberships(lists, masks).expect("no mask is empty");
    EstimableHistories::try_from((table, lcmcr::NEED)).expect("the lists overlap")
}

fn seven_lists() -> EstimableHistories {
    let mut generator = ChaCha12Rng::seed_from_u64(7);
    let masks = (0..1_500).map(|_| {
        (0..7).fold(0u32, |mask, list| {
            let chance = if list == 1 && mask == 1 { 0.5 } else { 0.3 - 0.02 * list as f64 };
            mask | u32::from(generator.random_bool(chance)) << list
        })
    });
    let masks: Vec<u32> = masks.filter(|&mask| mask != 0).collect();
    let lists = (0..7).map(|list| format!("L{list}")).collect();
    let table = CaptureHistories::of_memberships(lists, masks).expect("no mask is empty");
    EstimableHistories::try_from((table, dga::NEED)).expect("the lists overlap")
}

#[divan::bench(sample_count = 3)]
fn latent_classes_kosovo_until_settled(bencher: Bencher) {
    let table = kosovo();
    bencher.bench_local(|| lcmcr::fit(black_box(&table), &LcmcrSettings::default(), Seed(1), &mut Silent));
}

/// 4 chains, 50 rounds of warm-up, 150 more.
#[divan::bench(sample_count = 3)]
fn latent_classes_twenty_lists_two_hundred_rounds(bencher: Bencher) {
    let table = twenty_lists();
    let settings =
        LcmcrSettings { n_classes: 15, n_chains: 4, warm_up: 50, max_rounds: Some(150), ..LcmcrSettings::default() };
    bencher.bench_local(|| lcmcr::fit(black_box(&table), &settings, Seed(1), &mut Silent));
}

#[divan::bench(sample_count = 10)]
fn highest_order_interaction_twenty_thousand_draws(bencher: Bencher) {
    let table = kosovo();
    bencher.bench_local(|| nhoi::fit(black_box(&table), &NhoiSettings::default(), Seed(1), &mut Silent));
}

#[divan::bench(sample_count = 3)]
fn walks_over_graphs_of_seven_lists(bencher: Bencher) {
    let table = seven_lists();
    let settings = DgaSettings::default();
    bencher.bench_local(|| graph_walk::fit(black_box(&table), &settings, Seed(1), &mut Silent));
}

#[expect(clippy::print_stdout, reason = "a bench speaks to the terminal")]
fn fit_all(folder: &std::path::Path) {
    let files = std::fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<_> = files.map(|file| file.expect("the folder can be read").path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "csv")) {
        let name = file.file_stem().unwrap_or_default().display();
        let bytes = std::fs::read(file).expect("the table can be read");
        let Ok((histories, _)) = read_table(&bytes) else {
            println!("{name}: not a table without strata");
            continue;
        };
        let table = match EstimableHistories::try_from((histories, lcmcr::NEED)) {
            Ok(table) => table,
            Err(refusal) => {
                println!("{name}: {}", refusal.code());
                continue;
            }
        };
        let start = Instant::now();
        let mut told = |_: usize, _: usize| ControlFlow::Continue(());
        let outcome = lcmcr::fit(&table, &LcmcrSettings::default(), Seed(1), &mut told);
        let seconds = start.elapsed().as_secs_f64();
        match outcome {
            Ok(fit) => println!(
                "{name}: mean {:.0}, median {}, 95 % {} to {}, R-hat {:.3}, {:.0} effective draws, {seconds:.2} s, \
                 {:.0} per second",
                fit.posterior.mean(),
                fit.posterior.median(),
                fit.posterior.quantile(0.025),
                fit.posterior.quantile(0.975),
                fit.of_undocumented.r_hat,
                fit.of_undocumented.bulk_ess,
                fit.of_undocumented.bulk_ess / seconds
            ),
            Err(reason) => println!("{name}: {reason} ({seconds:.2} s)"),
        }
    }
}
