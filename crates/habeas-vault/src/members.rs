//! Members, devices, compartments: who may open what, and who may say what.

use crate::{
    AuditEvent,
    catalog::{DeviceInfo, MemberInfo},
    format::v1::{
        EntryKind,
        codes::Code,
        member::{DeviceRemoved, EpochBegun, MemberStated},
    },
    founding::own_statement,
    key_area::grants,
    keys::{
        Entropy, GrantHeader, KdfCost, Key, KeyringSecret, Passphrase, RecoveryKey, Share, ShareError, ShareSecret,
        Slot, UserKeys, Way, commitment, grant,
    },
    storage::{self, RelPath, StorageError},
    vault::{Vault, VaultError},
};
use habeas_core::{Compartment, Right, Role, UserId};
use zeroize::Zeroizing;

/// One who shall take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    /// Name for people.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Compartments that they may open beside those of the role.
    pub compartments: Vec<Compartment>,
}

impl Vault {
    /// All members, those who are none any more included.
    pub fn members(&self) -> impl Iterator<Item = &MemberInfo> {
        self.catalog.people.members()
    }

    /// All devices that have written.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceInfo> {
        self.catalog.people.devices()
    }

    /// The member who opened the vault.
    pub fn me(&self) -> UserId {
        UserId(self.log.user.id())
    }

    /// The compartments that the member who opened the vault can read here.
    pub fn open_compartments(&self) -> impl Iterator<Item = Compartment> {
        let open = |compartment: &Compartment| self.log.keys.newest(*compartment).is_some();
        Compartment::ALL.iter().copied().filter(open)
    }

    /// Adds a member with a passphrase of their own, which they should change. Returns who they are, and the bytes of an
    /// invitation: the way in for that passphrase, for [`Vault::join`] on another device. With `here`, it is also kept in
    /// this vault.
    ///
    /// # Errors
    /// [`VaultError::NoKey`] when a compartment is to be granted whose key is not held here.
    pub fn add_member(
        &mut self,
        new: NewMember,
        passphrase: &Passphrase,
        kdf: KdfCost,
        here: bool,
        now_ms: i64,
    ) -> Result<(UserId, Vec<u8>), VaultError> {
        self.require(Right::Keep)?;
        let (user, slot) = self.admit(new, passphrase.into(), kdf, now_ms)?;
        if here {
            self.keep_slot(&slot)?;
        }
        Ok((user, slot.encode()))
    }

    /// Makes a recovery key: 24 words that open everything, for a safe place. It is a keeper of its own, so that what was
    /// done with it is known.
    pub fn make_recovery_key(&mut self, now_ms: i64) -> Result<RecoveryKey, VaultError> {
        self.require(Right::Keep)?;
        let key = RecoveryKey::generate(&mut self.log.entropy)?;
        let (_, slot) = self.admit(recovery_member("recovery key"), Way::RecoveryKey(&key), KdfCost::demo(), now_ms)?;
        self.keep_slot(&slot)?;
        Ok(key)
    }

    /// Makes shares of which any `threshold` together open everything, and fewer nothing.
    ///
    /// # Errors
    /// [`VaultError::Shares`] when the numbers make no sense.
    pub fn make_shares(&mut self, threshold: u8, n_shares: u8, now_ms: i64) -> Result<Vec<Share>, VaultError> {
        self.require(Right::Keep)?;
        let secret = ShareSecret::generate(threshold, n_shares, &mut self.log.entropy)?;
        let seed: Key = Zeroizing::new(self.log.entropy.bytes()?);
        let name = format!("{threshold} of {n_shares} shares");
        let (_, slot) = self.admit(recovery_member(&name), Way::Shares(&secret), KdfCost::demo(), now_ms)?;
        self.keep_slot(&slot)?;
        Ok(secret.split(&self.id, &seed))
    }

    /// Adds a member for whom a way in is made, and wraps for them the keys of the compartments that they may open.
    fn admit(&mut self, new: NewMember, way: Way<'_>, kdf: KdfCost, now_ms: i64) -> Result<(UserId, Slot), VaultError> {
        self.require_write()?;
        let seed: Key = Zeroizing::new(self.log.entropy.bytes()?);
        let user = UserKeys::of(&seed);
        let member = MemberStated {
            user: user.id(),
            name: new.name,
            role: Some(new.role),
            sign_public: user.sign_public(),
            open_public: user.open_public(),
        };
        let granted =
            |compartment: &&Compartment| new.role.holds(**compartment) || new.compartments.contains(compartment);
        for compartment in Compartment::ALL.iter().filter(granted) {
            self.write_grants(*compartment, &member)?;
        }
        let slot = Slot::wrap(self.log.keys.vault_key(), &seed, &self.id, way, kdf, &mut self.log.entropy)?;
        // Who is a member is said before there is a way in: a crash between leaves a member without one, who can be
        // removed, and never a way in for nobody.
        self.record_own(now_ms, EntryKind::Member, &member)?;
        Ok((UserId(member.user), slot))
    }

    fn keep_slot(&self, slot: &Slot) -> Result<(), VaultError> {
        let path = RelPath::new("unlock").join(&slot.file_name());
        Ok(storage::write_whole(&*self.storage, &path, &slot.encode())?)
    }

    /// Gives a member another role. Compartments that the new role holds are granted; what they could open before, they
    /// may have kept: [`Vault::remove_member`] begins new keys.
    ///
    /// # Errors
    /// [`VaultError::LastKeeper`] when the only keeper is to be something else.
    pub fn set_role(&mut self, user: UserId, role: Role, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Keep)?;
        if role != Role::Keeper {
            self.require_keeper_beside(user)?;
        }
        let member = MemberStated { role: Some(role), ..self.stated(user)? };
        for compartment in Compartment::ALL.iter().filter(|compartment| role.holds(**compartment)) {
            self.write_grants(*compartment, &member)?;
        }
        self.record_own(now_ms, EntryKind::Member, &member)
    }

    /// A vault without a keeper could never be kept again.
    fn require_keeper_beside(&self, user: UserId) -> Result<(), VaultError> {
        let mut keepers = self.members().filter(|other| other.role == Some(Role::Keeper));
        keepers.any(|keeper| keeper.user != user).then_some(()).ok_or(VaultError::LastKeeper)
    }

    /// Lets a member open a compartment, all that is in it so far included.
    pub fn grant_compartment(&mut self, user: UserId, compartment: Compartment, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Keep)?;
        let member = self.stated(user)?;
        self.write_grants(compartment, &member)?;
        let about = [("compartment", compartment.to_string()), ("member", user.short())];
        self.audit(AuditEvent::new("granted", about), now_ms)
    }

    /// The compartments whose keys a member holds.
    pub fn compartments_of(&self, user: UserId) -> Result<Vec<Compartment>, VaultError> {
        let held = |name: &String, compartment: &Compartment| {
            let header = |epoch| GrantHeader { compartment: *compartment, epoch, member: user.0 };
            self.catalog.people.epochs().any(|(of, epoch, _)| of == *compartment && *name == header(epoch).file_name())
        };
        let names = self.storage.list(&grants())?;
        Ok(Compartment::ALL.iter().copied().filter(|part| names.iter().any(|name| held(name, part))).collect())
    }

    /// Ends a membership: their statements and those of devices that they introduced count up to what is known here, and
    /// what comes now is sealed under new keys. What they could read, they may have kept.
    ///
    /// # Errors
    /// [`VaultError::LastKeeper`] for the only keeper there is.
    pub fn remove_member(&mut self, user: UserId, why: &str, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Keep)?;
        let member = MemberStated { role: None, ..self.stated(user)? };
        self.require_keeper_beside(user)?;
        let own = self.log.own.device();
        let theirs = self.devices().filter(|device| device.introduced_by == user && device.device.0 != own);
        let theirs: Vec<[u8; 16]> = theirs.map(|device| device.device.0).collect();
        let mut statements = vec![own_statement(self, EntryKind::Member, &member)?];
        for device in theirs {
            let last_seq = self.log.reader(&device)?.end().cursor.seq - 1;
            let removed = DeviceRemoved { device, last_seq, why: why.to_owned() };
            statements.push(own_statement(self, EntryKind::DeviceRemoved, &removed)?);
        }
        self.record(now_ms, statements)?;
        for name in self.storage.list(&grants())? {
            if name.starts_with(&user.to_string()) {
                self.storage.remove(&grants().join(&name))?;
            }
        }
        self.begin_epochs(now_ms)
    }

    /// Begins new keys for all compartments that are held here: what comes now is sealed under them.
    pub fn begin_epochs(&mut self, now_ms: i64) -> Result<(), VaultError> {
        self.require(Right::Keep)?;
        let held: Vec<Compartment> = self.open_compartments().collect();
        for compartment in held {
            let holders = self.holders(compartment)?;
            let epoch = self.fresh_epoch(compartment)?;
            let key: Key = Zeroizing::new(self.log.entropy.bytes()?);
            self.log.keys.insert_compartment(compartment, epoch, key.clone());
            for holder in holders {
                self.write_grant(compartment, epoch, &key, &holder)?;
            }
            let begun = EpochBegun { compartment, epoch, commitment: commitment(compartment, epoch, &key) };
            self.record_own(now_ms, EntryKind::Epoch, &begun)?;
        }
        // The index is sealed under what is held: it moves to its new name at the next opening.
        Ok(())
    }

    /// A number for a new key: greater than every one that is known, and not the one that another keeper may draw at the
    /// same time without knowing of this. Both keys then hold side by side.
    fn fresh_epoch(&mut self, compartment: Compartment) -> Result<u32, VaultError> {
        let newest = self.catalog.people.newest_epoch(compartment).unwrap_or(0);
        let [a, b, c] = self.log.entropy.bytes()?;
        Ok((((newest >> 24) + 1) << 24) | u32::from_be_bytes([0, a, b, c]))
    }

    /// Wraps keys for members who hold a compartment but not all of its keys: another keeper began one without knowing of
    /// them.
    pub(crate) fn grant_missing(&mut self) -> Result<(), VaultError> {
        let names = self.storage.list(&grants())?;
        let held: Vec<(Compartment, u32, Key)> =
            self.log.keys.compartments().map(|(compartment, epoch, key)| (compartment, epoch, key.clone())).collect();
        for (compartment, epoch, key) in held {
            for holder in self.holders(compartment)? {
                let header = GrantHeader { compartment, epoch, member: holder.user };
                if !names.contains(&header.file_name()) {
                    self.write_grant(compartment, epoch, &key, &holder)?;
                }
            }
        }
        Ok(())
    }

    /// Replaces the passphrase by which the vault was opened; with the SHA-256 of a key file, that file is needed too from
    /// now on.
    ///
    /// # Errors
    /// [`VaultError::Unknown`] when it was not opened by a way in of its own.
    pub fn change_passphrase(
        &mut self,
        new: &Passphrase,
        key_file: Option<[u8; 32]>,
        kdf: KdfCost,
    ) -> Result<(), VaultError> {
        let old = self.opened_by.clone().ok_or(VaultError::Unknown { what: "way in" })?;
        self.add_passphrase(new, key_file, kdf)?;
        self.storage.remove(&old)?;
        Ok(self.storage.sync_dir(&old.parent())?)
    }

    /// Adds a passphrase for the member who opened the vault, beside the ways in that there are: after opening it with a
    /// recovery key or shares.
    pub fn add_passphrase(
        &mut self,
        new: &Passphrase,
        key_file: Option<[u8; 32]>,
        kdf: KdfCost,
    ) -> Result<(), VaultError> {
        self.require_write()?;
        let (keys, seed, mut entropy) = (&self.log.keys, self.log.user.seed(), Entropy::default());
        let way = Way::Passphrase { passphrase: new, key_file };
        let slot = Slot::wrap(keys.vault_key(), seed, &self.id, way, kdf, &mut entropy)?;
        self.keep_slot(&slot)?;
        self.opened_by = Some(RelPath::new("unlock").join(&slot.file_name()));
        Ok(())
    }

    /// Adds a way in for the member who opened the vault that the keyring of an operating system can remember. Never the
    /// only one: the passphrase opens as before.
    pub fn remember(&mut self) -> Result<KeyringSecret, VaultError> {
        self.require_write()?;
        let secret = KeyringSecret::draw(&mut self.log.entropy)?;
        let (keys, seed, mut entropy) = (&self.log.keys, self.log.user.seed(), Entropy::default());
        let way = Way::Keyring(&secret);
        let slot = Slot::wrap(keys.vault_key(), seed, &self.id, way, KdfCost::demo(), &mut entropy)?;
        self.keep_slot(&slot)?;
        Ok(secret)
    }

    pub(crate) fn require_write(&self) -> Result<(), VaultError> {
        if self.is_read_only() { Err(VaultError::ReadOnly) } else { Ok(()) }
    }

    fn stated(&self, user: UserId) -> Result<MemberStated, VaultError> {
        let member = self.catalog.people.member(&user.0).ok_or(VaultError::Unknown { what: "member" })?;
        Ok(MemberStated {
            user: user.0,
            name: member.name.clone(),
            role: member.role,
            sign_public: member.sign_public,
            open_public: member.open_public,
        })
    }

    /// Members for whom a compartment's key is wrapped now, and who are members still.
    fn holders(&self, compartment: Compartment) -> Result<Vec<MemberStated>, StorageError> {
        let names = self.storage.list(&grants())?;
        let wrapped = |user: &UserId| {
            let prefix = format!("{user}-{}-", compartment.number());
            names.iter().any(|name| name.starts_with(&prefix))
        };
        let members = self.members().filter(|member| member.role.is_some() && wrapped(&member.user));
        Ok(members.filter_map(|member| self.stated(member.user).ok()).collect())
    }

    /// Wraps every key of a compartment that is held here for a member.
    fn write_grants(&mut self, compartment: Compartment, member: &MemberStated) -> Result<(), VaultError> {
        self.require_write()?;
        let held = self.log.keys.compartments().filter(|(of, ..)| *of == compartment);
        let held: Vec<(u32, Key)> = held.map(|(_, epoch, key)| (epoch, key.clone())).collect();
        if held.is_empty() {
            return Err(VaultError::NoKey { compartment });
        }
        held.iter().try_for_each(|(epoch, key)| self.write_grant(compartment, *epoch, key, member))
    }

    fn write_grant(
        &mut self,
        compartment: Compartment,
        epoch: u32,
        key: &Key,
        member: &MemberStated,
    ) -> Result<(), VaultError> {
        let header = GrantHeader { compartment, epoch, member: member.user };
        let bytes = grant(&header, key, &self.id, &member.open_public, &mut self.log.entropy)?;
        Ok(storage::write_whole(&*self.storage, &grants().join(&header.file_name()), &bytes)?)
    }
}

fn recovery_member(name: &str) -> NewMember {
    NewMember { name: name.to_owned(), role: Role::Keeper, compartments: Vec::new() }
}

impl From<ShareError> for VaultError {
    fn from(error: ShareError) -> Self {
        match error {
            ShareError::NoEntropy(error) => Self::NoEntropy(error),
            error => Self::Shares(error),
        }
    }
}
