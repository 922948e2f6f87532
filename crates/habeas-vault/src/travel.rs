//! Crossing a border: what is not on the machine cannot be taken from it.
//!
//! Before a journey the keys of chosen compartments leave this device, after a partner has signed that they hold all of
//! it. The ciphertext stays and opens with nothing that is here. Nothing is hidden: it is absent.

use crate::{
    AuditEvent, blob, exchange,
    key_area::grants,
    keys::KeyFileHeader,
    opening::{OpenError, remove_index},
    storage::{self, Disk, RelPath, Storage},
    sync::{SyncReport, TRAVELLING},
    vault::{Vault, VaultError, compartment_of},
};
use habeas_core::{Compartment, Right};
use std::{collections::BTreeSet, path::Path, sync::Arc};

impl Vault {
    /// Removes from this device the keys, files and index of compartments, after a partner's receipt was found in the
    /// folder: a checkpoint of another device that covers everything that this one has recorded. Returns who signed it.
    /// The vault is closed by that, and is opened anew without them.
    ///
    /// # Errors
    /// [`OpenError::NoReceipt`] when no other device has signed for all of it: let the partner synchronise first.
    pub fn travel(self, folder: &Path, leave: &[Compartment], now_ms: i64) -> Result<habeas_core::DeviceId, OpenError> {
        let there = folder.join(self.folder_name());
        self.travel_with(Arc::new(Disk::new(&there)), leave, now_ms)
    }

    pub(crate) fn travel_with(
        mut self,
        there: Arc<dyn Storage>,
        leave: &[Compartment],
        now_ms: i64,
    ) -> Result<habeas_core::DeviceId, OpenError> {
        self.require(Right::Keep)?;
        // Read the partner's receipt before anything new is recorded here.
        let mut report = SyncReport::default();
        self.receive(&*there, &mut report)?;
        if report.received.segments > 0 || report.received.keys > 0 {
            self.refold()?;
        }
        let partner = self.receipt()?;
        self.audit(AuditEvent::new("left-for-journey", [("compartment", codes(leave))]), now_ms)?;
        self.forget_keyrings()?;
        self.make_checkpoint()?;
        self.send(&*there, &mut report.alarms)?;
        let storage = Arc::clone(&self.storage);
        let mut gone = self.files_of(leave)?;
        let blobs = self.blobs_of(leave);
        gone.extend(self.travelling()?);
        let list: String = gone.iter().map(|name| format!("{name}\n")).collect();
        // First the list of what must not come back by itself, then the files: broken off, it can be done again.
        storage::write_whole(&*storage, &RelPath::new(TRAVELLING), list.as_bytes())?;
        let lock = self._lock.take();
        drop(self);
        for name in &gone {
            remove_if_there(&*storage, &RelPath::new(&format!("keys/{name}")))?;
        }
        for id in blobs {
            blob::remove(&*storage, &id)?;
        }
        remove_index(&*storage)?;
        drop(lock);
        Ok(partner)
    }

    /// Brings back what was left behind.
    pub fn return_from_travel(&mut self, folder: &Path) -> Result<SyncReport, OpenError> {
        let there = folder.join(self.folder_name());
        self.return_with(Arc::new(Disk::new(&there)))
    }

    pub(crate) fn return_with(&mut self, there: Arc<dyn Storage>) -> Result<SyncReport, OpenError> {
        self.require_write()?;
        remove_if_there(&*self.storage, &RelPath::new(TRAVELLING))?;
        self.sync_with(there)
    }

    /// Whether parts of the vault were left behind for a journey.
    pub fn is_travelling(&self) -> Result<bool, OpenError> {
        Ok(!self.travelling()?.is_empty())
    }

    /// The device that has signed for everything that is recorded here. Checkpoints that were received since are no loss.
    fn receipt(&self) -> Result<habeas_core::DeviceId, OpenError> {
        let own = self.log.own.device();
        let statements = self.index.statements().map_err(VaultError::from)?;
        let recorded = statements.iter().map(|(place, _)| place.position).filter(|position| position.device == own);
        let last = recorded.map(|position| position.cursor.seq).max().unwrap_or(0);
        let mut others = self.checkpoints.iter().filter(|checkpoint| checkpoint.head.device != own);
        let signed = others.find(|checkpoint| checkpoint.knows(own).is_some_and(|head| head.seq >= last));
        signed.map(|checkpoint| habeas_core::DeviceId(checkpoint.head.device)).ok_or(OpenError::NoReceipt)
    }

    /// Key files and grants of compartments, as `folder/name` below `keys`.
    fn files_of(&self, leave: &[Compartment]) -> Result<BTreeSet<String>, OpenError> {
        let mut files = BTreeSet::new();
        for name in exchange::names_below(&*self.storage, "keys")? {
            let path = RelPath::new(&format!("keys/{name}"));
            let bytes = storage::read_whole(&*self.storage, &path, u64::MAX)?;
            let of = if path.parent() == grants() {
                crate::keys::GrantHeader::peek(&bytes, &self.id).map(|header| header.compartment)
            } else {
                KeyFileHeader::peek(&bytes, &self.id).map(|header| header.compartment)
            };
            if of.is_some_and(|of| leave.contains(&of)) {
                files.insert(name);
            }
        }
        Ok(files)
    }

    fn blobs_of(&self, leave: &[Compartment]) -> Vec<[u8; 16]> {
        let sources = self.catalog.sources.iter();
        let left = sources.filter(|known| leave.contains(&compartment_of(known.source.kind)));
        let originals = left.map(|known| known.original.id);
        let runs = self.catalog.link_runs.iter().filter(|_| leave.contains(&Compartment::General));
        let places = self.catalog.places.iter().filter(|_| leave.contains(&Compartment::General));
        originals.chain(runs.map(|(_, columns)| columns.id)).chain(places.map(|known| known.file.id)).collect()
    }
}

fn codes(compartments: &[Compartment]) -> String {
    compartments.iter().map(|compartment| compartment.code()).collect::<Vec<_>>().join(", ")
}

fn remove_if_there(storage: &dyn Storage, path: &RelPath) -> Result<(), VaultError> {
    match storage.remove(path) {
        Ok(()) => Ok(storage.sync_dir(&path.parent())?),
        Err(storage::StorageError::Missing { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
