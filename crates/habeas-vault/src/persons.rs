//! Persons as the index keeps them: made anew by the caller after each linkage, changed one by one when mentions change.

use crate::{
    index::{IndexedPerson, PersonFilter, PersonPage, PersonRow},
    vault::{Vault, VaultError},
};
use habeas_core::{PersonId, RecordId};

impl Vault {
    /// Replaces the persons that [`Vault::search_persons`] finds, in the order given.
    pub fn index_persons(&mut self, rows: impl Iterator<Item = PersonRow>) -> Result<u64, VaultError> {
        Ok(self.index.replace_persons(rows, self.catalog.generation)?)
    }

    /// Puts other rows in place of persons whose mentions have changed; `gone` are persons that are no more.
    pub fn update_persons(&mut self, rows: &[PersonRow], gone: &[PersonId]) -> Result<(), VaultError> {
        Ok(self.index.update_persons(rows, gone)?)
    }

    /// The person of a record, as they were last indexed.
    pub fn indexed_person(&self, record: RecordId) -> Result<Option<IndexedPerson>, VaultError> {
        Ok(self.index.person_of(record)?)
    }

    /// The mentions whose records have come, changed or gone since persons were indexed.
    pub fn mentions_changed(&self) -> Result<Vec<RecordId>, VaultError> {
        Ok(self.index.mentions_changed()?)
    }

    /// Whether records of lists, judgements or link runs have changed since persons were indexed, or none are.
    pub fn index_is_stale_for_persons(&self) -> Result<bool, VaultError> {
        Ok(self.index.persons_generation()? != Some(self.catalog.generation))
    }

    /// A page of at most `limit` persons that a filter wants, after a key.
    pub fn search_persons(
        &self,
        filter: &PersonFilter,
        after: Option<i64>,
        limit: usize,
    ) -> Result<PersonPage, VaultError> {
        Ok(self.index.search(filter, after, limit)?)
    }

    /// How many persons a filter wants.
    pub fn count_persons(&self, filter: &PersonFilter) -> Result<u64, VaultError> {
        Ok(self.index.count(filter)?)
    }
}
