//! The body of a record: cells verbatim, and claims that point into them. Words are never stored twice.

use super::{Body, codes::Code, source};
use crate::format::{
    DecodeError,
    cbor::{CborError, Decoder, Encoder},
};
use habeas_core::{
    Age, CellSpan, Claim, Date, DateBasis, DaySpan, Holds, NameAsGiven, NamePart, NameRole, Origin, PartialDate,
    Passage, PlaceAsGiven, Point, Precision, Predicate, Value,
};

/// What is stored of a record beside its ids and its source.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord {
    /// Where it stands.
    pub origin: Origin,
    /// The words.
    pub cells: Vec<String>,
    /// What is read from them; their passages lie inside the cells.
    pub claims: Vec<Claim>,
}

impl Body for StoredRecord {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            encode_origin(m, &self.origin);
            m.key(3).list(self.cells.iter(), |e, cell| e.text(cell));
            m.key(4).list(self.claims.iter(), |e, claim| encode_claim(e, claim, &self.cells));
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut origin = StoredOrigin::default();
        let (mut cells, mut claims) = (None, Vec::new());
        d.map(|key, d| {
            match key {
                0..=2 => origin.decode(key, d)?,
                3 => cells = Some(d.list(|d| d.string())?),
                4 => {
                    let cells = cells.as_deref().ok_or(DecodeError::Missing { key: 3 })?;
                    claims = d.list(|d| decode_claim(d, cells))?;
                }
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(Self { origin: origin.finish()?, cells: cells.ok_or(DecodeError::Missing { key: 3 })?, claims })
    }
}

/// Keys 0 to 2 of the bodies that have an origin: row or mention, sheet, spans.
pub(super) fn encode_origin(m: &mut crate::format::cbor::MapEncoder<'_>, origin: &Origin) {
    match origin {
        Origin::Row { sheet, row } => {
            m.key(0).uint(*row);
            if !sheet.is_empty() {
                m.key(1).text(sheet);
            }
        }
        Origin::Text { spans, mention } => {
            m.key(0).uint(*mention);
            m.key(2).list(spans.iter(), |e, span| {
                e.array(2);
                e.uint(span.start.into());
                e.uint(span.end.into());
            });
        }
    }
}

/// Gathers the keys of an origin.
#[derive(Default)]
pub(super) struct StoredOrigin {
    number: Option<u64>,
    sheet: String,
    spans: Option<Vec<std::ops::Range<u32>>>,
}

impl StoredOrigin {
    pub(super) fn decode(&mut self, key: u64, d: &mut Decoder<'_>) -> Result<(), DecodeError> {
        match key {
            0 => self.number = Some(d.uint()?),
            1 => self.sheet = d.string()?,
            _ => {
                self.spans = Some(d.list(|d| {
                    arity(d, 2..=2)?;
                    Ok::<_, DecodeError>(d.small()?..d.small()?)
                })?);
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Origin, DecodeError> {
        let number = self.number.ok_or(DecodeError::Missing { key: 0 })?;
        Ok(match self.spans {
            None => Origin::Row { sheet: self.sheet, row: number },
            Some(spans) => Origin::Text { spans, mention: number },
        })
    }
}

/// Reads the head of an array whose number of values must lie in a range.
pub(super) fn arity(d: &mut Decoder<'_>, allowed: std::ops::RangeInclusive<usize>) -> Result<usize, CborError> {
    let at = d.at();
    let n = d.array()?;
    if allowed.contains(&n) { Ok(n) } else { Err(CborError::OtherType { at }) }
}

/// Predicate, value, places; then polarity, modality and speaker where they are not the usual ones.
fn encode_claim(e: &mut Encoder, claim: &Claim, cells: &[String]) {
    let (polarity, modality) = (claim.polarity.number(), claim.modality.number());
    let extra = if claim.said_by.is_some() {
        3
    } else if modality != 0 {
        2
    } else {
        usize::from(polarity != 0)
    };
    e.array(3 + extra);
    e.uint(claim.predicate.number());
    let words: Vec<&str> = claim.passage.spans().filter_map(|span| span.of(cells)).collect();
    encode_value(e, &claim.value, &words);
    encode_passage(e, &claim.passage, cells);
    if extra > 0 {
        e.uint(polarity);
    }
    if extra > 1 {
        e.uint(modality);
    }
    if let Some(said_by) = &claim.said_by {
        source::encode_attribution(e, said_by);
    }
}

fn decode_claim(d: &mut Decoder<'_>, cells: &[String]) -> Result<Claim, DecodeError> {
    let n = arity(d, 3..=6)?;
    let predicate = Predicate::from_number(d.uint()?)?;
    // The places come after the value whose words they hold: look ahead.
    let mut ahead = d.clone();
    ahead.skip()?;
    let passage = decode_passage(&mut ahead, cells)?;
    let words: Vec<&str> = passage.spans().filter_map(|span| span.of(cells)).collect();
    let value = decode_value(d, &words)?;
    *d = ahead;
    let mut claim = Claim::stated(predicate, value, passage);
    if n > 3 {
        claim.polarity = Code::from_number(d.uint()?)?;
    }
    if n > 4 {
        claim.modality = Code::from_number(d.uint()?)?;
    }
    if n > 5 {
        claim.said_by = Some(Box::new(source::decode_attribution(d)?));
    }
    Ok(claim)
}

/// The number of a column for a whole cell; else column, start and end of each place, one after the other.
fn encode_passage(e: &mut Encoder, passage: &Passage, cells: &[String]) {
    let spans: Vec<CellSpan> = passage.spans().collect();
    if let [span] = spans[..]
        && span.start == 0
        && span.of(cells).is_some_and(|words| words.len() == cells[usize::from(span.column)].len())
    {
        e.uint(span.column.into());
        return;
    }
    e.array(spans.len() * 3);
    for span in spans {
        e.uint(span.column.into());
        e.uint(span.start.into());
        e.uint(span.end.into());
    }
}

fn decode_passage(d: &mut Decoder<'_>, cells: &[String]) -> Result<Passage, DecodeError> {
    let passage = if d.at_uint() {
        Passage::whole_cell(cells, d.small()?)
    } else {
        let at = d.at();
        let n = d.array()?;
        if n % 3 != 0 {
            return Err(CborError::OtherType { at }.into());
        }
        let mut spans = Vec::new();
        for _ in 0..n / 3 {
            spans.push(CellSpan { column: d.small()?, start: d.small()?, end: d.small()? });
        }
        Passage::new(cells, &spans)
    };
    passage.map_err(|_| DecodeError::Span)
}

const WORDS: u64 = 0;
const OCCURRED: u64 = 1;
const NAME: u64 = 2;
const DATE: u64 = 3;
const PLACE: u64 = 4;
const SEX: u64 = 5;
const AGE: u64 = 6;
const FATE: u64 = 7;
const WHEREABOUTS: u64 = 8;
const ACKNOWLEDGEMENT: u64 = 9;
const REGISTER: u64 = 10;

/// A bare number for values without content, else an array that begins with the number of the kind.
pub(super) fn encode_value(e: &mut Encoder, value: &Value, words: &[&str]) {
    let coded = |e: &mut Encoder, kind, number| {
        e.array(2);
        e.uint(kind);
        e.uint(number);
    };
    match value {
        Value::Words => e.uint(WORDS),
        Value::Occurred => e.uint(OCCURRED),
        Value::Name(name) => {
            e.array(1 + name.parts.len());
            e.uint(NAME);
            name.parts.iter().for_each(|part| encode_words(e, Some(part.role.number()), &part.text, words));
        }
        Value::Date(date) => encode_date(e, date),
        Value::Place(place) => {
            e.array(2 + place.parts.len());
            e.uint(PLACE);
            match place.point {
                // The subset of CBOR has no floats: two IEEE 754 numbers, little-endian, so that nothing is rounded.
                Some(point) => {
                    e.bytes(&[point.latitude.to_le_bytes(), point.longitude.to_le_bytes()].concat());
                }
                None => e.null(),
            }
            place.parts.iter().for_each(|part| encode_words(e, None, part, words));
        }
        Value::Sex(sex) => coded(e, SEX, sex.number()),
        Value::Age(age) => {
            e.array(3);
            [AGE, age.low.into(), age.high.into()].into_iter().for_each(|number| e.uint(number));
        }
        Value::Fate(fate) => coded(e, FATE, fate.number()),
        Value::Whereabouts(whereabouts) => coded(e, WHEREABOUTS, whereabouts.number()),
        Value::Acknowledgement(acknowledgement) => coded(e, ACKNOWLEDGEMENT, acknowledgement.number()),
        Value::Register(register) => coded(e, REGISTER, register.number()),
    }
}

pub(super) fn decode_value(d: &mut Decoder<'_>, words: &[&str]) -> Result<Value, DecodeError> {
    if d.at_uint() {
        return match d.uint()? {
            WORDS => Ok(Value::Words),
            OCCURRED => Ok(Value::Occurred),
            number => Err(DecodeError::UnknownCode { table: "values", number }),
        };
    }
    let at = d.at();
    let n = d.array()?;
    let kind = d.uint()?;
    let wanted = match kind {
        NAME | PLACE => n.max(2),
        DATE => n,
        AGE => 3,
        _ => 2,
    };
    if n != wanted {
        return Err(CborError::OtherType { at }.into());
    }
    Ok(match kind {
        NAME => {
            let mut parts = Vec::new();
            for _ in 1..n {
                let (role, text) = decode_words(d, words, true)?;
                parts.push(NamePart { text, role: NameRole::from_number(role)? });
            }
            Value::Name(NameAsGiven { parts })
        }
        DATE => Value::Date(decode_date(d, n)?),
        PLACE => {
            let point = if d.null() {
                None
            } else {
                let degrees: [u8; 16] = d.exact()?;
                let half = |at: usize| f64::from_le_bytes(degrees[at..at + 8].try_into().expect("eight bytes"));
                Some(Point::new(half(0), half(8)).ok_or(DecodeError::Impossible { what: "point" })?)
            };
            let mut parts = Vec::new();
            for _ in 2..n {
                parts.push(decode_words(d, words, false)?.1);
            }
            Value::Place(PlaceAsGiven { parts, point })
        }
        SEX => Value::Sex(Code::from_number(d.uint()?)?),
        AGE => Value::Age(Age { low: d.small()?, high: d.small()? }),
        FATE => Value::Fate(Code::from_number(d.uint()?)?),
        WHEREABOUTS => Value::Whereabouts(Code::from_number(d.uint()?)?),
        ACKNOWLEDGEMENT => Value::Acknowledgement(Code::from_number(d.uint()?)?),
        REGISTER => Value::Register(Code::from_number(d.uint()?)?),
        number => return Err(DecodeError::UnknownCode { table: "values", number }),
    })
}

/// A role, where the part has one, and then where its words stand: nothing for the whole first place of the claim; place,
/// start and length for a part of one; the text itself only where the source does not have it in that form.
fn encode_words(e: &mut Encoder, role: Option<u64>, text: &str, words: &[&str]) {
    let head = usize::from(role.is_some());
    let whole = words.first().is_some_and(|first| *first == text);
    let found = words.iter().enumerate().find_map(|(place, words)| Some((place, words.find(text)?)));
    e.array(
        head + if whole {
            0
        } else if found.is_some() {
            3
        } else {
            1
        },
    );
    if let Some(role) = role {
        e.uint(role);
    }
    match found {
        _ if whole => {}
        Some((place, start)) => [place, start, text.len()].into_iter().for_each(|number| e.uint(number as u64)),
        None => e.text(text),
    }
}

fn decode_words(d: &mut Decoder<'_>, words: &[&str], with_role: bool) -> Result<(u64, String), DecodeError> {
    let at = d.at();
    let n = d.array()?;
    let role = if with_role { d.uint()? } else { 0 };
    let text = match n.checked_sub(usize::from(with_role)) {
        Some(0) => words.first().map(|first| (*first).to_owned()),
        Some(1) => Some(d.string()?),
        Some(3) => {
            let (place, start, length): (usize, usize, usize) = (d.small()?, d.small()?, d.small()?);
            let end = start.checked_add(length).ok_or(DecodeError::Span)?;
            words.get(place).and_then(|words| words.get(start..end)).map(str::to_owned)
        }
        _ => return Err(CborError::OtherType { at }.into()),
    };
    Ok((role, text.ok_or(DecodeError::Span)?))
}

/// A single stated day is its number; else bounds of each reading, precision, basis, and 2·holds + approximate.
fn encode_date(e: &mut Encoder, date: &PartialDate) {
    if let Some(day) = date.single_day()
        && *date == PartialDate::day(day)
    {
        e.array(2);
        e.uint(DATE);
        e.int(day_number(day));
        return;
    }
    let readings: Vec<DaySpan> = date.readings().collect();
    e.array(5);
    e.uint(DATE);
    e.array(readings.len() * 2);
    for bound in readings.into_iter().flat_map(|span| [span.earliest, span.latest]) {
        match bound {
            Some(day) => e.int(day_number(day)),
            None => e.null(),
        }
    }
    e.uint(date.precision().number());
    e.uint(date.basis().number());
    e.uint(date.holds().number() * 2 + u64::from(date.is_approximate()));
}

fn decode_date(d: &mut Decoder<'_>, n: usize) -> Result<PartialDate, DecodeError> {
    const IMPOSSIBLE: DecodeError = DecodeError::Impossible { what: "date" };
    if n == 2 {
        return Ok(PartialDate::day(decode_day(d.int()?)?));
    }
    let at = d.at();
    let bounds = d.list(|d| if d.null() { Ok(None) } else { decode_day(d.int()?).map(Some) })?;
    if n != 5 || bounds.len() % 2 != 0 {
        return Err(CborError::OtherType { at }.into());
    }
    let readings = bounds.chunks(2).map(|pair| DaySpan { earliest: pair[0], latest: pair[1] }).collect();
    let (precision, basis) = (Precision::from_number(d.uint()?)?, DateBasis::from_number(d.uint()?)?);
    let flags = d.uint()?;
    let date = PartialDate::one_of(readings, precision, basis).map_err(|_| IMPOSSIBLE)?;
    let date = date.holding(Holds::from_number(flags / 2)?);
    Ok(if flags % 2 == 1 { date.approximately() } else { date })
}

/// A civil day as the number that its ISO form reads as: 19761104.
fn day_number(day: Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

fn decode_day(number: i64) -> Result<Date, DecodeError> {
    let (year, month, day) = (number.div_euclid(10_000), number.rem_euclid(10_000) / 100, number.rem_euclid(100));
    let year = i16::try_from(year).map_err(|_| DecodeError::Impossible { what: "date" })?;
    Date::new(year, month as i8, day as i8).map_err(|_| DecodeError::Impossible { what: "date" })
}
