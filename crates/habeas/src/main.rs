//! The habeas binary: what the user typed, then what it means, then how the process ends.

mod cli;
mod commands;
mod demo;
mod desk;
mod failure;
mod listing;
mod opening;
mod output;
mod web;

use clap::Parser;
use failure::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(shown) => {
            // Help and version are no errors; clap tells them apart.
            let _ = shown.print();
            return ExitCode::from(if shown.use_stderr() { Exit::Usage as u8 } else { Exit::Ok as u8 });
        }
    };
    if let cli::Command::ParseWorker = cli.command {
        // A process that holds no key, reads no file and shuts itself in: nothing else may happen before.
        return habeas_intake::worker::serve(std::io::stdin().lock(), std::io::stdout().lock());
    }
    let out = output::Output::new(cli.global.json);
    let exit = commands::run(cli, &out).unwrap_or_else(|failure| {
        out.failure(&failure);
        failure.exit
    });
    ExitCode::from(exit as u8)
}
