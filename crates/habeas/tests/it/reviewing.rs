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
