//! Persons, organisations and places in running text, told by lists, by the words around them and by capitals.
//!
//! Titles stay with the name as written. Adjectives of peoples («Tiranian army») are no places. Who is an author, a
//! politician or a relative is no victim; that is decided where a claim is made.

mod organisations;
mod surroundings;
mod words;

use super::{lexicon::Lexicon, tokens::Token};
use std::{collections::HashSet, ops::Range};
use words::{
    ADMINISTRATIVE, BEFORE_PLACE, BEHIND_PLACE, CALENDAR, CALENDAR_PARTS, DIRECTIONS, FACILITIES, NO_DATELINE, NOBODY,
    PARTICLES,
};

/// What a name names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameKind {
    Person,
    /// `force`: army, police and their like.
    Organisation {
        force: bool,
    },
    /// Of the lists, or told by its surroundings.
    Place,
    /// «shrine», «hospital»: locates a deed and stands in no list.
    Facility,
}

/// One name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub tokens: Range<usize>,
    pub kind: NameKind,
}

/// Finds all names; none overlap. `taken` tells tokens of dates and counts.
pub(crate) fn find(text: &str, tokens: &[Token], lexicon: &Lexicon, taken: &dyn Fn(usize) -> bool) -> Vec<Found> {
    let small: HashSet<&str> = tokens
        .iter()
        .filter(|token| token.is_word() && !token.capital && token.lower.len() > 1)
        .map(|token| token.lower.as_str())
        .collect();
    let finder =
        Finder { text, tokens, lexicon, small, headings: headings(tokens), introduced: introduced(text, tokens) };
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let next = if taken(at) { None } else { finder.at(at) };
        match next {
            Some(name) => {
                at = name.tokens.end;
                found.push(name);
            }
            None => at += 1,
        }
    }
    finder.rows(&mut found, taken);
    finder.short_forms(&mut found, taken);
    finder.same_words(&mut found, taken);
    finder.surnames(&mut found, taken);
    finder.same_places(&mut found);
    found.sort_by_key(|name| name.tokens.start);
    found
}

/// «New Homeland Army (NHA)»: capitals that are an organisation from then on.
fn introduced<'t>(text: &str, tokens: &'t [Token]) -> HashSet<&'t str> {
    let brackets = tokens.windows(4).filter(|four| four[0].capital && four[1].is("(") && four[3].is(")"));
    brackets.filter(|four| four[2].is_word() && four[2].is_upper(text)).map(|four| four[2].lower.as_str()).collect()
}

/// Paragraphs whose words are nearly all capitals and that end without a stop: titles, where capitals say nothing.
fn headings(tokens: &[Token]) -> HashSet<usize> {
    let mut headings = HashSet::new();
    let mut start = 0;
    while start < tokens.len() {
        let paragraph = tokens[start].paragraph;
        let end = start + tokens[start..].iter().take_while(|token| token.paragraph == paragraph).count();
        let words: Vec<&Token> =
            tokens[start..end].iter().filter(|token| token.is_word() && token.lower.len() > 3).collect();
        let capitals = words.iter().filter(|token| token.capital).count();
        let stopped = tokens[end - 1].is_any(&[".", "!", "?", "”", "\""]);
        if words.len() >= 3 && capitals * 100 >= words.len() * 85 && !stopped {
            headings.insert(paragraph);
        }
        start = end;
    }
    headings
}

struct Finder<'t> {
    text: &'t str,
    tokens: &'t [Token],
    lexicon: &'t Lexicon,
    /// Words that the text also writes small: their capital at the head of a sentence says nothing.
    small: HashSet<&'t str>,
    headings: HashSet<usize>,
    /// Short forms that stand in brackets behind their long forms.
    introduced: HashSet<&'t str>,
}

impl Finder<'_> {
    fn lower(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.lower.as_str())
    }

    fn before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back)
            .filter(|back| self.tokens[*back].sentence == self.tokens[at].sentence)
            .map_or("", |at| self.lower(at))
    }

    fn at(&self, at: usize) -> Option<Found> {
        let token = &self.tokens[at];
        if !token.is_word() {
            return self.numbered_unit(at);
        }
        if !token.capital {
            return self.headed_place(at).or_else(|| self.force(at)).or_else(|| self.facility(at));
        }
        let run = self.run(at);
        // «KESH: The U.S. army»: an article in the midst of a sentence begins no name but a listed one.
        if token.is_any(&["the", "a", "an"]) && !self.is_listed(at) {
            return None;
        }
        // «Northwest Olenia»: the name begins behind it.
        if DIRECTIONS.contains(&token.lower) && !self.is_listed(at) && self.is_listed(at + 1) {
            return None;
        }
        // «District Kesh», «Province of Olenia»: the name begins behind it.
        let behind_name = at > 0 && self.tokens[at - 1].capital;
        if ADMINISTRATIVE.contains(&token.lower) && (run > at + 1 || behind_name) && !token.first
            || self.in_local_government(at)
        {
            return None;
        }
        if let Some(person) = self.of_organisation(at, run).or_else(|| self.behind_office(at, run)) {
            return Some(person);
        }
        self.dateline(at, run)
            .or_else(|| self.headed_place(at))
            .or_else(|| self.abbreviated(at))
            .or_else(|| self.office_of(at))
            .or_else(|| self.of_demonym(at))
            .or_else(|| self.of_place(at))
            .or_else(|| self.titled(at))
            .or_else(|| self.organisation(at, run))
            .or_else(|| self.listed_place(at, run))
            .or_else(|| self.by_surroundings(at, run))
            .or_else(|| self.force(at))
    }

    /// «KESH, Aug 13:» at the head of a paragraph: where a report was written.
    fn dateline(&self, at: usize, run: usize) -> Option<Found> {
        let head = at == 0 || self.tokens[at - 1].paragraph != self.tokens[at].paragraph;
        let upper = self.tokens[at..run].iter().all(|token| token.is_upper(self.text));
        // What closes a dateline stands close by; a listed place needs no capitals.
        let closes = (run..(run + 9).min(self.tokens.len()))
            .take_while(|idx| self.tokens[*idx].paragraph == self.tokens[at].paragraph)
            .any(|idx| self.tokens[idx].is_any(&[":", "–", "—"]) || self.tokens[idx].is("-") && idx > run);
        let dated = self.lower(run) == "," && CALENDAR_PARTS.contains(self.lower(run + 1).get(..3).unwrap_or_default());
        let place = upper || self.lexicon.places.contains_key(self.lower(at));
        // «BACKGROUND: …», «ISSUES:» begin a part of a text, and name no place.
        let part = (at..run).any(|idx| NO_DATELINE.contains(self.lower(idx)) || self.small.contains(self.lower(idx)))
            || self.tokens.get(run + 1).is_none_or(|next| next.paragraph != self.tokens[at].paragraph);
        // «Dorval Kesh (Tiran Press, June 16) —».
        let bracket = self.lower(run) == "("
            && run - at >= 2
            && (run..(run + 12).min(self.tokens.len() - 1))
                .any(|idx| self.tokens[idx].is(")") && self.tokens[idx + 1].is_any(&["–", "—", "-"]));
        let plain = place && closes && (dated || upper && matches!(self.lower(run), ":" | "–" | "—" | "("));
        let fits = head && !part && run - at <= 3 && (plain || bracket);
        fits.then_some(Found { tokens: at..run, kind: NameKind::Place })
    }

    fn phrase(&self, at: usize, words: &[String]) -> bool {
        words.iter().enumerate().all(|(i, word)| {
            self.tokens.get(at + i).is_some_and(|token| token.is(word) && token.sentence == self.tokens[at].sentence)
        })
    }

    fn facility(&self, at: usize) -> Option<Found> {
        let token = &self.tokens[at];
        let two = format!("{} {}", token.lower, self.lower(at + 1));
        if FACILITIES.contains(two.as_str()) {
            return Some(Found { tokens: at..at + 2, kind: NameKind::Facility });
        }
        if !FACILITIES.contains(token.lower.as_str()) {
            return None;
        }
        // Only where something can have happened there, not «school of thought».
        let led = (1..=4).any(|back| {
            matches!(self.before(at, back), "in" | "at" | "near" | "outside" | "inside" | "on" | "from" | "of" | "to")
        });
        (led && self.lower(at + 1) != "of").then(|| Found { tokens: at..at + 1, kind: NameKind::Facility })
    }

    /// Whether the name of a listed place begins here.
    fn is_listed(&self, at: usize) -> bool {
        let entries = self.lexicon.places.get(self.lower(at));
        entries.is_some_and(|entries| entries.iter().any(|(words, _)| self.phrase(at, words)))
    }

    /// «Dr Adira Venn», «Mama Borun».
    fn titled(&self, at: usize) -> Option<Found> {
        if !self.lexicon.titles.contains(&self.tokens[at].lower) {
            return None;
        }
        let mut next = at + 1;
        // «Deputy Attorney General Adira Venn», «Dr. Adira Venn».
        while self.lower(next) == "."
            || self.tokens.get(next).is_some_and(|token| token.capital)
                && self.lexicon.titles.contains(self.lower(next))
        {
            next += 1;
        }
        let end = self.run(next);
        let named = end > next && self.tokens[next].capital && self.tokens[next].sentence == self.tokens[at].sentence;
        let organisation = (next..end).any(|idx| {
            self.lexicon.organisation_heads.contains(self.lower(idx)) || FACILITIES.contains(self.lower(idx))
        });
        let last = if self.lower(next - 1) == "." { next - 2 } else { next - 1 };
        // «Mir», «Mama» belong to the name; «Prime Minister», «President» stand before it.
        let office = matches!(
            self.lower(last),
            "president"
                | "minister"
                | "senator"
                | "governor"
                | "mayor"
                | "ambassador"
                | "chairman"
                | "secretary"
                | "chief"
                | "director"
                | "spokesman"
                | "spokesperson"
                | "judge"
                | "justice"
                | "mp"
                | "superintendent"
                | "commissioner"
                | "attorney"
                | "head"
                | "coordinator"
                | "convener"
                | "prosecutor"
                | "constable"
                | "deputy"
                | "councillor"
                | "correspondent"
        ) || last > at && matches!(self.lower(last), "general" | "inspector");
        let start = if office { next } else { at };
        (named && !organisation && end - next <= 4).then_some(Found { tokens: start..end, kind: NameKind::Person })
    }

    /// «District Police Officer Adira Venn», «Olenian Interior Minister Adira Venn»: the name behind the last office.
    fn behind_office(&self, at: usize, run: usize) -> Option<Found> {
        let office = |idx: &usize| {
            self.lexicon.titles.contains(self.lower(*idx)) && self.lower(*idx).len() > 4
                || matches!(self.lower(*idx), "officer" | "official" | "spokesman")
        };
        let last = (at + 1..run).rev().find(office)?;
        let plain = (last + 1..run).all(|idx| {
            !self.lexicon.organisation_heads.contains(self.lower(idx))
                && !FACILITIES.contains(self.lower(idx))
                && !self.is_listed(idx)
                && !NOBODY.contains(self.lower(idx))
        });
        let named = (1..=4).contains(&(run - last - 1)) && plain && !self.headings.contains(&self.tokens[at].paragraph);
        named.then_some(Found { tokens: last + 1..run, kind: NameKind::Person })
    }

    /// The end of the row of capitals that begins at a token, with «of», «the» and «for» inside where a capital follows.
    fn run(&self, at: usize) -> usize {
        let mut end = at;
        while let Some(token) = self.tokens.get(end) {
            if token.sentence != self.tokens[at].sentence || end > at + 12 {
                break;
            }
            let capital = token.is_word() && token.capital && !(end > at && CALENDAR.contains(token.lower.as_str()));
            let initial_stop = token.is(".")
                && end > at
                && self.tokens[end - 1].lower.chars().count() == 1
                && self.tokens[end - 1].capital;
            // «A man From Dorval town», capitals or not.
            let led = end > at && matches!(token.lower.as_str(), "from" | "in" | "at" | "on" | "by" | "with" | "after");
            let inside = self.inside_name(at, end);
            if led || !capital && !initial_stop && inside == 0 {
                break;
            }
            end += inside.max(1);
        }
        end
    }

    /// How many tokens that are no capitals go on within a name: «Adil ‘Bo’ Venn», «Boca del Olm», «Adil bin Venn».
    fn inside_name(&self, at: usize, end: usize) -> usize {
        let capital = |idx: usize| {
            self.tokens.get(idx).is_some_and(|token| {
                token.is_word() && token.capital && token.sentence == self.tokens[at].sentence && !token.first
            })
        };
        if end == at {
            return 0;
        }
        let open = matches!(self.lower(end), "‘" | "“" | "\"" | "'");
        if open && capital(end + 1) && matches!(self.lower(end + 2), "’" | "”" | "\"" | "'") && capital(end + 3) {
            return 3;
        }
        let particles = (end..end + 2).take_while(|idx| PARTICLES.contains(self.lower(*idx))).count();
        if capital(end + particles) { particles } else { 0 }
    }

    /// A row that may go on over «of», «for», «the», «and», «to» with further capitals.
    fn long_run(&self, at: usize) -> usize {
        let mut end = self.run(at);
        loop {
            // «Olm Chiefdom of Jalm Local Government Area»: two places.
            if end > at + 1 && self.lower(end) == "of" && BEHIND_PLACE.contains(self.lower(end - 1)) {
                return end;
            }
            let mut next = end;
            while next < end + 3
                && matches!(
                    self.lower(next),
                    "of" | "for" | "the" | "to" | "on" | "a" | "'" | "’" | "s" | "and" | "in" | "&"
                )
            {
                next += 1;
            }
            let joined = next > end
                && self
                    .tokens
                    .get(next)
                    .is_some_and(|token| token.capital && token.sentence == self.tokens[at].sentence)
                && !(self.lower(end) == "and"
                    && next == end + 1
                    && !self.lexicon.organisation_heads.contains(self.lower(self.run(next) - 1)))
                // «Committee to Protect the Missing», and no other «to».
                && !(self.lower(end) == "in"
                    || self.lower(end) == "to" && !self.lexicon.organisation_heads.contains(self.lower(end - 1))
                    || self.lower(end) == "on");
            if !joined || next > at + 12 {
                return end;
            }
            end = self.run(next);
        }
    }

    fn listed_place(&self, at: usize, run: usize) -> Option<Found> {
        let entries = self.lexicon.places.get(&self.tokens[at].lower)?;
        let (words, _) = entries.iter().find(|(words, _)| {
            self.phrase(at, words)
                && (0..words.len())
                    .all(|i| self.tokens[at + i].capital || matches!(words[i].as_str(), "and" | "of" | "the" | "de"))
        })?;
        let end = at + words.len();
        // «Karachi University», «Ismail Quetta»: a longer name; «Mand Borun» is a person. A listed place among listed
        // places is one still: «Quetta, Balochistan».
        let longer = run > end
            && !self.is_listed(end)
            && !BEHIND_PLACE.contains(self.lower(end))
            && self.administrative(at, run).is_none();
        // «Kesh General Hospital».
        if longer && FACILITIES.contains(self.lower(run - 1)) {
            return Some(Found { tokens: at..run, kind: NameKind::Facility });
        }
        // «Olenia Day» is a day.
        if NOBODY.contains(self.lower(run - 1)) {
            return None;
        }
        let surely =
            matches!(self.before(at, 1), "in" | "from" | "to" | "near" | "of") || self.tokens[at].lower.len() > 4;
        // «a resident of Kesh Ali Borun»: the whole row is where they live.
        // «Ali Borun» is nobody's village, also where a list has one of the name Ali.
        let given = longer && words.len() == 1 && self.lexicon.given_names.contains(words[0].as_str());
        let home =
            self.before(at, 1) == "of" && matches!(self.before(at, 2), "resident" | "residents" | "village" | "native");
        if longer && (!surely || home || given) {
            return None;
        }
        // «Medellin de Olm»: a small word leads on.
        let mut place_end = if PARTICLES.contains(self.lower(end)) { run.max(end) } else { end };
        if self.tokens.get(place_end).is_some_and(|next| {
            next.capital && BEHIND_PLACE.contains(next.lower.as_str()) && !ADMINISTRATIVE.contains(next.lower.as_str())
        }) {
            place_end += 1;
        }
        // One-word names that are words as well need a preposition.
        let word = words.len() == 1
            && (self.small.contains(words[0].as_str()) || words[0].len() <= 3 && words[0] != "us" && words[0] != "uk");
        if word && !BEFORE_PLACE.contains(self.before(at, 1)) {
            return None;
        }
        let us = words[0] == "us" && !self.tokens[at].is_upper(self.text);
        (!us).then_some(Found { tokens: at..place_end, kind: NameKind::Place })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokenise;
    use super::*;

    fn shown(text: &str) -> String {
        let tokens = tokenise(text);
        let lexicon = Lexicon::builtin()
            .with_places(b"name,kind,within,demonym\nTirania,country,,Tiranian\nKesh,city,Tirania,\n")
            .unwrap();
        let kind = |kind| match kind {
            NameKind::Person => "person",
            NameKind::Organisation { .. } => "org",
            NameKind::Place => "place",
            NameKind::Facility => "facility",
        };
        find(text, &tokens, &lexicon, &|_| false)
            .iter()
            .map(|name| {
                format!(
                    "{}:{}",
                    kind(name.kind),
                    &text[tokens[name.tokens.start].start..tokens[name.tokens.end - 1].end]
                )
            })
            .collect::<Vec<_>>()
            .join("; ")
    }

    #[test]
    fn names_are_told_by_lists_surroundings_and_capitals() {
        for (text, expected) in [
            ("The Tiranian army took him in Kesh.", "org:Tiranian army; place:Kesh"),
            ("On Monday lawyer Adil Anwar Venn was taken.", "person:Adil Anwar Venn"),
            ("according to the Voice for Missing Persons of Tirania", "org:Voice for Missing Persons of Tirania"),
            ("He was chairman of the Bar Association (TBA).", "org:Bar Association (TBA)"),
            ("A bomb at a police academy in Kesh", "facility:police academy; place:Kesh"),
            ("a crowded Sufi shrine", "facility:Sufi shrine"),
            ("Borun Tesk said that nobody came. Later Tesk left.", "person:Borun Tesk; person:Tesk"),
            ("near Dorval village in Olen district", "place:Dorval; place:Olen"),
            ("the TBA denied it", "org:TBA"),
            ("The TBA denied it", "org:TBA"),
            ("Ondal al-Tesk said that nobody came.", "person:Ondal al-Tesk"),
            ("Pazer, son of Nolm, left", "person:Pazer; person:Nolm"),
            ("three men, identified as Sarn, Atik and Olm, left", "person:Sarn; person:Atik; person:Olm"),
            ("in Kesh, Olm and Sarn", "place:Kesh; place:Olm; place:Sarn"),
            ("the village of Olm in Gezan State", "place:Olm; place:Gezan"),
            (
                "They went from Sann, District Olm, to Dorval Local Government Area again.",
                "place:Sann; place:Olm; place:Dorval",
            ),
            ("in San Olm, Jalm Department", "place:San Olm; place:Jalm"),
            ("in Tung Bai and Tung Kade villages", "place:Tung Bai; place:Tung Kade"),
            ("the community of San Olm Tres Rios", "place:San Olm Tres Rios"),
            ("Gunmen attacked Nahm community. Nahm is quiet.", "place:Nahm; place:Nahm"),
            ("Rights group Odhm said so. According to Odhm, it is true.", "org:Odhm; org:Odhm"),
            ("the Jaya Sind Mutta Mahz (JSMM), a party", "org:Jaya Sind Mutta Mahz (JSMM)"),
            ("The Asian Rights Commission (ARC) has learnt", "org:Asian Rights Commission (ARC)"),
            ("They were shot on Tirania Day and Borun Day.", ""),
            ("ISSUES:", ""),
            ("BACKGROUND: Nobody came.", ""),
            ("By Adira Venn, IANS", "person:Adira Venn; org:IANS"),
            ("Adil Venn (25) of Olm – Borun", "person:Adil Venn; place:Olm"),
            ("Kesh-based doctors told Young Tiranians", ""),
            ("Suspected Borunist rebels came.", ""),
            ("a resident of Kesh Olm", "place:Kesh Olm"),
            ("DORVAL, Aug 13: Nobody came.", "place:DORVAL"),
            ("Protests Against The Killings Spread", ""),
            ("the police Counter Terrorism Department", "org:police; org:Counter Terrorism Department"),
            ("Later Borun ‘Bo’ Tesk and Adil bin Venn left together.", "person:Borun ‘Bo’ Tesk; person:Adil bin Venn"),
            (
                "Ramon ‘Boy’ Venn of Sitio Olm, Borun, Dorval; nobody else",
                "person:Ramon ‘Boy’ Venn; place:Sitio Olm; place:Borun; place:Dorval",
            ),
            ("in Barangay Olm, near Boca del Rio", "place:Barangay Olm; place:Boca del Rio"),
            (
                "his cousin Nolm, and the names as Rabe, Bube and Tesk. Rabe said so.",
                "person:Nolm; person:Rabe; person:Bube; person:Tesk; person:Rabe",
            ),
            ("Northwest Tirania is quiet.", "place:Tirania"),
            ("Kesh state police and the UN human rights office", "org:Kesh state police; org:UN human rights office"),
            (
                "Olm regional police, Tirania's army and the provincial police",
                "org:Olm regional police; org:Tirania's army; org:provincial police",
            ),
            ("the Kesh state Prosecutor General's Office", "org:Kesh state Prosecutor General's Office"),
            ("troops of the 2nd Infantry Battalion", "org:2nd Infantry Battalion"),
            (
                "the Popular Front in the Olm Region (PFO-Olm), which PFO-Olm denied later",
                "org:Popular Front in the Olm Region (PFO-Olm); org:PFO-Olm",
            ),
            ("the New Army (NPA). Two NPA fighters left.", "org:New Army (NPA); org:NPA"),
            ("at the TV Tower in Kesh, and CNNTirania has reported", "facility:TV Tower; place:Kesh; org:CNNTirania"),
            ("AP Photo/Adira Venn", "org:AP; person:Adira Venn"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
