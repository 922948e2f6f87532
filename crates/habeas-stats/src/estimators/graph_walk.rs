//! Averaging over decomposable graphs for more lists than can be enumerated: walks over graphs find those that matter.
//!
//! With 7 lists there are some 600,000 decomposable graphs and with 10 far more than can be visited, but nearly all of
//! the weight lies on few. The weight of any one graph is known exactly up to a common constant, n₀ summed out, so a walk
//! that adds, removes or moves an edge and is accepted by the ratio of weights visits graphs as often as they deserve
//! `[madigan1995]`. The walks only decide which graphs are looked at: the average itself is exact over all graphs that any
//! walk visited. Walks start apart; they must agree like any other chains, and the weight of graphs that only one of
//! them found says how much may have been missed.

use std::{collections::HashMap, ops::ControlFlow};

use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

use crate::{
    capture::EstimableHistories,
    convergence::{Convergence, Halted, Unsettled},
    diagnostics::Value,
    method::Seed,
    progress::Progress,
    refusal::SettingsProblem,
    special::compensated_sum,
    stream::{Purpose, Streams},
};

use super::{
    chordal::Chordal,
    dga::{self, DgaFit, DgaSettings},
    gamma_grid::{Survey, Surveyed},
};

/// Steps of every walk before the first look; each further look comes after half as many more again.
const FIRST_LOOK: usize = 4_000;

/// Steps of every walk between two calls of the progress hook.
const STEPS_PER_PIECE: usize = 500;

/// The first part of every walk is left out when walks are compared.
const LEFT_OUT: f64 = 0.25;

/// No more graphs than this, the heaviest, enter the average.
const MAX_GRAPHS: usize = 60_000;

/// How much of the weight of all graphs is gone after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thoroughness {
    /// The walks go on until the graphs that one walk alone looked at weigh no more than this, or until the steps are
    /// used up.
    found_once: f64,
    /// The lightest graphs, together no heavier than this, do not enter the average.
    left_out: f64,
}

/// For a figure, and for a point that is only compared.
pub(crate) const OF_A_FIGURE: Thoroughness = Thoroughness { found_once: 0.02, left_out: 1e-7 };
pub(crate) const OF_A_POINT: Thoroughness = Thoroughness { found_once: 0.1, left_out: 0.01 };

/// Walks whose result is only compared end after this part of the steps.
const BRIEFER: usize = 4;

/// Settings of the walks, a part of [`DgaSettings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalkSettings {
    /// Independent walks from dispersed starts.
    pub n_walks: usize,
    /// Steps per walk after which the run ends, settled or not.
    pub max_steps: usize,
}

impl Default for WalkSettings {
    fn default() -> Self {
        Self { n_walks: 8, max_steps: 200_000 }
    }
}

impl WalkSettings {
    /// The same with as few walks as still show whether they agree and with fewer steps, for a point that is only compared.
    pub(crate) fn in_brief(self) -> Self {
        Self { n_walks: 4, max_steps: (self.max_steps / BRIEFER).max(FIRST_LOOK) }
    }

    pub(super) fn problem(&self) -> Option<SettingsProblem> {
        if !(4..=64).contains(&self.n_walks) {
            return Some(SettingsProblem::Chains);
        }
        (!(FIRST_LOOK..=100_000_000).contains(&self.max_steps)).then_some(SettingsProblem::WalkSteps)
    }

    /// All settings as named values.
    pub fn as_values(&self) -> Vec<(&'static str, Value)> {
        vec![("walks", self.n_walks.into()), ("max_steps", self.max_steps.into())]
    }
}

/// The average over all visited graphs.
#[derive(Clone, Debug)]
pub struct WalkFit {
    /// The average, as if the visited graphs were all there are.
    pub fit: DgaFit,
    /// Convergence of the mean of ln(n₀ + 1) given the graph.
    pub of_undocumented: Convergence,
    /// Convergence of the number of edges.
    pub of_edges: Convergence,
    /// Weight of the graphs that only one walk found: what all missed is of that order.
    pub found_once: f64,
    /// Weight of the graphs that were found but are too many or too light to enter the average.
    pub left_out: f64,
    /// Graphs that any walk looked at.
    pub n_visited: usize,
    /// Steps per walk.
    pub n_steps: usize,
}

impl WalkFit {
    /// The diagnostics as named values in order.
    pub fn diagnostics(&self) -> Vec<(String, Value)> {
        let entries = [
            ("undocumented", self.of_undocumented.as_value()),
            ("edges", self.of_edges.as_value()),
            ("found_once", self.found_once.into()),
            ("left_out", self.left_out.into()),
            ("graphs_visited", self.n_visited.into()),
            ("steps", self.n_steps.into()),
        ];
        entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Averages over the decomposable graphs that several walks find.
///
/// The same seed gives the same figures at any number of threads.
///
/// # Errors
/// [`Halted`]: senseless settings, walks that disagree, or a stop on request.
///
/// # Source
/// Walks over decomposable graphs: Madigan & York 1995 `[madigan1995]`; weights: Madigan & York 1997 `[madigan1997]`.
pub fn fit(
    histories: &EstimableHistories,
    settings: &DgaSettings,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<WalkFit, Halted> {
    fit_to(histories, settings, OF_A_FIGURE, seed, progress)
}

/// The same as thoroughly as is asked for.
pub(crate) fn fit_to(
    histories: &EstimableHistories,
    settings: &DgaSettings,
    thoroughness: Thoroughness,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<WalkFit, Halted> {
    if let Some(problem) = settings.problem() {
        return Err(problem.into());
    }
    let walks = settings.walks;
    let n_lists = histories.histories().n_lists();
    let rows = dga::mixture(histories, settings, &[]);
    let weigher = Weigher { pairs: Pairs::of(n_lists), settings, survey: rows.survey() };
    let streams = Streams::new(seed, Purpose::Graphs, histories.input().as_bytes());
    let mut all: Vec<Walk> = (0..walks.n_walks as u64).map(|index| Walk::start(&weigher, streams.of(index))).collect();
    // What one walk has weighed the others need not weigh again; weights depend on the graph alone.
    let mut weighed = Weighed::new();
    let (mut n_steps, mut next_look) = (0, FIRST_LOOK);
    loop {
        while n_steps < next_look.min(walks.max_steps) {
            let piece = STEPS_PER_PIECE.min(next_look.min(walks.max_steps) - n_steps);
            all.par_iter_mut().for_each(|walk| (0..piece).for_each(|_| walk.step(&weigher, &weighed)));
            weighed.extend(all.iter_mut().flat_map(|walk| walk.news.drain(..)));
            n_steps += piece;
            if progress.advance(piece, walks.max_steps) == ControlFlow::Break(()) {
                return Err(Halted::Interrupted);
            }
        }
        let (of_undocumented, of_edges) = agreement(&all);
        let settled = of_undocumented.is_settled() && of_edges.is_settled();
        let last = n_steps == walks.max_steps;
        if last && !settled {
            return Err(disagreement(&all, &of_undocumented, &of_edges, histories.histories().n_documented()).into());
        }
        if settled {
            let visited = Visited::by(&all, thoroughness.left_out);
            if last || visited.found_once <= thoroughness.found_once {
                let Visited { heaviest, found_once, n_visited, left_out } = visited;
                let graphs: Vec<Chordal> =
                    heaviest.into_iter().filter_map(|edges| weigher.pairs.graph(edges)).collect();
                let fit = dga::fit_over(histories, settings, &graphs, progress).ok_or(Halted::Interrupted)?;
                return Ok(WalkFit { fit, of_undocumented, of_edges, found_once, left_out, n_visited, n_steps });
            }
        }
        next_look += next_look / 2;
    }
}

/// The pairs of lists, one bit each in a set of edges.
struct Pairs {
    n_lists: usize,
    pairs: Vec<(usize, usize)>,
}

impl Pairs {
    fn of(n_lists: usize) -> Self {
        let pairs = (0..n_lists).flat_map(|i| (i + 1..n_lists).map(move |j| (i, j))).collect();
        Self { n_lists, pairs }
    }

    fn graph(&self, edges: u64) -> Option<Chordal> {
        let chosen = self.pairs.iter().enumerate().filter(|(bit, _)| edges >> bit & 1 == 1);
        Chordal::of(self.n_lists, chosen.map(|(_, &pair)| pair).collect())
    }

    fn n_pairs(&self) -> u64 {
        self.pairs.len() as u64
    }
}

struct Weigher<'a> {
    pairs: Pairs,
    settings: &'a DgaSettings,
    survey: Survey<'a>,
}

impl Weigher<'_> {
    /// What a set of edges weighs; `None` when it is no decomposable graph.
    fn weigh(&self, edges: u64) -> Option<Surveyed> {
        let graph = self.pairs.graph(edges)?;
        Some(self.survey.of(&dga::model(self.pairs.n_lists, self.settings, &graph)))
    }
}

/// Sets of edges with what they weigh; `None` for those that are not decomposable.
type Weighed = HashMap<u64, Option<Surveyed>>;

/// One walk with everything that it has seen.
struct Walk {
    edges: u64,
    here: Surveyed,
    /// Every set of edges that was looked at.
    known: Weighed,
    /// Those that nobody had looked at before.
    news: Vec<(u64, Option<Surveyed>)>,
    /// The mean of ln(n₀ + 1) and the number of edges at every step.
    means: Vec<f64>,
    edge_counts: Vec<f64>,
    generator: ChaCha12Rng,
}

impl Walk {
    /// Starts at a random decomposable graph, reached from the empty one without regard to weights.
    fn start(weigher: &Weigher<'_>, mut generator: ChaCha12Rng) -> Self {
        let n_pairs = weigher.pairs.n_pairs();
        let mut edges = 0;
        for _ in 0..3 * n_pairs {
            let changed = edges ^ 1 << generator.random_range(0..n_pairs);
            if weigher.pairs.graph(changed).is_some() {
                edges = changed;
            }
        }
        let here = weigher.weigh(edges).expect("only decomposable graphs were entered");
        let known = Weighed::from([(edges, Some(here))]);
        Self { edges, here, known, news: Vec::new(), means: Vec::new(), edge_counts: Vec::new(), generator }
    }

    /// Adds or removes one edge, or moves one; both proposals are as likely in either direction.
    fn step(&mut self, weigher: &Weigher<'_>, weighed: &Weighed) {
        let n_pairs = weigher.pairs.n_pairs();
        let changed = if self.generator.random::<bool>() {
            Some(self.edges ^ 1 << self.generator.random_range(0..n_pairs))
        } else {
            let n_edges = u64::from(self.edges.count_ones());
            (n_edges > 0 && n_edges < n_pairs).then(|| {
                let absent = !self.edges & ((1 << n_pairs) - 1);
                let gone = nth_bit(self.edges, self.generator.random_range(0..n_edges));
                self.edges ^ gone ^ nth_bit(absent, self.generator.random_range(0..n_pairs - n_edges))
            })
        };
        let mut look = |edges: u64| {
            weighed.get(&edges).copied().unwrap_or_else(|| {
                let weight = weigher.weigh(edges);
                self.news.push((edges, weight));
                weight
            })
        };
        if let Some(changed) = changed
            && let Some(there) = *self.known.entry(changed).or_insert_with(|| look(changed))
            && libm::log(self.generator.random::<f64>()) < there.ln_weight - self.here.ln_weight
        {
            (self.edges, self.here) = (changed, there);
        }
        self.means.push(self.here.mean_ln);
        self.edge_counts.push(f64::from(self.edges.count_ones()));
    }
}

fn nth_bit(mut bits: u64, n: u64) -> u64 {
    (0..n).for_each(|_| bits &= bits - 1);
    bits & bits.wrapping_neg()
}

fn agreement(walks: &[Walk]) -> (Convergence, Convergence) {
    /// More draws than this per walk would cost time and change nothing.
    const MAX_LOOKED_AT: usize = 3_000;
    let kept = |series: &Vec<f64>| -> Vec<f64> {
        let first = (LEFT_OUT * series.len() as f64) as usize;
        let every = (series.len() - first).div_ceil(MAX_LOOKED_AT);
        series[first..].iter().step_by(every).copied().collect()
    };
    let of = |series: &dyn Fn(&Walk) -> Vec<f64>| Convergence::of(&walks.iter().map(series).collect::<Vec<_>>());
    (of(&|walk| kept(&walk.means)), of(&|walk| kept(&walk.edge_counts)))
}

fn disagreement(walks: &[Walk], undocumented: &Convergence, edges: &Convergence, n_documented: u64) -> Unsettled {
    let typical = |walk: &Walk| {
        let first = (LEFT_OUT * walk.means.len() as f64) as usize;
        let mean = walk.means[first..].iter().sum::<f64>() / (walk.means.len() - first) as f64;
        n_documented + libm::expm1(mean) as u64
    };
    Unsettled::NotConverged {
        r_hat: undocumented.r_hat.max(edges.r_hat),
        bulk_ess: undocumented.bulk_ess.min(edges.bulk_ess),
        tail_ess: undocumented.tail_ess.min(edges.tail_ess),
        chain_medians: walks.iter().map(typical).collect(),
    }
}

/// What the walks looked at, taken together.
struct Visited {
    /// The graphs that matter, heaviest first.
    heaviest: Vec<u64>,
    /// Weight of the graphs that one walk alone looked at.
    found_once: f64,
    n_visited: usize,
    /// Weight of the graphs that were looked at and do not enter the average.
    left_out: f64,
}

impl Visited {
    /// The graphs of all walks but for the lightest that weigh no more than `negligible` together.
    fn by(walks: &[Walk], negligible: f64) -> Self {
        let mut found: HashMap<u64, (f64, u32)> = HashMap::new();
        for walk in walks {
            for (&edges, surveyed) in &walk.known {
                if let Some(surveyed) = surveyed {
                    found.entry(edges).or_insert((surveyed.ln_weight, 0)).1 += 1;
                }
            }
        }
        let best = found.values().map(|(ln_weight, _)| *ln_weight).fold(f64::NEG_INFINITY, f64::max);
        let mut graphs: Vec<(u64, f64, u32)> =
            found.into_iter().map(|(edges, (ln_weight, walks))| (edges, libm::exp(ln_weight - best), walks)).collect();
        graphs.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let total = compensated_sum(graphs.iter().map(|(_, weight, _)| *weight));
        let once = graphs.iter().filter(|(.., walks)| *walks == 1).map(|(_, weight, _)| *weight);
        let found_once = compensated_sum(once) / total;
        let mut lightest = 0.0;
        let enter = graphs.iter().rposition(|(_, weight, _)| {
            lightest += weight / total;
            lightest > negligible
        });
        let n_kept = enter.map_or(0, |last| last + 1).min(MAX_GRAPHS);
        Self {
            found_once,
            n_visited: graphs.len(),
            left_out: compensated_sum(graphs[n_kept..].iter().map(|(_, weight, _)| *weight)) / total,
            heaviest: graphs[..n_kept].iter().map(|(edges, ..)| *edges).collect(),
        }
    }
}
