//! Invented people, written down by lists with different habits.

use habeas_core::{
    Age, Claim, Date, EventKind, NameAsGiven, NamePart, NameRole, PartialDate, Partition, Passage, PlaceAsGiven,
    Predicate, Sex, Value,
};
use habeas_link::{ListInfo, Table, TableBuilder};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One record: its list, its claims as field and words, its true person.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    pub list: u16,
    pub person: u32,
    pub given: String,
    pub family: String,
    pub father: String,
    pub born: Option<i16>,
    pub age: Option<u16>,
    pub taken: Option<Date>,
    pub place: String,
    pub document: String,
    pub attribute: String,
    pub male: Option<bool>,
}

pub fn list(key: &str, names_once: bool) -> ListInfo {
    ListInfo { key: key.to_owned(), names_once, is_list: true }
}

impl Entry {
    pub fn named(list: u16, given: &str, family: &str) -> Self {
        Self { list, given: given.to_owned(), family: family.to_owned(), ..Self::default() }
    }

    fn claims(&self) -> (Vec<String>, Vec<Claim>) {
        let cells = vec![self.document.clone(), self.attribute.clone(), String::new()];
        let mut claims = Vec::new();
        let mut say = |column: u16, predicate, value: Option<Value>| {
            let passage = Passage::whole_cell(&cells, column).unwrap();
            claims.extend(value.map(|value| Claim::stated(predicate, value, passage)));
        };
        let name = |parts: &[(&String, NameRole)]| {
            let parts: Vec<NamePart> = parts
                .iter()
                .filter(|(text, _)| !text.is_empty())
                .map(|(text, role)| NamePart { text: (*text).clone(), role: *role })
                .collect();
            (!parts.is_empty()).then_some(Value::Name(NameAsGiven { parts }))
        };
        say(2, Predicate::Name, name(&[(&self.given, NameRole::Given), (&self.family, NameRole::Family)]));
        say(2, Predicate::FatherName, name(&[(&self.father, NameRole::Unassigned)]));
        say(2, Predicate::BirthDate, self.born.and_then(PartialDate::year).map(Value::Date));
        say(2, Predicate::Age, self.age.map(|age| Value::Age(Age { low: age, high: age })));
        say(2, Predicate::EventDate(EventKind::Taken), self.taken.map(|day| Value::Date(PartialDate::day(day))));
        let place = PlaceAsGiven { parts: vec![self.place.clone()], point: None };
        say(2, Predicate::EventPlace(EventKind::Taken), (!self.place.is_empty()).then_some(Value::Place(place)));
        say(2, Predicate::Sex, self.male.map(|male| Value::Sex(if male { Sex::Male } else { Sex::Female })));
        say(0, Predicate::IdentityDocument, (!self.document.is_empty()).then_some(Value::Words));
        say(1, Predicate::Attribute, (!self.attribute.is_empty()).then_some(Value::Words));
        (cells, claims)
    }
}

pub fn table(lists: &[ListInfo], entries: &[Entry]) -> Table {
    let header = ["document".to_owned(), "ward".to_owned(), String::new()];
    let mut builder = TableBuilder::new(lists.to_vec());
    for entry in entries {
        let (cells, claims) = entry.claims();
        builder.push(entry.list, &header, &cells, &claims);
    }
    builder.finish()
}

pub fn truth(entries: &[Entry]) -> Partition {
    Partition::from_labels(&entries.iter().map(|entry| entry.person).collect::<Vec<_>>())
}

const STARTS: [&str; 12] = ["Ka", "Me", "Zo", "Ba", "Shi", "Na", "Du", "Far", "Go", "Li", "Ha", "Tem"];
const MIDDLES: [&str; 10] = ["ra", "lo", "mi", "shu", "ne", "da", "ri", "ka", "vo", "be"];
const ENDS: [&str; 10] = ["n", "r", "sh", "d", "m", "k", "l", "z", "t", "b"];

fn word(rng: &mut ChaCha8Rng, spread: usize) -> String {
    // The smaller of two draws: some names are far more common than others.
    let mut pick = |n: usize| rng.random_range(0..n).min(rng.random_range(0..n));
    let (start, middle, end) = (pick(STARTS.len()), pick(MIDDLES.len().min(spread)), pick(ENDS.len().min(spread)));
    format!("{}{}{}", STARTS[start], MIDDLES[middle], ENDS[end])
}

/// Changes one letter, as a writer by ear does.
fn by_ear(name: &str, rng: &mut ChaCha8Rng) -> String {
    match rng.random_range(0..5) {
        0 => name.replacen('a', "aa", 1),
        1 => name.replacen('k', "q", 1),
        2 => name.replacen('i', "ee", 1),
        3 => name.replacen('o', "u", 1),
        _ => name.to_owned(),
    }
}

/// `n_persons` people on three lists, each on a list with probability 0.6; brothers are taken together now and then.
pub fn three_lists(n_persons: u32, seed: u64) -> (Vec<ListInfo>, Vec<Entry>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let lists = vec![list("families", true), list("commission", true), list("press", false)];
    let mut persons: Vec<Entry> = Vec::new();
    for person in 0..n_persons {
        let day = Date::new(2009, 1, 1).unwrap();
        let days = jiff_days(rng.random_range(0..3000));
        let mut entry = Entry {
            person,
            given: word(&mut rng, 10),
            family: format!("{}zai", word(&mut rng, 6)),
            father: word(&mut rng, 10),
            born: Some(1950 + rng.random_range(0..45)),
            taken: Some(day.saturating_add(days)),
            place: format!("{}abad", word(&mut rng, 4)),
            male: Some(rng.random_bool(0.9)),
            ..Entry::default()
        };
        if person > 0 && rng.random_bool(0.08) {
            let brother = persons[person as usize - 1].clone();
            entry = Entry { given: entry.given, born: entry.born, person, ..brother };
        }
        persons.push(entry);
    }
    let mut entries = Vec::new();
    for person in &persons {
        for list in 0..3u16 {
            if !rng.random_bool(0.6) {
                continue;
            }
            let mut entry = Entry { list, ..person.clone() };
            if rng.random_bool(0.25) {
                entry.given = by_ear(&entry.given, &mut rng);
            }
            if rng.random_bool(0.25) {
                entry.family = by_ear(&entry.family, &mut rng);
            }
            if rng.random_bool(0.1) {
                entry.taken = entry.taken.map(|day| day.saturating_add(jiff_days(rng.random_range(1..20))));
            }
            if rng.random_bool(0.2) {
                entry.father.clear();
            }
            if rng.random_bool(0.3) {
                entry.born = None;
            }
            entries.push(entry);
        }
    }
    (lists, entries)
}

fn jiff_days(n: i64) -> jiff::Span {
    jiff::Span::new().days(n)
}

/// A word that differs from `base` in one or two letters, never the first: vowels change to vowels.
fn near(base: &str, rng: &mut ChaCha8Rng) -> String {
    let mut letters: Vec<char> = base.chars().collect();
    for _ in 0..rng.random_range(1..=2) {
        let i = rng.random_range(1..letters.len());
        let others = if "aeiou".contains(letters[i]) { "aeiou" } else { "bdklmnrstvz" };
        letters[i] = others.chars().nth(rng.random_range(0..others.len())).unwrap();
    }
    letters.into_iter().collect()
}

/// People whose names are all nearly the same, a share of them twice on one list. Where `n_events` is given, they were
/// taken together in so many events, each on one day in one place.
pub fn nearly_equal_names(
    n_persons: u32,
    twice: f64,
    n_events: Option<usize>,
    seed: u64,
) -> (Vec<ListInfo>, Vec<Entry>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut names = |base: &str, n: usize| (0..n).map(|_| near(base, &mut rng)).collect::<Vec<String>>();
    let (given, family, fathers) = (names("Karim", 50), names("Veland", 40), names("Karim", 50));
    let places = names("Korvad", 8);
    let first = Date::new(2009, 1, 1).unwrap();
    let day = |rng: &mut ChaCha8Rng| first.saturating_add(jiff_days(rng.random_range(0..2000)));
    let pick = |words: &[String], rng: &mut ChaCha8Rng| words[rng.random_range(0..words.len())].clone();
    let events: Vec<(Date, String)> =
        (0..n_events.unwrap_or(0)).map(|_| (day(&mut rng), pick(&places, &mut rng))).collect();
    let mut entries = Vec::new();
    for person in 0..n_persons {
        let (taken, place) = match events.len() {
            0 => (day(&mut rng), pick(&places, &mut rng)),
            n => events[rng.random_range(0..n)].clone(),
        };
        let (given, family) = (pick(&given, &mut rng), pick(&family, &mut rng));
        let (father, born) = (pick(&fathers, &mut rng), Some(1960 + rng.random_range(0..35)));
        let one = Entry { person, given, family, father, born, taken: Some(taken), place, ..Entry::default() };
        for _ in 0..1 + u32::from(rng.random_bool(twice)) {
            let mut entry = one.clone();
            if rng.random_bool(0.2) {
                entry.given = by_ear(&entry.given, &mut rng);
            }
            if rng.random_bool(0.15) {
                entry.taken = None;
            }
            if rng.random_bool(0.3) {
                entry.father.clear();
            }
            if rng.random_bool(0.3) {
                entry.born = None;
            }
            entries.push(entry);
        }
    }
    (vec![list("register", false)], entries)
}
