//! Where there is no vault yet: it is made, found or invented from the page, and everything else leads there.

use super::*;

/// A router without a vault, with one browser that was let in.
fn nowhere() -> House {
    let folder = tempfile::tempdir().unwrap();
    let (announce, mut entries) = tokio::sync::mpsc::unbounded_channel();
    let app = App::new(Lock::closed(Duration::from_secs(600), None), vec![HOST.to_owned()], announce);
    assert!(app.announce_entry(Instant::now()));
    let address = entries.try_recv().unwrap();
    let token = address.rsplit('#').next().unwrap();
    let cookie = format!("{COOKIE}={}", app.sessions.enter(token, Instant::now(), false).unwrap());
    House { app, cookie, person: String::new(), entity: String::new(), folder }
}

#[tokio::test]
async fn on_a_network_addresses_are_sealed_forms_come_from_there_and_no_length_tells_the_token() {
    let (announce, mut entries) = tokio::sync::mpsc::unbounded_channel();
    let app = App::sealed(Lock::closed(Duration::from_secs(600), None), vec!["office.local:7417".to_owned()], announce);
    assert!(app.announce_entry(Instant::now()));
    let address = entries.try_recv().unwrap();
    let token = address.strip_prefix("https://office.local:7417/enter#").unwrap();
    let cookie = format!("{COOKIE}={}", app.sessions.enter(token, Instant::now(), false).unwrap());
    let house =
        House { app, cookie, person: String::new(), entity: String::new(), folder: tempfile::tempdir().unwrap() };
    let headers = [("host", "office.local:7417"), ("cookie", house.cookie.as_str()), ("accept-encoding", "br, gzip")];
    let page = house.ask(Method::GET, "/start", &headers, "").await;
    assert_eq!(
        (page.status(), &page.headers()[header::CONTENT_ENCODING]),
        (StatusCode::OK, &"identity".parse().unwrap())
    );
    let text = to_bytes(page.into_body(), 1 << 20).await.unwrap();
    assert!(String::from_utf8(text.to_vec()).unwrap().contains("Sealed, also for other computers"));
    let body = format!("token={}&theme=dark", house.form_token());
    for (origin, status) in
        [("https://office.local:7417", StatusCode::SEE_OTHER), ("http://office.local:7417", StatusCode::FORBIDDEN)]
    {
        let typed = ("content-type", "application/x-www-form-urlencoded");
        let headers: Vec<_> = headers.iter().copied().chain([("origin", origin), typed]).collect();
        assert_eq!(house.ask(Method::POST, "/prefs", &headers, &body).await.status(), status, "{origin}");
    }
}

pub(super) async fn send(house: &House, uri: &str, fields: &[(&str, &str)]) -> (StatusCode, String, String) {
    let body: Vec<String> = [("token", house.form_token().as_str())]
        .iter()
        .chain(fields)
        .map(|(name, value)| format!("{name}={}", super::super::query::segment(value)))
        .collect();
    let headers = [
        ("host", HOST),
        ("origin", OWN),
        ("cookie", house.cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let response = house.ask(Method::POST, uri, &headers, &body.join("&")).await;
    let status = response.status();
    let to = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    (status, to, String::from_utf8(to_bytes(response.into_body(), 1 << 22).await.unwrap().to_vec()).unwrap())
}

#[tokio::test]
async fn without_a_vault_every_page_leads_to_where_one_is_made() {
    let house = nowhere();
    for uri in ["/", "/cases", "/unlock", "/review"] {
        let headers = [("host", HOST), ("cookie", house.cookie.as_str())];
        let response = house.ask(Method::GET, uri, &headers, "").await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{uri}");
        assert_eq!(response.headers()[header::LOCATION], "/start", "{uri}");
    }
    let stranger = house.ask(Method::GET, "/start", &[("host", HOST)], "").await;
    assert_eq!(stranger.headers()[header::LOCATION], "/enter", "only for a browser that was let in");
    let page = house.page("/start").await;
    assert!(page.contains("Make a vault") && page.contains("Look at the demonstration"));
    assert!(!house.in_urdu("/start").await.contains("Make a vault"));
}

#[tokio::test]
async fn a_vault_is_made_with_a_way_back_that_opens_it() {
    let house = nowhere();
    let folder = house.folder.path().join("mine");
    let folder = folder.to_str().unwrap();
    let fields = |again: &'static str| {
        [
            ("folder", folder),
            ("name", "Office"),
            ("me", "Ilan"),
            ("passphrase", "words that nobody knows"),
            ("again", again),
        ]
    };
    let (status, _, page) = send(&house, "/start/make", &fields("other words")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("differ") && page.contains("value=\"Office\"") && !page.contains("words that nobody knows"));
    let (status, _, page) = send(&house, "/start/make", &fields("words that nobody knows")).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let words: Vec<&str> =
        page.split("<li>").skip(1).filter_map(|rest| rest.split_once("</li>").map(|(word, _)| word)).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| word.chars().all(|c| c.is_ascii_lowercase())).collect();
    assert_eq!(words.len(), 24, "{page}");
    let home = house.page("/").await;
    assert!(home.contains("Office") && home.contains("Ilan") && home.contains("Add lists or texts"));
    assert_eq!(send(&house, "/start/make", &fields("words that nobody knows")).await.0, StatusCode::SEE_OTHER, "once");
    house.app.lock_now();
    let key = habeas_vault::RecoveryKey::parse(&words.join(" ")).unwrap();
    assert!(Vault::open(std::path::Path::new(folder), habeas_vault::Way::RecoveryKey(&key)).is_ok());
    // Once locked, the passphrase opens it as ever.
    assert!(house.page("/unlock").await.contains("The vault is locked"));
    let (status, to, _) = send(&house, "/unlock", &[("passphrase", "words that nobody knows")]).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/"));
}

#[tokio::test]
async fn a_vault_that_is_there_is_opened_by_its_folder_and_passphrase_only() {
    let house = nowhere();
    let folder = house.folder.path().join("there");
    let options = InitOptions {
        name: "there".into(),
        founder: "Keeper".into(),
        device: "computer".into(),
        kdf: KdfCost::demo(),
        now_ms: 0,
    };
    drop(Vault::init(&folder, &Passphrase::new(PASSPHRASE), options).unwrap());
    let folder = folder.to_str().unwrap();
    for (folder, passphrase) in [(folder, "wrong words here"), ("/nowhere/at/all", PASSPHRASE)] {
        let (status, _, page) = send(&house, "/start/open", &[("folder", folder), ("passphrase", passphrase)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{folder}");
        assert!(page.contains("role=\"alert\"") && !page.contains("wrong words here"));
    }
    let (status, to, _) = send(&house, "/start/open", &[("folder", folder), ("passphrase", PASSPHRASE)]).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/"));
    assert!(house.page("/").await.contains("there"));
}

#[tokio::test]
async fn a_keeper_adds_members_changes_roles_makes_checkpoints_and_backs_up() {
    let house = House::of(Role::Keeper);
    let (status, _, page) = send(&house, "/team/add", &[("name", "Anne Rivo"), ("role", "coder")]).await;
    assert_eq!(status, StatusCode::OK);
    let passphrase = page.split("class=\"digits\" dir=\"ltr\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let team = house.page("/team").await;
    assert!(team.contains("Anne Rivo") && !team.contains(&passphrase), "it is shown once");
    let again = send(&house, "/team/add", &[("name", "Anne Rivo"), ("role", "coder")]).await;
    assert_eq!(again.0, StatusCode::SERVICE_UNAVAILABLE, "nobody has the same name");
    let user = team
        .split("Change the role: <bdi dir=\"auto\">Anne Rivo")
        .nth(1)
        .unwrap()
        .split("name=\"user\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert_eq!(send(&house, "/team/role", &[("user", user), ("role", "auditor")]).await.0, StatusCode::SEE_OTHER);
    let desk = house.app.lock.opened().unwrap().desk;
    let anne = desk.members().into_iter().find(|member| member.name == "Anne Rivo").unwrap();
    assert_eq!(anne.role, Some(Role::Auditor));
    assert_eq!(send(&house, "/checkpoints", &[]).await.0, StatusCode::SEE_OTHER);
    assert!(house.page("/team").await.contains("entries"));
    let to = house.folder.path().join("copy");
    let (status, job, _) = send(&house, "/backup", &[("to", to.to_str().unwrap())]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    for _ in 0..500 {
        if house.page(&job).await.contains("Done") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(house.page(&job).await.contains("Done") && to.exists());
    house.app.lock_now();
    drop(desk);
    let opened = Vault::open(&house.folder.path().join("vault"), &Passphrase::new(&passphrase));
    assert!(opened.is_ok(), "the passphrase that was shown is theirs");
}

#[tokio::test]
async fn shares_are_shown_once_and_enough_of_them_open_the_vault() {
    let house = House::new();
    assert!(house.page("/team").await.contains("action=\"/shares\""));
    for (needed, shares) in [("1", "3"), ("4", "3"), ("2", "17"), ("two", "3"), ("", "")] {
        let fields = [("needed", needed), ("shares", shares)];
        assert_eq!(send(&house, "/shares", &fields).await.0, StatusCode::BAD_REQUEST, "{needed} of {shares}");
    }
    let (status, _, page) = send(&house, "/shares", &[("needed", "2"), ("shares", "3")]).await;
    assert_eq!(status, StatusCode::OK);
    let texts: Vec<String> =
        page.split("<code>").skip(1).filter_map(|rest| rest.split("</code>").next()).map(str::to_owned).collect();
    assert_eq!(texts.len(), 3);
    let given = |which: &[usize]| {
        let shares: Vec<habeas_vault::Share> =
            which.iter().map(|idx| habeas_vault::Share::parse(&texts[*idx]).unwrap()).collect();
        habeas_vault::ShareSecret::combine(&shares)
    };
    assert!(given(&[1]).is_err());
    let secret = given(&[2, 0]).unwrap();
    house.app.lock_now();
    let dir = house.folder.path().join("vault");
    assert!(Vault::open(&dir, habeas_vault::Way::Shares(&secret)).is_ok());
    let reviewer = House::of(Role::Reviewer);
    assert!(!reviewer.page("/team").await.contains("action=\"/shares\""));
}
