//! Pages of sources with parts blacked out: each is a source of its own that names the one that it was made from.
//!
//! The original stays evidence. What was blacked out of which page of which file stands with the result as long as it
//! does, the log says who did it and when, and the result counts as the same origin as its original.

use super::{Desk, vault_failure};
use crate::{
    commands::init::now_ms,
    failure::{Exit, Failure},
    listing::{table_failure, worker},
};
use habeas_core::{Right, Source};
use habeas_intake::{
    limits::Limits,
    picture::{Picture, Region, RegionError, is_bare_png},
};
use habeas_publish::files::sha256;
use habeas_vault::{AuditEvent, SourceDraft};
use std::{fmt, sync::Arc};

/// What a redacted picture says of how it was made, in the place where other sources say which edition they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// SHA-256 of the file that it was made from.
    pub original: String,
    /// The page, 1 for the first.
    pub page: u32,
    /// What was blacked out.
    pub regions: Vec<Region>,
}

impl fmt::Display for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let regions: Vec<String> = self.regions.iter().map(Region::to_string).collect();
        write!(f, "redacted page {} of {}: {}", self.page, self.original, regions.join(" "))
    }
}

impl Redaction {
    /// How a source was redacted; none of one that was not.
    pub fn of(source: &Source) -> Option<Self> {
        let rest = source.edition.strip_prefix("redacted page ")?;
        let (page, rest) = rest.split_once(" of ")?;
        let (original, regions) = rest.split_once(": ")?;
        let regions: Option<Vec<Region>> = regions.split(' ').map(|typed| typed.parse().ok()).collect();
        let read = Self { original: original.to_owned(), page: page.parse().ok()?, regions: regions? };
        (read.to_string() == source.edition).then_some(read)
    }
}

impl Desk {
    fn source_of_key(&self, key: &str) -> Result<Arc<Source>, Failure> {
        let found = self.sources()?.into_iter().find(|source| source.key == key);
        found.ok_or_else(|| Failure::usage(format_args!("there is no source «{key}»"), "see: habeas source list"))
    }

    /// A page of a source as it is seen, 1 for the first.
    ///
    /// # Errors
    /// [`Failure`] where the source has no such page, or nothing that can be drawn.
    pub fn drawn_page(&self, key: &str, page: u32) -> Result<Picture, Failure> {
        let source = self.source_of_key(key)?;
        let bytes = self.original_of(&source)?;
        let drawn = Picture::open(&bytes, page, &Limits::default(), Some(&worker()?));
        drawn.map_err(|error| table_failure(error, key).leaving("The original is kept. Nothing was changed."))
    }

    /// Keeps a page with regions blacked out as a source of its own. The same page with the same regions is kept once.
    ///
    /// # Errors
    /// [`Failure`] as for [`Desk::drawn_page`], and where no region is named.
    pub fn redact(&self, key: &str, page: u32, regions: &[Region]) -> Result<Arc<Source>, Failure> {
        let original = self.source_of_key(key)?;
        let png = self.drawn_page(key, page)?.redact(regions).map_err(region_failure)?.png();
        let mark = sha256(&png);
        let redaction = Redaction { original: original.sha256.clone(), page, regions: regions.to_vec() };
        let draft = SourceDraft {
            key: format!("{key}-page-{page}-{}", &mark[..8]),
            kind: original.kind,
            title: original.title.clone(),
            said_by: original.said_by.clone(),
            edition: redaction.to_string(),
            // A name that says nothing of what it was made from.
            file_name: format!("{mark}.png"),
            names_once: false,
            compiled_from: Vec::new(),
            header: Vec::new(),
        };
        let there = self.sources()?.into_iter().find(|source| source.key == draft.key);
        let made = || {
            self.change(Right::Code, |vault| {
                let source = vault.add_source(draft, &png, now_ms()).map_err(vault_failure)?;
                // The audit outlives an erasure, and a key can be a name.
                let about =
                    [("source", source.id.short()), ("page", page.to_string()), ("regions", regions.len().to_string())];
                vault.audit(AuditEvent::new("redacted", about), now_ms()).map_err(vault_failure)?;
                Ok(source)
            })
        };
        let source = there.map_or_else(made, Ok)?;
        // Also of one that is there: whoever was broken off between the two goes on here.
        let mut form = [0; 16];
        form.copy_from_slice(&mark.as_bytes()[..16]);
        self.say_made_from(&source.key, key, form)?;
        Ok(source)
    }

    /// The pictures of redacted sources, in the order of their keys as given.
    ///
    /// # Errors
    /// [`Failure`] for a source that is not what [`Desk::redact`] makes.
    pub fn redacted_pictures(&self, keys: &[String]) -> Result<Vec<Vec<u8>>, Failure> {
        let picture = |key: &String| {
            let source = self.source_of_key(key)?;
            let bytes = self.original_of(&source)?;
            // What a file says of itself is not believed: it has to be a picture and nothing else.
            if Redaction::of(&source).is_none() || !is_bare_png(&bytes) {
                let what = format_args!("the source «{key}» is not a redacted picture");
                return Err(Failure::usage(what, "make one: habeas redact SOURCE --box X,Y,WIDTH,HEIGHT"));
            }
            Ok(bytes)
        };
        keys.iter().map(picture).collect()
    }
}

/// Why regions are none, for people.
pub fn region_failure(error: RegionError) -> Failure {
    let remedy = match error {
        RegionError::None => "name what is to be black: --box X,Y,WIDTH,HEIGHT",
        RegionError::Numbers | RegionError::Flat | RegionError::Outside { .. } => {
            "the upper left corner is 0,0 and the lower right 1000,1000"
        }
    };
    Failure::new(Exit::Usage, error, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_picture_was_redacted_is_read_back_and_nothing_else_is_taken_for_it() {
        let regions = ["10,20,30,40", "0,0,1000,1"].map(|typed| typed.parse().unwrap()).to_vec();
        let redaction = Redaction { original: "ab".repeat(32), page: 3, regions };
        let words = redaction.to_string();
        let source = |edition: &str| Source {
            id: habeas_core::SourceId([0; 16]),
            key: "a".into(),
            kind: habeas_core::SourceKind::Article,
            title: String::new(),
            said_by: habeas_core::Attribution::direct("not stated", habeas_core::SpeakerKind::Unnamed),
            edition: edition.into(),
            sha256: String::new(),
            file_name: String::new(),
            names_once: false,
            compiled_from: Vec::new(),
            header: Vec::new(),
        };
        assert_eq!(Redaction::of(&source(&words)), Some(redaction));
        for other in
            ["", "2014-05-01", "redacted page x of y: 1,2,3,4", "redacted page 3 of ab: ", &format!("{words} 1,1,0,1")]
        {
            assert_eq!(Redaction::of(&source(other)), None, "«{other}»");
        }
    }
}
