//! Two editions of one list side by side: which rows are new, which are gone, which were changed, cell by cell.
//!
//! Rows are paired by their content first, as multisets, so that a list that was sorted or numbered anew has nothing added
//! and nothing removed; then by the list's own numbers, where those are unique in both editions and half of the other cells
//! agree: a number that goes to somebody else when a row is put in pairs nobody. What is left is paired where most cells
//! agree, as a question. A row that is gone is an event to look into, never a deletion: whoever was released, found
//! dead or withdrawn by a frightened family looks the same here.

use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Share of the cells that must agree before two leftover rows are shown as one that may have changed.
const ALIKE: f64 = 0.5;

/// Rows of one edition, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Edition {
    header: Vec<String>,
    rows: Vec<(u64, Vec<String>)>,
}

impl Edition {
    /// An edition with this header.
    pub fn new(header: &[String]) -> Self {
        Self { header: header.to_vec(), rows: Vec::new() }
    }

    /// Adds a row: its number, 1 for the first below the header, and its cells.
    pub fn push(&mut self, row: u64, cells: Vec<String>) {
        self.rows.push((row, cells));
    }

    /// Number of its rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn column(&self, header: &str) -> Option<usize> {
        self.header.iter().position(|own| own == header)
    }
}

/// How two rows were found to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pairing {
    /// All shared words are the same, but for the number that the list itself gives.
    Words,
    /// By the number that the list itself gives.
    ListNumber,
    /// Most cells agree: a question, not an answer.
    Alike,
}

/// A row that stands in both editions with other words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedRow {
    /// Its number in the earlier edition.
    pub before: u64,
    /// Its number in the later edition.
    pub after: u64,
    /// Headers of the cells that differ.
    pub columns: Vec<String>,
    /// How the two were paired.
    pub by: Pairing,
}

/// What a later edition has and has not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Rows whose words are the same, by their numbers in the earlier and in the later edition.
    pub same: Vec<(u64, u64)>,
    /// Rows of the later edition alone.
    pub added: Vec<u64>,
    /// Rows of the earlier edition alone: each is an event to look into.
    pub removed: Vec<u64>,
    /// Rows with other words.
    pub changed: Vec<ChangedRow>,
    /// Headers of the later edition alone.
    pub new_columns: Vec<String>,
    /// Headers of the earlier edition alone.
    pub lost_columns: Vec<String>,
}

/// Compares two editions on the columns that both have. `list_number` is the header of the list's own numbers.
pub fn compare(before: &Edition, after: &Edition, list_number: Option<&str>) -> Difference {
    let shared: Vec<(usize, usize)> =
        before.header.iter().enumerate().filter_map(|(idx, header)| Some((idx, after.column(header)?))).collect();
    let only = |one: &Edition, other: &Edition| {
        one.header.iter().filter(|header| other.column(header).is_none()).cloned().collect::<Vec<_>>()
    };
    let mut difference =
        Difference { new_columns: only(after, before), lost_columns: only(before, after), ..Difference::default() };
    let mut left: Vec<bool> = vec![true; before.rows.len()];
    let mut right: Vec<bool> = vec![true; after.rows.len()];
    let mut pair = |(l, r): (usize, usize), by: Pairing, left: &mut [bool], right: &mut [bool]| {
        (left[l], right[r]) = (false, false);
        let (before_row, after_row) = (&before.rows[l], &after.rows[r]);
        let columns: Vec<String> = shared
            .iter()
            .filter(|(b, a)| cell(&before_row.1, *b) != cell(&after_row.1, *a))
            .map(|(b, _)| before.header[*b].clone())
            .collect();
        if columns.is_empty() {
            difference.same.push((before_row.0, after_row.0));
        } else {
            difference.changed.push(ChangedRow { before: before_row.0, after: after_row.0, columns, by });
        }
    };
    for found in alike_in_words(before, after, &shared, &left, &right) {
        pair(found, Pairing::Words, &mut left, &mut right);
    }
    let numbers = list_number.and_then(|header| Some((before.column(header)?, after.column(header)?)));
    if let Some(numbers) = numbers {
        let others: Vec<(usize, usize)> = shared.iter().copied().filter(|columns| *columns != numbers).collect();
        if !others.is_empty() {
            for found in alike_in_words(before, after, &others, &left, &right) {
                pair(found, Pairing::Words, &mut left, &mut right);
            }
        }
        let (ours, theirs) = (unique(before, numbers.0), unique(after, numbers.1));
        let agree =
            |l: usize, r: usize| others.is_empty() || share_agrees(&before.rows[l].1, &after.rows[r].1, &others);
        let mut pairs: Vec<(usize, usize)> = ours
            .iter()
            .filter_map(|(number, l)| Some((*l, *theirs.get(number)?)))
            .filter(|(l, r)| left[*l] && right[*r] && agree(*l, *r))
            .collect();
        pairs.sort_unstable();
        pairs.into_iter().for_each(|found| pair(found, Pairing::ListNumber, &mut left, &mut right));
    }
    for found in alike(before, after, &shared, &left, &right) {
        pair(found, Pairing::Alike, &mut left, &mut right);
    }
    difference.same.sort_by_key(|(_, after)| *after);
    difference.changed.sort_by_key(|row| row.after);
    difference.removed = numbers_of(before, &left);
    difference.added = numbers_of(after, &right);
    difference
}

/// Leftover rows whose words are the same in these columns, each as often as both have it, in the order of the rows.
fn alike_in_words(
    before: &Edition,
    after: &Edition,
    columns: &[(usize, usize)],
    left: &[bool],
    right: &[bool],
) -> Vec<(usize, usize)> {
    let (ours, theirs): (Vec<usize>, Vec<usize>) = columns.iter().copied().unzip();
    let mut by_words: HashMap<[u8; 32], Vec<usize>> = HashMap::new();
    for (l, (_, cells)) in before.rows.iter().enumerate().rev().filter(|(l, _)| left[*l]) {
        by_words.entry(digest(cells, &ours)).or_default().push(l);
    }
    (0..after.rows.len())
        .filter(|r| right[*r])
        .filter_map(|r| Some((by_words.get_mut(&digest(&after.rows[r].1, &theirs))?.pop()?, r)))
        .collect()
}

/// Whether as many of the filled cells agree as two rows must share to be one row that may have changed.
fn share_agrees(before: &[String], after: &[String], columns: &[(usize, usize)]) -> bool {
    let filled = columns.iter().filter(|(b, a)| !cell(before, *b).is_empty() || !cell(after, *a).is_empty());
    let (mut n, mut same) = (0usize, 0usize);
    for (b, a) in filled {
        n += 1;
        same += usize::from(cell(before, *b) == cell(after, *a));
    }
    same as f64 >= ALIKE * n as f64
}

fn numbers_of(edition: &Edition, alone: &[bool]) -> Vec<u64> {
    edition.rows.iter().zip(alone).filter(|(_, alone)| **alone).map(|((row, _), _)| *row).collect()
}

fn cell(cells: &[String], column: usize) -> &str {
    cells.get(column).map_or("", |cell| cell.trim())
}

/// Rows by the words of a column, where only one row has them.
fn unique(edition: &Edition, column: usize) -> HashMap<&str, usize> {
    let mut seen: HashMap<&str, Option<usize>> = HashMap::new();
    for (idx, (_, cells)) in edition.rows.iter().enumerate() {
        let number = cell(cells, column);
        if !number.is_empty() {
            seen.entry(number).and_modify(|first| *first = None).or_insert(Some(idx));
        }
    }
    seen.into_iter().filter_map(|(number, idx)| Some((number, idx?))).collect()
}

/// A digest of the cells, each with its length before it. It is forgotten with the comparison.
fn digest(cells: &[String], columns: &[usize]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for column in columns {
        let words = cell(cells, *column);
        hash.update((words.len() as u64).to_le_bytes());
        hash.update(words);
    }
    hash.finalize().into()
}

/// Leftover rows that share most of their cells, the most alike first; candidates share a cell that few others have.
fn alike(
    before: &Edition,
    after: &Edition,
    shared: &[(usize, usize)],
    left: &[bool],
    right: &[bool],
) -> Vec<(usize, usize)> {
    let mut by_cell: HashMap<(usize, &str), Vec<usize>> = HashMap::new();
    for (l, (_, cells)) in before.rows.iter().enumerate().filter(|(l, _)| left[*l]) {
        for (nth, (b, _)) in shared.iter().enumerate() {
            let words = cell(cells, *b);
            if !words.is_empty() {
                by_cell.entry((nth, words)).or_default().push(l);
            }
        }
    }
    let mut candidates: Vec<(usize, usize, usize)> = Vec::new();
    for (r, (_, cells)) in after.rows.iter().enumerate().filter(|(r, _)| right[*r]) {
        let mut agreeing: HashMap<usize, usize> = HashMap::new();
        let filled = shared.iter().filter(|(_, a)| !cell(cells, *a).is_empty()).count();
        let mut telling = false;
        for (nth, (_, a)) in shared.iter().enumerate() {
            // A cell that hundreds share («male», a district) pairs nobody by itself.
            let rows = by_cell.get(&(nth, cell(cells, *a))).filter(|rows| rows.len() <= 200);
            telling |= rows.is_some();
            rows.into_iter().flatten().for_each(|l| *agreeing.entry(*l).or_default() += 1);
        }
        let enough = |n: usize| n as f64 > ALIKE * filled as f64;
        let found = agreeing.into_iter().filter(|(_, n)| telling && enough(*n)).map(|(l, n)| (n, l, r));
        candidates.extend(found);
    }
    candidates.sort_by_key(|(n, l, r)| (std::cmp::Reverse(*n), *l, *r));
    let (mut taken_left, mut taken_right) = (vec![false; left.len()], vec![false; right.len()]);
    let mut pairs = Vec::new();
    for (_, l, r) in candidates {
        if !taken_left[l] && !taken_right[r] {
            (taken_left[l], taken_right[r]) = (true, true);
            pairs.push((l, r));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edition(header: &str, rows: &[&str]) -> Edition {
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let mut edition = Edition::new(&cells(header));
        rows.iter().enumerate().for_each(|(idx, row)| edition.push(idx as u64 + 1, cells(row)));
        edition
    }

    #[test]
    fn a_row_that_is_gone_is_told_and_a_changed_one_cell_by_cell() {
        let before = edition("No,Name,Status", &["1,Adira,missing", "2,Borun,missing", "3,Sera,missing"]);
        let after = edition("No,Name,Status,Note", &["3,Sera,released,x", "1,Adira,missing,", "4,Tesk,missing,"]);
        let difference = compare(&before, &after, Some("No"));
        assert_eq!(
            (&difference.same[..], &difference.added[..], &difference.removed[..]),
            (&[(1, 2)][..], &[3][..], &[2][..])
        );
        let changed = ChangedRow { before: 3, after: 1, columns: vec!["Status".to_owned()], by: Pairing::ListNumber };
        assert_eq!(difference.changed, [changed]);
        assert_eq!(difference.new_columns, ["Note"]);
    }

    #[test]
    fn a_file_that_was_sorted_anew_has_no_row_added_and_none_removed() {
        let before = edition("Name,Place", &["Adira,Kesh", "Borun,Tiran", "Adira,Kesh", "Sera,Olen"]);
        let after = edition("Place,Name", &["Olen,Sera", "Kesh,Adira", "Tiran,Borun", "Kesh,Adira"]);
        let difference = compare(&before, &after, None);
        assert_eq!(difference.same.len(), 4);
        assert!(difference.added.is_empty() && difference.removed.is_empty() && difference.changed.is_empty());
    }

    #[test]
    fn rows_that_are_the_same_are_counted_as_often_as_they_stand() {
        let before = edition("Name,Place", &["Adira,Kesh", "Adira,Kesh"]);
        let after = edition("Name,Place", &["Adira,Kesh"]);
        assert_eq!(compare(&before, &after, None).removed.len(), 1);
    }

    #[test]
    fn a_list_that_was_numbered_anew_pairs_the_same_words_and_gives_no_number_to_somebody_else() {
        let before = edition("No,Name,Place", &["1,Adira,Kesh", "2,Borun,Tiran", "3,Sera,Olen"]);
        let after = edition("No,Name,Place", &["1,Tesk,Vorn", "2,Adira,Kesh", "3,Borun,Tiran", "4,Sera,Olen"]);
        let difference = compare(&before, &after, Some("No"));
        assert_eq!((&difference.added[..], &difference.removed[..]), (&[1][..], &[][..]));
        let paired: Vec<_> = difference.changed.iter().map(|row| (row.before, row.after, row.by)).collect();
        assert_eq!(paired, [(1, 2, Pairing::Words), (2, 3, Pairing::Words), (3, 4, Pairing::Words)]);
        let before = edition("No,Name,Place,Father", &["1,Adira,Kesh,Orun"]);
        let after = edition("No,Name,Place,Father", &["1,Borun,Tiran,Orun"]);
        assert_eq!(compare(&before, &after, Some("No")).removed, [1]);
    }

    #[test]
    fn a_number_that_stands_twice_pairs_nobody() {
        let before = edition("No,Name,Place", &["1,Adira,Kesh", "1,Borun,Tiran"]);
        let after = edition("No,Name,Place", &["1,Borun,Tiran", "1,Adira,Olen"]);
        let difference = compare(&before, &after, Some("No"));
        assert_eq!(difference.same, [(2, 1)]);
        assert_eq!(difference.changed[0].by, Pairing::Alike);
        assert_eq!(difference.changed[0].columns, ["Place"]);
    }

    proptest! {
        #[test]
        fn every_row_is_told_once(
            before in prop::collection::vec("[ab]{0,2},[xy]{0,2},[12]", 0..12),
            after in prop::collection::vec("[ab]{0,2},[xy]{0,2},[12]", 0..12),
            by_number: bool,
        ) {
            let of = |rows: &[String]| edition("a,b,no", &rows.iter().map(String::as_str).collect::<Vec<_>>());
            let difference = compare(&of(&before), &of(&after), by_number.then_some("no"));
            let paired = difference.same.len() + difference.changed.len();
            prop_assert_eq!(paired + difference.removed.len(), before.len());
            prop_assert_eq!(paired + difference.added.len(), after.len());
            let back = compare(&of(&after), &of(&before), by_number.then_some("no"));
            prop_assert_eq!(back.same.len(), difference.same.len());
        }
    }
}
