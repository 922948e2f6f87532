//! The internal-consistency check: a method is asked for numbers that are known `[binette2022]`.
//!
//! For each list in turn only its people are kept, and its column is dropped: how many of them the other lists show is
//! then a table like any other, and how many there are in all is the size of the list.

use crate::{
    capture::{CaptureHistories, EstimableHistories},
    diagnostics::Value,
    estimate::{
        Stopped,
        fit::{Wanted, fit},
    },
    method::{Method, Seed},
    progress::Progress,
    refusal::Warning,
    sensitivity::{Outcome, lists_worth_leaving_out, outcome},
    special::compensated_sum,
};

/// With fewer lists too few remain without one of them.
const MIN_LISTS: usize = 4;

/// From this many lists with an interval on, fewer than half of them right is a warning.
const MIN_TRIED: usize = 3;

/// What the method says about the known size of each list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Consistency {
    lists: Vec<Checked>,
}

#[derive(Clone, Debug, PartialEq)]
struct Checked {
    list: String,
    known: u64,
    outcome: Result<Outcome, &'static str>,
}

impl Consistency {
    /// Runs the check over the lists that can be left out in reasonable time; `None` for a bound, which is no estimate of anything, and with fewer than 4 lists.
    pub(crate) fn of(
        histories: &EstimableHistories,
        method: &Method,
        seed: Seed,
        progress: &mut dyn Progress,
    ) -> Result<Option<Self>, Stopped> {
        let table = histories.histories();
        if method.is_bound() || table.n_lists() < MIN_LISTS {
            return Ok(None);
        }
        let mut lists = Vec::with_capacity(table.n_lists());
        for list in lists_worth_leaving_out(histories, method) {
            let others = seen_by_others(table, list);
            let method = method.on_lists(others.lists());
            let fitted = match EstimableHistories::try_from((others, method.need())) {
                Ok(others) => fit(&others, &method, Wanted::Point(seed), progress),
                Err(refusal) => Err(refusal.into()),
            };
            let outcome = outcome(fitted, false)?;
            lists.push(Checked { list: table.lists()[list].clone(), known: histories.overlap().sizes[list], outcome });
        }
        Ok(Some(Self { lists }))
    }

    fn covered(&self) -> (usize, usize) {
        let intervals = self.lists.iter().filter_map(|list| Some((list.known, list.outcome.ok()?.interval?)));
        intervals.fold((0, 0), |(covered, tried), (known, (low, high))| {
            (covered + usize::from((low..=high).contains(&known)), tried + 1)
        })
    }

    /// Fewer than half of the known sizes found.
    pub(crate) fn warning(&self) -> Option<Warning> {
        let (covered, tried) = self.covered();
        (tried >= MIN_TRIED && 2 * covered < tried).then_some(Warning::InternalConsistencyPoor { covered, tried })
    }

    pub(crate) fn as_value(&self) -> Value {
        let log_ratio = |checked: &Checked| {
            checked
                .outcome
                .ok()
                .map(|outcome| libm::log(outcome.point / checked.known as f64))
                .filter(|x| x.is_finite())
        };
        let rows = self.lists.iter().map(|checked| {
            let (given, refused) = (checked.outcome.ok(), checked.outcome.err());
            let interval = given.and_then(|outcome| outcome.interval);
            Value::map([
                ("list", checked.list.as_str().into()),
                ("known", checked.known.into()),
                ("estimated", given.map(|outcome| outcome.point).into()),
                ("low", interval.map(|(low, _)| low).into()),
                ("high", interval.map(|(_, high)| high).into()),
                ("log_ratio", log_ratio(checked).into()),
                ("refused", refused.into()),
            ])
        });
        let ratios: Vec<f64> = self.lists.iter().filter_map(log_ratio).collect();
        let n = ratios.len() as f64;
        let mean = (n > 0.0).then(|| compensated_sum(ratios.iter().copied()) / n);
        let deviation = mean.filter(|_| n > 1.0).map(|mean| {
            libm::sqrt(compensated_sum(ratios.iter().map(|ratio| (ratio - mean) * (ratio - mean))) / (n - 1.0))
        });
        let (covered, tried) = self.covered();
        Value::map([
            ("lists", Value::list(rows)),
            ("mean_log_ratio", mean.into()),
            ("sd_log_ratio", deviation.into()),
            ("intervals", tried.into()),
            ("intervals_that_hold_the_known", covered.into()),
        ])
    }
}

/// The people of one list as the others show them; those whom no other list has are the ones to be estimated.
fn seen_by_others(table: &CaptureHistories, list: usize) -> CaptureHistories {
    let of_list = table.counts().filter(|(mask, _)| mask >> list & 1 == 1);
    let seen = of_list.map(|(mask, count)| (mask & !(1 << list), count)).filter(|(mask, _)| *mask != 0);
    let restricted = CaptureHistories::new(table.lists().to_vec(), seen).expect("the masks are those of the table");
    restricted.without_list(list)
}
