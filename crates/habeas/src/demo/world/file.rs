//! Rows as bytes of a file: delimiter, line ends, encoding.

use super::lists::{Encoding, List};
use csv::{QuoteStyle, Terminator, WriterBuilder};
use encoding_rs::{WINDOWS_1252, WINDOWS_1256};
use std::io::{self, Write};

/// In which form a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As its keeper hands it over: the list's own delimiter, line ends and encoding.
    AsKept,
    /// Plain CSV in UTF-8 with a last column `true_person`, for measuring a linkage.
    WithTruth,
}

/// Header of the column that names the true person.
pub const TRUE_PERSON: &str = "true_person";

/// Writes header and rows; each row comes with its true person.
pub fn write(
    list: &List,
    form: Form,
    rows: impl Iterator<Item = (u32, Vec<String>)>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut builder = WriterBuilder::new();
    builder.quote_style(QuoteStyle::Necessary);
    let encoding = match form {
        Form::AsKept => {
            builder.delimiter(list.delimiter);
            builder.terminator(if list.crlf { Terminator::CRLF } else { Terminator::Any(b'\n') });
            list.encoding
        }
        Form::WithTruth => Encoding::Utf8,
    };
    let mut csv = builder.from_writer(Transcoded::new(encoding, out)?);
    let mut header: Vec<&str> = list.columns.iter().map(|column| column.header).collect();
    if form == Form::WithTruth {
        header.push(TRUE_PERSON);
    }
    csv.write_record(&header)?;
    for (person, mut cells) in rows {
        if form == Form::WithTruth {
            cells.push(format!("p{person}"));
        }
        csv.write_record(&cells)?;
    }
    csv.flush()
}

/// A writer that takes UTF-8, cut anywhere, and writes another encoding.
struct Transcoded<'o, W> {
    out: &'o mut W,
    encoding: Encoding,
    /// First bytes of a character whose rest has not come yet.
    begun: Vec<u8>,
}

/// A character that the encoding of a list does not have.
#[derive(Debug, thiserror::Error)]
#[error("a character of this row is not in {encoding:?}")]
struct NotInEncoding {
    encoding: Encoding,
}

impl<'o, W: Write> Transcoded<'o, W> {
    fn new(encoding: Encoding, out: &'o mut W) -> io::Result<Self> {
        if encoding == Encoding::Utf16 {
            out.write_all(&[0xFF, 0xFE])?;
        }
        Ok(Self { out, encoding, begun: Vec::new() })
    }

    fn put(&mut self, text: &str) -> io::Result<()> {
        let page = match self.encoding {
            Encoding::Utf8 => return self.out.write_all(text.as_bytes()),
            Encoding::Utf16 => {
                let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                return self.out.write_all(&bytes);
            }
            Encoding::Windows1252 => WINDOWS_1252,
            Encoding::Windows1256 => WINDOWS_1256,
        };
        match page.encode(text) {
            (bytes, _, false) => self.out.write_all(&bytes),
            (_, _, true) => Err(io::Error::other(NotInEncoding { encoding: self.encoding })),
        }
    }
}

impl<W: Write> Write for Transcoded<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = std::mem::take(&mut self.begun);
        all.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&all) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(&all[..error.valid_up_to()]).expect("valid up to here")
            }
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        };
        self.put(whole)?;
        self.begun = all[whole.len()..].to_vec();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
