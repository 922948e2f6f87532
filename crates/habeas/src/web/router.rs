//! Addresses and what answers them.

use super::{
    assets, audit, case, cases, claims, consent, crosstab, disagreements, doctor, download, earlier, enter,
    error::{self, PageError},
    guard::{SignedForm, guard},
    incident, incoming, jobs, keys, layout,
    lock::{Lock, Moment},
    map, named, overview, prefs, publish,
    query::Pairs,
    reader::Reader,
    record, redact, reported, review,
    routes::Routes,
    searches,
    session::Sessions,
    shares, source, sources, start, stats, team, unlock,
};
use crate::{desk::Desk, rights::Need};
use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Path, Query, Request, State},
    handler::Handler,
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use habeas_core::Right;
use maud::Markup;
use std::{ops::Deref, sync::Arc, time::Instant};
use tokio::sync::mpsc::UnboundedSender;
use tower_http::{CompressionLevel, compression::CompressionLayer};

/// Bytes at most in a form; ours are short.
const LONGEST_FORM: usize = 16 * 1024;

/// What all requests share.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// See [`App`].
pub struct Shared {
    /// The vault, open or locked.
    pub lock: Lock,
    /// Host headers that are answered, each `name:port`.
    pub hosts: Vec<String>,
    /// Who is in.
    pub sessions: Sessions,
    /// Whether connections are sealed, because other computers reach the pages.
    pub is_sealed: bool,
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
    pub fn new(lock: Lock, hosts: Vec<String>, announce: UnboundedSender<String>) -> Self {
        Self(Arc::new(Shared { lock, hosts, sessions: Sessions::default(), is_sealed: false, announce }))
    }

    /// The same for other computers.
    pub fn sealed(lock: Lock, hosts: Vec<String>, announce: UnboundedSender<String>) -> Self {
        Self(Arc::new(Shared { lock, hosts, sessions: Sessions::default(), is_sealed: true, announce }))
    }

    /// How addresses begin.
    pub fn scheme(&self) -> &'static str {
        if self.is_sealed { "https://" } else { "http://" }
    }

    /// Makes a new way in and announces it; false where the last one is too recent.
    pub fn announce_entry(&self, now: Instant) -> bool {
        let Some(token) = self.sessions.new_entry(now) else { return false };
        let host = self.hosts.first().map_or("", String::as_str);
        // Nobody listens any more only while the server ends.
        self.announce.send(format!("{}{host}/enter#{token}", self.scheme())).is_ok()
    }

    /// Locks for everybody.
    pub fn lock_now(&self) -> bool {
        // What runs holds the vault open; it ends at its next step.
        if let Some(opened) = self.lock.opened() {
            opened.desk.stop_jobs();
        }
        self.sessions.lock();
        self.lock.lock()
    }

    /// Locks for everybody where nobody used the vault for too long.
    pub fn lock_if_left(&self) -> bool {
        // Work that somebody began is use, also while nobody looks.
        if self.lock.opened().is_some_and(|opened| opened.desk.running_job().is_some()) {
            self.lock.touch(Moment::now());
        }
        let locked = self.lock.lock_if_left(Moment::now());
        if let Some(opened) = self.lock.opened() {
            opened.desk.let_go(Instant::now());
        }
        if locked {
            self.sessions.lock();
        }
        locked
    }

    /// The first page for whoever opened the vault.
    pub fn home(&self) -> &'static str {
        layout::home_of(self.lock.opened().map(|opened| opened.desk.who().role))
    }
}

/// The parameters of an address as they come, to be read by the page's own `Query`.
type Parameters = Query<Pairs>;

const TABLES: Need = Need::Right(Right::Tables);
const CASES: Need = Need::Right(Right::Cases);
const CODE: Need = Need::Right(Right::Code);
const JUDGE: Need = Need::Right(Right::Judge);
const KEEP: Need = Need::Right(Right::Keep);
const COPY: Need = Need::Right(Right::Copy);
const PUBLISH: Need = Need::Right(Right::Publish);
const AUDIT: Need = Need::Right(Right::Audit);

/// All addresses, each with what it needs.
pub fn routes() -> Routes {
    Routes::default()
        .get("/", TABLES, async |desk: Desk, reader: Reader| page(desk, reader, overview::load, overview::render).await)
        .past("/cases", CASES, list_cases)
        .past("/cases/{id}", CASES, show_case)
        .get(
            "/cases/{id}/accounts/{question}",
            CASES,
            async |desk: Desk, reader: Reader, Path((id, question)): Path<(String, String)>| {
                page(desk, reader, move |desk| claims::of_case::load(desk, &id, &question), claims::of_case::render)
                    .await
            },
        )
        .post("/cases/{id}/accounts/{question}", JUDGE, claims::of_case::decide)
        .post("/searches", CASES, searches::save)
        .post("/searches/forget", CASES, searches::forget)
        .past("/entities", CASES, async |desk: Desk, reader: Reader| {
            page(desk, reader, incident::load_list, incident::render_list).await
        })
        .past("/entities/{id}", CASES, async |desk: Desk, reader: Reader, Path(id): Path<String>| {
            page(desk, reader, move |desk| incident::load(desk, &id), incident::render).await
        })
        .past("/reported", CASES, async |desk: Desk, reader: Reader| {
            page(desk, reader, reported::load, reported::render).await
        })
        .past("/sources", CASES, async |desk: Desk, reader: Reader| {
            page(desk, reader, sources::load, sources::render).await
        })
        .get("/sources/new", CODE, incoming::get)
        .post("/sources/new", CODE, incoming::receive.layer(DefaultBodyLimit::max(incoming::LONGEST_UPLOAD)))
        .post(
            "/sources/new/typed",
            CODE,
            incoming::typed::receive.layer(DefaultBodyLimit::max(incoming::typed::LONGEST)),
        )
        .get("/sources/new/{waiting}", CODE, incoming::list::get)
        .post("/sources/new/{waiting}", CODE, incoming::list::settle)
        .get("/sources/new/{waiting}/text", CODE, incoming::text::get)
        .post("/sources/new/{waiting}/text", CODE, incoming::text::take)
        .post("/sources/new/{waiting}/aside", CODE, incoming::put_aside)
        .post("/imports/{import}/undo", CODE, incoming::undo)
        .get("/jobs/{job}", CASES, jobs::get)
        .post("/jobs/{job}/stop", CASES, jobs::stop)
        .post("/link", JUDGE, jobs::link)
        .post("/estimates", JUDGE, jobs::estimate)
        .past("/sources/{key}", CASES, show_source)
        .get("/sources/{key}/redact", CASES, redact::get)
        .post("/sources/{key}/redact", CODE, redact::make)
        .get("/sources/{key}/pages/{page}", CASES, redact::picture)
        .past("/sources/{key}/{number}", CASES, show_record)
        .get("/sources/{key}/names", CASES, async |desk: Desk, reader: Reader, Path(key): Path<String>| {
            page(desk, reader, move |desk| named::load(desk, &key), named::render).await
        })
        .post("/sources/{key}/{number}/gone", CODE, record::say_why_gone)
        .post("/sources/{key}/suggest", CODE, claims::suggest)
        .post("/sources/{key}/made-from", CODE, source::made_from)
        .get("/claims", CODE, async |desk: Desk, reader: Reader| page(desk, reader, claims::load, claims::render).await)
        .get("/claims/queue", CODE, claims::queue::get)
        .post("/claims/queue", CODE, claims::queue::decide)
        .post("/claims/undo", CODE, claims::undo::take)
        .get("/claims/new", CODE, claims::form::get)
        .post("/claims/new", CODE, claims::form::add)
        .get("/claims/conflicts", CASES, async |desk: Desk, reader: Reader| {
            page(desk, reader, claims::conflict::load_list, claims::conflict::render_list).await
        })
        .get("/claims/{claim}", CASES, async |desk: Desk, reader: Reader, Path(id): Path<String>| {
            page(desk, reader, move |desk| claims::one::load(desk, &id), claims::one::render).await
        })
        .post("/claims/{claim}", CODE, claims::one::act)
        .get("/claims/{claim}/accounts", CASES, async |desk: Desk, reader: Reader, Path(id): Path<String>| {
            page(desk, reader, move |desk| claims::conflict::load(desk, &id), claims::conflict::render).await
        })
        .post("/claims/{claim}/accounts", JUDGE, claims::conflict::decide)
        .past("/stats", TABLES, async |desk: Desk, reader: Reader| page(desk, reader, stats::load, stats::render).await)
        .past("/stats/by", TABLES, show_crosstab)
        .past("/stats/map", CASES, async |desk: Desk, reader: Reader| page(desk, reader, map::load, map::render).await)
        .past("/stats/map/places.svg", CASES, download::map)
        .past("/stats/file/{file}", TABLES, download::get)
        .past("/stats/disagreements/{question}/{left}/{right}", CASES, show_disagreements)
        .get("/earlier", TABLES, async |desk: Desk, reader: Reader, Query(pairs): Parameters| {
            page(desk, reader, move |desk| earlier::load(desk, &pairs), earlier::render).await
        })
        .post("/earlier", TABLES, earlier::begin)
        .get("/review", JUDGE, review::get)
        .post("/review/decide", JUDGE, review::decide)
        .post("/review/undo", JUDGE, review::undo)
        .get("/review/clusters", JUDGE, review::clusters::list)
        .get("/review/clusters/{id}", JUDGE, review::clusters::get)
        .post("/review/clusters/{id}", JUDGE, review::clusters::decide)
        .get("/review/disputes", JUDGE, async |desk: Desk, reader: Reader| {
            page(desk, reader, review::disputes::load, review::disputes::render).await
        })
        .get("/review/agreement", JUDGE, async |desk: Desk, reader: Reader| {
            page(desk, reader, review::agreement::load, review::agreement::render).await
        })
        .get("/audit", AUDIT, async |desk: Desk, reader: Reader| page(desk, reader, audit::load, audit::render).await)
        .get("/keys", Need::Browser, async |reader: Reader| html_page(StatusCode::OK, keys::render(&reader)))
        .post("/prefs", Need::Browser, async |SignedForm(fields): SignedForm| prefs::answer(&fields))
        .get("/start", Need::Browser, start::show)
        .post("/start/make", Need::Browser, start::make)
        .post("/start/open", Need::Browser, start::open)
        .post("/start/demo", Need::Browser, start::demo)
        .get("/team", Need::Member, async |desk: Desk, reader: Reader| {
            page(desk, reader, team::load, team::render).await
        })
        .get("/doctor", Need::Member, async |desk: Desk, reader: Reader| {
            page(desk, reader, doctor::load, doctor::render).await
        })
        .get("/consent", CASES, async |desk: Desk, reader: Reader, Query(pairs): Parameters| {
            consent::show(desk, reader, &pairs).await
        })
        .post("/consent", CODE, consent::record)
        .post("/consent/withdraw", CODE, consent::withdraw)
        .get("/publish", PUBLISH, async |desk: Desk, reader: Reader| {
            page(desk, reader, publish::load, publish::render).await
        })
        .post("/publish/check", PUBLISH, publish::check)
        .post("/publish/propose", PUBLISH, publish::propose)
        .post("/publish/approve", PUBLISH, publish::approve)
        .post("/publish/build", PUBLISH, publish::build)
        .post("/publish/verify", PUBLISH, publish::verify)
        .post("/publish/deliver", PUBLISH, publish::deliver)
        .post("/publish/copy", PUBLISH, publish::copy)
        .post("/publish/withdraw", PUBLISH, publish::withdraw)
        .post("/team/add", KEEP, team::add)
        .post("/team/role", KEEP, team::set_role)
        .post("/checkpoints", COPY, team::checkpoint)
        .post("/backup", COPY, team::backup)
        .post("/shares", KEEP, shares::make)
        .get("/unlock", Need::Browser, unlock::show)
        .post("/unlock", Need::Browser, unlock::take.layer(DefaultBodyLimit::max(incoming::typed::LONGEST)))
        .post("/unlock/keep", Need::Browser, unlock::keep.layer(DefaultBodyLimit::max(incoming::typed::LONGEST)))
        .post("/lock", Need::Browser, unlock::lock)
        .get("/enter", Need::Nothing, async |reader: Reader| enter::show(&reader))
        .post("/enter", Need::Nothing, take_entry)
        .post("/enter/again", Need::Nothing, async |State(app): State<App>, reader: Reader| enter::again(&app, &reader))
        .get("/a/{*name}", Need::Nothing, assets::asset)
}

/// All addresses behind the guard.
pub fn router(app: App) -> Router {
    routes()
        .router(
            async |reader: Reader| refuse(&reader, &PageError::NotFound),
            async |reader: Reader| refuse(&reader, &PageError::OtherMethod),
        )
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .layer(middleware::from_fn_with_state(app.clone(), no_lengths_that_tell))
        // One step above the usual 4: a tenth less to send in the same time.
        .layer(CompressionLayer::new().br(true).gzip(true).quality(CompressionLevel::Precise(5)))
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .with_state(app)
}

/// On a network the length of a page that was compressed would tell whoever listens about the token in its forms
/// (BREACH): there pages go as they are.
async fn no_lengths_that_tell(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if app.is_sealed {
        // What has an encoding is not compressed.
        response.headers_mut().entry(header::CONTENT_ENCODING).or_insert(HeaderValue::from_static("identity"));
    }
    response
}

async fn take_entry(State(app): State<App>, reader: Reader, Form(fields): Form<Pairs>) -> Response {
    enter::take(&app, &reader, &fields)
}

async fn list_cases(desk: Desk, reader: Reader, Query(pairs): Parameters) -> Response {
    match cases::Query::read(&pairs) {
        Ok(query) => page(desk, reader, move |desk| cases::load(desk, query), cases::render).await,
        Err(error) => refuse(&reader, &error),
    }
}

async fn show_case(desk: Desk, reader: Reader, Path(id): Path<String>, Query(pairs): Parameters) -> Response {
    match case::Query::read(&id, &pairs) {
        Ok(query) => page(desk, reader, move |desk| case::load(desk, query), case::render).await,
        Err(error) => refuse(&reader, &error),
    }
}

async fn show_source(desk: Desk, reader: Reader, Path(key): Path<String>, Query(pairs): Parameters) -> Response {
    match source::Query::read(key, &pairs) {
        Ok(query) => page(desk, reader, move |desk| source::load(desk, query), source::render).await,
        Err(error) => refuse(&reader, &error),
    }
}

async fn show_record(desk: Desk, reader: Reader, Path((key, number)): Path<(String, String)>) -> Response {
    match record::Query::read(key, &number) {
        Ok(query) => page(desk, reader, move |desk| record::load(desk, query), record::render).await,
        Err(error) => refuse(&reader, &error),
    }
}

async fn show_crosstab(desk: Desk, reader: Reader, Query(pairs): Parameters) -> Response {
    match crosstab::Query::read(&pairs) {
        Ok(query) => page(desk, reader, move |desk| crosstab::load(desk, query), crosstab::render).await,
        Err(error) => refuse(&reader, &error),
    }
}

async fn show_disagreements(
    desk: Desk,
    reader: Reader,
    Path((question, left, right)): Path<(String, String, String)>,
    Query(pairs): Parameters,
) -> Response {
    match disagreements::Query::read(&question, left, right, &pairs) {
        Ok(query) => page(desk, reader, move |desk| disagreements::load(desk, query), disagreements::render).await,
        Err(error) => refuse(&reader, &error),
    }
}

/// Loads a view on the pool of blocking threads and draws it.
pub async fn page<V: Send + 'static>(
    desk: Desk,
    reader: Reader,
    load: impl FnOnce(&Desk) -> Result<V, PageError> + Send + 'static,
    render: impl FnOnce(&Reader, &V) -> Markup,
) -> Response {
    match tokio::task::spawn_blocking(move || load(&desk)).await {
        Ok(Ok(view)) => html_page(StatusCode::OK, render(&reader, &view)),
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// Draws the page of an error.
pub fn refuse(reader: &Reader, error: &PageError) -> Response {
    html_page(error.status(), error::render(reader, error))
}

/// Answers with a page or a part of one.
pub fn html_page(status: StatusCode, page: Markup) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.into_string()).into_response()
}
