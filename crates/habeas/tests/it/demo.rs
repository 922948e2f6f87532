//! `habeas demo`: invented people with a known truth.

use crate::program::Office;

#[test]
fn the_demo_finds_its_own_truth_again() {
    let office = Office::new();
    let demo = office.json(&["demo", "vault", "--no-serve"]);
    let count = |key: &str| demo[key].as_u64().unwrap_or_else(|| panic!("{key} in {demo}"));
    assert!(count("records") >= 3_000 && count("lists") >= 4 && count("texts") == 5);
    assert!(count("persons_documented_truth") >= 1_800);
    for (measure, least) in [("pairwise", 0.85), ("b_cubed", 0.9)] {
        let f1 = demo["truth"][measure]["f1"].as_f64().unwrap();
        assert!(f1 > least && f1 <= 1.0, "{measure} {f1}");
    }
    let interval = &demo["estimate"]["n_total"]["intervals"][1];
    let (low, high) = (interval["low"].as_f64().unwrap(), interval["high"].as_f64().unwrap());
    let truth = count("n_total_truth") as f64;
    assert_eq!(demo["interval_holds_truth"], low <= truth && truth <= high);
    assert!(count("contradicted_cases") > 10, "the lists contradict each other on purpose");
}

#[test]
fn the_same_seed_makes_the_same_demo() {
    let office = Office::new();
    let figures = |name: &str, seed: &str| {
        let demo = office.json(&["demo", name, "--no-serve", "--seed", seed]);
        [&demo["records"], &demo["truth"], &demo["estimate"]["n_total"]].map(ToString::to_string)
    };
    let first = figures("one", "7");
    assert_eq!(figures("two", "7"), first);
    assert_ne!(figures("three", "8"), first);
}

#[test]
fn the_demo_never_touches_a_folder_that_holds_something() {
    let office = Office::new();
    std::fs::create_dir(office.path("vault")).unwrap();
    office.file("vault/letter.txt", "mine");
    let run = office.run(&["demo", "vault", "--no-serve"]).ends_with(1);
    assert!(run.stderr.contains("error:") && run.stderr.contains("do:"), "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(office.path("vault/letter.txt")).unwrap(), "mine");
}
