//! The body of a source.

use super::{Body, codes::Code, record::arity};
use crate::format::{
    DecodeError,
    cbor::{Decoder, Encoder},
};
use habeas_core::{Attribution, Source, SourceId, SourceKind, Speaker, SpeakerKind};

/// Where the bytes of a blob are, and what they must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobRef {
    /// Its random name.
    pub id: [u8; 16],
    /// Bytes of the content.
    pub length: u64,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
}

/// A source as recorded, with its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSource {
    /// The source.
    pub source: Source,
    /// The bytes as received.
    pub original: BlobRef,
}

impl Body for StoredSource {
    fn encode(&self, e: &mut Encoder) {
        let source = &self.source;
        e.map(|m| {
            m.key(0).bytes(&source.id.0);
            m.key(1).text(&source.key);
            m.key(2).uint(source.kind.number());
            m.key(3).text(&source.title);
            encode_attribution(m.key(4), &source.said_by);
            m.key(5).text(&source.edition);
            m.key(6).text(&source.file_name);
            m.key(7).bool(source.names_once);
            m.key(8).list(source.compiled_from.iter(), |e, key| e.text(key));
            m.key(9).list(source.header.iter(), |e, name| e.text(name));
            encode_blob_ref(m.key(10), &self.original);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut source = Source {
            id: SourceId([0; 16]),
            key: String::new(),
            kind: SourceKind::List,
            title: String::new(),
            said_by: Attribution::direct("", SpeakerKind::Unnamed),
            edition: String::new(),
            sha256: String::new(),
            file_name: String::new(),
            names_once: false,
            compiled_from: Vec::new(),
            header: Vec::new(),
        };
        let (mut seen, mut original) = (0u64, None);
        d.map(|key, d| {
            seen |= 1 << key.min(31);
            match key {
                0 => source.id = SourceId(d.exact()?),
                1 => source.key = d.string()?,
                2 => source.kind = SourceKind::from_number(d.uint()?)?,
                3 => source.title = d.string()?,
                4 => source.said_by = decode_attribution(d)?,
                5 => source.edition = d.string()?,
                6 => source.file_name = d.string()?,
                7 => source.names_once = d.bool()?,
                8 => source.compiled_from = d.list(|d| d.string())?,
                9 => source.header = d.list(|d| d.string())?,
                10 => original = Some(decode_blob_ref(d)?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        if let Some(key) = (0..10).find(|key| seen & (1 << key) == 0) {
            return Err(DecodeError::Missing { key });
        }
        let original = original.ok_or(DecodeError::Missing { key: 10 })?;
        source.sha256 = hex(&original.sha256);
        Ok(Self { source, original })
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who spoke, then who relayed.
pub(super) fn encode_attribution(e: &mut Encoder, attribution: &Attribution) {
    let chain = std::iter::once(&attribution.speaker).chain(&attribution.relayed_by);
    e.array(1 + attribution.relayed_by.len());
    for speaker in chain {
        e.array(2);
        e.text(&speaker.name);
        e.uint(speaker.kind.number());
    }
}

pub(super) fn decode_attribution(d: &mut Decoder<'_>) -> Result<Attribution, DecodeError> {
    let mut chain = d
        .list(|d| {
            arity(d, 2..=2)?;
            Ok::<_, DecodeError>(Speaker { name: d.string()?, kind: SpeakerKind::from_number(d.uint()?)? })
        })?
        .into_iter();
    let speaker = chain.next().ok_or(DecodeError::Impossible { what: "attribution" })?;
    Ok(Attribution { speaker, relayed_by: chain.collect() })
}

pub(super) fn encode_blob_ref(e: &mut Encoder, blob: &BlobRef) {
    e.array(3);
    e.bytes(&blob.id);
    e.uint(blob.length);
    e.bytes(&blob.sha256);
}

pub(super) fn decode_blob_ref(d: &mut Decoder<'_>) -> Result<BlobRef, DecodeError> {
    arity(d, 3..=3)?;
    Ok(BlobRef { id: d.exact()?, length: d.uint()?, sha256: d.exact()? })
}
