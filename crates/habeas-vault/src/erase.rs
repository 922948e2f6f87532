//! Taking back: retraction keeps history, erasure destroys the keys to it.

use crate::{
    catalog::ErasureInfo,
    format::v1::{
        EntryKind,
        erasure::{Erasure, Retraction, SourceIdentity},
    },
    index::{AssertionRef, Wanted},
    keys::ItemId,
    log::Statement,
    opening::OpenError,
    vault::{Vault, VaultError, clear_of},
};
use habeas_core::{AssertionId, Compartment, Entity, EntityId, EntityKind, ErasureReason, RecordId, Right, SourceId};
use std::collections::BTreeSet;

/// What is to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EraseTarget {
    /// One record of a list or text, with all that is asserted of it. The file that it came in goes too, since it holds the
    /// same words; the other records of the list stay.
    Record(RecordId),
    /// A source with its file, all imports of it, all that is asserted from it, and what is known of who it is.
    Source(SourceId),
    /// One assertion.
    Assertion(AssertionId),
    /// A list of places with its file.
    Places([u8; 16]),
}

impl Vault {
    /// Erases: destroys the keys here now, and on every other device when it next synchronises. A stub stays, with the
    /// reason.
    ///
    /// # Errors
    /// [`VaultError::Unknown`] when there is no such thing, or it is erased already.
    pub fn erase(
        &mut self,
        target: EraseTarget,
        reason: ErasureReason,
        why: &str,
        now_ms: i64,
    ) -> Result<(), OpenError> {
        self.erase_all(&[target], reason, why, now_ms)
    }

    /// Erases several things by one statement.
    pub fn erase_all(
        &mut self,
        targets: &[EraseTarget],
        reason: ErasureReason,
        why: &str,
        now_ms: i64,
    ) -> Result<(), OpenError> {
        self.require(Right::Keep)?;
        self.require_write()?;
        let mut keys = Vec::new();
        for target in targets {
            keys.extend(match target {
                EraseTarget::Record(id) => self.keys_of_record(*id)?,
                EraseTarget::Source(id) => self.keys_of_source(*id)?,
                EraseTarget::Places(id) => {
                    let known = self.catalog.kept_places().find(|known| known.list.id == *id);
                    let known = known.ok_or(VaultError::Unknown { what: "list of places" })?;
                    vec![(known.list.id, None), (known.file.id, None)]
                }
                EraseTarget::Assertion(id) => {
                    self.keys_of_assertions(&self.with_talk(self.find_assertions(&[Wanted::Id(*id)])?)?)?
                }
            });
        }
        keys.sort();
        keys.dedup();
        keys.retain(|(item, leaf)| !self.catalog.erased.contains(item, *leaf));
        if keys.is_empty() {
            return Err(VaultError::Unknown { what: "content that is not erased" }.into());
        }
        let erasure = Erasure { targets: keys, reason, why: why.to_owned() };
        self.record_own(now_ms, EntryKind::Erasure, &erasure)?;
        self.replay()?;
        self.erased_by_now = self.catalog.erased.clone();
        Ok(self.acknowledge_erasures()?)
    }

    /// Erasures in the order in which they were recorded, each with the devices that have followed it.
    pub fn erasures(&self) -> &[ErasureInfo] {
        &self.catalog.erasures
    }

    /// Takes back a judgement, a link run, an estimate or a source that was recorded by itself, by the id of its entry.
    /// History stays.
    ///
    /// # Errors
    /// [`VaultError::Denied`] without the right to code, or for anything but a source without the right to judge.
    pub fn retract(&mut self, entry: [u8; 16], why: &str, now_ms: i64) -> Result<(), VaultError> {
        let catalog = &self.catalog;
        let source = catalog.sources.iter().find(|known| known.source.id.0 == entry && known.by_itself);
        self.require(if source.is_some() { Right::Code } else { Right::Judge })?;
        let entry = source.map_or(entry, |known| known.entry);
        let known = source.is_some()
            || catalog.recorded_judgements.iter().any(|judgement| judgement.id.0 == entry)
            || catalog.link_runs.iter().any(|(run, _)| run.id.0 == entry)
            || catalog.estimates.iter().any(|estimate| estimate.id == entry);
        if !known || catalog.retracted.contains(&entry) {
            return Err(VaultError::Unknown { what: "statement that stands" });
        }
        self.record_own(now_ms, EntryKind::Retraction, &Retraction { entry, why: why.to_owned() })
    }

    /// Records who a source really is, in a compartment of its own.
    ///
    /// # Errors
    /// [`VaultError::NoKey`] when that compartment is not held here.
    pub fn set_source_identity(&mut self, source: SourceId, words: &str, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Code)?;
        self.catalog.source(source).map_err(|_| VaultError::Unknown { what: "source" })?;
        let id = self.log.fresh_id()?;
        self.new_items(Compartment::Sources, &[id])?;
        let body = SourceIdentity { source: source.0, words: words.to_owned() };
        let clear = clear_of(Compartment::Sources);
        self.record(now_ms, vec![Statement::new(id, EntryKind::SourceIdentity, id, clear, &body)])
    }

    /// Who a source really is, as far as this member may know.
    pub fn source_identity(&self, source: SourceId) -> Option<&str> {
        self.catalog.identities.get(&source).map(|(_, words)| words.as_str())
    }

    fn keys_of_record(&self, id: RecordId) -> Result<Vec<(ItemId, Option<u32>)>, VaultError> {
        let about = Entity { kind: EntityKind::Mention, id: EntityId(id.0) };
        let of_it = self.find_assertions(&[Wanted::About(about), Wanted::LeadingTo(about)])?;
        let asserted = self.keys_of_assertions(&self.with_talk(of_it)?)?;
        if let Some(mention) = self.mention(id)? {
            let original = self.catalog.source(mention.source.id).map(|known| (known.original.id, None));
            return Ok(asserted.into_iter().chain(original.ok()).collect());
        }
        // What the row said in earlier editions goes with it.
        let places = [self.place_of(id)?].into_iter().chain(self.earlier_places(id)?);
        let mut keys = Vec::new();
        for (position, place) in places {
            let plaintext = self.log.read(&position)?;
            let commit = self.log.commit(&position, &plaintext)?;
            let entry = commit.entries.get(place).ok_or(VaultError::Unknown { what: "record" })?;
            let import = self.catalog.import(habeas_core::ImportId(entry.item));
            let source = import.and_then(|import| self.catalog.source(import.source).ok());
            keys.push((entry.item, entry.clear.leaf));
            keys.extend(source.map(|known| (known.original.id, None)));
        }
        // Every edition's file holds the words of a row that it continues.
        let list = self.list_of_import(keys[0].0);
        keys.extend(asserted);
        let editions = self.catalog.sources.iter().filter(|known| list.as_deref() == Some(known.source.list()));
        keys.extend(editions.map(|known| (known.original.id, None)));
        Ok(keys)
    }

    fn list_of_import(&self, import: ItemId) -> Option<String> {
        let import = self.catalog.import(habeas_core::ImportId(import))?;
        self.catalog.source(import.source).ok().map(|known| known.source.list().to_owned())
    }

    fn keys_of_source(&self, id: SourceId) -> Result<Vec<(ItemId, Option<u32>)>, VaultError> {
        let known = self.catalog.source(id).map_err(|_| VaultError::Unknown { what: "source" })?;
        let imports = self.catalog.imports.iter().filter(|import| import.source == id).map(|import| import.id.0);
        let identity = self.catalog.identities.get(&id).map(|(item, _)| *item);
        let items = [id.0, known.original.id].into_iter().chain(imports).chain(identity);
        let quoted = self.keys_of_assertions(&self.assertions_of_source(id)?)?;
        Ok(items.map(|item| (item, None)).chain(quoted).collect())
    }

    /// What is asserted from a source, and what is said without words of a source about anything that was first spoken of
    /// there.
    fn assertions_of_source(&self, id: SourceId) -> Result<Vec<AssertionRef>, VaultError> {
        let mut found = self.find_assertions(&[Wanted::Quoting(id), Wanted::About(Entity::source(id))])?;
        let spoken_of: BTreeSet<Entity> = found
            .iter()
            .filter(|one| one.source == Some(id))
            .flat_map(|one| [one.about, Entity::assertion(one.id)])
            .collect();
        for about in spoken_of {
            if self.home_of(about)? == Some(id) {
                let unquoted = self.find_assertions(&[Wanted::About(about)])?.into_iter();
                found.extend(unquoted.filter(|one| one.source.is_none()));
            }
        }
        found.extend(self.said_of_rows(id)?);
        found.retain(|one| one.source.is_some() || one.about.kind != EntityKind::Source || one.about.id.0 == id.0);
        self.with_talk(found)
    }
}
