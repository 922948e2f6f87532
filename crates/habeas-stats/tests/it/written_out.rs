//! Graph averaging against the formula written out in the plainest way: cliques and separators of every graph of 4 and of
//! 5 lists, found by looking at all sets of lists, and the whole table of graph by n₀ normalised at once.

use habeas_stats::{
    CaptureHistories, DgaSettings, Grid, Method, Posterior,
    estimators::dga::{self, DgaFit},
    progress::Silent,
};

use crate::published::{KOSOVO, estimable, table};

type Edges = Vec<(usize, usize)>;

/// The maximal sets of vertices that are all joined.
fn cliques(n_vertices: usize, edges: &Edges) -> Vec<u32> {
    let joined = |i: usize, j: usize| edges.contains(&(i.min(j), i.max(j)));
    let members = |set: u32| (0..n_vertices).filter(move |v| set >> v & 1 == 1);
    let complete = |set: u32| members(set).all(|i| members(set).all(|j| i == j || joined(i, j)));
    let all: Vec<u32> = (1..1u32 << n_vertices).filter(|&set| complete(set)).collect();
    all.iter().copied().filter(|&set| !all.iter().any(|&other| other != set && other & set == set)).collect()
}

/// The separators of a heaviest spanning tree over the cliques; `None` where it is no junction tree, and the graph hence not
/// decomposable.
fn separators(n_vertices: usize, cliques: &[u32]) -> Option<Vec<u32>> {
    let mut inside = vec![cliques[0]];
    let mut outside = cliques[1..].to_vec();
    let mut separators = Vec::new();
    while !outside.is_empty() {
        let pairs = inside.iter().flat_map(|a| outside.iter().map(move |b| (a & b, *b)));
        let (separator, clique) = pairs.max_by_key(|(shared, _)| shared.count_ones()).unwrap();
        separators.push(separator);
        outside.retain(|other| *other != clique);
        inside.push(clique);
    }
    let sizes = |sets: &[u32]| sets.iter().map(|set| set.count_ones()).sum::<u32>();
    (sizes(cliques) - sizes(&separators) == n_vertices as u32).then_some(separators)
}

/// ln of the marginal likelihood of a set of lists when n₀ people are on no list, with the normalising part D.
fn ln_marginal(table: &CaptureHistories, set: u32, undocumented: u64, delta: f64) -> f64 {
    let n_lists = table.n_lists() as i32;
    let size = set.count_ones() as i32;
    let (cell_prior, whole_prior) = (delta * 2f64.powi(n_lists - size), delta * 2f64.powi(n_lists));
    // Every cell of the margin of the set, by the sub-mask it stands for.
    let cells = (0..1u32 << n_lists).filter(|cell| cell & !set == 0);
    let cells = cells.map(|cell| {
        let observed = table.counts().filter(|(mask, _)| mask & set == cell).map(|(_, count)| count).sum::<u64>();
        let people = observed + if cell == 0 { undocumented } else { 0 };
        libm::lgamma(people as f64 + cell_prior) - libm::lgamma(cell_prior)
    });
    let everybody = (table.n_documented() + undocumented) as f64;
    cells.sum::<f64>() + libm::lgamma(whole_prior) - libm::lgamma(everybody + whole_prior)
}

/// ln p(n₀, graph) under p(N) ∝ 1/N, up to what is the same for all.
fn ln_joint(table: &CaptureHistories, cliques: &[u32], separators: &[u32], undocumented: u64) -> f64 {
    let delta = 0.5f64.powi(table.n_lists() as i32);
    let sum = |sets: &[u32]| -> f64 {
        sets.iter().filter(|set| **set != 0).map(|&set| ln_marginal(table, set, undocumented, delta)).sum()
    };
    let everybody = (table.n_documented() + undocumented) as f64;
    sum(cliques) - sum(separators) + libm::lgamma(everybody + 1.0)
        - libm::lgamma(undocumented as f64 + 1.0)
        - libm::log(everybody)
}

fn masses(posterior: &Posterior) -> (Vec<u64>, &[f64]) {
    match posterior {
        Posterior::Grid { cells, mass } => (cells.iter().map(|cell| *cell.start()).collect(), mass),
        Posterior::Draws { .. } => panic!("an average over all graphs has a grid"),
    }
}

fn agrees_with_the_formula_written_out(table: &CaptureHistories, grid: Grid, n_graphs: usize) {
    let n_lists = table.n_lists();
    let settings = DgaSettings { grid, ..DgaSettings::default() };
    let fit: DgaFit = dga::fit(&estimable(table, &Method::dga()), &settings, &mut Silent).unwrap();
    let (totals, mass) = masses(&fit.posterior);
    let pairs: Edges = (0..n_lists).flat_map(|i| (i + 1..n_lists).map(move |j| (i, j))).collect();
    let mut written: Vec<(Edges, Vec<f64>)> = Vec::new();
    for chosen in 0u32..1 << pairs.len() {
        let edges: Edges = (0..pairs.len()).filter(|idx| chosen >> idx & 1 == 1).map(|idx| pairs[idx]).collect();
        let cliques = cliques(n_lists, &edges);
        if let Some(separators) = separators(n_lists, &cliques) {
            let along = totals.iter().map(|total| ln_joint(table, &cliques, &separators, total - table.n_documented()));
            written.push((edges, along.collect()));
        }
    }
    assert_eq!(written.len(), n_graphs);
    let best = written.iter().flat_map(|(_, logs)| logs).copied().fold(f64::NEG_INFINITY, f64::max);
    written.iter_mut().for_each(|(_, logs)| logs.iter_mut().for_each(|log| *log = libm::exp(*log - best)));
    let all: f64 = written.iter().flat_map(|(_, joint)| joint).sum();
    for (idx, total) in totals.iter().enumerate() {
        let here: f64 = written.iter().map(|(_, joint)| joint[idx]).sum::<f64>() / all;
        assert!((here - mass[idx]).abs() < 1e-9, "mass at {total}: {here} against {}", mass[idx]);
    }
    assert!(fit.graphs.len() >= 5);
    for graph in &fit.graphs {
        let (_, joint) = written.iter().find(|(edges, _)| *edges == graph.edges).unwrap();
        let (_, given_graph) = masses(&graph.posterior);
        for (joint, given) in joint.iter().zip(given_graph) {
            assert!((joint / all - graph.weight * given).abs() < 1e-9, "{:?}", graph.edges);
        }
    }
}

#[test]
fn all_61_graphs_of_four_lists_have_the_mass_of_the_formula_at_every_number_of_undocumented() {
    agrees_with_the_formula_written_out(&table(KOSOVO), Grid::Points { from: 1_000, to: 30_000, points: 150 }, 61);
}

#[test]
fn all_822_graphs_of_five_lists_have_the_mass_of_the_formula_at_every_number_of_undocumented() {
    let lists = ["A", "B", "C", "D", "E"].map(str::to_owned).to_vec();
    let count = |mask: u32| u64::from(90 / mask.count_ones().pow(2) * (1 + mask % 3) / (1 + mask % 5));
    let table = CaptureHistories::new(lists, (1u32..32).map(|mask| (mask, count(mask)))).unwrap();
    agrees_with_the_formula_written_out(&table, Grid::Points { from: 0, to: 2_000, points: 40 }, 822);
}
