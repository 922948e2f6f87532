//! Hamiltonian moves on the likelihood with the undocumented summed out: long steps along the ridges on which classes
//! trade people for capture probabilities, where data augmentation only creeps `[neal2011]`.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use super::likelihood::{Classes, Evaluation, Table, Target};

/// The share of accepted moves that the step size is tuned for.
const TARGET_ACCEPTANCE: f64 = 0.8;

/// The most leapfrog steps of one move; one takes about as long as a tenth of a sweep.
const MAX_STEPS: f64 = 128.0;

/// The longest a move goes in units of the log odds, whose prior has a standard deviation of 1.8. Twice as long makes
/// draws at β = 1 somewhat less dependent, but rounds dearer, and hard tables need many rounds.
const LENGTH: f64 = 3.0;

/// The tuned step size of one level.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepSize {
    ln_step: f64,
    n_tuned: f64,
}

impl StepSize {
    /// A first guess: the posterior is about 1/√people wide in its stiffest direction.
    pub(super) fn guess(people: f64) -> Self {
        Self { ln_step: -0.5 * libm::log(1.0 + people / 4.0), n_tuned: 0.0 }
    }

    /// Robbins–Monro towards the target.
    fn tune(&mut self, acceptance: f64) {
        self.n_tuned += 1.0;
        self.ln_step += (acceptance - TARGET_ACCEPTANCE) / libm::pow(self.n_tuned, 0.6);
    }
}

/// Buffers of the moves.
#[derive(Clone, Debug)]
pub(super) struct Trajectory {
    momentum: Vec<f64>,
    gradient: Vec<f64>,
    proposal: Classes,
    ahead: Evaluation,
}

impl Trajectory {
    pub(super) fn new(table: &Table) -> Self {
        let length = table.n_lists * table.n_classes + table.n_classes - 1;
        Self {
            momentum: vec![0.0; length],
            gradient: vec![0.0; length],
            proposal: Classes { position: vec![0.0; length], alpha: 1.0 },
            ahead: Evaluation::new(table),
        }
    }

    /// Moves λ and the sticks at fixed α; `evaluation` must be up to date and is kept so.
    pub(super) fn advance(
        &mut self,
        target: Target<'_>,
        step_size: &mut StepSize,
        tuning: bool,
        classes: &mut Classes,
        evaluation: &mut Evaluation,
        generator: &mut impl Rng,
    ) {
        let step = libm::exp(step_size.ln_step) * (0.8 + 0.4 * generator.random::<f64>());
        let most = (LENGTH / step).clamp(1.0, MAX_STEPS);
        let n_steps = 1 + (generator.random::<f64>() * most) as usize;
        self.proposal.clone_from(classes);
        let mut before = evaluation.log_likelihood(target.counts) + evaluation.log_prior(target.table, classes);
        for momentum in &mut self.momentum {
            *momentum = StandardNormal.sample(generator);
            before -= 0.5 * *momentum * *momentum;
        }
        evaluation.gradient(target, classes.alpha, &mut self.gradient);
        let mut inside = true;
        for leap in 0..n_steps {
            if leap == 0 {
                self.push(0.5 * step);
            }
            for (x, momentum) in self.proposal.position.iter_mut().zip(&self.momentum) {
                *x += step * momentum;
            }
            inside = self.proposal.is_inside(target.table);
            if !inside {
                break;
            }
            self.ahead.update(target.table, &self.proposal.position);
            self.ahead.gradient(target, classes.alpha, &mut self.gradient);
            self.push(if leap + 1 == n_steps { 0.5 * step } else { step });
        }
        let acceptance = if inside {
            let after = self.ahead.log_likelihood(target.counts) + self.ahead.log_prior(target.table, &self.proposal)
                - 0.5 * self.momentum.iter().map(|p| p * p).sum::<f64>();
            // NaN (a history that became impossible) counts as rejected.
            if after - before >= 0.0 { 1.0 } else { libm::exp(after - before).max(0.0) }
        } else {
            0.0
        };
        if generator.random::<f64>() < acceptance {
            std::mem::swap(classes, &mut self.proposal);
            std::mem::swap(evaluation, &mut self.ahead);
        }
        if tuning {
            step_size.tune(acceptance);
        }
    }

    fn push(&mut self, time: f64) {
        self.momentum.iter_mut().zip(&self.gradient).for_each(|(momentum, slope)| *momentum += time * slope);
    }
}
