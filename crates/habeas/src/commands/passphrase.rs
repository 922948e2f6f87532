//! `habeas passphrase`: how one member opens the vault.

use crate::{
    cli::Global,
    commands::{
        init::{calibrated, choose_passphrase},
        report::write_whole,
    },
    desk::vault_failure,
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::Subcommand;
use serde_json::json;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Change how the vault is opened
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Replace your passphrase; copies made before still open with the old one
    Change {
        /// A file whose first line is the new passphrase [default: a prompt]
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Ask for a key file beside your passphrase; without the file the passphrase opens nothing
    AddKeyfile {
        /// The file; made of random bytes where there is none. Keep it on a stick, and a copy elsewhere
        file: PathBuf,
    },
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    let (new, key_file, words) = match command {
        Command::Change { new_passphrase_file } => {
            let new = choose_passphrase(new_passphrase_file.as_deref(), out)?;
            (new, opening::key_file(global)?, "the new passphrase opens the vault; the old one does not")
        }
        Command::AddKeyfile { file } => {
            if !file.exists() {
                make_key_file(&file)?;
            }
            let same = opening::passphrase(global, "the passphrase again: ")?;
            (same, Some(opening::hash_of_file(&file)?), "from now on the key file is needed beside the passphrase")
        }
    };
    desk.of_member(|vault| vault.change_passphrase(&new, key_file, calibrated()).map_err(vault_failure))?;
    out.result(&json!({ "schema": 1, "changed": true }), || words.into())?;
    out.talk("Backups made before today still open with the old one: make a new one and remove them.");
    out.next("habeas backup FOLDER");
    Ok(Exit::Ok)
}

/// Bytes of a key file that is made here.
const KEY_FILE_LEN: usize = 64;

fn make_key_file(path: &Path) -> Result<(), Failure> {
    let mut bytes = Zeroizing::new([0; KEY_FILE_LEN]);
    getrandom::fill(&mut bytes[..]).map_err(std::io::Error::other)?;
    write_whole(path, &bytes[..]).map_err(|error| Failure::file("written", path, &error))
}
