//! Refusals and warnings: what the data do not support, in words that need no training in statistics.
//!
//! A refusal is a result. Its codes and those of the warnings are stable: scripts may rely on them. What a sentence says
//! beyond fixed words is handed out as facts too, so that it can be told in any language. Among facts a name stands in a list,
//! also a single one, and a group of names in a list within a list; a text is a code, or a figure with decimals as the
//! English sentence shows it.

use std::fmt;

use thiserror::Error;

use crate::{capture::Overlap, convergence::Unsettled, diagnostics::Value, estimators::loglinear::MAIN_EFFECTS};

mod settings;
mod warning;

pub use settings::SettingsProblem;
pub use warning::Warning;

/// Why no estimate is given; every failed check is listed, the most telling first.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{}", self.text())]
pub struct Refusal {
    reasons: Vec<Reason>,
    overlap: Option<Box<Overlap>>,
}

impl Refusal {
    /// Builds a refusal from at least one reason.
    pub(crate) fn new(first: Reason, more: impl IntoIterator<Item = Reason>, overlap: Option<Overlap>) -> Self {
        let reasons = std::iter::once(first).chain(more).collect();
        Self { reasons, overlap: overlap.map(Box::new) }
    }

    /// The refusal of draws that cannot be given out.
    pub(crate) fn of_draws(unsettled: Unsettled, overlap: &Overlap) -> Self {
        Self::new(Reason::Unsettled(unsettled), [], Some(overlap.clone()))
    }

    /// The refusal of settings that make no sense.
    pub(crate) fn of_settings(problem: SettingsProblem) -> Self {
        Self::new(Reason::Settings { problem }, [], None)
    }

    /// All reasons, the most telling first; never empty.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The overlap of the lists, where the table got as far as that.
    pub fn overlap(&self) -> Option<&Overlap> {
        self.overlap.as_deref()
    }

    /// The code of the first reason.
    pub fn code(&self) -> &'static str {
        self.reasons[0].code()
    }

    /// All reasons in words, one sentence group after another.
    pub fn text(&self) -> String {
        self.reasons.iter().map(Reason::text).collect::<Vec<_>>().join(" ")
    }

    /// What would help against each reason, without repetition.
    pub fn what_would_help(&self) -> String {
        let mut advice: Vec<String> = Vec::new();
        for reason in &self.reasons {
            let text = reason.what_would_help();
            if !advice.contains(&text) {
                advice.push(text);
            }
        }
        advice.join(" ")
    }
}

/// One failed check, with the figures that show it.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// Fewer than 3 lists hold anyone.
    TooFewLists {
        /// Lists that hold someone.
        n_lists: usize,
        /// People documented.
        n_documented: u64,
    },
    /// So few people that the answer would be that of the prior.
    TooFewPeople {
        /// People documented.
        n_documented: u64,
    },
    /// The overlap graph is not connected.
    Island {
        /// Names of the lists of each island.
        islands: Vec<Vec<String>>,
    },
    /// Nobody is on two lists.
    NoOverlap,
    /// Two lists hold exactly the same people.
    DuplicateList {
        /// The first list.
        first: String,
        /// Its copy.
        second: String,
        /// People on each.
        people: u64,
    },
    /// Two lists are nearly the same, the others hardly overlap with them, and fewer than 3 sources remain.
    CopiedList {
        /// The larger list.
        larger: String,
        /// The smaller list.
        smaller: String,
        /// People on the smaller list.
        smaller_size: u64,
        /// People on both.
        shared: u64,
        /// The other lists.
        others: Vec<String>,
        /// People on at least one other list.
        others_size: u64,
        /// People on another list and on one of the pair.
        others_shared: u64,
    },
    /// Lists were declared to descend from one another, and fewer than 3 sources remain.
    DependentLists {
        /// The declared groups, by name.
        groups: Vec<Vec<String>>,
        /// Sources that remain.
        n_sources: usize,
    },
    /// More people than there are on Earth: a mistake in the counts, and beyond what the posteriors can resolve.
    TooManyPeople {
        /// People counted.
        n_documented: u64,
    },
    /// More lists than the method can handle.
    TooManyLists {
        /// Lists that hold someone.
        n_lists: usize,
        /// The method's limit.
        limit: usize,
        /// The method.
        method: &'static str,
    },
    /// The model has no maximum likelihood estimate on this table.
    MleAbsent {
        /// The model in words.
        model: String,
    },
    /// Several estimates of the model fit the table equally well.
    NotIdentifiable {
        /// The model in words.
        model: String,
    },
    /// The interval has no upper end: a few people decide whether the estimate is finite at all.
    Unbounded,
    /// The methods that may be used at all lie too far apart.
    MethodsDisagree {
        /// Each method with its total, in ascending order of the total.
        totals: Vec<(&'static str, f64)>,
    },
    /// The method gives no distribution that could be averaged over draws of the linkage or added up over strata.
    NoPosterior {
        /// The method.
        method: &'static str,
    },
    /// Work was stopped before all strata were reached.
    NotAllStrata,
    /// Too many draws of the linkage give a table that is itself refused.
    LinkageNotEstimable {
        /// Draws refused.
        refused: usize,
        /// All draws.
        draws: usize,
        /// The commonest code among them.
        commonest: &'static str,
    },
    /// The draws of a sampler cannot be given out.
    Unsettled(Unsettled),
    /// The settings of the method make no sense.
    Settings {
        /// What is wrong with them.
        problem: SettingsProblem,
    },
}

impl Reason {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooFewLists { .. } => "too_few_lists",
            Self::TooFewPeople { .. } => "too_few_people",
            Self::Island { .. } => "island",
            Self::NoOverlap => "no_overlap",
            Self::DuplicateList { .. } => "duplicate_list",
            Self::CopiedList { .. } => "copied_list",
            Self::DependentLists { .. } => "dependent_lists",
            Self::TooManyPeople { .. } => "too_many_people",
            Self::TooManyLists { .. } => "too_many_lists",
            Self::MleAbsent { .. } => "mle_absent",
            Self::NotIdentifiable { .. } => "not_identifiable",
            Self::Unbounded => "unbounded",
            Self::MethodsDisagree { .. } => "methods_disagree",
            Self::NoPosterior { .. } => "no_posterior",
            Self::NotAllStrata => "not_all_strata",
            Self::LinkageNotEstimable { .. } => "linkage_not_estimable",
            Self::Unsettled(unsettled) => unsettled.code(),
            Self::Settings { .. } => "settings",
        }
    }

    /// The reason in plain words.
    pub fn text(&self) -> String {
        match self {
            Self::TooFewLists { n_lists, n_documented } => format!(
                "Only {n_lists} of the lists hold anyone here ({} people documented). With fewer than three lists \
                 nobody can see whether being on one list made people more or less likely to be on another, so any \
                 figure for the people on no list would be a guess.",
                Grouped(*n_documented)
            ),
            Self::TooFewPeople { n_documented } => format!(
                "Only {n_documented} people are documented here. How many are missing is read from the people that \
                 lists have in common; with fewer than five in all, one match more or less decides the figure, and \
                 what it says comes from the assumptions, not from the lists."
            ),
            Self::Island { islands } => format!(
                "{} How many people are missing from all lists is read from the people that lists have in common; \
                 between these groups there are none.",
                falling_apart(islands)
            ),
            Self::NoOverlap => "Nobody is on more than one list. How many people are missing from all lists is read \
                                from the people that lists have in common; here there are none."
                .to_owned(),
            Self::DuplicateList { first, second, people } => format!(
                "{first} and {second} hold exactly the same {} people: one is a copy of the other, not a second \
                 witness.",
                Grouped(*people)
            ),
            Self::CopiedList { larger, smaller, smaller_size, shared, others, others_size, others_shared } => format!(
                "{} Lists that agree so far descend from one another and are one source, not two. And of the {} people \
                 on {} only {} are on either of them: the rest hardly overlaps. That leaves fewer than three \
                 independent sources, and a figure computed as if there were three would look precise and mean nothing.",
                also_on(*shared, *smaller_size, smaller, larger),
                Grouped(*others_size),
                others.join(", "),
                Grouped(*others_shared)
            ),
            Self::DependentLists { groups, n_sources } => format!(
                "Some lists are declared to descend from one another ({}). Counted as one source each, {n_sources} \
                 independent sources remain; at least three are needed.",
                bracketed(groups)
            ),
            Self::TooManyPeople { n_documented } => format!(
                "The table counts {} people, more than live on Earth: the counts cannot be right.",
                Grouped(*n_documented)
            ),
            Self::TooManyLists { n_lists, limit, method } => {
                format!("There are {n_lists} lists; the method {method} can handle at most {limit}.")
            }
            Self::MleAbsent { model } => format!(
                "The model «{model}» has no best fit here: too many of the combinations of lists that it speaks about \
                 are empty, and it would fit better and better for ever."
            ),
            Self::NotIdentifiable { model } => format!(
                "The model «{model}» asks more of the table than it can tell: very different totals fit it equally \
                 well."
            ),
            Self::Unbounded => "The figure hangs on so few people in common that, had chance left them out, nothing \
                                would keep it finite: there is no upper end."
                .to_owned(),
            Self::MethodsDisagree { totals } => format!(
                "Methods that are each acceptable here lie more than a factor of ten apart: {}. These data do not say \
                 which is right.",
                totals
                    .iter()
                    .map(|(method, total)| format!("{method} {}", Grouped(total.round() as u64)))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            Self::NoPosterior { method } => format!(
                "The method {method} says how many there are and between which limits, but gives no distribution; only \
                 distributions can be averaged over links or added up over strata. Limits must not be added."
            ),
            Self::NotAllStrata => "Not all strata were reached before the work was stopped.".to_owned(),
            Self::LinkageNotEstimable { refused, draws, commonest } => format!(
                "In {refused} of {draws} draws of who is the same person, the lists cannot carry an estimate (mostly \
                 «{commonest}»). Leaving those draws out would hide the doubt that they express."
            ),
            Self::Unsettled(unsettled) => unsettled.text(),
            Self::Settings { problem } => problem.text().to_owned(),
        }
    }

    /// The figures and names of the sentence, by name.
    pub fn facts(&self) -> Value {
        match self {
            Self::TooFewLists { n_lists, n_documented } => {
                Value::map([("lists", (*n_lists).into()), ("people", (*n_documented).into())])
            }
            Self::TooFewPeople { n_documented } | Self::TooManyPeople { n_documented } => {
                Value::map([("people", (*n_documented).into())])
            }
            Self::Island { islands } => Value::map([("islands", groups_of_names(islands))]),
            Self::DuplicateList { first, second, people } => {
                Value::map([("first", names([first])), ("second", names([second])), ("people", (*people).into())])
            }
            Self::CopiedList { larger, smaller, smaller_size, shared, others, others_size, others_shared } => {
                Value::map([
                    ("larger", names([larger])),
                    ("smaller", names([smaller])),
                    ("smaller_size", (*smaller_size).into()),
                    ("shared", (*shared).into()),
                    ("others", names(others)),
                    ("others_size", (*others_size).into()),
                    ("others_shared", (*others_shared).into()),
                ])
            }
            Self::DependentLists { groups, n_sources } => {
                Value::map([("groups", groups_of_names(groups)), ("sources", (*n_sources).into())])
            }
            Self::TooManyLists { n_lists, limit, method } => {
                Value::map([("lists", (*n_lists).into()), ("limit", (*limit).into()), ("method", (*method).into())])
            }
            Self::MleAbsent { model } | Self::NotIdentifiable { model } => Value::map([("model", model_fact(model))]),
            Self::MethodsDisagree { totals } => {
                let totals = totals.iter().map(|(method, total)| {
                    Value::map([("method", (*method).into()), ("total", (total.round() as u64).into())])
                });
                Value::map([("totals", Value::list(totals))])
            }
            Self::NoPosterior { method } => Value::map([("method", (*method).into())]),
            Self::LinkageNotEstimable { refused, draws, commonest } => Value::map([
                ("refused", (*refused).into()),
                ("draws", (*draws).into()),
                ("commonest", (*commonest).into()),
            ]),
            Self::Unsettled(unsettled) => unsettled.facts(),
            Self::Settings { problem } => Value::map([("problem", problem.code().into())]),
            Self::NoOverlap | Self::Unbounded | Self::NotAllStrata => Value::map([]),
        }
    }

    /// What would help, in plain words.
    pub fn what_would_help(&self) -> String {
        match self {
            Self::TooFewLists { .. } => "Add another source that was collected independently of these; until then \
                                         report the documented count alone, as «at least»."
                .to_owned(),
            Self::TooFewPeople { .. } => "Use coarser strata (larger areas, longer periods); until then report the \
                                          documented count alone, as «at least»."
                .to_owned(),
            Self::Island { .. } => "Review the linkage between the groups for missed matches; leave the isolated \
                                    lists out (--without); count lists of one kind as one (--merge); or use coarser \
                                    strata (larger areas, longer periods)."
                .to_owned(),
            Self::NoOverlap => {
                "Review the linkage for missed matches, count lists of one kind as one (--merge), or use \
                                coarser strata (larger areas, longer periods)."
                    .to_owned()
            }
            Self::DuplicateList { .. } => {
                "Leave one of the two out (--without): it adds nothing that the other does not say.".to_owned()
            }
            Self::CopiedList { others, .. } => format!(
                "Find out how these lists were made. If one was compiled from the other, declare it and count them \
                 as one source; review the linkage with {} for missed matches; add lists that were collected \
                 independently. Until then report the documented count alone, as «at least».",
                others.join(", ")
            ),
            Self::DependentLists { .. } => "Add sources that were collected independently of these; until then report \
                                            the documented count alone, as «at least»."
                .to_owned(),
            Self::TooManyPeople { .. } => "Check the column of counts.".to_owned(),
            Self::TooManyLists { .. } => "Count lists of one kind as one (--merge), leave out the smallest \
                                          (--without), or use a method that takes more: lcmcr and chao take 32."
                .to_owned(),
            Self::MleAbsent { .. } | Self::NotIdentifiable { .. } => "Use a smaller model with fewer interactions, \
                                                                      or coarser strata (larger areas, longer \
                                                                      periods)."
                .to_owned(),
            Self::Unbounded => "Report Chao's bound as «at least»; review the linkage for missed matches, or use \
                                coarser strata (larger areas, longer periods)."
                .to_owned(),
            Self::MethodsDisagree { .. } => "Show all of them and publish none; add a source that overlaps with the \
                                             others, or use coarser strata (larger areas, longer periods)."
                .to_owned(),
            Self::NoPosterior { .. } => "Use a method with a distribution, such as dga.".to_owned(),
            Self::NotAllStrata => "Run it again and let it finish.".to_owned(),
            Self::LinkageNotEstimable { .. } => "Review the doubtful links first: every decision there removes doubt \
                                                 here."
                .to_owned(),
            Self::Unsettled(unsettled) => unsettled.what_would_help(),
            Self::Settings { .. } => "Correct the settings and run again.".to_owned(),
        }
    }
}

/// That groups of lists, by name, have nobody in common.
fn falling_apart(islands: &[Vec<String>]) -> String {
    format!("The lists fall into groups that do not share a single person: {}.", bracketed(islands))
}

/// Groups of lists by name, such as `[a, b] and [c]`.
fn bracketed(groups: &[Vec<String>]) -> String {
    groups.iter().map(|lists| format!("[{}]", lists.join(", "))).collect::<Vec<_>>().join(" and ")
}

/// How far one list lies within another.
fn also_on(shared: u64, smaller_size: u64, smaller: &str, larger: &str) -> String {
    format!("{} of the {} people on {smaller} are also on {larger}.", Grouped(shared), Grouped(smaller_size))
}

/// Names among facts.
fn names<'n>(names: impl IntoIterator<Item = &'n String>) -> Value {
    Value::list(names.into_iter().map(String::as_str))
}

/// Groups of names among facts.
fn groups_of_names(groups: &[Vec<String>]) -> Value {
    Value::list(groups.iter().map(names))
}

/// A model among facts: the code of the one without interactions, or its terms.
fn model_fact(model: &String) -> Value {
    if model == MAIN_EFFECTS { "main_effects".into() } else { names([model]) }
}

/// A share as a percentage with so many decimals.
pub(crate) fn percent(share: f64, decimals: usize) -> String {
    format!("{:.decimals$}", 100.0 * share)
}

/// A count with its thousands separated by commas.
pub(crate) struct Grouped(pub u64);

impl fmt::Display for Grouped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (idx, digit) in digits.chars().enumerate() {
            if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
                out.write_str(",")?;
            }
            write!(out, "{digit}")?;
        }
        Ok(())
    }
}
