//! Ways into a vault, tries that fail, and a vault whose bytes somebody changed.

use crate::program::Office;
use std::fs;

const LIST: &str = "No,Name,Date taken\n1,Karim Velan,03/02/2015\n2,Sanam Osto,14/08/2014\n";

#[test]
fn a_new_vault_comes_with_a_way_back_that_has_opened_it_once() {
    let office = Office::new();
    let made = office.json(&["init", "vault", "--recovery-key", "words"]);
    assert_eq!(made["recovery"], "recovery-key");
    assert_eq!(fs::read_to_string(office.path("words")).unwrap().split_whitespace().count(), 24);
    let audit = office.run(&["audit"]).succeeds();
    assert!(audit.stdout.contains("tried the way in for a lost passphrase"), "{}", audit.stdout);
    let taken = office.run(&["init", "other", "--recovery-key", "words"]).ends_with(2);
    assert!(taken.stderr.contains("something at this place already") && !office.path("other").exists());
    let shared = office.json(&["init", "third", "--shares", "2/3", "--shares-out", "shares"]);
    assert_eq!((&shared["recovery"], office.files_below("shares").len()), (&"shares".into(), 3));
    office.run(&["init", "fourth", "--shares", "4/3", "--shares-out", "more"]).ends_with(2);
    assert!(!office.path("fourth").exists());
}

#[test]
fn tries_that_open_nothing_are_in_the_audit_of_whoever_opens_it_next() {
    let office = Office::with_vault();
    office.file("guess", "a guess that opens nothing\n");
    for _ in 0..2 {
        office.run(&["case", "list", "--passphrase-file", "guess"]).ends_with(5);
    }
    let audit = office.json(&["audit"]);
    let tries: Vec<_> =
        audit["entries"].as_array().unwrap().iter().filter(|entry| entry["code"] == "unlock-failed").collect();
    assert_eq!(tries.len(), 1);
    assert_eq!(tries[0]["about"]["tries"], "2");
    assert!(!office.path("vault/failed-unlocks").exists(), "they are told once");
    assert_eq!(
        office.json(&["audit"])["entries"].as_array().unwrap().len(),
        audit["entries"].as_array().unwrap().len()
    );
}

#[test]
fn what_stands_before_damaged_bytes_is_shown_and_every_command_says_that_it_is_not_all() {
    let office = Office::with_vault();
    office.file("list.csv", LIST).file("later.csv", LIST.replace("Karim", "Nadir"));
    office.run(&["import", "list.csv", "--as", "families"]).succeeds();
    let feed = office.files_below("vault/feeds").remove(0).0;
    let whole = fs::metadata(&feed).unwrap().len() as usize;
    office.run(&["import", "later.csv", "--as", "later"]).succeeds();
    let mut bytes = fs::read(&feed).unwrap();
    bytes[whole + 5] ^= 1;
    fs::write(&feed, &bytes).unwrap();

    let cases = office.run(&["case", "list"]).ends_with(4);
    assert!(cases.stdout.contains("Karim Velan") && !cases.stdout.contains("Nadir"), "{}", cases.stdout);
    assert!(cases.stderr.contains("open.part, byte") && cases.stderr.contains("figures may be too low"));
    let verified = office.run(&["verify"]).ends_with(4);
    assert!(verified.stdout.contains("was acknowledged, is missing or changed"), "{}", verified.stdout);
    office.run(&["import", "later.csv", "--as", "later"]).ends_with(1);
    assert_eq!(fs::read(&feed).unwrap(), bytes, "nothing is repaired in silence");
}

#[test]
fn the_keyring_of_the_computer_opens_the_vault_until_it_is_told_to_forget() {
    let office = Office::with_vault();
    let remembered = office.run(&["passphrase", "remember"]);
    if remembered.code != Some(0) {
        assert!(remembered.stderr.contains("the keyring of this computer"), "{}", remembered.stderr);
        println!("skipped: no keyring takes anything here");
        return;
    }
    let alone = |args: &[&str]| office.command(args).env_remove("HABEAS_PASSPHRASE_FILE").status().unwrap().code();
    assert_eq!(alone(&["case", "list"]), Some(0));
    assert_eq!(alone(&["passphrase", "forget"]), Some(0));
    assert_eq!(alone(&["case", "list"]), Some(5));
    office.run(&["case", "list"]).succeeds();
}
