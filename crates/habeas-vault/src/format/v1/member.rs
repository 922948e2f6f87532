//! Bodies of the entries that say who takes part: devices, members, keys of compartments.

use super::{Body, codes::Code};
use crate::{
    format::{
        DecodeError,
        cbor::{Decoder, Encoder},
    },
    keys::{DeviceId, UserId},
};
use habeas_core::{Compartment, Role};

/// A device introduces itself: the first entry of its feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceIntroduced {
    /// Its Ed25519 public key.
    pub public: [u8; 32],
    /// What its people call it.
    pub name: String,
}

/// A user is a member from now on, or has another role or name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberStated {
    /// Who.
    pub user: UserId,
    /// Name for people.
    pub name: String,
    /// What they may do; `None`: no member any more.
    pub role: Option<Role>,
    /// Ed25519 public key.
    pub sign_public: [u8; 32],
    /// X25519 public key.
    pub open_public: [u8; 32],
}

/// A compartment has a new key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochBegun {
    /// Which compartment.
    pub compartment: Compartment,
    /// Which key of it, counted from 0.
    pub epoch: u32,
    /// The commitment of the key.
    pub commitment: [u8; 32],
}

/// Statements of a device count up to a frame and no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRemoved {
    /// Which device.
    pub device: DeviceId,
    /// The last frame that counts.
    pub last_seq: u64,
    /// Why, in words.
    pub why: String,
}

impl Body for DeviceIntroduced {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.public);
            m.key(1).text(&self.name);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut public, mut name) = (None, None);
        d.map(|key, d| {
            match key {
                0 => public = Some(d.exact()?),
                1 => name = Some(d.string()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(Self {
            public: public.ok_or(DecodeError::Missing { key: 0 })?,
            name: name.ok_or(DecodeError::Missing { key: 1 })?,
        })
    }
}

impl Body for MemberStated {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.user);
            m.key(1).text(&self.name);
            m.key(2).uint(self.role.map_or(0, Code::number));
            m.key(3).bytes(&self.sign_public);
            m.key(4).bytes(&self.open_public);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut user, mut name, mut role, mut sign_public, mut open_public) = (None, None, None, None, None);
        d.map(|key, d| {
            match key {
                0 => user = Some(d.exact()?),
                1 => name = Some(d.string()?),
                2 => {
                    role = Some(match d.uint()? {
                        0 => None,
                        number => Some(Role::from_number(number)?),
                    });
                }
                3 => sign_public = Some(d.exact()?),
                4 => open_public = Some(d.exact()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        let missing = |key| DecodeError::Missing { key };
        Ok(Self {
            user: user.ok_or(missing(0))?,
            name: name.ok_or(missing(1))?,
            role: role.ok_or(missing(2))?,
            sign_public: sign_public.ok_or(missing(3))?,
            open_public: open_public.ok_or(missing(4))?,
        })
    }
}

impl Body for EpochBegun {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).uint(self.compartment.number());
            m.key(1).uint(self.epoch.into());
            m.key(2).bytes(&self.commitment);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut compartment, mut epoch, mut commitment) = (None, None, None);
        d.map(|key, d| {
            match key {
                0 => compartment = Some(Compartment::from_number(d.uint()?)?),
                1 => epoch = Some(d.small()?),
                2 => commitment = Some(d.exact()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(Self {
            compartment: compartment.ok_or(DecodeError::Missing { key: 0 })?,
            epoch: epoch.ok_or(DecodeError::Missing { key: 1 })?,
            commitment: commitment.ok_or(DecodeError::Missing { key: 2 })?,
        })
    }
}

impl Body for DeviceRemoved {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).bytes(&self.device);
            m.key(1).uint(self.last_seq);
            m.key(2).text(&self.why);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut device, mut last_seq, mut why) = (None, None, None);
        d.map(|key, d| {
            match key {
                0 => device = Some(d.exact()?),
                1 => last_seq = Some(d.uint()?),
                2 => why = Some(d.string()?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        Ok(Self {
            device: device.ok_or(DecodeError::Missing { key: 0 })?,
            last_seq: last_seq.ok_or(DecodeError::Missing { key: 1 })?,
            why: why.ok_or(DecodeError::Missing { key: 2 })?,
        })
    }
}
