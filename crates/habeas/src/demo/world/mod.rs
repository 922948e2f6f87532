//! The invented country behind `habeas demo`: people with a known truth, and the lists that got hold of some of them.
//!
//! A [`World`] is drawn from a seed. It knows everybody who was taken ([`population`]), which lists hold whom
//! ([`coverage`]), and writes each list as a file in its keeper's manner ([`lists`]) with its keeper's errors
//! ([`habits`]), together with the true person behind every row. Texts about some of the people come with the claims
//! that a careful reader would code ([`texts`]). No person, place, family or organisation in it is real.
//!
//! Memory is about a hundred bytes a person; rows are never kept. It reads no clock and no file: the same seed and size
//! give the same bytes. `docs/demo.md` tells users what holds in it and what is violated on purpose.

mod coverage;
mod entry;
mod file;
mod habits;
pub mod lists;
mod names;
mod places;
mod population;
mod sound;
#[cfg(test)]
mod tests;
pub mod texts;
pub mod truth;

pub use file::Form;
pub use texts::TextPlan;
pub use truth::{Tally, Truth};

use coverage::N_LISTS;
use entry::Entry;
use habeas_core::Sex;
use habits::{CAREFUL, HABITS};
use lists::List;
use names::Names;
use population::{Ending, Person, days_after};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::io::Write;

/// Records of a demo that nobody scaled.
pub const DEFAULT_RECORDS: u64 = 3_300;
/// Fewer records hold no contested case and no overlap to estimate from.
pub const LEAST_RECORDS: u64 = 200;
/// More would take more than a gigabyte of memory. The largest integration of a truth commission had 13 million.
pub const MOST_RECORDS: u64 = 20_000_000;

/// How many records a person has on average, by coverage and second rows; the tests hold it to 2 %.
const RECORDS_A_PERSON: f64 = 1.172;

/// Why a world was not made or a list not written.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The wished size is out of range.
    #[error("a demo has {least} to {most} records, not {wished}")]
    Size {
        /// Wished number of records.
        wished: u64,
        /// Least number.
        least: u64,
        /// Greatest number.
        most: u64,
    },
    /// The file could not be written.
    #[error("the list {list} could not be written")]
    Write {
        /// Key of the list.
        list: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What three contested persons are said to have come to, by list: committee, commission, valleys, newsroom.
type Accounts = [Ending; 4];

/// One invented country, drawn from a seed.
#[derive(Debug)]
pub struct World {
    seed: u64,
    names: Names,
    persons: Vec<Person>,
    /// For each person, the lists that hold them: bit `l` for list `l`.
    held: Vec<u8>,
    /// For each list, the person of each row.
    rows: [Vec<u32>; N_LISTS],
    contested: [(u32, Accounts); 3],
}

impl World {
    /// Draws a country of which the lists hold about `wished_records` records.
    ///
    /// # Errors
    /// [`WorldError::Size`] below [`LEAST_RECORDS`] and above [`MOST_RECORDS`].
    pub fn new(seed: u64, wished_records: u64) -> Result<Self, WorldError> {
        if !(LEAST_RECORDS..=MOST_RECORDS).contains(&wished_records) {
            return Err(WorldError::Size { wished: wished_records, least: LEAST_RECORDS, most: MOST_RECORDS });
        }
        let n_persons = (wished_records as f64 / RECORDS_A_PERSON).round() as usize;
        let names = Names::new(n_persons, &mut stream(seed, Purpose::Names));
        let persons = population::draw(n_persons, &names, &mut stream(seed, Purpose::Population));
        let rng = &mut stream(seed, Purpose::Coverage);
        let mut held: Vec<u8> = persons.iter().map(|person| coverage::draw(person, rng)).collect();
        let contested = contested(&persons, &mut held);
        let rows =
            std::array::from_fn(|list| rows(list, &persons, &held, &mut stream(seed, Purpose::Order(list as u64))));
        Ok(Self { seed, names, persons, held, rows, contested })
    }

    /// The lists, in the order of their indices.
    pub fn lists(&self) -> &'static [List] {
        &lists::LISTS
    }

    /// Number of persons in truth, documented or not.
    pub fn n_total(&self) -> usize {
        self.persons.len()
    }

    /// Number of rows of all lists together.
    pub fn n_records(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// The true person behind each row of a list, in the order of its rows.
    pub fn persons_of(&self, list: usize) -> &[u32] {
        &self.rows[list]
    }

    /// Writes a list to `out`, row by row.
    ///
    /// # Errors
    /// [`WorldError::Write`] when `out` does not take it.
    pub fn write_list(&self, list: usize, form: Form, out: &mut impl Write) -> Result<(), WorldError> {
        let rows = self.rows[list].iter().enumerate().map(|(row, &person)| (person, self.cells(list, row, person)));
        file::write(&lists::LISTS[list], form, rows, out)
            .map_err(|source| WorldError::Write { list: lists::LISTS[list].key, source })
    }

    /// Short invented articles and testimonies about persons of the country, with their claims.
    pub fn texts(&self) -> Vec<TextPlan> {
        texts::compose(self)
    }

    fn cells(&self, list: usize, row: usize, index: u32) -> Vec<String> {
        let mut rng = stream(self.seed, Purpose::Row(list as u64, row as u64));
        let person = &self.persons[index as usize];
        let laid_down = self.contested.iter().find(|(contested, _)| *contested == index);
        let laid_down = laid_down.and_then(|(_, accounts)| accounts.get(list).copied());
        let habits = if laid_down.is_some() { &CAREFUL } else { &HABITS[list] };
        let entry = Entry::draw(row + 1, person, &self.names, habits, laid_down, &mut rng);
        (lists::LISTS[list].write)(&entry, habits, &mut rng)
    }
}

/// What a stream of random numbers is for. Each row has its own, so that a file can be written again from any row.
enum Purpose {
    Names,
    Population,
    Coverage,
    Order(u64),
    Consents,
    Row(u64, u64),
}

fn stream(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(match purpose {
        Purpose::Names => 0,
        Purpose::Population => 1,
        Purpose::Coverage => 2,
        Purpose::Consents => 3,
        Purpose::Order(list) => 8 + list,
        Purpose::Row(list, row) => ((list + 1) << 40) | row,
    });
    rng
}

/// Chooses three persons who stand on the first four lists (and puts some there if too few do by chance), and lays
/// down what each list says became of them.
fn contested(persons: &[Person], held: &mut [u8]) -> [(u32, Accounts); 3] {
    const FOUR: u8 = 0b1111;
    // Neither of the two brothers of the texts, and grown men, of whom the texts say «he».
    let mut chosen: Vec<usize> = (2..persons.len())
        .filter(|&i| held[i] & FOUR == FOUR && persons[i].sex == Sex::Male)
        .filter(|&i| persons[i].age() >= 18 && persons[i].taken.year() < 2018)
        .take(3)
        .collect();
    let others: Vec<usize> = (2..persons.len())
        .filter(|i| !chosen.contains(i) && persons[*i].sex == Sex::Male)
        .take(3 - chosen.len())
        .collect();
    for &other in &others {
        held[other] |= FOUR;
    }
    chosen.extend(others);
    std::array::from_fn(|n| {
        let index = chosen[n];
        let taken = persons[index].taken;
        let (missing, released, dead) =
            (Ending::StillMissing, Ending::Released(days_after(taken, 140)), Ending::FoundDead(days_after(taken, 95)));
        let accounts = [
            [missing, missing, dead, released],
            [missing, released, dead, missing],
            [released, missing, missing, dead],
        ];
        (index as u32, accounts[n])
    })
}

/// The rows of one list: everybody it holds, some twice, about in the order in which it heard of them.
fn rows(list: usize, persons: &[Person], held: &[u8], rng: &mut ChaCha8Rng) -> Vec<u32> {
    let mut heard: Vec<(i32, u32)> = Vec::new();
    for (index, person) in persons.iter().enumerate() {
        if held[index] >> list & 1 == 1 {
            let copies = 1 + usize::from(rng.random_bool(HABITS[list].second_row));
            for _ in 0..copies {
                let day = i32::from(person.taken.year()) * 366 + i32::from(person.taken.day_of_year());
                // Half a year of delay on average; a second row comes from somebody who did not find the first.
                let delay = rng.random_range(0..200) + rng.random_range(0..160);
                heard.push((day + delay, index as u32));
            }
        }
    }
    heard.sort_unstable();
    heard.into_iter().map(|(_, person)| person).collect()
}
