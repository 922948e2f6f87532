//! A slot: the vault key wrapped under one way in. One file each, so that a way in can be changed or removed.

use super::{
    Entropy, ItemId, KEY_LEN, KdfCost, Key, NONCE_LEN, NoEntropy, Passphrase, RecoveryKey, Sealer, SetId, ShareSecret,
    TAG_LEN, VaultId, derive,
};
use crate::format::cbor::{CborError, Decoder, Encoder};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Kinds of slots in a file.
const PASSPHRASE: u64 = 1;
const RECOVERY_KEY: u64 = 2;
const SHARES: u64 = 3;
const KEYRING: u64 = 4;
/// Vault key and user seed.
const SECRETS_LEN: usize = 2 * KEY_LEN;

/// Why a slot does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// The way does not open it; or the slot was changed, which nobody can tell from that.
    #[error("this does not open the slot")]
    Refused,
    /// The way is right and the rest of the slot is not.
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

/// A way into a vault, as a person has it at hand.
#[derive(Clone, Copy)]
pub enum Way<'a> {
    /// A passphrase, and the SHA-256 of the key file that goes with it.
    Passphrase {
        /// What is typed.
        passphrase: &'a Passphrase,
        /// SHA-256 of the key file's bytes.
        key_file: Option<[u8; 32]>,
    },
    /// The recovery key on paper.
    RecoveryKey(&'a RecoveryKey),
    /// What enough shares combine to.
    Shares(&'a ShareSecret),
    /// What the keyring of the operating system remembers.
    Keyring(&'a KeyringSecret),
}

/// What the keyring of an operating system remembers: which slot, and 32 random bytes that open it.
pub struct KeyringSecret(Zeroizing<[u8; KEYRING_SECRET_LEN]>);

/// Slot id and key.
const KEYRING_SECRET_LEN: usize = 16 + KEY_LEN;

impl KeyringSecret {
    /// The secret in bytes that a keyring gave back; `None` when they are none of ours.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut secret = Zeroizing::new([0; KEYRING_SECRET_LEN]);
        (bytes.len() == KEYRING_SECRET_LEN).then(|| secret.copy_from_slice(bytes))?;
        Some(Self(secret))
    }

    /// The bytes for the keyring.
    pub fn bytes(&self) -> &[u8] {
        &self.0[..]
    }

    /// The name of the slot's file.
    pub fn slot_file(&self) -> String {
        slot_file(&self.0[..16])
    }

    /// Draws a fresh one.
    pub(crate) fn draw(entropy: &mut Entropy) -> Result<Self, NoEntropy> {
        Ok(Self(Zeroizing::new(entropy.bytes()?)))
    }
}

impl<'a> From<&'a Passphrase> for Way<'a> {
    fn from(passphrase: &'a Passphrase) -> Self {
        Self::Passphrase { passphrase, key_file: None }
    }
}

/// What a slot says about the way that opens it; no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotKind {
    /// A passphrase.
    Passphrase {
        /// Salt of the stretching.
        salt: [u8; 16],
        /// What one try costs.
        cost: KdfCost,
        /// Whether a key file is needed too.
        needs_key_file: bool,
    },
    /// A recovery key of 24 words.
    RecoveryKey,
    /// Shares.
    Shares {
        /// How many open it.
        threshold: u8,
        /// How many there are.
        n_shares: u8,
        /// Names the set.
        set: SetId,
    },
    /// The keyring of an operating system.
    Keyring,
}

/// A readable slot, not yet opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    id: ItemId,
    kind: SlotKind,
    nonce: [u8; NONCE_LEN],
    wrapped: [u8; SECRETS_LEN + TAG_LEN],
    commitment: [u8; 32],
}

impl Slot {
    /// Wraps a vault key and a user's seed. The cost is that of a passphrase; the other ways cannot be guessed.
    pub fn wrap<'a>(
        vault_key: &Key,
        user_seed: &Key,
        vault: &VaultId,
        way: impl Into<Way<'a>>,
        cost: KdfCost,
        entropy: &mut Entropy,
    ) -> Result<Self, NoEntropy> {
        let (way, nonce) = (way.into(), entropy.bytes()?);
        let id = match way {
            Way::Keyring(secret) => *secret.0.first_chunk().expect("the secret begins with the id"),
            _ => entropy.bytes()?,
        };
        let kind = match way {
            Way::Keyring(_) => SlotKind::Keyring,
            Way::Passphrase { key_file, .. } => {
                SlotKind::Passphrase { salt: entropy.bytes()?, cost, needs_key_file: key_file.is_some() }
            }
            Way::RecoveryKey(_) => SlotKind::RecoveryKey,
            Way::Shares(shares) => {
                SlotKind::Shares { threshold: shares.threshold, n_shares: shares.n_shares, set: shares.set }
            }
        };
        let kek = kek(&kind, way, vault).expect("the kind was made for this way");
        let mut secrets = Vec::with_capacity(SECRETS_LEN + TAG_LEN);
        secrets.extend_from_slice(&vault_key[..]);
        secrets.extend_from_slice(&user_seed[..]);
        Sealer::new(&kek).seal(&nonce, &aad(vault, &id), &mut secrets);
        let wrapped = secrets.try_into().expect("two keys and a tag");
        Ok(Self { id, kind, nonce, wrapped, commitment: commitment(&id, &kek) })
    }

    /// Which way opens the slot, without any secret.
    pub fn summary(&self) -> SlotKind {
        self.kind
    }

    /// Opens the slot. The cost is the same whether the secret is right or wrong; a way of another kind costs nothing.
    pub fn unwrap_keys<'a>(&self, vault: &VaultId, way: impl Into<Way<'a>>) -> Result<(Key, Key), SlotError> {
        let kek = kek(&self.kind, way.into(), vault).ok_or(SlotError::Refused)?;
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
        slot_file(&self.id)
    }

    /// Bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new();
        e.map(|m| {
            m.key(0).uint(match self.kind {
                SlotKind::Passphrase { .. } => PASSPHRASE,
                SlotKind::RecoveryKey => RECOVERY_KEY,
                SlotKind::Shares { .. } => SHARES,
                SlotKind::Keyring => KEYRING,
            });
            m.key(1).bytes(&self.id);
            if let SlotKind::Passphrase { salt, cost, .. } = &self.kind {
                m.key(2).bytes(salt);
                m.key(3).uint(cost.memory_mib().into());
                m.key(4).uint(cost.passes().into());
                m.key(5).uint(1);
            }
            m.key(6).bytes(&self.nonce);
            m.key(7).bytes(&self.wrapped);
            m.key(8).bytes(&self.commitment);
            if let SlotKind::Passphrase { needs_key_file: true, .. } = self.kind {
                m.key(9).bool(true);
            }
            if let SlotKind::Shares { threshold, n_shares, set } = &self.kind {
                m.key(10).uint((*threshold).into());
                m.key(11).uint((*n_shares).into());
                m.key(12).bytes(set);
            }
        });
        e.into_bytes()
    }

    /// Reads a file. The cost is bounded before anything is computed by it.
    pub fn decode(bytes: &[u8]) -> Result<Self, SlotError> {
        let mut d = Decoder::new(bytes);
        let (mut kind, mut id, mut salt, mut nonce) = (None, None, None, None);
        let (mut memory_mib, mut passes, mut lanes, mut wrapped, mut commitment) = (None, None, None, None, None);
        let (mut key_file, mut threshold, mut n_shares, mut set) = (None, None, None, None);
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
                9 => key_file = Some(d.bool()?),
                10 => threshold = Some(d.uint()?),
                11 => n_shares = Some(d.uint()?),
                12 => set = Some(d.exact()?),
                _ => d.skip()?,
            }
            Ok::<(), CborError>(())
        })?;
        d.end()?;
        let missing = CborError::OtherType { at: 0 };
        let kind = match kind {
            Some(PASSPHRASE) if lanes == Some(1) && key_file != Some(false) => {
                let (memory_mib, passes) = (memory_mib.ok_or(missing)?, passes.ok_or(missing)?);
                SlotKind::Passphrase {
                    salt: salt.ok_or(missing)?,
                    cost: KdfCost::bounded(memory_mib, passes).ok_or(SlotError::HostileCost { memory_mib, passes })?,
                    needs_key_file: key_file.is_some(),
                }
            }
            Some(RECOVERY_KEY) => SlotKind::RecoveryKey,
            Some(KEYRING) => SlotKind::Keyring,
            Some(SHARES) => {
                let small = |n: Option<u64>| n.and_then(|n| u8::try_from(n).ok()).ok_or(missing);
                let (threshold, n_shares) = (small(threshold)?, small(n_shares)?);
                if threshold < 2 || n_shares < threshold {
                    return Err(missing.into());
                }
                SlotKind::Shares { threshold, n_shares, set: set.ok_or(missing)? }
            }
            _ => return Err(missing.into()),
        };
        Ok(Self {
            id: id.ok_or(missing)?,
            kind,
            nonce: nonce.ok_or(missing)?,
            wrapped: wrapped.ok_or(missing)?,
            commitment: commitment.ok_or(missing)?,
        })
    }
}

fn slot_file(id: &[u8]) -> String {
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{id}.slot")
}

/// The key-encrypting key; `None` when the way is not the one that the slot asks for.
fn kek(kind: &SlotKind, way: Way, vault: &VaultId) -> Option<Key> {
    let mut secret = Zeroizing::new([0; 2 * KEY_LEN]);
    let (first, second) = secret.split_at_mut(KEY_LEN);
    match (kind, way) {
        (SlotKind::Passphrase { salt, cost, needs_key_file }, Way::Passphrase { passphrase, key_file })
            if *needs_key_file == key_file.is_some() =>
        {
            first.copy_from_slice(&cost.of(passphrase, salt)[..]);
            second.copy_from_slice(&key_file.unwrap_or_default());
        }
        (SlotKind::Keyring, Way::Keyring(secret)) => first.copy_from_slice(&secret.0[16..]),
        (SlotKind::RecoveryKey, Way::RecoveryKey(key)) => first.copy_from_slice(&key.bytes()[..]),
        (SlotKind::Shares { threshold, n_shares, set }, Way::Shares(shares))
            if (*threshold, *n_shares, *set) == (shares.threshold, shares.n_shares, shares.set) =>
        {
            first.copy_from_slice(&shares.secret[..]);
        }
        _ => return None,
    }
    Some(derive(&secret[..], vault, &[b"habeas/1 kek"]))
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
                && matches!(slot.kind, SlotKind::Passphrase { cost, .. } if cost == KdfCost::demo())
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

    fn opens(slot: &Slot, way: Way) -> bool {
        slot.unwrap_keys(&VAULT, way).is_ok()
    }

    fn made(way: Way) -> Slot {
        let (key, seed) = (Zeroizing::new([1; 32]), Zeroizing::new([2; 32]));
        Slot::wrap(&key, &seed, &VAULT, way, KdfCost::demo(), &mut Entropy::default()).unwrap()
    }

    #[test]
    fn each_way_opens_the_slot_that_was_made_for_it_and_no_other() {
        let passphrase = Passphrase::new("correct horse battery");
        let recovery = RecoveryKey::generate(&mut Entropy::default()).unwrap();
        let shares = ShareSecret { set: [3; 8], threshold: 2, n_shares: 3, secret: Zeroizing::new([4; 32]) };
        let other_set = ShareSecret { set: [9; 8], threshold: 2, n_shares: 3, secret: Zeroizing::new([4; 32]) };
        let keyring = KeyringSecret::draw(&mut Entropy::default()).unwrap();
        let ways = [
            Way::Keyring(&keyring),
            Way::from(&passphrase),
            Way::Passphrase { passphrase: &passphrase, key_file: Some([6; 32]) },
            Way::Passphrase { passphrase: &passphrase, key_file: Some([7; 32]) },
            Way::RecoveryKey(&recovery),
            Way::Shares(&shares),
            Way::Shares(&other_set),
        ];
        for (i, made_for) in ways.iter().enumerate() {
            let slot = made(*made_for);
            assert_eq!(Slot::decode(&slot.encode()).as_ref(), Ok(&slot));
            for (j, tried) in ways.iter().enumerate() {
                assert_eq!(opens(&slot, *tried), i == j, "made for way {i}, tried with {j}");
            }
        }
    }

    #[test]
    fn no_flipped_bit_of_a_slot_for_shares_or_recovery_goes_unnoticed() {
        let recovery = RecoveryKey::generate(&mut Entropy::default()).unwrap();
        let shares = ShareSecret { set: [3; 8], threshold: 2, n_shares: 3, secret: Zeroizing::new([4; 32]) };
        let keyring = KeyringSecret::draw(&mut Entropy::default()).unwrap();
        for way in [Way::RecoveryKey(&recovery), Way::Shares(&shares), Way::Keyring(&keyring)] {
            let bytes = made(way).encode();
            for i in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[i] ^= 1;
                assert!(!Slot::decode(&changed).is_ok_and(|slot| opens(&slot, way)), "byte {i}");
            }
        }
    }
}
