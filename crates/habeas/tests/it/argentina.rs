//! Two public registers and a short list: the measured goals of the whole path. Skipped where the data are absent.

use crate::program::{Office, shared};
use std::{
    collections::{HashMap, HashSet},
    path::Path,
    process::Command,
};

/// How well links between the two registers agree with the labelled half of their gold links.
#[derive(Debug, Default)]
struct Score {
    n_true: u64,
    n_found: u64,
    n_wrong: u64,
    n_reviewed: u64,
    n_reviewed_found: u64,
}

impl Score {
    fn recall(&self) -> f64 {
        self.n_found as f64 / self.n_true as f64
    }

    fn precision(&self) -> f64 {
        self.n_found as f64 / (self.n_found + self.n_wrong) as f64
    }

    fn f1(&self) -> f64 {
        2.0 * self.precision() * self.recall() / (self.precision() + self.recall())
    }

    fn recall_reviewed(&self) -> f64 {
        self.n_reviewed_found as f64 / self.n_reviewed as f64
    }
}

fn csv_rows(path: &Path) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Scores clusters against gold: a pair that no line lists is different; undecided pairs are left out; only register
/// numbers of the labelled half are judged.
fn score(clusters: &Path, gold: &Path) -> Score {
    let mut members: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for row in csv_rows(clusters) {
        members.entry(row["cluster"].clone()).or_default().push((row["list"].clone(), row["number"].clone()));
    }
    let mut linked: HashSet<(String, String)> = HashSet::new();
    for records in members.values() {
        for (_, ruvte) in records.iter().filter(|(list, _)| list == "ruvte" || list == "sin-denuncia") {
            for (_, parque) in records.iter().filter(|(list, _)| list == "parque") {
                linked.insert((ruvte.clone(), parque.clone()));
            }
        }
    }
    let gold = csv_rows(gold);
    let judged: HashSet<&str> = gold.iter().map(|row| row["ruvte_id"].as_str()).collect();
    let mut score = Score::default();
    let mut right_or_open: HashSet<(String, String)> = HashSet::new();
    for row in &gold {
        let pair = (row["ruvte_id"].clone(), row["parque_id"].clone());
        if row["label"] == "same" {
            let found = u64::from(linked.contains(&pair));
            score.n_true += 1;
            score.n_found += found;
            if row["layer"] != "certain" {
                score.n_reviewed += 1;
                score.n_reviewed_found += found;
            }
        }
        if row["label"] != "different" {
            right_or_open.insert(pair);
        }
    }
    let wrong = linked.iter().filter(|pair| judged.contains(pair.0.as_str()) && !right_or_open.contains(*pair));
    score.n_wrong = wrong.count() as u64;
    score
}

#[test]
fn the_argentine_registers_link_at_least_as_well_as_the_best_run_of_splink() {
    let Some(data) = shared("data/argentina") else { return };
    let office = Office::new();
    let run = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/argentina/run"))
        .arg(env!("CARGO_BIN_EXE_habeas"))
        .arg(&data)
        .arg(office.path("vault"))
        .output()
        .unwrap();
    let shown = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{shown}");
    office.file("passphrase", std::fs::read(office.path("vault.passphrase")).unwrap());

    let sources = office.json(&["source", "list"])["sources"].as_array().unwrap().len();
    let linked = office.json(&["link", "run", "--dry-run"]);
    assert_eq!((sources, &linked["records"]), (3, &(8_753 + 784 + 8_751).into()), "every row is accounted for");

    office.run(&["link", "clusters", "--out", "clusters.csv"]).succeeds();
    let score = score(&office.path("clusters.csv"), &data.join("gold_links_public.csv"));
    println!(
        "argentina: f1 {:.4}, precision {:.4}, recall {:.4}, recall of the reviewed layers {:.4}; {score:?}",
        score.f1(),
        score.precision(),
        score.recall(),
        score.recall_reviewed()
    );
    assert!(score.f1() >= 0.998 && score.recall_reviewed() >= 0.965, "{score:?}");

    // A release of the numbers: nothing stands against it, and nobody's name is in it.
    let check = office.json(&["publish", "check", "--profile", "tables", "--on", "2026-03-01"]);
    println!("argentina: {} files, {} terms searched, withheld {}", check["files"], check["terms"], check["withheld"]);
    assert_eq!((&check["objections"], &check["named"]), (&serde_json::json!([]), &0.into()), "{check}");
    office.run(&["publish", "build", "R1", "--profile", "tables", "--lang", "en,ur", "--on", "2026-03-01"]).succeeds();
    assert_eq!(office.json(&["publish", "verify", "R1"])["problems"], serde_json::json!([]));
    let agreement = std::fs::read_to_string(office.path("R1/data/agreement.csv")).unwrap();
    assert!(agreement.contains("ruvte,parque,event-date.taken"), "the lists are set side by side: {agreement}");

    let report = office.json(&["report", "tables"]);
    let share = |question: &str| {
        let fields = report["disagreements"].as_array().unwrap();
        let field = fields
            .iter()
            .find(|field| field["question"] == question && field["lists"] == serde_json::json!(["ruvte", "parque"]))
            .unwrap_or_else(|| panic!("{question} is compared"));
        field["contradicts"].as_f64().unwrap() / field["compared"].as_f64().unwrap()
    };
    let (taken, birth) = (share("event-date.taken"), share("birth-date"));
    println!(
        "argentina: {:.1} % of abduction dates and {:.1} % of birth years contradict",
        taken * 100.0,
        birth * 100.0
    );
    assert!((0.06..0.12).contains(&taken) && (0.025..0.045).contains(&birth), "{taken} {birth}");
}

#[test]
fn the_chilean_workbook_comes_in_with_its_places_and_coordinates() {
    let Some(workbook) = shared("data/chile/pinochet.xlsx") else { return };
    let office = Office::with_vault();
    let report = office.json(&["import", workbook.to_str().unwrap(), "--as", "chile"]);
    assert_eq!(report["accepted"], 2_398, "{report}");
    let places = (1..=20)
        .map(|row| office.json(&["case", "show", &format!("chile:{row}")]).to_string())
        .filter(|case| case.contains("event-place") && case.contains("(-3"))
        .count();
    assert!(places > 10, "{places} of 20 cases have a place with coordinates");
}
