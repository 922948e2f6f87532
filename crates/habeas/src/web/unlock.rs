//! The page that a locked vault leads to: no content, no name of the vault, one field. What it says of a wrong passphrase
//! is always the same.

use super::{
    forms,
    guard::SignedForm,
    layout,
    lock::{Moment, StillLocked},
    reader::{Reader, cookie},
    router::App,
    routes::Caller,
    session::COOKIE,
};
use crate::failure::Failure;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use habeas_publish::ui::datum;
use habeas_vault::Passphrase;
use maud::{Markup, html};
use zeroize::Zeroizing;

/// What the page says above its form.
enum Word {
    /// Nothing yet.
    First,
    /// That opens nothing.
    Wrong,
    /// Not yet.
    Wait(u64),
    /// Nobody can open it now, and why.
    Failed(Box<Failure>),
}

/// Shows the form, or that there is no need of it.
pub async fn show(State(app): State<App>, caller: Caller, reader: Reader) -> Response {
    if !app.lock.has_vault() {
        return Redirect::to("/start").into_response();
    }
    match (caller.opened, app.lock.opened()) {
        (Some(_), _) => answer(StatusCode::OK, &reader, &already(&reader)),
        (None, Some(_)) => answer(StatusCode::OK, &reader, &open_elsewhere(&reader)),
        (None, None) => answer(StatusCode::OK, &reader, &form(&reader, &Word::First)),
    }
}

/// Takes a passphrase.
pub async fn take(
    State(app): State<App>,
    headers: HeaderMap,
    reader: Reader,
    SignedForm(fields): SignedForm,
) -> Response {
    let mut fields = fields.into_iter();
    let typed = fields.find_map(|(name, value)| (name == "passphrase").then(|| Zeroizing::new(value)));
    let passphrase = Passphrase::new(&typed.unwrap_or_default());
    let trying = app.clone();
    let opened = tokio::task::spawn_blocking(move || trying.lock.unlock(&passphrase, Moment::now)).await;
    let (status, word) = match opened {
        Ok(Ok(())) => {
            // The door let nobody through without the cookie.
            app.sessions.unlock(cookie(&headers, COOKIE).unwrap_or_default());
            return Redirect::to(app.home()).into_response();
        }
        Ok(Err(StillLocked::Open)) => return Redirect::to("/unlock").into_response(),
        Ok(Err(StillLocked::Wrong)) => (StatusCode::FORBIDDEN, Word::Wrong),
        Ok(Err(StillLocked::Wait { seconds })) => (StatusCode::TOO_MANY_REQUESTS, Word::Wait(seconds)),
        Ok(Err(StillLocked::Failed(failure))) => (StatusCode::SERVICE_UNAVAILABLE, Word::Failed(failure)),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    answer(status, &reader, &form(&reader, &word))
}

/// Locks for everybody, whoever asks; the browser is told to forget what it kept.
pub async fn lock(State(app): State<App>, SignedForm(_): SignedForm) -> Response {
    app.lock_now();
    let forget = [(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""))];
    (forget, Redirect::to("/unlock")).into_response()
}

fn form(reader: &Reader, word: &Word) -> Markup {
    let said = match word {
        Word::First => html! {},
        Word::Wrong => html! { p.said role="alert" { (reader.t("unlock-wrong")) } },
        Word::Wait(seconds) => html! { p.said role="alert" { (reader.n("unlock-wait", &[("n", *seconds)])) } },
        Word::Failed(failure) => {
            html! { p.said role="alert" { (datum(&failure.what)) " — " (datum(&failure.remedy)) } }
        }
    };
    html! {
        header.pagehead { h1 { (reader.t("unlock-title")) } p.lead { (reader.t("unlock-lead")) } }
        (said)
        form.enter method="post" action="/unlock" {
            (forms::token(reader))
            label for="passphrase" { (reader.t("unlock-passphrase")) }
            input #passphrase type="password" name="passphrase" autocomplete="off" autocapitalize="none" spellcheck="false" dir="auto" required autofocus;
            button.btn { (reader.t("unlock-go")) }
        }
    }
}

fn open_elsewhere(reader: &Reader) -> Markup {
    html! {
        header.pagehead { h1 { (reader.t("unlock-title")) } p.lead { (reader.t("unlock-elsewhere")) } }
        form method="post" action="/lock" { (forms::token(reader)) button.btn { (reader.t("lock-there")) } }
    }
}

fn already(reader: &Reader) -> Markup {
    html! {
        header.pagehead { h1 { (reader.t("unlock-already")) } }
        p { a.btn href=(layout::home(reader)) { (reader.t("enter-onward")) } }
    }
}

fn answer(status: StatusCode, reader: &Reader, body: &Markup) -> Response {
    let page = layout::page(reader, &reader.t("unlock-title"), None, body).into_string();
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}
