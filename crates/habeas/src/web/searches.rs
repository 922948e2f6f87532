//! Searches that a member saves for themselves: the list above the case files, the form below what was found.

use super::{cases, error::PageError, forms, guard::SignedForm, query, reader::Reader, router::refuse};
use crate::desk::{CaseQuery, Desk, LONGEST_NAME, Saved};
use axum::response::{IntoResponse, Redirect, Response};
use habeas_publish::ui::datum;
use maud::{Markup, html};

/// Saves the search whose words and filters stand in the form.
pub async fn save(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let asked = || -> Result<(String, cases::Query), PageError> {
        let name = query::value(&fields, "name")?.ok_or(PageError::Parameter { name: "name" })?;
        Ok((name, cases::Query::read(&fields)?))
    };
    match asked() {
        Ok((name, query)) => match desk.save_search(&name, query.search()) {
            Ok(()) => Redirect::to(&query.address("")).into_response(),
            Err(failure) => refuse(&reader, &failure.into()),
        },
        Err(error) => refuse(&reader, &error),
    }
}

/// Throws a search away.
pub async fn forget(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let forgotten = match query::value(&fields, "name") {
        Ok(Some(name)) => desk.forget_search(&name).map_err(PageError::from),
        Ok(None) => Err(PageError::Parameter { name: "name" }),
        Err(error) => Err(error),
    };
    match forgotten {
        Ok(()) => Redirect::to("/cases").into_response(),
        Err(error) => refuse(&reader, &error),
    }
}

/// Draws the saved searches, each as a link; below them they can be thrown away.
pub fn list(reader: &Reader, saved: &[Saved], here: &CaseQuery) -> Markup {
    html! { @if !saved.is_empty() {
        nav.saved aria-label=(reader.t("searches-saved")) {
            span { (reader.t("searches-saved")) ":" }
            ul { @for one in saved { li {
                a href=(reader.to(cases::Query::of(&one.query).address(""))) aria-current=[(one.query == *here).then_some("true")] { (datum(&one.name)) }
            } } }
            @if reader.as_of.is_none() { details { summary { (reader.t("searches-forget")) }
                ul { @for one in saved { li {
                    form method="post" action="/searches/forget" {
                        (forms::token(reader)) (forms::hidden("name", &one.name))
                        button.ghost { (reader.t("searches-forget")) " " (datum(&one.name)) }
                    }
                } } }
            } }
        }
    } }
}

/// Draws the form that saves what is on the screen.
pub fn save_form(reader: &Reader, query: &cases::Query) -> Markup {
    html! { @if reader.as_of.is_none() {
        details.save { summary { (reader.t("searches-save")) }
            form.search method="post" action="/searches" {
                (forms::token(reader))
                @for (name, value) in query.parameters() { (forms::hidden(name, &value)) }
                p.field { label for="search-name" { (reader.t("searches-name")) }
                    input #search-name name="name" required maxlength=(LONGEST_NAME) dir="auto" autocomplete="off"; }
                p.field { button.btn { (reader.t("searches-save-go")) } }
            }
            p.note { (reader.t("searches-note")) }
        }
    } }
}
