//! A simulated disk for tests. It keeps what programs see (live) apart from what a power loss leaves (durable), with a
//! journal of operations that no sync has made durable yet. [`SimDisk::crash`] draws one of the states that a power loss
//! may leave; [`Fault`] makes the Nth call fail, once or from then on.

use super::{Action, Open, RelPath, Storage, StorageError, StorageFile};
use std::{
    collections::BTreeMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
};

type FileId = usize;

/// Which call fails, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Only this one.
    Once(u64),
    /// This one and all after it: the machine is gone.
    From(u64),
    /// Every write that would make the files longer than so many bytes together.
    FullAt(u64),
}

/// A disk in memory. Clones share it.
#[derive(Clone)]
pub struct SimDisk(Arc<Mutex<State>>);

#[derive(Default, Clone)]
struct Image {
    names: BTreeMap<String, FileId>,
    contents: Vec<Vec<u8>>,
}

struct State {
    live: Image,
    durable: Image,
    journal: Vec<Pending>,
    calls: u64,
    fault: Option<Fault>,
    locked: bool,
}

/// An operation that no sync has made durable.
#[derive(Clone)]
enum Pending {
    Write { file: FileId, offset: usize, bytes: Vec<u8> },
    SetLen { file: FileId, length: usize },
    Name { dir: String, change: NameChange },
}

#[derive(Clone)]
enum NameChange {
    Add(String, FileId),
    Rename(String, String),
    Remove(String),
}

struct SimFile {
    disk: SimDisk,
    file: FileId,
    path: RelPath,
}

struct SimLock(SimDisk);

/// A small generator for drawing crash states (xorshift64*); reproducible, and of no other use.
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % n
    }
}

impl SimDisk {
    pub fn new() -> Self {
        let (live, durable) = (Image::default(), Image::default());
        let state = State { live, durable, journal: Vec::new(), calls: 0, fault: None, locked: false };
        Self(Arc::new(Mutex::new(state)))
    }

    /// The same content on another disk, all of it durable.
    pub fn copy(&self) -> Self {
        let copy = Self::new();
        let image = self.state().live.clone();
        let mut state = copy.state();
        (state.live, state.durable) = (image.clone(), image);
        drop(state);
        copy
    }

    pub fn fail(&self, fault: Option<Fault>) {
        let mut state = self.state();
        (state.fault, state.calls) = (fault, 0);
    }

    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    pub fn bytes(&self) -> u64 {
        self.state().live.bytes()
    }

    pub fn paths(&self) -> Vec<String> {
        self.state().live.names.keys().cloned().collect()
    }

    pub fn read(&self, path: &str) -> Vec<u8> {
        let state = self.state();
        state.live.contents[state.live.names[path]].clone()
    }

    /// Changes the bytes of a file behind the vault's back.
    pub fn tamper(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let file = state.live.names[path];
        change(&mut state.live.contents[file]);
    }

    pub fn forget(&self, path: &str) {
        self.state().live.names.remove(path);
    }

    /// One of the disks that a power loss may leave. Synced writes are there; of the others any may be missing, whole,
    /// torn at a sector, or only a length without its data. Names change in order, up to some point per folder.
    pub fn crash(&self, draw: &mut Draw) -> Self {
        let state = self.state();
        let mut image = state.durable.clone();
        image.contents.resize(state.live.contents.len(), Vec::new());
        let mut stopped: Vec<&str> = Vec::new();
        for pending in &state.journal {
            match pending {
                Pending::Write { file, offset, bytes } => {
                    let sector = if draw.below(2) == 0 { 512 } else { 4096 };
                    let kept = match draw.below(4) {
                        0 => continue,
                        1 => (draw.below(bytes.len() as u64 / sector + 1) * sector) as usize,
                        _ => bytes.len(),
                    };
                    let content = &mut image.contents[*file];
                    if kept < bytes.len() && draw.below(2) == 0 {
                        // The length went to the disk and the data did not, or the sector was being written: zeros where
                        // nothing was, or noise over what was.
                        let noise = vec![0xa5; bytes.len()];
                        let grown = vec![0; (offset + bytes.len()).saturating_sub(content.len())];
                        let (at, fill) = if draw.below(2) == 0 { (content.len(), grown) } else { (*offset, noise) };
                        write_at(content, at, &fill);
                    }
                    write_at(content, *offset, &bytes[..kept]);
                }
                Pending::SetLen { file, length } => {
                    if draw.below(2) == 0 {
                        image.contents[*file].resize(*length, 0);
                    }
                }
                Pending::Name { dir, change } => {
                    if stopped.contains(&dir.as_str()) || draw.below(3) == 0 {
                        stopped.push(dir);
                    } else {
                        image.apply(change);
                    }
                }
            }
        }
        drop(state);
        let after = Self::new();
        let mut state = after.state();
        (state.live, state.durable) = (image.clone(), image);
        drop(state);
        after
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Counts a call and fails it where the fault says so.
    fn call(
        &self,
        path: &RelPath,
        action: Action,
        grows_to: Option<u64>,
    ) -> Result<MutexGuard<'_, State>, StorageError> {
        let mut state = self.state();
        state.calls += 1;
        let fails = match state.fault {
            Some(Fault::Once(n)) => state.calls == n,
            Some(Fault::From(n)) => state.calls >= n,
            Some(Fault::FullAt(bytes)) => {
                if grows_to.is_some_and(|length| length > bytes) {
                    return Err(StorageError::Full { path: path.clone() });
                }
                false
            }
            None => false,
        };
        if fails {
            return Err(StorageError::io(path, action, io::Error::other("simulated fault")));
        }
        Ok(state)
    }
}

impl Image {
    fn bytes(&self) -> u64 {
        self.names.values().map(|file| self.contents[*file].len() as u64).sum()
    }

    fn apply(&mut self, change: &NameChange) {
        match change {
            NameChange::Add(path, file) => {
                self.names.insert(path.clone(), *file);
            }
            NameChange::Rename(from, to) => {
                if let Some(file) = self.names.remove(from) {
                    self.names.insert(to.clone(), file);
                }
            }
            NameChange::Remove(path) => {
                self.names.remove(path);
            }
        }
    }
}

impl State {
    fn rename_pending(&mut self, path: &RelPath, change: NameChange) {
        self.live.apply(&change);
        self.journal.push(Pending::Name { dir: path.parent().as_str().to_owned(), change });
    }
}

fn write_at(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if content.len() < offset + bytes.len() {
        content.resize(offset + bytes.len(), 0);
    }
    content[offset..offset + bytes.len()].copy_from_slice(bytes);
}

impl Storage for SimDisk {
    fn open(&self, path: &RelPath, how: Open) -> Result<Box<dyn StorageFile>, StorageError> {
        let mut state = self.call(path, Action::Open, None)?;
        let file = match (state.live.names.get(path.as_str()).copied(), how) {
            (_, Open::Create) => {
                let file = state.live.contents.len();
                state.live.contents.push(Vec::new());
                state.rename_pending(path, NameChange::Add(path.as_str().to_owned(), file));
                file
            }
            (Some(file), _) => file,
            (None, _) => return Err(StorageError::Missing { path: path.clone() }),
        };
        Ok(Box::new(SimFile { disk: self.clone(), file, path: path.clone() }))
    }

    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), StorageError> {
        let mut state = self.call(from, Action::Rename, None)?;
        if !state.live.names.contains_key(from.as_str()) {
            return Err(StorageError::Missing { path: from.clone() });
        }
        assert_eq!(from.parent(), to.parent(), "a rename stays in its folder, or one sync is not enough");
        state.rename_pending(from, NameChange::Rename(from.as_str().to_owned(), to.as_str().to_owned()));
        Ok(())
    }

    fn remove(&self, path: &RelPath) -> Result<(), StorageError> {
        let mut state = self.call(path, Action::Remove, None)?;
        if !state.live.names.contains_key(path.as_str()) {
            return Err(StorageError::Missing { path: path.clone() });
        }
        state.rename_pending(path, NameChange::Remove(path.as_str().to_owned()));
        Ok(())
    }

    fn list(&self, dir: &RelPath) -> Result<Vec<String>, StorageError> {
        let state = self.call(dir, Action::Folder, None)?;
        let prefix = if *dir == RelPath::root() { String::new() } else { format!("{}/", dir.as_str()) };
        let below = state.live.names.keys().filter_map(|path| path.strip_prefix(&prefix));
        let mut names: Vec<String> = below.map(|rest| rest.split('/').next().unwrap_or(rest).to_owned()).collect();
        names.dedup();
        Ok(names)
    }

    fn create_dir(&self, dir: &RelPath) -> Result<(), StorageError> {
        self.call(dir, Action::Folder, None).map(drop)
    }

    fn sync_dir(&self, dir: &RelPath) -> Result<(), StorageError> {
        let mut state = self.call(dir, Action::Sync, None)?;
        let State { durable, journal, .. } = &mut *state;
        journal.retain(|pending| match pending {
            Pending::Name { dir: changed, change } if changed == dir.as_str() => {
                durable.apply(change);
                false
            }
            _ => true,
        });
        Ok(())
    }

    fn lock(&self, path: &RelPath) -> Result<Box<dyn Send + Sync>, StorageError> {
        let mut state = self.call(path, Action::Lock, None)?;
        if std::mem::replace(&mut state.locked, true) {
            return Err(StorageError::HeldByAnotherProcess);
        }
        drop(state);
        Ok(Box::new(SimLock(self.clone())))
    }

    fn local_path(&self, _path: &RelPath) -> Option<PathBuf> {
        None
    }
}

impl StorageFile for SimFile {
    fn len(&self) -> Result<u64, StorageError> {
        Ok(self.disk.call(&self.path, Action::Read, None)?.live.contents[self.file].len() as u64)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), StorageError> {
        let state = self.disk.call(&self.path, Action::Read, None)?;
        let start = offset as usize;
        match state.live.contents[self.file].get(start..start + buffer.len()) {
            Some(bytes) => {
                buffer.copy_from_slice(bytes);
                Ok(())
            }
            None => Err(StorageError::io(&self.path, Action::Read, io::ErrorKind::UnexpectedEof.into())),
        }
    }

    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> Result<(), StorageError> {
        let grown = {
            let state = self.disk.state();
            let length = state.live.contents[self.file].len() as u64;
            state.live.bytes() + (offset + bytes.len() as u64).saturating_sub(length)
        };
        let mut state = self.disk.call(&self.path, Action::Write, Some(grown))?;
        write_at(&mut state.live.contents[self.file], offset as usize, bytes);
        state.journal.push(Pending::Write { file: self.file, offset: offset as usize, bytes: bytes.to_vec() });
        Ok(())
    }

    fn set_len(&mut self, length: u64) -> Result<(), StorageError> {
        let mut state = self.disk.call(&self.path, Action::Write, None)?;
        state.live.contents[self.file].resize(length as usize, 0);
        state.journal.push(Pending::SetLen { file: self.file, length: length as usize });
        Ok(())
    }

    fn sync_data(&mut self) -> Result<(), StorageError> {
        let mut state = self.disk.call(&self.path, Action::Sync, None)?;
        let State { live, durable, journal, .. } = &mut *state;
        durable.contents.resize(live.contents.len(), Vec::new());
        durable.contents[self.file].clone_from(&live.contents[self.file]);
        journal.retain(|pending| {
            !matches!(pending, Pending::Write { file, .. } | Pending::SetLen { file, .. } if *file == self.file)
        });
        Ok(())
    }
}

impl Drop for SimLock {
    fn drop(&mut self) {
        self.0.state().locked = false;
    }
}
