//! Hierarchical log-linear models: which interactions between lists a model lets in.

use thiserror::Error;

use crate::capture::overlap::members;

/// A hierarchical model: all main effects, and a set of interactions that holds, with each interaction, its parts.
///
/// An interaction is the mask of its lists, of which it has at least two.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogLinearModel {
    n_lists: usize,
    interactions: Vec<u32>,
}

/// Why words name no model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TermsError {
    /// A term is neither digits nor names of lists joined by colons.
    #[error("term {term} names something that is not a list of the table")]
    UnknownList {
        /// Position of the term, from 1.
        term: usize,
    },
    /// A term names a list twice, or no list.
    #[error("term {term} must name each of its lists once")]
    NotASet {
        /// Position of the term, from 1.
        term: usize,
    },
}

impl LogLinearModel {
    /// The model without interactions.
    pub fn main_effects(n_lists: usize) -> Self {
        Self { n_lists, interactions: Vec::new() }
    }

    /// The smallest hierarchical model that holds these sets of lists.
    pub fn generated_by(n_lists: usize, sets: impl IntoIterator<Item = u32>) -> Self {
        let mut interactions: Vec<u32> =
            sets.into_iter().flat_map(subsets).filter(|set| set.count_ones() > 1).collect();
        interactions.sort_by_key(|&set| order(set));
        interactions.dedup();
        Self { n_lists, interactions }
    }

    /// Reads terms such as `12,13,23` (lists by number, from 1) or `A:B,C` (lists by name), parted by commas.
    ///
    /// # Errors
    /// A term that names something other than lists of the table, each once.
    pub fn parse(text: &str, lists: &[String]) -> Result<Self, TermsError> {
        let mut sets = Vec::new();
        for (idx, term) in text.split(',').map(str::trim).enumerate() {
            let unknown = TermsError::UnknownList { term: idx + 1 };
            let by_name = |name: &str| lists.iter().position(|list| list == name.trim());
            let named: Option<Vec<usize>> = term.split(':').map(by_name).collect();
            let members: Vec<usize> = match named {
                Some(named) => named,
                None => term
                    .chars()
                    .map(|digit| Some(digit.to_digit(10)?.checked_sub(1)? as usize).filter(|list| *list < lists.len()))
                    .collect::<Option<_>>()
                    .ok_or(unknown)?,
            };
            let set = members.iter().fold(0u32, |set, &list| set | 1 << list);
            if members.is_empty() || set.count_ones() as usize != members.len() {
                return Err(TermsError::NotASet { term: idx + 1 });
            }
            sets.push(set);
        }
        Ok(Self::generated_by(lists.len(), sets))
    }

    /// J, the number of lists.
    pub fn n_lists(&self) -> usize {
        self.n_lists
    }

    /// The interactions, smaller ones first.
    pub fn interactions(&self) -> &[u32] {
        &self.interactions
    }

    /// The same model with one more set of lists, and its parts.
    pub fn with(&self, set: u32) -> Self {
        Self::generated_by(self.n_lists, self.interactions.iter().copied().chain([set]))
    }

    /// The same model without an interaction; `None` where a larger one holds it.
    pub fn without(&self, set: u32) -> Option<Self> {
        let held = self.interactions.iter().any(|&other| other != set && other & set == set);
        let interactions = self.interactions.iter().copied().filter(|&other| other != set).collect();
        (!held).then_some(Self { n_lists: self.n_lists, interactions })
    }

    /// Main effects, then interactions.
    pub(crate) fn terms(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.n_lists).map(|list| 1 << list).chain(self.interactions.iter().copied())
    }

    /// The interactions that no larger one of the model holds.
    pub fn generators(&self) -> Vec<u32> {
        let held = |set: u32| self.interactions.iter().any(|&other| other != set && other & set == set);
        self.interactions.iter().copied().filter(|&set| !held(set)).collect()
    }

    /// The generators in words, such as `A:B + B:C`; `main effects` where there is none.
    pub fn in_words(&self, lists: &[String]) -> String {
        let generators = self.generators();
        if generators.is_empty() {
            return MAIN_EFFECTS.to_owned();
        }
        generators.iter().map(|&set| set_in_words(set, lists)).collect::<Vec<_>>().join(" + ")
    }

    /// All hierarchical models with interactions of at most `order` lists, without the saturated one.
    pub fn all(n_lists: usize, largest: usize) -> Vec<Self> {
        let mut interactions: Vec<u32> = (1u32..1 << n_lists)
            .filter(|set| (2..=largest.min(n_lists - 1)).contains(&(set.count_ones() as usize)))
            .collect();
        interactions.sort_by_key(|&set| order(set));
        let mut models = vec![Self::main_effects(n_lists)];
        // Smaller interactions come first: whether one may be let in is settled when its turn comes.
        for set in interactions {
            for idx in 0..models.len() {
                if models[idx].may_hold(set) {
                    let mut larger = models[idx].clone();
                    larger.interactions.push(set);
                    models.push(larger);
                }
            }
        }
        models
    }

    /// Whether all parts of an interaction with one list fewer are in the model.
    fn may_hold(&self, set: u32) -> bool {
        set.count_ones() == 2
            || members(set)
                .all(|list| self.interactions.binary_search_by_key(&order(set & !(1 << list)), |&s| order(s)).is_ok())
    }
}

/// The model without interactions in words.
pub const MAIN_EFFECTS: &str = "main effects";

/// A set of lists by name, such as `A:B`.
pub(crate) fn set_in_words(set: u32, lists: &[String]) -> String {
    members(set).map(|list| lists[list].as_str()).collect::<Vec<_>>().join(":")
}

/// Pairs of lists in list order: 1–2, 1–3, …, 2–3, ….
pub(crate) fn pairs(n_lists: usize) -> impl Iterator<Item = u32> {
    (0..n_lists).flat_map(move |i| (i + 1..n_lists).map(move |j| 1 << i | 1 << j))
}

/// Smaller sets first, then in list order.
fn order(set: u32) -> (u32, std::cmp::Reverse<u32>) {
    (set.count_ones(), std::cmp::Reverse(set.reverse_bits()))
}

/// All non-empty subsets of a set.
fn subsets(set: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(set).filter(|set| *set != 0), move |&subset| {
        Some((subset - 1) & set).filter(|s| *s != 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_hierarchical_models_as_counting_says() {
        let counts = |n_lists, largest| LogLinearModel::all(n_lists, largest).len();
        assert_eq!([counts(3, 3), counts(4, 4), counts(5, 5)], [8, 113, 6_893]);
        assert_eq!([counts(3, 2), counts(4, 2), counts(5, 2)], [8, 64, 1_024]);
    }

    #[test]
    fn terms_are_read_by_number_or_by_name_with_their_parts() {
        let lists = ["A", "B", "police 1"].map(String::from);
        let read = |text| LogLinearModel::parse(text, &lists);
        assert_eq!(read("12,3").unwrap().interactions(), [0b011]);
        assert_eq!(read("A:B, B:police 1").unwrap().interactions(), [0b011, 0b110]);
        assert_eq!(read("123").unwrap().interactions(), [0b011, 0b101, 0b110, 0b111]);
        assert_eq!(read("123").unwrap().in_words(&lists), "A:B:police 1");
        assert_eq!(read("12,14").unwrap_err(), TermsError::UnknownList { term: 2 });
        assert_eq!(read("12,").unwrap_err(), TermsError::NotASet { term: 2 });
        assert_eq!(read("A:A").unwrap_err(), TermsError::NotASet { term: 1 });
        assert_eq!(read("0").unwrap_err(), TermsError::UnknownList { term: 1 });
    }

    #[test]
    fn an_interaction_that_a_larger_one_holds_cannot_leave() {
        let model = LogLinearModel::generated_by(4, [0b0111]);
        assert_eq!(model.without(0b0011), None);
        assert_eq!(model.without(0b0111).unwrap().generators(), [0b0011, 0b0101, 0b0110]);
    }
}
