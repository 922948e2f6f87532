//! Tables: from bytes that nobody vouches for to rows of verbatim cells that know their place.
//!
//! [`Table::open`] looks at a file and finds its header; [`Table::rows`] then streams the rows. Text tables are read in
//! process, workbooks by the parse worker. Nothing is trimmed, converted or dropped: a row that cannot be read comes out as
//! [`RowEvent::Quarantined`], with its words. What the cells mean is not decided here.

mod delimited;
pub(crate) mod encoding;
mod header;
mod remark;
mod sniff;
pub(crate) mod workbook;

pub use encoding::TextEncoding;
pub use header::Header;
pub use remark::{DamagedPart, FileRemark, RowProblem, RowRemark, TableError, ZipFault};
pub use sniff::{Kind, sniff};

use crate::{limits::Limits, worker::WorkerProgram};
use delimited::Delimited;
use std::ops::ControlFlow;
use workbook::Workbook;

/// What a cell is besides its words. Only workbooks tell; cells of text tables are all [`CellKind::Text`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum CellKind {
    /// Text, or nothing.
    #[default]
    Text,
    /// A number; the words are its shortest exact form.
    Number(f64),
    /// A cell that the workbook shows as a date: days in the workbook's count, and whether it counts from 1904.
    Date {
        /// Days, with the time as fraction.
        serial: f64,
        /// Counted from 1904-01-01 instead of 1900.
        from_1904: bool,
    },
    /// True or false.
    Bool(bool),
    /// An error value such as `#REF!`.
    Error,
    /// A formula that holds no stored result; the words are the formula. It is never computed.
    FormulaOnly,
}

/// One row, with its words as they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct RawRow {
    /// 1 for the first record below the header.
    pub row: u64,
    /// Line of the file, or row of the sheet, where it begins; 1 is the first.
    pub line: u64,
    /// Byte of the file where it begins; 0 for workbooks.
    pub byte: u64,
    /// As many cells as the header has.
    pub cells: Vec<String>,
    /// Kinds by column; empty where all are text.
    pub kinds: Vec<CellKind>,
    /// What the reader noticed.
    pub remarks: Vec<RowRemark>,
}

/// A row that was read but is no row of this table.
#[derive(Debug, Clone, PartialEq)]
pub struct BadRow {
    /// 1 for the first record below the header; it counts like any other.
    pub row: u64,
    /// Line of the file, or row of the sheet.
    pub line: u64,
    /// Byte of the file; 0 for workbooks.
    pub byte: u64,
    /// What is wrong.
    pub problem: RowProblem,
    /// The words that were found, as far as they could be told apart.
    pub cells: Vec<String>,
}

/// What comes out of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum RowEvent {
    /// A row of the table.
    Row(RawRow),
    /// A row to set aside.
    Quarantined(BadRow),
}

/// How to open a file; what is left open is told from the bytes.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// Bounds.
    pub limits: Limits,
    /// The program that parses workbooks; without it they are refused.
    pub worker: Option<WorkerProgram>,
    /// Encoding of a text table.
    pub encoding: Option<TextEncoding>,
    /// Delimiter of a text table.
    pub delimiter: Option<u8>,
    /// Name of the sheet; else the first one that has cells.
    pub sheet: Option<String>,
    /// Line or sheet row of the header; 1 is the first.
    pub header_row: Option<u64>,
}

/// A file whose header was found.
#[derive(Debug)]
pub struct Table<'b> {
    kind: Kind,
    header: Header,
    remarks: Vec<FileRemark>,
    rows: Rows<'b>,
}

#[derive(Debug)]
enum Rows<'b> {
    Text(Box<Delimited<'b>>),
    Workbook(Box<Workbook<'b>>),
}

impl<'b> Table<'b> {
    /// Looks at a file and finds its header.
    ///
    /// `file_name` is used for nothing but the remark that it promises another kind than the bytes are.
    ///
    /// # Errors
    /// [`TableError`] when there is no table in it, or a bound is passed. The message never holds words of the file.
    pub fn open(bytes: &'b [u8], file_name: &str, options: &OpenOptions) -> Result<Self, TableError> {
        let size = bytes.len() as u64;
        if size > options.limits.file_bytes {
            return Err(TableError::TooLarge { bytes: size, limit: options.limits.file_bytes });
        }
        let kind = sniff(bytes);
        let mut remarks = Vec::new();
        if let Some(promised) = Kind::promised_by(file_name).filter(|promised| *promised != kind) {
            remarks.push(FileRemark::Type { promised, found: kind });
        }
        let (header, rows) = match kind {
            Kind::Empty => return Err(TableError::Empty { bytes: size }),
            Kind::Locked => return Err(TableError::Locked),
            Kind::Text => {
                let (header, text) = Delimited::open(bytes, options, &mut remarks)?;
                (header, Rows::Text(Box::new(text)))
            }
            kind if kind.is_workbook() => {
                let (header, workbook) = Workbook::open(bytes, kind, options, &mut remarks)?;
                (header, Rows::Workbook(Box::new(workbook)))
            }
            found => return Err(TableError::NoTable { found, promised: Kind::promised_by(file_name) }),
        };
        header.remark(&mut remarks);
        Ok(Self { kind, header, remarks, rows })
    }

    /// What the bytes are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What was noticed about the file as a whole.
    pub fn remarks(&self) -> &[FileRemark] {
        &self.remarks
    }

    /// Encoding of a text table.
    pub fn encoding(&self) -> Option<TextEncoding> {
        match &self.rows {
            Rows::Text(text) => Some(text.encoding()),
            Rows::Workbook(_) => None,
        }
    }

    /// Delimiter of a text table.
    pub fn delimiter(&self) -> Option<char> {
        match &self.rows {
            Rows::Text(text) => Some(char::from(text.delimiter())),
            Rows::Workbook(_) => None,
        }
    }

    /// Name of the sheet that is read; empty for a text table.
    pub fn sheet(&self) -> &str {
        match &self.rows {
            Rows::Text(_) => "",
            Rows::Workbook(workbook) => workbook.sheet(),
        }
    }

    /// Names of all sheets; empty for a text table.
    pub fn sheets(&self) -> &[String] {
        match &self.rows {
            Rows::Text(_) => &[],
            Rows::Workbook(workbook) => workbook.sheets(),
        }
    }

    /// Streams all rows below the header, in the order of the file, until `take` breaks off.
    ///
    /// # Errors
    /// [`TableError`] when the file ends before its table does or a bound is passed. Rows that came before were good ones,
    /// but the file as a whole is refused.
    pub fn rows(&self, mut take: impl FnMut(RowEvent) -> ControlFlow<()>) -> Result<(), TableError> {
        match &self.rows {
            Rows::Text(text) => text.rows(&self.header, &mut take),
            Rows::Workbook(workbook) => workbook.rows(&self.header, &mut take),
        }
    }

    /// The cells of up to `n` rows: the first half of them as they come, the others spread over the file as far as it was
    /// read in `8 n` rows. What a mapping is guessed from.
    ///
    /// # Errors
    /// As [`Table::rows`].
    pub fn sample(&self, n: usize) -> Result<Vec<Vec<String>>, TableError> {
        let mut sample = Vec::new();
        let mut seen = 0;
        self.rows(|event| {
            if let RowEvent::Row(row) = event {
                if seen < n / 2 || seen % 15 == 0 {
                    sample.push(row.cells);
                }
                seen += 1;
            }
            if sample.len() >= n || seen >= n * 8 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(sample)
    }
}
