//! Averaging over decomposable graphs: which lists depend on which is unknown, so every pattern without a closed ring
//! is tried and weighted by how well it explains the table `[madigan1997]`.
//!
//! Everything is exact: all graphs are enumerated (3 to 6 lists) and the whole posterior over graph and n₀ is summed. For
//! more lists [`super::graph_walk`] finds the graphs that matter.

use std::ops::RangeInclusive;

use crate::{
    capture::{EstimableHistories, Islands, Need},
    posterior::Posterior,
    progress::Progress,
    refusal::SettingsProblem,
    special::compensated_sum,
};

use super::{
    chordal::{self, Chordal, chordal_graphs},
    gamma_grid::{Grid, Mixture, Model, Row, Solved},
    graph_walk::WalkSettings,
};

/// The most lists: 10 have 1,023 sets of lists and 45 pairs.
const MAX_LISTS: usize = 10;

/// What the method needs of a table.
pub const NEED: Need = Need { method: "dga", max_lists: MAX_LISTS, islands: Islands::Refused };

/// Up to this many lists all graphs are enumerated; beyond, walks look for them.
pub const MAX_LISTS_ENUMERATED: usize = chordal::MAX_VERTICES;

/// δ and the parameters of the prior on N beyond these ranges are slips of the hand: there only the prior would speak.
const DELTAS: RangeInclusive<f64> = 1e-6..=1e3;
const PRIOR_SHAPES: RangeInclusive<f64> = 1e-6..=1e9;
const PRIOR_MEANS: RangeInclusive<f64> = 1.0..=1e10;

/// The graphs reported one by one.
const N_GRAPHS_SHOWN: usize = 10;

/// The prior on the total N.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum PriorOnTotal {
    /// p(N) ∝ 1/N.
    #[default]
    InverseTotal,
    /// N ~ Poisson(λ), λ ~ Gamma(shape a, scale b): mean a·b.
    GammaPoisson {
        /// Shape a.
        shape: f64,
        /// Scale b.
        scale: f64,
    },
}

/// Settings of the method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DgaSettings {
    /// δ, the prior weight per cell of the table; `None` is 2^−J. Larger values pull towards a flat table.
    pub delta: Option<f64>,
    /// Prior probability of each edge; ½ makes all graphs equally likely.
    pub edge_probability: f64,
    /// The prior on N.
    pub prior: PriorOnTotal,
    /// Values of n₀ to look at.
    pub grid: Grid,
    /// The walks over graphs of 7 lists and more.
    pub walks: WalkSettings,
}

impl Default for DgaSettings {
    fn default() -> Self {
        Self {
            delta: None,
            edge_probability: 0.5,
            prior: PriorOnTotal::default(),
            grid: Grid::default(),
            walks: WalkSettings::default(),
        }
    }
}

impl DgaSettings {
    /// δ for a number of lists.
    pub fn delta_for(&self, n_lists: usize) -> f64 {
        self.delta.unwrap_or_else(|| 0.5_f64.powi(n_lists as i32))
    }

    pub(crate) fn problem(&self) -> Option<SettingsProblem> {
        if self.delta.is_some_and(|delta| !DELTAS.contains(&delta)) {
            return Some(SettingsProblem::Delta);
        }
        if !(self.edge_probability > 0.0 && self.edge_probability < 1.0) {
            return Some(SettingsProblem::EdgeProbability);
        }
        match self.prior {
            PriorOnTotal::GammaPoisson { shape, scale }
                if !(PRIOR_SHAPES.contains(&shape) && PRIOR_MEANS.contains(&(shape * scale))) =>
            {
                Some(SettingsProblem::PriorOnTotal)
            }
            _ => self.grid.problem().or_else(|| self.walks.problem()),
        }
    }
}

/// One graph of the average.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphFit {
    /// Pairs of lists that depend on one another, by index, the smaller first.
    pub edges: Vec<(usize, usize)>,
    /// Posterior weight.
    pub weight: f64,
    /// The posterior of N under this graph alone.
    pub posterior: Posterior,
}

/// The averaged posterior with what it is made of.
#[derive(Clone, Debug)]
pub struct DgaFit {
    /// The posterior of N, averaged over the graphs.
    pub posterior: Posterior,
    /// The ten heaviest graphs, heaviest first.
    pub graphs: Vec<GraphFit>,
    /// How many graphs were averaged over.
    pub n_graphs: usize,
    /// Weight of the complete graph, on which the data say nothing about the undocumented.
    pub complete_weight: f64,
    /// Weight of the graphs under which the mean of N is infinite.
    pub infinite_mean_weight: f64,
    /// Estimated mass beyond the end of the grid.
    pub beyond: f64,
}

/// Averages over all decomposable graphs; `None` when the hook says stop.
///
/// # Panics
/// With more lists than [`MAX_LISTS_ENUMERATED`].
///
/// # Source
/// Madigan & York 1997 `[madigan1997]`; hyper-Dirichlet laws on decomposable graphs in Dawid & Lauritzen 1993
/// `[dawid1993]`.
pub fn fit(histories: &EstimableHistories, settings: &DgaSettings, progress: &mut dyn Progress) -> Option<DgaFit> {
    fit_over(histories, settings, chordal_graphs(histories.histories().n_lists()), progress)
}

/// Averages over the graphs given; `None` when the hook says stop.
pub(super) fn fit_over(
    histories: &EstimableHistories,
    settings: &DgaSettings,
    graphs: &[Chordal],
    progress: &mut dyn Progress,
) -> Option<DgaFit> {
    let (mixture, solved) = solve(histories, settings, graphs, progress)?;
    let n_lists = histories.histories().n_lists();
    let is_complete = |graph: &Chordal| graph.edges.len() == n_lists * (n_lists - 1) / 2;
    let mut order: Vec<usize> = (0..graphs.len()).collect();
    order.sort_by(|&a, &b| solved.weights[b].total_cmp(&solved.weights[a]).then(a.cmp(&b)));
    let shown = order.iter().take(N_GRAPHS_SHOWN).filter(|&&graph| solved.weights[graph] > 0.0);
    let is_power_law = settings.prior == PriorOnTotal::InverseTotal;
    let infinite = (0..graphs.len()).filter(|&graph| is_power_law && mixture.tail_exponent(graph) >= -2.0);
    Some(DgaFit {
        graphs: shown
            .map(|&graph| GraphFit {
                edges: graphs[graph].edges.clone(),
                weight: solved.weights[graph],
                posterior: mixture.posterior_of_model(graph, &solved.cells),
            })
            .collect(),
        n_graphs: graphs.len(),
        complete_weight: graphs.iter().position(is_complete).map_or(0.0, |graph| solved.weights[graph]),
        infinite_mean_weight: compensated_sum(infinite.map(|graph| solved.weights[graph])),
        beyond: solved.beyond,
        posterior: solved.posterior(mixture.n_documented),
    })
}

/// Computes the averaged posterior alone; `None` when the hook says stop.
///
/// # Panics
/// With more lists than [`MAX_LISTS_ENUMERATED`].
pub fn posterior(
    histories: &EstimableHistories,
    settings: &DgaSettings,
    progress: &mut dyn Progress,
) -> Option<Posterior> {
    let graphs = chordal_graphs(histories.histories().n_lists());
    let (mixture, solved) = solve(histories, settings, graphs, progress)?;
    Some(solved.posterior(mixture.n_documented))
}

fn solve(
    histories: &EstimableHistories,
    settings: &DgaSettings,
    graphs: &[Chordal],
    progress: &mut dyn Progress,
) -> Option<(Mixture, Solved)> {
    let mixture = mixture(histories, settings, graphs);
    let solved = mixture.solve(settings.grid, progress)?;
    Some((mixture, solved))
}

/// Writes ln p(n₀, G | y) as signed sums: for each set S of lists one row L(S, n₀) + D(n₀).
pub(super) fn mixture(histories: &EstimableHistories, settings: &DgaSettings, graphs: &[Chordal]) -> Mixture {
    let table = histories.histories();
    let n_lists = table.n_lists();
    let n = table.n_documented() as f64;
    let delta = settings.delta_for(n_lists);
    let total_delta = delta * (1u64 << n_lists) as f64;

    let rows = (1u32..1 << n_lists)
        .map(|set| {
            let (observed, unseen) = marginal(table, set);
            let weight = delta * (1u64 << (n_lists - set.count_ones() as usize)) as f64;
            // Σ over the seen cells of lnΓ(t + a) − lnΓ(a); the cells with t = 0 cancel. The unseen cell keeps −lnΓ(a).
            let seen: f64 = compensated_sum(observed.iter().map(|&count| rising(weight, count)));
            let constant = seen - libm::lgamma(weight) + libm::lgamma(total_delta);
            Row { upper: unseen as f64 + weight, constant }
        })
        .collect();
    let models = graphs.iter().map(|graph| model(n_lists, settings, graph)).collect();
    // (n + n₀)!/n₀! · p(N): for 1/N this is Γ(N)/Γ(n₀ + 1); for gamma–Poisson Γ(N + a)/Γ(n₀ + 1) · (b/(1 + b))^N.
    let (common_upper, common_slope) = match settings.prior {
        PriorOnTotal::InverseTotal => (n, 0.0),
        PriorOnTotal::GammaPoisson { shape, scale } => (n + shape, -libm::log1p(1.0 / scale)),
    };
    Mixture { n_documented: table.n_documented(), lower: n + total_delta, rows, models, common_upper, common_slope }
}

/// A graph as signed rows, with its prior.
pub(super) fn model(n_lists: usize, settings: &DgaSettings, Chordal { edges, signed_sets }: &Chordal) -> Model {
    let (ln_edge, ln_no_edge) = (libm::log(settings.edge_probability), libm::log1p(-settings.edge_probability));
    let n_pairs = n_lists * (n_lists - 1) / 2;
    Model {
        constant: edges.len() as f64 * ln_edge + (n_pairs - edges.len()) as f64 * ln_no_edge,
        terms: signed_sets.iter().map(|&(set, sign)| (set as u16 - 1, f64::from(sign))).collect(),
    }
}

/// The counts of the observed people over the lists of a set: those on at least one of them, and those on none.
fn marginal(table: &crate::CaptureHistories, set: u32) -> (Vec<u64>, u64) {
    let mut counts = vec![0; 1 << set.count_ones()];
    for (mask, count) in table.counts() {
        counts[compress(mask, set)] += count;
    }
    let unseen = std::mem::take(&mut counts[0]);
    (counts, unseen)
}

/// The bits of a mask at the places of a set, moved together.
fn compress(mask: u32, set: u32) -> usize {
    let places = (0..u32::BITS).filter(|place| set >> place & 1 == 1);
    places.enumerate().fold(0, |bits, (idx, place)| bits | (mask >> place & 1) << idx) as usize
}

/// lnΓ(weight + count) − lnΓ(weight).
fn rising(weight: f64, count: u64) -> f64 {
    if count == 0 { 0.0 } else { libm::lgamma(weight + count as f64) - libm::lgamma(weight) }
}
