//! Files of any length, sealed in chunks, under random names: originals as received, and long columns.
//!
//! The name is random because a content address would tell whoever holds a copy of the file that it is here; for the
//! same reason the length is padded. A blob is written as `….part` and renamed only when the entry that refers to it is
//! durable, so a crash leaves either a referenced blob or a `….part` that may go.

use crate::{
    damage::{Damage, DamageKind},
    feed::segment::{FORMAT, SUITE},
    format::v1::source::{BlobRef, hex},
    keys::{Entropy, ItemId, Key, NoEntropy, Sealer, TAG_LEN, VaultId},
    storage::{Open, RelPath, Storage, StorageError, StorageFile},
};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

const MAGIC: &[u8; 8] = b"HABBLB1\n";
const HEADER_LEN: usize = 32;
const PREFIX_LEN: usize = 19;
/// Bytes of content per chunk. Larger chunks need more memory to read one byte, smaller ones more tags.
const CHUNK: usize = 64 << 10;
/// No blob pretends to be shorter than this.
const LEAST_PADDED: u64 = 1024;

/// Why a blob cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The storage refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The blob is not as it was written.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// No random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

/// Writes content as a blob that is durable but not yet kept: see [`keep`]. Its id, which is random, is that of the item
/// whose key seals it.
pub fn put(
    storage: &dyn Storage,
    vault: &VaultId,
    key: &Key,
    entropy: &mut Entropy,
    id: ItemId,
    content: &[u8],
) -> Result<BlobRef, BlobError> {
    let blob = BlobRef { id, length: content.len() as u64, sha256: Sha256::digest(content).into() };
    let header = header(&entropy.bytes()?);
    let sealer = Sealer::new(key);
    let aad = aad(vault, &blob, &header);
    storage.create_dir(&path(&blob.id).parent())?;
    let mut file = storage.open(&part(&blob.id), Open::Create)?;
    file.write_all_at(&header, 0)?;
    let padded = padded_len(blob.length);
    let n_chunks = n_chunks(padded);
    let mut at = HEADER_LEN as u64;
    for counter in 0..n_chunks {
        let start = counter * CHUNK as u64;
        let mut chunk = padded_part(content, start, (padded - start).min(CHUNK as u64));
        sealer.seal(&nonce(&header, counter, n_chunks), &aad, &mut chunk);
        file.write_all_at(&chunk, at)?;
        at += chunk.len() as u64;
    }
    file.sync_data()?;
    storage.sync_dir(&path(&blob.id).parent())?;
    Ok(blob)
}

/// Keeps a blob for good, once what refers to it is durable.
pub fn keep(storage: &dyn Storage, blob: &BlobRef) -> Result<(), StorageError> {
    storage.rename(&part(&blob.id), &path(&blob.id))?;
    storage.sync_dir(&path(&blob.id).parent())
}

/// Removes a blob that was never kept.
pub fn discard(storage: &dyn Storage, blob: &BlobRef) -> Result<(), StorageError> {
    storage.remove(&part(&blob.id))
}

/// Removes a blob that was erased, kept or not.
pub fn remove(storage: &dyn Storage, id: &[u8; 16]) -> Result<(), StorageError> {
    for path in [path(id), part(id)] {
        match storage.remove(&path) {
            Ok(()) => storage.sync_dir(&path.parent())?,
            Err(StorageError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// After a crash: keeps the unfinished blobs that something durable refers to, and removes the others if everything that
/// may refer to them could be read.
pub fn settle(storage: &dyn Storage, referenced: &HashSet<[u8; 16]>, all_read: bool) -> Result<(), StorageError> {
    let blobs = RelPath::new("blobs");
    for folder in storage.list(&blobs)? {
        let folder = blobs.join(&folder);
        for name in storage.list(&folder)?.iter().filter(|name| name.ends_with(".part")) {
            let kept = referenced.iter().find(|id| part(id) == folder.join(name));
            match kept {
                Some(id) => storage.rename(&part(id), &path(id))?,
                None if !all_read => continue,
                None => storage.remove(&folder.join(name))?,
            }
            storage.sync_dir(&folder)?;
        }
    }
    Ok(())
}

/// Reads a blob; checks length, every tag, and at last the hash.
pub fn get(storage: &dyn Storage, vault: &VaultId, key: &Key, blob: &BlobRef) -> Result<Vec<u8>, BlobError> {
    let mut reader = Reader::open(storage, vault, key, blob)?;
    let mut content = Vec::with_capacity(blob.length as usize);
    while let Some(piece) = reader.next()? {
        content.extend_from_slice(&piece);
    }
    Ok(content)
}

/// Reads a blob piece by piece. What it gave may only be used once it has said that nothing follows: then the hash is right.
pub struct Reader {
    file: Box<dyn StorageFile>,
    path: RelPath,
    sealer: Sealer,
    aad: Vec<u8>,
    header: [u8; HEADER_LEN],
    /// Number of the next chunk.
    counter: u64,
    padded: u64,
    left: u64,
    hash: Sha256,
    sha256: [u8; 32],
}

impl Reader {
    /// Opens a blob; checks its length.
    pub fn open(storage: &dyn Storage, vault: &VaultId, key: &Key, blob: &BlobRef) -> Result<Self, BlobError> {
        let path = path(&blob.id);
        let damaged = |offset, kind| Damage { file: path.clone(), offset, kind };
        let file = match storage.open(&path, Open::Read) {
            Err(StorageError::Missing { .. }) => return Err(damaged(0, DamageKind::BlobMissing).into()),
            file => file?,
        };
        let padded = padded_len(blob.length);
        let expected = HEADER_LEN as u64 + padded + n_chunks(padded) * TAG_LEN as u64;
        let length = file.len()?;
        if length != expected {
            return Err(damaged(length.min(expected), DamageKind::Blob).into());
        }
        let mut header = [0; HEADER_LEN];
        file.read_exact_at(&mut header, 0)?;
        Ok(Self {
            aad: aad(vault, blob, &header),
            file,
            path,
            sealer: Sealer::new(key),
            header,
            counter: 0,
            padded,
            left: blob.length,
            hash: Sha256::new(),
            sha256: blob.sha256,
        })
    }

    /// The next piece of the content; nothing behind the last.
    pub fn next(&mut self) -> Result<Option<Vec<u8>>, BlobError> {
        let damaged = |offset, kind| Damage { file: self.path.clone(), offset, kind };
        let n_chunks = n_chunks(self.padded);
        while self.counter < n_chunks {
            let begins = self.counter * CHUNK as u64;
            let at = HEADER_LEN as u64 + begins + self.counter * TAG_LEN as u64;
            let mut chunk = vec![0; (self.padded - begins).min(CHUNK as u64) as usize + TAG_LEN];
            self.file.read_exact_at(&mut chunk, at)?;
            let opened = self.sealer.open(&nonce(&self.header, self.counter, n_chunks), &self.aad, chunk);
            let mut piece = opened.ok_or_else(|| damaged(at, DamageKind::Blob))?;
            self.counter += 1;
            piece.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.left -= piece.len() as u64;
            // A chunk of padding alone is opened for its tag.
            if !piece.is_empty() {
                self.hash.update(&piece);
                return Ok(Some(piece));
            }
        }
        if self.hash.clone().finalize()[..] != self.sha256 {
            return Err(damaged(0, DamageKind::BlobHash).into());
        }
        Ok(None)
    }
}

fn header(prefix: &[u8; PREFIX_LEN]) -> [u8; HEADER_LEN] {
    let mut header = [0; HEADER_LEN];
    header[..8].copy_from_slice(MAGIC);
    header[8..10].copy_from_slice(&FORMAT.to_le_bytes());
    header[10..12].copy_from_slice(&SUITE.to_le_bytes());
    header[12..12 + PREFIX_LEN].copy_from_slice(prefix);
    header
}

/// Prefix, number of the chunk, and whether it is the last: chunks cannot be moved, dropped or cut off `[hoang2015]`.
fn nonce(header: &[u8; HEADER_LEN], counter: u64, n_chunks: u64) -> [u8; 24] {
    let mut nonce = [0; 24];
    nonce[..PREFIX_LEN].copy_from_slice(&header[12..12 + PREFIX_LEN]);
    nonce[PREFIX_LEN..23].copy_from_slice(&(counter as u32).to_le_bytes());
    nonce[23] = u8::from(counter + 1 == n_chunks);
    nonce
}

fn aad(vault: &VaultId, blob: &BlobRef, header: &[u8; HEADER_LEN]) -> Vec<u8> {
    [b"habeas/1 blob", &vault[..], &blob.id, header].concat()
}

/// Length of content and padding: at most an eighth more, and only O(log log n) bits of the length are told
/// (Padmé `[nikitin2019]`).
fn padded_len(length: u64) -> u64 {
    let least = (length + 1).max(LEAST_PADDED);
    let exponent = least.ilog2();
    let mask = (1u64 << (exponent - (exponent.ilog2() + 1))) - 1;
    (least + mask) & !mask
}

/// Content, 0x80, zeros: `length` bytes of it from `start`.
fn padded_part(content: &[u8], start: u64, length: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length as usize + TAG_LEN);
    let start = start as usize;
    let end = start + length as usize;
    bytes.extend_from_slice(&content[start.min(content.len())..end.min(content.len())]);
    if (start..end).contains(&content.len()) {
        bytes.push(0x80);
    }
    bytes.resize(length as usize, 0);
    bytes
}

fn n_chunks(padded: u64) -> u64 {
    padded.div_ceil(CHUNK as u64)
}

/// Where a blob that was kept lies.
pub fn path(id: &[u8; 16]) -> RelPath {
    let name = hex(id);
    RelPath::new("blobs").join(&name[..2]).join(&name)
}

fn part(id: &[u8; 16]) -> RelPath {
    RelPath::new(&format!("{}.part", path(id).as_str()))
}
