//! Finding a vault and opening it.

use crate::{
    catalog::{Catalog, ErasedSet, People},
    checkpoint::{self, Checkpoint},
    damage::{Damage, DamageKind, OnDamage},
    earlier::{remove_left_over, remove_named},
    feed::{Access, Feed, FeedError, FeedReader},
    format::v1::source::hex,
    index::{Index, IndexError},
    key_area::KeyArea,
    keys::{
        DeviceId, DeviceKeys, Entropy, Key, KeyringSecret, Keys, Passphrase, Slot, SlotError, SlotKind, UserKeys,
        VaultId, Way, is_device_folder, user_id,
    },
    log::{Log, commit_leaves, introduced},
    storage::{self, Disk, RelPath, Storage, StorageError},
    vault::{Notice, Vault, VaultError},
};
use habeas_core::Role;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The format that is written. A greater one is refused, a smaller one will be read for ever.
pub(crate) const FORMAT: u64 = 1;
pub(crate) const SUITE: u64 = 1;
pub(crate) const GENESIS_MAGIC: &[u8; 8] = b"HABGEN1\n";
/// No public file or slot is longer.
const MAX_PUBLIC: u64 = 64 << 10;
/// More slots than a vault of ours has; each costs a try of half a second.
const MAX_SLOTS: usize = 32;

/// Why a vault cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no vault here.
    #[error("there is no vault in this folder")]
    NoVault,
    /// No slot opens with this passphrase.
    #[error("the passphrase does not open this vault")]
    WrongPassphrase,
    /// The folder holds another vault.
    #[error("the folder holds another vault")]
    OtherVault,
    /// No other device has signed for everything that is recorded here.
    #[error("no other device has signed for everything that is recorded here")]
    NoReceipt,
    /// Whose passphrase it is, is no member any more.
    #[error("this user is no member of the vault any more")]
    NotAMember,
    /// Another process holds the vault.
    #[error("another process holds the vault")]
    HeldByAnotherProcess,
    /// The vault was written by a later version.
    #[error("the vault has format {found}; this version reads up to {known}")]
    NewerFormat {
        /// Its format.
        found: u64,
        /// The latest that is known here.
        known: u64,
    },
    /// A slot asks for more work than any vault of ours: nothing was computed.
    #[error("a slot asks for {memory_mib} MiB and {passes} passes, which no vault of ours does")]
    HostileCost {
        /// Memory in MiB.
        memory_mib: u64,
        /// Passes.
        passes: u64,
    },
    /// Bytes are not as they were written.
    #[error(transparent)]
    Damaged(Damage),
    /// Reading or settling failed in another way.
    #[error(transparent)]
    Vault(VaultError),
}

impl Vault {
    /// Opens the vault in a folder with a passphrase, with or without a key file, a recovery key, or shares.
    pub fn open<'w>(dir: &Path, way: impl Into<Way<'w>>) -> Result<Self, OpenError> {
        if !Disk::has(dir, "vault.toml") {
            return Err(OpenError::NoVault);
        }
        Self::open_on(Arc::new(Disk::new(dir)), way)
    }

    /// Opens the vault in a folder; where bytes are not as they were written, for reading only, what stands without them.
    /// Each damage is a [`Notice::Damaged`]. Nothing is changed.
    ///
    /// # Errors
    /// Those of [`Vault::open`], and the first [`OpenError::Damaged`] where nothing can be read without it.
    pub fn open_what_stands<'w>(dir: &Path, way: impl Into<Way<'w>>) -> Result<Self, OpenError> {
        let way = way.into();
        match Self::open(dir, way) {
            Err(OpenError::Damaged(damage)) => Self::salvage_on(Arc::new(Disk::new(dir)), way, damage),
            opened => opened,
        }
    }

    /// The ways into the vault in a folder, as their files tell without any secret.
    pub fn ways_in(dir: &Path) -> Result<Vec<SlotKind>, OpenError> {
        let storage = Disk::new(dir);
        let unlock = RelPath::new("unlock");
        let names = storage.list(&unlock)?.into_iter().filter(|name| name.ends_with(".slot")).take(MAX_SLOTS);
        let kinds = names.map(|name| {
            let path = unlock.join(&name);
            let slot = Slot::decode(&storage::read_whole(&storage, &path, MAX_PUBLIC)?);
            slot.map(|slot| slot.summary()).map_err(|_| damaged(path.as_str(), DamageKind::Public))
        });
        kinds.collect()
    }

    /// The id of the vault in a folder, as its public file says.
    pub fn id_in(dir: &Path) -> Result<String, OpenError> {
        Ok(hex(&read_public(&Disk::new(dir))?))
    }

    /// Removes the way in that a keyring remembers. What was remembered opens nothing any more, here.
    pub fn forget(dir: &Path, secret: &KeyringSecret) -> Result<(), OpenError> {
        forget_slot(&Disk::new(dir), &secret.slot_file())
    }

    /// Removes every way in that a keyring remembers: before a journey.
    pub(crate) fn forget_keyrings(&self) -> Result<(), OpenError> {
        let unlock = RelPath::new("unlock");
        for name in self.storage.list(&unlock)?.into_iter().filter(|name| name.ends_with(".slot")) {
            let slot = Slot::decode(&storage::read_whole(&*self.storage, &unlock.join(&name), MAX_PUBLIC)?);
            if slot.is_ok_and(|slot| slot.summary() == SlotKind::Keyring) {
                forget_slot(&*self.storage, &name)?;
            }
        }
        Ok(())
    }

    /// The folder of the vault that `start` lies in: itself or the nearest one above it.
    pub fn find(start: &Path) -> Option<PathBuf> {
        start.ancestors().find(|dir| Disk::has(dir, "vault.toml")).map(Path::to_owned)
    }

    pub(crate) fn open_on<'w>(storage: Arc<dyn Storage>, way: impl Into<Way<'w>>) -> Result<Self, OpenError> {
        let id = read_public(&*storage)?;
        let (access, lock) = match storage.lock(&RelPath::new("lock")) {
            Ok(lock) => (Access::Write, Some(lock)),
            Err(error) if error.is_read_only() => (Access::Read, None),
            Err(error) => return Err(error.into()),
        };
        let founder = read_genesis(&*storage, &id)?;
        let (vault_key, user_seed, slot) = unlock(&*storage, &id, way.into())?;
        let user = UserKeys::of(&user_seed);
        let keys = Keys::new(vault_key, id);
        let mut vault = Self::open_unlocked(storage, lock, access, keys, user, founder, &mut OnDamage::Refuse)?;
        vault.opened_by = Some(slot);
        Ok(vault)
    }

    fn salvage_on(storage: Arc<dyn Storage>, way: Way<'_>, damage: Damage) -> Result<Self, OpenError> {
        let id = read_public(&*storage)?;
        let lock = storage.lock(&RelPath::new("lock")).ok();
        let founder = read_genesis(&*storage, &id)?;
        let (vault_key, user_seed, _) = unlock(&*storage, &id, way)?;
        Self::salvage_unlocked(storage, lock, Keys::new(vault_key, id), UserKeys::of(&user_seed), founder, damage)
    }

    /// Reads what stands without `damage` and whatever else is damaged.
    pub(crate) fn salvage_unlocked(
        storage: Arc<dyn Storage>,
        lock: Option<Box<dyn Send + Sync>>,
        keys: Keys,
        user: UserKeys,
        founder: People,
        damage: Damage,
    ) -> Result<Self, OpenError> {
        let mut on_damage = OnDamage::Note(vec![damage.clone()]);
        let opened = Self::open_unlocked(storage, lock, Access::Salvage, keys, user, founder, &mut on_damage);
        opened.map_err(|_| OpenError::Damaged(damage))
    }

    /// Opens with the vault's keys at hand.
    pub(crate) fn open_unlocked(
        storage: Arc<dyn Storage>,
        lock: Option<Box<dyn Send + Sync>>,
        access: Access,
        mut keys: Keys,
        user: UserKeys,
        founder: People,
        on_damage: &mut OnDamage,
    ) -> Result<Self, OpenError> {
        let id = keys.vault();
        let device_keys = read_device(&*storage, &keys)?;
        let device = device_keys.id();
        let key_area = KeyArea::read(Arc::clone(&storage), &mut keys, &user, device, on_damage);
        let key_area = key_area.map_err(VaultError::from)?;
        let opened =
            Feed::open(Arc::clone(&storage), &keys, device_keys, access, commit_leaves).map_err(OpenError::from);
        let (access, no_room, (own, settled)) = match opened {
            // There is no room to keep a torn tail aside: nothing is changed then, and what stands is read.
            Err(error) if access == Access::Write && is_full(&error) => {
                let device_keys = read_device(&*storage, &keys)?;
                let opened = Feed::open(Arc::clone(&storage), &keys, device_keys, Access::Read, commit_leaves)?;
                (Access::Read, true, opened)
            }
            opened => (access, false, opened?),
        };
        let others = open_others(&storage, &keys, device, on_damage)?;
        let log = Log { own, others, keys, user, entropy: Entropy::default(), lamport: 0, news: Vec::new() };
        let (index, fresh) = match open_index(&*storage, &log) {
            _ if access != Access::Write => (Index::create(None, &log.keys.index())?, false),
            Err(error) if is_full(&error) => (Index::create(None, &log.keys.index())?, false),
            opened => opened?,
        };
        let mut notices: Vec<Notice> = settled.torn.into_iter().map(Notice::TornTail).collect();
        notices.extend(settled.length_record_lost.then_some(Notice::LengthRecordLost));
        notices.extend((access == Access::Read).then_some(if no_room { Notice::DiskFull } else { Notice::ReadOnly }));
        if fresh && storage.local_path(&RelPath::root()).is_some() {
            notices.push(Notice::IndexRebuilt);
        }
        let mut vault = Self {
            storage,
            log,
            key_area,
            catalog: Catalog::founded_by(founder),
            index,
            n_mentions: BTreeMap::new(),
            notices,
            id,
            role: Role::Auditor,
            checkpoints: Vec::new(),
            to_note: Vec::new(),
            opened_by: None,
            on_damage: on_damage.clone(),
            erased_by_now: ErasedSet::default(),
            _passing: None,
            _lock: lock,
        };
        match vault.replay() {
            Err(error) if is_full(&error) => vault.replay_in_memory()?,
            replayed => replayed?,
        }
        vault.role = vault.catalog.people.role(&vault.log.user.id()).ok_or(OpenError::NotAMember)?;
        vault.erased_by_now = vault.catalog.erased.clone();
        vault.read_checkpoints()?;
        if access == Access::Write {
            remove_left_over(&*vault.storage)?;
            match vault.settle() {
                // What an interrupted import left is invisible either way; reading goes on.
                Err(error) if is_full(&error) => vault.notices.push(Notice::DiskFull),
                settled => settled?,
            }
        }
        vault.note_what_is_missing();
        vault.notices.extend(vault.on_damage.noted().iter().cloned().map(Notice::Damaged));
        Ok(vault)
    }

    /// Reading must go on when the disk is full: the index is made in memory, for this opening only.
    fn replay_in_memory(&mut self) -> Result<(), OpenError> {
        self.index = Index::create(None, &self.log.keys.index())?;
        self.notices.push(Notice::DiskFull);
        self.replay()
    }

    /// Reads the checkpoints that the vault keeps, and compares them with the feeds.
    fn read_checkpoints(&mut self) -> Result<(), OpenError> {
        let folder = RelPath::new("checkpoints");
        let own = hex(&self.log.own.device());
        let mut devices = self.storage.list(&folder)?;
        devices.retain(|name| is_device_folder(name).is_some());
        devices.sort_by_key(|name| *name != own);
        for device in devices {
            let folder = folder.join(&device);
            for name in self.storage.list(&folder)?.into_iter().filter(|name| name.ends_with(".note")) {
                let path = folder.join(&name);
                let bytes = storage::read_whole(&*self.storage, &path, checkpoint::MAX_LEN)?;
                let text = String::from_utf8(bytes).map_err(|_| DamageKind::Checkpoint);
                match text.and_then(|text| Checkpoint::read(&text, self.id)) {
                    Ok(read) => self.checkpoints.push(read),
                    Err(kind) => self.take_damage(Damage { file: path, offset: 0, kind })?,
                }
            }
        }
        // The last of each device covers those before it.
        let mut last: BTreeMap<DeviceId, &Checkpoint> = BTreeMap::new();
        for checkpoint in &self.checkpoints {
            let known = last.entry(checkpoint.head.device).or_insert(checkpoint);
            if checkpoint.head.seq >= known.head.seq {
                *known = checkpoint;
            }
        }
        let last: Vec<Checkpoint> = last.into_values().cloned().collect();
        for checkpoint in &last {
            match self.check_against(checkpoint) {
                Err(OpenError::Damaged(damage)) => self.take_damage(damage)?,
                checked => checked?,
            }
        }
        Ok(())
    }

    /// Notes damage where what stands without it is read, and ends with it elsewhere.
    pub(crate) fn take_damage(&mut self, damage: Damage) -> Result<(), OpenError> {
        self.on_damage.take(damage).map_err(OpenError::Damaged)
    }

    /// Compares the feeds with a checkpoint: nothing that it covers may be missing or another. What has not arrived from
    /// another device is no alarm.
    ///
    /// # Errors
    /// [`DamageKind::Rollback`] when this device's feed ends before the checkpoint, [`DamageKind::Fork`] when a feed holds
    /// another frame at its place, [`DamageKind::Checkpoint`] when it is not signed by its device.
    pub(crate) fn check_against(&self, checkpoint: &Checkpoint) -> Result<(), OpenError> {
        let public = self.log.reader(&checkpoint.head.device).ok().map(FeedReader::public);
        let file = RelPath::new("checkpoints").join(&hex(&checkpoint.head.device));
        if public.is_some_and(|public| public != [0; 32] && !checkpoint.is_signed(&public)) {
            return Err(damaged(file.as_str(), DamageKind::Checkpoint));
        }
        for head in std::iter::once(&checkpoint.head).chain(&checkpoint.seen) {
            let Ok(reader) = self.log.reader(&head.device) else { continue };
            let seq = head.seq;
            let at_end = |kind| OpenError::Damaged(reader.damage_at(&reader.end(), kind));
            match reader.chain_after(seq)? {
                Some(chain) if chain == head.chain => {}
                Some(_) => return Err(at_end(DamageKind::Fork { seq })),
                None if head.device == self.log.own.device() => return Err(at_end(DamageKind::Rollback { seq })),
                None => {}
            }
        }
        Ok(())
    }
}

/// The feeds of other devices.
pub(crate) fn open_others(
    storage: &Arc<dyn Storage>,
    keys: &Keys,
    own: DeviceId,
    on_damage: &mut OnDamage,
) -> Result<BTreeMap<DeviceId, FeedReader>, FeedError> {
    let mut others = BTreeMap::new();
    for name in storage.list(&RelPath::new("feeds"))? {
        match is_device_folder(&name) {
            Some(device) if device == own => {}
            Some(device) => {
                let storage = Arc::clone(storage);
                match FeedReader::open(storage, keys, device, |first| introduced(keys, device, first)) {
                    Ok(reader) => drop(others.insert(device, reader)),
                    Err(FeedError::Damaged(damage)) => on_damage.take(damage)?,
                    Err(error) => return Err(error),
                }
            }
            None => {
                let file = RelPath::new("feeds").join(&name);
                on_damage.take(Damage { file, offset: 0, kind: DamageKind::Foreign })?;
            }
        }
    }
    Ok(others)
}

/// The first 16 bytes of the hash of the genesis file.
pub(crate) fn id_of(genesis: &[u8]) -> VaultId {
    let hash = Sha256::new().chain_update(b"habeas/1 genesis").chain_update(genesis).finalize();
    *hash.first_chunk().expect("SHA-256 has 32 bytes")
}

/// The founder, whom the genesis names.
pub(crate) fn read_genesis(storage: &dyn Storage, id: &VaultId) -> Result<People, OpenError> {
    let bytes = storage::read_whole(storage, &RelPath::new("genesis"), MAX_PUBLIC)?;
    let keys = |at: usize| bytes.get(at..at + 32)?.try_into().ok();
    match (keys(40), keys(72)) {
        (Some(sign_public), Some(open_public))
            if bytes.len() == 104 && bytes.starts_with(GENESIS_MAGIC) && id_of(&bytes) == *id =>
        {
            Ok(People::founded_by(user_id(&sign_public, &open_public), sign_public, open_public))
        }
        _ => Err(damaged("genesis", DamageKind::Public)),
    }
}

/// Reads `vault.toml`: the format first, since everything else may be different in another one.
pub(crate) fn read_public(storage: &dyn Storage) -> Result<VaultId, OpenError> {
    let changed = || damaged("vault.toml", DamageKind::Public);
    let bytes = match storage::read_whole(storage, &RelPath::new("vault.toml"), MAX_PUBLIC) {
        Err(StorageError::Missing { .. }) => return Err(OpenError::NoVault),
        bytes => bytes?,
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| changed())?;
    let table: toml::Table = text.parse().map_err(|_| changed())?;
    let number = |key: &str| table.get(key).and_then(toml::Value::as_integer).and_then(|n| u64::try_from(n).ok());
    let found = number("format").ok_or_else(changed)?;
    if found > FORMAT {
        return Err(OpenError::NewerFormat { found, known: FORMAT });
    }
    let id = table.get("vault").and_then(toml::Value::as_str).and_then(parse_hex);
    match (found, number("suite"), id) {
        (FORMAT, Some(SUITE), Some(id)) => Ok(id),
        _ => Err(changed()),
    }
}

fn forget_slot(storage: &dyn Storage, name: &str) -> Result<(), OpenError> {
    let unlock = RelPath::new("unlock");
    match storage.remove(&unlock.join(name)) {
        Ok(()) => Ok(storage.sync_dir(&unlock)?),
        Err(StorageError::Missing { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn read_device(storage: &dyn Storage, keys: &Keys) -> Result<DeviceKeys, OpenError> {
    let bytes = storage::read_whole(storage, &RelPath::new("device"), MAX_PUBLIC)?;
    let device = DeviceKeys::from_file(&bytes, keys.vault_key(), &keys.vault());
    device.ok_or_else(|| damaged("device", DamageKind::Public))
}

fn parse_hex(text: &str) -> Option<[u8; 16]> {
    // The same reading as for all identifiers.
    text.parse::<habeas_core::SourceId>().ok().map(|id| id.0)
}

/// Tries every slot, the first that opens wins.
pub(crate) fn unlock(storage: &dyn Storage, vault: &VaultId, way: Way<'_>) -> Result<(Key, Key, RelPath), OpenError> {
    let dir = RelPath::new("unlock");
    let names = storage.list(&dir)?;
    let slots: Vec<&String> = names.iter().filter(|name| name.ends_with(".slot")).take(MAX_SLOTS).collect();
    let mut error = if slots.is_empty() { damaged("unlock", DamageKind::Public) } else { OpenError::WrongPassphrase };
    for name in slots {
        let path = dir.join(name);
        let bytes = storage::read_whole(storage, &path, MAX_PUBLIC)?;
        match Slot::decode(&bytes).and_then(|slot| slot.unwrap_keys(vault, way)) {
            Ok((vault_key, user_seed)) => return Ok((vault_key, user_seed, path)),
            Err(SlotError::Refused) => {}
            Err(SlotError::HostileCost { memory_mib, passes }) => {
                error = OpenError::HostileCost { memory_mib, passes };
            }
            Err(SlotError::Changed | SlotError::Unreadable(_)) => error = damaged(path.as_str(), DamageKind::Public),
        }
    }
    Err(error)
}

/// Where the index lies: one for each set of compartments that a member reads, and one for each schema.
pub(crate) fn index_path(keys: &Keys) -> RelPath {
    let name = Sha256::new().chain_update(b"habeas/1 index name").chain_update(&keys.index()[..]).finalize();
    RelPath::new(&format!("index/{}-3.db", hex(&name[..8])))
}

/// Opens one slot, given as bytes. Returns also the name of its file.
pub(crate) fn unlock_slot(
    bytes: &[u8],
    vault: &VaultId,
    passphrase: &Passphrase,
) -> Result<(String, Key, Key), OpenError> {
    let changed = || damaged("unlock", DamageKind::Public);
    let slot = Slot::decode(bytes).map_err(|_| changed())?;
    match slot.unwrap_keys(vault, passphrase) {
        Ok((vault_key, user_seed)) => Ok((slot.file_name(), vault_key, user_seed)),
        Err(SlotError::Refused) => Err(OpenError::WrongPassphrase),
        Err(SlotError::HostileCost { memory_mib, passes }) => Err(OpenError::HostileCost { memory_mib, passes }),
        Err(SlotError::Changed | SlotError::Unreadable(_)) => Err(changed()),
    }
}

/// Opens the index, or makes an empty one in place of what cannot be used. Tells whether it is a fresh one.
pub(crate) fn open_index(storage: &dyn Storage, log: &Log) -> Result<(Index, bool), OpenError> {
    let path = index_path(&log.keys);
    let local = storage.local_path(&path);
    let key = log.keys.index();
    if storage.list(&path.parent())?.iter().any(|name| path.parent().join(name) == path) {
        if let Some(index) = Index::open(local.as_deref(), &key) {
            return Ok((index, false));
        }
        remove_named(storage, &path)?;
    }
    storage.create_dir(&path.parent())?;
    Ok((Index::create(local.as_deref(), &key)?, true))
}

/// Removes every index, of whatever member: each is made anew from the log.
pub(crate) fn remove_index(storage: &dyn Storage) -> Result<(), StorageError> {
    let folder = RelPath::new("index");
    for name in storage.list(&folder)? {
        storage.remove(&folder.join(&name))?;
    }
    storage.sync_dir(&folder)
}

fn is_full(error: &OpenError) -> bool {
    match error {
        OpenError::Vault(VaultError::Storage(StorageError::Full { .. })) => true,
        OpenError::Vault(VaultError::Index(error)) => error.is_disk_full(),
        _ => false,
    }
}

pub(crate) fn damaged(file: &str, kind: DamageKind) -> OpenError {
    OpenError::Damaged(Damage { file: RelPath::new(file), offset: 0, kind })
}

impl From<VaultError> for OpenError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Storage(StorageError::HeldByAnotherProcess) => Self::HeldByAnotherProcess,
            VaultError::Damaged(damage) => Self::Damaged(damage),
            error => Self::Vault(error),
        }
    }
}

macro_rules! through_vault_error {
    ($($error:ty),+) => {
        $(impl From<$error> for OpenError {
            fn from(error: $error) -> Self {
                VaultError::from(error).into()
            }
        })+
    };
}
through_vault_error!(StorageError, FeedError, IndexError);
