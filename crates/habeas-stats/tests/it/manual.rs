//! The manual and the code: what it cites is in the bibliography and stands beside the formula, what it points at exists.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

const MANUALS: [&str; 2] = ["docs/estimation.md", "docs/estimation-bayes.md"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn manuals() -> String {
    MANUALS.iter().map(|manual| fs::read_to_string(root().join(manual)).unwrap()).collect()
}

/// All Rust files of the crate, sources and tests.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path.display().to_string(), text));
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    sources(&crate_folder.join("src"), &mut found);
    sources(&crate_folder.join("tests"), &mut found);
    found
}

/// What stands in brackets and looks like a key: letters, then a year.
fn keys(text: &str) -> BTreeSet<&str> {
    let is_key = |word: &&str| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        !letters.is_empty() && word.len() == letters.len() + 4 && letters.chars().all(|c| c.is_ascii_lowercase())
    };
    text.split('[').skip(1).filter_map(|rest| rest.split(']').next()).filter(is_key).collect()
}

#[test]
fn each_reference_of_the_manual_is_in_the_bibliography_and_beside_its_formula_in_the_code() {
    let (manuals, sources) = (manuals(), all_sources());
    let bibliography = fs::read_to_string(root().join("REFERENCES.bib")).unwrap();
    let cited = keys(&manuals);
    assert!(cited.len() > 20, "{cited:?}");
    for key in cited {
        assert!(bibliography.contains(&format!("{{{key},")), "{key} is not in the bibliography");
        let marked = format!("[{key}]");
        assert!(sources.iter().any(|(_, text)| text.contains(&marked)), "{key} stands in no file of the code");
    }
}

#[test]
fn each_file_that_the_manual_points_at_exists() {
    let (manuals, sources) = (manuals(), all_sources());
    let named: BTreeSet<&str> =
        manuals.split('`').filter(|word| word.ends_with(".rs") && !word.contains(' ')).collect();
    assert!(named.len() > 25, "{named:?}");
    for file in named {
        assert!(sources.iter().any(|(path, _)| path.ends_with(&format!("/{file}"))), "{file}");
    }
}

#[test]
fn each_goal_stands_in_the_manual_once_with_its_figure_and_how_it_was_had() {
    let manuals = manuals();
    let rows: Vec<Vec<&str>> = manuals
        .lines()
        .filter(|line| line.starts_with("| G"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let goals: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(goals, ["G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G10", "G11"]);
    assert!(rows.iter().all(|row| row.len() == 4 && row.iter().all(|cell| !cell.is_empty())), "{rows:?}");
}
