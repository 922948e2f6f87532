//! Addresses and what answers them.

use super::{
    assets, case, cases, disagreements, enter,
    error::{self, PageError},
    guard::{SignedForm, guard},
    keys, overview, prefs,
    query::Pairs,
    reader::Reader,
    record,
    session::Sessions,
    source, sources, stats,
};
use crate::desk::Desk;
use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use maud::Markup;
use std::{ops::Deref, sync::Arc, time::Instant};
use tokio::sync::mpsc::UnboundedSender;

/// Bytes at most in a form; ours are short.
const LONGEST_FORM: usize = 16 * 1024;

/// What all requests share.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// See [`App`].
pub struct Shared {
    /// The open vault.
    pub desk: Desk,
    /// Whether all its people are invented.
    pub is_demo: bool,
    /// Its name.
    pub vault_name: String,
    /// Host headers that are answered, each `name:port`.
    pub hosts: Vec<String>,
    /// Who is in.
    pub sessions: Sessions,
    announce: UnboundedSender<String>,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// The first of `hosts` is the one that addresses name; these are sent to `announce`.
    pub fn new(desk: Desk, hosts: Vec<String>, announce: UnboundedSender<String>) -> Self {
        let (is_demo, vault_name) = (desk.is_demo(), desk.vault_name());
        Self(Arc::new(Shared { desk, is_demo, vault_name, hosts, sessions: Sessions::default(), announce }))
    }

    /// Makes a new way in and announces it; false where the last one is too recent.
    pub fn announce_entry(&self, now: Instant) -> bool {
        let Some(token) = self.sessions.new_entry(now) else { return false };
        let host = self.hosts.first().map_or("", String::as_str);
        // Nobody listens any more only while the server ends.
        self.announce.send(format!("http://{host}/enter#{token}")).is_ok()
    }
}

/// The parameters of an address as they come, to be read by the page's own `Query`.
type Parameters = Query<Pairs>;

/// All addresses behind the guard.
pub fn router(app: App) -> Router {
    Router::new()
        .route(
            "/",
            get(async |state: State<App>, reader: Reader| page(state, reader, overview::load, overview::render).await),
        )
        .route("/cases", get(list_cases))
        .route("/cases/{id}", get(show_case))
        .route(
            "/sources",
            get(async |state: State<App>, reader: Reader| page(state, reader, sources::load, sources::render).await),
        )
        .route("/sources/{key}", get(show_source))
        .route("/sources/{key}/{number}", get(show_record))
        .route(
            "/stats",
            get(async |state: State<App>, reader: Reader| page(state, reader, stats::load, stats::render).await),
        )
        .route("/stats/disagreements/{question}/{left}/{right}", get(show_disagreements))
        .route("/keys", get(async |reader: Reader| html(StatusCode::OK, keys::render(&reader))))
        .route("/prefs", post(async |SignedForm(fields): SignedForm| prefs::answer(&fields)))
        .route("/enter", get(async |reader: Reader| enter::show(&reader)).post(take_entry))
        .route("/enter/again", post(async |State(app): State<App>, reader: Reader| enter::again(&app, &reader)))
        .route("/a/{*name}", get(assets::asset))
        .fallback(async |reader: Reader| refuse(&reader, &PageError::NotFound))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .layer(tower_http::compression::CompressionLayer::new().br(true).gzip(true))
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .with_state(app)
}

async fn take_entry(State(app): State<App>, reader: Reader, Form(fields): Form<Pairs>) -> Response {
    enter::take(&app, &reader, &fields)
}

async fn list_cases(state: State<App>, reader: Reader, Query(pairs): Parameters) -> Response {
    match cases::Query::read(&pairs) {
        Ok(query) => page(state, reader, move |desk| cases::load(desk, query), cases::render).await,
        Err(error) => refuse(&reader, &error),
    }
}

async fn show_case(state: State<App>, reader: Reader, Path(id): Path<String>, Query(pairs): Parameters) -> Response {
    match case::Query::read(&id, &pairs) {
        Ok(query) => page(state, reader, move |desk| case::load(desk, query), case::render).await,
        Err(error) => refuse(&reader, &error),
    }
}

async fn show_source(state: State<App>, reader: Reader, Path(key): Path<String>, Query(pairs): Parameters) -> Response {
    match source::Query::read(key, &pairs) {
        Ok(query) => page(state, reader, move |desk| source::load(desk, query), source::render).await,
        Err(error) => refuse(&reader, &error),
    }
}

async fn show_record(state: State<App>, reader: Reader, Path((key, number)): Path<(String, String)>) -> Response {
    match record::Query::read(key, &number) {
        Ok(query) => page(state, reader, move |desk| record::load(desk, query), record::render).await,
        Err(error) => refuse(&reader, &error),
    }
}

async fn show_disagreements(
    state: State<App>,
    reader: Reader,
    Path((question, left, right)): Path<(String, String, String)>,
    Query(pairs): Parameters,
) -> Response {
    match disagreements::Query::read(&question, left, right, &pairs) {
        Ok(query) => page(state, reader, move |desk| disagreements::load(desk, query), disagreements::render).await,
        Err(error) => refuse(&reader, &error),
    }
}

/// Loads a view on the pool of blocking threads and draws it.
async fn page<V: Send + 'static>(
    State(app): State<App>,
    reader: Reader,
    load: impl FnOnce(&Desk) -> Result<V, PageError> + Send + 'static,
    render: impl FnOnce(&Reader, &V) -> Markup,
) -> Response {
    let desk = app.desk.clone();
    match tokio::task::spawn_blocking(move || load(&desk)).await {
        Ok(Ok(view)) => html(StatusCode::OK, render(&reader, &view)),
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

fn refuse(reader: &Reader, error: &PageError) -> Response {
    html(error.status(), error::render(reader, error))
}

fn html(status: StatusCode, page: Markup) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.into_string()).into_response()
}
