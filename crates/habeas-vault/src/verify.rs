//! Checking the whole vault: every frame, link, signature and tree of every feed, the checkpoints, and on demand every
//! body, every blob, and the index against one made anew. Nothing is repaired here.

use crate::{
    blob::{self, BlobError},
    checkpoint::Checkpoint,
    damage::{Damage, DamageKind, OnDamage},
    feed::{FeedError, FeedReader, Position, close, segment::FrameKind, tree::Tree},
    fold::is_statement,
    format::v1::{Body, EntryKind, record::StoredRecord, statement::QuarantinedRow},
    keys::verify_signature,
    log::BodyOpener,
    opening::OpenError,
    vault::{Vault, VaultError},
};
use std::{collections::BTreeSet, ops::ControlFlow};

/// How much to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Frames, chains, signatures, trees, checkpoints, the index's list of statements, and that blobs are there.
    Quick,
    /// Also every body and every byte of every blob.
    Deep,
}

/// What was checked, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerifyReport {
    /// Number of devices whose feeds are held.
    pub n_devices: u64,
    /// Number of segments.
    pub n_segments: u64,
    /// Number of frames that opened.
    pub n_frames: u64,
    /// Number of entries in them.
    pub n_entries: u64,
    /// Number of those that are records, standing or not.
    pub n_records: u64,
    /// Number of bodies whose key this member does not hold, or that were erased.
    pub n_sealed: u64,
    /// Number of blobs that were read whole.
    pub n_blobs: u64,
    /// Number of checkpoints that the feeds were compared with.
    pub n_checkpoints: u64,
    /// What is wrong; empty when all is well.
    pub damages: Vec<Damage>,
    /// Whether the index knows of all statements of the log. If not, delete it: it is made anew.
    pub index_agrees: bool,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.damages.is_empty() && self.index_agrees
    }
}

impl Vault {
    /// Checks the vault, and the feeds against checkpoints that were kept elsewhere. Damage goes into the report, so that
    /// one bad place does not hide another.
    ///
    /// # Errors
    /// [`VaultError::Storage`] when files cannot be read at all.
    pub fn verify(&self, depth: Depth, outside: &[Checkpoint]) -> Result<VerifyReport, VaultError> {
        let mut report = VerifyReport { damages: self.on_damage.noted().to_vec(), ..VerifyReport::default() };
        let mut statements = BTreeSet::new();
        for reader in self.log.readers() {
            report.n_devices += 1;
            report.n_segments += reader.n_segments();
            self.verify_feed(reader, depth, &mut report, &mut statements)?;
        }
        report.damages.extend(self.log.own.damage_in_spare_pages()?);
        let indexed = self.index.statements()?;
        report.index_agrees =
            indexed.len() == statements.len() && indexed.iter().all(|(place, _)| statements.contains(&place.position));
        for checkpoint in self.checkpoints.iter().chain(outside) {
            report.n_checkpoints += 1;
            match self.check_against(checkpoint) {
                Ok(()) => {}
                Err(OpenError::Damaged(damage)) => report.damages.push(damage),
                Err(OpenError::Vault(error)) => return Err(error),
                Err(_) => {}
            }
        }
        for (position, _) in self.missing_keys() {
            let kind = DamageKind::KeyMissing { seq: position.cursor.seq };
            report.damages.push(self.log.damage_at(&position, kind));
        }
        self.verify_blobs(depth, &mut report)?;
        // What opening has noted, this finds again.
        let found = std::mem::take(&mut report.damages);
        let mut told = OnDamage::Note(Vec::new());
        found.into_iter().try_for_each(|damage| told.take(damage))?;
        report.damages = told.noted().to_vec();
        Ok(report)
    }

    fn verify_feed(
        &self,
        reader: &FeedReader,
        depth: Depth,
        report: &mut VerifyReport,
        statements: &mut BTreeSet<Position>,
    ) -> Result<(), VaultError> {
        let mut tree = Some(Tree::default());
        let mut end = None;
        for number in 1..=reader.n_segments() {
            let start = match &end {
                Some(end) => reader.continued(number, end),
                None if number == 1 => Ok(reader.start()),
                None => reader.segment_start(number),
            };
            // After a damaged segment the next one is read from its own header: its seals tell whether that is true.
            let start = match start {
                Err(FeedError::Damaged(damage)) => {
                    report.damages.push(damage);
                    reader.segment_start(number)
                }
                start => start,
            };
            let mut opener = self.log.opener();
            let scanned = start.map_err(VaultError::from).and_then(|start| {
                reader.scan_segment(&start, &mut |position, kind, plaintext| {
                    report.n_frames += 1;
                    match kind {
                        FrameKind::Commit => {
                            let leaves =
                                self.verify_commit(&mut opener, position, &plaintext, depth, report, statements)?;
                            if let Some(tree) = &mut tree {
                                leaves.into_iter().for_each(|leaf| tree.push(leaf));
                            }
                        }
                        FrameKind::Note => {}
                        FrameKind::Close => {
                            let stated = close::decode(&plaintext);
                            if tree.is_some() && stated != tree {
                                let kind = DamageKind::Tree { seq: position.cursor.seq };
                                report.damages.push(reader.damage_at(position, kind));
                            }
                            tree = stated;
                        }
                    }
                    Ok::<_, VaultError>(ControlFlow::Continue(()))
                })
            });
            end = match scanned {
                Ok(ControlFlow::Continue(end)) => Some(end),
                Ok(ControlFlow::Break(())) => None,
                Err(VaultError::Damaged(damage)) => {
                    report.damages.push(damage);
                    // What follows is compared with what its own segments say.
                    tree = None;
                    None
                }
                Err(error) => return Err(error),
            };
        }
        Ok(())
    }

    /// Checks one commit: signature, entries, and bodies where depth asks for them. Returns its leaves.
    fn verify_commit(
        &self,
        opener: &mut BodyOpener<'_>,
        position: &Position,
        plaintext: &[u8],
        depth: Depth,
        report: &mut VerifyReport,
        statements: &mut BTreeSet<Position>,
    ) -> Result<Vec<[u8; 32]>, VaultError> {
        let commit = self.log.commit(position, plaintext)?;
        let cursor = position.cursor;
        let message = commit.signed(&self.id, &position.device, cursor.seq, &cursor.chain);
        let user = self.catalog.people.member(&commit.head.user);
        if !user.is_some_and(|user| verify_signature(&user.sign_public, &[&message], commit.signature)) {
            report.damages.push(self.log.damage_at(position, DamageKind::Signature { seq: cursor.seq }));
        }
        for entry in &commit.entries {
            report.n_entries += 1;
            report.n_records += u64::from(entry.kind == EntryKind::Record);
            if is_statement(entry.kind) {
                statements.insert(*position);
            }
            if depth == Depth::Quick {
                continue;
            }
            let Some(body) = self.log.body_bytes(opener, position, entry)? else {
                report.n_sealed += 1;
                continue;
            };
            let readable = match entry.kind {
                EntryKind::Record => StoredRecord::from_padded(&body).map(drop),
                EntryKind::Quarantined => QuarantinedRow::from_padded(&body).map(drop),
                _ => Ok(()),
            };
            readable.map_err(|source| self.log.content_error(position, source))?;
        }
        Ok(commit.leaves())
    }

    fn verify_blobs(&self, depth: Depth, report: &mut VerifyReport) -> Result<(), VaultError> {
        for blob in self.catalog.whole_blobs() {
            let file = blob::path(&blob.id);
            let Some(key) = self.log.keys.blob(blob.id).filter(|_| depth == Depth::Deep) else {
                let present = self.storage.list(&file.parent())?.iter().any(|name| file.parent().join(name) == file);
                if !present {
                    report.damages.push(Damage { file, offset: 0, kind: DamageKind::BlobMissing });
                }
                continue;
            };
            match blob::get(&*self.storage, &self.id, &key, &blob) {
                Ok(_) => report.n_blobs += 1,
                Err(BlobError::Damaged(damage)) => report.damages.push(damage),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
