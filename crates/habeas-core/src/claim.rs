//! What a record says of its person: predicates, typed values, and the exact words that they rest on.

use crate::vocabulary::vocabulary;
use crate::{Acknowledgement, Attribution, Fate, NameAsGiven, PartialDate, PlaceAsGiven, Register, Whereabouts};

vocabulary!(
    /// Something that happened to a person.
    EventKind {
        /// Deprived of liberty: arrested, abducted, disappeared.
        Taken = "taken",
        /// Seen for the last time.
        LastSeen = "last-seen",
        /// Held at a place.
        HeldAt = "held-at",
        /// Produced in court.
        ProducedInCourt = "produced-in-court",
        /// Released.
        Released = "released",
        /// Killed.
        Killed = "killed",
        /// Found dead, or the remains found.
        FoundDead = "found-dead",
        /// Remains identified.
        Identified = "identified",
        /// Reported to a register.
        Reported = "reported",
        /// Remanded in custody by a court.
        Remanded = "remanded",
        /// Escaped.
        Escaped = "escaped",
    }
);
vocabulary!(
    /// Whether a speaker stands for a statement or against it.
    Polarity {
        /// Says that it is so.
        Affirms = "affirms",
        /// Says that it is not so.
        Denies = "denies",
        /// Says that it cannot be confirmed.
        CannotConfirm = "cannot-confirm",
        /// Takes back what was said.
        Retracts = "retracts",
    }
);
vocabulary!(
    /// How a speaker puts a statement.
    Modality {
        /// As a fact.
        Stated = "stated",
        /// As an accusation.
        Alleged = "alleged",
        /// With a hedge: «it seems».
        Hedged = "hedged",
        /// As the version of an authority.
        OfficialVersion = "official-version",
        /// Inferred by us, not said by the source.
        InferredByUs = "inferred-by-us",
        /// The speaker says that they did it.
        ClaimsResponsibility = "claims-responsibility",
        /// A judgement of worth; enters no tally.
        Opinion = "opinion",
        /// What somebody asks for; enters no tally.
        Demand = "demand",
    }
);
vocabulary!(
    /// Sex as recorded.
    Sex {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
        /// Another word than these two.
        Other = "other",
    }
);

vocabulary!(
    /// One of the three things that together are an enforced disappearance.
    Element {
        /// Deprivation of liberty against the will.
        Deprivation = "deprivation",
        /// Agents of the State, or others with its support or acquiescence.
        State = "state",
        /// Refusal to acknowledge it, or fate or whereabouts concealed.
        Concealment = "concealment",
    }
);

/// Years of age, as bounds; a child of months has 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Age {
    /// Least number of whole years.
    pub low: u16,
    /// Greatest number of whole years.
    pub high: u16,
}

/// The question that a claim answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Predicate {
    /// The number that the list itself gives the person.
    ListNumber,
    /// The name.
    Name,
    /// Another name, nickname or nom de guerre.
    Alias,
    /// The father's name.
    FatherName,
    /// The mother's name.
    MotherName,
    /// The surname from the mother's side.
    MotherFamilyName,
    /// The surname by marriage.
    MarriedName,
    /// Sex.
    Sex,
    /// Date of birth.
    BirthDate,
    /// Place of birth.
    BirthPlace,
    /// Age when it happened.
    Age,
    /// Where the person lived.
    Residence,
    /// Nationality.
    Nationality,
    /// Occupation.
    Occupation,
    /// An office, post or role that the person holds, as the source calls it.
    Post,
    /// Number of an identity document.
    IdentityDocument,
    /// That an event happened.
    Event(EventKind),
    /// When it happened.
    EventDate(EventKind),
    /// Where it happened.
    EventPlace(EventKind),
    /// By whom.
    Perpetrator(EventKind),
    /// What became of the person.
    Fate,
    /// Where the person is.
    Whereabouts,
    /// What the authorities say.
    Acknowledgement,
    /// What a register does with the case.
    Register,
    /// One of the three elements of an enforced disappearance.
    Element(Element),
    /// Free words.
    Remarks,
    /// A column that the mapping keeps without a meaning of its own; the header names it.
    Attribute,
}

impl Predicate {
    /// The stable code: `name`, `event-date.taken`.
    pub fn code(self) -> String {
        let plain = match self {
            Self::ListNumber => "list-number",
            Self::Name => "name",
            Self::Alias => "alias",
            Self::FatherName => "father-name",
            Self::MotherName => "mother-name",
            Self::MotherFamilyName => "mother-family-name",
            Self::MarriedName => "married-name",
            Self::Sex => "sex",
            Self::BirthDate => "birth-date",
            Self::BirthPlace => "birth-place",
            Self::Age => "age",
            Self::Residence => "residence",
            Self::Nationality => "nationality",
            Self::Occupation => "occupation",
            Self::Post => "post",
            Self::IdentityDocument => "identity-document",
            Self::Fate => "fate",
            Self::Whereabouts => "whereabouts",
            Self::Acknowledgement => "acknowledgement",
            Self::Register => "register",
            Self::Remarks => "remarks",
            Self::Attribute => "attribute",
            Self::Element(element) => return format!("ed.{}", element.code()),
            Self::Event(kind) => return format!("event.{}", kind.code()),
            Self::EventDate(kind) => return format!("event-date.{}", kind.code()),
            Self::EventPlace(kind) => return format!("event-place.{}", kind.code()),
            Self::Perpetrator(kind) => return format!("perpetrator.{}", kind.code()),
        };
        plain.to_owned()
    }

    /// Reads a code.
    pub fn from_code(code: &str) -> Option<Self> {
        if let Some(element) = code.strip_prefix("ed.") {
            return Element::from_code(element).map(Self::Element);
        }
        if let Some((head, kind)) = code.split_once('.') {
            let kind = EventKind::from_code(kind)?;
            return match head {
                "event" => Some(Self::Event(kind)),
                "event-date" => Some(Self::EventDate(kind)),
                "event-place" => Some(Self::EventPlace(kind)),
                "perpetrator" => Some(Self::Perpetrator(kind)),
                _ => None,
            };
        }
        Self::PLAIN.iter().copied().find(|predicate| predicate.code() == code)
    }

    /// All predicates without an event, in the order in which a case file asks.
    pub const PLAIN: &'static [Self] = &[
        Self::Name,
        Self::Alias,
        Self::FatherName,
        Self::MotherName,
        Self::MotherFamilyName,
        Self::MarriedName,
        Self::Sex,
        Self::BirthDate,
        Self::BirthPlace,
        Self::Age,
        Self::Residence,
        Self::Nationality,
        Self::Occupation,
        Self::Post,
        Self::IdentityDocument,
        Self::Fate,
        Self::Whereabouts,
        Self::Acknowledgement,
        Self::Register,
        Self::Element(Element::Deprivation),
        Self::Element(Element::State),
        Self::Element(Element::Concealment),
        Self::ListNumber,
        Self::Remarks,
        Self::Attribute,
    ];
}

/// A typed value. The words are not in it: they stand in the record, and the claim says where.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing but the words, either by nature (an occupation) or because nobody could read more from them.
    Words,
    /// A name.
    Name(NameAsGiven),
    /// A date.
    Date(PartialDate),
    /// A place.
    Place(PlaceAsGiven),
    /// Sex.
    Sex(Sex),
    /// Age.
    Age(Age),
    /// That the event of the predicate happened.
    Occurred,
    /// Fate.
    Fate(Fate),
    /// Whereabouts.
    Whereabouts(Whereabouts),
    /// Acknowledgement.
    Acknowledgement(Acknowledgement),
    /// State in a register.
    Register(Register),
}

/// A byte range in one cell of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CellSpan {
    /// Index of the cell.
    pub column: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl CellSpan {
    /// The words at this place, if the range lies on character boundaries inside the cell.
    pub fn of<'c>(&self, cells: &'c [String]) -> Option<&'c str> {
        cells.get(usize::from(self.column))?.get(self.start as usize..self.end as usize)
    }
}

/// The exact words that a claim rests on: one place or several of one record, checked against it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Passage {
    first: CellSpan,
    more: Vec<CellSpan>,
}

/// Why a span is no passage of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("bytes {start} to {end} are no part of cell {column}")]
pub struct PassageError {
    /// Index of the cell.
    pub column: u16,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Passage {
    /// A whole cell.
    ///
    /// # Errors
    /// [`PassageError`] when there is no such cell.
    pub fn whole_cell(cells: &[String], column: u16) -> Result<Self, PassageError> {
        let end = cells.get(usize::from(column)).map_or(0, |cell| cell.len() as u32);
        Self::new(cells, &[CellSpan { column, start: 0, end }])
    }

    /// One or more places of a record; the first one is its address.
    ///
    /// # Errors
    /// [`PassageError`] for the first span that is not inside its cell, or when there is none.
    pub fn new(cells: &[String], spans: &[CellSpan]) -> Result<Self, PassageError> {
        for span in spans {
            if span.of(cells).is_none() {
                return Err(PassageError { column: span.column, start: span.start, end: span.end });
            }
        }
        match spans.split_first() {
            Some((first, more)) => Ok(Self { first: *first, more: more.to_vec() }),
            None => Err(PassageError { column: 0, start: 0, end: 0 }),
        }
    }

    /// The first place.
    pub fn first(&self) -> CellSpan {
        self.first
    }

    /// All places.
    pub fn spans(&self) -> impl Iterator<Item = CellSpan> + '_ {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }
}

/// One claim of a record: an answer to one question, with who gives it and the words.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The question.
    pub predicate: Predicate,
    /// The answer.
    pub value: Value,
    /// For or against.
    pub polarity: Polarity,
    /// How it is put.
    pub modality: Modality,
    /// Who says so, where that is not the source itself.
    pub said_by: Option<Box<Attribution>>,
    /// The exact words.
    pub passage: Passage,
}

impl Claim {
    /// A plain statement of the source itself.
    pub fn stated(predicate: Predicate, value: Value, passage: Passage) -> Self {
        Self { predicate, value, polarity: Polarity::Affirms, modality: Modality::Stated, said_by: None, passage }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_predicate_is_read_back_from_its_code() {
        let events = EventKind::ALL.iter().flat_map(|kind| {
            [
                Predicate::Event(*kind),
                Predicate::EventDate(*kind),
                Predicate::EventPlace(*kind),
                Predicate::Perpetrator(*kind),
            ]
        });
        for predicate in Predicate::PLAIN.iter().copied().chain(events) {
            assert_eq!(Predicate::from_code(&predicate.code()), Some(predicate));
        }
    }

    #[test]
    fn a_passage_that_cuts_a_letter_or_leaves_its_cell_is_refused() {
        let cells = vec!["Múñoz".to_owned()];
        assert!(Passage::new(&cells, &[CellSpan { column: 0, start: 0, end: 2 }]).is_err());
        assert!(Passage::new(&cells, &[CellSpan { column: 0, start: 0, end: 99 }]).is_err());
        assert!(Passage::new(&cells, &[CellSpan { column: 1, start: 0, end: 0 }]).is_err());
        assert!(Passage::new(&cells, &[]).is_err());
        assert!(Passage::whole_cell(&cells, 0).is_ok());
    }
}
