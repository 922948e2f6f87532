//! Linkage of plain files, without a vault: for statisticians and for measuring.

mod judgements;

use crate::{
    commands::{
        cost,
        engine::EngineArgs,
        link::{pairs_csv, read_model},
        report::write_whole,
    },
    demo::evaluation_json,
    desk::linking,
    failure::{Exit, Failure},
    listing::{self, Kept, ListFile, RaisedLimits, read_rows},
    output::Output,
};
use habeas_core::{Partition, Probability, ScoredPair};
use habeas_intake::{limits::Limits, mapping::Field};
use habeas_link::{
    LinkOptions, Linkage, ListInfo, ReliabilityBin, Table, TableBuilder, blocking_recall, bootstrap, evaluate,
    reliability,
};
use judgements::{Content, Records};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

/// Link plain files, without a vault
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lists: CSV, TSV, XLSX, XLS or ODS, read by their header; several files are several lists
    #[arg(required = true)]
    lists: Vec<PathBuf>,
    /// Where to write list, row and cluster
    #[arg(long, value_name = "CLUSTERS.csv")]
    out: PathBuf,
    /// Where to write the pairs with their weights
    #[arg(long, value_name = "PAIRS.csv")]
    pairs: Option<PathBuf>,
    /// A model to use instead of estimating one
    #[arg(long, value_name = "MODEL.toml")]
    model: Option<PathBuf>,
    /// Where to write the model
    #[arg(long, value_name = "MODEL.toml")]
    model_out: Option<PathBuf>,
    /// A column that holds the true person; never used to link
    #[arg(long, value_name = "COLUMN")]
    truth: Option<String>,
    /// Where to write the pairs that were decided wrongly, the surest first
    #[arg(long, value_name = "ERRORS.csv", requires = "truth")]
    errors: Option<PathBuf>,
    /// Tell more of how right it is: what no blocking rule held, intervals, and whether probabilities are kept
    #[arg(long, requires = "truth")]
    evaluate: bool,
    /// What the columns mean, one mapping for each list in order [default: guessed]
    #[arg(long, value_name = "MAP.toml")]
    map: Vec<PathBuf>,
    /// Probability from which a pair counts as one person [default: the model's]
    #[arg(long, value_name = "P")]
    cut: Option<f64>,
    /// Decisions about pairs: lines of an earlier --pairs file with a column «verdict» (same, different, undecided)
    #[arg(long, value_name = "JUDGEMENTS.csv")]
    judgements: Option<PathBuf>,
    /// Number of draws of the partition from its posterior
    #[arg(long, default_value_t = 0, requires = "draws_out")]
    draws: usize,
    /// Where to write the draws: draw, list, row, cluster
    #[arg(long, value_name = "DRAWS.csv")]
    draws_out: Option<PathBuf>,
    /// Seed of the draws
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    limits: RaisedLimits,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Say how plain files would be linked, without linking them
#[derive(Debug, clap::Args)]
pub struct PlanArgs {
    /// The lists, as for `link files`
    #[arg(required = true)]
    lists: Vec<PathBuf>,
    /// What the columns mean, one mapping for each list in order [default: guessed]
    #[arg(long, value_name = "MAP.toml")]
    map: Vec<PathBuf>,
    /// A column that holds the true person and is left out
    #[arg(long, value_name = "COLUMN")]
    truth: Option<String>,
    /// A model to use instead of estimating one
    #[arg(long, value_name = "MODEL.toml")]
    model: Option<PathBuf>,
    /// Where to write the model
    #[arg(long, value_name = "MODEL.toml")]
    model_out: Option<PathBuf>,
    /// Minutes in which it is to be done; names the engine and the number of workers for it
    #[arg(long, value_name = "MINUTES")]
    within: Option<f64>,
    #[command(flatten)]
    limits: RaisedLimits,
}

/// Compare names, two in each line of a CSV file
#[derive(Debug, clap::Args)]
pub struct NamesArgs {
    /// CSV with a header
    file: PathBuf,
    /// The two columns
    #[arg(long, value_name = "LEFT,RIGHT", default_value = "left,right")]
    columns: String,
    /// Where to write the lines with similarity and reason added [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Records of plain files as the linkage compares them.
struct Loaded {
    table: Arc<Table>,
    keys: Vec<String>,
    /// List and row of each record.
    places: Vec<(u16, u64)>,
    /// The true person of each record; records without one are persons of their own.
    truth: Option<Vec<u32>>,
    /// What each row says, where decisions are read or written by it.
    contents: Vec<Content>,
    n_set_aside: u64,
}

/// What is kept of the rows beside what is compared.
#[derive(Default)]
struct Wanted<'w> {
    truth: Option<&'w str>,
    contents: bool,
    limits: Limits,
}

/// Runs `link files`.
pub fn files(args: &Args, out: &Output) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let model = read_model(args.model.as_deref())?;
    let contents = args.judgements.is_some() || args.pairs.is_some();
    let loaded =
        load(&args.lists, &args.map, &Wanted { truth: args.truth.as_deref(), contents, limits: args.limits.limits() })?;
    let replayed = args.judgements.as_deref().map(|path| {
        let records = Records { keys: &loaded.keys, places: &loaded.places, contents: &loaded.contents };
        judgements::replay(path, &records)
    });
    let replayed = replayed.transpose()?.unwrap_or_default();
    let read = begun.elapsed().as_secs_f64();
    let mut options = linking::options(args.draws, args.seed);
    if let Some(cut) = args.cut {
        let probability = Probability::new(cut).filter(|p| p.get() > 0.0 && p.get() < 1.0);
        let probability =
            probability.ok_or_else(|| Failure::usage("--cut is a probability between 0 and 1", "such as 0.5"))?;
        options.cut = Some(habeas_core::MatchWeight((probability.get() / (1.0 - probability.get())).log2()));
    }
    let linkage = args.engine.link(&loaded.table, model, &replayed.constraints, &options, out)?;
    let mut written = Vec::new();
    let mut put = |path: &Path, bytes: &[u8]| {
        write_whole(path, bytes).map_err(|error| Failure::file("written", path, &error))?;
        written.push(path.to_owned());
        Ok::<(), Failure>(())
    };
    put(&args.out, &clusters_csv(&loaded, &linkage.partition)?)?;
    if let Some(path) = &args.pairs {
        put(path, &pairs_of(&loaded, &linkage)?)?;
    }
    if let Some((path, truth)) = args.errors.as_ref().zip(loaded.truth.as_ref()) {
        put(path, &errors_of(&loaded, &linkage, truth)?)?;
    }
    if let Some(path) = &args.draws_out {
        put(path, &draws_csv(&loaded, &linkage.draws.partitions)?)?;
    }
    if let Some(path) = &args.model_out {
        put(path, habeas_link::to_toml(&linkage.model).as_bytes())?;
    }
    let mut object = linking::summary(&linkage, loaded.places.len(), loaded.keys.len());
    object["seconds"]["read"] = json!(read);
    let by_lists = linkage.by_lists.iter().map(|pair| {
        let keys = [pair.lists.0, pair.lists.1].map(|list| &loaded.keys[usize::from(list)]);
        json!({ "lists": keys, "pairs": pair.n_pairs, "same": pair.n_same, "lambda": pair.lambda() })
    });
    object["by_lists"] = by_lists.collect();
    object["set_aside"] = json!(loaded.n_set_aside);
    if args.judgements.is_some() {
        object["judgements"] = replayed.json();
    }
    object["written"] = json!(written);
    if let Some(truth) = &loaded.truth {
        let evaluation = evaluate(&linkage.partition, &Partition::from_labels(truth));
        object["truth"] = evaluation_json(&evaluation);
        let errors = &evaluation.pairwise_errors;
        object["truth"]["pairwise"]["standard_errors"] =
            json!({ "precision": errors.precision, "recall": errors.recall, "f1": errors.f1 });
        if args.evaluate {
            add_to_truth(&mut object["truth"], &loaded, &linkage, &Partition::from_labels(truth), &options);
        }
    }
    out.result(&object, || {
        let mut text = format!(
            "{} records of {} lists are {} persons ({} candidate pairs compared)",
            loaded.places.len(),
            loaded.keys.len(),
            linkage.partition.n_clusters(),
            linkage.n_candidates
        );
        if let Some(f1) = object["truth"]["pairwise"]["f1"].as_f64() {
            text.push_str(&format!(
                "\nF1 over pairs {f1:.4}, B-cubed {:.4}",
                object["truth"]["b_cubed"]["f1"].as_f64().unwrap_or(0.0)
            ));
        }
        text
    })?;
    if !replayed.unfit.is_empty() {
        out.talk(format_args!(
            "{} decisions no longer fit and were left out; no record says what these rows said: {}",
            replayed.unfit.len(),
            replayed.unfit_rows().join(", ")
        ));
    }
    if loaded.n_set_aside > 0 {
        out.talk(format_args!(
            "{} rows could not be read and were left out: see habeas import FILE --preview",
            loaded.n_set_aside
        ));
    }
    let all_taken = loaded.n_set_aside == 0 && replayed.unfit.is_empty();
    Ok(if all_taken { Exit::Ok } else { Exit::PartRefused })
}

fn load(lists: &[PathBuf], maps: &[PathBuf], wanted: &Wanted<'_>) -> Result<Loaded, Failure> {
    if !maps.is_empty() && maps.len() != lists.len() {
        return Err(Failure::usage(
            "there are not as many mappings as lists",
            "give one --map for each list, in order",
        ));
    }
    let keys: Vec<String> =
        lists.iter().map(|path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned()).collect();
    if let Some(twice) = keys.iter().enumerate().find(|(idx, key)| keys[..*idx].contains(key)) {
        return Err(Failure::usage(format_args!("two lists are called «{}»", twice.1), "rename one of the files"));
    }
    let truth = wanted.truth;
    let mut infos: Vec<ListInfo> = Vec::new();
    let (mut places, mut contents) = (Vec::new(), Vec::new());
    let (mut persons, mut true_persons) = (PersonNumbers::default(), Vec::new());
    let mut n_set_aside = 0;
    // Mappings first: the table must know all lists before the first record.
    let mut opened = Vec::new();
    for (idx, path) in lists.iter().enumerate() {
        let file = read_list(path)?;
        let mapping = maps.get(idx).map(|path| listing::read_mapping(path)).transpose()?;
        let mapping = match mapping {
            Some(mapping) => mapping,
            None => file.guess(&file.open(None, &wanted.limits)?)?.mapping,
        };
        let mut mapping = mapping;
        for column in mapping.columns.iter_mut().filter(|column| truth == Some(column.header.as_str())) {
            // The truth is for measuring: it must not reach the linkage.
            column.field = Field::Ignore;
        }
        infos.push(ListInfo { key: keys[idx].clone(), names_once: mapping.list.names_once, is_list: true });
        opened.push((file, mapping));
    }
    let mut builder = TableBuilder::new(infos);
    for (list, (file, mapping)) in opened.into_iter().enumerate() {
        let list = list as u16;
        let table = file.open(Some(&mapping), &wanted.limits)?;
        let header = table.header().names().to_vec();
        let of_truth = truth_column(&header, truth, &file.name)?;
        read_rows(&file, &table, &mapping, |taken| {
            match taken.row {
                Kept::Record { cells, claims } => {
                    builder.push(list, &header, &cells, &claims);
                    places.push((list, taken.number));
                    contents.extend(wanted.contents.then(|| judgements::content(&header, &cells)));
                    true_persons.extend(of_truth.map(|column| persons.of(&cells[column])));
                }
                Kept::SetAside { .. } => n_set_aside += 1,
                Kept::Skipped => {}
            }
            ControlFlow::Continue(())
        })?;
    }
    let truth = truth.is_some().then_some(true_persons);
    Ok(Loaded { table: Arc::new(builder.finish()), keys, places, truth, contents, n_set_aside })
}

/// A list in a file of text or of a spreadsheet or, where this build has a query engine, in one of its files.
fn read_list(path: &Path) -> Result<ListFile, Failure> {
    #[cfg(feature = "cluster")]
    if habeas_engine::is_columnar(path) {
        let bytes = habeas_engine::read_as_csv(path).map_err(|error| {
            // What the engine said stays inside: it may quote a cell.
            Failure::new(Exit::Failed, error, "have the file written again").leaving("Nothing was linked.")
        })?;
        let name = format!("{}.csv", path.file_stem().unwrap_or_default().to_string_lossy());
        return Ok(ListFile { name, bytes });
    }
    ListFile::read(path)
}

fn truth_column(header: &[String], truth: Option<&str>, file: &str) -> Result<Option<usize>, Failure> {
    let Some(truth) = truth else { return Ok(None) };
    match header.iter().position(|name| name.trim() == truth) {
        Some(column) => Ok(Some(column)),
        None => {
            let what = format!("there is no column «{truth}» to take the truth from");
            Err(Failure::usage(what, "name a column that every list has").at(file))
        }
    }
}

/// Numbers of true persons by their labels; a record without one gets a number of its own.
#[derive(Default)]
struct PersonNumbers {
    known: HashMap<String, u32>,
    n_given: u32,
}

impl PersonNumbers {
    fn of(&mut self, label: &str) -> u32 {
        if let Some(number) = self.known.get(label) {
            return *number;
        }
        let number = self.n_given;
        self.n_given += 1;
        if !label.trim().is_empty() {
            self.known.insert(label.to_owned(), number);
        }
        number
    }
}

/// What is reckoned only when asked for: the share of true pairs that were compared at all, bootstrap intervals, and
/// stated probabilities against what is so: of single pairs, and of the draws where there are any.
fn add_to_truth(object: &mut Value, loaded: &Loaded, linkage: &Linkage, truth: &Partition, options: &LinkOptions) {
    let intervals = bootstrap(&linkage.partition, truth, options.seed);
    for (measure, of) in [("pairwise", intervals.pairwise), ("b_cubed", intervals.b_cubed)] {
        object[measure]["intervals_95"] = json!({ "precision": of.precision, "recall": of.recall, "f1": of.f1 });
    }
    object["blocking_recall"] = json!(blocking_recall(&loaded.table, &linkage.model, truth, options.threads));
    let is_one = |partition: &Partition, pair: &ScoredPair| {
        let of = partition.cluster_of();
        of[pair.left as usize] == of[pair.right as usize]
    };
    let stated = linkage.pairs.iter().map(|pair| (pair.weight().probability().get(), is_one(truth, pair)));
    object["reliability"] = reliability_json(&reliability(stated));
    let draws = &linkage.draws.partitions;
    if !draws.is_empty() {
        let share = |pair: &ScoredPair| draws.iter().filter(|d| is_one(d, pair)).count() as f64 / draws.len() as f64;
        let stated = linkage.pairs.iter().map(|pair| (share(pair), is_one(truth, pair)));
        object["reliability_of_draws"] = reliability_json(&reliability(stated));
        let persons: Vec<usize> = draws.iter().map(Partition::n_clusters).collect();
        object["persons"] = json!({ "true": truth.n_clusters(), "drawn": persons });
    }
}

fn reliability_json(bins: &[ReliabilityBin]) -> Value {
    let bin = |b: &ReliabilityBin| json!({ "from": b.from, "to": b.to, "pairs": b.n_pairs, "stated": b.stated, "observed": b.observed });
    bins.iter().map(bin).collect()
}

/// Runs `link plan`.
pub fn plan(args: &PlanArgs, out: &Output) -> Result<Exit, Failure> {
    if args.within.is_some_and(|minutes| !(minutes.is_finite() && minutes > 0.0)) {
        return Err(Failure::usage("--within is a number of minutes above 0", "such as 30 or 0.5"));
    }
    let given = read_model(args.model.as_deref())?;
    let loaded = load(
        &args.lists,
        &args.map,
        &Wanted { truth: args.truth.as_deref(), contents: false, limits: args.limits.limits() },
    )?;
    let options = linking::options(0, 1);
    let planned = match given {
        None => Some(linking::plan(&loaded.table, &options, out)?),
        Some(_) => None,
    };
    let model = given.as_ref().or(planned.as_ref().map(|plan| &plan.model));
    let model = model.expect("a model is given or planned");
    let cost = linking::cost(&loaded.table, model, &options, out)?;
    if let Some(path) = &args.model_out {
        let toml = habeas_link::to_toml(model);
        write_whole(path, toml.as_bytes()).map_err(|error| Failure::file("written", path, &error))?;
    }
    let coverage = planned.as_ref().map(|plan| &plan.coverage);
    let compared: Vec<String> = model.comparisons.iter().map(|comparison| comparison.field.code()).collect();
    let object = json!({
        "schema": 1,
        "records": loaded.places.len(),
        "lists": loaded.keys.len(),
        "compared": compared,
        "learnt": planned.as_ref().is_some_and(|plan| plan.fit.is_some()),
        "candidate_pairs_expected": coverage.map(|coverage| coverage.n_pairs.round()),
        "blocking": coverage.map(linking::coverage_json),
        "candidate_pairs": cost.n_pairs,
        "cost": cost::json(&cost, options.threads, args.within),
        "set_aside": loaded.n_set_aside,
    });
    out.result(&object, || {
        let mut text = format!(
            "{} records of {} lists; compared: {}\n",
            loaded.places.len(),
            loaded.keys.len(),
            compared.join(", ")
        );
        if let Some(coverage) = coverage {
            text.push_str(&format!(
                "{:.1} % of the pairs of one person that the survey knows\n",
                100.0 * coverage.recall
            ));
            for rule in &coverage.rules {
                text.push_str(&format!(
                    "{:>5.1} % of persons' pairs, {:>5.2} % by it alone  {}\n",
                    100.0 * rule.share,
                    100.0 * rule.only_share,
                    rule.rule.code()
                ));
            }
        }
        text + &cost::text(&cost, options.threads, args.within)
    })?;
    out.next("habeas link files LISTS --out clusters.csv");
    Ok(Exit::Ok)
}

fn wrong(error: csv::Error) -> Failure {
    Failure::from(std::io::Error::other(error))
}

fn clusters_csv(loaded: &Loaded, partition: &Partition) -> Result<Vec<u8>, Failure> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["list", "row", "cluster"]).map_err(wrong)?;
    for ((list, row), cluster) in loaded.places.iter().zip(partition.cluster_of()) {
        csv.write_record([&loaded.keys[usize::from(*list)], &row.to_string(), &cluster.to_string()]).map_err(wrong)?;
    }
    csv.into_inner().map_err(|error| Failure::from(error.into_error()))
}

fn draws_csv(loaded: &Loaded, draws: &[Partition]) -> Result<Vec<u8>, Failure> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["draw", "list", "row", "cluster"]).map_err(wrong)?;
    for (draw, partition) in (1..).zip(draws) {
        let draw = i32::to_string(&draw);
        for ((list, row), cluster) in loaded.places.iter().zip(partition.cluster_of()) {
            let (key, row, cluster) = (&loaded.keys[usize::from(*list)], row.to_string(), cluster.to_string());
            csv.write_record([&draw, key, &row, &cluster]).map_err(wrong)?;
        }
    }
    csv.into_inner().map_err(|error| Failure::from(error.into_error()))
}

/// Scored pairs that are linked and two persons, or one person and not linked: those first of which the weight was most
/// wrong. Pairs that no blocking rule held have no weight and are not among them.
fn errors_of(loaded: &Loaded, linkage: &Linkage, truth: &[u32]) -> Result<Vec<u8>, Failure> {
    let wrong_ones = linkage.pairs.iter().filter_map(|pair| {
        let link = linking::is_link(linkage, pair.left, pair.right);
        let same = truth[pair.left as usize] == truth[pair.right as usize];
        (link != same).then_some((if link { pair.weight().0 } else { -pair.weight().0 }, link, pair))
    });
    let mut errors: Vec<_> = wrong_ones.collect();
    errors.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.2.left, a.2.right).cmp(&(b.2.left, b.2.right))));
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["error", "list_a", "row_a", "list_b", "row_b", "match_weight"]).map_err(wrong)?;
    for (_, link, pair) in errors {
        let ((list_a, row_a), (list_b, row_b)) =
            (loaded.places[pair.left as usize], loaded.places[pair.right as usize]);
        let what = if link { "wrong link" } else { "missed" };
        let (key_a, key_b) = (&loaded.keys[usize::from(list_a)], &loaded.keys[usize::from(list_b)]);
        let weight = format!("{:.4}", pair.weight().0);
        csv.write_record([what, key_a, &row_a.to_string(), key_b, &row_b.to_string(), &weight]).map_err(wrong)?;
    }
    csv.into_inner().map_err(|error| Failure::from(error.into_error()))
}

fn pairs_of(loaded: &Loaded, linkage: &Linkage) -> Result<Vec<u8>, Failure> {
    let place = |idx: u32| {
        let (list, row) = loaded.places[idx as usize];
        (loaded.keys[usize::from(list)].as_str(), row)
    };
    let content = |idx: u32| judgements::written(loaded.contents[idx as usize]);
    let rows = linkage.pairs.iter().map(|pair| {
        let link = linking::is_link(linkage, pair.left, pair.right);
        (place(pair.left), place(pair.right), pair.weight(), link, [content(pair.left), content(pair.right)])
    });
    pairs_csv(["content_a", "content_b"], rows)
}

/// Runs `link names`.
pub fn names(args: &NamesArgs, out: &Output) -> Result<Exit, Failure> {
    let at = || args.file.display().to_string();
    let bad = |error: csv::Error| Failure::new(Exit::Failed, error, "write it as CSV in UTF-8, with a header").at(at());
    let mut reader = csv::Reader::from_path(&args.file).map_err(bad)?;
    let header = reader.headers().map_err(bad)?.clone();
    let (left, right) = args.columns.split_once(',').unwrap_or((&args.columns, ""));
    let column = |name: &str| {
        let found = header.iter().position(|column| column.trim() == name.trim());
        found.ok_or_else(|| {
            Failure::usage(format_args!("there is no column «{name}»"), "name the two columns: --columns LEFT,RIGHT")
                .at(at())
        })
    };
    let (left, right) = (column(left)?, column(right)?);
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut head = header.clone();
    head.push_field("similarity");
    head.push_field("why");
    csv.write_record(&head).map_err(wrong)?;
    let mut rows = Vec::new();
    let lines = reader.records().collect::<Result<Vec<_>, _>>().map_err(bad)?;
    let pairs: Vec<(&str, &str)> = lines.iter().map(|line| (&line[left], &line[right])).collect();
    for (idx, (line, similarity)) in lines.iter().zip(habeas_link::similarities(&pairs)).enumerate() {
        let mut line = line.clone();
        rows.push(json!({ "row": idx + 1, "similarity": similarity.score, "why": similarity.why }));
        line.push_field(&format!("{:.4}", similarity.score));
        line.push_field(&similarity.why);
        csv.write_record(&line).map_err(wrong)?;
    }
    let bytes = csv.into_inner().map_err(|error| Failure::from(error.into_error()))?;
    match &args.out {
        Some(path) => write_whole(path, &bytes).map_err(|error| Failure::file("written", path, &error))?,
        None if !out.is_json() => out.bytes(&bytes)?,
        None => {}
    }
    let object = json!({ "schema": 1, "pairs": rows });
    if out.is_json() {
        out.result(&object, String::new)?;
    }
    Ok(Exit::Ok)
}
