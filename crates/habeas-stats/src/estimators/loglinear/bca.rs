//! Bias-corrected and accelerated bootstrap intervals `[efron1987]` that repeat the whole selection of the model
//! `[silverman2024]`.
//!
//! An interval that takes the selected model as given is far too narrow `[chan2021]`, so none is offered.

use std::ops::ControlFlow;

use rand_distr::{Binomial, Distribution};
use rayon::prelude::*;

use crate::{
    progress::Progress,
    special::{compensated_sum, normal_cdf, normal_quantile},
    stream::Streams,
};

use super::cells::Cells;

/// How many replicates are made when nobody says how many.
const REPLICATES: usize = 1_000;

/// The most replicates that a limit far out in the tail may ask for.
const MOST_REPLICATES: usize = 16_000;

/// The most fits of models that those further replicates may cost with up to 5 lists; half of it for each list beyond,
/// as the cells double.
const MOST_FITS: usize = 100_000;

/// A limit should have this many replicates beyond it.
const WANTED_BEYOND: f64 = 10.0;

/// The bootstrap of an estimate of the total.
#[derive(Clone, Debug, PartialEq)]
pub struct Bca {
    point: f64,
    /// Replicates of the total in ascending order; infinite where nobody is on two lists.
    replicates: Vec<f64>,
    /// z₀, the bias correction.
    pub bias: f64,
    /// a, the acceleration.
    pub acceleration: f64,
}

/// One limit of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The total.
    pub total: f64,
    /// The level of the bootstrap distribution at which it was read.
    pub probability: f64,
    /// Replicates expected beyond it: below 10 it is unstable.
    pub replicates_beyond: f64,
}

impl Limit {
    /// Whether too few replicates lie beyond it.
    pub fn is_unstable(&self) -> bool {
        self.replicates_beyond < WANTED_BEYOND
    }
}

impl Bca {
    /// How many replicates were made.
    pub fn n_replicates(&self) -> usize {
        self.replicates.len()
    }

    /// How many replicates had no finite estimate.
    pub fn n_unbounded(&self) -> usize {
        self.replicates.iter().filter(|total| !total.is_finite()).count()
    }

    /// The limits of the central interval of a level.
    pub fn interval(&self, level: f64) -> (Limit, Limit) {
        let tail = (1.0 - level) / 2.0;
        (self.limit(tail), self.limit(1.0 - tail))
    }

    fn limit(&self, level: f64) -> Limit {
        let probability = self.adjusted(level);
        let beyond = self.replicates.len() as f64 * probability.min(1.0 - probability);
        Limit { total: quantile_type_8(&self.replicates, probability), probability, replicates_beyond: beyond }
    }

    /// Φ(z₀ + (z₀ + z)/(1 − a(z₀ + z))).
    fn adjusted(&self, level: f64) -> f64 {
        let moved = self.bias + normal_quantile(level);
        normal_cdf(self.bias + moved / (1.0 - self.acceleration * moved))
    }
}

/// An estimator of the total.
pub(crate) struct Estimator<'a> {
    /// The total of some cells; `None` where it has no finite value.
    pub(crate) total: &'a (dyn Fn(&Cells) -> Option<f64> + Sync),
    /// About how many models are fitted for it.
    pub(crate) fits: usize,
}

/// Why there is no bootstrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoBca {
    /// Without one single person the estimate is infinite.
    Unbounded,
    /// The hook said stop.
    Interrupted,
}

/// Bootstraps an estimator of the total: replicates are multinomial, the acceleration comes from leaving out one person
/// of each history. Cells without a finite estimate count as infinitely large.
///
/// Without a wish for a number of replicates 1,000 are made, and up to 16,000 as long as a 95 % limit has fewer than 10 of
/// them beyond it, fewer where a replicate costs many fits.
pub(crate) fn bootstrap(
    cells: &Cells,
    point: f64,
    n_replicates: Option<usize>,
    streams: &Streams,
    estimator: &Estimator<'_>,
    progress: &mut dyn Progress,
) -> Result<Bca, NoBca> {
    let acceleration = acceleration(cells, estimator).ok_or(NoBca::Unbounded)?;
    let affordable = (MOST_FITS >> cells.n_lists.saturating_sub(5)) / estimator.fits;
    let most = affordable.clamp(REPLICATES, MOST_REPLICATES);
    let mut replicates: Vec<f64> = Vec::new();
    let mut wanted = n_replicates.unwrap_or(REPLICATES);
    loop {
        replicate(cells, &mut replicates, wanted, streams, estimator, progress).ok_or(NoBca::Interrupted)?;
        let mut sorted = replicates.clone();
        sorted.sort_by(f64::total_cmp);
        let bca = Bca { point, bias: bias(&sorted, point), replicates: sorted, acceleration };
        let (low, high) = bca.interval(0.95);
        let is_stable = !low.is_unstable() && !high.is_unstable();
        if n_replicates.is_some() || is_stable || wanted >= most {
            return Ok(bca);
        }
        wanted = (2 * wanted).min(most);
    }
}

/// Adds replicates until there are `wanted`; each has its own stream.
fn replicate(
    cells: &Cells,
    replicates: &mut Vec<f64>,
    wanted: usize,
    streams: &Streams,
    estimator: &Estimator<'_>,
    progress: &mut dyn Progress,
) -> Option<()> {
    const PIECE: usize = 128;
    while replicates.len() < wanted {
        let piece = replicates.len()..(replicates.len() + PIECE).min(wanted);
        let n_done = piece.len();
        let totals: Vec<f64> = piece
            .into_par_iter()
            .map(|index| (estimator.total)(&resampled(cells, streams, index as u64)).unwrap_or(f64::INFINITY))
            .collect();
        replicates.extend(totals);
        if progress.advance(n_done, wanted) == ControlFlow::Break(()) {
            return None;
        }
    }
    Some(())
}

/// Multinomial(n, n_h/n) by one binomial per occupied cell.
fn resampled(cells: &Cells, streams: &Streams, index: u64) -> Cells {
    let mut generator = streams.of(index);
    let mut left_people = cells.n_documented() as u64;
    let mut left_weight = cells.n_documented();
    let mut counts = vec![0.0; cells.counts.len()];
    for (drawn, &count) in counts.iter_mut().zip(&cells.counts).filter(|(_, count)| **count > 0.0) {
        let share = (count / left_weight).clamp(0.0, 1.0);
        let people = Binomial::new(left_people, share).expect("the share lies between 0 and 1").sample(&mut generator);
        *drawn = people as f64;
        left_people -= people;
        left_weight -= count;
    }
    Cells::new(cells.n_lists, counts)
}

/// a = Σ n r³ / (6 (Σ n r²)^{3/2}) over the histories, r = θ̄ − θ without one person of the history.
fn acceleration(cells: &Cells, estimator: &Estimator<'_>) -> Option<f64> {
    let occupied: Vec<usize> = (1..cells.counts.len()).filter(|&cell| cells.counts[cell] > 0.0).collect();
    let left_out: Vec<Option<(f64, f64)>> = occupied
        .into_par_iter()
        .map(|cell| {
            let mut counts = cells.counts.clone();
            counts[cell] -= 1.0;
            let total = (estimator.total)(&Cells::new(cells.n_lists, counts)).filter(|total| total.is_finite())?;
            Some((cells.counts[cell], total))
        })
        .collect();
    let left_out: Vec<(f64, f64)> = left_out.into_iter().collect::<Option<_>>()?;
    let n = cells.n_documented();
    let mean = compensated_sum(left_out.iter().map(|(count, total)| count * total)) / n;
    let moment = |power: i32| compensated_sum(left_out.iter().map(|(count, total)| count * (mean - total).powi(power)));
    let squares = moment(2);
    Some(if squares > 0.0 { moment(3) / (6.0 * squares * libm::sqrt(squares)) } else { 0.0 })
}

/// z₀ = Φ⁻¹(share of replicates below the point), kept finite when all or none are.
fn bias(sorted: &[f64], point: f64) -> f64 {
    let below = sorted.partition_point(|&total| total < point) as f64;
    let n = sorted.len() as f64;
    normal_quantile((below / n).clamp(0.5 / n, 1.0 - 0.5 / n))
}

/// The quantile of type 8 of `[hyndman1996]`: position (n + 1/3)p + 1/3.
fn quantile_type_8(sorted: &[f64], probability: f64) -> f64 {
    let n = sorted.len() as f64;
    let position = ((n + 1.0 / 3.0) * probability + 1.0 / 3.0).clamp(1.0, n);
    let below = sorted[position as usize - 1];
    let part = position.fract();
    // An infinite neighbour makes the limit infinite only if it is reached at all.
    match sorted.get(position as usize) {
        Some(above) if part > 0.0 && below.is_finite() => below + part * (above - below),
        _ => below,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_type_eight_lie_between_the_replicates() {
        // R: quantile(c(1, 2, 4, 8), c(.1, .5, .75), type = 8).
        let sorted = [1.0, 2.0, 4.0, 8.0];
        for (probability, expected) in [(0.1, 1.0), (0.5, 3.0), (0.75, 6.333_333_333_333_333)] {
            assert!((quantile_type_8(&sorted, probability) - expected).abs() < 1e-12);
        }
        assert_eq!(quantile_type_8(&[1.0, f64::INFINITY], 0.9), f64::INFINITY);
        assert_eq!(quantile_type_8(&[1.0, f64::INFINITY], 0.1), 1.0);
    }

    #[test]
    fn without_bias_and_acceleration_the_limits_are_those_of_the_replicates() {
        let replicates: Vec<f64> = (1..=999).map(f64::from).collect();
        let bca = Bca { point: 500.0, bias: bias(&replicates, 500.0), replicates, acceleration: 0.0 };
        let (low, high) = bca.interval(0.9);
        assert!(bca.bias.abs() < 2e-3, "{}", bca.bias);
        assert!((low.total - 50.0).abs() < 1.0 && (high.total - 950.0).abs() < 1.0, "{low:?} {high:?}");
    }
}
