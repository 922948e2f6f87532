//! Case files as a documenter meets them: a person with several cases, the search by days, places and spellings, places that
//! are taken for one, terms that a vault adds.

use crate::program::Office;
use serde_json::{Value, json};

const NEWS: &str = "Balach Tesk was taken on 4 March 2011. He was released on 6 May 2012. He was taken again on 8 July 2014. \
                    He is said to be dead. A court saw him in 2013. Sakina Orr was taken in May 2016 at Orla, near Kesh.\n";

fn office() -> Office {
    let office = Office::with_vault();
    office.file("news.txt", NEWS);
    office.json(&["source", "add", "news.txt"]);
    office
}

fn add(office: &Office, about: &str, topic: &str, quote: &str, more: &[&str]) -> Value {
    let args = ["claims", "add", "--about", about, "--topic", topic, "--source", "news", "--quote", quote];
    office.json(&[&args[..], more].concat())["recorded"][0].clone()
}

/// Taken, released and taken again, as one text tells it.
fn taken_twice(office: &Office) {
    let tesk = "mention:tesk";
    add(office, tesk, "name", "Balach Tesk", &["--is", "Balach Tesk"]);
    add(office, tesk, "event-date.taken", "4 March 2011", &["--is", "2011-03-04", "--as", "first-taking"]);
    add(office, tesk, "event-date.released", "6 May 2012", &["--is", "2012-05-06"]);
    add(office, tesk, "event-date.taken", "8 July 2014", &["--is", "2014-07-08", "--as", "second-taking"]);
}

fn labels(cases: &Value) -> Vec<Vec<String>> {
    let one =
        |case: &Value| case["labels"].as_array().unwrap().iter().map(|l| l.as_str().unwrap().to_owned()).collect();
    cases.as_array().unwrap().iter().map(one).collect()
}

#[test]
fn whoever_is_taken_released_and_taken_again_is_one_person_with_two_cases() {
    let office = office();
    taken_twice(&office);
    let list = office.json(&["case", "list"]);
    assert_eq!((&list["total"], list["cases"][0]["cases"].as_array().unwrap().len()), (&json!(1), 2));
    let shown = office.json(&["case", "show", "news:1"]);
    assert_eq!(
        labels(&shown["cases"]),
        [vec!["released"], vec!["missing"]],
        "the release ends one case, not the other"
    );
    let text = office.run(&["case", "show", "news:1"]).succeeds().stdout;
    assert!(text.contains("case 1 of 2") && text.contains("case 2 of 2"), "{text}");
    let status = office.json(&["case", "status", "news:1"]);
    assert_eq!((status["cases"].as_array().unwrap().len(), &status["disputed"]), (2, &json!(false)));
    // A submission about the second taking cannot use the date of the first release.
    let missing = office.json(&["case", "missing", "news:1"]);
    let days: Vec<i64> = missing["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let mut fields = one["fields"].as_array().unwrap().iter();
            fields.find(|field| field["asked"].as_str().unwrap().starts_with("date of the taking")).unwrap()["accounts"]
                .as_i64()
                .unwrap()
        })
        .collect();
    assert_eq!(days, [1, 1], "each case has its own day");
    // The disappearance of 2011 stays in its year, whatever came later.
    let tables = office.json(&["report", "tables"]);
    assert!(tables.to_string().contains("2011") && !tables.to_string().contains("2011 or 2014"), "{tables}");
}

#[test]
fn accounts_of_a_case_file_that_cannot_all_be_true_are_settled_by_name_and_stay() {
    let office = Office::with_vault();
    let list = |name: &str, day: &str| {
        office.file(&format!("{name}.csv"), format!("Name,Father,Taken on,Place\nAdil Mola Borun,Rahim,{day},Kesh\n"));
        office.run(&["import", &format!("{name}.csv"), "--as", name]).succeeds();
    };
    list("committee", "2014-05-01");
    list("families", "2015-05-03");
    office.run(&["review", "decide", "committee:1", "families:1", "same", "--why", "one father, one town"]).succeeds();
    office.json(&["link", "run"]);
    let years = || {
        let tables = office.json(&["report", "tables"]);
        let rows = tables["tables"]["by_year"]["rows"].as_array().unwrap().clone();
        let row = rows.iter().find(|row| row["persons"] == 1).unwrap();
        (row["category"].as_str().unwrap().to_owned(), tables["tables"]["by_year"]["policy"].clone())
    };
    let open = || office.json(&["case", "list", "--contradicted"])["total"].clone();
    assert_eq!((years().0.as_str(), open()), ("disputed: 2014 or 2015", json!(1)));
    let settle = |take: &str| {
        office.run(&[
            "resolve",
            "committee:1",
            "--question",
            "event-date.taken",
            "--by",
            "team",
            "--take",
            take,
            "--why",
            "the family's paper bears a stamp",
            "--json",
        ])
    };
    assert!(settle("committee:9").ends_with(2).stderr.contains("no record"));
    let shown: Value = serde_json::from_str(&settle("families:1").succeeds().stdout).unwrap();
    let asked =
        shown["questions"].as_array().unwrap().iter().find(|one| one["question"] == "event-date.taken").unwrap();
    assert_eq!(
        (&asked["decided"]["taken"], &asked["decided"]["policy"]),
        (&json!("families:1"), &json!("resolve.team@1"))
    );
    assert_eq!((&asked["agreement"], asked["readings"].as_array().unwrap().len()), (&json!("contradicts"), 2));
    assert_eq!((years(), open()), (("2015".into(), json!("year.agreed@2")), json!(0)));
    // A third list that says something else opens the question again.
    list("press", "2013-02-02");
    office.run(&["review", "decide", "committee:1", "press:1", "same", "--why", "one father, one town"]).succeeds();
    office.json(&["link", "run"]);
    assert_eq!((years().0.as_str(), open()), ("disputed: 2013 or 2014 or 2015", json!(1)));
    assert!(office.run(&["case", "show", "press:1"]).succeeds().stdout.contains("decide again"));
}

#[test]
fn each_case_of_a_person_is_settled_for_itself() {
    let office = Office::with_vault();
    let list = |name: &str, taken: &str, released: &str| {
        let row = format!("Name,Father,Taken on,Released on,Place\nAdil Mola Borun,Rahim,{taken},{released},Kesh\n");
        office.file(&format!("{name}.csv"), row);
        office.run(&["import", &format!("{name}.csv"), "--as", name]).succeeds();
    };
    list("committee", "2011-03-04", "2012-05-06");
    list("families", "2011-03-09", "2012-05-06");
    list("press", "2014-07-08", "");
    list("radio", "2014-07-09", "");
    for other in ["families:1", "press:1", "radio:1"] {
        office.run(&["review", "decide", "committee:1", other, "same", "--why", "one father, one town"]).succeeds();
    }
    office.json(&["link", "run"]);
    assert_eq!(office.json(&["case", "show", "press:1"])["cases"].as_array().unwrap().len(), 2);
    let open = || office.json(&["case", "list", "--contradicted"])["total"].clone();
    let settle = |take: &str| {
        let asked = ["resolve", "committee:1", "--question", "event-date.taken", "--by", "team"];
        office.run(&[&asked[..], &["--take", take, "--why", "heard it from both"]].concat()).succeeds();
    };
    assert_eq!(open(), json!(1));
    settle("families:1");
    assert_eq!(open(), json!(1), "the second taking is still open");
    settle("radio:1");
    assert_eq!(open(), json!(0), "a later decision about the second taking does not replace the first");
}

#[test]
fn people_say_of_which_case_a_claim_is_where_time_does_not_tell() {
    let office = office();
    taken_twice(&office);
    add(&office, "mention:tesk", "event.produced-in-court", "A court saw him", &["--as", "court"]);
    let undecided = office.run(&["case", "show", "news:1"]).succeeds().stdout;
    assert!(undecided.contains("of which case cannot be told"), "{undecided}");
    office.json(&["case", "assign", "case:of-2011", "first-taking", "court"]);
    office.json(&["case", "assign", "case:of-2014", "second-taking"]);
    let shown = office.json(&["case", "show", "news:1"]);
    let names: Vec<&Value> = shown["cases"].as_array().unwrap().iter().map(|case| &case["case"]).collect();
    assert_eq!(names, [&json!("case:of-2011"), &json!("case:of-2014")]);
    assert_eq!(office.json(&["case", "list"])["cases"][0]["cases"].as_array().unwrap().len(), 2);
    let refused = office.run(&["case", "assign", "incident:x", "court"]).ends_with(2);
    assert!(refused.stderr.contains("no case"), "{}", refused.stderr);
}

#[test]
fn the_search_follows_days_that_may_overlap_and_other_spellings_and_scripts() {
    let office = office();
    taken_twice(&office);
    add(&office, "mention:orr", "name", "Sakina Orr", &["--is", "Sakina Orr"]);
    add(&office, "mention:orr", "event-date.taken", "in May 2016", &["--is", "2016-05"]);
    let found = |args: &[&str]| -> Vec<String> {
        let page = office.json(&[&["case"][..], args].concat());
        assert_eq!(page["total"], json!(page["cases"].as_array().unwrap().len()));
        page["cases"].as_array().unwrap().iter().map(|case| case["names"][0].as_str().unwrap().to_owned()).collect()
    };
    for (args, expected) in [
        (&["list", "--from", "2016-05-20", "--to", "2016-05-25"][..], &["Sakina Orr"][..]),
        (&["list", "--from", "2014-07-09"], &["Sakina Orr"]),
        (&["list", "--to", "2011"], &["Balach Tesk"]),
        (&["list", "--from", "2011-03-05", "--to", "2014-07-07"], &[]),
        (&["search", "Balach"], &["Balach Tesk"]),
        (&["search", "Baluch", "Tisk"], &["Balach Tesk"]),
        (&["search", "بالاچ"], &["Balach Tesk"]),
        (&["search", "سکینہ"], &["Sakina Orr"]),
        (&["search", "Balach", "Orr"], &[]),
    ] {
        assert_eq!(found(args), expected, "{args:?}");
    }
    assert!(office.run(&["case", "list", "--from", "yesterday"]).ends_with(2).stderr.contains("not a date"));
    // What is turned down is found no more, without a new linkage.
    let name = office.json(&["claims", "list", "--about", "mention:orr", "--words", "Sakina"])["claims"][0].clone();
    office.json(&["claims", "reject", name["id"].as_str().unwrap(), "--why", "misread"]);
    assert_eq!(found(&["search", "Sakina"]), [] as [&str; 0]);
}

#[test]
fn places_are_taken_for_one_and_apart_again_and_the_search_by_place_follows() {
    let office = office();
    add(&office, "mention:orr", "name", "Sakina Orr", &["--is", "Sakina Orr"]);
    add(&office, "mention:orr", "event-place.taken", "Orla, near Kesh", &["--is", "Orla"]);
    add(&office, "place:orla", "called", "Orla", &["--is", "Orla"]);
    add(&office, "place:orla-town", "part-of", "near Kesh", &["--is", "place:kesh"]);
    let within = || office.json(&["case", "list", "--within", "place:kesh"])["total"].clone();
    assert_eq!(within(), json!(0));
    let decision = office.json(&["claims", "same", "place:orla", "place:orla-town", "--why", "one town, two maps"]);
    assert_eq!(within(), json!(1));
    let id = decision["recorded"][0]["id"].as_str().unwrap().to_owned();
    let shown = office.json(&["claims", "show", &id]);
    assert!(shown["said_about_it"].to_string().contains("one town, two maps"), "{shown}");
    office.json(&["claims", "reject", &id, "--why", "two towns"]);
    assert_eq!(within(), json!(0));
    office.json(&["claims", "same", "place:orla", "place:orla-town", "--why", "asked again"]);
    office.json(&["claims", "different", "place:orla", "place:orla-town", "--why", "we disagree"]);
    assert_eq!(within(), json!(0), "people who disagree join nothing");
    let refused = office.run(&["claims", "same", "place:orla", "party:kesh", "--why", "x"]).ends_with(2);
    assert!(refused.stderr.contains("two places or two parties"), "{}", refused.stderr);
}

#[test]
fn an_unknown_term_is_kept_and_flagged_until_somebody_adds_it() {
    let office = office();
    let raid = add(&office, "act:raid", "category", "He was taken again", &["--is", "own.night-raid"]);
    assert_eq!(raid["unknown_term"], true);
    let unknown = || office.json(&["claims", "list", "--unknown-terms"])["claims"].as_array().unwrap().len();
    assert_eq!(unknown(), 1);
    let term = ["claims", "add-term", "category", "own.night-raid", "--label", "night raid", "--under", "0301"];
    office.json(&term);
    assert_eq!(unknown(), 0);
    assert!(office.run(&term).ends_with(2).stderr.contains("stands in the vocabulary already"));
    let orphan = ["claims", "add-term", "category", "own.x", "--label", "x", "--under", "no-such"];
    assert!(office.run(&orphan).ends_with(2).stderr.contains("no term"));
}

#[test]
fn what_a_page_reads_of_one_entity_is_what_the_whole_book_says_of_it() {
    let office = Office::with_vault();
    let example = |name: &str| format!("{}/../../examples/{name}", env!("CARGO_MANIFEST_DIR"));
    office.json(&["source", "add", &example("texts/undated.txt"), &example("texts/dated-twice.txt")]);
    office.json(&["claims", "session", &example("two-articles/session.claims")]);
    let whole = office.json(&["claims", "list", "--all"])["claims"].clone();
    let conflicts = office.json(&["claims", "conflicts"])["conflicts"].clone();
    let of = |rows: &Value, name: &str| -> Vec<Value> {
        rows.as_array().unwrap().iter().filter(|row| row["about"] == name).cloned().collect()
    };
    let mut kinds = std::collections::BTreeMap::new();
    for row in whole.as_array().unwrap().iter().chain(conflicts.as_array().unwrap()) {
        let name = row["about"].as_str().unwrap().to_owned();
        let kind = name.split(':').next().unwrap().to_owned();
        if kind != "assertion" {
            kinds.entry((kind, of(&conflicts, &name).is_empty())).or_insert(name);
        }
    }
    assert!(kinds.len() > 5, "{kinds:?}");
    for name in kinds.values() {
        let alone = office.json(&["claims", "list", "--all", "--about", name])["claims"].clone();
        assert_eq!(alone.as_array().unwrap(), &of(&whole, name), "{name}");
        let alone = office.json(&["claims", "conflicts", "--about", name])["conflicts"].clone();
        assert_eq!(alone.as_array().unwrap(), &of(&conflicts, name), "{name}");
    }
}

#[test]
fn what_cannot_be_is_kept_and_told_and_nothing_goes_round_in_circles() {
    let office = office();
    let tesk = "mention:tesk";
    add(&office, tesk, "name", "Balach Tesk", &["--is", "Balach Tesk"]);
    add(&office, tesk, "birth-date", "8 July 2014", &["--is", "2014-07-08", "--as", "born"]);
    add(&office, tesk, "event-date.found-dead", "4 March 2011", &["--is", "2011-03-04", "--as", "dead"]);
    let run = office.run(&["figures", "check", "--json"]).ends_with(4);
    let checks: Value = serde_json::from_str(&run.stdout).unwrap();
    let calendar: Vec<&Value> =
        checks["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "calendar").collect();
    assert!(calendar.iter().any(|finding| finding["claims"].to_string().contains("dead")), "{checks}");
    assert_eq!(office.json(&["case", "show", "news:1"])["labels"], json!(["reported-dead"]), "and nothing is refused");
    add(&office, "place:kesh", "part-of", "near Kesh", &["--is", "place:orla"]);
    add(&office, "place:orla", "part-of", "Orla", &["--is", "place:kesh"]);
    assert_eq!(office.json(&["case", "list", "--within", "place:kesh"])["total"], json!(0));
}

#[test]
fn a_status_from_a_source_that_was_taken_back_or_erased_is_nobodys_status() {
    for end in [
        &["retract", "news", "--why", "a forgery"][..],
        &["erase", "news", "--reason", "safety", "--why", "asked", "--yes"],
    ] {
        let office = office();
        office.file("other.txt", "Balach Tesk is at home.\n");
        office.json(&["source", "add", "other.txt"]);
        let tesk = "mention:tesk";
        add(&office, tesk, "name", "Balach Tesk", &["--is", "Balach Tesk"]);
        add(&office, tesk, "fate", "said to be dead", &["--is", "dead-reported"]);
        let home = ["claims", "add", "--about", "mention:at-home", "--topic", "whereabouts", "--source", "other"];
        office.json(&[&home[..], &["--quote", "at home", "--is", "home"]].concat());
        assert_eq!(office.json(&["case", "list", "--label", "reported-dead"])["total"], json!(1));
        office.json(end);
        let left = office.json(&["case", "list"]);
        assert_eq!((&left["total"], &left["cases"][0]["labels"]), (&json!(1), &json!(["returned-home"])), "{end:?}");
    }
}

#[test]
fn a_search_is_saved_found_again_narrowed_and_thrown_away() {
    let office = office();
    taken_twice(&office);
    add(&office, "mention:orr", "name", "Sakina Orr", &["--is", "Sakina Orr"]);
    add(&office, "mention:orr", "event-date.taken", "May 2016", &["--is", "2016-05"]);
    let found = office.json(&["case", "search", "Tesk", "--source", "news", "--save", "mine"]);
    assert_eq!(found["total"], 1);
    assert_eq!(office.json(&["case", "saved"])["searches"], json!(["mine"]));
    assert_eq!(office.json(&["case", "search", "--saved", "mine"])["total"], 1);
    // What is given comes in place of what was saved.
    assert_eq!(office.json(&["case", "search", "Orr", "--saved", "mine"])["total"], 1);
    assert_eq!(office.json(&["case", "search", "--saved", "mine", "--from", "2015"])["total"], 0);
    office.json(&["case", "forget", "mine"]);
    assert_eq!(office.json(&["case", "saved"])["searches"], json!([]));
}
