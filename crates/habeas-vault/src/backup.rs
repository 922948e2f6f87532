//! Copies to fall back on, and beginning on another device: backup, restore, and joining with an invitation.
//!
//! A restored or joined vault always has a device id of its own: going on with the feed of another device would make two
//! histories of it.

use crate::{
    damage::{Damage, DamageKind},
    exchange::{self, Copied},
    format::v1::{EntryKind, member::DeviceIntroduced},
    founding::{InitError, begin_device, own_statement, public_text},
    keys::{Keys, Passphrase, UserKeys, Way},
    opening::{OpenError, read_genesis, read_public, unlock, unlock_slot},
    storage::{self, Disk, RelPath, Storage, StorageError},
    sync::SyncReport,
    vault::Vault,
    verify::{Depth, VerifyReport},
};
use habeas_core::Right;
use std::{path::Path, sync::Arc};

/// No slot is longer.
const MAX_SLOT: u64 = 64 << 10;

/// What a backup has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// What was copied; what was there already was compared.
    pub copied: Copied,
    /// Hash over the trees of all feeds, as the backup holds them.
    pub root: [u8; 32],
}

/// What a restore has done.
pub struct Restored {
    /// The vault on this device.
    pub vault: Vault,
    /// Hash over the trees of all feeds, as the copy holds them.
    pub root_of_copy: [u8; 32],
    /// The same hash here, before this device has written anything.
    pub root_here: [u8; 32],
    /// What a check of every byte has found.
    pub report: VerifyReport,
}

impl Vault {
    /// Copies everything that is sealed into a folder and reads it back. Keys and ways in are replaced, so that the copy
    /// holds no key that was erased. A copy that was made before is added to.
    pub fn backup(&mut self, to: &Path, now_ms: i64) -> Result<BackupReport, OpenError> {
        let there = to.join(self.folder_name());
        self.backup_to(&Disk::new(&there), now_ms)
    }

    pub(crate) fn backup_to(&mut self, there: &dyn Storage, now_ms: i64) -> Result<BackupReport, OpenError> {
        self.require(Right::Copy)?;
        self.require_write()?;
        self.audit("backup", now_ms)?;
        self.make_checkpoint()?;
        self.prepare_folder(there)?;
        let mut strange = Vec::new();
        let copied = self.send(there, &mut strange)?;
        if let Some(damage) = strange.into_iter().next() {
            return Err(OpenError::Damaged(damage));
        }
        self.replace("keys", there)?;
        let unlock = RelPath::new("unlock");
        for name in self.storage.list(&unlock)? {
            exchange::copy(&*self.storage, there, &unlock.join(&name), MAX_SLOT)?;
        }
        for name in there.list(&unlock)? {
            if !self.storage.list(&unlock)?.contains(&name) {
                there.remove(&unlock.join(&name))?;
            }
        }
        self.compare(there)?;
        Ok(BackupReport { copied, root: self.root()? })
    }

    /// Removes from a copy the key files that are not here any more.
    fn replace(&self, top: &str, there: &dyn Storage) -> Result<(), OpenError> {
        let here = exchange::names_below(&*self.storage, top)?;
        for name in exchange::names_below(there, top)?.difference(&here) {
            there.remove(&RelPath::new(&format!("{top}/{name}")))?;
        }
        Ok(())
    }

    /// Compares every file of a copy with the one here, byte for byte.
    fn compare(&self, there: &dyn Storage) -> Result<(), OpenError> {
        for top in ["feeds", "blobs", "keys", "checkpoints"] {
            for name in exchange::names_below(&*self.storage, top)? {
                if name.ends_with(".part") || name.ends_with(".tmp") {
                    continue;
                }
                let path = RelPath::new(&format!("{top}/{name}"));
                let read = |storage: &dyn Storage| storage::read_whole(storage, &path, u64::MAX);
                if read(&*self.storage)? != read(there)? {
                    let kind = if top == "feeds" { DamageKind::Rewritten } else { DamageKind::Blob };
                    return Err(OpenError::Damaged(Damage { file: path, offset: 0, kind }));
                }
            }
        }
        Ok(())
    }

    /// Makes a vault on this device from a backup, and checks every byte of it. `from` is the folder that was given to
    /// [`Vault::backup`], or the vault's own folder in it.
    ///
    /// # Errors
    /// [`InitError::NotEmpty`] through [`RestoreError`] when `to` holds anything.
    pub fn restore<'w>(
        from: &Path,
        to: &Path,
        way: impl Into<Way<'w>>,
        device: &str,
        now_ms: i64,
    ) -> Result<Restored, RestoreError> {
        let from = Disk::new(&copy_in(from).ok_or(OpenError::NoVault)?);
        Self::restore_on(&from, Arc::new(Disk::new(to)), way.into(), device, now_ms)
    }

    pub(crate) fn restore_on<'w>(
        from: &dyn Storage,
        to: Arc<dyn Storage>,
        way: impl Into<Way<'w>>,
        device: &str,
        now_ms: i64,
    ) -> Result<Restored, RestoreError> {
        let id = read_public(from)?;
        let (vault_key, user_seed, _) = unlock(from, &id, way.into())?;
        let slots = slots_of(from)?;
        let keys = Keys::new(vault_key, id);
        let (mut vault, root_of_copy) = begin_from(from, to, keys, UserKeys::of(&user_seed), &slots)?;
        let root_here = vault.root().map_err(OpenError::from)?;
        vault.introduce(device, now_ms)?;
        vault.audit("restored", now_ms).map_err(OpenError::from)?;
        let report = vault.verify(Depth::Deep, &[]).map_err(OpenError::from)?;
        Ok(Restored { vault, root_of_copy, root_here, report })
    }

    /// Begins on this device with an invitation and the folder through which the others exchange.
    pub fn join(
        folder: &Path,
        to: &Path,
        invitation: &[u8],
        passphrase: &Passphrase,
        device: &str,
        now_ms: i64,
    ) -> Result<Self, RestoreError> {
        let from = Disk::new(&copy_in(folder).ok_or(OpenError::NoVault)?);
        Self::join_on(&from, Arc::new(Disk::new(to)), invitation, passphrase, device, now_ms)
    }

    pub(crate) fn join_on(
        from: &dyn Storage,
        to: Arc<dyn Storage>,
        invitation: &[u8],
        passphrase: &Passphrase,
        device: &str,
        now_ms: i64,
    ) -> Result<Self, RestoreError> {
        let id = read_public(from)?;
        let (slot, vault_key, user_seed) = unlock_slot(invitation, &id, passphrase)?;
        let slots = vec![(slot, invitation.to_vec())];
        let keys = Keys::new(vault_key, id);
        let (mut vault, _) = begin_from(from, to, keys, UserKeys::of(&user_seed), &slots)?;
        vault.introduce(device, now_ms)?;
        Ok(vault)
    }

    /// The first words of this device: who it is.
    fn introduce(&mut self, name: &str, now_ms: i64) -> Result<(), OpenError> {
        let introduced = DeviceIntroduced { public: self.log.own.public(), name: name.to_owned() };
        let statement = own_statement(self, EntryKind::Device, &introduced)?;
        self.record(now_ms, vec![statement])?;
        storage::write_whole(&*self.storage, &RelPath::new("vault.toml"), public_text(&self.id).as_bytes())?;
        Ok(self.acknowledge_erasures()?)
    }
}

/// Why a vault cannot be made from a copy.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The folder where it shall be is not empty, or has a vault.
    #[error(transparent)]
    Init(#[from] InitError),
    /// The copy cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl From<StorageError> for RestoreError {
    fn from(error: StorageError) -> Self {
        Self::Open(error.into())
    }
}

/// The folder of a copy: the one that was named, or the only copy in it.
fn copy_in(folder: &Path) -> Option<std::path::PathBuf> {
    if Disk::has(folder, "vault.toml") {
        return Some(folder.to_owned());
    }
    let mut copies = Disk::new(folder).list(&RelPath::root()).ok()?;
    copies.retain(|name| name.starts_with("habeas-") && Disk::has(&folder.join(name), "vault.toml"));
    match &copies[..] {
        [one] => Some(folder.join(one)),
        _ => None,
    }
}

fn slots_of(from: &dyn Storage) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
    let unlock = RelPath::new("unlock");
    let names = from.list(&unlock)?.into_iter().filter(|name| name.ends_with(".slot"));
    names.map(|name| storage::read_whole(from, &unlock.join(&name), MAX_SLOT).map(|bytes| (name, bytes))).collect()
}

/// Takes everything from a copy into an empty folder, whole and checked, and begins this device's feed there. Returns also
/// the hash over the trees that the copy holds.
fn begin_from(
    from: &dyn Storage,
    to: Arc<dyn Storage>,
    keys: Keys,
    user: UserKeys,
    slots: &[(String, Vec<u8>)],
) -> Result<(Vault, [u8; 32]), RestoreError> {
    let names = to.list(&RelPath::root())?;
    if names.iter().any(|name| name == "vault.toml") {
        return Err(InitError::AlreadyAVault.into());
    } else if !names.is_empty() {
        return Err(InitError::NotEmpty.into());
    }
    let id = keys.vault();
    let founder = read_genesis(from, &id)?;
    to.create_dir(&RelPath::root())?;
    let lock = to.lock(&RelPath::new("lock"))?;
    exchange::copy(from, &*to, &RelPath::new("genesis"), 1024)?;
    for (name, bytes) in slots {
        exchange::write_and_read_back(&*to, &RelPath::new("unlock").join(name), bytes)?;
    }
    let mut strange = Vec::new();
    exchange::copy_keys(from, &*to, &id, |_| true, &mut strange)?;
    let mut vault = begin_device(to, lock, keys, user, founder).map_err(OpenError::from)?;
    if let [(name, _)] = slots {
        vault.opened_by = Some(RelPath::new("unlock").join(name));
    }
    let mut report = SyncReport { alarms: strange, ..SyncReport::default() };
    vault.receive(from, &mut report)?;
    if let Some(damage) = report.alarms.into_iter().next() {
        return Err(OpenError::Damaged(damage).into());
    }
    let root_of_copy = vault.root().map_err(OpenError::from)?;
    vault.refold_here()?;
    Ok((vault, root_of_copy))
}
