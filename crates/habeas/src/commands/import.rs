//! `habeas import`: a list into the vault, whole or not at all.

use crate::{
    cli::Global,
    desk::{
        editions::{self, EditionReport, Known, LaterEdition, Perhaps, rows_of_file},
        importing::{self, Imported, Preview, PreviewRow, addresses},
        shown,
    },
    failure::{Exit, Failure},
    listing::{self, ListFile, RaisedLimits},
    opening,
    output::Output,
};
use habeas_core::{Claim, ImportId, Right};
use habeas_intake::{
    editions::{Difference, Pairing, compare},
    limits::Limits,
    mapping::Mapping,
    read::ImportReport,
    table::Table,
};
use serde_json::{Value, json};
use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

/// Rows that a preview shows.
const PREVIEW_ROWS: usize = 20;

/// Import a list into the vault
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The table: CSV, TSV, XLSX, XLS or ODS
    #[arg(required_unless_present_any = ["undo", "retry"])]
    file: Option<PathBuf>,
    /// The list that it is, a short name for commands and addresses
    #[arg(long = "as", value_name = "LIST", required_unless_present_any = ["undo", "retry"])]
    list: Option<String>,
    /// What the columns mean [default: guessed]
    #[arg(long, value_name = "MAP.toml")]
    map: Option<PathBuf>,
    /// Which edition of the list this is; with --preview also what it changes of the list in the vault
    #[arg(long, value_name = "WORDS")]
    edition: Option<String>,
    /// Show what each row becomes and write nothing
    #[arg(long, visible_alias = "dry-run")]
    preview: bool,
    /// The file of an earlier edition: also show which rows were added, changed and removed
    #[arg(long, value_name = "FILE", requires = "preview")]
    since: Option<PathBuf>,
    #[command(flatten)]
    limits: RaisedLimits,
    /// Read the kept file of an import again, with a mended mapping: its rows that were set aside may come in
    #[arg(long, value_name = "IMPORT", requires = "map", conflicts_with_all = ["file", "undo"])]
    retry: Option<String>,
    /// Take an import back; its records no longer stand, the log keeps them
    #[arg(long, value_name = "IMPORT", requires = "why", conflicts_with = "file")]
    undo: Option<String>,
    /// Why, in words
    #[arg(long, value_name = "WORDS")]
    why: Option<String>,
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    if let Some(id) = &args.undo {
        return undo(id, args.why.as_deref().unwrap_or_default(), global, out);
    }
    if let (Some(id), Some(map)) = (&args.retry, &args.map) {
        let mapping = listing::read_mapping(map)?;
        let (imported, name) = opening::desk(global)?.retry_import(id, &mapping, out)?;
        return finish(imported, false, Path::new(&name), out);
    }
    let (Some(path), Some(key)) = (&args.file, &args.list) else {
        return Err(Failure::usage("a file and the list that it is are missing", "habeas import FILE --as LIST"));
    };
    importing::check_key(key)?;
    let file = ListFile::read(path)?;
    let limits = args.limits.limits();
    let mapping = args.map.as_deref().map(listing::read_mapping).transpose()?;
    let table = file.open(mapping.as_ref(), &limits)?;
    let (mapping, guessed) = match mapping {
        Some(mapping) => (mapping, false),
        None => (file.guess(&table)?.mapping, true),
    };
    if args.preview {
        let since = args.since.as_deref().map(|path| difference(path, &table, &mapping, &limits, &file)).transpose()?;
        // A preview needs no vault; where there is one, it knows what the edition comes after.
        let later = args.edition.as_deref().filter(|_| opening::find(global).is_ok()).map(|edition| {
            let desk = opening::desk(global)?;
            desk.keep(Right::Cases, |vault| match editions::known(vault, key, &file.bytes) {
                Known::Nothing => Ok(None),
                Known::File(key) => Err(Failure::new(
                    Exit::Failed,
                    format!("this very file was imported as «{key}»"),
                    "there is nothing to import; see: habeas source list",
                )
                .at(file.name.clone())),
                Known::Editions(there) => LaterEdition::compare(vault, &there, edition, &file, &table, &mapping)
                    .map(|one| Some(one.foreseen())),
            })
        });
        let later = later.transpose()?.flatten();
        return preview(&file, &table, &mapping, since.as_ref(), later.as_ref(), out);
    }
    let desk = opening::desk(global)?;
    let edition = args.edition.as_deref();
    let imported =
        importing::keep(&file, &table, &mapping, key, edition, out, |write| desk.change(Right::Code, write))?;
    finish(imported, guessed, path, out)
}

fn finish(imported: Imported, guessed: bool, path: &std::path::Path, out: &Output) -> Result<Exit, Failure> {
    match imported {
        Imported::Already(id) => {
            let object = json!({ "schema": 1, "already_imported": true, "import": id.to_string() });
            out.result(&object, || format!("already imported as {}; nothing was changed", id.short()))?;
            Ok(Exit::Ok)
        }
        Imported::New { report, header, import, key, edition } => {
            let mut object = report_json(&report, &header);
            object["edition"] = edition.as_ref().map_or(Value::Null, edition_json);
            object["already_imported"] = json!(false);
            object["import"] = json!(import.to_string());
            object["list"] = json!(key);
            out.result(&object, || {
                report_text(&report, &header, Some(import)) + &edition.as_ref().map_or(String::new(), edition_text)
            })?;
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
    let (before, after) = (rows_of_file(&earlier, &before)?.edition, rows_of_file(file, table)?.edition);
    Ok(compare(&before, &after, number))
}

fn edition_json(edition: &EditionReport) -> Value {
    let perhaps = |row: &Perhaps| json!({ "before": row.before, "after": row.after });
    json!({
        "continued": edition.continued, "replaced": edition.replaced, "added": edition.added,
        "gone": edition.gone, "returned": edition.returned,
        "perhaps": edition.perhaps.iter().map(perhaps).collect::<Vec<_>>(),
    })
}

/// Rows by address only, as everywhere on a terminal.
fn edition_text(edition: &EditionReport) -> String {
    let first = |addresses: &[String]| {
        let more = if addresses.len() > 10 { " …" } else { "" };
        if addresses.is_empty() {
            String::new()
        } else {
            format!(": {}{more}", addresses[..addresses.len().min(10)].join(", "))
        }
    };
    let mut text = format!(
        "a later edition: {} rows as they were, {} changed, {} new, {} gone{}\n",
        edition.continued,
        edition.replaced,
        edition.added,
        edition.gone.len(),
        first(&edition.gone),
    );
    if edition.returned > 0 {
        let _ = writeln!(text, "  {} rows that were gone are there again", edition.returned);
    }
    if !edition.gone.is_empty() {
        text.push_str("  A row that is gone is an event to look into: released, found dead, an error, a wish, pressure. Nobody knows yet.\n  Its record stands. List them: habeas source gone\n");
    }
    for row in edition.perhaps.iter().take(10) {
        let _ = writeln!(
            text,
            "  {} is perhaps row {} now, with another name: the linkage and reviewers decide",
            row.before, row.after
        );
    }
    text
}

fn difference_json(difference: &Difference) -> Value {
    let changed: Vec<Value> = difference
        .changed
        .iter()
        .map(|row| {
            let by = match row.by {
                Pairing::Words => "words",
                Pairing::ListNumber => "list-number",
                Pairing::Alike => "alike",
            };
            json!({ "before": row.before, "after": row.after, "columns": row.columns, "paired_by": by })
        })
        .collect();
    json!({
        "same": difference.same.len(), "added": difference.added, "removed": difference.removed, "changed": changed,
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
        difference.same.len(),
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
    later: Option<&EditionReport>,
    out: &Output,
) -> Result<Exit, Failure> {
    let header = table.header().names();
    let Preview { rows, report } = importing::preview(file, table, mapping, PREVIEW_ROWS, u64::MAX)?;
    let claims = |row: &PreviewRow| -> Vec<Value> {
        let claim = |claim: &Claim| {
            let column = usize::from(claim.passage.first().column);
            json!({
                "question": claim.predicate.code(),
                "words": row.words(claim),
                "value": shown::value_text(claim),
                "where": format!("{}, row {}, column «{}»", file.name, row.number, header[column]),
            })
        };
        row.claims.iter().map(claim).collect()
    };
    let rows: Vec<Value> = rows.iter().map(|row| json!({ "row": row.number, "claims": claims(row) })).collect();
    let counts = report_json(&report, header);
    let since_json = since.map(difference_json);
    let object = json!({
        "schema": 1, "preview": true, "file": file.name, "report": counts, "rows": rows, "since": since_json,
        "edition": later.map(edition_json),
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
        text.push_str(&later.map(edition_text).unwrap_or_default());
        text.push_str("Nothing was written.\n");
        text
    })?;
    out.next(format_args!("habeas import {} --as LIST", file.name));
    Ok(if report.quarantined > 0 { Exit::FoundProblems } else { Exit::Ok })
}

fn undo(id: &str, why: &str, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    let import = desk.undo_import(id, why)?;
    out.result(&json!({ "schema": 1, "undone": import.to_string() }), || {
        format!("taken back: import {}; its records no longer stand", import.short())
    })?;
    out.next("habeas link run");
    Ok(Exit::Ok)
}
