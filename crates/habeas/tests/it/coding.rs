//! What a coder meets at the command line: words that do not stand in the text, proposals, corrections, people who decide
//! differently, a source that turns out to be wrong.

use crate::program::Office;
use serde_json::{Value, json};

const NEWS: &str = "KESH, Aug 13: At least 17 people, including six policemen, were killed and 30 others wounded in a blast \
                    on Tuesday, officials said. The police said that 12 people were killed. The police were silent.\n";

fn office() -> Office {
    let office = Office::with_vault();
    office.file("news.txt", NEWS);
    office.json(&["source", "add", "news.txt"]);
    office
}

fn add(office: &Office, more: &[&str]) -> Value {
    let args = [
        &["claims", "add", "--about", "incident:blast", "--topic", "count", "--measure", "killed", "--source", "news"],
        more,
    ];
    office.json(&args.concat())["recorded"][0].clone()
}

#[test]
fn words_are_taken_as_they_stand_or_not_at_all() {
    let office = office();
    let refused = |args: &[&str]| {
        let begin = [
            "claims",
            "add",
            "--about",
            "incident:blast",
            "--topic",
            "count",
            "--measure",
            "killed",
            "--source",
            "news",
        ];
        office.run(&[&begin[..], args].concat()).ends_with(2).stderr
    };
    assert!(refused(&["--quote", "seventeen people", "--is", "17"]).contains("do not stand in the text"));
    assert!(refused(&["--quote", "The police", "--is", "12"]).contains("stand 2 times"));
    assert!(refused(&["--span", "3-9999", "--is", "12"]).contains("no part of the text"));
    assert!(refused(&["--quote", "12 people", "--is", "a dozen"]).contains("is no count"));
    assert!(refused(&["--quote", "12 people", "--is", "12", "--part-of", "nothing"]).contains("no claim"));
    assert_eq!(office.json(&["claims", "list", "--all"])["claims"], json!([]), "nothing of it was recorded");
    let second = add(&office, &["--quote", "The police", "--occurrence", "2", "--is", "12"]);
    let at = second["passages"][0]["start"].as_u64().unwrap() as usize;
    assert_eq!(&NEWS[at..at + 10], "The police");
    assert!(at > NEWS.find("The police").unwrap());
}

#[test]
fn a_session_with_one_wrong_line_records_nothing_and_says_which_line_it_is() {
    let office = office();
    office.file(
        "wrong.claims",
        "# two lines, the second is wrong\nadd --about incident:blast --topic count --measure killed --source news \\\n  --quote \"At least 17 people\" --is \"at-least 17\"\nadd --about incident:blast --topic weather\n",
    );
    let run = office.run(&["claims", "session", "wrong.claims"]).ends_with(2);
    assert!(run.stderr.contains("line 4") && run.stderr.contains("weather"), "{}", run.stderr);
    assert_eq!(office.json(&["claims", "list", "--all"])["claims"], json!([]));
}

#[test]
fn what_a_rule_proposes_counts_when_a_person_has_accepted_it_field_by_field() {
    let office = office();
    let proposed = office.json(&["claims", "propose", "news", "--published", "2014-08-14"]);
    assert!(proposed["recorded"].as_array().unwrap().len() > 3, "{proposed}");
    assert_eq!(office.json(&["figures", "list"])["series"], json!([]), "a proposal changes no number");
    let again = office.run(&["claims", "propose", "news"]).ends_with(2);
    assert!(again.stderr.contains("already"), "{}", again.stderr);
    // One figure accepted as it is, one put right with the same words, one turned down.
    let figures: Vec<Value> =
        proposed["recorded"].as_array().unwrap().iter().filter(|one| one["topic"] == "count").cloned().collect();
    let id = |n: usize| figures[n]["id"].as_str().unwrap().to_owned();
    office.json(&["claims", "accept", &id(0)]);
    let put_right = office.json(&["claims", "accept", &id(1), "--field", "count=6"])["recorded"][0].clone();
    assert_eq!(put_right["passages"], figures[1]["passages"]);
    assert_eq!(office.json(&["claims", "show", &id(1)])["counts"], false);
    office.json(&["claims", "reject", &id(2), "--why", "read wrongly"]);
    let series = office.json(&["figures", "list"])["series"].clone();
    let n: usize = series.as_array().unwrap().iter().map(|one| one["figures"].as_array().unwrap().len()).sum();
    assert_eq!(n, 2, "{series}");
    assert_eq!(office.json(&["claims", "list", "--state", "rejected"])["claims"].as_array().unwrap().len(), 1);
}

#[test]
fn a_place_that_people_have_recorded_is_read_in_texts_that_come_later() {
    let office = office();
    let text = |name: &str| format!("Orla saw five people killed on 3 May 2020, said the {name} newspaper.");
    office.file("one.txt", text("first")).file("two.txt", text("second")).file("map.txt", "A town called Orla.");
    office.run(&["source", "add", "one.txt", "two.txt", "map.txt"]).succeeds();
    let places = |key: &str| {
        let proposed = office.json(&["claims", "propose", key])["recorded"].clone();
        proposed.as_array().unwrap().iter().filter(|one| one["topic"] == "where").count()
    };
    assert_eq!(places("one"), 0);
    let place = ["--about", "place:orla-vale", "--topic", "called", "--source", "map", "--quote", "Orla"];
    office.run(&[&["claims", "add"], &place[..]].concat()).succeeds();
    assert_eq!(places("two"), 1);
}

#[test]
fn two_accounts_conflict_until_people_decide_and_a_new_one_makes_the_decision_stale() {
    let office = office();
    add(
        &office,
        &[
            "--as",
            "officials",
            "--quote",
            "At least 17 people",
            "--is",
            "at-least 17",
            "--by",
            "officials",
            "--by-kind",
            "official",
        ],
    );
    add(
        &office,
        &[
            "--as",
            "police",
            "--quote",
            "12 people were killed",
            "--is",
            "12",
            "--by",
            "police",
            "--by-kind",
            "official",
        ],
    );
    let conflicts = || office.json(&["claims", "conflicts"])["conflicts"].clone();
    let resolved = conflicts()[0]["resolved"].clone();
    assert_eq!(resolved["bounds"], json!({ "low": 12, "best": null, "high": 12 }));
    assert_eq!((&resolved["policy"], &resolved["open_at_the_top"]), (&json!("resolve.range@1"), &json!(1)));
    let wrong = office.run(&["resolve", "police", "--by", "team", "--take", "nobody", "--why", "x"]).ends_with(2);
    assert!(wrong.stderr.contains("no claim"), "{}", wrong.stderr);
    office.json(&["resolve", "police", "--by", "team", "--take", "officials", "--why", "they were there"]);
    let resolved = conflicts()[0]["resolved"].clone();
    assert_eq!((&resolved["taken"], &resolved["stale"]), (&json!("officials"), &json!(false)));
    // What its speaker takes back counts no more, and stays to be read.
    add(
        &office,
        &[
            "--quote",
            "The police were silent",
            "--is",
            "12",
            "--by",
            "police",
            "--polarity",
            "retracts",
            "--corrects",
            "police",
        ],
    );
    assert_eq!(conflicts(), json!([]));
    let police = office.json(&["claims", "show", "police"]);
    assert!(police["taken_back_by"].is_string() && police["counts"] == false, "{police}");
}

#[test]
fn questions_stay_open_until_they_are_answered_and_work_is_given_to_people() {
    let office = office();
    add(&office, &["--as", "officials", "--quote", "At least 17 people", "--is", "at-least 17"]);
    office.json(&["claims", "question", "officials", "do the 17 include the policemen?"]);
    let open = || office.json(&["claims", "list", "--questioned"])["claims"].as_array().unwrap().len();
    assert_eq!(open(), 1);
    office.json(&["claims", "answer", "officials", "yes, «including»"]);
    assert_eq!(open(), 0);
    office.json(&["claims", "assign", "incident:blast", "Sera"]);
    let assigned = office.json(&["claims", "list", "--about", "incident:blast"]);
    assert!(
        assigned["claims"].as_array().unwrap().iter().any(|one| one["topic"] == "assigned" && one["value"] == "Sera")
    );
    let unread = office.json(&["claims", "list", "--unread", "--kind", "incident"]);
    assert_eq!(unread["claims"].as_array().unwrap().len(), 2, "no second reader has been here");
}

#[test]
fn a_source_that_is_taken_back_or_erased_takes_its_claims_out_of_every_number() {
    let office = office();
    let one = add(&office, &["--as", "officials", "--quote", "At least 17 people", "--is", "at-least 17"]);
    assert_eq!(one["counts"], true);
    office.json(&["retract", "news", "--why", "a forgery"]);
    let left = office.json(&["claims", "list"])["claims"].clone();
    assert_eq!((&left[0]["state"], &left[0]["counts"]), (&json!("source-taken-back"), &json!(false)));
    assert_eq!(office.json(&["figures", "list"])["series"], json!([]));
}

#[test]
fn one_claim_is_erased_and_nothing_of_its_words_is_left() {
    let office = office();
    add(&office, &["--as", "officials", "--quote", "At least 17 people", "--is", "at-least 17"]);
    add(&office, &["--as", "police", "--quote", "12 people were killed", "--is", "12", "--by", "police"]);
    office.run(&["erase", "claim:police", "--reason", "mistake", "--why", "typed wrongly"]).ends_with(2);
    office.run(&["erase", "claim:police", "--reason", "mistake", "--why", "typed wrongly", "--yes"]).succeeds();
    let left = office.json(&["claims", "list"])["claims"].clone();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["name"]), (1, &json!("officials")));
}

#[test]
fn what_was_known_at_a_checkpoint_can_be_seen_again() {
    let office = office();
    add(&office, &["--as", "officials", "--quote", "At least 17 people", "--is", "at-least 17"]);
    let checkpoint = office.json(&["checkpoint", "make"])["checkpoint"].as_str().unwrap().to_owned();
    add(&office, &["--as", "police", "--quote", "12 people were killed", "--is", "12", "--by", "police"]);
    let n = |args: &[&str]| office.json(args)["claims"].as_array().unwrap().len();
    assert_eq!(n(&["claims", "list"]), 2);
    assert_eq!(n(&["claims", "list", "--as-of", &checkpoint]), 1);
}

#[test]
fn vocabularies_and_topics_are_told_in_both_languages() {
    let office = Office::new();
    let terms = office.json(&["claims", "vocabulary", "category"])["terms"].clone();
    let disappearance = terms.as_array().unwrap().iter().find(|term| term["code"] == "030103").unwrap();
    assert_eq!((&disappearance["en"], &disappearance["huridocs_list"]), (&json!("disappearance"), &json!("4")));
    assert!(disappearance["ur"].as_str().unwrap().chars().any(|c| c > '\u{600}'));
    let topics = office.json(&["claims", "topics"])["topics"].clone();
    assert!(
        topics.as_array().unwrap().iter().any(|topic| topic["topic"] == "event-date.taken" && topic["of"] == "mention")
    );
}
