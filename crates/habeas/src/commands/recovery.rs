//! `habeas recovery` and `habeas shares`: ways in for the day on which a passphrase is lost or its owner is.

use crate::{
    cli::Global,
    commands::{
        init::{calibrated, choose_passphrase, now_ms},
        report::write_whole,
    },
    desk::vault_failure,
    failure::{Exit, Failure},
    opening::{self, open_failure, typed},
    output::Output,
};
use clap::Subcommand;
use habeas_core::Right;
use habeas_vault::{RecoveryKey, Share, ShareSecret, Vault, Way};
use serde_json::json;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Make and use a recovery key
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make 24 words that open everything; they are shown once
    Make {
        /// Write them to a file, to be printed and removed, instead of showing them
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Open the vault with the 24 words and set a new passphrase
    Open {
        /// A file with the words [default: a prompt]
        #[arg(long, value_name = "FILE")]
        words_file: Option<PathBuf>,
        /// A file whose first line is the new passphrase [default: a prompt]
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
}

/// Make and use shares of which several together open the vault
#[derive(Debug, Subcommand)]
pub enum Shares {
    /// Make N shares; any K of them open everything, fewer tell nothing
    Make {
        /// How many open the vault
        k: u8,
        /// How many there are
        n: u8,
        /// The folder to make, for one file each
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Open the vault with shares and set a new passphrase
    Open {
        /// Their files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// A file whose first line is the new passphrase [default: a prompt]
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
}

/// Runs `recovery`.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Make { out: file } => {
            let desk = opening::desk(global)?;
            refuse_existing(file.as_deref())?;
            let words = desk.change(Right::Keep, |vault| recovery_words(vault, file.as_deref()))?;
            let shown = if file.is_none() { Some(words.as_str()) } else { None };
            out.result(&json!({ "schema": 1, "words": shown, "written": file }), || match shown {
                Some(words) => format!("\n    {words}\n"),
                None => "the recovery key is written".into(),
            })?;
            out.talk("Whoever has these words opens everything. Write them on paper, keep it in another house.");
            out.next("habeas recovery open  (a trial now is worth more than a promise)");
            Ok(Exit::Ok)
        }
        Command::Open { words_file, new_passphrase_file } => {
            let words = match &words_file {
                Some(path) => read(path)?,
                None => typed("the 24 words: ")?,
            };
            open(Way::RecoveryKey(&recovery_key(&words)?), new_passphrase_file.as_deref(), global, out)
        }
    }
}

/// Runs `shares`.
pub fn shares(command: Shares, global: &Global, out: &Output) -> Result<Exit, Failure> {
    match command {
        Shares::Make { k, n, out: dir } => {
            let desk = opening::desk(global)?;
            refuse_existing(Some(&dir))?;
            if k < 2 || n < k {
                let what = format!("{k} of {n} is no way to share");
                return Err(Failure::usage(what, "at least 2, and no more than there are: 2 of 3, or 3 of 5"));
            }
            let files = desk.change(Right::Keep, |vault| write_shares(vault, k, n, &dir))?;
            out.result(&json!({ "schema": 1, "threshold": k, "shares": n, "files": files }), || {
                format!("{n} shares in {}; any {k} of them open everything", dir.display())
            })?;
            out.talk("Give each to another person, by another way, and remove the files.");
            out.next("habeas shares open FILE…  (a trial with the holders)");
            Ok(Exit::Ok)
        }
        Shares::Open { files, new_passphrase_file } => {
            open(Way::Shares(&combined(&files)?), new_passphrase_file.as_deref(), global, out)
        }
    }
}

/// Makes a recovery key; its words go to a file where one is named.
pub fn recovery_words(vault: &mut Vault, file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    let words = vault.make_recovery_key(now_ms()).map_err(vault_failure)?.words();
    if let Some(path) = file {
        write_private(path, words.as_bytes())?;
    }
    Ok(words)
}

/// Makes shares, one file each in a folder that is made.
pub fn write_shares(vault: &mut Vault, k: u8, n: u8, dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    std::fs::create_dir_all(dir).map_err(|error| Failure::file("made", dir, &error))?;
    let mut files = Vec::new();
    for share in &vault.make_shares(k, n, now_ms()).map_err(vault_failure)? {
        let path = dir.join(format!("share-{}-of-{n}.txt", share.index));
        write_private(&path, share.text().as_bytes())?;
        files.push(path);
    }
    Ok(files)
}

/// Reads the 24 words.
pub fn recovery_key(words: &str) -> Result<RecoveryKey, Failure> {
    RecoveryKey::parse(words)
        .map_err(|error| Failure::new(Exit::Locked, error, "look at the paper again: 24 English words, in their order"))
}

/// What the shares in files open.
pub fn combined(files: &[PathBuf]) -> Result<ShareSecret, Failure> {
    let mut given = Vec::new();
    for path in files {
        let share = Share::parse(read(path)?.trim());
        given.push(share.map_err(|error| share_failure(error).at(path.display().to_string()))?);
    }
    ShareSecret::combine(&given).map_err(share_failure)
}

/// Opens by another way than a passphrase and sets one.
fn open(way: Way<'_>, new: Option<&Path>, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let dir = opening::find(global)?;
    let mut vault = Vault::open(&dir, way).map_err(|error| open_failure(&dir, error))?;
    let new = choose_passphrase(new, out)?;
    vault.add_passphrase(&new, None, calibrated()).map_err(vault_failure)?;
    vault.audit("recovered", now_ms()).map_err(vault_failure)?;
    let object = json!({ "schema": 1, "vault": dir, "opened": true });
    out.result(&object, || "the vault opens with the new passphrase, as the keeper of the recovery".into())?;
    out.next("habeas user list");
    Ok(Exit::Ok)
}

fn share_failure(error: habeas_vault::ShareError) -> Failure {
    Failure::new(Exit::Locked, error, "look at the shares again, or ask for another one")
}

pub fn refuse_existing(path: Option<&Path>) -> Result<(), Failure> {
    match path.filter(|path| path.exists()) {
        Some(path) => {
            let failure = Failure::usage("there is something at this place already", "name another one");
            Err(failure.at(path.display().to_string()))
        }
        None => Ok(()),
    }
}

pub fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    std::fs::read_to_string(path).map(Zeroizing::new).map_err(|error| Failure::file("read", path, &error))
}

/// Writes a secret that only its owner reads.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file("written", path, &error);
    write_whole(path, b"").map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    }
    std::fs::write(path, bytes).map_err(failed)
}
