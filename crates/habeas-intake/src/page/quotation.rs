//! Words of a rendition with what stands around them, so that they are found again in a later rendition.

use super::rendition::{Rendition, RenditionError, Span};

/// Bytes of context kept on either side. Longer context breaks at every change of a page, shorter finds too much.
const CONTEXT: usize = 32;

/// The exact place that is cited: span, words, and up to 32 bytes of text before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotation {
    span: Span,
    words: String,
    before: String,
    after: String,
}

/// Where a quotation stands in another rendition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reanchored {
    /// Found, with its context.
    InContext(Span),
    /// The words alone, and they stand there once.
    WordsOnly(Span),
    /// Not there, or more than once without the context: it stays with the old rendition and is listed.
    Lost,
}

impl Quotation {
    /// Quotes a span.
    ///
    /// # Errors
    /// [`RenditionError::Foreign`] when the span is of another rendition.
    pub fn new(rendition: &Rendition, span: Span) -> Result<Self, RenditionError> {
        let words = rendition.words(&span)?.to_owned();
        let (text, range) = (rendition.text(), span.range());
        let from = (range.start.saturating_sub(CONTEXT)..=range.start).find(|at| text.is_char_boundary(*at));
        let to = (range.end..=(range.end + CONTEXT).min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        let before = text[from.unwrap_or(range.start)..range.start].to_owned();
        let after = text[range.end..to.unwrap_or(range.end)].to_owned();
        Ok(Self { span, words, before, after })
    }

    /// Where it was quoted.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The words, byte by byte.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Looks for the quotation in another rendition: exactly, with context first.
    pub fn find_in(&self, rendition: &Rendition) -> Reanchored {
        let text = rendition.text();
        let at = |start: usize| rendition.span(start..start + self.words.len());
        let in_context = [self.before.as_str(), &self.words, &self.after].concat();
        if let (Some(start), true) = (only(text, &in_context), !self.words.is_empty()) {
            return at(start + self.before.len()).map_or(Reanchored::Lost, Reanchored::InContext);
        }
        match only(text, &self.words) {
            Some(start) if !self.words.is_empty() => at(start).map_or(Reanchored::Lost, Reanchored::WordsOnly),
            _ => Reanchored::Lost,
        }
    }
}

/// The place of the only occurrence.
fn only(text: &str, words: &str) -> Option<usize> {
    let first = text.find(words)?;
    // From the next character on, so that an overlap with itself counts as well.
    let next = text[first..].chars().next().map_or(first, |c| first + c.len_utf8());
    text[next..].find(words).is_none().then_some(first)
}
