//! The stored entities: what an assertion can be about. One carries a kind and an id and nothing else: all that is known
//! of it, its handle included, is said by assertions.

use crate::vocabulary::vocabulary;
use crate::{AssertionId, EntityId, RecordId, SourceId};
use std::{fmt, str::FromStr};

vocabulary!(
    /// What an entity is.
    EntityKind {
        /// A person as one source names them.
        Mention = "mention",
        /// A group, an organisation, a unit of a force, an unidentified actor.
        Party = "party",
        /// Something that happened at a time and place; holds acts.
        Incident = "incident",
        /// One kind of deed to one victim or one counted group.
        Act = "act",
        /// One person and one deprivation of liberty.
        Case = "case",
        /// Steps before a court, commission or body.
        Proceeding = "proceeding",
        /// Protest, petition, motion, appeal, speech, demand.
        Action = "action",
        /// A place with its names, its wider places and their validity.
        Place = "place",
        /// Figures that one organisation states of one matter.
        Series = "series",
        /// A source, held or known only by its title.
        Source = "source",
        /// An assertion, for what people say about it: a review, a question, an answer to a finding.
        Assertion = "assertion",
        /// A term that people have added to a vocabulary.
        Term = "term",
    }
);

/// One stored entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Its id.
    pub id: EntityId,
}

impl Entity {
    /// A source as the subject of an assertion.
    pub fn source(id: SourceId) -> Self {
        Self { kind: EntityKind::Source, id: EntityId(id.0) }
    }

    /// An assertion as the subject of another.
    pub fn assertion(id: AssertionId) -> Self {
        Self { kind: EntityKind::Assertion, id: EntityId(id.0) }
    }

    /// The record that linkage and case files see of a mention.
    pub fn record(&self) -> Option<RecordId> {
        (self.kind == EntityKind::Mention).then_some(RecordId(self.id.0))
    }

    /// Kind and the first digits of the id, for people.
    pub fn short(&self) -> String {
        format!("{}:{}", self.kind.code(), self.id.short())
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.code(), self.id)
    }
}

/// Why a text names no entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an entity is written kind:id, with a kind such as incident and 32 hexadecimal digits")]
pub struct ParseEntityError;

impl FromStr for Entity {
    type Err = ParseEntityError;

    fn from_str(text: &str) -> Result<Self, ParseEntityError> {
        let (kind, id) = text.split_once(':').ok_or(ParseEntityError)?;
        let kind = EntityKind::from_code(kind).ok_or(ParseEntityError)?;
        Ok(Self { kind, id: id.parse().map_err(|_| ParseEntityError)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_is_read_back_from_its_display() {
        for kind in EntityKind::ALL {
            let entity = Entity { kind: *kind, id: EntityId([7; 16]) };
            assert_eq!(entity.to_string().parse(), Ok(entity));
        }
        assert!("incident".parse::<Entity>().is_err() && "ghost:00".parse::<Entity>().is_err());
    }
}
