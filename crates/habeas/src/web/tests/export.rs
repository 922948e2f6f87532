//! Tables taken out as files: the same numbers as on the page, by role, in the audit, and no formula in any of them.

use super::*;

impl House {
    async fn file(&self, name: &str) -> (StatusCode, Option<String>, String) {
        let headers = [("host", HOST), ("cookie", self.cookie.as_str())];
        let response = self.ask(Method::GET, &format!("/stats/file/{name}"), &headers, "").await;
        let (status, as_file) = (response.status(), response.headers().get(header::CONTENT_DISPOSITION).cloned());
        let bytes = to_bytes(response.into_body(), 1 << 22).await.unwrap().to_vec();
        (status, as_file.map(|value| value.to_str().unwrap().to_owned()), String::from_utf8(bytes).unwrap())
    }
}

#[tokio::test]
async fn every_table_is_taken_out_with_the_numbers_of_the_page() {
    let house = House::of(Role::Reviewer);
    let (status, as_file, csv) = house.file("by-year.csv").await;
    assert_eq!((status, as_file.as_deref()), (StatusCode::OK, Some("attachment; filename=\"invented-by-year.csv\"")));
    assert_eq!(csv.lines().next(), Some("category,persons,policy"));
    let total: u64 = csv.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(total, 3, "{csv}");
    let (_, _, overlap) = house.file("overlap.csv").await;
    assert_eq!(overlap.lines().next(), Some("families,ministry,count"), "as `habeas estimate table` reads it");
    for name in ["by-place", "by-sex", "disagreements", "tables", "estimates", "year-by-place"] {
        let (status, _, json) = house.file(&format!("{name}.json")).await;
        assert_eq!(status, StatusCode::OK, "{name}");
        let object: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&object["schema"], &object["people_are_invented"]), (&1.into(), &true.into()), "{name}");
    }
    let (_, _, svg) = house.file("by-year.svg").await;
    assert!(svg.starts_with("<svg xmlns=") && svg.trim_end().ends_with("</svg></svg>") && svg.contains("is invented"));
    for outside in ["<script", "href=", "url(", "onload"] {
        assert!(!svg.contains(outside), "{outside}");
    }
    for nothing in ["by-year.exe", "by-moon.csv", "estimates.csv", "by-place.svg", "x"] {
        assert_eq!(house.file(nothing).await.0, StatusCode::NOT_FOUND, "{nothing}");
    }
    let desk = house.app.lock.opened().unwrap().desk;
    let exported =
        desk.of_member(|vault| Ok(vault.audit_entries().iter().filter(|entry| entry.event.code == "exported").count()));
    assert_eq!(exported.unwrap(), 9, "each file is an entry of the audit");
}

#[tokio::test]
async fn the_map_is_a_file_for_whoever_may_see_cases_and_each_file_is_in_the_audit() {
    for (role, status) in [(Role::Reviewer, StatusCode::OK), (Role::Reader, StatusCode::FORBIDDEN)] {
        let house = House::of(role);
        let headers = [("host", HOST), ("cookie", house.cookie.as_str())];
        let response = house.ask(Method::GET, "/stats/map/places.svg", &headers, "").await;
        assert_eq!(response.status(), status, "{role}");
        let exported =
            |vault: &mut Vault| Ok(vault.audit_entries().iter().filter(|entry| entry.event.code == "exported").count());
        let exported = house.app.lock.opened().unwrap().desk.of_member(exported).unwrap();
        assert_eq!(exported, usize::from(status == StatusCode::OK), "{role}");
        if status == StatusCode::OK {
            assert_eq!(response.headers()[header::CONTENT_DISPOSITION], "attachment; filename=\"invented-places.svg\"");
            let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
            let svg = String::from_utf8(bytes.to_vec()).unwrap();
            assert!(svg.starts_with("<svg xmlns=") && svg.contains("is invented") && !svg.contains("NaN"), "{svg}");
        }
    }
}

#[tokio::test]
async fn a_file_of_a_reader_of_tables_holds_no_address_of_a_record() {
    let (reader, reviewer) = (House::of(Role::Reader), House::of(Role::Reviewer));
    let (status, _, open) = reviewer.file("tables.csv").await;
    assert!(status == StatusCode::OK && open.contains("families:2"), "{open}");
    let (status, _, closed) = reader.file("tables.csv").await;
    assert!(status == StatusCode::OK && !closed.contains("families:2") && closed.contains("by-year"));
    assert_eq!(House::of(Role::Auditor).file("tables.csv").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn words_of_others_cannot_become_formulas_or_another_cell() {
    let house = House::of(Role::Reviewer);
    let (_, _, csv) = house.file("by-place.csv").await;
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let categories: Vec<String> = rows.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert!(categories.iter().any(|category| category.contains("<script>")), "{categories:?}");
    assert!(categories.iter().all(|category| !category.starts_with(['=', '+', '-', '@'])));
}

#[tokio::test]
async fn any_two_dimensions_add_up_and_lead_to_their_cases() {
    let house = House::new();
    let page = house.page("/stats/by?rows=year&columns=place").await;
    assert!(page.contains("href=\"/cases?year=2016&amp;place=Corva\">"), "{page}");
    let desk = house.app.lock.opened().unwrap().desk;
    for (rows, columns) in [("year", "sex"), ("place", "year"), ("sex", "place")] {
        let dimension = |code| crate::desk::crosstab::Dimension::from_code(code).unwrap();
        let table = desk.crosstab(dimension(rows), dimension(columns)).unwrap();
        let total: u64 = table.cells.iter().map(|(.., n)| n).sum();
        assert_eq!(total, 3, "{rows} by {columns}");
    }
    assert_eq!(house.get("/stats/by?rows=moon", &[]).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_map_has_one_mark_for_a_place_and_none_for_a_person_and_no_file() {
    let house = House::with(Role::Keeper, |desk| {
        desk.change(habeas_core::Right::Code, |vault| {
            let at = |words: &str, latitude, longitude| {
                let point = habeas_core::Point::new(latitude, longitude);
                let place = PlaceAsGiven { parts: vec![words.to_owned()], point };
                (Predicate::EventPlace(EventKind::Taken), Value::Place(place), words.to_owned())
            };
            let rows = [("One", "Tenna", 26.01, 63.04), ("Two", "tenna", 26.21, 63.44), ("Three", "Ural", 30.0, 67.0)];
            let rows = rows.map(|(who, words, lat, lon)| [name(who), taken("2015-02-03"), at(words, lat, lon)]);
            import_list(vault, "pointed", &rows);
            Ok(())
        })
        .unwrap();
    });
    let page = house.page("/stats/map").await;
    assert_eq!(page.matches("<circle").count(), 2, "{page}");
    assert!(page.contains("26.1, 63.2") && page.contains("Tenna") && !page.contains("26.01"));
    assert!(page.contains("/cases?place=Tenna"));
    assert_eq!(house.get("/stats/file/map.svg", &[]).await.0, StatusCode::NOT_FOUND);
    assert!(house.page("/stats").await.contains("href=\"/stats/map\""));
    assert_eq!(House::of(Role::Reader).get("/stats/map", &[]).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_table_of_persons_says_what_its_numbers_are() {
    let house = House::with(Role::Keeper, |desk| {
        desk.keep(habeas_core::Right::Copy, |vault| Ok(vault.make_checkpoint().unwrap())).unwrap();
    });
    let page = house.page("/stats").await;
    let cards: Vec<&str> = page.split("What this number is").skip(1).collect();
    let cards: Vec<&str> = cards.into_iter().map(|card| card.split("</details>").next().unwrap()).collect();
    // The tile, three tables by policy, overlap and disagreements.
    assert!(cards.len() >= 6, "{} cards", cards.len());
    for policy in ["year.agreed@2", "place.first-recorded@2", "sex.agreed@2"] {
        let card = cards.iter().rfind(|card| card.contains(policy)).expect(policy);
        for part in ["families", "Checkpoint", "href=\"/cases\"", "persons that at least one source names"] {
            assert!(card.contains(part), "{policy}: {part} is missing");
        }
    }
}

#[tokio::test]
async fn reported_figures_are_a_file_for_whoever_may_see_cases_with_who_says_so_and_no_formula() {
    let house = House::of(Role::Reviewer);
    assert!(house.page("/reported").await.contains("href=\"/stats/file/reported.csv\""));
    let (status, as_file, csv) = house.file("reported.csv").await;
    assert_eq!((status, as_file.as_deref()), (StatusCode::OK, Some("attachment; filename=\"invented-reported.csv\"")));
    let mut lines = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(
        lines.headers().unwrap().iter().collect::<Vec<_>>().join(","),
        "about,measure,said_by,when,subgroup,low,best,high,words"
    );
    let rows: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
    let of_police = rows.iter().find(|row| &row[2] == "police").unwrap();
    assert_eq!((&of_police[1], &of_police[5], &of_police[7]), ("killed", "52", "52"));
    assert_eq!(rows.len(), 2, "a figure each");
    let (_, _, json) = house.file("reported.json").await;
    let object: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(object["reported"].as_array().unwrap().len(), 2, "a series for each speaker");
    let reader = House::of(Role::Reader);
    assert_eq!(reader.file("reported.csv").await.0, StatusCode::FORBIDDEN);
}
