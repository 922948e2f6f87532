//! Format 1: commits, entries and their clear parts. Bodies are in the modules below.
//!
//! `docs/format.md` says all of this in prose; golden vectors in the tests hold both to it.

pub mod codes;
pub mod linkage;
pub mod record;
pub mod source;
pub mod statement;
#[cfg(test)]
mod tests;

use super::{
    DecodeError,
    cbor::{Decoder, Encoder, PADDING},
};
use crate::keys::{ItemId, Sealer, VaultId};

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
    }
}

/// What a frame holds.
pub struct CommitHead {
    /// Lamport time of the feed.
    pub lamport: u64,
    /// When it was recorded, milliseconds of UTC since 1970; what the caller's clock said, for people, never for order.
    pub recorded_ms: i64,
    /// Who recorded.
    pub user: [u8; 16],
    /// A retried write bears the same.
    pub idempotency: [u8; 16],
    /// Salts the leaves of the tree over entries, which comes with checkpoints.
    pub salt: [u8; 32],
}

/// A decoded commit.
pub struct Commit<'b> {
    /// When it was recorded.
    pub recorded_ms: i64,
    /// Its entries, in order.
    pub entries: Vec<Entry<'b>>,
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

/// Writes a commit of entries that are encoded already. Padded.
pub fn encode_commit(head: &CommitHead, entries: &[Vec<u8>]) -> Vec<u8> {
    let mut e = Encoder::new();
    e.map(|m| {
        m.key(0).uint(head.lamport);
        m.key(1).int(head.recorded_ms);
        m.key(2).bytes(&head.user);
        m.key(3).bytes(&head.idempotency);
        m.key(4).bytes(&head.salt);
        m.key(5).map(|_| ());
        m.key(6).list(entries.iter(), |e, entry| e.bytes(entry));
    });
    e.into_padded()
}

/// Reads a commit.
pub fn decode_commit(plaintext: &[u8]) -> Result<Commit<'_>, DecodeError> {
    let mut d = Decoder::new(plaintext);
    let (mut recorded_ms, mut entries) = (None, None);
    d.map(|key, d| {
        match key {
            1 => recorded_ms = Some(d.int()?),
            6 => entries = Some(d.list(|d| decode_entry(d.bytes()?))?),
            _ => d.skip()?,
        }
        Ok::<(), DecodeError>(())
    })?;
    d.padding()?;
    Ok(Commit {
        recorded_ms: recorded_ms.ok_or(DecodeError::Missing { key: 1 })?,
        entries: entries.ok_or(DecodeError::Missing { key: 6 })?,
    })
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
