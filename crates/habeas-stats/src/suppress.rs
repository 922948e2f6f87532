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
mod layout;

use audit::{Cell, System};
use layout::Layout;

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

impl Policy {
    /// Whether a count has to be protected, or what is left of it without those who are named in public.
    fn is_small(self, count: u64, named: u64) -> bool {
        let small = |count: u64| (1..self.threshold).contains(&count);
        small(count) || (named > 0 && small(count.saturating_sub(named)))
    }
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

/// A table that is to be released, with all its margins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSpec {
    /// The dimensions of the tally that it crosses.
    pub dimensions: Vec<usize>,
    /// Whether a small count of it points at a person. Tables that do not are shown exactly: the dead are not rounded away.
    pub sensitive: bool,
}

/// What an earlier release has told of the same dimensions, withdrawn ones included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The people as they were counted then, with the categories of today.
    pub tally: Tally,
    /// The cells as readers have them.
    pub cells: Vec<ReleasedCell>,
    /// The tables.
    pub tables: Vec<TableSpec>,
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
    /// Earlier releases leave no choice: what is to be protected follows from them alone, or from them and what is exact.
    #[error("{n_cells} counts follow from earlier releases together with this one, whatever is withheld now")]
    AlreadyTold {
        /// Such counts.
        n_cells: usize,
    },
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

/// Decides what may be shown of several sensitive tables over the same tally, each with all its margins.
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
    let tables: Vec<TableSpec> =
        tables.iter().map(|dimensions| TableSpec { dimensions: dimensions.clone(), sensitive: true }).collect();
    release_beside(tally, &tables, named, policy, &[])
}

/// Decides what may be shown beside everything that was shown before.
///
/// Tables that have no dimension in common share only the total. Where every release shows it they are judged apart, since
/// any tables of whole numbers with one total are margins of some table of both; else together, which can be too fine.
///
/// `earlier` is in order of time. Where nobody has left a count since, a reader may take it that counts only grow; then
/// what has come in between two releases is a count too, and a small one in a sensitive table is protected like any other.
/// Where some count has shrunk, as after a correction, a reader can only compare, and small differences block.
///
/// # Errors
/// [`SuppressError`]; nothing is released then.
pub fn release_beside(
    tally: &Tally,
    tables: &[TableSpec],
    named: Option<&Tally>,
    policy: Policy,
    earlier: &[Earlier],
) -> Result<(Released, Withholding), SuppressError> {
    if policy.threshold < 2 || !(2..=MOST_PROTECT).contains(&policy.protect) {
        return Err(SuppressError::Policy);
    }
    let parts = components(tables.iter().chain(earlier.iter().flat_map(|release| &release.tables)));
    if parts.len() < 2 {
        return release_part(tally, tables, named, policy, earlier);
    }
    match release_apart(tally, tables, named, policy, earlier, &parts)? {
        Some(released) => Ok(released),
        None => release_part(tally, tables, named, policy, earlier),
    }
}

/// Each part for itself, with the total shown; `None` where some release withholds the total, or some part would have to.
fn release_apart(
    tally: &Tally,
    tables: &[TableSpec],
    named: Option<&Tally>,
    policy: Policy,
    earlier: &[Earlier],
    parts: &[Vec<usize>],
) -> Result<Option<(Released, Withholding)>, SuppressError> {
    let is_total = |cell: &&ReleasedCell| cell.labels.iter().all(Option::is_none);
    let was_withheld =
        |release: &Earlier| release.cells.iter().find(is_total).map(|cell| cell.shown) == Some(Shown::Withheld);
    let is_exact = tables.iter().any(|table| !table.sensitive);
    let total: u64 = tally.table(&[])?.iter().map(|bounds| bounds.low).sum();
    let people_named: u64 =
        named.map(|named| named.table(&[])).transpose()?.iter().flatten().map(|bounds| bounds.low).sum();
    if earlier.iter().any(was_withheld) || (!is_exact && policy.is_small(total, people_named)) {
        return Ok(None);
    }
    let mut cells: BTreeMap<Vec<Option<Label>>, Shown> = BTreeMap::new();
    let mut withholding = Withholding { n_small: 0, n_beside: 0 };
    for dimensions in parts {
        let within = |table: &&TableSpec| table.dimensions.iter().all(|dimension| dimensions.contains(dimension));
        let of_part = |cell: &&ReleasedCell| {
            cell.labels.iter().enumerate().all(|(at, label)| label.is_none() || dimensions.contains(&at))
        };
        let total_alone = TableSpec { dimensions: Vec::new(), sensitive: false };
        let here: Vec<TableSpec> = tables.iter().filter(within).cloned().chain([total_alone]).collect();
        let before: Vec<Earlier> = earlier
            .iter()
            .map(|release| Earlier {
                tally: release.tally.clone(),
                cells: release.cells.iter().filter(of_part).cloned().collect(),
                tables: release.tables.iter().filter(within).cloned().collect(),
            })
            .collect();
        let (part, withheld) = match release_part(tally, &here, named, policy, &before) {
            Err(SuppressError::Unprotected { .. }) if !is_exact => return Ok(None),
            judged => judged?,
        };
        cells.extend(part.cells.into_iter().map(|cell| (cell.labels, cell.shown)));
        withholding.n_small += withheld.n_small;
        withholding.n_beside += withheld.n_beside;
    }
    let cells = cells.into_iter().map(|(labels, shown)| ReleasedCell { labels, shown });
    Ok(Some((Released { cells: cells.collect() }, withholding)))
}

/// Dimensions that tables tie together.
fn components<'t>(tables: impl Iterator<Item = &'t TableSpec>) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for table in tables {
        let (tied, apart): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|part| table.dimensions.iter().any(|dimension| part.contains(dimension)));
        let mut whole: Vec<usize> = tied.into_iter().flatten().chain(table.dimensions.iter().copied()).collect();
        whole.sort_unstable();
        whole.dedup();
        parts = apart;
        parts.push(whole);
    }
    parts.sort();
    parts
}

/// The same for tables that hang together.
fn release_part(
    tally: &Tally,
    tables: &[TableSpec],
    named: Option<&Tally>,
    policy: Policy,
    earlier: &[Earlier],
) -> Result<(Released, Withholding), SuppressError> {
    let Layout { keys, system, is_now, may_be_withheld, mut withheld, sensitive } =
        Layout::of(tally, tables, named, earlier, policy)?;
    let is_small = |cell: &Cell| policy.is_small(cell.count, cell.named);
    let small: Vec<usize> =
        (0..system.cells.len()).filter(|&cell| sensitive[cell] && is_small(&system.cells[cell])).collect();
    let told: Vec<usize> = small.iter().copied().filter(|&cell| !withheld[cell] && !may_be_withheld[cell]).collect();
    if !told.is_empty() {
        return Err(SuppressError::AlreadyTold { n_cells: told.len() });
    }
    small.iter().for_each(|&cell| withheld[cell] = true);

    let mut rounds_left = MOST_BESIDE_PER_SMALL * small.len() + A_FEW;
    while let Some(failing) = first_failing(&system, &withheld, &small, policy) {
        let help = cheapest_help(&system, &withheld, failing, &keys, &may_be_withheld).filter(|_| rounds_left > 0);
        let Some(cell) = help else {
            let fixed = earlier.iter().any(|release| !release.cells.is_empty());
            let n_now = withheld.iter().zip(&is_now).filter(|(withheld, now)| **withheld && **now).count();
            return Err(match (fixed, n_now) {
                (true, 0) => SuppressError::AlreadyTold { n_cells: 1 },
                _ => SuppressError::Unprotected { merge: dimension_to_merge(&keys, &withheld) },
            });
        };
        withheld[cell] = true;
        rounds_left -= 1;
    }
    reconsider(&system, &mut withheld, &small, policy, &keys, &may_be_withheld);
    let now = || (0..system.cells.len()).filter(|&cell| is_now[cell]);
    let n_withheld = now().filter(|&cell| withheld[cell]).count();
    let n_small = small.iter().filter(|&&cell| is_now[cell]).count();
    let cells = now().map(|cell| ReleasedCell {
        labels: keys[cell].clone(),
        shown: if withheld[cell] { Shown::Withheld } else { Shown::Count(system.cells[cell].count) },
    });
    Ok((Released { cells: cells.collect() }, Withholding { n_small, n_beside: n_withheld - n_small }))
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
fn cheapest_help(
    system: &System,
    withheld: &[bool],
    failing: usize,
    keys: &[Vec<Option<Label>>],
    may_be_withheld: &[bool],
) -> Option<usize> {
    let open = system.open_combinations(withheld);
    let component = system.component_of(failing, &open, withheld);
    let is_within = |cell: &Cell, wanted: &dyn Fn(usize) -> bool| {
        cell.members.iter().all(|&member| !open[member] || wanted(member))
    };
    let equations: Vec<usize> = (0..system.cells.len())
        .filter(|&cell| {
            !withheld[cell]
                && !system.cells[cell].unstated
                && system.cells[cell].members.iter().any(|member| component.contains(member))
        })
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
                && may_be_withheld[cell]
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
fn reconsider(
    system: &System,
    withheld: &mut [bool],
    small: &[usize],
    policy: Policy,
    keys: &[Vec<Option<Label>>],
    may_be_withheld: &[bool],
) {
    let is_beside = |cell: &usize| withheld[*cell] && may_be_withheld[*cell] && small.binary_search(cell).is_err();
    let mut beside: Vec<usize> = (0..withheld.len()).filter(is_beside).collect();
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
