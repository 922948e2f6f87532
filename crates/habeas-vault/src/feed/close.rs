//! The end of a segment: what its last frame says of the tree, and the signature behind it.

use super::{
    segment::{Chain, SIGNATURE_LEN},
    tree::Tree,
};
use crate::{
    format::cbor::{CborError, Decoder, Encoder},
    keys::{DeviceId, VaultId},
};

/// The padded content of a close frame: size, root and peaks of the tree over all entries of the feed so far.
pub fn encode(tree: &Tree) -> Vec<u8> {
    let mut e = Encoder::new();
    e.map(|m| {
        m.key(0).uint(tree.size());
        m.key(1).bytes(&tree.root());
        m.key(2).list(tree.peaks().iter(), |e, peak| e.bytes(peak));
    });
    e.into_padded()
}

/// Reads a close frame. `None` when its parts do not fit each other.
pub fn decode(plaintext: &[u8]) -> Option<Tree> {
    let mut d = Decoder::new(plaintext);
    let (mut size, mut root, mut peaks) = (None, None, None);
    d.map(|key, d| {
        match key {
            0 => size = Some(d.uint()?),
            1 => root = Some(d.exact()?),
            2 => peaks = Some(d.list(|d| d.exact())?),
            _ => d.skip()?,
        }
        Ok::<(), CborError>(())
    })
    .ok()?;
    d.padding().ok()?;
    let tree = Tree::from_peaks(size?, peaks?)?;
    (tree.root() == root?).then_some(tree)
}

/// The message that a device signs when it closes a segment with this chain after the close frame.
pub fn signed_parts<'a>(
    vault: &'a VaultId,
    device: &'a DeviceId,
    number: &'a [u8; 8],
    chain: &'a Chain,
) -> [&'a [u8]; 5] {
    [b"habeas/1 close", vault, device, number, chain]
}

/// The signature that follows a close frame, if nothing else does.
pub fn signature(after: &[u8]) -> Option<&[u8; SIGNATURE_LEN]> {
    after.try_into().ok()
}
