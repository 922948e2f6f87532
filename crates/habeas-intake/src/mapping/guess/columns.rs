//! The field of a column, from what its header speaks of and what its words look like.

use super::{Concept as C, Concepts, Draft, Profile, status};
use crate::mapping::{ColumnMapping, ColumnOptions, EventPart, Field, PlaceLevel, StatusWord};
use crate::values::{DayOrder, Placeholder};
use habeas_core::{EventKind, Sex};

/// Events that headers speak of. The first one that a header names is taken.
const EVENTS: &[(C, EventKind)] = &[
    (C::LastSeen, EventKind::LastSeen),
    (C::Taken, EventKind::Taken),
    (C::Killed, EventKind::Killed),
    (C::Found, EventKind::FoundDead),
    (C::Released, EventKind::Released),
    (C::Reported, EventKind::Reported),
];

const LEVELS: &[(C, PlaceLevel)] = &[
    (C::Site, PlaceLevel::Site),
    (C::Settlement, PlaceLevel::Settlement),
    (C::Postcode, PlaceLevel::Settlement),
    (C::Tehsil, PlaceLevel::Tehsil),
    (C::District, PlaceLevel::District),
    (C::Province, PlaceLevel::Province),
    (C::Country, PlaceLevel::Country),
];

/// A place of taking, until another column tells more.
const TAKEN: EventPart = EventPart { event: EventKind::Taken, index: 1 };

const KINDS_OF_PLACE: &str = "few words that return often: kinds of place, not places";

/// Proposes the field of one column, by itself.
pub(super) fn propose(header: &str, concepts: &Concepts, profile: &Profile<'_>) -> (ColumnMapping, String) {
    let mut options = ColumnOptions::default();
    let (field, reason) = field(concepts, profile, &mut options);
    if field.has_date() {
        date_options(field, profile, &mut options);
    }
    let mut reason = if profile.n == 0 { format!("{reason}; the sample has no words here") } else { reason };
    if field.has_date() {
        reason += &date_reason(profile, &options);
    }
    if field == Field::Ignore {
        options.why = reason.clone();
    }
    (ColumnMapping { header: header.to_owned(), field, options }, reason)
}

fn field(concepts: &Concepts, profile: &Profile<'_>, options: &mut ColumnOptions) -> (Field, String) {
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let says = |what: &str| format!("the header speaks of {what}");
    let n = profile.n;
    let empty = n == 0;
    if profile.url >= 0.5 || concepts.has(C::Link) {
        return (Field::Ignore, "links or pictures, not words about the person".into());
    }
    if concepts.has(C::Truth) {
        return (Field::Ignore, "looks like the answer of an earlier linkage: it must not steer this one".into());
    }
    let coordinates =
        [(C::Latitude, Field::EventLatitude as fn(EventPart) -> Field), (C::Longitude, Field::EventLongitude)];
    for (concept, field) in coordinates {
        if concepts.has(concept) && (empty || profile.decimal >= 0.5) {
            let part = EventPart { index: concepts.number.unwrap_or(1), ..TAKEN };
            return (field(part), "coordinates, of the place with the same number".into());
        }
    }
    if concepts.has(C::Code) || (concepts.has(C::Id) && concepts.any(&[C::Country, C::Province, C::Birth])) {
        return (Field::Ignore, "a code for what another column says in words".into());
    }
    if concepts.has(C::Birth) {
        return birth(concepts, profile, options);
    }
    if concepts.has(C::Related) {
        return (Field::Text, says("other people: kept as words, as it does not describe this person"));
    }
    if concepts.any(&[C::Civil, C::Pregnant]) {
        return (Field::Other, says("a circumstance that has no field of its own"));
    }
    if (concepts.has(C::Sex) && (empty || profile.sex >= 0.5)) || (profile.sex >= 0.8 && profile.distinct.len() <= 6) {
        return (Field::Sex, format!("{} of the words are words for sex", percent(profile.sex)));
    }
    if let Some(one) = concepts.first_of(&[C::Male, C::Female]).filter(|_| profile.flag >= 0.8) {
        let (yes, no) = if one == C::Male { (Sex::Male, Sex::Female) } else { (Sex::Female, Sex::Male) };
        for (word, sex) in [("1", yes), ("0", no), ("yes", yes), ("no", no), ("true", yes), ("false", no)] {
            if profile.distinct.keys().any(|words| words.eq_ignore_ascii_case(word)) {
                options.values.insert(word.into(), StatusWord { sex: Some(sex), ..StatusWord::default() });
            }
        }
        return (Field::Sex, "yes or no to one sex: no is read as the other".into());
    }
    if concepts.has(C::Perpetrator) {
        return (Field::AllegedPerpetrator(EventKind::Taken), says("who did it; on what basis is for you to say"));
    }
    if let Some(found) = event(concepts, profile, options) {
        return found;
    }
    // Only a header that speaks of a status, or of nothing else, can hold status words: «In Custody» in a column of
    // places is no claim about the case.
    let may_be_status = concepts.has(C::Status) || concepts.is_empty();
    if may_be_status && profile.distinct.len() <= 80 && profile.mean_words <= 16.0 {
        let understood = status::share_understood(profile);
        if understood >= if concepts.is_empty() { 0.9 } else { 0.5 } {
            options.values = status::values(profile);
            let open = options.values.values().filter(|word| **word == StatusWord::default()).count();
            let open =
                if open > 0 { format!("; {open} frequent words have no meaning yet: say it") } else { String::new() };
            return (Field::Event, format!("{} of the cells are known status words{open}", percent(understood)));
        }
    }
    if let Some(found) = named(concepts, profile) {
        return found;
    }
    if let Some(found) = place(concepts, profile, options) {
        return found;
    }
    if concepts.has(C::Id) && profile.is_unique() {
        return (Field::ListId, format!("the header speaks of a number, and {n} of {n} sampled rows differ in it"));
    }
    if concepts.has(C::Text) || (profile.mean_words >= 6.0 && profile.distinct.len() * 2 > n) {
        return (Field::Text, "free words: a passage to read, not a value".into());
    }
    let reason = if concepts.is_empty() { "nothing tells what it means" } else { "what it means is not certain" };
    (Field::Other, format!("{reason}: kept under its header"))
}

fn birth(concepts: &Concepts, profile: &Profile<'_>, options: &mut ColumnOptions) -> (Field, String) {
    let level = LEVELS.iter().find(|(concept, _)| concepts.has(*concept)).map(|(_, level)| *level);
    if concepts.has(C::Year) || (profile.year >= 0.6 && !concepts.has(C::Place)) {
        (Field::BirthYear, "the header speaks of birth and a year".into())
    } else if !concepts.has(C::Place) && level.is_none() && (concepts.has(C::Date) || profile.date >= 0.5) {
        (Field::BirthDate, format!("the header speaks of birth, and {:.0} % are dates", profile.date * 100.0))
    } else {
        options.level = level;
        (Field::BirthPlace, "the header speaks of birth and a place".into())
    }
}

/// End of the reason for a date whose event no header names.
const UNSAID: &str = "of what, the header does not say: read as that of being taken; change `event` if it is another";

fn event(concepts: &Concepts, profile: &Profile<'_>, options: &mut ColumnOptions) -> Option<(Field, String)> {
    let events: Vec<C> = EVENTS.iter().map(|(concept, _)| *concept).collect();
    let named = concepts.first_of(&events);
    let kind = named.and_then(|named| EVENTS.iter().find(|(concept, _)| *concept == named)).map(|(_, kind)| *kind);
    let is_start = concepts.has(C::Start) || concepts.has(C::Date) && !concepts.has(C::End);
    let n_events = events.iter().filter(|event| concepts.has(**event)).count();
    let also = if n_events > 1 { "; the header names more than one event, the first was taken: check it" } else { "" };
    if let Some(kind) = kind {
        let code = kind.code();
        if profile.date_place >= 0.5 {
            options.separator = Some(crate::mapping::DEFAULT_SEPARATOR.to_owned());
            let share = profile.date_place * 100.0;
            return Some((
                Field::EventDatePlace(kind),
                format!("{share:.0} % are a date, blanks and a place; the event is «{code}»{also}"),
            ));
        }
        if concepts.any(&[C::Date, C::Year]) || profile.date >= 0.5 {
            return Some((Field::EventDate(kind), format!("the header speaks of the date of «{code}»{also}")));
        }
        let level = LEVELS.iter().find(|(concept, _)| concepts.has(*concept)).map(|(_, level)| *level);
        if concepts.has(C::Place) || level.is_some() {
            options.level = level;
            let part = EventPart { event: kind, index: concepts.number.unwrap_or(1) };
            return Some((Field::EventPlace(part), format!("the header speaks of the place of «{code}»{also}")));
        }
        return None;
    }
    if profile.date_place >= 0.8 {
        options.separator = Some(crate::mapping::DEFAULT_SEPARATOR.to_owned());
        let share = profile.date_place * 100.0;
        return Some((
            Field::EventDatePlace(EventKind::Taken),
            format!("{share:.0} % are a date, blanks and a place; {UNSAID}"),
        ));
    }
    if concepts.has(C::End) && profile.date >= 0.5 {
        return Some((Field::Other, "the end of what is not said: make it a release or a death if it is one".into()));
    }
    let is_date = profile.date >= 0.6 && profile.year < 0.5 && profile.small_number < 0.3;
    (is_start && (is_date || profile.n == 0)).then(|| (Field::EventDate(EventKind::Taken), format!("a date; {UNSAID}")))
}

/// Fields that a header names outright.
fn named(concepts: &Concepts, profile: &Profile<'_>) -> Option<(Field, String)> {
    let is_figures = profile.n > 0 && profile.name_like < 0.05 && profile.mean_words < 1.2 && profile.age > 0.5;
    let names = [
        (C::MotherFamily, Field::NameMotherFamily, "the mother's family name"),
        (C::Married, Field::NameMarried, "the name by marriage"),
        (C::Alias, Field::NameAlias, "other names"),
        (C::Father, Field::NameFather, "the father"),
        (C::Mother, Field::NameMother, "the mother"),
    ];
    if !is_figures && !concepts.has(C::Place) {
        for (concept, field, what) in names {
            if concepts.has(concept) {
                return Some((field, format!("the header speaks of {what}")));
            }
        }
        let field = match (concepts.has(C::Name), concepts.has(C::Given), concepts.has(C::Family)) {
            (true, ..) | (_, true, true) => Some(Field::Name),
            (_, true, _) => Some(Field::NameGiven),
            (_, _, true) => Some(Field::NameFamily),
            _ => None,
        };
        if let Some(field) = field {
            return Some((field, "the header speaks of a name".into()));
        }
    }
    let plain = [
        (C::Document, Field::IdentityDocument, "a document"),
        (C::Nationality, Field::Nationality, "nationality"),
        (C::Occupation, Field::Occupation, "occupation"),
    ];
    if concepts.has(C::Age) && (profile.n == 0 || profile.age >= 0.6) {
        return Some((Field::Age, format!("{:.0} % of the words are ages", profile.age * 100.0)));
    }
    let found = plain.into_iter().find(|(concept, ..)| concepts.has(*concept));
    found.map(|(_, field, what)| (field, format!("the header speaks of {what}")))
}

fn place(concepts: &Concepts, profile: &Profile<'_>, options: &mut ColumnOptions) -> Option<(Field, String)> {
    let level = LEVELS.iter().find(|(concept, _)| concepts.has(*concept)).map(|(_, level)| *level);
    if concepts.any(&[C::Residence, C::Postcode]) {
        options.level = level;
        return Some((Field::Residence, "the header speaks of an address".into()));
    }
    if level.is_some() && concepts.has(C::Status) {
        return None;
    }
    if concepts.has(C::Place) && profile.n >= 50 && profile.distinct.len() <= 12 {
        return Some((Field::Other, KINDS_OF_PLACE.into()));
    }
    if concepts.has(C::Place) || level.is_some() {
        options.level = level;
        let part = EventPart { index: concepts.number.unwrap_or(1), ..TAKEN };
        return Some((
            Field::EventPlace(part),
            "a place, of what the header does not say: read as that of being taken; change `event` if it is another"
                .into(),
        ));
    }
    None
}

/// Looks at all columns together.
pub(super) fn settle(drafts: &mut [Draft<'_>]) {
    let has = |drafts: &[Draft<'_>], field: Field| drafts.iter().any(|draft| draft.column.field == field);
    // Parts of an address: a suburb or a state beside a street belongs to it.
    if has(drafts, Field::Residence) {
        for draft in drafts.iter_mut() {
            let bare_level = matches!(draft.column.field, Field::EventPlace(_))
                && !draft.concepts.has(C::Place)
                && !EVENTS.iter().any(|(concept, _)| draft.concepts.has(*concept));
            if bare_level {
                draft.column.field = Field::Residence;
                draft.reason = "a kind of place beside an address: a part of it".into();
            }
        }
    }
    // What `place_1` is, `place_6` is too, though the sample has too few words there to tell.
    let stem = |header: &str| header.trim_end_matches(|c: char| c.is_numeric() || " _-".contains(c)).to_owned();
    let kinds: Vec<String> =
        drafts.iter().filter(|draft| draft.reason == KINDS_OF_PLACE).map(|draft| stem(draft.header)).collect();
    for draft in drafts.iter_mut() {
        if matches!(draft.column.field, Field::EventPlace(_)) && kinds.contains(&stem(draft.header)) {
            draft.column.field = Field::Other;
            draft.reason = KINDS_OF_PLACE.into();
        }
    }
    // A date of nobody knows what is not that of the taking where a header says which one that is.
    let is_taken = |draft: &Draft<'_>| {
        matches!(draft.column.field, Field::EventDate(EventKind::Taken) | Field::EventDatePlace(EventKind::Taken))
    };
    if drafts.iter().any(|draft| is_taken(draft) && !draft.reason.contains(UNSAID)) {
        for draft in drafts.iter_mut().filter(|draft| is_taken(draft) && draft.reason.contains(UNSAID)) {
            draft.column.field = Field::Other;
            draft.reason = "a date of what is not said; another column is the date of being taken".into();
        }
    }
    // A list names a person by one number.
    only_first(drafts, Field::ListId, "another column is the number of the list already");
    only_first(drafts, Field::Sex, "another column says it already");
    only_first(drafts, Field::Age, "another column says it already");
    only_first(drafts, Field::BirthYear, "another column says it already");
    if !has(drafts, Field::ListId)
        && let Some(draft) = drafts.iter_mut().find(|draft| {
            draft.column.field == Field::Other
                && draft.profile.is_unique()
                && draft.profile.filled() > 0.99
                && draft.profile.name_like < 0.1
                && draft.profile.date < 0.5
                && draft.profile.n >= 20
        })
    {
        draft.column.field = Field::ListId;
        draft.reason = "no two sampled rows have the same words here, as a number of the list would be".into();
    }
    // Coordinates without a place of the same number are a place by themselves; double ones are not used.
    let mut seen: Vec<Field> = Vec::new();
    for draft in drafts.iter_mut() {
        if matches!(draft.column.field, Field::EventLatitude(_) | Field::EventLongitude(_)) {
            if seen.contains(&draft.column.field) {
                draft.column.field = Field::Other;
                draft.reason = "further coordinates of the same place".into();
            }
            seen.push(draft.column.field);
        }
    }
}

fn only_first(drafts: &mut [Draft<'_>], field: Field, reason: &str) {
    for draft in drafts.iter_mut().filter(|draft| draft.column.field == field).skip(1) {
        draft.column = ColumnMapping {
            header: draft.column.header.clone(),
            field: Field::Other,
            options: ColumnOptions::default(),
        };
        draft.reason = reason.to_owned();
    }
}

fn date_options(field: Field, profile: &Profile<'_>, options: &mut ColumnOptions) {
    options.order = profile.order.order();
    options.placeholder = profile.placeholder().filter(|_| field != Field::BirthYear);
}

fn date_reason(profile: &Profile<'_>, options: &ColumnOptions) -> String {
    let order = &profile.order;
    let mut words = match options.order {
        Some(DayOrder::Mdy) => format!("; month first, by {} cells of the sample", order.month_first),
        Some(_) => format!("; day first, by {} cells of the sample", order.day_first),
        None if order.is_conflict() => {
            format!("; {} cells say day first, {} month first: decide", order.day_first, order.month_first)
        }
        None if order.either > 0 => {
            "; day and month could be swapped: both readings are kept until you set the order".into()
        }
        None => String::new(),
    };
    let [n, firsts, new_years] = profile.days;
    match options.placeholder {
        Some(Placeholder::FirstOfMonth) => {
            words += &format!("; {firsts} of {n} days are a first of a month, far more than chance: read as the month");
        }
        Some(Placeholder::FirstOfYear) => {
            words += &format!("; {new_years} of {n} days are 1 January, far more than chance: read as the year");
        }
        None => {}
    }
    words
}
