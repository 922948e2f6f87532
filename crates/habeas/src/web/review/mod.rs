//! One pair a screen: same person, different people, or it cannot be told. Blind until the reader asks for the weights.
//!
//! The form carries the pair, the state in which it was shown and a key of its own: a double click, the back button and a
//! second tab write nothing twice and overwrite nothing unseen.

pub mod agreement;
pub mod clusters;
pub mod disputes;
mod letters;
mod pair;
mod weights;

use super::{
    error::PageError,
    forms::{self, Key, hidden},
    guard::SignedForm,
    layout::{self, Section, empty},
    query::{self, Pairs},
    reader::Reader,
    router::{html_page, page, refuse},
    words,
};
use crate::desk::{
    Desk,
    reviewing::{Asked, Decision, Stroke, Undecided, own_decision, pair_state, reason_and_stroke},
};
use axum::{
    extract::Query as Parameters,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::{JudgementId, Predicate, Record, RecordId, RecordPair, Verdict};
use habeas_link::Explanation;
use habeas_publish::ui::datum;
use maud::{Markup, html};
use sha2::{Digest, Sha256};

/// Decisions that stay in sight.
const RECENT: usize = 10;

/// Verdicts with their keys, in the order of the buttons.
const VERDICTS: [(Verdict, &str); 3] = [(Verdict::Same, "m"), (Verdict::Different, "n"), (Verdict::Undecided, "u")];

/// What else can be reviewed: address and message.
const OTHER_KINDS: [(&str, &str); 3] = [
    ("/review/clusters", "review-clusters"),
    ("/review/disputes", "review-disputes"),
    ("/review/agreement", "review-agreement"),
];

/// Which pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Query {
    asked: Asked,
    pair: Option<RecordPair>,
    weights: bool,
}

impl Query {
    /// Reads the address.
    ///
    /// # Errors
    /// [`PageError::Parameter`] for a value that it does not know.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, PageError> {
        Ok(Self {
            asked: query::known(pairs, "of", Asked::from_code)?.unwrap_or_default(),
            pair: query::known(pairs, "pair", read_pair)?,
            weights: query::known(pairs, "weights", |text| (text == "1").then_some(()))?.is_some(),
        })
    }
}

/// A pair as an address names it: both ids, joined by a dash.
pub fn pair_code(pair: RecordPair) -> String {
    format!("{}-{}", pair.smaller(), pair.larger())
}

fn read_pair(text: &str) -> Option<RecordPair> {
    let (a, b) = text.split_once('-')?;
    RecordPair::new(a.parse::<RecordId>().ok()?, b.parse::<RecordId>().ok()?)
}

/// A pair on the screen.
#[derive(Debug, Clone)]
pub struct Shown {
    pair: RecordPair,
    /// In the order of the columns.
    records: [Record; 2],
    /// The state that a form answers to.
    seen: String,
    /// What the reader decided before.
    earlier: Option<(Verdict, String)>,
    /// What was typed or recorded as the reason.
    why: String,
    weights: Option<Explanation>,
}

/// A decision among the last ones.
#[derive(Debug, Clone)]
struct Recent {
    id: JudgementId,
    pair: RecordPair,
    verdict: Verdict,
    why: String,
    n: usize,
    names: Option<[String; 2]>,
}

/// Why a form was not taken, for the page that answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    /// No button was pressed yet.
    Undecided,
    Changed,
    Overrules(Verdict),
    Parts(Verdict),
    Gone,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    asked: Asked,
    shown: Option<Shown>,
    recent: Vec<Recent>,
    problem: Option<Problem>,
    is_linked: bool,
    /// What was just done, for the live region.
    done: Option<Verdict>,
}

/// Reads the pair that was asked for, or the next one.
///
/// # Errors
/// [`PageError::NotFound`] where a record of the pair no longer stands.
pub fn load(desk: &Desk, query: Query) -> Result<View, PageError> {
    let by = desk.who().name.clone();
    let is_linked = desk.latest_link_run()?.is_some();
    let shown = match query.pair {
        Some(pair) => Some(show(desk, pair, &by, query.weights)?.ok_or(PageError::NotFound)?),
        None if is_linked => match desk.next_pairs(&by, query.asked, 1)?.first() {
            Some(pair) => show(desk, *pair, &by, query.weights)?,
            None => None,
        },
        None => None,
    };
    Ok(View { asked: query.asked, shown, recent: recent(desk, &by)?, problem: None, is_linked, done: None })
}

fn show(desk: &Desk, pair: RecordPair, by: &str, weights: bool) -> Result<Option<Shown>, PageError> {
    let Some([smaller, larger]) = desk.records_of_pair(pair)? else { return Ok(None) };
    // No list always stands on the left: the pair decides.
    let turned = Sha256::digest([smaller.id.0, larger.id.0].concat())[0] & 1 == 1;
    let judgements = desk.judgements()?;
    let own = own_decision(&judgements, pair, by);
    let earlier = own.map(|own| (own.verdict, reason_and_stroke(&own.why).0.to_owned()));
    Ok(Some(Shown {
        pair,
        records: if turned { [larger, smaller] } else { [smaller, larger] },
        seen: pair_state(&judgements, pair),
        earlier,
        why: String::new(),
        weights: if weights { desk.explain(pair)? } else { None },
    }))
}

fn recent(desk: &Desk, by: &str) -> Result<Vec<Recent>, PageError> {
    let of = |stroke: Stroke| -> Result<Option<Recent>, PageError> {
        let n = stroke.judgements.len();
        let Some(last) = stroke.judgements.into_iter().next_back() else { return Ok(None) };
        let names = desk.records_of_pair(last.pair)?.map(|records| records.map(|record| name_of(&record)));
        let why = reason_and_stroke(&last.why).0.to_owned();
        Ok(Some(Recent { id: last.id, pair: last.pair, verdict: last.verdict, why, n, names }))
    };
    desk.last_decisions(by, RECENT)?.into_iter().filter_map(|stroke| of(stroke).transpose()).collect()
}

/// The first name in a record; its address where none is stated.
pub fn name_of(record: &Record) -> String {
    let claim = record.claims.iter().find(|claim| claim.predicate == Predicate::Name);
    claim.map_or_else(|| record.address().to_string(), |claim| record.words(claim))
}

/// Shows a pair.
pub async fn get(desk: Desk, reader: Reader, Parameters(pairs): Parameters<Pairs>) -> Response {
    match Query::read(&pairs) {
        Ok(query) => page(desk, reader, move |desk| load(desk, query), render).await,
        Err(error) => refuse(&reader, &error),
    }
}

/// What a form says.
struct Answer {
    asked: Asked,
    pair: RecordPair,
    verdict: Option<Verdict>,
    seen: String,
    key: Key,
    why: String,
}

impl Answer {
    fn read(fields: &[(String, String)]) -> Result<Self, PageError> {
        let missing = |name| PageError::Parameter { name };
        Ok(Self {
            asked: query::known(fields, "of", Asked::from_code)?.unwrap_or_default(),
            pair: query::known(fields, "pair", read_pair)?.ok_or(missing("pair"))?,
            verdict: query::known(fields, "verdict", Verdict::from_code)?,
            seen: query::value(fields, "seen")?.ok_or(missing("seen"))?,
            key: Key::of(fields)?,
            why: forms::reason(fields, "why")?,
        })
    }
}

/// Takes a decision.
pub async fn decide(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let answer = match Answer::read(&fields) {
        Ok(answer) => answer,
        Err(error) => return refuse(&reader, &error),
    };
    let asked = answer.asked;
    let taken = tokio::task::spawn_blocking(move || take(&desk, answer)).await;
    match taken {
        Ok(Ok(view)) if view.problem.is_some() => {
            let status = match view.problem {
                Some(Problem::Overrules(_) | Problem::Parts(_) | Problem::Undecided) => {
                    StatusCode::UNPROCESSABLE_ENTITY
                }
                _ => StatusCode::CONFLICT,
            };
            html_page(status, render(&reader, &view))
        }
        Ok(Ok(view)) => done(&reader, asked, &view),
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// After a write: the next pair for the script, an address for a plain form.
fn done(reader: &Reader, asked: Asked, view: &View) -> Response {
    if reader.wants_part {
        return html_page(StatusCode::OK, panel(reader, view));
    }
    Redirect::to(&query::address("/review", &[("of", asked.code())])).into_response()
}

fn take(desk: &Desk, answer: Answer) -> Result<View, PageError> {
    let by = desk.who().name.clone();
    let Answer { asked, pair, verdict, seen, key, why } = answer;
    // The form came without its button, as after a lock: the pair as it was, with what was typed.
    let Some(verdict) = verdict else {
        let shown = show(desk, pair, &by, false)?.map(|shown| Shown { why, ..shown });
        return Ok(View {
            asked,
            shown,
            recent: recent(desk, &by)?,
            problem: Some(Problem::Undecided),
            is_linked: true,
            done: None,
        });
    };
    let decision = Decision { pair, verdict, by: by.clone(), why: why.clone() };
    let problem = match desk.decide(decision, Some(&seen), Some(key.0)) {
        Ok(_) => {
            let view = load(desk, Query { asked, ..Query::default() })?;
            return Ok(View { done: Some(verdict), ..view });
        }
        Err(Undecided::Vault(failure)) => return Err((*failure).into()),
        Err(Undecided::Changed) => Problem::Changed,
        Err(Undecided::Gone) => Problem::Gone,
        Err(Undecided::OverrulesWithoutReason) => Problem::Overrules(verdict),
        Err(Undecided::PartsWithoutReason) => Problem::Parts(verdict),
    };
    // The same pair again, with what was typed.
    let shown = show(desk, pair, &by, false)?.map(|shown| Shown { why, ..shown });
    Ok(View { asked, shown, recent: recent(desk, &by)?, problem: Some(problem), is_linked: true, done: None })
}

/// Takes a decision back.
pub async fn undo(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let asked = query::known(&fields, "of", Asked::from_code).map(Option::unwrap_or_default);
    let which = query::known(&fields, "judgement", |text| text.parse::<JudgementId>().ok());
    let (asked, which) = match (asked, which) {
        (Ok(asked), Ok(Some(which))) => (asked, which),
        (Err(error), _) | (_, Err(error)) => return refuse(&reader, &error),
        (_, Ok(None)) => return refuse(&reader, &PageError::Parameter { name: "judgement" }),
    };
    let undone = tokio::task::spawn_blocking(move || -> Result<View, PageError> {
        let by = desk.who().name.clone();
        desk.take_back(&by, Some(which))?;
        load(&desk, Query { asked, ..Query::default() })
    });
    match undone.await {
        Ok(Ok(view)) => done(&reader, asked, &view),
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// Draws the page, or its panel alone where the script asks for it.
pub fn render(reader: &Reader, view: &View) -> Markup {
    if reader.wants_part {
        return panel(reader, view);
    }
    let body = html! {
        div.review {
            header.pagehead { h1 { (reader.t("review-title")) } p.lead { (reader.t("review-lead")) } }
            (kinds(reader, Some(view.asked)))
            (panel(reader, view))
        }
    };
    layout::page(reader, &reader.t("review-title"), Some(Section::Review), &body)
}

/// What can be reviewed: kinds of pairs, disputes, agreement.
pub fn kinds(reader: &Reader, asked: Option<Asked>) -> Markup {
    html! {
        nav.tabs aria-label=(reader.t("review-kinds")) { ul {
            @for kind in Asked::ALL { li {
                a href=(query::address("/review", &[("of", kind.code())])) aria-current=[(asked == Some(kind)).then_some("page")] {
                    (reader.t(&format!("review-{}", kind.code())))
                }
            } }
            @for (address, key) in OTHER_KINDS { li {
                a href=(address) aria-current=[(reader.address == address).then_some("page")] { (reader.t(key)) }
            } }
        } }
    }
}

/// The part that is swapped after each decision. Nothing of the model is in it unless it was asked for.
fn panel(reader: &Reader, view: &View) -> Markup {
    let next = if view.shown.is_some() { "review-next" } else { "review-queue-done" };
    let say = view.done.map(|verdict| format!("{}. {}", words::verdict(reader, verdict), reader.t(next)));
    html! {
        div #panel data-say=(say.unwrap_or_default()) {
            @if let Some(problem) = view.problem { (problem_words(reader, view, problem)) }
            @match &view.shown {
                Some(shown) => { (pair_section(reader, view, shown)) }
                None if view.is_linked => {
                    section.pair.done aria-labelledby="pair-h" {
                        h2 #pair-h { (reader.t("review-queue-done")) }
                        p { (reader.t("review-done-next")) }
                        p { a.btn href="/review/agreement" { (reader.t("review-agreement")) } }
                        (undo_form(reader, view))
                    }
                }
                None => { (empty(&reader.t("review-not-linked"), Some("habeas link run"))) }
            }
            (recent_section(reader, view))
        }
    }
}

fn problem_words(reader: &Reader, view: &View, problem: Problem) -> Markup {
    let own = view.shown.as_ref().and_then(|shown| shown.earlier.as_ref());
    let pressed = match problem {
        Problem::Overrules(verdict) | Problem::Parts(verdict) => Some(verdict),
        Problem::Changed | Problem::Gone | Problem::Undecided => None,
    };
    let key = match problem {
        Problem::Undecided => "nothing-recorded",
        Problem::Changed => "review-changed",
        Problem::Gone => "review-gone",
        Problem::Overrules(_) => "review-overrules",
        Problem::Parts(_) => "review-parts",
    };
    html! {
        div.said role="alert" {
            p { (reader.t(key)) }
            @if let Some(verdict) = pressed { p { (reader.t("you-pressed")) " " b { (words::verdict(reader, verdict)) } } }
            @if let Some((verdict, why)) = own {
                p { (reader.t("you-decided")) " " b { (words::verdict(reader, *verdict)) } @if !why.is_empty() { " — " (datum(why)) } }
            }
        }
    }
}

fn pair_section(reader: &Reader, view: &View, shown: &Shown) -> Markup {
    let required = matches!(view.problem, Some(Problem::Overrules(_) | Problem::Parts(_)));
    html! {
        section.pair aria-labelledby="pair-h" {
            h2 #pair-h.vh { (reader.t("review-pair")) }
            (pair::compared(reader, &shown.records))
            form.decision method="post" action="/review/decide" hx-post="/review/decide" hx-target="#panel" hx-swap="outerHTML" data-typed="" {
                (forms::token(reader))
                (hidden("of", view.asked.code()))
                (hidden("pair", &pair_code(shown.pair)))
                (hidden("seen", &shown.seen))
                (hidden("key", &Key::fresh().hex()))
                @if let (None, Some((verdict, why))) = (view.problem, &shown.earlier) {
                    p.note.earlier { (reader.t("you-decided")) " " b { (words::verdict(reader, *verdict)) } @if !why.is_empty() { " — " (datum(why)) } }
                }
                div.verdict { @for (verdict, key) in VERDICTS {
                    button.v .(verdict.code()) name="verdict" value=(verdict.code()) data-key=(key) {
                        span { (words::verdict(reader, verdict)) } kbd aria-hidden="true" { (key) }
                    }
                } }
                (pair::reason_field(reader, &shown.why, required))
            }
        }
        div.under { (weights_switch(reader, view, shown)) (undo_form(reader, view)) }
        @if let Some(explanation) = &shown.weights { (weights::waterfall(reader, explanation)) }
    }
}

fn weights_switch(reader: &Reader, view: &View, shown: &Shown) -> Markup {
    let (label, weights) = if shown.weights.is_some() { ("hide-weights", "") } else { ("show-weights", "1") };
    let pair = pair_code(shown.pair);
    let address = query::address("/review", &[("of", view.asked.code()), ("pair", &pair), ("weights", weights)]);
    html! {
        a.btn href=(address) hx-get=(address) hx-target="#panel" hx-swap="outerHTML" data-key="w" {
            (reader.t(label)) kbd aria-hidden="true" { "w" }
        }
    }
}

/// Takes the last decision back. It names the decision, so that pressing twice takes back one.
fn undo_form(reader: &Reader, view: &View) -> Markup {
    let last = view.recent.first();
    html! {
        form method="post" action="/review/undo" hx-post="/review/undo" hx-target="#panel" hx-swap="outerHTML" {
            (forms::token(reader))
            (hidden("of", view.asked.code()))
            @if let Some(last) = last { (hidden("judgement", &last.id.to_string())) }
            button.btn data-key="z" disabled[last.is_none()] { (reader.t("undo-last")) kbd aria-hidden="true" { "z" } }
        }
    }
}

fn recent_section(reader: &Reader, view: &View) -> Markup {
    html! {
        section.recent aria-labelledby="recent-h" {
            h2 #recent-h { (reader.t("last-decisions")) }
            @if view.recent.is_empty() { p.note { (reader.t("none-decided")) } }
            @else { ol { @for one in &view.recent { li {
                span.dot .(one.verdict.code()) aria-hidden="true" {}
                b { (words::verdict(reader, one.verdict)) }
                @if one.n > 1 { span.note { (reader.n("together-n", &[("n", one.n as u64)])) } }
                @match &one.names {
                    Some([a, b]) => {
                        a href=(query::address("/review", &[("of", view.asked.code()), ("pair", &pair_code(one.pair))])) { (datum(a)) " / " (datum(b)) }
                    }
                    None => { span.note { (reader.t("review-gone")) } }
                }
                @if !one.why.is_empty() { span.note { (datum(&one.why)) } }
            } } } }
        }
    }
}
