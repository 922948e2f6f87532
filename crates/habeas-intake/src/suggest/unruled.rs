//! What is marked in a text for whose language there are no rules: dates as cells of tables give them, and listed places by
//! their names alone, in any script.

use super::{
    DateRule, Lexicon, TextDate,
    tokens::{Token, TokenKind},
};
use crate::values::{DateRule as CellRule, read_date};
use std::ops::Range;

/// Words of a date at most, with its weekday and calendar.
const LONGEST_DATE: usize = 6;

/// Dates with words of any language that cells are read in, such as the name of a month; each as a range of tokens.
pub(super) fn dates(text: &str, tokens: &[Token]) -> Vec<(Range<usize>, TextDate)> {
    let stated = |range: Range<usize>| {
        let here = tokens.get(range)?;
        let (first, last) = (here.first()?, here.last()?);
        let is_one = first.sentence == last.sentence && first.kind != TokenKind::Sign && last.kind != TokenKind::Sign;
        let asked = is_one && here.iter().any(Token::is_number);
        let read = asked.then(|| read_date(&text[first.start..last.end], &CellRule::default()).ok()).flatten()?;
        Some(TextDate {
            value: Some(read.date),
            length: None,
            rule: DateRule::Stated,
            wrong_weekday: read.wrong_weekday,
            after_first_publication: false,
            of_publication: false,
        })
    };
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        let longest = (2..=LONGEST_DATE.min(tokens.len() - at)).rev().find_map(|n| Some((at + n, stated(at..at + n)?)));
        let Some((mut end, date)) = longest else {
            at += 1;
            continue;
        };
        // Small words that cells may hold, such as an article, are none of the date's.
        while stated(at + 1..end).as_ref() == Some(&date) {
            at += 1;
        }
        while stated(at..end - 1).as_ref() == Some(&date) {
            end -= 1;
        }
        // In figures alone it is found as in any text.
        if tokens[at..end].iter().any(Token::is_word) {
            found.push((at..end, date));
        }
        at = end;
    }
    found
}

/// Places by their listed names, as ranges of tokens; the longest name wins. In letters that have capitals, each begins with
/// one.
pub(super) fn places(text: &str, tokens: &[Token], lexicon: &Lexicon) -> Vec<Range<usize>> {
    let written: Vec<String> = tokens.iter().map(|token| Lexicon::place_word(&text[token.range()])).collect();
    let stands = |at: usize, words: &[String]| {
        let here = written.get(at..at + words.len());
        here == Some(words) && tokens[at].sentence == tokens[at + words.len() - 1].sentence
    };
    let begins = |at: usize| !text[tokens[at].start..].starts_with(char::is_lowercase);
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        let named = lexicon.places.get(&written[at]).filter(|_| tokens[at].is_word() && begins(at));
        let longest = named.and_then(|named| named.iter().find(|(words, _)| stands(at, words)));
        let length = longest.map(|(words, _)| words.len());
        if let Some(length) = length {
            found.push(at..at + length);
        }
        at += length.unwrap_or(1);
    }
    found
}
