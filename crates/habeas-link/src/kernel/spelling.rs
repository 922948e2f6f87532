//! How far two spellings are apart, letter by letter: what ears confuse costs less than what they tell apart.

use super::{CAPACITY, Packed, code};

/// What a letter costs that is changed, put in or left out.
const LETTER: u8 = 8;
/// A vowel for a vowel, a consonant for one that sounds alike in some language, `h` put in.
const BY_EAR: u8 = 4;
/// A letter doubled.
const DOUBLED: u8 = 2;

/// Letters that writers who go by the ear take for one another; the first class are vowels.
const ALIKE: [&[char]; 15] = [
    &['a', 'e', 'i', 'o', 'u', 'y', 'ا', 'و', 'ی'],
    &['b', 'v', 'w'],
    &['c', 'k', 'q'],
    &['g', 'j'],
    &['s', 'z'],
    &['c', 's'],
    &['d', 't'],
    &['f', 'p'],
    &['h', 'x'],
    &['س', 'ص', 'ث'],
    &['ز', 'ذ', 'ض', 'ظ'],
    &['ت', 'ط', 'ٹ'],
    &['ح', 'ہ', 'خ'],
    &['ق', 'ک', 'گ', 'غ'],
    &['ا', 'ع'],
];
const VOWELS: u16 = 1;

/// Bit i of a letter tells that it is in the i-th class.
const CLASSES: [u16; LETTERS] = {
    let mut classes = [0; LETTERS];
    let mut class = 0;
    while class < ALIKE.len() {
        let mut i = 0;
        while i < ALIKE[class].len() {
            classes[code(ALIKE[class][i]) as usize] |= 1 << class;
            i += 1;
        }
        class += 1;
    }
    classes
};

/// Codes of letters.
pub(crate) const LETTERS: usize = 256;

/// What letters cost that are changed, put in or left out, in eighths of a letter: as declared, or as learnt from a table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LetterCosts {
    /// By the two letters, one row for each.
    changed: Vec<u8>,
    left_out: Vec<u8>,
}

/// A cost that a table has taught, where it is not as declared; in letters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearntCost {
    /// The letter.
    pub letter: char,
    /// What is written for it; `None` where it is left out.
    pub other: Option<char>,
    /// What that costs.
    pub cost: f32,
    /// What was declared.
    pub declared: f32,
}

impl Default for LetterCosts {
    fn default() -> Self {
        let all = || 0..LETTERS;
        let changed = |a: usize, b: usize| match (a == b, CLASSES[a] & CLASSES[b] != 0) {
            (true, _) => 0,
            (_, true) => BY_EAR,
            _ => LETTER,
        };
        let left_out = |letter: usize| match letter {
            _ if letter == usize::from(b'h') || CLASSES[letter] & VOWELS != 0 => BY_EAR,
            _ => LETTER,
        };
        Self {
            changed: all().flat_map(|a| all().map(move |b| changed(a, b))).collect(),
            left_out: all().map(left_out).collect(),
        }
    }
}

impl LetterCosts {
    /// How many times as often as by chance a cost says that a change happens: 1 for a whole letter, 4 for half of one.
    pub(crate) fn odds(eighths: u8) -> f64 {
        2f64.powf((f64::from(LETTER) - f64::from(eighths)) / 2.0)
    }

    /// The cost of a change that happens so many times as often as by chance.
    fn of_odds(odds: f64) -> u8 {
        (f64::from(LETTER) - 2.0 * odds.log2()).round().clamp(f64::from(DOUBLED), f64::from(LETTER)) as u8
    }

    /// What it costs that one letter is written for another, in eighths.
    pub(crate) fn changed(&self, a: u8, b: u8) -> u8 {
        self.changed[usize::from(a) << 8 | usize::from(b)]
    }

    /// What it costs that a letter is left out, in eighths.
    pub(crate) fn left_out(&self, letter: u8) -> u8 {
        self.left_out[usize::from(letter)]
    }

    /// Learns that one letter is written for another so many times as often as by chance.
    pub(crate) fn learn_changed(&mut self, a: u8, b: u8, odds: f64) {
        for (a, b) in [(a, b), (b, a)] {
            self.changed[usize::from(a) << 8 | usize::from(b)] = Self::of_odds(odds);
        }
    }

    /// Learns that a letter is left out so many times as often as by chance.
    pub(crate) fn learn_left_out(&mut self, letter: u8, odds: f64) {
        self.left_out[usize::from(letter)] = Self::of_odds(odds);
    }

    /// What was learnt of Latin letters, the cheapest first; other scripts share their codes and cannot be told.
    pub fn learnt(&self) -> Vec<LearntCost> {
        let declared = Self::default();
        let letters = |eighths: u8| f32::from(eighths) / f32::from(LETTER);
        let mut found = Vec::new();
        for a in b'a'..=b'z' {
            let left_out = (None, self.left_out(a), declared.left_out(a));
            let changed = (b'a'..a).map(|b| (Some(b.into()), self.changed(a, b), declared.changed(a, b)));
            for (other, cost, declared) in changed.chain([left_out]).filter(|(_, cost, declared)| cost != declared) {
                let (cost, declared) = (letters(cost), letters(declared));
                found.push(LearntCost { letter: a.into(), other, cost, declared });
            }
        }
        found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        found
    }

    fn left_out_after(&self, letter: u8, before: u8) -> u16 {
        u16::from(if letter == before { DOUBLED } else { self.left_out(letter) })
    }

    /// Letters by which two words differ, 1 for each that is changed, put in, left out or swapped with its neighbour, less
    /// for what sounds alike or is often written for one another (optimal string alignment with weights).
    pub fn letters_apart(&self, a: Packed, b: Packed) -> f32 {
        let (n_a, n_b) = (a.len(), b.len());
        let (a, b) = (a.letters.to_le_bytes(), b.letters.to_le_bytes());
        let mut rows = [[0u16; CAPACITY + 1]; 3];
        for j in 0..n_b {
            rows[0][j + 1] = rows[0][j] + self.left_out_after(b[j], if j > 0 { b[j - 1] } else { 0 });
        }
        for i in 0..n_a {
            let before_a = if i > 0 { a[i - 1] } else { 0 };
            let (last, this, previous) = ((i + 2) % 3, (i + 1) % 3, i % 3);
            let of_a = self.left_out_after(a[i], before_a);
            rows[this][0] = rows[previous][0] + of_a;
            for j in 0..n_b {
                let before_b = if j > 0 { b[j - 1] } else { 0 };
                let mut least = (rows[previous][j] + u16::from(self.changed(a[i], b[j])))
                    .min(rows[previous][j + 1] + of_a)
                    .min(rows[this][j] + self.left_out_after(b[j], before_b));
                if i > 0 && j > 0 && a[i] == before_b && before_a == b[j] {
                    least = least.min(rows[last][j - 1] + u16::from(LETTER));
                }
                rows[this][j + 1] = least;
            }
        }
        f32::from(rows[n_a % 3][n_b]) / f32::from(LETTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_ears_confuse_costs_less() {
        let costs = LetterCosts::default();
        let apart = |a, b| costs.letters_apart(Packed::new(a), Packed::new(b));
        for (a, b, expected) in [
            ("bijar", "bijar", 0.0),
            ("bijar", "bijjar", 0.25),
            ("kolwadag", "kolvadag", 0.5),
            ("gorshani", "gurshani", 0.5),
            ("velan", "velam", 1.0),
            ("velan", "vlean", 1.0),
            ("murad", "murda", 1.0),
            ("سلیم", "سلم", 0.5),
            ("", "bb", 1.25),
        ] {
            assert_eq!(apart(a, b), expected, "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn it_is_the_same_from_both_sides_and_nothing_only_for_equal_words(a in "[a-e]{0,16}", b in "[a-e]{0,16}") {
            let costs = LetterCosts::default();
            let (a, b) = (Packed::new(&a), Packed::new(&b));
            let (there, back) = (costs.letters_apart(a, b), costs.letters_apart(b, a));
            prop_assert_eq!(there, back);
            prop_assert_eq!(there == 0.0, a == b);
            prop_assert!(there <= a.len().max(b.len()) as f32);
        }
    }
}
