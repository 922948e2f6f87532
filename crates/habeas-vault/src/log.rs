//! Entries in frames, over the feeds of all devices: statements are sealed, gathered into a commit, signed by their user
//! and appended to this device's feed; commits of any feed are read back into entries. What the statements say is the
//! business of `catalog` and `records`.

use crate::{
    damage::{Damage, DamageKind},
    feed::{Feed, FeedError, FeedReader, Position, segment::FrameKind, tree::Hash},
    format::{
        DecodeError,
        v1::{
            Body, Clear, Commit, CommitHead, Entry, EntryKind, Head, SCHEMA, decode_commit, encode_commit,
            encode_entry, finish_commit, leaves_of, member::DeviceIntroduced, open_body, signed_commit,
        },
    },
    keys::{DeviceId, Entropy, ItemId, KeySet, Keys, LeafPath, Sealer, UserKeys, VAULT_ITEM, device_id},
};
use std::{collections::BTreeMap, ops::ControlFlow};

/// One statement, not yet sealed.
pub struct Statement {
    /// Id of the entry.
    pub id: [u8; 16],
    /// What it is about.
    pub kind: EntryKind,
    /// The item under whose key the body is sealed.
    pub item: ItemId,
    /// The part that stays outside the body.
    pub clear: Clear,
    /// The padded body.
    pub body: Vec<u8>,
}

/// The feeds of all devices, with the keys to them and the user who writes.
pub struct Log {
    /// The feed of this device.
    pub own: Feed,
    /// The feeds of the other devices, as far as they were received.
    pub others: BTreeMap<DeviceId, FeedReader>,
    /// The keys.
    pub keys: Keys,
    /// Who writes.
    pub user: UserKeys,
    /// Random bytes.
    pub entropy: Entropy,
    /// The greatest Lamport time seen so far.
    pub lamport: u64,
    /// Heads of other feeds that the next commit has to tell.
    pub news: Vec<Head>,
}

/// Opens bodies; remembers the last item's cipher or place in its key tree, since thousands of records in a row share it.
pub struct BodyOpener<'k> {
    keys: &'k Keys,
    whole: Option<(ItemId, Sealer)>,
    leaves: Option<(ItemId, &'k KeySet, LeafPath)>,
}

impl Statement {
    /// A statement about an item.
    pub fn new(id: [u8; 16], kind: EntryKind, item: ItemId, clear: Clear, body: &impl Body) -> Self {
        Self { id, kind, item, clear, body: body.to_padded() }
    }

    /// The entry, with an empty place for the sealed body.
    pub fn entry(&self) -> Entry<'static> {
        Entry { id: self.id, kind: self.kind, schema: SCHEMA, item: self.item, clear: self.clear, sealed_body: &[] }
    }
}

impl Log {
    /// A fresh id.
    pub fn fresh_id(&mut self) -> Result<[u8; 16], FeedError> {
        Ok(self.entropy.bytes()?)
    }

    /// The feed of a device.
    ///
    /// # Errors
    /// [`DamageKind::Gap`] when nothing of that device was received.
    pub fn reader(&self, device: &DeviceId) -> Result<&FeedReader, FeedError> {
        if *device == self.own.device() {
            return Ok(&self.own);
        }
        let file = crate::storage::RelPath::new("feeds").join(&crate::format::v1::source::hex(device));
        self.others.get(device).ok_or_else(|| Damage { file, offset: 0, kind: DamageKind::Gap }.into())
    }

    /// All feeds, this device's first.
    pub fn readers(&self) -> impl Iterator<Item = &FeedReader> {
        std::iter::once(&*self.own).chain(self.others.values())
    }

    /// Passes over the frames of a feed after a number.
    pub fn read_until(&mut self, device: &DeviceId, seq: u64) {
        match self.others.get_mut(device) {
            Some(reader) => reader.read_until(seq),
            None => self.own.read_until(seq),
        }
    }

    /// Opens the commit at a position.
    pub fn read(&self, position: &Position) -> Result<Vec<u8>, FeedError> {
        self.reader(&position.device)?.read(position)
    }

    /// Opens the commits of one feed from a position on, until `visit` breaks.
    pub fn each_commit<E: From<FeedError>>(
        &self,
        from: &Position,
        mut visit: impl FnMut(&Position, Vec<u8>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let reader = self.reader(&from.device).map_err(E::from)?;
        reader.scan(from, |position, kind, plaintext| match kind {
            FrameKind::Commit => visit(position, plaintext),
            FrameKind::Note | FrameKind::Close => Ok(ControlFlow::Continue(())),
        })
    }

    /// Seals and encodes one statement under a cipher.
    pub fn seal(&mut self, sealer: &Sealer, statement: Statement) -> Result<Vec<u8>, FeedError> {
        let nonce = self.entropy.bytes()?;
        let entry = statement.entry();
        Ok(encode_entry(&self.keys.vault(), sealer, &nonce, &entry, statement.body))
    }

    /// Appends one commit with sealed entries, without making it durable. Returns where it stands and what it says of
    /// itself.
    pub fn append_sealed(
        &mut self,
        recorded_ms: i64,
        idempotency: Option<[u8; 16]>,
        entries: &[Vec<u8>],
    ) -> Result<(Position, CommitHead), FeedError> {
        let idempotency = match idempotency {
            Some(key) => key,
            None => self.entropy.bytes()?,
        };
        let head = CommitHead {
            lamport: self.lamport + 1,
            recorded_ms,
            user: self.user.id(),
            idempotency,
            salt: self.entropy.bytes()?,
            heads: self.news.clone(),
        };
        let leaves = leaves_of(&head.salt, entries);
        let map = encode_commit(&head, entries);
        let (vault, device, user) = (self.keys.vault(), self.own.device(), &self.user);
        let position = self.own.append(FrameKind::Commit, &leaves, |cursor| {
            let signed = signed_commit(&vault, &device, cursor.seq, &cursor.chain, &map);
            finish_commit(map, &user.sign(&[&signed]))
        })?;
        self.lamport = head.lamport;
        self.news.clear();
        Ok((position, head))
    }

    /// Seals statements and appends them as one commit, without making it durable.
    ///
    /// # Errors
    /// [`FeedError::NoKey`] when the key of an item's compartment is not held.
    pub fn append(
        &mut self,
        recorded_ms: i64,
        idempotency: Option<[u8; 16]>,
        statements: Vec<Statement>,
    ) -> Result<(Position, CommitHead), FeedError> {
        let mut entries = Vec::with_capacity(statements.len());
        for statement in statements {
            let key = match statement.clear.leaf {
                Some(leaf) => self.keys.set(&statement.item).and_then(|keys| keys.leaf(leaf)),
                None => self.keys.item(statement.item),
            };
            let sealer = Sealer::new(&key.ok_or(FeedError::NoKey)?);
            entries.push(self.seal(&sealer, statement)?);
        }
        self.append_sealed(recorded_ms, idempotency, &entries)
    }

    /// Opens bodies with the vault's keys.
    pub fn opener(&self) -> BodyOpener<'_> {
        BodyOpener { keys: &self.keys, whole: None, leaves: None }
    }

    /// Decodes the commit in a frame's plaintext.
    pub fn commit<'b>(&self, position: &Position, plaintext: &'b [u8]) -> Result<Commit<'b>, FeedError> {
        decode_commit(plaintext).map_err(|source| self.content_error(position, source))
    }

    /// Reads the commit in a frame's plaintext: `visit` gets what it says of itself and each entry with its place.
    pub fn each_entry<E: From<FeedError>>(
        &self,
        position: &Position,
        plaintext: &[u8],
        mut visit: impl FnMut(&CommitHead, usize, &Entry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let commit = self.commit(position, plaintext).map_err(E::from)?;
        commit.entries.iter().enumerate().try_for_each(|(i, entry)| visit(&commit.head, i, entry))
    }

    /// Opens and reads the body of an entry; `None` when its key is not held.
    pub fn body<B: Body>(
        &self,
        opener: &mut BodyOpener<'_>,
        position: &Position,
        entry: &Entry<'_>,
    ) -> Result<Option<B>, FeedError> {
        let bytes = self.body_bytes(opener, position, entry)?;
        let body = bytes.map(|bytes| B::from_padded(&bytes)).transpose();
        body.map_err(|source| self.content_error(position, source))
    }

    /// Opens the body of an entry; `None` when its key is not held.
    ///
    /// # Errors
    /// [`DamageKind::Body`] when the key is held and does not open it.
    pub fn body_bytes(
        &self,
        opener: &mut BodyOpener<'_>,
        position: &Position,
        entry: &Entry<'_>,
    ) -> Result<Option<Vec<u8>>, FeedError> {
        let seq = position.cursor.seq;
        match opener.open(entry) {
            Opened::Body(body) => Ok(Some(body)),
            Opened::NoKey => Ok(None),
            Opened::Changed => Err(self.damage_at(position, DamageKind::Body { seq }).into()),
        }
    }

    /// The place in the files that a position means, for messages.
    pub fn damage_at(&self, position: &Position, kind: DamageKind) -> Damage {
        match self.reader(&position.device) {
            Ok(reader) => reader.damage_at(position, kind),
            Err(_) => self.own.damage_at(position, kind),
        }
    }

    /// The error for content that is not of this format.
    pub fn content_error(&self, position: &Position, source: DecodeError) -> FeedError {
        let seq = position.cursor.seq;
        self.damage_at(position, DamageKind::Content { seq, source }).into()
    }
}

/// The leaves of the entries in a commit's plaintext.
pub fn commit_leaves(plaintext: &[u8]) -> Option<Vec<Hash>> {
    Some(decode_commit(plaintext).ok()?.leaves())
}

/// The public key in the commit by which a device introduces itself, if it is that device's.
pub fn introduced(keys: &Keys, device: DeviceId, plaintext: &[u8]) -> Option<[u8; 32]> {
    let commit = decode_commit(plaintext).ok()?;
    let entry = commit.entries.first().filter(|entry| entry.kind == EntryKind::Device && entry.item == VAULT_ITEM)?;
    let body = open_body(&keys.vault(), &Sealer::new(&keys.item(VAULT_ITEM)?), entry)?;
    let introduced = DeviceIntroduced::from_padded(&body).ok()?;
    (device_id(&introduced.public) == device).then_some(introduced.public)
}

enum Opened {
    Body(Vec<u8>),
    NoKey,
    Changed,
}

impl BodyOpener<'_> {
    fn open(&mut self, entry: &Entry<'_>) -> Opened {
        let vault = self.keys.vault();
        let one;
        let sealer = match entry.clear.leaf {
            Some(leaf) => {
                if self.leaves.as_ref().is_none_or(|(item, ..)| *item != entry.item) {
                    let Some(set) = self.keys.set(&entry.item) else { return Opened::NoKey };
                    self.leaves = Some((entry.item, set, LeafPath::default()));
                }
                let key = self.leaves.as_mut().and_then(|(_, set, path)| path.key(set, leaf));
                let Some(key) = key else { return Opened::NoKey };
                one = Sealer::new(&key);
                &one
            }
            None => {
                if self.whole.as_ref().is_none_or(|(item, _)| *item != entry.item) {
                    let Some(key) = self.keys.item(entry.item) else { return Opened::NoKey };
                    self.whole = Some((entry.item, Sealer::new(&key)));
                }
                &self.whole.as_ref().expect("it was just set").1
            }
        };
        open_body(&vault, sealer, entry).map_or(Opened::Changed, Opened::Body)
    }
}
