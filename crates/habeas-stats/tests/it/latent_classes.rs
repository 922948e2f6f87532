//! Latent classes: exact cases, published figures, known truths, and what is refused.

use std::ops::ControlFlow;

use habeas_stats::{
    CaptureHistories, EstimableHistories, Halted, IndependenceSettings, LcmcrFit, LcmcrSettings, Posterior, Seed,
    SettingsProblem, Unsettled,
    estimators::{independence, lcmcr},
    progress::Silent,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use crate::published;

fn estimable(table: CaptureHistories) -> EstimableHistories {
    EstimableHistories::try_from((table, lcmcr::NEED)).unwrap()
}

fn kosovo() -> EstimableHistories {
    estimable(published::table(published::KOSOVO))
}

fn fit(table: &EstimableHistories, settings: LcmcrSettings) -> Result<LcmcrFit, Halted> {
    lcmcr::fit(table, &settings, Seed(1), &mut Silent)
}

fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected, "{found} instead of {expected}");
}

#[test]
fn with_one_class_the_draws_are_those_of_independence_in_closed_form() {
    let settings = LcmcrSettings { n_classes: 1, wanted_ess: 4_000.0, ..LcmcrSettings::default() };
    let fit = fit(&kosovo(), settings).unwrap();
    let exact = independence::posterior(&kosovo(), &IndependenceSettings::default(), &mut Silent).unwrap();
    let error = (exact.variance() / fit.of_undocumented.bulk_ess).sqrt();
    assert!((fit.posterior.mean() - exact.mean()).abs() < 4.0 * error, "{} {}", fit.posterior.mean(), exact.mean());
    assert_near(fit.posterior.quantile(0.025) as f64, exact.quantile(0.025) as f64, 0.004);
    assert_near(fit.posterior.quantile(0.975) as f64, exact.quantile(0.975) as f64, 0.004);
}

/// A run of 8 chains and 1.68 million sweeps of the R package LCMCR 0.4.14 with the same settings.
#[test]
fn kosovo_agrees_with_a_long_run_of_another_program() {
    let settings = LcmcrSettings { cap: 20, wanted_ess: 6_000.0, ..LcmcrSettings::default() };
    let fit = fit(&kosovo(), settings).unwrap();
    assert_near(fit.posterior.mean(), 10_742.0, 0.01);
    assert_near(fit.posterior.median() as f64, 10_462.0, 0.01);
    assert_near(fit.posterior.quantile(0.025) as f64, 9_150.0, 0.02);
    assert_near(fit.posterior.quantile(0.975) as f64, 13_969.0, 0.03);
}

#[test]
fn korea_agrees_with_a_run_of_another_program() {
    let Some(table) = published::reference("msest_korea.csv") else { return };
    let fit = fit(&estimable(table), LcmcrSettings { wanted_ess: 6_000.0, ..LcmcrSettings::default() }).unwrap();
    assert_near(fit.posterior.mean(), 144.0, 0.015);
    assert_near(fit.posterior.median() as f64, 137.0, 0.015);
    assert_near(fit.posterior.quantile(0.025) as f64, 124.0, 0.015);
    assert_near(fit.posterior.quantile(0.975) as f64, 202.0, 0.04);
}

#[test]
fn the_same_seed_gives_the_same_draws_at_any_number_of_threads() {
    let settings = LcmcrSettings { max_rounds: Some(150), warm_up: 100, ..LcmcrSettings::default() };
    let draws = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| lcmcr::fit(&kosovo(), &settings, Seed(7), &mut Silent)).unwrap().posterior
    };
    let one = draws(1);
    assert_eq!(one, draws(2));
    assert_eq!(one, draws(7));
    let other = lcmcr::fit(&kosovo(), &settings, Seed(8), &mut Silent).unwrap().posterior;
    assert_ne!(one, other);
}

/// All randomness is ChaCha and all of ln, exp and lnΓ come from one software library: these digits are the same on every
/// platform. They change only with the sampler or with a generator, and then the change belongs into the release notes.
#[test]
fn the_golden_draws_do_not_change_unnoticed() {
    let settings = LcmcrSettings { max_rounds: Some(150), warm_up: 50, ..LcmcrSettings::default() };
    let fit = lcmcr::fit(&kosovo(), &settings, Seed(7), &mut Silent).unwrap();
    let Posterior::Draws { chains } = &fit.posterior else { unreachable!("the sampler gives draws") };
    let firsts: Vec<&[u64]> = chains.iter().take(2).map(|chain| &chain[..4]).collect();
    expect_test::expect!["[[13028, 11112, 11427, 10647], [11932, 10136, 13931, 13661]]"]
        .assert_eq(&format!("{firsts:?}"));
}

#[test]
fn every_draw_is_at_least_the_documented_and_at_most_the_cap() {
    let fit = fit(&kosovo(), LcmcrSettings { cap: 2, ..LcmcrSettings::default() }).unwrap();
    let Posterior::Draws { chains } = &fit.posterior else { unreachable!("the sampler gives draws") };
    assert!(chains.iter().flatten().all(|&total| (4_400..=3 * 4_400).contains(&total)));
    assert!(fit.beyond_cap > 0.01 && fit.beyond_cap < 0.05, "{}", fit.beyond_cap);
}

#[test]
fn a_cap_that_binds_is_a_refusal_and_no_figure() {
    let refused = fit(&kosovo(), LcmcrSettings { cap: 1, ..LcmcrSettings::default() });
    let Err(Halted::Unsettled(reason)) = refused else { panic!("a figure came out") };
    assert!(matches!(reason, Unsettled::CapBinds { share, cap: 1 } if share > 0.9), "{reason}");
    assert_eq!(reason.code(), "cap_binds");
}

#[test]
fn chains_that_had_too_little_time_are_refused_with_the_levels_at_which_they_sit() {
    // A thousand times the people: the posterior is so narrow that it takes longer to get there from anywhere.
    let (kosovo, lists) = (published::table(published::KOSOVO), ["A", "B", "C", "D"].map(String::from).to_vec());
    let magnified = kosovo.counts().map(|(mask, count)| (mask, 1_000 * count));
    let table = estimable(CaptureHistories::new(lists, magnified).unwrap());
    let settings = LcmcrSettings { n_chains: 4, max_rounds: Some(150), warm_up: 50, ..LcmcrSettings::default() };
    let Err(Halted::Unsettled(reason)) = fit(&table, settings) else { panic!("a figure came out") };
    assert_eq!(reason.code(), "not_converged");
    let Unsettled::NotConverged { chain_medians, bulk_ess, .. } = &reason else { panic!("{reason}") };
    assert_eq!(chain_medians.len(), 4);
    assert!(*bulk_ess < 400.0 && reason.text().contains("did not settle"), "{reason}");
}

#[test]
fn the_run_stops_when_told_to_and_says_how_far_it_is() {
    let mut in_all = 0;
    let mut hook = |done: usize, of: usize| {
        in_all += done;
        assert!(done > 0 && in_all <= of, "{in_all} of {of}");
        if in_all >= 100 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let stopped = lcmcr::fit(&kosovo(), &LcmcrSettings::default(), Seed(1), &mut hook);
    assert_eq!(stopped.unwrap_err(), Halted::Interrupted);
}

#[test]
fn senseless_settings_are_named() {
    for (settings, problem) in [
        (LcmcrSettings { n_classes: 0, ..LcmcrSettings::default() }, SettingsProblem::Classes),
        (LcmcrSettings { alpha_rate: f64::NAN, ..LcmcrSettings::default() }, SettingsProblem::Alpha),
        (LcmcrSettings { cap: 0, ..LcmcrSettings::default() }, SettingsProblem::Cap),
        (LcmcrSettings { n_chains: 1, ..LcmcrSettings::default() }, SettingsProblem::Chains),
        (LcmcrSettings { warm_up: 0, ..LcmcrSettings::default() }, SettingsProblem::Rounds),
        (LcmcrSettings { wanted_ess: 10.0, ..LcmcrSettings::default() }, SettingsProblem::WantedEss),
    ] {
        assert_eq!(fit(&kosovo(), settings).unwrap_err(), Halted::Settings(problem));
    }
}

/// People of two kinds, easy and hard to record, the lists independent within each.
fn two_kinds(seed: u64) -> CaptureHistories {
    let mut generator = ChaCha12Rng::seed_from_u64(20_261_100);
    generator.set_stream(seed);
    let masks = (0..2_000).map(|_| {
        let chances =
            if generator.random_bool(0.4) { [0.7, 0.6, 0.65, 0.55, 0.6] } else { [0.15, 0.2, 0.12, 0.25, 0.2] };
        (0..5).fold(0u32, |mask, list| mask | u32::from(generator.random_bool(chances[list])) << list)
    });
    let masks: Vec<u32> = masks.filter(|&mask| mask != 0).collect();
    CaptureHistories::of_memberships(["A", "B", "C", "D", "E"].map(String::from).to_vec(), masks).unwrap()
}

#[test]
fn where_people_are_of_two_kinds_the_interval_holds_the_truth_and_independence_misses_it() {
    let settings = LcmcrSettings { n_chains: 4, warm_up: 150, wanted_ess: 400.0, ..LcmcrSettings::default() };
    let n_worlds = 16;
    let (mut covered, mut covered_by_independence) = (0, 0);
    for world in 0..n_worlds {
        let table = estimable(two_kinds(world));
        let fit = fit(&table, settings).unwrap();
        covered += usize::from(fit.posterior.interval(0.95).contains(2_000));
        let foil = independence::posterior(&table, &IndependenceSettings::default(), &mut Silent).unwrap();
        covered_by_independence += usize::from(foil.interval(0.95).contains(2_000));
    }
    println!("{covered} of {n_worlds} covered");
    // 16 worlds at 95 %: fewer than 13 would happen once in a hundred such tests.
    assert!(covered >= 13, "{covered}");
    assert_eq!(covered_by_independence, 0);
}

#[test]
fn twenty_five_lists_and_ten_million_people_in_a_cell_neither_hang_nor_overflow() {
    let mut generator = ChaCha12Rng::seed_from_u64(9);
    let masks: Vec<u32> = (0..400)
        .map(|_| (0..25).fold(0u32, |mask, list| mask | u32::from(generator.random_bool(0.06)) << list))
        .filter(|&mask| mask != 0)
        .collect();
    let lists = |n: usize| (0..n).map(|list| format!("L{list}")).collect::<Vec<_>>();
    let wide = CaptureHistories::of_memberships(lists(25), masks).unwrap();
    let counts = [(0b001, 10_000_000), (0b010, 30), (0b100, 7), (0b011, 9), (0b110, 2), (0b111, 1)];
    let huge = CaptureHistories::new(lists(3), counts).unwrap();
    let tiny = CaptureHistories::new(lists(3), [(0b011, 2), (0b110, 1), (0b001, 2)]).unwrap();
    for table in [wide, huge, tiny] {
        let settings = LcmcrSettings { n_chains: 4, warm_up: 50, max_rounds: Some(150), ..LcmcrSettings::default() };
        match fit(&estimable(table), settings) {
            Ok(fit) => assert!(fit.posterior.mean().is_finite()),
            Err(Halted::Unsettled(reason)) => assert!(!reason.text().contains("NaN"), "{reason}"),
            Err(other) => panic!("{other}"),
        }
    }
}
