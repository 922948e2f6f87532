//! Consents as they are recorded, taken back and read: for commands and pages alike.

use crate::{
    commands::init::now_ms,
    desk::{Desk, vault_failure},
    failure::Failure,
};
use habeas_core::{
    Audience, Consent, ConsentAnswer, ConsentBook, ConsentId, ConsentState, Date, FieldGroup, Giver, PersonId, Purpose,
    Right,
};
use habeas_vault::AuditEvent;
use std::collections::HashMap;

/// A person about whom somebody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Who.
    pub person: PersonId,
    /// How many statements there are.
    pub n_statements: usize,
    /// Whether the name may stand on the memorial.
    pub identity: ConsentState,
    /// The next day on which a consent ends or somebody is to be asked again.
    pub next: Option<Date>,
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

impl Desk {
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
        let book = self.consent_book()?;
        let given = book.statements(person).iter().filter(|consent| {
            consent.giver == giver && consent.relation == relation && consent.answer == ConsentAnswer::Given
        });
        let mut all: Option<Consent> = None;
        for consent in given {
            let sum = all.get_or_insert_with(|| consent.clone());
            sum.groups.extend(&consent.groups);
            sum.audiences.extend(&consent.audiences);
            sum.purposes.extend(&consent.purposes);
        }
        let Some(mut draft) = all else {
            return Err(Failure::usage(
                "nothing that this giver gave is recorded",
                format!("see: habeas consent show {id}"),
            ));
        };
        // Of everything: who takes back does not want to be asked which part.
        draft.groups.sort();
        draft.groups.dedup();
        draft.audiences.sort();
        draft.audiences.dedup();
        draft.purposes.sort();
        draft.purposes.dedup();
        let draft = Consent { answer: ConsentAnswer::Withdrawn, from: on, until: None, review: None, ..draft };
        let id = self.record_consent(id, draft, None)?;
        let releases = self.releases()?;
        let named = releases.iter().filter(|info| {
            let is_named = info.release.named.iter().any(|named| named.person == person);
            info.published && info.withdrawn.is_none() && is_named
        });
        Ok(TakenBack { id, named_in: named.map(|info| info.release.number).collect() })
    }

    /// Everybody about whom somebody has answered; with a limit, only those of whom something ends until then.
    pub fn answered(&self, book: &ConsentBook, on: Date, limit: Option<Date>) -> Vec<Answered> {
        let rows = book.persons().map(|person| {
            let statements = book.statements(person);
            let given = statements.iter().filter(|consent| consent.answer == ConsentAnswer::Given);
            let days = given.flat_map(|consent| [consent.until, consent.review]).flatten();
            Answered {
                person,
                n_statements: statements.len(),
                identity: book.state(person, FieldGroup::Identity, Audience::Public, Purpose::Memorial, on),
                next: days.filter(|date| *date >= on).min(),
            }
        });
        rows.filter(|row| limit.is_none_or(|limit| row.next.is_some_and(|next| next <= limit))).collect()
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
