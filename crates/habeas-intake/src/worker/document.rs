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
    let mut gathering = Gathering::new(&request.limits);
    converse(worker, request, bytes, &mut gathering)?;
    Ok((gathering.draft, gathering.missing.unwrap_or_default()))
}

/// A document as far as the child has told it.
pub(super) struct Gathering<'r> {
    limits: &'r Limits,
    missing: Option<u64>,
    pub(super) draft: Draft,
    /// Bytes of files inside the file, over all of them.
    held: u64,
    done: bool,
}

impl<'r> Gathering<'r> {
    pub(super) fn new(limits: &'r Limits) -> Self {
        Self { limits, missing: None, draft: Draft::default(), held: 0, done: false }
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        page::{How, Locus, Mask, MaskKind, Piece},
        worker::frames::Format,
    };

    fn outcome(replies: Vec<Reply>) -> Result<usize, TableError> {
        let limits = Limits { text_bytes: 20, children: 1, child_bytes: 4, ..Limits::default() };
        let request = Request { format: Format::Html, sheet: None, first_rows: None, draw: None, limits };
        let mut gathering = Gathering::new(&request.limits);
        for reply in replies {
            let _ = gathering.take(reply)?;
        }
        if gathering.is_done() { Ok(gathering.draft.text.len()) } else { Err(TableError::ParserLimit) }
    }

    #[test]
    fn only_an_answer_in_order_and_within_its_bounds_is_taken() {
        let ready = || Reply::Ready { missing: Vec::new() };
        let done = || Reply::Done { rows: 0, cells: 0 };
        let text = |words: &str| Reply::Text(words.to_owned());
        let piece = |locus: Locus| Piece { start: 0, end: 1, locus: Some(locus), how: How::Decoded };
        let bytes = |start, end| Locus::Bytes { start, end };
        let child = || Reply::Child { name: "a.csv".to_owned(), locus: bytes(0, 4), details: Vec::new() };
        assert_eq!(outcome(vec![ready(), text("taken"), Reply::Pieces(vec![piece(bytes(0, 1))]), done()]), Ok(5));
        assert_eq!(outcome(vec![ready(), child(), Reply::Bytes("AAAA".to_owned()), done()]), Ok(0));
        let deep =
            Locus::Part { path: vec![0], inner: Box::new(Locus::Part { path: vec![0], inner: Box::new(bytes(0, 1)) }) };
        let mask = Mask { start: 0, end: 1, kind: MaskKind::Chrome };
        for bad in [
            vec![text("taken")],
            vec![Reply::Ready { missing: vec!["a layer that is none".to_owned()] }],
            vec![ready(), ready()],
            vec![ready(), text("more than twenty bytes"), done()],
            vec![ready(), Reply::Pieces(vec![piece(bytes(0, 1))]), done()],
            vec![ready(), text("x"), Reply::Pieces(vec![piece(bytes(9, 1))]), done()],
            vec![ready(), text("x"), Reply::Pieces(vec![piece(deep)]), done()],
            vec![ready(), text("x"), Reply::Masks(vec![mask, mask]), done()],
            vec![ready(), Reply::Bytes("AAAA".to_owned()), done()],
            vec![ready(), child(), Reply::Bytes("no base 64".to_owned()), done()],
            vec![ready(), child(), Reply::Bytes("AAAAAAAA".to_owned()), done()],
            vec![ready(), child(), child(), done()],
            vec![ready(), done(), text("x")],
            vec![ready(), Reply::Rows(Vec::new()), done()],
        ] {
            assert_eq!(outcome(bad), Err(TableError::ParserAnswer));
        }
        assert_eq!(outcome(vec![ready(), text("x")]), Err(TableError::ParserLimit), "an answer without its end");
    }
}
