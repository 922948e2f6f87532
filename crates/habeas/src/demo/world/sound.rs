//! Names as sounds, written out in Latin letters (by rule or by ear) and in Arabic script.
//!
//! Every name of the invented country is kept once, in a notation of one character a sound, so that its two written
//! forms always belong together and a clerk's errors are errors of hearing: only sounds that have a second spelling
//! change. The notation: `A I U` are the long vowels, `e o` long and open, `E O` the diphthongs, `Y` the u of the
//! article in «Abdul»; `T S H Z D c V` are the second letters for t s h z z s z; `X C J x G` are sh ch zh kh gh; `'` is
//! ain; a hyphen joins two words in Arabic script only. It is no phonology of a real language.

use rand::{Rng, RngExt};

/// The script-specific spellings of one sound.
struct Sound {
    /// With marks on the long vowels, as the official transliteration has it.
    marked: &'static str,
    /// Without marks.
    plain: &'static str,
    /// What another ear may write; empty where everybody writes the same.
    by_ear: &'static [&'static str],
    /// The Arabic letter inside a word.
    arabic: &'static str,
    /// Letters that a tired hand confuses with it.
    confused: &'static [&'static str],
}

/// Writes a name with the official transliteration: circumflex on long vowels.
pub fn official(notation: &str) -> String {
    latin(notation, |sound, _| sound.marked)
}

/// Writes a name in plain Latin letters, as English prose does.
pub fn plain(notation: &str) -> String {
    latin(notation, |sound, _| sound.plain)
}

/// Writes a name as it is heard: each sound that has other spellings takes one of them with probability `rate`.
///
/// A short vowel that begins a word is heard by everybody, and a consonant is doubled between vowels only.
pub fn by_ear(notation: &str, rate: f64, rng: &mut impl Rng) -> String {
    latin(notation, |sound, around| {
        if sound.by_ear.is_empty() || !rng.random_bool(rate) {
            return sound.plain;
        }
        let heard = sound.by_ear[rng.random_range(0..sound.by_ear.len())];
        let doubled = heard.len() > sound.plain.len() && heard.ends_with(sound.plain) && !is_vowel(around.symbol);
        let first_vowel = around.before == ' ' && matches!(around.symbol, 'a' | 'i' | 'u');
        let between_vowels = is_vowel(around.before) && is_vowel(around.after);
        if first_vowel || (doubled && !between_vowels) { sound.plain } else { heard }
    })
}

/// A sound and its neighbours in the word; a blank where there is none.
#[derive(Clone, Copy)]
struct Around {
    before: char,
    symbol: char,
    after: char,
}

fn is_vowel(symbol: char) -> bool {
    matches!(symbol, 'a' | 'i' | 'u' | 'A' | 'I' | 'U' | 'Y' | 'e' | 'o' | 'E' | 'O')
}

/// Writes a name in Arabic script.
pub fn arabic(notation: &str) -> String {
    arabic_with(notation, |sound| sound.arabic)
}

/// Writes a name in Arabic script by a hand that takes a similar letter with probability `rate` where there is one.
pub fn arabic_by_hand(notation: &str, rate: f64, rng: &mut impl Rng) -> String {
    arabic_with(notation, |sound| {
        if sound.confused.is_empty() || !rng.random_bool(rate) {
            sound.arabic
        } else {
            sound.confused[rng.random_range(0..sound.confused.len())]
        }
    })
}

fn latin(notation: &str, mut spell: impl FnMut(&Sound, Around) -> &'static str) -> String {
    let mut out = String::with_capacity(notation.len() + 8);
    let mut at_start = true;
    let mut before = ' ';
    let mut symbols = notation.chars().map(|symbol| if symbol == '-' { ' ' } else { symbol }).peekable();
    while let Some(symbol) = symbols.next() {
        if symbol == ' ' {
            out.push(' ');
            at_start = true;
        } else {
            let around = Around { before, symbol, after: symbols.peek().copied().unwrap_or(' ') };
            let spelling = spell(&sound(symbol), around);
            push_capitalised(&mut out, spelling, at_start);
            at_start = at_start && spelling.is_empty();
        }
        before = symbol;
    }
    out
}

fn push_capitalised(out: &mut String, spelling: &str, at_start: bool) {
    let mut letters = spelling.chars();
    if at_start && let Some(first) = letters.next() {
        out.extend(first.to_uppercase());
    }
    out.push_str(letters.as_str());
}

fn arabic_with(notation: &str, mut letter: impl FnMut(&Sound) -> &'static str) -> String {
    let mut out = String::with_capacity(notation.len() * 2);
    let symbols: Vec<char> = notation.chars().collect();
    let breaks = |at: Option<&char>| at.is_none_or(|symbol| matches!(symbol, ' ' | '-'));
    for (at, &symbol) in symbols.iter().enumerate() {
        let first = breaks(at.checked_sub(1).and_then(|before| symbols.get(before)));
        let last = breaks(symbols.get(at + 1));
        match symbol {
            ' ' => out.push(' '),
            '-' => {}
            _ if at > 0 && symbols[at - 1] == symbol => {}
            'a' | 'i' | 'u' if first => out.push('ا'),
            'A' if first => out.push('آ'),
            'I' | 'e' | 'E' if first => out.push_str("ای"),
            'U' | 'o' | 'O' if first => out.push_str("او"),
            'a' if last => out.push('ہ'),
            'e' if last => out.push('ے'),
            'E' if last => out.push_str("ئی"),
            _ => out.push_str(letter(&sound(symbol))),
        }
    }
    out
}

fn sound(symbol: char) -> Sound {
    let (marked, plain, by_ear, arabic, confused): (_, _, &[&str], _, &[&str]) = match symbol {
        'b' => ("b", "b", &["bb"], "ب", &[]),
        'p' => ("p", "p", &[], "پ", &["ب"]),
        't' => ("t", "t", &["tt"], "ت", &["ط"]),
        'T' => ("t", "t", &["th"], "ط", &["ت"]),
        's' => ("s", "s", &["ss"], "س", &["ص"]),
        'S' => ("s", "s", &["ss"], "ص", &["س"]),
        'c' => ("s", "s", &["th"], "ث", &["س"]),
        'j' => ("j", "j", &["dj"], "ج", &[]),
        'C' => ("ch", "ch", &["tch"], "چ", &["ج"]),
        'h' => ("h", "h", &[], "ہ", &["ح"]),
        'H' => ("h", "h", &[], "ح", &["ہ"]),
        'x' => ("kh", "kh", &["k", "kh", "x"], "خ", &["ح"]),
        'd' => ("d", "d", &[], "د", &[]),
        'z' => ("z", "z", &["zz"], "ز", &["ذ"]),
        'Z' => ("z", "z", &["dh"], "ظ", &["ز", "ض"]),
        'D' => ("z", "z", &["d", "dh"], "ض", &["ظ", "ز"]),
        'V' => ("z", "z", &["dh"], "ذ", &["ز"]),
        'r' => ("r", "r", &["rr"], "ر", &[]),
        'G' => ("gh", "gh", &["g", "g", "q"], "غ", &["گ"]),
        'f' => ("f", "f", &["ph"], "ف", &[]),
        'q' => ("q", "q", &["k", "k", "kh"], "ق", &["ک"]),
        'k' => ("k", "k", &["q", "kk"], "ک", &[]),
        'g' => ("g", "g", &["gh"], "گ", &["ک"]),
        'l' => ("l", "l", &["ll"], "ل", &[]),
        'm' => ("m", "m", &["mm"], "م", &[]),
        'n' => ("n", "n", &["nn"], "ن", &[]),
        'w' => ("w", "w", &["v", "v", "u"], "و", &[]),
        'y' => ("y", "y", &["i"], "ی", &[]),
        '\'' => ("", "", &[], "ع", &[]),
        'X' => ("sh", "sh", &["ssh"], "ش", &[]),
        'J' => ("zh", "zh", &["j", "z"], "ژ", &["ز"]),
        'a' => ("a", "a", &["e", "u"], "", &[]),
        'i' => ("i", "i", &["e", "e", "ee"], "", &["ی"]),
        'u' => ("u", "u", &["o", "o", "oo"], "", &["و"]),
        'A' => ("â", "a", &["aa"], "ا", &[]),
        'I' => ("î", "i", &["ee", "ee", "e", "ea"], "ی", &[]),
        'U' => ("û", "u", &["oo", "oo", "ou", "o"], "و", &[]),
        'Y' => ("u", "u", &["o", "ou"], "ا", &[]),
        'e' => ("e", "e", &["ay", "ai", "i"], "ی", &[]),
        'o' => ("o", "o", &["u", "oo"], "و", &[]),
        'E' => ("ai", "ai", &["ay", "ei", "e", "ae"], "ی", &[]),
        'O' => ("au", "au", &["aw", "ow", "o"], "و", &[]),
        other => unreachable!("the tables of names use no sign {other:?}"),
    };
    Sound { marked, plain, by_ear, arabic, confused }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use std::collections::BTreeSet;

    #[test]
    fn one_notation_gives_both_scripts() {
        for (notation, marked, without, in_arabic) in [
            ("karIm", "Karîm", "Karim", "کریم"),
            ("'abdYl-raHmAn", "Abdul Rahmân", "Abdul Rahman", "عبدالرحمان"),
            ("muHammad baxX", "Muhammad Bakhsh", "Muhammad Bakhsh", "محمد بخش"),
            ("fATima", "Fâtima", "Fatima", "فاطمہ"),
            ("Adil", "Âdil", "Adil", "آدل"),
            ("'ucmAn", "Usmân", "Usman", "عثمان"),
            ("mihrAbzE", "Mihrâbzai", "Mihrabzai", "مہرابزئی"),
        ] {
            assert_eq!((official(notation).as_str(), plain(notation).as_str()), (marked, without));
            assert_eq!(arabic(notation), in_arabic);
        }
    }

    #[test]
    fn the_ear_hears_one_name_in_many_spellings() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let heard: BTreeSet<String> = (0..200).map(|_| by_ear("karIm", 0.3, &mut rng)).collect();
        for spelling in ["Karim", "Kareem", "Kerim"] {
            assert!(heard.contains(spelling), "{spelling}");
        }
        assert_eq!(by_ear("karIm", 0.0, &mut rng), "Karim");
    }
}
