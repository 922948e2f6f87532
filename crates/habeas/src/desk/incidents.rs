//! Known incidents that an act may be part of: what the book tells of both, compared by the core, with spellings as the
//! linkage takes them. A proposal that people choose from; nothing is recorded here.

use super::Book;
use habeas_core::{
    Assertion, Content, Entity, EntityKind, Gazetteer, LikeIncident, Matter, Particulars, Predicate, Review, Topic,
    Value, fold, like_incidents, script_of,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// From this on two names may be spellings of one, as [`habeas_link::similarity`] scores them.
const ALIKE: f64 = 0.85;

/// Letters at least of a name that may have another spelling.
const LEAST_LETTERS: usize = 3;

/// Incidents that an act is part of, by claims that count.
pub fn incidents_of(book: &Book, act: Entity) -> Vec<Entity> {
    let mut found: Vec<Entity> = book.counting_about(act).into_iter().filter_map(incident_of).collect();
    found.dedup();
    found
}

fn incident_of(one: &Assertion) -> Option<Entity> {
    let whole = one.leads_to().filter(|_| one.topic == Topic::Of(Matter::PartOf) && one.is_tallied());
    whole.filter(|whole| whole.kind == EntityKind::Incident)
}

/// Known incidents that an act may be part of, the likeliest first; none where it is part of one already, or where anything
/// but an act is asked about. Of the act also what is only proposed is compared, of incidents what counts.
pub fn incidents_like(book: &Book, act: Entity) -> Vec<LikeIncident> {
    if act.kind != EntityKind::Act || !incidents_of(book, act).is_empty() {
        return Vec::new();
    }
    let told = act_of(book, act);
    let mut known = known_incidents(book);
    known.retain(|_, incident| !told.other_days(incident));
    if known.is_empty() {
        return Vec::new();
    }
    let spellings = spellings(&told, known.values());
    let alike = |one: &str, other: &str| spellings.contains(&(one.to_owned(), other.to_owned()));
    let places = Gazetteer::of(book.counting());
    like_incidents(&told, known.iter().map(|(incident, told)| (*incident, told)), &places, &alike)
}

/// What is told of an act, proposals included.
fn act_of(book: &Book, act: Entity) -> Particulars {
    let holds = |one: &&Assertion| {
        book.stand(one.id).is_some_and(|stand| {
            let open = matches!(stand.review, Review::Accepted | Review::Proposed);
            open && stand.superseded_by.is_none() && stand.taken_back_by.is_none()
        })
    };
    let said: Vec<&Assertion> = book.assertions.iter().filter(holds).collect();
    let mut told = Particulars::default();
    for one in said.iter().filter(|one| one.about == act) {
        take(&mut told, book, one, |person| names(book, said.iter().filter(|one| one.about == person).copied()));
    }
    told
}

/// What is told of each incident: by itself, and where it says nothing, by its acts.
fn known_incidents(book: &Book) -> BTreeMap<Entity, Particulars> {
    let counting = book.counting();
    let mut wholes: HashMap<Entity, Vec<Entity>> = HashMap::new();
    for (part, whole) in counting.iter().filter_map(|one| Some((one.about, incident_of(one)?))) {
        wholes.entry(part).or_default().push(whole);
    }
    let mut known: BTreeMap<Entity, (Particulars, Particulars)> = BTreeMap::new();
    let names_of = |person| names(book, book.counting_about(person).into_iter());
    for one in counting {
        if one.about.kind == EntityKind::Incident {
            take(&mut known.entry(one.about).or_default().0, book, one, names_of);
        }
        for whole in wholes.get(&one.about).into_iter().flatten() {
            take(&mut known.entry(*whole).or_default().1, book, one, names_of);
        }
    }
    known.into_iter().map(|(incident, (own, parts))| (incident, own.or(parts))).collect()
}

/// Takes in what a claim tells, as far as whoever reads may see it.
fn take(told: &mut Particulars, book: &Book, one: &Assertion, names: impl Fn(Entity) -> Vec<String>) {
    if !one.is_tallied() || !book.shows(one) {
        return;
    }
    match (one.topic, &one.content) {
        (Topic::Of(Matter::Category), Content::Code(code)) => drop(told.deeds.insert(code.clone())),
        (Topic::Of(Matter::When), _) => told.dates.extend(book.date(one)),
        (Topic::Of(Matter::Where), Content::Value(Value::Place(place))) => told.places.push(place.clone()),
        (Topic::Of(Matter::Count), Content::Count(count)) => told.figures.push((**count).clone()),
        (Topic::Of(Matter::Victim), Content::Entity(person, _)) => told.persons.extend(names(*person)),
        _ => {}
    }
}

/// The names that claims about a person give.
fn names<'b>(book: &Book, about: impl Iterator<Item = &'b Assertion>) -> Vec<String> {
    let name = |one: &Assertion| match &one.content {
        Content::Value(Value::Name(name)) if book.shows(one) && one.is_tallied() => Some(name.text()),
        _ => None,
    };
    let on_names = |one: &&Assertion| matches!(one.topic, Topic::Person(Predicate::Name | Predicate::Alias));
    about.filter(on_names).filter_map(name).collect()
}

/// Pairs of names, of persons or of places, that may be spellings of one: of the act first, of an incident second.
fn spellings<'k>(act: &Particulars, known: impl Iterator<Item = &'k Particulars>) -> HashSet<(String, String)> {
    fn parts(told: &Particulars) -> BTreeSet<&str> {
        told.places.iter().flat_map(|place| &place.parts).map(String::as_str).collect()
    }
    fn persons(told: &Particulars) -> BTreeSet<&str> {
        told.persons.iter().map(String::as_str).collect()
    }
    let (our_parts, our_persons) = (parts(act), persons(act));
    let mut pairs: BTreeSet<(&str, &str)> = BTreeSet::new();
    for told in known {
        for (ours, theirs) in [(&our_parts, parts(told)), (&our_persons, persons(told))] {
            pairs.extend(ours.iter().flat_map(|one| theirs.iter().map(move |other| (*one, *other))));
        }
    }
    let pairs: Vec<(&str, &str)> = pairs.into_iter().filter(|(one, other)| may_be_spellings(one, other)).collect();
    let scored = pairs.iter().zip(habeas_link::similarities(&pairs));
    let alike = scored.filter(|(_, similarity)| similarity.score >= ALIKE);
    // The core asks in either order.
    alike
        .flat_map(|((one, other), _)| [(one, other), (other, one)])
        .map(|(a, b)| (a.to_string(), b.to_string()))
        .collect()
}

/// Whether the linkage is asked about two names at all. Its consonants alone would take any long word for a short one («Kesh»
/// and «Qovisha»): single words of one script differ in length by a third at most.
fn may_be_spellings(one: &str, other: &str) -> bool {
    let (ours, theirs) = (one.chars().count(), other.chars().count());
    let is_word = |name: &str| !name.trim().contains(char::is_whitespace);
    let is_near = ours.abs_diff(theirs) * 3 <= ours.max(theirs);
    let comparable = is_near || !is_word(one) || !is_word(other) || script_of(one) != script_of(other);
    ours.min(theirs) >= LEAST_LETTERS && comparable && fold(one) != fold(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_core::PlaceAsGiven;

    #[test]
    fn names_are_spellings_of_one_as_the_linkage_takes_them_and_a_short_word_is_no_long_one() {
        for (one, other, alike) in [
            ("Kesh", "Kech", true),
            ("Kesh", "Qovisha", false),
            ("Kesh", "کیش", true),
            ("Kesh", "Dorval", false),
            ("Karim Osto", "Kareem Osto", true),
            ("Adil Venn", "Adil Anwar Venn", true),
            ("Adil Venn", "Sera Venn", false),
            ("Ab", "Ap", false),
        ] {
            let place = |name: &str| PlaceAsGiven { parts: vec![name.to_owned()], point: None };
            let told = |name| Particulars { places: vec![place(name)], ..Particulars::default() };
            let found = spellings(&told(one), [told(other)].iter());
            let pair = |a: &str, b: &str| found.contains(&(a.to_owned(), b.to_owned()));
            assert_eq!((pair(one, other), pair(other, one)), (alike, alike), "{one} and {other}");
        }
    }
}
