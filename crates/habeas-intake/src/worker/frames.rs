//! What parent and worker say to each other: frames of a length and JSON, strict on reading.

use crate::{
    limits::Limits,
    page::{Detail, Locus, Mask, PageRemark, Piece},
    table::{DamagedPart, Kind, TableError, ZipFault},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::{self, Read, Write};

/// Most bytes of a request.
pub(super) const MAX_REQUEST: u32 = 1 << 20;
/// Most bytes of one frame of an answer. A sheet's widest row of honest cells stays far below.
pub(super) const MAX_REPLY: u32 = 32 << 20;

/// What the worker is asked; the bytes of the file follow it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub format: Format,
    /// Name of the sheet, else the first one that has cells.
    pub sheet: Option<String>,
    /// Stop after this many rows.
    pub first_rows: Option<u64>,
    /// Draw this page, 1 for the first, instead of reading.
    pub draw: Option<u32>,
    pub limits: Limits,
}

/// Formats that the worker reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
    Html,
    Docx,
    Email,
    Warc,
    Wacz,
    Pdf,
    Image,
}

impl Format {
    /// The format of a kind of workbook.
    pub(crate) fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Xlsx => Some(Self::Xlsx),
            Kind::Xlsb => Some(Self::Xlsb),
            Kind::Xls => Some(Self::Xls),
            Kind::Ods => Some(Self::Ods),
            _ => None,
        }
    }

    /// The format of a kind of document.
    pub(crate) fn of_page(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Html => Some(Self::Html),
            Kind::Docx => Some(Self::Docx),
            Kind::Email => Some(Self::Email),
            Kind::Warc | Kind::Gzip => Some(Self::Warc),
            Kind::Wacz => Some(Self::Wacz),
            Kind::Pdf => Some(Self::Pdf),
            Kind::Image => Some(Self::Image),
            _ => None,
        }
    }

    /// Whether its container is a ZIP.
    pub(super) fn is_zip(self) -> bool {
        matches!(self, Self::Xlsx | Self::Xlsb | Self::Ods | Self::Docx | Self::Wacz)
    }
}

/// One frame of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) enum Reply {
    /// Limits are in force, but for these layers.
    Ready { missing: Vec<String> },
    /// What was opened.
    Meta(Meta),
    /// Rows in the order of the sheet.
    Rows(Vec<WireRow>),
    /// Text of a document, going on where the last one ended.
    Text(String),
    /// Pieces of its map, likewise.
    Pieces(Vec<Piece>),
    /// Its masks.
    Masks(Vec<Mask>),
    /// What it says of itself.
    Details(Vec<Detail>),
    /// What its user should know.
    Remarks(Vec<PageRemark>),
    /// A file inside it begins; its bytes follow.
    Child { name: String, locus: Locus, details: Vec<Detail> },
    /// Bytes of that file, in base 64.
    Bytes(String),
    /// The page that was asked for, of so many; its pixels follow as bytes, three for each, row by row.
    Drawn { width: u32, height: u32, pages: u32 },
    /// The file is refused.
    Refused(Refusal),
    /// All was said.
    Done { rows: u64, cells: u64 },
}

/// What the worker says about a workbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Meta {
    pub sheets: Vec<String>,
    pub sheet: String,
    pub from_1904: bool,
    pub merged: u64,
    pub active: bool,
}

/// A row that has cells; `row` is 1 for the first one of the sheet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WireRow {
    pub row: u32,
    pub cells: Vec<WireCell>,
}

/// Column from 0, words, what they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct WireCell(pub u16, pub String, pub WireKind);

/// What a cell is, by one letter and a number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum WireKind {
    #[serde(rename = "t")]
    Text,
    #[serde(rename = "n")]
    Number(f64),
    #[serde(rename = "d")]
    Date(f64),
    #[serde(rename = "b")]
    Bool(bool),
    #[serde(rename = "e")]
    Error,
    /// A formula without a stored result; the words are the formula.
    #[serde(rename = "f")]
    FormulaOnly,
    /// A value that a formula left behind.
    #[serde(rename = "r")]
    Result,
    /// Longer than a cell may be; without words.
    #[serde(rename = "l")]
    TooLong,
}

/// Why the worker refuses a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) enum Refusal {
    Locked,
    NoSheet { sheets: usize },
    Cells { limit: u64 },
    Rows { limit: u64 },
    Bomb { packed: u64, inflated: u64 },
    FalseCount { announced: u64, bytes: u64 },
    Deep { limit: u64 },
    Text { limit: u64 },
    Pages { limit: u64 },
    NoSuchPage { asked: u32, pages: u32 },
    Pixels { limit: u64 },
    Zip(ZipFault),
    Damaged(DamagedPart),
}

impl From<Refusal> for TableError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Locked => Self::Locked,
            Refusal::NoSheet { sheets } => Self::NoSheet { sheets },
            Refusal::Cells { limit } => Self::TooManyCells { limit },
            Refusal::Rows { limit } => Self::TooManyRows { limit },
            Refusal::Bomb { packed, inflated } => Self::Bomb { packed, inflated },
            Refusal::FalseCount { announced, bytes } => Self::FalseCount { announced, bytes },
            Refusal::Deep { limit } => Self::TooDeep { limit },
            Refusal::Text { limit } => Self::TooMuchText { limit },
            Refusal::Pages { limit } => Self::TooManyPages { limit },
            Refusal::NoSuchPage { asked, pages } => Self::NoSuchPage { asked, pages },
            Refusal::Pixels { limit } => Self::TooManyPixels { limit },
            Refusal::Zip(fault) => Self::Zip { fault },
            Refusal::Damaged(part) => Self::Damaged { part },
        }
    }
}

/// Writes one frame: length as four bytes, little end first, then JSON.
pub(super) fn write<T: Serialize>(out: &mut impl Write, frame: &T) -> io::Result<()> {
    let json = serde_json::to_vec(frame)?;
    let length = u32::try_from(json.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&json)
}

/// Reads one frame of at most `limit` bytes into `buffer`; `None` at the end of the stream.
pub(super) fn read<T: DeserializeOwned>(
    from: &mut impl Read,
    limit: u32,
    buffer: &mut Vec<u8>,
) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read(&mut length[..1])? {
        0 => return Ok(None),
        _ => from.read_exact(&mut length[1..])?,
    }
    let length = u32::from_le_bytes(length);
    if length > limit {
        return Err(io::ErrorKind::InvalidData.into());
    }
    buffer.clear();
    // `take` bounds the reading; the buffer grows by what comes, not by what was announced.
    if from.take(u64::from(length)).read_to_end(buffer)? != length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    serde_json::from_slice(buffer).map(Some).map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_frame_is_read_back_and_an_unknown_key_is_refused() {
        let reply = Reply::Rows(vec![WireRow {
            row: 7,
            cells: vec![
                WireCell(0, "Adira".to_owned(), WireKind::Text),
                WireCell(3, "2014-03-05".to_owned(), WireKind::Date(41703.0)),
            ],
        }]);
        let mut bytes = Vec::new();
        write(&mut bytes, &reply).unwrap();
        assert_eq!(read::<Reply>(&mut bytes.as_slice(), MAX_REPLY, &mut Vec::new()).unwrap(), Some(reply));
        let mut foreign = Vec::new();
        write(&mut foreign, &serde_json::json!({"done": {"rows": 1, "cells": 1, "path": "/etc/passwd"}})).unwrap();
        assert!(read::<Reply>(&mut foreign.as_slice(), MAX_REPLY, &mut Vec::new()).is_err());
    }

    #[test]
    fn an_announced_length_is_not_believed() {
        let bytes = [0xFF, 0xFF, 0xFF, 0x7F, b'{'];
        assert!(read::<Reply>(&mut bytes.as_slice(), MAX_REPLY, &mut Vec::new()).is_err());
        let bytes = [0x00, 0x00, 0x10, 0x00, b'{'];
        let mut buffer = Vec::new();
        assert!(read::<Reply>(&mut bytes.as_slice(), MAX_REPLY, &mut buffer).is_err());
        assert!(buffer.capacity() < 1 << 16);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_frame_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read::<Reply>(&mut bytes.as_slice(), MAX_REPLY, &mut Vec::new());
        }
    }
}
