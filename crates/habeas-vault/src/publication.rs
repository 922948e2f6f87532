//! Consents, policies and releases of an open vault. What may leave is decided elsewhere; here it is recorded and signed.

use crate::{
    catalog::ReleaseInfo,
    checkpoint::note_line,
    format::v1::{
        Clear, EntryKind,
        consent::ConsentContact,
        release::{Approval, Delivery, Published, Release, ReleaseWithdrawn},
        source::hex,
        statement::Words,
    },
    index::AnsweredPerson,
    keys::{derive, verify_signature},
    log::Statement,
    vault::{Vault, VaultError, clear_of},
};
use habeas_core::{Compartment, Consent, ConsentId, Date, Giver, RecordId, Right, UserId};
use std::collections::{HashMap, HashSet};

/// Statements of consent in one commit: far from the most that a frame holds.
const CONSENTS_AT_ONCE: usize = 4096;

/// Whether a new statement stands in the place of an earlier one about the same person: of the same giver, or a decision of
/// the family in the place of its relatives.
fn stands_for(new: &Consent, earlier: &Consent) -> bool {
    let family = |giver| matches!(giver, Giver::Family | Giver::FamilyDecision);
    let same = earlier.giver == new.giver && earlier.relation == new.relation;
    same || new.giver == Giver::FamilyDecision && family(earlier.giver)
}

impl Vault {
    /// Statements of consent in log order.
    pub fn consents(&self) -> impl DoubleEndedIterator<Item = &Consent> {
        self.catalog.publication.consents.iter()
    }

    /// Statements of consent that were recorded after a time, by the clocks of the devices.
    pub fn consents_since(&self, ms: i64) -> impl Iterator<Item = &Consent> {
        self.catalog.publication.consents.since(ms)
    }

    /// Statements of consent about records that stand, or about what these stand in the place of, in log order.
    pub fn consents_about(&self, records: &[RecordId]) -> Vec<&Consent> {
        self.catalog.publication.consents.about(records, |record| self.current_record(record))
    }

    /// Persons about whom somebody has answered, in the order of the index, after a key; at most so many. With days, only
    /// those of whom something that was given ends, or is to be asked again, between them, both included.
    pub fn persons_answered(
        &self,
        between: Option<(Date, Date)>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<AnsweredPerson>, VaultError> {
        self.follow_answers()?;
        Ok(self.index.answered(between, after, limit)?)
    }

    /// How many persons there are of [`Vault::persons_answered`].
    pub fn count_answered(&self, between: Option<(Date, Date)>) -> Result<u64, VaultError> {
        self.follow_answers()?;
        Ok(self.index.count_answered(between)?)
    }

    /// Brings what the index knows of answers up to the statements that count.
    fn follow_answers(&self) -> Result<(), VaultError> {
        let (mut n, mut ids) = (0u64, 0u128);
        for consent in self.consents() {
            (n, ids) = (n + 1, ids ^ u128::from_be_bytes(consent.id.0));
        }
        let state = [n.to_be_bytes().as_slice(), &ids.to_be_bytes()].concat();
        if self.index.answers_state()? == Some(state.clone()) {
            return Ok(());
        }
        let mut answers: Vec<(RecordId, &Consent)> =
            self.consents().map(|consent| (self.current_record(consent.about), consent)).collect();
        // In the order of records, so that each page of the index is read once.
        answers.sort_by_key(|(record, _)| *record);
        Ok(self.index.replace_answers(&state, &answers)?)
    }

    /// How a giver is reached, as far as this member may know.
    pub fn consent_contact(&self, id: ConsentId) -> Option<&str> {
        self.catalog.publication.contacts.get(&id).map(String::as_str)
    }

    /// Records a statement of consent. Its id, its recorder and what it replaces are set here: it stands in the place of
    /// all that is known of the same giver about the records `of_person`, or for a decision of the family, of all
    /// relatives.
    pub fn add_consent(
        &mut self,
        draft: Consent,
        of_person: &[RecordId],
        contact: Option<&str>,
        now_ms: i64,
    ) -> Result<ConsentId, VaultError> {
        self.require(Right::Code)?;
        let mut records = of_person.to_vec();
        records.push(self.current_record(draft.about));
        let before = self.consents_about(&records).into_iter().filter(|known| stands_for(&draft, known));
        let replaces = before.map(|known| known.id).collect();
        let (consent, statement) = self.draft_consent(draft, replaces)?;
        let mut statements = vec![statement];
        if let Some(words) = contact {
            let id = self.log.fresh_id()?;
            self.new_items(Compartment::Sources, &[id])?;
            let body = ConsentContact { consent: consent.id, words: words.to_owned() };
            statements.push(Statement::new(id, EntryKind::ConsentContact, id, clear_of(Compartment::Sources), &body));
        }
        self.record(now_ms, statements)?;
        Ok(consent.id)
    }

    /// Records many statements, each about one record; a later one knows of those before it. They are told in commits of
    /// some thousands: where one fails, those before it stand, and `Ok` means that all do.
    pub fn add_consents(&mut self, drafts: Vec<Consent>, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Code)?;
        // By record: a list of a million people brings as many answers.
        let mut known: HashMap<RecordId, Vec<Consent>> = HashMap::new();
        let wanted: HashSet<RecordId> = drafts.iter().map(|draft| draft.about).collect();
        for consent in self.consents().filter(|known| wanted.contains(&known.about)) {
            known.entry(consent.about).or_default().push(consent.clone());
        }
        let mut statements = Vec::new();
        for draft in drafts {
            let before = known.entry(draft.about).or_default();
            let replaces = before.iter().filter(|known| stands_for(&draft, known)).map(|known| known.id).collect();
            let (consent, statement) = self.draft_consent(draft, replaces)?;
            before.push(consent);
            statements.push(statement);
            if statements.len() == CONSENTS_AT_ONCE {
                self.record(now_ms, std::mem::take(&mut statements))?;
            }
        }
        if statements.is_empty() { Ok(()) } else { self.record(now_ms, statements) }
    }

    fn draft_consent(&mut self, draft: Consent, replaces: Vec<ConsentId>) -> Result<(Consent, Statement), VaultError> {
        let (id, item) = (self.log.fresh_id()?, self.statements_item()?);
        let consent = Consent { id: ConsentId(id), replaces, recorded_by: self.me(), ..draft };
        let statement = Statement::new(id, EntryKind::Consent, item, Clear::default(), &consent);
        Ok((consent, statement))
    }

    /// The policy of publication, as written; none before the first.
    pub fn publication_policy(&self) -> Option<&str> {
        self.catalog.publication.policy.as_deref()
    }

    /// Records a policy. Whether two persons sign is part of it, so it takes a keeper.
    pub fn set_publication_policy(&mut self, text: &str, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Keep)?;
        self.record_own(now_ms, EntryKind::PublicationPolicy, &Words { text: text.to_owned() })
    }

    /// Releases in log order.
    pub fn releases(&self) -> &[ReleaseInfo] {
        &self.catalog.publication.releases
    }

    /// Proposes a release; the proposer signs its note.
    pub fn propose_release(&mut self, draft: Release, note: &str, now_ms: i64) -> Result<[u8; 16], VaultError> {
        self.require(Right::Publish)?;
        let release = Release { signature: self.log.user.sign(&[note.as_bytes()]), ..draft };
        self.publish_statement(EntryKind::Release, &release, now_ms)
    }

    /// Approves a release that another user has proposed on another device.
    ///
    /// # Errors
    /// [`VaultError::NotTwoPersons`] where the proposer or the proposing device approves.
    pub fn approve_release(&mut self, release: [u8; 16], note: &str, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Publish)?;
        let (me, device) = (self.me(), habeas_core::DeviceId(self.log.own.device()));
        let known = self.release_of(&release)?;
        if known.proposed_by == me || known.proposed_on == device {
            return Err(VaultError::NotTwoPersons);
        }
        let signature = self.log.user.sign(&[note.as_bytes()]);
        self.publish_statement(EntryKind::ReleaseApproved, &Approval { release, signature }, now_ms).map(drop)
    }

    /// Notes that a release has left.
    pub fn note_published(&mut self, release: [u8; 16], now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Publish)?;
        self.release_of(&release)?;
        self.publish_statement(EntryKind::ReleasePublished, &Published { release }, now_ms).map(drop)
    }

    /// Withdraws a release.
    pub fn withdraw_release(&mut self, release: [u8; 16], reason: &str, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Publish)?;
        self.release_of(&release)?;
        let body = ReleaseWithdrawn { release, reason: reason.to_owned() };
        self.publish_statement(EntryKind::ReleaseWithdrawn, &body, now_ms).map(drop)
    }

    /// Notes to whom a copy was given.
    pub fn note_delivery(&mut self, delivery: Delivery, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Publish)?;
        self.release_of(&delivery.release)?;
        self.publish_statement(EntryKind::Delivery, &delivery, now_ms).map(drop)
    }

    /// The lines of signatures below the note of a release, and the keys that prove them, by the name of each signer.
    pub fn release_signatures(&self, info: &ReleaseInfo, note: &str) -> Vec<(String, [u8; 32], String)> {
        let proposer = (info.proposed_by, info.release.signature);
        let signed = std::iter::once(proposer).chain(info.approvals.iter().copied());
        let mut lines: HashMap<UserId, (String, [u8; 32], String)> = HashMap::new();
        let mut order = Vec::new();
        for (user, signature) in signed {
            let Some(member) = self.catalog.people.member(&user.0) else { continue };
            if verify_signature(&member.sign_public, &[note.as_bytes()], &signature) && !lines.contains_key(&user) {
                let name = format!("habeas/release/1/{}/{}", hex(&self.id), user);
                let line = note_line(&name, &member.sign_public, &signature);
                lines.insert(user, (name, member.sign_public, line));
                order.push(user);
            }
        }
        order.into_iter().filter_map(|user| lines.remove(&user)).collect()
    }

    /// A key for names in a series of releases: the same on every device of the vault, and telling nothing of it.
    pub fn series_key(&self, series: &str) -> [u8; 32] {
        *derive(&self.log.keys.tag()[..], &self.id, &[b"habeas/1 release series", series.as_bytes()])
    }

    fn release_of(&self, id: &[u8; 16]) -> Result<&ReleaseInfo, VaultError> {
        self.releases().iter().find(|known| known.id == *id).ok_or(VaultError::Unknown { what: "release" })
    }

    fn publish_statement(
        &mut self,
        kind: EntryKind,
        body: &impl crate::format::v1::Body,
        now_ms: i64,
    ) -> Result<[u8; 16], VaultError> {
        let (id, item) = (self.log.fresh_id()?, self.statements_item()?);
        self.record(now_ms, vec![Statement::new(id, kind, item, Clear::default(), body)])?;
        Ok(id)
    }
}
