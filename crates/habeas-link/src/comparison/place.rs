//! Places compared by the words of all their levels; a district inside its province shares the province's word.

use super::Outcome;
use crate::table::PlaceWords;

pub(super) const LEVELS: &[&str] = &[
    "no word of the places in common",
    "some words of the places in common",
    "most words of the places in common",
    "one place holds all words of the other",
];

/// Compares two sorted sets of words.
pub(super) fn compare(words: &PlaceWords, a: &[u32], b: &[u32]) -> Outcome {
    if a.is_empty() || b.is_empty() {
        return Outcome::default();
    }
    let (mut i, mut j, mut n_common, mut bits) = (0, 0, 0, 0f32);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n_common += 1;
                // Words of one place come together: the rarest says what the others repeat.
                bits = bits.max(words.bits(a[i]));
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    match n_common {
        0 => Outcome::level(1),
        n if n == a.len().min(b.len()) => Outcome { level: 4, bits },
        n if 2 * n > a.len().min(b.len()) => Outcome { level: 3, bits },
        _ => Outcome { level: 2, bits },
    }
}
