//! Documented persons by any two of year, place, sex and list.

use super::{
    Desk,
    figures::{Category, POLICY_PLACE, POLICY_SEX, POLICY_YEAR},
    lock,
};
use crate::failure::Failure;
use habeas_core::Right;
use habeas_vault::{Counted, PersonFilter};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

/// What persons are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Year in which they were taken.
    Year,
    /// Widest place where they were taken.
    Place,
    /// Sex.
    Sex,
    /// The list that names them; a person on two lists is counted in both.
    List,
}

impl Dimension {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Year, Self::Place, Self::Sex, Self::List];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Place => "place",
            Self::Sex => "sex",
            Self::List => "list",
        }
    }

    /// Reads a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.code() == code)
    }

    /// The policy that sorts persons into its categories.
    pub fn policy(self) -> &'static str {
        match self {
            Self::Year => POLICY_YEAR,
            Self::Place => POLICY_PLACE,
            Self::Sex => POLICY_SEX,
            Self::List => "list.every@1",
        }
    }

    fn categories(self, counted: &Counted<'_>) -> Vec<Category> {
        match self {
            Self::Year => vec![Category::of_code(counted.year)],
            Self::Place => vec![Category::of_place(counted.place)],
            Self::Sex => vec![Category::of_code(counted.sex)],
            Self::List => counted.sources.iter().cloned().map(Category::Is).collect(),
        }
    }
}

/// Persons by two dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Crosstab {
    /// Categories of the rows, in order.
    pub rows: Vec<Category>,
    /// Categories of the columns, in order.
    pub columns: Vec<Category>,
    /// Row, column and persons, where there are any.
    pub cells: Vec<(Category, Category, u64)>,
}

impl Crosstab {
    /// Persons in one cell.
    pub fn at(&self, row: &Category, column: &Category) -> u64 {
        self.cells.iter().find(|(r, c, _)| r == row && c == column).map_or(0, |(.., n)| *n)
    }
}

/// Tables that were asked for since the vault last changed.
#[derive(Default)]
pub(super) struct Crosstabs {
    made: Mutex<HashMap<(Dimension, Dimension), Arc<Crosstab>>>,
}

impl Crosstabs {
    /// Drops what was made of records and the last linkage.
    pub(super) fn forget(&self) {
        lock(&self.made).clear();
    }
}

impl Desk {
    /// Documented persons by two dimensions; made once until the vault changes.
    ///
    /// # Errors
    /// [`Failure`] without the right to tables.
    pub fn crosstab(&self, rows: Dimension, columns: Dimension) -> Result<Arc<Crosstab>, Failure> {
        self.ask(Right::Tables)?;
        let mut made = lock(&self.inner.crosstabs.made);
        if let Some(table) = made.get(&(rows, columns)) {
            return Ok(table.clone());
        }
        // As in the standing tables, words that are equal after folding are one category, written as they came first.
        let mut written: [BTreeMap<(u8, String), Category>; 2] = Default::default();
        let mut counts: BTreeMap<[(u8, String); 2], u64> = BTreeMap::new();
        self.each_counted(&PersonFilter::default(), |counted| {
            for row in rows.categories(counted) {
                for column in columns.categories(counted) {
                    let keys = [row.key(), column.key()];
                    written[0].entry(keys[0].clone()).or_insert_with(|| row.clone());
                    written[1].entry(keys[1].clone()).or_insert(column);
                    *counts.entry(keys).or_default() += 1;
                }
            }
        })?;
        let cells = counts.iter().map(|([row, column], n)| (written[0][row].clone(), written[1][column].clone(), *n));
        let cells = cells.collect();
        let [row_words, column_words] = written.map(|words| words.into_values().collect());
        let table = Arc::new(Crosstab { rows: row_words, columns: column_words, cells });
        made.insert((rows, columns), table.clone());
        Ok(table)
    }
}
