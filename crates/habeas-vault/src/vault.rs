//! The vault: one encrypted folder, opened by one process at a time.

use crate::{
    AuditEvent,
    assertions::recorded_assertions,
    blob::{self, BlobError},
    catalog::{AuditEntry, Catalog, Conflict, ErasedSet, EstimateInfo, ImportInfo, LinkRunInfo},
    checkpoint::Checkpoint,
    damage::{Damage, OnDamage},
    earlier::Passing,
    feed::{FeedError, Position, Torn},
    format::{
        DecodeError,
        v1::{
            Body, Clear, CommitHead, Entry, EntryKind,
            codes::Code,
            linkage::{LinkRun, StoredLinkRun, decode_columns, encode_columns},
            source::{BlobRef, StoredSource, hex},
            statement::StoredEstimate,
        },
    },
    index::{Change, Index, IndexError, StatementPlace},
    key_area::{KeyArea, KeyAreaError},
    keys::{ItemId, Key, NoEntropy, ShareError, VAULT_ITEM, hmac, statements_item},
    log::{Log, Statement},
    storage::{RelPath, Storage, StorageError},
};
use habeas_core::{
    Attribution, Compartment, ImportId, Judgement, JudgementId, LinkRunId, RecordPair, Right, Role, Source, SourceId,
    SourceKind, Verdict,
};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, sync::Arc};

/// Why an open vault cannot do what is asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The storage refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Bytes are not as they were written.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// An earlier write failed. What the disk holds is known only after opening anew.
    #[error("an earlier write failed: open the vault anew before writing again")]
    Poisoned,
    /// The vault was opened for reading only: on a medium that takes no writes, or to look at the past.
    #[error("the vault is open for reading only")]
    ReadOnly,
    /// The member's role does not allow it.
    #[error("the role {role} does not have the right «{right}»")]
    Denied {
        /// The role.
        role: Role,
        /// The right that it lacks.
        right: Right,
    },
    /// The key of the compartment is not held by this member, or not on this device.
    #[error("the key of the compartment «{compartment}» is not held here")]
    NoKey {
        /// The compartment.
        compartment: Compartment,
    },
    /// A single entry is longer than a frame may be.
    #[error("an entry has {length} bytes, more than can be recorded at once")]
    TooLong {
        /// Its bytes.
        length: usize,
    },
    /// No random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The index failed; the log is not touched by that.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The key already names another source.
    #[error("the name «{key}» already stands for another source")]
    KeyTaken {
        /// The key.
        key: String,
    },
    /// A later edition of the list rests on this one.
    #[error("a later edition of this list stands on this import")]
    LaterEdition,
    /// There is no such thing in the vault.
    #[error("the vault has no {what} with this id")]
    Unknown {
        /// Kind of thing.
        what: &'static str,
    },
    /// Shares cannot be made like this.
    #[error(transparent)]
    Shares(ShareError),
    /// The only keeper stays one: nobody could make another.
    #[error("this is the only keeper: make another member a keeper first")]
    LastKeeper,
    /// A release is approved by another user on another device than proposed it.
    #[error("a release is approved by another person, on another device, than proposed it")]
    NotTwoPersons,
    /// The parts of a link run do not fit each other.
    #[error("the link run counts {n_records} records, but its partition or pairs count others")]
    LinkRunMismatch {
        /// Number of its records.
        n_records: usize,
    },
}

/// A source before it is recorded: everything but its id and the hash of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDraft {
    /// The short name that commands and addresses use.
    pub key: String,
    /// What kind of work.
    pub kind: SourceKind,
    /// Title for people.
    pub title: String,
    /// Who says what it says.
    pub said_by: Attribution,
    /// Which edition; empty where there is none.
    pub edition: String,
    /// Name of the file as received.
    pub file_name: String,
    /// For a list: whether its keeper says that it names a person once.
    pub names_once: bool,
    /// For a list: keys of the lists that it was compiled from.
    pub compiled_from: Vec<String>,
    /// For a list: header of the table.
    pub header: Vec<String>,
}

/// A judgement before it is recorded: everything but its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgementDraft {
    /// The pair.
    pub pair: RecordPair,
    /// The decision.
    pub verdict: Verdict,
    /// Who decided.
    pub by: String,
    /// Why.
    pub why: String,
    /// Whether the model's weights were on the screen.
    pub saw_weights: bool,
    /// The judgement that this one takes back.
    pub revokes: Option<JudgementId>,
}

/// Something that opening the vault found and settled; to be told to the user in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A crash left bytes behind the last whole frame. They were never acknowledged and were moved away.
    TornTail(Torn),
    /// An import was never finished. Nothing of it is visible.
    ImportAbandoned(ImportId),
    /// The index was missing or unusable and was made anew from the log.
    IndexRebuilt,
    /// One of two records of the durable length was unreadable; the other held, and nothing is lost by it.
    LengthRecordLost,
    /// The medium takes no writes: the vault is open for reading only.
    ReadOnly,
    /// So many statements do not count: made without the right to, or not signed by whom they name.
    NotCounted(usize),
    /// So many statements speak of something that has not arrived from another device.
    Waiting(u64),
    /// So many statements are sealed in a compartment whose key this member does not hold.
    Sealed {
        /// How many.
        n: usize,
        /// The compartment.
        compartment: Compartment,
    },
    /// The keys of so many statements are missing, and nothing says that they were erased.
    KeysMissing(usize),
    /// Keys were destroyed, as so many erasures ask for.
    Erased(usize),
    /// Bytes are not as they were written: what stands without them is read, and nothing can be recorded.
    Damaged(Damage),
    /// The disk is full: the index is held in memory, and nothing can be recorded until there is room.
    DiskFull,
}

/// An open vault. Dropping it releases the folder.
pub struct Vault {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) log: Log,
    pub(crate) key_area: KeyArea,
    pub(crate) catalog: Catalog,
    pub(crate) index: Index,
    /// Number of records that assertions make of the mentions of each source.
    pub(crate) n_mentions: BTreeMap<SourceId, u64>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) id: [u8; 16],
    /// What the member who opened it may do.
    pub(crate) role: Role,
    /// Known checkpoints, those of this device first to last, then those of others.
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// Checkpoints that were received and not yet noted in this device's feed.
    pub(crate) to_note: Vec<String>,
    /// The way in by which it was opened.
    pub(crate) opened_by: Option<RelPath>,
    /// What is done about damage that reading comes upon.
    pub(crate) on_damage: OnDamage,
    /// Everything that is erased by now, also where the vault is read as it was before.
    pub(crate) erased_by_now: ErasedSet,
    /// The file of its index, where that goes with it: behind the index, which is closed before.
    pub(crate) _passing: Option<Passing>,
    pub(crate) _lock: Option<Box<dyn Send + Sync>>,
}

/// Why the columns of a link run cannot be read.
enum ColumnsError {
    Blob(blob::BlobError),
    Content(DecodeError),
}

impl From<DecodeError> for ColumnsError {
    fn from(error: DecodeError) -> Self {
        Self::Content(error)
    }
}

impl Vault {
    /// The name it was given.
    pub fn name(&self) -> &str {
        &self.catalog.name
    }

    /// Lower-case hexadecimal id.
    pub fn id(&self) -> String {
        hex(&self.id)
    }

    /// What opening found and settled.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Sources that stand, in the order in which they were recorded.
    pub fn sources(&self) -> &[Arc<Source>] {
        &self.catalog.standing_sources
    }

    /// The source that bears a key.
    pub fn source_of_key(&self, key: &str) -> Option<&Arc<Source>> {
        self.catalog.source_of_key(key).map(|known| &known.source)
    }

    /// Contradictions between offices, which people have to settle.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.catalog.conflicts
    }

    /// The role of the member who opened the vault.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Refuses what the member's role does not allow.
    ///
    /// # Errors
    /// [`VaultError::Denied`].
    pub fn require(&self, right: Right) -> Result<(), VaultError> {
        let role = self.role;
        if role.may(right) { Ok(()) } else { Err(VaultError::Denied { role, right }) }
    }

    /// Whether nothing can be recorded, because the vault was opened for reading only.
    pub fn is_read_only(&self) -> bool {
        self.log.own.is_read_only()
    }

    /// Imports that were finished, in order, those that were undone included.
    pub fn imports(&self) -> &[ImportInfo] {
        &self.catalog.finished_imports
    }

    /// Judgements in the order in which they were recorded. Where a later edition of a list changed a row, they speak of the
    /// record that stands in its place.
    pub fn judgements(&self) -> &[Judgement] {
        &self.catalog.judgements
    }

    /// Link runs in the order in which they were recorded.
    pub fn link_runs(&self) -> impl DoubleEndedIterator<Item = &LinkRunInfo> {
        self.catalog.link_runs.iter().map(|(info, _)| info)
    }

    /// Estimates in the order in which they were recorded.
    pub fn estimates(&self) -> &[EstimateInfo] {
        &self.catalog.estimates
    }

    /// The audit, in order.
    pub fn audit_entries(&self) -> &[AuditEntry] {
        &self.catalog.audit
    }

    /// Number of records that stand.
    pub fn n_records(&self) -> u64 {
        let standing = self.catalog.standing_sources.iter();
        let mentions = standing.filter_map(|source| self.n_mentions.get(&source.id)).sum::<u64>();
        self.catalog.n_imported() + mentions
    }

    /// Records a source by itself, with its file. The same source again is returned as it stands.
    ///
    /// # Errors
    /// [`VaultError::KeyTaken`] when the key names another source.
    pub fn add_source(&mut self, draft: SourceDraft, original: &[u8], now_ms: i64) -> Result<Arc<Source>, VaultError> {
        self.require(Right::Code)?;
        let (known, statement) = self.draft_source(draft, original, None)?;
        if let Some(statement) = statement {
            let original = known.original;
            self.record(now_ms, vec![statement])?;
            blob::keep(&*self.storage, &original)?;
        }
        Ok(Arc::new(known.source))
    }

    /// The bytes of a source's file as received.
    pub fn original(&self, source: SourceId) -> Result<Vec<u8>, VaultError> {
        let known = self.catalog.source(source).map_err(|_| VaultError::Unknown { what: "source" })?;
        self.blob(&known.original)
    }

    /// Records a person's decision about a pair. A write that is retried with the same `idempotency` key is done once.
    pub fn add_judgement(
        &mut self,
        draft: JudgementDraft,
        idempotency: Option<[u8; 16]>,
        now_ms: i64,
    ) -> Result<JudgementId, VaultError> {
        self.require(Right::Judge)?;
        if let Some(done) = idempotency.and_then(|key| self.catalog.done.get(&key)) {
            return Ok(JudgementId(*done));
        }
        let id = self.log.fresh_id()?;
        let JudgementDraft { pair, verdict, by, why, saw_weights, revokes } = draft;
        let own_before = self
            .catalog
            .judgements
            .iter()
            .filter(|known| revokes.is_none() && known.revokes.is_none() && known.pair == pair && known.by == by);
        let replaces = own_before.map(|known| known.id).collect();
        let judgement = Judgement { id: JudgementId(id), pair, verdict, by, why, saw_weights, revokes, replaces };
        let item = self.statements_item()?;
        let statement = Statement::new(id, EntryKind::Judgement, item, Clear::default(), &judgement);
        self.record_once(now_ms, idempotency, vec![statement], &[])?;
        Ok(JudgementId(id))
    }

    /// Records a link run, its columns as a blob.
    ///
    /// # Errors
    /// [`VaultError::LinkRunMismatch`] when partition or pairs count other records than there are ids.
    pub fn put_link_run(&mut self, run: &LinkRun, now_ms: i64) -> Result<LinkRunId, VaultError> {
        self.require(Right::Judge)?;
        let n_records = run.record_ids.len();
        let counted = run.pairs.iter().all(|pair| pair.left < pair.right && (pair.right as usize) < n_records);
        if !counted || run.partition.n_records() != n_records {
            return Err(VaultError::LinkRunMismatch { n_records });
        }
        let (id, blob) = (self.log.fresh_id()?, self.log.fresh_id()?);
        self.new_items(Compartment::General, &[id, blob])?;
        let columns = self.put_blob(blob, &encode_columns(run))?;
        let stored = StoredLinkRun {
            columns,
            n_records: n_records as u64,
            n_clusters: run.partition.n_clusters() as u64,
            n_pairs: run.pairs.len() as u64,
            summary_json: run.summary_json.clone(),
        };
        self.record(now_ms, vec![Statement::new(id, EntryKind::LinkRun, id, Clear::default(), &stored)])?;
        blob::keep(&*self.storage, &columns)?;
        Ok(LinkRunId(id))
    }

    /// Reads a link run.
    pub fn link_run(&self, id: LinkRunId) -> Result<LinkRun, VaultError> {
        let (info, columns) = self
            .catalog
            .link_runs
            .iter()
            .find(|(info, _)| info.id == id)
            .ok_or(VaultError::Unknown { what: "link run" })?;
        let mut reader = blob::Reader::open(&*self.storage, &self.id, &self.blob_key(columns)?, columns)?;
        decode_columns(&mut || reader.next().map_err(ColumnsError::Blob), info.summary_json.clone()).map_err(|error| {
            match error {
                ColumnsError::Blob(error) => error.into(),
                ColumnsError::Content(source) => {
                    let kind = crate::DamageKind::Content { seq: 0, source };
                    Damage { file: blob::path(&columns.id), offset: 0, kind }.into()
                }
            }
        })
    }

    /// The last link run, if there is one.
    pub fn latest_link_run(&self) -> Result<Option<(LinkRunId, LinkRun)>, VaultError> {
        let Some(id) = self.link_runs().next_back().map(|info| info.id) else { return Ok(None) };
        Ok(Some((id, self.link_run(id)?)))
    }

    /// Records the result of an estimate.
    pub fn put_estimate(&mut self, kind: &str, json: &str, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Judge)?;
        let (id, item) = (self.log.fresh_id()?, self.statements_item()?);
        let stored = StoredEstimate { kind: kind.to_owned(), json: json.to_owned() };
        self.record(now_ms, vec![Statement::new(id, EntryKind::Estimate, item, Clear::default(), &stored)])
    }

    /// Records in the audit what was done. It cannot be switched off or taken back.
    pub fn audit(&mut self, event: impl Into<AuditEvent>, now_ms: i64) -> Result<(), VaultError> {
        self.record_own(now_ms, EntryKind::Audit, &event.into())
    }

    /// Finds the source that a draft describes, or makes the statement that records it.
    pub(crate) fn draft_source(
        &mut self,
        draft: SourceDraft,
        original: &[u8],
        import: Option<ImportId>,
    ) -> Result<(StoredSource, Option<Statement>), VaultError> {
        let sha256 = hex(&Sha256::digest(original));
        let SourceDraft { key, kind, title, said_by, edition, file_name, names_once, compiled_from, header } = draft;
        let mut source = Source {
            id: SourceId([0; 16]),
            key,
            kind,
            title,
            said_by,
            edition,
            sha256,
            file_name,
            names_once,
            compiled_from,
            header,
        };
        if let Some(known) = self.catalog.source_of_key(&source.key) {
            source.id = known.source.id;
            return if *known.source == source {
                Ok((StoredSource { source, original: known.original }, None))
            } else {
                Err(VaultError::KeyTaken { key: source.key })
            };
        }
        let (id, blob) = (self.log.fresh_id()?, self.log.fresh_id()?);
        source.id = SourceId(id);
        let compartment = compartment_of(source.kind);
        let mut items = vec![id, blob];
        items.extend(import.map(|import| import.0));
        self.new_items(compartment, &items)?;
        let original = self.put_blob(blob, original)?;
        let stored = StoredSource { source, original };
        let clear = Clear { import: import.map(|id| id.0), ..clear_of(compartment) };
        let statement = Statement::new(self.log.fresh_id()?, EntryKind::Source, id, clear, &stored);
        Ok((stored, Some(statement)))
    }

    /// Makes keys for new items, durable when this returns.
    pub(crate) fn new_items(&mut self, compartment: Compartment, items: &[ItemId]) -> Result<(), VaultError> {
        if self.is_read_only() {
            return Err(VaultError::ReadOnly);
        }
        let Log { keys, entropy, .. } = &mut self.log;
        Ok(self.key_area.add(keys, entropy, compartment, items)?)
    }

    pub(crate) fn put_blob(&mut self, id: ItemId, content: &[u8]) -> Result<BlobRef, VaultError> {
        let key = self.log.keys.blob(id).ok_or(VaultError::NoKey { compartment: Compartment::General })?;
        Ok(blob::put(&*self.storage, &self.id, &key, &mut self.log.entropy, id, content)?)
    }

    pub(crate) fn blob(&self, blob: &BlobRef) -> Result<Vec<u8>, VaultError> {
        Ok(blob::get(&*self.storage, &self.id, &self.blob_key(blob)?, blob)?)
    }

    fn blob_key(&self, blob: &BlobRef) -> Result<Key, VaultError> {
        self.log.keys.blob(blob.id).ok_or(VaultError::Unknown { what: "file" })
    }

    /// The item that judgements and estimates of now are sealed under.
    pub(crate) fn statements_item(&self) -> Result<ItemId, VaultError> {
        let compartment = Compartment::General;
        let (epoch, _) = self.log.keys.newest(compartment).ok_or(VaultError::NoKey { compartment })?;
        Ok(statements_item(epoch))
    }

    /// A keyed tag of bytes: nobody without the key can tell from it which bytes they were.
    pub(crate) fn tag(&self, purpose: &[u8], bytes: &[u8]) -> [u8; 32] {
        hmac(&self.log.keys.tag(), &[purpose, bytes])
    }

    /// Records one of the vault's own statements, which every member reads.
    pub(crate) fn record_own(&mut self, now_ms: i64, kind: EntryKind, body: &impl Body) -> Result<(), VaultError> {
        let id = self.log.fresh_id()?;
        self.record(now_ms, vec![Statement::new(id, kind, VAULT_ITEM, Clear::default(), body)])
    }

    /// Records statements durably, then lets the catalogue and the index follow.
    pub(crate) fn record(&mut self, now_ms: i64, statements: Vec<Statement>) -> Result<(), VaultError> {
        self.record_once(now_ms, None, statements, &[])
    }

    /// As [`Vault::record`], under a key that a retry bears too; `unfollowed` are earlier frames with statements that the
    /// index has not seen yet.
    pub(crate) fn record_once(
        &mut self,
        now_ms: i64,
        idempotency: Option<[u8; 16]>,
        statements: Vec<Statement>,
        unfollowed: &[StatementPlace],
    ) -> Result<(), VaultError> {
        let taken: Vec<(Entry<'static>, Vec<u8>)> =
            statements.iter().map(|statement| (statement.entry(), statement.body.clone())).collect();
        let (position, head) = self.log.append(now_ms, idempotency, statements)?;
        self.log.own.commit()?;
        for (entry, body) in &taken {
            self.take_in(&position, &head, entry, body)?;
        }
        let asserting = recorded_assertions(&position, &head, &taken);
        let mut changes: Vec<Change<'_>> = unfollowed.iter().copied().map(Change::Statement).collect();
        changes.push(Change::Statement(StatementPlace { lamport: head.lamport, position }));
        changes.extend(asserting.iter().map(Change::Asserting));
        self.index_follows(&changes);
        if asserting.is_some() && self.follow_recorded(&position).is_err() {
            self.index.fail();
        }
        Ok(())
    }

    pub(crate) fn take_in(
        &mut self,
        position: &Position,
        head: &CommitHead,
        entry: &Entry<'_>,
        body: &[u8],
    ) -> Result<(), VaultError> {
        let taken = self.catalog.apply(position, head, entry, Some(body));
        taken.map_err(|source| self.log.content_error(position, source).into())
    }

    /// Lets the index follow the log. What is recorded stands whatever the index does: its failure shows when it is
    /// asked, and opening the vault anew repairs it.
    pub(crate) fn index_follows(&mut self, changes: &[Change<'_>]) {
        let mark = self.log.own.end();
        let _ = self.index.follow(changes, &mark);
    }
}

impl From<FeedError> for VaultError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Storage(error) => Self::Storage(error),
            FeedError::Damaged(damage) => Self::Damaged(damage),
            FeedError::Poisoned => Self::Poisoned,
            FeedError::ReadOnly => Self::ReadOnly,
            FeedError::NoKey => Self::NoKey { compartment: Compartment::General },
            FeedError::TooLong { length } => Self::TooLong { length },
            FeedError::NoEntropy(error) => Self::NoEntropy(error),
        }
    }
}

impl From<BlobError> for VaultError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Storage(error) => Self::Storage(error),
            BlobError::Damaged(damage) => Self::Damaged(damage),
            BlobError::NoEntropy(error) => Self::NoEntropy(error),
        }
    }
}

impl From<KeyAreaError> for VaultError {
    fn from(error: KeyAreaError) -> Self {
        match error {
            KeyAreaError::Storage(error) => Self::Storage(error),
            KeyAreaError::Damaged(damage) => Self::Damaged(damage),
            KeyAreaError::NoEntropy(error) => Self::NoEntropy(error),
            KeyAreaError::NoKey(compartment) => Self::NoKey { compartment },
        }
    }
}

/// Where sources of a kind, and what is imported from them, are sealed.
pub(crate) fn compartment_of(kind: SourceKind) -> Compartment {
    if kind == SourceKind::Testimony { Compartment::Testimony } else { Compartment::General }
}

/// The clear part that tells a compartment, where it is not the general one.
pub(crate) fn clear_of(compartment: Compartment) -> Clear {
    let told = compartment != Compartment::General;
    Clear { compartment: told.then(|| compartment.number()), ..Clear::default() }
}
