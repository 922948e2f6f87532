//! A list on its way in: bytes, table, mapping, rows. What `map`, `import` and `link files` share.

use crate::failure::{Exit, Failure};
use habeas_intake::{
    limits::Limits,
    mapping::{Guess, Mapping, guess},
    read::{InputRow, Reader, RowOutcome},
    table::{CellKind, OpenOptions, RowEvent, Table, TableError, TextEncoding},
    worker::WorkerProgram,
};
use std::{ffi::OsString, ops::ControlFlow, path::Path};

/// Rows that a mapping is guessed from.
const SAMPLE: usize = 2_000;

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
            options.encoding = file.encoding.as_deref().and_then(TextEncoding::from_name);
            options.delimiter = file.delimiter;
            options.sheet = file.sheet.clone();
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

/// Reads every row of a table through a mapping, in order, until `take` breaks off.
pub fn read_rows(
    file: &ListFile,
    table: &Table<'_>,
    mapping: &Mapping,
    mut take: impl FnMut(RowOutcome) -> ControlFlow<()>,
) -> Result<(), Failure> {
    let mut reader = Reader::new(table.header().names(), mapping).map_err(|error| {
        let remedy = "name the file's own mapping with --map, or guess a new one: habeas map FILE --out MAP.toml";
        Failure::new(Exit::Failed, error, remedy).at(file.name.clone()).leaving("Nothing was imported from this file.")
    })?;
    let read = table.rows(|event| {
        let outcome = match event {
            RowEvent::Row(row) => reader.row(InputRow {
                row: row.row,
                line: row.line,
                byte: row.byte,
                cells: row.cells,
                kinds: row.kinds,
                remarks: row.remarks,
            }),
            RowEvent::Quarantined(bad) => reader.set_aside(bad),
        };
        take(outcome)
    });
    read.map_err(|error| table_failure(error, &file.name))
}

/// Why a file is no table, for people.
pub fn table_failure(error: TableError, name: &str) -> Failure {
    let remedy = error.remedy().to_owned();
    Failure::new(Exit::Failed, &error, remedy).at(name).leaving("Nothing was imported from this file.")
}

/// What a cell is, as the reader of values wants to know it.
pub fn plain(kinds: &[CellKind]) -> bool {
    kinds.is_empty()
}
