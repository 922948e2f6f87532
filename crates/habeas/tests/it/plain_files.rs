//! Without a vault: plain files in, plain files out.

use crate::program::Office;

#[test]
fn plain_lists_are_linked_without_any_configuration() {
    let office = Office::new();
    office.file("a.csv", "name,born,town,true_id\nKarim Velan,1980-02-03,Corva,1\nSanam Osto,1975-06-01,Ostrel,2\nBahir Molan,1990-01-09,Nemra,3\n");
    office.file("b.csv", "full name\tdate of birth\tplace\ttrue_id\nKareem Velan\t03.02.1980\tCorva\t1\nZarin Dorek\t01.01.1960\tCorva\t9\n");
    let linked = office.json(&[
        "link",
        "files",
        "a.csv",
        "b.csv",
        "--out",
        "clusters.csv",
        "--pairs",
        "pairs.csv",
        "--truth",
        "true_id",
    ]);
    assert_eq!((&linked["records"], &linked["lists"]), (&5.into(), &2.into()));
    assert_eq!(linked["truth"]["pairwise"]["f1"], 1.0, "{linked}");
    let clusters = std::fs::read_to_string(office.path("clusters.csv")).unwrap();
    let lines: Vec<&str> = clusters.lines().collect();
    assert_eq!(lines[0], "list,row,cluster");
    assert_eq!(lines.len(), 6);
    let cluster_of = |prefix: &str| lines.iter().find(|l| l.starts_with(prefix)).unwrap().rsplit(',').next().unwrap();
    assert_eq!(cluster_of("a,1,"), cluster_of("b,1,"));
    let pairs = std::fs::read_to_string(office.path("pairs.csv")).unwrap();
    assert!(
        pairs.starts_with("list_a,row_a,list_b,row_b,match_weight,match_probability,decision,content_a,content_b\n")
    );
}

/// Lines of a file of pairs with a verdict for each.
fn judged(pairs: &str, verdict: impl Fn(&str) -> &'static str) -> String {
    let with = |(i, line): (usize, &str)| format!("{line},{}\n", if i == 0 { "verdict" } else { verdict(line) });
    pairs.lines().enumerate().map(with).collect()
}

#[test]
fn decisions_hold_for_a_list_in_a_changed_edition_and_those_that_no_longer_fit_are_named() {
    let office = Office::new();
    let list =
        "name,born,town\nKarim Velan,1980-02-03,Corva\nSanam Osto,1975-06-01,Ostrel\nBahir Molan,1990-01-09,Nemra\n";
    office.file("a.csv", list);
    office.file("b.csv", "name,born,town\nKareem Velan,1980-02-03,Corva\nBahir Molan,1990-01-09,Nemra\n");
    let link = ["link", "files", "a.csv", "b.csv", "--out", "c.csv", "--pairs", "pairs.csv"];
    assert_eq!(office.json(&link)["clusters"], 3);
    let pairs = std::fs::read_to_string(office.path("pairs.csv")).unwrap();
    office.file("judged.csv", judged(&pairs, |line| if line.starts_with("a,1,b,1,") { "different" } else { "same" }));
    let again = [&link[..], &["--judgements", "judged.csv"]].concat();
    let told = office.json(&again);
    assert_eq!((&told["clusters"], &told["judgements"]["moved"]), (&4.into(), &0.into()), "{told}");
    // Another edition: a row above the others, and another spelling in one that was decided about.
    let edition = list.replace("town\n", "town\nZarin Dorek,1960-01-01,Corva\n").replace("Bahir", "Baheer");
    office.file("a.csv", edition);
    let run = office.run(&again).ends_with(3);
    assert!(run.stderr.contains("no record says what these rows said: a:3"), "{}", run.stderr);
    let run = office.run(&[&again[..], &["--json"]].concat()).ends_with(3);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&told["judgements"]["applied"], &told["judgements"]["moved"]), (&1.into(), &1.into()), "{told}");
    assert_eq!(told["judgements"]["unfit_rows"], serde_json::json!(["a:3"]));
    let clusters = std::fs::read_to_string(office.path("c.csv")).unwrap();
    let of = |row: &str| clusters.lines().find(|line| line.starts_with(row)).unwrap().rsplit(',').next().unwrap();
    assert_ne!(of("a,2,"), of("b,1,"), "the decision moved with its row");
    assert_eq!(of("a,4,"), of("b,2,"), "what no longer fits decides nothing");
}

#[test]
fn decisions_without_what_the_records_said_are_refused() {
    let office = Office::new();
    office.file("a.csv", "name,born\nKarim Velan,1980\nSanam Osto,1975\n");
    office.file("judged.csv", "list_a,row_a,list_b,row_b,verdict\na,1,a,2,same\n");
    let run = office.run(&["link", "files", "a.csv", "--out", "c.csv", "--judgements", "judged.csv"]).ends_with(2);
    assert!(run.stderr.contains("decisions without a column «content_a»"), "{}", run.stderr);
    assert!(!office.path("c.csv").exists());
}

#[test]
fn a_table_of_capture_histories_is_estimated_with_its_assumption() {
    let office = Office::new();
    office.file("counts.csv", "a,b,c,count\n1,0,0,60\n0,1,0,49\n0,0,1,4\n1,1,0,247\n1,0,1,112\n0,1,1,142\n1,1,1,12\n");
    let estimate = office.json(&["estimate", "table", "counts.csv", "--method", "dga"]);
    assert_eq!(
        (&estimate["schema"], &estimate["lists"], &estimate["n_documented"]),
        (&1.into(), &3.into(), &626.into())
    );
    let total = &estimate["n_total"];
    let interval = &total["intervals"][1];
    assert_eq!(interval["level"], 0.95);
    let order = [&interval["low"], &total["median"], &interval["high"]].map(|n| n.as_f64().unwrap());
    assert!(626.0 <= order[0] && order[0] < order[1] && order[1] < order[2], "{total}");
    assert!(!estimate["assumption"].as_str().unwrap().is_empty());
    assert_eq!(estimate["input_sha256"].as_str().unwrap().len(), 64);
    assert!(estimate["warnings"].as_array().unwrap().iter().any(|w| w["code"] == "unobservable_part"));
}

#[test]
fn two_lists_are_refused_with_what_would_help() {
    let office = Office::new();
    office.file("counts.csv", "a,b,count\n1,0,60\n0,1,49\n1,1,20\n");
    let run = office.run(&["estimate", "table", "counts.csv", "--method", "dga", "--json"]).ends_with(4);
    let refusal: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(refusal["refused"]["code"], "too_few_lists");
    assert!(refusal["refused"]["what_would_help"].is_string());
}

#[test]
fn a_table_with_wrong_cells_is_refused_with_line_and_column() {
    let office = Office::new();
    for (name, text, place) in [
        ("negative.csv", "a,b,c,count\n1,0,0,-5\n", "line 2"),
        ("fraction.csv", "a,b,c,count\n1,0,0,2.5\n", "line 2"),
        ("two.csv", "a,b,c,count\n1,0,2,5\n", "line 2"),
        ("nobody.csv", "a,b,c,count\n1,0,0,5\n0,0,0,7\n", "line 3"),
    ] {
        office.file(name, text);
        let run = office.run(&["estimate", "table", name, "--method", "dga"]).ends_with(1);
        assert!(run.stderr.contains(place) && run.stderr.contains("do:"), "{name}: {}", run.stderr);
    }
}

#[test]
fn a_plan_tells_what_would_be_compared_and_measures_go_with_the_truth_only() {
    let office = Office::new();
    let rows = |offset: u32| -> String {
        let row =
            |i: u32| format!("{i},Name{} Family{},{:02}/03/2015,p{i}\n", i * 7 % 40, i % 25, 1 + (i + offset) % 28);
        (0..60).map(row).collect()
    };
    let header = "No,Name,Date taken,person\n";
    office.file("a.csv", format!("{header}{}", rows(0))).file("b.csv", format!("{header}{}", rows(0)));
    let plan = office.json(&["link", "plan", "a.csv", "b.csv", "--truth", "person"]);
    assert_eq!((plan["records"].as_u64(), plan["learnt"].as_bool()), (Some(120), Some(true)));
    let compared = plan["compared"].to_string();
    assert!(compared.contains("event-date") && !compared.contains("person"), "{compared}");
    let expected = plan["blocking"]["rules"].as_array().unwrap();
    assert!(!expected.is_empty() && plan["candidate_pairs_expected"].as_f64().unwrap() >= 60.0);
    let linked = |more: &[&str]| {
        let args = ["link", "files", "a.csv", "b.csv", "--truth", "person", "--out", "c.csv"];
        office.json(&[&args[..], more].concat())
    };
    assert!(linked(&[])["truth"]["blocking_recall"].is_null());
    let measured = linked(&["--evaluate", "--draws", "20", "--draws-out", "d.csv"]);
    assert_eq!(measured["truth"]["blocking_recall"], 1.0);
    assert_eq!(measured["draws"]["parameters_drawn"], true);
    let bins = measured["truth"]["reliability"].as_array().unwrap();
    let n_pairs: u64 = bins.iter().map(|bin| bin["pairs"].as_u64().unwrap()).sum();
    assert_eq!(Some(n_pairs), measured["pairs_kept"].as_u64());
    let interval = &measured["truth"]["pairwise"]["intervals_95"]["f1"];
    let f1 = measured["truth"]["pairwise"]["f1"].as_f64().unwrap();
    assert!(interval[0].as_f64().unwrap() <= f1 && f1 <= interval[1].as_f64().unwrap());
}

/// A list whose linkage takes seconds.
fn crowded_list(rows: usize) -> String {
    let mut text = String::from("Name,Father's name,Date taken,Place\n");
    for row in 0..rows {
        let (a, b, c) = (row % 89, row % 83, row % 61);
        text.push_str(&format!("Karim{a} Velan{b},Rashid{c},0{}/0{}/2015,Corva{c}\n", row % 9 + 1, row % 8 + 1));
    }
    text
}

#[cfg(unix)]
#[test]
fn a_linkage_that_is_interrupted_ends_with_130_and_writes_nothing() {
    use std::os::unix::process::ExitStatusExt;
    let office = Office::new();
    office.file("crowd.csv", crowded_list(60_000));
    let args = ["link", "files", "crowd.csv", "--draws", "200", "--draws-out", "draws.csv", "--out", "clusters.csv"];
    let mut ended_by_itself = 0;
    for round in 0..8u64 {
        let mut link = office.command(&args).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1_200 + 300 * round));
        let interrupt = std::process::Command::new("kill").args(["-INT", &link.id().to_string()]).status().unwrap();
        let status = link.wait().unwrap();
        assert!(!status.success() && interrupt.success(), "it was done before it could be interrupted: {status}");
        assert!(!office.path("clusters.csv").exists() && !office.path("draws.csv").exists(), "half a result was left");
        // While files are still being read nobody listens, and the signal itself ends the process.
        match status.code() {
            Some(code) => {
                assert_eq!(code, 130);
                ended_by_itself += 1;
            }
            None => assert_eq!(status.signal(), Some(2)),
        }
        if ended_by_itself == 2 {
            return;
        }
    }
    panic!("no interruption came while records were linked");
}
