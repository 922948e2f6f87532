//! Columns of words without a meaning known to linkage, and numbers of documents.

use super::Outcome;
use crate::{
    kernel::{jaro_winkler, one_edit_apart},
    table::TextColumn,
};

pub(super) const LEVELS: &[&str] = &["different", "partly alike", "nearly the same", "the same"];

/// Similarity from which two words count as nearly the same.
const NEARLY: f32 = 0.92;
/// Similarity from which they count as partly alike.
const PARTLY: f32 = 0.84;

pub(super) fn compare(column: &TextColumn, first: u32, second: u32) -> Outcome {
    let value = column.value(first);
    if first == second {
        return Outcome { level: 4, bits: value.bits };
    }
    let other = column.value(second);
    if value.is_code || other.is_code {
        // Codes: one sign off is a slip, a common beginning a region or a series.
        let prefix = value.letters.common_prefix(other.letters);
        let shortest = value.letters.len().min(other.letters.len());
        return Outcome::level(match () {
            () if one_edit_apart(value.letters, other.letters) => 3,
            () if prefix >= 3 || (prefix >= 2 && 2 * prefix >= shortest) => 2,
            () => shared_word(column, first, second),
        });
    }
    let similarity = jaro_winkler(value.letters, other.letters, PARTLY);
    Outcome::level(match similarity {
        s if s >= NEARLY => 3,
        s if s >= PARTLY => 2,
        _ => shared_word(column, first, second),
    })
}

/// 2 where a word of three letters or more is in both, else 1.
fn shared_word(column: &TextColumn, a: u32, b: u32) -> u8 {
    let theirs = column.words(b);
    1 + u8::from(column.words(a).iter().any(|word| theirs.binary_search(word).is_ok()))
}

pub(super) fn compare_documents(column: &TextColumn, a: &[u32], b: &[u32]) -> Outcome {
    let mut best = Outcome::default();
    for first in a {
        for second in b {
            let value = column.value(*first);
            let found = if first == second {
                Outcome { level: 3, bits: value.bits }
            } else {
                let near = one_edit_apart(value.letters, column.value(*second).letters);
                Outcome::level(1 + u8::from(near))
            };
            if (found.level, found.bits) > (best.level, best.bits) {
                best = found;
            }
        }
    }
    best
}
