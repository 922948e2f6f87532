//! All records and persons of a vault at one moment, in memory.

use habeas_core::{CaseFile, PersonId, Record, RecordId, Settlements, Source, SourceKind, case_file};
use std::{collections::HashMap, sync::Arc};

/// Lists, by their first editions that stand, in the order in which they were imported. A record is of the list that its
/// source is an edition of.
pub fn lists_of(sources: &[Arc<Source>]) -> Vec<&Arc<Source>> {
    let mut lists: Vec<&Arc<Source>> = Vec::new();
    for source in sources.iter().filter(|source| source.kind == SourceKind::List) {
        if lists.iter().all(|known| known.list() != source.list()) {
            lists.push(source);
        }
    }
    lists
}

/// One person: the records that speak of them, in log order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id, that of the founding record.
    pub id: PersonId,
    /// Indices into [`Snapshot::records`]; never empty.
    pub records: Vec<u32>,
}

/// All records and persons of a vault at one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Records in log order.
    pub records: Vec<Record>,
    /// Sources in log order.
    pub sources: Vec<Arc<Source>>,
    /// Persons in the order of their founding records.
    pub persons: Vec<Person>,
    /// Records that came in after the last run of the linkage; each counts as a person of its own until the next run.
    pub n_unlinked: usize,
    /// What people have decided about questions of case files.
    pub settlements: Settlements,
    record_idx: HashMap<RecordId, u32>,
    person_of_record: Vec<u32>,
}

impl Snapshot {
    /// Joins records to persons. `person_of` says to which cluster of the last linkage a record belongs; records that
    /// it does not know are persons of their own.
    pub fn new(records: Vec<Record>, sources: Vec<Arc<Source>>, cluster_of: impl Fn(RecordId) -> Option<u32>) -> Self {
        let mut persons: Vec<Person> = Vec::new();
        let mut person_of_cluster: HashMap<u32, u32> = HashMap::new();
        let mut person_of_record = Vec::with_capacity(records.len());
        let mut n_unlinked = 0;
        for (idx, record) in records.iter().enumerate() {
            let next = persons.len() as u32;
            let person = match cluster_of(record.id) {
                Some(cluster) => *person_of_cluster.entry(cluster).or_insert(next),
                None => {
                    n_unlinked += 1;
                    next
                }
            };
            if person == next {
                persons.push(Person { id: PersonId::from(record.id), records: Vec::new() });
            }
            persons[person as usize].records.push(idx as u32);
            person_of_record.push(person);
        }
        let record_idx = records.iter().enumerate().map(|(idx, record)| (record.id, idx as u32)).collect();
        let settlements = Settlements::default();
        Self { records, sources, persons, n_unlinked, settlements, record_idx, person_of_record }
    }

    /// Lists of this snapshot; see [`lists_of`].
    pub fn lists(&self) -> Vec<&Arc<Source>> {
        lists_of(&self.sources)
    }

    /// The index of a record.
    pub fn record_idx(&self, id: RecordId) -> Option<u32> {
        self.record_idx.get(&id).copied()
    }

    /// The person that a record belongs to.
    pub fn person_of(&self, record: RecordId) -> Option<&Person> {
        let idx = self.record_idx(record)?;
        self.persons.get(self.person_of_record[idx as usize] as usize)
    }

    /// The case file of a person of this snapshot.
    pub fn case_of(&self, person: &Person) -> CaseFile<'_> {
        let records: Vec<&Record> = person.records.iter().map(|idx| &self.records[*idx as usize]).collect();
        self.settlements.settle(case_file(&records))
    }

    /// Makes each case file in turn; none is kept.
    pub fn for_each_case(&self, mut each: impl FnMut(&CaseFile<'_>)) {
        for person in &self.persons {
            each(&self.case_of(person));
        }
    }
}
