//! A rendition: text made from an artifact by a named reader, with the way back for every byte of it.
//!
//! Positions are bytes of UTF-8, never characters. A [`Span`] can be made only by its rendition, which checks bounds and
//! character boundaries. A [`Mask`] marks furniture and hidden or deleted text: it never removes, as removing would shift
//! every span behind it.

use super::locus::{How, Locus, Piece};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, ops::Range};

/// Names a rendition: a hash of the artifact's hash, the reader with its version, and the text. It changes when any of
/// them does, so a span can never be read in a text that it was not made for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RenditionId([u8; 32]);

impl fmt::Display for RenditionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RenditionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RenditionId({self})")
    }
}

/// The reader that made a rendition; a better one makes a new rendition beside the old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReaderName {
    /// Short name: `html`, `docx`.
    pub name: &'static str,
    /// Raised whenever the same bytes may give another text.
    pub version: u16,
}

/// A byte range of one rendition, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    rendition: RenditionId,
    start: u32,
    end: u32,
}

impl Span {
    /// The bytes.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The rendition that it belongs to.
    pub fn rendition(&self) -> RenditionId {
        self.rendition
    }
}

/// Why a part of a text is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaskKind {
    /// Navigation, appeals, cookie notices: the furniture of a site.
    Chrome,
    /// Comments of readers.
    Comment,
    /// Somebody else's words that are quoted whole: an older e-mail below a reply.
    Quote,
    /// Text that the page does not show.
    Hidden,
    /// Text that an editor struck out: evidence of what once stood there.
    Deleted,
    /// Running heads and page numbers.
    PageFurniture,
}

impl MaskKind {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Chrome => "chrome",
            Self::Comment => "comment",
            Self::Quote => "quote",
            Self::Hidden => "hidden",
            Self::Deleted => "deleted",
            Self::PageFurniture => "page-furniture",
        }
    }
}

/// A part of a text that is no statement of its author, or was taken back; it stays readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mask {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Why.
    pub kind: MaskKind,
}

/// Why parts do not make a rendition, or bytes no span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RenditionError {
    /// A range that leaves the text, is reversed, or cuts a character.
    #[error("bytes {start} to {end} are no part of a text of {length} bytes")]
    Range {
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
        /// Bytes of the text.
        length: u64,
    },
    /// The pieces of the map do not cover the text one after another.
    #[error("the map has a gap or an overlap at byte {at}")]
    Map {
        /// Where.
        at: u32,
    },
    /// A verbatim piece whose bytes in the artifact are others.
    #[error("the text at byte {at} is not what stands in the file")]
    NotVerbatim {
        /// Where.
        at: u32,
    },
    /// A text beyond what an address can hold.
    #[error("a text of {bytes} bytes is too long")]
    TooLong {
        /// Bytes of the text.
        bytes: u64,
    },
    /// A span of another rendition.
    #[error("the span belongs to another rendition")]
    Foreign,
}

/// A text, where each part of it stands in the artifact, and what of it is masked.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendition {
    id: RenditionId,
    reader: ReaderName,
    text: String,
    pieces: Vec<Piece>,
    masks: Vec<Mask>,
}

impl Rendition {
    /// Checks the parts against each other and against the artifact.
    ///
    /// Pieces must be sorted and cover the text without gap; a verbatim piece of plain bytes must equal those bytes; masks
    /// must be inside.
    ///
    /// # Errors
    /// [`RenditionError`] for the first part that does not fit.
    pub fn new(
        artifact: &[u8],
        reader: ReaderName,
        text: String,
        pieces: Vec<Piece>,
        mut masks: Vec<Mask>,
    ) -> Result<Self, RenditionError> {
        if u32::try_from(text.len()).is_err() {
            return Err(RenditionError::TooLong { bytes: text.len() as u64 });
        }
        let mut at = 0;
        for piece in &pieces {
            let words = check_range(&text, u64::from(piece.start), u64::from(piece.end))?;
            if piece.start != at || piece.end == at {
                return Err(RenditionError::Map { at });
            }
            if (piece.how == How::Synthetic) != piece.locus.is_none() {
                return Err(RenditionError::Map { at });
            }
            if let (How::Verbatim, Some(Locus::Bytes { start, end })) = (piece.how, &piece.locus) {
                let bytes = usize::try_from(*start).ok().zip(usize::try_from(*end).ok());
                if bytes.and_then(|(start, end)| artifact.get(start..end)) != Some(words.as_bytes()) {
                    return Err(RenditionError::NotVerbatim { at });
                }
            }
            at = piece.end;
        }
        if at as usize != text.len() {
            return Err(RenditionError::Map { at });
        }
        for mask in &masks {
            check_range(&text, u64::from(mask.start), u64::from(mask.end))?;
        }
        masks.sort_by_key(|mask| (mask.start, mask.end, mask.kind));
        let id = {
            let mut hash = Sha256::new();
            hash.update(Sha256::digest(artifact));
            hash.update((reader.name.len() as u64).to_le_bytes());
            hash.update(reader.name);
            hash.update(reader.version.to_le_bytes());
            hash.update(text.as_bytes());
            RenditionId(hash.finalize().into())
        };
        Ok(Self { id, reader, text, pieces, masks })
    }

    /// Its name.
    pub fn id(&self) -> RenditionId {
        self.id
    }

    /// Who made it.
    pub fn reader(&self) -> ReaderName {
        self.reader
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The map: sorted, disjoint, covering the text.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// What is masked, sorted; masks may overlap.
    pub fn masks(&self) -> &[Mask] {
        &self.masks
    }

    /// Whether any byte of a range is masked.
    pub fn is_masked(&self, range: &Range<usize>) -> bool {
        self.masks.iter().any(|mask| (mask.start as usize) < range.end && range.start < mask.end as usize)
    }

    /// A span of this text.
    ///
    /// # Errors
    /// [`RenditionError::Range`] when it leaves the text, is reversed, or cuts a character.
    pub fn span(&self, range: Range<usize>) -> Result<Span, RenditionError> {
        check_range(&self.text, range.start as u64, range.end as u64)?;
        Ok(Span { rendition: self.id, start: range.start as u32, end: range.end as u32 })
    }

    /// The words of a span.
    ///
    /// # Errors
    /// [`RenditionError::Foreign`] for a span of another rendition.
    pub fn words(&self, span: &Span) -> Result<&str, RenditionError> {
        if span.rendition != self.id {
            return Err(RenditionError::Foreign);
        }
        Ok(&self.text[span.range()])
    }

    /// Where the bytes of a range stand in the artifact: one place for each piece that it touches, cut to the range where
    /// the piece can be cut, in the order of the text. Characters that a reader added have none.
    pub fn places(&self, range: &Range<usize>) -> Vec<(Range<usize>, Locus)> {
        let first = self.pieces.partition_point(|piece| piece.end as usize <= range.start);
        self.pieces[first..]
            .iter()
            .take_while(|piece| (piece.start as usize) < range.end)
            .filter_map(|piece| {
                let part = range.start.max(piece.start as usize)..range.end.min(piece.end as usize);
                Some((part.clone(), piece.locus_of(&self.text, &part)?))
            })
            .collect()
    }
}

fn check_range(text: &str, start: u64, end: u64) -> Result<&str, RenditionError> {
    let wrong = RenditionError::Range { start, end, length: text.len() as u64 };
    match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) => text.get(start..end).ok_or(wrong),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests;
