//! `habeas verify`: the vault against its own log, and against checkpoints that were kept elsewhere. Nothing is repaired.

use crate::{
    cli::Global,
    commands::checkpoint,
    desk::vault_failure,
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use habeas_core::Right;
use habeas_vault::Depth;
use serde_json::json;
use std::path::PathBuf;

/// Check the vault against its own log
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also read every statement and every byte of every original file
    #[arg(long)]
    deep: bool,
    /// Also compare with a checkpoint that was kept elsewhere, as `checkpoint export` wrote it; may be given again
    #[arg(long, value_name = "NOTE")]
    against: Vec<PathBuf>,
}

/// Checks every frame, and with `--deep` every body and blob.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    let depth = if args.deep { Depth::Deep } else { Depth::Quick };
    let outside = args.against.iter().map(|path| checkpoint::read(&desk, path)).collect::<Result<Vec<_>, _>>()?;
    let report = desk.keep(Right::Copy, |vault| vault.verify(depth, &outside).map_err(vault_failure))?;
    let mut problems: Vec<String> = report.damages.iter().map(ToString::to_string).collect();
    if !report.index_agrees {
        problems.push("the index does not agree with the log: delete the folder «index», it is made anew".into());
    }
    let object = json!({
        "schema": 1,
        "devices": report.n_devices,
        "segments": report.n_segments,
        "frames": report.n_frames,
        "entries": report.n_entries,
        "records": report.n_records,
        "blobs": report.n_blobs,
        "not_readable_here": report.n_sealed,
        "checkpoints": report.n_checkpoints,
        "deep": args.deep,
        "problems": problems,
    });
    out.result(&object, || {
        let checked = format!(
            "{} devices, {} segments, {} frames, {} entries, {} sealed files, {} checkpoints",
            report.n_devices,
            report.n_segments,
            report.n_frames,
            report.n_entries,
            report.n_blobs,
            report.n_checkpoints
        );
        let sealed = match report.n_sealed {
            0 => String::new(),
            n => format!("\n{n} statements are sealed to you or erased; their place and hash were checked"),
        };
        if problems.is_empty() {
            format!("{checked}: all as written{sealed}")
        } else {
            format!("{checked}{sealed}\n{}", problems.join("\n"))
        }
    })?;
    if !problems.is_empty() {
        out.talk("Nothing was changed. Keep the folder as it is and compare it with a backup or another device.");
        return Ok(Exit::FoundProblems);
    }
    match (args.deep, args.against.is_empty()) {
        (false, _) => out.next("habeas verify --deep  (every byte)"),
        (true, true) => out.next("habeas verify --against NOTE  (a checkpoint kept elsewhere shows a rollback)"),
        (true, false) => out.next("habeas backup FOLDER"),
    }
    Ok(Exit::Ok)
}
