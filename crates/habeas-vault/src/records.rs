//! Reading records: all of them in log order, or a few by their ids.

use crate::{
    catalog::{ImportState, KnownImport},
    feed::{FeedError, Position},
    format::v1::{EntryKind, record::StoredRecord, statement::QuarantinedRow},
    vault::{Vault, VaultError},
};
use habeas_core::{Entity, ImportId, Record, RecordId, Source, SourceId};
use std::{
    collections::{BTreeMap, HashMap},
    ops::ControlFlow,
    sync::Arc,
};

impl Vault {
    /// Passes every record that stands to `visit`, in log order, with one segment of the log in memory at a time.
    pub fn for_each_record(&self, mut visit: impl FnMut(Record)) -> Result<(), VaultError> {
        self.each_imported(&mut |_| true, &mut visit)?;
        self.mentions()?.into_iter().for_each(visit);
        Ok(())
    }

    /// Passes the records that are wanted to `visit`: those of lists in log order, then mentions source by source. What is
    /// not wanted is not opened.
    pub fn for_each_record_of(
        &self,
        mut wanted: impl FnMut(RecordId) -> bool,
        mut visit: impl FnMut(Record),
    ) -> Result<(), VaultError> {
        self.each_imported(&mut wanted, &mut visit)?;
        self.each_mention_of(wanted, visit)
    }

    /// Ids of all records that stand, in log order, with those that were erased: they are not opened to be told apart.
    pub fn record_ids(&self) -> Result<Vec<RecordId>, VaultError> {
        let mut ids = Vec::with_capacity(self.n_records() as usize);
        let mut note = |id| {
            ids.push(id);
            false
        };
        self.each_imported(&mut note, &mut drop)?;
        ids.extend(self.mention_ids()?);
        Ok(ids)
    }

    fn each_imported(
        &self,
        wanted: &mut dyn FnMut(RecordId) -> bool,
        visit: &mut dyn FnMut(Record),
    ) -> Result<(), VaultError> {
        for import in &self.catalog.imports {
            let Some((first, last)) = import.standing_range() else { continue };
            self.each_record_between(import, &first, &last, wanted, &mut |record| {
                visit(record);
                ControlFlow::Continue(())
            })?;
        }
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
            let wanted = |place: usize, _: &[Record]| frame.iter().any(|(.., entry)| *entry == place);
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
        let mut from = self.records_from(key, number, 1)?;
        match from.pop().filter(|record| record.number() == number) {
            Some(record) => Ok(Some(record)),
            None => self.mention_at(key, number),
        }
    }

    /// Records of a list that stand, from a number on, in their order; at most so many. Only frames that may hold them are
    /// opened.
    pub fn records_from(&self, key: &str, number: u64, limit: usize) -> Result<Vec<Record>, VaultError> {
        let mut found = Vec::new();
        for import in self.standing_imports_of(key)? {
            let frames = self.index.frames_of(import.id)?;
            let at = self.frame_before(&frames, number)?;
            for frame in &frames[at..] {
                if found.len() >= limit {
                    break;
                }
                found.extend(self.frame_records(frame, |_, _| true)?.into_iter().filter(|record| {
                    record.import == import.id && record.number() >= number && !self.is_replaced(record.id)
                }));
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The last record of a list that stands before a number.
    pub fn record_before(&self, key: &str, number: u64) -> Result<Option<Record>, VaultError> {
        let mut found = None;
        for import in self.standing_imports_of(key)? {
            let frames = self.index.frames_of(import.id)?;
            let at = self.frame_before(&frames, number)?;
            for frame in frames[..frames.len().min(at + 1)].iter().rev() {
                let mut own = self.frame_records(frame, |_, _| true)?;
                own.retain(|record| {
                    record.import == import.id && record.number() < number && !self.is_replaced(record.id)
                });
                if let Some(last) = own.pop() {
                    found = Some(last);
                    break;
                }
            }
        }
        Ok(found)
    }

    fn standing_imports_of(&self, key: &str) -> Result<Vec<&KnownImport>, VaultError> {
        let mut standing = Vec::new();
        for import in self.catalog.imports.iter().filter(|import| import.counts()) {
            if self.source_of(import)?.key == key {
                standing.push(import);
            }
        }
        Ok(standing)
    }

    /// The last of these frames whose first record has no higher number: rows stand in the log in their order.
    fn frame_before(&self, frames: &[Position], number: u64) -> Result<usize, VaultError> {
        let (mut low, mut high) = (0, frames.len());
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            match self.first_number(&frames[middle])? {
                Some(first) if first <= number => low = middle,
                Some(_) => high = middle,
                // All of it was erased: the frame before holds what stands.
                None => high = middle,
            }
        }
        Ok(low)
    }

    /// The number of the first record of a frame that can be opened.
    fn first_number(&self, position: &Position) -> Result<Option<u64>, VaultError> {
        let first = self.frame_records(position, |_, read| read.is_empty())?;
        Ok(first.first().map(Record::number))
    }

    fn is_replaced(&self, id: RecordId) -> bool {
        self.catalog.editions.is_replaced(id)
    }

    /// Number of records of each source that stand.
    pub fn record_counts(&self) -> Result<HashMap<SourceId, u64>, VaultError> {
        let mut counts: HashMap<SourceId, u64> = HashMap::new();
        let counting = self.imports().iter().filter(|import| import.undone.is_none());
        let source_of: HashMap<ImportId, SourceId> = counting.clone().map(|one| (one.id, one.source.id)).collect();
        counting.for_each(|import| *counts.entry(import.source.id).or_default() += import.n_records);
        for id in self.catalog.editions.replaced() {
            for (import, ..) in self.index.places_of(id)? {
                if let Some(n) = source_of.get(&import).and_then(|source| counts.get_mut(source)) {
                    *n = n.saturating_sub(1);
                }
            }
        }
        for source in self.sources() {
            *counts.entry(source.id).or_default() += self.n_mentions.get(&source.id).copied().unwrap_or(0);
        }
        Ok(counts)
    }

    /// Where a record stands in the import of it that counts.
    pub(crate) fn place_of(&self, id: RecordId) -> Result<(Position, usize), VaultError> {
        let place = self.standing_place(id)?;
        place.map(|(_, position, entry)| (position, entry)).ok_or(VaultError::Unknown { what: "record" })
    }

    /// Which import counts for a record, in the order of the log, and where the record stands in it.
    fn standing_place(&self, id: RecordId) -> Result<Option<(usize, Position, usize)>, VaultError> {
        if self.is_replaced(id) { Ok(None) } else { self.counted_place(id) }
    }

    /// The same of a record that may be replaced by a later edition.
    fn counted_place(&self, id: RecordId) -> Result<Option<(usize, Position, usize)>, VaultError> {
        let nth =
            |import: &ImportId| self.catalog.imports.iter().position(|known| known.id == *import && known.counts());
        let places = self.index.places_of(id)?.into_iter();
        let standing = places.filter_map(|(import, position, entry)| Some((nth(&import)?, position, entry)));
        Ok(standing.min_by_key(|(nth, ..)| *nth))
    }

    /// The source in which an entity is a row; none where it is anything else, or does not stand.
    pub(crate) fn source_of_row(&self, about: Entity) -> Result<Option<SourceId>, VaultError> {
        let Some(record) = about.record() else { return Ok(None) };
        let place = self.standing_place(self.current_record(record))?;
        Ok(place.map(|(nth, ..)| self.catalog.imports[nth].source))
    }

    /// The record that stands in the place of this one now: itself where no later edition of its list changed it.
    pub fn current_record(&self, id: RecordId) -> RecordId {
        self.catalog.editions.current(id)
    }

    /// What the row of a record said in earlier editions of its list, the latest first.
    pub fn earlier_records(&self, id: RecordId) -> Result<Vec<Record>, VaultError> {
        let mut records = Vec::new();
        for (position, entry) in self.earlier_places(id)? {
            records.extend(self.frame_records(&position, |place, _| place == entry)?);
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
        wanted: &mut dyn FnMut(RecordId) -> bool,
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
                    && !self.is_replaced(RecordId(id))
                    && wanted(RecordId(id))
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

    /// The records of one frame at the places that are wanted, which may depend on what was read before.
    fn frame_records(
        &self,
        position: &Position,
        wanted: impl Fn(usize, &[Record]) -> bool,
    ) -> Result<Vec<Record>, VaultError> {
        let plaintext = self.log.read(position)?;
        let mut opener = self.log.opener();
        let mut records = Vec::new();
        self.log.each_entry(position, &plaintext, |_, i, entry| {
            if let (EntryKind::Record, true) = (entry.kind, wanted(i, &records))
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
