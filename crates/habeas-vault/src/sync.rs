//! Offices that work apart: each copies what the other lacks, through any folder, and all fold the same log.
//!
//! Only closed segments, blobs, key files and checkpoints travel. What comes in is checked whole before it is kept; an
//! exchange that is broken off at any point is finished by the next one. Nothing depends on clocks.

use crate::{
    blob,
    checkpoint::{self, Checkpoint},
    damage::{Damage, DamageKind, OnDamage},
    exchange::{self, Copied},
    feed::{FeedReader, Position, segment::FrameKind, segment::SIGNATURE_LEN},
    format::{cbor::Encoder, v1::source::hex},
    founding::public_text,
    index::Wanted,
    keys::{DeviceId, is_device_folder},
    log::{commit_leaves, introduced},
    opening::{OpenError, read_public},
    storage::{self, Disk, Open, RelPath, Storage, StorageError},
    vault::{Vault, VaultError},
};
use habeas_core::Right;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

/// No segment file is longer.
const MAX_SEGMENT: u64 = 64 << 20;
/// The folder of a vault that lists compartments that must not come back before their return: see `travel`.
pub(crate) const TRAVELLING: &str = "travelling";

/// What an exchange has done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncReport {
    /// What came in.
    pub received: Copied,
    /// What went out.
    pub sent: Copied,
    /// Devices from which something came in.
    pub devices: Vec<habeas_core::DeviceId>,
    /// Contradictions between offices that were not there before.
    pub new_conflicts: usize,
    /// What is wrong or strange in the folder. Nothing of it was taken in; the rest was.
    pub alarms: Vec<Damage>,
}

impl Vault {
    /// Exchanges with a folder: takes in what others have put there, and puts there what they lack.
    ///
    /// # Errors
    /// [`OpenError::OtherVault`] when the folder holds another vault. Alarms are no errors: they stand in the report.
    pub fn sync(&mut self, folder: &Path) -> Result<SyncReport, OpenError> {
        let there = folder.join(self.folder_name());
        self.sync_with(Arc::new(Disk::new(&there)))
    }

    /// The name of the folder in which copies of this vault lie, on a stick or a shared drive.
    pub fn folder_name(&self) -> String {
        format!("habeas-{}", hex(&self.id))
    }

    pub(crate) fn sync_with(&mut self, there: Arc<dyn Storage>) -> Result<SyncReport, OpenError> {
        self.require(Right::Copy)?;
        self.require_write()?;
        let mut report = SyncReport::default();
        self.prepare_folder(&*there)?;
        let before = self.catalog.conflicts.len();
        let listed = exchange::names_below(&*there, "keys")?;
        let sizes = self.tree_sizes()?;
        self.receive(&*there, &mut report)?;
        if report.received.segments > 0 || report.received.keys > 0 {
            self.refold()?;
        }
        if self.role.may(Right::Keep) {
            self.grant_missing()?;
        }
        self.note_received()?;
        self.check_received_blobs(&mut report)?;
        if report.alarms.iter().any(|alarm| self.is_about_own_feed(alarm)) {
            // Which of two histories of this device stands is for people to say: nothing of this one goes out.
            return Ok(report);
        }
        report.new_conflicts = self.catalog.conflicts.len().saturating_sub(before);
        // Received checkpoints alone are no news: two offices would answer each other for ever.
        if report.received.segments > 0 && self.has_news(&sizes)? || self.log.own.has_open_entries()? {
            self.make_checkpoint()?;
        }
        report.sent = self.send(&*there, &mut report.alarms)?;
        self.remove_superseded_keys(&*there, &listed)?;
        Ok(report)
    }

    /// Closes the open segment and signs what all feeds hold. The same checkpoint again when nothing has changed.
    pub fn make_checkpoint(&mut self) -> Result<Checkpoint, OpenError> {
        self.require(Right::Copy)?;
        self.require_write()?;
        let own = self.log.own.device();
        let last = self.checkpoints.iter().rev().find(|checkpoint| checkpoint.head.device == own);
        if let Some(last) = last
            && self.log.own.head() == Some(last.head)
            && self.log.others.values().all(|reader| reader.head() == last.knows(reader.device()).copied())
        {
            return Ok(last.clone());
        }
        self.log.own.close().map_err(VaultError::from)?;
        let head = self.log.own.head().expect("each device introduces itself before anything else");
        let seen = self.log.others.values().filter_map(FeedReader::head).collect();
        let tree = self.log.own.tree();
        let checkpoint = Checkpoint::sign(self.id, tree.size(), tree.root(), head, seen, self.log.own.device_keys());
        let folder = RelPath::new("checkpoints").join(&hex(&own));
        self.storage.create_dir(&folder)?;
        let number = 1 + self.storage.list(&folder)?.iter().filter(|name| name.ends_with(".note")).count();
        let text = checkpoint.text(&self.log.own.public());
        storage::write_whole(&*self.storage, &folder.join(&format!("{number:06}.note")), text.as_bytes())?;
        let at = self.checkpoints.iter().rposition(|known| known.head.device == own).map_or(0, |at| at + 1);
        self.checkpoints.insert(at, checkpoint.clone());
        self.index_follows(&[]);
        Ok(checkpoint)
    }

    /// The device that this vault lies on.
    pub fn this_device(&self) -> habeas_core::DeviceId {
        habeas_core::DeviceId(self.log.own.device())
    }

    /// Known checkpoints: those of this device first to last, then those of others.
    pub fn checkpoints(&self) -> &[Checkpoint] {
        &self.checkpoints
    }

    /// When a checkpoint was made, by the clock of its device; `None` when that part of its feed is not held here.
    pub fn time_of(&self, checkpoint: &Checkpoint) -> Option<i64> {
        self.time_at(&self.positions().ok()?, checkpoint)
    }

    /// Known checkpoints as [`Vault::checkpoints`], each with when it was made as [`Vault::time_of`].
    pub fn timed_checkpoints(&self) -> Vec<(Checkpoint, Option<i64>)> {
        let positions = self.positions().unwrap_or_default();
        self.checkpoints.iter().map(|known| (known.clone(), self.time_at(&positions, known))).collect()
    }

    /// When this device last recorded something, by its clock.
    pub fn last_recorded_ms(&self) -> Result<Option<i64>, VaultError> {
        let own = self.log.own.device();
        let last = self.positions()?.into_iter().rfind(|at| at.device == own);
        let recorded_ms = |at: Position| -> Result<i64, VaultError> {
            let plaintext = self.log.read(&at)?;
            Ok(self.log.commit(&at, &plaintext)?.head.recorded_ms)
        };
        last.map(recorded_ms).transpose()
    }

    /// Where frames with statements stand, by device and number.
    fn positions(&self) -> Result<Vec<Position>, VaultError> {
        let mut positions: Vec<Position> = self.index.statements()?.iter().map(|(place, _)| place.position).collect();
        positions.sort_unstable_by_key(|at| (at.device, at.cursor.seq));
        Ok(positions)
    }

    /// The time of the last statement that a checkpoint covers, among the positions of all in order.
    fn time_at(&self, positions: &[Position], checkpoint: &Checkpoint) -> Option<i64> {
        let (device, last) = (checkpoint.head.device, checkpoint.head.seq);
        let n_before = positions.partition_point(|at| (at.device, at.cursor.seq) <= (device, last));
        let at = positions[..n_before].last().filter(|at| at.device == device)?;
        let plaintext = self.log.read(at).ok()?;
        Some(self.log.commit(at, &plaintext).ok()?.head.recorded_ms)
    }

    /// The text of a checkpoint, as others keep it.
    pub fn checkpoint_text(&self, checkpoint: &Checkpoint) -> Option<String> {
        let reader = self.log.reader(&checkpoint.head.device).ok()?;
        Some(checkpoint.text(&reader.public()))
    }

    /// Reads a checkpoint that was kept elsewhere.
    ///
    /// # Errors
    /// [`DamageKind::Checkpoint`] when it is none of this vault.
    pub fn read_checkpoint(&self, text: &str) -> Result<Checkpoint, DamageKind> {
        Checkpoint::read(text, self.id)
    }

    /// One hash over the trees of all feeds: the same wherever all of them are held.
    pub fn root(&self) -> Result<[u8; 32], VaultError> {
        use sha2::{Digest, Sha256};
        let mut trees = Vec::new();
        for reader in self.log.others.values() {
            trees.push((reader.device(), reader.closed_tree()?));
        }
        trees.push((self.log.own.device(), self.log.own.tree().clone()));
        trees.retain(|(_, tree)| tree.size() > 0);
        trees.sort_by_key(|(device, _)| *device);
        let mut hash = Sha256::new().chain_update(b"habeas/1 root");
        for (device, tree) in trees {
            hash.update(device);
            hash.update(tree.size().to_le_bytes());
            hash.update(tree.root());
        }
        Ok(hash.finalize().into())
    }

    /// One hash over everything that stands: the same on all devices that hold the same feeds and keys.
    pub fn state_hash(&self) -> Result<[u8; 32], VaultError> {
        let asserted: Vec<_> = self.index.assertions(&[Wanted::All])?.into_iter().map(|one| one.id).collect();
        Ok(self.catalog.state_hash(&asserted))
    }

    fn is_about_own_feed(&self, alarm: &Damage) -> bool {
        let own = hex(&self.log.own.device());
        matches!(alarm.kind, DamageKind::Fork { .. } | DamageKind::Rollback { .. })
            && alarm.file.as_str().contains(&own)
    }

    fn tree_sizes(&self) -> Result<BTreeMap<DeviceId, u64>, VaultError> {
        let sizes = self.log.others.values().map(|reader| Ok((reader.device(), reader.closed_tree()?.size())));
        sizes.collect()
    }

    /// Whether other feeds hold entries that they did not hold before.
    fn has_news(&self, before: &BTreeMap<DeviceId, u64>) -> Result<bool, VaultError> {
        let now = self.tree_sizes()?;
        Ok(now.iter().any(|(device, size)| before.get(device).unwrap_or(&0) < size))
    }

    /// Makes the folder one of this vault, or refuses one of another.
    pub(crate) fn prepare_folder(&self, there: &dyn Storage) -> Result<(), OpenError> {
        match read_public(there) {
            Ok(id) if id == self.id => return Ok(()),
            Ok(_) => return Err(OpenError::OtherVault),
            Err(OpenError::NoVault) => {}
            Err(error) => return Err(error),
        }
        there.create_dir(&RelPath::root())?;
        exchange::copy(&*self.storage, there, &RelPath::new("genesis"), 1024)?;
        exchange::write_and_read_back(there, &RelPath::new("vault.toml"), public_text(&self.id).as_bytes())?;
        Ok(())
    }

    /// Takes in everything that is whole and fits. Keys before what is sealed under them.
    pub(crate) fn receive(&mut self, there: &dyn Storage, report: &mut SyncReport) -> Result<(), OpenError> {
        let away = self.travelling()?;
        let wanted = |name: &str| !away.iter().any(|file| file == name);
        report.received.keys = exchange::copy_keys(there, &*self.storage, &self.id, wanted, &mut report.alarms)?;
        let own = self.log.own.device();
        for (device, n) in exchange::feeds(there, &mut report.alarms)? {
            let received = if device == own {
                self.compare_own(there, n)?.map_or(Ok(0), Err)
            } else {
                self.receive_feed(there, device, n)?
            };
            match received {
                Ok(0) => {}
                Ok(n) => {
                    report.received.segments += n;
                    report.devices.push(habeas_core::DeviceId(device));
                }
                Err(damage) => report.alarms.push(damage),
            }
        }
        let erased = self.erased_by_now.clone();
        let held = |id: &[u8; 16]| !erased.contains(id, None);
        report.received.blobs = exchange::copy_blobs(there, &*self.storage, held, &mut report.alarms)?.len() as u64;
        self.receive_checkpoints(there, report)
    }

    /// Compares what the folder holds of this device's own feed. Another history of it is a cloned machine, a longer one an
    /// older copy of the vault here.
    fn compare_own(&self, there: &dyn Storage, n: u64) -> Result<Option<Damage>, OpenError> {
        let reader: &FeedReader = &self.log.own;
        for number in 1..=n.min(reader.n_closed()) {
            if !same_end(there, &*self.storage, &reader.segment_path(number))? {
                let seq = reader.segment_start(number)?.cursor.seq;
                let kind = DamageKind::Fork { seq };
                return Ok(Some(Damage { file: reader.segment_path(number), offset: 0, kind }));
            }
        }
        if n <= reader.n_closed() {
            return Ok(None);
        }
        let file = reader.segment_path(reader.n_closed() + 1);
        let bytes = storage::read_whole(there, &file, MAX_SEGMENT)?;
        let seq = reader.end().cursor.seq;
        let older = reader.is_continued_by(&bytes);
        let kind = if older { DamageKind::Rollback { seq } } else { DamageKind::Fork { seq } };
        Ok(Some(Damage { file, offset: 0, kind }))
    }

    /// Takes in the segments of another device that are not held yet, each checked whole.
    fn receive_feed(
        &mut self,
        there: &dyn Storage,
        device: DeviceId,
        n: u64,
    ) -> Result<Result<u64, Damage>, OpenError> {
        let keys = &self.log.keys;
        if !self.log.others.contains_key(&device) {
            let reader = FeedReader::unknown(Arc::clone(&self.storage), keys, device);
            self.log.others.insert(device, reader);
        }
        let reader = self.log.others.get_mut(&device).expect("it was just inserted");
        if reader.n_closed() > 0 && n >= reader.n_closed() {
            let path = reader.segment_path(reader.n_closed());
            if !same_end(there, &*self.storage, &path)? {
                let kind = DamageKind::Fork { seq: reader.end().cursor.seq };
                return Ok(Err(Damage { file: path, offset: 0, kind }));
            }
        }
        let mut received = 0;
        let mut tree = reader.closed_tree()?;
        for number in reader.n_closed() + 1..=n {
            let path = reader.segment_path(number);
            let bytes = storage::read_whole(there, &path, MAX_SEGMENT)?;
            let checked = reader.check_next(&bytes, &tree, |first| introduced(keys, device, first), commit_leaves);
            match checked {
                Ok(checked) => {
                    reader.keep_next(&bytes, &checked)?;
                    tree = checked.tree;
                    received += 1;
                }
                Err(damage) => {
                    if reader.n_closed() == 0 {
                        self.log.others.remove(&device);
                    }
                    return Ok(Err(damage));
                }
            }
        }
        if received == 0 && self.log.others.get(&device).is_some_and(|reader| reader.n_closed() == 0) {
            self.log.others.remove(&device);
        } else if received > 0 {
            let head = self.log.others.get(&device).and_then(FeedReader::head);
            self.log.news.retain(|known| known.device != device);
            self.log.news.extend(head);
        }
        Ok(Ok(received))
    }

    /// Takes in the checkpoints that fit what is held, and notes them in this device's own feed.
    fn receive_checkpoints(&mut self, there: &dyn Storage, report: &mut SyncReport) -> Result<(), OpenError> {
        let here = exchange::names_below(&*self.storage, "checkpoints")?;
        let listed = exchange::names_below(there, "checkpoints")?;
        for name in listed.difference(&here).filter(|name| name.ends_with(".note")) {
            let path = RelPath::new(&format!("checkpoints/{name}"));
            let strange = |kind| Damage { file: path.clone(), offset: 0, kind };
            let bytes = storage::read_whole(there, &path, checkpoint::MAX_LEN)?;
            let text = String::from_utf8(bytes).unwrap_or_default();
            let device = name.split('/').next().and_then(is_device_folder);
            let read = Checkpoint::read(&text, self.id).ok().filter(|read| Some(read.head.device) == device);
            let Some(read) = read else {
                report.alarms.push(strange(DamageKind::Checkpoint));
                continue;
            };
            let held = self.log.reader(&read.head.device).is_ok_and(|reader| reader.n_segments() > 0);
            match self.check_against(&read) {
                // Its device is not known here yet: it is taken when the feed is.
                Ok(()) if !held => {}
                Ok(()) => {
                    exchange::write_and_read_back(&*self.storage, &path, text.as_bytes())?;
                    if read.head.device != self.log.own.device() {
                        self.to_note.push(text);
                    }
                    self.checkpoints.push(read);
                    report.received.checkpoints += 1;
                }
                Err(OpenError::Damaged(damage)) => report.alarms.push(damage),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Keeps checkpoints of other feeds in this device's own, where they can no longer be lost alone.
    fn note_received(&mut self) -> Result<(), VaultError> {
        if self.to_note.is_empty() {
            return Ok(());
        }
        for text in std::mem::take(&mut self.to_note) {
            let mut e = Encoder::new();
            e.map(|m| m.key(0).text(&text));
            let plaintext = e.into_padded();
            self.log.own.append(FrameKind::Note, &[], |_| plaintext)?;
        }
        Ok(self.log.own.commit()?)
    }

    /// Brings keys, index and catalogue up to what was received, and says which erasures were followed.
    pub(crate) fn refold(&mut self) -> Result<(), OpenError> {
        self.refold_here()?;
        self.acknowledge_erasures()?;
        Ok(())
    }

    /// Brings keys, index and catalogue up to what was received. Nothing is recorded.
    pub(crate) fn refold_here(&mut self) -> Result<(), OpenError> {
        let user = &self.log.user;
        self.key_area.refresh(&mut self.log.keys, user, &mut OnDamage::Refuse).map_err(VaultError::from)?;
        self.key_area.drop_superseded().map_err(VaultError::from)?;
        self.replay()?;
        self.erased_by_now = self.catalog.erased.clone();
        self.role = self.catalog.people.role(&self.log.user.id()).ok_or(OpenError::NotAMember)?;
        self.notices.clear();
        self.note_what_is_missing();
        Ok(())
    }

    /// Opens every blob that came in and can be opened. One that is not as it was recorded does not stay.
    fn check_received_blobs(&mut self, report: &mut SyncReport) -> Result<(), OpenError> {
        if report.received.blobs == 0 {
            return Ok(());
        }
        for blob in self.catalog.blobs() {
            let Some(key) = self.log.keys.blob(blob.id) else { continue };
            match blob::get(&*self.storage, &self.id, &key, &blob) {
                Ok(_) => {}
                Err(blob::BlobError::Damaged(damage)) => {
                    if damage.kind != DamageKind::BlobMissing {
                        blob::remove(&*self.storage, &blob.id)?;
                    }
                    report.alarms.push(damage);
                }
                Err(error) => return Err(VaultError::from(error).into()),
            }
        }
        Ok(())
    }

    /// Puts into the folder what it lacks.
    pub(crate) fn send(&self, there: &dyn Storage, strange: &mut Vec<Damage>) -> Result<Copied, OpenError> {
        let mut sent = Copied::default();
        let here = &*self.storage;
        let away = self.travelling()?;
        let wanted = |name: &str| !away.iter().any(|file| file == name);
        sent.keys = exchange::copy_keys(here, there, &self.id, wanted, strange)?;
        let held = |id: &[u8; 16]| !self.erased_by_now.contains(id, None);
        sent.blobs = exchange::copy_blobs(here, there, held, strange)?.len() as u64;
        for erased in self.erased_by_now.whole() {
            blob::remove(there, erased)?;
        }
        for reader in self.log.readers() {
            let folder = RelPath::new("feeds").join(&hex(&reader.device()));
            let listed: BTreeSet<String> = there.list(&folder)?.into_iter().collect();
            for number in 1..=reader.n_closed() {
                if !listed.contains(&format!("{number:06}.seg")) {
                    let bytes = reader.segment_bytes(number)?;
                    exchange::write_and_read_back(there, &reader.segment_path(number), &bytes)?;
                    sent.segments += 1;
                }
            }
        }
        let (ours, theirs) =
            (exchange::names_below(here, "checkpoints")?, exchange::names_below(there, "checkpoints")?);
        for name in ours.difference(&theirs).filter(|name| name.ends_with(".note")) {
            exchange::copy(here, there, &RelPath::new(&format!("checkpoints/{name}")), checkpoint::MAX_LEN)?;
            sent.checkpoints += 1;
        }
        Ok(sent)
    }

    /// Removes from the folder the key files that were there before this exchange and are replaced here: smaller ones took
    /// their place.
    fn remove_superseded_keys(&self, there: &dyn Storage, listed: &BTreeSet<String>) -> Result<(), OpenError> {
        let (here, away) = (exchange::names_below(&*self.storage, "keys")?, self.travelling()?);
        for name in listed.difference(&here).filter(|name| name.ends_with(".keys") && !away.contains(*name)) {
            match there.remove(&RelPath::new(&format!("keys/{name}"))) {
                Ok(()) | Err(StorageError::Missing { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Names of key files and grants that were sent away and must not come back before their return.
    pub(crate) fn travelling(&self) -> Result<BTreeSet<String>, OpenError> {
        match storage::read_whole(&*self.storage, &RelPath::new(TRAVELLING), 1 << 20) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()),
            Err(StorageError::Missing { .. }) => Ok(BTreeSet::new()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether two copies of a segment have the same length and end in the same signature, which covers the chain and so all
/// that is before.
fn same_end(one: &dyn Storage, other: &dyn Storage, path: &RelPath) -> Result<bool, StorageError> {
    let end = |storage: &dyn Storage| {
        let file = storage.open(path, Open::Read)?;
        let length = file.len()?;
        let mut end = [0; SIGNATURE_LEN];
        if length >= SIGNATURE_LEN as u64 {
            file.read_exact_at(&mut end, length - SIGNATURE_LEN as u64)?;
        }
        Ok::<_, StorageError>((length, end))
    };
    Ok(end(one)? == end(other)?)
}
