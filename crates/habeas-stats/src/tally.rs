//! Tallies: cross-tabulations of persons (or of another declared unit) in which nobody gets lost.
//!
//! Every dimension has the categories «unknown» and «disputed» beside its own, kept in every table and counted in every
//! total; the unknown are never spread over the known. Categories are indices: their words live with the caller.

use std::{collections::BTreeMap, iter::Sum, ops::Add};

use thiserror::Error;

/// The category of a unit on one dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// One of the dimension's own categories.
    Known(u32),
    /// Sources that are in force name several categories.
    Disputed,
    /// No source says.
    Unknown,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Unit {
    /// People.
    #[default]
    Persons,
    /// Acts, of which a person may have suffered several.
    Acts,
    /// Incidents, in which several people may have been harmed.
    Incidents,
}

/// Counts of units by their labels on every dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    unit: Unit,
    n_categories: Vec<u32>,
    counts: BTreeMap<Vec<Label>, u64>,
    total: u64,
}

/// A count for a category with what it could be at most: bounds, not an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// One label per dimension of the table asked for.
    pub labels: Vec<Label>,
    /// Units documented as exactly this.
    pub low: u64,
    /// Units documented as this, or whose labels leave it open (unknown or disputed).
    pub high: u64,
}

/// Why a unit cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TallyError {
    /// A unit has more or fewer labels than the tally has dimensions.
    #[error("{found} labels for {expected} dimensions")]
    WrongNumberOfLabels {
        /// Labels given.
        found: usize,
        /// Dimensions.
        expected: usize,
    },
    /// A label names a category that the dimension does not have.
    #[error("dimension {dimension} has {n_categories} categories; there is no category {category}")]
    NoSuchCategory {
        /// The dimension.
        dimension: usize,
        /// The category named.
        category: u32,
        /// Categories of the dimension.
        n_categories: u32,
    },
    /// A table was asked for over a dimension that does not exist, or over one dimension twice.
    #[error("there is no dimension {dimension}, or it was asked for twice")]
    NoSuchDimension {
        /// The dimension asked for.
        dimension: usize,
    },
    /// The total no longer fits 64 bits.
    #[error("the total exceeds 2^64 − 1")]
    TooMany,
}

impl Tally {
    /// Opens an empty tally; `n_categories[d]` is the number of known categories of dimension `d`.
    pub fn new(unit: Unit, n_categories: Vec<u32>) -> Self {
        Self { unit, n_categories, counts: BTreeMap::new(), total: 0 }
    }

    /// Counts units with one label per dimension.
    ///
    /// # Errors
    /// See [`TallyError`]; nothing is counted then.
    pub fn add(&mut self, labels: &[Label], count: u64) -> Result<(), TallyError> {
        if labels.len() != self.n_categories.len() {
            return Err(TallyError::WrongNumberOfLabels { found: labels.len(), expected: self.n_categories.len() });
        }
        for (dimension, (&label, &n_categories)) in labels.iter().zip(&self.n_categories).enumerate() {
            if let Label::Known(category) = label
                && category >= n_categories
            {
                return Err(TallyError::NoSuchCategory { dimension, category, n_categories });
            }
        }
        self.total = self.total.checked_add(count).ok_or(TallyError::TooMany)?;
        *self.counts.entry(labels.to_vec()).or_insert(0) += count;
        Ok(())
    }

    /// What is counted.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// All units, whatever their labels.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The number of known categories of each dimension.
    pub fn n_categories(&self) -> &[u32] {
        &self.n_categories
    }

    pub(crate) fn check_dimensions(&self, dimensions: &[usize]) -> Result<(), TallyError> {
        let is_wrong = |idx: usize, dimension: usize| {
            dimension >= self.n_categories.len() || dimensions[..idx].contains(&dimension)
        };
        match dimensions.iter().enumerate().find(|(idx, dimension)| is_wrong(*idx, **dimension)) {
            Some((_, &dimension)) => Err(TallyError::NoSuchDimension { dimension }),
            None => Ok(()),
        }
    }

    /// The full table over some dimensions: every combination of their categories, «disputed» and «unknown» last.
    ///
    /// The `low` counts sum to [`Self::total`].
    ///
    /// # Errors
    /// [`TallyError::NoSuchDimension`].
    pub fn table(&self, dimensions: &[usize]) -> Result<Vec<Bounds>, TallyError> {
        self.check_dimensions(dimensions)?;
        let mut marginal: BTreeMap<Vec<Label>, u64> = BTreeMap::new();
        for (labels, count) in &self.counts {
            *marginal.entry(dimensions.iter().map(|&dimension| labels[dimension]).collect()).or_insert(0) += count;
        }
        let cells = dimensions.iter().fold(vec![Vec::new()], |cells: Vec<Vec<Label>>, &dimension| {
            let categories = (0..self.n_categories[dimension]).map(Label::Known);
            let categories: Vec<Label> = categories.chain([Label::Disputed, Label::Unknown]).collect();
            cells
                .iter()
                .flat_map(|cell| categories.iter().map(|&label| cell.iter().copied().chain([label]).collect()))
                .collect()
        });
        Ok(cells
            .into_iter()
            .map(|labels| Bounds {
                low: marginal.get(&labels).copied().unwrap_or(0),
                high: marginal.iter().filter(|(other, _)| leaves_open(other, &labels)).map(|(_, count)| count).sum(),
                labels,
            })
            .collect())
    }
}

/// Whether a unit with labels `documented` could turn out to belong to the cell `labels`.
fn leaves_open(documented: &[Label], labels: &[Label]) -> bool {
    documented.iter().zip(labels).all(|(documented, label)| {
        documented == label || (matches!(label, Label::Known(_)) && !matches!(documented, Label::Known(_)))
    })
}

/// A count that a source gives as a range: «40 to 60 people», «at least 12». Ends add because they are bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountRange {
    /// At least so many.
    pub low: u64,
    /// The figure that the source prefers; `low` where it gives none.
    pub best: u64,
    /// At most so many; `None` is open.
    pub high: Option<u64>,
}

impl Add for CountRange {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            low: self.low.saturating_add(other.low),
            best: self.best.saturating_add(other.best),
            high: self.high.zip(other.high).map(|(one, two)| one.saturating_add(two)),
        }
    }
}

impl Sum for CountRange {
    fn sum<I: Iterator<Item = Self>>(ranges: I) -> Self {
        ranges.fold(Self { low: 0, best: 0, high: Some(0) }, Add::add)
    }
}
