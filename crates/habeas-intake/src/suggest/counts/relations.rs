//! How a number hangs on the one before it: part of it, beside it, in a row with it, under the same bound.

use super::{CountBound, CountClass, Found, refused, value};
use crate::suggest::{numbers, tokens::Token};

/// «23 in Kesh, eight in Olm; three in 2016»: a number without a noun that goes on from one before, and says where or when.
pub(super) fn in_row(tokens: &[Token], at: usize, before: Option<&Found>) -> Option<Found> {
    let before = before.filter(|before| {
        tokens[before.tokens.start].sentence == tokens[at].sentence
            && before.count.class != CountClass::Measure
            && before.count.stated.is_some()
    })?;
    let figure = numbers::read(tokens.get(at..)?)?;
    let end = at + figure.tokens;
    let led = at > 0 && tokens[at - 1].is_any(&[",", "and", ";", ":", "-", "–", "were", "was", "another"]);
    let leads = tokens.get(end).is_some_and(|next| next.is_any(&["in", "near", "at"]))
        && !tokens.get(end + 1).is_some_and(|next| next.is_any(&["least", "all", "total", "the"]) && !next.is("the"));
    let fits = led && leads && !refused(tokens, at, end, figure.digits);
    let class = if before.count.class == CountClass::Cases { CountClass::Cases } else { CountClass::Elided };
    let count = value(Some(figure.value), None, CountBound::Exact, class, false);
    fits.then_some(Found { tokens: at..end, noun: None, count })
}

/// Marks parts, additions and running totals, and the second reading under a shared bound.
pub(super) fn relate(tokens: &[Token], found: &mut Found, before: Option<&Found>) {
    let start = found.tokens.start;
    let sentence = tokens[start].sentence;
    let word = |back: usize| start.checked_sub(back).map(|at| &tokens[at]).filter(|token| token.sentence == sentence);
    let is = |back: usize, words: &[&str]| word(back).is_some_and(|token| token.is_any(words));
    let behind: Vec<&str> = tokens[start..].iter().take(6).map(|token| token.lower.as_str()).collect();
    found.count.part = is(1, &["including", "among"])
        || is(1, &["whom", "them"]) && is(2, &["of", "among"])
        || behind.windows(2).any(|pair| {
            pair[0] == "of"
                && matches!(pair[1], "them" | "whom" | "the" | "these" | "those")
                && found.count.stated.is_some()
        });
    found.count.running_total = is(1, &["to"])
        && (2..8).any(|back| {
            is(
                back,
                &[
                    "total",
                    "toll",
                    "number",
                    "bringing",
                    "risen",
                    "rose",
                    "raising",
                    "climbed",
                    "climbing",
                    "increased",
                    "mounted",
                ],
            )
        })
        || is(1, &["reached"]);
    // «at least 90, including 40 people killed and 50 injured»: the parts may be no more certain than the whole.
    if let Some(before) = before
        && tokens[before.tokens.start].sentence == sentence
        && (found.count.part || is(1, &["and"]) && before.count.part)
        && (matches!(before.count.bound, CountBound::AtLeast | CountBound::MoreThan)
            || !before.count.readings.is_empty())
        && found.count.bound == CountBound::Exact
        && let Some(n) = found.count.stated
    {
        found.count.readings = vec![(Some(n), Some(n)), (Some(n), None)];
        found.count.part = true;
        return;
    }
    if let Some(before) = before
        && before.tokens.end + 1 == start
        && is(1, &["and"])
        && before.count.bound != CountBound::Exact
        && found.count.bound == CountBound::Exact
        && let Some(n) = found.count.stated
    {
        let shared = value(Some(n), None, before.count.bound, found.count.class, false);
        found.count.readings = vec![(found.count.low, found.count.high), (shared.low, shared.high)];
        found.count.low = [found.count.low, shared.low].into_iter().flatten().min();
        found.count.high = found.count.high.zip(shared.high).map(|(a, b)| a.max(b));
        found.count.best = None;
    }
}
