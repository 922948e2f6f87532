//! The untestable interaction: published figures, exact relations, and what is refused.

use habeas_stats::{
    CaptureHistories, EstimableHistories, Halted, LcmcrSettings, NhoiFit, NhoiSettings, Seed, SettingsProblem,
    Unsettled,
    estimators::{
        lcmcr,
        nhoi::{self, CellDraws},
    },
    progress::Silent,
};

use crate::published;

fn estimable(table: CaptureHistories) -> EstimableHistories {
    EstimableHistories::try_from((table, nhoi::NEED)).unwrap()
}

fn spina_bifida() -> EstimableHistories {
    estimable(published::table(published::SPINA_BIFIDA))
}

fn fit(table: &EstimableHistories, xi: f64, n_draws: usize) -> NhoiFit {
    let settings = NhoiSettings { xi, n_draws, ..NhoiSettings::default() };
    nhoi::fit(table, &settings, Seed(1), &mut Silent).unwrap()
}

fn pair(first: &str, second: &str) -> Option<[String; 2]> {
    Some([first, second].map(String::from))
}

fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected, "{found} instead of {expected}");
}

/// Figures of an independent computation with 10⁵ draws.
#[test]
fn spina_bifida_along_xi() {
    for (xi, mean, low, high) in
        [(0.5, 931.0, 707.0, 1_488.0), (1.0, 779.0, 666.0, 1_060.0), (2.0, 702.0, 645.0, 843.0)]
    {
        let fit = fit(&spina_bifida(), xi, 100_000);
        assert_near(fit.posterior.mean(), mean, 0.01);
        assert_near(fit.posterior.quantile(0.025) as f64, low, 0.01);
        assert_near(fit.posterior.quantile(0.975) as f64, high, 0.02);
    }
    assert_near(fit(&spina_bifida(), 1.0, 1_000).plug_in.unwrap(), 763.0, 1e-4);
}

#[test]
fn diabetes_is_wide_and_the_plug_in_is_exact() {
    let Some(table) = published::reference("care1_diabetes.csv") else { return };
    let fit = fit(&estimable(table), 1.0, 100_000);
    assert_near(fit.plug_in.unwrap(), 5_366.9, 1e-4);
    assert_near(fit.posterior.mean(), 6_364.0, 0.02);
    assert_near(fit.posterior.quantile(0.025) as f64, 2_684.0, 0.02);
    assert_near(fit.posterior.quantile(0.975) as f64, 17_730.0, 0.03);
}

#[test]
fn a_larger_xi_means_fewer_people_all_along_the_curve() {
    let fit = fit(&spina_bifida(), 1.0, 20_000);
    let points: Vec<u64> = fit.curve.iter().map(|(_, outcome)| outcome.as_ref().unwrap().median).collect();
    assert_eq!(points.len(), 5);
    assert!(points.windows(2).all(|pair| pair[0] > pair[1]), "{points:?}");
}

#[test]
fn an_empty_cell_in_the_denominator_makes_the_mean_infinite_and_is_said() {
    let counts = [(0b001, 60), (0b010, 49), (0b100, 247), (0b101, 112), (0b110, 142), (0b111, 12)];
    let lists = ["A", "B", "C"].map(String::from).to_vec();
    let fit = fit(&estimable(CaptureHistories::new(lists, counts).unwrap()), 1.0, 1_000);
    assert!(fit.mean_is_infinite);
    assert_eq!(fit.plug_in, None);
    assert!((fit.empty_cells - 1.0 / 7.0).abs() < 1e-15);
    assert!(!self::fit(&spina_bifida(), 1.0, 1_000).mean_is_infinite);
}

#[test]
fn the_same_knob_turns_draws_of_the_latent_classes() {
    let table = spina_bifida();
    let classes = lcmcr::fit(&table, &LcmcrSettings::default(), Seed(1), &mut Silent).unwrap();
    let per_chain: Vec<usize> = classes.cells.iter().map(Vec::len).collect();
    assert!(per_chain.iter().all(|&kept| (100..=1_000).contains(&kept)), "{per_chain:?}");
    let cells = CellDraws::of_latent_classes(3, &classes).unwrap();
    let at =
        |xi: f64| nhoi::fit_to_cells(&table, &cells, &NhoiSettings { xi, ..NhoiSettings::default() }, Seed(1)).unwrap();
    // The classes smooth the cells a little; the saturated cells give 763 to 779.
    assert!((680..860).contains(&at(1.0).posterior.median()), "{}", at(1.0).posterior.median());
    assert!(at(0.5).posterior.median() > at(2.0).posterior.median());
}

#[test]
fn an_odds_ratio_of_one_between_two_lists_is_their_lincoln_petersen_estimate() {
    let table = spina_bifida();
    let settings = NhoiSettings { pair: pair("list1", "list3"), n_draws: 50_000, ..NhoiSettings::default() };
    let fit = nhoi::fit(&table, &settings, Seed(1), &mut Silent).unwrap();
    // Lists 1 and 3: n₁ n₃ / n₁₃ = 188 · 513 / 124.
    assert_near(fit.posterior.mean(), 188.0 * 513.0 / 124.0, 0.01);
    assert!(fit.impossible < 0.01);
}

#[test]
fn an_odds_ratio_that_the_documented_contradict_is_refused() {
    let settings = NhoiSettings { xi: 0.05, pair: pair("list1", "list3"), ..NhoiSettings::default() };
    let refused = nhoi::fit(&spina_bifida(), &settings, Seed(1), &mut Silent).unwrap_err();
    assert!(matches!(refused, Halted::Unsettled(Unsettled::Contradicted { share }) if share > 0.9), "{refused}");
}

#[test]
fn senseless_settings_are_named() {
    let table = spina_bifida();
    for (settings, error) in [
        (NhoiSettings { xi: 0.0, ..NhoiSettings::default() }, SettingsProblem::Xi),
        (NhoiSettings { xi: f64::INFINITY, ..NhoiSettings::default() }, SettingsProblem::Xi),
        (NhoiSettings { n_draws: 1, ..NhoiSettings::default() }, SettingsProblem::Draws),
        (NhoiSettings { pair: pair("list1", "list1"), ..NhoiSettings::default() }, SettingsProblem::Pair),
        (NhoiSettings { pair: pair("list1", "list4"), ..NhoiSettings::default() }, SettingsProblem::Pair),
    ] {
        assert_eq!(nhoi::fit(&table, &settings, Seed(1), &mut Silent).unwrap_err(), error.into());
    }
    assert_eq!(CellDraws::new(3, vec![vec![0.5; 6]]).unwrap_err(), SettingsProblem::Cells.into());
    assert_eq!(CellDraws::new(3, vec![vec![0.0; 7]]).unwrap_err(), SettingsProblem::Cells.into());
}
