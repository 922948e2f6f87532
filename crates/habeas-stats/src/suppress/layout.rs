//! The cells of a release, and of all before it, as sums of combinations of categories.
//!
//! With earlier releases each combination is split into those counted at the first release and those that have come in by
//! each later one: every count of every release is then a sum of the parts up to it, and one system holds them all.

use std::collections::BTreeMap;

use super::{
    Earlier, MOST_COMBINATIONS, Policy, ReleasedCell, Shown, SuppressError, TableSpec,
    audit::{Cell, System},
};
use crate::tally::{Label, Tally};

type Key = Vec<Option<Label>>;

/// Everything that is stated or follows.
pub(super) struct Layout {
    /// The labels of each cell.
    pub(super) keys: Vec<Key>,
    /// The cells.
    pub(super) system: System,
    /// Whether the cell is of the release that is being made.
    pub(super) is_now: Vec<bool>,
    /// Whether the cell can still be withheld.
    pub(super) may_be_withheld: Vec<bool>,
    /// What is withheld whatever is decided.
    pub(super) withheld: Vec<bool>,
    /// Whether a small count of the cell has to be protected.
    pub(super) sensitive: Vec<bool>,
}

impl Layout {
    pub(super) fn of(
        tally: &Tally,
        tables: &[TableSpec],
        named: Option<&Tally>,
        earlier: &[Earlier],
        policy: Policy,
    ) -> Result<Self, SuppressError> {
        let n_dimensions = tally.n_categories().len();
        for other in named.into_iter().chain(earlier.iter().map(|release| &release.tally)) {
            if other.n_categories() != tally.n_categories() {
                return Err(SuppressError::Named { found: other.n_categories().len(), expected: n_dimensions });
            }
        }
        let specs = || tables.iter().chain(earlier.iter().flat_map(|release| &release.tables));
        let mut used: Vec<usize> = specs().flat_map(|table| table.dimensions.iter().copied()).collect();
        used.sort_unstable();
        used.dedup();
        for table in specs() {
            tally.check_dimensions(&table.dimensions)?;
        }
        let n_combinations = used
            .iter()
            .try_fold(1usize, |n, &dimension| n.checked_mul(*tally.n_categories().get(dimension)? as usize + 2))
            .unwrap_or(usize::MAX);
        if n_combinations > MOST_COMBINATIONS {
            return Err(SuppressError::TooFine { found: n_combinations });
        }
        let combinations = tally.table(&used)?;
        let counts_of = |tally: &Tally| -> Result<Vec<u64>, SuppressError> {
            Ok(tally.table(&used)?.iter().map(|bounds| bounds.low).collect())
        };
        let labels: Vec<Vec<Label>> = combinations.into_iter().map(|bounds| bounds.labels).collect();
        let now = counts_of(tally)?;
        let before = earlier.iter().map(|release| counts_of(&release.tally)).collect::<Result<Vec<_>, _>>()?;
        let mut steps: Vec<&[u64]> = before.iter().map(Vec::as_slice).collect();
        steps.push(&now);
        let grows = steps.windows(2).all(|two| two[0].iter().zip(two[1]).all(|(before, after)| before <= after));
        let joined: &[Earlier] = if grows { earlier } else { &[] };
        let steps = if grows { steps } else { vec![now.as_slice()] };

        let people_named = named.map(&counts_of).transpose()?.unwrap_or_else(|| vec![0; now.len()]);
        let named_of = |u: usize| people_named[u].min(now[u]);
        let n = now.len();
        let parts_until = |step: usize, u: usize| (0..=step).map(move |step| step * n + u);
        let last = steps.len() - 1;
        let counts = (0..steps.len()).flat_map(|step| {
            let before = step.checked_sub(1).map(|before| steps[before]);
            steps[step].iter().enumerate().map(move |(u, count)| count - before.map_or(0, |before| before[u]))
        });
        let at_least = (0..n).map(|u| (parts_until(last, u).collect(), named_of(u)));
        let system = System {
            counts: counts.collect(),
            at_least: at_least.filter(|(_, least)| *least > 0).collect(),
            cells: Vec::new(),
        };
        let mut layout = Self {
            keys: Vec::new(),
            system,
            is_now: Vec::new(),
            may_be_withheld: Vec::new(),
            withheld: Vec::new(),
            sensitive: Vec::new(),
        };
        let fits = |key: &Key, u: usize| {
            used.iter().zip(&labels[u]).all(|(dimension, label)| key[*dimension].is_none_or(|wanted| wanted == *label))
        };
        let wanted = cells_of(tables, &labels, &used, n_dimensions);
        for (key, sensitive) in &wanted {
            let inside: Vec<usize> = (0..n).filter(|u| fits(key, *u)).collect();
            let mut members: Vec<usize> = inside.iter().flat_map(|u| parts_until(last, *u)).collect();
            members.sort_unstable();
            let count = inside.iter().map(|u| now[*u]).sum();
            let cell = Cell { members, count, named: inside.iter().map(|u| named_of(*u)).sum(), unstated: false };
            layout.push(key, cell, Standing { is_now: true, free: *sensitive, withheld: false, sensitive: *sensitive });
            // A change is what has come in since an earlier release showed the same cell.
            for (step, release) in joined.iter().enumerate().filter(|_| *sensitive) {
                let shown = release.cells.iter().find(|cell| cell.labels == *key).map(|cell| cell.shown);
                if let Some(Shown::Count(_)) = shown {
                    let mut members: Vec<usize> =
                        inside.iter().flat_map(|u| (step + 1..=last).map(move |step| step * n + u)).collect();
                    members.sort_unstable();
                    let count = members.iter().map(|member| layout.system.counts[*member]).sum();
                    let cell = Cell { members, count, named: 0, unstated: true };
                    layout.push(key, cell, Standing { is_now: false, free: true, withheld: true, sensitive: true });
                }
            }
        }
        for (step, release) in joined.iter().enumerate() {
            let sensitive = cells_of(&release.tables, &labels, &used, n_dimensions);
            for ReleasedCell { labels: key, shown } in &release.cells {
                let inside: Vec<usize> = (0..n).filter(|u| fits(key, *u)).collect();
                let mut members: Vec<usize> = inside.iter().flat_map(|u| parts_until(step, *u)).collect();
                members.sort_unstable();
                let count = inside.iter().map(|u| steps[step][*u]).sum();
                let withheld = *shown == Shown::Withheld;
                let protected = withheld && sensitive.get(key).copied().unwrap_or(false);
                let cell = Cell { members, count, named: 0, unstated: false };
                layout.push(key, cell, Standing { is_now: false, free: false, withheld, sensitive: protected });
            }
        }
        if !grows {
            let n_cells = small_differences(&layout, earlier, policy);
            if n_cells > 0 {
                return Err(SuppressError::AlreadyTold { n_cells });
            }
        }
        Ok(layout)
    }

    fn push(&mut self, key: &Key, cell: Cell, standing: Standing) {
        self.keys.push(key.clone());
        self.system.cells.push(cell);
        self.is_now.push(standing.is_now);
        self.may_be_withheld.push(standing.free);
        self.withheld.push(standing.withheld);
        self.sensitive.push(standing.sensitive);
    }
}

struct Standing {
    is_now: bool,
    free: bool,
    withheld: bool,
    sensitive: bool,
}

/// Counts that an earlier release has told up to a small difference, or whose small difference tells who has left.
fn small_differences(layout: &Layout, earlier: &[Earlier], policy: Policy) -> usize {
    let small = |count: u64| (1..policy.threshold).contains(&count);
    let sensitive = (0..layout.keys.len()).filter(|&cell| layout.is_now[cell] && layout.sensitive[cell]);
    sensitive
        .filter(|&cell| {
            let count = layout.system.cells[cell].count;
            earlier.iter().flat_map(|release| &release.cells).any(|before| match before.shown {
                Shown::Count(shown) if before.labels == layout.keys[cell] => {
                    small(count.abs_diff(shown)) || (small(count) && small(shown))
                }
                _ => false,
            })
        })
        .count()
}

/// Every cell of some tables with their margins, and whether it has to be protected: a cell that also belongs to a table
/// that is shown exactly is not.
fn cells_of(tables: &[TableSpec], labels: &[Vec<Label>], used: &[usize], n_dimensions: usize) -> BTreeMap<Key, bool> {
    let mut cells: BTreeMap<Key, bool> = BTreeMap::new();
    for table in tables {
        for margin in margins(&table.dimensions) {
            for combination in labels {
                let mut key = vec![None; n_dimensions];
                for (place, dimension) in used.iter().enumerate().filter(|(_, dimension)| margin.contains(dimension)) {
                    key[*dimension] = Some(combination[place]);
                }
                let sensitive = cells.entry(key).or_insert(true);
                *sensitive &= table.sensitive;
            }
        }
    }
    cells
}

/// Every set of dimensions that a table sums to, the empty set being the grand total.
fn margins(table: &[usize]) -> Vec<Vec<usize>> {
    let chosen = 0u32..1 << table.len();
    chosen.map(|chosen| (0..table.len()).filter(|at| chosen >> at & 1 == 1).map(|at| table[at]).collect()).collect()
}
