//! From marks to suggested claims: who or how many, what, when, where, by whom, and who says so.
//!
//! Each slot keeps the place that fills it. What a neighbouring sentence says is marked as carried. Nothing is filled
//! that no words support: an alleged perpetrator that nobody names stays empty.

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
        // «the two freed men»: says who they are.
        used.extend((0..material.acts.len()).filter(|act| {
            let act = &material.acts[*act];
            people
                && act.class != ActClass::FoundDead
                && count.tokens.start < act.tokens.start
                && act.tokens.end < count.tokens.end
        }));
        if count.count.bound == CountBound::Vague || material.is_part_only(count, found) {
            continue;
        }
        let acts =
            if people { material.acts_of(count, found) } else { material.counted_deed(count).into_iter().collect() };
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

    /// The deeds that a number belongs to: the nearest one, behind it or with it as its object.
    fn acts_of(&self, count: &counts::Found, all: &[counts::Found]) -> Vec<usize> {
        let sentence = self.sentence(count.tokens.start);
        // «Of the five wounded, two died»: the five are those of another sentence.
        let of = (1..=2).filter_map(|back| count.tokens.start.checked_sub(back)).find(|at| self.lower(*at) == "of");
        if of.is_some_and(|of| self.tokens[of].first || of > 0 && self.tokens[of - 1].is_any(&["out", ","])) {
            return Vec::new();
        }
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
            let toll = count.count.running_total && self.lower(act.tokens.end - 1) == "toll";
            let distance = if body || toll {
                Some(0)
            } else if inside {
                None
            } else if act.tokens.start >= count.tokens.end {
                // «18 women were threatened, of them 15 killed»: the number in between is nearer.
                let between = all.iter().any(|other| {
                    let people = matches!(other.count.class, CountClass::People | CountClass::Elided);
                    let inside = (count.tokens.end..act.tokens.start).contains(&other.tokens.start);
                    // «40 women and 28 children», «17 people, including six policemen»: told of together.
                    let joined = inside
                        && self.tokens[count.tokens.end..other.tokens.start]
                            .iter()
                            .all(|token| token.is_any(&["and", ",", "including"]));
                    people && inside && !joined
                });
                if between { None } else { self.behind(count, act) }
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
        let mut deeds = vec![first];
        // «were abducted and later killed»: the same people, twice.
        for next in first + 1..self.acts.len() {
            let (before, act) = (&self.acts[next - 1], &self.acts[next]);
            let gap = &self.tokens[before.tokens.end..act.tokens.start];
            const JOINS: [&str; 16] = [
                "and",
                "then",
                "later",
                "subsequently",
                "were",
                "was",
                "have",
                "has",
                "had",
                "been",
                "also",
                ",",
                "by",
                "the",
                "reportedly",
                "allegedly",
            ];
            let joined = self.sentence(act.tokens.start) == sentence
                && !act.noun
                && before.passive
                && act.passive
                && gap.len() <= 10
                && gap.iter().any(|token| token.is_any(&["and", "have", "has", "were", "was"]))
                && (before.tokens.end..act.tokens.start).all(|at| {
                    self.tokens[at].is_any(&JOINS)
                        || self.names.iter().any(|name| name.tokens.contains(&at) && name.kind != NameKind::Person)
                });
            let new = deeds.iter().all(|deed| self.acts[*deed].class != act.class) && act.class != ActClass::Attack;
            if !joined || !new {
                break;
            }
            deeds.push(next);
        }
        deeds
    }

    /// «40 people, including two children»: age and sex are told of with the whole, unless a deed of their own stands
    /// behind them; «six policemen» among them are news.
    fn is_part_only(&self, count: &counts::Found, all: &[counts::Found]) -> bool {
        const AGE_AND_SEX: [&str; 20] = [
            "man",
            "men",
            "woman",
            "women",
            "child",
            "children",
            "boy",
            "boys",
            "girl",
            "girls",
            "minor",
            "minors",
            "infant",
            "infants",
            "baby",
            "babies",
            "adult",
            "adults",
            "teenager",
            "teenagers",
        ];
        let told_with = count.noun.is_some_and(|noun| AGE_AND_SEX.contains(&self.lower(noun)));
        let own = self.acts.iter().any(|act| {
            let helped = usize::from(matches!(self.lower(count.tokens.end), "were" | "was"));
            act.tokens.start == count.tokens.end + helped
                && !act.noun
                && self.sentence(act.tokens.start) == self.sentence(count.tokens.start)
        });
        let included = (0..count.tokens.start)
            .rev()
            .take_while(|at| self.sentence(*at) == self.sentence(count.tokens.start))
            .find(|at| !self.tokens[*at].is_any(&["and", ","]) && !all.iter().any(|other| other.tokens.contains(at)));
        told_with && !own && included.is_some_and(|at| self.lower(at) == "including")
    }

    /// «105 assassinations», «24 cases of enforced disappearance»: the deed that a number of cases counts.
    fn counted_deed(&self, count: &counts::Found) -> Option<usize> {
        let noun = count.noun.filter(|_| count.count.class == CountClass::Cases)?;
        let behind = matches!(self.lower(noun), "case" | "cases" | "incidents" | "complaints" | "reports")
            && self.lower(noun + 1) == "of";
        // «66 cases of people who were abducted»: what happened to them.
        let people = behind && self.lexicon.noun(self.lower(noun + 2)) == Some(NounClass::Person);
        if people {
            let near = |act: &acts::Found| (noun + 3..noun + 16).contains(&act.tokens.start);
            return self.acts.iter().position(|act| {
                near(act)
                    && !act.noun
                    && act.class != ActClass::Attack
                    && self.sentence(act.tokens.start) == self.sentence(noun)
            });
        }
        let reach = if behind { noun + 2..noun + 4 } else { noun..noun + 1 };
        self.acts.iter().position(|act| {
            let here = reach.contains(&act.tokens.start) || act.tokens.contains(&noun);
            here && act.noun && act.class != ActClass::Attack && self.sentence(act.tokens.start) == self.sentence(noun)
        })
    }

    /// «52 people were killed»: how far the deed stands behind the number; none where it is somebody else's.
    fn behind(&self, count: &counts::Found, act: &acts::Found) -> Option<usize> {
        // «three men identified as A, son of B, and C were found dead»: from the end of the row of names.
        let from = self.row_behind(count).1.min(act.tokens.start);
        let gap = &self.tokens[from..act.tokens.start];
        let stop = gap.iter().any(|token| token.is_any(&[";", ":"]));
        // «after killing one person»: done by somebody else.
        let gerund = act.tokens.len() == 1
            && self.lower(act.tokens.start).ends_with("ing")
            && act.class != ActClass::Disappear
            && !gap.last().is_some_and(|token| token.is_any(&["been", "being", "gone", "went"]));
        // An active deed behind the number is done by those counted: «five men abducted him».
        let next = self.tokens.get(act.tokens.end).filter(|next| next.sentence == self.sentence(act.tokens.start));
        // A date behind it is none of its objects: «three others wounded Sunday».
        let dated = self.dates.iter().any(|date| date.tokens.start == act.tokens.end);
        let object = !dated
            && next.is_some_and(|next| {
                next.is_any(&["him", "her", "them", "a", "an", "the", "his"])
                    || next.is_number()
                    || numbers::read(std::slice::from_ref(next)).is_some()
                    || next.capital
            });
        let intransitive = matches!(act.class, ActClass::Disappear | ActClass::FoundDead)
            || matches!(self.lower(act.tokens.start), "died" | "lost" | "perished" | "went" | "go" | "gone" | "dead");
        let told = gap.iter().any(|token| {
            token.is_any(&["who", "was", "were", "been", "being", "be", "have", "has", "had", "are", "is"])
        });
        let active = object && !told && !intransitive && !act.passive;
        let noun = act.noun;
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
        // «Seven exiles, members of …, were abducted», «60 people, including …, were held»: the aside is passed over.
        let aside = gap.first().is_some_and(|token| token.is_any(&[",", "including", "(", "–", "-"]))
            && gap.len() <= 40
            && gap.windows(2).rev().take(4).any(|pair| {
                pair[0].is_any(&[",", ")", "–", "-"]) && pair[1].is_any(&["was", "were", "have", "has", "had"])
            });
        let far = gap.len() > 14 && !aside;
        (!stop && !active && !gerund && !noun && !accused && !far)
            .then_some(gap.len() + self.acts_between(count.tokens.end, act.tokens.start) * 4)
    }

    /// «killed 52 people», «the killing of four men»: how far the number stands behind the deed.
    fn object(&self, count: &counts::Found, act: &acts::Found, all: &[counts::Found]) -> Option<usize> {
        let gap = &self.tokens[act.tokens.end..count.tokens.start];
        let hurts = matches!(self.lower(act.tokens.start), "wounds" | "injuries");
        if matches!(
            self.lower(act.tokens.start),
            "died" | "dies" | "die" | "perished" | "succumbed" | "vanished" | "went"
        ) {
            return None;
        }
        let through = gap.iter().all(|token| {
            let name = self.names.iter().any(|name| {
                name.kind == NameKind::Person
                    && (self.tokens[name.tokens.start].start..self.tokens[name.tokens.end - 1].end)
                        .contains(&token.start)
            });
            name || self.lexicon.titles.contains(&token.lower)
                || token.is("its")
                || act.class == ActClass::FoundDead
                    && act.noun
                    && token.is_any(&["containing", "holding", "with", "remains", "bodies"])
                || hurts && token.is_any(&["to", "on"])
                || token.is_any(&[
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
                ])
                || all.iter().any(|other| other.tokens.clone().any(|at| self.tokens[at].start == token.start))
        });
        let remains = act.class == ActClass::FoundDead && gap.first().is_some_and(|token| token.is("of"));
        let dead =
            act.passive && !remains && act.class != ActClass::Release && !gap.iter().any(|token| token.is("including"));
        let stated = act.noun && !gap.iter().any(|token| token.is("of"));
        (through && gap.len() <= 10 && !dead && !stated).then_some(gap.len())
    }

    fn acts_between(&self, from: usize, to: usize) -> usize {
        self.acts
            .iter()
            .filter(|act| act.tokens.start >= from && act.tokens.end <= to && act.class != ActClass::Attack)
            .count()
    }

    /// Names in a row behind a number: «four men - A, B, C and D -».
    fn named_behind(&self, count: &counts::Found) -> Vec<usize> {
        self.row_behind(count).0
    }

    /// The names in a row behind a number, and the token behind the last of them.
    fn row_behind(&self, count: &counts::Found) -> (Vec<usize>, usize) {
        let mut names = Vec::new();
        let (mut at, mut end) = (count.tokens.end, count.tokens.end);
        let sentence = self.sentence(count.tokens.start);
        const LEADS: [&str; 18] = [
            "-",
            "–",
            "—",
            ":",
            "(",
            ",",
            ";",
            "and",
            "namely",
            "named",
            "called",
            "including",
            "identified",
            "as",
            "son",
            "daughter",
            "of",
            "aged",
        ];
        let leads = |at: usize, any_named: bool| {
            let Some(token) = self.tokens.get(at).filter(|token| token.sentence == sentence) else { return false };
            let identified = token.is_any(&["were", "was"]) && self.lower(at + 1) == "identified";
            token.is_any(&LEADS) || identified || any_named && token.is_number()
        };
        while leads(at, !names.is_empty()) {
            at += 1;
            let named = self
                .names
                .iter()
                .enumerate()
                .find(|(_, name)| name.tokens.start == at && name.kind == NameKind::Person);
            if let Some((idx, name)) = named {
                // Whose son somebody is stands in no row.
                if !self.is_other(name) {
                    names.push(idx);
                }
                at = name.tokens.end;
                end = at;
            }
        }
        (names, end)
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
