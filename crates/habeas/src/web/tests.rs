//! What pages promise, asked of the router itself, without socket and browser: over a real vault of three invented
//! persons, one of whom has a name that means harm.

mod claims;
mod earlier;
mod entities;
mod export;
mod figures;
mod incidents;
mod incoming;
mod locking;
mod messages;
mod publishing;
mod review;
mod roles;
mod searches;
mod start;

use super::{
    lock::Lock,
    router::{App, router},
    session::COOKIE,
};
use crate::{
    desk::{DEMO_TRUTH, Desk, ESTIMATE_RUN, Who},
    failure::Failure,
};
use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, Response, StatusCode, header},
};
use habeas_core::{
    Attribution, CellSpan, Claim, Date, EventKind, NameAsGiven, Origin, PartialDate, Partition, Passage, PlaceAsGiven,
    Polarity, Predicate, Record, RecordId, Role, SourceKind, SpeakerKind, UserId, Value,
};
use habeas_vault::{ImportSummary, InitOptions, KdfCost, LinkRun, Passphrase, SourceDraft, Vault};
use std::time::{Duration, Instant};
use tower::ServiceExt;

const HOST: &str = "127.0.0.1:7417";
const PASSPHRASE: &str = "invented people";
const OWN: &str = "http://127.0.0.1:7417";
/// Breaks out of text, of an attribute and of a style, if anything lets it.
const HARMFUL: &str = "\"><script>window.__xss=1</script><svg onload='x'>";

/// A router over a vault, with an open session.
struct House {
    app: App,
    cookie: String,
    person: String,
    entity: String,
    folder: tempfile::TempDir,
}

/// A desk over a vault that holds nothing and whose folder is gone.
pub fn empty_desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let options = InitOptions {
        name: String::new(),
        founder: "Keeper".into(),
        device: "computer".into(),
        kdf: KdfCost::demo(),
        now_ms: 0,
    };
    Desk::new(Vault::init(&folder.path().join("vault"), &Passphrase::new(PASSPHRASE), options).unwrap())
}

/// The desk of a member with this role.
fn member(vault: Vault, role: Role) -> Desk {
    let user = vault.me();
    Desk::for_member(vault, Who { user, name: "Name of the member".into(), role })
}

fn name(words: &str) -> (Predicate, Value, String) {
    (Predicate::Name, Value::Name(NameAsGiven::unassigned(words)), words.to_owned())
}

fn taken(day: &str) -> (Predicate, Value, String) {
    let date: Date = day.parse().unwrap();
    (Predicate::EventDate(EventKind::Taken), Value::Date(PartialDate::day(date)), day.to_owned())
}

fn place(words: &str) -> (Predicate, Value, String) {
    let place = PlaceAsGiven { parts: vec![words.to_owned()], point: None };
    (Predicate::EventPlace(EventKind::Taken), Value::Place(place), words.to_owned())
}

fn draft(key: &str, kind: SourceKind, header: &[&str]) -> SourceDraft {
    SourceDraft {
        key: key.into(),
        kind,
        title: format!("{key} {HARMFUL}"),
        said_by: Attribution::direct(format!("keeper {HARMFUL}"), SpeakerKind::Organisation),
        edition: HARMFUL.into(),
        file_name: format!("{key}.csv"),
        names_once: true,
        compiled_from: Vec::new(),
        header: header.iter().map(|&word| word.to_owned()).collect(),
    }
}

fn import_list(vault: &mut Vault, key: &str, rows: &[[(Predicate, Value, String); 3]]) {
    let mut writer =
        vault.begin_import(draft(key, SourceKind::List, &["Name", "Taken", HARMFUL]), key.as_bytes(), "", 0).unwrap();
    for (row, values) in (2..).zip(rows) {
        let cells: Vec<String> = values.iter().map(|(.., words)| words.clone()).collect();
        let claims = (0..).zip(values).map(|(column, (predicate, value, _))| {
            Claim::stated(*predicate, value.clone(), Passage::whole_cell(&cells, column).unwrap())
        });
        let claims = claims.collect();
        writer.push(Origin::Row { sheet: String::new(), row }, cells, claims).unwrap();
    }
    writer.finish(ImportSummary::default()).unwrap();
}

fn import_text(vault: &mut Vault) {
    let text = format!("They took {HARMFUL} away. The police deny it.");
    let (start, end) = (10, 10 + HARMFUL.len());
    let mut writer = vault.begin_import(draft("post", SourceKind::Article, &[]), text.as_bytes(), "", 0).unwrap();
    let cells = vec![text[start..end].to_owned(), "The police deny it.".to_owned()];
    let whole = |column: u16| {
        let end = cells[usize::from(column)].len() as u32;
        Passage::new(&cells, &[CellSpan { column, start: 0, end }]).unwrap()
    };
    let mut denial = Claim::stated(Predicate::Event(EventKind::HeldAt), Value::Occurred, whole(1));
    denial.polarity = Polarity::Denies;
    let claims = vec![Claim::stated(Predicate::Name, name(HARMFUL).1, whole(0)), denial];
    let spans = vec![start as u32..end as u32, (end + 7) as u32..(end + 26) as u32];
    writer.push(Origin::Text { spans, mention: 1 }, cells, claims).unwrap();
    writer.finish(ImportSummary::default()).unwrap();
}

impl House {
    fn new() -> Self {
        Self::of(Role::Keeper)
    }

    /// A house whose vault was opened by a member of this role.
    fn of(role: Role) -> Self {
        Self::with(role, |_| {})
    }

    /// The same, after a keeper did some more work in the vault.
    fn with(role: Role, work: impl FnOnce(&Desk)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = InitOptions {
            name: "name-of-the-vault".into(),
            founder: "Keeper".into(),
            device: "computer".into(),
            kdf: KdfCost::demo(),
            now_ms: 0,
        };
        let mut vault = Vault::init(&folder.path().join("vault"), &Passphrase::new(PASSPHRASE), options).unwrap();
        import_list(
            &mut vault,
            "families",
            &[
                [name(HARMFUL), taken("2015-02-03"), place(HARMFUL)],
                [name("Mila Ural"), taken("2016-05-01"), place("Corva")],
            ],
        );
        import_list(
            &mut vault,
            "ministry",
            &[
                [name(HARMFUL), taken("2015-02-05"), place(HARMFUL)],
                [name("کریم دارین"), taken("2016-05-02"), place("Corva")],
            ],
        );
        import_text(&mut vault);
        let entity = entities::tell(&mut vault);
        let mut record_ids = Vec::new();
        vault.for_each_record(|record| record_ids.push(record.id)).unwrap();
        let run = LinkRun {
            model_toml: String::new(),
            settings: Default::default(),
            partition: Partition::from_labels(&[0, 1, 0, 2, 0]),
            record_ids: record_ids.clone(),
            pairs: Vec::new(),
            summary_json: "{}".into(),
        };
        vault.put_link_run(&run, 0).unwrap();
        vault.put_estimate(DEMO_TRUTH, r#"{"n_total": 4}"#, 0).unwrap();
        let refused = r#"{"schema":1,"method":"dga","refused":{"code":"too_few_lists","text":"2 lists","what_would_help":"a third",
            "reasons":[{"code":"too_few_lists","text":"2 lists","facts":{"lists":2,"people":4}}]}}"#;
        vault.put_estimate(ESTIMATE_RUN, refused, 0).unwrap();
        let desk = member(vault, Role::Keeper);
        work(&desk);
        let vault = desk.into_vault().unwrap();
        let (announce, mut entries) = tokio::sync::mpsc::unbounded_channel();
        let dir = folder.path().join("vault");
        let again = move |passphrase: &Passphrase| -> Result<Desk, Failure> {
            let opened = Vault::open(&dir, passphrase).map_err(|error| crate::opening::open_failure(&dir, error))?;
            Ok(member(opened, role))
        };
        let lock = Lock::new(member(vault, role), Duration::from_secs(600), Box::new(again));
        let app = App::new(lock, vec![HOST.to_owned()], announce);
        assert!(app.announce_entry(Instant::now()));
        let address = entries.try_recv().unwrap();
        let token = address.strip_prefix("http://127.0.0.1:7417/enter#").unwrap();
        let cookie = format!("{COOKIE}={}", app.sessions.enter(token, Instant::now(), true).unwrap());
        Self { app, cookie, person: record_ids[0].to_string(), entity, folder }
    }

    /// Every page that shows something.
    fn pages(&self) -> Vec<String> {
        let fixed = [
            "/",
            "/cases",
            "/cases?q=mila",
            "/cases?contradicted=1",
            "/entities",
            "/claims",
            "/claims/queue",
            "/claims/new?source=post",
            "/claims/conflicts",
            "/reported",
            "/sources",
            "/sources/new",
            "/sources/families",
            "/sources/post",
            "/sources/families/2",
            "/sources/post/1",
            "/stats",
            "/stats/by?rows=place&columns=sex",
            "/stats/map",
            "/audit",
            "/team",
            "/consent",
            "/publish",
            "/review",
            "/review?of=again",
            "/review/clusters",
            "/review/disputes",
            "/review/agreement",
            "/keys",
            "/earlier",
            "/stats/disagreements/event-date.taken/families/ministry",
        ];
        let (case, cluster) = (format!("/cases/{}", self.person), format!("/review/clusters/{}", self.person));
        let entity = format!("/entities/{}", self.entity);
        let consent = format!("/consent?of={}", self.person);
        fixed
            .iter()
            .map(|&page| page.to_owned())
            .chain([case.clone(), format!("{case}?only=differs"), format!("{case}/accounts/event-date.taken")])
            .chain([cluster, entity, consent])
            .collect()
    }

    async fn ask(&self, method: Method, uri: &str, headers: &[(&str, &str)], body: &str) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router(self.app.clone()).oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
    }

    /// A page of somebody who is in.
    async fn get(&self, uri: &str, more: &[(&str, &str)]) -> (StatusCode, String) {
        let headers: Vec<_> = [("host", HOST), ("cookie", self.cookie.as_str())].iter().chain(more).copied().collect();
        let response = self.ask(Method::GET, uri, &headers, "").await;
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 22).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn page(&self, uri: &str) -> String {
        let (status, page) = self.get(uri, &[]).await;
        assert_eq!(status, StatusCode::OK, "{uri}");
        page
    }

    async fn in_urdu(&self, uri: &str) -> String {
        let cookie = format!("lang=ur; {}", self.cookie);
        let response = self.ask(Method::GET, uri, &[("host", HOST), ("cookie", &cookie)], "").await;
        String::from_utf8(to_bytes(response.into_body(), 1 << 22).await.unwrap().to_vec()).unwrap()
    }

    fn form_token(&self) -> String {
        self.app.sessions.of_cookie(self.cookie.split_once('=').unwrap().1).unwrap().form_token.0
    }
}

#[tokio::test]
async fn another_host_name_gets_nothing_at_all() {
    let house = House::new();
    let odd = [
        "evil.test:7417",
        "127.0.0.1:7418",
        "127.0.0.1",
        "127.1:7417",
        "0.0.0.0:7417",
        "127.0.0.1.:7417",
        "LOCALHOST:7417",
        "localhost.:7417",
        "user@127.0.0.1:7417",
        "",
        "127.0.0.1:7417,evil.test",
        "[::1]:7417",
    ];
    for host in odd {
        let headers = [("host", host), ("cookie", house.cookie.as_str())];
        for (method, uri) in
            [(Method::GET, "/"), (Method::GET, "/enter"), (Method::POST, "/prefs"), (Method::GET, "/a/app.css")]
        {
            let response = house.ask(method, uri, &headers, "").await;
            assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
            assert!(to_bytes(response.into_body(), 10).await.unwrap().is_empty());
        }
    }
    let none = house.ask(Method::GET, "/", &[], "").await;
    assert_eq!(none.status(), StatusCode::MISDIRECTED_REQUEST);
    let two = house.ask(Method::GET, "/", &[("host", HOST), ("host", "evil.test")], "").await;
    assert_eq!(two.status(), StatusCode::MISDIRECTED_REQUEST);
    let absolute = house.ask(Method::GET, "http://evil.test/", &[("host", HOST)], "").await;
    assert_eq!(absolute.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_write_from_elsewhere_is_refused() {
    let house = House::new();
    let body = format!("theme=dark&token={}", house.form_token());
    for (origin, site, expected) in [
        (Some(OWN), Some("same-origin"), StatusCode::SEE_OTHER),
        (Some(OWN), None, StatusCode::SEE_OTHER),
        (Some(OWN), Some("cross-site"), StatusCode::FORBIDDEN),
        (Some(OWN), Some("none"), StatusCode::FORBIDDEN),
        (Some("http://127.0.0.1:7418"), Some("same-site"), StatusCode::FORBIDDEN),
        (Some("https://127.0.0.1:7417"), None, StatusCode::FORBIDDEN),
        (Some("null"), None, StatusCode::FORBIDDEN),
        (None, Some("same-origin"), StatusCode::FORBIDDEN),
        (None, None, StatusCode::FORBIDDEN),
    ] {
        let mut headers = vec![
            ("host", HOST),
            ("cookie", house.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        headers.extend(origin.map(|value| ("origin", value)));
        headers.extend(site.map(|value| ("sec-fetch-site", value)));
        assert_eq!(house.ask(Method::POST, "/prefs", &headers, &body).await.status(), expected, "{origin:?} {site:?}");
    }
}

#[tokio::test]
async fn a_write_needs_session_token_form_and_a_known_method() {
    let house = House::new();
    let signed = format!("theme=dark&token={}", house.form_token());
    let form = "application/x-www-form-urlencoded";
    for (cookie, kind, body, expected) in [
        (house.cookie.as_str(), form, signed.as_str(), StatusCode::SEE_OTHER),
        ("", form, &signed, StatusCode::FORBIDDEN),
        ("__Host-habeas=00", form, &signed, StatusCode::FORBIDDEN),
        (&house.cookie, form, "theme=dark", StatusCode::FORBIDDEN),
        (&house.cookie, form, "theme=dark&token=", StatusCode::FORBIDDEN),
        (&house.cookie, "text/plain", &signed, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (&house.cookie, form, &format!("{signed}&x={}", "y".repeat(20_000)), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let headers = [("host", HOST), ("origin", OWN), ("cookie", cookie), ("content-type", kind)];
        assert_eq!(house.ask(Method::POST, "/prefs", &headers, body).await.status(), expected, "{kind} {}", body.len());
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
        let headers = [("host", HOST), ("origin", OWN), ("cookie", house.cookie.as_str())];
        assert_eq!(house.ask(method, "/", &headers, "").await.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn a_page_opened_from_another_site_is_refused_but_the_way_in_is_not() {
    let house = House::new();
    for (site, expected) in [
        ("same-origin", StatusCode::OK),
        ("none", StatusCode::OK),
        ("same-site", StatusCode::FORBIDDEN),
        ("cross-site", StatusCode::FORBIDDEN),
    ] {
        assert_eq!(house.get("/stats", &[("sec-fetch-site", site)]).await.0, expected, "{site}");
        assert_eq!(house.get("/enter", &[("sec-fetch-site", site)]).await.0, StatusCode::OK, "{site}");
    }
    assert_eq!(house.get("/stats", &[("origin", "http://127.0.0.1:8000")]).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn without_a_session_no_page_holds_data() {
    let house = House::new();
    for uri in house.pages().iter().map(String::as_str).chain(["/nowhere", "/unlock"]) {
        let response = house.ask(Method::GET, uri, &[("host", HOST)], "").await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{uri}");
        assert_eq!(response.headers()[header::LOCATION], "/enter");
        assert!(to_bytes(response.into_body(), 10).await.unwrap().is_empty());
    }
    let enter = house.ask(Method::GET, "/enter", &[("host", HOST)], "").await;
    let enter = String::from_utf8(to_bytes(enter.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap();
    for data in ["name-of-the-vault", "families", "/cases", "Mila"] {
        assert!(!enter.contains(data), "{data}");
    }
    assert!(house.page("/").await.contains("name-of-the-vault"));
}

#[tokio::test]
async fn every_answer_carries_the_strict_headers() {
    let house = House::new();
    let pages = house.pages();
    for uri in pages.iter().map(String::as_str).chain(["/a/app.css", "/nowhere", "/enter"]) {
        for cookie in [house.cookie.as_str(), ""] {
            let response = house.ask(Method::GET, uri, &[("host", HOST), ("cookie", cookie)], "").await;
            let value = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
            let policy = value("content-security-policy");
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{uri}");
            assert_eq!(value("cache-control") == "no-store", !uri.starts_with("/a/"), "{uri}");
            assert_eq!(value("x-content-type-options"), "nosniff");
            assert_eq!(value("referrer-policy"), "same-origin");
            assert_eq!(value("cross-origin-opener-policy"), "same-origin");
            assert_eq!(value("cross-origin-resource-policy"), "same-origin");
            assert!(response.headers().get("access-control-allow-origin").is_none());
        }
    }
}

#[tokio::test]
async fn names_of_others_stay_text_on_every_page() {
    let house = House::new();
    let mut shown = 0;
    for uri in house.pages() {
        let page = house.page(&uri).await;
        for forbidden in
            ["<script>", "<svg onload", " style=", "<style", " onclick=", "javascript:", "http://", "https://"]
        {
            assert!(!page.contains(forbidden), "{uri} has {forbidden}");
        }
        shown += page.matches("&lt;script&gt;").count();
    }
    assert!(shown > 20, "the name must be shown to be tested: {shown}");
}

#[tokio::test]
async fn unknown_parameters_are_ignored_and_unknown_values_refused() {
    let house = House::new();
    let plain = house.page("/cases").await;
    let with_more = house.page("/cases?evil=%3Cscript%3E&utm=1").await;
    // The way back of the preference form is the only place that may repeat an address.
    let without_back = |page: &str| page.lines().collect::<String>().split("name=\"back\"").next().unwrap().to_owned();
    assert_eq!(without_back(&plain), without_back(&with_more));
    for uri in [
        "/cases?status=nonsense",
        "/cases?year=many",
        "/cases?after=x",
        "/cases?contradicted=yes",
        "/cases?source=none",
        "/cases?q=a&q=b",
        "/sources/families?after=x",
    ] {
        let (status, page) = house.get(uri, &[]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{uri}");
        assert!(!page.contains("nonsense</"), "the value is not shown again");
    }
    for uri in [
        "/cases/abc",
        "/cases/00000000000000000000000000000000",
        "/sources/none",
        "/sources/families/99",
        "/sources/families/x",
        "/stats/disagreements/name/a/b",
        "/a/../Cargo.toml",
        "/nowhere",
    ] {
        assert_eq!(house.get(uri, &[]).await.0, StatusCode::NOT_FOUND, "{uri}");
    }
}

#[tokio::test]
async fn a_case_shows_every_account_with_its_exact_place() {
    let house = House::new();
    let page = house.page(&format!("/cases/{}", house.person)).await;
    for words in [
        "2015-02-03",
        "2015-02-05",
        "Contradict",
        "href=\"/sources/families/2\"",
        "href=\"/sources/ministry/2\"",
        "href=\"/sources/post/1\"",
        "denies",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let only = house.page(&format!("/cases/{}?only=differs", house.person)).await;
    assert!(only.contains("2015-02-05") && only.matches("<tr id=\"q-").count() < page.matches("<tr id=\"q-").count());
}

#[tokio::test]
async fn search_filters_and_pages_find_who_they_should() {
    let house = House::new();
    for (uri, n) in [
        ("/cases", 3),
        ("/cases?q=mila", 1),
        ("/cases?q=%DA%A9%D8%B1%DB%8C%D9%85", 1),
        ("/cases?contradicted=1", 1),
        ("/cases?year=2016", 2),
        ("/cases?place=Corva", 2),
        ("/cases?source=post", 1),
        ("/cases?q=nobody", 0),
    ] {
        let (_, part) = house.get(uri, &[("hx-request", "true")]).await;
        assert!(part.starts_with("<div id=\"found\""), "only the part that was asked for");
        assert_eq!(part.matches("<th scope=\"row\">").count(), n, "{uri}");
    }
}

#[tokio::test]
async fn statistics_add_up_and_a_refusal_says_what_would_help() {
    let house = House::new();
    let page = house.page("/stats").await;
    for words in [
        "Only 2 of the lists",
        "Add another source",
        "No estimate is given",
        "Known truth",
        "data-y=\"2016\"",
        "/cases?year=2016",
        "/stats/disagreements/event-date.taken/families/ministry",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[tokio::test]
async fn a_page_in_urdu_has_no_english_of_ours_and_reads_from_the_right() {
    let house = House::new();
    for uri in house.pages() {
        let page = house.in_urdu(&uri).await;
        assert!(page.contains(r#"lang="ur" dir="rtl""#), "{uri}");
        assert!(!page.contains("Unknown localization"), "{uri}");
        for english in
            ["Show ", "Overview", "Statistics", "sources", "records", "Contradict", "not stated", "of the lists"]
        {
            let shown = page.split('>').filter_map(|part| part.split('<').next()).any(|text| text.contains(english));
            assert!(!shown, "{uri} shows «{english}»");
        }
    }
}

#[tokio::test]
async fn every_page_of_a_demo_says_so_and_so_does_every_figure() {
    let house = House::new();
    for uri in house.pages() {
        assert!(house.page(&uri).await.contains("is invented"), "{uri}");
    }
    let stats = house.page("/stats").await;
    for figure in stats.split("<figure").skip(1) {
        assert!(figure.split("</figure>").next().unwrap().contains("is invented"));
    }
}

#[test]
fn a_report_file_needs_nothing_else_and_leads_nowhere() {
    let house = House::new();
    let desk = house.app.lock.opened().unwrap().desk;
    let (records, figures) = (desk.records_of_person(&house.person).unwrap(), desk.figures().unwrap());
    let case = habeas_core::case_file(&records.iter().collect::<Vec<_>>());
    for lang in ["en", "ur"] {
        let estimates = desk.estimates().unwrap();
        let files = [super::report_case(&case, lang, true), super::report_tables(&figures, &estimates, lang, true)];
        for file in files {
            assert!(file.contains(&format!("<html lang=\"{lang}\"")) && file.contains("&lt;script&gt;"));
            for outside in ["<script", "<link", "http://", "https://", "href=\"/", "url(", "<form", "<button"] {
                assert!(!file.contains(outside), "{outside}");
            }
            let help = if lang == "ur" { "کوئی اور ماخذ" } else { "Add another source" };
            assert!(file.contains("2015-02-05") || file.contains(help), "the content is there");
            assert!(lang == "ur" || file.contains("is invented"), "a file of a demo says so");
        }
    }
}

#[test]
fn a_person_read_alone_is_the_one_among_all() {
    let house = House::new();
    let desk = house.app.lock.opened().unwrap().desk;
    let all = desk.snapshot().unwrap();
    for person in &all.persons {
        let records: Vec<Record> = person.records.iter().map(|idx| all.records[*idx as usize].clone()).collect();
        for record in &records {
            assert_eq!(desk.person_of(record.id).unwrap(), records);
            assert_eq!(desk.records_of_person(&record.address().to_string()).unwrap(), records);
            assert_eq!(desk.records_of_person(&record.id.to_string()).unwrap(), records);
        }
    }
    assert!(all.persons.iter().any(|person| person.records.len() > 1));
    assert_eq!(desk.person_of(RecordId([9; 16])).unwrap(), []);
}
