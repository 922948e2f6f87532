//! Known incidents are proposed for an act, with what speaks for each; nothing is linked before somebody says so.

use crate::program::Office;
use serde_json::{Value, json};

const NEWS: &str = "A bomb killed 52 people in Kesh on 12 November 2016.\n";

/// An office with a proposed act on the day and at the place of two known incidents, and on another day than a third.
fn office() -> Office {
    let office = Office::with_vault();
    office.file("news.txt", NEWS).file("report.txt", "The blast of Kesh. The fire in Kesh. The siege of Kesh.\n");
    office.run(&["source", "add", "news.txt", "report.txt"]).succeeds();
    for (incident, topic, words, value) in [
        ("incident:blast", "when", "The blast", "2016-11-12"),
        ("incident:blast", "where", "blast of Kesh", "Kesh"),
        ("incident:fire", "when", "The fire", "2016-11"),
        ("incident:fire", "where", "fire in Kesh", "Kesh"),
        ("incident:siege", "when", "The siege", "2015"),
        ("incident:siege", "where", "siege of Kesh", "Kesh"),
    ] {
        let args = [
            "claims", "add", "--about", incident, "--topic", topic, "--source", "report", "--quote", words, "--is",
            value,
        ];
        office.json(&args);
    }
    // A list of places: without one nobody knows that Kesh is a place.
    office.file("places.csv", "name,kind\nKesh,city\n");
    office.json(&["claims", "propose", "news", "--places", "places.csv"]);
    office
}

fn proposed(object: &Value) -> Vec<(String, Value)> {
    let rows = object["incidents"].as_array().cloned().unwrap_or_default();
    rows.into_iter().map(|row| (row["incident"].as_str().unwrap().to_owned(), row["signs"].clone())).collect()
}

#[test]
fn known_incidents_are_shown_with_their_reasons_and_linked_only_when_somebody_chooses_one() {
    let office = office();
    let expected = vec![
        ("incident:blast".to_owned(), json!(["day", "place"])),
        ("incident:fire".to_owned(), json!(["days", "place"])),
    ];
    let shown = office.json(&["claims", "incidents", "act:news-1"]);
    assert_eq!(proposed(&shown), expected, "the siege was in another year: {shown}");
    assert_eq!(shown["incidents"][0]["why"], "the same day, the same place");
    let links = |office: &Office| {
        let claims = office.json(&["claims", "list", "--about", "act:news-1"])["claims"].clone();
        claims.as_array().unwrap().iter().filter(|one| one["topic"] == "part-of").cloned().collect::<Vec<_>>()
    };
    let accepted = office.json(&["claims", "accept", "act:news-1"]);
    assert_eq!(proposed(&accepted), expected);
    assert_eq!(links(&office), Vec::<Value>::new(), "accepting alone links nothing");
    let n = office.json(&["claims", "list", "--all"])["claims"].as_array().unwrap().len();
    let wrong = office.run(&["claims", "accept", "act:news-1", "--incident", "flood"]).ends_with(2);
    assert!(wrong.stderr.contains("there is no incident «flood»"), "{}", wrong.stderr);
    assert_eq!(
        office.json(&["claims", "list", "--all"])["claims"].as_array().unwrap().len(),
        n,
        "none is made by the way"
    );
    for _ in 0..2 {
        office.json(&["claims", "accept", "act:news-1", "--incident", "blast"]);
    }
    let made = links(&office);
    assert_eq!(made.len(), 1, "said twice, recorded once");
    assert_eq!((&made[0]["value"], &made[0]["modality"]), (&json!("incident:blast"), &json!("inferred-by-us")));
    assert_eq!(made[0]["passages"][0]["source"], "news", "it rests on the words that tell of the act");
    let after = office.json(&["claims", "incidents", "act:news-1"]);
    assert_eq!((&after["part_of"], proposed(&after).len()), (&json!(["incident:blast"]), 0));
    // Undone like any claim: then the others may be meant again.
    office.json(&["claims", "reject", made[0]["id"].as_str().unwrap(), "--why", "another blast"]);
    assert_eq!(proposed(&office.json(&["claims", "incidents", "act:news-1"])), expected);
}

#[test]
fn without_a_known_incident_nothing_is_proposed_and_only_an_act_is_part_of_one() {
    let office = Office::with_vault();
    office.file("news.txt", NEWS);
    office.run(&["source", "add", "news.txt"]).succeeds();
    office.json(&["claims", "propose", "news"]);
    let accepted = office.json(&["claims", "accept", "act:news-1"]);
    assert!(accepted["incidents"].is_null() && !accepted["recorded"].as_array().unwrap().is_empty());
    let told = office.run(&["claims", "incidents", "act:news-1"]).succeeds();
    assert!(told.stdout.contains("no known incident is like it"), "{}", told.stdout);
    let party =
        ["claims", "add", "--about", "party:hand", "--topic", "called", "--source", "news", "--quote", "A bomb"];
    let party = office.json(&[&party[..], &["--as", "hand"]].concat());
    assert_eq!(party["recorded"][0]["name"], "hand");
    office.json(&[
        "claims",
        "add",
        "--about",
        "incident:blast",
        "--topic",
        "called",
        "--source",
        "news",
        "--quote",
        "A bomb",
    ]);
    let wrong = office.run(&["claims", "accept", "hand", "--incident", "blast"]).ends_with(2);
    assert!(wrong.stderr.contains("only an act is part of an incident"), "{}", wrong.stderr);
}
