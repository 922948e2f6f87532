//! Persons about whom somebody has answered, and the days on which what was given ends.

use super::{Index, IndexError};
use habeas_core::{Consent, ConsentAnswer, Date, PersonId, RecordId};
use rusqlite::{OptionalExtension, Transaction, params};

/// One row for each day on which something ends; one without a day for each person.
pub(super) const TABLES: &str = "
    CREATE TABLE answered (no INTEGER, day INTEGER, PRIMARY KEY (no, day)) STRICT, WITHOUT ROWID;
    CREATE INDEX answered_day ON answered (day, no);
";

/// A person about whom somebody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredPerson {
    /// The key for the page after this one: the place in the order in which persons were indexed.
    pub key: i64,
    /// Who.
    pub person: PersonId,
    /// The name as lists of persons show it.
    pub name: String,
}

/// Stands for no day.
const NO_DAY: i32 = i32::MIN;

/// Grows with time.
fn number(day: Date) -> i32 {
    i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
}

/// What is known of answers is not that of the persons who are indexed now.
pub(super) fn forget(transaction: &Transaction<'_>) -> Result<(), IndexError> {
    let sql = "DELETE FROM answered; DELETE FROM meta WHERE key IN ('answers', 'n_answered');";
    Ok(transaction.execute_batch(sql)?)
}

impl Index {
    /// Which answers are indexed, as [`Index::replace_answers`] was told.
    pub fn answers_state(&self) -> Result<Option<Vec<u8>>, IndexError> {
        self.usable()?;
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = 'answers'")?;
        Ok(statement.query_row([], |row| row.get(0)).optional()?)
    }

    /// Indexes answers anew, each with the record that it is about now, in the order of records. Those about nobody who is
    /// indexed are left out.
    pub fn replace_answers(&self, state: &[u8], answers: &[(RecordId, &Consent)]) -> Result<(), IndexError> {
        self.usable()?;
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        forget(&transaction)?;
        {
            let sql = "INSERT OR IGNORE INTO answered SELECT no, ?2 FROM person_record WHERE record = ?1";
            let mut insert = transaction.prepare_cached(sql)?;
            for (record, consent) in answers {
                let given = consent.answer == ConsentAnswer::Given;
                let days = [consent.until, consent.review].into_iter().flatten().filter(|_| given).map(number);
                days.chain([NO_DAY]).try_for_each(|day| insert.execute(params![record.0, day]).map(drop))?;
            }
            let mut note = transaction.prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2)")?;
            note.execute(params!["answers", state])?;
            let n = "SELECT count(*) FROM answered WHERE day = ?1";
            let n: i64 = transaction.prepare_cached(n)?.query_row([NO_DAY], |row| row.get(0))?;
            note.execute(params!["n_answered", n])?;
        }
        Ok(transaction.commit()?)
    }

    /// Persons about whom somebody has answered, after a key of the order of persons; at most so many. With days, those of
    /// whom something ends between them.
    pub fn answered(
        &self,
        between: Option<(Date, Date)>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<AnsweredPerson>, IndexError> {
        self.usable()?;
        // Of one day the rows stand in the order of persons: a page is read, not all.
        let (day, (first, last)) = match between {
            None => ("day = ?1 AND day = ?2", (NO_DAY, NO_DAY)),
            Some((first, last)) => ("day BETWEEN ?1 AND ?2", (number(first), number(last))),
        };
        let sql = format!(
            "SELECT a.no, p.person, p.name FROM (SELECT DISTINCT no FROM answered WHERE {day} AND no > ?3 ORDER BY no LIMIT ?4) a \
             JOIN person p ON p.no = a.no ORDER BY a.no"
        );
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        let row = |row: &rusqlite::Row<'_>| {
            Ok(AnsweredPerson { key: row.get(0)?, person: PersonId(row.get(1)?), name: row.get(2)? })
        };
        let rows = statement.query_map(params![first, last, after, limit as i64], row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many there are.
    pub fn count_answered(&self, between: Option<(Date, Date)>) -> Result<u64, IndexError> {
        self.usable()?;
        let connection = self.connection();
        let n: i64 = match between {
            None => {
                let sql = "SELECT coalesce((SELECT value FROM meta WHERE key = 'n_answered'), 0)";
                connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?
            }
            Some((first, last)) => {
                let sql = "SELECT count(DISTINCT no) FROM answered WHERE day BETWEEN ?1 AND ?2";
                connection.prepare_cached(sql)?.query_row([number(first), number(last)], |row| row.get(0))?
            }
        };
        Ok(n as u64)
    }
}
