//! Showing one statement to an outsider: what it takes to check that it was recorded before a checkpoint, and no word of
//! anything else.

use crate::{
    checkpoint::Checkpoint,
    feed::{Position, tree},
    format::v1::{EntryKind, source::hex},
    keys::hmac,
    vault::{Vault, VaultError},
};
use habeas_core::{RecordId, Right};
use std::ops::ControlFlow;
use zeroize::Zeroizing;

/// One entry with its key, and the way from it to the root that a checkpoint signs. Whoever holds it can read the one entry
/// and check the rest with SHA-256 and Ed25519.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryProof {
    /// The entry as recorded, its body sealed.
    pub entry: Vec<u8>,
    /// The salt of its leaf.
    pub salt: [u8; 32],
    /// The key that opens its body, and nothing else.
    pub key: [u8; 32],
    /// Its place in the tree, counted from 0.
    pub index: u64,
    /// Number of entries in the tree.
    pub size: u64,
    /// Hashes that lead to the root, nearest first.
    pub path: Vec<[u8; 32]>,
    /// Text of the checkpoint that signs the root.
    pub checkpoint: String,
}

impl Vault {
    /// Proves that a record was in the log when the first checkpoint after it was made.
    ///
    /// # Errors
    /// [`VaultError::Unknown`] when the record does not stand, or no checkpoint covers it yet.
    pub fn prove(&self, record: RecordId) -> Result<EntryProof, VaultError> {
        self.require(Right::Cases)?;
        let (position, place) = self.place_of(record)?;
        let checkpoint =
            self.first_after(&position).ok_or(VaultError::Unknown { what: "checkpoint after the record" })?;
        let (mut leaves, mut found) = (Vec::new(), None);
        let last = checkpoint.head.seq;
        let start = self.log.reader(&position.device)?.start();
        self.log.each_commit(&start, |at, plaintext| {
            if at.cursor.seq > last {
                return Ok(ControlFlow::Break(()));
            }
            let commit = self.log.commit(at, &plaintext)?;
            if *at == position {
                let entry = commit.entry_bytes(place).map(<[u8]>::to_vec);
                found = entry.map(|entry| (leaves.len() + place, entry, commit.head.salt));
            }
            leaves.extend(commit.leaves());
            Ok::<_, VaultError>(ControlFlow::Continue(()))
        })?;
        let (index, entry, frame_salt) = found.ok_or(VaultError::Unknown { what: "record" })?;
        let key = self.key_of(&position, place)?;
        Ok(EntryProof {
            entry,
            salt: hmac(&Zeroizing::new(frame_salt), &[&(place as u32).to_le_bytes()]),
            key,
            index: index as u64,
            size: leaves.len() as u64,
            path: tree::proof(index, &leaves),
            checkpoint: self.checkpoint_text(checkpoint).ok_or(VaultError::Unknown { what: "checkpoint" })?,
        })
    }

    fn first_after(&self, position: &Position) -> Option<&Checkpoint> {
        let of_device = self.checkpoints.iter().filter(|checkpoint| checkpoint.head.device == position.device);
        of_device
            .filter(|checkpoint| checkpoint.head.seq > position.cursor.seq)
            .min_by_key(|checkpoint| checkpoint.head.seq)
    }

    fn key_of(&self, position: &Position, place: usize) -> Result<[u8; 32], VaultError> {
        let plaintext = self.log.read(position)?;
        let commit = self.log.commit(position, &plaintext)?;
        let entry = commit.entries.get(place).filter(|entry| entry.kind == EntryKind::Record);
        let leaf = entry.and_then(|entry| self.log.keys.set(&entry.item)?.leaf(entry.clear.leaf?));
        leaf.map(|key| *key).ok_or(VaultError::Unknown { what: "record" })
    }
}

impl EntryProof {
    /// Checks the way from the entry to the root of the checkpoint, and the checkpoint's signature by the device with this
    /// public key.
    pub fn is_right(&self, vault: &str, public: &[u8; 32]) -> bool {
        let Ok(id) = vault.parse::<habeas_core::SourceId>() else { return false };
        let Ok(checkpoint) = Checkpoint::read(&self.checkpoint, id.0) else { return false };
        let leaf = tree::salted_leaf(&self.salt, &self.entry);
        let root = tree::root_by_proof(self.index, self.size, leaf, &self.path);
        checkpoint.is_signed(public) && checkpoint.n_entries == self.size && root == Some(checkpoint.root)
    }

    /// The proof as JSON, all bytes as hexadecimal digits.
    pub fn to_json(&self) -> String {
        let path: Vec<String> = self.path.iter().map(|hash| format!("\"{}\"", hex(hash))).collect();
        // The checkpoint is lines of ASCII and one dash: only its line ends need escaping.
        let checkpoint = self.checkpoint.replace('\n', "\\n");
        format!(
            "{{\"schema\":1,\"entry\":\"{}\",\"salt\":\"{}\",\"key\":\"{}\",\"index\":{},\"size\":{},\"path\":[{}],\"checkpoint\":\"{checkpoint}\"}}",
            hex(&self.entry),
            hex(&self.salt),
            hex(&self.key),
            self.index,
            self.size,
            path.join(",")
        )
    }
}
