//! Consent and releases on pages: the same rules as on the command line, for the roles that may.

use super::{super::publish, start::send, *};
use crate::commands::publish::Objection;
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
    assert!(
        page.contains("a file that every release has is missing")
            && page.contains("MANIFEST.sha256")
            && page.contains("<dd><bdi>3"),
        "{page}"
    );
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

/// Every kind of thing that can stand against a release.
fn everything_against_a_release() -> Vec<Objection> {
    use habeas_publish::{
        gate::{Finding, Gravity, Reason, TermKind},
        paper::PdfError,
    };
    let terms = [
        TermKind::Person,
        TermKind::Relative,
        TermKind::Source,
        TermKind::Number,
        TermKind::Place,
        TermKind::File,
        TermKind::Redacted,
        TermKind::Identifier,
    ];
    let forms = [Reason::Words, Reason::OtherSpelling, Reason::InsideWord];
    let words = terms.into_iter().flat_map(|term| forms.map(|form| form(term)));
    let reasons = words.chain([Reason::UnknownFile, Reason::Unreadable, Reason::Picture]);
    let found = |gravity| {
        move |reason| {
            let (path, part) = ("site/p/a.html".to_owned(), "title".to_owned());
            Objection::Found(Finding { gravity, path, part, offset: 7, reason })
        }
    };
    let day: Date = "2026-03-01".parse().unwrap();
    let (number, asked, whence) = ("4", "forces held to be responsible", "ask the family");
    let others = [
        Objection::NobodyNamed,
        Objection::Ended { persons: 2, release: 1, copies: 3 },
        Objection::LeftOut { table: "year_sex".into() },
        Objection::Risky { how: "5 persons share all that is told".into() },
        Objection::Unanswered { stand: "missing", number, asked, whence },
        Objection::Unanswered { stand: "too-vague", number, asked, whence },
        Objection::HeldBack { number, asked },
        Objection::PapersHeldBack,
        Objection::TimeLeft { code: "urgent", days: 3, until: day, soon: true },
        Objection::TimeLeft { code: "may-be-urgent", days: 30, until: day, soon: false },
        Objection::Procedure { code: "standard" },
        Objection::Procedure { code: "undated" },
        Objection::NoForce,
        Objection::BeforeForce { day },
        Objection::Elsewhere { release: 4 },
        Objection::Unprinted { stem: "case".into(), problem: PdfError::NoLetter { code_point: 0x905 } },
        Objection::Unprinted { stem: "case".into(), problem: PdfError::Standard },
    ];
    let leaks = reasons.clone().map(found(Gravity::Leak));
    leaks.chain(reasons.map(found(Gravity::Look))).chain(others).collect()
}

#[test]
fn nothing_that_stands_against_a_release_is_english_on_a_page_in_urdu() {
    let [english, urdu] = ["en", "ur"].map(super::super::Reader::of_file);
    let all = everything_against_a_release();
    assert!(all.len() > 70);
    for objection in all {
        let said = objection.said();
        for key in &said.keys {
            let [in_english, in_urdu] = [&english, &urdu].map(|reader| reader.n(key, &said.numbers));
            assert!(in_english.chars().any(|c| c.is_ascii_lowercase()), "{key} is nowhere");
            assert!(in_urdu.chars().filter(|c| *c > '\u{600}').count() > 5, "{key}: {in_urdu}");
            let shown = publish::said(&urdu, std::slice::from_ref(&said)).into_string();
            assert!(shown.contains(&in_urdu) && !shown.contains(&in_english), "{key}: {shown}");
            // The questions of a form are told by number: their words are English by themselves.
            assert!(!shown.contains("ask the family") && !shown.contains("forces"), "{shown}");
        }
        assert!(said.data.iter().all(|datum| !datum.contains(' ') || datum.contains(" › ")), "{said:?}");
    }
}

#[tokio::test]
async fn a_sealed_copy_is_asked_for_with_a_key_that_is_one_and_by_whoever_may_publish() {
    let key = age::x25519::Identity::generate().to_public().to_string();
    let fields = |key: &'static str| [("number", "1"), ("to", "the lawyers"), ("age", key)];
    let house = House::of(Role::Publisher);
    for bad in ["", "age1notakey", "AGE-SECRET-KEY-1", "ssh-ed25519 AAAA"] {
        assert_eq!(send(&house, "/publish/copy", &fields(bad)).await.0, StatusCode::BAD_REQUEST, "{bad}");
    }
    let (status, _, page) = send(&house, "/publish/copy", &[("number", "1"), ("to", "a"), ("age", key.as_str())]).await;
    assert!(status != StatusCode::OK && page.contains("no release has this number"), "{page}");
    for role in [Role::Reader, Role::Coder, Role::Reviewer, Role::Auditor] {
        let house = House::of(role);
        let (status, ..) = send(&house, "/publish/copy", &[("number", "1"), ("to", "a"), ("age", key.as_str())]).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{role}");
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_drawn_says_so_and_odd_boxes_are_refused() {
    let house = House::of(Role::Coder);
    let page = house.page("/sources/families/redact").await;
    assert!(page.contains("No page of this source can be drawn") && !page.contains("<img"), "{page}");
    for bad in ["", "1,2,3", "0,0,0,5", "999,0,5,5", "1,2,3,4\nfive"] {
        let (status, ..) = send(&house, "/sources/families/redact", &[("page", "1"), ("regions", bad)]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}");
    }
    let (status, ..) = send(&House::of(Role::Publisher), "/sources/families/redact", &[("regions", "1,1,5,5")]).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "whoever publishes does not make sources");
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
