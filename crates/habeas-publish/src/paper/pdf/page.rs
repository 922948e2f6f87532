//! Lines onto pages: two columns that flow from page to page, a foot on each, and the drawing of all of it.

use super::{
    Drawn, PdfError, Slot,
    typeset::{Line, Setter, Weight},
};
use krilla::{
    Document,
    color::luma,
    geom::{PathBuilder, Point, Rect},
    num::NormalizedF32,
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, SpanTag},
};
use unicode_bidi::BidiClass;

/// A4, in points.
pub const SIZE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 56.0;
/// Where the text ends and the foot begins.
const BOTTOM: f32 = SIZE.1 - 78.0;
const MOST_FOOT_LINES: usize = 4;
const BETWEEN: f32 = 16.0;
/// Share of the width that the first column has.
const FIRST: f32 = 0.29;
const LEADING: f32 = 1.5;

/// A height on a page.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Placed {
    /// The page, from 0.
    pub page: usize,
    /// Points from its top.
    pub y: f32,
}

/// Where a paragraph stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Over the whole width.
    Whole,
    /// At the side where reading begins.
    First,
    /// Beside it.
    Second,
}

/// A line that has its place.
struct SetLine {
    at: Placed,
    x: f32,
    line: Line,
    size: f32,
    grey: u8,
    slot: Option<Slot>,
}

/// Takes paragraphs one after the other and finds their places; draws at the end, when the number of pages is known.
pub struct Press<'f> {
    setter: Setter<'f>,
    is_rtl: bool,
    at: Placed,
    /// Where the row began, and how far its columns reach.
    row: (Placed, Placed),
    lines: Vec<SetLine>,
    rules: Vec<Placed>,
    /// For each paragraph its words, where some of them are read from right to left.
    said: Vec<Option<String>>,
    foot: Vec<Line>,
    foot_size: f32,
}

impl<'f> Press<'f> {
    /// An empty document with words for the foot of each page.
    pub fn new(mut setter: Setter<'f>, is_rtl: bool, foot: &str, foot_size: f32) -> Result<Self, PdfError> {
        let width = SIZE.0 - 2.0 * MARGIN - 60.0;
        let mut foot = setter.set(foot, Weight::Regular, foot_size, width, Some(is_rtl))?.lines;
        // What has no room stands at the end of the document, where all of it is said again.
        foot.truncate(MOST_FOOT_LINES);
        let at = Placed { page: 0, y: MARGIN };
        let (lines, rules) = (Vec::new(), Vec::new());
        Ok(Self { setter, is_rtl, at, row: (at, at), lines, rules, said: Vec::new(), foot, foot_size })
    }

    /// Where the next line will stand.
    pub fn place(&self) -> Placed {
        self.at
    }

    /// Leaves a gap, and begins a page where less than `needed` is left of this one.
    pub fn gap(&mut self, gap: f32, needed: f32) {
        self.at.y += gap;
        if self.at.y + needed > BOTTOM {
            self.at = Placed { page: self.at.page + 1, y: MARGIN };
        }
    }

    /// Sets a row under a rule: `fill` sets the first column, calls [`Press::second`] and sets the other one.
    pub fn row<T>(&mut self, fill: impl FnOnce(&mut Self) -> Result<T, PdfError>) -> Result<T, PdfError> {
        self.gap(4.0, 44.0);
        self.rules.push(self.at);
        self.at.y += 3.0;
        self.row = (self.at, self.at);
        let filled = fill(self)?;
        if self.row.1 > self.at {
            self.at = self.row.1;
        }
        Ok(filled)
    }

    /// Goes back to where the row began.
    pub fn second(&mut self) {
        self.row.1 = self.at;
        self.at = self.row.0;
    }

    /// Sets a paragraph; the number by which its drawing is found.
    pub fn paragraph(
        &mut self,
        column: Column,
        words: &str,
        weight: Weight,
        size: f32,
        grey: u8,
        is_rtl: Option<bool>,
    ) -> Result<Slot, PdfError> {
        let (left, width) = self.column(column);
        // Numbers alone have no direction of their own.
        let is_rtl = is_rtl.or_else(|| (!words.chars().any(char::is_alphabetic)).then_some(self.is_rtl));
        let paragraph = self.setter.set(words, weight, size, width, is_rtl)?;
        let slot = self.said.len();
        let has_rtl = paragraph.lines.iter().flat_map(|line| &line.runs).any(|(_, run)| run.is_rtl);
        let is_script = |c: char| matches!(unicode_bidi::bidi_class(c), BidiClass::R | BidiClass::AL);
        self.said.push((has_rtl || words.chars().any(is_script)).then(|| words.to_owned()));
        for line in paragraph.lines {
            let height = size * LEADING;
            if self.at.y + height > BOTTOM {
                self.at = Placed { page: self.at.page + 1, y: MARGIN };
            }
            let x = if paragraph.is_rtl { left + width - line.width } else { left };
            self.lines.push(SetLine { at: self.at, x, line, size, grey, slot: Some(slot) });
            self.at.y += height;
        }
        self.at.y += size * 0.2;
        Ok(slot)
    }

    /// Left end and width of a column.
    fn column(&self, column: Column) -> (f32, f32) {
        let whole = SIZE.0 - 2.0 * MARGIN;
        let first = whole * FIRST;
        let second = whole - first - BETWEEN;
        match (column, self.is_rtl) {
            (Column::Whole, _) => (MARGIN, whole),
            (Column::First, false) => (MARGIN, first),
            (Column::Second, false) => (MARGIN + first + BETWEEN, second),
            (Column::First, true) => (MARGIN + second + BETWEEN, first),
            (Column::Second, true) => (MARGIN, second),
        }
    }

    /// Sets the foot of each page, with its number and how many there are.
    fn set_feet(&mut self) {
        let n_pages = self.at.page + 1;
        for page in 0..n_pages {
            let foot = std::mem::take(&mut self.foot);
            let mut y = BOTTOM + 18.0;
            for line in &foot {
                let x = if self.is_rtl { SIZE.0 - MARGIN - line.width } else { MARGIN };
                let at = Placed { page, y };
                self.lines.push(SetLine { at, x, line: line.clone(), size: self.foot_size, grey: 85, slot: None });
                y += self.foot_size * LEADING;
            }
            self.foot = foot;
            let number = format!("{} / {n_pages}", page + 1);
            // Digits and a stroke, which every face has.
            let set = self.setter.set(&number, Weight::Regular, self.foot_size, 60.0, Some(false));
            for line in set.into_iter().flat_map(|paragraph| paragraph.lines) {
                let x = if self.is_rtl { MARGIN } else { SIZE.0 - MARGIN - line.width };
                let at = Placed { page, y: BOTTOM + 18.0 };
                self.lines.push(SetLine { at, x, line, size: self.foot_size, grey: 85, slot: None });
            }
        }
    }

    /// Draws all pages.
    pub fn draw(mut self, document: &mut Document, lang: &str) -> Drawn {
        self.set_feet();
        let said = std::mem::take(&mut self.said).into_iter();
        let mut drawn = Drawn(said.map(|words| (Vec::new(), words)).collect());
        for number in 0..=self.at.page {
            let settings = PageSettings::from_wh(SIZE.0, SIZE.1).expect("a page of paper has a size");
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for rule in self.rules.iter().filter(|rule| rule.page == number) {
                draw_rule(&mut surface, rule.y);
            }
            for line in self.lines.iter().filter(|line| line.at.page == number) {
                line.draw(&mut surface, lang, &mut drawn);
            }
            surface.finish();
            page.finish();
        }
        drawn
    }
}

impl SetLine {
    fn draw(&self, surface: &mut Surface<'_>, lang: &str, drawn: &mut Drawn) {
        surface.set_fill(Some(ink(self.grey)));
        let baseline = self.at.y + self.size * 1.08;
        for (x, run) in &self.line.runs {
            match self.slot {
                Some(slot) => {
                    let span = SpanTag::empty().with_lang(foreign(run.is_rtl, lang));
                    drawn.0[slot].0.push(surface.start_tagged(ContentTag::Span(span)));
                }
                None => {
                    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
                }
            }
            let (letters, dots) = run.letters_and_dots();
            let start = Point::from_xy(self.x + x, baseline);
            surface.draw_glyphs(start, &letters, run.font.clone(), &run.text, self.size, false);
            for (x, dot) in dots {
                let start = Point::from_xy(start.x + x * self.size, baseline);
                surface.draw_glyphs(start, &[dot], run.font.clone(), &run.text, self.size, true);
            }
            surface.end_tagged();
        }
    }
}

/// The script of words that are not in the document's own.
fn foreign(is_rtl: bool, lang: &str) -> Option<&'static str> {
    match (is_rtl, matches!(lang, "ur" | "ar" | "fa" | "ps")) {
        (true, false) => Some("und-Arab"),
        (false, true) => Some("und-Latn"),
        _ => None,
    }
}

fn ink(grey: u8) -> Fill {
    Fill { paint: luma::Color::new(grey).into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}

fn draw_rule(surface: &mut Surface<'_>, y: f32) {
    let mut path = PathBuilder::new();
    if let Some(rect) = Rect::from_xywh(MARGIN, y, SIZE.0 - 2.0 * MARGIN, 0.5) {
        path.push_rect(rect);
    }
    if let Some(path) = path.finish() {
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        surface.set_fill(Some(ink(190)));
        surface.draw_path(&path);
        surface.end_tagged();
    }
}
