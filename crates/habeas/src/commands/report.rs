//! `habeas report`: tables and case files as files.

use crate::{
    cli::Global,
    desk::{
        Desk,
        exporting::{disagreement_json, formula_safe, tables_csv},
        figures::FieldDisagreement,
        shown,
    },
    failure::{Exit, Failure},
    opening,
    output::Output,
    web,
};
use clap::{Args, Subcommand};
use serde_json::json;
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// Write tables and case files
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Documented counts, overlap of lists, and how often lists disagree
    Tables(Form),
    /// One case file
    Case {
        /// A person's id (or its beginning), or the address of a record
        id: String,
        #[command(flatten)]
        form: Form,
    },
    /// The latest estimate
    Estimate(Form),
}

/// In which form
#[derive(Debug, Args)]
pub struct Form {
    /// Write a self-contained HTML file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Language of the page
    #[arg(long, default_value = "en", value_parser = ["en", "ur"])]
    lang: String,
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    match command {
        Command::Tables(form) => tables(&desk, &form, out),
        Command::Case { id, form } => case(&desk, &id, &form, out),
        Command::Estimate(form) => estimate(&desk, &form, out),
    }
}

fn tables(desk: &Desk, form: &Form, out: &Output) -> Result<Exit, Failure> {
    let figures = desk.figures()?;
    let written = form.write(
        || Ok(web::report_tables(&figures, &desk.estimates()?, &form.lang, desk.is_demo())),
        || tables_csv(desk),
    )?;
    desk.note_export("tables", &written)?;
    let fields =
        figures.disagreements.iter().map(|field| disagreement_json(desk, field)).collect::<Result<Vec<_>, _>>()?;
    let object = json!({
        "schema": 1,
        "written": written,
        "records": figures.n_records,
        "records_not_yet_linked": figures.n_unlinked,
        "tables": shown::tables_json(&figures.tables),
        "overlap": shown::overlap_json(&figures.overlap),
        "disagreements": fields,
    });
    out.result(&object, || {
        let mut text = String::new();
        let _ = writeln!(text, "{} persons documented in {} records", figures.n_persons, figures.n_records);
        if figures.n_unlinked > 0 {
            let _ = writeln!(
                text,
                "{} records came in after the last linkage and count as persons of their own",
                figures.n_unlinked
            );
        }
        for (title, table) in [
            ("by year", &figures.tables.by_year),
            ("by place", &figures.tables.by_place),
            ("by sex", &figures.tables.by_sex),
        ] {
            let _ = writeln!(text, "\n{title}   [{}]", table.policy);
            for (category, n) in table.rows.iter().take(40) {
                let _ = writeln!(text, "  {n:>8}  {}", shown::category_text(category));
            }
            if table.rows.len() > 40 {
                let _ = writeln!(text, "  … {} more rows in --csv and --html", table.rows.len() - 40);
            }
        }
        let _ = writeln!(text, "\noverlap of lists\n{}", shown::overlap_text(&figures.overlap));
        let _ = writeln!(text, "how often two lists disagree about the same person");
        for field in &figures.disagreements {
            let _ = writeln!(text, "  {}", disagreement_line(field));
        }
        text
    })?;
    for path in written {
        out.talk(format_args!("wrote {}", path.display()));
    }
    out.next("habeas estimate run");
    Ok(Exit::Ok)
}

fn disagreement_line(field: &FieldDisagreement) -> String {
    let share = |n: u64| if field.n_compared == 0 { 0.0 } else { n as f64 * 100.0 / field.n_compared as f64 };
    format!(
        "{} / {}: {}: {} compared, {} contradict ({:.1} %), {} differ in words ({:.1} %)",
        field.lists[0],
        field.lists[1],
        field.predicate.code(),
        field.n_compared,
        field.n_contradicts,
        share(field.n_contradicts),
        field.n_differs,
        share(field.n_differs),
    )
}

fn case(desk: &Desk, id: &str, form: &Form, out: &Output) -> Result<Exit, Failure> {
    let records = desk.records_of_person(id)?;
    let case = desk.case_of(&records)?;
    let written = form.write(
        || Ok(web::report_case(&case, &form.lang, desk.is_demo())),
        || {
            let mut csv = csv::Writer::from_writer(Vec::new());
            let wrong = |error: csv::Error| Failure::from(std::io::Error::other(error));
            csv.write_record(["question", "reading", "words", "value", "said_by", "record", "where"]).map_err(wrong)?;
            for question in &case.questions {
                for reading in &question.readings {
                    for account in &reading.accounts {
                        csv.write_record([
                            question.predicate.code(),
                            reading.letter.to_string(),
                            formula_safe(&account.words()),
                            formula_safe(&shown::value_text(account.claim).unwrap_or_default()),
                            formula_safe(&account.record.said_by(account.claim).speaker.name),
                            account.record.address().to_string(),
                            account.record.place_of(account.claim),
                        ])
                        .map_err(wrong)?;
                    }
                }
            }
            csv.into_inner().map_err(|error| Failure::from(error.into_error()))
        },
    )?;
    desk.note_export("case-file", &written)?;
    if written.is_empty() || out.is_json() {
        out.result(&shown::case_json(&case), || shown::case_text(&case))?;
    }
    for path in written {
        out.talk(format_args!("wrote {}: it is not encrypted and names a person", path.display()));
    }
    out.next("habeas report tables --html FILE");
    Ok(Exit::Ok)
}

fn estimate(desk: &Desk, form: &Form, out: &Output) -> Result<Exit, Failure> {
    let estimates = desk.estimates()?;
    let Some(latest) = estimates.first() else {
        return Err(Failure::new(Exit::Failed, "there is no estimate in this vault yet", "run: habeas estimate run"));
    };
    let figures = desk.figures()?;
    let written = form.write(
        || Ok(web::report_tables(&figures, &estimates, &form.lang, desk.is_demo())),
        || Err(Failure::usage("an estimate has no CSV form", "use --html FILE, or --json")),
    )?;
    desk.note_export("estimate", &written)?;
    out.result(&latest.json, || crate::commands::estimate::text(&latest.json))?;
    for path in written {
        out.talk(format_args!("wrote {}", path.display()));
    }
    Ok(Exit::Ok)
}

impl Form {
    /// Writes the wanted forms; the files that were written.
    fn write(
        &self,
        html: impl FnOnce() -> Result<String, Failure>,
        csv: impl FnOnce() -> Result<Vec<u8>, Failure>,
    ) -> Result<Vec<PathBuf>, Failure> {
        let mut written = Vec::new();
        let mut put = |path: &Path, bytes: &[u8]| {
            write_whole(path, bytes).map_err(|error| Failure::file("written", path, &error))?;
            written.push(path.to_owned());
            Ok::<(), Failure>(())
        };
        if let Some(path) = &self.html {
            put(path, html()?.as_bytes())?;
        }
        if let Some(path) = &self.csv {
            put(path, &csv()?)?;
        }
        Ok(written)
    }
}

/// Writes a file whole or not at all: a half-written report must not look like a report.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&part);
    })
}
