//! Who did it, as the text alleges: whoever acts, stands behind «by», attacked, was met in a clash, or is accused.

use super::{Basis, Material, Slot};
use crate::suggest::{
    acts,
    lexicon::{ActClass, NounClass},
    names::NameKind,
    numbers,
    tokens::Token,
};
use std::ops::Range;

/// Nouns for those who do it, where nobody knows them better.
const AGENTS: [&str; 36] = [
    "soldier",
    "gunman",
    "policeman",
    "officer",
    "attacker",
    "assailant",
    "gunmen",
    "militants",
    "insurgents",
    "rebels",
    "attackers",
    "assailants",
    "terrorists",
    "soldiers",
    "troops",
    "abductors",
    "militiamen",
    "policemen",
    "officers",
    "agents",
    "fighters",
    "bandits",
    "jihadists",
    "kidnappers",
    "militia",
    "militias",
    "forces",
    "men",
    "individuals",
    "persons",
    "personnel",
    "guards",
    "police",
    "squad",
    "mob",
    "traffickers",
];
/// Words before such a noun that belong to it.
const UNKNOWN: [&str; 16] = [
    "unknown",
    "unidentified",
    "armed",
    "masked",
    "security",
    "plainclothes",
    "plain-clothed",
    "government",
    "state",
    "islamist",
    "local",
    "paramilitary",
    "heavily",
    "suspected",
    "uniformed",
    "several",
];

impl Material<'_> {
    pub(super) fn perpetrator(&self, act: &acts::Found) -> Option<Slot<Basis>> {
        let sentence = self.sentence(act.tokens.start);
        let slot =
            |tokens: Range<usize>, basis| Some(Slot { range: self.bytes(&tokens), value: basis, carried: false });
        let in_sentence = |at: usize| self.tokens.get(at).is_some_and(|token| token.sentence == sentence);
        // Whoever finds a body has not done it.
        if act.class == ActClass::FoundDead {
            return None;
        }
        if let Some(subject) = self.subject(act) {
            return slot(subject, Basis::NamedAsAgent);
        }
        // «… by the Tiranian army»: the last «by» of the deed.
        for at in act.tokens.end..(act.tokens.end + 30).min(self.tokens.len()) {
            if !in_sentence(at)
                || self.tokens[at].is_any(&[";", "while", "whereas", "but"])
                || self.acts_between(act.tokens.end, at) > 2
            {
                break;
            }
            let told = self.tokens[at - 1].is_any(&[
                "reported",
                "documented",
                "confirmed",
                "published",
                "released",
                "compiled",
                "said",
                "claimed",
                "stated",
            ]);
            // «found six bodies … while it was held by the army»: another verb's.
            let other = at > act.tokens.end
                && (self.tokens[at - 1].lower.ends_with("ed")
                    || self.tokens[at - 1].is_any(&["held", "taken", "run", "led", "kept", "known", "driven", "seen"]))
                && !self.tokens[at - 2].is_any(&["and", ",", "then", "later"]);
            // «confirmed dead by a medic».
            let alone = matches!(self.lower(act.tokens.start), "dead" | "died" | "dies" | "perished" | "succumbed");
            // «a bombing claimed by the Grey Hand».
            if self.tokens[at].is("by")
                && self.lower(at - 1) == "claimed"
                && matches!(act.class, ActClass::Kill | ActClass::Injure | ActClass::Abduct)
            {
                return self.agent(at + 1).and_then(|tokens| slot(tokens, Basis::ClaimedResponsibility));
            }
            let told = told && at > act.tokens.end;
            if self.tokens[at].is("by") && !told && !other && !alone {
                return self.agent(at + 1).and_then(|tokens| slot(tokens, Basis::NamedAsAgent));
            }
        }
        if let Some(attacker) = self.attacker(act).filter(|_| act.passive || self.is_reduced(act)) {
            return slot(attacker, Basis::NamedAsAgent);
        }
        // «killed in a gunfight with the army»: whom they met is whom the text names.
        if let Some(met) = self.met(act) {
            return slot(met, Basis::NamedAsAgent);
        }
        // «security forces abducted», «police had already arrested»; not where they are the victims.
        if !act.passive && !act.noun && act.class != ActClass::Disappear {
            let before = self
                .names
                .iter()
                .rev()
                .find(|name| name.tokens.end <= act.tokens.start && in_sentence(name.tokens.start));
            if let Some(name) = before.filter(|name| matches!(name.kind, NameKind::Organisation { .. })) {
                let gap = &self.tokens[name.tokens.end..act.tokens.start];
                let close = gap.len() <= 4
                    && gap.iter().all(|token| {
                        token.is_any(&[
                            "had",
                            "have",
                            "has",
                            "already",
                            "also",
                            "allegedly",
                            "reportedly",
                            "then",
                            "forcibly",
                            "later",
                            "who",
                            "personnel",
                            "officers",
                        ])
                    });
                if close {
                    return slot(name.tokens.clone(), Basis::NamedAsAgent);
                }
            }
        }
        // «X are responsible for …», «X is accused of …», «the army's torture cells».
        for at in (0..act.tokens.start).rev().take_while(|at| in_sentence(*at)).take(12) {
            let accused = self.tokens[at].is_any(&["responsible", "accused", "blamed", "suspected", "behind"]);
            if accused {
                let name =
                    self.names.iter().rev().find(|name| {
                        name.tokens.end <= at && in_sentence(name.tokens.start) && at - name.tokens.end <= 4
                    });
                let basis = if self.tokens[at].is("responsible") { Basis::NamedAsAgent } else { Basis::Accused };
                return name
                    .filter(|name| matches!(name.kind, NameKind::Organisation { .. } | NameKind::Person))
                    .and_then(|name| slot(name.tokens.clone(), basis));
            }
        }
        let owner = self.names.iter().find(|name| {
            name.tokens.end + 2 == act.tokens.start
                && in_sentence(name.tokens.start)
                && self.lower(act.tokens.start - 1) == "s"
        });
        owner
            .filter(|name| matches!(name.kind, NameKind::Organisation { .. }))
            .and_then(|name| slot(name.tokens.clone(), Basis::NamedAsAgent))
    }

    /// Whoever does it: «unknown men abducted him», «the forces attacked a village, killing twelve».
    pub(super) fn subject(&self, act: &acts::Found) -> Option<Range<usize>> {
        let alone = ["died", "die", "dies", "dead", "perished", "lost", "succumbed"];
        if let Some(agent) = self.agent_of_attack(act) {
            return Some(agent);
        }
        let own = act.passive
            || act.noun
            || self.is_reduced(act)
            || act.class == ActClass::Release
            || act.class == ActClass::Disappear && !matches!(self.lower(act.tokens.start), "forcibly" | "forcefully");
        if own || alone.contains(&self.lower(act.tokens.start)) {
            return None;
        }
        let sentence = self.sentence(act.tokens.start);
        let first = self.tokens.partition_point(|token| token.sentence < sentence);
        // Behind these nobody acts: «in an attack on police», «according to the army».
        const GOVERNS: [&str; 13] =
            ["of", "by", "to", "on", "against", "with", "in", "from", "for", "at", "between", "told", "s"];
        // Nor does whom somebody else «targeted», nor «three policemen».
        let governed = |start: usize| {
            let article = start > first && self.tokens[start - 1].is_any(&["the", "a", "an", "some"]);
            let start = start - usize::from(article);
            let before = (start > first).then(|| &self.tokens[start - 1]);
            // «on the gate of a provincial Health Department»: one word may stand between.
            let farther = start > first + 1 && self.tokens[start - 1].is_word() && {
                let back =
                    start - 2 - usize::from(start > first + 2 && self.tokens[start - 2].is_any(&["a", "an", "the"]));
                self.tokens[back].is_any(&GOVERNS)
            };
            farther && before.is_some_and(|before| !before.capital && !before.lower.ends_with("ed"))
                || before.is_some_and(|before| {
                    before.is_any(&GOVERNS)
                        || before.lower.ends_with("ed")
                            && !before.is_any(&["suspected", "armed", "masked", "unidentified"])
                        || !before.first
                            && numbers::read(std::slice::from_ref(before)).is_some()
                            && !self.dates.iter().any(|date| self.tokens[date.tokens.end - 1].start == before.start)
                })
        };
        let organisations = self
            .names
            .iter()
            .filter(|name| matches!(name.kind, NameKind::Organisation { .. }) && !self.in_dateline(&name.tokens))
            .map(|name| name.tokens.clone());
        let groups = (first..act.tokens.start)
            .filter(|at| AGENTS.contains(&self.lower(*at)) && !self.lexicon.is_one_person(self.lower(at + 1)))
            .map(|at| {
                let mut start = at;
                while start > first && at - start < 4 && self.tokens[start - 1].is_word() && {
                    let before = &self.tokens[start - 1];
                    before.lower.ends_with("ed")
                        || UNKNOWN.contains(&before.lower.as_str())
                        || before.capital && !before.first
                } {
                    start -= 1;
                }
                start..at + 1
            });
        let inside = |range: &Range<usize>| range.start >= first && range.end <= act.tokens.start;
        let mut candidates: Vec<Range<usize>> =
            organisations.chain(groups).filter(inside).filter(|range| !governed(range.start)).collect();
        candidates.sort_by_key(|range| (range.end, std::cmp::Reverse(range.start)));
        // Nobody else begins to act or to suffer between them and the deed.
        const ENDS: [&str; 15] = [
            "said", "says", "was", "were", "who", "which", ";", ":", "by", "but", "while", "when", "whose", "told",
            "that",
        ];
        candidates
            .into_iter()
            .rev()
            .find(|range| !self.tokens[range.end..act.tokens.start].iter().any(|token| token.is_any(&ENDS)))
    }

    /// «Air strikes by the army killed six», «the army carried out an attack that killed six»: whose attack did it.
    fn agent_of_attack(&self, act: &acts::Found) -> Option<Range<usize>> {
        let sentence = self.sentence(act.tokens.start);
        if act.passive || act.noun {
            return None;
        }
        let attack = self.acts.iter().rev().find(|attack| {
            attack.class == ActClass::Attack
                && attack.noun
                && attack.tokens.end <= act.tokens.start
                && self.sentence(attack.tokens.start) == sentence
                && self.acts_between(attack.tokens.end, act.tokens.start) == 0
        })?;
        let end = attack.tokens.end;
        match (self.lower(end), self.lower(end + 1)) {
            ("by", _) => return self.agent(end + 1),
            ("blamed", "on") | ("attributed", "to") | ("claimed", "by") => return self.agent(end + 2),
            _ => {}
        }
        let verb = (attack.tokens.start.saturating_sub(5)..attack.tokens.start).find(|at| {
            self.sentence(*at) == sentence
                && self.tokens[*at].is_any(&["launched", "carried", "conducted", "dropped", "staged", "mounted"])
        })?;
        let own = self
            .names
            .iter()
            .find(|name| name.tokens.end == verb && matches!(name.kind, NameKind::Organisation { .. }));
        own.map(|name| name.tokens.clone())
    }

    /// «killed in an encounter with the Rapid Corps».
    pub(super) fn met(&self, act: &acts::Found) -> Option<Range<usize>> {
        let sentence = self.sentence(act.tokens.start);
        let end = (act.tokens.end + 12).min(self.tokens.len());
        let clash = (act.tokens.end..end).take_while(|at| self.sentence(*at) == sentence).find(|at| {
            self.tokens[*at].is_any(&[
                "gunfight",
                "gunfights",
                "shootouts",
                "encounter",
                "encounters",
                "crossfire",
                "shootout",
                "clash",
                "clashes",
                "battle",
                "firefight",
            ])
        })?;
        let with = (clash + 1..(clash + 4).min(self.tokens.len())).find(|at| self.lower(*at) == "with")?;
        self.agent(with + 1)
    }

    /// «left three people killed», «five others wounded»: people stand before the deed, and nobody behind it.
    pub(super) fn is_reduced(&self, act: &acts::Found) -> bool {
        let Some(before) = act.tokens.start.checked_sub(1).map(|at| &self.tokens[at]) else { return false };
        let people = before.is_any(&["others", "more", "dead"])
            || before.is_number()
            || self.lexicon.noun(&before.lower) == Some(NounClass::Person);
        let next = self.tokens.get(act.tokens.end).filter(|next| next.sentence == before.sentence);
        let object = next.is_some_and(|next| {
            // «gunmen kidnapped no fewer than 52 people».
            let bound = next.is_any(&[
                "no",
                "not",
                "nearly",
                "almost",
                "around",
                "about",
                "some",
                "up",
                "as",
                "fewer",
                "approximately",
            ]);
            let number =
                || (1..4).any(|ahead| self.tokens.get(act.tokens.end + ahead..).and_then(numbers::read).is_some());
            next.is_any(&["him", "her", "them", "a", "an", "the", "his", "at", "over", "more", "dozens", "several"])
                || bound && number()
                || next.is_number()
                || numbers::read(std::slice::from_ref(next)).is_some()
                || self.names.iter().any(|name| name.kind == NameKind::Person && name.tokens.start == act.tokens.end)
        });
        people && !object
    }

    /// «… killed when gunmen stormed an office», «… after soldiers opened fire»: whose attack it was.
    pub(super) fn attacker(&self, act: &acts::Found) -> Option<Range<usize>> {
        let sentence = self.sentence(act.tokens.start);
        let attacks = |at: usize| {
            self.acts.iter().any(|attack| {
                attack.class == ActClass::Attack
                    && !attack.noun
                    && (at..at + 3).contains(&attack.tokens.start)
                    && self.sentence(attack.tokens.start) == sentence
            }) || self.tokens.get(at).is_some_and(|verb| {
                // «launched air strikes».
                verb.is_any(&["launched", "carried", "conducted", "dropped", "staged", "mounted"])
            })
        };
        let end = (act.tokens.end + 24).min(self.tokens.len());
        let lead = (act.tokens.end..end)
            .take_while(|at| self.sentence(*at) == sentence)
            .find(|at| self.tokens[*at].is_any(&["when", "after", "as"]))?;
        let name = self.names.iter().find(|name| {
            (lead + 1..lead + 3).contains(&name.tokens.start) && matches!(name.kind, NameKind::Organisation { .. })
        });
        if let Some(name) = name.filter(|name| attacks(name.tokens.end)) {
            return Some(name.tokens.clone());
        }
        let noun = (lead + 1..(lead + 6).min(self.tokens.len())).find(|at| AGENTS.contains(&self.lower(*at)))?;
        let plain = self.tokens[lead + 1..noun].iter().all(Token::is_word);
        let from = lead + 1 + usize::from(matches!(self.lower(lead + 1), "a" | "the" | "some"));
        (plain && self.sentence(noun) == sentence && attacks(noun + 1)).then_some(from.min(noun)..noun + 1)
    }

    /// Whoever stands behind «by»: a name, or words such as «unknown armed men».
    pub(super) fn agent(&self, from: usize) -> Option<Range<usize>> {
        let sentence = self.tokens.get(from)?.sentence;
        let mut names = self.names.iter().filter(|name| {
            let members = self.tokens[from..name.tokens.start.max(from)].iter().any(|token| token.is("of"));
            (from..from + if members { 7 } else { 4 }).contains(&name.tokens.start)
                && self.sentence(name.tokens.start) == sentence
                && !self.tokens[from..name.tokens.start].iter().any(|token| token.is_any(&[",", ";", "in", "on"]))
        });
        if let Some(name) = names.find(|name| matches!(name.kind, NameKind::Organisation { .. } | NameKind::Person)) {
            // «police Counter Terrorism Department»: one body with two names.
            let next = self.names.iter().find(|next| {
                next.tokens.start == name.tokens.end && matches!(next.kind, NameKind::Organisation { .. })
            });
            return Some(name.tokens.start..next.map_or(name.tokens.end, |next| next.tokens.end));
        }
        let noun = (from..(from + 5).min(self.tokens.len())).find(|at| {
            self.sentence(*at) == sentence && self.lexicon.noun(self.lower(*at)) == Some(NounClass::Person)
        })?;
        let plain = self.tokens[from..noun]
            .iter()
            .all(|token| token.is_word() && !token.is_any(&["a", "the", "his", "her"]) || token.is_any(&["a", "the"]));
        let from = from + usize::from(self.tokens[from].is_any(&["a", "the"]));
        plain.then_some(from..noun + 1)
    }
}
