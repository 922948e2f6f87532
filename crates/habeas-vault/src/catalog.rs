//! The fold over all statements of the feed but the records themselves: sources, imports, judgements, link runs,
//! estimates, audit. The same fold runs when the vault is opened and when something is recorded.

use crate::{
    feed::Position,
    format::{
        DecodeError,
        v1::{
            Body, Entry, EntryKind,
            linkage::StoredLinkRun,
            source::{BlobRef, StoredSource},
            statement::{Founded, ImportBegun, ImportFinished, ImportSummary, StoredEstimate, Words},
        },
    },
    keys::ItemId,
};
use habeas_core::{ImportId, Judgement, LinkRunId, Source, SourceId};
use std::{collections::HashSet, sync::Arc};

/// One import, as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportInfo {
    /// Its id.
    pub id: ImportId,
    /// The source that its records stand in.
    pub source: Arc<Source>,
    /// When it began, by the caller's clock.
    pub begun_ms: i64,
    /// Number of its records.
    pub n_records: u64,
    /// What became of the rows.
    pub summary: ImportSummary,
    /// When it was undone, and why, if it was.
    pub undone: Option<(i64, String)>,
}

/// What is known of one link run without reading its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRunInfo {
    /// Its id.
    pub id: LinkRunId,
    /// When it was recorded.
    pub recorded_ms: i64,
    /// Number of records.
    pub n_records: u64,
    /// Number of persons.
    pub n_clusters: u64,
    /// Number of pairs kept.
    pub n_pairs: u64,
    /// The summary, as the caller wrote it.
    pub summary_json: String,
}

/// One estimate, as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstimateInfo {
    /// When it was recorded.
    pub recorded_ms: i64,
    /// What was estimated, by the caller's code.
    pub kind: String,
    /// The result, as the caller wrote it.
    pub json: String,
}

/// One entry of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When it was recorded.
    pub recorded_ms: i64,
    /// What was done.
    pub what: String,
}

/// Everything that the statements say.
#[derive(Default)]
pub struct Catalog {
    pub name: String,
    pub sources: Vec<KnownSource>,
    pub imports: Vec<KnownImport>,
    pub judgements: Vec<Judgement>,
    pub link_runs: Vec<(LinkRunInfo, BlobRef)>,
    pub estimates: Vec<EstimateInfo>,
    pub audit: Vec<AuditEntry>,
    /// Sources that stand, in log order.
    pub standing_sources: Vec<Arc<Source>>,
    /// Imports that were finished, in log order.
    pub finished_imports: Vec<ImportInfo>,
    /// Grows whenever persons may have changed.
    pub generation: u64,
}

/// A source with its file.
pub struct KnownSource {
    pub source: Arc<Source>,
    pub original: BlobRef,
    /// Recorded by itself, not by an import.
    pub by_itself: bool,
}

/// An import, finished or not.
pub struct KnownImport {
    pub id: ImportId,
    pub source: SourceId,
    pub file_tag: [u8; 32],
    pub mapping_tag: [u8; 32],
    pub begun: Position,
    pub begun_ms: i64,
    pub state: ImportState,
}

/// How an import stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportState {
    /// Began; nothing of it counts yet.
    Open,
    /// Whole; ends in the frame at this position.
    Finished { last: Position, finished: ImportFinished },
    /// Taken back.
    Undone { last: Position, finished: ImportFinished, at_ms: i64, why: String },
    /// Never finished.
    Abandoned,
}

impl KnownImport {
    /// Where its records stand in the log, if it counts.
    pub fn standing_range(&self) -> Option<(Position, Position)> {
        match &self.state {
            ImportState::Finished { last, .. } => Some((self.begun, *last)),
            _ => None,
        }
    }
}

impl Catalog {
    /// Takes in one statement. Records and quarantined rows are not for the catalogue.
    pub fn apply(
        &mut self,
        position: &Position,
        recorded_ms: i64,
        entry: &Entry<'_>,
        body: &[u8],
    ) -> Result<(), DecodeError> {
        match entry.kind {
            EntryKind::Founded => self.name = Founded::from_padded(body)?.name,
            EntryKind::Source => {
                let stored = StoredSource::from_padded(body)?;
                let by_itself = entry.clear.import.is_none();
                self.sources.push(KnownSource {
                    source: Arc::new(stored.source),
                    original: stored.original,
                    by_itself,
                });
            }
            EntryKind::ImportBegun => {
                let begun = ImportBegun::from_padded(body)?;
                self.source(begun.source)?;
                self.imports.push(KnownImport {
                    id: import_id(entry)?,
                    source: begun.source,
                    file_tag: entry.clear.file_tag.ok_or(DecodeError::Missing { key: 2 })?,
                    mapping_tag: begun.mapping_tag,
                    begun: *position,
                    begun_ms: recorded_ms,
                    state: ImportState::Open,
                });
            }
            EntryKind::ImportFinished => {
                let finished = ImportFinished::from_padded(body)?;
                let import = self.import_mut(import_id(entry)?)?;
                import.state = ImportState::Finished { last: *position, finished };
            }
            EntryKind::ImportUndone => {
                let why = Words::from_padded(body)?.text;
                let import = self.import_mut(import_id(entry)?)?;
                if let ImportState::Finished { last, finished } = import.state.clone() {
                    import.state = ImportState::Undone { last, finished, at_ms: recorded_ms, why };
                }
            }
            EntryKind::ImportAbandoned => self.import_mut(import_id(entry)?)?.state = ImportState::Abandoned,
            EntryKind::Judgement => self.judgements.push(Judgement::from_padded(body)?),
            EntryKind::LinkRun => {
                let run = StoredLinkRun::from_padded(body)?;
                let info = LinkRunInfo {
                    id: LinkRunId(entry.id),
                    recorded_ms,
                    n_records: run.n_records,
                    n_clusters: run.n_clusters,
                    n_pairs: run.n_pairs,
                    summary_json: run.summary_json,
                };
                self.link_runs.push((info, run.columns));
            }
            EntryKind::Estimate => {
                let StoredEstimate { kind, json } = StoredEstimate::from_padded(body)?;
                self.estimates.push(EstimateInfo { recorded_ms, kind, json });
            }
            EntryKind::Audit => {
                self.audit.push(AuditEntry { recorded_ms, what: Words::from_padded(body)?.text });
            }
            EntryKind::Record | EntryKind::Quarantined => {}
        }
        match entry.kind {
            EntryKind::ImportFinished | EntryKind::ImportUndone => {
                self.generation += 1;
                self.restate();
            }
            EntryKind::Source => self.restate(),
            EntryKind::Judgement | EntryKind::LinkRun => self.generation += 1,
            _ => {}
        }
        Ok(())
    }

    /// A source, standing or not.
    pub fn source(&self, id: SourceId) -> Result<&KnownSource, DecodeError> {
        let found = self.sources.iter().find(|known| known.source.id == id);
        found.ok_or(DecodeError::Dangling { what: "source" })
    }

    /// An import, finished or not.
    pub fn import(&self, id: ImportId) -> Option<&KnownImport> {
        self.imports.iter().find(|known| known.id == id)
    }

    /// The source that bears a key now.
    pub fn source_of_key(&self, key: &str) -> Option<&KnownSource> {
        self.sources.iter().rev().find(|known| known.source.key == key && self.stands(known))
    }

    /// Number of records of the imports that stand.
    pub fn n_records(&self) -> u64 {
        let standing = self.finished_imports.iter().filter(|import| import.undone.is_none());
        standing.map(|import| import.n_records).sum()
    }

    /// Blobs that something durable refers to.
    pub fn blobs(&self) -> impl Iterator<Item = (ItemId, BlobRef)> + '_ {
        let abandoned: HashSet<SourceId> = self
            .imports
            .iter()
            .filter(|import| import.state == ImportState::Abandoned)
            .map(|import| import.source)
            .collect();
        let used = |known: &&KnownSource| {
            let id = known.source.id;
            known.by_itself
                || !abandoned.contains(&id)
                || self.imports.iter().any(|i| i.source == id && i.state != ImportState::Abandoned)
        };
        let originals = self.sources.iter().filter(used).map(|known| (known.source.id.0, known.original));
        let runs = self.link_runs.iter().map(|(info, columns)| (info.id.0, *columns));
        originals.collect::<Vec<_>>().into_iter().chain(runs)
    }

    fn import_mut(&mut self, id: ImportId) -> Result<&mut KnownImport, DecodeError> {
        let found = self.imports.iter_mut().find(|known| known.id == id);
        found.ok_or(DecodeError::Dangling { what: "import" })
    }

    /// A source stands when it was recorded by itself or an import of it stands.
    fn stands(&self, known: &KnownSource) -> bool {
        let standing = |import: &KnownImport| matches!(import.state, ImportState::Finished { .. });
        known.by_itself || self.imports.iter().any(|import| import.source == known.source.id && standing(import))
    }

    fn restate(&mut self) {
        let standing = self.sources.iter().filter(|known| self.stands(known));
        self.standing_sources = standing.map(|known| Arc::clone(&known.source)).collect();
        let finished = self.imports.iter().filter_map(|import| {
            let (finished, undone) = match &import.state {
                ImportState::Finished { finished, .. } => (finished, None),
                ImportState::Undone { finished, at_ms, why, .. } => (finished, Some((*at_ms, why.clone()))),
                _ => return None,
            };
            Some(ImportInfo {
                id: import.id,
                source: Arc::clone(&self.source(import.source).ok()?.source),
                begun_ms: import.begun_ms,
                n_records: finished.n_records,
                summary: finished.summary.clone(),
                undone,
            })
        });
        self.finished_imports = finished.collect();
    }
}

fn import_id(entry: &Entry<'_>) -> Result<ImportId, DecodeError> {
    entry.clear.import.map(ImportId).ok_or(DecodeError::Missing { key: 0 })
}
