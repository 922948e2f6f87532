//! A slot: the vault key wrapped under one way in. One file each, so that a way in can be changed or removed.

use super::{
    Entropy, ItemId, KEY_LEN, KdfCost, Key, NONCE_LEN, NoEntropy, Passphrase, Sealer, TAG_LEN, VaultId, derive,
};
use crate::format::cbor::{CborError, Decoder, Encoder};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The only kind of slot so far.
const PASSPHRASE: u64 = 1;
/// Vault key and user seed.
const SECRETS_LEN: usize = 2 * KEY_LEN;

/// Why a slot does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// The passphrase does not open it; or the slot was changed, which nobody can tell from that.
    #[error("the passphrase does not open this slot")]
    Refused,
    /// The passphrase is right and the rest of the slot is not.
    #[error("the slot was changed after it was made")]
    Changed,
    /// Its cost lies outside the bounds; nothing was computed.
    #[error("the slot asks for {memory_mib} MiB and {passes} passes, which no vault of ours does")]
    HostileCost {
        /// Memory in MiB.
        memory_mib: u64,
        /// Passes.
        passes: u64,
    },
    /// It is no slot of this format.
    #[error("the slot is not readable: {0}")]
    Unreadable(#[from] CborError),
}

/// A readable slot, not yet opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    id: ItemId,
    salt: [u8; 16],
    cost: KdfCost,
    nonce: [u8; NONCE_LEN],
    wrapped: [u8; SECRETS_LEN + TAG_LEN],
    commitment: [u8; 32],
}

impl Slot {
    /// Wraps a vault key and a user's seed under a passphrase.
    pub fn wrap(
        vault_key: &Key,
        user_seed: &Key,
        vault: &VaultId,
        passphrase: &Passphrase,
        cost: KdfCost,
        entropy: &mut Entropy,
    ) -> Result<Self, NoEntropy> {
        let (id, salt, nonce) = (entropy.bytes()?, entropy.bytes()?, entropy.bytes()?);
        let kek = kek(passphrase, cost, &salt, vault);
        let mut secrets = Vec::with_capacity(SECRETS_LEN + TAG_LEN);
        secrets.extend_from_slice(&vault_key[..]);
        secrets.extend_from_slice(&user_seed[..]);
        Sealer::new(&kek).seal(&nonce, &aad(vault, &id), &mut secrets);
        let wrapped = secrets.try_into().expect("two keys and a tag");
        Ok(Self { id, salt, cost, nonce, wrapped, commitment: commitment(&id, &kek) })
    }

    /// Opens the slot. The cost is the same whether the passphrase is right or wrong.
    pub fn unwrap_keys(&self, vault: &VaultId, passphrase: &Passphrase) -> Result<(Key, Key), SlotError> {
        let kek = kek(passphrase, self.cost, &self.salt, vault);
        let opened = Sealer::new(&kek).open(&self.nonce, &aad(vault, &self.id), self.wrapped.to_vec());
        // XChaCha20-Poly1305 does not commit to its key: one slot could be made to open to two vaults without this.
        let committed = bool::from(commitment(&self.id, &kek).ct_eq(&self.commitment));
        match (committed, opened.map(Zeroizing::new)) {
            (true, Some(secrets)) => {
                let half = |range: std::ops::Range<usize>| {
                    let mut key = Zeroizing::new([0; KEY_LEN]);
                    key.copy_from_slice(&secrets[range]);
                    key
                };
                Ok((half(0..KEY_LEN), half(KEY_LEN..SECRETS_LEN)))
            }
            (false, None) => Err(SlotError::Refused),
            _ => Err(SlotError::Changed),
        }
    }

    /// The file's name.
    pub fn file_name(&self) -> String {
        let id: String = self.id.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{id}.slot")
    }

    /// Bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new();
        e.map(|m| {
            m.key(0).uint(PASSPHRASE);
            m.key(1).bytes(&self.id);
            m.key(2).bytes(&self.salt);
            m.key(3).uint(self.cost.memory_mib().into());
            m.key(4).uint(self.cost.passes().into());
            m.key(5).uint(1);
            m.key(6).bytes(&self.nonce);
            m.key(7).bytes(&self.wrapped);
            m.key(8).bytes(&self.commitment);
        });
        e.into_bytes()
    }

    /// Reads a file. The cost is bounded before anything is computed by it.
    pub fn decode(bytes: &[u8]) -> Result<Self, SlotError> {
        let mut d = Decoder::new(bytes);
        let (mut kind, mut id, mut salt, mut nonce) = (None, None, None, None);
        let (mut memory_mib, mut passes, mut lanes, mut wrapped, mut commitment) = (None, None, None, None, None);
        d.map(|key, d| {
            match key {
                0 => kind = Some(d.uint()?),
                1 => id = Some(d.exact()?),
                2 => salt = Some(d.exact()?),
                3 => memory_mib = Some(d.uint()?),
                4 => passes = Some(d.uint()?),
                5 => lanes = Some(d.uint()?),
                6 => nonce = Some(d.exact()?),
                7 => wrapped = Some(d.exact()?),
                8 => commitment = Some(d.exact()?),
                _ => d.skip()?,
            }
            Ok::<(), CborError>(())
        })?;
        d.end()?;
        let missing = CborError::OtherType { at: 0 };
        if kind != Some(PASSPHRASE) || lanes != Some(1) {
            return Err(missing.into());
        }
        let (memory_mib, passes) = (memory_mib.ok_or(missing)?, passes.ok_or(missing)?);
        Ok(Self {
            id: id.ok_or(missing)?,
            salt: salt.ok_or(missing)?,
            cost: KdfCost::bounded(memory_mib, passes).ok_or(SlotError::HostileCost { memory_mib, passes })?,
            nonce: nonce.ok_or(missing)?,
            wrapped: wrapped.ok_or(missing)?,
            commitment: commitment.ok_or(missing)?,
        })
    }
}

/// The key-encrypting key. The second half of the secret is where a key file's hash will stand.
fn kek(passphrase: &Passphrase, cost: KdfCost, salt: &[u8; 16], vault: &VaultId) -> Key {
    let mut secret = Zeroizing::new([0; 2 * KEY_LEN]);
    secret[..KEY_LEN].copy_from_slice(&cost.of(passphrase, salt)[..]);
    derive(&secret[..], vault, &[b"habeas/1 kek"])
}

fn aad(vault: &VaultId, id: &ItemId) -> Vec<u8> {
    [&b"habeas/1 slot"[..], vault, id].concat()
}

fn commitment(id: &ItemId, key: &Key) -> [u8; 32] {
    Sha256::new().chain_update(b"habeas/1 commit").chain_update(id).chain_update(&key[..]).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: VaultId = [5; 16];

    fn slot(passphrase: &str) -> Slot {
        let (key, seed) = (Zeroizing::new([1; 32]), Zeroizing::new([2; 32]));
        let passphrase = Passphrase::new(passphrase);
        Slot::wrap(&key, &seed, &VAULT, &passphrase, KdfCost::demo(), &mut Entropy::default()).unwrap()
    }

    #[test]
    fn the_passphrase_opens_its_slot_and_no_other_does() {
        let slot = slot("correct horse battery");
        let (key, seed) = slot.unwrap_keys(&VAULT, &Passphrase::new("correct horse battery")).unwrap();
        assert_eq!((*key, *seed), ([1; 32], [2; 32]));
        let wrong = slot.unwrap_keys(&VAULT, &Passphrase::new("correct horse batterz"));
        assert_eq!(wrong.unwrap_err(), SlotError::Refused);
        let elsewhere = slot.unwrap_keys(&[6; 16], &Passphrase::new("correct horse battery"));
        assert_eq!(elsewhere.unwrap_err(), SlotError::Refused);
    }

    #[test]
    fn a_slot_is_read_back_from_its_file_and_no_flipped_bit_goes_unnoticed() {
        let slot = slot("correct horse battery");
        let bytes = slot.encode();
        assert_eq!(Slot::decode(&bytes), Ok(slot));
        for i in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            // Nothing is derived for costs that only a flipped bit asks for: it would take minutes.
            if let Ok(slot) = Slot::decode(&changed)
                && slot.cost == KdfCost::demo()
            {
                assert!(slot.unwrap_keys(&VAULT, &Passphrase::new("correct horse battery")).is_err(), "byte {i}");
            }
        }
    }

    #[test]
    fn a_slot_with_a_hostile_cost_is_refused_before_anything_is_computed() {
        let mut bytes = slot("correct horse battery").encode();
        let at = bytes.windows(3).position(|w| w == [3, 8, 4]).unwrap() + 1;
        bytes.splice(at..at + 1, [0x1a, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(Slot::decode(&bytes), Err(SlotError::HostileCost { memory_mib: 0xffff_ffff, passes: 1 }));
    }

    #[test]
    fn a_right_commitment_with_other_content_is_told_apart_from_a_wrong_passphrase() {
        let mut changed = slot("correct horse battery");
        changed.wrapped[0] ^= 1;
        let opened = changed.unwrap_keys(&VAULT, &Passphrase::new("correct horse battery"));
        assert_eq!(opened.unwrap_err(), SlotError::Changed);
    }
}
