//! The page that a locked vault leads to: no content, no name of the vault, one field. What it says of a wrong passphrase
//! is always the same.

use super::{
    forms,
    guard::SignedForm,
    incoming::typed,
    layout,
    lock::{Moment, StillLocked},
    query::Pairs,
    reader::{Reader, cookie},
    refusals,
    router::App,
    routes::{Caller, need_at},
    session::COOKIE,
};
use crate::{failure::Failure, rights::Need};
use axum::{
    extract::{DefaultBodyLimit, FromRequest, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
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

/// What somebody had typed into a form when the vault locked, with where it was to go. It travels in the answer and in the
/// form that brings it back; nothing is stored.
#[derive(Default)]
struct Kept {
    to: String,
    fields: Pairs,
}

/// Fields of a form that are not kept: those of the session, and what must never come back in a page.
const OWN_FIELDS: [&str; 3] = ["token", "passphrase", "to"];

/// How the names of kept fields begin.
const KEPT: &str = "kept-";

impl Kept {
    /// What a form brings that was to go elsewhere; nothing where no form of ours goes there.
    fn of(to: &str, fields: &[(String, String)]) -> Self {
        if !matches!(need_at(&Method::POST, to), Some(Need::Right(_))) {
            return Self::default();
        }
        let fields = fields.iter().filter(|(name, _)| !OWN_FIELDS.contains(&name.as_str()));
        Self { to: to.to_owned(), fields: fields.cloned().collect() }
    }

    /// What the form of this page brings back.
    fn again(fields: &[(String, String)]) -> Self {
        let to = fields.iter().find(|(name, _)| name == "to").map_or("", |(_, to)| to);
        let kept = fields.iter().filter_map(|(name, value)| Some((name.strip_prefix(KEPT)?.to_owned(), value.clone())));
        Self::of(to, &kept.collect::<Pairs>())
    }

    fn hidden(&self, prefix: &str) -> Markup {
        html! { @for (name, value) in &self.fields { (forms::hidden(&format!("{prefix}{name}"), value)) } }
    }
}

/// Whether a request is a short form.
pub fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let for_script = request.headers().contains_key("hx-request");
    request.method() == Method::POST
        && !for_script
        && kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// Answers a form that found the vault locked: it asks for the passphrase and holds what was typed.
pub async fn keep_of(app: &App, reader: &Reader, caller: Caller, mut request: Request) -> Response {
    let to = request.uri().path().to_owned();
    request.extensions_mut().insert(caller);
    // The door stands in front of what a page allows: a long testimony must not be lost here.
    DefaultBodyLimit::max(typed::LONGEST).apply(&mut request);
    match SignedForm::from_request(request, app).await {
        Ok(SignedForm(fields)) => {
            answer(StatusCode::LOCKED, reader, &form(reader, &Word::First, &Kept::of(&to, &fields)))
        }
        Err(refusal) => refusal,
    }
}

/// Takes what was typed from a page that the lock leads away; where the vault is open after all, it comes back at once.
pub async fn keep(State(app): State<App>, caller: Caller, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let to = fields.iter().find(|(name, _)| name == "to").map_or("", |(_, to)| to);
    let kept = Kept::of(to, &fields);
    match (caller.opened, app.lock.opened()) {
        (Some(_), _) => answer(StatusCode::OK, &reader, &resumed(&reader, &kept)),
        (None, Some(_)) => answer(StatusCode::OK, &reader, &open_elsewhere(&reader)),
        (None, None) => answer(StatusCode::OK, &reader, &form(&reader, &Word::First, &kept)),
    }
}

/// After the passphrase: what was typed, and the button that goes on with it.
fn resumed(reader: &Reader, kept: &Kept) -> Markup {
    html! {
        header.pagehead { h1 { (reader.t("resume-title")) } p.lead { (reader.t("resume-lead")) } }
        @if kept.fields.is_empty() { p { a.btn href=(layout::home(reader)) { (reader.t("enter-onward")) } } }
        @else { form.enter method="post" action=(kept.to) { (forms::token(reader)) (kept.hidden("")) button.btn.go { (reader.t("resume-go")) } } }
    }
}

/// Shows the form, or that there is no need of it.
pub async fn show(State(app): State<App>, caller: Caller, reader: Reader) -> Response {
    if !app.lock.has_vault() {
        return Redirect::to("/start").into_response();
    }
    match (caller.opened, app.lock.opened()) {
        (Some(_), _) => answer(StatusCode::OK, &reader, &already(&reader)),
        (None, Some(_)) => answer(StatusCode::OK, &reader, &open_elsewhere(&reader)),
        (None, None) => answer(StatusCode::OK, &reader, &form(&reader, &Word::First, &Kept::default())),
    }
}

/// Takes a passphrase.
pub async fn take(
    State(app): State<App>,
    headers: HeaderMap,
    reader: Reader,
    SignedForm(fields): SignedForm,
) -> Response {
    let kept = Kept::again(&fields);
    let mut fields = fields.into_iter();
    let typed = fields.find_map(|(name, value)| (name == "passphrase").then(|| Zeroizing::new(value)));
    let passphrase = Passphrase::new(&typed.unwrap_or_default());
    let trying = app.clone();
    let opened = tokio::task::spawn_blocking(move || trying.lock.unlock(&passphrase, Moment::now)).await;
    let (status, word) = match opened {
        Ok(Ok(())) => {
            // The door let nobody through without the cookie.
            app.sessions.unlock(cookie(&headers, COOKIE).unwrap_or_default());
            if kept.fields.is_empty() {
                return Redirect::to(app.home()).into_response();
            }
            return answer(StatusCode::OK, &reader, &resumed(&reader, &kept));
        }
        Ok(Err(StillLocked::Open)) => return Redirect::to("/unlock").into_response(),
        Ok(Err(StillLocked::Wrong)) => (StatusCode::FORBIDDEN, Word::Wrong),
        Ok(Err(StillLocked::Wait { seconds })) => (StatusCode::TOO_MANY_REQUESTS, Word::Wait(seconds)),
        Ok(Err(StillLocked::Failed(failure))) => (StatusCode::SERVICE_UNAVAILABLE, Word::Failed(failure)),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    answer(status, &reader, &form(&reader, &word, &kept))
}

/// Locks for everybody, whoever asks; the browser is told to forget what it kept.
pub async fn lock(State(app): State<App>, SignedForm(_): SignedForm) -> Response {
    app.lock_now();
    let forget = [(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""))];
    (forget, Redirect::to("/unlock")).into_response()
}

fn form(reader: &Reader, word: &Word, kept: &Kept) -> Markup {
    let said = match word {
        Word::First => html! {},
        Word::Wrong => html! { p.said role="alert" { (reader.t("unlock-wrong")) } },
        Word::Wait(seconds) => html! { p.said role="alert" { (reader.n("unlock-wait", &[("n", *seconds)])) } },
        Word::Failed(failure) => {
            html! { div.said role="alert" { (refusals::say(reader, failure)) } }
        }
    };
    html! {
        header.pagehead { h1 { (reader.t("unlock-title")) } p.lead { (reader.t("unlock-lead")) } }
        (said)
        @if !kept.fields.is_empty() { p.note role="status" { (reader.t("unlock-kept")) } }
        form.enter method="post" action="/unlock" {
            (forms::token(reader))
            @if !kept.fields.is_empty() { (forms::hidden("to", &kept.to)) (kept.hidden(KEPT)) }
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
