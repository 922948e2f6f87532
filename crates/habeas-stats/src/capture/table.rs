//! Reads a table of counts: one 0/1 column per list, then a column `count`, one line per capture history.
//!
//! A byte-order mark, CRLF and trailing blanks are tolerated. Nothing is guessed: a cell that is not what the format
//! says is an error with its line and column. Columns before the first list are strata only if the caller names them.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord, Trim};
use thiserror::Error;

use super::{CaptureHistories, HistoriesError, MAX_PEOPLE};

/// What was read from a file: one table per stratum (exactly one, without labels, when no stratum column was named).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFile {
    /// Names of the stratum columns, in file order.
    pub stratum_columns: Vec<String>,
    /// The tables in order of first appearance.
    pub strata: Vec<StratumTable>,
    /// What was changed while reading.
    pub remarks: Vec<Remark>,
}

/// One stratum of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StratumTable {
    /// One label per stratum column.
    pub labels: Vec<String>,
    /// The stratum's capture histories.
    pub histories: CaptureHistories,
}

/// Something that was tolerated, and that the reader of a result should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// A capture history stood on more than one line; the counts were summed.
    RepeatedHistory {
        /// The line of the repetition.
        line: u64,
        /// The line where the history stood first.
        first_line: u64,
    },
    /// Lines with count 0 were left out.
    ZeroCounts {
        /// How many lines.
        lines: u64,
    },
    /// A list holds nobody and was left out.
    EmptyList {
        /// The list's name.
        list: String,
    },
    /// Lists that were declared to descend from one another are treated as one.
    MergedLists {
        /// The name of the merged list.
        list: String,
    },
}

impl Remark {
    /// The remark as a sentence.
    pub fn text(&self) -> String {
        match self {
            Self::RepeatedHistory { line, first_line } => {
                format!("line {line} repeats the capture history of line {first_line}; the counts were summed")
            }
            Self::ZeroCounts { lines } => format!("{lines} lines have count 0 and were left out"),
            Self::EmptyList { list } => format!("list {list} holds nobody here and was left out"),
            Self::MergedLists { list } => format!("{list}: these lists descend from one another and count as one"),
        }
    }
}

/// Why a file is not a table of counts. Lines count from 1 (the header), columns from 1.
#[derive(Debug, Error)]
pub enum TableError {
    /// There is no header line.
    #[error("the file is empty: expected a header with one column per list, then «count»")]
    Empty,
    /// The file is not text in UTF-8, or a quote is never closed.
    #[error("the file cannot be read as comma-separated text in UTF-8")]
    NotCsv {
        /// What the reader found.
        #[source]
        source: csv::Error,
    },
    /// The last column of the header is not `count`.
    #[error("line 1: the last column must be named «count», not the name in column {column}")]
    NoCountColumn {
        /// The last column.
        column: usize,
    },
    /// A column of the header has no name.
    #[error("line 1, column {column}: the column has no name")]
    UnnamedColumn {
        /// The column.
        column: usize,
    },
    /// A stratum that was asked for is not in the header.
    #[error("there is no column {name} for the strata before the first list")]
    NoSuchStratum {
        /// The name asked for.
        name: String,
    },
    /// A stratum column stands after a list.
    #[error("line 1, column {column}: a stratum column must stand before the first list")]
    StratumAfterList {
        /// The column.
        column: usize,
    },
    /// A line has more or fewer cells than the header.
    #[error("line {line}: {found} cells, but the header has {expected}")]
    Ragged {
        /// The line.
        line: u64,
        /// Cells on it.
        found: usize,
        /// Cells in the header.
        expected: usize,
    },
    /// A cell of a list is neither `0` nor `1`.
    #[error("line {line}, column {column}: expected 0 or 1 (a column of strata must be named with --strata)")]
    NotZeroOrOne {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
    },
    /// A count is negative.
    #[error("line {line}, column {column}: a count cannot be negative")]
    NegativeCount {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
    },
    /// A count is not a whole number in digits.
    #[error("line {line}, column {column}: a count must be a whole number, written in digits only")]
    NotACount {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
    },
    /// A count is larger than 2⁵³.
    #[error("line {line}, column {column}: the count is larger than 2^53")]
    HugeCount {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
    },
    /// A count stands beside a row of zeros.
    #[error("line {line}: people are counted on no list; nobody can be documented on no list")]
    OnNoList {
        /// The line.
        line: u64,
    },
    /// The header is fine line by line but is no set of lists.
    #[error("line 1: {source}")]
    Header {
        /// What is wrong with the lists.
        #[source]
        source: HistoriesError,
    },
    /// The counts of one stratum are not acceptable together.
    #[error("line {line}: {source}")]
    Histories {
        /// The line at which it shows.
        line: u64,
        /// What is wrong.
        #[source]
        source: HistoriesError,
    },
}

/// Reads a table without strata.
///
/// # Errors
/// See [`TableError`]; nothing is kept of a file that has an error.
pub fn read_table(bytes: &[u8]) -> Result<(CaptureHistories, Vec<Remark>), TableError> {
    let TableFile { mut strata, remarks, .. } = read_strata(bytes, &[])?;
    let stratum = strata.pop().expect("a file without strata gives exactly one table");
    Ok((stratum.histories, remarks))
}

/// Reads a table whose columns named in `strata` cut it into one table per combination of their labels.
///
/// # Errors
/// See [`TableError`].
pub fn read_strata(bytes: &[u8], strata: &[String]) -> Result<TableFile, TableError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(bytes);
    let mut records = reader.records().filter(|record| !matches!(record, Ok(cells) if is_blank(cells)));
    let header = records.next().ok_or(TableError::Empty)?.map_err(|source| TableError::NotCsv { source })?;
    let layout = Layout::of(&header, strata)?;

    let mut file = TableFile { stratum_columns: layout.strata.clone(), strata: Vec::new(), remarks: Vec::new() };
    let mut stratum_of: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let mut first_line_of: BTreeMap<(usize, u32), u64> = BTreeMap::new();
    let mut zero_lines = 0;
    if strata.is_empty() {
        stratum_of.insert(Vec::new(), 0);
        file.strata.push(layout.empty_stratum(Vec::new())?);
    }
    for record in records {
        let cells = record.map_err(|source| TableError::NotCsv { source })?;
        let (line, mask, count) = layout.parse(&cells)?;
        if count == 0 {
            zero_lines += 1;
        }
        if mask == 0 {
            if count == 0 {
                continue;
            }
            return Err(TableError::OnNoList { line });
        }
        let labels: Vec<String> = cells.iter().take(layout.strata.len()).map(str::to_owned).collect();
        let stratum = match stratum_of.get(&labels) {
            Some(&stratum) => stratum,
            None => {
                stratum_of.insert(labels.clone(), file.strata.len());
                file.strata.push(layout.empty_stratum(labels)?);
                file.strata.len() - 1
            }
        };
        if let Some(&first_line) = first_line_of.get(&(stratum, mask)) {
            file.remarks.push(Remark::RepeatedHistory { line, first_line });
        }
        first_line_of.entry((stratum, mask)).or_insert(line);
        file.strata[stratum].histories.add(mask, count).map_err(|source| TableError::Histories { line, source })?;
    }
    if zero_lines > 0 {
        file.remarks.push(Remark::ZeroCounts { lines: zero_lines });
    }
    Ok(file)
}

/// A line of nothing but blanks, as some editors leave at the end.
fn is_blank(cells: &StringRecord) -> bool {
    cells.len() <= 1 && cells.iter().all(str::is_empty)
}

/// Which column is what.
struct Layout {
    strata: Vec<String>,
    lists: Vec<String>,
    n_columns: usize,
}

impl Layout {
    fn of(header: &StringRecord, strata: &[String]) -> Result<Self, TableError> {
        let n_columns = header.len();
        if let Some(column) = header.iter().position(str::is_empty) {
            return Err(TableError::UnnamedColumn { column: column + 1 });
        }
        if header.get(n_columns - 1) != Some("count") {
            return Err(TableError::NoCountColumn { column: n_columns });
        }
        let names: Vec<String> = header.iter().take(n_columns - 1).map(str::to_owned).collect();
        for name in strata {
            let column = names.iter().position(|column| column == name);
            let column = column.ok_or_else(|| TableError::NoSuchStratum { name: name.clone() })?;
            if column >= strata.len() {
                return Err(TableError::StratumAfterList { column: column + 1 });
            }
        }
        let (strata, lists) = names.split_at(strata.len());
        let layout = Self { strata: strata.to_vec(), lists: lists.to_vec(), n_columns };
        layout.empty_stratum(Vec::new())?;
        Ok(layout)
    }

    fn empty_stratum(&self, labels: Vec<String>) -> Result<StratumTable, TableError> {
        let histories =
            CaptureHistories::new(self.lists.clone(), []).map_err(|source| TableError::Header { source })?;
        Ok(StratumTable { labels, histories })
    }

    fn parse(&self, cells: &StringRecord) -> Result<(u64, u32, u64), TableError> {
        let line = cells.position().map_or(0, csv::Position::line);
        if cells.len() != self.n_columns {
            return Err(TableError::Ragged { line, found: cells.len(), expected: self.n_columns });
        }
        let mut mask = 0;
        for (list, cell) in cells.iter().skip(self.strata.len()).take(self.lists.len()).enumerate() {
            match cell {
                "0" => {}
                "1" => mask |= 1 << list,
                _ => return Err(TableError::NotZeroOrOne { line, column: self.strata.len() + list + 1 }),
            }
        }
        let count = parse_count(&cells[self.n_columns - 1], line, self.n_columns)?;
        Ok((line, mask, count))
    }
}

fn parse_count(cell: &str, line: u64, column: usize) -> Result<u64, TableError> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(cell) {
        return cell.parse().ok().filter(|&count| count <= MAX_PEOPLE).ok_or(TableError::HugeCount { line, column });
    }
    if cell.strip_prefix('-').is_some_and(is_digits) {
        return Err(TableError::NegativeCount { line, column });
    }
    Err(TableError::NotACount { line, column })
}
