//! The files of a release before they leave: paths, bytes, and a ledger of the disclosed words in each.
//!
//! The ledger is what lets a person who agreed share a name with one who did not: the gate settles as many occurrences of
//! disclosed words in a file as the writers say that they wrote, and no more.

use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt::Write};

/// Files by path, with `/` between folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputFiles {
    files: BTreeMap<String, OutputFile>,
}

/// One file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputFile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Disclosed words, each with how often the file holds them.
    pub disclosed: BTreeMap<String, usize>,
}

impl OutputFiles {
    /// Adds a file.
    pub fn put(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> &mut OutputFile {
        let file = OutputFile { bytes: bytes.into(), disclosed: BTreeMap::new() };
        let path = path.into();
        self.files.insert(path.clone(), file);
        self.files.get_mut(&path).expect("it was inserted just now")
    }

    /// Paths and files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &OutputFile)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// One file.
    pub fn get(&self, path: &str) -> Option<&OutputFile> {
        self.files.get(path)
    }

    /// Takes over all files of another set.
    pub fn extend(&mut self, other: Self) {
        self.files.extend(other.files);
    }

    /// Number of bytes of all files.
    pub fn n_bytes(&self) -> usize {
        self.files.values().map(|file| file.bytes.len()).sum()
    }
}

impl OutputFile {
    /// Notes that disclosed words stand in the file so many times.
    pub fn note(&mut self, words: &str, times: usize) {
        *self.disclosed.entry(words.to_owned()).or_default() += times;
    }
}

/// SHA-256 as lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
