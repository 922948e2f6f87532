//! Lists of places among the statements.

use super::Catalog;
use crate::{
    format::v1::{
        places::StoredPlaces,
        source::{BlobRef, hex},
    },
    places::PlaceList,
};
use habeas_core::UserId;

/// A list of places with its file.
pub struct KnownPlaces {
    pub list: PlaceList,
    pub file: BlobRef,
}

impl KnownPlaces {
    /// As a statement of this id, time and author records it.
    pub fn new(id: [u8; 16], recorded_ms: i64, recorded_by: UserId, stored: StoredPlaces) -> Self {
        let StoredPlaces { name, edition, licence, file_name, file } = stored;
        let (sha256, length) = (hex(&file.sha256), file.length);
        let list = PlaceList { id, name, edition, licence, file_name, sha256, length, recorded_ms, recorded_by };
        Self { list, file }
    }
}

impl Catalog {
    /// The lists whose file was not erased.
    pub fn kept_places(&self) -> impl Iterator<Item = &KnownPlaces> {
        self.places.iter().filter(|known| !self.erased.contains(&known.file.id, None))
    }
}
