//! Who agreed to what being told to whom; without an answer the answer is no.
//!
//! A [`Consent`] is one statement as it was made: append-only, about a record, so that it follows the person whatever the
//! linkage finds later. [`ConsentBook`] folds all statements of a vault to how each field group of each person stands.

mod book;
#[cfg(test)]
mod tests;

pub use book::{ConsentBook, ConsentState, Subject};

use crate::{ConsentId, Date, RecordId, SetOf, SourceId, UserId, vocabulary::vocabulary};
use std::sync::Arc;

vocabulary!(
    /// In which role somebody answered.
    Giver {
        /// The person.
        Person = "person",
        /// Whoever has custody of a minor.
        Guardian = "guardian",
        /// A relative; the statement says which.
        Family = "family",
        /// A decision that the family took together, after relatives had differed.
        FamilyDecision = "family-decision",
        /// A court that decides in place of the person.
        Court = "court",
    }
);
vocabulary!(
    /// What for. None implies another.
    Purpose {
        /// Remembering in public.
        Memorial = "memorial",
        /// Making a case known.
        Advocacy = "advocacy",
        /// A submission to a body.
        Submission = "submission",
        /// Proceedings before a court.
        Litigation = "litigation",
        /// Research.
        Research = "research",
        /// Statistics about rows; counts need no consent.
        Statistics = "statistics",
    }
);
vocabulary!(
    /// Who will read. None implies another.
    Audience {
        /// Those who work with the vault.
        Team = "team",
        /// Lawyers of the case.
        Lawyers = "lawyers",
        /// A partner organisation.
        Partner = "partner",
        /// A body of the United Nations.
        UnBody = "un-body",
        /// A court.
        Court = "court",
        /// Everybody.
        Public = "public",
    }
);
vocabulary!(
    /// What may be told together.
    FieldGroup {
        /// Names in all scripts, names of the parents.
        Identity = "identity",
        /// A picture of the person.
        Portrait = "portrait",
        /// What happened, when, and by what kind of perpetrator.
        Event = "event",
        /// The widest part of a place.
        District = "district",
        /// The part of a place below the widest.
        Settlement = "settlement",
        /// A place as exactly as it is known.
        ExactPlace = "exact-place",
        /// Sex, age, occupation, nationality.
        Attributes = "attributes",
        /// Accounts in words, quoted testimony.
        Narrative = "narrative",
        /// Health, sexual violence, conditions of detention, identity numbers.
        HighRisk = "high-risk",
        /// The image of a paper, redacted.
        Document = "document",
        /// Identity and contact of sources, witnesses and relatives; home address.
        NeverPublic = "never-public",
    }
);
vocabulary!(
    /// What was answered.
    ConsentAnswer {
        /// Yes.
        Given = "given",
        /// No.
        Refused = "refused",
        /// No longer.
        Withdrawn = "withdrawn",
    }
);
vocabulary!(
    /// How the answer was recorded.
    ConsentMedium {
        /// A signed form.
        Form = "form",
        /// A recording of the voice.
        Recording = "recording",
        /// A note of a call.
        Call = "call",
        /// A note of a conversation.
        Conversation = "conversation",
    }
);

/// One statement of one giver, for every combination of its groups, audiences and purposes. A change is a new statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// About the person that this record speaks of.
    pub about: RecordId,
    /// In which role the answer was given.
    pub giver: Giver,
    /// Tells the givers of one role apart, such as «mother»; a name belongs into the compartment of sources.
    pub relation: Arc<str>,
    /// The parts of the file.
    pub groups: SetOf<FieldGroup>,
    /// For whom.
    pub audiences: SetOf<Audience>,
    /// What for.
    pub purposes: SetOf<Purpose>,
    /// The answer.
    pub answer: ConsentAnswer,
    /// The first day on which it holds.
    pub from: Date,
    /// The last day on which it holds; until withdrawn where absent.
    pub until: Option<Date>,
    /// The day on which the giver is to be asked again.
    pub review: Option<Date>,
    /// How it was recorded.
    pub medium: ConsentMedium,
    /// Version of the text on risks that was read out.
    pub risk_text: Arc<str>,
    /// The form, recording or note, where it is kept as a source.
    pub source: Option<SourceId>,
    /// Earlier statements of the same giver about the same person that whoever recorded this one knew of. It stands in
    /// their place for what it speaks of.
    pub replaces: Vec<ConsentId>,
    /// Who recorded it.
    pub recorded_by: UserId,
}

impl Consent {
    /// Whether the statement speaks of this part for this audience and purpose.
    pub fn covers(&self, group: FieldGroup, audience: Audience, purpose: Purpose) -> bool {
        self.groups.contains(group) && self.audiences.contains(audience) && self.purposes.contains(purpose)
    }
}
