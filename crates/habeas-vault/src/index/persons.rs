//! The search over persons: a table that the caller derives anew after each link run.

use super::{
    Index, IndexError, answered,
    counted::{self, ComparedRow},
};
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
    /// Days in which, by some account, the person may have been taken: first and last, as numbers that grow with time.
    pub spans: Vec<(i32, i32)>,
    /// Every part of every place of an event, folded.
    pub places: Vec<String>,
    /// The cases, in the order of time.
    pub cases: Vec<CaseLine>,
    /// Labels of all cases.
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
    /// The year in which tables count the person, in words that the caller understands; as all that follows, empty in
    /// what a search gives.
    pub year_words: String,
    /// The sex by which tables count the person, likewise.
    pub sex: String,
    /// Where the person was taken, by the first source that states a point: latitude and longitude in degrees.
    pub point: Option<(f64, f64)>,
    /// Whether no linkage has seen the records.
    pub is_unlinked: bool,
    /// How lists that both name the person agree.
    pub compared: Vec<ComparedRow>,
}

impl PersonRow {
    /// A person of whom nothing is known yet.
    pub fn of(person: PersonId) -> Self {
        Self {
            person,
            name: String::new(),
            search_text: String::new(),
            taken: String::new(),
            year: None,
            place: String::new(),
            spans: Vec::new(),
            places: Vec::new(),
            cases: Vec::new(),
            labels: Vec::new(),
            sources: Vec::new(),
            n_records: 0,
            n_contradictions: 0,
            records: Vec::new(),
            joints: Vec::new(),
            year_words: String::new(),
            sex: String::new(),
            point: None,
            is_unlinked: false,
            compared: Vec::new(),
        }
    }
}

/// One case of a person, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseLine {
    /// When taken, as extended date text; empty where none is known.
    pub taken: String,
    /// Labels.
    pub labels: Vec<String>,
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct PersonFilter {
    /// Folded words; a word of three letters or more also finds longer ones that begin with it.
    pub words: Vec<String>,
    /// Other tokens that each word may stand for, such as its spelling class; persons found by these alone come last.
    pub spellings: Vec<Vec<String>>,
    /// First and last day: only persons who may have been taken between them, by some account.
    pub days: Option<(i32, i32)>,
    /// Any of these folded names, as any part of a place of an event; all where there is none.
    pub within: Vec<String>,
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
    /// The key for the page after this one: the place in the order in which persons were indexed, negative for those who
    /// were found by another spelling.
    pub key: i64,
    /// The person, without `search_text`, which is not kept.
    pub row: PersonRow,
}

/// A page of persons, in the order in which they were indexed; those found by another spelling come last.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonPage {
    /// The persons.
    pub hits: Vec<PersonHit>,
    /// Key to ask for the next page with; `None` on the last.
    pub next: Option<i64>,
}

/// Which of those who bear a word are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// Those who bear it as it was asked for.
    AsAsked,
    /// Those who bear another spelling of it only.
    Other,
    /// All.
    Any,
}

/// Conditions of a query with their values.
pub(super) struct Conditions {
    /// From which tables, and which of their rows.
    pub(super) sql: String,
    pub(super) values: Vec<Box<dyn ToSql>>,
    /// The column that orders the answer.
    pub(super) key: &'static str,
}

/// Stands between several texts in one column (the unit separator of ASCII, which no label or key has).
pub(super) const BETWEEN: &str = "\u{1f}";

pub(super) fn split(joined: &str) -> Vec<String> {
    joined.split(BETWEEN).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

impl Index {
    /// The generation of the persons that are indexed; `None` where there are none.
    pub fn persons_generation(&self) -> Result<Option<u64>, IndexError> {
        let sql = "SELECT value FROM meta WHERE key = 'persons'";
        let generation: Option<i64> = self.connection().query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(generation.map(|generation| generation as u64))
    }

    /// Forgets all persons: others follow by [`Index::add_persons`]. Until [`Index::finish_persons`] there are none that
    /// are whole.
    pub fn begin_persons(&mut self) -> Result<(), IndexError> {
        self.usable()?;
        let transaction = self.connection_mut().transaction()?;
        transaction.execute_batch(
            "DELETE FROM person; DELETE FROM person_label; DELETE FROM person_source; DELETE FROM person_record; \
             DELETE FROM person_place; DELETE FROM person_span; DELETE FROM counted; DELETE FROM compared; DELETE FROM term; \
             DELETE FROM mention_changed; DELETE FROM meta WHERE key = 'persons'; \
             INSERT INTO person_words (person_words) VALUES ('delete-all');",
        )?;
        answered::forget(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Adds persons, each with its place in the order of all, in one transaction.
    pub fn add_persons(&self, rows: impl Iterator<Item = (u64, PersonRow)>) -> Result<(), IndexError> {
        self.usable()?;
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for (place, row) in rows {
            insert_person(&transaction, place as i64, &row)?;
        }
        Ok(transaction.commit()?)
    }

    /// Notes that all persons of a generation are there.
    pub fn finish_persons(&mut self, generation: u64) -> Result<(), IndexError> {
        self.usable()?;
        let sql = "INSERT OR REPLACE INTO meta (key, value) VALUES ('persons', ?1)";
        self.connection_mut().execute(sql, [generation as i64])?;
        Ok(())
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
        answered::forget(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// One page of the persons that a filter wants, after a key.
    pub fn search(&self, filter: &PersonFilter, after: Option<i64>, limit: usize) -> Result<PersonPage, IndexError> {
        self.usable()?;
        let mut hits = Vec::new();
        if after.is_none_or(|key| key >= 0) {
            hits = self.hits(filter, Spelling::AsAsked, after.unwrap_or(0), limit + 1)?;
        }
        if hits.len() <= limit && filter.spellings.iter().any(|others| !others.is_empty()) {
            let after = after.filter(|key| *key < 0).map_or(0, |key| -key);
            hits.extend(self.hits(filter, Spelling::Other, after, limit + 1 - hits.len())?);
        }
        let more = hits.len() > limit;
        hits.truncate(limit);
        Ok(PersonPage { next: hits.last().filter(|_| more).map(|hit| hit.key), hits })
    }

    fn hits(
        &self,
        filter: &PersonFilter,
        spelling: Spelling,
        after: i64,
        limit: usize,
    ) -> Result<Vec<PersonHit>, IndexError> {
        let mut conditions = Conditions::of(filter, spelling);
        // The key is a condition, never an offset: the hundredth page costs what the first does.
        let key = conditions.key;
        conditions.and(&format!("{key} > ?"), after);
        conditions.values.push(Box::new(limit as i64));
        let sql = format!(
            "SELECT p.no, p.person, p.name, p.taken, p.year, p.place, p.n_records, p.n_contradictions, \
             p.labels, p.sources, p.cases FROM (SELECT {key} AS at {} ORDER BY {key} LIMIT ?) f \
             JOIN person p ON p.no = f.at ORDER BY f.at",
            conditions.sql
        );
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(&conditions.values), |row| {
            let no: i64 = row.get(0)?;
            Ok(PersonHit {
                key: if spelling == Spelling::Other { -no } else { no },
                row: PersonRow {
                    name: row.get(2)?,
                    taken: row.get(3)?,
                    year: row.get(4)?,
                    place: row.get(5)?,
                    n_records: row.get(6)?,
                    n_contradictions: row.get(7)?,
                    labels: split(&row.get::<_, String>(8)?),
                    sources: split(&row.get::<_, String>(9)?),
                    cases: row.get::<_, String>(10)?.lines().map(case_of).collect(),
                    ..PersonRow::of(PersonId(row.get(1)?))
                },
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
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

    /// Persons of at least so many records, those of the most first, after a number of records and a person; at most so many.
    pub fn largest(
        &self,
        least: u32,
        after: Option<(u32, PersonId)>,
        limit: usize,
    ) -> Result<Vec<PersonRow>, IndexError> {
        self.usable()?;
        let (n, person) = after.map_or((u32::MAX, [0; 16]), |(n, person)| (n, person.0));
        let sql = "SELECT person, name, n_records, sources FROM person WHERE n_records >= ?1 \
                   AND (n_records < ?2 OR (n_records = ?2 AND person > ?3)) ORDER BY n_records DESC, person LIMIT ?4";
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![least, n, person, limit as i64], |row| {
            Ok(PersonRow {
                name: row.get(1)?,
                n_records: row.get(2)?,
                sources: split(&row.get::<_, String>(3)?),
                ..PersonRow::of(PersonId(row.get(0)?))
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many persons have at least so many records.
    pub fn count_larger(&self, least: u32) -> Result<u64, IndexError> {
        self.usable()?;
        let sql = "SELECT count(*) FROM person WHERE n_records >= ?1";
        let n: i64 = self.connection().prepare_cached(sql)?.query_row([least], |row| row.get(0))?;
        Ok(n as u64)
    }

    /// How many persons a filter wants.
    pub fn count(&self, filter: &PersonFilter) -> Result<u64, IndexError> {
        self.usable()?;
        let conditions = Conditions::of(filter, Spelling::Any);
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!("SELECT count(*) {}", conditions.sql))?;
        let count: i64 = statement.query_row(params_from_iter(&conditions.values), |row| row.get(0))?;
        Ok(count as u64)
    }
}

fn insert_person(transaction: &Transaction<'_>, no: i64, row: &PersonRow) -> Result<(), IndexError> {
    let sql = "INSERT INTO person VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
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
        row.cases.iter().map(case_to).collect::<Vec<_>>().join("\n"),
    ])?;
    let mut place = transaction.prepare_cached("INSERT OR IGNORE INTO person_place VALUES (?1, ?2)")?;
    row.places.iter().try_for_each(|name| place.execute(params![name, no]).map(drop))?;
    let mut span = transaction.prepare_cached("INSERT OR IGNORE INTO person_span VALUES (?1, ?2, ?3)")?;
    row.spans.iter().try_for_each(|(first, last)| span.execute(params![first, last, no]).map(drop))?;
    let mut record = transaction.prepare_cached("INSERT OR REPLACE INTO person_record VALUES (?1, ?2, ?3)")?;
    row.records.iter().zip(0u32..).try_for_each(|(id, nth)| record.execute(params![id.0, no, nth]).map(drop))?;
    counted::insert(transaction, no, row)?;
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
    for table in ["person_record", "person_place", "person_span"] {
        transaction.prepare_cached(&format!("DELETE FROM {table} WHERE no = ?1"))?.execute([no])?;
    }
    counted::remove(transaction, no)?;
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
    pub(super) fn of(filter: &PersonFilter, spelling: Spelling) -> Self {
        let asked = match_expression(&filter.words, &[]);
        let any = match_expression(&filter.words, &filter.spellings);
        let words = if spelling == Spelling::AsAsked { &asked } else { &any };
        // Conditions are asked of the narrow table: it is read whole where nothing better narrows it.
        let (from, key) = if words.is_empty() {
            ("FROM counted c", "c.no")
        } else {
            ("FROM person_words w CROSS JOIN counted c ON c.no = w.rowid", "w.rowid")
        };
        let mut conditions = Self { sql: format!("{from} WHERE true"), values: Vec::new(), key };
        if !words.is_empty() {
            conditions.and("w.person_words MATCH ?", words.clone());
        }
        if spelling == Spelling::Other {
            let not_asked = "w.rowid NOT IN (SELECT a.rowid FROM person_words a WHERE a.person_words MATCH ?)";
            conditions.and(not_asked, asked);
        }
        if let Some((first, last)) = filter.days {
            conditions.and("EXISTS (SELECT 1 FROM person_span s WHERE s.no = c.no AND s.first <= ?", last);
            conditions.sql.push_str(" AND s.last >= ?)");
            conditions.values.push(Box::new(first));
        }
        if let Some((first, more)) = filter.within.split_first() {
            let any = ", ?".repeat(more.len());
            let sql = format!("EXISTS (SELECT 1 FROM person_place l WHERE l.no = c.no AND l.place IN (?{any}))");
            conditions.and(&sql, first.clone());
            conditions.values.extend(more.iter().map(|place| Box::new(place.clone()) as Box<dyn ToSql>));
        }
        if let Some((first, last)) = filter.years {
            conditions.and("c.year >= ?", first);
            conditions.and("c.year <= ?", last);
        }
        if let Some((first, more)) = filter.places.split_first() {
            let any = ", ?".repeat(more.len());
            let sql = format!("c.place IN (SELECT no FROM term WHERE text IN (?{any}))");
            conditions.and(&sql, first.clone());
            conditions.values.extend(more.iter().map(|place| Box::new(place.clone()) as Box<dyn ToSql>));
        }
        if let Some(label) = &filter.label {
            conditions.and("EXISTS (SELECT 1 FROM person_label l WHERE l.label = ? AND l.no = c.no)", label.clone());
        }
        if let Some(source) = &filter.source {
            conditions.and("EXISTS (SELECT 1 FROM person_source s WHERE s.source = ? AND s.no = c.no)", source.clone());
        }
        if filter.only_contradicted {
            conditions.sql.push_str(" AND c.n_contradictions > 0");
        }
        conditions
    }

    fn and(&mut self, condition: &str, value: impl ToSql + 'static) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.push(Box::new(value));
    }
}

/// All words must occur, each as it is or as one of its spellings. Quoted, so that no word is taken for an operator of the
/// search language.
fn match_expression(words: &[String], spellings: &[Vec<String>]) -> String {
    let quoted = |word: &str| format!("\"{}\"", word.replace('"', ""));
    let asked = words.iter().enumerate().filter(|(_, word)| !word.replace('"', "").is_empty()).map(|(i, word)| {
        let begins = if word.chars().count() >= 3 { "*" } else { "" };
        let others = spellings.get(i).into_iter().flatten().map(|other| format!(" OR {}", quoted(other)));
        format!("({}{begins}{})", quoted(word), others.collect::<String>())
    });
    asked.collect::<Vec<_>>().join(" AND ")
}

/// Taken and labels, on one line.
fn case_to(case: &CaseLine) -> String {
    format!("{}{BETWEEN}{}", case.taken, case.labels.join(BETWEEN))
}

fn case_of(line: &str) -> CaseLine {
    let (taken, labels) = line.split_once(BETWEEN).unwrap_or((line, ""));
    CaseLine { taken: taken.to_owned(), labels: split(labels) }
}
