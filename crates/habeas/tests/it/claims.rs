//! Texts as their users meet them: suggested claims, how well they do, and what changed between two editions of a list.

use crate::program::{Office, shared};
use std::path::Path;

const TEXT: &str = "KESH, Aug 13: At least 17 people, including six policemen, were killed and 30 others wounded in a blast on \
                    Tuesday, officials said.\n";

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/texts").join(name);
    path.canonicalize().unwrap().display().to_string()
}

#[test]
fn a_text_becomes_a_form_whose_every_field_knows_its_bytes() {
    let office = Office::new();
    office.file("news.txt", TEXT);
    let said = office.json(&["claims", "suggest", "news.txt", "--published", "2014-08-14"]);
    let document = &said["documents"][0];
    let claims = document["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 3, "{claims:?}");
    for claim in claims {
        assert_eq!(claim["state"], "suggested");
        for slot in claim["slots"].as_object().unwrap().values().filter(|slot| slot.get("start").is_some()) {
            let (start, end) = (slot["start"].as_u64().unwrap() as usize, slot["end"].as_u64().unwrap() as usize);
            assert_eq!(TEXT[start..end], *slot["words"].as_str().unwrap());
        }
    }
    assert_eq!(claims[0]["slots"]["count"]["value"]["low"], 17);
    assert!(claims[0]["slots"]["count"]["value"]["high"].is_null(), "«at least» has no upper end");
    assert_eq!(claims[1]["slots"]["count"]["value"]["part"], true);
    assert_eq!(claims[0]["slots"]["said_by"]["value"], "unnamed");
    assert!(claims[0]["slots"].get("alleged_perpetrator").is_none(), "nobody is alleged, so nobody is named");
}

#[test]
fn a_folder_of_texts_is_read_at_once_and_what_is_refused_is_told() {
    let office = Office::new();
    std::fs::create_dir(office.path("texts")).unwrap();
    office.file("texts/a.txt", TEXT);
    office.file("texts/b.html", format!("<html><body><article><p>{}</p></article></body></html>", TEXT.repeat(3)));
    office.file("texts/c.bin", [0_u8, 1, 2, 3, 0, 0, 7]);
    office.file("texts/d.eml", format!("From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\n\r\n{TEXT}"));
    let run = office.run(&["claims", "suggest", "texts", "--json"]).ends_with(3);
    let said: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let kinds: Vec<&str> = said["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|document| document["kind"].as_str().or(document["refused"]["code"].as_str()).unwrap())
        .collect();
    assert_eq!(kinds, ["text", "html", "E_TYPE", "eml"]);
}

#[test]
fn the_examples_are_marked_as_their_labels_say() {
    let office = Office::new();
    let folder = example("");
    let score = office.json(&["claims", "evaluate", &folder, "--places", &example("places.csv")]);
    assert_eq!(score["texts"], 2);
    for kind in ["date", "count", "person", "organisation", "place", "act"] {
        assert!(score["lenient"][kind]["recall"].as_f64() >= Some(0.9), "{kind}: {}", score["lenient"][kind]);
    }
    assert!(score["claims"]["recall"].as_f64() >= Some(0.9), "{}", score["claims"]);
    let text =
        office.run(&["claims", "suggest", &example("undated.txt"), "--places", &example("places.csv")]).succeeds();
    assert!(text.stdout.contains("[2016-11-12,2022-11-12]"), "both years are kept:\n{}", text.stdout);
    assert!(text.stdout.contains("Nothing counts before a person has confirmed it"));
}

#[test]
fn labels_of_another_text_are_refused() {
    let office = Office::new();
    office.file("news.txt", TEXT);
    let labels = example("undated.labels.json");
    let run = office.run(&["claims", "evaluate", "news.txt", &labels]).ends_with(1);
    assert!(run.stderr.contains("are not the words that the labels give"), "{}", run.stderr);
}

#[test]
fn real_labelled_articles_are_scored_where_they_are_at_hand() {
    let Some(folder) = shared("data/articles") else { return };
    let office = Office::new();
    let score = office.json(&["claims", "evaluate", &folder.display().to_string()]);
    assert!(score["claims"]["recall"].as_f64() >= Some(0.9), "{}", score["claims"]);
}

#[test]
fn a_preview_tells_what_changed_since_an_earlier_edition() {
    let office = Office::new();
    office.file(
        "2023.csv",
        "No,Name,Date of disappearance\n1,Adira Venn,2014-03-05\n2,Borun Tesk,2015-01-02\n3,Sera Molan,2016-07-08\n",
    );
    office.file(
        "2024.csv",
        "No,Name,Date of disappearance\n3,Sera Molan,2016-07-09\n1,Adira Venn,2014-03-05\n4,Zarin Dorek,2017-02-03\n",
    );
    let said = office.json(&["import", "2024.csv", "--as", "families", "--preview", "--since", "2023.csv"]);
    let since = &said["since"];
    assert_eq!(
        (&since["same"], &since["added"], &since["removed"]),
        (&1.into(), &serde_json::json!([3]), &serde_json::json!([2]))
    );
    assert_eq!(since["changed"][0]["columns"], serde_json::json!(["Date of disappearance"]));
    let text = office.run(&["import", "2024.csv", "--as", "families", "--preview", "--since", "2023.csv"]).succeeds();
    assert!(text.stdout.contains("A row that is gone is an event to look into"), "{}", text.stdout);
    assert!(text.stdout.contains("Nothing was written."));
}

#[test]
fn a_saved_page_is_kept_as_it_came_and_its_own_words_name_it() {
    let office = Office::with_vault();
    let page = "<html><head><title>Two taken in Corva</title><script>alert(1)</script>\
                <meta property=\"article:published_time\" content=\"2014-03-05\"></head>\
                <body><article><p>Families said that two men were taken in Corva on 3 March 2014.</p></article></body></html>";
    office.file("corva.html", page).file("table.xlsx", b"PK\x03\x04 no workbook");
    office.run(&["source", "add", "corva.html", "--said-by", "The Corva Herald"]).succeeds();
    let shown = office.json(&["source", "show", "corva"]);
    assert_eq!((&shown["title"], &shown["edition"]), (&"Two taken in Corva".into(), &"2014-03-05".into()));
    office.run(&["source", "verify"]).succeeds();
    let refused = office.run(&["source", "add", "table.xlsx"]).ends_with(1);
    assert!(refused.stderr.contains("0 of 1 files were added"), "{}", refused.stderr);
}
