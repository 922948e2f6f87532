//! `habeas case`: read case files.

use crate::{
    cli::Global,
    desk::{CaseQuery, CaseRow, Desk, shown},
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::{Args, Subcommand};
use serde_json::json;
use std::fmt::Write;

/// Read case files
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List case files
    List(Filter),
    /// Find case files by words of any name, in any script, or of any place
    Search(Search),
    /// Show one case file: each question with every account side by side
    Show {
        /// A person's id (or its beginning), or the address of a record such as `committee:214`
        id: String,
    },
}

/// Which case files
#[derive(Debug, Args)]
pub struct Search {
    /// Words to look for; all must occur
    #[arg(required = true)]
    words: Vec<String>,
    #[command(flatten)]
    filter: Filter,
}

/// Which case files
#[derive(Debug, Args)]
pub struct Filter {
    /// Only those of this year
    #[arg(long)]
    year: Option<String>,
    /// Only those of this place (widest part, as in the tables)
    #[arg(long)]
    place: Option<String>,
    /// Only those with this label, such as `released`
    #[arg(long)]
    label: Option<String>,
    /// Only those that this source names
    #[arg(long, value_name = "KEY")]
    source: Option<String>,
    /// Only those whose accounts contradict each other
    #[arg(long)]
    contradicted: bool,
    /// Go on after this key, as given at the end of a page
    #[arg(long, value_name = "KEY")]
    after: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    match command {
        Command::List(filter) => list(&desk, filter, String::new(), out),
        Command::Search(search) => list(&desk, search.filter, search.words.join(" "), out),
        Command::Show { id } => show(&desk, &id, out),
    }
}

fn list(desk: &Desk, filter: Filter, words: String, out: &Output) -> Result<Exit, Failure> {
    let query = CaseQuery {
        words,
        year: filter.year,
        place: filter.place,
        label: filter.label,
        source: filter.source,
        only_contradicted: filter.contradicted,
        after: filter.after,
        limit: filter.limit.clamp(1, 10_000),
    };
    let page = desk.search(&query)?;
    let rows: Vec<_> = page.rows.iter().map(row_json).collect();
    out.result(&json!({ "schema": 1, "total": page.n_total, "next": page.next, "cases": rows }), || {
        let mut text = String::new();
        for row in &page.rows {
            let _ = writeln!(text, "{}", row_text(row));
        }
        let _ = writeln!(text, "{} of {} case files", page.rows.len(), page.n_total);
        text
    })?;
    match (&page.next, page.rows.first()) {
        (Some(next), _) => out.next(format_args!("habeas case list --after {next}  (the following page)")),
        (None, Some(row)) => out.next(format_args!("habeas case show {}", row.person.short())),
        (None, None) => out.next("habeas case list  (all case files)"),
    }
    Ok(Exit::Ok)
}

fn row_json(row: &CaseRow) -> serde_json::Value {
    json!({
        "person": row.person.to_string(),
        "names": row.names,
        "taken": row.taken,
        "place": row.place,
        "labels": row.labels.iter().map(|label| label.code()).collect::<Vec<_>>(),
        "sources": row.sources,
        "records": row.n_records,
        "contradictions": row.n_contradictions,
    })
}

fn row_text(row: &CaseRow) -> String {
    let labels: Vec<&str> = row.labels.iter().map(|label| label.code()).collect();
    let contradictions = match row.n_contradictions {
        0 => String::new(),
        n => format!("  ! {n}"),
    };
    format!(
        "{}  {}  {}  {}  {}  [{}]{contradictions}",
        row.person.short(),
        row.names.join(" / "),
        if row.taken.is_empty() { "no date" } else { &row.taken },
        if row.place.is_empty() { "no place" } else { &row.place },
        labels.join(" / "),
        row.sources.join(", "),
    )
}

fn show(desk: &Desk, id: &str, out: &Output) -> Result<Exit, Failure> {
    let records = desk.records_of_person(id)?;
    let case = habeas_core::case_file(&records.iter().collect::<Vec<_>>());
    out.result(&shown::case_json(&case), || shown::case_text(&case))?;
    out.next(format_args!("habeas report case {} --html FILE", case.person.short()));
    Ok(Exit::Ok)
}
