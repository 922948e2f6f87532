//! Similarity of short strings, bit-parallel: sixteen letters are compared at once in one 128-bit word.
//!
//! Longer words are cut to their first sixteen letters, which no spelling difference of names needs to see beyond;
//! equality is never decided here but on dictionary numbers.

mod spelling;

pub(crate) use spelling::LETTERS;
pub use spelling::{LearntCost, LetterCosts};

/// Letters that a packed word can hold.
pub const CAPACITY: usize = 16;

/// A folded word of up to sixteen letters, one byte each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Packed {
    letters: u128,
    present: u64,
    length: u8,
}

/// One byte for a letter: ASCII is itself; letters of other scripts share the upper half.
const fn code(letter: char) -> u8 {
    if letter.is_ascii() { letter as u8 } else { 128 | (letter as u32 % 127) as u8 }
}

impl Packed {
    /// Packs a folded word.
    pub fn new(word: &str) -> Self {
        let mut packed = Self::default();
        for letter in word.chars().take(CAPACITY) {
            packed.push(code(letter).max(1));
        }
        packed
    }

    fn push(&mut self, code: u8) {
        self.letters |= u128::from(code) << (8 * u32::from(self.length));
        self.present |= 1 << (code & 63);
        self.length += 1;
    }

    /// The two words without a blank between them, cut to sixteen letters.
    pub fn joined(self, next: Self) -> Self {
        let length = (usize::from(self.length) + usize::from(next.length)).min(CAPACITY) as u8;
        if usize::from(self.length) == CAPACITY {
            return self;
        }
        Self {
            letters: self.letters | (next.letters << (8 * u32::from(self.length))),
            present: self.present | next.present,
            length,
        }
    }

    /// Two consonant skeletons as that of one word: a vowel inside it is not written, nor a doubled letter.
    pub(crate) fn joined_skeleton(self, next: Self) -> Self {
        let mut joined = self;
        for i in 0..next.len() {
            let (letter, last) = (next.letter(i), joined.letter(joined.len().saturating_sub(1)));
            let starts_with_vowel = i == 0 && next.len() > 1 && matches!(letter, b'a' | b'w' | b'y');
            if !starts_with_vowel && letter != last && joined.len() < CAPACITY {
                joined.push(letter);
            }
        }
        joined
    }

    /// Number of letters, at most sixteen.
    pub fn len(self) -> usize {
        usize::from(self.length)
    }

    /// Whether there is no letter.
    pub fn is_empty(self) -> bool {
        self.length == 0
    }

    /// The byte of the first letter; 0 for an empty word.
    pub fn first(self) -> u8 {
        self.letters as u8
    }

    /// A number that orders words by their letters.
    pub fn order(self) -> u128 {
        self.letters
    }

    pub(crate) fn letter(self, i: usize) -> u8 {
        (self.letters >> (8 * i)) as u8
    }

    /// Number of equal letters at the start.
    pub fn common_prefix(self, other: Self) -> usize {
        let first_difference = (self.letters ^ other.letters).trailing_zeros() as usize / 8;
        first_difference.min(self.len()).min(other.len())
    }
}

/// Number of letters that two words have in common within the window, and of those that are out of order.
macro_rules! common_letters {
    ($(#[$doc:meta])* $name:ident, $word:ty, $capacity:literal) => {
        $(#[$doc])*
        fn $name(a: Packed, b: Packed) -> (u32, u32) {
            const LOW_BITS: $word = <$word>::from_ne_bytes([0x01; $capacity]);
            const HIGH_BITS: $word = <$word>::from_ne_bytes([0x80; $capacity]);
            // The high bit of every byte that equals the letter.
            let positions = |word: $word, letter: u8| {
                let differences = word ^ LOW_BITS.wrapping_mul(<$word>::from(letter));
                !(((differences & !HIGH_BITS) + !HIGH_BITS) | differences | !HIGH_BITS)
            };
            let first_bytes =
                |n: usize| if n >= $capacity { HIGH_BITS } else { HIGH_BITS & (((1 as $word) << (8 * n)) - 1) };
            let (letters_a, letters_b) = (a.letters.to_le_bytes(), b.letters.to_le_bytes());
            let word_b = b.letters as $word;
            let window = (a.len().max(b.len()) / 2).saturating_sub(1);
            let inside_b = first_bytes(b.len());
            let (mut used, mut matched_a): ($word, u32) = (0, 0);
            for i in 0..a.len() {
                let near = first_bytes(i + window + 1) & !first_bytes(i.saturating_sub(window));
                let found = positions(word_b, letters_a[i]) & near & !used & inside_b;
                used |= found & found.wrapping_neg();
                matched_a |= u32::from(found != 0) << i;
            }
            let n_matched = matched_a.count_ones();
            let mut out_of_order = 0;
            while matched_a != 0 {
                let (i, j) = (matched_a.trailing_zeros() as usize, used.trailing_zeros() as usize / 8);
                out_of_order += u32::from(letters_a[i] != letters_b[j]);
                matched_a &= matched_a - 1;
                used &= used - 1;
            }
            (n_matched, out_of_order)
        }
    };
}

common_letters!(
    /// For words of up to eight letters, which most are.
    common_of_8,
    u64,
    8
);
common_letters!(
    /// For words of up to sixteen letters.
    common_of_16,
    u128,
    16
);

/// Jaro–Winkler similarity in [0, 1], or 0 where it cannot reach `least`.
///
/// # Source
/// `[winkler1990]`; prefix scale 0.1 over at most four letters.
#[inline]
pub fn jaro_winkler(a: Packed, b: Packed, least: f32) -> f32 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    if a == b {
        return 1.0;
    }
    let (n_a, n_b) = (a.len() as f32, b.len() as f32);
    let prefix = a.common_prefix(b).min(4) as f32;
    // With m letters in common Jaro's similarity is (m/n_a + m/n_b + 1)/3 at most. That it reaches what it must is
    // asked without a division, and with a grain of salt for what rounding takes away.
    let (rest, grain) = (1.0 - 0.1 * prefix, 1e-3);
    let needed = (3.0 * (least - 0.1 * prefix) - rest) * n_a * n_b - grain;
    let reaches = |m: f32| m * (n_a + n_b) * rest >= needed;
    if !reaches(n_a.min(n_b)) {
        return 0.0;
    }
    // Every letter that the other word does not have is lost for certain.
    let lost_a = (a.present & !b.present).count_ones() as f32;
    let lost_b = (b.present & !a.present).count_ones() as f32;
    if !reaches((n_a - lost_a).min(n_b - lost_b).max(0.0)) {
        return 0.0;
    }
    letter_by_letter(&a, &b, prefix)
}

/// What is left to do for the few words that could be alike.
fn letter_by_letter(a: &Packed, b: &Packed, prefix: f32) -> f32 {
    let both = if a.len().max(b.len()) <= 8 { common_of_8(*a, *b) } else { common_of_16(*a, *b) };
    let (n_matched, out_of_order) = both;
    if n_matched == 0 {
        return 0.0;
    }
    let m = n_matched as f32;
    let jaro = (m / a.len() as f32 + m / b.len() as f32 + (m - (out_of_order / 2) as f32) / m) / 3.0;
    jaro + prefix * 0.1 * (1.0 - jaro)
}

/// Whether one edit (a letter put in, left out or changed, or two neighbours swapped) makes one word of the other.
pub fn one_edit_apart(a: Packed, b: Packed) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let from = short.common_prefix(long);
    let tail = |word: Packed, skip: usize| if skip >= CAPACITY { 0 } else { word.letters >> (8 * skip) };
    match long.len() - short.len() {
        0 => {
            from < short.len()
                && (tail(short, from + 1) == tail(long, from + 1)
                    || (from + 1 < short.len()
                        && short.letter(from) == long.letter(from + 1)
                        && short.letter(from + 1) == long.letter(from)
                        && tail(short, from + 2) == tail(long, from + 2)))
        }
        1 => tail(short, from) == tail(long, from + 1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The textbook form, letter by letter.
    fn plain_jaro_winkler(a: &[u8], b: &[u8]) -> f32 {
        if a.is_empty() || b.is_empty() {
            return 0.0;
        }
        let window = (a.len().max(b.len()) / 2).saturating_sub(1);
        let (mut in_a, mut in_b) = (vec![false; a.len()], vec![false; b.len()]);
        for i in 0..a.len() {
            for j in i.saturating_sub(window)..(i + window + 1).min(b.len()) {
                if !in_b[j] && a[i] == b[j] {
                    (in_a[i], in_b[j]) = (true, true);
                    break;
                }
            }
        }
        let pick = |word: &[u8], kept: &[bool]| {
            word.iter().zip(kept).filter(|(_, k)| **k).map(|(c, _)| *c).collect::<Vec<_>>()
        };
        let (x, y) = (pick(a, &in_a), pick(b, &in_b));
        if x.is_empty() {
            return 0.0;
        }
        let transposed = (x.iter().zip(&y).filter(|(c, d)| c != d).count() / 2) as f32;
        let m = x.len() as f32;
        let jaro = (m / a.len() as f32 + m / b.len() as f32 + (m - transposed) / m) / 3.0;
        let prefix = a.iter().zip(b).take(4).take_while(|(c, d)| c == d).count() as f32;
        jaro + prefix * 0.1 * (1.0 - jaro)
    }

    #[test]
    fn known_similarities_are_found() {
        for (a, b, expected) in [("martha", "marhta", 0.961), ("dixon", "dicksonx", 0.813), ("dwayne", "duane", 0.84)] {
            let found = jaro_winkler(Packed::new(a), Packed::new(b), 0.0);
            assert!((found - expected).abs() < 0.001, "{a} {b} {found}");
        }
    }

    proptest! {
        #[test]
        fn sixteen_letters_at_once_give_the_textbook_value(a in "[a-f]{1,16}", b in "[a-f]{1,16}") {
            let expected = plain_jaro_winkler(a.as_bytes(), b.as_bytes());
            let found = jaro_winkler(Packed::new(&a), Packed::new(&b), 0.0);
            prop_assert!((found - expected).abs() < 1e-5, "{} {}", found, expected);
        }

        #[test]
        fn the_early_bound_never_hides_a_similar_word(a in "[a-d]{1,12}", b in "[a-d]{1,12}") {
            let full = jaro_winkler(Packed::new(&a), Packed::new(&b), 0.0);
            let bounded = jaro_winkler(Packed::new(&a), Packed::new(&b), 0.85);
            prop_assert!(full < 0.85 || full == bounded);
        }

        #[test]
        fn one_changed_letter_is_one_edit(word in "[a-z]{2,16}", at in 0usize..16, letter in b'a'..=b'z') {
            let mut other = word.clone().into_bytes();
            let at = at % other.len();
            prop_assume!(other[at] != letter);
            other[at] = letter;
            let other = String::from_utf8(other).unwrap();
            prop_assert!(one_edit_apart(Packed::new(&word), Packed::new(&other)));
            let mut shorter = word.clone();
            shorter.remove(at);
            prop_assert!(one_edit_apart(Packed::new(&shorter), Packed::new(&word)));
            prop_assert!(!one_edit_apart(Packed::new(&word), Packed::new(&word)));
        }
    }
}
