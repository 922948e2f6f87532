//! All sources: who keeps them, how much of them is here, and the mark of the file that was read.

use super::{
    error::PageError,
    layout::{self, Section, empty},
    query::segment,
    reader::Reader,
    words,
};
use crate::desk::Desk;
use habeas_core::Source;
use habeas_publish::ui::{Cell, Head, Link, Row, Table, datum, table};
use maud::{Markup, html};
use std::sync::Arc;

/// Sources with the number of their records.
#[derive(Debug, Clone)]
pub struct View {
    sources: Vec<(Arc<Source>, u64)>,
}

/// Reads the sources.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let n_records = desk.record_counts()?;
    let with_count = |source: &Arc<Source>| (source.clone(), n_records.get(&source.id).copied().unwrap_or(0));
    Ok(View { sources: desk.sources()?.iter().map(with_count).collect() })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let rows = view.sources.iter().map(|(source, n)| Row {
        key: None,
        head: Cell::Link(Link {
            text: source.title.clone(),
            href: reader.href(format!("/sources/{}", segment(&source.key))),
        }),
        cells: vec![
            Cell::Text(words::source_kind(reader, source.kind)),
            Cell::Words(source.said_by.speaker.name.clone()),
            if source.edition.is_empty() {
                Cell::Absent(reader.t("not-stated"))
            } else {
                Cell::Words(source.edition.clone())
            },
            Cell::Number(*n),
            Cell::Figure(source.sha256.get(..12).unwrap_or_default().to_owned()),
        ],
    });
    let list = Table {
        caption: reader.t("nav-sources"),
        head: vec![
            Head::words(reader.t("source")),
            Head::words(reader.t("kind")),
            Head::words(reader.t("kept-by")),
            Head::words(reader.t("edition")),
            Head::figures(reader.t("records")),
            Head::figures(reader.t("file-hash")),
        ],
        rows: rows.collect(),
        ..Table::default()
    };
    let body = html! {
        header.pagehead { h1 { (reader.t("nav-sources")) } p.lead { (reader.t("sources-lead")) } }
        @if let Some(address) = reader.href("/sources/new") { p.begin { a.btn.go href=(address) { (reader.t("incoming-begin")) } } }
        @if let Some(address) = reader.href("/claims") { p.begin { a.btn href=(address) { (reader.t("claims")) } } }
        @if view.sources.is_empty() { (empty(&reader.t("sources-none"), Some("habeas import FILE --as LIST"))) }
        @else { (table(&list)) }
    };
    layout::page(reader, &reader.t("nav-sources"), Some(Section::Sources), &body)
}

/// Draws what is known of a source, above its rows or text.
pub fn facts(reader: &Reader, source: &Source, n_records: u64) -> Markup {
    html! {
        dl.facts {
            div { dt { (reader.t("kind")) } dd { (words::source_kind(reader, source.kind)) } }
            div { dt { (reader.t("kept-by")) } dd { (datum(&source.said_by.speaker.name)) " (" (words::speaker_kind(reader, source.said_by.speaker.kind)) ")" } }
            @if !source.edition.is_empty() { div { dt { (reader.t("edition")) } dd { (datum(&source.edition)) } } }
            div { dt { (reader.t("records")) } dd { bdi { (habeas_publish::ui::grouped(n_records)) } } }
            div { dt { (reader.t("file")) } dd { bdi { (source.file_name) } } }
            @if !source.compiled_from.is_empty() {
                div { dt { (reader.t("compiled-from")) } dd { bdi { (source.compiled_from.join(", ")) } } }
            }
            div { dt { (reader.t("file-hash")) } dd { code { (source.sha256) } } }
        }
    }
}
