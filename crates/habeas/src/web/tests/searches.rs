//! Saved searches: each member's own, with every filter, thrown away for good, and in no file in clear.

use super::*;

impl House {
    /// Status and way on of a form that was sent.
    async fn sent(&self, uri: &str, fields: &str) -> (StatusCode, String) {
        let response = self.post(uri, &format!("&{fields}")).await;
        let location = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        (response.status(), location.unwrap_or_default())
    }
}

#[tokio::test]
async fn a_search_is_saved_from_its_page_and_found_again_by_its_name() {
    let house = House::of(Role::Coder);
    assert!(!house.page("/cases").await.contains("action=\"/searches\""), "what looks for nothing is not saved");
    let page = house.page("/cases?q=mila&year=2016").await;
    assert!(page.contains("action=\"/searches\"") && page.contains("name=\"year\" value=\"2016\""));
    let (status, location) = house.sent("/searches", "name=My+search&q=mila&year=2016&contradicted=").await;
    assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/cases?q=mila&year=2016"));
    let page = house.page("/cases").await;
    assert!(page.contains("href=\"/cases?q=mila&amp;year=2016\"") && page.contains("My search"), "{page}");
    let (status, location) = house.sent("/searches/forget", "name=My+search").await;
    assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/cases"));
    assert!(!house.page("/cases").await.contains("My search"));
}

#[tokio::test]
async fn the_name_of_a_search_can_harm_nothing_and_stands_in_no_file() {
    let house = House::new();
    let name = super::super::query::segment(HARMFUL);
    assert_eq!(house.sent("/searches", &format!("name={name}&q=mila")).await.0, StatusCode::SEE_OTHER);
    let page = house.page("/cases").await;
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>window") && !page.contains("<svg onload"));
    let mut folders = vec![house.folder.path().to_owned()];
    let mut n_files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            assert!(!bytes.windows(6).any(|window| window == b"__xss="), "{:?}", entry.path());
            n_files += usize::from(entry.path().extension().is_some_and(|ending| ending == "sealed"));
        }
    }
    assert_eq!(n_files, 1, "the test looked at the file that holds it");
}

#[tokio::test]
async fn what_cannot_be_saved_is_refused_with_its_reason() {
    let house = House::new();
    assert_eq!(house.sent("/searches", "q=mila").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(house.sent("/searches", "name=x").await.0, StatusCode::SERVICE_UNAVAILABLE, "it looks for nothing");
    assert_eq!(house.sent("/searches", "name=x&year=never").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(house.sent("/searches/forget", "name=none").await.0, StatusCode::SERVICE_UNAVAILABLE);
}
