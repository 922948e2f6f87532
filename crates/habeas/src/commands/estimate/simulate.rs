//! `habeas estimate simulate`: how often a method is right where the truth is known.

use super::choice::Choice;
use crate::{
    commands::interruption::Interruption,
    desk::estimating,
    failure::{Exit, Failure},
    output::Output,
};
use clap::Args;
use habeas_stats::{
    Stopped,
    simulate::{Accuracy, Design, Simulation, simulate},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write, path::PathBuf, time::Instant};

/// Estimate in worlds whose truth is known: coverage, bias, warnings
#[derive(Debug, Args)]
pub struct Simulate {
    /// The design of the worlds, in TOML
    design: PathBuf,
    /// Number of worlds
    #[arg(long, value_name = "N", default_value_t = 200)]
    runs: usize,
    #[command(flatten)]
    choice: Choice,
}

/// Runs the command.
pub fn run(args: &Simulate, out: &Output) -> Result<Exit, Failure> {
    let bytes = std::fs::read(&args.design).map_err(|error| Failure::file("read", &args.design, &error))?;
    let design = Design::read(&bytes).map_err(|error| {
        let remedy = "a design has n_total and one or more class = { share, p = [one probability per list] }";
        Failure::new(Exit::Failed, error, remedy)
            .at(args.design.display().to_string())
            .leaving("Nothing was simulated.")
    })?;
    if args.runs == 0 {
        return Err(Failure::usage("--runs must be at least 1", "give --runs 200"));
    }
    let lists: Vec<String> = (1..=design.n_lists()).map(|list| format!("L{list}")).collect();
    let method = args.choice.method(&lists, design.n_total())?;
    let started = Instant::now();
    let interruption = Interruption::watch(out);
    let simulation =
        simulate(&design, &method, args.runs, args.choice.seed(), &mut interruption.progress("worlds", out));
    let simulation = simulation.map_err(|stopped| match stopped {
        Stopped::Refused(refusal) => Failure::usage(refusal.text(), refusal.what_would_help()),
        Stopped::Interrupted => estimating::interrupted(),
    })?;
    let object = json!({
        "schema": 1,
        "method": method.name(),
        "design_sha256": simulation.design.to_string(),
        "n_total": simulation.n_total,
        "lists": design.n_lists(),
        "runs": simulation.n_runs,
        "refused": refused(&simulation),
        "figure": simulation.figure.as_ref().map(accuracy),
        "with_linkage_fixed": simulation.with_linkage_fixed.as_ref().map(accuracy),
        "warnings": simulation.warnings,
        "warned_beyond_the_standing_warning": simulation.beside.map(|beside| beside.warned),
        "sensitivity_range_holds_the_truth": simulation.beside.map(|beside| beside.range_holds),
        "warned_or_range_holds_the_truth": simulation.beside.map(|beside| beside.warned_or_range_holds),
        "with_hidden_shares_it_holds_the_truth": simulation.beside.map(|beside| beside.range_with_hidden_holds),
        "warned_or_held": simulation.beside.map(|beside| beside.warned_or_held),
        "settings": estimating::settings_json(&method, design.n_lists()),
        "seed": args.choice.seed,
        "versions": { "habeas-stats": habeas_stats::VERSION },
        "seconds": started.elapsed().as_secs_f64(),
    });
    out.result(&object, || text(&object, &simulation))?;
    Ok(Exit::Ok)
}

fn refused(simulation: &Simulation) -> Value {
    let runs: usize = simulation.refused.values().sum();
    let by_code: BTreeMap<&str, usize> = simulation.refused.clone();
    json!({ "runs": runs, "share": runs as f64 / simulation.n_runs as f64, "by_code": by_code })
}

fn accuracy(accuracy: &Accuracy) -> Value {
    let intervals = accuracy.intervals;
    json!({
        "runs_with_a_figure": accuracy.n_given,
        "runs_with_an_interval": intervals.map_or(0, |covered| covered.n_runs),
        "coverage_95": intervals.map(|covered| covered.share),
        "coverage_95_standard_error": intervals.map(|covered| covered.standard_error()),
        "coverage_95_plausible": intervals.map(|covered| [covered.plausible.0, covered.plausible.1]),
        "coverage_50": intervals.map(|covered| covered.share_of_50),
        "mean_width": intervals.map(|covered| covered.mean_width),
        "median_width": intervals.map(|covered| covered.median_width),
        "relative_bias": accuracy.relative_bias,
        "rmse": accuracy.root_mean_square_error,
    })
}

fn text(object: &Value, simulation: &Simulation) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} worlds of {} people, method {}: {} refused",
        object["runs"],
        object["n_total"],
        object["method"].as_str().unwrap_or_default(),
        object["refused"]["runs"]
    );
    if simulation.figure.is_none() {
        let _ = writeln!(text, "  no world gave a figure, so nothing is known of how near one would come");
    }
    let figures = [("figure", &simulation.figure), ("with links as decided", &simulation.with_linkage_fixed)];
    for (words, accuracy) in figures.into_iter().filter_map(|(words, given)| Some((words, given.as_ref()?))) {
        let _ = writeln!(text, "  {words}: {}", accuracy_in_words(accuracy));
    }
    for (code, runs) in &simulation.refused {
        let _ = writeln!(text, "  refused ({code}): {runs} runs");
    }
    for (code, share) in &simulation.warnings {
        let _ = writeln!(text, "  warning ({code}): {:.1} % of the runs", 100.0 * share);
    }
    if let Some(beside) = simulation.beside {
        let _ = writeln!(
            text,
            "  a warning beyond the standing one, or a range that holds the truth: {:.1} %; {:.1} % with the hidden shares",
            100.0 * beside.warned_or_range_holds,
            100.0 * beside.warned_or_held
        );
    }
    text
}

fn accuracy_in_words(accuracy: &Accuracy) -> String {
    let nearness =
        format!("bias {:+.1} %, RMSE {:.0}", 100.0 * accuracy.relative_bias, accuracy.root_mean_square_error);
    let Some(covered) = accuracy.intervals else { return nearness };
    format!(
        "95 % intervals hold the truth in {:.1} % of {} (in {:.1} to {:.1} % of very many), median width {:.0}; {nearness}",
        100.0 * covered.share,
        covered.n_runs,
        100.0 * covered.plausible.0,
        100.0 * covered.plausible.1,
        covered.median_width
    )
}
