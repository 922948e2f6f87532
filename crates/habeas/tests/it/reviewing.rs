//! Decisions of people about pairs: which are asked for, and how they travel between vaults.

use crate::program::Office;

const FAMILIES: &str = "No,Name,Father,Date taken,District
1,Karim Velan,Daro Velan,03/02/2015,Corva
2,Sanam Tareen Osto,Murad Osto,14/08/2014,Ostrel
3,Bahir Molan,Sadik Molan,22/11/2015,Nemra
";

const COMMISSION: &str = "case_no;full_name;father_name;date_of_disappearance;place
C-1;VELAN, Kareem;Daro Velan;05.02.2015;Corva
C-2;OSTO, Sanam Tareen;Murad Osto;14.08.2014;Ostrel
C-3;MOLAN, Bahir;Sadiq Molan;22.11.2015;Nemra
";

fn linked() -> Office {
    let office = Office::with_vault();
    office.file("families.csv", FAMILIES).file("commission.csv", COMMISSION);
    office.run(&["import", "families.csv", "--as", "families"]).succeeds();
    office.run(&["import", "commission.csv", "--as", "commission"]).succeeds();
    office.run(&["link", "run"]).succeeds();
    office
}

#[test]
fn a_pair_that_a_reviewer_decided_is_not_asked_again_of_them_but_of_others() {
    let office = linked();
    let asked = |by: &str| office.json(&["review", "next", "--count", "99", "--by", by]);
    let open = asked("a")["open"].as_u64().unwrap();
    let first = asked("a")["pairs"][0].clone();
    let (left, right) = (first[0].as_str().unwrap(), first[1].as_str().unwrap());
    office.run(&["review", "decide", left, right, "same", "--why", "one father", "--by", "a"]).succeeds();
    assert_eq!(asked("a")["open"].as_u64().unwrap(), open - 1);
    assert_eq!(asked("b")["open"].as_u64().unwrap(), open);
}

#[test]
fn decisions_travel_to_another_vault_of_the_same_lists_and_arrive_once() {
    let office = linked();
    office
        .run(&["review", "decide", "families:1", "commission:1", "different", "--why", "two brothers", "--by", "a"])
        .succeeds();
    let written = office.json(&["review", "export", "--out", "decisions.csv"]);
    assert_eq!(written["decisions"], 1);
    let again = office.json(&["review", "import", "decisions.csv"]);
    assert_eq!((again["recorded"].as_u64(), again["known"].as_u64()), (Some(0), Some(1)));
    office.run(&["review", "undo", "--by", "a"]).succeeds();
    let tried = office.json(&["review", "import", "decisions.csv", "--dry-run"]);
    assert_eq!(tried["recorded"], 1);
    let back = office.json(&["review", "import", "decisions.csv"]);
    assert_eq!(back["recorded"], 1);
    assert_eq!(office.json(&["review", "stats"])["different"], 1);
}

#[test]
fn a_judged_sample_tells_how_right_the_linkage_is_and_a_second_reader_how_far_to_trust_it() {
    let office = linked();
    let nothing = office.json(&["review", "quality"]);
    assert_eq!((nothing["judged_in_sample"].as_u64(), nothing["kappa"].is_null()), (Some(0), true));
    let width = |object: &serde_json::Value| {
        object["precision"]["high"].as_f64().unwrap() - object["precision"]["low"].as_f64().unwrap()
    };
    let ask = |of: &str, by: &str| office.json(&["review", "next", "--of", of, "--count", "99", "--by", by]);
    let decide = |pair: &serde_json::Value, by: &str| {
        let (a, b) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        let row = |address: &str| address.rsplit_once(':').unwrap().1.to_owned();
        let verdict = if row(a) == row(b) { "same" } else { "different" };
        office.run(&["review", "decide", a, b, verdict, "--why", "read", "--by", by]).succeeds();
    };
    assert_eq!(ask("second-reading", "b")["pairs"].as_array().unwrap().len(), 0, "nobody has read a first time");
    let sample = ask("sample", "a")["pairs"].as_array().unwrap().clone();
    assert!(!sample.is_empty());
    sample.iter().for_each(|pair| decide(pair, "a"));
    assert_eq!(ask("sample", "b")["pairs"].as_array().unwrap().len(), 0, "of the sample each pair is wanted once");
    let judged = office.json(&["review", "quality"]);
    assert_eq!(judged["judged_in_sample"].as_u64(), Some(sample.len() as u64));
    assert!(width(&judged) < width(&nothing), "{judged} {nothing}");
    let again = ask("second-reading", "b")["pairs"].as_array().unwrap().clone();
    assert_eq!(again.len(), sample.len());
    assert_eq!(ask("second-reading", "a")["pairs"].as_array().unwrap().len(), 0, "nobody reads twice alone");
    again.iter().for_each(|pair| decide(pair, "b"));
    let read_twice = office.json(&["review", "quality"]);
    assert_eq!(read_twice["read_twice"], read_twice["agreed"]);
    assert_eq!(read_twice["read_twice"].as_u64(), Some(sample.len() as u64));
}
