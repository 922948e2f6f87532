//! Consents and releases, as their users meet them.

use crate::program::Office;
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

const LIST: &str = "number,name,father,sex,date,district\n\
    1,Daria Velen,Osman Velen,female,2014-03-02,Corva\n\
    2,Karim Tarik,Selim Tarik,male,2014-05-09,Corva\n\
    3,Petra Nolde,Jonas Nolde,female,2015-01-20,Hest\n";

/// An office with one list of three, none of whom any other list knows.
fn office() -> Office {
    let office = Office::with_vault();
    office.file("families.csv", LIST);
    office.run(&["import", "families.csv", "--as", "families"]).succeeds();
    office
}

fn consents(office: &Office, row: u8, answer: &str) {
    let id = format!("families:{row}");
    office
        .run(&[
            "consent",
            "record",
            &id,
            "--giver",
            "family",
            "--relation",
            "mother",
            "--group",
            "identity,event,district",
            "--audience",
            "public",
            "--purpose",
            "memorial",
            "--risk-text",
            "1",
            "--answer",
            answer,
            "--from",
            "2020-01-01",
        ])
        .succeeds();
}

/// Every file of a release below a folder, as text.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(dir) = folders.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned());
            }
        }
    }
    found
}

fn holding<'f>(files: &'f BTreeMap<String, String>, words: &str) -> Vec<&'f str> {
    files.iter().filter(|(_, text)| text.contains(words)).map(|(path, _)| path.as_str()).collect()
}

/// Three persons are too few for any table about sex.
const EXACT: &str = "two_persons = false\nforces = []\nthreshold = 5\nprotect = 3\n\
    [[table]]\ncode = \"year\"\ndimensions = [\"year\"]\nsensitive = false\n";

#[test]
fn only_who_agreed_is_named_and_the_release_verifies_with_common_tools() {
    let office = office();
    office.file("policy.toml", EXACT);
    office.run(&["publish", "policy", "--set", "policy.toml"]).succeeds();
    consents(&office, 1, "given");
    consents(&office, 2, "refused");
    let built = office.json(&["publish", "build", "R1", "--lang", "en,ur", "--on", "2026-03-01"]);
    assert_eq!((&built["number"], &built["named"]), (&1.into(), &1.into()), "{built}");
    let release = files(&office.path("R1"));
    assert!(!holding(&release, "Daria Velen").is_empty());
    for name in ["Karim", "Tarik", "Petra", "Nolde"] {
        assert_eq!(holding(&release, name), Vec::<&str>::new(), "{name}");
    }
    for page in
        ["site/index.html", "site/memorial.html", "site/statistics.html", "site/ur/methods.html", "data/year.csv"]
    {
        assert!(release.contains_key(page), "{page} of {:?}", release.keys());
    }
    for (path, page) in release.iter().filter(|(path, _)| path.ends_with(".html")) {
        for outside in ["http://", "https://", "style=", "onclick", "<style"] {
            assert!(!page.contains(outside), "{path} holds {outside}");
        }
    }
    let report = office.json(&["publish", "verify", "R1"]);
    assert_eq!((&report["problems"], &report["number"]), (&Value::Array(vec![]), &1.into()));
    let sums = std::process::Command::new("sha256sum")
        .args(["-c", "--quiet", "MANIFEST.sha256"])
        .current_dir(office.path("R1"))
        .output();
    assert!(sums.is_err() || sums.is_ok_and(|sums| sums.status.success()));
    // A byte by hand, and both notice.
    office.file("R1/data/year.csv", "year,persons\r\n2014,9\r\n");
    office.run(&["publish", "verify", "R1"]).ends_with(4);
    office.run(&["publish", "build", "R1"]).ends_with(2);
}

#[test]
fn why_there_is_no_estimate_is_told_in_each_language_of_a_release_and_in_its_data_as_it_was_printed() {
    let office = office();
    office.file("policy.toml", EXACT);
    office.run(&["publish", "policy", "--set", "policy.toml"]).succeeds();
    consents(&office, 1, "given");
    office.run(&["estimate", "run", "--method", "dga"]).ends_with(4);
    office.run(&["publish", "build", "R1", "--lang", "en,ur", "--on", "2026-03-01"]).succeeds();
    let release = files(&office.path("R1"));
    let [english, urdu] = ["Only 1 of the lists hold anyone here", "محض قیاس"].map(|words| holding(&release, words));
    assert_eq!(urdu, ["site/ur/methods.html", "site/ur/statistics.html"]);
    for path in ["site/methods.html", "site/statistics.html", "data/estimates.csv"] {
        assert!(english.contains(&path), "{path} of {english:?}");
    }
    assert!(!english.iter().any(|path| path.starts_with("site/ur/")), "{english:?}");
}

#[test]
fn two_builds_of_one_plan_are_the_same_bytes() {
    let office = office();
    office.file("policy.toml", EXACT);
    office.run(&["publish", "policy", "--set", "policy.toml"]).succeeds();
    consents(&office, 1, "given");
    office.run(&["publish", "build", "R1", "--on", "2026-03-01"]).succeeds();
    office.run(&["publish", "build", "again", "--release", "1"]).succeeds();
    assert_eq!(files(&office.path("R1")), files(&office.path("again")));
}

#[test]
fn whoever_withdraws_is_gone_from_the_next_release_and_a_page_without_a_name_stays() {
    let office = office();
    office.file("policy.toml", EXACT);
    office.run(&["publish", "policy", "--set", "policy.toml"]).succeeds();
    consents(&office, 1, "given");
    consents(&office, 3, "given");
    office.run(&["publish", "build", "R1", "--on", "2026-03-01"]).succeeds();
    let before = files(&office.path("R1"));
    let page = |files: &BTreeMap<String, String>| {
        holding(files, "Daria Velen").into_iter().find(|path| path.starts_with("site/p/")).map(str::to_owned)
    };
    let address = page(&before).unwrap();
    let told = office.json(&["consent", "withdraw", "families:1", "--giver", "family", "--relation", "mother"]);
    assert_eq!(told["named_in"], serde_json::json!([1]));
    let check = office.run(&["publish", "check", "--json"]).ends_with(4).stdout;
    assert!(check.contains("1 persons named in R0001"), "{check}");
    office.run(&["publish", "build", "R2", "--reason", "consent", "--on", "2026-03-02"]).succeeds();
    let after = files(&office.path("R2"));
    assert_eq!(holding(&after, "Velen"), Vec::<&str>::new());
    assert!(!holding(&after, "Petra Nolde").is_empty());
    assert!(after[&address].contains("This page was withdrawn"));
    assert!(!after["release.json"].contains("consent\""), "in public it is an update");
    office.run(&["publish", "check"]).succeeds();
    let states: Vec<Value> = office.json(&["publish", "list"])["releases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|release| release["state"].clone())
        .collect();
    assert_eq!(states, ["superseded", "published"]);
}

#[test]
fn whoever_has_a_copy_is_told_when_the_release_is_withdrawn() {
    let office = office();
    office.file("policy.toml", EXACT);
    office.run(&["publish", "policy", "--set", "policy.toml"]).succeeds();
    office.run(&["publish", "deliver", "1", "--to", "the lawyers of the case"]).ends_with(2);
    office.run(&["publish", "build", "R1", "--profile", "tables"]).succeeds();
    let noted = office.json(&["publish", "deliver", "1", "--to", "the lawyers of the case"]);
    assert_eq!(noted["sha256"].as_str().map(str::len), Some(64));
    let told = office.json(&["publish", "withdraw", "1", "--reason", "correction"]);
    assert_eq!(told["tell"], serde_json::json!(["the lawyers of the case"]));
    office.run(&["publish", "deliver", "1", "--to", "a newspaper"]).ends_with(4);
    let audit = office.run(&["audit", "--json"]).succeeds().stdout;
    assert!(audit.contains("delivered") && !audit.contains("lawyers"), "the audit outlives an erasure");
}

#[test]
fn how_a_giver_is_reached_is_told_on_request_and_audited() {
    let office = office();
    let record =
        ["consent", "record", "families:1", "--giver", "person", "--group", "identity", "--audience", "public"];
    let more = ["--purpose", "memorial", "--risk-text", "1", "--contact", "by the schoolhouse"];
    office.run(&[&record[..], &more].concat()).succeeds();
    let shown = |more: &[&str]| office.run(&[&["consent", "show", "families:1"], more].concat()).succeeds().stdout;
    assert!(!shown(&[]).contains("schoolhouse"));
    assert!(shown(&["--contact"]).contains("reached by: by the schoolhouse"));
    let audit = office.run(&["audit", "--json"]).succeeds().stdout;
    assert!(audit.contains("contact-looked-up") && !audit.contains("schoolhouse"));
}

#[test]
fn consents_that_contradict_open_nothing() {
    let office = office();
    consents(&office, 1, "given");
    office
        .run(&[
            "consent",
            "record",
            "families:1",
            "--giver",
            "family",
            "--relation",
            "brother",
            "--group",
            "identity",
            "--audience",
            "public",
            "--purpose",
            "memorial",
            "--risk-text",
            "1",
            "--answer",
            "refused",
            "--from",
            "2020-01-01",
        ])
        .succeeds();
    let shown = office.json(&["consent", "show", "families:1"]);
    let identity = shown["states"].as_array().unwrap().iter().find(|state| state["group"] == "identity").unwrap();
    assert_eq!(identity["state"], "disputed");
    let check: Value = serde_json::from_str(&office.run(&["publish", "check", "--json"]).ends_with(4).stdout).unwrap();
    assert!(check["named"] == 0 || check["error"].is_object(), "{check}");
}

#[test]
fn a_table_whose_small_counts_cannot_be_protected_is_left_out_by_name_and_the_others_are_told() {
    let office = office();
    let checked = office.run(&["publish", "check", "--profile", "tables", "--json"]).succeeds().stdout;
    let checked: serde_json::Value = serde_json::from_str(&checked).unwrap();
    // Of three, whose number the exact tables tell, each sex has too few counts that it could be.
    assert_eq!(checked["tables_left_out"], serde_json::json!(["period_sex", "sex"]));
    let built = office.run(&["publish", "build", "R1", "--profile", "tables"]).succeeds();
    assert!(built.stderr.contains("the table «period_sex» is left out"), "{}", built.stderr);
    let files = files(&office.path("R1"));
    assert!(files.keys().any(|name| name.ends_with("year.csv")), "{:?}", files.keys());
    assert!(!files.keys().any(|name| name.contains("period_sex")), "{:?}", files.keys());
}

#[test]
fn a_release_is_not_built_into_a_vault_or_under_git_unasked() {
    let office = office();
    office.file("policy.toml", EXACT);
    office.run(&["publish", "policy", "--set", "policy.toml"]).succeeds();
    fs::create_dir_all(office.path("repository/.git")).unwrap();
    office.run(&["publish", "build", "repository/R1", "--profile", "tables"]).ends_with(2);
    office.run(&["publish", "build", "repository/R1", "--profile", "tables", "--allow-git"]).succeeds();
}

#[test]
fn whoever_proposed_a_release_cannot_approve_it() {
    let office = office();
    office.file("policy.toml", EXACT.replace("two_persons = false", "two_persons = true"));
    office.run(&["publish", "policy", "--set", "policy.toml"]).succeeds();
    consents(&office, 1, "given");
    office.run(&["publish", "build", "R1"]).ends_with(4);
    office.run(&["publish", "propose", "--on", "2026-03-01"]).succeeds();
    office.run(&["publish", "approve", "1"]).ends_with(4);
    office.run(&["publish", "build", "R1", "--release", "1"]).ends_with(4);
    // A consent that comes in after the proposal voids it.
    consents(&office, 3, "given");
    let stale = office.run(&["publish", "approve", "1"]).ends_with(4).stderr;
    assert!(stale.contains("after this release was proposed"), "{stale}");
}

#[test]
fn entities_for_other_programs_name_only_who_agreed_to_research() {
    let office = office();
    consents(&office, 1, "given");
    office
        .run(&[
            "consent",
            "record",
            "families:3",
            "--giver",
            "person",
            "--group",
            "identity,event",
            "--audience",
            "public",
            "--purpose",
            "research",
            "--risk-text",
            "1",
            "--from",
            "2020-01-01",
        ])
        .succeeds();
    office.run(&["publish", "build", "R1", "--profile", "ftm"]).succeeds();
    let release = files(&office.path("R1"));
    let entities: Vec<Value> =
        release["data/entities.ftm.json"].lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entities[0]["schema"], "Person");
    assert_eq!(entities[0]["properties"]["name"], serde_json::json!(["Petra Nolde"]));
    assert_eq!(holding(&release, "Velen"), Vec::<&str>::new(), "a memorial is not research");
}

#[test]
fn two_persons_on_two_computers_sign_the_same_bytes() {
    let office = office();
    office.file("policy.toml", EXACT.replace("two_persons = false", "two_persons = true"));
    office.run(&["publish", "policy", "--set", "policy.toml"]).succeeds();
    consents(&office, 1, "given");
    fs::create_dir(office.path("stick")).unwrap();
    let added = office.json(&["user", "add", "Mira", "--role", "publisher", "--invitation", "mira.invitation"]);
    office.file("mira.words", added["passphrase"].as_str().unwrap());
    let proposed = office.json(&["publish", "propose", "--on", "2026-03-01"]);
    office.run(&["sync", "stick"]).succeeds();
    let mira = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend(["--vault", "hers", "--passphrase-file", "mira.words"]);
        office.run(&all)
    };
    mira(&["join", "stick", "hers", "--invitation", "mira.invitation", "--device", "laptop"]).succeeds();
    let approved = mira(&["publish", "approve", "1", "--json"]).succeeds().stdout;
    assert!(approved.contains(proposed["manifest_sha256"].as_str().unwrap()), "{approved}");
    mira(&["sync", "stick"]).succeeds();
    office.run(&["sync", "stick"]).succeeds();
    let built = office.json(&["publish", "build", "R1", "--release", "1"]);
    assert_eq!(built["keys"].as_array().unwrap().len(), 2);
    let report = office.json(&["publish", "verify", "R1"]);
    assert_eq!((&report["problems"], report["signers"].as_array().unwrap().len()), (&Value::Array(vec![]), 2));
    // One of the two signatures taken out, and the release is nobody's.
    let note = fs::read_to_string(office.path("R1/MANIFEST.note")).unwrap();
    let one = note.lines().filter(|line| {
        !line.starts_with('\u{2014}') || line.contains(built["keys"][0].as_str().unwrap().split('+').next().unwrap())
    });
    office.file("R1/MANIFEST.note", one.collect::<Vec<_>>().join("\n") + "\n");
    office.run(&["publish", "verify", "R1"]).ends_with(4);
}

#[test]
fn the_old_address_of_whoever_turned_out_to_be_another_leads_to_the_new_one() {
    let office = crate::submissions::two_lists();
    office.file("policy.toml", EXACT);
    office.run(&["publish", "policy", "--set", "policy.toml"]).succeeds();
    for id in ["families:41", "clinic:1"] {
        let who = ["consent", "record", id, "--giver", "family", "--relation", "mother", "--group", "identity"];
        let what = ["--audience", "public", "--purpose", "memorial", "--risk-text", "1", "--from", "2020-01-01"];
        office.run(&[&who[..], &what].concat()).succeeds();
    }
    let built = office.json(&["publish", "build", "R1", "--on", "2026-03-01"]);
    assert_eq!(built["named"], 2, "nobody has linked them yet");
    office.run(&["link", "run"]).succeeds();
    let built = office.json(&["publish", "build", "R2", "--on", "2026-03-02"]);
    assert_eq!(built["named"], 1, "one person on two lists");
    let pages = |release: &str| -> BTreeMap<String, String> {
        files(&office.path(release)).into_iter().filter(|(path, _)| path.starts_with("site/p/")).collect()
    };
    let (before, after) = (pages("R1"), pages("R2"));
    assert!(before.keys().all(|path| after.contains_key(path)), "no address is lost");
    let moved: Vec<&String> = after.values().filter(|page| page.contains("This page has moved")).collect();
    let [moved] = moved.as_slice() else { panic!("{} pages have moved", moved.len()) };
    let to = moved.split("0;url=").nth(1).unwrap().split('"').next().unwrap();
    assert!(before.contains_key(&format!("site/p/{to}")) && !after[&format!("site/p/{to}")].contains("moved"));
}

#[test]
fn a_full_disk_refuses_the_release_and_leaves_no_folder_that_could_be_taken_for_one() {
    let office = office();
    office.file("policy.toml", EXACT);
    office.run(&["publish", "policy", "--set", "policy.toml"]).succeeds();
    fs::create_dir(office.path("small")).unwrap();
    let script = r#"
        mount -t tmpfs -o size=200k none small || exit 77
        "$HABEAS" publish build small/R1 --profile tables; echo "ended with $?"
        ls small; "$HABEAS" publish list
    "#;
    let mut command = std::process::Command::new("unshare");
    command
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .current_dir(office.path("."))
        .env("HABEAS", env!("CARGO_BIN_EXE_habeas"))
        .env("HABEAS_VAULT", office.path("vault"))
        .env("HABEAS_PASSPHRASE_FILE", office.path("passphrase"));
    let output = match command.output() {
        Ok(output) if output.status.code() != Some(77) && !output.stdout.is_empty() => output,
        _ => {
            println!("skipped: this system does not let tests mount a small disk of their own");
            return;
        }
    };
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(stdout.starts_with("ended with 1\nR0001") && !stdout.contains("published"), "{stdout}\n{stderr}");
    assert!(stderr.contains("Nothing has left"), "{stderr}");
    // With room it is built as it was proposed.
    office.run(&["publish", "build", "R1", "--release", "1"]).succeeds();
    office.run(&["publish", "verify", "R1"]).succeeds();
}

#[test]
fn a_folder_that_was_changed_by_hand_is_told_change_by_change() {
    let office = office();
    office.file("policy.toml", EXACT);
    office.run(&["publish", "policy", "--set", "policy.toml"]).succeeds();
    office.run(&["publish", "build", "R1", "--profile", "tables"]).succeeds();
    let problems = || {
        let report = office.run(&["publish", "verify", "R1", "--json"]).ends_with(4).stdout;
        serde_json::from_str::<Value>(&report).unwrap()["problems"].as_array().unwrap().clone()
    };
    office.file("R1/data/added.csv", "name\n");
    assert_eq!(problems(), ["data/added.csv does not belong to the release"]);
    fs::remove_file(office.path("R1/data/added.csv")).unwrap();
    fs::rename(office.path("R1/data/year.csv"), office.path("R1/data/Year.csv")).unwrap();
    assert_eq!(problems(), ["data/year.csv is missing", "data/Year.csv does not belong to the release"]);
    fs::rename(office.path("R1/data/Year.csv"), office.path("R1/data/year.csv")).unwrap();
    // Whoever changes a file and its hash cannot sign the manifest again.
    let manifest = fs::read_to_string(office.path("R1/MANIFEST.sha256")).unwrap();
    office.file("R1/MANIFEST.sha256", manifest.replacen('a', "b", 1));
    assert!(problems().iter().any(|problem| problem == "the manifest is not the one that was signed"));
    fs::remove_file(office.path("R1/MANIFEST.note")).unwrap();
    assert_eq!(problems(), ["MANIFEST.note is missing or not as every release has it"]);
}

#[test]
fn a_list_of_one_person_tells_how_many_and_neither_name_nor_sex_nor_place() {
    let office = Office::with_vault();
    office.file("one.csv", "number,name,sex,date,district\n1,Daria Velen,female,2014-03-02,Upper Sarnov\n");
    office.run(&["import", "one.csv", "--as", "families"]).succeeds();
    office.run(&["publish", "build", "R1", "--profile", "tables"]).succeeds();
    let files = files(&office.path("R1"));
    let years = files.iter().find(|(name, _)| name.ends_with("data/year.csv")).expect("years are told exactly").1;
    assert!(years.lines().any(|line| line.starts_with("2014") && line.ends_with('1')), "{years}");
    for told in ["Daria", "Velen", "Sarnov"] {
        assert!(holding(&files, told).is_empty(), "{told}: {:?}", holding(&files, told));
    }
    let sensitive: Vec<&String> = files.keys().filter(|name| name.contains("data/") && name.contains("sex")).collect();
    assert!(sensitive.is_empty(), "{sensitive:?}");
}

#[test]
fn a_place_that_alone_leads_to_one_person_is_told_nowhere() {
    let office = Office::with_vault();
    // Nobody knows the last one's name: the place is all there is.
    let others = (1..=9).map(|n| format!("{n},Name{n} Velen,male,2014-03-02,Corva\n")).collect::<String>();
    let list = format!("number,name,sex,date,district\n{others}10,,male,2014-03-02,Hut above Sarnov mill\n");
    office.file("list.csv", list);
    office.run(&["import", "list.csv", "--as", "families"]);
    office.run(&["publish", "build", "R1", "--profile", "tables", "--lang", "en,ur"]).succeeds();
    let files = files(&office.path("R1"));
    assert!(!holding(&files, "Corva").is_empty(), "a place that many share is told");
    for words in ["Sarnov", "Hut above"] {
        assert!(holding(&files, words).is_empty(), "{words}: {:?}", holding(&files, words));
    }
}

#[test]
fn a_table_that_a_newcomer_keeps_out_of_a_release_is_named_with_the_one_that_told_it_last() {
    let office = Office::with_vault();
    let rows = (1..=40).map(|n| {
        let sex = if n % 2 == 0 { "female" } else { "male" };
        format!("{n},Name{n} Velen{n},{sex},2014-03-02,Corva\n")
    });
    office.file("many.csv", format!("number,name,sex,date,district\n{}", rows.collect::<String>()));
    office.run(&["import", "many.csv", "--as", "families"]).succeeds();
    office.run(&["publish", "build", "R1", "--profile", "tables"]).succeeds();
    let first = files(&office.path("R1"));
    assert!(first.keys().any(|name| name.ends_with("data/period_sex.csv")), "{:?}", first.keys());
    office.file("new.csv", "number,name,sex,date,district\n1,Petra Nolde,female,2014-07-09,Corva\n");
    office.run(&["import", "new.csv", "--as", "hospital"]).succeeds();
    let built = office.run(&["publish", "build", "R2", "--profile", "tables"]).succeeds();
    assert!(built.stderr.contains("«period_sex» is left out"), "one newcomer would be told by sex: {}", built.stderr);
    let second = files(&office.path("R2"));
    assert!(!second.keys().any(|name| name.contains("period_sex")), "{:?}", second.keys());
    assert!(second["README"].contains("The table period_sex is not in this release"), "{}", second["README"]);
    assert!(second["README"].contains("stand in R0001, as of the checkpoint"), "{}", second["README"]);
    assert!(!first["README"].contains("is not in this release"));
}
