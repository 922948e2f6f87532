//! When a page cannot be shown: what, where, what to do, and what state things are in. Never a name or a passage.

use super::{layout, reader::Reader, refusals};
use crate::{
    failure::Failure,
    rights::{Denied, roles_with},
};
use axum::http::StatusCode;
use habeas_publish::ui::datum;
use maud::{Markup, html};

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nothing has this address.
    #[error("no page has this address")]
    NotFound,
    /// The address takes a form and shows no page, or shows a page and takes no form.
    #[error("the address is not asked for in this way")]
    OtherMethod,
    /// A parameter of the address has a value that the page does not know.
    #[error("the value of «{name}» in the address is none that this page knows")]
    Parameter {
        /// Its name, one of ours.
        name: &'static str,
    },
    /// More was sent than is taken in at once.
    #[error("more was sent than is taken in at once")]
    TooLarge,
    /// Whoever asks may not see it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The vault could not be read.
    #[error("the vault could not be read: {}", .0.what)]
    Vault(Box<Failure>),
    /// The work behind the page ended in a panic: our bug.
    #[error("the program failed at this page")]
    Bug,
}

impl From<Failure> for PageError {
    fn from(failure: Failure) -> Self {
        Self::Vault(Box::new(failure))
    }
}

impl PageError {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::OtherMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Parameter { .. } => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::Vault(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Bug => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::OtherMethod => "other-method",
            Self::Parameter { .. } => "parameter",
            Self::TooLarge => "too-large",
            Self::Denied(_) => "denied",
            Self::Vault(_) => "vault",
            Self::Bug => "bug",
        }
    }
}

/// Draws the page of an error.
pub fn render(reader: &Reader, error: &PageError) -> Markup {
    let key = error.key();
    let title = reader.t(&format!("err-{key}"));
    let body = html! {
        header.pagehead { h1 { (title) } }
        dl.ids {
            @if let PageError::Denied(denied) = error {
                dt { (reader.t("err-what")) } dd { (reader.t(&format!("right-{}", denied.right))) }
                dt { (reader.t("denied-who")) } dd { (roles(reader, &roles_with(denied.right))) }
            }
            @if let PageError::Parameter { name } = error { dt { (reader.t("err-where")) } dd { code { (name) } } }
            @if let PageError::Vault(failure) = error {
                dt { (reader.t("err-what")) } dd { (refusals::say(reader, failure)) }
                @if let Some(place) = &failure.place { dt { (reader.t("err-where")) } dd { (datum(place)) } }
            } @else {
                dt { (reader.t("err-do")) } dd { (reader.t(&format!("rec-{key}"))) }
            }
            dt { (reader.t("err-state")) } dd { (reader.t("err-nothing-changed")) }
        }
        p { a.btn href=(layout::home(reader)) { (reader.t("back-home")) } }
    };
    layout::page(reader, &title, None, &body)
}

/// Roles in words.
fn roles(reader: &Reader, codes: &[&str]) -> String {
    codes.iter().map(|code| reader.t(&format!("role-{code}"))).collect::<Vec<_>>().join(" · ")
}
