//! Statements of consent in memory: a list of a million people brings some hundred thousand.

use habeas_core::{Consent, RecordId};
use std::{
    collections::HashSet,
    sync::{Arc, OnceLock},
};

/// Statements of consent in log order, with the time at which each was recorded.
#[derive(Debug, Clone, Default)]
pub struct Consents {
    all: Vec<(Consent, i64)>,
    /// The words of all, each once: forms of one organisation say the same.
    words: HashSet<Arc<str>>,
    /// Places in `all` by the record that stands now; sorted when somebody asks.
    by_record: OnceLock<Vec<u32>>,
}

impl Consents {
    /// Adds the latest.
    pub fn push(&mut self, mut consent: Consent, recorded_ms: i64) {
        for words in [&mut consent.relation, &mut consent.risk_text] {
            match self.words.get(words) {
                Some(known) => *words = Arc::clone(known),
                None => drop(self.words.insert(Arc::clone(words))),
            }
        }
        self.all.push((consent, recorded_ms));
        self.restate();
    }

    /// Forgets which records stand.
    pub fn restate(&mut self) {
        self.by_record.take();
    }

    /// All, in log order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Consent> {
        self.all.iter().map(|(consent, _)| consent)
    }

    /// Those recorded after a time, by the clocks of the devices.
    pub fn since(&self, ms: i64) -> impl Iterator<Item = &Consent> {
        self.all.iter().filter(move |(_, at)| *at > ms).map(|(consent, _)| consent)
    }

    /// Those about records that stand now or about what these stand in the place of, in log order; `now` says what stands
    /// in the place of a record.
    pub fn about(&self, records: &[RecordId], now: impl Fn(RecordId) -> RecordId) -> Vec<&Consent> {
        let record_at = |at: &u32| now(self.all[*at as usize].0.about);
        let by_record = self.by_record.get_or_init(|| {
            let mut places: Vec<u32> = (0..self.all.len() as u32).collect();
            places.sort_by_cached_key(record_at);
            places
        });
        let mut found: Vec<u32> = Vec::new();
        for record in records {
            let first = by_record.partition_point(|at| record_at(at) < *record);
            found.extend(by_record[first..].iter().take_while(|at| record_at(at) == *record));
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|at| &self.all[at as usize].0).collect()
    }
}
