//! What the vault refuses, in words for people.

use crate::{
    failure::{Exit, Failure},
    rights::Denied,
};
use habeas_vault::{StorageError, VaultError};

/// An error of the vault, for people.
pub fn vault_failure(error: VaultError) -> Failure {
    let remedy = match &error {
        VaultError::Storage(StorageError::Full { .. }) => "free some space on this disk, then run the command again",
        VaultError::Index(error) if error.is_disk_full() => "free some space on this disk, then run the command again",
        VaultError::Denied { role, right } => return Failure::from(Denied { role: *role, right: *right }),
        VaultError::ReadOnly => "copy the vault to a place that takes writes, or leave out --as-of",
        VaultError::NoKey { .. } => "a keeper can grant you the compartment; then `habeas sync FOLDER` brings its key",
        VaultError::TooLong { .. } => "record it in several parts: what is recorded together has room in 16 MiB",
        VaultError::Poisoned => "close everything that has the vault open, then run the command again",
        VaultError::LaterEdition => "take the later edition back first: habeas import --undo IMPORT --why WORDS",
        _ => "run `habeas verify` and keep the folder as it is; a backup may hold the missing part",
    };
    Failure::new(Exit::Failed, error, remedy)
}
