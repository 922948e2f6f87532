//! Numbers in words and digits with their tokens: «four hundred and sixty three», «1,200», «a hundred», «half a dozen».

use super::tokens::Token;

/// A number and how many tokens it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figure {
    pub value: u64,
    pub tokens: usize,
    /// Written with digits.
    pub digits: bool,
}

/// Reads the number that begins at the first of these tokens.
pub(crate) fn read(tokens: &[Token]) -> Option<Figure> {
    let first = tokens.first()?;
    if first.is_number() {
        let value = digits(&first.lower)?;
        let scaled = tokens.get(1).and_then(|next| scale(&next.lower));
        return Some(match scaled {
            Some(scale) => Figure { value: value.checked_mul(scale)?, tokens: 2, digits: true },
            None => Figure { value, tokens: 1, digits: true },
        });
    }
    if !first.is_word() {
        return None;
    }
    in_words(tokens)
}

/// Digits of any script; a comma or point groups three digits (or two, as in 1,00,000) and is no decimal.
pub(crate) fn digits(word: &str) -> Option<u64> {
    let mut value: u64 = 0;
    let mut groups = word.split([',', '٬']);
    let first = groups.next()?;
    let groups: Vec<&str> = groups.collect();
    if groups.iter().any(|group| !matches!(group.chars().count(), 2 | 3))
        || groups.last().is_some_and(|g| g.chars().count() != 3)
    {
        return None;
    }
    for c in std::iter::once(first).chain(groups).flat_map(str::chars) {
        // A decimal counts nobody.
        let digit = crate::values::date::token::digit_value(c)?;
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(value)
}

fn in_words(tokens: &[Token]) -> Option<Figure> {
    let lower = |at: usize| tokens.get(at).filter(|token| token.is_word()).map(|token| token.lower.as_str());
    match (lower(0)?, lower(1), lower(2)) {
        ("half", Some("a"), Some("dozen")) => return Some(Figure { value: 6, tokens: 3, digits: false }),
        ("a", Some("dozen"), _) => return Some(Figure { value: 12, tokens: 2, digits: false }),
        ("a", Some("couple"), Some("of")) => return Some(Figure { value: 2, tokens: 3, digits: false }),
        _ => {}
    }
    let (mut total, mut part, mut used, mut any) = (0_u64, 0_u64, 0, false);
    let mut at = 0;
    while let Some(word) = lower(at) {
        let mut understood = true;
        for piece in word.split('-') {
            let fits = |small: &u64| part == 0 || part % 100 == 0 || part % 10 == 0 && part % 100 >= 20 && *small < 10;
            if let Some(small) = small(piece).filter(fits) {
                part = part.checked_add(small)?;
                any = true;
            } else if piece == "dozen" && any {
                part = part.checked_mul(12)?;
            } else if piece == "hundred" && (any || at == 1 && tokens[0].is_any(&["a", "one"])) {
                part = part.max(1).checked_mul(100)?;
                any = true;
            } else if let Some(scale) = scale(piece).filter(|_| any || at == 1 && tokens[0].is("a")) {
                total = total.checked_add(part.max(1).checked_mul(scale)?)?;
                (part, any) = (0, true);
            } else {
                understood = false;
                break;
            }
        }
        if understood {
            used = at + 1;
        } else if !(at == 0 && word == "a" || word == "and" && used == at && (part >= 100 || total > 0)) {
            break;
        }
        at += 1;
    }
    // «and» joins only below a hundred: «a hundred and five», not «five and six».
    any.then_some(Figure { value: total.checked_add(part)?, tokens: used, digits: false })
        .filter(|figure| figure.tokens > 0)
}

fn small(word: &str) -> Option<u64> {
    const WORDS: [(&str, u64); 29] = [
        ("zero", 0),
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("eleven", 11),
        ("twelve", 12),
        ("thirteen", 13),
        ("fourteen", 14),
        ("fifteen", 15),
        ("sixteen", 16),
        ("seventeen", 17),
        ("eighteen", 18),
        ("nineteen", 19),
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fourty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
    ];
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

fn scale(word: &str) -> Option<u64> {
    Some(match word {
        "thousand" => 1_000,
        "lakh" | "lac" => 100_000,
        "million" => 1_000_000,
        "crore" => 10_000_000,
        "billion" => 1_000_000_000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokenise;
    use super::*;

    #[test]
    fn numbers_are_read_in_words_and_digits() {
        for (text, value, tokens) in [
            ("four hundred and sixty three people", Some(463), 5),
            ("sixty-six", Some(66), 1),
            ("a hundred more", Some(100), 2),
            ("half a dozen men", Some(6), 3),
            ("a dozen", Some(12), 2),
            ("two dozen men", Some(24), 2),
            ("1,200 men", Some(1200), 1),
            ("1,00,000 men", Some(100_000), 1),
            ("3 lakh", Some(300_000), 2),
            ("two thousand three hundred", Some(2300), 4),
            ("۱۲۳", Some(123), 1),
            ("five and six", Some(5), 1),
            ("a man", None, 0),
            ("3.5 km", None, 0),
            ("hundred men", None, 0),
        ] {
            let figure = read(&tokenise(text));
            assert_eq!(figure.map(|figure| figure.value), value, "{text}");
            assert_eq!(figure.map_or(0, |figure| figure.tokens), tokens, "{text}");
        }
    }
}
