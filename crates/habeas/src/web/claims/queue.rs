//! One act a screen: the passage, and each field that was read from it with its words. Accept, put right, turn down.
//!
//! The form carries the claims, the state in which they were shown and a key of its own: a double click, the back button and a
//! second tab record nothing twice and overwrite nothing unseen.

use super::{
    super::{
        error::PageError,
        forms::{self, Key, hidden},
        guard::SignedForm,
        incident::{self, Said},
        layout::{self, Section},
        query::{self, Pairs, address, segment},
        reader::Reader,
        router::{html_page, refuse},
    },
    Problem,
    incidents::{self, Like},
    official::{self, Version},
    undo,
};
use crate::{
    commands::claims::{Accept, Judge, Step},
    desk::{
        Book, Desk,
        coding::{self, Group, Queue, groups},
    },
};
use axum::{
    extract::Query as Parameters,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::{AssertionId, Entity, EntityKind, Source, Topic};
use habeas_publish::ui::{Link, Piece, Quotation, datum, pieces, quotation};
use maud::{Markup, html};
use std::{collections::HashMap, sync::Arc};

/// Bytes of text before and after the words.
const AROUND: usize = 320;

/// Bytes of text at most.
const MOST: usize = 3_000;

/// Recorded where somebody turns a proposal down and gives no other reason; the button says the same.
const NOT_SAID: &str = "not what the words say";

/// Which queue, of which source, beginning where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    queue: Queue,
    source: Option<String>,
    at: Option<AssertionId>,
}

impl Query {
    /// Reads the address or a form.
    ///
    /// # Errors
    /// [`PageError::Parameter`] for a value that it does not know.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, PageError> {
        Ok(Self {
            queue: query::known(pairs, "of", Queue::from_code)?.unwrap_or_default(),
            source: query::value(pairs, "source")?,
            at: query::known(pairs, "at", |text| text.parse().ok())?,
        })
    }

    fn address(&self, at: Option<AssertionId>) -> String {
        let at = at.map(|at| at.to_string()).unwrap_or_default();
        let source = self.source.as_deref().unwrap_or_default();
        address("/claims/queue", &[("of", self.queue.code()), ("source", source), ("at", &at)])
    }
}

/// One field of what is shown.
struct Slot {
    id: AssertionId,
    topic: Topic,
    said: Said,
    words: String,
    /// As a person would type it, where it can be typed.
    value: Option<String>,
    keep: bool,
}

/// What is on the screen.
struct Shown {
    source: Arc<Source>,
    about: String,
    parts: Vec<Piece>,
    slots: Vec<Slot>,
    /// Known incidents that the act may be part of, and which of them was chosen.
    like: Vec<Like>,
    incident: Option<Entity>,
    /// An official version that the text disputes.
    version: Option<Version>,
    seen: String,
    why: String,
    place: (usize, usize),
    before: Option<AssertionId>,
    after: Option<AssertionId>,
}

/// What the page shows.
pub struct View {
    query: Query,
    shown: Option<Shown>,
    recent: Vec<undo::Recent>,
    problem: Option<Problem>,
    /// What was just done, for the live region.
    done: bool,
}

/// Reads what waits at a place, or what comes first.
///
/// # Errors
/// [`PageError`] where the vault cannot be read.
pub fn load(desk: &Desk, query: &Query) -> Result<View, PageError> {
    let book = desk.book()?;
    let mut waiting = groups(&book, query.queue, desk.who().user);
    if let Some(key) = &query.source {
        let source = book.sources.iter().find(|source| source.key == *key).ok_or(PageError::NotFound)?.id;
        waiting.retain(|group| group.source == source);
    }
    let idx = query.at.and_then(|at| waiting.iter().position(|group| group.claims.contains(&at))).unwrap_or(0);
    let shown = waiting.get(idx).map(|group| show(desk, &book, group)).transpose()?;
    let first = |group: &Group| group.claims[0];
    let shown = shown.map(|shown| Shown {
        place: (idx + 1, waiting.len()),
        before: idx.checked_sub(1).and_then(|idx| waiting.get(idx)).map(first),
        after: waiting.get(idx + 1).map(first),
        ..shown
    });
    Ok(View { query: query.clone(), shown, recent: undo::recent(desk, &book), problem: None, done: false })
}

fn show(desk: &Desk, book: &Book, group: &Group) -> Result<Shown, PageError> {
    let source = book.sources.iter().find(|source| source.id == group.source).ok_or(PageError::NotFound)?.clone();
    let text = desk.shown_text(&source)?;
    let claims = group.claims.iter().filter_map(|id| book.get(*id));
    let slots: Vec<Slot> = claims
        .map(|one| Slot {
            id: one.id,
            topic: one.topic,
            words: one.words(),
            value: coding::typed(book, one),
            said: incident::claim(book, one),
            keep: true,
        })
        .collect();
    let quotes = group.claims.iter().filter_map(|id| book.get(*id)).flat_map(|one| &one.quotes);
    let marks = quotes
        .filter(|quote| quote.source == source.id)
        .map(|quote| quote.range.start as usize..quote.range.end as usize);
    Ok(Shown {
        about: book.name(group.about),
        parts: around(&text, group.range.start as usize..group.range.end as usize, marks.collect()),
        like: incidents::like(book, group.about),
        incident: None,
        version: official::version(book, group.about),
        seen: coding::state_of(book, &group.claims),
        why: String::new(),
        place: (0, 0),
        before: None,
        after: None,
        source,
        slots,
    })
}

/// A stretch of text around words, with the words marked.
pub fn around(text: &str, range: std::ops::Range<usize>, marks: Vec<std::ops::Range<usize>>) -> Vec<Piece> {
    let start = text.floor_char_boundary(range.start.saturating_sub(AROUND));
    let end = text.ceil_char_boundary((range.end + AROUND).min(text.len()).min(start + MOST));
    let inside = marks.into_iter().filter(|mark| mark.start >= start && mark.end <= end);
    let marks: Vec<_> = inside.map(|mark| (mark.start - start..mark.end - start, None)).collect();
    let mut parts = pieces(&text[start..end], &marks);
    let cut = || Piece { text: "…".into(), marked: false, href: None };
    if start > 0 {
        parts.insert(0, cut());
    }
    if end < text.len() {
        parts.push(cut());
    }
    parts
}

/// Shows the queue.
pub async fn get(desk: Desk, reader: Reader, Parameters(pairs): Parameters<Pairs>) -> Response {
    match Query::read(&pairs) {
        Ok(query) => super::super::router::page(desk, reader, move |desk| load(desk, &query), render).await,
        Err(error) => refuse(&reader, &error),
    }
}

/// What was pressed, for which claims, with what was typed.
struct Answer {
    query: Query,
    claims: Vec<AssertionId>,
    /// As typed, of the claims that are kept.
    values: HashMap<AssertionId, Option<String>>,
    /// None where the form came without its button, as after a lock.
    rejects: Option<bool>,
    /// The known incident that the act is part of.
    incident: Option<Entity>,
    /// Whose the official version is, and in which words.
    version: Option<(String, String)>,
    seen: String,
    why: String,
    key: Key,
    next: Option<AssertionId>,
}

impl Answer {
    fn read(fields: &[(String, String)]) -> Result<Self, PageError> {
        let missing = |name| PageError::Parameter { name };
        let claims: Result<Vec<AssertionId>, _> =
            fields.iter().filter(|(name, _)| name == "claim").map(|(_, value)| value.parse()).collect();
        let claims = claims.ok().filter(|claims| !claims.is_empty()).ok_or(missing("claim"))?;
        let is_kept = |id: &&AssertionId| fields.iter().any(|(name, _)| *name == format!("keep-{id}"));
        let value = |id: &AssertionId| {
            let name = format!("value-{id}");
            fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.trim().to_owned())
        };
        let rejects = query::known(fields, "verdict", |text| match text {
            "accept" => Some(false),
            "reject" => Some(true),
            _ => None,
        })?;
        Ok(Self {
            query: Query::read(fields)?,
            values: claims.iter().filter(is_kept).map(|id| (*id, value(id))).collect(),
            claims,
            rejects,
            incident: incidents::chosen(fields)?,
            version: official::typed(fields)?,
            seen: query::value(fields, "seen")?.ok_or(missing("seen"))?,
            why: forms::reason(fields, "why")?,
            key: Key::of(fields)?,
            next: query::known(fields, "next", |text| text.parse().ok())?,
        })
    }

    /// The steps that the desk takes: of each claim one. The act is linked with the first that is accepted of it; an
    /// official version comes last, of what was accepted.
    fn steps(&self, book: &Book) -> Vec<Step> {
        let (mut steps, mut incident) = (Vec::new(), self.incident);
        let why = |rejected: bool| if rejected && self.why.is_empty() { NOT_SAID.to_owned() } else { self.why.clone() };
        for one in self.claims.iter().filter_map(|id| book.get(*id)) {
            let claims = vec![one.id.to_string()];
            match self.values.get(&one.id).filter(|_| self.rejects == Some(false)) {
                None => steps.push(Step::Reject(Judge { claims, why: why(true) })),
                Some(value) => {
                    let before = coding::typed(book, one);
                    let changed = value.as_ref().filter(|value| before.as_ref() != Some(*value) && !value.is_empty());
                    let field = changed.map(|value| format!("{}={value}", one.topic.code()));
                    let incident = if one.about.kind == EntityKind::Act { incident.take() } else { None };
                    steps.push(Step::Accept(Accept {
                        claims,
                        field: field.into_iter().collect(),
                        incident: incident.map(|incident| incident.to_string()),
                        why: why(false),
                    }));
                }
            }
        }
        let act = self.claims.iter().filter_map(|id| book.get(*id)).find(|one| one.about.kind == EntityKind::Act);
        if let (Some(one), Some(version), Some(false)) = (act, self.version.clone(), self.rejects) {
            steps.push(official::step(book, one.about, version));
        }
        steps
    }
}

/// Takes what was pressed.
pub async fn decide(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let answer = match Answer::read(&fields) {
        Ok(answer) => answer,
        Err(error) => return refuse(&reader, &error),
    };
    let onward = answer.query.address(answer.next);
    let taken = tokio::task::spawn_blocking(move || take(&desk, answer)).await;
    match taken {
        Ok(Ok(view)) => match view.problem {
            Some(ref problem) => html_page(problem.status(), render(&reader, &view)),
            None if reader.wants_part => self::answer(&reader, &view),
            None => Redirect::to(&onward).into_response(),
        },
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// The panel alone, for the script.
pub fn answer(reader: &Reader, view: &View) -> Response {
    html_page(StatusCode::OK, panel(reader, view))
}

fn take(desk: &Desk, answer: Answer) -> Result<View, PageError> {
    let book = desk.book()?;
    if answer.claims.iter().any(|id| book.get(*id).is_none()) {
        return Err(PageError::Parameter { name: "claim" });
    }
    let still = |book: &Book| coding::state_of(book, &answer.claims) == answer.seen;
    let coded = answer.rejects.map(|_| desk.code(&answer.steps(&book), still, answer.key.0));
    let problem = match coded {
        Some(Ok(_)) => {
            let view = load(desk, &Query { at: answer.next, ..answer.query })?;
            return Ok(View { done: true, ..view });
        }
        Some(Err(uncoded)) => Problem::from(uncoded),
        None => Problem::Unfinished("nothing-recorded"),
    };
    // The same claims again as they stand now, with what was typed.
    let book = desk.book()?;
    let first = book.get(answer.claims[0]).ok_or(PageError::NotFound)?;
    let quotes = answer.claims.iter().filter_map(|id| book.get(*id)).flat_map(|one| &one.quotes);
    let ends = quotes.clone().map(|quote| quote.range.end).max().unwrap_or_default();
    let starts = quotes.map(|quote| quote.range.start).min().unwrap_or_default();
    let source = first.quotes.first().ok_or(PageError::NotFound)?.source;
    let group = Group { about: first.about, source, range: starts..ends, claims: answer.claims.clone() };
    let mut shown = show(desk, &book, &group)?;
    shown.why = answer.why;
    shown.incident = answer.incident;
    shown.version = shown.version.map(|version| version.with(answer.version));
    shown.after = answer.next;
    for slot in &mut shown.slots {
        match answer.values.get(&slot.id) {
            Some(value) => slot.value = value.clone().or(slot.value.take()),
            None => slot.keep = false,
        }
    }
    Ok(View {
        query: answer.query,
        shown: Some(shown),
        recent: undo::recent(desk, &book),
        problem: Some(problem),
        done: false,
    })
}

/// Draws the page, or its panel alone where the script asks for it.
pub fn render(reader: &Reader, view: &View) -> Markup {
    if reader.wants_part {
        return panel(reader, view);
    }
    let title = reader.t(&format!("queue-{}", view.query.queue.code()));
    let body = html! {
        div.coding {
            header.pagehead {
                p.note { a href="/claims" { (reader.t("claims")) } }
                h1 { (title) } p.lead { (reader.t("queue-lead")) }
            }
            (panel(reader, view))
        }
    };
    layout::page(reader, &title, Some(Section::Sources), &body)
}

/// The part that is swapped after each decision.
fn panel(reader: &Reader, view: &View) -> Markup {
    let say = if view.done {
        reader.t(if view.shown.is_some() { "queue-next" } else { "queue-done" })
    } else {
        String::new()
    };
    html! {
        div #panel data-say=(say) {
            @if let Some(problem) = &view.problem { (problem.draw(reader)) }
            @match &view.shown {
                Some(shown) => { (screen(reader, view, shown)) }
                None => { section.pair.done { h2 { (reader.t("queue-done")) } p { a.btn href="/claims" { (reader.t("claims")) } } (undo_form(reader, view)) } }
            }
            (undo::section(reader, &view.recent))
        }
    }
}

fn undo_form(reader: &Reader, view: &View) -> Markup {
    let at = view.shown.as_ref().map(|shown| shown.slots[0].id.to_string()).unwrap_or_default();
    let source = view.query.source.as_deref().unwrap_or_default();
    undo::form(reader, view.recent.first(), &[("of", view.query.queue.code()), ("source", source), ("at", &at)])
}

fn screen(reader: &Reader, view: &View, shown: &Shown) -> Markup {
    let passage = Quotation {
        id: "passage".into(),
        sid: shown.source.key.clone(),
        who: shown.source.said_by.speaker.name.clone(),
        source: shown.source.title.clone(),
        at: Link {
            text: shown.source.file_name.clone(),
            href: reader.href(format!("/sources/{}", segment(&shown.source.key))),
        },
        parts: vec![shown.parts.clone()],
        ..Quotation::default()
    };
    let (n, of) = shown.place;
    let ids = |id: Option<AssertionId>| id.map(|id| id.to_string()).unwrap_or_default();
    html! {
        (quotation(&passage))
        form.decision method="post" action="/claims/queue" hx-post="/claims/queue" hx-target="#panel" hx-swap="outerHTML" data-typed="" {
            (forms::token(reader))
            (hidden("of", view.query.queue.code()))
            (hidden("source", view.query.source.as_deref().unwrap_or_default()))
            (hidden("at", &shown.slots[0].id.to_string()))
            (hidden("next", &ids(shown.after)))
            (hidden("seen", &shown.seen))
            (hidden("key", &Key::fresh().hex()))
            @for slot in &shown.slots { (hidden("claim", &slot.id.to_string())) }
            section.pair aria-labelledby="act-h" {
                h2 #act-h { (datum(&shown.about)) @if of > 0 { " " span.note { bdi { (n) " / " (of) } } } }
                (slots(reader, &shown.slots))
                (incidents::choice(reader, &shown.like, shown.incident))
                @if let Some(version) = &shown.version { (version.draw(reader)) }
                div.verdict.two {
                    button.v.same name="verdict" value="accept" data-key="a" { span { (reader.t("claims-accept")) } kbd aria-hidden="true" { "a" } }
                    button.v.different name="verdict" value="reject" data-key="r" { span { (reader.t("claims-reject")) } kbd aria-hidden="true" { "r" } }
                }
                p.field { label for="why" { (reader.t("reason-optional")) } input #why name="why" value=(shown.why) maxlength=(forms::LONGEST_REASON) dir="auto" autocomplete="off"; }
            }
        }
        div.under {
            @for (id, key, label) in [(shown.before, "k", "queue-before"), (shown.after, "j", "queue-after")] {
                @if let Some(id) = id {
                    a.btn href=(view.query.address(Some(id))) hx-get=(view.query.address(Some(id))) hx-target="#panel" hx-swap="outerHTML" data-key=(key) { (reader.t(label)) kbd aria-hidden="true" { (key) } }
                }
            }
            (undo_form(reader, view))
        }
    }
}

fn slots(reader: &Reader, slots: &[Slot]) -> Markup {
    let first = slots.iter().position(|slot| slot.value.is_some());
    html! {
        div.scroll tabindex="0" role="group" aria-label=(reader.t("claims-fields")) { table.list.slots {
            caption.vh { (reader.t("claims-fields")) }
            thead { tr { @for key in ["question", "words-as-written", "read-as", "claims-value"] { th scope="col" { (reader.t(key)) } } } }
            tbody { @for (idx, slot) in slots.iter().enumerate() { tr {
                th scope="row" {
                    label.tick { input type="checkbox" name={ "keep-" (slot.id) } value="1" checked[slot.keep]; span { (incident::topic(reader, slot.topic)) } }
                    @for note in slot.said.manner() { small { (incident::note(reader, note)) } }
                }
                td.verbatim { q { (datum(&slot.words)) } }
                td { (datum(&incident::value(reader, &slot.said))) }
                td { @match &slot.value {
                    Some(value) => input name={ "value-" (slot.id) } value=(value) dir="auto" autocomplete="off" maxlength="200" aria-label={ (reader.t("claims-value")) ": " (incident::topic(reader, slot.topic)) } data-key=[(first == Some(idx)).then_some("e")];,
                    None => a href={ "/claims/" (slot.id) } { (reader.t("claim-open")) },
                } }
            } } }
        } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_passage_keeps_letters_whole_and_marks_what_is_inside() {
        let text = "کریم کو اٹھایا گیا".repeat(60);
        let start = text.match_indices("کو").nth(30).unwrap().0;
        let parts = around(&text, start..start + 4, vec![start..start + 4, 0..8]);
        assert_eq!(parts.iter().filter(|part| part.marked).count(), 1);
        assert!(parts[0].text == "…" && parts.last().is_some_and(|part| part.text == "…"));
        let whole: String =
            around("short", 0..5, std::iter::once(0..5).collect()).into_iter().map(|part| part.text).collect();
        assert_eq!(whole, "short");
    }

    #[test]
    fn an_answer_without_claims_or_verdict_is_none() {
        assert!(Answer::read(&[("verdict".into(), "accept".into())]).is_err());
    }
}
