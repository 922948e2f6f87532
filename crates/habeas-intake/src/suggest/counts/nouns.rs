//! What a number in running text counts.

use crate::suggest::{
    lexicon::{Lexicon, NounClass},
    tokens::Token,
};

/// The noun that the number counts: behind adjectives, in the same sentence.
pub(super) fn noun(
    tokens: &[Token],
    lexicon: &Lexicon,
    from: usize,
    sentence: usize,
    taken: &dyn Fn(usize) -> bool,
) -> Option<(usize, NounClass)> {
    const STOPS: [&str; 62] = [
        "was",
        "were",
        "is",
        "are",
        "had",
        "have",
        "has",
        "been",
        "be",
        "who",
        "whom",
        "which",
        "that",
        "in",
        "on",
        "at",
        "by",
        "from",
        "to",
        "for",
        "with",
        "of",
        "after",
        "before",
        "when",
        "while",
        "as",
        "but",
        "or",
        "the",
        "a",
        "an",
        "this",
        "these",
        "those",
        "his",
        "her",
        "their",
        "its",
        "said",
        "says",
        "killed",
        "injured",
        "wounded",
        "died",
        "disappeared",
        "abducted",
        "arrested",
        "kidnapped",
        "found",
        "released",
        "detained",
        "more",
        "than",
        "during",
        "since",
        "until",
        "per",
        "including",
        "against",
        "into",
        "near",
    ];
    let mut best = None;
    // «two 15-year-old boys».
    let aged = tokens.get(from).is_some_and(Token::is_number)
        && tokens.get(from + 1).is_some_and(|token| token.is("-"))
        && tokens.get(from + 2).is_some_and(|token| token.lower.starts_with("year-old"));
    let from = if aged { from + 3 } else { from };
    for at in from..from + 6 {
        let token = tokens.get(at).filter(|token| token.sentence == sentence && token.is_word())?;
        // «four of the wounded»: people, by what happened to them.
        if tokens[at - 1].is("the") && token.is_any(&["wounded", "injured", "dead", "missing", "detained"]) {
            return Some((at, NounClass::Person));
        }
        // «five wounded troopers», «six University of Kesh students».
        let hurt = token.is_any(&[
            "killed",
            "injured",
            "wounded",
            "detained",
            "arrested",
            "abducted",
            "kidnapped",
            "released",
            "missing",
        ]) && tokens.get(at + 1).is_some_and(|next| {
            lexicon.noun(&next.lower) == Some(NounClass::Person) && !next.is_any(&["people", "others"])
        });
        let of_name = token.is("of") && tokens[at - 1].capital && tokens.get(at + 1).is_some_and(|next| next.capital);
        if best.is_none() && (hurt || of_name) {
            continue;
        }
        if taken(at) || token.is_any(&STOPS) && best.is_none() {
            return best;
        }
        // «left four people dead»: what became of them.
        let became = best.is_some() && token.is_any(&["dead", "wounded", "injured", "missing"]);
        if became || token.is_any(&STOPS) || token.is("and") && best.is_some() {
            return best;
        }
        match lexicon.noun(&token.lower) {
            // «three Tiranian rights groups»: a people's name before what is counted.
            Some(_)
                if lexicon.demonyms.contains_key(&token.lower)
                    && token.capital
                    && leads_on(tokens, lexicon, at, sentence) => {}
            // «police vehicles», «militant attacks»: the last noun of a row is what is counted.
            // «three human rights defenders»: rights are nobody.
            Some(_) if token.is("human") && tokens.get(at + 1).is_some_and(|next| next.is("rights")) => {}
            Some(class) => best = Some((at, class)),
            // «three Tiranian film students», «four army soldiers»: a word may stand before the noun.
            None if best.is_some()
                && lexicon.demonyms.contains_key(&tokens[at - 1].lower)
                && tokens.get(at + 1).is_some_and(|next| {
                    next.sentence == sentence && lexicon.noun(&next.lower) == Some(NounClass::Person)
                }) => {}
            None if best.is_some() => return best,
            None => {}
        }
        let glued = tokens.get(at + 1).is_some_and(|next| next.is_word());
        if best.is_some() && !glued {
            return best;
        }
    }
    best
}

/// «three Kolbars», «9 Crimean Tatars»: people by the plural of a name that no list knows.
pub(super) fn people_named(
    tokens: &[Token],
    from: usize,
    sentence: usize,
    taken: &dyn Fn(usize) -> bool,
) -> Option<(usize, NounClass)> {
    let name = |at: &usize| {
        tokens.get(*at).is_some_and(|token| {
            token.sentence == sentence && token.is_word() && token.capital && !token.first && !taken(*at)
        })
    };
    let last = (from..from + 3).take_while(name).last()?;
    let word = &tokens[last].lower;
    (word.len() > 4 && word.ends_with('s') && !word.ends_with("ss")).then_some((last, NounClass::Person))
}

/// Whether a noun follows within two further words.
fn leads_on(tokens: &[Token], lexicon: &Lexicon, at: usize, sentence: usize) -> bool {
    let own = |idx: &usize| tokens.get(*idx).is_some_and(|token| token.sentence == sentence && token.is_word());
    let words: Vec<usize> = (at + 1..at + 4).take_while(own).collect();
    words.iter().any(|idx| lexicon.noun(&tokens[*idx].lower).is_some())
        && !words.first().is_some_and(|idx| tokens[*idx].is_any(&["and", "were", "was", "who", "in", "have", "had"]))
}
