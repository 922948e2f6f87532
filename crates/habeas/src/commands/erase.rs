//! `habeas erase` destroys keys and leaves a stub; `habeas retract` takes a statement back and keeps history.

use crate::{
    cli::{Global, one_of},
    commands::init::now_ms,
    desk::{Desk, vault_failure},
    failure::{Exit, Failure},
    opening::{self, open_error},
    output::Output,
};
use habeas_core::{ErasureReason, Right};
use habeas_vault::EraseTarget;
use serde_json::json;

/// Destroy the keys to a record or source, here and wherever it was shared
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The address of a record, such as `committee:214`, the key of a source, or `claim:NAME`
    id: String,
    /// Why, as a code that may be shown
    #[arg(long, value_parser = one_of(ErasureReason::ALL, ErasureReason::code))]
    reason: ErasureReason,
    /// Why, in words
    #[arg(long, value_name = "WORDS")]
    why: String,
    /// Do it: nobody can undo it
    #[arg(long)]
    yes: bool,
}

/// Take back a judgement, linkage, estimate or source; history stays
#[derive(Debug, clap::Args)]
pub struct RetractArgs {
    /// The id that was printed when it was recorded, or its beginning; of a source, its key
    id: String,
    /// Why, in words
    #[arg(long, value_name = "WORDS")]
    why: String,
}

/// Erases.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    let (target, what) = target(&desk, &args.id)?;
    if !args.yes {
        let remedy = "say --yes; it cannot be undone, and goes on to every device that synchronises";
        return Err(Failure::usage(what, remedy).at(args.id));
    }
    desk.change(Right::Keep, |vault| vault.erase(target, args.reason, &args.why, now_ms()).map_err(open_error))?;
    let done = json!({ "schema": 1, "erased": args.id });
    out.result(&done, || {
        format!("erased {}: the keys are destroyed here; a stub says when, by whom and why", args.id)
    })?;
    out.talk("Backups and sticks still hold the keys: make a new backup, remove old ones, and synchronise.");
    out.next("habeas sync FOLDER");
    Ok(Exit::Ok)
}

fn target(desk: &Desk, id: &str) -> Result<(EraseTarget, &'static str), Failure> {
    if let Some(claim) = id.strip_prefix("claim:") {
        let id = desk.book()?.claim(claim)?.id;
        return Ok((EraseTarget::Assertion(id), "this destroys the keys to the claim and its words"));
    }
    if id.contains(':') {
        let what = "this destroys the keys to the record and to the file that it came in";
        return Ok((EraseTarget::Record(desk.record_at(id)?), what));
    }
    let sources = desk.sources()?;
    let source = sources.iter().find(|source| source.key == id);
    let source = source.ok_or_else(|| Failure::usage("no source has this key", "see: habeas source list"))?;
    Ok((EraseTarget::Source(source.id), "this destroys the keys to the source, its files and all its records"))
}

/// Takes back.
pub fn retract(args: RetractArgs, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    let entry = entry(&desk, &args.id)?;
    desk.change(Right::Code, |vault| vault.retract(entry, &args.why, now_ms()).map_err(vault_failure))?;
    out.result(&json!({ "schema": 1, "retracted": args.id }), || {
        format!("{} no longer stands; --as-of still shows it", args.id)
    })?;
    out.next("habeas link run  (applies it)");
    Ok(Exit::Ok)
}

/// The entry of a statement by the beginning of its id, or of a source by its key.
fn entry(desk: &Desk, id: &str) -> Result<[u8; 16], Failure> {
    if let Some(source) = desk.sources()?.iter().find(|source| source.key == id) {
        return Ok(source.id.0);
    }
    let mut known = desk.keep(Right::Judge, |vault| {
        let judgements = vault.judgements().iter().map(|judgement| judgement.id.0);
        let runs = vault.link_runs().map(|run| run.id.0);
        let estimates = vault.estimates().iter().map(|estimate| estimate.id);
        Ok(judgements.chain(runs).chain(estimates).collect::<Vec<_>>())
    })?;
    known.retain(|entry| id.len() >= 6 && habeas_core::JudgementId(*entry).to_string().starts_with(id));
    match known.as_slice() {
        [one] => Ok(*one),
        found => {
            let what = format!("{} statements that can be taken back have an id that begins so", found.len());
            Err(Failure::usage(what, "give the whole id; an import is taken back by: habeas import --undo").at(id))
        }
    }
}
