//! Whether a sequence of draws has settled.

/// Draws from which anything can be said.
const FEWEST: usize = 20;

/// How well a sequence of draws stands for its distribution; `None` where it is too short or never varies.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Convergence {
    /// Split R̂ of its two halves; near 1 where they agree, above 1.05 where they do not.
    pub split_r_hat: Option<f64>,
    /// Number of independent draws that would tell the mean as well.
    pub effective_draws: Option<f64>,
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
}

impl Convergence {
    /// Of draws in their order.
    ///
    /// # Source
    /// Split R̂ as in `[vehtari2021]`; autocorrelations summed up to the first pair of them that is not positive
    /// `[geyer1992]`.
    pub fn of(draws: &[f64]) -> Self {
        if draws.len() < FEWEST || variance(draws) <= 0.0 {
            return Self::default();
        }
        let half = draws.len() / 2;
        let (first, second) = (&draws[..half], &draws[draws.len() - half..]);
        let within = (variance(first) + variance(second)) / 2.0;
        let between = variance(&[mean(first), mean(second)]);
        let pooled = within * (half - 1) as f64 / half as f64 + between;
        let split_r_hat = (within > 0.0).then(|| (pooled / within).sqrt());
        let (centre, n) = (mean(draws), draws.len());
        let covariance =
            |lag: usize| (lag..n).map(|i| (draws[i] - centre) * (draws[i - lag] - centre)).sum::<f64>() / n as f64;
        let pairs = (0..n / 2).map(|k| (covariance(2 * k) + covariance(2 * k + 1)) / covariance(0));
        let time = 2.0 * pairs.take_while(|pair| *pair > 0.0).sum::<f64>() - 1.0;
        Self { split_r_hat, effective_draws: Some((n as f64 / time.max(1.0 / n as f64)).min(n as f64)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn walk(memory: f64, n: usize) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let mut value = 0.0;
        (0..n)
            .map(|_| {
                value = memory * value + rng.random::<f64>() - 0.5;
                value
            })
            .collect()
    }

    #[test]
    fn independent_draws_count_whole_and_draws_that_remember_count_as_theory_says() {
        let independent = Convergence::of(&walk(0.0, 4000));
        assert!(independent.effective_draws.unwrap() > 3500.0 && independent.split_r_hat.unwrap() < 1.005);
        // An autoregression with memory 0.9 has a nineteenth of its draws.
        let slow = Convergence::of(&walk(0.9, 40_000)).effective_draws.unwrap();
        assert!((slow / (40_000.0 / 19.0) - 1.0).abs() < 0.2, "{slow}");
    }

    #[test]
    fn a_sequence_that_drifts_has_not_converged() {
        let drifting: Vec<f64> = walk(0.0, 400).iter().enumerate().map(|(i, x)| x + i as f64 / 100.0).collect();
        assert!(Convergence::of(&drifting).split_r_hat.unwrap() > 1.5);
        assert_eq!(Convergence::of(&[1.0; 50]), Convergence::default());
    }
}
