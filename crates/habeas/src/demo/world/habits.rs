//! What each list gets wrong, and how often.
//!
//! The rates are the only dials of the errors; `docs/demo.md` prints them and the tests measure them on written files.
//! They are set so that two lists disagree about as often as two real registers of the same disappeared people do
//! that were linked and compared by hand: about 8 of 100 dates of the taking contradict each other (half of them by
//! more than three days), 3–4 of 100 years of birth, and 8 of 100 dates stand on the first of a month.

use super::coverage::N_LISTS;
use super::population::days_after;
use habeas_core::Date;
use rand::{Rng, RngExt};

/// Rates of one list, each the probability for one row unless said otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    /// A sound that has several spellings takes another one (per sound).
    pub by_ear: f64,
    /// A part of the name is left out: the family, or one word of a personal name of two.
    pub part_left_out: f64,
    /// A title is added: Mir, Haji, Dr.
    pub title_added: f64,
    /// The family stands first.
    pub order_swapped: f64,
    /// The father's name is missing.
    pub father_missing: f64,
    /// The place is a neighbouring one.
    pub neighbouring_place: f64,
    /// The place is missing.
    pub place_missing: f64,
    /// The date of the taking.
    pub date: DateHabits,
    /// Age or date of birth is missing.
    pub birth_missing: f64,
    /// The age is one off, or the year of birth.
    pub birth_one_off: f64,
    /// The year of birth is ten or twenty years late.
    pub birth_wrong_decade: f64,
    /// What became of the person has not reached the list.
    pub fate_unheard: f64,
    /// The list says something else than the truth.
    pub fate_wrong: f64,
    /// The person has a second row in the same list.
    pub second_row: f64,
}

/// Rates for one date.
#[derive(Debug, Clone, Copy)]
pub struct DateHabits {
    /// One to three days off.
    pub days_off: f64,
    /// One digit of the day slips.
    pub digit_slips: f64,
    /// A month too early or too late.
    pub month_off: f64,
    /// Day and month are swapped, where that is a date too.
    pub swapped: f64,
    /// The first of the month stands for a day that was not known.
    pub first_of_month: f64,
    /// A year too early or too late.
    pub year_off: f64,
    /// Only the month is given.
    pub month_only: f64,
    /// Only the year is given.
    pub year_only: f64,
    /// No date.
    pub missing: f64,
}

/// The habits of each list.
pub const HABITS: [Habits; N_LISTS] = [
    Habits {
        by_ear: 0.10,
        part_left_out: 0.10,
        title_added: 0.03,
        order_swapped: 0.01,
        father_missing: 0.06,
        neighbouring_place: 0.03,
        place_missing: 0.02,
        date: DateHabits {
            days_off: 0.020,
            digit_slips: 0.012,
            month_off: 0.007,
            swapped: 0.006,
            first_of_month: 0.06,
            year_off: 0.007,
            month_only: 0.05,
            year_only: 0.02,
            missing: 0.015,
        },
        birth_missing: 0.30,
        birth_one_off: 0.05,
        birth_wrong_decade: 0.001,
        fate_unheard: 0.12,
        fate_wrong: 0.008,
        second_row: 0.03,
    },
    Habits {
        by_ear: 0.004,
        part_left_out: 0.03,
        title_added: 0.0,
        order_swapped: 0.01,
        father_missing: 0.02,
        neighbouring_place: 0.03,
        place_missing: 0.01,
        date: DateHabits {
            days_off: 0.020,
            digit_slips: 0.009,
            month_off: 0.006,
            swapped: 0.003,
            first_of_month: 0.08,
            year_off: 0.007,
            month_only: 0.02,
            year_only: 0.02,
            missing: 0.01,
        },
        birth_missing: 0.25,
        birth_one_off: 0.014,
        birth_wrong_decade: 0.003,
        fate_unheard: 0.25,
        fate_wrong: 0.03,
        second_row: 0.005,
    },
    Habits {
        by_ear: 0.012,
        part_left_out: 0.08,
        title_added: 0.04,
        order_swapped: 0.0,
        father_missing: 0.08,
        neighbouring_place: 0.04,
        place_missing: 0.03,
        date: DateHabits {
            days_off: 0.021,
            digit_slips: 0.012,
            month_off: 0.007,
            swapped: 0.004,
            first_of_month: 0.03,
            year_off: 0.007,
            month_only: 0.14,
            year_only: 0.07,
            missing: 0.02,
        },
        birth_missing: 0.50,
        birth_one_off: 0.05,
        birth_wrong_decade: 0.001,
        fate_unheard: 0.15,
        fate_wrong: 0.01,
        second_row: 0.03,
    },
    Habits {
        by_ear: 0.12,
        part_left_out: 0.12,
        title_added: 0.05,
        order_swapped: 0.04,
        father_missing: 0.35,
        neighbouring_place: 0.05,
        place_missing: 0.03,
        date: DateHabits {
            days_off: 0.026,
            digit_slips: 0.012,
            month_off: 0.007,
            swapped: 0.0,
            first_of_month: 0.02,
            year_off: 0.009,
            month_only: 0.10,
            year_only: 0.04,
            missing: 0.02,
        },
        birth_missing: 0.60,
        birth_one_off: 0.06,
        birth_wrong_decade: 0.0,
        fate_unheard: 0.20,
        fate_wrong: 0.012,
        second_row: 0.04,
    },
    Habits {
        by_ear: 0.010,
        part_left_out: 0.04,
        title_added: 0.0,
        order_swapped: 0.0,
        father_missing: 0.02,
        neighbouring_place: 0.03,
        place_missing: 0.02,
        date: DateHabits {
            days_off: 0.016,
            digit_slips: 0.008,
            month_off: 0.005,
            swapped: 0.003,
            first_of_month: 0.05,
            year_off: 0.006,
            month_only: 0.10,
            year_only: 0.05,
            missing: 0.08,
        },
        birth_missing: 1.0,
        birth_one_off: 0.0,
        birth_wrong_decade: 0.0,
        fate_unheard: 1.0,
        fate_wrong: 0.0,
        second_row: 0.02,
    },
];

/// How the contested persons are written on every list: so that the demo shows their contradictions in one file each.
pub const CAREFUL: Habits = Habits {
    by_ear: 0.05,
    part_left_out: 0.0,
    title_added: 0.0,
    order_swapped: 0.0,
    father_missing: 0.0,
    neighbouring_place: 0.0,
    place_missing: 0.0,
    date: DateHabits {
        days_off: 0.0,
        digit_slips: 0.0,
        month_off: 0.0,
        swapped: 0.0,
        first_of_month: 0.0,
        year_off: 0.0,
        month_only: 0.0,
        year_only: 0.0,
        missing: 0.0,
    },
    birth_missing: 0.0,
    birth_one_off: 0.0,
    birth_wrong_decade: 0.0,
    fate_unheard: 0.0,
    fate_wrong: 0.0,
    second_row: 0.0,
};

/// A date as a list has it, before it is written in the manner of that list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// One day.
    Day(Date),
    /// Year and month.
    Month(i16, i8),
    /// Year.
    Year(i16),
    /// Nothing.
    Missing,
}

impl DateHabits {
    /// Turns a true day into what the list has.
    pub fn write(&self, day: Date, rng: &mut impl Rng) -> Written {
        let mut ticket = rng.random::<f64>();
        let mut falls = |rate: f64| {
            let here = (0.0..rate).contains(&ticket);
            ticket -= rate;
            here
        };
        if falls(self.missing) {
            Written::Missing
        } else if falls(self.year_only) {
            Written::Year(day.year())
        } else if falls(self.month_only) {
            Written::Month(day.year(), day.month())
        } else if falls(self.first_of_month) {
            Written::Day(day.first_of_month())
        } else if falls(self.days_off) {
            let off = [-3, -2, -1, -1, 1, 1, 2, 3][rng.random_range(0..8)];
            Written::Day(days_after(day, off))
        } else if falls(self.digit_slips) {
            Written::Day(digit_slip(day, rng))
        } else if falls(self.month_off) {
            let months = [-1, 1][rng.random_range(0..2)];
            Written::Day(day.saturating_add(jiff::Span::new().months(months)))
        } else if falls(self.swapped) {
            Written::Day(Date::new(day.year(), day.day(), day.month()).unwrap_or(day))
        } else if falls(self.year_off) {
            let year = day.year() + [-1, 1][rng.random_range(0..2)];
            Written::Day(Date::new(year, day.month(), day.day()).unwrap_or(day))
        } else {
            Written::Day(day)
        }
    }
}

/// Another day of the same month whose number differs in one digit.
fn digit_slip(day: Date, rng: &mut impl Rng) -> Date {
    loop {
        let number = day.day();
        let slipped = if rng.random_bool(0.5) {
            number - number % 10 + rng.random_range(0..10)
        } else {
            number % 10 + 10 * rng.random_range(0..4)
        };
        if let Ok(other) = Date::new(day.year(), day.month(), slipped)
            && other != day
        {
            return other;
        }
    }
}
