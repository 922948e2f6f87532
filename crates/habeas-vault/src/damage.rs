//! What can be wrong with the bytes of a vault, and where. No value is ever named, only its place.

use crate::{format::DecodeError, storage::RelPath};

/// Bytes that are not as they were written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, byte {offset}: {kind}")]
pub struct Damage {
    /// The file.
    pub file: RelPath,
    /// Offset in the file of the first thing that is wrong.
    pub offset: u64,
    /// What is wrong.
    pub kind: DamageKind,
}

/// How an opening takes damage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnDamage {
    /// It ends there.
    Refuse,
    /// It notes the damage, and reads what stands without it.
    Note(Vec<Damage>),
}

impl OnDamage {
    /// Takes damage.
    ///
    /// # Errors
    /// The damage, when it ends the opening.
    pub fn take(&mut self, damage: Damage) -> Result<(), Damage> {
        match self {
            Self::Refuse => Err(damage),
            Self::Note(damages) => {
                if !damages.contains(&damage) {
                    damages.push(damage);
                }
                Ok(())
            }
        }
    }

    /// What was noted.
    pub fn noted(&self) -> &[Damage] {
        match self {
            Self::Refuse => &[],
            Self::Note(damages) => damages,
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DamageKind {
    /// The header is not one of this vault and feed.
    #[error("the header is not that of this vault, feed and segment")]
    Header,
    /// A frame claims a length that none can have.
    #[error("frame {seq} claims an impossible length")]
    FrameLength {
        /// Number of the frame.
        seq: u64,
    },
    /// A frame ends beyond its file.
    #[error("frame {seq} is cut off")]
    FrameCut {
        /// Number of the frame.
        seq: u64,
    },
    /// A frame was changed, moved or replaced.
    #[error("frame {seq} was changed, moved or replaced")]
    Frame {
        /// Number of the frame.
        seq: u64,
    },
    /// What a frame or body holds is not of this format.
    #[error("frame {seq} is not readable: {source}")]
    Content {
        /// Number of the frame.
        seq: u64,
        /// Why not.
        source: DecodeError,
    },
    /// The sealed body of an entry was changed or belongs elsewhere.
    #[error("an entry of frame {seq} does not open")]
    Body {
        /// Number of the frame.
        seq: u64,
    },
    /// A closed segment does not end as it must.
    #[error("the segment does not end as a closed one must")]
    Close,
    /// A segment does not continue the one before.
    #[error("the segment does not continue the one before it")]
    Link,
    /// Segments are missing before this one, or the open one is.
    #[error("a segment before this one is missing")]
    Gap,
    /// A file that habeas has not written: a copy made by a synchronising program, for example.
    #[error("the file is none that habeas has written")]
    Foreign,
    /// The first frame of a feed does not introduce the device that it names.
    #[error("the first frame does not introduce the device that the folder names")]
    Device,
    /// The tree over the entries is not the one that the segment says.
    #[error("the entries before frame {seq} are not those that were signed for")]
    Tree {
        /// Number of the frame.
        seq: u64,
    },
    /// A commit is not signed by the user that it names.
    #[error("frame {seq} is not signed by the user that it names")]
    Signature {
        /// Number of the frame.
        seq: u64,
    },
    /// A page that must be empty is not.
    #[error("a page that must be empty is not")]
    SparePage,
    /// The file of an item's keys is not as it was written.
    #[error("the key file was changed")]
    KeyFile,
    /// What a member keeps for themselves is not as they wrote it.
    #[error("the settings of this member were changed")]
    Settings,
    /// The wrapped key of a compartment is not the one that the log names.
    #[error("the wrapped key is not the one that the log names")]
    Grant,
    /// The key of an item is missing, and nothing says that it was erased.
    #[error("the key to what frame {seq} holds is missing, and no erasure says why")]
    KeyMissing {
        /// Number of the frame.
        seq: u64,
    },
    /// A checkpoint is not readable, or not signed by its device.
    #[error("the checkpoint is not readable or not signed by its device")]
    Checkpoint,
    /// A checkpoint knows of more than the feed holds: an older copy was put in its place.
    #[error("a checkpoint knows frame {seq} of this feed, which ends before it: an older copy was put in its place")]
    Rollback {
        /// Number of the frame.
        seq: u64,
    },
    /// Two histories of one device: a cloned machine, or a restored copy that was written on.
    #[error("two different frames {seq} of one device: its folder was copied and both copies were written")]
    Fork {
        /// Number of the frame.
        seq: u64,
    },
    /// A closed segment differs from the copy that was exchanged before.
    #[error("the segment differs from the copy elsewhere, although segments never change")]
    Rewritten,
    /// Both records of the durable length are unreadable.
    #[error("both records of the durable length are unreadable")]
    DurableLength,
    /// Content that was durable is missing or changed.
    #[error("frame {seq}, which was acknowledged, is missing or changed")]
    Acknowledged {
        /// Number of the frame.
        seq: u64,
    },
    /// The feed is shorter than the index has seen it, or another one: an older copy was put in its place.
    #[error("the feed was longer before, or another one: frame {seq} is not the one that was indexed")]
    RolledBack {
        /// Number of the frame that the index has seen.
        seq: u64,
    },
    /// A referenced blob is missing.
    #[error("the blob is missing")]
    BlobMissing,
    /// A blob was changed or cut.
    #[error("the blob was changed or cut")]
    Blob,
    /// A blob opens, but holds other bytes than were stored.
    #[error("the blob holds other bytes than were stored")]
    BlobHash,
    /// A public file of the vault was changed.
    #[error("the file was changed")]
    Public,
}
