//! Pictures of papers, told to a reader only where the group «document» is open to them.
//!
//! Blacking out happens before; here it is only asked whether the picture may leave at all.

use super::{Disclosable, DisclosureRequest, Grant, sealed::Sealed};
use crate::{FieldGroup, PersonId};

/// Pictures of papers about a person, redacted.
#[derive(Debug, Clone, Copy)]
pub struct PapersToTell<'p> {
    /// About whom.
    pub person: PersonId,
    /// The bytes of each picture.
    pub pictures: &'p [Vec<u8>],
}

/// Pictures that may be told; none where the group «document» is closed.
#[derive(Clone, PartialEq, Eq)]
pub struct ToldPapers {
    /// The bytes of each picture.
    pub pictures: Vec<Vec<u8>>,
}

impl std::fmt::Debug for ToldPapers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ToldPapers({})", self.pictures.len())
    }
}

impl Disclosable for PapersToTell<'_> {}

impl Sealed for PapersToTell<'_> {
    type Out = ToldPapers;

    fn person(&self) -> PersonId {
        self.person
    }

    fn tell(&self, _: &DisclosureRequest<'_>, grant: &Grant) -> ToldPapers {
        let pictures = if grant.opens(FieldGroup::Document) { self.pictures.to_vec() } else { Vec::new() };
        ToldPapers { pictures }
    }
}
