//! Names in a text that persons of the vault go by.

use crate::program::Office;

const LIST: &str = "No,Name,Father,District
1,Karim Velan,Daro Velan,Corva
2,Sanam Tareen,Murad Osto,Ostrel
3,Kareem Velan,Hamal Velan,Nemra
4,Zahid Mari,Lal Mari,Corva
";

const ENGLISH: &str = "Karim Velan was last seen in Ostrel, said Murad Osto. Witnesses named Karim\nVelan and Sanam Molan; karim velan is a plant.";

const URDU: &str = "پولیس نے کہا کہ زاہد مری کو کوروا سے اٹھایا گیا۔ زاہد مری کے بھائی نے تردید کی۔ زاہد۔ مری الگ ہیں۔";

fn names(office: &Office, key: &str) -> Vec<serde_json::Value> {
    office.json(&["source", "names", key])["names"].as_array().unwrap().clone()
}

#[test]
fn names_of_a_text_lead_to_persons_in_any_spelling_and_script_and_nothing_is_recorded() {
    let office = Office::with_vault();
    office.file("list.csv", LIST).file("post.txt", ENGLISH).file("urdu.txt", URDU);
    office.run(&["import", "list.csv", "--as", "families"]).succeeds();
    office.run(&["source", "add", "post.txt", "urdu.txt"]).succeeds();
    let before = office.json(&["claims", "list"]);

    let english = names(&office, "post");
    // Not the father, who is nobody's record; not across lines, in small letters, or where only half of a name is somebody's.
    assert_eq!(english.len(), 1, "{english:?}");
    assert_eq!((&english[0]["words"], &english[0]["spans"]), (&"Karim Velan".into(), &serde_json::json!([[0, 11]])));
    let persons = english[0]["persons"].as_array().unwrap();
    let told = |key: &str| persons.iter().map(|person| person[key].clone()).collect::<Vec<_>>();
    assert_eq!(told("as_written"), [true, false], "who is written so comes first");
    assert_eq!(persons[1]["names"][0], "Kareem Velan");

    let urdu = names(&office, "urdu");
    assert_eq!(urdu.len(), 1, "{urdu:?}");
    assert_eq!(urdu[0]["spans"].as_array().unwrap().len(), 2, "a full stop is the end of a name");
    assert_eq!(urdu[0]["persons"][0]["names"][0], "Zahid Mari");
    assert_eq!(urdu[0]["persons"][0]["as_written"], false);

    assert_eq!(before, office.json(&["claims", "list"]));
    assert!(office.run(&["source", "names", "families"]).ends_with(2).stderr.contains("there is no text"));
}
