//! One question of a case file whose accounts cannot all be true: who says what, and the form by which people take one of
//! the accounts, with a reason. All accounts stay.

use super::{
    super::{
        error::PageError,
        forms::{self, Key, hidden},
        guard::SignedForm,
        layout::{self, Section},
        query,
        reader::Reader,
        router::{html_page, refuse},
        words,
    },
    Problem, typed,
};
use crate::{
    commands::{claims::Step, resolve},
    desk::Desk,
};
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::{Agreement, Claim, Decided, PersonId, PolicyKind, Predicate, Question, RecordId, is_of_a_case};
use habeas_publish::ui::{Tone, datum};
use maud::{Markup, html};

/// One account.
struct Said {
    /// Address of the record.
    record: String,
    /// A, B, C …, after the number of the case where the person has several.
    reading: String,
    claim: Claim,
    words: String,
    speaker: String,
    /// Where in the source.
    at: String,
    is_taken: bool,
}

/// How the question is settled; of several cases, the one that most wants a decision tells.
enum Stand {
    Open,
    /// With the reason of each decision.
    Settled {
        why: Vec<String>,
    },
    Stale,
    Disputed,
}

impl Stand {
    /// Of the question as each case asks it; where all say the same there is nothing to decide.
    fn of(asked: &[Question<'_>]) -> Self {
        let contested = asked.iter().filter(|one| one.decided.is_some() || one.agreement >= Agreement::Differs);
        let mut why = Vec::new();
        let (mut is_open, mut is_stale) = (false, false);
        for question in contested {
            match &question.decided {
                Some(Decided::Disputed(_)) => return Self::Disputed,
                Some(Decided::By(settlement)) if settlement.is_stale => is_stale = true,
                Some(Decided::By(settlement)) => why.push(settlement.why.clone()),
                None => is_open = true,
            }
        }
        match (is_stale, is_open || why.is_empty()) {
            (true, _) => Self::Stale,
            (false, true) => Self::Open,
            (false, false) => Self::Settled { why },
        }
    }
}

/// One question with its form.
pub struct View {
    person: PersonId,
    name: String,
    question: Predicate,
    agreement: Agreement,
    said: Vec<Said>,
    stand: Stand,
    /// The person has several cases, and each asks for itself.
    of_several: bool,
    seen: String,
    problem: Option<Problem>,
    typed: Vec<(String, String)>,
}

/// Reads the question.
///
/// # Errors
/// [`PageError::NotFound`] where there is no such person, or nobody answers the question.
pub fn load(desk: &Desk, person: &str, question: &str) -> Result<View, PageError> {
    let person: PersonId = person.parse().map_err(|_| PageError::NotFound)?;
    let predicate = Predicate::from_code(question).ok_or(PageError::NotFound)?;
    let records = desk.person_of(RecordId(person.0))?;
    let case = match records.is_empty() {
        true => return Err(PageError::NotFound),
        false => desk.case_of(&records)?,
    };
    let (_, cases) = desk.cases_of(&records)?;
    let of_several = is_of_a_case(predicate) && cases.all.len() > 1;
    let asked = cases.asks(&case, predicate);
    let agreement = asked.iter().map(|asked| asked.agreement).max().ok_or(PageError::NotFound)?;
    let (mut said, mut seen) = (Vec::new(), Vec::new());
    for (nth, question) in asked.iter().enumerate() {
        let taken = question.taken().map(|account| account.record.id);
        for reading in &question.readings {
            said.extend(reading.accounts.iter().map(|account| Said {
                record: account.record.address().to_string(),
                reading: if of_several { format!("{}{}", nth + 1, reading.letter) } else { reading.letter.into() },
                claim: account.claim.clone(),
                words: account.words(),
                speaker: account.record.said_by(account.claim).speaker.name.clone(),
                at: account.record.place_of(account.claim),
                is_taken: taken == Some(account.record.id),
            }));
        }
        seen.extend(question.accounts().map(|account| account.record.id.to_string()));
        seen.extend(question.decided.as_ref().map(|decided| match decided {
            Decided::Disputed(n) => n.to_string(),
            Decided::By(settlement) => settlement.decision.to_string(),
        }));
    }
    Ok(View {
        person: case.person,
        name: case.names().into_iter().next().unwrap_or_default(),
        question: predicate,
        agreement,
        said,
        stand: Stand::of(&asked),
        of_several,
        seen: seen.join(" "),
        problem: None,
        typed: Vec::new(),
    })
}

/// Takes a decision.
pub async fn decide(
    desk: Desk,
    reader: Reader,
    Path((person, question)): Path<(String, String)>,
    SignedForm(fields): SignedForm,
) -> Response {
    let decided = tokio::task::spawn_blocking(move || -> Result<View, PageError> {
        let key = Key::of(&fields)?;
        let seen = query::value(&fields, "seen")?.ok_or(PageError::Parameter { name: "seen" })?;
        let (take, why) = (query::value(&fields, "take")?, forms::reason(&fields, "why")?);
        let view = load(&desk, &person, &question)?;
        let take = take.filter(|take| !why.is_empty() && view.said.iter().any(|said| said.record == *take));
        let Some(take) = take else {
            return Ok(View { problem: Some(Problem::Unfinished("settle-case-unfinished")), typed: fields, ..view });
        };
        let args = resolve::Args {
            claim: view.person.to_string(),
            question: Some(view.question.code()),
            by: PolicyKind::Team,
            take: Some(take),
            order: Vec::new(),
            why,
        };
        let still = |_: &_| load(&desk, &person, &question).is_ok_and(|view| view.seen == seen);
        let problem = match desk.code(&[Step::Resolve(args)], still, key.0) {
            Ok(_) => return Ok(view),
            Err(uncoded) => Problem::from(uncoded),
        };
        Ok(View { problem: Some(problem), typed: fields, ..load(&desk, &person, &question)? })
    });
    match decided.await {
        Ok(Ok(view)) => match view.problem {
            None => Redirect::to(&own(&view)).into_response(),
            Some(ref problem) => html_page(problem.status(), render(&reader, &view)),
        },
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

fn own(view: &View) -> String {
    format!("/cases/{}/accounts/{}", view.person, view.question.code())
}

/// Draws the question.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let title = words::question(reader, view.question);
    let (key, tone) = match view.stand {
        Stand::Open => ("decided-nobody-case", Tone::Mark),
        Stand::Settled { .. } => ("decided-settled", Tone::Good),
        Stand::Stale => ("decided-stale", Tone::Bad),
        Stand::Disputed => ("decided-disputed", Tone::Bad),
    };
    let (agreement, agreement_tone) = words::agreement(reader, view.agreement);
    let body = html! {
        header.pagehead {
            p.note { a href={ "/cases/" (view.person) } { (reader.t("case-file")) } }
            h1 { (datum(&view.name)) " · " (title) }
            p.outcome {
                span.tone .(agreement_tone.class()) { (agreement) } " "
                span.tone .(tone.class()) { (reader.t(key)) }
            }
            @if let Stand::Settled { why } = &view.stand { @for why in why { p.note { (datum(why)) } } }
        }
        @if let Some(problem) = &view.problem { (problem.draw(reader)) }
        div.scroll tabindex="0" role="group" aria-label=(reader.t("accounts")) { table.list {
            caption.vh { (reader.t("accounts")) }
            thead { tr { @for key in ["read-as", "words-as-written", "said-by", "source"] { th scope="col" { (reader.t(key)) } } } }
            tbody { @for said in &view.said { tr {
                th scope="row" {
                    (said.reading) " " (datum(&read_as(reader, said)))
                    @if said.is_taken { " " span.tone .(Tone::Good.class()) { (reader.t("settle-taken")) } }
                }
                td.verbatim { q { (datum(&said.words)) } }
                td { (datum(&said.speaker)) }
                td { bdi { (said.record) } " " small.note { bdi { (said.at) } } }
            } } }
        } }
        @if view.of_several { p.note { (reader.t("settle-of-several")) } }
        @if reader.may_open("/review") && view.agreement >= Agreement::Differs { (form(reader, view)) }
    };
    layout::page(reader, &title, Some(Section::Cases), &body)
}

fn read_as(reader: &Reader, said: &Said) -> String {
    words::value(reader, &said.claim).unwrap_or_else(|| said.words.clone())
}

fn form(reader: &Reader, view: &View) -> Markup {
    let take = typed(&view.typed, "take");
    html! {
        section.about aria-labelledby="settle-h" {
            h2 #settle-h { (reader.t("settle")) }
            p.note { (reader.t("settle-case-lead")) }
            form.settle method="post" action=(own(view)) data-typed="" {
                (forms::token(reader)) (hidden("seen", &view.seen)) (hidden("key", &Key::fresh().hex()))
                fieldset { legend { (reader.t("settle-take")) }
                    @for said in &view.said { label.tick {
                        input type="radio" name="take" value=(said.record) required checked[take == said.record];
                        span { (datum(&read_as(reader, said))) " " small.note { (datum(&said.speaker)) " " bdi { (said.record) } } }
                    } }
                }
                p.field.grow { label for="why" { (reader.t("reason-needed")) } input #why name="why" value=(typed(&view.typed, "why")) required maxlength=(forms::LONGEST_REASON) dir="auto" autocomplete="off"; }
                p { button.btn { (reader.t("settle-go")) } }
            }
        }
    }
}
