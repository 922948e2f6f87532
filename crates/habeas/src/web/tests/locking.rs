//! A locked vault shows nothing, in no way, until a passphrase opens it.

use super::{super::routes::LISTED, *};
use crate::rights::Need;

impl House {
    /// Sends a form with further fields, each with its «&».
    pub(super) async fn post(&self, uri: &str, more: &str) -> Response<Body> {
        let headers = [
            ("host", HOST),
            ("origin", OWN),
            ("cookie", self.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.ask(Method::POST, uri, &headers, &format!("token={}{more}", self.form_token())).await
    }

    async fn unlock(&self, passphrase: &str) -> StatusCode {
        self.post("/unlock", &format!("&passphrase={}", passphrase.replace(' ', "+"))).await.status()
    }
}

#[tokio::test]
async fn locking_closes_the_vault_and_every_page_leads_to_the_passphrase() {
    let house = House::new();
    house.page("/cases").await;
    let locked = house.post("/lock", "").await;
    assert_eq!(locked.status(), StatusCode::SEE_OTHER);
    assert_eq!(locked.headers()[header::LOCATION], "/unlock");
    assert_eq!(locked.headers()["clear-site-data"], "\"cache\"");
    assert!(house.app.lock.opened().is_none());
    // Whoever else has the passphrase may open the folder now: nothing holds it.
    let vault = Vault::open(&house.folder.path().join("vault"), &Passphrase::new(PASSPHRASE)).unwrap();
    drop(vault);
    for uri in house.pages().iter().map(String::as_str).filter(|uri| *uri != "/keys").chain(["/nowhere"]) {
        let headers = [("host", HOST), ("cookie", house.cookie.as_str())];
        let response = house.ask(Method::GET, uri, &headers, "").await;
        assert_eq!(
            (response.status(), &response.headers()[header::LOCATION]),
            (StatusCode::SEE_OTHER, &"/unlock".parse().unwrap())
        );
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert!(to_bytes(response.into_body(), 10).await.unwrap().is_empty(), "{uri}");
        let part = house.ask(Method::GET, uri, &[headers[0], headers[1], ("hx-request", "true")], "").await;
        assert_eq!(
            (part.status(), &part.headers()["hx-redirect"]),
            (StatusCode::NO_CONTENT, &"/unlock".parse().unwrap())
        );
    }
    for uri in ["/unlock", "/keys"] {
        let page = house.page(uri).await;
        for content in ["name-of-the-vault", "Name of the member", "Mila", "families", "href=\"/cases", "is invented"] {
            assert!(!page.contains(content), "{uri} shows {content}");
        }
    }
}

#[tokio::test]
async fn only_what_needs_no_vault_answers_while_it_is_locked() {
    let house = House::new();
    house.app.lock_now();
    for listed in LISTED.iter().filter(|listed| listed.method == Method::GET) {
        let uri = listed.path.replace("{*name}", "app.css").replace(['{', '}'], "");
        let (status, _) = house.get(&uri, &[]).await;
        // Where there is a vault, the page that makes one leads on.
        let open = matches!(listed.need, Need::Nothing | Need::Browser) && listed.path != "/start";
        assert_eq!(status == StatusCode::OK, open, "{uri}");
    }
}

#[tokio::test]
async fn the_passphrase_opens_it_again_and_a_wrong_one_says_nothing_but_no() {
    let house = House::new();
    house.app.lock_now();
    let mut answers = Vec::new();
    for wrong in ["", "x", "invented peopl", "invented people "] {
        let response = house.post("/unlock", &format!("&passphrase={}", wrong.replace(' ', "+"))).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        let page = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        answers.push(page);
        assert_eq!(house.unlock(PASSPHRASE).await, StatusCode::TOO_MANY_REQUESTS, "the next try waits");
        let waited = Duration::from_secs(1 << answers.len().min(5));
        house.app.lock.forget_waiting(waited);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "all wrong ones get the same page");
    assert_eq!(house.unlock(PASSPHRASE).await, StatusCode::SEE_OTHER);
    assert!(house.page("/cases").await.contains("Mila Ural"));
    let already = house.page("/unlock").await;
    assert!(already.contains("The vault is open") && !already.contains("name=\"passphrase\""));
}

#[tokio::test]
async fn unlocking_asks_for_session_and_token_like_every_form() {
    let house = House::new();
    let token = house.form_token();
    house.app.lock_now();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = format!("token={token}&passphrase=invented+people");
    for (cookie, origin, body) in [
        ("", OWN, body.as_str()),
        (house.cookie.as_str(), "http://evil.test", &body),
        (&house.cookie, OWN, "passphrase=invented+people"),
    ] {
        for uri in ["/unlock", "/lock"] {
            let headers = [("host", HOST), ("origin", origin), ("cookie", cookie), form];
            assert_eq!(house.ask(Method::POST, uri, &headers, body).await.status(), StatusCode::FORBIDDEN);
        }
    }
    assert!(house.app.lock.opened().is_none());
}

#[tokio::test]
async fn who_unlocks_does_so_for_their_own_browser() {
    let house = House::new();
    house.app.lock_now();
    assert_eq!(house.unlock(PASSPHRASE).await, StatusCode::SEE_OTHER);
    let earlier = Instant::now() + Duration::from_secs(10);
    let token = house.app.sessions.new_entry(earlier).unwrap();
    let other = format!("{COOKIE}={}", house.app.sessions.enter(&token, earlier, false).unwrap());
    let asked = house.ask(Method::GET, "/cases", &[("host", HOST), ("cookie", &other)], "").await;
    assert_eq!(asked.headers()[header::LOCATION], "/unlock");
    let page = house.ask(Method::GET, "/unlock", &[("host", HOST), ("cookie", &other)], "").await;
    let page = String::from_utf8(to_bytes(page.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap();
    assert!(page.contains("another browser") && page.contains("action=\"/lock\"") && !page.contains("Mila"));
}

#[tokio::test]
async fn an_open_page_knows_when_it_has_to_go() {
    let house = House::new();
    let page = house.page("/cases").await;
    assert!(page.contains("data-lock-after=\"600\""));
    assert!(page.contains(r#"<noscript><meta http-equiv="refresh" content="605;url=/unlock">"#));
    assert!(page.contains("data-key=\"l\"") && page.contains("action=\"/lock\""));
    house.app.lock_now();
    assert!(!house.page("/unlock").await.contains("data-lock-after"));
}
