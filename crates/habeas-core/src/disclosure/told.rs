//! What may be told of a case account by account, to a reader who is bound: lawyers, a court, a body of the United Nations.
//!
//! Every account keeps who says it and where it stands; accounts that contradict stand side by side. Whoever witnessed
//! something, or is a relative, is told by the role alone unless their own identity is opened. To the public nothing is
//! told this way: for that there is [`MemorialEntry`](super::MemorialEntry).

use super::{Disclosable, DisclosureRequest, Grant, sealed::Sealed};
use crate::{
    Account, Agreement, Audience, CaseFile, Elements, EventKind, FieldGroup, Label, PartialDate, PersonId,
    PlaceAsGiven, Polarity, Predicate, SourceKind, SpeakerKind, Value,
};

/// A case file that is to be told account by account.
#[derive(Debug, Clone, Copy)]
pub struct CaseToTell<'c>(pub &'c CaseFile<'c>);

/// What of a case file may be told, account by account.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldCase {
    /// Whose; never written, only turned into an address that says nothing.
    pub person: PersonId,
    /// Labels; several stand side by side. Empty where the event is not open.
    pub labels: Vec<Label>,
    /// How the elements of an enforced disappearance stand; none where the event is not open.
    pub elements: Option<Elements>,
    /// Questions in the order of the vocabulary, only those of which something may be told.
    pub questions: Vec<ToldQuestion>,
}

/// One question with the accounts that may be told.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldQuestion {
    /// The question.
    pub predicate: Predicate,
    /// Whether accounts of it cannot all be true.
    pub contradicts: bool,
    /// The accounts; never empty.
    pub accounts: Vec<ToldAccount>,
}

/// One source's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldAccount {
    /// Accounts that say the same have one letter.
    pub reading: char,
    /// The words of the source, as far as they may be told.
    pub words: String,
    /// What is read from them; nothing where only a part of the words may be told.
    pub value: Value,
    /// Whether the source affirms, denies or takes it back.
    pub polarity: Polarity,
    /// Who says it: a name, or a role.
    pub said_by: ToldSpeaker,
    /// Where it stands: the title of a public work with the number of the entry, or the kind of source.
    pub source: String,
}

/// Who is told to have said something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToldSpeaker {
    /// By name.
    Named(String),
    /// By role.
    Role(SpeakerKind),
}

impl ToldCase {
    /// A question, where something of it may be told.
    pub fn question(&self, predicate: Predicate) -> Option<&ToldQuestion> {
        self.questions.iter().find(|question| question.predicate == predicate)
    }

    /// Names on record, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        let told = self.question(Predicate::Name).into_iter().flat_map(|question| &question.accounts);
        for account in told {
            if !names.contains(&account.words.as_str()) {
                names.push(&account.words);
            }
        }
        names
    }

    /// Dates that accounts give of the disappearance.
    pub fn dates_of_disappearance(&self) -> impl Iterator<Item = &PartialDate> {
        let asked = [EventKind::Taken, EventKind::LastSeen].map(Predicate::EventDate);
        let told = asked.into_iter().filter_map(|predicate| self.question(predicate));
        told.flat_map(|question| &question.accounts).filter_map(|account| match &account.value {
            Value::Date(date) if account.polarity == Polarity::Affirms => Some(date),
            _ => None,
        })
    }
}

impl Disclosable for CaseToTell<'_> {}

impl Sealed for CaseToTell<'_> {
    type Out = ToldCase;

    fn person(&self) -> PersonId {
        self.0.person
    }

    fn tell(&self, request: &DisclosureRequest<'_>, grant: &Grant) -> ToldCase {
        let case = self.0;
        let event = grant.opens(FieldGroup::Event) && request.audience != Audience::Public;
        let mut told = ToldCase {
            person: case.person,
            labels: if event { case.labels.clone() } else { Vec::new() },
            elements: event.then(|| case.elements()),
            questions: Vec::new(),
        };
        if request.audience == Audience::Public {
            return told;
        }
        for question in &case.questions {
            let readings = question.readings.iter().flat_map(|reading| {
                reading.accounts.iter().filter_map(|account| told_account(reading.letter, account, request, grant))
            });
            let accounts: Vec<ToldAccount> = readings.collect();
            if !accounts.is_empty() {
                told.questions.push(ToldQuestion {
                    predicate: question.predicate,
                    contradicts: question.agreement == Agreement::Contradicts,
                    accounts,
                });
            }
        }
        told
    }
}

/// The groups that open a question: any one of them opens it, as far as it reaches.
pub fn groups_of(predicate: Predicate) -> &'static [FieldGroup] {
    match predicate {
        Predicate::Name
        | Predicate::Alias
        | Predicate::FatherName
        | Predicate::MotherName
        | Predicate::MotherFamilyName
        | Predicate::MarriedName
        | Predicate::ListNumber
        // An office has one holder: it names whoever holds it.
        | Predicate::Post => &[FieldGroup::Identity],
        Predicate::Sex | Predicate::BirthDate | Predicate::Age | Predicate::Nationality | Predicate::Occupation => {
            &[FieldGroup::Attributes]
        }
        Predicate::Event(_)
        | Predicate::EventDate(_)
        | Predicate::Perpetrator(_)
        | Predicate::Fate
        | Predicate::Whereabouts
        | Predicate::Acknowledgement
        | Predicate::Register
        | Predicate::Element(_) => &[FieldGroup::Event],
        // Where somebody is held or was found may point to a witness.
        Predicate::EventPlace(EventKind::HeldAt | EventKind::FoundDead) => &[FieldGroup::ExactPlace],
        Predicate::EventPlace(_) | Predicate::BirthPlace => {
            &[FieldGroup::ExactPlace, FieldGroup::Settlement, FieldGroup::District]
        }
        Predicate::Remarks => &[FieldGroup::Narrative],
        Predicate::IdentityDocument | Predicate::Attribute => &[FieldGroup::HighRisk],
        Predicate::Residence => &[FieldGroup::NeverPublic],
    }
}

fn told_account(
    reading: char,
    account: &Account<'_>,
    request: &DisclosureRequest<'_>,
    grant: &Grant,
) -> Option<ToldAccount> {
    let predicate = account.claim.predicate;
    let widest = groups_of(predicate).iter().copied().find(|group| grant.opens(*group))?;
    let (words, value) = match (&account.claim.value, predicate) {
        (Value::Place(place), _) => told_place(place, widest)?,
        (Value::Name(name), _) => (name.text(), account.claim.value.clone()),
        // Words do not say whether they name a force or a person.
        (_, Predicate::Perpetrator(_)) if !request.policy.names_force(&account.words()) => return None,
        _ => (account.words(), account.claim.value.clone()),
    };
    let speaker = &account.record.said_by(account.claim).speaker;
    let open = grant.opens(FieldGroup::NeverPublic);
    let said_by = match speaker.kind {
        SpeakerKind::Witness | SpeakerKind::Relative | SpeakerKind::Unnamed if !open => ToldSpeaker::Role(speaker.kind),
        _ => ToldSpeaker::Named(speaker.name.clone()),
    };
    let source = &account.record.source;
    let source = match source.kind {
        SourceKind::List => format!("{}, entry {}", source.title, account.record.number()),
        SourceKind::Article | SourceKind::Statement => source.title.clone(),
        SourceKind::Testimony if open => source.title.clone(),
        // A title may name who spoke.
        SourceKind::Testimony => "testimony on file".to_owned(),
    };
    Some(ToldAccount { reading, words, value, polarity: account.claim.polarity, said_by, source })
}

/// As much of a place as its group opens.
fn told_place(place: &PlaceAsGiven, group: FieldGroup) -> Option<(String, Value)> {
    let keep = match group {
        FieldGroup::District => 1,
        FieldGroup::Settlement => 2,
        _ => place.parts.len(),
    };
    let parts = place.parts[place.parts.len().saturating_sub(keep)..].to_vec();
    let told = PlaceAsGiven { parts, point: None };
    let words = told.text();
    (!words.is_empty()).then_some((words, Value::Place(told)))
}

#[cfg(test)]
mod tests;
