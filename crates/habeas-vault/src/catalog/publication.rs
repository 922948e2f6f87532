//! What the log says of consents, policies and releases.

use super::consents::Consents;
use crate::format::{
    DecodeError,
    v1::{
        Body, Entry, EntryKind,
        consent::ConsentContact,
        release::{Approval, Delivery, Published, Release, ReleaseWithdrawn},
        statement::Words,
    },
};
use habeas_core::{Consent, ConsentId, DeviceId, UserId};
use std::collections::HashMap;

/// One release with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseInfo {
    /// Id of its entry.
    pub id: [u8; 16],
    /// When it was proposed, by the clock of the device.
    pub recorded_ms: i64,
    /// The release.
    pub release: Release,
    /// Who proposed it.
    pub proposed_by: UserId,
    /// On which device.
    pub proposed_on: DeviceId,
    /// Who has approved it, with their signature: another user on another device.
    pub approvals: Vec<(UserId, [u8; 64])>,
    /// Whether it has left.
    pub published: bool,
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<String>,
    /// Copies that were given.
    pub deliveries: Vec<Delivery>,
}

/// Everything about publication, folded from the log.
#[derive(Debug, Clone, Default)]
pub struct Publication {
    /// Statements of consent.
    pub consents: Consents,
    /// How givers are reached, as far as this member may know.
    pub contacts: HashMap<ConsentId, String>,
    /// The last policy, as written.
    pub policy: Option<String>,
    /// Releases in log order.
    pub releases: Vec<ReleaseInfo>,
}

/// The code under which the audit shows an entry; policies and contacts say nothing there.
pub(super) fn audit_code(kind: EntryKind) -> Option<&'static str> {
    match kind {
        EntryKind::Consent => Some("consent-recorded"),
        EntryKind::PublicationPolicy => Some("publication-policy-set"),
        EntryKind::Release => Some("release-proposed"),
        EntryKind::ReleaseApproved => Some("release-approved"),
        EntryKind::ReleasePublished => Some("release-published"),
        EntryKind::ReleaseWithdrawn => Some("release-withdrawn"),
        EntryKind::Delivery => Some("delivered"),
        _ => None,
    }
}

impl Publication {
    /// Takes in one entry; what it speaks of may not have arrived yet.
    pub fn take_in(
        &mut self,
        entry: &Entry<'_>,
        (user, device, recorded_ms): (UserId, DeviceId, i64),
        body: &[u8],
    ) -> Result<(), DecodeError> {
        match entry.kind {
            EntryKind::Consent => {
                let consent = Consent { id: ConsentId(entry.id), recorded_by: user, ..Consent::from_padded(body)? };
                self.consents.push(consent, recorded_ms);
            }
            EntryKind::ConsentContact => {
                let ConsentContact { consent, words } = Body::from_padded(body)?;
                self.contacts.insert(consent, words);
            }
            EntryKind::PublicationPolicy => self.policy = Some(Words::from_padded(body)?.text),
            EntryKind::Release => self.releases.push(ReleaseInfo {
                id: entry.id,
                recorded_ms,
                release: Release::from_padded(body)?,
                proposed_by: user,
                proposed_on: device,
                approvals: Vec::new(),
                published: false,
                withdrawn: None,
                deliveries: Vec::new(),
            }),
            EntryKind::ReleaseApproved => {
                let Approval { release, signature } = Body::from_padded(body)?;
                let known = self.release_mut(&release)?;
                // Two persons are two users on two devices: whoever holds one laptop is one person.
                if known.proposed_by != user && known.proposed_on != device {
                    known.approvals.push((user, signature));
                }
            }
            EntryKind::ReleasePublished => {
                let Published { release } = Body::from_padded(body)?;
                self.release_mut(&release)?.published = true;
            }
            EntryKind::ReleaseWithdrawn => {
                let ReleaseWithdrawn { release, reason } = Body::from_padded(body)?;
                self.release_mut(&release)?.withdrawn = Some(reason);
            }
            EntryKind::Delivery => {
                let delivery = Delivery::from_padded(body)?;
                self.release_mut(&delivery.release.clone())?.deliveries.push(delivery);
            }
            _ => {}
        }
        Ok(())
    }

    fn release_mut(&mut self, id: &[u8; 16]) -> Result<&mut ReleaseInfo, DecodeError> {
        let found = self.releases.iter_mut().find(|known| known.id == *id);
        found.ok_or(DecodeError::Dangling { what: "release" })
    }
}
