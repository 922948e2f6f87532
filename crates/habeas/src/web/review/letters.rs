//! The letters in which two readings differ. Capitals are no difference; what stands in one only is marked there.

use habeas_core::{Script, script_of};
use similar::{Algorithm, DiffTag, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

/// A stretch of letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The letters as written.
    pub text: String,
    /// Whether they differ from the other reading.
    pub differs: bool,
}

/// `text` with the letters marked that are not in `other`, by the shortest way from one to the other.
pub fn against(text: &str, other: &str) -> Vec<Stretch> {
    let letters: Vec<&str> = text.graphemes(true).collect();
    let (own, others) = (folded(text), folded(other));
    let mut stretches: Vec<Stretch> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &own, &others) {
        let part = letters[op.old_range()].concat();
        if !part.is_empty() {
            stretches.push(Stretch { text: part, differs: op.tag() != DiffTag::Equal });
        }
    }
    stretches
}

/// How much of two readings is alike, from 0 to 1.
pub fn likeness(a: &str, b: &str) -> f32 {
    let (a, b) = (folded(a), folded(b));
    let same: usize = capture_diff_slices(Algorithm::Myers, &a, &b)
        .iter()
        .filter(|op| op.tag() == DiffTag::Equal)
        .map(|op| op.old_range().len())
        .sum();
    2.0 * same as f32 / (a.len() + b.len()).max(1) as f32
}

/// The reading among `others` that is most like `text`, in the same script: letters of two scripts all differ, which says
/// nothing.
pub fn counterpart<'o>(text: &str, others: &'o [String]) -> Option<&'o str> {
    let script = script_of(text);
    let same_script = |other: &&String| script == Script::None || script_of(other) == script;
    let nearest = others.iter().filter(same_script).max_by(|a, b| likeness(text, a).total_cmp(&likeness(text, b)));
    nearest.map(String::as_str)
}

fn folded(text: &str) -> Vec<String> {
    text.graphemes(true).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, other: &str) -> String {
        let show = |stretch: Stretch| if stretch.differs { format!("[{}]", stretch.text) } else { stretch.text };
        against(text, other).into_iter().map(show).collect()
    }

    #[test]
    fn only_the_letters_that_differ_are_marked() {
        for (text, other, shown) in [
            ("Mehrab Karim", "Mihrab Kareem", "M[e]hrab Kar[i]m"),
            ("Mihrab Kareem", "Mehrab Karim", "M[i]hrab Kar[ee]m"),
            ("MEHRAB", "Mehrab", "MEHRAB"),
            ("کریم", "كريم", "[ک]ر[ی]م"),
            ("Jose\u{301}", "Jose", "Jos[e\u{301}]"),
            ("", "x", ""),
            ("x", "", "[x]"),
        ] {
            assert_eq!(marked(text, other), shown);
        }
    }

    #[test]
    fn a_reading_is_set_against_the_one_most_like_it_in_its_own_script() {
        let others = ["کریم".to_owned(), "Zarina".to_owned(), "Kareem".to_owned()];
        assert_eq!(counterpart("Karim", &others), Some("Kareem"));
        assert_eq!(counterpart("كريم", &others), Some("کریم"));
        assert_eq!(counterpart("Karim", &others[..1]), None);
        assert_eq!(counterpart("Karim", &[]), None);
    }

    #[test]
    fn no_letter_is_lost_or_added() {
        for (text, other) in [("Šāh Nawāz", "shahnawaz"), ("شاہ نواز", "Shah Nawaz"), ("👩‍👧 ab", "b a")]
        {
            let joined: String = against(text, other).into_iter().map(|stretch| stretch.text).collect();
            assert_eq!(joined, text);
        }
    }
}
