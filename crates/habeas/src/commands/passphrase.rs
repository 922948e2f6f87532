//! `habeas passphrase`: how one member opens the vault.

use crate::{
    cli::Global,
    commands::init::{calibrated, choose_passphrase},
    desk::vault_failure,
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::Subcommand;
use serde_json::json;
use std::path::PathBuf;

/// Change how the vault is opened
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Replace your passphrase; copies made before still open with the old one
    Change {
        /// A file whose first line is the new passphrase [default: a prompt]
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let Command::Change { new_passphrase_file } = command;
    let desk = opening::desk(global)?;
    let new = choose_passphrase(new_passphrase_file.as_deref(), out)?;
    desk.of_member(|vault| vault.change_passphrase(&new, calibrated()).map_err(vault_failure))?;
    out.result(&json!({ "schema": 1, "changed": true }), || {
        "the new passphrase opens the vault; the old one does not".into()
    })?;
    out.talk("Backups made before today still open with the old one: make a new one and remove them.");
    out.next("habeas backup FOLDER");
    Ok(Exit::Ok)
}
