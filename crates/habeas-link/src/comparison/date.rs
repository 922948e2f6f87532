//! Dates compared as spans: what is compatible but vague is no evidence against.

use super::Outcome;
use crate::table::{DateEntry, Dates, unpack_event};

pub(super) const BIRTH_LEVELS: &[&str] = &[
    "born more than 10 years apart",
    "born within 10 years",
    "one digit of the year of birth differs, or the century",
    "born within 3 years",
    "born within a year",
    "one part of the date of birth differs",
    "the same year of birth, as far as told",
    "the same day of birth",
];

pub(super) const EVENT_LEVELS: &[&str] = &[
    "more than a year apart",
    "within a year",
    "the same year, as far as told",
    "within three months",
    "within a month",
    "one part of the date differs",
    "within three days",
    "the same month, as far as told",
    "the same day",
];

/// Whether both are single days that differ in one of year, month and day, or have day and month swapped.
fn one_part_differs(a: &DateEntry, b: &DateEntry) -> bool {
    let (Some((y1, m1, d1)), Some((y2, m2, d2))) = (a.civil, b.civil) else { return false };
    u8::from(y1 != y2) + u8::from(m1 != m2) + u8::from(d1 != d2) == 1 || (y1 == y2 && m1 == d2 && d1 == m2)
}

/// The year, where the date lies in one and was not reckoned from an age.
fn stated_year(date: &DateEntry) -> Option<i16> {
    let mut years = date.years().filter(|_| !date.about);
    years.next().filter(|_| years.next().is_none())
}

/// Whether a slip of the hand makes one year of the other: a wrong digit, two swapped, another century.
fn one_digit_differs(a: &DateEntry, b: &DateEntry) -> bool {
    let (Some(a), Some(b)) = (stated_year(a), stated_year(b)) else { return false };
    let digits = |year: i16| [year / 1000, year / 100 % 10, year / 10 % 10, year % 10];
    let (x, y) = (digits(a), digits(b));
    let n_different = x.iter().zip(&y).filter(|(c, d)| c != d).count();
    n_different == 1 || (x[2], x[3]) == (y[3], y[2]) && x[..2] == y[..2] || (a - b).abs() == 100
}

pub(super) fn compare_births(dates: &Dates, a: u32, b: u32) -> Outcome {
    let (Some(first), Some(second)) = (dates.entry(a), dates.entry(b)) else { return Outcome::default() };
    let exact = first.civil.is_some() && second.civil.is_some();
    if a == b && exact {
        return Outcome { level: 8, bits: dates.birth_bits[a as usize - 1] };
    }
    let width = first.width().max(second.width());
    if !first.is_bounded() || !second.is_bounded() || width > 4_000 {
        return Outcome::default();
    }
    let gap = first.gap(second);
    Outcome::level(match gap {
        0 if width <= 800 => 7,
        0 => 5,
        _ if one_part_differs(first, second) => 6,
        1..=366 => 5,
        367..=1_100 => 4,
        _ if one_digit_differs(first, second) => 3,
        1_101..=3_660 => 2,
        _ => 1,
    })
}

fn compare_event(dates: &Dates, a: u32, b: u32) -> Outcome {
    let (Some(first), Some(second)) = (dates.entry(a), dates.entry(b)) else { return Outcome::default() };
    if a == b && first.civil.is_some() {
        return Outcome { level: 9, bits: dates.event_bits[a as usize - 1] };
    }
    let width = first.width().max(second.width());
    if !first.is_bounded() || !second.is_bounded() || width > 1_100 {
        return Outcome::default();
    }
    Outcome::level(match first.gap(second) {
        0 if width <= 62 => 8,
        0 => 3,
        1..=3 => 7,
        _ if one_part_differs(first, second) => 6,
        4..=31 => 5,
        32..=92 => 4,
        93..=366 => 2,
        _ => 1,
    })
}

/// The best of all pairs of dates of one kind; of any two kinds where none is on both sides.
pub(super) fn compare_events(dates: &Dates, a: &[u32], b: &[u32]) -> Outcome {
    if let ([a], [b]) = (a, b) {
        return compare_event(dates, unpack_event(*a).1, unpack_event(*b).1);
    }
    let best = |same_kind: bool| {
        let mut best = Outcome::default();
        for first in a {
            for second in b {
                let ((kind_a, date_a), (kind_b, date_b)) = (unpack_event(*first), unpack_event(*second));
                if !same_kind || kind_a == kind_b {
                    let found = compare_event(dates, date_a, date_b);
                    if (found.level, found.bits) > (best.level, best.bits) {
                        best = found;
                    }
                }
            }
        }
        best
    };
    let same_kind = best(true);
    if same_kind.level > 0 { same_kind } else { best(false) }
}
