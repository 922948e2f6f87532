//! Estimates and refusals as the JSON that scripts rely on, and capture histories from the vault's persons.

pub mod strata;

use super::{Desk, Snapshot, figures};
use crate::failure::{Exit, Failure};
use habeas_core::{Partition, RecordId};
use habeas_stats::{
    CaptureHistories, DecidedLinks, Dependence, EstimableHistories, Estimate, Method, Refusal, Seed, Sensitivity,
    Stopped, Value, Warning, estimate_beside_all, pooled::LinkageAverage, progress::Progress,
};
use serde_json::{Map, Value as Json, json};

/// What came of an estimate: both are results.
pub enum Outcome {
    /// A figure with all that belongs to it.
    Given(Box<Estimate>),
    /// The data do not support one.
    Refused(Refusal),
}

/// Estimates from a table, or says why not; `links` tells of the linkage that made the table, where one did.
///
/// # Errors
/// The hook said stop.
pub fn run(
    histories: &CaptureHistories,
    dependences: &[Dependence],
    links: Option<DecidedLinks>,
    method: &Method,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<Outcome, Failure> {
    let estimable = EstimableHistories::with_dependences(histories, method.need(), dependences);
    let estimate = estimable.map_err(Stopped::from).and_then(|table| {
        let given = estimate_beside_all(&table, method, seed, progress)?;
        match links {
            Some(links) => given.beside_links(&table, links, progress),
            None => Ok(given),
        }
    });
    match estimate {
        Ok(given) => Ok(Outcome::Given(Box::new(given))),
        Err(Stopped::Refused(refusal)) => Ok(Outcome::Refused(refusal)),
        Err(Stopped::Interrupted) => Err(interrupted()),
    }
}

/// What the last run of the linkage says of the links that it decided.
///
/// # Errors
/// The vault cannot be read.
pub fn decided_links(desk: &Desk) -> Result<DecidedLinks, Failure> {
    let summary: Option<Json> = desk.latest_link_run()?.and_then(|run| serde_json::from_str(&run.summary_json).ok());
    let net_missed_share = summary.and_then(|summary| summary["completeness"]["net_missed_share"].as_f64());
    Ok(DecidedLinks { net_missed_share })
}

/// The same as JSON.
pub fn links_json(links: DecidedLinks) -> Json {
    json!({ "net_missed_share": links.net_missed_share })
}

/// The failure of work that the user stopped.
pub fn interrupted() -> Failure {
    Failure::new(Exit::Interrupted, "the estimate was stopped", "run it again")
}

/// The capture histories of the persons that `wanted` lets in; person by person in snapshot order.
///
/// # Errors
/// More lists than a table can hold.
pub fn histories(snapshot: &Snapshot, wanted: impl Fn(usize) -> bool) -> Result<CaptureHistories, Failure> {
    let names: Vec<String> = snapshot.lists().iter().map(|list| list.key.clone()).collect();
    let masks = figures::list_masks(snapshot);
    let masks =
        masks.into_iter().enumerate().filter(|(person, mask)| *mask != 0 && wanted(*person)).map(|(_, mask)| mask);
    CaptureHistories::of_memberships(names, masks)
        .map_err(|error| Failure::new(Exit::Failed, error, "estimate over fewer lists"))
}

/// The capture histories of one draw of the linkage, over records in the order of `record_ids`. A person twice on one list
/// is once on it.
///
/// # Errors
/// More lists than a table can hold.
pub fn histories_of_draw(
    snapshot: &Snapshot,
    record_ids: &[RecordId],
    draw: &Partition,
) -> Result<CaptureHistories, Failure> {
    let names: Vec<String> = snapshot.lists().iter().map(|list| list.key.clone()).collect();
    let bit_of = figures::list_bits(snapshot);
    let mut masks = vec![0u32; draw.n_clusters()];
    for (id, cluster) in record_ids.iter().zip(draw.cluster_of()) {
        if let Some(idx) = snapshot.record_idx(*id) {
            masks[*cluster as usize] |= bit_of[idx as usize];
        }
    }
    CaptureHistories::of_memberships(names, masks.into_iter().filter(|mask| *mask != 0))
        .map_err(|error| Failure::new(Exit::Failed, error, "estimate over fewer lists"))
}

/// Which lists were compiled from which, as their mappings declare.
pub fn dependences(snapshot: &Snapshot) -> Vec<Dependence> {
    let lists = snapshot.lists();
    let mut found = Vec::new();
    for (idx, list) in lists.iter().enumerate() {
        for key in &list.compiled_from {
            if let Some(other) = lists.iter().position(|other| other.key == *key) {
                let reason = format!("{} was compiled from {}", list.key, key);
                found.push(Dependence { lists: (other.min(idx), other.max(idx)), reason });
            }
        }
    }
    found
}

/// What was declared about lists that descend from one another.
pub fn dependences_json(dependences: &[Dependence]) -> Json {
    dependences.iter().map(|dependence| json!(dependence.reason)).collect()
}

/// All that decides what comes out of an estimate, under the keys of its object.
pub fn identity_json(histories: &CaptureHistories, dependences: &[Dependence], method: &Method, seed: Seed) -> Json {
    let estimable = EstimableHistories::with_dependences(histories, method.need(), dependences);
    let n_lists = estimable.map_or(histories.n_lists(), |table| table.histories().n_lists());
    json!({
        "method": method.name(),
        "input_sha256": histories.id().to_string(),
        "declared_dependences": dependences_json(dependences),
        "settings": settings_json(method, n_lists),
        "seed": seed.0,
        "versions": { "habeas-stats": habeas_stats::VERSION },
    })
}

/// The object of an outcome, as `estimate table --json` prints it.
pub fn outcome_json(outcome: &Outcome, method: &Method, seed: Seed, histories: &CaptureHistories) -> Json {
    match outcome {
        Outcome::Given(given) => estimate_json(given),
        Outcome::Refused(refusal) => json!({
            "schema": 1,
            "method": method.name(),
            "input_sha256": histories.id().to_string(),
            "n_documented": histories.n_documented(),
            "refused": refusal_json(refusal),
            "diagnostics": { "overlap": refusal.overlap().map_or(Json::Null, |overlap| value(&overlap.as_value())) },
            "settings": settings_json(method, histories.n_lists()),
            "seed": seed.0,
            "versions": { "habeas-stats": habeas_stats::VERSION },
        }),
    }
}

/// A refusal with all its reasons.
pub fn refusal_json(refusal: &Refusal) -> Json {
    let reasons = refusal.reasons().iter().map(|reason| told_json(reason.code(), &reason.text(), &reason.facts()));
    json!({
        "code": refusal.code(),
        "text": refusal.text(),
        "what_would_help": refusal.what_would_help(),
        "reasons": reasons.collect::<Vec<_>>(),
    })
}

/// All settings of a method, defaults too.
pub fn settings_json(method: &Method, n_lists: usize) -> Json {
    map(&method.settings(n_lists))
}

/// Where the variance of an averaged figure comes from, with the figure that takes the links as decided.
pub fn linkage_json(average: &LinkageAverage) -> Json {
    let beside = match &average.fixed {
        Ok(fixed) => interval_json(fixed),
        Err(refusal) => json!({ "refused": refusal.code() }),
    };
    let mut object = value(&average.linkage.as_value());
    object["with_linkage_fixed"] = beside;
    object
}

/// The interval of a level, from the total of a stored estimate.
pub fn interval_of(total: &Json, level: f64) -> Option<(f64, f64)> {
    let mut intervals = total["intervals"].as_array()?.iter();
    let found = intervals.find(|one| one["level"].as_f64().is_some_and(|known| (known - level).abs() < 1e-9))?;
    found["low"].as_f64().zip(found["high"].as_f64())
}

/// Total and intervals of an estimate that stands beside another.
pub fn interval_json(given: &Estimate) -> Json {
    let figures = given.figures();
    let intervals: Vec<Json> = figures
        .intervals
        .iter()
        .map(|interval| json!({ "level": interval.level, "low": interval.low, "high": interval.high }))
        .collect();
    json!({ "point": figures.point, "mean": figures.mean, "median": figures.median, "intervals": intervals })
}

/// The object of a figure.
pub fn estimate_json(given: &Estimate) -> Json {
    let figures = given.figures();
    json!({
        "schema": 1,
        "method": figures.method,
        "input_sha256": figures.input.to_string(),
        "lists": figures.lists.len(),
        "list_names": figures.lists,
        "n_documented": figures.n_documented,
        "n_total": interval_json(given),
        "n_undocumented": figures.n_undocumented,
        "is_lower_bound": figures.is_bound,
        "assumption": figures.assumption,
        "sensitivity": sensitivity_json(figures.sensitivity),
        "diagnostics": map(figures.diagnostics),
        "warnings": warnings_json(figures.warnings),
        "remarks": figures.remarks.iter().map(|remark| remark.text()).collect::<Vec<_>>(),
        "settings": map(&figures.settings),
        "seed": figures.seed.0,
        "versions": figures.versions.iter().map(|(name, version)| ((*name).to_owned(), json!(version))).collect::<Map<_, _>>(),
    })
}

/// What must stand beside a figure.
pub fn warnings_json(warnings: &[Warning]) -> Json {
    warnings.iter().map(warning_json).collect()
}

/// One warning.
pub fn warning_json(warning: &Warning) -> Json {
    told_json(warning.code(), &warning.text(), &warning.facts())
}

/// A sentence by its code, in English, and by the facts from which it is told in any language.
pub fn told_json(code: &str, text: &str, facts: &Value) -> Json {
    json!({ "code": code, "text": text, "facts": value(facts) })
}

fn sensitivity_json(sensitivity: &Sensitivity) -> Json {
    let alternatives: Vec<Json> = sensitivity
        .alternatives
        .iter()
        .map(|alternative| {
            let mut row = json!({ "kind": alternative.kind.code(), "label": alternative.label });
            match &alternative.outcome {
                Ok(outcome) => {
                    row["point"] = json!(outcome.point);
                    row["low"] = json!(outcome.interval.map(|(low, _)| low));
                    row["high"] = json!(outcome.interval.map(|(_, high)| high));
                    row["is_lower_bound"] = json!(outcome.is_bound);
                }
                Err(code) => row["refused"] = json!(code),
            }
            row
        })
        .collect();
    let hidden: Vec<Json> = sensitivity
        .hidden_shares
        .iter()
        .map(|hidden| json!({ "share": hidden.share, "n_total": hidden.n_total }))
        .collect();
    json!({
        "lowest": sensitivity.lowest,
        "highest": sensitivity.highest,
        "alternatives": alternatives,
        "hidden_share": hidden,
    })
}

fn map(entries: &[(String, Value)]) -> Json {
    Json::Object(entries.iter().map(|(name, entry)| (name.clone(), value(entry))).collect())
}

fn value(entry: &Value) -> Json {
    match entry {
        Value::Null => Json::Null,
        Value::Flag(flag) => json!(flag),
        Value::Count(count) => json!(count),
        Value::Number(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::List(entries) => Json::Array(entries.iter().map(value).collect()),
        Value::Map(entries) => map(entries),
    }
}
