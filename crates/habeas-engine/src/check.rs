//! What comes back of a shard, held against what was known before: blocks, records, numbers of pairs, checksums.
//! Whatever is off, the shard is wrong as a whole; nothing of it is used.

use crate::{
    error::Fault,
    function::{Answer, answers, pairs_in, patterns_in},
    shard::Expected,
    work::Found,
};
use datafusion::arrow::array::ArrayRef;
use habeas_link::Vector;
use std::collections::{BTreeMap, HashSet};

/// Answers of one shard, as they arrive.
#[derive(Debug)]
pub(crate) struct Checked {
    expected: Vec<Expected>,
    /// Whether the unit at the same place has come.
    came: Vec<bool>,
    n_came: usize,
    /// Own pairs of what has come.
    pub(crate) n_own: u64,
}

impl Checked {
    /// `expected` is sorted by unit.
    pub(crate) fn new(expected: Vec<Expected>) -> Self {
        let came = vec![false; expected.len()];
        Self { expected, came, n_came: 0, n_own: 0 }
    }

    /// Checks the columns of a batch and hands each answer on.
    pub(crate) fn take(
        &mut self,
        columns: &[ArrayRef],
        mut keep: impl FnMut(&Answer) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        for answer in answers(columns).ok_or(Fault::Columns)? {
            let place = self.expected.binary_search_by_key(&answer.unit, |expected| expected.unit);
            let (expected_n, found_n) = (self.expected.len(), self.n_came + 1);
            let Some(place) = place.ok().filter(|place| !self.came[*place]) else {
                return Err(Fault::Blocks { expected: expected_n, found: found_n });
            };
            let (expected, block) = (self.expected[place], answer.unit.block());
            if (answer.n_rows, answer.records) != (expected.n_rows, expected.records) {
                return Err(Fault::Records { block, expected: expected.n_rows, found: answer.n_rows });
            }
            if answer.n_own != expected.n_own {
                return Err(Fault::Pairs { block, expected: expected.n_own, found: answer.n_own });
            }
            if answer.checksum != answer.checksum_of() {
                return Err(Fault::Checksum { block });
            }
            keep(&answer)?;
            self.came[place] = true;
            (self.n_came, self.n_own) = (found_n, self.n_own + answer.n_own);
        }
        Ok(())
    }

    /// Whether every unit has come.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        if self.n_came == self.expected.len() {
            return Ok(());
        }
        Err(Fault::Blocks { expected: self.expected.len(), found: self.n_came })
    }
}

/// What is gathered of the answers of a shard.
pub(crate) trait Gather: Default + Send {
    fn take(&mut self, answer: &Answer) -> Result<(), Fault>;

    /// Checks what no single answer shows.
    fn finish(self) -> Result<Self, Fault>;
}

impl Gather for Found {
    fn take(&mut self, answer: &Answer) -> Result<(), Fault> {
        let before = self.pairs.len();
        let block = answer.unit.block();
        self.pairs.extend(pairs_in(answer.found).ok_or(Fault::Checksum { block })?);
        let n_found = (self.pairs.len() - before) as u64;
        if n_found > answer.n_own || answer.n_above > n_found {
            return Err(Fault::Pairs { block, expected: answer.n_own, found: n_found });
        }
        self.n_above += answer.n_above;
        Ok(())
    }

    fn finish(self) -> Result<Self, Fault> {
        let mut seen: HashSet<(u32, u32)> = HashSet::with_capacity(self.pairs.len());
        match self.pairs.iter().find(|pair| pair.left >= pair.right || !seen.insert((pair.left, pair.right))) {
            Some(pair) => Err(Fault::Pair { left: pair.left, right: pair.right }),
            None => Ok(self),
        }
    }
}

/// Comparison vectors of a shard with their numbers of pairs.
#[derive(Debug, Default)]
pub(crate) struct Patterns(pub(crate) BTreeMap<Vector, u64>);

impl Gather for Patterns {
    fn take(&mut self, answer: &Answer) -> Result<(), Fault> {
        let block = answer.unit.block();
        let mut n_tabulated = 0;
        for (vector, n) in patterns_in(answer.found).ok_or(Fault::Checksum { block })? {
            *self.0.entry(vector).or_insert(0) += n;
            n_tabulated += n;
        }
        if n_tabulated == answer.n_own {
            return Ok(());
        }
        Err(Fault::Pairs { block, expected: answer.n_own, found: n_tabulated })
    }

    fn finish(self) -> Result<Self, Fault> {
        Ok(self)
    }
}
