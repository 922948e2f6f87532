//! Which person stands on which list.
//!
//! Multiple systems estimation assumes that lists catch people independently and that, for a list, all are alike. The
//! country bends both a little, as documented in `docs/demo.md`: coverage differs by province, the newsroom hears of a
//! person more often through the families' committee, and the petitions reach over five years only.

use super::{places::N_PROVINCES, population::Person};
use rand::{Rng, RngExt};

/// Number of lists.
pub const N_LISTS: usize = 5;

/// Index of the families' committee.
pub const COMMITTEE: usize = 0;

/// How likely a list holds a person, before provinces.
#[derive(Debug, Clone, Copy)]
pub struct Coverage {
    /// Probability for a person about whom nothing is known.
    pub base: f64,
    /// Factor of each province.
    pub by_province: [f64; N_PROVINCES],
    /// Years in which the list was kept, by year of the taking.
    pub years: (i16, i16),
    /// Probability instead of `base` for a person on the committee's list, and for one who is not.
    pub given_committee: Option<(f64, f64)>,
}

const ALL_YEARS: (i16, i16) = (2009, 2020);

/// Coverage of each list.
pub const COVERAGE: [Coverage; N_LISTS] = [
    Coverage { base: 0.34, by_province: [1.08, 1.0, 0.94, 1.0, 0.94], years: ALL_YEARS, given_committee: None },
    Coverage { base: 0.28, by_province: [0.94, 1.06, 1.06, 0.97, 0.96], years: ALL_YEARS, given_committee: None },
    Coverage { base: 0.22, by_province: [1.0, 0.94, 1.06, 1.06, 0.94], years: ALL_YEARS, given_committee: None },
    Coverage {
        base: 0.18,
        by_province: [1.0, 1.05, 0.95, 1.0, 1.0],
        years: ALL_YEARS,
        given_committee: Some((0.25, 0.144)),
    },
    Coverage { base: 0.25, by_province: [1.0; N_PROVINCES], years: (2013, 2017), given_committee: None },
];

/// The lists that hold a person, as a bit set: bit `l` for list `l`.
pub fn draw(person: &Person, rng: &mut impl Rng) -> u8 {
    let mut held = 0;
    for (list, coverage) in COVERAGE.iter().enumerate() {
        let base = match coverage.given_committee {
            Some((on, off)) => [off, on][usize::from(held >> COMMITTEE & 1)],
            None => coverage.base,
        };
        let kept = (coverage.years.0..=coverage.years.1).contains(&person.taken.year());
        // A throw for every list, also where it cannot hold the person: lists stay independent of each other's years.
        let thrown = rng.random_bool(base * coverage.by_province[person.taken_at.province()]);
        held |= u8::from(kept && thrown) << list;
    }
    held
}
