//! A highlighter: what a text seems to say about people who were taken or killed, each word of it with its place.
//!
//! Nothing that it makes counts. A suggestion fills a form, and a person confirms it field by field; what is not confirmed
//! stays unknown. Rules for English so far: of other texts only dates in digits and listed names are marked, with the
//! remark that there are no rules for the language. Values are computed from the words at the span, never guessed.

mod acts;
mod anchors;
mod claims;
mod counts;
mod dates;
mod lexicon;
mod names;
mod numbers;
pub mod quoted;
pub mod score;
mod speakers;
mod tokens;
mod unruled;

pub use anchors::{Anchors, DateRule, TextDate};
pub use claims::{Basis, PlaceSlot, Says, Slot, SuggestedClaim, Victims};
pub use counts::{CountBound, CountClass, TextCount};
pub use lexicon::{ActClass, Lexicon, LexiconError, ListedPlace};

use crate::page::{DetailKind, Page, Rendition};
use crate::values::date::{DateRule as CellRule, read_date};
use habeas_core::{Date, Script, script_of};
use names::NameKind;
use std::ops::Range;
use tokens::tokenise;

/// Raised whenever the same text and lists may give other suggestions.
pub const RULES_VERSION: u16 = 6;

/// One marked place of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What it is, with its value.
    pub value: MarkValue,
}

/// What a marked place is.
#[derive(Debug, Clone, PartialEq)]
pub enum MarkValue {
    /// A date or a length of time.
    Date(TextDate),
    /// A number.
    Count(TextCount),
    /// What is done to people.
    Act(ActClass),
    /// A person; an author is no victim.
    Person {
        /// Whether the text names them as its author.
        author: bool,
    },
    /// An organisation; `force` for army, police and their like.
    Organisation {
        /// Whether it is one that uses force.
        force: bool,
    },
    /// A place; `facility` for one that stands in no list, such as «the hospital».
    Place {
        /// Whether it is one.
        facility: bool,
    },
}

impl MarkValue {
    /// The stable code of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Date(_) => "date",
            Self::Count(_) => "count",
            Self::Act(_) => "act",
            Self::Person { .. } => "person",
            Self::Organisation { .. } => "organisation",
            Self::Place { .. } => "place",
        }
    }
}

/// Everything that was suggested for one text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Suggestions {
    /// Marks, in the order of the text.
    pub marks: Vec<Mark>,
    /// Claims, in the order of the text.
    pub claims: Vec<SuggestedClaim>,
    /// Whether the rules know no such language; then only dates and listed places are marked.
    pub no_rules: bool,
}

/// The days of publication that a document states; where its voices name several, the first and the last one. A text that
/// states none was written by the day on which it was last changed.
pub fn anchors_of(page: &Page) -> Anchors {
    let days = |kind| page.says(kind).filter_map(|detail| day_of(&detail.words));
    let (published, first) = (days(DetailKind::Published), days(DetailKind::FirstPublished).min());
    let earliest = days(DetailKind::Published).min();
    let published = published.max().or_else(|| days(DetailKind::Updated).max());
    Anchors { published, first_published: first.or_else(|| earliest.filter(|day| Some(*day) != published)) }
}

/// The day that words of a document's head or dateline name.
fn day_of(words: &str) -> Option<Date> {
    let iso = words.get(..10).and_then(|day| day.parse::<Date>().ok());
    iso.or_else(|| {
        let tokens = tokenise(words);
        let found = dates::find(words, &tokens);
        let resolved = anchors::resolve(&tokens, &found, &Anchors::default());
        resolved.into_iter().find_map(|date| date.value?.single_day())
    })
    .or_else(|| read_date(words, &CellRule::default()).ok()?.date.single_day())
}

/// Suggests marks and claims for a text. Masked parts are left out.
pub fn suggest(rendition: &Rendition, anchors: &Anchors, lexicon: &Lexicon) -> Suggestions {
    let text = rendition.text();
    let masked: Vec<Range<usize>> =
        rendition.masks().iter().map(|mask| mask.start as usize..mask.end as usize).collect();
    let addresses = addresses(text);
    let mut tokens = tokenise(text);
    tokens
        .retain(|token| !masked.iter().chain(&addresses).any(|mask| mask.start < token.end && token.start < mask.end));
    if tokens.is_empty() {
        return Suggestions::default();
    }
    let found_dates = dates::find(text, &tokens);
    let values = anchors::resolve(&tokens, &found_dates, anchors);
    let in_dates = flags(tokens.len(), found_dates.iter().map(|date| date.tokens.clone()));
    let bytes = |range: &Range<usize>| tokens[range.start].start..tokens[range.end - 1].end;
    let mut marks: Vec<Mark> = found_dates
        .iter()
        .zip(&values)
        .map(|(found, value)| Mark { range: bytes(&found.tokens), value: MarkValue::Date(value.clone()) })
        .collect();
    if !is_english(text, &tokens) {
        marks.retain(|mark| matches!(&mark.value, MarkValue::Date(date) if date.value.is_some()));
        let apart = |mark: &Mark, others: &[Mark]| {
            others.iter().all(|other| other.range.end <= mark.range.start || mark.range.end <= other.range.start)
        };
        let dates = unruled::dates(text, &tokens).into_iter();
        let dates: Vec<Mark> =
            dates.map(|(found, date)| Mark { range: bytes(&found), value: MarkValue::Date(date) }).collect();
        marks.retain(|mark| apart(mark, &dates));
        marks.extend(dates);
        let places = unruled::places(text, &tokens, lexicon).into_iter();
        let places = places.map(|found| Mark { range: bytes(&found), value: MarkValue::Place { facility: false } });
        let places: Vec<Mark> = places.filter(|mark| apart(mark, &marks)).collect();
        marks.extend(places);
        marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
        return Suggestions { marks, claims: Vec::new(), no_rules: true };
    }
    let mut found_counts = counts::find(text, &tokens, lexicon, &|at| in_dates[at]);
    let in_counts = flags(tokens.len(), found_counts.iter().map(|count| count.tokens.clone()));
    let found_names = names::find(text, &tokens, lexicon, &|at| {
        in_dates[at] || in_counts[at] && (!tokens[at].capital || numbers::read(&tokens[at..=at]).is_some())
    });
    let in_names = flags(
        tokens.len(),
        found_names
            .iter()
            .filter(|name| name.tokens.len() > 1 || name.kind == NameKind::Person)
            .map(|name| name.tokens.clone()),
    );
    let found_acts = acts::find(&tokens, lexicon, &|at| in_names[at]);
    let speaking = speakers::find(&tokens, &found_names);
    let authors = claims::authors(&tokens, &found_names, &found_dates);
    let material = claims::Material {
        text,
        tokens: &tokens,
        lexicon,
        dates: &found_dates,
        values: &values,
        names: &found_names,
        acts: &found_acts,
        speaking: &speaking,
        authors: &authors,
    };
    let claims = claims::assemble(&material, &mut found_counts);
    marks.extend(
        found_counts
            .iter()
            .map(|found| Mark { range: bytes(&found.tokens), value: MarkValue::Count(found.count.clone()) }),
    );
    marks.extend(
        found_acts.iter().map(|found| Mark { range: bytes(&found.tokens), value: MarkValue::Act(found.class) }),
    );
    marks.extend(found_names.iter().enumerate().map(|(idx, found)| {
        let value = match found.kind {
            NameKind::Person => MarkValue::Person { author: authors.contains(&idx) },
            NameKind::Organisation { force } => MarkValue::Organisation { force },
            NameKind::Place => MarkValue::Place { facility: false },
            NameKind::Facility => MarkValue::Place { facility: true },
        };
        Mark { range: bytes(&found.tokens), value }
    }));
    marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
    Suggestions { marks, claims, no_rules: false }
}

fn flags(n: usize, ranges: impl Iterator<Item = Range<usize>>) -> Vec<bool> {
    let mut flags = vec![false; n];
    ranges.flatten().for_each(|at| flags[at] = true);
    flags
}

/// Addresses of the net: what looks like a date or a name in them is none.
fn addresses(text: &str) -> Vec<Range<usize>> {
    let starts = ["http://", "https://", "www."].into_iter().flat_map(|start| text.match_indices(start));
    starts
        .map(|(start, _)| {
            let end = text[start..]
                .find(|c: char| c.is_whitespace() || matches!(c, '>' | ')' | ']' | '"'))
                .unwrap_or(text.len() - start);
            start..start + end
        })
        .collect()
}

/// English is told by its small words: no other language in Latin letters has so many of them.
fn is_english(text: &str, tokens: &[tokens::Token]) -> bool {
    const SMALL: [&str; 20] = [
        "the", "of", "and", "to", "in", "was", "were", "by", "for", "that", "is", "with", "from", "on", "at", "have",
        "has", "who", "their", "been",
    ];
    if script_of(text) != Script::Latin {
        return false;
    }
    let words = tokens.iter().filter(|token| token.is_word()).count();
    let small = tokens.iter().filter(|token| token.is_any(&SMALL)).count();
    small * 10 >= words
}

#[cfg(test)]
mod tests;
