//! The public site: folders of plain files that open from a disk, a stick or any server, in any of its languages.
//!
//! Nothing on it asks another host, nothing needs a script, and there is no inline script or style. People are taken as
//! [`Disclosed`] values only, numbers as [`Figures`] only:
//!
//! ```compile_fail
//! # use habeas_core::MemorialEntry;
//! # use habeas_publish::site::People;
//! fn publish(entry: MemorialEntry) {
//!     let people = People { entries: &[entry], withdrawn: &[], moved: &[] };
//! }
//! ```

mod frame;
mod memorial;
mod pages;
mod statistics;

use crate::{
    address::SeriesKey,
    figures::{Figures, Told},
    files::OutputFiles,
    ui,
};
use habeas_core::{Date, Disclosed, EventKind, Label, MemorialEntry, PersonId, Sex};

/// Style of the frame, beside that of the drawings.
const SITE_STYLE: &str = include_str!("ui/css/site.css");
/// The one script; everything but the search works without it.
const SEARCH: &str = include_str!("site/search.js");

/// The words of one language.
pub trait Words {
    /// Language tag.
    fn lang(&self) -> &str;
    /// `ltr` or `rtl`.
    fn dir(&self) -> &str;
    /// The language in its own words.
    fn own_name(&self) -> &str;
    /// A message.
    fn t(&self, key: &str) -> String;
    /// A message with a number.
    fn n(&self, key: &str, n: u64) -> String;
    /// A sentence about an estimate, of a kind such as `warning-told`; none where it has to be shown as the run printed it.
    fn told(&self, kind: &str, told: &Told) -> Option<String>;
    /// The words of a label.
    fn label(&self, label: Label) -> String;
    /// The words of an event.
    fn event(&self, event: EventKind) -> String;
    /// The words of a sex.
    fn sex(&self, sex: Sex) -> String;
    /// The words of a question, by its code.
    fn question(&self, code: &str) -> String;
}

/// What the site says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// Name of whoever publishes.
    pub name: String,
    /// Number of the release.
    pub number: u64,
    /// The day that it bears.
    pub made_on: Date,
    /// The checkpoint that its numbers are of.
    pub checkpoint: String,
    /// Earlier releases with the hash of each manifest.
    pub earlier: Vec<(u64, String)>,
    /// The data files, with what each is.
    pub downloads: Vec<(String, String)>,
    /// Whether all people are invented.
    pub is_demo: bool,
}

/// Those who are named, and those who no longer are.
#[derive(Debug, Clone, Copy)]
pub struct People<'p> {
    /// Whom consents allow to name.
    pub entries: &'p [Disclosed<MemorialEntry>],
    /// Whose page was withdrawn: a page stays at the same address and says so, nothing else.
    pub withdrawn: &'p [PersonId],
    /// Who was named under an address of their own and is known to be somebody who is named: both, the old one first.
    pub moved: &'p [(PersonId, PersonId)],
}

/// Everything that a site is made of.
pub struct Site<'s> {
    /// What it says of itself.
    pub imprint: &'s Imprint,
    /// Numbers; none where only names are published.
    pub figures: Option<&'s Figures>,
    /// People; none where only numbers are.
    pub people: Option<People<'s>>,
    /// The key of addresses.
    pub series: &'s SeriesKey,
    /// Languages; the first one stands at the root.
    pub words: &'s [&'s dyn Words],
    /// Fonts by file name, and the style sheet with their faces, by names beside it.
    pub fonts: &'s [(String, Vec<u8>)],
    /// Faces of the fonts.
    pub faces: &'s str,
}

/// Writes the site below `folder`, such as `site/`.
pub fn write(site: &Site<'_>, folder: &str) -> OutputFiles {
    let mut files = OutputFiles::default();
    let style = [site.faces, ui::STYLE, SITE_STYLE].concat();
    files.put(format!("{folder}a/site.css"), style);
    for (name, bytes) in site.fonts {
        files.put(format!("{folder}a/{name}"), bytes.clone());
    }
    if site.people.is_some() {
        files.put(format!("{folder}a/search.js"), SEARCH);
    }
    for (idx, words) in site.words.iter().enumerate() {
        let below = if idx == 0 { String::new() } else { format!("{}/", words.lang()) };
        let at = frame::Place { site, words: *words, folder, below };
        pages::write(&at, &mut files);
        if let Some(figures) = site.figures {
            statistics::write(&at, figures, &mut files);
        }
        if let Some(people) = site.people {
            memorial::write(&at, people, &mut files);
        }
    }
    files
}
