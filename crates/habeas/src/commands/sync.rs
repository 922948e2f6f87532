//! `habeas sync` and `habeas join`: working apart, through a folder that carries sealed files only.

use crate::{
    cli::Global,
    commands::init::{device_name, now_ms},
    failure::{Exit, Failure},
    opening::{self, open_error, restore_failure},
    output::Output,
};
use habeas_core::Right;
use habeas_vault::{Copied, Vault};
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
    let alarms: Vec<String> = report.alarms.iter().map(ToString::to_string).collect();
    let object = json!({
        "schema": 1,
        "received": copied_json(&report.received),
        "sent": copied_json(&report.sent),
        "devices": report.devices.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "new_conflicts": report.new_conflicts,
        "alarms": alarms,
    });
    out.result(&object, || {
        let mut text = String::new();
        let _ = writeln!(text, "received: {}", copied_text(&report.received));
        let _ = writeln!(text, "sent:     {}", copied_text(&report.sent));
        if report.new_conflicts > 0 {
            let _ = writeln!(text, "{} contradictions between offices are new; both sides stand", report.new_conflicts);
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
