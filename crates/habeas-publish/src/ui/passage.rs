//! Quotations with the claimed words marked.
//!
//! A mark is a plain `mark` inside unbroken text: padding or `inline-block` would tear the letters of Arabic script
//! apart where a mark begins inside a word.

use super::Link;
use habeas_core::{Script, script_of};
use maud::{Markup, html};
use std::ops::Range;

/// A stretch of text, marked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether a claim rests on them.
    pub marked: bool,
    /// Where a marked stretch leads.
    pub href: Option<String>,
}

/// A quotation with its source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quotation {
    /// Anchor in the page.
    pub id: String,
    /// Short mark, such as `S1`.
    pub sid: String,
    /// Who speaks.
    pub who: String,
    /// In which source.
    pub source: String,
    /// The exact place.
    pub at: Link,
    /// The words: one part for a text, one for each cell of a row.
    pub parts: Vec<Vec<Piece>>,
    /// What stands between parts, which keep their own direction each.
    pub separator: &'static str,
}

/// Cuts text into marked and unmarked stretches.
///
/// `marks` are byte ranges with the address that each leads to, in any order; where they overlap, the later one begins
/// where the earlier ends. Ranges that do not lie on character boundaries of the text are left out, never guessed.
pub fn pieces(text: &str, marks: &[(Range<usize>, Option<String>)]) -> Vec<Piece> {
    let mut marks: Vec<_> = marks.iter().filter(|(range, _)| text.get(range.clone()).is_some()).collect();
    marks.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = Vec::new();
    let mut push = |range: Range<usize>, marked, href: &Option<String>| {
        if !range.is_empty() {
            out.push(Piece { text: text[range].to_owned(), marked, href: href.clone() });
        }
    };
    let mut at = 0;
    for (range, href) in marks {
        let start = range.start.max(at);
        push(at..start, false, &None);
        if range.end > start {
            push(start..range.end, true, href);
        }
        at = range.end.max(start);
    }
    push(at..text.len(), false, &None);
    out
}

/// Draws a quotation.
pub fn quotation(quotation: &Quotation) -> Markup {
    html! {
        figure.passage id=(quotation.id) {
            figcaption {
                span.sid { (quotation.sid) }
                span.from { b { bdi dir="auto" { (quotation.who) } } " " bdi dir="auto" { (quotation.source) } }
                a.at href=[&quotation.at.href] { bdi { (quotation.at.text) } }
            }
            // One part sets the direction of the whole; several are isolated, or the first would turn all others round.
            @match quotation.parts.as_slice() {
                [text] => blockquote dir="auto" lang=[language(text)] { (draw(text)) },
                cells => blockquote { @for (i, cell) in cells.iter().enumerate() {
                    @if i > 0 { (quotation.separator) }
                    bdi dir="auto" lang=[language(cell)] { (draw(cell)) }
                } },
            }
        }
    }
}

fn language(pieces: &[Piece]) -> Option<&'static str> {
    let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    (script_of(&text) == Script::Arabic).then_some("und-Arab")
}

fn draw(pieces: &[Piece]) -> Markup {
    html! { @for piece in pieces {
        @if piece.marked {
            @if piece.href.is_some() { a.marked href=[&piece.href] { mark { (piece.text) } } }
            @else { mark { (piece.text) } }
        } @else { (piece.text) }
    } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str, marks: &[(usize, usize)]) -> String {
        let marks: Vec<_> = marks.iter().map(|(start, end)| (*start..*end, None)).collect();
        let cut = pieces(text, &marks);
        cut.iter().map(|p| if p.marked { format!("[{}]", p.text) } else { p.text.clone() }).collect()
    }

    #[test]
    fn claimed_words_are_marked_where_they_stand() {
        for (marks, expected) in [
            (vec![], "He was held"),
            (vec![(3, 6)], "He [was] held"),
            (vec![(7, 11), (0, 2)], "[He] was [held]"),
            (vec![(0, 6), (3, 11)], "[He was][ held]"),
            (vec![(3, 99)], "He was held"),
        ] {
            assert_eq!(shown("He was held", &marks), expected);
        }
        assert_eq!(shown("ā b", &[(1, 2)]), "ā b", "a range inside a letter marks nothing");
    }

    #[test]
    fn cells_of_a_row_keep_their_own_direction() {
        let cell = |text: &str| pieces(text, &[]);
        let row =
            Quotation {
                parts: vec![cell("4"), cell("کریم"), cell("M")], separator: " · ", ..Quotation::default()
            };
        let page = quotation(&row).into_string();
        assert_eq!(page.matches("<bdi dir=\"auto\"").count(), 2 + 3, "who, source and three cells");
        assert!(page.contains("<blockquote>"), "no cell turns the others round");
    }

    proptest! {
        #[test]
        fn marking_never_changes_the_words(text in "\\PC{0,30}", marks in proptest::collection::vec((0usize..40, 0usize..40), 0..6)) {
            let marks: Vec<_> = marks.into_iter().map(|(a, b)| (a.min(b)..a.max(b), None)).collect();
            let joined: String = pieces(&text, &marks).into_iter().map(|piece| piece.text).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
