//! `habeas places`: lists of places that others made, kept sealed in the vault and read with every text. Nothing of them
//! counts.

use crate::{
    cli::{Global, one_of},
    desk::Desk,
    failure::{Exit, Failure},
    listing::ListFile,
    opening,
    output::Output,
};
use clap::Subcommand;
use habeas_core::ErasureReason;
use habeas_vault::{PlaceList, PlaceListDraft};
use serde_json::{Value, json};
use std::{fmt::Write, path::PathBuf};

/// Keep lists of places for reading texts; nothing of them counts
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Keep a list of places, for every suggestion from now on
    Keep {
        /// CSV (name,kind,within,demonym), a country file of GeoNames, or GeoJSON
        file: PathBuf,
        /// A name for the list
        #[arg(long = "as", value_name = "NAME")]
        named: String,
        /// Which state of the list it is, such as its day
        #[arg(long, value_name = "WORDS", default_value = "")]
        edition: String,
        /// Whose it is, and under which licence
        #[arg(long, value_name = "WORDS", default_value = "")]
        licence: String,
    },
    /// List what is kept
    Kept,
    /// Erase a list with its file, here and wherever the vault was shared; claims that were made with it stay
    Drop {
        /// Its name
        name: String,
        /// Why, as a code that may be shown
        #[arg(long, value_parser = one_of(ErasureReason::ALL, ErasureReason::code), default_value = "other")]
        reason: ErasureReason,
        /// Why, in words
        #[arg(long, value_name = "WORDS")]
        why: String,
    },
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    match command {
        Command::Keep { file, named, edition, licence } => {
            let ListFile { name: file_name, bytes } = ListFile::read(&file)?;
            let draft = PlaceListDraft { name: named, edition, licence, file_name };
            let kept = desk.keep_places(draft, &bytes);
            let (list, n_places) = kept.map_err(|failure| failure.at(file.display().to_string()))?;
            let mut object = list_json(&list);
            object["schema"] = json!(1);
            object["places"] = json!(n_places);
            out.result(&object, || format!("kept {} with {n_places} places; none of them counts", list.name))?;
            out.next("habeas claims propose SOURCE  (reads the text with these places)");
        }
        Command::Kept => kept(&desk, out)?,
        Command::Drop { name, reason, why } => {
            let n = desk.drop_places(&name, reason, &why)?;
            out.result(&json!({ "schema": 1, "dropped": name, "lists": n }), || {
                format!("erased {name}: the keys to it are destroyed here; a stub says when, by whom and why")
            })?;
            out.talk("Backups and sticks still hold the keys: make a new backup, remove old ones, and synchronise.");
        }
    }
    Ok(Exit::Ok)
}

fn kept(desk: &Desk, out: &Output) -> Result<(), Failure> {
    let lists = desk.place_lists()?;
    let rows: Vec<Value> = lists.iter().map(list_json).collect();
    out.result(&json!({ "schema": 1, "lists": rows }), || {
        let mut text = String::new();
        for PlaceList { name, edition, licence, file_name, sha256, .. } in &lists {
            let told: Vec<&str> = [edition, licence, file_name].into_iter().map(String::as_str).collect();
            let told: Vec<&str> = told.into_iter().filter(|words| !words.is_empty()).collect();
            let _ = writeln!(text, "{name}  {}\n    sha-256 {sha256}", told.join(" · "));
        }
        let _ = write!(text, "lists of places kept: {}", lists.len());
        text
    })
}

fn list_json(list: &PlaceList) -> Value {
    json!({
        "name": list.name, "edition": list.edition, "licence": list.licence, "file": list.file_name,
        "sha256": list.sha256, "bytes": list.length, "kept_ms": list.recorded_ms, "kept_by": list.recorded_by.to_string(),
    })
}
