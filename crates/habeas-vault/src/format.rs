//! The stored forms. Types of `habeas-core` are not serialisable: what they look like on disk is a promise of its own,
//! written out here by hand, one module per format, and never changed once released.

pub mod cbor;
pub mod v1;

use cbor::CborError;

/// Why stored bytes are not of this format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not the one encoding of a value, or another type than stands there.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// A key that must be there is missing.
    #[error("key {key} of a map is missing")]
    Missing {
        /// The key.
        key: u64,
    },
    /// A number stands for nothing in its table.
    #[error("number {number} is not in the table of {table}")]
    UnknownCode {
        /// Name of the table.
        table: &'static str,
        /// The number.
        number: u64,
    },
    /// A kind of entry, or a schema of one, that this version does not know.
    #[error("an entry of kind {kind}, schema {schema}, is not known to this version")]
    UnknownEntry {
        /// Kind.
        kind: u64,
        /// Schema.
        schema: u64,
    },
    /// Words point outside their record.
    #[error("words lie outside their record")]
    Span,
    /// Numbers make no date, point, pair or partition.
    #[error("numbers make no {what}")]
    Impossible {
        /// What they should make.
        what: &'static str,
    },
    /// An entry speaks of one that is not there.
    #[error("an entry speaks of a {what} that is not there")]
    Dangling {
        /// What is missing.
        what: &'static str,
    },
}
