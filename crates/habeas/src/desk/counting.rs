//! Figures from the index: persons as tables count them, read in one pass and never held all at once.

use super::{
    Desk, Figures, Overlap,
    figures::{Category, Disagreeing, FieldDisagreement, Tally},
    lock,
    snapshot::lists_of,
    vault_failure,
};
use crate::failure::Failure;
use habeas_core::{Agreement, Label, Predicate, RecordId, Right, Source, fold};
use habeas_vault::{ComparedKey, Counted, PersonFilter};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

/// How many persons of a search are of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// What a filter takes.
    pub value: String,
    /// Persons.
    pub n: u64,
}

/// The persons of a search by what they could be filtered by further; those of the most persons first, years in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facets {
    /// Persons in all.
    pub n_total: u64,
    /// Persons with accounts that contradict each other.
    pub n_contradicted: u64,
    /// By key of the list or other source; a person on two is in both.
    pub sources: Vec<Facet>,
    /// By the year that all accounts allow.
    pub years: Vec<Facet>,
    /// By widest place.
    pub places: Vec<Facet>,
    /// By status; a person with two is in both.
    pub labels: Vec<(Label, u64)>,
}

/// Searches whose facets were counted since the vault last changed.
#[derive(Default)]
pub(super) struct Kept(Mutex<HashMap<PersonFilter, Arc<Facets>>>);

/// Searches that are kept; each is a few hundred bytes.
const MOST_KEPT: usize = 200;

impl Kept {
    pub(super) fn forget(&self) {
        lock(&self.0).clear();
    }
}

/// Parts of the name of a compared field in the index.
const BETWEEN: char = '\u{1f}';

/// The name under which the index holds one question about two lists.
pub(super) fn field_name(predicate: Predicate, lists: [&str; 2]) -> String {
    format!("{}{BETWEEN}{}{BETWEEN}{}", predicate.code(), lists[0], lists[1])
}

/// How far two lists agree, as the index orders it.
pub(super) fn agreement_rank(agreement: Agreement) -> u8 {
    match agreement {
        Agreement::OneAccount => 0,
        Agreement::Same => 1,
        Agreement::Compatible => 2,
        Agreement::Differs => 3,
        Agreement::Contradicts => 4,
    }
}

fn agreement_of(rank: u8) -> Agreement {
    match rank {
        0 => Agreement::OneAccount,
        1 => Agreement::Same,
        2 => Agreement::Compatible,
        3 => Agreement::Differs,
        _ => Agreement::Contradicts,
    }
}

impl Desk {
    /// Passes what tables count of each person that a filter wants to `visit`, in the order of persons.
    pub(super) fn each_counted(&self, filter: &PersonFilter, visit: impl FnMut(&Counted<'_>)) -> Result<(), Failure> {
        self.index_persons_if_stale()?;
        self.opened().each_counted(filter, visit).map_err(vault_failure)
    }

    /// Tables, overlap and disagreements.
    pub fn figures(&self) -> Result<Arc<Figures>, Failure> {
        self.ask(Right::Tables)?;
        let mut kept = lock(&self.inner.figures);
        if let Some(figures) = kept.as_ref() {
            return Ok(figures.clone());
        }
        let sources = self.opened().sources().to_vec();
        let lists = lists_of(&sources);
        let bits: HashMap<&str, u32> = lists
            .iter()
            .enumerate()
            .filter_map(|(idx, list)| Some((list.list(), 1u32.checked_shl(idx as u32)?)))
            .collect();
        let mut tally = Tally::default();
        let mut histories: BTreeMap<u32, u64> = BTreeMap::new();
        let (mut n_records, mut n_persons, mut n_contradicted, mut n_unlinked) = (0, 0, 0, 0);
        self.each_counted(&PersonFilter::default(), |one| {
            tally.add(Category::of_code(one.year), Category::of_place(one.place), Category::of_code(one.sex));
            let mask = one.sources.iter().filter_map(|key| bits.get(key.as_str())).fold(0, |mask, bit| mask | bit);
            if mask != 0 {
                *histories.entry(mask).or_default() += 1;
            }
            n_persons += 1;
            n_records += u64::from(one.n_records);
            n_contradicted += u64::from(one.n_contradictions > 0);
            n_unlinked += u64::from(one.is_unlinked);
        })?;
        let figures = Arc::new(Figures {
            tables: tally.tables(),
            overlap: Overlap::new(lists.iter().map(|list| list.key.clone()).collect(), histories),
            disagreements: self.disagreements(&lists)?,
            n_records,
            n_persons,
            n_contradicted,
            n_unlinked,
            sources: sources.clone(),
        });
        *kept = Some(figures.clone());
        Ok(figures)
    }

    fn disagreements(&self, lists: &[&Arc<Source>]) -> Result<Vec<FieldDisagreement>, Failure> {
        let place = |key: &str| lists.iter().position(|list| list.key == key);
        let mut fields: BTreeMap<([usize; 2], Predicate), FieldDisagreement> = BTreeMap::new();
        for (name, rank, n) in self.opened().compared_counts().map_err(vault_failure)? {
            let parts: Vec<&str> = name.split(BETWEEN).collect();
            let [question, left, right] = parts[..] else { continue };
            let (Some(predicate), Some(a), Some(b)) = (Predicate::from_code(question), place(left), place(right))
            else {
                continue;
            };
            let keys = [left.to_owned(), right.to_owned()];
            let field = fields.entry(([a, b], predicate)).or_insert_with(|| FieldDisagreement::new(predicate, keys));
            field.count(agreement_of(rank), n);
        }
        Ok(fields.into_values().collect())
    }

    /// The records behind the persons of whom two lists differ on a question, contradictions first, after a key; at most so
    /// many, each with its own key.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn disagreeing(
        &self,
        predicate: Predicate,
        lists: &[String; 2],
        after: Option<ComparedKey>,
        limit: usize,
    ) -> Result<Vec<(ComparedKey, Disagreeing)>, Failure> {
        self.ask(Right::Cases)?;
        self.index_persons_if_stale()?;
        let name = field_name(predicate, [&lists[0], &lists[1]]);
        let at_least = agreement_rank(Agreement::Differs);
        let rows = self.opened().compared(&name, at_least, after, limit).map_err(vault_failure)?;
        let row = |(key, [left, right]): (ComparedKey, [RecordId; 2])| {
            (key, Disagreeing { agreement: agreement_of(key.0), left, right })
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// All spellings of a place, as tables join them.
    pub(super) fn spellings_of_place(&self, place: &str) -> Result<Vec<String>, Failure> {
        let asked = fold(place);
        let mut spellings: BTreeSet<String> = BTreeSet::from([place.to_owned()]);
        let places = self.opened().counted_places().map_err(vault_failure)?;
        spellings.extend(places.into_iter().filter(|known| fold(known) == asked));
        Ok(spellings.into_iter().collect())
    }

    /// The persons of a search by what they could be filtered by further; counted once until the vault changes.
    pub(super) fn facets(&self, filter: &PersonFilter) -> Result<Arc<Facets>, Failure> {
        if let Some(facets) = lock(&self.inner.facets.0).get(filter) {
            return Ok(facets.clone());
        }
        let mut facets = Facets::default();
        let mut sources: HashMap<String, u64> = HashMap::new();
        let mut places: HashMap<String, u64> = HashMap::new();
        let mut labels: HashMap<String, u64> = HashMap::new();
        let mut years: BTreeMap<String, u64> = BTreeMap::new();
        self.each_counted(filter, |one| {
            facets.n_total += 1;
            facets.n_contradicted += u64::from(one.n_contradictions > 0);
            one.sources.iter().for_each(|key| count(&mut sources, key));
            one.labels.iter().for_each(|code| count(&mut labels, code));
            if !one.place.is_empty() {
                count(&mut places, one.place);
            }
            if let Some(year) = one.year.strip_prefix('=') {
                *years.entry(year.to_owned()).or_default() += 1;
            }
        })?;
        facets.sources = by_size(sources);
        facets.places = folded(by_size(places));
        facets.years = years.into_iter().map(|(value, n)| Facet { value, n }).collect();
        let found = by_size(labels).into_iter();
        facets.labels = found.filter_map(|one| Some((Label::from_code(&one.value)?, one.n))).collect();
        let facets = Arc::new(facets);
        let mut kept = lock(&self.inner.facets.0);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(filter.clone(), facets.clone());
        Ok(facets)
    }
}

/// Counts under a word that is copied only where it is new.
fn count(counts: &mut HashMap<String, u64>, word: &str) {
    match counts.get_mut(word) {
        Some(n) => *n += 1,
        None => drop(counts.insert(word.to_owned(), 1)),
    }
}

/// Joins words that are equal after folding, under the spelling of the most persons, as tables join them.
fn folded(spelled: Vec<Facet>) -> Vec<Facet> {
    let mut spelling: HashMap<String, String> = HashMap::new();
    let mut counts: HashMap<String, u64> = HashMap::new();
    for Facet { value, n } in spelled {
        let written = spelling.entry(fold(&value)).or_insert(value);
        *counts.entry(written.clone()).or_default() += n;
    }
    by_size(counts)
}

fn by_size(counts: HashMap<String, u64>) -> Vec<Facet> {
    let mut facets: Vec<Facet> = counts.into_iter().map(|(value, n)| Facet { value, n }).collect();
    facets.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.value.cmp(&b.value)));
    facets
}
