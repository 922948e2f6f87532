//! How far two spellings are apart, letter by letter: what ears confuse costs less than what they tell apart.

use super::{CAPACITY, Packed, code};

/// What a letter costs that is changed, put in or left out.
const LETTER: u16 = 8;
/// A vowel for a vowel, a consonant for one that sounds alike in some language, `h` put in.
const BY_EAR: u16 = 4;
/// A letter doubled.
const DOUBLED: u16 = 2;

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
const CLASSES: [u16; 256] = {
    let mut classes = [0; 256];
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

fn changed(a: u8, b: u8) -> u16 {
    match (a == b, CLASSES[usize::from(a)] & CLASSES[usize::from(b)] != 0) {
        (true, _) => 0,
        (_, true) => BY_EAR,
        _ => LETTER,
    }
}

fn left_out(letter: u8, before: u8) -> u16 {
    match letter {
        _ if letter == before => DOUBLED,
        b'h' => BY_EAR,
        _ if CLASSES[usize::from(letter)] & VOWELS != 0 => BY_EAR,
        _ => LETTER,
    }
}

/// Letters by which two words differ, 1 for each that is changed, put in, left out or swapped with its neighbour, less
/// for what sounds alike (optimal string alignment with weights).
pub fn letters_apart(a: Packed, b: Packed) -> f32 {
    let (n_a, n_b) = (a.len(), b.len());
    let (a, b) = (a.letters.to_le_bytes(), b.letters.to_le_bytes());
    let mut rows = [[0u16; CAPACITY + 1]; 3];
    for j in 0..n_b {
        rows[0][j + 1] = rows[0][j] + left_out(b[j], if j > 0 { b[j - 1] } else { 0 });
    }
    for i in 0..n_a {
        let before_a = if i > 0 { a[i - 1] } else { 0 };
        let (last, this, previous) = ((i + 2) % 3, (i + 1) % 3, i % 3);
        rows[this][0] = rows[previous][0] + left_out(a[i], before_a);
        for j in 0..n_b {
            let before_b = if j > 0 { b[j - 1] } else { 0 };
            let mut least = (rows[previous][j] + changed(a[i], b[j]))
                .min(rows[previous][j + 1] + left_out(a[i], before_a))
                .min(rows[this][j] + left_out(b[j], before_b));
            if i > 0 && j > 0 && a[i] == before_b && before_a == b[j] {
                least = least.min(rows[last][j - 1] + LETTER);
            }
            rows[this][j + 1] = least;
        }
    }
    f32::from(rows[n_a % 3][n_b]) / f32::from(LETTER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_ears_confuse_costs_less() {
        let apart = |a, b| letters_apart(Packed::new(a), Packed::new(b));
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
            let (there, back) =
                (letters_apart(Packed::new(&a), Packed::new(&b)), letters_apart(Packed::new(&b), Packed::new(&a)));
            prop_assert_eq!(there, back);
            prop_assert_eq!(there == 0.0, a == b);
            prop_assert!(there <= a.len().max(b.len()) as f32);
        }
    }
}
