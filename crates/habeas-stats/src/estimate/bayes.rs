//! The Bayesian methods as figures: what each draws or sums, and the diagnostics and warnings that belong to it.

use crate::{
    capture::EstimableHistories,
    convergence::Halted,
    diagnostics::Value,
    estimators::{
        dga::{self, DgaFit, DgaSettings},
        graph_walk,
        lcmcr::{self, LcmcrSettings},
        nhoi::{self, NhoiSettings},
    },
    posterior::Posterior,
    progress::Progress,
    refusal::{Refusal, Warning},
};

use super::{
    Stopped,
    fit::{Fit, Wanted},
};

/// Weight of models without a finite mean from which on the mean is called dependent on the bound.
const INFINITE_MEAN_WEIGHT: f64 = 1e-3;

/// Weight of the complete graph from which on the prior is said to dominate.
const PRIOR_DOMINATES: f64 = 0.2;

/// Weight of graphs that one walk alone found from which on a warning is due.
const MUCH_FOUND_ONCE: f64 = 0.02;

/// Draws of the cells that a point takes.
const CELL_DRAWS_OF_A_POINT: usize = 4_000;

/// Averages over graphs: all of them up to 6 lists, those that walks find beyond.
pub(super) fn graphs(
    histories: &EstimableHistories,
    settings: &DgaSettings,
    wanted: Wanted,
    progress: &mut dyn Progress,
) -> Result<Fit, Stopped> {
    let enumerated = histories.histories().n_lists() <= dga::MAX_LISTS_ENUMERATED;
    let (Wanted::Figure(seed) | Wanted::Point(seed)) = wanted;
    match wanted {
        Wanted::Point(_) if enumerated => {
            Ok(Fit::of_posterior(dga::posterior(histories, settings, progress).ok_or(Stopped::Interrupted)?))
        }
        Wanted::Figure(_) if enumerated => {
            let fit = dga::fit(histories, settings, progress).ok_or(Stopped::Interrupted)?;
            let (diagnostics, warnings) = (dga_diagnostics(histories, &fit), dga_warnings(&fit));
            Ok(Fit { diagnostics, warnings, ..Fit::of_posterior(fit.posterior) })
        }
        _ => {
            let brief = DgaSettings { walks: settings.walks.in_brief(), ..*settings };
            let (settings, thoroughness) = match wanted {
                Wanted::Point(_) => (&brief, graph_walk::OF_A_POINT),
                Wanted::Figure(_) => (settings, graph_walk::OF_A_FIGURE),
            };
            let walked = graph_walk::fit_to(histories, settings, thoroughness, seed, progress);
            let walked = walked.map_err(|halted| stopped(halted, histories))?;
            let (mut diagnostics, mut warnings) = (dga_diagnostics(histories, &walked.fit), dga_warnings(&walked.fit));
            diagnostics.extend(walked.diagnostics());
            if walked.found_once > MUCH_FOUND_ONCE {
                warnings.push(Warning::GraphsMissed { share: walked.found_once });
            }
            Ok(Fit { diagnostics, warnings, ..Fit::of_posterior(walked.fit.posterior) })
        }
    }
}

/// Draws from the latent classes.
pub(super) fn latent_classes(
    histories: &EstimableHistories,
    settings: &LcmcrSettings,
    wanted: Wanted,
    progress: &mut dyn Progress,
) -> Result<Fit, Stopped> {
    let (settings, seed) = match wanted {
        Wanted::Figure(seed) => (*settings, seed),
        Wanted::Point(seed) => (settings.in_brief(histories.histories().n_lists()), seed),
    };
    let fit = lcmcr::fit(histories, &settings, seed, progress).map_err(|halted| stopped(halted, histories))?;
    let diagnostics = fit.diagnostics();
    let hits = Warning::CapHits { share: fit.beyond_cap, cap: settings.cap };
    let warnings = if fit.beyond_cap > lcmcr::CAP_WARNING { vec![hits] } else { Vec::new() };
    Ok(Fit { diagnostics, warnings, ..Fit::of_posterior(fit.posterior) })
}

/// Draws with the highest-order interaction as it was chosen.
pub(super) fn highest_order(
    histories: &EstimableHistories,
    settings: &NhoiSettings,
    wanted: Wanted,
    progress: &mut dyn Progress,
) -> Result<Fit, Stopped> {
    let (n_draws, seed) = match wanted {
        Wanted::Figure(seed) => (settings.n_draws, seed),
        Wanted::Point(seed) => (settings.n_draws.min(CELL_DRAWS_OF_A_POINT), seed),
    };
    let settings = NhoiSettings { n_draws, ..settings.clone() };
    let fit = nhoi::fit(histories, &settings, seed, progress).map_err(|halted| stopped(halted, histories))?;
    let diagnostics = fit.diagnostics();
    let empty = (fit.empty_cells > nhoi::EMPTY_CELLS_WARNING).then_some(Warning::EmptyCells { share: fit.empty_cells });
    let infinite = fit.mean_is_infinite.then_some(Warning::MeanInfinite);
    let warnings = empty.into_iter().chain(infinite).collect();
    Ok(Fit { diagnostics, warnings, ..Fit::of_posterior(fit.posterior) })
}

fn stopped(halted: Halted, histories: &EstimableHistories) -> Stopped {
    match halted {
        Halted::Settings(problem) => Refusal::of_settings(problem).into(),
        Halted::Unsettled(unsettled) => Refusal::of_draws(unsettled, histories.overlap()).into(),
        Halted::Interrupted => Stopped::Interrupted,
    }
}

fn dga_diagnostics(histories: &EstimableHistories, fit: &DgaFit) -> Vec<(String, Value)> {
    let lists = histories.histories().lists();
    let graphs = fit.graphs.iter().map(|graph| {
        let edges = graph.edges.iter().map(|&(i, j)| Value::list([lists[i].as_str(), lists[j].as_str()]));
        Value::map([
            ("dependent_lists", Value::list(edges)),
            ("weight", graph.weight.into()),
            ("median", graph.posterior.median().into()),
            ("mode", graph.posterior.mode().into()),
            ("relative_squared_error_point", graph.posterior.relative_squared_error_point().into()),
        ])
    });
    vec![
        ("n_graphs".to_owned(), fit.n_graphs.into()),
        ("graphs".to_owned(), Value::list(graphs)),
        ("complete_graph_weight".to_owned(), fit.complete_weight.into()),
        ("infinite_mean_weight".to_owned(), fit.infinite_mean_weight.into()),
        ("mass_beyond_grid".to_owned(), fit.beyond.into()),
    ]
}

fn dga_warnings(fit: &DgaFit) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if fit.infinite_mean_weight > INFINITE_MEAN_WEIGHT {
        let bound = match &fit.posterior {
            Posterior::Grid { cells, .. } => cells.last().map_or(0, |cell| *cell.end()),
            Posterior::Draws { .. } => 0,
        };
        warnings.push(Warning::MeanDependsOnBound { weight: fit.infinite_mean_weight, bound });
    }
    if fit.complete_weight > PRIOR_DOMINATES {
        warnings.push(Warning::PriorDominates { weight: fit.complete_weight });
    }
    warnings
}
