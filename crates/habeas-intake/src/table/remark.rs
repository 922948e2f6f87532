//! What is to be said about a file and its rows: remarks, problems and refusals, with stable codes.
//!
//! None of them holds a word of the file: whoever reports one adds the address.

use super::Kind;
use thiserror::Error;

/// Something about a file as a whole that its user should know.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FileRemark {
    /// The name promises another kind of file.
    #[error("the name promises {promised}, the bytes are {found}; the bytes decide")]
    Type {
        /// By the extension.
        promised: Kind,
        /// By the bytes.
        found: Kind,
    },
    /// A legacy encoding was guessed.
    #[error("the text is read as {encoding}, which is a guess: check some names, or set `encoding` in the mapping")]
    Encoding {
        /// Name of the encoding.
        encoding: String,
    },
    /// UTF-16 with units that are no character.
    #[error("{units} units of the text are no character and are shown as �")]
    LoneSurrogates {
        /// How many.
        units: u64,
    },
    /// Two columns have one name.
    #[error("a second column has the name of another one; it was given a number")]
    DoubleHeader {
        /// Index of the column.
        column: u16,
    },
    /// A column has no name.
    #[error("the column has no name and is called after its place")]
    EmptyHeader {
        /// Index of the column.
        column: u16,
    },
    /// Lines stand above the header.
    #[error("{lines} lines above the header are no part of the table")]
    AboveHeader {
        /// How many.
        lines: u64,
    },
    /// The file is one column wide.
    #[error("the table has one column: set `delimiter` in the mapping if that is wrong")]
    OneColumn,
    /// Another sheet was not read.
    #[error("{sheets} other sheets were not read; set `sheet` in the mapping")]
    OtherSheets {
        /// How many.
        sheets: usize,
    },
    /// Macros, embedded objects or links.
    #[error("the workbook holds macros, embedded objects or links: values only were read, nothing was run or fetched")]
    Active,
    /// Dates count from 1904.
    #[error("dates of this workbook count from 1904")]
    Epoch1904,
    /// Cells are merged.
    #[error("{ranges} ranges of cells are merged; their words stand in the top left cell")]
    Merged {
        /// How many.
        ranges: u64,
    },
    /// Values that formulas left behind.
    #[error("cells hold formulas; the stored results were taken, nothing was computed")]
    Formulas,
    /// The format is read with losses.
    #[error("this is {kind}, of which only the values are read, without formats or formulas")]
    Lossy {
        /// The format.
        kind: Kind,
    },
    /// The worker could not shut itself in completely.
    #[error("this system does not offer: {missing}. The parse worker ran without it")]
    Unconfined {
        /// Names of the layers.
        missing: String,
    },
}

impl FileRemark {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Type { .. } => "N_TYPE",
            Self::Encoding { .. } => "N_ENCODING",
            Self::LoneSurrogates { .. } => "N_SURROGATE",
            Self::DoubleHeader { .. } => "N_HEADER_DOUBLE",
            Self::EmptyHeader { .. } => "N_HEADER_EMPTY",
            Self::AboveHeader { .. } => "N_ABOVE_HEADER",
            Self::OneColumn => "N_ONE_COLUMN",
            Self::OtherSheets { .. } => "N_OTHER_SHEETS",
            Self::Active => "N_ACTIVE",
            Self::Epoch1904 => "N_EPOCH_1904",
            Self::Merged { .. } => "N_MERGED",
            Self::Formulas => "N_FORMULA",
            Self::Lossy { .. } => "N_LOSSY",
            Self::Unconfined { .. } => "N_UNCONFINED",
        }
    }

    /// Index of the column that it is about, if it is about one.
    pub fn column(&self) -> Option<u16> {
        match self {
            Self::DoubleHeader { column } | Self::EmptyHeader { column } => Some(*column),
            _ => None,
        }
    }
}

/// Something about one row that was read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RowRemark {
    /// The record has line breaks inside quotes.
    #[error("the record covers {lines} lines")]
    Multiline {
        /// How many.
        lines: u64,
    },
    /// An odd number of quotes in a line that is whole without them.
    #[error("a quote stands inside a cell and was taken as a letter")]
    Quote,
    /// The line is not UTF-8 as other lines are.
    #[error("the line is not UTF-8 and was read as {encoding}")]
    LegacyLine {
        /// Name of the encoding.
        encoding: &'static str,
    },
    /// A control character.
    #[error("byte {byte} is a control character; a NUL is shown as ␀")]
    Control {
        /// Place in the file.
        byte: u64,
    },
    /// A formula without a stored result.
    #[error("the formula has no stored result; its text was kept and it was not computed")]
    FormulaOnly {
        /// Index of the column.
        column: u16,
    },
    /// An error value.
    #[error("the cell holds an error value of the spreadsheet")]
    ErrorValue {
        /// Index of the column.
        column: u16,
    },
    /// A number of more digits than a spreadsheet keeps.
    #[error("the number has more than 15 digits, of which spreadsheets lose the last ones")]
    LostDigits {
        /// Index of the column.
        column: u16,
    },
}

impl RowRemark {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Multiline { .. } => "N_MULTILINE",
            Self::Quote => "N_QUOTE",
            Self::LegacyLine { .. } => "N_ENCODING_LINE",
            Self::Control { .. } => "N_CONTROL",
            Self::FormulaOnly { .. } => "N_FORMULA_ONLY",
            Self::ErrorValue { .. } => "N_ERROR_VALUE",
            Self::LostDigits { .. } => "N_ID_PRECISION",
        }
    }

    /// Index of the column that it is about, if it is about one.
    pub fn column(&self) -> Option<u16> {
        match self {
            Self::FormulaOnly { column } | Self::ErrorValue { column } | Self::LostDigits { column } => Some(*column),
            _ => None,
        }
    }
}

/// Why a row is set aside.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RowProblem {
    /// A quote opens here and the record does not end as records of this table do.
    #[error("a quote is opened and not closed; reading went on at the next line")]
    OpenQuote,
    /// Too few or too many fields.
    #[error("the row has {found} fields, the header {expected}")]
    Fields {
        /// In the row.
        found: usize,
        /// In the header.
        expected: usize,
    },
    /// The record is longer than the bound.
    #[error("the record is longer than {limit} bytes")]
    TooLong {
        /// The bound.
        limit: u64,
    },
    /// A cell is longer than the bound.
    #[error("a cell has more than {limit} characters")]
    CellTooLong {
        /// Index of the column.
        column: u16,
        /// The bound.
        limit: u64,
    },
    /// A cell of a sheet stands to the right of all headers.
    #[error("a cell stands {columns} columns to the right of the last header")]
    BeyondHeader {
        /// How far.
        columns: u32,
    },
}

impl RowProblem {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OpenQuote => "Q_OPEN_QUOTE",
            Self::Fields { .. } => "Q_FIELDS",
            Self::TooLong { .. } => "Q_RECORD_LENGTH",
            Self::CellTooLong { .. } => "Q_CELL_LENGTH",
            Self::BeyondHeader { columns } if *columns > 256 => "Q_FAR_CELL",
            Self::BeyondHeader { .. } => "Q_BEYOND_HEADER",
        }
    }

    /// What its user can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::OpenQuote => "close or remove the quote in this line",
            Self::Fields { .. } => "give the row as many fields as the header has; quote cells that hold the delimiter",
            Self::TooLong { .. } => "look for an open quote at the start of the record",
            Self::CellTooLong { .. } => "shorten the cell",
            Self::BeyondHeader { .. } => "give the column a header, or clear the cell",
        }
    }
}

/// Why a file is refused. Its bytes are kept by the caller; nothing of it is imported.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TableError {
    /// No bytes, or nothing but blanks.
    #[error("the file is empty ({bytes} bytes)")]
    Empty {
        /// Size.
        bytes: u64,
    },
    /// Above the bound.
    #[error("the file has {bytes} bytes, more than the {limit} that are read")]
    TooLarge {
        /// Size.
        bytes: u64,
        /// The bound.
        limit: u64,
    },
    /// The file is no table.
    #[error("the file is {found}, not a table")]
    NoTable {
        /// By the bytes.
        found: Kind,
        /// By the extension.
        promised: Option<Kind>,
    },
    /// The file is no document that is read.
    #[error("the file is {found}, of which no text can be read")]
    NoPage {
        /// By the bytes.
        found: Kind,
    },
    /// Elements or parts nest too deeply.
    #[error("the file nests deeper than the {limit} levels that are read")]
    TooDeep {
        /// The bound.
        limit: u64,
    },
    /// More text than the bound.
    #[error("the file holds more than {limit} bytes of text")]
    TooMuchText {
        /// The bound.
        limit: u64,
    },
    /// More pages than the bound.
    #[error("the file has more than {limit} pages")]
    TooManyPages {
        /// The bound.
        limit: u64,
    },
    /// The file is nothing of which pages can be drawn.
    #[error("the file is {found}, of which no page can be drawn")]
    NoPicture {
        /// By the bytes.
        found: Kind,
    },
    /// A page beyond the last one.
    #[error("the file has {pages} pages, and page {asked} was asked for")]
    NoSuchPage {
        /// The page that was asked for, 1 for the first.
        asked: u32,
        /// How many it has.
        pages: u32,
    },
    /// A picture of more pixels than the bound.
    #[error("the picture has more than {limit} pixels")]
    TooManyPixels {
        /// The bound.
        limit: u64,
    },
    /// Encrypted.
    #[error("the file is locked with a password")]
    Locked,
    /// No row that could be a header.
    #[error("no header was found")]
    NoHeader {
        /// The row that was asked for.
        asked: Option<u64>,
    },
    /// No such sheet.
    #[error("the workbook has no such sheet")]
    NoSheet {
        /// Number of sheets that it has.
        sheets: usize,
    },
    /// More columns than the bound.
    #[error("the table has more than {limit} columns")]
    TooManyColumns {
        /// The bound.
        limit: u64,
    },
    /// More rows than the bound.
    #[error("the table has more than {limit} rows")]
    TooManyRows {
        /// The bound.
        limit: u64,
    },
    /// More cells than the bound.
    #[error("the sheet has more than {limit} cells")]
    TooManyCells {
        /// The bound.
        limit: u64,
    },
    /// Inflates beyond all measure.
    #[error("the file of {packed} bytes inflates to more than {inflated} bytes")]
    Bomb {
        /// As received.
        packed: u64,
        /// Counted until it was stopped.
        inflated: u64,
    },
    /// It reserves memory for more strings than it can hold.
    #[error("the workbook announces {announced} strings in {bytes} bytes")]
    FalseCount {
        /// What `uniqueCount` says.
        announced: u64,
        /// Bytes of the part.
        bytes: u64,
    },
    /// A ZIP that lies about itself.
    #[error("the container is not sound: {fault}")]
    Zip {
        /// What is wrong.
        fault: ZipFault,
    },
    /// Cut off or damaged.
    #[error("the file is cut off or damaged: {part} cannot be read")]
    Damaged {
        /// Which part.
        part: DamagedPart,
    },
    /// The worker ended without an answer.
    #[error("the parser used more memory or time than it may, or broke down")]
    ParserLimit,
    /// The worker's answer breaks the rules.
    #[error("the parser's answer is not sound and was refused")]
    ParserAnswer,
    /// There is no worker to parse with.
    #[error("the parse worker cannot be started")]
    NoWorker,
}

/// What is wrong with a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZipFault {
    /// Entries share bytes.
    #[error("entries overlap")]
    Overlap,
    /// A size in a header is not the size.
    #[error("an entry is not as long as it says")]
    LyingSize,
    /// A name points outside.
    #[error("an entry's name points outside")]
    Path,
    /// An entry is a link.
    #[error("an entry is a link")]
    Link,
    /// Two entries have one name.
    #[error("two entries have one name")]
    DoubleName,
    /// Too many entries.
    #[error("it has too many entries")]
    Entries,
}

/// Which part of a workbook cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DamagedPart {
    /// The directory at the end of the ZIP.
    #[error("the central directory")]
    Directory,
    /// An entry of the ZIP.
    #[error("an entry of the container")]
    Entry,
    /// The workbook's own parts.
    #[error("the workbook")]
    Workbook,
    /// The sheet.
    #[error("the sheet")]
    Sheet,
    /// A document of another kind.
    #[error("the document")]
    Document,
}

impl TableError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "E_EMPTY",
            Self::TooLarge { .. } => "E_SIZE",
            Self::NoTable { .. } | Self::NoPage { .. } | Self::NoPicture { .. } => "E_TYPE",
            Self::NoSuchPage { .. } => "E_NO_PAGE",
            Self::TooManyPixels { .. } => "E_PIXELS",
            Self::TooDeep { .. } => "E_DEPTH",
            Self::TooMuchText { .. } => "E_TEXT",
            Self::TooManyPages { .. } => "E_PAGES",
            Self::Locked => "E_LOCKED",
            Self::NoHeader { .. } => "E_NO_HEADER",
            Self::NoSheet { .. } => "E_NO_SHEET",
            Self::TooManyColumns { .. } => "E_COLUMNS",
            Self::TooManyRows { .. } => "E_ROWS",
            Self::TooManyCells { .. } => "E_CELLS",
            Self::Bomb { .. } | Self::FalseCount { .. } => "E_BOMB",
            Self::Zip { .. } => "E_ZIP",
            Self::Damaged { .. } => "E_DAMAGED",
            Self::ParserLimit => "E_PARSER_LIMIT",
            Self::ParserAnswer => "E_PARSER_ANSWER",
            Self::NoWorker => "E_NO_WORKER",
        }
    }

    /// What its user can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "ask for the file again",
            Self::TooLarge { .. } => "split the file, or read it all the same: --limit file=2GiB",
            Self::NoTable { found: Kind::Html, .. } => {
                "this is a web page, perhaps a login page: log in and download the file again"
            }
            Self::NoPage { found } if found.is_workbook() => "this is a table: `habeas import FILE --as LIST`",
            Self::NoPage { .. } => "save it as text, DOCX or PDF and add that; keep the original",
            Self::TooDeep { .. } | Self::TooMuchText { .. } | Self::TooManyPages { .. } => {
                "no honest document is like this; if this one is, split it"
            }
            Self::NoTable { found: Kind::Pdf | Kind::Docx | Kind::Document | Kind::Email, .. } => {
                "add it as a text with `habeas source add`"
            }
            Self::NoPicture { .. } => "save it as PDF, PNG, JPEG, TIFF or WebP and add that; keep the original",
            Self::NoSuchPage { .. } => "name one of its pages; the first is 1",
            Self::TooManyPixels { .. } => "save it smaller and add that; keep the original",
            Self::NoTable { .. } => "save the list as CSV or XLSX and import that",
            Self::Locked => "open it with its password and save it without one; the password is never stored here",
            Self::NoHeader { .. } => "name the row that holds the headers: `header_row` in the mapping",
            Self::NoSheet { .. } => "name one of its sheets: `sheet` in the mapping",
            Self::TooManyRows { .. } => {
                "check for stray cells; if the table really is that long: --limit rows=20000000"
            }
            Self::TooManyColumns { .. } | Self::TooManyCells { .. } => {
                "check for stray cells; if the table really is that large, save it as CSV"
            }
            Self::Bomb { .. } | Self::FalseCount { .. } | Self::Zip { .. } => {
                "do not open this file elsewhere; ask its sender for a CSV export"
            }
            Self::Damaged { .. } => "ask for the file again; its bytes are kept as they came",
            Self::ParserLimit => "if the file is honest and large: --limit memory=2GiB; else ask for a CSV export",
            Self::ParserAnswer | Self::NoWorker => "this is a fault of the program: report it, without the file",
        }
    }
}
