//! Evidence at rest: one encrypted folder, written by appending only.
//!
//! [`Vault::init`] makes a vault, [`Vault::open`] opens one. Records come in by [`Vault::begin_import`] and are visible
//! when the import is finished, whole or not at all; they are read by [`Vault::for_each_record`] and
//! [`Vault::records_of`]. Judgements, link runs, estimates and audit entries are appended and never changed. The index
//! finds persons and positions and may be deleted at any time.
//!
//! Nothing of the content lies on disk in clear, no plaintext is ever written to a temporary file, and no person's name
//! or passage stands in an error. The layout to the byte is in `docs/format.md`. This crate reads no clock: whoever
//! calls tells the time.

mod assertions;
mod backup;
mod blob;
mod catalog;
mod checkpoint;
#[cfg(test)]
mod crash_tests;
mod damage;
mod earlier;
mod erase;
mod exchange;
mod failed_unlocks;
mod feed;
mod fold;
mod format;
mod founding;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod import;
mod index;
mod key_area;
mod keys;
mod log;
mod members;
mod mentions;
mod opening;
mod persons;
mod places;
mod proof;
mod publication;
mod records;
mod settings;
mod storage;
mod sync;
#[cfg(test)]
mod team_tests;
mod travel;
mod vault;
mod verify;

pub use assertions::AssertError;
pub use backup::{BackupReport, RestoreError, Restored};
pub use catalog::{
    AuditEntry, Conflict, DeviceInfo, ErasureInfo, EstimateInfo, ImportInfo, LinkRunInfo, MemberInfo, ReleaseInfo,
};
pub use checkpoint::Checkpoint;
pub use damage::{Damage, DamageKind};
pub use earlier::Earlier;
pub use erase::EraseTarget;
pub use exchange::Copied;
pub use failed_unlocks::note_failed_unlock;
pub use feed::Torn;
pub use format::{
    DecodeError,
    cbor::CborError,
    v1::{
        linkage::LinkRun,
        release::{Delivery, Named, Release},
        statement::{AuditEvent, EditionChange, ImportSummary, QuarantinedRow, RemarkCount},
    },
};
pub use founding::{InitError, InitOptions};
pub use import::{ImportError, ImportReceipt, ImportWriter};
pub use index::{
    AnsweredPerson, AssertionRef, CaseLine, ComparedKey, ComparedRow, Counted, IndexError, IndexedPerson, Joint,
    PersonFilter, PersonHit, PersonPage, PersonRow, Wanted,
};
pub use keys::{
    KdfCost, KeyringSecret, NoEntropy, Passphrase, RecoveryKey, RecoveryKeyError, Share, ShareError, ShareSecret,
    SlotKind, Way, proposed_passphrase,
};
pub use members::NewMember;
pub use opening::OpenError;
pub use places::{PlaceList, PlaceListDraft};
pub use proof::EntryProof;
pub use settings::MAX_SETTINGS;
pub use storage::{Action, RelPath, StorageError};
pub use sync::SyncReport;
pub use vault::{JudgementDraft, Notice, SourceDraft, Vault, VaultError};
pub use verify::{Depth, VerifyReport};
