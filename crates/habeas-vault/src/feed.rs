//! The append-only feed of one device: closed segments, which never change, and one open segment.
//!
//! A commit is acknowledged after one sync; the record of the durable length follows and becomes durable with the next
//! sync (see [`Feed::commit`]). At open, what lies before the durable length must be whole, what lies after it may be
//! torn by a crash. Content is bytes here: what entries mean belongs to `format`.

pub mod segment;

mod recovery;

pub use recovery::Torn;

use crate::{
    damage::{Damage, DamageKind},
    format::cbor::{Decoder, Encoder},
    keys::{DeviceId, Entropy, Key, Keys, NoEntropy, VaultId},
    storage::{self, Open, RelPath, Storage, StorageError, StorageFile},
};
use segment::{
    Chain, Cursor, DurableLength, FrameCodec, FrameKind, HEADER_LEN, Header, MAX_FRAME, OPEN_FRAMES_AT, SIGNATURE_LEN,
    SLOT_LEN, SLOTS_AT,
};
use std::{ops::ControlFlow, sync::Arc};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Number of the segment.
    pub segment: u64,
    /// Bytes of frames before it in the segment: the same in the open and in the closed form.
    pub offset: u64,
    /// Number of the frame and chain before it.
    pub cursor: Cursor,
}

/// The feed of this device, open for writing.
pub struct Feed {
    files: Files,
    codec: FrameCodec,
    mark_key: Key,
    file: Box<dyn StorageFile>,
    header: Header,
    /// Bytes of the open segment's file that hold header, slots and whole frames.
    length: u64,
    cursor: Cursor,
    generation: u64,
    poisoned: bool,
    entropy: Entropy,
    /// Closes a segment when it has so many bytes of frames.
    segment_len: u64,
}

/// Names and reads the files of the feed.
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
    /// Offset in the file of the first frame.
    frames_at: usize,
    closed: bool,
}

impl Feed {
    /// Begins the feed of a new device.
    pub fn create(storage: Arc<dyn Storage>, keys: &Keys, device: DeviceId) -> Result<Self, FeedError> {
        let files = Files::new(storage, keys, device);
        files.storage.create_dir(&files.dir)?;
        let header = Header { vault: files.vault, device, number: 1, first_seq: 1, previous: Chain::default() };
        let mark_key = keys.mark(device);
        let (file, generation) = files.create_open(&header, &mark_key)?;
        Ok(Self {
            codec: files.codec(keys),
            files,
            mark_key,
            file,
            header,
            length: OPEN_FRAMES_AT,
            cursor: header.cursor(),
            generation,
            poisoned: false,
            entropy: Entropy::default(),
            segment_len: SEGMENT_LEN,
        })
    }

    /// Where the next frame will stand.
    pub fn end(&self) -> Position {
        Position { segment: self.header.number, offset: self.length - OPEN_FRAMES_AT, cursor: self.cursor }
    }

    /// Number of segments, the open one included.
    pub fn n_segments(&self) -> u64 {
        self.header.number
    }

    /// Appends a frame without making it durable. Returns where it stands.
    ///
    /// # Errors
    /// [`FeedError::Poisoned`] after any failed write or sync.
    pub fn append(&mut self, plaintext: Vec<u8>) -> Result<Position, FeedError> {
        self.writing(|feed| {
            if feed.length - OPEN_FRAMES_AT >= feed.segment_len {
                feed.close_segment()?;
            }
            let position = feed.end();
            let (length, nonce) = (plaintext.len(), feed.entropy.bytes()?);
            let stored = feed.codec.seal(FrameKind::Commit, &nonce, &feed.cursor, plaintext);
            let stored = stored.ok_or(FeedError::TooLong { length })?;
            feed.file.write_all_at(&stored, feed.length)?;
            feed.length += stored.len() as u64;
            feed.cursor = feed.cursor.after(&stored);
            Ok(position)
        })
    }

    /// Makes all frames durable. When this returns, they are acknowledged: no crash loses them.
    ///
    /// The record of the durable length is written afterwards into the older of the two slots and not synced: it is
    /// made durable by the next commit's sync, so at most one slot is ever in flight.
    pub fn commit(&mut self) -> Result<(), FeedError> {
        self.writing(|feed| Ok(feed.file.sync_data()?))?;
        if self.write_durable_length().is_err() {
            // The frames are durable, so the commit stands; the next one must not build on an unknown slot.
            self.poisoned = true;
        }
        Ok(())
    }

    /// Closes segments earlier, so that small histories have several.
    #[cfg(test)]
    pub fn close_segments_at(&mut self, bytes: u64) {
        self.segment_len = bytes;
    }

    /// Refuses all further writes: the caller knows that something went wrong beside the feed.
    pub fn poison(&mut self) {
        self.poisoned = true;
    }

    /// Opens the frame at a position.
    pub fn read(&self, position: &Position) -> Result<Vec<u8>, FeedError> {
        let closed;
        let (file, path, frames_at) = if position.segment == self.header.number {
            (&self.file, self.files.open_path(), OPEN_FRAMES_AT)
        } else {
            let path = self.files.closed_path(position.segment);
            closed = self.files.storage.open(&path, Open::Read)?;
            (&closed, path, HEADER_LEN as u64)
        };
        let offset = frames_at + position.offset;
        let damaged = |kind| Damage { file: path.clone(), offset, kind };
        let seq = position.cursor.seq;
        let end = if position.segment == self.header.number { self.length } else { file.len()? };
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
            (FrameKind::Close, ..) => Err(damaged(DamageKind::Close).into()),
        }
    }

    /// Opens every frame from `from` to the end, in order, one segment in memory at a time, until `visit` breaks.
    ///
    /// Checks tags, chain, headers, and that each segment continues the one before.
    pub fn scan<E: From<FeedError>>(
        &self,
        from: &Position,
        mut visit: impl FnMut(&Position, Vec<u8>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let mut position = *from;
        loop {
            match self.scan_segment(&position, &mut visit)? {
                ControlFlow::Break(()) => return Ok(()),
                ControlFlow::Continue(_) if position.segment == self.header.number => return Ok(()),
                ControlFlow::Continue(end) => position = self.continued(position.segment + 1, &end)?,
            }
        }
    }

    /// Opens every frame from a position to the end of its segment. Returns the state at that end.
    pub fn scan_segment<E: From<FeedError>>(
        &self,
        from: &Position,
        visit: &mut impl FnMut(&Position, Vec<u8>) -> Result<ControlFlow<()>, E>,
    ) -> Result<ControlFlow<(), Cursor>, E> {
        let loaded = self.load(from.segment)?;
        let (mut offset, mut cursor) = (from.offset as usize, from.cursor);
        while offset < loaded.frames().len() {
            let at = offset;
            let damaged = |kind| FeedError::from(loaded.damage(at, kind));
            let rest = &loaded.frames()[at..];
            let (kind, plaintext, length) = self.codec.open(&cursor, rest).map_err(damaged)?;
            let position = Position { segment: from.segment, offset: at as u64, cursor };
            cursor = cursor.after(&rest[..length]);
            offset += length;
            match kind {
                FrameKind::Close if loaded.closed => {
                    check_close(&plaintext, &rest[length..]).map_err(damaged)?;
                    return Ok(ControlFlow::Continue(cursor));
                }
                FrameKind::Close => return Err(damaged(DamageKind::Close).into()),
                FrameKind::Commit => {
                    if visit(&position, plaintext)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
        }
        if loaded.closed {
            return Err(FeedError::from(loaded.damage(offset, DamageKind::Close)).into());
        }
        Ok(ControlFlow::Continue(cursor))
    }

    /// Where the first frame of a segment stands, as its own header says.
    pub fn segment_start(&self, number: u64) -> Result<Position, FeedError> {
        let header = if number == self.header.number { self.header } else { self.files.load_closed(number)?.header };
        Ok(Position { segment: number, offset: 0, cursor: header.cursor() })
    }

    /// Where the first frame of a segment stands, if its header continues a state.
    pub fn continued(&self, number: u64, end: &Cursor) -> Result<Position, FeedError> {
        let loaded = self.load(number)?;
        if loaded.header.previous != end.chain || loaded.header.first_seq != end.seq {
            return Err(loaded.damage_in_header(DamageKind::Link).into());
        }
        Ok(Position { segment: number, offset: 0, cursor: loaded.header.cursor() })
    }

    /// The place in the files that a position means, for messages.
    pub fn damage_at(&self, position: &Position, kind: DamageKind) -> Damage {
        let open = position.segment == self.header.number;
        let (file, frames_at) = if open {
            (self.files.open_path(), OPEN_FRAMES_AT)
        } else {
            (self.files.closed_path(position.segment), HEADER_LEN as u64)
        };
        Damage { file, offset: frames_at + position.offset, kind }
    }

    /// Closes the open segment for good and opens the next one.
    fn close_segment(&mut self) -> Result<(), FeedError> {
        let nonce = self.entropy.bytes()?;
        let close = self
            .codec
            .seal(FrameKind::Close, &nonce, &self.cursor, encode_close())
            .expect("a close frame is a few dozen bytes");
        let mut bytes = vec![0; (self.length - OPEN_FRAMES_AT) as usize];
        self.file.read_exact_at(&mut bytes, OPEN_FRAMES_AT)?;
        bytes.splice(0..0, self.header.encode());
        bytes.extend_from_slice(&close);
        bytes.resize(bytes.len() + SIGNATURE_LEN, 0);
        storage::write_whole(&*self.files.storage, &self.files.closed_path(self.header.number), &bytes)?;
        self.open_next(self.cursor.after(&close))
    }

    /// Opens the next segment, in place of the one that was closed: one rename, so there is always one of the two.
    fn open_next(&mut self, end: Cursor) -> Result<(), FeedError> {
        let header = Header { number: self.header.number + 1, first_seq: end.seq, previous: end.chain, ..self.header };
        (self.file, self.generation) = self.files.create_open(&header, &self.mark_key)?;
        (self.header, self.length, self.cursor) = (header, OPEN_FRAMES_AT, header.cursor());
        Ok(())
    }

    fn write_durable_length(&mut self) -> Result<(), StorageError> {
        self.generation += 1;
        let record = DurableLength {
            generation: self.generation,
            segment: self.header.number,
            length: self.length,
            cursor: self.cursor,
        };
        self.file.write_all_at(&record.encode(&self.mark_key), SLOTS_AT[(self.generation % 2) as usize])
    }

    fn writing<T>(&mut self, write: impl FnOnce(&mut Self) -> Result<T, FeedError>) -> Result<T, FeedError> {
        if self.poisoned {
            return Err(FeedError::Poisoned);
        }
        let done = write(self);
        // A refused length has written nothing; after anything else the disk's state is unknown.
        self.poisoned = matches!(&done, Err(error) if !matches!(error, FeedError::TooLong { .. }));
        done
    }

    fn load(&self, number: u64) -> Result<Loaded, FeedError> {
        if number != self.header.number {
            return self.files.load_closed(number);
        }
        let mut bytes = vec![0; (self.length - OPEN_FRAMES_AT) as usize];
        self.file.read_exact_at(&mut bytes, OPEN_FRAMES_AT)?;
        let file = self.files.open_path();
        Ok(Loaded { file, header: self.header, bytes, frames_at: 0, closed: false })
    }
}

impl Files {
    fn new(storage: Arc<dyn Storage>, keys: &Keys, device: DeviceId) -> Self {
        let hex: String = device.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { storage, dir: RelPath::new("feeds").join(&hex), vault: keys.vault(), device }
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

    /// Makes an open segment without frames, whole or not at all. Returns it and the generation of its later slot.
    fn create_open(&self, header: &Header, mark_key: &Key) -> Result<(Box<dyn StorageFile>, u64), StorageError> {
        let mut bytes = vec![0; OPEN_FRAMES_AT as usize];
        bytes[..HEADER_LEN].copy_from_slice(&header.encode());
        let mut record =
            DurableLength { generation: 0, segment: header.number, length: OPEN_FRAMES_AT, cursor: header.cursor() };
        for at in SLOTS_AT {
            bytes[at as usize..at as usize + SLOT_LEN].copy_from_slice(&record.encode(mark_key));
            record.generation += 1;
        }
        storage::write_whole(&*self.storage, &self.open_path(), &bytes)?;
        Ok((self.storage.open(&self.open_path(), Open::Write)?, 1))
    }

    fn load_closed(&self, number: u64) -> Result<Loaded, FeedError> {
        let file = self.closed_path(number);
        let bytes = storage::read_whole(&*self.storage, &file, MAX_SEGMENT)?;
        match Header::decode(&bytes, self.vault, self.device, number) {
            Ok(header) => Ok(Loaded { file, header, bytes, frames_at: HEADER_LEN, closed: true }),
            Err(kind) => Err(Damage { file, offset: 0, kind }.into()),
        }
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
}

/// Keys 0 (number of entries so far) and 1 (Merkle root over them) are reserved for checkpoints.
fn encode_close() -> Vec<u8> {
    let mut e = Encoder::new();
    e.map(|_| ());
    e.into_padded()
}

fn check_close(plaintext: &[u8], after: &[u8]) -> Result<(), DamageKind> {
    let mut d = Decoder::new(plaintext);
    let readable = d.map(|_, d| d.skip()).and_then(|()| d.padding()).is_ok();
    // A later format signs here; what is not zero is not understood by this one.
    if readable && after == [0; SIGNATURE_LEN] { Ok(()) } else { Err(DamageKind::Close) }
}
