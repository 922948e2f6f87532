//! Whatever stands in plain files and beside them, a linkage ends with a result or with a message that says what to do.

use crate::program::Office;
use serde_json::Value;

const LIST: &str = "name,born,town\nKarim Velan,1980-02-03,Corva\nSanam Osto,1975-06-01,Ostrel\nKareem Velan,1980-02-03,Corva\nBahir Molan,1990-01-09,Nemra\n";

#[test]
fn rows_of_one_number_are_records_of_their_own() {
    let office = Office::new();
    let rows = "7,Karim Velan,1980-02-03\n7,Sanam Osto,1975-06-01\n7,Karim Velan,1980-02-03\n,Bahir Molan,1990-01-09\n";
    office.file("a.csv", format!("No,Name,Born\n{rows}"));
    let linked = office.json(&["link", "files", "a.csv", "--out", "clusters.csv"]);
    assert_eq!(linked["records"], 4, "{linked}");
    let clusters = std::fs::read_to_string(office.path("clusters.csv")).unwrap();
    let rows: Vec<&str> = clusters.lines().skip(1).filter_map(|line| line.rsplit_once(',')).map(|row| row.0).collect();
    assert_eq!(rows, ["a,1", "a,2", "a,3", "a,4"], "each row has its own place, whatever number it bears");
}

#[test]
fn two_lists_of_one_name_are_refused() {
    let office = Office::new();
    std::fs::create_dir(office.path("other")).unwrap();
    office.file("a.csv", LIST).file("other/a.csv", LIST);
    let run = office.run(&["link", "files", "a.csv", "other/a.csv", "--out", "c.csv"]).ends_with(2);
    assert!(run.stderr.contains("two lists are called «a»") && run.stderr.contains("rename one"), "{}", run.stderr);
}

#[test]
fn a_model_whose_probabilities_do_not_sum_to_one_is_refused_with_the_comparison() {
    let office = Office::new();
    office.file("a.csv", LIST);
    office.json(&["link", "files", "a.csv", "--out", "c.csv", "--model-out", "model.toml"]);
    let model = std::fs::read_to_string(office.path("model.toml")).unwrap();
    let first = model.lines().find(|line| line.starts_with("m = ")).unwrap();
    office.file("bad.toml", model.replacen(first, "m = 0.75", 1));
    let run = office.run(&["link", "files", "a.csv", "--out", "d.csv", "--model", "bad.toml"]).ends_with(1);
    assert!(
        run.stderr.contains("bad.toml") && run.stderr.contains("the m probabilities of comparison 0"),
        "{}",
        run.stderr
    );
    assert!(!office.path("d.csv").exists());
}

#[test]
fn decisions_that_contradict_each_other_are_counted_and_join_nobody() {
    let office = Office::new();
    office.file("a.csv", LIST);
    let link = ["link", "files", "a.csv", "--out", "c.csv", "--pairs", "pairs.csv"];
    assert_eq!(office.json(&link)["clusters"], 3);
    let pairs = std::fs::read_to_string(office.path("pairs.csv")).unwrap();
    let pair = pairs.lines().find(|line| line.starts_with("a,1,a,3,")).unwrap();
    office.file("judged.csv", format!("{},verdict\n{pair},same\n{pair},different\n", pairs.lines().next().unwrap()));
    let told = office.json(&[&link[..], &["--judgements", "judged.csv"]].concat());
    assert_eq!((&told["judgements"]["disputed"], &told["clusters"]), (&1.into(), &4.into()), "{told}");
    office.file("judged.csv", format!("{},verdict\n{pair},perhaps\n", pairs.lines().next().unwrap()));
    let run = office.run(&[&link[..], &["--judgements", "judged.csv"]].concat()).ends_with(1);
    assert!(run.stderr.contains("a decision is same, different or undecided"), "{}", run.stderr);
    assert!(run.stderr.contains("judged.csv:2"), "{}", run.stderr);
}

#[test]
fn names_with_signs_that_turn_the_writing_round_are_linked_and_harm_no_terminal() {
    let office = Office::new();
    office.file(
        "a.csv",
        "name,born\n\u{202e}Karim\u{7} Velan,1980-02-03\nKarim Velan\u{200f},1980-02-03\nSanam Osto,1975\n",
    );
    let run = office.run(&["link", "files", "a.csv", "--out", "c.csv"]).succeeds();
    assert!(!run.stderr.contains('\u{202e}') && !run.stderr.contains('\u{7}'), "{}", run.stderr);
    let clusters = std::fs::read_to_string(office.path("c.csv")).unwrap();
    let of: Vec<&str> = clusters.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(of[0], of[1], "what cannot be seen makes no other person");
}

#[test]
fn a_limit_of_memory_changes_nothing_but_the_memory_and_one_that_is_too_low_is_refused() {
    let office = Office::new();
    let rows: String =
        (0..900).map(|i| format!("Karim{} Velan{},19{:02}-02-03\n", i % 31, i % 29, 50 + i % 40)).collect();
    office.file("a.csv", format!("name,born\n{rows}"));
    let run = |memory: &[&str], out: &str| {
        let told: Value =
            office.json(&[&["link", "files", "a.csv", "--pairs", out, "--out", "c.csv"], memory].concat());
        (told["candidate_pairs"].clone(), std::fs::read(office.path(out)).unwrap())
    };
    assert_eq!(run(&[], "free.csv"), run(&["--memory", "101MB"], "limited.csv"));
    let refused = office.run(&["link", "files", "a.csv", "--out", "d.csv", "--memory", "10MB"]).ends_with(1);
    assert!(refused.stderr.contains("of memory, and 10 MB are allowed"), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("--engine datafusion") && refused.stderr.contains("--memory"),
        "{}",
        refused.stderr
    );
    assert!(!office.path("d.csv").exists());
    office.run(&["link", "files", "a.csv", "--out", "d.csv", "--memory", "lots"]).ends_with(2);
}

#[cfg(unix)]
#[test]
fn where_no_temporary_file_can_be_made_a_limit_of_memory_is_refused() {
    let office = Office::new();
    office.file("a.csv", LIST).file("no-folder", "");
    let args = ["link", "files", "a.csv", "--out", "c.csv", "--memory", "1GB"];
    let refused = office.command(&args).env("TMPDIR", office.path("no-folder")).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("the temporary file cannot be used") && said.contains("TMPDIR"), "{said}");
    assert!(!office.path("c.csv").exists());
}

#[test]
fn a_bound_on_files_is_raised_by_who_asks_for_it_and_wrong_words_are_refused() {
    let office = Office::new();
    office.file("list.csv", "Name,Father,Taken on\nAdil Venn,Rahim,2014-05-01\nMila Ural,Karim,2015-02-03\n");
    let link = |limit: &str| office.run(&["link", "files", "list.csv", "--out", "c.csv", "--limit", limit]);
    assert!(link("rows=1").ends_with(1).stderr.contains("--limit rows=20000000"));
    assert!(link("file=2GiB").code == Some(0) && link("rows=20").code == Some(0));
    for wrong in ["file=2", "files=2GiB", "2GiB", "file=99999999999999GiB"] {
        assert!(link(wrong).ends_with(2).stderr.contains("file=2GiB"), "{wrong}");
    }
}
