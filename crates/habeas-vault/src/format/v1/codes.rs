//! Numbers of the closed vocabularies. Append-only: a number is never changed and never used again.

use crate::format::DecodeError;
use habeas_core::{
    Acknowledgement, Audience, Basis, Bound, Compartment, ConsentAnswer, ConsentMedium, CountRelation, DateBasis,
    Element, EntityKind, ErasureReason, EventKind, Fate, FieldGroup, Flow, Giver, Holds, Matter, Measure, Modality,
    NameRole, Polarity, PolicyKind, Precision, Predicate, Purpose, Register, Review, Role, Sensitivity, Sex,
    SourceKind, SpeakerKind, Unit, Verdict, Whereabouts,
};

/// A value with a number.
pub trait Code: Sized {
    /// The number on disk.
    fn number(self) -> u64;
    /// Reads a number.
    fn from_number(number: u64) -> Result<Self, DecodeError>;
}

macro_rules! codes {
    ($($type:ident($table:literal) { $($variant:ident = $number:literal),+ $(,)? })+) => {
        $(impl Code for $type {
            fn number(self) -> u64 {
                match self { $(Self::$variant => $number),+ }
            }

            fn from_number(number: u64) -> Result<Self, DecodeError> {
                match number {
                    $($number => Ok(Self::$variant),)+
                    _ => Err(DecodeError::UnknownCode { table: $table, number }),
                }
            }
        })+
    };
}

/// An enum that exists only to be stored, with its numbers.
macro_rules! table {
    ($(#[$doc:meta])* pub enum $name:ident($table:literal) { $($variant:ident = $number:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// The number on disk.
            pub fn number(self) -> u64 {
                match self { $(Self::$variant => $number),+ }
            }

            /// Reads a number.
            pub fn from_number(number: u64) -> Result<Self, $crate::format::DecodeError> {
                match number {
                    $($number => Ok(Self::$variant),)+
                    _ => Err($crate::format::DecodeError::UnknownCode { table: $table, number }),
                }
            }
        }
    };
}
pub(crate) use table;

codes! {
    EventKind("events") {
        Taken = 0, LastSeen = 1, HeldAt = 2, ProducedInCourt = 3, Released = 4, Killed = 5, FoundDead = 6,
        Identified = 7, Reported = 8, Remanded = 9, Escaped = 10,
    }
    Polarity("polarities") { Affirms = 0, Denies = 1, CannotConfirm = 2, Retracts = 3 }
    Modality("modalities") {
        Stated = 0, Alleged = 1, Hedged = 2, OfficialVersion = 3, InferredByUs = 4, ClaimsResponsibility = 5,
        Opinion = 6, Demand = 7,
    }
    Sex("sexes") { Female = 0, Male = 1, Other = 2 }
    Fate("fates") {
        Unknown = 0, AliveReported = 1, AliveConfirmed = 2, DeadReported = 3, DeadIdentified = 4,
        DeadMatchProposed = 5,
    }
    Whereabouts("whereabouts") {
        Unknown = 0, SecretCustodyAlleged = 1, CustodyPolice = 2, CustodyPrison = 3, CustodyInternment = 4,
        CustodyMilitary = 5, CustodyKindOpen = 6, Home = 7, FreeElsewhere = 8, Abroad = 9, Remains = 10,
    }
    Acknowledgement("acknowledgements") {
        None = 0, Silent = 1, Denied = 2, CustodyAdmitted = 3, DeathAdmitted = 4, EncounterClaimed = 5,
        NeverHeldClaimed = 6, VoluntaryAbsenceClaimed = 7,
    }
    Register("states in a register") {
        Reported = 0, Registered = 1, Transmitted = 2, UnderInquiry = 3, Traced = 4, ClarifiedByState = 5,
        ClarifiedBySource = 6, Closed = 7, Discontinued = 8, Withdrawn = 9, DeletedIncomplete = 10, DeletedNotEd = 11,
        DeletedDuplicate = 12,
    }
    Holds("ways to fill a span") { Some = 0, All = 1, Starts = 2, Ends = 3 }
    Precision("precisions") {
        Day = 0, Week = 1, Fortnight = 2, Month = 3, Season = 4, Year = 5, Decade = 6, Century = 7, Open = 8,
    }
    DateBasis("bases of dates") {
        Stated = 0, DayMonthOrder = 1, ListPeriod = 2, ThirdOfMonth = 3, OtherCalendar = 4, SpreadsheetSerial = 5,
        FromAge = 6, Person = 7, DocumentYear = 8, Antecedent = 9,
    }
    NameRole("roles of names") {
        Unassigned = 0, Given = 1, Family = 2, MotherFamily = 3, Married = 4, Father = 5, Honorific = 6,
    }
    SourceKind("kinds of source") { List = 0, Article = 1, Testimony = 2, Statement = 3 }
    SpeakerKind("kinds of speaker") {
        ListKeeper = 0, Witness = 1, Relative = 2, Official = 3, Press = 4, Organisation = 5, Unnamed = 6,
    }
    Role("roles") { Reader = 1, Coder = 2, Reviewer = 3, Publisher = 4, Keeper = 5, Auditor = 6 }
    Compartment("compartments") { General = 1, Testimony = 2, Sources = 3 }
    ErasureReason("reasons of erasure") { ConsentWithdrawn = 1, LegalDuty = 2, Safety = 3, Mistake = 4, Other = 5 }
    EntityKind("kinds of entity") {
        Mention = 0, Party = 1, Incident = 2, Act = 3, Case = 4, Proceeding = 5, Action = 6, Place = 7, Series = 8, Source = 9, Assertion = 10, Term = 11,
    }
    Matter("matters") {
        Handle = 0, Called = 1, Category = 2, Method = 3, When = 4, Where = 5, Length = 6, Victim = 7, PerpetratorParty = 8, Actor = 9, Addressee = 10, PartOf = 11, Linked = 12, MemberOf = 13, Commands = 14, SpeaksFor = 15, SameParty = 16, DerivedFrom = 17, Cites = 18, Published = 19, FirstPublished = 20, Author = 21, Publisher = 22, Count = 23, Trend = 24, Ratio = 25, StatedReason = 26, CoverageRemark = 27, Term = 28, Relation = 29, Post = 30, Step = 31, NextStep = 32, Context = 33, Remark = 34, Review = 35, Question = 36, Answer = 37, Assigned = 38, Resolution = 39, Same = 40, AddedTerm = 41, RowGone = 42,
    }
    Measure("measures") {
        Killed = 0, Injured = 1, Casualties = 2, Disappeared = 3, Abducted = 4, Arrested = 5, Released = 6, BodiesFound = 7, BodiesIdentified = 8, BodiesUnidentified = 9, CasesReceived = 10, CasesDisposed = 11, CasesTraced = 12, CasesDeleted = 13, CasesPending = 14, Testimonies = 15, Other = 16,
    }
    Unit("units") {
        Individual = 0, Case = 1, Complaint = 2, Incident = 3, Body = 4, Testimony = 5, Family = 6, Thing = 7,
    }
    Bound("bounds") {
        Exact = 0, About = 1, Nearly = 2, MoreThan = 3, AtLeast = 4, UpTo = 5, FewerThan = 6, Between = 7, Vague = 8,
    }
    Flow("flows") {
        Flow = 0, Stock = 1,
    }
    CountRelation("relations of counts") {
        PartOf = 0, InAdditionTo = 1, ComparedWith = 2,
    }
    Basis("bases") {
        Witnessed = 0, Told = 1, Document = 2, Forensic = 3, CourtFinding = 4, ClaimOfResponsibility = 5, Pattern = 6, NotStated = 7,
    }
    Review("reviews") {
        Proposed = 0, Accepted = 1, Conflict = 2, WorkNeeded = 3, Rejected = 4,
    }
    Sensitivity("sensitivities") {
        Public = 0, Restricted = 1, Secret = 2,
    }
    PolicyKind("policies") {
        Range = 0, Majority = 1, SourceOrder = 2, Team = 3,
    }
    Verdict("verdicts") { Same = 0, Different = 1, Undecided = 2 }
    Giver("givers") { Person = 1, Guardian = 2, Family = 3, FamilyDecision = 4, Court = 5 }
    Purpose("purposes") {
        Memorial = 1, Advocacy = 2, Submission = 3, Litigation = 4, Research = 5, Statistics = 6,
    }
    Audience("audiences") { Team = 1, Lawyers = 2, Partner = 3, UnBody = 4, Court = 5, Public = 6 }
    FieldGroup("field groups") {
        Identity = 1, Portrait = 2, Event = 3, District = 4, Settlement = 5, ExactPlace = 6, Attributes = 7,
        Narrative = 8, HighRisk = 9, Document = 10, NeverPublic = 11,
    }
    ConsentAnswer("answers") { Given = 1, Refused = 2, Withdrawn = 3 }
    ConsentMedium("media of consent") { Form = 1, Recording = 2, Call = 3, Conversation = 4 }
}

/// Predicates of an event are their family's number plus the event's; a family has room for 32 events.
const EVENT: u64 = 64;
const EVENT_DATE: u64 = 96;
const EVENT_PLACE: u64 = 128;
const PERPETRATOR: u64 = 160;
const FAMILY_LEN: u64 = 32;

impl Code for Predicate {
    fn number(self) -> u64 {
        match self {
            Self::ListNumber => 0,
            Self::Name => 1,
            Self::Alias => 2,
            Self::FatherName => 3,
            Self::MotherName => 4,
            Self::MotherFamilyName => 5,
            Self::MarriedName => 6,
            Self::Sex => 7,
            Self::BirthDate => 8,
            Self::BirthPlace => 9,
            Self::Age => 10,
            Self::Residence => 11,
            Self::Nationality => 12,
            Self::Occupation => 13,
            Self::IdentityDocument => 14,
            Self::Fate => 15,
            Self::Whereabouts => 16,
            Self::Acknowledgement => 17,
            Self::Register => 18,
            Self::Remarks => 19,
            Self::Attribute => 20,
            Self::Element(Element::Deprivation) => 21,
            Self::Element(Element::State) => 22,
            Self::Element(Element::Concealment) => 23,
            Self::Post => 24,
            Self::Event(kind) => EVENT + kind.number(),
            Self::EventDate(kind) => EVENT_DATE + kind.number(),
            Self::EventPlace(kind) => EVENT_PLACE + kind.number(),
            Self::Perpetrator(kind) => PERPETRATOR + kind.number(),
        }
    }

    fn from_number(number: u64) -> Result<Self, DecodeError> {
        if number >= EVENT {
            let kind = EventKind::from_number(number % FAMILY_LEN)?;
            return match number - number % FAMILY_LEN {
                EVENT => Ok(Self::Event(kind)),
                EVENT_DATE => Ok(Self::EventDate(kind)),
                EVENT_PLACE => Ok(Self::EventPlace(kind)),
                PERPETRATOR => Ok(Self::Perpetrator(kind)),
                _ => Err(DecodeError::UnknownCode { table: "predicates", number }),
            };
        }
        let plain = Self::PLAIN.iter().copied().find(|predicate| predicate.number() == number);
        plain.ok_or(DecodeError::UnknownCode { table: "predicates", number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round<T: Code + Copy + PartialEq + std::fmt::Debug>(all: impl IntoIterator<Item = T>) {
        for value in all {
            assert_eq!(T::from_number(value.number()), Ok(value));
        }
    }

    #[test]
    fn every_word_of_the_vocabularies_is_read_back_from_its_number() {
        let kinds = || EventKind::ALL.iter().copied();
        round(kinds());
        round(Predicate::PLAIN.iter().copied());
        round(kinds().map(Predicate::Event));
        round(kinds().map(Predicate::EventDate));
        round(kinds().map(Predicate::EventPlace));
        round(kinds().map(Predicate::Perpetrator));
        round(Polarity::ALL.iter().copied());
        round(Modality::ALL.iter().copied());
        round(Sex::ALL.iter().copied());
        round(Fate::ALL.iter().copied());
        round(Whereabouts::ALL.iter().copied());
        round(Acknowledgement::ALL.iter().copied());
        round(Register::ALL.iter().copied());
        round(Giver::ALL.iter().copied());
        round(Purpose::ALL.iter().copied());
        round(Audience::ALL.iter().copied());
        round(FieldGroup::ALL.iter().copied());
        round(ConsentAnswer::ALL.iter().copied());
        round(ConsentMedium::ALL.iter().copied());
        round(EntityKind::ALL.iter().copied());
        round(Matter::ALL.iter().copied());
        round(Measure::ALL.iter().copied());
        round(Unit::ALL.iter().copied());
        round(Bound::ALL.iter().copied());
        round(Basis::ALL.iter().copied());
        round(Review::ALL.iter().copied());
    }

    #[test]
    fn numbers_that_stand_for_nothing_are_refused() {
        for number in [25, 63, 64 + 11, 127, 192, u64::MAX] {
            assert!(Predicate::from_number(number).is_err(), "{number}");
        }
        assert!(Fate::from_number(6).is_err());
    }
}
