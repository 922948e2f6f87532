//! Fields that a column can hold, and what its words may be said to mean.

use habeas_core::{Acknowledgement, EventKind, Fate, Register, Sex, Whereabouts};

/// Which of several places of one event a column belongs to, and which event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventPart {
    /// The event.
    pub event: EventKind,
    /// 1 for the first place; columns with one number belong together.
    pub index: u8,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The number that the list gives a person.
    ListId,
    /// Full name.
    Name,
    /// Given name.
    NameGiven,
    /// Family name.
    NameFamily,
    /// Father's name.
    NameFather,
    /// Mother's name.
    NameMother,
    /// Family name from the mother's side.
    NameMotherFamily,
    /// Family name by marriage.
    NameMarried,
    /// Other name; several may stand in one cell.
    NameAlias,
    /// Sex.
    Sex,
    /// Date of birth.
    BirthDate,
    /// Year of birth; used where no date of birth is read.
    BirthYear,
    /// Place of birth.
    BirthPlace,
    /// Age when it happened.
    Age,
    /// Nationality.
    Nationality,
    /// Occupation.
    Occupation,
    /// Residence.
    Residence,
    /// Number of an identity document.
    IdentityDocument,
    /// Date of an event.
    EventDate(EventKind),
    /// Place of an event.
    EventPlace(EventPart),
    /// Date and place of an event in one cell.
    EventDatePlace(EventKind),
    /// Latitude of a place of an event, in degrees.
    EventLatitude(EventPart),
    /// Longitude of a place of an event, in degrees.
    EventLongitude(EventPart),
    /// Who is said to have done it.
    AllegedPerpetrator(EventKind),
    /// Words for what happened and for the state of the case.
    Event,
    /// Who says what the row says.
    SaidBy,
    /// Free words.
    Text,
    /// Kept under its header, without a meaning of its own.
    Other,
    /// Left out; the words stay in the record.
    Ignore,
}

impl Field {
    /// Codes of all fields, as written in mapping files.
    pub const CODES: &'static [&'static str] = &[
        "list-id",
        "name",
        "name.given",
        "name.family",
        "name.father",
        "name.mother",
        "name.mother-family",
        "name.married",
        "name.alias",
        "sex",
        "birth.date",
        "birth.year",
        "birth.place",
        "age",
        "nationality",
        "occupation",
        "residence",
        "identity-document",
        "event.date",
        "event.place",
        "event.date-place",
        "event.latitude",
        "event.longitude",
        "event.alleged-perpetrator",
        "event",
        "said-by",
        "text",
        "other",
        "ignore",
    ];

    /// The code, as written in mapping files.
    pub fn code(self) -> &'static str {
        match self {
            Self::ListId => "list-id",
            Self::Name => "name",
            Self::NameGiven => "name.given",
            Self::NameFamily => "name.family",
            Self::NameFather => "name.father",
            Self::NameMother => "name.mother",
            Self::NameMotherFamily => "name.mother-family",
            Self::NameMarried => "name.married",
            Self::NameAlias => "name.alias",
            Self::Sex => "sex",
            Self::BirthDate => "birth.date",
            Self::BirthYear => "birth.year",
            Self::BirthPlace => "birth.place",
            Self::Age => "age",
            Self::Nationality => "nationality",
            Self::Occupation => "occupation",
            Self::Residence => "residence",
            Self::IdentityDocument => "identity-document",
            Self::EventDate(_) => "event.date",
            Self::EventPlace(_) => "event.place",
            Self::EventDatePlace(_) => "event.date-place",
            Self::EventLatitude(_) => "event.latitude",
            Self::EventLongitude(_) => "event.longitude",
            Self::AllegedPerpetrator(_) => "event.alleged-perpetrator",
            Self::Event => "event",
            Self::SaidBy => "said-by",
            Self::Text => "text",
            Self::Other => "other",
            Self::Ignore => "ignore",
        }
    }

    /// The field with a code; `part` is used by the fields of events.
    pub fn from_code(code: &str, part: EventPart) -> Option<Self> {
        Some(match code {
            "event.date" => Self::EventDate(part.event),
            "event.place" => Self::EventPlace(part),
            "event.date-place" => Self::EventDatePlace(part.event),
            "event.latitude" => Self::EventLatitude(part),
            "event.longitude" => Self::EventLongitude(part),
            "event.alleged-perpetrator" => Self::AllegedPerpetrator(part.event),
            _ => {
                let plain = [
                    Self::ListId,
                    Self::Name,
                    Self::NameGiven,
                    Self::NameFamily,
                    Self::NameFather,
                    Self::NameMother,
                    Self::NameMotherFamily,
                    Self::NameMarried,
                    Self::NameAlias,
                    Self::Sex,
                    Self::BirthDate,
                    Self::BirthYear,
                    Self::BirthPlace,
                    Self::Age,
                    Self::Nationality,
                    Self::Occupation,
                    Self::Residence,
                    Self::IdentityDocument,
                    Self::Event,
                    Self::SaidBy,
                    Self::Text,
                    Self::Other,
                    Self::Ignore,
                ];
                return plain.into_iter().find(|field| field.code() == code);
            }
        })
    }

    /// The event and the number of its place, for fields of events.
    pub fn event_part(self) -> Option<EventPart> {
        match self {
            Self::EventDate(event) | Self::EventDatePlace(event) | Self::AllegedPerpetrator(event) => {
                Some(EventPart { event, index: 1 })
            }
            Self::EventPlace(part) | Self::EventLatitude(part) | Self::EventLongitude(part) => Some(part),
            _ => None,
        }
    }

    /// Whether the field is a date, or holds one.
    pub fn has_date(self) -> bool {
        matches!(self, Self::BirthDate | Self::BirthYear | Self::EventDate(_) | Self::EventDatePlace(_))
    }

    /// Whether the field is a place, or holds one.
    pub fn has_place(self) -> bool {
        matches!(self, Self::BirthPlace | Self::Residence | Self::EventPlace(_) | Self::EventDatePlace(_))
    }
}

/// How exact a kind of place is; the order of parts where a place stands in several columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlaceLevel {
    /// A house, a street, a building.
    Site,
    /// A village, a town, a suburb.
    Settlement,
    /// Union council, commune.
    UnionCouncil,
    /// Tehsil, department.
    Tehsil,
    /// District.
    District,
    /// Division.
    Division,
    /// Province, state.
    Province,
    /// Country.
    Country,
}

impl PlaceLevel {
    /// Every level, the most exact first.
    pub const ALL: &'static [Self] = &[
        Self::Site,
        Self::Settlement,
        Self::UnionCouncil,
        Self::Tehsil,
        Self::District,
        Self::Division,
        Self::Province,
        Self::Country,
    ];

    /// The word in mapping files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Settlement => "settlement",
            Self::UnionCouncil => "union-council",
            Self::Tehsil => "tehsil",
            Self::District => "district",
            Self::Division => "division",
            Self::Province => "province",
            Self::Country => "country",
        }
    }
}

/// What one word of a list means; what is `None` it does not say. With nothing set the word is known and says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatusWord {
    /// Sex, in a column of sex.
    pub sex: Option<Sex>,
    /// An event that happened.
    pub event: Option<EventKind>,
    /// Fate.
    pub fate: Option<Fate>,
    /// Whereabouts.
    pub whereabouts: Option<Whereabouts>,
    /// What the authorities say.
    pub acknowledgement: Option<Acknowledgement>,
    /// What the register does with the case.
    pub register: Option<Register>,
}
