//! What can be wrong with the settings of a method.

/// What is wrong with the settings of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsProblem {
    /// δ must lie between 10⁻⁶ and 1,000.
    Delta,
    /// The edge probability must lie strictly between 0 and 1.
    EdgeProbability,
    /// The shape of the prior on N must lie between 10⁻⁶ and 10⁹, its mean between 1 and 10¹⁰.
    PriorOnTotal,
    /// The grid must have at least 2 points, and its end must lie beyond its start and not beyond 10⁹.
    Grid,
    /// At least one table is needed.
    NoDraws,
    /// A term of the model names something that is not a list of the table.
    Terms,
    /// The p at which an interaction enters must lie between 0 and 1.
    EntryP,
    /// Interactions hold at least two lists.
    Order,
    /// Too few or too many replicates of the bootstrap.
    Replicates,
    /// The number of classes must lie between 1 and 64.
    Classes,
    /// Shape and rate of the prior of α must lie between 10⁻⁶ and 10⁶.
    Alpha,
    /// The cap must lie between 1 and a million times n.
    Cap,
    /// Fewer than 4 chains or walks cannot show whether they agree.
    Chains,
    /// The warm-up must have at least 50 rounds and the run at least 150.
    Rounds,
    /// The wanted effective sample size must be at least 400.
    WantedEss,
    /// A walk needs at least 4,000 steps.
    WalkSteps,
    /// ξ must lie between 0.001 and 1,000.
    Xi,
    /// A pair must name two different lists of the table.
    Pair,
    /// Between 100 and 10 million draws.
    Draws,
    /// The draws of the cells are not 2^J − 1 positive numbers each, or there are none.
    Cells,
}

impl SettingsProblem {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Delta => "delta",
            Self::EdgeProbability => "edge_probability",
            Self::PriorOnTotal => "prior_on_total",
            Self::Grid => "grid",
            Self::NoDraws => "no_draws",
            Self::Terms => "terms",
            Self::EntryP => "entry_p",
            Self::Order => "order",
            Self::Replicates => "replicates",
            Self::Classes => "classes",
            Self::Alpha => "alpha",
            Self::Cap => "cap",
            Self::Chains => "chains",
            Self::Rounds => "rounds",
            Self::WantedEss => "wanted_ess",
            Self::WalkSteps => "walk_steps",
            Self::Xi => "xi",
            Self::Pair => "pair",
            Self::Draws => "draws",
            Self::Cells => "cells",
        }
    }

    /// The problem in plain words.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Delta => "The prior weight per cell (delta) must lie between 0.000001 and 1,000.",
            Self::EdgeProbability => "The prior probability of an edge (beta) must lie between 0 and 1.",
            Self::PriorOnTotal => {
                "The shape of the prior on the total must lie between 0.000001 and 1,000,000,000, and its mean, shape times \
                 scale, between 1 and 10,000,000,000."
            }
            Self::Grid => "The grid needs at least 2 points and must run upwards, to 1,000,000,000 at most.",
            Self::NoDraws => "There is no table to average over.",
            Self::Terms => "A term of the model names something that is not a list of this table.",
            Self::EntryP => "The p at which an interaction enters must lie between 0 and 1.",
            Self::Order => "Interactions hold at least two lists.",
            Self::Replicates => "The bootstrap needs between 100 and 1,000,000 replicates.",
            Self::Classes => "The number of classes must lie between 1 and 64.",
            Self::Alpha => "Shape and rate of the prior of alpha must lie between 0.000001 and 1,000,000.",
            Self::Cap => "The cap must lie between 1 and 1,000,000 times the number documented.",
            Self::Chains => "The number of chains or walks must lie between 4 and 64.",
            Self::Rounds => {
                "The warm-up must have at least 50 rounds, the run at least 150, and neither more than 1,000,000."
            }
            Self::WantedEss => "The wanted number of effective draws must be at least 400.",
            Self::WalkSteps => "A walk needs between 4,000 and 100,000,000 steps.",
            Self::Xi => "The interaction (xi) must lie between 0.001 and 1,000.",
            Self::Pair => "The pair must name two different lists of this table.",
            Self::Draws => "The number of draws must lie between 100 and 10,000,000.",
            Self::Cells => "The probabilities of the combinations of lists do not fit the table.",
        }
    }
}
