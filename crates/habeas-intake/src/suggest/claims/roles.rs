//! To whom it was done: the persons that a text names, or means by «he», «they» and «the men».

use super::{Material, Slot, SuggestedClaim};
use crate::suggest::{
    acts,
    lexicon::{ActClass, NounClass},
    names::{self, NameKind},
    numbers,
};

impl Material<'_> {
    /// The persons that a deed was done to, where the text names them.
    pub(super) fn named_victims(&self, act: &acts::Found) -> Vec<usize> {
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
        // «the body of Adil Venn, son of Borun, was found».
        if act.class == ActClass::FoundDead {
            let end = act.tokens.end + 4;
            let inside = |idx: &&usize| (act.tokens.start..end).contains(&self.names[**idx].tokens.start);
            let led = |idx: &usize| {
                let start = self.names[*idx].tokens.start;
                start < act.tokens.end || self.tokens[act.tokens.end..start].iter().any(|token| token.is("of"))
            };
            if let Some(first) = persons.iter().find(inside).filter(|idx| led(idx)) {
                return self.row(*first, &persons);
            }
        }
        let after: Vec<usize> = persons.iter().copied().filter(|idx| self.is_object(act, &self.names[*idx])).collect();
        if !after.is_empty() {
            return after.iter().flat_map(|idx| self.row(*idx, &persons)).collect();
        }
        let before = persons.iter().rev().copied().find(|idx| {
            let name = &self.names[*idx];
            let Some(gap) = self.tokens.get(name.tokens.end..act.tokens.start) else { return false };
            // «Adil, a suspect in the murder of Borun, was killed»: Borun is the other deed's.
            let elsewhere =
                gap.first().is_none_or(|token| !token.is(",") || gap.get(1).is_none_or(|next| !next.is("who")))
                    && self.acts.iter().any(|other| {
                        other.noun
                            && other.tokens.end <= name.tokens.start
                            && self.sentence(other.tokens.start) == sentence
                            && self.is_object(other, name)
                    });
            // «A, B and C, all detained since May».
            let all = matches!(gap, [comma, all] if comma.is(",") && all.is_any(&["all", "both"]));
            let passive = !act.noun
                && (act.passive
                    || all
                    || gap.iter().any(|token| token.is_any(&["was", "were", "been"]))
                    || act.class == ActClass::Disappear
                    || matches!(self.lower(act.tokens.start), "died"));
            // «families of the people who disappeared»: others than the one named before.
            let others = gap.windows(2).any(|pair| {
                let noun = self.lexicon.noun(&pair[0].lower) == Some(NounClass::Person);
                let plural = noun && !self.lexicon.is_one_person(&pair[0].lower) || pair[0].is("those");
                plural && pair[1].is_any(&["who", "were", "had", "have"])
            });
            let other_subject = others
                || gap
                    .iter()
                    .any(|token| token.is_any(&[";", "said", "told", "says", "when", "while", "whose", "killings"]));
            passive
                && !elsewhere
                && gap.len() <= 36
                && !other_subject
                && self.acts_between(name.tokens.end, act.tokens.start) <= 1
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
        // «X was a victim of enforced disappearance».
        let suffered = |idx: &usize| {
            let name = &self.names[*idx];
            let victim =
                act.tokens.start.checked_sub(2).filter(|at| self.lower(*at) == "victim" && self.lower(at + 1) == "of");
            victim.is_some_and(|victim| {
                self.tokens.get(name.tokens.end..victim).is_some_and(|gap| {
                    gap.len() <= 24 && gap.iter().any(|token| token.is_any(&["was", "is", "became"]))
                })
            })
        };
        let before = before
            .or_else(|| persons.iter().rev().copied().find(held))
            .or_else(|| persons.iter().copied().find(suffered));
        // «A, B and C, who was shot»: the last of them alone.
        let alone = |idx: usize| {
            let end = self.names[idx].tokens.end;
            let end = end + usize::from(self.lower(end) == ",");
            self.lower(end) == "who" && matches!(self.lower(end + 1), "was" | "has" | "had")
        };
        // «Adil Venn told the court that he was picked up».
        let (one, many) = self.pronouns(act);
        // «broke into the house of Ondal Tesk and took him away».
        if before.is_none() && one && !act.passive {
            let last = persons.iter().rev().find(|idx| self.names[**idx].tokens.end <= act.tokens.start);
            if let Some(idx) = last {
                return vec![*idx];
            }
        }
        // «Adil Venn was driving to Kesh when he was arrested»: whom the sentence began with.
        if before.is_none() && one && act.passive {
            let when = (act.tokens.start.saturating_sub(6)..act.tokens.start).find(|at| {
                self.sentence(*at) == sentence && self.tokens[*at].is_any(&["when", "before", "after", "until"])
            });
            let first =
                persons.iter().copied().filter(|idx| Some(self.names[*idx].tokens.end) <= when).collect::<Vec<_>>();
            if let (Some(when), [first]) = (when, first.as_slice())
                && matches!(self.lower(when + 1), "he" | "she")
            {
                return vec![*first];
            }
        }
        if before.is_none() && (one || many) {
            let spoke = |idx: &usize| {
                let name = &self.names[*idx];
                let said = (0..3)
                    .filter_map(|ahead| self.tokens.get(name.tokens.end + ahead))
                    .take_while(|token| {
                        token.is_any(&["have", "has", "since", "later", "also", ",", "said", "told", "says"])
                    })
                    .any(|token| token.is_any(&["said", "told", "says"]));
                name.kind == NameKind::Person
                    && self.sentence(name.tokens.start) == sentence
                    && said
                    && name.tokens.end < act.tokens.start
            };
            let speaker = (0..self.names.len()).find(spoke);
            return match speaker {
                Some(idx) if many => {
                    let own = (0..=idx).filter(|other| {
                        let name = &self.names[*other];
                        name.kind == NameKind::Person && self.sentence(name.tokens.start) == sentence
                    });
                    Some(self.row(idx, &own.collect::<Vec<_>>())).filter(|row| row.len() > 1).unwrap_or_default()
                }
                speaker => speaker.into_iter().collect(),
            };
        }
        before.map_or_else(Vec::new, |idx| if alone(idx) { vec![idx] } else { self.row(idx, &persons) })
    }

    /// Whether «he» or «she», and whether «they», is whom the deed was done to.
    fn pronouns(&self, act: &acts::Found) -> (bool, bool) {
        let sentence = self.sentence(act.tokens.start);
        let alone = act.class == ActClass::Disappear || matches!(self.lower(act.tokens.start), "died" | "escaped");
        // «He was tortured and later released»: who was before it.
        let anchor = self.acts.iter().rev().find(|before| before.tokens.end <= act.tokens.start).filter(|before| {
            before.passive
                && self.sentence(before.tokens.start) == sentence
                && act.tokens.start - before.tokens.end <= 4
        });
        let start = anchor.map_or(act.tokens.start, |before| before.tokens.start);
        let subject =
            (start.saturating_sub(6)..start).rev().filter(|_| !act.noun && (act.passive || alone)).find(|at| {
                let stop = ["he", "she", "they", "who", ",", "that", "it", "and"];
                self.sentence(*at) == sentence
                    && (self.tokens[*at].is_any(&stop) || self.names.iter().any(|name| name.tokens.contains(at)))
            });
        // «took him away» holds its object.
        let inside = act.tokens.clone().find(|at| self.tokens[*at].is_any(&["him", "her", "them"]));
        let object = inside.or(Some(act.tokens.end).filter(|at| !act.noun && !act.passive && *at < self.tokens.len()));
        let is = |words: &[&str], at: Option<usize>| at.is_some_and(|at| self.tokens[at].is_any(words));
        (is(&["he", "she"], subject) || is(&["him", "her"], object), is(&["they"], subject) || is(&["them"], object))
    }

    fn is_object(&self, act: &acts::Found, name: &names::Found) -> bool {
        let Some(gap) = self.tokens.get(act.tokens.end..name.tokens.start) else { return false };
        let led = gap.iter().all(|token| {
            token.is_any(&[
                "of",
                "the",
                "a",
                "an",
                "-",
                ",",
                "another",
                "young",
                "local",
                "former",
                "named",
                "called",
                "identified",
                "as",
                "senior",
                "his",
                "her",
                "prominent",
                "leading",
                "retired",
                "human",
                "rights",
                "its",
                "their",
                "'",
                "’",
                "s",
                "group",
                "organisation",
                "organization",
                "party",
                "opposition",
                "political",
                "freelance",
                "elderly",
                "local",
                "one",
            ]) || self.lexicon.noun(&token.lower) == Some(NounClass::Person)
                || self.lexicon.titles.contains(&token.lower)
                || self.lexicon.demonyms.contains_key(&token.lower)
        });
        // «the murder of indigenous leader Adil Venn»: words that end in who they are.
        const PARTS: [&str; 18] = [
            "was",
            "were",
            "by",
            "in",
            "and",
            "who",
            "that",
            "with",
            "from",
            "for",
            "to",
            "at",
            "on",
            "after",
            "when",
            "said",
            "including",
            "near",
        ];
        let described = gap.last().is_some_and(|token| {
            self.lexicon.noun(&token.lower) == Some(NounClass::Person) || self.lexicon.titles.contains(&token.lower)
        }) && gap.iter().all(|token| (token.is_word() || token.is("-")) && !token.is_any(&PARTS));
        let led = led || described;
        let of = gap.first().is_some_and(|token| token.is("of"));
        led && gap.len() <= 8 && (of || !act.passive && !act.noun)
    }

    /// Persons joined with this one by commas and «and».
    fn row(&self, idx: usize, persons: &[usize]) -> Vec<usize> {
        let mut row = vec![idx];
        // «A, son of B, and C», «60-year-old A, 37-year-old B»: parents and ages between them part nobody.
        let parent = |at: usize| self.names.iter().any(|name| name.tokens.contains(&at) && self.is_other(name));
        let joined = |left: usize, right: usize| {
            let (left, right) = (&self.names[left], &self.names[right]);
            let range = left.tokens.end..right.tokens.start;
            range.len() <= 10
                && range.clone().all(|at| {
                    let token = &self.tokens[at];
                    token.is_any(&[
                        ",",
                        ";",
                        "and",
                        "son",
                        "daughter",
                        "of",
                        "-",
                        "year-old",
                        "both",
                        "his",
                        "her",
                        "their",
                        "brother",
                        "sister",
                        "father",
                        "mother",
                        "wife",
                        "husband",
                        "cousin",
                        "uncle",
                        "aunt",
                        "nephew",
                        "niece",
                        "friend",
                        "colleague",
                        "’",
                        "'",
                        "s",
                    ]) || token.is_number()
                        || parent(at)
                })
                && range.clone().any(|at| self.tokens[at].is_any(&[",", ";", "and"]))
                || self.is_apposition(range)
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

    /// «A, a student at the Institute, and B»: between two names nothing but who the first one is.
    fn is_apposition(&self, range: std::ops::Range<usize>) -> bool {
        let ends = |at: usize| self.lower(at) == ",";
        let closing = usize::from(range.end > range.start && self.lower(range.end - 1) == "and");
        let (first, last) = (range.start, range.end.saturating_sub(1 + closing));
        (4..=18).contains(&range.len())
            && ends(first)
            && ends(last)
            && matches!(self.lower(first + 1), "a" | "an" | "the" | "also")
            && (first + 1..last).all(|at| {
                self.tokens[at].is_word()
                    && !self.tokens[at].is_any(&["was", "were", "who", "had", "has", "is", "said", "when", "by", "and"])
            })
            && self.acts_between(range.start, range.end) == 0
    }

    /// Whoever speaks, is a parent, or holds an office: no victim by their name alone.
    pub(super) fn is_other(&self, name: &names::Found) -> bool {
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
                    | "cousin"
                    | "nephew"
                    | "niece"
                    | "widow"
                    | "grandson"
                    | "relative"
                    | "relatives"
                    | "family"
                    | "friend"
                    | "leader",
                "of"
            )
        ) || matches!((word(3), word(2), word(1)), ("s" | "d" | "w", "/", "o"));
        let said = matches!(
            self.lower(name.tokens.end),
            "said"
                | "says"
                | "told"
                | "claimed"
                | "stated"
                | "denied"
                | "added"
                | "confirmed"
                | "condemned"
                | "announced"
                | "reported"
                | "explained"
                | "noted"
                | "declared"
                | "warned"
                | "wrote"
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

    /// «He was again abducted», «for the second time»: another deed than the one told before.
    pub(super) fn is_again(&self, act: &acts::Found) -> bool {
        let sentence = self.sentence(act.tokens.start);
        (act.tokens.start.saturating_sub(3)..(act.tokens.end + 5).min(self.tokens.len()))
            .filter(|at| self.sentence(*at) == sentence)
            .any(|at| {
                self.lower(at) == "again"
                    || self.lower(at + 1) == "time"
                        && matches!(self.lower(at), "second" | "third" | "fourth" | "another")
            })
    }

    /// «had already arrested the men» after a claim that counts them: the same number, carried.
    pub(super) fn same_people(&self, idx: usize, claims: &[(usize, SuggestedClaim)]) -> Option<SuggestedClaim> {
        let act = &self.acts[idx];
        let (sentence, paragraph) = (self.sentence(act.tokens.start), self.tokens[act.tokens.start].paragraph);
        let group = |at: usize| {
            let noun = self.lower(at + 1);
            let plural = self.lexicon.noun(noun) == Some(NounClass::Person) && !self.lexicon.is_one_person(noun);
            let here = self.tokens.get(at + 1).is_some_and(|token| token.sentence == sentence);
            let next = self.tokens.get(at + 1);
            let own = self.tokens[at].is_any(&["both", "all"])
                && (plural
                    || next.is_some_and(|next| next.is_any(&["were", "of", "had", "have"]))
                    || next.is_some_and(|next| numbers::read(std::slice::from_ref(next)).is_some()));
            own || here
                && self.tokens[at].is_any(&["the", "these", "those"])
                && (plural || numbers::read(&self.tokens[at + 1..=at + 1]).is_some())
        };
        let object = !act.noun && !act.passive && group(act.tokens.end.min(self.tokens.len() - 1));
        let subject = act.passive
            && (1..=5)
                .filter_map(|back| act.tokens.start.checked_sub(back))
                .any(|at| self.sentence(at) == sentence && group(at));
        let (one, many) = self.pronouns(act);
        if !object && !subject && !one && !many {
            return None;
        }
        let (_, earlier) = claims.iter().rev().find(|(at, claim)| {
            // «He has not been seen since» may begin the next paragraph.
            let reach = usize::from(one && !claim.victims.named.is_empty());
            let near = self.tokens[*at].paragraph + reach >= paragraph
                && *at < act.tokens.start
                && sentence - self.sentence(*at) <= 2;
            let number = claim.count.as_ref().is_some_and(|slot| (slot.value.stated == Some(1)) == one);
            near && number && !claim.pattern && (claim.class != act.class || !(one || many) || self.is_again(act))
        })?;
        let mut claim = self.claim(idx, None, Vec::new());
        claim.count = earlier.count.clone().map(|slot| Slot { carried: true, ..slot });
        claim.victims.named = earlier.victims.named.clone();
        claim.range.end = claim.range.end.max(self.tokens[(act.tokens.end + 1).min(self.tokens.len() - 1)].end);
        Some(claim)
    }
}
