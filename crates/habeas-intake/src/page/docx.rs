//! Text documents (DOCX): the words of the main part and its notes, with the bytes that each stands in.
//!
//! Deleted runs are evidence of what once stood there: they stay in the text, under a mask. Fields, macros and objects are
//! not followed. A walk of our own, because libraries for writing DOCX drop tracked changes and positions.

use super::{
    draft::{DetailBasis, DetailKind, Draft, PageRemark},
    locus::{How, Locus},
    rendition::MaskKind,
    text::notice,
};
use quick_xml::{Reader, XmlVersion, events::Event};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The document cannot be read.
pub(crate) struct Broken;

/// Parts with words, in the order in which they are read.
const PARTS: [(&str, Option<&str>); 4] = [
    ("word/document.xml", None),
    ("word/footnotes.xml", Some("Footnotes")),
    ("word/endnotes.xml", Some("Endnotes")),
    ("word/comments.xml", Some("Comments")),
];

/// Reads a document whose container passed the guard.
pub(crate) fn read(bytes: &[u8], active: bool) -> Result<Draft, Broken> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Broken)?;
    let mut draft = Draft::default();
    let mut found = Counts::default();
    for (name, title) in PARTS {
        let Some(idx) = archive.index_for_name(name) else { continue };
        let xml = part(&mut archive, idx)?;
        let start = draft.text.len();
        if let Some(title) = title {
            draft.end_line();
            draft.add(&format!("— {title} —\n"));
        }
        words(&xml, idx as u16, &mut draft, &mut found)?;
        if name == "word/comments.xml" {
            draft.mask_since(start, MaskKind::Comment);
        }
    }
    if archive.index_for_name(PARTS[0].0).is_none() {
        return Err(Broken);
    }
    if let Some(idx) = archive.index_for_name("docProps/core.xml") {
        let xml = part(&mut archive, idx)?;
        properties(&xml, &mut draft);
    }
    if found.deleted + found.inserted > 0 {
        draft.remarks.push(PageRemark::TrackedChanges { deleted: found.deleted, inserted: found.inserted });
    }
    if found.comments > 0 {
        draft.remarks.push(PageRemark::Comments { comments: found.comments });
    }
    let active = found.fields + u64::from(active);
    if active > 0 {
        draft.remarks.push(PageRemark::Active { parts: active });
    }
    notice(&mut draft);
    super::text::dates_of_publication(&mut draft);
    Ok(draft)
}

/// The bytes of an entry; the guard has counted them before.
fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, idx: usize) -> Result<Vec<u8>, Broken> {
    let mut bytes = Vec::new();
    archive.by_index(idx).map_err(|_| Broken)?.read_to_end(&mut bytes).map_err(|_| Broken)?;
    Ok(bytes)
}

#[derive(Default)]
struct Counts {
    deleted: u64,
    inserted: u64,
    comments: u64,
    fields: u64,
}

fn words(xml: &[u8], part: u16, draft: &mut Draft, found: &mut Counts) -> Result<(), Broken> {
    let mut reader = Reader::from_reader(xml);
    let (mut in_text, mut deleted_since) = (false, None);
    loop {
        let from = reader.buffer_position();
        let event = reader.read_event().map_err(|_| Broken)?;
        let to = reader.buffer_position();
        let place =
            |start: u64, end: u64| Locus::Part { path: vec![part], inner: Box::new(Locus::Bytes { start, end }) };
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                let opens = matches!(event, Event::Start(_));
                match tag.local_name().as_ref() {
                    "t" | "delText" => in_text = opens,
                    "tab" => draft.push("\t", place(from, to), How::Shown),
                    "br" | "cr" => draft.push("\n", place(from, to), How::Shown),
                    "del" | "moveFrom" if opens => {
                        found.deleted += 1;
                        deleted_since.get_or_insert(draft.text.len());
                        editor(tag, draft);
                    }
                    "ins" | "moveTo" if opens => {
                        found.inserted += 1;
                        editor(tag, draft);
                    }
                    "comment" if opens => {
                        found.comments += 1;
                        editor(tag, draft);
                    }
                    "instrText" | "object" | "control" => found.fields += 1,
                    _ => {}
                }
            }
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" | "delText" => in_text = false,
                "p" | "tc" => draft.end_line(),
                "del" | "moveFrom" => {
                    if let Some(start) = deleted_since.take() {
                        draft.mask_since(start, MaskKind::Deleted);
                    }
                }
                _ => {}
            },
            Event::Text(text) if in_text => {
                let shown: &str = text;
                draft.push(shown, place(from, to), How::Verbatim);
            }
            Event::GeneralRef(reference) if in_text => {
                let shown = match reference.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    _ => {
                        let name: &str = reference;
                        quick_xml::escape::resolve_predefined_entity(name)
                            .map_or_else(|| format!("&{name};"), str::to_owned)
                    }
                };
                draft.push(&shown, place(from, to), How::Decoded);
            }
            // A document type could define entities that grow without end; no honest document has one.
            Event::DocType(_) => return Err(Broken),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Who made a change: personal data of a colleague, kept as a detail and never in the text.
fn editor(tag: &quick_xml::events::BytesStart<'_>, draft: &mut Draft) {
    for attribute in tag.attributes().with_checks(false).flatten() {
        if attribute.key.local_name().as_ref() == "author"
            && let Ok(name) = attribute.normalized_value(XmlVersion::default())
        {
            draft.detail(DetailKind::Editor, DetailBasis::Property, &name);
        }
    }
}

fn properties(xml: &[u8], draft: &mut Draft) {
    let mut reader = Reader::from_reader(xml);
    let mut kind = None;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => {
                kind = match tag.local_name().as_ref() {
                    "title" => Some(DetailKind::Title),
                    "creator" => Some(DetailKind::Author),
                    "lastModifiedBy" => Some(DetailKind::Editor),
                    "modified" => Some(DetailKind::Updated),
                    _ => None,
                }
            }
            Event::Text(text) => {
                if let Some(kind) = kind {
                    draft.detail(kind, DetailBasis::Property, &text);
                }
            }
            Event::End(_) => kind = None,
            Event::Eof => return,
            _ => {}
        }
    }
}

/// The words at a place of a document; for tests of the way back.
#[cfg(test)]
pub(crate) fn at(bytes: &[u8], locus: &Locus) -> Option<String> {
    let Locus::Part { path, inner } = locus else { return None };
    let Locus::Bytes { start, end } = **inner else { return None };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let xml = part(&mut archive, usize::from(path[0])).ok()?;
    String::from_utf8(xml[start as usize..end as usize].to_vec()).ok()
}
