//! Accounts that cannot all be true: all of them beside each other, what a policy makes of them, and the form by which people
//! settle it with a reason. The accounts stay.

use super::{
    super::{
        error::PageError,
        forms::{self, Key, hidden},
        guard::SignedForm,
        incident::{self, Said},
        layout::{self, Section, empty},
        query,
        reader::Reader,
        router::{html_page, refuse},
    },
    Problem, tabs, typed, undo,
};
use crate::{
    commands::{claims::Step, resolve},
    desk::{Book, Desk, Settled, coding},
};
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::{AssertionId, Bounds, ConflictSet, PolicyKind, Topic, groups};
use habeas_publish::ui::{Tone, datum};
use maud::{Markup, html};

/// Questions at most on one page.
const MOST: usize = 100;

/// How a question is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Decided {
    Nobody,
    By { why: String, stale: bool },
    Disputed(usize),
}

/// One question.
struct Question {
    /// Any account: it names the question.
    claim: AssertionId,
    about: String,
    topic: Topic,
    accounts: Vec<(AssertionId, Said)>,
    made: Option<Bounds>,
    taken: Option<AssertionId>,
    policy: String,
    support: (u64, u64),
    independent: usize,
    decided: Decided,
    definitions_differ: bool,
}

/// All questions.
pub struct List {
    questions: Vec<Question>,
    n: usize,
}

/// Reads all questions.
///
/// # Errors
/// [`PageError`] where the vault cannot be read.
pub fn load_list(desk: &Desk) -> Result<List, PageError> {
    let book = desk.book()?;
    let sets = book.conflicts();
    Ok(List { n: sets.len(), questions: sets.iter().take(MOST).filter_map(|set| question(&book, set)).collect() })
}

fn question(book: &Book, set: &ConflictSet<'_>) -> Option<Question> {
    let resolved = book.resolved(set);
    let decided = match book.settled(set) {
        Settled::ByNobody => Decided::Nobody,
        Settled::By(_, resolution) => Decided::By { why: resolution.why.clone(), stale: set.makes_stale(resolution) },
        Settled::Disputed(decisions) => Decided::Disputed(decisions.len()),
    };
    Some(Question {
        claim: set.accounts.first()?.id,
        about: book.name(set.about),
        topic: set.topic,
        accounts: set.accounts.iter().map(|one| (one.id, incident::claim(book, one))).collect(),
        made: resolved.bounds,
        taken: resolved.taken,
        policy: resolved.policy_id,
        support: (resolved.support.0 as u64, resolved.support.1 as u64),
        independent: groups(&set.accounts, &book.ties).n(),
        decided,
        definitions_differ: set.definitions_differ,
    })
}

/// Draws all questions.
pub fn render_list(reader: &Reader, view: &List) -> Markup {
    let body = html! {
        header.pagehead { h1 { (reader.t("conflicts")) } p.lead { (reader.t("conflicts-lead")) } }
        (tabs(reader))
        @if view.questions.is_empty() { (empty(&reader.t("conflicts-none"), Some("habeas claims conflicts"))) }
        @else { p.found { (reader.n("conflicts-n", &[("n", view.n as u64)])) } }
        @for question in &view.questions {
            section.about {
                h2 { a href={ "/claims/" (question.claim) "/accounts" } { (datum(&question.about)) " · " (incident::topic(reader, question.topic)) } }
                (outcome(reader, question))
                ul.claims { @for (_, said) in &question.accounts { li { (datum(&incident::value(reader, said))) " " span.note { (datum(said.speaker())) } } } }
            }
        }
    };
    layout::page(reader, &reader.t("conflicts"), Some(Section::Sources), &body)
}

/// What is made of a question, and by whom.
fn outcome(reader: &Reader, question: &Question) -> Markup {
    let taken = question.taken.and_then(|id| question.accounts.iter().find(|(known, _)| *known == id));
    let (key, tone) = match &question.decided {
        Decided::Nobody => ("decided-nobody", Tone::Mark),
        Decided::By { stale: true, .. } => ("decided-stale", Tone::Bad),
        Decided::By { .. } => ("decided-settled", Tone::Good),
        Decided::Disputed(_) => ("decided-disputed", Tone::Bad),
    };
    html! {
        p.outcome {
            b { @match (&question.made, taken) {
                (Some(made), _) => { (incident::bounds(reader, made)) }
                (None, Some((_, said))) => { (datum(&incident::value(reader, said))) }
                (None, None) => { (reader.t("no-single-answer")) }
            } }
            " " span.tone .(tone.class()) { (reader.t(key)) } " " code { (question.policy) } " "
            span.note { (reader.n("support-n", &[("n", question.support.0), ("of", question.support.1)])) }
        }
        @if let Decided::By { why, .. } = &question.decided { p.note { (datum(why)) } }
        @if question.definitions_differ { p.note { (reader.t("definitions-differ")) } }
    }
}

/// One question with its form.
pub struct View {
    question: Question,
    seen: String,
    sources: Vec<(String, String)>,
    last: Option<undo::Recent>,
    problem: Option<Problem>,
    typed: Vec<(String, String)>,
}

/// Reads the question that a claim answers.
///
/// # Errors
/// [`PageError::NotFound`] where there is no such claim, or it counts for nothing.
pub fn load(desk: &Desk, id: &str) -> Result<View, PageError> {
    let id: AssertionId = id.parse().map_err(|_| PageError::NotFound)?;
    let book = desk.book()?;
    let one = book.get(id).filter(|one| coding::is_claim(one)).ok_or(PageError::NotFound)?;
    let set = book.accounts(one);
    let question = question(&book, &set).ok_or(PageError::NotFound)?;
    let mut sources: Vec<(String, String)> = Vec::new();
    for quote in set.accounts.iter().flat_map(|one| &one.quotes) {
        if let Some(source) = book.sources.iter().find(|source| source.id == quote.source)
            && !sources.iter().any(|(key, _)| *key == source.key)
        {
            sources.push((source.key.clone(), source.title.clone()));
        }
    }
    let last = undo::recent(desk, &book).into_iter().find(|stroke| stroke.settles(&question.about));
    Ok(View { seen: state(&book, &set), question, sources, last, problem: None, typed: Vec::new() })
}

/// The accounts with how they stand and how they are settled.
fn state(book: &Book, set: &ConflictSet<'_>) -> String {
    let mut ids = set.ids();
    match book.settled(set) {
        Settled::ByNobody => {}
        Settled::By(one, _) => ids.push(one.id),
        Settled::Disputed(decisions) => ids.extend(decisions.iter().map(|one| one.id)),
    }
    coding::state_of(book, &ids)
}

/// Takes a decision.
pub async fn decide(desk: Desk, reader: Reader, Path(id): Path<String>, SignedForm(fields): SignedForm) -> Response {
    let taken = tokio::task::spawn_blocking(move || -> Result<View, PageError> {
        let missing = |name| PageError::Parameter { name };
        let key = Key::of(&fields)?;
        let seen = query::value(&fields, "seen")?.ok_or(missing("seen"))?;
        let (by, why) = (query::known(&fields, "by", PolicyKind::from_code)?, forms::reason(&fields, "why")?);
        let view = load(&desk, &id)?;
        let Some(by) = by.filter(|_| !why.is_empty()) else {
            return Ok(View { problem: Some(Problem::Unfinished("settle-unfinished")), typed: fields, ..view });
        };
        let take = query::known(&fields, "take", |text| text.parse::<AssertionId>().ok())?.map(|id| id.to_string());
        let order = typed(&fields, "order").split(',').map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
        let args = resolve::Args {
            claim: view.question.claim.to_string(),
            question: None,
            by,
            take,
            order: order.collect(),
            why,
        };
        let still =
            |book: &Book| book.get(view.question.claim).is_some_and(|one| state(book, &book.accounts(one)) == seen);
        let problem = match desk.code(&[Step::Resolve(args)], still, key.0) {
            Ok(_) => return Ok(view),
            Err(uncoded) => Problem::from(uncoded),
        };
        Ok(View { problem: Some(problem), typed: fields, ..load(&desk, &id)? })
    });
    match taken.await {
        Ok(Ok(view)) => match view.problem {
            None => Redirect::to(&format!("/claims/{}/accounts", view.question.claim)).into_response(),
            Some(ref problem) => html_page(problem.status(), render(&reader, &view)),
        },
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// Draws one question.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let question = &view.question;
    let title = incident::topic(reader, question.topic);
    let body = html! {
        header.pagehead {
            p.note { a href="/claims/conflicts" { (reader.t("conflicts")) } }
            h1 { (datum(&question.about)) " · " (title) }
            (outcome(reader, question))
        }
        @if let Some(problem) = &view.problem { (problem.draw(reader)) }
        div.scroll tabindex="0" role="group" aria-label=(reader.t("accounts")) { table.list {
            caption.vh { (reader.t("accounts")) }
            thead { tr { @for key in ["read-as", "words-as-written", "said-by", "review"] { th scope="col" { (reader.t(key)) } } } }
            tbody { @for (id, said) in &question.accounts { tr {
                th scope="row" { a href={ "/claims/" (id) } { (datum(&incident::value(reader, said))) } }
                td.verbatim { @for (words, at) in said.words() { q { (datum(words)) } " " small { bdi { (at) } } } }
                td { (datum(said.speaker())) }
                td { (incident::standing_note(reader, said)) }
            } } }
        } }
        p.note { (reader.n("independent-n", &[("n", question.independent as u64)])) }
        @if reader.may_open("/review") { (form(reader, view)) }
    };
    layout::page(reader, &title, Some(Section::Sources), &body)
}

fn form(reader: &Reader, view: &View) -> Markup {
    let by = typed(&view.typed, "by");
    let take = typed(&view.typed, "take");
    let sources: Vec<&str> = view.sources.iter().map(|(key, _)| key.as_str()).collect();
    let order = match typed(&view.typed, "order") {
        "" => sources.join(", "),
        order => order.to_owned(),
    };
    let claim = view.question.claim.to_string();
    html! {
        section.about aria-labelledby="settle-h" {
            h2 #settle-h { (reader.t("settle")) }
            p.note { (reader.t("settle-lead")) }
            form.settle method="post" action={ "/claims/" (claim) "/accounts" } data-typed="" {
                (forms::token(reader)) (hidden("seen", &view.seen)) (hidden("key", &Key::fresh().hex()))
                fieldset { legend { (reader.t("settle-by")) }
                    @for policy in PolicyKind::ALL { label.tick {
                        input type="radio" name="by" value=(policy.code()) required checked[by == policy.code()];
                        span { (reader.t(&format!("policy-{}", policy.code()))) }
                    } }
                }
                fieldset { legend { (reader.t("settle-take")) }
                    @for (id, said) in &view.question.accounts { label.tick {
                        input type="radio" name="take" value=(id) checked[take == id.to_string()];
                        span { (datum(&incident::value(reader, said))) " " small.note { (datum(said.speaker())) } }
                    } }
                }
                p.field.grow { label for="order" { (reader.t("settle-order")) } input #order name="order" value=(order) dir="ltr" autocomplete="off"; }
                p.field.grow { label for="why" { (reader.t("reason-needed")) } input #why name="why" value=(typed(&view.typed, "why")) required maxlength=(forms::LONGEST_REASON) dir="auto" autocomplete="off"; }
                p { button.btn { (reader.t("settle-go")) } }
            }
            div.under { (undo::form(reader, view.last.as_ref(), &[("claim", &claim)])) }
        }
    }
}
