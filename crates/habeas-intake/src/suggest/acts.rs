//! Deeds in running text: which words say that somebody was killed, taken, found.
//!
//! A deed's word inside a name («… for Missing Persons») is no deed. Adjectives («bullet-riddled», «the injured») are none
//! either. Whether a deed becomes a claim is decided in [`super::claims`].

use super::{
    lexicon::{ActClass, Lexicon, NounClass},
    numbers,
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
            bodies(tokens, lexicon, at, named)
                .or_else(|| injuries(tokens, at))
                .or_else(|| spread(tokens, lexicon, at))
                .or_else(|| phrase(tokens, lexicon, at, named))
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

/// «bodies of missing persons started to be found», «recovered the body of a man»: from the one word to the other.
fn bodies(tokens: &[Token], lexicon: &Lexicon, at: usize, named: &dyn Fn(usize) -> bool) -> Option<Found> {
    let word = &tokens[at];
    let make = |end: usize| Found { tokens: at..end, class: ActClass::FoundDead, noun: false, passive: true };
    let verb = |token: &Token| {
        lexicon.acts.get(&token.lower).is_some_and(|phrases| phrases.iter().any(|p| !p.noun && p.words.len() == 1))
    };
    if lexicon.found.contains(&word.lower) && !word.is("pulled") {
        // At most a number or some adjectives between them: «found six bullet-riddled bodies».
        // «discovered mass graves in Kesh containing the bodies of 42 civilians».
        let grave = (at + 1..(at + 5).min(tokens.len())).find(|idx| tokens[*idx].is_any(&["grave", "graves", "pit"]));
        let reach = if grave.is_some() { 24 } else { 8 };
        let end = (at + 1..(at + reach).min(tokens.len()))
            .find(|idx| lexicon.body.contains(&tokens[*idx].lower) && tokens[*idx].sentence == word.sentence)?;
        let plain = grave.is_some()
            || tokens[at + 1..end].iter().all(|token| {
                token.sentence == word.sentence
                    && (token.is_word() || token.is_number() || token.is("-"))
                    && !verb(token)
                    && !token.is_any(&["in", "by", "on", "with", "and", "near", "that", "to", "after", "from", "at"])
            });
        return plain.then(|| make(end + 1));
    }
    if !lexicon.body.contains(&word.lower) {
        return None;
    }
    for (end, token) in tokens.iter().enumerate().take(at + 30).skip(at + 1) {
        if token.sentence != word.sentence || token.is_any(&[":", "but"]) {
            return None;
        }
        if named(end) {
            continue;
        }
        if lexicon.found.contains(&token.lower) {
            return Some(make(end + 1));
        }
        // Another deed between them: the bodies are not what was found. «marks of torture» are found on them.
        let counted = token.is("dead") && numbers::read(&tokens[end - 1..end]).is_some();
        if verb(token) && !tokens[end - 1].is("of") && !counted {
            return None;
        }
    }
    None
}

/// «suffered severe injuries», «sustained bullet wounds»: some words may stand between.
fn injuries(tokens: &[Token], at: usize) -> Option<Found> {
    let word = &tokens[at];
    word.is_any(&["suffered", "suffering", "sustained", "sustaining", "received", "receiving"]).then_some(())?;
    let end = (at + 1..(at + 5).min(tokens.len()))
        .take_while(|idx| tokens[*idx].sentence == word.sentence && (tokens[*idx].is_word() || tokens[*idx].is("-")))
        .find(|idx| tokens[*idx].is_any(&["injuries", "injury", "wounds", "wound"]))?;
    Some(Found { tokens: at..end + 1, class: ActClass::Injure, noun: false, passive: false })
}

/// «took two of them into custody», «was taken into army custody», «claimed at least 130 lives»: a deed whose words part around
/// those whom it was done to. The deed is the verb; said of somebody before it, the whole.
fn spread(tokens: &[Token], lexicon: &Lexicon, at: usize) -> Option<Found> {
    let word = &tokens[at];
    let own = |idx: &usize| tokens[*idx].sentence == word.sentence;
    let ahead = |words: &[&str], reach: usize| {
        (at + 1..(at + reach).min(tokens.len())).take_while(own).find(|idx| tokens[*idx].is_any(words))
    };
    if word.is_any(&["took", "take", "takes", "taking", "taken"]) {
        let into = ahead(&["into"], 9)?;
        let end = (into + 1..(into + 4).min(tokens.len())).find(|idx| tokens[*idx].is("custody"))?;
        let passive = at > 0 && own(&(at - 1)) && tokens[at - 1].is_any(&BE) && into == at + 1;
        let end = if into == at + 1 { end + 1 } else { at + 1 };
        return Some(Found { tokens: at..end, class: ActClass::Arrest, noun: false, passive });
    }
    if word.is_any(&["claimed", "claiming", "claims"]) {
        let lives = ahead(&["lives", "life"], 7)?;
        let number = (at + 1..lives).any(|idx| tokens[idx].is_number() || numbers::read(&tokens[idx..]).is_some());
        return number.then(|| Found { tokens: at..at + 1, class: ActClass::Kill, noun: false, passive: false });
    }
    // «The regime holds 200 people», «ten men are held by the army», and no talks.
    if word.is("held") && at > 0 && own(&(at - 1)) {
        let helped = tokens[at - 1].is_any(&["was", "were", "are", "is", "been", "being", "still", "currently"]);
        let people = (at.saturating_sub(8)..at).filter(own).any(|idx| {
            lexicon.noun(&tokens[idx].lower) == Some(NounClass::Person) && !lexicon.body.contains(&tokens[idx].lower)
                || tokens[idx].is_any(&["he", "she", "they", "who", "whom"])
        });
        let kept = tokens.get(at + 1).is_none_or(|next| {
            !own(&(at + 1))
                || next.is_any(&["by", "in", "at", "for", "without", "under", "since", "there", ".", ",", "and", "as"])
        });
        let thing = at > 1 && tokens[at - 2].is_any(&["it", "which", "that"]);
        let fits = helped && people && kept && !thing;
        return fits.then(|| Found { tokens: at..at + 1, class: ActClass::Arrest, noun: false, passive: true });
    }
    None
}

/// «shot» says that somebody died, unless the sentence tells of wounds: nobody is shot in the leg and killed.
fn shot(tokens: &[Token], at: usize) -> ActClass {
    const LIVES: [&str; 27] = [
        "wounded",
        "wounding",
        "wounds",
        "injured",
        "injuring",
        "injuries",
        "injury",
        "hospital",
        "survived",
        "survivor",
        "leg",
        "legs",
        "arm",
        "arms",
        "stomach",
        "thigh",
        "foot",
        "groin",
        "shoulder",
        "hand",
        "knee",
        "critical",
        "condition",
        "escaped",
        "treated",
        "treatment",
        "recovering",
    ];
    let sentence = tokens[at].sentence;
    let from = tokens.partition_point(|token| token.sentence < sentence);
    let lives = tokens[from..].iter().take_while(|token| token.sentence == sentence).any(|token| token.is_any(&LIVES));
    if lives { ActClass::Injure } else { ActClass::Kill }
}

/// «were held, tortured and later freed»: a participle that shares the «were» of one before it.
fn shares_be(tokens: &[Token], at: usize, end: usize) -> bool {
    let sentence = tokens[at].sentence;
    let own = |idx: &usize| tokens[*idx].sentence == sentence;
    let mut joint = at;
    while joint > 0
        && own(&(joint - 1))
        && (tokens[joint - 1].is_any(&["then", "later", "subsequently", "also", "brutally", "severely"]))
    {
        joint -= 1;
    }
    if joint == 0 || !tokens[joint - 1].is_any(&[",", "and", "or"]) || !own(&(joint - 1)) {
        return false;
    }
    let object = tokens.get(end).filter(|next| next.sentence == sentence).is_some_and(|next| {
        next.is_number()
            || next.capital
            || next.is_any(&["him", "her", "them", "a", "an", "the", "his", "their", "two", "three", "four", "five"])
    });
    let be = (joint.saturating_sub(14)..joint - 1)
        .rev()
        .filter(own)
        .find(|idx| tokens[*idx].is_any(&["was", "were", "been", "being", "is", "are"]));
    !object
        && be.is_some_and(|be| {
            let then = &tokens[be + 1..joint];
            then.iter().any(|token| {
                token.lower.ends_with("ed") || token.is_any(&["kept", "held", "taken", "beaten", "shot", "found"])
            }) && !then.iter().any(|token| {
                token.is_any(&["he", "she", "they", "who", "which", "that", "but", ";", "police", "forces", "said"])
            })
        })
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
                    before.is_number()
                        || before.is_any(&["feared", "declared", "pronounced", "presumed"])
                        || lexicon.noun(&before.lower) == Some(NounClass::Person)
                })) =>
        {
            return None;
        }
        "wounds" | "injuries"
            if is_before(&["causing", "caused", "inflicting", "inflicted"]) && is_next(&["to", "on"]) => {}
        // «seized 52 people», not «seized the town».
        "seized"
            if tokens[end..]
                .iter()
                .take(5)
                .take_while(|token| token.sentence == first.sentence)
                .any(|token| lexicon.noun(&token.lower) == Some(NounClass::Person)) => {}
        // «three killed, one hurt».
        "hurt"
            if before.is_some_and(|before| {
                before.is("another") || numbers::read(std::slice::from_ref(before)).is_some()
            }) => {}
        "seized" | "wounds" | "hurt" if !is_before(&BE) && !is_next(&["by"]) => return None,
        // «put five men in detention», not «died in custody».
        "in" | "behind"
            if !(is_before(&[
                "put", "placed", "kept", "held", "remain", "remains", "remained", "still", "are", "is",
            ]) || before.is_some_and(|before| lexicon.noun(&before.lower) == Some(NounClass::Person))) =>
        {
            return None;
        }
        // «the capture of five men», not «the capture of the town».
        "capture" | "seizure"
            if !is_next(&["of"])
                || !tokens[end..]
                    .iter()
                    .take(5)
                    .take_while(|token| token.sentence == first.sentence)
                    .any(|token| lexicon.noun(&token.lower) == Some(NounClass::Person)) =>
        {
            return None;
        }
        // «taken by soldiers», not «taken by surprise».
        "taken"
            if phrase.words.len() == 2
                && phrase.words[1] == "by"
                && !tokens[end..].iter().take(5).any(|token| {
                    token.sentence == first.sentence
                        && (lexicon.noun(&token.lower) == Some(NounClass::Person)
                            || lexicon.forces.contains_key(&token.lower))
                }) =>
        {
            return None;
        }
        // «was picked by men in uniform», and no fruit; «picked up» is longer.
        "picked" if phrase.words.len() == 1 && !is_before(&["was", "were", "been"]) => return None,
        // «shot at», «a shot was fired», «shot a video»; «shot dead» is longer.
        "shot"
            if phrase.words.len() == 1
                && (is_next(&["at", "was", "video", "through", "into", "up", "from", "rang"])
                    || is_before(&["a", "one", "gun", "each", "every", "single", "fired"])) =>
        {
            return None;
        }
        // «sentenced to death» is done by a court, and nobody is dead.
        "death" if is_before(&["to"]) => return None,
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
        "suspect",
        "suspects",
        "row",
        "sentence",
        "sentences",
        "certificate",
        "certificates",
    ]) && phrase.words.len() == 1
    {
        return None;
    }
    // «The death toll has risen to 23»: a number behind it, and no agent.
    if phrase.words.len() == 2 && phrase.words[1] == "toll" {
        let risen =
            tokens[end..].windows(2).take(40).take_while(|pair| pair[1].sentence == first.sentence).any(|pair| {
                pair[0].is_any(&["to", "at", "reached", "passed", "topped"]) && numbers::read(&pair[1..]).is_some()
            });
        if !risen {
            return None;
        }
        return Some(Found { tokens: at..end, class: phrase.class, noun: true, passive: true });
    }
    let passive = is_before(&BE)
        || before.is_some_and(|before| before.lower.ends_with("ly") && at >= 2 && tokens[at - 2].is_any(&BE))
        || !phrase.noun && shares_be(tokens, at, end);
    // «have arrested 14 people»: done by those before it, not to them.
    let adverb =
        before.is_some_and(|before| before.lower.ends_with("ly") || before.is_any(&["also", "already", "then"]));
    let helped = at >= 2
        && tokens[at - 2].sentence == first.sentence
        && tokens[at - 2].is_any(&["was", "were", "been", "being", "is", "are", "be"]);
    // «have arrested», «reportedly abducted seven persons».
    let perfect = (is_before(&["have", "has", "had"]) || adverb && !helped)
        && next.is_some_and(|next| {
            next.is_any(&[
                "him", "her", "them", "a", "an", "the", "his", "their", "at", "more", "over", "about", "some", "dozens",
            ]) || next.is_number()
                || numbers::read(std::slice::from_ref(next)).is_some()
                || next.capital
        });
    let passive = passive && !perfect;
    // «condemns the murder of», «under torture».
    let named = phrase.words.len() == 1
        && matches!(first.lower.as_str(), "murder" | "torture" | "arrest" | "massacre")
        && is_before(&["the", "a", "an", "his", "her", "their", "this", "of", "under", "and", "brutal", "by"]);
    // «47 arrests were carried out», «the arrests of three men»: the same word as a noun.
    let both = !phrase.noun
        && phrase.words.len() == 1
        && lexicon.acts[&first.lower].iter().any(|other| other.noun && other.words == phrase.words)
        && (before.is_some_and(|before| before.is_number() || numbers::read(std::slice::from_ref(before)).is_some())
            || is_next(&["of", "were", "was", "have", "has", "since"])
            || is_before(&["such", "these", "those", "more", "arbitrary", "mass", "custodial", "extrajudicial"]));
    let named = named || both;
    let class = if phrase.words == ["shot"] { shot(tokens, at) } else { phrase.class };
    Some(Found { tokens: at..end, class, noun: (phrase.noun || named) && !passive, passive })
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
            ("Villagers found six burnt bodies.", "found-dead:found six burnt bodies"),
            ("The body of a man, son of a farmer, was found.", "found-dead:body of a man, son of a farmer, was found"),
            ("They are still missing.", "disappear:still missing"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
