//! What tables count of persons: one narrow row for each, read in one pass, with words that many share written once.

use super::{
    Index, IndexError,
    persons::{BETWEEN, Conditions, PersonFilter, PersonRow, Spelling, split},
};
use habeas_core::RecordId;
use rusqlite::{OptionalExtension, Transaction, params, params_from_iter};
use std::collections::HashMap;

pub(super) const TABLES: &str = "
    CREATE TABLE term (no INTEGER PRIMARY KEY, text TEXT UNIQUE) STRICT;
    CREATE TABLE counted (
        no INTEGER PRIMARY KEY, year INTEGER, year_words INTEGER, place INTEGER, sex INTEGER, labels INTEGER,
        sources INTEGER, n_records INTEGER, n_contradictions INTEGER, unlinked INTEGER, latitude REAL, longitude REAL) STRICT;
    CREATE TABLE compared (
        field INTEGER, agreement INTEGER, no INTEGER, lesser BLOB, greater BLOB, PRIMARY KEY (field, agreement, no))
        STRICT, WITHOUT ROWID;
    CREATE INDEX counted_place ON counted (place);
    CREATE INDEX compared_no ON compared (no);
";

/// What tables count of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counted<'t> {
    /// The year as the caller sorts persons into years.
    pub year: &'t str,
    /// Place, as the caller groups places; empty where none is known.
    pub place: &'t str,
    /// Sex as the caller sorts persons by it.
    pub sex: &'t str,
    /// Labels of all cases.
    pub labels: &'t [String],
    /// Keys of the sources.
    pub sources: &'t [String],
    /// Number of records.
    pub n_records: u32,
    /// Number of questions whose accounts contradict each other.
    pub n_contradictions: u32,
    /// Whether no linkage has seen the records.
    pub is_unlinked: bool,
    /// Where the person was taken, by the first source that states a point: latitude and longitude in degrees.
    pub point: Option<(f64, f64)>,
}

/// How two lists speak of one person on one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedRow {
    /// The question and the two lists, in words that the caller understands.
    pub field: String,
    /// How far they agree; less is kinder.
    pub agreement: u8,
    /// Their records.
    pub records: [RecordId; 2],
}

/// Where a list of compared persons goes on: agreement, and place in the order of persons.
pub type ComparedKey = (u8, i64);

/// Words by their numbers, with the parts of those that hold several.
struct Terms {
    whole: HashMap<i64, String>,
    parts: HashMap<i64, Vec<String>>,
}

impl Index {
    /// Passes what tables count of each person that a filter wants to `visit`, in the order of persons.
    pub fn each_counted(&self, filter: &PersonFilter, mut visit: impl FnMut(&Counted<'_>)) -> Result<(), IndexError> {
        self.usable()?;
        let conditions = Conditions::of(filter, Spelling::Any);
        let connection = self.connection();
        let terms = Terms::read(&connection)?;
        let sql = format!(
            "SELECT c.year_words, c.place, c.sex, c.labels, c.sources, c.n_records, c.n_contradictions, c.unlinked, \
             c.latitude, c.longitude {} ORDER BY {}",
            conditions.sql, conditions.key
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(&conditions.values))?;
        while let Some(row) = rows.next()? {
            let point: (Option<f64>, Option<f64>) = (row.get(8)?, row.get(9)?);
            visit(&Counted {
                year: terms.whole(row.get(0)?),
                place: terms.whole(row.get(1)?),
                sex: terms.whole(row.get(2)?),
                labels: terms.parts(row.get(3)?),
                sources: terms.parts(row.get(4)?),
                n_records: row.get(5)?,
                n_contradictions: row.get(6)?,
                is_unlinked: row.get(7)?,
                point: point.0.zip(point.1),
            });
        }
        Ok(())
    }

    /// The places of persons, each once.
    pub fn counted_places(&self) -> Result<Vec<String>, IndexError> {
        self.usable()?;
        let connection = self.connection();
        let sql = "SELECT text FROM term WHERE no IN (SELECT DISTINCT place FROM counted)";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many persons each field was compared for, by how far the lists agree.
    pub fn compared_counts(&self) -> Result<Vec<(String, u8, u64)>, IndexError> {
        self.usable()?;
        let sql = "SELECT t.text, c.agreement, c.n FROM \
                   (SELECT field, agreement, count(*) AS n FROM compared GROUP BY field, agreement) c \
                   JOIN term t ON t.no = c.field";
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? as u64)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The persons of one field whose lists agree so far or less, the least agreeing first, after a key; at most so many.
    pub fn compared(
        &self,
        field: &str,
        at_least: u8,
        after: Option<ComparedKey>,
        limit: usize,
    ) -> Result<Vec<(ComparedKey, [RecordId; 2])>, IndexError> {
        self.usable()?;
        let (agreement, no) = after.unwrap_or((u8::MAX, i64::MAX));
        let sql = "SELECT agreement, no, lesser, greater FROM compared \
                   WHERE field = (SELECT no FROM term WHERE text = ?1) AND agreement >= ?2 \
                   AND (agreement < ?3 OR (agreement = ?3 AND no > ?4)) ORDER BY agreement DESC, no LIMIT ?5";
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![field, at_least, agreement, no, limit], |row| {
            Ok(((row.get(0)?, row.get(1)?), [RecordId(row.get(2)?), RecordId(row.get(3)?)]))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Terms {
    fn read(connection: &rusqlite::Connection) -> Result<Self, IndexError> {
        let mut statement = connection.prepare_cached("SELECT no, text FROM term")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let whole: HashMap<i64, String> = rows.collect::<Result<_, _>>()?;
        let parts = whole.iter().map(|(no, text)| (*no, split(text))).collect();
        Ok(Self { whole, parts })
    }

    fn whole(&self, no: i64) -> &str {
        self.whole.get(&no).map_or("", String::as_str)
    }

    fn parts(&self, no: i64) -> &[String] {
        self.parts.get(&no).map_or(&[], Vec::as_slice)
    }
}

/// The number of a text, new where it has none.
fn term(transaction: &Transaction<'_>, text: &str) -> Result<i64, IndexError> {
    let known = "SELECT no FROM term WHERE text = ?1";
    if let Some(no) = transaction.prepare_cached(known)?.query_row([text], |row| row.get(0)).optional()? {
        return Ok(no);
    }
    transaction.prepare_cached("INSERT INTO term (text) VALUES (?1)")?.execute([text])?;
    Ok(transaction.last_insert_rowid())
}

pub(super) fn insert(transaction: &Transaction<'_>, no: i64, row: &PersonRow) -> Result<(), IndexError> {
    let texts = [&row.year_words, &row.place, &row.sex, &row.labels.join(BETWEEN), &row.sources.join(BETWEEN)];
    let [year_words, place, sex, labels, sources] = texts.map(|text| term(transaction, text));
    let sql = "INSERT INTO counted VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    transaction.prepare_cached(sql)?.execute(params![
        no,
        row.year,
        year_words?,
        place?,
        sex?,
        labels?,
        sources?,
        row.n_records,
        row.n_contradictions,
        row.is_unlinked,
        row.point.map(|point| point.0),
        row.point.map(|point| point.1),
    ])?;
    for one in &row.compared {
        let field = term(transaction, &one.field)?;
        let [lesser, greater] = one.records.map(|record| record.0);
        let sql = "INSERT OR IGNORE INTO compared VALUES (?1, ?2, ?3, ?4, ?5)";
        transaction.prepare_cached(sql)?.execute(params![field, one.agreement, no, lesser, greater])?;
    }
    Ok(())
}

pub(super) fn remove(transaction: &Transaction<'_>, no: i64) -> Result<(), IndexError> {
    for table in ["counted", "compared"] {
        transaction.prepare_cached(&format!("DELETE FROM {table} WHERE no = ?1"))?.execute([no])?;
    }
    Ok(())
}
