//! The recovery key: 256 bits on paper, as the 24 words of BIP-39 with their checksum.

use super::{Entropy, Key, NoEntropy};
use bip39::{Error, Language, Mnemonic};
use zeroize::Zeroizing;

/// Words of a recovery key.
const N_WORDS: usize = 24;

/// Why words are no recovery key. No word is repeated: it may be a right one in the wrong place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryKeyError {
    /// There are more or fewer than 24 words.
    #[error("a recovery key has 24 words; these are {n_words}")]
    Count {
        /// How many there are.
        n_words: usize,
    },
    /// A word is not in the list.
    #[error("word {number} is not in the list")]
    UnknownWord {
        /// Which one, from 1.
        number: usize,
    },
    /// All words are in the list, and they do not belong together.
    #[error("the words do not fit together: one is another, or two changed places")]
    Checksum,
}

/// A recovery key; wiped when dropped, never shown but by [`RecoveryKey::words`].
pub struct RecoveryKey(Key);

impl RecoveryKey {
    /// Draws a recovery key.
    ///
    /// # Errors
    /// [`NoEntropy`] when the operating system gives no random bytes.
    pub fn generate(entropy: &mut Entropy) -> Result<Self, NoEntropy> {
        Ok(Self(Zeroizing::new(entropy.bytes()?)))
    }

    /// Reads 24 words, in either case and with any blanks between.
    ///
    /// # Errors
    /// See [`RecoveryKeyError`].
    pub fn parse(typed: &str) -> Result<Self, RecoveryKeyError> {
        let n_words = typed.split_whitespace().count();
        if n_words != N_WORDS {
            return Err(RecoveryKeyError::Count { n_words });
        }
        let lower = Zeroizing::new(typed.to_lowercase());
        let words = Mnemonic::parse_in_normalized(Language::English, &lower).map_err(|error| match error {
            Error::UnknownWord(at) => RecoveryKeyError::UnknownWord { number: at + 1 },
            _ => RecoveryKeyError::Checksum,
        })?;
        let (bytes, _) = words.to_entropy_array();
        let bytes = Zeroizing::new(bytes);
        Ok(Self(Zeroizing::new(std::array::from_fn(|i| bytes[i]))))
    }

    /// The 24 words, joined by blanks.
    pub fn words(&self) -> Zeroizing<String> {
        let words = Mnemonic::from_entropy_in(Language::English, &self.0[..]).expect("256 bits are 24 words");
        // The longest word of the list has 8 letters: the text never grows and leaves no copy.
        let mut text = Zeroizing::new(String::with_capacity(N_WORDS * 9));
        for word in words.words() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        text
    }

    pub(super) fn bytes(&self) -> &Key {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(typed: &str) -> RecoveryKeyError {
        RecoveryKey::parse(typed).err().unwrap()
    }

    /// The vectors of BIP-39 for 32 bytes of 00 and of ff.
    #[test]
    fn the_words_are_those_of_bip_39() {
        let words = |byte| RecoveryKey(Zeroizing::new([byte; 32])).words().to_string();
        assert_eq!(words(0), format!("{}art", "abandon ".repeat(23)));
        assert_eq!(words(0xff), format!("{}vote", "zoo ".repeat(23)));
    }

    #[test]
    fn words_are_read_back_whatever_their_case_and_blanks() {
        let key = RecoveryKey::generate(&mut Entropy::default()).unwrap();
        let typed = format!("  {}\n", key.words().to_uppercase().replace(' ', "  \n "));
        assert_eq!(*RecoveryKey::parse(&typed).unwrap().0, *key.0);
    }

    #[test]
    fn what_is_wrong_with_words_is_said_without_repeating_one() {
        assert_eq!(refused("abandon abandon"), RecoveryKeyError::Count { n_words: 2 });
        let seventh = format!("{}secretly {}art", "abandon ".repeat(6), "abandon ".repeat(16));
        assert_eq!(refused(&seventh), RecoveryKeyError::UnknownWord { number: 7 });
        assert_eq!(refused(&seventh).to_string(), "word 7 is not in the list");
        assert_eq!(refused(&format!("{}zoo", "abandon ".repeat(23))), RecoveryKeyError::Checksum);
    }
}
