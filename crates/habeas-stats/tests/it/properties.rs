//! What must hold for every table.

use habeas_stats::{
    CaptureHistories, DgaSettings, EstimableHistories, Grid, IndependenceSettings, Method, Posterior, PriorOnTotal,
    Seed, estimate,
    estimators::{dga, independence},
    progress::Silent,
};
use proptest::prelude::*;

use crate::published::{KOSOVO, SPINA_BIFIDA, estimable, table};

fn lists(n_lists: usize) -> Vec<String> {
    (0..n_lists).map(|list| format!("L{list}")).collect()
}

/// Tables of 3 or 4 lists that pass every check.
fn small_tables() -> impl Strategy<Value = EstimableHistories> {
    (3usize..=4)
        .prop_flat_map(|n_lists| (Just(n_lists), proptest::collection::vec(0u64..60, (1 << n_lists) - 1)))
        .prop_map(|(n_lists, counts)| CaptureHistories::new(lists(n_lists), (1u32..).zip(counts)).unwrap())
        .prop_filter_map("not estimable", |table| EstimableHistories::try_from((table, Method::dga().need())).ok())
}

fn grid_of(posterior: &Posterior) -> (Vec<(u64, u64)>, &[f64]) {
    match posterior {
        Posterior::Grid { cells, mass } => (cells.iter().map(|cell| (*cell.start(), *cell.end())).collect(), mass),
        Posterior::Draws { .. } => panic!("a deterministic method gives a grid"),
    }
}

fn averaged(table: &EstimableHistories, settings: &DgaSettings) -> Posterior {
    dga::posterior(table, settings, &mut Silent).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_the_lists_changes_nothing_but_labels(table in small_tables()) {
        let n_lists = table.histories().n_lists();
        let reversed: Vec<Vec<usize>> = (0..n_lists).rev().map(|list| vec![list]).collect();
        let other = estimable(&table.histories().regrouped(&reversed), &Method::dga());
        let (one, two) = (averaged(&table, &DgaSettings::default()), averaged(&other, &DgaSettings::default()));
        prop_assert_eq!(one.median(), two.median());
        for level in [0.025, 0.25, 0.75, 0.975] {
            prop_assert_eq!(one.quantile(level), two.quantile(level));
        }
    }

    #[test]
    fn no_total_is_below_the_documented_and_the_masses_sum_to_one(table in small_tables()) {
        for posterior in [
            averaged(&table, &DgaSettings::default()),
            independence::posterior(&table, &IndependenceSettings::default(), &mut Silent).unwrap(),
        ] {
            let (cells, mass) = grid_of(&posterior);
            prop_assert!(cells[0].0 >= table.histories().n_documented());
            prop_assert!(cells.windows(2).all(|two| two[0].1 < two[1].0));
            prop_assert!(mass.iter().all(|mass| *mass >= 0.0));
            prop_assert!((mass.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn independence_is_graph_averaging_restricted_to_the_graph_without_edges(table in small_tables()) {
        let delta = 2f64.powi(1 - table.histories().n_lists() as i32);
        let grid = Grid::Points { from: 0, to: 2_000, points: 2_001 };
        let no_edges = DgaSettings { delta: Some(delta), edge_probability: 1e-300, grid, ..DgaSettings::default() };
        let restricted = averaged(&table, &no_edges);
        let closed = independence::posterior(&table, &IndependenceSettings { grid }, &mut Silent).unwrap();
        let ((_, one), (_, two)) = (grid_of(&restricted), grid_of(&closed));
        prop_assert!(one.iter().zip(two).all(|(one, two)| (one - two).abs() < 1e-12));
    }

    #[test]
    fn the_adaptive_grid_has_the_distribution_function_of_the_grid_of_all_integers(table in small_tables()) {
        // The other prior has a light tail, so that a grid of all integers can hold the whole posterior.
        let prior = PriorOnTotal::GammaPoisson { shape: 2.0, scale: 500.0 };
        let settings = DgaSettings { prior, ..DgaSettings::default() };
        let all = DgaSettings { grid: Grid::Points { from: 0, to: 40_000, points: 40_001 }, ..settings };
        let (adaptive, exact) = (averaged(&table, &settings), averaged(&table, &all));
        let ((cells, mass), (integers, exact_mass)) = (grid_of(&adaptive), grid_of(&exact));
        let (mut below, mut exact_below, mut next) = (0.0, 0.0, 0);
        for (cell, mass) in cells.iter().zip(mass) {
            below += mass;
            while next < integers.len() && integers[next].1 <= cell.1 {
                exact_below += exact_mass[next];
                next += 1;
            }
            prop_assert!((below - exact_below).abs() < 1e-6, "{} {} at {}", below, exact_below, cell.1);
        }
        for level in [0.025, 0.25, 0.5, 0.75, 0.975] {
            prop_assert!(adaptive.quantile(level).abs_diff(exact.quantile(level)) <= 1);
        }
    }

    #[test]
    fn the_same_input_gives_the_same_bytes(table in small_tables()) {
        let one = estimate(&table, &Method::dga(), Seed(3));
        let two = estimate(&table, &Method::dga(), Seed(3));
        prop_assert_eq!(format!("{one:?}"), format!("{two:?}"));
    }
}

#[test]
fn narrow_peaks_far_out_are_found_whatever_the_scale() {
    for scale in [1_u64, 30, 1_000, 30_000, 1_000_000] {
        let counts = [(1, 230), (2, 170), (4, 120), (3, 31), (5, 22), (6, 17), (7, 4)];
        let histories = CaptureHistories::new(lists(3), counts.map(|(mask, count)| (mask, count * scale))).unwrap();
        let table = estimable(&histories, &Method::independence());
        let adaptive = independence::posterior(&table, &IndependenceSettings::default(), &mut Silent).unwrap();
        let (low, high) = (adaptive.quantile(0.0005), adaptive.quantile(0.9995));
        let (from, n) = (low.saturating_sub(3 * (high - low)), histories.n_documented());
        let from = from.max(n) - n;
        let to = high + 3 * (high - low) - n;
        let points = usize::try_from(to - from + 1).unwrap().min(100_000);
        let step = (to - from) as f64 / (points - 1) as f64;
        let grid = Grid::Points { from, to, points };
        let exact = independence::posterior(&table, &IndependenceSettings { grid }, &mut Silent).unwrap();
        for level in [0.025, 0.25, 0.5, 0.75, 0.975] {
            let (one, two) = (adaptive.quantile(level), exact.quantile(level));
            assert!(one.abs_diff(two) as f64 <= step + 1.0, "scale {scale}, level {level}: {one} {two} step {step}");
        }
    }
}

/// Edges, cliques and separators of a graph; sets of lists as masks.
type ByHand = (&'static [(usize, usize)], &'static [u32], &'static [u32]);

/// ln p(n₀, G | y) for three lists, written out from the formula with cliques and separators by hand.
fn by_hand(counts: &[u64; 8], cliques: &[u32], separators: &[u32], delta: f64, n0: u64) -> f64 {
    let n: u64 = counts.iter().sum();
    let total = delta * 8.0;
    let marginal = |set: u32| -> f64 {
        let weight = delta * f64::from(1 << (3 - set.count_ones()));
        let mut cells = std::collections::BTreeMap::new();
        for mask in 0..8u32 {
            let count = if mask == 0 { n0 } else { counts[mask as usize] };
            *cells.entry(mask & set).or_insert(0) += count;
        }
        let sum: f64 = cells.values().map(|&count| libm::lgamma(count as f64 + weight) - libm::lgamma(weight)).sum();
        sum + libm::lgamma(total) - libm::lgamma((n + n0) as f64 + total)
    };
    cliques.iter().map(|&set| marginal(set)).sum::<f64>() - separators.iter().map(|&set| marginal(set)).sum::<f64>()
        + libm::lgamma((n + n0) as f64 + 1.0)
        - libm::lgamma(n0 as f64 + 1.0)
        - libm::log((n + n0) as f64)
}

#[test]
fn the_eight_graphs_of_three_lists_agree_with_the_formula_written_out_by_hand() {
    let histories = table(SPINA_BIFIDA);
    let mut counts = [0; 8];
    histories.counts().for_each(|(mask, count)| counts[mask as usize] = count);
    let graphs: [ByHand; 8] = [
        (&[], &[1, 2, 4], &[]),
        (&[(0, 1)], &[3, 4], &[]),
        (&[(0, 2)], &[5, 2], &[]),
        (&[(1, 2)], &[6, 1], &[]),
        (&[(0, 1), (0, 2)], &[3, 5], &[1]),
        (&[(0, 1), (1, 2)], &[3, 6], &[2]),
        (&[(0, 2), (1, 2)], &[5, 6], &[4]),
        (&[(0, 1), (0, 2), (1, 2)], &[7], &[]),
    ];
    let n_points = 3_000;
    let delta = 0.125;
    let logs: Vec<Vec<f64>> = graphs
        .iter()
        .map(|(_, cliques, separators)| {
            (0..n_points).map(|n0| by_hand(&counts, cliques, separators, delta, n0)).collect()
        })
        .collect();
    let peak = logs.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = logs.iter().flatten().map(|log| (log - peak).exp()).sum();

    let grid = Grid::Points { from: 0, to: n_points - 1, points: n_points as usize };
    let fit =
        dga::fit(&estimable(&histories, &Method::dga()), &DgaSettings { grid, ..DgaSettings::default() }, &mut Silent)
            .unwrap();
    let (_, mass) = grid_of(&fit.posterior);
    for (n0, mass) in mass.iter().enumerate() {
        let expected: f64 = logs.iter().map(|graph| (graph[n0] - peak).exp()).sum::<f64>() / total;
        assert!((mass - expected).abs() < 1e-9, "{n0}: {mass} {expected}");
    }
    for graph in &fit.graphs {
        let idx = graphs.iter().position(|(edges, ..)| *edges == graph.edges).unwrap();
        let expected = logs[idx].iter().map(|log| (log - peak).exp()).sum::<f64>() / total;
        assert!((graph.weight - expected).abs() < 1e-9);
        let (_, mass) = grid_of(&graph.posterior);
        for (n0, mass) in mass.iter().enumerate() {
            let here = (logs[idx][n0] - peak).exp() / total;
            assert!((mass * graph.weight - here).abs() < 1e-9);
        }
    }
}

#[test]
fn a_figure_carries_its_assumption_its_sensitivity_and_its_input() {
    let histories = table(KOSOVO);
    let estimate = estimate(&estimable(&histories, &Method::dga()), &Method::dga(), Seed(5)).unwrap();
    let figures = estimate.figures();
    assert_eq!(figures.input, histories.id());
    assert_eq!(figures.seed, Seed(5));
    let sensitivity = figures.sensitivity;
    let kinds = |code: &str| sensitivity.alternatives.iter().filter(|a| a.kind.code() == code).count();
    assert_eq!(
        ["delta", "edge_probability", "prior_on_total", "leave_one_list_out", "smallest_lists_merged", "other_method"]
            .map(kinds),
        [3, 2, 1, 4, 1, 4]
    );
    assert!(sensitivity.lowest <= figures.point && figures.point <= sensitivity.highest);
    let half = sensitivity.hidden_shares.last().unwrap();
    assert_eq!((half.share, half.n_total), (0.5, 2.0 * figures.point));
    let sentence = estimate.to_string();
    assert!(sentence.contains(figures.assumption) && sentence.contains("other choices give"), "{sentence}");
}

#[test]
fn two_peaks_with_a_deep_valley_are_two_modes_and_a_set_of_two_pieces() {
    let mass: Vec<f64> = [1, 4, 9, 4, 1, 0, 0, 0, 1, 3, 6, 3, 1].iter().map(|&part| f64::from(part) / 33.0).collect();
    let cells = (0..mass.len() as u64).map(|total| total + 100..=total + 100).collect();
    let posterior = Posterior::Grid { cells, mass };
    let modes = posterior.two_modes().unwrap();
    assert_eq!((modes.low, modes.high), (102, 110));
    assert!((105..=107).contains(&modes.valley));
    assert_eq!(posterior.highest_density(0.87), [101..=103, 109..=111]);
}

#[test]
fn one_peak_is_not_two_modes() {
    let histories = estimable(&table(KOSOVO), &Method::independence());
    let posterior = independence::posterior(&histories, &IndependenceSettings::default(), &mut Silent).unwrap();
    assert_eq!(posterior.two_modes(), None);
}
