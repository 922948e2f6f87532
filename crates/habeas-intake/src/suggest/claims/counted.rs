//! Which deed a number of people belongs to, and who stands in a row behind the number.

use super::{Material, PlaceSlot, Slot, SuggestedClaim};
use crate::suggest::{
    acts,
    counts::{self, CountClass},
    lexicon::{ActClass, NounClass},
    names::NameKind,
    numbers,
};

impl Material<'_> {
    /// The deeds that a number belongs to: the nearest one, behind it or with it as its object.
    pub(super) fn acts_of(&self, count: &counts::Found, all: &[counts::Found]) -> Vec<usize> {
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
        deeds.extend(self.told_aside(count, &deeds));
        deeds
    }

    /// «the bodies of five fighters, who were kidnapped on Monday,»: what the aside says of those counted.
    fn told_aside(&self, count: &counts::Found, deeds: &[usize]) -> Option<usize> {
        let sentence = self.sentence(count.tokens.start);
        let end = (count.tokens.end + 12).min(self.tokens.len().saturating_sub(1));
        let who = (count.tokens.end..end).take_while(|at| self.sentence(*at) == sentence).find(|at| {
            self.lower(*at) == "who" && matches!(self.lower(*at + 1), "was" | "were" | "had" | "have" | "has")
        })?;
        let aside = self.acts.iter().position(|act| (who + 2..who + 4).contains(&act.tokens.start))?;
        let (act, told) = (&self.acts[aside], self.acts[deeds[0]].tokens.start);
        let new = deeds.iter().all(|deed| self.acts[*deed].class != act.class) && act.class != ActClass::Attack;
        // A name between them is whom «who» means.
        let named = self
            .names
            .iter()
            .any(|name| name.kind == NameKind::Person && (count.tokens.end..who).contains(&name.tokens.start));
        (new && act.passive && !act.noun && !named && self.sentence(told) == sentence).then_some(aside)
    }

    /// «40 people, including two children»: age and sex are told of with the whole, unless a deed of their own stands
    /// behind them; «six policemen» among them are news.
    pub(super) fn is_part_only(&self, count: &counts::Found, all: &[counts::Found]) -> bool {
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
    pub(super) fn counted_deed(&self, count: &counts::Found) -> Option<usize> {
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
        // «12 soldiers found a mass grave»: whoever finds is not found.
        let finders = act.class == ActClass::FoundDead
            && !told
            && self.lexicon.found.contains(self.lower(act.tokens.start))
            && self.lexicon.body.contains(self.lower(act.tokens.end - 1));
        let active = object && !told && !intransitive && !act.passive || finders;
        // «229 people were victims of forced disappearance».
        let victims =
            gap.len() >= 2 && gap[gap.len() - 1].is("of") && gap[gap.len() - 2].is_any(&["victims", "victim"]);
        let noun = act.noun && !victims;
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

    pub(super) fn acts_between(&self, from: usize, to: usize) -> usize {
        self.acts
            .iter()
            .filter(|act| act.tokens.start >= from && act.tokens.end <= to && act.class != ActClass::Attack)
            .count()
    }

    /// Names in a row behind a number: «four men - A, B, C and D -».
    pub(super) fn named_behind(&self, count: &counts::Found) -> Vec<usize> {
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

    /// «23 were arrested in Kesh, eight in Olm», «two cases occurred in 2015; three in 2016»: the deed of the number before it, with
    /// the place or date that stands right behind this one. `last` is that number's token and its deed.
    pub(super) fn in_row(
        &self,
        count: &counts::Found,
        all: &[counts::Found],
        last: Option<&(usize, usize)>,
    ) -> Option<(usize, SuggestedClaim)> {
        let sentence = self.sentence(count.tokens.start);
        let end = count.tokens.end;
        let happened = matches!(self.lower(end), "occurred" | "happened");
        let behind = end + usize::from(happened);
        let leads = self
            .tokens
            .get(behind)
            .is_some_and(|token| token.sentence == sentence && token.is_any(&["in", "near", "at", "from"]));
        let told = count
            .noun
            .is_none_or(|noun| matches!(self.lower(noun), "case" | "cases" | "person" | "persons" | "people"));
        if !leads || !told || count.count.stated.is_none() {
            return None;
        }
        let own = |start: usize| (behind + 1..behind + 8).contains(&start) && self.sentence(start) == sentence;
        let place = self
            .names
            .iter()
            .find(|name| own(name.tokens.start) && matches!(name.kind, NameKind::Place | NameKind::Facility));
        let date = (0..self.dates.len()).find(|idx| own(self.dates[*idx].tokens.start));
        if place.is_none() && date.is_none() {
            return None;
        }
        let row = last.filter(|(at, _)| {
            self.sentence(*at) == sentence
                && !self.acts.iter().any(|act| {
                    act.class != ActClass::Attack
                        && (*at..count.tokens.start).contains(&act.tokens.start)
                        && act.tokens.start > *at + 12
                })
        });
        // «enforced disappearances …: two cases occurred in 2015»: what cases they are says the noun before.
        let noun = || {
            let cases = count.count.class == CountClass::Cases && (happened || all.len() > 1);
            let near = |act: &acts::Found| {
                act.noun && act.tokens.end <= count.tokens.start && self.sentence(act.tokens.start) + 1 >= sentence
            };
            self.acts.iter().rposition(near).filter(|_| cases)
        };
        let act = row.map(|(_, act)| *act).or_else(noun)?;
        let mut claim = self.claim(act, Some(count), Vec::new());
        claim.range = self.bytes(&count.tokens);
        if let Some(place) = place {
            claim.range.end = claim.range.end.max(self.bytes(&place.tokens).end);
            claim.place = Some(PlaceSlot { ranges: vec![self.bytes(&place.tokens)], carried: false });
        }
        if let Some(idx) = date {
            let range = self.bytes(&self.dates[idx].tokens);
            claim.range.end = claim.range.end.max(range.end);
            claim.date = Some(Slot { range, value: self.values[idx].clone(), carried: false });
        }
        Some((act, claim))
    }
}
