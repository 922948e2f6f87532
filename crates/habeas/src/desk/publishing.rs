//! What may leave: consents as they stand today, who may be named, which numbers may be told, and what the gate guards.

mod categories;
pub mod consents;
mod policy;
mod recipe;
pub mod replicates;

pub use policy::Policy;
use policy::TablePolicy;
pub use recipe::{DIMENSIONS, Recipe};

use categories::{Categories, PERIOD};

use super::{Desk, figures, vault_failure};
use crate::failure::{Exit, Failure};
use habeas_core::{
    Audience, Date, Disclosed, DisclosureRequest, MemorialEntry, PersonId, Predicate, Purpose, Right, SourceKind,
    SpeakerKind, ToldCase, Value, disclose, fold,
};
use habeas_publish::{
    address::SeriesKey,
    figures::{Agreement, Dimension, EstimateCard, Figures, ListCard, TableFigure},
    gate::{ProtectedTerms, Spellings, TermKind},
};
use habeas_stats::{
    suppress::{Earlier, SuppressError, TableSpec, Withholding, release_beside},
    tally::{Tally, Unit},
};
use habeas_vault::ReleaseInfo;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// For whom and what for something is to leave.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    /// For whom.
    pub audience: Audience,
    /// What for.
    pub purpose: Purpose,
    /// The day.
    pub on: Date,
}

/// What a release tells of somebody whom it names, for the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Who.
    pub person: PersonId,
    /// Parts of places that are told.
    pub places: Vec<String>,
    /// Numbers of documents that are told.
    pub numbers: Vec<String>,
}

impl Opened {
    /// Of an entry of the memorial.
    pub fn of_entry(entry: &MemorialEntry) -> Self {
        let places = [&entry.districts, &entry.settlements, &entry.exact_places].into_iter().flatten().cloned();
        Self { person: entry.person, places: places.collect(), numbers: Vec::new() }
    }

    /// Of a case file that is told account by account.
    pub fn of_case(case: &ToldCase) -> Self {
        let accounts =
            || case.questions.iter().flat_map(|question| question.accounts.iter().map(move |a| (question, a)));
        let places = accounts().filter_map(|(_, account)| match &account.value {
            Value::Place(place) => Some(place.parts.clone()),
            _ => None,
        });
        let numbers = accounts().filter(|(question, _)| question.predicate == Predicate::IdentityDocument);
        Self {
            person: case.person,
            places: places.flatten().collect(),
            numbers: numbers.map(|(_, account)| account.words.clone()).collect(),
        }
    }
}

/// The numbers of a release, with what they were made of.
pub struct Numbers {
    /// What may be told.
    pub figures: Figures,
    /// What was withheld.
    pub withholding: Withholding,
    /// Codes of the sensitive tables that are left out, since their small counts cannot be protected.
    pub left_out: Vec<String>,
    /// Of those, the release that last told each and stands.
    pub told_last: BTreeMap<String, u64>,
    /// What the vault keeps of it.
    pub recipe: Recipe,
}

impl Desk {
    /// The policy of publication that stands, or the one that stands where nobody has written one.
    pub fn publication_policy(&self) -> Result<Policy, Failure> {
        let vault = self.vault(Right::Cases)?;
        Policy::read(vault.publication_policy().unwrap_or(policy::DEFAULT))
    }

    /// Releases in log order.
    pub fn releases(&self) -> Result<Vec<ReleaseInfo>, Failure> {
        Ok(self.vault(Right::Cases)?.releases().to_vec())
    }

    /// The key of names in a series of releases.
    pub fn series_key(&self, series: &str) -> Result<SeriesKey, Failure> {
        Ok(SeriesKey(self.vault(Right::Publish)?.series_key(series)))
    }

    /// Whom consents allow to name on an occasion, and what of each.
    pub fn disclosed(&self, occasion: &Occasion, policy: &Policy) -> Result<Vec<Disclosed<MemorialEntry>>, Failure> {
        let (snapshot, book) = (self.snapshot()?, self.consent_book()?);
        let Occasion { audience, purpose, on } = *occasion;
        let request = DisclosureRequest { audience, purpose, on, consents: &book, policy: &policy.disclosure };
        let about: BTreeSet<PersonId> = book.persons().collect();
        let asked = snapshot.persons.iter().filter(|person| about.contains(&person.id));
        Ok(asked.filter_map(|person| disclose(&snapshot.case_of(person), &request).ok()).collect())
    }

    /// Releases to the public that left before the one of this number, withdrawn ones included: they were read.
    pub fn told_before(&self, number: u64) -> Result<Vec<ReleaseInfo>, Failure> {
        let mut releases = self.releases()?;
        releases
            .retain(|info| info.published && info.release.audience == Audience::Public && info.release.number < number);
        Ok(releases)
    }

    /// Persons who were named in public before the release of this number, as they are known now.
    pub fn named_before(&self, number: u64) -> Result<BTreeSet<PersonId>, Failure> {
        let (snapshot, named) = (self.snapshot()?, self.told_before(number)?);
        let now = |person: PersonId| snapshot.person_of(habeas_core::RecordId(person.0)).map(|person| person.id);
        Ok(named.iter().flat_map(|info| &info.release.named).filter_map(|named| now(named.person)).collect())
    }

    /// The numbers that may be told beside everything that was told before. A sensitive table whose small counts cannot be
    /// protected is left out, the one over most dimensions first, and the others are told.
    ///
    /// # Errors
    /// Exit 4 where what was told before leaves no way, and what would help.
    pub fn numbers(&self, policy: &Policy, named: &BTreeSet<PersonId>, number: u64) -> Result<Numbers, Failure> {
        let snapshot = self.snapshot()?;
        let (mut earlier, mut standing): (Vec<Recipe>, Vec<(u64, usize)>) = (Vec::new(), Vec::new());
        for info in self.told_before(number)? {
            let before = earlier.len();
            earlier.extend(Recipe::read(&info.release.recipe_json)?);
            standing.extend(
                (before..earlier.len()).filter(|_| info.withdrawn.is_none()).map(|at| (info.release.number, at)),
            );
        }
        let mut categories = Categories::default();
        earlier.iter().for_each(|recipe| categories.know(recipe));
        let sorted = categories.sort(&snapshot, policy.suppression.threshold);
        let sizes: Vec<u32> = categories.names.iter().map(|names| names.len() as u32).collect();
        let mut tally = Tally::new(Unit::Persons, sizes.clone());
        let mut of_named = Tally::new(Unit::Persons, sizes);
        for (person, labels) in &sorted {
            tally.add(labels, 1).map_err(our_bug)?;
            if named.contains(person) {
                of_named.add(labels, 1).map_err(our_bug)?;
            }
        }
        let before: Vec<Earlier> = earlier.iter().map(|recipe| recipe.earlier(&categories.names)).collect();
        let (mut policy, mut left_out, mut told_last) = (policy.clone(), Vec::new(), BTreeMap::new());
        let (released, withholding) = loop {
            match release_beside(&tally, &specs_of(&policy), Some(&of_named), policy.suppression, &before) {
                Ok(released) => break released,
                Err(error) => {
                    let tables = policy.tables.iter().enumerate().filter(|(_, table)| table.sensitive);
                    let widest = tables.max_by_key(|(_, table)| table.dimensions.len()).map(|(at, _)| at);
                    match (&error, widest) {
                        (SuppressError::Unprotected { .. }, Some(at)) => {
                            let table = policy.tables.remove(at);
                            let last = standing.iter().rev().find(|(_, at)| earlier[*at].tells(&table.dimensions));
                            told_last.extend(last.map(|(number, _)| (table.code.clone(), *number)));
                            left_out.push(table.code);
                        }
                        _ => return Err(suppress_failure(&error)),
                    }
                }
            }
        };
        let recipe = Recipe::of(&categories.names, &tally, &released, &policy);
        let dimensions = DIMENSIONS.iter().zip(&categories.names).map(|((code, policy), names)| Dimension {
            code: (*code).to_owned(),
            categories: names.clone(),
            policy: (*policy).to_owned(),
        });
        let tables = policy.tables.iter().map(|table| TableFigure {
            code: table.code.clone(),
            dimensions: table.dimensions.clone(),
            sensitive: table.sensitive,
        });
        let mut figures = Figures::new(dimensions.collect(), tables.collect(), released);
        figures.lists = snapshot
            .lists()
            .iter()
            .map(|list| ListCard { key: list.key.clone(), title: list.title.clone(), edition: list.edition.clone() })
            .collect();
        figures.agreements = figures::disagreements(&snapshot)
            .into_iter()
            .filter(|field| field.n_compared >= policy.suppression.threshold)
            .map(|field| Agreement {
                question: field.predicate.code(),
                lists: field.lists,
                n_compared: field.n_compared,
                n_contradicts: field.n_contradicts,
                n_differs: field.n_differs,
            })
            .collect();
        let mut methods = BTreeSet::new();
        let cards = self.estimates()?;
        let cards = cards.iter().filter(|stored| stored.json.get("strata").is_none());
        figures.estimates = cards
            .filter_map(|stored| EstimateCard::read(&stored.json))
            .filter(|card| methods.insert(card.method.clone()))
            .collect();
        Ok(Numbers { figures, withholding, left_out, told_last, recipe })
    }

    /// Everything that must not leave: of all whom the release does not name, and of all who speak or work.
    pub fn protected(&self, told: &[Opened], policy: &Policy) -> Result<ProtectedTerms, Failure> {
        let snapshot = self.snapshot()?;
        let open: HashMap<PersonId, &Opened> = told.iter().map(|opened| (opened.person, opened)).collect();
        let published: BTreeSet<String> = snapshot
            .persons
            .iter()
            .filter_map(|person| match figures::place(&snapshot.case_of(person)) {
                figures::Category::Is(place) => Some(fold(&place)),
                _ => None,
            })
            .fold(HashMap::<String, u64>::new(), |mut counts, place| {
                *counts.entry(place).or_default() += 1;
                counts
            })
            .into_iter()
            // A place that few have in common is told as one of the others.
            .filter(|(_, n)| *n >= policy.suppression.threshold)
            .map(|(place, _)| place)
            .collect();
        // A place that is told of one person is no secret of another.
        let told_places: BTreeSet<String> =
            told.iter().flat_map(|opened| &opened.places).map(|place| fold(place)).collect();
        // Who keeps a list is told with every number; who speaks in one is not.
        let lists = snapshot.lists();
        let keepers = lists.iter().flat_map(|list| [&list.title, &list.said_by.speaker.name]);
        let keepers: BTreeSet<String> = keepers.map(|name| fold(name)).collect();
        let mut terms = ProtectedTerms::default();
        snapshot.for_each_case(|case| {
            let entry = open.get(&case.person);
            for record in &case.records {
                terms.add(TermKind::Identifier, &record.id.to_string());
                for claim in &record.claims {
                    let words = || match &claim.value {
                        Value::Name(name) => name.text(),
                        _ => record.words(claim),
                    };
                    match claim.predicate {
                        Predicate::Name | Predicate::Alias | Predicate::MarriedName if entry.is_none() => {
                            terms.add(TermKind::Person, &words());
                        }
                        Predicate::FatherName | Predicate::MotherName if entry.is_none() => {
                            terms.add(TermKind::Relative, &words());
                        }
                        Predicate::IdentityDocument
                            if entry.is_none_or(|opened| !opened.numbers.contains(&words())) =>
                        {
                            terms.add(TermKind::Number, &words());
                        }
                        Predicate::EventPlace(_) | Predicate::Residence | Predicate::BirthPlace => {
                            if let Value::Place(place) = &claim.value {
                                let told =
                                    |part: &str| published.contains(&fold(part)) || told_places.contains(&fold(part));
                                let below = place.parts.iter().filter(|part| !told(part));
                                below.for_each(|part| terms.add(TermKind::Place, part));
                            }
                        }
                        _ => {}
                    }
                    let speaker = &record.said_by(claim).speaker;
                    let hidden = matches!(speaker.kind, SpeakerKind::Witness | SpeakerKind::Relative);
                    // «the family», «a doctor»: a role that anybody may have, and words that every text has.
                    let role = speaker.name.chars().next().is_some_and(char::is_lowercase);
                    if hidden && !role && !keepers.contains(&fold(&speaker.name)) {
                        terms.add(TermKind::Source, &speaker.name);
                    }
                }
            }
        });
        for source in snapshot.sources.iter().filter(|source| source.kind != SourceKind::List) {
            terms.add(TermKind::File, &source.file_name);
        }
        Ok(terms)
    }
}

/// The spellings that the linkage knows, for the gate.
pub struct LinkageSpellings;

impl Spellings for LinkageSpellings {
    fn keys(&self, word: &str) -> [String; 2] {
        let skeleton = habeas_link::skeleton(word);
        [skeleton.eastern, skeleton.arabic]
    }

    fn same(&self, one: &str, other: &str) -> bool {
        const ALIKE: f64 = 0.85;
        let long = |word: &str| word.chars().count() >= 3;
        long(one) && long(other) && habeas_link::similarity(one, other).score >= ALIKE
    }
}

fn our_bug(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, error, "this is a fault of habeas: please report it")
}

fn specs_of(policy: &Policy) -> Vec<TableSpec> {
    let spec = |table: &TablePolicy| TableSpec { dimensions: table.dimensions.clone(), sensitive: table.sensitive };
    let mut specs: Vec<TableSpec> = policy.tables.iter().map(spec).collect();
    if specs.iter().any(|table| !table.sensitive) {
        // Every exact table tells how many there are in all, also to whoever looks at a table that shares no dimension.
        specs.push(TableSpec { dimensions: Vec::new(), sensitive: false });
    }
    if specs.iter().any(|table| table.dimensions.contains(&PERIOD)) {
        // Years are told exactly, and with them the totals of periods.
        specs.push(TableSpec { dimensions: vec![PERIOD], sensitive: false });
    }
    specs
}

fn suppress_failure(error: &SuppressError) -> Failure {
    let remedy = match error {
        SuppressError::Unprotected { merge } => {
            let (code, _) = DIMENSIONS[(*merge).min(DIMENSIONS.len() - 1)];
            format!(
                "take the table over «{code}» with the most small counts out of the policy, or merge its categories"
            )
        }
        SuppressError::AlreadyTold { .. } => {
            "wait until the counts have grown by the threshold, or leave the sensitive tables out of this release"
                .into()
        }
        _ => "see: habeas publish policy show".into(),
    };
    Failure::new(Exit::FoundProblems, error, remedy)
}

/// An error of the vault while publishing.
pub fn publish_failure(error: habeas_vault::VaultError) -> Failure {
    match error {
        habeas_vault::VaultError::NotTwoPersons => {
            Failure::new(Exit::FoundProblems, error, "another publisher approves, on their own computer, after a sync")
        }
        other => vault_failure(other),
    }
}
