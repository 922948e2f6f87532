//! Checkpoints: signed summaries of a feed in plain text, to be kept by others.
//!
//! No encrypted folder can show that it was replaced by an older copy of itself; a checkpoint kept elsewhere can: in the
//! feeds of other devices, with a partner, on paper. It tells nothing of the content but how much there is. The form is
//! that of a signed note `[c2sp_signed_note]`, so that other programs can keep and check it too.

use crate::{
    damage::DamageKind,
    feed::tree::Hash,
    format::v1::{Head, source::hex},
    keys::{DeviceId, DeviceKeys, VaultId, verify_signature},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// No checkpoint is longer: one line for each of a thousand devices.
pub const MAX_LEN: u64 = 128 << 10;
/// Type of an Ed25519 key in a signed note.
const ED25519: u8 = 1;
/// Dash and blank before a signature.
const DASH: &str = "\u{2014} ";

/// A signed summary of one device's feed, with what it has seen of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The vault.
    vault: VaultId,
    /// Number of entries of the feed.
    pub n_entries: u64,
    /// Root of the tree over them.
    pub root: Hash,
    /// The device, and the last frame of its feed.
    pub head: Head,
    /// The last frames that it had seen of other feeds.
    pub seen: Vec<Head>,
    /// The device's signature of the lines.
    signature: [u8; 64],
}

impl Checkpoint {
    /// Signs what a feed holds.
    pub fn sign(
        vault: VaultId,
        n_entries: u64,
        root: Hash,
        head: Head,
        mut seen: Vec<Head>,
        keys: &DeviceKeys,
    ) -> Self {
        seen.sort_by_key(|head| head.device);
        let mut checkpoint = Self { vault, n_entries, root, head, seen, signature: [0; 64] };
        checkpoint.signature = keys.sign(&[checkpoint.lines().as_bytes()]);
        checkpoint
    }

    /// The whole text.
    pub fn text(&self, public: &[u8; 32]) -> String {
        let origin = self.origin();
        format!("{}\n{}", self.lines(), note_line(&origin, public, &self.signature))
    }

    /// Reads a text; the signature is checked by [`Checkpoint::is_signed`], since the device's key is known only after the
    /// device is.
    ///
    /// # Errors
    /// [`DamageKind::Checkpoint`] for anything but the one form of a checkpoint of this vault.
    pub fn read(text: &str, vault: VaultId) -> Result<Self, DamageKind> {
        Self::parse(text, vault).ok_or(DamageKind::Checkpoint)
    }

    fn parse(text: &str, vault: VaultId) -> Option<Self> {
        let (lines, signed) = text.split_once("\n\n")?;
        let mut lines = lines.lines();
        let origin = lines.next()?;
        let device = unhex(origin.strip_prefix(&format!("habeas/1/{}/", hex(&vault)))?)?;
        let n_entries = lines.next()?.parse().ok()?;
        let root = hash(lines.next()?)?;
        let (seq, chain) = lines.next()?.strip_prefix("head ")?.split_once(' ')?;
        let head = Head { device, seq: seq.parse().ok()?, chain: hash(chain)? };
        let seen = lines.map(|line| {
            let (device, rest) = line.strip_prefix("seen ")?.split_once(' ')?;
            let (seq, chain) = rest.split_once(' ')?;
            Some(Head { device: unhex(device)?, seq: seq.parse().ok()?, chain: hash(chain)? })
        });
        let seen = seen.collect::<Option<Vec<_>>>()?;
        let (name, signature) = signed.strip_prefix(DASH)?.trim_end_matches('\n').rsplit_once(' ')?;
        let signature = BASE64_STANDARD.decode(signature).ok()?;
        let signature = signature.get(4..)?.try_into().ok()?;
        let checkpoint = Self { vault, n_entries, root, head, seen, signature };
        // Writing it again must give the same lines: there is one form only.
        (name == origin && text.starts_with(&checkpoint.lines()) && signed.lines().count() == 1).then_some(checkpoint)
    }

    /// Whether the device with this key has signed it.
    pub fn is_signed(&self, public: &[u8; 32]) -> bool {
        verify_signature(public, &[self.lines().as_bytes()], &self.signature)
    }

    /// SHA-256 of the signed lines: what paper and QR code carry.
    pub fn hash(&self) -> Hash {
        Sha256::digest(self.lines()).into()
    }

    /// The name by which commands call it: the first digits of its hash.
    pub fn id(&self) -> String {
        hex(&self.hash()[..8])
    }

    /// Half of the hash as 39 decimal digits and a check digit, in groups of four: for paper and the telephone in any
    /// language.
    pub fn digits(&self) -> String {
        let number = u128::from_be_bytes(*self.hash().first_chunk().expect("SHA-256 has 32 bytes"));
        let digits = format!("{number:039}");
        let digits = format!("{digits}{}", check_digit(&digits));
        let groups: Vec<&str> = (0..10).map(|i| &digits[4 * i..4 * i + 4]).collect();
        groups.join(" ")
    }

    /// The same half of the hash as 12 English words, which carry a checksum themselves.
    pub fn words(&self) -> String {
        let half = &self.hash()[..16];
        bip39::Mnemonic::from_entropy(half).expect("sixteen bytes make twelve words").to_string()
    }

    /// The last frame of a device's feed that it knows of.
    pub fn knows(&self, device: DeviceId) -> Option<&Head> {
        std::iter::once(&self.head).chain(&self.seen).find(|head| head.device == device)
    }

    fn origin(&self) -> String {
        format!("habeas/1/{}/{}", hex(&self.vault), hex(&self.head.device))
    }

    fn lines(&self) -> String {
        let base64 = |bytes: &Hash| BASE64_STANDARD.encode(bytes);
        let mut lines = format!("{}\n{}\n{}\n", self.origin(), self.n_entries, base64(&self.root));
        let _ = writeln!(lines, "head {} {}", self.head.seq, base64(&self.head.chain));
        for head in &self.seen {
            let _ = writeln!(lines, "seen {} {} {}", hex(&head.device), head.seq, base64(&head.chain));
        }
        lines
    }
}

/// The line of a signature below a signed note.
pub fn note_line(name: &str, public: &[u8; 32], signature: &[u8; 64]) -> String {
    let signature = [&key_id(name, public)[..], signature].concat();
    format!("{DASH}{name} {}\n", BASE64_STANDARD.encode(signature))
}

/// First four bytes of the hash of name and key, as signed notes identify keys.
fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(public).finalize();
    *hash.first_chunk().expect("SHA-256 has 32 bytes")
}

/// The check digit of Damm `[damm2004]`: finds every wrong digit and every swap of neighbours.
fn check_digit(digits: &str) -> u8 {
    const TABLE: [[u8; 10]; 10] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
        [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
        [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];
    digits.bytes().fold(0, |interim, digit| TABLE[interim as usize][(digit - b'0') as usize])
}

fn hash(base64: &str) -> Option<Hash> {
    BASE64_STANDARD.decode(base64).ok()?.try_into().ok()
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    text.parse::<habeas_core::RecordId>().ok().map(|id| id.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    const VAULT: VaultId = [5; 16];

    fn keys() -> DeviceKeys {
        DeviceKeys::of(Zeroizing::new([3; 32]))
    }

    fn checkpoint() -> Checkpoint {
        let head = Head { device: keys().id(), seq: 812, chain: [7; 32] };
        let seen =
            vec![Head { device: [9; 16], seq: 3, chain: [8; 32] }, Head { device: [1; 16], seq: 4, chain: [6; 32] }];
        Checkpoint::sign(VAULT, 8812, [2; 32], head, seen, &keys())
    }

    #[test]
    fn a_checkpoint_is_read_back_from_its_text_and_no_other_text_is() {
        let text = checkpoint().text(&keys().public());
        let read = Checkpoint::read(&text, VAULT).unwrap();
        assert_eq!(read, checkpoint());
        assert!(read.is_signed(&keys().public()));
        assert_eq!(Checkpoint::read(&text, [6; 16]), Err(DamageKind::Checkpoint));
        for (at, byte) in text.bytes().enumerate() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if byte == b'1' { b'2' } else { b'1' };
            let Ok(changed) = String::from_utf8(changed) else { continue };
            let read = Checkpoint::read(&changed, VAULT);
            // The four bytes of the key id help to find a key; the signature does not rest on them.
            let of_key_id = changed.lines().count() == text.lines().count()
                && read.as_ref().is_ok_and(|read| *read == checkpoint());
            assert!(of_key_id || !read.is_ok_and(|read| read.is_signed(&keys().public())), "byte {at}");
        }
    }

    #[test]
    fn the_text_is_a_signed_note() {
        let text = checkpoint().text(&keys().public());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 8);
        assert!(lines[0].starts_with("habeas/1/05050505050505050505050505050505/"));
        assert_eq!(lines[1], "8812");
        assert!(lines[3].starts_with("head 812 "));
        assert!(lines[4].starts_with("seen 0101"), "in ascending order: {}", lines[4]);
        assert_eq!(lines[6], "");
        assert!(lines[7].starts_with(&format!("\u{2014} {} ", lines[0])));
    }

    #[test]
    fn digits_and_words_carry_their_own_check() {
        let checkpoint = checkpoint();
        let digits = checkpoint.digits().replace(' ', "");
        assert_eq!(digits.len(), 40);
        // With its check digit the number of Damm ends in zero; with any other digit it does not.
        assert_eq!(check_digit(&digits), 0);
        assert_eq!(check_digit("572"), 4);
        assert_eq!(checkpoint.words().split(' ').count(), 12);
    }
}
