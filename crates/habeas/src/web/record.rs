//! One record: a row of a list or a mention in a text, every cell letter by letter with what was read from it. This is
//! the end of the way back from any number.

use super::{
    error::PageError,
    forms::{self, Key},
    guard::SignedForm,
    incident,
    layout::{self, Section},
    query::{self, segment},
    reader::Reader,
    router::refuse,
    source,
    sources::facts,
    words,
};
use crate::desk::{Desk, editions::Gone};
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::{AddedTerm, Claim, Origin, PersonId, Record, Right, Vocabulary};
use habeas_publish::ui::datum;
use maud::{Markup, html};

/// Which record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    key: String,
    number: u64,
}

impl Query {
    /// Reads the address.
    ///
    /// # Errors
    /// [`PageError::NotFound`] where the number is none.
    pub fn read(key: String, number: &str) -> Result<Self, PageError> {
        Ok(Self { key, number: number.parse().map_err(|_| PageError::NotFound)? })
    }
}

/// The record, its person and its neighbours.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    record: Record,
    person: PersonId,
    n_in_source: u64,
    before: Option<u64>,
    after: Option<u64>,
    /// What the row said in earlier editions of its list, the latest first.
    earlier: Vec<Record>,
    /// Where a later edition no longer has the row.
    gone: Option<Gone>,
    /// Reasons that people of this vault have added.
    terms: Vec<AddedTerm>,
}

/// Reads the record.
///
/// # Errors
/// [`PageError::NotFound`] where the source has no such record.
pub fn load(desk: &Desk, query: Query) -> Result<View, PageError> {
    let source = desk.sources()?.into_iter().find(|source| source.key == query.key).ok_or(PageError::NotFound)?;
    let mut from = desk.rows_from(&query.key, query.number, 2)?.into_iter();
    let (record, before, after) = match from.next().filter(|record| record.number() == query.number) {
        Some(record) => (record, desk.row_before(&query.key, query.number)?, from.next()),
        None => {
            let mut own = desk.mentions_of(source.id)?;
            let idx = own.iter().position(|record| record.number() == query.number).ok_or(PageError::NotFound)?;
            let after = (idx + 1 < own.len()).then(|| own.remove(idx + 1));
            let record = own.remove(idx);
            (record, idx.checked_sub(1).map(|idx| own.remove(idx)), after)
        }
    };
    let gone = desk.gone_among(&[record.id])?.pop();
    Ok(View {
        terms: if gone.is_some() { desk.added_terms(Vocabulary::RowGone)? } else { Vec::new() },
        person: desk.person_ids(&[record.id])?[0],
        n_in_source: desk.record_counts()?.get(&source.id).copied().unwrap_or(0),
        before: before.map(|record| record.number()),
        after: after.map(|record| record.number()),
        earlier: desk.earlier_records(record.id)?,
        gone,
        record,
    })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let source = &view.record.source;
    let own = format!("/sources/{}", segment(&source.key));
    let title = words::entry(reader, &view.record);
    let body = html! {
        header.pagehead {
            p.note { a href=(reader.to("/sources")) { (reader.t("nav-sources")) } " › " a href=(reader.to(own.as_str())) { (datum(&source.title)) } }
            h1 { (title) }
            p { a href=(reader.to(format!("/cases/{}", view.person))) { (reader.t("open-case")) } " " code { (view.person.short()) } }
        }
        p.lead { (reader.t("record-lead")) }
        (cells(reader, &view.record))
        @if let Some(gone) = &view.gone { (why_gone(reader, &format!("{own}/{}", view.record.number()), gone, &view.terms)) }
        @for earlier in &view.earlier { section.about {
            h2 { (reader.t("record-earlier")) } p.note { (datum(&earlier.address().to_string())) }
            (cells(reader, earlier))
        } }
        nav.pages aria-label=(reader.t("pages")) {
            @if let Some(before) = view.before { a.btn rel="prev" href=(reader.to(format!("{own}/{before}"))) { (reader.t("record-before")) } }
            @if let Some(after) = view.after { a.btn rel="next" href=(reader.to(format!("{own}/{after}"))) { (reader.t("record-after")) } }
        }
        section.about { h2 { (reader.t("source")) } (facts(reader, source, view.n_in_source)) }
    };
    layout::page(reader, &title, Some(Section::Sources), &body)
}

/// That the row is gone from a later edition, why, and the form that says so.
fn why_gone(reader: &Reader, own: &str, gone: &Gone, added: &[AddedTerm]) -> Markup {
    html! { section.about {
        h2 { (reader.t("gone-row")) }
        p { (datum(&gone.edition)) " · " (source::why_gone(reader, gone, added)) @if let Some(why) = &gone.why { " · " (datum(&why.words)) } }
        p.note { (reader.t("gone-note")) }
        @if reader.may_record(Right::Code) { form.search method="post" action={ (own) "/gone" } {
            (forms::token(reader)) (forms::hidden("key", &Key::fresh().hex()))
            p.field { label for="reason" { (reader.t("gone-why")) } select #reason name="reason" required {
                // Nothing is chosen for anybody.
                option value="" {}
                @for term in Vocabulary::RowGone.terms() { option value=(term.code) { (incident::term(reader, Vocabulary::RowGone, term.code)) } }
                @for term in added { option value=(term.code) { (incident::added_term(reader, term)) } }
            } }
            p.field.grow { label for="why" { (reader.t("gone-how-known")) } input #why name="why" required maxlength=(forms::LONGEST_REASON) dir="auto" autocomplete="off"; }
            p.field { button.btn { (reader.t("gone-record")) } }
        } }
    } }
}

/// Records why the row of a record is gone.
pub async fn say_why_gone(
    desk: Desk,
    reader: Reader,
    Path((key, number)): Path<(String, String)>,
    SignedForm(fields): SignedForm,
) -> Response {
    let read = || {
        let reason = query::value(&fields, "reason")?.ok_or(PageError::Parameter { name: "reason" })?;
        let why = forms::reason(&fields, "why")?;
        if why.is_empty() {
            return Err(PageError::Parameter { name: "why" });
        }
        Ok((Key::of(&fields)?, reason, why))
    };
    let (form, reason, why) = match read() {
        Ok(read) => read,
        Err(error) => return refuse(&reader, &error),
    };
    let goes = format!("/sources/{}/{}", segment(&key), segment(&number));
    let address = format!("{key}:{number}");
    match tokio::task::spawn_blocking(move || desk.say_why_gone(&address, &reason, &why, Some(form.0))).await {
        Ok(Ok(())) => Redirect::to(&goes).into_response(),
        Ok(Err(failure)) => refuse(&reader, &failure.into()),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

fn cells(reader: &Reader, record: &Record) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(reader.t("record")) { table.list.cells {
            caption.vh { (reader.t("record")) }
            thead { tr {
                th scope="col" { (reader.t("cell")) } th scope="col" { (reader.t("words-as-written")) } th scope="col" { (reader.t("read-as")) }
            } }
            tbody { @for (column, cell) in record.cells.iter().enumerate() { tr {
                th scope="row" { (datum(&cell_name(reader, record, column))) }
                td.verbatim { @if cell.is_empty() { span.absent { (reader.t("empty-cell")) } } @else { (datum(cell)) } }
                td { (claims(reader, record, column)) }
            } } }
        } }
    }
}

fn cell_name(reader: &Reader, record: &Record, column: usize) -> String {
    match &record.origin {
        Origin::Row { .. } => record.source.header.get(column).cloned().unwrap_or_else(|| "?".into()),
        Origin::Text { spans, .. } => match spans.get(column) {
            Some(range) => format!("{} {}–{}", reader.t("bytes"), range.start, range.end),
            None => reader.t("text"),
        },
    }
}

/// What was read from one cell. Of a claim that rests on several cells, each shows its own words.
fn claims(reader: &Reader, record: &Record, column: usize) -> Markup {
    let here = |claim: &&Claim| claim.passage.spans().any(|span| usize::from(span.column) == column);
    let found: Vec<&Claim> = record.claims.iter().filter(here).collect();
    html! {
        @if found.is_empty() { span.absent { (reader.t("nothing-read")) } }
        @else { ul.claims { @for claim in found { li {
            b { (words::question(reader, claim.predicate)) } ": " (datum(&record.words(claim)))
            @if let Some(value) = words::value(reader, claim).filter(|value| *value != record.words(claim)) { " = " (datum(&value)) }
            @for note in words::stance(reader, claim) { " · " span.tone.amber { (note) } }
            @if let Some(said_by) = claim.said_by.as_deref() {
                span.aside { (words::speaker_kind(reader, said_by.speaker.kind)) ": " (datum(&said_by.speaker.name)) }
            }
        } } } }
    }
}
