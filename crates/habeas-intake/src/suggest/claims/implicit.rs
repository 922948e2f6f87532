//! People whom no number counts: «a schoolteacher was killed», «another man», «the body of a man was found».

use super::Material;
use crate::suggest::{acts, counts, counts::TextCount, lexicon::ActClass, names::NameKind, tokens::Token};

impl Material<'_> {
    /// «a schoolteacher was killed», «another man»: one, where a deed says what happened to them.
    pub(super) fn implicit(&self, found: &[counts::Found]) -> Vec<counts::Found> {
        let mut added = Vec::new();
        for at in 0..self.tokens.len() {
            let whose = self.tokens[at].is_any(&["his", "her", "their"]);
            // «killing the driver»: one, where the deed stands right before.
            let object = self.tokens[at].is("the")
                && self
                    .acts
                    .iter()
                    .any(|act| act.tokens.end == at && !act.passive && !act.noun && act.class != ActClass::Attack);
            let article = whose || object || self.tokens[at].is_any(&["a", "an", "another", "one"]);
            if !article || found.iter().any(|count| count.tokens.contains(&at)) {
                continue;
            }
            let sentence = self.sentence(at);
            let noun = (at + 1..(at + 8).min(self.tokens.len())).find(|idx| {
                let token = &self.tokens[*idx];
                token.sentence == sentence
                    && self.lexicon.is_one_person(&token.lower)
                    && !(token.is("human") && self.lower(*idx + 1) == "rights")
            });
            // «and another seriously wounded».
            let adverbs = (at + 1..at + 3).take_while(|idx| self.lower(*idx).ends_with("ly")).count();
            let struck = self.acts.iter().any(|act| act.tokens.start == at + 1 + adverbs && !act.noun);
            if self.tokens[at].is("another") && struck {
                let count = TextCount { in_addition: true, ..TextCount::one() };
                added.push(counts::Found { tokens: at..at + 1, noun: None, count });
                continue;
            }
            let Some(mut noun) = noun else { continue };
            // «a Tiranian man», «a student activist», «a teacher and human rights activist»: the last noun of the row.
            while let Some(next) = self.next_noun(noun) {
                noun = next;
            }
            const KIN: [&str; 10] =
                ["son", "daughter", "brother", "sister", "wife", "husband", "father", "mother", "cousin", "nephew"];
            let struck = self.acts.iter().any(|act| act.tokens.end == at && !act.passive && !act.noun);
            if whose && !struck && !self.tokens[noun].is_any(&KIN) {
                continue;
            }
            let plain = self.tokens[at + 1..noun].iter().all(|token| {
                !token.is_any(&[
                    "of", "by", "in", "the", "was", "that", "who", "for", ",", "(", "’", "'", "after", "before",
                    "since", "when", "while", "as", "with", "to", "from", "at", "on", "a", "an", "were", "is", "said",
                ])
            });
            let next_noun = self.lexicon.noun(self.lower(noun + 1)).is_some();
            if !plain || next_noun || self.tokens[noun].is_any(&["body", "life", "soul", "member", "leader"]) {
                continue;
            }
            let acted = self.acts.iter().any(|act| {
                let same = self.sentence(act.tokens.start) == sentence && act.class != ActClass::Attack;
                let alone = matches!(
                    self.lower(act.tokens.start),
                    "died"
                        | "disappeared"
                        | "vanished"
                        | "went"
                        | "succumbed"
                        | "sustained"
                        | "suffered"
                        | "received"
                        | "lost"
                        | "perished"
                );
                // «a student, who was at home, was taken»: what stands between commas is passed over.
                let from = self.behind_aside(noun + 1);
                let after = !act.noun
                    && act.tokens.start >= from
                    && act.tokens.start > noun
                    && act.tokens.start - from <= 16
                    && (act.passive || alone)
                    && self.acts_between(from, act.tokens.start) == 0
                    && !self.tokens[from..act.tokens.start]
                        .iter()
                        .any(|token| token.is_any(&["said", ",", "by", "who", "told", "had", "that", "and", ";"]));
                let before = act.tokens.end == at && !act.passive && !act.noun
                    || act.noun && act.tokens.end + 1 == at && self.lower(at - 1) == "of";
                same && (after || before)
            });
            // «Fahim Venn, an activist from Kesh»: named right before.
            let before = at >= 2
                && self.lower(at - 1) == ","
                && self.names.iter().any(|name| name.kind == NameKind::Person && name.tokens.end == at - 1);
            // A name behind it is the person: «a student, Adil Venn, was taken».
            let named = self.names.iter().any(|name| {
                name.kind == NameKind::Person && (name.tokens.start == noun + 1 || name.tokens.start == noun + 2)
            });
            let agent = self.lower(at.wrapping_sub(1)) == "by";
            if acted && !named && !before && !agent {
                let count = TextCount { in_addition: self.tokens[at].is("another"), ..TextCount::one() };
                added.push(counts::Found { tokens: at..noun + 1, noun: Some(noun), count });
            }
        }
        added
    }

    /// The token behind «, who …,» where such a clause begins here.
    fn behind_aside(&self, at: usize) -> usize {
        let opens = self.lower(at) == "," && matches!(self.lower(at + 1), "who" | "whose" | "whom" | "aged");
        let end = (at + 24).min(self.tokens.len());
        let close = (at + 2..end).find(|idx| self.lower(*idx) == "," && self.sentence(*idx) == self.sentence(at));
        close.filter(|_| opens).map_or(at, |close| close + 1)
    }

    /// The noun for one and the same person that goes on from a noun.
    pub(super) fn next_noun(&self, noun: usize) -> Option<usize> {
        let sentence = self.sentence(noun);
        let is_noun = |at: &usize| self.lexicon.is_one_person(self.lower(*at)) && self.sentence(*at) == sentence;
        if is_noun(&(noun + 1).min(self.tokens.len() - 1)) && noun + 1 < self.tokens.len() {
            return Some(noun + 1);
        }
        let joined = self.lower(noun + 1) == "and"
            && !matches!(self.lower(noun + 2), "a" | "an" | "the" | "his" | "her" | "another");
        let end = (noun + 6).min(self.tokens.len());
        let next = (noun + 2..end).find(is_noun).filter(|_| joined)?;
        let deed = |token: &Token| self.lexicon.acts.contains_key(&token.lower);
        let plain = self.tokens[noun + 2..next].iter().all(|token| {
            token.is_word()
                && !deed(token)
                && !token.is_any(&["of", "by", "was", "were", "in", "his", "her", "their", "the"])
        });
        plain.then_some(next)
    }

    /// «the body of an unidentified man was found»: one, also where nobody is named.
    pub(super) fn one_body(&self, act: &acts::Found) -> Option<counts::Found> {
        let one = |at: &usize| self.tokens[*at].is_any(&["body", "corpse", "skeleton"]);
        let at = act.tokens.clone().find(one).filter(|_| act.class == ActClass::FoundDead)?;
        let several = at > 0 && self.tokens[at - 1].is_any(&["no", "any", "their"]);
        (!several).then(|| counts::Found { tokens: at..at + 1, noun: Some(at), count: TextCount::one() })
    }
}
