//! Which counts of a table may be shown, so that nobody can work out the others.
//!
//! A small count in a table with a sensitive attribute can point at a person. Withholding it is not enough: totals give it
//! back by subtraction, and so do other tables over the same people. Here a cell is withheld together with as many others
//! as it takes for the small one to keep several possible values, whatever is added or subtracted
//! ([`audit`] proves it value by value). Everything is judged together: all tables of a release with all their margins,
//! and the people who are named in public.
//!
//! A zero is never withheld, and whoever reads a release is taken to know that, and to know everything here but the
//! counts. Who also knows the order in which this algorithm chooses may exclude more; that is not audited.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::tally::{Label, Tally, TallyError};

pub mod audit;

use audit::{Cell, System};

/// More combinations of categories than this are no table that anybody reads.
const MOST_COMBINATIONS: usize = 200_000;

/// A margin is worth so many times the cell of equal size: it is what readers look for.
const WORTH_OF_A_MARGIN: f64 = 10.0;

/// Withheld cells beside the small ones are tried one by one whether they can be shown after all, up to this many.
const MOST_RECONSIDERED: usize = 200;

/// The most values that can be asked to stay open.
const MOST_PROTECT: usize = 40;

/// After so many further cells per small one, and a few, the table is called too fine.
const MOST_BESIDE_PER_SMALL: usize = 4;
const A_FEW: usize = 16;

/// When a count is small, and how much must stay open about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Counts from 1 to one below this are small.
    pub threshold: u64,
    /// How many values every small count must still be able to take.
    pub protect: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self { threshold: 5, protect: 3 }
    }
}

/// A count of a release as readers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The count.
    Count(u64),
    /// Not shown; the reason, small itself or a help to others, is the same mark.
    Withheld,
}

/// One cell of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasedCell {
    /// One entry per dimension of the tally; `None` is the total over it.
    pub labels: Vec<Option<Label>>,
    /// What is shown.
    pub shown: Shown,
}

/// Tables that have passed the audit. Only [`release`] makes one; the withheld counts are not in it.
///
/// ```compile_fail
/// let forged = habeas_stats::suppress::Released { cells: Vec::new() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    cells: Vec<ReleasedCell>,
}

impl Released {
    /// The cells of all tables with their margins, each once.
    pub fn cells(&self) -> &[ReleasedCell] {
        &self.cells
    }

    /// What is shown for a cell; `None` when it is in no table of the release.
    pub fn shown(&self, labels: &[Option<Label>]) -> Option<Shown> {
        self.cells.iter().find(|cell| cell.labels == labels).map(|cell| cell.shown)
    }
}

/// What was withheld and why; for those who publish, not for readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withholding {
    /// Cells that are small themselves.
    pub n_small: usize,
    /// Cells withheld so that the small ones cannot be worked out.
    pub n_beside: usize,
}

/// Why nothing is released.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SuppressError {
    /// The threshold must be at least 2, and 2 to 40 values must stay open.
    #[error("the threshold must be at least 2, and between 2 and 40 values must stay open")]
    Policy,
    /// A table names a dimension that does not exist, or one twice.
    #[error("{0}")]
    Tally(#[from] TallyError),
    /// The people named in public are counted over other dimensions.
    #[error("those named in public are counted over {found} dimensions, the table over {expected}")]
    Named {
        /// Their dimensions.
        found: usize,
        /// Dimensions of the tally.
        expected: usize,
    },
    /// Too many combinations of categories.
    #[error("the tables have {found} combinations of categories; at most {MOST_COMBINATIONS} are possible")]
    TooFine {
        /// Combinations.
        found: usize,
    },
    /// Even with everything withheld but the grand total, or with more withheld than is left to read, a small count could
    /// be worked out.
    #[error("small counts cannot be protected; merge categories of dimension {merge}, where most of them lie")]
    Unprotected {
        /// The dimension whose merging touches most of the withheld cells.
        merge: usize,
    },
}

/// Decides what may be shown of several tables over the same tally, each with all its margins.
///
/// `named` counts the people who are named in public, over the same dimensions: whoever reads both subtracts them.
///
/// # Errors
/// [`SuppressError`]; nothing is released then.
pub fn release(
    tally: &Tally,
    tables: &[Vec<usize>],
    named: Option<&Tally>,
    policy: Policy,
) -> Result<(Released, Withholding), SuppressError> {
    if policy.threshold < 2 || !(2..=MOST_PROTECT).contains(&policy.protect) {
        return Err(SuppressError::Policy);
    }
    let Layout { keys, system } = Layout::of(tally, tables, named)?;
    let is_small = |cell: &Cell| {
        let small = |count: u64| (1..policy.threshold).contains(&count);
        small(cell.count) || small(cell.count - system.named_in(cell))
    };
    let small: Vec<usize> = (0..system.cells.len()).filter(|&cell| is_small(&system.cells[cell])).collect();
    let mut withheld = vec![false; system.cells.len()];
    small.iter().for_each(|&cell| withheld[cell] = true);

    let mut rounds_left = MOST_BESIDE_PER_SMALL * small.len() + A_FEW;
    while let Some(failing) = first_failing(&system, &withheld, &small, policy) {
        let help = cheapest_help(&system, &withheld, failing, &keys).filter(|_| rounds_left > 0);
        let Some(cell) = help else {
            return Err(SuppressError::Unprotected { merge: dimension_to_merge(&keys, &withheld) });
        };
        withheld[cell] = true;
        rounds_left -= 1;
    }
    reconsider(&system, &mut withheld, &small, policy, &keys);
    let n_withheld = withheld.iter().filter(|withheld| **withheld).count();
    let cells = keys.into_iter().zip(&system.cells).zip(&withheld).map(|((labels, cell), withheld)| ReleasedCell {
        labels,
        shown: if *withheld { Shown::Withheld } else { Shown::Count(cell.count) },
    });
    let withholding = Withholding { n_small: small.len(), n_beside: n_withheld - small.len() };
    Ok((Released { cells: cells.collect() }, withholding))
}

/// The labels of each cell, and the cells as sums of combinations.
struct Layout {
    keys: Vec<Vec<Option<Label>>>,
    system: System,
}

impl Layout {
    fn of(tally: &Tally, tables: &[Vec<usize>], named: Option<&Tally>) -> Result<Self, SuppressError> {
        let n_dimensions = tally.n_categories().len();
        if let Some(named) = named.filter(|named| named.n_categories() != tally.n_categories()) {
            return Err(SuppressError::Named { found: named.n_categories().len(), expected: n_dimensions });
        }
        let mut used: Vec<usize> = tables.iter().flatten().copied().collect();
        used.sort_unstable();
        used.dedup();
        let n_combinations = used
            .iter()
            .try_fold(1usize, |n, &dimension| n.checked_mul(*tally.n_categories().get(dimension)? as usize + 2));
        for table in tables {
            tally.check_dimensions(table)?;
        }
        let n_combinations = n_combinations.unwrap_or(usize::MAX);
        if n_combinations > MOST_COMBINATIONS {
            return Err(SuppressError::TooFine { found: n_combinations });
        }
        let combinations = tally.table(&used)?;
        let people_named = named.map(|named| named.table(&used)).transpose()?;
        let mut cells: BTreeMap<Vec<Option<Label>>, Cell> = BTreeMap::new();
        let margins = margins(tables);
        for (combination, bounds) in combinations.iter().enumerate() {
            for margin in &margins {
                let mut key = vec![None; n_dimensions];
                for (place, dimension) in used.iter().enumerate().filter(|(_, dimension)| margin.contains(dimension)) {
                    key[*dimension] = Some(bounds.labels[place]);
                }
                let cell = cells.entry(key).or_default();
                cell.members.push(combination);
                cell.count += bounds.low;
            }
        }
        let counts: Vec<u64> = combinations.iter().map(|bounds| bounds.low).collect();
        let named = match people_named {
            Some(people) => people.iter().zip(&counts).map(|(bounds, count)| bounds.low.min(*count)).collect(),
            None => vec![0; counts.len()],
        };
        let (keys, cells) = cells.into_iter().unzip();
        Ok(Self { keys, system: System { counts, named, cells } })
    }
}

/// Every set of dimensions that some table sums to, the empty set being the grand total.
fn margins(tables: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut margins: Vec<Vec<usize>> = tables
        .iter()
        .flat_map(|table| {
            (0u32..1 << table.len()).map(|chosen| {
                let mut margin: Vec<usize> =
                    (0..table.len()).filter(|place| chosen >> place & 1 == 1).map(|place| table[place]).collect();
                margin.sort_unstable();
                margin
            })
        })
        .collect();
    margins.sort();
    margins.dedup();
    margins
}

/// The small cell with the fewest values left, when those are too few.
fn first_failing(system: &System, withheld: &[bool], small: &[usize], policy: Policy) -> Option<usize> {
    let attack = system.attack(withheld);
    let left = small.iter().map(|&cell| (attack.values_of(cell, policy.protect).len(), cell));
    left.filter(|(n_values, _)| *n_values < policy.protect).min().map(|(_, cell)| cell)
}

/// The cell whose withholding helps a failing one at the least cost.
///
/// An equation that holds nothing open but one withheld cell gives that cell away, so these come first: another cell
/// must be withheld in each.
fn cheapest_help(system: &System, withheld: &[bool], failing: usize, keys: &[Vec<Option<Label>>]) -> Option<usize> {
    let open = system.open_combinations(withheld);
    let component = system.component_of(failing, &open, withheld);
    let is_within = |cell: &Cell, wanted: &dyn Fn(usize) -> bool| {
        cell.members.iter().all(|&member| !open[member] || wanted(member))
    };
    let equations: Vec<usize> = (0..system.cells.len())
        .filter(|&cell| !withheld[cell] && system.cells[cell].members.iter().any(|member| component.contains(member)))
        .collect();
    let gives_away = |equation: &&usize| {
        let equation = &system.cells[**equation];
        (0..system.cells.len()).any(|cell| {
            let parts = &system.cells[cell].members;
            withheld[cell]
                && parts.iter().any(|part| equation.members.binary_search(part).is_ok())
                && is_within(equation, &|member| parts.binary_search(&member).is_ok())
        })
    };
    let tight: Vec<usize> = equations.iter().filter(gives_away).copied().collect();
    let cheapest = |equations: &[usize]| {
        let helps = |cell: usize| {
            let candidate = &system.cells[cell];
            let is_part = |equation: usize| {
                let whole = &system.cells[equation].members;
                candidate.members.iter().all(|member| whole.binary_search(member).is_ok())
            };
            let is_grand_total = keys[cell].iter().all(Option::is_none);
            !withheld[cell]
                && !is_grand_total
                && candidate.count > 0
                && equations.iter().any(|&equation| is_part(equation))
        };
        let candidates = (0..system.cells.len()).filter(|&cell| helps(cell));
        candidates.min_by(|&a, &b| cost(system, keys, a).total_cmp(&cost(system, keys, b)).then(a.cmp(&b)))
    };
    cheapest(&tight).or_else(|| cheapest(&equations))
}

/// What readers lose with a cell.
fn cost(system: &System, keys: &[Vec<Option<Label>>], cell: usize) -> f64 {
    let depth = |cell: usize| keys[cell].iter().flatten().count();
    let finest = keys.iter().map(|key| key.iter().flatten().count()).max().unwrap_or(0);
    let worth = if depth(cell) < finest { WORTH_OF_A_MARGIN } else { 1.0 };
    worth * libm::log1p(system.cells[cell].count as f64)
}

/// Shows again what turned out not to be needed, dearest first.
fn reconsider(system: &System, withheld: &mut [bool], small: &[usize], policy: Policy, keys: &[Vec<Option<Label>>]) {
    let mut beside: Vec<usize> =
        (0..withheld.len()).filter(|cell| withheld[*cell] && small.binary_search(cell).is_err()).collect();
    beside.sort_by(|&a, &b| cost(system, keys, b).total_cmp(&cost(system, keys, a)).then(a.cmp(&b)));
    for cell in beside.into_iter().take(MOST_RECONSIDERED) {
        withheld[cell] = false;
        if first_failing(system, withheld, small, policy).is_some() {
            withheld[cell] = true;
        }
    }
}

/// The dimension on which most of the withheld cells have a category of their own.
fn dimension_to_merge(keys: &[Vec<Option<Label>>], withheld: &[bool]) -> usize {
    let n_dimensions = keys.first().map_or(0, Vec::len);
    let touched = |dimension: usize| {
        keys.iter().zip(withheld).filter(|(key, withheld)| **withheld && key[dimension].is_some()).count()
    };
    (0..n_dimensions).max_by_key(|&dimension| (touched(dimension), n_dimensions - dimension)).unwrap_or(0)
}
