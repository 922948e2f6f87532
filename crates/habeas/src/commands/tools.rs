//! Small commands about the vault and the program itself: verify, doctor, completions, man, the parse worker.

use crate::{
    cli::{Cli, Global},
    desk::vault_failure,
    failure::{Exit, Failure},
    listing, opening,
    output::Output,
};
use clap::CommandFactory;
use clap_complete::Shell;
use habeas_core::Right;
use habeas_vault::Depth;
use serde_json::json;

/// Check the vault against its own log
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// Also read every original file
    #[arg(long)]
    deep: bool,
}

/// Write completions for a shell
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Checks every frame, and with `--deep` every blob.
pub fn verify(args: VerifyArgs, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    let depth = if args.deep { Depth::Blobs } else { Depth::Log };
    let report = desk.keep(Right::Copy, |vault| vault.verify(depth).map_err(vault_failure))?;
    let mut problems: Vec<String> = report.damages.iter().map(ToString::to_string).collect();
    if !report.index_agrees {
        problems.push("the index does not agree with the log: delete the folder «index», it is made anew".into());
    }
    let object = json!({
        "schema": 1,
        "segments": report.n_segments,
        "frames": report.n_frames,
        "entries": report.n_entries,
        "records": report.n_records,
        "blobs": report.n_blobs,
        "deep": args.deep,
        "problems": problems,
    });
    out.result(&object, || {
        let checked = format!(
            "{} segments, {} frames, {} entries, {} sealed files",
            report.n_segments, report.n_frames, report.n_entries, report.n_blobs
        );
        if problems.is_empty() {
            format!("{checked}: all as written")
        } else {
            format!("{checked}\n{}", problems.join("\n"))
        }
    })?;
    Ok(if problems.is_empty() { Exit::Ok } else { Exit::FoundProblems })
}

/// Says which protections hold on this machine.
pub fn doctor(out: &Output) -> Result<Exit, Failure> {
    let layers = habeas_intake::worker::probe(&listing::worker()?).map_err(|error| {
        Failure::new(Exit::Failed, error, "spreadsheets cannot be read here; lists as CSV can").at("the parse worker")
    })?;
    let lines: Vec<String> =
        layers.iter().map(|(layer, holds)| format!("{:<3} {layer}", if *holds { "yes" } else { "no" })).collect();
    let object: serde_json::Map<String, serde_json::Value> =
        layers.iter().map(|(layer, holds)| ((*layer).to_owned(), json!(holds))).collect();
    out.result(&json!({ "schema": 1, "parse_worker": object }), || {
        format!("protections of the process that reads foreign spreadsheets:\n{}", lines.join("\n"))
    })?;
    Ok(Exit::Ok)
}

/// Writes completions.
pub fn completions(args: CompletionsArgs, out: &Output) -> Result<Exit, Failure> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "habeas", &mut bytes);
    out.bytes(&bytes)?;
    Ok(Exit::Ok)
}

/// Writes the manual page.
pub fn man(out: &Output) -> Result<Exit, Failure> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut bytes)?;
    out.bytes(&bytes)?;
    Ok(Exit::Ok)
}
