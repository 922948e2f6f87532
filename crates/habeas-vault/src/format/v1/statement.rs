//! Bodies of the entries that are neither records nor sources: imports, judgements, estimates, audit.

use super::{
    Body,
    codes::Code,
    record::{StoredOrigin, encode_origin},
};
use crate::format::{
    DecodeError,
    cbor::{Decoder, Encoder},
};
use habeas_core::{Judgement, JudgementId, Origin, RecordId, RecordPair, SourceId, Verdict};

/// The vault was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founded {
    /// Its name, for people.
    pub name: String,
}

/// An import began. It counts only when it is finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportBegun {
    /// The source that its records stand in.
    pub source: SourceId,
    /// Keyed tag of the mapping.
    pub mapping_tag: [u8; 32],
    /// The mapping.
    pub mapping_toml: String,
}

/// How often one remark was made, and where first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemarkCount {
    /// The remark's code.
    pub code: String,
    /// How often.
    pub count: u64,
    /// The first addresses; no values.
    pub first: Vec<String>,
}

/// What became of the rows of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportSummary {
    /// Rows that became records without any remark.
    pub accepted: u64,
    /// Rows that became records, with remarks.
    pub with_remarks: u64,
    /// Rows that were set aside.
    pub quarantined: u64,
    /// Rows that were refused.
    pub refused: u64,
    /// Remarks by code.
    pub remarks: Vec<RemarkCount>,
}

/// An import is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFinished {
    /// Number of its records.
    pub n_records: u64,
    /// What became of the rows.
    pub summary: ImportSummary,
    /// Where it brought a later edition of a list that was there: what that edition changed.
    pub edition: Option<EditionChange>,
}

/// What a later edition of a list changed. Only rows that are new or have other words become records of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EditionChange {
    /// Number of rows that stand in it as they stood: their records are those of earlier editions.
    pub continued: u64,
    /// Records of rows that were changed, each with the record that stands in its place.
    pub replaced: Vec<(RecordId, RecordId)>,
    /// Records whose row is gone. They stand: a row that is gone is an event to look into.
    pub gone: Vec<RecordId>,
    /// Records whose row was gone in an edition before and is there again.
    pub returned: Vec<RecordId>,
}

/// A row that was set aside, verbatim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantinedRow {
    /// Where it stands.
    pub origin: Origin,
    /// The words.
    pub cells: Vec<String>,
    /// Code of the reason.
    pub code: String,
}

/// Why something no longer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The words.
    pub text: String,
}

/// What was done, as the audit holds it: a code that every language has words for, and what it was done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// The stable code, such as `exported`.
    pub code: String,
    /// What was done to what, by the names of the details.
    pub about: Vec<(String, String)>,
}

impl AuditEvent {
    /// An event with its details.
    pub fn new<const N: usize>(code: &str, about: [(&str, String); N]) -> Self {
        Self { code: code.to_owned(), about: about.map(|(name, value)| (name.to_owned(), value)).into() }
    }
}

impl From<&str> for AuditEvent {
    fn from(code: &str) -> Self {
        Self::new(code, [])
    }
}

/// An estimate's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEstimate {
    /// What was estimated, by the caller's code.
    pub kind: String,
    /// The result as the caller writes it.
    pub json: String,
}

impl Body for Founded {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| m.key(0).text(&self.name));
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Ok(Self { name: texts::<1>(d)?.0.concat() })
    }
}

impl Body for Words {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| m.key(0).text(&self.text));
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Ok(Self { text: texts::<1>(d)?.0.concat() })
    }
}

impl Body for AuditEvent {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).text(&self.code);
            m.key(1).list(self.about.iter(), |e, (name, value)| {
                e.array(2);
                e.text(name);
                e.text(value);
            });
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut code, mut about) = (None, Vec::new());
        d.map(|key, d| {
            match key {
                0 => code = Some(d.string()?),
                1 => {
                    about = d.list(|d| {
                        super::record::arity(d, 2..=2)?;
                        Ok::<_, DecodeError>((d.string()?, d.string()?))
                    })?;
                }
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(Self { code: code.ok_or(DecodeError::Missing { key: 0 })?, about })
    }
}

impl Body for StoredEstimate {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).text(&self.kind);
            m.key(1).text(&self.json);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let [kind, json] = texts::<2>(d)?.0;
        Ok(Self { kind, json })
    }
}

/// Bodies that are maps of texts under the keys 0 … N − 1.
struct Texts<const N: usize>([String; N]);

fn texts<const N: usize>(d: &mut Decoder<'_>) -> Result<Texts<N>, DecodeError> {
    let mut found = [const { None }; N];
    d.map(|key, d| {
        match found.get_mut(key as usize) {
            Some(text) => *text = Some(d.string()?),
            None => d.skip()?,
        }
        Ok::<(), DecodeError>(())
    })?;
    if let Some(key) = found.iter().position(Option::is_none) {
        return Err(DecodeError::Missing { key: key as u64 });
    }
    Ok(Texts(found.map(Option::unwrap_or_default)))
}

impl Body for ImportBegun {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.source.0);
            m.key(1).bytes(&self.mapping_tag);
            m.key(2).text(&self.mapping_toml);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut source, mut mapping_tag, mut mapping_toml) = (None, None, None);
        d.map(|key, d| {
            match key {
                0 => source = Some(d.exact()?),
                1 => mapping_tag = Some(d.exact()?),
                2 => mapping_toml = Some(d.string()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(Self {
            source: SourceId(source.ok_or(DecodeError::Missing { key: 0 })?),
            mapping_tag: mapping_tag.ok_or(DecodeError::Missing { key: 1 })?,
            mapping_toml: mapping_toml.ok_or(DecodeError::Missing { key: 2 })?,
        })
    }
}

impl Body for ImportFinished {
    fn encode(&self, e: &mut Encoder) {
        let summary = &self.summary;
        e.map(|m| {
            m.key(0).uint(self.n_records);
            let counts = [summary.accepted, summary.with_remarks, summary.quarantined, summary.refused];
            m.key(1).list(counts.into_iter(), |e, count| e.uint(count));
            m.key(2).list(summary.remarks.iter(), |e, remark| {
                e.array(3);
                e.text(&remark.code);
                e.uint(remark.count);
                e.list(remark.first.iter(), |e, address| e.text(address));
            });
            if let Some(change) = &self.edition {
                change.encode(m.key(3));
            }
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut n_records, mut counts, mut remarks, mut edition) = (None, None, Vec::new(), None);
        d.map(|key, d| {
            match key {
                0 => n_records = Some(d.uint()?),
                1 => {
                    let four: [u64; 4] = d
                        .list(|d| d.uint())?
                        .try_into()
                        .map_err(|_| DecodeError::Impossible { what: "import summary" })?;
                    counts = Some(four);
                }
                2 => {
                    remarks = d.list(|d| {
                        super::record::arity(d, 3..=3)?;
                        let (code, count) = (d.string()?, d.uint()?);
                        Ok::<_, DecodeError>(RemarkCount { code, count, first: d.list(|d| d.string())? })
                    })?;
                }
                3 => edition = Some(EditionChange::decode(d)?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        let [accepted, with_remarks, quarantined, refused] = counts.ok_or(DecodeError::Missing { key: 1 })?;
        Ok(Self {
            n_records: n_records.ok_or(DecodeError::Missing { key: 0 })?,
            summary: ImportSummary { accepted, with_remarks, quarantined, refused, remarks },
            edition,
        })
    }
}

impl EditionChange {
    /// How much one entry tells of an edition: far from the most that a frame holds.
    pub const MOST_TOLD: usize = 65_536;

    /// Takes what one entry tells, where more than that is left.
    pub fn split_off_part(&mut self, most: usize) -> Option<Self> {
        let Self { replaced, gone, returned, .. } = self;
        if replaced.len() + gone.len() + returned.len() <= most {
            return None;
        }
        let mut room = most;
        let mut left = |n: usize| {
            let taken = n.min(room);
            room -= taken;
            n - taken
        };
        Some(Self {
            continued: 0,
            replaced: replaced.split_off(left(replaced.len())),
            gone: gone.split_off(left(gone.len())),
            returned: returned.split_off(left(returned.len())),
        })
    }

    /// Adds what another entry tells of the same edition.
    pub fn extend(&mut self, part: Self) {
        self.continued += part.continued;
        self.replaced.extend(part.replaced);
        self.gone.extend(part.gone);
        self.returned.extend(part.returned);
    }
}

impl Body for EditionChange {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).uint(self.continued);
            m.key(1).list(self.replaced.iter(), |e, (before, after)| {
                e.array(2);
                e.bytes(&before.0);
                e.bytes(&after.0);
            });
            m.key(2).list(self.gone.iter(), |e, id| e.bytes(&id.0));
            m.key(3).list(self.returned.iter(), |e, id| e.bytes(&id.0));
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut change = Self::default();
        d.map(|key, d| {
            let record = |d: &mut Decoder<'_>| Ok::<_, DecodeError>(RecordId(d.exact()?));
            match key {
                0 => change.continued = d.uint()?,
                1 => {
                    change.replaced = d.list(|d| {
                        super::record::arity(d, 2..=2)?;
                        Ok::<_, DecodeError>((record(d)?, record(d)?))
                    })?;
                }
                2 => change.gone = d.list(record)?,
                3 => change.returned = d.list(record)?,
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(change)
    }
}

impl Body for QuarantinedRow {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            encode_origin(m, &self.origin);
            m.key(3).list(self.cells.iter(), |e, cell| e.text(cell));
            m.key(4).text(&self.code);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut origin, mut cells, mut code) = (StoredOrigin::default(), None, None);
        d.map(|key, d| {
            match key {
                0..=2 => origin.decode(key, d)?,
                3 => cells = Some(d.list(|d| d.string())?),
                4 => code = Some(d.string()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(Self {
            origin: origin.finish()?,
            cells: cells.ok_or(DecodeError::Missing { key: 3 })?,
            code: code.ok_or(DecodeError::Missing { key: 4 })?,
        })
    }
}

impl Body for Judgement {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.id.0);
            m.key(1).bytes(&self.pair.smaller().0);
            m.key(2).bytes(&self.pair.larger().0);
            m.key(3).uint(self.verdict.number());
            m.key(4).text(&self.by);
            m.key(5).text(&self.why);
            m.key(6).bool(self.saw_weights);
            if let Some(revoked) = &self.revokes {
                m.key(7).bytes(&revoked.0);
            }
            if !self.replaces.is_empty() {
                m.key(8).list(self.replaces.iter(), |e, id| e.bytes(&id.0));
            }
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut id, mut smaller, mut larger, mut verdict) = (None, None, None, None);
        let (mut by, mut why, mut saw_weights, mut revokes, mut replaces) = (None, None, None, None, Vec::new());
        d.map(|key, d| {
            match key {
                0 => id = Some(d.exact()?),
                1 => smaller = Some(d.exact()?),
                2 => larger = Some(d.exact()?),
                3 => verdict = Some(Verdict::from_number(d.uint()?)?),
                4 => by = Some(d.string()?),
                5 => why = Some(d.string()?),
                6 => saw_weights = Some(d.bool()?),
                7 => revokes = Some(JudgementId(d.exact()?)),
                8 => replaces = d.list(|d| Ok::<_, DecodeError>(JudgementId(d.exact()?)))?,
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        let smaller = smaller.ok_or(DecodeError::Missing { key: 1 })?;
        let larger = larger.ok_or(DecodeError::Missing { key: 2 })?;
        let pair = RecordPair::new(RecordId(smaller), RecordId(larger)).filter(|pair| pair.smaller().0 == smaller);
        Ok(Self {
            id: JudgementId(id.ok_or(DecodeError::Missing { key: 0 })?),
            pair: pair.ok_or(DecodeError::Impossible { what: "pair" })?,
            verdict: verdict.ok_or(DecodeError::Missing { key: 3 })?,
            by: by.ok_or(DecodeError::Missing { key: 4 })?,
            why: why.ok_or(DecodeError::Missing { key: 5 })?,
            saw_weights: saw_weights.ok_or(DecodeError::Missing { key: 6 })?,
            revokes,
            replaces,
        })
    }
}
