//! Lists of places are kept in the vault for reading texts: data that counts nowhere, and that a keeper erases.

use crate::program::Office;
use serde_json::{Value, json};

fn office() -> Office {
    let office = Office::with_vault();
    for name in ["one", "two", "three"] {
        office.file(
            &format!("{name}.txt"),
            format!("Dorval saw five people killed on 3 May 2020, said the {name} newspaper."),
        );
    }
    office.run(&["source", "add", "one.txt", "two.txt", "three.txt"]).succeeds();
    office.file("olenia.csv", "name,kind,within\nDorval,city,Olenia\n");
    office
}

/// The places that the rules read in a text of the vault.
fn read_in(office: &Office, key: &str) -> Vec<String> {
    let proposed = office.json(&["claims", "propose", key])["recorded"].clone();
    let places = proposed.as_array().unwrap().iter().filter(|one| one["topic"] == "where");
    places.map(|one| one["value"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_list_that_is_kept_is_read_with_every_text_until_it_is_dropped() {
    let office = office();
    assert_eq!(read_in(&office, "one"), [""; 0], "nobody knows yet that it is a place");
    let keep = ["places", "keep", "olenia.csv", "--as", "olenia", "--edition", "2024", "--licence", "free for any use"];
    let kept = office.json(&keep);
    assert_eq!((&kept["name"], &kept["places"]), (&json!("olenia"), &json!(1)));
    assert_eq!(office.json(&keep)["sha256"], kept["sha256"], "kept twice, there once");
    let lists = office.json(&["places", "kept"])["lists"].clone();
    assert_eq!(lists.as_array().map(Vec::len), Some(1));
    assert_eq!((&lists[0]["edition"], &lists[0]["licence"]), (&json!("2024"), &json!("free for any use")));
    assert_eq!(read_in(&office, "two"), ["Dorval"]);
    // It is no place of the vault: nothing is said of it, and no count is another.
    let entities = office.json(&["claims", "list", "--all", "--kind", "place"]);
    assert_eq!(entities["claims"], json!([]));
    // Files are read with it where the vault is named.
    let places = |args: &[&str]| {
        let claims =
            office.json(&[&["claims", "suggest", "three.txt"], args].concat())["documents"][0]["claims"].clone();
        claims.as_array().unwrap().iter().filter(|one| !one["slots"]["place"].is_null()).count()
    };
    assert_eq!(places(&[]), 0, "without, no vault is opened");
    assert_eq!(places(&["--vault", "vault"]), 1);
    let why = ["--why", "another licence than we thought"];
    office.run(&[&["places", "drop", "tirania"], &why[..]].concat()).ends_with(2);
    assert_eq!(office.json(&[&["places", "drop", "olenia"], &why[..]].concat())["lists"], 1);
    assert_eq!(office.json(&["places", "kept"])["lists"], json!([]));
    assert_eq!(read_in(&office, "three"), [""; 0]);
    // The claim that was made with it stands.
    let stands = office.json(&["claims", "list", "--source", "two"])["claims"].clone();
    assert!(stands.as_array().unwrap().iter().any(|one| one["value"] == "Dorval"));
    office.run(&["verify"]).succeeds();
}

#[test]
fn a_list_that_cannot_be_read_is_not_kept_and_a_name_is_taken_once() {
    let office = office();
    office.file("towns.csv", "town,kind\nKesh,city\n").file("more.csv", "name,kind\nKesh,city\n");
    let wrong = office.run(&["places", "keep", "towns.csv", "--as", "towns"]).ends_with(1);
    assert!(wrong.stderr.contains("of no form that is known") && wrong.stderr.contains("GeoNames"), "{}", wrong.stderr);
    assert_eq!(office.json(&["places", "kept"])["lists"], json!([]));
    office.json(&["places", "keep", "olenia.csv", "--as", "olenia"]);
    let taken = office.run(&["places", "keep", "more.csv", "--as", "olenia"]).ends_with(2);
    assert!(taken.stderr.contains("another list of places bears this name"), "{}", taken.stderr);
    let lists: Value = office.json(&["places", "kept"])["lists"].clone();
    assert_eq!((lists.as_array().unwrap().len(), &lists[0]["file"]), (1, &json!("olenia.csv")));
}
