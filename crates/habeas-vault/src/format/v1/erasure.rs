//! Bodies of the entries that take something back: erasure, which destroys keys, and retraction, which keeps history.

use super::{Body, codes::Code};
use crate::{
    format::{
        DecodeError,
        cbor::{Decoder, Encoder},
    },
    keys::ItemId,
};
use habeas_core::ErasureReason;

/// Keys of items are to be destroyed on every device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Items that go whole, and single leaves of items whose other leaves stay readable.
    pub targets: Vec<(ItemId, Option<u32>)>,
    /// Why, as a code.
    pub reason: ErasureReason,
    /// Why, in words.
    pub why: String,
}

/// A device has destroyed the keys that an erasure names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// The erasure's entry id.
    pub erasure: [u8; 16],
}

/// Who a source really is; sealed in a compartment of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceIdentity {
    /// The source.
    pub source: [u8; 16],
    /// The words.
    pub words: String,
}

/// An earlier statement no longer stands; it stays readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retraction {
    /// Its entry id.
    pub entry: [u8; 16],
    /// Why, in words.
    pub why: String,
}

impl Body for Erasure {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).list(self.targets.iter(), |e, (item, leaf)| {
                e.array(1 + usize::from(leaf.is_some()));
                e.bytes(item);
                leaf.iter().for_each(|leaf| e.uint((*leaf).into()));
            });
            m.key(1).uint(self.reason.number());
            m.key(2).text(&self.why);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut targets, mut reason, mut why) = (None, None, None);
        d.map(|key, d| {
            match key {
                0 => {
                    targets = Some(d.list(|d| {
                        let parts = super::record::arity(d, 1..=2)?;
                        Ok::<_, DecodeError>((d.exact()?, if parts == 2 { Some(d.small()?) } else { None }))
                    })?);
                }
                1 => reason = Some(ErasureReason::from_number(d.uint()?)?),
                2 => why = Some(d.string()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(Self {
            targets: targets.ok_or(DecodeError::Missing { key: 0 })?,
            reason: reason.ok_or(DecodeError::Missing { key: 1 })?,
            why: why.ok_or(DecodeError::Missing { key: 2 })?,
        })
    }
}

impl Body for Erased {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| m.key(0).bytes(&self.erasure));
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut erasure = None;
        d.map(|key, d| {
            match key {
                0 => erasure = Some(d.exact()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(Self { erasure: erasure.ok_or(DecodeError::Missing { key: 0 })? })
    }
}

/// An id and words.
fn id_and_words(d: &mut Decoder<'_>) -> Result<([u8; 16], String), DecodeError> {
    let (mut id, mut words) = (None, None);
    d.map(|key, d| {
        match key {
            0 => id = Some(d.exact()?),
            1 => words = Some(d.string()?),
            _ => d.skip()?,
        }
        Ok::<(), DecodeError>(())
    })?;
    Ok((id.ok_or(DecodeError::Missing { key: 0 })?, words.ok_or(DecodeError::Missing { key: 1 })?))
}

impl Body for SourceIdentity {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.source);
            m.key(1).text(&self.words);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (source, words) = id_and_words(d)?;
        Ok(Self { source, words })
    }
}

impl Body for Retraction {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.entry);
            m.key(1).text(&self.why);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (entry, why) = id_and_words(d)?;
        Ok(Self { entry, why })
    }
}
