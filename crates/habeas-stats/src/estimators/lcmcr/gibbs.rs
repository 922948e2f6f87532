//! One sweep of data augmentation: everybody, the undocumented too, is put into a class, then the classes are drawn
//! anew `[manrique2016]`.

use rand::{Rng, RngExt};
use rand_distr::{Binomial, Distribution, Exp1, Gamma};

use super::super::negative_binomial::draw_undocumented;
use super::likelihood::{Classes, Evaluation, MAX_LOG_ODDS, Table, softplus};

/// Shape and rate of the gamma prior of α.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct AlphaPrior {
    pub(super) shape: f64,
    pub(super) rate: f64,
}

/// Histories with at most this many people are shared out person by person, others by binomial draws.
const ONE_BY_ONE: u64 = 12;

/// Buffers of the sweep.
#[derive(Clone, Debug)]
pub(super) struct Allocation {
    /// People per class, the undocumented too.
    people: Vec<u64>,
    /// The documented per class alone.
    documented: Vec<u64>,
    /// People per list × class.
    on_list: Vec<u64>,
    row: Vec<u64>,
}

impl Allocation {
    pub(super) fn new(table: &Table) -> Self {
        Self {
            people: vec![0; table.n_classes],
            documented: vec![0; table.n_classes],
            on_list: vec![0; table.n_lists * table.n_classes],
            row: vec![0; table.n_classes],
        }
    }

    /// Draws n₀, puts everybody into a class and draws λ, the sticks and α; `evaluation` must be up to date.
    pub(super) fn sweep(
        &mut self,
        table: &Table,
        prior: AlphaPrior,
        classes: &mut Classes,
        evaluation: &Evaluation,
        generator: &mut impl Rng,
    ) {
        let n_classes = table.n_classes;
        self.on_list.fill(0);
        self.documented.fill(0);
        let mut people = 0;
        for (history, &count) in table.counts.iter().enumerate() {
            people += count;
            let weights = &evaluation.joint[history * n_classes..(history + 1) * n_classes];
            share_out(count, weights, evaluation.of_history[history], &mut self.row, generator);
            for (sum, count) in self.documented.iter_mut().zip(&self.row) {
                *sum += count;
            }
            for &list in table.lists_of(history) {
                let on_list = &mut self.on_list[list * n_classes..(list + 1) * n_classes];
                on_list.iter_mut().zip(&self.row).for_each(|(sum, count)| *sum += count);
            }
        }
        let undocumented = draw_undocumented(people, evaluation.odds_unseen(), generator);
        let missed: f64 = evaluation.base.iter().sum();
        share_out(undocumented, &evaluation.base, missed, &mut self.people, generator);
        self.people.iter_mut().zip(&self.documented).for_each(|(all, documented)| *all += documented);

        let (log_odds, sticks) = classes.position.split_at_mut(table.n_lists * n_classes);
        for (row, on_list) in log_odds.chunks_exact_mut(n_classes).zip(self.on_list.chunks_exact(n_classes)) {
            for ((x, &captured), &all) in row.iter_mut().zip(on_list).zip(&self.people) {
                *x = draw_log_odds(captured, all - captured, generator);
            }
        }
        let mut later = self.people[n_classes - 1];
        let mut rate = prior.rate;
        for (x, &all) in sticks.iter_mut().zip(&self.people).rev() {
            *x = ln_gamma_draw(1.0 + all as f64, generator) - ln_gamma_draw(classes.alpha + later as f64, generator);
            rate += softplus(*x);
            later += all;
        }
        classes.alpha = draw_alpha(prior.shape + sticks.len() as f64, rate, generator);
    }
}

/// α from its gamma distribution, kept within what a double can divide by.
pub(super) fn draw_alpha(shape: f64, rate: f64, generator: &mut impl Rng) -> f64 {
    (gamma_draw(shape, generator) / rate).clamp(1e-12, 1e12)
}

/// Log odds of λ ~ Beta(1 + captured, 1 + missed).
fn draw_log_odds(captured: u64, missed: u64, generator: &mut impl Rng) -> f64 {
    loop {
        let x = if captured + missed == 0 {
            let uniform: f64 = generator.random();
            libm::log(uniform / (1.0 - uniform))
        } else {
            let captured = gamma_draw(1.0 + captured as f64, generator);
            libm::log(captured / gamma_draw(1.0 + missed as f64, generator))
        };
        if x.abs() <= MAX_LOG_ODDS {
            return x;
        }
    }
}

fn gamma_draw(shape: f64, generator: &mut impl Rng) -> f64 {
    Gamma::new(shape, 1.0).expect("shapes are sums of counts and positive numbers").sample(generator)
}

/// The logarithm of a gamma draw, which stays finite for tiny shapes.
fn ln_gamma_draw(shape: f64, generator: &mut impl Rng) -> f64 {
    if shape >= 1.0 {
        return libm::log(gamma_draw(shape, generator));
    }
    let exponential: f64 = Exp1.sample(generator);
    libm::log(gamma_draw(shape + 1.0, generator)) - exponential / shape
}

/// Multinomial counts of `people` over classes with weights that sum to `total`.
fn share_out(people: u64, weights: &[f64], total: f64, shares: &mut [u64], generator: &mut impl Rng) {
    shares.fill(0);
    if people <= ONE_BY_ONE {
        for _ in 0..people {
            let mut left = generator.random::<f64>() * total;
            // Rounding can leave a rest behind the last class with any weight.
            let mut chosen = 0;
            for (class, &weight) in weights.iter().enumerate() {
                if weight > 0.0 {
                    chosen = class;
                    left -= weight;
                    if left < 0.0 {
                        break;
                    }
                }
            }
            shares[chosen] += 1;
        }
        return;
    }
    let (mut people, mut total) = (people, total);
    let last = weights.iter().rposition(|&weight| weight > 0.0).unwrap_or(0);
    for (class, &weight) in weights.iter().enumerate().take(last) {
        if people == 0 {
            return;
        }
        let probability = (weight / total).clamp(0.0, 1.0);
        if probability > 0.0 {
            let drawn = Binomial::new(people, probability).expect("a probability within [0, 1]").sample(generator);
            shares[class] = drawn;
            people -= drawn;
        }
        total -= weight;
        if total <= 0.0 {
            break;
        }
    }
    shares[last] += people;
}
