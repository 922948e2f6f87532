//! The SQLCipher database: where records stand, which frames hold statements, and the search over persons.
//!
//! It may be deleted at any time and is rebuilt. It finds, the log tells: nothing is held here alone, and what a case
//! page shows is read from the log by the positions that stand here.

mod persons;

pub use persons::{PersonFilter, PersonHit, PersonPage, PersonRow};

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
const SCHEMA: i64 = 1;

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
    Statement(Position),
    /// An import is whole: its frames, and each record's frame (index into `frames`) and place in it.
    Imported {
        /// The import.
        import: ImportId,
        /// Frames that hold its records.
        frames: &'c [Position],
        /// Records, by id.
        records: &'c [RecordPlace],
    },
    /// An import no longer stands.
    Undone(ImportId),
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
        connection.execute("INSERT INTO meta (key, value) VALUES ('schema', ?1)", [SCHEMA])?;
        Ok(Self { connection: Mutex::new(connection), failed: false })
    }

    fn try_open(path: Option<&Path>, key: &Key) -> Result<Option<Self>, IndexError> {
        let connection = connect(path, key)?;
        let schema: Option<i64> =
            connection.query_row("SELECT value FROM meta WHERE key = 'schema'", [], |row| row.get(0)).optional()?;
        Ok((schema == Some(SCHEMA)).then_some(Self { connection: Mutex::new(connection), failed: false }))
    }

    /// How far the index has followed the log.
    pub fn mark(&self) -> Result<Option<Position>, IndexError> {
        let sql = "SELECT segment, offset, seq, chain FROM applied";
        Ok(self.connection().query_row(sql, [], position_of).optional()?)
    }

    /// Frames that hold statements, in log order.
    pub fn statements(&self) -> Result<Vec<Position>, IndexError> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT segment, offset, seq, chain FROM statement ORDER BY seq")?;
        let rows = statement.query_map([], position_of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Follows the log up to `mark`, in one transaction. After a failure the index answers no more.
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
                Change::Statement(position) => {
                    let sql = "INSERT OR IGNORE INTO statement (seq, segment, offset, chain) VALUES (?1, ?2, ?3, ?4)";
                    let Position { segment, offset, cursor } = position;
                    transaction
                        .execute(sql, params![number(cursor.seq), number(*segment), number(*offset), cursor.chain])?;
                }
                Change::Imported { import, frames, records } => imported(&transaction, *import, frames, records)?,
                Change::Undone(import) => {
                    transaction.execute("DELETE FROM record WHERE import = ?1", [import.0])?;
                    transaction.execute("DELETE FROM frame WHERE import = ?1", [import.0])?;
                }
            }
        }
        let sql = "INSERT OR REPLACE INTO applied (one, segment, offset, seq, chain) VALUES (1, ?1, ?2, ?3, ?4)";
        let Position { segment, offset, cursor } = mark;
        transaction.execute(sql, params![number(*segment), number(*offset), number(cursor.seq), cursor.chain])?;
        Ok(transaction.commit()?)
    }

    /// Where a record stands: its frame, and which entry of it.
    pub fn place_of(&self, id: RecordId) -> Result<Option<(Position, usize)>, IndexError> {
        self.usable()?;
        let sql = "SELECT f.segment, f.offset, f.seq, f.chain, r.entry FROM record r JOIN frame f ON f.no = r.frame \
                   WHERE r.id = ?1";
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let place = |row: &rusqlite::Row<'_>| Ok((position_of(row)?, row.get::<_, u32>(4)? as usize));
        Ok(statement.query_row([id.0], place).optional()?)
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
    let mut numbers = Vec::with_capacity(frames.len());
    let sql = "INSERT INTO frame (import, segment, offset, seq, chain) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = transaction.prepare(sql)?;
    for Position { segment, offset, cursor } in frames {
        insert.execute(params![import.0, number(*segment), number(*offset), number(cursor.seq), cursor.chain])?;
        numbers.push(transaction.last_insert_rowid());
    }
    let mut insert = transaction.prepare("INSERT INTO record (id, frame, entry, import) VALUES (?1, ?2, ?3, ?4)")?;
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
    let pragma = zeroize::Zeroizing::new(format!("PRAGMA key = \"x'{}'\";", hex(&key[..])));
    connection.execute_batch(&pragma)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; \
         PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;",
    )?;
    Ok(connection)
}

const TABLES: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
    CREATE TABLE applied (one INTEGER PRIMARY KEY, segment INTEGER, offset INTEGER, seq INTEGER, chain BLOB) STRICT;
    CREATE TABLE statement (seq INTEGER PRIMARY KEY, segment INTEGER, offset INTEGER, chain BLOB) STRICT;
    CREATE TABLE frame (
        no INTEGER PRIMARY KEY, import BLOB, segment INTEGER, offset INTEGER, seq INTEGER, chain BLOB) STRICT;
    CREATE TABLE record (id BLOB PRIMARY KEY, frame INTEGER, entry INTEGER, import BLOB) STRICT, WITHOUT ROWID;
    CREATE TABLE person (
        no INTEGER PRIMARY KEY, person BLOB UNIQUE, name TEXT, taken TEXT, year INTEGER, place TEXT,
        n_records INTEGER, n_contradictions INTEGER, labels TEXT, sources TEXT) STRICT;
    CREATE TABLE person_label (label TEXT, no INTEGER, PRIMARY KEY (label, no)) STRICT, WITHOUT ROWID;
    CREATE TABLE person_source (source TEXT, no INTEGER, PRIMARY KEY (source, no)) STRICT, WITHOUT ROWID;
    CREATE INDEX person_year ON person (year);
    CREATE VIRTUAL TABLE person_words USING fts5(
        words, content = '', detail = none, columnsize = 0, prefix = '3',
        tokenize = \"unicode61 remove_diacritics 0 categories 'L* M* N* Co'\");
";

fn position_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Position> {
    let unsigned = |i| row.get::<_, i64>(i).map(|number| number as u64);
    Ok(Position {
        segment: unsigned(0)?,
        offset: unsigned(1)?,
        cursor: Cursor { seq: unsigned(2)?, chain: row.get(3)? },
    })
}

/// SQLite counts to 2^63; neither frames nor bytes do.
fn number(value: u64) -> i64 {
    value as i64
}
