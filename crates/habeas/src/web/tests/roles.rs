//! Every address × every role, generated from the routes themselves.

use super::{
    super::routes::{LISTED, Listed},
    *,
};
use crate::{
    desk::jobs::{Came, Work},
    listing::ListFile,
    rights::Need,
};
use habeas_core::Right;

/// An address of this house for a route.
fn address(house: &House, path: &str) -> String {
    let desk = || house.app.lock.opened().unwrap().desk;
    let waiting = |_| ListFile { name: "list.csv".into(), bytes: b"Name\nMila\n".to_vec() };
    // Whoever may not bring in sources has none that wait.
    let waiting = path.find("{waiting}").map(waiting).and_then(|file| desk().receive(file).ok());
    let job = path.find("{job}").map(|_| desk().start(Work::Link, String::new(), |_, _| Ok(Came::default())).unwrap());
    let claim = path
        .find("{claim}")
        .and_then(|_| desk().book().ok())
        .and_then(|book| book.assertions.iter().find(|one| one.count().is_some()).map(|one| one.id.to_string()));
    path.replace("{claim}", claim.as_deref().unwrap_or("none"))
        .replace("/claims/new", "/claims/new?source=post")
        .replace("/entities/{id}", &format!("/entities/{}", house.entity))
        .replace("{waiting}", waiting.as_ref().map_or("none", |waiting| &waiting.id))
        .replace("{job}", job.as_ref().map_or("none", |job| &job.id))
        .replace("{import}", "0011")
        .replace("{file}", "by-year.csv")
        .replace("{page}", "1")
        .replace("{id}", &house.person)
        .replace("{key}/{number}", "families/2")
        .replace("{key}", "families")
        .replace("accounts/{question}", "accounts/event-date.taken")
        .replace("{question}/{left}/{right}", "event-date.taken/families/ministry")
        .replace("{*name}", "app.css")
}

/// Addresses whose forms say nothing without their fields.
const WANTS_FIELDS: [&str; 13] = [
    "/cases",
    "/searches",
    "/earlier",
    "/shares",
    "/claims",
    "/review",
    "/sources/new",
    "/imports",
    "/estimates",
    "/team",
    "/backup",
    "/consent",
    "/publish",
];

/// What a member gets who may, and who may not.
fn expected(listed: &Listed, role: Role) -> StatusCode {
    let may = match listed.need {
        Need::Right(right) => role.may(right),
        Need::Nothing | Need::Browser | Need::Member => true,
    };
    match (may, listed.method == Method::POST) {
        (false, _) => StatusCode::FORBIDDEN,
        // There is a vault already.
        (true, false) if listed.path == "/start" => StatusCode::SEE_OTHER,
        // A list has no pages that could be drawn.
        (true, false) if listed.path.ends_with("/pages/{page}") => StatusCode::NOT_FOUND,
        // Nor has it a text in which names could stand.
        (true, false) if listed.path.ends_with("/names") => StatusCode::NOT_FOUND,
        (true, false) => StatusCode::OK,
        (true, true) if listed.path == "/enter/again" => StatusCode::TOO_MANY_REQUESTS,
        (true, true) if listed.path == "/enter" => StatusCode::FORBIDDEN,
        // Whoever may is told what the empty form lacks.
        (true, true)
            if (WANTS_FIELDS.iter().any(|path| listed.path.starts_with(path)) && !listed.path.ends_with("/aside"))
                || listed.path.ends_with("/made-from")
                || listed.path.ends_with("/gone")
                || listed.path.ends_with("/redact") =>
        {
            StatusCode::BAD_REQUEST
        }
        // The vault is open: what was typed comes back at once.
        (true, true) if listed.path == "/unlock/keep" => StatusCode::OK,
        (true, true) => StatusCode::SEE_OTHER,
    }
}

#[tokio::test]
async fn every_address_opens_for_the_roles_that_have_its_right_and_for_no_other() {
    let mut cells = 0;
    for role in Role::ALL {
        let house = House::of(*role);
        // Locking comes last: it ends what the others need.
        let mut routes: Vec<&Listed> = LISTED.iter().collect();
        routes.sort_by_key(|listed| listed.path == "/lock");
        for listed in routes {
            let body = format!("token={}&passphrase=x", house.form_token());
            let headers = [
                ("host", HOST),
                ("origin", OWN),
                ("cookie", house.cookie.as_str()),
                ("content-type", "application/x-www-form-urlencoded"),
            ];
            let body = if listed.method == Method::POST { body.as_str() } else { "" };
            let response = house.ask(listed.method.clone(), &address(&house, listed.path), &headers, body).await;
            let status = response.status();
            assert_eq!(status, expected(listed, *role), "{role}: {} {}", listed.method, listed.path);
            if status == StatusCode::FORBIDDEN && listed.method == Method::GET {
                let page = to_bytes(response.into_body(), 1 << 20).await.unwrap();
                let page = String::from_utf8(page.to_vec()).unwrap();
                assert!(page.contains("Your role does not include") && page.contains("Keeper"), "{}", listed.path);
                for content in ["Mila Ural", "2015-02-03", "&lt;script&gt;"] {
                    assert!(!page.contains(content), "{role}: {} shows {content}", listed.path);
                }
            }
            cells += 1;
        }
    }
    assert_eq!(cells, Role::ALL.len() * LISTED.len());
    assert!(LISTED.len() >= 18, "the list is that of the router: {}", LISTED.len());
}

#[tokio::test]
async fn a_reader_of_tables_sees_figures_and_nobodys_name() {
    let house = House::of(Role::Reader);
    for uri in ["/", "/stats"] {
        let page = house.page(uri).await;
        assert!(page.contains("Reader of tables") && page.contains("Name of the member"));
        for content in ["Mila Ural", "کریم", "href=\"/cases", "href=\"/sources", "href=\"/stats/disagreements"] {
            assert!(!page.contains(content), "{uri} shows {content}");
        }
    }
    assert!(house.page("/stats").await.contains("data-y=\"2016\""), "the figures are there");
}

#[tokio::test]
async fn each_role_finds_a_first_page_and_no_link_that_is_closed_to_it() {
    for role in Role::ALL {
        let house = House::of(*role);
        let home = house.app.home();
        assert_eq!(home, if *role == Role::Auditor { "/audit" } else { "/" });
        let page = house.page(home).await;
        let navigation = page.split("<nav").nth(1).unwrap().split("</nav>").next().unwrap();
        let links: Vec<&str> =
            navigation.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(!links.is_empty());
        for link in links {
            assert_eq!(house.get(link, &[]).await.0, StatusCode::OK, "{role}: {link}");
        }
    }
}

#[test]
fn the_desk_hands_out_nothing_without_the_right() {
    for role in Role::ALL {
        let house = House::of(*role);
        let desk = house.app.lock.opened().unwrap().desk;
        let outcomes = [
            (Right::Tables, desk.figures().is_ok()),
            (Right::Tables, desk.estimates().is_ok()),
            (Right::Cases, desk.snapshot().is_ok()),
            (Right::Cases, desk.search(&Default::default()).is_ok()),
            (Right::Cases, desk.records_of_person(&house.person).is_ok()),
            (Right::Cases, desk.judgements().is_ok()),
            (Right::Cases, desk.latest_link_run().is_ok()),
            (Right::Cases, desk.sources().is_ok()),
            (Right::Audit, desk.audit().is_ok()),
            (Right::Code, desk.change(Right::Code, |_| Ok(())).is_ok()),
            (Right::Judge, desk.change(Right::Judge, |_| Ok(())).is_ok()),
            (Right::Keep, desk.keep(Right::Keep, |_| Ok(())).is_ok()),
        ];
        for (right, handed_out) in outcomes {
            assert_eq!(handed_out, role.may(right), "{role}: {right}");
        }
        if role.may(Right::Tables) {
            let figures = desk.figures().unwrap();
            let field = figures.disagreements.iter().find(|field| field.n_contradicts > 0).unwrap();
            let behind = desk.disagreeing(field.predicate, &field.lists, None, 9);
            assert_eq!(
                behind.is_ok_and(|rows| !rows.is_empty()),
                role.may(Right::Cases),
                "{role}: pairs behind figures"
            );
        }
    }
}
