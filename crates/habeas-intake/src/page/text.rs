//! Plain text and Markdown: decoded line by line, so that each line knows its bytes.

use super::{
    draft::{DetailBasis, DetailKind, Draft, PageRemark},
    furniture,
    locus::{How, Locus},
};
use crate::table::TextEncoding;
use crate::table::encoding::detect;
use encoding_rs::{UTF_16LE, WINDOWS_1252};

/// Reads a text in whatever encoding it is.
pub(super) fn read(bytes: &[u8]) -> Draft {
    let mut draft = Draft::default();
    decode(bytes, &mut draft, |start, end| Locus::Bytes { start, end });
    draft.masks = furniture::masks(&draft.text);
    notice(&mut draft);
    dates_of_publication(&mut draft);
    draft
}

/// Appends bytes as text, each line with its place as `locus` tells it.
pub(super) fn decode(bytes: &[u8], draft: &mut Draft, locus: impl Fn(u64, u64) -> Locus) {
    let encoding = detect(bytes);
    let mark: usize = match encoding {
        TextEncoding::Utf16(_) if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) => 2,
        _ if bytes.starts_with(b"\xEF\xBB\xBF") => 3,
        _ => 0,
    };
    if let TextEncoding::Utf16(wide) = encoding {
        decode_wide(&bytes[mark..], mark as u64, wide == UTF_16LE, draft, locus);
        return;
    }
    let mut at = mark;
    let mut guessed = false;
    for line in bytes[mark..].split_inclusive(|byte| *byte == b'\n') {
        let place = |from: usize, to: usize| locus((at + from) as u64, (at + to) as u64);
        match std::str::from_utf8(line) {
            Ok(text) if matches!(encoding, TextEncoding::Utf8 | TextEncoding::Mixed(_)) || text.is_ascii() => {
                push_shown(text, draft, place);
            }
            _ => {
                let code_page = match encoding {
                    TextEncoding::Legacy(code_page) | TextEncoding::Mixed(code_page) => code_page,
                    _ => WINDOWS_1252,
                };
                guessed = true;
                let text = code_page.decode_without_bom_handling(line).0;
                draft.push(&text, place(0, line.len()), How::SingleByte);
            }
        }
        at += line.len();
    }
    if guessed {
        draft.remarks.push(PageRemark::Encoding);
    }
}

/// Appends valid text; a NUL becomes a sign that can be seen.
fn push_shown(text: &str, draft: &mut Draft, place: impl Fn(usize, usize) -> Locus) {
    let mut from = 0;
    for (nul, _) in text.match_indices('\0') {
        draft.push(&text[from..nul], place(from, nul), How::Verbatim);
        draft.push("␀", place(nul, nul + 1), How::Decoded);
        from = nul + 1;
    }
    draft.push(&text[from..], place(from, text.len()), How::Verbatim);
}

fn decode_wide(bytes: &[u8], offset: u64, little: bool, draft: &mut Draft, locus: impl Fn(u64, u64) -> Locus) {
    let units = bytes.chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    });
    let mut lone = u64::from(!bytes.len().is_multiple_of(2));
    let (mut line, mut start, mut at) = (String::new(), offset, offset);
    for unit in char::decode_utf16(units) {
        let c = unit.unwrap_or_else(|_| {
            lone += 1;
            char::REPLACEMENT_CHARACTER
        });
        line.push(if c == '\0' { '␀' } else { c });
        at += 2 * c.len_utf16() as u64;
        if c == '\n' {
            draft.push(&std::mem::take(&mut line), locus(start, at), How::Utf16);
            start = at;
        }
    }
    draft.push(&line, locus(start, at), How::Utf16);
    if lone > 0 {
        draft.remarks.push(PageRemark::LoneSurrogates { units: lone });
    }
}

/// Notes what a reader of the text cannot see: controls, direction marks, letters that look like others.
pub(super) fn notice(draft: &mut Draft) {
    let count = |matches: fn(char) -> bool| draft.text.chars().filter(|c| matches(*c)).count() as u64;
    let controls = count(|c| c == '␀' || c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'));
    let invisible = count(|c| {
        matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}' | '\u{2060}' | '\u{00AD}')
            || c == '\u{FEFF}'
    });
    let mixed = |word: &&str| {
        let is = |test: fn(char) -> bool| word.chars().any(test);
        is(|c| c.is_ascii_alphabetic()) && is(|c| matches!(c, '\u{0370}'..='\u{052F}'))
    };
    let confusable = draft.text.split(|c: char| !c.is_alphanumeric()).filter(mixed).count() as u64;
    for (n, remark) in [
        (controls, PageRemark::Controls { characters: controls }),
        (invisible, PageRemark::Invisible { characters: invisible }),
        (confusable, PageRemark::Confusable { words: confusable }),
    ] {
        if n > 0 {
            draft.remarks.push(remark);
        }
    }
}

/// What the text itself says of its publication, by set phrases; where they disagree all are kept.
pub(super) fn dates_of_publication(draft: &mut Draft) {
    let found = super::dateline::find(&draft.text);
    for (kind, words) in found {
        draft.detail(kind, DetailBasis::Text, &words);
    }
    if let Some(title) = draft.text.lines().map(str::trim).find(|line| !line.is_empty())
        && title.len() <= 200
        && !draft.details.iter().any(|detail| detail.kind == DetailKind::Title)
    {
        let title = title.trim_start_matches('#').trim().to_owned();
        draft.detail(DetailKind::Title, DetailBasis::Text, &title);
    }
}
