//! A text that waits: what kind of source it is and who says what it says, then it is kept.

use super::{
    super::{
        error::PageError,
        forms,
        guard::SignedForm,
        layout::{self, Section},
        query::{self, segment},
        reader::Reader,
        router::{html_page, refuse},
        words,
    },
    address_of, aside_form, unreadable,
};
use crate::desk::{Desk, tray::Waiting};
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::SourceKind;
use habeas_publish::ui::datum;
use maud::{Markup, html};

/// Kinds of texts with their codes.
const KINDS: [(SourceKind, &str); 3] =
    [(SourceKind::Article, "article"), (SourceKind::Testimony, "testimony"), (SourceKind::Statement, "statement")];

/// Shows the form.
pub async fn get(desk: Desk, reader: Reader, Path(id): Path<String>) -> Response {
    match desk.waiting(&id) {
        Ok(Some(waiting)) => html_page(StatusCode::OK, render(&reader, &waiting)),
        Ok(None) => refuse(&reader, &PageError::NotFound),
        Err(failure) => refuse(&reader, &failure.into()),
    }
}

/// Keeps the text.
pub async fn take(desk: Desk, reader: Reader, Path(id): Path<String>, SignedForm(fields): SignedForm) -> Response {
    let kind =
        query::known(&fields, "kind", |code| KINDS.iter().find(|(_, known)| *known == code).map(|(kind, _)| *kind));
    let (kind, said_by) = match (kind, query::value(&fields, "said-by")) {
        (Ok(Some(kind)), Ok(said_by)) => (kind, said_by),
        (Ok(None), _) => return refuse(&reader, &PageError::Parameter { name: "kind" }),
        (Err(error), _) | (_, Err(error)) => return refuse(&reader, &error),
    };
    let waiting = match desk.waiting(&id) {
        Ok(Some(waiting)) => waiting,
        Ok(None) => return refuse(&reader, &PageError::NotFound),
        Err(failure) => return refuse(&reader, &failure.into()),
    };
    let own = waiting.clone();
    let added = tokio::task::spawn_blocking(move || {
        let added = desk.add_text(&own.file, kind, said_by.as_deref());
        added.inspect(|_| desk.put_aside(&own.id).unwrap_or_default())
    });
    match added.await {
        Ok(Ok(added)) => Redirect::to(&format!("/sources/{}", segment(&added.source.key))).into_response(),
        Ok(Err(failure)) => unreadable(&reader, &waiting.id, &waiting.file.name, &failure),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

fn render(reader: &Reader, waiting: &Waiting) -> Markup {
    let body = html! {
        header.pagehead {
            p.note { a href="/sources/new" { (reader.t("incoming-title")) } }
            h1 { (datum(&waiting.file.name)) } p.lead { (reader.t("incoming-text-lead")) }
        }
        form.search method="post" action=(address_of(&waiting.id, false)) {
            (forms::token(reader))
            p.field {
                label for="kind" { (reader.t("kind")) }
                select #kind name="kind" { @for (kind, code) in KINDS { option value=(code) { (words::source_kind(reader, kind)) } } }
            }
            p.field.grow {
                label for="said-by" { (reader.t("incoming-said-by")) }
                input #said-by name="said-by" dir="auto" autocomplete="off" maxlength="200";
            }
            p.field { button.btn { (reader.t("incoming-keep")) } }
        }
        div.under {
            a.btn href=(address_of(&waiting.id, true)) { (reader.t("incoming-as-list")) }
            (aside_form(reader, &waiting.id))
        }
    };
    layout::page(reader, &reader.t("incoming-title"), Some(Section::Sources), &body)
}
