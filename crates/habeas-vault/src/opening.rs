//! Making a vault, finding one, opening one.

use crate::{
    blob,
    catalog::{Catalog, ImportState},
    damage::{Damage, DamageKind},
    feed::{Feed, FeedError, Position},
    format::v1::{
        Clear, EntryKind,
        source::hex,
        statement::{Founded, Words},
    },
    index::{Change, Index, IndexError, RecordPlace},
    keys::{DeviceId, Entropy, KdfCost, Key, Keys, Passphrase, Slot, SlotError, VAULT_ITEM, VaultId},
    log::{Log, Statement},
    storage::{self, Disk, RelPath, Storage, StorageError},
    vault::{Notice, Vault, VaultError, index_path},
};
use habeas_core::{ImportId, RecordId};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};
use zeroize::Zeroizing;

/// The format that is written. A greater one is refused, a smaller one will be read for ever.
pub const FORMAT: u64 = 1;
const SUITE: u64 = 1;
const GENESIS_MAGIC: &[u8; 8] = b"HABGEN1\n";
/// No public file or slot is longer.
const MAX_PUBLIC: u64 = 64 << 10;
/// More slots than a vault of ours has; each costs a try of half a second.
const MAX_SLOTS: usize = 32;

/// What `init` needs to know.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// What one try of a passphrase costs.
    pub kdf: KdfCost,
    /// Name of the vault, for people; it is sealed.
    pub name: String,
    /// The caller's clock, milliseconds of UTC since 1970.
    pub now_ms: i64,
}

/// Why a vault cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is a vault here already.
    #[error("there is a vault in this folder already")]
    AlreadyAVault,
    /// The folder holds other things.
    #[error("the folder is not empty")]
    NotEmpty,
    /// The passphrase is too short.
    #[error("a passphrase needs {least} characters, this one has {characters}")]
    ShortPassphrase {
        /// Its characters.
        characters: usize,
        /// The least number.
        least: usize,
    },
    /// Writing failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Why a vault cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no vault here.
    #[error("there is no vault in this folder")]
    NoVault,
    /// No slot opens with this passphrase.
    #[error("the passphrase does not open this vault")]
    WrongPassphrase,
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
    /// Makes a vault in an empty or missing folder and opens it.
    ///
    /// The file that makes the folder a vault is written last: a crash leaves no vault rather than half of one.
    pub fn init(dir: &Path, passphrase: &Passphrase, options: InitOptions) -> Result<Self, InitError> {
        Self::init_on(Arc::new(Disk::new(dir)), passphrase, options)
    }

    /// Opens the vault in a folder.
    pub fn open(dir: &Path, passphrase: &Passphrase) -> Result<Self, OpenError> {
        if !Disk::has(dir, "vault.toml") {
            return Err(OpenError::NoVault);
        }
        Self::open_on(Arc::new(Disk::new(dir)), passphrase)
    }

    /// The folder of the vault that `start` lies in: itself or the nearest one above it.
    pub fn find(start: &Path) -> Option<PathBuf> {
        start.ancestors().find(|dir| Disk::has(dir, "vault.toml")).map(Path::to_owned)
    }

    pub(crate) fn init_on(
        storage: Arc<dyn Storage>,
        passphrase: &Passphrase,
        options: InitOptions,
    ) -> Result<Self, InitError> {
        let least = Passphrase::LEAST_CHARACTERS;
        if passphrase.characters() < least {
            return Err(InitError::ShortPassphrase { characters: passphrase.characters(), least });
        }
        let failed = |error: StorageError| InitError::Vault(error.into());
        let names = storage.list(&RelPath::root()).map_err(failed)?;
        if names.iter().any(|name| name == "vault.toml") {
            return Err(InitError::AlreadyAVault);
        } else if !names.is_empty() {
            return Err(InitError::NotEmpty);
        }
        Ok(found(storage, passphrase, options)?)
    }

    pub(crate) fn open_on(storage: Arc<dyn Storage>, passphrase: &Passphrase) -> Result<Self, OpenError> {
        let id = read_public(&*storage)?;
        let lock = storage.lock(&RelPath::new("lock"))?;
        let genesis = storage::read_whole(&*storage, &RelPath::new("genesis"), MAX_PUBLIC)?;
        if id_of(&genesis) != id {
            return Err(damaged("genesis", DamageKind::Public));
        }
        let (vault_key, _user_seed) = unlock(&*storage, &id, passphrase)?;
        Self::open_unlocked(storage, lock, Keys::new(vault_key, id))
    }

    /// Opens with the vault's keys at hand.
    pub(crate) fn open_unlocked(
        storage: Arc<dyn Storage>,
        lock: Box<dyn Send + Sync>,
        keys: Keys,
    ) -> Result<Self, OpenError> {
        let id = keys.vault();
        let device = read_device(&*storage)?;
        let (feed, torn) = Feed::open(Arc::clone(&storage), &keys, device)?;
        let log = Log { feed, keys, entropy: Entropy::default() };
        let (index, fresh) = match open_index(&*storage, &log) {
            Err(error) if is_full(&error) => (Index::create(None, &log.keys.index())?, false),
            opened => opened?,
        };
        let mut notices: Vec<Notice> = torn.into_iter().map(Notice::TornTail).collect();
        if fresh && storage.local_path(&RelPath::root()).is_some() {
            notices.push(Notice::IndexRebuilt);
        }
        let mut vault = Self { storage, log, catalog: Catalog::default(), index, notices, id, _lock: lock };
        match vault.replay() {
            Err(error) if is_full(&error) => vault.replay_in_memory()?,
            replayed => replayed?,
        }
        match vault.settle() {
            // What an interrupted import left is invisible either way; reading goes on.
            Err(error) if is_full(&error) => vault.notices.push(Notice::DiskFull),
            settled => settled?,
        }
        Ok(vault)
    }

    /// Reading must go on when the disk is full: the index is made in memory, for this opening only.
    fn replay_in_memory(&mut self) -> Result<(), OpenError> {
        self.index = Index::create(None, &self.log.keys.index())?;
        self.catalog = Catalog::default();
        self.notices.push(Notice::DiskFull);
        self.replay()
    }

    /// Folds the log into the catalogue: statements that the index knows of by their positions, what follows by reading
    /// all of it. The index is brought up to the end on the way.
    fn replay(&mut self) -> Result<(), OpenError> {
        let mark = self.index.mark()?;
        if let Some(mark) = &mark
            && !self.log.feed.still_holds(mark)?
        {
            let kind = DamageKind::RolledBack { seq: mark.cursor.seq };
            return Err(OpenError::Damaged(self.log.feed.damage_at(&self.log.feed.end(), kind)));
        }
        let Self { log, catalog, index, .. } = self;
        let mut opener = log.opener();
        if mark.is_some() {
            for position in index.statements()? {
                let plaintext = log.feed.read(&position)?;
                log.each_entry(&position, &plaintext, |recorded_ms, _, entry| {
                    if matches!(entry.kind, EntryKind::Record | EntryKind::Quarantined) {
                        return Ok(());
                    }
                    let body = log.body_bytes(&mut opener, &position, entry)?;
                    let taken = catalog.apply(&position, recorded_ms, entry, &body);
                    taken.map_err(|source| log.content_error(&position, source))
                })?;
            }
        }
        let from = match mark {
            Some(mark) => mark,
            None => log.feed.segment_start(1)?,
        };
        let mut tail = Tail::default();
        log.feed.scan(&from, |position, plaintext| {
            log.each_entry(position, &plaintext, |recorded_ms, i, entry| {
                if !tail.note(position, i, entry.kind, entry.clear) {
                    return Ok(());
                }
                let body = log.body_bytes(&mut opener, position, entry)?;
                let taken = catalog.apply(position, recorded_ms, entry, &body);
                taken.map_err(|source| log.content_error(position, source))
            })?;
            Ok::<_, FeedError>(ControlFlow::Continue(()))
        })?;
        drop(opener);
        if mark != Some(log.feed.end()) {
            index.follow(&tail.changes(), &log.feed.end())?;
        }
        Ok(())
    }

    /// Ends imports that a crash interrupted, and settles blobs that were on their way.
    fn settle(&mut self) -> Result<(), OpenError> {
        let open = self.catalog.imports.iter().filter(|import| import.state == ImportState::Open);
        let open: Vec<(ImportId, i64)> = open.map(|import| (import.id, import.begun_ms)).collect();
        for (id, begun_ms) in open {
            self.abandon(id, begun_ms, &[])?;
            self.notices.push(Notice::ImportAbandoned(id));
        }
        let referenced: HashSet<[u8; 16]> = self.catalog.blobs().map(|(_, blob)| blob.id).collect();
        Ok(blob::settle(&*self.storage, &referenced)?)
    }

    /// Records that an import will never be finished. `unfollowed` are statements that the index has not seen yet.
    pub(crate) fn abandon(&mut self, id: ImportId, now_ms: i64, unfollowed: &[Position]) -> Result<(), VaultError> {
        let clear = Clear { import: Some(id.0), ..Clear::default() };
        let entry = self.log.fresh_id()?;
        let body = Words { text: String::new() };
        let statement = Statement::new(entry, EntryKind::ImportAbandoned, VAULT_ITEM, clear, &body);
        self.record_after(now_ms, vec![statement], unfollowed)
    }
}

/// What the index has to learn from the part of the log that it has not followed.
#[derive(Default)]
struct Tail {
    statements: Vec<Position>,
    imports: HashMap<ImportId, (Vec<Position>, Vec<RecordPlace>)>,
    finished: Vec<ImportId>,
    undone: Vec<ImportId>,
}

impl Tail {
    /// Notes an entry; tells whether it is a statement for the catalogue.
    fn note(&mut self, position: &Position, entry: usize, kind: EntryKind, clear: Clear) -> bool {
        let import = clear.import.map(ImportId);
        match (kind, import, clear.record) {
            (EntryKind::Quarantined, ..) => return false,
            (EntryKind::Record, Some(import), Some(record)) => {
                let (frames, records) = self.imports.entry(import).or_default();
                if frames.last() != Some(position) {
                    frames.push(*position);
                }
                let frame = frames.len() as u32 - 1;
                records.push(RecordPlace { id: RecordId(record), frame, entry: entry as u32 });
                return false;
            }
            (EntryKind::ImportFinished, Some(import), _) => self.finished.push(import),
            (EntryKind::ImportUndone, Some(import), _) => self.undone.push(import),
            (EntryKind::ImportAbandoned, Some(import), _) => {
                self.imports.remove(&import);
            }
            _ => {}
        }
        if self.statements.last() != Some(position) {
            self.statements.push(*position);
        }
        true
    }

    fn changes(&mut self) -> Vec<Change<'_>> {
        let Self { statements, imports, finished, undone } = self;
        imports.values_mut().for_each(|(_, records)| records.sort());
        let mut changes: Vec<Change<'_>> = statements.iter().copied().map(Change::Statement).collect();
        for import in finished.iter().filter(|import| !undone.contains(import)) {
            let (frames, records) = imports.get(import).map_or((&[][..], &[][..]), |(f, r)| (&f[..], &r[..]));
            changes.push(Change::Imported { import: *import, frames, records });
        }
        changes.extend(undone.iter().copied().map(Change::Undone));
        changes
    }
}

fn found(storage: Arc<dyn Storage>, passphrase: &Passphrase, options: InitOptions) -> Result<Vault, VaultError> {
    let root = RelPath::root();
    storage.create_dir(&root)?;
    let lock = storage.lock(&RelPath::new("lock"))?;
    let mut entropy = Entropy::default();
    let genesis = [&GENESIS_MAGIC[..], &entropy.bytes::<32>()?].concat();
    let id = id_of(&genesis);
    let (vault_key, user_seed): (Key, Key) = (Zeroizing::new(entropy.bytes()?), Zeroizing::new(entropy.bytes()?));
    let device: DeviceId = entropy.bytes()?;
    let slot = Slot::wrap(&vault_key, &user_seed, &id, passphrase, options.kdf, &mut entropy)?;
    let unlock = RelPath::new("unlock");
    storage.create_dir(&unlock)?;
    storage.create_dir(&RelPath::new("index"))?;
    storage::write_whole(&*storage, &RelPath::new("genesis"), &genesis)?;
    storage::write_whole(&*storage, &RelPath::new("device"), format!("{}\n", hex(&device)).as_bytes())?;
    storage::write_whole(&*storage, &unlock.join(&slot.file_name()), &slot.encode())?;
    let keys = Keys::new(vault_key, id);
    let feed = Feed::create(Arc::clone(&storage), &keys, device)?;
    let log = Log { feed, keys, entropy };
    let index = Index::create(storage.local_path(&index_path()).as_deref(), &log.keys.index())?;
    let catalog = Catalog::default();
    let mut vault = Vault { storage, log, catalog, index, notices: Vec::new(), id, _lock: lock };
    let entry = vault.log.fresh_id()?;
    let name = Founded { name: options.name };
    vault
        .record(options.now_ms, vec![Statement::new(entry, EntryKind::Founded, VAULT_ITEM, Clear::default(), &name)])?;
    let public = format!(
        "# A vault of habeas. Nothing in this file is secret.\nformat = {FORMAT}\nsuite = {SUITE}\nvault = \"{}\"\n",
        hex(&id)
    );
    storage::write_whole(&*vault.storage, &RelPath::new("vault.toml"), public.as_bytes())?;
    Ok(vault)
}

/// The first 16 bytes of the hash of the genesis file, which holds random bytes and later the founder's public keys.
fn id_of(genesis: &[u8]) -> VaultId {
    let hash = Sha256::new().chain_update(b"habeas/1 genesis").chain_update(genesis).finalize();
    *hash.first_chunk().expect("SHA-256 has 32 bytes")
}

/// Reads `vault.toml`: the format first, since everything else may be different in another one.
fn read_public(storage: &dyn Storage) -> Result<VaultId, OpenError> {
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

fn read_device(storage: &dyn Storage) -> Result<DeviceId, OpenError> {
    let bytes = storage::read_whole(storage, &RelPath::new("device"), MAX_PUBLIC)?;
    let text = std::str::from_utf8(&bytes).ok().and_then(|text| parse_hex(text.trim_end()));
    text.ok_or_else(|| damaged("device", DamageKind::Public))
}

fn parse_hex(text: &str) -> Option<[u8; 16]> {
    // The same reading as for all identifiers.
    text.parse::<RecordId>().ok().map(|id| id.0)
}

/// Tries every slot, the first that opens wins.
fn unlock(storage: &dyn Storage, vault: &VaultId, passphrase: &Passphrase) -> Result<(Key, Key), OpenError> {
    let dir = RelPath::new("unlock");
    let names = storage.list(&dir)?;
    let slots: Vec<&String> = names.iter().filter(|name| name.ends_with(".slot")).take(MAX_SLOTS).collect();
    let mut error = if slots.is_empty() { damaged("unlock", DamageKind::Public) } else { OpenError::WrongPassphrase };
    for name in slots {
        let path = dir.join(name);
        let bytes = storage::read_whole(storage, &path, MAX_PUBLIC)?;
        match Slot::decode(&bytes).and_then(|slot| slot.unwrap_keys(vault, passphrase)) {
            Ok(keys) => return Ok(keys),
            Err(SlotError::Refused) => {}
            Err(SlotError::HostileCost { memory_mib, passes }) => {
                error = OpenError::HostileCost { memory_mib, passes };
            }
            Err(SlotError::Changed | SlotError::Unreadable(_)) => error = damaged(path.as_str(), DamageKind::Public),
        }
    }
    Err(error)
}

/// Opens the index, or makes an empty one in place of what cannot be used. Tells whether it is a fresh one.
fn open_index(storage: &dyn Storage, log: &Log) -> Result<(Index, bool), OpenError> {
    let path = index_path();
    let local = storage.local_path(&path);
    let key = log.keys.index();
    if storage.list(&path.parent())?.iter().any(|name| path.parent().join(name) == path) {
        if let Some(index) = Index::open(local.as_deref(), &key) {
            return Ok((index, false));
        }
        for name in storage.list(&path.parent())? {
            storage.remove(&path.parent().join(&name))?;
        }
    }
    storage.create_dir(&path.parent())?;
    Ok((Index::create(local.as_deref(), &key)?, true))
}

fn is_full(error: &OpenError) -> bool {
    match error {
        OpenError::Vault(VaultError::Storage(StorageError::Full { .. })) => true,
        OpenError::Vault(VaultError::Index(error)) => error.is_disk_full(),
        _ => false,
    }
}

fn damaged(file: &str, kind: DamageKind) -> OpenError {
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
