//! Later editions of a list: rows that stay, change, come and go, and what happens to decisions, counts and linkage.

use crate::program::Office;

const FIRST: &str = "No,Name,Father,Date taken,District
1,Karim Velan,Daro Velan,03/02/2015,Corva
2,Sanam Tareen,Murad Osto,14/08/2014,Ostrel
3,Bahir Molan,Sadik Molan,22/11/2015,Nemra
4,Nadir Sorat,Hamal Sorat,09/05/2016,Corva
";

/// Numbered anew, since a row was put in front: 2 is gone, 3 has another district, 4 another name, 1 is as it was.
const SECOND: &str = "No,Name,Father,Date taken,District
1,Karim Velan,Daro Velan,03/02/2015,Corva
3,Bahir Molan,Sadik Molan,22/11/2015,Tarsa
4,Nadeer Surat,Hamal Sorat,09/05/2016,Corva
5,Adil Kesh,Orun Kesh,01/01/2017,Nemra
";

const COMMISSION: &str = "case_no;full_name;father_name;date_of_disappearance;place
C-1;VELAN, Kareem;Daro Velan;05.02.2015;Corva
C-3;MOLAN, Bahir;Sadiq Molan;22.11.2015;Nemra
";

const MAP: &str = "column = [
  { header = \"No\", field = \"list-id\" }, { header = \"Name\", field = \"name\" }, { header = \"Father\", field = \"name.father\" },
  { header = \"Date taken\", field = \"event.date\", event = \"taken\", order = \"dmy\" },
  { header = \"District\", field = \"event.place\", event = \"taken\" },
]
format = \"habeas-mapping/1\"
name = \"families\"
version = 1
[list]
names_once = true
";

fn two_editions() -> Office {
    let office = Office::with_vault();
    office.file("first.csv", FIRST).file("second.csv", SECOND).file("commission.csv", COMMISSION).file("map.toml", MAP);
    office.run(&["import", "first.csv", "--as", "families", "--map", "map.toml", "--edition", "2016"]).succeeds();
    office.run(&["import", "commission.csv", "--as", "commission"]).succeeds();
    office
        .run(&["review", "decide", "families:3", "commission:2", "same", "--why", "one father", "--by", "a"])
        .succeeds();
    office
}

fn later(office: &Office) -> serde_json::Value {
    office.json(&["import", "second.csv", "--as", "families", "--map", "map.toml", "--edition", "2017"])
}

#[test]
fn only_rows_that_are_new_or_have_other_words_become_records_and_rows_that_are_gone_are_told() {
    let office = two_editions();
    let report = &later(&office)["edition"];
    let count = |key: &str| report[key].as_u64().unwrap();
    assert_eq!((count("continued"), count("replaced"), count("added")), (1, 1, 2));
    assert_eq!(report["gone"], serde_json::json!(["families:2", "families:4"]));
    assert_eq!(report["perhaps"], serde_json::json!([{ "before": "families:4", "after": 3 }]));
    let gone = office.json(&["source", "gone"]);
    let addresses: Vec<&str> =
        gone["gone"].as_array().unwrap().iter().map(|row| row["address"].as_str().unwrap()).collect();
    assert_eq!(addresses, ["families:2", "families:4"]);
    assert_eq!(gone["gone"][0]["gone_in"], "families@2017");
    let shown = office.json(&["source", "show", "families"]);
    assert_eq!(shown["editions"], serde_json::json!(["families", "families@2017"]));
    office.run(&["case", "show", "families:2"]).succeeds();
    office.run(&["case", "show", "families:3"]).ends_with(2);
    let changed = office.run(&["case", "show", "families@2017:2"]).succeeds();
    assert!(changed.stdout.contains("Tarsa") && !changed.stdout.contains("Nemra"), "{}", changed.stdout);
}

#[test]
fn decisions_speak_of_what_stands_in_the_place_of_a_changed_row() {
    let office = two_editions();
    later(&office);
    office.run(&["link", "run"]).succeeds();
    let case = office.json(&["case", "show", "commission:2"]);
    let rows = case["records"].as_array().unwrap();
    let addresses: Vec<&str> = rows.iter().map(|row| row["record"].as_str().unwrap()).collect();
    assert_eq!(addresses, ["commission:2", "families@2017:2"]);
    assert_eq!(office.json(&["review", "stats"])["same"], 1);
}

#[test]
fn all_editions_are_one_list_and_whoever_is_there_under_another_name_can_be_linked_though_the_list_names_everybody_once()
 {
    let office = two_editions();
    later(&office);
    let why = ["--why", "one father, one day", "--by", "a"];
    let same = [&["review", "decide", "families:4", "families@2017:3", "same"][..], &why[..]].concat();
    office.run(&same).succeeds();
    let linked = office.json(&["link", "run"]);
    assert_eq!((linked["lists"].as_u64(), linked["conflicts"].as_u64()), (Some(2), Some(0)));
    let case = office.json(&["case", "show", "families:4"]);
    assert_eq!(case["records"].as_array().unwrap().len(), 2);
}

#[test]
fn a_preview_tells_what_an_edition_would_change_and_writes_nothing() {
    let office = two_editions();
    let preview = ["import", "second.csv", "--as", "families", "--map", "map.toml", "--edition", "2017", "--preview"];
    let foreseen = office.json(&preview)["edition"].clone();
    let said = office.run(&preview).succeeds().stdout;
    assert!(said.contains("a later edition:") && said.contains("Nothing was written."), "{said}");
    assert_eq!(later(&office)["edition"], foreseen, "what was foreseen is what comes");
    let again = office.run(&preview).ends_with(1);
    assert!(again.stderr.contains("this very file was imported as «families@2017»"), "{}", again.stderr);
}

#[test]
fn an_edition_needs_a_name_of_its_own_and_is_taken_back_before_the_one_that_it_continues() {
    let office = two_editions();
    let unnamed = office.run(&["import", "second.csv", "--as", "families", "--map", "map.toml"]).ends_with(1);
    assert!(unnamed.stderr.contains("--edition"), "{}", unnamed.stderr);
    let same = ["import", "second.csv", "--as", "families", "--map", "map.toml", "--edition", "2016"];
    assert!(office.run(&same).ends_with(1).stderr.contains("«2016»"));
    let first = office.json(&["import", "first.csv", "--as", "families", "--map", "map.toml", "--edition", "2016"]);
    assert_eq!(first["already_imported"], true);
    let second = later(&office);
    let id = |object: &serde_json::Value| object["import"].as_str().unwrap().to_owned();
    let refused = office.run(&["import", "--undo", &id(&first), "--why", "wrong"]).ends_with(1);
    assert!(refused.stderr.contains("later edition"), "{}", refused.stderr);
    office.run(&["import", "--undo", &id(&second), "--why", "wrong file"]).succeeds();
    assert!(office.json(&["source", "gone"])["gone"].as_array().unwrap().is_empty());
    office.run(&["case", "show", "families:3"]).succeeds();
    let again = later(&office);
    assert_eq!(again["edition"]["continued"], 1);
}

#[test]
fn a_row_that_comes_back_is_the_record_that_it_was() {
    let office = two_editions();
    later(&office);
    office.file("third.csv", format!("{SECOND}2,Sanam Tareen,Murad Osto,14/08/2014,Ostrel\n"));
    let third = office.json(&["import", "third.csv", "--as", "families", "--map", "map.toml", "--edition", "2018"]);
    assert_eq!((third["edition"]["returned"].as_u64(), third["edition"]["continued"].as_u64()), (Some(1), Some(5)));
    let gone = office.json(&["source", "gone", "families"]);
    assert_eq!(gone["gone"].as_array().unwrap().len(), 1);
}

#[test]
fn why_a_row_is_gone_is_a_claim_that_the_next_one_corrects_and_no_status_follows_from_it() {
    let office = two_editions();
    later(&office);
    let before = office.json(&["case", "show", "families:2"]);
    let say = |reason: &str, why: &str| office.run(&["source", "gone", "families:2", "--reason", reason, "--why", why]);
    say("pressure", "a neighbour heard of threats").succeeds();
    say("released", "the family told us on the telephone").succeeds();
    let gone = office.json(&["source", "gone", "families:2"]);
    assert_eq!(gone["gone"].as_array().unwrap().len(), 1);
    assert_eq!(gone["gone"][0]["reason"], "released");
    assert_eq!(gone["gone"][0]["words"], "the family told us on the telephone");
    let open = office.json(&["source", "gone", "--open"]);
    assert_eq!(open["gone"].as_array().unwrap().iter().map(|row| &row["address"]).collect::<Vec<_>>(), ["families:4"]);
    let after = office.json(&["case", "show", "families:2"]);
    assert_eq!(before["status"], after["status"]);
    assert_eq!(before["records"], after["records"]);
    say("bored", "x").ends_with(2);
    let there = office.run(&["source", "gone", "families:1", "--reason", "released", "--why", "x"]).ends_with(2);
    assert!(there.stderr.contains("gone from no edition"), "{}", there.stderr);
}

#[test]
fn erasing_a_record_erases_what_its_row_said_in_earlier_editions() {
    let office = two_editions();
    later(&office);
    office
        .run(&["erase", "families@2017:2", "--reason", "consent-withdrawn", "--why", "they ask for it", "--yes"])
        .succeeds();
    office.run(&["case", "show", "families@2017:2"]).ends_with(2);
    for key in ["families", "families@2017"] {
        let verify = office.run(&["source", "verify"]);
        assert!(verify.stdout.contains(&format!("{key}:")), "the file of {key} held the words too: {}", verify.stdout);
    }
}

#[test]
fn erasing_a_record_or_a_claim_erases_why_its_row_is_gone_and_how_that_is_known() {
    for by_claim in [false, true] {
        let office = two_editions();
        later(&office);
        let why = "a cousin heard of threats";
        office.run(&["source", "gone", "families:2", "--reason", "pressure", "--why", why]).succeeds();
        let claims = || office.json(&["claims", "list", "--all"])["claims"].as_array().unwrap().clone();
        let said = claims();
        let claim = said.iter().find(|one| one["topic"] == "row-gone").unwrap()["id"].as_str().unwrap().to_owned();
        office.run(&["claims", "question", &claim, "which cousin was it?"]).succeeds();
        assert_eq!(claims().len(), said.len() + 1);
        let erased = if by_claim { format!("claim:{claim}") } else { "families:2".to_owned() };
        office
            .run(&["erase", &erased, "--reason", "consent-withdrawn", "--why", "they ask for it", "--yes"])
            .succeeds();
        assert_eq!(claims(), Vec::<serde_json::Value>::new(), "the reason, its words and the question about it");
    }
}

#[test]
fn a_mended_mapping_brings_in_rows_that_were_set_aside() {
    let office = Office::with_vault();
    let bad = FIRST.replace("22/11/2015", "22.XI.2015");
    let strict = MAP.replace("order = \"dmy\"", "order = \"dmy\", unread = \"quarantine\"");
    office.file("list.csv", bad).file("strict.toml", &strict).file("map.toml", MAP);
    let first = office.run(&["import", "list.csv", "--as", "families", "--map", "strict.toml", "--json"]).ends_with(3);
    let first: serde_json::Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!(first["quarantined"], 1);
    let id = first["import"].as_str().unwrap();
    let mended = office.json(&["import", "--retry", id, "--map", "map.toml"]);
    assert_eq!((mended["accepted"].as_u64(), mended["quarantined"].as_u64()), (Some(4), Some(0)));
    let worse =
        office.run(&["import", "--retry", mended["import"].as_str().unwrap(), "--map", "strict.toml"]).ends_with(1);
    assert!(worse.stderr.contains("Nothing was changed"), "{}", worse.stderr);
}

#[test]
fn a_folder_is_added_at_once_and_one_bad_file_does_not_keep_it_out() {
    let office = Office::with_vault();
    std::fs::create_dir_all(office.path("papers/old")).unwrap();
    office.file("papers/a.txt", "Three men of Kesh were taken.").file("papers/old/b.txt", "Nobody was told.");
    office.file("papers/empty.txt", "").file("papers/.hidden", "x");
    let added = office.run(&["source", "add", "papers", "--json"]).ends_with(3);
    let added: serde_json::Value = serde_json::from_str(&added.stdout).unwrap();
    assert_eq!((&added["added"], added["refused"].as_u64()), (&serde_json::json!(["a", "b"]), Some(1)));
}

#[test]
fn what_people_said_of_a_row_is_said_of_what_stands_in_its_place() {
    let office = two_editions();
    office.run(&["case", "assign", "case:first-taking", "families:3"]).succeeds();
    let named = |address: &str| office.json(&["case", "show", address]).to_string().contains("first-taking");
    assert!(named("families:3"));
    later(&office);
    assert!(named("families@2017:2"), "the case that a reader named goes along");
    assert!(!named("families@2017:3"));
}
