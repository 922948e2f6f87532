//! House rules as tests: what a reader would otherwise have to remember.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below a folder of the repository whose name ends so; build output and installed modules left out.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !["target", "node_modules", ".git", "shots"].contains(&name.as_str()) {
                folders.push(path);
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no {ending} below {folder}: the rule would check nothing");
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn manifest(krate: &str) -> toml::Table {
    read(&root().join("crates").join(krate).join("Cargo.toml")).parse().unwrap()
}

fn dependencies(krate: &str) -> BTreeSet<String> {
    manifest(krate).get("dependencies").and_then(|d| d.as_table()).into_iter().flat_map(|d| d.keys().cloned()).collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn crates_depend_only_on_those_that_the_architecture_allows() {
    let allowed: [(&str, &[&str]); 8] = [
        ("habeas-core", &[]),
        ("habeas-stats", &[]),
        ("habeas-intake", &["habeas-core"]),
        ("habeas-vault", &["habeas-core"]),
        ("habeas-link", &["habeas-core"]),
        ("habeas-engine", &["habeas-core", "habeas-link"]),
        ("habeas-publish", &["habeas-core", "habeas-stats"]),
        (
            "habeas",
            &[
                "habeas-core",
                "habeas-intake",
                "habeas-vault",
                "habeas-link",
                "habeas-stats",
                "habeas-publish",
                "habeas-engine",
            ],
        ),
    ];
    for (krate, edges) in allowed {
        for dependency in dependencies(krate).iter().filter(|name| name.starts_with("habeas")) {
            assert!(edges.contains(&dependency.as_str()), "{krate} must not depend on {dependency}");
        }
    }
    let crates: BTreeSet<String> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(crates, allowed.iter().map(|(krate, _)| (*krate).to_owned()).collect(), "a crate without a rule");
}

#[test]
fn the_core_has_no_serde_no_clock_and_no_randomness() {
    let forbidden = ["serde", "serde_json", "rand", "tokio", "chrono", "time"];
    for name in dependencies("habeas-core") {
        assert!(!forbidden.contains(&name.as_str()), "habeas-core depends on {name}");
    }
    for path in files("crates/habeas-core/src", ".rs") {
        let text = read(&path);
        for word in ["SystemTime", "Instant::now", "std::fs", "std::net", "async fn", "Zoned::now"] {
            assert!(!text.contains(word), "{} names {word}", shown(&path));
        }
    }
}

#[test]
fn only_the_engine_names_a_data_engine() {
    for krate in fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().file_name()) {
        let krate = krate.to_string_lossy();
        for name in dependencies(&krate) {
            let engine = ["datafusion", "arrow", "parquet", "ballista"].iter().any(|word| name.starts_with(word));
            assert!(!engine || krate == "habeas-engine", "{krate} depends on {name}");
        }
    }
}

#[test]
fn the_vault_touches_files_in_one_place() {
    for path in files("crates/habeas-vault/src", ".rs") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let tests = path.to_string_lossy().contains("test");
        if name != "disk.rs" && !tests {
            let code = code_before_tests(&read(&path));
            assert!(!code.contains("std::fs") && !code.contains("fs::"), "{} touches files itself", shown(&path));
        }
    }
}

fn code_before_tests(text: &str) -> String {
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

#[test]
fn raw_html_is_made_in_one_reviewed_place() {
    let places: Vec<String> = ["crates/habeas/src", "crates/habeas-publish/src"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        .filter(|path| {
            read(path).lines().any(|line| line.contains("PreEscaped(") && !line.trim_start().starts_with("//"))
        })
        .map(|path| shown(&path))
        .collect();
    assert!(places.len() <= 1, "PreEscaped stands in {places:?}");
}

#[test]
fn no_file_is_longer_than_600_lines() {
    let ours = |path: &PathBuf| !shown(path).contains(".min.");
    let all = [("crates", ".rs"), ("crates", ".js"), ("crates", ".css"), ("e2e", ".mjs")];
    for path in all.iter().flat_map(|(folder, ending)| files(folder, ending)).filter(ours) {
        let lines = read(&path).lines().count();
        assert!(lines <= 600, "{} has {lines} lines: look for a seam", shown(&path));
    }
}

#[test]
fn no_module_is_a_drawer_for_everything() {
    for path in files("crates", ".rs") {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let parent = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        for word in ["util", "utils", "misc", "common", "helper", "helpers"] {
            assert!(stem != word && parent != word, "{} needs a name", shown(&path));
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    let is_test = |path: &Path| shown(path).contains("/tests") || shown(path).contains("/benches/");
    for path in files("crates", ".rs").into_iter().filter(|path| !is_test(path)) {
        assert!(read(&path).starts_with("//!"), "{} opens without //!", shown(&path));
    }
}

#[test]
fn every_cited_source_is_in_the_references() {
    let references = read(&root().join("REFERENCES.bib"));
    let mut n_cited = 0;
    let text_files = files("crates", ".rs").into_iter().chain(files("docs", ".md"));
    for path in text_files {
        let text = read(&path);
        for key in text.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(key, _)| key) {
            if is_citation(key) {
                n_cited += 1;
                assert!(references.contains(&format!("{{{key},")), "{} cites {key}", shown(&path));
            }
        }
    }
    assert!(n_cited > 5, "found only {n_cited} citations: the rule would check next to nothing");
}

/// Lower-case family name, four digits of the year, perhaps a letter: `fellegi1969`.
fn is_citation(key: &str) -> bool {
    let letters = key.chars().take_while(char::is_ascii_lowercase).count();
    let digits = key[letters..].chars().take_while(char::is_ascii_digit).count();
    let rest = &key[letters + digits..];
    letters >= 3
        && digits == 4
        && (rest.is_empty() || (rest.len() == 1 && rest.chars().all(|c| c.is_ascii_lowercase())))
}

#[test]
fn every_dependency_says_what_it_is_for() {
    for path in files("crates", "Cargo.toml").into_iter().chain([root().join("Cargo.toml")]) {
        let text = read(&path);
        let mut inside = false;
        let mut explained = false;
        for line in text.lines() {
            if line.starts_with('[') {
                inside = line.contains("dependencies");
                explained = false;
            } else if line.starts_with('#') {
                explained = true;
            } else if line.trim().is_empty() {
                explained = false;
            } else if inside && line.contains('=') && !line.starts_with(' ') && !line.starts_with(['}', ']']) {
                let ours = line.starts_with("habeas")
                    || line.contains(".workspace = true")
                    || line.contains("workspace = true");
                assert!(ours || explained, "{}: no reason for «{line}»", shown(&path));
            }
        }
    }
}

#[test]
fn every_public_type_of_the_domain_is_in_the_glossary() {
    let glossary = read(&root().join("GLOSSARY.md"));
    for path in files("crates/habeas-core/src", ".rs") {
        for line in read(&path).lines() {
            let name = ["pub struct ", "pub enum ", "pub trait "].iter().find_map(|head| line.strip_prefix(head));
            if let Some(name) = name.map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()) {
                let error = name.ends_with("Error");
                assert!(
                    error || name.is_empty() || glossary.contains(&format!("`{name}`")),
                    "GLOSSARY.md lacks `{name}`"
                );
            }
        }
    }
}

#[test]
fn the_glossary_has_no_empty_entry() {
    for line in read(&root().join("GLOSSARY.md")).lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        assert!(cells.len() > 2 && !cells[1].is_empty() && !cells[2].is_empty(), "an entry without a meaning: {line}");
    }
}

/// A promise without a test is a wish: what the threat model names as proof is a test, or a file of tests, that exists.
#[test]
fn every_proof_that_the_threat_model_names_exists() {
    let sources: Vec<(String, String)> = files("crates", ".rs")
        .into_iter()
        .chain(files("e2e", ".mjs"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().split('.').next().unwrap().to_owned(), read(&path)))
        .collect();
    let model = read(&root().join("SECURITY.md"));
    let rows = model.lines().filter(|line| line.starts_with("| T"));
    let proofs: Vec<String> = rows
        .flat_map(|row| row.split('|').rev().nth(1).unwrap_or_default().split('`').skip(1).step_by(2))
        .filter(|name| !["habeas", "habeas-intake", "e2e"].contains(name))
        .map(|name| name.trim_end_matches('…').to_owned())
        .collect();
    assert!(proofs.len() >= 20, "the table of the threat model was not found");
    let proves =
        |name: &String| sources.iter().any(|(stem, text)| stem == name || text.contains(&format!("fn {name}")));
    let missing: Vec<&String> = proofs.iter().filter(|name| !proves(name)).collect();
    assert!(missing.is_empty(), "named in SECURITY.md and not there: {missing:?}");

    // Each promise of publication names its tests too.
    let promises = read(&root().join("docs/publication.md"));
    let table = promises.split("| promise | test |").nth(1).expect("the table of promises is there");
    let rows = table.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() == 3);
    let mut n_rows = 0;
    for row in rows {
        n_rows += 1;
        let named: Vec<&str> = row.split('|').nth(2).unwrap_or_default().split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "a promise without a test: {row}");
        for name in named.iter().filter(|name| !name.contains("::")) {
            let is_file = root().join(name).is_file();
            assert!(is_file || proves(&(*name).to_owned()), "docs/publication.md names {name}, which is not there");
        }
    }
    assert!(n_rows > 20, "the table of promises was not found");
}
