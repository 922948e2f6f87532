//! Pages with parts blacked out: what lay under them is nowhere, the original stays, and the picture goes only where it may.

use crate::{program::Office, submissions};
use habeas_intake::picture::is_bare_png;
use std::fs;

/// A letter of one page with these words in its middle and in its properties.
fn letter(words: &str) -> Vec<u8> {
    let drawn = format!("BT /F1 40 Tf 50 380 Td ({words}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >> stream\n{drawn}\nendstream", drawn.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        format!("<< /Author ({words}) >>"),
    ];
    let mut file = "%PDF-1.7\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(file.len());
        file += &format!("{number} 0 obj {object} endobj\n");
    }
    let table = file.len();
    file += &format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
    places.iter().for_each(|place| file += &format!("{place:010} 00000 n \n"));
    let trailer =
        format!("trailer << /Size {} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{table}\n%%EOF\n", places.len() + 1);
    (file + &trailer).into_bytes()
}

const BOX: [&str; 2] = ["--box", "60,450,400,100"];

fn with_letters() -> Office {
    let office = submissions::office();
    fs::write(office.path("letter.pdf"), letter("Zalmira")).unwrap();
    fs::write(office.path("other.pdf"), letter("Orlin")).unwrap();
    office.run(&["source", "add", "letter.pdf", "other.pdf", "--kind", "statement"]).succeeds();
    office
}

#[test]
fn what_is_blacked_out_is_gone_and_the_original_stays_with_its_hash() {
    let office = with_letters();
    let looked = office.json(&["redact", "letter", "--look", "page.png"]);
    assert_eq!((&looked["pages"], &looked["width"]), (&1.into(), &1_666.into()), "{looked}");
    let made = office.json(&[&["redact", "letter"], &BOX[..]].concat());
    let again = office.json(&[&["redact", "letter"], &BOX[..]].concat());
    assert_eq!(made["source"], again["source"], "the same boxes make one picture");
    let other = office.json(&[&["redact", "other"], &BOX[..]].concat());
    assert_eq!(made["sha256"], other["sha256"], "nothing tells which word stood there");
    assert_ne!(made["source"], other["source"]);
    let key = made["source"].as_str().unwrap();
    office.json(&["redact", key, "--look", "black.png"]);
    let black = fs::read(office.path("black.png")).unwrap();
    assert!(is_bare_png(&black) && is_bare_png(&fs::read(office.path("page.png")).unwrap()));
    assert_ne!(black, fs::read(office.path("page.png")).unwrap());
    let source = office.json(&["source", "show", key]);
    let original = office.json(&["source", "show", "letter"]);
    let hash = original["sha256"].as_str().unwrap();
    assert_eq!(source["edition"], format!("redacted page 1 of {hash}: 60,450,400,100"), "{source}");
    assert!(office.json(&["source", "verify"])["problems"].as_array().unwrap().is_empty());
    assert!(office.run(&["audit"]).succeeds().stdout.contains("blacked out parts of a page"));
}

#[test]
fn odd_boxes_and_pages_are_refused_and_nothing_is_kept() {
    let office = with_letters();
    let sources = || office.json(&["source", "list"])["sources"].as_array().unwrap().len();
    let before = sources();
    for (args, code) in [
        (vec!["redact", "letter"], 2),
        (vec!["redact", "letter", "--box", "0,0,0,5"], 2),
        (vec!["redact", "letter", "--box", "990,0,20,5"], 2),
        (vec!["redact", "letter", "--box", "a,b,c,d"], 2),
        (vec!["redact", "letter", "--page", "2", "--box", "0,0,5,5"], 1),
        (vec!["redact", "nothing", "--box", "0,0,5,5"], 2),
        (vec!["redact", "families", "--box", "0,0,5,5"], 1),
    ] {
        let refused = office.run(&args).ends_with(code);
        assert!(!refused.stderr.contains("Zalmira"), "{args:?}");
    }
    assert_eq!(sources(), before);
}

#[test]
fn a_picture_of_a_paper_goes_along_only_with_a_consent_for_documents_and_after_somebody_has_looked() {
    let office = with_letters();
    let made = office.json(&[&["redact", "letter"], &BOX[..]].concat());
    let key = made["source"].as_str().unwrap();
    submissions::agrees(&office, "families:1", "identity,event,district", "lawyers", "litigation");
    let case = |verb: &[&'static str], more: &[&str]| -> Vec<String> {
        let fixed = ["--profile", "case", "--person", "families:1", "--on", "2026-03-01"];
        [&["publish"], verb, &fixed, more].concat().into_iter().map(str::to_owned).collect()
    };
    let run =
        |args: Vec<String>, code| office.run(&args.iter().map(String::as_str).collect::<Vec<_>>()).ends_with(code);
    let closed = run(case(&["check"], &["--paper", key, "--looked", "seen"]), 4);
    assert!(closed.stdout.contains("held back pictures of papers"), "{}", closed.stdout);
    submissions::agrees(&office, "families:1", "document", "lawyers", "litigation");
    let unseen = run(case(&["check"], &["--paper", key]), 4);
    assert!(unseen.stdout.contains("a picture: its pixels are not read"), "{}", unseen.stdout);
    // The original never goes, whatever anybody agreed to.
    run(case(&["build", "C0"], &["--paper", "letter", "--looked", "seen"]), 2);
    assert!(!office.path("C0").exists());
    run(case(&["build", "C1"], &["--paper", key, "--looked", "seen by two of us"]), 0);
    let left = fs::read(office.path("C1/papers/paper-1.png")).unwrap();
    assert!(is_bare_png(&left) && made["sha256"] == habeas_publish::files::sha256(&left));
    office.run(&["publish", "verify", "C1"]).succeeds();
    office.run(&["publish", "build", "again", "--release", "1"]).succeeds();
    assert_eq!(left, fs::read(office.path("again/papers/paper-1.png")).unwrap());
    office.run(&["consent", "withdraw", "families:1", "--giver", "family", "--relation", "mother"]).succeeds();
    run(case(&["build", "C2"], &["--paper", key, "--looked", "seen"]), 4);
}
