//! Opening a feed: which of the files stand, what a crash left behind, and what no crash can explain.

use super::{
    Feed, FeedError, Files,
    segment::{DurableLength, FrameKind, HEADER_LEN, Header, OPEN_FRAMES_AT, SLOT_LEN, SLOTS_AT},
};
use crate::{
    damage::{Damage, DamageKind},
    keys::{DeviceId, Entropy, Keys},
    storage::{Open, RelPath, Storage},
};
use std::{ops::ControlFlow, sync::Arc};

/// Bytes behind the last whole frame that a crash left, moved out of the feed. They were never acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// Where they were moved to.
    pub moved_to: RelPath,
    /// How many.
    pub bytes: u64,
}

impl Feed {
    /// Opens the feed of this device and repairs what a crash explains.
    ///
    /// # Errors
    /// [`FeedError::Damaged`] for anything that a crash does not explain: bytes before the durable length that are not
    /// as written, missing or foreign files.
    pub fn open(storage: Arc<dyn Storage>, keys: &Keys, device: DeviceId) -> Result<(Self, Option<Torn>), FeedError> {
        let files = Files::new(storage, keys, device);
        let (n_closed, has_open) = files.survey()?;
        let mark_key = keys.mark(device);
        let codec = files.codec(keys);
        if !has_open {
            // Closing replaces the open segment by one rename, so no crash leaves a feed without one.
            return Err(Damage { file: files.open_path(), offset: 0, kind: DamageKind::Gap }.into());
        }
        let file = files.storage.open(&files.open_path(), Open::Write)?;
        let length = file.len()?;
        let damaged = |offset, kind| FeedError::from(Damage { file: files.open_path(), offset, kind });
        if length < OPEN_FRAMES_AT {
            return Err(damaged(length, DamageKind::Header));
        }
        let mut head = [0; HEADER_LEN];
        file.read_exact_at(&mut head, 0)?;
        let number = Header::peek_number(&head);
        let header = Header::decode(&head, files.vault, device, number).map_err(|kind| damaged(0, kind))?;
        if number != n_closed + 1 && number != n_closed {
            return Err(damaged(0, DamageKind::Gap));
        }
        let mut records = [None; 2];
        for (record, at) in records.iter_mut().zip(SLOTS_AT) {
            let mut bytes = [0; SLOT_LEN];
            file.read_exact_at(&mut bytes, at)?;
            *record = DurableLength::decode(&bytes, &mark_key).filter(|record| record.segment == number);
        }
        let durable = records.into_iter().flatten().max_by_key(|record| record.generation);
        let durable = durable.ok_or_else(|| damaged(SLOTS_AT[0], DamageKind::DurableLength))?;
        let mut feed = Self {
            codec,
            mark_key,
            file,
            header,
            length: OPEN_FRAMES_AT,
            cursor: header.cursor(),
            generation: durable.generation,
            poisoned: false,
            entropy: Entropy::default(),
            segment_len: super::SEGMENT_LEN,
            files,
        };
        let torn = feed.accept_frames(length, &durable)?;
        if number == n_closed {
            feed.finish_closing()?;
        }
        Ok((feed, torn))
    }

    /// Walks the frames of the open segment and decides which stand.
    fn accept_frames(&mut self, file_length: u64, durable: &DurableLength) -> Result<Option<Torn>, FeedError> {
        let mut bytes = vec![0; (file_length.min(super::MAX_SEGMENT) - OPEN_FRAMES_AT) as usize];
        self.file.read_exact_at(&mut bytes, OPEN_FRAMES_AT)?;
        let mut offset = 0;
        let mut at_durable = self.is_at(durable);
        while offset < bytes.len() {
            let Ok((FrameKind::Commit, _, length)) = self.codec.open(&self.cursor, &bytes[offset..]) else { break };
            self.cursor = self.cursor.after(&bytes[offset..offset + length]);
            offset += length;
            self.length = OPEN_FRAMES_AT + offset as u64;
            at_durable |= self.is_at(durable);
        }
        if !at_durable {
            let kind = DamageKind::Acknowledged { seq: self.cursor.seq };
            return Err(Damage { file: self.files.open_path(), offset: self.length, kind }.into());
        }
        let torn = if self.length < file_length { Some(self.cut(file_length)?) } else { None };
        if self.length != durable.length || torn.is_some() {
            // Frames behind the durable length may still be in the system's memory only: make them durable before
            // anything is told or built on them.
            self.commit()?;
        }
        Ok(torn)
    }

    fn is_at(&self, durable: &DurableLength) -> bool {
        self.length == durable.length && self.cursor == durable.cursor
    }

    /// Moves the torn tail out of the feed. The copy is durable before the feed is cut.
    fn cut(&mut self, file_length: u64) -> Result<Torn, FeedError> {
        let storage = &self.files.storage;
        let bytes = (file_length - self.length).min(super::MAX_SEGMENT);
        let mut tail = vec![0; bytes as usize];
        self.file.read_exact_at(&mut tail, self.length)?;
        let quarantine = RelPath::new("quarantine");
        storage.create_dir(&quarantine)?;
        let name = format!("{:06}-{}-{}.torn", self.header.number, self.length, self.cursor.seq);
        let moved_to = quarantine.join(&name);
        crate::storage::write_whole(&**storage, &moved_to, &tail)?;
        self.file.set_len(self.length)?;
        Ok(Torn { moved_to, bytes: file_length - self.length })
    }

    /// A crash came after a segment was closed and before the next one was opened: checks the closed form, then goes on
    /// behind it.
    fn finish_closing(&mut self) -> Result<(), FeedError> {
        let loaded = self.files.load_closed(self.header.number)?;
        let damaged = |offset, kind| FeedError::from(loaded.damage(offset, kind));
        if loaded.header != self.header {
            return Err(damaged(0, DamageKind::Link));
        }
        let (mut cursor, mut offset) = (self.header.cursor(), 0);
        let mut passed = cursor == self.cursor;
        let end = loop {
            let rest = &loaded.frames()[offset..];
            let (kind, plaintext, length) = self.codec.open(&cursor, rest).map_err(|kind| damaged(offset, kind))?;
            let after = cursor.after(&rest[..length]);
            if kind == FrameKind::Close {
                super::check_close(&plaintext, &rest[length..]).map_err(|kind| damaged(offset, kind))?;
                break after;
            }
            (cursor, offset) = (after, offset + length);
            passed |= cursor == self.cursor;
        };
        // The closed form may hold more than the open one (frames that were not yet durable there), never less.
        if !passed {
            return Err(damaged(offset, DamageKind::Link));
        }
        self.open_next(end)
    }

    /// Position of a frame that was seen before, if the feed still holds it there.
    pub fn still_holds(&self, seen: &super::Position) -> Result<bool, FeedError> {
        let end = self.end();
        if (seen.segment, seen.offset) >= (end.segment, end.offset) {
            return Ok(*seen == end);
        }
        // The first frame from there on opens only if everything before is what it was: its seal covers the chain.
        match self.scan(seen, |_, _| Ok::<_, FeedError>(ControlFlow::Break(()))) {
            Ok(()) => Ok(true),
            Err(FeedError::Damaged(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Files {
    /// Number of closed segments, and whether there is an open one. Removes temporary files, which nothing refers to.
    fn survey(&self) -> Result<(u64, bool), FeedError> {
        let (mut n_closed, mut has_open) = (0, false);
        for name in self.storage.list(&self.dir)? {
            let file = self.dir.join(&name);
            if name.ends_with(".tmp") {
                self.storage.remove(&file)?;
            } else if name == "open.part" {
                has_open = true;
            } else if file == self.closed_path(n_closed + 1) {
                n_closed += 1;
            } else {
                let known = name.strip_suffix(".seg").is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()));
                let kind = if known { DamageKind::Gap } else { DamageKind::Foreign };
                return Err(Damage { file, offset: 0, kind }.into());
            }
        }
        Ok((n_closed, has_open))
    }
}
