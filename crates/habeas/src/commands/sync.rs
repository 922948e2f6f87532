//! `habeas sync` and `habeas join`: working apart, through a folder that carries sealed files only.

use crate::{
    cli::Global,
    commands::init::{device_name, now_ms},
    failure::{Exit, Failure},
    opening::{self, open_error, restore_failure},
    output::Output,
};
use habeas_core::Right;
use habeas_vault::{Conflict, Copied, Vault};
use serde_json::{Value, json};
use std::{fmt::Write, path::PathBuf};

/// Exchange with others through a folder: a stick, a shared drive
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder; what it holds is sealed, and its names tell nothing
    folder: PathBuf,
}

/// Begin on this computer with an invitation
#[derive(Debug, clap::Args)]
pub struct JoinArgs {
    /// The folder through which the others exchange
    folder: PathBuf,
    /// The folder to make; it must not exist or be empty
    dir: PathBuf,
    /// The invitation that a keeper has written
    #[arg(long, value_name = "FILE")]
    invitation: PathBuf,
    /// What your team calls this computer [default: its name on the network]
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
}

/// Exchanges.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    if !args.folder.is_dir() {
        let remedy = "mount the stick or drive, or make the folder";
        return Err(Failure::new(Exit::Failed, "there is no such folder", remedy).at(args.folder.display().to_string()));
    }
    let report = desk.change(Right::Copy, |vault| vault.sync(&args.folder).map_err(open_error))?;
    let conflicts: Vec<String> =
        desk.keep(Right::Copy, |vault| Ok(vault.conflicts().iter().map(conflict_text).collect()))?;
    let alarms: Vec<String> = report.alarms.iter().map(ToString::to_string).collect();
    let object = json!({
        "schema": 1,
        "received": copied_json(&report.received),
        "sent": copied_json(&report.sent),
        "devices": report.devices.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "new_conflicts": report.new_conflicts,
        "conflicts": conflicts,
        "alarms": alarms,
    });
    out.result(&object, || {
        let mut text = String::new();
        let _ = writeln!(text, "received: {}", copied_text(&report.received));
        let _ = writeln!(text, "sent:     {}", copied_text(&report.sent));
        if !conflicts.is_empty() {
            let (n, new) = (conflicts.len(), report.new_conflicts);
            let _ = writeln!(text, "{n} contradictions between offices, {new} of them new:");
        }
        for conflict in &conflicts {
            let _ = writeln!(text, "  {conflict}");
        }
        for alarm in &alarms {
            let _ = writeln!(text, "ALARM: {alarm}");
        }
        text
    })?;
    if !alarms.is_empty() {
        out.talk(
            "What the alarms name was not taken in; all else was. Keep the folder as it is and ask who wrote in it.",
        );
        return Ok(Exit::FoundProblems);
    }
    out.next("habeas link run  (if records came in)");
    Ok(Exit::Ok)
}

/// A contradiction between offices, in words and by keys of sources alone.
fn conflict_text(conflict: &Conflict) -> String {
    match conflict {
        Conflict::SameKey { key, sources } => {
            format!(
                "«{key}» names {} different files: all stand; undo one, or import it under another key",
                sources.len()
            )
        }
        Conflict::SameFileTwice { key, same_mapping: true, .. } => {
            format!("one file was imported twice into «{key}», in the same way: it counts once")
        }
        Conflict::SameFileTwice { key, passed_over, .. } => {
            let passed_over = passed_over.short();
            format!(
                "one file was imported twice into «{key}» with different mappings: import {passed_over} does not count"
            )
        }
    }
}

fn copied_json(copied: &Copied) -> Value {
    json!({ "segments": copied.segments, "blobs": copied.blobs, "keys": copied.keys, "checkpoints": copied.checkpoints })
}

/// What was copied, in words.
pub fn copied_text(copied: &Copied) -> String {
    let Copied { segments, blobs, keys, checkpoints, .. } = copied;
    format!("{segments} segments, {blobs} sealed files, {keys} key files, {checkpoints} checkpoints")
}

/// Begins with an invitation.
pub fn join(args: JoinArgs, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let invitation =
        std::fs::read(&args.invitation).map_err(|error| Failure::file("read", &args.invitation, &error))?;
    let passphrase = opening::passphrase(global, "passphrase that came with the invitation: ")?;
    let device = args.device.unwrap_or_else(device_name);
    let vault = Vault::join(&args.folder, &args.dir, &invitation, &passphrase, &device, now_ms())
        .map_err(|error| restore_failure(&args.dir, error))?;
    let dir = args.dir.display().to_string();
    let object = json!({ "schema": 1, "vault": dir, "id": vault.id(), "role": vault.role().code() });
    out.result(&object, || format!("joined in {dir}; your role: {}", vault.role()))?;
    out.next(format_args!("habeas passphrase change --vault {dir}  (the keeper knows the one you have)"));
    Ok(Exit::Ok)
}
