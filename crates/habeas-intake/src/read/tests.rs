use super::*;
use crate::mapping::guess;
use expect_test::{Expect, expect};
use habeas_core::{Polarity, Predicate, Value};
use proptest::prelude::*;
use std::fmt::Write;

fn strings(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn reader(columns: &[(&str, &str)], rest: &str) -> Reader {
    let entries: Vec<String> =
        columns.iter().map(|(header, field)| format!("{{ header = \"{header}\", field = {field} }}")).collect();
    let text = format!("format = \"habeas-mapping/1\"\ncolumn = [{}]\n{rest}", entries.join(", "));
    let header: Vec<String> = columns.iter().map(|(header, _)| (*header).to_owned()).collect();
    Reader::new(&header, Mapping::parse(&text).unwrap()).unwrap()
}

fn row(cells: &[&str]) -> InputRow {
    InputRow { row: 1, line: 2, byte: 0, cells: strings(cells), hints: Vec::new() }
}

/// Claims with their words, then remarks, one a line.
fn show(outcome: &RowOutcome) -> String {
    let mut out = String::new();
    match outcome {
        RowOutcome::Accepted(draft) => {
            for claim in &draft.claims {
                let words: Vec<&str> = claim.passage.spans().map(|span| span.of(&draft.cells).unwrap()).collect();
                let value = match &claim.value {
                    Value::Date(date) => date.to_string(),
                    Value::Name(name) => {
                        name.parts.iter().map(|p| format!("{:?} {}", p.role, p.text)).collect::<Vec<_>>().join(", ")
                    }
                    Value::Place(place) => {
                        format!("{:?} {:?}", place.parts, place.point.map(|p| (p.latitude, p.longitude)))
                    }
                    other => format!("{other:?}"),
                };
                assert_eq!(claim.polarity, Polarity::Affirms);
                writeln!(out, "{} = {value} ⟵ {}", claim.predicate.code(), words.join(" · ")).unwrap();
            }
            for remark in &draft.remarks {
                writeln!(out, "{} {:?}", remark.code(), remark.column()).unwrap();
            }
        }
        RowOutcome::Quarantined(row) => writeln!(out, "{} {:?}", row.problem.code(), row.problem.column()).unwrap(),
        RowOutcome::Skipped { why, .. } => writeln!(out, "skipped: {why:?}").unwrap(),
    }
    out
}

fn check(reader: &mut Reader, cells: &[&str], expected: Expect) {
    expected.assert_eq(&show(&reader.row(row(cells))));
}

#[test]
fn a_row_becomes_claims_that_rest_on_its_words() {
    let mut reader = reader(
        &[
            ("No", "\"list-id\""),
            ("Name", "\"name\", parts = \"family, given\""),
            ("Father", "\"name.father\""),
            ("Taken", "\"event.date\", event = \"taken\", order = \"dmy\""),
            ("Place", "\"event.place\", event = \"taken\", within = [\"Turma\"]"),
            ("Lat", "\"event.latitude\", event = \"taken\""),
            ("Long", "\"event.longitude\", event = \"taken\""),
            ("Age", "\"age\""),
            ("Status", "\"event\", values = { \"body found\" = { event = \"found-dead\", fate = \"dead-reported\" } }"),
            ("By", "\"event.alleged-perpetrator\", event = \"taken\""),
        ],
        "",
    );
    check(
        &mut reader,
        &[
            "7",
            " Tolan, Mirak ",
            "Sohrab",
            "05/03/2014",
            "Old town, Kolmar",
            "26.5",
            "64.2",
            "26",
            "Body Found",
            "men in uniform",
        ],
        expect![[r#"
            name = Family Tolan, Given Mirak ⟵ Tolan, Mirak
            father-name = Father Sohrab ⟵ Sohrab
            list-number = Words ⟵ 7
            event-date.taken = 2014-03-05 ⟵ 05/03/2014
            age = Age(Age { low: 26, high: 26 }) ⟵ 26
            event-place.taken = ["Old town", "Kolmar", "Turma"] Some((26.5, 64.2)) ⟵ Old town, Kolmar · 26.5 · 64.2
            perpetrator.taken = Words ⟵ men in uniform
            event.found-dead = Occurred ⟵ Body Found
            fate = Fate(DeadReported) ⟵ Body Found
        "#]],
    );
}

#[test]
fn words_that_cannot_be_read_are_kept_with_a_remark() {
    let mut reader = reader(
        &[
            ("Name", "\"name\""),
            ("Taken", "\"event.date\", event = \"taken\", order = \"dmy\""),
            ("Age", "\"age\""),
            ("Sex", "\"sex\""),
            ("Status", "\"event\""),
            ("Lat", "\"event.latitude\", event = \"taken\""),
            ("Long", "\"event.longitude\", event = \"taken\""),
        ],
        "",
    );
    check(
        &mut reader,
        &["Mirak Tolan and his two cousins", "31/02/2015", "26", "unclear", "on a list", "95", "64"],
        expect![[r#"
            name = Unassigned Mirak Tolan and his two cousins ⟵ Mirak Tolan and his two cousins
            sex = Words ⟵ unclear
            event-date.taken = Words ⟵ 31/02/2015
            age = Age(Age { low: 26, high: 26 }) ⟵ 26
            attribute = Words ⟵ on a list
            N_SEVERAL_PEOPLE Some(0)
            N_SEX_UNREAD Some(3)
            N_DATE_IMPOSSIBLE Some(1)
            N_COORDINATES Some(5)
            N_STATUS_UNREAD Some(4)
        "#]],
    );
}

#[test]
fn a_date_and_its_place_in_one_cell_have_words_of_their_own() {
    let mut reader = reader(
        &[("Name", "\"name\""), ("What", "\"event.date-place\", event = \"taken\", order = \"dmy\"")],
        "[file]\nnull = [\"---\", \"sin datos fecha\", \"sin datos lugar\"]\n",
    );
    check(
        &mut reader,
        &["Ana", "NOV/1976   SAN MARCOS  RIO ALTO"],
        expect![[r#"
            name = Unassigned Ana ⟵ Ana
            event-date.taken = 1976-11 ⟵ NOV/1976
            event-place.taken = ["SAN MARCOS", "RIO ALTO"] None ⟵ SAN MARCOS  RIO ALTO
        "#]],
    );
    check(
        &mut reader,
        &["Ana", "sin datos fecha   SAN MARCOS"],
        expect![[r#"
            name = Unassigned Ana ⟵ Ana
            event-place.taken = ["SAN MARCOS"] None ⟵ SAN MARCOS
        "#]],
    );
    check(
        &mut reader,
        &["Ana", "1º/03/1976   sin datos lugar"],
        expect![[r#"
            name = Unassigned Ana ⟵ Ana
            event-date.taken = 1976-03-01 ⟵ 1º/03/1976
        "#]],
    );
    check(
        &mut reader,
        &["Ana", "---"],
        expect![[r#"
        name = Unassigned Ana ⟵ Ana
    "#]],
    );
}

#[test]
fn columns_that_repeat_a_date_say_it_once_and_contradictions_are_kept() {
    let columns = [
        ("Name", "\"name\""),
        ("Day", "\"event.date\", event = \"taken\""),
        ("Month", "\"event.date\", event = \"taken\", placeholder = \"first-of-month\""),
        ("Born", "\"birth.date\""),
        ("Year", "\"birth.year\""),
    ];
    let mut reader = reader(&columns, "");
    check(
        &mut reader,
        &["Ana", "1973-09-12", "1973-09-01", "1950-02-03", "1950"],
        expect![[r#"
            name = Unassigned Ana ⟵ Ana
            event-date.taken = 1973-09-12 ⟵ 1973-09-12
            birth-date = 1950-02-03 ⟵ 1950-02-03
        "#]],
    );
    check(
        &mut reader,
        &["Ana", "", "1973-09-01", "", "1950"],
        expect![[r#"
            name = Unassigned Ana ⟵ Ana
            event-date.taken = 1973-09 ⟵ 1973-09-01
            birth-date = 1950 ⟵ 1950
        "#]],
    );
    check(
        &mut reader,
        &["Ana", "1973-09-12", "1974-09-01", "1950-02-03", "1951"],
        expect![[r#"
            name = Unassigned Ana ⟵ Ana
            event-date.taken = 1973-09-12 ⟵ 1973-09-12
            event-date.taken = 1974-09 ⟵ 1974-09-01
            birth-date = 1950-02-03 ⟵ 1950-02-03
            birth-date = 1951 ⟵ 1951
            N_DISAGREES Some(2)
            N_DISAGREES Some(4)
        "#]],
    );
}

#[test]
fn names_and_places_in_several_columns_are_one_name_and_one_place() {
    let columns = [
        ("Given", "\"name.given\""),
        ("Family", "\"name.family\""),
        ("Country", "\"birth.place\", level = \"country\""),
        ("Town", "\"birth.place\", level = \"settlement\""),
        ("Called", "\"name.alias\""),
        ("Work", "\"occupation\""),
        ("Detail", "\"occupation\""),
    ];
    check(
        &mut reader(&columns, ""),
        &[" Ana Luz", "Quiroz", "Turma", "San Marcos", "Nena, la Flaca", "worker", "weaver"],
        expect![[r#"
            name = Given Ana Luz, Family Quiroz ⟵ Ana Luz · Quiroz
            alias = Unassigned Nena ⟵ Nena
            alias = Unassigned la Flaca ⟵ la Flaca
            birth-place = ["San Marcos", "Turma"] None ⟵ San Marcos · Turma
            occupation = Words ⟵ worker · weaver
        "#]],
    );
}

#[test]
fn rows_that_are_no_records_are_skipped_and_said_so() {
    let rest = "[file]\nskip = [{ column = \"A\", matches = \"^Total\", why = \"totals row\" }]\n";
    let mut reader = reader(&[("Name", "\"name\""), ("Age", "\"age\"")], rest);
    for (cells, why) in [
        (["", "  "], SkipReason::Blank),
        (["Name", "Age "], SkipReason::HeaderAgain),
        (["Total: 12", ""], SkipReason::Rule { rule: 0 }),
    ] {
        assert_eq!(reader.row(row(&cells)), RowOutcome::Skipped { row: 1, why });
    }
}

#[test]
fn a_row_of_another_list_or_a_shifted_one_is_set_aside() {
    let columns =
        [("Name", "\"name\""), ("Age", "\"age\""), ("Taken", "\"event.date\", event = \"taken\""), ("Sex", "\"sex\"")];
    let mut reader = reader(&columns, "");
    check(
        &mut reader,
        &["17", "Mirak Tolan", "weaver", "Kolmar"],
        expect![[r#"
        Q_OTHER_LIST None
    "#]],
    );
    check(
        &mut reader,
        &["2014-03-05", "Mirak", "Kolmar", ""],
        expect![[r#"
        Q_OTHER_LIST None
    "#]],
    );
    check(
        &mut reader,
        &["too", "few"],
        expect![[r#"
        Q_FIELDS None
    "#]],
    );
}

#[test]
fn a_mapping_may_want_rows_with_unread_words_set_aside() {
    let columns = [
        ("Name", "\"name\""),
        ("Taken", "\"event.date\", event = \"taken\", unread = \"quarantine\""),
        ("Status", "\"event\", unread = \"quarantine\", values = { \"missing\" = {} }"),
    ];
    let mut reader = reader(&columns, "");
    check(
        &mut reader,
        &["Mirak", "after Eid", "missing"],
        expect![[r#"
        Q_DATE Some(1)
    "#]],
    );
    check(
        &mut reader,
        &["Mirak", "2014", "gone"],
        expect![[r#"
        Q_STATUS Some(2)
    "#]],
    );
    check(
        &mut reader,
        &["Mirak", "2014", "missing"],
        expect![[r#"
        name = Unassigned Mirak ⟵ Mirak
        event-date.taken = 2014 ⟵ 2014
        attribute = Words ⟵ missing
    "#]],
    );
}

#[test]
fn the_period_and_the_publication_of_the_list_are_compared_with_its_dates() {
    let rest = "[list]\npublished = \"2020\"\nperiod = \"2000/2024\"\n";
    let columns =
        [("Name", "\"name\""), ("Taken", "\"event.date\", event = \"taken\", order = \"dmy\", year2 = \"window\"")];
    let mut reader = reader(&columns, rest);
    let codes = |outcome: RowOutcome| match outcome {
        RowOutcome::Accepted(draft) => draft.remarks.iter().map(Remark::code).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(codes(reader.row(row(&["Mirak", "12/11/16"]))), Vec::<&str>::new());
    assert_eq!(codes(reader.row(row(&["Mirak", "12/11/2021"]))), ["N_DATE_AFTER_PUB"]);
    assert_eq!(codes(reader.row(row(&["Mirak", "12/11/1916"]))), ["N_DATE_PERIOD"]);
    assert_eq!(codes(reader.row(row(&["Mirak", "12/11/76"]))), ["N_DATE_CENTURY"]);
}

#[test]
fn dates_of_a_workbook_are_read_from_their_serials_and_broken_cells_say_nothing() {
    let columns = [("Name", "\"name\""), ("Taken", "\"event.date\", event = \"taken\""), ("Age", "\"age\"")];
    let mut reader = reader(&columns, "");
    let mut input = row(&["Mirak", "2023-11-23", "#REF!"]);
    input.hints = vec![CellHint::None, CellHint::Serial { days: 45253.0, from_1904: false }, CellHint::Error];
    expect![[r#"
        name = Unassigned Mirak ⟵ Mirak
        event-date.taken = 2023-11-23 ⟵ 2023-11-23
    "#]]
    .assert_eq(&show(&reader.row(input)));
    let mut small = row(&["Mirak", "1900-01-29", ""]);
    small.hints = vec![CellHint::None, CellHint::Serial { days: 30.0, from_1904: false }];
    expect![[r#"
        name = Unassigned Mirak ⟵ Mirak
        event-date.taken = Words ⟵ 1900-01-29
        N_DATE_SERIAL Some(1)
    "#]]
    .assert_eq(&show(&reader.row(small)));
}

#[test]
fn a_number_that_a_spreadsheet_has_rounded_identifies_nobody() {
    let mut reader = reader(&[("No", "\"list-id\""), ("Name", "\"name\"")], "");
    check(
        &mut reader,
        &["3.52E+12", "Mirak"],
        expect![[r#"
        name = Unassigned Mirak ⟵ Mirak
        attribute = Words ⟵ 3.52E+12
        N_ID_PRECISION Some(0)
    "#]],
    );
    check(
        &mut reader,
        &["007", "Mirak"],
        expect![[r#"
        name = Unassigned Mirak ⟵ Mirak
        list-number = Words ⟵ 007
    "#]],
    );
    check(
        &mut reader,
        &["007", "Asif"],
        expect![[r#"
        name = Unassigned Asif ⟵ Asif
        list-number = Words ⟵ 007
        N_ID_TWICE Some(0)
    "#]],
    );
}

#[test]
fn a_name_with_invisible_or_look_alike_signs_is_marked() {
    let mut reader = reader(&[("Name", "\"name\"")], "");
    for (name, marked) in [("Mir\u{202E}ak", true), ("Mirаk", true), ("Mírak", false), ("مه\u{200C}رنگ", false)]
    {
        let RowOutcome::Accepted(draft) = reader.row(row(&[name])) else { panic!("{name}") };
        assert_eq!(draft.remarks == [Remark::Confusable { column: 0 }], marked, "{name}");
        assert_eq!(draft.cells, [name], "the words stay as they are");
    }
}

#[test]
fn who_says_so_is_named_by_its_column_and_a_perpetrator_is_only_alleged() {
    let columns = [
        ("Name", "\"name\""),
        ("Told by", "\"said-by\", kind = \"relative\""),
        ("By", "\"event.alleged-perpetrator\", event = \"taken\", basis = \"accused-by\""),
    ];
    let RowOutcome::Accepted(draft) = reader(&columns, "").row(row(&["Mirak", "his aunt", "men"])) else { panic!() };
    for claim in &draft.claims {
        assert_eq!(claim.said_by.as_ref().unwrap().speaker.name, "his aunt");
    }
    assert_eq!(draft.claims[1].predicate.code(), "perpetrator.taken");
    assert_eq!(draft.claims[1].modality, habeas_core::Modality::Alleged);
}

#[test]
fn a_file_of_another_form_is_refused_before_any_row() {
    let mapping = Mapping::parse(
        "format = \"habeas-mapping/1\"\ncolumn = [{ header = \"Name\", field = \"name\" }, { header = \"Age\", field = \"age\" }]",
    )
    .unwrap();
    let refused = |header: &[&str]| Reader::new(&strings(header), mapping.clone()).unwrap_err().to_string();
    expect!["column «Age»: the file has no such column"].assert_eq(&refused(&["Name", "Years"]));
    expect!["2 of 2 mapped columns are not in this file: it is another list, or a new form of it"]
        .assert_eq(&refused(&["Nom", "Ans"]));
    let nobody =
        Mapping::parse("format = \"habeas-mapping/1\"\ncolumn = [{ header = \"Age\", field = \"age\" }]").unwrap();
    expect!["no column is mapped to a name, a list-id or a document: nobody could be told from these rows"]
        .assert_eq(&Reader::new(&strings(&["Age"]), nobody).unwrap_err().to_string());
}

#[test]
fn the_report_counts_every_row_once_and_names_the_first_places() {
    let mut reader = reader(
        &[("Name", "\"name\""), ("Age", "\"age\""), ("Taken", "\"event.date\", event = \"taken\"")],
        "check = [{ rows = 3 }, { cell = \"C2\", reads = \"2014-03\" }]",
    );
    let mut report = ImportReport::default();
    for (n, cells) in [["Mirak", "26", "2014"], ["Asif", "young", ""], ["", "", ""], ["9", "a", "b"]].iter().enumerate()
    {
        let n = n as u64;
        let input = InputRow { row: n + 1, line: n + 2, byte: 0, cells: strings(cells), hints: Vec::new() };
        report.add(&reader.row(input));
    }
    assert_eq!((report.accepted, report.with_remarks, report.quarantined, report.skipped), (2, 1, 1, 1));
    assert_eq!(report.rows(), 4);
    assert_eq!(report.codes["N_AGE_UNREAD"].first, [Address { row: 2, line: 3, column: Some(1) }]);
    assert_eq!(report.codes["Q_OTHER_LIST"].n, 1);
    let cell = crate::mapping::CellAddress { column: 2, line: 2 };
    assert_eq!(reader.failed_checks(), [FailedCheck::Cell { cell }]);
}

/// All fields in one mapping, as far as they go together.
fn all_fields() -> Vec<(&'static str, &'static str)> {
    vec![
        ("a", "\"list-id\""),
        ("b", "\"name\", parts = \"family, given\""),
        ("c", "\"name.mother-family\""),
        ("d", "\"name.alias\""),
        ("e", "\"sex\""),
        ("f", "\"birth.date\""),
        ("g", "\"birth.year\", calendar = \"hijri\""),
        ("h", "\"birth.place\""),
        ("i", "\"age\""),
        ("j", "\"event.date-place\", event = \"taken\", order = \"dmy\""),
        ("k", "\"event.latitude\", event = \"killed\""),
        ("l", "\"event.longitude\", event = \"killed\""),
        ("m", "\"event\""),
        ("n", "\"said-by\", kind = \"witness\""),
        ("o", "\"residence\""),
        ("p", "\"text\""),
    ]
}

proptest! {
    #[test]
    fn any_words_in_any_column_are_read_without_panic_and_every_claim_rests_on_words_of_its_cell(
        cells in prop::collection::vec("[ \\t\u{a0}]{0,2}(\\PC{0,24}|[0-9]{1,4}[/. -][0-9A-Zº]{0,5}[/-]?[0-9]{0,4}   ?\\PC{0,9})[ \u{202f}]{0,3}", 16),
        serial in prop::option::of(any::<f64>()),
    ) {
        let mut reader = reader(&all_fields(), "[list]\nperiod = \"1900/1999\"\n");
        let hints = serial.map(|days| vec![CellHint::Serial { days, from_1904: false }; 16]).unwrap_or_default();
        let outcome = reader.row(InputRow { row: 1, line: 1, byte: 0, cells: cells.clone(), hints });
        if let RowOutcome::Accepted(draft) = outcome {
            prop_assert_eq!(&draft.cells, &cells);
            for claim in &draft.claims {
                for span in claim.passage.spans() {
                    let words = span.of(&cells);
                    prop_assert!(words.is_some_and(|words| !words.is_empty() && words == words.trim()), "{:?}", claim);
                }
            }
        }
    }

    #[test]
    fn any_table_gets_a_mapping_that_reads_it_or_says_why_not(
        header in prop::collection::vec("\\PC{0,12}", 1..6),
        words in prop::collection::vec("\\PC{0,16}", 12),
    ) {
        let rows: Vec<Vec<String>> = words.chunks(header.len()).filter(|row| row.len() == header.len()).map(<[String]>::to_vec).collect();
        let guess = guess(&header, &rows, "x");
        if let Ok(mut reader) = Reader::new(&header, guess.mapping) {
            for cells in rows {
                let _ = reader.row(InputRow { row: 1, line: 1, byte: 0, cells, hints: Vec::new() });
            }
        }
    }

    #[test]
    fn every_predicate_but_names_and_attributes_is_claimed_once_by_a_plain_row(age in 0u16..100, year in 1900i16..2000) {
        let mut reader = reader(&[("n", "\"name\""), ("a", "\"age\""), ("y", "\"birth.year\"")], "");
        let outcome = reader.row(row(&["Mirak", &age.to_string(), &year.to_string()]));
        let RowOutcome::Accepted(draft) = outcome else { return Err(TestCaseError::fail("set aside")) };
        let mut predicates: Vec<Predicate> = draft.claims.iter().map(|claim| claim.predicate).collect();
        predicates.sort();
        predicates.dedup();
        prop_assert_eq!(predicates.len(), draft.claims.len());
    }
}
