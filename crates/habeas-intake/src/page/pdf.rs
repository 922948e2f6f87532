//! PDF: words in boxes, page by page. The weak format.
//!
//! Latin text comes out in order. Arabic-script text comes out as it is painted, with letters in a false order that no
//! reversal mends: it is kept for searching by eye and marked as not to be trusted. A page without text is a picture.

mod nesting;
#[cfg(test)]
mod tests;

use super::{
    draft::{DetailBasis, DetailKind, Draft, PageRemark},
    locus::{How, Locus},
    text::notice,
};
use habeas_core::{Script, script_of};
use lopdf::{Document, Object};
use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why a file cannot be read.
pub(crate) enum Trouble {
    /// It cannot be parsed.
    Broken,
    /// It is encrypted.
    Locked,
    /// It has more pages than are read.
    Pages,
}

/// Reads the text of all pages.
pub(crate) fn read(bytes: &[u8], max_pages: u64) -> Result<Draft, Trouble> {
    let document = Document::load_mem(bytes).map_err(|_| Trouble::Broken)?;
    if document.is_encrypted() {
        return Err(Trouble::Locked);
    }
    let pages = document.get_pages();
    if pages.is_empty() {
        return Err(Trouble::Broken);
    }
    if pages.len() as u64 > max_pages {
        return Err(Trouble::Pages);
    }
    let mut painter = Painter::default();
    for (number, page) in &pages {
        painter.begin(*number);
        // The library panics where a page is not as it should be. The other pages are read all the same.
        let painted = nesting::is_bounded(&document, *page)
            && catch_unwind(AssertUnwindSafe(|| pdf_extract::output_doc_page(&document, &mut painter, *number)))
                .is_ok_and(|painted| painted.is_ok());
        painter.finish(painted);
    }
    let mut draft = painter.draft;
    details(&document, &mut draft);
    let active = document
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|dict| dict.has(b"JS") || dict.has(b"JavaScript") || dict.has(b"EmbeddedFiles") || dict.has(b"Launch"))
        .count() as u64;
    if active > 0 {
        draft.remarks.push(PageRemark::Active { parts: active });
    }
    let untrusted = draft.text.split_whitespace().filter(|word| script_of(word) == Script::Arabic);
    let characters = untrusted.map(|word| word.chars().count() as u64).sum();
    if characters > 0 {
        draft.remarks.push(PageRemark::Untrusted { characters });
    }
    notice(&mut draft);
    super::text::dates_of_publication(&mut draft);
    Ok(draft)
}

fn details(document: &Document, draft: &mut Draft) {
    let info = document.trailer.get(b"Info").ok().and_then(|info| match info {
        Object::Reference(id) => document.get_dictionary(*id).ok(),
        other => other.as_dict().ok(),
    });
    let Some(info) = info else { return };
    for (key, kind) in
        [(&b"Title"[..], DetailKind::Title), (b"Author", DetailKind::Author), (b"ModDate", DetailKind::Updated)]
    {
        if let Ok(words) = info.get(key).and_then(lopdf::decode_text_string) {
            draft.detail(kind, DetailBasis::Property, &words);
        }
    }
}

/// A word that is being painted.
#[derive(Default)]
struct Word {
    text: String,
    x0: f64,
    y0: f64,
    x1: f64,
    y1: f64,
}

#[derive(Default)]
struct Painter {
    draft: Draft,
    page: u32,
    page_start: usize,
    word: Word,
    /// Base line and end of the last character, to tell blanks and lines.
    last: Option<(f64, f64, f64)>,
}

impl Painter {
    fn begin(&mut self, page: u32) {
        self.draft.end_line();
        (self.page, self.page_start, self.last) = (page, self.draft.text.len(), None);
    }

    fn finish(&mut self, painted: bool) {
        self.end_word();
        if !painted {
            self.draft.remarks.push(PageRemark::BrokenPage { page: self.page });
        } else if self.draft.text[self.page_start..].trim().is_empty() {
            self.draft.remarks.push(PageRemark::NeedsOcr { page: self.page });
        }
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if !word.text.is_empty() {
            let place = Locus::PageBox {
                page: self.page,
                x0: word.x0 as f32,
                y0: word.y0 as f32,
                x1: word.x1 as f32,
                y1: word.y1 as f32,
            };
            self.draft.push(&word.text, place, How::Decoded);
        }
    }
}

impl OutputDev for Painter {
    fn begin_page(&mut self, _: u32, _: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _spacing: f64,
        font_size: f64,
        words: &str,
    ) -> Result<(), OutputError> {
        let size = (font_size * (place.m11 * place.m22 - place.m12 * place.m21).abs().sqrt()).abs();
        let (x, y, advance) = (place.m31, place.m32, width * size);
        if ![x, y, advance].iter().all(|number| number.is_finite()) {
            return Ok(());
        }
        if let Some((line, end, last_size)) = self.last {
            let height = size.max(last_size).max(1.0);
            if (y - line).abs() > height * 0.5 {
                self.end_word();
                // A gap of more than a line and a half begins a paragraph.
                let paragraph = (line - y).abs() > height * 2.2;
                self.draft.end_line();
                if paragraph && !self.draft.text.ends_with("\n\n") && self.draft.text.len() > self.page_start {
                    self.draft.add("\n");
                }
            } else if x - end > height * 0.15 || x < end - height {
                self.end_word();
                if !self.draft.text.is_empty() && !self.draft.text.ends_with([' ', '\n']) {
                    self.draft.add(" ");
                }
            }
        }
        self.last = Some((y, x + advance, size));
        if words.chars().all(char::is_whitespace) {
            self.end_word();
            if !self.draft.text.is_empty() && !self.draft.text.ends_with([' ', '\n']) {
                self.draft.add(" ");
            }
            return Ok(());
        }
        if self.word.text.is_empty() {
            self.word = Word { text: String::new(), x0: x, y0: y, x1: x, y1: y };
        }
        self.word.text.extend(words.chars().filter(|c| !c.is_control()));
        self.word.x1 = self.word.x1.max(x + advance);
        self.word.y1 = self.word.y1.max(y + size);
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
