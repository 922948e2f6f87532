//! The search over persons: a table that the caller derives anew after each link run.

use super::{Index, IndexError};
use habeas_core::{PersonId, RecordId};
use rusqlite::{OptionalExtension, ToSql, Transaction, params, params_from_iter};

/// One person as the index holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    /// The person.
    pub person: PersonId,
    /// The name as lists of persons show it.
    pub name: String,
    /// Words to be found by, folded by the caller and separated by blanks.
    pub search_text: String,
    /// Date of being taken, as extended date text; empty where none is known.
    pub taken: String,
    /// Year of it, where it is certain.
    pub year: Option<i16>,
    /// Place, as the caller groups places; empty where none is known.
    pub place: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Keys of the sources.
    pub sources: Vec<String>,
    /// Number of records.
    pub n_records: u32,
    /// Number of questions whose accounts contradict each other.
    pub n_contradictions: u32,
    /// The records, in the order of the log; empty in what a search gives.
    pub records: Vec<RecordId>,
    /// How the last linkage weighed pairs of the records, the strongest first; empty in what a search gives.
    pub joints: Vec<Joint>,
}

/// Two records of one person as the last linkage compared them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Joint {
    /// Places among the records of the person.
    pub records: [u16; 2],
    /// Match weight, in bits.
    pub weight: f32,
}

/// What the index knows of the person of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexedPerson {
    /// The person.
    pub person: PersonId,
    /// The records, in the order of the log.
    pub records: Vec<RecordId>,
    /// How the last linkage weighed pairs of them.
    pub joints: Vec<Joint>,
}

/// Which persons are wanted. Everything that is set must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonFilter {
    /// Folded words; a word of three letters or more also finds longer ones that begin with it.
    pub words: Vec<String>,
    /// First and last year of being taken.
    pub years: Option<(i16, i16)>,
    /// Any of these places, exactly; all where there is none.
    pub places: Vec<String>,
    /// A label.
    pub label: Option<String>,
    /// Key of a source.
    pub source: Option<String>,
    /// Only persons of whom accounts contradict each other.
    pub only_contradicted: bool,
}

/// One person found.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonHit {
    /// Place in the order in which persons were indexed: the key for the page after this one.
    pub key: i64,
    /// The person, without `search_text`, which is not kept.
    pub row: PersonRow,
}

/// A page of persons, in the order in which they were indexed.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonPage {
    /// The persons.
    pub hits: Vec<PersonHit>,
    /// Key to ask for the next page with; `None` on the last.
    pub next: Option<i64>,
}

/// Conditions of a query with their values.
struct Conditions {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
    /// The column that orders the answer.
    key: &'static str,
}

/// Stands between several texts in one column (the unit separator of ASCII, which no label or key has).
const BETWEEN: &str = "\u{1f}";

fn split(joined: &str) -> Vec<String> {
    joined.split(BETWEEN).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

impl Index {
    /// The generation of the persons that are indexed; `None` where there are none.
    pub fn persons_generation(&self) -> Result<Option<u64>, IndexError> {
        let sql = "SELECT value FROM meta WHERE key = 'persons'";
        let generation: Option<i64> = self.connection().query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(generation.map(|generation| generation as u64))
    }

    /// Replaces all persons, in one transaction.
    pub fn replace_persons(
        &mut self,
        rows: impl Iterator<Item = PersonRow>,
        generation: u64,
    ) -> Result<u64, IndexError> {
        self.usable()?;
        let transaction = self.connection_mut().transaction()?;
        transaction.execute_batch(
            "DELETE FROM person; DELETE FROM person_label; DELETE FROM person_source; DELETE FROM person_record; \
             INSERT INTO person_words (person_words) VALUES ('delete-all');",
        )?;
        let mut n_persons = 0;
        for (row, no) in rows.zip(1i64..) {
            insert_person(&transaction, no, &row)?;
            n_persons += 1;
        }
        transaction.execute("DELETE FROM mention_changed", [])?;
        let sql = "INSERT OR REPLACE INTO meta (key, value) VALUES ('persons', ?1)";
        transaction.execute(sql, [generation as i64])?;
        transaction.commit()?;
        Ok(n_persons)
    }

    /// Puts other rows in place of some persons, each where it stood; new ones come last. Those that are gone are left out.
    pub fn update_persons(&mut self, rows: &[PersonRow], gone: &[PersonId]) -> Result<(), IndexError> {
        self.usable()?;
        let transaction = self.connection_mut().transaction()?;
        for person in gone {
            remove_person(&transaction, *person)?;
        }
        for row in rows {
            let no = match remove_person(&transaction, row.person)? {
                Some(no) => no,
                None => {
                    let sql = "SELECT coalesce(max(no), 0) + 1 FROM person";
                    transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?
                }
            };
            insert_person(&transaction, no, row)?;
        }
        transaction.execute("DELETE FROM mention_changed", [])?;
        Ok(transaction.commit()?)
    }

    /// One page of the persons that a filter wants, after a key.
    pub fn search(&self, filter: &PersonFilter, after: Option<i64>, limit: usize) -> Result<PersonPage, IndexError> {
        self.usable()?;
        let mut conditions = Conditions::of(filter);
        // The key is a condition, never an offset: the hundredth page costs what the first does.
        let key = conditions.key;
        conditions.and(&format!("{key} > ?"), after.unwrap_or(0));
        conditions.values.push(Box::new(limit as i64 + 1));
        let sql = format!(
            "SELECT p.no, p.person, p.name, p.taken, p.year, p.place, p.n_records, p.n_contradictions, \
             p.labels, p.sources {} ORDER BY {key} LIMIT ?",
            conditions.sql
        );
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(&conditions.values), |row| {
            Ok(PersonHit {
                key: row.get(0)?,
                row: PersonRow {
                    person: PersonId(row.get(1)?),
                    name: row.get(2)?,
                    search_text: String::new(),
                    taken: row.get(3)?,
                    year: row.get(4)?,
                    place: row.get(5)?,
                    n_records: row.get(6)?,
                    n_contradictions: row.get(7)?,
                    records: Vec::new(),
                    joints: Vec::new(),
                    labels: split(&row.get::<_, String>(8)?),
                    sources: split(&row.get::<_, String>(9)?),
                },
            })
        })?;
        let mut hits: Vec<PersonHit> = rows.collect::<Result<_, _>>()?;
        let more = hits.len() > limit;
        hits.truncate(limit);
        Ok(PersonPage { next: hits.last().filter(|_| more).map(|hit| hit.key), hits })
    }

    /// The person of a record, if persons are indexed and it is one's.
    pub fn person_of(&self, record: RecordId) -> Result<Option<IndexedPerson>, IndexError> {
        self.usable()?;
        let connection = self.connection();
        let sql =
            "SELECT p.no, p.person, p.joints FROM person_record r JOIN person p ON p.no = r.no WHERE r.record = ?1";
        let found = connection
            .prepare_cached(sql)?
            .query_row([record.0], |row| Ok((row.get::<_, i64>(0)?, PersonId(row.get(1)?), row.get::<_, Vec<u8>>(2)?)));
        let Some((no, person, joints)) = found.optional()? else { return Ok(None) };
        let mut statement = connection.prepare_cached("SELECT record FROM person_record WHERE no = ?1 ORDER BY nth")?;
        let records = statement.query_map([no], |row| Ok(RecordId(row.get(0)?)))?.collect::<Result<_, _>>()?;
        Ok(Some(IndexedPerson { person, records, joints: joints_of(&joints) }))
    }

    /// How many persons a filter wants.
    pub fn count(&self, filter: &PersonFilter) -> Result<u64, IndexError> {
        self.usable()?;
        let conditions = Conditions::of(filter);
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!("SELECT count(*) {}", conditions.sql))?;
        let count: i64 = statement.query_row(params_from_iter(&conditions.values), |row| row.get(0))?;
        Ok(count as u64)
    }
}

fn insert_person(transaction: &Transaction<'_>, no: i64, row: &PersonRow) -> Result<(), IndexError> {
    let sql = "INSERT INTO person VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    transaction.prepare_cached(sql)?.execute(params![
        no,
        row.person.0,
        row.name,
        row.taken,
        row.year,
        row.place,
        row.n_records,
        row.n_contradictions,
        row.labels.join(BETWEEN),
        row.sources.join(BETWEEN),
        row.search_text,
        joints_to_bytes(&row.joints),
    ])?;
    let mut record = transaction.prepare_cached("INSERT OR REPLACE INTO person_record VALUES (?1, ?2, ?3)")?;
    row.records.iter().zip(0u32..).try_for_each(|(id, nth)| record.execute(params![id.0, no, nth]).map(drop))?;
    let mut words = transaction.prepare_cached("INSERT INTO person_words (rowid, words) VALUES (?1, ?2)")?;
    words.execute(params![no, row.search_text])?;
    let mut label = transaction.prepare_cached("INSERT OR IGNORE INTO person_label VALUES (?1, ?2)")?;
    row.labels.iter().try_for_each(|name| label.execute(params![name, no]).map(drop))?;
    let mut source = transaction.prepare_cached("INSERT OR IGNORE INTO person_source VALUES (?1, ?2)")?;
    Ok(row.sources.iter().try_for_each(|key| source.execute(params![key, no]).map(drop))?)
}

/// Removes a person with all words to be found by. Tells where they stood.
fn remove_person(transaction: &Transaction<'_>, person: PersonId) -> Result<Option<i64>, IndexError> {
    let sql = "SELECT no, words, labels, sources FROM person WHERE person = ?1";
    let found = transaction.prepare_cached(sql)?.query_row([person.0], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
    });
    let Some((no, words, labels, sources)) = found.optional()? else { return Ok(None) };
    // A table without content is told what to forget.
    let sql = "INSERT INTO person_words (person_words, rowid, words) VALUES ('delete', ?1, ?2)";
    transaction.prepare_cached(sql)?.execute(params![no, words])?;
    let mut label = transaction.prepare_cached("DELETE FROM person_label WHERE label = ?1 AND no = ?2")?;
    split(&labels).iter().try_for_each(|name| label.execute(params![name, no]).map(drop))?;
    let mut source = transaction.prepare_cached("DELETE FROM person_source WHERE source = ?1 AND no = ?2")?;
    split(&sources).iter().try_for_each(|key| source.execute(params![key, no]).map(drop))?;
    transaction.prepare_cached("DELETE FROM person_record WHERE no = ?1")?.execute([no])?;
    transaction.prepare_cached("DELETE FROM person WHERE no = ?1")?.execute([no])?;
    Ok(Some(no))
}

/// Eight bytes each: two places and a weight, little-endian.
fn joints_to_bytes(joints: &[Joint]) -> Vec<u8> {
    let bytes = joints.iter().flat_map(|joint| {
        let [left, right] = joint.records.map(u16::to_le_bytes);
        [left.as_slice(), right.as_slice(), &joint.weight.to_le_bytes()].concat()
    });
    bytes.collect()
}

fn joints_of(bytes: &[u8]) -> Vec<Joint> {
    let whole = bytes.as_chunks::<8>().0.iter();
    let read = whole.map(|[a, b, c, d, weight @ ..]| Joint {
        records: [u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d])],
        weight: f32::from_le_bytes(*weight),
    });
    read.collect()
}

impl Conditions {
    fn of(filter: &PersonFilter) -> Self {
        let words = match_expression(&filter.words);
        let (from, key) = if words.is_empty() {
            ("FROM person p", "p.no")
        } else {
            ("FROM person_words w JOIN person p ON p.no = w.rowid", "w.rowid")
        };
        let mut conditions = Self { sql: format!("{from} WHERE true"), values: Vec::new(), key };
        if !words.is_empty() {
            conditions.and("w.person_words MATCH ?", words);
        }
        if let Some((first, last)) = filter.years {
            conditions.and("p.year >= ?", first);
            conditions.and("p.year <= ?", last);
        }
        if let Some((first, more)) = filter.places.split_first() {
            conditions.and(&format!("p.place IN (?{})", ", ?".repeat(more.len())), first.clone());
            conditions.values.extend(more.iter().map(|place| Box::new(place.clone()) as Box<dyn ToSql>));
        }
        if let Some(label) = &filter.label {
            conditions.and("EXISTS (SELECT 1 FROM person_label l WHERE l.label = ? AND l.no = p.no)", label.clone());
        }
        if let Some(source) = &filter.source {
            conditions.and("EXISTS (SELECT 1 FROM person_source s WHERE s.source = ? AND s.no = p.no)", source.clone());
        }
        if filter.only_contradicted {
            conditions.sql.push_str(" AND p.n_contradictions > 0");
        }
        conditions
    }

    fn and(&mut self, condition: &str, value: impl ToSql + 'static) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.push(Box::new(value));
    }
}

/// All words must occur. Quoted, so that no word is taken for an operator of the search language.
fn match_expression(words: &[String]) -> String {
    let words = words.iter().map(|word| word.replace('"', "")).filter(|word| !word.is_empty());
    let quoted = words.map(|word| format!("\"{word}\"{}", if word.chars().count() >= 3 { "*" } else { "" }));
    quoted.collect::<Vec<_>>().join(" AND ")
}
