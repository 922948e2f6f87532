//! What a text table yields, above all a bad one.

use super::super::{OpenOptions, RowEvent, Table};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::{fmt::Write, ops::ControlFlow};

/// Everything that a file yields, one line each.
fn shown(bytes: &[u8], options: &OpenOptions) -> String {
    let mut out = String::new();
    let table = match Table::open(bytes, "list.csv", options) {
        Ok(table) => table,
        Err(error) => return format!("{}: {error}\n", error.code()),
    };
    let delimiter = table.delimiter().unwrap();
    let encoding = table.encoding().unwrap().name();
    writeln!(
        out,
        "{encoding} {delimiter:?} header line {}: {}",
        table.header().line(),
        table.header().names().join("|")
    )
    .unwrap();
    for remark in table.remarks() {
        writeln!(out, "{}", remark.code()).unwrap();
    }
    table
        .rows(|event| {
            match event {
                RowEvent::Row(row) => {
                    let codes: Vec<_> = row.remarks.iter().map(|remark| remark.code()).collect();
                    let cells = row.cells.join("|");
                    writeln!(out, "{} line {} byte {}: {cells} {}", row.row, row.line, row.byte, codes.join(" "))
                }
                RowEvent::Quarantined(bad) => {
                    let (code, cells) = (bad.problem.code(), bad.cells.join("|"));
                    writeln!(out, "{} line {} byte {}: {code} [{cells}]", bad.row, bad.line, bad.byte)
                }
            }
            .unwrap();
            ControlFlow::Continue(())
        })
        .unwrap();
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn check(bytes: &[u8], expected: Expect) {
    expected.assert_eq(&shown(bytes, &OpenOptions::default()));
}

#[test]
fn every_row_knows_its_line_and_byte_also_with_blank_lines_and_crlf() {
    check(
        b"No,Name\r\n1,Adira\r\n\r\n\r\n2,Borun\r\n",
        expect![[r#"
            utf-8 ',' header line 1: No|Name
            1 line 2 byte 9: 1|Adira
            2 line 5 byte 22: 2|Borun
        "#]],
    );
}

#[test]
fn an_open_quote_costs_one_line_and_not_the_rest_of_the_file() {
    check(
        b"No,Name,Place\n1,Adira,Tiran\n2,\"Borun,Tiran\n3,Cemil,Tiran\n4,Dara,\"Tiran\nNorth\"\n5,Elan,Tiran\n",
        expect![[r#"
            utf-8 ',' header line 1: No|Name|Place
            1 line 2 byte 14: 1|Adira|Tiran
            2 line 3 byte 28: Q_OPEN_QUOTE [2,"Borun,Tiran]
            3 line 4 byte 43: 3|Cemil|Tiran
            4 line 5 byte 57: 4|Dara|Tiran
            North N_MULTILINE
            5 line 7 byte 78: 5|Elan|Tiran
        "#]],
    );
}

#[test]
fn a_file_cut_inside_a_quote_loses_its_last_line_only() {
    check(
        b"No,Name\n1,Adira\n2,\"Bor",
        expect![[r#"
            utf-8 ',' header line 1: No|Name
            1 line 2 byte 8: 1|Adira
            2 line 3 byte 16: Q_OPEN_QUOTE [2,"Bor]
        "#]],
    );
}

#[test]
fn a_quote_left_open_in_the_last_line_is_found_also_before_a_line_end() {
    check(
        b"No,Name\n1,Adira\n2,\"Bor\n\n",
        expect![[r#"
            utf-8 ',' header line 1: No|Name
            1 line 2 byte 8: 1|Adira
            2 line 3 byte 16: Q_OPEN_QUOTE [2,"Bor]
        "#]],
    );
}

#[test]
fn a_quote_inside_a_cell_is_a_letter() {
    check(
        b"No,Name\n1,Adira \"Adi\n2,Borun\n",
        expect![[r#"
            utf-8 ',' header line 1: No|Name
            1 line 2 byte 8: 1|Adira "Adi N_QUOTE
            2 line 3 byte 21: 2|Borun
        "#]],
    );
}

#[test]
fn ragged_rows_are_set_aside_with_line_and_byte_and_reading_goes_on() {
    check(
        b"No;Name;Place\n1;Adira\n2;Borun;Tiran;x\n3;Cemil;Tiran\n",
        expect![[r#"
            utf-8 ';' header line 1: No|Name|Place
            1 line 2 byte 14: Q_FIELDS [1|Adira]
            2 line 3 byte 22: Q_FIELDS [2|Borun|Tiran|x]
            3 line 4 byte 38: 3|Cemil|Tiran
        "#]],
    );
}

#[test]
fn lines_of_two_encodings_are_each_read_by_their_own_and_the_guessed_ones_say_so() {
    let mut bytes = "No,Name\n1,Núñez\n".as_bytes().to_vec();
    bytes.extend(b"2,Pe\xF1a\n3,Borun\n");
    check(
        &bytes,
        expect![[r#"
            utf-8+windows-1252 ',' header line 1: No|Name
            N_ENCODING
            1 line 2 byte 8: 1|Núñez
            2 line 3 byte 18: 2|Peña N_ENCODING_LINE
            3 line 4 byte 25: 3|Borun
        "#]],
    );
}

#[test]
fn bytes_of_utf_16_are_counted_as_they_came() {
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend("No\tName\r\n1\tکریم\r\n2\tBorun\r\n".encode_utf16().flat_map(u16::to_le_bytes));
    check(
        &bytes,
        expect![[r#"
            utf-16le '\t' header line 1: No|Name
            1 line 2 byte 20: 1|کریم
            2 line 3 byte 36: 2|Borun
        "#]],
    );
    assert_eq!(&bytes[36..38], b"2\0");
}

#[test]
fn headers_that_are_double_or_empty_are_told_apart() {
    check(
        b"\xEF\xBB\xBFName,Name,,Place\na,b,c,d\n",
        expect![[r#"
            utf-8 ',' header line 1: Name|Name #2|column 3|Place
            N_HEADER_DOUBLE
            N_HEADER_EMPTY
            1 line 2 byte 20: a|b|c|d
        "#]],
    );
}

#[test]
fn a_title_above_the_header_is_no_header() {
    check(
        b"List of the committee\n\nNo;Name;Place\n1;Adira;Tiran\n2;Borun;Tiran\n",
        expect![[r#"
            utf-8 ';' header line 3: No|Name|Place
            N_ABOVE_HEADER
            1 line 4 byte 37: 1|Adira|Tiran
            2 line 5 byte 51: 2|Borun|Tiran
        "#]],
    );
}

#[test]
fn a_nul_is_shown_and_its_byte_is_told() {
    check(
        b"No,Name\n1,Ad\0ra\n",
        expect![[r#"
            utf-8 ',' header line 1: No|Name
            1 line 2 byte 8: 1|Ad␀ra N_CONTROL
        "#]],
    );
}

#[test]
fn nothing_is_a_table_without_a_row() {
    check(
        b"",
        expect![[r#"
        E_EMPTY: the file is empty (0 bytes)
    "#]],
    );
    check(
        b"\r\n \r\n",
        expect![[r#"
        E_EMPTY: the file is empty (5 bytes)
    "#]],
    );
    check(
        b"No,Name\n",
        expect![[r#"
        utf-8 ',' header line 1: No|Name
    "#]],
    );
}

#[test]
fn a_decimal_comma_does_not_make_a_comma_table() {
    check(
        b"Name;Lat\nAdira, A.;25,5\nBorun, B.;25,6\n",
        expect![[r#"
            utf-8 ';' header line 1: Name|Lat
            1 line 2 byte 9: Adira, A.|25,5
            2 line 3 byte 24: Borun, B.|25,6
        "#]],
    );
}

#[test]
fn a_file_of_nothing_but_open_quotes_is_read_in_linear_time() {
    let mut bytes = b"a,b,c,d,e,f,g,h\n".to_vec();
    for _ in 0..200_000 {
        bytes.extend(b"x\"y,\"z\n");
    }
    let started = std::time::Instant::now();
    let table = Table::open(&bytes, "list.csv", &OpenOptions::default()).unwrap();
    let mut n_bad = 0;
    table
        .rows(|event| {
            n_bad += u32::from(matches!(event, RowEvent::Quarantined(_)));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(n_bad, 200_000);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[test]
fn a_record_beyond_the_bound_is_set_aside_and_the_next_line_is_read() {
    let mut bytes = b"No,Name\n1,".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', 3 << 20));
    bytes.extend(b"\n2,Borun\n");
    check(
        &bytes,
        expect![[r#"
            utf-8 ',' header line 1: No|Name
            1 line 2 byte 8: Q_RECORD_LENGTH []
            2 line 3 byte 3145739: 2|Borun
        "#]],
    );
}

#[test]
fn every_row_of_the_real_lists_is_read_in_its_own_encoding() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/");
    for (file, encoding, n_rows, width) in [
        ("argentina/victimas-accionar-represivo-ilegal.csv", "windows-1252", 8753, 18),
        ("argentina/victimas-accionar-represivo-ilegal-sin-denuncia-formal.csv", "windows-1252", 784, 19),
        ("argentina/parque.csv", "utf-8", 8751, 30),
        ("chile/pinochet.csv", "utf-8", 2398, 59),
        ("febrl/dataset4b.csv", "utf-8", 5000, 11),
        ("historical50k/historical_figures_with_errors_50k.csv", "utf-8", 50_578, 11),
    ] {
        let Ok(bytes) = std::fs::read(format!("{folder}{file}")) else {
            let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: the real lists are not here\n");
            return;
        };
        let table = Table::open(&bytes, file, &OpenOptions::default()).unwrap();
        let (mut n_read, mut n_bad) = (0, 0);
        table
            .rows(|event| {
                match event {
                    RowEvent::Row(_) => n_read += 1,
                    RowEvent::Quarantined(_) => n_bad += 1,
                }
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!((n_read, n_bad, table.header().width()), (n_rows, 0, width), "{file}");
        assert_eq!(table.encoding().unwrap().name(), encoding, "{file}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_read_or_refused_but_never_break_the_reader(
        bytes in prop::collection::vec(prop::sample::select(b"ab1,;\t|\"\"\n\r\n\0\xC3\xB1\xFF\xFE \xEF\xBB\xBF<P".to_vec()), 0..200)
    ) {
        shown(&bytes, &OpenOptions::default());
    }

    #[test]
    fn what_was_written_is_read_back(
        rows in prop::collection::vec(prop::collection::vec("[a-zñ\"کر,;\n ]{0,8}", 3), 1..12)
    ) {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let mut text = "h1,h2,h3\n".to_owned();
        for row in &rows {
            text += &(row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n");
        }
        let options = OpenOptions { delimiter: Some(b','), header_row: Some(1), ..OpenOptions::default() };
        let table = Table::open(text.as_bytes(), "list.csv", &options).unwrap();
        let mut read = Vec::new();
        table.rows(|event| {
            if let RowEvent::Row(row) = event { read.push(row.cells) }
            ControlFlow::Continue(())
        }).unwrap();
        prop_assert_eq!(read, rows);
    }
}
