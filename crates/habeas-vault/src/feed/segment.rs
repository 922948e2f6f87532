//! Segments and frames to the byte: header, sealed frames, the hash chain through them, and the record of the durable
//! length in an open segment. Pure functions of bytes; files are the business of the feed.

use crate::{
    damage::DamageKind,
    keys::{DeviceId, Key, NONCE_LEN, Sealer, TAG_LEN, VaultId, hmac},
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Format of the segments that are written. Readers refuse greater ones.
pub const FORMAT: u16 = 1;
/// XChaCha20-Poly1305, HKDF-SHA-256, SHA-256, Ed25519, X25519, Argon2id.
pub const SUITE: u16 = 1;
/// Bytes of a header.
pub const HEADER_LEN: usize = 128;
/// Bytes of the device's signature after the close frame.
pub const SIGNATURE_LEN: usize = 64;
/// Where frames begin in an open segment: after the header and two records of the durable length, a page each.
pub const OPEN_FRAMES_AT: u64 = 12_288;
/// Offsets of the two records of the durable length.
pub const SLOTS_AT: [u64; 2] = [4096, 8192];
/// Bytes of a record of the durable length.
pub const SLOT_LEN: usize = 104;
/// Greatest length that a frame may claim. A greater limit lets hostile files take more memory.
pub const MAX_FRAME: usize = 16 << 20;

const MAGIC: &[u8; 8] = b"HABSEG1\n";
const SLOT_MAGIC: &[u8; 8] = b"HABLEN1\n";
/// Length, kind and nonce.
const PREFIX: usize = 4 + 1 + NONCE_LEN;

/// A chain value: the hash over everything before.
pub type Chain = [u8; 32];

/// The state between two frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// Number of the next frame, counted from 1 through all segments.
    pub seq: u64,
    /// Chain before it.
    pub chain: Chain,
}

/// What a frame is, structurally; all else is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// Entries.
    Commit,
    /// A checkpoint of another feed, as this device has received it.
    Note,
    /// The end of a segment.
    Close,
}

/// The header of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The vault.
    pub vault: VaultId,
    /// The device whose feed it is.
    pub device: DeviceId,
    /// Number of the segment, 1 for the first.
    pub number: u64,
    /// Number of its first frame.
    pub first_seq: u64,
    /// Chain at the end of the segment before; zeros for the first.
    pub previous: Chain,
}

impl Header {
    /// The bytes.
    pub fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        let fields: [&[u8]; 8] = [
            MAGIC,
            &FORMAT.to_le_bytes(),
            &SUITE.to_le_bytes(),
            &self.vault,
            &self.device,
            &self.number.to_le_bytes(),
            &self.first_seq.to_le_bytes(),
            &self.previous,
        ];
        let mut at = 0;
        for field in fields {
            bytes[at..at + field.len()].copy_from_slice(field);
            at += field.len();
        }
        bytes
    }

    /// Reads the one header that `vault`, `device` and `number` allow.
    pub fn decode(bytes: &[u8], vault: VaultId, device: DeviceId, number: u64) -> Result<Self, DamageKind> {
        let field = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
        if bytes.len() < HEADER_LEN {
            return Err(DamageKind::Header);
        }
        let previous = bytes[60..92].try_into().expect("32 bytes");
        let header = Self { vault, device, number, first_seq: field(52), previous };
        // Everything but these two fields is known, so comparing with what we would write checks it all.
        if header.encode()[..] == bytes[..HEADER_LEN] { Ok(header) } else { Err(DamageKind::Header) }
    }

    /// The number in the bytes of a header, whatever else they hold.
    pub fn peek_number(bytes: &[u8; HEADER_LEN]) -> u64 {
        u64::from_le_bytes(bytes[44..52].try_into().expect("eight bytes"))
    }

    /// The header of the segment that follows one with this header, ended in this state.
    pub fn next(&self, end: &Cursor) -> Self {
        Self { number: self.number + 1, first_seq: end.seq, previous: end.chain, ..*self }
    }

    /// The state before the first frame.
    pub fn cursor(&self) -> Cursor {
        let chain = Sha256::new().chain_update(b"habeas/1 segment").chain_update(self.encode()).finalize().into();
        Cursor { seq: self.first_seq, chain }
    }
}

impl FrameKind {
    fn code(self) -> u8 {
        match self {
            Self::Commit => 1,
            Self::Note => 2,
            Self::Close => 3,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        [Self::Commit, Self::Note, Self::Close].into_iter().find(|kind| kind.code() == code)
    }
}

/// Seals and opens the frames of one feed.
pub struct FrameCodec {
    sealer: Sealer,
    vault: VaultId,
    device: DeviceId,
}

impl FrameCodec {
    /// A codec under the feed's key.
    pub fn new(key: &Key, vault: VaultId, device: DeviceId) -> Self {
        Self { sealer: Sealer::new(key), vault, device }
    }

    /// Seals a frame; `None` when it would be longer than any may be. Returns the stored bytes.
    pub fn seal(
        &self,
        kind: FrameKind,
        nonce: &[u8; NONCE_LEN],
        cursor: &Cursor,
        mut plaintext: Vec<u8>,
    ) -> Option<Vec<u8>> {
        let length = PREFIX - 4 + plaintext.len() + TAG_LEN;
        if length > MAX_FRAME {
            return None;
        }
        self.sealer.seal(nonce, &self.aad(kind, cursor), &mut plaintext);
        let mut stored = Vec::with_capacity(4 + length);
        stored.extend_from_slice(&(length as u32).to_le_bytes());
        stored.push(kind.code());
        stored.extend_from_slice(nonce);
        stored.extend_from_slice(&plaintext);
        Some(stored)
    }

    /// Opens the frame at the start of `bytes`. Returns its kind, its plaintext and how many bytes it has.
    pub fn open(&self, cursor: &Cursor, bytes: &[u8]) -> Result<(FrameKind, Vec<u8>, usize), DamageKind> {
        let seq = cursor.seq;
        let length = frame_len(bytes.first_chunk(), seq)?;
        let stored = bytes.get(..length).ok_or(DamageKind::FrameCut { seq })?;
        let kind = FrameKind::from_code(stored[4]).ok_or(DamageKind::Frame { seq })?;
        let nonce = stored[5..PREFIX].try_into().expect("a nonce's length");
        let plaintext = self.sealer.open(nonce, &self.aad(kind, cursor), stored[PREFIX..].to_vec());
        Ok((kind, plaintext.ok_or(DamageKind::Frame { seq })?, length))
    }

    fn aad(&self, kind: FrameKind, cursor: &Cursor) -> Vec<u8> {
        let seq = cursor.seq.to_le_bytes();
        [b"habeas/1 frame", &self.vault[..], &self.device, &seq, &[kind.code()], &cursor.chain].concat()
    }
}

/// The kind of a frame, from its stored bytes.
pub fn kind_of(stored: &[u8]) -> Option<FrameKind> {
    FrameKind::from_code(*stored.get(4)?)
}

/// Bytes of a stored frame, from its first four. Checked before anything is allocated by it.
pub fn frame_len(first: Option<&[u8; 4]>, seq: u64) -> Result<usize, DamageKind> {
    let claimed = u32::from_le_bytes(*first.ok_or(DamageKind::FrameCut { seq })?) as usize;
    if (PREFIX - 4 + TAG_LEN..=MAX_FRAME).contains(&claimed) {
        Ok(4 + claimed)
    } else {
        Err(DamageKind::FrameLength { seq })
    }
}

impl Cursor {
    /// The state after a frame with these stored bytes.
    pub fn after(&self, stored: &[u8]) -> Self {
        let hash = Sha256::new().chain_update(b"habeas/1 chain").chain_update(self.chain).chain_update(stored);
        Self { seq: self.seq + 1, chain: hash.finalize().into() }
    }
}

/// A record of the durable length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurableLength {
    /// Greater in the later of the two records.
    pub generation: u64,
    /// Number of the segment.
    pub segment: u64,
    /// Bytes of the file that are durable.
    pub length: u64,
    /// The state at that length.
    pub cursor: Cursor,
}

impl DurableLength {
    /// The bytes, marked with the key.
    pub fn encode(&self, mark_key: &Key) -> [u8; SLOT_LEN] {
        let mut bytes = [0; SLOT_LEN];
        bytes[..8].copy_from_slice(SLOT_MAGIC);
        for (i, field) in [self.generation, self.segment, self.length, self.cursor.seq].into_iter().enumerate() {
            bytes[8 + 8 * i..16 + 8 * i].copy_from_slice(&field.to_le_bytes());
        }
        bytes[40..72].copy_from_slice(&self.cursor.chain);
        let mark = hmac(mark_key, &[&bytes[..72]]);
        bytes[72..].copy_from_slice(&mark);
        bytes
    }

    /// Reads a record; `None` when its mark does not fit.
    pub fn decode(bytes: &[u8; SLOT_LEN], mark_key: &Key) -> Option<Self> {
        let mark = hmac(mark_key, &[&bytes[..72]]);
        if &bytes[..8] != SLOT_MAGIC || !bool::from(mark.ct_eq(&bytes[72..])) {
            return None;
        }
        let field = |i: usize| u64::from_le_bytes(bytes[8 + 8 * i..16 + 8 * i].try_into().expect("eight bytes"));
        let chain = bytes[40..72].try_into().expect("32 bytes");
        Some(Self {
            generation: field(0),
            segment: field(1),
            length: field(2),
            cursor: Cursor { seq: field(3), chain },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    fn codec() -> FrameCodec {
        FrameCodec::new(&Zeroizing::new([1; 32]), [2; 16], [3; 16])
    }

    const CURSOR: Cursor = Cursor { seq: 7, chain: [4; 32] };

    #[test]
    fn a_frame_opens_only_at_its_own_place_in_its_own_feed() {
        let stored = codec().seal(FrameKind::Commit, &[5; 24], &CURSOR, vec![9; 64]).unwrap();
        let opened = codec().open(&CURSOR, &stored).unwrap();
        assert_eq!(opened, (FrameKind::Commit, vec![9; 64], stored.len()));
        let elsewhere = Cursor { seq: 8, ..CURSOR };
        assert_eq!(codec().open(&elsewhere, &stored).unwrap_err(), DamageKind::Frame { seq: 8 });
        let other_past = Cursor { chain: [0; 32], ..CURSOR };
        assert_eq!(codec().open(&other_past, &stored).unwrap_err(), DamageKind::Frame { seq: 7 });
        let other_feed = FrameCodec::new(&Zeroizing::new([1; 32]), [2; 16], [4; 16]);
        assert_eq!(other_feed.open(&CURSOR, &stored).unwrap_err(), DamageKind::Frame { seq: 7 });
    }

    #[test]
    fn a_flip_of_any_bit_of_a_frame_is_detected() {
        let stored = codec().seal(FrameKind::Commit, &[5; 24], &CURSOR, vec![9; 64]).unwrap();
        for bit in 0..stored.len() * 8 {
            let mut changed = stored.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(codec().open(&CURSOR, &changed).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn an_impossible_length_is_refused_before_memory_is_taken() {
        for length in [0u32, 40, (MAX_FRAME + 1) as u32, u32::MAX] {
            let bytes = length.to_le_bytes();
            assert_eq!(frame_len(bytes.first_chunk(), 1), Err(DamageKind::FrameLength { seq: 1 }), "{length}");
        }
    }

    #[test]
    fn a_header_is_read_for_its_own_place_only() {
        let header = Header { vault: [2; 16], device: [3; 16], number: 4, first_seq: 90, previous: [8; 32] };
        let bytes = header.encode();
        assert_eq!(Header::decode(&bytes, [2; 16], [3; 16], 4), Ok(header));
        assert_eq!(Header::decode(&bytes, [2; 16], [3; 16], 5), Err(DamageKind::Header));
        assert_eq!(Header::decode(&bytes[..127], [2; 16], [3; 16], 4), Err(DamageKind::Header));
        assert_eq!(Header::peek_number(&bytes), 4);
        for i in (0..52).chain(92..HEADER_LEN) {
            let mut changed = bytes;
            changed[i] ^= 1;
            assert_eq!(Header::decode(&changed, [2; 16], [3; 16], 4), Err(DamageKind::Header), "byte {i}");
        }
    }

    #[test]
    fn a_record_of_the_durable_length_counts_only_with_its_mark() {
        let key = Zeroizing::new([6; 32]);
        let record = DurableLength { generation: 3, segment: 2, length: 20_000, cursor: CURSOR };
        let bytes = record.encode(&key);
        assert_eq!(DurableLength::decode(&bytes, &key), Some(record));
        for i in 0..SLOT_LEN {
            let mut changed = bytes;
            changed[i] ^= 1;
            assert_eq!(DurableLength::decode(&changed, &key), None, "byte {i}");
        }
    }
}
