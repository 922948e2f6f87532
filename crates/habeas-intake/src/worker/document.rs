//! The parent's side of reading a document: every frame is checked, and nothing grows beyond its bound.

use super::{
    WorkerProgram,
    frames::{Reply, Request},
    parent::{Dialogue, are_layers, converse},
};
use crate::{
    limits::Limits,
    page::{Child, Detail, Draft},
    table::TableError,
};
use data_encoding::BASE64;
use std::ops::ControlFlow;

/// Details and remarks that a document may have.
const SAID: usize = 4_000;

/// Reads a document in a child process; returns what it made of it and how many layers of confinement were missing.
///
/// # Errors
/// As [`super::run`].
pub(crate) fn read_document(
    worker: &WorkerProgram,
    request: &Request,
    bytes: &[u8],
) -> Result<(Draft, u64), TableError> {
    let mut gathering =
        Gathering { limits: &request.limits, missing: None, draft: Draft::default(), held: 0, done: false };
    converse(worker, request, bytes, &mut gathering)?;
    Ok((gathering.draft, gathering.missing.unwrap_or_default()))
}

struct Gathering<'r> {
    limits: &'r Limits,
    missing: Option<u64>,
    draft: Draft,
    /// Bytes of files inside the file, over all of them.
    held: u64,
    done: bool,
}

impl Gathering<'_> {
    fn said(details: &[Detail], before: usize) -> Result<(), TableError> {
        let short = details.iter().all(|detail| detail.words.chars().count() <= 400);
        if short && before + details.len() <= SAID { Ok(()) } else { Err(TableError::ParserAnswer) }
    }
}

impl Dialogue for Gathering<'_> {
    fn is_done(&self) -> bool {
        self.done
    }

    fn take(&mut self, reply: Reply) -> Result<ControlFlow<()>, TableError> {
        let wrong = Err(TableError::ParserAnswer);
        if self.missing.is_none() != matches!(reply, Reply::Ready { .. }) || self.done {
            return wrong;
        }
        let draft = &mut self.draft;
        match reply {
            Reply::Ready { missing } if are_layers(&missing) => self.missing = Some(missing.len() as u64),
            Reply::Text(text) if (draft.text.len() + text.len()) as u64 <= self.limits.text_bytes => {
                draft.text.push_str(&text);
            }
            // Every piece holds a byte of text at least, and so do masks worth having.
            Reply::Pieces(pieces) if draft.pieces.len() + pieces.len() <= draft.text.len() => {
                if !pieces.iter().filter_map(|piece| piece.locus.as_ref()).all(|locus| locus.is_sound()) {
                    return wrong;
                }
                draft.pieces.extend(pieces);
            }
            Reply::Masks(masks) if draft.masks.len() + masks.len() <= draft.text.len() => draft.masks.extend(masks),
            Reply::Details(details) => {
                Self::said(&details, draft.details.len())?;
                draft.details.extend(details);
            }
            Reply::Remarks(remarks) if draft.remarks.len() + remarks.len() <= SAID => draft.remarks.extend(remarks),
            Reply::Child { name, locus, details } if (draft.children.len() as u64) < self.limits.children => {
                Self::said(&details, 0)?;
                if name.chars().count() > 400 || !locus.is_sound() {
                    return wrong;
                }
                draft.children.push(Child { name, locus, details, bytes: Vec::new() });
            }
            Reply::Bytes(coded) => {
                let Some(child) = draft.children.last_mut() else { return wrong };
                let bytes = BASE64.decode(coded.as_bytes()).map_err(|_| TableError::ParserAnswer)?;
                self.held += bytes.len() as u64;
                let fits = (child.bytes.len() + bytes.len()) as u64 <= self.limits.child_bytes;
                if !fits || self.held > self.limits.worker_output_bytes {
                    return wrong;
                }
                child.bytes.extend(bytes);
            }
            Reply::Refused(refusal) => return Err(refusal.into()),
            Reply::Done { rows: 0, cells: 0 } => self.done = true,
            _ => return wrong,
        }
        Ok(ControlFlow::Continue(()))
    }
}
