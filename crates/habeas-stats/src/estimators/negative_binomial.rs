//! n₀ given the probability of being on no list, under p(N) ∝ 1/N.

use rand::Rng;
use rand_distr::{Distribution, Gamma, Poisson};

/// Beyond this many people the undocumented are no longer counted one by one (2⁵², exact in a double).
const MOST_UNDOCUMENTED: f64 = 4_503_599_627_370_496.0;

/// Draws n₀ ~ NegBin(n, 1 − p₀) for odds p₀/(1 − p₀), as a Poisson draw with a gamma mean.
///
/// The prior 1/N makes it exactly this: C(n + n₀ − 1, n₀) p₀^n₀ = n/(n + n₀) · C(N, n) p₀^n₀. Never NaN: odds that are
/// not a number count as 0, and draws stop at 2⁵².
pub(super) fn draw_undocumented(n_documented: u64, odds: f64, generator: &mut impl Rng) -> u64 {
    let Ok(gamma) = Gamma::new(n_documented as f64, odds) else { return 0 };
    let mean: f64 = gamma.sample(generator);
    if mean >= MOST_UNDOCUMENTED {
        return MOST_UNDOCUMENTED as u64;
    }
    Poisson::new(mean).map_or(0, |poisson| poisson.sample(generator) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha12Rng;

    #[test]
    fn mean_and_variance_are_those_of_the_negative_binomial_distribution() {
        let mut generator = ChaCha12Rng::seed_from_u64(1);
        let (n, odds, n_draws) = (40, 1.5, 40_000);
        let draws: Vec<f64> = (0..n_draws).map(|_| draw_undocumented(n, odds, &mut generator) as f64).collect();
        let mean = draws.iter().sum::<f64>() / n_draws as f64;
        let variance = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / n_draws as f64;
        assert!((mean - 60.0).abs() < 4.0 * libm::sqrt(150.0 / n_draws as f64), "{mean}");
        assert!((variance - 150.0).abs() < 8.0, "{variance}");
    }

    #[test]
    fn extreme_odds_give_a_count_all_the_same() {
        let mut generator = ChaCha12Rng::seed_from_u64(2);
        for (n, odds) in [(1, 0.0), (1, 1e300), (1 << 53, 1e18), (3, f64::NAN), (3, f64::INFINITY), (0, 1.0)] {
            assert!(draw_undocumented(n, odds, &mut generator) <= 1 << 52);
        }
    }
}
