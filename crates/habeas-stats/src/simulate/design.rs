//! Designs of worlds: how many people there are, and how each list finds them.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::capture::{MAX_LISTS, MAX_PEOPLE, TableId};

/// A checked design.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    n_total: u64,
    /// People per class, and the probability of each list.
    classes: Vec<(u64, Vec<f64>)>,
    conditionals: Vec<Conditional>,
    pub(super) linkage: Option<LinkageErrors>,
}

/// A group of people who are alike.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its share of all people, or its size where the shares add up to the total.
    pub share: f64,
    /// The probability of being on each list, given nothing else.
    pub p: Vec<f64>,
}

/// One list that depends on an earlier one; lists are numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditional {
    /// The list.
    pub list: usize,
    /// The earlier list that it depends on.
    pub given: usize,
    /// Its probability for people on the earlier list.
    pub p_if_on: f64,
    /// Its probability for the others.
    pub p_if_off: f64,
}

/// Errors of the linkage between records of the lists.
///
/// Besides the pairs of records that are certain there are doubtful ones: those that the linker would not link, with
/// probability `doubt` of being the same person, and those that it would link, with probability 1 − `doubt`. The linker
/// is calibrated: that share of them is the same person.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkageErrors {
    /// Share of the people on several lists of whom one record is left apart.
    pub missed: f64,
    /// Wrong joins of two people, as a share of the people on several lists.
    #[serde(rename = "false")]
    pub false_links: f64,
    /// Draws of the partition from its posterior.
    pub draws: usize,
    /// Probability that a pair left apart is the same person, and that a pair joined is not.
    #[serde(default = "default_doubt")]
    pub doubt: f64,
}

fn default_doubt() -> f64 {
    0.4
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    n_total: u64,
    class: Vec<Class>,
    #[serde(default)]
    conditional: Vec<Conditional>,
    linkage: Option<LinkageErrors>,
}

/// Why a design describes no world.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum DesignError {
    /// The text is not UTF-8.
    #[error("the design is not UTF-8 text")]
    NotText,
    /// The text is no TOML of the expected form.
    #[error("the design cannot be read: {message}")]
    Toml {
        /// What the reader of TOML says, with the line.
        message: String,
    },
    /// Too few or too many people.
    #[error("n_total must be between 1 and 2^53")]
    NTotal,
    /// No class, or classes with different numbers of lists.
    #[error("there must be at least one class, and all must have the same number of lists, 1 to {MAX_LISTS}")]
    Lists,
    /// The shares add up to neither 1 nor the total.
    #[error("the shares of the classes add up to {sum}; they must add up to 1, or to n_total")]
    Shares {
        /// Their sum.
        sum: f64,
    },
    /// A probability outside 0 to 1.
    #[error("{place}: a probability must lie between 0 and 1")]
    Probability {
        /// Where it stands, such as «class 2».
        place: String,
    },
    /// A dependence on a list that does not come before.
    #[error("conditional {position}: `list` must be one of the lists, and `given` a smaller number")]
    Conditional {
        /// Its position, from 1.
        position: usize,
    },
    /// Too few or too many draws of the linkage, or a doubt outside 0 to one half.
    #[error("linkage: draws must be between 1 and 100,000, and doubt above 0 and below 0.5")]
    Linkage,
}

impl Design {
    /// Reads a design written in TOML.
    ///
    /// # Errors
    /// See [`DesignError`].
    pub fn read(bytes: &[u8]) -> Result<Self, DesignError> {
        let text = std::str::from_utf8(bytes).map_err(|_| DesignError::NotText)?;
        let written: Written = toml::from_str(text).map_err(|error| {
            // The message quotes the line as well; one line of it says enough.
            DesignError::Toml { message: error.message().to_owned() }
        })?;
        Self::new(written.n_total, written.class, written.conditional, written.linkage)
    }

    /// Checks a design.
    ///
    /// # Errors
    /// See [`DesignError`].
    pub fn new(
        n_total: u64,
        classes: Vec<Class>,
        conditionals: Vec<Conditional>,
        linkage: Option<LinkageErrors>,
    ) -> Result<Self, DesignError> {
        if !(1..=MAX_PEOPLE).contains(&n_total) {
            return Err(DesignError::NTotal);
        }
        let n_lists = classes.first().map_or(0, |class| class.p.len());
        if !(1..=MAX_LISTS).contains(&n_lists) || classes.iter().any(|class| class.p.len() != n_lists) {
            return Err(DesignError::Lists);
        }
        let is_probability = |p: &f64| (0.0..=1.0).contains(p);
        for (idx, class) in classes.iter().enumerate() {
            if !class.p.iter().all(is_probability) || class.share.is_nan() || class.share < 0.0 {
                return Err(DesignError::Probability { place: format!("class {}", idx + 1) });
            }
        }
        for (idx, conditional) in conditionals.iter().enumerate() {
            let Conditional { list, given, p_if_on, p_if_off } = conditional;
            if !(1..=n_lists).contains(list) || *given == 0 || given >= list {
                return Err(DesignError::Conditional { position: idx + 1 });
            }
            if ![p_if_on, p_if_off].into_iter().all(is_probability) {
                return Err(DesignError::Probability { place: format!("conditional {}", idx + 1) });
            }
        }
        if let Some(LinkageErrors { missed, false_links, draws, doubt }) = linkage {
            if ![&missed, &false_links].into_iter().all(is_probability) {
                return Err(DesignError::Probability { place: "linkage".to_owned() });
            }
            if !((1..=100_000).contains(&draws) && doubt > 0.0 && doubt < 0.5) {
                return Err(DesignError::Linkage);
            }
        }
        let sizes = sizes(n_total, &classes)?;
        let classes = sizes.into_iter().zip(classes).map(|(size, class)| (size, class.p)).collect();
        Ok(Self { n_total, classes, conditionals, linkage })
    }

    /// N, the truth.
    pub fn n_total(&self) -> u64 {
        self.n_total
    }

    /// J, the number of lists.
    pub fn n_lists(&self) -> usize {
        self.classes[0].1.len()
    }

    /// People per class with the probability of each list.
    pub fn classes(&self) -> &[(u64, Vec<f64>)] {
        &self.classes
    }

    /// The probability that someone of a class with these lists so far is on a list.
    pub(super) fn probability(&self, class: &[f64], so_far: u32, list: usize) -> f64 {
        let conditional = self.conditionals.iter().find(|conditional| conditional.list == list + 1);
        conditional.map_or(class[list], |conditional| {
            if so_far >> (conditional.given - 1) & 1 == 1 { conditional.p_if_on } else { conditional.p_if_off }
        })
    }

    /// SHA-256 of what the design says, however it was written.
    pub fn id(&self) -> TableId {
        TableId::of_digest(Sha256::new_with_prefix(format!(
            "{} {:?} {:?} {:?}",
            self.n_total, self.classes, self.conditionals, self.linkage
        )))
    }
}

/// People per class; what rounding leaves goes to the classes with the largest remainders.
fn sizes(n_total: u64, classes: &[Class]) -> Result<Vec<u64>, DesignError> {
    const ROUNDING: f64 = 1e-6;
    let sum: f64 = classes.iter().map(|class| class.share).sum();
    let scale = if (sum - 1.0).abs() < ROUNDING {
        n_total as f64
    } else if (sum - n_total as f64).abs() < ROUNDING * n_total as f64 {
        1.0
    } else {
        return Err(DesignError::Shares { sum });
    };
    let exact: Vec<f64> = classes.iter().map(|class| class.share * scale).collect();
    let mut sizes: Vec<u64> = exact.iter().map(|size| *size as u64).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| (exact[b].fract()).total_cmp(&exact[a].fract()));
    let left = n_total.saturating_sub(sizes.iter().sum());
    for &class in order.iter().cycle().take(usize::try_from(left).unwrap_or(0).min(classes.len())) {
        sizes[class] += 1;
    }
    Ok(sizes)
}
