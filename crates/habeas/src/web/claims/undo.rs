//! What a member recorded last, and the way to take it back.

use super::super::{
    error::PageError,
    forms::{self, hidden},
    guard::SignedForm,
    incident,
    query::{self, address},
    reader::Reader,
    router::refuse,
};
use crate::desk::{Book, Desk, coding::last_coded};
use axum::response::{IntoResponse, Redirect, Response};
use habeas_core::{AssertionId, Content, Matter, Review, Topic};
use habeas_publish::ui::datum;
use maud::{Markup, html};

/// Strokes that stay in sight.
const RECENT: usize = 10;

/// One stroke among the last ones.
#[derive(Debug, Clone)]
pub struct Recent {
    at_ms: i64,
    /// The claim that it was first about.
    claim: AssertionId,
    about: String,
    topic: Topic,
    n_accepted: u64,
    n_rejected: u64,
    n_said: u64,
}

impl Recent {
    /// Whether the stroke says or decides something of a claim.
    pub fn is_about(&self, claim: AssertionId) -> bool {
        self.claim == claim
    }

    /// Whether it settles a question of an entity.
    pub fn settles(&self, about: &str) -> bool {
        self.topic == Topic::Of(Matter::Resolution) && self.about == about
    }
}

/// The last strokes of whoever opened the vault.
pub fn recent(desk: &Desk, book: &Book) -> Vec<Recent> {
    let of = |stroke: crate::desk::coding::Coded| {
        let made: Vec<_> = stroke.made.iter().filter_map(|id| book.get(*id)).collect();
        let verdicts = |wanted: Review| {
            let is = |one: &&&habeas_core::Assertion| matches!(&one.content, Content::Review(review, _) if *review == wanted);
            made.iter().filter(is).count() as u64
        };
        let target = made.iter().find_map(|one| match one.content {
            Content::Review(..) => book.get(AssertionId(one.about.id.0)),
            _ => Some(*one),
        })?;
        let (n_accepted, n_rejected) = (verdicts(Review::Accepted), verdicts(Review::Rejected));
        Some(Recent {
            at_ms: stroke.at_ms,
            claim: target.id,
            about: book.name(target.about),
            topic: target.topic,
            n_said: made.len() as u64 - n_accepted - n_rejected,
            n_accepted,
            n_rejected,
        })
    };
    last_coded(book, desk.who().user, RECENT).into_iter().filter_map(of).collect()
}

/// Draws the button that takes the last stroke back. It names the stroke, so that pressing twice takes back one.
pub fn form(reader: &Reader, last: Option<&Recent>, back: &[(&str, &str)]) -> Markup {
    html! {
        form method="post" action="/claims/undo" hx-post="/claims/undo" hx-target="#panel" hx-swap="outerHTML" {
            (forms::token(reader))
            @for (name, value) in back { (hidden(name, value)) }
            @if let Some(last) = last { (hidden("stroke", &last.at_ms.to_string())) }
            button.btn data-key="u" disabled[last.is_none()] { (reader.t("undo-last")) kbd aria-hidden="true" { "u" } }
        }
    }
}

/// Draws the last strokes.
pub fn section(reader: &Reader, recent: &[Recent]) -> Markup {
    let counted = |stroke: &Recent| {
        let parts = [
            ("coded-accepted", stroke.n_accepted),
            ("coded-rejected", stroke.n_rejected),
            ("coded-said", stroke.n_said),
        ];
        let parts: Vec<String> =
            parts.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| reader.n(key, &[("n", n)])).collect();
        parts.join(" · ")
    };
    html! {
        section.recent aria-labelledby="recent-h" {
            h2 #recent-h { (reader.t("last-decisions")) }
            @if recent.is_empty() { p.note { (reader.t("none-coded")) } }
            @else { ol { @for stroke in recent { li {
                b { (counted(stroke)) }
                a href={ "/claims/" (stroke.claim) } { (datum(&stroke.about)) " · " (incident::topic(reader, stroke.topic)) }
            } } } }
        }
    }
}

/// Takes a stroke back.
pub async fn take(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let stroke = match query::known(&fields, "stroke", |text| text.parse::<i64>().ok()) {
        Ok(Some(stroke)) => stroke,
        Ok(None) => return refuse(&reader, &PageError::Parameter { name: "stroke" }),
        Err(error) => return refuse(&reader, &error),
    };
    // Back to the claim where the button stood, or to the queue.
    let back = match query::known(&fields, "claim", |text| text.parse::<AssertionId>().ok()) {
        Ok(back) => back,
        Err(error) => return refuse(&reader, &error),
    };
    let asked = match super::queue::Query::read(&fields) {
        Ok(asked) => asked,
        Err(error) => return refuse(&reader, &error),
    };
    let part = reader.wants_part && back.is_none();
    let undone = tokio::task::spawn_blocking(move || -> Result<Option<super::queue::View>, PageError> {
        desk.take_claims_back(stroke)?;
        Ok(if part { Some(super::queue::load(&desk, &asked)?) } else { None })
    });
    match undone.await {
        Ok(Ok(Some(view))) => super::queue::answer(&reader, &view),
        Ok(Ok(None)) => match back {
            Some(claim) => Redirect::to(&format!("/claims/{claim}")).into_response(),
            None => {
                let of = |name| super::typed(&fields, name);
                let to = address("/claims/queue", &[("of", of("of")), ("source", of("source")), ("at", of("at"))]);
                Redirect::to(&to).into_response()
            }
        },
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}
