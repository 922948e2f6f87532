//! Poisson maximum likelihood for one hierarchical model, by Newton's method on sums over subsets.
//!
//! The design matrix is never built. ln μ_h is a sum of parameters over the subsets of h, the gradient and the
//! information are sums of counts and means over supersets: I_θη = Σ_{h ⊇ θ∪η} μ_h.

use crate::linear::solve_positive_definite;

use super::{
    cells::{Cells, multiply_subsets, sum_subsets, sum_supersets},
    existence::{self, FitCode},
    model::LogLinearModel,
};

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFit {
    /// exp(α_∅), the expected number of people on no list.
    pub n_undocumented: f64,
    /// ℓ, with its −ln n_h! terms.
    pub log_likelihood: f64,
    /// Parameters: the intercept, main effects, interactions, also those at −∞.
    pub n_parameters: usize,
    /// Interactions (or lists) at −∞: nobody is on all of their lists.
    pub at_minus_infinity: Vec<u32>,
    /// μ_h by mask; 0 for those on no list and where a term is at −∞.
    pub(super) means: Vec<f64>,
    /// α by mask, 0 for what is not in the model.
    pub(super) parameters: Vec<f64>,
}

impl ModelFit {
    /// −2ℓ + 2p.
    pub fn aic(&self) -> f64 {
        -2.0 * self.log_likelihood + 2.0 * self.n_parameters as f64
    }

    /// −2ℓ + p·ln n.
    pub fn bic(&self, n_documented: f64) -> f64 {
        -2.0 * self.log_likelihood + self.n_parameters as f64 * libm::log(n_documented)
    }
}

/// What of a model the cells can speak about: the finite terms (the empty set first), and which cells are alive.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) terms: Vec<u32>,
    at_minus_infinity: Vec<u32>,
    /// By mask: 0 where a term at −∞ forbids the cell.
    alive: Vec<f64>,
}

impl Shape {
    /// In the extended sense a term whose lists nobody is on together is at −∞, and the cells that hold it are gone.
    pub(super) fn of(model: &LogLinearModel, cells: &Cells) -> Self {
        let (finite, at_minus_infinity): (Vec<u32>, Vec<u32>) =
            model.terms().partition(|&term| cells.containing[term as usize] > 0.0);
        let mut forbidden = vec![0.0; cells.counts.len()];
        at_minus_infinity.iter().for_each(|&term| forbidden[term as usize] = 1.0);
        sum_subsets(&mut forbidden);
        let mut alive: Vec<f64> = forbidden.iter().map(|&f| f64::from(u8::from(f == 0.0))).collect();
        // Nobody sees those on no list.
        alive[0] = 0.0;
        Self { terms: std::iter::once(0).chain(finite).collect(), at_minus_infinity, alive }
    }

    pub(super) fn is_alive(&self, cell: usize) -> bool {
        self.alive[cell] > 0.0
    }
}

/// Whether a model can be fitted to the cells.
pub(crate) fn code(model: &LogLinearModel, cells: &Cells) -> FitCode {
    existence::code(cells, &Shape::of(model, cells))
}

/// Fits a model, or says by its code why that cannot be done. `start` is the fit of a similar model on the same cells.
///
/// # Errors
/// The code of the model; also [`FitCode::Absent`] when the iteration does not settle.
pub(crate) fn fit(model: &LogLinearModel, cells: &Cells, start: Option<&ModelFit>) -> Result<ModelFit, FitCode> {
    let shape = Shape::of(model, cells);
    match existence::code(cells, &shape) {
        FitCode::Fine => newton(cells, shape, start).ok_or(FitCode::Absent),
        code => Err(code),
    }
}

fn newton(cells: &Cells, shape: Shape, start: Option<&ModelFit>) -> Option<ModelFit> {
    const MOST_STEPS: usize = 500;
    /// Twice the rise in likelihood that the next step promises, relative to the people counted.
    const SETTLED: f64 = 1e-17;
    let Shape { terms, at_minus_infinity, alive } = shape;
    let mut iteration = Iteration::new(cells, &terms, &alive);
    match start {
        Some(start) => terms.iter().for_each(|&t| iteration.parameters[t as usize] = start.parameters[t as usize]),
        None => iteration.start_from_counts()?,
    }
    let mut likelihood = iteration.evaluate();
    for _ in 0..MOST_STEPS {
        let promised = iteration.find_step()?;
        let (mut scale, before) = (1.0, likelihood);
        loop {
            iteration.move_by(scale);
            likelihood = iteration.evaluate();
            if likelihood >= before - 1e-12 * before.abs() {
                break;
            }
            // Also reached with NaN, where a step went far astray.
            iteration.move_by(-scale);
            scale *= 0.5;
            if scale < 1e-15 {
                return None;
            }
        }
        if promised <= SETTLED * cells.n_documented() {
            let n_undocumented = libm::exp(iteration.parameters[0]);
            return n_undocumented.is_finite().then(|| ModelFit {
                n_undocumented,
                log_likelihood: likelihood - cells.ln_factorials(),
                n_parameters: terms.len() + at_minus_infinity.len(),
                at_minus_infinity,
                means: iteration.means,
                parameters: iteration.parameters,
            });
        }
    }
    None
}

/// One run of Newton's method; all vectors are by mask, save those over the finite terms.
struct Iteration<'a> {
    cells: &'a Cells,
    terms: &'a [u32],
    alive: &'a [f64],
    parameters: Vec<f64>,
    means: Vec<f64>,
    summed: Vec<f64>,
    information: Vec<f64>,
    step: Vec<f64>,
}

impl<'a> Iteration<'a> {
    fn new(cells: &'a Cells, terms: &'a [u32], alive: &'a [f64]) -> Self {
        let (n_cells, n_terms) = (cells.counts.len(), terms.len());
        Self {
            cells,
            terms,
            alive,
            parameters: vec![0.0; n_cells],
            means: vec![0.0; n_cells],
            summed: vec![0.0; n_cells],
            information: vec![0.0; n_terms * n_terms],
            step: vec![0.0; n_terms],
        }
    }

    /// One weighted least-squares step from means that are the counts, a little raised.
    fn start_from_counts(&mut self) -> Option<()> {
        let weight = |cell: usize| self.alive[cell] * (self.cells.counts[cell] + 0.5);
        self.means = (0..self.alive.len()).map(weight).collect();
        let mut response: Vec<f64> = self
            .means
            .iter()
            .zip(&self.cells.counts)
            .map(|(&mean, &count)| if mean > 0.0 { mean * libm::log(mean) + count - mean } else { 0.0 })
            .collect();
        sum_supersets(&mut response);
        for (idx, &term) in self.terms.iter().enumerate() {
            self.step[idx] = response[term as usize];
        }
        self.solve()?;
        self.move_by(1.0);
        Some(())
    }

    /// Computes the means at the parameters, and ℓ without its −ln n_h! terms.
    fn evaluate(&mut self) -> f64 {
        // μ_h = Π_{θ ⊆ h} exp(α_θ): one exponential per term, not one per cell.
        self.means.fill(1.0);
        for &term in self.terms {
            self.means[term as usize] = libm::exp(self.parameters[term as usize]);
        }
        multiply_subsets(&mut self.means);
        for (mean, alive) in self.means.iter_mut().zip(self.alive) {
            *mean = if *alive > 0.0 { *mean } else { 0.0 };
        }
        let explained: f64 =
            self.terms.iter().map(|&t| self.parameters[t as usize] * self.cells.containing[t as usize]).sum();
        explained - self.means.iter().sum::<f64>()
    }

    /// Puts the Newton step into `step`; twice the rise in likelihood that it promises.
    fn find_step(&mut self) -> Option<f64> {
        self.summed.copy_from_slice(&self.means);
        sum_supersets(&mut self.summed);
        for (idx, &term) in self.terms.iter().enumerate() {
            self.step[idx] = self.cells.containing[term as usize] - self.summed[term as usize];
        }
        let gradient = self.step.clone();
        self.solve()?;
        Some(gradient.iter().zip(&self.step).map(|(g, s)| g * s).sum())
    }

    /// Replaces the right side in `step` by the solution with the information at the means.
    fn solve(&mut self) -> Option<()> {
        self.summed.copy_from_slice(&self.means);
        sum_supersets(&mut self.summed);
        let n_terms = self.terms.len();
        for (row, &term) in self.terms.iter().enumerate() {
            for (column, &other) in self.terms[..=row].iter().enumerate() {
                self.information[row * n_terms + column] = self.summed[(term | other) as usize];
            }
        }
        solve_positive_definite(&mut self.information, &mut self.step)
    }

    fn move_by(&mut self, scale: f64) {
        for (&term, step) in self.terms.iter().zip(&self.step) {
            self.parameters[term as usize] += scale * step;
        }
    }
}
