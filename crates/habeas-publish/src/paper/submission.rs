//! A submission to a body of the United Nations: the fields of its form, answered from what may be told of a case.

use super::{Answer, Faces, Line, Paper, Part, PdfError, aside, note_told};
use crate::files::{OutputFile, OutputFiles};
use habeas_core::{
    AnsweredBy, Date, Disclosed, ElementStand, FieldStand, Form, FormField, Polarity, Predicate, Qualification,
    SpeakerKind, ToldAccount, ToldCase, Urgency, Value, urgency,
};
use serde_json::json;

/// Whoever submits, in their own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Submitter {
    /// Answers by the key of the field, such as `name`; an empty one is none.
    pub answers: Vec<(String, String)>,
}

impl Submitter {
    fn answer(&self, key: &str) -> Option<&str> {
        let found = self.answers.iter().find(|(known, _)| known == key);
        found.map(|(_, words)| words.trim()).filter(|words| !words.is_empty())
    }
}

/// A submission.
pub struct Submission<'s> {
    /// The form.
    pub form: Form,
    /// What may be told of the case.
    pub told: &'s Disclosed<ToldCase>,
    /// Whoever submits.
    pub submitter: &'s Submitter,
    /// The day on which the body is thought to receive it.
    pub received: Date,
    /// A reference that tells nothing about the person.
    pub reference: &'s str,
    /// The checkpoint that it rests on.
    pub checkpoint: &'s str,
    /// Whose copy it is, where it is somebody's.
    pub copy_for: Option<&'s str>,
}

/// How one field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChecklistRow {
    /// The field.
    pub field: &'static FormField,
    /// How its answers stand.
    pub stand: FieldStand,
}

impl Submission<'_> {
    /// How each field stands by what may be told.
    pub fn checklist(&self) -> Vec<ChecklistRow> {
        self.form.fields().iter().map(|field| ChecklistRow { field, stand: self.stand(field) }).collect()
    }

    /// By which procedure the working group takes the case.
    pub fn urgency(&self) -> Urgency {
        urgency(self.told.get().dates_of_disappearance(), self.received)
    }

    fn accounts(&self, field: &FormField) -> Vec<(Predicate, &ToldAccount)> {
        let AnsweredBy::Case(predicates) = field.by else { return Vec::new() };
        let questions = predicates.iter().filter_map(|predicate| self.told.get().question(*predicate));
        questions.flat_map(|question| question.accounts.iter().map(|account| (question.predicate, account))).collect()
    }

    fn stand(&self, field: &FormField) -> FieldStand {
        match field.by {
            AnsweredBy::Submitter(key) => {
                if self.submitter.answer(key).is_some() {
                    FieldStand::Answered
                } else {
                    FieldStand::Missing
                }
            }
            AnsweredBy::Case(predicates) => {
                let accounts = self.accounts(field);
                let questions = predicates.iter().filter_map(|predicate| self.told.get().question(*predicate));
                let contradicts = questions.into_iter().any(|question| question.contradicts);
                FieldStand::of(accounts.len(), accounts.iter().map(|(_, account)| &account.value), contradicts)
            }
        }
    }

    /// The submission as a document.
    pub fn paper(&self) -> Paper {
        let (body, title) = match self.form {
            Form::Wgeid => ("Working Group on Enforced or Involuntary Disappearances", "Submission of a case"),
            Form::Ced => ("Committee on Enforced Disappearances", "Request for urgent action (article 30)"),
        };
        let mut lead = vec![body.to_owned(), format!("Reference {}", self.reference)];
        if self.form == Form::Wgeid {
            lead.push(procedure(self.urgency(), self.received));
        }
        if self.submitter.answer("confidential") == Some("yes") {
            lead.push("Whoever submits asks that their identity be kept confidential.".into());
        }
        let lines = self.form.fields().iter().map(|field| self.line(field)).collect();
        let mut parts = vec![Part { heading: "The form".into(), lines }];
        parts.extend(self.elements());
        let copy = self.copy_for.map(|whose| format!("Copy for: {whose} · ")).unwrap_or_default();
        Paper {
            title: title.into(),
            lang: "en".into(),
            dir: "ltr".into(),
            heads: ["Asked".into(), "Answers, with who says so and where it stands".into()],
            lead,
            parts,
            foot: format!(
                "{copy}Reference {} · checkpoint {} · an answer that is not given (—) is not known or not told.",
                self.reference, self.checkpoint
            ),
        }
    }

    fn line(&self, field: &FormField) -> Line {
        let answers = match field.by {
            AnsweredBy::Submitter(key) => self
                .submitter
                .answer(key)
                .map(|words| Answer { words: words.to_owned(), aside: String::new() })
                .into_iter()
                .collect(),
            AnsweredBy::Case(_) => self.accounts(field).into_iter().map(|(_, account)| answer(account)).collect(),
        };
        let note = match self.stand(field) {
            FieldStand::Disputed => "accounts contradict each other",
            FieldStand::TooVague => "no account says it more closely",
            FieldStand::Missing | FieldStand::Answered => "",
        };
        Line { number: field.number.to_owned(), asked: field.asked.to_owned(), note: note.to_owned(), answers }
    }

    /// The three elements, each as accounts have it, and what they amount to by themselves.
    fn elements(&self) -> Option<Part> {
        let elements = self.told.get().elements?;
        let line = |asked: &str, stand: ElementStand| Line {
            asked: asked.to_owned(),
            answers: vec![Answer { words: stand.code().to_owned(), aside: String::new() }],
            ..Line::default()
        };
        let amounts = match elements.qualification() {
            Qualification::EnforcedDisappearance => "an enforced disappearance, by what accounts affirm",
            Qualification::ActsUnderArticle3 => {
                "acts under article 3 of the convention: no account affirms that the State was involved"
            }
            Qualification::AbductionOrArrest => "an abduction or arrest: the other elements are not affirmed",
            Qualification::None => "no account affirms that the person was deprived of liberty",
        };
        Some(Part {
            heading: "What the accounts amount to".into(),
            lines: vec![
                line("deprivation of liberty", elements.deprivation),
                line("agents of the State, or its acquiescence", elements.state),
                line("refusal to acknowledge, or concealment", elements.concealment),
                Line {
                    asked: "together".into(),
                    answers: vec![Answer { words: amounts.into(), aside: String::new() }],
                    ..Line::default()
                },
            ],
        })
    }

    /// The files: a page for screen and print, PDF, plain text, and data, below a folder; why there is no PDF, if there is none.
    pub fn write(&self, faces: &Faces, folder: &str) -> (OutputFiles, Option<PdfError>) {
        let paper = self.paper();
        let mut data = paper.json();
        data["form"] = json!(self.form.code());
        data["received"] = json!(self.received.to_string());
        if self.form == Form::Wgeid {
            data["procedure"] = json!(self.urgency().code());
        }
        let grant = self.told.grant();
        data["opened_by_consent"] = json!(grant.groups.iter().map(|(group, _)| group.code()).collect::<Vec<_>>());
        let note = |file: &mut OutputFile| {
            note_told(file, self.form.fields().iter().flat_map(|field| self.accounts(field)));
            // Whoever submits says so of themselves.
            for key in ["name", "address", "reached_at"] {
                self.submitter.answer(key).into_iter().for_each(|words| file.note(words, 1));
            }
        };
        let mut files = OutputFiles::default();
        let problem = paper.write(&mut files, &format!("{folder}submission"), &data, (faces, self.received), note);
        (files, problem)
    }
}

fn answer(account: &ToldAccount) -> Answer {
    let denial = match account.polarity {
        Polarity::Affirms => "",
        Polarity::Denies => "denied: ",
        Polarity::CannotConfirm => "cannot be confirmed: ",
        Polarity::Retracts => "taken back: ",
    };
    let read = match &account.value {
        Value::Date(date) if date.to_string() != account.words => format!(" ({date})"),
        _ => String::new(),
    };
    Answer { words: format!("{denial}{}{read}", account.words), aside: aside(account, role) }
}

fn role(kind: SpeakerKind) -> String {
    match kind {
        SpeakerKind::Witness => "a witness",
        SpeakerKind::Relative => "a relative",
        SpeakerKind::Official => "an official",
        SpeakerKind::Press => "the press",
        SpeakerKind::ListKeeper | SpeakerKind::Organisation => "an organisation",
        SpeakerKind::Unnamed => "somebody whom the source does not name",
    }
    .to_owned()
}

/// By which procedure a case is taken, as a sentence.
fn procedure(urgency: Urgency, received: Date) -> String {
    match urgency {
        Urgency::Urgent { until } => {
            format!(
                "Urgent procedure: received by {received}, at most three months after the disappearance ({until} at the latest)."
            )
        }
        Urgency::MayBeUrgent { until } => {
            format!(
                "May be urgent: accounts do not agree or are not close enough; by the latest of them it is until {until}."
            )
        }
        Urgency::Standard { between_sessions: true } => {
            "Standard procedure; between sessions where it is connected with an urgent case.".into()
        }
        Urgency::Standard { between_sessions: false } => "Standard procedure.".into(),
        Urgency::Undated => "No account gives a date of the disappearance.".into(),
    }
}
