//! The order in which pairs are asked about. It is made once for each linkage; who judged what is asked each time.

use super::not_taken_back;
use crate::{
    desk::Desk,
    failure::{Exit, Failure},
};
use clap::ValueEnum;
use habeas_core::{Judgement, RecordId, RecordPair, ScoredPair};
use habeas_link::Stratum;
use habeas_vault::LinkRun;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, OnceLock},
};

/// Which pairs are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Asked {
    /// Those whose decision would teach most
    #[default]
    Telling,
    /// A stratified random sample, which tells how right the linkage is
    Sample,
    /// Pairs that one other reviewer decided, in random order, for a second reading
    SecondReading,
    /// Pairs that the same reviewer decided before, in random order, to see whether they decide alike
    Again,
}

impl Asked {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Telling, Self::Sample, Self::SecondReading, Self::Again];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Telling => "telling",
            Self::Sample => "sample",
            Self::SecondReading => "second-reading",
            Self::Again => "again",
        }
    }

    /// Reads a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|asked| asked.code() == code)
    }
}

/// A pair is shown again to whoever decided it after so many other decisions of theirs at the earliest: sooner they would
/// remember what they said.
const APART: usize = 20;

/// The pairs of one linkage in the orders in which they are asked about.
pub struct Queue {
    run: Arc<LinkRun>,
    /// Places in the pairs of the run.
    telling: OnceLock<Vec<u32>>,
    strata: OnceLock<Vec<Stratum>>,
}

impl Queue {
    /// The ids of the pair at a place of the run.
    pub fn pair_at(&self, place: u32) -> Option<RecordPair> {
        self.pair_of(&self.run.pairs[place as usize])
    }

    fn pair_of(&self, pair: &ScoredPair) -> Option<RecordPair> {
        RecordPair::new(self.run.record_ids[pair.left as usize], self.run.record_ids[pair.right as usize])
    }

    /// The pairs of the random sample by stratum, each in its order of chance.
    pub fn strata(&self) -> &[Stratum] {
        let key = |pair: &ScoredPair| self.pair_of(pair).map_or(0, pair_key);
        self.strata.get_or_init(|| habeas_link::strata(&self.run.pairs, &self.run.partition, key))
    }

    fn telling(&self) -> &[u32] {
        self.telling.get_or_init(|| habeas_link::most_telling(&self.run.pairs, &self.run.partition))
    }

    /// As many pairs of each stratum in turn.
    fn in_turn(&self) -> impl Iterator<Item = u32> {
        let strata = self.strata();
        let longest = strata.iter().map(|stratum| stratum.pairs.len()).max().unwrap_or(0);
        (0..longest).flat_map(move |turn| strata.iter().filter_map(move |stratum| stratum.pairs.get(turn).copied()))
    }

    fn order(&self, asked: Asked) -> Box<dyn Iterator<Item = u32> + '_> {
        match asked {
            Asked::Telling => Box::new(self.telling().iter().copied()),
            Asked::Sample | Asked::SecondReading | Asked::Again => Box::new(self.in_turn()),
        }
    }
}

/// What one pair is called whatever run it stands in.
fn pair_key(pair: RecordPair) -> u64 {
    let half = |id: RecordId| id.0[..8].iter().fold(0u64, |key, byte| key << 8 | u64::from(*byte));
    half(pair.smaller()).rotate_left(1) ^ half(pair.larger())
}

/// Who has read which pair.
struct Readers<'j> {
    of: HashMap<RecordPair, HashSet<&'j str>>,
    /// Pairs that were decided lately by whoever is asked now, or twice already.
    not_again: HashSet<RecordPair>,
}

impl<'j> Readers<'j> {
    fn new(judgements: &'j [Judgement], by: &str) -> Self {
        let mut of: HashMap<RecordPair, HashSet<&str>> = HashMap::new();
        let mut times: HashMap<RecordPair, usize> = HashMap::new();
        let mut own: Vec<RecordPair> = Vec::new();
        for one in not_taken_back(judgements) {
            of.entry(one.pair).or_default().insert(&one.by);
            if one.by == by {
                *times.entry(one.pair).or_default() += 1;
                own.push(one.pair);
            }
        }
        let twice = times.into_iter().filter(|(_, n)| *n > 1).map(|(pair, _)| pair);
        let not_again = own.iter().rev().take(APART).copied().chain(twice).collect();
        Self { of, not_again }
    }

    fn is_open(&self, pair: RecordPair, asked: Asked, by: &str) -> bool {
        let read = self.of.get(&pair);
        match asked {
            Asked::Telling => read.is_none_or(|read| !read.contains(by)),
            // Of the sample every pair is wanted once; who decided it does not matter.
            Asked::Sample => read.is_none(),
            Asked::SecondReading => read.is_some_and(|read| read.len() == 1 && !read.contains(by)),
            Asked::Again => read.is_some_and(|read| read.contains(by)) && !self.not_again.contains(&pair),
        }
    }
}

impl Desk {
    /// The pairs of the last linkage in their orders.
    ///
    /// # Errors
    /// [`Failure`] where nothing was linked yet.
    pub fn review_queue(&self) -> Result<Arc<Queue>, Failure> {
        let run = self.last_run_or_say()?;
        let queue = || Ok(Queue { run, telling: OnceLock::new(), strata: OnceLock::new() });
        self.inner.reviewing.queue.get(queue)
    }

    /// The next pairs for a reviewer whose records both stand, `count` at most.
    ///
    /// # Errors
    /// [`Failure`] where nothing was linked yet or the vault cannot be read.
    pub fn next_pairs(&self, by: &str, asked: Asked, count: usize) -> Result<Vec<RecordPair>, Failure> {
        let queue = self.review_queue()?;
        let judgements = self.judgements()?;
        let readers = Readers::new(&judgements, by);
        let mut found = Vec::new();
        for pair in queue.order(asked).filter_map(|place| queue.pair_at(place)) {
            if found.len() == count {
                break;
            }
            if readers.is_open(pair, asked, by) && self.records_of_pair(pair)?.is_some() {
                found.push(pair);
            }
        }
        Ok(found)
    }

    /// How many pairs of the last linkage are open for a reviewer.
    ///
    /// # Errors
    /// As [`Desk::next_pairs`].
    pub fn n_open_pairs(&self, by: &str, asked: Asked) -> Result<usize, Failure> {
        let queue = self.review_queue()?;
        let judgements = self.judgements()?;
        let readers = Readers::new(&judgements, by);
        let pairs = queue.run.pairs.iter().filter_map(|pair| queue.pair_of(pair));
        Ok(pairs.filter(|pair| readers.is_open(*pair, asked, by)).count())
    }

    /// The last run, without which nothing can be asked.
    pub(super) fn last_run_or_say(&self) -> Result<Arc<LinkRun>, Failure> {
        let none = || Failure::new(Exit::Failed, "nothing was linked yet", "run: habeas link run");
        self.latest_link_run()?.ok_or_else(none)
    }
}
