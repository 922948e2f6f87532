//! Parts of a name, only where the layout of the column states what they are.

use habeas_core::{NamePart, NameRole};
use std::ops::Range;

/// How the names of a column are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum NameLayout {
    /// Words in an order that says nothing.
    #[default]
    AsWritten,
    /// `Family, Given`.
    FamilyCommaGiven,
    /// `FAMILY  GIVEN`, two blanks between.
    FamilyBlanksGiven,
    /// `Given Family`: the last word is the family name.
    GivenFamily,
}

impl NameLayout {
    /// Every layout.
    pub const ALL: &'static [Self] =
        &[Self::AsWritten, Self::FamilyCommaGiven, Self::FamilyBlanksGiven, Self::GivenFamily];

    /// The words in mapping files.
    pub fn code(self) -> &'static str {
        match self {
            Self::AsWritten => "as-written",
            Self::FamilyCommaGiven => "family, given",
            Self::FamilyBlanksGiven => "family  given",
            Self::GivenFamily => "given family",
        }
    }
}

/// Parts a name as its layout states. A name that does not follow the layout stays one part without a role.
pub fn name_parts(words: &str, layout: NameLayout) -> Vec<NamePart> {
    let words = words.trim();
    let split = match layout {
        NameLayout::AsWritten => None,
        NameLayout::FamilyCommaGiven => {
            words.split_once([',', '،']).map(|(family, given)| (family, given, [NameRole::Family, NameRole::Given]))
        }
        NameLayout::FamilyBlanksGiven => {
            words.split_once("  ").map(|(family, given)| (family, given, [NameRole::Family, NameRole::Given]))
        }
        NameLayout::GivenFamily => words
            .rsplit_once(char::is_whitespace)
            .map(|(given, family)| (given, family, [NameRole::Given, NameRole::Family])),
    };
    let part = |text: &str, role| NamePart { text: text.trim().to_owned(), role };
    match split {
        Some((first, second, roles)) if !first.trim().is_empty() && !second.trim().is_empty() => {
            vec![part(first, roles[0]), part(second, roles[1])]
        }
        _ => vec![part(words, NameRole::Unassigned)],
    }
}

/// Byte ranges of the names in a cell that lists several: by comma, semicolon or bar.
pub(crate) fn listed(words: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for (at, c) in words.char_indices().chain([(words.len(), ',')]) {
        if matches!(c, ',' | ';' | '|' | '،' | '؛') {
            let piece = &words[start..at];
            let begin = start + (piece.len() - piece.trim_start().len());
            let end = begin + piece.trim().len();
            if end > begin {
                ranges.push(begin..end);
            }
            start = at + c.len_utf8();
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(words: &str, layout: NameLayout) -> String {
        let parts = name_parts(words, layout);
        parts.iter().map(|part| format!("{:?}={} ", part.role, part.text)).collect::<String>().trim().to_owned()
    }

    #[test]
    fn a_name_is_parted_only_as_its_layout_states() {
        for (words, layout, expected) in [
            ("Quiroz Vela, Ana Luz", NameLayout::FamilyCommaGiven, "Family=Quiroz Vela Given=Ana Luz"),
            ("QUIROZ VELA  ANA LUZ", NameLayout::FamilyBlanksGiven, "Family=QUIROZ VELA Given=ANA LUZ"),
            ("Ana Luz Quiroz", NameLayout::GivenFamily, "Given=Ana Luz Family=Quiroz"),
            ("Ana Luz Quiroz", NameLayout::AsWritten, "Unassigned=Ana Luz Quiroz"),
            ("Quiroz", NameLayout::FamilyCommaGiven, "Unassigned=Quiroz"),
            ("Quiroz,", NameLayout::FamilyCommaGiven, "Unassigned=Quiroz,"),
        ] {
            assert_eq!(parts(words, layout), expected);
        }
    }

    #[test]
    fn a_cell_may_list_several_names() {
        let words = " Pilar,  la Flaca ;Nena|";
        let names: Vec<&str> = listed(words).into_iter().map(|range| &words[range]).collect();
        assert_eq!(names, ["Pilar", "la Flaca", "Nena"]);
    }
}
