//! Numbers of people in running text: the figure, its bound, what it counts, and what it is part of or beside.
//!
//! Ages, dates, money, distances and shares count nobody. «one bound over two numbers» gives two readings of the second.

mod nouns;
mod relations;

use super::{
    lexicon::{Lexicon, NounClass},
    numbers,
    tokens::Token,
};
use nouns::{noun, people_named};
use relations::{in_row, relate};
use std::ops::Range;

/// How a count is bounded by its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountBound {
    /// A plain number.
    Exact,
    /// «around», «about».
    Around,
    /// «nearly», «almost».
    Nearly,
    /// «more than», «over».
    MoreThan,
    /// «at least».
    AtLeast,
    /// «up to», «at most».
    AtMost,
    /// «fewer than».
    FewerThan,
    /// «dozens», «many»: no number at all.
    Vague,
}

/// A number as the words of a text give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextCount {
    /// The number in the words; none for «many».
    pub stated: Option<u64>,
    /// Least number that the words allow.
    pub low: Option<u64>,
    /// The number that they name as the best one.
    pub best: Option<u64>,
    /// Greatest number that they allow.
    pub high: Option<u64>,
    /// The bound.
    pub bound: CountBound,
    /// Other readings of low and high, where the bound may or may not reach this number.
    pub readings: Vec<(Option<u64>, Option<u64>)>,
    /// What is counted.
    pub class: CountClass,
    /// «more», «others»: beside what was counted before.
    pub in_addition: bool,
    /// «including», «of whom»: part of what was counted before.
    pub part: bool,
    /// «has reached», «bringing the total to»: a stock, not what one event added.
    pub running_total: bool,
}

impl TextCount {
    /// One person, as «a teacher» says it.
    pub(crate) fn one() -> Self {
        Self {
            stated: Some(1),
            low: Some(1),
            best: Some(1),
            high: Some(1),
            bound: CountBound::Exact,
            readings: Vec::new(),
            class: CountClass::People,
            in_addition: false,
            part: false,
            running_total: false,
        }
    }
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountClass {
    /// People, living or dead.
    People,
    /// The noun is left out: «122 injured».
    Elided,
    /// Cases, complaints, events.
    Cases,
    /// Distance, money, share, things.
    Measure,
}

/// One count with its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub tokens: Range<usize>,
    /// Token of the noun, where there is one.
    pub noun: Option<usize>,
    pub count: TextCount,
}

/// What was found: `taken` tells tokens that belong to dates.
pub(crate) fn find(text: &str, tokens: &[Token], lexicon: &Lexicon, taken: &dyn Fn(usize) -> bool) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let next = if taken(at) { None } else { read(text, tokens, lexicon, at, taken) };
        let next = next.or_else(|| in_row(tokens, at, found.last()).filter(|_| !taken(at)));
        match next {
            Some(mut count) => {
                relate(tokens, &mut count, found.last());
                at = count.tokens.end.max(at + 1);
                found.push(count);
            }
            None => at += 1,
        }
    }
    found
}

fn read(text: &str, tokens: &[Token], lexicon: &Lexicon, at: usize, taken: &dyn Fn(usize) -> bool) -> Option<Found> {
    let lower = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let sentence = tokens[at].sentence;
    let (bound, number_at) = bound(tokens, at);
    if number_at > at && taken(number_at) {
        return None;
    }
    // «(1348) people».
    let bracket = lower(number_at) == "(" && lower(number_at + 2) == ")";
    let number_at = number_at + usize::from(bracket);
    let vague = vague(tokens, number_at);
    let (stated, upper, mut end) = match numbers::read(tokens.get(number_at..)?) {
        Some(figure) if vague.is_none() => {
            let end = number_at + figure.tokens;
            match range_to(tokens, end, figure.value) {
                Some((upper, end)) => (Some(figure.value), Some(upper), end),
                None => (Some(figure.value), None, end),
            }
        }
        _ => (None, None, number_at + vague?),
    };
    // «Fifty (50) detainees»: said twice.
    let twice = lower(end) == "("
        && lower(end + 2) == ")"
        && stated.is_some()
        && tokens.get(end + 1..).and_then(numbers::read).map(|figure| figure.value) == stated;
    end += if bracket { 1 } else { 3 * usize::from(twice) };
    let digits = tokens[number_at].is_number();
    if refused(tokens, number_at, end, digits) || taken(end - 1) {
        return None;
    }
    let money = matches!(lower(at.wrapping_sub(1)), "$" | "£" | "€" | "rs" | "pkr" | "usd") || lower(at) == "$";
    // «another two», «a further 100».
    let mut in_addition = matches!(lower(at.wrapping_sub(1)), "another" | "further");
    while matches!(lower(end), "more" | "other" | "others" | "additional" | "further" | "another")
        && same(tokens, end, sentence)
    {
        in_addition = true;
        end += 1;
        if lower(end - 1) == "others" {
            break;
        }
    }
    if lower(end) == "of" && matches!(lower(end + 1), "the" | "its" | "their" | "his" | "her" | "these" | "those") {
        // «12 of the bodies»: a part; the noun is behind.
        end += 2;
    } else if lower(end) == "of" && matches!(lower(end + 1), "them" | "whom") {
        end += 2;
    } else if lower(end) == "of" && stated.is_none() {
        end += 1;
    }
    let noun = noun(tokens, lexicon, end, sentence, taken);
    let noun = noun.or_else(|| people_named(tokens, end, sentence, taken).filter(|_| stated.is_some()));
    if bracket && !matches!(noun, Some((_, NounClass::Person))) {
        return None;
    }
    let others = in_addition && matches!(lower(end - 1), "others" | "more");
    let (class, noun_at) = match noun {
        _ if money || lower(end) == "%" || lower(end) == "per" && lower(end + 1) == "cent" => {
            (CountClass::Measure, None)
        }
        Some((noun, NounClass::Person)) => (CountClass::People, Some(noun)),
        Some((noun, NounClass::Case)) => (CountClass::Cases, Some(noun)),
        Some((noun, NounClass::Thing)) => (CountClass::Measure, Some(noun)),
        None if others || matches!(lower(end - 1), "them" | "whom") => (CountClass::People, None),
        None => (CountClass::Elided, None),
    };
    let share = |words: &[&str]| words.contains(&lower(end)) && lower(end + 1) == "more";
    if class == CountClass::Elided && (!elided(tokens, lexicon, end, at, sentence) || share(&["times"])) {
        return None;
    }
    // «one» alone, and things that «many» counts, tell nothing here.
    // «many reports», «a three wheeler».
    let article = number_at > 0 && tokens[number_at - 1].is("a") && number_at == at && !digits;
    if class == CountClass::Cases && stated.is_none()
        || article && !matches!(lower(number_at), "hundred" | "thousand" | "dozen" | "million")
    {
        return None;
    }
    // «one killed in a stampede».
    let hurt = class == CountClass::Elided
        && tokens
            .get(end)
            .is_some_and(|next| next.is_any(&["killed", "injured", "wounded", "dead", "hurt", "missing", "arrested"]));
    let trivial = stated == Some(1)
        && !digits
        && !hurt
        && (class != CountClass::People || lower(number_at) == "one" && lower(number_at + 1) == "of");
    let things = matches!(class, CountClass::Measure)
        && (stated.is_none() || noun_at.is_some_and(|noun| !lexicon.measures.contains(&tokens[noun].lower)));
    if trivial || things && !money {
        return None;
    }
    // «dozens» are two dozen at least, «hundreds» two hundred: the plural says so. «many» says nothing.
    let least = match lower(number_at) {
        "dozens" | "tens" => Some(24),
        "scores" => Some(40),
        "hundreds" => Some(200),
        "thousands" => Some(2000),
        _ => None,
    };
    let end = match (class, noun_at) {
        (_, Some(noun)) => noun + 1,
        (CountClass::Measure, None) if lower(end) == "%" => end + 1,
        _ => end,
    };
    let start = if money && at > 0 && lower(at - 1).len() == 1 { at - 1 } else { at };
    let mut count = value(stated, upper, bound, class, in_addition);
    count.low = least.or(count.low);
    let _ = text;
    Some(Found { tokens: start..end, noun: noun_at, count })
}

fn same(tokens: &[Token], at: usize, sentence: usize) -> bool {
    tokens.get(at).is_some_and(|token| token.sentence == sentence)
}

/// The bound that begins at a token, and where the number behind it stands.
fn bound(tokens: &[Token], at: usize) -> (CountBound, usize) {
    let lower = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    const PHRASES: [(&[&str], CountBound); 36] = [
        (&["more", "than"], CountBound::MoreThan),
        (&["not", "less", "than"], CountBound::AtLeast),
        (&["no", "less", "than"], CountBound::AtLeast),
        (&["no", "fewer", "than"], CountBound::AtLeast),
        (&["not", "fewer", "than"], CountBound::AtLeast),
        (&["no", "more", "than"], CountBound::AtMost),
        (&["not", "more", "than"], CountBound::AtMost),
        (&["as", "many", "as"], CountBound::AtMost),
        (&["less", "than"], CountBound::FewerThan),
        (&["fewer", "than"], CountBound::FewerThan),
        (&["at", "least"], CountBound::AtLeast),
        (&["at", "most"], CountBound::AtMost),
        (&["up", "to"], CountBound::AtMost),
        (&["upwards", "of"], CountBound::MoreThan),
        (&["close", "to"], CountBound::Nearly),
        (&["an", "estimated"], CountBound::Around),
        (&["the", "best", "part", "of"], CountBound::Nearly),
        (&["well", "over"], CountBound::MoreThan),
        (&["just", "over"], CountBound::MoreThan),
        (&["just", "under"], CountBound::FewerThan),
        (&["a", "total", "of"], CountBound::Exact),
        (&["a", "minimum", "of"], CountBound::AtLeast),
        (&["a", "maximum", "of"], CountBound::AtMost),
        (&["over"], CountBound::MoreThan),
        (&["around"], CountBound::Around),
        (&["about"], CountBound::Around),
        (&["some"], CountBound::Around),
        (&["approximately"], CountBound::Around),
        (&["roughly"], CountBound::Around),
        (&["estimated"], CountBound::Around),
        (&["nearly"], CountBound::Nearly),
        (&["almost"], CountBound::Nearly),
        (&["under"], CountBound::FewerThan),
        (&["below"], CountBound::FewerThan),
        (&["exactly"], CountBound::Exact),
        (&["only"], CountBound::Exact),
    ];
    for (phrase, bound) in PHRASES {
        if phrase.iter().enumerate().all(|(i, word)| lower(at + i) == *word) {
            let behind = at + phrase.len();
            // The bound is one only where a number follows.
            if tokens.get(behind..).and_then(numbers::read).is_some() {
                // «only 5», «exactly 5» and «a total of 5» are the number itself.
                let skipped = bound == CountBound::Exact;
                return if skipped { (CountBound::Exact, at) } else { (bound, behind) };
            }
        }
    }
    (CountBound::Exact, at)
}

/// Words that say «many» without a number, and how many tokens they take.
fn vague(tokens: &[Token], at: usize) -> Option<usize> {
    let word = tokens.get(at)?;
    let of = |n: usize| n + usize::from(tokens.get(at + n).is_some_and(|next| next.is("of")));
    match word.lower.as_str() {
        "many" | "several" | "numerous" | "countless" | "innumerable" | "multiple" => Some(1),
        "dozens" | "scores" | "hundreds" | "thousands" | "tens" => Some(of(1)),
        _ => None,
    }
}

/// The upper end of «10 to 15», «10-15», «between 10 and 15».
fn range_to(tokens: &[Token], end: usize, low: u64) -> Option<(u64, usize)> {
    let joint = tokens.get(end)?;
    let dash = joint.is_any(&["-", "–", "to"]) || joint.is("and") && end >= 2 && tokens[end - 2].is("between");
    let figure = numbers::read(tokens.get(end + 1..)?).filter(|figure| dash && figure.value > low)?;
    Some((figure.value, end + 1 + figure.tokens))
}

/// Numbers that count nobody, told by what stands around them.
fn refused(tokens: &[Token], at: usize, end: usize, digits: bool) -> bool {
    let lower = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let glued = tokens.get(end).is_some_and(|next| next.start == tokens[end - 1].end);
    let before = at.checked_sub(1).map_or("", lower);
    let glued_before = at > 0 && tokens[at - 1].end == tokens[at].start;
    // 71-year-old, 21st, 5pm, 3:30, T20, 46%-style codes.
    let tail = glued
        && (matches!(lower(end), "-" | "–") && lower(end + 1).contains("old")
            || lower(end) == ":"
            || matches!(lower(end), "st" | "nd" | "rd" | "th" | "am" | "pm" | "a" | "p" | "s" | "/"))
        || lower(end).starts_with("year-old");
    let hyphen = glued && lower(end) == "-" && tokens.get(end + 1).is_some_and(Token::is_word);
    let age = matches!(before, "aged" | "age")
        || matches!(lower(end), "years" | "year") && matches!(lower(end + 1), "old" | "of");
    let code = matches!(
        before,
        "section"
            | "article"
            | "no"
            | "number"
            | "chapter"
            | "page"
            | "resolution"
            | "act"
            | "fir"
            | "#"
            | "highway"
            | "route"
            | "phase"
            | "grade"
            | "class"
            | "rule"
            | "clause"
            | "paragraph"
    ) || glued_before && matches!(before, "-" | ":" | "/" | "." | "#") && !(at >= 2 && lower(at - 2) == "-");
    // «, 25, from Kesh»: an age between commas behind a name.
    let between_commas =
        digits && before == "," && matches!(lower(end), "," | ".") && at >= 2 && tokens[at - 2].capital;
    let time = matches!(lower(end), "am" | "pm" | "a.m" | "p.m" | "o'clock");
    tail || hyphen || age || code || between_commas || time
}

/// Whether a number without a noun stands for people: a deed follows it, or it goes on from the number before.
fn elided(tokens: &[Token], lexicon: &Lexicon, end: usize, start: usize, sentence: usize) -> bool {
    let mut at = end;
    // «The 49, including students, were arrested»: what stands between commas is passed over.
    let definite = start.checked_sub(1).is_some_and(|before| tokens[before].is_any(&["the", "all", "these", "those"]))
        || tokens[start].is("all");
    if definite && tokens.get(at).is_some_and(|token| token.is(",")) {
        let close =
            (at + 1..(at + 14).min(tokens.len())).find(|idx| tokens[*idx].is(",") && tokens[*idx].sentence == sentence);
        at = close.map_or(at, |close| close + 1);
    }
    while tokens.get(at).is_some_and(|token| {
        token.is_any(&[
            "were",
            "was",
            "have",
            "has",
            "had",
            "been",
            "are",
            "is",
            "being",
            "also",
            "others",
            "more",
            "critically",
            "seriously",
            "badly",
            "reportedly",
            "still",
            "allegedly",
            "forcibly",
            "subsequently",
            "later",
            "shown",
            "reported",
        ])
    }) {
        at += 1;
    }
    // «the toll has risen to 23».
    let total = start
        .checked_sub(1)
        .is_some_and(|before| tokens[before].is_any(&["to", "reached", "at", "crossed", "passed", "topped"]))
        && tokens[..start]
            .iter()
            .rev()
            .take(40)
            .take_while(|token| token.sentence == sentence)
            .any(|token| token.is("toll"));
    if total {
        return true;
    }
    let Some(next) = tokens.get(at).filter(|next| next.sentence == sentence) else { return false };
    let deed = lexicon.acts.get(&next.lower).is_some_and(|phrases| {
        phrases.iter().any(|phrase| {
            !phrase.noun
                && phrase.words.iter().enumerate().all(|(i, word)| tokens.get(at + i).is_some_and(|t| t.is(word)))
        })
    }) || next.is_any(&["found", "recovered", "missing", "dead", "suffered", "sustained"]);
    // «killing 12 and injuring 30»: a deed right before.
    let before = start.checked_sub(1).map(|before| &tokens[before]);
    let object = before.is_some_and(|before| {
        lexicon
            .acts
            .get(&before.lower)
            .is_some_and(|phrases| phrases.iter().any(|phrase| !phrase.noun && phrase.words.len() == 1))
            && !before.is_any(&[
                "dead",
                "died",
                "die",
                "dies",
                "dying",
                "perished",
                "succumbed",
                "missing",
                "vanished",
                "escaped",
            ])
    });
    let ends = next.kind != super::tokens::TokenKind::Word
        || next.is_any(&["and", "in", "at", "on", "of", "after", "during", "near", "when", "for", "over"]);
    deed || object && ends
}

fn value(
    stated: Option<u64>,
    upper: Option<u64>,
    bound: CountBound,
    class: CountClass,
    in_addition: bool,
) -> TextCount {
    let (low, best, high, bound) = match (stated, upper, bound) {
        (None, ..) => (Some(1), None, None, CountBound::Vague),
        (Some(low), Some(high), _) => (Some(low), None, Some(high), CountBound::Exact),
        (Some(n), None, CountBound::Exact | CountBound::Vague) => (Some(n), Some(n), Some(n), CountBound::Exact),
        (Some(n), None, CountBound::Around) => (None, Some(n), None, bound),
        (Some(n), None, CountBound::Nearly) => (None, Some(n), Some(n), bound),
        (Some(n), None, CountBound::MoreThan) => (Some(n.saturating_add(1)), None, None, bound),
        (Some(n), None, CountBound::AtLeast) => (Some(n), None, None, bound),
        (Some(n), None, CountBound::AtMost) => (None, None, Some(n), bound),
        (Some(n), None, CountBound::FewerThan) => (None, None, Some(n.saturating_sub(1)), bound),
    };
    TextCount {
        stated,
        low,
        best,
        high,
        bound,
        class,
        in_addition,
        readings: Vec::new(),
        part: false,
        running_total: false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokenise;
    use super::*;

    fn shown(text: &str) -> String {
        let tokens = tokenise(text);
        let lexicon = Lexicon::builtin();
        let dates = super::super::dates::find(text, &tokens);
        let taken = |at: usize| dates.iter().any(|date| date.tokens.contains(&at));
        let end = |n: Option<u64>| n.map_or("–".to_owned(), |n| n.to_string());
        find(text, &tokens, &lexicon, &taken)
            .iter()
            .map(|found| {
                let words = &text[tokens[found.tokens.start].start..tokens[found.tokens.end - 1].end];
                let count = &found.count;
                let mut notes = String::new();
                for (holds, note) in
                    [(count.part, " part"), (count.in_addition, " more"), (count.running_total, " total")]
                {
                    notes.push_str(if holds { note } else { "" });
                }
                format!("{words}={}/{}/{}{notes}", end(count.low), end(count.best), end(count.high))
            })
            .collect::<Vec<_>>()
            .join("; ")
    }

    #[test]
    fn a_count_is_no_more_exact_than_its_words() {
        for (text, expected) in [
            ("A bomb killed 52 people.", "52 people=52/52/52"),
            ("More than 40 women were taken.", "More than 40 women=41/–/–"),
            ("around 60 people died", "around 60 people=–/60/–"),
            ("nearly 30 men", "nearly 30 men=–/30/30"),
            ("at least 9 villagers", "at least 9 villagers=9/–/–"),
            ("up to 15 students", "up to 15 students=–/–/15"),
            ("10 to 15 students", "10 to 15 students=10/–/15"),
            ("dozens of men", "dozens of men=24/–/–"),
            ("four hundred and sixty three people", "four hundred and sixty three people=463/463/463"),
            ("455 tortured and mutilated bodies were found", "455 tortured and mutilated bodies=455/455/455"),
            ("half a dozen young activists", "half a dozen young activists=6/6/6"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_was_seen_wrong_is_seen_right() {
        for (text, expected) in [
            ("20 people, including six policemen, were killed", "20 people=20/20/20; six policemen=6/6/6 part"),
            ("and over a hundred more are horribly injured", "over a hundred more=101/–/– more"),
            ("the toll has risen to 17 people", "17 people=17/17/17 total"),
            ("72 lawyers were killed and 122 injured.", "72 lawyers=72/72/72; 122=122/122/122"),
            ("436 wounded were counted", "436=436/436/436"),
            ("more than 40 women and 28 children were kidnapped", "more than 40 women=41/–/–; 28 children=28/–/–"),
            ("18,000 unsolved cases", "18,000 unsolved cases=18000/18000/18000"),
            ("over a dozen police vehicles", ""),
            ("a 71-year-old man, aged 25, on 5 March 2014 at 5 pm", ""),
            ("under Section 144 in 21st place", ""),
            ("they travel 700 km", "700 km=700/700/700"),
            ("three times more women die", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
