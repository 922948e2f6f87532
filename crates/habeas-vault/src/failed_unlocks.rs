//! Tries that opened nothing. Whoever has no key can sign nothing, so they are noted beside the vault, in clear and
//! unsigned, until somebody opens it and takes them into the audit.

use crate::{
    storage::{self, Disk, RelPath, Storage, StorageError},
    vault::{Vault, VaultError},
};
use std::path::Path;

const FILE: &str = "failed-unlocks";
/// So many tries are noted; more are not told apart.
const MOST: usize = 1_000;
/// One moment in decimal digits, and the end of the line.
const MAX_LINE: usize = 21;

/// Notes that somebody tried to open the vault in a folder and could not. Where that cannot be written, nothing is said:
/// the error that counts is another.
pub fn note_failed_unlock(dir: &Path, now_ms: i64) {
    if Disk::has(dir, "vault.toml") {
        let disk = Disk::new(dir);
        let _ = read(&disk).and_then(|tries| write(&disk, &tries, now_ms));
    }
}

fn read(storage: &dyn Storage) -> Result<Vec<i64>, StorageError> {
    let bytes = match storage::read_whole(storage, &RelPath::new(FILE), (MOST * MAX_LINE) as u64) {
        Err(StorageError::Missing { .. }) => Vec::new(),
        bytes => bytes?,
    };
    Ok(String::from_utf8_lossy(&bytes).lines().filter_map(|line| line.parse().ok()).collect())
}

fn write(storage: &dyn Storage, tries: &[i64], now_ms: i64) -> Result<(), StorageError> {
    let kept = tries.iter().take(MOST - 1).chain([&now_ms]);
    let text: String = kept.map(|ms| format!("{ms}\n")).collect();
    storage::write_whole(storage, &RelPath::new(FILE), text.as_bytes())
}

impl Vault {
    /// When somebody tried to open the vault and could not, by the clock of this device, since
    /// [`Vault::forget_failed_unlocks`]; as far as nobody removed the note.
    pub fn failed_unlocks(&self) -> Result<Vec<i64>, VaultError> {
        Ok(read(&*self.storage)?)
    }

    /// Removes the note of failed tries, once they are in the audit.
    pub fn forget_failed_unlocks(&mut self) -> Result<(), VaultError> {
        self.require_write()?;
        match self.storage.remove(&RelPath::new(FILE)) {
            Ok(()) | Err(StorageError::Missing { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
