//! The habeas binary: what the user typed, then what it means, then how the process ends.

mod cli;
mod commands;
mod demo;
mod desk;
mod failure;
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
    let out = output::Output::new(cli.global.json);
    let exit = commands::run(cli, &out).unwrap_or_else(|failure| {
        out.failure(&failure);
        failure.exit
    });
    ExitCode::from(exit as u8)
}
