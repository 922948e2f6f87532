//! How right the linkage is by what people judged, and how far readers agree with each other and with themselves.

use super::not_taken_back;
use crate::{desk::Desk, failure::Failure};
use habeas_core::{Judgement, RecordPair, Standing, Verdict, standing};
use habeas_link::{Agreement, Quality};
use std::collections::BTreeMap;

/// What judgements tell of the linkage and of the judging.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Precision and recall from the random sample.
    pub quality: Quality,
    /// Pairs that two people read; the first decision of each.
    pub two_readers: Agreement,
    /// Pairs that one person was shown twice, and how many of them they decided alike; of everybody together, since this
    /// is no ranking of people.
    pub shown_again: Reading,
}

/// Pairs that were read twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// Pairs.
    pub n: u64,
    /// Those decided alike both times.
    pub n_alike: u64,
}

impl Desk {
    /// Measures the linkage by its random sample, and readers by pairs that were read twice.
    ///
    /// # Errors
    /// [`Failure`] where nothing was linked yet.
    pub fn review_quality(&self) -> Result<Measured, Failure> {
        let queue = self.review_queue()?;
        let judgements = self.judgements()?;
        let standing = standing(&judgements);
        let quality = habeas_link::quality(queue.strata(), |place| {
            match queue.pair_at(place).and_then(|pair| standing.get(&pair))? {
                Standing::Agreed(Verdict::Same) => Some(Some(true)),
                Standing::Agreed(Verdict::Different) => Some(Some(false)),
                Standing::Agreed(Verdict::Undecided) | Standing::Disputed => Some(None),
            }
        });
        Ok(Measured { quality, two_readers: two_readers(&judgements), shown_again: shown_again(&judgements) })
    }
}

/// The first decisions of the first two reviewers of each pair.
fn two_readers(judgements: &[Judgement]) -> Agreement {
    let mut readings: BTreeMap<RecordPair, Vec<(&str, bool)>> = BTreeMap::new();
    for one in not_taken_back(judgements).filter(|one| one.verdict != Verdict::Undecided) {
        let of_pair = readings.entry(one.pair).or_default();
        if of_pair.iter().all(|(by, _)| *by != one.by) {
            of_pair.push((&one.by, one.verdict == Verdict::Same));
        }
    }
    let mut agreement = Agreement::default();
    for (first, second) in readings.values().filter_map(|read| Some((read.first()?.1, read.get(1)?.1))) {
        agreement.add(first, second);
    }
    agreement
}

/// First and second decision of one person on one pair. A change of mind that was made on purpose counts as well: it
/// cannot be told apart.
fn shown_again(judgements: &[Judgement]) -> Reading {
    let mut readings: BTreeMap<(RecordPair, &str), Vec<Verdict>> = BTreeMap::new();
    for one in not_taken_back(judgements) {
        readings.entry((one.pair, &one.by)).or_default().push(one.verdict);
    }
    let mut reading = Reading::default();
    for twice in readings.values().filter(|verdicts| verdicts.len() > 1) {
        reading.n += 1;
        reading.n_alike += u64::from(twice[0] == twice[1]);
    }
    reading
}
