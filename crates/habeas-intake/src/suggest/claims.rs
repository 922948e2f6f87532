//! From marks to suggested claims: who or how many, what, when, where, by whom, and who says so.
//!
//! Each slot keeps the place that fills it. What a neighbouring sentence says is marked as carried. Nothing is filled
//! that no words support: an alleged perpetrator that nobody names stays empty.

mod slots;

use super::{
    acts,
    anchors::TextDate,
    counts::{self, CountBound, CountClass, TextCount},
    dates,
    lexicon::{ActClass, Lexicon, NounClass},
    names::{self, NameKind},
    numbers,
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
    found.extend(material.implicit(found));
    found.sort_by_key(|count| count.tokens.start);
    for count in found.iter() {
        let people = matches!(count.count.class, CountClass::People | CountClass::Elided);
        if !people || count.count.bound == CountBound::Vague {
            continue;
        }
        let acts = material.acts_of(count, found);
        for act in acts {
            used.insert(act);
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
        } else if let Some(claim) = material.same_people(idx, &claims) {
            claims.push((act.tokens.start, claim));
        } else if !material.tell_again(act, &mut claims) {
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

    /// The deeds that a number belongs to: the nearest one, behind it or with it as its object.
    fn acts_of(&self, count: &counts::Found, all: &[counts::Found]) -> Vec<usize> {
        let sentence = self.sentence(count.tokens.start);
        let mut best: Option<(usize, usize)> = None;
        for (idx, act) in self
            .acts
            .iter()
            .enumerate()
            .filter(|(_, act)| self.sentence(act.tokens.start) == sentence && act.class != ActClass::Attack)
        {
            let inside = act.tokens.start >= count.tokens.start && act.tokens.end <= count.tokens.end;
            let body = act.class == ActClass::FoundDead
                && (act.tokens.contains(&(count.tokens.end - 1)) || act.tokens.contains(&count.tokens.start));
            let distance = if body {
                Some(0)
            } else if inside {
                None
            } else if act.tokens.start >= count.tokens.end {
                self.behind(count, act)
            } else if act.tokens.end <= count.tokens.start {
                self.object(count, act, all)
            } else {
                None
            };
            if let Some(distance) = distance.filter(|distance| best.is_none_or(|(before, _)| *distance < before)) {
                best = Some((distance, idx));
            }
        }
        let Some((_, first)) = best else { return Vec::new() };
        vec![first]
    }

    /// «52 people were killed»: how far the deed stands behind the number; none where it is somebody else's.
    fn behind(&self, count: &counts::Found, act: &acts::Found) -> Option<usize> {
        let gap = &self.tokens[count.tokens.end..act.tokens.start];
        let stop = gap.iter().any(|token| token.is_any(&[";", ":"]));
        // An active deed behind the number is done by those counted: «five men abducted him».
        let next = self.tokens.get(act.tokens.end);
        let object = next.is_some_and(|next| {
            next.is_any(&["him", "her", "them", "a", "an", "the", "his", "two", "three"])
                || next.is_number()
                || next.capital
        });
        let intransitive = matches!(act.class, ActClass::Disappear | ActClass::FoundDead)
            || matches!(self.lower(act.tokens.start), "died" | "lost" | "perished" | "went" | "go" | "gone" | "dead");
        let told = gap.iter().any(|token| {
            token.is_any(&["who", "was", "were", "been", "being", "be", "have", "has", "had", "are", "is"])
        });
        let active = object && !told && !intransitive && !act.passive;
        let noun = act.noun && !told;
        // «12 cases of torture» was sorted out by the noun; «5 men … accused of killing» is theirs.
        let accused = gap.iter().any(|token| {
            token.is_any(&[
                "accused",
                "suspected",
                "charged",
                "wanted",
                "blamed",
                "convicted",
                "involved",
                "said",
                "claimed",
                "against",
            ])
        });
        let far = gap.len() > 14;
        (!stop && !active && !noun && !accused && !far)
            .then_some(gap.len() + self.acts_between(count.tokens.end, act.tokens.start) * 4)
    }

    /// «killed 52 people», «the killing of four men»: how far the number stands behind the deed.
    fn object(&self, count: &counts::Found, act: &acts::Found, all: &[counts::Found]) -> Option<usize> {
        let gap = &self.tokens[act.tokens.end..count.tokens.start];
        let through = gap.iter().all(|token| {
            token.is_any(&[
                "of",
                "the",
                "least",
                "at",
                "and",
                ",",
                "including",
                "another",
                "some",
                "as",
                "many",
                "about",
                "over",
                "also",
                "his",
                "her",
                "their",
            ]) || all.iter().any(|other| other.tokens.clone().any(|at| self.tokens[at].start == token.start))
        });
        let dead = act.passive && act.class != ActClass::Release && !gap.iter().any(|token| token.is("including"));
        let stated = act.noun && !gap.iter().any(|token| token.is("of"));
        (through && gap.len() <= 8 && !dead && !stated).then_some(gap.len())
    }

    fn acts_between(&self, from: usize, to: usize) -> usize {
        self.acts
            .iter()
            .filter(|act| act.tokens.start >= from && act.tokens.end <= to && act.class != ActClass::Attack)
            .count()
    }

    /// «a schoolteacher was killed», «another man»: one, where a deed says what happened to them.
    fn implicit(&self, found: &[counts::Found]) -> Vec<counts::Found> {
        let mut added = Vec::new();
        for at in 0..self.tokens.len() {
            let whose = self.tokens[at].is_any(&["his", "her", "their"]);
            let article = whose || self.tokens[at].is_any(&["a", "an", "another", "one"]);
            if !article || found.iter().any(|count| count.tokens.contains(&at)) {
                continue;
            }
            let sentence = self.sentence(at);
            let noun = (at + 1..(at + 6).min(self.tokens.len())).find(|idx| {
                let token = &self.tokens[*idx];
                token.sentence == sentence && self.lexicon.singular.contains(&token.lower)
            });
            let Some(noun) = noun else { continue };
            const KIN: [&str; 10] =
                ["son", "daughter", "brother", "sister", "wife", "husband", "father", "mother", "cousin", "nephew"];
            if whose && !self.tokens[noun].is_any(&KIN) {
                continue;
            }
            let plain = self.tokens[at + 1..noun].iter().all(|token| {
                !token.is_any(&["of", "by", "in", "the", "was", "that", "who", "for", ",", "(", "’", "'"])
            });
            let next_noun = self.lexicon.noun(self.lower(noun + 1)).is_some();
            if !plain || next_noun || self.tokens[noun].is_any(&["body", "life", "soul", "member", "leader"]) {
                continue;
            }
            let acted = self.acts.iter().any(|act| {
                let same = self.sentence(act.tokens.start) == sentence && act.class != ActClass::Attack && !act.noun;
                let after = act.tokens.start > noun
                    && act.tokens.start - noun <= 8
                    && act.passive
                    && !self.tokens[noun + 1..act.tokens.start]
                        .iter()
                        .any(|token| token.is_any(&["said", ",", "by", "who", "told"]));
                let before = act.tokens.end == at && !act.passive;
                same && (after || before)
            });
            // A name behind it is the person: «a student, Adil Venn, was taken».
            let named = self.names.iter().any(|name| {
                name.kind == NameKind::Person && (name.tokens.start == noun + 1 || name.tokens.start == noun + 2)
            });
            let agent = self.lower(at.wrapping_sub(1)) == "by";
            if acted && !named && !agent {
                let count = TextCount {
                    stated: Some(1),
                    low: Some(1),
                    best: Some(1),
                    high: Some(1),
                    bound: CountBound::Exact,
                    readings: Vec::new(),
                    class: CountClass::People,
                    in_addition: self.tokens[at].is("another"),
                    part: false,
                    running_total: false,
                };
                added.push(counts::Found { tokens: at..noun + 1, noun: Some(noun), count });
            }
        }
        added
    }

    /// Names in a row behind a number: «four men - A, B, C and D -».
    fn named_behind(&self, count: &counts::Found) -> Vec<usize> {
        let mut names = Vec::new();
        let mut at = count.tokens.end;
        while self.tokens.get(at).is_some_and(|token| {
            token.is_any(&["-", "–", "—", ":", "(", ",", "and", "namely", "including", "identified", "as"])
        }) {
            at += 1;
            if let Some((idx, name)) =
                self.names.iter().enumerate().find(|(_, name)| name.tokens.start == at && name.kind == NameKind::Person)
            {
                names.push(idx);
                at = name.tokens.end;
            }
        }
        names
    }

    /// The persons that a deed was done to, where the text names them.
    fn named_victims(&self, act: &acts::Found) -> Vec<usize> {
        let sentence = self.sentence(act.tokens.start);
        let persons: Vec<usize> = (0..self.names.len())
            .filter(|idx| {
                let name = &self.names[*idx];
                name.kind == NameKind::Person
                    && self.sentence(name.tokens.start) == sentence
                    && !self.authors.contains(idx)
                    && !self.is_other(name)
            })
            .collect();
        let after: Vec<usize> = persons.iter().copied().filter(|idx| self.is_object(act, &self.names[*idx])).collect();
        if !after.is_empty() {
            return after.iter().flat_map(|idx| self.row(*idx, &persons)).collect();
        }
        let before = persons.iter().rev().copied().find(|idx| {
            let name = &self.names[*idx];
            let Some(gap) = self.tokens.get(name.tokens.end..act.tokens.start) else { return false };
            let passive = !act.noun
                && (act.passive
                    || gap.iter().any(|token| token.is_any(&["was", "were", "been"]))
                    || act.class == ActClass::Disappear
                    || matches!(self.lower(act.tokens.start), "died"));
            let other_subject = gap
                .iter()
                .any(|token| token.is_any(&[";", "said", "told", "that", "when", "while", "whose", "killings"]));
            passive && gap.len() <= 16 && !other_subject && self.acts_between(name.tokens.end, act.tokens.start) <= 1
        });
        let held = |idx: &usize| {
            // «X, who was in a torture cell»
            let name = &self.names[*idx];
            act.class == ActClass::Torture
                && act.noun
                && self.tokens.get(name.tokens.end..act.tokens.start).is_some_and(|gap| {
                    gap.len() <= 16
                        && gap.iter().any(|token| token.is("who"))
                        && gap.iter().any(|token| token.is_any(&["was", "suffered", "endured"]))
                })
        };
        let before = before.or_else(|| persons.iter().rev().copied().find(held));
        before.map_or_else(Vec::new, |idx| self.row(idx, &persons))
    }

    fn is_object(&self, act: &acts::Found, name: &names::Found) -> bool {
        let Some(gap) = self.tokens.get(act.tokens.end..name.tokens.start) else { return false };
        let led = gap.iter().all(|token| {
            token.is_any(&["of", "the", "a", "an", "-", ",", "another", "young", "local"])
                || self.lexicon.noun(&token.lower) == Some(NounClass::Person)
                || self.lexicon.titles.contains(&token.lower)
        });
        let of = gap.first().is_some_and(|token| token.is("of"));
        led && gap.len() <= 5 && (of || !act.passive && !act.noun)
    }

    /// Persons joined with this one by commas and «and».
    fn row(&self, idx: usize, persons: &[usize]) -> Vec<usize> {
        let mut row = vec![idx];
        let joined = |left: usize, right: usize| {
            let (left, right) = (&self.names[left], &self.names[right]);
            self.tokens
                .get(left.tokens.end..right.tokens.start)
                .is_some_and(|gap| gap.len() <= 2 && gap.iter().all(|token| token.is_any(&[",", "and"])))
        };
        for other in persons {
            if *other > idx && joined(*row.last().unwrap_or(&idx), *other) {
                row.push(*other);
            }
        }
        for other in persons.iter().rev() {
            if *other < idx && joined(*other, row[0]) {
                row.insert(0, *other);
            }
        }
        row
    }

    /// Whoever speaks, is a parent, or holds an office: no victim by their name alone.
    fn is_other(&self, name: &names::Found) -> bool {
        let start = name.tokens.start;
        let word = |back: usize| start.checked_sub(back).map_or("", |at| self.lower(at));
        let parent = matches!(
            (word(2), word(1)),
            (
                "son"
                    | "daughter"
                    | "brother"
                    | "sister"
                    | "wife"
                    | "husband"
                    | "mother"
                    | "father"
                    | "uncle"
                    | "cousin",
                "of"
            )
        );
        let said = matches!(
            self.lower(name.tokens.end),
            "said" | "says" | "told" | "claimed" | "stated" | "denied" | "added" | "confirmed" | "condemned"
        );
        let office = matches!(
            word(1),
            "minister"
                | "president"
                | "spokesman"
                | "spokesperson"
                | "spokeswoman"
                | "governor"
                | "senator"
                | "secretary"
        );
        let agent = word(1) == "by" || word(2) == "according" || word(1) == "under";
        parent || said || office || agent
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
        let earlier = claims.iter_mut().rev().map(|(_, claim)| claim).find(|claim| {
            let last = claim.triggers.last().map_or(0, |range| range.end);
            let at = self.tokens.partition_point(|token| token.end < last);
            let near = self.sentence(at) <= sentence
                && sentence - self.sentence(at) <= 1
                && self.tokens[at].paragraph == self.tokens[act.tokens.start].paragraph;
            near && claim.class == act.class && !claim.victims.named.is_empty()
        });
        match earlier {
            Some(claim) if pronoun && !act.noun => {
                claim.triggers.push(self.bytes(&act.tokens));
                if claim.place.as_ref().is_none_or(|own| own.carried) {
                    claim.place = place.filter(|place| !place.carried).or(claim.place.take());
                }
                true
            }
            _ => false,
        }
    }

    /// «had already arrested the men» after a claim that counts them: the same number, carried.
    fn same_people(&self, idx: usize, claims: &[(usize, SuggestedClaim)]) -> Option<SuggestedClaim> {
        let act = &self.acts[idx];
        let (sentence, paragraph) = (self.sentence(act.tokens.start), self.tokens[act.tokens.start].paragraph);
        let group = |at: usize| {
            let noun = self.lower(at + 1);
            let plural = self.lexicon.noun(noun) == Some(NounClass::Person) && !self.lexicon.singular.contains(noun);
            let here = self.tokens.get(at + 1).is_some_and(|token| token.sentence == sentence);
            here && self.tokens[at].is_any(&["the", "these", "those"])
                && (plural || numbers::read(&self.tokens[at + 1..=at + 1]).is_some())
        };
        let object = !act.noun && !act.passive && group(act.tokens.end.min(self.tokens.len() - 1));
        let subject = act.passive
            && (1..=5)
                .filter_map(|back| act.tokens.start.checked_sub(back))
                .any(|at| self.sentence(at) == sentence && group(at));
        if !object && !subject {
            return None;
        }
        let (_, earlier) = claims.iter().rev().find(|(at, claim)| {
            let near =
                self.tokens[*at].paragraph == paragraph && *at < act.tokens.start && sentence - self.sentence(*at) <= 2;
            near && claim.count.as_ref().is_some_and(|slot| slot.value.stated != Some(1)) && !claim.pattern
        })?;
        let mut claim = self.claim(idx, None, Vec::new());
        claim.count = earlier.count.clone().map(|slot| Slot { carried: true, ..slot });
        claim.victims.named = earlier.victims.named.clone();
        claim.range.end = claim.range.end.max(self.tokens[(act.tokens.end + 1).min(self.tokens.len() - 1)].end);
        Some(claim)
    }

    /// A noun in the plural, or a verb without anybody named or counted.
    fn is_general(&self, act: &acts::Found) -> bool {
        act.noun || act.passive
    }
}
