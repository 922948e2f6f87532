//! Typed identifiers. All are 16 bytes, shown as lower-case hexadecimal; a `RecordId` can never stand where a
//! `PersonId` is meant.

use std::{fmt, str::FromStr};

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is 32 hexadecimal digits, this text has {length} characters or other signs")]
pub struct ParseIdError {
    /// Number of characters of the text.
    pub length: usize,
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// The first eight hexadecimal digits, enough to tell a few thousand apart on a screen.
            pub fn short(&self) -> String {
                self.to_string()[..8].to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let wrong = ParseIdError { length: text.chars().count() };
                if text.len() != 32 || !text.is_ascii() {
                    return Err(wrong);
                }
                let mut bytes = [0; 16];
                for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
                    let digits = std::str::from_utf8(digits).map_err(|_| wrong)?;
                    *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong)?;
                }
                Ok(Self(bytes))
            }
        }
    };
}

id_type!(
    /// Names one source: a list, an article, a testimony. Minted at random when the source is first recorded.
    SourceId
);
id_type!(
    /// Names one record (a row of a list, or the mentions of one person in a text).
    ///
    /// Derived by the vault with its own key from the source, the file and the place in it, so the same row of the same
    /// file has the same id for ever and nobody without the key can guess it from the words.
    RecordId
);
id_type!(
    /// Names one who works with a vault: derived from the user's public keys, so it cannot be borrowed.
    UserId
);
id_type!(
    /// Names a device that writes to a vault, and so a feed: derived from the device's public key.
    DeviceId
);
id_type!(
    /// Names a person: the id of the founding record of the cluster (the earliest recorded one).
    ///
    /// Never minted. A merge keeps the older id, a split gives the part without the founder an id of its own.
    PersonId
);
id_type!(
    /// Names one import of one file into one list.
    ImportId
);
id_type!(
    /// Names one decision of one person about one pair.
    JudgementId
);
id_type!(
    /// Names one run of the linkage.
    LinkRunId
);
id_type!(
    /// Names one statement of consent.
    ConsentId
);

id_type!(
    /// Names an entity that assertions are about. Minted at random when somebody first speaks of it.
    EntityId
);
id_type!(
    /// Names one assertion; the id of the entry that holds it.
    AssertionId
);

impl From<RecordId> for PersonId {
    fn from(founder: RecordId) -> Self {
        Self(founder.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_is_read_back_from_its_own_display(bytes: [u8; 16]) {
            prop_assert_eq!(RecordId(bytes).to_string().parse(), Ok(RecordId(bytes)));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,40}") {
            let _ = text.parse::<PersonId>();
        }
    }
}
