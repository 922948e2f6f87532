//! `habeas figures`: what organisations state in numbers, series by series, and whether their sums hold. Reported figures
//! stand beside the documented counts, never in them.

use crate::{
    cli::{Global, one_of},
    desk::{Book, asserted},
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use habeas_core::{Assertion, CountValue, Entity, Measure, OriginOf, Outcome, Rule};
use serde_json::json;
use std::{collections::BTreeMap, fmt::Write};

/// Read and check what organisations state in numbers
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List reported figures, each series of one speaker by itself
    List {
        /// Only these
        #[arg(long, value_parser = one_of(Measure::ALL, Measure::code))]
        measure: Option<Measure>,
        /// Only those about this, as KIND:NAME
        #[arg(long, value_name = "KIND:NAME")]
        about: Option<String>,
    },
    /// Check sums, stock and flow, trends, percentages and dates; ends with 4 where something fails that nobody has answered
    Check {
        /// Only this rule
        #[arg(long, value_parser = one_of(Rule::ALL, Rule::code))]
        rule: Option<Rule>,
        /// What holds, too
        #[arg(long)]
        all: bool,
    },
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let book = opening::desk(global)?.book()?;
    match command {
        Command::List { measure, about } => list(&book, measure, about.as_deref(), out),
        Command::Check { rule, all } => check(&book, rule, all, out),
    }
}

type Series<'b> = BTreeMap<(Entity, Measure, OriginOf), Vec<(&'b Assertion, &'b CountValue)>>;

fn list(book: &Book, measure: Option<Measure>, about: Option<&str>, out: &Output) -> Result<Exit, Failure> {
    let about = about.map(|name| book.entity(name)).transpose()?.flatten();
    let mut series: Series<'_> = BTreeMap::new();
    for one in book.counting().into_iter().filter(|one| book.shows(one)) {
        let Some(count) = one.count() else { continue };
        let wanted =
            measure.is_none_or(|measure| count.measure == measure) && about.is_none_or(|about| one.about == about);
        if wanted {
            series.entry((one.about, count.measure, book.ties.origin(one))).or_default().push((one, count));
        }
    }
    let day = |count: &CountValue| count.period.as_ref().or(count.as_of.as_ref()).map(|date| date.drawing_key());
    series.values_mut().for_each(|points| points.sort_by_key(|(one, count)| (day(count), one.id)));
    let rows: Vec<_> = series
        .iter()
        .map(|((about, measure, origin), points)| {
            json!({
                "about": book.name(*about),
                "measure": measure.code(),
                "speaker": speaker(book, origin),
                "figures": points.iter().map(|(one, _)| asserted::assertion_json(book, one)).collect::<Vec<_>>(),
            })
        })
        .collect();
    out.result(&json!({ "schema": 1, "kind": "reported", "series": rows }), || {
        let mut text =
            String::from("reported figures: what others state; none of it is added to the documented counts\n");
        for ((about, measure, origin), points) in &series {
            let _ = writeln!(text, "\n{}  {}  by {}", book.name(*about), measure.code(), speaker(book, origin));
            for (one, _) in points {
                let _ = writeln!(text, "  {}", asserted::assertion_text(book, one));
            }
        }
        text
    })?;
    out.next("habeas figures check");
    Ok(Exit::Ok)
}

fn speaker(book: &Book, origin: &OriginOf) -> String {
    match origin {
        OriginOf::Named(name) => name.clone(),
        OriginOf::Work(work) => format!("{} (nobody named)", book.name(*work)),
    }
}

fn check(book: &Book, rule: Option<Rule>, all: bool, out: &Output) -> Result<Exit, Failure> {
    let findings: Vec<_> = book
        .findings()
        .into_iter()
        .filter(|finding| rule.is_none_or(|rule| finding.rule == rule))
        .filter(|finding| all || finding.outcome != Outcome::Holds)
        .collect();
    let rows: Vec<_> = findings.iter().map(|finding| asserted::finding_json(book, finding)).collect();
    let open = rows.iter().filter(|row| row["outcome"] == "fails" && row["answers"] == json!([])).count();
    out.result(&json!({ "schema": 1, "findings": rows, "open": open }), || {
        let mut text: String =
            findings.iter().map(|finding| format!("{}\n", asserted::finding_text(book, finding))).collect();
        let _ = writeln!(
            text,
            "{} findings, {open} that fail and nobody has answered; every figure stays as it was told",
            findings.len()
        );
        text
    })?;
    out.next("habeas claims answer CLAIM WORDS  (what explains it)");
    Ok(if open > 0 { Exit::FoundProblems } else { Exit::Ok })
}
