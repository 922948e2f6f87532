//! Lists of places that others made, kept for reading texts: data, not claims. None of it is a place of the vault.

use crate::{
    blob,
    format::v1::{Clear, EntryKind, places::StoredPlaces, source::hex},
    log::Statement,
    vault::{Vault, VaultError},
};
use habeas_core::{Compartment, Right, UserId};
use sha2::{Digest, Sha256};

/// What is known of a list of places without opening its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceList {
    /// Its id.
    pub id: [u8; 16],
    /// The name that people gave it.
    pub name: String,
    /// Which state of the list it is, in its maker's words; may be empty.
    pub edition: String,
    /// Whose it is and what may be done with it, in words; may be empty.
    pub licence: String,
    /// The name of the file.
    pub file_name: String,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: String,
    /// Bytes of the file.
    pub length: u64,
    /// When it was recorded, milliseconds of UTC since 1970.
    pub recorded_ms: i64,
    /// By whom.
    pub recorded_by: UserId,
}

/// A list of places to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceListDraft {
    /// The name that people give it.
    pub name: String,
    /// Which state of the list it is, in its maker's words; may be empty.
    pub edition: String,
    /// Whose it is and what may be done with it, in words; may be empty.
    pub licence: String,
    /// The name of the file.
    pub file_name: String,
}

impl Vault {
    /// The lists of places that are kept, in log order; erased ones are not among them.
    pub fn place_lists(&self) -> impl Iterator<Item = &PlaceList> {
        self.catalog.kept_places().map(|known| &known.list)
    }

    /// Keeps a list of places with its file. The same bytes under the same name again are returned as they stand.
    ///
    /// # Errors
    /// [`VaultError::KeyTaken`] where the name is that of another list.
    pub fn keep_places(&mut self, draft: PlaceListDraft, file: &[u8], now_ms: i64) -> Result<PlaceList, VaultError> {
        self.require(Right::Code)?;
        if let Some(known) = self.place_lists().find(|known| known.name == draft.name) {
            return match known.sha256 == hex(&Sha256::digest(file)) {
                true => Ok(known.clone()),
                false => Err(VaultError::KeyTaken { key: draft.name }),
            };
        }
        let (id, blob) = (self.log.fresh_id()?, self.log.fresh_id()?);
        self.new_items(Compartment::General, &[id, blob])?;
        let file = self.put_blob(blob, file)?;
        let PlaceListDraft { name, edition, licence, file_name } = draft;
        let stored = StoredPlaces { name, edition, licence, file_name, file };
        self.record(now_ms, vec![Statement::new(id, EntryKind::Places, id, Clear::default(), &stored)])?;
        blob::keep(&*self.storage, &file)?;
        let kept = self.place_lists().find(|known| known.id == id).cloned();
        Ok(kept.expect("whoever may code has recorded it"))
    }

    /// The file of a list of places as received.
    ///
    /// # Errors
    /// [`VaultError::Unknown`] where none of this id is kept.
    pub fn places_file(&self, id: [u8; 16]) -> Result<Vec<u8>, VaultError> {
        let known = self.catalog.kept_places().find(|known| known.list.id == id);
        self.blob(&known.ok_or(VaultError::Unknown { what: "list of places" })?.file)
    }
}
