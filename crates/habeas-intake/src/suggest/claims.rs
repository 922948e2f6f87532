//! From marks to suggested claims: who or how many, what, when, where, by whom, and who says so.
//!
//! Each slot keeps the place that fills it. What a neighbouring sentence says is marked as carried. Nothing is filled
//! that no words support: an alleged perpetrator that nobody names stays empty.

mod counted;
mod doers;
mod implicit;
mod retold;
mod roles;
mod slots;
mod topic;

use super::{
    acts,
    anchors::TextDate,
    counts::{self, CountBound, CountClass, TextCount},
    dates,
    lexicon::{ActClass, Lexicon},
    names::{self, NameKind},
    speakers::Speaking,
    tokens::Token,
};
use habeas_core::{Modality, Polarity};
use std::{collections::HashSet, ops::Range};

/// A value with the bytes that it was computed from.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot<T> {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// The value.
    pub value: T,
    /// Taken over from a neighbouring sentence.
    pub carried: bool,
}

/// Whom it happened to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Victims {
    /// Named persons, by the bytes of their names.
    pub named: Vec<Range<usize>>,
    /// The words for those counted: «72 lawyers».
    pub group: Option<Range<usize>>,
    /// They are children, or the text asks for anonymity.
    pub protect: bool,
}

/// Where it happened.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceSlot {
    /// From the most exact one outwards, each by its bytes.
    pub ranges: Vec<Range<usize>>,
    /// Taken over from a neighbouring sentence.
    pub carried: bool,
}

/// On what ground somebody is said to have done it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// Named as the one who acted.
    NamedAsAgent,
    /// Accused by somebody.
    Accused,
    /// Claimed responsibility.
    ClaimedResponsibility,
}

/// Who says so.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// Whoever wrote the text.
    Author,
    /// Somebody it names.
    Named(Slot<()>),
    /// Somebody whom it does not name: «sources», «it is reported».
    Unnamed(Slot<()>),
}

/// What a text seems to say happened.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestedClaim {
    /// What.
    pub class: ActClass,
    /// The words that say so, the first one first; a deed told twice has two.
    pub triggers: Vec<Range<usize>>,
    /// The part of the sentence that says it.
    pub range: Range<usize>,
    /// How many.
    pub count: Option<Slot<TextCount>>,
    /// Whom.
    pub victims: Victims,
    /// When.
    pub date: Option<Slot<TextDate>>,
    /// For how long.
    pub length: Option<Slot<String>>,
    /// Where.
    pub place: Option<PlaceSlot>,
    /// By whom, as somebody alleges.
    pub perpetrator: Option<Slot<Basis>>,
    /// The words of an official version that the text disputes.
    pub official_version: Option<Range<usize>>,
    /// Who says so.
    pub says: Says,
    /// The words that hedge it.
    pub hedge: Option<Range<usize>>,
    /// How it is put.
    pub modality: Modality,
    /// For or against.
    pub polarity: Polarity,
    /// A general statement without a number or a name; it never carries one.
    pub pattern: bool,
}

/// What claims are made of.
pub(super) struct Material<'m> {
    pub text: &'m str,
    pub tokens: &'m [Token],
    pub lexicon: &'m Lexicon,
    pub dates: &'m [dates::Found],
    pub values: &'m [TextDate],
    pub names: &'m [names::Found],
    pub acts: &'m [acts::Found],
    pub speaking: &'m [Speaking],
    pub authors: &'m HashSet<usize>,
}

/// Names that the text gives as its authors: behind «by» in a line with a date or alone, or a line of their own at an end.
pub(super) fn authors(tokens: &[Token], names: &[names::Found], dates: &[dates::Found]) -> HashSet<usize> {
    let last = tokens.last().map_or(0, |token| token.paragraph);
    let mut authors = HashSet::new();
    let mut words: HashSet<Vec<String>> = HashSet::new();
    let sorted = |name: &names::Found| {
        let mut words: Vec<String> = tokens[name.tokens.clone()].iter().map(|token| token.lower.clone()).collect();
        words.sort();
        words
    };
    for (idx, name) in names.iter().enumerate().filter(|(_, name)| name.kind == NameKind::Person) {
        let paragraph = tokens[name.tokens.start].paragraph;
        let line: Vec<&Token> = tokens.iter().filter(|token| token.paragraph == paragraph).collect();
        let by = (1..=3).any(|back| {
            name.tokens
                .start
                .checked_sub(back)
                .is_some_and(|at| tokens[at].is("by") && tokens[at].paragraph == paragraph)
        });
        let dated = dates.iter().any(|date| tokens[date.tokens.start].paragraph == paragraph);
        let short = line.len() <= name.tokens.len() + 3;
        let verbs = line.iter().any(|token| token.is_any(&["was", "were", "had", "said"]));
        if by && (dated || short) && !verbs
            || short && (paragraph <= 3 || last - paragraph <= 8) && line.len() == name.tokens.len()
        {
            authors.insert(idx);
            words.insert(sorted(name));
        }
    }
    // The same name elsewhere, in either order.
    authors.extend(
        names
            .iter()
            .enumerate()
            .filter(|(_, name)| name.kind == NameKind::Person && words.contains(&sorted(name)))
            .map(|(idx, _)| idx),
    );
    authors
}

/// Makes claims; implicit counts («a schoolteacher») are added to `found`.
pub(super) fn assemble(material: &Material<'_>, found: &mut Vec<counts::Found>) -> Vec<SuggestedClaim> {
    let mut claims: Vec<(usize, SuggestedClaim)> = Vec::new();
    let mut used: HashSet<usize> = HashSet::new();
    let mut deeds: Vec<(usize, usize)> = Vec::new();
    found.extend(material.implicit(found));
    found.sort_by_key(|count| count.tokens.start);
    for count in found.iter() {
        let people = matches!(count.count.class, CountClass::People | CountClass::Elided);
        // «the two freed men»: says who they are.
        used.extend((0..material.acts.len()).filter(|act| {
            let act = &material.acts[*act];
            people
                && act.class != ActClass::FoundDead
                && count.tokens.start < act.tokens.start
                && act.tokens.end < count.tokens.end
        }));
        if count.count.bound == CountBound::Vague && count.count.low == Some(1) || material.is_part_only(count, found) {
            continue;
        }
        let acts =
            if people { material.acts_of(count, found) } else { material.counted_deed(count).into_iter().collect() };
        if acts.is_empty()
            && let Some(claim) = material.in_row(count, found, deeds.last())
        {
            deeds.push((count.tokens.start, claim.0));
            claims.push((count.tokens.start, claim.1));
        }
        for act in acts {
            used.insert(act);
            deeds.push((count.tokens.start, act));
            let claim = material.claim(act, Some(count), material.named_behind(count));
            claims.push((count.tokens.start, claim));
        }
    }
    for (idx, act) in material.acts.iter().enumerate() {
        if used.contains(&idx) || act.class == ActClass::Attack {
            continue;
        }
        let victims = material.named_victims(act);
        if !victims.is_empty() {
            let start = victims.iter().map(|name| material.names[*name].tokens.start).min().unwrap_or(act.tokens.start);
            claims.push((start.min(act.tokens.start), material.claim(idx, None, victims)));
        } else if material.tell_again(act, &mut claims) {
            continue;
        } else if let Some(claim) = material.same_people(idx, &claims) {
            claims.push((act.tokens.start, claim));
        } else if let Some(body) = material.one_body(act) {
            claims.push((act.tokens.start, material.claim(idx, Some(&body), Vec::new())));
        } else {
            let claim = material.claim(idx, None, Vec::new());
            // A deed without anybody is a pattern only where it says who does it.
            if claim.perpetrator.is_some() && material.is_general(act) {
                claims.push((act.tokens.start, SuggestedClaim { pattern: true, ..claim }));
            }
        }
    }
    claims.sort_by_key(|(at, claim)| (*at, claim.range.start, claim.class));
    let mut claims: Vec<SuggestedClaim> = claims.into_iter().map(|(_, claim)| claim).collect();
    material.responsibility(&mut claims);
    material.without_headlines(&mut claims);
    material.without_retellings(&mut claims);
    material.additions(&mut claims);
    claims
}

impl Material<'_> {
    fn bytes(&self, tokens: &Range<usize>) -> Range<usize> {
        self.tokens[tokens.start].start..self.tokens[tokens.end - 1].end
    }

    fn sentence(&self, at: usize) -> usize {
        self.tokens[at].sentence
    }

    fn lower(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.lower.as_str())
    }

    /// «He was shot dead …» after a claim of the same kind about the same person: one deed told twice.
    fn tell_again(&self, act: &acts::Found, claims: &mut [(usize, SuggestedClaim)]) -> bool {
        let sentence = self.sentence(act.tokens.start);
        let pronoun = self.tokens[..act.tokens.start]
            .iter()
            .rev()
            .take_while(|token| token.sentence == sentence)
            .take(4)
            .any(|token| token.is_any(&["he", "she", "they"]));
        let place = self.place(act, None);
        // «His body was found» after he was found dead.
        let body = act.class == ActClass::FoundDead
            && act.tokens.start > 0
            && self.tokens[act.tokens.start - 1].is_any(&["his", "her", "their"]);
        let pronoun = pronoun || body;
        let earlier = claims.iter_mut().rev().map(|(_, claim)| claim).find(|claim| {
            let last = claim.triggers.last().map_or(0, |range| range.end);
            let at = self.tokens.partition_point(|token| token.end < last);
            let near = self.sentence(at) <= sentence
                && sentence - self.sentence(at) <= if body { 3 } else { 1 }
                && self.tokens[at].paragraph == self.tokens[act.tokens.start].paragraph;
            let group = self.tokens[..act.tokens.start].iter().rev().take(4).any(|token| token.is("they"));
            near && claim.class == act.class && !claim.pattern && (!claim.victims.named.is_empty() || group)
        });
        match earlier {
            Some(claim) if pronoun && !act.noun && !self.is_again(act) => {
                claim.triggers.push(self.bytes(&act.tokens));
                claim.perpetrator = claim.perpetrator.take().or_else(|| self.perpetrator(act));
                if claim.place.as_ref().is_none_or(|own| own.carried) {
                    claim.place = place.filter(|place| !place.carried).or(claim.place.take());
                }
                true
            }
            _ => false,
        }
    }

    /// A noun in the plural, or a verb without anybody named or counted.
    fn is_general(&self, act: &acts::Found) -> bool {
        act.noun || act.passive
    }
}
