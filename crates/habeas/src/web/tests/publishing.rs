//! Consent and releases on pages: the same rules as on the command line, for the roles that may.

use super::{start::send, *};
use habeas_core::{Audience, FieldGroup, Purpose};

fn answer<'a>(house: &'a House, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let fixed = [
        ("of", house.person.as_str()),
        ("giver", "family"),
        ("relation", "mother"),
        ("answer", "given"),
        ("medium", "form"),
        ("risk_text", "3"),
        ("from", "2020-01-01"),
    ];
    [&fixed, more].concat()
}

const IN_PUBLIC: [(&str, &str); 4] =
    [("group", "identity"), ("group", "event"), ("audience", "public"), ("purpose", "memorial")];

#[tokio::test]
async fn an_answer_is_recorded_once_shown_with_its_history_and_taken_back() {
    let house = House::of(Role::Coder);
    let before = house.page(&format!("/consent?of={}", house.person)).await;
    assert!(before.contains("Nobody has answered about this person") && before.contains("action=\"/consent\""));
    let contact = answer(&house, &[&IN_PUBLIC[..], &[("contact", "by the schoolhouse")]].concat());
    for _ in 0..2 {
        let (status, to, said) = send(&house, "/consent", &contact).await;
        assert_eq!((status, to), (StatusCode::SEE_OTHER, format!("/consent?of={}", house.person)), "{said}");
    }
    let desk = house.app.lock.opened().unwrap().desk;
    let person = desk.person_of_id(&house.person).unwrap();
    assert_eq!(desk.consent_book().unwrap().statements(person).len(), 1, "sent twice, said once");
    let page = house.page(&format!("/consent?of={}", house.person)).await;
    for words in ["a relative", "mother", "signed form", "the public", "what happened and when"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("schoolhouse"), "how a giver is reached is sealed apart");
    let everybody = house.page("/consent").await;
    assert!(everybody.contains("1 person about whom"), "{everybody}");
    let giver = [("of", house.person.as_str()), ("giver", "family"), ("relation", "mother")];
    let (status, ..) = send(&house, "/consent/withdraw", &giver).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let on = "2026-03-01".parse().unwrap();
    let state =
        desk.consent_book().unwrap().state(person, FieldGroup::Identity, Audience::Public, Purpose::Memorial, on);
    assert!(!state.opens());
    assert_eq!(desk.consent_book().unwrap().statements(person).len(), 2, "nothing is ever changed");
}

#[tokio::test]
async fn an_answer_that_lacks_its_parts_is_refused_and_nothing_is_kept() {
    let house = House::of(Role::Coder);
    let table: [&[(&str, &str)]; 5] = [
        &[("audience", "public"), ("purpose", "memorial")],
        &[("group", "identity"), ("purpose", "memorial")],
        &[("group", "identity"), ("audience", "everybody"), ("purpose", "memorial")],
        &[("group", "identity"), ("audience", "public"), ("purpose", "memorial"), ("until", "2019-01-01")],
        &[("group", "identity"), ("audience", "public"), ("purpose", "memorial"), ("until", "soon")],
    ];
    for fields in table {
        let (status, _, page) = send(&house, "/consent", &answer(&house, fields)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{fields:?}: {page}");
    }
    let unknown = [("of", "nobody:1"), ("giver", "court")];
    assert_ne!(send(&house, "/consent/withdraw", &unknown).await.0, StatusCode::SEE_OTHER);
    let desk = house.app.lock.opened().unwrap().desk;
    assert_eq!(desk.consent_book().unwrap().persons().count(), 0);
    assert_eq!(house.get("/consent?of=nobody:1", &[]).await.0, StatusCode::NOT_FOUND);
}

/// Waits until a job has ended; its page.
async fn ended(house: &House, to: &str) -> String {
    for _ in 0..200 {
        let page = house.page(to).await;
        if !page.contains("hx-trigger=\"every 1s\"") {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the job does not end");
}

#[tokio::test]
async fn a_check_tells_what_stands_against_a_release_and_a_build_of_it_leaves_nothing_behind() {
    let house = House::of(Role::Publisher);
    let (_, to, _) = send(&house, "/publish/check", &[("profile", "tables")]).await;
    let checked = ended(&house, &to).await;
    assert!(checked.contains("What stands against it") && checked.contains("Protected terms"), "{checked}");
    // The title of a list holds the name of somebody who agreed to nothing.
    assert!(checked.contains("name of a protected person"), "{checked}");
    let dir = house.folder.path().join("R1");
    let built = [("profile", "tables"), ("dir", dir.to_str().unwrap())];
    let (_, to, _) = send(&house, "/publish/build", &built).await;
    let page = ended(&house, &to).await;
    assert!(page.contains("places stand against this release") && page.contains("Nothing has left."), "{page}");
    assert!(!dir.exists());
}

#[tokio::test]
async fn a_folder_that_is_no_release_is_said_to_be_none_and_nobody_gets_a_copy_of_what_is_not_there() {
    let house = House::of(Role::Publisher);
    let dir = house.folder.path().join("R1");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("README"), "made by hand").unwrap();
    let (_, to, _) = send(&house, "/publish/verify", &[("dir", dir.to_str().unwrap())]).await;
    let page = ended(&house, &to).await;
    assert!(page.contains("MANIFEST.sha256 is missing") && page.contains("<dd><bdi>3"), "{page}");
    for (address, fields) in [
        ("/publish/deliver", vec![("number", "1"), ("to", "the lawyers")]),
        ("/publish/withdraw", vec![("number", "1"), ("reason", "correction")]),
    ] {
        let (status, _, page) = send(&house, address, &fields).await;
        assert!(status != StatusCode::SEE_OTHER && page.contains("no release has this number"), "{page}");
    }
    assert!(house.page("/publish").await.contains("Nothing has been published yet"));
}

#[test]
fn every_word_of_consent_and_publication_is_there_in_both_languages() {
    use habeas_core::{ConsentAnswer, ConsentMedium, Giver};
    let codes = [
        ("group", FieldGroup::ALL.iter().map(|one| one.code()).collect::<Vec<_>>()),
        ("audience", Audience::ALL.iter().map(|one| one.code()).collect()),
        ("purpose", Purpose::ALL.iter().map(|one| one.code()).collect()),
        ("giver", Giver::ALL.iter().map(|one| one.code()).collect()),
        ("medium", ConsentMedium::ALL.iter().map(|one| one.code()).collect()),
        ("consent", ConsentAnswer::ALL.iter().map(|one| one.code()).collect()),
        ("consent", vec!["expired", "disputed", "ask-the-person", "silent", "never"]),
        ("release", vec!["first", "proposed", "approved", "published", "superseded", "withdrawn"]),
        ("release", vec!["new-data", "correction", "method", "consent", "legal"]),
        ("profile", vec!["site", "tables", "ftm", "wgeid", "ced", "case"]),
    ];
    for lang in ["en", "ur"] {
        let reader = super::super::Reader::of_file(lang);
        for (kind, codes) in &codes {
            for code in codes {
                assert!(reader.find(&format!("{kind}-{code}")).is_some(), "{lang}: {kind}-{code}");
            }
        }
    }
}

#[tokio::test]
async fn a_release_of_one_case_asks_for_the_person_and_one_without_consent_does_not_come_about() {
    let house = House::of(Role::Publisher);
    assert_eq!(send(&house, "/publish/check", &[("profile", "wgeid")]).await.0, StatusCode::BAD_REQUEST);
    let (_, to, _) = send(&house, "/publish/check", &[("profile", "case"), ("person", &house.person)]).await;
    let page = ended(&house, &to).await;
    assert!(page.contains("no consent to tell the identity stands"), "{page}");
    let page = house.page("/consent").await;
    assert!(page.contains("Consent") && !page.contains("action=\"/consent/withdraw\""));
    let one = house.page(&format!("/consent?of={}", house.person)).await;
    assert!(!one.contains("method=\"post\" action=\"/consent\""), "a publisher records no consent");
}
