//! Draws of λ, m and u from their posterior distribution, by a Gibbs sampler on tabulated comparison vectors.
//!
//! Round by round each unjudged pair is dealt to one person, relatives or strangers with the probabilities that the
//! last parameters give it, and parameters are drawn from their Dirichlet distributions given the deal. Pairs of one
//! vector are dealt together. The parameters that estimation holds back hold in every draw.

use super::{Cases, Logs, Reckon, maximise};
use crate::{model::Model, pairs::PatternCounts, table::mix};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};

/// Rounds before the first draw, which begins at the estimate, and between two draws.
const BURN_IN: usize = 20;
const BETWEEN: usize = 6;
/// Expected pairs of one vector below which they are dealt by expectation: their chance does not move any sum.
const TOO_FEW: f64 = 0.01;
const SEED: u64 = 0x706f_7374_6572;

/// Draws models from the posterior distribution, beginning at the estimated one.
///
/// `start` is the model before it was estimated.
pub(crate) fn draw_models(
    counts: &PatternCounts,
    start: &Model,
    estimated: &Model,
    n_draws: usize,
    seed: u64,
) -> Vec<Model> {
    let mut rng = ChaCha8Rng::seed_from_u64(mix(seed ^ SEED));
    let open = counts.open();
    let mut model = estimated.clone();
    let mut round = |model: &mut Model| {
        let logs = Logs::new(model);
        let mut cases = Cases::judged(&logs, &counts.judged, start.comparisons.len());
        for (vector, n) in &open {
            let [p_same, p_kin, _] = logs.posterior(*vector);
            // Pairs that were looked at; the others they stand for bring no evidence of their own.
            let n_looked_at = (n / counts.pairs_each.max(1.0)).round();
            let n_same = deal(n_looked_at, p_same, &mut rng);
            let n_kin = deal(n_looked_at - n_same, p_kin / (1.0 - p_same).max(p_kin).max(f64::MIN_POSITIVE), &mut rng);
            cases.add(*vector, n_same * counts.pairs_each.max(1.0), n_kin * counts.pairs_each.max(1.0));
        }
        maximise(model, start, counts, &cases, &logs, &mut Reckon::Draw(&mut rng));
    };
    (0..BURN_IN).for_each(|_| round(&mut model));
    (0..n_draws)
        .map(|_| {
            (0..BETWEEN).for_each(|_| round(&mut model));
            model.clone()
        })
        .collect()
}

/// How many of `n` pairs fall on a case of probability `p`.
fn deal(n: f64, p: f64, rng: &mut ChaCha8Rng) -> f64 {
    let (few, few_others) = (n * p, n * (1.0 - p));
    if few < TOO_FEW || few_others < TOO_FEW {
        return few;
    }
    Binomial::new(n as u64, p.min(1.0)).map_or(few, |binomial| binomial.sample(rng) as f64)
}
