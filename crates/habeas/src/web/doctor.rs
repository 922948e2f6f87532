//! Which protections hold on this computer, and when the vault was last copied and tried.

use super::{
    error::PageError,
    layout::{self, Section},
    reader::Reader,
    refusals,
};
use crate::{
    commands::{
        doctor::{self, Check},
        init::now_ms,
    },
    desk::Desk,
    failure::Failure,
};
use maud::{Markup, html};

/// What was found out.
#[derive(Debug, Clone)]
pub struct View {
    checks: Vec<Check>,
    /// Protections of the process that reads foreign spreadsheets.
    layers: Result<Vec<(String, bool)>, Failure>,
}

/// Looks.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let mut checks = doctor::of_machine();
    checks.extend(doctor::inside(desk, now_ms())?);
    Ok(View { checks, layers: doctor::layers() })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let body = html! {
        header.pagehead {
            p.note { a href="/team" { (reader.t("nav-team")) } }
            h1 { (reader.t("doctor-title")) } p.lead { (reader.t("doctor-lead")) }
        }
        ul.queue { @for check in &view.checks { li { (answer(reader, check.holds)) p lang="en" dir="ltr" { (check.words) } } } }
        h2 { (reader.t("doctor-worker")) }
        @match &view.layers {
            Ok(layers) => { ul.queue { @for (layer, holds) in layers { li { (answer(reader, Some(*holds))) p lang="en" dir="ltr" { (layer) } } } } }
            Err(failure) => { div.said role="alert" { (refusals::say(reader, failure)) } }
        }
        p.note { (reader.t("doctor-more")) " " code dir="ltr" { "habeas doctor" } }
    };
    layout::page(reader, &reader.t("doctor-title"), Some(Section::Team), &body)
}

fn answer(reader: &Reader, holds: Option<bool>) -> Markup {
    let (key, tone) = match holds {
        Some(true) => ("doctor-holds", "good"),
        Some(false) => ("doctor-holds-not", "bad"),
        None => ("doctor-unknown", "plain"),
    };
    html! { p.tone .(tone) { (reader.t(key)) } }
}
