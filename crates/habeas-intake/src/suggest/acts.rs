//! Deeds in running text: which words say that somebody was killed, taken, found.
//!
//! A deed's word inside a name («… for Missing Persons») is no deed. Adjectives («bullet-riddled», «the injured») are none
//! either. Whether a deed becomes a claim is decided in [`super::claims`].

use super::{
    lexicon::{ActClass, Lexicon},
    tokens::Token,
};
use std::ops::Range;

/// One deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub tokens: Range<usize>,
    pub class: ActClass,
    /// A noun: «killings». It carries a number only where one stands before it.
    pub noun: bool,
    /// «who were killed», «was arrested»: what is counted stands before it.
    pub passive: bool,
}

/// Words of a verb form that make it passive or perfect.
const BE: [&str; 16] = [
    "was",
    "were",
    "is",
    "are",
    "been",
    "being",
    "be",
    "have",
    "has",
    "had",
    "got",
    "get",
    "left",
    "reported",
    "reportedly",
    "confirmed",
];

/// Finds all deeds; none overlap. `named` tells tokens inside names.
pub(crate) fn find(tokens: &[Token], lexicon: &Lexicon, named: &dyn Fn(usize) -> bool) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let next = if named(at) {
            None
        } else {
            bodies(tokens, lexicon, at, named).or_else(|| phrase(tokens, lexicon, at, named))
        };
        match next {
            Some(act) => {
                at = act.tokens.end;
                found.push(act);
            }
            None => at += 1,
        }
    }
    found
}

/// «bodies of missing persons started to be found»: from the noun to the verb.
fn bodies(tokens: &[Token], lexicon: &Lexicon, at: usize, named: &dyn Fn(usize) -> bool) -> Option<Found> {
    let noun = &tokens[at];
    if !lexicon.body.contains(&noun.lower) {
        return None;
    }
    for (end, token) in tokens.iter().enumerate().take(at + 18).skip(at + 1) {
        if token.sentence != noun.sentence || token.is_any(&[";", ":", "but"]) || named(end) {
            return None;
        }
        if lexicon.found.contains(&token.lower) {
            return Some(Found { tokens: at..end + 1, class: ActClass::FoundDead, noun: false, passive: true });
        }
        // Another deed between them: the bodies are not what was found.
        if lexicon.acts.get(&token.lower).is_some_and(|phrases| phrases.iter().any(|p| !p.noun && p.words.len() == 1)) {
            return None;
        }
    }
    None
}

fn phrase(tokens: &[Token], lexicon: &Lexicon, at: usize, named: &dyn Fn(usize) -> bool) -> Option<Found> {
    let first = &tokens[at];
    let fits = |words: &[String]| {
        words.iter().enumerate().all(|(i, word)| {
            tokens.get(at + i).is_some_and(|token| token.is(word) && token.sentence == first.sentence && !named(at + i))
        })
    };
    let phrase = lexicon.acts.get(&first.lower)?.iter().find(|phrase| fits(&phrase.words))?;
    let end = at + phrase.words.len();
    let before = at.checked_sub(1).map(|at| &tokens[at]).filter(|before| before.sentence == first.sentence);
    let is_before = |words: &[&str]| before.is_some_and(|before| before.is_any(words));
    let next = tokens.get(end).filter(|next| next.sentence == first.sentence);
    let is_next = |words: &[&str]| next.is_some_and(|next| next.is_any(words));
    // «the injured», «the dead»: people, not a deed.
    if phrase.words.len() == 1
        && matches!(first.lower.as_str(), "injured" | "wounded" | "dead" | "hurt")
        && is_before(&["the", "its", "their"])
    {
        return None;
    }
    match first.lower.as_str() {
        // «dead» says a deed only of a number or a state.
        "dead"
            if !(is_before(&BE)
                || before.is_some_and(|before| {
                    before.is_number() || before.is_any(&["people", "persons", "men", "children"])
                })) =>
        {
            return None;
        }
        "seized" | "wounds" | "hurt" if !is_before(&BE) && !is_next(&["by"]) => return None,
        // «attack» and «release» as a verb of something else, «death threats», «arrest warrant».
        "release" if !is_before(&["the", "his", "her", "their", "immediate", "safe", "for", "of"]) => return None,
        _ => {}
    }
    if is_next(&[
        "threats",
        "threat",
        "toll",
        "warrant",
        "warrants",
        "penalty",
        "squad",
        "squads",
        "anniversary",
        "row",
    ]) && phrase.words.len() == 1
    {
        return None;
    }
    let passive = is_before(&BE)
        || before.is_some_and(|before| before.lower.ends_with("ly") && at >= 2 && tokens[at - 2].is_any(&BE));
    Some(Found { tokens: at..end, class: phrase.class, noun: phrase.noun && !passive, passive })
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokenise;
    use super::*;

    fn shown(text: &str) -> String {
        let tokens = tokenise(text);
        let lexicon = Lexicon::builtin();
        let acts = find(&tokens, &lexicon, &|_| false);
        let words = |act: &Found| &text[tokens[act.tokens.start].start..tokens[act.tokens.end - 1].end];
        acts.iter().map(|act| format!("{}:{}", act.class.code(), words(act))).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_deed_is_told_from_words_that_only_sound_like_one() {
        for (text, expected) in [
            ("He was shot dead in Kesh.", "kill:shot dead"),
            ("455 tortured and mutilated bodies were found", "torture:tortured; found-dead:bodies were found"),
            ("Three were killed and two wounded.", "kill:killed; injure:wounded"),
            ("The injured were taken to a hospital.", ""),
            ("He received death threats; the death toll rose.", ""),
            ("An arrest warrant was issued.", ""),
            ("They went missing in May.", "disappear:went missing"),
            ("His body was recovered by the road.", "found-dead:body was recovered"),
            ("A bullet-riddled car was towed.", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
