//! Fields of the form that accepts, where a text gives an official version that it disputes: whose it is, and in which words.
//! Where nobody is named nothing of it is recorded.

use super::super::{error::PageError, forms, query, reader::Reader};
use crate::{
    commands::claims::{Official, Step, suggested_version},
    desk::Book,
};
use habeas_core::Entity;
use habeas_publish::ui::datum;
use maud::{Markup, html};

/// An official version that was suggested, with what was typed of it.
pub struct Version {
    /// The words of the suggestion.
    suggested: String,
    by: String,
    words: String,
}

/// The official version that was suggested for an act, while nobody has said whose it is.
pub fn version(book: &Book, act: Entity) -> Option<Version> {
    let suggested = suggested_version(book, act)?.words();
    Some(Version { words: suggested.clone(), by: String::new(), suggested })
}

/// What was typed: whose version, and in which words. None where nobody is named.
///
/// # Errors
/// [`PageError::Parameter`] where it is longer than the fields allow.
pub fn typed(fields: &[(String, String)]) -> Result<Option<(String, String)>, PageError> {
    let by = query::value(fields, "official-by")?;
    let words = forms::reason(fields, "official-words")?;
    Ok(by.map(|by| (by, words)))
}

/// The step that proposes it.
pub fn step(book: &Book, act: Entity, (by, words): (String, String)) -> Step {
    // A browser takes the line ends out of a field.
    let same = |one: &str| one.split_whitespace().eq(words.split_whitespace());
    let suggested = suggested_version(book, act).is_some_and(|one| same(&one.words()));
    let words = Some(words).filter(|words| !words.is_empty() && !suggested);
    Step::OfficialVersion(Official { act: act.to_string(), by, words, occurrence: None })
}

impl Version {
    /// The same with what was typed.
    pub fn with(self, typed: Option<(String, String)>) -> Self {
        match typed {
            Some((by, words)) => Self { by, words, ..self },
            None => self,
        }
    }

    /// Draws the fields.
    pub fn draw(&self, reader: &Reader) -> Markup {
        html! { fieldset.like {
            legend { (reader.t("official-version")) }
            p.note { q { (datum(&self.suggested)) } " " (reader.t("official-version-note")) }
            p.field { label for="official-by" { (reader.t("official-by")) } input #official-by name="official-by" value=(self.by) maxlength="200" dir="auto" autocomplete="off"; }
            p.field.grow { label for="official-words" { (reader.t("official-words")) } input #official-words name="official-words" value=(self.words) maxlength=(forms::LONGEST_REASON) dir="auto" autocomplete="off"; }
        } }
    }
}
