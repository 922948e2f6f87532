//! One page of a source as it is seen, and a form that blacks out parts of it. Boxes are lines of numbers; with a script
//! they are drawn with the pointer.

use super::{
    assets,
    error::PageError,
    forms,
    guard::SignedForm,
    layout::{self, Section},
    query::{self, Pairs, address, segment},
    reader::Reader,
    refusals,
    router::{page, refuse},
};
use crate::{
    desk::{Desk, redacting::Redaction},
    failure::Failure,
};
use axum::{
    extract::{Path, Query},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::Source;
use habeas_intake::picture::Region;
use habeas_publish::ui::datum;
use maud::{Markup, html};
use std::sync::Arc;

/// Regions at most on one page.
const MOST_REGIONS: usize = 200;

/// A page that can be drawn.
pub struct View {
    source: Arc<Source>,
    /// How it was redacted, where it was.
    redaction: Option<Redaction>,
    page: u32,
    /// How many pages it has, or why none can be drawn.
    pages: Result<u32, Failure>,
    /// Keys of what was made from it by blacking out, each with the page.
    made: Vec<(String, u32)>,
}

fn load(desk: &Desk, key: &str, page: u32) -> Result<View, PageError> {
    let sources = desk.sources()?;
    let source = sources.iter().find(|source| source.key == key).ok_or(PageError::NotFound)?.clone();
    let made = sources.iter().filter_map(|other| Some((other, Redaction::of(other)?)));
    let made = made.filter(|(_, redaction)| redaction.original == source.sha256);
    Ok(View {
        made: made.map(|(other, redaction)| (other.key.clone(), redaction.page)).collect(),
        redaction: Redaction::of(&source),
        pages: desk.drawn_page(key, page).map(|drawn| drawn.pages()),
        page,
        source,
    })
}

fn page_of(pairs: &Pairs) -> Result<u32, PageError> {
    Ok(query::known(pairs, "page", |text| text.parse().ok())?.unwrap_or(1))
}

/// Shows the page with the form.
pub async fn get(desk: Desk, reader: Reader, Path(key): Path<String>, Query(pairs): Query<Pairs>) -> Response {
    match page_of(&pairs) {
        Ok(number) => page(desk, reader, move |desk| load(desk, &key, number), render).await,
        Err(error) => refuse(&reader, &error),
    }
}

/// Answers with the picture of a page.
pub async fn picture(desk: Desk, reader: Reader, Path((key, number)): Path<(String, u32)>) -> Response {
    match tokio::task::spawn_blocking(move || desk.drawn_page(&key, number).map(|drawn| drawn.png())).await {
        Ok(Ok(png)) => (StatusCode::OK, [(header::CONTENT_TYPE, "image/png")], png).into_response(),
        // Why there is none, the page around it tells.
        Ok(Err(_)) => refuse(&reader, &PageError::NotFound),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// The regions of a form: one in each line, empty lines between them.
fn regions_of(fields: &Pairs) -> Result<Vec<Region>, PageError> {
    let wrong = || PageError::Parameter { name: "regions" };
    let typed = fields.iter().find(|(name, _)| name == "regions").map_or("", |(_, typed)| typed.as_str());
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    let regions: Vec<Region> = lines.map(|line| line.parse().map_err(|_| wrong())).collect::<Result<_, _>>()?;
    if regions.is_empty() || regions.len() > MOST_REGIONS { Err(wrong()) } else { Ok(regions) }
}

/// Blacks out and leads to what came of it.
pub async fn make(desk: Desk, reader: Reader, Path(key): Path<String>, SignedForm(fields): SignedForm) -> Response {
    let (number, regions) = match (page_of(&fields), regions_of(&fields)) {
        (Ok(number), Ok(regions)) => (number, regions),
        (Err(error), _) | (_, Err(error)) => return refuse(&reader, &error),
    };
    match tokio::task::spawn_blocking(move || desk.redact(&key, number, &regions)).await {
        Ok(Ok(made)) => Redirect::to(&own(&made.key, 1)).into_response(),
        Ok(Err(failure)) => refuse(&reader, &failure.into()),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

fn own(key: &str, page: u32) -> String {
    let number = if page == 1 { String::new() } else { page.to_string() };
    address(&format!("/sources/{}/redact", segment(key)), &[("page", &number)])
}

fn render(reader: &Reader, view: &View) -> Markup {
    let source = &view.source;
    let key = segment(&source.key);
    let title = reader.t(if view.redaction.is_some() { "redact-result" } else { "redact-title" });
    let body = html! {
        header.pagehead {
            p.note { a href={ "/sources/" (key) } { (datum(&source.title)) } }
            h1 { (title) }
            p.lead { (reader.t(if view.redaction.is_some() { "redact-result-lead" } else { "redact-lead" })) }
        }
        @if let Some(redaction) = &view.redaction { dl.facts {
            div { dt { (reader.t("redact-of-page")) } dd { bdi { (redaction.page) } } }
            div { dt { (reader.t("redact-original")) } dd { code { (redaction.original) } } }
            div { dt { (reader.t("redact-regions")) } dd { bdi { code { (redaction.regions.iter().map(Region::to_string).collect::<Vec<_>>().join("  ")) } } } }
            div { dt { (reader.t("redact-paper")) } dd { code dir="ltr" { (source.key) } } }
        } }
        @match &view.pages {
            Ok(pages) => (drawn(reader, view, *pages)),
            Err(failure) => { p { (reader.t("redact-nothing")) } (refusals::say(reader, failure)) }
        }
        @if !view.made.is_empty() { section aria-labelledby="made-h" {
            h2 #made-h { (reader.t("redact-made")) }
            ul.claims { @for (made, of) in &view.made { li {
                a href=(own(made, 1)) { bdi { code { (made) } } } " · " (reader.n("redact-page-n", &[("page", u64::from(*of))]))
            } } }
        } }
    };
    layout::page(reader, &title, Some(Section::Sources), &body)
}

fn drawn(reader: &Reader, view: &View, pages: u32) -> Markup {
    let View { source, page, .. } = view;
    let key = segment(&source.key);
    html! {
        @if pages > 1 { nav.pages aria-label=(reader.t("pages")) {
            @if *page > 1 { a.btn rel="prev" href=(own(&source.key, page - 1)) { (reader.t("redact-before")) } }
            span { (reader.n("redact-page", &[("page", u64::from(*page)), ("pages", u64::from(pages))])) }
            @if *page < pages { a.btn rel="next" href=(own(&source.key, page + 1)) { (reader.t("next-page")) } }
        } }
        div.blackout data-redact="#regions" dir="ltr" {
            img src={ "/sources/" (key) "/pages/" (page) } alt=(reader.t("redact-alt")) draggable="false";
        }
        @if view.redaction.is_none() && reader.may_open("/sources/new") {
            form method="post" action={ "/sources/" (key) "/redact" } data-typed="" {
                (forms::token(reader)) (forms::hidden("page", &page.to_string()))
                p.field.grow {
                    label for="regions" { (reader.t("redact-regions")) }
                    textarea #regions name="regions" rows="4" dir="ltr" required spellcheck="false" autocomplete="off" aria-describedby="regions-how" {}
                }
                p.note #regions-how { (reader.t("redact-how")) }
                p.field { button.btn.go { (reader.t("redact-do")) } }
            }
        }
        script src=(assets::url("redact.js")) defer {}
    }
}
