//! The report of an import: what became of every row, counted, with the first addresses of each remark.

use super::RowOutcome;
use crate::mapping::CellAddress;
use std::collections::BTreeMap;

/// Addresses that are kept for each code.
const FIRST: usize = 5;

/// Where a remark belongs: never the words there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// 1 for the first record below the header.
    pub row: u64,
    /// Line of the file, or row of the sheet.
    pub line: u64,
    /// Index of the column, if it is about one.
    pub column: Option<u16>,
}

/// How often a remark was made, and where first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeCount {
    /// How often.
    pub n: u64,
    /// The first places.
    pub first: Vec<Address>,
    /// What the first one says.
    pub words: String,
    /// What its user can do.
    pub remedy: &'static str,
}

/// What the list says it holds, and does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailedCheck {
    /// Another number of records.
    Rows {
        /// As the mapping says.
        expected: u64,
        /// As counted.
        found: u64,
    },
    /// The date of a cell is read otherwise.
    Cell {
        /// The cell.
        cell: CellAddress,
    },
}

/// What became of the rows of an import. Accepted, quarantined and skipped rows make up all rows of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Rows imported, with or without remarks.
    pub accepted: u64,
    /// Rows imported with remarks; a part of those accepted.
    pub with_remarks: u64,
    /// Rows set aside.
    pub quarantined: u64,
    /// Files refused.
    pub refused: u64,
    /// Rows that are no records.
    pub skipped: u64,
    /// By stable code.
    pub codes: BTreeMap<&'static str, CodeCount>,
}

impl ImportReport {
    /// Counts one row.
    pub fn add(&mut self, outcome: &RowOutcome) {
        match outcome {
            RowOutcome::Accepted(draft) => {
                self.accepted += 1;
                self.with_remarks += u64::from(!draft.remarks.is_empty());
                for remark in &draft.remarks {
                    let address = Address { row: draft.row, line: draft.line, column: remark.column() };
                    self.note(remark.code(), Some(address), || remark.to_string(), remark.remedy());
                }
            }
            RowOutcome::Quarantined(row) => {
                self.quarantined += 1;
                let address = Address { row: row.row, line: row.line, column: row.problem.column() };
                self.note(row.problem.code(), Some(address), || row.problem.to_string(), row.problem.remedy());
            }
            RowOutcome::Skipped { .. } => self.skipped += 1,
        }
    }

    /// Counts a remark that was made elsewhere: by the reader of the file.
    pub fn note(
        &mut self,
        code: &'static str,
        address: Option<Address>,
        words: impl FnOnce() -> String,
        remedy: &'static str,
    ) {
        let count =
            self.codes.entry(code).or_insert_with(|| CodeCount { words: words(), remedy, ..Default::default() });
        count.n += 1;
        if count.first.len() < FIRST {
            count.first.extend(address);
        }
    }

    /// All rows of the file.
    pub fn rows(&self) -> u64 {
        self.accepted + self.quarantined + self.skipped
    }
}
