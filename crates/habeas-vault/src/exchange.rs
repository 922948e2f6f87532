//! Copying sealed files between a vault and a folder that holds the same files: a stick, a shared folder, a backup.
//!
//! The folder has the layout of a vault without its local files. Every file in it is immutable but the key files, has one
//! writer, and a name that two writers never share. Nothing of the content is read here.

use crate::{
    damage::{Damage, DamageKind},
    format::v1::source::hex,
    keys::{GrantHeader, KeyFileHeader, MAX_KEY_FILE, VaultId, is_device_folder, key_file_name},
    storage::{self, RelPath, Storage, StorageError},
};
use std::collections::BTreeSet;

/// No grant is longer.
const MAX_GRANT: u64 = 1024;
/// No blob that is copied is longer. It is held in memory while it is copied.
const MAX_BLOB: u64 = 4 << 30;

/// How many files went one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Copied {
    /// Closed segments.
    pub segments: u64,
    /// Blobs.
    pub blobs: u64,
    /// Key files and grants.
    pub keys: u64,
    /// Checkpoints.
    pub checkpoints: u64,
}

impl Copied {
    /// Whether nothing was copied.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Names of files two folders deep, as `folder/name`.
pub fn names_below(storage: &dyn Storage, top: &str) -> Result<BTreeSet<String>, StorageError> {
    let top = RelPath::new(top);
    let mut names = BTreeSet::new();
    for folder in storage.list(&top)? {
        for name in storage.list(&top.join(&folder))? {
            names.insert(format!("{folder}/{name}"));
        }
    }
    Ok(names)
}

/// Copies a file, whole or not at all, and reads it back.
pub fn copy(from: &dyn Storage, to: &dyn Storage, path: &RelPath, limit: u64) -> Result<(), StorageError> {
    let bytes = storage::read_whole(from, path, limit)?;
    write_and_read_back(to, path, &bytes)
}

/// Writes a file, whole or not at all, and reads it back: a stick may say that it has written and have lost it.
pub fn write_and_read_back(to: &dyn Storage, path: &RelPath, bytes: &[u8]) -> Result<(), StorageError> {
    to.create_dir(&path.parent())?;
    storage::write_whole(to, path, bytes)?;
    let back = storage::read_whole(to, path, bytes.len() as u64)?;
    let lost = std::io::Error::other("what was written does not read back the same");
    if back == bytes { Ok(()) } else { Err(StorageError::io(path, storage::Action::Read, lost)) }
}

/// Copies the key files and grants that `to` has not. Files that are none of this vault, and half-copied ones, are left
/// where they are and told.
pub fn copy_keys(
    from: &dyn Storage,
    to: &dyn Storage,
    vault: &VaultId,
    wanted: impl Fn(&str) -> bool,
    strange: &mut Vec<Damage>,
) -> Result<u64, StorageError> {
    let (there, here) = (names_below(from, "keys")?, names_below(to, "keys")?);
    let mut n = 0;
    for name in there.difference(&here).filter(|name| wanted(name) && !name.ends_with(".tmp")) {
        let path = RelPath::new(&format!("keys/{name}"));
        let (folder, file) = name.split_once('/').unwrap_or(("", name));
        let bytes = storage::read_whole(from, &path, MAX_KEY_FILE.max(MAX_GRANT))?;
        let right = if folder == "grants" {
            GrantHeader::peek(&bytes, vault).is_some_and(|header| header.file_name() == file)
        } else {
            KeyFileHeader::peek(&bytes, vault)
                .is_some_and(|header| hex(&header.device) == folder && key_file_name(header.number, &bytes) == file)
        };
        if right {
            write_and_read_back(to, &path, &bytes)?;
            n += 1;
        } else {
            let kind = if file.ends_with(".keys") || file.ends_with(".grant") {
                DamageKind::KeyFile
            } else {
                DamageKind::Foreign
            };
            strange.push(Damage { file: path, offset: 0, kind });
        }
    }
    Ok(n)
}

/// Copies the blobs that `to` has not.
pub fn copy_blobs(
    from: &dyn Storage,
    to: &dyn Storage,
    wanted: impl Fn(&[u8; 16]) -> bool,
    strange: &mut Vec<Damage>,
) -> Result<Vec<[u8; 16]>, StorageError> {
    let (there, here) = (names_below(from, "blobs")?, names_below(to, "blobs")?);
    let mut copied = Vec::new();
    for name in there.difference(&here).filter(|name| !name.ends_with(".part") && !name.ends_with(".tmp")) {
        let path = RelPath::new(&format!("blobs/{name}"));
        let (folder, file) = name.split_once('/').unwrap_or(("", name));
        match file.parse::<habeas_core::SourceId>() {
            Ok(id) if file.starts_with(folder) => {
                if wanted(&id.0) {
                    copy(from, to, &path, MAX_BLOB)?;
                    copied.push(id.0);
                }
            }
            _ => strange.push(Damage { file: path, offset: 0, kind: DamageKind::Foreign }),
        }
    }
    Ok(copied)
}

/// The devices whose feeds a folder holds, with the number of closed segments that follow each other from the first.
pub fn feeds(storage: &dyn Storage, strange: &mut Vec<Damage>) -> Result<Vec<([u8; 16], u64)>, StorageError> {
    let top = RelPath::new("feeds");
    let mut feeds = Vec::new();
    for folder in storage.list(&top)? {
        let Some(device) = is_device_folder(&folder) else {
            strange.push(Damage { file: top.join(&folder), offset: 0, kind: DamageKind::Foreign });
            continue;
        };
        let names: BTreeSet<String> = storage.list(&top.join(&folder))?.into_iter().collect();
        let mut n = 0;
        while names.contains(&format!("{:06}.seg", n + 1)) {
            n += 1;
        }
        for name in &names {
            let number =
                name.strip_suffix(".seg").filter(|number| number.len() >= 6).and_then(|n| n.parse::<u64>().ok());
            let file = top.join(&folder).join(name);
            match number {
                Some(number) if number <= n => {}
                // A segment that came before those between: the next exchange brings them.
                Some(_) => strange.push(Damage { file, offset: 0, kind: DamageKind::Gap }),
                None if name.ends_with(".tmp") => {}
                None => strange.push(Damage { file, offset: 0, kind: DamageKind::Foreign }),
            }
        }
        feeds.push((device, n));
    }
    Ok(feeds)
}
