//! The last gate before anything about a person leaves: [`disclose`] is the only maker of a [`Disclosed`].
//!
//! What may be told is built anew from the groups that are open, field by field; nothing is copied and then blanked. A
//! field that a case file gains next year is absent until somebody writes its line here.
//!
//! ```compile_fail
//! // Nobody else can say that a value may be told.
//! let forged = habeas_core::Disclosed { value: "a name" };
//! ```
//!
//! ```compile_fail
//! // Nor can a kind of thing be declared that discloses itself.
//! struct Mine;
//! impl habeas_core::Disclosable for Mine {}
//! ```

mod form;
mod memorial;
mod paper;
mod told;

pub use form::{AnsweredBy, FieldStand, Form, FormField, Urgency, stand_of, urgency};
pub use memorial::{MemorialEntry, Told, ToldEvent};
pub use paper::{PapersToTell, ToldPapers};
pub use told::{CaseToTell, ToldAccount, ToldCase, ToldQuestion, ToldSpeaker, groups_of};

use crate::{Audience, ConsentBook, ConsentId, Date, FieldGroup, PersonId, Purpose, fold};

/// A value that may leave, for the audience and purpose that it was disclosed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosed<T> {
    value: T,
    grant: Grant,
}

impl<T> Disclosed<T> {
    /// The value.
    pub fn get(&self) -> &T {
        &self.value
    }

    /// What opened it.
    pub fn grant(&self) -> &Grant {
        &self.grant
    }
}

/// What opened a value: the groups, and the statements that each rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// About whom.
    pub person: PersonId,
    /// For whom.
    pub audience: Audience,
    /// What for.
    pub purpose: Purpose,
    /// The open groups, each with the statements that open it.
    pub groups: Vec<(FieldGroup, Vec<ConsentId>)>,
}

impl Grant {
    /// Whether a group is open.
    pub fn opens(&self, group: FieldGroup) -> bool {
        self.groups.iter().any(|(open, _)| *open == group)
    }
}

/// What an organisation has decided for all its publications.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DisclosurePolicy {
    /// Two persons sign each release; without that nothing of high risk is told to the public.
    pub two_persons: bool,
    /// Names of forces and units that may be told as sources give them. Whoever else is named as having done it is not
    /// told: words do not say whether they name a force or a person.
    pub forces: Vec<String>,
}

impl DisclosurePolicy {
    /// Whether words name one of the forces that may be told.
    pub fn names_force(&self, words: &str) -> bool {
        let words = fold(words);
        !words.is_empty() && self.forces.iter().any(|force| fold(force) == words)
    }
}

/// For whom, what for and when something is to be told.
#[derive(Debug, Clone, Copy)]
pub struct DisclosureRequest<'a> {
    /// For whom.
    pub audience: Audience,
    /// What for.
    pub purpose: Purpose,
    /// The day of the release; the caller's clock, not ours.
    pub on: Date,
    /// All statements.
    pub consents: &'a ConsentBook,
    /// What the organisation has decided.
    pub policy: &'a DisclosurePolicy,
}

/// Why nothing about a person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
    /// Nothing is told of a person who may not be named: the rest would lead back to them.
    #[error("no consent to tell the identity stands for this audience and purpose")]
    Identity,
}

/// A kind of thing of which something may be told. Only this module implements it.
pub trait Disclosable: sealed::Sealed {}

mod sealed {
    use super::{DisclosureRequest, Grant};
    use crate::PersonId;

    /// How the telling is made; out of reach for other crates.
    pub trait Sealed {
        /// What is made.
        type Out;
        /// About whom.
        fn person(&self) -> PersonId;
        /// Makes it from the groups that are open.
        fn tell(&self, request: &DisclosureRequest<'_>, grant: &Grant) -> Self::Out;
    }
}

/// Makes the part of a value that consents allow.
///
/// # Errors
/// [`Withheld::Identity`] when the person may not be named: then the person does not appear at all.
pub fn disclose<T: Disclosable>(
    value: &T,
    request: &DisclosureRequest<'_>,
) -> Result<Disclosed<<T as sealed::Sealed>::Out>, Withheld> {
    let person = sealed::Sealed::person(value);
    let DisclosureRequest { audience, purpose, on, consents, policy } = *request;
    let open = FieldGroup::ALL.iter().copied().filter_map(|group| {
        let two_needed = group == FieldGroup::HighRisk && audience == Audience::Public;
        let grounds = consents.grounds(person, group, audience, purpose, on);
        (!grounds.is_empty() && (policy.two_persons || !two_needed)).then_some((group, grounds))
    });
    let grant = Grant { person, audience, purpose, groups: open.collect() };
    if !grant.opens(FieldGroup::Identity) {
        return Err(Withheld::Identity);
    }
    Ok(Disclosed { value: sealed::Sealed::tell(value, request, &grant), grant })
}
