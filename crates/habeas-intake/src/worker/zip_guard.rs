//! Counts what a ZIP inflates to, before any reader of spreadsheets sees it.
//!
//! Every entry is inflated into nothing; sizes in headers are never believed. Nothing is ever unpacked to disk.

use super::frames::Refusal;
use crate::{
    limits::Limits,
    table::{DamagedPart, ZipFault},
};
use memchr::memmem;
use std::io::{Cursor, Read};
use zip::{ZipArchive, result::ZipError};

/// What growth is allowed whatever the ratio says: small parts of blanks pack very well.
const FREE_GROWTH: u64 = 1 << 20;

/// A ZIP that passed.
pub(super) struct Guarded {
    /// Macros, embedded objects or links to other files.
    pub active: bool,
}

/// Inflates every entry into nothing and counts.
///
/// # Errors
/// The [`Refusal`] that says which bound was passed or what is not sound.
pub(super) fn guard(bytes: &[u8], limits: &Limits) -> Result<Guarded, Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged(DamagedPart::Directory))?;
    if archive.len() as u64 > limits.zip_entries {
        return Err(Refusal::Zip(ZipFault::Entries));
    }
    if archive.has_duplicate_names() {
        return Err(Refusal::Zip(ZipFault::DoubleName));
    }
    if archive.has_overlapping_entries().map_err(|_| Refusal::Damaged(DamagedPart::Directory))? {
        return Err(Refusal::Zip(ZipFault::Overlap));
    }
    let mut total = 0;
    let mut active = false;
    for idx in 0..archive.len() {
        let mut entry = archive.by_index(idx).map_err(|error| match error {
            ZipError::InvalidPassword | ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Refusal::Locked,
            _ => Refusal::Damaged(DamagedPart::Entry),
        })?;
        if entry.encrypted() {
            return Err(Refusal::Locked);
        }
        if entry.is_symlink() {
            return Err(Refusal::Zip(ZipFault::Link));
        }
        if entry.enclosed_name().is_none() {
            return Err(Refusal::Zip(ZipFault::Path));
        }
        let name = entry.name_raw().to_ascii_lowercase();
        active |= [&b"vbaproject.bin"[..], b"externallinks/", b"embeddings/", b"activex/", b"basic/"]
            .iter()
            .any(|part| memmem::find(&name, part).is_some());
        let (packed, announced) = (entry.compressed_size().min(bytes.len() as u64), entry.size());
        let mut counter = Counter::default();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match entry.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => counter.take(&buffer[..n]),
                // A length that lies also fails its checksum; say which.
                Err(_) if counter.bytes > announced => return Err(Refusal::Zip(ZipFault::LyingSize)),
                Err(_) => return Err(Refusal::Damaged(DamagedPart::Entry)),
            }
            let inflated = total + counter.bytes;
            let grows =
                counter.bytes > FREE_GROWTH && counter.bytes > packed.max(1).saturating_mul(limits.inflation_ratio);
            if inflated > limits.inflated_bytes || grows {
                return Err(Refusal::Bomb { packed: bytes.len() as u64, inflated });
            }
        }
        if counter.bytes != announced {
            return Err(Refusal::Zip(ZipFault::LyingSize));
        }
        total += counter.bytes;
        if name.ends_with(b"sharedstrings.xml") {
            // The reader reserves memory by this number. `<si/>` is the shortest string.
            let announced = counter.unique_count();
            if announced > counter.bytes / 5 {
                return Err(Refusal::FalseCount { announced, bytes: counter.bytes });
            }
        }
    }
    Ok(Guarded { active })
}

/// Counts bytes and keeps the first ones.
#[derive(Default)]
struct Counter {
    bytes: u64,
    head: Vec<u8>,
}

impl Counter {
    fn take(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let room = (1_usize << 14).saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// The greatest number that any `uniqueCount` of the head announces; beyond all counting where it is no number.
    fn unique_count(&self) -> u64 {
        memmem::find_iter(&self.head, b"niqueCount")
            .map(|at| {
                let rest = &self.head[at..];
                let digits = rest.iter().skip_while(|b| !b.is_ascii_digit()).take_while(|b| b.is_ascii_digit());
                digits.fold(0_u64, |n, digit| n.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
            })
            .max()
            .unwrap_or(0)
    }
}
