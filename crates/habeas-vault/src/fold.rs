//! Following the feeds: the index learns where everything stands, and the catalogue is folded from the statements in the
//! one order that all devices share. The result depends on what was received, never on when or in which order.

use crate::{
    blob,
    catalog::{Catalog, ImportState},
    damage::{Damage, DamageKind},
    feed::{FeedError, FeedReader, Position},
    format::v1::{Clear, EntryKind, assertion::StoredAssertion, erasure::Erased, statement::Words},
    index::{Asserting, AssertingFrame, AssertionRow, Change, Index, RecordPlace, StatementPlace},
    key_area::grants,
    keys::{DeviceId, GrantHeader, ItemId, KeySet, VAULT_ITEM, commitment, verify_signature},
    log::{Log, Statement},
    opening::{OpenError, open_index, remove_index},
    storage::RelPath,
    vault::{Notice, Vault, VaultError},
};
use habeas_core::{Compartment, ImportId, RecordId};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::ControlFlow,
};

impl Vault {
    /// Brings index and catalogue up to what the feeds hold, and destroys the keys that an erasure among it names.
    pub(crate) fn replay(&mut self) -> Result<(), OpenError> {
        self.follow_feeds()?;
        self.fold()?;
        if self.key_area.holds_erased(&self.catalog.erased) {
            self.destroy_erased()?;
            self.follow_feeds()?;
            self.fold()?;
        }
        Ok(())
    }

    /// The index follows every feed to its end.
    fn follow_feeds(&mut self) -> Result<(), OpenError> {
        let marks: BTreeMap<DeviceId, Position> =
            self.index.marks()?.into_iter().map(|mark| (mark.device, mark)).collect();
        let devices: Vec<DeviceId> = self.log.readers().map(FeedReader::device).collect();
        if let Some(gone) = marks.keys().find(|device| !devices.contains(device)) {
            let file = RelPath::new("feeds").join(&crate::format::v1::source::hex(gone));
            return Err(OpenError::Damaged(Damage { file, offset: 0, kind: DamageKind::Gap }));
        }
        for device in devices {
            let reader = self.log.reader(&device)?;
            let mark = marks.get(&device);
            if let Some(mark) = mark
                && !reader.still_holds(mark)?
            {
                let kind = DamageKind::RolledBack { seq: mark.cursor.seq };
                return Err(OpenError::Damaged(reader.damage_at(&reader.end(), kind)));
            }
            let from = mark.copied().unwrap_or_else(|| reader.start());
            let (mut tail, mut last_whole) = (Tail::default(), from.cursor.seq.saturating_sub(1));
            let Self { log, index, .. } = self;
            let followed = log.each_commit(&from, |position, plaintext| {
                last_whole = position.cursor.seq;
                log.each_entry(position, &plaintext, |head, i, entry| {
                    let place = StatementPlace { lamport: head.lamport, position: *position };
                    tail.note(&place, i, entry.kind, entry.clear);
                    Ok::<_, FeedError>(())
                })?;
                tail.asserting.extend(asserting_frame(log, position, &plaintext)?);
                // A feed of a million assertions is not held in memory; the mark moves when all of it was read.
                if tail.asserting.iter().map(|frame| frame.rows.len()).sum::<usize>() > MOST_ROWS_HELD {
                    index.note_asserting(&std::mem::take(&mut tail.asserting))?;
                }
                Ok::<_, VaultError>(ControlFlow::Continue(()))
            });
            match followed {
                Err(VaultError::Damaged(damage)) => {
                    self.take_damage(damage)?;
                    self.log.read_until(&device, last_whole);
                }
                followed => followed?,
            }
            self.log.lamport = self.log.lamport.max(tail.lamport);
            let mark_at =
                tail.earliest_open().unwrap_or_else(|| self.log.reader(&device).map_or(from, FeedReader::end));
            let changes = tail.changes();
            if mark != Some(&mark_at) || !changes.is_empty() {
                self.index.follow(&changes, &mark_at)?;
            }
        }
        Ok(())
    }

    /// Folds all statements into a fresh catalogue.
    fn fold(&mut self) -> Result<(), OpenError> {
        let statements = self.index.statements()?;
        let mut asserting = self.asserting_frames()?;
        let lamport = statements.last().map_or(0, |(place, _)| place.lamport);
        self.log.lamport = self.log.lamport.max(lamport);
        let founder = self.catalog.people.founder_only();
        let mut cuts: BTreeMap<DeviceId, u64> = BTreeMap::new();
        let mut checked = Vec::new();
        // What comes after the removal of a device does not count, wherever it stands in the order: a removal that turns
        // up is known from the start in the next round, and stays known, so that two who remove each other both go.
        loop {
            let mut catalog = Catalog::founded_by(founder.clone().knowing(cuts.clone()));
            checked.clear();
            for (place, was_checked) in &statements {
                let at = (place.position.device, place.position.cursor.seq);
                if let Some((frame, verdict)) = asserting.get_mut(&at) {
                    *verdict = catalog.verdict(&frame.user, &place.position);
                    if *was_checked && frame.whole {
                        let ids = |only| self.index.ids_asserted_in(frame.no, only);
                        catalog.pass_over_asserted(frame, *verdict, &place.position, ids)?;
                        continue;
                    }
                }
                let signed = self.fold_frame(&mut catalog, &place.position, *was_checked)?;
                if let Some((_, verdict)) = asserting.get_mut(&at).filter(|_| !signed) {
                    *verdict = (false, false);
                }
                if signed && !was_checked {
                    checked.push(place.position);
                }
            }
            catalog.restate();
            let before = cuts.clone();
            for (device, last) in catalog.people.cuts() {
                let cut = cuts.entry(device).or_insert(last);
                *cut = (*cut).min(last);
            }
            if cuts == before {
                self.catalog = catalog;
                break;
            }
        }
        if !checked.is_empty() {
            self.index.note_checked(&checked)?;
        }
        let changed = asserting.into_values().filter(|(frame, verdict)| frame.verdict != *verdict);
        let changed: Vec<_> = changed.map(|(frame, verdict)| (frame.no, verdict)).collect();
        if !changed.is_empty() {
            self.index.set_verdicts(&changed)?;
        }
        self.check_commitments()?;
        Ok(self.settle_mentions()?)
    }

    /// The frames with assertions. Those of which a key was missing when they were followed are looked at again.
    fn asserting_frames(&mut self) -> Result<AssertingFrames, VaultError> {
        let keys = &self.log.keys;
        let gone = self.index.items_asserted()?.into_iter();
        let gone: HashSet<i64> =
            gone.filter(|(_, item)| keys.set(item).is_none() && keys.item(*item).is_none()).map(|(no, _)| no).collect();
        let mut frames = self.index.asserting()?;
        let again: Vec<(DeviceId, u64)> = frames
            .iter()
            .filter(|(.., frame)| !frame.whole || gone.contains(&frame.no))
            .map(|(device, seq, _)| (*device, *seq))
            .collect();
        if !again.is_empty() {
            let again: HashSet<(DeviceId, u64)> = again.into_iter().collect();
            let known: HashMap<(DeviceId, u64), u64> =
                frames.iter().map(|(device, seq, frame)| ((*device, *seq), frame.n)).collect();
            let mut changed = Vec::new();
            for (place, _) in self.index.statements()? {
                let at = (place.position.device, place.position.cursor.seq);
                if again.contains(&at) {
                    let plaintext = self.log.read(&place.position)?;
                    let frame = asserting_frame(&self.log, &place.position, &plaintext)?;
                    changed.extend(frame.filter(|frame| known.get(&at) != Some(&(frame.rows.len() as u64))));
                }
            }
            if !changed.is_empty() {
                self.index.note_asserting(&changed)?;
                frames = self.index.asserting()?;
            }
        }
        // What lost a key is read again like what never had one.
        let read_again = |frame: Asserting| Asserting { whole: frame.whole && !gone.contains(&frame.no), ..frame };
        let frames = frames.into_iter();
        Ok(frames.map(|(device, seq, frame)| ((device, seq), (read_again(frame), (false, false)))).collect())
    }

    /// Folds the statements of one frame. Tells whether the frame is signed by whom it names.
    fn fold_frame(&self, catalog: &mut Catalog, position: &Position, was_checked: bool) -> Result<bool, OpenError> {
        let log = &self.log;
        let plaintext = log.read(position)?;
        let commit = log.commit(position, &plaintext)?;
        let mut opener = log.opener();
        let statements = || commit.entries.iter().filter(|entry| is_statement(entry.kind));
        let signed = was_checked || {
            // A new member may sign the very commit that names them only if they founded the vault.
            let member = catalog.people.member(&commit.head.user);
            let cursor = position.cursor;
            let message = commit.signed(&self.id, &position.device, cursor.seq, &cursor.chain);
            member.is_some_and(|member| verify_signature(&member.sign_public, &[&message], commit.signature))
        };
        if !signed {
            catalog.not_counted.extend(statements().map(|entry| (*position, entry.id)));
            return Ok(false);
        }
        for entry in statements() {
            let body = log.body_bytes(&mut opener, position, entry)?;
            let taken = catalog.apply(position, &commit.head, entry, body.as_deref());
            taken.map_err(|source| log.content_error(position, source))?;
        }
        Ok(true)
    }

    /// Compares the keys of compartments with what the log says of them. A key that the log does not name is not used.
    fn check_commitments(&mut self) -> Result<(), OpenError> {
        let stated: HashMap<(Compartment, u32), [u8; 32]> = self
            .catalog
            .people
            .epochs()
            .map(|(compartment, epoch, commitment)| ((compartment, epoch), *commitment))
            .collect();
        let held: Vec<(Compartment, u32, [u8; 32])> = self
            .log
            .keys
            .compartments()
            .map(|(compartment, epoch, key)| (compartment, epoch, commitment(compartment, epoch, key)))
            .collect();
        for (compartment, epoch, found) in held {
            match stated.get(&(compartment, epoch)) {
                Some(stated) if *stated == found => {}
                None => self.log.keys.remove_compartment(compartment, epoch),
                Some(_) => {
                    let header = GrantHeader { compartment, epoch, member: self.log.user.id() };
                    let file = grants().join(&header.file_name());
                    self.take_damage(Damage { file, offset: 0, kind: DamageKind::Grant })?;
                    self.log.keys.remove_compartment(compartment, epoch);
                }
            }
        }
        Ok(())
    }

    /// Destroys the keys and files that erasures name, and everything that was derived from what they opened.
    fn destroy_erased(&mut self) -> Result<(), OpenError> {
        let erased = self.catalog.erased.clone();
        if self.is_read_only() {
            erased.targets().for_each(|(item, leaf)| self.log.keys.forget(&item, leaf));
            return Ok(());
        }
        self.key_area.erase(&mut self.log.keys, &erased).map_err(VaultError::from)?;
        for item in erased.whole() {
            blob::remove(&*self.storage, item)?;
        }
        // The index held words of what is gone; its pages and its journal go with it.
        self.index = Index::create(None, &self.log.keys.index())?;
        remove_index(&*self.storage)?;
        let (index, _) = open_index(&*self.storage, &self.log)?;
        self.index = index;
        Ok(())
    }

    /// Ends imports that a crash interrupted, settles blobs that were on their way, and says which erasures were followed.
    pub(crate) fn settle(&mut self) -> Result<(), OpenError> {
        let own = self.log.own.device();
        let open = self.catalog.imports.iter();
        let open = open.filter(|import| import.state == ImportState::Open && import.begun.device == own);
        let open: Vec<(ImportId, i64)> = open.map(|import| (import.id, import.begun_ms)).collect();
        for (id, begun_ms) in open {
            self.abandon(id, begun_ms, &[])?;
            self.notices.push(Notice::ImportAbandoned(id));
        }
        self.acknowledge_erasures()?;
        let referenced: HashSet<[u8; 16]> = self.catalog.blobs().map(|blob| blob.id).collect();
        let erased = &self.catalog.erased;
        let all_read = self.catalog.unreadable.iter().all(|one| erased.contains(&one.item, one.leaf));
        Ok(blob::settle(&*self.storage, &referenced, all_read)?)
    }

    /// Says in the log that this device has destroyed the keys that erasures name.
    pub(crate) fn acknowledge_erasures(&mut self) -> Result<(), VaultError> {
        let device = habeas_core::DeviceId(self.log.own.device());
        let open = self.catalog.unsettled_erasures(device);
        for erasure in &open {
            let at =
                self.catalog.erasures.iter().find(|known| known.id == *erasure).map_or(0, |known| known.recorded_ms);
            self.record_own(at, EntryKind::Erased, &Erased { erasure: *erasure })?;
        }
        if !open.is_empty() {
            self.notices.push(Notice::Erased(open.len()));
        }
        Ok(())
    }

    /// Tells what of the log does not count or cannot be read here.
    pub(crate) fn note_what_is_missing(&mut self) {
        let mut sealed: BTreeMap<Compartment, usize> = BTreeMap::new();
        for unreadable in &self.catalog.unreadable {
            let compartment = unreadable.compartment();
            if !self.erased_by_now.contains(&unreadable.item, unreadable.leaf)
                && self.log.keys.newest(compartment).is_none()
            {
                *sealed.entry(compartment).or_default() += 1;
            }
        }
        let missing: usize = self.missing_keys().iter().map(|(_, n)| n).sum();
        let sealed = sealed.into_iter().map(|(compartment, n)| Notice::Sealed { n, compartment });
        self.notices.extend(sealed);
        let (not_counted, waiting) = (self.catalog.not_counted.len(), self.catalog.n_waiting);
        let told = [
            (missing > 0).then_some(Notice::KeysMissing(missing)),
            (not_counted > 0).then_some(Notice::NotCounted(not_counted)),
            (waiting > 0).then_some(Notice::Waiting(waiting)),
        ];
        self.notices.extend(told.into_iter().flatten());
    }

    /// Where keys are missing although the compartment is held and nothing says that they were erased, and how many.
    pub(crate) fn missing_keys(&self) -> Vec<(Position, usize)> {
        let erased = &self.erased_by_now;
        let held = |compartment| self.log.keys.newest(compartment).is_some();
        let statements = self.catalog.unreadable.iter();
        let statements = statements.filter(|one| !erased.contains(&one.item, one.leaf) && held(one.compartment()));
        let imports = self.catalog.imports.iter().filter_map(|import| {
            let punctured = self.log.keys.set(&import.id.0).map_or(0, KeySet::n_punctured);
            let missing = punctured.saturating_sub(erased.n_leaves(&import.id.0)) as usize;
            (missing > 0).then_some((import.begun, missing))
        });
        statements.map(|one| (one.position, 1)).chain(imports).collect()
    }

    /// Records that an import will never be finished. `unfollowed` are statements that the index has not seen yet.
    pub(crate) fn abandon(
        &mut self,
        id: ImportId,
        now_ms: i64,
        unfollowed: &[StatementPlace],
    ) -> Result<(), VaultError> {
        let clear = Clear { import: Some(id.0), ..Clear::default() };
        let (entry, body) = (self.log.fresh_id()?, Words { text: String::new() });
        let statement = Statement::new(entry, EntryKind::ImportAbandoned, VAULT_ITEM, clear, &body);
        self.record_once(now_ms, None, vec![statement], unfollowed)
    }
}

/// Frames with assertions by device and number, each with what the fold decides about it.
type AssertingFrames = HashMap<(DeviceId, u64), (Asserting, (bool, bool))>;

/// Rows of assertions that wait for the index while a feed is followed.
const MOST_ROWS_HELD: usize = 20_000;

/// What the index keeps of the assertions of a frame; none where it holds none. What does not open, or is of no format that
/// is known here, is left to the fold, which tells of it.
pub(crate) fn asserting_frame(
    log: &Log,
    position: &Position,
    plaintext: &[u8],
) -> Result<Option<AssertingFrame>, FeedError> {
    let commit = log.commit(position, plaintext)?;
    let statements = || commit.entries.iter().enumerate().filter(|(_, entry)| entry.kind == EntryKind::Assertion);
    let n = statements().count();
    if n == 0 {
        return Ok(None);
    }
    let mut opener = log.opener();
    let mut items: Vec<ItemId> = statements().map(|(_, entry)| entry.item).collect();
    items.sort_unstable();
    items.dedup();
    let rows = statements().filter_map(|(i, entry)| {
        let stored: StoredAssertion = log.body(&mut opener, position, entry).ok().flatten()?;
        let one = stored.of(entry.id, commit.head.recorded_ms, commit.head.user);
        Some(AssertionRow::of(i as u32, &one))
    });
    let rows: Vec<AssertionRow> = rows.collect();
    let whole = rows.len() == commit.entries.len();
    let (lamport, user) = (commit.head.lamport, commit.head.user);
    Ok(Some(AssertingFrame { lamport, position: *position, user, whole, items, rows }))
}

/// Whether an entry is for the catalogue.
pub(crate) fn is_statement(kind: EntryKind) -> bool {
    !matches!(kind, EntryKind::Record | EntryKind::Quarantined)
}

/// What the index has to learn from the part of a feed that it has not followed.
#[derive(Default)]
struct Tail {
    lamport: u64,
    statements: Vec<StatementPlace>,
    asserting: Vec<AssertingFrame>,
    begun: Vec<(ImportId, Position)>,
    imports: HashMap<ImportId, (Vec<Position>, Vec<RecordPlace>)>,
    finished: Vec<ImportId>,
}

impl Tail {
    fn note(&mut self, place: &StatementPlace, entry: usize, kind: EntryKind, clear: Clear) {
        self.lamport = self.lamport.max(place.lamport);
        let import = clear.import.map(ImportId);
        match (kind, import, clear.record) {
            (EntryKind::Quarantined, ..) => return,
            (EntryKind::Record, Some(import), Some(record)) => {
                let (frames, records) = self.imports.entry(import).or_default();
                if frames.last() != Some(&place.position) {
                    frames.push(place.position);
                }
                let frame = frames.len() as u32 - 1;
                records.push(RecordPlace { id: RecordId(record), frame, entry: entry as u32 });
                return;
            }
            (EntryKind::ImportBegun, Some(import), _) => self.begun.push((import, place.position)),
            (EntryKind::ImportFinished, Some(import), _) => {
                self.finished.push(import);
                self.begun.retain(|(begun, _)| *begun != import);
            }
            (EntryKind::ImportAbandoned, Some(import), _) => {
                self.imports.remove(&import);
                self.begun.retain(|(begun, _)| *begun != import);
            }
            _ => {}
        }
        if self.statements.last() != Some(place) {
            self.statements.push(*place);
        }
    }

    /// Where the earliest import begins that has not ended: the feed is read again from there when more of it arrives.
    fn earliest_open(&self) -> Option<Position> {
        self.begun.first().map(|(_, position)| *position)
    }

    fn changes(&mut self) -> Vec<Change<'_>> {
        let Self { statements, imports, finished, asserting, .. } = self;
        imports.values_mut().for_each(|(_, records)| records.sort());
        let mut changes: Vec<Change<'_>> = statements.iter().copied().map(Change::Statement).collect();
        changes.extend(asserting.iter().map(Change::Asserting));
        for import in finished {
            let (frames, records) = imports.get(import).map_or((&[][..], &[][..]), |(f, r)| (&f[..], &r[..]));
            changes.push(Change::Imported { import: *import, frames, records });
        }
        changes
    }
}
