//! What fuzzing asks of the decoders of format 1. Built for `cargo fuzz`, where `cfg(fuzzing)` is set, and for the
//! tests, so that no change of a decoder leaves it behind.
//!
//! Whoever holds a member's keys can write any bytes under a good seal.

use crate::{
    checkpoint::Checkpoint,
    feed::{
        close,
        segment::{HEADER_LEN, Header},
    },
    format::DecodeError,
    format::v1::{
        Body,
        assertion::StoredAssertion,
        consent::ConsentContact,
        decode_commit,
        erasure::{Erased, Erasure, Retraction, SourceIdentity},
        leaves_of,
        linkage::{StoredLinkRun, decode_columns, encode_columns},
        member::{DeviceIntroduced, DeviceRemoved, EpochBegun, MemberStated},
        places::StoredPlaces,
        record::StoredRecord,
        release::{Approval, Delivery, Published, Release, ReleaseWithdrawn},
        source::StoredSource,
        statement::{
            AuditEvent, EditionChange, Founded, ImportBegun, ImportFinished, QuarantinedRow, StoredEstimate, Words,
        },
    },
    keys::{GrantHeader, KeyFileHeader, RecoveryKey, Share, Slot},
};
use habeas_core::{Consent, Judgement};

// Not the same bytes: keys of later versions are skipped, and absent ones stand for nothing.
fn one_form<B: Body>(bytes: &[u8]) {
    if let Ok(body) = B::from_padded(bytes) {
        let written = body.to_padded();
        let read = B::from_padded(&written).expect("what was written can be read");
        assert_eq!(read.to_padded(), written, "a body with a second form");
    }
}

/// A body that decodes is written and read as the same. The first byte says which body.
pub fn body(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let decoders: &[fn(&[u8])] = &[
        one_form::<Founded>,
        one_form::<StoredSource>,
        one_form::<ImportBegun>,
        one_form::<StoredRecord>,
        one_form::<QuarantinedRow>,
        one_form::<ImportFinished>,
        one_form::<EditionChange>,
        one_form::<Words>,
        one_form::<Judgement>,
        one_form::<StoredLinkRun>,
        one_form::<StoredEstimate>,
        one_form::<StoredPlaces>,
        one_form::<AuditEvent>,
        one_form::<DeviceIntroduced>,
        one_form::<MemberStated>,
        one_form::<EpochBegun>,
        one_form::<Erasure>,
        one_form::<Erased>,
        one_form::<SourceIdentity>,
        one_form::<Retraction>,
        one_form::<DeviceRemoved>,
        one_form::<StoredAssertion>,
        one_form::<Consent>,
        one_form::<ConsentContact>,
        one_form::<Release>,
        one_form::<Approval>,
        one_form::<Published>,
        one_form::<ReleaseWithdrawn>,
        one_form::<Delivery>,
    ];
    decoders[usize::from(*kind) % decoders.len()](bytes);
}

/// A commit is read whole or refused; so are the columns of a linkage.
pub fn commit(bytes: &[u8]) {
    if let Ok(commit) = decode_commit(bytes) {
        let raw: Vec<&[u8]> = commit.entries.iter().map(|entry| entry.sealed_body).collect();
        assert_eq!(leaves_of(&commit.head.salt, &raw).len(), commit.entries.len());
    }
    let whole = columns(bytes, bytes.len());
    assert_eq!(columns(bytes, 7), whole, "pieces of 7 bytes");
    if let Some(written) = whole {
        assert_eq!(columns(&written, written.len()).as_ref(), Some(&written));
    }
}

/// The columns of a linkage that come in pieces, as they are written again: a weight may be no number, which equals nothing.
fn columns(bytes: &[u8], piece: usize) -> Option<Vec<u8>> {
    let mut pieces = bytes.chunks(piece.max(1));
    let mut next = || Ok::<_, DecodeError>(pieces.next().map(<[u8]>::to_vec));
    decode_columns(&mut next, String::new()).ok().map(|run| encode_columns(&run))
}

/// Files outside the seal, and what people type.
pub fn file(bytes: &[u8]) {
    let _ = (GrantHeader::peek(bytes, &[1; 16]), KeyFileHeader::peek(bytes, &[1; 16]), close::decode(bytes));
    if let Ok(slot) = Slot::decode(bytes) {
        assert_eq!(slot.encode(), bytes);
    }
    if let Ok(header) = Header::decode(bytes, [1; 16], [2; 16], 1) {
        assert_eq!(header.encode()[..], bytes[..HEADER_LEN]);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = (RecoveryKey::parse(text), Share::parse(text), Checkpoint::read(text, [1; 16]));
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_file_of_the_corpus_passes() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus");
        for (target, asks) in
            [("vault_body", super::body as fn(&[u8])), ("vault_commit", super::commit), ("vault_file", super::file)]
        {
            let files = std::fs::read_dir(format!("{corpus}/{target}")).expect("a folder for each target");
            let files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
            assert!(!files.is_empty(), "{target}");
            files.iter().for_each(|file| asks(&std::fs::read(file).expect("a file of the corpus")));
        }
    }
}
