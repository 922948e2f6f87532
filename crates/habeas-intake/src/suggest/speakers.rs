//! Who says so: the chain from whoever spoke to whoever wrote it down. Never empty, since the author is always in it.
//!
//! «It is reported» has an unnamed speaker and is not the author's own word. A speaker holds for the sentence, for a
//! quotation to its closing mark, and onward within the paragraph until another one speaks; what is carried says so.

use super::{
    names::{Found as Name, NameKind},
    tokens::Token,
};
use std::ops::Range;

/// Who says a sentence, as far as the text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Speaking {
    /// Tokens of the speaker's name or of the words for somebody unnamed.
    pub speaker: Range<usize>,
    /// «sources», «it is reported»: nobody is named.
    pub unnamed: bool,
    /// Sentence in which the cue stands.
    pub sentence: usize,
    /// «claimed responsibility»: says who did it, not who counted.
    pub responsibility: bool,
    /// «he added», «the report says»: whoever spoke last.
    pub back: bool,
    /// An organisation that documents or reports: what follows is its report, until somebody else speaks.
    pub report: bool,
    /// It speaks of itself: «The Commission has received information that …».
    pub statement: bool,
}

/// Verbs behind a speaker.
const SAYS: [&str; 66] = [
    "investigated",
    "pointed",
    "feared",
    "fears",
    "suspects",
    "said",
    "says",
    "say",
    "told",
    "claims",
    "claimed",
    "reported",
    "reports",
    "documented",
    "stated",
    "states",
    "confirmed",
    "confirms",
    "added",
    "denied",
    "denies",
    "alleged",
    "alleges",
    "announced",
    "estimates",
    "estimated",
    "recorded",
    "condemned",
    "criticise",
    "criticised",
    "criticize",
    "criticized",
    "maintains",
    "insisted",
    "noted",
    "revealed",
    "disclosed",
    "accused",
    "accuse",
    "explained",
    "recalled",
    "testified",
    "wrote",
    "tweeted",
    "suggested",
    "suggests",
    "registered",
    "verified",
    "acknowledged",
    "admitted",
    "informed",
    "declared",
    "observed",
    "recounted",
    "mentioned",
    "argued",
    "believes",
    "warned",
    "indicated",
    "attributed",
    "blamed",
    "listed",
    "counted",
    "tallied",
    "tweeted",
    "lamented",
];

/// Sentences over which a report that a text tells of goes on.
const REPORT: usize = 7;
/// Sentences over which a statement of an organisation goes on, whose own text it is.
const STATEMENT: usize = 20;

/// Speakers without a name.
const GENERIC: [&str; 127] = [
    "council",
    "commission",
    "agency",
    "experts",
    "prosecution",
    "prosecutor",
    "prosecutors",
    "counsel",
    "lawyer",
    "mother",
    "father",
    "brother",
    "sister",
    "wife",
    "husband",
    "uncle",
    "cousin",
    "parents",
    "neighbours",
    "neighbors",
    "eyewitness",
    "resident",
    "villager",
    "activist",
    "officer",
    "commander",
    "ministry",
    "campaigners",
    "medics",
    "monitors",
    "survivor",
    "rescuers",
    "petition",
    "police",
    "officials",
    "official",
    "sources",
    "source",
    "relatives",
    "family",
    "families",
    "locals",
    "residents",
    "witnesses",
    "eyewitnesses",
    "witness",
    "authorities",
    "villagers",
    "activists",
    "lawyers",
    "doctors",
    "government",
    "military",
    "army",
    "spokesman",
    "spokesperson",
    "organisations",
    "organizations",
    "groups",
    "survivors",
    "reports",
    "spokeswoman",
    "minister",
    "governor",
    "mayor",
    "chief",
    "chairman",
    "leaders",
    "elders",
    "elder",
    "neighbour",
    "neighbor",
    "friend",
    "friends",
    "colleagues",
    "colleague",
    "daughter",
    "son",
    "nephew",
    "niece",
    "widow",
    "rescuer",
    "medic",
    "nurse",
    "doctor",
    "surgeon",
    "paramedics",
    "paramedic",
    "coroner",
    "investigators",
    "investigator",
    "detectives",
    "commissioner",
    "superintendent",
    "organisers",
    "organizers",
    "campaigner",
    "monitor",
    "observers",
    "journalists",
    "protesters",
    "demonstrators",
    "organisation",
    "organization",
    "group",
    "teacher",
    "headmaster",
    "principal",
    "priest",
    "pastor",
    "imam",
    "bishop",
    "councillor",
    "lawmaker",
    "inspector",
    "shopkeeper",
    "driver",
    "farmer",
    "rebels",
    "militants",
    "insurgents",
    "regime",
    "hospital",
    "hospitals",
    "troops",
    "defence",
    "defense",
];

/// Finds the speakers of a text, in order.
pub(crate) fn find(tokens: &[Token], names: &[Name]) -> Vec<Speaking> {
    let mut found: Vec<Speaking> = Vec::new();
    let named = |at: usize| {
        names
            .iter()
            .find(|name| name.tokens.contains(&at) && !matches!(name.kind, NameKind::Place | NameKind::Facility))
    };
    for at in 0..tokens.len() {
        let token = &tokens[at];
        let lower = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
        let same = |other: usize| tokens.get(other).is_some_and(|other| other.sentence == token.sentence);
        let speaking = if token.is("according") && lower(at + 1) == "to" {
            let report = (at + 2..at + 5).any(|near| {
                matches!(lower(near), "report" | "statement") && matches!(lower(near - 1), "the" | "its" | "their")
            });
            match (report, last_named(&found, token.sentence)) {
                (true, Some(last)) => {
                    found.push(Speaking { sentence: token.sentence, back: true, report: true, ..last });
                    None
                }
                _ => ahead(tokens, names, at + 2),
            }
        } else if token.is("reportedly")
            || token.is("it")
                && matches!(lower(at + 1), "is" | "was")
                && matches!(lower(at + 2), "reported" | "learnt" | "learned" | "said" | "alleged" | "believed")
        {
            let end = if token.is("it") { at + 3 } else { at + 1 };
            Some((at..end, true))
        } else if SAYS.contains(&token.lower.as_str()) && at > 0 && same(at - 1) {
            let passive = matches!(
                lower(at - 1),
                "was" | "were" | "is" | "are" | "be" | "been" | "being" | "has" | "have" | "had" | "also"
            );
            if passive && lower(at + 1) == "by" {
                ahead(tokens, names, at + 2)
            } else if passive && !matches!(lower(at - 1), "has" | "have" | "had" | "also") {
                None
            } else {
                // «28 disappearances recorded since 2016»: nobody's verb.
                let participle = token.is_any(&[
                    "recorded",
                    "documented",
                    "registered",
                    "verified",
                    "listed",
                    "counted",
                    "reported",
                ]) && !passive
                    && named(at - 1).is_none()
                    && !GENERIC.contains(&tokens[at - 1].lower.as_str())
                    && tokens[at - 1].is_word();
                // «…, said a report by Olmwatch», «… 2008 says Adira Venn»: the speaker stands behind.
                let quoted = tokens[at - 1].is_any(&[",", "”", "\"", "’"]);
                let subject = named(at - 1).is_some() || GENERIC.contains(&tokens[at - 1].lower.as_str());
                let next = token.is_any(&["said", "says"]) && !subject && named(at + 1).is_some();
                let inverted = || ahead(tokens, names, at + 1);
                if participle {
                    None
                } else if next {
                    inverted()
                } else {
                    behind(tokens, &named, (at - 1).saturating_sub(usize::from(passive)))
                        .or_else(|| quoted.then(inverted).flatten())
                }
            }
        } else if token.is_any(&["received", "learned", "learnt", "documented"]) && at > 1 && lower(at - 1) == "has" {
            // «The Commission has received information that …»: whose statement the text is.
            let informed = token.is("documented")
                || (at + 1..at + 5).any(|near| matches!(lower(near), "information" | "reports" | "that"));
            named(at - 2).filter(|_| informed).map(|name| (name.tokens.clone(), false))
        } else if token.is("report") && matches!(lower(at + 1), "by" | "of" | "from")
            || token.is("documented") && lower(at + 1) == "by"
        {
            ahead(tokens, names, at + 2)
        } else {
            None
        };
        // «the group said», «the council said»: the organisation that spoke last.
        let again = speaking.as_ref().filter(|(speaker, unnamed)| {
            let word = tokens[speaker.end - 1].lower.as_str();
            *unnamed && matches!(word, "group" | "organisation" | "organization" | "council" | "commission" | "agency")
        });
        let again = again.and_then(|_| {
            found.iter().rev().take_while(|one| token.sentence - one.sentence <= REPORT).find(|one| {
                let name = names.iter().find(|name| name.tokens.start == one.speaker.start);
                name.is_some_and(|name| matches!(name.kind, NameKind::Organisation { force: false }))
            })
        });
        if let Some(last) = again.cloned() {
            found.push(Speaking { sentence: token.sentence, back: true, ..last });
        } else if let Some((speaker, unnamed)) = speaking {
            let responsibility =
                token.is_any(&["claimed", "claims"]) && matches!(lower(at + 1), "responsibility" | "credit");
            let organisation = names.iter().any(|name| {
                name.tokens.start == speaker.start && matches!(name.kind, NameKind::Organisation { force: false })
            });
            // «recorded», «said in its report»: what follows is told after it.
            let from = tokens.partition_point(|near| near.sentence < token.sentence);
            let told = tokens[from..].iter().take_while(|near| near.sentence == token.sentence).any(|near| {
                near.is_any(&["report", "reports", "recorded", "documented", "information", "survey", "findings"])
            });
            let report = organisation && !unnamed && told;
            let statement = report && token.is_any(&["received", "learned", "learnt"]);
            let speaking =
                Speaking { speaker, unnamed, sentence: token.sentence, responsibility, back: false, report, statement };
            if found.last() != Some(&speaking) {
                found.push(speaking);
            }
        } else if SAYS.contains(&token.lower.as_str()) && at > 0 && same(at - 1) {
            let back = matches!(lower(at - 1), "he" | "she" | "they" | "report" | "statement" | "also");
            // «members of a group told …; they said»: nobody named, not long before.
            let unnamed = found.last().filter(|last| {
                last.unnamed && matches!(lower(at - 1), "they" | "he" | "she") && token.sentence - last.sentence <= 2
            });
            if let Some(last) = unnamed.cloned().or_else(|| last_named(&found, token.sentence)).filter(|_| back) {
                found.push(Speaking { sentence: token.sentence, back: true, ..last });
            }
        }
    }
    found
}

/// Whoever was named as speaking last, not long before.
fn last_named(found: &[Speaking], sentence: usize) -> Option<Speaking> {
    let last = found.iter().rev().find(|one| !one.unnamed && !one.responsibility)?;
    (sentence - last.sentence <= 6).then(|| last.clone())
}

/// The speaker that stands behind «according to».
fn ahead(tokens: &[Token], names: &[Name], from: usize) -> Option<(Range<usize>, bool)> {
    let sentence = tokens.get(from)?.sentence;
    let name = names.iter().find(|name| {
        (from..from + 8).contains(&name.tokens.start)
            && tokens[name.tokens.start].sentence == sentence
            && !matches!(name.kind, NameKind::Place | NameKind::Facility)
            && tokens[from..name.tokens.start].iter().all(|token| !token.is_any(&[".", "and", "said"]))
            // «according to a resident, Adil Venn,»: named right behind.
            && tokens[from..name.tokens.start].iter().enumerate().all(|(i, token)| {
                !token.is(",")
                    || i > 0
                        && from + i + 1 == name.tokens.start
                        && name.kind == NameKind::Person
                        && tokens.get(name.tokens.end).is_some_and(|behind| behind.is(","))
                        && GENERIC.contains(&tokens[from + i - 1].lower.as_str())
            })
    });
    if let Some(name) = name {
        return Some((name.tokens.clone(), false));
    }
    const ENDS: [&str; 8] = ["that", "showed", "shows", "said", "says", "had", "were", "was"];
    let generic = (from..from + 5)
        .take_while(|at| tokens.get(*at).is_some_and(|token| token.sentence == sentence && !token.is_any(&ENDS)));
    generic.filter(|at| GENERIC.contains(&tokens[*at].lower.as_str())).map(|at| (at..at + 1, true)).next()
}

/// The speaker that stands before «said»: the last name or word for somebody in the sentence, close by.
fn behind<'n>(tokens: &[Token], named: &dyn Fn(usize) -> Option<&'n Name>, at: usize) -> Option<(Range<usize>, bool)> {
    let sentence = tokens[at].sentence;
    // «Relatives of Borun Tolvi, one of the four, said»: what stands between commas is passed over.
    let aside =
        tokens[at].is(",").then(|| (at.saturating_sub(16)..at).rev().find(|open| tokens[*open].is(","))).flatten();
    // «the army spokesman, Colonel Adil Venn, denied»: whom the commas name.
    if let Some(name) =
        aside.and_then(|open| named(open + 1)).filter(|name| name.kind == NameKind::Person && name.tokens.end == at)
    {
        return Some((name.tokens.clone(), false));
    }
    let at = aside.filter(|open| *open > 0 && tokens[*open].sentence == sentence).map_or(at, |open| open - 1);
    for idx in (at.saturating_sub(9)..=at).rev() {
        let token = &tokens[idx];
        if token.sentence != sentence || token.is_any(&[";", ":", "whom", "that"]) {
            return None;
        }
        if let Some(name) = named(idx) {
            let start = name.tokens.start;
            let whose = start >= 2 && tokens[start - 1].is("of") && GENERIC.contains(&tokens[start - 2].lower.as_str());
            return Some(if whose { (start - 2..name.tokens.end, true) } else { (name.tokens.clone(), false) });
        }
        if GENERIC.contains(&token.lower.as_str()) {
            return Some((idx..idx + 1, true));
        }
        // «the ministry, which he heads, said»: too far.
        let apposition = token.is(",") && (named(idx.saturating_sub(1)).is_some() || tokens[idx - 1].is("report"));
        if token.is_any(&[",", "he", "she", "they", "it"]) && idx == at && !apposition {
            return None;
        }
    }
    None
}

/// Who says what stands in a sentence: the speaker, and whether it is carried over from an earlier sentence.
pub(crate) fn of<'s>(speaking: &'s [Speaking], tokens: &[Token], at: usize) -> Option<(&'s Speaking, bool)> {
    let (sentence, paragraph) = (tokens[at].sentence, tokens[at].paragraph);
    let counts = |one: &&Speaking| !one.responsibility;
    if let Some(own) = speaking
        .iter()
        .filter(counts)
        .filter(|one| one.sentence == sentence)
        .min_by_key(|one| one.speaker.start.abs_diff(at))
    {
        return Some((own, own.back));
    }
    let before = speaking.iter().filter(counts).rev().find(|one| one.sentence < sentence)?;
    let near =
        tokens[before.speaker.start].paragraph == paragraph && sentence - before.sentence <= 4 && !before.unnamed;
    // An organisation that speaks once in a text is not what the text is about: its report goes on into the next
    // paragraph at most.
    let words =
        |one: &Speaking| tokens[one.speaker.clone()].iter().map(|token| token.lower.as_str()).collect::<Vec<_>>();
    let speaks = speaking.iter().filter(|one| words(one) == words(before)).count() > 1;
    let next = tokens[before.speaker.start].paragraph + 1 >= paragraph;
    let reach = if before.statement { STATEMENT } else { REPORT };
    let told = before.report && sentence - before.sentence <= reach && (speaks || before.statement || next);
    (near || told).then_some((before, true))
}
