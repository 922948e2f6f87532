//! The body of a list of places that is kept for reading texts.

use super::{
    Body,
    source::{BlobRef, decode_blob_ref, encode_blob_ref},
};
use crate::format::{
    DecodeError,
    cbor::{Decoder, Encoder},
};

/// A list of places as recorded, with its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPlaces {
    /// The name that people gave it.
    pub name: String,
    /// Which state of the list it is, in its maker's words; may be empty.
    pub edition: String,
    /// Whose it is and what may be done with it, in words; may be empty.
    pub licence: String,
    /// The name of the file.
    pub file_name: String,
    /// The bytes as received.
    pub file: BlobRef,
}

impl Body for StoredPlaces {
    fn encode(&self, e: &mut Encoder) {
        e.map(|m| {
            m.key(0).text(&self.name);
            m.key(1).text(&self.edition);
            m.key(2).text(&self.licence);
            m.key(3).text(&self.file_name);
            encode_blob_ref(m.key(4), &self.file);
        });
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (mut words, mut file): ([Option<String>; 4], _) = (Default::default(), None);
        d.map(|key, d| {
            match key {
                0..=3 => words[key as usize] = Some(d.string()?),
                4 => file = Some(decode_blob_ref(d)?),
                _ => d.skip()?,
            }
            Ok::<(), DecodeError>(())
        })?;
        let mut next = (0..).zip(words).map(|(key, word)| word.ok_or(DecodeError::Missing { key }));
        let mut word = || next.next().expect("there are four");
        Ok(Self {
            name: word()?,
            edition: word()?,
            licence: word()?,
            file_name: word()?,
            file: file.ok_or(DecodeError::Missing { key: 4 })?,
        })
    }
}
