//! `habeas estimate run --by …` and `estimate table --strata …`: stratum by stratum, each given or refused, and a total that adds draws.

use super::{
    choice::Choice,
    draw_linkage,
    lists::{self, Lists},
    method_for,
};
use crate::{
    commands::interruption::Interruption,
    desk::{
        Desk,
        estimating::{self, Outcome, strata::Dimension},
        figures,
    },
    failure::{Exit, Failure},
    output::Output,
};
use clap::ValueEnum;
use habeas_core::{Partition, RecordId};
use habeas_stats::{
    Method, Seed, Warning, capture,
    pooled::LinkageOptions,
    strata::{Stratified, Stratum, StratumFigure, StratumResult, estimate_strata},
};
use serde_json::{Value, json};
use std::fmt::Write;

/// Dimensions of strata
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Year of the event
    Year,
    /// Widest place
    Place,
    /// Sex
    Sex,
}

impl By {
    fn dimension(self) -> Dimension {
        match self {
            Self::Year => Dimension { name: "year", policy: figures::POLICY_YEAR, category: figures::year },
            Self::Place => Dimension { name: "place", policy: figures::POLICY_PLACE, category: figures::place },
            Self::Sex => Dimension { name: "sex", policy: figures::POLICY_SEX, category: figures::sex },
        }
    }
}

/// Runs the command.
pub fn run(
    desk: &Desk,
    choice: &Choice,
    by: &[By],
    linkage_draws: Option<usize>,
    out: &Output,
) -> Result<Exit, Failure> {
    if (1..by.len()).any(|idx| by[..idx].contains(&by[idx])) {
        return Err(Failure::usage("--by names a dimension twice", "give each once, such as --by year,place"));
    }
    let method = method_for(&*desk.snapshot()?, choice)?;
    let linkage = linkage_draws.map(|n_draws| draw_linkage(desk, &method, n_draws, choice.seed, out)).transpose()?;
    let partitions = linkage.as_ref().map(|linkage| (linkage.record_ids.as_slice(), linkage.partitions.as_slice()));
    let (stratified, object) = estimate_and_keep(desk, &method, by, partitions, choice.seed(), out)?;
    finish(&stratified, &object, out)
}

/// Estimates stratum by stratum, over draws of the linkage where there are some, and keeps what came to its end.
pub fn estimate_and_keep(
    desk: &Desk,
    method: &Method,
    by: &[By],
    partitions: Option<(&[RecordId], &[Partition])>,
    seed: Seed,
    out: &Output,
) -> Result<(Stratified, Value), Failure> {
    let dimensions: Vec<Dimension> = by.iter().map(|by| by.dimension()).collect();
    let snapshot = desk.snapshot()?;
    let strata = estimating::strata::strata(&snapshot, &dimensions, partitions)?;
    let options = LinkageOptions { dependences: estimating::dependences(&snapshot), approximate: false };
    let names: Vec<&str> = dimensions.iter().map(|dimension| dimension.name).collect();
    let policies: Vec<&str> = dimensions.iter().map(|dimension| dimension.policy).collect();
    let dimensions = [("by", json!(names)), ("policies", json!(policies))];
    let (stratified, mut object) = estimate(&strata, &dimensions, method, seed, &options, out);
    if partitions.is_none()
        && let Some(warnings) = object["total"]["warnings"].as_array_mut()
    {
        warnings.push(estimating::warning_json(&Warning::LinksAsDecided));
    }
    // A run that was stopped has no total: it is shown and not kept.
    if stratified.n_not_reached == 0 {
        desk.keep_estimate(&object)?;
    }
    Ok((stratified, object))
}

/// Estimates from a table whose first columns are strata.
pub fn table(
    bytes: &[u8],
    columns: &[String],
    (choice, lists): (&Choice, &Lists),
    out: &Output,
) -> Result<Exit, Failure> {
    let file = capture::read_strata(bytes, columns).map_err(|error| {
        Failure::new(Exit::Failed, error, "one column per stratum named, then one 0/1 column per list, then «count»")
            .leaving("Nothing was estimated.")
    })?;
    for remark in &file.remarks {
        out.talk(remark.text());
    }
    let names = file.strata.first().map_or(&[][..], |stratum| stratum.histories.lists());
    let regrouping = lists.regrouping(names)?;
    let strata = file.strata.iter().map(|stratum| Stratum {
        label: stratum.labels.join(" · "),
        table: regrouping.table(&stratum.histories),
        draws: Vec::new(),
    });
    let strata: Vec<Stratum> = strata.collect();
    let names = strata.first().map_or(&[][..], |stratum| stratum.table.lists());
    let n_documented = strata.iter().map(|stratum| stratum.table.n_documented()).sum();
    let method = choice.method(names, n_documented)?;
    let dimensions = [("by", json!(columns))];
    let (stratified, mut object) =
        estimate(&strata, &dimensions, &method, choice.seed(), &LinkageOptions::default(), out);
    regrouping.tell(file.strata.iter().map(|stratum| &stratum.histories), &mut object);
    finish(&stratified, &object, out)
}

fn estimate(
    strata: &[Stratum],
    dimensions: &[(&str, Value)],
    method: &Method,
    seed: Seed,
    options: &LinkageOptions,
    out: &Output,
) -> (Stratified, Value) {
    let interruption = Interruption::watch(out);
    let progress = &mut interruption.progress("strata", out);
    let stratified = estimate_strata(strata, method, seed, options, progress);
    let object = object(&stratified, strata, dimensions, method, seed);
    (stratified, object)
}

fn finish(stratified: &Stratified, object: &Value, out: &Output) -> Result<Exit, Failure> {
    out.result(object, || text(object))?;
    Ok(match stratified {
        Stratified { n_not_reached, .. } if *n_not_reached > 0 => Exit::Interrupted,
        Stratified { strata, .. } if strata.iter().all(|result| result.outcome.is_err()) => Exit::FoundProblems,
        _ => Exit::Ok,
    })
}

fn object(
    stratified: &Stratified,
    strata: &[Stratum],
    dimensions: &[(&str, Value)],
    method: &Method,
    seed: Seed,
) -> Value {
    let rows: Vec<Value> = stratified
        .strata
        .iter()
        .zip(strata)
        .map(|(result, stratum)| json!({ "stratum": result.label, "estimate": row(result, stratum, method, seed) }))
        .collect();
    let n_refused = stratified.strata.iter().filter(|result| result.outcome.is_err()).count();
    let n_documented: u64 = stratified.strata.iter().map(|result| result.n_documented).sum();
    let total = match &stratified.total {
        Ok(total) => estimating::estimate_json(total),
        Err(refusal) => json!({
            "schema": 1,
            "method": method.name(),
            "n_documented": n_documented,
            "refused": estimating::refusal_json(refusal),
        }),
    };
    let mut object = json!({ "schema": 1, "method": method.name(), "n_documented": n_documented });
    for (name, value) in dimensions {
        object[*name] = value.clone();
    }
    object["strata"] = json!(rows);
    object["refused"] = json!(n_refused);
    object["not_reached"] = json!(stratified.n_not_reached);
    object["total"] = total;
    object
}

fn row(result: &StratumResult, stratum: &Stratum, method: &Method, seed: Seed) -> Value {
    match &result.outcome {
        Ok(figure) => {
            let mut object = estimating::estimate_json(figure.estimate());
            if let StratumFigure::Averaged(average) = figure {
                object["linkage"] = estimating::linkage_json(average);
            }
            object
        }
        Err(refusal) => estimating::outcome_json(&Outcome::Refused(refusal.clone()), method, seed, &stratum.table),
    }
}

/// A run over strata for a terminal.
pub fn text(object: &Value) -> String {
    let mut lines = String::new();
    let strata = object["strata"].as_array().map_or(&[][..], Vec::as_slice);
    for row in strata {
        let _ = writeln!(lines, "{}: {}", row["stratum"].as_str().unwrap_or_default(), line(&row["estimate"]));
    }
    let _ = writeln!(
        lines,
        "{} of {} strata are not estimable; their documented persons stand as they are.",
        object["refused"],
        strata.len()
    );
    if object["not_reached"] != 0 {
        let _ = writeln!(lines, "Stopped before {} strata; there is no total.", object["not_reached"]);
        return lines;
    }
    let total = &object["total"];
    let _ = writeln!(lines, "total: {}", line(total));
    lines.push_str(&lists::text(object));
    lines.push_str(&super::warnings_text(&total["warnings"]));
    let _ = writeln!(lines, "Ends of intervals of several strata must not be added: the total adds their draws.");
    lines
}

fn line(estimate: &Value) -> String {
    if let Some(code) = estimate["refused"]["code"].as_str() {
        return format!("not estimable ({code}); documented {}", estimate["n_documented"]);
    }
    let total = &estimate["n_total"];
    let interval = &total["intervals"][1];
    let at_least = if estimate["is_lower_bound"] == true { "at least " } else { "" };
    format!(
        "{at_least}{:.0} [{} to {}]; documented {}",
        total["point"].as_f64().unwrap_or_default(),
        interval["low"],
        interval["high"],
        estimate["n_documented"]
    )
}
