//! Refusals of the desk in the language of the page: the one place that draws them.
//!
//! A refusal is known by its English sentence, which the catalogue holds under a key of its own; what stands between « and »
//! in it is a datum and stands beside the sentence of the page. A sentence that no catalogue has yet is shown in English and
//! marked as English, below one that every language has.

use super::reader::{Lang, Reader};
use crate::failure::Failure;
use habeas_publish::ui::datum;
use maud::{Markup, html};

/// Keys of the refusals that the catalogues know.
pub const KEYS: [&str; 58] = [
    "refusal-account-answers-another",
    "refusal-against-release",
    "refusal-approved-by-another",
    "refusal-bytes-others",
    "refusal-claim-stands",
    "refusal-consents-since",
    "refusal-disk-full",
    "refusal-erased-meanwhile",
    "refusal-folder-full",
    "refusal-folder-git",
    "refusal-folder-many",
    "refusal-folder-vault",
    "refusal-held",
    "refusal-import-stopped",
    "refusal-key-taken",
    "refusal-later-edition",
    "refusal-list-name",
    "refusal-member-name",
    "refusal-needs-value",
    "refusal-newer-habeas",
    "refusal-no-case",
    "refusal-no-checkpoint-then",
    "refusal-no-claim",
    "refusal-no-code",
    "refusal-no-count",
    "refusal-no-entity",
    "refusal-no-identity-consent",
    "refusal-no-place",
    "refusal-no-record",
    "refusal-no-release",
    "refusal-no-row-read",
    "refusal-no-saved-search",
    "refusal-no-source",
    "refusal-no-vault",
    "refusal-not-a-date",
    "refusal-not-a-page",
    "refusal-not-a-year",
    "refusal-not-handed-out",
    "refusal-not-linked",
    "refusal-not-redacted",
    "refusal-not-signed",
    "refusal-nothing-given",
    "refusal-nothing-sought",
    "refusal-numbers-before",
    "refusal-only-keeper",
    "refusal-other-form",
    "refusal-person-gone",
    "refusal-read-only",
    "refusal-release-unrecorded",
    "refusal-saved-name",
    "refusal-saved-too-many",
    "refusal-source-there",
    "refusal-stopped-linkage",
    "refusal-too-much-waits",
    "refusal-two-offices",
    "refusal-two-persons",
    "refusal-withdrawn",
    "refusal-wrong-passphrase",
];

/// Draws what is wrong, what stands in its way, and what to do.
pub fn say(reader: &Reader, failure: &Failure) -> Markup {
    let (sentence, named) = parted(&failure.what);
    let key = known(&sentence);
    let remedy = key.and_then(|key| reader.find(&key.replacen("refusal-", "remedy-", 1)));
    if reader.lang == Lang::En {
        // What to do at a command line helps nobody here.
        let for_terminals = failure.remedy.contains("--") || failure.remedy.contains("habeas ");
        let remedy = if for_terminals { remedy } else { Some(failure.remedy.clone()) };
        return html! { p { (datum(&failure.what)) @if let Some(remedy) = remedy { " — " (datum(&remedy)) } } };
    }
    html! {
        @match key.and_then(|key| reader.find(key)) {
            Some(words) => { p { (words) @if let Some(named) = named { " " (datum(named)) } } @if let Some(remedy) = remedy { p { (remedy) } } }
            None => {
                p { (reader.t("refusal-other")) }
                p.note lang="en" dir="ltr" { (failure.what) }
            }
        }
    }
}

/// The sentence without the datum that it names, and the datum.
fn parted(what: &str) -> (String, Option<&str>) {
    match (what.find('«'), what.rfind('»')) {
        (Some(from), Some(to)) if from < to => {
            let inside = from + '«'.len_utf8();
            (format!("{}{}", &what[..inside], &what[to..]), Some(&what[inside..to]))
        }
        _ => (what.to_owned(), None),
    }
}

fn known(sentence: &str) -> Option<&'static str> {
    let english = Reader::of_file("en");
    KEYS.into_iter().find(|key| english.find(key).is_some_and(|words| words == sentence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::{Path, PathBuf};

    /// Sentences that only whoever starts the program sees, or that speak of a fault of it.
    const NOT_ON_PAGES: [&str; 12] = [
        "this profile is not of one case",
        "a case file does not go to the public",
        "whose case?",
        "the file is there",
        "nothing of this kind was published yet",
        "the estimate was stopped",
        "the work ended in the middle",
        "several claims have ids that begin so",
        "this reviewer made no such decision",
        "there is no vault here yet",
        "another list of places bears this name",
        "no list of places bears this name",
    ];

    fn english(key: &str) -> String {
        Reader::of_file("en").find(key).unwrap_or_else(|| panic!("{key} is nowhere"))
    }

    #[test]
    fn no_refusal_of_the_table_is_english_on_a_page_in_urdu() {
        let urdu = Reader::of_file("ur");
        for key in KEYS {
            let sentence = english(key).replace("«»", "«Corva 7»");
            let shown = say(&urdu, &Failure::usage(&sentence, "do this")).into_string();
            assert!(shown.chars().any(|c| c > '\u{600}'), "{key}: {shown}");
            assert!(!shown.contains("lang=\"en\"") && !shown.contains("do this"), "{key}: {shown}");
            assert_eq!(shown.contains("Corva 7"), sentence.contains("Corva 7"), "{key}: the datum stands beside");
            let remedy = key.replacen("refusal-", "remedy-", 1);
            assert!(shown.contains(&urdu.t(&remedy)) && urdu.t(&remedy) != english(&remedy), "{key}: nothing to do");
            let in_english = |remedy| say(&Reader::of_file("en"), &Failure::usage(&sentence, remedy)).into_string();
            assert!(in_english("do this").contains("do this"));
            let at_terminal = in_english("run: habeas --help");
            assert!(!at_terminal.contains("habeas --help") && at_terminal.contains(&english(&remedy)), "{at_terminal}");
        }
        let new = say(&urdu, &Failure::usage("a sentence of tomorrow", "do this")).into_string();
        assert!(new.contains("lang=\"en\" dir=\"ltr\">a sentence of tomorrow") && new.chars().any(|c| c > '\u{600}'));
    }

    /// Sentences with which the desk refuses, as they stand in its code.
    fn sentences(folder: &Path) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                found.extend(sentences(&path));
                continue;
            }
            let code = std::fs::read_to_string(&path).unwrap();
            let code = code.split("#[cfg(test)]").next().unwrap();
            let calls = ["Failure::usage(", "Failure::new(Exit::Failed, ", "Failure::new(Exit::FoundProblems, "];
            for call in calls.into_iter().flat_map(|call| code.split(call).skip(1)) {
                let rest = call.trim_start().strip_prefix("format_args!(").unwrap_or(call.trim_start());
                if let Some(text) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                    found.push((path.clone(), parted(text).0));
                }
            }
        }
        found
    }

    #[test]
    fn every_sentence_with_which_the_desk_refuses_is_in_the_catalogues() {
        let mut found = sentences(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/desk")));
        found.extend(sentences(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/commands/publish"))));
        assert!(found.len() > 15, "the search found next to nothing: {}", found.len());
        // Errors of other crates are told as they are, and marked as English.
        for (path, sentence) in found.into_iter().filter(|(_, sentence)| !sentence.starts_with('{')) {
            let on_pages = !NOT_ON_PAGES.contains(&sentence.as_str());
            assert!(!on_pages || known(&sentence).is_some(), "{}: «{sentence}» is in no catalogue", path.display());
        }
    }
}
