//! Names that no list knows, told by the words around them, by names beside them, and by their other mentions.

use super::{
    Finder, Found, NameKind,
    words::{
        ADMINISTRATIVE, BEFORE_ORGANISATION, BEFORE_PERSON, BEFORE_PLACE, BEHIND_PLACE, CALENDAR, COMMON, FACILITIES,
        KIN, KINDS, NOBODY, PARTICLES, PLACE_HEADS, SPEAKS,
    },
};
use crate::suggest::{
    lexicon::NounClass,
    tokens::{Token, TokenKind},
};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

impl Finder<'_> {
    /// «Barangay Olm», «Camp Borun»: the word for its kind begins the name.
    pub(super) fn headed_place(&self, at: usize) -> Option<Found> {
        let token = &self.tokens[at];
        let next = self.tokens.get(at + 1).filter(|next| {
            next.capital && next.is_word() && next.sentence == token.sentence && PLACE_HEADS.contains(&token.lower)
        })?;
        let end = self.run(at + 1);
        let small = matches!(token.lower.as_str(), "camp" | "port" | "lake" | "fort" | "villa") && !token.capital;
        let known = self.lexicon.organisation_heads.contains(&next.lower) || CALENDAR.contains(&next.lower);
        (!small && !known && end - at <= 4).then_some(Found { tokens: at..end, kind: NameKind::Place })
    }

    /// A row of capitals that no list knows.
    pub(super) fn by_surroundings(&self, at: usize, run: usize) -> Option<Found> {
        let mut start = at;
        // «Adil Venn MP»: the office is no part of the name.
        let run = run - usize::from(run > at + 2 && self.lexicon.not_organisations.contains(self.lower(run - 1)));
        // A common word at the head of a sentence is no part of a name.
        if self.tokens[at].first {
            let lower = self.lower(at);
            let common = COMMON.contains(lower)
                || self.small.contains(lower)
                || CALENDAR.contains(lower)
                || lower.ends_with("ing")
                || lower.ends_with("ly")
                || lower.ends_with("ed");
            if common && !self.lexicon.given_names.contains(lower) {
                start += 1;
            }
        }
        if start >= run || start > at {
            return None;
        }
        let token = &self.tokens[start];
        let length = self.tokens[start..run].iter().filter(|token| token.is_word()).count();
        // «Kesh-based», «state-backed»: says something of the name behind it.
        if self.lower(start).rsplit_once('-').is_some_and(|(_, tail)| {
            matches!(tail, "based" | "backed" | "led" | "linked" | "born" | "held" | "run" | "occupied" | "controlled")
        }) {
            return None;
        }
        // «By Adira Venn»: a line of its own in capitals, and a person.
        let byline_start = start > 0
            && self.lower(start - 1) == "by"
            && self.tokens[start - 1].first
            && (start == 1 || self.tokens[start - 2].paragraph != token.paragraph)
            // «AP Photo/Adira Venn».
            || matches!(self.before(start, 1), "/" | ":") && self.before(start, 2) == "photo";
        let heading = self.headings.contains(&token.paragraph) && !(byline_start && (2..=4).contains(&length));
        let words: Vec<&str> = (start..run).map(|idx| self.lower(idx)).filter(|word| *word != ".").collect();
        let behind = self.lower(run);
        let (one, two) = (self.before(start, 1), self.before(start, 2));
        let calendar = words.iter().any(|word| CALENDAR.contains(word));
        let is_demonym = |word: &str| self.lexicon.demonyms.contains_key(word);
        let demonym = words.iter().any(|word| is_demonym(word) || word.strip_suffix('s').is_some_and(is_demonym))
            // «Danish Ali»: a given name behind it makes it one.
            && !(length == 2 && self.lexicon.given_names.contains(words[length - 1]));
        // «Young Tiranians» are many.
        if words.last().and_then(|word| word.strip_suffix('s')).is_some_and(is_demonym) {
            return None;
        }
        // «the village of Olm».
        let inhabited = BEHIND_PLACE.contains(two) || KINDS.contains(two);
        // «Adil Venn (25) of Olm»: where somebody is from. «the state capital, Gusm».
        let from = two == ")" && start >= 3 && self.tokens[start - 3].is_number();
        // «the head of the village, Adil Venn».
        let headed =
            (2..8).any(|back| matches!(self.before(start, back), "head" | "chief" | "leader" | "elder" | "imam"));
        let capital = one == "," && matches!(two, "capital" | "town" | "city" | "village") && length <= 2 && !headed;
        if (one == "of" && (inhabited || from) && length <= 4 || capital) && !demonym {
            return Some(Found { tokens: start..run, kind: NameKind::Place });
        }
        // «Adil, son of Borun», «Adil, a resident of Kesh»; «identified as Adil», «two brothers, Adil and Borun».
        let known_as = one == "as"
            && matches!(
                two,
                "identified"
                    | "named"
                    | "known"
                    | "recognised"
                    | "recognized"
                    | "revealed"
                    | "name"
                    | "names"
                    | "only"
                    | "himself"
                    | "herself"
                    | "themselves"
            )
            || matches!(one, "named" | "namely" | "alias")
            || matches!((two, one), ("names" | "named", "were" | "are"));
        let apposition = one == ","
            && self.lexicon.noun(two) == Some(NounClass::Person)
            && !self.is_upper_run(start..run)
            && !(length == 1 && self.lexicon.noun(words[0]).is_some());
        let listed = self.lexicon.listed(&words.join(" ")).is_some();
        if length <= 5 && !heading && !demonym && !listed && (self.has_parent_behind(run) || known_as || apposition) {
            return Some(Found { tokens: start..run, kind: NameKind::Person });
        }
        // «his cousin Borun».
        if length == 1 && KIN.contains(one) && !heading && !demonym && !listed && token.is_word() {
            return Some(Found { tokens: start..run, kind: NameKind::Person });
        }
        let byline = words
            .iter()
            .any(|word| matches!(*word, "correspondent" | "reporter" | "staff" | "bureau" | "desk" | "monitoring"));
        // Initials alone («P.S.»), and a people's name alone, name nobody.
        let nobody =
            words.iter().all(|word| word.chars().count() == 1) || length == 1 && self.lexicon.noun(words[0]).is_some();
        let office = words.iter().all(|word| self.lexicon.titles.contains(*word))
            || words.last().is_some_and(|word| NOBODY.contains(word))
            || one == "of" && self.lexicon.titles.contains(two) && !BEHIND_PLACE.contains(behind);
        if nobody
            || office
            || byline
            || calendar
            || words.iter().all(|word| self.lexicon.organisation_heads.contains(*word))
        {
            return None;
        }
        // «Sufi shrine», «Civil Hospital».
        if let Some(last) = (start..run + 2).find(|idx| FACILITIES.contains(self.lower(*idx)))
            && last >= run.saturating_sub(1)
            && last <= run
            && self.tokens[last].sentence == token.sentence
        {
            return Some(Found { tokens: start..last + 1, kind: NameKind::Facility });
        }
        // «the Borun community» are people; a community that is attacked, or in which something is, is a place.
        let people = matches!(behind, "community" | "communities")
            && !matches!(one, "in" | "at" | "of" | "near" | "attacked" | "raided" | "stormed" | "invaded" | "from");
        let behind_place = !people
            && BEHIND_PLACE.contains(behind)
            && self.tokens.get(run).is_some_and(|next| next.sentence == token.sentence);
        if behind_place && !demonym {
            return Some(Found { tokens: start..run, kind: NameKind::Place });
        }
        if let Some(last) = words.last().filter(|word| length >= 2 && BEHIND_PLACE.contains(word)) {
            let end = run - usize::from(ADMINISTRATIVE.contains(last));
            return Some(Found { tokens: start..end, kind: NameKind::Place });
        }
        // «Olm Security Tracker, an NGO that …».
        let article = behind == "," && matches!(self.lower(run + 1), "a" | "an" | "the");
        let told_of = article
            && (run + 2..run + 6)
                .take_while(|idx| self.tokens.get(*idx).is_some_and(Token::is_word))
                .any(|idx| BEFORE_ORGANISATION.contains(self.lower(idx)) && self.lower(idx + 1) != "of");
        if told_of && length >= 2 && !heading && !demonym && !self.lexicon.given_names.contains(words[0]) {
            return Some(Found { tokens: start..run, kind: NameKind::Organisation { force: false } });
        }
        if BEFORE_ORGANISATION.contains(one) && length <= 5 && !heading && !demonym && !listed {
            return Some(Found { tokens: start..run, kind: NameKind::Organisation { force: false } });
        }
        // «Valle del Olm»: a listed name behind a small word.
        if words.iter().any(|word| PARTICLES.contains(word)) && self.lexicon.listed(words[words.len() - 1]).is_some() {
            return Some(Found { tokens: start..run, kind: NameKind::Place });
        }
        let given = self.lexicon.given_names.contains(words[0]);
        let speaks = SPEAKS.contains(behind);
        let led = BEFORE_PERSON.contains(one) || one == "," && BEFORE_PERSON.contains(two) || one == "-" || one == ":";
        let by = one == "by" || one == "[" && two == "by";
        let led = led || by;
        let kin =
            matches!((two, one), ("son" | "daughter" | "brother" | "sister" | "wife" | "mother" | "father", "of"));
        let aged = behind == "," && self.tokens.get(run + 1).is_some_and(Token::is_number)
            || behind == "(" && self.tokens.get(run + 1).is_some_and(Token::is_number);
        // «a report by Olmwatch showed».
        let reported =
            matches!(one, "by" | "from") && matches!(two, "report" | "survey" | "study" | "analysis" | "count");
        if reported && !given && length <= 3 && !heading && !demonym && !listed {
            return Some(Found { tokens: start..run, kind: NameKind::Organisation { force: false } });
        }
        // «told Dorval Post»: mostly a paper or an agency.
        if one == "told" && !given && length <= 3 && !heading && !demonym && !speaks {
            return Some(Found { tokens: start..run, kind: NameKind::Organisation { force: false } });
        }
        // «Grey Hand fighters», «Borunist rebels»: nobody's own name.
        if matches!(behind, "fighters" | "militants" | "rebels" | "insurgents" | "gunmen" | "guerrillas") && !heading {
            let kind = NameKind::Organisation { force: false };
            return (length >= 2 && !demonym).then_some(Found { tokens: start..run, kind });
        }
        // «Olmwatch said», «the Olmwatch report»: one word that speaks, and no part of anybody's name.
        let reports = speaks
            || matches!(
                behind,
                "report"
                    | "reports"
                    | "showed"
                    | "shows"
                    | "reported"
                    | "documented"
                    | "recorded"
                    | "registered"
                    | "verified"
            );
        if length == 1
            && reports
            && !given
            && !demonym
            && !heading
            && !token.first
            && self.lexicon.noun(words[0]).is_none()
            && !self.in_longer(start)
        {
            return Some(Found { tokens: start..run, kind: NameKind::Organisation { force: false } });
        }
        // «the Borun tribe» is nobody alone.
        if matches!(behind, "tribe" | "clan" | "tribes" | "family" | "community") {
            return None;
        }
        if kin && length <= 5 && !heading && !demonym {
            return Some(Found { tokens: start..run, kind: NameKind::Person });
        }
        if (2..=5).contains(&length) && (given || !heading && (speaks || led || kin || aged)) {
            return Some(Found { tokens: start..run, kind: NameKind::Person });
        }
        let told =
            one == "to" && matches!(two, "according" | "speaking" | "spoke" | "talking" | "handed" | "belonging");
        if BEFORE_PLACE.contains(one) && !told && length <= 3 && !demonym && !given && !heading {
            return Some(Found { tokens: start..run, kind: NameKind::Place });
        }
        if length == 1
            && (given && (speaks || led || kin || aged || self.listed_with_names(start)) || led && aged)
            && !heading
        {
            return Some(Found { tokens: start..run, kind: NameKind::Person });
        }
        let quoted = one == "\"" || one == "“" || one == "‘" || one == "(" || one == "[";
        ((2..=4).contains(&length)
            && !heading
            && !demonym
            && !quoted
            && !(start..run).any(|idx| self.tokens[idx].is_upper(self.text))
            && !(start > 0 && self.tokens[start - 1].is_number() && self.tokens[start - 1].end == token.start)
            && words.iter().all(|word| !self.small.contains(word) || PARTICLES.contains(word)))
        .then_some(Found { tokens: start..run, kind: NameKind::Person })
    }

    /// «Saif, Shakoor and Wadood»: given names in a row.
    fn listed_with_names(&self, at: usize) -> bool {
        let near = |idx: Option<usize>| idx.is_some_and(|idx| self.lexicon.given_names.contains(self.lower(idx)));
        matches!(self.before(at, 1), "," | "and") && near(at.checked_sub(2))
            || matches!(self.lower(at + 1), "," | "and") && near(Some(at + 2))
    }

    /// Whether the word stands in a row of capitals elsewhere: then it is a part of that name.
    fn in_longer(&self, at: usize) -> bool {
        let word = self.lower(at);
        let capital = |idx: usize| self.tokens.get(idx).is_some_and(|token| token.is_word() && token.capital);
        (0..self.tokens.len()).any(|idx| {
            idx != at
                && self.tokens[idx].lower == word
                && self.tokens[idx].capital
                && (idx > 0 && capital(idx - 1) && self.tokens[idx - 1].sentence == self.tokens[idx].sentence
                    || capital(idx + 1))
        })
    }

    fn is_upper_run(&self, range: Range<usize>) -> bool {
        self.tokens[range].iter().all(|token| token.is_upper(self.text))
    }

    /// Whether «, son of», «s/o» or «, a resident of» stands behind a name.
    fn has_parent_behind(&self, run: usize) -> bool {
        let at = run + usize::from(self.lower(run) == ",");
        let at = at + usize::from(matches!(self.lower(at), "a" | "the" | "an"));
        if self.tokens.get(at).is_none_or(|token| token.sentence != self.tokens[run - 1].sentence) {
            return false;
        }
        matches!(
            self.lower(at),
            "son" | "daughter" | "brother" | "sister" | "wife" | "widow" | "resident" | "father" | "mother"
        ) && self.lower(at + 1) == "of"
            || matches!(self.lower(at), "s" | "d" | "w") && self.lower(at + 1) == "/" && self.lower(at + 2) == "o"
    }

    /// The end of «, son of Borun Venn» behind a name, where it stands there.
    fn behind_parent(&self, run: usize) -> usize {
        if !self.has_parent_behind(run) {
            return run;
        }
        let of = (run..run + 6).find(|at| matches!(self.lower(*at), "of" | "o")).unwrap_or(run);
        let mut name = of + 1;
        if self.lexicon.titles.contains(self.lower(name)) {
            name += 1;
        }
        self.run(name).max(run)
    }

    /// «Saif, son of Adil, Atiq and Ahmad»: capitals in a row with a person or a place, closed by «and», are of its kind.
    pub(super) fn rows(&self, found: &mut Vec<Found>, taken: &dyn Fn(usize) -> bool) {
        let mut covered = vec![false; self.tokens.len()];
        found.iter().flat_map(|name| name.tokens.clone()).for_each(|idx| covered[idx] = true);
        let mut added: Vec<Found> = Vec::new();
        for name in found.iter().filter(|name| matches!(name.kind, NameKind::Person | NameKind::Place)) {
            let sentence = self.tokens[name.tokens.start].sentence;
            let (mut end, mut closed, mut row) = (name.tokens.end, false, Vec::new());
            loop {
                let start = if name.kind == NameKind::Person { self.behind_parent(end) } else { end };
                let mut next = start;
                while matches!(self.lower(next), "," | ";" | "and") && next < start + 3 {
                    closed |= self.lower(next) == "and";
                    next += 1;
                }
                let here = self.tokens.get(next).is_some_and(|token| {
                    token.sentence == sentence && token.is_word() && token.capital && !taken(next)
                });
                if next == start || !here {
                    break;
                }
                if let Some(known) = found.iter().find(|other| other.tokens.start == next) {
                    if known.kind != name.kind {
                        break;
                    }
                    end = known.tokens.end;
                    continue;
                }
                let run = self.run(next);
                let word = self.lower(next);
                // «in Kesh, and Olmwatch has said»: another clause.
                let clause = matches!(
                    self.lower(run),
                    "has"
                        | "have"
                        | "had"
                        | "was"
                        | "were"
                        | "is"
                        | "are"
                        | "said"
                        | "says"
                        | "told"
                        | "reported"
                        | "will"
                ) && name.kind == NameKind::Place;
                let other = clause
                    || run - next > 4
                    || (next..run).any(|idx| covered[idx] || self.lexicon.organisation_heads.contains(self.lower(idx)))
                    || CALENDAR.contains(word)
                    || COMMON.contains(word)
                    || self.lexicon.demonyms.contains_key(word)
                    || self.lexicon.titles.contains(word)
                    || self.is_upper_run(next..run);
                if other {
                    break;
                }
                row.push(Found { tokens: next..run, kind: name.kind });
                end = run;
            }
            // «of Sitio Olm, Borun, Dorval;»: a row of names, each within the next.
            let address = name.kind == NameKind::Place
                && BEFORE_PLACE.contains(self.before(name.tokens.start, 1))
                    | (self.before(name.tokens.start, 1) == "of")
                && row.iter().all(|one: &Found| one.tokens.len() == 1)
                && self.tokens.get(end).is_none_or(|behind| !behind.is_word());
            if closed || address {
                for one in row {
                    one.tokens.clone().for_each(|idx| covered[idx] = true);
                    added.push(one);
                }
            }
        }
        added.sort_by_key(|name| (name.tokens.start, name.tokens.end));
        added.dedup_by(|b, a| b.tokens.start < a.tokens.end);
        found.extend(added);
        found.sort_by_key(|name| name.tokens.start);
    }

    /// One capital that names a place or an organisation somewhere does so where nothing else is known of it.
    pub(super) fn same_words(&self, found: &mut Vec<Found>, taken: &dyn Fn(usize) -> bool) {
        let mut kinds: HashMap<&str, NameKind> = HashMap::new();
        for name in found.iter().filter(|name| name.tokens.len() == 1 && self.tokens[name.tokens.start].capital) {
            if matches!(name.kind, NameKind::Place | NameKind::Organisation { force: false }) {
                kinds.insert(self.lower(name.tokens.start), name.kind);
            }
        }
        let mut covered = vec![false; self.tokens.len()];
        found.iter().flat_map(|name| name.tokens.clone()).for_each(|idx| covered[idx] = true);
        let inside =
            |idx: usize| self.tokens.get(idx).is_some_and(|near| near.is_word() && near.capital && !near.first);
        for (idx, token) in self.tokens.iter().enumerate().filter(|(_, token)| token.capital) {
            let alone = !covered[idx]
                && !taken(idx)
                && !inside(idx + 1)
                && (idx == 0 || token.first || !inside(idx - 1))
                && !self.headings.contains(&token.paragraph)
                && !self.small.contains(token.lower.as_str());
            if let Some(kind) = kinds.get(token.lower.as_str()).filter(|_| alone) {
                found.push(Found { tokens: idx..idx + 1, kind: *kind });
            }
        }
    }

    /// A row of capitals that stands for a place elsewhere in the text is that place.
    pub(super) fn same_places(&self, found: &mut [Found]) {
        let words =
            |name: &Found| self.tokens[name.tokens.clone()].iter().map(|token| token.lower.clone()).collect::<Vec<_>>();
        let places: HashSet<Vec<String>> =
            found.iter().filter(|name| name.kind == NameKind::Place && name.tokens.len() > 1).map(words).collect();
        for name in found.iter_mut().filter(|name| name.kind == NameKind::Person && places.contains(&words(name))) {
            name.kind = NameKind::Place;
        }
    }

    /// «the Grey Hand» after «the Grey Hand group»: an organisation by the first words of its name.
    pub(super) fn short_forms(&self, found: &mut Vec<Found>, taken: &dyn Fn(usize) -> bool) {
        let words = |name: &Found| {
            self.tokens[name.tokens.clone()].iter().map(|token| token.lower.as_str()).collect::<Vec<_>>()
        };
        let organisations: Vec<Vec<&str>> =
            found.iter().filter(|name| matches!(name.kind, NameKind::Organisation { .. })).map(words).collect();
        for name in found.iter_mut().filter(|name| name.kind == NameKind::Person) {
            let own = words(name);
            if organisations.iter().any(|long| long.len() > own.len() && long.starts_with(&own)) {
                name.kind = NameKind::Organisation { force: false };
            }
        }
        let firsts: HashSet<&str> = organisations
            .iter()
            .filter(|words| words.len() > 1)
            .map(|words| words[0])
            .filter(|word| word.len() > 3 && !self.lexicon.demonyms.contains_key(*word) && !COMMON.contains(word))
            .filter(|word| !self.lexicon.places.contains_key(*word) && !self.lexicon.organisation_heads.contains(*word))
            .collect();
        // «the Observatory» after «the Olenian Observatory for Human Rights».
        let heads: HashSet<&str> = organisations
            .iter()
            .filter(|words| words.len() > 2)
            .flatten()
            .copied()
            .filter(|word| word.len() > 5 && self.lexicon.organisation_heads.contains(*word))
            .collect();
        let mut covered = vec![false; self.tokens.len()];
        found.iter().flat_map(|name| name.tokens.clone()).for_each(|idx| covered[idx] = true);
        for (idx, token) in self.tokens.iter().enumerate() {
            let head = heads.contains(token.lower.as_str())
                && self.before(idx, 1) == "the"
                && self.tokens.get(idx + 1).is_none_or(|next| !next.capital || next.sentence != token.sentence);
            let alone =
                !covered[idx] && !taken(idx) && token.capital && (head || firsts.contains(token.lower.as_str()));
            if alone
                && !token.first
                && !self.headings.contains(&token.paragraph)
                && !self.small.contains(token.lower.as_str())
            {
                found.push(Found { tokens: idx..idx + 1, kind: NameKind::Organisation { force: false } });
            }
        }
    }

    /// Later mentions of a person by one part of the name.
    pub(super) fn surnames(&self, found: &mut Vec<Found>, taken: &dyn Fn(usize) -> bool) {
        let mut parts: HashSet<String> = HashSet::new();
        for name in found.iter().filter(|name| name.kind == NameKind::Person) {
            for idx in name.tokens.clone() {
                let word = self.lower(idx);
                let known = self.lexicon.places.contains_key(word) || self.lexicon.demonyms.contains_key(word) || self.lexicon.titles.contains(word) || COMMON.contains(word)
                    // A people's name used as a surname tells nobody apart.
                    || self.lexicon.noun(word).is_some();
                if self.tokens[idx].kind == TokenKind::Word && word.len() > 3 && !known {
                    parts.insert(word.to_owned());
                    // «Maleh» after «Haitham al-Maleh».
                    parts.extend(word.split_once('-').map(|(_, last)| last.to_owned()).filter(|last| last.len() > 3));
                }
            }
        }
        for name in found.iter_mut().filter(|name| name.tokens.len() == 1) {
            let token = &self.tokens[name.tokens.start];
            // «Tesk's murder», «in Tesk's house»: no place that any list knows.
            let unlisted = name.kind == NameKind::Place && !self.lexicon.places.contains_key(&token.lower);
            let spoke = name.kind == NameKind::Organisation { force: false } && !token.is_upper(self.text);
            if (spoke || unlisted)
                && parts.contains(&token.lower)
                && !self.lexicon.known_organisations.contains_key(&token.lower)
            {
                name.kind = NameKind::Person;
            }
        }
        let mut covered = vec![false; self.tokens.len()];
        found.iter().flat_map(|name| name.tokens.clone()).for_each(|idx| covered[idx] = true);
        for (idx, token) in self.tokens.iter().enumerate() {
            let alone = !covered[idx] && !taken(idx) && token.capital && parts.contains(&token.lower);
            if alone && !self.headings.contains(&token.paragraph) && !self.small.contains(token.lower.as_str()) {
                found.push(Found { tokens: idx..idx + 1, kind: NameKind::Person });
            }
        }
    }
}
