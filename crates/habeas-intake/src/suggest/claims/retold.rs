//! One deed that a text tells more than once is one claim: its headline, and «the four men» after «four men».

use super::{Material, SuggestedClaim};
use habeas_core::Holds;
use std::collections::HashSet;

/// Sentences over which «the four men» still are the four men named before.
const REACH: usize = 8;
/// A number that no two deeds of one text share by chance: told again however far down.
const RARE: u64 = 10;

impl Material<'_> {
    /// A headline tells what the text tells again: what has its kind and number there is no claim of its own.
    pub(super) fn without_headlines(&self, claims: &mut Vec<SuggestedClaim>) {
        let headline = |claim: &SuggestedClaim| {
            let at = self.tokens.partition_point(|token| token.end <= claim.range.start);
            let Some(paragraph) = self.tokens.get(at).map(|token| token.paragraph) else { return false };
            let end = self.tokens.partition_point(|token| token.paragraph <= paragraph);
            // A line of a chronicle ends without a stop as well, and tells its own day or place.
            let own = claim.date.as_ref().is_some_and(|date| !date.carried)
                || claim.place.as_ref().is_some_and(|place| !place.carried);
            let listed = own && paragraph > self.tokens[0].paragraph + 2;
            !listed && !self.tokens[..end].iter().rev().take(2).any(|token| token.is_any(&[".", "!", "?", "”", "\""]))
        };
        let key = |claim: &SuggestedClaim| {
            (claim.class, claim.count.as_ref().and_then(|slot| slot.value.stated), claim.pattern)
        };
        let told: HashSet<_> = claims.iter().filter(|claim| !headline(claim)).map(key).collect();
        claims.retain(|claim| !headline(claim) || !told.contains(&key(claim)));
        let mut seen = HashSet::new();
        claims.retain(|claim| !headline(claim) || seen.insert(key(claim)));
    }

    /// «four elders were killed … The elders A, B, C and D died»: told again with «the» or with the names.
    pub(super) fn without_retellings(&self, claims: &mut Vec<SuggestedClaim>) {
        let mut kept: Vec<SuggestedClaim> = Vec::new();
        for claim in claims.drain(..) {
            let names = claim.victims.named.len() > 1;
            // The same number of the same deed, and neither another day nor another place: told again further down.
            let again = self.is_definite(&claim) || !self.is_another(self.sentence_of(&claim));
            let earlier = kept.iter_mut().find(|one| {
                // «another two bodies»: not those told of before.
                if claim.count.as_ref().is_some_and(|slot| slot.value.in_addition && !slot.carried) {
                    return false;
                }
                if self.is_one_person(one, &claim) {
                    return one.class == claim.class && may_be_one_day(one, &claim);
                }
                let apart = self.sentence_of(&claim).saturating_sub(self.sentence_of(one));
                one.class == claim.class
                    && (several(one).is_some() && several(one) == several(&claim) || self.same_words(one, &claim))
                    && (1..=if several(one) >= Some(RARE) { usize::MAX } else { REACH }).contains(&apart)
                    && may_be_one_day(one, &claim)
                    && (self.may_be_one_place(one, &claim) || is_one_day(one, &claim))
                    && (again || names && one.victims.named.is_empty())
            });
            match earlier {
                Some(one) => {
                    one.triggers.extend(claim.triggers);
                    if one.victims.named.is_empty() {
                        one.victims.named = claim.victims.named;
                    }
                    // What the second telling states itself is nearer than what the first one carried over.
                    if one.place.as_ref().is_none_or(|place| place.carried) {
                        let own = claim.place.as_ref().is_some_and(|place| !place.carried);
                        one.place = if own { claim.place } else { one.place.take().or(claim.place) };
                    }
                    if one.date.as_ref().is_none_or(|date| date.carried || date.value.value.is_none()) {
                        let own = claim.date.as_ref().is_some_and(|date| !date.carried);
                        let carried = |date: super::Slot<super::TextDate>| super::Slot { carried: true, ..date };
                        one.date = if own { claim.date } else { one.date.take().or(claim.date.map(carried)) };
                    }
                    one.perpetrator = one.perpetrator.take().or(claim.perpetrator);
                }
                None => kept.push(claim),
            }
        }
        *claims = kept;
    }

    /// «at least 17 more were taken in July»: by those who took the others, where the same paragraph names them.
    pub(super) fn additions(&self, claims: &mut [SuggestedClaim]) {
        let paragraph = |claim: &SuggestedClaim| {
            let at = self.tokens.partition_point(|token| token.end <= claim.range.start);
            self.tokens.get(at).map(|token| token.paragraph)
        };
        for idx in 1..claims.len() {
            let (before, rest) = claims.split_at_mut(idx);
            let (before, claim) = (&before[idx - 1], &mut rest[0]);
            let more = claim.count.as_ref().is_some_and(|slot| slot.value.in_addition);
            if more && before.class == claim.class && paragraph(before) == paragraph(claim) {
                let carried = before.perpetrator.clone().map(|slot| super::Slot { carried: true, ..slot });
                claim.perpetrator = claim.perpetrator.take().or(carried);
            }
        }
    }

    /// «a man» and again «a man», «his wife» and again «his wife»: told once more, by somebody else.
    fn same_words(&self, one: &SuggestedClaim, other: &SuggestedClaim) -> bool {
        let words = |claim: &SuggestedClaim| {
            let slot = claim.count.as_ref().filter(|slot| slot.value.stated == Some(1) && !slot.carried)?;
            Some(self.text[slot.range.clone()].to_lowercase()).filter(|words| words.contains(' '))
        };
        words(one).is_some_and(|first| Some(&first) == words(other).as_ref() && !first.starts_with("another"))
            && one.victims.named.is_empty()
            && other.victims.named.is_empty()
    }

    /// Whether two claims name the same one victim, the second one perhaps by the last name alone.
    fn is_one_person(&self, one: &SuggestedClaim, other: &SuggestedClaim) -> bool {
        let last = |claim: &SuggestedClaim| match claim.victims.named.as_slice() {
            [name] => self.text[name.clone()].rsplit(' ').next().map(str::to_lowercase),
            _ => None,
        };
        last(one).is_some() && last(one) == last(other)
    }

    /// Whether two claims may be of one place: two that each claim states itself must share a name.
    fn may_be_one_place(&self, one: &SuggestedClaim, other: &SuggestedClaim) -> bool {
        let own = |claim: &SuggestedClaim| claim.place.clone().filter(|place| !place.carried).map(|place| place.ranges);
        match (own(one), own(other)) {
            (Some(one), Some(other)) => {
                let words = |ranges: &[std::ops::Range<usize>]| {
                    ranges.iter().map(|range| self.text[range.clone()].to_lowercase()).collect::<HashSet<_>>()
                };
                let (first, second) = (words(&one), words(&other));
                // «Kesh» and «Olenia»: the one lies in the other.
                let nested = |inner: &HashSet<String>, outer: &HashSet<String>| {
                    inner.iter().any(|name| self.lies_in(name).iter().any(|wider| outer.contains(wider)))
                };
                !first.is_disjoint(&second)
                    || nested(&first, &second)
                    || nested(&second, &first)
                    || self.is_facility(&one) != self.is_facility(&other)
            }
            _ => true,
        }
    }

    /// What a listed place lies in, in lower case.
    fn lies_in(&self, name: &str) -> Vec<String> {
        let listed = self.lexicon.listed(name).map(|place| place.name.clone());
        let wider = listed.map(|name| self.lexicon.within(&name)).unwrap_or_default();
        wider.iter().map(|name| name.to_lowercase()).collect()
    }

    /// «the market»: within the place that another sentence names.
    fn is_facility(&self, ranges: &[std::ops::Range<usize>]) -> bool {
        ranges.first().is_some_and(|range| !self.text[range.clone()].starts_with(char::is_uppercase))
    }

    fn sentence_of(&self, claim: &SuggestedClaim) -> usize {
        let at = self.tokens.partition_point(|token| token.end <= claim.range.start);
        self.tokens.get(at).map_or(0, |token| token.sentence)
    }

    /// «the four elders», «these men».
    fn is_definite(&self, claim: &SuggestedClaim) -> bool {
        let Some(slot) = &claim.count else { return false };
        let at = self.tokens.partition_point(|token| token.start < slot.range.start);
        at > 0 && self.tokens[at - 1].is_any(&["the", "these", "those", "all"])
    }
}

/// The number of a claim of more than one person.
fn several(claim: &SuggestedClaim) -> Option<u64> {
    claim.count.as_ref().and_then(|slot| slot.value.stated).filter(|n| *n > 1 && !claim.pattern)
}

/// Whether both claims state one and the same day.
fn is_one_day(one: &SuggestedClaim, other: &SuggestedClaim) -> bool {
    let day =
        |claim: &SuggestedClaim| claim.date.as_ref().filter(|slot| !slot.carried)?.value.value.as_ref()?.single_day();
    day(one).is_some() && day(one) == day(other)
}

/// Whether two claims may be of one day: two days that each claim states itself must be equal.
fn may_be_one_day(one: &SuggestedClaim, other: &SuggestedClaim) -> bool {
    // «since January» bounds a day and names none.
    let own = |claim: &SuggestedClaim| {
        let date = claim.date.as_ref().filter(|slot| !slot.carried)?.value.value.clone();
        Some(date).filter(|date| date.as_ref().is_none_or(|date| date.holds() != Holds::Starts))
    };
    match (own(one), own(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
