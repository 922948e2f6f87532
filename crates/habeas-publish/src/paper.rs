//! Documents for readers who are bound: one structure, drawn as a page for screen and print, as PDF, as
//! plain text, and as data.
//!
//! Words of sources and words of ours stand in different fields, so a name can neither become markup nor a command.

mod case;
mod pdf;
mod pictures;
mod submission;

pub use case::{CaseImprint, WrittenCase, note_case, write_case};
pub use pdf::{Faces, PdfError};
pub use pictures::write_pictures;
pub use submission::{ChecklistRow, Submission, Submitter};

use crate::{
    files::{OutputFile, OutputFiles},
    ui::{self, datum},
};
use habeas_core::{Date, FieldGroup, Predicate, SpeakerKind, ToldAccount, ToldSpeaker, groups_of};
use maud::html;
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// Where a page looks for the faces of its fonts.
pub const FACES: &str = "a/fonts.css";

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paper {
    /// Its title; no name stands in it, since titles end up in lists of files and of windows.
    pub title: String,
    /// Language tag of our words.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: String,
    /// Heads of the columns: what is asked, what is answered.
    pub heads: [String; 2],
    /// Sentences before the parts.
    pub lead: Vec<String>,
    /// The parts.
    pub parts: Vec<Part>,
    /// What the foot of each page says.
    pub foot: String,
}

/// Lines under a heading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// The heading.
    pub heading: String,
    /// The lines.
    pub lines: Vec<Line>,
}

/// One question with its answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// Its number, where the form has one.
    pub number: String,
    /// What is asked.
    pub asked: String,
    /// How the answers stand, where they contradict.
    pub note: String,
    /// The answers, side by side.
    pub answers: Vec<Answer>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Words of the source, or of whoever submits.
    pub words: String,
    /// Who says it, and where it stands.
    pub aside: String,
}

impl Paper {
    /// As a page that needs nothing but the faces of fonts beside it, at [`FACES`].
    pub fn html(&self) -> String {
        let body = html! {
            header.pagehead { h1 { (self.title) } @for line in &self.lead { p.lead { (datum(line)) } } }
            @for part in &self.parts { section {
                h2 { (part.heading) }
                table.data {
                    caption.vh { (part.heading) }
                    thead { tr { @for head in &self.heads { th scope="col" { (head) } } } }
                    tbody { @for line in &part.lines { tr {
                        th scope="row" { @if !line.number.is_empty() { bdi { (line.number) } " " } (line.asked) }
                        td {
                            @if !line.note.is_empty() { p.tone.amber { (line.note) } }
                            @for answer in &line.answers { p {
                                (datum(&answer.words))
                                @if !answer.aside.is_empty() { " " span.aside { (datum(&answer.aside)) } }
                            } }
                            @if line.answers.is_empty() { "—" }
                        }
                    } } }
                }
            } }
            p.source { (datum(&self.foot)) }
        };
        ui::with_fonts(&self.title, &self.lang, &self.dir, &body, FACES)
    }

    /// The same without what anybody says: words of the language alone.
    pub fn without_answers(mut self) -> Self {
        self.lead.clear();
        self.foot.clear();
        self.parts.iter_mut().flat_map(|part| &mut part.lines).for_each(|line| line.answers.clear());
        self
    }

    /// As plain text.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n", self.title);
        for line in &self.lead {
            let _ = writeln!(text, "{line}");
        }
        for part in &self.parts {
            let _ = write!(text, "\n{}\n{}\n", part.heading, "-".repeat(part.heading.chars().count()));
            for line in &part.lines {
                let note = if line.note.is_empty() { String::new() } else { format!(" ({})", line.note) };
                let _ = writeln!(text, "{}{note}", [line.number.as_str(), &line.asked].join(" ").trim_start());
                for answer in &line.answers {
                    let aside = if answer.aside.is_empty() { String::new() } else { format!("   [{}]", answer.aside) };
                    let _ = writeln!(text, "    {}{aside}", answer.words.replace('\n', "\n    "));
                }
                if line.answers.is_empty() {
                    text.push_str("    —\n");
                }
            }
        }
        let _ = writeln!(text, "\n{}", self.foot);
        text
    }

    /// As data.
    pub fn json(&self) -> Json {
        let answers = |line: &Line| -> Vec<Json> {
            line.answers.iter().map(|answer| json!({ "words": answer.words, "from": answer.aside })).collect()
        };
        let lines = |part: &Part| -> Vec<Json> {
            let lines = part.lines.iter();
            lines
                .map(|line| json!({ "number": line.number, "asked": line.asked, "note": line.note, "answers": answers(line) }))
                .collect()
        };
        let parts = self.parts.iter();
        let parts: Vec<Json> = parts.map(|part| json!({ "heading": part.heading, "lines": lines(part) })).collect();
        json!({ "schema": 1, "title": self.title, "lang": self.lang, "lead": self.lead, "parts": parts, "foot": self.foot })
    }
}

impl Paper {
    /// Writes the document in every form, each with what `note` notes in its ledger; why it is not there as PDF, if it is not.
    fn write(
        &self,
        files: &mut OutputFiles,
        stem: &str,
        data: &Json,
        (faces, made_on): (&Faces, Date),
        note: impl Fn(&mut OutputFile),
    ) -> Option<PdfError> {
        let data = format!("{data:#}\n");
        let printed = self.pdf(faces, made_on, data.as_bytes());
        let mut written = vec![("html", self.html().into_bytes()), ("txt", self.text().into_bytes())];
        let problem = match printed {
            Ok(bytes) => {
                written.push(("pdf", bytes));
                None
            }
            Err(problem) => Some(problem),
        };
        written.push(("json", data.into_bytes()));
        for (kind, bytes) in written {
            note(files.put(format!("{stem}.{kind}"), bytes));
        }
        problem
    }
}

/// Notes in the ledger of a file what accounts tell by name, number and place. Accounts in free words are not noted: who
/// else they name is for the gate to find.
fn note_told<'a>(file: &mut OutputFile, told: impl IntoIterator<Item = (Predicate, &'a ToldAccount)>) {
    for (predicate, account) in told {
        let group = groups_of(predicate)[0];
        let is_name = matches!(group, FieldGroup::Identity | FieldGroup::ExactPlace | FieldGroup::NeverPublic);
        if is_name || predicate == Predicate::IdentityDocument {
            file.note(&account.words, 1);
        }
        if let ToldSpeaker::Named(name) = &account.said_by {
            file.note(name, 1);
        }
    }
}

/// Who says something and where it stands, in words.
fn aside(account: &ToldAccount, role: impl Fn(SpeakerKind) -> String) -> String {
    let who = match &account.said_by {
        ToldSpeaker::Named(name) => name.clone(),
        ToldSpeaker::Role(kind) => role(*kind),
    };
    if who == account.source { who } else { format!("{who}; {}", account.source) }
}
