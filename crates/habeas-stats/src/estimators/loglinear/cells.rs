//! The cells of a table as one vector by mask, and the sums over subsets and supersets on which all fitting rests.

use crate::capture::CaptureHistories;

/// Counts by mask, the cell of those on no list being 0, with n*_θ for every set θ of lists.
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    pub(crate) n_lists: usize,
    pub(crate) counts: Vec<f64>,
    /// n*_θ: people on all lists of θ, and perhaps on others.
    pub(crate) containing: Vec<f64>,
    /// Σ ln n_h!, the part of the likelihood that no model changes.
    ln_factorials: f64,
}

impl Cells {
    pub(crate) fn of(histories: &CaptureHistories) -> Self {
        let mut counts = vec![0.0; 1 << histories.n_lists()];
        for (mask, count) in histories.counts() {
            counts[mask as usize] = count as f64;
        }
        Self::new(histories.n_lists(), counts)
    }

    /// From one count per mask; the first, of those on no list, must be 0.
    pub(crate) fn new(n_lists: usize, counts: Vec<f64>) -> Self {
        let mut containing = counts.clone();
        sum_supersets(&mut containing);
        let ln_factorials = counts.iter().filter(|&&n| n > 1.0).map(|&n| libm::lgamma(n + 1.0)).sum();
        Self { n_lists, counts, containing, ln_factorials }
    }

    /// n, the people documented.
    pub(crate) fn n_documented(&self) -> f64 {
        self.containing[0]
    }

    pub(crate) fn ln_factorials(&self) -> f64 {
        self.ln_factorials
    }
}

/// Replaces each f(θ) by the sum of f(h) over h ⊇ θ.
pub(crate) fn sum_supersets(values: &mut [f64]) {
    let mut step = 1;
    while step < values.len() {
        for block in values.chunks_exact_mut(2 * step) {
            let (without, with) = block.split_at_mut(step);
            without.iter_mut().zip(with).for_each(|(low, high)| *low += *high);
        }
        step *= 2;
    }
}

/// Replaces each f(h) by the sum of f(θ) over θ ⊆ h.
pub(crate) fn sum_subsets(values: &mut [f64]) {
    let mut step = 1;
    while step < values.len() {
        for block in values.chunks_exact_mut(2 * step) {
            let (without, with) = block.split_at_mut(step);
            with.iter_mut().zip(without).for_each(|(high, low)| *high += *low);
        }
        step *= 2;
    }
}

/// Replaces each f(h) by the product of f(θ) over θ ⊆ h.
pub(crate) fn multiply_subsets(values: &mut [f64]) {
    let mut step = 1;
    while step < values.len() {
        for block in values.chunks_exact_mut(2 * step) {
            let (without, with) = block.split_at_mut(step);
            with.iter_mut().zip(without).for_each(|(high, low)| *high *= *low);
        }
        step *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_products_over_supersets_and_subsets_agree_with_their_definition() {
        let values: Vec<f64> = (0..32).map(|h| f64::from(h * h % 7 + 1)).collect();
        let (mut up, mut down, mut products) = (values.clone(), values.clone(), values.clone());
        sum_supersets(&mut up);
        sum_subsets(&mut down);
        multiply_subsets(&mut products);
        for set in 0..32usize {
            let above: f64 = (0..32).filter(|h| h & set == set).map(|h| values[h]).sum();
            let below: f64 = (0..32).filter(|h| h & set == *h).map(|h| values[h]).sum();
            let product: f64 = (0..32).filter(|h| h & set == *h).map(|h| values[h]).product();
            assert_eq!((up[set], down[set]), (above, below));
            assert!((products[set] / product - 1.0).abs() < 1e-14);
        }
    }
}
