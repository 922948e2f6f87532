//! What one list has of one person, after its errors and before its manner of writing.

use super::{
    habits::{Habits, Written},
    names::{Names, nickname_of},
    places::Town,
    population::{Ending, Person, days_after},
};
use habeas_core::Sex;
use rand::{Rng, RngExt};

/// Titles that a list may put in front, in the notation of [`super::sound`].
const TITLES: [&str; 4] = ["mIr", "HAjI", "mulA", "mAstar"];

/// One row in the making. Names are in the notation of [`super::sound`].
#[derive(Debug)]
pub struct Entry<'w> {
    /// The true person: for what no list gets wrong.
    pub person: &'w Person,
    /// Running number of the row in its list, from 1.
    pub number: usize,
    /// A title, if the list adds one.
    pub title: Option<&'static str>,
    /// Personal name, perhaps without one of its words.
    pub given: &'w str,
    /// Family, unless left out.
    pub family: Option<&'w str>,
    /// The family stands first.
    pub swapped: bool,
    /// A by-name.
    pub nickname: Option<&'static str>,
    /// The father's personal name.
    pub father: Option<&'w str>,
    /// Sex; no list gets it wrong.
    pub sex: Sex,
    /// Age at the taking.
    pub age: Option<u16>,
    /// Date of birth.
    pub born: Written,
    /// Where the person was taken.
    pub place: Option<Town>,
    /// When.
    pub taken: Written,
    /// What the list says became of the person.
    pub told: Ending,
    /// The date that the list gives for that.
    pub told_on: Written,
    /// Whether `told` was laid down, not drawn: a list may then not garble it.
    pub contested: bool,
}

impl<'w> Entry<'w> {
    /// Draws one row of a list; `laid_down` is what the list must say of the person's fate, for the contested cases.
    pub fn draw(
        number: usize,
        person: &'w Person,
        names: &'w Names,
        habits: &Habits,
        laid_down: Option<Ending>,
        rng: &mut impl Rng,
    ) -> Self {
        let mut given = names.given(person.name.given);
        let mut family = Some(names.family_of(person.name.family));
        if rng.random_bool(habits.part_left_out) {
            match given.split_once(' ') {
                Some((_, second)) if rng.random_bool(0.6) => given = second,
                _ => family = None,
            }
        }
        let told = laid_down.unwrap_or_else(|| told(person, habits, rng));
        let told_on = match told {
            Ending::StillMissing => Written::Missing,
            Ending::Released(day) | Ending::FoundDead(day) | Ending::InCourt(day) => habits.date.write(day, rng),
        };
        let place = (!rng.random_bool(habits.place_missing)).then(|| {
            let wrong = rng.random_bool(habits.neighbouring_place);
            if wrong { person.taken_at.neighbour(rng) } else { person.taken_at }
        });
        Self {
            person,
            number,
            title: rng.random_bool(habits.title_added).then(|| TITLES[rng.random_range(0..TITLES.len())]),
            given,
            family,
            swapped: rng.random_bool(habits.order_swapped),
            nickname: person.nickname.map(nickname_of),
            father: (!rng.random_bool(habits.father_missing)).then(|| names.given(person.father)),
            sex: person.sex,
            age: (!rng.random_bool(habits.birth_missing)).then(|| age(person, habits, rng)),
            born: born(person, habits, rng),
            place,
            taken: habits.date.write(person.taken, rng),
            told,
            told_on,
            contested: laid_down.is_some(),
        }
    }

    /// Title, personal name and family in the order of the list, each written by `write`.
    pub fn full_name(&self, mut write: impl FnMut(&str) -> String) -> String {
        let mut words: Vec<String> = Vec::with_capacity(3);
        words.extend(self.title.map(&mut write));
        match (self.family, self.swapped) {
            (Some(family), true) => words.extend([write(family), write(self.given)]),
            (Some(family), false) => words.extend([write(self.given), write(family)]),
            (None, _) => words.push(write(self.given)),
        }
        words.join(" ")
    }
}

fn told(person: &Person, habits: &Habits, rng: &mut impl Rng) -> Ending {
    let some_day = days_after(person.taken, rng.random_range(5..400));
    if rng.random_bool(habits.fate_wrong) {
        match person.ending {
            Ending::StillMissing | Ending::InCourt(_) => {
                if rng.random_bool(0.6) {
                    Ending::Released(some_day)
                } else {
                    Ending::FoundDead(some_day)
                }
            }
            Ending::Released(_) => Ending::FoundDead(some_day),
            Ending::FoundDead(_) => Ending::Released(some_day),
        }
    } else if rng.random_bool(habits.fate_unheard) {
        Ending::StillMissing
    } else {
        person.ending
    }
}

fn age(person: &Person, habits: &Habits, rng: &mut impl Rng) -> u16 {
    let age = person.age();
    if rng.random_bool(habits.birth_one_off) {
        if rng.random_bool(0.5) { age + 1 } else { age.saturating_sub(1) }
    } else {
        age
    }
}

fn born(person: &Person, habits: &Habits, rng: &mut impl Rng) -> Written {
    let born = person.born;
    if rng.random_bool(habits.birth_missing) {
        return Written::Missing;
    }
    let late = if rng.random_bool(habits.birth_wrong_decade) {
        [10, 20][rng.random_range(0..2)]
    } else if rng.random_bool(habits.birth_one_off) {
        [-1, 1][rng.random_range(0..2)]
    } else {
        0
    };
    let year = born.year() + late;
    if rng.random_bool(0.4) {
        return Written::Year(year);
    }
    born.with().year(year).build().map_or(Written::Year(year), Written::Day)
}
