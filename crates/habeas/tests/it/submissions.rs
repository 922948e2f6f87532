//! Cases that go to a body of the United Nations, to lawyers or a court.

use crate::program::Office;
use serde_json::Value;
use std::fs;

const LIST: &str = "number,name,father,sex,date,district\n\
    1,Daria Velen,Osman Velen,female,2026-01-20,Corva\n\
    2,Karim Tarik,Selim Tarik,male,2014-05-09,Corva\n";

const BY: &str = "name = \"Committee of Families\"\naddress = \"12 Harbour Street, Corva\"\nfamily_agrees = \"yes\"\n\
    keeps_contact = \"yes\"\nconfidential = \"no\"\nrelation = \"acts for the mother\"\nstate = \"Republic of Corva\"\n\
    other_procedures = \"none\"\n";

pub fn office() -> Office {
    let office = Office::with_vault();
    office.file("families.csv", LIST);
    office.file("by.toml", BY);
    office.run(&["import", "families.csv", "--as", "families"]).succeeds();
    office
}

pub fn agrees(office: &Office, id: &str, groups: &str, audience: &str, purpose: &str) {
    let who = ["consent", "record", id, "--giver", "family", "--relation", "mother", "--risk-text", "1"];
    let what = ["--group", groups, "--audience", audience, "--purpose", purpose, "--from", "2020-01-01"];
    office.run(&[&who[..], &what].concat()).succeeds();
}

fn publish<'a>(verb: &[&'a str], profile: &'a str, id: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let fixed = ["--profile", profile, "--person", id, "--by", "by.toml", "--on", "2026-03-01"];
    [&["publish"], verb, &fixed, more].concat()
}

#[test]
fn a_case_goes_to_the_working_group_with_what_the_family_opened_and_its_sources() {
    let office = office();
    agrees(&office, "families:1", "identity,event,district", "un-body", "submission");
    let check = office.run(&publish(&["check", "--json"], "wgeid", "families:1", &[])).ends_with(4).stdout;
    let check: Value = serde_json::from_str(&check).unwrap();
    let objections = check["objections"].to_string();
    assert!(objections.contains("4 forces held to be responsible: ask the family"), "{check}");
    assert!(objections.contains("5 steps that the family has taken"), "{check}");
    let notes = check["notes"].to_string();
    assert!(notes.contains("held back 1.2 sex"), "the family did not open it: {check}");
    assert!(notes.contains("urgent: 50 days are left until 2026-04-20"), "{check}");
    office.run(&publish(&["build", "S1"], "wgeid", "families:1", &[])).ends_with(4);
    assert!(!office.path("S1").exists());
    let built = office.json(&publish(&["build", "S1"], "wgeid", "families:1", &["--incomplete"]));
    assert_eq!(built["named"], 1);
    let data: Value = serde_json::from_str(&fs::read_to_string(office.path("S1/submission.json")).unwrap()).unwrap();
    assert_eq!((&data["form"], &data["procedure"]), (&"wgeid".into(), &"urgent".into()));
    let lines = data["parts"][0]["lines"].as_array().unwrap();
    assert_eq!(lines[0]["answers"][0]["words"], "Daria Velen");
    assert!(lines[0]["answers"][0]["from"].as_str().unwrap().contains("entry 1"), "{}", lines[0]);
    for file in ["submission.html", "submission.txt", "submission.json", "release.json", "README"] {
        let text = fs::read_to_string(office.path(&format!("S1/{file}"))).unwrap();
        for held in ["female", "Karim", "Selim"] {
            assert!(!text.contains(held), "{file} holds {held}");
        }
    }
    office.run(&["publish", "verify", "S1"]).succeeds();
    // The same bytes again, from what the vault keeps of it.
    office.run(&["publish", "build", "again", "--release", "1"]).succeeds();
    let read = |path: &str| fs::read(office.path(path)).unwrap();
    assert_eq!(read("S1/submission.html"), read("again/submission.html"));
    assert!(read("S1/submission.pdf").starts_with(b"%PDF-1.7"));
    assert_eq!(read("S1/submission.pdf"), read("again/submission.pdf"));
}

#[test]
fn without_a_consent_for_this_reader_and_purpose_no_case_leaves() {
    let office = office();
    agrees(&office, "families:1", "identity,event,district", "public", "memorial");
    for profile in ["wgeid", "ced", "case"] {
        let refused = office.run(&publish(&["build", "S1"], profile, "families:1", &["--incomplete"])).ends_with(4);
        assert!(refused.stderr.contains("habeas consent record"), "{}", refused.stderr);
        assert!(!office.path("S1").exists());
    }
    office.run(&publish(&["check"], "case", "families:1", &["--audience", "public"])).ends_with(2);
    office.run(&["publish", "check", "--profile", "wgeid"]).ends_with(2);
    office.file("by.toml", "surname = \"Velen\"\n");
    office.run(&publish(&["check"], "wgeid", "families:1", &[])).ends_with(2);
}

#[test]
fn the_committee_takes_no_case_from_before_the_convention_and_none_that_the_working_group_has() {
    let office = office();
    agrees(&office, "families:1", "identity,event,district", "un-body", "submission");
    let objections = |more: &[&str]| {
        let mut all = vec!["--incomplete"];
        all.extend(more);
        office.run(&publish(&["check", "--json"], "ced", "families:1", &all)).stdout
    };
    assert!(objections(&[]).contains("say --in-force DAY"));
    assert!(objections(&["--in-force", "2026-02-01"]).contains("began before 2026-02-01"));
    assert!(objections(&["--in-force", "2010-12-23"]).contains("\"objections\":[]"));
    office.run(&publish(&["build", "S1"], "wgeid", "families:1", &["--incomplete"])).succeeds();
    assert!(objections(&["--in-force", "2010-12-23"]).contains("R0001 brings this case to the working group"));
}

#[test]
fn a_case_file_goes_to_the_lawyers_account_by_account_and_replaces_no_public_release() {
    let office = office();
    agrees(&office, "families:1", "identity,event,district,attributes", "lawyers", "litigation");
    let args = ["publish", "build", "C1", "--profile", "case", "--person", "families:1", "--lang", "en,ur"];
    office.run(&args).succeeds();
    let page = fs::read_to_string(office.path("C1/case.html")).unwrap();
    assert!(page.contains("Daria Velen") && page.contains("Osman Velen") && page.contains("entry 1"), "{page}");
    assert!(!page.contains("Karim"));
    let urdu = fs::read_to_string(office.path("C1/case.ur.html")).unwrap();
    assert!(urdu.contains("dir=\"rtl\"") && urdu.contains("Daria Velen"));
    for file in ["case.pdf", "case.ur.pdf"] {
        assert!(fs::read(office.path(&format!("C1/{file}"))).unwrap().starts_with(b"%PDF-1.7"), "{file}");
    }
    office.run(&["publish", "build", "R2", "--profile", "tables"]).succeeds();
    let releases = office.json(&["publish", "list"]);
    assert_eq!(releases["releases"][1]["supersedes"], Value::Null, "{releases}");
    // Whoever takes it back is noticed, also where the copy is with the lawyers.
    office.run(&["consent", "withdraw", "families:1", "--giver", "family", "--relation", "mother"]).succeeds();
    let check = office.run(&["publish", "check", "--profile", "tables", "--json"]).ends_with(4).stdout;
    assert!(check.contains("1 persons named in R0001"), "{check}");
}

/// Two lists that name some of the same people, enough of them to link: row 41 of the one is row 1 of the other.
pub fn two_lists() -> Office {
    let office = Office::with_vault();
    let row = |list: usize, n: usize| {
        let syllables = ["da", "ri", "ko", "mel", "tas", "vo", "nur", "bel", "sa", "phi"];
        // Steps without a common factor with a thousand: nobody's neighbour has nearly the same name.
        let word = |step: usize| {
            let n = (n + 1) * step % 1000;
            format!("{}{}{}", syllables[n % 10], syllables[n / 10 % 10], syllables[n / 100])
        };
        let district = ["Corva", "Hest"][n % 2];
        format!(
            "{},{} {},{} {},201{}-0{}-1{},{district}\n",
            n + list,
            word(377),
            word(719),
            word(533),
            word(719),
            n % 5,
            n % 9 + 1,
            n % 9
        )
    };
    for (list, range) in [("families", 0..90), ("clinic", 40..130)] {
        let rows: String = range.map(|n| row(list.len(), n)).collect();
        office.file(&format!("{list}.csv"), format!("number,name,father,date,district\n{rows}"));
        office.run(&["import", &format!("{list}.csv"), "--as", list]).succeeds();
    }
    office
}

fn linked() -> Office {
    let office = two_lists();
    office.run(&["link", "run"]).succeeds();
    office
}

#[test]
fn replicates_hold_counts_by_draw_that_the_estimators_read_and_nobodys_name() {
    let office = linked();
    let args = ["publish", "build", "M1", "--profile", "replicates", "--draws", "3", "--on", "2026-03-01"];
    office.run(&args).succeeds();
    let files = ["counts-0001.csv", "counts-0002.csv", "counts-0003.csv", "dictionary.json", "README"];
    for file in files {
        let text = fs::read_to_string(office.path(&format!("M1/{file}"))).unwrap();
        for secret in ["families", "clinic", "belbelmel", "phiribel"] {
            assert!(!text.contains(secret), "{file} holds {secret}");
        }
    }
    let counts = fs::read_to_string(office.path("M1/counts-0001.csv")).unwrap();
    assert!(counts.starts_with("year,place,list_1,list_2,count\n"), "{counts}");
    let total: u64 = counts.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<u64>().unwrap()).sum();
    assert!((90..=180).contains(&total), "{total} persons");
    office.run(&["publish", "build", "again", "--release", "1"]).succeeds();
    let read = |dir: &str| fs::read(office.path(&format!("{dir}/counts-0002.csv"))).unwrap();
    assert_eq!(read("M1"), read("again"), "the same draws");
}

#[test]
fn rows_leave_only_where_they_hide_among_each_other() {
    let office = linked();
    let check = |by: &str| {
        let args = ["publish", "check", "--profile", "replicates", "--rows", "--draws", "2", "--strata", by, "--json"];
        office.run(&args).stdout
    };
    let refused = check("year,place");
    assert!(refused.contains("refused") && refused.contains("persons share all that is told"), "{refused}");
    let coarse = check("none");
    assert!(coarse.contains("\"objections\":[]"), "{coarse}");
}
