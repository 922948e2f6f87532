//! What does not forbid a figure but must stand beside it.

use super::{Grouped, also_on, falling_apart, groups_of_names, names, percent};
use crate::diagnostics::Value;

/// Something that does not forbid the figure but must stand beside it.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// Always present: people who could not have been recorded by anyone are outside every estimate.
    UnobservablePart,
    /// The total is more than five times the documented number.
    RatioOverFive {
        /// Total divided by documented.
        ratio: f64,
    },
    /// A list holds fewer than 10 people.
    SmallList {
        /// The list.
        list: String,
        /// People on it.
        people: u64,
    },
    /// A list that holds many elsewhere holds hardly anybody in a stratum.
    PartialCoverage {
        /// The list.
        list: String,
        /// The stratum.
        stratum: String,
        /// People of the list in the stratum.
        here: u64,
        /// People of it that would be there if it covered all strata alike.
        expected: u64,
    },
    /// Two lists of similar size hold nearly the same people.
    CopiedList {
        /// The larger list.
        larger: String,
        /// The smaller list.
        smaller: String,
        /// People on the smaller list.
        smaller_size: u64,
        /// People on both.
        shared: u64,
    },
    /// Some lists share nobody with the others.
    Island {
        /// Names of the lists of each island.
        islands: Vec<Vec<String>>,
    },
    /// A limit of the bootstrap interval has fewer than ten replicates beyond it.
    BcaExtremeQuantile {
        /// The level of the bootstrap distribution at which the limit was read.
        probability: f64,
        /// Replicates made.
        replicates: usize,
    },
    /// The posterior still has weight where a grid that was asked for begins or ends.
    GridCuts {
        /// Weight at the first point of the grid, where it does not begin at nobody.
        low: f64,
        /// Weight in the last hundredth.
        high: f64,
    },
    /// Models that fit about equally well lie more than half apart.
    ModelSpread {
        /// The lowest total among them.
        low: u64,
        /// The highest.
        high: u64,
    },
    /// Fewer than half of the lists whose number is known were estimated well from the others.
    InternalConsistencyPoor {
        /// Lists whose known number lies in the 95 % interval.
        covered: usize,
        /// Lists that could be tried.
        tried: usize,
    },
    /// Some strata are not estimated; their documented people alone are in the total.
    RefusedStrata {
        /// Strata refused.
        refused: usize,
        /// All strata.
        strata: usize,
        /// People documented in the refused ones.
        n_documented: u64,
    },
    /// Chao's lower bound lies above the upper end of the 95 % interval.
    ChaoAboveUpper {
        /// The bound.
        bound: u64,
    },
    /// The posterior has two modes.
    Bimodal {
        /// The two modes, as totals.
        modes: (u64, u64),
    },
    /// The posterior mean has no finite value: it grows with the upper end of the grid.
    MeanDependsOnBound {
        /// Weight of the graphs without a finite mean.
        weight: f64,
        /// The largest total on the grid.
        bound: u64,
    },
    /// The posterior mean has no finite value, because nobody stands on a combination of lists by which others are
    /// divided.
    MeanInfinite,
    /// Some draws put the people on no list above the cap and were left out.
    CapHits {
        /// Share of the draws.
        share: f64,
        /// The cap, as a multiple of the number documented.
        cap: u64,
    },
    /// So many combinations of lists hold nobody that the prior speaks for them.
    EmptyCells {
        /// Share of the combinations.
        share: f64,
    },
    /// Single walks over graphs found graphs of some weight that the others did not find.
    GraphsMissed {
        /// Weight of the graphs that one walk alone found.
        share: f64,
    },
    /// The complete graph, on which the data say nothing about the undocumented, weighs more than 0.2.
    PriorDominates {
        /// Its weight.
        weight: f64,
    },
    /// The lists are all positively dependent and independence misfits: people differ in how likely they are recorded.
    HeterogeneitySeen,
    /// More than half of the variance comes from doubt about who is the same person.
    LinkageShareHigh {
        /// The share.
        share: f64,
    },
    /// Fewer than 100 draws of the linkage.
    FewLinkageDraws {
        /// Draws.
        draws: usize,
    },
    /// So few draws were combined that the ends of the interval are those of single draws.
    FewDraws {
        /// Draws, over all replicates.
        draws: usize,
    },
    /// A single replicate was given, so that nothing shows what lies between replicates.
    OneReplicate,
    /// The draws of the linkage are not a posterior sample.
    ApproximateLinkage,
    /// Links were taken as decided, without draws.
    LinksAsDecided,
    /// With the links that are probably missed, or without those that are probably wrong, the figure would lie outside
    /// its interval.
    LinksMissed {
        /// Missed less wrong pairs, as a share of all pairs of records of one person.
        share: f64,
        /// The figure with them.
        point: f64,
    },
    /// Some draws of the linkage could not be estimated.
    RefusedDraws {
        /// Draws refused.
        refused: usize,
        /// All draws.
        draws: usize,
    },
}

impl Warning {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnobservablePart => "unobservable_part",
            Self::RatioOverFive { .. } => "ratio_over_5",
            Self::SmallList { .. } => "small_list",
            Self::PartialCoverage { .. } => "partial_coverage",
            Self::CopiedList { .. } => "copied_list",
            Self::Island { .. } => "island",
            Self::BcaExtremeQuantile { .. } => "bca_extreme_quantile",
            Self::GridCuts { .. } => "grid_cuts",
            Self::ModelSpread { .. } => "model_spread",
            Self::InternalConsistencyPoor { .. } => "internal_consistency_poor",
            Self::RefusedStrata { .. } => "refused_strata",
            Self::ChaoAboveUpper { .. } => "chao_above_upper",
            Self::Bimodal { .. } => "bimodal",
            Self::MeanDependsOnBound { .. } => "mean_depends_on_bound",
            Self::MeanInfinite => "mean_infinite",
            Self::CapHits { .. } => "cap_hits",
            Self::EmptyCells { .. } => "empty_cells",
            Self::GraphsMissed { .. } => "graphs_missed",
            Self::PriorDominates { .. } => "prior_dominates",
            Self::HeterogeneitySeen => "heterogeneity_seen",
            Self::LinkageShareHigh { .. } => "linkage_share_high",
            Self::FewLinkageDraws { .. } => "few_linkage_draws",
            Self::FewDraws { .. } => "few_draws",
            Self::OneReplicate => "one_replicate",
            Self::ApproximateLinkage => "approximate_linkage",
            Self::LinksAsDecided => "links_as_decided",
            Self::LinksMissed { .. } => "links_missed",
            Self::RefusedDraws { .. } => "refused_draws",
        }
    }

    /// The warning in plain words.
    pub fn text(&self) -> String {
        match self {
            Self::UnobservablePart => "The figure is about people who had a real chance of being recorded by someone. \
                                       Those whom nobody could have recorded are not in it, and these data cannot \
                                       show how many they are."
                .to_owned(),
            Self::RatioOverFive { ratio } => format!(
                "The total is {ratio:.1} times the number documented: most of it rests on the method, not on records."
            ),
            Self::SmallList { list, people } => {
                format!("{list} holds only {people} people here; what it says about overlap is fragile.")
            }
            Self::PartialCoverage { list, stratum, here, expected } => format!(
                "{list} has {} people in «{stratum}», where {} would be expected. Either it could not have recorded \
                 them, and its silence is no evidence; or it is the list that says what divides the strata, and then \
                 people are in the other strata because it recorded them: figures there, and the total, are too low.",
                Grouped(*here),
                Grouped(*expected)
            ),
            Self::CopiedList { larger, smaller, smaller_size, shared } => format!(
                "{} If one was compiled from the other they are one source: declare it.",
                also_on(*shared, *smaller_size, smaller, larger)
            ),
            Self::Island { islands } => {
                format!("{} The model ties them together by assumption alone.", falling_apart(islands))
            }
            Self::BcaExtremeQuantile { probability, replicates } => format!(
                "A limit of the interval was read so far out in the bootstrap distribution (at {}) that {} replicates \
                 are too few to place it well.",
                short(*probability),
                Grouped(*replicates as u64)
            ),
            Self::GridCuts { low, high } => format!(
                "The grid that was asked for begins or ends where there is still weight ({} % at its first point, \
                 {} % in its last hundredth): totals beyond it were left out. Leave the grid to the method, or make it longer.",
                percent(*low, 1),
                percent(*high, 1)
            ),
            Self::ModelSpread { low, high } => format!(
                "Models that fit about equally well say anything from {} to {}: the choice among them is part of the \
                 doubt.",
                Grouped(*low),
                Grouped(*high)
            ),
            Self::InternalConsistencyPoor { covered, tried } => format!(
                "When the size of a list is estimated from the other lists, only {covered} of {tried} intervals hold \
                 the size that is known. What fails on known numbers may fail on the unknown one."
            ),
            Self::RefusedStrata { refused, strata, n_documented } => format!(
                "{refused} of {strata} strata cannot be estimated; of them only the {} people documented are in the \
                 total, so that it is too low by all who are missing there.",
                Grouped(*n_documented)
            ),
            Self::ChaoAboveUpper { bound } => format!(
                "Chao's lower bound, {}, lies above the upper end of the interval: the figure is probably too low.",
                Grouped(*bound)
            ),
            Self::Bimodal { modes: (low, high) } => format!(
                "The data fit two stories about equally well, one near {} and one near {}; a single interval hides \
                 that.",
                Grouped(*low),
                Grouped(*high)
            ),
            Self::MeanDependsOnBound { weight, bound } => format!(
                "The mean has no finite value ({} % of the weight lies on models without one) and depends on the \
                 upper end of the grid, {}; use the median.",
                percent(*weight, 1),
                Grouped(*bound)
            ),
            Self::MeanInfinite => {
                "The mean has no finite value, because nobody stands on a combination of lists by which \
                                   others are divided; use the median."
                    .to_owned()
            }
            Self::CapHits { share, cap } => format!(
                "{} % of the draws put the people on no list above {cap} times those documented and were left out: \
                 the upper end hangs on that cap.",
                percent(*share, 1)
            ),
            Self::EmptyCells { share } => format!(
                "{} % of the combinations of lists hold nobody; what is assumed about them decides the figure.",
                percent(*share, 0)
            ),
            Self::GraphsMissed { share } => format!(
                "Patterns of dependence with {} % of the weight were found by a single one of several searches; as \
                 much may have been missed by all.",
                percent(*share, 0)
            ),
            Self::PriorDominates { weight } => format!(
                "{} % of the weight lies on the model in which the data say nothing about the people on no list; \
                 there the prior speaks.",
                percent(*weight, 0)
            ),
            Self::HeterogeneitySeen => "Every pair of lists has more people in common than chance would give: some \
                                        people were much easier to record than others, and such figures tend to be \
                                        too low."
                .to_owned(),
            Self::LinkageShareHigh { share } => format!(
                "{} % of the uncertainty comes from doubt about which records are the same person: review links \
                 first.",
                percent(*share, 0)
            ),
            Self::FewLinkageDraws { draws } => {
                format!("Only {draws} draws of the linkage were used; at least 100 are needed for stable limits.")
            }
            Self::FewDraws { draws } => format!(
                "Only {draws} draws were combined; with fewer than 1,000 the ends of the 95 % interval hang on a few of \
                 them."
            ),
            Self::OneReplicate => {
                "There is a single replicate: what other versions of the data would say is not in the interval."
                    .to_owned()
            }
            Self::ApproximateLinkage => {
                "The draws of who is the same person are approximate: the doubt about links is \
                                         only roughly included."
                    .to_owned()
            }
            Self::LinksAsDecided => {
                "Which records are the same person was taken as decided once; doubt about links is \
                                     not in the interval. With --linkage-draws it is."
                    .to_owned()
            }
            Self::LinksMissed { share, point } if *share > 0.0 => format!(
                "By the linkage's own reckoning {} % of the pairs of records that are one person are not linked, \
                 wrong links already set against them. Such a person is counted twice and seems known to fewer lists, \
                 so the figure is too high: with these links it would be lower, down to about {}.",
                percent(*share, 1),
                Grouped(point.max(0.0).round() as u64)
            ),
            Self::LinksMissed { share, point } => format!(
                "By the linkage's own reckoning more links are wrong than are missed, by {} % of the pairs of records \
                 that are one person, so the figure is too low: without them it would be higher, up to about {}.",
                percent(share.abs(), 1),
                Grouped(point.max(0.0).round() as u64)
            ),
            Self::RefusedDraws { refused, draws } => format!(
                "In {refused} of {draws} draws of the linkage no estimate was possible; they are not in the figure."
            ),
        }
    }

    /// The figures and names of the sentence, by name.
    pub fn facts(&self) -> Value {
        match self {
            Self::RatioOverFive { ratio } => Value::map([("ratio", format!("{ratio:.1}").into())]),
            Self::SmallList { list, people } => Value::map([("list", names([list])), ("people", (*people).into())]),
            Self::PartialCoverage { list, stratum, here, expected } => Value::map([
                ("list", names([list])),
                ("stratum", names([stratum])),
                ("here", (*here).into()),
                ("expected", (*expected).into()),
            ]),
            Self::CopiedList { larger, smaller, smaller_size, shared } => Value::map([
                ("larger", names([larger])),
                ("smaller", names([smaller])),
                ("smaller_size", (*smaller_size).into()),
                ("shared", (*shared).into()),
            ]),
            Self::Island { islands } => Value::map([("islands", groups_of_names(islands))]),
            Self::BcaExtremeQuantile { probability, replicates } => {
                Value::map([("probability", short(*probability).into()), ("replicates", (*replicates).into())])
            }
            Self::GridCuts { low, high } => {
                Value::map([("low", percent(*low, 1).into()), ("high", percent(*high, 1).into())])
            }
            Self::ModelSpread { low, high } | Self::Bimodal { modes: (low, high) } => {
                Value::map([("low", (*low).into()), ("high", (*high).into())])
            }
            Self::InternalConsistencyPoor { covered, tried } => {
                Value::map([("covered", (*covered).into()), ("tried", (*tried).into())])
            }
            Self::RefusedStrata { refused, strata, n_documented } => Value::map([
                ("refused", (*refused).into()),
                ("strata", (*strata).into()),
                ("people", (*n_documented).into()),
            ]),
            Self::ChaoAboveUpper { bound } => Value::map([("bound", (*bound).into())]),
            Self::MeanDependsOnBound { weight, bound } => {
                Value::map([("share", percent(*weight, 1).into()), ("bound", (*bound).into())])
            }
            Self::CapHits { share, cap } => Value::map([("share", percent(*share, 1).into()), ("cap", (*cap).into())]),
            Self::EmptyCells { share }
            | Self::GraphsMissed { share }
            | Self::PriorDominates { weight: share }
            | Self::LinkageShareHigh { share } => Value::map([("share", percent(*share, 0).into())]),
            Self::FewLinkageDraws { draws } | Self::FewDraws { draws } => Value::map([("draws", (*draws).into())]),
            Self::LinksMissed { share, point } => Value::map([
                ("direction", if *share > 0.0 { "missed" } else { "wrong" }.into()),
                ("share", percent(share.abs(), 1).into()),
                ("total", (point.max(0.0).round() as u64).into()),
            ]),
            Self::RefusedDraws { refused, draws } => {
                Value::map([("refused", (*refused).into()), ("draws", (*draws).into())])
            }
            Self::UnobservablePart
            | Self::MeanInfinite
            | Self::HeterogeneitySeen
            | Self::OneReplicate
            | Self::ApproximateLinkage
            | Self::LinksAsDecided => Value::map([]),
        }
    }
}

/// A probability with two digits that say something.
fn short(probability: f64) -> String {
    if probability < 1e-3 { format!("{probability:.1e}") } else { format!("{probability:.4}") }
}
