//! Who agreed to what being told to whom; without an answer the answer is no.

use crate::{Date, PersonId};

/// Who gave the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Giver {
    /// A representative of the family.
    Family,
    /// The person.
    Person,
}

/// What for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Remembering in public.
    Memorial,
    /// A submission to a body.
    Submission,
    /// Research.
    Research,
}

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Lawyers of the case.
    Lawyers,
    /// A body of the United Nations.
    UnBody,
    /// Everybody.
    Public,
}

/// What part of a case file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldGroup {
    /// The name.
    Name,
    /// Year of the event.
    Year,
    /// The widest part of the place.
    Region,
    /// Status label.
    Status,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentAnswer {
    /// Yes.
    Given,
    /// No.
    Refused,
    /// No longer.
    Withdrawn,
}

/// One recorded answer. Append-only; a change is a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// About whom.
    pub person: PersonId,
    /// By whom.
    pub giver: Giver,
    /// What for.
    pub purpose: Purpose,
    /// For whom.
    pub audience: Audience,
    /// What part.
    pub group: FieldGroup,
    /// The answer.
    pub answer: ConsentAnswer,
    /// Last day on which it holds.
    pub expires: Option<Date>,
}

/// Whether one part of a person's file may be told today. `consents` is in log order.
///
/// Default no. The person's own word beats the family's; of one giver the later beats the earlier.
pub fn stands(
    consents: &[Consent],
    person: PersonId,
    group: FieldGroup,
    audience: Audience,
    purpose: Purpose,
    today: Date,
) -> bool {
    let about = |c: &&Consent| c.person == person && c.group == group && c.audience == audience && c.purpose == purpose;
    let latest = |giver| consents.iter().filter(about).rfind(|consent| consent.giver == giver);
    latest(Giver::Person).or_else(|| latest(Giver::Family)).is_some_and(|consent| {
        consent.answer == ConsentAnswer::Given && consent.expires.is_none_or(|last| today <= last)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consent(giver: Giver, answer: ConsentAnswer) -> Consent {
        Consent {
            person: PersonId([1; 16]),
            giver,
            purpose: Purpose::Memorial,
            audience: Audience::Public,
            group: FieldGroup::Name,
            answer,
            expires: Some("2030-01-01".parse().unwrap()),
        }
    }

    fn allowed(consents: &[Consent], today: &str) -> bool {
        let person = PersonId([1; 16]);
        stands(consents, person, FieldGroup::Name, Audience::Public, Purpose::Memorial, today.parse().unwrap())
    }

    #[test]
    fn without_an_answer_the_answer_is_no() {
        assert!(!allowed(&[], "2026-01-01"));
    }

    #[test]
    fn the_persons_own_refusal_beats_a_later_consent_of_the_family() {
        let own = consent(Giver::Person, ConsentAnswer::Refused);
        assert!(!allowed(&[own, consent(Giver::Family, ConsentAnswer::Given)], "2026-01-01"));
    }

    #[test]
    fn a_withdrawal_ends_an_earlier_consent() {
        let given = consent(Giver::Family, ConsentAnswer::Given);
        assert!(allowed(std::slice::from_ref(&given), "2026-01-01"));
        assert!(!allowed(&[given, consent(Giver::Family, ConsentAnswer::Withdrawn)], "2026-01-01"));
    }

    #[test]
    fn consent_ends_with_its_last_day() {
        let given = [consent(Giver::Family, ConsentAnswer::Given)];
        assert!(allowed(&given, "2030-01-01"));
        assert!(!allowed(&given, "2030-01-02"));
    }
}
