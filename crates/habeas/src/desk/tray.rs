//! Files that came in through a page and wait for what is to become of them. They are held in memory only, never on a
//! disk in clear, and gone when the vault locks.

use super::{Desk, lock};
use crate::{
    failure::{Exit, Failure},
    listing::ListFile,
};
use habeas_core::Right;
use habeas_intake::mapping::Mapping;
use std::sync::{Arc, Mutex};

/// Bytes at most in all waiting files together.
pub const MOST_BYTES: usize = 256 << 20;

/// Files at most that wait.
const MOST_FILES: usize = 50;

/// A file that waits.
pub struct Waiting {
    /// Its number in its address.
    pub id: String,
    /// The file.
    pub file: ListFile,
    /// What its columns mean, and as which list it comes in, as far as somebody has settled it.
    pub settled: Mutex<Option<Settled>>,
}

/// What was settled about a list that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The name of the list.
    pub key: String,
    /// What its columns mean.
    pub mapping: Mapping,
}

/// All files that wait.
#[derive(Default)]
pub(super) struct Tray {
    files: Mutex<Vec<Arc<Waiting>>>,
}

impl Desk {
    /// Takes a file in.
    ///
    /// # Errors
    /// [`Failure`] where too much waits already, or without the right to bring in sources.
    pub fn receive(&self, file: ListFile) -> Result<Arc<Waiting>, Failure> {
        self.ask(Right::Code)?;
        let mut files = lock(&self.inner.tray.files);
        let held: usize = files.iter().map(|waiting| waiting.file.bytes.len()).sum();
        if files.len() == MOST_FILES || held + file.bytes.len() > MOST_BYTES {
            let remedy = "import or put aside the files that wait, or use: habeas import FILE --as LIST";
            return Err(Failure::new(Exit::Failed, "too much waits already", remedy).at(file.name));
        }
        let mut id = [0; 8];
        getrandom::fill(&mut id).map_err(std::io::Error::other)?;
        let id = format!("{:016x}", u64::from_be_bytes(id));
        let waiting = Arc::new(Waiting { id, file, settled: Mutex::default() });
        files.push(waiting.clone());
        Ok(waiting)
    }

    /// A file that waits, by its number.
    ///
    /// # Errors
    /// [`Failure`] without the right to bring in sources.
    pub fn waiting(&self, id: &str) -> Result<Option<Arc<Waiting>>, Failure> {
        Ok(self.all_waiting()?.into_iter().find(|waiting| waiting.id == id))
    }

    /// All files that wait, the oldest first.
    ///
    /// # Errors
    /// [`Failure`] without the right to bring in sources.
    pub fn all_waiting(&self) -> Result<Vec<Arc<Waiting>>, Failure> {
        self.ask(Right::Code)?;
        Ok(lock(&self.inner.tray.files).clone())
    }

    /// Puts a file aside: it waits no longer.
    ///
    /// # Errors
    /// [`Failure`] without the right to bring in sources.
    pub fn put_aside(&self, id: &str) -> Result<(), Failure> {
        self.ask(Right::Code)?;
        lock(&self.inner.tray.files).retain(|waiting| waiting.id != id);
        Ok(())
    }
}

impl Waiting {
    /// What was settled so far.
    pub fn settled(&self) -> Option<Settled> {
        lock(&self.settled).clone()
    }

    /// Settles what the columns mean.
    pub fn settle(&self, settled: Settled) {
        *lock(&self.settled) = Some(settled);
    }
}
