//! Keys that meet across scripts: the consonant skeleton of a name token.
//!
//! A skeleton is a blocking key of low precision and a hint for the graded comparison, never evidence of identity by
//! itself, and a transliteration made this way is never shown. Two readings exist because Urdu and Persian read some
//! Arabic letters otherwise than Arabic does (ذ z or d, ث s or t); tokens meet when any reading is equal.

/// The two readings of a token's consonants; both are equal for most tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skeleton {
    /// As an Urdu or Persian reader would romanise it.
    pub eastern: String,
    /// As an Arabic reader would.
    pub arabic: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Reading {
    Eastern,
    Arabic,
}

/// Reduces one folded token (see `habeas_core::fold`) to its consonants.
///
/// Digits stay. A token without consonants keeps a mark of how it begins, or itself.
pub fn skeleton(token: &str) -> Skeleton {
    // A sign that is a syllable has no consonants to go by: another sign is another name.
    if token.chars().any(|c| matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{1100}'..='\u{11FF}')) {
        return Skeleton { eastern: token.to_owned(), arabic: token.to_owned() };
    }
    let arabic_script = token.chars().any(|c| ('\u{0600}'..='\u{08FF}').contains(&c));
    let read = |reading| {
        let mut letters =
            if arabic_script { arabic_consonants(token, reading) } else { latin_consonants(token, reading) };
        if letters.chars().count() > 1 && letters.ends_with('h') {
            letters.pop();
        }
        if letters.is_empty() { token.to_owned() } else { letters }
    };
    let eastern = read(Reading::Eastern);
    // Most words have no letter that the two read otherwise.
    let differs = if arabic_script {
        token.contains(['ث', 'ذ', 'ض', 'ظ'])
    } else {
        !token.is_ascii() || token.contains("th") || token.contains("dh")
    };
    let arabic = if differs { read(Reading::Arabic) } else { eastern.clone() };
    Skeleton { eastern, arabic }
}

fn push_once(out: &mut String, letter: char) {
    if !out.ends_with(letter) || letter.is_ascii_digit() {
        out.push(letter);
    }
}

fn arabic_consonants(token: &str, reading: Reading) -> String {
    // The article is written as one word with its noun; romanised it is a word of its own.
    let token = token.strip_prefix("ال").filter(|rest| rest.chars().count() >= 3).unwrap_or(token);
    let mut out = String::with_capacity(token.len());
    for (i, c) in token.chars().enumerate() {
        let letter = match c {
            'ا' | 'ع' if i == 0 => 'a',
            'و' if i == 0 => 'w',
            'ی' if i == 0 => 'y',
            'ب' => 'b',
            'پ' => 'p',
            'ت' | 'ط' | 'ٹ' => 't',
            'س' | 'ص' | 'ش' => 's',
            'ج' => 'j',
            'چ' => 'c',
            'ح' | 'ہ' => 'h',
            'خ' | 'ق' | 'ک' => 'k',
            'د' | 'ڈ' => 'd',
            'ز' | 'ژ' => 'z',
            'ر' | 'ڑ' => 'r',
            'غ' | 'گ' => 'g',
            'ف' => 'f',
            'ل' => 'l',
            'م' => 'm',
            'ن' | 'ں' => 'n',
            'ث' if reading == Reading::Eastern => 's',
            'ث' => 't',
            'ذ' | 'ض' | 'ظ' if reading == Reading::Eastern => 'z',
            'ذ' | 'ض' | 'ظ' => 'd',
            digit if digit.is_ascii_digit() => digit,
            _ => continue,
        };
        push_once(&mut out, letter);
    }
    out
}

fn latin_consonants(token: &str, reading: Reading) -> String {
    let romanised;
    let ascii = if token.is_ascii() {
        token.as_bytes()
    } else {
        romanised = any_ascii::any_ascii(token).to_ascii_lowercase();
        romanised.as_bytes()
    };
    let mut out = String::with_capacity(ascii.len());
    let mut i = 0;
    while i < ascii.len() {
        let rest = &ascii[i..];
        let eastern = reading == Reading::Eastern;
        let (taken, letters): (usize, &str) = match rest {
            [b't', b'c', b'h', ..] => (3, "c"),
            [b's', b'c', b'h', ..] => (3, "s"),
            [b'c', b'h', ..] => (2, "c"),
            [b'k', b'h', ..] | [b'c', b'k', ..] => (2, "k"),
            [b'g', b'h', ..] => (2, "g"),
            [b'p', b'h', ..] => (2, "f"),
            [b's', b'h', ..] => (2, "s"),
            [b'z', b'h', ..] => (2, "z"),
            [b't', b'h', ..] => (2, if eastern { "s" } else { "t" }),
            [b'd', b'h', ..] => (2, if eastern { "z" } else { "d" }),
            [b'a' | b'e' | b'i' | b'o' | b'u', ..] => (1, if i == 0 { "a" } else { "" }),
            [b'w' | b'v', ..] => (1, if i == 0 { "w" } else { "" }),
            [b'y', ..] => (1, if i == 0 { "y" } else { "" }),
            [b'c' | b'q' | b'k', ..] => (1, "k"),
            [b'x', ..] => (1, "ks"),
            [other, ..] if other.is_ascii_alphanumeric() => {
                push_once(&mut out, *other as char);
                (1, "")
            }
            _ => (1, ""),
        };
        letters.chars().for_each(|letter| push_once(&mut out, letter));
        i += taken;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_core::fold;
    use proptest::prelude::*;

    fn meet(left: &str, right: &str) -> bool {
        let key = |text: &str| skeleton(&fold(text).replace(' ', ""));
        let (a, b) = (key(left), key(right));
        a.eastern == b.eastern || a.arabic == b.arabic || a.eastern == b.arabic || a.arabic == b.eastern
    }

    #[test]
    fn spellings_of_one_name_in_two_scripts_have_one_key() {
        for (left, right) in [
            ("Kareema", "Karima"),
            ("Kareema", "کریمہ"),
            ("Baluch", "بلوچ"),
            ("Din Muhammad", "دین محمد"),
            ("Wadood", "ودود"),
            ("Anwar", "انور"),
            ("Usman", "عثمان"),
            ("Othman", "عثمان"),
            ("Zakir", "ذاکر"),
            ("Abdul Rahman", "عبدالرحمن"),
        ] {
            assert!(meet(left, right), "{left} / {right}: {:?} {:?}", skeleton(&fold(left)), skeleton(&fold(right)));
        }
    }

    #[test]
    fn different_names_keep_different_keys() {
        for (left, right) in [("Kareem", "Salim"), ("بلوچ", "مری"), ("Anwar", "Munir")] {
            assert!(!meet(left, right), "{left} / {right}");
        }
    }

    proptest! {
        #[test]
        fn any_token_has_a_key(token in "\\PC{1,20}") {
            let token = fold(&token);
            prop_assume!(!token.is_empty());
            prop_assert!(!skeleton(&token).eastern.is_empty());
        }
    }
}
