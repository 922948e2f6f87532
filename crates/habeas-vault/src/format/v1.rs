//! Format 1: commits, entries and their clear parts. Bodies are in the modules below.
//!
//! `docs/format.md` says all of this in prose; golden vectors in the tests hold both to it.

pub mod assertion;
pub mod codes;
pub mod consent;
pub mod erasure;
pub mod linkage;
pub mod member;
pub mod places;
pub mod record;
pub mod release;
pub mod source;
pub mod statement;
#[cfg(test)]
mod tests;

use super::{
    DecodeError,
    cbor::{Decoder, Encoder, PADDING},
};
use crate::{
    feed::tree::{self, Hash},
    keys::{DeviceId, ItemId, SIGNATURE_LEN, Sealer, UserId, VaultId},
};
use sha2::{Digest, Sha256};

/// The schema of every body of this format so far.
pub const SCHEMA: u64 = 1;

codes::table! {
    /// What an entry is about. Numbers are never used again.
    pub enum EntryKind("kinds of entry") {
        Founded = 1,
        Source = 2,
        ImportBegun = 3,
        Record = 4,
        Quarantined = 5,
        ImportFinished = 6,
        ImportUndone = 7,
        ImportAbandoned = 8,
        Judgement = 9,
        LinkRun = 10,
        Estimate = 11,
        Audit = 12,
        Device = 13,
        Member = 14,
        Epoch = 15,
        Erasure = 16,
        Erased = 17,
        SourceIdentity = 18,
        Retraction = 19,
        DeviceRemoved = 20,
        Assertion = 21,
        EditionPart = 22,
        Places = 23,
        Consent = 30,
        ConsentContact = 31,
        PublicationPolicy = 32,
        Release = 33,
        ReleaseApproved = 34,
        ReleasePublished = 35,
        ReleaseWithdrawn = 36,
        Delivery = 37,
    }
}

/// The last frame that a device had seen of another feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Whose feed.
    pub device: DeviceId,
    /// Number of the frame.
    pub seq: u64,
    /// Chain after it.
    pub chain: Hash,
}

/// What a commit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitHead {
    /// Lamport time: greater than every one that the device had seen.
    pub lamport: u64,
    /// When it was recorded, milliseconds of UTC since 1970; what the caller's clock said, for people, never for order.
    pub recorded_ms: i64,
    /// Who recorded.
    pub user: UserId,
    /// A retried write bears the same.
    pub idempotency: [u8; 16],
    /// Salts the leaves of the tree over entries.
    pub salt: [u8; 32],
    /// What was seen of other feeds since the commit before.
    pub heads: Vec<Head>,
}

/// A decoded commit.
pub struct Commit<'b> {
    /// What it says of itself.
    pub head: CommitHead,
    /// Its entries, in order.
    pub entries: Vec<Entry<'b>>,
    /// The bytes of each entry.
    raw: Vec<&'b [u8]>,
    /// What is signed: all before the signature.
    map: &'b [u8],
    /// The user's signature.
    pub signature: &'b [u8; SIGNATURE_LEN],
}

/// Ids and codes of an entry outside its sealed body, so that it can be followed without the item's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clear {
    /// The import that it belongs to.
    pub import: Option<[u8; 16]>,
    /// The record that it holds.
    pub record: Option<[u8; 16]>,
    /// Keyed tag of the file's bytes, to recognise it even after its content was erased.
    pub file_tag: Option<[u8; 32]>,
    /// Number of the leaf of the item's key tree under which the body is sealed; else under the item's own key.
    pub leaf: Option<u32>,
    /// Number of the compartment, where it is not the general one.
    pub compartment: Option<u64>,
}

/// One statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'b> {
    /// Its id.
    pub id: [u8; 16],
    /// What it is about.
    pub kind: EntryKind,
    /// Schema of the body.
    pub schema: u64,
    /// The item under whose key the body is sealed.
    pub item: ItemId,
    /// The part in clear (inside the frame's seal).
    pub clear: Clear,
    /// Nonce and sealed body.
    pub sealed_body: &'b [u8],
}

/// Writes the signed part of a commit, of entries that are encoded already.
pub fn encode_commit(head: &CommitHead, entries: &[Vec<u8>]) -> Vec<u8> {
    let mut e = Encoder::new();
    e.map(|m| {
        m.key(0).uint(head.lamport);
        m.key(1).int(head.recorded_ms);
        m.key(2).bytes(&head.user);
        m.key(3).bytes(&head.idempotency);
        m.key(4).bytes(&head.salt);
        m.key(5).list(head.heads.iter(), |e, head| {
            e.array(3);
            e.bytes(&head.device);
            e.uint(head.seq);
            e.bytes(&head.chain);
        });
        m.key(6).list(entries.iter(), |e, entry| e.bytes(entry));
    });
    e.into_bytes()
}

/// Adds signature and padding to the signed part of a commit.
pub fn finish_commit(mut map: Vec<u8>, signature: &[u8; SIGNATURE_LEN]) -> Vec<u8> {
    map.extend_from_slice(signature);
    map.push(0x80);
    map.resize(map.len().next_multiple_of(PADDING), 0);
    map
}

/// What a user signs, at this place of this feed: the purpose, the place, and the hash of the commit's map.
pub fn signed_commit(vault: &VaultId, device: &DeviceId, seq: u64, chain: &Hash, map: &[u8]) -> Vec<u8> {
    let hash = Sha256::digest(map);
    [b"habeas/1 commit", &vault[..], device, &seq.to_le_bytes(), chain, &hash].concat()
}

/// The leaves of entries that share a commit with this salt.
pub fn leaves_of<E: AsRef<[u8]>>(salt: &[u8; 32], entries: &[E]) -> Vec<Hash> {
    entries.iter().enumerate().map(|(i, entry)| tree::leaf(salt, i as u32, entry.as_ref())).collect()
}

/// Reads a commit.
pub fn decode_commit(plaintext: &[u8]) -> Result<Commit<'_>, DecodeError> {
    let mut d = Decoder::new(plaintext);
    let (mut lamport, mut recorded_ms, mut user, mut idempotency, mut salt) = (None, None, None, None, None);
    let (mut heads, mut raw) = (None, None);
    d.map(|key, d| {
        match key {
            0 => lamport = Some(d.uint()?),
            1 => recorded_ms = Some(d.int()?),
            2 => user = Some(d.exact()?),
            3 => idempotency = Some(d.exact()?),
            4 => salt = Some(d.exact()?),
            5 => {
                heads = Some(d.list(|d| {
                    record::arity(d, 3..=3)?;
                    Ok::<_, DecodeError>(Head { device: d.exact()?, seq: d.uint()?, chain: d.exact()? })
                })?);
            }
            6 => raw = Some(d.list(|d| d.bytes())?),
            _ => d.skip()?,
        }
        Ok::<(), DecodeError>(())
    })?;
    let map = &plaintext[..d.at()];
    let signature = d.raw()?;
    d.padding()?;
    let missing = |key| DecodeError::Missing { key };
    let raw: Vec<&[u8]> = raw.ok_or(missing(6))?;
    Ok(Commit {
        head: CommitHead {
            lamport: lamport.ok_or(missing(0))?,
            recorded_ms: recorded_ms.ok_or(missing(1))?,
            user: user.ok_or(missing(2))?,
            idempotency: idempotency.ok_or(missing(3))?,
            salt: salt.ok_or(missing(4))?,
            heads: heads.ok_or(missing(5))?,
        },
        entries: raw.iter().map(|entry| decode_entry(entry)).collect::<Result<_, _>>()?,
        raw,
        map,
        signature,
    })
}

impl Commit<'_> {
    /// The leaves of its entries in the tree of the feed.
    pub fn leaves(&self) -> Vec<Hash> {
        leaves_of(&self.head.salt, &self.raw)
    }

    /// The bytes of one entry.
    pub fn entry_bytes(&self, i: usize) -> Option<&[u8]> {
        self.raw.get(i).copied()
    }

    /// What its user has signed, at this place of this feed.
    pub fn signed(&self, vault: &VaultId, device: &DeviceId, seq: u64, chain: &Hash) -> Vec<u8> {
        signed_commit(vault, device, seq, chain, self.map)
    }
}

/// Writes an entry and seals its body.
pub fn encode_entry(
    vault: &VaultId,
    sealer: &Sealer,
    nonce: &[u8; 24],
    entry: &Entry<'_>,
    padded_body: Vec<u8>,
) -> Vec<u8> {
    debug_assert!(padded_body.len().is_multiple_of(PADDING));
    let mut sealed = padded_body;
    sealer.seal(nonce, &body_aad(vault, entry), &mut sealed);
    sealed.splice(0..0, *nonce);
    let mut e = Encoder::new();
    e.map(|m| {
        m.key(0).bytes(&entry.id);
        m.key(1).uint(entry.kind.number());
        m.key(2).uint(entry.schema);
        m.key(3).bytes(&entry.item);
        m.key(5).map(|m| {
            if let Some(import) = &entry.clear.import {
                m.key(0).bytes(import);
            }
            if let Some(record) = &entry.clear.record {
                m.key(1).bytes(record);
            }
            if let Some(tag) = &entry.clear.file_tag {
                m.key(2).bytes(tag);
            }
            if let Some(leaf) = entry.clear.leaf {
                m.key(3).uint(leaf.into());
            }
            if let Some(compartment) = entry.clear.compartment {
                m.key(4).uint(compartment);
            }
        });
        m.key(6).bytes(&sealed);
    });
    e.into_bytes()
}

fn decode_entry(bytes: &[u8]) -> Result<Entry<'_>, DecodeError> {
    let mut d = Decoder::new(bytes);
    let (mut id, mut kind, mut schema, mut item, mut sealed_body) = (None, None, None, None, None);
    let mut clear = Clear::default();
    d.map(|key, d| {
        match key {
            0 => id = Some(d.exact()?),
            1 => kind = Some(d.uint()?),
            2 => schema = Some(d.uint()?),
            3 => item = Some(d.exact()?),
            5 => d.map(|key, d| {
                match key {
                    0 => clear.import = Some(d.exact()?),
                    1 => clear.record = Some(d.exact()?),
                    2 => clear.file_tag = Some(d.exact()?),
                    3 => clear.leaf = Some(d.small()?),
                    4 => clear.compartment = Some(d.uint()?),
                    _ => d.skip()?,
                }
                Ok::<(), DecodeError>(())
            })?,
            6 => sealed_body = Some(d.bytes()?),
            _ => d.skip()?,
        }
        Ok::<(), DecodeError>(())
    })?;
    d.end()?;
    let (kind, schema) = (kind.ok_or(DecodeError::Missing { key: 1 })?, schema.ok_or(DecodeError::Missing { key: 2 })?);
    match EntryKind::from_number(kind) {
        Ok(kind) if schema == SCHEMA => Ok(Entry {
            id: id.ok_or(DecodeError::Missing { key: 0 })?,
            kind,
            schema,
            item: item.ok_or(DecodeError::Missing { key: 3 })?,
            clear,
            sealed_body: sealed_body.ok_or(DecodeError::Missing { key: 6 })?,
        }),
        _ => Err(DecodeError::UnknownEntry { kind, schema }),
    }
}

/// Opens the body of an entry; `None` when its seal does not fit. The result is padded CBOR.
pub fn open_body(vault: &VaultId, sealer: &Sealer, entry: &Entry<'_>) -> Option<Vec<u8>> {
    let (nonce, sealed) = entry.sealed_body.split_first_chunk()?;
    sealer.open(nonce, &body_aad(vault, entry), sealed.to_vec())
}

fn body_aad(vault: &VaultId, entry: &Entry<'_>) -> Vec<u8> {
    [b"habeas/1 body", &vault[..], &entry.item, &entry.id].concat()
}

/// A body of this format: a value with one encoding.
pub trait Body: Sized {
    /// Writes the value.
    fn encode(&self, e: &mut Encoder);
    /// Reads the value.
    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// The padded bytes.
    fn to_padded(&self) -> Vec<u8> {
        let mut e = Encoder::new();
        self.encode(&mut e);
        e.into_padded()
    }

    /// Reads padded bytes.
    fn from_padded(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        let body = Self::decode(&mut d)?;
        d.padding()?;
        Ok(body)
    }
}
