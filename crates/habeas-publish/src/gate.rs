//! The gate: every byte that leaves is searched for what must not leave.
//!
//! Whoever wrote the files is not trusted. Each file is unpacked to text by every way that a reader or a program has
//! ([`unpack`]), each text is folded like names are, and names are looked for in all orders and spellings ([`terms`]).
//! A kind of file that cannot be unpacked blocks the release. A finding tells file, place and kind, never the words.

pub mod terms;
pub mod unpack;

pub use terms::{ProtectedTerms, Spellings, TermKind};

use crate::files::OutputFiles;
use std::{collections::BTreeSet, fmt};
use unpack::Leaf;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gravity {
    /// Nothing leaves.
    Leak,
    /// A person looks, and says why it may leave.
    Look,
}

/// Why a place in a file is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Protected words as they are written somewhere in the vault.
    Words(TermKind),
    /// The same in another spelling or script.
    OtherSpelling(TermKind),
    /// Protected words run together inside a longer word.
    InsideWord(TermKind),
    /// The kind of file is not one that the gate can look into.
    UnknownFile,
    /// The file cannot be taken apart as its kind should be.
    Unreadable,
    /// A picture, whose pixels nobody reads here.
    Picture,
}

/// One place in one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// How grave.
    pub gravity: Gravity,
    /// The file.
    pub path: String,
    /// The part of the file, such as an entry of an archive; empty for the whole.
    pub part: String,
    /// Byte of the part, as unpacked.
    pub offset: usize,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for TermKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Person => "name of a protected person",
            Self::Relative => "name of a relative",
            Self::Source => "name of a source, witness or member of staff",
            Self::Number => "number that identifies somebody",
            Self::Place => "place below the published level",
            Self::File => "name of a file of evidence",
            Self::Redacted => "words that were redacted",
            Self::Identifier => "identifier of the vault",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(kind) => write!(f, "{kind}"),
            Self::OtherSpelling(kind) => write!(f, "{kind}, other spelling"),
            Self::InsideWord(kind) => write!(f, "{kind}, inside a longer word"),
            Self::UnknownFile => f.write_str("a kind of file that cannot be looked into"),
            Self::Unreadable => f.write_str("a file that cannot be taken apart"),
            Self::Picture => f.write_str("a picture: its pixels are not read"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if !self.part.is_empty() {
            write!(f, " › {}", self.part)?;
        }
        write!(f, ", byte {}: {}", self.offset, self.reason)
    }
}

/// Searches all files. `trusted` are SHA-256 of files that come with the program, such as fonts.
pub fn search(
    files: &OutputFiles,
    terms: &ProtectedTerms,
    spellings: &dyn Spellings,
    trusted: &BTreeSet<String>,
) -> Vec<Finding> {
    let mut reader = terms.reader(spellings);
    let mut findings = BTreeSet::new();
    for (number, (path, file)) in (1..).zip(files.iter()) {
        let in_name = reader.read(path, None);
        // A path that is itself the leak is not repeated.
        let shown = if in_name.is_empty() { path.to_owned() } else { format!("file {number} of the release") };
        let mut found = |leaf: &Leaf, gravity, offset, reason| {
            findings.insert(Finding { gravity, path: shown.clone(), part: leaf.part.clone(), offset, reason });
        };
        let name = Leaf { part: "file name".into(), ..Leaf::default() };
        in_name.iter().for_each(|hit| found(&name, hit.gravity, hit.offset, hit.reason));
        if trusted.contains(&crate::files::sha256(&file.bytes)) {
            continue;
        }
        let unpacked = unpack::unpack(path, &file.bytes);
        if let Some(reason) = unpacked.problem {
            let gravity = if reason == Reason::Picture { Gravity::Look } else { Gravity::Leak };
            found(&Leaf::default(), gravity, 0, reason);
        }
        for leaf in &unpacked.leaves {
            // What is wrapped once more, in base64 or an attribute of an attribute, no writer has noted.
            let ledger = leaf.is_outermost.then_some(&file.disclosed);
            for hit in reader.read(&leaf.text, ledger) {
                found(leaf, hit.gravity, hit.offset, hit.reason);
            }
        }
    }
    findings.into_iter().collect()
}

#[cfg(test)]
mod planted;
