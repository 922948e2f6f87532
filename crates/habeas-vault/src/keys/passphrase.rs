//! Passphrases, proposals for them, and what it costs to try one.

use super::{Entropy, KEY_LEN, Key, NoEntropy};
use argon2::{Algorithm, Argon2, Params, Version};
use std::time::Duration;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Words of a proposed passphrase: 8 of 2,048 are 88 bits. One more adds 11.
const PROPOSED_WORDS: usize = 8;

/// A passphrase in composed form (NFC), untrimmed; wiped when dropped, never shown.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Characters that a passphrase of one's own must have. Shorter ones are guessed whatever the cost of a try.
    pub const LEAST_CHARACTERS: usize = 14;

    /// A passphrase as typed. The caller wipes its own copy.
    pub fn new(typed: &str) -> Self {
        // NFC never has more than three times the bytes (UTF-8): no copy is left behind by growing.
        let mut composed = Zeroizing::new(String::with_capacity(typed.len() * 3));
        composed.extend(typed.nfc());
        Self(composed)
    }

    /// Number of characters.
    pub fn characters(&self) -> usize {
        self.0.chars().count()
    }
}

/// Draws a passphrase of 8 words, 88 bits, joined by blanks.
///
/// # Errors
/// [`NoEntropy`] when the operating system gives no random bytes.
pub fn proposed_passphrase() -> Result<Zeroizing<String>, NoEntropy> {
    let words = bip39::Language::English.word_list();
    let mut entropy = Entropy::default();
    let mut proposal = Zeroizing::new(String::with_capacity(PROPOSED_WORDS * 9));
    for i in 0..PROPOSED_WORDS {
        if i > 0 {
            proposal.push(' ');
        }
        // 2,048 divides 65,536: every word is equally likely.
        proposal.push_str(words[usize::from(u16::from_le_bytes(entropy.bytes()?)) % words.len()]);
    }
    Ok(proposal)
}

/// What one try of a passphrase costs: memory and passes of Argon2id `[rfc9106]`, with one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfCost {
    memory_mib: u32,
    passes: u32,
}

impl KdfCost {
    /// Least cost of a vault that holds real people: 64 MiB, 3 passes (about half a second).
    const FLOOR: Self = Self { memory_mib: 64, passes: 3 };
    /// A try shall take at least this long on the machine that makes the vault.
    const LEAST_TIME: Duration = Duration::from_millis(500);
    /// Bounds on reading: a hostile vault must not take all memory or a day. Raising them lets it take more.
    const MEMORY_MIB: std::ops::RangeInclusive<u64> = 8..=2048;
    const PASSES: std::ops::RangeInclusive<u64> = 1..=16;

    /// The least cost that is read at all, for vaults whose passphrase is public or whose people are invented.
    pub const fn demo() -> Self {
        Self { memory_mib: 8, passes: 1 }
    }

    /// A cost within the bounds for reading; `None` outside them.
    pub fn bounded(memory_mib: u64, passes: u64) -> Option<Self> {
        (Self::MEMORY_MIB.contains(&memory_mib) && Self::PASSES.contains(&passes))
            .then_some(Self { memory_mib: memory_mib as u32, passes: passes as u32 })
    }

    /// The cost that makes one try last half a second here, and never less than 64 MiB and 3 passes.
    ///
    /// `clock` tells the time since any fixed moment; this crate has no clock of its own.
    pub fn calibrated(clock: impl Fn() -> Duration) -> Self {
        let begun = clock();
        Self::FLOOR.stretch(b"calibration", &[0; 16]);
        let taken = clock().saturating_sub(begun).max(Duration::from_millis(1));
        Self::FLOOR.scaled(taken)
    }

    fn scaled(self, taken: Duration) -> Self {
        let wanted = f64::from(self.passes) * Self::LEAST_TIME.as_secs_f64() / taken.as_secs_f64();
        let passes = (wanted.ceil() as u32).clamp(self.passes, *Self::PASSES.end() as u32);
        Self { passes, ..self }
    }

    /// Memory in MiB.
    pub fn memory_mib(self) -> u32 {
        self.memory_mib
    }

    /// Number of passes.
    pub fn passes(self) -> u32 {
        self.passes
    }

    /// Stretches a passphrase to a key.
    pub(super) fn of(self, passphrase: &Passphrase, salt: &[u8; 16]) -> Key {
        self.stretch(passphrase.0.as_bytes(), salt)
    }

    fn stretch(self, secret: &[u8], salt: &[u8; 16]) -> Key {
        let params = Params::new(self.memory_mib * 1024, self.passes, 1, Some(KEY_LEN))
            .expect("the bounds lie inside those of Argon2");
        let mut key = Zeroizing::new([0; KEY_LEN]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(secret, salt, &mut key[..])
            .expect("salt and output have lengths that Argon2 takes");
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_keyboards_that_compose_differently_type_the_same_passphrase() {
        let salt = [3; 16];
        let composed = KdfCost::demo().of(&Passphrase::new("una contraseña larga"), &salt);
        let decomposed = KdfCost::demo().of(&Passphrase::new("una contrasen\u{303}a larga"), &salt);
        assert_eq!(*composed, *decomposed);
        let trailing_blank = KdfCost::demo().of(&Passphrase::new("una contraseña larga "), &salt);
        assert_ne!(*composed, *trailing_blank);
    }

    #[test]
    fn a_slow_machine_keeps_the_floor_and_a_fast_one_pays_more() {
        let scaled = |millis| KdfCost::FLOOR.scaled(Duration::from_millis(millis)).passes;
        assert_eq!([5000, 500, 499, 250, 1].map(scaled), [3, 3, 4, 6, 16]);
    }

    #[test]
    fn costs_outside_the_bounds_are_not_read() {
        for (memory_mib, passes) in [(0, 3), (7, 3), (2049, 3), (u64::MAX, 3), (64, 0), (64, 17), (64, u64::MAX)] {
            assert_eq!(KdfCost::bounded(memory_mib, passes), None, "{memory_mib} MiB, {passes} passes");
        }
        assert_eq!(KdfCost::bounded(8, 1), Some(KdfCost::demo()));
    }

    #[test]
    fn a_proposal_has_eight_words_and_differs_from_the_next() {
        let (one, two) = (proposed_passphrase().unwrap(), proposed_passphrase().unwrap());
        assert_eq!(one.split(' ').count(), 8);
        assert_ne!(*one, *two);
    }
}
