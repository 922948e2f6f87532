//! `habeas checkpoint`: signed summaries to keep elsewhere, without which no encrypted folder can show that it was replaced
//! by an older copy of itself.

use crate::{
    cli::Global,
    commands::{audit::day_of, report::write_whole},
    desk::{Desk, vault_failure},
    failure::{Exit, Failure},
    opening::{self, open_error},
    output::Output,
};
use clap::Subcommand;
use habeas_core::{Date, Right};
use habeas_vault::{Checkpoint, Vault, VaultError};
use serde_json::{Value, json};
use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

/// Sign what the vault holds, for others to keep
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show a checkpoint, to print or to read out by telephone
    Show {
        /// Its id or the beginning of it [default: the newest of this device]
        id: Option<String>,
        /// As 12 English words only
        #[arg(long, conflicts_with = "digits")]
        words: bool,
        /// As 40 digits only
        #[arg(long)]
        digits: bool,
    },
    /// Sign what is held now
    Make,
    /// List checkpoints
    List,
    /// Write one record with its key and the proof that a checkpoint covers it: for a court, who learns nothing else
    Prove {
        /// The address of the record, such as `committee:214`
        address: String,
        /// The file; it shows the record to whoever holds it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write a checkpoint to a file for a witness, who learns only how much there is
    Export {
        /// Its id or the beginning of it [default: the newest of this device]
        id: Option<String>,
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    match command {
        Command::Show { id, words, digits } => {
            let (checkpoint, _) = find(&desk, id.as_deref())?;
            out.result(&described(&checkpoint, None), || match (words, digits) {
                (true, _) => checkpoint.words(),
                (_, true) => checkpoint.digits(),
                _ => format!(
                    "checkpoint {}: {} entries of this feed\n\n  {}\n\n  {}",
                    checkpoint.id(),
                    checkpoint.n_entries,
                    checkpoint.digits(),
                    checkpoint.words()
                ),
            })?;
            out.next("habeas checkpoint export --out FILE  (for a witness)");
        }
        Command::Make => {
            let made = desk.change(Right::Copy, |vault| vault.make_checkpoint().map_err(open_error))?;
            out.result(&described(&made, None), || format!("checkpoint {}\n  {}", made.id(), made.digits()))?;
            out.next("habeas checkpoint export --out FILE  (for a witness)");
        }
        Command::List => list(&desk, out)?,
        Command::Prove { address, out: path } => {
            let record = desk.record_at(&address)?;
            let proof = desk.keep(Right::Cases, |vault| {
                vault.prove(record).map_err(|error| match error {
                    VaultError::Unknown { .. } => Failure::new(
                        Exit::Failed,
                        "no checkpoint covers this record yet",
                        "run: habeas checkpoint make",
                    ),
                    error => vault_failure(error),
                })
            })?;
            write_whole(&path, proof.to_json().as_bytes()).map_err(|error| Failure::file("written", &path, &error))?;
            desk.note_export("proof", std::slice::from_ref(&path))?;
            let object = json!({ "schema": 1, "record": address, "entries": proof.size, "written": path });
            out.result(&object, || format!("wrote the proof of {address} to {}", path.display()))?;
            out.next("habeas checkpoint export --out FILE  (the checkpoint that it rests on, for a witness)");
        }
        Command::Export { id, out: path } => {
            let (checkpoint, text) = find(&desk, id.as_deref())?;
            write_whole(&path, text.as_bytes()).map_err(|error| Failure::file("written", &path, &error))?;
            let object = json!({ "schema": 1, "checkpoint": checkpoint.id(), "written": path });
            out.result(&object, || format!("wrote checkpoint {} to {}", checkpoint.id(), path.display()))?;
            out.next(format_args!("habeas verify --against {}  (now, or in a year)", path.display()));
        }
    }
    Ok(Exit::Ok)
}

fn described(checkpoint: &Checkpoint, made_ms: Option<i64>) -> Value {
    json!({
        "schema": 1,
        "checkpoint": checkpoint.id(),
        "entries": checkpoint.n_entries,
        "device": habeas_core::DeviceId(checkpoint.head.device).to_string(),
        "made_ms": made_ms,
        "digits": checkpoint.digits(),
        "words": checkpoint.words(),
    })
}

fn list(desk: &Desk, out: &Output) -> Result<(), Failure> {
    let known = desk.keep(Right::Copy, |vault| Ok(vault.timed_checkpoints()))?;
    let rows: Vec<_> = known.iter().map(|(checkpoint, made_ms)| described(checkpoint, *made_ms)).collect();
    out.result(&json!({ "schema": 1, "checkpoints": rows }), || {
        let mut text = String::new();
        for (checkpoint, made_ms) in &known {
            let day = made_ms.map_or("not here yet".into(), |ms| day_of(ms).to_string());
            let device = habeas_core::DeviceId(checkpoint.head.device).short();
            let _ =
                writeln!(text, "{}  {day}  {:>9} entries of device {device}", checkpoint.id(), checkpoint.n_entries);
        }
        let _ = write!(text, "{} checkpoints", known.len());
        text
    })?;
    out.next("habeas case list --as-of CHECKPOINT|DAY  (as things stood then)");
    Ok(())
}

/// A known checkpoint with its text.
fn find(desk: &Desk, id: Option<&str>) -> Result<(Checkpoint, String), Failure> {
    desk.keep(Right::Copy, |vault| {
        let found = match id {
            Some(id) => by_id(vault, id)?,
            None => {
                let device = vault.this_device();
                let own = |known: &&Checkpoint| known.head.device == device.0;
                let own = vault.checkpoints().iter().rfind(own).cloned();
                let newest = || vault.timed_checkpoints().into_iter().max_by_key(|(_, made_ms)| *made_ms);
                own.or_else(|| newest().map(|(checkpoint, _)| checkpoint)).ok_or_else(|| {
                    Failure::new(Exit::Failed, "there is no checkpoint yet", "run: habeas checkpoint make")
                })?
            }
        };
        let text = vault.checkpoint_text(&found).ok_or_else(|| {
            let what = "the device that made this checkpoint is not known here yet";
            Failure::new(Exit::Failed, what, "habeas sync FOLDER brings it")
        })?;
        Ok((found, text))
    })
}

fn by_id(vault: &Vault, id: &str) -> Result<Checkpoint, Failure> {
    let mut found: Vec<&Checkpoint> = vault.checkpoints().iter().filter(|known| known.id().starts_with(id)).collect();
    found.dedup();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        found => {
            let what = format!("{} checkpoints have an id that begins so", found.len());
            Err(Failure::usage(what, "see: habeas checkpoint list").at(id))
        }
    }
}

/// The checkpoint that `--as-of` names: by its id, or the last that was made not after the end of a day.
pub fn as_of(vault: &Vault, named: &str) -> Result<Checkpoint, Failure> {
    let Ok(day) = named.parse::<Date>() else { return by_id(vault, named) };
    let made = vault.timed_checkpoints().into_iter().filter_map(|(checkpoint, made_ms)| Some((made_ms?, checkpoint)));
    let last = made.filter(|(ms, _)| day_of(*ms) <= day).max_by_key(|(ms, _)| *ms);
    last.map(|(_, checkpoint)| checkpoint).ok_or_else(|| {
        let what = "no checkpoint was made on that day or before";
        Failure::new(Exit::Failed, what, "see: habeas checkpoint list").at(named)
    })
}

/// Reads a checkpoint that was kept elsewhere.
pub fn read(desk: &Desk, path: &Path) -> Result<Checkpoint, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    desk.keep(Right::Copy, |vault| {
        vault.read_checkpoint(&text).map_err(|kind| {
            let remedy = "give a file that `habeas checkpoint export` wrote for this vault";
            Failure::new(Exit::Failed, kind, remedy).at(path.display().to_string())
        })
    })
}
