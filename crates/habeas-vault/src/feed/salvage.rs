//! Reading what damage has left: of each feed the frames up to the first that is not as it was written. Nothing is
//! changed.

use super::{
    Feed, FeedError, FeedReader, Files, OpenSegment,
    segment::{FrameKind, HEADER_LEN, Header, OPEN_FRAMES_AT},
    tree::Hash,
    writer::Refused,
};
use crate::{
    keys::{DeviceKeys, Keys},
    storage::{Open, Storage},
};
use std::sync::Arc;

impl Feed {
    /// Opens, for reading only, as much of the feed of this device as its files let follow. `leaves` reads the leaves from
    /// a commit's plaintext.
    pub fn salvage(
        storage: Arc<dyn Storage>,
        keys: &Keys,
        device_keys: DeviceKeys,
        leaves: impl Fn(&[u8]) -> Option<Vec<Hash>>,
    ) -> Self {
        let files = Files::new(storage, keys, device_keys.id());
        let mark_key = keys.mark(files.device);
        let mut reader = FeedReader::empty(files, keys);
        reader.public = device_keys.public();
        reader.find_closed();
        let mut feed = Self::over(reader, device_keys, mark_key, 0, Default::default());
        feed.refused = Some(Refused::ReadOnly);
        feed.tree = feed.reader.closed_tree().unwrap_or_default();
        // An open segment that cannot be read leaves the closed ones.
        let _ = feed.salvage_open(leaves);
        feed
    }

    fn salvage_open(&mut self, leaves: impl Fn(&[u8]) -> Option<Vec<Hash>>) -> Result<(), FeedError> {
        let files = &self.reader.files;
        let file = files.storage.open(&files.open_path(), Open::Read)?;
        let mut head = [0; HEADER_LEN];
        file.read_exact_at(&mut head, 0)?;
        let end = self.reader.end;
        let Ok(header) = Header::decode(&head, files.vault, files.device, end.segment) else { return Ok(()) };
        if header.cursor() != end.cursor {
            return Ok(());
        }
        let length = file.len()?.min(super::MAX_SEGMENT).saturating_sub(OPEN_FRAMES_AT);
        let mut bytes = vec![0; length as usize];
        file.read_exact_at(&mut bytes, OPEN_FRAMES_AT)?;
        let (mut offset, mut cursor) = (0, header.cursor());
        while offset < bytes.len() {
            let Ok((kind, plaintext, length)) = self.reader.codec.open(&cursor, &bytes[offset..]) else { break };
            match (kind, leaves(&plaintext)) {
                (FrameKind::Commit, Some(leaves)) => leaves.into_iter().for_each(|leaf| self.tree.push(leaf)),
                (FrameKind::Note, _) => {}
                (FrameKind::Commit | FrameKind::Close, _) => break,
            }
            cursor = cursor.after(&bytes[offset..offset + length]);
            offset += length;
        }
        self.reader.open = Some(OpenSegment { file, header, length: OPEN_FRAMES_AT + offset as u64 });
        (self.reader.end.offset, self.reader.end.cursor) = (offset as u64, cursor);
        Ok(())
    }
}

impl FeedReader {
    /// Counts the closed segments, from the first on, whose stored bytes lead to the next. What their frames hold is found
    /// out by reading them.
    fn find_closed(&mut self) {
        while let Ok(loaded) = self.files.load_closed(self.n_closed + 1)
            && let Ok((end, boundary)) = self.position_after(&loaded)
        {
            self.n_closed += 1;
            (self.end, self.boundary) = (end, boundary);
        }
    }
}
