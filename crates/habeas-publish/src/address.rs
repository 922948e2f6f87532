//! Addresses of persons in public: stable within a series of releases, and telling nothing.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Signs of an address: digits and letters that nobody takes for one another.
const SIGNS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Letters of each half of an address; sixty bits in both. A dot stands between the halves: one run of twelve signs is what
/// the gate decodes as packed words, and by chance some of a thousand addresses would read like a short name.
const HALF: usize = 6;

/// The key of a series of releases. Two series that are not to be joined have two keys.
#[derive(Clone)]
pub struct SeriesKey(pub [u8; 32]);

impl SeriesKey {
    /// A keyed hash of some parts.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length is taken");
        parts.iter().for_each(|part| {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        });
        mac.finalize().into_bytes().into()
    }

    /// The address of a person.
    pub fn address(&self, person: habeas_core::PersonId) -> String {
        let hash = self.mac(&[b"address", &person.0]);
        let number = u64::from_be_bytes(*hash.first_chunk().expect("SHA-256 has 32 bytes"));
        let sign = |i: usize| char::from(SIGNS[(number >> (5 * i) & 31) as usize]);
        (0..HALF).map(sign).chain(['.']).chain((HALF..2 * HALF).map(sign)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_core::PersonId;

    #[test]
    fn an_address_is_stable_in_its_series_and_unknown_in_another() {
        let (one, other) = (SeriesKey([1; 32]), SeriesKey([2; 32]));
        let person = PersonId([7; 16]);
        assert_eq!(one.address(person), one.address(person));
        assert_ne!(one.address(person), other.address(person));
        assert_ne!(one.address(person), one.address(PersonId([8; 16])));
        assert_eq!(one.address(person).len(), 13);
    }

    #[test]
    fn no_address_is_a_run_that_the_gate_would_take_for_packed_words() {
        let series = SeriesKey([3; 32]);
        for n in 0..1_000u16 {
            let mut id = [0; 16];
            id[..2].copy_from_slice(&n.to_le_bytes());
            let path = format!("p/{}.html hbs-{}", series.address(PersonId(id)), series.address(PersonId(id)));
            let packed = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
            assert!(path.as_bytes().split(|byte| !packed(*byte)).all(|run| run.len() < 12), "{path}");
        }
    }
}
