//! Takes files apart to texts, in every way that a reader or a program could.

use super::Reason;
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use flate2::read::{GzDecoder, ZlibDecoder};
use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
};

/// A file is unpacked no deeper: wrappings of wrappings beyond this are refused.
const MOST_DEPTH: usize = 6;

/// Nothing unpacks to more bytes.
const MOST_BYTES: u64 = 256 << 20;

/// Encoded runs from this many signs on are decoded.
const LEAST_RUN: usize = 12;

/// Whatever a browser would decode.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A text of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leaf {
    /// The part of the file that it is of.
    pub part: String,
    /// The text.
    pub text: String,
    /// Whether it is the file's own text, which a writer wrote and noted in the ledger.
    pub is_outermost: bool,
}

/// All texts of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// The texts.
    pub leaves: Vec<Leaf>,
    /// Why the file cannot be judged, if it cannot.
    pub problem: Option<Reason>,
}

/// Unpacks a file; its kind is told by its bytes and must fit its name.
pub fn unpack(path: &str, bytes: &[u8]) -> Unpacked {
    let mut all = Unpacked::default();
    all.part(path, "", bytes, true, 0);
    all
}

impl Unpacked {
    fn leaf(&mut self, part: &str, text: impl Into<String>, is_outermost: bool) {
        let text = text.into();
        if !text.trim().is_empty() {
            self.leaves.push(Leaf { part: part.to_owned(), text, is_outermost });
        }
    }

    fn refuse(&mut self, reason: Reason) {
        self.problem =
            Some(self.problem.map_or(reason, |before| if before == Reason::Picture { reason } else { before }));
    }

    fn part(&mut self, path: &str, part: &str, bytes: &[u8], outermost: bool, depth: usize) {
        if depth > MOST_DEPTH {
            return self.refuse(Reason::Unreadable);
        }
        match bytes {
            [b'P', b'K', 3 | 5, ..] => self.archive(part, bytes, outermost, depth),
            [b'%', b'P', b'D', b'F', ..] => self.pdf(part, bytes, outermost, depth),
            [0x89, b'P', b'N', b'G', ..] => self.png(part, bytes, depth),
            [0xFF, 0xD8, ..] => self.jpeg(part, bytes),
            [0x1F, 0x8B, ..] => match limited(GzDecoder::new(bytes)) {
                Some(inner) => self.part(path, &below(part, "gzip"), &inner, outermost, depth + 1),
                None => self.refuse(Reason::Unreadable),
            },
            _ => match std::str::from_utf8(bytes) {
                Ok(text) if is_text(text) => self.text(path, part, text, outermost, depth),
                _ => {
                    self.wide(part, bytes, false);
                    self.refuse(Reason::UnknownFile);
                }
            },
        }
    }

    /// A text, as it stands and with each way of writing letters otherwise undone.
    fn text(&mut self, path: &str, part: &str, text: &str, outermost: bool, depth: usize) {
        if depth > MOST_DEPTH {
            return;
        }
        let marked_up = text.contains('<') && text.contains('>');
        if marked_up {
            let (dropped, spaced, inside) = without_tags(text);
            self.leaf(part, entities(&spaced), outermost);
            self.leaf(&below(part, "text without tags"), entities(&dropped), outermost);
            self.leaf(&below(part, "inside tags"), entities(&inside), false);
            self.decoded(path, part, &inside, depth);
        } else {
            self.leaf(part, text, outermost);
        }
        self.decoded(path, part, text, depth);
    }

    fn decoded(&mut self, path: &str, part: &str, text: &str, depth: usize) {
        for (name, changed) in [("percent-encoded", percent(text)), ("escaped", escapes(text))] {
            if let Some(changed) = changed {
                self.leaf(&below(part, name), changed, false);
            }
        }
        if text.contains('&') {
            self.leaf(&below(part, "entities"), entities(text), false);
        }
        for (at, run) in runs(text, |byte| byte.is_ascii_hexdigit()) {
            let name = below(part, &format!("hexadecimal at {at}"));
            self.wrapped(path, &name, &bytes_of_hex(run), false, depth);
        }
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
        for (at, run) in runs(text, is_base64) {
            let plain: String = run
                .chars()
                .map(|c| match c {
                    '-' => '+',
                    '_' => '/',
                    c => c,
                })
                .collect();
            for shift in 0..4 {
                let Some(tail) = plain.get(shift..) else { continue };
                let tail = &tail[..tail.len() - usize::from(tail.len() % 4 == 1)];
                let decoded = BASE64.decode(tail);
                if let Ok(bytes) = decoded {
                    self.wrapped(path, &below(part, &format!("base64 at {at}")), &bytes, false, depth);
                }
            }
        }
    }

    /// What a decoding gave: only what looks like something is looked at again.
    fn wrapped(&mut self, path: &str, part: &str, bytes: &[u8], outermost: bool, depth: usize) {
        match std::str::from_utf8(bytes) {
            Ok(text) if is_text(text) && text.len() >= 4 => self.text(path, part, text, outermost, depth + 1),
            _ if is_container(bytes) => self.part(path, part, bytes, outermost, depth + 1),
            _ => self.wide(part, bytes, outermost),
        }
    }

    /// Text of two bytes a letter, in either order and at either alignment.
    fn wide(&mut self, part: &str, bytes: &[u8], outermost: bool) {
        for start in 0..2.min(bytes.len()) {
            for big in [false, true] {
                let unit = |two: &[u8]| {
                    if big { u16::from_be_bytes([two[0], two[1]]) } else { u16::from_le_bytes([two[0], two[1]]) }
                };
                let mut text = String::new();
                for two in bytes[start..].chunks_exact(2) {
                    let c = char::from_u32(unit(two).into()).filter(|c| is_letter_of_names(*c));
                    text.push(c.unwrap_or('\n'));
                }
                let long: Vec<&str> = text.split('\n').filter(|run| run.chars().count() >= 4).collect();
                self.leaf(&below(part, "UTF-16"), long.join("\n"), outermost);
            }
        }
        let narrow: String = String::from_utf8_lossy(bytes).replace('\u{FFFD}', "\n");
        self.leaf(&below(part, "bytes"), narrow, outermost);
    }

    fn archive(&mut self, part: &str, bytes: &[u8], outermost: bool, depth: usize) {
        let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return self.refuse(Reason::Unreadable) };
        self.leaf(&below(part, "comment"), String::from_utf8_lossy(archive.comment()).into_owned(), false);
        for i in 0..archive.len() {
            let Ok(file) = archive.by_index(i) else { return self.refuse(Reason::Unreadable) };
            let Ok(name) = file.name().map(|name| name.into_owned()) else { return self.refuse(Reason::Unreadable) };
            self.leaf(&below(part, "entry name"), name.clone(), false);
            self.leaf(&below(part, "entry comment"), file.comment().to_owned(), false);
            let Some(inner) = limited(file) else { return self.refuse(Reason::Unreadable) };
            // By its number: its name may be the leak.
            self.part(&name, &below(part, &format!("entry {}", i + 1)), &inner, outermost, depth + 1);
        }
        // What stands between entries belongs to none of them.
        self.wide(&below(part, "around entries"), bytes, false);
    }

    fn pdf(&mut self, part: &str, bytes: &[u8], outermost: bool, depth: usize) {
        let Ok(document) = lopdf::Document::load_mem(bytes) else { return self.refuse(Reason::Unreadable) };
        if document.is_encrypted() {
            return self.refuse(Reason::Unreadable);
        }
        let (mut whole, mut contents) = (String::new(), BTreeSet::new());
        for (number, id) in document.get_pages() {
            let name = below(part, &format!("page {number}"));
            let drawn: Result<Vec<String>, _> = document.extract_text_chunks(&[number]).into_iter().collect();
            let Ok(drawn) = drawn else { return self.refuse(Reason::Unreadable) };
            let drawn = drawn.concat();
            whole.push_str(&drawn);
            // Glyphs of a right-to-left script stand in the order of the eye.
            let mirrored: Vec<String> = drawn.lines().map(|line| line.chars().rev().collect()).collect();
            self.leaf(&below(&name, "from right to left"), mirrored.join("\n"), outermost);
            self.leaf(&name, drawn, outermost);
            contents.extend(document.get_page_contents(id));
            let Some(said) = said_for_glyphs(&document, id) else { return self.refuse(Reason::Unreadable) };
            self.leaf(&below(&name, "as it is read out"), said.concat(), outermost);
            self.leaf(&below(&name, "as it is read out, piece by piece"), said.join("\n"), outermost);
        }
        // A name may begin on one page and end on the next.
        self.leaf(&below(part, "all pages"), whole, outermost);
        for (id, object) in &document.objects {
            let name = below(part, &format!("object {}", id.0));
            match object {
                lopdf::Object::Stream(stream) if contents.contains(id) => {
                    self.pdf_object(&name, &lopdf::Object::Dictionary(stream.dict.clone()), outermost, depth);
                    self.page_content(&name, &content_of(stream), outermost, depth);
                }
                _ => self.pdf_object(&name, object, outermost, depth),
            }
        }
        let trailer = lopdf::Object::Dictionary(document.trailer.clone());
        self.pdf_object(&below(part, "trailer"), &trailer, outermost, depth);
        // Earlier revisions and what no table leads to.
        self.wide(&below(part, "raw"), bytes, false);
    }

    /// Strings of a page stand there in hexadecimal by the format's own rules: nobody has wrapped them.
    fn page_content(&mut self, part: &str, content: &[u8], outermost: bool, depth: usize) {
        let text = String::from_utf8_lossy(content);
        self.wide(part, content, outermost);
        for (at, run) in runs(&text, |byte| byte.is_ascii_hexdigit()) {
            self.wrapped("", &below(part, &format!("string at {at}")), &bytes_of_hex(run), outermost, depth);
        }
    }

    fn pdf_object(&mut self, part: &str, object: &lopdf::Object, outermost: bool, depth: usize) {
        match object {
            lopdf::Object::String(bytes, _) => self.wrapped("", part, bytes, false, depth),
            lopdf::Object::Array(all) => all.iter().for_each(|one| self.pdf_object(part, one, outermost, depth)),
            lopdf::Object::Dictionary(dictionary) => {
                for (key, value) in dictionary.iter() {
                    self.leaf(part, String::from_utf8_lossy(key).into_owned(), false);
                    // What stands for glyphs is text of the document like these.
                    match (key.as_slice(), lopdf::decode_text_string(value)) {
                        (b"ActualText", Ok(said)) => self.leaf(&below(part, "as it is read out"), said, outermost),
                        _ => self.pdf_object(part, value, outermost, depth),
                    }
                }
            }
            lopdf::Object::Name(name) => self.leaf(part, String::from_utf8_lossy(name).into_owned(), false),
            lopdf::Object::Stream(stream) => {
                self.pdf_object(part, &lopdf::Object::Dictionary(stream.dict.clone()), outermost, depth);
                // Files that are attached the writer of the document wrote.
                self.wrapped("", part, &content_of(stream), outermost, depth);
            }
            _ => {}
        }
    }

    /// Chunks of a PNG beside its pixels.
    fn png(&mut self, part: &str, bytes: &[u8], depth: usize) {
        self.refuse(Reason::Picture);
        let mut rest = &bytes[8.min(bytes.len())..];
        while let Some((head, tail)) = rest.split_first_chunk::<8>() {
            let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
            let Some((data, tail)) = tail.split_at_checked(length) else { return self.refuse(Reason::Unreadable) };
            let kind = &head[4..8];
            if !matches!(kind, b"IDAT" | b"IHDR" | b"PLTE" | b"IEND") {
                let name = below(part, &format!("chunk {}", String::from_utf8_lossy(kind)));
                self.wide(&name, data, false);
                // Compressed text follows a keyword, a zero and a byte for the method.
                let zlib = data.iter().position(|byte| *byte == 0).and_then(|at| data.get(at + 2..));
                for start in [zlib, data.windows(2).position(|two| two[0] == 0x78).and_then(|at| data.get(at..))] {
                    if let Some(inner) = start.and_then(|compressed| limited(ZlibDecoder::new(compressed))) {
                        self.wrapped("", &name, &inner, false, depth);
                    }
                }
            }
            rest = tail.get(4..).unwrap_or_default();
        }
        self.wide(&below(part, "after the picture"), rest, false);
    }

    /// Segments of a JPEG before its pixels, and whatever follows them.
    fn jpeg(&mut self, part: &str, bytes: &[u8]) {
        self.refuse(Reason::Picture);
        self.wide(&below(part, "segments"), bytes, false);
    }
}

/// What a page gives to be read out, searched and copied in the place of its glyphs, in the order of the page.
fn said_for_glyphs(document: &lopdf::Document, page: lopdf::ObjectId) -> Option<Vec<String>> {
    let content = lopdf::content::Content::decode(&document.get_page_content(page).ok()?).ok()?;
    let marks = content.operations.iter().filter(|operation| operation.operator == "BDC");
    let said = marks.filter_map(|mark| mark.operands.get(1)?.as_dict().ok()?.get(b"ActualText").ok());
    said.map(|words| lopdf::decode_text_string(words).ok()).collect()
}

fn below(part: &str, name: &str) -> String {
    if part.is_empty() { name.to_owned() } else { format!("{part} › {name}") }
}

fn limited(reader: impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = reader.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    ((read as u64) < MOST_BYTES).then_some(bytes)
}

fn is_container(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [b'P', b'K', 3 | 5, ..]
            | [b'%', b'P', b'D', b'F', ..]
            | [0x89, b'P', b'N', b'G', ..]
            | [0xFF, 0xD8, 0xFF, ..]
            | [0x1F, 0x8B, 8, ..]
    )
}

/// Text has no control signs but those of lines.
fn is_text(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
}

fn is_letter_of_names(c: char) -> bool {
    matches!(c, ' ' | '-' | '\'' | '.' | ',' | '0'..='9' | 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{600}'..='\u{77F}' | '\u{8A0}'..='\u{8FF}' | '\u{200B}'..='\u{200F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}')
}

/// Elements whose ends part words for every reader; `si`, `c` and `row` are those of workbooks.
const PARTING: &[&str] = &[
    "html",
    "head",
    "body",
    "title",
    "header",
    "main",
    "nav",
    "footer",
    "section",
    "article",
    "aside",
    "div",
    "p",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "figure",
    "figcaption",
    "blockquote",
    "option",
    "si",
    "c",
    "row",
];

/// Text between tags with tags dropped, the same with blanks for tags, and what stands inside tags and comments.
fn without_tags(text: &str) -> (String, String, String) {
    let (mut dropped, mut spaced, mut inside) = (String::new(), String::new(), String::new());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        dropped.push_str(before);
        spaced.push_str(before);
        spaced.push(' ');
        let end =
            if tag.starts_with("<!--") { tag.find("-->").map(|at| at + 3) } else { tag.find('>').map(|at| at + 1) };
        let end = end.unwrap_or(tag.len());
        let name = tag[1..end].trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next();
        if name.is_some_and(|name| PARTING.contains(&name.to_ascii_lowercase().as_str())) {
            dropped.push(' ');
        }
        inside.push_str(&tag[..end]);
        inside.push('\n');
        rest = &tag[end..];
    }
    dropped.push_str(rest);
    spaced.push_str(rest);
    (dropped, spaced, inside)
}

/// Undoes entities of HTML and XML: named ones of the five that every format has, and numbers.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(at, _)| at);
        let decoded = end.and_then(|end| {
            let name = &rest[1..end];
            match name {
                "amp" => Some('&'),
                "lt" => Some('<'),
                "gt" => Some('>'),
                "quot" => Some('"'),
                "apos" => Some('\''),
                "nbsp" => Some(' '),
                "shy" | "zwnj" | "zwj" | "lrm" | "rlm" => Some('\u{200B}'),
                _ => {
                    let number = name.strip_prefix('#')?;
                    let hex = number.strip_prefix(['x', 'X']).map(|hex| u32::from_str_radix(hex, 16));
                    char::from_u32(hex.unwrap_or_else(|| number.parse()).ok()?)
                }
            }
        });
        match (decoded, end) {
            (Some(c), Some(end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn content_of(stream: &lopdf::Stream) -> Vec<u8> {
    stream.decompressed_content().unwrap_or_else(|_| stream.content.clone())
}

fn bytes_of_hex(run: &str) -> Vec<u8> {
    run.as_bytes().chunks_exact(2).filter_map(|two| hex(two[0], two[1])).collect()
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    Some(digit(high)? << 4 | digit(low)?)
}

/// Undoes percent-encoding; `None` where there is none.
fn percent(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut out, mut at, mut found) = (Vec::with_capacity(bytes.len()), 0, false);
    while at < bytes.len() {
        let encoded = (bytes[at] == b'%').then(|| hex(*bytes.get(at + 1)?, *bytes.get(at + 2)?)).flatten();
        match encoded {
            Some(byte) => {
                out.push(byte);
                found = true;
                at += 3;
            }
            None => {
                out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    found.then(|| String::from_utf8_lossy(&out).into_owned())
}

/// Undoes `\uXXXX` and `\xXX`; `None` where there is none.
fn escapes(text: &str) -> Option<String> {
    if !text.contains("\\u") && !text.contains("\\x") {
        return None;
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        units.extend(rest[..at].encode_utf16());
        let escape = &rest[at..];
        let length = match escape.as_bytes().get(1) {
            Some(b'u') => 4,
            Some(b'x') => 2,
            _ => 0,
        };
        match escape.get(2..2 + length).filter(|_| length > 0).and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
            Some(unit) => {
                units.push(unit);
                rest = &escape[2 + length..];
            }
            None => {
                units.push(u16::from(b'\\'));
                rest = &escape[1..];
            }
        }
    }
    units.extend(rest.encode_utf16());
    Some(String::from_utf16_lossy(&units))
}

/// Runs of at least [`LEAST_RUN`] signs of a kind, with where they begin.
fn runs(text: &str, is: impl Fn(u8) -> bool) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            while at < bytes.len() && is(bytes[at]) {
                at += 1;
            }
            if at - start >= LEAST_RUN {
                return Some((start, &text[start..at]));
            }
            at += 1;
        }
        None
    })
}
