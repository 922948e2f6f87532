//! `habeas estimate`: how many people are on no list — or why that cannot be said.

mod choice;
mod combine;
mod lists;
mod simulate;
pub mod strata;

use crate::{
    cli::Global,
    commands::interruption::Interruption,
    desk::{
        Desk, Snapshot,
        estimating::{self, Outcome},
        linking,
    },
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use choice::Choice;
use clap::{Args, Subcommand};
use habeas_core::{Partition, RecordId};
use habeas_stats::{
    Method, Seed, Stopped, capture,
    pooled::{self, LinkageOptions},
    progress::{Progress, Silent},
};
use lists::Lists;
use serde_json::{Value, json};
use std::{fmt::Write, path::PathBuf, sync::Arc};

/// Estimate how many people are on no list
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Estimate from the persons of the vault
    Run(Run),
    /// Estimate from a table of capture histories, without a vault
    Table(Table),
    /// Combine the draws of several replicates of the data, without a vault
    Combine(combine::Combine),
    /// Estimate in worlds whose truth is known: coverage, bias, warnings
    Simulate(simulate::Simulate),
}

/// Estimate from the persons of the vault
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    choice: Choice,
    /// One estimate per stratum, each given or refused by itself, and their total, such as --by year,place
    #[arg(long, value_enum, value_delimiter = ',')]
    by: Vec<strata::By>,
    /// Average over this many draws of the linkage from its posterior
    #[arg(long, value_name = "N")]
    linkage_draws: Option<usize>,
    #[command(flatten)]
    lists: Lists,
}

/// Estimate from a table of capture histories, without a vault
#[derive(Debug, Args)]
pub struct Table {
    /// One 0/1 column per list, then a column `count`
    counts: PathBuf,
    /// First columns that are strata and not lists, such as --strata region,sex; one estimate per stratum, and their total
    #[arg(long, value_delimiter = ',', value_name = "COLUMNS")]
    strata: Vec<String>,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    lists: Lists,
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Table(args) => table(&args, out),
        Command::Combine(args) => combine::run(&args, out),
        Command::Simulate(args) => simulate::run(&args, out),
        Command::Run(args) => {
            let desk = opening::desk(global)?;
            match (args.by.as_slice(), args.linkage_draws) {
                ([], None) if args.lists.are_all() => whole(&desk, &args.choice, out),
                ([], None) => of_some_lists(&desk, &args.choice, &args.lists, out),
                _ if !args.lists.are_all() => Err(Failure::usage(
                    "--without and --merge go with a single figure, not with --by or --linkage-draws",
                    "leave out --by and --linkage-draws",
                )),
                ([], Some(n_draws)) => averaged(&desk, &args.choice, n_draws, out),
                (by, n_draws) => strata::run(&desk, &args.choice, by, n_draws, out),
            }
        }
    }
}

fn table(args: &Table, out: &Output) -> Result<Exit, Failure> {
    let bytes = std::fs::read(&args.counts).map_err(|error| Failure::file("read", &args.counts, &error))?;
    if !args.strata.is_empty() {
        return strata::table(&bytes, &args.strata, (&args.choice, &args.lists), out);
    }
    let (histories, remarks) = capture::read_table(&bytes).map_err(|error| {
        let remedy = "one 0/1 column per list, then a column «count» of whole numbers; one line per capture history";
        Failure::new(Exit::Failed, error, remedy)
            .at(args.counts.display().to_string())
            .leaving("Nothing was estimated.")
    })?;
    for remark in &remarks {
        out.talk(remark.text());
    }
    let regrouping = args.lists.regrouping(histories.lists())?;
    let (whole, histories) = (&histories, regrouping.table(&histories));
    let method = args.choice.method(histories.lists(), histories.n_documented())?;
    let interruption = Interruption::watch(out);
    let progress = &mut interruption.progress("estimate", out);
    let outcome = estimating::run(&histories, &[], None, &method, args.choice.seed(), progress)?;
    let mut object = estimating::outcome_json(&outcome, &method, args.choice.seed(), &histories);
    regrouping.tell([whole], &mut object);
    finish(&object, out)
}

fn finish(object: &Value, out: &Output) -> Result<Exit, Failure> {
    let refused = &object["refused"];
    if refused["code"] == "settings" {
        let words = |key: &str| refused[key].as_str().unwrap_or_default().to_owned();
        return Err(Failure::usage(words("text"), words("what_would_help")));
    }
    out.result(object, || text(object))?;
    Ok(if refused.is_null() { Exit::Ok } else { Exit::FoundProblems })
}

/// Estimates from a desk and keeps the result; the object and how it ended.
pub fn estimate_desk(desk: &Desk, method: &Method, seed: Seed) -> Result<(Outcome, Value), Failure> {
    estimate_and_keep(desk, method, seed, &mut Silent)
}

/// The same, telling how far it is.
pub fn estimate_and_keep(
    desk: &Desk,
    method: &Method,
    seed: Seed,
    progress: &mut dyn Progress,
) -> Result<(Outcome, Value), Failure> {
    let snapshot = desk.snapshot()?;
    let histories = estimating::histories(&snapshot, |_| true)?;
    let dependences = estimating::dependences(&snapshot);
    let links = estimating::decided_links(desk)?;
    let outcome = estimating::run(&histories, &dependences, Some(links), method, seed, progress)?;
    let mut object = estimating::outcome_json(&outcome, method, seed, &histories);
    object["declared_dependences"] = estimating::dependences_json(&dependences);
    object["links"] = estimating::links_json(links);
    object["records_not_yet_linked"] = json!(snapshot.n_unlinked);
    desk.keep_estimate(&object)?;
    Ok((outcome, object))
}

/// The method as chosen for the lists and persons of a snapshot.
fn method_for(snapshot: &Snapshot, choice: &Choice) -> Result<Method, Failure> {
    let lists: Vec<String> = snapshot.lists().iter().map(|list| list.key.clone()).collect();
    choice.method(&lists, snapshot.persons.len() as u64)
}

fn whole(desk: &Desk, choice: &Choice, out: &Output) -> Result<Exit, Failure> {
    let snapshot = desk.snapshot()?;
    let method = method_for(&snapshot, choice)?;
    if let Some(object) = kept(desk, &snapshot, &method, choice.seed())? {
        out.talk("This table was estimated before by the same method, settings and seed; here is what was kept.");
        return finish(&object, out);
    }
    let interruption = Interruption::watch(out);
    let progress = &mut interruption.progress("estimate", out);
    let (_, object) = estimate_and_keep(desk, &method, choice.seed(), progress)?;
    finish(&object, out)
}

/// An estimate over some of the lists or over lists counted as one: to be looked at, not kept as the vault's figure.
fn of_some_lists(desk: &Desk, choice: &Choice, lists: &Lists, out: &Output) -> Result<Exit, Failure> {
    let snapshot = desk.snapshot()?;
    let whole = estimating::histories(&snapshot, |_| true)?;
    let regrouping = lists.regrouping(whole.lists())?;
    let histories = regrouping.table(&whole);
    let dependences = regrouping.dependences(&estimating::dependences(&snapshot));
    let links = estimating::decided_links(desk)?;
    let method = choice.method(histories.lists(), histories.n_documented())?;
    let interruption = Interruption::watch(out);
    let progress = &mut interruption.progress("estimate", out);
    let outcome = estimating::run(&histories, &dependences, Some(links), &method, choice.seed(), progress)?;
    let mut object = estimating::outcome_json(&outcome, &method, choice.seed(), &histories);
    object["declared_dependences"] = estimating::dependences_json(&dependences);
    object["links"] = estimating::links_json(links);
    object["records_not_yet_linked"] = json!(snapshot.n_unlinked);
    regrouping.tell([&whole], &mut object);
    out.talk("Not all lists went in as they are; this figure is shown and not kept.");
    finish(&object, out)
}

/// What was kept of the same table, declarations, method with all settings, seed and version; it would come out again.
fn kept(desk: &Desk, snapshot: &Snapshot, method: &Method, seed: Seed) -> Result<Option<Value>, Failure> {
    let histories = estimating::histories(snapshot, |_| true)?;
    let mut identity = estimating::identity_json(&histories, &estimating::dependences(snapshot), method, seed);
    identity["links"] = estimating::links_json(estimating::decided_links(desk)?);
    let is_same = |object: &Value| {
        let same = |(key, value): (&String, &Value)| object[key] == *value;
        object["linkage"].is_null() && identity.as_object().is_some_and(|identity| identity.iter().all(same))
    };
    let mut found = desk.estimates()?.into_iter().map(|stored| stored.json).find(is_same);
    if let Some(object) = &mut found {
        object["records_not_yet_linked"] = json!(snapshot.n_unlinked);
    }
    Ok(found)
}

/// Draws of the linkage from its posterior, over the records in the order of their ids.
struct LinkageDraws {
    record_ids: Vec<RecordId>,
    partitions: Vec<Partition>,
}

fn draw_linkage(
    desk: &Desk,
    method: &Method,
    n_draws: usize,
    seed: u64,
    out: &Output,
) -> Result<LinkageDraws, Failure> {
    if !method.has_posterior() {
        let what = format!("the method {} has no distribution that could be averaged over links", method.name());
        return Err(Failure::usage(what, "leave out --linkage-draws, or use --method dga"));
    }
    let Some(run) = desk.latest_link_run()? else {
        return Err(Failure::new(Exit::Failed, "nothing was linked yet", "run: habeas link run"));
    };
    let (record_ids, partitions) = linking::draws(desk, &run, n_draws, seed, out)?;
    Ok(LinkageDraws { record_ids, partitions })
}

/// Averages over draws of the linkage: doubt about links becomes part of the interval.
fn averaged(desk: &Desk, choice: &Choice, n_draws: usize, out: &Output) -> Result<Exit, Failure> {
    let snapshot: Arc<Snapshot> = desk.snapshot()?;
    let method = method_for(&snapshot, choice)?;
    let linkage = draw_linkage(desk, &method, n_draws, choice.seed, out)?;
    let draws = linkage.partitions.iter();
    let draws = draws.map(|draw| estimating::histories_of_draw(&snapshot, &linkage.record_ids, draw));
    let draws = draws.collect::<Result<Vec<_>, _>>()?;
    let fixed = estimating::histories(&snapshot, |_| true)?;
    let settings = LinkageOptions { dependences: estimating::dependences(&snapshot), approximate: false };
    let interruption = Interruption::watch(out);
    let progress = &mut interruption.progress("estimate", out);
    let average = pooled::average_over_linkage(&draws, &fixed, &method, choice.seed(), &settings, progress);
    let (outcome, shares) = match average {
        Ok(average) => {
            let shares = estimating::linkage_json(&average);
            (Outcome::Given(Box::new(average.estimate)), shares)
        }
        Err(Stopped::Refused(refusal)) => (Outcome::Refused(refusal), Value::Null),
        Err(Stopped::Interrupted) => return Err(estimating::interrupted()),
    };
    let mut object = estimating::outcome_json(&outcome, &method, choice.seed(), &fixed);
    object["linkage"] = shares;
    desk.keep_estimate(&object)?;
    finish(&object, out)
}

/// An estimate, a refusal or a run over strata for a terminal.
pub fn text(object: &Value) -> String {
    if object["strata"].is_array() {
        return strata::text(object);
    }
    let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut text = String::new();
    if let Some(refused) = object.get("refused") {
        let _ = writeln!(text, "no estimate ({}): {}", words(&refused["code"]), words(&refused["text"]));
        let _ = writeln!(text, "  what would help: {}", words(&refused["what_would_help"]));
        let _ = writeln!(text, "  documented: {} persons, and that stands", object["n_documented"]);
        return text + &lists::text(object);
    }
    let total = &object["n_total"];
    let at_least = if object["is_lower_bound"] == true { "at least " } else { "" };
    let point = total["point"].as_f64().unwrap_or_default().round();
    let _ = writeln!(
        text,
        "{} persons documented; {at_least}{point} in all by {}",
        object["n_documented"],
        words(&object["method"])
    );
    text.push_str(&lists::text(object));
    for interval in total["intervals"].as_array().into_iter().flatten() {
        let level = interval["level"].as_f64().unwrap_or_default() * 100.0;
        let _ = writeln!(text, "  {level:.0} % interval: {} to {}", interval["low"], interval["high"]);
    }
    let _ = writeln!(text, "  assumed: {}", words(&object["assumption"]));
    let number = |value: &Value| value.as_f64().unwrap_or_default().round();
    let sensitivity = &object["sensitivity"];
    let _ = writeln!(
        text,
        "  other choices give {} to {}",
        number(&sensitivity["lowest"]),
        number(&sensitivity["highest"])
    );
    text.push_str(&side_by_side(&sensitivity["alternatives"]));
    let consistency = &object["diagnostics"]["internal_consistency"];
    if consistency["intervals"].as_u64().is_some_and(|tried| tried > 0) {
        let _ = writeln!(
            text,
            "  sizes of lists that are known, estimated from the others: {} of {} intervals hold them",
            consistency["intervals_that_hold_the_known"], consistency["intervals"]
        );
    }
    let linkage = &object["linkage"];
    if linkage.is_object() {
        let share = linkage["linkage_share"].as_f64().unwrap_or_default() * 100.0;
        let _ = writeln!(
            text,
            "  averaged over {} draws of the linkage, which make {share:.0} % of the variance",
            linkage["draws"]
        );
        let fixed = &linkage["with_linkage_fixed"]["intervals"][1];
        let _ = writeln!(text, "  with the linkage fixed the 95 % interval is {} to {}", fixed["low"], fixed["high"]);
    }
    text.push_str(&warnings_text(&object["warnings"]));
    text
}

/// One line per warning.
fn warnings_text(warnings: &Value) -> String {
    let mut text = String::new();
    for warning in warnings.as_array().into_iter().flatten() {
        let words = |key: &str| warning[key].as_str().unwrap_or_default();
        let _ = writeln!(text, "  warning ({}): {}", words("code"), words("text"));
    }
    text
}

/// What other methods say, and how far leaving out one list moves the figure.
fn side_by_side(alternatives: &Value) -> String {
    let of_kind = |kind: &'static str| {
        alternatives.as_array().into_iter().flatten().filter(move |alternative| alternative["kind"] == kind)
    };
    let methods: Vec<String> = of_kind("other_method")
        .map(|alternative| {
            let name = alternative["label"].as_str().unwrap_or_default();
            match (alternative["point"].as_f64(), alternative["refused"].as_str()) {
                (Some(point), _) if alternative["is_lower_bound"] == true => format!("{name} at least {point:.0}"),
                (Some(point), _) => format!("{name} {point:.0}"),
                (None, code) => format!("{name} refused ({})", code.unwrap_or_default()),
            }
        })
        .collect();
    let without: Vec<f64> =
        of_kind("leave_one_list_out").filter_map(|alternative| alternative["point"].as_f64()).collect();
    let mut text = String::new();
    if !methods.is_empty() {
        let _ = writeln!(text, "  other methods: {}", methods.join(", "));
    }
    if !without.is_empty() {
        let (low, high) = without.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), &x| (l.min(x), h.max(x)));
        let _ = writeln!(text, "  with one list left out: {low:.0} to {high:.0}");
    }
    text
}
