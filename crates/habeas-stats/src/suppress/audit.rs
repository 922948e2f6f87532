//! What somebody can work out from a release: which values a withheld count can take.
//!
//! Each published count is an equation over the combinations of categories, each withheld one the knowledge that it is
//! not zero. That a count can take a value is proved by a whole table of integers with that value that satisfies
//! everything known, found by narrowing ranges and trying; a search that grows too long counts as «cannot».

use std::collections::BTreeSet;

/// Steps of one search before it gives up.
const MOST_STEPS: usize = 4_000;

/// Values of one count that are tried, nearest to the truth first.
const MOST_VALUES: u64 = 40;

/// A count that a table shows: the sum over some combinations, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Indices of the combinations.
    pub members: Vec<usize>,
    /// Their people.
    pub count: u64,
    /// Of them, those who are named in public.
    pub named: u64,
    /// Nowhere stated, not even as withheld: what only follows from others, such as a change between two releases.
    pub unstated: bool,
}

/// All combinations of categories and all cells of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// People per combination.
    pub counts: Vec<u64>,
    /// Combinations that together hold at least so many: people who are named in public.
    pub at_least: Vec<(Vec<usize>, u64)>,
    /// The cells.
    pub cells: Vec<Cell>,
}

/// The least and the greatest value of each combination that is not excluded yet.
type Ranges = Vec<(u64, u64)>;

/// Something that is known: the sum over some combinations is this, or at least this.
#[derive(Clone, Debug)]
struct Known {
    members: Vec<usize>,
    least: u64,
    most: u64,
}

impl System {
    /// The combinations that no published count of their own, and no published zero, gives away.
    pub(super) fn open_combinations(&self, withheld: &[bool]) -> Vec<bool> {
        let mut open = vec![true; self.counts.len()];
        for (cell, _) in self.cells.iter().zip(withheld).filter(|(cell, withheld)| !**withheld && !cell.unstated) {
            if cell.count == 0 || cell.members.len() == 1 {
                cell.members.iter().for_each(|&member| open[member] = false);
            }
        }
        open
    }

    /// The open combinations that are tied to those of a cell by published sums.
    pub(super) fn component_of(&self, cell: usize, open: &[bool], withheld: &[bool]) -> BTreeSet<usize> {
        let mut component: BTreeSet<usize> =
            self.cells[cell].members.iter().copied().filter(|&member| open[member]).collect();
        loop {
            let before = component.len();
            for (cell, withheld) in self.cells.iter().zip(withheld) {
                // The grand total and the like tie everything to everything where little is open, and rightly so.
                if !withheld && cell.members.iter().any(|member| component.contains(member)) {
                    component.extend(cell.members.iter().copied().filter(|&member| open[member]));
                }
            }
            if component.len() == before {
                return component;
            }
        }
    }

    /// What a reader of the cells that are not withheld knows.
    pub fn attack(&self, withheld: &[bool]) -> Attack<'_> {
        let stated = self.cells.iter().zip(withheld).filter(|(cell, _)| !cell.unstated);
        let told = stated.map(|(cell, withheld)| Known {
            members: cell.members.clone(),
            least: if *withheld { 1 } else { cell.count },
            most: if *withheld { u64::MAX } else { cell.count },
        });
        let named = self.at_least.iter().filter(|(_, least)| *least > 0);
        let named = named.map(|(members, least)| Known { members: members.clone(), least: *least, most: u64::MAX });
        let mut known: Vec<Known> = told.chain(named).collect();
        let everybody = self.counts.iter().sum::<u64>();
        // Without a published total nobody knows how many there are; twice as many leave room enough.
        let most = everybody.saturating_mul(2).saturating_add(MOST_VALUES);
        let mut ranges: Ranges = vec![(0, most); self.counts.len()];
        let of_member = of_members(&known, self.counts.len());
        let consistent = narrow(&known, &of_member, &mut ranges, &all(&known));
        debug_assert!(consistent, "the truth satisfies everything published");
        // What is settled by now is taken out of the sums.
        known.retain(|known| known.members.iter().any(|&member| ranges[member].0 < ranges[member].1));
        Attack { system: self, known, ranges }
    }
}

/// What a reader knows, and what follows at once.
#[derive(Clone, Debug)]
pub struct Attack<'a> {
    system: &'a System,
    known: Vec<Known>,
    ranges: Ranges,
}

impl Attack<'_> {
    /// Values that a cell can take for all that the reader knows, each proved by a whole table; at most `wanted`, nearest
    /// to the truth first.
    pub fn values_of(&self, cell: usize, wanted: usize) -> Vec<u64> {
        let Cell { members, count, .. } = &self.system.cells[cell];
        let least: u64 = members.iter().map(|&member| self.ranges[member].0).sum();
        let most = members.iter().fold(0u64, |sum, &member| sum.saturating_add(self.ranges[member].1));
        let around = (0..=MOST_VALUES).flat_map(|away| {
            let below = count.checked_sub(away).filter(|_| away > 0);
            [Some(count + away), below].into_iter().flatten()
        });
        let possible = around.filter(|value| (least.max(1)..=most).contains(value));
        possible.filter(|&value| self.can_be(members, value)).take(wanted).collect()
    }

    /// Whether some table of integers gives these combinations this sum and contradicts nothing.
    fn can_be(&self, members: &[usize], value: u64) -> bool {
        let mut known: Vec<Known> = self.tied_to(members);
        known.push(Known { members: members.to_vec(), least: value, most: value });
        let mut ranges = self.ranges.clone();
        let mut steps = 0;
        let of_member = of_members(&known, ranges.len());
        match narrow(&known, &of_member, &mut ranges, &all(&known)) {
            true => self
                .search(&known, &of_member, ranges, &mut steps)
                .is_some_and(|table| self.is_proof(&table, members, value)),
            false => false,
        }
    }

    /// What is known about combinations that are tied to these.
    fn tied_to(&self, members: &[usize]) -> Vec<Known> {
        let is_open = |member: usize| self.ranges[member].0 < self.ranges[member].1;
        let mut reached: BTreeSet<usize> = members.iter().copied().filter(|&member| is_open(member)).collect();
        let mut taken = vec![false; self.known.len()];
        let mut found = true;
        while found {
            found = false;
            for (known, taken) in self.known.iter().zip(&mut taken) {
                if !*taken && known.members.iter().any(|member| reached.contains(member)) {
                    (*taken, found) = (true, true);
                    reached.extend(known.members.iter().copied().filter(|&member| is_open(member)));
                }
            }
        }
        self.known.iter().zip(taken).filter(|(_, taken)| *taken).map(|(known, _)| known.clone()).collect()
    }

    /// Settles one combination after the other, each first as it is in truth; `None` when nothing is found in time.
    fn search(&self, known: &[Known], of_member: &[Vec<usize>], ranges: Ranges, steps: &mut usize) -> Option<Vec<u64>> {
        *steps += 1;
        if *steps > MOST_STEPS {
            return None;
        }
        let open = known.iter().flat_map(|known| &known.members).copied().filter(|&m| ranges[m].0 < ranges[m].1);
        let Some(next) = open.min_by_key(|&member| (ranges[member].1 - ranges[member].0, member)) else {
            // Combinations that nothing ties to the question stay as they are.
            let tied: BTreeSet<usize> = known.iter().flat_map(|known| &known.members).copied().collect();
            let value =
                |member: usize| if tied.contains(&member) { ranges[member].0 } else { self.system.counts[member] };
            return Some((0..ranges.len()).map(value).collect());
        };
        let (least, most) = ranges[next];
        let truth = self.system.counts[next].clamp(least, most);
        let around = (0..=(most - truth).max(truth - least).min(MOST_VALUES)).flat_map(|away| {
            let above = truth.checked_add(away).filter(|value| *value <= most);
            let below = truth.checked_sub(away).filter(|value| away > 0 && *value >= least);
            [above, below].into_iter().flatten()
        });
        for value in around {
            let mut narrower = ranges.clone();
            narrower[next] = (value, value);
            if narrow(known, of_member, &mut narrower, &of_member[next])
                && let Some(table) = self.search(known, of_member, narrower, steps)
            {
                return Some(table);
            }
        }
        None
    }

    /// Adds everything up again: the search is not trusted.
    fn is_proof(&self, table: &[u64], members: &[usize], value: u64) -> bool {
        let sum = |members: &[usize]| members.iter().map(|&member| table[member]).sum::<u64>();
        sum(members) == value
            && self.system.at_least.iter().all(|(members, least)| sum(members) >= *least)
            && self.known.iter().all(|known| (known.least..=known.most).contains(&sum(&known.members)))
    }
}

fn all(known: &[Known]) -> Vec<usize> {
    (0..known.len()).collect()
}

/// What is known of each combination, by its number.
fn of_members(known: &[Known], n_combinations: usize) -> Vec<Vec<usize>> {
    let mut of_member = vec![Vec::new(); n_combinations];
    for (idx, known) in known.iter().enumerate() {
        known.members.iter().for_each(|&member| of_member[member].push(idx));
    }
    of_member
}

/// Narrows ranges by what is known until nothing moves; false when something cannot be.
fn narrow(known: &[Known], of_member: &[Vec<usize>], ranges: &mut Ranges, touched: &[usize]) -> bool {
    let mut waiting: BTreeSet<usize> = touched.iter().copied().collect();
    while let Some(idx) = waiting.pop_first() {
        let Known { members, least, most } = &known[idx];
        let lowest: u64 = members.iter().map(|&member| ranges[member].0).sum();
        let highest = members.iter().fold(0u64, |sum, &member| sum.saturating_add(ranges[member].1));
        if lowest > *most || highest < *least {
            return false;
        }
        for &member in members {
            let (low, high) = ranges[member];
            let up_to = most.saturating_sub(lowest - low);
            let from = least.saturating_sub(highest - high);
            let narrower = (low.max(from), high.min(up_to));
            if narrower.0 > narrower.1 {
                return false;
            }
            if narrower != (low, high) {
                ranges[member] = narrower;
                waiting.extend(&of_member[member]);
                // The sums above are those before this change, which keeps them valid, only less sharp.
            }
        }
    }
    true
}
