//! The folder `keys`: files with the keys of items, and grants of compartments. The only part of a vault that shrinks.
//!
//! A new key is on the disk before anything that is sealed under it; an erased one is gone from every file before the
//! erasure is said to be done.

use crate::{
    catalog::ErasedSet,
    damage::{Damage, DamageKind, OnDamage},
    format::v1::source::hex,
    keys::{
        DeviceId, Entropy, GrantHeader, ItemId, Key, KeyFileHeader, Keys, MAX_KEY_FILE, MAX_NODES, NoEntropy, Node,
        UserKeys, VaultId, is_device_folder, key_file_name, open_grant, open_key_file,
    },
    storage::{self, RelPath, Storage, StorageError},
};
use habeas_core::Compartment;
use std::{collections::BTreeSet, sync::Arc};
use zeroize::Zeroizing;

/// No grant is longer.
const MAX_GRANT: u64 = 1024;

/// Why keys cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeyAreaError {
    /// The storage refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A file is not as it was written.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// No random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The key of the compartment is not held here.
    #[error("the key of the compartment {0} is not held here")]
    NoKey(Compartment),
}

/// The key files of a vault and what is in them.
pub struct KeyArea {
    storage: Arc<dyn Storage>,
    device: DeviceId,
    files: Vec<KeyFile>,
}

/// One file that could be opened.
struct KeyFile {
    path: RelPath,
    header: KeyFileHeader,
    nodes: Vec<(ItemId, Node)>,
}

impl KeyArea {
    /// Reads the grants of a user and every key file that they open. Files of compartments that the user does not hold are
    /// left alone.
    ///
    /// # Errors
    /// [`DamageKind::KeyFile`] for a file that was changed; [`DamageKind::Foreign`] for one that habeas has not written.
    pub fn read(
        storage: Arc<dyn Storage>,
        keys: &mut Keys,
        user: &UserKeys,
        device: DeviceId,
        on_damage: &mut OnDamage,
    ) -> Result<Self, KeyAreaError> {
        let mut area = Self { storage, device, files: Vec::new() };
        area.refresh(keys, user, on_damage)?;
        Ok(area)
    }

    /// Reads grants and files again, after others were brought in.
    pub fn refresh(&mut self, keys: &mut Keys, user: &UserKeys, on_damage: &mut OnDamage) -> Result<(), KeyAreaError> {
        let vault = keys.vault();
        for name in self.storage.list(&grants())?.into_iter().filter(|name| name.ends_with(".grant")) {
            match self.read_grant(&name, user, &vault) {
                Ok(Some((header, key))) => keys.insert_compartment(header.compartment, header.epoch, key),
                Ok(None) => {}
                Err(KeyAreaError::Damaged(damage)) => on_damage.take(damage)?,
                Err(error) => return Err(error),
            }
        }
        self.read_files(keys, on_damage)
    }

    /// Reads a grant; `None` when it is another member's.
    fn read_grant(
        &self,
        name: &str,
        user: &UserKeys,
        vault: &VaultId,
    ) -> Result<Option<(GrantHeader, Key)>, KeyAreaError> {
        let path = grants().join(name);
        let bytes = storage::read_whole(&*self.storage, &path, MAX_GRANT)?;
        let damaged = |kind| Damage { file: path.clone(), offset: 0, kind };
        let header = GrantHeader::peek(&bytes, vault).ok_or_else(|| damaged(DamageKind::Grant))?;
        if header.file_name() != name {
            return Err(damaged(DamageKind::Foreign).into());
        }
        if header.member != user.id() {
            return Ok(None);
        }
        Ok(Some(open_grant(&bytes, user, vault).ok_or_else(|| damaged(DamageKind::Grant))?))
    }

    /// Removes files of which another one of the same number holds every key: an earlier state of a file that has grown.
    pub fn drop_superseded(&mut self) -> Result<(), KeyAreaError> {
        let superseded = |old: &KeyFile| {
            self.files.iter().any(|new| {
                let same = (new.header, new.nodes.len() > old.nodes.len()) == (old.header, true);
                same && old.nodes.iter().all(|node| new.nodes.contains(node))
            })
        };
        let gone: Vec<RelPath> = self.files.iter().filter(|file| superseded(file)).map(|f| f.path.clone()).collect();
        gone.iter().try_for_each(|path| self.remove(path))?;
        self.files.retain(|file| !gone.contains(&file.path));
        Ok(())
    }

    fn read_files(&mut self, keys: &mut Keys, on_damage: &mut OnDamage) -> Result<(), KeyAreaError> {
        self.files.clear();
        let folder = RelPath::new("keys");
        for device in self.storage.list(&folder)? {
            let Some(of) = is_device_folder(&device) else { continue };
            let folder = folder.join(&device);
            for name in self.storage.list(&folder)?.into_iter().filter(|name| !name.ends_with(".tmp")) {
                match self.read_file(folder.join(&name), &of, &name, keys) {
                    Ok(Some(file)) => {
                        file.nodes.iter().for_each(|(item, node)| keys.insert_node(*item, node.clone()));
                        self.files.push(file);
                    }
                    Ok(None) => {}
                    Err(KeyAreaError::Damaged(damage)) => on_damage.take(damage)?,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Reads one key file; `None` when the key of its compartment is not held.
    fn read_file(
        &self,
        path: RelPath,
        of: &DeviceId,
        name: &str,
        keys: &Keys,
    ) -> Result<Option<KeyFile>, KeyAreaError> {
        let vault = keys.vault();
        let bytes = storage::read_whole(&*self.storage, &path, MAX_KEY_FILE)?;
        let damaged = |kind| Damage { file: path.clone(), offset: 0, kind };
        let header = KeyFileHeader::peek(&bytes, &vault).ok_or_else(|| damaged(DamageKind::KeyFile))?;
        if header.device != *of || key_file_name(header.number, &bytes) != name {
            // The name holds the hash: another name means another content.
            return Err(damaged(DamageKind::KeyFile).into());
        }
        let Some(key) = keys.compartment(header.compartment, header.epoch) else { return Ok(None) };
        let nodes = open_key_file(&bytes, &vault, key).ok_or_else(|| damaged(DamageKind::KeyFile))?;
        Ok(Some(KeyFile { path, header, nodes }))
    }

    /// Makes fresh keys for items of a compartment, durable when this returns.
    ///
    /// # Errors
    /// [`KeyAreaError::NoKey`] when the compartment's key is not held.
    pub fn add(
        &mut self,
        keys: &mut Keys,
        entropy: &mut Entropy,
        compartment: Compartment,
        items: &[ItemId],
    ) -> Result<(), KeyAreaError> {
        let (epoch, key) = keys.newest(compartment).ok_or(KeyAreaError::NoKey(compartment))?;
        let key = key.clone();
        let mut fresh = Vec::with_capacity(items.len());
        for item in items {
            fresh.push((*item, Node { depth: 0, index: 0, seed: Zeroizing::new(entropy.bytes()?) }));
        }
        let open = self.files.iter().position(|file| {
            let header = &file.header;
            header.device == self.device
                && (header.compartment, header.epoch) == (compartment, epoch)
                && file.nodes.len() + items.len() <= MAX_NODES
        });
        let (header, mut nodes, old) = match open {
            Some(at) => {
                let file = self.files.swap_remove(at);
                (file.header, file.nodes, Some(file.path))
            }
            None => {
                let own = self.files.iter().filter(|file| file.header.device == self.device);
                let number = 1 + own.map(|file| file.header.number).max().unwrap_or(0);
                (KeyFileHeader { device: self.device, number, compartment, epoch }, Vec::new(), None)
            }
        };
        nodes.extend(fresh.iter().cloned());
        let bytes = header.encode(&nodes, &keys.vault(), &key);
        let written = self.write(header, nodes, &bytes);
        if let (Ok(()), Some(old)) = (&written, old) {
            self.remove(&old)?;
        }
        written?;
        fresh.into_iter().for_each(|(item, node)| keys.insert_node(item, node));
        Ok(())
    }

    fn write(&mut self, header: KeyFileHeader, nodes: Vec<(ItemId, Node)>, bytes: &[u8]) -> Result<(), KeyAreaError> {
        let folder = RelPath::new("keys").join(&hex(&header.device));
        self.storage.create_dir(&folder)?;
        let path = folder.join(&key_file_name(header.number, bytes));
        storage::write_whole(&*self.storage, &path, bytes)?;
        // The same keys make the same file: it may be there already, written by another device.
        self.files.retain(|file| file.path != path);
        self.files.push(KeyFile { path, header, nodes });
        Ok(())
    }

    /// Whether a file still holds a key that is erased.
    pub fn holds_erased(&self, erased: &ErasedSet) -> bool {
        self.files
            .iter()
            .flat_map(|file| &file.nodes)
            .any(|(item, node)| erased.contains(item, None) || erased.leaves(item).any(|leaf| is_above(node, leaf)))
    }

    /// Destroys erased keys: every file that holds one is written anew without it, then the old one is removed.
    pub fn erase(&mut self, keys: &mut Keys, erased: &ErasedSet) -> Result<(), KeyAreaError> {
        erased.targets().for_each(|(item, leaf)| keys.forget(&item, leaf));
        let mut kept = Vec::with_capacity(self.files.len());
        for file in std::mem::take(&mut self.files) {
            let touched = |(item, node): &(ItemId, Node)| {
                erased.contains(item, None) || erased.leaves(item).any(|leaf| is_above(node, leaf))
            };
            if file.nodes.iter().any(touched) {
                let key = keys.compartment(file.header.compartment, file.header.epoch);
                let key = key.ok_or(KeyAreaError::NoKey(file.header.compartment))?.clone();
                let mut rest = Keys::new(key.clone(), keys.vault());
                let items: BTreeSet<ItemId> = file.nodes.iter().map(|(item, _)| *item).collect();
                file.nodes.iter().for_each(|(item, node)| rest.insert_node(*item, node.clone()));
                erased.targets().for_each(|(item, leaf)| rest.forget(&item, leaf));
                let nodes: Vec<(ItemId, Node)> = items
                    .iter()
                    .filter_map(|item| Some((*item, rest.set(item)?)))
                    .flat_map(|(item, set)| set.nodes().map(move |node| (item, node)).collect::<Vec<_>>())
                    .collect();
                self.rewrite(keys, &file, nodes)?;
                self.remove(&file.path)?;
            } else {
                kept.push(file);
            }
        }
        kept.retain(|file| self.files.iter().all(|new| new.path != file.path));
        self.files.append(&mut kept);
        Ok(())
    }

    fn remove(&self, path: &RelPath) -> Result<(), StorageError> {
        match self.storage.remove(path) {
            Ok(()) => self.storage.sync_dir(&path.parent()),
            Err(StorageError::Missing { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Writes what is left of a file; in several where punctured trees have grown beyond one.
    fn rewrite(&mut self, keys: &Keys, old: &KeyFile, nodes: Vec<(ItemId, Node)>) -> Result<(), KeyAreaError> {
        let key = keys.compartment(old.header.compartment, old.header.epoch);
        let key = key.ok_or(KeyAreaError::NoKey(old.header.compartment))?.clone();
        for part in nodes.chunks(MAX_NODES) {
            // Parts of one file share its number: their names differ by the hash.
            let bytes = old.header.encode(part, &keys.vault(), &key);
            self.write(old.header, part.to_vec(), &bytes)?;
        }
        Ok(())
    }
}

/// The folder of wrapped compartment keys.
pub fn grants() -> RelPath {
    RelPath::new("keys/grants")
}

fn is_above(node: &Node, leaf: u32) -> bool {
    leaf.checked_shr(32 - u32::from(node.depth)).unwrap_or(0) == node.index
}
