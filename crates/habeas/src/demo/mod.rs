//! `habeas demo` behind the command: an invented country goes through the real path, and its truth is set beside the result.

mod consents;
pub mod world;

use crate::{
    commands::{estimate, init::now_ms},
    desk::{DEMO_TRUTH, Desk, importing, linking, vault_failure},
    failure::{Exit, Failure},
    output::Output,
};
use habeas_core::{CellSpan, Claim, ConsentAnswer, Origin, Partition, Passage, Record, Right};
use habeas_link::{Evaluation, Scores, evaluate};
use habeas_stats::{Method, Seed};
use habeas_vault::{ImportSummary, SourceDraft, Vault};
use serde_json::{Map, Value, json};
use std::{collections::HashMap, fmt::Write, fs::File, io::BufWriter, path::Path};
use world::{Form, Tally, TextPlan, Truth, World, WorldError};

/// What the demo found, with the truth beside it.
pub struct Found {
    /// For scripts.
    pub json: Value,
    /// For people.
    pub text: String,
}

/// Draws the country.
pub fn draw(seed: u64, n_records: u64) -> Result<World, Failure> {
    World::new(seed, n_records).map_err(world_failure)
}

fn world_failure(error: WorldError) -> Failure {
    match &error {
        WorldError::Size { .. } => Failure::usage(error, "choose another --records"),
        WorldError::Write { .. } => {
            let why = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
            Failure::new(Exit::Failed, format_args!("{error}{why}"), "free some space, then run the command again")
        }
    }
}

/// Writes the lists as plain CSV with the true person in the last column, for measuring a linkage without a vault.
pub fn write_lists(world: &World, dir: &Path) -> Result<Value, Failure> {
    std::fs::create_dir_all(dir).map_err(|error| Failure::file("made", dir, &error))?;
    let mut files = Vec::new();
    for (idx, list) in world.lists().iter().enumerate() {
        let path = dir.join(format!("{}.csv", list.key));
        let file = File::create_new(&path).map_err(|error| Failure::file("made", &path, &error))?;
        world.write_list(idx, Form::WithTruth, &mut BufWriter::new(file)).map_err(world_failure)?;
        files.push(path);
    }
    Ok(json!({ "schema": 1, "records": world.n_records(), "n_total_truth": world.n_total(), "files": files }))
}

/// Takes the whole country through intake, linkage, case files and estimation.
pub fn fill(desk: &Desk, world: &World, seed: u64, out: &Output) -> Result<Found, Failure> {
    let begun = std::time::Instant::now();
    for (idx, list) in world.lists().iter().enumerate() {
        out.progress("importing lists", idx as u64, world.lists().len() as u64);
        let mut bytes = Vec::new();
        world.write_list(idx, Form::AsKept, &mut bytes).map_err(world_failure)?;
        desk.change(Right::Code, |vault| {
            importing::import_bytes(vault, &bytes, list.file_name, list.key, &list.mapping_toml())
        })?;
    }
    let texts = world.texts();
    for text in &texts {
        desk.change(Right::Code, |vault| keep_text(vault, text))?;
    }
    out.progress("importing lists", 1, 1);
    let truth = world.truth();
    let truth_json = truth_json(world, &truth, seed);
    let stored = truth_json.to_string();
    desk.keep(Right::Judge, |vault| vault.put_estimate(DEMO_TRUTH, &stored, now_ms()).map_err(vault_failure))?;
    let imported = begun.elapsed().as_secs_f64();

    let prepared = desk.keep(Right::Cases, |vault| linking::prepare(vault))?;
    let linkage = linking::run_desk(desk, &prepared, None, &linking::options(0, seed), out)?;
    let linked = begun.elapsed().as_secs_f64();
    let snapshot = desk.snapshot()?;
    let true_partition = truth_of(world, &texts, &snapshot.records);
    let evaluation = evaluate(&linkage.partition, &true_partition);

    consents::keep(desk, world, &snapshot)?;

    let (_, estimate) = estimate::estimate_desk(desk, &Method::dga(), Seed(seed))?;
    let figures = desk.figures()?;
    let n_total = world.n_total() as f64;
    let interval = estimate["n_total"]["intervals"].as_array().and_then(|intervals| intervals.last());
    let holds = interval.map(|interval| {
        let end = |key: &str| interval[key].as_f64().unwrap_or(f64::NAN);
        end("low") <= n_total && n_total <= end("high")
    });
    let json = json!({
        "schema": 1,
        "seed": seed,
        "records": snapshot.records.len(),
        "lists": world.lists().len(),
        "texts": texts.len(),
        "persons_found": figures.n_persons,
        "persons_documented_truth": truth.persons.n_documented,
        "n_total_truth": world.n_total(),
        "contradicted_cases": figures.n_contradicted,
        "truth": evaluation_json(&evaluation),
        "estimate": estimate,
        "interval_holds_truth": holds,
        "seconds": {
            "import": imported,
            "link": linked - imported,
            "case_files_and_estimate": begun.elapsed().as_secs_f64() - linked,
        },
    });
    let text = summary(&json, &estimate, &evaluation);
    Ok(Found { json, text })
}

/// The truth in figures, kept with the vault so that pages can set it beside what was found.
fn truth_json(world: &World, truth: &Truth, seed: u64) -> Value {
    let tally = |tally: &Tally| json!({ "persons": tally.n_total, "documented": tally.n_documented });
    let consents = |answer| world.consents().filter(|consent| consent.answer == answer).count();
    json!({
        "seed": seed,
        "n_total": world.n_total(),
        "n_documented": truth.persons.n_documented,
        "by_year": truth.by_year.iter().map(|(year, n)| (year.to_string(), tally(n))).collect::<Map<_, _>>(),
        "by_sex": truth.by_sex.iter().map(|(sex, n)| (sex.code().to_owned(), tally(n))).collect::<Map<_, _>>(),
        "by_province": truth.by_province.iter().map(|(name, n)| (name.clone(), tally(n))).collect::<Map<_, _>>(),
        "by_ending": truth.by_ending.iter().map(|(ending, n)| ((*ending).to_owned(), tally(n))).collect::<Map<_, _>>(),
        "records_by_list": truth.records,
        "histories": truth.histories.iter().map(|(mask, n)| json!({ "lists": mask, "persons": n })).collect::<Vec<_>>(),
        "families_that_consent": consents(ConsentAnswer::Given) - consents(ConsentAnswer::Withdrawn),
        "families_that_refuse": consents(ConsentAnswer::Refused),
    })
}

/// Scores of a partition as scripts read them.
pub fn evaluation_json(evaluation: &Evaluation) -> Value {
    let scores = |scores: &Scores| json!({ "precision": scores.precision, "recall": scores.recall, "f1": scores.f1 });
    json!({ "pairwise": scores(&evaluation.pairwise), "b_cubed": scores(&evaluation.b_cubed) })
}

/// Keeps a text with the claims that a careful reader has coded.
fn keep_text(vault: &mut Vault, text: &TextPlan) -> Result<(), Failure> {
    let wrong = |error: habeas_vault::ImportError| importing::import_failure(error, text.file_name);
    let draft = SourceDraft {
        key: text.key.to_owned(),
        kind: text.kind,
        title: text.title.to_owned(),
        said_by: text.said_by.clone(),
        edition: String::new(),
        file_name: text.file_name.to_owned(),
        names_once: false,
        compiled_from: Vec::new(),
        header: Vec::new(),
    };
    let mut writer = vault.begin_import(draft, text.text.as_bytes(), "", now_ms()).map_err(wrong)?;
    for (mention, plan) in (1..).zip(&text.mentions) {
        let cells: Vec<String> = plan.claims.iter().map(|claim| text.text[claim.span.clone()].to_owned()).collect();
        let spans = plan.claims.iter().map(|claim| claim.span.start as u32..claim.span.end as u32).collect();
        let claims = plan.claims.iter().enumerate().map(|(idx, claim)| Claim {
            predicate: claim.predicate,
            value: claim.value.clone(),
            polarity: claim.polarity,
            modality: claim.modality,
            said_by: claim.said_by.clone().map(Box::new),
            passage: Passage::new(&cells, &[CellSpan { column: idx as u16, start: 0, end: cells[idx].len() as u32 }])
                .expect("the span is the whole cell"),
        });
        let claims = claims.collect();
        writer.push(Origin::Text { spans, mention }, cells, claims).map_err(wrong)?;
    }
    let summary = ImportSummary { accepted: text.mentions.len() as u64, ..ImportSummary::default() };
    writer.finish(summary).map_err(wrong)?;
    Ok(())
}

/// The true person behind every record, in the order of the records.
fn truth_of(world: &World, texts: &[TextPlan], records: &[Record]) -> Partition {
    let lists: HashMap<&str, usize> = world.lists().iter().enumerate().map(|(idx, list)| (list.key, idx)).collect();
    let labels: Vec<u32> = records
        .iter()
        .map(|record| {
            let number = record.number() as usize - 1;
            match lists.get(record.source.key.as_str()) {
                Some(list) => world.persons_of(*list)[number],
                None => {
                    let text = texts.iter().find(|text| text.key == record.source.key);
                    text.expect("every other source is a text of the demo").mentions[number].person
                }
            }
        })
        .collect();
    Partition::from_labels(&labels)
}

fn summary(json: &Value, estimate: &Value, evaluation: &Evaluation) -> String {
    let mut text =
        String::from("Invented people of an invented country. What habeas found, and the truth beside it:\n\n");
    let mut row = |what: &str, found: &str, truth: &str| {
        let _ = writeln!(text, "  {what:<34} {found:>22}   {truth}");
    };
    let number = |value: &Value| value.as_f64().map_or_else(|| "–".into(), |n| format!("{n:.0}"));
    row("", "found", "truth");
    row("records of lists and texts", &number(&json["records"]), "");
    row("persons documented", &number(&json["persons_found"]), &number(&json["persons_documented_truth"]));
    let total = &estimate["n_total"];
    match total["intervals"].as_array().and_then(|intervals| intervals.last()) {
        Some(interval) => {
            row("persons in all (estimated)", &number(&total["point"]), &number(&json["n_total_truth"]));
            let ends = format!("{} to {}", number(&interval["low"]), number(&interval["high"]));
            let holds = if json["interval_holds_truth"] == true { "holds the truth" } else { "misses the truth" };
            row("  95 % interval", &ends, holds);
        }
        None => row("persons in all", "refused", &number(&json["n_total_truth"])),
    }
    row("case files that hold contradictions", &number(&json["contradicted_cases"]), "");
    row("links, F1 over pairs", &format!("{:.3}", evaluation.pairwise.f1), "1");
    row("links, F1 over records (B-cubed)", &format!("{:.3}", evaluation.b_cubed.f1), "1");
    let _ = writeln!(text, "\nassumed: {}", estimate["assumption"].as_str().unwrap_or("–"));
    text
}
