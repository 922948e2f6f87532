//! Strata of the vault's persons, also in draws of the linkage, where a person may come to lie in another stratum.

use super::super::{
    Snapshot,
    figures::{self, Category},
    shown,
    snapshot::Person,
};
use crate::failure::{Exit, Failure};
use habeas_core::{CaseFile, Partition, PersonId, RecordId, fold};
use habeas_stats::{CaptureHistories, strata::Stratum};
use std::collections::{BTreeMap, HashMap};

/// One dimension of strata: its name, the policy behind it, and the category of a case.
#[derive(Clone, Copy)]
pub struct Dimension {
    /// The name.
    pub name: &'static str,
    /// The policy.
    pub policy: &'static str,
    /// The category of a case.
    pub category: fn(&CaseFile<'_>) -> Category,
}

/// Categories that differ only in how they are typed are one stratum.
type Key = Vec<(u8, String)>;

/// Sorts persons into strata; what no account says is a stratum of its own. With draws of the linkage every stratum gets
/// its table in every draw.
///
/// # Errors
/// More lists than a table can hold.
pub fn strata(
    snapshot: &Snapshot,
    dimensions: &[Dimension],
    draws: Option<(&[RecordId], &[Partition])>,
) -> Result<Vec<Stratum>, Failure> {
    let bits = figures::list_bits(snapshot);
    let mut sorter = Sorter { snapshot, dimensions, bits, labels: BTreeMap::new(), known: HashMap::new() };
    let mut point: HashMap<Key, Vec<u32>> = HashMap::new();
    for person in &snapshot.persons {
        sorter.sort(person.records.clone(), &mut point);
    }
    let mut by_draw: Vec<HashMap<Key, Vec<u32>>> = Vec::new();
    if let Some((record_ids, partitions)) = draws {
        let places: Vec<Option<u32>> = record_ids.iter().map(|id| snapshot.record_idx(*id)).collect();
        for partition in partitions {
            let mut masks = HashMap::new();
            for cluster in partition.clusters() {
                let mut records: Vec<u32> = cluster.iter().filter_map(|record| places[*record as usize]).collect();
                records.sort_unstable();
                sorter.sort(records, &mut masks);
            }
            by_draw.push(masks);
        }
    }
    let names: Vec<String> = snapshot.lists().iter().map(|list| list.key.clone()).collect();
    let table = |masks: Option<&Vec<u32>>| {
        CaptureHistories::of_memberships(names.clone(), masks.into_iter().flatten().copied())
            .map_err(|error| Failure::new(Exit::Failed, error, "estimate over fewer lists"))
    };
    let strata = sorter.labels.iter().map(|(key, label)| {
        let draws = by_draw.iter().map(|masks| table(masks.get(key))).collect::<Result<Vec<_>, _>>()?;
        Ok(Stratum { label: label.clone(), table: table(point.get(key))?, draws })
    });
    strata.collect()
}

/// Remembers the stratum of each set of records: draws of the linkage agree on most of them.
struct Sorter<'a> {
    snapshot: &'a Snapshot,
    dimensions: &'a [Dimension],
    bits: Vec<u32>,
    labels: BTreeMap<Key, String>,
    known: HashMap<Vec<u32>, Key>,
}

impl Sorter<'_> {
    /// Adds the mask of one person to that of their stratum; who is on no list is in no table.
    fn sort(&mut self, records: Vec<u32>, masks: &mut HashMap<Key, Vec<u32>>) {
        let mask = records.iter().fold(0, |mask, record| mask | self.bits[*record as usize]);
        let Some(first) = records.first().filter(|_| mask != 0) else { return };
        if let Some(key) = self.known.get(&records) {
            masks.entry(key.clone()).or_default().push(mask);
            return;
        }
        let id = PersonId::from(self.snapshot.records[*first as usize].id);
        let person = Person { id, records };
        let case = self.snapshot.case_of(&person);
        let categories: Vec<Category> = self.dimensions.iter().map(|dimension| (dimension.category)(&case)).collect();
        let key: Key = categories.iter().map(folded).collect();
        self.labels.entry(key.clone()).or_insert_with(|| {
            categories.iter().map(shown::category_text).collect::<Vec<_>>().join(shown::BETWEEN_CATEGORIES)
        });
        masks.entry(key.clone()).or_default().push(mask);
        self.known.insert(person.records, key);
    }
}

fn folded(category: &Category) -> (u8, String) {
    match category {
        Category::Is(words) => (0, fold(words)),
        Category::Disputed(words) => (1, fold(words)),
        Category::Unknown => (2, String::new()),
    }
}
