//! The mapping file: what TOML holds, checked into a [`Mapping`].

use super::{
    CellAddress, Check, ColumnMapping, ColumnOptions, EventPart, FORMAT, Field, FileHints, ListMeta, MOST_BYTES,
    Mapping, PerpetratorBasis, PlaceLevel, RowRange, SkipRule, StatusWord, Unread,
};
use crate::values::{Calendar, DayOrder, NameLayout, Placeholder};
use habeas_core::{Acknowledgement, EventKind, Fate, Register, Sex, SpeakerKind, Whereabouts};
use serde::Deserialize;
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum MappingError {
    /// Larger than any mapping.
    #[error("the mapping has {bytes} bytes, more than the {limit} that are read", limit = MOST_BYTES)]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// No TOML, a key that is not known, or a value of the wrong kind.
    #[error("line {line} of the mapping: {}", problem.message())]
    Syntax {
        /// Where; 1 is the first line.
        line: usize,
        /// What the reader of TOML says.
        problem: Box<toml::de::Error>,
    },
    /// Another form of mapping.
    #[error("the mapping is of the form «{found}», this program reads «{FORMAT}»")]
    Format {
        /// What it says.
        found: String,
    },
    /// A word that is not one of those allowed.
    #[error("{place}: {key} = «{found}» is not allowed; allowed are {}", list(allowed))]
    NotAllowed {
        /// Which part of the mapping.
        place: Place,
        /// The key.
        key: &'static str,
        /// What stands there.
        found: String,
        /// What may stand there.
        allowed: Vec<&'static str>,
    },
    /// A key that the field of its column has no use for.
    #[error("{place}: {key} has no meaning for the field «{field}»")]
    Misplaced {
        /// Which part of the mapping.
        place: Place,
        /// The key.
        key: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A key that the field of its column needs.
    #[error("{place}: the field «{field}» needs {key}")]
    Lacking {
        /// Which part of the mapping.
        place: Place,
        /// The key.
        key: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A value that is not of the form of its key.
    #[error("{place}: {key} is not of the form {expected}")]
    Malformed {
        /// Which part of the mapping.
        place: Place,
        /// The key.
        key: &'static str,
        /// The form.
        expected: &'static str,
    },
    /// Two columns of the mapping have one header.
    #[error("{place}: mapped twice")]
    MappedTwice {
        /// Which column.
        place: Place,
    },
    /// Two columns hold what a record has once.
    #[error("{place}: «{field}» is already said by another column; map one of them as «other»")]
    SaidTwice {
        /// The second column.
        place: Place,
        /// The field.
        field: &'static str,
    },
    /// A mapped column that the file does not have.
    #[error("{place}: the file has no such column")]
    NoColumn {
        /// The column.
        place: Place,
    },
    /// Most mapped columns are not in the file.
    #[error("{missing} of {mapped} mapped columns are not in this file: it is another list, or a new form of it")]
    AnotherList {
        /// Mapped columns that the file lacks.
        missing: usize,
        /// Mapped columns.
        mapped: usize,
    },
    /// Nothing is mapped that a record could be made from.
    #[error("no column is mapped to a name, a list-id or a document: nobody could be told from these rows")]
    Nobody,
    /// A regular expression that cannot be used.
    #[error("{place}: matches is no regular expression, or too large a one")]
    Pattern {
        /// Which part of the mapping.
        place: Place,
    },
}

/// A part of a mapping, for messages.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Place {
    /// A column, by its header.
    #[error("column «{header}»")]
    Column {
        /// The header.
        header: String,
    },
    /// A table of the file.
    #[error("[{table}]")]
    Table {
        /// Its name.
        table: &'static str,
    },
}

fn list(allowed: &[&'static str]) -> String {
    allowed.iter().map(|word| format!("«{word}»")).collect::<Vec<_>>().join(", ")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MappingFile {
    format: String,
    #[serde(default)]
    name: String,
    #[serde(default = "first_version")]
    version: u32,
    #[serde(default)]
    changed: String,
    #[serde(default)]
    column: Vec<ColumnEntry>,
    #[serde(default)]
    check: Vec<CheckEntry>,
    #[serde(default)]
    list: ListEntry,
    #[serde(default)]
    file: FileEntry,
}

fn first_version() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnEntry {
    header: String,
    field: String,
    parts: Option<String>,
    event: Option<String>,
    index: Option<u8>,
    order: Option<String>,
    calendar: Option<String>,
    serial: Option<String>,
    year2: Option<String>,
    placeholder: Option<String>,
    unread: Option<String>,
    #[serde(default)]
    within: Vec<String>,
    level: Option<String>,
    separator: Option<String>,
    null: Option<Vec<String>>,
    #[serde(default)]
    values: BTreeMap<String, ValueEntry>,
    basis: Option<String>,
    kind: Option<String>,
    class: Option<String>,
    #[serde(default)]
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueEntry {
    sex: Option<String>,
    event: Option<String>,
    fate: Option<String>,
    whereabouts: Option<String>,
    acknowledgement: Option<String>,
    register: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckEntry {
    rows: Option<u64>,
    cell: Option<String>,
    reads: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ListEntry {
    id: String,
    speaker: String,
    title: String,
    edition: String,
    published: String,
    period: String,
    language: String,
    names_once: bool,
    compiled_from: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct FileEntry {
    kind: String,
    encoding: String,
    delimiter: Option<char>,
    sheet: String,
    header_row: Option<u64>,
    rows: Option<String>,
    skip: Vec<SkipEntry>,
    null: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SkipEntry {
    column: String,
    matches: String,
    #[serde(default)]
    why: String,
}

pub(super) fn parse(text: &str) -> Result<Mapping, MappingError> {
    if text.len() > MOST_BYTES {
        return Err(MappingError::TooLarge { bytes: text.len() });
    }
    let file: MappingFile = toml::from_str(text).map_err(|problem| {
        let line = problem.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        MappingError::Syntax { line, problem: Box::new(problem) }
    })?;
    if file.format != FORMAT {
        return Err(MappingError::Format { found: file.format });
    }
    let columns = file.column.into_iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let mapping = Mapping {
        name: file.name,
        version: file.version,
        changed: file.changed,
        columns,
        checks: file.check.into_iter().map(check).collect::<Result<_, _>>()?,
        list: list_meta(file.list)?,
        file: file_hints(file.file)?,
    };
    no_double(&mapping)?;
    Ok(mapping)
}

/// Refuses columns that are mapped twice, and fields that would make a record contradict itself.
fn no_double(mapping: &Mapping) -> Result<(), MappingError> {
    let has = |field: Field| mapping.columns.iter().any(|column| column.field == field);
    for (i, column) in mapping.columns.iter().enumerate() {
        let place = || Place::Column { header: column.header.clone() };
        let earlier = &mapping.columns[..i];
        if earlier.iter().any(|other| other.header == column.header) {
            return Err(MappingError::MappedTwice { place: place() });
        }
        let once = matches!(
            column.field,
            Field::ListId
                | Field::Name
                | Field::NameGiven
                | Field::NameFamily
                | Field::Sex
                | Field::Age
                | Field::BirthYear
                | Field::EventLatitude(_)
                | Field::EventLongitude(_)
        );
        let named_twice = column.field == Field::Name && (has(Field::NameGiven) || has(Field::NameFamily));
        if named_twice || (once && earlier.iter().any(|other| other.field == column.field)) {
            return Err(MappingError::SaidTwice { place: place(), field: column.field.code() });
        }
    }
    Ok(())
}

/// Finds the value of a word, or says which words there are.
fn word<T: Copy>(
    place: &Place,
    key: &'static str,
    found: &str,
    values: &[T],
    code: impl Fn(T) -> &'static str,
) -> Result<T, MappingError> {
    values.iter().copied().find(|value| code(*value) == found).ok_or_else(|| MappingError::NotAllowed {
        place: place.clone(),
        key,
        found: found.to_owned(),
        allowed: values.iter().map(|value| code(*value)).collect(),
    })
}

fn optional<T: Copy>(
    place: &Place,
    key: &'static str,
    found: Option<&str>,
    values: &[T],
    code: impl Fn(T) -> &'static str,
) -> Result<Option<T>, MappingError> {
    found.map(|found| word(place, key, found, values, code)).transpose()
}

fn column(entry: ColumnEntry) -> Result<ColumnMapping, MappingError> {
    let header = entry.header.trim().to_owned();
    let place = Place::Column { header: header.clone() };
    let event = optional(&place, "event", entry.event.as_deref(), EventKind::ALL, EventKind::code)?;
    let part = EventPart { event: event.unwrap_or(EventKind::Taken), index: entry.index.unwrap_or(1) };
    let field = Field::from_code(&entry.field, part).ok_or_else(|| MappingError::NotAllowed {
        place: place.clone(),
        key: "field",
        found: entry.field.clone(),
        allowed: Field::CODES.to_vec(),
    })?;
    let lacking = |key| Err(MappingError::Lacking { place: place.clone(), key, field: field.code() });
    if field.event_part().is_some() && event.is_none() {
        return lacking("event");
    }
    if field == Field::Ignore && entry.why.trim().is_empty() {
        return lacking("why");
    }
    if field == Field::SaidBy && entry.kind.is_none() {
        return lacking("kind");
    }
    misplaced(&entry, field, &place)?;
    let values = entry.values.iter().map(|(word, value)| Ok((word.clone(), status_word(value, field, &place)?)));
    let options = ColumnOptions {
        values: values.collect::<Result<_, MappingError>>()?,
        parts: optional(&place, "parts", entry.parts.as_deref(), NameLayout::ALL, NameLayout::code)?,
        order: optional(&place, "order", entry.order.as_deref(), ORDERS, order_code)?,
        calendar: optional(&place, "calendar", entry.calendar.as_deref(), Calendar::ALL, Calendar::code)?,
        serial_from_1904: optional(&place, "serial", entry.serial.as_deref(), &[false, true], serial_code)?,
        year2_window: optional(&place, "year2", entry.year2.as_deref(), &[false, true], year2_code)?.unwrap_or(false),
        placeholder: optional(&place, "placeholder", entry.placeholder.as_deref(), PLACEHOLDERS, placeholder_code)?,
        unread: optional(&place, "unread", entry.unread.as_deref(), UNREAD, unread_code)?.unwrap_or_default(),
        within: entry.within,
        level: optional(&place, "level", entry.level.as_deref(), PlaceLevel::ALL, PlaceLevel::code)?,
        separator: entry.separator,
        null: entry.null,
        basis: optional(&place, "basis", entry.basis.as_deref(), BASES, basis_code)?,
        kind: optional(&place, "kind", entry.kind.as_deref(), SPEAKER_KINDS, speaker_code)?,
        source_identity: optional(&place, "class", entry.class.as_deref(), &[true], |_| "source-identity")?
            .unwrap_or(false),
        why: entry.why,
    };
    if options.separator.as_deref() == Some("") {
        return Err(MappingError::Malformed { place, key: "separator", expected: "one sign or more" });
    }
    Ok(ColumnMapping { header, field, options })
}

/// Refuses keys that a field has no use for: a date order on a name column is a mistake that would go unseen.
fn misplaced(entry: &ColumnEntry, field: Field, place: &Place) -> Result<(), MappingError> {
    let is_date = field.has_date();
    let keys = [
        ("parts", entry.parts.is_some(), field == Field::Name),
        ("event", entry.event.is_some(), field.event_part().is_some()),
        (
            "index",
            entry.index.is_some(),
            matches!(field, Field::EventPlace(_) | Field::EventLatitude(_) | Field::EventLongitude(_)),
        ),
        ("order", entry.order.is_some(), is_date),
        ("calendar", entry.calendar.is_some(), is_date),
        ("serial", entry.serial.is_some(), is_date),
        ("year2", entry.year2.is_some(), is_date),
        ("placeholder", entry.placeholder.is_some(), is_date),
        ("unread", entry.unread.is_some(), is_date || matches!(field, Field::Event | Field::Sex | Field::Age)),
        ("within", !entry.within.is_empty(), field.has_place()),
        ("level", entry.level.is_some(), field.has_place()),
        ("separator", entry.separator.is_some(), matches!(field, Field::EventDatePlace(_))),
        ("values", !entry.values.is_empty(), matches!(field, Field::Event | Field::Sex)),
        ("basis", entry.basis.is_some(), matches!(field, Field::AllegedPerpetrator(_))),
        ("kind", entry.kind.is_some(), field == Field::SaidBy),
        ("class", entry.class.is_some(), field == Field::SaidBy),
    ];
    match keys.into_iter().find(|(_, present, allowed)| *present && !allowed) {
        Some((key, ..)) => Err(MappingError::Misplaced { place: place.clone(), key, field: field.code() }),
        None => Ok(()),
    }
}

fn status_word(value: &ValueEntry, field: Field, place: &Place) -> Result<StatusWord, MappingError> {
    let misplaced = |key| Err(MappingError::Misplaced { place: place.clone(), key, field: field.code() });
    if value.sex.is_some() && field != Field::Sex {
        return misplaced("sex");
    }
    if value.sex.is_none() && field == Field::Sex && (value.event.is_some() || value.fate.is_some()) {
        return misplaced("values");
    }
    Ok(StatusWord {
        sex: optional(place, "sex", value.sex.as_deref(), Sex::ALL, Sex::code)?,
        event: optional(place, "event", value.event.as_deref(), EventKind::ALL, EventKind::code)?,
        fate: optional(place, "fate", value.fate.as_deref(), Fate::ALL, Fate::code)?,
        whereabouts: optional(place, "whereabouts", value.whereabouts.as_deref(), Whereabouts::ALL, Whereabouts::code)?,
        acknowledgement: optional(
            place,
            "acknowledgement",
            value.acknowledgement.as_deref(),
            Acknowledgement::ALL,
            Acknowledgement::code,
        )?,
        register: optional(place, "register", value.register.as_deref(), Register::ALL, Register::code)?,
    })
}

fn check(entry: CheckEntry) -> Result<Check, MappingError> {
    let place = Place::Table { table: "check" };
    let expected = "{ rows = 475 } or { cell = \"D6\", reads = \"2014-03-05\" }";
    match entry {
        CheckEntry { rows: Some(rows), cell: None, reads: None } => Ok(Check::Rows(rows)),
        CheckEntry { rows: None, cell: Some(cell), reads: Some(reads) } => match CellAddress::parse(&cell) {
            Some(cell) => Ok(Check::Reads { cell, reads }),
            None => Err(MappingError::Malformed { place, key: "cell", expected: "D6" }),
        },
        _ => Err(MappingError::Malformed { place, key: "check", expected }),
    }
}

fn list_meta(entry: ListEntry) -> Result<ListMeta, MappingError> {
    let place = || Place::Table { table: "list" };
    let period = match entry.period.as_str() {
        "" => None,
        period => {
            let years =
                period.split_once('/').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
            let years = years.filter(|(first, last): &(i16, i16)| first <= last && (1000..=2999).contains(first));
            Some(years.ok_or(MappingError::Malformed { place: place(), key: "period", expected: "2000/2024" })?)
        }
    };
    if !entry.published.is_empty() && published_end(&entry.published).is_none() {
        return Err(MappingError::Malformed {
            place: place(),
            key: "published",
            expected: "2024-03-10, 2024-03 or 2024",
        });
    }
    Ok(ListMeta {
        id: entry.id,
        speaker: entry.speaker,
        title: entry.title,
        edition: entry.edition,
        published: entry.published,
        period,
        language: entry.language,
        names_once: entry.names_once,
        compiled_from: entry.compiled_from,
    })
}

/// Last day of the words of `published`.
pub(crate) fn published_end(published: &str) -> Option<habeas_core::Date> {
    let iso = published.len() <= 10 && published.chars().all(|c| c.is_ascii_digit() || c == '-');
    let date = crate::values::read_date(published, &Default::default()).ok().filter(|_| iso)?;
    date.date.latest()
}

fn file_hints(entry: FileEntry) -> Result<FileHints, MappingError> {
    let rows = match entry.rows.as_deref() {
        None => RowRange::All,
        Some("until-blank") => RowRange::UntilBlank,
        Some(range) => {
            let lines =
                range.split_once("..").and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
            match lines {
                Some((first, last)) if first <= last => RowRange::Lines(first, last),
                _ => {
                    let place = Place::Table { table: "file" };
                    return Err(MappingError::Malformed {
                        place, key: "rows", expected: "«until-blank» or «6..480»"
                    });
                }
            }
        }
    };
    let skip = entry.skip.into_iter();
    Ok(FileHints {
        kind: entry.kind,
        encoding: entry.encoding,
        delimiter: entry.delimiter,
        sheet: entry.sheet,
        header_row: entry.header_row,
        rows,
        skip: skip.map(|rule| SkipRule { column: rule.column, matches: rule.matches, why: rule.why }).collect(),
        null: entry.null,
    })
}

const ORDERS: &[DayOrder] = &[DayOrder::Dmy, DayOrder::Mdy, DayOrder::Ymd];
const PLACEHOLDERS: &[Placeholder] = &[Placeholder::FirstOfMonth, Placeholder::FirstOfYear];
const UNREAD: &[Unread] = &[Unread::Keep, Unread::Quarantine];
const BASES: &[PerpetratorBasis] =
    &[PerpetratorBasis::AccusedBy, PerpetratorBasis::NamedAsAgent, PerpetratorBasis::ClaimsResponsibility];
const SPEAKER_KINDS: &[SpeakerKind] = &[
    SpeakerKind::ListKeeper,
    SpeakerKind::Witness,
    SpeakerKind::Relative,
    SpeakerKind::Official,
    SpeakerKind::Press,
    SpeakerKind::Organisation,
    SpeakerKind::Unnamed,
];

pub(super) fn order_code(order: DayOrder) -> &'static str {
    match order {
        DayOrder::Dmy => "dmy",
        DayOrder::Mdy => "mdy",
        DayOrder::Ymd => "ymd",
    }
}

pub(super) fn serial_code(from_1904: bool) -> &'static str {
    if from_1904 { "1904" } else { "1900" }
}

fn year2_code(window: bool) -> &'static str {
    if window { "window" } else { "refuse" }
}

pub(super) fn placeholder_code(placeholder: Placeholder) -> &'static str {
    match placeholder {
        Placeholder::FirstOfMonth => "first-of-month",
        Placeholder::FirstOfYear => "first-of-year",
    }
}

pub(super) fn unread_code(unread: Unread) -> &'static str {
    match unread {
        Unread::Keep => "keep",
        Unread::Quarantine => "quarantine",
    }
}

pub(super) fn basis_code(basis: PerpetratorBasis) -> &'static str {
    match basis {
        PerpetratorBasis::AccusedBy => "accused-by",
        PerpetratorBasis::NamedAsAgent => "named-as-agent",
        PerpetratorBasis::ClaimsResponsibility => "claims-responsibility",
    }
}

pub(super) fn speaker_code(kind: SpeakerKind) -> &'static str {
    match kind {
        SpeakerKind::ListKeeper => "list-keeper",
        SpeakerKind::Witness => "witness",
        SpeakerKind::Relative => "relative",
        SpeakerKind::Official => "official",
        SpeakerKind::Press => "press",
        SpeakerKind::Organisation => "organisation",
        SpeakerKind::Unnamed => "unnamed",
    }
}
