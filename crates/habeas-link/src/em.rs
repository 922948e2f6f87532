//! Estimation of the model from unlabelled pairs, on tabulated comparison vectors.
//!
//! All comparisons take part at once: which pairs were compared was decided by observed values only, and a posterior
//! probability does not depend on how the pair came to be looked at. What blocking does distort are frequencies among
//! candidate pairs; therefore u is learnt from pairs drawn at random, λ is a share of all pairs, and only m and the
//! distribution of relatives, whose pairs nearly all are candidates, are learnt from candidates.

mod draw;

pub(crate) use draw::draw_models;

use crate::{
    model::{Comparison, KinLearning, Level, MOST_COMPARISONS, Model, ModelError},
    pairs::{PatternCounts, RARITY_STEP, Vector},
};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

/// Rounds after which estimation stops in any case.
const MOST_ROUNDS: u32 = 300;
/// No probability moves by more: done.
const TOLERANCE: f64 = 1e-6;
/// Pairs that the starting values count as, so that a handful of pairs cannot make anything certain.
const PRIOR_PAIRS: f64 = 10.0;
/// Random pairs at a level from which its u is trusted as counted.
const PRIOR_RANDOM: f64 = 1.0;
/// How many times the declared share of one person's pairs may have no more than one name in common, after learning.
/// Brothers who were taken together agree on all else, so no unlabelled pair tells them from records of one person that
/// share a surname only; left free, estimation joins them. Greater values join more brothers, smaller ones lose people
/// whom two lists know under different names.
const MOST_TIMES_DECLARED: f64 = 3.0;
/// Share of those with a name in common that may have several alike by chance, at most.
const MOST_BY_CHANCE: f64 = 0.9;
/// Least shape of a gamma variate, so that no drawn probability is nought.
const LEAST_SHAPE: f64 = 1e-6;
/// Pairs at a level from which its typical bits are learnt.
const ENOUGH_FOR_TYPICAL: f64 = 5.0;

/// An estimated model and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The model.
    pub model: Model,
    /// Rounds that it took.
    pub n_rounds: u32,
    /// Whether the probabilities had settled.
    pub converged: bool,
    /// Expected number of candidate pairs that are one person.
    pub n_same: f64,
    /// Expected number of candidate pairs that are two persons who belong together.
    pub n_kin: f64,
    /// Evidence behind each m: expected number of pairs of one person at the level, comparison × level.
    pub evidence: Vec<Vec<f64>>,
}

/// Why nothing can be estimated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EstimateError {
    /// No blocking rule holds any pair.
    #[error("no two records share a key of any blocking rule, so there is nothing to learn from")]
    NoCandidates,
    /// No comparison of the starting model ever varies.
    #[error("no comparison shows more than one level; same and different cannot be told apart")]
    NothingVaries,
    /// The starting model is faulty.
    #[error("the starting model cannot be used")]
    Start {
        /// What is wrong.
        #[source]
        source: ModelError,
    },
}

/// ln P(byte | case), comparison × byte.
type Table = Vec<[f64; 256]>;

#[derive(Debug)]
struct Logs {
    same: Table,
    kin: Table,
    strangers: Table,
    prior: [f64; 3],
}

fn level_of(byte: u8) -> usize {
    usize::from(byte & 15)
}

fn bits_of(byte: u8) -> f64 {
    f64::from(byte >> 4) * f64::from(RARITY_STEP)
}

impl Logs {
    fn new(model: &Model) -> Self {
        let table = |value: &dyn Fn(&Comparison, usize, f64) -> f64| -> Table {
            let of = |comparison: &Comparison| {
                std::array::from_fn(|byte| match level_of(byte as u8) {
                    0 => 0.0,
                    level if level > comparison.levels.len() => 0.0,
                    level => value(comparison, level - 1, bits_of(byte as u8)),
                })
            };
            model.comparisons.iter().map(of).collect()
        };
        let strangers = |comparison: &Comparison, level: usize, bits: f64| {
            let level = &comparison.levels[level];
            let rarer = level.typical_bits.map_or(0.0, |typical| bits - typical);
            level.u.ln() - rarer * std::f64::consts::LN_2
        };
        Self {
            same: table(&|comparison, level, _| comparison.levels[level].m.ln()),
            kin: table(&|comparison, level, _| comparison.levels[level].kin.ln()),
            strangers: table(&strangers),
            prior: [model.lambda.ln(), model.kin_lambda.ln(), (1.0 - model.lambda - model.kin_lambda).ln()],
        }
    }

    /// Probabilities of same, kin and strangers.
    fn posterior(&self, vector: Vector) -> [f64; 3] {
        let mut logs = self.prior;
        for c in 0..self.same.len() {
            let byte = usize::from(vector.byte(c));
            logs[0] += self.same[c][byte];
            logs[1] += self.kin[c][byte];
            logs[2] += self.strangers[c][byte];
        }
        let most = logs.iter().copied().fold(f64::MIN, f64::max);
        let odds = logs.map(|log| (log - most).exp());
        let sum: f64 = odds.iter().sum();
        odds.map(|odd| odd / sum)
    }
}

/// The probability that a pair is one person, by its comparison vector.
#[derive(Debug)]
pub(crate) struct SamePosterior(Logs);

impl SamePosterior {
    pub(crate) fn new(model: &Model) -> Self {
        Self(Logs::new(model))
    }

    pub(crate) fn of(&self, vector: Vector) -> f64 {
        self.0.posterior(vector)[0]
    }
}

/// Sums over pairs, comparison × byte.
#[derive(Clone)]
struct Sums(Vec<[f64; 256]>);

impl Sums {
    fn new(n_comparisons: usize) -> Self {
        Self(vec![[0.0; 256]; n_comparisons])
    }

    fn add(&mut self, vector: Vector, weight: f64) {
        for (c, sums) in self.0.iter_mut().enumerate() {
            sums[usize::from(vector.byte(c))] += weight;
        }
    }

    fn at_level(&self, comparison: usize, level: usize, value: impl Fn(f64) -> f64) -> f64 {
        let sums = &self.0[comparison];
        (0..16u8).map(|rarity| rarity << 4 | level as u8).map(|b| sums[usize::from(b)] * value(bits_of(b))).sum()
    }
}

/// Estimates λ, m, u and the distribution of relatives by expectation–maximisation.
///
/// `counts` holds numbers of record pairs (not records) by comparison vector, in the order of `start.comparisons`;
/// probabilities of comparisons that are not trained stay as they are. Judged pairs are known to be one person or two;
/// which pairs are judged may depend on what they show, not on more, so that they bias neither λ nor m. Stops when no probability moves by more than
/// `1e-6`, or after 300 rounds.
///
/// # Errors
/// [`EstimateError`] when there is no candidate pair, nothing varies, or the starting model is faulty.
///
/// # Source
/// `[fellegi1969]`; EM as in `[winkler1988]`; term frequencies as in `[winkler2000]`.
pub fn estimate(counts: &PatternCounts, start: &Model) -> Result<Fit, EstimateError> {
    start.validate().map_err(|source| EstimateError::Start { source })?;
    let first = counts.candidates.first().ok_or(EstimateError::NoCandidates)?.0;
    let varies = |c: usize| counts.candidates.iter().any(|(vector, _)| vector.byte(c) != first.byte(c));
    if !(0..start.comparisons.len()).any(varies) {
        return Err(EstimateError::NothingVaries);
    }
    let n_comparisons = start.comparisons.len();
    debug_assert!(n_comparisons <= MOST_COMPARISONS, "a valid model has at most sixteen comparisons");
    let open = counts.open();
    let mut fit =
        Fit { model: start.clone(), n_rounds: 0, converged: false, n_same: 0.0, n_kin: 0.0, evidence: Vec::new() };
    learn_u(&mut fit.model, counts, None, &mut Reckon::Mean);
    while fit.n_rounds < MOST_ROUNDS && !fit.converged {
        fit.n_rounds += 1;
        let logs = Logs::new(&fit.model);
        let expected = Cases::expected(&logs, &open, &counts.judged, n_comparisons);
        (fit.n_same, fit.n_kin) = (expected.n_same, expected.n_kin);
        let before = fit.model.clone();
        maximise(&mut fit.model, start, counts, &expected, &logs, &mut Reckon::Mean);
        fit.converged = moved(&before, &fit.model) < TOLERANCE;
        if fit.converged || fit.n_rounds == MOST_ROUNDS {
            let at = |c: usize, l: usize| expected.same.at_level(c, l, |_| 1.0);
            let levels = |c: usize| (1..=start.comparisons[c].levels.len()).map(|l| at(c, l)).collect();
            fit.evidence = (0..n_comparisons).map(levels).collect();
        }
    }
    Ok(fit)
}

/// Pairs of one person and of relatives, by what their comparisons show.
struct Cases {
    same: Sums,
    kin: Sums,
    n_same: f64,
    n_kin: f64,
}

impl Cases {
    /// Judged pairs and nothing else. Two persons may be relatives or strangers, which nobody was asked.
    fn judged(logs: &Logs, judged: &[(Vector, bool)], n_comparisons: usize) -> Self {
        let mut cases = Self { same: Sums::new(n_comparisons), kin: Sums::new(n_comparisons), n_same: 0.0, n_kin: 0.0 };
        for (vector, is_same) in judged {
            let [_, p_kin, p_strangers] = logs.posterior(*vector);
            let kin = if *is_same { 0.0 } else { p_kin / (p_kin + p_strangers).max(f64::MIN_POSITIVE) };
            cases.add(*vector, f64::from(u8::from(*is_same)), kin);
        }
        cases
    }

    fn expected(logs: &Logs, open: &[(Vector, f64)], judged: &[(Vector, bool)], n_comparisons: usize) -> Self {
        let mut cases = Self::judged(logs, judged, n_comparisons);
        for (vector, n) in open {
            let [p_same, p_kin, _] = logs.posterior(*vector);
            cases.add(*vector, p_same * n, p_kin * n);
        }
        cases
    }

    fn add(&mut self, vector: Vector, n_same: f64, n_kin: f64) {
        self.n_same += n_same;
        self.n_kin += n_kin;
        // Most pairs are strangers for certain and would only cost time.
        if n_same > 1e-9 {
            self.same.add(vector, n_same);
        }
        if n_kin > 1e-9 {
            self.kin.add(vector, n_kin);
        }
    }
}

/// How counts become probabilities.
enum Reckon<'r> {
    /// By the mean of the posterior.
    Mean,
    /// By a draw from it.
    Draw(&'r mut ChaCha8Rng),
}

impl Reckon<'_> {
    /// A count of pairs as it might have been in another sample.
    fn count(&mut self, n: f64) -> f64 {
        match self {
            Self::Mean => n,
            Self::Draw(rng) => {
                let gamma = Gamma::new(n.max(LEAST_SHAPE), 1.0).expect("a positive shape and a scale of 1 are valid");
                gamma.sample(*rng).max(LEAST_SHAPE)
            }
        }
    }

    /// Probabilities with a Dirichlet distribution of these parameters.
    fn shares(&mut self, parameters: Vec<f64>) -> Vec<f64> {
        let drawn: Vec<f64> = parameters.into_iter().map(|n| self.count(n)).collect();
        let sum: f64 = drawn.iter().sum();
        drawn.into_iter().map(|n| n / sum).collect()
    }
}

/// New λ, m, u and distribution of relatives from the cases of the pairs.
fn maximise(model: &mut Model, start: &Model, counts: &PatternCounts, cases: &Cases, logs: &Logs, reckon: &mut Reckon) {
    let per = if matches!(reckon, Reckon::Mean) { 1.0 } else { counts.pairs_each.max(1.0) };
    let n_pairs = counts.n_pairs.max(1) as f64;
    // Half a pair in case none is seen.
    let share = |reckon: &mut Reckon, n: f64| (reckon.count(n / per + 0.5) * per / (n_pairs + 1.0)).min(0.4);
    model.lambda = share(reckon, cases.n_same);
    model.kin_lambda = share(reckon, cases.n_kin);
    learn_m(model, start, cases, per, reckon);
    learn_u(model, counts, Some((logs, &cases.same)), reckon);
}

/// `per` candidate pairs count as one: they were not looked at one by one.
fn learn_m(model: &mut Model, start: &Model, cases: &Cases, per: f64, reckon: &mut Reckon) {
    for (c, comparison) in model.comparisons.iter_mut().enumerate().filter(|(_, comparison)| comparison.trained) {
        let start = &start.comparisons[c].levels;
        let mut learnt = |sums: &Sums, before: &dyn Fn(&Level) -> f64| -> Vec<f64> {
            let count = |l: usize| sums.at_level(c, l + 1, |_| 1.0) / per;
            reckon.shares(start.iter().enumerate().map(|(l, level)| count(l) + PRIOR_PAIRS * before(level)).collect())
        };
        let mut m = learnt(&cases.same, &|level| level.m);
        match comparison.field.kin_learning() {
            KinLearning::All => {
                let of_kin = learnt(&cases.kin, &|level| level.kin);
                comparison.levels.iter_mut().zip(of_kin).for_each(|(level, kin)| level.kin = kin);
            }
            KinLearning::BelowSeveral { first_several, single, share } => {
                // Nothing in common: whether it is a cover name or somebody else, no unlabelled pair can tell at all.
                m[0] = start[0].m;
                for l in 1..first_several {
                    m[l] = m[l].min(start[l].m * MOST_TIMES_DECLARED);
                }
                let low: f64 = m[..first_several].iter().sum();
                let rest = (1.0 - low) / m[first_several..].iter().sum::<f64>();
                m[first_several..].iter_mut().for_each(|m| *m *= rest);
                let of_kin = learnt(&cases.kin, &|level| level.kin);
                let below: f64 = of_kin[..first_several].iter().sum();
                let with_a_name_in_common = (below - of_kin[0]) / below;
                let several: f64 = start[first_several..].iter().map(|level| level.kin).sum();
                let by_chance = several_by_chance(&comparison.levels, first_several, single);
                let of_several: Vec<f64> = (first_several..start.len())
                    .map(|l| (start[l].kin / several * share).max(by_chance[l]) * with_a_name_in_common)
                    .collect();
                let rest = 1.0 - of_several.iter().sum::<f64>();
                let (few, many) = comparison.levels.split_at_mut(first_several);
                few.iter_mut().zip(&of_kin).for_each(|(level, kin)| level.kin = kin / below * rest);
                many.iter_mut().zip(of_several).for_each(|(level, kin)| level.kin = kin);
            }
            KinLearning::AsOfOnePerson => {
                comparison.levels.iter_mut().zip(&m).for_each(|(level, m)| level.kin = *m);
            }
            KinLearning::Declared => {}
        }
        comparison.levels.iter_mut().zip(m).for_each(|(level, m)| level.m = m);
    }
}

/// How often two who have one name in common have a second one alike by chance, and at which levels. Of independent
/// names, of which strangers agree on a share p each, one is alike in 2p of the pairs and both in p². Where all names of
/// a list are nearly the same, this is what people who were taken together show, not that one in fifty shares several
/// names. Where a record has a single name (level `single`, from 0), nothing else can be alike.
fn several_by_chance(levels: &[Level], first_several: usize, single: usize) -> Vec<f64> {
    let u = |l: usize| if l >= first_several && l != single { levels[l].u } else { 0.0 };
    let several: f64 = (0..levels.len()).map(u).sum();
    let one_or_more: f64 = levels[1..].iter().map(|level| level.u).sum();
    let share = (2.0 * several / one_or_more.max(f64::MIN_POSITIVE)).min(MOST_BY_CHANCE);
    (0..levels.len()).map(|l| share * u(l) / several.max(f64::MIN_POSITIVE)).collect()
}

/// Learns u and the typical bits of agreed values; `known` are posteriors and the pairs of one person so far.
fn learn_u(model: &mut Model, counts: &PatternCounts, known: Option<(&Logs, &Sums)>, reckon: &mut Reckon) {
    let mut random = Sums::new(model.comparisons.len());
    for (vector, n) in &counts.random {
        // Two records of one person may be drawn at random too; they are no evidence of strangers.
        let strangers = known.map_or(1.0, |(logs, _)| logs.posterior(*vector)[2]);
        random.add(*vector, strangers * *n);
    }
    for (c, comparison) in model.comparisons.iter_mut().enumerate().filter(|(_, comparison)| comparison.trained) {
        let n_levels = comparison.levels.len();
        let counted: Vec<f64> = (0..n_levels).map(|l| reckon.count(random.at_level(c, l + 1, |_| 1.0))).collect();
        let n_at = |l: usize| counted[l];
        let n_random: f64 = (0..n_levels).map(n_at).sum();
        let mut u = vec![0.0; n_levels];
        let (mut by_value, mut n_others) = (0.0, 0.0);
        for (l, level) in comparison.levels.iter_mut().enumerate() {
            let Some(typical) = &mut level.typical_bits else {
                n_others += n_at(l) + PRIOR_RANDOM;
                continue;
            };
            let n_same = known.map_or(0.0, |(_, same)| same.at_level(c, l + 1, |_| 1.0));
            // E[f | same] and 1 / E[1/f | strangers] are the same number; the side with more pairs tells it better.
            if n_same >= ENOUGH_FOR_TYPICAL.max(n_at(l)) {
                let (_, same) = known.expect("pairs of one person were counted");
                *typical = -(same.at_level(c, l + 1, |bits| (-bits).exp2()) / n_same).log2();
            } else if n_at(l) >= ENOUGH_FOR_TYPICAL {
                *typical = (random.at_level(c, l + 1, f64::exp2) / n_at(l)).log2();
            }
            *typical = typical.clamp(0.0, 64.0);
            // Where too few strangers agree to be counted, the frequency of the values says how often they would.
            let share = (-*typical).exp2();
            let ratio = (n_at(l) + PRIOR_RANDOM) / (n_random * share + PRIOR_RANDOM);
            u[l] = (ratio * share).clamp(1e-15, 0.9);
            by_value += u[l];
        }
        let by_value_share = if by_value > 0.95 { 0.95 / by_value } else { 1.0 };
        let rest = 1.0 - by_value * by_value_share;
        for (l, level) in comparison.levels.iter_mut().enumerate() {
            level.u = match level.typical_bits {
                Some(_) => u[l] * by_value_share,
                None => rest * (n_at(l) + PRIOR_RANDOM) / n_others.max(PRIOR_RANDOM),
            };
        }
        let sum: f64 = comparison.levels.iter().map(|level| level.u).sum();
        comparison.levels.iter_mut().for_each(|level| level.u /= sum);
    }
}

fn moved(before: &Model, after: &Model) -> f64 {
    let mut most = ((before.lambda - after.lambda) / after.lambda).abs().min(1.0) * 1e-2;
    for (before, after) in before.comparisons.iter().zip(&after.comparisons) {
        for (before, after) in before.levels.iter().zip(&after.levels) {
            most = most.max((before.m - after.m).abs()).max((before.u - after.u).abs());
        }
    }
    most
}
