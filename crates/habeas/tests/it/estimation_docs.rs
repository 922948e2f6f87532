//! Estimation on the command line; the manual is run: its files are written, its commands executed, their output compared.

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

#[test]
fn a_figure_without_a_posterior_has_a_point_and_an_interval_and_everything_that_made_it() {
    let office = Office::new();
    office.file("counts.csv", "a,b,c,count\n1,0,0,60\n0,1,0,49\n0,0,1,247\n1,1,0,4\n1,0,1,112\n0,1,1,142\n1,1,1,12\n");
    let estimate = office.json(&["estimate", "table", "counts.csv", "--method", "stepwise", "--seed", "7"]);
    let total = &estimate["n_total"];
    assert!(total["mean"].is_null() && total["median"].is_null());
    let (low, high) = (total["intervals"][1]["low"].as_f64().unwrap(), total["intervals"][1]["high"].as_f64().unwrap());
    assert!(low < total["point"].as_f64().unwrap() && total["point"].as_f64().unwrap() < high);
    assert_eq!((&estimate["seed"], &estimate["settings"]["entry_p"]), (&7.into(), &0.02.into()));
    assert_eq!(estimate["input_sha256"].as_str().unwrap().len(), 64);
    assert!(estimate["versions"]["habeas-stats"].is_string());
    assert_eq!(estimate, office.json(&["estimate", "table", "counts.csv", "--method", "stepwise", "--seed", "7"]));
}

#[test]
fn terms_designs_and_draws_that_make_no_sense_are_refused_with_what_to_do() {
    let office = Office::new();
    office.file("counts.csv", "a,b,c,count\n1,0,0,60\n0,1,0,49\n0,0,1,4\n1,1,0,24\n1,0,1,11\n0,1,1,14\n1,1,1,12\n");
    office.file("design.toml", "n_total = 100\nclass = [{ share = 0.4, p = [0.1, 0.2, 0.3] }]\n");
    office.file("draws.csv", "draw,n_documented,n_total\n1,10,20\n2,10,9\n");
    for (words, code, said) in [
        (&["estimate", "table", "counts.csv", "--method", "loglinear", "--terms", "14"][..], 2, "term 1"),
        (&["estimate", "table", "counts.csv", "--method", "stepwise", "--entry", "2"], 2, "between 0 and 1"),
        (&["estimate", "table", "counts.csv", "--method", "bic", "--bootstrap", "3"], 2, "replicates"),
        (&["estimate", "table", "counts.csv", "--method", "loglinear", "--terms", "123"], 4, "not_identifiable"),
        (&["estimate", "table", "counts.csv", "--method", "lcmcr", "--classes", "0"], 2, "between 1 and 64"),
        (&["estimate", "table", "counts.csv", "--method", "nhoi", "--xi", "1e-308"], 2, "between 0.001 and 1,000"),
        (&["estimate", "table", "counts.csv", "--prior-gamma", "1e300", "1e300"], 2, "between 1 and 10,000,000,000"),
        (&["estimate", "table", "counts.csv", "--without", "d"], 2, "there is no list d"),
        (&["estimate", "table", "counts.csv", "--without", "a", "--merge", "a:b"], 2, "named twice"),
        (&["estimate", "table", "counts.csv", "--without", "c"], 4, "left out: c; 4 persons"),
        (&["estimate", "simulate", "design.toml"], 1, "add up to 0.4"),
        (&["estimate", "simulate", "nowhere.toml"], 1, "check the path"),
        (&["estimate", "combine", "draws.csv"], 1, "line 3"),
    ] {
        let run = office.run(words).ends_with(code);
        assert!(run.stderr.contains(said) || run.stdout.contains(said), "{words:?}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn a_list_that_forms_an_island_is_left_out_as_the_refusal_advises_and_the_figure_says_so() {
    let office = Office::new();
    let table = "a,b,c,d,count\n1,0,0,0,60\n0,1,0,0,49\n0,0,1,0,247\n1,1,0,0,4\n1,0,1,0,112\n0,1,1,0,142\n1,1,1,0,12\n0,0,0,1,9\n";
    office.file("counts.csv", table);
    let refused = office.run(&["estimate", "table", "counts.csv"]).ends_with(4);
    assert!(refused.stdout.contains("no estimate (island)") && refused.stdout.contains("--without"));
    let given = office.json(&["estimate", "table", "counts.csv", "--without", "d"]);
    assert_eq!(given["n_documented"], 626);
    assert_eq!((&given["lists_left_out"][0], &given["documented_only_on_lists_left_out"]), (&"d".into(), &9.into()));
    let merged = office.json(&["estimate", "table", "counts.csv", "--merge", "c:d"]);
    assert_eq!((&merged["n_documented"], &merged["list_names"][2]), (&635.into(), &"c+d".into()));
}

#[test]
fn runs_over_strata_and_over_draws_of_the_linkage_are_kept_and_shown_beside_the_figure_of_the_whole() {
    let office = Office::new();
    office.json(&["demo", "vault", "--no-serve"]);
    office.file("words", "invented people in an invented country");
    let on_demo = |args: &[&str]| {
        let args: Vec<&str> = ["--passphrase-file", "words"].into_iter().chain(args.iter().copied()).collect();
        office.json(&args)
    };
    let by_year = on_demo(&["estimate", "run", "--by", "year"]);
    assert!(by_year["strata"].as_array().unwrap().len() > 5 && by_year["refused"].as_u64().unwrap() > 0);
    let averaged = on_demo(&["estimate", "run", "--linkage-draws", "20"]);
    let share = averaged["linkage"]["linkage_share"].as_f64().unwrap();
    assert!((0.0..1.0).contains(&share));
    assert!(averaged["linkage"]["with_linkage_fixed"]["intervals"][1]["low"].is_u64());
    let page = |name: &str| {
        on_demo(&["report", "tables", "--html", name]);
        fs::read_to_string(office.path(name)).unwrap()
    };
    let page = page("tables.html");
    let total = by_year["total"]["n_documented"].as_u64().unwrap();
    assert!(page.contains("id=\"strata\"") && page.contains(&format!("{}\u{202f}", total / 1_000)));
    assert!(page.contains("20 draws of who is the same person") && page.contains("With the links as decided"));
    // The same again is not computed anew; another seed is.
    let first = on_demo(&["estimate", "run", "--method", "nhoi", "--seed", "3"]);
    let again = on_demo(&["estimate", "run", "--method", "nhoi", "--seed", "3"]);
    assert_eq!(first, again);
    let other = on_demo(&["estimate", "run", "--method", "nhoi", "--seed", "4"]);
    assert_ne!(first["n_total"], other["n_total"]);
    let words = ["--passphrase-file", "words", "estimate", "run", "--method", "nhoi", "--seed", "3"];
    let run = office.run(&words).succeeds();
    assert!(format!("{}{}", run.stdout, run.stderr).contains("what was kept"), "{}{}", run.stdout, run.stderr);
    let averaged = on_demo(&["estimate", "run", "--linkage-draws", "20"]);
    // What is kept is what was printed, and it prints the same again.
    let newest = on_demo(&["report", "estimate"]);
    assert_eq!(newest["linkage"], averaged["linkage"]);
}
