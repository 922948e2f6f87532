//! One source: the rows of a list as they were read, fifty at a time, or a text with every claim marked.

use super::{
    claims::suggest_form,
    error::PageError,
    forms::{self, Key},
    guard::SignedForm,
    incident::{added_term, term},
    layout::{self, Section, empty},
    query::{self, address, segment},
    reader::Reader,
    router::refuse,
    sources::facts,
};
use crate::{
    commands::audit::day_of,
    desk::{
        Book, Desk, asserted,
        coding::{Queue, groups, is_claim},
        editions::Gone,
    },
};
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::{
    AddedTerm, Entity, ImportId, MadeBy, Matter, Origin, PersonId, Record, RecordId, Right, Source, SourceKind, Stand,
    Topic, Vocabulary,
};
use habeas_intake::table::Kind;
use habeas_publish::ui::{Link, Quotation, datum, pieces, quotation};
use habeas_vault::ImportSummary;
use maud::{Markup, html};
use std::{ops::Range, sync::Arc};

/// Rows on one page.
const PER_PAGE: usize = 50;

/// Which source, and from which row on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    key: String,
    after: Option<u64>,
}

impl Query {
    /// Reads the address.
    ///
    /// # Errors
    /// [`PageError::Parameter`] where `after` is no number.
    pub fn read(key: String, pairs: &[(String, String)]) -> Result<Self, PageError> {
        Ok(Self { key, after: query::known(pairs, "after", |text| text.parse().ok())? })
    }
}

/// A record with the person that it belongs to.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    number: u64,
    cells: Vec<String>,
    person: PersonId,
}

/// What the source holds.
#[derive(Debug, Clone, PartialEq)]
enum Content {
    Rows {
        lines: Vec<Line>,
        after: Option<u64>,
        next: Option<u64>,
    },
    Text {
        text: Arc<str>,
        marks: Vec<(Range<usize>, String)>,
        mentions: Vec<Line>,
        /// What is claimed of author, days and original.
        stated: Vec<(Matter, Vec<String>)>,
        n_waiting: usize,
        may_suggest: bool,
    },
}

/// A text beside another.
#[derive(Debug, Clone, PartialEq)]
struct Beside {
    source: Arc<Source>,
    text: Arc<str>,
    marks: Vec<(Range<usize>, String)>,
}

/// One source, or one page of it.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    source: Arc<Source>,
    /// The text that this one is made from, with its marks.
    original: Option<Beside>,
    /// Texts that are made from this one: key and title.
    made_of_it: Vec<(String, String)>,
    /// Texts that it could be made from: key and title.
    others: Vec<(String, String)>,
    n_records: u64,
    content: Content,
    /// Other editions of the list: key and the words for the edition.
    editions: Vec<(String, String)>,
    /// Rows that a later edition no longer has.
    gone: Vec<Gone>,
    /// Reasons for that which people of this vault have added.
    terms: Vec<AddedTerm>,
    /// Imports that stand, each with when it began and what became of its rows.
    imports: Vec<(ImportId, i64, ImportSummary)>,
}

/// Reads the source.
///
/// # Errors
/// [`PageError::NotFound`] where no source has the key.
pub fn load(desk: &Desk, query: Query) -> Result<View, PageError> {
    let sources = desk.sources()?;
    let source = sources.iter().find(|source| source.key == query.key).ok_or(PageError::NotFound)?.clone();
    let n_records = desk.record_counts()?.get(&source.id).copied().unwrap_or(0);
    let from = query.after.map_or(0, |after| after.saturating_add(1));
    let mut rows = desk.rows_from(&source.key, from, PER_PAGE + 1)?;
    // A text of which nothing is coded yet has no records; past the last row of a list there are none either.
    let of_text = |record: &Record| matches!(record.origin, Origin::Text { .. });
    let is_text = rows.first().map_or(source.kind != SourceKind::List && query.after.is_none(), of_text);
    let content = if is_text {
        let own = format!("/sources/{}", segment(&source.key));
        let book = desk.book()?;
        let mut records = desk.rows_from(&source.key, 0, usize::MAX)?;
        records.extend(desk.mentions_of(source.id)?);
        let of_records = records.iter().flat_map(marks);
        let of_records = of_records.map(|(range, mention)| (range, format!("{own}/{mention}")));
        let waiting = groups(&book, Queue::Proposed, desk.who().user);
        Content::Text {
            text: desk.shown_text(&source)?,
            marks: claimed(&book, &source).chain(of_records).collect(),
            mentions: lines(desk, &records)?,
            stated: asserted::stated_of_text(&book, &source),
            n_waiting: waiting.iter().filter(|group| group.source == source.id).count(),
            may_suggest: !book.assertions.iter().any(|one| {
                matches!(one.made_by, MadeBy::Rule(..)) && one.quotes.iter().any(|quote| quote.source == source.id)
            }),
        }
    } else {
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let lines = lines(desk, &rows)?;
        let next = lines.last().map(|line| line.number).filter(|_| more);
        Content::Rows { lines, after: query.after, next }
    };
    let imports = desk.imports()?.into_iter().filter(|import| import.source.id == source.id && import.undone.is_none());
    let imports = imports.map(|import| (import.id, import.begun_ms, import.summary)).collect();
    let of_list = |other: &&Arc<Source>| other.kind == SourceKind::List && other.list() == source.list();
    let editions = sources.iter().filter(of_list).filter(|other| other.id != source.id);
    let editions = editions.map(|other| (other.key.clone(), other.edition.clone())).collect();
    let mut gone = if is_text { Vec::new() } else { desk.gone_records()? };
    gone.retain(|row| row.list == source.list());
    let mut view = View {
        editions,
        terms: if gone.is_empty() { Vec::new() } else { desk.added_terms(Vocabulary::RowGone)? },
        gone,
        n_records,
        original: None,
        made_of_it: Vec::new(),
        others: Vec::new(),
        source,
        content,
        imports,
    };
    if is_text {
        relate(desk, &mut view)?;
    }
    Ok(view)
}

fn lines(desk: &Desk, records: &[Record]) -> Result<Vec<Line>, PageError> {
    let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
    let persons = desk.person_ids(&ids)?.into_iter();
    let line = |(record, person): (&Record, _)| Line { number: record.number(), cells: record.cells.clone(), person };
    Ok(records.iter().zip(persons).map(line).collect())
}

/// Adds the text that this one is made from, and those that are made from it, as people have recorded it.
fn relate(desk: &Desk, view: &mut View) -> Result<(), PageError> {
    let book = desk.book()?;
    let own = Entity::source(view.source.id);
    let held = |entity: Entity| book.sources.iter().find(|source| Entity::source(source.id) == entity);
    let counting = book.counting();
    let made = counting.iter().filter(|one| one.topic == Topic::Of(Matter::DerivedFrom));
    let made: Vec<(Entity, Entity)> = made.filter_map(|one| Some((one.about, one.leads_to()?))).collect();
    let named = |source: &Arc<Source>| (source.key.clone(), source.title.clone());
    let original = made.iter().find(|(of, _)| *of == own).and_then(|(_, from)| held(*from));
    view.made_of_it = made.iter().filter(|(_, from)| *from == own).filter_map(|(of, _)| held(*of).map(named)).collect();
    match original.filter(|source| source.kind != SourceKind::List) {
        Some(source) => {
            // The text of this source stays the one that is kept at hand.
            let text: Arc<str> = desk.text_of(source)?.into();
            let marks = claimed(&book, source).collect();
            view.original = Some(Beside { source: source.clone(), text, marks });
        }
        None if desk.may(Right::Code) => {
            let texts = book.sources.iter().filter(|source| source.kind != SourceKind::List);
            view.others = texts.filter(|source| source.id != view.source.id).map(named).collect();
        }
        None => {}
    }
    Ok(())
}

/// Records from which other text this one is made.
pub async fn made_from(
    desk: Desk,
    reader: Reader,
    Path(key): Path<String>,
    SignedForm(fields): SignedForm,
) -> Response {
    let of = match (Key::of(&fields), query::value(&fields, "of")) {
        (Ok(form), Ok(Some(of))) => (form, of),
        (Ok(_), Ok(None)) => return refuse(&reader, &PageError::Parameter { name: "of" }),
        (Err(error), _) | (_, Err(error)) => return refuse(&reader, &error),
    };
    let goes = format!("/sources/{}", segment(&key));
    let done = tokio::task::spawn_blocking(move || {
        let (form, of) = of;
        desk.book()?.source(&of)?;
        desk.say_made_from(&key, &of, form.0)
    });
    match done.await {
        Ok(Ok(())) => Redirect::to(&goes).into_response(),
        Ok(Err(failure)) => refuse(&reader, &failure.into()),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// The places of claims that count or wait, each with its page.
fn claimed<'b>(book: &'b Book, source: &'b Source) -> impl Iterator<Item = (Range<usize>, String)> + 'b {
    let shown = book.assertions.iter().filter(|one| {
        let stands = book.waits(one) || book.stand(one.id).is_some_and(Stand::counts);
        stands && is_claim(one) && book.shows(one)
    });
    shown.flat_map(|one| {
        let here = one.quotes.iter().filter(|quote| quote.source == source.id);
        here.map(|quote| (quote.range.start as usize..quote.range.end as usize, format!("/claims/{}", one.id)))
    })
}

/// The places of a record's claims in the whole text, each with the record's number.
fn marks(record: &Record) -> Vec<(Range<usize>, u64)> {
    let Origin::Text { spans, mention } = &record.origin else { return Vec::new() };
    let claimed = record.claims.iter().flat_map(|claim| claim.passage.spans().collect::<Vec<_>>());
    claimed
        .filter_map(|span| {
            let start = spans.get(usize::from(span.column))?.start;
            Some(((start + span.start) as usize..(start + span.end) as usize, *mention))
        })
        .collect()
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let own = format!("/sources/{}", segment(&view.source.key));
    let body = html! {
        header.pagehead {
            p.note { a href=(reader.to("/sources")) { (reader.t("nav-sources")) } }
            h1 { (datum(&view.source.title)) }
            (facts(reader, &view.source, view.n_records))
        }
        @match &view.content {
            Content::Rows { lines, after, next } => {
                p.lead { (reader.t("rows-lead")) }
                @if lines.is_empty() { (empty(&reader.t("rows-none"), None)) } @else { (rows(reader, &own, &view.source.header, lines)) }
                (of_editions(reader, view))
                nav.pages aria-label=(reader.t("pages")) {
                    @if after.is_some() { a.btn href=(reader.to(own.as_str())) { (reader.t("first-page")) } }
                    @if let Some(next) = next { a.btn rel="next" href=(reader.to(address(&own, &[("after", &next.to_string())]))) { (reader.t("next-page")) } }
                }
            }
            Content::Text { text, marks, mentions, stated, n_waiting, may_suggest } => {
                dl.facts { @for (matter, accounts) in stated { div {
                    dt { (reader.t(&format!("topic-{}", matter.code()))) }
                    dd { @if accounts.is_empty() { (reader.t("not-stated")) } @else { (datum(&accounts.join(" · "))) } }
                } } }
                p.lead { (reader.t("text-lead")) }
                @if matches!(Kind::promised_by(&view.source.file_name), Some(Kind::Pdf | Kind::Image)) {
                    p { a href={ (own) "/redact" } { (reader.t("redact-open")) } }
                }
                p { a href=(reader.to(format!("{own}/names"))) { (reader.t("names-in-text")) } }
                @let new = address("/claims/new", &[("source", &view.source.key)]);
                @if reader.may_record(Right::Code) {
                    div.under {
                        @if *n_waiting > 0 { a.btn.go href=(address("/claims/queue", &[("source", &view.source.key)])) { (reader.n("queue-n", &[("n", *n_waiting as u64)])) } }
                        @else if *may_suggest { (suggest_form(reader, &view.source.key)) }
                        a.btn href=(new) { (reader.t("claim-new")) }
                    }
                    a.btn.go.pick hidden href=(new) data-pick=(new) data-key="c" { (reader.t("claim-of-selection")) kbd aria-hidden="true" { "c" } }
                }
                @match &view.original {
                    Some(original) => { div.beside {
                        section aria-labelledby="this-h" { h2 #this-h { (reader.t("text-this")) } (quotation(&whole_text(reader, "text", &view.source, text, marks))) }
                        section aria-labelledby="original-h" {
                            h2 #original-h { (reader.t("text-original")) }
                            (quotation(&whole_text(reader, "original", &original.source, &original.text, &original.marks)))
                            p { a href=(reader.to(format!("/sources/{}", segment(&original.source.key)))) { (reader.t("text-open-original")) } }
                        }
                    } }
                    None => { (quotation(&whole_text(reader, "text", &view.source, text, marks))) (made_from_form(reader, view, &own)) }
                }
                @if !view.made_of_it.is_empty() { section.about {
                    h2 { (reader.t("text-made-of-it")) }
                    ul.claims { @for (key, title) in &view.made_of_it { li { a href=(reader.to(format!("/sources/{}", segment(key)))) { (datum(title)) } } } }
                } }
                @if !mentions.is_empty() {
                h2 { (reader.t("mentions")) }
                ul.mentions { @for mention in mentions { li {
                    a href=(reader.to(format!("{own}/{}", mention.number))) { (reader.t("mention")) " " (mention.number) } " · "
                    a href=(reader.to(format!("/cases/{}", mention.person))) { (reader.t("case-file")) }
                } } }
                }
            }
        }
    };
    layout::page(reader, &view.source.title, Some(Section::Sources), &html! { (body) (imports(reader, view)) })
}

/// Other editions of the list, and rows that are gone from them: each is an event to look into.
fn of_editions(reader: &Reader, view: &View) -> Markup {
    html! {
        @if !view.editions.is_empty() { section.about {
            h2 { (reader.t("editions-other")) }
            ul.claims { @for (key, edition) in &view.editions { li {
                a href=(reader.to(format!("/sources/{}", segment(key)))) { (datum(key)) } @if !edition.is_empty() { " · " (datum(edition)) }
            } } }
        } }
        @if !view.gone.is_empty() { section.about {
            h2 { (reader.n("editions-gone", &[("n", view.gone.len() as u64)])) }
            p.note { (reader.t("editions-gone-lead")) }
            ul.claims { @for row in view.gone.iter().take(PER_PAGE) { li {
                @let place = row.address.rsplit_once(':').map_or(String::new(), |(key, row)| format!("/sources/{}/{row}", segment(key)));
                a href=(reader.to(place)) { (datum(&row.address)) } " · " (datum(&row.edition)) " · " (why_gone(reader, row, &view.terms))
            } } }
        } }
    }
}

/// Why a row is gone, as far as anybody knows.
pub fn why_gone(reader: &Reader, row: &Gone, added: &[AddedTerm]) -> Markup {
    match &row.why {
        Some(why) => match added.iter().find(|term| term.code == why.reason) {
            Some(own) => datum(added_term(reader, own)),
            None => datum(&term(reader, Vocabulary::RowGone, &why.reason)),
        },
        None => html! { span.absent { (reader.t("gone-unknown")) } },
    }
}

/// How the source came in, with what was noticed, and the way to take it back.
fn imports(reader: &Reader, view: &View) -> Markup {
    let may = reader.may_record(Right::Code);
    html! { @if !view.imports.is_empty() {
        section.about aria-labelledby="imports-h" {
            h2 #imports-h { (reader.t("imports")) }
            @for (id, begun_ms, summary) in &view.imports { div.import {
                p { bdi { (day_of(*begun_ms)) } " · " (reader.n("incoming-report", &[
                    ("accepted", summary.accepted), ("remarks", summary.with_remarks), ("aside", summary.quarantined), ("skipped", 0),
                ])) }
                @if !summary.remarks.is_empty() { details { summary { (reader.t("import-noticed")) }
                    ul.remarks { @for remark in &summary.remarks { li { bdi { (remark.count) } " × " code { (remark.code) } " " span.note lang="en" dir="ltr" { (remark.first.join("; ")) } } } }
                } }
                @if may { details { summary { (reader.t("import-undo")) }
                    form.search method="post" action={ "/imports/" (id) "/undo" } {
                        (forms::token(reader))
                        p.field.grow { label for={ "why-" (id) } { (reader.t("reason-needed")) } input id={ "why-" (id) } name="why" required maxlength=(forms::LONGEST_REASON) dir="auto" autocomplete="off"; }
                        p.field { button.btn { (reader.t("import-undo")) } }
                    }
                    p.note { (reader.t("import-undo-note")) }
                } }
            } }
        }
    } }
}

fn rows(reader: &Reader, own: &str, header: &[String], lines: &[Line]) -> Markup {
    let n_columns = lines.iter().map(|line| line.cells.len()).max().unwrap_or(0).max(header.len());
    html! {
        div.scroll tabindex="0" role="group" aria-label=(reader.t("rows")) { table.list.rows {
            caption.vh { (reader.t("rows")) }
            thead { tr {
                th scope="col" { (reader.t("row")) }
                th scope="col" { (reader.t("case-file")) }
                @for idx in 0..n_columns { th scope="col" { (datum(header.get(idx).map_or("?", String::as_str))) } }
            } }
            tbody { @for line in lines { tr {
                th scope="row" { a href=(reader.to(format!("{own}/{}", line.number))) { (line.number) } }
                td { a href=(reader.to(format!("/cases/{}", line.person))) { code { (line.person.short()) } } }
                @for idx in 0..n_columns { td { (datum(line.cells.get(idx).map_or("", String::as_str))) } }
            } } }
        } }
    }
}

/// The form that says from which other text this one is made.
fn made_from_form(reader: &Reader, view: &View, own: &str) -> Markup {
    html! { @if !view.others.is_empty() && reader.may_record(Right::Code) { details.about { summary { (reader.t("text-made-from")) }
        form.search method="post" action={ (own) "/made-from" } {
            (forms::token(reader)) (forms::hidden("key", &Key::fresh().hex()))
            p.field.grow { label for="of" { (reader.t("text-made-from-of")) }
                select #of name="of" { @for (key, title) in &view.others { option value=(key) { (title) } } } }
            p.field { button.btn { (reader.t("text-made-from-go")) } }
        }
        p.note { (reader.t("text-made-from-note")) }
    } } }
}

fn whole_text(reader: &Reader, id: &str, source: &Source, text: &str, marks: &[(Range<usize>, String)]) -> Quotation {
    let marks: Vec<_> = marks.iter().map(|(range, href)| (range.clone(), reader.href(href.as_str()))).collect();
    Quotation {
        id: id.into(),
        sid: source.key.clone(),
        who: source.said_by.speaker.name.clone(),
        source: source.title.clone(),
        at: Link::plain(source.file_name.clone()),
        parts: vec![pieces(text, &marks)],
        separator: "",
    }
}
