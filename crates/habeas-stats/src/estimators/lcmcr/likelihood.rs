//! The likelihood of the class parameters with the undocumented summed out, and its gradient.
//!
//! ℓ(λ, ν) = Σ_h m_h ln p_h − m ln(1 − p₀), where p_h = Σ_k ν_k Π_j λ_jk^{h_j} (1 − λ_jk)^{1−h_j}: the prior 1/N and the
//! sum over n₀ leave exactly this. Everything is kept as log odds, so that no probability is ever rounded to 0 or 1.

use crate::{capture::CaptureHistories, special::add_exp};

/// Log odds of capture are kept within this bound: 2·10⁻⁹ and its complement. The prior mass beyond is 4·10⁻⁹ per list
/// and class, and within it the products over 32 lists can neither overflow nor vanish.
pub(super) const MAX_LOG_ODDS: f64 = 20.0;

/// Log odds of a stick beyond this bound are 0 or 1 to the last bit of everything that is computed from them.
const MAX_STICK: f64 = 650.0;

/// The table as the sampler needs it: which lists each history names.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) n_lists: usize,
    pub(super) n_classes: usize,
    /// The lists of each history, one after another.
    members: Vec<usize>,
    /// Where the lists of each history begin; one more than histories.
    starts: Vec<usize>,
    /// People per history.
    pub(super) counts: Vec<u64>,
}

impl Table {
    pub(super) fn new(histories: &CaptureHistories, n_classes: usize) -> Self {
        let n_lists = histories.n_lists();
        let (mut members, mut starts, mut counts) = (Vec::new(), vec![0], Vec::new());
        for (mask, count) in histories.counts() {
            members.extend((0..n_lists).filter(|list| mask >> list & 1 == 1));
            starts.push(members.len());
            counts.push(count);
        }
        Self { n_lists, n_classes, members, starts, counts }
    }

    pub(super) fn n_histories(&self) -> usize {
        self.counts.len()
    }

    pub(super) fn lists_of(&self, history: usize) -> &[usize] {
        &self.members[self.starts[history]..self.starts[history + 1]]
    }
}

/// What a level of the tempering moves on: the table with the weight of each history, which need not be whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub(super) table: &'a Table,
    pub(super) counts: &'a [f64],
}

/// A point of the parameter space.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Classes {
    /// Log odds of capture, list × class (row `j` holds all classes of list `j`), then the log odds of the sticks
    /// V_1 … V_{K−1}.
    pub(super) position: Vec<f64>,
    /// α, the concentration of the sticks.
    pub(super) alpha: f64,
}

impl Classes {
    /// Whether all log odds are finite and those of capture lie within their bound.
    pub(super) fn is_inside(&self, table: &Table) -> bool {
        let (odds, sticks) = self.position.split_at(table.n_lists * table.n_classes);
        odds.iter().all(|x| x.abs() <= MAX_LOG_ODDS) && sticks.iter().all(|x| x.is_finite())
    }
}

/// Everything that is computed at a point, in buffers that are used again and again.
#[derive(Clone, Debug)]
pub(super) struct Evaluation {
    /// e^x per list × class: the odds of capture.
    pub(super) odds: Vec<f64>,
    /// V_k and 1 − V_k.
    sticks: Vec<(f64, f64)>,
    /// ν_k.
    pub(super) shares: Vec<f64>,
    /// Π_j (1 − λ_jk).
    missed: Vec<f64>,
    /// ν_k Π_j (1 − λ_jk): the probability of being in class k and on no list.
    pub(super) base: Vec<f64>,
    /// ν_k Π_j λ_jk^{h_j} (1 − λ_jk)^{1−h_j}, history × class.
    pub(super) joint: Vec<f64>,
    /// p_h.
    pub(super) of_history: Vec<f64>,
    /// 1 − p₀.
    pub(super) seen: f64,
    /// Expected people per class, documented and not.
    expected: Vec<f64>,
    /// Expected people per list × class.
    on_list: Vec<f64>,
    weights: Vec<f64>,
}

impl Evaluation {
    pub(super) fn new(table: &Table) -> Self {
        let (lists, classes, histories) = (table.n_lists, table.n_classes, table.n_histories());
        Self {
            odds: vec![0.0; lists * classes],
            sticks: vec![(0.0, 0.0); classes - 1],
            shares: vec![0.0; classes],
            missed: vec![0.0; classes],
            base: vec![0.0; classes],
            joint: vec![0.0; histories * classes],
            of_history: vec![0.0; histories],
            seen: 0.0,
            expected: vec![0.0; classes],
            on_list: vec![0.0; lists * classes],
            weights: vec![0.0; classes],
        }
    }

    /// Computes everything but the gradient at a position.
    pub(super) fn update(&mut self, table: &Table, position: &[f64]) {
        self.update_classes(table, position);
        self.update_histories(table);
    }

    fn update_classes(&mut self, table: &Table, position: &[f64]) {
        let n_classes = table.n_classes;
        let (log_odds, sticks) = position.split_at(table.n_lists * n_classes);
        self.odds.fill(0.0);
        add_exp(log_odds, &mut self.odds);
        let mut left = 1.0;
        for ((stick, &x), share) in self.sticks.iter_mut().zip(sticks).zip(&mut self.shares) {
            let odds = libm::exp(x.clamp(-MAX_STICK, MAX_STICK));
            *stick = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
            *share = left * stick.0;
            left *= stick.1;
        }
        self.shares[n_classes - 1] = left;
        // Π_j (1 + odds) first, then one division per class.
        self.missed.fill(1.0);
        for odds in self.odds.chunks_exact(n_classes) {
            for (product, odds) in self.missed.iter_mut().zip(odds) {
                *product *= 1.0 + odds;
            }
        }
        self.seen = 0.0;
        for ((missed, &share), base) in self.missed.iter_mut().zip(&self.shares).zip(&mut self.base) {
            self.seen += share * ((*missed - 1.0) / *missed);
            *missed = 1.0 / *missed;
            *base = share * *missed;
        }
    }

    fn update_histories(&mut self, table: &Table) {
        let n_classes = table.n_classes;
        for (history, row) in self.joint.chunks_exact_mut(n_classes).enumerate() {
            row.copy_from_slice(&self.base);
            for &list in table.lists_of(history) {
                let odds = &self.odds[list * n_classes..(list + 1) * n_classes];
                row.iter_mut().zip(odds).for_each(|(joint, odds)| *joint *= odds);
            }
            self.of_history[history] = row.iter().sum();
        }
    }

    /// p₀ / (1 − p₀).
    pub(super) fn odds_unseen(&self) -> f64 {
        self.base.iter().sum::<f64>() / self.seen
    }

    /// Probabilities of all observable cells by ascending mask, given that a person is observed.
    pub(super) fn observable_cells(&self, table: &Table) -> Vec<f64> {
        let n_classes = table.n_classes;
        let of_mask = |mask: u32| {
            let of_class = |class: usize| {
                let lists = (0..table.n_lists).filter(|list| mask >> list & 1 == 1);
                self.base[class] * lists.map(|list| self.odds[list * n_classes + class]).product::<f64>()
            };
            (0..n_classes).map(of_class).sum::<f64>() / self.seen
        };
        (1..1 << table.n_lists).map(of_mask).collect()
    }

    /// ℓ for given counts, which need not be whole.
    pub(super) fn log_likelihood(&self, counts: &[f64]) -> f64 {
        let of_histories =
            counts.iter().zip(&self.of_history).map(|(count, &probability)| count * libm::log(probability));
        of_histories.sum::<f64>() - counts.iter().sum::<f64>() * libm::log(self.seen)
    }

    /// Log density of the prior of the log odds and the sticks, given α: λ uniform, V ~ Beta(1, α), with the Jacobian.
    pub(super) fn log_prior(&self, table: &Table, classes: &Classes) -> f64 {
        let (log_odds, sticks) = classes.position.split_at(table.n_lists * table.n_classes);
        // ln λ + ln(1 − λ) = x − 2 ln(1 + e^x), and Π_j (1 + e^x) is at hand.
        let of_odds =
            log_odds.iter().sum::<f64>() + 2.0 * self.missed.iter().map(|&missed| libm::log(missed)).sum::<f64>();
        let of_sticks: f64 = sticks.iter().map(|&x| -softplus(-x) - classes.alpha * softplus(x)).sum();
        of_odds + of_sticks + sticks.len() as f64 * libm::log(classes.alpha)
    }

    /// Gradient of ℓ + log prior with respect to the position.
    pub(super) fn gradient(&mut self, Target { table, counts }: Target<'_>, alpha: f64, gradient: &mut [f64]) {
        let n_classes = table.n_classes;
        self.expected.fill(0.0);
        self.on_list.fill(0.0);
        for (history, row) in self.joint.chunks_exact(n_classes).enumerate() {
            let per_probability = counts[history] / self.of_history[history];
            for ((weight, joint), expected) in self.weights.iter_mut().zip(row).zip(&mut self.expected) {
                *weight = joint * per_probability;
                *expected += *weight;
            }
            for &list in table.lists_of(history) {
                let on_list = &mut self.on_list[list * n_classes..(list + 1) * n_classes];
                on_list.iter_mut().zip(&self.weights).for_each(|(sum, weight)| *sum += weight);
            }
        }
        let unseen_per_base = counts.iter().sum::<f64>() / self.seen;
        for (expected, base) in self.expected.iter_mut().zip(&self.base) {
            *expected += unseen_per_base * base;
        }
        let (of_odds, of_sticks) = gradient.split_at_mut(table.n_lists * n_classes);
        for ((slopes, odds), on_list) in of_odds
            .chunks_exact_mut(n_classes)
            .zip(self.odds.chunks_exact(n_classes))
            .zip(self.on_list.chunks_exact(n_classes))
        {
            for (((slope, odds), on_list), expected) in slopes.iter_mut().zip(odds).zip(on_list).zip(&self.expected) {
                let captured = odds / (1.0 + odds);
                *slope = 1.0 + on_list - captured * (expected + 2.0);
            }
        }
        let mut later: f64 = self.expected[n_classes - 1];
        for (class, slope) in of_sticks.iter_mut().enumerate().rev() {
            let (taken, left) = self.sticks[class];
            *slope = (self.expected[class] + 1.0) * left - taken * (later + alpha);
            later += self.expected[class];
        }
    }
}

/// ln(1 + e^x).
pub(super) fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + libm::log1p(libm::exp(-x)) } else { libm::log1p(libm::exp(x)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table() -> Table {
        let lists = ["A", "B", "C", "D"].map(String::from).to_vec();
        let counts = [(0b0001, 40), (0b0010, 31), (0b0100, 7), (0b1001, 9), (0b0110, 3), (0b1111, 2)];
        Table::new(&CaptureHistories::new(lists, counts).unwrap(), 3)
    }

    fn log_density(table: &Table, counts: &[f64], classes: &Classes) -> f64 {
        let mut evaluation = Evaluation::new(table);
        evaluation.update(table, &classes.position);
        evaluation.log_likelihood(counts) + evaluation.log_prior(table, classes)
    }

    proptest! {
        #[test]
        fn the_gradient_is_that_of_likelihood_and_prior(
            position in proptest::collection::vec(-4.0..4.0_f64, 14),
            alpha in 0.05..5.0_f64,
            power in 0.05..1.0_f64,
        ) {
            let table = table();
            let counts: Vec<f64> = table.counts.iter().map(|&count| power * count as f64).collect();
            let mut classes = Classes { position, alpha };
            let mut evaluation = Evaluation::new(&table);
            evaluation.update(&table, &classes.position);
            let mut gradient = vec![0.0; 14];
            evaluation.gradient(Target { table: &table, counts: &counts }, alpha, &mut gradient);
            for (idx, found) in gradient.into_iter().enumerate() {
                let at = classes.position[idx];
                let step = 1e-5;
                classes.position[idx] = at + step;
                let above = log_density(&table, &counts, &classes);
                classes.position[idx] = at - step;
                let below = log_density(&table, &counts, &classes);
                classes.position[idx] = at;
                let slope = (above - below) / (2.0 * step);
                prop_assert!((slope - found).abs() < 1e-5 * (1.0 + slope.abs()), "{found} {slope}");
            }
        }

        #[test]
        fn the_probabilities_of_all_cells_sum_to_one(position in proptest::collection::vec(-15.0..15.0_f64, 14)) {
            let table = table();
            let mut evaluation = Evaluation::new(&table);
            evaluation.update(&table, &position);
            let observable: f64 = evaluation.observable_cells(&table).iter().sum();
            prop_assert!((observable - 1.0).abs() < 1e-9);
            let missing: f64 = evaluation.base.iter().sum();
            prop_assert!((missing + evaluation.seen - 1.0).abs() < 1e-12);
        }
    }
}
