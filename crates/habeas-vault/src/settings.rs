//! What a member keeps for themselves, such as searches: one file for each member, sealed under a key that only they have,
//! replaced as a whole. It is no part of the log: it can be thrown away for good, and it stays on this device.

use crate::{
    damage::{Damage, DamageKind},
    keys::{Key, NONCE_LEN, Sealer, derive},
    storage::{self, RelPath, StorageError},
    vault::{Vault, VaultError},
};

/// Bytes at most that a member keeps.
pub const MAX_SETTINGS: usize = 64 << 10;

/// The length of a file tells no more than how many of these it fills.
const STEP: usize = 1 << 10;

const MAGIC: &[u8] = b"habeas/1 settings";

impl Vault {
    /// What the member who opened the vault keeps for themselves; nothing at first.
    ///
    /// # Errors
    /// [`DamageKind::Settings`] where the file is not as this member wrote it.
    pub fn settings(&self) -> Result<Vec<u8>, VaultError> {
        let path = self.settings_path();
        let bytes = match storage::read_whole(&*self.storage, &path, (MAX_SETTINGS + 2 * STEP) as u64) {
            Err(StorageError::Missing { .. }) => return Ok(Vec::new()),
            bytes => bytes?,
        };
        let damaged = || VaultError::from(Damage { file: path.clone(), offset: 0, kind: DamageKind::Settings });
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>().ok_or_else(damaged)?;
        let opened = Sealer::new(&self.settings_key()).open(nonce, &self.settings_aad(), sealed.to_vec());
        let opened = opened.ok_or_else(damaged)?;
        let (length, content) = opened.split_first_chunk::<4>().ok_or_else(damaged)?;
        let content = content.get(..u32::from_le_bytes(*length) as usize).ok_or_else(damaged)?;
        Ok(content.to_vec())
    }

    /// Replaces what the member keeps for themselves; with nothing the file goes.
    ///
    /// # Errors
    /// [`VaultError::TooLong`] above [`MAX_SETTINGS`] bytes.
    pub fn keep_settings(&mut self, content: &[u8]) -> Result<(), VaultError> {
        self.require_write()?;
        if content.len() > MAX_SETTINGS {
            return Err(VaultError::TooLong { length: content.len() });
        }
        let path = self.settings_path();
        if content.is_empty() {
            return match self.storage.remove(&path) {
                Err(StorageError::Missing { .. }) => Ok(()),
                removed => Ok(removed?),
            };
        }
        let mut buffer = (content.len() as u32).to_le_bytes().to_vec();
        buffer.extend_from_slice(content);
        buffer.resize(buffer.len().next_multiple_of(STEP), 0);
        let nonce: [u8; NONCE_LEN] = self.log.entropy.bytes()?;
        Sealer::new(&self.settings_key()).seal(&nonce, &self.settings_aad(), &mut buffer);
        self.storage.create_dir(&path.parent())?;
        Ok(storage::write_whole(&*self.storage, &path, &[&nonce[..], &buffer].concat())?)
    }

    fn settings_path(&self) -> RelPath {
        let user = crate::format::v1::source::hex(&self.log.user.id());
        RelPath::new("settings").join(&format!("{user}.sealed"))
    }

    fn settings_key(&self) -> Key {
        derive(&self.log.user.seed()[..], &self.id, &[MAGIC])
    }

    fn settings_aad(&self) -> Vec<u8> {
        [MAGIC, &self.id, &self.log.user.id()].concat()
    }
}
