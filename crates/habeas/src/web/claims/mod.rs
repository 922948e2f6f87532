//! Claims: what waits for a person, source by source, and where accounts cannot all be true.

pub mod conflict;
pub mod form;
mod incidents;
pub mod of_case;
mod official;
pub mod one;
pub mod queue;
pub mod undo;

use super::{
    error::PageError,
    forms,
    guard::SignedForm,
    incident,
    layout::{self, Section, empty},
    query::{address, segment},
    reader::Reader,
    refusals,
    router::refuse,
};
use crate::{
    desk::{
        Book, Desk,
        coding::{Queue, Uncoded, groups},
    },
    failure::Failure,
};
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::{Assertion, AssertionId, Content, EntityKind, MadeBy, Matter, SourceKind, Topic};
use habeas_publish::ui::{datum, grouped};
use maud::{Markup, html};

/// Questions and tasks at most on one page.
const MOST: usize = 50;

/// One source with what waits in it.
#[derive(Debug, Clone)]
struct Waiting {
    key: String,
    title: String,
    /// In the order of [`Queue::ALL`].
    n: [usize; 2],
    /// Whether the rules may still be asked.
    may_suggest: bool,
}

/// One claim with what is asked or assigned.
#[derive(Debug, Clone)]
struct Asked {
    claim: AssertionId,
    topic: Topic,
    about: String,
    words: String,
}

/// What waits.
pub struct View {
    sources: Vec<Waiting>,
    n_conflicts: usize,
    questions: Vec<Asked>,
    assigned: Vec<Asked>,
}

/// Reads what waits.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let book = desk.book()?;
    let me = desk.who();
    let waiting = Queue::ALL.map(|queue| groups(&book, queue, me.user));
    let by_rule = |one: &&Assertion| matches!(one.made_by, MadeBy::Rule(..));
    let asked: std::collections::HashSet<_> =
        book.assertions.iter().filter(by_rule).flat_map(|one| &one.quotes).map(|quote| quote.source).collect();
    let sources = book.sources.iter().filter(|source| source.kind != SourceKind::List).map(|source| Waiting {
        key: source.key.clone(),
        title: source.title.clone(),
        n: [0, 1].map(|queue: usize| waiting[queue].iter().filter(|group| group.source == source.id).count()),
        may_suggest: !asked.contains(&source.id),
    });
    let of =
        |one: &Assertion, words: String| Asked { claim: one.id, topic: one.topic, about: book.name(one.about), words };
    let questions = book
        .assertions
        .iter()
        .filter(|one| book.stand(one.id).is_some_and(|stand| stand.open_questions > 0) && book.shows(one));
    Ok(View {
        sources: sources.collect(),
        n_conflicts: book.conflicts().len(),
        questions: questions.take(MOST).map(|one| of(one, last_said(&book, one.id, Matter::Question))).collect(),
        assigned: assigned_to(&book, &me.name).into_iter().take(MOST).map(|one| of(one, String::new())).collect(),
    })
}

/// What was said last of a claim in a matter.
fn last_said(book: &Book, claim: AssertionId, matter: Matter) -> String {
    let about = habeas_core::Entity::assertion(claim);
    let said = book.assertions.iter().rev().find(|one| one.about == about && one.topic == Topic::Of(matter));
    match said.map(|one| &one.content) {
        Some(Content::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

/// Claims that somebody is to work on: of each the last word counts.
fn assigned_to<'b>(book: &'b Book, name: &str) -> Vec<&'b Assertion> {
    let mut last = std::collections::BTreeMap::new();
    for one in book.assertions.iter().filter(|one| one.topic == Topic::Of(Matter::Assigned)) {
        if let (Content::Text(to), EntityKind::Assertion) = (&one.content, one.about.kind) {
            last.insert(AssertionId(one.about.id.0), to);
        }
    }
    last.into_iter().filter(|(_, to)| *to == name).filter_map(|(id, _)| book.get(id)).collect()
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let body = html! {
        header.pagehead { h1 { (reader.t("claims")) } p.lead { (reader.t("claims-lead")) } }
        (tabs(reader))
        @if view.sources.is_empty() { (empty(&reader.t("claims-no-texts"), Some("habeas source add FILE"))) }
        @else { (sources(reader, view)) }
        p { a href="/claims/conflicts" { (reader.n("conflicts-n", &[("n", view.n_conflicts as u64)])) } }
        @for (title, rows) in [("claims-questions", &view.questions), ("claims-assigned", &view.assigned)] {
            @if !rows.is_empty() { section { h2 { (reader.t(title)) } ul.queue { @for row in rows { li {
                p { a href={ "/claims/" (row.claim) } { (datum(&row.about)) " · " (incident::topic(reader, row.topic)) } }
                @if !row.words.is_empty() { p.note { (datum(&row.words)) } }
            } } } } }
        }
    };
    layout::page(reader, &reader.t("claims"), Some(Section::Sources), &body)
}

fn sources(reader: &Reader, view: &View) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(reader.t("claims-by-source")) { table.list {
            caption.vh { (reader.t("claims-by-source")) }
            thead { tr {
                th scope="col" { (reader.t("source")) }
                @for queue in Queue::ALL { th scope="col" { (reader.t(&format!("queue-{}", queue.code()))) } }
                th scope="col" { (reader.t("claims-add")) }
            } }
            tbody { @for source in &view.sources { tr {
                th scope="row" { a href={ "/sources/" (segment(&source.key)) } { (datum(&source.title)) } }
                @for (queue, n) in Queue::ALL.into_iter().zip(source.n) { td {
                    @if n > 0 { a href=(address("/claims/queue", &[("of", queue.code()), ("source", &source.key)])) { bdi { (grouped(n as u64)) } } }
                    @else { "0" }
                } }
                td {
                    a.btn href=(address("/claims/new", &[("source", &source.key)])) { (reader.t("claim-new")) }
                    @if source.may_suggest { (suggest_form(reader, &source.key)) }
                }
            } } }
        } }
    }
}

/// The button that asks the rules about a source.
pub fn suggest_form(reader: &Reader, key: &str) -> Markup {
    html! {
        form method="post" action={ "/sources/" (segment(key)) "/suggest" } { (forms::token(reader)) button.btn { (reader.t("claims-suggest")) } }
    }
}

/// The parts of coding.
pub fn tabs(reader: &Reader) -> Markup {
    let parts = [("/claims", "claims-waiting"), ("/claims/conflicts", "conflicts")];
    html! {
        nav.tabs aria-label=(reader.t("claims")) { ul { @for (href, key) in parts { @if reader.may_open(href) {
            li { a href=(href) aria-current=[(reader.address == href).then_some("page")] { (reader.t(key)) } }
        } } } }
    }
}

/// Asks the rules about a source.
pub async fn suggest(desk: Desk, reader: Reader, Path(key): Path<String>, SignedForm(_): SignedForm) -> Response {
    let asked = key.clone();
    match tokio::task::spawn_blocking(move || desk.suggest_claims(&asked)).await {
        Ok(Ok((0, _))) => Redirect::to(&address("/claims/new", &[("source", &key), ("nothing", "1")])).into_response(),
        Ok(Ok(_)) => Redirect::to(&address("/claims/queue", &[("source", &key)])).into_response(),
        Ok(Err(failure)) => refuse(&reader, &failure.into()),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// Why what was pressed was not recorded.
pub(super) enum Problem {
    /// Somebody judged it since it was shown.
    Changed,
    /// The vault refused.
    Refused(Box<Failure>),
    /// Something is missing, or no button was pressed yet; the message says it.
    Unfinished(&'static str),
}

impl From<Uncoded> for Problem {
    fn from(uncoded: Uncoded) -> Self {
        match uncoded {
            Uncoded::Changed => Self::Changed,
            Uncoded::Refused(failure) => Self::Refused(failure),
        }
    }
}

impl Problem {
    /// The status of the answer.
    fn status(&self) -> StatusCode {
        match self {
            Self::Changed => StatusCode::CONFLICT,
            Self::Refused(_) | Self::Unfinished(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// What the page says of it.
    fn draw(&self, reader: &Reader) -> Markup {
        match self {
            Self::Changed => html! { div.said role="alert" { p { (reader.t("claims-changed")) } } },
            Self::Refused(failure) => refused(reader, failure),
            Self::Unfinished(message) => html! { div.said role="alert" { p { (reader.t(message)) } } },
        }
    }
}

/// What a refusal says on a page.
fn refused(reader: &Reader, failure: &Failure) -> Markup {
    html! {
        div.said #problem role="alert" tabindex="-1" {
            (refusals::say(reader, failure))
            p { (reader.t("nothing-recorded")) }
        }
    }
}

/// The fields of a form by name; those that may hold more than an address carries.
fn typed<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
}
