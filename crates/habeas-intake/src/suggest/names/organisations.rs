//! Organisations: by lists, by the heads of their names, by peoples and places before them, by their short forms. Beside them the
//! areas and persons that look like one.

use super::{
    Finder, Found, NameKind,
    words::{
        ADMINISTRATIVE, BEFORE_PLACE, BEHIND_PLACE, COMMON, FACILITIES, NO_DATELINE, NOBODY, OF_AN_OFFICE, OFFICES,
    },
};
use std::ops::Range;

impl Finder<'_> {
    /// «… Local Government Area» behind a place.
    pub(super) fn in_local_government(&self, at: usize) -> bool {
        let words = ["local", "government", "area"];
        (0..3).any(|back| {
            at.checked_sub(back).is_some_and(|start| {
                (start..start + 2).zip(words).all(|(idx, word)| self.lower(idx) == word)
                    && self.lower(at) == words[back]
            })
        })
    }

    /// «Adil Venn of the Office of …»: a person, whose office begins behind «of the».
    pub(super) fn of_organisation(&self, at: usize, run: usize) -> Option<Found> {
        let heads = |idx: usize| self.lexicon.organisation_heads.contains(self.lower(idx));
        let article = self.lower(run + 1) == "the";
        let next = run + 1 + usize::from(article);
        let behind = (self.lower(run) == "of" || article && matches!(self.lower(run), "from" | "with" | "for"))
            && self.tokens.get(next).is_some_and(|token| token.capital)
            && (next..self.run(next)).any(heads);
        let name = (2..=4).contains(&(run - at))
            && !COMMON.contains(self.lower(at))
            && (at..run).all(|idx| {
                let word = self.lower(idx);
                !heads(idx)
                    && !self.lexicon.titles.contains(word)
                    && !self.small.contains(word)
                    && !self.lexicon.demonyms.contains_key(word)
                    && !BEHIND_PLACE.contains(word)
                    && !NOBODY.contains(word)
            })
            && !self.lexicon.places.contains_key(self.lower(at));
        (behind && name).then_some(Found { tokens: at..run, kind: NameKind::Person })
    }

    /// «Tiran Sidd Mulla Mahz (TSMM)»: a name whose first letters are its short form.
    pub(super) fn abbreviated(&self, at: usize) -> Option<Found> {
        let token = &self.tokens[at];
        if token.first && COMMON.contains(token.lower.as_str()) || self.lexicon.titles.contains(&token.lower) {
            return None;
        }
        let mut end = self.long_run(at);
        // «Popular Front in the Olm Region (PFO)».
        if self.lower(end) == "in" {
            let next = end + 1 + usize::from(self.lower(end + 1) == "the");
            let far = self.run(next.min(self.tokens.len() - 1));
            end = if self.with_short_form(far) > far && far > next { far } else { end };
        }
        let closed = self.with_short_form(end);
        let short = (closed > end && end > at + 1).then(|| self.lower(end + 1))?;
        let short = short.split_once('-').map_or(short, |(short, _)| short);
        // «Democratic Republic of Congo (DRC)».
        let name: Vec<&str> = (at..end).map(|idx| self.lower(idx)).collect();
        if self.lexicon.listed(&name.join(" ")).is_some() {
            return None;
        }
        let initials: Vec<char> = (at..end).filter_map(|idx| self.lower(idx).chars().next()).collect();
        let mut left = initials.iter();
        let fits = short.chars().filter(|c| c.is_alphabetic()).all(|c| left.any(|initial| *initial == c));
        (fits && short.starts_with(initials[0]))
            .then_some(Found { tokens: at..closed, kind: NameKind::Organisation { force: false } })
    }

    /// The end of «(TBA)» behind a name, where it stands there.
    pub(super) fn with_short_form(&self, end: usize) -> usize {
        let short = self.lower(end) == "(" && self.lower(end + 2) == ")" && self.is_short_form(end + 1);
        if short { end + 3 } else { end }
    }

    /// «TBA», «TBA-Kesh».
    fn is_short_form(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at).filter(|token| token.is_word()) else { return false };
        let word = &self.text[token.range()];
        let head = word.split_once('-').map_or(word, |(head, _)| head);
        // «CNNTirania».
        let joined = head.chars().take(3).filter(|c| c.is_uppercase()).count() == 3;
        joined || head.chars().count() >= 2 && head.chars().all(char::is_uppercase)
    }

    /// «Olenia state police», «UN human rights office», «Tiran state Prosecutor's Office», «Olenia's army».
    pub(super) fn office_of(&self, at: usize) -> Option<Found> {
        let listed =
            |phrases: Option<&Vec<Vec<String>>>| phrases?.iter().find(|words| self.phrase(at, words)).map(Vec::len);
        let places = self.lexicon.places.get(&self.tokens[at].lower);
        let place = places.and_then(|places| places.iter().find(|(words, _)| self.phrase(at, words)));
        let place = place.map(|(words, _)| words.len());
        let known = listed(self.lexicon.demonyms.get(&self.tokens[at].lower))
            .or(place)
            .or_else(|| listed(self.lexicon.known_organisations.get(&self.tokens[at].lower)));
        let end = at + known.or_else(|| self.is_short_form(at).then_some(1)).unwrap_or(self.run(at) - at);
        let own = |idx: usize| self.tokens.get(idx).is_some_and(|token| token.sentence == self.tokens[at].sentence);
        let force = |end: usize| {
            let force = self.lexicon.forces.contains_key(self.lower(end - 1)) || self.lower(end - 1) == "forces";
            Some(Found { tokens: at..end, kind: NameKind::Organisation { force } })
        };
        if place.is_some() && matches!(self.lower(end), "'" | "’") && self.lower(end + 1) == "s" && own(end + 2) {
            let words =
                self.lexicon.forces.get(self.lower(end + 2))?.iter().find(|words| self.phrase(end + 2, words))?;
            return force(end + 2 + words.len());
        }
        let head = (end..end + 7).find(|idx| !own(*idx) || !OF_AN_OFFICE.contains(self.lower(*idx)))?;
        let short = self.is_short_form(at) && place.is_none() && end == at + 1;
        if head == end && !short
            || !own(head)
            || self.tokens[end].capital
            || self.headings.contains(&self.tokens[at].paragraph)
        {
            return None;
        }
        // A word alone that no list knows is a place only where an office of a state follows.
        let state = matches!(self.lower(end), "state" | "provincial" | "regional" | "city" | "district" | "municipal");
        let common = COMMON.contains(&self.tokens[at].lower) || self.small.contains(self.tokens[at].lower.as_str());
        if known.is_none() && !(state && end - at <= 2 && !common) && !self.is_short_form(at) {
            return None;
        }
        if OFFICES.contains(self.lower(head)) {
            return force(head + 1);
        }
        let long = self.long_run(head);
        let named = self.tokens[head].capital
            && (head..long).any(|idx| self.lexicon.organisation_heads.contains(self.lower(idx)));
        named.then_some(Found { tokens: at..long, kind: NameKind::Organisation { force: false } })
    }

    /// «2nd Infantry Battalion», «111 Brigade».
    pub(super) fn numbered_unit(&self, at: usize) -> Option<Found> {
        self.tokens.get(at).filter(|token| token.is_number())?;
        let ordinal = matches!(self.lower(at + 1), "st" | "nd" | "rd" | "th");
        let start = at + 1 + usize::from(ordinal);
        self.tokens.get(start).filter(|token| token.capital && token.sentence == self.tokens[at].sentence)?;
        let end = self.run(start);
        let unit = |idx: usize| {
            matches!(
                self.lower(idx),
                "battalion" | "brigade" | "division" | "regiment" | "corps" | "squadron" | "company" | "platoon"
            )
        };
        let end = (start..end).find(|idx| unit(*idx))? + 1;
        Some(Found { tokens: at..end, kind: NameKind::Organisation { force: true } })
    }

    /// «army», «security forces».
    pub(super) fn force(&self, at: usize) -> Option<Found> {
        let phrases = self.lexicon.forces.get(&self.tokens[at].lower)?;
        let words = phrases.iter().find(|words| self.phrase(at, words))?;
        let end = at + words.len();
        // «troops of the 2nd Infantry Battalion»: whose they are stands behind.
        let whose = end + 1 + usize::from(self.lower(end + 1) == "the");
        if words[0] == "troops"
            && self.lower(end) == "of"
            && self.tokens.get(whose).is_some_and(|t| t.capital || t.is_number())
        {
            return None;
        }
        // «Armed Forces Day».
        if self.tokens.get(end).is_some_and(|next| next.capital && NOBODY.contains(&next.lower)) {
            return None;
        }
        // «police academy», «army camp»: another noun follows.
        if FACILITIES.contains(self.lower(end)) {
            let mut facility = end + 1;
            while FACILITIES.contains(self.lower(facility)) {
                facility += 1;
            }
            return Some(Found { tokens: at..facility, kind: NameKind::Facility });
        }
        if self.tokens.get(end).is_some_and(|next| {
            next.is_any(&[
                "officer",
                "officers",
                "official",
                "officials",
                "vehicle",
                "vehicles",
                "van",
                "station",
                "custody",
                "operation",
                "operations",
                "personnel",
                "men",
                "report",
                "chief",
                "spokesman",
                "spokesperson",
                "spokeswoman",
                "commander",
                "commissioner",
                "superintendent",
                "inspector",
                "constable",
                "brutality",
                "uniform",
                "uniforms",
            ])
        }) {
            return self
                .lower(end)
                .starts_with("station")
                .then(|| Found { tokens: at..end + 1, kind: NameKind::Facility });
        }
        Some(Found { tokens: at..end, kind: NameKind::Organisation { force: true } })
    }

    /// «Tiranian army», «Swedish migration board».
    pub(super) fn of_demonym(&self, at: usize) -> Option<Found> {
        let demonym = self.lexicon.demonyms.get(&self.tokens[at].lower)?.iter().find(|words| self.phrase(at, words))?;
        // «Tiranian Federation» may stand in the list of places.
        let listed = self.lexicon.places.get(&self.tokens[at].lower);
        if listed
            .is_some_and(|places| places.iter().any(|(words, _)| words.len() > demonym.len() && self.phrase(at, words)))
        {
            return None;
        }
        let next = at + demonym.len();
        let phrases = self.lexicon.behind_demonym.get(self.lower(next));
        let words = phrases.and_then(|phrases| phrases.iter().find(|words| self.phrase(next, words)));
        if let Some(words) = words {
            let kind = self.lexicon.forces.contains_key(&words[0])
                || words.iter().any(|word| word == "forces" || word == "military");
            return Some(Found { tokens: at..next + words.len(), kind: NameKind::Organisation { force: kind } });
        }
        // «Human Rights Commission of Pakistan» begins elsewhere; «Swedish Migration Agency» here.
        let run = self.long_run(at);
        if run > next && (next..run).any(|idx| self.lexicon.organisation_heads.contains(self.lower(idx))) {
            let end = self.with_short_form(run);
            return Some(Found { tokens: at..end, kind: NameKind::Organisation { force: false } });
        }
        None
    }

    /// «Kesh police», «Olenia government».
    pub(super) fn of_place(&self, at: usize) -> Option<Found> {
        let (words, _) =
            self.lexicon.places.get(&self.tokens[at].lower)?.iter().find(|(words, _)| self.phrase(at, words))?;
        let next = at + words.len();
        let phrases = self.lexicon.behind_demonym.get(self.lower(next))?;
        let words =
            phrases.iter().find(|words| self.phrase(next, words) && words[0] != "state" && words[0] != "officials")?;
        let force = self.lexicon.forces.contains_key(&words[0]) || words.iter().any(|word| word == "forces");
        // «Kesh Police Command».
        let end = (next + words.len()).max(if self.tokens[next].capital { self.run(next) } else { 0 });
        Some(Found { tokens: at..end, kind: NameKind::Organisation { force } })
    }

    pub(super) fn organisation(&self, at: usize, run: usize) -> Option<Found> {
        let token = &self.tokens[at];
        let force = false;
        let make = |end: usize| Some(Found { tokens: at..end, kind: NameKind::Organisation { force } });
        let known = self
            .lexicon
            .known_organisations
            .get(&token.lower)
            .and_then(|phrases| phrases.iter().find(|words| self.phrase(at, words)));
        let upper = token.is_upper(self.text);
        if let Some(words) = known
            .filter(|words| upper || words.len() > 1 || token.capital && token.lower.len() > 4 || token.lower == "isis")
            // «Tiran Olm News» is one name.
            .filter(|words| run <= at + words.len() || !self.lexicon.organisation_heads.contains(self.lower(run - 1)))
        {
            let mut end = at + words.len();
            // «Islamic State group», «Amaq news agency».
            if matches!(self.lower(end), "group") {
                end += 1;
            }
            return make(end);
        }
        let heading = self.headings.contains(&token.paragraph);
        let common_start = token.first && COMMON.contains(token.lower.as_str());
        // «Head of the Mission»: the office is no part of the name.
        let office = self.is_office(at) && matches!(self.lower(at + 1), "of" | "for") && run == at + 1;
        let listed = self.lexicon.places.get(&token.lower);
        let place = listed.is_some_and(|places| {
            places.iter().any(|(words, _)| words.len() > 1 && at + words.len() == run && self.phrase(at, words))
        });
        // «Armed Forces Day».
        if heading || common_start || office || place || NOBODY.contains(self.lower(run - 1)) {
            return None;
        }
        let long = self.long_run(at);
        if let Some(place) = self.administrative(at, long) {
            return Some(place);
        }
        let heads = |range: Range<usize>| {
            range
                .filter(|idx| self.lexicon.organisation_heads.contains(self.lower(*idx)) && self.tokens[*idx].capital)
                .count()
        };
        // «the TV Tower»: a place, whatever stands before.
        let tower = FACILITIES.contains(self.lower(long - 1)) && heads(long - 1..long) == 0;
        if long > at + 1 && heads(at..long) > 0 && !(long == at + 2 && self.is_office(at)) && !tower {
            let start = at + usize::from(token.first && self.lexicon.titles.contains(&token.lower));
            // The short form belongs to the name.
            let mut end = self.with_short_form(long);
            end += usize::from(self.lower(end) == "group");
            return (start < end).then_some(Found { tokens: start..end, kind: NameKind::Organisation { force } });
        }
        // «Amaq news agency», «Tiran state television»: the head is written small.
        for end in run..run + 3 {
            if end > at
                && self.lexicon.organisation_heads.contains(self.lower(end))
                && !self.tokens[end].capital
                && matches!(
                    self.lower(end),
                    "agency"
                        | "group"
                        | "party"
                        | "movement"
                        | "newspaper"
                        | "tribe"
                        | "organisation"
                        | "organization"
                        | "army"
                )
                && self.tokens[end].sentence == token.sentence
                && (end == run || matches!(self.lower(run), "news" | "rights" | "human" | "political" | "militant"))
                && !COMMON.contains(token.lower.as_str())
                // «Rights group Odhm»: the name stands behind.
                && !(token.first && self.tokens.get(end + 1).is_some_and(|next| next.capital))
            {
                return make(end + 1);
            }
        }
        let acronym = (upper || self.is_short_form(at))
            && (token.lower.len() <= 7 || !upper)
            && (!self.lexicon.not_organisations.contains(&token.lower)
                || self.introduced.contains(token.lower.as_str()))
            && !NO_DATELINE.contains(token.lower.as_str())
            && self.lexicon.listed(&token.lower).is_none();
        let neighbours = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|idx| self.tokens.get(idx));
        let shouting = neighbours
            .filter(|near| near.sentence == token.sentence && near.is_word())
            .any(|near| near.is_upper(self.text));
        (acronym && !shouting && run == at + 1).then(|| make(at + 1)).flatten()
    }

    /// «Gezan State», «Borun Local Government Area», «in Alta Dorval Department»: the name without the word for its kind.
    pub(super) fn administrative(&self, at: usize, end: usize) -> Option<Found> {
        let kind =
            (at + 1..end).find(|idx| ADMINISTRATIVE.contains(self.lower(*idx)) || self.lower(*idx) == "local")?;
        let plain = (at..kind).all(|idx| self.tokens[idx].capital);
        let whole = plain
            && (kind + 1 == end || self.lower(kind) == "local" && self.lower(kind + 1) == "government")
            && kind - at <= 3;
        // «Islamic State» is a group, «the Health Department» an office.
        let office =
            self.lower(kind) == "department" && !BEFORE_PLACE.contains(self.before(at, 1)) && self.before(at, 1) != ","
                || self.lower(at) == "islamic"
                || self.lexicon.demonyms.contains_key(self.lower(at))
                || (at..kind).any(|idx| self.lexicon.organisation_heads.contains(self.lower(idx)));
        (whole && !office).then_some(Found { tokens: at..kind, kind: NameKind::Place })
    }

    pub(super) fn is_office(&self, at: usize) -> bool {
        self.lexicon.titles.contains(&self.tokens[at].lower)
    }
}
