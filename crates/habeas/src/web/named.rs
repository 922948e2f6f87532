//! Names in a text that persons of the vault go by: a way from a text to case files. Nothing is recorded here.

use super::{
    error::PageError,
    layout::{self, Section, empty},
    query::{address, segment},
    reader::Reader,
};
use crate::desk::{
    Desk,
    named::{Bearer, NamesInText},
};
use habeas_core::{Source, SourceKind};
use habeas_publish::ui::datum;
use maud::{Markup, html};
use std::sync::Arc;

/// The names of one text.
pub struct View {
    source: Arc<Source>,
    found: NamesInText,
}

/// Looks for the names.
///
/// # Errors
/// [`PageError::NotFound`] where no text has the key.
pub fn load(desk: &Desk, key: &str) -> Result<View, PageError> {
    let is_text = |source: &Arc<Source>| source.key == key && source.kind != SourceKind::List;
    let source = desk.sources()?.into_iter().find(is_text).ok_or(PageError::NotFound)?;
    Ok(View { found: desk.names_in_source(&source)?, source })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let own = format!("/sources/{}", segment(&view.source.key));
    let title = reader.t("names-in-text");
    let body = html! {
        header.pagehead {
            p.note { a href=(reader.to("/sources")) { (reader.t("nav-sources")) } " › " a href=(reader.to(own.as_str())) { (datum(&view.source.title)) } }
            h1 { (title) }
        }
        p.lead { (reader.t("names-in-text-lead")) }
        @if view.found.is_cut { p.note { (reader.t("names-in-text-cut")) } }
        @if view.found.names.is_empty() { (empty(&reader.t("names-in-text-none"), None)) } @else {
            div.scroll tabindex="0" role="group" aria-label=(title) { table.list {
                caption.vh { (title) }
                thead { tr {
                    th scope="col" { (reader.t("words-as-written")) } th scope="col" { (reader.t("names-in-text-times")) }
                    th scope="col" { (reader.t("nav-cases")) }
                } }
                tbody { @for name in &view.found.names { tr {
                    th scope="row" { a href=(reader.to(address("/cases", &[("q", &name.words)]))) { (datum(&name.words)) } }
                    td { (name.ranges.len()) " ×" }
                    td { ul.claims { @for bearer in &name.persons { li { (person(reader, bearer)) } } @if name.more { li { (reader.t("names-in-text-more")) } } } }
                } } }
            } }
        }
    };
    layout::page(reader, &title, Some(Section::Sources), &body)
}

fn person(reader: &Reader, Bearer { row, as_written }: &Bearer) -> Markup {
    let about = [row.taken.as_str(), row.place.as_str()].into_iter().filter(|words| !words.is_empty());
    html! {
        a href=(reader.to(format!("/cases/{}", row.person))) { @for (n, name) in row.names.iter().enumerate() { @if n > 0 { " / " } (datum(name)) } }
        @for words in about { " · " (datum(words)) }
        " · " (datum(&row.sources.join(", ")))
        @if !as_written { " · " span.tone.amber { (reader.t("names-in-text-otherwise")) } }
    }
}
