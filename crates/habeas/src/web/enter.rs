//! The way in: a page without data that turns the token of an address into a session.

use super::{layout, query::Pairs, reader::Reader, router::App, session::COOKIE};
use axum::{
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use std::time::Instant;

/// What the page says above its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Nothing yet.
    First,
    /// The token did not work.
    Refused,
    /// A new address was printed in the terminal.
    Printed,
    /// One was printed a moment ago.
    Wait,
}

/// Draws the page.
pub fn render(reader: &Reader, word: Word) -> Markup {
    let title = reader.t("enter-title");
    let said = match word {
        Word::First => None,
        Word::Refused => Some("enter-refused"),
        Word::Printed => Some("enter-printed"),
        Word::Wait => Some("enter-wait"),
    };
    let body = html! {
        header.pagehead { h1 { (title) } p.lead { (reader.t("enter-lead")) } }
        @if let Some(key) = said { p.said role="status" { (reader.t(key)) } }
        // The script takes the token from the fragment of the address, puts it here and sends the form.
        form.enter method="post" action="/enter" data-enter="" {
            label for="token" { (reader.t("enter-token")) }
            input #token name="token" autocomplete="off" spellcheck="false" dir="ltr" required;
            button.btn { (reader.t("enter-go")) }
        }
        form.again method="post" action="/enter/again" {
            p.note { (reader.t("enter-again-lead")) }
            button.btn { (reader.t("enter-again")) }
        }
    };
    layout::page(reader, &title, None, &body)
}

/// Takes a token.
pub fn take(app: &App, reader: &Reader, fields: &Pairs) -> Response {
    let given = fields.iter().find(|(name, _)| name == "token").map_or("", |(_, value)| value.trim());
    // Whoever types the token may paste the whole address.
    let token = given.rsplit('#').next().unwrap_or(given);
    let home = app.home();
    match app.sessions.enter(token, Instant::now(), app.lock.opened().is_some()) {
        Some(cookie) => {
            let cookie = format!("{COOKIE}={cookie}; Path=/; Secure; HttpOnly; SameSite=Strict");
            // Not a redirect: a Strict cookie set by one that began outside is not sent on the next request.
            let onward = [
                (header::SET_COOKIE, cookie),
                (HeaderName::from_static("refresh"), format!("0;url={home}")),
                (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            ];
            let body = html! { p { a.btn href=(home) { (reader.t("enter-onward")) } } };
            let page = layout::page(reader, &reader.t("enter-title"), None, &body);
            (onward, page.into_string()).into_response()
        }
        None => refused(reader, Word::Refused),
    }
}

/// Asks for a new address in the terminal.
pub fn again(app: &App, reader: &Reader) -> Response {
    match app.announce_entry(Instant::now()) {
        true => page(StatusCode::OK, reader, Word::Printed),
        false => page(StatusCode::TOO_MANY_REQUESTS, reader, Word::Wait),
    }
}

/// The page without a word, as it is asked for.
pub fn show(reader: &Reader) -> Response {
    page(StatusCode::OK, reader, Word::First)
}

fn refused(reader: &Reader, word: Word) -> Response {
    page(StatusCode::FORBIDDEN, reader, word)
}

fn page(status: StatusCode, reader: &Reader, word: Word) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], render(reader, word).into_string()).into_response()
}
