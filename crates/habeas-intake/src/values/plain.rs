//! Words for sex, and words that say that nothing is known.

use habeas_core::{Sex, fold};

/// Words that say nothing, compared after folding. Signs alone are compared as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NullWords {
    folded: Vec<String>,
    signs: Vec<String>,
    /// First bytes of the folded words: most cells are told apart by it, without folding.
    first: Vec<u8>,
}

impl NullWords {
    /// Null words of a mapping; the empty cell is always one.
    pub fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut null = Self::default();
        for word in words {
            let folded = fold(word);
            if folded.is_empty() {
                null.signs.push(word.trim().to_owned());
            } else {
                null.first.extend(folded.bytes().next());
                null.folded.push(folded);
            }
        }
        null
    }

    /// Whether the words say nothing.
    pub fn contains(&self, words: &str) -> bool {
        let words = words.trim();
        if words.is_empty() || self.signs.iter().any(|sign| sign == words) {
            return true;
        }
        // Folding is dear, and a null word is short.
        let first = words.as_bytes()[0].to_ascii_lowercase();
        let may_be = !first.is_ascii_alphanumeric() || self.first.contains(&first);
        may_be && words.len() <= 64 && !self.folded.is_empty() && {
            let folded = fold(words);
            self.folded.contains(&folded)
        }
    }
}

/// Reads a word for sex; `None` for a word that is not known.
pub fn read_sex(words: &str) -> Option<Sex> {
    Some(match fold(words).as_str() {
        "m" | "male" | "man" | "boy" | "masculino" | "masculin" | "hombre" | "varon" | "homme" | "homem" | "h"
        | "mas" | "masc" | "ذکر" | "رجل" | "مرد" | "مذکر" => Sex::Male,
        "f" | "female" | "woman" | "girl" | "femenino" | "feminino" | "feminin" | "mujer" | "femme" | "mulher"
        | "fem" | "انثی" | "انثى" | "امراہ" | "زن" | "عورت" | "مونث" | "خاتون" => {
            Sex::Female
        }
        "x" | "other" | "otro" | "otra" | "autre" | "intersex" | "nonbinary" | "non binary" | "trans" => Sex::Other,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_sex_are_known_in_several_languages() {
        for (words, sex) in [
            ("Masculino", Some(Sex::Male)),
            ("F", Some(Sex::Female)),
            ("عورت", Some(Sex::Female)),
            ("ذكر", Some(Sex::Male)),
            ("أنثى", Some(Sex::Female)),
            ("t2227949966", None),
        ] {
            assert_eq!(read_sex(words), sex, "{words}");
        }
    }

    #[test]
    fn null_words_are_told_whatever_their_case_and_accents() {
        let null = NullWords::new(["---", "sin información"]);
        for (words, expected) in
            [("", true), ("  ", true), ("---", true), ("--", false), ("Sin Informacion.", true), ("Na", false)]
        {
            assert_eq!(null.contains(words), expected, "{words}");
        }
    }
}
