//! Small commands about the vault and the program itself: verify, doctor, completions, man, the parse worker.

use crate::{
    cli::{Cli, Global},
    desk::vault_failure,
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::CommandFactory;
use clap_complete::Shell;
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
    let vault = opening::open(global)?;
    let report = vault.verify(args.deep).map_err(vault_failure)?;
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    let object = json!({
        "schema": 1,
        "segments": report.n_segments,
        "frames": report.n_frames,
        "entries": report.n_entries,
        "blobs": report.n_blobs,
        "deep": args.deep,
        "problems": problems,
    });
    out.result(&object, || {
        let checked = format!(
            "{} segments, {} frames, {} entries, {} originals",
            report.n_segments, report.n_frames, report.n_entries, report.n_blobs
        );
        if problems.is_empty() { format!("{checked}: all as written") } else { format!("{checked}\n{}", problems.join("\n")) }
    })?;
    Ok(if problems.is_empty() { Exit::Ok } else { Exit::FoundProblems })
}

/// Says which protections hold on this machine.
pub fn doctor(out: &Output) -> Result<Exit, Failure> {
    let layers = super::import::probe_worker()?;
    let lines: Vec<String> =
        layers.iter().map(|(layer, holds)| format!("{:<3} {layer}", if *holds { "yes" } else { "no" })).collect();
    let object: serde_json::Map<String, serde_json::Value> =
        layers.iter().map(|(layer, holds)| (layer.clone(), json!(holds))).collect();
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

/// Serves one request on stdin, with limits on itself.
pub fn parse_worker() -> Result<Exit, Failure> {
    habeas_intake::worker::serve();
    Ok(Exit::Ok)
}
