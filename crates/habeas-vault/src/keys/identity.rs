//! Who signs: the keys of users and of devices, each derived from one secret seed.
//!
//! An id is made of the public keys, so nobody can take the id of another.

use super::{DeviceId, Entropy, Key, NoEntropy, SIGNATURE_LEN, Sealer, UserId, VaultId, derive};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

const DEVICE_MAGIC: &[u8; 8] = b"HABDEV1\n";
/// Bytes of the file that holds a device's secret.
const DEVICE_FILE_LEN: usize = 96;

/// The keys of a user: one pair to sign with, one to be sent secrets by.
pub struct UserKeys {
    seed: Key,
    sign: SigningKey,
    open: StaticSecret,
    id: UserId,
}

/// The keys of a device.
pub struct DeviceKeys {
    sign: SigningKey,
    id: DeviceId,
}

impl UserKeys {
    /// The keys that a user's seed gives. The vault's id cannot be their salt, since it is made of the founder's keys.
    pub fn of(seed: &Key) -> Self {
        let sign = SigningKey::from_bytes(&derive(&seed[..], &[0; 16], &[b"habeas/1 user sign"]));
        let open = StaticSecret::from(*derive(&seed[..], &[0; 16], &[b"habeas/1 user open"]));
        let id = user_id(&sign.verifying_key().to_bytes(), PublicKey::from(&open).as_bytes());
        Self { seed: seed.clone(), sign, open, id }
    }

    /// Who they are.
    pub fn id(&self) -> UserId {
        self.id
    }

    /// The seed, to wrap it under another way in.
    pub fn seed(&self) -> &Key {
        &self.seed
    }

    /// The Ed25519 public key.
    pub fn sign_public(&self) -> [u8; 32] {
        self.sign.verifying_key().to_bytes()
    }

    /// The X25519 public key.
    pub fn open_public(&self) -> [u8; 32] {
        PublicKey::from(&self.open).to_bytes()
    }

    /// The X25519 secret, to open what was wrapped for this user.
    pub(super) fn open_secret(&self) -> &StaticSecret {
        &self.open
    }

    /// Signs the parts, one after the other.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; SIGNATURE_LEN] {
        self.sign.sign(&parts.concat()).to_bytes()
    }
}

impl DeviceKeys {
    /// The keys that a device's seed gives.
    pub fn of(seed: Key) -> Self {
        let sign = SigningKey::from_bytes(&seed);
        let id = device_id(&sign.verifying_key().to_bytes());
        Self { sign, id }
    }

    /// A new device.
    pub fn fresh(entropy: &mut Entropy) -> Result<Self, NoEntropy> {
        Ok(Self::of(Zeroizing::new(entropy.bytes()?)))
    }

    /// Which device it is.
    pub fn id(&self) -> DeviceId {
        self.id
    }

    /// The Ed25519 public key.
    pub fn public(&self) -> [u8; 32] {
        self.sign.verifying_key().to_bytes()
    }

    /// Signs the parts, one after the other.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; SIGNATURE_LEN] {
        self.sign.sign(&parts.concat()).to_bytes()
    }

    /// The file that keeps the secret on this device, sealed under the vault key.
    pub fn to_file(&self, vault_key: &Key, vault: &VaultId, entropy: &mut Entropy) -> Result<Vec<u8>, NoEntropy> {
        let nonce = entropy.bytes()?;
        let mut sealed = self.sign.to_bytes().to_vec();
        file_sealer(vault_key, vault, &self.id).seal(&nonce, &file_aad(vault, &self.id), &mut sealed);
        Ok([&DEVICE_MAGIC[..], &self.id, &nonce, &sealed].concat())
    }

    /// Reads that file; `None` when it was changed or is another vault's.
    pub fn from_file(bytes: &[u8], vault_key: &Key, vault: &VaultId) -> Option<Self> {
        let bytes: &[u8; DEVICE_FILE_LEN] = bytes.try_into().ok()?;
        let id: DeviceId = bytes[8..24].try_into().ok()?;
        let nonce = bytes[24..48].try_into().ok()?;
        let opened = file_sealer(vault_key, vault, &id).open(nonce, &file_aad(vault, &id), bytes[48..].to_vec());
        let opened = Zeroizing::new(opened?);
        let mut seed = Zeroizing::new([0; 32]);
        seed.copy_from_slice(&opened);
        let keys = Self::of(seed);
        (&bytes[..8] == DEVICE_MAGIC && keys.id == id).then_some(keys)
    }
}

fn file_sealer(vault_key: &Key, vault: &VaultId, device: &DeviceId) -> Sealer {
    Sealer::new(&derive(&vault_key[..], vault, &[b"habeas/1 device", device]))
}

fn file_aad(vault: &VaultId, device: &DeviceId) -> Vec<u8> {
    [&b"habeas/1 device"[..], vault, device].concat()
}

/// The id of the user with these public keys.
pub fn user_id(sign_public: &[u8; 32], open_public: &[u8; 32]) -> UserId {
    let hash = Sha256::new().chain_update(b"habeas/1 user").chain_update(sign_public).chain_update(open_public);
    *hash.finalize().first_chunk().expect("SHA-256 has 32 bytes")
}

/// The id of the device with this public key.
pub fn device_id(public: &[u8; 32]) -> DeviceId {
    let hash = Sha256::new().chain_update(b"habeas/1 device id").chain_update(public);
    *hash.finalize().first_chunk().expect("SHA-256 has 32 bytes")
}

/// Whether a signature is that of a public key over the parts; weak keys and second forms of a signature are refused.
pub fn verify_signature(public: &[u8; 32], parts: &[&[u8]], signature: &[u8; SIGNATURE_LEN]) -> bool {
    let message = parts.concat();
    let holds = || {
        let Ok(public) = VerifyingKey::from_bytes(public) else { return false };
        public.verify_strict(&message, &Signature::from_bytes(signature)).is_ok()
    };
    #[cfg(test)]
    return remembered::verdict(public, &message, signature, holds);
    #[cfg(not(test))]
    holds()
}

/// A million histories merged in tests show the same signatures again and again: each is verified once, which halves the
/// time of such a run.
#[cfg(test)]
mod remembered {
    use super::SIGNATURE_LEN;
    use sha2::{Digest, Sha256};
    use std::{cell::RefCell, collections::HashMap};

    thread_local!(static VERDICTS: RefCell<HashMap<[u8; 32], bool>> = RefCell::default());

    pub fn verdict(
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; SIGNATURE_LEN],
        holds: impl FnOnce() -> bool,
    ) -> bool {
        let asked = Sha256::new().chain_update(key).chain_update(signature).chain_update(message).finalize().into();
        VERDICTS.with_borrow_mut(|verdicts| {
            if verdicts.len() > 100_000 {
                verdicts.clear();
            }
            *verdicts.entry(asked).or_insert_with(holds)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: VaultId = [5; 16];

    #[test]
    fn a_user_is_known_by_the_seed_alone() {
        let keys = UserKeys::of(&Zeroizing::new([1; 32]));
        assert_eq!(keys.id(), UserKeys::of(&Zeroizing::new([1; 32])).id());
        assert_ne!(keys.id(), UserKeys::of(&Zeroizing::new([2; 32])).id());
        assert_eq!(keys.id(), user_id(&keys.sign_public(), &keys.open_public()));
    }

    #[test]
    fn a_signature_holds_for_its_signer_and_words_only() {
        let keys = UserKeys::of(&Zeroizing::new([1; 32]));
        let signature = keys.sign(&[b"what ", b"was said"]);
        assert!(verify_signature(&keys.sign_public(), &[b"what was said"], &signature));
        assert!(!verify_signature(&keys.sign_public(), &[b"what was sai."], &signature));
        let other = UserKeys::of(&Zeroizing::new([2; 32]));
        assert!(!verify_signature(&other.sign_public(), &[b"what was said"], &signature));
        // A key of small order would accept signatures of many messages.
        assert!(!verify_signature(&[0; 32], &[b"what was said"], &signature));
    }

    #[test]
    fn a_device_is_read_back_from_its_file_and_no_flipped_bit_goes_unnoticed() {
        let (vault_key, mut entropy) = (Zeroizing::new([3; 32]), Entropy::default());
        let keys = DeviceKeys::fresh(&mut entropy).unwrap();
        let file = keys.to_file(&vault_key, &VAULT, &mut entropy).unwrap();
        assert_eq!(DeviceKeys::from_file(&file, &vault_key, &VAULT).unwrap().public(), keys.public());
        for i in 0..file.len() {
            let mut changed = file.clone();
            changed[i] ^= 1;
            assert!(DeviceKeys::from_file(&changed, &vault_key, &VAULT).is_none(), "byte {i}");
        }
        assert!(DeviceKeys::from_file(&file, &vault_key, &[6; 16]).is_none());
        assert!(DeviceKeys::from_file(&file[..95], &vault_key, &VAULT).is_none());
    }
}
