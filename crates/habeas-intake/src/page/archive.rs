//! Web archives (WARC, WACZ): each archived page becomes an artifact of its own, with when and from where it was captured.
//!
//! A record's length is never believed: what is there is read, and an archive that breaks off keeps the records before.
//! Digests are checked. Our own reader, because those that exist stop at the first damaged record or know no offsets.

use super::{
    draft::{Child, Detail, DetailBasis, DetailKind, Draft, PageRemark},
    locus::Locus,
};
use crate::limits::Limits;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use std::{
    collections::HashMap,
    io::{Cursor, Read},
};
use zip::ZipArchive;

/// Why an archive cannot be read.
pub(crate) enum Trouble {
    /// No record in it.
    Broken,
    /// It unpacks beyond all measure.
    Bomb {
        /// Counted until it was stopped.
        inflated: u64,
    },
}

/// Reads the records of a WARC file, packed record by record, as a whole, or not at all.
pub(crate) fn read_warc(bytes: &[u8], limits: &Limits) -> Result<Draft, Trouble> {
    let mut draft = Draft::default();
    let mut seen = HashMap::new();
    records(bytes, 0, limits, &mut draft, &mut seen)?;
    if draft.children.is_empty() && draft.remarks.is_empty() {
        return Err(Trouble::Broken);
    }
    Ok(draft)
}

/// Reads all archives in a WACZ file; the container has passed the guard.
pub(crate) fn read_wacz(bytes: &[u8], limits: &Limits) -> Result<Draft, Trouble> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Trouble::Broken)?;
    let mut draft = Draft::default();
    let mut seen = HashMap::new();
    for idx in 0..archive.len() {
        let mut entry = archive.by_index(idx).map_err(|_| Trouble::Broken)?;
        let name = String::from_utf8_lossy(entry.name_raw()).to_ascii_lowercase();
        if name.starts_with("archive/") && (name.ends_with(".warc") || name.ends_with(".warc.gz")) {
            let mut packed = Vec::new();
            entry.read_to_end(&mut packed).map_err(|_| Trouble::Broken)?;
            records(&packed, idx as u16 + 1, limits, &mut draft, &mut seen)?;
        }
    }
    if draft.children.is_empty() && draft.remarks.is_empty() {
        return Err(Trouble::Broken);
    }
    Ok(draft)
}

/// Payloads by digest, for records that point to an earlier one.
type Seen = HashMap<String, (u64, usize)>;

/// `entry` is 0 for a file that is itself the archive, else one more than its number in the container.
fn records(bytes: &[u8], entry: u16, limits: &Limits, draft: &mut Draft, seen: &mut Seen) -> Result<(), Trouble> {
    let plain = unpack(bytes, limits)?;
    let (data, cut) = (plain.bytes, plain.cut);
    let mut at = 0;
    while at < data.len() {
        let offset = at as u64;
        let Some(record) = Record::at(&data, at) else {
            draft.remarks.push(PageRemark::CutArchive { offset });
            return Ok(());
        };
        at = record.end;
        let complete = record.body.len() as u64 == record.length;
        if !complete {
            draft.remarks.push(PageRemark::CutArchive { offset });
            return Ok(());
        }
        take(&record, entry, offset, limits, draft, seen);
    }
    if cut {
        draft.remarks.push(PageRemark::CutArchive { offset: data.len() as u64 });
    }
    Ok(())
}

/// What could be unpacked, and whether that was all.
struct Unpacked {
    bytes: Vec<u8>,
    cut: bool,
}

/// Unpacks gzip members one after another; a file that is not packed stays as it is.
fn unpack(bytes: &[u8], limits: &Limits) -> Result<Unpacked, Trouble> {
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return Ok(Unpacked { bytes: bytes.to_vec(), cut: false });
    }
    let mut plain = Vec::new();
    let mut rest = bytes;
    while rest.starts_with(&[0x1F, 0x8B]) {
        let mut member = GzDecoder::new(rest);
        let before = plain.len() as u64;
        let room = (limits.archive_bytes + 1).saturating_sub(before);
        let outcome = member.by_ref().take(room).read_to_end(&mut plain);
        let inflated = plain.len() as u64;
        let ratio = inflated.saturating_sub(1 << 20) > (bytes.len() as u64).saturating_mul(limits.inflation_ratio);
        if inflated > limits.archive_bytes || ratio {
            return Err(Trouble::Bomb { inflated });
        }
        if outcome.is_err() {
            return Ok(Unpacked { bytes: plain, cut: true });
        }
        rest = member.into_inner();
    }
    Ok(Unpacked { bytes: plain, cut: !rest.is_empty() })
}

/// One record, as far as it is there.
struct Record<'d> {
    headers: Vec<(String, &'d str)>,
    body: &'d [u8],
    length: u64,
    end: usize,
}

impl<'d> Record<'d> {
    fn at(data: &'d [u8], at: usize) -> Option<Self> {
        let rest = &data[at..];
        if !rest.starts_with(b"WARC/1.") {
            return None;
        }
        let (headers, body_at) = headers(rest)?;
        let length: u64 = header(&headers, "content-length")?.parse().ok()?;
        let body = &rest[body_at..];
        let body = &body[..usize::try_from(length).unwrap_or(usize::MAX).min(body.len())];
        let mut end = at + body_at + body.len();
        // Two line ends close a record; some writers leave them out.
        while data.get(end).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            end += 1;
        }
        Some(Self { headers, body, length, end })
    }

    fn header(&self, name: &str) -> Option<&'d str> {
        header(&self.headers, name)
    }
}

/// Header lines of a record or a response, with the place behind the empty line that closes them.
fn headers(data: &[u8]) -> Option<(Vec<(String, &str)>, usize)> {
    let head = &data[..data.len().min(1 << 16)];
    let (end, gap) = [(&b"\r\n\r\n"[..], 4), (b"\n\n", 2)]
        .into_iter()
        .filter_map(|(gap, length)| Some((memchr::memmem::find(head, gap)?, length)))
        .min()?;
    let text = std::str::from_utf8(&head[..end]).ok()?;
    let fields = text.lines().skip(1).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), value.trim()))
    });
    Some((fields.collect(), end + gap))
}

fn header<'d>(headers: &[(String, &'d str)], name: &str) -> Option<&'d str> {
    headers.iter().find(|(field, _)| field == name).map(|(_, value)| *value)
}

fn take(record: &Record<'_>, entry: u16, offset: u64, limits: &Limits, draft: &mut Draft, seen: &mut Seen) {
    let kind = record.header("warc-type").unwrap_or_default();
    let address = record.header("warc-target-uri").unwrap_or_default().trim_matches(['<', '>']);
    if let Some(stated) = record.header("warc-block-digest") {
        check_digest(stated, record.body, offset, draft);
    }
    let (payload, at) = match kind {
        "response" => match headers(record.body) {
            Some((fields, at)) if record.body.starts_with(b"HTTP/") => {
                match decoded(&fields, &record.body[at..], limits) {
                    Some(payload) => (payload, at),
                    None => return draft.remarks.push(PageRemark::Coding { offset }),
                }
            }
            _ => (record.body.to_vec(), 0),
        },
        "resource" | "conversion" => (record.body.to_vec(), 0),
        "revisit" => {
            let found = record.header("warc-payload-digest").is_some_and(|digest| seen.contains_key(digest));
            if !found {
                draft.remarks.push(PageRemark::Revisit { offset });
            }
            return;
        }
        _ => return,
    };
    if let Some(stated) = record.header("warc-payload-digest") {
        check_digest(stated, &record.body[at..], offset, draft);
        seen.insert(stated.to_owned(), (offset, draft.children.len()));
    }
    let large = payload.len() as u64 > limits.child_bytes || draft.children.len() as u64 >= limits.children;
    if payload.is_empty() || large {
        if large {
            draft.remarks.push(PageRemark::LargeAttachments { parts: 1 });
        }
        return;
    }
    let detail =
        |kind, words: &str| Detail { kind, basis: DetailBasis::Header, words: words.chars().take(400).collect() };
    let details =
        [(DetailKind::Address, address), (DetailKind::Captured, record.header("warc-date").unwrap_or_default())]
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .map(|(kind, words)| detail(kind, words))
            .collect();
    let inner = Locus::Bytes { start: offset, end: offset + record.body.len() as u64 };
    let locus = if entry == 0 { inner } else { Locus::Part { path: vec![entry - 1], inner: Box::new(inner) } };
    draft.children.push(Child { name: address.chars().take(400).collect(), locus, details, bytes: payload });
}

/// Undoes chunks and packing of a response; `None` for a coding that is not read.
fn decoded(fields: &[(String, &str)], body: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let chunked = header(fields, "transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
    // Some crawlers keep the header and store the body whole.
    let body = if chunked { unchunk(body).unwrap_or_else(|| body.to_vec()) } else { body.to_vec() };
    let mut plain = Vec::new();
    let room = limits.child_bytes + 1;
    let coding = header(fields, "content-encoding").unwrap_or_default().to_ascii_lowercase();
    let outcome = match coding.as_str() {
        "" | "identity" => return Some(body),
        "gzip" | "x-gzip" => GzDecoder::new(body.as_slice()).take(room).read_to_end(&mut plain),
        "deflate" if body.first().is_some_and(|byte| byte & 0x0F == 8) => {
            ZlibDecoder::new(body.as_slice()).take(room).read_to_end(&mut plain)
        }
        "deflate" => DeflateDecoder::new(body.as_slice()).take(room).read_to_end(&mut plain),
        "br" => brotli_decompressor::Decompressor::new(body.as_slice(), 1 << 14).take(room).read_to_end(&mut plain),
        _ => return None,
    };
    outcome.is_ok().then_some(plain)
}

fn unchunk(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    loop {
        let end = memchr::memmem::find(&body[..body.len().min(64)], b"\r\n")?;
        let size = std::str::from_utf8(&body[..end]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        body = body.get(end + 2..)?;
        if size == 0 {
            return Some(plain);
        }
        plain.extend_from_slice(body.get(..size)?);
        body = body.get(size + 2..)?;
    }
}

/// Compares with a digest as archives state it: algorithm, colon, base 32 or hexadecimal.
fn check_digest(stated: &str, bytes: &[u8], offset: u64, draft: &mut Draft) {
    let Some((algorithm, value)) = stated.split_once(':') else { return };
    let digest: Vec<u8> = match algorithm.to_ascii_lowercase().as_str() {
        "sha1" => Sha1::digest(bytes).to_vec(),
        "sha256" | "sha-256" => Sha256::digest(bytes).to_vec(),
        _ => return,
    };
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let same = value.eq_ignore_ascii_case(&hex) || value.trim_end_matches('=').eq_ignore_ascii_case(&base32(&digest));
    if !same {
        draft.remarks.push(PageRemark::Digest { offset });
    }
}

fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in bytes {
        buffer = (buffer << 8 | u32::from(*byte)) & 0xFFFF;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(buffer >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        out.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(buffer << (5 - bits) & 31) as usize]));
    }
    out
}
