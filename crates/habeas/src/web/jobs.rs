//! Long work, as a page that can be left: how far it is, how long it will take, what came of it.

use super::{
    error::PageError,
    forms,
    guard::SignedForm,
    incoming::list,
    layout::{self, Section},
    publish, query,
    reader::Reader,
    refusals,
    router::{html_page, refuse},
};
use crate::{
    commands::estimate::{
        self,
        strata::{self, By},
    },
    desk::{
        Desk, estimating,
        jobs::{Came, Job, Stands, Work},
        linking,
    },
    failure::{Exit, Failure},
    output::Output,
};
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clap::ValueEnum;
use habeas_core::Right;
use habeas_publish::ui::{datum, grouped};
use habeas_stats::{Method, Seed, progress::Progress};
use maud::{Markup, html};
use std::{ops::ControlFlow, time::Duration};

/// Seconds between two looks of a browser without script.
const LOOK_AGAIN_S: u64 = 3;

/// Shows a job.
pub async fn get(desk: Desk, reader: Reader, Path(id): Path<String>) -> Response {
    match desk.job(&id) {
        Some(job) => html_page(StatusCode::OK, render(&reader, &job)),
        None => refuse(&reader, &PageError::NotFound),
    }
}

/// Stops a job.
pub async fn stop(desk: Desk, reader: Reader, Path(id): Path<String>, SignedForm(_): SignedForm) -> Response {
    match desk.job(&id) {
        Some(job) => {
            job.stop();
            to(&job)
        }
        None => refuse(&reader, &PageError::NotFound),
    }
}

/// Leads to the page of a job.
pub fn to(job: &Job) -> Response {
    Redirect::to(&format!("/jobs/{}", job.id)).into_response()
}

/// Begins a linkage of all records.
pub async fn link(desk: Desk, reader: Reader, SignedForm(_): SignedForm) -> Response {
    match desk.start(Work::Link, String::new(), run_link) {
        Ok(job) => to(&job),
        Err(failure) => refuse(&reader, &failure.into()),
    }
}

fn run_link(desk: &Desk, out: &Output) -> Result<Came, Failure> {
    let prepared = desk.keep(Right::Cases, |vault| linking::prepare(vault))?;
    let linkage = linking::run_desk(desk, &prepared, None, &linking::options(0, 1), out)?;
    let counts = vec![
        ("records", prepared.record_ids.len() as u64),
        ("persons", linkage.partition.n_clusters() as u64),
        ("pairs", linkage.n_candidates),
        ("conflicts", linkage.conflicts.len() as u64),
    ];
    Ok(Came { counts, goes: "/review".into(), ..Came::default() })
}

/// Methods that can be begun from a page, with the defaults of the command line.
pub const METHODS: [&str; 3] = ["dga", "lcmcr", "chao"];

fn method_of(code: &str) -> Option<Method> {
    match code {
        "dga" => Some(Method::dga()),
        "lcmcr" => Some(Method::lcmcr()),
        "chao" => Some(Method::chao()),
        _ => None,
    }
}

/// Begins an estimate.
pub async fn estimate(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let method = match query::known(&fields, "method", method_of) {
        Ok(Some(method)) => method,
        Ok(None) => return refuse(&reader, &PageError::Parameter { name: "method" }),
        Err(error) => return refuse(&reader, &error),
    };
    let by = match query::known(&fields, "by", |code| By::from_str(code, false).ok()) {
        Ok(by) => by,
        Err(error) => return refuse(&reader, &error),
    };
    let run = move |desk: &Desk, out: &Output| match by {
        None => run_estimate(desk, &method, out),
        Some(by) => run_by(desk, &method, by, out),
    };
    match desk.start(Work::Estimate, String::new(), run) {
        Ok(job) => to(&job),
        Err(failure) => refuse(&reader, &failure.into()),
    }
}

fn run_estimate(desk: &Desk, method: &Method, out: &Output) -> Result<Came, Failure> {
    let progress = &mut Followed { out, done: 0, of: 0 };
    let (outcome, object) = estimate::estimate_and_keep(desk, method, Seed(1), progress)?;
    let documented = ("documented", object["n_documented"].as_u64().unwrap_or_default());
    let given = ("given", u64::from(matches!(outcome, estimating::Outcome::Given(_))));
    Ok(Came { counts: vec![documented, given], goes: "/stats".into(), ..Came::default() })
}

fn run_by(desk: &Desk, method: &Method, by: By, out: &Output) -> Result<Came, Failure> {
    let (stratified, object) = strata::estimate_and_keep(desk, method, &[by], None, Seed(1), out)?;
    if stratified.n_not_reached > 0 {
        return Err(Failure::new(Exit::Interrupted, "the estimate was stopped", "begin it again"));
    }
    let documented = ("documented", object["total"]["n_documented"].as_u64().unwrap_or_default());
    let given = object["strata"].as_array().into_iter().flatten();
    let given = given.filter(|row| !row["estimate"]["refused"].is_object()).count() as u64;
    Ok(Came { counts: vec![documented, ("given", given)], goes: "/stats#strata".into(), ..Came::default() })
}

/// Passes the progress of an estimate on, and the wish to stop back.
struct Followed<'o> {
    out: &'o Output,
    done: usize,
    of: usize,
}

impl Progress for Followed<'_> {
    fn advance(&mut self, done: usize, of: usize) -> ControlFlow<()> {
        // A stage of another length has begun.
        if of != self.of || self.done >= of {
            (self.done, self.of) = (0, of);
        }
        self.done += done;
        self.out.progress("estimating", self.done as u64, of as u64);
        if self.out.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Draws the page, or its part alone where the script asks for it.
fn render(reader: &Reader, job: &Job) -> Markup {
    let (stands, ran) = job.stands();
    let part = part(reader, job, &stands, ran);
    if reader.wants_part {
        return part;
    }
    let title = reader.t(&format!("job-{}", job.work.code()));
    let section = match job.work {
        Work::Import => Section::Sources,
        Work::Link => Section::Review,
        Work::Estimate => Section::Stats,
        Work::Backup => Section::Team,
        Work::Check | Work::Publish => Section::Publish,
        Work::LookBack => Section::Cases,
    };
    let body = html! {
        header.pagehead { h1 { (title) } @if !job.about.is_empty() { p.lead { (datum(&job.about)) } } }
        (part)
    };
    let running = matches!(stands, Stands::Running { .. });
    layout::page_looking_again(reader, &title, Some(section), &body, running.then_some(LOOK_AGAIN_S))
}

fn part(reader: &Reader, job: &Job, stands: &Stands, ran: Duration) -> Markup {
    let address = format!("/jobs/{}", job.id);
    let seconds = || reader.n("job-seconds", &[("n", ran.as_secs())]);
    match stands {
        Stands::Running { stage, done, total } => html! {
            div #job hx-get=(address) hx-trigger="every 1s" hx-target="#job" hx-swap="outerHTML" {
                p role="status" { (stage_words(reader, stage)) }
                @if *total > 0 {
                    progress max=(total) value=(done) aria-label=(stage_words(reader, stage)) {}
                    p.note { bdi { (grouped(*done)) " / " (grouped(*total)) } @if let Some(left) = left(*done, *total, ran) { " · " (reader.n("job-left", &[("n", left)])) } }
                } @else {
                    progress aria-label=(stage_words(reader, stage)) {}
                    @if *done > 0 { p.note { bdi { (grouped(*done)) } @if ran.as_secs() > 0 { " · " (reader.n("job-rate", &[("n", done / ran.as_secs())])) } } }
                }
                p.note { (seconds()) " " (reader.t("job-leave")) }
                form method="post" action={ (address) "/stop" } { (forms::token(reader)) button.btn { (reader.t("job-stop")) } }
            }
        },
        Stands::Done(came) => html! {
            div #job data-say=(reader.t("job-done")) {
                p.verdict-line role="status" { (reader.t("job-done")) }
                dl.facts { @for (code, n) in &came.counts { div { dt { (reader.t(&format!("count-{code}"))) } dd { bdi { (grouped(*n)) } } } } }
                (list::remarks(reader, &came.remarks))
                (publish::said(reader, &came.said))
                div.under {
                    a.btn.go href=[reader.href(came.goes.clone())] { (reader.t(&format!("job-next-{}", job.work.code()))) }
                    @if job.work == Work::Import { (link_form(reader)) a.btn href="/sources/new" { (reader.t("incoming-another")) } }
                }
            }
        },
        Stands::Failed(failure) => html! {
            div #job data-say=(reader.t("job-failed")) {
                div.said role="alert" {
                    p { b { (reader.t("job-failed")) } }
                    (refusals::say(reader, failure))
                    @if let Some(place) = &failure.place { p.note { (datum(place)) } }
                    p.note lang="en" dir="ltr" { (failure.state) }
                }
                p { a.btn href=(layout::home(reader)) { (reader.t("back-home")) } }
            }
        },
        Stands::Stopped => html! {
            div #job data-say=(reader.t("job-stopped")) {
                p.said role="status" { (reader.t("job-stopped")) }
                p { a.btn href=(layout::home(reader)) { (reader.t("back-home")) } }
            }
        },
    }
}

/// Seconds that are left, by the rate so far; nothing before it can be told.
fn left(done: u64, total: u64, ran: Duration) -> Option<u64> {
    let told = done > 0 && ran.as_secs() >= 2 && done < total;
    told.then(|| (ran.as_secs_f64() / done as f64 * (total - done) as f64).ceil() as u64)
}

/// What a job does now, in the reader's language where there are words for it.
fn stage_words(reader: &Reader, stage: &str) -> String {
    if stage.is_empty() {
        return reader.t("stage-begins");
    }
    reader.find(&format!("stage-{}", stage.replace(' ', "-"))).unwrap_or_else(|| stage.to_owned())
}

/// The form that begins a linkage.
pub fn link_form(reader: &Reader) -> Markup {
    html! { @if reader.may_record(Right::Judge) { form method="post" action="/link" { (forms::token(reader)) button.btn { (reader.t("link-now")) } } } }
}

/// The form that begins an estimate.
pub fn estimate_form(reader: &Reader) -> Markup {
    html! { @if reader.may_record(Right::Judge) {
        form.search.begin method="post" action="/estimates" {
            (forms::token(reader))
            p.field {
                label for="method" { (reader.t("estimate-method")) }
                select #method name="method" { @for method in METHODS { option value=(method) { (reader.t(&format!("method-{method}"))) } } }
            }
            p.field {
                label for="estimate-by" { (reader.t("estimate-by")) }
                select #estimate-by name="by" {
                    option value="" { (reader.t("by-whole")) }
                    @for by in By::value_variants() { @if let Some(code) = by.to_possible_value() {
                        option value=(code.get_name()) { (reader.t(&format!("by-{}", code.get_name()))) }
                    } }
                }
            }
            p.field { button.btn { (reader.t("estimate-now")) } }
        }
    } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_only_when_a_rate_is_known() {
        assert_eq!(left(0, 100, Duration::from_secs(9)), None);
        assert_eq!(left(50, 100, Duration::from_secs(1)), None);
        assert_eq!(left(25, 100, Duration::from_secs(10)), Some(30));
        assert_eq!(left(100, 100, Duration::from_secs(10)), None);
    }

    #[test]
    fn every_method_that_is_offered_can_be_begun() {
        let reader = Reader::of_file("ur");
        for method in METHODS {
            assert!(method_of(method).is_some_and(|known| known.name() == method), "{method}");
            assert!(!reader.t(&format!("method-{method}")).contains("Unknown localization"));
        }
    }
}
