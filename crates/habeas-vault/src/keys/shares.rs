//! Shares of a secret that opens the vault: any k of n restore it, fewer tell nothing `[shamir1979]`.
//!
//! A share is 64 bytes and written in groups of five signs that are not mistaken for one another when read aloud.

use super::{Entropy, Key, NoEntropy, VaultId};
use blahaj::Sharks;
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// Names a set of shares.
pub type SetId = [u8; 8];

const VERSION: u8 = 1;
/// Version, vault, set, threshold, number of shares, index, value, checksum.
const SHARE_LEN: usize = 1 + 16 + 8 + 3 + 32 + 4;
/// Without I, L, O and U, as Crockford proposes.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP: usize = 5;

/// Why shares are not made, read or combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// At least 2 must be needed, and at least as many made.
    #[error("{threshold} of {n_shares} is no way to share: at least 2, and no more than there are")]
    Numbers {
        /// How many shall open.
        threshold: u8,
        /// How many there shall be.
        n_shares: u8,
    },
    /// The operating system gives no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// A sign that no share contains.
    #[error("sign {position} is none that a share has")]
    UnknownSign {
        /// Which one, from 1, blanks and hyphens not counted.
        position: usize,
    },
    /// Signs are missing or too many.
    #[error("a share has 103 signs; these are {n_signs}")]
    Length {
        /// How many there are, blanks and hyphens not counted.
        n_signs: usize,
    },
    /// A sign is another than was written.
    #[error("the share does not fit its checksum: a sign was misread")]
    Checksum,
    /// It was made by a newer program.
    #[error("the share is of form {version}, which this program does not know")]
    OtherVersion {
        /// Its form.
        version: u8,
    },
    /// Two shares belong to different vaults.
    #[error("share {number} belongs to another vault than the first")]
    OtherVault {
        /// Which one, from 1, in the order given.
        number: usize,
    },
    /// Two shares belong to different sets.
    #[error("share {number} belongs to another set than the first")]
    OtherSet {
        /// Which one, from 1, in the order given.
        number: usize,
    },
    /// One share is given twice.
    #[error("share {number} was already given")]
    Twice {
        /// Which one, from 1, in the order given.
        number: usize,
    },
    /// More shares are needed.
    #[error("{n_given} shares are given, {threshold} are needed")]
    TooFew {
        /// How many there are.
        n_given: usize,
        /// How many are needed.
        threshold: u8,
    },
}

/// What shares combine to; wiped when dropped.
pub struct ShareSecret {
    /// Names the set.
    pub set: SetId,
    /// How many shares open.
    pub threshold: u8,
    /// How many shares there are.
    pub n_shares: u8,
    /// The secret itself.
    pub(super) secret: Key,
}

impl ShareSecret {
    /// Draws a secret that k of n shares will restore.
    ///
    /// # Errors
    /// [`ShareError::Numbers`], [`ShareError::NoEntropy`].
    pub fn generate(threshold: u8, n_shares: u8, entropy: &mut Entropy) -> Result<Self, ShareError> {
        if threshold < 2 || n_shares < threshold {
            return Err(ShareError::Numbers { threshold, n_shares });
        }
        Ok(Self { set: entropy.bytes()?, threshold, n_shares, secret: Zeroizing::new(entropy.bytes()?) })
    }

    /// Splits the secret; the seed is fresh random bytes, used for nothing else.
    pub fn split(&self, vault: &VaultId, seed: &Key) -> Vec<Share> {
        let mut rng = ChaCha20Rng::from_seed(**seed);
        let dealt = Sharks(self.threshold).dealer_rng(&self.secret[..], &mut rng);
        dealt
            .take(usize::from(self.n_shares))
            .map(|dealt| {
                let bytes = Zeroizing::new(Vec::from(&dealt));
                let mut value = Zeroizing::new([0; 32]);
                value.copy_from_slice(&bytes[1..]);
                let (set, threshold, n_shares) = (self.set, self.threshold, self.n_shares);
                Share { vault: *vault, set, threshold, n_shares, index: bytes[0], value }
            })
            .collect()
    }

    /// Restores the secret from shares, in any order. Shares beyond the threshold are not used.
    ///
    /// # Errors
    /// See [`ShareError`].
    pub fn combine(shares: &[Share]) -> Result<Self, ShareError> {
        let Some(first) = shares.first() else { return Err(ShareError::TooFew { n_given: 0, threshold: 2 }) };
        let (set, threshold, n_shares) = (first.set, first.threshold, first.n_shares);
        let mut seen = BTreeSet::new();
        for (i, share) in shares.iter().enumerate() {
            let number = i + 1;
            if share.vault != first.vault {
                return Err(ShareError::OtherVault { number });
            }
            if (share.set, share.threshold, share.n_shares) != (set, threshold, n_shares) {
                return Err(ShareError::OtherSet { number });
            }
            if !seen.insert(share.index) {
                return Err(ShareError::Twice { number });
            }
        }
        let n_given = shares.len();
        let too_few = ShareError::TooFew { n_given, threshold };
        let used = shares.get(..usize::from(threshold)).ok_or(too_few)?;
        let points: Vec<blahaj::Share> = used
            .iter()
            .map(|share| {
                let mut point = Zeroizing::new(Vec::with_capacity(33));
                point.push(share.index);
                point.extend_from_slice(&share.value[..]);
                blahaj::Share::try_from(&point[..]).expect("an index and 32 bytes are a share")
            })
            .collect();
        let restored = Zeroizing::new(Sharks(threshold).recover(&points).map_err(|_| too_few)?);
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(&restored);
        Ok(Self { set, threshold, n_shares, secret })
    }
}

/// One share; wiped when dropped, never shown but by [`Share::text`].
#[derive(Clone, PartialEq, Eq)]
pub struct Share {
    /// The vault that it opens together with others.
    pub vault: VaultId,
    /// The set that it belongs to.
    pub set: SetId,
    /// How many of the set open.
    pub threshold: u8,
    /// How many there are in the set.
    pub n_shares: u8,
    /// Which one it is, from 1.
    pub index: u8,
    value: Key,
}

impl Share {
    /// The share as groups of five signs.
    pub fn text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; SHARE_LEN]);
        bytes[0] = VERSION;
        bytes[1..17].copy_from_slice(&self.vault);
        bytes[17..25].copy_from_slice(&self.set);
        bytes[25..28].copy_from_slice(&[self.threshold, self.n_shares, self.index]);
        bytes[28..60].copy_from_slice(&self.value[..]);
        let sum = checksum(&bytes[..60]);
        bytes[60..].copy_from_slice(&sum);
        let n_signs = (SHARE_LEN * 8).div_ceil(5);
        let mut text = Zeroizing::new(String::with_capacity(n_signs + n_signs / GROUP));
        for i in 0..n_signs {
            if i > 0 && i % GROUP == 0 {
                text.push(' ');
            }
            let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
            let value = (0..5).fold(0, |value, j| value << 1 | bit(i * 5 + j));
            text.push(char::from(SIGNS[usize::from(value)]));
        }
        text
    }

    /// Reads a share, in either case, with any blanks and hyphens, O as 0 and I or L as 1.
    ///
    /// # Errors
    /// See [`ShareError`].
    pub fn parse(typed: &str) -> Result<Self, ShareError> {
        let signs = || typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
        let n_signs = signs().count();
        let mut bytes = Zeroizing::new([0u8; SHARE_LEN]);
        let mut surplus = 0;
        for (i, sign) in signs().enumerate() {
            let read = match sign.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let known = SIGNS.iter().position(|known| char::from(*known) == read);
            let value = known.ok_or(ShareError::UnknownSign { position: i + 1 })?;
            for j in 0..5 {
                let (at, bit) = (i * 5 + j, (value >> (4 - j) & 1) as u8);
                match bytes.get_mut(at / 8) {
                    Some(byte) => *byte |= bit << (7 - at % 8),
                    None => surplus |= bit,
                }
            }
        }
        if n_signs != (SHARE_LEN * 8).div_ceil(5) {
            return Err(ShareError::Length { n_signs });
        }
        if surplus != 0 || checksum(&bytes[..60]) != bytes[60..] {
            return Err(ShareError::Checksum);
        }
        if bytes[0] != VERSION {
            return Err(ShareError::OtherVersion { version: bytes[0] });
        }
        let (threshold, n_shares, index) = (bytes[25], bytes[26], bytes[27]);
        if threshold < 2 || n_shares < threshold || index == 0 || index > n_shares {
            return Err(ShareError::Numbers { threshold, n_shares });
        }
        Ok(Self {
            vault: std::array::from_fn(|i| bytes[1 + i]),
            set: std::array::from_fn(|i| bytes[17 + i]),
            threshold,
            n_shares,
            index,
            value: Zeroizing::new(std::array::from_fn(|i| bytes[28 + i])),
        })
    }
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let hash = Sha256::new().chain_update(b"habeas/1 share").chain_update(bytes).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::v1::source::hex;

    fn secret(threshold: u8, n_shares: u8) -> ShareSecret {
        ShareSecret { set: [3; 8], threshold, n_shares, secret: Zeroizing::new([4; 32]) }
    }

    fn shares(threshold: u8, n_shares: u8) -> Vec<Share> {
        secret(threshold, n_shares).split(&[5; 16], &Zeroizing::new([6; 32]))
    }

    fn refused(shares: &[Share]) -> ShareError {
        ShareSecret::combine(shares).err().unwrap()
    }

    #[test]
    fn enough_shares_restore_the_secret_and_fewer_do_not() {
        for (threshold, n_shares) in [(2, 3), (3, 5), (2, 2), (5, 5)] {
            let all = shares(threshold, n_shares);
            for chosen in 1u32..1 << n_shares {
                let some: Vec<Share> =
                    (0..n_shares).filter(|i| chosen >> i & 1 == 1).map(|i| all[usize::from(i)].clone()).collect();
                match ShareSecret::combine(&some) {
                    Ok(restored) => {
                        assert!(some.len() >= usize::from(threshold));
                        assert_eq!(*restored.secret, [4; 32]);
                    }
                    Err(error) => assert_eq!(error, ShareError::TooFew { n_given: some.len(), threshold }),
                }
                // Also when someone lowers the number that a share asks for.
                if some.len() + 1 == usize::from(threshold) && some.len() >= 2 {
                    let lowered: Vec<Share> =
                        some.into_iter().map(|share| Share { threshold: threshold - 1, ..share }).collect();
                    assert_ne!(*ShareSecret::combine(&lowered).unwrap().secret, [4; 32]);
                }
            }
        }
    }

    #[test]
    fn shares_that_do_not_belong_together_are_named() {
        let all = shares(2, 3);
        let strange = Share { vault: [9; 16], ..all[1].clone() };
        assert_eq!(refused(&[all[0].clone(), strange]), ShareError::OtherVault { number: 2 });
        let earlier = Share { set: [9; 8], ..all[1].clone() };
        assert_eq!(refused(&[all[0].clone(), earlier]), ShareError::OtherSet { number: 2 });
        assert_eq!(refused(&[all[0].clone(), all[0].clone()]), ShareError::Twice { number: 2 });
        assert_eq!(refused(&[]), ShareError::TooFew { n_given: 0, threshold: 2 });
        for (threshold, n_shares) in [(0, 3), (1, 3), (4, 3)] {
            let made = ShareSecret::generate(threshold, n_shares, &mut Entropy::default());
            assert_eq!(made.err(), Some(ShareError::Numbers { threshold, n_shares }));
        }
    }

    #[test]
    fn a_share_is_read_back_as_people_type_it() {
        let share = &shares(2, 3)[1];
        let text = share.text();
        let sloppy = text.to_lowercase().replace(' ', "-\n").replace('0', "o").replace('1', "l");
        assert!(Share::parse(&text).unwrap() == *share && Share::parse(&sloppy).unwrap() == *share);
        let signs: Vec<char> = text.chars().collect();
        for i in (0..signs.len()).filter(|i| signs[*i] != ' ') {
            let mut changed = signs.clone();
            changed[i] = if signs[i] == '7' { '8' } else { '7' };
            let changed: String = changed.into_iter().collect();
            assert_eq!(Share::parse(&changed).err(), Some(ShareError::Checksum), "sign {i}");
        }
        assert_eq!(Share::parse("7U").err(), Some(ShareError::UnknownSign { position: 2 }));
        assert_eq!(Share::parse(&text[..11]).err(), Some(ShareError::Length { n_signs: 10 }));
    }

    /// Vault 16 × 05, set 8 × 03, 2 of 3, secret 32 × 04, coefficients from ChaCha20 with the seed 32 × 06.
    #[test]
    fn a_share_of_fixed_bytes_has_the_text_of_the_format() {
        let all = shares(2, 3);
        expect_test::expect!["bf24661be8a2b645ce033e78b00da39c9902a187ad013094ff1325341cb17cb4"]
            .assert_eq(&hex(&all[0].value[..]));
        expect_test::expect!["042GA 1850M 2GA18 50M2G A1850 M2G60 R30C1 G60R3 081G3 FS4CR DYH8N P8Q70 6FKRP 06T77 4S0AG RFB81 62AFY 4S56G EB2Z5 M24B8 D40"].assert_eq(&all[0].text());
    }
}
