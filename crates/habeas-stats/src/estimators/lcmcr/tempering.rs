//! One tempered chain: copies of the sampler at ever flatter likelihoods trade places, so that the copy at the
//! likelihood itself visits every mode with its proper weight.
//!
//! Level β has the density ∝ prior · exp(β ℓ). Data augmentation is exact at β = 1 only, so the flatter levels move by
//! Hamiltonian steps, which need nothing but ℓ. Neighbours swap by turns, even pairs then odd pairs, which lets copies
//! travel without diffusing `[syed2022]`; in the warm-up the ladder is spread, and levels are added or dropped, so that
//! all swaps are rejected about equally often.

use rand::{Rng, RngExt};

use super::{
    super::negative_binomial::draw_undocumented,
    gibbs::{Allocation, AlphaPrior},
    hamiltonian::{StepSize, Trajectory},
    labels,
    likelihood::{Classes, Evaluation, Table, Target},
};

/// At the flattest level the likelihood weighs as much as this many people would: few enough that classes come and go
/// freely.
const FEWEST_PEOPLE: f64 = 60.0;

/// At first, neighbours differ in ln β by about this much.
const FIRST_GAP: f64 = 0.7;

/// The ladder gets as many levels as it takes for this share of the swaps to be rejected.
const WANTED_REJECTION: f64 = 0.6;

/// More levels than this cost more than they help.
const MAX_LEVELS: usize = 24;

/// A class with at least this share of all people counts as occupied in the diagnostics.
const OCCUPIED: f64 = 0.01;

/// Steps at β = 1 per round of swaps; each gives a draw. Where there is one mode, those steps are what makes draws
/// independent, and the other levels only make sure that there is one mode.
pub(super) const DRAWS_PER_ROUND: usize = 4;

/// What one step of a chain says about the undocumented.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    /// 1 − p₀.
    pub(super) seen: f64,
    /// n₀.
    pub(super) undocumented: u64,
    /// The number of occupied classes.
    pub(super) n_classes: usize,
}

/// One level of the ladder with the copy that is there now.
#[derive(Clone, Debug)]
struct Level {
    /// β.
    power: f64,
    /// β·n_h.
    counts: Vec<f64>,
    classes: Classes,
    /// What follows from `classes`; always up to date.
    evaluation: Evaluation,
    step_size: StepSize,
}

/// How often swaps of one pair of neighbours were tried and, in probability, rejected.
#[derive(Clone, Copy, Debug, Default)]
struct Swaps {
    rejected: f64,
    tried: f64,
}

impl Swaps {
    fn rejection(self) -> f64 {
        self.rejected / self.tried.max(1.0)
    }
}

/// A chain with all its levels, β = 1 first.
#[derive(Clone, Debug)]
pub(super) struct TemperedChain<R> {
    levels: Vec<Level>,
    swaps: Vec<Swaps>,
    odd: bool,
    allocation: Allocation,
    trajectory: Trajectory,
    prior: AlphaPrior,
    generator: R,
}

impl<R: Rng> TemperedChain<R> {
    /// Starts every level from a draw of its own.
    pub(super) fn new(table: &Table, prior: AlphaPrior, mut generator: R) -> Self {
        let people: u64 = table.counts.iter().sum();
        let ln_flattest = libm::log((FEWEST_PEOPLE / people as f64).min(1.0));
        let n_gaps = (libm::ceil(-ln_flattest / FIRST_GAP) as usize).min(MAX_LEVELS - 1);
        let levels = (0..=n_gaps)
            .map(|level| {
                let power = libm::exp(ln_flattest * level as f64 / n_gaps.max(1) as f64);
                let classes = labels::start(table, &mut generator);
                let counts = powered(table, power);
                let mut evaluation = Evaluation::new(table);
                evaluation.update(table, &classes.position);
                let step_size = StepSize::guess(power * people as f64);
                Level { power, counts, classes, evaluation, step_size }
            })
            .collect();
        Self {
            levels,
            swaps: vec![Swaps::default(); n_gaps],
            odd: false,
            allocation: Allocation::new(table),
            trajectory: Trajectory::new(table),
            prior,
            generator,
        }
    }

    /// One step of every level, several at β = 1, and one round of swaps; `told` hears of every draw.
    pub(super) fn round(&mut self, table: &Table, tuning: bool, mut told: impl FnMut(Draw, &Evaluation)) {
        for level in 1..self.levels.len() {
            self.step(table, level, tuning);
        }
        let people = table.counts.iter().sum();
        for _ in 0..DRAWS_PER_ROUND {
            self.step(table, 0, tuning);
            let evaluation = &self.levels[0].evaluation;
            let undocumented = draw_undocumented(people, evaluation.odds_unseen(), &mut self.generator);
            let n_classes = evaluation.shares.iter().filter(|&&share| share >= OCCUPIED).count();
            told(Draw { seen: evaluation.seen, undocumented, n_classes }, evaluation);
        }
        self.swap(table);
    }

    fn step(&mut self, table: &Table, level: usize, tuning: bool) {
        let Level { counts, classes, evaluation, step_size, .. } = &mut self.levels[level];
        let generator = &mut self.generator;
        if level == 0 {
            self.allocation.sweep(table, self.prior, classes, evaluation, generator);
        } else {
            labels::draw_alpha_given_sticks(table, self.prior, classes, generator);
        }
        labels::permute(table, classes, generator);
        evaluation.update(table, &classes.position);
        let target = Target { table, counts };
        labels::rescale_alpha(target, self.prior, classes, evaluation, generator);
        self.trajectory.advance(target, step_size, tuning, classes, evaluation, generator);
    }

    fn swap(&mut self, table: &Table) {
        let first = usize::from(self.odd);
        self.odd = !self.odd;
        for pair in (first..self.swaps.len()).step_by(2) {
            let (colder, hotter) = self.levels.split_at_mut(pair + 1);
            let (colder, hotter) = (&mut colder[pair], &mut hotter[0]);
            let mut gain = 0.0;
            let mut people = 0.0;
            for (history, &count) in table.counts.iter().enumerate() {
                let count = count as f64;
                people += count;
                gain +=
                    count * libm::log(hotter.evaluation.of_history[history] / colder.evaluation.of_history[history]);
            }
            gain -= people * libm::log(hotter.evaluation.seen / colder.evaluation.seen);
            let log_ratio = (colder.power - hotter.power) * gain;
            // NaN (a history that became impossible) counts as rejected.
            let acceptance = if log_ratio >= 0.0 { 1.0 } else { libm::exp(log_ratio).max(0.0) };
            self.swaps[pair].rejected += 1.0 - acceptance;
            self.swaps[pair].tried += 1.0;
            if self.generator.random::<f64>() < acceptance {
                std::mem::swap(&mut colder.classes, &mut hotter.classes);
                std::mem::swap(&mut colder.evaluation, &mut hotter.evaluation);
            }
        }
    }

    /// Share of rejected swaps per pair of neighbours since the ladder was last spread.
    pub(super) fn rejections(&self) -> impl Iterator<Item = f64> {
        self.swaps.iter().map(|swaps| swaps.rejection())
    }

    pub(super) fn n_levels(&self) -> usize {
        self.levels.len()
    }

    /// Spreads the levels so that every pair would have rejected equally often, by linear interpolation of the sum of
    /// the rejections along ln β; adds or drops levels so that this is about as often as wanted.
    pub(super) fn spread(&mut self, table: &Table) {
        let n_old = self.levels.len();
        if n_old == 1 {
            return;
        }
        let mut heights = vec![0.0];
        for rejection in self.rejections() {
            heights.push(heights[heights.len() - 1] + rejection.max(1e-3));
        }
        let total = heights[n_old - 1];
        let n_levels = (1 + libm::ceil(total / WANTED_REJECTION) as usize).clamp(2, MAX_LEVELS);
        self.levels = (0..n_levels)
            .map(|level| {
                let wanted = total * level as f64 / (n_levels - 1) as f64;
                let above = heights.iter().position(|&height| height >= wanted).unwrap_or(n_old - 1).max(1);
                let along = (wanted - heights[above - 1]) / (heights[above] - heights[above - 1]);
                let (ln_colder, ln_hotter) =
                    (libm::log(self.levels[above - 1].power), libm::log(self.levels[above].power));
                let power = libm::exp(ln_colder + along * (ln_hotter - ln_colder));
                let nearest = &self.levels[if along < 0.5 { above - 1 } else { above }];
                Level { power, counts: powered(table, power), ..nearest.clone() }
            })
            .collect();
        self.swaps = vec![Swaps::default(); n_levels - 1];
    }
}

fn powered(table: &Table, power: f64) -> Vec<f64> {
    table.counts.iter().map(|&count| count as f64 * power).collect()
}
