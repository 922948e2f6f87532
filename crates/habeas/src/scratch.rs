//! Bytes that do not fit into memory, in a temporary file that nobody else can read: it has no name, is encrypted with a
//! key that is only in the memory of this process, and is gone when the process ends, however it ends.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use habeas_link::{EngineFailure, Scratch};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};
use zeroize::Zeroizing;

/// Why scratch cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ScratchError {
    /// The temporary file failed.
    #[error("the temporary file cannot be used")]
    File {
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The system gave no key.
    #[error("the system gave no random key for the temporary file")]
    NoKey,
    /// The bytes are not those that were written.
    #[error("the temporary file was changed from outside")]
    Changed,
}

/// One temporary file with many parts, each written from its beginning to its end.
pub struct EncryptedScratch {
    cipher: XChaCha20Poly1305,
    kept: Mutex<Kept>,
}

struct Kept {
    file: File,
    end: u64,
    /// Beginning and length of the pieces of each part.
    pieces: BTreeMap<usize, Vec<(u64, usize)>>,
}

/// No two pieces begin at one place, so none share a nonce under the one key of a file.
fn nonce(begin: u64) -> XNonce {
    let mut nonce = [0; 24];
    nonce[..8].copy_from_slice(&begin.to_le_bytes());
    XNonce::from(nonce)
}

impl EncryptedScratch {
    /// A new file in this folder, which has no name there.
    ///
    /// # Errors
    /// [`ScratchError`] when no file can be made or the system gives no key.
    pub fn new(folder: &Path) -> Result<Self, ScratchError> {
        let mut key = Zeroizing::new([0u8; 32]);
        getrandom::fill(key.as_mut_slice()).map_err(|_| ScratchError::NoKey)?;
        let cipher = XChaCha20Poly1305::new((&*key).into());
        let file = tempfile::tempfile_in(folder).map_err(|source| ScratchError::File { source })?;
        Ok(Self { cipher, kept: Mutex::new(Kept { file, end: 0, pieces: BTreeMap::new() }) })
    }

    fn put(&self, part: usize, bytes: &[u8]) -> Result<(), ScratchError> {
        let failed = |source| ScratchError::File { source };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = kept.end;
        let about = (part as u64).to_le_bytes();
        let sealed = self.cipher.encrypt(&nonce(begin), Payload { msg: bytes, aad: &about });
        let sealed = sealed.expect("a piece is far shorter than what one nonce may encrypt");
        // Also where writing fails in the middle, this place and its nonce are used.
        kept.end += sealed.len() as u64;
        kept.file.seek(SeekFrom::Start(begin)).map_err(failed)?;
        kept.file.write_all(&sealed).map_err(failed)?;
        kept.pieces.entry(part).or_default().push((begin, sealed.len()));
        Ok(())
    }

    fn get(&self, part: usize) -> Result<Vec<u8>, ScratchError> {
        let failed = |source| ScratchError::File { source };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let pieces = kept.pieces.get(&part).cloned().unwrap_or_default();
        let about = (part as u64).to_le_bytes();
        let mut bytes = Vec::with_capacity(pieces.iter().map(|(_, n)| n).sum());
        let mut sealed = Vec::new();
        for (begin, n) in pieces {
            sealed.resize(n, 0);
            kept.file.seek(SeekFrom::Start(begin)).map_err(failed)?;
            kept.file.read_exact(&mut sealed).map_err(failed)?;
            let opened = self.cipher.decrypt(&nonce(begin), Payload { msg: &sealed, aad: &about });
            bytes.extend_from_slice(&opened.map_err(|_| ScratchError::Changed)?);
        }
        Ok(bytes)
    }
}

impl Scratch for EncryptedScratch {
    fn append(&self, part: usize, bytes: &[u8]) -> Result<(), EngineFailure> {
        self.put(part, bytes).map_err(EngineFailure::new)
    }

    fn read(&self, part: usize) -> Result<Vec<u8>, EngineFailure> {
        self.get(part).map_err(EngineFailure::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_as_they_were_written_and_the_file_has_no_name_and_no_word_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = EncryptedScratch::new(folder.path()).unwrap();
        for (part, words) in [(0, "Karim Velan"), (7, "Sanam"), (0, " was here")] {
            scratch.append(part, words.as_bytes()).unwrap();
        }
        assert_eq!(scratch.read(0).unwrap(), b"Karim Velan was here");
        assert_eq!(scratch.read(7).unwrap(), b"Sanam");
        assert_eq!(scratch.read(3).unwrap(), b"");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
        let mut raw = Vec::new();
        let mut kept = scratch.kept.lock().unwrap();
        kept.file.seek(SeekFrom::Start(0)).unwrap();
        kept.file.read_to_end(&mut raw).unwrap();
        assert_eq!(raw.len(), 25 + 3 * 16, "three pieces, each with its tag");
        assert!(!raw.windows(5).any(|window| window == b"Karim" || window == b"Sanam"));
    }

    #[test]
    fn bytes_that_were_changed_or_stand_elsewhere_are_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = EncryptedScratch::new(folder.path()).unwrap();
        scratch.put(0, b"12345").unwrap();
        scratch.put(1, b"67890").unwrap();
        let change = |at: u64, byte: u8| {
            let mut kept = scratch.kept.lock().unwrap();
            kept.file.seek(SeekFrom::Start(at)).unwrap();
            kept.file.write_all(&[byte]).unwrap();
        };
        let of_second = scratch.kept.lock().unwrap().pieces[&1].clone();
        scratch.kept.lock().unwrap().pieces.insert(0, of_second);
        assert!(matches!(scratch.get(0), Err(ScratchError::Changed)), "a piece of another part");
        change(21, 0);
        change(22, 1);
        assert!(matches!(scratch.get(1), Err(ScratchError::Changed)));
    }
}
