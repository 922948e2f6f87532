//! Bad input gets a clear error, and nothing is lost.

use crate::program::Office;
use expect_test::{Expect, expect};
use std::io::Write;

/// Imports one hostile file into a vault that already holds a good one; the message must be as expected, and the vault
/// as it was.
fn refused(name: &str, bytes: impl AsRef<[u8]>, code: i32, expected: Expect) {
    let office = Office::with_vault();
    office.file("good.csv", "Name,Date taken\nKarim Velan,03/02/2015\nSanam Osto,14/08/2014\n");
    office.run(&["import", "good.csv", "--as", "good"]).succeeds();
    office.file(name, bytes);
    let run = office.run(&["import", name, "--as", "bad"]).ends_with(code);
    expected.assert_eq(&run.stderr);
    office.run(&["verify", "--deep"]).succeeds();
    let records = office.json(&["link", "run"])["records"].as_u64().unwrap();
    if code == 1 {
        assert_eq!(records, 2, "nothing of a refused file is visible");
        assert_eq!(office.json(&["source", "list"])["sources"].as_array().unwrap().len(), 1);
    } else {
        assert!(records >= 2);
    }
}

/// A zip file with these entries.
fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook with one sheet of this XML.
fn workbook(sheet: &str, strings: &str) -> Vec<u8> {
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>"#;
    let rels = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let book = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="2014" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let book_rels = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
    zipped(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", rels.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", book_rels.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

const SHEET_HEAD: &str =
    r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
const NO_STRINGS: &str = r#"<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="0" uniqueCount="0"></sst>"#;

fn small_sheet() -> String {
    let cell = |address: &str, text: &str| format!(r#"<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    format!(
        r#"{SHEET_HEAD}<row r="1">{}{}</row><row r="2">{}{}</row></sheetData></worksheet>"#,
        cell("A1", "Name"),
        cell("B1", "Date taken"),
        cell("A2", "Zarin Dorek"),
        cell("B2", "03/02/2015"),
    )
}

#[test]
fn a_workbook_comes_in_through_the_limited_process() {
    let office = Office::with_vault();
    office.file("list.xlsx", workbook(&small_sheet(), NO_STRINGS));
    let report = office.json(&["import", "list.xlsx", "--as", "sheet"]);
    assert_eq!(report["accepted"], 1);
    let case = office.json(&["case", "show", "sheet:1"]);
    assert_eq!(case["names"], serde_json::json!(["Zarin Dorek"]));
    assert!(case["questions"].to_string().contains("list.xlsx, sheet «2014», row 1, column «Name»"), "{case}");
}

#[test]
fn an_empty_file() {
    refused(
        "empty.csv",
        "",
        1,
        expect![[r#"
        error: the file is empty (0 bytes)
          where: empty.csv
          do:    ask for the file again
          Nothing was imported from this file.
    "#]],
    );
}

#[test]
fn a_web_page_that_is_named_like_a_workbook() {
    refused(
        "login.xlsx",
        "<!DOCTYPE html><html><body>please log in</body></html>",
        1,
        expect![[r#"
        error: the file is a web page, not a table
          where: login.xlsx
          do:    this is a web page, perhaps a login page: log in and download the file again
          Nothing was imported from this file.
    "#]],
    );
}

#[test]
fn a_workbook_that_is_cut_off() {
    let whole = workbook(&small_sheet(), NO_STRINGS);
    refused(
        "cut.xlsx",
        &whole[..whole.len() / 2],
        1,
        expect![[r#"
        error: the file is cut off or damaged: the central directory cannot be read
          where: cut.xlsx
          do:    ask for the file again; its bytes are kept as they came
          Nothing was imported from this file.
    "#]],
    );
}

#[test]
fn shared_strings_that_claim_four_billion_entries() {
    let strings = NO_STRINGS.replace(r#"uniqueCount="0""#, r#"uniqueCount="4294967295""#);
    refused(
        "claims.xlsx",
        workbook(&small_sheet(), &strings),
        1,
        expect![[r#"
        error: the workbook announces 4294967295 strings in 133 bytes
          where: claims.xlsx
          do:    do not open this file elsewhere; ask its sender for a CSV export
          Nothing was imported from this file.
    "#]],
    );
}

#[test]
fn a_zip_bomb() {
    let sheet = format!("{SHEET_HEAD}{}</sheetData></worksheet>", " ".repeat(300 << 20));
    refused(
        "bomb.xlsx",
        workbook(&sheet, NO_STRINGS),
        1,
        expect![[r#"
        error: the file of 307456 bytes inflates to more than 61186903 bytes
          where: bomb.xlsx
          do:    do not open this file elsewhere; ask its sender for a CSV export
          Nothing was imported from this file.
    "#]],
    );
}

#[test]
fn a_sheet_that_claims_a_billion_cells_is_two_cells() {
    let sheet = format!(
        r#"{SHEET_HEAD}<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row></sheetData></worksheet>"#
    );
    let office = Office::with_vault();
    office.file("sparse.xlsx", workbook(&sheet, NO_STRINGS));
    let run = office.run(&["import", "sparse.xlsx", "--as", "sparse", "--json"]);
    assert!(matches!(run.code, Some(0 | 1 | 3)), "{}", run.stderr);
    office.run(&["verify"]).succeeds();
}

#[test]
fn an_open_quote_costs_one_line_and_not_the_rest_of_the_file() {
    let text =
        "Name,Date taken\nKarim Velan,03/02/2015\n\"Sanam Osto,14/08/2014\nZarin Dorek,2013\nBahir Molan,22/11/2015\n";
    let office = Office::with_vault();
    office.file("quote.csv", text);
    let run = office.run(&["import", "quote.csv", "--as", "quote", "--json"]).ends_with(3);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&report["accepted"], &report["quarantined"]), (&3.into(), &1.into()));
}

#[test]
fn rows_with_too_few_or_too_many_fields_are_kept_apart() {
    let text = "Name,Date taken\nKarim Velan,03/02/2015\nSanam Osto\nZarin Dorek,2013,Corva,one more\n";
    let office = Office::with_vault();
    office.file("ragged.csv", text);
    let run = office.run(&["import", "ragged.csv", "--as", "ragged", "--json"]).ends_with(3);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&report["accepted"], &report["quarantined"]), (&1.into(), &2.into()));
}

#[test]
fn lines_of_two_encodings_are_read_line_by_line() {
    let mut bytes = "Name,Date taken\nIñaki Velan,03/02/2015\n".as_bytes().to_vec();
    bytes.extend(b"Jos\xE9 Molan,14/08/2014\n");
    let office = Office::with_vault();
    office.file("mixed.csv", bytes);
    office.run(&["import", "mixed.csv", "--as", "mixed"]).succeeds();
    let names = |address: &str| office.json(&["case", "show", address])["names"][0].as_str().unwrap().to_owned();
    assert_eq!([names("mixed:1"), names("mixed:2")], ["Iñaki Velan", "José Molan"]);
}

#[test]
fn two_columns_of_one_name_are_told_apart() {
    let office = Office::with_vault();
    office.file("double.csv", "Name,Name,Date taken\nKarim Velan,Karimo,03/02/2015\n");
    let report = office.json(&["import", "double.csv", "--as", "double"]);
    assert!(report["remarks"].to_string().contains("N_HEADER_DOUBLE"), "{report}");
    let columns = office.json(&["map", "double.csv"])["columns"].to_string();
    assert!(columns.contains("\"Name\"") && columns.contains("\"Name #2\""), "{columns}");
}

#[test]
fn a_day_that_no_calendar_has_stays_as_words() {
    let office = Office::with_vault();
    office
        .file("dates.csv", "Name,Date taken\nKarim Velan,31/02/2015\nSanam Osto,14/08/2014\nZarin Dorek,15/08/2014\n");
    let report = office.json(&["import", "dates.csv", "--as", "dates"]);
    assert_eq!((&report["accepted"], &report["with_remarks"]), (&3.into(), &1.into()));
    let case = office.json(&["case", "show", "dates:1"]);
    assert!(case.to_string().contains("31/02/2015"), "the words stay: {case}");
    assert!(!case.to_string().contains("2015-02-28"), "no day is invented: {case}");
}

#[test]
fn a_mapping_of_another_list_is_refused_with_the_missing_columns() {
    let office = Office::with_vault();
    office
        .file("a.csv", "Name,Date taken\nKarim Velan,03/02/2015\n")
        .file("b.csv", "Nombre,Fecha\nSanam Osto,14/08/2014\n");
    office.run(&["map", "a.csv", "--out", "a.toml"]).succeeds();
    let run = office.run(&["import", "b.csv", "--as", "b", "--map", "a.toml"]).ends_with(1);
    expect![[r#"
        error: 2 of 2 mapped columns are not in this file: it is another list, or a new form of it
          where: b.csv
          do:    name the file's own mapping with --map, or guess a new one: habeas map FILE --out MAP.toml
          Nothing was imported from this file.
    "#]]
    .assert_eq(&run.stderr);
}

#[test]
fn no_vault_here() {
    let office = Office::new();
    let run = office.run(&["case", "list"]).ends_with(6);
    expect![[r#"
        error: there is no vault here
          where: vault
          do:    name its folder with --vault DIR, or make one: habeas init DIR
          Nothing was changed.
    "#]]
    .assert_eq(&run.stderr);
}

#[test]
fn a_wrong_passphrase() {
    let office = Office::with_vault();
    office.file("passphrase", "another sentence altogether\n");
    let run = office.run(&["case", "list"]).ends_with(5);
    expect![[r#"
        error: the passphrase does not open this vault
          where: vault
          do:    type the passphrase again; there is no other way in than the ones that were set up
          Nothing was changed.
    "#]]
    .assert_eq(&run.stderr);
}

#[test]
fn a_second_process() {
    let office = Office::with_vault();
    let mut first =
        office.command(&["serve", "--listen", "127.0.0.1:0"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut reader = std::io::BufReader::new(first.stderr.take().unwrap());
    std::io::BufRead::read_line(&mut reader, &mut line).unwrap();
    let run = office.run(&["case", "list"]).ends_with(7);
    first.kill().unwrap();
    first.wait().unwrap();
    expect![[r#"
        error: another process holds this vault
          where: vault
          do:    close the other habeas (perhaps `habeas serve`), or wait until it ends
          Nothing was changed.
    "#]]
    .assert_eq(&run.stderr);
    office.run(&["case", "list"]).succeeds();
}

/// A list long enough that a kill lands in the middle of its import.
fn long_list(rows: usize) -> String {
    let mut text = String::from("No,Name,Date taken\n");
    for row in 0..rows {
        text.push_str(&format!("{row},Karim{row} Velan{},0{}/0{}/2015\n", row % 97, row % 9 + 1, row % 8 + 1));
    }
    text
}

#[test]
fn a_killed_import_leaves_nothing_or_all_of_the_list() {
    let office = Office::with_vault();
    office.file("good.csv", "Name,Date taken\nKarim Velan,03/02/2015\n").file("long.csv", long_list(60_000));
    office.run(&["import", "good.csv", "--as", "good"]).succeeds();
    for round in 0..6u64 {
        let mut import = office.command(&["import", "long.csv", "--as", "long"]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(350 + round * 250));
        import.kill().unwrap();
        import.wait().unwrap();
        let records = office.json(&["link", "run", "--dry-run"])["records"].as_u64().unwrap();
        assert!(records == 1 || records == 60_001, "round {round}: {records} records are visible");
        office.run(&["verify"]).succeeds();
        if records > 1 {
            return;
        }
    }
    office.run(&["import", "long.csv", "--as", "long"]).succeeds();
    assert_eq!(office.json(&["link", "run", "--dry-run"])["records"], 60_001);
}

#[test]
fn columns_that_are_all_missing_or_constant_do_not_stop_a_linkage() {
    let office = Office::new();
    office
        .file("empty.csv", "Name,Date taken\n,\n,\n,\n")
        .file("same.csv", "Name,Date taken\nX Y,2015\nX Y,2015\nX Y,2015\n");
    office.file("one.csv", "Name,Date taken\nKarim Velan,03/02/2015\n");
    for name in ["empty.csv", "same.csv", "one.csv"] {
        let linked = office.json(&["link", "files", name, "--out", "clusters.csv"]);
        let n_records = linked["records"].as_u64().unwrap();
        assert_eq!(n_records > 0, name != "empty.csv", "blank rows are no records: {linked}");
        assert!(linked["clusters"].as_u64().unwrap() <= n_records, "{name}: {linked}");
    }
}

#[test]
fn rows_of_another_list_below_the_last_one_are_set_aside() {
    let mut text = String::from("No,Name,Date taken,Age\n");
    for row in 1..=40 {
        text.push_str(&format!("{row},Karim Velan{row},0{}/03/2015,{}\n", row % 9 + 1, 20 + row));
    }
    text.push_str("Prices,2015,of rice,per sack\n");
    let office = Office::with_vault();
    office.file("two.csv", text);
    let run = office.run(&["import", "two.csv", "--as", "two", "--json"]).ends_with(3);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&report["accepted"], &report["quarantined"]), (&40.into(), &1.into()), "{report}");
    assert!(report["remarks"].to_string().contains("Q_OTHER_LIST"), "{report}");
}

#[test]
fn a_full_disk_refuses_the_import_and_keeps_what_was_there() {
    let office = Office::new();
    std::fs::create_dir(office.path("small")).unwrap();
    office.file("good.csv", "Name,Date taken\nKarim Velan,03/02/2015\n").file("long.csv", long_list(40_000));
    let script = r#"
        mount -t tmpfs -o size=3m none small || exit 77
        "$HABEAS" init small/vault >/dev/null 2>&1 || exit 78
        "$HABEAS" import good.csv --as good >/dev/null 2>&1 || exit 79
        "$HABEAS" import long.csv --as long; echo "ended with $?"
        "$HABEAS" verify >/dev/null 2>&1; echo "verify ended with $?"
        "$HABEAS" link run --dry-run --json 2>/dev/null
    "#;
    let mut command = std::process::Command::new("unshare");
    command
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .current_dir(office.path("."))
        .env("HABEAS", env!("CARGO_BIN_EXE_habeas"))
        .env("HABEAS_VAULT", office.path("small/vault"))
        .env("HABEAS_PASSPHRASE_FILE", office.path("passphrase"));
    let output = match command.output() {
        Ok(output) if output.status.code() != Some(77) && !output.stdout.is_empty() => output,
        _ => {
            println!("skipped: this system does not let tests mount a small disk of their own");
            return;
        }
    };
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(stdout.contains("ended with 1\nverify ended with 0\n"), "{stdout}\n{stderr}");
    assert!(stdout.contains(r#""records":1,"#), "what was there before stays: {stdout}");
    assert!(stderr.contains("error:") && stderr.contains("do:") && stderr.contains("Nothing was imported"), "{stderr}");
}
