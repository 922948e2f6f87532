//! What links between records, decided once, may have done to a figure.
//!
//! A missed link counts one person as two whom fewer lists know, and everything here then says that more are on no list:
//! a figure from decided links is too high where links are missed, and too low where there are wrong ones. How much is
//! found by breaking as many links again and looking how far the figure moves; from there the way back is drawn as a
//! straight line, `[cook1994]`. The figure is convex in the share broken, so the way back is too short rather than too
//! long. A method that chooses among models may jump to another one when links break; where it does not move up, the
//! relative movement of the figure for independent lists stands for its own.

use std::ops::ControlFlow;

use rand_distr::{Binomial, Distribution};
use rayon::prelude::*;

use super::{
    Estimate, Stopped,
    fit::{Wanted, fit},
};
use crate::{
    capture::{CaptureHistories, EstimableHistories},
    estimators::independence,
    progress::{Progress, Shared},
    refusal::Warning,
    sensitivity::{Alternative, AlternativeKind, Outcome, Sensitivity},
    stream::{Purpose, Streams},
};

/// Tables with broken links that are estimated, and where each takes seconds.
const REPLICATES: u64 = 8;
const REPLICATES_WHERE_SLOW: u64 = 2;
/// A share of missed links below which nothing is reckoned.
const LEAST_SHARE: f64 = 0.001;

/// Links that were decided once, not drawn from their posterior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecidedLinks {
    /// Missed less wrong pairs as a share of all pairs of records of one person, as the linkage estimates it; `None`
    /// where nobody has.
    pub net_missed_share: Option<f64>,
}

impl Estimate {
    /// Puts beside the figure what is to be said of the links behind `histories`: that their doubt is not in the
    /// interval and, where the share of missed ones is known, what the figure would be with them.
    ///
    /// # Errors
    /// [`Stopped::Interrupted`] when the hook says stop.
    ///
    /// # Source
    /// `[cook1994]`, simulation and extrapolation.
    pub fn beside_links(
        mut self,
        histories: &EstimableHistories,
        links: DecidedLinks,
        progress: &mut dyn Progress,
    ) -> Result<Self, Stopped> {
        self.warnings.push(Warning::LinksAsDecided);
        let known = links.net_missed_share.filter(|share| share.abs() >= LEAST_SHARE && share.abs() < 1.0);
        let Some(share) = known else { return Ok(self) };
        let growth = self.growth_with_broken_links(histories, share.abs(), progress)?;
        let label = format!("{:.1} %", 100.0 * share);
        let outcome = growth.map(|growth| {
            // Where more links are wrong than missed, breaking some is the way there and not the way back.
            let point = self.point * if share > 0.0 { 2.0 - growth } else { growth };
            Outcome { point: point.max(0.0), interval: None, is_bound: self.method.is_bound() }
        });
        let alternatives = std::mem::take(&mut self.sensitivity.alternatives);
        let links = Alternative { kind: AlternativeKind::MissedLinks, label, outcome: outcome.ok_or("not_estimable") };
        let alternatives = alternatives.into_iter().chain([links]).collect();
        self.sensitivity = Sensitivity::from_alternatives(alternatives, self.point, self.n_documented);
        let inside = |point: f64| {
            let interval = self.intervals.last();
            interval.is_some_and(|interval| interval.low as f64 <= point && point <= interval.high as f64)
        };
        if let Some(Outcome { point, .. }) = outcome.filter(|outcome| !inside(outcome.point)) {
            self.warnings.push(Warning::LinksMissed { share, point });
        }
        Ok(self)
    }

    /// By what factor the figure grows, on average, where a share of the pairs of one person is broken; `None` where most
    /// such tables are refused.
    fn growth_with_broken_links(
        &self,
        histories: &EstimableHistories,
        share: f64,
        progress: &mut dyn Progress,
    ) -> Result<Option<f64>, Stopped> {
        let table = histories.histories();
        // A pair is broken when either of its records is torn off its person.
        let torn = 1.0 - libm::sqrt(1.0 - share);
        let is_slow = self.method.is_slow(table.n_lists());
        let replicates = if is_slow { REPLICATES_WHERE_SLOW } else { REPLICATES };
        let streams = Streams::new(self.seed, Purpose::Links, histories.input().as_bytes());
        let before = independence::maximum_likelihood(table);
        let shared = Shared::new(progress, replicates as usize);
        let growth = |replicate: u64| {
            let table = torn_apart(table, torn, &mut streams.of(replicate));
            let of_independence = independence::maximum_likelihood(&table) / before;
            let checked = EstimableHistories::try_from((table, self.method.need())).map_err(Stopped::from);
            let inside = &mut shared.inside();
            let fitted = checked.and_then(|table| fit(&table, &self.method, Wanted::Point(self.seed), inside));
            match (fitted, shared.finished()) {
                (Err(Stopped::Interrupted), _) | (_, ControlFlow::Break(())) => Err(Stopped::Interrupted),
                (Ok(fit), _) => Ok(Some((fit.point / self.point, of_independence))),
                (Err(Stopped::Refused(_)), _) => Ok(None),
            }
        };
        let growths = (0..replicates).into_par_iter().map(growth).collect::<Result<Vec<_>, Stopped>>()?;
        let given: Vec<(f64, f64)> = growths.into_iter().flatten().collect();
        let mean = |of: fn(&(f64, f64)) -> f64| given.iter().map(of).sum::<f64>() / given.len() as f64;
        let most = 2 * given.len() as u64 > replicates;
        Ok(most.then(|| if mean(|both| both.0) > 1.0 { mean(|both| both.0) } else { mean(|both| both.1) }))
    }
}

/// The table if every record of a person on several lists were torn off with a probability, and counted alone.
fn torn_apart(table: &CaptureHistories, torn: f64, generator: &mut rand_chacha::ChaCha12Rng) -> CaptureHistories {
    let mut counts: Vec<(u32, u64)> = Vec::new();
    for (mask, count) in table.counts() {
        if mask.count_ones() < 2 {
            counts.push((mask, count));
            continue;
        }
        let mut left = vec![(mask, count)];
        for list in (0..table.n_lists()).filter(|list| mask >> list & 1 == 1) {
            let mut next = Vec::with_capacity(2 * left.len());
            for (rest, people) in left {
                let n_torn = Binomial::new(people, torn).expect("a share lies between 0 and 1").sample(generator);
                counts.push((1 << list, n_torn));
                next.push((rest & !(1 << list), n_torn));
                next.push((rest, people - n_torn));
            }
            next.retain(|(rest, people)| *rest != 0 && *people > 0);
            left = next;
        }
        counts.extend(left);
    }
    CaptureHistories::new(table.lists().to_vec(), counts)
        .expect("the same people on the same lists, some of them twice")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::Seed;

    fn lists() -> Vec<String> {
        ["A", "B", "C"].map(str::to_owned).into()
    }

    #[test]
    fn tearing_links_apart_keeps_every_list_as_long_as_it_was() {
        let table = CaptureHistories::new(lists(), [(1, 50), (3, 400), (5, 200), (7, 100), (6, 30)]).unwrap();
        let torn = torn_apart(&table, 0.1, &mut Streams::new(Seed(1), Purpose::Links, b"").of(0));
        assert_eq!(torn.list_sizes(), table.list_sizes());
        assert!(torn.n_documented() > table.n_documented());
    }

    #[test]
    fn nothing_is_torn_where_nobody_is_on_two_lists() {
        let table = CaptureHistories::new(lists(), [(1, 50), (2, 40)]).unwrap();
        assert_eq!(torn_apart(&table, 0.5, &mut Streams::new(Seed(1), Purpose::Links, b"").of(0)), table);
    }
}
