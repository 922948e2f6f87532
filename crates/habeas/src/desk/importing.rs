//! A list or a text on its way into the vault: shared by `habeas import`, `habeas source add` and the pages.

use super::{
    Desk,
    editions::{EditionReport, Known, LaterEdition, RowFate, known},
    vault_failure,
};
use crate::{
    commands::init::now_ms,
    failure::{Exit, Failure},
    listing::{Kept, ListFile, Taken, read_rows, table_failure, worker},
    output::Output,
};
use habeas_core::{Attribution, Claim, ImportId, Origin, Right, Source, SourceKind, SpeakerKind};
use habeas_intake::{
    limits::Limits,
    mapping::Mapping,
    page::{DetailKind, Page},
    read::{Address, CodeCount, ImportReport},
    table::Table,
};
use habeas_vault::{
    ImportError, ImportInfo, ImportSummary, QuarantinedRow, RemarkCount, SourceDraft, Vault, VaultError,
};
use std::{
    ops::ControlFlow,
    sync::{Arc, mpsc::sync_channel},
};

/// What a job says while rows are read.
const STAGE: &str = "reading rows";

/// What became of a file.
pub enum Imported {
    /// It came in.
    New {
        /// What became of the rows.
        report: ImportReport,
        /// Header of the table, for addresses.
        header: Vec<String>,
        /// Id of the import.
        import: ImportId,
        /// Key of the list.
        key: String,
        /// What it changed, where it is a later edition of a list that was there.
        edition: Option<EditionReport>,
    },
    /// The same file was imported with the same mapping before.
    Already(ImportId),
}

/// Imports a file of the demo, whose mapping is given as text.
pub fn import_bytes(vault: &mut Vault, bytes: &[u8], name: &str, key: &str, mapping: &str) -> Result<(), Failure> {
    let file = ListFile { name: name.to_owned(), bytes: bytes.to_vec() };
    let mapping = Mapping::parse(mapping)
        .map_err(|error| Failure::new(Exit::Failed, error, "this is a fault of the demo: please report it"))?;
    let table = file.open(Some(&mapping), &Limits::default())?;
    keep(&file, &table, &mapping, key, None, &Output::new(true), |write| write(vault))?;
    Ok(())
}

/// Rows that are read before the vault is asked for: until then others work in it. Some ten megabytes.
const ROWS_IN_HAND: usize = if cfg!(test) { 100 } else { 50_000 };

/// Rows that the reading is ahead of the writing.
const ROWS_AHEAD: usize = 1_024;

/// What writes a list into a vault.
pub type Write<'w> = Box<dyn FnOnce(&mut Vault) -> Result<Imported, Failure> + 'w>;

/// Takes a list into the vault, whole or not at all. Rows are read in a thread of their own; `locked` hands the vault to
/// what writes them, and is asked only when all are read, or as many as are held in memory.
///
/// # Errors
/// [`Failure`] with the place in the file; then nothing was imported.
pub fn keep(
    file: &ListFile,
    table: &Table<'_>,
    mapping: &Mapping,
    key: &str,
    edition: Option<&str>,
    out: &Output,
    locked: impl FnOnce(Write<'_>) -> Result<Imported, Failure>,
) -> Result<Imported, Failure> {
    let list = &mapping.list;
    let or_key = |words: &str| if words.is_empty() { key.to_owned() } else { words.to_owned() };
    let draft = SourceDraft {
        key: key.to_owned(),
        kind: SourceKind::List,
        title: or_key(&list.title),
        said_by: Attribution::direct(or_key(&list.speaker), SpeakerKind::ListKeeper),
        edition: edition.unwrap_or(&list.edition).to_owned(),
        file_name: file.name.clone(),
        names_once: list.names_once,
        compiled_from: list.compiled_from.clone(),
        header: table.header().names().to_vec(),
    };
    std::thread::scope(|scope| {
        let (send, rows) = sync_channel(ROWS_AHEAD);
        let reading = scope.spawn(move || {
            read_rows(file, table, mapping, |taken| {
                if taken.number % 50_000 == 0 {
                    out.talk(format_args!("{} rows read", taken.number));
                }
                if taken.number % 1_000 == 0 {
                    out.follow(STAGE, taken.number);
                }
                // Nobody takes rows any more where the writing has failed.
                if out.is_cancelled() || send.send(taken).is_err() {
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            })
        });
        let report = move || reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let in_hand: Vec<Taken> = rows.iter().take(ROWS_IN_HAND).collect();
        let report: Box<dyn FnOnce() -> Result<ImportReport, Failure> + '_> = if in_hand.len() < ROWS_IN_HAND {
            let report = report()?;
            Box::new(move || Ok(report))
        } else {
            Box::new(report)
        };
        let rows = in_hand.into_iter().chain(rows);
        locked(Box::new(move |vault| write(vault, draft, file, table, mapping, rows, report, out)))
    })
}

/// Writes rows as they come.
#[expect(clippy::too_many_arguments, reason = "one caller, which gathers them")]
fn write(
    vault: &mut Vault,
    mut draft: SourceDraft,
    file: &ListFile,
    table: &Table<'_>,
    mapping: &Mapping,
    rows: impl Iterator<Item = Taken>,
    report: impl FnOnce() -> Result<ImportReport, Failure>,
    out: &Output,
) -> Result<Imported, Failure> {
    let wrong = |error: ImportError| import_failure(error, &file.name);
    let mut later = None;
    match known(vault, &draft.key, &file.bytes) {
        Known::Nothing => {}
        Known::File(key) => draft.key = key,
        Known::Editions(editions) => {
            let compared = LaterEdition::compare(vault, &editions, &draft.edition, file, table, mapping)?;
            draft.key.clone_from(&compared.key);
            later = Some(compared);
        }
    }
    let key = draft.key.clone();
    let mut writer = match vault.begin_import(draft, &file.bytes, &mapping.to_toml(), now_ms()) {
        Ok(writer) => writer,
        Err(ImportError::AlreadyImported(id)) => return Ok(Imported::Already(id)),
        Err(error) => return Err(wrong(error)),
    };
    let import = writer.id();
    for taken in rows {
        if out.is_cancelled() {
            break;
        }
        let origin = Origin::Row { sheet: table.sheet().to_owned(), row: taken.number };
        match taken.row {
            Kept::Record { cells, claims } => {
                match later.as_ref().map_or(RowFate::New, |later| later.fate(taken.number)) {
                    RowFate::Continued => Ok(()),
                    RowFate::New => writer.push(origin, cells, claims).map(drop),
                    RowFate::Replaces(before) => writer.push(origin, cells, claims).map(|after| {
                        later.iter_mut().for_each(|later| later.replaced(before, after));
                    }),
                }
            }
            Kept::SetAside { cells, code } => {
                writer.quarantine(&QuarantinedRow { origin, cells, code: code.to_owned() })
            }
            Kept::Skipped => Ok(()),
        }
        .map_err(wrong)?;
    }
    if out.is_cancelled() {
        let failure = Failure::new(Exit::Interrupted, "the import was stopped", "begin it again when you like");
        return Err(failure.at(file.name.clone()).leaving("Nothing was imported from this file."));
    }
    let report = report()?;
    if report.accepted == 0 {
        let remedy = "look at it with --preview, mend the mapping, and import it again";
        let failure = Failure::new(Exit::Failed, "no row of this file could be read", remedy).at(file.name.clone());
        return Err(failure.leaving("Nothing was imported from this file."));
    }
    let (change, edition) = later.map(LaterEdition::finish).unzip();
    writer.finish_edition(summary(&report, table.header().names()), change).map_err(wrong)?;
    Ok(Imported::New { report, header: table.header().names().to_vec(), import, key, edition })
}

fn summary(report: &ImportReport, header: &[String]) -> ImportSummary {
    ImportSummary {
        accepted: report.accepted,
        with_remarks: report.with_remarks,
        quarantined: report.quarantined,
        refused: report.refused,
        remarks: report
            .codes
            .iter()
            .map(|(code, count)| RemarkCount {
                code: (*code).to_owned(),
                count: count.n,
                first: addresses(count, header),
            })
            .collect(),
    }
}

/// The first places of a remark in words: row and column, never what stands there.
pub fn addresses(count: &CodeCount, header: &[String]) -> Vec<String> {
    let place = |address: &Address| {
        let column = address.column.and_then(|column| header.get(usize::from(column)));
        match (address.row, column) {
            (0, Some(column)) => format!("column «{column}»"),
            (0, None) => format!("line {}", address.line),
            (row, Some(column)) => format!("row {row}, column «{column}»"),
            (row, None) => format!("row {row}"),
        }
    };
    count.first.iter().map(place).collect()
}

/// Why an import did not come about, for people.
pub fn import_failure(error: ImportError, file: &str) -> Failure {
    let state = "Nothing was imported from this file.";
    match error {
        ImportError::ImportedWithAnotherMapping(id) => {
            let remedy = format!("take the earlier import back first: habeas import --undo {} --why WORDS", id.short());
            Failure::new(Exit::Failed, &error, remedy)
        }
        ImportError::Vault(VaultError::KeyTaken { .. }) => {
            let remedy = "a source of another kind has this name: choose another with --as";
            Failure::new(Exit::Failed, &error, remedy)
        }
        ImportError::Vault(error) => vault_failure(error),
        other => Failure::new(Exit::Failed, &other, "please report this with the kind of file that it is"),
    }
    .at(file)
    .leaving(state)
}

/// The name of a list has letters, digits, `-` and `_` only, so that it can stand in addresses.
///
/// # Errors
/// [`Failure`] for any other name.
pub fn check_key(key: &str) -> Result<(), Failure> {
    // `/sources/new` is where sources come in.
    if key.is_empty() || key == "new" || !key.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
        let remedy = "choose another name, such as the year with the keeper's short name";
        return Err(Failure::usage("the name of a list has letters, digits, - and _ only, and is not «new»", remedy));
    }
    Ok(())
}

/// A row as it would be understood.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewRow {
    /// 1 for the first below the header.
    pub number: u64,
    /// The words as written.
    pub cells: Vec<String>,
    /// What is read from them.
    pub claims: Vec<Claim>,
}

impl PreviewRow {
    /// The words that a claim of this row rests on.
    pub fn words(&self, claim: &Claim) -> String {
        claim.passage.spans().filter_map(|span| span.of(&self.cells)).collect::<Vec<_>>().join(" · ")
    }
}

/// The first rows of a file as they would be understood, and what would become of all of them.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The first rows that would become records.
    pub rows: Vec<PreviewRow>,
    /// All rows.
    pub report: ImportReport,
}

/// Reads a file through a mapping, `most` rows of it, and writes nothing; the first `n_rows` records are shown.
///
/// # Errors
/// [`Failure`] where the mapping does not fit the file.
pub fn preview(
    file: &ListFile,
    table: &Table<'_>,
    mapping: &Mapping,
    n_rows: usize,
    most: u64,
) -> Result<Preview, Failure> {
    let mut rows = Vec::new();
    let report = read_rows(file, table, mapping, |taken| {
        let more = taken.number < most;
        if let (Kept::Record { cells, claims }, true) = (taken.row, rows.len() < n_rows) {
            rows.push(PreviewRow { number: taken.number, cells, claims });
        }
        if more { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(Preview { rows, report })
}

/// A document that is kept, with what was noticed.
pub struct Added {
    /// The source that it became.
    pub source: Arc<Source>,
    /// What was noticed in reading it.
    pub remarks: Vec<String>,
    /// Files inside it, which are kept in it and not read.
    pub n_children: usize,
}

impl Desk {
    /// Keeps a document. It is read once here, so that what cannot be read is told while the file is at hand.
    ///
    /// # Errors
    /// [`Failure`] where it cannot be read, or another source has its key.
    pub fn add_text(&self, file: &ListFile, kind: SourceKind, said_by: Option<&str>) -> Result<Added, Failure> {
        let name = file.name.clone();
        let page = Page::open(&file.bytes, &name, &Limits::default(), Some(&worker()?));
        let page = page.map_err(|error| table_failure(error, &name))?;
        let key = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_lowercase();
        if self.sources()?.iter().any(|source| source.key == key) {
            let remedy = "rename the file: its name without the ending becomes the key of the source";
            return Err(Failure::new(Exit::Failed, format_args!("there is a source «{key}» already"), remedy));
        }
        let speaker = match kind {
            SourceKind::List => SpeakerKind::ListKeeper,
            SourceKind::Article => SpeakerKind::Press,
            SourceKind::Testimony => SpeakerKind::Witness,
            SourceKind::Statement => SpeakerKind::Official,
        };
        let said_by = match said_by {
            Some(words) => Attribution::direct(words, speaker),
            None => Attribution::direct("not stated", SpeakerKind::Unnamed),
        };
        let words_of = |detail| page.says(detail).next().map(|detail| detail.words.clone());
        let draft = SourceDraft {
            key,
            kind,
            title: words_of(DetailKind::Title).unwrap_or_else(|| name.clone()),
            said_by,
            edition: words_of(DetailKind::Published).unwrap_or_default(),
            file_name: name,
            names_once: false,
            compiled_from: Vec::new(),
            header: Vec::new(),
        };
        let kept = |vault: &mut Vault| vault.add_source(draft, &file.bytes, now_ms()).map_err(vault_failure);
        let remarks = page.remarks.iter().map(|remark| format!("{remark} ({})", remark.code())).collect();
        let n_children = page.children.len();
        Ok(Added { source: self.change(Right::Code, kept)?, remarks, n_children })
    }

    /// All imports, in log order.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn imports(&self) -> Result<Vec<ImportInfo>, Failure> {
        self.keep(Right::Cases, |vault| Ok(vault.imports().to_vec()))
    }

    /// Takes an import back: its records no longer stand, the log keeps them. `id` is its id or the beginning of it.
    ///
    /// # Errors
    /// [`Failure`] where not exactly one import that stands has such an id.
    pub fn undo_import(&self, id: &str, why: &str) -> Result<ImportId, Failure> {
        let import = self.import_beginning(id, |import| import.undone.is_none())?.id;
        self.change(Right::Code, |vault| vault.undo_import(import, why, now_ms()).map_err(vault_failure))?;
        Ok(import)
    }

    /// Reads the kept file of an import again with another mapping, in the place of the import. Rows keep their records, so
    /// that judgements on them hold. Returns what came of it, and the name of the file.
    ///
    /// # Errors
    /// [`Failure`] where fewer rows would be read than before; then nothing is changed.
    pub fn retry_import(&self, id: &str, mapping: &Mapping, out: &Output) -> Result<(Imported, String), Failure> {
        let import = self.import_beginning(id, |_| true)?;
        let source = &import.source;
        let file = ListFile { name: source.file_name.clone(), bytes: self.original_of(source)? };
        let table = file.open(Some(mapping), &Limits::default())?;
        let read = preview(&file, &table, mapping, 0, u64::MAX)?.report.accepted;
        let before = import.summary.accepted;
        if read < before {
            let what = format!("with this mapping {read} rows would be read, and {before} are");
            let remedy = "mend the mapping; where fewer are meant: habeas import --undo, and import the file anew";
            return Err(Failure::new(Exit::Failed, what, remedy).leaving("Nothing was changed."));
        }
        let edition = Some(source.edition.as_str()).filter(|edition| !edition.is_empty());
        let imported = keep(&file, &table, mapping, source.list(), edition, out, |write| {
            self.change(Right::Code, |vault| {
                if import.undone.is_none() {
                    vault.undo_import(import.id, "read again with another mapping", now_ms()).map_err(vault_failure)?;
                }
                write(vault).map_err(|failure| {
                    failure.leaving("The earlier reading is taken back; its file is kept: run the same command again.")
                })
            })
        })?;
        Ok((imported, file.name))
    }

    /// The import whose id begins so, of those that are `wanted`.
    fn import_beginning(&self, id: &str, wanted: impl Fn(&ImportInfo) -> bool) -> Result<ImportInfo, Failure> {
        let imports = self.keep(Right::Code, |vault| Ok(vault.imports().to_vec()))?;
        let fits = |import: &ImportInfo| wanted(import) && import.id.to_string().starts_with(id);
        let mut matching: Vec<ImportInfo> = imports.into_iter().filter(fits).collect();
        match (matching.pop(), matching.len()) {
            (Some(import), 0) => Ok(import),
            (found, n) => {
                let what = format!("{} imports that stand have an id that begins so", n + usize::from(found.is_some()));
                Err(Failure::usage(what, "the id is printed by `habeas import`; give more of it"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_vault::{InitOptions, KdfCost, Passphrase};
    use std::cell::Cell;

    fn list(header: &str, n: usize) -> ListFile {
        let rows: String = (1..=n).map(|n| format!("Mila {n},2015-02-03\n")).collect();
        ListFile { name: "list.csv".into(), bytes: format!("{header}\n{rows}").into_bytes() }
    }

    /// A desk over an empty vault, with how often it was asked for.
    struct Office {
        desk: Desk,
        asked: Cell<u32>,
        _folder: tempfile::TempDir,
    }

    impl Office {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let options = InitOptions {
                name: String::new(),
                founder: "Keeper".into(),
                device: "computer".into(),
                kdf: KdfCost::demo(),
                now_ms: 0,
            };
            let vault =
                Vault::init(&folder.path().join("vault"), &Passphrase::new("invented people"), options).unwrap();
            Self { desk: Desk::new(vault), asked: Cell::new(0), _folder: folder }
        }

        fn take(&self, file: &ListFile, mapping: &Mapping) -> Result<Imported, Failure> {
            let table = file.open(Some(mapping), &Limits::default())?;
            keep(file, &table, mapping, "list", None, &Output::new(true), |write| {
                self.asked.set(self.asked.get() + 1);
                // The vault is nobody's while rows are read: others work in it.
                assert!(self.desk.sources()?.is_empty());
                self.desk.change(Right::Code, write)
            })
        }
    }

    fn guessed(file: &ListFile) -> Mapping {
        file.guess(&file.open(None, &Limits::default()).unwrap()).unwrap().mapping
    }

    #[test]
    fn rows_are_read_before_the_vault_is_asked_for_and_those_of_a_long_list_follow() {
        for n in [1, ROWS_IN_HAND - 1, ROWS_IN_HAND, ROWS_IN_HAND + 1, 3 * ROWS_IN_HAND + ROWS_AHEAD] {
            let (office, file) = (Office::new(), list("Name,Date", n));
            let Ok(Imported::New { report, .. }) = office.take(&file, &guessed(&file)) else { panic!("{n} rows") };
            assert_eq!((report.accepted, office.asked.get()), (n as u64, 1));
            assert_eq!(office.desk.record_counts().unwrap().values().sum::<u64>(), n as u64);
        }
    }

    #[test]
    fn a_list_that_does_not_fit_its_mapping_never_asks_for_the_vault() {
        let (office, other) = (Office::new(), list("Name,Date", 3));
        assert!(office.take(&list("Nothing,Else", 3), &guessed(&other)).is_err());
        assert_eq!(office.asked.get(), 0);
    }

    #[test]
    fn a_vault_that_refuses_ends_the_reading_of_a_long_list_too() {
        let file = list("Name,Date", 5 * ROWS_IN_HAND + ROWS_AHEAD);
        let mapping = guessed(&file);
        let table = file.open(Some(&mapping), &Limits::default()).unwrap();
        let refuse = |_: Write<'_>| Err(Failure::usage("no", "none"));
        assert!(keep(&file, &table, &mapping, "list", None, &Output::new(true), refuse).is_err());
    }
}
