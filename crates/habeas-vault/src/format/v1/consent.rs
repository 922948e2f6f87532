//! Bodies of the entries about consent: the statement, and how its giver is reached, sealed apart.

use super::{Body, codes::Code};
use crate::format::{
    DecodeError,
    cbor::{Decoder, Encoder},
};
use habeas_core::{
    Audience, Consent, ConsentAnswer, ConsentId, ConsentMedium, Date, FieldGroup, Giver, Listed, Purpose, RecordId,
    SetOf, SourceId,
};

/// How the giver of a consent is reached; sealed in the compartment of sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentContact {
    /// The statement.
    pub consent: ConsentId,
    /// The words.
    pub words: String,
}

/// Days are written as year, month and day.
pub(super) fn encode_day(e: &mut Encoder, day: Date) {
    e.array(3);
    e.int(day.year().into());
    e.int(day.month().into());
    e.int(day.day().into());
}

pub(super) fn decode_day(d: &mut Decoder<'_>) -> Result<Date, DecodeError> {
    super::record::arity(d, 3..=3)?;
    let parts = [d.int()?, d.int()?, d.int()?];
    let [year, month, day] = parts.map(|part| i16::try_from(part).ok());
    let date = year
        .zip(month)
        .zip(day)
        .and_then(|((year, month), day)| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok());
    date.ok_or(DecodeError::Impossible { what: "day" })
}

fn codes<C: Code + Listed>(e: &mut Encoder, all: SetOf<C>) {
    e.list(all.iter().collect::<Vec<_>>().into_iter(), |e, code| e.uint(code.number()));
}

fn decode_codes<C: Code + Listed>(d: &mut Decoder<'_>) -> Result<SetOf<C>, DecodeError> {
    Ok(d.list(|d| C::from_number(d.uint()?))?.into_iter().collect())
}

/// The id is that of the entry and the recorder that of the commit: neither is written.
impl Body for Consent {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.about.0);
            m.key(1).uint(self.giver.number());
            m.key(2).text(&self.relation);
            codes(m.key(3), self.groups);
            codes(m.key(4), self.audiences);
            codes(m.key(5), self.purposes);
            m.key(6).uint(self.answer.number());
            encode_day(m.key(7), self.from);
            if let Some(until) = self.until {
                encode_day(m.key(8), until);
            }
            if let Some(review) = self.review {
                encode_day(m.key(9), review);
            }
            m.key(10).uint(self.medium.number());
            m.key(11).text(&self.risk_text);
            if let Some(source) = self.source {
                m.key(12).bytes(&source.0);
            }
            if !self.replaces.is_empty() {
                m.key(13).list(self.replaces.iter(), |e, id| e.bytes(&id.0));
            }
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut about, mut giver, mut relation, mut answer) = (None, None, None, None);
        let (mut groups, mut audiences, mut purposes) = (None, None, None);
        let (mut from, mut until, mut review, mut medium) = (None, None, None, None);
        let (mut risk_text, mut source, mut replaces) = (None, None, Vec::new());
        d.map(|key, d| {
            match key {
                0 => about = Some(RecordId(d.exact()?)),
                1 => giver = Some(Giver::from_number(d.uint()?)?),
                2 => relation = Some(d.string()?),
                3 => groups = Some(decode_codes::<FieldGroup>(d)?),
                4 => audiences = Some(decode_codes::<Audience>(d)?),
                5 => purposes = Some(decode_codes::<Purpose>(d)?),
                6 => answer = Some(ConsentAnswer::from_number(d.uint()?)?),
                7 => from = Some(decode_day(d)?),
                8 => until = Some(decode_day(d)?),
                9 => review = Some(decode_day(d)?),
                10 => medium = Some(ConsentMedium::from_number(d.uint()?)?),
                11 => risk_text = Some(d.string()?),
                12 => source = Some(SourceId(d.exact()?)),
                13 => replaces = d.list(|d| Ok::<_, DecodeError>(ConsentId(d.exact()?)))?,
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        let missing = |key| DecodeError::Missing { key };
        Ok(Self {
            id: ConsentId([0; 16]),
            about: about.ok_or(missing(0))?,
            giver: giver.ok_or(missing(1))?,
            relation: relation.ok_or(missing(2))?.into(),
            groups: groups.ok_or(missing(3))?,
            audiences: audiences.ok_or(missing(4))?,
            purposes: purposes.ok_or(missing(5))?,
            answer: answer.ok_or(missing(6))?,
            from: from.ok_or(missing(7))?,
            until,
            review,
            medium: medium.ok_or(missing(10))?,
            risk_text: risk_text.ok_or(missing(11))?.into(),
            source,
            replaces,
            recorded_by: habeas_core::UserId([0; 16]),
        })
    }
}

impl Body for ConsentContact {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.consent.0);
            m.key(1).text(&self.words);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut consent, mut words) = (None, None);
        d.map(|key, d| {
            match key {
                0 => consent = Some(ConsentId(d.exact()?)),
                1 => words = Some(d.string()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(Self {
            consent: consent.ok_or(DecodeError::Missing { key: 0 })?,
            words: words.ok_or(DecodeError::Missing { key: 1 })?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_is_read_back_from_its_bytes() {
        let consent = Consent {
            id: ConsentId([0; 16]),
            about: RecordId([1; 16]),
            giver: Giver::Family,
            relation: "mother".into(),
            groups: [FieldGroup::Identity, FieldGroup::Event].into(),
            audiences: [Audience::Public, Audience::UnBody].into(),
            purposes: [Purpose::Memorial].into(),
            answer: ConsentAnswer::Given,
            from: Date::new(2026, 2, 28).unwrap(),
            until: Date::new(2031, 2, 28).ok(),
            review: None,
            medium: ConsentMedium::Call,
            risk_text: "2".into(),
            source: Some(SourceId([4; 16])),
            replaces: vec![ConsentId([7; 16])],
            recorded_by: habeas_core::UserId([0; 16]),
        };
        assert_eq!(Consent::from_padded(&consent.to_padded()), Ok(consent.clone()));
        let least = Consent { until: None, source: None, replaces: Vec::new(), ..consent };
        assert_eq!(Consent::from_padded(&least.to_padded()), Ok(least));
    }

    #[test]
    fn a_day_that_no_calendar_has_is_refused() {
        let mut e = Encoder::new();
        e.array(3);
        [2026, 2, 30].iter().for_each(|part| e.int(*part));
        let bytes = e.into_bytes();
        assert_eq!(decode_day(&mut Decoder::new(&bytes)), Err(DecodeError::Impossible { what: "day" }));
    }
}
