//! `habeas review`: people's decisions on pairs. Append-only, revocable, each with its author and reason.

use crate::{
    cli::Global,
    commands::init::now_ms,
    desk::{Desk, vault_failure},
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::{Subcommand, ValueEnum};
use habeas_core::{JudgementId, RecordId, RecordPair, Right, Standing, Verdict, standing};
use habeas_vault::JudgementDraft;
use serde_json::json;
use std::fmt::Write;

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
        /// Who decides [default: the name of the account on this computer]
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
    }
}

fn reviewer(by: Option<String>) -> String {
    by.or_else(|| std::env::var("USER").ok()).unwrap_or_else(|| "not named".into())
}

fn decide(
    desk: &Desk,
    addresses: [&str; 2],
    answer: Answer,
    why: String,
    by: Option<String>,
    out: &Output,
) -> Result<Exit, Failure> {
    let [a, b] = addresses.map(|address| record_id(desk, address));
    let Some(pair) = RecordPair::new(a?, b?) else {
        return Err(Failure::usage("both addresses name the same record", "give two records"));
    };
    let verdict = match answer {
        Answer::Same => Verdict::Same,
        Answer::Different => Verdict::Different,
        Answer::Undecided => Verdict::Undecided,
    };
    let draft = JudgementDraft { pair, verdict, by: reviewer(by), why, saw_weights: false, revokes: None };
    let id = desk.change(Right::Judge, |vault| vault.add_judgement(draft, None, now_ms()).map_err(vault_failure))?;
    out.result(&json!({ "schema": 1, "judgement": id.to_string(), "verdict": verdict.code() }), || {
        format!("recorded: {} and {} are {}", addresses[0], addresses[1], verdict.code())
    })?;
    out.next("habeas link run  (applies the decisions)");
    Ok(Exit::Ok)
}

fn undo(desk: &Desk, by: Option<String>, out: &Output) -> Result<Exit, Failure> {
    let by = reviewer(by);
    let judgements = desk.judgements()?;
    let standing_one = |id: JudgementId| !judgements.iter().any(|other| other.revokes == Some(id));
    let last = judgements.iter().rev().find(|j| j.by == by && j.revokes.is_none() && standing_one(j.id));
    let Some(last) = last.cloned() else {
        return Err(Failure::usage("this reviewer has no decision to take back", "see: habeas review stats"));
    };
    let (pair, verdict, revoked) = (last.pair, last.verdict, Some(last.id));
    let revoking =
        JudgementDraft { pair, verdict, by: by.clone(), why: "undone".into(), saw_weights: false, revokes: revoked };
    desk.change(Right::Judge, |vault| vault.add_judgement(revoking, None, now_ms()).map_err(vault_failure))?;
    out.result(&json!({ "schema": 1, "revoked": last.id.to_string() }), || {
        format!("taken back: «{}», decided by {by}", last.verdict.code())
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

/// The id behind an address `list:row`.
pub fn record_id(desk: &Desk, address: &str) -> Result<RecordId, Failure> {
    let found = address.split_once(':').and_then(|(key, number)| {
        let number = number.parse().ok()?;
        desk.snapshot().ok()?.record_at(key, number).map(|record| record.id)
    });
    found.ok_or_else(|| {
        let remedy = "an address is LIST:ROW, as shown by `habeas case show`; row 1 is the first below the header";
        Failure::usage(format_args!("there is no record «{address}»"), remedy)
    })
}
