//! Shares: several people together open the vault on the day on which its keeper cannot. Shown once, one to a sheet of paper;
//! they are written to no disk.

use super::{
    error::PageError,
    forms,
    guard::SignedForm,
    layout::{self, PRINTER, Section, icon},
    query,
    reader::Reader,
    router::{html_page, refuse},
};
use crate::{
    commands::init::now_ms,
    desk::{Desk, vault_failure},
};
use axum::{http::StatusCode, response::Response};
use habeas_core::Right;
use maud::{Markup, html};
use zeroize::Zeroizing;

/// Shares at most, and how many of them at least open the vault.
const MOST: u8 = 16;
const LEAST: u8 = 2;

/// Makes shares and shows them, once.
pub async fn make(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let number = |name| query::known(&fields, name, |text| text.parse().ok().filter(|n| (LEAST..=MOST).contains(n)));
    let (k, n) = match (number("needed"), number("shares")) {
        (Ok(Some(k)), Ok(Some(n))) if k <= n => (k, n),
        (Ok(Some(_)), Ok(_)) | (Err(_), Ok(Some(_))) => {
            return refuse(&reader, &PageError::Parameter { name: "shares" });
        }
        _ => return refuse(&reader, &PageError::Parameter { name: "needed" }),
    };
    let made = tokio::task::spawn_blocking(move || {
        desk.change(Right::Keep, |vault| {
            let shares = vault.make_shares(k, n, now_ms()).map_err(vault_failure)?;
            Ok(shares.iter().map(|share| (share.index, Zeroizing::new(share.text().to_string()))).collect::<Vec<_>>())
        })
    });
    match made.await {
        Ok(Ok(shares)) => html_page(StatusCode::OK, page(&reader, k, &shares)),
        Ok(Err(failure)) => refuse(&reader, &failure.into()),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

fn page(reader: &Reader, k: u8, shares: &[(u8, Zeroizing<String>)]) -> Markup {
    let n = shares.len() as u64;
    let body = html! {
        header.pagehead { h1 { (reader.t("shares-title")) } p.lead { (reader.n("shares-lead", &[("k", u64::from(k)), ("n", n)])) } }
        p.note { (reader.t("shares-once")) }
        p.begin { button.btn hidden data-print="" { (icon(PRINTER)) (reader.t("print")) } }
        @for (index, text) in shares { section.share aria-labelledby={ "share-" (index) } {
            h2 id={ "share-" (index) } { (reader.n("share-of", &[("i", u64::from(*index)), ("n", n)])) }
            p.secret dir="ltr" lang="en" { code { (text.as_str()) } }
            p.note { (reader.n("share-note", &[("k", u64::from(k)), ("n", n)])) }
        } }
        p.begin { a.btn.go href="/team" { (reader.t("shares-done")) } }
    };
    layout::page(reader, &reader.t("shares-title"), Some(Section::Team), &body)
}

/// The form that makes shares.
pub fn form(reader: &Reader) -> Markup {
    html! {
        section.about aria-labelledby="shares-h" {
            h2 #shares-h { (reader.t("shares-title")) }
            p.note { (reader.t("shares-why")) }
            form.search method="post" action="/shares" {
                (forms::token(reader))
                p.field.short { label for="needed" { (reader.t("shares-needed")) } input #needed type="number" name="needed" min=(LEAST) max=(MOST) value="2" required; }
                p.field.short { label for="shares" { (reader.t("shares-number")) } input #shares type="number" name="shares" min=(LEAST) max=(MOST) value="3" required; }
                p.field { button.btn { (reader.t("shares-make")) } }
            }
        }
    }
}
