//! The body of an assertion. When it was recorded and by whom is the commit's to say, its id the entry's.

use super::{
    Body,
    codes::Code,
    record::{arity, decode_value, encode_value},
    source::{decode_attribution, encode_attribution},
};
use crate::format::{
    DecodeError,
    cbor::{CborError, Decoder, Encoder},
};
use habeas_core::{
    Assertion, AssertionId, Basis, Bound, Bounds, Content, CountRelation, CountValue, Entity, EntityId, EntityKind,
    Flow, Grade, MadeBy, Matter, Modality, PartialDate, PlaceAsGiven, Polarity, Policy, PolicyKind, Predicate, Quote,
    Ratio, Resolution, Review, Sensitivity, SourceId, Topic, Trend, Unit, UserId, Value,
};

/// An assertion, as its entry holds it: id, time and author are those of entry and commit.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAssertion(pub Assertion);

impl StoredAssertion {
    /// The assertion of an entry.
    pub fn of(self, id: [u8; 16], recorded_ms: i64, user: [u8; 16]) -> Assertion {
        Assertion { id: AssertionId(id), recorded_ms, recorded_by: UserId(user), ..self.0 }
    }
}

impl Body for StoredAssertion {
    fn encode(&self, e: &mut Encoder) {
        let Self(one) = self;
        e.map(|m| {
            encode_entity(m.key(0), &one.about);
            encode_topic(m.key(1), one.topic);
            // The quotes come before the content, which points into their words.
            m.key(2).list(one.quotes.iter(), |e, quote| {
                e.array(4);
                e.bytes(&quote.source.0);
                e.uint(quote.range.start.into());
                e.uint(quote.range.end.into());
                e.text(&quote.words);
            });
            let words: Vec<&str> = one.quotes.iter().map(|quote| quote.words.as_str()).collect();
            encode_content(m.key(3), &one.content, &words);
            let stance = [one.polarity.number(), one.modality.number(), one.basis.number()];
            m.key(4).list(stance.into_iter(), |e, number| e.uint(number));
            m.key(5).list([one.sensitivity.number(), one.review.number()].into_iter(), |e, number| e.uint(number));
            if let Some(said_by) = &one.said_by {
                encode_attribution(m.key(6), said_by);
            }
            for (key, date) in [(7, &one.said_at), (8, &one.valid)] {
                if let Some(date) = date {
                    encode_date(m.key(key), date);
                }
            }
            if let Some(grade) = one.grade {
                m.key(9).list([grade.source, grade.information].into_iter(), |e, n| e.uint(n.into()));
            }
            if let MadeBy::Rule(name, version) = &one.made_by {
                let e = m.key(10);
                e.array(2);
                e.text(name);
                e.uint((*version).into());
            }
            if let Some(earlier) = &one.supersedes {
                m.key(11).bytes(&earlier.0);
            }
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut about, mut topic, mut content, mut quotes) = (None, None, None, Vec::new());
        let (mut stance, mut stand) = (None, None);
        let (mut said_by, mut said_at, mut valid, mut grade, mut supersedes) = (None, None, None, None, None);
        let mut made_by = MadeBy::Person;
        d.map(|key, d| {
            match key {
                0 => about = Some(decode_entity(d)?),
                1 => topic = Some(decode_topic(d)?),
                2 => quotes = d.list(decode_quote)?,
                3 => {
                    let words: Vec<&str> = quotes.iter().map(|quote: &Quote| quote.words.as_str()).collect();
                    content = Some(decode_content(d, &words)?);
                }
                4 => {
                    arity(d, 3..=3)?;
                    stance = Some((
                        Polarity::from_number(d.uint()?)?,
                        Modality::from_number(d.uint()?)?,
                        Basis::from_number(d.uint()?)?,
                    ));
                }
                5 => {
                    arity(d, 2..=2)?;
                    stand = Some((Sensitivity::from_number(d.uint()?)?, Review::from_number(d.uint()?)?));
                }
                6 => said_by = Some(decode_attribution(d)?),
                7 => said_at = Some(decode_date(d)?),
                8 => valid = Some(decode_date(d)?),
                9 => {
                    arity(d, 2..=2)?;
                    grade = Some(Grade { source: d.small()?, information: d.small()? });
                }
                10 => {
                    arity(d, 2..=2)?;
                    made_by = MadeBy::Rule(d.string()?, d.small()?);
                }
                11 => supersedes = Some(AssertionId(d.exact()?)),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        let missing = |key| DecodeError::Missing { key };
        let (polarity, modality, basis) = stance.ok_or(missing(4))?;
        let (sensitivity, review) = stand.ok_or(missing(5))?;
        Ok(Self(Assertion {
            id: AssertionId([0; 16]),
            recorded_ms: 0,
            recorded_by: UserId([0; 16]),
            about: about.ok_or(missing(0))?,
            topic: topic.ok_or(missing(1))?,
            content: content.ok_or(missing(3))?,
            quotes,
            polarity,
            modality,
            basis,
            said_by,
            said_at,
            valid,
            grade,
            sensitivity,
            review,
            made_by,
            supersedes,
        }))
    }
}

fn encode_entity(e: &mut Encoder, entity: &Entity) {
    e.array(2);
    e.uint(entity.kind.number());
    e.bytes(&entity.id.0);
}

fn decode_entity(d: &mut Decoder<'_>) -> Result<Entity, DecodeError> {
    arity(d, 2..=2)?;
    Ok(Entity { kind: EntityKind::from_number(d.uint()?)?, id: EntityId(d.exact()?) })
}

/// 0 and the number of a predicate, or 1 and that of a matter.
fn encode_topic(e: &mut Encoder, topic: Topic) {
    e.array(2);
    let (family, number) = match topic {
        Topic::Person(predicate) => (0, predicate.number()),
        Topic::Of(matter) => (1, matter.number()),
    };
    e.uint(family);
    e.uint(number);
}

fn decode_topic(d: &mut Decoder<'_>) -> Result<Topic, DecodeError> {
    arity(d, 2..=2)?;
    match d.uint()? {
        0 => Ok(Topic::Person(Predicate::from_number(d.uint()?)?)),
        1 => Ok(Topic::Of(Matter::from_number(d.uint()?)?)),
        number => Err(DecodeError::UnknownCode { table: "families of topics", number }),
    }
}

fn decode_quote(d: &mut Decoder<'_>) -> Result<Quote, DecodeError> {
    arity(d, 4..=4)?;
    let quote = Quote { source: SourceId(d.exact()?), range: d.small()?..d.small()?, words: d.string()? };
    let length = quote.range.end.checked_sub(quote.range.start);
    if length.map(|length| length as usize) == Some(quote.words.len()) { Ok(quote) } else { Err(DecodeError::Span) }
}

fn encode_date(e: &mut Encoder, date: &PartialDate) {
    encode_value(e, &Value::Date(date.clone()), &[]);
}

fn decode_date(d: &mut Decoder<'_>) -> Result<PartialDate, DecodeError> {
    match decode_value(d, &[])? {
        Value::Date(date) => Ok(date),
        _ => Err(DecodeError::Impossible { what: "date" }),
    }
}

const VALUE: u64 = 0;
const TEXT: u64 = 1;
const CODE: u64 = 2;
const ENTITY: u64 = 3;
const COUNT: u64 = 4;
const TREND: u64 = 5;
const RATIO: u64 = 6;
const REVIEW: u64 = 7;
const RESOLUTION: u64 = 8;

/// An array that begins with the number of the kind.
fn encode_content(e: &mut Encoder, content: &Content, words: &[&str]) {
    let head = |e: &mut Encoder, n: usize, kind| {
        e.array(n);
        e.uint(kind);
    };
    match content {
        Content::Value(value) => {
            head(e, 2, VALUE);
            encode_value(e, value, words);
        }
        Content::Text(text) => {
            head(e, 2, TEXT);
            e.text(text);
        }
        Content::Code(code) => {
            head(e, 2, CODE);
            e.text(code);
        }
        Content::Entity(entity, code) => {
            head(e, 3, ENTITY);
            encode_entity(e, entity);
            match code {
                Some(code) => e.text(code),
                None => e.null(),
            }
        }
        Content::Count(count) => {
            head(e, 2, COUNT);
            encode_count(e, count);
        }
        Content::Trend(trend) => {
            head(e, 4, TREND);
            e.uint(trend.measure.number());
            e.bool(trend.rises);
            e.int(trend.since.into());
        }
        Content::Ratio(ratio) => {
            head(e, 6, RATIO);
            e.int(ratio.basis_points);
            e.uint(ratio.decimals.into());
            e.bytes(&ratio.of.0);
            e.bytes(&ratio.to.0);
            e.bool(ratio.is_change);
        }
        Content::Review(review, why) => {
            head(e, 3, REVIEW);
            e.uint(review.number());
            e.text(why);
        }
        Content::Resolution(resolution) => {
            head(e, 7, RESOLUTION);
            encode_topic(e, resolution.topic);
            e.uint(resolution.policy.kind().number());
            let order: Vec<[u8; 16]> = match &resolution.policy {
                Policy::Range | Policy::Majority => Vec::new(),
                Policy::SourceOrder(order) => order.iter().map(|source| source.0).collect(),
                Policy::Team(chosen) => vec![chosen.0],
            };
            e.list(order.iter(), |e, id| e.bytes(id));
            e.uint(resolution.version.into());
            e.text(&resolution.why);
            e.list(resolution.seen.iter(), |e, id| e.bytes(&id.0));
        }
    }
}

fn decode_content(d: &mut Decoder<'_>, words: &[&str]) -> Result<Content, DecodeError> {
    let at = d.at();
    let n = d.array()?;
    let kind = d.uint()?;
    let wanted = match kind {
        VALUE | TEXT | CODE | COUNT => 2,
        ENTITY | REVIEW => 3,
        TREND => 4,
        RATIO => 6,
        RESOLUTION => 7,
        number => return Err(DecodeError::UnknownCode { table: "contents", number }),
    };
    if n != wanted {
        return Err(CborError::OtherType { at }.into());
    }
    Ok(match kind {
        VALUE => Content::Value(decode_value(d, words)?),
        TEXT => Content::Text(d.string()?),
        CODE => Content::Code(d.string()?),
        ENTITY => {
            let entity = decode_entity(d)?;
            Content::Entity(entity, if d.null() { None } else { Some(d.string()?) })
        }
        COUNT => Content::Count(Box::new(decode_count(d)?)),
        TREND => Content::Trend(Trend {
            measure: Code::from_number(d.uint()?)?,
            rises: d.bool()?,
            since: i16::try_from(d.int()?).map_err(|_| DecodeError::Impossible { what: "year" })?,
        }),
        RATIO => Content::Ratio(Ratio {
            basis_points: d.int()?,
            decimals: d.small()?,
            of: AssertionId(d.exact()?),
            to: AssertionId(d.exact()?),
            is_change: d.bool()?,
        }),
        REVIEW => Content::Review(Review::from_number(d.uint()?)?, d.string()?),
        _ => {
            let topic = decode_topic(d)?;
            let kind = PolicyKind::from_number(d.uint()?)?;
            let ids: Vec<[u8; 16]> = d.list(|d| d.exact())?;
            let policy = match (kind, &ids[..]) {
                (PolicyKind::Range, []) => Policy::Range,
                (PolicyKind::Majority, []) => Policy::Majority,
                (PolicyKind::SourceOrder, _) => Policy::SourceOrder(ids.into_iter().map(SourceId).collect()),
                (PolicyKind::Team, [chosen]) => Policy::Team(AssertionId(*chosen)),
                _ => return Err(DecodeError::Impossible { what: "policy" }),
            };
            let (version, why) = (d.small()?, d.string()?);
            let seen = d.list(|d| Ok::<_, DecodeError>(AssertionId(d.exact()?)))?;
            Content::Resolution(Resolution { topic, policy, version, why, seen })
        }
    })
}

fn encode_count(e: &mut Encoder, count: &CountValue) {
    e.map(|m| {
        m.key(0).uint(count.measure.number());
        m.key(1).uint(count.unit.number());
        m.key(2).uint(count.bound.number());
        m.key(3).list(count.readings.iter(), |e, bounds| {
            e.array(3);
            [bounds.low, bounds.best, bounds.high].into_iter().for_each(|bound| match bound {
                Some(n) => e.uint(n),
                None => e.null(),
            });
        });
        m.key(4).uint(count.flow.number());
        if let Some(stated) = count.stated {
            m.key(5).uint(stated);
        }
        if !count.subgroup.is_empty() {
            m.key(6).text(&count.subgroup);
        }
        if let Some(period) = &count.period {
            encode_date(m.key(7), period);
        }
        if let Some(place) = &count.place {
            encode_value(m.key(8), &Value::Place(place.clone()), &[]);
        }
        if let Some(day) = &count.as_of {
            encode_date(m.key(9), day);
        }
        if count.exhaustive {
            m.key(10).bool(true);
        }
        if !count.definition.is_empty() {
            m.key(11).text(&count.definition);
        }
        if !count.relations.is_empty() {
            m.key(12).list(count.relations.iter(), |e, (relation, other)| {
                e.array(2);
                e.uint(relation.number());
                e.bytes(&other.0);
            });
        }
    });
}

fn decode_count(d: &mut Decoder<'_>) -> Result<CountValue, DecodeError> {
    let (mut measure, mut unit, mut bound, mut flow, mut readings) = (None, None, None, None, Vec::new());
    let (mut stated, mut period, mut as_of, mut place) = (None, None, None, None::<PlaceAsGiven>);
    let (mut subgroup, mut definition, mut exhaustive, mut relations) = Default::default();
    d.map(|key, d| {
        match key {
            0 => measure = Some(Code::from_number(d.uint()?)?),
            1 => unit = Some(Unit::from_number(d.uint()?)?),
            2 => bound = Some(Bound::from_number(d.uint()?)?),
            3 => readings = d.list(decode_bounds)?,
            4 => flow = Some(Flow::from_number(d.uint()?)?),
            5 => stated = Some(d.uint()?),
            6 => subgroup = d.string()?,
            7 => period = Some(decode_date(d)?),
            8 => match decode_value(d, &[])? {
                Value::Place(decoded) => place = Some(decoded),
                _ => return Err(DecodeError::Impossible { what: "place" }),
            },
            9 => as_of = Some(decode_date(d)?),
            10 => exhaustive = d.bool()?,
            11 => definition = d.string()?,
            12 => {
                relations = d.list(|d| {
                    arity(d, 2..=2)?;
                    Ok::<_, DecodeError>((CountRelation::from_number(d.uint()?)?, AssertionId(d.exact()?)))
                })?;
            }
            _ => d.skip()?,
        }
        Ok::<(), DecodeError>(())
    })?;
    if readings.is_empty() {
        return Err(DecodeError::Missing { key: 3 });
    }
    let missing = |key| DecodeError::Missing { key };
    Ok(CountValue {
        measure: measure.ok_or(missing(0))?,
        unit: unit.ok_or(missing(1))?,
        stated,
        bound: bound.ok_or(missing(2))?,
        readings,
        subgroup,
        period,
        place,
        as_of,
        flow: flow.ok_or(missing(4))?,
        exhaustive,
        definition,
        relations,
    })
}

fn decode_bounds(d: &mut Decoder<'_>) -> Result<Bounds, DecodeError> {
    arity(d, 3..=3)?;
    let mut bound = || if d.null() { Ok(None) } else { d.uint().map(Some) };
    let bounds = Bounds { low: bound()?, best: bound()?, high: bound()? };
    if bounds.is_ordered() { Ok(bounds) } else { Err(DecodeError::Impossible { what: "count" }) }
}

/// Which matter a body is of, for what the fold decides by it.
pub fn is_resolution(one: &Assertion) -> bool {
    matches!(one.topic, Topic::Of(Matter::Resolution))
}
