//! All records of one person at once: leave one out, and decide about all that is on the screen in one stroke.
//!
//! N members shown are N − 1 judgements written: each of the others with the first that stays. Records that stay are one
//! person, one that is left out is another, one that nobody is sure of is undecided. One undo takes all of them back.

use super::{
    super::{
        error::PageError,
        forms::{self, Key, hidden},
        guard::SignedForm,
        layout::{self, Section, empty},
        query::{self, Pairs},
        reader::Reader,
        router::{html_page, page, refuse},
        words,
    },
    kinds, name_of, pair,
};
use crate::desk::{Desk, reviewing::pair_state};
use axum::{
    extract::{Path, Query as Parameters},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::{PersonId, Predicate, Record, RecordId, RecordPair, Verdict};
use habeas_publish::ui::{Cell, Head, Link, Row, Table, datum, table};
use habeas_vault::PersonRow;
use maud::{Markup, html};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Members on one screen: a decision covers only what was seen, and more cannot be taken in.
const MOST_SHOWN: usize = 12;
/// Persons on one page of the list.
const PER_PAGE: usize = 50;
/// Fewer records than this are a pair, which is reviewed as one.
const LEAST: usize = 3;

/// A joint between two members and its weight in bits.
type Joint = (usize, usize, f64);

/// What each member was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placed {
    In,
    Out,
    Unsure,
}

/// One person's records.
#[derive(Debug, Clone)]
pub struct View {
    id: String,
    members: Vec<Record>,
    placed: Vec<Placed>,
    n_all: usize,
    from: usize,
    seen: String,
    why: String,
    weakest: Option<Joint>,
    weights: bool,
    problem: Option<&'static str>,
}

/// Which members, and whether the weakest joint is shown.
#[derive(Debug, Clone)]
struct Query {
    id: String,
    from: usize,
    weights: bool,
}

fn load(desk: &Desk, query: &Query) -> Result<View, PageError> {
    let all = desk.records_of_person(&query.id).map_err(|_| PageError::NotFound)?;
    let n_all = all.len();
    let members: Vec<Record> = all.into_iter().skip(query.from).take(MOST_SHOWN).collect();
    if members.is_empty() {
        return Err(PageError::NotFound);
    }
    let placed = vec![Placed::In; members.len()];
    Ok(View {
        id: query.id.clone(),
        seen: state_of(desk, &members)?,
        weakest: if query.weights { weakest_joint(desk, &members)? } else { None },
        weights: query.weights,
        members,
        placed,
        n_all,
        from: query.from,
        why: String::new(),
        problem: None,
    })
}

/// A mark of who is shown and of what was decided among them.
fn state_of(desk: &Desk, members: &[Record]) -> Result<String, PageError> {
    let judgements = desk.judgements()?;
    let mut hash = Sha256::new();
    for (i, one) in members.iter().enumerate() {
        hash.update(one.id.0);
        for pair in members[..i].iter().filter_map(|other| RecordPair::new(other.id, one.id)) {
            hash.update(pair_state(&judgements, pair));
        }
    }
    Ok(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// Where the members hang together most weakly: the lightest joint of the heaviest tree over them.
fn weakest_joint(desk: &Desk, members: &[Record]) -> Result<Option<Joint>, PageError> {
    let mut joined = vec![0];
    let mut weakest: Option<Joint> = None;
    while joined.len() < members.len() {
        let mut heaviest: Option<Joint> = None;
        for &a in &joined {
            for b in (0..members.len()).filter(|b| !joined.contains(b)) {
                let Some(pair) = RecordPair::new(members[a].id, members[b].id) else { continue };
                let Some(explanation) = desk.explain(pair)? else { return Ok(None) };
                if heaviest.is_none_or(|(_, _, bits)| explanation.weight.0 > bits) {
                    heaviest = Some((a, b, explanation.weight.0));
                }
            }
        }
        let Some(joint) = heaviest else { return Ok(None) };
        joined.push(joint.1);
        if weakest.is_none_or(|(_, _, bits)| joint.2 < bits) {
            weakest = Some(joint);
        }
    }
    Ok(weakest)
}

/// Shows one person's records.
pub async fn get(desk: Desk, reader: Reader, Path(id): Path<String>, Parameters(pairs): Parameters<Pairs>) -> Response {
    let read = || -> Result<Query, PageError> {
        let from =
            query::known(&pairs, "from", |text| text.parse::<usize>().ok().filter(|from| from % MOST_SHOWN == 0))?;
        let weights = query::known(&pairs, "weights", |text| (text == "1").then_some(()))?.is_some();
        Ok(Query { id, from: from.unwrap_or(0), weights })
    };
    match read() {
        Ok(query) => page(desk, reader, move |desk| load(desk, &query), render).await,
        Err(error) => refuse(&reader, &error),
    }
}

/// Takes one decision about all members on the screen.
pub async fn decide(desk: Desk, reader: Reader, Path(id): Path<String>, SignedForm(fields): SignedForm) -> Response {
    let address = query::address(&format!("/review/clusters/{}", query::segment(&id)), &[("done", "1")]);
    let taken = tokio::task::spawn_blocking(move || take(&desk, id, &fields)).await;
    match taken {
        Ok(Ok(None)) => Redirect::to(&address).into_response(),
        Ok(Ok(Some((status, view)))) => html_page(status, render(&reader, &view)),
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

fn take(desk: &Desk, id: String, fields: &[(String, String)]) -> Result<Option<(StatusCode, View)>, PageError> {
    let missing = |name| PageError::Parameter { name };
    let from = query::known(fields, "from", |text| text.parse().ok())?.ok_or(missing("from"))?;
    let seen = query::value(fields, "seen")?.ok_or(missing("seen"))?;
    let (key, why) = (Key::of(fields)?, forms::reason(fields, "why")?);
    let view = load(desk, &Query { id, from, weights: false })?;
    let is_set = |name: String| fields.iter().any(|(known, value)| *known == name && value == "1");
    let placed = (0..view.members.len()).map(|i| match (is_set(format!("unsure-{i}")), is_set(format!("in-{i}"))) {
        (true, _) => Placed::Unsure,
        (false, true) => Placed::In,
        (false, false) => Placed::Out,
    });
    let placed: Vec<Placed> = placed.collect();
    let refused = |status, problem| Ok(Some((status, View { problem: Some(problem), ..view.clone() })));
    if desk.is_done(key.0, &desk.who().name)? {
        return Ok(None);
    }
    if view.seen != seen {
        return refused(StatusCode::CONFLICT, "cluster-changed");
    }
    let view = View { placed: placed.clone(), why: why.clone(), ..view.clone() };
    let again = |problem| Ok(Some((StatusCode::UNPROCESSABLE_ENTITY, View { problem: Some(problem), ..view.clone() })));
    let Some(first) = placed.iter().position(|placed| *placed == Placed::In) else { return again("cluster-nobody") };
    if why.is_empty() && placed.contains(&Placed::Out) {
        return again("cluster-why");
    }
    let anchor = view.members[first].id;
    let of = |(member, placed): (&Record, &Placed)| {
        let verdict = match placed {
            Placed::In => Verdict::Same,
            Placed::Out => Verdict::Different,
            Placed::Unsure => Verdict::Undecided,
        };
        Some((RecordPair::new(anchor, member.id)?, verdict))
    };
    let verdicts: Vec<(RecordPair, Verdict)> = view.members.iter().zip(&placed).filter_map(of).collect();
    desk.decide_together(&verdicts, &desk.who().name, &why, key.0)?;
    Ok(None)
}

/// Draws one person's records.
fn render(reader: &Reader, view: &View) -> Markup {
    let n_written = view.members.len().saturating_sub(1) as u64;
    let action = format!("/review/clusters/{}", query::segment(&view.id));
    let weights = if view.weights { "" } else { "1" };
    let from = view.from.to_string();
    let body = html! {
        div.review.wide-review {
            header.pagehead { h1 { (reader.t("cluster-title")) } p.lead { (reader.t("cluster-lead")) } }
            (kinds(reader, None))
            @if let Some(problem) = view.problem { p.said role="alert" { (reader.t(problem)) } }
            @if reader.address.ends_with("done=1") { p.said role="status" { (reader.t("cluster-done")) " " a href="/review" { (reader.t("last-decisions")) } } }
            form.pair.cluster method="post" action=(action) {
                (forms::token(reader))
                (hidden("from", &from))
                (hidden("seen", &view.seen))
                (hidden("key", &Key::fresh().hex()))
                (members(reader, view))
                div.verdict.one {
                    (pair::reason_field(reader, &view.why, view.problem == Some("cluster-why")))
                    p.note { (reader.n("cluster-writes", &[("shown", view.members.len() as u64), ("n", n_written)])) }
                    button.v.same data-key="m" disabled[n_written == 0] { span { (reader.t("cluster-confirm")) } kbd aria-hidden="true" { "m" } }
                }
            }
            div.under {
                a.btn href=(query::address(&action, &[("from", &from), ("weights", weights)])) data-key="w" {
                    (reader.t(if view.weights { "hide-weights" } else { "cluster-weakest" })) kbd aria-hidden="true" { "w" }
                }
                @if view.from + view.members.len() < view.n_all {
                    a.btn rel="next" href=(query::address(&action, &[("from", &(view.from + MOST_SHOWN).to_string())])) { (reader.t("next-page")) }
                }
            }
            @if view.weights { (joint(reader, view)) }
        }
    };
    layout::page(reader, &reader.t("cluster-title"), Some(Section::Review), &body)
}

fn joint(reader: &Reader, view: &View) -> Markup {
    html! { section.weights aria-labelledby="joint-h" {
        h2 #joint-h { (reader.t("cluster-weakest")) }
        @match view.weakest {
            Some((a, b, bits)) => { p { (datum(&name_of(&view.members[a]))) " – " (datum(&name_of(&view.members[b]))) ": " bdi { (format!("{bits:.1}")) } " " (reader.t("bits")) } }
            None => { p.note { (reader.t("review-not-linked")) } }
        }
    } }
}

/// A column for each record, a row for each question.
fn members(reader: &Reader, view: &View) -> Markup {
    let asked: BTreeSet<Predicate> =
        view.members.iter().flat_map(|record| record.claims.iter().map(|claim| claim.predicate)).collect();
    let twice = |record: &Record| view.members.iter().filter(|other| other.source.id == record.source.id).count() > 1;
    html! {
        div.scroll tabindex="0" role="group" aria-label=(reader.t("records")) { table.cmp.columns {
            thead { tr {
                th scope="col" { span.vh { (reader.t("question")) } }
                @for record in &view.members { th scope="col" {
                    (pair::heading(reader, record))
                    @if twice(record) { small.tone.amber { (reader.t("cluster-twice")) } }
                } }
            } }
            tbody {
                tr {
                    th scope="row" { (reader.t("cluster-member")) }
                    @for (i, (record, placed)) in view.members.iter().zip(&view.placed).enumerate() { td {
                        @let key = (i < 9).then(|| (i + 1).to_string());
                        @let who = name_of(record);
                        label.tick {
                            input type="checkbox" name={ "in-" (i) } value="1" checked[*placed == Placed::In] data-key=[&key];
                            span { (reader.t("cluster-in")) span.vh { " " (datum(&who)) } } @if let Some(key) = &key { kbd aria-hidden="true" { (key) } }
                        }
                        label.tick { input type="checkbox" name={ "unsure-" (i) } value="1" checked[*placed == Placed::Unsure]; span { (reader.t("cluster-unsure")) span.vh { " " (datum(&who)) } } }
                    } }
                }
                @for predicate in pair::in_order().filter(|predicate| asked.contains(predicate)) { tr {
                    th scope="row" { (words::question(reader, predicate)) }
                    @for record in &view.members { td {
                        @let said = pair::said(reader, record, predicate);
                        @if said.is_empty() { span.silent { (reader.t("not-given")) } }
                        @for answer in said { div.say { (datum(&answer)) } }
                    } }
                } }
            }
        } }
    }
}

/// A page of persons with several records.
#[derive(Debug, Clone)]
pub struct List {
    /// Person, name, number of records, whether two of them are of one list.
    persons: Vec<(PersonId, String, u64, bool)>,
    next: Option<String>,
    n: u64,
}

/// Shows persons with several records, the largest first.
pub async fn list(desk: Desk, reader: Reader, Parameters(pairs): Parameters<Pairs>) -> Response {
    let read = |text: &str| {
        let (n, id) = text.split_once('-')?;
        Some((n.parse().ok()?, PersonId::from(id.parse::<RecordId>().ok()?)))
    };
    match query::known(&pairs, "after", read) {
        Ok(after) => page(desk, reader, move |desk| load_list(desk, after), render_list).await,
        Err(error) => refuse(&reader, &error),
    }
}

fn load_list(desk: &Desk, after: Option<(u32, PersonId)>) -> Result<List, PageError> {
    let (mut shown, n) = desk.largest_persons(LEAST as u32, after, PER_PAGE + 1)?;
    let more = shown.len() > PER_PAGE;
    shown.truncate(PER_PAGE);
    let next = shown.last().filter(|_| more).map(|last| format!("{}-{}", last.n_records, last.person));
    let of = |row: PersonRow| {
        let twice = row.sources.len() < row.n_records as usize;
        (row.person, row.name, u64::from(row.n_records), twice)
    };
    Ok(List { persons: shown.into_iter().map(of).collect(), next, n })
}

fn render_list(reader: &Reader, view: &List) -> Markup {
    let rows = view.persons.iter().map(|(id, name, n, twice)| Row {
        key: None,
        head: Cell::Link(Link { text: name.clone(), href: reader.href(format!("/review/clusters/{id}")) }),
        cells: vec![Cell::Number(*n), Cell::Text(if *twice { reader.t("cluster-twice") } else { String::new() })],
    });
    let listed = Table {
        caption: reader.t("review-clusters"),
        head: vec![
            Head::words(reader.t("name")),
            Head::figures(reader.t("records")),
            Head::words(reader.t("cluster-note")),
        ],
        rows: rows.collect(),
        ..Table::default()
    };
    let body = html! {
        div.review {
            header.pagehead { h1 { (reader.t("review-clusters")) } p.lead { (reader.t("clusters-lead")) } }
            (kinds(reader, None))
            @if view.persons.is_empty() { (empty(&reader.t("clusters-none"), None)) }
            @else {
                p.found { (reader.n("persons-n", &[("n", view.n)])) }
                (table(&listed))
                @if let Some(next) = &view.next {
                    nav.pages aria-label=(reader.t("pages")) { a.btn rel="next" href=(query::address("/review/clusters", &[("after", next)])) { (reader.t("next-page")) } }
                }
            }
        }
    };
    layout::page(reader, &reader.t("review-clusters"), Some(Section::Review), &body)
}
