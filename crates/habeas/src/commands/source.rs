//! `habeas source`: add and inspect sources.

use crate::{
    cli::Global,
    commands::init::now_ms,
    desk::{
        Desk, asserted,
        editions::Gone,
        importing::Added,
        named::{Bearer, NameInText},
        vault_failure,
    },
    failure::{Exit, Failure},
    listing::ListFile,
    opening,
    output::Output,
};
use clap::{Subcommand, ValueEnum};
use habeas_core::{Entity, Right, Source, SourceKind};
use serde_json::json;
use std::{
    fmt::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Add and inspect sources
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Keep texts, saved pages, PDF, DOCX and messages as they are, to be read; claims on them follow later
    Add {
        /// The files; of a folder, all files in it and in its folders
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// What kind of source
        #[arg(long, value_enum, default_value_t = Kind::Article)]
        kind: Kind,
        /// Who says what it says
        #[arg(long, value_name = "WORDS")]
        said_by: Option<String>,
    },
    /// List sources
    List,
    /// Show one source
    Show {
        /// Its key
        key: String,
    },
    /// Show who a source really is, or record it from a file: sealed in a compartment of its own
    Identity {
        /// The source's key
        key: String,
        /// A file whose words say who it is; remove it afterwards
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
    },
    /// Find names in a text, of any language, that persons of the vault go by; nothing is recorded
    Names {
        /// The source's key
        key: String,
    },
    /// List records whose row is gone from a later edition of their list: events to look into; or say why one is gone
    Gone {
        /// Only of this list, or the row of this address
        #[arg(value_name = "LIST|ADDRESS")]
        of: Option<String>,
        /// Only those of which nobody knows yet why
        #[arg(long, conflicts_with = "reason")]
        open: bool,
        /// Why it is gone, by its code; see `habeas claims vocabulary row-gone`
        #[arg(long, value_name = "CODE", requires_all = ["of", "why"])]
        reason: Option<String>,
        /// How that is known
        #[arg(long, value_name = "WORDS", requires = "reason")]
        why: Option<String>,
    },
    /// Check every original file against its hash
    Verify,
}

/// Kinds of texts
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Kind {
    /// A published text
    Article,
    /// What a witness or relative told
    Testimony,
    /// An authority's statement
    Statement,
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    match command {
        Command::Identity { key, from } => identity(&desk, &key, from.as_deref(), out),
        Command::Add { files, kind, said_by } => add(&desk, &files, kind, said_by.as_deref(), out),
        Command::List => {
            let sources = desk.sources()?;
            let rows: Vec<_> = sources.iter().map(source_json).collect();
            out.result(&json!({ "schema": 1, "sources": rows }), || {
                let mut text = String::new();
                for source in &sources {
                    let _ = writeln!(
                        text,
                        "{}  {}  {}  {}",
                        source.key,
                        kind_code(source.kind),
                        source.file_name,
                        source.title
                    );
                }
                let _ = write!(text, "{} sources", sources.len());
                text
            })?;
            Ok(Exit::Ok)
        }
        Command::Show { key } => {
            let sources = desk.sources()?;
            let Some(source) = sources.iter().find(|source| source.key == key) else {
                return Err(Failure::usage(format_args!("there is no source «{key}»"), "see: habeas source list"));
            };
            let of_list = |other: &&Arc<Source>| other.kind == SourceKind::List && other.list() == source.list();
            let editions: Vec<&str> = sources.iter().filter(of_list).map(|other| other.key.as_str()).collect();
            let mut object = source_json(source);
            object["editions"] = json!(editions);
            let stated = match source.kind {
                // What a source says of itself is a claim like any other, and those are for readers of cases.
                SourceKind::Article | SourceKind::Testimony | SourceKind::Statement if desk.may(Right::Cases) => {
                    let book = desk.book_about(&[Entity::source(source.id)])?;
                    asserted::stated_of_text(&book, source)
                }
                _ => Vec::new(),
            };
            object["stated"] = stated.iter().map(|(matter, accounts)| (matter.code(), json!(accounts))).collect();
            out.result(&object, || {
                let mut text = format!(
                    "{}\n  kind      {}\n  title     {}\n  said by   {}\n  edition   {}\n  file      {}\n  sha-256   {}",
                    source.key, kind_code(source.kind), source.title, source.said_by.speaker.name, source.edition,
                    source.file_name, source.sha256,
                );
                if editions.len() > 1 {
                    let _ = write!(text, "\n  editions  {}", editions.join(", "));
                }
                for (matter, accounts) in &stated {
                    let told = if accounts.is_empty() { "not stated".into() } else { accounts.join(" · ") };
                    let _ = write!(text, "\n  {:<15} {told}", matter.code());
                }
                text
            })?;
            Ok(Exit::Ok)
        }
        Command::Names { key } => names(&desk, &key, out),
        Command::Gone { of, open, reason, why } => {
            if let (Some(address), Some(reason), Some(why)) = (&of, &reason, &why) {
                desk.say_why_gone(address, reason, why, None)?;
            }
            gone(&desk, of.as_deref(), open, out)
        }
        Command::Verify => {
            let mut wrong = Vec::new();
            let sources = desk.sources()?;
            for source in &sources {
                if let Err(failure) = desk.original_of(source) {
                    wrong.push((source.key.clone(), failure.what));
                }
            }
            let n = sources.len();
            let problems: Vec<_> = wrong.iter().map(|(key, what)| json!({ "source": key, "problem": what })).collect();
            out.result(&json!({ "schema": 1, "sources": n, "problems": problems }), || {
                let lines: Vec<String> = wrong.iter().map(|(key, what)| format!("{key}: {what}")).collect();
                if lines.is_empty() { format!("{n} originals: every hash is right") } else { lines.join("\n") }
            })?;
            Ok(if wrong.is_empty() { Exit::Ok } else { Exit::FoundProblems })
        }
    }
}

/// Keeps documents, one after the other.
fn add(desk: &Desk, files: &[PathBuf], kind: Kind, said_by: Option<&str>, out: &Output) -> Result<Exit, Failure> {
    let kind = match kind {
        Kind::Article => SourceKind::Article,
        Kind::Testimony => SourceKind::Testimony,
        Kind::Statement => SourceKind::Statement,
    };
    let (mut added, mut n_refused): (Vec<Arc<Source>>, usize) = (Vec::new(), 0);
    let in_folder = files.iter().any(|path| path.is_dir());
    let files = files_below(files)?;
    for path in &files {
        let file = ListFile::read(path)?;
        let name = &file.name;
        let Added { source, remarks, n_children } = match desk.add_text(&file, kind, said_by) {
            Ok(added) => added,
            // One bad file does not keep a folder out.
            Err(failure) if in_folder && failure.exit == Exit::Failed => {
                out.talk(format_args!("{name}: not added: {}", failure.what));
                n_refused += 1;
                continue;
            }
            Err(failure) => {
                return Err(failure.leaving(format!("{} of {} files were added.", added.len(), files.len())));
            }
        };
        for remark in remarks {
            out.talk(format_args!("{name}: {remark}"));
        }
        if n_children > 0 {
            let words = "files inside it are kept in it and not read; add them one by one";
            out.talk(format_args!("{name}: {n_children} {words}"));
        }
        added.push(source);
    }
    let keys: Vec<&str> = added.iter().map(|source| source.key.as_str()).collect();
    out.result(&json!({ "schema": 1, "added": keys, "refused": n_refused }), || {
        let refused = if n_refused > 0 { format!("; {n_refused} files were not added") } else { String::new() };
        format!("added {}{refused}", keys.join(", "))
    })?;
    if let Some(key) = keys.first() {
        out.next(format_args!(
            "habeas claims propose {key}  (what it seems to say; nothing counts before it is accepted)"
        ));
    }
    Ok(if n_refused > 0 { Exit::PartRefused } else { Exit::Ok })
}

/// The files themselves, and in the order of their names those in folders; what is hidden and what is a link stays out.
fn files_below(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let wrong = |error: std::io::Error| Failure::file("read", path, &error);
        let mut inside: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(path).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !is_hidden && !entry.file_type().map_err(wrong)?.is_symlink() {
                inside.push(entry.path());
            }
        }
        inside.sort();
        files.extend(files_below(&inside)?);
    }
    Ok(files)
}

/// Names in a text that persons of the vault go by.
fn names(desk: &Desk, key: &str, out: &Output) -> Result<Exit, Failure> {
    let sources = desk.sources()?;
    let source = sources.iter().find(|source| source.key == key && source.kind != SourceKind::List);
    let missing = || Failure::usage(format_args!("there is no text «{key}»"), "see: habeas source list");
    let found = desk.names_in_source(source.ok_or_else(missing)?)?;
    let bearer = |bearer: &Bearer| {
        json!({
            "person": bearer.row.person.to_string(), "names": bearer.row.names, "as_written": bearer.as_written,
            "taken": bearer.row.taken, "place": bearer.row.place, "sources": bearer.row.sources,
        })
    };
    let name = |name: &NameInText| {
        let spans: Vec<_> = name.ranges.iter().map(|range| [range.start, range.end]).collect();
        let persons: Vec<_> = name.persons.iter().map(bearer).collect();
        json!({ "words": name.words, "spans": spans, "persons": persons, "more": name.more })
    };
    let names: Vec<_> = found.names.iter().map(name).collect();
    out.result(&json!({ "schema": 1, "source": key, "names": names, "is_cut": found.is_cut }), || {
        let mut text = String::new();
        for name in &found.names {
            let first = name.ranges.first().map_or(0, |range| range.start);
            let _ = writeln!(text, "{}  byte {first}, {} ×", name.words, name.ranges.len());
            for Bearer { row, as_written } in &name.persons {
                let how = if *as_written { "written so" } else { "another spelling" };
                let (who, sources) = (row.names.join(" / "), row.sources.join(", "));
                let _ =
                    writeln!(text, "  {}  {who}  {}  {}  {sources}  ({how})", row.person.short(), row.taken, row.place);
            }
            if name.more {
                text.push_str("  and more\n");
            }
        }
        let _ = write!(text, "{} names of this text are names of persons in the vault", found.names.len());
        if found.is_cut {
            text.push_str("; the end of the text was not looked at");
        }
        text
    })?;
    if !found.names.is_empty() {
        out.next(
            "habeas claims add …  (a mention that a person accepts becomes a record, and the linkage weighs who it is)",
        );
    }
    Ok(Exit::Ok)
}

/// Lists records whose row is gone, by address.
fn gone(desk: &Desk, of: Option<&str>, open: bool, out: &Output) -> Result<Exit, Failure> {
    let mut gone = desk.gone_records()?;
    gone.retain(|row| of.is_none_or(|of| row.list == of || row.address == of) && (!open || row.why.is_none()));
    let line = |row: &Gone| {
        json!({
            "record": row.record.to_string(), "address": row.address, "list": row.list, "gone_in": row.edition,
            "reason": row.why.as_ref().map(|why| &why.reason), "words": row.why.as_ref().map(|why| &why.words),
        })
    };
    let rows: Vec<_> = gone.iter().map(line).collect();
    out.result(&json!({ "schema": 1, "gone": rows }), || {
        let mut text = String::new();
        for row in &gone {
            let reason = row.why.as_ref().map_or("nobody knows yet why", |why| &why.reason);
            let _ = writeln!(text, "{}  is gone in {}: {reason}", row.address, row.edition);
        }
        let _ = write!(text, "{} rows are gone from later editions. Their records stand", gone.len());
        match gone.iter().filter(|row| row.why.is_none()).count() {
            0 => text.push('.'),
            unknown => drop(write!(text, "; of {unknown} nobody knows yet why they are gone.")),
        }
        text
    })?;
    if let Some(row) = gone.iter().find(|row| row.why.is_none()) {
        out.next(format_args!("habeas source gone {} --reason CODE --why WORDS", row.address));
    }
    Ok(Exit::Ok)
}

/// The code of a kind of source.
pub fn kind_code(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::List => "list",
        SourceKind::Article => "article",
        SourceKind::Testimony => "testimony",
        SourceKind::Statement => "statement",
    }
}

fn source_json(source: &Arc<Source>) -> serde_json::Value {
    json!({
        "key": source.key,
        "id": source.id.to_string(),
        "kind": kind_code(source.kind),
        "title": source.title,
        "said_by": source.said_by.speaker.name,
        "edition": source.edition,
        "file": source.file_name,
        "sha256": source.sha256,
        "names_once": source.names_once,
        "compiled_from": source.compiled_from,
    })
}

fn identity(desk: &Desk, key: &str, from: Option<&Path>, out: &Output) -> Result<Exit, Failure> {
    let sources = desk.sources()?;
    let source = sources.iter().find(|source| source.key == key);
    let source = source.ok_or_else(|| Failure::usage("no source has this key", "see: habeas source list"))?;
    if let Some(path) = from {
        let words = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
        desk.keep(Right::Code, |vault| {
            vault.set_source_identity(source.id, words.trim(), now_ms()).map_err(vault_failure)
        })?;
        out.result(&json!({ "schema": 1, "recorded": key }), || format!("recorded who {key} is, sealed apart"))?;
        out.talk(format_args!("{} still holds the words in clear: remove it.", path.display()));
        return Ok(Exit::Ok);
    }
    let words = desk.keep(Right::Cases, |vault| {
        let words = vault.source_identity(source.id).map(str::to_owned);
        if words.is_some() && !vault.is_read_only() {
            // The audit outlives an erasure, and a key can be a name.
            let looked_up = habeas_vault::AuditEvent::new("source-looked-up", [("source", source.id.short())]);
            vault.audit(looked_up, now_ms()).map_err(vault_failure)?;
        }
        Ok(words)
    })?;
    let Some(words) = words else {
        let remedy = "a keeper can grant the compartment: habeas user grant; or nobody has recorded it yet";
        return Err(Failure::new(Exit::Failed, "who this source is cannot be read here", remedy).at(key));
    };
    out.result(&json!({ "schema": 1, "source": key, "identity": words }), || words.clone())?;
    Ok(Exit::Ok)
}
