//! What a reader makes of a document: text, map, masks and details, not yet checked. The form that crosses from the parse
//! worker to the parent, which believes none of it.

use super::{
    locus::{How, Locus, Piece},
    rendition::{Mask, MaskKind},
};
use serde::{Deserialize, Serialize};

/// What a document says about itself, outside of or in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DetailKind {
    /// Title.
    Title,
    /// Author.
    Author,
    /// Site or publisher.
    Publisher,
    /// When it was published, last.
    Published,
    /// When it was first published.
    FirstPublished,
    /// When it was changed.
    Updated,
    /// When it was captured: an archive's word, never a day of publication.
    Captured,
    /// When the message says that it was sent; it proves nothing.
    Sent,
    /// The address that it was saved from.
    Address,
    /// The language that it says it is in.
    Language,
    /// When a picture was taken, by its camera's clock.
    Taken,
    /// Whoever a message names as its sender; it proves nothing.
    Sender,
    /// An editor of a document: personal data.
    Editor,
}

impl DetailKind {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Author => "author",
            Self::Publisher => "publisher",
            Self::Published => "published",
            Self::FirstPublished => "first-published",
            Self::Updated => "updated",
            Self::Captured => "captured",
            Self::Sent => "sent",
            Self::Address => "address",
            Self::Language => "language",
            Self::Taken => "taken",
            Self::Sender => "sender",
            Self::Editor => "editor",
        }
    }
}

/// Which part of the document says it. Where two disagree, both are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DetailBasis {
    /// The text that readers see.
    Text,
    /// Data for search engines in the page (JSON-LD).
    StructuredData,
    /// A `meta` element.
    MetaElement,
    /// A `time` element.
    TimeElement,
    /// A header of a message or of an archived record.
    Header,
    /// A property of the file (document properties, EXIF).
    Property,
}

/// One thing that a document says about itself, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// What.
    pub kind: DetailKind,
    /// Where it says so.
    pub basis: DetailBasis,
    /// The words.
    pub words: String,
}

/// Something about a document that its user should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum PageRemark {
    /// The main text is short.
    #[error("no article was found: the main text has {characters} characters; the whole page is kept")]
    NoArticle {
        /// Characters of the main text.
        characters: u64,
    },
    /// Text that is not shown.
    #[error("{bytes} bytes of text are hidden on the page; they are kept and masked")]
    Hidden {
        /// How many.
        bytes: u64,
    },
    /// Scripts, forms, macros, embedded objects, external links.
    #[error("the document holds active content ({parts} parts); nothing was run or fetched")]
    Active {
        /// How many.
        parts: u64,
    },
    /// Deleted or inserted runs.
    #[error("{deleted} deletions and {inserted} insertions are tracked; deleted words are kept and masked")]
    TrackedChanges {
        /// Deleted runs.
        deleted: u64,
        /// Inserted runs.
        inserted: u64,
    },
    /// Comments of editors.
    #[error("{comments} comments stand behind the text")]
    Comments {
        /// How many.
        comments: u64,
    },
    /// A page without text.
    #[error("page {page} has no text: it is a picture and has to be typed by hand")]
    NeedsOcr {
        /// 1 for the first page.
        page: u32,
    },
    /// A page whose inside is damaged.
    #[error("page {page} is damaged: only the words before the damage are read")]
    BrokenPage {
        /// 1 for the first page.
        page: u32,
    },
    /// Text whose letters may stand in a false order.
    #[error(
        "{characters} characters are in a script that PDF readers put into a false order: the text is not to be trusted"
    )]
    Untrusted {
        /// How many.
        characters: u64,
    },
    /// A date of a message that no relay confirms.
    #[error("the date that the message gives itself is confirmed by no relay")]
    UnconfirmedDate,
    /// A message without a word about its encoding.
    #[error("the encoding of the text is guessed as {single_byte}-byte characters")]
    GuessedEncoding {
        /// 1 for a code page, more for others.
        single_byte: u8,
    },
    /// Attachments.
    #[error("{parts} attached files are kept as files of their own")]
    Attachments {
        /// How many.
        parts: u64,
    },
    /// An attachment that was left where it is.
    #[error("{parts} attached files are larger than an attachment may be and stay inside the original only")]
    LargeAttachments {
        /// How many.
        parts: u64,
    },
    /// A record of an archive that could not be read.
    #[error("the archive breaks off or is damaged at byte {offset}; the records before are kept")]
    CutArchive {
        /// Where, in the unpacked archive.
        offset: u64,
    },
    /// A record whose bytes are not what its digest says.
    #[error("the record at byte {offset} does not have the digest that it states")]
    Digest {
        /// Where, in the unpacked archive.
        offset: u64,
    },
    /// A record that only points to an earlier one.
    #[error("the record at byte {offset} points to an earlier capture that is not in this archive")]
    Revisit {
        /// Where, in the unpacked archive.
        offset: u64,
    },
    /// A content coding that is not read.
    #[error("the record at byte {offset} is packed in a way that is not read")]
    Coding {
        /// Where, in the unpacked archive.
        offset: u64,
    },
    /// A picture that says where it was taken.
    #[error("the picture says where it was taken: it is for the case only and is stripped on publication")]
    Position,
    /// Control characters.
    #[error("{characters} control characters stand in the text; a NUL is shown as ␀")]
    Controls {
        /// How many.
        characters: u64,
    },
    /// Signs that change the direction of writing, or that nobody sees.
    #[error("{characters} invisible signs (direction, zero width) stand in the text")]
    Invisible {
        /// How many.
        characters: u64,
    },
    /// A line that looks Latin and is not, or the reverse.
    #[error("{words} words mix letters of scripts that look alike")]
    Confusable {
        /// How many.
        words: u64,
    },
    /// An encoding that was guessed.
    #[error("the text is not UTF-8: its encoding is a guess; check some names")]
    Encoding,
    /// Units that are no character.
    #[error("{units} units of the text are no character and are shown as �")]
    LoneSurrogates {
        /// How many.
        units: u64,
    },
    /// The name promises another kind.
    #[error("the name promises another kind of file; the bytes decide")]
    Type,
    /// A layer of the worker's confinement is missing.
    #[error("this system does not offer {layers} of the protections of the parse worker")]
    Unconfined {
        /// How many.
        layers: u64,
    },
    /// Rules that read claims know no such language.
    #[error("no rules for this language: the text is kept and can be searched")]
    NoRules,
}

impl PageRemark {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoArticle { .. } => "N_NO_ARTICLE",
            Self::Hidden { .. } => "N_HIDDEN",
            Self::Active { .. } => "N_ACTIVE",
            Self::TrackedChanges { .. } => "N_TRACKED",
            Self::Comments { .. } => "N_COMMENTS",
            Self::NeedsOcr { .. } => "N_NEEDS_OCR",
            Self::BrokenPage { .. } => "N_BROKEN_PAGE",
            Self::Untrusted { .. } => "N_UNTRUSTED_TEXT",
            Self::UnconfirmedDate => "N_DATE_UNCONFIRMED",
            Self::GuessedEncoding { .. } | Self::Encoding => "N_ENCODING",
            Self::Attachments { .. } => "N_ATTACHMENTS",
            Self::LargeAttachments { .. } => "N_LARGE_ATTACHMENTS",
            Self::CutArchive { .. } => "N_CUT_ARCHIVE",
            Self::Digest { .. } => "N_DIGEST",
            Self::Revisit { .. } => "N_REVISIT",
            Self::Coding { .. } => "N_CODING",
            Self::Position => "N_POSITION",
            Self::Controls { .. } => "N_CONTROL",
            Self::Invisible { .. } => "N_INVISIBLE",
            Self::Confusable { .. } => "N_CONFUSABLE",
            Self::LoneSurrogates { .. } => "N_LONE_SURROGATES",
            Self::Type => "N_TYPE",
            Self::Unconfined { .. } => "N_UNCONFINED",
            Self::NoRules => "N_NO_RULES",
        }
    }
}

/// A file inside a file: an attachment, an archived response. It is an artifact of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Child {
    /// Its name or address as the container gives it: data, never a path.
    pub name: String,
    /// Where it stands in the container.
    pub locus: Locus,
    /// What the container says about it.
    pub details: Vec<Detail>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a reader gathers.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub text: String,
    pub pieces: Vec<Piece>,
    pub masks: Vec<Mask>,
    pub details: Vec<Detail>,
    pub remarks: Vec<PageRemark>,
    pub children: Vec<Child>,
}

impl Draft {
    /// Appends words with their place. A piece that goes on where the last one ended is joined to it.
    pub fn push(&mut self, words: &str, locus: Locus, how: How) {
        if words.is_empty() {
            return;
        }
        let (start, end) = (self.text.len() as u32, (self.text.len() + words.len()) as u32);
        self.text.push_str(words);
        if let Some(last) = self.pieces.last_mut()
            && let (How::Verbatim, How::Verbatim, Some(before)) = (how, last.how, &mut last.locus)
            && extend(before, &locus)
        {
            last.end = end;
            return;
        }
        self.pieces.push(Piece { start, end, locus: Some(locus), how });
    }

    /// Appends what stands nowhere in the artifact.
    pub fn add(&mut self, words: &str) {
        let (start, end) = (self.text.len() as u32, (self.text.len() + words.len()) as u32);
        self.text.push_str(words);
        match self.pieces.last_mut() {
            Some(last) if last.how == How::Synthetic => last.end = end,
            _ => self.pieces.push(Piece { start, end, locus: None, how: How::Synthetic }),
        }
    }

    /// Ends a line, unless one has just ended or nothing stands before it.
    pub fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.add("\n");
        }
    }

    /// Masks what was written since `start`.
    pub fn mask_since(&mut self, start: usize, kind: MaskKind) {
        let end = self.text.len();
        if start < end {
            match self.masks.last_mut() {
                Some(last) if last.kind == kind && last.end as usize == start => last.end = end as u32,
                _ => self.masks.push(Mask { start: start as u32, end: end as u32, kind }),
            }
        }
    }

    /// Adds a detail, unless its words are empty or it is there already.
    pub fn detail(&mut self, kind: DetailKind, basis: DetailBasis, words: &str) {
        let words = words.trim();
        let detail = Detail { kind, basis, words: words.chars().take(400).collect() };
        if !words.is_empty() && self.details.len() < 200 && !self.details.contains(&detail) {
            self.details.push(detail);
        }
    }
}

/// Lengthens a place by the one that follows it, if it does follow it.
fn extend(before: &mut Locus, next: &Locus) -> bool {
    match (before, next) {
        (Locus::Bytes { end, .. }, Locus::Bytes { start, end: new_end }) if end == start => {
            *end = *new_end;
            true
        }
        (Locus::Dom { path, end, .. }, Locus::Dom { path: next_path, start, end: new_end })
            if path == next_path && end == start =>
        {
            *end = *new_end;
            true
        }
        (Locus::Part { path, inner }, Locus::Part { path: next_path, inner: next }) if path == next_path => {
            extend(inner, next)
        }
        _ => false,
    }
}
