//! The habeas binary: what the user typed, then what it means, then how the process ends.

mod cli;
mod commands;
mod demo;
mod desk;
#[cfg(feature = "llm")]
mod endpoint;
mod failure;
mod hardening;
mod keyring;
mod listing;
mod opening;
mod output;
mod rights;
mod scratch;
mod web;

use clap::{CommandFactory, FromArgMatches};
use failure::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    hardening::shut();
    let typed = cli::Cli::command().try_get_matches();
    let (cli, words) = match typed.and_then(|typed| Ok((cli::Cli::from_arg_matches(&typed)?, cli::words(&typed)))) {
        Ok(parsed) => parsed,
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
    if let cli::Command::Serve(_) = cli.command {
        hardening::give_memory_back();
    }
    let out = output::Output::new(cli.global.json);
    let exit = commands::run(cli, &words, &out).unwrap_or_else(|failure| {
        out.failure(&failure);
        failure.exit
    });
    ExitCode::from(opening::exit_of(exit) as u8)
}
