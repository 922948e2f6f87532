//! `habeas estimate`: how many people are on no list — or why that cannot be said.

use crate::{
    cli::Global,
    desk::{
        Desk,
        estimating::{self, Outcome},
        figures::{self, Category},
        linking, shown,
    },
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::{Args, Subcommand, ValueEnum};
use habeas_core::Right;
use habeas_stats::{
    ChaoForm, ChaoSettings, DgaSettings, Grid, IndependenceSettings, Method, PriorOnTotal, Seed, Stopped, capture,
    pooled::{self, LinkageOptions},
    progress::Silent,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write, path::PathBuf};

/// Estimate how many people are on no list
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Estimate from the persons of the vault
    Run(Run),
    /// Estimate from a table of capture histories, without a vault
    Table(Table),
}

/// Estimate from the persons of the vault
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    choice: Choice,
    /// One estimate per stratum, each given or refused by itself
    #[arg(long, value_enum)]
    by: Option<By>,
    /// Average over this many draws of the linkage from its posterior
    #[arg(long, value_name = "N", conflicts_with = "by")]
    linkage_draws: Option<usize>,
}

/// Estimate from a table of capture histories, without a vault
#[derive(Debug, Args)]
pub struct Table {
    /// One 0/1 column per list, then a column `count`
    counts: PathBuf,
    #[command(flatten)]
    choice: Choice,
}

/// The method and its settings
#[derive(Debug, Clone, Args)]
pub struct Choice {
    /// The method
    #[arg(long, value_enum, default_value_t = MethodName::Dga)]
    method: MethodName,
    /// Seed of the run; kept with the result
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// dga: prior weight per cell [default: 2^-lists]
    #[arg(long)]
    delta: Option<f64>,
    /// dga: shape and scale of a gamma–Poisson prior on the total [default: 1/N]
    #[arg(long, num_args = 2, value_names = ["SHAPE", "SCALE"])]
    prior_gamma: Option<Vec<f64>>,
    /// Least number of undocumented on an equally spaced grid [default: every number, up to where the tail ends]
    #[arg(long)]
    grid_from: Option<u64>,
    /// Greatest number of undocumented on the grid
    #[arg(long)]
    grid_to: Option<u64>,
    /// Points of the grid
    #[arg(long)]
    grid_points: Option<usize>,
    /// chao: form of the bound
    #[arg(long, value_enum, default_value_t = Form::Bound)]
    form: Form,
}

/// Methods
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum MethodName {
    /// The lists are independent: the foil, never the answer
    Independence,
    /// Averaging over decomposable graphs of dependence between lists
    Dga,
    /// Chao's lower bound
    Chao,
}

/// Forms of Chao's bound
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Form {
    /// The plain bound
    Bound,
    /// Bias-corrected
    BiasCorrected,
    /// As log-linear model of heterogeneity
    Mh,
    /// As log-linear model of heterogeneity and list effects
    Mth,
}

/// Dimensions of strata
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum By {
    /// Year of the event
    Year,
    /// Widest place
    Place,
    /// Sex
    Sex,
}

impl Choice {
    fn seed(&self) -> Seed {
        Seed(self.seed)
    }

    fn method(&self, n_documented: u64) -> Method {
        let grid = if self.grid_from.is_some() || self.grid_to.is_some() || self.grid_points.is_some() {
            Grid::points(self.grid_from, self.grid_to, self.grid_points, n_documented)
        } else {
            Grid::Adaptive
        };
        match self.method {
            MethodName::Independence => Method::Independence(IndependenceSettings { grid }),
            MethodName::Dga => {
                let prior = match self.prior_gamma.as_deref() {
                    Some([shape, scale]) => PriorOnTotal::GammaPoisson { shape: *shape, scale: *scale },
                    _ => PriorOnTotal::InverseTotal,
                };
                Method::Dga(DgaSettings { delta: self.delta, grid, prior, ..DgaSettings::default() })
            }
            MethodName::Chao => Method::Chao(ChaoSettings {
                form: match self.form {
                    Form::Bound => ChaoForm::Bound,
                    Form::BiasCorrected => ChaoForm::BiasCorrected,
                    Form::Mh => ChaoForm::Mh,
                    Form::Mth => ChaoForm::Mth,
                },
            }),
        }
    }
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Table(args) => table(&args, out),
        Command::Run(args) => {
            let desk = opening::desk(global)?;
            match (args.by, args.linkage_draws) {
                (None, None) => whole(&desk, &args.choice, out),
                (None, Some(n_draws)) => averaged(&desk, &args.choice, n_draws, out),
                (Some(by), _) => strata(&desk, &args.choice, by, out),
            }
        }
    }
}

fn table(args: &Table, out: &Output) -> Result<Exit, Failure> {
    let bytes = std::fs::read(&args.counts).map_err(|error| Failure::file("read", &args.counts, &error))?;
    let (histories, remarks) = capture::read_table(&bytes).map_err(|error| {
        let remedy = "one 0/1 column per list, then a column «count» of whole numbers; one line per capture history";
        Failure::new(Exit::Failed, error, remedy)
            .at(args.counts.display().to_string())
            .leaving("Nothing was estimated.")
    })?;
    for remark in &remarks {
        out.talk(remark.text());
    }
    let method = args.choice.method(histories.n_documented());
    let outcome = estimating::run(&histories, &[], &method, args.choice.seed());
    finish(&outcome, estimating::outcome_json(&outcome, &method, &histories), out)
}

fn finish(outcome: &Outcome, object: Value, out: &Output) -> Result<Exit, Failure> {
    if let Outcome::Refused(refusal) = outcome
        && refusal.code() == "settings"
    {
        return Err(Failure::usage(refusal.text(), refusal.what_would_help()));
    }
    out.result(&object, || text(&object))?;
    Ok(match outcome {
        Outcome::Given(_) => Exit::Ok,
        Outcome::Refused(_) => Exit::FoundProblems,
    })
}

/// Estimates from a desk and keeps the result; the object and how it ended.
pub fn estimate_desk(desk: &Desk, method: &Method, seed: Seed) -> Result<(Outcome, Value), Failure> {
    let snapshot = desk.snapshot()?;
    let histories = estimating::histories(&snapshot, |_| true)?;
    let outcome = estimating::run(&histories, &estimating::dependences(&snapshot), method, seed);
    let mut object = estimating::outcome_json(&outcome, method, &histories);
    object["records_not_yet_linked"] = json!(snapshot.n_unlinked);
    desk.keep_estimate(&object)?;
    Ok((outcome, object))
}

fn whole(desk: &Desk, choice: &Choice, out: &Output) -> Result<Exit, Failure> {
    let method = choice.method(desk.figures()?.n_persons);
    let (outcome, object) = estimate_desk(desk, &method, choice.seed())?;
    finish(&outcome, object, out)
}

/// Averages over draws of the linkage: doubt about links becomes part of the interval.
fn averaged(desk: &Desk, choice: &Choice, n_draws: usize, out: &Output) -> Result<Exit, Failure> {
    let method = choice.method(desk.figures()?.n_persons);
    if method.is_bound() {
        return Err(Failure::usage("a bound has no posterior to average", "leave out --linkage-draws for chao"));
    }
    let Some(run) = desk.latest_link_run()? else {
        return Err(Failure::new(Exit::Failed, "nothing was linked yet", "run: habeas link run"));
    };
    let model = habeas_link::from_toml(&run.model_toml)
        .map_err(|error| Failure::new(Exit::Failed, error, "run `habeas link run` again"))?;
    let prepared = desk.keep(Right::Cases, |vault| linking::prepare(vault))?;
    let constraints = linking::constraints(&desk.judgements()?, &prepared.record_ids);
    let options = linking::options(n_draws, choice.seed);
    let linkage = linking::run(&prepared.table, Some(model), &constraints, &options, out)?;
    let snapshot = desk.snapshot()?;
    let draws = linkage.draws.iter().map(|draw| estimating::histories_of_draw(&snapshot, &prepared.record_ids, draw));
    let draws = draws.collect::<Result<Vec<_>, _>>()?;
    let fixed = estimating::histories(&snapshot, |_| true)?;
    let settings = LinkageOptions { dependences: estimating::dependences(&snapshot), approximate: false };
    let average = pooled::average_over_linkage(&draws, &fixed, &method, choice.seed(), &settings, &mut Silent);
    let (outcome, shares) = match average {
        Ok(average) => {
            let beside = match &average.fixed {
                Ok(fixed) => estimating::interval_json(fixed),
                Err(refusal) => json!({ "refused": refusal.code() }),
            };
            let shares = &average.linkage;
            let shares = json!({
                "draws": shares.n_draws,
                "distinct_tables": shares.n_distinct,
                "refused_draws": shares.n_refused,
                "variance_within": shares.within,
                "variance_between": shares.between,
                "linkage_share": shares.share,
                "with_linkage_fixed": beside,
            });
            (Outcome::Given(Box::new(average.estimate)), shares)
        }
        Err(Stopped::Refused(refusal)) => (Outcome::Refused(refusal), Value::Null),
        Err(Stopped::Interrupted) => {
            return Err(Failure::new(Exit::Interrupted, "the estimate was stopped", "run it again"));
        }
    };
    let mut object = estimating::outcome_json(&outcome, &method, &fixed);
    object["linkage"] = shares;
    desk.keep_estimate(&object)?;
    finish(&outcome, object, out)
}

fn strata(desk: &Desk, choice: &Choice, by: By, out: &Output) -> Result<Exit, Failure> {
    let snapshot = desk.snapshot()?;
    let category = match by {
        By::Year => figures::year,
        By::Place => figures::place,
        By::Sex => figures::sex,
    };
    let categories: Vec<Category> = snapshot.persons.iter().map(|person| category(&snapshot.case_of(person))).collect();
    let mut members: BTreeMap<&Category, Vec<usize>> = BTreeMap::new();
    for (person, category) in categories.iter().enumerate() {
        members.entry(category).or_default().push(person);
    }
    let dependences = estimating::dependences(&snapshot);
    let mut rows = Vec::new();
    let mut n_refused = 0;
    for (category, persons) in members {
        let histories = estimating::histories(&snapshot, |person| persons.binary_search(&person).is_ok())?;
        let method = choice.method(histories.n_documented());
        let outcome = estimating::run(&histories, &dependences, &method, choice.seed());
        n_refused += usize::from(matches!(outcome, Outcome::Refused(_)));
        let object = estimating::outcome_json(&outcome, &method, &histories);
        rows.push(json!({ "stratum": shown::category_text(category), "estimate": object }));
    }
    let n_strata = rows.len();
    let object = json!({ "schema": 1, "strata": rows, "refused": n_refused });
    out.result(&object, || {
        let mut lines = String::new();
        for row in object["strata"].as_array().into_iter().flatten() {
            let (stratum, estimate) = (row["stratum"].as_str().unwrap_or_default(), &row["estimate"]);
            let line = match estimate["refused"]["code"].as_str() {
                Some(code) => format!("not estimable ({code}); documented {}", estimate["n_documented"]),
                None => {
                    let interval = &estimate["n_total"]["intervals"][1];
                    format!(
                        "{} [{} to {}]; documented {}",
                        estimate["n_total"]["point"], interval["low"], interval["high"], estimate["n_documented"]
                    )
                }
            };
            let _ = writeln!(lines, "{stratum}: {line}");
        }
        let _ = writeln!(
            lines,
            "{n_refused} of {n_strata} strata are not estimable; their documented persons stand as they are."
        );
        let _ = writeln!(lines, "Ends of intervals of several strata must not be added.");
        lines
    })?;
    Ok(if n_refused == n_strata { Exit::FoundProblems } else { Exit::Ok })
}

/// An estimate or a refusal for a terminal.
pub fn text(object: &Value) -> String {
    let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut text = String::new();
    if let Some(refused) = object.get("refused") {
        let _ = writeln!(text, "no estimate ({}): {}", words(&refused["code"]), words(&refused["text"]));
        let _ = writeln!(text, "  what would help: {}", words(&refused["what_would_help"]));
        let _ = writeln!(text, "  documented: {} persons, and that stands", object["n_documented"]);
        return text;
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
    for warning in object["warnings"].as_array().into_iter().flatten() {
        let _ = writeln!(text, "  warning ({}): {}", words(&warning["code"]), words(&warning["text"]));
    }
    text
}
