//! The vault as it was known at a checkpoint: for reading only, in place of the open one or beside it.
//!
//! The feeds are read anew up to what the checkpoint covers, with the keys that are there now: what was erased since stays
//! erased. The index of an earlier state is a file of its own under the same key, and is removed with the state.

use crate::{
    catalog::{Catalog, People},
    checkpoint::Checkpoint,
    damage::OnDamage,
    feed::{Access, Feed},
    index::Index,
    key_area::KeyArea,
    keys::{Entropy, Keys, UserKeys},
    log::{Log, commit_leaves},
    opening::{OpenError, index_path, open_others, read_device},
    storage::{RelPath, Storage},
    vault::{Vault, VaultError},
};
use std::{collections::BTreeMap, sync::Arc};

/// What is in the name of every index of an earlier state.
const EARLIER: &str = "-earlier";

/// An earlier state that is not read yet; reading it takes as long as making the index anew.
pub struct Earlier(Vault);

/// The file of an index that goes with the state that it is of.
pub(crate) struct Passing {
    storage: Arc<dyn Storage>,
    path: RelPath,
}

impl Drop for Passing {
    fn drop(&mut self) {
        // What cannot be removed now is removed at the next opening.
        let _ = remove_named(&*self.storage, &self.path);
    }
}

impl Vault {
    /// The vault as it was known at a checkpoint, for reading only. What was erased since stays erased.
    ///
    /// # Errors
    /// [`OpenError::Damaged`] when the feeds do not hold what the checkpoint covers.
    pub fn as_of(mut self, checkpoint: &Checkpoint) -> Result<Self, OpenError> {
        let mut past = self.look_back(checkpoint)?.read()?;
        past._lock = self._lock.take();
        Ok(past)
    }

    /// The vault as it was known at a checkpoint, beside this one, which stays open; to be read without it. Whoever holds
    /// such a state drops it before this vault, and when something is erased.
    ///
    /// # Errors
    /// [`OpenError::Damaged`] when the feeds do not hold what the checkpoint covers.
    pub fn look_back(&self, checkpoint: &Checkpoint) -> Result<Earlier, OpenError> {
        self.check_against(checkpoint)?;
        let mut on_damage = self.on_damage.clone();
        let access = if matches!(on_damage, OnDamage::Refuse) { Access::Read } else { Access::Salvage };
        let storage = Arc::clone(&self.storage);
        let mut keys = Keys::new(self.log.keys.vault_key().clone(), self.id);
        let user = UserKeys::of(self.log.user.seed());
        let device_keys = read_device(&*storage, &keys)?;
        let own = device_keys.id();
        let key_area = KeyArea::read(Arc::clone(&storage), &mut keys, &user, own, &mut on_damage);
        let key_area = key_area.map_err(VaultError::from)?;
        let (mut feed, _) = Feed::open(Arc::clone(&storage), &keys, device_keys, access, commit_leaves)?;
        feed.read_until(checkpoint.knows(own).map_or(0, |head| head.seq));
        let mut others = open_others(&storage, &keys, own, &mut on_damage)?;
        others.retain(|device, _| checkpoint.knows(*device).is_some());
        for (device, reader) in &mut others {
            reader.read_until(checkpoint.knows(*device).map_or(0, |head| head.seq));
        }
        let log = Log { own: feed, others, keys, user, entropy: Entropy::default(), lamport: 0, news: Vec::new() };
        let (index, passing) = self.index_of(checkpoint, &log)?;
        let founder: People = self.catalog.people.founder_only();
        Ok(Earlier(Self {
            storage,
            log,
            key_area,
            catalog: Catalog::founded_by(founder),
            index,
            n_mentions: BTreeMap::new(),
            notices: Vec::new(),
            id: self.id,
            role: self.role,
            checkpoints: self.checkpoints.clone(),
            to_note: Vec::new(),
            opened_by: self.opened_by.clone(),
            on_damage,
            erased_by_now: self.erased_by_now.clone(),
            _passing: passing,
            _lock: None,
        }))
    }

    /// An index for an earlier state: on the disk where this vault may write there, in memory elsewhere.
    fn index_of(&self, checkpoint: &Checkpoint, log: &Log) -> Result<(Index, Option<Passing>), OpenError> {
        let key = log.keys.index();
        let usual = index_path(&log.keys);
        let path = usual.parent().join(&format!("{}{EARLIER}.db", checkpoint.id()));
        let local = self.storage.local_path(&path).filter(|_| !self.is_read_only());
        let Some(local) = local else { return Ok((Index::create(None, &key)?, None)) };
        let passing = Passing { storage: Arc::clone(&self.storage), path };
        remove_named(&*passing.storage, &passing.path)?;
        self.storage.create_dir(&usual.parent())?;
        Ok((Index::create(Some(&local), &key)?.passing()?, Some(passing)))
    }
}

impl Earlier {
    /// Reads it.
    pub fn read(self) -> Result<Vault, OpenError> {
        let Self(mut vault) = self;
        vault.replay()?;
        vault.note_what_is_missing();
        Ok(vault)
    }
}

/// Removes what states left that a crash ended.
pub(crate) fn remove_left_over(storage: &dyn Storage) -> Result<(), OpenError> {
    let folder = RelPath::new("index");
    for name in storage.list(&folder)?.into_iter().filter(|name| name.contains(EARLIER)) {
        storage.remove(&folder.join(&name))?;
    }
    Ok(())
}

/// Removes a database with the files that SQLite keeps beside it.
pub(crate) fn remove_named(storage: &dyn Storage, path: &RelPath) -> Result<(), OpenError> {
    let folder = path.parent();
    for name in storage.list(&folder)? {
        if folder.join(&name).as_str().starts_with(path.as_str()) {
            storage.remove(&folder.join(&name))?;
        }
    }
    Ok(())
}
