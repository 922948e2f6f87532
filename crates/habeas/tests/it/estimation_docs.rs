//! The manual of estimation is run: its files are written, its commands executed, their output compared.

use crate::program::Office;
use std::{fs, path::Path};

/// Fenced blocks in order: what stands behind the fence, and the lines inside.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(head) = line.strip_prefix("```") {
            let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push((head.to_owned(), inside.iter().map(|line| format!("{line}\n")).collect()));
        }
    }
    found
}

#[test]
fn every_example_of_the_manual_gives_the_output_that_it_shows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/estimation.md");
    let mut manual = fs::read_to_string(&path).unwrap();
    let office = Office::new();
    let mut shown = String::new();
    let mut n_run = 0;
    for (head, inside) in blocks(&manual.clone()) {
        if let Some(name) = head.strip_prefix("file ") {
            office.file(name, &inside);
        } else if head == "run" {
            let words: Vec<&str> = inside.trim().strip_prefix("habeas ").unwrap().split(' ').collect();
            let run = office.run(&words);
            assert!(matches!(run.code, Some(0 | 4)), "{inside}: {}", run.stderr);
            shown = run.stdout;
            n_run += 1;
        } else if head == "output" {
            let block = |text: &str| format!("```output\n{text}```\n");
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                manual = manual.replacen(&block(&inside), &block(&shown), 1);
            } else {
                assert_eq!(inside, shown, "set UPDATE_EXPECT=1 to write what is printed now");
            }
        }
    }
    assert!(n_run >= 5, "only {n_run} examples were found");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, manual).unwrap();
    }
}
