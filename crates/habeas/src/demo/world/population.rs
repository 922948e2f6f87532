//! The truth: who was taken, when and where, and what became of them.
//!
//! People are taken alone, or together with kin or with strangers. Kin who share father, family, town and day are the
//! trap of every linkage, as are namesakes of the same district; both are made here on purpose.

use super::{
    names::{NameOf, Names},
    places::Town,
};
use habeas_core::{Date, Sex};
use jiff::Span;
use rand::distr::{Distribution, weighted::WeightedIndex};
use rand::{Rng, RngExt};

/// First year in which anybody was taken.
pub const FIRST_YEAR: i16 = 2009;
/// How many of a hundred were taken in each year from [`FIRST_YEAR`] on.
const YEARS: [u32; 12] = [3, 5, 8, 10, 12, 11, 9, 8, 9, 10, 8, 7];
/// The day on which all lists were closed.
pub const CLOSED: Date = jiff::civil::date(2021, 6, 30);

/// Share of women and girls among those taken.
pub const WOMEN: f64 = 0.07;
/// Share of takings of two or three persons at once.
pub const TAKEN_TOGETHER: f64 = 0.05;
/// Share of those who, taken with somebody, are a brother, a sister or a son of that person.
pub const KIN: f64 = 0.5;
/// Share of persons who bear personal name and family of somebody else of the same district.
pub const NAMESAKES: f64 = 0.01;

/// What became of a person, by the truth of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nobody knows.
    StillMissing,
    /// Let go on that day.
    Released(Date),
    /// The body was found on that day.
    FoundDead(Date),
    /// Brought before a court on that day, and held since.
    InCourt(Date),
}

/// What the authorities say of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    None,
    /// «Not in the custody of any agency».
    Denied,
    /// «Left of own accord».
    LeftOfOwnAccord,
    /// «Killed in an encounter».
    Encounter,
    /// «In lawful custody».
    CustodyAdmitted,
}

/// One person of the invented country, and the truth about them.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// Personal name and family.
    pub name: NameOf,
    /// The father's personal name; the family is the same.
    pub father: u16,
    /// A by-name, for every sixth person.
    pub nickname: Option<u8>,
    /// Sex.
    pub sex: Sex,
    /// Day of birth.
    pub born: Date,
    /// Where the person lived.
    pub home: Town,
    /// The day on which the person was taken.
    pub taken: Date,
    /// Where.
    pub taken_at: Town,
    /// What became of them.
    pub ending: Ending,
    /// What the authorities say.
    pub answer: Answer,
}

impl Person {
    /// Whole years of age on the day of the taking.
    pub fn age(&self) -> u16 {
        let before_birthday = (self.taken.month(), self.taken.day()) < (self.born.month(), self.born.day());
        (self.taken.year() - self.born.year() - i16::from(before_birthday)).max(0).unsigned_abs()
    }
}

/// Draws everybody who was taken.
pub fn draw(n_persons: usize, names: &Names, rng: &mut impl Rng) -> Vec<Person> {
    let years = WeightedIndex::new(YEARS).expect("the weights are positive");
    let mut persons: Vec<Person> = Vec::with_capacity(n_persons);
    // The first taking is of two brothers, about whom the texts tell.
    let man = |rng: &mut _| NameOf { given: names.man(rng), family: names.family(rng) };
    let first = Person { sex: Sex::Male, name: man(rng), ..alone(names, &years, &[], rng) };
    let sibling = sibling_of(&first, names, rng);
    let given = (0..).map(|_| names.man(rng)).find(|given| *given != first.name.given).expect("there are many names");
    let brother = Person { sex: Sex::Male, name: NameOf { given, ..first.name }, ..sibling };
    persons.extend([first, brother]);
    while persons.len() < n_persons {
        let first = alone(names, &years, &persons, rng);
        persons.push(first);
        if rng.random_bool(TAKEN_TOGETHER) {
            for _ in 0..rng.random_range(1..=2) {
                if persons.len() < n_persons {
                    let another = together_with(&first, names, rng);
                    persons.push(another);
                }
            }
        }
    }
    persons
}

fn alone(names: &Names, years: &WeightedIndex<u32>, others: &[Person], rng: &mut impl Rng) -> Person {
    let sex = if rng.random_bool(WOMEN) { Sex::Female } else { Sex::Male };
    let year = FIRST_YEAR + years.sample(rng) as i16;
    let taken = days_after(jiff::civil::date(year, 1, 1), rng.random_range(0..365));
    let mut name = NameOf { given: given(names, sex, rng), family: names.family(rng) };
    let mut home = Town::draw(rng);
    if !others.is_empty() && rng.random_bool(NAMESAKES) {
        let namesake = &others[rng.random_range(0..others.len())];
        if namesake.sex == sex {
            (name, home) = (namesake.name, namesake.home);
        }
    }
    let taken_at = match rng.random_range(0..100) {
        0..82 => home,
        82..92 => home.capital(),
        _ => home.neighbour(rng),
    };
    let (ending, answer) = ending(taken, rng);
    Person {
        name,
        father: names.man(rng),
        nickname: names.nickname(rng),
        sex,
        born: birth(taken, rng),
        home,
        taken,
        taken_at,
        ending,
        answer,
    }
}

/// Somebody taken at the same place and day: a brother or sister, a son, or a stranger.
fn together_with(first: &Person, names: &Names, rng: &mut impl Rng) -> Person {
    let (ending, answer) = ending(first.taken, rng);
    let nickname = names.nickname(rng);
    if !rng.random_bool(KIN) {
        let sex = if rng.random_bool(WOMEN) { Sex::Female } else { Sex::Male };
        let name = NameOf { given: given(names, sex, rng), family: names.family(rng) };
        let (father, born, home) = (names.man(rng), birth(first.taken, rng), first.taken_at);
        Person { name, father, nickname, sex, born, home, ending, answer, ..*first }
    } else if first.sex == Sex::Male && first.age() >= 36 && rng.random_bool(0.3) {
        let name = NameOf { given: names.man(rng), family: first.name.family };
        let born = days_after(first.born, rng.random_range(18 * 365..22 * 365));
        Person { name, father: first.name.given, nickname, born, ending, answer, ..*first }
    } else {
        Person { nickname, ending, answer, ..sibling_of(first, names, rng) }
    }
}

fn sibling_of(first: &Person, names: &Names, rng: &mut impl Rng) -> Person {
    let sex = if rng.random_bool(WOMEN) { Sex::Female } else { Sex::Male };
    // Three of a hundred are twins; others are born at least ten months apart.
    let apart = if rng.random_bool(0.03) { 0 } else { rng.random_range(300..6 * 365) };
    let born = days_after(first.born, if rng.random_bool(0.5) { apart } else { -apart });
    let given = loop {
        let given = given(names, sex, rng);
        if given != first.name.given {
            break given;
        }
    };
    Person { name: NameOf { given, ..first.name }, sex, born: born.min(days_after(first.taken, -10 * 365)), ..*first }
}

fn given(names: &Names, sex: Sex, rng: &mut impl Rng) -> u16 {
    if sex == Sex::Female { names.woman(rng) } else { names.man(rng) }
}

/// Most are in their twenties; the mean of three throws keeps children and old people rare but possible.
fn birth(taken: Date, rng: &mut impl Rng) -> Date {
    let throws: i32 = (0..3).map(|_| rng.random_range(0..=13 * 365)).sum();
    let elder = if rng.random_bool(0.12) { rng.random_range(0..30 * 365) } else { 0 };
    days_after(taken, -(11 * 365 + throws + elder))
}

fn ending(taken: Date, rng: &mut impl Rng) -> (Ending, Answer) {
    let after = |days: i32| days_after(taken, days);
    let (ending, answer) = match rng.random_range(0..100) {
        0..61 => (Ending::StillMissing, [Answer::Denied, Answer::LeftOfOwnAccord][usize::from(rng.random_bool(0.25))]),
        61..83 => (Ending::Released(after(rng.random_range(3..900))), Answer::Denied),
        83..95 => (Ending::FoundDead(after(rng.random_range(2..600))), Answer::Encounter),
        _ => (Ending::InCourt(after(rng.random_range(20..700))), Answer::CustodyAdmitted),
    };
    let answer = if rng.random_bool(0.45) { answer } else { Answer::None };
    match ending {
        Ending::Released(day) | Ending::FoundDead(day) | Ending::InCourt(day) if day > CLOSED => {
            (Ending::StillMissing, Answer::None)
        }
        _ => (ending, answer),
    }
}

/// A day some days later, or earlier for a negative number.
pub fn days_after(day: Date, days: i32) -> Date {
    day.saturating_add(Span::new().days(days))
}
