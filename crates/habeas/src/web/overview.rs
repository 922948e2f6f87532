//! The overview: what waits, the latest figures, and where everything is.

use super::{
    error::PageError,
    estimates::{self, Estimate},
    jobs,
    layout::{self, Section, empty},
    reader::Reader,
    stats,
};
use crate::desk::Desk;
use habeas_core::Right;
use habeas_publish::ui::{Tile, datum, grouped, tiles};
use maud::{Markup, html};

/// What the vault holds, in numbers.
#[derive(Debug, Clone)]
pub struct View {
    n_sources: u64,
    n_records: u64,
    n_persons: u64,
    n_contradicted: u64,
    n_unlinked: u64,
    n_proposed: u64,
    newest: Option<Estimate>,
    truth: Option<u64>,
    /// What the count rests on.
    counted: stats::View,
}

/// Reads the numbers.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let figures = desk.figures()?;
    // Whoever may read tables only is told of no claims.
    let book = if desk.may(Right::Cases) { Some(desk.book()?) } else { None };
    let n_proposed = book.map_or(0, |book| book.assertions.iter().filter(|one| book.waits(one)).count());
    Ok(View {
        n_sources: figures.sources.len() as u64,
        n_records: figures.n_records,
        n_persons: figures.n_persons,
        n_contradicted: figures.n_contradicted,
        n_unlinked: figures.n_unlinked,
        n_proposed: n_proposed as u64,
        newest: Estimate::latest(&desk.estimates()?).into_iter().next(),
        truth: stats::truth_of(desk),
        counted: stats::load(desk)?,
    })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let body = html! {
        header.pagehead { h1 { (datum(&reader.vault)) } p.lead { (reader.t("home-lead")) } }
        @if view.n_sources == 0 {
            (empty(&reader.t("home-empty"), Some("habeas import FILE --as LIST")))
            ol.steps {
                li { b { (reader.t("step-lists")) } p.note { (reader.t("step-lists-note")) }
                    @if let Some(address) = reader.href("/sources/new") { p.begin { a.btn.go href=(address) { (reader.t("incoming-begin")) } } } }
                li { b { (reader.t("step-link")) } p.note { (reader.t("step-link-note")) } }
                li { b { (reader.t("step-team")) } p.note { (reader.t("step-team-note")) }
                    @if let Some(address) = reader.href("/team") { p { a href=(address) { (reader.t("nav-team")) } } } }
            }
        }
        @else {
            (tiles(&numbers(reader, view)))
            section.waiting aria-labelledby="h-waiting" {
                h2 #h-waiting { (reader.t("waiting")) }
                (waiting(reader, view))
            }
            @if reader.is_demo { p.source { (reader.t("demo")) } }
        }
    };
    layout::page(reader, &reader.t("nav-home"), Some(Section::Home), &body)
}

fn numbers(reader: &Reader, view: &View) -> Vec<Tile> {
    let tile = |label: &str, n: u64, note: String| Tile {
        label: reader.t(label),
        value: grouped(n),
        refused: false,
        interval: None,
        note,
        card: None,
    };
    let note = reader.n("home-documented", &[("records", view.n_records), ("sources", view.n_sources)]);
    let card = Some(stats::basis(reader, &view.counted, ""));
    let mut all = vec![Tile { card, ..tile("documented", view.n_persons, note) }];
    all.extend(estimates::tiles(reader, view.newest.as_ref(), view.n_persons));
    if let Some(truth) = view.truth {
        all.push(tile("known-truth", truth, reader.t("known-truth-note")));
    }
    all
}

fn waiting(reader: &Reader, view: &View) -> Markup {
    let nothing = view.n_unlinked == 0 && view.n_contradicted == 0 && view.n_proposed == 0 && view.newest.is_some();
    html! {
        ul.queue {
            @if view.n_unlinked > 0 { li {
                p { (reader.n("unlinked-n", &[("n", view.n_unlinked)])) } p.note { (reader.t("unlinked-do")) " " code dir="ltr" { "habeas link run" } } (jobs::link_form(reader))
            } }
            @if view.n_contradicted > 0 { li {
                p { a href=[reader.href("/cases?contradicted=1")] { (reader.n("contradicted-n", &[("n", view.n_contradicted)])) } }
                p.note { (reader.t("contradicted-do")) }
            } }
            @if view.n_proposed > 0 { li {
                p { a href=[reader.href("/claims").or_else(|| reader.href("/entities"))] { (reader.n("proposed-n", &[("n", view.n_proposed)])) } }
                p.note { (reader.t("proposed-do")) " " code dir="ltr" { "habeas claims list --state proposed" } }
            } }
            @if view.newest.is_none() { li {
                p { (reader.t("no-estimate-yet")) } p.note { (reader.t("run-estimate")) " " code dir="ltr" { "habeas estimate run" } } (jobs::estimate_form(reader))
            } }
            @if nothing { li { p { (reader.t("nothing-waits")) } } }
        }
    }
}
