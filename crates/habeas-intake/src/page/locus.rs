//! Where a piece of text stands in the artifact that it was read from.

use serde::{Deserialize, Serialize};
use std::{fmt, ops::Range};

/// A place in an artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Locus {
    /// Bytes of the artifact, or of the part that an enclosing locus names.
    Bytes {
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
    },
    /// Characters of a text node of a page, by the numbers of the children that lead to it from the root.
    Dom {
        /// Child numbers, from 0.
        path: Vec<u16>,
        /// First character of the node.
        start: u32,
        /// One past the last character.
        end: u32,
    },
    /// A box on a page, in points from its lower left corner.
    PageBox {
        /// 1 for the first page.
        page: u32,
        /// Left.
        x0: f32,
        /// Bottom.
        y0: f32,
        /// Right.
        x1: f32,
        /// Top.
        y1: f32,
    },
    /// Inside a part: of a container (number of its entry) or of a message (number of its MIME part), after unpacking.
    Part {
        /// Numbers of the parts, outermost first.
        path: Vec<u16>,
        /// Place in the part.
        inner: Box<Locus>,
    },
}

impl Locus {
    /// Whether all of its numbers can be: nothing is reversed, no box is empty of numbers, no nesting without end.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Bytes { start, end } => start <= end,
            Self::Dom { path, start, end } => start <= end && path.len() <= 1_024,
            Self::PageBox { page, x0, y0, x1, y1 } => *page > 0 && [x0, y0, x1, y1].iter().all(|x| x.is_finite()),
            // Parts do not nest in parts: the path of one is as long as it needs to be.
            Self::Part { path, inner } => path.len() <= 64 && !matches!(**inner, Self::Part { .. }) && inner.is_sound(),
        }
    }
}

/// Displays as an address for people; it holds no word of the source.
impl fmt::Display for Locus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes { start, end } => write!(f, "bytes {start}–{end}"),
            Self::Dom { path, start, end } => {
                f.write_str("node ")?;
                path.iter().try_for_each(|child| write!(f, "/{child}"))?;
                write!(f, ", characters {start}–{end}")
            }
            Self::PageBox { page, x0, y0, x1, y1 } => {
                write!(f, "page {page}, box {x0:.0},{y0:.0}–{x1:.0},{y1:.0}")
            }
            Self::Part { path, inner } => {
                f.write_str("part ")?;
                for (i, number) in path.iter().enumerate() {
                    write!(f, "{}{number}", if i > 0 { "." } else { "" })?;
                }
                write!(f, ", {inner}")
            }
        }
    }
}

/// How the text of a piece came from its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Byte by byte; of a text node, character by character.
    Verbatim,
    /// Each byte of the artifact is one character: a legacy code page.
    SingleByte,
    /// UTF-16, two or four bytes a character.
    Utf16,
    /// Decoded from something else (an entity, a legacy code of several bytes); only the whole has a place.
    Decoded,
    /// As it is shown: several blanks or a line end as one blank.
    Shown,
    /// Added by the reader, such as the line break at the end of a block; it has no place.
    Synthetic,
}

/// One piece of the map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// First byte of the text.
    pub start: u32,
    /// One past the last byte of the text.
    pub end: u32,
    /// Its place; none for what the reader added.
    pub locus: Option<Locus>,
    /// How it came from there.
    pub how: How,
}

impl Piece {
    /// The place of a part of the piece. `part` lies inside it, on character boundaries of `text`.
    pub(super) fn locus_of(&self, text: &str, part: &Range<usize>) -> Option<Locus> {
        let locus = self.locus.as_ref()?;
        let before = text.get(self.start as usize..part.start)?;
        let inside = text.get(part.clone())?;
        let chars = |words: &str| words.chars().count() as u64;
        let units = |words: &str| 2 * words.encode_utf16().count() as u64;
        let (skip, length) = match (self.how, innermost(locus)) {
            (How::Verbatim, Locus::Bytes { .. }) => (before.len() as u64, inside.len() as u64),
            (How::Verbatim, Locus::Dom { .. }) | (How::SingleByte, Locus::Bytes { .. }) => {
                (chars(before), chars(inside))
            }
            (How::Utf16, Locus::Bytes { .. }) => (units(before), units(inside)),
            _ => return Some(locus.clone()),
        };
        Some(cut(locus, skip, length))
    }
}

fn innermost(locus: &Locus) -> &Locus {
    match locus {
        Locus::Part { inner, .. } => inner,
        other => other,
    }
}

fn cut(locus: &Locus, skip: u64, length: u64) -> Locus {
    match locus {
        Locus::Bytes { start, .. } => Locus::Bytes { start: start + skip, end: start + skip + length },
        Locus::Dom { path, start, .. } => {
            let start = start + skip as u32;
            Locus::Dom { path: path.clone(), start, end: start + length as u32 }
        }
        Locus::Part { path, inner } => Locus::Part { path: path.clone(), inner: Box::new(cut(inner, skip, length)) },
        boxed @ Locus::PageBox { .. } => boxed.clone(),
    }
}
