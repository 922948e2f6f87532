//! Words, numbers and signs of a text with their bytes, and which sentence and paragraph each stands in.
//!
//! A sentence never crosses a line break. It also ends where a stop stands between a small and a capital letter without a
//! blank («resources.Only»), and not after titles, initials and shortened months.

use std::ops::Range;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Letters, with apostrophes and hyphens inside.
    Word,
    /// Digits, with separators inside.
    Number,
    /// One sign.
    Sign,
}

/// One token.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub start: usize,
    pub end: usize,
    pub kind: TokenKind,
    /// Lower case, curly apostrophes made straight.
    pub lower: String,
    /// Begins with a capital.
    pub capital: bool,
    /// Number of its sentence.
    pub sentence: usize,
    /// First of its sentence, quotation marks and list signs left aside.
    pub first: bool,
    /// Number of its paragraph: a line with words.
    pub paragraph: usize,
}

impl Token {
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    pub fn is(&self, word: &str) -> bool {
        self.lower == word
    }

    pub fn is_any(&self, words: &[&str]) -> bool {
        words.contains(&self.lower.as_str())
    }

    pub fn is_word(&self) -> bool {
        self.kind == TokenKind::Word
    }

    pub fn is_number(&self) -> bool {
        self.kind == TokenKind::Number
    }

    /// All letters are capitals, and there are two at least.
    pub fn is_upper(&self, text: &str) -> bool {
        let word = &text[self.range()];
        word.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !word.chars().any(char::is_lowercase)
    }
}

/// Words after which a stop ends no sentence.
const SHORTENED: [&str; 46] = [
    "mr", "mrs", "ms", "dr", "prof", "gen", "col", "lt", "maj", "capt", "brig", "sgt", "cpl", "adv", "hon", "rev",
    "sr", "jr", "st", "no", "nos", "vs", "etc", "e.g", "i.e", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep",
    "sept", "oct", "nov", "dec", "inc", "ltd", "govt", "dept", "approx", "fig", "art", "sec", "para",
];

/// Cuts a text into tokens.
pub(crate) fn tokenise(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some(&(start, c)) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
            continue;
        }
        let (end, kind) = if c.is_alphabetic() {
            (dotted(text, start).unwrap_or_else(|| word_end(text, start)), TokenKind::Word)
        } else if c.is_numeric() {
            (number_end(text, start), TokenKind::Number)
        } else {
            (start + c.len_utf8(), TokenKind::Sign)
        };
        while chars.peek().is_some_and(|(at, _)| *at < end) {
            chars.next();
        }
        let lower = text[start..end].replace(['’', '‘'], "'").to_lowercase();
        let lower = if dotted(text, start).is_some() { lower.replace('.', "") } else { lower };
        let capital = c.is_uppercase() || after_article(&text[start..end]);
        tokens.push(Token { start, end, kind, lower, capital, sentence: 0, first: false, paragraph: 0 });
    }
    number_sentences(text, &mut tokens);
    tokens
}

/// «al-Bayati», «ash-Sham»: the article of an Arabic name is written small.
fn after_article(word: &str) -> bool {
    const ARTICLES: [&str; 12] = ["al", "el", "ul", "as", "ash", "ad", "an", "ar", "at", "az", "ibn", "bin"];
    word.split_once('-')
        .is_some_and(|(article, name)| ARTICLES.contains(&article) && name.starts_with(char::is_uppercase))
}

/// «U.S.», «U.N.», «U.K.»: one word, also with its stops.
fn dotted(text: &str, start: usize) -> Option<usize> {
    const SHORT: [&str; 5] = ["U.S.A.", "U.A.E.", "U.S.", "U.N.", "U.K."];
    let word = SHORT.iter().find(|word| text[start..].starts_with(**word))?;
    let inside = text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '.');
    (!inside).then_some(start + word.len())
}

/// Letters and marks, with single hyphens and apostrophes between letters; a possessive `'s` is a token of its own.
fn word_end(text: &str, start: usize) -> usize {
    let mut end = start;
    let rest = |at: usize| text[at..].chars();
    let is_part =
        |c: char| c.is_alphabetic() || matches!(c, '\u{0300}'..='\u{036F}' | '\u{064B}'..='\u{065F}' | '\u{200C}');
    loop {
        while let Some(c) = rest(end).next().filter(|c| is_part(*c)) {
            end += c.len_utf8();
        }
        let mut ahead = rest(end);
        let Some(joint) = ahead.next().filter(|c| matches!(c, '\'' | '’' | '-' | '‑')) else { return end };
        let Some(next) = ahead.next().filter(|c| c.is_alphabetic()) else { return end };
        let possessive = matches!(joint, '\'' | '’') && matches!(next, 's' | 'S') && !ahead.next().is_some_and(is_part);
        if possessive {
            return end;
        }
        end += joint.len_utf8();
    }
}

/// Digits with single separators between digits.
fn number_end(text: &str, start: usize) -> usize {
    let mut end = start;
    loop {
        while let Some(c) = text[end..].chars().next().filter(|c| c.is_numeric()) {
            end += c.len_utf8();
        }
        let mut ahead = text[end..].chars();
        match (ahead.next(), ahead.next()) {
            (Some(separator @ (',' | '.' | '٬' | '٫')), Some(digit)) if digit.is_numeric() => {
                end += separator.len_utf8()
            }
            _ => return end,
        }
    }
}

fn number_sentences(text: &str, tokens: &mut [Token]) {
    let (mut sentence, mut paragraph, mut first) = (0, 0, true);
    for idx in 0..tokens.len() {
        if idx > 0 {
            let (before, here) = (&tokens[idx - 1], &tokens[idx]);
            let gap = &text[before.end..here.start];
            let line = gap.contains('\n');
            if line {
                paragraph += 1;
            }
            if line || ends_sentence(text, tokens, idx) {
                sentence += 1;
                first = true;
            }
        }
        let token = &mut tokens[idx];
        (token.sentence, token.paragraph) = (sentence, paragraph);
        token.first = first && token.kind != TokenKind::Sign;
        first &= token.kind == TokenKind::Sign;
    }
}

/// Whether a sentence ends between a token and the one before it.
fn ends_sentence(text: &str, tokens: &[Token], idx: usize) -> bool {
    let here = &tokens[idx];
    // Closing marks behind the stop belong to the sentence that it ends.
    let mut stop = idx - 1;
    while stop > 0
        && tokens[stop].is_any(&["\"", "”", "'", "’", ")", "]", "»"])
        && tokens[stop - 1].end == tokens[stop].start
    {
        stop -= 1;
    }
    let sign = &tokens[stop];
    if !sign.is_any(&[".", "!", "?", "…", "۔", "؟", "।"]) {
        return false;
    }
    let blank = tokens[idx - 1].end < here.start;
    let before = stop.checked_sub(1).map(|before| &tokens[before]);
    let adjacent = before.is_some_and(|before| before.end == sign.start);
    if !blank {
        // «resources.Only»: a small letter, a stop, a capital; and no address of the net.
        let small =
            before.is_some_and(|word| adjacent && word.is_word() && text[word.range()].ends_with(char::is_lowercase));
        return sign.is(".") && stop == idx - 1 && small && here.capital && !here.is_upper(text);
    }
    if sign.is(".") && adjacent {
        let before = before.expect("adjacent to it");
        let initial = before.is_word() && before.capital && before.lower.chars().count() == 1;
        // «no.» is a word as well, unless a number follows.
        let numbered = before.is_any(&["no", "nos", "art", "sec", "fig", "para"]) && !here.is_number();
        if initial || !numbered && SHORTENED.contains(&before.lower.as_str()) {
            return false;
        }
    }
    here.capital || here.kind != TokenKind::Word || !text[here.range()].is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<String> {
        let tokens = tokenise(text);
        let last = tokens.last().map_or(0, |token| token.sentence);
        let of = |number: usize| {
            let mut own = tokens.iter().filter(|token| token.sentence == number);
            let first = own.next().unwrap();
            text[first.start..own.next_back().unwrap_or(first).end].to_owned()
        };
        (0..=last).map(of).collect()
    }

    #[test]
    fn a_sentence_ends_at_its_stop_and_never_crosses_a_line() {
        let cases: [(&str, &[&str]); 7] = [
            ("He was taken. Nobody knows.", &["He was taken.", "Nobody knows."]),
            ("Dr. Venn and Gen. A. Borun spoke.", &["Dr. Venn and Gen. A. Borun spoke."]),
            ("all the resources.Only then", &["all the resources.", "Only then"]),
            ("He said “no.” She left.", &["He said “no.”", "She left."]),
            ("A title\nA line", &["A title", "A line"]),
            ("see tiran.org for 3.5 km", &["see tiran.org for 3.5 km"]),
            ("On Oct. 27, 2013 he went.", &["On Oct. 27, 2013 he went."]),
        ];
        for (text, expected) in cases {
            assert_eq!(sentences(text), expected);
        }
    }

    #[test]
    fn a_token_is_a_word_a_number_or_a_sign() {
        let text = "Adira's 71-year-old uncle, 1,200 men; ‘taken’";
        let words: Vec<&str> = tokenise(text).iter().map(|token| &text[token.range()]).collect();
        assert_eq!(
            words,
            ["Adira", "'", "s", "71", "-", "year-old", "uncle", ",", "1,200", "men", ";", "‘", "taken", "’"]
        );
    }
}
