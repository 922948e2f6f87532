//! What later editions of lists did to records: which stand in the place of others, and which rows are gone.

use super::{Catalog, ImportState};
use habeas_core::{Entity, EntityId, ImportId, Judgement, RecordId, RecordPair};
use std::collections::{BTreeMap, HashMap};

/// Records that later editions changed, and rows that they no longer have. Editions are taken in the order of the log.
#[derive(Debug, Default)]
pub struct Editions {
    /// The record that stands in the place of another, where a row was changed.
    next: HashMap<RecordId, RecordId>,
    /// The record that another stands in the place of.
    before: HashMap<RecordId, RecordId>,
    /// Records whose row is gone, with the import of the edition that no longer has it.
    gone: BTreeMap<RecordId, ImportId>,
}

impl Editions {
    /// Whether another record stands in the place of this one.
    pub fn is_replaced(&self, id: RecordId) -> bool {
        self.next.contains_key(&id)
    }

    /// Records that others stand in the place of.
    pub fn replaced(&self) -> impl Iterator<Item = RecordId> {
        self.next.keys().copied()
    }

    /// The record that stands in the place of this one now: itself where no edition changed it.
    pub fn current(&self, mut id: RecordId) -> RecordId {
        // As many steps as there are changes: two offices may have imported the same change twice, never in a circle for long.
        for _ in 0..=self.next.len() {
            match self.next.get(&id) {
                Some(next) => id = *next,
                None => break,
            }
        }
        id
    }

    /// The records that this one stands in the place of, the latest first.
    pub fn earlier(&self, id: RecordId) -> Vec<RecordId> {
        let mut found = Vec::new();
        let mut last = id;
        while let Some(before) = self.before.get(&last).filter(|before| **before != id && !found.contains(*before)) {
            found.push(*before);
            last = *before;
        }
        found
    }

    /// Records whose row is gone, with the import of the edition that no longer has it.
    pub fn gone(&self) -> &BTreeMap<RecordId, ImportId> {
        &self.gone
    }

    /// Whether no edition has changed a row.
    pub fn is_empty(&self) -> bool {
        self.next.is_empty()
    }

    /// The entity that stands in the place of this one now, where it is a row of a list.
    pub fn now(&self, entity: Entity) -> Entity {
        match entity.record() {
            Some(record) => Entity { id: EntityId(self.current(record).0), ..entity },
            None => entity,
        }
    }

    /// The rows that an entity stands in the place of.
    pub fn before(&self, entity: Entity) -> Vec<Entity> {
        let earlier = entity.record().map(|record| self.earlier(record)).unwrap_or_default();
        earlier.into_iter().map(|record| Entity { id: EntityId(record.0), ..entity }).collect()
    }

    pub(super) fn n_replaced(&self) -> u64 {
        self.next.len() as u64
    }

    /// A judgement on the records that stand now; `None` where both became one.
    pub(super) fn carry(&self, judgement: &Judgement) -> Option<Judgement> {
        let pair = RecordPair::new(self.current(judgement.pair.smaller()), self.current(judgement.pair.larger()))?;
        Some(Judgement { pair, ..judgement.clone() })
    }
}

impl Catalog {
    /// Takes the editions that stand together, and carries judgements over to what stands in the place of their records.
    pub(super) fn restate_editions(&mut self) {
        let mut editions = Editions::default();
        for import in self.imports.iter().filter(|import| import.counts()) {
            let ImportState::Finished { finished, .. } = &import.state else { continue };
            let Some(change) = &finished.edition else { continue };
            for (before, after) in change.replaced.iter().filter(|(before, after)| before != after) {
                editions.next.insert(*before, *after);
                editions.before.insert(*after, *before);
                editions.gone.remove(before);
            }
            editions.gone.retain(|id, _| !change.returned.contains(id));
            editions.gone.extend(change.gone.iter().map(|id| (*id, import.id)));
        }
        self.judgements = self.recorded_judgements.iter().filter_map(|judgement| editions.carry(judgement)).collect();
        self.editions = editions;
    }
}
