//! Files of item keys: the only files of a vault that may shrink, since erasing is destroying a key.

use super::{DeviceId, ItemId, Key, Node, Sealer, TAG_LEN, VaultId, compartment_id, derive, hmac};
use habeas_core::Compartment;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// No key file holds more nodes: it is written anew with each new key.
pub const MAX_NODES: usize = 4096;
/// No key file has more bytes.
pub const MAX_LEN: u64 = (HEADER_LEN + MAX_NODES * NODE_LEN + TAG_LEN) as u64;

const MAGIC: &[u8; 8] = b"HABKEY1\n";
const HEADER_LEN: usize = 96;
const AAD_LEN: usize = 72;
const NODE_LEN: usize = 56;

/// What a key file says in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyFileHeader {
    /// The device that made the keys.
    pub device: DeviceId,
    /// Number of the file.
    pub number: u64,
    /// The compartment that its keys belong to.
    pub compartment: Compartment,
    /// Epoch of the compartment's key.
    pub epoch: u32,
}

impl KeyFileHeader {
    /// Reads what a file says in clear; `None` when it is none of this vault.
    pub fn peek(bytes: &[u8], vault: &VaultId) -> Option<Self> {
        let head: &[u8; HEADER_LEN] = bytes.first_chunk()?;
        let nodes = bytes.len().checked_sub(HEADER_LEN + TAG_LEN)?;
        let whole = &head[..8] == MAGIC && &head[8..24] == vault && head[68..72] == [0; 4];
        if !whole || !nodes.is_multiple_of(NODE_LEN) || nodes / NODE_LEN > MAX_NODES {
            return None;
        }
        Some(Self {
            device: head[24..40].try_into().ok()?,
            number: u64::from_le_bytes(head[40..48].try_into().ok()?),
            compartment: Compartment::ALL.iter().copied().find(|c| compartment_id(*c)[..] == head[48..64])?,
            epoch: u32::from_le_bytes(head[64..68].try_into().ok()?),
        })
    }

    /// Seals nodes into a file's bytes. The same nodes in any order give the same bytes on every device, so that two who
    /// follow one erasure write one file.
    pub fn encode(&self, nodes: &[(ItemId, Node)], vault: &VaultId, compartment_key: &Key) -> Vec<u8> {
        debug_assert!(nodes.len() <= MAX_NODES);
        let mut sorted: Vec<&(ItemId, Node)> = nodes.iter().collect();
        sorted.sort_by_key(|(item, node)| (*item, node.depth, node.index));
        let mut head = Vec::with_capacity(HEADER_LEN);
        head.extend_from_slice(MAGIC);
        head.extend_from_slice(vault);
        head.extend_from_slice(&self.device);
        head.extend_from_slice(&self.number.to_le_bytes());
        head.extend_from_slice(&compartment_id(self.compartment));
        head.extend_from_slice(&self.epoch.to_le_bytes());
        head.extend_from_slice(&[0; 4]);
        // The buffer is never larger than at the end, so no copy of keys is left behind by growing.
        let mut sealed = Vec::with_capacity(nodes.len() * NODE_LEN + TAG_LEN);
        for (item, node) in sorted {
            sealed.extend_from_slice(item);
            sealed.extend_from_slice(&[node.depth, 0, 0, 0]);
            sealed.extend_from_slice(&node.index.to_le_bytes());
            sealed.extend_from_slice(&node.seed[..]);
        }
        // A nonce made of the content by a key: another content never meets the same one.
        let nonce_key = derive(&compartment_key[..], vault, &[b"habeas/1 key nonce"]);
        let nonce: [u8; 24] = *hmac(&nonce_key, &[&head, &sealed]).first_chunk().expect("HMAC has 32 bytes");
        sealer(compartment_key, &head, vault).seal(&nonce, &head, &mut sealed);
        head.extend_from_slice(&nonce);
        head.extend_from_slice(&sealed);
        head
    }
}

/// Opens a file; `None` when it was changed or the key is another.
pub fn open(bytes: &[u8], vault: &VaultId, compartment_key: &Key) -> Option<Vec<(ItemId, Node)>> {
    KeyFileHeader::peek(bytes, vault)?;
    let (aad, nonce) = (&bytes[..AAD_LEN], bytes[AAD_LEN..HEADER_LEN].try_into().ok()?);
    let opened = sealer(compartment_key, aad, vault).open(nonce, aad, bytes[HEADER_LEN..].to_vec())?;
    let opened = Zeroizing::new(opened);
    let nodes = opened.chunks_exact(NODE_LEN).map(|bytes| {
        let mut seed = Zeroizing::new([0; 32]);
        seed.copy_from_slice(&bytes[24..]);
        let index = u32::from_le_bytes(bytes[20..24].try_into().ok()?);
        let known = bytes[16] <= super::tree::LEAF_DEPTH && bytes[17..20] == [0; 3];
        known.then_some((bytes[..16].try_into().ok()?, Node { depth: bytes[16], index, seed }))
    });
    nodes.collect()
}

/// The name of a file with these bytes, below its device's folder: two versions never have the same.
pub fn file_name(number: u64, bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hash: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{number:06}-{hash}.keys")
}

fn sealer(compartment_key: &Key, aad: &[u8], vault: &VaultId) -> Sealer {
    Sealer::new(&derive(&compartment_key[..], vault, &[b"habeas/1 keys", &aad[8..AAD_LEN]]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    const VAULT: VaultId = [5; 16];
    const HEADER: KeyFileHeader =
        KeyFileHeader { device: [6; 16], number: 3, compartment: Compartment::Testimony, epoch: 2 };

    fn nodes() -> Vec<(ItemId, Node)> {
        let node = |depth, index, seed| Node { depth, index, seed: Zeroizing::new([seed; 32]) };
        vec![([8; 16], node(0, 0, 1)), ([7; 16], node(32, u32::MAX, 2)), ([7; 16], node(1, 0, 3))]
    }

    fn file() -> Vec<u8> {
        HEADER.encode(&nodes(), &VAULT, &Zeroizing::new([9; 32]))
    }

    #[test]
    fn keys_are_read_back_from_their_file_and_no_flipped_bit_goes_unnoticed() {
        let (file, key) = (file(), Zeroizing::new([9; 32]));
        assert_eq!(KeyFileHeader::peek(&file, &VAULT), Some(HEADER));
        let read = open(&file, &VAULT, &key).unwrap();
        let mut expected = nodes();
        expected.sort_by_key(|(item, node)| (*item, node.depth, node.index));
        assert!(read == expected);
        assert!(open(&file, &VAULT, &Zeroizing::new([8; 32])).is_none());
        assert!(open(&file, &[6; 16], &key).is_none());
        for i in 0..file.len() {
            let mut changed = file.clone();
            changed[i] ^= 1;
            assert!(open(&changed, &VAULT, &key).is_none(), "byte {i}");
        }
        for length in 0..file.len() {
            assert!(open(&file[..length], &VAULT, &key).is_none(), "{length} bytes");
        }
    }

    /// A change here is a broken promise: vaults that exist would no longer open.
    #[test]
    fn the_bytes_of_a_key_file_are_those_of_the_format() {
        let hash = Sha256::digest(file());
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        expect!["1d3ea52039e53fb7362328a4b0951bfbbd6bbb954e0bde6836b4c58a62c154b4"].assert_eq(&hash);
        expect!["000003-1d3ea52039e53fb7.keys"].assert_eq(&file_name(3, &file()));
    }
}
