//! Consents as they are recorded, taken back and read: for commands and pages alike.

use crate::{
    commands::init::now_ms,
    desk::{Desk, searching::BETWEEN_NAMES, vault_failure},
    failure::Failure,
};
use habeas_core::{
    Audience, Consent, ConsentAnswer, ConsentBook, ConsentId, ConsentState, Date, FieldGroup, Giver, PersonId, Purpose,
    Record, RecordId, Right, Subject, case_file,
};
use habeas_vault::{AnsweredPerson, AuditEvent};
use std::collections::{BTreeMap, HashMap};

/// A person about whom somebody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Who.
    pub person: PersonId,
    /// The names, as lists of persons show them.
    pub names: Vec<String>,
    /// How many statements there are.
    pub n_statements: usize,
    /// Whether the name may stand on the memorial.
    pub identity: ConsentState,
    /// The next day on which a consent ends or somebody is to be asked again.
    pub next: Option<Date>,
}

/// Some of those about whom somebody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredPage {
    /// The persons, in the order of cases.
    pub rows: Vec<Answered>,
    /// How many there are in all.
    pub n_all: u64,
    /// Key of the next page; none on the last.
    pub next: Option<i64>,
}

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// The statement.
    pub id: ConsentId,
    /// Numbers of the releases that name the person and stand.
    pub named_in: Vec<u64>,
}

/// How one part stands for one reader and purpose.
pub type StandsFor = (FieldGroup, Audience, Purpose, ConsentState);

/// Persons whose records are in memory at a time.
const PERSONS_AT_ONCE: usize = 2_000;

impl Desk {
    /// All statements of consent, sorted by the person whom each is about now.
    pub fn consent_book(&self) -> Result<ConsentBook, Failure> {
        let mut persons = Vec::new();
        self.each_answered(None, |some| {
            persons.extend(some.iter().map(|row| row.person));
            Ok(())
        })?;
        self.consents_of(&persons)
    }

    /// The statements of consent about some persons. Where a later edition changed a row, what was said of it holds for
    /// what stands in its place.
    pub fn consents_of(&self, persons: &[PersonId]) -> Result<ConsentBook, Failure> {
        self.index_persons_if_stale()?;
        let vault = self.vault(Right::Cases)?;
        let mut book = ConsentBook::default();
        for some in persons.chunks(PERSONS_AT_ONCE) {
            // All at once: a frame of the log that holds records of several persons is opened once.
            let mut person_of: BTreeMap<RecordId, PersonId> = BTreeMap::new();
            for person in some {
                let known = vault.indexed_person(RecordId(person.0)).map_err(vault_failure)?;
                person_of.extend(known.into_iter().flat_map(|known| known.records).map(|record| (record, *person)));
            }
            let ids: Vec<RecordId> = person_of.keys().copied().collect();
            let mut records_of: BTreeMap<PersonId, Vec<Record>> = BTreeMap::new();
            for record in vault.records_of(&ids).map_err(vault_failure)? {
                records_of.entry(person_of[&record.id]).or_default().push(record);
            }
            for (person, records) in records_of {
                let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
                let statements = vault.consents_about(&ids).into_iter().cloned().collect();
                book.add(person, statements, Subject::of(&case_file(&records.iter().collect::<Vec<_>>())));
            }
        }
        Ok(book)
    }

    /// Whether somebody has answered about anybody.
    pub fn has_answers(&self) -> Result<bool, Failure> {
        Ok(!self.persons_answered(None, 0, 1)?.is_empty())
    }

    /// Passes everybody about whom somebody has answered to `each`, some at a time.
    fn each_answered(
        &self,
        between: Option<(Date, Date)>,
        mut each: impl FnMut(&[AnsweredPerson]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut after = 0;
        loop {
            let some = self.persons_answered(between, after, PERSONS_AT_ONCE)?;
            let Some(last) = some.last() else { return Ok(()) };
            after = last.key;
            each(&some)?;
        }
    }

    fn persons_answered(
        &self,
        between: Option<(Date, Date)>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<AnsweredPerson>, Failure> {
        self.index_persons_if_stale()?;
        self.vault(Right::Cases)?.persons_answered(between, after, limit).map_err(vault_failure)
    }

    /// The person that an id or address leads to.
    pub fn person_of_id(&self, id: &str) -> Result<PersonId, Failure> {
        let record = self.records_of_person(id)?[0].id;
        Ok(self.person_ids(&[record])?[0])
    }

    /// Keeps a statement about the person that an id or address leads to.
    pub fn record_consent(&self, id: &str, draft: Consent, contact: Option<&str>) -> Result<ConsentId, Failure> {
        let records: Vec<_> = self.records_of_person(id)?.iter().map(|record| record.id).collect();
        self.keep(Right::Code, |vault| vault.add_consent(draft, &records, contact, now_ms()).map_err(vault_failure))
    }

    /// Keeps one statement that takes back all that a giver gave about a person.
    ///
    /// # Errors
    /// Exit 2 where nothing that this giver gave is recorded.
    pub fn take_back_consent(&self, id: &str, giver: Giver, relation: &str, on: Date) -> Result<TakenBack, Failure> {
        let person = self.person_of_id(id)?;
        let book = self.consents_of(&[person])?;
        let given = book.statements(person).iter().filter(|consent| {
            consent.giver == giver && *consent.relation == *relation && consent.answer == ConsentAnswer::Given
        });
        let mut all: Option<Consent> = None;
        for consent in given {
            let sum = all.get_or_insert_with(|| consent.clone());
            sum.groups = sum.groups.with(consent.groups);
            sum.audiences = sum.audiences.with(consent.audiences);
            sum.purposes = sum.purposes.with(consent.purposes);
        }
        let Some(draft) = all else {
            return Err(Failure::usage(
                "nothing that this giver gave is recorded",
                format!("see: habeas consent show {id}"),
            ));
        };
        // Of everything: who takes back does not want to be asked which part.
        let draft = Consent { answer: ConsentAnswer::Withdrawn, from: on, until: None, review: None, ..draft };
        let id = self.record_consent(id, draft, None)?;
        let releases = self.releases()?;
        let named = releases.iter().filter(|info| {
            let is_named = info.release.named.iter().any(|named| named.person == person);
            info.published && info.withdrawn.is_none() && is_named
        });
        Ok(TakenBack { id, named_in: named.map(|info| info.release.number).collect() })
    }

    /// Everybody about whom somebody has answered, in the order of cases; with a last day, only those of whom something
    /// ends until then.
    pub fn answered(&self, on: Date, last: Option<Date>) -> Result<Vec<Answered>, Failure> {
        let mut rows = Vec::new();
        self.each_answered(last.map(|last| (on, last)), |some| {
            rows.extend(self.answers_of(some, on)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// A page of them, with how many there are in all; `after` is the key of the page, 0 for the first.
    pub fn answered_page(
        &self,
        on: Date,
        last: Option<Date>,
        after: i64,
        limit: usize,
    ) -> Result<AnsweredPage, Failure> {
        let between = last.map(|last| (on, last));
        let mut found = self.persons_answered(between, after, limit + 1)?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| last.key);
        let n_all = self.vault(Right::Cases)?.count_answered(between).map_err(vault_failure)?;
        Ok(AnsweredPage { rows: self.answers_of(&found, on)?, n_all, next })
    }

    fn answers_of(&self, found: &[AnsweredPerson], on: Date) -> Result<Vec<Answered>, Failure> {
        let book = self.consents_of(&found.iter().map(|row| row.person).collect::<Vec<_>>())?;
        let row = |AnsweredPerson { person, name, .. }: &AnsweredPerson| {
            let statements = book.statements(*person);
            let given = statements.iter().filter(|consent| consent.answer == ConsentAnswer::Given);
            let days = given.flat_map(|consent| [consent.until, consent.review]).flatten();
            Answered {
                person: *person,
                names: name.split(BETWEEN_NAMES).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
                n_statements: statements.len(),
                identity: book.state(*person, FieldGroup::Identity, Audience::Public, Purpose::Memorial, on),
                next: days.filter(|date| *date >= on).min(),
            }
        };
        Ok(found.iter().map(row).collect())
    }

    /// How to reach the givers, as far as this member may know; that somebody looked is audited.
    pub fn contacts_of(&self, statements: &[Consent]) -> Result<HashMap<ConsentId, String>, Failure> {
        self.keep(Right::Cases, |vault| {
            let known = |consent: &Consent| Some((consent.id, vault.consent_contact(consent.id)?.to_owned()));
            let contacts: HashMap<ConsentId, String> = statements.iter().filter_map(known).collect();
            if !vault.is_read_only() {
                for id in contacts.keys() {
                    let looked_up = AuditEvent::new("contact-looked-up", [("consent", id.short())]);
                    vault.audit(looked_up, now_ms()).map_err(vault_failure)?;
                }
            }
            Ok(contacts)
        })
    }
}

/// How each part of a person's file stands for each reader and purpose, where somebody has answered.
pub fn stands(book: &ConsentBook, person: PersonId, on: Date) -> Vec<StandsFor> {
    let mut standing = Vec::new();
    for group in FieldGroup::ALL {
        for audience in Audience::ALL {
            for purpose in Purpose::ALL {
                let state = book.state(person, *group, *audience, *purpose, on);
                if !matches!(state, ConsentState::Silent | ConsentState::Never) {
                    standing.push((*group, *audience, *purpose, state));
                }
            }
        }
    }
    standing
}
