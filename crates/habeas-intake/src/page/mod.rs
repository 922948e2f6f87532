//! Documents: from bytes that nobody vouches for to a text whose every byte knows its place in the file.
//!
//! [`Page::open`] looks at the bytes, reads them in the parse worker (plain text: in process) and checks what comes back.
//! Nothing is removed: furniture, hidden and deleted text stay under a mask. What the words mean is decided in
//! [`crate::suggest`], and what counts by a person.

pub(crate) mod archive;
mod dateline;
pub(crate) mod docx;
pub(crate) mod draft;
pub(crate) mod email;
mod furniture;
pub(crate) mod html;
pub(crate) mod image;
mod locus;
pub(crate) mod pdf;
mod quotation;
mod rendition;
mod text;

pub(crate) use draft::Draft;
pub use draft::{Child, Detail, DetailBasis, DetailKind, PageRemark};
pub use locus::{How, Locus, Piece};
pub use quotation::{Quotation, Reanchored};
pub use rendition::{Mask, MaskKind, ReaderName, Rendition, RenditionError, RenditionId, Span};

use crate::{
    limits::Limits,
    table::{Kind, TableError, sniff},
    worker::{
        WorkerProgram,
        frames::{Format, Request},
        read_document,
    },
};

/// A document as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What the bytes are.
    pub kind: Kind,
    /// Its text, empty for a picture or an archive.
    pub rendition: Rendition,
    /// What it says of itself, disagreeing voices side by side.
    pub details: Vec<Detail>,
    /// What its user should know.
    pub remarks: Vec<PageRemark>,
    /// Files inside it: attachments, archived pages. Each is to be opened like any other file.
    pub children: Vec<Child>,
}

impl Page {
    /// Reads a document.
    ///
    /// `file_name` is used for nothing but the remark that it promises another kind than the bytes are.
    ///
    /// # Errors
    /// [`TableError`] when there is no document in it, or a bound is passed. The message never holds words of the file.
    pub fn open(
        bytes: &[u8],
        file_name: &str,
        limits: &Limits,
        worker: Option<&WorkerProgram>,
    ) -> Result<Self, TableError> {
        let size = bytes.len() as u64;
        if size > limits.file_bytes {
            return Err(TableError::TooLarge { bytes: size, limit: limits.file_bytes });
        }
        let kind = sniff(bytes);
        let mut draft = match (kind, Format::of_page(kind)) {
            (Kind::Empty, _) => return Err(TableError::Empty { bytes: size }),
            (Kind::Locked, _) => return Err(TableError::Locked),
            (Kind::Text, _) => {
                if size > limits.text_bytes {
                    return Err(TableError::TooMuchText { limit: limits.text_bytes });
                }
                text::read(bytes)
            }
            (_, Some(format)) => {
                let request = Request { format, sheet: None, first_rows: None, draw: None, limits: limits.clone() };
                let (mut draft, missing) = read_document(worker.ok_or(TableError::NoWorker)?, &request, bytes)?;
                if missing > 0 {
                    draft.remarks.push(PageRemark::Unconfined { layers: missing });
                }
                draft
            }
            (found, None) => return Err(TableError::NoPage { found }),
        };
        if Kind::promised_by(file_name).is_some_and(|promised| promised != kind) {
            draft.remarks.push(PageRemark::Type);
        }
        // The worker is not believed: parts that do not fit are a false answer.
        let rendition = Rendition::new(bytes, reader_of(kind), draft.text, draft.pieces, draft.masks)
            .map_err(|_| TableError::ParserAnswer)?;
        Ok(Self { kind, rendition, details: draft.details, remarks: draft.remarks, children: draft.children })
    }

    /// The words that the document gives for one kind of detail, in the order in which they were found.
    pub fn says(&self, kind: DetailKind) -> impl Iterator<Item = &Detail> {
        self.details.iter().filter(move |detail| detail.kind == kind)
    }
}

/// The readers with their versions: raised whenever the same bytes may give another text.
fn reader_of(kind: Kind) -> ReaderName {
    ReaderName { name: kind.code(), version: 1 }
}
