//! The fold over all statements, by rules that stand in the order of the code.

use super::{Audience, Consent, ConsentAnswer, FieldGroup, Giver, Purpose};
use crate::{CaseFile, ConsentId, Date, EventKind, Label, PersonId, Predicate, RecordId, Value};
use jiff::Span;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Years of age from which a person answers alone.
const FULL_AGE: i16 = 18;

/// How one part of a person's file stands. Only `Given` opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentState {
    /// May be told, to this day where one is set.
    Given {
        /// The last day.
        until: Option<Date>,
    },
    /// Nobody who may answer has answered.
    Silent,
    /// Refused.
    Refused,
    /// Given once, and taken back.
    Withdrawn,
    /// Given for a time that is over, or that has not begun.
    Expired,
    /// Those who may answer for the person differ.
    Disputed,
    /// The person is free: answers of others no longer count, and the person has not been asked.
    AskThePerson,
    /// No answer opens it.
    Never,
}

impl ConsentState {
    /// Whether it may be told.
    pub fn opens(self) -> bool {
        matches!(self, Self::Given { .. })
    }

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Given { .. } => "given",
            Self::Silent => "silent",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Disputed => "disputed",
            Self::AskThePerson => "ask-the-person",
            Self::Never => "never",
        }
    }
}

/// What of a person's file decides who may answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Subject {
    /// Every account that says anything has the person alive and free.
    pub alive_and_free: bool,
    /// The latest day on which the person can have been born, by any account.
    pub latest_birth: Option<Date>,
}

impl Subject {
    /// Reads a case file. Of several ages the youngest holds: a wrong «of age» cannot be taken back.
    pub fn of(case: &CaseFile<'_>) -> Self {
        let free = |label: &Label| matches!(label, Label::Released | Label::ReturnedHome | Label::ReportedAlive);
        let births = values(case, Predicate::BirthDate).filter_map(|value| match value {
            Value::Date(date) => date.latest(),
            _ => None,
        });
        Self { alive_and_free: case.labels.iter().all(free), latest_birth: births.chain(births_by_age(case)).max() }
    }

    /// Whether the person may be under age on a day.
    pub fn may_be_minor(&self, on: Date) -> bool {
        self.latest_birth.is_some_and(|birth| {
            let turned = (on.month(), on.day()) >= (birth.month(), birth.day());
            on.year() - birth.year() - i16::from(!turned) < FULL_AGE
        })
    }
}

fn values<'c>(case: &'c CaseFile<'_>, predicate: Predicate) -> impl Iterator<Item = &'c Value> {
    case.question(predicate).into_iter().flat_map(|question| question.accounts().map(|account| &account.claim.value))
}

/// The latest days of birth that ages at the event leave open.
fn births_by_age<'c>(case: &'c CaseFile<'_>) -> impl Iterator<Item = Date> + use<'c> {
    let events = [EventKind::Taken, EventKind::LastSeen, EventKind::Killed, EventKind::FoundDead];
    let days =
        events.iter().flat_map(|kind| values(case, Predicate::EventDate(*kind))).filter_map(|value| match value {
            Value::Date(date) => date.latest(),
            _ => None,
        });
    let last = days.max();
    values(case, Predicate::Age).filter_map(move |value| match value {
        Value::Age(age) => match last {
            Some(day) => day.checked_sub(Span::new().years(i32::from(age.low.min(150)))).ok(),
            // A child of a year that nobody gives may be a child today.
            None => (age.low < FULL_AGE as u16).then_some(Date::MAX),
        },
        _ => None,
    })
}

/// Every statement about every person, ready to be asked. A pure function of its parts: the order does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsentBook {
    of_person: BTreeMap<PersonId, Vec<Consent>>,
    subjects: HashMap<PersonId, Subject>,
}

impl ConsentBook {
    /// Sorts statements by the person that a record belongs to now; `person_of` knows every record that stands.
    pub fn new(consents: &[Consent], person_of: impl Fn(RecordId) -> Option<PersonId>) -> Self {
        let mut of_person: BTreeMap<PersonId, Vec<Consent>> = BTreeMap::new();
        for consent in consents {
            if let Some(person) = person_of(consent.about) {
                of_person.entry(person).or_default().push(consent.clone());
            }
        }
        of_person.values_mut().for_each(|statements| statements.sort_by_key(|consent| consent.id));
        Self { of_person, subjects: HashMap::new() }
    }

    /// Adds all statements about a person, and what decides who may answer for them.
    pub fn add(&mut self, person: PersonId, mut statements: Vec<Consent>, subject: Subject) {
        statements.sort_by_key(|consent| consent.id);
        self.of_person.insert(person, statements);
        self.note(person, subject);
    }

    /// Notes what decides who may answer for a person.
    pub fn note(&mut self, person: PersonId, subject: Subject) {
        self.subjects.insert(person, subject);
    }

    /// Persons about whom anybody has answered, in order.
    pub fn persons(&self) -> impl Iterator<Item = PersonId> + '_ {
        self.of_person.keys().copied()
    }

    /// The statements about a person.
    pub fn statements(&self, person: PersonId) -> &[Consent] {
        self.of_person.get(&person).map_or(&[], Vec::as_slice)
    }

    /// How a part of a person's file stands for an audience and purpose on a day.
    pub fn state(
        &self,
        person: PersonId,
        group: FieldGroup,
        audience: Audience,
        purpose: Purpose,
        on: Date,
    ) -> ConsentState {
        if group == FieldGroup::NeverPublic && audience == Audience::Public {
            return ConsentState::Never;
        }
        let subject = self.subjects.get(&person).copied().unwrap_or_default();
        let minor = subject.may_be_minor(on);
        if minor && audience == Audience::Public && never_of_minors(group) {
            return ConsentState::Never;
        }
        let standing = Standing::of(self.statements(person), group, audience, purpose, on);
        let of = |givers: &[Giver]| standing.answer_of(givers);
        let own = of(&[Giver::Person]);
        // The person speaks first; what a minor allows also needs whoever has custody.
        if own != ConsentState::Silent && !(minor && own.opens()) {
            return own;
        }
        let others = if minor {
            of(&[Giver::Guardian, Giver::Court])
        } else {
            of(&[Giver::Family, Giver::FamilyDecision, Giver::Guardian])
        };
        let family_objects = minor
            && !matches!(
                of(&[Giver::Family, Giver::FamilyDecision]),
                ConsentState::Silent | ConsentState::Given { .. } | ConsentState::Expired
            );
        let others = match of(&[Giver::Court]) {
            ConsentState::Silent if family_objects && others.opens() => ConsentState::Disputed,
            ConsentState::Silent => others,
            court => court,
        };
        if subject.alive_and_free && others != ConsentState::Silent {
            return ConsentState::AskThePerson;
        }
        others
    }

    /// The statements that open a part; none where it is not open.
    pub fn grounds(
        &self,
        person: PersonId,
        group: FieldGroup,
        audience: Audience,
        purpose: Purpose,
        on: Date,
    ) -> Vec<ConsentId> {
        if !self.state(person, group, audience, purpose, on).opens() {
            return Vec::new();
        }
        let standing = Standing::of(self.statements(person), group, audience, purpose, on);
        standing.0.iter().filter(|consent| holds_on(consent, on)).map(|consent| consent.id).collect()
    }
}

/// Parts of a minor's file that nobody can open to the public.
fn never_of_minors(group: FieldGroup) -> bool {
    use FieldGroup as G;
    match group {
        G::Portrait | G::Settlement | G::ExactPlace | G::Narrative | G::HighRisk | G::NeverPublic => true,
        G::Identity | G::Event | G::District | G::Attributes | G::Document => false,
    }
}

/// The statements on one part that nothing stands in the place of.
struct Standing<'c>(Vec<&'c Consent>, Date);

impl<'c> Standing<'c> {
    fn of(statements: &'c [Consent], group: FieldGroup, audience: Audience, purpose: Purpose, on: Date) -> Self {
        let speaking: Vec<&Consent> = statements.iter().filter(|c| c.covers(group, audience, purpose)).collect();
        // Nobody replaces what another has said, but a decision of the family stands for what relatives had said.
        let may_replace = |new: &Consent, old: &Consent| {
            let same_giver = new.giver == old.giver && new.relation == old.relation;
            same_giver
                || (new.giver == Giver::FamilyDecision && matches!(old.giver, Giver::Family | Giver::FamilyDecision))
        };
        let replaced: BTreeSet<ConsentId> = speaking
            .iter()
            .flat_map(|new| speaking.iter().filter(|old| new.replaces.contains(&old.id) && may_replace(new, old)))
            .map(|old| old.id)
            .collect();
        Self(speaking.into_iter().filter(|consent| !replaced.contains(&consent.id)).collect(), on)
    }

    /// What these givers together answer. Any no beside a yes is a dispute; of one giver's statements that did not know of
    /// each other the stricter holds.
    fn of_givers(&self, givers: &[Giver]) -> Vec<ConsentState> {
        let mut each: BTreeMap<(Giver, &str), ConsentState> = BTreeMap::new();
        for consent in self.0.iter().filter(|consent| givers.contains(&consent.giver)) {
            let said = match consent.answer {
                ConsentAnswer::Refused => ConsentState::Refused,
                ConsentAnswer::Withdrawn => ConsentState::Withdrawn,
                ConsentAnswer::Given if holds_on(consent, self.1) => ConsentState::Given { until: consent.until },
                ConsentAnswer::Given => ConsentState::Expired,
            };
            let before = each.entry((consent.giver, &*consent.relation)).or_insert(said);
            *before = stricter(*before, said);
        }
        each.into_values().collect()
    }

    fn answer_of(&self, givers: &[Giver]) -> ConsentState {
        let said = self.of_givers(givers);
        let no = said.iter().find(|state| matches!(state, ConsentState::Refused | ConsentState::Withdrawn));
        let yes = said.iter().copied().filter(|state| state.opens()).reduce(stricter);
        match (no, yes) {
            (Some(_), Some(_)) => ConsentState::Disputed,
            (Some(no), None) if said.iter().all(|state| state != &ConsentState::Expired) => *no,
            (Some(_), None) => ConsentState::Disputed,
            (None, Some(yes)) => yes,
            (None, None) => said.first().copied().unwrap_or(ConsentState::Silent),
        }
    }
}

fn holds_on(consent: &Consent, on: Date) -> bool {
    consent.answer == ConsentAnswer::Given && consent.from <= on && consent.until.is_none_or(|last| on <= last)
}

/// Of two answers the one that opens less; of two that open, the one that ends first.
fn stricter(a: ConsentState, b: ConsentState) -> ConsentState {
    let rank = |state: ConsentState| match state {
        ConsentState::Refused | ConsentState::Never => 0,
        ConsentState::Withdrawn | ConsentState::Disputed | ConsentState::AskThePerson => 1,
        ConsentState::Expired | ConsentState::Silent => 2,
        ConsentState::Given { .. } => 3,
    };
    match (a, b) {
        (ConsentState::Given { until: a }, ConsentState::Given { until: b }) => {
            ConsentState::Given { until: [a, b].into_iter().flatten().min() }
        }
        _ if rank(a) <= rank(b) => a,
        _ => b,
    }
}
