//! Reads one document inside the worker and sends what was made of it in frames.

use super::{
    frames::{Format, Refusal, Reply, Request},
    sheets::{Halt, Send},
};
use crate::{
    page::{archive, docx, draft::Draft, email, html, image, pdf},
    table::DamagedPart,
};
use data_encoding::BASE64;

/// Bytes of text in one frame.
const TEXT: usize = 1 << 20;
/// Pieces or masks in one frame.
const PIECES: usize = 20_000;
/// Bytes of a file inside the file in one frame; a multiple of three, so that base 64 needs no filling between frames.
const BYTES: usize = 3 << 20;

/// Reads the document; the guard has passed where it is a ZIP.
pub(super) fn read(request: &Request, bytes: &[u8], active: bool, send: &mut Send<'_>) -> Result<(), Halt> {
    let limits = &request.limits;
    let broken = || Halt::Refused(Refusal::Damaged(DamagedPart::Document));
    let deep = || Halt::Refused(Refusal::Deep { limit: limits.html_depth });
    let archived = |trouble| match trouble {
        archive::Trouble::Broken => broken(),
        archive::Trouble::Bomb { inflated } => Refusal::Bomb { packed: bytes.len() as u64, inflated }.into(),
    };
    let draft = match request.format {
        Format::Html => html::read(bytes, limits.html_depth as usize).map_err(|html::TooDeep| deep())?,
        Format::Docx => docx::read(bytes, active).map_err(|docx::Broken| broken())?,
        Format::Email => email::read(bytes, limits).map_err(|trouble| match trouble {
            email::Trouble::Broken => broken(),
            email::Trouble::Deep => Refusal::Deep { limit: limits.nested_parts }.into(),
        })?,
        Format::Warc => archive::read_warc(bytes, limits).map_err(archived)?,
        Format::Wacz => archive::read_wacz(bytes, limits).map_err(archived)?,
        Format::Pdf => pdf::read(bytes, limits.pdf_pages).map_err(|trouble| match trouble {
            pdf::Trouble::Broken => broken(),
            pdf::Trouble::Locked => Refusal::Locked.into(),
            pdf::Trouble::Pages => Refusal::Pages { limit: limits.pdf_pages }.into(),
        })?,
        Format::Image => image::read(bytes),
        Format::Xlsx | Format::Xlsb | Format::Xls | Format::Ods => return Err(broken()),
    };
    if draft.text.len() as u64 > limits.text_bytes {
        return Err(Refusal::Text { limit: limits.text_bytes }.into());
    }
    frames(draft, send)
}

fn frames(draft: Draft, send: &mut Send<'_>) -> Result<(), Halt> {
    let mut rest = draft.text.as_str();
    while !rest.is_empty() {
        let end = (0..=rest.len().min(TEXT)).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        send(Reply::Text(rest[..end].to_owned()))?;
        rest = &rest[end..];
    }
    for pieces in draft.pieces.chunks(PIECES) {
        send(Reply::Pieces(pieces.to_vec()))?;
    }
    for masks in draft.masks.chunks(PIECES) {
        send(Reply::Masks(masks.to_vec()))?;
    }
    send(Reply::Details(draft.details))?;
    send(Reply::Remarks(draft.remarks))?;
    for child in draft.children {
        send(Reply::Child { name: child.name, locus: child.locus, details: child.details })?;
        for bytes in child.bytes.chunks(BYTES) {
            send(Reply::Bytes(BASE64.encode(bytes)))?;
        }
    }
    Ok(())
}
