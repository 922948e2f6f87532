//! Entries in frames: statements are sealed, gathered into a commit and appended to the feed; commits are read back into
//! entries. What the statements say is the business of `catalog` and `records`.

use crate::{
    damage::DamageKind,
    feed::{Feed, FeedError, Position},
    format::v1::{
        Body, Clear, CommitHead, Entry, EntryKind, SCHEMA, decode_commit, encode_commit, encode_entry, open_body,
    },
    keys::{Entropy, ItemId, Keys, Sealer},
};

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

/// The feed of this device with the keys to it.
pub struct Log {
    /// The feed.
    pub feed: Feed,
    /// The keys.
    pub keys: Keys,
    /// Random bytes.
    pub entropy: Entropy,
}

/// Opens bodies; remembers the last item's cipher, since thousands of records in a row share it.
pub struct BodyOpener<'k> {
    keys: &'k Keys,
    last: Option<(ItemId, Sealer)>,
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

    /// Seals and encodes one statement under its item's cipher.
    pub fn seal(&mut self, sealer: &Sealer, statement: Statement) -> Result<Vec<u8>, FeedError> {
        let nonce = self.entropy.bytes()?;
        let entry = statement.entry();
        Ok(encode_entry(&self.keys.vault(), sealer, &nonce, &entry, statement.body))
    }

    /// Appends one frame with sealed entries, without making it durable.
    pub fn append_sealed(&mut self, recorded_ms: i64, entries: &[Vec<u8>]) -> Result<Position, FeedError> {
        let head = CommitHead {
            lamport: self.feed.end().cursor.seq,
            recorded_ms,
            user: [0; 16],
            idempotency: self.entropy.bytes()?,
            salt: self.entropy.bytes()?,
        };
        self.feed.append(encode_commit(&head, entries))
    }

    /// Seals statements and appends them as one frame, without making it durable.
    pub fn append(&mut self, recorded_ms: i64, statements: Vec<Statement>) -> Result<Position, FeedError> {
        let mut entries = Vec::with_capacity(statements.len());
        for statement in statements {
            let sealer = Sealer::new(&self.keys.item(statement.item));
            entries.push(self.seal(&sealer, statement)?);
        }
        self.append_sealed(recorded_ms, &entries)
    }

    /// Opens bodies with the vault's keys.
    pub fn opener(&self) -> BodyOpener<'_> {
        BodyOpener { keys: &self.keys, last: None }
    }

    /// Reads the commit in a frame's plaintext: `visit` gets its time and each entry with its place in the frame.
    pub fn each_entry<E: From<FeedError>>(
        &self,
        position: &Position,
        plaintext: &[u8],
        mut visit: impl FnMut(i64, usize, &Entry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let content = |source| self.content_error(position, source);
        let commit = decode_commit(plaintext).map_err(content)?;
        commit.entries.iter().enumerate().try_for_each(|(i, entry)| visit(commit.recorded_ms, i, entry))
    }

    /// Opens and reads the body of an entry.
    pub fn body<B: Body>(
        &self,
        opener: &mut BodyOpener<'_>,
        position: &Position,
        entry: &Entry<'_>,
    ) -> Result<B, FeedError> {
        let bytes = self.body_bytes(opener, position, entry)?;
        B::from_padded(&bytes).map_err(|source| self.content_error(position, source))
    }

    /// Opens the body of an entry.
    pub fn body_bytes(
        &self,
        opener: &mut BodyOpener<'_>,
        position: &Position,
        entry: &Entry<'_>,
    ) -> Result<Vec<u8>, FeedError> {
        let seq = position.cursor.seq;
        let opened = opener.open(entry);
        opened.ok_or_else(|| self.feed.damage_at(position, DamageKind::Body { seq }).into())
    }

    /// The error for content that is not of this format.
    pub fn content_error(&self, position: &Position, source: crate::format::DecodeError) -> FeedError {
        let seq = position.cursor.seq;
        self.feed.damage_at(position, DamageKind::Content { seq, source }).into()
    }
}

impl BodyOpener<'_> {
    fn open(&mut self, entry: &Entry<'_>) -> Option<Vec<u8>> {
        if self.last.as_ref().is_none_or(|(item, _)| *item != entry.item) {
            self.last = Some((entry.item, Sealer::new(&self.keys.item(entry.item))));
        }
        let (_, sealer) = self.last.as_ref()?;
        open_body(&self.keys.vault(), sealer, entry)
    }
}
