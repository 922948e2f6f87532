//! A list on its way in: bytes, table, mapping, rows. What `map`, `import` and `link files` share.

use crate::failure::{Exit, Failure};
use habeas_core::Claim;
use habeas_intake::{
    limits::Limits,
    mapping::{Guess, Mapping, guess},
    read::{Address, CellHint, FailedCheck, ImportReport, InputRow, Reader, RowOutcome},
    table::{CellKind, OpenOptions, RawRow, RowEvent, Table, TableError, TextEncoding},
    worker::WorkerProgram,
};
use std::{ffi::OsString, ops::ControlFlow, path::Path};

/// Rows that a mapping is guessed from.
const SAMPLE: usize = 2_000;

/// Bounds on files that a command raises.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct RaisedLimits {
    /// Read more of a file than usual: file=2GiB its bytes, rows=20000000 its rows, memory=2GiB for the process that reads
    /// workbooks
    #[arg(long = "limit", value_name = "WHAT=SIZE", value_parser = raised)]
    raised: Vec<Raised>,
}

#[derive(Debug, Clone, Copy)]
enum Raised {
    File(u64),
    Rows(u64),
    Memory(u64),
}

impl RaisedLimits {
    /// The usual bounds with those that are raised.
    pub fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        for raised in &self.raised {
            match *raised {
                Raised::File(bytes) => limits.file_bytes = bytes,
                Raised::Rows(rows) => limits.rows = rows,
                Raised::Memory(bytes) => limits.worker_memory = bytes,
            }
        }
        limits
    }
}

fn raised(text: &str) -> Result<Raised, String> {
    let wrong = || "write it like file=2GiB, rows=20000000 or memory=800MiB".to_owned();
    let (what, size) = text.split_once('=').ok_or_else(wrong)?;
    let bytes = || {
        let (number, unit) = [("GiB", 1 << 30), ("MiB", 1 << 20)]
            .into_iter()
            .find_map(|(unit, bytes)| Some((size.strip_suffix(unit)?, bytes)))
            .ok_or_else(wrong)?;
        number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)
    };
    match what {
        "file" => bytes().map(Raised::File),
        "memory" => bytes().map(Raised::Memory),
        "rows" => size.parse().map(Raised::Rows).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

/// A file as received, with its name.
pub struct ListFile {
    /// Name of the file, without folders: data, never a path.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl ListFile {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
        Ok(Self { name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes })
    }

    /// Opens the table in it, as a mapping says or as the bytes tell.
    pub fn open(&self, mapping: Option<&Mapping>, limits: &Limits) -> Result<Table<'_>, Failure> {
        let mut options = OpenOptions { limits: limits.clone(), worker: Some(worker()?), ..OpenOptions::default() };
        if let Some(file) = mapping.map(|mapping| &mapping.file) {
            options.encoding = TextEncoding::from_name(&file.encoding);
            options.delimiter = file.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok());
            options.sheet = Some(file.sheet.clone()).filter(|sheet| !sheet.is_empty());
            options.header_row = file.header_row;
        }
        Table::open(&self.bytes, &self.name, &options).map_err(|error| table_failure(error, &self.name))
    }

    /// Guesses what the columns mean.
    pub fn guess(&self, table: &Table<'_>) -> Result<Guess, Failure> {
        let sample = table.sample(SAMPLE).map_err(|error| table_failure(error, &self.name))?;
        Ok(guess(table.header().names(), &sample, &self.name))
    }
}

/// This program, as the process that reads foreign workbooks.
pub fn worker() -> Result<WorkerProgram, Failure> {
    let program = std::env::current_exe().map_err(|error| Failure::file("found", Path::new("habeas"), &error))?;
    Ok(WorkerProgram { program, args: vec![OsString::from("parse-worker")] })
}

/// Reads a mapping from a file.
pub fn read_mapping(path: &Path) -> Result<Mapping, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    Mapping::parse(&text).map_err(|error| {
        let remedy = "correct the mapping; `habeas map FILE --out MAP.toml` writes one to start from";
        Failure::new(Exit::Failed, error, remedy).at(path.display().to_string())
    })
}

/// What came of one row of a file.
pub struct Taken {
    /// The row as it is to be kept.
    pub row: Kept,
    /// Its number, 1 for the first below the header.
    pub number: u64,
}

/// How a row is to be kept.
pub enum Kept {
    /// As a record.
    Record {
        /// The words as written.
        cells: Vec<String>,
        /// What is read from them.
        claims: Vec<Claim>,
    },
    /// Verbatim, set aside, under the code of the reason.
    SetAside {
        /// The words as written.
        cells: Vec<String>,
        /// The code.
        code: &'static str,
    },
    /// In the original file only: it is no record.
    Skipped,
}

/// Reads every row of a table through a mapping, in order, until `take` breaks off; the report counts all of them.
pub fn read_rows(
    file: &ListFile,
    table: &Table<'_>,
    mapping: &Mapping,
    mut take: impl FnMut(Taken) -> ControlFlow<()>,
) -> Result<ImportReport, Failure> {
    let mut reader = Reader::new(table.header().names(), mapping.clone()).map_err(|error| {
        let remedy = "name the file's own mapping with --map, or guess a new one: habeas map FILE --out MAP.toml";
        Failure::new(Exit::Failed, error, remedy).at(file.name.clone()).leaving("Nothing was imported from this file.")
    })?;
    let mut report = ImportReport::default();
    for remark in table.remarks() {
        let address =
            remark.column().map(|column| Address { row: 0, line: table.header().line(), column: Some(column) });
        report.note(remark.code(), address, || remark.to_string(), "");
    }
    let read = table.rows(|event| {
        take(match event {
            RowEvent::Row(raw) => read_row(&mut reader, raw, &mut report),
            RowEvent::Quarantined(bad) => {
                report.quarantined += 1;
                let address = Address { row: bad.row, line: bad.line, column: None };
                report.note(bad.problem.code(), Some(address), || bad.problem.to_string(), bad.problem.remedy());
                Taken { number: bad.row, row: Kept::SetAside { code: bad.problem.code(), cells: bad.cells } }
            }
        })
    });
    read.map_err(|error| table_failure(error, &file.name))?;
    for check in reader.failed_checks() {
        let (words, address) = match check {
            FailedCheck::Rows { expected, found } => {
                (format!("the mapping expects {expected} records, the file has {found}"), None)
            }
            FailedCheck::Cell { cell } => {
                let address = Address { row: 0, line: cell.line, column: Some(cell.column) };
                ("a cell is not read as the mapping expects".into(), Some(address))
            }
        };
        report.note("N_CHECK", address, || words, "look whether this is the file that the mapping was made for");
    }
    Ok(report)
}

fn read_row(reader: &mut Reader, raw: RawRow, report: &mut ImportReport) -> Taken {
    let number = raw.row;
    for remark in &raw.remarks {
        let address = Address { row: raw.row, line: raw.line, column: remark.column() };
        report.note(remark.code(), Some(address), || remark.to_string(), "");
    }
    let hints = raw.kinds.into_iter().map(hint).collect();
    let input = InputRow { row: raw.row, line: raw.line, byte: raw.byte, cells: raw.cells, hints };
    let outcome = reader.row(input);
    report.add(&outcome);
    if let (RowOutcome::Accepted(draft), false) = (&outcome, raw.remarks.is_empty()) {
        report.with_remarks += u64::from(draft.remarks.is_empty());
    }
    let row = match outcome {
        RowOutcome::Accepted(draft) => Kept::Record { cells: draft.cells, claims: draft.claims },
        RowOutcome::Quarantined(row) => Kept::SetAside { code: row.problem.code(), cells: row.cells },
        RowOutcome::Skipped { .. } => Kept::Skipped,
    };
    Taken { row, number }
}

fn hint(kind: CellKind) -> CellHint {
    match kind {
        CellKind::Text => CellHint::None,
        CellKind::Number(number) => CellHint::Number(number),
        CellKind::Date { serial, from_1904 } => CellHint::Serial { days: serial, from_1904 },
        CellKind::Bool(value) => CellHint::Bool(value),
        CellKind::Error => CellHint::Error,
        CellKind::FormulaOnly => CellHint::Formula,
    }
}

/// Why a file is no table, for people.
pub fn table_failure(error: TableError, name: &str) -> Failure {
    let remedy = error.remedy().to_owned();
    Failure::new(Exit::Failed, &error, remedy).at(name).leaving("Nothing was imported from this file.")
}
