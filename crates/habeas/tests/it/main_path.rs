//! From lists to persons, contradictions, counts and an estimate, with the row behind every value.

use crate::program::Office;

const FAMILIES: &str = "No,Name,Father,Date taken,District,Status
1,Karim Velan,Daro Velan,03/02/2015,Corva,missing
2,Sanam Tareen Osto,Murad Osto,14/08/2014,Ostrel,released
3,Zarin Dorek,Hamal Dorek,2013,Corva,found dead
4,Bahir Molan,Sadik Molan,22/11/2015,Nemra,missing
5,Ilan Porvi,Gul Porvi,09/05/2012,Ostrel,missing
";

const COMMISSION: &str = "case_no;full_name;father_name;date_of_disappearance;place;current_status
C-1;VELAN, Kareem;Daro Velan;05.02.2015;Corva;traced
C-2;OSTO, Sanam Tareen;Murad Osto;14.08.2014;Ostrel;released
C-3;MOLAN, Bahir;Sadiq Molan;22.11.2015;Nemra;missing
C-4;FAREL, Nadir;Tomar Farel;01.07.2011;Nemra;missing
";

fn two_lists() -> Office {
    let office = Office::with_vault();
    office.file("families.csv", FAMILIES).file("commission.csv", COMMISSION);
    office.run(&["import", "families.csv", "--as", "families"]).succeeds();
    office.run(&["import", "commission.csv", "--as", "commission"]).succeeds();
    office
}

#[test]
fn two_lists_become_persons_with_the_row_behind_every_value() {
    let office = two_lists();
    let linked = office.json(&["link", "run"]);
    assert_eq!(linked["records"], 9);
    let shown = office.json(&["case", "show", "families:1"]);
    let records: Vec<&str> =
        shown["records"].as_array().unwrap().iter().map(|record| record["record"].as_str().unwrap()).collect();
    assert_eq!(records, ["families:1", "commission:1"]);
    let taken = shown["questions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|question| question["question"] == "event-date.taken")
        .expect("both lists date the taking");
    assert_eq!(taken["agreement"], "contradicts");
    let accounts: Vec<(&str, &str)> = taken["readings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|reading| reading["accounts"].as_array().unwrap())
        .map(|account| (account["words"].as_str().unwrap(), account["where"].as_str().unwrap()))
        .collect();
    assert_eq!(
        accounts,
        [
            ("03/02/2015", "families.csv, row 1, column «Date taken»"),
            ("05.02.2015", "commission.csv, row 1, column «date_of_disappearance»"),
        ]
    );
}

#[test]
fn documented_counts_add_up_and_keep_what_is_not_known() {
    let office = two_lists();
    office.run(&["link", "run"]).succeeds();
    let report = office.json(&["report", "tables"]);
    let total = report["tables"]["n_documented"].as_u64().unwrap();
    assert_eq!(total, 6);
    for table in ["by_year", "by_place", "by_sex"] {
        let rows = report["tables"][table]["rows"].as_array().unwrap();
        let sum: u64 = rows.iter().map(|row| row["persons"].as_u64().unwrap()).sum();
        assert_eq!(sum, total, "{table}");
        assert_eq!(rows.last().unwrap()["kind"], "unknown", "{table} shows what is not stated");
    }
    assert_eq!(report["overlap"]["sizes"], serde_json::json!([5, 4]));
}

#[test]
fn the_table_of_disagreements_leads_to_its_rows() {
    let office = two_lists();
    office.run(&["link", "run"]).succeeds();
    let report = office.json(&["report", "tables"]);
    let dates = report["disagreements"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["question"] == "event-date.taken")
        .expect("dates are compared");
    assert_eq!((&dates["compared"], &dates["contradicts"]), (&3.into(), &1.into()));
    assert_eq!(dates["rows"][0]["records"], serde_json::json!(["families:1", "commission:1"]));
}

#[test]
fn two_lists_are_too_few_for_an_estimate_and_the_refusal_says_what_would_help() {
    let office = two_lists();
    office.run(&["link", "run"]).succeeds();
    let run = office.run(&["estimate", "run", "--json"]).ends_with(4);
    let refusal: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(refusal["refused"]["code"], "too_few_lists");
    assert!(!refusal["refused"]["what_would_help"].as_str().unwrap().is_empty());
}

#[test]
fn a_decision_binds_the_next_linkage_and_can_be_taken_back() {
    let office = two_lists();
    office.run(&["link", "run"]).succeeds();
    let persons = |office: &Office| office.json(&["case", "list"])["total"].as_u64().unwrap();
    assert_eq!(persons(&office), 6);
    office
        .run(&["review", "decide", "families:1", "commission:1", "different", "--why", "two brothers", "--by", "a"])
        .succeeds();
    office.run(&["link", "run"]).succeeds();
    assert_eq!(persons(&office), 7);
    office.run(&["review", "undo", "--by", "a"]).succeeds();
    office.run(&["link", "run"]).succeeds();
    assert_eq!(persons(&office), 6);
}

#[test]
fn a_case_file_is_found_by_part_of_a_name_and_through_its_father() {
    let office = two_lists();
    office.run(&["link", "run"]).succeeds();
    for words in ["velan", "KAREEM", "daro"] {
        let found = office.json(&["case", "search", words]);
        assert_eq!(found["total"], 1, "{words}");
    }
    assert_eq!(office.json(&["case", "search", "nobody"])["total"], 0);
}

#[test]
fn the_same_file_again_changes_nothing() {
    let office = two_lists();
    let before = office.json(&["source", "list"])["sources"].as_array().unwrap().len();
    let again = office.json(&["import", "families.csv", "--as", "families"]);
    assert_eq!(again["already_imported"], true);
    assert_eq!(office.json(&["source", "list"])["sources"].as_array().unwrap().len(), before);
    office.run(&["link", "run"]).succeeds();
    assert_eq!(office.json(&["case", "list"])["total"], 6);
}

#[test]
fn a_preview_shows_what_each_row_becomes_and_writes_nothing() {
    let office = Office::with_vault();
    office.file("families.csv", FAMILIES);
    let preview = office.json(&["import", "families.csv", "--as", "families", "--preview"]);
    let claims = preview["rows"][0]["claims"].as_array().unwrap();
    let dated = claims.iter().find(|claim| claim["question"] == "event-date.taken").unwrap();
    assert_eq!((&dated["words"], &dated["value"]), (&"03/02/2015".into(), &"2015-02-03".into()));
    assert_eq!(dated["where"], "families.csv, row 1, column «Date taken»");
    assert_eq!(office.json(&["source", "list"])["sources"], serde_json::json!([]));
}

#[test]
fn a_deleted_index_is_made_again_from_the_log() {
    let office = two_lists();
    office.run(&["link", "run"]).succeeds();
    let before = office.run(&["case", "list", "--json"]).succeeds().stdout;
    std::fs::remove_dir_all(office.path("vault/index")).unwrap();
    assert_eq!(office.run(&["case", "list", "--json"]).succeeds().stdout, before);
}

#[test]
fn nothing_of_the_content_lies_in_plain_on_disk() {
    let office = two_lists();
    office.run(&["link", "run"]).succeeds();
    office.run(&["case", "list"]).succeeds();
    let canaries = ["Velan", "velan", "Corva", "Osto", "Date taken", "families.csv", "commission"];
    for (path, bytes) in office.files_below("vault") {
        for canary in canaries {
            let wide: Vec<u8> = canary.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for needle in [canary.as_bytes(), &wide] {
                let found = bytes.windows(needle.len()).any(|window| window == needle);
                assert!(!found, "«{canary}» lies in plain in {}", path.display());
            }
        }
    }
}

#[test]
fn a_linkage_says_why_two_records_are_one_person() {
    let office = two_lists();
    office.run(&["link", "run"]).succeeds();
    let why = office.json(&["link", "explain", "families:2", "commission:2"]);
    assert!(why["match_probability"].as_f64().unwrap() > 0.9, "{why}");
    assert!(!why["comparisons"].as_array().unwrap().is_empty());
}

#[test]
fn reports_are_files_that_need_nothing_else() {
    let office = two_lists();
    office.run(&["link", "run"]).succeeds();
    office.run(&["report", "tables", "--html", "tables.html", "--csv", "tables.csv"]).succeeds();
    office.run(&["report", "case", "families:1", "--html", "case.html"]).succeeds();
    for name in ["tables.html", "case.html"] {
        let html = std::fs::read_to_string(office.path(name)).unwrap();
        assert!(html.starts_with("<!DOCTYPE html>"), "{name}");
        assert!(
            !html.contains("<script") && !html.contains("http://") && !html.contains("src=\"/"),
            "{name} asks for something"
        );
    }
    assert!(
        std::fs::read_to_string(office.path("tables.csv")).unwrap().contains("disagreement-row,families/commission")
    );
}
