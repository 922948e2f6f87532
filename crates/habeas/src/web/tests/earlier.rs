//! «As known on»: pages as things stood at a checkpoint say so, lead to each other in the past, and write nothing.

use super::{super::routes::is_of_the_past, *};

/// A house with a checkpoint, after which a third list came in; and the name of the checkpoint.
fn house_with_a_past(role: Role) -> (House, String) {
    let mut id = String::new();
    let house = House::with(role, |desk| {
        let then = desk.keep(habeas_core::Right::Copy, |vault| Ok(vault.make_checkpoint().unwrap())).unwrap();
        id = then.id();
        let more = |vault: &mut Vault| {
            import_list(vault, "later", &[[name("Sadiq Neru"), taken("2019-01-01"), place("Corva")]]);
            Ok(())
        };
        desk.change(habeas_core::Right::Code, more).unwrap();
    });
    (house, id)
}

impl House {
    async fn look_back(&self, fields: &str) -> (StatusCode, String) {
        let response = self.post("/earlier", &format!("&{fields}")).await;
        let location = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        (response.status(), location.unwrap_or_default())
    }

    /// An address of the past, which was read.
    async fn back_to(&self, id: &str, back: &str) -> String {
        let (status, location) =
            self.look_back(&format!("as_of={id}&back={}", super::super::query::segment(back))).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        if location.starts_with("/jobs/") {
            // A slow computer: the job goes on.
            let job = location.trim_start_matches("/jobs/").to_owned();
            let desk = self.app.lock.opened().unwrap().desk;
            while desk.running_job().is_some_and(|running| running.id == job) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            return super::super::query::with_parameter(back, "as_of", id);
        }
        location
    }
}

#[tokio::test]
async fn a_page_as_of_a_checkpoint_shows_what_was_known_then_and_says_so() {
    let (house, id) = house_with_a_past(Role::Keeper);
    assert!(house.page("/cases").await.contains("Sadiq Neru"));
    let address = house.back_to(&id, "/cases").await;
    assert_eq!(address, format!("/cases?as_of={id}"));
    let past = house.page(&address).await;
    assert!(past.contains("Mila Ural") && !past.contains("Sadiq Neru"), "{past}");
    assert!(past.contains("Shows what was known on") && past.contains(&id));
    let now = house.page("/cases").await;
    assert!(now.contains("Sadiq Neru") && !now.contains("Shows what was known on"));
    for (uri, then) in [("/stats", 3), ("/stats/by", 3)] {
        let page = house.page(&format!("{uri}?as_of={id}")).await;
        assert!(page.contains("Shows what was known on") && !page.contains("later"), "{uri}: {then}");
    }
}

#[tokio::test]
async fn every_page_of_the_past_leads_to_the_past_and_has_no_form_that_records() {
    let (house, id) = house_with_a_past(Role::Keeper);
    house.back_to(&id, "/cases").await;
    let mut n_links = 0;
    for page in house.pages().into_iter().filter(|page| is_of_the_past(page)) {
        let address = super::super::query::with_parameter(&page, "as_of", &id);
        let text = house.page(&address).await;
        assert!(text.contains("class=\"past\""), "{page} does not say that it is of the past");
        for link in text.split("href=\"/").skip(1).map(|rest| format!("/{}", rest.split('"').next().unwrap())) {
            let link = link.replace("&amp;", "&");
            let back = link == page.split('#').next().unwrap_or_default() || page.starts_with(&link);
            if is_of_the_past(&link) && !back {
                assert!(link.contains(&format!("as_of={id}")), "{page} leads out of the past to {link}");
                n_links += 1;
            }
        }
        for form in text.split("<form").skip(1).map(|form| form.split('>').next().unwrap()) {
            let known = ["action=\"/lock\"", "action=\"/prefs\"", "method=\"get\"", "method=\"dialog\""];
            assert!(known.iter().any(|known| form.contains(known)), "{page} records from the past: {form}");
        }
    }
    assert!(n_links > 60, "{n_links}");
}

#[tokio::test]
async fn a_state_that_is_not_read_yet_is_offered_and_one_that_never_was_is_not_found() {
    let (house, id) = house_with_a_past(Role::Keeper);
    let (status, page) = house.get(&format!("/cases?q=mila&as_of={id}"), &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("has to be read first") && page.contains("value=\"/cases?q=mila\""), "{page}");
    assert!(!page.contains("Mila Ural"));
    for odd in ["0011223344556677", "%22%3E%3Cscript%3E", "2000-01-01"] {
        assert_eq!(house.get(&format!("/cases?as_of={odd}"), &[]).await.0, StatusCode::NOT_FOUND, "{odd}");
    }
    assert_eq!(house.look_back("as_of=0011223344556677").await.0, StatusCode::SERVICE_UNAVAILABLE);
    let (status, _) = house.look_back("as_of=1969-12-31&back=/cases").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "no checkpoint was made then");
}

#[tokio::test]
async fn a_day_names_the_last_checkpoint_until_its_end_and_the_way_back_stays_in_the_house() {
    let (house, id) = house_with_a_past(Role::Keeper);
    // The test's vault has the clock of 1970.
    let day = "1970-01-01";
    for (back, goes) in [
        ("/stats", "/stats"),
        ("//evil.test/", "/cases"),
        ("https://evil.test/", "/cases"),
        ("/team", "/cases"),
        ("/cases?as_of=0a&q=mila", "/cases?q=mila"),
    ] {
        let back = super::super::query::segment(back);
        house.back_to(&id, "/cases").await;
        let (status, location) = house.look_back(&format!("as_of={day}&back={back}")).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(location, super::super::query::with_parameter(goes, "as_of", &id));
    }
}

#[tokio::test]
async fn a_reader_of_tables_looks_back_at_tables_and_at_nobodys_file() {
    let (house, id) = house_with_a_past(Role::Reader);
    let address = house.back_to(&id, "/cases").await;
    assert_eq!(address, format!("/stats?as_of={id}"));
    let desk = house.app.lock.opened().unwrap().desk;
    while desk.running_job().is_some() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let page = house.page(&address).await;
    assert!(page.contains("Shows what was known on") && !page.contains("Mila Ural"));
    assert_eq!(house.get(&format!("/cases?as_of={id}"), &[]).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_file_of_the_past_says_so_in_its_name_and_stands_in_the_audit_of_the_present() {
    let (house, id) = house_with_a_past(Role::Keeper);
    house.back_to(&id, "/stats").await;
    let headers = [("host", HOST), ("cookie", house.cookie.as_str())];
    let response = house.ask(Method::GET, &format!("/stats/file/by-year.json?as_of={id}"), &headers, "").await;
    let named = response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
    assert_eq!(named, format!("attachment; filename=\"invented-as-of-{id}-by-year.json\""));
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let object: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(object["as_of"], id.as_str());
    let desk = house.app.lock.opened().unwrap().desk;
    assert!(desk.audit().unwrap().iter().any(|entry| entry.event.code == "exported"));
}

#[tokio::test]
async fn one_earlier_state_is_kept_and_goes_when_something_is_erased_or_the_vault_locks() {
    let (house, id) = house_with_a_past(Role::Keeper);
    house.back_to(&id, "/cases").await;
    let desk = house.app.lock.opened().unwrap().desk;
    let (_, past) = desk.earlier(&id).unwrap();
    assert_eq!(past.sources().unwrap().len() + 1, desk.sources().unwrap().len());
    drop(past);
    desk.let_go(Instant::now() + Duration::from_secs(600));
    assert!(desk.earlier(&id).is_some(), "looked at ten minutes ago");
    desk.let_go(Instant::now() + Duration::from_secs(1000));
    assert!(desk.earlier(&id).is_none(), "nobody looks at it any more");
    house.back_to(&id, "/cases").await;
    let record: RecordId = house.person.parse().unwrap();
    let erase = |vault: &mut Vault| {
        let (target, reason) =
            (habeas_vault::EraseTarget::Record(record), habeas_core::ErasureReason::ConsentWithdrawn);
        vault.erase(target, reason, "asked", 0).unwrap();
        Ok(())
    };
    desk.change(habeas_core::Right::Keep, erase).unwrap();
    assert!(desk.earlier(&id).is_none(), "it held keys that are destroyed now");
    house.back_to(&id, "/cases").await;
    for uri in ["/cases", "/sources/families"] {
        let page = house.page(&format!("{uri}?as_of={id}")).await;
        assert!(
            page.contains("Mila Ural") && !page.contains("2015-02-03"),
            "what was erased since stays erased: {page}"
        );
    }
    drop(desk);
    house.app.lock_now();
    let index = house.folder.path().join("vault/index");
    let left = std::fs::read_dir(index)
        .unwrap()
        .filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().contains("-earlier"));
    assert_eq!(left.count(), 0, "nothing of it stays on the disk");
}
