//! The real disk.

use super::{Action, Open, RelPath, Storage, StorageError, StorageFile};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// A process that ends, or one that is just being started by the holder, keeps the lock for a moment longer: so often and
/// so long is it waited for.
const LOCK_WAITS: u32 = 20;
const LOCK_WAIT: Duration = Duration::from_millis(20);

/// A folder of the file system.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
}

#[derive(Debug)]
struct DiskFile {
    file: File,
    path: RelPath,
}

impl Disk {
    /// The folder `root`, which need not exist yet.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Whether there is a file of this name.
    pub fn has(root: &Path, name: &str) -> bool {
        root.join(name).is_file()
    }

    fn path(&self, path: &RelPath) -> PathBuf {
        self.root.join(path.as_str())
    }
}

impl Storage for Disk {
    fn open(&self, path: &RelPath, how: Open) -> Result<Box<dyn StorageFile>, StorageError> {
        let mut options = OpenOptions::new();
        options.read(true);
        match how {
            Open::Read => {}
            Open::Write => {
                options.write(true);
            }
            Open::Create => {
                options.write(true).create(true).truncate(true);
                private_to_owner(&mut options);
            }
        }
        let file = options.open(self.path(path)).map_err(|e| StorageError::io(path, Action::Open, e))?;
        Ok(Box::new(DiskFile { file, path: path.clone() }))
    }

    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), StorageError> {
        fs::rename(self.path(from), self.path(to)).map_err(|e| StorageError::io(from, Action::Rename, e))
    }

    fn remove(&self, path: &RelPath) -> Result<(), StorageError> {
        fs::remove_file(self.path(path)).map_err(|e| StorageError::io(path, Action::Remove, e))
    }

    fn list(&self, dir: &RelPath) -> Result<Vec<String>, StorageError> {
        let failed = |e| StorageError::io(dir, Action::Folder, e);
        let entries = match fs::read_dir(self.path(dir)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut names = Vec::new();
        for entry in entries {
            // A name that is no UTF-8 is none that the vault has written.
            if let Ok(name) = entry.map_err(failed)?.file_name().into_string() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn create_dir(&self, dir: &RelPath) -> Result<(), StorageError> {
        let path = self.path(dir);
        if path.is_dir() {
            return Ok(());
        }
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|e| StorageError::io(dir, Action::Folder, e))?;
        let mut below = dir.clone();
        while below != RelPath::root() {
            below = below.parent();
            self.sync_dir(&below)?;
        }
        Ok(())
    }

    #[cfg(unix)]
    fn sync_dir(&self, dir: &RelPath) -> Result<(), StorageError> {
        File::open(self.path(dir)).and_then(|dir| dir.sync_all()).map_err(|e| StorageError::io(dir, Action::Sync, e))
    }

    // Windows offers no way to sync a folder; NTFS keeps a journal of names.
    #[cfg(not(unix))]
    fn sync_dir(&self, _dir: &RelPath) -> Result<(), StorageError> {
        Ok(())
    }

    fn lock(&self, path: &RelPath) -> Result<Box<dyn Send + Sync>, StorageError> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        private_to_owner(&mut options);
        let file = options.open(self.path(path)).map_err(|e| StorageError::io(path, Action::Lock, e))?;
        let mut waits = LOCK_WAITS;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Box::new(file)),
                Err(TryLockError::WouldBlock) if waits > 0 => {
                    waits -= 1;
                    std::thread::sleep(LOCK_WAIT);
                }
                Err(TryLockError::WouldBlock) => return Err(StorageError::HeldByAnotherProcess),
                Err(TryLockError::Error(e)) => return Err(StorageError::io(path, Action::Lock, e)),
            }
        }
    }

    fn local_path(&self, path: &RelPath) -> Option<PathBuf> {
        Some(self.path(path))
    }
}

impl StorageFile for DiskFile {
    fn len(&self) -> Result<u64, StorageError> {
        self.file.metadata().map(|metadata| metadata.len()).map_err(|e| self.failed(Action::Read, e))
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), StorageError> {
        read_exact_at(&self.file, buffer, offset).map_err(|e| self.failed(Action::Read, e))
    }

    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> Result<(), StorageError> {
        write_all_at(&mut self.file, bytes, offset).map_err(|e| self.failed(Action::Write, e))
    }

    fn set_len(&mut self, length: u64) -> Result<(), StorageError> {
        self.file.set_len(length).map_err(|e| self.failed(Action::Write, e))
    }

    fn sync_data(&mut self) -> Result<(), StorageError> {
        self.file.sync_data().map_err(|e| self.failed(Action::Sync, e))
    }
}

impl DiskFile {
    fn failed(&self, action: Action, source: io::Error) -> StorageError {
        StorageError::io(&self.path, action, source)
    }
}

fn private_to_owner(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => {
                buffer = &mut buffer[n..];
                offset += n as u64;
            }
        }
    }
    Ok(())
}

fn write_all_at(file: &mut File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}
