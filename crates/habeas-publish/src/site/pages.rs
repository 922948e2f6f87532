//! Pages of words: what this is, how numbers were made, files to take along, how to check.

use super::{
    frame::{Page, Place},
    statistics,
};
use crate::{files::OutputFiles, ui::datum};
use maud::{Markup, html};

pub(super) fn write(at: &Place<'_>, files: &mut OutputFiles) {
    let pages: [(&str, &str, Markup); 4] = [
        ("index.html", "site-home", home(at)),
        ("methods.html", "site-methods", methods(at)),
        ("downloads.html", "site-downloads", downloads(at)),
        ("verify.html", "site-verify", check(at)),
    ];
    for (path, key, body) in pages {
        at.page(&Page { path, title: at.t(key), body, scripts: &[], leads_to: None }, files);
    }
}

fn home(at: &Place<'_>) -> Markup {
    html! {
        header.pagehead { h1 { (datum(&at.site.imprint.name)) } p.lead { (at.t("site-home-lead")) } }
        div.plain {
            @if at.site.people.is_some() { p { a href="memorial.html" { (at.t("site-memorial")) } ": " (at.t("site-memorial-about")) } }
            @if at.site.figures.is_some() { p { a href="statistics.html" { (at.t("site-statistics")) } ": " (at.t("site-statistics-lead")) } }
            p { (at.t("site-who-says")) }
        }
    }
}

fn methods(at: &Place<'_>) -> Markup {
    html! {
        header.pagehead { h1 { (at.t("site-methods")) } p.lead { (at.t("site-methods-lead")) } }
        div.plain {
            @if let Some(figures) = at.site.figures { (statistics::methods(at, figures)) }
            h2 { (at.t("site-withheld-title")) }
            p { (at.t("site-withheld-about")) }
            @if at.site.people.is_some() {
                h2 { (at.t("site-consent-title")) }
                p { (at.t("site-consent-about")) }
            }
            h2 { (at.t("site-recompute-title")) }
            p { (at.t("site-recompute-about")) }
            p { code dir="ltr" { "habeas report tables --as-of " (at.site.imprint.checkpoint) } }
        }
    }
}

fn downloads(at: &Place<'_>) -> Markup {
    let up = "../".repeat(at.folder.matches('/').count() + at.below.matches('/').count());
    html! {
        header.pagehead { h1 { (at.t("site-downloads")) } p.lead { (at.t("site-downloads-lead")) } }
        div.plain { ul { @for (path, about) in &at.site.imprint.downloads {
            li { a href={ (up) (path) } { bdi { (path) } } " — " (at.t(about)) }
        } } }
    }
}

fn check(at: &Place<'_>) -> Markup {
    html! {
        header.pagehead { h1 { (at.t("site-verify")) } p.lead { (at.t("site-verify-lead")) } }
        div.plain {
            p { code dir="ltr" { "sha256sum -c MANIFEST.sha256" } }
            p { (at.t("site-verify-signature")) }
            p { code dir="ltr" { "habeas publish verify ." } }
            @if !at.site.imprint.earlier.is_empty() {
                h2 { (at.t("site-earlier")) }
                ul { @for (number, hash) in &at.site.imprint.earlier {
                    li { bdi { "R" (format!("{number:04}")) } " " code { (hash) } }
                } }
            }
        }
    }
}
