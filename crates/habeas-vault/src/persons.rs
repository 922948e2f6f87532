//! Persons as the index keeps them: made anew by the caller after each linkage, changed one by one when mentions change.

use crate::{
    index::{ComparedKey, Counted, IndexedPerson, PersonFilter, PersonPage, PersonRow},
    vault::{Vault, VaultError},
};
use habeas_core::{PersonId, RecordId};

impl Vault {
    /// Replaces the persons that [`Vault::search_persons`] finds, in the order given.
    pub fn index_persons(&mut self, rows: impl Iterator<Item = PersonRow>) -> Result<(), VaultError> {
        let generation = self.begin_persons()?;
        self.add_persons((1..).zip(rows))?;
        self.finish_persons(generation)
    }

    /// Forgets all persons; others follow some at a time by [`Vault::add_persons`], and then [`Vault::finish_persons`] is
    /// told the generation that this gives.
    pub fn begin_persons(&mut self) -> Result<u64, VaultError> {
        self.index.begin_persons()?;
        Ok(self.catalog.generation)
    }

    /// Adds persons, each with its place in the order of all, from 1 on. May be called while records are read.
    pub fn add_persons(&self, rows: impl Iterator<Item = (u64, PersonRow)>) -> Result<(), VaultError> {
        Ok(self.index.add_persons(rows)?)
    }

    /// Says that the persons of a generation are all there.
    pub fn finish_persons(&mut self, generation: u64) -> Result<(), VaultError> {
        Ok(self.index.finish_persons(generation)?)
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

    /// Persons of at least so many records, those of the most first, after a number of records and a person; at most so many.
    pub fn largest_persons(
        &self,
        least: u32,
        after: Option<(u32, PersonId)>,
        limit: usize,
    ) -> Result<Vec<PersonRow>, VaultError> {
        Ok(self.index.largest(least, after, limit)?)
    }

    /// How many persons have at least so many records.
    pub fn count_larger_persons(&self, least: u32) -> Result<u64, VaultError> {
        Ok(self.index.count_larger(least)?)
    }

    /// Passes what tables count of each person that a filter wants to `visit`, in the order of persons.
    pub fn each_counted(&self, filter: &PersonFilter, visit: impl FnMut(&Counted<'_>)) -> Result<(), VaultError> {
        Ok(self.index.each_counted(filter, visit)?)
    }

    /// The places by which tables count persons, as they are written.
    pub fn counted_places(&self) -> Result<Vec<String>, VaultError> {
        Ok(self.index.counted_places()?)
    }

    /// How many persons each field was compared for, by how far the lists agree.
    pub fn compared_counts(&self) -> Result<Vec<(String, u8, u64)>, VaultError> {
        Ok(self.index.compared_counts()?)
    }

    /// The persons of one field whose lists agree so far or less, the least agreeing first, after a key; at most so many.
    pub fn compared(
        &self,
        field: &str,
        at_least: u8,
        after: Option<ComparedKey>,
        limit: usize,
    ) -> Result<Vec<(ComparedKey, [RecordId; 2])>, VaultError> {
        Ok(self.index.compared(field, at_least, after, limit)?)
    }

    /// How many persons a filter wants.
    pub fn count_persons(&self, filter: &PersonFilter) -> Result<u64, VaultError> {
        Ok(self.index.count(filter)?)
    }
}
