//! Reported figures: what organisations state in numbers, each series with its own marks, never added to the documented
//! counts; and the checks of their sums, with what people have answered.

use super::{
    download,
    error::PageError,
    incident,
    layout::{self, Section, empty},
    reader::Reader,
    words,
};
use crate::desk::{
    Desk,
    exporting::Sheet,
    reported::{Point, Series, series},
};
use habeas_core::{Bounds, Hint, Outcome, Rule};
use habeas_publish::ui::{Cell, Head, Link, Mark, Row, Table, datum, mark_chart, table};
use maud::{Markup, html};

/// One check.
struct Check {
    rule: Rule,
    outcome: Outcome,
    hint: Option<Hint>,
    claims: String,
    expected: Option<Bounds>,
    found: Option<Bounds>,
}

/// All series and checks.
pub struct View {
    series: Vec<Series>,
    checks: Vec<Check>,
}

/// Reads figures and checks.
///
/// # Errors
/// [`PageError`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let book = desk.book()?;
    let checks = book.findings().into_iter().map(|finding| Check {
        rule: finding.rule,
        outcome: finding.outcome,
        hint: finding.hint,
        claims: finding.assertions.iter().map(|id| book.claim_name(*id)).collect::<Vec<_>>().join(", "),
        expected: finding.expected,
        found: finding.found,
    });
    let mut checks: Vec<Check> = checks.collect();
    checks.sort_by_key(|check| match check.outcome {
        Outcome::FailsBy(_) => 0,
        Outcome::CannotTell => 1,
        Outcome::Holds => 2,
    });
    Ok(View { series: series(desk)?, checks })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let body = html! {
        header.pagehead { h1 { (reader.t("reported-figures")) } p.lead { (reader.t("reported-lead")) } }
        @if view.series.is_empty() { (empty(&reader.t("reported-none"), Some("habeas claims add"))) }
        @if !view.checks.is_empty() {
            section { h2 { (reader.t("checks")) } p.lead { (reader.t("checks-lead")) } (checks(reader, &view.checks)) }
        }
        @if !view.series.is_empty() { (download::links(reader, Sheet::Reported, false)) }
        @for series in &view.series { section {
            h2 { a href=[incident::href(reader, series.about)] { (datum(&series.name)) } " · " (reader.t(&format!("measure-{}", series.measure.code()))) }
            p.note { (reader.t("said-by")) ": " (datum(&series.speaker)) }
            (mark_chart(&format!("{} · {}", series.name, reader.t(&format!("measure-{}", series.measure.code()))), &marks(series)))
            (points(reader, series))
        } }
    };
    layout::page(reader, &reader.t("reported-figures"), Some(Section::Stats), &body)
}

/// Alternatives and spans of years in the reader's language.
fn years(reader: &Reader, words: &str) -> String {
    words.replace(" or ", &format!(" {} ", reader.t("or"))).replace(" to ", &format!(" {} ", reader.t("to")))
}

/// What can be drawn: figures of all together, each of one year, where there are at least two.
fn marks(series: &Series) -> Vec<Mark> {
    let year = |point: &Point| match (&point.when, &point.year) {
        // A figure of several years is of none of them.
        (Some(date), _) => match (date.earliest(), date.latest()) {
            (Some(from), Some(to)) if from.year() == to.year() => Some(from.year()),
            _ => None,
        },
        (None, year) => year.as_ref()?.parse().ok(),
    };
    let of_all = series.points.iter().filter(|point| point.subgroup.is_empty());
    let marks = of_all.filter_map(|point| {
        let Bounds { low, best, high } = point.bounds;
        Some(Mark { year: year(point)?, low, best, high })
    });
    let marks: Vec<Mark> = marks.filter(|mark| mark.low.or(mark.best).or(mark.high).is_some()).collect();
    if marks.len() < 2 { Vec::new() } else { marks }
}

fn points(reader: &Reader, series: &Series) -> Markup {
    let list = Table {
        caption: format!("{} · {}", series.name, reader.t(&format!("measure-{}", series.measure.code()))),
        head: vec![
            Head::words(reader.t("period")),
            Head::words(reader.t("subgroup")),
            Head::figures(reader.t("number")),
            Head::words(reader.t("words-as-written")),
        ],
        rows: series
            .points
            .iter()
            .map(|point| Row {
                key: None,
                head: match (&point.when, &point.year) {
                    (Some(date), _) => Cell::Words(words::date(reader, date)),
                    (None, Some(year)) => Cell::Words(years(reader, year)),
                    (None, None) => Cell::Absent(reader.t("not-stated")),
                },
                cells: vec![
                    Cell::Words(point.subgroup.clone()),
                    Cell::Figure(incident::bounds(reader, &point.bounds)),
                    Cell::Words(point.words.clone()),
                ],
            })
            .collect(),
        ..Table::default()
    };
    table(&list)
}

fn checks(reader: &Reader, checks: &[Check]) -> Markup {
    let outcome = |check: &Check| match check.outcome {
        Outcome::Holds => reader.t("check-holds"),
        Outcome::FailsBy(by) => format!("{} {by:+}", reader.t("check-fails")),
        Outcome::CannotTell => reader.t("check-cannot-tell"),
    };
    let bounds = |bounds: &Option<Bounds>| {
        Cell::Figure(bounds.as_ref().map_or_else(String::new, |bounds| incident::bounds(reader, bounds)))
    };
    let list = Table {
        caption: reader.t("checks"),
        head: vec![
            Head::words(reader.t("check")),
            Head::words(reader.t("agreement")),
            Head::figures(reader.t("check-says")),
            Head::figures(reader.t("check-others")),
            Head::words(reader.t("check-perhaps")),
            Head::words(reader.t("claims")),
        ],
        rows: checks
            .iter()
            .map(|check| Row {
                key: None,
                head: Cell::Link(Link { text: reader.t(&format!("rule-{}", check.rule.code())), href: None }),
                cells: vec![
                    Cell::Text(outcome(check)),
                    bounds(&check.found),
                    bounds(&check.expected),
                    Cell::Text(check.hint.map_or_else(String::new, |hint| reader.t(&format!("hint-{}", hint.code())))),
                    Cell::Words(check.claims.clone()),
                ],
            })
            .collect(),
        ..Table::default()
    };
    table(&list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_core::{Entity, EntityId, Measure};

    fn point(when: Option<&str>, year: Option<&str>, subgroup: &str, n: u64) -> Point {
        Point {
            when: when.map(|text| habeas_core::parse_edtf(text).unwrap()),
            year: year.map(str::to_owned),
            subgroup: subgroup.into(),
            bounds: Bounds { low: Some(n), best: None, high: Some(n) },
            words: String::new(),
        }
    }

    fn series(points: Vec<Point>) -> Series {
        let about = Entity { kind: habeas_core::EntityKind::Incident, id: EntityId([1; 16]) };
        Series { about, name: String::new(), measure: Measure::Killed, speaker: String::new(), points }
    }

    #[test]
    fn only_figures_of_all_together_and_of_one_certain_year_are_drawn() {
        let drawn = marks(&series(vec![
            point(Some("2014"), None, "", 5),
            point(Some("2015-08-31"), None, "", 7),
            point(None, Some("2016"), "", 9),
            point(None, Some("2014 or 2015"), "", 11),
            point(Some("2014/2016"), None, "", 13),
            point(Some("2014"), None, "women", 2),
            point(None, None, "", 15),
        ]));
        let drawn: Vec<(i16, Option<u64>)> = drawn.into_iter().map(|mark| (mark.year, mark.low)).collect();
        assert_eq!(drawn, [(2014, Some(5)), (2015, Some(7)), (2016, Some(9))]);
        assert!(marks(&series(vec![point(Some("2014"), None, "", 5)])).is_empty(), "one figure is no series");
    }
}
