//! An official version that a text disputes: the text's claims are the text's, the authorities' are claims of their own, and
//! each of them waits to be confirmed by itself.

use crate::program::Office;
use serde_json::{Value, json};

const NEWS: &str = "Police killed four men in a supposed \"encounter\" in Kesh on 12 November 2016.\n\
                    A spokesman called it a gunfight.\n";

fn office() -> Office {
    let office = Office::with_vault();
    office.file("news.txt", NEWS).file("places.csv", "name,kind\nKesh,city\n");
    office.run(&["source", "add", "news.txt"]).succeeds();
    office.json(&["claims", "propose", "news", "--places", "places.csv"]);
    office
}

/// Topic, value, modality, speaker and state of the claims about the act.
fn claims(office: &Office, state: &str) -> Vec<[String; 4]> {
    let all = office.json(&["claims", "list", "--about", "act:news-1", "--state", state])["claims"].clone();
    let word = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let by = |one: &Value| one["said_by"][0].as_str().unwrap_or_default().to_owned();
    let row = |one: &Value| [word(one, "topic"), word(one, "value"), word(one, "modality"), by(one)];
    all.as_array().unwrap().iter().map(row).collect()
}

#[test]
fn what_the_authorities_say_is_proposed_beside_what_the_text_says_and_confirmed_by_itself() {
    let office = office();
    let told = claims(&office, "proposed");
    let term = told.iter().find(|[topic, ..]| topic == "term").expect("the words of the official version");
    assert_eq!((term[2].as_str(), term[3].as_str()), ("official-version", ""));
    assert!(term[1].contains("supposed \"encounter\""), "{term:?}");
    assert!(
        told.iter().all(|[topic, _, modality, _]| topic == "term" || modality == "hedged"),
        "the text's own: {told:?}"
    );
    let accepted = office.run(&["claims", "accept", "act:news-1"]).succeeds();
    assert!(accepted.stderr.contains("habeas claims official-version act:news-1 --by NAME"), "{}", accepted.stderr);
    assert_eq!(claims(&office, "proposed"), Vec::<[String; 4]>::new(), "nothing is automatic");
    let by = ["claims", "official-version", "act:news-1", "--by", "Special Crimes Department"];
    let proposed = office.json(&by)["recorded"].clone();
    assert!(
        proposed.as_array().unwrap().iter().all(|one| one["passages"][0]["words"] == term[1].trim_matches(['«', '»']))
    );
    let theirs = claims(&office, "proposed");
    let said =
        |topic: &str, value: &str| [topic, value, "official-version", "Special Crimes Department"].map(str::to_owned);
    for expected in [said("count", "killed 4"), said("when", "2016-11-12"), said("where", "Kesh")] {
        assert!(theirs.contains(&expected), "{expected:?} is missing: {theirs:?}");
    }
    let again = office.run(&by).ends_with(2);
    assert!(again.stderr.contains("stands already"), "{}", again.stderr);
    // One is confirmed, the others wait.
    let count = proposed.as_array().unwrap().iter().find(|one| one["topic"] == "count").unwrap();
    office.json(&["claims", "accept", count["id"].as_str().unwrap()]);
    assert_eq!(claims(&office, "proposed").len(), theirs.len() - 1);
    assert!(claims(&office, "accepted").contains(&said("count", "killed 4")));
    assert_eq!(office.json(&["claims", "conflicts"])["conflicts"], json!([]), "both say the same");
    office.run(&["claims", "verify"]).succeeds();
}

#[test]
fn the_words_may_be_chosen_and_what_was_turned_down_or_put_right_is_not_copied() {
    let office = office();
    let id = |topic: &str| {
        let all = office.json(&["claims", "list", "--about", "act:news-1"])["claims"].clone();
        let one = all.as_array().unwrap().iter().find(|one| one["topic"] == topic).unwrap().clone();
        one["id"].as_str().unwrap().to_owned()
    };
    office.json(&["claims", "reject", &id("where"), "--why", "somewhere else"]);
    office.json(&["claims", "accept", &id("count"), "--field", "count=3"]);
    let by = ["claims", "official-version", "act:news-1", "--by", "Special Crimes Department", "--words"];
    let wrong = office.run(&[&by[..], &["a firefight"]].concat()).ends_with(2);
    assert!(wrong.stderr.contains("do not stand in the text"), "{}", wrong.stderr);
    let proposed = office.json(&[&by[..], &["called it a gunfight"]].concat())["recorded"].clone();
    let proposed: Vec<(&str, &str)> = proposed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["topic"].as_str().unwrap(), one["passages"][0]["words"].as_str().unwrap()))
        .collect();
    assert_eq!(proposed, [("when", "called it a gunfight"), ("count", "called it a gunfight")]);
    let theirs = |[topic, _, _, by]: &[String; 4]| topic == "count" && !by.is_empty();
    let count = claims(&office, "proposed").into_iter().find(theirs).unwrap();
    assert_eq!(count[1], "killed 3");
    let nobody = office.run(&["claims", "official-version", "act:none", "--by", "Police"]).ends_with(2);
    assert!(nobody.stderr.contains("this names no act"), "{}", nobody.stderr);
}
