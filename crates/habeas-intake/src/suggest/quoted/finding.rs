//! Where a quote stands: letter by letter, and once more with blanks, quotation marks and soft hyphens made alike.

use std::ops::Range;

/// A quote that stands in the text.
pub(super) struct Found {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// It stands there more than once.
    pub ambiguous: bool,
}

/// Finds a quote in a part of a text; of several the one nearest to `near`, or the first.
pub(super) fn find(text: &str, quote: &str, within: &Range<usize>, near: Option<usize>) -> Option<Found> {
    let quote = quote.trim();
    let part = text.get(within.clone())?;
    if quote.is_empty() {
        return None;
    }
    let mut ranges: Vec<Range<usize>> =
        part.match_indices(quote).map(|(at, _)| within.start + at..within.start + at + quote.len()).collect();
    if ranges.is_empty() {
        let (folded, places) = fold(part);
        let (quote, _) = fold(quote);
        if quote.is_empty() {
            return None;
        }
        let whole =
            |(at, _): (usize, &str)| within.start + places[at].start..within.start + places[at + quote.len() - 1].end;
        ranges = folded.match_indices(&quote).map(whole).collect();
    }
    let ambiguous = ranges.len() > 1;
    let distance = |range: &Range<usize>| near.map_or(0, |near| range.start.abs_diff(near));
    let range = ranges.into_iter().min_by_key(|range| (distance(range), range.start))?;
    Some(Found { range, ambiguous })
}

/// The folded words, and for each of their bytes the bytes of the character that it comes from.
fn fold(words: &str) -> (String, Vec<Range<usize>>) {
    let (mut folded, mut places) = (String::new(), Vec::new());
    let mut blank = false;
    for (at, c) in words.char_indices() {
        let range = at..at + c.len_utf8();
        let c = match c {
            '\u{AD}' => continue,
            c if c.is_whitespace() => {
                if !std::mem::replace(&mut blank, true) {
                    folded.push(' ');
                    places.push(range);
                }
                continue;
            }
            '‘' | '’' | '‚' | '‛' => '\'',
            '“' | '”' | '„' | '«' | '»' => '"',
            c => c,
        };
        blank = false;
        folded.push(c);
        places.extend(std::iter::repeat_n(range, c.len_utf8()));
    }
    (folded, places)
}
