//! Capture histories: how many people are on which combination of lists.
//!
//! [`CaptureHistories`] is the plain, validated table. [`EstimableHistories`] is the same table after every check that an
//! estimator relies on; only this module can build one, so an estimator cannot be called on a table that nobody checked.
//! Reading a file of counts lives in [`table`], the overlap of the lists in [`overlap`], the checks in [`estimable`].
//! Nothing here knows a person: a history is a set of list indices and a count.

use std::{collections::BTreeMap, fmt};

use sha2::{Digest, Sha256};
use thiserror::Error;

pub mod estimable;
pub mod overlap;
pub mod table;

pub use estimable::{Dependence, EstimableHistories, Islands, Need};
pub use overlap::Overlap;
pub use table::{Remark, StratumTable, TableError, TableFile, read_strata, read_table};

/// The most lists a table may have: a capture history is one bit per list in a `u32`.
pub const MAX_LISTS: usize = 32;

/// The most people a table may count, 2⁵³: beyond it a count is no longer exact as a floating-point number.
pub const MAX_PEOPLE: u64 = 1 << 53;

/// A table of capture histories that is well formed, though not necessarily good enough for an estimate.
///
/// Bit `j` of a mask says that the person is on list `j`. No mask is 0, no count is 0, names are unique,
/// and the counts sum to at most [`MAX_PEOPLE`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CaptureHistories {
    lists: Vec<String>,
    counts: BTreeMap<u32, u64>,
    n_documented: u64,
}

/// Why a set of list names and counts is no table of capture histories.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HistoriesError {
    /// There is no list at all.
    #[error("the table has no list")]
    NoLists,
    /// More lists than a mask has bits.
    #[error("the table has {n_lists} lists; at most {MAX_LISTS} are possible")]
    TooManyLists {
        /// Number of lists given.
        n_lists: usize,
    },
    /// Two lists have the same name.
    #[error("lists {first} and {second} have the same name")]
    DuplicateName {
        /// Index of the first of them.
        first: usize,
        /// Index of the second.
        second: usize,
    },
    /// A count stands beside the history of nobody.
    #[error("{count} people are counted on no list: nobody can be documented on no list")]
    OnNoList {
        /// The count given.
        count: u64,
    },
    /// A mask names a list that does not exist.
    #[error("a capture history names list {list}, but the table has {n_lists} lists")]
    UnknownList {
        /// Index of the list named.
        list: usize,
        /// Number of lists in the table.
        n_lists: usize,
    },
    /// The counts sum to more than [`MAX_PEOPLE`].
    #[error("the counts sum to more than 2^53 people")]
    TooManyPeople,
}

impl CaptureHistories {
    /// Builds the table from list names and pairs of (mask, count); repeated masks are summed, zero counts dropped.
    ///
    /// # Errors
    /// See [`HistoriesError`].
    pub fn new(lists: Vec<String>, counts: impl IntoIterator<Item = (u32, u64)>) -> Result<Self, HistoriesError> {
        let n_lists = lists.len();
        if n_lists == 0 {
            return Err(HistoriesError::NoLists);
        }
        if n_lists > MAX_LISTS {
            return Err(HistoriesError::TooManyLists { n_lists });
        }
        for second in 1..n_lists {
            if let Some(first) = lists[..second].iter().position(|name| *name == lists[second]) {
                return Err(HistoriesError::DuplicateName { first, second });
            }
        }
        let mut table = Self { lists, counts: BTreeMap::new(), n_documented: 0 };
        for (mask, count) in counts {
            table.add(mask, count)?;
        }
        Ok(table)
    }

    /// Builds the table from one mask per person: bit `j` is set when the person is on list `j`.
    ///
    /// # Errors
    /// See [`HistoriesError`]; a person on no list is an error.
    pub fn of_memberships(lists: Vec<String>, masks: impl IntoIterator<Item = u32>) -> Result<Self, HistoriesError> {
        Self::new(lists, masks.into_iter().map(|mask| (mask, 1)))
    }

    fn add(&mut self, mask: u32, count: u64) -> Result<(), HistoriesError> {
        if count == 0 {
            return Ok(());
        }
        if mask == 0 {
            return Err(HistoriesError::OnNoList { count });
        }
        let highest = 31 - mask.leading_zeros() as usize;
        if highest >= self.n_lists() {
            return Err(HistoriesError::UnknownList { list: highest, n_lists: self.n_lists() });
        }
        self.n_documented = self
            .n_documented
            .checked_add(count)
            .filter(|&total| total <= MAX_PEOPLE)
            .ok_or(HistoriesError::TooManyPeople)?;
        *self.counts.entry(mask).or_insert(0) += count;
        Ok(())
    }

    /// The names of the lists, in file order.
    pub fn lists(&self) -> &[String] {
        &self.lists
    }

    /// J, the number of lists.
    pub fn n_lists(&self) -> usize {
        self.lists.len()
    }

    /// n, the number of people on at least one list.
    pub fn n_documented(&self) -> u64 {
        self.n_documented
    }

    /// Pairs of (mask, count) in ascending order of the mask; no count is 0.
    pub fn counts(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.counts.iter().map(|(&mask, &count)| (mask, count))
    }

    /// The number of people with exactly this capture history.
    pub fn count(&self, mask: u32) -> u64 {
        self.counts.get(&mask).copied().unwrap_or(0)
    }

    /// n_j: the number of people on each list.
    pub fn list_sizes(&self) -> Vec<u64> {
        (0..self.n_lists()).map(|list| self.count_where(|mask| mask >> list & 1 == 1)).collect()
    }

    /// f_i for i = 1..J at index i − 1: the number of people on exactly i lists.
    pub fn frequencies(&self) -> Vec<u64> {
        let mut frequencies = vec![0; self.n_lists()];
        for (mask, count) in self.counts() {
            frequencies[mask.count_ones() as usize - 1] += count;
        }
        frequencies
    }

    /// The number of people whose mask satisfies the condition.
    pub fn count_where(&self, condition: impl Fn(u32) -> bool) -> u64 {
        self.counts().filter(|&(mask, _)| condition(mask)).map(|(_, count)| count).sum()
    }

    /// The table without one list: people who were only on it are no longer documented.
    pub fn without_list(&self, list: usize) -> Self {
        let groups: Vec<Vec<usize>> = (0..self.n_lists()).filter(|&other| other != list).map(|l| vec![l]).collect();
        self.regrouped(&groups)
    }

    /// The table in which each group of lists counts as one list, named with `+`; lists in no group are left out.
    pub fn regrouped(&self, groups: &[Vec<usize>]) -> Self {
        let lists: Vec<String> = groups
            .iter()
            .map(|group| group.iter().map(|&list| self.lists[list].as_str()).collect::<Vec<_>>().join("+"))
            .collect();
        let members: Vec<u32> =
            groups.iter().map(|group| group.iter().fold(0, |mask, list| mask | 1 << list)).collect();
        let mut counts = BTreeMap::new();
        for (mask, count) in self.counts() {
            let regrouped = members.iter().enumerate().fold(
                0,
                |new, (idx, &group)| {
                    if mask & group == 0 { new } else { new | 1 << idx }
                },
            );
            if regrouped != 0 {
                *counts.entry(regrouped).or_insert(0) += count;
            }
        }
        let n_documented = counts.values().sum();
        Self { lists, counts, n_documented }
    }

    /// The text over which [`TableId`] is taken: names in file order, histories by ascending mask, lines ended by LF.
    pub fn canonical_text(&self) -> String {
        let mut text = String::new();
        for name in &self.lists {
            text.push_str(&quoted(name));
            text.push(',');
        }
        text.push_str("count\n");
        for (mask, count) in self.counts() {
            for list in 0..self.n_lists() {
                text.push_str(if mask >> list & 1 == 1 { "1," } else { "0," });
            }
            text.push_str(&count.to_string());
            text.push('\n');
        }
        text
    }

    /// The identity of this table: two files with the same histories in another order have the same.
    pub fn id(&self) -> TableId {
        TableId(Sha256::digest(self.canonical_text().as_bytes()).into())
    }
}

fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n', '\r']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
}

/// SHA-256 of the canonical text of a table; it travels with every figure made from the table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId([u8; 32]);

impl TableId {
    /// The 32 bytes of the hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The identity of something else that figures rest on, such as draws, from a hash that has seen all of it.
    pub(crate) fn of_digest(hash: Sha256) -> Self {
        Self(hash.finalize().into())
    }

    /// The identity of an ordered sequence of tables, as used when a figure rests on several draws of the linkage.
    pub fn of_sequence<'a>(tables: impl IntoIterator<Item = &'a TableId>) -> Self {
        let mut hash = Sha256::new();
        for table in tables {
            hash.update(table.0);
        }
        Self(hash.finalize().into())
    }
}

impl fmt::Display for TableId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for TableId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TableId({self})")
    }
}
