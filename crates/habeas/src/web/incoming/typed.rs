//! Words that are typed or pasted: a testimony that was told, a message that was read out. They go the way of a file.

use super::{
    super::{error::PageError, forms, guard::SignedForm, query, reader::Reader, router::refuse},
    address_of,
};
use crate::{desk::Desk, listing::ListFile};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

/// Bytes of one form: a long testimony in a script of three bytes a letter, percent-encoded.
pub const LONGEST: usize = 4 << 20;

/// Letters of a short name.
const LONGEST_KEY: usize = 60;

/// The form, folded away: most sources come as files.
pub fn form(reader: &Reader) -> Markup {
    html! {
        details.typed {
            summary { (reader.t("typed-title")) }
            p.note { (reader.t("typed-lead")) }
            form method="post" action="/sources/new/typed" {
                (forms::token(reader))
                p.field {
                    label for="typed-key" { (reader.t("incoming-key")) }
                    input #typed-key name="key" required maxlength=(LONGEST_KEY) pattern="[\\p{L}\\p{N}_\\-]+" autocomplete="off";
                }
                p.field.grow {
                    label for="typed-words" { (reader.t("typed-words")) }
                    textarea #typed-words name="words" rows="12" dir="auto" required {}
                }
                p.field { button.btn { (reader.t("typed-next")) } }
            }
        }
    }
}

/// Takes the words in, to be settled like a file.
pub async fn receive(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let key = match query::value(&fields, "key") {
        Ok(Some(key)) => key,
        Ok(None) => return refuse(&reader, &PageError::Parameter { name: "key" }),
        Err(error) => return refuse(&reader, &error),
    };
    // As long as the form may be: not a field among others, but the source itself.
    let words = match fields.iter().filter(|(name, _)| name == "words").map(|(_, words)| words).collect::<Vec<_>>()[..]
    {
        [words] if !words.trim().is_empty() => words,
        _ => return refuse(&reader, &PageError::Parameter { name: "words" }),
    };
    if crate::desk::importing::check_key(&key).is_err() || key.chars().count() > LONGEST_KEY {
        return refuse(&reader, &PageError::Parameter { name: "key" });
    }
    // Browsers send lines with two characters at their end; what people count as one line is one.
    let words = words.replace("\r\n", "\n");
    match desk.receive(ListFile { name: format!("{key}.txt"), bytes: words.into_bytes() }) {
        Ok(waiting) => Redirect::to(&address_of(&waiting.id, false)).into_response(),
        Err(failure) => refuse(&reader, &failure.into()),
    }
}
