//! `habeas link`: which records speak of the same person.

use crate::{
    cli::Global,
    commands::{plain, report::write_whole},
    desk::{Desk, linking},
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::{Args, Subcommand};
use habeas_core::{MatchWeight, Record, Right};
use habeas_link::{Explanation, Model};
use serde_json::{Value, json};
use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

/// Find which records speak of the same person
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Link all records of the vault
    Run(Run),
    /// Link plain files, without a vault
    Files(Box<plain::Args>),
    /// Say how plain files would be linked: what is compared, which pairs, at what cost
    Plan(plain::PlanArgs),
    /// Say why two records are, or are not, one person
    Explain {
        /// A record's address, such as `committee:214`
        a: String,
        /// Another one
        b: String,
    },
    /// Write the persons of the last run: list, row, cluster, and the list's own number
    Clusters {
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write the pairs of the last run with their weights
    Pairs {
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Compare names, two in each line of a CSV file, without a vault
    Names(plain::NamesArgs),
}

/// Link all records of the vault
#[derive(Debug, Args)]
pub struct Run {
    /// A model to use instead of estimating one
    #[arg(long, value_name = "MODEL.toml")]
    model: Option<PathBuf>,
    /// Where to write the model
    #[arg(long, value_name = "MODEL.toml")]
    model_out: Option<PathBuf>,
    /// Keep nothing in the vault
    #[arg(long)]
    dry_run: bool,
    /// Where to run
    #[arg(long, default_value = "memory", value_parser = ["memory"])]
    engine: String,
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Files(args) => plain::files(&args, out),
        Command::Plan(args) => plain::plan(&args, out),
        Command::Names(args) => plain::names(&args, out),
        Command::Run(args) => link(&opening::desk(global)?, &args, out),
        Command::Explain { a, b } => explain(&opening::desk(global)?, [&a, &b], out),
        Command::Clusters { out: path } => clusters(&opening::desk(global)?, &path, out),
        Command::Pairs { out: path } => pairs(&opening::desk(global)?, &path, out),
    }
}

/// Reads a model from a file.
pub fn read_model(path: Option<&Path>) -> Result<Option<Model>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    let model = habeas_link::from_toml(&text).map_err(|error| {
        let why = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
        let remedy = "a model is written by `habeas link run`; the message names the key";
        Failure::new(Exit::Failed, format_args!("{error}{why}"), remedy).at(path.display().to_string())
    })?;
    Ok(Some(model))
}

fn link(desk: &Desk, args: &Run, out: &Output) -> Result<Exit, Failure> {
    let begun = std::time::Instant::now();
    let model = read_model(args.model.as_deref())?;
    let prepared = desk.keep(Right::Cases, |vault| linking::prepare(vault))?;
    let read = begun.elapsed().as_secs_f64();
    let options = linking::options(0, 1);
    let linkage = if args.dry_run {
        let constraints = linking::constraints(&desk.judgements()?, &prepared.record_ids);
        linking::run(&prepared.table, model, &constraints, &options, out)?
    } else {
        linking::run_desk(desk, &prepared, model, &options, out)?
    };
    if let Some(path) = &args.model_out {
        let toml = habeas_link::to_toml(&linkage.model);
        write_whole(path, toml.as_bytes()).map_err(|error| Failure::file("written", path, &error))?;
    }
    let n_records = prepared.record_ids.len();
    let mut object = linking::summary(&linkage, n_records, prepared.n_lists);
    object["seconds"]["read"] = json!(read);
    out.result(&object, || {
        let mut text = format!(
            "{n_records} records of {} sources are {} persons ({} candidate pairs compared)\n",
            prepared.n_lists,
            linkage.partition.n_clusters(),
            linkage.n_candidates
        );
        if !linkage.conflicts.is_empty() {
            let _ = writeln!(
                text,
                "{} decisions contradict each other and were not applied as «same»: see habeas review stats",
                linkage.conflicts.len()
            );
        }
        text
    })?;
    out.next("habeas report tables");
    Ok(Exit::Ok)
}

fn explain(desk: &Desk, addresses: [&str; 2], out: &Output) -> Result<Exit, Failure> {
    let [a, b] = addresses.map(|address| desk.record_at(address));
    let (a, b) = (a?, b?);
    let Some(run) = desk.latest_link_run()? else {
        return Err(Failure::new(Exit::Failed, "nothing was linked yet", "run: habeas link run"));
    };
    let model = habeas_link::from_toml(&run.model_toml)
        .map_err(|error| Failure::new(Exit::Failed, error, "run `habeas link run` again"))?;
    let prepared = desk.keep(Right::Cases, |vault| linking::prepare(vault))?;
    let idx = |id| prepared.record_ids.iter().position(|other| *other == id).map(|idx| idx as u32);
    let (Some(left), Some(right)) = (idx(a), idx(b)) else {
        return Err(Failure::usage("one of the records no longer stands", "see: habeas source list"));
    };
    let explanation = habeas_link::explain(&prepared.table, &model, left, right);
    let snapshot = desk.snapshot()?;
    let one_person = snapshot.person_of(a).map(|person| person.id) == snapshot.person_of(b).map(|person| person.id);
    out.result(&explanation_json(&explanation, addresses, one_person), || {
        explanation_text(&explanation, addresses, one_person)
    })?;
    out.next(format_args!(
        "habeas review decide {} {} same|different|undecided --why WORDS",
        addresses[0], addresses[1]
    ));
    Ok(Exit::Ok)
}

fn explanation_json(explanation: &Explanation, addresses: [&str; 2], one_person: bool) -> Value {
    let comparisons: Vec<Value> = explanation
        .reasons
        .iter()
        .map(|reason| {
            json!({
                "field": reason.field.code(),
                "level": reason.level,
                "bits": reason.bits.0,
                "rarity_bits": reason.rarity_bits.0,
                "bits_against_kin": reason.bits_against_kin.0,
            })
        })
        .collect();
    json!({
        "schema": 1,
        "records": addresses,
        "one_person": one_person,
        "prior_bits": explanation.prior.0,
        "comparisons": comparisons,
        "against_strangers_bits": explanation.against_strangers.0,
        "against_kin_bits": explanation.against_kin.0,
        "match_weight": explanation.weight.0,
        "match_probability": explanation.probability.get(),
    })
}

fn explanation_text(explanation: &Explanation, addresses: [&str; 2], one_person: bool) -> String {
    let mut text = String::new();
    let outcome = if one_person { "one person" } else { "two persons" };
    let _ = writeln!(text, "{} and {}: {outcome} in the last linkage", addresses[0], addresses[1]);
    let _ = writeln!(text, "  {:>7.1} bits  before anything is compared", explanation.prior.0);
    for reason in &explanation.reasons {
        let rarity = match reason.rarity_bits.0 {
            rarity if rarity > 0.5 => format!(" (the value is rare: {rarity:+.1})"),
            rarity if rarity < -0.5 => format!(" (the value is common: {rarity:+.1})"),
            _ => String::new(),
        };
        let _ = writeln!(text, "  {:>+7.1} bits  {}: {}{rarity}", reason.bits.0, reason.field.code(), reason.level);
    }
    let _ = writeln!(text, "  {:>7.1} bits  against two strangers", explanation.against_strangers.0);
    let _ = writeln!(text, "  {:>7.1} bits  against two of one family or taken together", explanation.against_kin.0);
    let _ = writeln!(
        text,
        "  {:>7.1} bits  in all: probability {:.4} that they are one person",
        explanation.weight.0,
        explanation.probability.get()
    );
    text
}

fn clusters(desk: &Desk, path: &Path, out: &Output) -> Result<Exit, Failure> {
    let snapshot = desk.snapshot()?;
    let number = |record: &Record| {
        let claim = record.claims.iter().find(|claim| claim.predicate == habeas_core::Predicate::ListNumber);
        claim.map(|claim| record.words(claim)).unwrap_or_default()
    };
    let mut csv = csv::Writer::from_writer(Vec::new());
    let wrong = |error: csv::Error| Failure::from(std::io::Error::other(error));
    csv.write_record(["list", "row", "cluster", "number"]).map_err(wrong)?;
    for (cluster, person) in snapshot.persons.iter().enumerate() {
        for record in person.records.iter().map(|idx| &snapshot.records[*idx as usize]) {
            let row = record.number().to_string();
            csv.write_record([&record.source.key, &row, &cluster.to_string(), &number(record)]).map_err(wrong)?;
        }
    }
    let bytes = csv.into_inner().map_err(|error| Failure::from(error.into_error()))?;
    write_whole(path, &bytes).map_err(|error| Failure::file("written", path, &error))?;
    desk.note_export("clusters", &[path.to_owned()])?;
    let object = json!({ "schema": 1, "clusters": snapshot.persons.len(), "written": path });
    out.result(&object, || format!("{} persons in {}", snapshot.persons.len(), path.display()))?;
    Ok(Exit::Ok)
}

fn pairs(desk: &Desk, path: &Path, out: &Output) -> Result<Exit, Failure> {
    let Some(run) = desk.latest_link_run()? else {
        return Err(Failure::new(Exit::Failed, "nothing was linked yet", "run: habeas link run"));
    };
    let snapshot = desk.snapshot()?;
    let cluster_of = run.partition.cluster_of();
    let rows = run.pairs.iter().filter_map(|pair| {
        let record = |idx: u32| {
            let idx = snapshot.record_idx(run.record_ids[idx as usize])?;
            let record = &snapshot.records[idx as usize];
            Some((record.source.key.as_str(), record.number()))
        };
        let link = cluster_of[pair.left as usize] == cluster_of[pair.right as usize];
        Some((record(pair.left)?, record(pair.right)?, pair.weight(), link, []))
    });
    let bytes = pairs_csv([], rows)?;
    write_whole(path, &bytes).map_err(|error| Failure::file("written", path, &error))?;
    desk.note_export("pairs", &[path.to_owned()])?;
    let object = json!({ "schema": 1, "pairs": run.pairs.len(), "written": path });
    out.result(&object, || format!("{} pairs in {}", run.pairs.len(), path.display()))?;
    Ok(Exit::Ok)
}

/// Pairs as CSV, as scripts rely on it, with `more` columns at the end.
pub fn pairs_csv<'k, const N: usize>(
    more: [&str; N],
    rows: impl Iterator<Item = ((&'k str, u64), (&'k str, u64), MatchWeight, bool, [String; N])>,
) -> Result<Vec<u8>, Failure> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let wrong = |error: csv::Error| Failure::from(std::io::Error::other(error));
    let header = ["list_a", "row_a", "list_b", "row_b", "match_weight", "match_probability", "decision"];
    csv.write_record(header.iter().chain(&more)).map_err(wrong)?;
    for ((list_a, row_a), (list_b, row_b), weight, link, more) in rows {
        let (row_a, row_b) = (row_a.to_string(), row_b.to_string());
        let (bits, probability) = (format!("{:.4}", weight.0), format!("{:.6}", weight.probability().get()));
        let decision = if link { "same" } else { "different" };
        let cells = [list_a, &row_a, list_b, &row_b, &bits, &probability, decision];
        csv.write_record(cells.into_iter().chain(more.iter().map(String::as_str))).map_err(wrong)?;
    }
    csv.into_inner().map_err(|error| Failure::from(error.into_error()))
}
