//! The fold over all statements of all feeds but the records themselves: people, sources, imports, judgements, link runs,
//! estimates, erasures, audit. It is given the statements in the one order that all devices share, and the same fold runs
//! when the vault is opened and when something is recorded.

mod asserted;
mod consents;
mod editions;
mod erased;
mod people;
mod places;
mod publication;
mod standing;

pub use editions::Editions;
pub use erased::ErasedSet;
pub use people::{DeviceInfo, MemberInfo, People};
use places::KnownPlaces;
pub use publication::{Publication, ReleaseInfo};
pub use standing::Conflict;

use crate::{
    feed::Position,
    format::{
        DecodeError,
        v1::{
            Body, Clear, CommitHead, Entry, EntryKind,
            assertion::{StoredAssertion, is_resolution},
            codes::Code,
            erasure::{Erased, Erasure, Retraction, SourceIdentity},
            linkage::StoredLinkRun,
            member::{DeviceIntroduced, DeviceRemoved, EpochBegun, MemberStated},
            source::{BlobRef, StoredSource},
            statement::{
                AuditEvent, EditionChange, Founded, ImportBegun, ImportFinished, ImportSummary, StoredEstimate, Words,
            },
        },
    },
    keys::ItemId,
};
use habeas_core::{
    Compartment, DeviceId, ErasureReason, ImportId, Judgement, LinkRunId, Right, Source, SourceId, UserId,
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

/// One import, as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportInfo {
    /// Its id.
    pub id: ImportId,
    /// The source that its records stand in.
    pub source: Arc<Source>,
    /// When it began, by the caller's clock.
    pub begun_ms: i64,
    /// Number of its records, without those that were erased.
    pub n_records: u64,
    /// Number of its records that were erased.
    pub n_erased: u64,
    /// What became of the rows.
    pub summary: ImportSummary,
    /// Where it brought a later edition of a list: what that changed.
    pub edition: Option<EditionChange>,
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
    /// Id of its entry.
    pub id: [u8; 16],
    /// When it was recorded.
    pub recorded_ms: i64,
    /// What was estimated, by the caller's code.
    pub kind: String,
    /// The result, as the caller wrote it.
    pub json: String,
}

/// Code of the event that a device has destroyed the keys that an erasure names.
const ERASURE_FOLLOWED: &str = "erasure-followed";

/// One entry of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When it was recorded, by the clock of the device.
    pub recorded_ms: i64,
    /// Who did it.
    pub user: UserId,
    /// On which device.
    pub device: DeviceId,
    /// What was done.
    pub event: AuditEvent,
    /// How many times in one stroke: families' answers are recorded by the thousand.
    pub times: u32,
}

/// One erasure, as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureInfo {
    /// Id of its entry.
    pub id: [u8; 16],
    /// When it was recorded.
    pub recorded_ms: i64,
    /// By whom.
    pub user: UserId,
    /// How many keys it names.
    pub n_targets: usize,
    /// Why, as a code.
    pub reason: ErasureReason,
    /// Why, in words.
    pub why: String,
    /// Devices that have destroyed the keys, with the time by their clocks.
    pub done: Vec<(DeviceId, i64)>,
}

/// Everything that the statements say.
#[derive(Default)]
pub struct Catalog {
    pub name: String,
    pub people: People,
    pub sources: Vec<KnownSource>,
    pub imports: Vec<KnownImport>,
    pub recorded_judgements: Vec<Judgement>,
    /// The same on the records that stand now, where a later edition changed theirs.
    pub judgements: Vec<Judgement>,
    /// What later editions of lists did to records.
    pub editions: Editions,
    pub link_runs: Vec<(LinkRunInfo, BlobRef)>,
    pub estimates: Vec<EstimateInfo>,
    /// Lists of places, erased ones too.
    pub places: Vec<KnownPlaces>,
    /// Assertions, and the records that mentions make of them.
    pub audit: Vec<AuditEntry>,
    /// The frame that the last of the audit stands in.
    audit_at: Option<(DeviceId, u64)>,
    /// Consents, policies and releases.
    pub publication: Publication,
    pub erased: ErasedSet,
    pub erasures: Vec<ErasureInfo>,
    /// Who sources are, as far as this member may know: the latest words, and the entry that says them.
    pub identities: HashMap<SourceId, (ItemId, String)>,
    /// Entries that were taken back.
    pub retracted: BTreeSet<[u8; 16]>,
    /// Statements that do not count: made without the right, or not signed by whom they name.
    pub not_counted: BTreeSet<(Position, [u8; 16])>,
    /// Statements whose key this member does not hold: entry, item, leaf, compartment.
    pub unreadable: Vec<Unreadable>,
    /// Statements that speak of something that has not arrived.
    pub n_waiting: u64,
    /// Contradictions between offices.
    pub conflicts: Vec<Conflict>,
    /// What retried writes have already done.
    pub done: HashMap<[u8; 16], [u8; 16]>,
    /// Sources that stand, in log order.
    pub standing_sources: Vec<Arc<Source>>,
    /// Imports that were finished, in log order.
    pub finished_imports: Vec<ImportInfo>,
    /// Grows whenever the persons of lists may have changed.
    pub generation: u64,
}

/// A statement whose key this member does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// Where it stands.
    pub position: Position,
    /// Its item.
    pub item: ItemId,
    /// The leaf of its item, where it has one.
    pub leaf: Option<u32>,
    /// Number of the compartment, where it is not the general one.
    pub compartment: Option<u64>,
}

impl Unreadable {
    /// The compartment that it is sealed in.
    pub fn compartment(&self) -> Compartment {
        self.compartment.and_then(|number| Compartment::from_number(number).ok()).unwrap_or(Compartment::General)
    }
}

/// A source with its file.
pub struct KnownSource {
    /// The entry that records it.
    pub entry: [u8; 16],
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
    /// What it has told so far of the edition that it brings, until it is finished.
    pub told: EditionChange,
    pub state: ImportState,
    /// The import of the same file that counts instead of this one.
    pub passed_over: Option<ImportId>,
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
            ImportState::Finished { last, .. } if self.passed_over.is_none() => Some((self.begun, *last)),
            _ => None,
        }
    }
}

impl Catalog {
    /// An empty catalogue of a vault with this founder.
    pub fn founded_by(people: People) -> Self {
        Self { people, ..Self::default() }
    }

    /// Takes in one statement of a commit; `body` is `None` where its key is not held. Records and quarantined rows are not
    /// for the catalogue.
    pub fn apply(
        &mut self,
        position: &Position,
        head: &CommitHead,
        entry: &Entry<'_>,
        body: Option<&[u8]>,
    ) -> Result<(), DecodeError> {
        if !self.people.counts(&head.user, &position.device, position.cursor.seq, entry.kind) {
            self.not_counted.insert((*position, entry.id));
            return Ok(());
        }
        self.done.insert(head.idempotency, entry.id);
        let Some(body) = body else {
            self.generation += u64::from(entry.kind == EntryKind::ImportFinished);
            let Clear { compartment, leaf, .. } = entry.clear;
            self.unreadable.push(Unreadable { position: *position, item: entry.item, leaf, compartment });
            return Ok(());
        };
        match self.take_in(position, head, entry, body) {
            // What it speaks of is in a feed that has not arrived, or cannot be read here. It counts when that is there.
            Err(DecodeError::Dangling { .. }) => {
                self.n_waiting += 1;
                Ok(())
            }
            taken => taken,
        }
    }

    fn take_in(
        &mut self,
        position: &Position,
        head: &CommitHead,
        entry: &Entry<'_>,
        body: &[u8],
    ) -> Result<(), DecodeError> {
        let recorded_ms = head.recorded_ms;
        let mut audited = |event: AuditEvent| {
            let (user, device) = (UserId(head.user), DeviceId(position.device));
            let at = Some((device, position.cursor.seq));
            let is_same_stroke = std::mem::replace(&mut self.audit_at, at) == at;
            match self.audit.last_mut().filter(|last| is_same_stroke && last.event == event) {
                Some(last) => last.times += 1,
                None => self.audit.push(AuditEntry { recorded_ms, user, device, event, times: 1 }),
            }
        };
        match entry.kind {
            EntryKind::Founded => self.name = Founded::from_padded(body)?.name,
            EntryKind::Device => {
                let introduced: DeviceIntroduced = Body::from_padded(body)?;
                audited(AuditEvent::new("device-introduced", [("name", introduced.name.clone())]));
                self.people.device_introduced(position.device, head.user, introduced);
            }
            EntryKind::Member => {
                let stated: MemberStated = Body::from_padded(body)?;
                let (name, role) = (("name", stated.name.clone()), stated.role.map(|role| role.to_string()));
                audited(match role {
                    Some(role) => AuditEvent::new("member-stated", [name, ("role", role)]),
                    None => AuditEvent::new("member-removed", [name]),
                });
                self.people.member_stated(stated, recorded_ms);
            }
            EntryKind::Epoch => {
                let begun: EpochBegun = Body::from_padded(body)?;
                // The first keys come with the vault.
                if begun.epoch > 0 {
                    audited(AuditEvent::new("epoch-begun", [("compartment", begun.compartment.to_string())]));
                }
                self.people.epoch_begun(begun);
            }
            EntryKind::DeviceRemoved => {
                let removed: DeviceRemoved = Body::from_padded(body)?;
                audited(AuditEvent::new("device-removed", [("device", DeviceId(removed.device).short())]));
                self.people.device_removed(&removed);
            }
            EntryKind::Source => {
                let stored = StoredSource::from_padded(body)?;
                let by_itself = entry.clear.import.is_none();
                let (source, original) = (Arc::new(stored.source), stored.original);
                self.sources.push(KnownSource { entry: entry.id, source, original, by_itself });
            }
            EntryKind::SourceIdentity => {
                let SourceIdentity { source, words } = Body::from_padded(body)?;
                self.identities.insert(SourceId(source), (entry.item, words));
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
                    told: EditionChange::default(),
                    state: ImportState::Open,
                    passed_over: None,
                });
            }
            EntryKind::EditionPart => {
                let part = EditionChange::from_padded(body)?;
                self.import_mut(import_id(entry)?)?.told.extend(part);
            }
            EntryKind::ImportFinished => {
                let mut finished = ImportFinished::from_padded(body)?;
                let import = self.import_mut(import_id(entry)?)?;
                if let Some(last) = &mut finished.edition {
                    last.extend(std::mem::take(&mut import.told));
                }
                import.state = ImportState::Finished { last: *position, finished };
            }
            EntryKind::ImportUndone => {
                let why = Words::from_padded(body)?.text;
                let import = self.import_mut(import_id(entry)?)?;
                if let ImportState::Finished { last, finished } = import.state.clone() {
                    import.state = ImportState::Undone { last, finished, at_ms: recorded_ms, why };
                }
            }
            EntryKind::ImportAbandoned => {
                let import = self.import_mut(import_id(entry)?)?;
                // Only the device that began an import can know that it will not be finished.
                if import.state == ImportState::Open && import.begun.device == position.device {
                    import.state = ImportState::Abandoned;
                }
            }
            EntryKind::Judgement => {
                let judgement = Judgement::from_padded(body)?;
                self.judgements.extend(self.editions.carry(&judgement));
                self.recorded_judgements.push(judgement);
            }
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
                self.estimates.push(EstimateInfo { id: entry.id, recorded_ms, kind, json });
            }
            EntryKind::Places => {
                let stored = Body::from_padded(body)?;
                self.places.push(KnownPlaces::new(entry.id, recorded_ms, UserId(head.user), stored));
            }
            EntryKind::Audit => audited(AuditEvent::from_padded(body)?),
            EntryKind::Erasure => {
                let Erasure { targets, reason, why } = Body::from_padded(body)?;
                let (id, user, n_targets) = (entry.id, UserId(head.user), targets.len());
                let about = [("keys", n_targets.to_string()), ("reason", reason.code().to_owned())];
                audited(AuditEvent::new("erased", about));
                targets.into_iter().for_each(|(item, leaf)| self.erased.insert(item, leaf));
                self.erasures.push(ErasureInfo { id, recorded_ms, user, n_targets, reason, why, done: Vec::new() });
            }
            EntryKind::Erased => {
                let Erased { erasure } = Body::from_padded(body)?;
                audited(ERASURE_FOLLOWED.into());
                let known = self.erasures.iter_mut().find(|known| known.id == erasure);
                let known = known.ok_or(DecodeError::Dangling { what: "erasure" })?;
                known.done.push((DeviceId(position.device), recorded_ms));
            }
            EntryKind::Retraction => {
                let retracted = Retraction::from_padded(body)?.entry;
                let of_source = self.sources.iter().any(|known| known.entry == retracted);
                if !of_source && !self.people.role(&head.user).is_some_and(|role| role.may(Right::Judge)) {
                    self.not_counted.insert((*position, entry.id));
                    return Ok(());
                }
                audited("retracted".into());
                self.retract(retracted);
            }
            EntryKind::Consent
            | EntryKind::ConsentContact
            | EntryKind::PublicationPolicy
            | EntryKind::Release
            | EntryKind::ReleaseApproved
            | EntryKind::ReleasePublished
            | EntryKind::ReleaseWithdrawn
            | EntryKind::Delivery => {
                let by = (UserId(head.user), DeviceId(position.device), recorded_ms);
                self.publication.take_in(entry, by, body)?;
                if let Some(code) = publication::audit_code(entry.kind) {
                    audited(code.into());
                }
            }
            EntryKind::Assertion => {
                // Where it stands the index knows; only what it may say is the fold's.
                let StoredAssertion(one) = Body::from_padded(body)?;
                if is_resolution(&one) && !self.judges(&head.user) {
                    self.not_counted.insert((*position, entry.id));
                    return Ok(());
                }
            }
            EntryKind::Record | EntryKind::Quarantined => {}
        }
        match entry.kind {
            EntryKind::ImportFinished | EntryKind::ImportUndone | EntryKind::Erasure | EntryKind::Retraction => {
                self.generation += 1;
                self.restate();
            }
            EntryKind::Source | EntryKind::ImportAbandoned => self.restate(),
            // Judgements change nobody before the next linkage.
            EntryKind::LinkRun => self.generation += 1,
            _ => {}
        }
        Ok(())
    }

    fn retract(&mut self, entry: [u8; 16]) {
        self.retracted.insert(entry);
        self.recorded_judgements.retain(|judgement| judgement.id.0 != entry);
        self.judgements.retain(|judgement| judgement.id.0 != entry);
        self.link_runs.retain(|(run, _)| run.id.0 != entry);
        self.estimates.retain(|estimate| estimate.id != entry);
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
    pub fn n_imported(&self) -> u64 {
        let standing = self.finished_imports.iter().filter(|import| import.undone.is_none());
        let imported = standing.map(|import| import.n_records).sum::<u64>();
        imported.saturating_sub(self.editions.n_replaced())
    }

    /// Blobs that something durable refers to, without erased ones, and those of imports that are not finished.
    pub fn blobs(&self) -> impl Iterator<Item = BlobRef> + '_ {
        self.blobs_of(|state| *state != ImportState::Abandoned)
    }

    /// Blobs that must be there: those of imports that are not finished are on their way, or were when a crash came.
    pub fn whole_blobs(&self) -> impl Iterator<Item = BlobRef> + '_ {
        self.blobs_of(|state| !matches!(state, ImportState::Abandoned | ImportState::Open))
    }

    /// Blobs that something refers to: of imports those in these states.
    fn blobs_of(&self, wanted: impl Fn(&ImportState) -> bool) -> impl Iterator<Item = BlobRef> + '_ {
        let (used, unused): (Vec<_>, Vec<_>) = self.imports.iter().partition(|import| wanted(&import.state));
        let of = |imports: Vec<&KnownImport>| imports.into_iter().map(|import| import.source).collect::<HashSet<_>>();
        let (used, unused) = (of(used), of(unused));
        let used = |known: &&KnownSource| {
            let id = known.source.id;
            known.by_itself || !unused.contains(&id) || used.contains(&id)
        };
        let originals = self.sources.iter().filter(used).map(|known| known.original);
        let runs = self.link_runs.iter().map(|(_, columns)| *columns);
        let kept = |blob: &BlobRef| !self.erased.contains(&blob.id, None);
        let places = self.places.iter().map(|known| known.file);
        originals.chain(runs).chain(places).filter(kept).collect::<Vec<_>>().into_iter()
    }

    /// Erasures that a device has not yet followed.
    pub fn unsettled_erasures(&self, device: DeviceId) -> Vec<[u8; 16]> {
        let open = self.erasures.iter().filter(|known| known.done.iter().all(|(done, _)| *done != device));
        open.map(|known| known.id).collect()
    }

    fn import_mut(&mut self, id: ImportId) -> Result<&mut KnownImport, DecodeError> {
        let found = self.imports.iter_mut().find(|known| known.id == id);
        found.ok_or(DecodeError::Dangling { what: "import" })
    }
}

fn import_id(entry: &Entry<'_>) -> Result<ImportId, DecodeError> {
    entry.clear.import.map(ImportId).ok_or(DecodeError::Missing { key: 0 })
}
