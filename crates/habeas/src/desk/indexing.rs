//! The index of persons kept up with the log: what it holds of each case file, to find, list and count it.
//!
//! All persons are indexed anew after a linkage or an import, in several passes over the log with the records of some
//! persons in memory at a time; after a change of what is said of a mention only the persons whom that concerns.

use super::{
    Desk,
    counting::{agreement_rank, field_name},
    figures, lock,
    placemap::point_of,
    searching::{BETWEEN_NAMES, day_bounds, spellings},
    shown,
    snapshot::lists_of,
    vault_failure,
};
use crate::failure::Failure;
use habeas_core::{
    AssertionId, CaseFile, CaseNames, Entity, EntityKind, EventKind, Label, Matter, PersonId, Predicate, Record,
    RecordId, Settlements, Source, Topic, Value, case_file, cases, fold,
};
use habeas_vault::{CaseLine, ComparedRow, Joint, LinkRun, PersonRow, Vault, Wanted};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// Records of persons with several that are in memory at a time, about two kilobytes each. More of them make fewer passes
/// over the log.
const RECORDS_AT_ONCE: usize = 40_000;

/// Persons that are written into the index in one transaction.
const ROWS_AT_ONCE: usize = 1_000;

impl Desk {
    /// Which cases people have named, of all persons.
    fn case_names(&self) -> Result<CaseNames, Failure> {
        let concerned: Vec<Entity> = {
            let vault = self.opened();
            let find = |wanted: &[Wanted<'_>]| vault.find_assertions(wanted).map_err(vault_failure);
            let mut concerned: Vec<Entity> = Vec::new();
            let actor = Wanted::On(Topic::Of(Matter::Actor), Some(EntityKind::Case));
            concerned.extend(find(&[actor])?.into_iter().filter_map(|one| one.target));
            let part_of = |kind| Wanted::On(Topic::Of(Matter::PartOf), Some(kind));
            for one in find(&[part_of(EntityKind::Act), part_of(EntityKind::Assertion)])? {
                match one.about.kind {
                    _ if one.target.is_none_or(|target| target.kind != EntityKind::Case) => {}
                    EntityKind::Act => {
                        concerned.extend(find(&[Wanted::About(one.about)])?.into_iter().filter_map(|one| one.target));
                    }
                    _ => {
                        let claim = AssertionId(one.about.id.0);
                        concerned.extend(find(&[Wanted::Id(claim)])?.into_iter().map(|claim| claim.about));
                    }
                }
            }
            concerned
        };
        if concerned.is_empty() {
            return Ok(CaseNames::default());
        }
        Ok(CaseNames::of(&self.book_behind(&concerned)?.counting()))
    }

    /// Brings the index of persons up to the log: all of it after a linkage, the persons of changed mentions otherwise.
    pub fn index_persons_if_stale(&self) -> Result<(), Failure> {
        let _one_at_a_time = lock(&self.inner.indexing);
        if !self.opened().index_is_stale_for_persons().map_err(vault_failure)? {
            return self.follow_mentions();
        }
        let folding = self.folding()?;
        let (order, generation) = {
            let mut vault = self.opened();
            let ids = vault.record_ids().map_err(vault_failure)?;
            (Order::new(&ids, &folding), vault.begin_persons().map_err(vault_failure)?)
        };
        for pass in 0..order.n_passes {
            self.index_pass(pass, &order, &folding)?;
        }
        self.opened().finish_persons(generation).map_err(vault_failure)
    }

    /// Indexes the persons of one pass.
    fn index_pass(&self, pass: u32, order: &Order, folding: &Folding) -> Result<(), Failure> {
        let vault = self.opened();
        let mut waiting: HashMap<u32, Vec<Record>> = HashMap::new();
        let mut writing = Writing { vault: &vault, rows: Vec::new(), failed: None };
        let wanted = |id: RecordId| order.person_of(id).is_some_and(|person| order.pass_of(person) == pass);
        let read = vault.for_each_record_of(wanted, |record| {
            let Some(person) = order.person_of(record.id) else { return };
            // Nobody else speaks of them: they need not wait.
            if order.n_records(person) == 1 {
                writing.push(person, folding.row(&[record]));
            } else {
                waiting.entry(person).or_default().push(record);
            }
        });
        read.map_err(vault_failure)?;
        for (person, mut records) in waiting {
            // Mentions come source by source.
            records.sort_by_key(|record| order.place_of.get(record.id));
            writing.push(person, folding.row(&records));
        }
        writing.finish()
    }

    /// Makes anew what the index keeps of persons whose mentions have come, changed or gone.
    fn follow_mentions(&self) -> Result<(), Failure> {
        let changed = self.opened().mentions_changed().map_err(vault_failure)?;
        if changed.is_empty() {
            return Ok(());
        }
        let folding = self.folding()?;
        let mut groups: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
        let mut gone: BTreeSet<PersonId> = BTreeSet::new();
        let vault = self.opened();
        for id in changed {
            let together = [vec![id], folding.together_with(id)].concat();
            // Those that the index knows stand in the order of the log.
            let mut group: Vec<RecordId> = Vec::new();
            for known in &together {
                if let Some(indexed) = vault.indexed_person(*known).map_err(vault_failure)? {
                    gone.insert(indexed.person);
                    group.extend(indexed.records);
                }
            }
            group.extend(together);
            let first = group.iter().min().copied().unwrap_or(id);
            groups.entry(first).or_default().extend(group);
        }
        let mut rows = Vec::with_capacity(groups.len());
        for group in groups.into_values() {
            let mut known = BTreeSet::new();
            let ids: Vec<RecordId> = group.into_iter().filter(|id| known.insert(*id)).collect();
            let records: Vec<Record> = vault.records_of(&ids).map_err(vault_failure)?;
            if !records.is_empty() {
                rows.push(folding.row(&records));
            }
        }
        drop(vault);
        let stay: BTreeSet<PersonId> = rows.iter().map(|row| row.person).collect();
        let gone: Vec<PersonId> = gone.difference(&stay).copied().collect();
        self.opened().update_persons(&rows, &gone).map_err(vault_failure)
    }

    /// What it takes to fold persons into rows of the index.
    fn folding(&self) -> Result<Folding, Failure> {
        let run = self.last_run()?;
        let weighed = run.as_deref().map(Weighed::of).unwrap_or_default();
        let clusters = run.as_deref().map(|run| {
            Numbered::of(run.record_ids.iter().copied().zip(run.partition.cluster_of().iter().copied()).collect())
        });
        let sources = self.opened().sources().to_vec();
        Ok(Folding {
            run,
            clusters: clusters.unwrap_or_default(),
            weighed,
            names: self.case_names()?,
            settlements: self.settlements()?,
            sources,
        })
    }
}

/// Numbers of records, in a third of the room of a map.
#[derive(Default)]
struct Numbered(Vec<(RecordId, u32)>);

impl Numbered {
    fn of(mut all: Vec<(RecordId, u32)>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    fn get(&self, id: RecordId) -> Option<u32> {
        self.0.binary_search_by_key(&id, |(id, _)| *id).ok().map(|at| self.0[at].1)
    }
}

/// Persons in the order of their founding records, and in which pass over the log each is indexed.
struct Order {
    /// The place of each record in the log.
    place_of: Numbered,
    /// The person of the record at each place.
    person_at: Vec<u32>,
    /// For each person the number of records, and the pass.
    persons: Vec<(u32, u32)>,
    n_passes: u32,
}

impl Order {
    fn new(ids: &[RecordId], folding: &Folding) -> Self {
        let mut persons: Vec<(u32, u32)> = Vec::new();
        let mut person_of_cluster: HashMap<u32, u32> = HashMap::new();
        let mut person_at = Vec::with_capacity(ids.len());
        for id in ids {
            let next = persons.len() as u32;
            let person = match folding.clusters.get(*id) {
                Some(cluster) => *person_of_cluster.entry(cluster).or_insert(next),
                None => next,
            };
            if person == next {
                persons.push((0, 0));
            }
            persons[person as usize].0 += 1;
            person_at.push(person);
        }
        let mut n_before = 0;
        for (n_records, pass) in persons.iter_mut().filter(|(n_records, _)| *n_records > 1) {
            *pass = (n_before / RECORDS_AT_ONCE) as u32;
            n_before += *n_records as usize;
        }
        let n_passes = persons.iter().map(|(_, pass)| pass + 1).max().unwrap_or(0);
        Self { place_of: Numbered::of(ids.iter().copied().zip(0..).collect()), person_at, persons, n_passes }
    }

    fn person_of(&self, id: RecordId) -> Option<u32> {
        self.place_of.get(id).map(|place| self.person_at[place as usize])
    }

    fn n_records(&self, person: u32) -> u32 {
        self.persons[person as usize].0
    }

    fn pass_of(&self, person: u32) -> u32 {
        self.persons[person as usize].1
    }
}

/// Rows on their way into the index.
struct Writing<'v> {
    vault: &'v Vault,
    rows: Vec<(u64, PersonRow)>,
    failed: Option<Failure>,
}

impl Writing<'_> {
    fn push(&mut self, person: u32, row: PersonRow) {
        self.rows.push((u64::from(person) + 1, row));
        if self.rows.len() >= ROWS_AT_ONCE {
            self.write();
        }
    }

    fn write(&mut self) {
        // In their order, so that pages of the index are filled one after another.
        self.rows.sort_unstable_by_key(|(place, _)| *place);
        if let Err(error) = self.vault.add_persons(self.rows.drain(..)) {
            self.failed.get_or_insert(vault_failure(error));
        }
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.write();
        self.failed.map_or(Ok(()), Err)
    }
}

/// How the last linkage weighed pairs of records that it took for one person, by the first of each.
#[derive(Default)]
struct Weighed(Vec<(RecordId, RecordId, f32)>);

impl Weighed {
    fn of(run: &LinkRun) -> Self {
        let cluster_of = run.partition.cluster_of();
        let same =
            |pair: &&habeas_core::ScoredPair| cluster_of.get(pair.left as usize) == cluster_of.get(pair.right as usize);
        let id = |idx: u32| run.record_ids[idx as usize];
        let pairs = run.pairs.iter().filter(same);
        let mut all: Vec<_> = pairs.map(|pair| (id(pair.left), id(pair.right), pair.weight().0 as f32)).collect();
        all.sort_unstable_by_key(|(left, right, _)| (*left, *right));
        Self(all)
    }

    fn beginning_at(&self, left: RecordId) -> &[(RecordId, RecordId, f32)] {
        let first = self.0.partition_point(|(id, ..)| *id < left);
        let n = self.0[first..].partition_point(|(id, ..)| *id == left);
        &self.0[first..first + n]
    }

    /// The strongest pairs among the records of a case.
    fn joints(&self, case: &CaseFile<'_>) -> Vec<Joint> {
        let place = |id: RecordId| {
            let at = case.records.iter().position(|record| record.id == id)?;
            u16::try_from(at).ok()
        };
        let pairs = case.records.iter().flat_map(|record| self.beginning_at(record.id));
        let mut joints: Vec<Joint> = pairs
            .filter_map(|(left, right, weight)| {
                Some(Joint { records: [place(*left)?, place(*right)?], weight: *weight })
            })
            .collect();
        joints.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        joints.truncate(MOST_JOINTS);
        joints
    }
}

/// Joints that are kept of one person.
const MOST_JOINTS: usize = 12;

/// What it takes to fold a person into a row of the index.
struct Folding {
    run: Option<Arc<LinkRun>>,
    clusters: Numbered,
    weighed: Weighed,
    names: CaseNames,
    settlements: Settlements,
    sources: Vec<Arc<Source>>,
}

impl Folding {
    /// The records that the last linkage took for the person of one.
    fn together_with(&self, id: RecordId) -> Vec<RecordId> {
        let (Some(run), Some(cluster)) = (&self.run, self.clusters.get(id)) else { return Vec::new() };
        let together = run.record_ids.iter().zip(run.partition.cluster_of()).filter(|(_, of)| **of == cluster);
        together.map(|(id, _)| *id).collect()
    }

    fn row(&self, records: &[Record]) -> PersonRow {
        person_row(&self.settlements.settle(case_file(&records.iter().collect::<Vec<_>>())), self)
    }
}

/// What the index keeps of a case file, to find and list it.
fn person_row(case: &CaseFile<'_>, folding: &Folding) -> PersonRow {
    let mut search: Vec<String> = Vec::new();
    for record in &case.records {
        for claim in &record.claims {
            match &claim.value {
                Value::Name(name) => search.push(fold(&name.text())),
                Value::Place(place) => search.push(fold(&place.text())),
                _ if matches!(claim.predicate, Predicate::Alias | Predicate::FatherName | Predicate::ListNumber) => {
                    search.push(fold(&record.words(claim)));
                }
                _ => {}
            }
        }
    }
    let mut classes: Vec<String> = search.iter().flat_map(|text| text.split(' ')).flat_map(spellings).collect();
    search.append(&mut classes);
    search.sort();
    search.dedup();
    let mut sources: Vec<String> = case.records.iter().map(|record| record.source.list().to_owned()).collect();
    sources.sort();
    sources.dedup();
    let (mut spans, mut places) = (Vec::new(), Vec::new());
    for claim in case.records.iter().flat_map(|record| &record.claims) {
        match (claim.predicate, &claim.value) {
            (Predicate::EventDate(EventKind::Taken | EventKind::LastSeen), Value::Date(date)) => {
                spans.extend(date.readings().map(|span| day_bounds(span.earliest, span.latest)));
            }
            (Predicate::EventPlace(_), Value::Place(place)) => places.extend(place.parts.iter().map(|part| fold(part))),
            _ => {}
        }
    }
    let told = cases(&case.records, &folding.names);
    let lines: Vec<CaseLine> = told
        .all
        .iter()
        .map(|one| {
            let file = one.file(case);
            CaseLine { taken: taken_text(&file), labels: label_codes(&file.labels) }
        })
        .collect();
    // Each case has a label of its own: whoever was released and taken again is not «disputed».
    let mut labels: Vec<String> = lines.iter().flat_map(|line| line.labels.iter().cloned()).collect();
    labels.sort();
    labels.dedup();
    PersonRow {
        person: case.person,
        name: case.names().join(BETWEEN_NAMES),
        search_text: search.join(" "),
        taken: taken_text(case),
        year: match figures::year(case) {
            figures::Category::Is(year) => year.parse().ok(),
            _ => None,
        },
        place: match figures::place(case) {
            figures::Category::Is(place) => place,
            _ => String::new(),
        },
        labels: if lines.len() > 1 { labels } else { label_codes(&case.labels) },
        spans,
        places,
        cases: lines,
        sources,
        n_records: case.records.len() as u32,
        n_contradictions: told.n_contradictions(case) as u32,
        records: case.records.iter().map(|record| record.id).collect(),
        joints: folding.weighed.joints(case),
        year_words: figures::year(case).code(),
        sex: figures::sex(case).code(),
        point: point_of(case),
        is_unlinked: case.records.iter().all(|record| folding.clusters.get(record.id).is_none()),
        compared: compared_rows(case, &folding.sources),
    }
}

/// How the lists that name a person agree, as the index holds it.
fn compared_rows(case: &CaseFile<'_>, sources: &[Arc<Source>]) -> Vec<ComparedRow> {
    let lists = lists_of(sources);
    let row = |one: figures::Compared| ComparedRow {
        field: field_name(one.predicate, one.lists.map(|at| lists[at].key.as_str())),
        agreement: agreement_rank(one.found.agreement),
        records: [one.found.left, one.found.right],
    };
    figures::compared(&lists, case).into_iter().map(row).collect()
}

fn label_codes(labels: &[Label]) -> Vec<String> {
    labels.iter().map(|label| label.code().to_owned()).collect()
}

/// When a person was taken, one text for each reading.
fn taken_text(case: &CaseFile<'_>) -> String {
    let taken = case.question(Predicate::EventDate(EventKind::Taken)).into_iter().flat_map(|question| {
        question.readings.iter().filter_map(|reading| shown::value_text(reading.accounts[0].claim))
    });
    taken.collect::<Vec<_>>().join(" | ")
}
