//! The append-only feed of one device: closed segments, which never change, and on the device itself one open segment.
//!
//! [`FeedReader`] reads the feed of any device; [`Feed`] is this device's own, open for writing. Of the content this
//! module knows only where entries are, for the tree over them: what they mean belongs to `format`.

pub mod close;
pub mod segment;
pub mod tree;

mod recovery;
mod salvage;
mod writer;

pub use recovery::{Access, Torn};
pub use writer::Feed;

use crate::{
    damage::{Damage, DamageKind},
    format::v1::{Head, source::hex},
    keys::{DeviceId, Keys, NoEntropy, VaultId, verify_signature},
    storage::{self, Open, RelPath, Storage, StorageError, StorageFile},
};
use segment::{Cursor, FrameCodec, FrameKind, HEADER_LEN, Header, MAX_FRAME, OPEN_FRAMES_AT};
use std::{ops::ControlFlow, sync::Arc};
use tree::Tree;

/// A segment closes when it has this many bytes of frames. Larger segments copy less often, smaller ones travel sooner.
const SEGMENT_LEN: u64 = 4 << 20;
/// No segment file is longer: a full one, one more frame of greatest length, and the pages before.
const MAX_SEGMENT: u64 = SEGMENT_LEN + 2 * MAX_FRAME as u64;

/// Why the feed cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The storage refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Bytes are not as they were written.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// An earlier write failed. What the disk holds is known only after opening anew.
    #[error("an earlier write failed: open the vault anew before writing again")]
    Poisoned,
    /// The vault was opened for reading only.
    #[error("the vault is open for reading only")]
    ReadOnly,
    /// The key of the compartment that this belongs to is not held here.
    #[error("the key of the compartment that this belongs to is not held here")]
    NoKey,
    /// A single entry is longer than a frame may be.
    #[error("an entry has {length} bytes, more than a frame can hold")]
    TooLong {
        /// Its bytes.
        length: usize,
    },
    /// No random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

/// Where a frame stands, and what is needed to open it without reading what is before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Whose feed.
    pub device: DeviceId,
    /// Number of the segment.
    pub segment: u64,
    /// Bytes of frames before it in the segment: the same in the open and in the closed form.
    pub offset: u64,
    /// Number of the frame and chain before it.
    pub cursor: Cursor,
}

/// Reads the feed of one device.
pub struct FeedReader {
    files: Files,
    codec: FrameCodec,
    /// The device's Ed25519 public key.
    public: [u8; 32],
    n_closed: u64,
    /// On the device itself.
    open: Option<OpenSegment>,
    /// Where the next frame will stand.
    end: Position,
    /// Chain at the end of the last closed segment; zeros before there is one.
    boundary: segment::Chain,
    /// Frames after this number are passed over: the vault is read as it was known then.
    until: Option<u64>,
}

/// The open segment of this device.
struct OpenSegment {
    file: Box<dyn StorageFile>,
    header: Header,
    /// Bytes of the file that hold header, slots and whole frames.
    length: u64,
}

/// Names and reads the files of a feed.
struct Files {
    storage: Arc<dyn Storage>,
    dir: RelPath,
    vault: VaultId,
    device: DeviceId,
}

/// The frames of one segment, in memory.
struct Loaded {
    file: RelPath,
    header: Header,
    bytes: Vec<u8>,
    /// Offset in `bytes` of the first frame.
    frames_at: usize,
    closed: bool,
}

/// A foreign segment that was checked whole, not yet kept.
pub struct CheckedSegment {
    /// Where the next frame will stand.
    pub end: Position,
    boundary: segment::Chain,
    /// The tree over all entries up to there.
    pub tree: Tree,
}

impl FeedReader {
    /// Opens the feed of another device, as far as it was received. `introduce` reads the device's public key from its
    /// first frame.
    ///
    /// # Errors
    /// [`FeedError::Damaged`] when files are missing or foreign, or the first frame does not introduce the device.
    pub fn open(
        storage: Arc<dyn Storage>,
        keys: &Keys,
        device: DeviceId,
        introduce: impl FnOnce(&[u8]) -> Option<[u8; 32]>,
    ) -> Result<Self, FeedError> {
        let files = Files::new(storage, keys, device);
        let (n_closed, has_open) = files.survey()?;
        if has_open {
            return Err(Damage { file: files.open_path(), offset: 0, kind: DamageKind::Foreign }.into());
        }
        let mut reader = Self::empty(files, keys);
        if n_closed > 0 {
            let first = reader.files.load_closed(1)?;
            reader.n_closed = n_closed;
            let (kind, plaintext, _) =
                reader.codec.open(&first.header.cursor(), first.frames()).map_err(|kind| first.damage(0, kind))?;
            let public = if kind == FrameKind::Commit { introduce(&plaintext) } else { None };
            reader.public = public.ok_or_else(|| first.damage(0, DamageKind::Device))?;
            let last = if n_closed == 1 { first } else { reader.files.load_closed(n_closed)? };
            (reader.end, reader.boundary) = reader.position_after(&last)?;
        }
        Ok(reader)
    }

    /// The feed of a device of which nothing was received yet.
    pub fn unknown(storage: Arc<dyn Storage>, keys: &Keys, device: DeviceId) -> Self {
        Self::empty(Files::new(storage, keys, device), keys)
    }

    fn empty(files: Files, keys: &Keys) -> Self {
        let header = files.first_header();
        Self {
            codec: files.codec(keys),
            public: [0; 32],
            n_closed: 0,
            open: None,
            end: Position { device: files.device, segment: 1, offset: 0, cursor: header.cursor() },
            boundary: header.previous,
            until: None,
            files,
        }
    }

    /// Whose feed it is.
    pub fn device(&self) -> DeviceId {
        self.files.device
    }

    /// The device's Ed25519 public key.
    pub fn public(&self) -> [u8; 32] {
        self.public
    }

    /// Where the next frame will stand.
    pub fn end(&self) -> Position {
        self.end
    }

    /// The last frame and the chain after it; `None` for an empty feed.
    pub fn head(&self) -> Option<Head> {
        let chain = if self.end.offset > 0 { self.end.cursor.chain } else { self.boundary };
        let seq = self.end.cursor.seq - 1;
        (seq > 0).then_some(Head { device: self.files.device, seq, chain })
    }

    /// Number of segments, the open one included.
    pub fn n_segments(&self) -> u64 {
        self.n_closed + u64::from(self.open.is_some())
    }

    /// Number of closed segments.
    pub fn n_closed(&self) -> u64 {
        self.n_closed
    }

    /// Passes over the frames after a number.
    pub fn read_until(&mut self, seq: u64) {
        self.until = Some(seq);
    }

    /// Where the first frame of the feed stands.
    pub fn start(&self) -> Position {
        let cursor = self.files.first_header().cursor();
        Position { device: self.files.device, segment: 1, offset: 0, cursor }
    }

    /// Opens the commit at a position.
    pub fn read(&self, position: &Position) -> Result<Vec<u8>, FeedError> {
        let closed;
        let (file, path, frames_at, end) = match &self.open {
            Some(open) if open.header.number == position.segment => {
                (&open.file, self.files.open_path(), OPEN_FRAMES_AT, open.length)
            }
            _ => {
                let path = self.files.closed_path(position.segment);
                closed = self.files.storage.open(&path, Open::Read)?;
                let length = closed.len()?;
                (&closed, path, HEADER_LEN as u64, length)
            }
        };
        let offset = frames_at + position.offset;
        let damaged = |kind| Damage { file: path.clone(), offset, kind };
        let seq = position.cursor.seq;
        if end < offset + 4 {
            return Err(damaged(DamageKind::FrameCut { seq }).into());
        }
        let mut first = [0; 4];
        file.read_exact_at(&mut first, offset)?;
        let length = segment::frame_len(Some(&first), seq).map_err(damaged)?;
        if end < offset + length as u64 {
            return Err(damaged(DamageKind::FrameCut { seq }).into());
        }
        let mut stored = vec![0; length];
        file.read_exact_at(&mut stored, offset)?;
        match self.codec.open(&position.cursor, &stored).map_err(damaged)? {
            (FrameKind::Commit, plaintext, _) => Ok(plaintext),
            _ => Err(damaged(DamageKind::Frame { seq }).into()),
        }
    }

    /// Opens every frame from `from` to the end, in order, one segment in memory at a time, until `visit` breaks.
    ///
    /// Checks tags, chain, headers, signatures of closed segments, and that each segment continues the one before.
    pub fn scan<E: From<FeedError>>(
        &self,
        from: &Position,
        mut visit: impl FnMut(&Position, FrameKind, Vec<u8>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let mut position = *from;
        while position.segment <= self.n_segments() {
            match self.walk(&self.load(position.segment)?, &position, self.until, &mut visit)? {
                ControlFlow::Break(()) => return Ok(()),
                ControlFlow::Continue(end) if position.segment == self.n_segments() => {
                    debug_assert!(self.until.is_some() || end == self.end.cursor || self.open.is_none());
                    return Ok(());
                }
                ControlFlow::Continue(end) => position = self.continued(position.segment + 1, &end)?,
            }
        }
        Ok(())
    }

    /// Opens every frame from a position to the end of its segment, also those that are passed over otherwise. Returns the
    /// state at that end.
    pub fn scan_segment<E: From<FeedError>>(
        &self,
        from: &Position,
        visit: &mut impl FnMut(&Position, FrameKind, Vec<u8>) -> Result<ControlFlow<()>, E>,
    ) -> Result<ControlFlow<(), Cursor>, E> {
        let loaded = self.load(from.segment)?;
        self.walk(&loaded, from, None, visit)
    }

    fn walk<E: From<FeedError>>(
        &self,
        loaded: &Loaded,
        from: &Position,
        until: Option<u64>,
        visit: &mut impl FnMut(&Position, FrameKind, Vec<u8>) -> Result<ControlFlow<()>, E>,
    ) -> Result<ControlFlow<(), Cursor>, E> {
        let (mut offset, mut cursor) = (from.offset as usize, from.cursor);
        if offset == 0 && loaded.header.cursor() != cursor {
            return Err(FeedError::from(loaded.damage_in_header(DamageKind::Link)).into());
        }
        if offset > loaded.frames().len() {
            let kind = DamageKind::FrameCut { seq: cursor.seq };
            return Err(FeedError::from(loaded.damage(loaded.frames().len(), kind)).into());
        }
        while offset < loaded.frames().len() {
            if until.is_some_and(|until| cursor.seq > until) {
                return Ok(ControlFlow::Break(()));
            }
            let at = offset;
            let damaged = |kind| FeedError::from(loaded.damage(at, kind));
            let rest = &loaded.frames()[at..];
            let (kind, plaintext, length) = self.codec.open(&cursor, rest).map_err(damaged)?;
            let position = Position { offset: at as u64, cursor, ..*from };
            cursor = cursor.after(&rest[..length]);
            offset += length;
            if kind == FrameKind::Close {
                if !loaded.closed || !self.signed(&loaded.header, &cursor, &rest[length..]) {
                    return Err(damaged(DamageKind::Close).into());
                }
                let flow = visit(&position, kind, plaintext)?;
                return Ok(flow.map_continue(|()| cursor));
            }
            if visit(&position, kind, plaintext)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if loaded.closed {
            return Err(FeedError::from(loaded.damage(offset, DamageKind::Close)).into());
        }
        Ok(ControlFlow::Continue(cursor))
    }

    fn signed(&self, header: &Header, end: &Cursor, after: &[u8]) -> bool {
        let number = header.number.to_le_bytes();
        let parts = close::signed_parts(&header.vault, &header.device, &number, &end.chain);
        close::signature(after).is_some_and(|signature| verify_signature(&self.public, &parts, signature))
    }

    /// Where the first frame of a segment stands, as its own header says.
    pub fn segment_start(&self, number: u64) -> Result<Position, FeedError> {
        let header = match &self.open {
            Some(open) if open.header.number == number => open.header,
            _ => self.files.load_closed(number)?.header,
        };
        Ok(Position { device: self.files.device, segment: number, offset: 0, cursor: header.cursor() })
    }

    /// Where the first frame of a segment stands, if its header continues a state.
    pub fn continued(&self, number: u64, end: &Cursor) -> Result<Position, FeedError> {
        let loaded = self.load(number)?;
        if loaded.header.previous != end.chain || loaded.header.first_seq != end.seq {
            return Err(loaded.damage_in_header(DamageKind::Link).into());
        }
        Ok(Position { device: self.files.device, segment: number, offset: 0, cursor: loaded.header.cursor() })
    }

    /// The chain after frame `seq`, if the feed has that frame.
    pub fn chain_after(&self, seq: u64) -> Result<Option<segment::Chain>, FeedError> {
        if seq >= self.end.cursor.seq {
            return Ok(None);
        }
        for number in (1..=self.n_segments()).rev() {
            let loaded = self.load(number)?;
            if loaded.header.first_seq > seq {
                continue;
            }
            let (mut cursor, mut offset) = (loaded.header.cursor(), 0);
            while cursor.seq <= seq {
                let rest = &loaded.frames()[offset..];
                let damaged = |kind| loaded.damage(offset, kind);
                let length = segment::frame_len(rest.first_chunk(), cursor.seq).map_err(damaged)?;
                let stored = rest.get(..length).ok_or(DamageKind::FrameCut { seq: cursor.seq }).map_err(damaged)?;
                cursor = cursor.after(stored);
                offset += length;
            }
            return Ok(Some(cursor.chain));
        }
        Ok(None)
    }

    /// Position of a frame that was seen before, if the feed still holds it there.
    pub fn still_holds(&self, seen: &Position) -> Result<bool, FeedError> {
        let end = self.end;
        if (seen.segment, seen.offset) >= (end.segment, end.offset) {
            return Ok(*seen == end);
        }
        // The first frame from there on opens only if everything before is what it was: its seal covers the chain.
        match self.scan(seen, |_, _, _| Ok::<_, FeedError>(ControlFlow::Break(()))) {
            Ok(()) => Ok(true),
            Err(FeedError::Damaged(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Checks the next closed segment of the feed, given as bytes from elsewhere: header, link, every frame, the tree, the
    /// signature. `leaves` reads the leaves from a commit's plaintext; `introduce` the device's key from the first one.
    ///
    /// # Errors
    /// [`Damage`] naming what is wrong, at the path where the segment would stand.
    pub fn check_next(
        &mut self,
        bytes: &[u8],
        tree: &Tree,
        introduce: impl FnOnce(&[u8]) -> Option<[u8; 32]>,
        leaves: impl Fn(&[u8]) -> Option<Vec<tree::Hash>>,
    ) -> Result<CheckedSegment, Damage> {
        let number = self.n_closed + 1;
        let file = self.files.closed_path(number);
        let at_header = |kind| Damage { file: file.clone(), offset: 0, kind };
        let header = Header::decode(bytes, self.files.vault, self.files.device, number).map_err(at_header)?;
        if header.cursor() != self.end.cursor {
            return Err(at_header(DamageKind::Link));
        }
        let loaded = Loaded { file, header, bytes: bytes.to_vec(), frames_at: HEADER_LEN, closed: true };
        if number == 1 {
            let opened = self.codec.open(&self.end.cursor, loaded.frames());
            let (_, plaintext, _) = opened.map_err(|kind| loaded.damage(0, kind))?;
            self.public = introduce(&plaintext).ok_or_else(|| loaded.damage(0, DamageKind::Device))?;
        }
        let mut tree = tree.clone();
        let walked = self.walk(&loaded, &self.end, None, &mut |position, kind, plaintext| {
            let damaged = |kind| FeedError::from(loaded.damage(position.offset as usize, kind));
            let seq = position.cursor.seq;
            match kind {
                FrameKind::Commit => {
                    let leaves = leaves(&plaintext).ok_or_else(|| damaged(DamageKind::Frame { seq }))?;
                    leaves.into_iter().for_each(|leaf| tree.push(leaf));
                }
                FrameKind::Close if close::decode(&plaintext).as_ref() != Some(&tree) => {
                    return Err(damaged(DamageKind::Tree { seq }));
                }
                FrameKind::Note | FrameKind::Close => {}
            }
            Ok(ControlFlow::Continue(()))
        });
        match walked {
            Ok(ControlFlow::Continue(end)) => {
                let next = header.next(&end);
                let end = Position { segment: next.number, offset: 0, cursor: next.cursor(), ..self.end };
                Ok(CheckedSegment { end, boundary: next.previous, tree })
            }
            Ok(ControlFlow::Break(())) => Err(loaded.damage(0, DamageKind::Close)),
            Err(FeedError::Damaged(damage)) => Err(damage),
            Err(_) => Err(loaded.damage(0, DamageKind::Close)),
        }
    }

    /// Keeps a segment that was checked: whole or not at all.
    pub fn keep_next(&mut self, bytes: &[u8], checked: &CheckedSegment) -> Result<(), StorageError> {
        self.files.storage.create_dir(&self.files.dir)?;
        storage::write_whole(&*self.files.storage, &self.files.closed_path(self.n_closed + 1), bytes)?;
        self.n_closed += 1;
        (self.end, self.boundary) = (checked.end, checked.boundary);
        Ok(())
    }

    /// Whether a closed form of the segment after the last closed one begins with everything that is held of it here.
    pub fn is_continued_by(&self, bytes: &[u8]) -> bool {
        let (number, end) = (self.n_closed + 1, self.end);
        let file = self.files.closed_path(number);
        let Ok(header) = Header::decode(bytes, self.files.vault, self.files.device, number) else { return false };
        let loaded = Loaded { file, header, bytes: bytes.to_vec(), frames_at: HEADER_LEN, closed: true };
        let (mut offset, mut cursor) = (0, header.cursor());
        while cursor.seq < end.cursor.seq {
            let rest = &loaded.frames()[offset..];
            let Ok(length) = segment::frame_len(rest.first_chunk(), cursor.seq) else { return false };
            let Some(stored) = rest.get(..length) else { return false };
            (offset, cursor) = (offset + length, cursor.after(stored));
        }
        cursor == end.cursor
    }

    /// The bytes of a closed segment, as stored.
    pub fn segment_bytes(&self, number: u64) -> Result<Vec<u8>, StorageError> {
        storage::read_whole(&*self.files.storage, &self.files.closed_path(number), MAX_SEGMENT)
    }

    /// Where a closed segment lies in the vault, and in every copy of it.
    pub fn segment_path(&self, number: u64) -> RelPath {
        self.files.closed_path(number)
    }

    /// The tree over all entries up to the end of the last closed segment, as its last frame says.
    pub fn closed_tree(&self) -> Result<Tree, FeedError> {
        if self.n_closed == 0 {
            return Ok(Tree::default());
        }
        let last = self.files.load_closed(self.n_closed)?;
        let (offset, before, _) = last.hop_to_close()?;
        let damaged = |kind| FeedError::from(last.damage(offset, kind));
        let (_, plaintext, _) = self.codec.open(&before, &last.frames()[offset..]).map_err(damaged)?;
        close::decode(&plaintext).ok_or_else(|| damaged(DamageKind::Tree { seq: before.seq }))
    }

    /// The place in the files that a position means, for messages.
    pub fn damage_at(&self, position: &Position, kind: DamageKind) -> Damage {
        let (file, frames_at) = match &self.open {
            Some(open) if open.header.number == position.segment => (self.files.open_path(), OPEN_FRAMES_AT),
            _ => (self.files.closed_path(position.segment), HEADER_LEN as u64),
        };
        Damage { file, offset: frames_at + position.offset, kind }
    }

    fn position_after(&self, last: &Loaded) -> Result<(Position, segment::Chain), FeedError> {
        let (_, _, end) = last.hop_to_close()?;
        let next = last.header.next(&end);
        let position = Position { device: self.files.device, segment: next.number, offset: 0, cursor: next.cursor() };
        Ok((position, next.previous))
    }

    fn load(&self, number: u64) -> Result<Loaded, FeedError> {
        match &self.open {
            Some(open) if open.header.number == number => {
                let mut bytes = vec![0; (open.length - OPEN_FRAMES_AT) as usize];
                open.file.read_exact_at(&mut bytes, OPEN_FRAMES_AT)?;
                let file = self.files.open_path();
                Ok(Loaded { file, header: open.header, bytes, frames_at: 0, closed: false })
            }
            _ => self.files.load_closed(number),
        }
    }
}

impl Files {
    fn new(storage: Arc<dyn Storage>, keys: &Keys, device: DeviceId) -> Self {
        Self { storage, dir: RelPath::new("feeds").join(&hex(&device)), vault: keys.vault(), device }
    }

    fn first_header(&self) -> Header {
        Header { vault: self.vault, device: self.device, number: 1, first_seq: 1, previous: [0; 32] }
    }

    fn codec(&self, keys: &Keys) -> FrameCodec {
        FrameCodec::new(&keys.feed(self.device), self.vault, self.device)
    }

    fn open_path(&self) -> RelPath {
        self.dir.join("open.part")
    }

    fn closed_path(&self, number: u64) -> RelPath {
        self.dir.join(&format!("{number:06}.seg"))
    }

    fn load_closed(&self, number: u64) -> Result<Loaded, FeedError> {
        let file = self.closed_path(number);
        let bytes = storage::read_whole(&*self.storage, &file, MAX_SEGMENT)?;
        match Header::decode(&bytes, self.vault, self.device, number) {
            Ok(header) => Ok(Loaded { file, header, bytes, frames_at: HEADER_LEN, closed: true }),
            Err(kind) => Err(Damage { file, offset: 0, kind }.into()),
        }
    }

    /// Number of closed segments, and whether there is an open one. Temporary files, which nothing refers to, are passed
    /// over.
    fn survey(&self) -> Result<(u64, bool), FeedError> {
        let (mut n_closed, mut has_open) = (0, false);
        for name in self.storage.list(&self.dir)? {
            let file = self.dir.join(&name);
            if name == "open.part" {
                has_open = true;
            } else if file == self.closed_path(n_closed + 1) {
                n_closed += 1;
            } else if !name.ends_with(".tmp") {
                let known = name.strip_suffix(".seg").is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()));
                let kind = if known { DamageKind::Gap } else { DamageKind::Foreign };
                return Err(Damage { file, offset: 0, kind }.into());
            }
        }
        Ok((n_closed, has_open))
    }
}

impl Loaded {
    fn frames(&self) -> &[u8] {
        &self.bytes[self.frames_at..]
    }

    fn damage_in_header(&self, kind: DamageKind) -> Damage {
        Damage { file: self.file.clone(), offset: 0, kind }
    }

    fn damage(&self, offset: usize, kind: DamageKind) -> Damage {
        let frames_at = if self.closed { HEADER_LEN as u64 } else { OPEN_FRAMES_AT };
        Damage { file: self.file.clone(), offset: frames_at + offset as u64, kind }
    }

    /// Follows the chain by the stored bytes alone: offset of the close frame, the state before it and after it.
    fn hop_to_close(&self) -> Result<(usize, Cursor, Cursor), FeedError> {
        let (mut offset, mut cursor) = (0, self.header.cursor());
        loop {
            let damaged = |kind| FeedError::from(self.damage(offset, kind));
            let rest = &self.frames()[offset..];
            let length = segment::frame_len(rest.first_chunk(), cursor.seq).map_err(damaged)?;
            let stored = rest.get(..length).ok_or_else(|| damaged(DamageKind::FrameCut { seq: cursor.seq }))?;
            let after = cursor.after(stored);
            if segment::kind_of(stored) == Some(FrameKind::Close) {
                return Ok((offset, cursor, after));
            }
            (offset, cursor) = (offset + length, after);
        }
    }
}
