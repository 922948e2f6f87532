//! Reading records: all of them in log order, or a few by their ids.

use crate::{
    catalog::{ImportState, KnownImport},
    feed::{FeedError, Position},
    format::v1::{EntryKind, record::StoredRecord, statement::QuarantinedRow},
    vault::{Vault, VaultError},
};
use habeas_core::{ImportId, Record, RecordId, Source};
use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc};

impl Vault {
    /// Passes every record that stands to `visit`, in log order, with one segment of the log in memory at a time.
    pub fn for_each_record(&self, mut visit: impl FnMut(Record)) -> Result<(), VaultError> {
        for import in &self.catalog.imports {
            let Some((first, last)) = import.standing_range() else { continue };
            self.each_record_between(import, &first, &last, &mut |record| {
                visit(record);
                ControlFlow::Continue(())
            })?;
        }
        self.mentions()?.into_iter().for_each(visit);
        Ok(())
    }

    /// Those of these records that stand, in log order.
    pub fn records_of(&self, ids: &[RecordId]) -> Result<Vec<Record>, VaultError> {
        let (mut places, mut mentions) = (Vec::new(), Vec::new());
        for id in ids {
            match self.standing_place(*id)? {
                Some(place) => places.push(place),
                None => mentions.extend(self.mention(*id)?),
            }
        }
        places.sort_by_key(|(nth, position, entry)| (*nth, position.cursor.seq, *entry));
        let mut records = Vec::with_capacity(places.len());
        // Records of one person often share a frame when their list repeats them: each frame is opened once.
        for frame in places.chunk_by(|(_, left, _), (_, right, _)| left == right) {
            let wanted = |place: usize| frame.iter().any(|(.., entry)| *entry == place);
            records.extend(self.frame_records(&frame[0].1, wanted)?);
        }
        records.extend(mentions);
        Ok(records)
    }

    /// Ids of records that stand and whose ids begin with these hexadecimal digits; at most so many.
    pub fn record_ids_beginning(&self, digits: &str, limit: usize) -> Result<Vec<RecordId>, VaultError> {
        let bound = |filled: &str| filled.parse::<RecordId>();
        let (Ok(first), Ok(last)) = (bound(&format!("{digits:0<32}")), bound(&format!("{digits:f<32}"))) else {
            return Ok(Vec::new());
        };
        let mut standing = Vec::new();
        for id in self.index.ids_between(first, last, limit)? {
            if self.standing_place(id)?.is_some() {
                standing.push(id);
            }
        }
        standing.extend(self.mentions_between(first, last, limit)?);
        standing.truncate(limit);
        Ok(standing)
    }

    /// The record that stands at an address: the key of its source and its number there.
    pub fn record_at(&self, key: &str, number: u64) -> Result<Option<Record>, VaultError> {
        let mut found = None;
        for import in &self.catalog.imports {
            let Some((first, last)) = import.standing_range() else { continue };
            if found.is_none() && self.source_of(import)?.key == key {
                self.each_record_between(import, &first, &last, &mut |record| {
                    let is_it = record.number() == number;
                    found = found.take().or(is_it.then_some(record));
                    if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })?;
            }
        }
        found.map_or_else(|| self.mention_at(key, number), |record| Ok(Some(record)))
    }

    /// Where a record stands in the import of it that counts.
    pub(crate) fn place_of(&self, id: RecordId) -> Result<(Position, usize), VaultError> {
        let place = self.standing_place(id)?;
        place.map(|(_, position, entry)| (position, entry)).ok_or(VaultError::Unknown { what: "record" })
    }

    /// Which import counts for a record, in the order of the log, and where the record stands in it.
    fn standing_place(&self, id: RecordId) -> Result<Option<(usize, Position, usize)>, VaultError> {
        if self.catalog.editions.is_replaced(id) { Ok(None) } else { self.counted_place(id) }
    }

    /// The same of a record that may be replaced by a later edition.
    fn counted_place(&self, id: RecordId) -> Result<Option<(usize, Position, usize)>, VaultError> {
        let nth =
            |import: &ImportId| self.catalog.imports.iter().position(|known| known.id == *import && known.counts());
        let places = self.index.places_of(id)?.into_iter();
        let standing = places.filter_map(|(import, position, entry)| Some((nth(&import)?, position, entry)));
        Ok(standing.min_by_key(|(nth, ..)| *nth))
    }

    /// The record that stands in the place of this one now: itself where no later edition of its list changed it.
    pub fn current_record(&self, id: RecordId) -> RecordId {
        self.catalog.editions.current(id)
    }

    /// What the row of a record said in earlier editions of its list, the latest first.
    pub fn earlier_records(&self, id: RecordId) -> Result<Vec<Record>, VaultError> {
        let mut records = Vec::new();
        for (position, entry) in self.earlier_places(id)? {
            records.extend(self.frame_records(&position, |place| place == entry)?);
        }
        Ok(records)
    }

    /// Where those stand.
    pub(crate) fn earlier_places(&self, id: RecordId) -> Result<Vec<(Position, usize)>, VaultError> {
        let mut places = Vec::new();
        for earlier in self.catalog.editions.earlier(id) {
            places.extend(self.counted_place(earlier)?.map(|(_, position, entry)| (position, entry)));
        }
        Ok(places)
    }

    /// Records whose row is gone from the latest edition of their list, with the import of that edition. They stand.
    pub fn gone_records(&self) -> &BTreeMap<RecordId, ImportId> {
        self.catalog.editions.gone()
    }

    /// Rows that an import set aside, in order.
    pub fn quarantined_rows(&self, import: ImportId) -> Result<Vec<QuarantinedRow>, VaultError> {
        let known = self.catalog.import(import).ok_or(VaultError::Unknown { what: "import" })?;
        let (ImportState::Finished { last, .. } | ImportState::Undone { last, .. }) = &known.state else {
            return Ok(Vec::new());
        };
        let mut rows = Vec::new();
        let mut opener = self.log.opener();
        self.log.each_commit(&known.begun, |position, plaintext| {
            self.log.each_entry(position, &plaintext, |_, _, entry| {
                if entry.kind == EntryKind::Quarantined && entry.clear.import == Some(import.0) {
                    rows.extend(self.log.body::<QuarantinedRow>(&mut opener, position, entry)?);
                }
                Ok::<(), FeedError>(())
            })?;
            Ok::<_, FeedError>(until(position, last))
        })?;
        Ok(rows)
    }

    /// What is stored at one place of a frame.
    pub(crate) fn stored_record(&self, position: &Position, place: usize) -> Result<StoredRecord, VaultError> {
        let mut stored = None;
        let plaintext = self.log.read(position)?;
        let mut opener = self.log.opener();
        self.log.each_entry(position, &plaintext, |_, i, entry| {
            if i == place && entry.kind == EntryKind::Record {
                stored = self.log.body(&mut opener, position, entry)?;
            }
            Ok::<(), VaultError>(())
        })?;
        stored.ok_or(VaultError::Unknown { what: "record" })
    }

    fn each_record_between(
        &self,
        import: &KnownImport,
        first: &Position,
        last: &Position,
        visit: &mut dyn FnMut(Record) -> ControlFlow<()>,
    ) -> Result<(), VaultError> {
        let source = self.source_of(import)?;
        let mut opener = self.log.opener();
        let mut flow = ControlFlow::Continue(());
        self.log.each_commit(first, |position, plaintext| {
            self.log.each_entry(position, &plaintext, |_, _, entry| {
                let of_import = entry.kind == EntryKind::Record && entry.clear.import == Some(import.id.0);
                if flow.is_continue()
                    && let (true, Some(id)) = (of_import, entry.clear.record)
                    && !self.catalog.editions.is_replaced(RecordId(id))
                    // A record that was erased has no key.
                    && let Some(stored) = self.log.body(&mut opener, position, entry)?
                {
                    flow = visit(record(RecordId(id), &source, import.id, stored));
                }
                Ok::<(), VaultError>(())
            })?;
            Ok::<_, VaultError>(if flow.is_break() { flow } else { until(position, last) })
        })
    }

    /// The records of one frame at the places that are wanted.
    fn frame_records(&self, position: &Position, wanted: impl Fn(usize) -> bool) -> Result<Vec<Record>, VaultError> {
        let plaintext = self.log.read(position)?;
        let mut opener = self.log.opener();
        let mut records = Vec::new();
        self.log.each_entry(position, &plaintext, |_, i, entry| {
            if let (EntryKind::Record, true) = (entry.kind, wanted(i))
                && let (Some(id), Some(import)) = (entry.clear.record, entry.clear.import.map(ImportId))
                // A record that was erased has no key.
                && let Some(stored) = self.log.body(&mut opener, position, entry)?
            {
                let known = self.catalog.import(import).ok_or(VaultError::Unknown { what: "import" })?;
                records.push(record(RecordId(id), &self.source_of(known)?, import, stored));
            }
            Ok::<(), VaultError>(())
        })?;
        Ok(records)
    }

    fn source_of(&self, import: &KnownImport) -> Result<Arc<Source>, VaultError> {
        let known = self.catalog.source(import.source).map_err(|_| VaultError::Unknown { what: "source" })?;
        Ok(Arc::clone(&known.source))
    }
}

fn record(id: RecordId, source: &Arc<Source>, import: ImportId, stored: StoredRecord) -> Record {
    let StoredRecord { origin, cells, claims } = stored;
    Record { id, source: Arc::clone(source), import, origin, cells, claims }
}

fn until(position: &Position, last: &Position) -> ControlFlow<()> {
    if position.cursor.seq >= last.cursor.seq { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
