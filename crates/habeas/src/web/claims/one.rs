//! One claim: its words in the text, who says it, how it stands, what others say of the same, and what can be done with it.

use super::{
    super::{
        error::PageError,
        forms::{self, Key, hidden},
        guard::SignedForm,
        incident::{self, Said},
        layout::{self, Section},
        query::{self, address, segment},
        reader::Reader,
        router::{html_page, refuse},
    },
    Problem,
    incidents::{self, Like},
    queue::around,
    typed, undo,
};
use crate::{
    commands::{
        audit::day_of,
        claims::{Accept, Assign, Judge, Say, Step},
    },
    desk::{Desk, coding},
};
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::{Assertion, AssertionId, Content, Entity, Matter, Right, Source, Topic};
use habeas_publish::ui::{Link, Piece, Quotation, datum, quotation};
use maud::{Markup, html};
use std::sync::Arc;

/// What somebody said of the claim.
struct Word {
    matter: Matter,
    text: String,
    by: String,
    at_ms: i64,
}

/// One claim.
pub struct View {
    id: AssertionId,
    name: String,
    about: Entity,
    about_name: String,
    topic: Topic,
    said: Said,
    facts: Vec<(&'static str, String)>,
    value: Option<String>,
    passage: Option<(Arc<Source>, Vec<Piece>)>,
    others: Vec<(AssertionId, Said)>,
    talk: Vec<Word>,
    members: Vec<String>,
    /// Known incidents that the act may be part of, for whoever may say so.
    like: Vec<Like>,
    seen: String,
    /// The stroke in which the reader recorded it or decided about it last, where it can be taken back.
    last: Option<undo::Recent>,
    problem: Option<Problem>,
    /// What was typed, by field.
    typed: Vec<(String, String)>,
}

/// Reads the claim.
///
/// # Errors
/// [`PageError::NotFound`] where there is none of this id.
pub fn load(desk: &Desk, id: &str) -> Result<View, PageError> {
    let id: AssertionId = id.parse().map_err(|_| PageError::NotFound)?;
    let book = desk.book()?;
    let one = book.get(id).filter(|one| coding::is_claim(one)).ok_or(PageError::NotFound)?;
    let members = desk.members();
    let name_of = |user| members.iter().find(|member| member.user == user).map(|member| member.name.clone());
    let source = one.quotes.first().and_then(|quote| book.sources.iter().find(|source| source.id == quote.source));
    let passage = match source.filter(|_| book.shows(one)) {
        Some(source) => {
            let text = desk.shown_text(source)?;
            let marks: Vec<_> = one
                .quotes
                .iter()
                .filter(|quote| quote.source == source.id)
                .map(|quote| quote.range.start as usize..quote.range.end as usize)
                .collect();
            let whole = marks.iter().map(|mark| mark.start).min().unwrap_or(0)
                ..marks.iter().map(|mark| mark.end).max().unwrap_or(0);
            Some((source.clone(), around(&text, whole, marks)))
        }
        None => None,
    };
    let about = Entity::assertion(id);
    let word = |word: &Assertion| {
        let (matter, text) = match (&word.content, word.topic) {
            (Content::Review(review, why), Topic::Of(matter)) => (matter, format!("{}: {why}", review.code())),
            (Content::Text(text), Topic::Of(matter)) if matter != Matter::Handle => (matter, text.clone()),
            _ => return None,
        };
        Some(Word { matter, text, by: name_of(word.recorded_by).unwrap_or_default(), at_ms: word.recorded_ms })
    };
    let others = book.accounts(one).accounts.into_iter().filter(|other| other.id != id);
    let facts = vec![
        ("claim-basis", one.basis.code().to_owned()),
        ("claim-grade", one.grade.map_or_else(|| "F6".to_owned(), |grade| grade.code())),
        ("claim-private", one.sensitivity.code().to_owned()),
    ];
    let last = undo::recent(desk, &book).into_iter().find(|stroke| stroke.is_about(id));
    Ok(View {
        name: book.claim_name(id),
        about: one.about,
        about_name: book.name(one.about),
        topic: one.topic,
        said: incident::claim(&book, one),
        value: coding::typed(&book, one).filter(|_| book.shows(one)),
        others: others.map(|other| (other.id, incident::claim(&book, other))).collect(),
        talk: book.assertions.iter().filter(|one| one.about == about).filter_map(word).collect(),
        members: if desk.may(Right::Code) {
            members.into_iter().map(|member| member.name).collect()
        } else {
            Vec::new()
        },
        like: if desk.may(Right::Code) { incidents::like(&book, one.about) } else { Vec::new() },
        seen: coding::state_of(&book, &[id]),
        id,
        facts,
        passage,
        last,
        problem: None,
        typed: Vec::new(),
    })
}

/// What can be done with a claim, as its forms name it.
fn step(what: &str, view: &View, fields: &[(String, String)]) -> Result<Step, PageError> {
    let (claims, why) = (vec![view.id.to_string()], forms::reason(fields, "why")?);
    let words = forms::reason(fields, "words")?;
    let needed = |text: &str, name| if text.is_empty() { Err(PageError::Parameter { name }) } else { Ok(()) };
    Ok(match what {
        "accept" => {
            let value = typed(fields, "value");
            let changed = !value.is_empty() && view.value.as_deref() != Some(value);
            let field = changed.then(|| format!("{}={value}", view.topic.code()));
            let incident = incidents::chosen(fields)?.map(|incident| incident.to_string());
            Step::Accept(Accept { claims, field: field.into_iter().collect(), incident, why })
        }
        "reject" => {
            needed(&why, "why")?;
            Step::Reject(Judge { claims, why })
        }
        "question" | "answer" => {
            needed(&words, "words")?;
            let say = Say { claim: view.id.to_string(), words };
            if what == "question" { Step::Question(say) } else { Step::Answer(say) }
        }
        "assign" => {
            needed(&words, "words")?;
            Step::Assign(Assign { what: view.id.to_string(), to: words })
        }
        _ => return Err(PageError::Parameter { name: "do" }),
    })
}

/// Takes what was pressed.
pub async fn act(desk: Desk, reader: Reader, Path(id): Path<String>, SignedForm(fields): SignedForm) -> Response {
    let taken = tokio::task::spawn_blocking(move || -> Result<View, PageError> {
        let (key, what) = (Key::of(&fields)?, query::value(&fields, "do")?);
        let seen = query::value(&fields, "seen")?.ok_or(PageError::Parameter { name: "seen" })?;
        let view = load(&desk, &id)?;
        // The form came without its button, as after a lock.
        let Some(what) = what else {
            let problem = Some(Problem::Unfinished("nothing-recorded"));
            return Ok(View { problem, typed: fields, ..view });
        };
        let step = step(&what, &view, &fields)?;
        let problem = match desk.code(&[step], |book| coding::state_of(book, &[view.id]) == seen, key.0) {
            Ok(_) => return Ok(view),
            Err(uncoded) => Problem::from(uncoded),
        };
        Ok(View { problem: Some(problem), typed: fields, ..load(&desk, &id)? })
    });
    match taken.await {
        Ok(Ok(view)) => match view.problem {
            None => Redirect::to(&format!("/claims/{}", view.id)).into_response(),
            Some(ref problem) => html_page(problem.status(), render(&reader, &view)),
        },
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// Draws the claim.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let title = incident::topic(reader, view.topic);
    let about = incident::href(reader, view.about);
    let body = html! {
        header.pagehead {
            p.note { a href="/claims" { (reader.t("claims")) } " › " a href=[about] { (datum(&view.about_name)) } }
            h1 { (title) ": " (datum(&incident::value(reader, &view.said))) }
            p { code { (view.name) } " " (incident::standing_note(reader, &view.said)) }
        }
        @if let Some(problem) = &view.problem { (problem.draw(reader)) }
        @if let Some((source, parts)) = &view.passage { (quotation(&Quotation {
            id: "passage".into(),
        sid: source.key.clone(),
            who: source.said_by.speaker.name.clone(),
            source: source.title.clone(),
            at: Link { text: source.file_name.clone(), href: reader.href(format!("/sources/{}", segment(&source.key))) },
            parts: vec![parts.clone()],
            ..Quotation::default()
        })) }
        dl.facts { @for (key, code) in &view.facts { div { dt { (reader.t(key)) } dd { (coded(reader, key, code)) } } } }
        @if !view.others.is_empty() { section.about {
            h2 { (reader.t("other-accounts")) }
            ul.claims { @for (id, said) in &view.others { li {
                a href={ "/claims/" (id) } { (datum(&incident::value(reader, said))) } " "
                span.note { (incident::standing_note(reader, said)) }
            } } }
            p { a href={ "/claims/" (view.id) "/accounts" } { (reader.t("conflict-open")) } }
        } }
        @if !view.talk.is_empty() { section.about {
            h2 { (reader.t("said-of-claim")) }
            ul.queue { @for word in &view.talk { li {
                p { b { (reader.t(&format!("topic-{}", word.matter.code()))) } " · " (datum(&word.text)) }
                p.note { (datum(&word.by)) " · " bdi { (day_of(word.at_ms)) } }
            } } }
        } }
        @if reader.may_open("/claims") { (actions(reader, view)) }
    };
    layout::page(reader, &title, Some(Section::Sources), &body)
}

/// A code in words, where there are some.
fn coded(reader: &Reader, key: &str, code: &str) -> String {
    let family = key.trim_start_matches("claim-");
    reader.find(&format!("{family}-{code}")).unwrap_or_else(|| code.to_owned())
}

fn actions(reader: &Reader, view: &View) -> Markup {
    let action = format!("/claims/{}", view.id);
    let start = || {
        html! { (forms::token(reader)) (hidden("seen", &view.seen)) (hidden("key", &Key::fresh().hex())) }
    };
    let value = view.typed.iter().find(|(name, _)| name == "value").map(|(_, value)| value).or(view.value.as_ref());
    let (why, words) = (typed(&view.typed, "why"), typed(&view.typed, "words"));
    let claim = view.id.to_string();
    html! {
        section.about aria-labelledby="act-h" {
            h2 #act-h { (reader.t("claim-do")) }
            form.search method="post" action=(action) data-typed="" {
                (start())
                @if let Some(value) = value { p.field.grow {
                    label for="value" { (reader.t("claims-value")) }
                    input #value name="value" value=(value) dir="auto" autocomplete="off" maxlength="200" data-key="e";
                } }
                p.field.grow { label for="why" { (reader.t("claim-why")) } input #why name="why" value=(why) maxlength=(forms::LONGEST_REASON) dir="auto" autocomplete="off"; }
                (incidents::choice(reader, &view.like, incidents::chosen(&view.typed).ok().flatten()))
                p.field { button.btn name="do" value="accept" data-key="a" { (reader.t("claims-accept")) kbd aria-hidden="true" { "a" } } }
                p.field { button.btn name="do" value="reject" data-key="r" { (reader.t("claims-reject")) kbd aria-hidden="true" { "r" } } }
            }
            form.search method="post" action=(action) data-typed="" {
                (start())
                p.field.grow { label for="words" { (reader.t("claim-words")) } input #words name="words" value=(words) list="members" maxlength=(forms::LONGEST_REASON) dir="auto" autocomplete="off"; }
                @for what in ["question", "answer", "assign"] { p.field { button.btn name="do" value=(what) { (reader.t(&format!("do-{what}"))) } } }
            }
            datalist #members { @for name in &view.members { option value=(name) {} } }
            div.under {
                (undo::form(reader, view.last.as_ref(), &[("claim", &claim)]))
                @if let Some((source, _)) = &view.passage {
                    a.btn href=(address("/claims/new", &[("source", &source.key), ("corrects", &claim)])) { (reader.t("claim-correct")) }
                    a.btn href=(address("/claims/new", &[("source", &source.key)])) { (reader.t("claim-new")) }
                }
            }
        }
    }
}
