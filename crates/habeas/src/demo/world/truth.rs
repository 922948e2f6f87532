//! The truth in figures, and the families' consents.

use super::{Purpose, World, coverage::N_LISTS, population::Ending, sound, stream};
use habeas_core::{ConsentAnswer, FieldGroup, Giver, Sex};
use rand::RngExt;
use std::collections::BTreeMap;

/// How many persons are so, and how many of them are on at least one list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All.
    pub n_total: usize,
    /// On at least one list.
    pub n_documented: usize,
}

/// The truth in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// Everybody.
    pub persons: Tally,
    /// By year of the taking.
    pub by_year: BTreeMap<i16, Tally>,
    /// By sex.
    pub by_sex: BTreeMap<Sex, Tally>,
    /// By province of the taking, in plain Latin letters.
    pub by_province: BTreeMap<String, Tally>,
    /// By what became of the person: `missing`, `released`, `found-dead`, `in-court`.
    pub by_ending: BTreeMap<&'static str, Tally>,
    /// Rows of each list.
    pub records: [usize; N_LISTS],
    /// Documented persons by capture history: bit `l` for list `l`.
    pub histories: BTreeMap<u8, usize>,
}

/// A family's answer about one documented person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentPlan {
    /// Index of the person.
    pub person: u32,
    /// Who answered.
    pub giver: Giver,
    /// About what.
    pub groups: &'static [FieldGroup],
    /// The answer.
    pub answer: ConsentAnswer,
}

const ALL_GROUPS: &[FieldGroup] = &[FieldGroup::Identity, FieldGroup::Event, FieldGroup::District];

impl World {
    /// Counts the truth.
    pub fn truth(&self) -> Truth {
        let mut truth = Truth {
            persons: Tally::default(),
            by_year: BTreeMap::new(),
            by_sex: BTreeMap::new(),
            by_province: BTreeMap::new(),
            by_ending: BTreeMap::new(),
            records: std::array::from_fn(|list| self.rows[list].len()),
            histories: BTreeMap::new(),
        };
        for (person, &held) in self.persons.iter().zip(&self.held) {
            let ending = match person.ending {
                Ending::StillMissing => "missing",
                Ending::Released(_) => "released",
                Ending::FoundDead(_) => "found-dead",
                Ending::InCourt(_) => "in-court",
            };
            for tally in [
                &mut truth.persons,
                truth.by_year.entry(person.taken.year()).or_default(),
                truth.by_sex.entry(person.sex).or_default(),
                truth.by_province.entry(sound::plain(person.taken_at.province_name())).or_default(),
                truth.by_ending.entry(ending).or_default(),
            ] {
                tally.n_total += 1;
                tally.n_documented += usize::from(held != 0);
            }
            if held != 0 {
                *truth.histories.entry(held).or_default() += 1;
            }
        }
        truth
    }

    /// The families' answers: about four of ten documented persons may be named in public with event and district,
    /// three of a hundred families refuse, one withdraws what it gave.
    pub fn consents(&self) -> impl Iterator<Item = ConsentPlan> + '_ {
        let mut rng = stream(self.seed, Purpose::Consents);
        let documented = (0..self.persons.len() as u32).filter(|&person| self.held[person as usize] != 0);
        documented.flat_map(move |person| {
            let answers: &[ConsentAnswer] = match rng.random_range(0..100) {
                0..40 => &[ConsentAnswer::Given],
                40 => &[ConsentAnswer::Given, ConsentAnswer::Withdrawn],
                41..44 => &[ConsentAnswer::Refused],
                _ => &[],
            };
            answers.iter().map(move |&answer| ConsentPlan { person, giver: Giver::Family, groups: ALL_GROUPS, answer })
        })
    }
}
