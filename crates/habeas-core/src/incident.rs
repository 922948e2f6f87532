//! Which known incidents an act may be part of: what is told of both is compared, and each likeness is a sign with words of
//! its own. A proposal for people, never a link: whoever reads decides.
//!
//! Conservative by rule, not by weight: nothing is proposed whose days or places exclude each other, and nothing without two
//! of the three that tell incidents apart (person, day, place). Kind of deed and figures only add to these.

use crate::vocab::Vocabulary;
use crate::vocabulary::vocabulary;
use crate::{Bound, CountValue, DaySpan, Entity, Gazetteer, PartialDate, PlaceAsGiven, Truth, fold};
use std::collections::BTreeSet;

vocabulary!(
    /// In what an act and a known incident are alike.
    Sign {
        /// A person of the same name.
        Person = "person",
        /// One and the same day.
        Day = "day",
        /// Dates that may be one day.
        Days = "days",
        /// The same place.
        Place = "place",
        /// One place lies in the other.
        Within = "within",
        /// The same kind of deed, or one kind below the other.
        Deed = "deed",
        /// Figures of the same that may be the same.
        Figure = "figure",
    }
);

impl Sign {
    /// What it counts when proposals are put in order.
    pub fn weight(self) -> u32 {
        match self {
            Self::Person | Self::Day => 4,
            Self::Place => 3,
            Self::Days | Self::Within => 2,
            Self::Deed | Self::Figure => 1,
        }
    }
}

/// Days that a date may leave open to be a sign: «in 2015» may be, «since 2014» is none.
const MOST_DAYS: i32 = 366;

/// Proposals at most for one act.
const MOST_PROPOSED: usize = 5;

/// What is told of an act or incident that tells it from others; of each any number of accounts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Particulars {
    /// Kinds of deed, as codes of the vocabulary of categories.
    pub deeds: BTreeSet<String>,
    /// When.
    pub dates: Vec<PartialDate>,
    /// Where.
    pub places: Vec<PlaceAsGiven>,
    /// Figures.
    pub figures: Vec<CountValue>,
    /// Names of the persons to whom it was done.
    pub persons: BTreeSet<String>,
}

impl Particulars {
    /// Takes from another what this one says nothing of: an incident without a day has those of its acts.
    pub fn or(self, other: Self) -> Self {
        fn or<T>(own: Vec<T>, other: Vec<T>) -> Vec<T> {
            if own.is_empty() { other } else { own }
        }
        Self {
            deeds: if self.deeds.is_empty() { other.deeds } else { self.deeds },
            dates: or(self.dates, other.dates),
            places: or(self.places, other.places),
            figures: or(self.figures, other.figures),
            // Who is named in a part is named in the whole.
            persons: self.persons.into_iter().chain(other.persons).collect(),
        }
    }

    /// Whether the days exclude each other, by every account.
    pub fn other_days(&self, other: &Self) -> bool {
        let mut pairs = self.dates.iter().flat_map(|one| other.dates.iter().map(move |two| one.same(two))).peekable();
        pairs.peek().is_some() && pairs.all(|same| same == Truth::False)
    }
}

/// A known incident that an act may be part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikeIncident {
    /// The incident.
    pub incident: Entity,
    /// In what the two are alike, what tells most first.
    pub signs: Vec<Sign>,
}

/// Known incidents that an act may be part of, the likeliest first, five at most. `alike` says whether two names, of places
/// or persons, may be spellings of one.
pub fn like_incidents<'k>(
    act: &Particulars,
    known: impl IntoIterator<Item = (Entity, &'k Particulars)>,
    places: &Gazetteer,
    alike: &dyn Fn(&str, &str) -> bool,
) -> Vec<LikeIncident> {
    let signs = |known: &Particulars| signs(act, known, places, alike);
    let found = known.into_iter().filter_map(|(incident, known)| Some(LikeIncident { incident, signs: signs(known)? }));
    let mut found: Vec<LikeIncident> = found.collect();
    let weight = |one: &LikeIncident| one.signs.iter().map(|sign| sign.weight()).sum::<u32>();
    found.sort_by_key(|one| (std::cmp::Reverse(weight(one)), one.incident));
    found.truncate(MOST_PROPOSED);
    found
}

/// In what an act and an incident are alike; none where something excludes that they hang together, or too little speaks for it.
fn signs(
    act: &Particulars,
    known: &Particulars,
    places: &Gazetteer,
    alike: &dyn Fn(&str, &str) -> bool,
) -> Option<Vec<Sign>> {
    if act.other_days(known) {
        return None;
    }
    let spelt = |one: &str, other: &str| fold(one) == fold(other) || alike(one, other);
    let place = place_of(&act.places, &known.places, places, &spelt)?;
    let person = act.persons.iter().any(|one| known.persons.iter().any(|other| spelt(one, other)));
    let day = day_of(&act.dates, &known.dates);
    if [person, day.is_some(), place.is_some()].into_iter().filter(|found| *found).count() < 2 {
        return None;
    }
    let kind = |one: &str, other: &str| {
        one == other || Vocabulary::Category.is_within(one, other) || Vocabulary::Category.is_within(other, one)
    };
    let deed = act.deeds.iter().any(|one| known.deeds.iter().any(|other| kind(one, other)));
    let figure = act.figures.iter().any(|one| known.figures.iter().any(|other| may_be_one_figure(one, other)));
    let found =
        [person.then_some(Sign::Person), day, place, deed.then_some(Sign::Deed), figure.then_some(Sign::Figure)];
    Some(found.into_iter().flatten().collect())
}

/// The likest pair of dates: one day, or two that leave few days open and share some.
fn day_of(ours: &[PartialDate], theirs: &[PartialDate]) -> Option<Sign> {
    let sign = |one: &PartialDate, other: &PartialDate| match one.same(other) {
        Truth::True => Some(Sign::Day),
        Truth::Unknown => {
            let tells = [one, other].into_iter().all(|date| days_open(date).is_some_and(|days| days <= MOST_DAYS));
            // «About 2015» and a day of 2016 exclude nothing, and speak for nothing.
            let meets = one.readings().any(|a| other.readings().any(|b| !a.disjoint(&b)));
            (tells && meets).then_some(Sign::Days)
        }
        Truth::False => None,
    };
    ours.iter().flat_map(|one| theirs.iter().filter_map(move |other| sign(one, other))).min()
}

/// How many days a date leaves open, over all readings; none without an end.
fn days_open(date: &PartialDate) -> Option<i32> {
    let days = |span: DaySpan| Some(span.earliest?.until(span.latest?).ok()?.get_days() + 1);
    date.readings().map(days).sum()
}

/// Whether the places are one, or one lies in the other: the inner result. None where they exclude each other by every account.
fn place_of(
    ours: &[PlaceAsGiven],
    theirs: &[PlaceAsGiven],
    places: &Gazetteer,
    spelt: &dyn Fn(&str, &str) -> bool,
) -> Option<Option<Sign>> {
    let pairs = ours.iter().flat_map(|one| theirs.iter().map(move |other| relation(one, other, places, spelt)));
    let pairs: Vec<Relation> = pairs.collect();
    if !pairs.is_empty() && pairs.iter().all(|pair| *pair == Relation::Apart) {
        return None;
    }
    let sign = |pair: &Relation| match pair {
        Relation::Same => Some(Sign::Place),
        Relation::Within => Some(Sign::Within),
        Relation::Apart | Relation::Unknown => None,
    };
    Some(pairs.iter().filter_map(sign).min())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Same,
    Within,
    Apart,
    Unknown,
}

/// How two places as given lie to each other, by their words and by the tree of places.
fn relation(
    one: &PlaceAsGiven,
    other: &PlaceAsGiven,
    places: &Gazetteer,
    spelt: &dyn Fn(&str, &str) -> bool,
) -> Relation {
    let (Some(ours), Some(theirs)) = (one.parts.first(), other.parts.first()) else { return Relation::Unknown };
    let (here, there) = (known_part(one, places), known_part(other, places));
    let each = |lies: &dyn Fn(Entity, Entity) -> Truth| -> Vec<Truth> {
        here.1.iter().flat_map(|a| there.1.iter().map(|b| lies(*a, *b))).collect()
    };
    let (down, up) = (each(&|a, b| places.within(a, b, None)), each(&|a, b| places.within(b, a, None)));
    let all = |said: &[Truth], truth: Truth| !said.is_empty() && said.iter().all(|one| *one == truth);
    if all(&down, Truth::False) && all(&up, Truth::False) {
        return Relation::Apart;
    }
    let holds = |wide: &str, narrow: &PlaceAsGiven| narrow.parts[1..].iter().any(|part| spelt(part, wide));
    // Two places of one name are one place only where nothing wider tells them apart.
    let wider = |from: &PlaceAsGiven, to: &PlaceAsGiven| from.parts[1..].iter().any(|part| holds(part, to));
    let same_around = one.parts.len() == 1 || other.parts.len() == 1 || wider(one, other);
    // The tree tells of the most exact part only where that is the part which it knows.
    let certain = |said: &[Truth], wide_part: usize| wide_part == 0 && all(said, Truth::True);
    match () {
        () if certain(&down, here.0) && certain(&up, there.0) && here.0 == there.0 => Relation::Same,
        () if spelt(ours, theirs) && same_around => Relation::Same,
        () if holds(ours, other) || holds(theirs, one) => Relation::Within,
        () if certain(&down, there.0) || certain(&up, here.0) => Relation::Within,
        () => Relation::Unknown,
    }
}

/// The most exact part that the tree knows, by its place among the parts, and the places that bear its name.
fn known_part(place: &PlaceAsGiven, places: &Gazetteer) -> (usize, Vec<Entity>) {
    let known = place.parts.iter().enumerate().map(|(at, part)| (at, places.named(part)));
    known.into_iter().find(|(_, named)| !named.is_empty()).unwrap_or_default()
}

/// Whether two figures count the same and may be one number; «many» is no number.
fn may_be_one_figure(one: &CountValue, other: &CountValue) -> bool {
    let of_one_kind = (one.measure, one.unit) == (other.measure, other.unit) && one.subgroup == other.subgroup;
    let is_number = one.bound != Bound::Vague && other.bound != Bound::Vague;
    of_one_kind && is_number && one.bounds().may_be_same(&other.bounds())
}

#[cfg(test)]
mod tests;
