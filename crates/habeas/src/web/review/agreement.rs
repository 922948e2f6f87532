//! How right the linkage is, by the random sample that people judged, and how far readers agree. Never a ranking of people.

use super::{
    super::{
        error::PageError,
        layout::{self, Section, empty},
        query,
        reader::Reader,
    },
    kinds,
};
use crate::desk::{
    Desk,
    reviewing::{Asked, Measured},
};
use habeas_link::Interval;
use habeas_publish::ui::{Cell, Head, Row, Table, grouped, percent, table};
use maud::{Markup, html};

/// Half of the width of an interval at which more judging changes little: five of a hundred to each side.
const NARROW: f64 = 0.05;
/// Pairs read twice below which κ says next to nothing.
const FEW: u64 = 30;

/// What was measured, where there is something to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    measured: Option<Measured>,
}

/// Reads what was measured.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let is_linked = desk.latest_link_run()?.is_some();
    Ok(View { measured: if is_linked { Some(desk.review_quality()?) } else { None } })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let body = html! {
        div.review {
            header.pagehead { h1 { (reader.t("agreement-title")) } p.lead { (reader.t("agreement-lead")) } }
            (kinds(reader, None))
            @match &view.measured {
                Some(measured) => { (stop(reader, measured)) (figures(reader, measured)) }
                None => { (empty(&reader.t("review-not-linked"), Some("habeas link run"))) }
            }
        }
    };
    layout::page(reader, &reader.t("agreement-title"), Some(Section::Review), &body)
}

fn is_narrow(interval: &Interval) -> bool {
    (interval.high - interval.low) / 2.0 <= NARROW
}

/// Whether to go on, and with what.
fn stop(reader: &Reader, measured: &Measured) -> Markup {
    let sample_is_enough = is_narrow(&measured.quality.precision) && is_narrow(&measured.quality.recall);
    let read_twice = measured.two_readers.n();
    let (key, next) = match (sample_is_enough, read_twice >= FEW) {
        (false, _) => ("stop-sample", Some(Asked::Sample)),
        (true, false) => ("stop-second", Some(Asked::SecondReading)),
        (true, true) => ("stop-enough", None),
    };
    html! {
        p.verdict-line { (reader.t(key)) }
        @if let Some(asked) = next {
            p { a.btn href=(query::address("/review", &[("of", asked.code())])) { (reader.t(&format!("review-{}", asked.code()))) } }
        }
    }
}

fn figures(reader: &Reader, measured: &Measured) -> Markup {
    let share = |interval: &Interval| {
        let percent = |part: f64| format!("{:.1}%", part * 100.0);
        (percent(interval.estimate), format!("{} – {}", percent(interval.low), percent(interval.high)))
    };
    let row = |key: &str, (value, interval): (String, String), rests: String| Row {
        key: None,
        head: Cell::Text(reader.t(key)),
        cells: vec![Cell::Figure(value), Cell::Figure(interval), Cell::Text(rests)],
    };
    let judged =
        reader.n("sample-judged", &[("n", measured.quality.n_judged), ("undecided", measured.quality.n_undecided)]);
    let two = &measured.two_readers;
    let twice = reader.n("read-twice", &[("n", two.n()), ("alike", two.both_same + two.both_different)]);
    let mut rows = vec![
        row("precision", share(&measured.quality.precision), judged.clone()),
        row("recall", share(&measured.quality.recall), judged),
    ];
    rows.push(match two.kappa() {
        Some((kappa, error)) => {
            let (low, high) = (kappa - 1.96 * error, (kappa + 1.96 * error).min(1.0));
            row("kappa", (format!("{kappa:.2}"), format!("{low:.2} – {high:.2}")), twice)
        }
        None => Row {
            key: None,
            head: Cell::Text(reader.t("kappa")),
            cells: vec![Cell::Absent(reader.t("kappa-none")), Cell::Figure("–".into()), Cell::Text(twice)],
        },
    });
    let again = measured.shown_again;
    rows.push(Row {
        key: None,
        head: Cell::Text(reader.t("self-agreement")),
        cells: vec![
            if again.n == 0 {
                Cell::Absent(reader.t("none-shown-again"))
            } else {
                Cell::Figure(percent(again.n_alike, again.n))
            },
            Cell::Figure("–".into()),
            Cell::Figure(format!("{} / {}", grouped(again.n_alike), grouped(again.n))),
        ],
    });
    let heads = ["measure", "value", "interval-95", "rests-on"];
    let listed = Table {
        caption: reader.t("agreement-title"),
        head: heads.iter().map(|head| Head::words(reader.t(head))).collect(),
        rows,
        ..Table::default()
    };
    html! {
        (table(&listed))
        p.source { (reader.t("agreement-note")) }
        @if reader.is_demo { p.source { (reader.t("demo")) } }
    }
}
