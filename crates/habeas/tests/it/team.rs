//! Several people and computers: roles, invitations, work apart, copies, erasure, the past.

use crate::program::Office;
use serde_json::Value;
use std::fs;

const FAMILIES: &str = "No,Name,Date taken,District\n1,Karim Velan,03/02/2015,Corva\n2,Sanam Osto,14/08/2014,Ostrel\n";
const COMMISSION: &str =
    "No,Name,Date taken,District\n1,Kareem Velan,05/02/2015,Corva\n2,Nadir Farel,01/07/2011,Nemra\n";

/// An office with one list and a passphrase file `NAME.words` for each of its other members.
fn office(members: &[(&str, &str)]) -> Office {
    let office = Office::with_vault();
    office.file("families.csv", FAMILIES).file("commission.csv", COMMISSION);
    office.run(&["import", "families.csv", "--as", "families"]).succeeds();
    for (name, role) in members {
        let added = office.json(&["user", "add", name, "--role", role]);
        office.file(&format!("{name}.words"), added["passphrase"].as_str().unwrap());
    }
    office
}

/// Arguments of a command run by another member.
fn by<'a>(name: &'a str, args: &[&'a str], files: &'a mut Vec<String>) -> Vec<&'a str> {
    files.push(format!("{name}.words"));
    let mut all = args.to_vec();
    all.extend(["--passphrase-file", files.last().expect("it was just pushed")]);
    all
}

#[test]
fn a_reader_of_tables_gets_figures_and_no_case_file() {
    let office = office(&[("Ilan", "reader")]);
    let run = |args: &[&str]| office.run(&by("Ilan", args, &mut Vec::new()));
    let tables = run(&["report", "tables", "--json"]).succeeds();
    assert!(tables.stdout.contains("\"n_documented\":2") && !tables.stdout.contains("Velan"));
    for args in [
        &["case", "show", "families:1"][..],
        &["case", "list"],
        &["source", "list"],
        &["user", "add", "X", "--role", "keeper"],
    ] {
        let denied = run(args).ends_with(1);
        assert!(denied.stderr.contains("the role reader does not include"), "{}", denied.stderr);
        assert!(denied.stderr.contains("habeas user list") && !denied.stdout.contains("Velan"));
    }
    let members = run(&["user", "list"]).succeeds();
    assert!(members.stdout.contains("keeper") && members.stdout.contains("Ilan  (you)"), "{}", members.stdout);
}

#[test]
fn a_new_role_holds_from_the_next_command_on_and_a_membership_ends() {
    let office = office(&[("Ilan", "reader")]);
    let run = |args: &[&str]| office.run(&by("Ilan", args, &mut Vec::new()));
    run(&["case", "list"]).ends_with(1);
    office.run(&["user", "role", "Ilan", "coder"]).succeeds();
    assert!(run(&["case", "list"]).succeeds().stdout.contains("Karim Velan"));
    office.run(&["user", "remove", "Ilan", "--why", "left"]).ends_with(2);
    office.run(&["user", "remove", "Ilan", "--why", "left", "--yes"]).succeeds();
    let ended = run(&["case", "list"]);
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    let members = office.json(&["user", "list"]);
    let me = members["members"].as_array().unwrap().iter().find(|member| member["me"] == true).unwrap();
    let me = me["name"].as_str().unwrap().to_owned();
    let last = office.run(&["user", "remove", &me, "--why", "x", "--yes"]).ends_with(1);
    assert!(last.stderr.contains("only keeper"), "{}", last.stderr);
}

#[test]
fn two_computers_work_apart_and_exchange_through_a_stick() {
    let office = office(&[]);
    fs::create_dir(office.path("stick")).unwrap();
    let added = office.json(&["user", "add", "Mira", "--role", "coder", "--invitation", "mira.invitation"]);
    office.file("mira.words", added["passphrase"].as_str().unwrap());
    office.run(&["sync", "stick"]).succeeds();
    let mira = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend(["--vault", "hers", "--passphrase-file", "mira.words"]);
        office.run(&all)
    };
    mira(&["join", "stick", "hers", "--invitation", "mira.invitation", "--device", "laptop"]).succeeds();
    mira(&["import", "commission.csv", "--as", "commission"]).succeeds();
    mira(&["sync", "stick"]).succeeds();
    let came = office.json(&["sync", "stick"]);
    assert!(came["received"]["segments"].as_u64().unwrap() > 0 && came["alarms"] == serde_json::json!([]));
    assert_eq!(office.json(&["case", "list"])["total"], 4);
    office.run(&["link", "run"]).succeeds();
    office.run(&["sync", "stick"]).succeeds();
    mira(&["sync", "stick"]).succeeds();
    let hers = mira(&["case", "list", "--json"]).succeeds().stdout;
    let ours = office.run(&["case", "list", "--json"]).succeeds().stdout;
    assert_eq!(hers, ours, "both see the same persons");
    for (path, bytes) in office.files_below("stick") {
        let found = bytes.windows(5).any(|window| window == b"Velan");
        assert!(!found, "{} holds a name in clear", path.display());
    }
    let devices = office.json(&["user", "list"])["devices"].as_array().unwrap().len();
    assert_eq!(devices, 2);
}

#[test]
fn a_passphrase_is_changed_and_the_old_one_opens_nothing() {
    let office = office(&[]);
    office.file("new", "another dozen of invented words\n");
    office.run(&["passphrase", "change", "--new-passphrase-file", "new"]).succeeds();
    office.run(&["case", "list"]).ends_with(5);
    office.run(&["case", "list", "--passphrase-file", "new"]).succeeds();
}

#[test]
fn a_backup_is_restored_to_the_same_root_and_a_drill_is_noted() {
    let office = office(&[]);
    fs::create_dir(office.path("disk")).unwrap();
    let before = office.run(&["doctor", "--inside", "--json"]).stdout;
    assert!(before.contains("there was no backup yet") && before.contains("there was no restore drill yet"));
    let backup = office.json(&["backup", "disk"]);
    let drill = office.json(&["restore", "disk", "--drill"]);
    assert_eq!((drill["identical"].as_bool(), &drill["root_of_copy"]), (Some(true), &backup["root"]));
    let after = office.run(&["doctor", "--inside", "--json"]).stdout;
    assert!(after.contains("last backup was 0 days ago") && after.contains("last restore drill was 0 days ago"));
    let restored = office.json(&["restore", "disk", "again", "--device", "spare"]);
    assert_eq!(restored["root_here"], backup["root"]);
    let cases = |vault: &str| office.run(&["case", "list", "--json", "--vault", vault]).succeeds().stdout;
    assert_eq!(cases("again"), cases("vault"));
    office.run(&["restore", "disk", "again"]).ends_with(1);
}

#[test]
fn an_erased_record_is_gone_from_every_view_and_a_stub_says_why() {
    let office = office(&[]);
    let erase = ["erase", "families:1", "--reason", "consent-withdrawn", "--why", "the family asked"];
    let refused = office.run(&erase).ends_with(2);
    assert!(refused.stderr.contains("--yes"));
    assert!(office.run(&["case", "list"]).stdout.contains("Karim Velan"));
    office.run(&[&erase[..], &["--yes"]].concat()).succeeds();
    let left = office.run(&["case", "list"]).succeeds().stdout;
    assert!(!left.contains("Karim Velan") && left.contains("Sanam Osto"), "{left}");
    office.run(&["verify", "--deep"]).succeeds();
}

#[test]
fn the_past_is_shown_as_it_stood_to_the_digit() {
    let office = office(&[]);
    let tables = |more: &[&str]| -> Value { office.json(&[&["report", "tables"], more].concat()) };
    let then = tables(&[]);
    let made = office.json(&["checkpoint", "make"]);
    let id = made["checkpoint"].as_str().unwrap();
    office.run(&["import", "commission.csv", "--as", "commission"]).succeeds();
    office.run(&["link", "run"]).succeeds();
    assert_ne!(tables(&[]), then);
    assert_eq!(tables(&["--as-of", id]), then);
    assert_eq!(office.json(&["case", "list", "--as-of", id])["total"], 2);
    let estimate = office.run(&["estimate", "run", "--as-of", id, "--json"]).ends_with(4);
    assert!(estimate.stdout.contains("\"n_documented\":2"), "{}", estimate.stdout);
    office.run(&["report", "estimate"]).ends_with(1);
    let today = office.json(&["checkpoint", "list"])["checkpoints"].as_array().unwrap().len();
    assert!(today >= 1);
    office.run(&["import", "families.csv", "--as", "x", "--as-of", id]).ends_with(2);
    office.run(&["case", "list", "--as-of", "ffffffff"]).ends_with(2);
}

#[test]
fn a_checkpoint_kept_elsewhere_shows_that_the_vault_went_back() {
    let office = office(&[]);
    office.run(&["checkpoint", "make"]).succeeds();
    copy(&office, "vault", "older");
    office.run(&["import", "commission.csv", "--as", "commission"]).succeeds();
    office.run(&["checkpoint", "make"]).succeeds();
    office.run(&["checkpoint", "export", "--out", "witness.note"]).succeeds();
    office.run(&["verify", "--against", "witness.note"]).succeeds();
    let rolled_back = office.run(&["verify", "--against", "witness.note", "--vault", "older"]).ends_with(4);
    assert!(rolled_back.stdout.contains("older"), "{}", rolled_back.stdout);
    let shown = office.run(&["checkpoint", "show", "--words"]).succeeds().stdout;
    assert_eq!(shown.split_whitespace().count(), 12);
    let digits = office.run(&["checkpoint", "show", "--digits"]).succeeds().stdout;
    assert_eq!(digits.trim().replace(' ', "").len(), 40);
    office.file("other.note", "no checkpoint at all\n");
    office.run(&["verify", "--against", "other.note"]).ends_with(1);
}

#[test]
fn the_audit_says_who_did_what() {
    let office = office(&[("Ilan", "auditor")]);
    fs::create_dir(office.path("disk")).unwrap();
    office.run(&["backup", "disk"]).succeeds();
    office.run(&["report", "tables", "--csv", "tables.csv"]).succeeds();
    let erase = ["erase", "families:1", "--why", "asked", "--reason", "consent-withdrawn", "--yes"];
    office.run(&erase).succeeds();
    let read = office.run(&by("Ilan", &["audit"], &mut Vec::new())).succeeds().stdout;
    let told = [
        "gave a role to · Ilan · Auditor",
        "made a backup",
        "exported in clear · tables · 1 file",
        "erased · 2 keys · consent withdrawn",
    ];
    assert!(told.iter().all(|what| read.contains(what)) && !read.contains("Velan"), "{read}");
    let nobody = office.run(&by("Ilan", &["audit", "--user", "Ilan"], &mut Vec::new())).succeeds().stdout;
    assert!(nobody.contains("0 entries"), "{nobody}");
    office.run(&by("Ilan", &["case", "list"], &mut Vec::new())).ends_with(1);
}

#[test]
fn a_key_file_is_needed_from_the_day_it_is_added() {
    let office = office(&[]);
    office.run(&["passphrase", "add-keyfile", "stick.key"]).succeeds();
    office.run(&["case", "list"]).ends_with(5);
    office.run(&["case", "list", "--key-file", "families.csv"]).ends_with(5);
    office.run(&["case", "list", "--key-file", "stick.key"]).succeeds();
    office.file("new", "another dozen of invented words\n");
    office.run(&["passphrase", "change", "--new-passphrase-file", "new", "--key-file", "stick.key"]).succeeds();
    office.run(&["case", "list", "--passphrase-file", "new"]).ends_with(5);
    office.run(&["case", "list", "--passphrase-file", "new", "--key-file", "stick.key"]).succeeds();
}

#[test]
fn a_recovery_key_or_enough_shares_open_a_vault_whose_passphrase_is_lost() {
    let office = office(&[]);
    office.file("new", "another dozen of invented words\n").file("third", "a third dozen of invented words\n");
    assert!(office.run(&["doctor"]).stdout.contains("a lost passphrase loses everything"));
    office.run(&["recovery", "make", "--out", "paper"]).succeeds();
    office.run(&["shares", "make", "2", "3", "--out", "holders"]).succeeds();
    office.run(&["shares", "make", "4", "3", "--out", "more"]).ends_with(2);
    assert!(office.run(&["doctor"]).stdout.contains("a recovery key or shares open the vault"));
    let words = fs::read_to_string(office.path("paper")).unwrap();
    let mut wrong: Vec<&str> = words.split(' ').collect();
    wrong.swap(0, 1);
    wrong[2] = "nonsense";
    office.file("wrong", wrong.join(" "));
    let open = |words: &str| office.run(&["recovery", "open", "--words-file", words, "--new-passphrase-file", "new"]);
    open("wrong").ends_with(5);
    office.run(&["case", "list", "--passphrase-file", "new"]).ends_with(5);
    open("paper").succeeds();
    let seen = office.run(&["case", "list", "--passphrase-file", "new"]).succeeds();
    assert!(seen.stdout.contains("Karim Velan"));
    let share = |n: u8| format!("holders/share-{n}-of-3.txt");
    let (one, two) = (share(1), share(3));
    office.run(&["shares", "open", &one, "--new-passphrase-file", "third"]).ends_with(5);
    office.run(&["shares", "open", &one, &one, "--new-passphrase-file", "third"]).ends_with(5);
    office.run(&["shares", "open", &one, &two, "--new-passphrase-file", "third"]).succeeds();
    office.run(&["case", "list", "--passphrase-file", "third"]).succeeds();
    let who = office.run(&["user", "list", "--passphrase-file", "third"]).succeeds().stdout;
    assert!(who.contains("2 of 3 shares  (you)"), "{who}");
}

#[test]
fn what_is_left_behind_for_a_journey_opens_with_nothing_that_is_here_and_comes_back() {
    let office = office(&[]);
    fs::create_dir(office.path("stick")).unwrap();
    let added = office.json(&["user", "add", "Mira", "--role", "keeper", "--invitation", "mira.invitation"]);
    office.file("mira.words", added["passphrase"].as_str().unwrap());
    let leave = ["travel", "leave", "stick", "--compartments", "general,testimony,sources"];
    office.run(&["sync", "stick"]).succeeds();
    office.run(&leave).ends_with(2);
    let leave = [&leave[..], &["--yes"]].concat();
    let unsigned = office.run(&leave).ends_with(1);
    assert!(unsigned.stderr.contains("no other device has signed"), "{}", unsigned.stderr);
    let mira = ["--vault", "hers", "--passphrase-file", "mira.words"];
    office.run(&[&["join", "stick", "hers", "--invitation", "mira.invitation"], &mira[..]].concat()).succeeds();
    office.run(&[&["sync", "stick"], &mira[..]].concat()).succeeds();
    office.run(&leave).succeeds();
    assert_eq!(office.json(&["travel", "status"])["travelling"], true);
    assert!(!office.run(&["case", "list"]).stdout.contains("Velan"));
    office.run(&["travel", "return", "stick"]).succeeds();
    assert_eq!(office.json(&["travel", "status"])["travelling"], false);
    assert!(office.run(&["case", "list"]).succeeds().stdout.contains("Karim Velan"));
}

#[test]
fn a_retracted_judgement_no_longer_stands_and_the_past_still_shows_it() {
    let office = office(&[]);
    office.run(&["import", "commission.csv", "--as", "commission"]).succeeds();
    let decided = office.json(&["review", "decide", "families:1", "commission:1", "same", "--why", "one number"]);
    let id = decided["judgement"].as_str().unwrap();
    assert_eq!(office.json(&["review", "stats"])["same"], 1);
    office.run(&["retract", "000000", "--why", "x"]).ends_with(2);
    office.run(&["retract", id, "--why", "the number was misread"]).succeeds();
    assert_eq!(office.json(&["review", "stats"])["same"], 0);
    office.run(&["retract", id, "--why", "again"]).ends_with(2);
}

fn copy(office: &Office, from: &str, to: &str) {
    for (path, bytes) in office.files_below(from) {
        let target = office.path(to).join(path.strip_prefix(office.path(from)).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, bytes).unwrap();
    }
}

#[test]
fn one_record_is_proved_and_who_a_source_is_stays_apart() {
    let office = office(&[("Ilan", "coder")]);
    office.run(&["checkpoint", "prove", "families:1", "--out", "proof.json"]).ends_with(1);
    office.run(&["checkpoint", "make"]).succeeds();
    office.run(&["checkpoint", "prove", "families:1", "--out", "proof.json"]).succeeds();
    let proof: Value = serde_json::from_str(&fs::read_to_string(office.path("proof.json")).unwrap()).unwrap();
    assert!(proof["checkpoint"].as_str().unwrap().starts_with("habeas/1/") && proof["path"].is_array());
    office.file("who.txt", "a clerk of the ministry\n");
    office.run(&["source", "identity", "families"]).ends_with(1);
    office.run(&["source", "identity", "families", "--from", "who.txt"]).succeeds();
    assert_eq!(office.run(&["source", "identity", "families"]).succeeds().stdout.trim(), "a clerk of the ministry");
    let denied = office.run(&by("Ilan", &["source", "identity", "families"], &mut Vec::new())).ends_with(1);
    assert!(!denied.stderr.contains("clerk"), "the compartment was not granted");
    let audit = office.run(&["audit", "--json"]).succeeds().stdout;
    assert!(audit.contains("source-looked-up") && !audit.contains("families"), "a key can be a name: {audit}");
}
