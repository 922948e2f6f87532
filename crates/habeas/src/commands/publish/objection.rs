//! What stands against a release and what to know beside it, as values: a line at the command line, a sentence of the
//! catalogue on a page. Nothing here holds a name, only places, numbers and the questions of a form.

use crate::desk::jobs::Said;
use habeas_core::Date;
use habeas_publish::{
    gate::{Finding, Gravity, Reason, TermKind},
    paper::PdfError,
};
use std::fmt;

/// One thing that stands against a release, or that is to be known beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// The gate has found something.
    Found(Finding),
    /// Consents are recorded, and none opens a name to the public memorial.
    NobodyNamed,
    /// Persons named in a release no longer agree.
    Ended {
        /// How many.
        persons: u64,
        /// The release.
        release: u64,
        /// Copies of it that were handed out.
        copies: u64,
    },
    /// A sensitive table is left out, since its small counts cannot be protected.
    LeftOut {
        /// Its code.
        table: String,
    },
    /// Rows for statisticians stand out.
    Risky {
        /// How, in the words of the check.
        how: String,
    },
    /// A field of a form is not answered, or not exactly enough.
    Unanswered {
        /// How it stands.
        stand: &'static str,
        /// Its number in the form.
        number: &'static str,
        /// What the form asks.
        asked: &'static str,
        /// Where to get it.
        whence: &'static str,
    },
    /// Answers to a field are held back for want of a consent.
    HeldBack {
        /// Its number in the form.
        number: &'static str,
        /// What the form asks.
        asked: &'static str,
    },
    /// Pictures of papers are held back for want of a consent.
    PapersHeldBack,
    /// By which procedure a case goes, and how long there is time.
    TimeLeft {
        /// How urgent it is.
        code: &'static str,
        /// Days that are left.
        days: i32,
        /// The last day.
        until: Date,
        /// Whether these are few.
        soon: bool,
    },
    /// By which procedure a case goes.
    Procedure {
        /// How urgent it is.
        code: &'static str,
    },
    /// It is not known since when the convention holds.
    NoForce,
    /// The disappearance began before the convention held.
    BeforeForce {
        /// Since when it holds.
        day: Date,
    },
    /// Another body has the case.
    Elsewhere {
        /// The release that brought it there.
        release: u64,
    },
    /// A document is there as page and text only.
    Unprinted {
        /// The name of its file, without ending.
        stem: String,
        /// Why.
        problem: PdfError,
    },
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(finding) => match finding.gravity {
                Gravity::Leak => write!(f, "leak      {finding}"),
                Gravity::Look => write!(f, "look      {finding}; where it may leave, say --looked WHY"),
            },
            Self::NobodyNamed => {
                f.write_str("look      consents are recorded, and none opens a name to the public memorial today")
            }
            Self::Ended { persons, release, copies } => {
                let copies = if *copies > 0 { format!(" and {copies} deliveries") } else { String::new() };
                write!(
                    f,
                    "consent   {persons} persons named in R{release:04}{copies} no longer agree, or not to all that it tells"
                )
            }
            Self::LeftOut { table } => {
                write!(f, "the table «{table}» is left out: its small counts cannot be protected")
            }
            Self::Risky { how } => {
                write!(f, "refused   {how}; leave --rows out, or say --strata year or --strata none")
            }
            Self::Unanswered { stand, number, asked, whence } => write!(f, "{stand:<9} {number} {asked}: {whence}"),
            Self::HeldBack { number, asked } => {
                write!(f, "held back {number} {asked}: no consent or policy opens it to this reader")
            }
            Self::PapersHeldBack => {
                f.write_str("held back pictures of papers: no consent opens «document» to this reader")
            }
            Self::TimeLeft { code, days, until, soon } => {
                let soon = if *soon { "! " } else { "" };
                write!(f, "{soon}{code}: {days} days are left until {until}; what counts is when it is received")
            }
            Self::Procedure { code } => write!(f, "procedure: {code}"),
            Self::NoForce => f.write_str(
                "missing   the day on which the convention entered into force for the State: say --in-force DAY",
            ),
            Self::BeforeForce { day } => write!(
                f,
                "refused   the disappearance began before {day}: the committee does not take it, the working group does"
            ),
            Self::Elsewhere { release } => write!(
                f,
                "refused   R{release:04} brings this case to the working group: the committee examines no case that another procedure does"
            ),
            Self::Unprinted { stem, problem } => write!(f, "without   {stem}.pdf: {problem}; the page prints"),
        }
    }
}

impl Objection {
    /// As a sentence of the catalogue, with what stands beside it.
    pub fn said(&self) -> Said {
        let said = |key: &str, numbers: &[(&'static str, u64)], data: Vec<String>| Said {
            keys: vec![format!("against-{key}")],
            numbers: numbers.to_vec(),
            data,
        };
        match self {
            Self::Found(finding) => {
                let Finding { path, part, offset, .. } = finding;
                let place = if part.is_empty() { path.clone() } else { format!("{path} › {part}") };
                let look = (finding.gravity == Gravity::Look).then(|| "against-look".to_owned());
                let keys = keys_of(finding.reason).into_iter().chain(look).collect();
                Said { keys, numbers: Vec::new(), data: vec![place, offset.to_string()] }
            }
            Self::NobodyNamed => said("nobody-named", &[], Vec::new()),
            Self::Ended { persons, release, copies } => {
                said("ended", &[("n", *persons), ("copies", *copies)], vec![format!("R{release:04}")])
            }
            Self::LeftOut { table } => said("left-out", &[], vec![table.clone()]),
            Self::Risky { .. } => said("risky", &[], Vec::new()),
            Self::Unanswered { stand, number, .. } => said(&format!("field-{stand}"), &[], vec![(*number).to_owned()]),
            Self::HeldBack { number, .. } => said("held-back", &[], vec![(*number).to_owned()]),
            Self::PapersHeldBack => said("papers-held-back", &[], Vec::new()),
            Self::TimeLeft { code, days, until, .. } => said(
                &format!("procedure-{code}"),
                &[("days", u64::try_from(*days).unwrap_or(0))],
                vec![until.to_string()],
            ),
            Self::Procedure { code } => said(&format!("procedure-{code}"), &[], Vec::new()),
            Self::NoForce => said("no-force", &[], Vec::new()),
            Self::BeforeForce { day } => said("before-force", &[], vec![day.to_string()]),
            Self::Elsewhere { release } => said("elsewhere", &[], vec![format!("R{release:04}")]),
            Self::Unprinted { stem, problem } => {
                let letter = match problem {
                    PdfError::NoLetter { code_point } => vec![format!("U+{code_point:04X}")],
                    PdfError::Face | PdfError::Standard => Vec::new(),
                };
                said("unprinted", &[], [vec![format!("{stem}.pdf")], letter].concat())
            }
        }
    }
}

/// The keys of a reason: what was found, and in which form where that is another than in the vault.
fn keys_of(reason: Reason) -> Vec<String> {
    let term = |kind: TermKind| format!("against-{}", term_key(kind));
    match reason {
        Reason::Words(kind) => vec![term(kind)],
        Reason::OtherSpelling(kind) => vec![term(kind), "against-spelling".into()],
        Reason::InsideWord(kind) => vec![term(kind), "against-inside".into()],
        Reason::UnknownFile => vec!["against-unknown-file".into()],
        Reason::Unreadable => vec!["against-unreadable".into()],
        Reason::Picture => vec!["against-picture".into()],
    }
}

fn term_key(kind: TermKind) -> &'static str {
    match kind {
        TermKind::Person => "person",
        TermKind::Relative => "relative",
        TermKind::Source => "source",
        TermKind::Number => "number",
        TermKind::Place => "place",
        TermKind::File => "file",
        TermKind::Redacted => "redacted",
        TermKind::Identifier => "identifier",
    }
}
