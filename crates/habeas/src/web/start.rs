//! The first page where there is no vault yet: make one, open one, or look at the demonstration.
//!
//! Whoever is here was let in by the address in the terminal; the folder is one of this computer, named as in the terminal.

use super::{
    error::PageError,
    forms,
    guard::SignedForm,
    layout, query,
    reader::{Reader, cookie},
    refusals,
    router::{App, html_page, refuse},
    session::COOKIE,
};
use crate::{
    commands::{
        demo,
        init::{account_name, calibrated, device_name, init_failure, now_ms},
        recovery::recovery_words,
    },
    demo::world::DEFAULT_RECORDS,
    desk::Desk,
    failure::{Exit, Failure},
    opening::Opener,
    output::Output,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use habeas_vault::{InitOptions, Passphrase, Vault};
use maud::{Markup, html};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use zeroize::Zeroizing;

/// What is shown again where something is wrong; never a passphrase.
#[derive(Default)]
struct Typed {
    folder: String,
    name: String,
    me: String,
}

/// Shows the ways to begin.
pub async fn show(State(app): State<App>, reader: Reader) -> Response {
    if app.lock.has_vault() {
        return Redirect::to("/").into_response();
    }
    let typed = Typed { folder: free_folder(), name: String::new(), me: account_name() };
    html_page(StatusCode::OK, render(&reader, &typed, None))
}

/// A folder beside where the program was started that does not exist yet.
fn free_folder() -> String {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let names = std::iter::once("habeas-vault".to_owned()).chain((2..).map(|n| format!("habeas-vault-{n}")));
    let free = names.map(|name| here.join(name)).find(|path| !path.exists()).expect("there is always a next number");
    free.display().to_string()
}

fn secret(fields: &mut [(String, String)], name: &str) -> Zeroizing<String> {
    let found = fields.iter_mut().find(|(known, _)| known == name);
    Zeroizing::new(found.map(|(_, value)| std::mem::take(value)).unwrap_or_default())
}

/// Makes a vault, and shows the words that open it when the passphrase is lost.
pub async fn make(
    State(app): State<App>,
    headers: HeaderMap,
    reader: Reader,
    SignedForm(mut fields): SignedForm,
) -> Response {
    if app.lock.has_vault() {
        return Redirect::to("/").into_response();
    }
    let (first, again) = (secret(&mut fields, "passphrase"), secret(&mut fields, "again"));
    let words = |name| query::value(&fields, name).map(Option::unwrap_or_default);
    let typed = match (words("folder"), words("name"), words("me")) {
        (Ok(folder), Ok(name), Ok(me)) => Typed { folder, name, me },
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => return refuse(&reader, &error),
    };
    if typed.folder.is_empty() {
        return refuse(&reader, &PageError::Parameter { name: "folder" });
    }
    if *first != *again {
        let failure = Failure::usage(reader.t("start-differ"), reader.t("start-differ-do"));
        return html_page(StatusCode::UNPROCESSABLE_ENTITY, render(&reader, &typed, Some(&failure)));
    }
    let dir = PathBuf::from(&typed.folder);
    let options = InitOptions {
        name: if typed.name.is_empty() { name_of(&dir) } else { typed.name.clone() },
        founder: if typed.me.is_empty() { account_name() } else { typed.me.clone() },
        device: device_name(),
        kdf: calibrated(),
        now_ms: now_ms(),
    };
    let made = tokio::task::spawn_blocking(move || -> Result<(Desk, Zeroizing<String>, PathBuf), Failure> {
        let vault = Vault::init(&dir, &Passphrase::new(&first), options);
        let mut vault = vault.map_err(|error| init_failure(&dir, error))?;
        let words = recovery_words(&mut vault, None)?;
        Ok((Desk::new(vault), words, dir))
    });
    match made.await {
        Ok(Ok((desk, words, dir))) => {
            adopt(&app, &headers, desk, &dir);
            html_page(StatusCode::OK, made_page(&reader, &words, &dir))
        }
        Ok(Err(failure)) => html_page(StatusCode::UNPROCESSABLE_ENTITY, render(&reader, &typed, Some(&failure))),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

fn name_of(dir: &Path) -> String {
    dir.file_name().map_or_else(|| "vault".into(), |name| name.to_string_lossy().into_owned())
}

/// The vault is open from now on, for whoever made or found it.
fn adopt(app: &App, headers: &HeaderMap, desk: Desk, dir: &Path) {
    let opener = Opener::of(dir);
    app.lock.adopt(desk, Arc::new(move |passphrase: &Passphrase| opener.open(passphrase)));
    // The door let nobody through without the cookie.
    app.sessions.unlock(cookie(headers, COOKIE).unwrap_or_default());
}

/// Opens a vault that is there.
pub async fn open(
    State(app): State<App>,
    headers: HeaderMap,
    reader: Reader,
    SignedForm(mut fields): SignedForm,
) -> Response {
    if app.lock.has_vault() {
        return Redirect::to("/").into_response();
    }
    let passphrase = secret(&mut fields, "passphrase");
    let folder = match query::value(&fields, "folder") {
        Ok(Some(folder)) => folder,
        Ok(None) => return refuse(&reader, &PageError::Parameter { name: "folder" }),
        Err(error) => return refuse(&reader, &error),
    };
    let given = PathBuf::from(&folder);
    let opened = tokio::task::spawn_blocking(move || -> Result<(Desk, PathBuf), Failure> {
        let none = || Failure::new(Exit::NoVault, "there is no vault in this folder", "name the folder of a vault");
        let dir = Vault::find(&given).ok_or_else(none)?;
        Ok((Opener::of(&dir).open(&Passphrase::new(&passphrase))?, dir))
    });
    match opened.await {
        Ok(Ok((desk, dir))) => {
            adopt(&app, &headers, desk, &dir);
            Redirect::to(app.home()).into_response()
        }
        Ok(Err(failure)) => {
            let typed = Typed { folder, me: account_name(), ..Typed::default() };
            html_page(StatusCode::UNPROCESSABLE_ENTITY, render(&reader, &typed, Some(&failure)))
        }
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// Makes the demonstration.
pub async fn demo(State(app): State<App>, headers: HeaderMap, reader: Reader, SignedForm(_): SignedForm) -> Response {
    if app.lock.has_vault() {
        return Redirect::to("/").into_response();
    }
    let made = tokio::task::spawn_blocking(|| -> Result<(Desk, PathBuf), Failure> {
        let dir = demo::free_folder();
        let world = crate::demo::draw(1, DEFAULT_RECORDS)?;
        let quiet = Output::silent();
        Ok((demo::make(&dir, &world, 1, &quiet)?.0, dir))
    });
    match made.await {
        Ok(Ok((desk, dir))) => {
            adopt(&app, &headers, desk, &dir);
            Redirect::to(app.home()).into_response()
        }
        Ok(Err(failure)) => refuse(&reader, &failure.into()),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

fn render(reader: &Reader, typed: &Typed, failure: Option<&Failure>) -> Markup {
    let proposal = habeas_vault::proposed_passphrase().map(|words| words.to_string()).unwrap_or_default();
    let body = html! {
        header.pagehead { h1 { (reader.t("start-title")) } p.lead { (reader.t("start-lead")) } }
        @if let Some(failure) = failure {
            div.said role="alert" { (refusals::say(reader, failure)) }
        }
        section.pair.done aria-labelledby="make-h" {
            h2 #make-h { (reader.t("start-make")) }
            form.enter method="post" action="/start/make" {
                (forms::token(reader))
                label for="folder" { (reader.t("start-folder")) }
                input #folder name="folder" value=(typed.folder) required dir="ltr" autocomplete="off" spellcheck="false" maxlength="200";
                label for="name" { (reader.t("start-name")) }
                input #name name="name" value=(typed.name) dir="auto" autocomplete="off" maxlength="200";
                label for="me" { (reader.t("start-me")) }
                input #me name="me" value=(typed.me) dir="auto" autocomplete="off" maxlength="200";
                p.note { (reader.t("start-proposal")) }
                p { code dir="ltr" { (proposal) } }
                label for="first" { (reader.t("unlock-passphrase")) }
                input #first type="password" name="passphrase" autocomplete="new-password" required dir="auto";
                label for="again" { (reader.t("start-again")) }
                input #again type="password" name="again" autocomplete="new-password" required dir="auto";
                button.btn.go { (reader.t("start-make-go")) }
            }
        }
        section.pair.done aria-labelledby="open-h" {
            h2 #open-h { (reader.t("start-open")) }
            form.enter method="post" action="/start/open" {
                (forms::token(reader))
                label for="folder-2" { (reader.t("start-folder")) }
                input #folder-2 name="folder" required dir="ltr" autocomplete="off" spellcheck="false" maxlength="200";
                label for="passphrase" { (reader.t("unlock-passphrase")) }
                input #passphrase type="password" name="passphrase" autocomplete="off" required dir="auto";
                button.btn { (reader.t("unlock-go")) }
            }
        }
        section.pair.done aria-labelledby="demo-h" {
            h2 #demo-h { (reader.t("start-demo")) }
            p { (reader.t("start-demo-lead")) }
            form method="post" action="/start/demo" { (forms::token(reader)) button.btn { (reader.t("start-demo-go")) } }
        }
    };
    layout::page(reader, &reader.t("start-title"), None, &body)
}

/// The words are shown once.
fn made_page(reader: &Reader, words: &str, dir: &Path) -> Markup {
    // The vault is open by now, though this request found none.
    let body = html! {
        header.pagehead { h1 { (reader.t("start-made")) } p.lead { (reader.t("start-words-lead")) } }
        ol.words dir="ltr" lang="en" { @for word in words.split_whitespace() { li { (word) } } }
        p.note { (reader.t("start-words-where")) }
        p.note { bdi { (dir.display().to_string()) } }
        p { a.btn.go href="/" { (reader.t("start-words-done")) } }
        (super::shares::form(reader))
    };
    layout::page(reader, &reader.t("start-made"), None, &body)
}
