//! Copies for one recipient: sealed to their keys, marked as theirs, noted.

use crate::{program::Office, submissions};
use habeas_publish::{
    files::sha256,
    release::{MANIFEST, NOTE},
};
use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read},
};

/// What whoever holds the key finds in a bundle.
fn open(sealed: &[u8], identity: &age::x25519::Identity) -> Option<BTreeMap<String, Vec<u8>>> {
    let decryptor = age::Decryptor::new(sealed).unwrap();
    let mut packed = Vec::new();
    decryptor.decrypt(std::iter::once(identity as &dyn age::Identity)).ok()?.read_to_end(&mut packed).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(packed)).unwrap();
    let mut files = BTreeMap::new();
    for number in 0..archive.len() {
        let mut file = archive.by_index(number).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(file.name().unwrap().into_owned(), bytes);
    }
    Some(files)
}

fn deliver(office: &Office, number: &str, to: &str, bundle: &str) -> BTreeMap<String, Vec<u8>> {
    let identity = age::x25519::Identity::generate();
    let key = identity.to_public().to_string();
    let noted = office.json(&["publish", "deliver", number, "--to", to, "--key", &key, "--bundle", bundle]);
    let sealed = fs::read(office.path(bundle)).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1\n"));
    assert_eq!(noted["sha256"].as_str().unwrap(), sha256(&sealed));
    assert!(open(&sealed, &age::x25519::Identity::generate()).is_none(), "another key opens nothing");
    let files = open(&sealed, &identity).unwrap();
    if let Some(hashes) = files.get("COPY.sha256") {
        let lines = String::from_utf8(hashes.clone()).unwrap();
        assert_eq!(lines.lines().count(), files.len() - 1);
        for (hash, path) in lines.lines().map(|line| line.split_once("  ").unwrap()) {
            assert_eq!(hash, sha256(&files[path]), "{path}");
        }
    }
    files
}

#[test]
fn a_case_goes_to_one_recipient_sealed_and_says_on_every_page_whose_copy_it_is() {
    let office = submissions::office();
    submissions::agrees(&office, "families:1", "identity,event,district", "lawyers", "litigation");
    office.run(&["publish", "build", "C1", "--profile", "case", "--person", "families:1"]).succeeds();
    let files = deliver(&office, "1", "Office of Counsel Berel", "C1.age");
    for name in ["case.html", "case.txt", "case.json"] {
        let text = String::from_utf8(files[name].clone()).unwrap();
        assert!(text.contains("Daria Velen") && text.contains("Copy for: Office of Counsel Berel"), "{name}: {text}");
        assert!(!fs::read_to_string(office.path(&format!("C1/{name}"))).unwrap().contains("Counsel"));
    }
    assert!(files["case.pdf"].starts_with(b"%PDF-1.7"));
    assert_ne!(files["case.pdf"], fs::read(office.path("C1/case.pdf")).unwrap());
    for name in [MANIFEST, NOTE] {
        assert_eq!(files[&format!("signed/{name}")], fs::read(office.path(&format!("C1/{name}"))).unwrap());
    }
    assert_eq!(office.json(&["publish", "list"])["releases"][0]["deliveries"], 1);
    // Nothing is written over, and no bundle is made without a key or to a word.
    let again = ["publish", "deliver", "1", "--to", "x", "--bundle", "C1.age", "--key"];
    let key = age::x25519::Identity::generate().to_public().to_string();
    office.run(&[&again[..], &[key.as_str()]].concat()).ends_with(2);
    office.run(&[&again[..], &["a passphrase"]].concat()).ends_with(2);
    office.run(&["publish", "deliver", "1", "--to", "x", "--bundle", "x.age"]).ends_with(2);
    // Whoever took it back meanwhile is in no further copy.
    office.run(&["consent", "withdraw", "families:1", "--giver", "family", "--relation", "mother"]).succeeds();
    let late = ["publish", "deliver", "1", "--to", "x", "--bundle", "late.age", "--key", key.as_str()];
    office.run(&late).ends_with(4);
    assert!(!office.path("late.age").exists());
}

#[test]
fn rows_of_replicates_stand_in_an_order_of_each_recipients_own_and_tell_whose_they_were() {
    let office = submissions::two_lists();
    office.run(&["link", "run"]).succeeds();
    office.run(&["publish", "build", "M1", "--profile", "replicates", "--draws", "2"]).succeeds();
    let original = fs::read_to_string(office.path("M1/counts-0001.csv")).unwrap();
    let copies = ["the university", "the court"].map(|to| {
        let files = deliver(&office, "1", to, &format!("{}.age", to.replace(' ', "-")));
        String::from_utf8(files["counts-0001.csv"].clone()).unwrap()
    });
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert!(copies.iter().all(|copy| sorted(copy) == sorted(&original)));
    assert_ne!(copies[0], copies[1]);
    for (copy, to) in copies.iter().zip(["the university", "the court"]) {
        office.file("found.csv", copy);
        let whose = office.run(&["publish", "whose", "1", "found.csv", "--json"]);
        let whose: serde_json::Value = serde_json::from_str(&whose.stdout).unwrap();
        assert_eq!(
            (&whose["recipients"][0]["recipient"], &whose["recipients"][0]["agree"]),
            (&to.into(), &whose["pairs"])
        );
        // So few rows name somebody only where chance cannot have done it.
        let certain = whose["pairs"].as_u64().unwrap() >= 21;
        assert_eq!(whose["whose"].as_str(), certain.then_some(to), "{whose}");
    }
    office.file("found.csv", "year,place\n1,2\n");
    office.run(&["publish", "whose", "1", "found.csv"]).ends_with(4);
}

#[test]
fn a_public_release_goes_out_in_a_bundle_as_it_was_signed() {
    let office = submissions::office();
    office.run(&["publish", "build", "R1", "--profile", "tables"]).succeeds();
    let files = deliver(&office, "1", "the archive", "R1.age");
    for name in [MANIFEST, NOTE, "README", "data/tables.csv"] {
        let Ok(published) = fs::read(office.path(&format!("R1/{name}"))) else { continue };
        assert_eq!(files[name], published, "{name}");
    }
    assert!(files.contains_key(MANIFEST) && !files.contains_key("COPY"));
}
