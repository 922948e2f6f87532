//! A link run: a small body in the feed, and the long columns in a blob.

use super::{
    Body,
    source::{BlobRef, decode_blob_ref, encode_blob_ref},
};
use crate::format::{
    DecodeError,
    cbor::{CborError, Decoder, Encoder},
};
use habeas_core::{MatchWeight, Partition, RecordId, ScoredPair};
use std::collections::BTreeMap;

/// A link run as the feed tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLinkRun {
    /// The columns.
    pub columns: BlobRef,
    /// Number of records.
    pub n_records: u64,
    /// Number of persons.
    pub n_clusters: u64,
    /// Number of pairs kept.
    pub n_pairs: u64,
    /// The summary, as the caller wrote it.
    pub summary_json: String,
}

/// One run of the linkage: what it was told, and all that it found.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkRun {
    /// The model.
    pub model_toml: String,
    /// Settings by name.
    pub settings: BTreeMap<String, String>,
    /// The records, in the order that `partition` and `pairs` count them.
    pub record_ids: Vec<RecordId>,
    /// All persons at once.
    pub partition: Partition,
    /// Pairs that were scored and kept.
    pub pairs: Vec<ScoredPair>,
    /// A summary, as the caller writes it.
    pub summary_json: String,
}

impl Body for StoredLinkRun {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            encode_blob_ref(m.key(0), &self.columns);
            m.key(1).list([self.n_records, self.n_clusters, self.n_pairs].into_iter(), |e, n| e.uint(n));
            m.key(2).text(&self.summary_json);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut columns, mut counts, mut summary_json) = (None, None, None);
        d.map(|key, d| {
            match key {
                0 => columns = Some(decode_blob_ref(d)?),
                1 => {
                    let three: [u64; 3] =
                        d.list(|d| d.uint())?.try_into().map_err(|_| DecodeError::Impossible { what: "link run" })?;
                    counts = Some(three);
                }
                2 => summary_json = Some(d.string()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        let [n_records, n_clusters, n_pairs] = counts.ok_or(DecodeError::Missing { key: 1 })?;
        Ok(Self {
            columns: columns.ok_or(DecodeError::Missing { key: 0 })?,
            n_records,
            n_clusters,
            n_pairs,
            summary_json: summary_json.ok_or(DecodeError::Missing { key: 2 })?,
        })
    }
}

/// Writes the columns: record ids of 16 bytes, clusters and indices as u32, weights as IEEE 754 doubles; all
/// little-endian, one byte string per column.
pub fn encode_columns(run: &LinkRun) -> Vec<u8> {
    let mut e = Encoder::new();
    let pairs = || run.pairs.iter();
    let numbers = |column: &mut dyn Iterator<Item = u32>| column.flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
    e.map(|m| {
        m.key(0).text(&run.model_toml);
        m.key(1).list(run.settings.iter(), |e, (name, value)| {
            e.array(2);
            e.text(name);
            e.text(value);
        });
        m.key(2).bytes(&run.record_ids.iter().flat_map(|id| id.0).collect::<Vec<u8>>());
        m.key(3).bytes(&numbers(&mut run.partition.cluster_of().iter().copied()));
        m.key(4).bytes(&numbers(&mut pairs().map(|pair| pair.left)));
        m.key(5).bytes(&numbers(&mut pairs().map(|pair| pair.right)));
        m.key(6).bytes(&pairs().flat_map(|pair| pair.weight().0.to_le_bytes()).collect::<Vec<u8>>());
    });
    e.into_bytes()
}

const IMPOSSIBLE: DecodeError = DecodeError::Impossible { what: "link run" };

/// Reads the columns from bytes that come piece by piece, of which none is held longer than it takes: those of a million
/// records have forty megabytes. `next` gives the next piece. The summary stands in the feed.
pub fn decode_columns<E: From<DecodeError>>(
    next: &mut dyn FnMut() -> Result<Option<Vec<u8>>, E>,
    summary_json: String,
) -> Result<LinkRun, E> {
    let mut pieces = Pieces { next, held: Vec::new(), at: 0 };
    let (mut model_toml, mut settings) = (None, BTreeMap::new());
    let (mut record_ids, mut clusters, mut pairs) = (Vec::new(), Vec::new(), Vec::<ScoredPair>::new());
    let (mut n_rights, mut n_weights) = (0, 0);
    let mut last = None;
    for _ in 0..pieces.value(|d| Ok(d.begin_map()?))? {
        let key = pieces.value(|d| Ok(d.uint()?))?;
        if last.replace(key).is_some_and(|last| last >= key) {
            return Err(IMPOSSIBLE.into());
        }
        match key {
            0 => model_toml = Some(pieces.value(|d| Ok(d.string()?))?),
            1 => settings = pieces.value(decode_settings)?,
            2 => pieces.column(|bytes| {
                record_ids.push(RecordId(bytes));
                Ok(())
            })?,
            3 => pieces.column(|bytes| {
                clusters.push(u32::from_le_bytes(bytes));
                Ok(())
            })?,
            4 => pieces.column(|bytes| {
                pairs.push(ScoredPair::new(u32::from_le_bytes(bytes), 0, MatchWeight(0.0)));
                Ok(())
            })?,
            5 => pieces.column(|bytes| {
                pairs.get_mut(n_rights).ok_or(IMPOSSIBLE)?.right = u32::from_le_bytes(bytes);
                n_rights += 1;
                Ok(())
            })?,
            6 => pieces.column(|bytes| {
                let pair = pairs.get_mut(n_weights).ok_or(IMPOSSIBLE)?;
                *pair = ScoredPair::new(pair.left, pair.right, MatchWeight(f64::from_le_bytes(bytes)));
                n_weights += 1;
                Ok(())
            })?,
            _ => pieces.value(|d| Ok(d.skip()?))?,
        }
    }
    pieces.end()?;
    let n = record_ids.len();
    let in_range = pairs.iter().all(|pair| pair.left < pair.right && (pair.right as usize) < n);
    if clusters.len() != n || !in_range || n_rights != pairs.len() || n_weights != pairs.len() {
        return Err(IMPOSSIBLE.into());
    }
    Ok(LinkRun {
        model_toml: model_toml.ok_or(DecodeError::Missing { key: 0 })?,
        settings,
        record_ids,
        partition: Partition::from_labels(&clusters),
        pairs,
        summary_json,
    })
}

fn decode_settings(d: &mut Decoder<'_>) -> Result<BTreeMap<String, String>, DecodeError> {
    let pairs = d.list(|d| {
        super::record::arity(d, 2..=2)?;
        Ok::<_, DecodeError>((d.string()?, d.string()?))
    })?;
    Ok(pairs.into_iter().collect())
}

/// Bytes that come piece by piece, with those that came and are not read yet.
struct Pieces<'p, E> {
    next: &'p mut dyn FnMut() -> Result<Option<Vec<u8>>, E>,
    held: Vec<u8>,
    at: usize,
}

impl<E: From<DecodeError>> Pieces<'_, E> {
    /// Takes the next piece; false where there is none.
    fn more(&mut self) -> Result<bool, E> {
        let Some(piece) = (self.next)()? else { return Ok(false) };
        self.held.drain(..self.at);
        self.at = 0;
        self.held.extend_from_slice(&piece);
        Ok(true)
    }

    /// A value that is short enough to be held whole.
    fn value<T>(&mut self, read: impl Fn(&mut Decoder<'_>) -> Result<T, DecodeError>) -> Result<T, E> {
        loop {
            let mut d = Decoder::new(&self.held[self.at..]);
            match read(&mut d) {
                Ok(value) => {
                    self.at += d.at();
                    return Ok(value);
                }
                Err(DecodeError::Cbor(CborError::Truncated { .. })) if self.more()? => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// A byte string of numbers of `N` bytes each.
    fn column<const N: usize>(&mut self, mut each: impl FnMut([u8; N]) -> Result<(), DecodeError>) -> Result<(), E> {
        let mut left = self.value(|d| Ok(d.begin_bytes()?))?;
        if !left.is_multiple_of(N as u64) {
            return Err(DecodeError::Impossible { what: "column" }.into());
        }
        loop {
            let near = self.held[self.at..].as_chunks::<N>().0;
            let n = near.len().min(usize::try_from(left / N as u64).unwrap_or(usize::MAX));
            near[..n].iter().try_for_each(|bytes| each(*bytes))?;
            (self.at, left) = (self.at + n * N, left - (n * N) as u64);
            if left == 0 {
                return Ok(());
            }
            if !self.more()? {
                return Err(DecodeError::Cbor(CborError::Truncated { at: self.at }).into());
            }
        }
    }

    /// Nothing may follow.
    fn end(&mut self) -> Result<(), E> {
        if self.at < self.held.len() || self.more()? {
            return Err(DecodeError::Cbor(CborError::Trailing { at: self.at }).into());
        }
        Ok(())
    }
}
