//! Moves that leave the likelihood almost alone: which class has which number, and how the sticks hang on α.

use rand::{Rng, RngExt};

use super::{
    gibbs::{AlphaPrior, draw_alpha},
    likelihood::{Classes, Evaluation, Table, Target, softplus},
};

/// Draws λ uniform and the sticks at α = 1: dispersed enough that chains start in different modes.
pub(super) fn start(table: &Table, generator: &mut impl Rng) -> Classes {
    let log_odds = (0..table.n_lists * table.n_classes + table.n_classes - 1).map(|_| {
        let uniform: f64 = 0.001 + 0.998 * generator.random::<f64>();
        libm::log(uniform / (1.0 - uniform))
    });
    let position = log_odds.collect();
    Classes { position, alpha: draw_alpha(1.0, 1.0, generator) }
}

/// Exchanges the numbers of random pairs of classes, shares and capture probabilities together: the likelihood stays,
/// only the prior of the sticks answers. In terms of the shares that prior is ∝ ν_K^(α−1) / Π_{k<K} R_k with R_k what is
/// left before stick k.
pub(super) fn permute(table: &Table, classes: &mut Classes, generator: &mut impl Rng) {
    let n_classes = table.n_classes;
    let first_stick = table.n_lists * n_classes;
    let mut shares = ln_shares(&classes.position[first_stick..]);
    let mut ln_prior = ln_stick_prior(&shares, classes.alpha);
    let mut changed = false;
    for _ in 0..n_classes / 2 {
        let one = (generator.random::<f64>() * n_classes as f64) as usize;
        let other = (generator.random::<f64>() * n_classes as f64) as usize;
        if one == other {
            continue;
        }
        shares.swap(one, other);
        let ln_proposed = ln_stick_prior(&shares, classes.alpha);
        if libm::log(generator.random::<f64>()) < ln_proposed - ln_prior {
            ln_prior = ln_proposed;
            changed = true;
            for row in classes.position[..first_stick].chunks_exact_mut(n_classes) {
                row.swap(one, other);
            }
        } else {
            shares.swap(one, other);
        }
    }
    if changed {
        // ln odds of stick k = ln ν_k − ln R_{k+1}.
        let mut left = shares[n_classes - 1];
        for class in (0..n_classes - 1).rev() {
            classes.position[first_stick + class] = shares[class] - left;
            left = ln_add(left, shares[class]);
        }
    }
}

/// Moves α by a random factor and lets the sticks from a random one on follow (at fixed (1 − V)^α), so that α is not
/// held in place by sticks about which the data say nothing `[papaspiliopoulos2007]`.
pub(super) fn rescale_alpha(
    target: Target<'_>,
    prior: AlphaPrior,
    classes: &mut Classes,
    evaluation: &mut Evaluation,
    generator: &mut impl Rng,
) {
    let first_stick = target.table.n_lists * target.table.n_classes;
    let n_sticks = target.table.n_classes - 1;
    let from = 1 + (generator.random::<f64>() * n_sticks as f64) as usize;
    let ln_factor = 3.0 * (generator.random::<f64>() - 0.5);
    let factor = libm::exp(ln_factor);
    let alpha = classes.alpha * factor;
    if !(1e-12..=1e12).contains(&alpha) {
        return;
    }
    // Prior of α with the Jacobian of ln α, and of the sticks that do not follow.
    let mut ln_ratio = prior.shape * ln_factor - prior.rate * (alpha - classes.alpha);
    for &x in &classes.position[first_stick..first_stick + from.min(n_sticks)] {
        ln_ratio += ln_factor - (alpha - classes.alpha) * softplus(x);
    }
    let old: Vec<f64> = classes.position[first_stick..].to_vec();
    for x in &mut classes.position[first_stick + from.min(n_sticks)..] {
        // −ln(1 − V) shrinks by the factor; ln V = ln(1 − e^{−that}).
        let depth = softplus(*x) / factor;
        *x = depth + libm::log(-libm::expm1(-depth));
    }
    let before = evaluation.log_likelihood(target.counts);
    evaluation.update(target.table, &classes.position);
    ln_ratio += evaluation.log_likelihood(target.counts) - before;
    if libm::log(generator.random::<f64>()) < ln_ratio && classes.is_inside(target.table) {
        classes.alpha = alpha;
    } else {
        classes.position[first_stick..].copy_from_slice(&old);
        evaluation.update(target.table, &classes.position);
    }
}

/// ln ν_k from the log odds of the sticks.
fn ln_shares(sticks: &[f64]) -> Vec<f64> {
    let mut left = 0.0;
    let mut shares: Vec<f64> = sticks
        .iter()
        .map(|&x| {
            let share = left - softplus(-x);
            left -= softplus(x);
            share
        })
        .collect();
    shares.push(left);
    shares
}

fn ln_stick_prior(shares: &[f64], alpha: f64) -> f64 {
    let last = shares.len() - 1;
    let mut left = shares[last];
    let mut sum = (alpha - 1.0) * left;
    for &share in shares[..last].iter().rev() {
        left = ln_add(left, share);
        sum -= left;
    }
    sum
}

/// ln(e^a + e^b).
fn ln_add(a: f64, b: f64) -> f64 {
    a.max(b) + libm::log1p(libm::exp(-(a - b).abs()))
}

/// Draws α given the sticks.
pub(super) fn draw_alpha_given_sticks(
    table: &Table,
    prior: AlphaPrior,
    classes: &mut Classes,
    generator: &mut impl Rng,
) {
    let sticks = &classes.position[table.n_lists * table.n_classes..];
    let rate = prior.rate + sticks.iter().map(|&x| softplus(x)).sum::<f64>();
    classes.alpha = draw_alpha(prior.shape + sticks.len() as f64, rate, generator);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha12Rng;

    use crate::CaptureHistories;

    fn table() -> Table {
        let lists = ["A", "B", "C"].map(String::from).to_vec();
        let counts = [(0b001, 60), (0b010, 49), (0b100, 247), (0b011, 4), (0b101, 112), (0b110, 142), (0b111, 12)];
        Table::new(&CaptureHistories::new(lists, counts).unwrap(), 6)
    }

    #[test]
    fn exchanging_labels_leaves_the_likelihood_as_it_is() {
        let table = table();
        let counts: Vec<f64> = table.counts.iter().map(|&count| count as f64).collect();
        let mut generator = ChaCha12Rng::seed_from_u64(3);
        let mut evaluation = Evaluation::new(&table);
        let mut n_changed = 0;
        for _ in 0..100 {
            let mut classes = start(&table, &mut generator);
            evaluation.update(&table, &classes.position);
            let before = evaluation.log_likelihood(&counts);
            let old = classes.clone();
            permute(&table, &mut classes, &mut generator);
            n_changed += usize::from(classes != old);
            evaluation.update(&table, &classes.position);
            assert!((evaluation.log_likelihood(&counts) - before).abs() < 1e-8 * before.abs());
        }
        assert!(n_changed > 50, "{n_changed}");
    }

    /// With no data every move must leave the prior alone: V_k ~ Beta(1, α) and α ~ Gamma(shape, rate).
    #[test]
    fn without_data_the_moves_of_alpha_and_of_labels_keep_the_prior() {
        let table = table();
        let nobody = vec![0.0; table.counts.len()];
        let target = Target { table: &table, counts: &nobody };
        let prior = AlphaPrior { shape: 2.0, rate: 1.0 };
        let mut generator = ChaCha12Rng::seed_from_u64(4);
        let mut classes = start(&table, &mut generator);
        let mut evaluation = Evaluation::new(&table);
        let n_steps = 200_000;
        let (mut alphas, mut first_sticks) = (0.0, 0.0);
        for _ in 0..n_steps {
            permute(&table, &mut classes, &mut generator);
            evaluation.update(&table, &classes.position);
            rescale_alpha(target, prior, &mut classes, &mut evaluation, &mut generator);
            draw_alpha_given_sticks(&table, prior, &mut classes, &mut generator);
            // Given α the first stick is drawn anew, or nothing would move those that the other moves keep.
            let uniform: f64 = 1.0 - generator.random::<f64>();
            let depth = -libm::log(uniform) / classes.alpha;
            classes.position[table.n_lists * table.n_classes] = depth + libm::log(-libm::expm1(-depth));
            alphas += classes.alpha;
            first_sticks += -libm::expm1(-depth);
        }
        // E[α] = 2 and E[V] = E[1/(1 + α)] = ∫ α e^{−α}/(1 + α) dα = 1 − e·E₁(1) = 0.40365.
        let (alpha, stick) = (alphas / n_steps as f64, first_sticks / n_steps as f64);
        assert!((alpha - 2.0).abs() < 0.05, "{alpha}");
        assert!((stick - 0.403_65).abs() < 0.01, "{stick}");
    }
}
