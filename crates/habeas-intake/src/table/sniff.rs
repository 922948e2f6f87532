//! What the bytes are, whatever the file is called.

use memchr::memmem;
use std::fmt;

/// A kind of file, told from its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text in lines: CSV, TSV and their relatives.
    Text,
    /// Office Open XML workbook.
    Xlsx,
    /// Binary workbook in a ZIP.
    Xlsb,
    /// Workbook of the old binary format.
    Xls,
    /// OpenDocument spreadsheet.
    Ods,
    /// A locked workbook: encrypted office documents are wrapped in an OLE container.
    Locked,
    /// A web page, also one that was saved under another name.
    Html,
    /// PDF.
    Pdf,
    /// Office Open XML text document.
    Docx,
    /// Another office file that is no table: ODT, a presentation.
    Document,
    /// A message with its headers.
    Email,
    /// A web archive.
    Warc,
    /// A web archive in a ZIP, with its index.
    Wacz,
    /// Something packed with gzip, in this work mostly a web archive.
    Gzip,
    /// A picture.
    Image,
    /// A ZIP that is no workbook.
    Zip,
    /// Parquet.
    Parquet,
    /// Bytes that are neither text nor a known container.
    Binary,
    /// No bytes at all.
    Empty,
}

impl Kind {
    /// The name as written in mappings and messages.
    pub fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
            Self::Locked => "locked",
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Document => "document",
            Self::Email => "eml",
            Self::Warc => "warc",
            Self::Wacz => "wacz",
            Self::Gzip => "gzip",
            Self::Image => "image",
            Self::Zip => "zip",
            Self::Parquet => "parquet",
            Self::Binary => "binary",
            Self::Empty => "empty",
        }
    }

    /// The kind that a file's name promises, if its extension is a known one.
    pub fn promised_by(file_name: &str) -> Option<Self> {
        let (_, extension) = file_name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "tab" | "txt" | "md" => Self::Text,
            "xlsx" | "xlsm" => Self::Xlsx,
            "xlsb" => Self::Xlsb,
            "xls" => Self::Xls,
            "ods" => Self::Ods,
            "html" | "htm" => Self::Html,
            "pdf" => Self::Pdf,
            "docx" => Self::Docx,
            "odt" | "doc" => Self::Document,
            "eml" => Self::Email,
            "warc" => Self::Warc,
            "wacz" => Self::Wacz,
            "gz" => Self::Gzip,
            "jpg" | "jpeg" | "png" | "tif" | "tiff" | "heic" | "webp" | "gif" => Self::Image,
            "zip" => Self::Zip,
            "parquet" => Self::Parquet,
            _ => return None,
        })
    }

    /// Whether the parse worker reads it.
    pub fn is_workbook(self) -> bool {
        matches!(self, Self::Xlsx | Self::Xlsb | Self::Xls | Self::Ods)
    }
}

/// The kind in words, to follow «the file is».
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text in lines",
            Self::Xlsx => "an XLSX workbook",
            Self::Xlsb => "an XLSB workbook",
            Self::Xls => "an XLS workbook",
            Self::Ods => "an ODS workbook",
            Self::Locked => "a locked file",
            Self::Html => "a web page",
            Self::Pdf => "a PDF",
            Self::Docx => "a text document",
            Self::Document => "an office document",
            Self::Email => "a message",
            Self::Warc | Self::Wacz => "a web archive",
            Self::Gzip => "packed with gzip",
            Self::Image => "a picture",
            Self::Zip => "a ZIP archive",
            Self::Parquet => "a Parquet file",
            Self::Binary => "of no known kind",
            Self::Empty => "empty",
        })
    }
}

/// Tells what the bytes are. Reads no structure that would need trust: signatures and names of parts only.
pub fn sniff(bytes: &[u8]) -> Kind {
    if bytes.iter().all(u8::is_ascii_whitespace) || bytes == [0xEF, 0xBB, 0xBF] {
        return Kind::Empty;
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return sniff_zip(bytes);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return sniff_ole(bytes);
    }
    if bytes.starts_with(b"PAR1") {
        return Kind::Parquet;
    }
    if bytes.starts_with(b"WARC/1.") {
        return Kind::Warc;
    }
    if bytes.starts_with(&[0x1F, 0x8B, 8]) {
        return Kind::Gzip;
    }
    if is_picture(bytes) {
        return Kind::Image;
    }
    // A PDF may have bytes before its signature.
    if memmem::find(&bytes[..bytes.len().min(1024)], b"%PDF-").is_some() {
        return Kind::Pdf;
    }
    if looks_like_html(bytes) {
        return Kind::Html;
    }
    match is_text(bytes) {
        true if looks_like_a_message(bytes) => Kind::Email,
        true => Kind::Text,
        false => Kind::Binary,
    }
}

fn is_picture(bytes: &[u8]) -> bool {
    let signatures: [&[u8]; 5] = [b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n", b"II*\0", b"MM\0*", b"GIF8"];
    signatures.iter().any(|signature| bytes.starts_with(signature))
        || (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
        || (bytes.get(4..8) == Some(b"ftyp")
            && bytes.get(8..11).is_some_and(|brand| brand == b"hei" || brand == b"mif"))
}

/// Headers of a message, line by line from the first on; two that only messages have.
fn looks_like_a_message(bytes: &[u8]) -> bool {
    let mut n_known = 0;
    for line in bytes[..bytes.len().min(1 << 14)].split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if matches!(line[0], b' ' | b'\t') {
            continue;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return false };
        let name = line[..colon].to_ascii_lowercase();
        if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return false;
        }
        let known: [&[u8]; 9] = [
            b"from",
            b"to",
            b"received",
            b"message-id",
            b"mime-version",
            b"return-path",
            b"delivered-to",
            b"subject",
            b"dkim-signature",
        ];
        n_known += usize::from(known.contains(&name.as_slice()));
    }
    n_known >= 2
}

fn sniff_zip(bytes: &[u8]) -> Kind {
    // Names of entries stand uncompressed: at the head before each entry, at the tail in the central directory. A file
    // that was cut off has only the first.
    const PART: usize = 1 << 20;
    let (head, tail) = (&bytes[..bytes.len().min(PART)], &bytes[bytes.len().saturating_sub(PART)..]);
    let names: Vec<&[u8]> =
        entry_names(head, b"PK\x03\x04", 26, 30).chain(entry_names(tail, b"PK\x01\x02", 28, 46)).collect();
    let has = |start: &str| names.iter().any(|name| name.starts_with(start.as_bytes()));
    if memmem::find(head, b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet").is_some() {
        Kind::Ods
    } else if has("xl/workbook.bin") {
        Kind::Xlsb
    } else if has("xl/") {
        Kind::Xlsx
    } else if has("word/") {
        Kind::Docx
    } else if has("ppt/") || memmem::find(head, b"mimetypeapplication/vnd.oasis.opendocument.").is_some() {
        Kind::Document
    } else if has("archive/") && has("datapackage.json") {
        Kind::Wacz
    } else if has("[Content_Types].xml") || has("_rels/.rels") {
        // An office file that ends before its main part: a cut workbook more often than anything else.
        Kind::Xlsx
    } else {
        Kind::Zip
    }
}

/// Names behind each signature: the length stands at one offset, the name begins at another.
fn entry_names<'b>(
    bytes: &'b [u8],
    signature: &'static [u8],
    length_at: usize,
    name_at: usize,
) -> impl Iterator<Item = &'b [u8]> {
    memmem::find_iter(bytes, signature).take(2_000).filter_map(move |at| {
        let length = bytes.get(at + length_at..at + length_at + 2)?;
        bytes.get(at + name_at..)?.get(..usize::from(u16::from_le_bytes([length[0], length[1]])))
    })
}

fn sniff_ole(bytes: &[u8]) -> Kind {
    // Stream names in an OLE directory are UTF-16.
    let holds = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(bytes, &wide).is_some()
    };
    if holds("EncryptedPackage") {
        Kind::Locked
    } else if holds("Workbook") || holds("Book") {
        Kind::Xls
    } else {
        Kind::Document
    }
}

fn looks_like_html(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(2048)];
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let head = head.trim_ascii_start();
    if !head.starts_with(b"<") {
        return false;
    }
    let lower = head.to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body", "<table"]
        .iter()
        .any(|tag| memmem::find(&lower, tag.as_bytes()).is_some())
}

/// Text in some encoding: UTF-16 shows itself by its mark or by its pattern of NULs, everything else has few controls.
fn is_text(bytes: &[u8]) -> bool {
    if super::encoding::wide(bytes).is_some() {
        return true;
    }
    let head = &bytes[..bytes.len().min(1 << 16)];
    let controls = head.iter().filter(|b| **b < 0x20 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A)).count();
    controls <= 4 || controls * 50 <= head.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a ZIP whose first entry has this name.
    fn entry(name: &str) -> Vec<u8> {
        [b"PK\x03\x04".as_slice(), &[0; 22], &(name.len() as u16).to_le_bytes(), &[0; 2], name.as_bytes()].concat()
    }

    #[test]
    fn what_the_bytes_are_wins_over_any_name() {
        let wide: Vec<u8> = "name;date\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: [(&[u8], Kind); 15] = [
            (b"", Kind::Empty),
            (b" \r\n\r\n", Kind::Empty),
            (b"\xEF\xBB\xBF", Kind::Empty),
            (b"No,Name\n1,x\n", Kind::Text),
            (b"\xEF\xBB\xBFNo;Name\n", Kind::Text),
            (&wide, Kind::Text),
            (b"\n <!DOCTYPE html><html><body>Please log in", Kind::Html),
            (b"<html><table><tr><td>1", Kind::Html),
            (b"%PDF-1.7\n", Kind::Pdf),
            (&entry("xl/workbook.xml"), Kind::Xlsx),
            (&entry("xl/workbook.bin"), Kind::Xlsb),
            (&entry("word/document.xml"), Kind::Docx),
            (&entry("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), Kind::Ods),
            (&entry("holiday.jpg"), Kind::Zip),
            (b"\x7FELF\x02\x01\x01\x00\x00\x00\x00\x00", Kind::Binary),
        ];
        for (bytes, kind) in cases {
            assert_eq!(sniff(bytes), kind, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn an_encrypted_workbook_is_locked_and_not_an_old_one() {
        let mut bytes = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(sniff(&bytes), Kind::Locked);
    }
}
