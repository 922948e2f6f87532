//! `habeas import`: a list into the vault, whole or not at all.

use crate::{
    cli::Global,
    commands::init::now_ms,
    desk::{shown, vault_failure},
    failure::{Exit, Failure},
    listing::{self, Kept, ListFile, read_rows},
    opening,
    output::Output,
};
use habeas_core::{Attribution, ImportId, Origin, Right, SourceKind, SpeakerKind};
use habeas_intake::{
    editions::{self, Difference, Edition, Pairing},
    limits::Limits,
    mapping::Mapping,
    read::{Address, CodeCount, ImportReport},
    table::{RowEvent, Table},
};
use habeas_vault::{ImportError, ImportSummary, QuarantinedRow, RemarkCount, SourceDraft, Vault, VaultError};
use serde_json::{Value, json};
use std::{
    fmt::Write,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

/// Rows that a preview shows.
const PREVIEW_ROWS: usize = 20;

/// Import a list into the vault
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The table: CSV, TSV, XLSX, XLS or ODS
    #[arg(required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// The list that it is, a short name for commands and addresses
    #[arg(long = "as", value_name = "LIST", required_unless_present = "undo")]
    list: Option<String>,
    /// What the columns mean [default: guessed]
    #[arg(long, value_name = "MAP.toml")]
    map: Option<PathBuf>,
    /// Which edition of the list this is
    #[arg(long, value_name = "WORDS")]
    edition: Option<String>,
    /// Show what each row becomes and write nothing
    #[arg(long, visible_alias = "dry-run")]
    preview: bool,
    /// The file of an earlier edition: also show which rows were added, changed and removed
    #[arg(long, value_name = "FILE", requires = "preview")]
    since: Option<PathBuf>,
    /// Give the process that reads workbooks more memory: memory=2GiB
    #[arg(long, value_name = "memory=SIZE", value_parser = memory_limit)]
    limit: Option<u64>,
    /// Take an import back; its records no longer stand, the log keeps them
    #[arg(long, value_name = "IMPORT", requires = "why", conflicts_with = "file")]
    undo: Option<String>,
    /// Why, in words
    #[arg(long, value_name = "WORDS")]
    why: Option<String>,
}

fn memory_limit(text: &str) -> Result<u64, String> {
    let wrong = || "write it like memory=2GiB or memory=800MiB".to_owned();
    let size = text.strip_prefix("memory=").ok_or_else(wrong)?;
    let (number, unit) = [("GiB", 1 << 30), ("MiB", 1 << 20)]
        .into_iter()
        .find_map(|(unit, bytes)| Some((size.strip_suffix(unit)?, bytes)))
        .ok_or_else(wrong)?;
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    if let Some(id) = &args.undo {
        return undo(id, args.why.as_deref().unwrap_or_default(), global, out);
    }
    let (Some(path), Some(key)) = (&args.file, &args.list) else {
        return Err(Failure::usage("a file and the list that it is are missing", "habeas import FILE --as LIST"));
    };
    if key.is_empty() || !key.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
        return Err(Failure::usage("the name of a list has letters, digits, - and _ only", "choose another --as LIST"));
    }
    let file = ListFile::read(path)?;
    let mut limits = Limits::default();
    if let Some(bytes) = args.limit {
        limits.worker_memory = bytes;
    }
    let mapping = args.map.as_deref().map(listing::read_mapping).transpose()?;
    let table = file.open(mapping.as_ref(), &limits)?;
    let (mapping, guessed) = match mapping {
        Some(mapping) => (mapping, false),
        None => (file.guess(&table)?.mapping, true),
    };
    if args.preview {
        let since = args.since.as_deref().map(|path| difference(path, &table, &mapping, &limits, &file)).transpose()?;
        return preview(&file, &table, &mapping, since.as_ref(), out);
    }
    let desk = opening::desk(global)?;
    let edition = args.edition.as_deref();
    let imported = desk.change(Right::Code, |vault| keep(vault, &file, &table, &mapping, key, edition, out))?;
    finish(imported, guessed, path, out)
}

/// What became of a file.
pub enum Imported {
    /// It came in.
    New {
        /// What became of the rows.
        report: ImportReport,
        /// Header of the table, for addresses.
        header: Vec<String>,
        /// Id of the import.
        import: ImportId,
        /// Key of the list.
        key: String,
    },
    /// The same file was imported with the same mapping before.
    Already(ImportId),
}

/// Imports a file of the demo, whose mapping is given as text.
pub fn import_bytes(vault: &mut Vault, bytes: &[u8], name: &str, key: &str, mapping: &str) -> Result<(), Failure> {
    let file = ListFile { name: name.to_owned(), bytes: bytes.to_vec() };
    let mapping = Mapping::parse(mapping)
        .map_err(|error| Failure::new(Exit::Failed, error, "this is a fault of the demo: please report it"))?;
    let table = file.open(Some(&mapping), &Limits::default())?;
    keep(vault, &file, &table, &mapping, key, None, &Output::new(true))?;
    Ok(())
}

fn keep(
    vault: &mut Vault,
    file: &ListFile,
    table: &Table<'_>,
    mapping: &Mapping,
    key: &str,
    edition: Option<&str>,
    out: &Output,
) -> Result<Imported, Failure> {
    let list = &mapping.list;
    let or_key = |words: &str| if words.is_empty() { key.to_owned() } else { words.to_owned() };
    let draft = SourceDraft {
        key: key.to_owned(),
        kind: SourceKind::List,
        title: or_key(&list.title),
        said_by: Attribution::direct(or_key(&list.speaker), SpeakerKind::ListKeeper),
        edition: edition.unwrap_or(&list.edition).to_owned(),
        file_name: file.name.clone(),
        names_once: list.names_once,
        compiled_from: list.compiled_from.clone(),
        header: table.header().names().to_vec(),
    };
    let wrong = |error: ImportError| import_failure(error, &file.name);
    let mut writer = match vault.begin_import(draft, &file.bytes, &mapping.to_toml(), now_ms()) {
        Ok(writer) => writer,
        Err(ImportError::AlreadyImported(id)) => return Ok(Imported::Already(id)),
        Err(error) => return Err(wrong(error)),
    };
    let import = writer.id();
    let mut failed = None;
    let sheet = table.sheet().to_owned();
    let report = read_rows(file, table, mapping, |taken| {
        if taken.number % 50_000 == 0 {
            out.talk(format_args!("{} rows read", taken.number));
        }
        let origin = Origin::Row { sheet: sheet.clone(), row: taken.number };
        let written = match taken.row {
            Kept::Record { cells, claims } => writer.push(origin, cells, claims).map(drop),
            Kept::SetAside { cells, code } => {
                writer.quarantine(&QuarantinedRow { origin, cells, code: code.to_owned() })
            }
            Kept::Skipped => Ok(()),
        };
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(error) = failed {
        return Err(wrong(error));
    }
    if report.accepted == 0 {
        let remedy = "look at it with --preview, mend the mapping, and import it again";
        let failure = Failure::new(Exit::Failed, "no row of this file could be read", remedy).at(file.name.clone());
        return Err(failure.leaving("Nothing was imported from this file."));
    }
    writer.finish(summary(&report, table.header().names())).map_err(wrong)?;
    let header = table.header().names().to_vec();
    Ok(Imported::New { report, header, import, key: key.to_owned() })
}

fn summary(report: &ImportReport, header: &[String]) -> ImportSummary {
    ImportSummary {
        accepted: report.accepted,
        with_remarks: report.with_remarks,
        quarantined: report.quarantined,
        refused: report.refused,
        remarks: report
            .codes
            .iter()
            .map(|(code, count)| RemarkCount {
                code: (*code).to_owned(),
                count: count.n,
                first: addresses(count, header),
            })
            .collect(),
    }
}

/// The first places of a remark in words: row and column, never what stands there.
fn addresses(count: &CodeCount, header: &[String]) -> Vec<String> {
    let place = |address: &Address| {
        let column = address.column.and_then(|column| header.get(usize::from(column)));
        match (address.row, column) {
            (0, Some(column)) => format!("column «{column}»"),
            (0, None) => format!("line {}", address.line),
            (row, Some(column)) => format!("row {row}, column «{column}»"),
            (row, None) => format!("row {row}"),
        }
    };
    count.first.iter().map(place).collect()
}

/// Why an import did not come about, for people.
pub fn import_failure(error: ImportError, file: &str) -> Failure {
    let state = "Nothing was imported from this file.";
    match error {
        ImportError::ImportedWithAnotherMapping(id) => {
            let remedy = format!("take the earlier import back first: habeas import --undo {} --why WORDS", id.short());
            Failure::new(Exit::Failed, &error, remedy)
        }
        ImportError::Vault(VaultError::KeyTaken { .. }) => {
            let remedy = "a new edition is a list of its own for now: name it so, such as --as LIST-2024";
            Failure::new(Exit::Failed, &error, remedy)
        }
        ImportError::Vault(error) => vault_failure(error),
        other => Failure::new(Exit::Failed, &other, "please report this with the kind of file that it is"),
    }
    .at(file)
    .leaving(state)
}

fn finish(imported: Imported, guessed: bool, path: &std::path::Path, out: &Output) -> Result<Exit, Failure> {
    match imported {
        Imported::Already(id) => {
            let object = json!({ "schema": 1, "already_imported": true, "import": id.to_string() });
            out.result(&object, || format!("already imported as {}; nothing was changed", id.short()))?;
            Ok(Exit::Ok)
        }
        Imported::New { report, header, import, key } => {
            let mut object = report_json(&report, &header);
            object["already_imported"] = json!(false);
            object["import"] = json!(import.to_string());
            object["list"] = json!(key);
            out.result(&object, || report_text(&report, &header, Some(import)))?;
            if guessed {
                let path = path.display();
                out.talk(format_args!("The columns were guessed. To see how: habeas map {path}"));
            }
            out.next("habeas link run");
            Ok(if report.quarantined > 0 { Exit::PartRefused } else { Exit::Ok })
        }
    }
}

fn report_json(report: &ImportReport, header: &[String]) -> Value {
    let remarks: Vec<Value> = report
        .codes
        .iter()
        .map(|(code, count)| {
            let (text, first) = (&count.words, addresses(count, header));
            json!({ "code": code, "text": text, "do": count.remedy, "count": count.n, "first": first })
        })
        .collect();
    json!({
        "schema": 1,
        "rows": report.rows(),
        "accepted": report.accepted,
        "with_remarks": report.with_remarks,
        "quarantined": report.quarantined,
        "skipped": report.skipped,
        "remarks": remarks,
    })
}

fn report_text(report: &ImportReport, header: &[String], import: Option<ImportId>) -> String {
    let mut text = String::new();
    let import = import.map(|id| format!("   [import {}]", id.short())).unwrap_or_default();
    let _ = writeln!(
        text,
        "{} rows: {} accepted ({} with remarks), {} quarantined, {} skipped{import}",
        report.rows(),
        report.accepted,
        report.with_remarks,
        report.quarantined,
        report.skipped,
    );
    for (code, count) in &report.codes {
        let _ = writeln!(text, "  {:>6}  {code}  {}", count.n, count.words);
        let first = addresses(count, header).join("; ");
        if !first.is_empty() {
            let _ = writeln!(text, "          first: {first}");
        }
        if !count.remedy.is_empty() {
            let _ = writeln!(text, "          do:    {}", count.remedy);
        }
    }
    text
}

/// What changed since an earlier edition of the same list.
fn difference(
    earlier: &Path,
    table: &Table<'_>,
    mapping: &Mapping,
    limits: &Limits,
    file: &ListFile,
) -> Result<Difference, Failure> {
    let earlier = ListFile::read(earlier)?;
    let before = earlier.open(Some(mapping), limits)?;
    let number = mapping.columns.iter().find(|column| column.field.code() == "list-id");
    let number = number.map(|column| column.header.as_str());
    Ok(editions::compare(&edition(&earlier, &before)?, &edition(file, table)?, number))
}

fn edition(file: &ListFile, table: &Table<'_>) -> Result<Edition, Failure> {
    let mut edition = Edition::new(table.header().names());
    let read = table.rows(|event| {
        if let RowEvent::Row(row) = event {
            edition.push(row.row, row.cells);
        }
        ControlFlow::Continue(())
    });
    read.map_err(|error| listing::table_failure(error, &file.name))?;
    Ok(edition)
}

fn difference_json(difference: &Difference) -> Value {
    let changed: Vec<Value> = difference
        .changed
        .iter()
        .map(|row| {
            let by = match row.by {
                Pairing::ListNumber => "list-number",
                Pairing::Alike => "alike",
            };
            json!({ "before": row.before, "after": row.after, "columns": row.columns, "paired_by": by })
        })
        .collect();
    json!({
        "same": difference.same, "added": difference.added, "removed": difference.removed, "changed": changed,
        "new_columns": difference.new_columns, "lost_columns": difference.lost_columns,
    })
}

/// Rows by number only: what stands in them is nobody's business on a terminal.
fn difference_text(difference: &Difference) -> String {
    let rows = |rows: &[u64]| {
        let shown: Vec<String> = rows.iter().take(20).map(ToString::to_string).collect();
        let more = if rows.len() > 20 { " …" } else { "" };
        if rows.is_empty() { String::new() } else { format!(": rows {}{more}", shown.join(", ")) }
    };
    let mut text = format!(
        "since the earlier edition: {} the same, {} changed, {} added{}\n",
        difference.same,
        difference.changed.len(),
        difference.added.len(),
        rows(&difference.added),
    );
    let _ = writeln!(text, "  {} removed{}", difference.removed.len(), rows(&difference.removed));
    if !difference.removed.is_empty() {
        text.push_str("  A row that is gone is an event to look into: released, found dead, an error, a wish, pressure. Nobody knows yet.\n");
    }
    for row in difference.changed.iter().take(20) {
        let question = if row.by == Pairing::Alike { "  (perhaps: most cells agree)" } else { "" };
        let _ = writeln!(text, "  row {} is now row {}: {}{question}", row.before, row.after, row.columns.join(", "));
    }
    text
}

fn preview(
    file: &ListFile,
    table: &Table<'_>,
    mapping: &Mapping,
    since: Option<&Difference>,
    out: &Output,
) -> Result<Exit, Failure> {
    let mut rows = Vec::new();
    let header = table.header().names();
    let report = read_rows(file, table, mapping, |taken| {
        if let (Kept::Record { cells, claims }, true) = (&taken.row, rows.len() < PREVIEW_ROWS) {
            let claims: Vec<Value> = claims
                .iter()
                .map(|claim| {
                    let column = usize::from(claim.passage.first().column);
                    let words: Vec<&str> = claim.passage.spans().filter_map(|span| span.of(cells)).collect();
                    json!({
                        "question": claim.predicate.code(),
                        "words": words.join(" · "),
                        "value": shown::value_text(claim),
                        "where": format!("{}, row {}, column «{}»", file.name, taken.number, header[column]),
                    })
                })
                .collect();
            rows.push(json!({ "row": taken.number, "claims": claims }));
        }
        ControlFlow::Continue(())
    })?;
    let counts = report_json(&report, header);
    let since_json = since.map(difference_json);
    let object = json!({
        "schema": 1, "preview": true, "file": file.name, "report": counts, "rows": rows, "since": since_json,
    });
    out.result(&object, || {
        let mut text = String::new();
        for row in object["rows"].as_array().into_iter().flatten() {
            let _ = writeln!(text, "row {}", row["row"]);
            for claim in row["claims"].as_array().into_iter().flatten() {
                let word = |key: &str| claim[key].as_str().unwrap_or_default().to_owned();
                let value = claim["value"].as_str().map(|value| format!(" = {value}")).unwrap_or_default();
                let _ = writeln!(text, "  {:<26} «{}»{value}", word("question"), word("words"));
            }
        }
        let _ = writeln!(text, "\n{}", report_text(&report, header, None).trim_end());
        text.push_str(&since.map(difference_text).unwrap_or_default());
        text.push_str("Nothing was written.\n");
        text
    })?;
    out.next(format_args!("habeas import {} --as LIST", file.name));
    Ok(if report.quarantined > 0 { Exit::FoundProblems } else { Exit::Ok })
}

fn undo(id: &str, why: &str, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    let imports = desk.keep(Right::Code, |vault| Ok(vault.imports().to_vec()))?;
    let standing = imports.iter().filter(|import| import.undone.is_none());
    let matching: Vec<ImportId> =
        standing.map(|import| import.id).filter(|import| import.to_string().starts_with(id)).collect();
    let [import] = matching.as_slice() else {
        let what = format!("{} imports that stand have an id that begins so", matching.len());
        return Err(Failure::usage(what, "the id is printed by `habeas import`; give more of it"));
    };
    desk.change(Right::Code, |vault| vault.undo_import(*import, why, now_ms()).map_err(vault_failure))?;
    out.result(&json!({ "schema": 1, "undone": import.to_string() }), || {
        format!("taken back: import {}; its records no longer stand", import.short())
    })?;
    out.next("habeas link run");
    Ok(Exit::Ok)
}
