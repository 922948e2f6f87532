//! «As known on»: pages as things stood at a checkpoint. The field that asks for it, the banner that says it, the list of
//! checkpoints, and the page that stands in while an earlier state is being read.

use super::{
    error::PageError,
    forms, jobs,
    layout::{self, Section, empty},
    prefs::is_own,
    query::{self, with_parameter, without_parameter},
    reader::Reader,
    router::{html_page, refuse},
    routes::{Caller, is_of_the_past, need_of},
};
use crate::desk::{
    Desk, Point,
    jobs::{Came, Stands, Work},
};
use axum::{
    extract::Query,
    http::{StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use habeas_publish::ui::grouped;
use maud::{Markup, html};
use std::time::Duration;

use super::guard::SignedForm;

/// The parameter that names a checkpoint.
pub const AS_OF: &str = "as_of";

/// Checkpoints on the page of all; a day finds older ones.
const SHOWN: usize = 100;

/// A small vault is read while the browser waits; a larger one has the page of its job.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(50);

/// Seconds after which a browser without script looks again.
const LOOK_AGAIN_S: u64 = 3;

/// The checkpoint that an address names.
pub fn asked_for(uri: &Uri) -> Option<String> {
    let Query(pairs) = Query::<query::Pairs>::try_from_uri(uri).ok()?;
    query::value(&pairs, AS_OF).ok()?
}

/// The field on every page that can be read as things stood, and the banner where it is.
pub fn field(reader: &Reader) -> Markup {
    if let Some(point) = &reader.as_of {
        return html! {
            p.past role="note" {
                b { (reader.t("earlier-shows")) " " (when(reader, point)) } " "
                a href=(without_parameter(&reader.address, AS_OF)) { (reader.t("earlier-now")) }
            }
        };
    }
    html! { @if reader.who.is_some() && !reader.is_file && is_of_the_past(&reader.address) {
        details.as-of {
            summary { (reader.t("earlier-field")) }
            form method="post" action="/earlier" {
                (forms::token(reader)) (forms::hidden("back", &reader.address))
                p.field { label for="as-of" { (reader.t("earlier-day")) } input #as-of type="date" name=(AS_OF) required; }
                p.field { button.btn { (reader.t("earlier-show")) } }
                p.note { a href=(query::address("/earlier", &[("back", &reader.address)])) { (reader.t("earlier-all")) } }
            }
        }
    } }
}

/// The day of a checkpoint, with its name.
fn when(reader: &Reader, point: &Point) -> Markup {
    html! { bdi { (point.day().unwrap_or_else(|| reader.t("earlier-day-unknown"))) } " " code { (point.id) } }
}

/// The sentence that figures carry in themselves, since they get cut out and travel.
pub fn caption(reader: &Reader) -> Option<String> {
    let point = reader.as_of.as_ref()?;
    Some(format!("{} {} ({})", reader.t("earlier-shows"), point.day().unwrap_or_default(), point.id))
}

/// What stands in for a page whose state is not read yet.
pub fn not_read_yet(reader: &Reader, caller: &Caller, id: &str) -> Response {
    let desk = caller.opened.as_ref().map(|opened| &opened.desk);
    let point = desk.and_then(|desk| desk.point(id).ok()).filter(|point| point.id == id);
    let (Some(desk), Some(point)) = (desk, point) else { return refuse(reader, &PageError::NotFound) };
    let runs = desk.running_job().filter(|job| job.work == Work::LookBack);
    let title = reader.t("earlier-title");
    let body = html! {
        header.pagehead { h1 { (title) } p.lead { (when(reader, &point)) } }
        @if let Some(job) = &runs {
            p role="status" { (reader.t("earlier-runs")) }
            p {
                a.btn href=(reader.address) { (reader.t("earlier-look-again")) }
                @if let Some(address) = reader.href(format!("/jobs/{}", job.id)) { " " a.btn href=(address) { (reader.t("job-look-back")) } }
            }
        } @else {
            p { (reader.t("earlier-not-read")) }
            (begin_form(reader, &point.id, &without_parameter(&reader.address, AS_OF), "earlier-read"))
        }
        p { a href=(without_parameter(&reader.address, AS_OF)) { (reader.t("earlier-now")) } }
    };
    let again = runs.map(|_| LOOK_AGAIN_S);
    html_page(StatusCode::OK, layout::page_looking_again(reader, &title, None, &body, again))
}

fn begin_form(reader: &Reader, id: &str, back: &str, button: &str) -> Markup {
    html! {
        form method="post" action="/earlier" {
            (forms::token(reader)) (forms::hidden("back", back)) (forms::hidden(AS_OF, id))
            button.btn { (reader.t(button)) }
        }
    }
}

/// Checkpoints to look back from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    points: Vec<Point>,
    n_points: u64,
    back: String,
}

/// Reads the checkpoints.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk, pairs: &[(String, String)]) -> Result<View, PageError> {
    let mut points = desk.points()?;
    let n_points = points.len() as u64;
    points.truncate(SHOWN);
    Ok(View { points, n_points, back: way_back(desk, pairs) })
}

/// Draws the checkpoints, each with its button.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let title = reader.t("earlier-title");
    let body = html! {
        header.pagehead { h1 { (title) } p.lead { (reader.t("earlier-lead")) } }
        @if view.points.is_empty() { (empty(&reader.t("earlier-none"), Some("habeas checkpoint make"))) }
        @else {
            p.found { (reader.n("earlier-n", &[("n", view.n_points)])) }
            div.scroll tabindex="0" role="group" aria-label=(title) { table.list {
                caption.vh { (title) }
                thead { tr {
                    th scope="col" { (reader.t("earlier-made")) }
                    th scope="col" { (reader.t("card-checkpoint")) }
                    th scope="col" { (reader.t("earlier-entries")) }
                    th scope="col" { span.vh { (reader.t("earlier-show")) } }
                } }
                tbody { @for point in &view.points { tr {
                    th scope="row" { bdi { (point.day().unwrap_or_else(|| reader.t("earlier-day-unknown"))) } }
                    td { code { (point.id) } }
                    td { bdi { (grouped(point.n_entries)) } }
                    td { (begin_form(reader, &point.id, &view.back, "earlier-show")) }
                } } }
            } }
        }
    };
    layout::page(reader, &title, Some(Section::Cases), &body)
}

/// Where the page goes from which somebody asks: one of ours that can be read as things stood, and that they may open.
fn way_back(desk: &Desk, pairs: &[(String, String)]) -> String {
    let may = |address: &str| need_of(address).is_some_and(|need| need.check(desk.who().role).is_ok());
    let given = pairs.iter().find(|(name, _)| name == "back").map(|(_, value)| value.as_str());
    let given = given.filter(|address| is_own(address) && is_of_the_past(address) && may(address));
    given
        .map_or_else(|| if may("/cases") { "/cases" } else { "/stats" }.to_owned(), |own| without_parameter(own, AS_OF))
}

/// Begins to read an earlier state, and leads to the page that was asked for as soon as it is there.
pub async fn begin(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let named = match query::value(&fields, AS_OF) {
        Ok(Some(named)) => named,
        Ok(None) => return refuse(&reader, &PageError::Parameter { name: AS_OF }),
        Err(error) => return refuse(&reader, &error),
    };
    let point = match desk.point(&named) {
        Ok(point) => point,
        Err(failure) => return refuse(&reader, &failure.into()),
    };
    let address = with_parameter(&way_back(&desk, &fields), AS_OF, &point.id);
    let there = || Redirect::to(&address).into_response();
    if desk.earlier(&point.id).is_some() {
        return there();
    }
    let (id, goes) = (point.id.clone(), address.clone());
    let look_back = move |desk: &Desk, _: &crate::output::Output| {
        desk.look_back(&id)?;
        Ok(Came { goes, ..Came::default() })
    };
    let job = match desk.start(Work::LookBack, point.day().unwrap_or(point.id), look_back) {
        Ok(job) => job,
        Err(failure) => return refuse(&reader, &failure.into()),
    };
    let mut waited = Duration::ZERO;
    while matches!(job.stands().0, Stands::Running { .. }) && waited < PATIENCE {
        tokio::time::sleep(LOOK).await;
        waited += LOOK;
    }
    match job.stands().0 {
        Stands::Done(came) if came.goes == address => there(),
        Stands::Failed(failure) if job.work == Work::LookBack => refuse(&reader, &failure.into()),
        _ if reader.may_open("/jobs/0") => jobs::to(&job),
        _ => there(),
    }
}
