//! The vault's persons under draws of the linkage, sorted to coarse strata, for statisticians elsewhere.

use crate::{
    desk::{
        Desk, Person, Snapshot,
        figures::{self, Category},
        linking,
    },
    failure::{Exit, Failure},
    output::Output,
};
use habeas_core::{PersonId, fold};
use habeas_publish::{
    figures::OTHER_PLACES,
    files::sha256,
    replicates::{Combination, Replicate, ReplicateCard},
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Dimensions that replicates may be sorted by. None is sensitive.
pub const DIMENSIONS: [&str; 2] = ["year", "place"];

impl Desk {
    /// Draws the linkage so many times and counts persons by stratum and lists in each draw. A place that fewer people than
    /// `threshold` have in common is one of the others.
    ///
    /// # Errors
    /// Nothing was linked yet, or the vault cannot be read.
    pub fn replicates(
        &self,
        by: &[String],
        n_draws: usize,
        threshold: u64,
        out: &Output,
    ) -> Result<(Vec<Replicate>, ReplicateCard), Failure> {
        const SEED: u64 = 1;
        let snapshot = self.snapshot()?;
        let Some(run) = self.latest_link_run()? else {
            return Err(Failure::new(Exit::Failed, "nothing was linked yet", "run: habeas link run"));
        };
        let (record_ids, partitions) = linking::draws(self, &run, n_draws, SEED, out)?;
        let places: Vec<Option<u32>> = record_ids.iter().map(|id| snapshot.record_idx(*id)).collect();
        let mut sorter = Sorter::new(&snapshot, by, threshold);
        let replicates = partitions.iter().map(|partition| {
            let mut counts: BTreeMap<Combination, u64> = BTreeMap::new();
            for cluster in partition.clusters() {
                let mut records: Vec<u32> = cluster.iter().filter_map(|at| places[*at as usize]).collect();
                records.sort_unstable();
                if let Some(combination) = sorter.combination(records) {
                    *counts.entry(combination).or_default() += 1;
                }
            }
            Replicate { counts }
        });
        let replicates = replicates.collect();
        let card = ReplicateCard {
            dimensions: by.to_vec(),
            n_lists: snapshot.lists().len(),
            model_sha256: sha256(run.model_toml.as_bytes()),
            seed: SEED,
        };
        Ok((replicates, card))
    }
}

/// Remembers what was made of each set of records: draws agree on most of them.
struct Sorter<'s> {
    snapshot: &'s Snapshot,
    by: &'s [String],
    bits: Vec<u32>,
    common: HashSet<String>,
    known: HashMap<Vec<u32>, Option<Combination>>,
}

impl<'s> Sorter<'s> {
    fn new(snapshot: &'s Snapshot, by: &'s [String], threshold: u64) -> Self {
        let mut n_at: HashMap<String, u64> = HashMap::new();
        snapshot.for_each_case(|case| {
            if let Category::Is(place) = figures::place(case) {
                *n_at.entry(fold(&place)).or_default() += 1;
            }
        });
        let common = n_at.into_iter().filter(|(_, n)| *n >= threshold).map(|(place, _)| place).collect();
        Self { snapshot, by, bits: figures::list_bits(snapshot), common, known: HashMap::new() }
    }

    /// What is told of the person of some records; nothing of whoever is on no list.
    fn combination(&mut self, records: Vec<u32>) -> Option<Combination> {
        if let Some(known) = self.known.get(&records) {
            return known.clone();
        }
        let mask = records.iter().fold(0, |mask, record| mask | self.bits[*record as usize]);
        let first = records.first().filter(|_| mask != 0).copied();
        let made = first.map(|first| {
            let id = PersonId::from(self.snapshot.records[first as usize].id);
            let case = self.snapshot.case_of(&Person { id, records: records.clone() });
            let strata = self.by.iter().map(|dimension| match dimension.as_str() {
                "year" => told(figures::year(&case)),
                _ => match figures::place(&case) {
                    Category::Is(place) if !self.common.contains(&fold(&place)) => OTHER_PLACES.to_owned(),
                    other => told(other),
                },
            });
            let n_lists = self.snapshot.lists().len();
            Combination { strata: strata.collect(), on: (0..n_lists).map(|list| mask >> list & 1 == 1).collect() }
        });
        self.known.insert(records, made.clone());
        made
    }
}

fn told(category: Category) -> String {
    match category {
        Category::Is(words) => words,
        Category::Disputed(_) => "disputed".to_owned(),
        Category::Unknown => "not stated".to_owned(),
    }
}
