//! Whose copy a table was: rows in an order that tells nothing but the recipient.
//!
//! Rows are taken as neighbouring pairs, and a keyed hash of recipient and pair says whether the two change places. Of a
//! share s of n rows that leak as they stand, about s²·n/2 pairs survive, and by chance a wrong recipient of M agrees with
//! all of them with a probability of at most M·2^(−pairs). Sorting the rows destroys the mark. Nobody is invented: a list
//! of people must hold none who do not exist.

use crate::address::SeriesKey;
use std::collections::HashMap;

/// Chance of naming a wrong recipient below which one is named.
const LEAST_DOUBT: f64 = 1e-6;

/// Puts rows in the order of a recipient's copy.
pub fn mark<'r>(rows: &[&'r str], key: &SeriesKey, recipient: &str) -> Vec<&'r str> {
    let mut marked = rows.to_vec();
    for pair in marked.chunks_exact_mut(2) {
        if is_swapped(pair[0], pair[1], key, recipient) {
            pair.swap(0, 1);
        }
    }
    marked
}

/// The same for a table of text: its first line stays where it is.
pub fn mark_table(text: &str, key: &SeriesKey, recipient: &str) -> String {
    let mut lines = text.split_inclusive('\n');
    let head = lines.next().unwrap_or_default();
    let rows: Vec<&str> = lines.collect();
    // A last row without its end could not change places with another.
    if rows.last().is_some_and(|row| !row.ends_with('\n')) {
        return text.to_owned();
    }
    std::iter::once(head).chain(mark(&rows, key, recipient)).collect()
}

fn is_swapped(first: &str, second: &str, key: &SeriesKey, recipient: &str) -> bool {
    key.mac(&[b"watermark", recipient.as_bytes(), first.as_bytes(), second.as_bytes()])[0] & 1 == 1
}

/// How the rows of a table stand in the copies of some recipients.
pub struct Marks<'r> {
    pairs: Vec<(&'r str, &'r str)>,
    /// For each recipient, whether each pair has changed places.
    swapped: Vec<Vec<bool>>,
}

/// What rows that were found say of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// Number of the recipient.
    pub recipient: usize,
    /// Pairs that stand as in their copy.
    pub n_agree: usize,
    /// Pairs that can be read.
    pub n_pairs: usize,
}

impl<'r> Marks<'r> {
    /// Of a table without its head, as it was before it was marked.
    pub fn of(rows: &[&'r str], key: &SeriesKey, recipients: &[&str]) -> Self {
        let mut n_of: HashMap<&str, usize> = HashMap::new();
        rows.iter().for_each(|row| *n_of.entry(row).or_default() += 1);
        // Of a row that stands there twice nobody could say which one was found.
        let pairs: Vec<(&str, &str)> = rows
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
            .filter(|(first, second)| n_of[first] == 1 && n_of[second] == 1)
            .collect();
        let of = |recipient: &&str| -> Vec<bool> {
            pairs.iter().map(|(first, second)| is_swapped(first, second, key, recipient)).collect()
        };
        Self { swapped: recipients.iter().map(of).collect(), pairs }
    }

    /// How rows that were found agree with the copy of each recipient, the one that agrees most first.
    pub fn compare(&self, found: &[&str]) -> Vec<Agreement> {
        let place: HashMap<&str, usize> = found.iter().enumerate().map(|(at, row)| (*row, at)).collect();
        let read = |(first, second): &(&str, &str)| Some(place.get(first)? > place.get(second)?);
        let seen: Vec<(usize, bool)> =
            self.pairs.iter().enumerate().filter_map(|(number, pair)| Some((number, read(pair)?))).collect();
        let mut all: Vec<Agreement> = (0..self.swapped.len())
            .map(|recipient| {
                let agrees = seen.iter().filter(|(number, swapped)| self.swapped[recipient][*number] == *swapped);
                Agreement { recipient, n_agree: agrees.count(), n_pairs: seen.len() }
            })
            .collect();
        all.sort_by_key(|agreement| (std::cmp::Reverse(agreement.n_agree), agreement.recipient));
        all
    }

    /// The recipient whose copy the rows were, where chance cannot have brought them into this order.
    pub fn whose(&self, found: &[&str]) -> Option<usize> {
        let first = *self.compare(found).first()?;
        let chance = self.swapped.len() as f64 * 0.5f64.powi(i32::try_from(first.n_pairs).unwrap_or(i32::MAX));
        (first.n_agree == first.n_pairs && chance < LEAST_DOUBT).then_some(first.recipient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng, seq::SliceRandom};
    use rand_chacha::ChaCha8Rng;

    const KEY: SeriesKey = SeriesKey([7; 32]);

    fn rows(n: usize) -> Vec<String> {
        (0..n).map(|n| format!("{n},{}\n", n * 7919 % 1_000)).collect()
    }

    #[test]
    fn a_copy_holds_the_same_rows_below_the_same_head_and_no_two_recipients_have_one_order() {
        let table = format!("id,n\n{}", rows(100).concat());
        let copies: Vec<String> = (0..20).map(|n| mark_table(&table, &KEY, &format!("office {n}"))).collect();
        for (number, copy) in copies.iter().enumerate() {
            let sorted = |text: &str| {
                let mut lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
                lines.sort();
                lines
            };
            assert_eq!(copy.lines().next(), Some("id,n"));
            assert_eq!(sorted(copy), sorted(&table));
            assert!(copies[..number].iter().all(|other| other != copy));
        }
        assert_eq!(mark_table(&table, &KEY, "office 3"), copies[3], "the same each time");
        assert_eq!(mark_table("id", &KEY, "x"), "id");
    }

    /// `HABEAS_WATERMARK_RUNS` asks for more runs.
    #[test]
    fn three_tenths_of_a_thousand_rows_tell_which_of_a_thousand_recipients_had_them() {
        let n_runs: u64 = std::env::var("HABEAS_WATERMARK_RUNS").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
        let rows = rows(1_000);
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let recipients: Vec<String> = (0..1_000).map(|n| format!("recipient {n}")).collect();
        let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
        let marks = Marks::of(&rows, &KEY, &recipients);
        let (mut n_right, mut n_wrong) = (0, 0);
        for run in 0..n_runs {
            let mut rng = ChaCha8Rng::seed_from_u64(run);
            let sender = rng.random_range(0..recipients.len());
            let mut leaked = mark(&rows, &KEY, recipients[sender]);
            leaked.retain(|_| rng.random_bool(0.3));
            match marks.whose(&leaked) {
                Some(named) if named == sender => n_right += 1,
                Some(_) => n_wrong += 1,
                None => {}
            }
        }
        println!("{n_runs} runs: {n_right} named rightly, {n_wrong} wrongly");
        assert_eq!(n_wrong, 0);
        assert!(n_right as f64 > 0.95 * n_runs as f64, "{n_right} of {n_runs}");
    }

    #[test]
    fn nobody_is_named_by_rows_that_were_sorted_or_are_too_few() {
        let rows = rows(1_000);
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let recipients = ["one", "two", "three"];
        let marks = Marks::of(&rows, &KEY, &recipients);
        let mut copy = mark(&rows, &KEY, "two");
        assert_eq!(marks.whose(&copy), Some(1));
        assert_eq!(marks.whose(&copy[..20]), None);
        copy.sort_unstable();
        assert_eq!(marks.whose(&copy), None);
        copy.shuffle(&mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(marks.whose(&copy), None);
        assert_eq!(marks.whose(&[]), None);
    }
}
