//! Where sources come in: files are taken into memory, recognised, settled and only then written into the vault.
//!
//! A file goes from the browser into the memory of this process and from there, sealed, into the vault. It is in clear on
//! no disk, and gone when the vault locks.

pub mod list;
pub mod text;
pub mod typed;

use super::{
    error::PageError,
    forms,
    guard::SignedForm,
    layout::{self, Section},
    reader::Reader,
    refusals,
    router::{html_page, page, refuse},
    routes::Caller,
};
use crate::{
    desk::{
        Desk,
        tray::{MOST_BYTES, Waiting},
    },
    listing::ListFile,
};
use axum::{
    extract::{Multipart, Path, multipart::MultipartError},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use habeas_intake::table::{Kind, sniff};
use habeas_publish::ui::{datum, grouped};
use maud::{Markup, html};
use std::sync::Arc;

/// Bytes of one upload: what may wait, and room for the form around it.
pub const LONGEST_UPLOAD: usize = MOST_BYTES + (1 << 20);

/// Letters of a file's name that are kept.
const LONGEST_NAME: usize = 120;

/// Files that wait, with what they are.
#[derive(Debug, Clone)]
pub struct View {
    /// Number, name, bytes, whether it looks like a list.
    waiting: Vec<(String, String, u64, bool)>,
}

/// Reads what waits.
///
/// # Errors
/// [`PageError::Vault`] without the right to bring in sources.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let of = |waiting: Arc<Waiting>| {
        let file = &waiting.file;
        (waiting.id.clone(), file.name.clone(), file.bytes.len() as u64, is_list(file))
    };
    Ok(View { waiting: desk.all_waiting()?.into_iter().map(of).collect() })
}

/// Whether a file looks like a list rather than a text; whoever brings it may say otherwise.
pub fn is_list(file: &ListFile) -> bool {
    match sniff(&file.bytes) {
        Kind::Xlsx | Kind::Xlsb | Kind::Xls | Kind::Ods => true,
        Kind::Text => {
            let ending = file.name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
            !matches!(ending.as_deref(), Some("txt" | "md" | "eml" | "html" | "htm"))
        }
        _ => false,
    }
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let body = html! {
        header.pagehead {
            p.note { a href="/sources" { (reader.t("nav-sources")) } }
            h1 { (reader.t("incoming-title")) } p.lead { (reader.t("incoming-lead")) }
        }
        form.drop method="post" action="/sources/new" enctype="multipart/form-data" data-drop="" {
            // First, so that nothing is read of a form that is not ours.
            (forms::token(reader))
            label for="files" { (reader.t("incoming-choose")) }
            input #files type="file" name="file" multiple required;
            p.note { (reader.t("incoming-kinds")) }
            button.btn { (reader.t("incoming-send")) }
        }
        (typed::form(reader))
        @if !view.waiting.is_empty() {
            section aria-labelledby="waiting-h" {
                h2 #waiting-h { (reader.t("incoming-waiting")) }
                ul.queue { @for (id, name, bytes, is_list) in &view.waiting { li {
                    p { a href=(address_of(id, *is_list)) { (datum(name)) } " " span.note { bdi { (grouped(bytes.div_ceil(1024))) " KiB" } } }
                    (aside_form(reader, id))
                } } }
                p.note { (reader.t("incoming-memory")) }
            }
        }
    };
    layout::page(reader, &reader.t("incoming-title"), Some(Section::Sources), &body)
}

/// Where a file that waits is settled.
pub fn address_of(id: &str, is_list: bool) -> String {
    if is_list { format!("/sources/new/{id}") } else { format!("/sources/new/{id}/text") }
}

/// The form that puts a file aside.
pub fn aside_form(reader: &Reader, id: &str) -> Markup {
    html! {
        form method="post" action={ "/sources/new/" (id) "/aside" } { (forms::token(reader)) button.btn { (reader.t("incoming-aside")) } }
    }
}

/// Takes files in.
pub async fn receive(desk: Desk, reader: Reader, caller: Caller, mut form: Multipart) -> Response {
    let mut signed = false;
    let mut received: Vec<Arc<Waiting>> = Vec::new();
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(error) => return refuse(&reader, &too_large_or_odd(&error)),
        };
        match field.name() {
            Some("token") => match field.text().await {
                Ok(given) => signed = caller.form_token.as_ref().is_some_and(|token| token.is(&given)),
                Err(error) => return refuse(&reader, &too_large_or_odd(&error)),
            },
            Some("file") if signed => {
                let name = plain_name(field.file_name().unwrap_or_default());
                let bytes = match field.bytes().await {
                    Ok(bytes) => Vec::from(bytes),
                    Err(error) => return refuse(&reader, &too_large_or_odd(&error)),
                };
                // A field in which nothing was chosen.
                if bytes.is_empty() && name.is_empty() {
                    continue;
                }
                match desk.receive(ListFile { name, bytes }) {
                    Ok(waiting) => received.push(waiting),
                    Err(failure) => return refuse(&reader, &failure.into()),
                }
            }
            _ if signed => {}
            _ => return StatusCode::FORBIDDEN.into_response(),
        }
    }
    if !signed {
        return StatusCode::FORBIDDEN.into_response();
    }
    match received.as_slice() {
        [] => refuse(&reader, &PageError::Parameter { name: "file" }),
        [one] => Redirect::to(&address_of(&one.id, is_list(&one.file))).into_response(),
        _ => Redirect::to("/sources/new").into_response(),
    }
}

fn too_large_or_odd(error: &MultipartError) -> PageError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => PageError::TooLarge,
        _ => PageError::Parameter { name: "file" },
    }
}

/// The name of a file without folders and without what could disguise it: control characters and marks of direction.
fn plain_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let disguises = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let kept: String = last.chars().filter(|c| !disguises(*c)).collect();
    let kept = kept.trim();
    // What is cut is the middle: the ending tells the kind.
    let letters: Vec<char> = kept.chars().collect();
    if letters.len() <= LONGEST_NAME {
        return kept.to_owned();
    }
    letters[..LONGEST_NAME / 2].iter().chain(&letters[letters.len() - LONGEST_NAME / 2..]).collect()
}

/// Puts a file aside.
pub async fn put_aside(desk: Desk, reader: Reader, Path(id): Path<String>, SignedForm(_): SignedForm) -> Response {
    match desk.put_aside(&id) {
        Ok(()) => Redirect::to("/sources/new").into_response(),
        Err(failure) => refuse(&reader, &failure.into()),
    }
}

/// Takes an import back.
pub async fn undo(desk: Desk, reader: Reader, Path(id): Path<String>, SignedForm(fields): SignedForm) -> Response {
    let why = match forms::reason(&fields, "why") {
        Ok(why) if !why.is_empty() => why,
        Ok(_) => return refuse(&reader, &PageError::Parameter { name: "why" }),
        Err(error) => return refuse(&reader, &error),
    };
    let undone = tokio::task::spawn_blocking(move || desk.undo_import(&id, &why)).await;
    match undone {
        Ok(Ok(_)) => Redirect::to("/sources").into_response(),
        Ok(Err(failure)) => refuse(&reader, &failure.into()),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// Shows the page.
pub async fn get(desk: Desk, reader: Reader) -> Response {
    page(desk, reader, load, render).await
}

/// A page that says why a file cannot be read, with the way to put it aside.
fn unreadable(reader: &Reader, id: &str, name: &str, failure: &crate::failure::Failure) -> Response {
    let body = html! {
        header.pagehead { p.note { a href="/sources/new" { (reader.t("incoming-title")) } } h1 { (datum(name)) } }
        div.said role="alert" {
            (refusals::say(reader, failure))
            @if let Some(place) = &failure.place { p.note { (datum(place)) } }
        }
        div.under {
            a.btn href=(address_of(id, true)) { (reader.t("incoming-as-list")) }
            a.btn href=(address_of(id, false)) { (reader.t("incoming-as-text")) }
            (aside_form(reader, id))
        }
    };
    html_page(
        StatusCode::UNPROCESSABLE_ENTITY,
        layout::page(reader, &reader.t("incoming-title"), Some(Section::Sources), &body),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_no_path_and_no_disguise() {
        for (given, kept) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\list.csv", "list.csv"),
            ("list\u{202e}vsc.exe", "listvsc.exe"),
            ("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv"),
            ("فہرست.xlsx", "فہرست.xlsx"),
            ("", ""),
        ] {
            assert_eq!(plain_name(given), kept);
        }
        let long = format!("{}.csv", "x".repeat(5_000));
        assert!(plain_name(&long).ends_with(".csv") && plain_name(&long).chars().count() == LONGEST_NAME);
    }

    #[test]
    fn a_table_is_told_from_a_text_by_what_it_is_and_then_by_its_ending() {
        let file = |name: &str, bytes: &[u8]| is_list(&ListFile { name: name.into(), bytes: bytes.to_vec() });
        assert!(file("families.csv", b"name,place\na,b\n"));
        assert!(!file("report.txt", b"They took him away.\n"));
        assert!(!file("page.csv", b"<!DOCTYPE html><html><body>x</body></html>"));
        assert!(!file("paper.pdf", b"%PDF-1.7\n"));
    }
}
