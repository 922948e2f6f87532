//! Every byte of the vault but the index passes through [`Storage`], so that tests can lose power, tear writes and fill
//! the disk. [`Disk`] is the real one and the only place of the crate that calls the file system.
//!
//! Nothing here knows of encryption or of formats.

mod disk;
#[cfg(test)]
pub mod sim;

pub use disk::Disk;

use std::{fmt, io, path::PathBuf};

/// A path inside the vault: names joined by `/`, without `.` or `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(String);

/// What was being done when a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Opening or creating.
    Open,
    /// Reading.
    Read,
    /// Writing or changing the length.
    Write,
    /// Making durable.
    Sync,
    /// Renaming.
    Rename,
    /// Removing.
    Remove,
    /// Listing or creating a folder.
    Folder,
    /// Taking the lock.
    Lock,
}

/// Why the storage refused.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// There is no such file.
    #[error("{path} is missing")]
    Missing {
        /// The file.
        path: RelPath,
    },
    /// No room is left.
    #[error("the disk is full, at {path}")]
    Full {
        /// The file that was written.
        path: RelPath,
    },
    /// Another process holds the vault.
    #[error("another process holds the vault")]
    HeldByAnotherProcess,
    /// The file is larger than any that habeas writes there.
    #[error("{path} has {length} bytes, more than the {limit} that it can have")]
    TooLong {
        /// The file.
        path: RelPath,
        /// Its bytes.
        length: u64,
        /// The greatest number possible.
        limit: u64,
    },
    /// Anything else that the operating system reports.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// The file.
        path: RelPath,
        /// What was tried.
        action: Action,
        /// The system's reason.
        source: io::Error,
    },
}

/// How to open a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// An existing one, for reading.
    Read,
    /// An existing one, for reading and writing.
    Write,
    /// A new one; whatever bore the name is replaced by an empty file.
    Create,
}

/// A folder of files. Names made or changed here are durable only after [`Storage::sync_dir`].
pub trait Storage: Send + Sync {
    /// Opens a file.
    fn open(&self, path: &RelPath, how: Open) -> Result<Box<dyn StorageFile>, StorageError>;
    /// Renames a file, replacing what bears the new name.
    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), StorageError>;
    /// Removes a file.
    fn remove(&self, path: &RelPath) -> Result<(), StorageError>;
    /// Names in a folder, sorted; none where there is no such folder.
    fn list(&self, dir: &RelPath) -> Result<Vec<String>, StorageError>;
    /// Creates a folder and those above it, where missing, durably.
    fn create_dir(&self, dir: &RelPath) -> Result<(), StorageError>;
    /// Makes names in a folder durable.
    fn sync_dir(&self, dir: &RelPath) -> Result<(), StorageError>;
    /// Takes the vault for this process until the value is dropped or the process ends.
    fn lock(&self, path: &RelPath) -> Result<Box<dyn Send + Sync>, StorageError>;
    /// Where a path lies on the real disk, if it does: for the index, which SQLite opens itself.
    fn local_path(&self, path: &RelPath) -> Option<PathBuf>;
}

/// An open file. What is written is durable only after [`StorageFile::sync_data`].
pub trait StorageFile: Send + Sync {
    /// Length in bytes.
    fn len(&self) -> Result<u64, StorageError>;
    /// Fills the buffer from an offset.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), StorageError>;
    /// Writes all bytes at an offset.
    fn write_all_at(&mut self, bytes: &[u8], offset: u64) -> Result<(), StorageError>;
    /// Cuts or extends.
    fn set_len(&mut self, length: u64) -> Result<(), StorageError>;
    /// Makes content and length durable. After a failure nothing is known about what is on the disk: never retry.
    fn sync_data(&mut self) -> Result<(), StorageError>;
}

impl RelPath {
    /// The vault's own folder.
    pub fn root() -> Self {
        Self(String::new())
    }

    /// A path of names that the vault itself has made.
    pub fn new(path: &str) -> Self {
        debug_assert!(path.split('/').all(|name| !name.is_empty() && name != "." && name != ".."));
        Self(path.to_owned())
    }

    /// This path and a name below it.
    pub fn join(&self, name: &str) -> Self {
        if self.0.is_empty() { Self::new(name) } else { Self::new(&format!("{}/{name}", self.0)) }
    }

    /// The folder that the path lies in.
    pub fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned()))
    }

    /// The path with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Read => "read",
            Self::Write => "write",
            Self::Sync => "make durable",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::Folder => "use the folder",
            Self::Lock => "lock",
        })
    }
}

impl StorageError {
    /// Whether the medium takes no writes.
    pub fn is_read_only(&self) -> bool {
        let refused = [io::ErrorKind::ReadOnlyFilesystem, io::ErrorKind::PermissionDenied];
        matches!(self, Self::Io { source, .. } if refused.contains(&source.kind()))
    }

    /// Sorts an error of the operating system.
    pub fn io(path: &RelPath, action: Action, source: io::Error) -> Self {
        let path = path.clone();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Io { path, action, source },
        }
    }
}

/// Reads a whole file of at most `limit` bytes; the limit is checked before anything is allocated.
pub fn read_whole(storage: &dyn Storage, path: &RelPath, limit: u64) -> Result<Vec<u8>, StorageError> {
    let file = storage.open(path, Open::Read)?;
    let length = file.len()?;
    if length > limit {
        return Err(StorageError::TooLong { path: path.clone(), length, limit });
    }
    let mut bytes = vec![0; length as usize];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// Writes a whole file so that it has either its old content or the new one: temporary file, sync, rename, sync of the
/// folder.
pub fn write_whole(storage: &dyn Storage, path: &RelPath, bytes: &[u8]) -> Result<(), StorageError> {
    let temporary = RelPath::new(&format!("{}.tmp", path.as_str()));
    let mut file = storage.open(&temporary, Open::Create)?;
    file.write_all_at(bytes, 0)?;
    file.sync_data()?;
    drop(file);
    storage.rename(&temporary, path)?;
    storage.sync_dir(&path.parent())
}
