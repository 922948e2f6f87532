//! Making a vault, and beginning on a device that has not written to it yet.

use crate::{
    catalog::{Catalog, ErasedSet, People},
    damage::OnDamage,
    feed::Feed,
    format::v1::{
        Body, Clear, EntryKind,
        member::{DeviceIntroduced, EpochBegun, MemberStated},
        source::hex,
        statement::Founded,
    },
    index::Index,
    key_area::{KeyArea, grants},
    keys::{
        DeviceKeys, Entropy, GrantHeader, KdfCost, Key, Keys, Passphrase, Slot, UserKeys, VAULT_ITEM, VaultId,
        commitment, grant,
    },
    log::{Log, Statement},
    opening::{FORMAT, GENESIS_MAGIC, SUITE, id_of, index_path, open_others},
    storage::{self, Disk, RelPath, Storage, StorageError},
    vault::{Vault, VaultError},
};
use habeas_core::{Compartment, Role};
use std::{collections::BTreeMap, path::Path, sync::Arc};
use zeroize::Zeroizing;

/// What `init` needs to know.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// What one try of a passphrase costs.
    pub kdf: KdfCost,
    /// Name of the vault, for people; it is sealed.
    pub name: String,
    /// Name of the founder, who becomes its first keeper.
    pub founder: String,
    /// Name of this device.
    pub device: String,
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

impl Vault {
    /// Makes a vault in an empty or missing folder and opens it.
    ///
    /// The file that makes the folder a vault is written last: a crash leaves no vault rather than half of one.
    pub fn init(dir: &Path, passphrase: &Passphrase, options: InitOptions) -> Result<Self, InitError> {
        Self::init_on(Arc::new(Disk::new(dir)), passphrase, options)
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
}

/// The founder's part of a new vault: the files that unlock it, the first commit, and `vault.toml` at last.
fn found(storage: Arc<dyn Storage>, passphrase: &Passphrase, options: InitOptions) -> Result<Vault, VaultError> {
    storage.create_dir(&RelPath::root())?;
    let lock = storage.lock(&RelPath::new("lock"))?;
    let mut entropy = Entropy::default();
    let (vault_key, user_seed): (Key, Key) = (Zeroizing::new(entropy.bytes()?), Zeroizing::new(entropy.bytes()?));
    let user = UserKeys::of(&user_seed);
    let genesis = [&GENESIS_MAGIC[..], &entropy.bytes::<32>()?, &user.sign_public(), &user.open_public()].concat();
    let id = id_of(&genesis);
    let slot = Slot::wrap(&vault_key, &user_seed, &id, passphrase, options.kdf, &mut entropy)?;
    let unlock = RelPath::new("unlock");
    storage.create_dir(&unlock)?;
    storage.create_dir(&RelPath::new("index"))?;
    storage::write_whole(&*storage, &RelPath::new("genesis"), &genesis)?;
    storage::write_whole(&*storage, &unlock.join(&slot.file_name()), &slot.encode())?;
    let mut keys = Keys::new(vault_key, id);
    let mut epochs = Vec::new();
    storage.create_dir(&grants())?;
    for compartment in Compartment::ALL.iter().copied() {
        let key: Key = Zeroizing::new(entropy.bytes()?);
        epochs.push(EpochBegun { compartment, epoch: 0, commitment: commitment(compartment, 0, &key) });
        let header = GrantHeader { compartment, epoch: 0, member: user.id() };
        let bytes = grant(&header, &key, &id, &user.open_public(), &mut entropy)?;
        storage::write_whole(&*storage, &grants().join(&header.file_name()), &bytes)?;
        keys.insert_compartment(compartment, 0, key);
    }
    let founder = People::founded_by(user.id(), user.sign_public(), user.open_public());
    let member = MemberStated {
        user: user.id(),
        name: options.founder,
        role: Some(Role::Keeper),
        sign_public: user.sign_public(),
        open_public: user.open_public(),
    };
    let mut vault = begin_device(storage, lock, keys, user, founder)?;
    let device = DeviceIntroduced { public: vault.log.own.public(), name: options.device };
    let mut statements = vec![own_statement(&mut vault, EntryKind::Device, &device)?];
    statements.push(own_statement(&mut vault, EntryKind::Member, &member)?);
    for epoch in &epochs {
        statements.push(own_statement(&mut vault, EntryKind::Epoch, epoch)?);
    }
    statements.push(own_statement(&mut vault, EntryKind::Founded, &Founded { name: options.name })?);
    vault.record(options.now_ms, statements)?;
    vault.role = Role::Keeper;
    vault.opened_by = Some(unlock.join(&slot.file_name()));
    storage::write_whole(&*vault.storage, &RelPath::new("vault.toml"), public_text(&id).as_bytes())?;
    Ok(vault)
}

/// A vault on a device that has not written to it yet: its keys are made, its feed is empty.
pub(crate) fn begin_device(
    storage: Arc<dyn Storage>,
    lock: Box<dyn Send + Sync>,
    mut keys: Keys,
    user: UserKeys,
    founder: People,
) -> Result<Vault, VaultError> {
    let (mut entropy, mut refuse) = (Entropy::default(), OnDamage::Refuse);
    let id = keys.vault();
    let device_keys = DeviceKeys::fresh(&mut entropy)?;
    let device = device_keys.id();
    let file = device_keys.to_file(keys.vault_key(), &id, &mut entropy)?;
    storage::write_whole(&*storage, &RelPath::new("device"), &file)?;
    let key_area = KeyArea::read(Arc::clone(&storage), &mut keys, &user, device, &mut refuse)?;
    let own = Feed::create(Arc::clone(&storage), &keys, device_keys)?;
    let others = open_others(&storage, &keys, device, &mut refuse)?;
    let log = Log { own, others, keys, user, entropy, lamport: 0, news: Vec::new() };
    storage.create_dir(&index_path(&log.keys).parent())?;
    let index = Index::create(storage.local_path(&index_path(&log.keys)).as_deref(), &log.keys.index())?;
    Ok(Vault {
        storage,
        log,
        key_area,
        catalog: Catalog::founded_by(founder),
        index,
        n_mentions: BTreeMap::new(),
        notices: Vec::new(),
        id,
        role: Role::Auditor,
        checkpoints: Vec::new(),
        to_note: Vec::new(),
        opened_by: None,
        on_damage: OnDamage::Refuse,
        erased_by_now: ErasedSet::default(),
        _passing: None,
        _lock: Some(lock),
    })
}

/// One of the vault's own statements, which every member reads.
pub(crate) fn own_statement(vault: &mut Vault, kind: EntryKind, body: &impl Body) -> Result<Statement, VaultError> {
    let id = vault.log.fresh_id()?;
    Ok(Statement::new(id, kind, VAULT_ITEM, Clear::default(), body))
}

/// The text of `vault.toml`.
pub(crate) fn public_text(id: &VaultId) -> String {
    format!(
        "# A vault of habeas. Nothing in this file is secret.\nformat = {FORMAT}\nsuite = {SUITE}\nvault = \"{}\"\n",
        hex(id)
    )
}
