//! Bodies of the entries about what has left: policies, releases with their approvals, withdrawals, deliveries.

use super::{
    Body,
    codes::Code,
    consent::{decode_day, encode_day},
};
use crate::format::{
    DecodeError,
    cbor::{Decoder, Encoder},
};
use habeas_core::{Audience, Date, FieldGroup, PersonId, Purpose};

/// A person who is named in a release, and what of their file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Whom, by the founding record as of then.
    pub person: PersonId,
    /// The groups that are told.
    pub groups: Vec<FieldGroup>,
}

/// A release as it was proposed: everything but its files, so that an archive of releases undoes no erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its number, from 1.
    pub number: u64,
    /// Which outputs.
    pub profile: String,
    /// For whom.
    pub audience: Audience,
    /// What for.
    pub purpose: Purpose,
    /// The day that it bears.
    pub made_on: Date,
    /// The checkpoint that its numbers are of.
    pub checkpoint: String,
    /// The manifest: a line with hash and path for each file.
    pub manifest: String,
    /// What it was made of, as the caller writes it: tables as shown, policies, methods.
    pub recipe_json: String,
    /// Who is named.
    pub named: Vec<Named>,
    /// The release that it stands in the place of.
    pub supersedes: Option<u64>,
    /// Why it was made: `new-data`, `correction`, `method`, `consent`, `legal`, or `first`.
    pub reason: String,
    /// Whether a second person has to approve it.
    pub two_persons: bool,
    /// The proposer's signature of the note.
    pub signature: [u8; 64],
}

/// A second person has seen the bytes and approves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The entry of the release.
    pub release: [u8; 16],
    /// Their signature of the same note.
    pub signature: [u8; 64],
}

/// A release has left the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The entry of the release.
    pub release: [u8; 16],
}

/// A release is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseWithdrawn {
    /// The entry of the release.
    pub release: [u8; 16],
    /// Why, as a code.
    pub reason: String,
}

/// A copy was given to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The entry of the release.
    pub release: [u8; 16],
    /// To whom, in the words of the team.
    pub recipient: String,
    /// The day.
    pub on: Date,
    /// SHA-256 of what was handed over, lower-case hexadecimal.
    pub sha256: String,
    /// Why.
    pub why: String,
}

impl Body for Release {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).uint(self.number);
            m.key(1).text(&self.profile);
            m.key(2).uint(self.audience.number());
            m.key(3).uint(self.purpose.number());
            encode_day(m.key(4), self.made_on);
            m.key(5).text(&self.checkpoint);
            m.key(6).text(&self.manifest);
            m.key(7).text(&self.recipe_json);
            m.key(8).list(self.named.iter(), |e, named| {
                e.array(2);
                e.bytes(&named.person.0);
                e.list(named.groups.iter(), |e, group| e.uint(group.number()));
            });
            if let Some(number) = self.supersedes {
                m.key(9).uint(number);
            }
            m.key(10).text(&self.reason);
            m.key(11).bool(self.two_persons);
            m.key(12).bytes(&self.signature);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut number, mut profile, mut audience, mut purpose, mut made_on) = (None, None, None, None, None);
        let (mut checkpoint, mut manifest, mut recipe_json, mut named) = (None, None, None, None);
        let (mut supersedes, mut reason, mut two_persons, mut signature) = (None, None, None, None);
        d.map(|key, d| {
            match key {
                0 => number = Some(d.uint()?),
                1 => profile = Some(d.string()?),
                2 => audience = Some(Audience::from_number(d.uint()?)?),
                3 => purpose = Some(Purpose::from_number(d.uint()?)?),
                4 => made_on = Some(decode_day(d)?),
                5 => checkpoint = Some(d.string()?),
                6 => manifest = Some(d.string()?),
                7 => recipe_json = Some(d.string()?),
                8 => {
                    named = Some(d.list(|d| {
                        super::record::arity(d, 2..=2)?;
                        let person = PersonId(d.exact()?);
                        Ok::<_, DecodeError>(Named { person, groups: d.list(|d| FieldGroup::from_number(d.uint()?))? })
                    })?);
                }
                9 => supersedes = Some(d.uint()?),
                10 => reason = Some(d.string()?),
                11 => two_persons = Some(d.bool()?),
                12 => signature = Some(d.exact()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        let missing = |key| DecodeError::Missing { key };
        Ok(Self {
            number: number.ok_or(missing(0))?,
            profile: profile.ok_or(missing(1))?,
            audience: audience.ok_or(missing(2))?,
            purpose: purpose.ok_or(missing(3))?,
            made_on: made_on.ok_or(missing(4))?,
            checkpoint: checkpoint.ok_or(missing(5))?,
            manifest: manifest.ok_or(missing(6))?,
            recipe_json: recipe_json.ok_or(missing(7))?,
            named: named.ok_or(missing(8))?,
            supersedes,
            reason: reason.ok_or(missing(10))?,
            two_persons: two_persons.ok_or(missing(11))?,
            signature: signature.ok_or(missing(12))?,
        })
    }
}

impl Body for Approval {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.release);
            m.key(1).bytes(&self.signature);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut release, mut signature) = (None, None);
        d.map(|key, d| {
            match key {
                0 => release = Some(d.exact()?),
                1 => signature = Some(d.exact()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        let missing = |key| DecodeError::Missing { key };
        Ok(Self { release: release.ok_or(missing(0))?, signature: signature.ok_or(missing(1))? })
    }
}

impl Body for Published {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| m.key(0).bytes(&self.release));
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut release = None;
        d.map(|key, d| {
            match key {
                0 => release = Some(d.exact()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(Self { release: release.ok_or(DecodeError::Missing { key: 0 })? })
    }
}

impl Body for ReleaseWithdrawn {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.release);
            m.key(1).text(&self.reason);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut release, mut reason) = (None, None);
        d.map(|key, d| {
            match key {
                0 => release = Some(d.exact()?),
                1 => reason = Some(d.string()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        let missing = |key| DecodeError::Missing { key };
        Ok(Self { release: release.ok_or(missing(0))?, reason: reason.ok_or(missing(1))? })
    }
}

impl Body for Delivery {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.release);
            m.key(1).text(&self.recipient);
            encode_day(m.key(2), self.on);
            m.key(3).text(&self.sha256);
            m.key(4).text(&self.why);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut release, mut recipient, mut on, mut sha256, mut why) = (None, None, None, None, None);
        d.map(|key, d| {
            match key {
                0 => release = Some(d.exact()?),
                1 => recipient = Some(d.string()?),
                2 => on = Some(decode_day(d)?),
                3 => sha256 = Some(d.string()?),
                4 => why = Some(d.string()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        let missing = |key| DecodeError::Missing { key };
        Ok(Self {
            release: release.ok_or(missing(0))?,
            recipient: recipient.ok_or(missing(1))?,
            on: on.ok_or(missing(2))?,
            sha256: sha256.ok_or(missing(3))?,
            why: why.ok_or(missing(4))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_left_is_read_back_from_its_bytes() {
        let day = Date::new(2026, 3, 1).unwrap();
        let release = Release {
            number: 7,
            profile: "site".into(),
            audience: Audience::Public,
            purpose: Purpose::Memorial,
            made_on: day,
            checkpoint: "0123456789abcdef".into(),
            manifest: "00  README\n".into(),
            recipe_json: "{}".into(),
            named: vec![Named { person: PersonId([3; 16]), groups: vec![FieldGroup::Identity] }],
            supersedes: Some(6),
            reason: "consent".into(),
            two_persons: true,
            signature: [5; 64],
        };
        assert_eq!(Release::from_padded(&release.to_padded()), Ok(release.clone()));
        let first = Release { supersedes: None, named: Vec::new(), ..release };
        assert_eq!(Release::from_padded(&first.to_padded()), Ok(first));
        let approval = Approval { release: [1; 16], signature: [2; 64] };
        assert_eq!(Approval::from_padded(&approval.to_padded()), Ok(approval));
        let published = Published { release: [1; 16] };
        assert_eq!(Published::from_padded(&published.to_padded()), Ok(published));
        let withdrawn = ReleaseWithdrawn { release: [1; 16], reason: "consent".into() };
        assert_eq!(ReleaseWithdrawn::from_padded(&withdrawn.to_padded()), Ok(withdrawn));
        let delivery =
            Delivery { release: [1; 16], recipient: "court".into(), on: day, sha256: "00".into(), why: "asked".into() };
        assert_eq!(Delivery::from_padded(&delivery.to_padded()), Ok(delivery));
    }
}
