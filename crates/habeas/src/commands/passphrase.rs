//! `habeas passphrase`: how one member opens the vault.

use crate::{
    cli::Global,
    commands::{
        init::{calibrated, choose_passphrase},
        report::write_whole,
    },
    desk::vault_failure,
    failure::{Exit, Failure},
    keyring,
    opening::{self, open_error, open_failure},
    output::Output,
};
use clap::Subcommand;
use habeas_vault::Vault;
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
    /// Let the keyring of this computer open the vault for you until you log out or say forget; the passphrase opens it
    /// as before
    Remember,
    /// Let the keyring of this computer forget the vault
    Forget,
    /// Ask for a key file beside your passphrase; without the file the passphrase opens nothing
    AddKeyfile {
        /// The file; made of random bytes where there is none. Keep it on a stick, and a copy elsewhere
        file: PathBuf,
    },
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let (desk, new, key_file, words) = match command {
        Command::Remember => return remember(global, out),
        Command::Forget => return forget(global, out),
        Command::Change { new_passphrase_file } => {
            let desk = opening::desk(global)?;
            let new = choose_passphrase(new_passphrase_file.as_deref(), out)?;
            (desk, new, opening::key_file(global)?, "the new passphrase opens the vault; the old one does not")
        }
        Command::AddKeyfile { file } => {
            let desk = opening::desk(global)?;
            if !file.exists() {
                make_key_file(&file)?;
            }
            let same = opening::passphrase(global, "the passphrase again: ")?;
            let words = "from now on the key file is needed beside the passphrase";
            (desk, same, Some(opening::hash_of_file(&file)?), words)
        }
    };
    desk.of_member(|vault| vault.change_passphrase(&new, key_file, calibrated()).map_err(vault_failure))?;
    out.result(&json!({ "schema": 1, "changed": true }), || words.into())?;
    out.talk("Backups made before today still open with the old one: make a new one and remove them.");
    out.next("habeas backup FOLDER");
    Ok(Exit::Ok)
}

/// Lets the keyring open the vault.
fn remember(global: &Global, out: &Output) -> Result<Exit, Failure> {
    let dir = opening::find(global)?;
    let desk = opening::desk(global)?;
    let (id, secret) = desk.of_member(|vault| Ok((vault.id(), vault.remember().map_err(vault_failure)?)))?;
    if let Some(old) = keyring::recall(&id) {
        Vault::forget(&dir, &old).map_err(open_error)?;
    }
    if let Err(failure) = keyring::remember(&id, &secret, &dir) {
        Vault::forget(&dir, &secret).map_err(open_error)?;
        return Err(failure);
    }
    let words = "the keyring of this computer opens the vault for you, until you log out or say forget";
    out.result(&json!({ "schema": 1, "remembered": true }), || words.into())?;
    out.talk("Whoever sits at this computer while you are logged in opens the vault too. Keep the passphrase.");
    out.next("habeas passphrase forget");
    Ok(Exit::Ok)
}

/// Lets the keyring forget the vault; no passphrase is asked for.
fn forget(global: &Global, out: &Output) -> Result<Exit, Failure> {
    let dir = opening::find(global)?;
    let id = Vault::id_in(&dir).map_err(|error| open_failure(&dir, error))?;
    let known = keyring::recall(&id);
    if let Some(secret) = &known {
        Vault::forget(&dir, secret).map_err(open_error)?;
    }
    keyring::forget(&id);
    let words = if known.is_some() { "the keyring has forgotten the vault" } else { "the keyring knew nothing of it" };
    out.result(&json!({ "schema": 1, "forgotten": known.is_some() }), || words.into())?;
    Ok(Exit::Ok)
}

/// Bytes of a key file that is made here.
const KEY_FILE_LEN: usize = 64;

fn make_key_file(path: &Path) -> Result<(), Failure> {
    let mut bytes = Zeroizing::new([0; KEY_FILE_LEN]);
    getrandom::fill(&mut bytes[..]).map_err(std::io::Error::other)?;
    write_whole(path, &bytes[..]).map_err(|error| Failure::file("written", path, &error))
}
