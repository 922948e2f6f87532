//! Where assertions stand, and which: by what they are about, lead to, quote, correct and name. What they say is read from
//! the log.

use super::{Index, IndexError, number, position_of};
use crate::{
    feed::Position,
    format::v1::codes::Code,
    keys::{DeviceId, ItemId},
};
use habeas_core::{
    Assertion, AssertionId, Content, Entity, EntityId, EntityKind, Matter, RecordId, SourceId, Topic, fold,
};
use rusqlite::{OptionalExtension, ToSql, Transaction, params, params_from_iter};
use std::collections::BTreeSet;

pub(super) const TABLES: &str = "
    CREATE TABLE asserting (
        no INTEGER PRIMARY KEY, device BLOB, seq INTEGER, segment INTEGER, offset INTEGER, chain BLOB, lamport INTEGER,
        user BLOB, whole INTEGER, n INTEGER, n_resolutions INTEGER, counts INTEGER, judges INTEGER,
        UNIQUE (device, seq)) STRICT;
    CREATE TABLE asserting_item (frame INTEGER, item BLOB, PRIMARY KEY (frame, item)) STRICT, WITHOUT ROWID;
    CREATE TABLE assertion (
        frame INTEGER, entry INTEGER, id BLOB, about BLOB, topic TEXT, target BLOB, source BLOB, supersedes BLOB,
        handle TEXT, settled INTEGER, PRIMARY KEY (frame, entry)) STRICT, WITHOUT ROWID;
    CREATE INDEX assertion_id ON assertion (id);
    CREATE INDEX assertion_about ON assertion (about);
    CREATE INDEX assertion_target ON assertion (target) WHERE target IS NOT NULL;
    CREATE INDEX assertion_supersedes ON assertion (supersedes) WHERE supersedes IS NOT NULL;
    CREATE INDEX assertion_handle ON assertion (handle) WHERE handle IS NOT NULL;
    CREATE INDEX assertion_topic ON assertion (topic);
    CREATE INDEX assertion_unsettled ON assertion (frame) WHERE settled = 0;
    CREATE TABLE assertion_quote (frame INTEGER, entry INTEGER, source BLOB, PRIMARY KEY (frame, entry, source))
        STRICT, WITHOUT ROWID;
    CREATE INDEX assertion_quote_source ON assertion_quote (source);
    CREATE TABLE mention (
        id BLOB PRIMARY KEY, source BLOB, number INTEGER, frame INTEGER, entry INTEGER) STRICT, WITHOUT ROWID;
    CREATE INDEX mention_source ON mention (source, number);
    CREATE TABLE mention_changed (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
    CREATE TABLE mention_source_settled (source BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
";

/// A frame that holds assertions.
#[derive(Debug, Clone)]
pub struct AssertingFrame {
    /// Lamport time of the commit.
    pub lamport: u64,
    /// Where it stands.
    pub position: Position,
    /// Who signed it.
    pub user: [u8; 16],
    /// Whether it holds nothing else, all of it can be read, and each is of this format.
    pub whole: bool,
    /// The items under whose keys the assertions are sealed.
    pub items: Vec<ItemId>,
    /// Those that can be read.
    pub rows: Vec<AssertionRow>,
}

/// What the index keeps of one assertion.
#[derive(Debug, Clone)]
pub struct AssertionRow {
    entry: u32,
    id: AssertionId,
    about: Entity,
    topic: Topic,
    target: Option<Entity>,
    sources: Vec<SourceId>,
    supersedes: Option<AssertionId>,
    handle: Option<String>,
}

impl AssertionRow {
    /// Of the assertion at a place of its frame.
    pub fn of(entry: u32, one: &Assertion) -> Self {
        let handle = match (&one.content, one.topic) {
            (Content::Text(text), Topic::Of(Matter::Handle)) => Some(fold(text)),
            _ => None,
        };
        Self {
            entry,
            id: one.id,
            about: one.about,
            topic: one.topic,
            target: one.leads_to(),
            sources: one.quotes.iter().map(|quote| quote.source).collect(),
            supersedes: one.supersedes,
            handle,
        }
    }
}

/// What is known of a frame with assertions when it is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asserting {
    /// Its number in the index.
    pub no: i64,
    /// Who signed it.
    pub user: [u8; 16],
    /// Whether the fold may pass over what it holds.
    pub whole: bool,
    /// Number of its assertions that can be read.
    pub n: u64,
    /// Number of decisions among them.
    pub n_resolutions: u64,
    /// Whether they counted when it was last folded, and whether decisions did.
    pub verdict: (bool, bool),
}

/// Where an assertion that counts as a statement stands, and what it connects. Ordered as in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AssertionRef {
    /// Lamport time of its commit.
    lamport: u64,
    /// Its frame.
    pub(crate) position: Position,
    /// Its place in the frame.
    pub(crate) entry: u32,
    /// Its id.
    pub id: AssertionId,
    /// What it is about.
    pub about: Entity,
    /// Its topic.
    pub topic: Topic,
    /// The entity that it leads to.
    pub target: Option<Entity>,
    /// The source of the first words that it quotes.
    pub source: Option<SourceId>,
    /// What it corrects or takes back.
    pub supersedes: Option<AssertionId>,
}

/// Which assertions are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'w> {
    /// Those about an entity; of an assertion the talk about it.
    About(Entity),
    /// Those that lead to an entity.
    LeadingTo(Entity),
    /// Those that quote a source.
    Quoting(SourceId),
    /// One.
    Id(AssertionId),
    /// Those that correct one or take it back.
    Superseding(AssertionId),
    /// Those on a topic, about entities of one kind where one is given.
    On(Topic, Option<EntityKind>),
    /// Handles of entities of a kind that are this one, folded.
    Named(EntityKind, &'w str),
    /// Those about entities of a kind whose ids begin with these digits.
    IdBeginning(EntityKind, &'w str),
    /// Those about entities of a kind that rest on no quoted words.
    Unquoted(EntityKind),
    /// All.
    All,
}

/// A mention whose record stands in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MentionRow {
    /// Id of the mention, which is that of its record.
    pub id: [u8; 16],
    /// Its number in its source.
    pub number: u64,
    /// Where the first assertion that makes it stands.
    pub first: AssertionRef,
}

fn key_of(entity: Entity) -> [u8; 17] {
    let mut key = [0; 17];
    key[0] = entity.kind.number() as u8;
    key[1..].copy_from_slice(&entity.id.0);
    key
}

fn entity_of(key: &[u8]) -> Option<Entity> {
    let (kind, id) = key.split_first()?;
    let kind = EntityKind::from_number(u64::from(*kind)).ok()?;
    Some(Entity { kind, id: EntityId(id.try_into().ok()?) })
}

const REF: &str = "SELECT f.device, f.segment, f.offset, f.seq, f.chain, f.lamport, a.entry, a.id, a.about, a.topic, \
                   a.target, a.source, a.supersedes FROM assertion a JOIN asserting f ON f.no = a.frame";
const COUNTS: &str = "f.counts = 1 AND (f.judges = 1 OR a.topic <> 'resolution')";

const ASSERTING: &str = "SELECT device, seq, no, user, whole, n, n_resolutions, counts, judges FROM asserting";

fn asserting_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<(DeviceId, u64, Asserting)> {
    let unsigned = |i| row.get::<_, i64>(i).map(|number| number as u64);
    let frame = Asserting {
        no: row.get(2)?,
        user: row.get(3)?,
        whole: row.get(4)?,
        n: unsigned(5)?,
        n_resolutions: unsigned(6)?,
        verdict: (row.get(7)?, row.get(8)?),
    };
    Ok((row.get(0)?, unsigned(1)?, frame))
}

fn ref_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<AssertionRef>> {
    let entity = |i| row.get::<_, Option<Vec<u8>>>(i).map(|key| key.and_then(|key| entity_of(&key)));
    let Some(about) = entity(8)? else { return Ok(None) };
    let Some(topic) = Topic::from_code(&row.get::<_, String>(9)?, about.kind) else { return Ok(None) };
    Ok(Some(AssertionRef {
        lamport: row.get::<_, i64>(5)? as u64,
        position: position_of(row)?,
        entry: row.get(6)?,
        id: AssertionId(row.get(7)?),
        about,
        topic,
        target: entity(10)?,
        source: row.get::<_, Option<[u8; 16]>>(11)?.map(SourceId),
        supersedes: row.get::<_, Option<[u8; 16]>>(12)?.map(AssertionId),
    }))
}

impl Index {
    /// Takes in frames with assertions that were not followed, or not wholly; the mark stays where it is.
    pub fn note_asserting(&mut self, frames: &[AssertingFrame]) -> Result<(), IndexError> {
        let transaction = self.connection_mut().transaction()?;
        frames.iter().try_for_each(|frame| asserting(&transaction, frame))?;
        Ok(transaction.commit()?)
    }

    /// All frames with assertions, by device and number.
    pub fn asserting(&self) -> Result<Vec<(DeviceId, u64, Asserting)>, IndexError> {
        let connection = self.connection();
        let mut statement = connection.prepare(ASSERTING)?;
        let rows = statement.query_map([], asserting_of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The frame with assertions at a position, where there is one.
    pub fn asserting_at(&self, position: &Position) -> Result<Option<Asserting>, IndexError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!("{ASSERTING} WHERE device = ?1 AND seq = ?2"))?;
        let at = params![position.device, number(position.cursor.seq)];
        Ok(statement.query_row(at, asserting_of).optional()?.map(|(.., frame)| frame))
    }

    /// The frame of a number and its items.
    pub fn items_asserted(&self) -> Result<Vec<(i64, ItemId)>, IndexError> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT frame, item FROM asserting_item")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ids of what stands in a frame, decisions alone where they are asked for.
    pub fn ids_asserted_in(&self, frame: i64, only_resolutions: bool) -> Result<Vec<[u8; 16]>, IndexError> {
        let connection = self.connection();
        let sql = "SELECT id FROM assertion WHERE frame = ?1 AND (NOT ?2 OR topic = 'resolution')";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![frame, only_resolutions], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes which frames count now, and whether decisions in them do.
    pub fn set_verdicts(&mut self, verdicts: &[(i64, (bool, bool))]) -> Result<(), IndexError> {
        let transaction = self.connection_mut().transaction()?;
        for (frame, (counts, judges)) in verdicts {
            let sql = "UPDATE asserting SET counts = ?2, judges = ?3 WHERE no = ?1";
            transaction.execute(sql, params![frame, counts, judges])?;
            transaction.execute("UPDATE assertion SET settled = 0 WHERE frame = ?1", [frame])?;
        }
        Ok(transaction.commit()?)
    }

    /// Assertions that count as statements, those asked for, in the order of the log, each once.
    pub fn assertions(&self, wanted: &[Wanted<'_>]) -> Result<Vec<AssertionRef>, IndexError> {
        self.usable()?;
        let mut found = Vec::new();
        for one in wanted {
            let values: Vec<Box<dyn ToSql>> = match *one {
                Wanted::About(entity) | Wanted::LeadingTo(entity) => vec![Box::new(key_of(entity))],
                Wanted::Quoting(source) => vec![Box::new(source.0)],
                Wanted::Id(id) | Wanted::Superseding(id) => vec![Box::new(id.0)],
                Wanted::On(topic, None) => vec![Box::new(topic.code())],
                Wanted::On(topic, Some(kind)) => {
                    vec![Box::new(topic.code()), Box::new(vec![kind.number() as u8]), Box::new(after(kind))]
                }
                Wanted::Named(kind, handle) => {
                    let handle = handle.to_owned();
                    vec![Box::new(handle), Box::new(vec![kind.number() as u8]), Box::new(after(kind))]
                }
                Wanted::IdBeginning(kind, digits) => {
                    let (Some(first), Some(last)) = (filled(digits, '0'), filled(digits, 'f')) else { continue };
                    let key = |id| key_of(Entity { kind, id });
                    vec![Box::new(key(first)), Box::new(key(last))]
                }
                Wanted::Unquoted(kind) => vec![Box::new(vec![kind.number() as u8]), Box::new(after(kind))],
                Wanted::All => vec![],
            };
            let condition = match one {
                Wanted::About(_) => "a.about = ?1",
                Wanted::LeadingTo(_) => "a.target = ?1",
                Wanted::Quoting(_) => {
                    "(a.frame, a.entry) IN (SELECT q.frame, q.entry FROM assertion_quote q WHERE q.source = ?1)"
                }
                Wanted::Id(_) => "a.id = ?1",
                Wanted::Superseding(_) => "a.supersedes = ?1",
                Wanted::On(_, None) => "a.topic = ?1",
                Wanted::On(_, Some(_)) => "a.topic = ?1 AND a.about >= ?2 AND a.about < ?3",
                Wanted::Named(..) => "a.handle = ?1 AND a.about >= ?2 AND a.about < ?3",
                Wanted::IdBeginning(..) => "a.about BETWEEN ?1 AND ?2",
                Wanted::Unquoted(_) => "a.about >= ?1 AND a.about < ?2 AND a.source IS NULL",
                Wanted::All => "true",
            };
            let connection = self.connection();
            let mut statement = connection.prepare_cached(&format!("{REF} WHERE {condition} AND {COUNTS}"))?;
            let rows = statement.query_map(params_from_iter(&values), ref_of)?;
            for row in rows {
                found.extend(row?);
            }
        }
        in_order(&mut found);
        Ok(found)
    }

    /// What has changed since mentions were last made: in the order of the log, whether it counts or not.
    pub fn unsettled(&self) -> Result<Vec<AssertionRef>, IndexError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!("{REF} WHERE a.settled = 0"))?;
        let rows = statement.query_map([], ref_of)?;
        let mut found: Vec<AssertionRef> = rows.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        in_order(&mut found);
        Ok(found)
    }

    /// The mentions of a source, or of all, that have records: id, source and number, in the order of the log.
    pub fn mentions(&self, of: Option<SourceId>) -> Result<Vec<([u8; 16], SourceId, u64)>, IndexError> {
        self.usable()?;
        let connection = self.connection();
        let sql = "SELECT m.id, m.source, m.number FROM mention m JOIN asserting f ON f.no = m.frame \
                   WHERE ?1 IS NULL OR m.source = ?1 ORDER BY f.lamport, f.device, f.seq, m.entry, m.id";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([of.map(|source| source.0)], mention_of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many mentions of each source have records.
    pub fn n_mentions(&self) -> Result<Vec<(SourceId, u64)>, IndexError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT source, count(*) FROM mention GROUP BY source")?;
        let rows = statement.query_map([], |row| Ok((SourceId(row.get(0)?), row.get::<_, i64>(1)? as u64)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Mentions with ids between two, both included.
    pub fn mentions_between(
        &self,
        first: [u8; 16],
        last: [u8; 16],
        limit: usize,
    ) -> Result<Vec<([u8; 16], SourceId, u64)>, IndexError> {
        self.usable()?;
        let connection = self.connection();
        let sql = "SELECT id, source, number FROM mention WHERE id BETWEEN ?1 AND ?2 LIMIT ?3";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![first, last, limit as i64], mention_of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Puts other mentions in place of those of a source, and notes which have changed.
    pub fn replace_mentions(
        &mut self,
        source: SourceId,
        mentions: &[MentionRow],
        changed: &[[u8; 16]],
    ) -> Result<(), IndexError> {
        let transaction = self.connection_mut().transaction()?;
        transaction.execute("DELETE FROM mention WHERE source = ?1", [source.0])?;
        {
            let frame = "SELECT no FROM asserting WHERE device = ?4 AND seq = ?5";
            let sql = format!("INSERT OR REPLACE INTO mention VALUES (?1, ?2, ?3, ({frame}), ?6)");
            let mut insert = transaction.prepare_cached(&sql)?;
            for MentionRow { id, number: nth, first } in mentions {
                let Position { device, cursor, .. } = &first.position;
                insert.execute(params![id, source.0, number(*nth), device, number(cursor.seq), first.entry])?;
            }
            let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO mention_changed VALUES (?1)")?;
            changed.iter().try_for_each(|id| insert.execute([id]).map(drop))?;
        }
        Ok(transaction.commit()?)
    }

    /// Mentions whose records have changed since persons were indexed.
    pub fn mentions_changed(&self) -> Result<Vec<RecordId>, IndexError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT id FROM mention_changed")?;
        let rows = statement.query_map([], |row| Ok(RecordId(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes records of which the person has to be looked at anew.
    pub fn note_changed(&mut self, ids: &[[u8; 16]]) -> Result<(), IndexError> {
        let transaction = self.connection_mut().transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO mention_changed VALUES (?1)")?;
            ids.iter().try_for_each(|id| insert.execute([id]).map(drop))?;
        }
        Ok(transaction.commit()?)
    }

    /// The sources that were known when mentions were last made.
    pub fn sources_settled(&self) -> Result<BTreeSet<SourceId>, IndexError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT source FROM mention_source_settled")?;
        let rows = statement.query_map([], |row| Ok(SourceId(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that the mentions are those of all assertions, and that these sources were known.
    pub fn settle_mentions(&mut self, known: &BTreeSet<SourceId>) -> Result<(), IndexError> {
        let before = self.sources_settled()?;
        let transaction = self.connection_mut().transaction()?;
        transaction.execute("UPDATE assertion SET settled = 1 WHERE settled = 0", [])?;
        for (sources, sql) in [
            (known.difference(&before), "INSERT INTO mention_source_settled VALUES (?1)"),
            (before.difference(known), "DELETE FROM mention_source_settled WHERE source = ?1"),
        ] {
            let mut statement = transaction.prepare_cached(sql)?;
            for source in sources {
                statement.execute([source.0])?;
            }
        }
        Ok(transaction.commit()?)
    }
}

fn mention_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<([u8; 16], SourceId, u64)> {
    Ok((row.get(0)?, SourceId(row.get(1)?), row.get::<_, i64>(2)? as u64))
}

/// Takes in one frame; what was known of it is replaced.
pub(super) fn asserting(transaction: &Transaction<'_>, frame: &AssertingFrame) -> Result<(), IndexError> {
    let AssertingFrame { lamport, position, user, whole, items, rows } = frame;
    let Position { device, segment, offset, cursor } = position;
    let known = "SELECT no, whole FROM asserting WHERE device = ?1 AND seq = ?2";
    let known = transaction.query_row(known, params![device, number(cursor.seq)], |row| Ok((row.get(0)?, row.get(1)?)));
    let known: Option<(i64, bool)> = known.optional()?;
    if known.is_some_and(|(_, whole)| whole) && *whole {
        // A feed that was read from further back brings it again.
        return Ok(());
    }
    let known = known.map(|(no, _)| no);
    if let Some(no) = known {
        for sql in [
            "DELETE FROM asserting_item WHERE frame = ?1",
            "DELETE FROM assertion_quote WHERE frame = ?1",
            "DELETE FROM assertion WHERE frame = ?1",
            "DELETE FROM asserting WHERE no = ?1",
        ] {
            transaction.execute(sql, [no])?;
        }
    }
    let n_resolutions = rows.iter().filter(|row| row.topic == Topic::Of(Matter::Resolution)).count() as i64;
    let sql = "INSERT INTO asserting VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0)";
    transaction.prepare_cached(sql)?.execute(params![
        known,
        device,
        number(cursor.seq),
        number(*segment),
        number(*offset),
        cursor.chain,
        number(*lamport),
        user,
        whole,
        rows.len() as i64,
        n_resolutions
    ])?;
    let no = transaction.last_insert_rowid();
    let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO asserting_item VALUES (?1, ?2)")?;
    items.iter().try_for_each(|item| insert.execute(params![no, item]).map(drop))?;
    let sql = "INSERT OR IGNORE INTO assertion VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)";
    let mut insert = transaction.prepare_cached(sql)?;
    let mut quote = transaction.prepare_cached("INSERT OR IGNORE INTO assertion_quote VALUES (?1, ?2, ?3)")?;
    for row in rows {
        insert.execute(params![
            no,
            row.entry,
            row.id.0,
            key_of(row.about),
            row.topic.code(),
            row.target.map(key_of),
            row.sources.first().map(|source| source.0),
            row.supersedes.map(|id| id.0),
            row.handle,
        ])?;
        row.sources.iter().try_for_each(|source| quote.execute(params![no, row.entry, source.0]).map(drop))?;
    }
    Ok(())
}

/// The id that begins with digits and goes on with one.
fn filled(digits: &str, with: char) -> Option<EntityId> {
    let rest = 32usize.checked_sub(digits.len())?;
    format!("{digits}{}", with.to_string().repeat(rest)).parse().ok()
}

/// The first key behind those of a kind.
fn after(kind: EntityKind) -> Vec<u8> {
    vec![kind.number() as u8 + 1]
}

fn in_order(found: &mut Vec<AssertionRef>) {
    found.sort_unstable_by_key(|one| (one.lamport, one.position.device, one.position.cursor.seq, one.entry));
    found.dedup_by_key(|one| (one.position.device, one.position.cursor.seq, one.entry));
    // An id that stands twice counts where it stands first.
    let mut seen = std::collections::HashSet::with_capacity(found.len());
    found.retain(|one| seen.insert(one.id));
}
