//! Imports: many records that become visible at once or not at all.

use crate::{
    blob,
    catalog::ImportState,
    feed::Position,
    format::v1::{
        Body, Clear, EntryKind,
        record::StoredRecord,
        source::BlobRef,
        statement::{EditionChange, ImportBegun, ImportFinished, ImportSummary, QuarantinedRow, Words},
    },
    index::{Change, RecordPlace, StatementPlace},
    keys::{Key, KeySet, LeafPath, Sealer, VAULT_ITEM, hmac},
    log::Statement,
    vault::{SourceDraft, Vault, VaultError, clear_of, compartment_of},
};
use habeas_core::{Claim, Compartment, ImportId, Origin, RecordId, Right, Source};
use std::sync::Arc;

/// A frame is appended when it has so many entries or bytes: some hundred records share one, so that one record is read
/// by opening little, and sealing a frame costs little per record.
const FRAME_ENTRIES: usize = 256;
const FRAME_BYTES: usize = 192 << 10;

/// Why an import cannot begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The same file was imported with the same mapping into the same list.
    #[error("this file was already imported into this list with this mapping")]
    AlreadyImported(ImportId),
    /// The same file was imported into the same list with another mapping: undo that first.
    #[error("this file was already imported into this list with another mapping")]
    ImportedWithAnotherMapping(ImportId),
    /// Two records claim one place in the source.
    #[error("number {number} of the source came twice")]
    SamePlaceTwice {
        /// Row or mention number.
        number: u64,
    },
    /// A claim's words lie outside the record's cells.
    #[error("a claim of number {number} rests on words outside its record")]
    OutsideRecord {
        /// Row or mention number.
        number: u64,
    },
    /// The vault refuses.
    #[error(transparent)]
    Vault(VaultError),
}

/// What a finished import has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReceipt {
    /// Its id.
    pub import: ImportId,
    /// The source.
    pub source: Arc<Source>,
    /// Number of records that became visible.
    pub n_records: u64,
}

/// An import on its way. Dropped without [`ImportWriter::finish`] it leaves nothing visible.
pub struct ImportWriter<'v> {
    vault: &'v mut Vault,
    id: ImportId,
    source: Arc<Source>,
    now_ms: i64,
    /// The blob that becomes the source's original when the import is finished.
    original: Option<BlobRef>,
    begun: StatementPlace,
    compartment: Compartment,
    /// The keys of the import's records, one leaf for each.
    keys: KeySet,
    walk: LeafPath,
    n_leaves: u32,
    tag_key: Key,
    entries: Vec<Vec<u8>>,
    bytes: usize,
    /// Records in the frame that is being gathered: id, place in it, number in the source.
    gathered: Vec<(RecordId, u32)>,
    frames: Vec<Position>,
    places: Vec<RecordPlace>,
    done: bool,
}

impl Vault {
    /// Begins the import of a file into a list, or of a text.
    ///
    /// # Errors
    /// [`ImportError::AlreadyImported`] when the same bytes with the same mapping stand in the same list; nothing is
    /// written then. [`ImportError::ImportedWithAnotherMapping`] when only the mapping differs.
    pub fn begin_import(
        &mut self,
        source: SourceDraft,
        original: &[u8],
        mapping_toml: &str,
        now_ms: i64,
    ) -> Result<ImportWriter<'_>, ImportError> {
        self.require(Right::Code)?;
        let file_tag = self.tag(b"habeas/1 file", original);
        let mapping_tag = self.tag(b"habeas/1 mapping", mapping_toml.as_bytes());
        if let Some(known) = self.catalog.source_of_key(&source.key) {
            let same_file = self.catalog.imports.iter().find(|import| {
                import.source == known.source.id
                    && import.file_tag == file_tag
                    && matches!(import.state, ImportState::Finished { .. })
            });
            match same_file {
                Some(import) if import.mapping_tag == mapping_tag => {
                    return Err(ImportError::AlreadyImported(import.id));
                }
                Some(import) => return Err(ImportError::ImportedWithAnotherMapping(import.id)),
                None => {}
            }
        }
        let id = ImportId(self.log.fresh_id().map_err(VaultError::from)?);
        let (stored, statement) = self.draft_source(source, original, Some(id))?;
        let new_original = statement.is_some().then_some(stored.original);
        let (item, compartment) = (stored.source.id.0, compartment_of(stored.source.kind));
        if statement.is_none() {
            // The source was recorded before: only the import's own tree is new.
            self.new_items(compartment, &[id.0])?;
        }
        let clear = Clear { import: Some(id.0), file_tag: Some(file_tag), ..clear_of(compartment) };
        let begun = ImportBegun { source: stored.source.id, mapping_tag, mapping_toml: mapping_toml.to_owned() };
        let entry = self.log.fresh_id().map_err(VaultError::from)?;
        let mut statements: Vec<Statement> = statement.into_iter().collect();
        statements.push(Statement::new(entry, EntryKind::ImportBegun, item, clear, &begun));
        let taken: Vec<_> = statements.iter().map(|s| (s.entry(), s.body.clone())).collect();
        let (position, head) = self.log.append(now_ms, None, statements).map_err(VaultError::from)?;
        for (entry, body) in &taken {
            self.take_in(&position, &head, entry, body)?;
        }
        let keys = self.log.keys.set(&id.0).cloned().expect("the import's key was just made");
        Ok(ImportWriter {
            id,
            source: Arc::new(stored.source),
            now_ms,
            original: new_original,
            begun: StatementPlace { lamport: head.lamport, position },
            compartment,
            keys,
            walk: LeafPath::default(),
            n_leaves: 0,
            tag_key: self.log.keys.tag(),
            entries: Vec::new(),
            bytes: 0,
            gathered: Vec::new(),
            frames: Vec::new(),
            places: Vec::new(),
            done: false,
            vault: self,
        })
    }

    /// Takes an import back, with the reason. Its records no longer stand; the log keeps them.
    ///
    /// # Errors
    /// [`VaultError::Unknown`] when no import with this id stands; [`VaultError::LaterEdition`] when the rows of a later
    /// edition of its list continue its own.
    pub fn undo_import(&mut self, id: ImportId, why: &str, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Code)?;
        let mut standing = self.imports().iter().filter(|import| import.undone.is_none());
        let own = standing.find(|import| import.id == id).ok_or(VaultError::Unknown { what: "standing import" })?;
        if standing.any(|later| later.edition.is_some() && later.source.list() == own.source.list()) {
            return Err(VaultError::LaterEdition);
        }
        let clear = Clear { import: Some(id.0), ..Clear::default() };
        let (entry, words) = (self.log.fresh_id()?, Words { text: why.to_owned() });
        self.record(now_ms, vec![Statement::new(entry, EntryKind::ImportUndone, VAULT_ITEM, clear, &words)])
    }

    /// The mapping that an import was made with.
    pub fn mapping_of(&self, import: ImportId) -> Result<String, VaultError> {
        let known = self.catalog.import(import).ok_or(VaultError::Unknown { what: "import" })?;
        let mut mapping = None;
        let plaintext = self.log.read(&known.begun)?;
        let mut opener = self.log.opener();
        self.log.each_entry(&known.begun, &plaintext, |_, _, entry| {
            if entry.kind == EntryKind::ImportBegun && entry.clear.import == Some(import.0) {
                let begun: Option<ImportBegun> = self.log.body(&mut opener, &known.begun, entry)?;
                mapping = begun.map(|begun| begun.mapping_toml);
            }
            Ok::<(), VaultError>(())
        })?;
        mapping.ok_or(VaultError::Unknown { what: "mapping" })
    }
}

impl ImportWriter<'_> {
    /// The id of the import.
    pub fn id(&self) -> ImportId {
        self.id
    }

    /// The source that the records stand in.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Adds a record. Its id is derived with the vault's key from list, file and place: the same row of the same file has
    /// the same id for ever, and nobody without the key can guess it.
    ///
    /// # Errors
    /// [`ImportError::OutsideRecord`] when a claim's passage is not of these cells. The import can go on after that.
    pub fn push(&mut self, origin: Origin, cells: Vec<String>, claims: Vec<Claim>) -> Result<RecordId, ImportError> {
        let id = record_id(&self.tag_key, &self.source, &origin);
        if claims.iter().flat_map(|claim| claim.passage.spans()).any(|span| span.of(&cells).is_none()) {
            return Err(ImportError::OutsideRecord { number: number_of(&origin) });
        }
        let clear = Clear { import: Some(self.id.0), record: Some(id.0), ..clear_of(self.compartment) };
        self.add(EntryKind::Record, clear, &StoredRecord { origin, cells, claims })?;
        self.gathered.push((id, self.entries.len() as u32 - 1));
        self.flush_if_full()?;
        Ok(id)
    }

    /// Keeps a row that was set aside, verbatim, with the code of the reason.
    pub fn quarantine(&mut self, row: &QuarantinedRow) -> Result<(), ImportError> {
        let clear = Clear { import: Some(self.id.0), ..clear_of(self.compartment) };
        self.add(EntryKind::Quarantined, clear, row)?;
        self.flush_if_full()
    }

    /// Makes the import visible, durably and as a whole.
    ///
    /// # Errors
    /// [`ImportError::SamePlaceTwice`] when two records came from one place: nothing of the import is visible then.
    pub fn finish(self, summary: ImportSummary) -> Result<ImportReceipt, ImportError> {
        self.finish_edition(summary, None)
    }

    /// The same for a later edition of a list: says what it changed.
    ///
    /// # Errors
    /// As [`ImportWriter::finish`].
    pub fn finish_edition(
        mut self,
        summary: ImportSummary,
        edition: Option<EditionChange>,
    ) -> Result<ImportReceipt, ImportError> {
        self.flush()?;
        self.places.sort();
        if let Some(pair) = self.places.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(ImportError::SamePlaceTwice { number: self.number_at(&pair[1])? });
        }
        let n_records = self.places.len() as u64;
        let item = self.source.id.0;
        let clear = Clear { import: Some(self.id.0), ..clear_of(self.compartment) };
        let mut edition = edition;
        let parts = std::iter::from_fn(|| edition.as_mut()?.split_off_part(EditionChange::MOST_TOLD));
        let mut bodies: Vec<(EntryKind, Vec<u8>)> =
            parts.map(|part| (EntryKind::EditionPart, part.to_padded())).collect();
        let finished = ImportFinished { n_records, summary, edition };
        bodies.push((EntryKind::ImportFinished, finished.to_padded()));
        let mut told = Vec::with_capacity(bodies.len());
        for (kind, body) in bodies {
            let id = self.vault.log.fresh_id().map_err(VaultError::from)?;
            let statement = Statement { id, kind, item, clear, body: body.clone() };
            let entry = statement.entry();
            let (position, head) =
                self.vault.log.append(self.now_ms, None, vec![statement]).map_err(VaultError::from)?;
            told.push((position, head, entry, body));
        }
        self.vault.log.own.commit().map_err(VaultError::from)?;
        self.done = true;
        let mut changes = vec![Change::Statement(self.begun)];
        for (position, head, entry, body) in told {
            self.vault.take_in(&position, &head, &entry, &body)?;
            changes.push(Change::Statement(StatementPlace { lamport: head.lamport, position }));
        }
        changes.push(Change::Imported { import: self.id, frames: &self.frames, records: &self.places });
        self.vault.index_follows(&changes);
        if let Some(original) = &self.original {
            blob::keep(&*self.vault.storage, original).map_err(VaultError::from)?;
        }
        Ok(ImportReceipt { import: self.id, source: Arc::clone(&self.source), n_records })
    }

    /// Seals a record or a row under a leaf of its own, so that it can be erased alone.
    fn add(&mut self, kind: EntryKind, clear: Clear, body: &impl Body) -> Result<(), ImportError> {
        let log = &mut self.vault.log;
        let id = log.fresh_id().map_err(VaultError::from)?;
        let leaf = self.n_leaves;
        let key = self.walk.key(&self.keys, leaf).expect("no leaf of a new import was punctured");
        self.n_leaves += 1;
        let clear = Clear { leaf: Some(leaf), ..clear };
        let statement = Statement::new(id, kind, self.id.0, clear, body);
        let entry = log.seal(&Sealer::new(&key), statement).map_err(VaultError::from)?;
        self.bytes += entry.len();
        self.entries.push(entry);
        Ok(())
    }

    fn flush_if_full(&mut self) -> Result<(), ImportError> {
        if self.entries.len() >= FRAME_ENTRIES || self.bytes >= FRAME_BYTES { self.flush() } else { Ok(()) }
    }

    /// Appends what was gathered as one frame. Not synced: nothing is acknowledged before the import is finished.
    fn flush(&mut self) -> Result<(), ImportError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let appended = self.vault.log.append_sealed(self.now_ms, None, &self.entries);
        let (position, _) = appended.map_err(VaultError::from)?;
        self.entries.clear();
        self.bytes = 0;
        let frame = self.frames.len() as u32;
        self.frames.push(position);
        self.places.extend(self.gathered.drain(..).map(|(id, entry)| RecordPlace { id, frame, entry }));
        Ok(())
    }

    /// Row or mention number of a record that was written.
    fn number_at(&self, place: &RecordPlace) -> Result<u64, ImportError> {
        let position = &self.frames[place.frame as usize];
        let stored = self.vault.stored_record(position, place.entry as usize)?;
        Ok(number_of(&stored.origin))
    }
}

impl Drop for ImportWriter<'_> {
    /// Says in the log that the import will not be finished. Where even that fails, the next opening says it.
    fn drop(&mut self) {
        if self.done {
            return;
        }
        if self.vault.abandon(self.id, self.now_ms, &[self.begun]).is_err() {
            self.vault.log.own.poison();
        } else if let Some(original) = &self.original {
            let _ = blob::discard(&*self.vault.storage, original);
        }
    }
}

impl From<VaultError> for ImportError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

fn number_of(origin: &Origin) -> u64 {
    match origin {
        Origin::Row { row, .. } => *row,
        Origin::Text { mention, .. } => *mention,
    }
}

/// HMAC over list, file and place, cut to 16 bytes; the lengths keep two places from reading alike.
fn record_id(tag_key: &Key, source: &Source, origin: &Origin) -> RecordId {
    let (kind, number, sheet) = match origin {
        Origin::Row { sheet, row } => (0u8, *row, sheet.as_str()),
        Origin::Text { mention, .. } => (1u8, *mention, ""),
    };
    let tag = hmac(
        tag_key,
        &[
            b"habeas/1 record",
            &(source.key.len() as u64).to_le_bytes(),
            source.key.as_bytes(),
            source.sha256.as_bytes(),
            &[kind],
            &number.to_le_bytes(),
            sheet.as_bytes(),
        ],
    );
    RecordId(*tag.first_chunk().expect("HMAC-SHA-256 has 32 bytes"))
}
