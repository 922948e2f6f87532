//! Messages (EML): who is said to have sent what, its words, and the attached files as artifacts of their own.
//!
//! Headers are claims of whoever wrote them. A date counts only where the time of a relay agrees; even then it is the
//! date of sending, no date of publication.

use super::{
    draft::{Child, Detail, DetailBasis, DetailKind, Draft, PageRemark},
    html,
    locus::{How, Locus, Piece},
    rendition::{Mask, MaskKind},
    text::notice,
};
use crate::limits::Limits;
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

/// Why a message cannot be read.
pub(crate) enum Trouble {
    /// It is no message.
    Broken,
    /// Its parts or its page nest too deeply.
    Deep,
}

/// Reads a message.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Draft, Trouble> {
    let message = MessageParser::default().parse(bytes).ok_or(Trouble::Broken)?;
    if depth(bytes) > limits.nested_parts {
        return Err(Trouble::Deep);
    }
    let mut draft = Draft::default();
    headers(&message, &mut draft);
    let parts = if message.text_body.is_empty() { &message.html_body } else { &message.text_body };
    for number in parts {
        let Some(part) = message.part(*number) else { continue };
        draft.end_line();
        let path = u16::try_from(*number).map_err(|_| Trouble::Deep)?;
        match &part.body {
            PartType::Text(words) => {
                let start = draft.text.len();
                let inner = Box::new(Locus::Bytes { start: 0, end: words.len() as u64 });
                draft.push(words, Locus::Part { path: vec![path], inner }, How::Verbatim);
                mask_quotes(start, &mut draft);
            }
            PartType::Html(page) => {
                let below = html::read(page.as_bytes(), limits.html_depth as usize).map_err(|_| Trouble::Deep)?;
                append(below, path, &mut draft);
            }
            _ => {}
        }
        if part.is_encoding_problem {
            draft.remarks.push(PageRemark::GuessedEncoding { single_byte: 1 });
        }
    }
    attachments(&message, limits, &mut draft);
    notice(&mut draft);
    Ok(draft)
}

/// How deep boundaries nest, told from the number of distinct ones before the parser's own tree is looked at.
fn depth(bytes: &[u8]) -> u64 {
    memchr::memmem::find_iter(bytes, b"oundary=").count() as u64
}

fn headers(message: &Message<'_>, draft: &mut Draft) {
    let address = |address: Option<&mail_parser::Address<'_>>| {
        let first = address?.first()?;
        let name = first.name.as_deref().unwrap_or_default();
        Some(format!("{name} <{}>", first.address.as_deref().unwrap_or_default()))
    };
    draft.detail(DetailKind::Title, DetailBasis::Header, message.subject().unwrap_or_default());
    draft.detail(DetailKind::Sender, DetailBasis::Header, &address(message.from()).unwrap_or_default());
    let Some(date) = message.date() else { return };
    draft.detail(DetailKind::Sent, DetailBasis::Header, &date.to_rfc3339());
    // A relay within two days of the date it is to confirm: queues are slow, forgeries mostly are not careful.
    let confirmed = message
        .received_all()
        .filter_map(|relay| relay.date())
        .any(|relay| (relay.to_timestamp() - date.to_timestamp()).abs() < 2 * 86_400);
    if !confirmed {
        draft.remarks.push(PageRemark::UnconfirmedDate);
    }
}

/// Lines that quote an older message, with the line above them that says so.
fn mask_quotes(start: usize, draft: &mut Draft) {
    let mut at = start;
    for line in draft.text[start..].split_inclusive('\n') {
        let end = at + line.trim_end().len();
        if line.starts_with('>') && end > at {
            draft.masks.push(Mask { start: at as u32, end: end as u32, kind: MaskKind::Quote });
        }
        at += line.len();
    }
}

/// Puts the text of a page that is a part of the message behind what is there.
fn append(below: Draft, part: u16, draft: &mut Draft) {
    let offset = draft.text.len() as u32;
    draft.text.push_str(&below.text);
    draft.pieces.extend(below.pieces.into_iter().map(|piece| Piece {
        start: piece.start + offset,
        end: piece.end + offset,
        how: piece.how,
        locus: piece.locus.map(|inner| Locus::Part { path: vec![part], inner: Box::new(inner) }),
    }));
    let shifted = |mask: Mask| Mask { start: mask.start + offset, end: mask.end + offset, kind: mask.kind };
    draft.masks.extend(below.masks.into_iter().map(shifted));
    // A message in HTML is no page: that it has no article says nothing.
    draft.remarks.extend(below.remarks.into_iter().filter(|remark| !matches!(remark, PageRemark::NoArticle { .. })));
}

fn attachments(message: &Message<'_>, limits: &Limits, draft: &mut Draft) {
    let (mut kept, mut large) = (0, 0);
    for number in &message.attachments {
        let Some(part) = message.part(*number) else { continue };
        let bytes = part.contents();
        if bytes.is_empty() {
            continue;
        }
        if bytes.len() as u64 > limits.child_bytes || kept >= limits.children {
            large += 1;
            continue;
        }
        kept += 1;
        let inner = Box::new(Locus::Bytes { start: 0, end: bytes.len() as u64 });
        let sender = draft.details.iter().filter(|detail| matches!(detail.kind, DetailKind::Sent | DetailKind::Sender));
        draft.children.push(Child {
            name: part.attachment_name().unwrap_or_default().chars().take(400).collect(),
            locus: Locus::Part { path: vec![u16::try_from(*number).unwrap_or(u16::MAX)], inner },
            details: sender.cloned().collect::<Vec<Detail>>(),
            bytes: bytes.to_vec(),
        });
    }
    for (parts, remark) in
        [(kept, PageRemark::Attachments { parts: kept }), (large, PageRemark::LargeAttachments { parts: large })]
    {
        if parts > 0 {
            draft.remarks.push(remark);
        }
    }
}
