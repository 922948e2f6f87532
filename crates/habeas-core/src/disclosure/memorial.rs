//! What a memorial may tell of a case file.

use super::{Disclosable, DisclosureRequest, Grant, sealed::Sealed};
use crate::{
    Account, Age, CaseFile, EventKind, FieldGroup, Label, PartialDate, PersonId, PlaceAsGiven, Polarity, Predicate,
    Sex, SourceKind, Value,
};

/// What of a case file may be told. A part without consent is absent, like one that nobody knows.
#[derive(Debug, Clone, PartialEq)]
pub struct MemorialEntry {
    /// Whose; never written, only turned into an address that says nothing.
    pub person: PersonId,
    /// Names on record, one for each script.
    pub names: Vec<String>,
    /// Names of the father.
    pub father: Vec<String>,
    /// Names of the mother.
    pub mother: Vec<String>,
    /// What happened, in drawing order.
    pub events: Vec<ToldEvent>,
    /// Labels; several stand side by side.
    pub labels: Vec<Label>,
    /// Forces and units as sources name them.
    pub forces: Vec<String>,
    /// Widest parts of the place.
    pub districts: Vec<String>,
    /// The parts below.
    pub settlements: Vec<String>,
    /// The parts below these: as exactly as the places are known.
    pub exact_places: Vec<String>,
    /// Sex.
    pub sexes: Vec<Sex>,
    /// Age at the event.
    pub ages: Vec<Age>,
    /// Occupations.
    pub occupations: Vec<String>,
    /// Accounts in words, each with the list that holds it.
    pub narrative: Vec<Told>,
    /// Words of high risk.
    pub high_risk: Vec<Told>,
    /// Titles of the lists that name the person.
    pub lists: Vec<String>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldEvent {
    /// What.
    pub kind: EventKind,
    /// Each date that an account gives, once.
    pub dates: Vec<PartialDate>,
}

/// Words with where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The words.
    pub words: String,
    /// Title of the list.
    pub source: String,
}

impl Disclosable for CaseFile<'_> {}

impl Sealed for CaseFile<'_> {
    type Out = MemorialEntry;

    fn person(&self) -> PersonId {
        self.person
    }

    fn tell(&self, request: &DisclosureRequest<'_>, grant: &Grant) -> MemorialEntry {
        let mut told = MemorialEntry::of(self.person);
        let living = self.labels.iter().any(|label| is_living(*label));
        for (group, _) in &grant.groups {
            match group {
                FieldGroup::Identity => {
                    told.names = self.names();
                    told.father = names(self, Predicate::FatherName);
                    told.mother = names(self, Predicate::MotherName);
                    told.lists = lists(self);
                }
                FieldGroup::Event => {
                    told.events = events(self, living);
                    told.labels = self.labels.clone();
                    told.forces = forces(self, request);
                }
                FieldGroup::District => told.districts = places(self, |place| place.widest().map(str::to_owned)),
                // Where a living person is, or was set free, is told no closer than the district.
                FieldGroup::Settlement if !living => {
                    told.settlements = places(self, |place| place.parts.iter().nth_back(1).cloned());
                }
                FieldGroup::ExactPlace if !living => {
                    // Without the parts that other groups open.
                    told.exact_places = places(self, |place| {
                        let exact = place.parts.len().checked_sub(2).filter(|exact| *exact > 0);
                        exact.map(|exact| place.parts[..exact].join(", "))
                    });
                }
                FieldGroup::Settlement | FieldGroup::ExactPlace => {}
                FieldGroup::Attributes => {
                    told.sexes = distinct(accounts(self, Predicate::Sex).filter_map(|a| match a.claim.value {
                        Value::Sex(sex) => Some(sex),
                        _ => None,
                    }));
                    told.ages = distinct(accounts(self, Predicate::Age).filter_map(|a| match a.claim.value {
                        Value::Age(age) => Some(age),
                        _ => None,
                    }));
                    told.occupations = distinct(accounts(self, Predicate::Occupation).map(|account| account.words()));
                }
                FieldGroup::Narrative => told.narrative = words(self, Predicate::Remarks),
                FieldGroup::HighRisk => told.high_risk = words(self, Predicate::IdentityDocument),
                // Pictures and papers are told by what renders them; the last group is in no entry at all.
                FieldGroup::Portrait | FieldGroup::Document | FieldGroup::NeverPublic => {}
            }
        }
        told
    }
}

impl MemorialEntry {
    fn of(person: PersonId) -> Self {
        Self {
            person,
            names: Vec::new(),
            father: Vec::new(),
            mother: Vec::new(),
            events: Vec::new(),
            labels: Vec::new(),
            forces: Vec::new(),
            districts: Vec::new(),
            settlements: Vec::new(),
            exact_places: Vec::new(),
            sexes: Vec::new(),
            ages: Vec::new(),
            occupations: Vec::new(),
            narrative: Vec::new(),
            high_risk: Vec::new(),
            lists: Vec::new(),
        }
    }
}

/// Whether somebody says that the person lives: in custody, released, at home.
fn is_living(label: Label) -> bool {
    match label {
        Label::Remanded
        | Label::ProducedInCourt
        | Label::InAcknowledgedCustody
        | Label::ReportedInCustody
        | Label::Escaped
        | Label::Released
        | Label::ReturnedHome
        | Label::ReportedAlive
        // Our own decisions say nothing of the person's fate: whoever may live is asked.
        | Label::Duplicate
        | Label::NotADisappearance
        | Label::InsufficientInformation => true,
        Label::FoundDead
        | Label::ReportedDead
        | Label::KilledInReportedEncounter
        | Label::UnidentifiedRemains
        | Label::Missing => false,
    }
}

/// The accounts of a question that affirm something, of sources that may be named: lists. A testimony or statement would
/// tell by its words who has spoken.
fn accounts<'c>(case: &'c CaseFile<'_>, predicate: Predicate) -> impl Iterator<Item = Account<'c>> {
    let question = case.question(predicate);
    question
        .into_iter()
        .flat_map(|question| question.accounts())
        .filter(|account| account.record.source.kind == SourceKind::List && account.claim.polarity == Polarity::Affirms)
}

fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    all.for_each(|one| {
        if !found.contains(&one) {
            found.push(one)
        }
    });
    found
}

fn names(case: &CaseFile<'_>, predicate: Predicate) -> Vec<String> {
    distinct(accounts(case, predicate).map(|account| account.name()))
}

fn words(case: &CaseFile<'_>, predicate: Predicate) -> Vec<Told> {
    distinct(accounts(case, predicate).map(|a| Told { words: a.words(), source: a.record.source.title.clone() }))
}

fn lists(case: &CaseFile<'_>) -> Vec<String> {
    let lists = case.records.iter().filter(|record| record.source.kind == SourceKind::List);
    distinct(lists.map(|record| record.source.title.clone()))
}

/// The event that makes the case; of a living person the month at most.
fn events(case: &CaseFile<'_>, living: bool) -> Vec<ToldEvent> {
    let told = [EventKind::Taken, EventKind::LastSeen, EventKind::Killed, EventKind::FoundDead, EventKind::Identified];
    let happened = case.happenings.iter().filter(|happening| told.contains(&happening.kind));
    let dated = happened.map(|happening| {
        let dates = accounts(case, Predicate::EventDate(happening.kind)).filter_map(|a| match &a.claim.value {
            Value::Date(date) => Some(if living { to_month(date) } else { date.clone() }),
            _ => None,
        });
        ToldEvent { kind: happening.kind, dates: distinct(dates) }
    });
    dated.collect()
}

fn to_month(date: &PartialDate) -> PartialDate {
    let month = date.single_day().and_then(|day| PartialDate::month(day.year(), day.month()));
    month.unwrap_or_else(|| date.clone())
}

fn forces(case: &CaseFile<'_>, request: &DisclosureRequest<'_>) -> Vec<String> {
    let named = EventKind::ALL.iter().flat_map(|kind| accounts(case, Predicate::Perpetrator(*kind)));
    distinct(named.map(|account| account.words()).filter(|words| request.policy.names_force(words)))
}

/// Places of the taking or the killing; where somebody is held or was found may point to a witness and is not told here.
fn places(case: &CaseFile<'_>, part: impl Fn(&PlaceAsGiven) -> Option<String>) -> Vec<String> {
    let kinds = [EventKind::Taken, EventKind::LastSeen, EventKind::Killed];
    let all = kinds.iter().flat_map(|kind| accounts(case, Predicate::EventPlace(*kind)));
    distinct(all.filter_map(|account| match &account.claim.value {
        Value::Place(place) => part(place),
        _ => None,
    }))
}
