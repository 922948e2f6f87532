//! The key of a compartment, wrapped for one member.
//!
//! The wrapping is X25519 with a fresh key on the sender's side, so the file tells nobody but the member anything. Who
//! made it is not told by the file: the log holds a commitment of the key, and a key that does not fit is refused.

use super::{DeviceId, Entropy, Key, NoEntropy, Sealer, UserId, UserKeys, VaultId, compartment_id, derive};
use crate::format::v1::codes::Code;
use habeas_core::Compartment;
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

const MAGIC: &[u8; 8] = b"HABGRA1\n";
const HEADER_LEN: usize = 96;
const FILE_LEN: usize = HEADER_LEN + 48;

/// What a grant says in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantHeader {
    /// Which compartment.
    pub compartment: Compartment,
    /// Which key of it.
    pub epoch: u32,
    /// For whom.
    pub member: UserId,
}

impl GrantHeader {
    /// The file's name, below `keys/grants`.
    pub fn file_name(&self) -> String {
        let member: String = self.member.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{member}-{}-{}.grant", self.compartment.number(), self.epoch)
    }

    /// Reads what a grant says in clear; `None` when it is none of this vault.
    pub fn peek(bytes: &[u8], vault: &VaultId) -> Option<Self> {
        let whole = bytes.len() == FILE_LEN && &bytes[..8] == MAGIC && &bytes[8..24] == vault;
        if !whole || bytes[44..48] != [0; 4] {
            return None;
        }
        let compartment = Compartment::ALL.iter().copied().find(|c| compartment_id(*c)[..] == bytes[24..40])?;
        let epoch = u32::from_le_bytes(bytes[40..44].try_into().ok()?);
        Some(Self { compartment, epoch, member: bytes[48..64].try_into().ok()? })
    }
}

/// Wraps a compartment's key for the member with this X25519 public key.
pub fn grant(
    header: &GrantHeader,
    key: &Key,
    vault: &VaultId,
    open_public: &[u8; 32],
    entropy: &mut Entropy,
) -> Result<Vec<u8>, NoEntropy> {
    let ephemeral = StaticSecret::from(entropy.bytes::<32>()?);
    let public = PublicKey::from(&ephemeral);
    let mut bytes = Vec::with_capacity(FILE_LEN);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(vault);
    bytes.extend_from_slice(&compartment_id(header.compartment));
    bytes.extend_from_slice(&header.epoch.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&header.member);
    bytes.extend_from_slice(public.as_bytes());
    let shared = ephemeral.diffie_hellman(&PublicKey::from(*open_public));
    let mut sealed = key.to_vec();
    sealer(shared.as_bytes(), &bytes, vault, open_public).seal(&[0; 24], &bytes, &mut sealed);
    bytes.extend_from_slice(&sealed);
    Ok(bytes)
}

/// Opens a grant; `None` when it is not for this user, was changed, or is of another vault.
pub fn open_grant(bytes: &[u8], user: &UserKeys, vault: &VaultId) -> Option<(GrantHeader, Key)> {
    let header = GrantHeader::peek(bytes, vault).filter(|header| header.member == user.id())?;
    let (head, sealed) = bytes.split_at(HEADER_LEN);
    let ephemeral: [u8; 32] = head[64..].try_into().ok()?;
    let shared = user.open_secret().diffie_hellman(&PublicKey::from(ephemeral));
    if !shared.was_contributory() {
        return None;
    }
    let opened = sealer(shared.as_bytes(), head, vault, &user.open_public()).open(&[0; 24], head, sealed.to_vec())?;
    let opened = Zeroizing::new(opened);
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(&opened);
    Some((header, key))
}

/// What the log holds of a compartment's key, so that a wrapped key can be told from a false one.
pub fn commitment(compartment: Compartment, epoch: u32, key: &Key) -> [u8; 32] {
    let hash = Sha256::new().chain_update(b"habeas/1 commit").chain_update(compartment_id(compartment));
    hash.chain_update(epoch.to_le_bytes()).chain_update(&key[..]).finalize().into()
}

/// Each key seals once: the nonce may be zeros.
fn sealer(shared: &[u8; 32], head: &[u8], vault: &VaultId, open_public: &[u8; 32]) -> Sealer {
    Sealer::new(&derive(shared, vault, &[b"habeas/1 grant", &head[8..], open_public]))
}

/// Names of key files and grants are told apart by the folder of a device and this one.
pub fn is_device_folder(name: &str) -> Option<DeviceId> {
    name.parse::<habeas_core::DeviceId>().ok().map(|id| id.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: VaultId = [5; 16];

    fn user(seed: u8) -> UserKeys {
        UserKeys::of(&Zeroizing::new([seed; 32]))
    }

    #[test]
    fn a_grant_opens_for_its_member_only_and_no_flipped_bit_goes_unnoticed() {
        let (member, key) = (user(1), Zeroizing::new([9; 32]));
        let header = GrantHeader { compartment: Compartment::Testimony, epoch: 3, member: member.id() };
        let bytes = grant(&header, &key, &VAULT, &member.open_public(), &mut Entropy::default()).unwrap();
        let (opened, found) = open_grant(&bytes, &member, &VAULT).unwrap();
        assert_eq!((opened, *found), (header, [9; 32]));
        assert!(open_grant(&bytes, &user(2), &VAULT).is_none());
        assert!(open_grant(&bytes, &member, &[6; 16]).is_none());
        for i in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            // X25519 ignores the highest bit of a public key; that bit is bound by the associated data.
            assert!(open_grant(&changed, &member, &VAULT).is_none(), "byte {i}");
        }
    }

    #[test]
    fn each_compartment_and_epoch_has_a_commitment_of_its_own() {
        let key = Zeroizing::new([9; 32]);
        let first = commitment(Compartment::General, 0, &key);
        assert_ne!(first, commitment(Compartment::General, 1, &key));
        assert_ne!(first, commitment(Compartment::Testimony, 0, &key));
        assert_ne!(first, commitment(Compartment::General, 0, &Zeroizing::new([8; 32])));
    }
}
