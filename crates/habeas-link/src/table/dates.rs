//! Distinct dates as spans of day numbers.

use habeas_core::{Date, PartialDate};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Day numbers beyond every date that a source states.
const OPEN_DAYS: i32 = 4_000_000;

/// One distinct date: its bounds, and the second reading where day and month may be swapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DateEntry {
    /// First possible day, in days since 1970-01-01.
    pub first: i32,
    /// Last possible day.
    pub last: i32,
    /// First and last day of a second reading; equal to the first reading where there is none.
    pub other: (i32, i32),
    /// Whether the source said «about», or the date was reckoned from an age.
    pub about: bool,
    /// Year, month and day, where it is one day.
    pub civil: Option<(i16, i8, i8)>,
}

/// Days since 1970-01-01 of a civil day of the Gregorian calendar.
pub(crate) fn days_of(date: Date) -> i32 {
    // Counting years from March makes the leap day the last of its year.
    let (year, month, day) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl DateEntry {
    pub(super) fn new(date: &PartialDate) -> Self {
        let mut spans = date
            .readings()
            .map(|span| (span.earliest.map_or(-OPEN_DAYS, days_of), span.latest.map_or(OPEN_DAYS, days_of)));
        let (first, last) = spans.next().expect("a partial date has a reading");
        // More than two readings do not come from any calendar order; their hull is the honest bound.
        let other = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((first, last));
        let civil = date.single_day().map(|day| (day.year(), day.month(), day.day()));
        Self { first, last, other, about: date.is_approximate(), civil }
    }

    pub(super) fn between(first: i32, last: i32) -> Self {
        Self { first, last, other: (first, last), about: true, civil: None }
    }

    /// Days between first and last possible day.
    pub(crate) fn width(&self) -> i32 {
        (self.last - self.first).max(self.other.1 - self.other.0)
    }

    /// Whether the date has a bound on both sides.
    pub(crate) fn is_bounded(&self) -> bool {
        self.first > -OPEN_DAYS && self.last < OPEN_DAYS
    }

    /// Days between the two spans; 0 where they meet in any reading.
    pub(crate) fn gap(&self, other: &Self) -> i32 {
        let gap = |a: (i32, i32), b: (i32, i32)| (b.0 - a.1).max(a.0 - b.1).max(0);
        let (ours, theirs) = ((self.first, self.last), (other.first, other.last));
        if self.other == ours && other.other == theirs {
            return gap(ours, theirs);
        }
        gap(ours, theirs).min(gap(self.other, theirs)).min(gap(ours, other.other)).min(gap(self.other, other.other))
    }

    /// The years that it may lie in, where they are few enough to be keys.
    pub(crate) fn years(&self) -> impl Iterator<Item = i16> {
        let few = self.is_bounded() && self.width() <= 800;
        let spans = [Some((self.first, self.last)), Some(self.other).filter(|other| *other != (self.first, self.last))];
        let mut years: Vec<i16> = spans
            .into_iter()
            .flatten()
            .filter(|_| few)
            .flat_map(|(first, last)| year_of(first)..=year_of(last))
            .collect();
        years.sort_unstable();
        years.dedup();
        years.into_iter()
    }

    /// The months that it may lie in (12 × year + month), where they are few enough to be keys.
    pub(crate) fn months(&self) -> impl Iterator<Item = i32> {
        let few = self.is_bounded() && self.width() <= 62;
        let mut months: Vec<i32> =
            [self.first, self.last, self.other.0, self.other.1].into_iter().filter(|_| few).map(month_of).collect();
        months.sort_unstable();
        months.dedup();
        months.into_iter()
    }
}

/// Year and month (0 to 11) of a day number.
fn civil_month(days: i32) -> (i32, i32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let (year, month) = (year_of_era + era * 400, (month + 2) % 12);
    (if month < 2 { year + 1 } else { year }, month)
}

fn year_of(days: i32) -> i16 {
    civil_month(days).0 as i16
}

fn month_of(days: i32) -> i32 {
    let (year, month) = civil_month(days);
    12 * year + month
}

/// Distinct dates; number 0 is «no date».
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Dates {
    entries: Vec<DateEntry>,
    #[serde(skip)]
    number_of: HashMap<DateEntry, u32, foldhash::fast::RandomState>,
    /// Evidence in bits of agreeing on this very day, as a date of birth and of an event.
    pub(crate) birth_bits: Vec<f32>,
    pub(crate) event_bits: Vec<f32>,
}

impl Dates {
    /// The number of a date.
    pub(super) fn number(&mut self, entry: DateEntry) -> u32 {
        let entries = &mut self.entries;
        *self.number_of.entry(entry).or_insert_with(|| {
            entries.push(entry);
            entries.len() as u32
        })
    }

    pub(crate) fn entry(&self, number: u32) -> Option<&DateEntry> {
        self.entries.get((number as usize).checked_sub(1)?)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn forget_index(&mut self) {
        self.number_of = HashMap::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn day_numbers_count_from_1970() {
        for (date, days) in [("1970-01-01", 0), ("1970-03-01", 59), ("2000-02-29", 11_016), ("1969-12-31", -1)] {
            assert_eq!(days_of(date.parse().unwrap()), days, "{date}");
        }
    }

    proptest! {
        #[test]
        fn year_and_month_are_read_back_from_the_day_number(year in 1i16..9999, month in 1i8..=12, day in 1i8..=28) {
            let days = days_of(Date::new(year, month, day).unwrap());
            prop_assert_eq!(year_of(days), year);
            prop_assert_eq!(month_of(days), 12 * i32::from(year) + i32::from(month) - 1);
        }
    }

    #[test]
    fn a_month_lies_in_one_year_and_meets_the_days_in_it() {
        let month = DateEntry::new(&PartialDate::month(1976, 11).unwrap());
        let day = DateEntry::new(&PartialDate::day("1976-12-03".parse().unwrap()));
        assert_eq!(month.years().collect::<Vec<_>>(), [1976]);
        assert_eq!(month.months().count(), 1);
        assert_eq!(month.gap(&day), 3);
    }
}
