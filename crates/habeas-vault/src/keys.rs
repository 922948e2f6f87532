//! The key hierarchy: one random vault key, from which the keys of feeds are derived; random keys of compartments, wrapped
//! for their members; and random keys of items, kept in files that may shrink, so that an item can be erased.

mod grant;
mod identity;
mod key_file;
mod passphrase;
mod recovery_key;
mod shares;
mod slot;
mod tree;

pub use grant::{GrantHeader, commitment, grant, is_device_folder, open_grant};
pub use identity::{DeviceKeys, UserKeys, device_id, user_id, verify_signature};
pub use key_file::{
    KeyFileHeader, MAX_LEN as MAX_KEY_FILE, MAX_NODES, file_name as key_file_name, open as open_key_file,
};
pub use passphrase::{KdfCost, Passphrase, proposed_passphrase};
pub use recovery_key::{RecoveryKey, RecoveryKeyError};
pub use shares::{SetId, Share, ShareError, ShareSecret};
pub use slot::{KeyringSecret, Slot, SlotError, SlotKind, Way};
pub use tree::{KeySet, LeafPath, Node};

use crate::format::v1::codes::Code;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::AeadInOut};
use habeas_core::Compartment;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::{BTreeMap, HashMap};
use zeroize::Zeroizing;

/// Bytes of a key.
pub const KEY_LEN: usize = 32;
/// Bytes of a nonce of XChaCha20-Poly1305.
pub const NONCE_LEN: usize = 24;
/// Bytes that sealing adds.
pub const TAG_LEN: usize = 16;
/// Bytes of an Ed25519 signature.
pub const SIGNATURE_LEN: usize = 64;

/// A secret key, wiped when dropped.
pub type Key = Zeroizing<[u8; KEY_LEN]>;
/// Names a vault; the first half of the hash of its genesis file.
pub type VaultId = [u8; 16];
/// Names a device, and so a feed.
pub type DeviceId = [u8; 16];
/// Names a user.
pub type UserId = [u8; 16];
/// Names an item: the unit under whose key content is sealed.
pub type ItemId = [u8; 16];

/// The item of the vault's own statements, which every member reads: members, devices, audit, erasures.
pub const VAULT_ITEM: ItemId = [0; 16];

/// The 16 bytes that name a compartment in key files and grants: zeros, then its number.
pub fn compartment_id(compartment: Compartment) -> [u8; 16] {
    u128::from(compartment.number()).to_be_bytes()
}

/// The item of judgements and estimates that are made in an epoch of the general compartment.
pub fn statements_item(epoch: u32) -> ItemId {
    let mut item = [0; 16];
    item[11..15].copy_from_slice(&epoch.to_le_bytes());
    item[15] = 1;
    item
}

/// The epoch of a statements item, if it is one.
fn statements_epoch(item: &ItemId) -> Option<u32> {
    let epoch = u32::from_le_bytes(item[11..15].try_into().ok()?);
    (*item == statements_item(epoch)).then_some(epoch)
}

/// The operating system gives no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub struct NoEntropy;

/// All keys that an unlocked member holds.
pub struct Keys {
    vault_key: Key,
    vault: VaultId,
    compartments: BTreeMap<(Compartment, u32), Key>,
    items: HashMap<ItemId, KeySet>,
}

impl Keys {
    /// The hierarchy below a vault key; keys of compartments and items are added as they are read.
    pub fn new(vault_key: Key, vault: VaultId) -> Self {
        Self { vault_key, vault, compartments: BTreeMap::new(), items: HashMap::new() }
    }

    /// The root of the hierarchy: to wrap it under another way in, and to keep a device's secret.
    pub fn vault_key(&self) -> &Key {
        &self.vault_key
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

    /// Opens the index: a database of its own for each set of compartments that a member reads.
    pub fn index(&self) -> Key {
        let keys = std::iter::once(&self.vault_key).chain(self.compartments.values());
        let keys: Vec<&[u8]> = keys.map(|key| &key[..]).collect();
        let secret = Zeroizing::new(keys.concat());
        derive(&secret, &self.vault, &[b"habeas/1 index"])
    }

    /// The keys of compartments that are held.
    pub fn compartments(&self) -> impl Iterator<Item = (Compartment, u32, &Key)> {
        self.compartments.iter().map(|((compartment, epoch), key)| (*compartment, *epoch, key))
    }

    /// One key of a compartment.
    pub fn compartment(&self, compartment: Compartment, epoch: u32) -> Option<&Key> {
        self.compartments.get(&(compartment, epoch))
    }

    /// The newest key of a compartment that is held.
    pub fn newest(&self, compartment: Compartment) -> Option<(u32, &Key)> {
        let mut epochs = self.compartments.range((compartment, 0)..=(compartment, u32::MAX));
        epochs.next_back().map(|((_, epoch), key)| (*epoch, key))
    }

    /// Adds a compartment's key.
    pub fn insert_compartment(&mut self, compartment: Compartment, epoch: u32, key: Key) {
        self.compartments.insert((compartment, epoch), key);
    }

    /// Forgets a compartment's key.
    pub fn remove_compartment(&mut self, compartment: Compartment, epoch: u32) {
        self.compartments.remove(&(compartment, epoch));
    }

    /// Adds one node of an item's key tree.
    pub fn insert_node(&mut self, item: ItemId, node: Node) {
        self.items.entry(item).or_default().insert(node);
    }

    /// What is held of an item's key tree.
    pub fn set(&self, item: &ItemId) -> Option<&KeySet> {
        self.items.get(item)
    }

    /// Forgets an item, or one leaf of it.
    pub fn forget(&mut self, item: &ItemId, leaf: Option<u32>) {
        match leaf {
            None => {
                self.items.remove(item);
            }
            Some(leaf) => {
                if let Some(set) = self.items.get_mut(item) {
                    set.puncture(leaf);
                }
            }
        }
    }

    /// Seals the content of one item; `None` when its key is not held.
    pub fn item(&self, item: ItemId) -> Option<Key> {
        let secret = if item == VAULT_ITEM {
            &self.vault_key
        } else if let Some(epoch) = statements_epoch(&item) {
            self.compartment(Compartment::General, epoch)?
        } else {
            self.items.get(&item)?.root()?
        };
        Some(derive(&secret[..], &self.vault, &[b"habeas/1 item", &item]))
    }

    /// Seals one blob, which is an item of its own.
    pub fn blob(&self, blob: ItemId) -> Option<Key> {
        Some(derive(&self.item(blob)?[..], &self.vault, &[b"habeas/1 blob", &blob]))
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
        let seed = |byte| Node { depth: 0, index: 0, seed: Zeroizing::new([byte; 32]) };
        let mut keys = Keys::new(Zeroizing::new([7; 32]), [1; 16]);
        keys.insert_compartment(Compartment::General, 0, Zeroizing::new([8; 32]));
        keys.insert_compartment(Compartment::General, 1, Zeroizing::new([8; 32]));
        keys.insert_node([2; 16], seed(9));
        keys.insert_node([3; 16], seed(9));
        let mut all = [
            keys.feed([2; 16]),
            keys.feed([3; 16]),
            keys.mark([2; 16]),
            keys.tag(),
            keys.index(),
            keys.item([2; 16]).unwrap(),
            keys.item([3; 16]).unwrap(),
            keys.item(VAULT_ITEM).unwrap(),
            keys.item(statements_item(0)).unwrap(),
            keys.item(statements_item(1)).unwrap(),
            keys.blob([2; 16]).unwrap(),
            keys.blob([3; 16]).unwrap(),
            Keys::new(Zeroizing::new([7; 32]), [2; 16]).tag(),
        ]
        .map(|key| *key);
        all.sort();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn what_is_not_held_has_no_key() {
        let mut keys = Keys::new(Zeroizing::new([7; 32]), [1; 16]);
        assert!(keys.item([2; 16]).is_none() && keys.item(statements_item(0)).is_none());
        keys.insert_node([2; 16], Node { depth: 0, index: 0, seed: Zeroizing::new([9; 32]) });
        keys.forget(&[2; 16], Some(5));
        assert!(keys.item([2; 16]).is_none(), "the item's own key goes with any of its leaves");
        let set = keys.set(&[2; 16]).unwrap();
        assert!(set.leaf(4).is_some() && set.leaf(5).is_none());
        keys.forget(&[2; 16], None);
        assert!(keys.set(&[2; 16]).is_none());
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
