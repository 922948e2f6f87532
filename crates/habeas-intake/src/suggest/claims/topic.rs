//! What a text says of a deed elsewhere than beside it: the country that it is about, the day told further down, the
//! period of its headline.

use super::{Material, PlaceSlot};
use crate::suggest::{
    acts, dates,
    lexicon::ActClass,
    names::{self, NameKind},
};
use std::{collections::HashMap, ops::Range};

/// Sentences below a deed within which a text tells when it happened.
const BELOW: usize = 6;
/// Paragraphs among which the first one with a whole sentence stands, below a headline and its furniture.
const HEAD: usize = 8;

impl Material<'_> {
    /// «… confirmed the incident, saying it happened on Monday»: the day that one of the next sentences gives.
    pub(super) fn told_below(&self, sentence: usize) -> Option<usize> {
        (0..self.dates.len()).find(|idx| {
            let date = &self.dates[*idx].tokens;
            let own = self.sentence(date.start);
            let led = (date.start.saturating_sub(12)..date.start).any(|at| {
                self.sentence(at) == own
                    && (self.tokens[at].is_any(&["happened", "occurred"])
                        || self.lower(at) == "came" && self.acts.iter().any(|act| act.tokens.end == at)
                        || self.lower(at) == "took" && self.lower(at + 1) == "place")
            });
            let day = self.values[*idx].length.is_none() && !self.is_aside(&self.dates[*idx]);
            // Another deed between them is what is dated.
            let between = |act: &acts::Found| (sentence + 1..own).contains(&self.sentence(act.tokens.start));
            let other = self.acts.iter().any(|act| act.class != ActClass::Attack && between(act));
            led && day && !other && (sentence + 1..=sentence + BELOW).contains(&own)
        })
    }

    /// The month or year of the headline: «Update October 2020».
    pub(super) fn topic_date(&self) -> Option<usize> {
        let first = self.tokens.first()?.paragraph;
        let end = self.tokens.partition_point(|token| token.paragraph <= first);
        let headline = end <= 24 && !self.tokens[end - 1].is_any(&[".", "!", "?", "”", "\""]);
        let period = |date: &dates::Found| {
            date.tokens.start < end
                && matches!(
                    date.reading,
                    dates::Reading::Stated { grain: dates::Grain::Month | dates::Grain::Year, .. }
                        | dates::Reading::Interval { .. }
                )
        };
        self.dates.iter().position(period).filter(|_| headline)
    }

    /// «outside his home», «from her house»: where it happened, though nobody learns where that is.
    pub(super) fn home(&self, act: &acts::Found) -> Option<Range<usize>> {
        let sentence = self.sentence(act.tokens.start);
        let end = (act.tokens.end + 12).min(self.tokens.len());
        let at = (act.tokens.end..end).take_while(|at| self.sentence(*at) == sentence).find(|at| {
            self.tokens[*at].is_any(&["home", "house", "residence", "apartment", "flat"])
                && self.tokens[*at - 1].is_any(&["his", "her", "their", "s"])
        })?;
        let led = (at.saturating_sub(6)..at).any(|near| {
            self.sentence(near) == sentence
                && self.tokens[near].is_any(&["in", "at", "from", "near", "outside", "inside"])
        });
        led.then(|| self.bytes(&(at..at + 1)))
    }

    /// «killed five, hours after a bombing at a checkpoint»: where and when another deed was done.
    pub(super) fn is_of_an_earlier_day(&self, act: &acts::Found, other: &Range<usize>) -> bool {
        let units = ["minutes", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years"];
        (act.tokens.end + 1..other.start).any(|at| {
            self.tokens[at].is("after")
                && self.tokens[at - 1].is_any(&units)
                && self.sentence(at) == self.sentence(act.tokens.start)
                && self.sentence(at) == self.sentence(other.start)
        })
    }

    /// The country, province or region that a text names most often, and twice at least: what it is about, where nothing
    /// says more. A town is not: what is told without a place need not have happened there.
    pub(super) fn most_named(&self, sentence: usize) -> Option<PlaceSlot> {
        if self.is_another(sentence) {
            return None;
        }
        let places = || {
            self.names.iter().filter(|name| {
                let wide = self.lexicon.listed(&self.text[self.bytes(&name.tokens)]).is_some_and(|place| {
                    !matches!(place.kind.as_str(), "city" | "town" | "district" | "site" | "water")
                });
                wide && name.kind == NameKind::Place && !(self.in_dateline(&name.tokens) && self.is_abroad(name))
            })
        };
        let words = |name: &names::Found| self.text[self.bytes(&name.tokens)].to_lowercase();
        let mut named: HashMap<String, usize> = HashMap::new();
        places().for_each(|place| *named.entry(words(place)).or_default() += 1);
        let most = named.values().copied().max().filter(|n| *n > 1)?;
        // Of several named as often the first one.
        let place = places().find(|place| named[&words(place)] == most)?;
        Some(PlaceSlot { ranges: vec![self.bytes(&place.tokens)], carried: true })
    }

    /// The country that the headline or the first sentence of a text names, where it names one alone.
    pub(super) fn topic_place(&self, sentence: usize) -> Option<PlaceSlot> {
        if self.is_another(sentence) {
            return None;
        }
        let first = self.tokens[0].paragraph;
        let ends = |paragraph: &usize| {
            let end = self.tokens.partition_point(|token| token.paragraph <= *paragraph);
            self.tokens[end - 1].is_any(&[".", "!", "?", "”", "\""])
        };
        let lead = (first..first + HEAD).find(ends)?;
        let head = self.names.iter().take_while(|name| self.tokens[name.tokens.start].paragraph <= lead);
        let mut countries = head
            .filter(|name| !(self.in_dateline(&name.tokens) && self.is_abroad(name)))
            .filter_map(|name| Some((name, self.country(name)?)));
        let (first, own) = countries.next()?;
        let range = self.country_range(first);
        let is_country = self.lexicon.listed(&self.text[range.clone()]).is_some_and(|place| place.kind == "country");
        (is_country && countries.all(|(_, other)| other == own))
            .then(|| PlaceSlot { ranges: vec![range], carried: true })
    }

    /// A dateline of a country that the text names nowhere else, while it names another: where somebody wrote.
    pub(super) fn is_abroad(&self, head: &names::Found) -> bool {
        let Some(own) = self.country(head) else { return false };
        let others = self.names.iter().filter(|name| !self.in_dateline(&name.tokens));
        let mut countries = others.filter_map(|name| self.country(name)).peekable();
        countries.peek().is_some() && countries.all(|country| country != own)
    }

    /// The country of a listed place, or of the place that an organisation's name begins with.
    fn country(&self, name: &names::Found) -> Option<String> {
        let listed = self.lexicon.listed(&self.text[self.country_range(name)])?;
        Some(self.lexicon.within(&listed.name).pop().unwrap_or_else(|| listed.name.clone()))
    }

    /// «the Olenia military»: the place stands first in its name.
    fn country_range(&self, name: &names::Found) -> Range<usize> {
        match name.kind {
            NameKind::Organisation { .. } => self.tokens[name.tokens.start].range(),
            _ => self.bytes(&name.tokens),
        }
    }
}
