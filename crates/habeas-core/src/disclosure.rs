//! The last gate before anything about a person leaves: [`disclose`] is the only maker of a [`Disclosed`].
//!
//! ```compile_fail
//! // Nobody else can say that a value may be told.
//! let forged = habeas_core::Disclosed { value: "a name" };
//! ```

use crate::{
    Audience, CaseFile, Consent, Date, EventKind, FieldGroup, Label, Predicate, Purpose, Value, YearOf, stands,
};

/// A value that may leave, for the audience and purpose that it was disclosed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosed<T> {
    value: T,
}

impl<T> Disclosed<T> {
    /// The value.
    pub fn get(&self) -> &T {
        &self.value
    }
}

/// For whom, what for and when a value is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisclosurePolicy {
    /// For whom.
    pub audience: Audience,
    /// What for.
    pub purpose: Purpose,
    /// The day of the release; the caller's clock, not ours.
    pub today: Date,
}

/// What of a case file may be told. A part without consent is absent, not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicCase {
    /// Names on record.
    pub names: Vec<String>,
    /// Year in which the person was taken, as far as certain.
    pub year: Option<YearOf>,
    /// Widest part of the place where the person was taken.
    pub region: Option<String>,
    /// Labels.
    pub labels: Vec<Label>,
}

/// Why a case file is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
    /// No consent to any part stands today.
    #[error("no consent to any part of this file stands for this audience and purpose")]
    NoConsent,
}

/// Makes the part of a case file that consents allow.
///
/// # Errors
/// [`Withheld::NoConsent`] when nothing may be told: then the person does not appear at all.
pub fn disclose(
    case: &CaseFile<'_>,
    consents: &[Consent],
    policy: &DisclosurePolicy,
) -> Result<Disclosed<PublicCase>, Withheld> {
    let may = |group| stands(consents, case.person, group, policy.audience, policy.purpose, policy.today);
    let groups = [FieldGroup::Name, FieldGroup::Year, FieldGroup::Region, FieldGroup::Status];
    if !groups.into_iter().any(may) {
        return Err(Withheld::NoConsent);
    }
    let first_value = |predicate| {
        let question = case.question(predicate);
        question.and_then(|question| question.accounts().next()).map(|account| &account.claim.value)
    };
    let year = match first_value(Predicate::EventDate(EventKind::Taken)) {
        Some(Value::Date(date)) if may(FieldGroup::Year) => Some(date.year_of()),
        _ => None,
    };
    let region = match first_value(Predicate::EventPlace(EventKind::Taken)) {
        Some(Value::Place(place)) if may(FieldGroup::Region) => place.widest().map(str::to_owned),
        _ => None,
    };
    Ok(Disclosed {
        value: PublicCase {
            names: if may(FieldGroup::Name) { case.names() } else { Vec::new() },
            year,
            region,
            labels: if may(FieldGroup::Status) { case.labels.clone() } else { Vec::new() },
        },
    })
}
