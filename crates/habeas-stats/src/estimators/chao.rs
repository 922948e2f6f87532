//! Chao's lower bound: at least so many, when people differ in how likely they are recorded and the lists work in a
//! similar way `[chao1987]`. Printed as «at least», never as an estimate.

use crate::capture::{CaptureHistories, Islands, MAX_LISTS, Need};

/// What the method needs of a table.
pub const NEED: Need = Need { method: "chao", max_lists: MAX_LISTS, islands: Islands::Refused };

/// More lists than this have too many cells for the form with one rate per list.
const MAX_LISTS_MTH: usize = 12;

/// Which form of the bound is the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ChaoForm {
    /// n + f₁²/(2 f₂).
    #[default]
    Bound,
    /// n + ((J−1)/J) · f₁(f₁−1)/(2(f₂+1)), also where f₂ = 0.
    BiasCorrected,
    /// The log-linear model ln μ_h = γ + β|h| + Σ_{k≥2} η_k max(0, |h| − k), no η negative `[rivest2007]`: people who
    /// differ make the log frequencies bend upwards, and a bend downwards is taken for chance.
    Mh,
    /// The same with one β per list.
    Mth,
}

/// Settings of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ChaoSettings {
    /// The form that gives the point.
    pub form: ChaoForm,
}

/// The bound in all its forms; each is `None` where the data do not determine it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChaoBounds {
    /// n + f₁²/(2 f₂).
    pub bound: Option<f64>,
    /// The bias-corrected form.
    pub bias_corrected: f64,
    /// The log-linear form with one rate.
    pub mh: Option<f64>,
    /// The log-linear form with one rate per list.
    pub mth: Option<f64>,
    /// Variance of n₀ in the first form.
    pub variance: Option<f64>,
}

impl ChaoBounds {
    /// The lowest of the forms. The plain bound is for many occasions; with a few lists of unequal reach it lies above
    /// the truth even where everyone is alike, so that a warning must not rest on it alone.
    pub fn lowest(&self) -> f64 {
        [self.bound, self.mh, self.mth].into_iter().flatten().fold(self.bias_corrected, f64::min)
    }

    /// The bound in the form asked for, or bias-corrected where that form does not exist.
    pub fn in_form(&self, form: ChaoForm) -> f64 {
        let bound = match form {
            ChaoForm::Bound => self.bound,
            ChaoForm::BiasCorrected => None,
            ChaoForm::Mh => self.mh,
            ChaoForm::Mth => self.mth,
        };
        bound.unwrap_or(self.bias_corrected)
    }
}

/// Computes the bound in all its forms.
pub fn bounds(histories: &CaptureHistories) -> ChaoBounds {
    let n = histories.n_documented() as f64;
    let n_lists = histories.n_lists() as f64;
    let frequencies = histories.frequencies();
    let f1 = frequencies[0] as f64;
    let f2 = frequencies.get(1).copied().unwrap_or(0) as f64;
    let ratio = f1 / f2;
    ChaoBounds {
        bound: (f2 > 0.0).then(|| n + f1 * f1 / (2.0 * f2)),
        bias_corrected: n + (n_lists - 1.0) / n_lists * f1 * (f1 - 1.0).max(0.0) / (2.0 * (f2 + 1.0)),
        mh: loglinear::mh(&frequencies).map(|n0| n + n0),
        mth: (histories.n_lists() <= MAX_LISTS_MTH).then(|| loglinear::mth(histories)).flatten().map(|n0| n + n0),
        variance: (f2 > 0.0).then(|| f2 * (ratio.powi(4) / 4.0 + ratio.powi(3) + ratio * ratio / 2.0)),
    }
}

/// Computes the log-normal interval (n + n₀/C, n + n₀·C), C = exp(z·√ln(1 + var/n₀²)) `[chao1987]`.
pub fn log_normal_interval(n_documented: u64, n_undocumented: f64, variance: f64, z: f64) -> (f64, f64) {
    let n = n_documented as f64;
    if n_undocumented <= 0.0 {
        return (n, n);
    }
    let spread = libm::exp(z * libm::sqrt(libm::log1p(variance / (n_undocumented * n_undocumented))));
    (n + n_undocumented / spread, n + n_undocumented * spread)
}

/// Poisson log-linear models of heterogeneity, fitted by Newton's method.
mod loglinear {
    use crate::{capture::CaptureHistories, linear::solve_positive_definite};

    /// One group of cells with the same mean: its count, ln of the number of cells, its row of the design.
    struct Cell {
        count: f64,
        ln_cells: f64,
        row: Vec<f64>,
    }

    /// n₀ = exp(γ) with one rate for all lists; cells with the same |h| share their mean.
    pub(super) fn mh(frequencies: &[u64]) -> Option<f64> {
        let n_lists = frequencies.len();
        fit_without_negative_etas(frequencies, |etas| {
            let mut ln_choose = 0.0;
            (1..=n_lists)
                .map(|size| {
                    ln_choose += libm::log((n_lists - size + 1) as f64 / size as f64);
                    let mut row = vec![1.0, size as f64];
                    row.extend(etas.iter().map(|&eta| bend(size, eta)));
                    Cell { count: frequencies[size - 1] as f64, ln_cells: ln_choose, row }
                })
                .collect()
        })
    }

    /// n₀ = exp(γ) with one rate per list.
    pub(super) fn mth(histories: &CaptureHistories) -> Option<f64> {
        let n_lists = histories.n_lists();
        fit_without_negative_etas(&histories.frequencies(), |etas| {
            (1u32..1 << n_lists)
                .map(|mask| {
                    let mut row = vec![1.0];
                    row.extend((0..n_lists).map(|list| f64::from(mask >> list & 1)));
                    row.extend(etas.iter().map(|&eta| bend(mask.count_ones() as usize, eta)));
                    Cell { count: histories.count(mask) as f64, ln_cells: 0.0, row }
                })
                .collect()
        })
    }

    /// Fits with all η_i that can exist, sets negative ones to 0 and fits again until none is negative.
    fn fit_without_negative_etas(frequencies: &[u64], cells: impl Fn(&[usize]) -> Vec<Cell>) -> Option<f64> {
        // Where nobody is on more than k lists η_k would be −∞, which is negative.
        let mut etas: Vec<usize> =
            (2..frequencies.len()).filter(|&k| frequencies[k..].iter().any(|&f| f > 0)).collect();
        loop {
            let fitted = newton(&cells(&etas))?;
            let first_eta = fitted.len() - etas.len();
            let kept: Vec<usize> = etas
                .iter()
                .zip(&fitted[first_eta..])
                .filter(|(_, value)| **value >= 0.0)
                .map(|(&eta, _)| eta)
                .collect();
            if kept.len() == etas.len() {
                return Some(libm::exp(fitted[0])).filter(|n0| n0.is_finite());
            }
            etas = kept;
        }
    }

    /// How far a history of `size` lists lies beyond the bend at `eta`.
    fn bend(size: usize, eta: usize) -> f64 {
        size.saturating_sub(eta) as f64
    }

    /// Maximum likelihood by Newton's method with step halving; `None` when it does not settle.
    fn newton(cells: &[Cell]) -> Option<Vec<f64>> {
        let width = cells[0].row.len();
        let mean_of = |parameters: &[f64], cell: &Cell| {
            libm::exp(cell.ln_cells + cell.row.iter().zip(parameters).map(|(x, p)| x * p).sum::<f64>())
        };
        let log_likelihood = |parameters: &[f64]| -> f64 {
            cells
                .iter()
                .map(|cell| {
                    let mean = mean_of(parameters, cell);
                    if cell.count > 0.0 { cell.count * libm::log(mean) - mean } else { -mean }
                })
                .sum()
        };
        let mut parameters = vec![0.0; width];
        let total: f64 = cells.iter().map(|cell| cell.count).sum();
        parameters[0] = libm::log(total / cells.iter().map(|cell| libm::exp(cell.ln_cells)).sum::<f64>());
        let mut likelihood = log_likelihood(&parameters);
        for _ in 0..200 {
            let mut gradient = vec![0.0; width];
            let mut information = vec![0.0; width * width];
            for cell in cells {
                let mean = mean_of(&parameters, cell);
                for (a, &x) in cell.row.iter().enumerate().filter(|(_, x)| **x != 0.0) {
                    gradient[a] += x * (cell.count - mean);
                    for (b, &y) in cell.row.iter().enumerate() {
                        information[a * width + b] += x * y * mean;
                    }
                }
            }
            solve_positive_definite(&mut information, &mut gradient)?;
            let step = gradient;
            let mut scale = 1.0;
            let next = loop {
                let next: Vec<f64> = parameters.iter().zip(&step).map(|(p, s)| p + scale * s).collect();
                let value = log_likelihood(&next);
                if value >= likelihood - 1e-9 * likelihood.abs() {
                    likelihood = value;
                    break next;
                }
                scale *= 0.5;
                if scale < 1e-12 {
                    return None;
                }
            };
            let moved = parameters.iter().zip(&next).map(|(old, new)| (old - new).abs()).fold(0.0, f64::max);
            parameters = next;
            if moved < 1e-10 {
                return Some(parameters);
            }
        }
        None
    }
}
