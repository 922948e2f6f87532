//! The SQLCipher database: where records and assertions stand, which frames hold statements, and the search over persons.
//!
//! It may be deleted at any time and is rebuilt. It finds, the log tells: nothing is held here alone, and what a case
//! page shows is read from the log by the positions that stand here.

mod answered;
mod assertions;
mod counted;
mod persons;

pub use answered::AnsweredPerson;
pub use assertions::{Asserting, AssertingFrame, AssertionRef, AssertionRow, MentionRow, Wanted};
pub use counted::{ComparedKey, ComparedRow, Counted};
pub use persons::{CaseLine, IndexedPerson, Joint, PersonFilter, PersonHit, PersonPage, PersonRow};

use crate::{
    feed::{Position, segment::Cursor},
    format::v1::source::hex,
    keys::Key,
};
use habeas_core::{ImportId, RecordId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Raised when tables change; a database of another schema is rebuilt, never migrated.
const SCHEMA: i64 = 6;

/// Why the index cannot be used. It can be deleted: nothing is held in it alone.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// SQLCipher refused.
    #[error("the index: {0}")]
    Database(#[from] rusqlite::Error),
    /// It follows the log no longer, because an earlier update failed.
    #[error("the index has fallen behind the log: open the vault anew")]
    Behind,
}

impl IndexError {
    /// Whether there was no room for the index.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Database(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull))
    }
}

/// One step by which the index follows the log.
pub enum Change<'c> {
    /// A frame holds statements.
    Statement(StatementPlace),
    /// A frame holds assertions.
    Asserting(&'c AssertingFrame),
    /// The records of an import that was finished: its frames, and each record's frame (index into `frames`) and place in
    /// it. Whether the import counts is not the index's to know.
    Imported {
        /// The import.
        import: ImportId,
        /// Frames that hold its records.
        frames: &'c [Position],
        /// Records, by id.
        records: &'c [RecordPlace],
    },
}

/// Where a frame with statements stands in the order that all devices share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatementPlace {
    /// Lamport time of the commit; then device and number of the frame decide.
    pub lamport: u64,
    /// Where it stands.
    pub position: Position,
}

/// Where one record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordPlace {
    /// The record.
    pub id: RecordId,
    /// Which of its import's frames.
    pub frame: u32,
    /// Which entry of the frame.
    pub entry: u32,
}

/// An open index.
pub struct Index {
    /// Readers of one vault in several threads take turns here, and only here.
    connection: Mutex<Connection>,
    failed: bool,
}

impl Index {
    /// Opens the database at `path`, or one in memory. `None` when what is there is not a whole index of this schema
    /// under this key.
    pub fn open(path: Option<&Path>, key: &Key) -> Option<Self> {
        Self::try_open(path, key).ok().flatten()
    }

    /// Makes an empty index at a path where nothing is.
    pub fn create(path: Option<&Path>, key: &Key) -> Result<Self, IndexError> {
        let connection = connect(path, key)?;
        connection.execute_batch(TABLES)?;
        connection.execute_batch(assertions::TABLES)?;
        connection.execute_batch(counted::TABLES)?;
        connection.execute_batch(answered::TABLES)?;
        connection.execute("INSERT INTO meta (key, value) VALUES ('schema', ?1)", [SCHEMA])?;
        Ok(Self { connection: Mutex::new(connection), failed: false })
    }

    /// The same for an index that nobody misses: written without waiting for the disk, with little of it in memory.
    pub fn passing(self) -> Result<Self, IndexError> {
        self.connection().execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;")?;
        Ok(self)
    }

    fn try_open(path: Option<&Path>, key: &Key) -> Result<Option<Self>, IndexError> {
        let connection = connect(path, key)?;
        let schema: Option<i64> =
            connection.query_row("SELECT value FROM meta WHERE key = 'schema'", [], |row| row.get(0)).optional()?;
        Ok((schema == Some(SCHEMA)).then_some(Self { connection: Mutex::new(connection), failed: false }))
    }

    /// How far the index has followed each feed.
    pub fn marks(&self) -> Result<Vec<Position>, IndexError> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT device, segment, offset, seq, chain FROM applied")?;
        let rows = statement.query_map([], position_of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Frames that hold statements, in the order that all devices share, and whether their signature was checked.
    pub fn statements(&self) -> Result<Vec<(StatementPlace, bool)>, IndexError> {
        let connection = self.connection();
        let sql =
            "SELECT device, segment, offset, seq, chain, lamport, checked FROM statement ORDER BY lamport, device, seq";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            let lamport = row.get::<_, i64>(5)? as u64;
            Ok((StatementPlace { lamport, position: position_of(row)? }, row.get(6)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes frames whose signature is right, so that the next opening need not check it again.
    pub fn note_checked(&mut self, positions: &[Position]) -> Result<(), IndexError> {
        let transaction = self.connection_mut().transaction()?;
        let mut update = transaction.prepare("UPDATE statement SET checked = 1 WHERE device = ?1 AND seq = ?2")?;
        for position in positions {
            update.execute(params![position.device, number(position.cursor.seq)])?;
        }
        drop(update);
        Ok(transaction.commit()?)
    }

    /// Follows one feed up to `mark`, in one transaction. After a failure the index answers no more.
    pub fn follow(&mut self, changes: &[Change<'_>], mark: &Position) -> Result<(), IndexError> {
        if self.failed {
            return Err(IndexError::Behind);
        }
        let done = self.try_follow(changes, mark);
        self.failed = done.is_err();
        done
    }

    fn try_follow(&mut self, changes: &[Change<'_>], mark: &Position) -> Result<(), IndexError> {
        let transaction = self.connection_mut().transaction()?;
        for change in changes {
            match change {
                Change::Statement(StatementPlace { lamport, position }) => {
                    let sql = "INSERT OR IGNORE INTO statement (device, seq, segment, offset, chain, lamport, checked) \
                               VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)";
                    let Position { device, segment, offset, cursor } = position;
                    let (segment, offset, seq) = (number(*segment), number(*offset), number(cursor.seq));
                    let values = params![device, seq, segment, offset, cursor.chain, number(*lamport)];
                    transaction.execute(sql, values)?;
                }
                Change::Asserting(frame) => assertions::asserting(&transaction, frame)?,
                Change::Imported { import, frames, records } => imported(&transaction, *import, frames, records)?,
            }
        }
        let sql = "INSERT OR REPLACE INTO applied (device, segment, offset, seq, chain) VALUES (?1, ?2, ?3, ?4, ?5)";
        let Position { device, segment, offset, cursor } = mark;
        let (segment, offset, seq) = (number(*segment), number(*offset), number(cursor.seq));
        transaction.execute(sql, params![device, segment, offset, seq, cursor.chain])?;
        Ok(transaction.commit()?)
    }

    /// Where a record stands: for each import that brought it the frame, and which entry of it.
    pub fn places_of(&self, id: RecordId) -> Result<Vec<(ImportId, Position, usize)>, IndexError> {
        self.usable()?;
        let sql = "SELECT f.device, f.segment, f.offset, f.seq, f.chain, r.entry, r.import \
                   FROM record r JOIN frame f ON f.no = r.frame WHERE r.id = ?1";
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let place =
            |row: &rusqlite::Row<'_>| Ok((ImportId(row.get(6)?), position_of(row)?, row.get::<_, u32>(5)? as usize));
        let rows = statement.query_map([id.0], place)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The frames that hold the records of an import, in the order of the log.
    pub fn frames_of(&self, import: ImportId) -> Result<Vec<Position>, IndexError> {
        self.usable()?;
        let connection = self.connection();
        let sql = "SELECT device, segment, offset, seq, chain FROM frame WHERE import = ?1 ORDER BY no";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([import.0], position_of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ids of records between two, both included, at most so many.
    pub fn ids_between(&self, first: RecordId, last: RecordId, limit: usize) -> Result<Vec<RecordId>, IndexError> {
        self.usable()?;
        let connection = self.connection();
        let sql = "SELECT DISTINCT id FROM record WHERE id BETWEEN ?1 AND ?2 LIMIT ?3";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![first.0, last.0, limit as i64], |row| Ok(RecordId(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the log holds could not be followed: the index answers no more.
    pub fn fail(&mut self) {
        self.failed = true;
    }

    /// A panic while reading leaves the connection as it was.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connection_mut(&mut self) -> &mut Connection {
        self.connection.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    fn usable(&self) -> Result<(), IndexError> {
        if self.failed { Err(IndexError::Behind) } else { Ok(()) }
    }
}

fn imported(
    transaction: &Transaction<'_>,
    import: ImportId,
    frames: &[Position],
    records: &[RecordPlace],
) -> Result<(), IndexError> {
    // A feed that was read from further back brings an import again.
    let known = transaction.query_row("SELECT 1 FROM frame WHERE import = ?1", [import.0], |_| Ok(())).optional()?;
    if known.is_some() {
        return Ok(());
    }
    let mut numbers = Vec::with_capacity(frames.len());
    let sql = "INSERT INTO frame (import, device, segment, offset, seq, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut insert = transaction.prepare(sql)?;
    for Position { device, segment, offset, cursor } in frames {
        let (segment, offset, seq) = (number(*segment), number(*offset), number(cursor.seq));
        insert.execute(params![import.0, device, segment, offset, seq, cursor.chain])?;
        numbers.push(transaction.last_insert_rowid());
    }
    let sql = "INSERT OR IGNORE INTO record (id, frame, entry, import) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = transaction.prepare(sql)?;
    for record in records {
        insert.execute(params![record.id.0, numbers[record.frame as usize], record.entry, import.0])?;
    }
    Ok(())
}

/// `secure_delete`: what is deleted from the index is overwritten in its pages, so that an erased name does not stay.
fn connect(path: Option<&Path>, key: &Key) -> Result<Connection, IndexError> {
    let connection = match path {
        Some(path) => Connection::open(path)?,
        None => Connection::open_in_memory()?,
    };
    // SQLCipher would write to standard error by itself; what went wrong comes back as an error anyway.
    connection.execute_batch("PRAGMA cipher_log_level = NONE;")?;
    // Locking each allocation into memory takes half of the time in tests that open a hundred thousand vaults.
    if !cfg!(test) {
        connection.execute_batch("PRAGMA cipher_memory_security = ON;")?;
    }
    let pragma = zeroize::Zeroizing::new(format!("PRAGMA key = \"x'{}'\";", hex(&key[..])));
    connection.execute_batch(&pragma)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; \
         PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA cache_size = -12288;",
    )?;
    Ok(connection)
}

const TABLES: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
    CREATE TABLE applied (device BLOB PRIMARY KEY, segment INTEGER, offset INTEGER, seq INTEGER, chain BLOB)
        STRICT, WITHOUT ROWID;
    CREATE TABLE statement (
        device BLOB, seq INTEGER, segment INTEGER, offset INTEGER, chain BLOB, lamport INTEGER, checked INTEGER,
        PRIMARY KEY (device, seq)) STRICT, WITHOUT ROWID;
    CREATE TABLE frame (
        no INTEGER PRIMARY KEY, import BLOB, device BLOB, segment INTEGER, offset INTEGER, seq INTEGER, chain BLOB)
        STRICT;
    CREATE INDEX frame_import ON frame (import);
    CREATE TABLE record (id BLOB, import BLOB, frame INTEGER, entry INTEGER, PRIMARY KEY (id, import))
        STRICT, WITHOUT ROWID;
    CREATE TABLE person (
        no INTEGER PRIMARY KEY, person BLOB UNIQUE, name TEXT, taken TEXT, year INTEGER, place TEXT,
        n_records INTEGER, n_contradictions INTEGER, labels TEXT, sources TEXT, words TEXT, joints BLOB, cases TEXT) STRICT;
    CREATE TABLE person_record (record BLOB PRIMARY KEY, no INTEGER, nth INTEGER) STRICT, WITHOUT ROWID;
    CREATE INDEX person_record_no ON person_record (no);
    CREATE TABLE person_label (label TEXT, no INTEGER, PRIMARY KEY (label, no)) STRICT, WITHOUT ROWID;
    CREATE TABLE person_source (source TEXT, no INTEGER, PRIMARY KEY (source, no)) STRICT, WITHOUT ROWID;
    CREATE TABLE person_place (place TEXT, no INTEGER, PRIMARY KEY (place, no)) STRICT, WITHOUT ROWID;
    CREATE INDEX person_place_no ON person_place (no);
    CREATE TABLE person_span (first INTEGER, last INTEGER, no INTEGER, PRIMARY KEY (first, last, no)) STRICT, WITHOUT ROWID;
    CREATE INDEX person_span_no ON person_span (no);
    CREATE INDEX person_size ON person (n_records, person);
    CREATE VIRTUAL TABLE person_words USING fts5(
        words, content = '', detail = none, columnsize = 0, prefix = '3',
        tokenize = \"unicode61 remove_diacritics 0 categories 'L* M* N* Co'\");
";

fn position_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Position> {
    let unsigned = |i| row.get::<_, i64>(i).map(|number| number as u64);
    Ok(Position {
        device: row.get(0)?,
        segment: unsigned(1)?,
        offset: unsigned(2)?,
        cursor: Cursor { seq: unsigned(3)?, chain: row.get(4)? },
    })
}

/// SQLite counts to 2^63; neither frames nor bytes do.
fn number(value: u64) -> i64 {
    value as i64
}
