//! `habeas estimate combine`: one figure from the draws of several replicates.

use super::warnings_text;
use crate::{
    desk::estimating,
    failure::{Exit, Failure},
    output::Output,
};
use clap::{Args, ValueEnum};
use habeas_stats::{
    Posterior,
    combine::{Combined, DrawTable, Replicates, rubin, verdata_rule},
};
use serde_json::{Value, json};
use std::{fmt::Write, path::PathBuf};

/// Combine the draws of several replicates of the data
#[derive(Debug, Args)]
pub struct Combine {
    /// CSV with the columns draw, n_documented, n_total, perhaps replicate and stratum; a file without replicate is one
    #[arg(required = true)]
    draws: Vec<PathBuf>,
    /// The rule that gives the figure; the other stands beside it
    #[arg(long, value_enum, default_value_t = Rule::Mixture)]
    rule: Rule,
}

/// Rules
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Rule {
    /// The equal-weight mixture of the replicates' draws: their posterior
    Mixture,
    /// Rubin's rule on the logarithm of the undocumented
    Rubin,
}

/// Runs the command.
pub fn run(args: &Combine, out: &Output) -> Result<Exit, Failure> {
    let files = args.draws.iter().map(|path| std::fs::read(path).map_err(|error| Failure::file("read", path, &error)));
    let table = DrawTable::read(&files.collect::<Result<Vec<_>, _>>()?).map_err(|(file, error)| {
        let remedy = "columns draw, n_documented and n_total, whole numbers; perhaps replicate and stratum";
        Failure::new(Exit::Failed, error, remedy)
            .at(args.draws[file].display().to_string())
            .leaving("Nothing was combined.")
    })?;
    let replicates = Replicates::of_draws(table.replicates());
    if args.rule == Rule::Rubin && replicates.is_none() {
        return Err(Failure::usage(
            "Rubin's rule needs at least 2 replicates",
            "give more files, or use --rule mixture",
        ));
    }
    let object = object(&table, replicates.as_ref(), args.rule);
    out.result(&object, || text(&object))?;
    Ok(Exit::Ok)
}

fn object(table: &DrawTable, replicates: Option<&Replicates>, rule: Rule) -> Value {
    let mixture = mixture_json(&table.mixture());
    let by_rubin = replicates.map(|replicates| combined_json(&rubin(replicates)));
    let n_total = match (rule, &by_rubin) {
        (Rule::Rubin, Some(by_rubin)) => by_rubin.clone(),
        _ => mixture.clone(),
    };
    let n_documented = table.mean_documented();
    let n_undocumented = n_total["point"].as_f64().map(|point| point - n_documented);
    json!({
        "schema": 1,
        "rule": match rule { Rule::Mixture => "mixture", Rule::Rubin => "rubin" },
        "input_sha256": table.input().to_string(),
        "replicates": table.replicates().len(),
        "draws": table.replicates().iter().map(Vec::len).sum::<usize>(),
        "strata": table.n_strata(),
        "n_documented": n_documented,
        "n_total": n_total,
        "n_undocumented": n_undocumented,
        "assumption": "the replicates are equally probable versions of the data, and the draws of each come from chains that have converged",
        "mixture": mixture,
        "rubin": by_rubin,
        "warnings": estimating::warnings_json(&table.warnings()),
        "verdata_rule": replicates.map(|replicates| combined_json(&verdata_rule(replicates))),
        "log_undocumented": replicates.map(|r| json!({ "mean": r.mean, "within": r.within, "between": r.between })),
        "versions": { "habeas-stats": habeas_stats::VERSION },
    })
}

fn mixture_json(posterior: &Posterior) -> Value {
    let interval = |level: f64| {
        let tail = (1.0 - level) / 2.0;
        json!({ "level": level, "low": posterior.quantile(tail), "high": posterior.quantile(1.0 - tail) })
    };
    json!({
        "point": posterior.median(),
        "mean": posterior.mean(),
        "median": posterior.median(),
        "intervals": [interval(0.5), interval(0.95)],
    })
}

fn combined_json(combined: &Combined) -> Value {
    json!({
        "point": combined.point,
        "mean": null,
        "median": null,
        "intervals": [
            { "level": 0.5, "low": combined.half.0, "high": combined.half.1 },
            { "level": 0.95, "low": combined.low, "high": combined.high },
        ],
        "degrees_of_freedom": combined.degrees,
    })
}

fn text(object: &Value) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} replicates, {} draws; documented {:.0} on average",
        object["replicates"],
        object["draws"],
        object["n_documented"].as_f64().unwrap_or_default()
    );
    for (rule, words) in [("mixture", "mixture of the draws"), ("rubin", "Rubin's rule, for comparison")] {
        let total = &object[rule];
        if total.is_object() {
            let interval = &total["intervals"][1];
            let _ = writeln!(text, "  {words}: {} [{} to {}]", total["point"], interval["low"], interval["high"]);
        }
    }
    let _ = writeln!(text, "  assumed: {}", object["assumption"].as_str().unwrap_or_default());
    text.push_str(&warnings_text(&object["warnings"]));
    text
}
