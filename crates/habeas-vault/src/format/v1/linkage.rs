//! A link run: a small body in the feed, and the long columns in a blob.

use super::{
    Body,
    source::{BlobRef, decode_blob_ref, encode_blob_ref},
};
use crate::format::{
    DecodeError,
    cbor::{Decoder, Encoder},
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
        m.key(6).bytes(&pairs().flat_map(|pair| pair.weight.0.to_le_bytes()).collect::<Vec<u8>>());
    });
    e.into_bytes()
}

/// Reads the columns; the summary stands in the feed.
pub fn decode_columns(bytes: &[u8], summary_json: String) -> Result<LinkRun, DecodeError> {
    const IMPOSSIBLE: DecodeError = DecodeError::Impossible { what: "link run" };
    let mut d = Decoder::new(bytes);
    let (mut model_toml, mut settings, mut columns) = (None, BTreeMap::new(), [&[][..]; 5]);
    d.map(|key, d| {
        match key {
            0 => model_toml = Some(d.string()?),
            1 => {
                let pairs = d.list(|d| {
                    super::record::arity(d, 2..=2)?;
                    Ok::<_, DecodeError>((d.string()?, d.string()?))
                })?;
                settings = pairs.into_iter().collect();
            }
            2..=6 => columns[key as usize - 2] = d.bytes()?,
            _ => d.skip()?,
        }
        Ok::<(), DecodeError>(())
    })?;
    d.end()?;
    let [ids, clusters, lefts, rights, weights] = columns;
    let record_ids: Vec<RecordId> = chunks(ids)?.map(RecordId).collect();
    let clusters: Vec<u32> = chunks(clusters)?.map(u32::from_le_bytes).collect();
    let weights = chunks(weights)?.map(|bytes| MatchWeight(f64::from_le_bytes(bytes)));
    let sides = chunks(lefts)?.zip(chunks(rights)?).map(|(l, r)| (u32::from_le_bytes(l), u32::from_le_bytes(r)));
    let pairs: Vec<ScoredPair> =
        sides.zip(weights).map(|((left, right), weight)| ScoredPair { left, right, weight }).collect();
    let n = record_ids.len();
    let in_range = pairs.iter().all(|pair| pair.left < pair.right && (pair.right as usize) < n);
    let same_length = lefts.len() == rights.len() && columns[4].len() == 2 * lefts.len();
    if clusters.len() != n || !in_range || !same_length {
        return Err(IMPOSSIBLE);
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

fn chunks<const N: usize>(bytes: &[u8]) -> Result<impl Iterator<Item = [u8; N]> + '_, DecodeError> {
    let (chunks, rest) = bytes.as_chunks::<N>();
    if rest.is_empty() { Ok(chunks.iter().copied()) } else { Err(DecodeError::Impossible { what: "column" }) }
}
