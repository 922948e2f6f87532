//! The few special functions the estimators need, accurate where plain differences would lose digits.
//!
//! Logarithms and exponentials come from `libm`, not from the platform, so that results are the same bytes everywhere.

/// From this argument on the five-term Stirling series is exact to the last bit of a double.
const STIRLING_FROM: f64 = 16.0;

/// Computes lnΓ(x + upper) − lnΓ(x + lower) without subtracting two large values.
///
/// Both arguments of Γ must be positive. For x = 10⁸ the two lnΓ are near 10⁹ and their plain difference has lost
/// seven digits; here the error stays near one unit in the last place of the result.
pub(crate) fn ln_gamma_ratio(x: f64, upper: f64, lower: f64) -> f64 {
    let lower = Shifted::new(x + lower);
    lower.ratio_from(x + upper)
}

/// The denominator of several [`ln_gamma_ratio`] at the same place.
pub(crate) struct Shifted {
    shifted: f64,
    ln_shifted: f64,
    ln_product: f64,
    correction: f64,
}

impl Shifted {
    /// Prepares lnΓ(at).
    pub(crate) fn new(at: f64) -> Self {
        let (shifted, ln_product) = shift(at);
        Self { shifted, ln_shifted: libm::log(shifted), ln_product, correction: correction(shifted) }
    }

    /// Computes lnΓ(upper) − lnΓ(at).
    pub(crate) fn ratio_from(&self, upper: f64) -> f64 {
        let (shifted, ln_product) = shift(upper);
        let difference = shifted - self.shifted;
        let relative = difference / self.shifted;
        let ln_quotient = if relative.abs() < 0.5 { libm::log1p(relative) } else { libm::log(shifted / self.shifted) };
        (shifted - 0.5) * ln_quotient + difference * (self.ln_shifted - 1.0) + (correction(shifted) - self.correction)
            - (ln_product - self.ln_product)
    }
}

/// Moves a small argument up by whole steps and returns the logarithm of what Γ gained.
fn shift(at: f64) -> (f64, f64) {
    if at >= STIRLING_FROM {
        return (at, 0.0);
    }
    let (mut shifted, mut product) = (at, 1.0);
    while shifted < STIRLING_FROM {
        product *= shifted;
        shifted += 1.0;
    }
    (shifted, libm::log(product))
}

/// The part of lnΓ beyond (z − ½)·ln z − z + ½·ln 2π.
fn correction(z: f64) -> f64 {
    let inverse = 1.0 / z;
    let square = inverse * inverse;
    inverse
        * (1.0 / 12.0
            - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square * (1.0 / 1188.0)))))
}

/// P(X ≤ observed) and P(X ≥ observed) for X ~ Poisson(expected), by summing outwards from the observed count.
///
/// The smaller of the two has full relative accuracy up to a million people, and some three digits beyond.
pub(crate) fn poisson_tails(observed: f64, expected: f64) -> (f64, f64) {
    /// From here on the sum would have thousands of terms.
    const MANY: f64 = 1e6;
    if expected <= 0.0 {
        return if observed > 0.0 { (1.0, 0.0) } else { (1.0, 1.0) };
    }
    if expected.max(observed) > MANY {
        // The cube root of a gamma variate is nearly normal `[wilson1931]`: P(X ≥ k) = P(Gamma(k) ≤ λ).
        let upper = |k: f64| {
            let spread = 1.0 / (9.0 * k);
            normal_cdf((libm::cbrt(expected / k) - (1.0 - spread)) / libm::sqrt(spread))
        };
        let at_least = if observed > 0.0 { upper(observed) } else { 1.0 };
        return (1.0 - upper(observed + 1.0), at_least);
    }
    let at = libm::exp(observed * libm::log(expected) - expected - libm::lgamma(observed + 1.0));
    // Away from the mode every term is a falling share of the one before.
    let outwards = |ratio: &dyn Fn(f64) -> f64| {
        let (mut term, mut sum, mut steps) = (1.0, 1.0, 0.0);
        while term > 1e-17 * sum {
            term *= ratio(steps);
            sum += term;
            steps += 1.0;
        }
        at * sum
    };
    if observed < expected {
        let lower = outwards(&|steps| (observed - steps).max(0.0) / expected);
        (lower, (1.0 - lower + at).max(0.0))
    } else {
        let upper = outwards(&|steps| expected / (observed + 1.0 + steps));
        ((1.0 - upper + at).max(0.0), upper)
    }
}

/// Φ, the distribution function of the standard normal.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// Φ⁻¹, by bisection and then Newton's steps; the level must lie strictly between 0 and 1.
pub(crate) fn normal_quantile(level: f64) -> f64 {
    if level > 0.5 {
        return -normal_quantile(1.0 - level);
    }
    let (mut low, mut high) = (-40.0, 0.0);
    for _ in 0..30 {
        let middle = 0.5 * (low + high);
        if normal_cdf(middle) < level { low = middle } else { high = middle }
    }
    let mut z = 0.5 * (low + high);
    for _ in 0..3 {
        let density = libm::exp(-0.5 * z * z) / libm::sqrt(2.0 * std::f64::consts::PI);
        if density > 0.0 {
            z -= (normal_cdf(z) - level) / density;
        }
    }
    z
}

/// Adds exp(value) of each element to `sums`; branch-free, so that the compiler can use vector instructions.
///
/// Values below −700 count as exp(−700), some 10⁻³⁰⁴; values must not exceed 700.
pub(crate) fn add_exp(values: &[f64], sums: &mut [f64]) {
    for (sum, &value) in sums.iter_mut().zip(values) {
        *sum += exp_fast(value);
    }
}

/// exp(z) to about one unit in the last place: z = k·ln 2 + r, then a polynomial of degree 12 on |r| ≤ ½·ln 2.
#[inline(always)]
fn exp_fast(z: f64) -> f64 {
    /// Adding and subtracting 1.5·2⁵² rounds to an integer, and leaves that integer in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let z = if z > -700.0 { z } else { -700.0 };
    let rounded = z * std::f64::consts::LOG2_E + ROUND;
    let k = rounded - ROUND;
    let r = (z - k * LN2_HIGH) - k * LN2_LOW;
    let mut polynomial = 1.0 / 479_001_600.0;
    for inverse_factorial in [
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        polynomial = polynomial * r + inverse_factorial;
    }
    polynomial * f64::from_bits((rounded.to_bits() << 52).wrapping_add(1023 << 52))
}

/// Sums with Neumaier's compensation, in index order: the result does not depend on how work was cut.
pub(crate) fn compensated_sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    sum + lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_of_gammas_agrees_with_plain_differences_where_those_are_accurate() {
        for (x, upper, lower) in
            [(0.0, 0.0625, 5.0), (0.0, 1.0, 300.5), (3.0, 7.25, 1.0), (40.0, 0.5, 90.0), (900.0, 2.0, 701.0)]
        {
            let plain = libm::lgamma(x + upper) - libm::lgamma(x + lower);
            let ratio = ln_gamma_ratio(x, upper, lower);
            assert!((plain - ratio).abs() <= 1e-13 * libm::lgamma(x + lower).abs().max(1.0), "{plain} {ratio}");
        }
    }

    #[test]
    fn the_ratio_of_gammas_keeps_its_digits_at_a_hundred_million() {
        // Γ(x+3)/Γ(x) = x(x+1)(x+2).
        let x = 1e8;
        let expected = libm::log(x) + libm::log(x + 1.0) + libm::log(x + 2.0);
        assert!((ln_gamma_ratio(x, 3.0, 0.0) - expected).abs() < 1e-13);
    }

    #[test]
    fn the_tails_of_the_poisson_distribution_agree_with_known_values() {
        // R: ppois(3, 2.5), ppois(2, 2.5, lower.tail = FALSE); ppois(0, 30); ppois(99, 40, lower.tail = FALSE).
        for (observed, expected, lower, upper) in [
            (3.0, 2.5, 0.757_576_133_133_066_3, 0.456_186_884_116_670_4),
            (0.0, 30.0, 9.357_622_968_840_175e-14, 1.0),
            (0.0, 0.0, 1.0, 1.0),
        ] {
            let (low, high) = poisson_tails(observed, expected);
            assert!((low - lower).abs() <= 1e-12 * lower && (high - upper).abs() <= 1e-12, "{low} {high}");
        }
        // The two tails overlap in the observed count alone.
        for (observed, expected) in [(50.0, 40.0), (40.0, 50.0), (7.0, 7.0), (9e5, 9.01e5)] {
            let (low, high) = poisson_tails(observed, expected);
            let at: f64 = libm::exp(observed * libm::log(expected) - expected - libm::lgamma(observed + 1.0));
            assert!((low + high - at - 1.0).abs() < 1e-9, "{low} {high}");
            let direct: f64 = (0..=observed as u64)
                .map(|k| libm::exp(k as f64 * libm::log(expected) - expected - libm::lgamma(k as f64 + 1.0)))
                .sum();
            assert!((low - direct).abs() < 1e-8, "{low} {direct}");
        }
    }

    #[test]
    fn the_tails_hardly_jump_where_summing_ends() {
        for sigmas in [-3.0, -1.0, 0.0, 2.0] {
            let near = |expected: f64| poisson_tails((expected + sigmas * expected.sqrt()).round(), expected);
            let ((low, high), (low_beyond, high_beyond)) = (near(0.99e6), near(1.02e6));
            assert!((low / low_beyond - 1.0).abs() < 0.02 && (high / high_beyond - 1.0).abs() < 0.02, "{sigmas}");
        }
    }

    #[test]
    fn the_normal_quantile_undoes_the_distribution_function() {
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-13);
        for level in [1e-300, 1e-12, 0.02, 0.5, 0.7, 1.0 - 1e-9] {
            assert!((normal_cdf(normal_quantile(level)) - level).abs() <= 1e-12 * level, "{level}");
        }
    }

    #[test]
    fn the_fast_exponential_is_exact_to_a_few_units_in_the_last_place() {
        for step in -70_000..=1_000 {
            let z = f64::from(step) * 0.01 + 0.001_234;
            if z < -699.0 {
                continue;
            }
            let exact = libm::exp(z);
            assert!((exp_fast(z) - exact).abs() <= 4.0 * f64::EPSILON * exact, "{z}");
        }
        assert!(exp_fast(f64::NEG_INFINITY) < 1e-300);
    }
}
