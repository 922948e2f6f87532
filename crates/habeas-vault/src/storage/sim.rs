//! A simulated disk for tests. It keeps what programs see (live) apart from what a power loss leaves (durable), with a
//! journal of operations that no sync has made durable yet. [`SimDisk::moments`] are the points between two calls, each
//! with the states that a power loss may leave there ([`states`]); [`Fault`] makes calls fail, once or from then on.

pub mod states;

use super::{Action, Open, RelPath, Storage, StorageError, StorageFile};
use states::Moment;
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

/// Names and contents. Contents are shared between images until one of them changes.
#[derive(Default, Clone)]
struct Image {
    names: BTreeMap<String, FileId>,
    contents: Vec<Arc<Vec<u8>>>,
}

#[derive(Default)]
struct State {
    live: Image,
    durable: Image,
    journal: Vec<Pending>,
    calls: u64,
    fault: Option<Fault>,
    locked: bool,
    /// A disk that says that it has synced and has not.
    lies: bool,
    /// A stick that says that it has written and has written something else.
    garbles: bool,
    moments: Option<Vec<Moment>>,
}

/// An operation that no sync has made durable.
#[derive(Clone)]
enum Pending {
    Write { file: FileId, offset: usize, bytes: Arc<[u8]> },
    SetLen { file: FileId, length: usize },
    Name { dir: String, change: NameChange },
}

#[derive(Clone)]
enum NameChange {
    Add(String, FileId),
    /// The entry that is moved names a file, so a rename that is kept moves that one, whatever else was lost.
    Rename(String, String, FileId),
    Remove(String),
}

struct SimFile {
    disk: SimDisk,
    file: FileId,
    path: RelPath,
}

struct SimLock(SimDisk);

impl SimDisk {
    pub fn new() -> Self {
        Self(Arc::default())
    }

    /// A disk that holds an image, all of it durable.
    fn of(image: Image) -> Self {
        let disk = Self::new();
        {
            let mut state = disk.state();
            (state.live, state.durable) = (image.clone(), image);
        }
        disk
    }

    /// The same content on another disk, all of it durable.
    pub fn copy(&self) -> Self {
        Self::of(self.state().live.clone())
    }

    /// Counts calls from here on, and fails those that the fault names.
    pub fn fail(&self, fault: Option<Fault>) {
        let mut state = self.state();
        (state.fault, state.calls) = (fault, 0);
    }

    /// From here on syncs do nothing and say that all is well.
    pub fn lie(&self) {
        self.state().lies = true;
    }

    /// From here on the last byte of every write is another.
    pub fn garble(&self) {
        self.state().garbles = true;
    }

    /// From here on remembers what is durable and what is pending after every call that changes anything.
    pub fn watch(&self) {
        let mut state = self.state();
        state.calls = 0;
        state.moments = Some(Vec::new());
        state.remember();
    }

    /// The moments since [`SimDisk::watch`], and ends watching.
    pub fn moments(&self) -> Vec<Moment> {
        self.state().moments.take().unwrap_or_default()
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
        state.live.contents[state.live.names[path]].to_vec()
    }

    /// Changes the bytes of a file behind the vault's back.
    pub fn tamper(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let file = state.live.names[path];
        change(Arc::make_mut(&mut state.live.contents[file]));
    }

    /// Puts a file there behind the vault's back, or replaces one.
    pub fn plant(&self, path: &str, bytes: Vec<u8>) {
        let live = &mut self.state().live;
        live.names.insert(path.to_owned(), live.contents.len());
        live.contents.push(Arc::new(bytes));
    }

    pub fn forget(&self, path: &str) {
        self.state().live.names.remove(path);
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
            NameChange::Rename(from, to, file) => {
                if self.names.get(from) == Some(file) {
                    self.names.remove(from);
                }
                self.names.insert(to.clone(), *file);
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
        self.remember();
    }

    fn remember(&mut self) {
        let Self { durable, journal, moments, live, calls, .. } = self;
        if let Some(moments) = moments {
            moments.push(Moment::new(*calls, durable, live.contents.len(), journal));
        }
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
                state.live.contents.push(Arc::default());
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
        let Some(file) = state.live.names.get(from.as_str()).copied() else {
            return Err(StorageError::Missing { path: from.clone() });
        };
        assert_eq!(from.parent(), to.parent(), "a rename stays in its folder, or one sync is not enough");
        state.rename_pending(from, NameChange::Rename(from.as_str().to_owned(), to.as_str().to_owned(), file));
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
        if state.lies {
            return Ok(());
        }
        let State { durable, journal, .. } = &mut *state;
        journal.retain(|pending| match pending {
            Pending::Name { dir: changed, change } if changed == dir.as_str() => {
                durable.apply(change);
                false
            }
            _ => true,
        });
        state.remember();
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
        let mut written: Arc<[u8]> = bytes.into();
        if let (true, Some(last)) = (state.garbles, Arc::make_mut(&mut written).last_mut()) {
            *last ^= 1;
        }
        write_at(Arc::make_mut(&mut state.live.contents[self.file]), offset as usize, &written);
        state.journal.push(Pending::Write { file: self.file, offset: offset as usize, bytes: written });
        state.remember();
        Ok(())
    }

    fn set_len(&mut self, length: u64) -> Result<(), StorageError> {
        let mut state = self.disk.call(&self.path, Action::Write, None)?;
        Arc::make_mut(&mut state.live.contents[self.file]).resize(length as usize, 0);
        state.journal.push(Pending::SetLen { file: self.file, length: length as usize });
        state.remember();
        Ok(())
    }

    fn sync_data(&mut self) -> Result<(), StorageError> {
        let mut state = self.disk.call(&self.path, Action::Sync, None)?;
        if state.lies {
            return Ok(());
        }
        let State { live, durable, journal, .. } = &mut *state;
        durable.contents.resize(live.contents.len(), Arc::default());
        durable.contents[self.file].clone_from(&live.contents[self.file]);
        journal.retain(|pending| {
            !matches!(pending, Pending::Write { file, .. } | Pending::SetLen { file, .. } if *file == self.file)
        });
        state.remember();
        Ok(())
    }
}

impl Drop for SimLock {
    fn drop(&mut self) {
        self.0.state().locked = false;
    }
}
