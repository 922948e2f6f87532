//! The parse worker as a real child process, above all with files that mean harm.
//!
//! The test program is its own worker: started with `parse-worker` it serves and ends. Hence no test harness.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test program with a harness of its own")]

use habeas_intake::{
    limits::Limits,
    table::{CellKind, FileRemark, OpenOptions, RowEvent, Table, TableError},
    worker::{WorkerProgram, probe, serve},
};
use std::{
    io::{Cursor, Write},
    ops::ControlFlow,
    process::ExitCode,
    time::Instant,
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("parse-worker") {
        return serve(std::io::stdin().lock(), std::io::stdout().lock());
    }
    if std::env::args().nth(1).as_deref() == Some("hijacked") {
        return hijacked();
    }
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let tests: &[(&str, fn())] = &[
        ("an_honest_workbook_is_read_with_kinds_and_sheet_rows", an_honest_workbook_is_read_with_kinds_and_sheet_rows),
        (
            "the_header_may_stand_below_a_title_on_the_sheet_that_was_named",
            the_header_may_stand_below_a_title_on_the_sheet_that_was_named,
        ),
        ("two_far_cells_are_two_cells_and_no_billion", two_far_cells_are_two_cells_and_no_billion),
        ("a_bomb_is_stopped_by_counting", a_bomb_is_stopped_by_counting),
        ("a_false_count_of_strings_reserves_nothing", a_false_count_of_strings_reserves_nothing),
        ("a_cut_workbook_is_damaged", a_cut_workbook_is_damaged),
        ("a_web_page_called_xlsx_is_a_web_page", a_web_page_called_xlsx_is_a_web_page),
        ("a_workbook_called_csv_is_read_as_a_workbook", a_workbook_called_csv_is_read_as_a_workbook),
        (
            "a_container_that_points_outside_or_doubles_a_name_is_refused",
            a_container_that_points_outside_or_doubles_a_name_is_refused,
        ),
        (
            "a_container_whose_sizes_lie_or_whose_entries_overlap_is_refused",
            a_container_whose_sizes_lie_or_whose_entries_overlap_is_refused,
        ),
        (
            "dates_of_a_workbook_that_counts_from_1904_are_four_years_later",
            dates_of_a_workbook_that_counts_from_1904_are_four_years_later,
        ),
        ("a_sheet_whose_rows_go_back_is_damaged", a_sheet_whose_rows_go_back_is_damaged),
        (
            "a_probe_tells_which_layers_hold_and_knows_what_is_no_worker",
            a_probe_tells_which_layers_hold_and_knows_what_is_no_worker,
        ),
        ("every_refusal_says_what_is_wrong_and_what_to_do", every_refusal_says_what_is_wrong_and_what_to_do),
        ("formulas_are_never_computed_and_errors_are_no_values", formulas_are_never_computed_and_errors_are_no_values),
        ("an_open_document_is_read", an_open_document_is_read),
        (
            "an_open_document_that_claims_a_billion_cells_costs_a_child",
            an_open_document_that_claims_a_billion_cells_costs_a_child,
        ),
        ("a_worker_that_says_nothing_is_no_answer", a_worker_that_says_nothing_is_no_answer),
        ("a_worker_that_is_no_worker_is_no_answer", a_worker_that_is_no_worker_is_no_answer),
        ("what_is_shut_in_opens_no_file_and_reaches_no_network", what_is_shut_in_opens_no_file_and_reaches_no_network),
        ("random_damage_to_a_workbook_never_breaks_the_parent", random_damage_to_a_workbook_never_breaks_the_parent),
        ("every_row_of_a_real_workbook_is_read", every_row_of_a_real_workbook_is_read),
    ];
    let mut n_run = 0;
    for (name, test) in tests.iter().filter(|(name, _)| name.contains(&wanted)) {
        let started = Instant::now();
        test();
        n_run += 1;
        println!("test {name} ... ok ({} ms)", started.elapsed().as_millis());
    }
    println!("test result: ok. {n_run} passed");
    ExitCode::SUCCESS
}

fn options() -> OpenOptions {
    let program = std::env::current_exe().unwrap();
    OpenOptions { worker: Some(WorkerProgram { program, args: vec!["parse-worker".into()] }), ..OpenOptions::default() }
}

fn error_of(bytes: &[u8], options: &OpenOptions) -> TableError {
    match Table::open(bytes, "list.xlsx", options) {
        Err(error) => error,
        Ok(table) => table.rows(|_| ControlFlow::Continue(())).expect_err("this file must be refused"),
    }
}

fn rows_of(table: &Table<'_>) -> Vec<RowEvent> {
    let mut rows = Vec::new();
    table
        .rows(|event| {
            rows.push(event);
            ControlFlow::Continue(())
        })
        .unwrap();
    rows
}

fn words(rows: &[RowEvent]) -> Vec<(u64, u64, Vec<&str>)> {
    rows.iter()
        .map(|event| match event {
            RowEvent::Row(row) => (row.row, row.line, row.cells.iter().map(String::as_str).collect()),
            RowEvent::Quarantined(bad) => (bad.row, bad.line, vec![bad.problem.code()]),
        })
        .collect()
}

fn zip_of(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let stored = *name == "mimetype";
        let method = if stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook put together by hand around the data of one sheet.
fn xlsx_of(sheet_data: &str, strings: &str) -> Vec<u8> {
    xlsx_with("", sheet_data, strings)
}

fn xlsx_with(properties: &str, sheet_data: &str, strings: &str) -> Vec<u8> {
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#;
    let root = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let book = format!(
        r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{properties}<sheets><sheet name="2014" sheetId="1" r:id="r1"/></sheets></workbook>"#
    );
    let rels = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
    let styles = r#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let sheet = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet_data}</sheetData></worksheet>"#
    );
    zip_of(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
    ])
}

const NO_STRINGS: &str =
    r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="0" uniqueCount="0"></sst>"#;

fn inline(cell: &str, words: &str) -> String {
    format!(r#"<c r="{cell}" t="inlineStr"><is><t>{words}</t></is></c>"#)
}

fn honest() -> Vec<u8> {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("2014").unwrap();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    for (column, name) in ["No", "Name", "Date", "Fee"].iter().enumerate() {
        sheet.write(0, column as u16, *name).unwrap();
    }
    sheet.write(1, 0, 1).unwrap();
    sheet.write(1, 1, "Adira کریم").unwrap();
    sheet.write_with_format(1, 2, ExcelDateTime::from_ymd(2014, 3, 5).unwrap(), &date).unwrap();
    sheet.write(1, 3, 12.5).unwrap();
    sheet.write(3, 0, 3_520_000_000_000_000_f64).unwrap();
    sheet.write(3, 1, "Borun").unwrap();
    let second = book.add_worksheet().set_name("notes").unwrap();
    second.write(0, 0, "Committee of Tiran").unwrap();
    for (column, name) in ["No", "Name", "Place"].iter().enumerate() {
        second.write(4, column as u16, *name).unwrap();
        second.write(5, column as u16, format!("{name} of the first")).unwrap();
    }
    book.save_to_buffer().unwrap()
}

fn an_honest_workbook_is_read_with_kinds_and_sheet_rows() {
    let bytes = honest();
    let table = Table::open(&bytes, "list.xlsx", &options()).unwrap();
    assert_eq!(table.header().names(), ["No", "Name", "Date", "Fee"]);
    assert_eq!((table.sheet(), table.sheets().len()), ("2014", 2));
    let codes: Vec<_> = table.remarks().iter().map(FileRemark::code).collect();
    assert!(codes.contains(&"N_OTHER_SHEETS"), "{codes:?}");
    let rows = rows_of(&table);
    assert_eq!(
        words(&rows),
        [(1, 2, vec!["1", "Adira کریم", "2014-03-05", "12.5"]), (2, 4, vec!["3520000000000000", "Borun", "", ""])]
    );
    let RowEvent::Row(first) = &rows[0] else { panic!() };
    assert_eq!(first.kinds[2], CellKind::Date { serial: 41703.0, from_1904: false });
    let RowEvent::Row(second) = &rows[1] else { panic!() };
    assert_eq!(second.remarks[0].code(), "N_ID_PRECISION");
}

fn the_header_may_stand_below_a_title_on_the_sheet_that_was_named() {
    let bytes = honest();
    let named = OpenOptions { sheet: Some("notes".to_owned()), ..options() };
    let table = Table::open(&bytes, "list.xlsx", &named).unwrap();
    assert_eq!((table.header().line(), table.header().names().len()), (5, 3));
    assert_eq!(words(&rows_of(&table)).len(), 1);
    let absent = OpenOptions { sheet: Some("2015".to_owned()), ..options() };
    assert_eq!(error_of(&bytes, &absent), TableError::NoSheet { sheets: 2 });
}

fn two_far_cells_are_two_cells_and_no_billion() {
    let data = format!(
        r#"<row r="1">{}</row><row r="1048576">{}</row>"#,
        inline("A1", "Name"),
        inline("XFD1048576", "far away")
    );
    let bytes = xlsx_of(&data, NO_STRINGS);
    let table = Table::open(&bytes, "list.xlsx", &options()).unwrap();
    assert_eq!(table.header().names(), ["Name"]);
    assert_eq!(words(&rows_of(&table)), [(1, 1_048_576, vec!["Q_FAR_CELL"])]);
}

fn a_bomb_is_stopped_by_counting() {
    let data = format!(r#"<row r="1">{}</row>{}"#, inline("A1", "Name"), " ".repeat(300 << 20));
    let bytes = xlsx_of(&data, NO_STRINGS);
    assert!(bytes.len() < 1 << 20);
    let started = Instant::now();
    match error_of(&bytes, &options()) {
        TableError::Bomb { packed, inflated } => {
            assert_eq!(packed, bytes.len() as u64);
            assert!(inflated < 100 << 20, "{inflated}");
        }
        other => panic!("{other:?}"),
    }
    assert!(started.elapsed().as_secs() < 10);
}

fn a_false_count_of_strings_reserves_nothing() {
    let strings = NO_STRINGS.replace("uniqueCount=\"0\"", "uniqueCount=\"4294967295\"");
    let bytes = xlsx_of(&format!(r#"<row r="1">{}</row>"#, inline("A1", "Name")), &strings);
    let error = error_of(&bytes, &options());
    assert!(matches!(error, TableError::FalseCount { announced: 4_294_967_295, .. }), "{error:?}");
    assert_eq!(error.code(), "E_BOMB");
}

fn a_cut_workbook_is_damaged() {
    let bytes = honest();
    let error = error_of(&bytes[..bytes.len() / 2], &options());
    assert_eq!(error.to_string(), "the file is cut off or damaged: the central directory cannot be read");
    assert_eq!(error.code(), "E_DAMAGED");
}

fn a_web_page_called_xlsx_is_a_web_page() {
    let error = error_of(b"<!DOCTYPE html><html><body>Please log in</body></html>", &options());
    assert_eq!(error.to_string(), "the file is a web page, not a table");
    assert!(error.remedy().contains("log in and download"));
}

fn a_workbook_called_csv_is_read_as_a_workbook() {
    let bytes = honest();
    let table = Table::open(&bytes, "list.csv", &options()).unwrap();
    assert!(table.remarks().iter().any(|remark| remark.code() == "N_TYPE"));
    assert_eq!(rows_of(&table).len(), 2);
}

fn a_container_that_points_outside_or_doubles_a_name_is_refused() {
    let outside = zip_of(&[("xl/workbook.xml", b"<x/>"), ("../../outside.xml", b"<x/>")]);
    assert_eq!(error_of(&outside, &options()).code(), "E_ZIP");
    // The writer refuses a double name, so one is made by renaming.
    let mut double = zip_of(&[("xl/workbook.xml", b"<x/>"), ("xl/workbooj.xml", b"<y/>")]);
    let at: Vec<usize> = double.windows(4).enumerate().filter(|(_, w)| *w == b"booj").map(|(at, _)| at).collect();
    at.into_iter().for_each(|at| double[at + 3] = b'k');
    assert!(matches!(error_of(&double, &options()).code(), "E_ZIP" | "E_DAMAGED"));
}

/// Overwrites four bytes at an offset behind the `n`th occurrence of a signature.
fn patch(bytes: &mut [u8], signature: &[u8], n: usize, offset: usize, value: u32) {
    let at = bytes.windows(4).enumerate().filter(|(_, w)| *w == signature).nth(n).unwrap().0 + offset;
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn a_container_whose_sizes_lie_or_whose_entries_overlap_is_refused() {
    let honest = zip_of(&[("xl/workbook.xml", &[b'x'; 5000]), ("xl/other.xml", &[b'y'; 5000])]);
    for lie in [7, 50_000, u32::MAX] {
        let mut lying = honest.clone();
        patch(&mut lying, b"PK\x03\x04", 1, 22, lie);
        patch(&mut lying, b"PK\x01\x02", 1, 24, lie);
        let code = error_of(&lying, &options()).code();
        assert!(matches!(code, "E_ZIP" | "E_DAMAGED"), "{lie}: {code}");
    }
    let mut overlapping = honest;
    patch(&mut overlapping, b"PK\x01\x02", 1, 42, 0);
    assert_eq!(error_of(&overlapping, &options()).code(), "E_ZIP");
}

fn dates_of_a_workbook_that_counts_from_1904_are_four_years_later() {
    let data = format!(r#"<row r="1">{}</row><row r="2"><c r="A2" s="1"><v>41703</v></c></row>"#, inline("A1", "Date"));
    let plain = xlsx_with("", &data, NO_STRINGS);
    let table = Table::open(&plain, "list.xlsx", &options()).unwrap();
    assert_eq!(words(&rows_of(&table)), [(1, 2, vec!["2014-03-05"])]);
    let later = xlsx_with(r#"<workbookPr date1904="1"/>"#, &data, NO_STRINGS);
    let table = Table::open(&later, "list.xlsx", &options()).unwrap();
    assert_eq!(words(&rows_of(&table)), [(1, 2, vec!["2018-03-06"])]);
    assert!(table.remarks().iter().any(|remark| remark.code() == "N_EPOCH_1904"));
}

fn a_sheet_whose_rows_go_back_is_damaged() {
    let data = format!(r#"<row r="5">{}</row><row r="2">{}</row>"#, inline("A5", "Name"), inline("A2", "x"));
    assert_eq!(error_of(&xlsx_of(&data, NO_STRINGS), &options()).code(), "E_DAMAGED");
}

fn a_probe_tells_which_layers_hold_and_knows_what_is_no_worker() {
    let worker = options().worker.unwrap();
    let layers: Vec<&str> = probe(&worker).unwrap().into_iter().map(|(layer, _)| layer).collect();
    assert_eq!(layers, ["resource limits", "process flags", "landlock", "system call filter"]);
    assert!(probe(&WorkerProgram { program: "/bin/true".into(), args: Vec::new() }).is_err());
}

fn every_refusal_says_what_is_wrong_and_what_to_do() {
    let small = OpenOptions { limits: Limits { file_bytes: 10, ..Limits::default() }, ..options() };
    let text = |bytes: &[u8], options: &OpenOptions| {
        let error = error_of(bytes, options);
        format!("{}: {error}\n  do: {}\n", error.code(), error.remedy())
    };
    let ole = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &wide("EncryptedPackage")].concat();
    let shown: String = [
        text(b"", &options()),
        text(b"<html><body>Please log in", &options()),
        text(b"%PDF-1.7", &options()),
        text(&ole, &options()),
        text(b"No,Name\n1,Adira\n", &small),
        text(&honest(), &OpenOptions { worker: None, ..options() }),
        text(b"No,Name\n1,Adira\n", &OpenOptions { header_row: Some(9), ..options() }),
    ]
    .concat();
    expect_test::expect![[r#"
        E_EMPTY: the file is empty (0 bytes)
          do: ask for the file again
        E_TYPE: the file is a web page, not a table
          do: this is a web page, perhaps a login page: log in and download the file again
        E_TYPE: the file is a PDF, not a table
          do: add it as a text with `habeas source add`
        E_LOCKED: the file is locked with a password
          do: open it with its password and save it without one; the password is never stored here
        E_SIZE: the file has 16 bytes, more than the 10 that are read
          do: split the file, or read it all the same: --limit file=2GiB
        E_NO_WORKER: the parse worker cannot be started
          do: this is a fault of the program: report it, without the file
        E_NO_HEADER: no header was found
          do: name the row that holds the headers: `header_row` in the mapping
    "#]]
    .assert_eq(&shown);
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn formulas_are_never_computed_and_errors_are_no_values() {
    let data = format!(
        r#"<row r="1">{}{}</row><row r="2"><c r="A2"><f>1+1</f></c><c r="B2"><f>1+1</f><v>7</v></c></row><row r="3"><c r="A3" t="e"><v>#REF!</v></c></row>"#,
        inline("A1", "Name"),
        inline("B1", "Sum")
    );
    let bytes = xlsx_of(&data, NO_STRINGS);
    let table = Table::open(&bytes, "list.xlsx", &options()).unwrap();
    let rows = rows_of(&table);
    assert_eq!(words(&rows), [(1, 2, vec!["=1+1", "7"]), (2, 3, vec!["#REF!", ""])]);
    let (RowEvent::Row(first), RowEvent::Row(second)) = (&rows[0], &rows[1]) else { panic!() };
    assert_eq!(first.kinds, [CellKind::FormulaOnly, CellKind::Number(7.0)]);
    assert_eq!(first.remarks[0].code(), "N_FORMULA_ONLY");
    assert_eq!((second.kinds[0], second.remarks[0].code()), (CellKind::Error, "N_ERROR_VALUE"));
}

fn ods_of(table: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="2014">{table}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    let manifest = r#"<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>"#;
    zip_of(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ])
}

fn ods_cell(words: &str) -> String {
    format!(r#"<table:table-cell office:value-type="string"><text:p>{words}</text:p></table:table-cell>"#)
}

fn an_open_document_is_read() {
    let date = r#"<table:table-cell office:value-type="date" office:date-value="2014-03-05"><text:p>05/03/14</text:p></table:table-cell>"#;
    let bytes = ods_of(&format!(
        "<table:table-row>{}{}</table:table-row><table:table-row>{}{date}</table:table-row>",
        ods_cell("Name"),
        ods_cell("Date"),
        ods_cell("کریم")
    ));
    let table = Table::open(&bytes, "list.ods", &options()).unwrap();
    assert_eq!(table.kind().code(), "ods");
    assert_eq!(words(&rows_of(&table)), [(1, 2, vec!["کریم", "2014-03-05"])]);
    assert!(table.remarks().iter().any(|remark| remark.code() == "N_LOSSY"));
}

fn an_open_document_that_claims_a_billion_cells_costs_a_child() {
    let wide = r#"<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string" table:number-columns-repeated="1000"><text:p>x</text:p></table:table-cell></table:table-row>"#;
    let bytes = ods_of(&format!("<table:table-row>{}</table:table-row>{wide}", ods_cell("Name")));
    let started = Instant::now();
    let code = error_of(&bytes, &options()).code();
    assert!(matches!(code, "E_CELLS" | "E_PARSER_LIMIT"), "{code}");
    assert!(started.elapsed().as_secs() < 30);
}

fn a_worker_that_says_nothing_is_no_answer() {
    let limits = Limits { worker_wall_seconds: 1, ..Limits::default() };
    let worker = WorkerProgram { program: "/bin/sleep".into(), args: vec!["30".into()] };
    let started = Instant::now();
    let error = error_of(&honest(), &OpenOptions { limits, worker: Some(worker), ..OpenOptions::default() });
    assert_eq!(error, TableError::ParserLimit);
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

fn a_worker_that_is_no_worker_is_no_answer() {
    for (program, expected) in
        [("/bin/false", "E_PARSER_LIMIT"), ("/bin/cat", "E_PARSER_ANSWER"), ("/no/such/program", "E_NO_WORKER")]
    {
        let worker = WorkerProgram { program: program.into(), args: Vec::new() };
        let error = error_of(&honest(), &OpenOptions { worker: Some(worker), ..OpenOptions::default() });
        assert_eq!(error.code(), expected, "{program}");
    }
}

/// Shuts itself in by serving one request, then tries what a hijacked parser would try; the code tells what worked.
fn hijacked() -> ExitCode {
    let request = serde_json::json!({"format": "xlsx", "sheet": null, "first_rows": null, "limits": Limits::default()});
    let json = serde_json::to_vec(&request).unwrap();
    let mut input = (json.len() as u32).to_le_bytes().to_vec();
    input.extend(json);
    let served = serve(input.as_slice(), std::io::sink());
    if served != ExitCode::SUCCESS {
        return ExitCode::from(100);
    }
    let opened = std::fs::File::open("/etc/hosts").is_ok();
    let wrote = std::fs::File::create("/tmp/habeas-probe").is_ok();
    let bound = std::net::TcpListener::bind("127.0.0.1:0").is_ok();
    let started = std::process::Command::new("/bin/true").status().is_ok_and(|status| status.success());
    ExitCode::from(u8::from(opened) | u8::from(wrote) << 1 | u8::from(bound) << 2 | u8::from(started) << 3)
}

fn what_is_shut_in_opens_no_file_and_reaches_no_network() {
    if !cfg!(target_os = "linux") {
        println!("skipped: this system has no layers");
        return;
    }
    let program = std::env::current_exe().unwrap();
    let status = std::process::Command::new(program).arg("hijacked").status().unwrap();
    assert_eq!(status.code(), Some(0), "1 = opened a file, 2 = made one, 4 = opened a port, 8 = started a program");
}

/// Bytes changed by a small generator with a fixed seed, so that a failure comes again.
fn random_damage_to_a_workbook_never_breaks_the_parent() {
    let bytes = honest();
    let mut state = 0x9E37_79B9_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for _ in 0..60 {
        let mut broken = bytes.clone();
        for _ in 0..1 + next() % 8 {
            let at = next() % broken.len();
            broken[at] = next() as u8;
        }
        if let Ok(table) = Table::open(&broken, "list.xlsx", &options()) {
            let _ = table.rows(|_| ControlFlow::Continue(()));
        }
    }
}

fn every_row_of_a_real_workbook_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/chile/pinochet.xlsx");
    let Ok(bytes) = std::fs::read(path) else {
        println!("skipped: no file at {path}");
        return;
    };
    let table = Table::open(&bytes, "pinochet.xlsx", &options()).unwrap();
    let rows = rows_of(&table);
    // Its first column has no name: it is the row number that the writing program added.
    assert_eq!((table.header().width(), rows.len()), (60, 2398));
    assert!(rows.iter().all(|row| matches!(row, RowEvent::Row(_))));
}
