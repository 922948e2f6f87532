//! Who takes part: members with their roles, devices, and the keys of compartments, folded from the log. Whether a
//! statement counts is decided here.

use crate::{
    format::v1::{
        EntryKind,
        member::{DeviceIntroduced, DeviceRemoved, EpochBegun, MemberStated},
    },
    keys::{DeviceId, UserId},
};
use habeas_core::{Compartment, Right, Role};
use std::collections::BTreeMap;

/// One who works or has worked with the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberInfo {
    /// Who.
    pub user: habeas_core::UserId,
    /// Name for people.
    pub name: String,
    /// What they may do; `None` for one who is no member any more.
    pub role: Option<Role>,
    /// Ed25519 public key.
    pub sign_public: [u8; 32],
    /// X25519 public key, to wrap keys of compartments for them.
    pub open_public: [u8; 32],
    /// When their name or role last changed, by the clock of who recorded it.
    pub since_ms: i64,
}

/// A device that writes or has written to the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Which.
    pub device: habeas_core::DeviceId,
    /// What its people call it.
    pub name: String,
    /// Who introduced it.
    pub introduced_by: habeas_core::UserId,
    /// Ed25519 public key.
    pub public: [u8; 32],
    /// The last frame that counts, if it was removed.
    pub removed_after: Option<u64>,
}

/// Members, devices and compartment keys as the log states them.
#[derive(Debug, Clone, Default)]
pub struct People {
    founder: UserId,
    members: BTreeMap<UserId, MemberInfo>,
    devices: BTreeMap<DeviceId, DeviceInfo>,
    epochs: BTreeMap<(Compartment, u32), [u8; 32]>,
    /// Removals of devices that are known from an earlier round of the fold.
    known_cuts: BTreeMap<DeviceId, u64>,
}

impl People {
    /// Before any statement there is the founder, whom the genesis names.
    pub fn founded_by(user: UserId, sign_public: [u8; 32], open_public: [u8; 32]) -> Self {
        let user_id = habeas_core::UserId(user);
        let role = Some(Role::Keeper);
        let founder = MemberInfo { user: user_id, name: String::new(), role, sign_public, open_public, since_ms: 0 };
        Self { founder: user, members: [(user, founder)].into(), ..Self::default() }
    }

    /// The founder alone, as before any statement.
    pub fn founder_only(&self) -> Self {
        match self.members.get(&self.founder) {
            Some(founder) => Self::founded_by(self.founder, founder.sign_public, founder.open_public),
            None => Self::default(),
        }
    }

    /// The same, with removals of devices that are known from an earlier round of the fold.
    pub fn knowing(self, known_cuts: BTreeMap<DeviceId, u64>) -> Self {
        Self { known_cuts, ..self }
    }

    /// Everybody, members no longer included.
    pub fn members(&self) -> impl Iterator<Item = &MemberInfo> {
        self.members.values()
    }

    /// All devices.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceInfo> {
        self.devices.values()
    }

    /// One member, present or past.
    pub fn member(&self, user: &UserId) -> Option<&MemberInfo> {
        self.members.get(user)
    }

    /// The role of a user now.
    pub fn role(&self, user: &UserId) -> Option<Role> {
        self.members.get(user)?.role
    }

    /// The commitments of all keys of compartments.
    pub fn epochs(&self) -> impl Iterator<Item = (Compartment, u32, &[u8; 32])> {
        self.epochs.iter().map(|((compartment, epoch), commitment)| (*compartment, *epoch, commitment))
    }

    /// The newest epoch of a compartment.
    pub fn newest_epoch(&self, compartment: Compartment) -> Option<u32> {
        self.epochs.range((compartment, 0)..=(compartment, u32::MAX)).next_back().map(|((_, epoch), _)| *epoch)
    }

    /// Whether a statement of this kind counts, made by `user` in frame `seq` of `device`.
    pub fn counts(&self, user: &UserId, device: &DeviceId, seq: u64, kind: EntryKind) -> bool {
        let in_time = |device: &DeviceInfo| device.removed_after.is_none_or(|last| seq <= last);
        let present = self.devices.get(device).map_or(kind == EntryKind::Device, in_time);
        let allowed = |role: Role| needed(kind).is_none_or(|right| role.may(right));
        present && self.role(user).is_some_and(allowed)
    }

    /// Takes in a device's introduction of itself.
    pub fn device_introduced(&mut self, device: DeviceId, user: UserId, stated: DeviceIntroduced) {
        let info = DeviceInfo {
            device: habeas_core::DeviceId(device),
            name: stated.name,
            introduced_by: habeas_core::UserId(user),
            public: stated.public,
            removed_after: self.known_cuts.get(&device).copied(),
        };
        self.devices.entry(device).or_insert(info);
    }

    /// Takes in who is a member. Keys of a user never change: the id is made of them.
    pub fn member_stated(&mut self, stated: MemberStated, recorded_ms: i64) {
        let MemberStated { user, name, role, sign_public, open_public } = stated;
        if crate::keys::user_id(&sign_public, &open_public) == user {
            let user_id = habeas_core::UserId(user);
            let info = MemberInfo { user: user_id, name, role, sign_public, open_public, since_ms: recorded_ms };
            self.members.insert(user, info);
        }
    }

    /// Takes in a new key of a compartment. The first one that claims an epoch has it.
    pub fn epoch_begun(&mut self, begun: EpochBegun) {
        self.epochs.entry((begun.compartment, begun.epoch)).or_insert(begun.commitment);
    }

    /// Takes in the removal of a device. Of several the earliest frame holds.
    pub fn device_removed(&mut self, removed: &DeviceRemoved) {
        if let Some(device) = self.devices.get_mut(&removed.device) {
            let last = device.removed_after.map_or(removed.last_seq, |last| last.min(removed.last_seq));
            device.removed_after = Some(last);
        }
    }

    /// The last frames that count of devices that were removed.
    pub fn cuts(&self) -> BTreeMap<DeviceId, u64> {
        self.devices.iter().filter_map(|(id, device)| Some((*id, device.removed_after?))).collect()
    }
}

/// The right that a statement of this kind needs to count; none for what every member does.
pub fn needed(kind: EntryKind) -> Option<Right> {
    match kind {
        EntryKind::Founded
        | EntryKind::Member
        | EntryKind::Epoch
        | EntryKind::Erasure
        | EntryKind::DeviceRemoved
        | EntryKind::PublicationPolicy => Some(Right::Keep),
        EntryKind::Source
        | EntryKind::ImportBegun
        | EntryKind::Record
        | EntryKind::Quarantined
        | EntryKind::ImportFinished
        | EntryKind::EditionPart
        | EntryKind::ImportUndone
        | EntryKind::SourceIdentity
        | EntryKind::Places
        | EntryKind::Consent
        | EntryKind::ConsentContact
        // A resolution needs the right to judge, which the fold asks where it reads the topic.
        | EntryKind::Assertion
        // Of a source; of anything else it needs the right to judge, which the fold asks where it knows the target.
        | EntryKind::Retraction => Some(Right::Code),
        EntryKind::Release
        | EntryKind::ReleaseApproved
        | EntryKind::ReleasePublished
        | EntryKind::ReleaseWithdrawn
        | EntryKind::Delivery => Some(Right::Publish),
        EntryKind::Judgement | EntryKind::LinkRun | EntryKind::Estimate => Some(Right::Judge),
        // Whoever opens the vault after a crash says that an import was not finished, and what was done is audited.
        EntryKind::ImportAbandoned | EntryKind::Audit | EntryKind::Device | EntryKind::Erased => None,
    }
}
