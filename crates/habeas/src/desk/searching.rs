//! The search over persons: what the index keeps of a case file, kept up with the log, and asked by words and filters.

use super::{Desk, figures, shown, vault_failure};
use crate::failure::Failure;
use habeas_core::{CaseFile, EventKind, Label, PersonId, Predicate, Record, RecordId, Right, Value, case_file, fold};
use habeas_vault::{Joint, LinkRun, PersonFilter, PersonRow};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Which case files.
#[derive(Debug, Clone, Default)]
pub struct CaseQuery {
    /// Words that must all occur, in any script.
    pub words: String,
    /// Year, as in the tables.
    pub year: Option<String>,
    /// Place, as in the tables.
    pub place: Option<String>,
    /// Code of a label.
    pub label: Option<String>,
    /// Key of a source.
    pub source: Option<String>,
    /// Only those that hold contradictions.
    pub only_contradicted: bool,
    /// Key of the last row of the page before.
    pub after: Option<String>,
    /// Rows at most.
    pub limit: usize,
}

/// One page of case files.
#[derive(Debug, Clone)]
pub struct CasePage {
    /// The rows.
    pub rows: Vec<CaseRow>,
    /// How many match in all.
    pub n_total: u64,
    /// Key for the next page, if there is one.
    pub next: Option<String>,
}

/// One line of a list of case files.
#[derive(Debug, Clone)]
pub struct CaseRow {
    /// The person.
    pub person: PersonId,
    /// Names, one for each script.
    pub names: Vec<String>,
    /// When taken, as extended dates; empty where not said.
    pub taken: String,
    /// Widest place, as in the tables; empty where not said.
    pub place: String,
    /// Labels.
    pub labels: Vec<Label>,
    /// Keys of the sources.
    pub sources: Vec<String>,
    /// Number of records.
    pub n_records: u32,
    /// Number of questions whose accounts contradict each other.
    pub n_contradictions: u32,
}

impl Desk {
    /// Case files by words and filters, a page at a time.
    pub fn search(&self, query: &CaseQuery) -> Result<CasePage, Failure> {
        self.search_within(query, &[])
    }

    /// Case files by words and filters whose place is one of several, such as those within a wider one.
    pub fn search_within(&self, query: &CaseQuery, within: &[String]) -> Result<CasePage, Failure> {
        self.ask(Right::Cases)?;
        self.index_persons_if_stale()?;
        let years = query.year.as_deref().map(years_of).transpose()?;
        let places: Vec<String> = query.place.iter().cloned().chain(within.iter().cloned()).collect();
        let after = match query.after.as_deref().map(str::parse) {
            None => None,
            Some(Ok(key)) => Some(key),
            Some(Err(_)) => {
                return Err(Failure::usage("this is no key of a page", "take the one that a page ends with"));
            }
        };
        let filter = PersonFilter {
            words: habeas_core::fold_tokens(&query.words),
            years,
            places,
            label: query.label.clone(),
            source: query.source.clone(),
            only_contradicted: query.only_contradicted,
        };
        let vault = self.vault(Right::Cases)?;
        let page = vault.search_persons(&filter, after, query.limit).map_err(vault_failure)?;
        let n_total = vault.count_persons(&filter).map_err(vault_failure)?;
        Ok(CasePage {
            rows: page.hits.into_iter().map(|hit| case_row(hit.row)).collect(),
            n_total,
            next: page.next.map(|key| key.to_string()),
        })
    }

    /// Brings the index of persons up to the log: all of it after a linkage, the persons of changed mentions otherwise.
    pub fn index_persons_if_stale(&self) -> Result<(), Failure> {
        if !self.opened().index_is_stale_for_persons().map_err(vault_failure)? {
            return self.follow_mentions();
        }
        let run = self.last_run()?;
        let snapshot = self.all()?;
        let weighed = run.as_deref().map(Weighed::of).unwrap_or_default();
        let rows = snapshot.persons.iter().map(|person| person_row(&snapshot.case_of(person), &weighed));
        self.opened().index_persons(rows).map_err(vault_failure)?;
        Ok(())
    }

    /// Makes anew what the index keeps of persons whose mentions have come, changed or gone.
    fn follow_mentions(&self) -> Result<(), Failure> {
        let changed = self.opened().mentions_changed().map_err(vault_failure)?;
        if changed.is_empty() {
            return Ok(());
        }
        let run = self.last_run()?;
        let cluster_of: HashMap<RecordId, u32> = run.as_deref().map(super::clusters_of).unwrap_or_default();
        let mut groups: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
        let mut gone: BTreeSet<PersonId> = BTreeSet::new();
        let vault = self.opened();
        for id in changed {
            let mut group = BTreeSet::from([id]);
            if let (Some(run), Some(cluster)) = (&run, cluster_of.get(&id)) {
                let together = run.record_ids.iter().filter(|other| cluster_of.get(other) == Some(cluster));
                group.extend(together);
            }
            for known in group.clone() {
                if let Some(indexed) = vault.indexed_person(known).map_err(vault_failure)? {
                    gone.insert(indexed.person);
                    group.extend(indexed.records);
                }
            }
            let first = group.first().copied().unwrap_or(id);
            groups.entry(first).or_default().extend(group);
        }
        let weighed = run.as_deref().map(Weighed::of).unwrap_or_default();
        let mut rows = Vec::with_capacity(groups.len());
        for group in groups.values() {
            let ids: Vec<RecordId> = group.iter().copied().collect();
            let records: Vec<Record> = vault.records_of(&ids).map_err(vault_failure)?;
            if !records.is_empty() {
                rows.push(person_row(&case_file(&records.iter().collect::<Vec<_>>()), &weighed));
            }
        }
        drop(vault);
        let stay: BTreeSet<PersonId> = rows.iter().map(|row| row.person).collect();
        let gone: Vec<PersonId> = gone.difference(&stay).copied().collect();
        self.opened().update_persons(&rows, &gone).map_err(vault_failure)
    }
}

/// How the last linkage weighed pairs of records that it took for one person.
#[derive(Default)]
struct Weighed {
    pairs: HashMap<RecordId, Vec<(RecordId, f32)>>,
}

impl Weighed {
    fn of(run: &LinkRun) -> Self {
        let cluster_of = run.partition.cluster_of();
        let mut pairs: HashMap<RecordId, Vec<(RecordId, f32)>> = HashMap::new();
        let same =
            |pair: &&habeas_core::ScoredPair| cluster_of.get(pair.left as usize) == cluster_of.get(pair.right as usize);
        for pair in run.pairs.iter().filter(same) {
            let (left, right) = (run.record_ids[pair.left as usize], run.record_ids[pair.right as usize]);
            pairs.entry(left).or_default().push((right, pair.weight.0 as f32));
        }
        Self { pairs }
    }

    /// The strongest pairs among the records of a case.
    fn joints(&self, case: &CaseFile<'_>) -> Vec<Joint> {
        let place = |id: RecordId| {
            let at = case.records.iter().position(|record| record.id == id)?;
            u16::try_from(at).ok()
        };
        let pairs = case.records.iter().filter_map(|record| Some((record.id, self.pairs.get(&record.id)?)));
        let mut joints: Vec<Joint> = pairs
            .flat_map(|(left, others)| others.iter().map(move |(right, weight)| (left, *right, *weight)))
            .filter_map(|(left, right, weight)| Some(Joint { records: [place(left)?, place(right)?], weight }))
            .collect();
        joints.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        joints.truncate(MOST_JOINTS);
        joints
    }
}

/// Joints that are kept of one person.
const MOST_JOINTS: usize = 12;

/// A year, or a span of years: `2014`, `2014..2016`.
fn years_of(text: &str) -> Result<(i16, i16), Failure> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        _ => Err(Failure::usage("this is not a year", "give four digits, such as 2014, or two years: 2014..2016")),
    }
}

/// What the index keeps of a case file, to find and list it.
fn person_row(case: &CaseFile<'_>, weighed: &Weighed) -> PersonRow {
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
    search.sort();
    search.dedup();
    let mut sources: Vec<String> = case.records.iter().map(|record| record.source.list().to_owned()).collect();
    sources.sort();
    sources.dedup();
    let taken = case.question(Predicate::EventDate(EventKind::Taken)).into_iter().flat_map(|question| {
        question.readings.iter().filter_map(|reading| shown::value_text(reading.accounts[0].claim))
    });
    PersonRow {
        person: case.person,
        name: case.names().join(BETWEEN_NAMES),
        search_text: search.join(" "),
        taken: taken.collect::<Vec<_>>().join(" | "),
        year: match figures::year(case) {
            figures::Category::Is(year) => year.parse().ok(),
            _ => None,
        },
        place: match figures::place(case) {
            figures::Category::Is(place) => place,
            _ => String::new(),
        },
        labels: case.labels.iter().map(|label| label.code().to_owned()).collect(),
        sources,
        n_records: case.records.len() as u32,
        n_contradictions: case.contradictions().count() as u32,
        records: case.records.iter().map(|record| record.id).collect(),
        joints: weighed.joints(case),
    }
}

/// Stands between the names of a person, one for each script.
const BETWEEN_NAMES: &str = " / ";

fn case_row(row: PersonRow) -> CaseRow {
    CaseRow {
        person: row.person,
        names: row.name.split(BETWEEN_NAMES).map(str::to_owned).collect(),
        taken: row.taken,
        place: row.place,
        labels: row.labels.iter().filter_map(|code| Label::from_code(code)).collect(),
        sources: row.sources,
        n_records: row.n_records,
        n_contradictions: row.n_contradictions,
    }
}
