//! Checking the whole vault: every frame and body, every link of the chain, the index against the log, and on demand
//! every blob. Nothing is repaired here.

use crate::{
    blob::{self, BlobError},
    damage::{Damage, DamageKind},
    feed::FeedError,
    format::v1::{Body, EntryKind, record::StoredRecord, statement::QuarantinedRow},
    vault::{Vault, VaultError},
};
use std::ops::ControlFlow;

/// How much to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Frames, bodies, chain, index.
    Log,
    /// Also every byte of every blob, and its hash.
    Blobs,
}

/// What was checked, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerifyReport {
    /// Number of segments.
    pub n_segments: u64,
    /// Number of frames that opened.
    pub n_frames: u64,
    /// Number of entries in them.
    pub n_entries: u64,
    /// Number of those that are records, standing or not.
    pub n_records: u64,
    /// Number of blobs that were read whole.
    pub n_blobs: u64,
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
    /// Checks the vault. Damage goes into the report, so that one bad place does not hide another.
    ///
    /// # Errors
    /// [`VaultError::Storage`] when files cannot be read at all.
    pub fn verify(&self, depth: Depth) -> Result<VerifyReport, VaultError> {
        let mut report = VerifyReport { n_segments: self.log.feed.n_segments(), ..VerifyReport::default() };
        let mut statements = Vec::new();
        let mut end = None;
        for number in 1..=report.n_segments {
            let start = match &end {
                Some(end) => self.log.feed.continued(number, end),
                None => self.log.feed.segment_start(number),
            };
            // After a damaged segment the next one is read from its own header: its seals tell whether that is true.
            let start = match start {
                Err(FeedError::Damaged(damage)) => {
                    report.damages.push(damage);
                    self.log.feed.segment_start(number)
                }
                start => start,
            };
            let scanned = start.map_err(VaultError::from).and_then(|start| {
                let mut opener = self.log.opener();
                self.log.feed.scan_segment(&start, &mut |position, plaintext: Vec<u8>| {
                    report.n_frames += 1;
                    let mut has_statement = false;
                    self.log.each_entry(position, &plaintext, |_, _, entry| {
                        report.n_entries += 1;
                        let body = self.log.body_bytes(&mut opener, position, entry)?;
                        let readable = match entry.kind {
                            EntryKind::Record => StoredRecord::from_padded(&body).map(|_| report.n_records += 1),
                            EntryKind::Quarantined => QuarantinedRow::from_padded(&body).map(drop),
                            _ => {
                                has_statement = true;
                                Ok(())
                            }
                        };
                        readable.map_err(|source| self.log.content_error(position, source))
                    })?;
                    if has_statement {
                        statements.push(*position);
                    }
                    Ok::<_, VaultError>(ControlFlow::Continue(()))
                })
            });
            end = match scanned {
                Ok(ControlFlow::Continue(end)) => Some(end),
                Ok(ControlFlow::Break(())) => None,
                Err(VaultError::Damaged(damage)) => {
                    report.damages.push(damage);
                    None
                }
                Err(error) => return Err(error),
            };
        }
        report.index_agrees = self.index.statements()? == statements;
        self.verify_blobs(depth, &mut report)?;
        Ok(report)
    }

    fn verify_blobs(&self, depth: Depth, report: &mut VerifyReport) -> Result<(), VaultError> {
        for (item, blob) in self.catalog.blobs() {
            let file = blob::path(&blob.id);
            if depth == Depth::Log {
                let present = self.storage.list(&file.parent())?.iter().any(|name| file.parent().join(name) == file);
                if !present {
                    report.damages.push(Damage { file, offset: 0, kind: DamageKind::BlobMissing });
                }
                continue;
            }
            match blob::get(&*self.storage, &self.log.keys, item, &blob) {
                Ok(_) => report.n_blobs += 1,
                Err(BlobError::Damaged(damage)) => report.damages.push(damage),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
