//! Sources on their way in: from the browser into memory, settled, imported, taken back; and what is refused on the way.

use super::*;
use crate::commands::claims::Line;
use clap::Parser;
use habeas_core::{Matter, Right, Topic};

const CSV: &str = "No,Name,Father,Date taken,Place\n1,Hammal Yar,Peer Jan,2015-02-03,Corva\n2,Zarina Bibi,Lal Jan,2016-05-01,Tenna\n3,Nako Rahim,,31.31.2016,Ural\n";

impl House {
    /// Sends a file as a browser does.
    async fn upload(&self, name: &str, bytes: &str, token: &str) -> Response<Body> {
        let boundary = "----habeas-test";
        let body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n{bytes}\r\n--{boundary}--\r\n"
        );
        let kind = format!("multipart/form-data; boundary={boundary}");
        let headers =
            [("host", HOST), ("origin", OWN), ("cookie", self.cookie.as_str()), ("content-type", kind.as_str())];
        self.ask(Method::POST, "/sources/new", &headers, &body).await
    }

    async fn uploaded(&self, name: &str, bytes: &str) -> String {
        let response = self.upload(name, bytes, &self.form_token()).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        response.headers()[header::LOCATION].to_str().unwrap().to_owned()
    }

    async fn form(&self, uri: &str, fields: &[(&str, &str)]) -> (StatusCode, String, String) {
        let token = self.form_token();
        let all = [("token", token.as_str())];
        let body: Vec<String> = all
            .iter()
            .chain(fields)
            .map(|(name, value)| format!("{name}={}", super::super::query::segment(value)))
            .collect();
        let headers = [
            ("host", HOST),
            ("origin", OWN),
            ("cookie", self.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let response = self.ask(Method::POST, uri, &headers, &body.join("&")).await;
        let status = response.status();
        let to = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let page = String::from_utf8(to_bytes(response.into_body(), 1 << 22).await.unwrap().to_vec()).unwrap();
        (status, to, page)
    }

    /// The page of a job when it has ended.
    async fn ended(&self, address: &str) -> String {
        for _ in 0..600 {
            let page = self.page(address).await;
            if !page.contains("hx-trigger=\"every 1s\"") {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{address} never ended");
    }
}

fn settled(key: &str) -> Vec<(&str, &str)> {
    vec![("key", key), ("title", "A list"), ("speaker", "Families"), ("edition", "2016"), ("names-once", "1")]
}

#[tokio::test]
async fn a_list_is_recognised_settled_imported_and_taken_back() {
    let house = House::of(Role::Coder);
    let address = house.uploaded("second.csv", CSV).await;
    let page = house.page(&address).await;
    for words in ["second.csv", "utf-8", "Hammal Yar", "3 accepted", "Father’s name", "31.31.2016", "set aside"] {
        assert!(page.to_lowercase().contains(&words.to_lowercase()), "{words}: {page}");
    }
    assert!(page.contains("<option value=\"name.father\" selected>"));
    // Another meaning for one column is kept, and nothing was written so far.
    let n_sources = house.app.lock.opened().unwrap().desk.sources().unwrap().len();
    let mut fields = settled("second");
    fields.extend([("c-2", "name.alias"), ("do", "preview")]);
    let (status, to, _) = house.form(&address, &fields).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, format!("{address}#preview").as_str()));
    let page = house.page(&address).await;
    assert!(page.contains("<option value=\"name.alias\" selected>") && page.contains("Chosen by you"));
    assert!(page.contains("value=\"Families\""));
    assert_eq!(house.app.lock.opened().unwrap().desk.sources().unwrap().len(), n_sources);
    fields.last_mut().unwrap().1 = "import";
    let (status, job, _) = house.form(&address, &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let done = house.ended(&job).await;
    assert!(done.contains("Done") && done.contains("href=\"/sources/second\""), "{done}");
    let desk = house.app.lock.opened().unwrap().desk;
    let source = desk.sources().unwrap().into_iter().find(|source| source.key == "second").unwrap();
    assert_eq!((source.title.as_str(), source.said_by.speaker.name.as_str()), ("A list", "Families"));
    assert!(source.names_once && desk.all_waiting().unwrap().is_empty());
    let page = house.page("/sources/second").await;
    assert!(page.contains("Hammal Yar") && page.contains("Take this import back"));
    let undo = page.split("action=\"/imports/").nth(1).unwrap().split('"').next().unwrap();
    let (status, ..) = house.form(&format!("/imports/{undo}"), &[("why", "")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "a reason is needed");
    let (status, ..) = house.form(&format!("/imports/{undo}"), &[("why", "a wrong file")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(desk.record_at("second:1").is_err());
}

#[tokio::test]
async fn a_name_that_is_taken_or_odd_is_said_before_anything_is_written() {
    let house = House::of(Role::Coder);
    let address = house.uploaded("again.csv", CSV).await;
    for (key, words) in [("families", "say which"), ("a/b", "letters, digits"), ("new", "not «new»")] {
        let mut fields = settled(key);
        fields[3].1 = "";
        fields.push(("do", "import"));
        let (status, _, page) = house.form(&address, &fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{key}");
        assert!(page.contains(words) && page.contains("value=\"Families\""), "{key}: what was typed is kept");
    }
    for odd in [("c-1", "nonsense"), ("do", "erase")] {
        let mut fields = settled("x");
        fields.extend([odd, ("do", "import")]);
        assert_eq!(house.form(&address, &fields).await.0, StatusCode::BAD_REQUEST, "{odd:?}");
    }
}

#[tokio::test]
async fn a_later_edition_says_what_it_changed() {
    let house = House::of(Role::Coder);
    let mut fields = settled("second");
    fields.push(("do", "import"));
    let address = house.uploaded("second.csv", CSV).await;
    let (_, job, _) = house.form(&address, &fields).await;
    house.ended(&job).await;
    let later = CSV.replace("2,Zarina Bibi,Lal Jan,2016-05-01,Tenna\n", "4,Mila Dur,,2017-01-01,Tenna\n");
    let later = later.replace("2015-02-03,Corva", "2015-02-03,Vorn");
    let address = house.uploaded("second.csv", &later).await;
    assert!(
        house.page(&address).await.contains("value=\"second\""),
        "the list that it may be an edition of is proposed"
    );
    let (status, _, page) = house.form(&address, &fields).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("say which"));
    fields[3].1 = "2017";
    let (_, job, _) = house.form(&address, &fields).await;
    let done = house.ended(&job).await;
    assert!(done.contains("As they were") && done.contains("href=\"/sources/second%402017\""), "{done}");
    let desk = house.app.lock.opened().unwrap().desk;
    assert_eq!(desk.gone_records().unwrap().len(), 1);
    let page = house.page("/sources/second@2017").await;
    assert!(
        page.contains("1 row is gone from a later edition") && page.contains("href=\"/sources/second/2\""),
        "{page}"
    );
    assert!(house.page("/sources/second").await.contains("href=\"/sources/second%402017\""));
    assert!(page.contains("nobody knows yet why"));
    let row = house.page("/sources/second/2").await;
    assert!(
        row.contains("The row is gone from a later edition")
            && !house.page("/sources/second@2017/1").await.contains("Why it is gone")
    );
    let goes = "/sources/second/2/gone";
    let typed = [("reason", "family-wish"), ("why", "the mother called the office")];
    for _ in 0..2 {
        assert_eq!(house.press_all(goes, &House::filled(&row, goes), &typed).await.0, StatusCode::SEE_OTHER);
    }
    let row = house.page("/sources/second/2").await;
    assert!(row.contains("the mother called the office") && row.contains("the family asked for it"));
    assert!(!house.page("/sources/second@2017").await.contains("nobody knows yet why"));
    // A reason that people of this vault have added can be chosen too, by its label.
    let added =
        ["add-term", "row-gone", "own.moved", "--label", "moved to another list", "--label-ur", "دوسری فہرست میں"];
    let step = Line::try_parse_from(added).unwrap().step;
    desk.code(&[step], |_| true, crate::web::forms::Key::fresh().0).unwrap();
    let row = house.page("/sources/second/2").await;
    assert!(row.contains("<option value=\"own.moved\">moved to another list</option>"), "{row}");
    let typed = [("reason", "own.moved"), ("why", "its keeper said so")];
    assert_eq!(house.press_all(goes, &House::filled(&row, goes), &typed).await.0, StatusCode::SEE_OTHER);
    for page in [goes.trim_end_matches("/gone"), "/sources/second@2017"] {
        assert!(house.page(page).await.contains(">moved to another list</bdi>"), "{page}");
    }
    let said = desk.book().unwrap();
    let reasons = said.assertions.iter().filter(|one| one.topic == Topic::Of(Matter::RowGone));
    assert_eq!(reasons.count(), 2, "the first was sent twice and recorded once; the second corrects it");
    let changed = house.page("/sources/second@2017/1").await;
    assert!(changed.contains("Vorn") && changed.contains("What an earlier edition said") && changed.contains("Corva"));
}

#[tokio::test]
async fn words_that_are_typed_go_the_way_of_a_file() {
    let house = House::of(Role::Coder);
    let words = "They took Hammal away.\r\nبے نام";
    let (status, address, _) = house.form("/sources/new/typed", &[("key", "told-by-phone"), ("words", words)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, to, page) = house.form(&address, &[("kind", "testimony"), ("said-by", "a neighbour")]).await;
    assert_eq!(to, "/sources/told-by-phone", "{page}");
    let desk = house.app.lock.opened().unwrap().desk;
    let source = desk.sources().unwrap().into_iter().find(|source| source.key == "told-by-phone").unwrap();
    assert_eq!(desk.original_of(&source).unwrap(), words.replace("\r\n", "\n").into_bytes());
    for odd in [vec![("key", "a/b"), ("words", "x")], vec![("key", "x")], vec![("words", "x")]] {
        assert_eq!(house.form("/sources/new/typed", &odd).await.0, StatusCode::BAD_REQUEST, "{odd:?}");
    }
    let long = "بےنام ".repeat(100_000);
    let (status, ..) = house.form("/sources/new/typed", &[("key", "long"), ("words", &long)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "a long testimony fits");
}

#[tokio::test]
async fn a_text_is_kept_with_who_says_it() {
    let house = House::of(Role::Coder);
    let address = house.uploaded("told.txt", "They took Hammal away in February.").await;
    assert!(address.ends_with("/text"), "{address}");
    assert!(house.page(&address).await.contains("told.txt"));
    let (status, to, page) = house.form(&address, &[("kind", "testimony"), ("said-by", "a neighbour")]).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/sources/told"), "{page}");
    let source = house.page("/sources/told").await;
    assert!(source.contains("They took Hammal away") && source.contains("a neighbour"));
    assert_eq!(house.form(&address, &[("kind", "testimony")]).await.0, StatusCode::NOT_FOUND, "it waits no longer");
}

#[tokio::test]
async fn names_of_a_text_lead_to_the_case_files_of_those_who_bear_them() {
    let house = House::of(Role::Keeper);
    for (file, text) in [("seen.txt", "People saw Meela Ural near the bridge."), ("nobody.txt", "Nobody is named.")] {
        let address = house.uploaded(file, text).await;
        house.form(&address, &[("kind", "testimony"), ("said-by", "a neighbour")]).await;
    }
    assert!(house.page("/sources/seen").await.contains("href=\"/sources/seen/names\""));
    let page = house.page("/sources/seen/names").await;
    assert!(page.contains("<bdi dir=\"auto\">Mila Ural</bdi></a> · <bdi dir=\"auto\">2016-05-01</bdi>"), "{page}");
    assert!(page.contains("another spelling") && page.contains("href=\"/cases?q=Meela%20Ural\""), "{page}");
    let none = house.page("/sources/nobody/names").await;
    assert!(none.contains("No name of this text"));
}

#[tokio::test]
async fn hostile_names_and_bytes_stay_text_and_forged_uploads_are_refused() {
    let house = House::of(Role::Coder);
    for token in ["", "0000"] {
        assert_eq!(house.upload("a.csv", CSV, token).await.status(), StatusCode::FORBIDDEN);
    }
    let address = house
        .uploaded(
            "..\\..\\<script>window.__xss=1<script>.csv",
            &CSV.replace("Hammal Yar", HARMFUL.replace('"', "'").as_str()),
        )
        .await;
    let page = house.page(&address).await;
    assert!(page.contains("&lt;script&gt;window.__xss=1") && !page.contains("<script>window"));
    assert!(!page.contains("..\\.."));
    let address = house.uploaded("broken.xlsx", "PK\u{3}\u{4} no workbook at all").await;
    let address = address.trim_end_matches("/text");
    let (status, page) = house.get(address, &[]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("role=\"alert\"") && page.contains("Put aside"));
    let (status, to, _) = house.form(&format!("{address}/aside"), &[]).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/sources/new"));
    assert_eq!(house.get(address, &[]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_waits_is_gone_when_the_vault_locks() {
    let house = House::of(Role::Coder);
    let address = house.uploaded("list.csv", CSV).await;
    house.app.lock_now();
    assert_eq!(house.get(&address, &[]).await.0, StatusCode::SEE_OTHER);
    let desk = house.app.lock.opened();
    assert!(desk.is_none());
}

#[tokio::test]
async fn a_linkage_and_an_estimate_are_begun_from_a_page_and_come_to_their_end() {
    let house = House::of(Role::Reviewer);
    let (status, job, _) = house.form("/link", &[]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let done = house.ended(&job).await;
    assert!(done.contains("Done") && done.contains("Pairs compared") && done.contains("href=\"/review\""), "{done}");
    let (status, job, _) = house.form("/estimates", &[("method", "dga")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let done = house.ended(&job).await;
    assert!(done.contains("Done") && done.contains("href=\"/stats\""), "{done}");
    assert_eq!(house.app.lock.opened().unwrap().desk.estimates().unwrap().len(), 2);
    assert_eq!(house.form("/estimates", &[("method", "guess")]).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(house.get("/jobs/0000000000000000", &[]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn one_job_runs_at_a_time_can_be_stopped_and_holds_the_lock_off() {
    use crate::desk::jobs::{Came, Work};
    let house = House::of(Role::Keeper);
    let desk = house.app.lock.opened().unwrap().desk;
    let endless = |_: &Desk, out: &crate::output::Output| -> Result<Came, Failure> {
        while !out.is_cancelled() {
            out.progress("weighing pairs", 1, 3);
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(crate::desk::estimating::interrupted())
    };
    let job = desk.start(Work::Link, String::new(), endless).unwrap();
    let second = desk.start(Work::Estimate, String::new(), |_, _| Ok(Came::default())).unwrap();
    assert_eq!(second.id, job.id, "the one that runs is shown");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let address = format!("/jobs/{}", job.id);
    let page = house.page(&address).await;
    assert!(
        page.contains("Weighing pairs")
            && page.contains("max=\"3\" value=\"1\"")
            && page.contains("http-equiv=\"refresh\" content=\"3\"")
    );
    let (_, part) = house.get(&address, &[("hx-request", "true")]).await;
    assert!(part.starts_with("<div id=\"job\""));
    assert_eq!(house.form(&format!("{address}/stop"), &[]).await.0, StatusCode::SEE_OTHER);
    assert!(house.ended(&address).await.contains("Stopped"));
    let failing = desk.start(Work::Link, String::new(), |_, _| panic!("a fault of ours")).unwrap();
    let page = house.ended(&format!("/jobs/{}", failing.id)).await;
    assert!(page.contains("did not come about") && !page.contains("a fault of ours"));
    assert!(desk.keep(Right::Keep, |_| Ok(())).is_ok());
}
