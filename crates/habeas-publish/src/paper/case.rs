//! A case file for readers who are bound: every account that may be told, side by side.

use super::{Answer, Faces, Line, Paper, Part, PdfError, aside, note_told};
use crate::{
    files::{OutputFile, OutputFiles},
    site::Words,
};
use habeas_core::{Date, Disclosed, Polarity, ToldCase, Value};

/// What a case file says of itself.
#[derive(Debug, Clone, Copy)]
pub struct CaseImprint<'i> {
    /// A reference that tells nothing about the person.
    pub reference: &'i str,
    /// Number of the release.
    pub number: u64,
    /// The checkpoint that it rests on.
    pub checkpoint: &'i str,
    /// The day that it bears.
    pub made_on: Date,
    /// Whose copy it is, where it is somebody's.
    pub copy_for: Option<&'i str>,
}

/// The case file as a document in one language.
fn case_paper(told: &Disclosed<ToldCase>, imprint: CaseImprint<'_>, words: &dyn Words) -> Paper {
    let case = told.get();
    let CaseImprint { reference, number, checkpoint, made_on, copy_for } = imprint;
    let copy = copy_for.map(|whose| format!("{}: {whose} · ", words.t("paper-copy-for"))).unwrap_or_default();
    let labels: Vec<String> = case.labels.iter().map(|label| words.label(*label)).collect();
    let lines = case.questions.iter().map(|question| {
        let answers = question.accounts.iter().map(|account| {
            let denial = match account.polarity {
                Polarity::Affirms => String::new(),
                other => format!("{}: ", words.t(&format!("polarity-{}", other.code()))),
            };
            let read = match &account.value {
                Value::Date(date) if date.to_string() != account.words => format!(" ({date})"),
                _ => String::new(),
            };
            Answer {
                words: format!("{denial}{}{read}", account.words),
                aside: aside(account, |kind| words.t(&format!("speaker-{}", speaker_code(kind)))),
            }
        });
        Line {
            number: String::new(),
            asked: words.question(&question.predicate.code()),
            note: if question.contradicts { words.t("agreement-contradicts") } else { String::new() },
            answers: answers.collect(),
        }
    });
    Paper {
        title: words.t("paper-case"),
        lang: words.lang().to_owned(),
        dir: words.dir().to_owned(),
        heads: [words.t("paper-asked"), words.t("paper-answers")],
        lead: vec![format!("{} {reference}", words.t("paper-reference")), labels.join(" / ")],
        parts: vec![Part { heading: words.t("paper-accounts"), lines: lines.collect() }],
        foot: format!("{copy}{reference} · R{number:04} · {made_on} · {} {checkpoint}", words.t("site-checkpoint")),
    }
}

/// A case file in all its forms and languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenCase {
    /// The files.
    pub files: OutputFiles,
    /// The documents by the stem of their files.
    pub papers: Vec<(String, Paper)>,
    /// Stems of those that are not there as PDF, and why.
    pub unprinted: Vec<(String, PdfError)>,
}

/// The case file as page, PDF, text and data, below a folder, in each language; the first one without its tag in the name.
pub fn write_case(
    told: &Disclosed<ToldCase>,
    imprint: CaseImprint<'_>,
    words: &[&dyn Words],
    faces: &Faces,
    folder: &str,
) -> WrittenCase {
    let mut written = WrittenCase::default();
    for (idx, words) in words.iter().enumerate() {
        let paper = case_paper(told, imprint, *words);
        let stem = if idx == 0 { format!("{folder}case") } else { format!("{folder}case.{}", words.lang()) };
        let note = |file: &mut OutputFile| note_case(file, told);
        let problem = paper.write(&mut written.files, &stem, &paper.json(), (faces, imprint.made_on), note);
        written.unprinted.extend(problem.map(|problem| (stem.clone(), problem)));
        written.papers.push((stem, paper));
    }
    written
}

/// Notes in the ledger of a file what a case file tells by name.
pub fn note_case(file: &mut OutputFile, told: &Disclosed<ToldCase>) {
    let questions = told.get().questions.iter();
    note_told(file, questions.flat_map(|question| question.accounts.iter().map(|a| (question.predicate, a))));
}

fn speaker_code(kind: habeas_core::SpeakerKind) -> &'static str {
    use habeas_core::SpeakerKind as K;
    match kind {
        K::ListKeeper => "list-keeper",
        K::Witness => "witness",
        K::Relative => "relative",
        K::Official => "official",
        K::Press => "press",
        K::Organisation => "organisation",
        K::Unnamed => "unnamed",
    }
}
