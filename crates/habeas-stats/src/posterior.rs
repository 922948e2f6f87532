//! Posterior distributions of N, the total, and their summaries.
//!
//! An [`Interval`] has no way to be shown on its own: it is read together with its assumption and its sensitivity, from
//! [`crate::Estimate::figures`].

use std::ops::RangeInclusive;

use crate::special::compensated_sum;

/// Keeps rounding in the last bits from moving a quantile that falls exactly between two cells.
const LEVEL_SLACK: f64 = 1e-12;

/// What the data leave possible for N, on a grid or as draws.
#[derive(Clone, Debug, PartialEq)]
pub enum Posterior {
    /// Probability mass per cell of consecutive totals; cells ascend without overlap, masses sum to 1.
    Grid {
        /// The totals of each cell.
        cells: Vec<RangeInclusive<u64>>,
        /// Mass of each cell.
        mass: Vec<f64>,
    },
    /// Draws of the total, one vector per chain.
    Draws {
        /// Draws by chain.
        chains: Vec<Vec<u64>>,
    },
}

/// A central credible interval of N. It cannot be shown without the estimate that it belongs to:
///
/// ```compile_fail
/// fn page(interval: &habeas_stats::Interval) -> String {
///     interval.to_string()
/// }
/// ```
/// ```compile_fail
/// fn page(interval: &habeas_stats::Interval) -> String {
///     format!("{} to {}", interval.low, interval.high)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub(crate) level: f64,
    pub(crate) low: u64,
    pub(crate) high: u64,
}

impl Interval {
    /// The probability that the interval is meant to have.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// Whether a total lies within the interval, as when coverage is counted.
    pub fn contains(&self, n_total: u64) -> bool {
        (self.low..=self.high).contains(&n_total)
    }
}

impl Posterior {
    /// The mean of N.
    pub fn mean(&self) -> f64 {
        self.expectation(midpoint)
    }

    /// The variance of N.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        // The totals of a cell spread around its middle: (width² − 1)/12 for equally likely integers.
        self.expectation(|cell| {
            let width = width(cell) as f64;
            let from_mean = midpoint(cell) - mean;
            from_mean * from_mean + (width * width - 1.0) / 12.0
        })
    }

    /// Mean and variance of ln(n₀ + 1), for a table with `n_documented` people.
    pub fn log_undocumented(&self, n_documented: u64) -> (f64, f64) {
        let log = |cell: &RangeInclusive<u64>| libm::log1p((midpoint(cell) - n_documented as f64).max(0.0));
        let mean = self.expectation(log);
        let variance = self.expectation(|cell| {
            let from_mean = log(cell) - mean;
            from_mean * from_mean
        });
        (mean, variance)
    }

    /// The point with the least expected relative squared error, E[1/N] / E[1/N²] `[madigan1997]`.
    pub fn relative_squared_error_point(&self) -> f64 {
        self.expectation(|cell| 1.0 / midpoint(cell)) / self.expectation(|cell| 1.0 / midpoint(cell) / midpoint(cell))
    }

    /// The smallest total that at least a share `level` of the mass does not exceed.
    pub fn quantile(&self, level: f64) -> u64 {
        match self {
            Self::Grid { cells, mass } => grid_quantile(cells, mass, level),
            Self::Draws { chains } => {
                let mut draws: Vec<u64> = chains.iter().flatten().copied().collect();
                draws.sort_unstable();
                let rank = libm::ceil(level * draws.len() as f64) as usize;
                draws[rank.clamp(1, draws.len()) - 1]
            }
        }
    }

    /// The quantiles of ascending levels, in one pass over the cells.
    pub(crate) fn quantiles(&self, levels: &[f64]) -> Vec<u64> {
        let (cells, mass) = self.as_cells();
        let (mut idx, mut below) = (0, 0.0);
        levels
            .iter()
            .map(|&level| {
                while idx + 1 < cells.len() && below + mass[idx] < level - LEVEL_SLACK {
                    below += mass[idx];
                    idx += 1;
                }
                within_cell(&cells, &mass, idx, level - below)
            })
            .collect()
    }

    /// The median of N.
    pub fn median(&self) -> u64 {
        self.quantile(0.5)
    }

    /// The total with the highest density; the middle of the cell where a cell holds several.
    pub fn mode(&self) -> u64 {
        let (cells, mass) = self.as_density();
        let densest = (0..cells.len()).max_by(|&a, &b| density(&cells, &mass, a).total_cmp(&density(&cells, &mass, b)));
        densest.map_or(0, |idx| cells[idx].start().midpoint(*cells[idx].end()))
    }

    /// The central interval of a level.
    pub fn interval(&self, level: f64) -> Interval {
        let tail = (1.0 - level) / 2.0;
        Interval { level, low: self.quantile(tail), high: self.quantile(1.0 - tail) }
    }

    /// The smallest set of totals with at least `level` of the mass, as ascending pieces.
    pub fn highest_density(&self, level: f64) -> Vec<RangeInclusive<u64>> {
        let (cells, mass) = self.as_density();
        let mut order: Vec<usize> = (0..cells.len()).collect();
        order.sort_by(|&a, &b| density(&cells, &mass, b).total_cmp(&density(&cells, &mass, a)));
        let mut chosen = Vec::new();
        let mut covered = 0.0;
        for idx in order {
            if covered >= level {
                break;
            }
            covered += mass[idx];
            chosen.push(idx);
        }
        chosen.sort_unstable();
        let mut pieces: Vec<(usize, RangeInclusive<u64>)> = Vec::new();
        for idx in chosen {
            match pieces.last_mut() {
                Some((last, piece)) if *last + 1 == idx => {
                    *last = idx;
                    *piece = *piece.start()..=*cells[idx].end();
                }
                _ => pieces.push((idx, cells[idx].clone())),
            }
        }
        pieces.into_iter().map(|(_, piece)| piece).collect()
    }

    /// Two modes that a valley below half of the lower one separates, with at least a tenth of the mass on each side;
    /// also the largest total on the lower side.
    pub fn two_modes(&self) -> Option<TwoModes> {
        const LEAST_MASS: f64 = 0.1;
        let (cells, mass) = self.as_density();
        let densities: Vec<f64> = (0..cells.len()).map(|idx| density(&cells, &mass, idx)).collect();
        let later = running_argmax(densities.iter().copied().rev());
        let earlier = running_argmax(densities.iter().copied());
        let total = cells.len();
        let mut below = 0.0;
        let mut found: Option<(f64, TwoModes)> = None;
        for idx in 1..total.saturating_sub(1) {
            below += mass[idx - 1];
            let above = 1.0 - below - mass[idx];
            if below < LEAST_MASS || above < LEAST_MASS {
                continue;
            }
            let (low, high) = (earlier[idx - 1], total - 1 - later[total - 2 - idx]);
            let depth = densities[idx] / densities[low].min(densities[high]);
            if depth < 0.5 && found.as_ref().is_none_or(|(deepest, _)| depth < *deepest) {
                let middle = |idx: usize| cells[idx].start().midpoint(*cells[idx].end());
                found = Some((depth, TwoModes { low: middle(low), high: middle(high), valley: middle(idx) }));
            }
        }
        found.map(|(_, modes)| modes)
    }

    /// The cells and masses; draws become one cell per distinct total.
    pub(crate) fn as_cells(&self) -> (Vec<RangeInclusive<u64>>, Vec<f64>) {
        match self {
            Self::Grid { cells, mass } => (cells.clone(), mass.clone()),
            Self::Draws { chains } => {
                let mut draws: Vec<u64> = chains.iter().flatten().copied().collect();
                draws.sort_unstable();
                let share = 1.0 / draws.len() as f64;
                draws.chunk_by(|a, b| a == b).map(|same| (same[0]..=same[0], same.len() as f64 * share)).unzip()
            }
        }
    }

    /// The same with draws smoothed: what peaks and valleys are read from must not be the noise of single totals.
    fn as_density(&self) -> (Vec<RangeInclusive<u64>>, Vec<f64>) {
        match self {
            Self::Grid { .. } => self.as_cells(),
            Self::Draws { chains } => smoothed(chains.iter().flatten().copied().collect()),
        }
    }

    fn expectation(&self, of: impl Fn(&RangeInclusive<u64>) -> f64) -> f64 {
        match self {
            Self::Grid { cells, mass } => compensated_sum(cells.iter().zip(mass).map(|(cell, mass)| mass * of(cell))),
            Self::Draws { chains } => {
                let n_draws = chains.iter().map(Vec::len).sum::<usize>() as f64;
                compensated_sum(chains.iter().flatten().map(|&draw| of(&(draw..=draw)))) / n_draws
            }
        }
    }
}

/// Draws as a density along ln N: a Gaussian kernel `[silverman1986]` over cells of equal width in ln N.
fn smoothed(mut draws: Vec<u64>) -> (Vec<RangeInclusive<u64>>, Vec<f64>) {
    /// Cells between the least and the largest draw.
    const N_CELLS: f64 = 512.0;
    /// The bandwidth is chosen as if the draws were so many independent ones at most.
    const MOST_INDEPENDENT: usize = 2_000;
    draws.sort_unstable();
    let ln = |total: u64| libm::log(total.max(1) as f64);
    let (least, largest) = (draws[0], draws[draws.len() - 1]);
    let step = (ln(largest) - ln(least)) / N_CELLS;
    let mut cells = Vec::new();
    let mut counts = Vec::new();
    let (mut start, mut rest) = (least, draws.as_slice());
    while !rest.is_empty() {
        let end = (libm::exp(ln(start) + step) as u64).max(start + 1) - 1;
        let here = rest.partition_point(|draw| *draw <= end);
        cells.push(start..=end);
        counts.push(here as f64);
        rest = &rest[here..];
        start = end + 1;
    }
    let at: Vec<f64> = cells.iter().map(|cell| libm::log(midpoint(cell).max(1.0))).collect();
    let of_rank = |level: f64| ln(draws[(level * (draws.len() - 1) as f64) as usize]);
    let spread = (of_rank(0.75) - of_rank(0.25)) / 1.34;
    let independent = draws.len().min(MOST_INDEPENDENT) as f64;
    let bandwidth = (0.9 * spread * libm::pow(independent, -0.2)).max(1e-9);
    let mut mass = vec![0.0; cells.len()];
    for (count, &from) in counts.iter().zip(&at).filter(|(count, _)| **count > 0.0) {
        let reach =
            at.partition_point(|x| *x < from - 4.0 * bandwidth)..at.partition_point(|x| *x <= from + 4.0 * bandwidth);
        // Each draw spreads a weight of one over the cells within reach, so that none is lost at the ends.
        let kernel: Vec<f64> = reach
            .clone()
            .map(|cell| {
                let distance = (at[cell] - from) / bandwidth;
                libm::exp(-0.5 * distance * distance) * width(&cells[cell]) as f64 / midpoint(&cells[cell]).max(1.0)
            })
            .collect();
        let total: f64 = kernel.iter().sum();
        reach.zip(kernel).for_each(|(cell, weight)| mass[cell] += count * weight / total);
    }
    let n_draws = draws.len() as f64;
    mass.iter_mut().for_each(|mass| *mass /= n_draws);
    (cells, mass)
}

/// Two peaks of a posterior and the valley between them, as totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoModes {
    /// The lower mode.
    pub low: u64,
    /// The higher mode.
    pub high: u64,
    /// The lowest place between them.
    pub valley: u64,
}

pub(crate) fn width(cell: &RangeInclusive<u64>) -> u64 {
    cell.end() - cell.start() + 1
}

pub(crate) fn midpoint(cell: &RangeInclusive<u64>) -> f64 {
    (*cell.start() as f64 + *cell.end() as f64) / 2.0
}

fn density(cells: &[RangeInclusive<u64>], mass: &[f64], idx: usize) -> f64 {
    mass[idx] / width(&cells[idx]) as f64
}

fn running_argmax(values: impl Iterator<Item = f64>) -> Vec<usize> {
    let mut best = (0, f64::NEG_INFINITY);
    values
        .enumerate()
        .map(|(idx, value)| {
            if value > best.1 {
                best = (idx, value);
            }
            best.0
        })
        .collect()
}

fn grid_quantile(cells: &[RangeInclusive<u64>], mass: &[f64], level: f64) -> u64 {
    let mut below = 0.0;
    for idx in 0..cells.len() {
        let reached = below + mass[idx];
        if reached >= level - LEVEL_SLACK {
            return within_cell(cells, mass, idx, level - below);
        }
        below = reached;
    }
    cells.last().map_or(0, |cell| *cell.end())
}

/// The smallest total in a cell whose mass up to it reaches `wanted`, with a density that is linear within the cell.
fn within_cell(cells: &[RangeInclusive<u64>], mass: &[f64], idx: usize, wanted: f64) -> u64 {
    let cell = &cells[idx];
    let width_here = width(cell);
    if width_here == 1 {
        return *cell.start();
    }
    let slope = match (idx.checked_sub(1), idx + 1 < cells.len()) {
        (Some(before), true) => {
            (density(cells, mass, idx + 1) - density(cells, mass, before))
                / (midpoint(&cells[idx + 1]) - midpoint(&cells[before]))
        }
        _ => 0.0,
    };
    let (w, middle) = (width_here as f64, density(cells, mass, idx));
    // A steep slope must not make the density negative at an end.
    let slope = slope.clamp(-2.0 * middle / w, 2.0 * middle / w);
    let up_to = |part: f64| middle * part + slope * part * (part - w) / 2.0;
    let (mut low, mut high) = (1, width_here);
    while low < high {
        let part = low.midpoint(high);
        if up_to(part as f64) >= wanted - 1e-15 { high = part } else { low = part + 1 }
    }
    cell.start() + low - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha12Rng;
    use rand_distr::{Distribution, StandardNormal};

    fn draws(n: usize, of: impl Fn(&mut ChaCha12Rng) -> f64) -> Posterior {
        let mut generator = ChaCha12Rng::seed_from_u64(3);
        Posterior::Draws { chains: vec![(0..n).map(|_| of(&mut generator).max(1.0) as u64).collect()] }
    }

    fn normal(generator: &mut ChaCha12Rng) -> f64 {
        StandardNormal.sample(generator)
    }

    #[test]
    fn draws_around_one_total_have_one_mode_near_it_whatever_their_noise() {
        for n in [400, 2_000, 40_000] {
            let posterior = draws(n, |generator| 10_000.0 + 900.0 * normal(generator));
            assert_eq!(posterior.two_modes(), None, "{n}");
            assert!((9_500..10_500).contains(&posterior.mode()), "{}", posterior.mode());
            let pieces = posterior.highest_density(0.95);
            assert_eq!(pieces.len(), 1, "{pieces:?}");
            assert!((7_900..8_500).contains(pieces[0].start()) && (11_500..12_200).contains(pieces[0].end()));
        }
    }

    #[test]
    fn draws_around_two_totals_have_two_modes() {
        let posterior = draws(4_000, |generator| {
            let middle = if generator.random_bool(0.4) { 500.0 } else { 900.0 };
            middle + 50.0 * normal(generator)
        });
        let modes = posterior.two_modes().unwrap();
        assert!((470..530).contains(&modes.low) && (860..940).contains(&modes.high), "{modes:?}");
        assert_eq!(posterior.highest_density(0.9).len(), 2);
    }

    #[test]
    fn draws_at_one_single_total_are_that_total() {
        let posterior = Posterior::Draws { chains: vec![vec![7; 50]] };
        assert_eq!((posterior.mode(), posterior.highest_density(0.95)), (7, vec![7..=7]));
        assert_eq!(posterior.two_modes(), None);
    }
}
