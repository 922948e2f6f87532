//! The categories of public tables: years and periods, places that several people share, sex.

use super::recipe::{DIMENSIONS, Recipe};
use crate::desk::{
    Snapshot,
    figures::{self, Category},
};
use habeas_core::{PersonId, fold};
use habeas_publish::figures::OTHER_PLACES;
use habeas_stats::tally::Label;
use std::collections::HashMap;

/// Number of the dimension of places.
const PLACE: usize = 1;
/// Number of the dimension of periods.
pub(super) const PERIOD: usize = 3;
const N: usize = DIMENSIONS.len();

/// Years of a period, where it holds enough people.
const YEARS: i16 = 5;

/// A period with fewer times the threshold of people is joined to the next.
const ENOUGH: u64 = 4;

/// Names of categories by dimension; one that an earlier release has named keeps its name.
#[derive(Default)]
pub(super) struct Categories {
    pub(super) names: [Vec<String>; N],
    number: [HashMap<String, u32>; N],
}

impl Categories {
    /// Takes over the categories of an earlier release.
    pub(super) fn know(&mut self, recipe: &Recipe) {
        for (dimension, names) in recipe.categories.iter().enumerate().take(N) {
            for name in names {
                self.label(dimension, &Category::Is(name.clone()));
            }
        }
    }

    /// Sorts everybody; new categories come in the order of their names. A place that fewer people than the threshold have
    /// in common is told as one of the others: in free words it may be an address.
    pub(super) fn sort(&mut self, snapshot: &Snapshot, threshold: u64) -> Vec<(PersonId, [Label; N])> {
        let mut sorted: Vec<(PersonId, [Category; N])> = Vec::with_capacity(snapshot.persons.len());
        snapshot.for_each_case(|case| {
            let all = [figures::year(case), figures::place(case), figures::sex(case), Category::Unknown];
            sorted.push((case.person, all));
        });
        let mut n_at: HashMap<String, u64> = HashMap::new();
        let mut n_in: HashMap<i16, u64> = HashMap::new();
        for (_, [year, place, ..]) in &sorted {
            if let Category::Is(place) = place {
                *n_at.entry(fold(place)).or_default() += 1;
            }
            years(year).into_iter().for_each(|year| *n_in.entry(year).or_default() += 1);
        }
        let known = self.names[PERIOD].iter().filter_map(|name| ends(name)).collect();
        let periods = periods(known, n_in, threshold * ENOUGH);
        for (_, all) in &mut sorted {
            if matches!(&all[PLACE], Category::Is(place) if n_at[&fold(place)] < threshold) {
                all[PLACE] = Category::Is(OTHER_PLACES.to_owned());
            }
            let years = years(&all[0]);
            let of = |year: &i16| periods.iter().position(|(first, last)| (*first..=*last).contains(year));
            let found: Vec<Option<usize>> = years.iter().map(of).collect();
            all[PERIOD] = match found.as_slice() {
                [] | [None, ..] => Category::Unknown,
                [Some(first), rest @ ..] if rest.iter().all(|other| other == &Some(*first)) => {
                    let (from, to) = periods[*first];
                    Category::Is(format!("{from}–{to}"))
                }
                _ => Category::Disputed(String::new()),
            };
        }
        for dimension in 0..N {
            let mut names: Vec<&Category> = sorted.iter().map(|(_, all)| &all[dimension]).collect();
            names.sort();
            names.dedup();
            for category in names {
                self.label(dimension, category);
            }
        }
        let labelled = sorted
            .into_iter()
            .map(|(person, all)| (person, std::array::from_fn(|dimension| self.label(dimension, &all[dimension]))));
        labelled.collect()
    }

    fn label(&mut self, dimension: usize, category: &Category) -> Label {
        match category {
            Category::Is(words) => {
                let names = &mut self.names[dimension];
                let number = *self.number[dimension].entry(fold(words)).or_insert_with(|| {
                    names.push(words.clone());
                    names.len() as u32 - 1
                });
                Label::Known(number)
            }
            Category::Disputed(_) => Label::Disputed,
            Category::Unknown => Label::Unknown,
        }
    }
}

/// The years that a category of years names.
fn years(category: &Category) -> Vec<i16> {
    match category {
        Category::Is(words) | Category::Disputed(words) => {
            words.split(|c: char| !c.is_ascii_digit()).filter_map(|year| year.parse().ok()).collect()
        }
        Category::Unknown => Vec::new(),
    }
}

fn ends(name: &str) -> Option<(i16, i16)> {
    let (first, last) = name.split_once('–')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// Periods of five years, joined until each holds enough people; those of earlier releases stay as they are.
fn periods(known: Vec<(i16, i16)>, n_in: HashMap<i16, u64>, enough: u64) -> Vec<(i16, i16)> {
    let mut counts: Vec<(i16, u64)> = n_in
        .into_iter()
        .filter(|(year, _)| known.iter().all(|(first, last)| !(*first..=*last).contains(year)))
        .collect();
    counts.sort_unstable();
    let mut joined: Vec<((i16, i16), u64)> = Vec::new();
    for (year, n) in counts {
        let first = year.div_euclid(YEARS) * YEARS;
        match joined.last_mut() {
            Some(((_, last), sum)) if year <= *last || *sum < enough => {
                *last = (*last).max(first + YEARS - 1);
                *sum += n;
            }
            _ => joined.push(((first, first + YEARS - 1), n)),
        }
    }
    // A last one that is too small belongs to the one before.
    if joined.len() > 1 && joined[joined.len() - 1].1 < enough {
        let ((_, last), n) = joined.remove(joined.len() - 1);
        let before = joined.len() - 1;
        joined[before] = ((joined[before].0.0, last), joined[before].1 + n);
    }
    known.into_iter().chain(joined.into_iter().map(|(period, _)| period)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_joined_until_each_holds_enough_people() {
        let counts = |all: &[(i16, u64)]| all.iter().copied().collect::<HashMap<_, _>>();
        let found = periods(Vec::new(), counts(&[(1962, 1), (1969, 8), (1971, 30), (1976, 400), (1983, 11)]), 20);
        assert_eq!(found, [(1960, 1974), (1975, 1984)]);
        // What an earlier release has named stays.
        assert_eq!(periods(vec![(1960, 1974)], counts(&[(1962, 3), (1976, 40)]), 20), [(1960, 1974), (1975, 1979)]);
        assert_eq!(periods(Vec::new(), counts(&[(1976, 2)]), 20), [(1975, 1979)]);
    }
}
