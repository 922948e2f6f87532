//! A later edition of a list that is in the vault: which of its rows are there already, which stand in the place of others,
//! and which rows are gone.

use super::{Desk, lock, vault_failure};
use crate::{
    commands::claims::Coder,
    failure::{Exit, Failure},
    listing::{ListFile, table_failure},
};
use habeas_core::{
    AddedTerm, Assertion, AssertionId, Content, Entity, EntityId, EntityKind, ImportId, Matter, Record, RecordId,
    Review, Right, Source, SourceKind, Topic, Vocabulary,
};
use habeas_intake::{
    editions::{Difference, Edition, Pairing, compare},
    mapping::Mapping,
    table::{RowEvent, Table},
};
use habeas_vault::{EditionChange, Vault, Wanted};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::ControlFlow,
    sync::Arc,
};

/// What a row of a later edition is to the rows that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFate {
    /// It is there, word for word: its record stays the one of an earlier edition.
    Continued,
    /// It stands in the place of a record.
    Replaces(RecordId),
    /// It is new.
    New,
}

/// A row that is perhaps another row with other words: people decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Perhaps {
    /// Address of the earlier record.
    pub before: String,
    /// Number of the row in the new file.
    pub after: u64,
}

/// What a later edition changes, in figures and addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EditionReport {
    /// Rows that are there already.
    pub continued: u64,
    /// Rows that stand in the place of others.
    pub replaced: u64,
    /// Rows that are new.
    pub added: u64,
    /// Addresses of records whose row is gone.
    pub gone: Vec<String>,
    /// Number of rows that were gone and are there again.
    pub returned: u64,
    /// Rows that are perhaps gone ones with another name.
    pub perhaps: Vec<Perhaps>,
}

/// A later edition beside what the vault has of its list.
pub struct LaterEdition {
    /// The key of its source: the list's, `@`, and the edition.
    pub key: String,
    fates: HashMap<u64, RowFate>,
    change: EditionChange,
    report: EditionReport,
}

/// A record whose row is gone from a later edition of its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The record.
    pub record: RecordId,
    /// Its address.
    pub address: String,
    /// The list.
    pub list: String,
    /// The key of the edition that no longer has it.
    pub edition: String,
    /// Why, as people have found out; none as long as nobody knows.
    pub why: Option<WhyGone>,
}

/// Why the row of a record is gone, as somebody found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyGone {
    /// The claim.
    pub claim: AssertionId,
    /// A code of the vocabulary `row-gone`.
    pub reason: String,
    /// How it is known, in words.
    pub words: String,
}

impl Desk {
    /// What the row of a record said in earlier editions of its list, the latest first.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn earlier_records(&self, id: RecordId) -> Result<Vec<Record>, Failure> {
        self.vault(Right::Cases)?.earlier_records(id).map_err(vault_failure)
    }

    /// Records whose row is gone from the latest edition of their list, in the order of their addresses' lists and rows.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn gone_records(&self) -> Result<Vec<Gone>, Failure> {
        let gone = self.vault(Right::Cases)?.gone_records().keys().copied().collect::<Vec<_>>();
        self.gone_among(&gone)
    }

    /// Those of some records whose row is gone, in log order.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn gone_among(&self, records: &[RecordId]) -> Result<Vec<Gone>, Failure> {
        let mut ids = records.to_vec();
        {
            let vault = self.vault(Right::Cases)?;
            ids.retain(|id| vault.gone_records().contains_key(id));
        }
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        // Before the vault is held: one of us holds it at a time.
        let reasons = self.reasons_of_gone(&ids)?;
        let vault = self.vault(Right::Cases)?;
        let gone = vault.gone_records();
        let records = vault.records_of(&ids).map_err(vault_failure)?;
        let edition = |import: &ImportId| {
            let import = vault.imports().iter().find(|known| known.id == *import);
            import.map_or(String::new(), |import| import.source.key.clone())
        };
        let row = |record: &Record| Gone {
            why: reasons.get(&record.id).cloned(),
            record: record.id,
            address: record.address().to_string(),
            list: record.source.list().to_owned(),
            edition: gone.get(&record.id).map(edition).unwrap_or_default(),
        };
        Ok(records.iter().map(row).collect())
    }

    /// What people have said of why the rows of these records are gone: of each the last that counts.
    fn reasons_of_gone(&self, of: &[RecordId]) -> Result<HashMap<RecordId, WhyGone>, Failure> {
        let about: Vec<_> = of.iter().map(|id| Wanted::About(mention(*id))).collect();
        let book = self.book_on(&about)?;
        let words = |of: AssertionId| {
            let reviews = book.counting_about(Entity::assertion(of)).into_iter();
            let mut words = reviews.filter_map(|one| match &one.content {
                Content::Review(Review::Accepted, words) => Some(words.clone()),
                _ => None,
            });
            words.next_back().unwrap_or_default()
        };
        let reason = |one: &&Assertion| match (&one.content, one.about.record()) {
            (Content::Code(reason), Some(record)) if one.topic == Topic::Of(Matter::RowGone) => {
                Some((record, WhyGone { claim: one.id, reason: reason.clone(), words: words(one.id) }))
            }
            _ => None,
        };
        Ok(book.counting().iter().filter_map(reason).collect())
    }

    /// Records why the row of a record is gone, in the place of what was said of it before; sent twice under the key of a
    /// form, it is recorded once. It changes neither a status nor a count.
    ///
    /// # Errors
    /// [`Failure`] where no row of this address is gone, or the vocabulary `row-gone` has no such reason.
    pub fn say_why_gone(
        &self,
        address: &str,
        reason: &str,
        words: &str,
        form: Option<[u8; 16]>,
    ) -> Result<(), Failure> {
        let _turn = lock(&self.inner.coding.turn);
        let mut coder = match form {
            Some(key) => Coder::keyed(self, key)?,
            None => Coder::new(self)?,
        };
        if !coder.recorded().is_empty() {
            return Ok(());
        }
        let Some(gone) = self.gone_among(&[self.record_at(address)?])?.pop() else {
            let what = format!("the row «{address}» is gone from no edition of its list");
            return Err(Failure::usage(what, "list those that are: habeas source gone"));
        };
        let added = |term: &AddedTerm| term.vocabulary == Vocabulary::RowGone && term.code == reason;
        if !Vocabulary::RowGone.holds(reason) && !coder.book().terms().iter().any(added) {
            let what = format!("«{reason}» is no reason for which a row may be gone");
            return Err(Failure::usage(what, "see: habeas claims vocabulary row-gone"));
        }
        let one = coder.plain(mention(gone.record), Topic::Of(Matter::RowGone), Content::Code(reason.to_owned()))?;
        let id = coder.push(Assertion { supersedes: gone.why.map(|why| why.claim), ..one });
        let words = Content::Review(Review::Accepted, words.to_owned());
        let words = coder.plain(Entity::assertion(id), Topic::Of(Matter::Review), words)?;
        // How it is known is no less private than what is known.
        coder.push(Assertion { sensitivity: Topic::Of(Matter::RowGone).sensitivity(), ..words });
        self.assert(coder.into_made())
    }
}

fn mention(record: RecordId) -> Entity {
    Entity { kind: EntityKind::Mention, id: EntityId(record.0) }
}

/// What is known of the list that a file is imported as.
pub enum Known {
    /// There is no such list yet.
    Nothing,
    /// This very file was imported, under this key.
    File(String),
    /// There are earlier editions, the first one first.
    Editions(Vec<Arc<Source>>),
}

/// Looks up the list that a file is imported as.
pub fn known(vault: &Vault, list: &str, bytes: &[u8]) -> Known {
    let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let of_list = |source: &&Arc<Source>| source.kind == SourceKind::List && source.list() == list;
    let editions: Vec<Arc<Source>> = vault.sources().iter().filter(of_list).cloned().collect();
    match editions.iter().find(|source| source.sha256 == sha256) {
        Some(source) => Known::File(source.key.clone()),
        None if editions.is_empty() => Known::Nothing,
        None => Known::Editions(editions),
    }
}

impl LaterEdition {
    /// Compares a file with the rows that the vault has of its list.
    ///
    /// # Errors
    /// [`Failure`] where the edition is not named, or named like one that is there.
    pub fn compare(
        vault: &Vault,
        editions: &[Arc<Source>],
        edition: &str,
        file: &ListFile,
        table: &Table<'_>,
        mapping: &Mapping,
    ) -> Result<Self, Failure> {
        let list = editions[0].list();
        let key = edition_key(list, edition, editions, file)?;
        let mut records = Vec::new();
        let read = vault.for_each_record(|record| {
            if record.source.kind == SourceKind::List && record.source.list() == list {
                records.push(record);
            }
        });
        read.map_err(vault_failure)?;
        let (before, after) = (rows_of_vault(editions, &records), rows_of_file(file, table)?);
        let number = mapping.columns.iter().find(|column| column.field.code() == "list-id");
        let difference = compare(&before, &after.edition, number.map(|column| column.header.as_str()));
        let names: HashSet<&str> = mapping
            .columns
            .iter()
            .filter(|column| column.field.code().starts_with("name"))
            .map(|column| column.header.as_str())
            .collect();
        Ok(Self::of(key, vault, &records, &difference, &names, &after.has_new_words(&difference.new_columns)))
    }

    fn of(
        key: String,
        vault: &Vault,
        records: &[Record],
        difference: &Difference,
        names: &HashSet<&str>,
        has_new_words: &HashSet<u64>,
    ) -> Self {
        let record = |number: &u64| &records[*number as usize - 1];
        let gone_before = vault.gone_records();
        let (mut fates, mut change) = (HashMap::new(), EditionChange::default());
        let mut report = EditionReport { added: difference.added.len() as u64, ..EditionReport::default() };
        let mut gone: Vec<u64> = difference.removed.clone();
        let replaces = |fates: &mut HashMap<u64, RowFate>, before: &u64, after: u64| {
            fates.insert(after, RowFate::Replaces(record(before).id));
        };
        for (before, after) in &difference.same {
            if has_new_words.contains(after) {
                replaces(&mut fates, before, *after);
            } else {
                fates.insert(*after, RowFate::Continued);
                change.continued += 1;
            }
        }
        for row in &difference.changed {
            // Whoever has another name may be somebody else: the linkage and people decide, not the number of a row.
            let is_named_alike = !names.is_empty() && row.columns.iter().all(|column| !names.contains(column.as_str()));
            if row.by != Pairing::Alike && is_named_alike {
                replaces(&mut fates, &row.before, row.after);
            } else {
                gone.push(row.before);
                report.added += 1;
                let before = record(&row.before).address().to_string();
                report.perhaps.push(Perhaps { before, after: row.after });
            }
        }
        gone.sort_unstable();
        gone.retain(|number| !gone_before.contains_key(&record(number).id));
        change.gone = gone.iter().map(|number| record(number).id).collect();
        report.gone = gone.iter().map(|number| record(number).address().to_string()).collect();
        let paired = difference.same.iter().map(|(before, after)| (before, after));
        let returned = paired.filter(|(_, after)| fates.get(after) == Some(&RowFate::Continued));
        let returned = returned.map(|(before, _)| record(before).id).filter(|id| gone_before.contains_key(id));
        change.returned = returned.collect();
        report.continued = change.continued;
        report.returned = change.returned.len() as u64;
        Self { key, fates, change, report }
    }

    /// What a row of the new file is.
    pub fn fate(&self, row: u64) -> RowFate {
        self.fates.get(&row).copied().unwrap_or(RowFate::New)
    }

    /// Notes the record that stands in the place of another.
    pub fn replaced(&mut self, before: RecordId, after: RecordId) {
        self.change.replaced.push((before, after));
    }

    /// What people are told before anything is written, as if no row were set aside.
    pub fn foreseen(self) -> EditionReport {
        let replaced = self.fates.values().filter(|fate| matches!(fate, RowFate::Replaces(_))).count() as u64;
        EditionReport { replaced, ..self.report }
    }

    /// What is recorded, and what people are told.
    pub fn finish(self) -> (EditionChange, EditionReport) {
        let report = EditionReport { replaced: self.change.replaced.len() as u64, ..self.report };
        (self.change, report)
    }
}

/// The key of a source that is an edition: letters, digits, `-` and `_` after the `@`.
fn edition_key(list: &str, edition: &str, editions: &[Arc<Source>], file: &ListFile) -> Result<String, Failure> {
    let plain = |c: char| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    let words: String = edition.trim().chars().map(plain).collect();
    let is_there = |key: &str| editions.iter().any(|known| known.key == key || known.edition.trim() == edition.trim());
    let key = format!("{list}@{words}");
    if words.is_empty() || is_there(&key) {
        let there: Vec<&str> = editions.iter().map(|known| known.edition.as_str()).filter(|e| !e.is_empty()).collect();
        let there =
            if there.is_empty() { "without a name".to_owned() } else { format!("as «{}»", there.join("», «")) };
        let what = format!("the list «{list}» is in the vault, {there}, with other bytes");
        let remedy = "say which edition this file is: --edition WORDS; or that it is another list: --as NAME";
        return Err(Failure::new(Exit::Failed, what, remedy)
            .at(file.name.clone())
            .leaving("Nothing was imported from this file."));
    }
    Ok(key)
}

/// The rows that stand, each under its place in `records`, counted from 1.
fn rows_of_vault(editions: &[Arc<Source>], records: &[Record]) -> Edition {
    let mut header: Vec<String> = Vec::new();
    for name in editions.iter().flat_map(|source| &source.header) {
        if !header.contains(name) {
            header.push(name.clone());
        }
    }
    let column: BTreeMap<&str, usize> = header.iter().enumerate().map(|(idx, name)| (name.as_str(), idx)).collect();
    let mut edition = Edition::new(&header);
    for (idx, record) in records.iter().enumerate() {
        let mut cells = vec![String::new(); header.len()];
        for (name, words) in record.source.header.iter().zip(&record.cells) {
            cells[column[name.as_str()]].clone_from(words);
        }
        edition.push(idx as u64 + 1, cells);
    }
    edition
}

/// The rows of a file.
pub struct FileRows {
    /// The rows.
    pub edition: Edition,
    rows: Vec<(u64, Vec<bool>)>,
    header: Vec<String>,
}

/// Reads the rows of a file as they stand.
///
/// # Errors
/// [`Failure`] where the file cannot be read.
pub fn rows_of_file(file: &ListFile, table: &Table<'_>) -> Result<FileRows, Failure> {
    let header = table.header().names().to_vec();
    let mut rows = FileRows { edition: Edition::new(&header), rows: Vec::new(), header };
    let read = table.rows(|event| {
        if let RowEvent::Row(row) = event {
            rows.rows.push((row.row, row.cells.iter().map(|cell| !cell.trim().is_empty()).collect()));
            rows.edition.push(row.row, row.cells);
        }
        ControlFlow::Continue(())
    });
    read.map_err(|error| table_failure(error, &file.name))?;
    Ok(rows)
}

impl FileRows {
    /// Numbers of the rows that say something in columns that earlier editions had not.
    fn has_new_words(&self, new_columns: &[String]) -> HashSet<u64> {
        let new: Vec<usize> = (0..self.header.len()).filter(|idx| new_columns.contains(&self.header[*idx])).collect();
        let says = |filled: &[bool]| new.iter().any(|idx| filled.get(*idx).copied().unwrap_or(false));
        self.rows.iter().filter(|(_, filled)| says(filled)).map(|(number, _)| *number).collect()
    }
}
