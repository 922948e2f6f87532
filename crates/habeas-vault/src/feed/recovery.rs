//! Opening this device's feed: which of the files stand, what a crash left behind, and what no crash can explain.

use super::{
    Feed, FeedError, FeedReader, Files, OpenSegment, close,
    segment::{DurableLength, FrameKind, HEADER_LEN, Header, OPEN_FRAMES_AT, SLOT_LEN, SLOTS_AT},
    tree::Hash,
    writer::Refused,
};
use crate::{
    damage::{Damage, DamageKind},
    keys::{DeviceKeys, Keys},
    storage::{Open, RelPath, Storage, StorageFile},
};
use std::{ops::ControlFlow, sync::Arc};

/// Bytes behind the last whole frame that a crash left, moved out of the feed. They were never acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// Where they were moved to; nowhere when the vault is open for reading only.
    pub moved_to: Option<RelPath>,
    /// How many.
    pub bytes: u64,
}

/// What opening the feed found and settled.
#[derive(Debug, Default)]
pub struct Settled {
    /// A torn tail.
    pub torn: Option<Torn>,
    /// One of the two records of the durable length was unreadable; the other held.
    pub length_record_lost: bool,
}

/// Whether files may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The usual.
    Write,
    /// Nothing is changed: for a read-only medium, and for looking at the past.
    Read,
    /// Nothing is changed, and what stands in front of damage is read.
    Salvage,
}

impl Feed {
    /// Opens the feed of this device and repairs what a crash explains. `leaves` reads the leaves from a commit's
    /// plaintext.
    ///
    /// # Errors
    /// [`FeedError::Damaged`] for anything that a crash does not explain: bytes before the durable length that are not
    /// as written, missing or foreign files.
    pub fn open(
        storage: Arc<dyn Storage>,
        keys: &Keys,
        device_keys: DeviceKeys,
        access: Access,
        leaves: impl Fn(&[u8]) -> Option<Vec<Hash>>,
    ) -> Result<(Self, Settled), FeedError> {
        if access == Access::Salvage {
            return Ok((Self::salvage(storage, keys, device_keys, leaves), Settled::default()));
        }
        let files = Files::new(storage, keys, device_keys.id());
        if access == Access::Write {
            files.remove_temporary()?;
        }
        let (n_closed, has_open) = files.survey()?;
        let mark_key = keys.mark(files.device);
        if !has_open {
            // Closing replaces the open segment by one rename, so no crash leaves a feed without one.
            return Err(Damage { file: files.open_path(), offset: 0, kind: DamageKind::Gap }.into());
        }
        let how = if access == Access::Write { Open::Write } else { Open::Read };
        let file = files.storage.open(&files.open_path(), how)?;
        let file_length = file.len()?;
        let damaged = |offset, kind| FeedError::from(Damage { file: files.open_path(), offset, kind });
        if file_length < OPEN_FRAMES_AT {
            return Err(damaged(file_length, DamageKind::Header));
        }
        let mut head = [0; HEADER_LEN];
        file.read_exact_at(&mut head, 0)?;
        let number = Header::peek_number(&head);
        let header = Header::decode(&head, files.vault, files.device, number).map_err(|kind| damaged(0, kind))?;
        if number != n_closed + 1 && number != n_closed {
            return Err(damaged(0, DamageKind::Gap));
        }
        let records = durable_lengths(&*file, &mark_key, number)?;
        let durable = records.iter().flatten().max_by_key(|record| record.generation).copied();
        let durable = durable.ok_or_else(|| damaged(SLOTS_AT[0], DamageKind::DurableLength))?;
        let mut reader = FeedReader::empty(files, keys);
        reader.public = device_keys.public();
        // Closed segments before the open one; a closed form of the open one is looked at in `finish_closing`.
        reader.n_closed = number - 1;
        let tree = reader.closed_tree()?;
        reader.open = Some(OpenSegment { file, header, length: OPEN_FRAMES_AT });
        reader.boundary = header.previous;
        let end = &mut reader.end;
        (end.segment, end.offset, end.cursor) = (number, 0, header.cursor());
        let mut feed = Self::over(reader, device_keys, mark_key, durable.generation, tree);
        if access != Access::Write {
            feed.refused = Some(Refused::ReadOnly);
        }
        let torn = feed.accept_frames(file_length, &durable, &leaves)?;
        if number == n_closed {
            feed.finish_closing(access, leaves)?;
        }
        Ok((feed, Settled { torn, length_record_lost: records.contains(&None) }))
    }

    /// Walks the frames of the open segment and decides which stand.
    fn accept_frames(
        &mut self,
        file_length: u64,
        durable: &DurableLength,
        leaves: impl Fn(&[u8]) -> Option<Vec<Hash>>,
    ) -> Result<Option<Torn>, FeedError> {
        let mut bytes = vec![0; (file_length.min(super::MAX_SEGMENT) - OPEN_FRAMES_AT) as usize];
        self.file_mut().read_exact_at(&mut bytes, OPEN_FRAMES_AT)?;
        let mut offset = 0;
        let mut at_durable = self.is_at(durable);
        while offset < bytes.len() {
            let cursor = self.reader.end.cursor;
            let Ok((kind, plaintext, length)) = self.reader.codec.open(&cursor, &bytes[offset..]) else { break };
            match kind {
                FrameKind::Commit => {
                    let damaged = || self.reader.damage_at(&self.reader.end, DamageKind::Frame { seq: cursor.seq });
                    let leaves = leaves(&plaintext).ok_or_else(damaged)?;
                    leaves.into_iter().for_each(|leaf| self.tree.push(leaf));
                }
                FrameKind::Note => {}
                FrameKind::Close => break,
            }
            self.reader.end.cursor = cursor.after(&bytes[offset..offset + length]);
            offset += length;
            self.reader.end.offset = offset as u64;
            at_durable |= self.is_at(durable);
        }
        let whole = OPEN_FRAMES_AT + offset as u64;
        if let Some(open) = &mut self.reader.open {
            open.length = whole;
        }
        if !at_durable {
            let kind = DamageKind::Acknowledged { seq: self.reader.end.cursor.seq };
            return Err(self.reader.damage_at(&self.reader.end, kind).into());
        }
        let read_only = self.is_read_only();
        let torn = match file_length - whole {
            0 => None,
            bytes if read_only => Some(Torn { moved_to: None, bytes }),
            _ => Some(self.cut(file_length)?),
        };
        if !read_only && (whole != durable.length || torn.is_some()) {
            // Frames behind the durable length may still be in the system's memory only: make them durable before
            // anything is told or built on them.
            self.commit()?;
        }
        Ok(torn)
    }

    fn is_at(&self, durable: &DurableLength) -> bool {
        let end = self.reader.end;
        OPEN_FRAMES_AT + end.offset == durable.length && end.cursor == durable.cursor
    }

    /// Moves the torn tail out of the feed. The copy is durable before the feed is cut.
    fn cut(&mut self, file_length: u64) -> Result<Torn, FeedError> {
        let end = self.reader.end;
        let length = OPEN_FRAMES_AT + end.offset;
        let storage = Arc::clone(&self.reader.files.storage);
        let bytes = (file_length - length).min(super::MAX_SEGMENT);
        let mut tail = vec![0; bytes as usize];
        self.file_mut().read_exact_at(&mut tail, length)?;
        let quarantine = RelPath::new("quarantine");
        storage.create_dir(&quarantine)?;
        let name = format!("{:06}-{}-{}.torn", end.segment, length, end.cursor.seq);
        let moved_to = quarantine.join(&name);
        crate::storage::write_whole(&*storage, &moved_to, &tail)?;
        self.file_mut().set_len(length)?;
        Ok(Torn { moved_to: Some(moved_to), bytes: file_length - length })
    }

    /// A crash came after a segment was closed and before the next one was opened: checks the closed form, then goes on
    /// behind it.
    fn finish_closing(&mut self, access: Access, leaves: impl Fn(&[u8]) -> Option<Vec<Hash>>) -> Result<(), FeedError> {
        let header = self.reader.open.as_ref().expect("it was just opened").header;
        let loaded = self.reader.files.load_closed(header.number)?;
        if loaded.header != header {
            return Err(loaded.damage_in_header(DamageKind::Link).into());
        }
        // The closed form may hold more than the open one (frames that were not yet durable there), never less.
        let (mut passed, mut tree) = (false, self.tree.clone());
        let start = self.reader.segment_start(header.number)?;
        let end = self.reader.walk(&loaded, &start, None, &mut |position, kind, plaintext| {
            let damaged = |kind| FeedError::from(loaded.damage(position.offset as usize, kind));
            passed |= position.cursor == self.reader.end.cursor;
            match kind {
                FrameKind::Commit if passed => {
                    let leaves = leaves(&plaintext).ok_or_else(|| damaged(DamageKind::Link))?;
                    leaves.into_iter().for_each(|leaf| tree.push(leaf));
                }
                FrameKind::Close if !passed => return Err(damaged(DamageKind::Link)),
                FrameKind::Close if close::decode(&plaintext).as_ref() != Some(&tree) => {
                    return Err(damaged(DamageKind::Close));
                }
                _ => {}
            }
            Ok::<_, FeedError>(ControlFlow::Continue(()))
        })?;
        let ControlFlow::Continue(end) = end else { return Ok(()) };
        (self.tree, self.reader.n_closed) = (tree, header.number);
        if access == Access::Write {
            return self.open_next(&header, end);
        }
        self.reader.open = None;
        (self.reader.end, self.reader.boundary) = self.reader.position_after(&loaded)?;
        Ok(())
    }

    /// What is not as it must be in the pages before the frames of the open segment, which nothing else covers.
    pub fn damage_in_spare_pages(&self) -> Result<Option<Damage>, FeedError> {
        let Some(open) = &self.reader.open else { return Ok(None) };
        let mut pages = vec![0; OPEN_FRAMES_AT as usize];
        open.file.read_exact_at(&mut pages, 0)?;
        let slots_end = SLOTS_AT.map(|at| at as usize + SLOT_LEN);
        let starts = [HEADER_LEN, slots_end[0], slots_end[1]];
        let ends = [SLOTS_AT[0] as usize, SLOTS_AT[1] as usize, OPEN_FRAMES_AT as usize];
        let spare = starts.into_iter().zip(ends).flat_map(|(start, end)| start..end);
        let changed = spare.into_iter().find(|at| pages[*at] != 0);
        let records = durable_lengths(&*open.file, &self.mark_key, open.header.number)?;
        let lost = records.iter().position(Option::is_none).map(|slot| SLOTS_AT[slot] as usize);
        Ok(changed.or(lost).map(|at| {
            let kind = if changed.is_some() { DamageKind::SparePage } else { DamageKind::DurableLength };
            Damage { file: self.reader.files.open_path(), offset: at as u64, kind }
        }))
    }
}

fn durable_lengths(
    file: &dyn StorageFile,
    mark_key: &crate::keys::Key,
    number: u64,
) -> Result<[Option<DurableLength>; 2], FeedError> {
    let mut records = [None; 2];
    for (record, at) in records.iter_mut().zip(SLOTS_AT) {
        let mut bytes = [0; SLOT_LEN];
        file.read_exact_at(&mut bytes, at)?;
        *record = DurableLength::decode(&bytes, mark_key).filter(|record| record.segment == number);
    }
    Ok(records)
}

impl Files {
    /// Removes temporary files, which nothing refers to.
    fn remove_temporary(&self) -> Result<(), FeedError> {
        for name in self.storage.list(&self.dir)? {
            if name.ends_with(".tmp") {
                self.storage.remove(&self.dir.join(&name))?;
            }
        }
        Ok(())
    }
}
