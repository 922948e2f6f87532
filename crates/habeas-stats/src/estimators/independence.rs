//! Independence of the lists: Lincoln–Petersen for J lists. The foil beside every other method, never the answer.

use crate::{
    capture::{CaptureHistories, EstimableHistories, Islands, MAX_LISTS, Need},
    posterior::Posterior,
    progress::Progress,
    special::compensated_sum,
};

use super::gamma_grid::{Grid, Mixture, Model, Row};

/// What the method needs of a table.
pub const NEED: Need = Need { method: "independence", max_lists: MAX_LISTS, islands: Islands::Refused };

/// Settings of the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct IndependenceSettings {
    /// Values of n₀ to look at.
    pub grid: Grid,
}

/// Computes the maximum likelihood estimate: the root N ≥ n of 1 − n/N = Π_j (1 − n_j/N) `[fienberg1972]`.
///
/// Infinite when nobody is on two lists.
pub fn maximum_likelihood(histories: &CaptureHistories) -> f64 {
    let n = histories.n_documented() as f64;
    let sizes: Vec<f64> = histories.list_sizes().iter().map(|&size| size as f64).collect();
    if sizes.iter().sum::<f64>() <= n {
        return f64::INFINITY;
    }
    // In logs, because 1 − n/N and the product differ by less than rounding when N is large. The function is negative
    // below the root and positive above it.
    let excess = |total: f64| libm::log1p(-n / total) - compensated_sum(sizes.iter().map(|s| libm::log1p(-s / total)));
    let (mut low, mut high) = (n, 2.0 * n + 2.0);
    while excess(high) < 0.0 {
        low = high;
        high *= 2.0;
        if high > 1e300 {
            return f64::INFINITY;
        }
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if excess(middle) < 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Computes the posterior with λ_j ~ U(0, 1) and p(N) ∝ 1/N, in closed form:
/// p(N | data) ∝ N⁻¹ · N!/(N−n)! · Π_j B(n_j + 1, N − n_j + 1). `None` when the hook says stop.
pub fn posterior(
    histories: &EstimableHistories,
    settings: &IndependenceSettings,
    progress: &mut dyn Progress,
) -> Option<Posterior> {
    let n_documented = histories.histories().n_documented();
    let n = n_documented as f64;
    let sizes = histories.histories().list_sizes();
    // B(n_j + 1, N − n_j + 1) ∝ Γ(n₀ + n − n_j + 1) / Γ(n₀ + n + 2).
    let rows = sizes.iter().map(|&size| Row { upper: n - size as f64 + 1.0, constant: 0.0 }).collect();
    let terms = (0..sizes.len() as u16).map(|row| (row, 1.0)).collect();
    let mixture = Mixture {
        n_documented,
        lower: n + 2.0,
        rows,
        models: vec![Model { constant: 0.0, terms }],
        common_upper: n,
        common_slope: 0.0,
    };
    Some(mixture.solve(settings.grid, progress)?.posterior(n_documented))
}
