//! A name as given: the words, in their order, with the roles that the source itself states.
//!
//! No matching here: folding, transliteration and spelling classes belong to `habeas-link` and are never displayed.

/// What a part of a name is, where the source says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameRole {
    /// Personal name.
    Given,
    /// Surname from the father's side, or the only surname.
    Family,
    /// Surname from the mother's side.
    MotherFamily,
    /// Surname by marriage.
    Married,
    /// Father's name.
    Father,
    /// Honorific or title, kept but never evidence of identity.
    Honorific,
    /// The source does not say.
    Unassigned,
}

/// One part of a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NamePart {
    /// The words as written.
    pub text: String,
    /// Their role, as far as stated.
    pub role: NameRole,
}

/// A name as one source gives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NameAsGiven {
    /// Parts in the order of the source; never empty.
    pub parts: Vec<NamePart>,
}

impl NameAsGiven {
    /// A name whose parts have no stated roles.
    pub fn unassigned(text: impl Into<String>) -> Self {
        Self { parts: vec![NamePart { text: text.into(), role: NameRole::Unassigned }] }
    }

    /// The words of all parts with one role, joined by a blank; empty where the role does not occur.
    pub fn role(&self, role: NameRole) -> String {
        let parts: Vec<&str> = self.parts.iter().filter(|p| p.role == role).map(|p| p.text.as_str()).collect();
        parts.join(" ")
    }

    /// The whole name, in the order of the source.
    pub fn text(&self) -> String {
        let parts: Vec<&str> = self.parts.iter().map(|p| p.text.as_str()).collect();
        parts.join(" ")
    }
}
