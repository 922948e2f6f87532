//! What is to be said about a row that was read, and why one is set aside; never with its words.

use crate::values::{AgeProblem, DateProblem};
use thiserror::Error;

/// Something about a row that its user should know. The words themselves are never in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Remark {
    /// A date could not be read.
    #[error("{problem}; the words were kept")]
    Date {
        /// Index of the column.
        column: u16,
        /// Why.
        problem: DateProblem,
    },
    /// Day and month could be swapped.
    #[error("day and month could be swapped; both readings were kept")]
    BothOrders {
        /// Index of the column.
        column: u16,
    },
    /// A weekday that the day does not have.
    #[error("the weekday does not fit the date; both were kept")]
    Weekday {
        /// Index of the column.
        column: u16,
    },
    /// A date after the list was published.
    #[error("the date is later than the publication of the list")]
    AfterPublication {
        /// Index of the column.
        column: u16,
    },
    /// A date outside the period of the list.
    #[error("the date is outside the period of the list")]
    OutsidePeriod {
        /// Index of the column.
        column: u16,
    },
    /// Two columns give dates of one event that exclude each other.
    #[error("another column of this row gives a date that excludes this one; both were kept")]
    Disagrees {
        /// Index of the column.
        column: u16,
    },
    /// An age could not be read.
    #[error("{problem}; the words were kept")]
    Age {
        /// Index of the column.
        column: u16,
        /// Why.
        problem: AgeProblem,
    },
    /// A word for sex that is not known.
    #[error("the word is not known as one for sex; it was kept")]
    Sex {
        /// Index of the column.
        column: u16,
    },
    /// A status word that the mapping does not list.
    #[error("the mapping does not say what this word means; it was kept")]
    Status {
        /// Index of the column.
        column: u16,
    },
    /// Coordinates that are no point of the earth, or only half of one.
    #[error("the coordinates are no point on the earth, or incomplete; they were not used")]
    Coordinates {
        /// Index of the column.
        column: u16,
    },
    /// A number of the list that a spreadsheet has cut.
    #[error("a spreadsheet has rounded this number; it is kept but identifies nobody")]
    IdPrecision {
        /// Index of the column.
        column: u16,
    },
    /// A number of the list that an earlier row has too.
    #[error("an earlier row has the same number")]
    IdTwice {
        /// Index of the column.
        column: u16,
    },
    /// Invisible signs or letters of several scripts in one word.
    #[error("the name holds invisible signs or letters of several scripts in one word")]
    Confusable {
        /// Index of the column.
        column: u16,
    },
    /// A name that seems to name several people.
    #[error("the name may name several people; it stays one record")]
    SeveralPeople {
        /// Index of the column.
        column: u16,
    },
    /// No name.
    #[error("the row names nobody")]
    NoName,
}

impl Remark {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Date { problem, .. } => match problem {
                DateProblem::NotRead => "N_DATE_UNREAD",
                DateProblem::Impossible => "N_DATE_IMPOSSIBLE",
                DateProblem::TwoDigitYear => "N_DATE_CENTURY",
                DateProblem::NoYear => "N_DATE_NO_YEAR",
                DateProblem::BareNumber => "N_DATE_NUMBER",
                DateProblem::Serial => "N_DATE_SERIAL",
            },
            Self::BothOrders { .. } => "N_DATE_ORDER",
            Self::Weekday { .. } => "N_DATE_WEEKDAY",
            Self::AfterPublication { .. } => "N_DATE_AFTER_PUB",
            Self::OutsidePeriod { .. } => "N_DATE_PERIOD",
            Self::Disagrees { .. } => "N_DISAGREES",
            Self::Age { problem: AgeProblem::Impossible, .. } => "N_AGE_IMPOSSIBLE",
            Self::Age { .. } => "N_AGE_UNREAD",
            Self::Sex { .. } => "N_SEX_UNREAD",
            Self::Status { .. } => "N_STATUS_UNREAD",
            Self::Coordinates { .. } => "N_COORDINATES",
            Self::IdPrecision { .. } => "N_ID_PRECISION",
            Self::IdTwice { .. } => "N_ID_TWICE",
            Self::Confusable { .. } => "N_CONFUSABLE",
            Self::SeveralPeople { .. } => "N_SEVERAL_PEOPLE",
            Self::NoName => "N_NO_NAME",
        }
    }

    /// Index of the column that it is about, if it is about one.
    pub fn column(&self) -> Option<u16> {
        match self {
            Self::Date { column, .. }
            | Self::BothOrders { column }
            | Self::Weekday { column }
            | Self::AfterPublication { column }
            | Self::OutsidePeriod { column }
            | Self::Disagrees { column }
            | Self::Age { column, .. }
            | Self::Sex { column }
            | Self::Status { column }
            | Self::Coordinates { column }
            | Self::IdPrecision { column }
            | Self::IdTwice { column }
            | Self::Confusable { column }
            | Self::SeveralPeople { column } => Some(*column),
            Self::NoName => None,
        }
    }

    /// What its user can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Date { problem, .. } => match problem {
                DateProblem::TwoDigitYear => "set `year2 = \"window\"` and the `period` of the list",
                DateProblem::BareNumber => "set `serial = \"1900\"` (or \"1904\") if the numbers are days",
                DateProblem::NotRead => {
                    "set `order`, `calendar` or `null` in the mapping, or leave the words as they are"
                }
                _ => "compare with the source; the words are kept as they are",
            },
            Self::BothOrders { .. } => "set `order` for the column if you know it",
            Self::Status { .. } => "say in `values` of the column what the word means",
            Self::Sex { .. } => "say in `values` of the column what the word means, or add it to `null`",
            Self::IdPrecision { .. } => "ask for the list with this column as text",
            Self::IdTwice { .. } => "both rows are kept; check that the column is the list's own number",
            Self::SeveralPeople { .. } => "enter the others as records of their own",
            _ => "compare with the source; the words are kept as they are",
        }
    }
}

/// Why a row is set aside.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// Too few or too many cells.
    #[error("the row has {found} cells, the header {expected}")]
    Fields {
        /// In the row.
        found: usize,
        /// In the header.
        expected: usize,
    },
    /// Words that the mapping wants to be read or set aside.
    #[error("{remark}")]
    Unread {
        /// What is wrong.
        remark: Remark,
    },
    /// Not one of the dates, ages, sexes and coordinates of the row can be read: it is a row of another list, or shifted.
    #[error(
        "none of {typed} dates, ages, words for sex and coordinates can be read: a row of another list, or shifted"
    )]
    OtherList {
        /// How many cells of such columns have words.
        typed: usize,
    },
}

impl Problem {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Fields { .. } => "Q_FIELDS",
            Self::Unread { remark: Remark::Date { .. } } => "Q_DATE",
            Self::Unread { remark: Remark::Age { .. } } => "Q_AGE",
            Self::Unread { remark: Remark::Sex { .. } } => "Q_SEX",
            Self::Unread { .. } => "Q_STATUS",
            Self::OtherList { .. } => "Q_OTHER_LIST",
        }
    }

    /// Index of the column that it is about, if it is about one.
    pub fn column(&self) -> Option<u16> {
        match self {
            Self::Unread { remark } => remark.column(),
            _ => None,
        }
    }

    /// What its user can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Fields { .. } => "give the row as many cells as the header has",
            Self::Unread { remark } => remark.remedy(),
            Self::OtherList { .. } => "compare the row with its header; move or remove it in a copy of the list",
        }
    }
}

/// Why a row is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SkipReason {
    /// All cells are empty.
    Blank,
    /// It repeats the header.
    HeaderAgain,
    /// It is outside the rows that the mapping reads.
    OutsideRows,
    /// A rule of the mapping leaves it out.
    Rule {
        /// Index of the rule in `skip`.
        rule: usize,
    },
}
