//! Documents as PDF: tagged for readers of screens, kept for archives, and the same bytes each time.
//!
//! Every file is PDF/A-3a [iso2012] and PDF/UA-1 [iso2014] together; `krilla` checks both while it writes and refuses
//! what meets neither. The same document as data is attached. Paragraphs of a right-to-left script carry their words in
//! the structure, so that whoever listens, and the gate, get them in the order in which they are read: glyphs of such a
//! script stand in the order of the eye, several to a letter.

mod page;
mod typeset;

pub use typeset::Faces;

use super::Paper;
use habeas_core::Date;
use krilla::{
    Data, Document, SerializeSettings,
    configure::{Accessibility, Archival, ConfigurationBuilder},
    destination::XyzDestination,
    embed::{AssociationKind, EmbeddedFile, MimeType},
    geom::Point,
    metadata::{DateTime, Metadata, TextDirection},
    outline::{Outline, OutlineNode},
    tagging::{Identifier, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree},
};
use page::{Column, Placed, Press, SIZE};
use std::num::NonZeroU16;
use typeset::{Setter, Weight};

/// Why a document is not made as PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// A face cannot be unpacked.
    #[error("a face of the program cannot be read")]
    Face,
    /// No face has a letter of the document.
    #[error("no face of the program has the letter U+{code_point:04X}")]
    NoLetter {
        /// Its number in Unicode.
        code_point: u32,
    },
    /// The standards refuse what was made.
    #[error("the document does not meet PDF/A-3a and PDF/UA-1")]
    Standard,
}

/// Sizes of letters, in points.
const TITLE: f32 = 19.0;
const HEADING: f32 = 13.0;
const TEXT: f32 = 10.0;
const SMALL: f32 = 8.5;

/// How dark letters are: 0 is black.
const INK: u8 = 15;
const GREY: u8 = 85;

/// One paragraph of the structure by the number of its place in the drawing.
type Slot = usize;

/// A row of a part: what is asked, and the paragraphs of the answers.
struct Row {
    asked: Slot,
    answers: Vec<Slot>,
}

impl Paper {
    /// As PDF, dated `made_on`, with the same as data attached.
    ///
    /// # Errors
    /// For letters that no face has, and for what the standards refuse.
    pub fn pdf(&self, faces: &Faces, made_on: Date, data: &[u8]) -> Result<Vec<u8>, PdfError> {
        let is_rtl = self.dir == "rtl";
        let mut press = Press::new(Setter::new(faces), is_rtl, &self.foot, SMALL)?;
        let ours = Some(is_rtl);
        let title = press.paragraph(Column::Whole, &self.title, Weight::Strong, TITLE, INK, ours)?;
        let lead = self.lead.iter().map(|line| press.paragraph(Column::Whole, line, Weight::Regular, TEXT, INK, None));
        let lead: Vec<Slot> = lead.collect::<Result<_, _>>()?;
        let mut parts = Vec::new();
        for part in &self.parts {
            press.gap(14.0, 90.0);
            let at = press.place();
            let heading = press.paragraph(Column::Whole, &part.heading, Weight::Strong, HEADING, INK, ours)?;
            let heads = press.row(|press| {
                let asked = press.paragraph(Column::First, &self.heads[0], Weight::Strong, SMALL, GREY, ours)?;
                press.second();
                Ok([asked, press.paragraph(Column::Second, &self.heads[1], Weight::Strong, SMALL, GREY, ours)?])
            })?;
            let mut rows = Vec::new();
            for line in &part.lines {
                rows.push(press.row(|press| {
                    let asked = [line.number.as_str(), &line.asked].join(" ");
                    let asked = press.paragraph(Column::First, asked.trim_start(), Weight::Strong, TEXT, INK, ours)?;
                    press.second();
                    let mut answers = Vec::new();
                    let mut say = |press: &mut Press<'_>, words: &str, weight, size, grey, is_rtl| {
                        press
                            .paragraph(Column::Second, words, weight, size, grey, is_rtl)
                            .map(|slot| answers.push(slot))
                    };
                    if !line.note.is_empty() {
                        say(press, &line.note, Weight::Strong, SMALL, GREY, ours)?;
                    }
                    for answer in &line.answers {
                        for words in answer.words.lines() {
                            say(press, words, Weight::Regular, TEXT, INK, None)?;
                        }
                        if !answer.aside.is_empty() {
                            say(press, &answer.aside, Weight::Regular, SMALL, GREY, None)?;
                        }
                    }
                    if line.answers.is_empty() {
                        say(press, "—", Weight::Regular, TEXT, INK, ours)?;
                    }
                    Ok(Row { asked, answers })
                })?);
            }
            parts.push((at, heading, heads, rows));
        }
        press.gap(14.0, 30.0);
        let foot = press.paragraph(Column::Whole, &self.foot, Weight::Regular, SMALL, GREY, ours)?;

        let mut document = Document::new_with(settings()?);
        let mut drawn = press.draw(&mut document, &self.lang);
        let mut outline = Outline::new();
        let mut tree = TagTree::new().with_lang(Some(self.lang.clone()));
        let level = |level: u16| NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        tree.push(drawn.group(Tag::Hn(level(1), Some(self.title.clone())), title));
        lead.into_iter().for_each(|slot| tree.push(drawn.group(Tag::P, slot)));
        for ((at, heading, heads, rows), part) in parts.into_iter().zip(&self.parts) {
            outline.push_child(OutlineNode::new(part.heading.clone(), destination(at)));
            tree.push(drawn.group(Tag::Hn(level(2), Some(part.heading.clone())), heading));
            let mut table = TagGroup::new(Tag::Table.with_summary(Some(part.heading.clone())));
            let head = heads.map(|slot| Node::from(drawn.group(Tag::TH(TableHeaderScope::Column), slot)));
            let head = TagGroup::with_children(Tag::TR, head.into());
            table.push(TagGroup::with_children(Tag::THead, vec![head.into()]));
            let mut body = TagGroup::new(Tag::TBody);
            for row in rows {
                let asked = drawn.group(Tag::TH(TableHeaderScope::Row), row.asked);
                let answers = row.answers.into_iter().map(|slot| drawn.group(Tag::P, slot).into()).collect();
                let answers = TagGroup::with_children(Tag::TD, answers);
                body.push(TagGroup::with_children(Tag::TR, vec![asked.into(), answers.into()]));
            }
            table.push(body);
            tree.push(table);
        }
        tree.push(drawn.group(Tag::P, foot));
        document.set_tag_tree(tree);
        document.set_outline(outline);
        document.set_metadata(self.metadata(made_on));
        document.embed_file(self.attached(made_on, data)).ok_or(PdfError::Standard)?;
        document.finish().map_err(|_| PdfError::Standard)
    }

    /// The title holds no name, and nobody is named as the author.
    fn metadata(&self, made_on: Date) -> Metadata {
        let direction = if self.dir == "rtl" { TextDirection::RightToLeft } else { TextDirection::LeftToRight };
        Metadata::new()
            .title(self.title.clone())
            .language(self.lang.clone())
            .creator("habeas".into())
            .creation_date(day(made_on))
            .text_direction(direction)
    }

    fn attached(&self, made_on: Date, data: &[u8]) -> EmbeddedFile {
        EmbeddedFile {
            path: "document.json".into(),
            mime_type: MimeType::new("application/json"),
            description: Some(self.title.clone()),
            association_kind: AssociationKind::Alternative,
            data: Data::from(data.to_vec()),
            modification_date: Some(day(made_on)),
            compress: None,
            location: None,
        }
    }
}

fn settings() -> Result<SerializeSettings, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| PdfError::Standard)?;
    Ok(SerializeSettings { configuration, ..SerializeSettings::default() })
}

/// The beginning of a day: when somebody worked is nobody's business.
fn day(date: Date) -> DateTime {
    let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    let time = DateTime::new(date.year().unsigned_abs()).month(month).day(day);
    time.hour(0).minute(0).second(0).utc_offset_hour(0).utc_offset_minute(0)
}

fn destination(at: Placed) -> XyzDestination {
    XyzDestination::new(at.page, Point::from_xy(0.0, at.y.min(SIZE.1)))
}

/// What was drawn of each place, with its words where the glyphs alone would be read backwards.
struct Drawn(Vec<(Vec<Identifier>, Option<String>)>);

impl Drawn {
    /// What was drawn at a place, under a tag.
    fn group(&mut self, tag: impl Into<TagKind>, slot: Slot) -> TagGroup {
        let (drawn, said) = std::mem::take(&mut self.0[slot]);
        let mut tag = tag.into();
        tag.set_actual_text(said);
        TagGroup::with_children(tag, drawn.into_iter().map(Node::from).collect())
    }
}

#[cfg(test)]
mod tests;
