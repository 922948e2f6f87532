//! Rows and a mapping to claims: what each row of a list says, with the place of every word.
//!
//! [`Reader::row`] takes the verbatim cells of one row and gives the claims that the mapping reads from them, or the
//! reason why the row is set aside. Nothing is dropped: cells stay as they are, words that cannot be read become a claim
//! of words with a remark. Files are opened in [`crate::table`], values are read in [`crate::values`].

mod cache;
mod dates;
mod plan;
mod remark;
mod report;
mod row;

pub use remark::{Problem, Remark, SkipReason};
pub use report::{Address, CodeCount, FailedCheck, ImportReport};

use crate::mapping::{Check, Mapping, MappingError, RowRange};
use habeas_core::Claim;
use plan::Plan;
use row::RowReading;
use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

/// What a spreadsheet says of a cell besides its words; text tables say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum CellHint {
    /// Nothing.
    #[default]
    None,
    /// A number.
    Number(f64),
    /// A day in the workbook's count.
    Serial {
        /// Days, with the time as fraction.
        days: f64,
        /// Counted from 1904 instead of 1900.
        from_1904: bool,
    },
    /// True or false.
    Bool(bool),
    /// An error value; it says nothing.
    Error,
    /// A formula without a stored result; it is not computed and says nothing.
    Formula,
}

/// One row, with its words as they stand.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InputRow {
    /// 1 for the first record below the header.
    pub row: u64,
    /// Line of the file, or row of the sheet; 1 is the first.
    pub line: u64,
    /// Byte of the file where it begins; 0 for workbooks.
    pub byte: u64,
    /// As many cells as the header has.
    pub cells: Vec<String>,
    /// By column; empty where there is nothing to say.
    pub hints: Vec<CellHint>,
}

/// A row that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct RowDraft {
    /// 1 for the first record below the header.
    pub row: u64,
    /// Line of the file, or row of the sheet.
    pub line: u64,
    /// The words as written.
    pub cells: Vec<String>,
    /// What is read from them; every span lies in `cells`.
    pub claims: Vec<Claim>,
    /// What was noticed.
    pub remarks: Vec<Remark>,
}

/// A row that is kept with its words but not imported.
#[derive(Debug, Clone, PartialEq)]
pub struct QuarantinedRow {
    /// 1 for the first record below the header.
    pub row: u64,
    /// Line of the file, or row of the sheet.
    pub line: u64,
    /// Byte of the file; 0 for workbooks.
    pub byte: u64,
    /// Why.
    pub problem: Problem,
    /// The words as written.
    pub cells: Vec<String>,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum RowOutcome {
    /// It is imported.
    Accepted(RowDraft),
    /// It is set aside until the mapping or a value is mended.
    Quarantined(QuarantinedRow),
    /// It is no record.
    Skipped {
        /// 1 for the first record below the header.
        row: u64,
        /// Why.
        why: SkipReason,
    },
}

/// Reads the rows of one file by a mapping.
#[derive(Debug)]
pub struct Reader {
    header: Vec<String>,
    mapping: Mapping,
    plan: Plan,
    list_ids: HashSet<u64>,
    hasher: RandomState,
    after_blank: bool,
    n_records: u64,
    failed_checks: Vec<FailedCheck>,
}

impl Reader {
    /// Makes ready to read a file with this header.
    ///
    /// # Errors
    /// [`MappingError`] when a mapped column is not in the header, most of them are not (another list), or the mapping
    /// could make no record of anybody.
    pub fn new(header: &[String], mapping: Mapping) -> Result<Self, MappingError> {
        let plan = Plan::new(header, &mapping)?;
        Ok(Self {
            header: header.to_vec(),
            mapping,
            plan,
            list_ids: HashSet::new(),
            hasher: RandomState::new(),
            after_blank: false,
            n_records: 0,
            failed_checks: Vec::new(),
        })
    }

    /// The mapping.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Reads one row. Rows are given in the order of the file.
    pub fn row(&mut self, input: InputRow) -> RowOutcome {
        let InputRow { row, line, byte, cells, hints } = input;
        if let Some(why) = self.skipped(line, &cells) {
            return RowOutcome::Skipped { row, why };
        }
        self.n_records += 1;
        let quarantined = |problem, cells| RowOutcome::Quarantined(QuarantinedRow { row, line, byte, problem, cells });
        if cells.len() != self.header.len() {
            return quarantined(Problem::Fields { found: cells.len(), expected: self.header.len() }, cells);
        }
        let mut reading = RowReading::new(&cells, &hints, &self.mapping.list);
        self.plan.read(&mut reading);
        if let Some((column, words)) = reading.list_id {
            let id = self.hasher.hash_one(words);
            if !self.list_ids.insert(id) {
                reading.remarks.push(Remark::IdTwice { column });
            }
        }
        for check in &self.mapping.checks {
            if let Check::Reads { cell, reads } = check
                && cell.line == line
                && reading.dates.iter().all(|(column, date)| *column != cell.column || date.to_string() != *reads)
            {
                self.failed_checks.push(FailedCheck::Cell { cell: *cell });
            }
        }
        let RowReading { claims, remarks, problem, .. } = reading;
        match problem {
            Some(problem) => quarantined(problem, cells),
            None => RowOutcome::Accepted(RowDraft { row, line, cells, claims, remarks }),
        }
    }

    /// The checks of the mapping that do not hold, once all rows were read.
    pub fn failed_checks(&self) -> Vec<FailedCheck> {
        let rows = self.mapping.checks.iter().filter_map(|check| match check {
            Check::Rows(expected) if *expected != self.n_records => {
                Some(FailedCheck::Rows { expected: *expected, found: self.n_records })
            }
            _ => None,
        });
        rows.chain(self.failed_checks.iter().cloned()).collect()
    }

    fn skipped(&mut self, line: u64, cells: &[String]) -> Option<SkipReason> {
        let blank = cells.iter().all(|cell| cell.trim().is_empty());
        self.after_blank |= blank;
        match self.mapping.file.rows {
            RowRange::Lines(first, last) if !(first..=last).contains(&line) => return Some(SkipReason::OutsideRows),
            RowRange::UntilBlank if self.after_blank && !blank => return Some(SkipReason::OutsideRows),
            _ => {}
        }
        if blank {
            return Some(SkipReason::Blank);
        }
        if cells.len() == self.header.len() && cells.iter().zip(&self.header).all(|(c, h)| c.trim() == h.trim()) {
            return Some(SkipReason::HeaderAgain);
        }
        self.plan.skip_rule(cells).map(|rule| SkipReason::Rule { rule })
    }
}

#[cfg(test)]
mod tests;
