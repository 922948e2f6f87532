//! `habeas map`: what the columns of a table mean, guessed from header and content, with the reasons.

use crate::{
    commands::report::write_whole,
    failure::{Exit, Failure},
    listing::ListFile,
    output::Output,
};
use habeas_intake::limits::Limits;
use serde_json::json;
use std::{fmt::Write, path::PathBuf};

/// Guess what the columns of a table mean and write an editable mapping
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The table: CSV, TSV, XLSX, XLS or ODS
    file: PathBuf,
    /// Where to write the mapping; it must not exist
    #[arg(long, value_name = "MAP.toml")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: Args, out: &Output) -> Result<Exit, Failure> {
    let file = ListFile::read(&args.file)?;
    let table = file.open(None, &Limits::default())?;
    let guess = file.guess(&table)?;
    if let Some(path) = &args.out {
        if path.exists() {
            let failure = Failure::usage("the mapping file exists already", "name another file, or remove it first");
            return Err(failure.at(path.display().to_string()));
        }
        write_whole(path, guess.to_toml().as_bytes()).map_err(|error| Failure::file("written", path, &error))?;
    }
    let columns: Vec<_> = guess
        .reasons
        .iter()
        .map(|reason| json!({ "column": reason.column, "field": reason.field, "why": reason.words }))
        .collect();
    let object = json!({
        "schema": 1,
        "file": file.name,
        "kind": table.kind().code(),
        "encoding": table.encoding().map(|encoding| encoding.name()),
        "delimiter": table.delimiter().map(String::from),
        "sheet": table.sheet(),
        "columns": columns,
        "mapping": guess.to_toml(),
    });
    out.result(&object, || {
        let mut text = String::new();
        for reason in &guess.reasons {
            let _ = writeln!(text, "{:<32} {:<24} {}", format!("«{}»", reason.column), reason.field, reason.words);
        }
        text
    })?;
    for remark in table.remarks() {
        out.talk(format_args!("{}: {remark}", remark.code()));
    }
    match &args.out {
        Some(path) => {
            out.talk("The speaker of a list and who is accused are never guessed: fill them in.");
            out.next(format_args!(
                "habeas import {} --as LIST --map {} --preview",
                args.file.display(),
                path.display()
            ));
        }
        None => out.next(format_args!("habeas map {} --out MAP.toml  (writes it, to be edited)", args.file.display())),
    }
    Ok(Exit::Ok)
}
