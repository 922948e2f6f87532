//! Record linkage: which records, across and within lists, speak of the same person?
//!
//! The result is not a merged row but scored pairs with their explanation, persons that respect people's judgements,
//! and draws of the partition, so that doubt about links reaches every number. The one deep entry point is [`link`];
//! its steps can be called by themselves:
//!
//! | step | from → to |
//! |---|---|
//! | [`TableBuilder`] | claims of records, one after the other → [`Table`] |
//! | [`guess_model`] | table → [`Model`]: what is compared |
//! | [`survey()`] | table and [`possible_rules`] → a sample of candidate pairs, tabulated |
//! | [`estimate`] | tabulated comparison vectors → [`Fit`] |
//! | [`Survey::choose_rules`] | which rules are worth their pairs, and what they miss |
//! | [`MemoryEngine`], [`Bounded`] or another [`PairEngine`] | table and model → candidate pairs, scored |
//! | [`partition()`] | scored pairs and judgements → persons |
//! | [`draw_partitions`] | the same → draws from the posterior of the partition |
//! | [`explain`] | one pair → its weight, comparison by comparison |
//!
//! Pure: no file, no vault, no SQL, not async; time is read only to say how long the stages of a run took.

mod blocking;
mod comparison;
mod em;
mod evaluate;
mod explain;
pub mod kernel;
mod link;
mod lists;
mod model;
mod pairs;
mod partition;
mod posterior;
mod review;
mod script;
mod table;

pub use blocking::{BlockingRule, Completeness, Coverage, Key, RuleChoice, RuleReport, Survey, possible_rules, survey};
pub use comparison::{Field, NameSimilarity, similarities, similarity};
pub use em::{EstimateError, Fit, estimate};
pub use evaluate::{
    Evaluation, EvaluationIntervals, ReliabilityBin, ScoreIntervals, Scores, StandardErrors, blocking_recall,
    bootstrap, evaluate, reliability,
};
pub use explain::{Explanation, Reason, explain};
pub use link::{LinkError, LinkOptions, Linkage, Plan, StageTime, link, link_on, plan};
pub use lists::ListPair;
pub use model::{
    Comparison, Level, MOST_COMPARISONS, MOST_RULES, Model, ModelError, ModelFormatError, from_toml, guess_model,
    to_toml,
};
pub use pairs::{
    BlockPairs, BlockScorer, Blocks, Bounded, Cost, Engine, EngineFailure, InMemory, MemoryEngine, OpenEngine,
    PairEngine, PairError, PatternCounts, Scored, Scratch, Stage, Vector, Watch,
};
pub use partition::{Conflict, Constraints, Evidence, Leftover, Partitioned, components, correct_leftovers, partition};
pub use posterior::{Convergence, Draws, draw_partitions};
pub use review::{Agreement, Interval, Quality, Stratum, most_telling, quality, strata};
pub use script::{Skeleton, skeleton};
pub use table::{DateEntry, ListInfo, NameField, PlaceField, Table, TableBuilder};
