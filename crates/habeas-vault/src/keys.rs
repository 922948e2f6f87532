//! The key hierarchy: one random vault key, and everything else derived from it by HKDF-SHA-256 with a name of its own.
//!
//! Content is sealed under a key that [`Keys::item`] returns for its item (a source file, a link run, the vault's own
//! statements). Today that key is derived; when items get random keys that can be destroyed, this one function changes
//! and no caller does.

mod passphrase;
mod slot;

pub use passphrase::{KdfCost, Passphrase, proposed_passphrase};
pub use slot::{Slot, SlotError};

use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::AeadInOut};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a key.
pub const KEY_LEN: usize = 32;
/// Bytes of a nonce of XChaCha20-Poly1305.
pub const NONCE_LEN: usize = 24;
/// Bytes that sealing adds.
pub const TAG_LEN: usize = 16;

/// A secret key, wiped when dropped.
pub type Key = Zeroizing<[u8; KEY_LEN]>;
/// Names a vault; the first half of the hash of its genesis file.
pub type VaultId = [u8; 16];
/// Names a device, and so a feed.
pub type DeviceId = [u8; 16];
/// Names an item: the unit under whose key content is sealed.
pub type ItemId = [u8; 16];

/// The item of the vault's own statements: its name, judgements, audit.
pub const VAULT_ITEM: ItemId = [0; 16];

/// The operating system gives no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub struct NoEntropy;

/// All keys of an open vault.
pub struct Keys {
    vault_key: Key,
    vault: VaultId,
    general: Key,
}

impl Keys {
    /// The hierarchy below a vault key.
    pub fn new(vault_key: Key, vault: VaultId) -> Self {
        let general = derive(&vault_key[..], &vault, &[b"habeas/1 compartment", &[0; 16]]);
        Self { vault_key, vault, general }
    }

    /// The root of the hierarchy, for tests that open thousands of times.
    #[cfg(test)]
    pub fn vault_key(&self) -> [u8; KEY_LEN] {
        *self.vault_key
    }

    /// The vault that the keys belong to.
    pub fn vault(&self) -> VaultId {
        self.vault
    }

    /// Seals the frames of one feed.
    pub fn feed(&self, device: DeviceId) -> Key {
        self.sub(&[b"habeas/1 feed", &device])
    }

    /// Marks the durable length of a feed's open segment.
    pub fn mark(&self, device: DeviceId) -> Key {
        self.sub(&[b"habeas/1 mark", &device])
    }

    /// Tags bytes and derives record ids, so that nobody without the key can guess and check.
    pub fn tag(&self) -> Key {
        self.sub(&[b"habeas/1 tag"])
    }

    /// Opens the index of the compartment.
    pub fn index(&self) -> Key {
        derive(&self.general[..], &self.vault, &[b"habeas/1 index"])
    }

    /// Seals the content of one item. The one place where an item's key is looked up.
    pub fn item(&self, item: ItemId) -> Key {
        derive(&self.general[..], &self.vault, &[b"habeas/1 item", &item])
    }

    /// Seals one blob of an item.
    pub fn blob(&self, item: ItemId, blob: [u8; 16]) -> Key {
        derive(&self.item(item)[..], &self.vault, &[b"habeas/1 blob", &blob])
    }

    fn sub(&self, info: &[&[u8]]) -> Key {
        derive(&self.vault_key[..], &self.vault, info)
    }
}

/// HKDF-SHA-256 `[rfc5869]` with the vault id as salt.
pub fn derive(secret: &[u8], vault: &VaultId, info: &[&[u8]]) -> Key {
    let mut key = Zeroizing::new([0; KEY_LEN]);
    Hkdf::<Sha256>::new(Some(vault), secret)
        .expand_multi_info(info, &mut key[..])
        .expect("32 bytes are one block of SHA-256");
    key
}

/// HMAC-SHA-256 over the parts, one after the other.
pub fn hmac(key: &Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&key[..]).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The cipher of suite 1 under one key.
pub struct Sealer(XChaCha20Poly1305);

impl Sealer {
    /// A cipher under a key.
    pub fn new(key: &Key) -> Self {
        Self(XChaCha20Poly1305::new((&**key).into()))
    }

    /// Seals in place; the buffer grows by [`TAG_LEN`].
    pub fn seal(&self, nonce: &[u8; NONCE_LEN], aad: &[u8], buffer: &mut Vec<u8>) {
        self.0
            .encrypt_in_place(&XNonce::from(*nonce), aad, buffer)
            .expect("a frame is far below the cipher's limit of 256 GiB");
    }

    /// Opens in place; `None` when the tag does not fit.
    pub fn open(&self, nonce: &[u8; NONCE_LEN], aad: &[u8], mut buffer: Vec<u8>) -> Option<Vec<u8>> {
        self.0.decrypt_in_place(&XNonce::from(*nonce), aad, &mut buffer).ok()?;
        Some(buffer)
    }
}

/// Random bytes of the operating system, fetched in larger portions: a record needs 40 of them.
pub struct Entropy {
    pool: Zeroizing<[u8; 4096]>,
    used: usize,
}

impl Default for Entropy {
    fn default() -> Self {
        Self { pool: Zeroizing::new([0; 4096]), used: 4096 }
    }
}

impl Entropy {
    /// Fresh random bytes, at most 4,096.
    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N], NoEntropy> {
        if self.used + N > self.pool.len() {
            getrandom::fill(&mut self.pool[..]).map_err(|_| NoEntropy)?;
            self.used = 0;
        }
        let mut bytes = [0; N];
        let fresh = &mut self.pool[self.used..self.used + N];
        bytes.copy_from_slice(fresh);
        fresh.fill(0);
        self.used += N;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_has_a_key_of_its_own() {
        let keys = Keys::new(Zeroizing::new([7; 32]), [1; 16]);
        let mut all = [
            keys.feed([2; 16]),
            keys.feed([3; 16]),
            keys.mark([2; 16]),
            keys.tag(),
            keys.index(),
            keys.item([2; 16]),
            keys.item([3; 16]),
            keys.blob([2; 16], [4; 16]),
            keys.blob([3; 16], [4; 16]),
            Keys::new(Zeroizing::new([7; 32]), [2; 16]).tag(),
        ]
        .map(|key| *key);
        all.sort();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    }

    /// Test case 1 of RFC 5869, cut to the 32 bytes that are used here, and test case 2 of RFC 4231.
    #[test]
    fn derivation_and_tags_agree_with_the_vectors_of_their_rfcs() {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let mut okm = [0; 32];
        let salt: Vec<u8> = (0..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        Hkdf::<Sha256>::new(Some(&salt), &[0x0b; 22]).expand(&info, &mut okm).unwrap();
        assert_eq!(hex(&okm), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
        let mut key = Zeroizing::new([0; 32]);
        key[..4].copy_from_slice(b"Jefe");
        let tag = hmac(&key, &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(hex(&tag), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_changed_bit_or_another_context_does_not_open() {
        let sealer = Sealer::new(&Zeroizing::new([9; 32]));
        let mut sealed = b"words".to_vec();
        sealer.seal(&[1; 24], b"here", &mut sealed);
        assert_eq!(sealer.open(&[1; 24], b"here", sealed.clone()).as_deref(), Some(&b"words"[..]));
        assert_eq!(sealer.open(&[1; 24], b"there", sealed.clone()), None);
        assert_eq!(sealer.open(&[2; 24], b"here", sealed.clone()), None);
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert_eq!(sealer.open(&[1; 24], b"here", changed), None);
        }
    }
}
