//! The whole linkage of one table: model, pairs, persons, doubt.

use crate::{
    blocking::{Completeness, Coverage, LikelyPairs, RuleReport, possible_rules, survey},
    em::{EstimateError, Fit, draw_models, estimate},
    kernel::LearntCost,
    lists::{ListPair, by_lists},
    model::{MOST_RULES, Model, ModelError, Weights, guess_model},
    pairs::{InMemory, OpenEngine, PairError, Stage, Watch, pair_budget},
    partition::{Conflict, Constraints, Evidence, Leftover, correct_leftovers, partition, weakest_joints},
    posterior::{Draws, Parameters, draw_with},
    table::Table,
};
use habeas_core::{MatchWeight, Partition, ScoredPair};
use std::{num::NonZeroUsize, time::Instant};

/// Candidate pairs below which nothing is learnt: the starting values, which count as ten pairs, know more than these.
const FEWEST_TO_LEARN_FROM: f64 = 10.0;

/// What the caller decides about a run.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkOptions {
    /// Threads; the result is the same for any number.
    pub threads: NonZeroUsize,
    /// Weight from which a pair counts as one person; the model's own where `None`.
    pub cut: Option<MatchWeight>,
    /// Weight from which a pair is kept for review and for draws.
    pub floor: MatchWeight,
    /// Seed of the draws.
    pub seed: u64,
    /// Number of draws of the partition.
    pub n_draws: usize,
}

impl Default for LinkOptions {
    fn default() -> Self {
        let threads = NonZeroUsize::new(2).expect("two is not zero");
        Self { threads, cut: None, floor: MatchWeight(-8.0), seed: 1, n_draws: 0 }
    }
}

/// Wall time of one stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StageTime {
    /// The stage.
    pub stage: Stage,
    /// Seconds.
    pub seconds: f64,
}

/// Everything that a run found.
#[derive(Debug, Clone, PartialEq)]
pub struct Linkage {
    /// The model that scored the pairs.
    pub model: Model,
    /// How it was estimated; `None` where the caller gave it or nothing could be learnt.
    pub fit: Option<Fit>,
    /// Candidate pairs compared.
    pub n_candidates: u64,
    /// Pairs at or above the floor, sorted by record.
    pub pairs: Vec<ScoredPair>,
    /// The persons.
    pub partition: Partition,
    /// Draws of the partition from its posterior distribution.
    pub draws: Draws,
    /// Judgements that contradict each other.
    pub conflicts: Vec<Conflict>,
    /// Corrected priors of lists that name a person once; they are in the weights of `pairs`.
    pub leftovers: Vec<Leftover>,
    /// How many pairs of each two lists are one person; texts are not told of.
    pub by_lists: Vec<ListPair>,
    /// What the table taught of letters that are written for one another in names.
    pub letters: Vec<LearntCost>,
    /// What each blocking rule did.
    pub rules: Vec<RuleReport>,
    /// What the rules were expected to find and to miss; `None` where the caller gave the model.
    pub coverage: Option<Coverage>,
    /// How many links the partition is likely to miss and to have made wrongly; `None` where the caller gave the model.
    pub completeness: Option<Completeness>,
    /// Wall time by stage.
    pub seconds: Vec<StageTime>,
}

/// Why nothing was linked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LinkError {
    /// The given model is faulty.
    #[error("the model cannot be used")]
    Model {
        /// What is wrong.
        #[source]
        source: ModelError,
    },
    /// The run was ended.
    #[error("no links were made")]
    Pairs {
        /// Why.
        #[source]
        source: PairError,
    },
    /// A judgement about a record that does not exist.
    #[error("a judgement names record {record}, but there are {n_records} records")]
    UnknownRecord {
        /// Index as given.
        record: u32,
        /// Number of records.
        n_records: usize,
    },
}

impl From<PairError> for LinkError {
    fn from(source: PairError) -> Self {
        Self::Pairs { source }
    }
}

/// What a table teaches before all its candidate pairs are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The model, with the rules that are worth their pairs.
    pub model: Model,
    /// How it was estimated; `None` where nothing could be learnt.
    pub fit: Option<Fit>,
    /// What the rules are expected to find, to cost and to miss.
    pub coverage: Coverage,
    /// Models drawn from their posterior distribution, as many as draws were asked for.
    drawn: Vec<Model>,
    /// What the partition will be held against.
    likely: LikelyPairs,
}

/// Guesses and estimates a model and chooses its rules, without comparing more than a survey of candidate pairs.
///
/// Where nothing can be learnt (no candidate pairs, nothing varies), the starting model stands.
///
/// # Errors
/// [`LinkError`] for a judgement about no record, or a run that was ended.
pub fn plan(table: &Table, judgements: &Constraints, options: &LinkOptions, watch: &Watch) -> Result<Plan, LinkError> {
    check_records(table, judgements)?;
    plan_timed(table, judgements, options, watch, &mut Clock::start())
}

fn plan_timed(
    table: &Table,
    judgements: &Constraints,
    options: &LinkOptions,
    watch: &Watch,
    clock: &mut Clock,
) -> Result<Plan, LinkError> {
    let start = guess_model(table);
    let surveyed = survey(table, &start, &possible_rules(table, &start), options.threads, watch)?;
    clock.lap(Stage::Counting);
    (watch.progress)(Stage::Estimating, 0, 1);
    let weights = Weights::new(&start, table);
    let judged = |pairs: &[(u32, u32)], is_same: bool| {
        let vector = |(a, b): &(u32, u32)| (weights.vector(table, *a.min(b), *a.max(b)), is_same);
        pairs.iter().map(vector).collect::<Vec<_>>()
    };
    let counts = surveyed.counts([judged(&judgements.same, true), judged(&judgements.different, false)].concat());
    let n_candidates: f64 = counts.candidates.iter().map(|(_, n)| n).sum();
    let fit = match estimate(&counts, &start) {
        Ok(found) => Some(found).filter(|_| n_candidates >= FEWEST_TO_LEARN_FROM),
        Err(EstimateError::NoCandidates | EstimateError::NothingVaries) => None,
        Err(EstimateError::Start { source }) => return Err(LinkError::Model { source }),
    };
    let mut model = fit.as_ref().map_or_else(|| start.clone(), |fit| fit.model.clone());
    let drawn = match &fit {
        Some(fit) if options.n_draws > 0 => draw_models(&counts, &start, &fit.model, options.n_draws, options.seed),
        _ => Vec::new(),
    };
    let coverage = surveyed.choose_rules(&model, pair_budget(table.n_records()), MOST_RULES);
    model.rules = coverage.rules.iter().map(|choice| choice.rule.clone()).collect();
    let likely = surveyed.likely_pairs(&model, coverage.n_unseen.unwrap_or(0.0));
    (watch.progress)(Stage::Estimating, 1, 1);
    clock.lap(Stage::Estimating);
    Ok(Plan { model, fit, coverage, drawn, likely })
}

fn check_records(table: &Table, judgements: &Constraints) -> Result<(), LinkError> {
    let n_records = table.n_records();
    let judged = judgements.same.iter().chain(judgements.apart()).flat_map(|(a, b)| [*a, *b]);
    match judged.filter(|record| *record as usize >= n_records).max() {
        Some(record) => Err(LinkError::UnknownRecord { record, n_records }),
        None => Ok(()),
    }
}

/// Links all records of a table: guesses and estimates a model where none is given, scores candidate pairs, makes
/// persons of them under the judgements, and draws partitions if asked.
///
/// Where nothing can be learnt (no candidate pairs, nothing varies), the starting model scores what there is.
///
/// # Errors
/// [`LinkError`] for a faulty model, a judgement about no record, or a run that was ended.
pub fn link(
    table: &Table,
    model: Option<Model>,
    judgements: &Constraints,
    options: &LinkOptions,
    watch: &Watch,
) -> Result<Linkage, LinkError> {
    link_on(&InMemory(table), model, judgements, options, watch)
}

/// The same, with the candidate pairs made and scored by another engine.
///
/// # Errors
/// [`LinkError`] as for [`link`], or a failure of the engine.
pub fn link_on(
    engines: &dyn OpenEngine,
    model: Option<Model>,
    judgements: &Constraints,
    options: &LinkOptions,
    watch: &Watch,
) -> Result<Linkage, LinkError> {
    let table = engines.table();
    check_records(table, judgements)?;
    engines.check()?;
    let n_records = table.n_records();
    let mut clock = Clock::start();
    let (mut model, fit, coverage, drawn_models, likely) = match model {
        Some(model) => {
            model.validate().map_err(|source| LinkError::Model { source })?;
            (model, None, None, Vec::new(), None)
        }
        None => {
            let plan = plan_timed(table, judgements, options, watch, &mut clock)?;
            (plan.model, plan.fit, Some(plan.coverage), plan.drawn, Some(plan.likely))
        }
    };
    let engine = engines.open(&model, options.threads, watch)?;
    clock.lap(Stage::Blocking);
    if let Some(cut) = options.cut {
        model.cut = cut;
        model.validate().map_err(|source| LinkError::Model { source })?;
    }
    let floor = MatchWeight(options.floor.0.min(model.cut.0));
    let mut scored = engine.pairs_above(&model, floor, watch)?;
    let mut rules = engine.rules().to_vec();
    drop(engine);
    for (rule, (own, found)) in rules.iter_mut().zip(scored.n_by_rule.iter().zip(&scored.n_above_by_rule)) {
        (rule.n_own_pairs, rule.n_found) = (*own, *found);
    }
    clock.lap(Stage::Scoring);
    watch.check()?;
    (watch.progress)(Stage::Partitioning, 0, 1);
    let weights = Weights::new(&model, table);
    let weigh = |a: u32, b: u32| weights.weigh(table, a, b);
    let no_pairs = Evidence { n_records, pairs: &[], judgements, cut: model.cut, weigh: &weigh };
    let mut persons = partition(&Evidence { pairs: &scored.pairs, ..no_pairs }, options.threads);
    let leftovers = correct_leftovers(table, &model, &persons.partition, &mut scored.pairs);
    if !leftovers.is_empty() {
        persons = partition(&Evidence { pairs: &scored.pairs, ..no_pairs }, options.threads);
    }
    let completeness = likely.map(|likely| {
        let evidence = Evidence { pairs: &scored.pairs, ..no_pairs };
        likely.completeness(&persons.partition, &weakest_joints(&persons.partition, &evidence, options.threads.get()))
    });
    (watch.progress)(Stage::Partitioning, 1, 1);
    clock.lap(Stage::Partitioning);
    let mut draws = Draws::default();
    if options.n_draws > 0 {
        let drawn: Vec<Weights> = drawn_models.iter().map(|drawn| Weights::new(drawn, table)).collect();
        let parameters = Parameters { table, scored_by: &weights, drawn };
        let evidence = Evidence { pairs: &scored.pairs, ..no_pairs };
        let parameters = Some(&parameters).filter(|parameters| !parameters.drawn.is_empty());
        draws = draw_with(&evidence, parameters, options.n_draws, options.seed, (options.threads, watch))?;
        clock.lap(Stage::Drawing);
    }
    Ok(Linkage {
        model,
        fit,
        n_candidates: scored.n_candidates,
        by_lists: by_lists(table, &scored.pairs),
        pairs: scored.pairs,
        partition: persons.partition,
        draws,
        conflicts: persons.conflicts,
        leftovers,
        letters: table.letter_costs().learnt(),
        rules,
        coverage,
        completeness,
        seconds: clock.seconds,
    })
}

/// Measures stages.
struct Clock {
    since: Instant,
    seconds: Vec<StageTime>,
}

impl Clock {
    fn start() -> Self {
        Self { since: Instant::now(), seconds: Vec::new() }
    }

    fn lap(&mut self, stage: Stage) {
        self.seconds.push(StageTime { stage, seconds: self.since.elapsed().as_secs_f64() });
        self.since = Instant::now();
    }
}
