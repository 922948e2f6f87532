//! Saved web pages: text block by block with the node that each letter stands in, furniture and hidden text masked.
//!
//! `dom_smoothie` only chooses which blocks are the article; the text is made by a walk of our own, because the library
//! joins paragraphs, keeps `onerror` and has no way back. Nothing is rendered, run or fetched, and the walk does not recurse.

use super::{
    draft::{Detail, DetailBasis, DetailKind, Draft, PageRemark},
    locus::{How, Locus},
    rendition::MaskKind,
    text::{dates_of_publication, notice},
};
use crate::table::TextEncoding;
use crate::table::encoding::detect;
use dom_query::{Document, NodeRef};
use dom_smoothie::Readability;
use encoding_rs::{Encoding, UTF_8};
use memchr::memmem;
use std::borrow::Cow;

/// Characters of main text below which no article was found.
const SHORT: usize = 200;

/// The page is nested deeper than it may be.
pub(crate) struct TooDeep;

/// Reads a page. `depth` bounds how deep its elements may nest.
pub(crate) fn read(bytes: &[u8], depth: usize) -> Result<Draft, TooDeep> {
    if seems_deeper_than(bytes, depth * 4) {
        return Err(TooDeep);
    }
    let html = decode(bytes);
    let document = Document::from(html.as_ref());
    let mut walk = Walk { draft: Draft::default(), depth, blocks: Vec::new(), active: 0, hidden: 0 };
    walk.run(&document)?;
    let Walk { mut draft, blocks, active, hidden, .. } = walk;
    details(&document, &mut draft);
    mask_furniture(&document, &blocks, &mut draft);
    for (n, remark) in [(active, PageRemark::Active { parts: active }), (hidden, PageRemark::Hidden { bytes: hidden })]
    {
        if n > 0 {
            draft.remarks.push(remark);
        }
    }
    notice(&mut draft);
    dates_of_publication(&mut draft);
    Ok(draft)
}

/// Whether the tags of a page nest deeper, as far as that can be told without building its tree: building one from
/// 100,000 open elements takes a time that grows with the square of their number. Elements that close themselves are
/// not counted, nor is what stands in scripts.
fn seems_deeper_than(bytes: &[u8], limit: usize) -> bool {
    const CLOSED: [&[u8]; 26] = [
        b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"param", b"source",
        b"track", b"wbr", b"p", b"li", b"dt", b"dd", b"tr", b"td", b"th", b"tbody", b"thead", b"option", b"path",
        b"body",
    ];
    let mut depth: usize = 0;
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'<', rest) {
        rest = &rest[at + 1..];
        let closes = rest.first() == Some(&b'/');
        let name: Vec<u8> = rest[usize::from(closes)..]
            .iter()
            .take(12)
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .map(u8::to_ascii_lowercase)
            .collect();
        if name.is_empty() || CLOSED.contains(&name.as_slice()) {
            continue;
        }
        if closes {
            depth = depth.saturating_sub(1);
            continue;
        }
        if matches!(name.as_slice(), b"script" | b"style") {
            let end = [&b"</"[..], name.as_slice()].concat();
            let close = rest.windows(end.len()).position(|window| window.eq_ignore_ascii_case(&end));
            rest = close.map_or(&[], |close| &rest[close..]);
            depth += usize::from(close.is_some());
            continue;
        }
        let tag_end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        if tag_end == 0 || rest.get(tag_end.wrapping_sub(1)) != Some(&b'/') {
            depth += 1;
        }
        if depth > limit {
            return true;
        }
    }
    false
}

/// The characters of a page: by its mark, by what it declares in its head, else by a guess.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let head = &bytes[..bytes.len().min(4096)];
    let declared = || {
        let at = memmem::find(&head.to_ascii_lowercase(), b"charset=")? + 8;
        let label: Vec<u8> = head[at..]
            .iter()
            .skip_while(|byte| matches!(byte, b'"' | b'\'' | b' '))
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':'))
            .copied()
            .collect();
        Encoding::for_label(&label)
    };
    // A page that is valid UTF-8 is UTF-8, whatever it declares: a false declaration is common, chance is not.
    let encoding = match (Encoding::for_bom(bytes), detect(bytes)) {
        (Some((marked, _)), _) => marked,
        (None, TextEncoding::Utf8) => UTF_8,
        (None, TextEncoding::Utf16(wide)) => wide,
        (None, TextEncoding::Legacy(guess) | TextEncoding::Mixed(guess)) => declared().unwrap_or(guess),
    };
    encoding.decode(bytes).0
}

/// A block of text and where it stands in the draft.
struct Block {
    start: usize,
    end: usize,
    in_heading: bool,
}

struct Walk {
    draft: Draft,
    depth: usize,
    blocks: Vec<Block>,
    active: u64,
    hidden: u64,
}

/// Steps of the walk, so that it needs no recursion.
enum Step<'d> {
    Enter(NodeRef<'d>, Vec<u16>, bool),
    Leave { block: bool, mask: Option<(usize, MaskKind)> },
}

impl Walk {
    fn run(&mut self, document: &Document) -> Result<(), TooDeep> {
        let mut steps = vec![Step::Enter(document.root(), Vec::new(), false)];
        let mut block_start = 0;
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(node, path, pre) => self.enter(&node, path, pre, &mut block_start, &mut steps)?,
                Step::Leave { block, mask } => {
                    if block {
                        self.end_block(&mut block_start, false);
                    }
                    if let Some((start, kind)) = mask {
                        if kind == MaskKind::Hidden {
                            self.hidden += (self.draft.text.len() - start) as u64;
                        }
                        self.draft.mask_since(start, kind);
                    }
                }
            }
        }
        self.end_block(&mut block_start, false);
        Ok(())
    }

    fn enter<'d>(
        &mut self,
        node: &NodeRef<'d>,
        path: Vec<u16>,
        pre: bool,
        block_start: &mut usize,
        steps: &mut Vec<Step<'d>>,
    ) -> Result<(), TooDeep> {
        if path.len() > self.depth {
            return Err(TooDeep);
        }
        if node.is_text() {
            self.words(&node.text(), &path, pre);
            return Ok(());
        }
        let name = node.node_name().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
        let handlers = node.attrs().iter().any(|attr| {
            attr.name.local.starts_with("on") || attr.value.trim_start().to_ascii_lowercase().starts_with("javascript:")
        });
        self.active +=
            u64::from(handlers || matches!(name.as_str(), "script" | "iframe" | "object" | "embed" | "form"));
        if matches!(name.as_str(), "script" | "style" | "template" | "noscript" | "head" | "svg" | "object" | "embed") {
            return Ok(());
        }
        let block = is_block(&name);
        if block || name == "br" {
            self.end_block(block_start, false);
        }
        let mask = if is_hidden(node) {
            Some(MaskKind::Hidden)
        } else if is_comments(node) {
            Some(MaskKind::Comment)
        } else {
            None
        };
        let pre = pre || name == "pre" || name == "textarea";
        steps.push(Step::Leave { block, mask: mask.map(|kind| (self.draft.text.len(), kind)) });
        let children: Vec<NodeRef<'d>> = node.children();
        for (idx, child) in children.into_iter().enumerate().rev() {
            let mut below = path.clone();
            below.push(u16::try_from(idx).unwrap_or(u16::MAX));
            steps.push(Step::Enter(child, below, pre));
        }
        Ok(())
    }

    /// Appends the characters of a text node; runs of blanks become one, unless they are set as they stand.
    fn words(&mut self, text: &str, path: &[u16], pre: bool) {
        let place = |start: usize, end: usize| Locus::Dom { path: path.to_vec(), start: start as u32, end: end as u32 };
        let chars: Vec<char> = text.chars().collect();
        let blank = |c: char| c.is_whitespace() && c != '\u{a0}';
        let mut at = 0;
        while at < chars.len() {
            let from = at;
            if blank(chars[at]) && !pre {
                while at < chars.len() && blank(chars[at]) {
                    at += 1;
                }
                let needless = self.draft.text.is_empty() || self.draft.text.ends_with([' ', '\n']);
                if !needless {
                    let how = if at - from == 1 && chars[from] == ' ' { How::Verbatim } else { How::Shown };
                    self.draft.push(" ", place(from, at), how);
                }
            } else {
                while at < chars.len() && (pre || !blank(chars[at])) {
                    at += 1;
                }
                let words: String = chars[from..at].iter().collect();
                self.draft.push(&words, place(from, at), How::Verbatim);
            }
        }
    }

    fn end_block(&mut self, start: &mut usize, in_heading: bool) {
        let end = self.draft.text.len();
        if !self.draft.text[*start..end].trim().is_empty() {
            self.blocks.push(Block { start: *start, end, in_heading });
        }
        self.draft.end_line();
        *start = self.draft.text.len();
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "aside"
            | "header"
            | "footer"
            | "nav"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "ul"
            | "ol"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "table"
            | "tr"
            | "td"
            | "th"
            | "blockquote"
            | "pre"
            | "figure"
            | "figcaption"
            | "form"
            | "fieldset"
            | "hr"
            | "body"
            | "html"
            | "address"
            | "details"
            | "summary"
            | "option"
            | "select"
            | "textarea"
            | "button"
            | "label"
            | "caption"
            | "title"
    )
}

/// Whether a browser would not show it. Styles of style sheets are not known here: what they hide stays shown.
fn is_hidden(node: &NodeRef<'_>) -> bool {
    if node.has_attr("hidden") || node.attr("aria-hidden").is_some_and(|value| value.as_ref() == "true") {
        return true;
    }
    let Some(style) = node.attr("style") else { return false };
    let style: String = style.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let has = |rule: &str| style.split(';').any(|part| part.trim_end_matches("!important") == rule);
    let white =
        |what: &str| has(&format!("{what}:white")) || has(&format!("{what}:#fff")) || has(&format!("{what}:#ffffff"));
    has("display:none")
        || has("visibility:hidden")
        || has("opacity:0")
        || has("font-size:0")
        || has("font-size:0px")
        || has("height:0")
        || (white("color") && (white("background") || white("background-color")))
}

/// Whether an element is the place of readers' comments, by the names that systems give it.
fn is_comments(node: &NodeRef<'_>) -> bool {
    [node.attr("id"), node.attr("class")].into_iter().flatten().any(|names| {
        names.to_ascii_lowercase().split_whitespace().any(|name| {
            matches!(
                name,
                "comments"
                    | "comment-list"
                    | "commentlist"
                    | "comment-body"
                    | "comments-area"
                    | "disqus_thread"
                    | "respond"
                    | "comment-respond"
                    | "comment-form"
            )
        })
    })
}

/// Masks all blocks that are no part of the article; a page without one stays as it is, with a remark.
fn mask_furniture(document: &Document, blocks: &[Block], draft: &mut Draft) {
    let kept = Readability::new(document.html(), None, None).ok().and_then(|mut reader| reader.parse().ok());
    let article = kept.as_ref().map(|article| without_blanks(&article.text_content)).unwrap_or_default();
    if let Some(article) = &kept {
        draft.detail(DetailKind::Title, DetailBasis::MetaElement, &article.title);
        for (kind, words) in [
            (DetailKind::Author, &article.byline),
            (DetailKind::Publisher, &article.site_name),
            (DetailKind::Language, &article.lang),
        ] {
            draft.detail(kind, DetailBasis::MetaElement, words.as_deref().unwrap_or_default());
        }
    }
    let characters = article.chars().count();
    if characters < SHORT {
        draft.remarks.push(PageRemark::NoArticle { characters: characters as u64 });
        return;
    }
    let title = kept.map(|article| without_blanks(&article.title)).unwrap_or_default();
    let mut from = 0;
    for block in blocks {
        let words = without_blanks(&draft.text[block.start..block.end]);
        // The article's blocks come in order; one that repeats earlier words, such as a teaser, is not found again.
        match article[from..].find(&words) {
            Some(at) => from += at + words.len(),
            None if block.in_heading || words == title => {}
            None => {
                let already =
                    draft.masks.iter().any(|mask| mask.start as usize <= block.start && block.end <= mask.end as usize);
                if !already {
                    let mask = super::rendition::Mask {
                        start: block.start as u32,
                        end: block.end as u32,
                        kind: MaskKind::Chrome,
                    };
                    draft.masks.push(mask);
                }
            }
        }
    }
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Title, author and dates from the page's head and its `time` elements, all of them.
fn details(document: &Document, draft: &mut Draft) {
    if let Some(html) = document.select("html").nodes().first() {
        draft.detail(DetailKind::Language, DetailBasis::MetaElement, &html.attr_or("lang", ""));
    }
    for meta in document.select("meta").nodes() {
        let name = meta.attr("property").or_else(|| meta.attr("name")).or_else(|| meta.attr("itemprop"));
        let name = name.unwrap_or_default().to_ascii_lowercase();
        let kind = match name.as_str() {
            "article:published_time" | "datepublished" | "dc.date" | "dc.date.issued" | "pubdate" | "date" => {
                DetailKind::Published
            }
            "article:modified_time" | "og:updated_time" | "datemodified" => DetailKind::Updated,
            "author" | "article:author" | "dc.creator" => DetailKind::Author,
            "og:site_name" => DetailKind::Publisher,
            "og:title" => DetailKind::Title,
            "og:url" => DetailKind::Address,
            _ => continue,
        };
        draft.detail(kind, DetailBasis::MetaElement, &meta.attr_or("content", ""));
    }
    for link in document.select("link[rel=canonical]").nodes() {
        draft.detail(DetailKind::Address, DetailBasis::MetaElement, &link.attr_or("href", ""));
    }
    for time in document.select("time[datetime]").nodes() {
        let updated = time.attr_or("class", "").contains("update") || time.attr_or("itemprop", "").contains("odified");
        let kind = if updated { DetailKind::Updated } else { DetailKind::Published };
        draft.detail(kind, DetailBasis::TimeElement, &time.attr_or("datetime", ""));
    }
    for script in document.select("script[type=\"application/ld+json\"]").nodes() {
        if let Ok(value) = serde_json::from_str(&script.text()) {
            structured(&value, &mut draft.details);
        }
    }
}

/// Takes what search engines are told, out of any nesting; the depth is bounded by the reader of JSON.
fn structured(value: &serde_json::Value, details: &mut Vec<Detail>) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            serde_json::Value::Array(values) => open.extend(values),
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    let kind = match name.as_str() {
                        "datePublished" => DetailKind::Published,
                        "dateModified" => DetailKind::Updated,
                        "headline" => DetailKind::Title,
                        "author" => DetailKind::Author,
                        "publisher" => DetailKind::Publisher,
                        _ => {
                            open.push(value);
                            continue;
                        }
                    };
                    let words = value.as_str().or_else(|| {
                        let one = value.as_array().and_then(|values| values.first()).unwrap_or(value);
                        one.as_str().or_else(|| one.get("name")?.as_str())
                    });
                    if let Some(words) = words.filter(|_| details.len() < 200) {
                        let words = words.trim().chars().take(400).collect();
                        let detail = Detail { kind, basis: DetailBasis::StructuredData, words };
                        if !details.contains(&detail) {
                            details.push(detail);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

/// The characters that a place of a page holds; for tests of the way back.
#[cfg(test)]
pub(crate) fn at(bytes: &[u8], locus: &Locus) -> Option<String> {
    let Locus::Dom { path, start, end } = locus else { return None };
    let html = decode(bytes);
    let document = Document::from(html.as_ref());
    let mut node = document.root();
    for child in path {
        node = node.children().into_iter().nth(usize::from(*child))?;
    }
    Some(node.text().chars().skip(*start as usize).take((end - start) as usize).collect())
}
