//! Figures that others have published or that follow exactly from theory, reproduced.

use habeas_stats::{
    CaptureHistories, DgaSettings, Estimate, Grid, Method, Posterior, PriorOnTotal, Seed, Value, estimate,
    estimators::{chao, dga, independence},
    progress::Silent,
};

use crate::published::{KOSOVO, SPINA_BIFIDA, estimable, reference, table};

fn run(table: &CaptureHistories, method: &Method) -> Estimate {
    estimate(&estimable(table, method), method, Seed(1)).unwrap()
}

fn interval(estimate: &Estimate) -> (u64, u64) {
    let figures = estimate.figures();
    let widest = figures.intervals.last().unwrap();
    assert_eq!(widest.level, 0.95);
    (widest.low, widest.high)
}

fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} is not {expected} ± {tolerance}");
}

#[test]
fn kosovo_under_independence_has_the_exact_posterior_of_the_closed_form() {
    let estimate = run(&table(KOSOVO), &Method::independence());
    let figures = estimate.figures();
    close(figures.mean.unwrap(), 7_389.80, 0.005);
    assert_eq!(figures.median, Some(7_387));
    assert_eq!(interval(&estimate), (7_143, 7_650));
    close(independence::maximum_likelihood(&table(KOSOVO)), 7_394.59, 0.6);
}

#[test]
fn madigan_and_york_find_731_children_with_spina_bifida() {
    let settings = DgaSettings {
        delta: Some(1.0),
        prior: PriorOnTotal::GammaPoisson { shape: 13.14, scale: 55.17 },
        grid: Grid::Points { from: 1, to: 300, points: 300 },
        ..DgaSettings::default()
    };
    let histories = estimable(&table(SPINA_BIFIDA), &Method::dga());
    let fit = dga::fit(&histories, &settings, &mut Silent).unwrap();
    close(fit.posterior.relative_squared_error_point(), 731.10, 0.005);
    close(fit.posterior.mean(), 733.45, 0.005);
    assert_eq!(fit.posterior.mode(), 728);
    let best = &fit.graphs[0];
    assert_eq!(best.edges, [(0, 1)]);
    close(best.weight, 0.37, 0.005);
    close(best.posterior.relative_squared_error_point(), 731.0, 0.5);
    assert_eq!(best.posterior.mode(), 729);
}

/// The grid of the published figures: n₀ from 1 to 30 n, at most 60,000 rounded points.
fn published_grid(table: &CaptureHistories) -> Method {
    let grid = Grid::points(None, None, None, table.n_documented());
    Method::Dga(DgaSettings { grid, ..DgaSettings::default() })
}

#[test]
fn graph_averaging_gives_the_published_mean_median_and_interval_of_every_table() {
    for (file, mean, median, low, high) in [
        ("dga_my_3list.csv", 734.2, 731, 694, 787),
        ("dga_my_5list.csv", 618.9, 618, 590, 656),
        ("rcapture_hiv.csv", 11_357.1, 11_220, 9_404, 14_095),
        ("care1_diabetes.csv", 2_474.1, 2_471, 2_376, 2_589),
        ("sparsemse_western.csv", 2_254.0, 2_133, 1_343, 3_871),
        ("sparsemse_neworl_5.csv", 936.3, 869, 511, 1_762),
        ("msest_korea.csv", 207.8, 163, 127, 468),
    ] {
        let Some(table) = reference(file) else { continue };
        let estimate = run(&table, &published_grid(&table));
        let figures = estimate.figures();
        println!("{file}: {:?} {:?} {:?}", figures.mean, figures.median, interval(&estimate));
        close(figures.mean.unwrap(), mean, 0.05 + 1e-9);
        assert_eq!((figures.median.unwrap(), interval(&estimate)), (median, (low, high)), "{file}");
    }
}

#[test]
fn spina_bifida_needs_no_file_to_give_its_published_posterior() {
    let table = table(SPINA_BIFIDA);
    let estimate = run(&table, &published_grid(&table));
    close(estimate.figures().mean.unwrap(), 734.2, 0.05);
    assert_eq!((estimate.figures().median, interval(&estimate)), (Some(731), (694, 787)));
}

#[test]
fn the_coarse_grid_of_the_trafficking_papers_gives_their_rounded_figures() {
    for (file, median, low, high) in
        [("sparsemse_western.csv", 2_128, 1_340, 3_868), ("sparsemse_neworl_5.csv", 869, 514, 1_763)]
    {
        let Some(table) = reference(file) else { continue };
        let grid = Grid::points(None, None, Some(1_000), table.n_documented());
        let estimate = run(&table, &Method::Dga(DgaSettings { grid, ..DgaSettings::default() }));
        assert_eq!((estimate.figures().median.unwrap(), interval(&estimate)), (median, (low, high)), "{file}");
    }
}

#[test]
fn a_coarse_grid_that_skips_the_integers_near_zero_moves_a_small_stratum() {
    let table = table(SPINA_BIFIDA);
    let grid = Grid::points(None, None, Some(1_000), table.n_documented());
    let estimate = run(&table, &Method::Dga(DgaSettings { grid, ..DgaSettings::default() }));
    assert_eq!((estimate.figures().median, interval(&estimate)), (Some(740), (702, 777)));
}

#[test]
fn korea_has_mass_at_nobody_missed_and_a_mean_that_depends_on_the_bound() {
    let Some(table) = reference("msest_korea.csv") else { return };
    let estimate = run(&table, &Method::dga());
    let figures = estimate.figures();
    assert_eq!(figures.median, Some(159));
    let Some(Posterior::Grid { cells, mass }) = estimate.posterior() else { panic!("dga gives a grid") };
    assert_eq!(*cells[0].start(), 123);
    close(mass[0], 0.08, 0.005);
    let diagnostic = |name: &str| figures.diagnostics.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let Some(Value::Number(weight)) = diagnostic("complete_graph_weight") else { panic!("a number") };
    close(*weight, 0.158, 0.003);
    assert!(figures.warnings.iter().any(|warning| warning.code() == "mean_depends_on_bound"));
}

#[test]
fn chao_s_bounds_are_the_published_ones() {
    let kosovo = chao::bounds(&table(KOSOVO));
    close(kosovo.bound.unwrap(), 10_270.5, 0.05);
    close(kosovo.bias_corrected, 8_796.5, 0.05);
    close(kosovo.mh.unwrap(), 8_787.2, 0.05);
    close(kosovo.mth.unwrap(), 8_591.2, 0.05);
    let Some(table) = reference("rcapture_hiv.csv") else { return };
    let hiv = chao::bounds(&table);
    close(hiv.bound.unwrap(), 15_578.9, 0.05);
    close(hiv.bias_corrected, 12_064.0, 0.05);
    close(hiv.mh.unwrap(), 12_145.1, 0.05);
    close(hiv.mth.unwrap(), 11_701.0, 0.05);
}
