//! Vocabularies as data: codes with their parents, labels in English and Urdu, and the HURIDOCS codes they correspond to.
//!
//! Codes are only added; one that is replaced stays and says by which. The labels are our own words.

use std::collections::HashMap;
use std::sync::LazyLock;

macro_rules! vocabularies {
    ($($(#[$doc:meta])* $name:ident = $file:literal),+ $(,)?) => {
        /// A vocabulary that ships as a file of `vocab/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Vocabulary { $($(#[$doc])* $name),+ }

        impl Vocabulary {
            /// Every vocabulary.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Name of the file without its ending.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $file),+ }
            }

            fn text(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("../vocab/", $file, ".tsv"))),+ }
            }
        }
    };
}

vocabularies! {
    /// Kinds of acts, actions and parties.
    Category = "category",
    /// By what means.
    Method = "method",
    /// Degrees of involvement.
    Involvement = "involvement",
    /// How incidents and acts hang together.
    Chain = "chain",
    /// What somebody is to the matter.
    Connection = "connection",
    /// Units of counting.
    Unit = "unit",
    /// Kinds of source material.
    Material = "material",
    /// What authorities declare.
    Declaration = "declaration",
    /// The four axes of status and the labels derived from them.
    Status = "status",
    /// Who examined remains.
    Autopsy = "autopsy",
    /// Whether there is a certificate of death.
    Certificate = "certificate",
    /// Whether an act is a violation.
    Violation = "violation",
    /// How reliable a source or its information is.
    Reliability = "reliability",
    /// How exactly a date is known.
    DateExactness = "date-exactness",
    /// Sex, by its codes.
    Sex = "sex",
    /// Occupations.
    Occupation = "occupation",
    /// Why a later edition of a list no longer has a row.
    RowGone = "row-gone",
}

/// Version of the vocabularies that ship; raised with every change of their files.
pub const VOCABULARY_VERSION: u32 = 3;

/// A term that people of a vault have added to a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedTerm {
    /// The vocabulary.
    pub vocabulary: Vocabulary,
    /// The code.
    pub code: String,
    /// The wider term, shipped or added; empty at the top.
    pub parent: String,
    /// Label in English.
    pub en: String,
    /// Label in Urdu; may be empty.
    pub ur: String,
}

impl AddedTerm {
    /// Reads it from the text of its assertion: vocabulary, code, parent and labels, separated by tabs.
    pub fn read(text: &str) -> Option<Self> {
        let mut fields = text.split('\t').map(str::to_owned);
        let vocabulary = fields.next()?;
        let vocabulary = Vocabulary::ALL.iter().copied().find(|known| known.code() == vocabulary)?;
        let mut next = || fields.next();
        let term = Self { vocabulary, code: next()?, parent: next()?, en: next()?, ur: next()? };
        (is_code(&term.code) && !term.en.is_empty()).then_some(term)
    }

    /// As its assertion holds it.
    pub fn to_text(&self) -> String {
        let Self { vocabulary, code, parent, en, ur } = self;
        [vocabulary.code(), code, parent, en, ur].map(|field| field.replace('\t', " ")).join("\t")
    }
}

/// Whether a text has the form of a code: small letters, digits, points and hyphens. One that no vocabulary holds is kept and
/// flagged: another office may have added it.
pub fn is_code(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

/// What a code is in other schemes: name of the scheme and code there.
pub fn crosswalk(vocabulary: Vocabulary, code: &str) -> Vec<(&'static str, &'static str)> {
    let lines = include_str!("../vocab/crosswalk.tsv").lines().skip(1);
    let fields = lines.filter_map(|line| {
        let mut fields = line.split('\t');
        Some((fields.next()?, fields.next()?, fields.next()?, fields.next()?))
    });
    fields
        .filter(|(of, known, ..)| *of == vocabulary.code() && *known == code)
        .map(|(.., scheme, other)| (scheme, other))
        .collect()
}

/// One term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The stable code.
    pub code: &'static str,
    /// The wider term; empty at the top.
    pub parent: &'static str,
    /// Label in English.
    pub en: &'static str,
    /// Label in Urdu.
    pub ur: &'static str,
    /// Number of the HURIDOCS list; empty for our own terms.
    pub huridocs_list: &'static str,
    /// Code there.
    pub huridocs_code: &'static str,
    /// The code that is used instead; empty for codes in use.
    pub replaced_by: &'static str,
    /// A remark.
    pub note: &'static str,
}

/// First line of each file.
const HEADER: &str = "code\tparent\ten\tur\thuridocs_list\thuridocs_code\treplaced_by\tnote";

impl Vocabulary {
    /// Its terms, in the order of the file.
    pub fn terms(self) -> &'static [Term] {
        static TERMS: LazyLock<HashMap<Vocabulary, Vec<Term>>> =
            LazyLock::new(|| Vocabulary::ALL.iter().map(|all| (*all, read(all.text()))).collect());
        TERMS.get(&self).map_or(&[], Vec::as_slice)
    }

    /// The term of a code.
    pub fn term(self, code: &str) -> Option<&'static Term> {
        self.terms().iter().find(|term| term.code == code)
    }

    /// Whether it has a code.
    pub fn holds(self, code: &str) -> bool {
        self.term(code).is_some()
    }

    /// Whether a code is another or below it.
    pub fn is_within(self, code: &str, wider: &str) -> bool {
        let mut at = self.term(code);
        // The files are checked to have no circles.
        while let Some(term) = at {
            if term.code == wider {
                return true;
            }
            at = self.term(term.parent);
        }
        false
    }
}

fn read(text: &'static str) -> Vec<Term> {
    let lines = text.lines().filter(|line| !line.is_empty() && *line != HEADER);
    lines
        .map(|line| {
            let mut fields = line.split('\t');
            let mut next = || fields.next().unwrap_or_default();
            Term {
                code: next(),
                parent: next(),
                en: next(),
                ur: next(),
                huridocs_list: next(),
                huridocs_code: next(),
                replaced_by: next(),
                note: next(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Acknowledgement, Fate, Label, Register, Whereabouts};
    use std::collections::HashSet;

    #[test]
    fn every_term_has_a_code_of_its_own_a_parent_that_exists_and_labels_in_two_languages() {
        for vocabulary in Vocabulary::ALL {
            let terms = vocabulary.terms();
            assert!(!terms.is_empty() && vocabulary.text().starts_with(HEADER), "{}", vocabulary.code());
            let codes: HashSet<&str> = terms.iter().map(|term| term.code).collect();
            assert_eq!(codes.len(), terms.len(), "{}: a code stands twice", vocabulary.code());
            for line in vocabulary.text().lines() {
                assert_eq!(line.matches('\t').count(), 7, "{}: {line}", vocabulary.code());
            }
            for term in terms {
                assert!(!term.code.is_empty() && !term.en.is_empty(), "{}: {term:?}", vocabulary.code());
                assert!(term.parent.is_empty() || codes.contains(term.parent), "{}: {term:?}", vocabulary.code());
                assert!(term.replaced_by.is_empty() || codes.contains(term.replaced_by), "{term:?}");
                assert!(
                    term.ur.chars().any(|c| c > '\u{600}'),
                    "{}: {} has no Urdu label",
                    vocabulary.code(),
                    term.code
                );
                let mut seen = HashSet::new();
                let mut at = Some(term);
                while let Some(term) = at {
                    assert!(seen.insert(term.code), "{}: {} is above itself", vocabulary.code(), term.code);
                    at = vocabulary.term(term.parent);
                }
            }
        }
    }

    #[test]
    fn a_crosswalk_leads_from_codes_that_exist() {
        for line in include_str!("../vocab/crosswalk.tsv").lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            let vocabulary = Vocabulary::ALL.iter().find(|known| known.code() == fields[0]).expect(line);
            assert!(fields.len() == 4 && vocabulary.holds(fields[1]) && !fields[3].is_empty(), "{line}");
        }
        assert_eq!(crosswalk(Vocabulary::Reliability, "02")[0], ("admiralty", "B"));
        assert_eq!(crosswalk(Vocabulary::Reliability, "42"), []);
    }

    #[test]
    fn an_added_term_is_read_back_from_its_text_and_nothing_else_is_one() {
        let term = AddedTerm {
            vocabulary: Vocabulary::Category,
            code: "0301.night-raid".into(),
            parent: "0301".into(),
            en: "night raid".into(),
            ur: String::new(),
        };
        assert_eq!(AddedTerm::read(&term.to_text()), Some(term));
        for text in ["", "category\tx", "no-such\tx\t\tx\t", "category\tBig Words\t\tx\t", "category\tx\t\t\t"] {
            assert_eq!(AddedTerm::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_term_lies_within_the_wider_ones_above_it() {
        assert!(Vocabulary::Category.is_within("01010102", "0101"));
        assert!(!Vocabulary::Category.is_within("030103", "0101"));
    }

    #[test]
    fn every_code_of_the_status_axes_and_every_label_is_in_the_file() {
        let codes = |axis: &str, all: Vec<&'static str>| {
            for code in all {
                assert!(Vocabulary::Status.holds(&format!("{axis}.{code}")), "{axis}.{code}");
            }
        };
        codes("fate", Fate::ALL.iter().map(|one| one.code()).collect());
        codes("whereabouts", Whereabouts::ALL.iter().map(|one| one.code()).collect());
        codes("acknowledgement", Acknowledgement::ALL.iter().map(|one| one.code()).collect());
        codes("register", Register::ALL.iter().map(|one| one.code()).collect());
        codes("label", Label::ALL.iter().map(|one| one.code()).collect());
    }
}
