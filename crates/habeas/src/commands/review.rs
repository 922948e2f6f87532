//! `habeas review`: people's decisions on pairs. Append-only, revocable, each with its author and reason.

use crate::{
    cli::Global,
    commands::{init::now_ms, report::write_whole},
    desk::{
        Desk,
        reviewing::{Asked, Decision, Measured, Undecided, not_taken_back},
        vault_failure,
    },
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::{Subcommand, ValueEnum};
use habeas_core::{RecordId, RecordPair, Right, Standing, Verdict, standing};
use habeas_link::Interval;
use habeas_vault::JudgementDraft;
use serde_json::json;
use std::{
    collections::HashSet,
    fmt::Write,
    path::{Path, PathBuf},
};

/// Decide about pairs of records
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Decide about one pair; both by address, such as `committee:214`
    Decide {
        /// One record
        a: String,
        /// The other
        b: String,
        /// The decision
        verdict: Answer,
        /// Why, in words
        #[arg(long, value_name = "WORDS")]
        why: String,
        /// Who decides [default: the member who opened the vault]
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// Take back the last decision
    Undo {
        /// Who takes it back: only their own last decision
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// Count decisions
    Stats,
    /// Show the pairs whose decision would teach most, without what the linkage thinks of them
    Next {
        /// How many
        #[arg(long, default_value_t = 1)]
        count: usize,
        /// Who would decide: pairs that they decided already are left out [default: the name of the account]
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// What is asked for
        #[arg(long, value_enum, default_value_t = Asked::Telling)]
        of: Asked,
    },
    /// Estimate precision and recall from the judged pairs of the random sample, and tell how far two readers agree
    Quality,
    /// Write all standing decisions as CSV: list_a, row_a, list_b, row_b, verdict, by, why
    Export {
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Take over decisions from such a file; those that stand already are left out
    Import {
        /// The file
        file: PathBuf,
        /// Record nothing, only say what would be recorded
        #[arg(long)]
        dry_run: bool,
    },
}

/// The three answers
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Answer {
    /// The records speak of one person
    Same,
    /// They speak of two
    Different,
    /// It cannot be told
    Undecided,
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    match command {
        Command::Decide { a, b, verdict, why, by } => decide(&desk, [&a, &b], verdict, why, by, out),
        Command::Undo { by } => undo(&desk, by, out),
        Command::Stats => stats(&desk, out),
        Command::Next { count, by, of } => next(&desk, count, by, of, out),
        Command::Quality => quality(&desk, out),
        Command::Export { out: path } => export(&desk, &path, out),
        Command::Import { file, dry_run } => import(&desk, &file, dry_run, out),
    }
}

fn reviewer(desk: &Desk, by: Option<String>) -> String {
    by.unwrap_or_else(|| desk.who().name.clone())
}

fn decide(
    desk: &Desk,
    addresses: [&str; 2],
    answer: Answer,
    why: String,
    by: Option<String>,
    out: &Output,
) -> Result<Exit, Failure> {
    let [a, b] = addresses.map(|address| desk.record_at(address));
    let Some(pair) = RecordPair::new(a?, b?) else {
        return Err(Failure::usage("both addresses name the same record", "give two records"));
    };
    let verdict = match answer {
        Answer::Same => Verdict::Same,
        Answer::Different => Verdict::Different,
        Answer::Undecided => Verdict::Undecided,
    };
    let decision = Decision { pair, verdict, by: reviewer(desk, by), why };
    let id = desk.decide(decision, None, None).map_err(|undecided| match undecided {
        Undecided::Vault(failure) => *failure,
        other => Failure::usage(other, "say why: --why WORDS"),
    })?;
    out.result(&json!({ "schema": 1, "judgement": id.to_string(), "verdict": verdict.code() }), || {
        format!("recorded: {} and {} are {}", addresses[0], addresses[1], verdict.code())
    })?;
    out.next("habeas link run  (applies the decisions)");
    Ok(Exit::Ok)
}

fn undo(desk: &Desk, by: Option<String>, out: &Output) -> Result<Exit, Failure> {
    let by = reviewer(desk, by);
    let Some(stroke) = desk.take_back(&by, None)? else {
        return Err(Failure::usage("this reviewer has no decision to take back", "see: habeas review stats"));
    };
    let last = &stroke.judgements[0];
    let n = stroke.judgements.len();
    out.result(&json!({ "schema": 1, "revoked": last.id.to_string(), "decisions": n }), || match n {
        1 => format!("taken back: «{}», decided by {by}", last.verdict.code()),
        n => format!("taken back: {n} decisions that {by} made together"),
    })?;
    out.next("habeas link run  (applies the decisions)");
    Ok(Exit::Ok)
}

fn stats(desk: &Desk, out: &Output) -> Result<Exit, Failure> {
    let pairs = standing(&desk.judgements()?);
    let count = |wanted: Standing| pairs.values().filter(|standing| **standing == wanted).count();
    let [same, different, undecided] =
        [Verdict::Same, Verdict::Different, Verdict::Undecided].map(|verdict| count(Standing::Agreed(verdict)));
    let disputed = count(Standing::Disputed);
    let object =
        json!({ "schema": 1, "same": same, "different": different, "undecided": undecided, "disputed": disputed });
    out.result(&object, || {
        let mut text = String::new();
        for (word, n) in [("same", same), ("different", different), ("undecided", undecided), ("disputed", disputed)] {
            let _ = writeln!(text, "{n:>6}  {word}");
        }
        text
    })?;
    Ok(Exit::Ok)
}

fn next(desk: &Desk, count: usize, by: Option<String>, of: Asked, out: &Output) -> Result<Exit, Failure> {
    let by = reviewer(desk, by);
    let n_open = desk.n_open_pairs(&by, of)?;
    let mut pairs = Vec::new();
    for pair in desk.next_pairs(&by, of, count)? {
        if let Some(records) = desk.records_of_pair(pair)? {
            pairs.push(records.map(|record| record.address().to_string()));
        }
    }
    out.result(&json!({ "schema": 1, "open": n_open, "pairs": pairs }), || {
        let lines = pairs.iter().map(|[a, b]| format!("{a}  {b}\n")).collect::<String>();
        if lines.is_empty() { "no pair is open for this reviewer".to_owned() } else { lines }
    })?;
    if let Some([a, b]) = pairs.first() {
        out.next(format_args!("habeas review decide {a} {b} same|different|undecided --why WORDS"));
    }
    Ok(Exit::Ok)
}

fn quality(desk: &Desk, out: &Output) -> Result<Exit, Failure> {
    let Measured { quality, two_readers: agreement, shown_again } = desk.review_quality()?;
    let of = |i: &Interval| json!({ "estimate": i.estimate, "low": i.low, "high": i.high });
    let kappa = agreement.kappa();
    let object = json!({
        "schema": 1,
        "judged_in_sample": quality.n_judged,
        "undecided_in_sample": quality.n_undecided,
        "precision": of(&quality.precision),
        "recall_of_scored_pairs": of(&quality.recall),
        "read_twice": agreement.n(),
        "agreed": agreement.both_same + agreement.both_different,
        "kappa": kappa.map(|(kappa, _)| kappa),
        "kappa_standard_error": kappa.map(|(_, error)| error),
        "shown_again": shown_again.n,
        "decided_alike": shown_again.n_alike,
    });
    out.result(&object, || {
        let line =
            |name: &str, i: &Interval| format!("{name} {:.3} (95 %: {:.3} to {:.3})\n", i.estimate, i.low, i.high);
        let mut text = format!("{} pairs of the random sample are judged\n", quality.n_judged);
        text.push_str(&line("precision", &quality.precision));
        text.push_str(&line("recall, of pairs that were scored,", &quality.recall));
        let _ = match kappa {
            Some((kappa, error)) => {
                writeln!(text, "{} pairs read twice: kappa {kappa:.2} ± {:.2}", agreement.n(), 1.96 * error)
            }
            None => writeln!(text, "{} pairs read twice: too few for kappa", agreement.n()),
        };
        if shown_again.n > 0 {
            let _ = writeln!(text, "{} of {} pairs shown again were decided alike", shown_again.n_alike, shown_again.n);
        }
        text
    })?;
    out.next("habeas review next --of sample");
    Ok(Exit::Ok)
}

const COLUMNS: [&str; 7] = ["list_a", "row_a", "list_b", "row_b", "verdict", "by", "why"];

fn export(desk: &Desk, path: &Path, out: &Output) -> Result<Exit, Failure> {
    let snapshot = desk.snapshot()?;
    let place = |id: RecordId| {
        let record = &snapshot.records[snapshot.record_idx(id)? as usize];
        Some((record.source.key.clone(), record.number().to_string()))
    };
    let mut csv = csv::Writer::from_writer(Vec::new());
    let wrong = |error: csv::Error| Failure::from(std::io::Error::other(error));
    csv.write_record(COLUMNS).map_err(wrong)?;
    let (mut n_written, mut n_left_out) = (0u64, 0u64);
    let judgements = desk.judgements()?;
    for one in not_taken_back(&judgements) {
        let (Some(a), Some(b)) = (place(one.pair.smaller()), place(one.pair.larger())) else {
            n_left_out += 1;
            continue;
        };
        csv.write_record([&a.0, &a.1, &b.0, &b.1, one.verdict.code(), &one.by, &one.why]).map_err(wrong)?;
        n_written += 1;
    }
    let bytes = csv.into_inner().map_err(|error| Failure::from(error.into_error()))?;
    write_whole(path, &bytes).map_err(|error| Failure::file("written", path, &error))?;
    desk.note_export("judgements", &[path.to_owned()])?;
    let object = json!({ "schema": 1, "decisions": n_written, "without_record": n_left_out, "written": path });
    out.result(&object, || format!("{n_written} decisions in {}", path.display()))?;
    if n_left_out > 0 {
        out.talk(format_args!("{n_left_out} decisions are about records that no longer stand and were left out"));
    }
    Ok(Exit::Ok)
}

fn import(desk: &Desk, path: &Path, dry_run: bool, out: &Output) -> Result<Exit, Failure> {
    let at = || path.display().to_string();
    let bad = |error: csv::Error| Failure::new(Exit::Failed, error, "write it as CSV in UTF-8, with a header").at(at());
    let mut reader = csv::Reader::from_path(path).map_err(bad)?;
    if reader.headers().map_err(bad)?.iter().ne(COLUMNS) {
        let remedy = format!("its columns are {}", COLUMNS.join(","));
        return Err(Failure::new(Exit::Failed, "the file is no list of decisions", remedy).at(at()));
    }
    let mut known: HashSet<(RecordPair, Verdict, String)> =
        not_taken_back(&desk.judgements()?).map(|one| (one.pair, one.verdict, one.by.clone())).collect();
    let (mut drafts, mut n_known, mut refused) = (Vec::new(), 0u64, Vec::new());
    for (idx, line) in reader.records().enumerate() {
        let line = line.map_err(bad)?;
        let id = |list: usize| desk.record_at(&format!("{}:{}", &line[list], &line[list + 1])).ok();
        let pair = id(0).zip(id(2)).and_then(|(a, b)| RecordPair::new(a, b));
        let Some((pair, verdict)) = pair.zip(Verdict::from_code(&line[4])) else {
            refused.push(idx + 2);
            continue;
        };
        if !known.insert((pair, verdict, line[5].to_owned())) {
            n_known += 1;
            continue;
        }
        let (by, why) = (line[5].to_owned(), line[6].to_owned());
        drafts.push(JudgementDraft { pair, verdict, by, why, saw_weights: false, revokes: None });
    }
    let n_taken = drafts.len();
    if !dry_run {
        desk.change(Right::Judge, |vault| {
            let mut each = drafts.into_iter();
            each.try_for_each(|draft| vault.add_judgement(draft, None, now_ms()).map(|_| ()).map_err(vault_failure))
        })?;
    }
    let object =
        json!({ "schema": 1, "recorded": n_taken, "known": n_known, "refused_lines": refused, "dry_run": dry_run });
    out.result(&object, || format!("{n_taken} decisions taken over, {n_known} known already"))?;
    if refused.is_empty() {
        out.next("habeas link run  (applies the decisions)");
        return Ok(Exit::Ok);
    }
    let lines = refused.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    out.talk(format_args!("lines {lines} name a record that does not stand here, or no verdict, and were left out"));
    Ok(Exit::PartRefused)
}
