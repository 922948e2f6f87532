//! Lists of places that the vault keeps for reading texts. They are data: none of it is a place of the vault, and nothing of
//! it counts, until somebody accepts a claim that names one.

use super::{Desk, lock, vault_failure};
use crate::{
    commands::init::now_ms,
    failure::{Exit, Failure},
    opening::open_error,
};
use habeas_core::{ErasureReason, Right};
use habeas_intake::{
    gazetteer::{self, GazetteerError},
    limits::Limits,
    suggest::Lexicon,
};
use habeas_vault::{EraseTarget, PlaceList, PlaceListDraft, VaultError};
use std::sync::{Arc, Mutex};

/// The lists as suggestions read them, parsed once: a country file has a hundred thousand lines.
#[derive(Default)]
pub(super) struct Kept(Mutex<Option<Parsed>>);

/// Ids of lists, and what was made of them.
type Parsed = (Vec<[u8; 16]>, Arc<Lexicon>);

/// Why a list of places is not read.
pub fn places_failure(error: GazetteerError) -> Failure {
    let remedy = error.remedy();
    Failure::new(Exit::Failed, error, remedy)
}

impl Desk {
    /// The lists of places that are kept, in log order.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn place_lists(&self) -> Result<Vec<PlaceList>, Failure> {
        Ok(self.vault(Right::Cases)?.place_lists().cloned().collect())
    }

    /// Keeps a list of places, sealed like any file; how many places it has. One that cannot be read is not kept.
    ///
    /// # Errors
    /// [`Failure`] without the right to code, for a file of no form that is known, one that is too large, or a name that
    /// another list bears.
    pub fn keep_places(&self, draft: PlaceListDraft, file: &[u8]) -> Result<(PlaceList, usize), Failure> {
        self.ask(Right::Code)?;
        let limit = Limits::default().file_bytes;
        if file.len() as u64 > limit {
            let what = format!("the list of places has more than {limit} bytes");
            return Err(Failure::new(Exit::Failed, what, "take the file of one country, or the part that is needed"));
        }
        let n_places = gazetteer::read(file).map_err(places_failure)?.len();
        let refused = |error| match error {
            VaultError::KeyTaken { key } => {
                let remedy = "choose another name, or drop that one first: habeas places drop NAME --why WORDS";
                Failure::usage("another list of places bears this name", remedy).at(key)
            }
            error => vault_failure(error),
        };
        let kept = self.keep(Right::Code, |vault| vault.keep_places(draft, file, now_ms()).map_err(refused))?;
        Ok((kept, n_places))
    }

    /// Erases the lists that bear a name, with their files; how many they were.
    ///
    /// # Errors
    /// [`Failure`] without the right to keep, or where none bears the name.
    pub fn drop_places(&self, name: &str, reason: ErasureReason, why: &str) -> Result<usize, Failure> {
        self.ask(Right::Keep)?;
        let mut lists = self.opened().place_lists().cloned().collect::<Vec<_>>();
        lists.retain(|list| list.name == name);
        if lists.is_empty() {
            return Err(Failure::usage("no list of places bears this name", "see: habeas places kept").at(name));
        }
        let targets: Vec<EraseTarget> = lists.iter().map(|list| EraseTarget::Places(list.id)).collect();
        self.change(Right::Keep, |vault| vault.erase_all(&targets, reason, why, now_ms()).map_err(open_error))?;
        Ok(targets.len())
    }

    /// The lists that come with the program and those that are kept, for reading texts.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases, or where a file cannot be read.
    pub fn lexicon(&self) -> Result<Arc<Lexicon>, Failure> {
        let lists = self.place_lists()?;
        let ids: Vec<[u8; 16]> = lists.iter().map(|list| list.id).collect();
        let mut kept = lock(&self.inner.places.0);
        if let Some((of, lexicon)) = kept.as_ref()
            && *of == ids
        {
            return Ok(lexicon.clone());
        }
        let mut lexicon = Lexicon::builtin();
        for list in &lists {
            let file = self.opened().places_file(list.id).map_err(vault_failure)?;
            lexicon = lexicon.with_places(&file).map_err(|error| places_failure(error).at(&list.name))?;
        }
        Ok(kept.insert((ids, Arc::new(lexicon))).1.clone())
    }
}
