//! Figures come from the index and must be those that a fold over all records gives.

use super::*;
use crate::desk::{
    Overlap,
    crosstab::Dimension,
    figures::{self, Tally},
};
use habeas_core::{
    Assertion, Basis, Content, Entity, EntityKind, MadeBy, Modality, Quote, Review, Right, Sensitivity, Topic,
};
use std::collections::{BTreeMap, HashMap};

/// Asserts that everything that pages count is what the fold over all records counts.
fn agree(desk: &Desk) {
    let (snapshot, told) = (desk.snapshot().unwrap(), desk.figures().unwrap());
    let (mut tally, mut n_contradicted) = (Tally::default(), 0);
    let mut cells: BTreeMap<[(u8, String); 2], u64> = BTreeMap::new();
    let mut by_label: HashMap<&str, u64> = HashMap::new();
    snapshot.for_each_case(|case| {
        tally.add(figures::year(case), figures::place(case), figures::sex(case));
        n_contradicted += u64::from(case.contradictions().next().is_some());
        *cells.entry([figures::year(case).key(), figures::place(case).key()]).or_default() += 1;
        case.labels.iter().for_each(|label| *by_label.entry(label.code()).or_default() += 1);
    });
    let Overlap { lists, histories, .. } = &told.overlap;
    let mut counted: BTreeMap<u32, u64> = BTreeMap::new();
    figures::list_masks(&snapshot).into_iter().filter(|mask| *mask != 0).for_each(|mask| {
        *counted.entry(mask).or_default() += 1;
    });
    assert_eq!(told.tables, tally.tables());
    assert_eq!(told.disagreements, figures::disagreements(&snapshot));
    assert_eq!(*lists, snapshot.lists().iter().map(|list| list.key.clone()).collect::<Vec<_>>());
    assert_eq!(*histories, counted.into_iter().collect::<Vec<_>>());
    assert_eq!(told.n_persons, snapshot.persons.len() as u64);
    assert_eq!(told.n_records, snapshot.records.len() as u64);
    assert_eq!(told.n_unlinked, snapshot.n_unlinked as u64);
    assert_eq!(told.n_contradicted, n_contradicted);
    let table = desk.crosstab(Dimension::Year, Dimension::Place).unwrap();
    let told_cells: BTreeMap<_, _> =
        table.cells.iter().map(|(row, column, n)| ([row.key(), column.key()], *n)).collect();
    assert_eq!(told_cells, cells);
    for (place, n) in &told.tables.by_place.rows {
        if let figures::Category::Is(words) = place {
            let query = crate::desk::CaseQuery { place: Some(words.clone()), limit: 5, ..Default::default() };
            assert_eq!(desk.search(&query).unwrap().facets.n_total, *n, "the table leads to as many as it counts");
        }
    }
    let facets = desk.search(&crate::desk::CaseQuery { limit: 5, ..Default::default() }).unwrap().facets;
    assert_eq!((facets.n_total, facets.n_contradicted), (told.n_persons, n_contradicted));
    for (label, n) in &facets.labels {
        assert_eq!(by_label.get(label.code()), Some(n), "{}", label.code());
    }
    for person in &snapshot.persons {
        let ids: Vec<RecordId> = person.records.iter().map(|idx| snapshot.records[*idx as usize].id).collect();
        assert!(desk.person_ids(&ids).unwrap().iter().all(|id| *id == person.id));
    }
    for (source, n) in desk.record_counts().unwrap() {
        let own = snapshot.records.iter().filter(|record| record.source.id == source).count();
        assert_eq!(n, own as u64);
    }
}

/// An article names somebody whom no list names.
fn tell_of_another(vault: &mut Vault) {
    let source = vault.sources().iter().find(|source| source.key == "post").unwrap().id;
    let mention = Entity { kind: EntityKind::Mention, id: vault.mint_entity().unwrap() };
    let said = [name("Lira Sand"), taken("2018-01-02"), place("Corva")].map(|(predicate, value, words)| Assertion {
        id: vault.mint_assertion().unwrap(),
        recorded_ms: 0,
        recorded_by: vault.me(),
        about: mention,
        topic: Topic::Person(predicate),
        content: Content::Value(value),
        quotes: vec![Quote { source, range: 0..words.len() as u32, words }],
        polarity: Polarity::Affirms,
        modality: Modality::Stated,
        basis: Basis::NotStated,
        said_by: None,
        said_at: None,
        valid: None,
        grade: None,
        sensitivity: Sensitivity::Public,
        review: Review::Accepted,
        made_by: MadeBy::Person,
        supersedes: None,
    });
    vault.add_assertions(said.to_vec(), 0).unwrap();
}

#[test]
fn what_pages_count_is_what_a_fold_over_all_records_counts() {
    let house = House::new();
    let desk = house.app.lock.opened().unwrap().desk;
    agree(&desk);
    // A claim about somebody of an article, a new list, and the list taken back.
    desk.change(Right::Code, |vault| {
        tell_of_another(vault);
        Ok(())
    })
    .unwrap();
    agree(&desk);
    let rows = [[name("Sora Lind"), taken("2015-07-01"), place("corva")]];
    desk.change(Right::Code, |vault| {
        import_list(vault, "later", &rows);
        Ok(())
    })
    .unwrap();
    agree(&desk);
    assert_eq!(desk.figures().unwrap().n_unlinked, 2);
    let later = desk.imports().unwrap().into_iter().find(|import| import.source.key == "later").unwrap();
    desk.change(Right::Code, |vault| {
        vault.undo_import(later.id, "entered twice", 0).unwrap();
        Ok(())
    })
    .unwrap();
    agree(&desk);
}

#[test]
fn nothing_of_all_records_stays_in_memory_when_the_work_is_done() {
    let house = House::new();
    let desk = house.app.lock.opened().unwrap().desk;
    let first = desk.snapshot().unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &desk.snapshot().unwrap()), "work at the same time shares it");
    let kept = std::sync::Arc::downgrade(&first);
    drop(first);
    assert!(kept.upgrade().is_none());
}

#[tokio::test]
async fn persons_found_can_be_narrowed_down_by_what_they_are_and_the_filter_taken_off() {
    let house = House::new();
    let page = house.page("/cases").await;
    for link in ["/cases?source=families", "/cases?year=2016", "/cases?place=Corva", "/cases?contradicted=1"] {
        assert!(page.contains(&format!("href=\"{link}\"")), "{link}: {page}");
    }
    let narrowed = house.page("/cases?place=Corva&year=2016").await;
    assert!(narrowed.contains("href=\"/cases?year=2016\" aria-current=\"true\""), "{narrowed}");
    assert!(narrowed.contains("2 case files"));
}

#[tokio::test]
async fn the_pages_of_a_long_list_follow_each_other_and_every_row_has_its_neighbours() {
    let house = House::with(Role::Keeper, |desk| {
        let rows: Vec<_> =
            (0..700).map(|n| [name(&format!("Person {n}")), taken("2015-02-03"), place("Corva")]).collect();
        desk.change(Right::Code, |vault| {
            import_list(vault, "long", &rows);
            Ok(())
        })
        .unwrap();
    });
    let (mut address, mut seen) = ("/sources/long".to_owned(), Vec::new());
    loop {
        let page = house.page(&address).await;
        seen.extend(
            page.split("href=\"/sources/long/").skip(1).filter_map(|rest| rest.split('"').next()?.parse::<u64>().ok()),
        );
        match page.split("rel=\"next\" href=\"").nth(1) {
            Some(rest) => address = rest.split('"').next().unwrap().replace("&amp;", "&"),
            None => break,
        }
    }
    assert_eq!(seen, (2..702).collect::<Vec<_>>());
    for (row, before, after) in
        [(2, None, Some(3)), (257, Some(256), Some(258)), (258, Some(257), Some(259)), (701, Some(700), None)]
    {
        let page = house.page(&format!("/sources/long/{row}")).await;
        let leads = |rel: &str, to: Option<u64>| match to {
            Some(to) => assert!(page.contains(&format!("rel=\"{rel}\" href=\"/sources/long/{to}\"")), "{row}: {rel}"),
            None => assert!(!page.contains(&format!("rel=\"{rel}\"")), "{row}: {rel}"),
        };
        leads("prev", before);
        leads("next", after);
        assert!(page.contains(&format!("Person {}", row - 2)));
    }
    assert_eq!(house.get("/sources/long/702", &[]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_table_of_two_dimensions_adds_up_to_the_documented_and_one_of_lists_has_no_sum() {
    let house = House::new();
    let page = house.page("/stats/by?rows=year&columns=place").await;
    let total = page.split("<tfoot>").nth(1).unwrap().split("</tfoot>").next().unwrap();
    let last = total.rsplit("<td").next().unwrap();
    assert!(last.contains(">3<"), "three persons are documented: {total}");
    assert!(page.contains("What this number is"), "every number has its card");
    assert!(!house.page("/stats/by?rows=year&columns=list").await.contains("<tfoot>"));
}

#[tokio::test]
async fn an_estimate_by_year_is_drawn_where_it_was_given_and_said_where_it_was_refused() {
    let stored = serde_json::json!({
        "by": ["year"],
        "strata": [
            {"stratum": "2015", "estimate": { "method": "dga", "n_documented": 1, "assumption": "patterns without a ring", "n_total": { "point": 7, "intervals": [
                {"level": 0.5, "low": 6, "high": 9}, {"level": 0.95, "low": 5, "high": 13}] } }},
            {"stratum": "2016", "estimate": { "method": "dga", "n_documented": 2, "refused": {"code": "too_few_lists"} }},
        ],
        "total": { "method": "dga", "n_documented": 3, "refused": {"code": "too_few_lists"} },
    });
    let house = House::with(Role::Keeper, |desk| desk.keep_estimate(&stored).unwrap());
    let page = house.page("/stats").await;
    assert!(page.contains("class=\"b95\"") && page.contains("class=\"b50\""), "both bands are drawn");
    let years = page.split("id=\"years\"").nth(1).unwrap().split("</table>").next().unwrap();
    assert!(years.contains("5–13") && years.contains("Not estimable"), "{years}");
    assert!(page.contains("Each year stands by itself"));
    let headers = [("host", HOST), ("cookie", house.cookie.as_str())];
    let file = house.ask(Method::GET, "/stats/file/by-year.svg", &headers, "").await;
    let file = String::from_utf8(to_bytes(file.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap();
    assert!(
        file.contains("light band 95") && file.contains("lists depend on one another"),
        "the file says what it assumes: {file}"
    );
    let file = house.ask(Method::GET, "/stats/file/strata.csv", &headers, "").await;
    let file = String::from_utf8(to_bytes(file.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    assert!(page.contains("href=\"/stats/file/strata.csv\"") && lines[0].starts_with("stratum,method,documented"));
    assert_eq!(lines[1], "2015,dga,1,7,6,9,5,13,,,,patterns without a ring");
    assert_eq!(lines[2], "2016,dga,2,,,,,,,too_few_lists,,");
    assert_eq!(lines[3], "all,dga,3,,,,,,,too_few_lists,,");
    let none = House::new();
    assert!(!none.page("/stats").await.contains("class=\"b95\""));
    let headers = [("host", HOST), ("cookie", none.cookie.as_str())];
    let none = none.ask(Method::GET, "/stats/file/strata.csv", &headers, "").await;
    assert_eq!(none.status(), StatusCode::NOT_FOUND, "no estimate by strata was made");
}

#[tokio::test]
async fn an_estimate_by_strata_is_begun_from_the_page_and_of_nothing_unknown() {
    let house = House::new();
    assert!(house.page("/stats").await.contains("name=\"by\""));
    assert_eq!(house.post("/estimates", "&method=dga&by=moon").await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(house.post("/estimates", "&method=chao&by=year").await.status(), StatusCode::SEE_OTHER);
}
