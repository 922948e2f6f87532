//! This device's own feed, open for writing.
//!
//! A commit is acknowledged after one sync; the record of the durable length follows and becomes durable with the next
//! sync (see [`Feed::commit`]). At open, what lies before the durable length must be whole, what lies after it may be
//! torn by a crash (see `recovery`).

use super::{
    FeedError, FeedReader, Files, OpenSegment, Position, SEGMENT_LEN, close,
    segment::{Cursor, DurableLength, FrameKind, HEADER_LEN, Header, OPEN_FRAMES_AT, SLOT_LEN, SLOTS_AT},
    tree::{Hash, Tree},
};
use crate::{
    keys::{DeviceKeys, Entropy, Key, Keys},
    storage::{self, Open, Storage, StorageError, StorageFile},
};
use std::{ops::Deref, sync::Arc};

/// The feed of this device. Reads as a [`FeedReader`].
pub struct Feed {
    pub(super) reader: FeedReader,
    pub(super) device_keys: DeviceKeys,
    pub(super) mark_key: Key,
    pub(super) generation: u64,
    /// The tree over all entries so far.
    pub(super) tree: Tree,
    pub(super) refused: Option<Refused>,
    pub(super) entropy: Entropy,
    /// Closes a segment when it has so many bytes of frames.
    pub(super) segment_len: u64,
}

/// Why nothing can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// An earlier write failed.
    Poisoned,
    /// The vault was opened for reading only.
    ReadOnly,
}

impl Deref for Feed {
    type Target = FeedReader;

    fn deref(&self) -> &FeedReader {
        &self.reader
    }
}

impl Feed {
    /// Begins the feed of a new device.
    pub fn create(storage: Arc<dyn Storage>, keys: &Keys, device_keys: DeviceKeys) -> Result<Self, FeedError> {
        let files = Files::new(storage, keys, device_keys.id());
        files.storage.create_dir(&files.dir)?;
        let header = files.first_header();
        let mark_key = keys.mark(files.device);
        let (file, generation) = files.create_open(&header, &mark_key)?;
        let mut reader = FeedReader::empty(files, keys);
        reader.public = device_keys.public();
        reader.open = Some(OpenSegment { file, header, length: OPEN_FRAMES_AT });
        Ok(Self::over(reader, device_keys, mark_key, generation, Tree::default()))
    }

    pub(super) fn over(
        reader: FeedReader,
        device_keys: DeviceKeys,
        mark_key: Key,
        generation: u64,
        tree: Tree,
    ) -> Self {
        let (refused, entropy) = (None, Entropy::default());
        Self { reader, device_keys, mark_key, generation, tree, refused, entropy, segment_len: SEGMENT_LEN }
    }

    /// The keys of this device.
    pub fn device_keys(&self) -> &DeviceKeys {
        &self.device_keys
    }

    /// The tree over all entries so far.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Passes over the frames after a number; nothing can be written then.
    pub fn read_until(&mut self, seq: u64) {
        self.reader.read_until(seq);
        self.refused = Some(Refused::ReadOnly);
    }

    /// Appends a frame without making it durable. `make` gets the state before it and returns its plaintext; `leaves`
    /// are those of its entries. Returns where it stands.
    ///
    /// # Errors
    /// [`FeedError::Poisoned`] after any failed write or sync.
    pub fn append(
        &mut self,
        kind: FrameKind,
        leaves: &[Hash],
        make: impl FnOnce(&Cursor) -> Vec<u8>,
    ) -> Result<Position, FeedError> {
        self.writing(|feed| {
            if feed.reader.end.offset >= feed.segment_len {
                feed.close_segment()?;
            }
            let position = feed.append_frame(kind, make)?;
            leaves.iter().for_each(|leaf| feed.tree.push(*leaf));
            Ok(position)
        })
    }

    fn append_frame(&mut self, kind: FrameKind, make: impl FnOnce(&Cursor) -> Vec<u8>) -> Result<Position, FeedError> {
        let position = self.reader.end;
        let plaintext = make(&position.cursor);
        let (length, nonce) = (plaintext.len(), self.entropy.bytes()?);
        let stored = self.reader.codec.seal(kind, &nonce, &position.cursor, plaintext);
        let stored = stored.ok_or(FeedError::TooLong { length })?;
        let open = self.reader.open.as_mut().expect("the feed of this device has an open segment");
        open.file.write_all_at(&stored, open.length)?;
        open.length += stored.len() as u64;
        self.reader.end.offset += stored.len() as u64;
        self.reader.end.cursor = position.cursor.after(&stored);
        Ok(position)
    }

    /// Makes all frames durable. When this returns, they are acknowledged: no crash loses them.
    ///
    /// The record of the durable length is written afterwards into the older of the two slots and not synced: it is
    /// made durable by the next commit's sync, so at most one slot is ever in flight.
    pub fn commit(&mut self) -> Result<(), FeedError> {
        self.writing(|feed| Ok(feed.file_mut().sync_data()?))?;
        if self.write_durable_length().is_err() {
            // The frames are durable, so the commit stands; the next one must not build on an unknown slot.
            self.poison();
        }
        Ok(())
    }

    /// Whether entries were recorded since the last segment was closed.
    pub fn has_open_entries(&self) -> Result<bool, FeedError> {
        Ok(self.tree.size() > self.reader.closed_tree()?.size())
    }

    /// Closes the open segment, if it holds anything, so that all of it can travel.
    pub fn close(&mut self) -> Result<(), FeedError> {
        self.writing(|feed| if feed.reader.end.offset > 0 { feed.close_segment() } else { Ok(()) })
    }

    /// Counts an entry that is not there, as a device that lies about its own feed would.
    #[cfg(test)]
    pub fn misstate_tree(&mut self) {
        self.tree.push([7; 32]);
    }

    /// Closes segments earlier, so that small histories have several.
    #[cfg(test)]
    pub fn close_segments_at(&mut self, bytes: u64) {
        self.segment_len = bytes;
    }

    /// Refuses all further writes: the caller knows that something went wrong beside the feed.
    pub fn poison(&mut self) {
        self.refused.get_or_insert(Refused::Poisoned);
    }

    /// Whether nothing can be written, because the vault was opened for reading only.
    pub fn is_read_only(&self) -> bool {
        self.refused == Some(Refused::ReadOnly)
    }

    /// Closes the open segment for good and opens the next one.
    fn close_segment(&mut self) -> Result<(), FeedError> {
        let OpenSegment { file, header, length } = self.reader.open.as_ref().expect("an open segment");
        let mut bytes = header.encode().to_vec();
        bytes.resize(HEADER_LEN + (length - OPEN_FRAMES_AT) as usize, 0);
        file.read_exact_at(&mut bytes[HEADER_LEN..], OPEN_FRAMES_AT)?;
        let (header, before) = (*header, self.reader.end.cursor);
        let nonce = self.entropy.bytes()?;
        let content = close::encode(&self.tree);
        let close = self.reader.codec.seal(FrameKind::Close, &nonce, &before, content);
        let close = close.expect("a close frame has at most 64 peaks");
        let end = before.after(&close);
        let number = header.number.to_le_bytes();
        bytes.extend_from_slice(&close);
        let parts = close::signed_parts(&header.vault, &header.device, &number, &end.chain);
        bytes.extend_from_slice(&self.device_keys.sign(&parts));
        let files = &self.reader.files;
        storage::write_whole(&*files.storage, &files.closed_path(header.number), &bytes)?;
        self.reader.n_closed = header.number;
        self.open_next(&header, end)
    }

    /// Opens the next segment, in place of the one that was closed: one rename, so there is always one of the two.
    pub(super) fn open_next(&mut self, closed: &Header, end: Cursor) -> Result<(), FeedError> {
        let header = closed.next(&end);
        let (file, generation) = self.reader.files.create_open(&header, &self.mark_key)?;
        self.generation = generation;
        self.reader.open = Some(OpenSegment { file, header, length: OPEN_FRAMES_AT });
        self.reader.boundary = header.previous;
        let Position { segment, offset, cursor, .. } = &mut self.reader.end;
        (*segment, *offset, *cursor) = (header.number, 0, header.cursor());
        Ok(())
    }

    fn write_durable_length(&mut self) -> Result<(), StorageError> {
        self.generation += 1;
        let end = self.reader.end;
        let record = DurableLength {
            generation: self.generation,
            segment: end.segment,
            length: OPEN_FRAMES_AT + end.offset,
            cursor: end.cursor,
        };
        let bytes = record.encode(&self.mark_key);
        let at = SLOTS_AT[(self.generation % 2) as usize];
        self.file_mut().write_all_at(&bytes, at)
    }

    pub(super) fn file_mut(&mut self) -> &mut dyn StorageFile {
        &mut *self.reader.open.as_mut().expect("the feed of this device has an open segment").file
    }

    fn writing<T>(&mut self, write: impl FnOnce(&mut Self) -> Result<T, FeedError>) -> Result<T, FeedError> {
        match self.refused {
            Some(Refused::Poisoned) => return Err(FeedError::Poisoned),
            Some(Refused::ReadOnly) => return Err(FeedError::ReadOnly),
            None => {}
        }
        let done = write(self);
        // A refused length has written nothing; after anything else the disk's state is unknown.
        if matches!(&done, Err(error) if !matches!(error, FeedError::TooLong { .. })) {
            self.poison();
        }
        done
    }
}

impl Files {
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
}
