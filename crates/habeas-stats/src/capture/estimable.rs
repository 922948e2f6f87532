//! The checks that a table must pass before any estimator sees it.

use super::{CaptureHistories, Overlap, Remark, overlap::members};
use crate::refusal::{Reason, Refusal, Warning};

/// No estimator takes fewer lists: with two, dependence between them cannot even be seen.
pub const MIN_LISTS: usize = 3;

/// Fewer people are refused: one match more or less would decide the figure.
pub const MIN_PEOPLE: u64 = 5;

/// A smaller list counts as comparable in size, and so as a possible copy, from this share of the larger list on.
/// A short list that lies wholly inside a register eleven times its size is what independent registration looks like
/// when the register is good; two lists of like size do not agree by being good.
const COPY_MIN_SIZE_RATIO: f64 = 0.5;

/// Two comparable lists look like copies when at least this share of the smaller is on the larger.
const COPY_MIN_CONTAINED: f64 = 0.9;

/// The other lists «hardly overlap» with a pair when they share less than this part of the smaller side with it.
/// Containment alone is no proof of copying: where nearly everyone is known, good lists contain one another, but then
/// the others contain them too. Lists that hold 90 % of one another and miss nearly everyone whom a third list knows
/// cannot both be good and independent. Of all published tables used in the tests, those with a contained pair have a
/// share of 0.30 and more here; a pair of registers of which one was made from the other had 0.01.
const HARDLY_OVERLAPS: f64 = 0.1;

/// More people than this are a mistake; lnΓ in double precision can no longer tell neighbouring totals apart.
const MOST_PEOPLE: u64 = 10_000_000_000;

/// Lists below this size are marked as small, and are too small to be called copies.
pub const SMALL_LIST: u64 = 10;

/// What a method needs of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// The method, as in the command line.
    pub method: &'static str,
    /// The most lists that the method can handle.
    pub max_lists: usize,
    /// What becomes of lists that share nobody with the others.
    pub islands: Islands,
}

/// What a method makes of an overlap graph that is not connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Islands {
    /// Nothing ties the islands to one another but the prior: no estimate.
    Refused,
    /// Each model is checked by itself for whether the table determines it, so that islands are a warning.
    Warned,
}

/// A statement that two lists descend from one another, so that together they are one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependence {
    /// Indices of the two lists in the table.
    pub lists: (usize, usize),
    /// How this is known, in the words of whoever says so.
    pub reason: String,
}

/// Two lists of similar size of which one nearly contains the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NearCopy {
    larger: usize,
    smaller: usize,
    shared: u64,
    others_size: u64,
    others_shared: u64,
    /// Whether the other lists hardly overlap with the pair.
    isolated: bool,
}

/// A table that an estimator may use: at least 5 people on at least 3 non-empty, distinct, connected lists, within the
/// method's limit.
///
/// Empty lists are gone and lists declared to descend from one another are merged; [`Self::remarks`] says so.
#[derive(Clone, Debug, PartialEq)]
pub struct EstimableHistories {
    histories: CaptureHistories,
    overlap: Overlap,
    need: Need,
    near_copies: Vec<NearCopy>,
    remarks: Vec<Remark>,
    input: super::TableId,
}

impl EstimableHistories {
    /// Checks a table, after merging the lists that are declared to descend from one another.
    ///
    /// # Errors
    /// A [`Refusal`] that lists every check that failed.
    ///
    /// # Panics
    /// When a declared dependence names a list that the table does not have.
    pub fn with_dependences(
        histories: &CaptureHistories,
        need: Need,
        dependences: &[Dependence],
    ) -> Result<Self, Refusal> {
        let sizes = histories.list_sizes();
        let groups = merged_groups(&sizes, dependences);
        let mut remarks: Vec<Remark> = (0..sizes.len())
            .filter(|&list| sizes[list] == 0)
            .map(|list| Remark::EmptyList { list: histories.lists()[list].clone() })
            .collect();
        let input = histories.id();
        let merged = histories.regrouped(&groups);
        for (group, name) in groups.iter().zip(merged.lists()) {
            if group.len() > 1 {
                remarks.push(Remark::MergedLists { list: name.clone() });
            }
        }
        let overlap = Overlap::of(&merged);
        let near_copies = near_copies(&merged, &overlap);

        let mut reasons = Vec::new();
        let n_lists = merged.n_lists();
        if n_lists < MIN_LISTS {
            reasons.push(if groups.iter().any(|group| group.len() > 1) {
                let names = |group: &Vec<usize>| group.iter().map(|&list| histories.lists()[list].clone()).collect();
                let groups = groups.iter().filter(|group| group.len() > 1).map(names).collect();
                Reason::DependentLists { groups, n_sources: n_lists }
            } else {
                Reason::TooFewLists { n_lists, n_documented: merged.n_documented() }
            });
        }
        if n_lists >= MIN_LISTS && merged.n_documented() < MIN_PEOPLE {
            reasons.push(Reason::TooFewPeople { n_documented: merged.n_documented() });
        }
        if merged.n_documented() > MOST_PEOPLE {
            reasons.push(Reason::TooManyPeople { n_documented: merged.n_documented() });
        }
        reasons.extend(duplicates(&merged, &overlap));
        reasons.extend(copies_that_leave_too_few(&merged, &near_copies));
        if overlap.n_on_several() == 0 && n_lists > 1 {
            reasons.push(Reason::NoOverlap);
        } else if overlap.islands.len() > 1 && need.islands == Islands::Refused {
            reasons.push(Reason::Island { islands: overlap.island_names() });
        }
        if n_lists > need.max_lists {
            reasons.push(Reason::TooManyLists { n_lists, limit: need.max_lists, method: need.method });
        }
        let mut reasons = reasons.into_iter();
        match reasons.next() {
            Some(first) => Err(Refusal::new(first, reasons, Some(overlap))),
            None => Ok(Self { histories: merged, overlap, need, near_copies, remarks, input }),
        }
    }

    /// The table as it goes into the estimate.
    pub fn histories(&self) -> &CaptureHistories {
        &self.histories
    }

    /// How its lists overlap.
    pub fn overlap(&self) -> &Overlap {
        &self.overlap
    }

    /// What the table was checked for.
    pub fn need(&self) -> Need {
        self.need
    }

    /// The lists that were left out or merged.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// The identity of the table as it was handed in, before lists were left out or merged.
    pub fn input(&self) -> super::TableId {
        self.input
    }

    /// Checks the same table for another method.
    pub(crate) fn recheck(&self, need: Need) -> Result<Self, Refusal> {
        Self::with_dependences(&self.histories, need, &[])
    }

    /// The warnings that the table alone gives rise to.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let name = |list: usize| self.overlap.lists[list].clone();
        let small = (0..self.overlap.sizes.len())
            .filter(|&list| self.overlap.sizes[list] < SMALL_LIST)
            .map(|list| Warning::SmallList { list: name(list), people: self.overlap.sizes[list] });
        let copies = self.near_copies.iter().map(|copy| Warning::CopiedList {
            larger: name(copy.larger),
            smaller: name(copy.smaller),
            smaller_size: self.overlap.sizes[copy.smaller],
            shared: copy.shared,
        });
        let islands =
            (self.overlap.islands.len() > 1).then(|| Warning::Island { islands: self.overlap.island_names() });
        small.chain(copies).chain(islands).collect()
    }
}

impl TryFrom<(CaptureHistories, Need)> for EstimableHistories {
    type Error = Refusal;

    fn try_from((histories, need): (CaptureHistories, Need)) -> Result<Self, Refusal> {
        Self::with_dependences(&histories, need, &[])
    }
}

/// Groups of non-empty lists, each one source, in order of their first list.
fn merged_groups(sizes: &[u64], dependences: &[Dependence]) -> Vec<Vec<usize>> {
    let mut source: Vec<usize> = (0..sizes.len()).collect();
    for Dependence { lists: (first, second), .. } in dependences {
        let (keep, gone) = (source[*first].min(source[*second]), source[*first].max(source[*second]));
        source.iter_mut().filter(|group| **group == gone).for_each(|group| *group = keep);
    }
    (0..sizes.len())
        .map(|group| (0..sizes.len()).filter(|&list| source[list] == group && sizes[list] > 0).collect::<Vec<_>>())
        .filter(|group| !group.is_empty())
        .collect()
}

fn duplicates(table: &CaptureHistories, overlap: &Overlap) -> Vec<Reason> {
    pairs(table.n_lists())
        .filter(|&(i, j)| {
            let shared = overlap.pairwise[i][j];
            shared > 0 && shared == overlap.sizes[i] && shared == overlap.sizes[j]
        })
        .map(|(i, j)| Reason::DuplicateList {
            first: table.lists()[i].clone(),
            second: table.lists()[j].clone(),
            people: overlap.sizes[i],
        })
        .collect()
}

fn near_copies(table: &CaptureHistories, overlap: &Overlap) -> Vec<NearCopy> {
    let mut found = Vec::new();
    for (i, j) in pairs(table.n_lists()) {
        let (larger, smaller) = if overlap.sizes[i] >= overlap.sizes[j] { (i, j) } else { (j, i) };
        let (larger_size, smaller_size) = (overlap.sizes[larger], overlap.sizes[smaller]);
        let shared = overlap.pairwise[i][j];
        let comparable = smaller_size as f64 >= COPY_MIN_SIZE_RATIO * larger_size as f64;
        let contained = shared as f64 >= COPY_MIN_CONTAINED * smaller_size as f64;
        if smaller_size < SMALL_LIST || !comparable || !contained {
            continue;
        }
        let pair = 1u32 << i | 1 << j;
        let pair_size = table.count_where(|mask| mask & pair != 0);
        let others_size = table.count_where(|mask| mask & !pair != 0);
        let others_shared = table.count_where(|mask| mask & pair != 0 && mask & !pair != 0);
        let isolated = (others_shared as f64) < HARDLY_OVERLAPS * pair_size.min(others_size) as f64;
        found.push(NearCopy { larger, smaller, shared, others_size, others_shared, isolated });
    }
    found
}

/// Near-copies whose people the other lists hardly know, when counting each group of copies as one leaves too few.
fn copies_that_leave_too_few(table: &CaptureHistories, near_copies: &[NearCopy]) -> Vec<Reason> {
    let isolated: Vec<&NearCopy> = near_copies.iter().filter(|copy| copy.isolated).collect();
    let as_dependences: Vec<Dependence> =
        isolated.iter().map(|copy| Dependence { lists: (copy.larger, copy.smaller), reason: String::new() }).collect();
    if merged_groups(&table.list_sizes(), &as_dependences).len() >= MIN_LISTS {
        return Vec::new();
    }
    let sizes = table.list_sizes();
    isolated
        .iter()
        .map(|copy| Reason::CopiedList {
            larger: table.lists()[copy.larger].clone(),
            smaller: table.lists()[copy.smaller].clone(),
            smaller_size: sizes[copy.smaller],
            shared: copy.shared,
            others: members(!(1 << copy.larger | 1 << copy.smaller))
                .take_while(|&list| list < table.n_lists())
                .map(|list| table.lists()[list].clone())
                .collect(),
            others_size: copy.others_size,
            others_shared: copy.others_shared,
        })
        .collect()
}

fn pairs(n_lists: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n_lists).flat_map(move |i| (i + 1..n_lists).map(move |j| (i, j)))
}
