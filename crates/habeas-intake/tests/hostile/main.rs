//! Bad input, as it comes: every row of the table of bad input has a file here, or names the test that holds it.
//!
//! The files are made, never stored; the people in them are invented. The test program is its own parse worker: started
//! with `parse-worker` it serves and ends. Hence no test harness.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test program with a harness of its own")]

mod corpus;
mod damage;
mod files;

use corpus::{Case, Expected};
use habeas_intake::{
    limits::Limits,
    page::Page,
    table::{Kind, OpenOptions, RowEvent, Table, sniff},
    worker::{WorkerProgram, serve},
};
use std::{collections::BTreeSet, ops::ControlFlow, path::Path, process::ExitCode, time::Instant};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("parse-worker") {
        return serve(std::io::stdin().lock(), std::io::stdout().lock());
    }
    if std::env::args().nth(1).as_deref() == Some("million") {
        return million();
    }
    if let (Some("seeds"), Some(folder)) = (std::env::args().nth(1).as_deref(), std::env::args().nth(2)) {
        return seeds(folder.as_ref());
    }
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let tests: &[(&str, fn())] = &[
        (
            "every_file_of_the_corpus_is_handled_as_the_table_says",
            every_file_of_the_corpus_is_handled_as_the_table_says,
        ),
        ("every_row_of_the_table_has_a_file_or_names_its_test", every_row_of_the_table_has_a_file_or_names_its_test),
        ("no_damage_to_any_file_breaks_the_parent", damage::no_damage_to_any_file_breaks_the_parent),
        ("a_million_rows_stream_within_their_memory", a_million_rows_stream_within_their_memory),
        ("documents_of_every_format_are_read", corpus::documents_of_every_format_are_read),
    ];
    let mut n_run = 0;
    for (name, test) in tests.iter().filter(|(name, _)| name.contains(&wanted)) {
        let started = Instant::now();
        test();
        n_run += 1;
        println!("test {name} ... ok ({} ms)", started.elapsed().as_millis());
    }
    println!("test result: ok. {n_run} passed; 0 failed");
    ExitCode::SUCCESS
}

fn worker() -> WorkerProgram {
    WorkerProgram { program: std::env::current_exe().unwrap(), args: vec!["parse-worker".into()] }
}

fn page(bytes: &[u8], name: &str) -> Result<Page, habeas_intake::table::TableError> {
    Page::open(bytes, name, &Limits::default(), Some(&worker()))
}

/// Codes of everything that was said about a table, its rows quarantined or remarked on.
fn table_codes(bytes: &[u8], name: &str) -> Result<(u64, BTreeSet<&'static str>), &'static str> {
    let options = OpenOptions { worker: Some(worker()), ..OpenOptions::default() };
    let table = Table::open(bytes, name, &options).map_err(|error| error.code())?;
    let mut codes: BTreeSet<&'static str> = table.remarks().iter().map(|remark| remark.code()).collect();
    let mut n_rows = 0;
    let read = table.rows(|event| {
        match event {
            RowEvent::Row(row) => {
                n_rows += 1;
                codes.extend(row.remarks.iter().map(|remark| remark.code()));
            }
            RowEvent::Quarantined(bad) => {
                codes.insert(bad.problem.code());
            }
        }
        ControlFlow::Continue(())
    });
    read.map_err(|error| error.code())?;
    Ok((n_rows, codes))
}

fn every_file_of_the_corpus_is_handled_as_the_table_says() {
    let cases = corpus::cases();
    for Case { row, what, name, bytes, expected } in &cases {
        let started = Instant::now();
        match expected {
            Expected::RefusedTable(code) => {
                assert_eq!(table_codes(bytes, name).expect_err("it is refused"), *code, "row {row}: {what}");
            }
            Expected::Table { rows, says } => {
                let (n_rows, codes) =
                    table_codes(bytes, name).unwrap_or_else(|code| panic!("row {row}: {what}: {code}"));
                assert_eq!(n_rows, *rows, "row {row}: {what}");
                assert!(says.iter().all(|code| codes.contains(code)), "row {row}: {what}: {codes:?}");
            }
            Expected::RefusedPage(codes) => {
                let code = page(bytes, name).expect_err("it is refused").code();
                assert!(codes.contains(&code), "row {row}: {what}: {code}");
            }
            Expected::Page { says, holds, lacks, masked } => {
                let page = page(bytes, name).unwrap_or_else(|error| panic!("row {row}: {what}: {}", error.code()));
                let codes: BTreeSet<&str> = page.remarks.iter().map(|remark| remark.code()).collect();
                assert!(says.iter().all(|code| codes.contains(code)), "row {row}: {what}: {codes:?}");
                let text = page.rendition.text();
                assert!(holds.iter().all(|words| text.contains(words)), "row {row}: {what}");
                assert!(lacks.iter().all(|words| !text.contains(words)), "row {row}: {what}");
                for words in *masked {
                    let at = text.find(words).unwrap_or_else(|| panic!("row {row}: {what}: nothing to mask"));
                    assert!(page.rendition.is_masked(&(at..at + words.len())), "row {row}: {what}: not masked");
                }
            }
        }
        assert!(started.elapsed().as_secs() < 30, "row {row}: {what}: {:?}", started.elapsed());
    }
    println!("{} files", cases.len());
}

/// Writes the small files of the corpus where fuzzing begins: a folder for each target of `fuzz/`.
fn seeds(folder: &Path) -> ExitCode {
    let cases = corpus::cases().into_iter().enumerate();
    let cases = cases.map(|(nth, case)| (format!("row-{}-{nth}", case.row), case.bytes));
    let honest = corpus::honest().into_iter().map(|(name, bytes)| (format!("sound-{name}"), bytes));
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().write_row(0, 0, ["Name", "Place"]).unwrap().write_row(1, 0, ["Adira", "Kesh"]).unwrap();
    let honest = honest.chain([("sound-list.xlsx".to_owned(), workbook.save_to_buffer().unwrap())]);
    for (name, bytes) in cases.chain(honest).filter(|(_, bytes)| bytes.len() < 8 << 10) {
        let targets: &[&str] = match sniff(&bytes) {
            Kind::Text => &["text", "text_table"],
            Kind::Gzip => &["warc"],
            kind => &[kind.code()],
        };
        for target in targets.iter().map(|target| folder.join(target)).filter(|target| target.is_dir()) {
            std::fs::write(target.join(&name), &bytes).unwrap();
        }
    }
    ExitCode::SUCCESS
}

/// Reads a list of a million rows in a process of its own, which says how much memory it ever held, in KiB.
fn million() -> ExitCode {
    let mut bytes = b"No,Name,Father,Place,Date\n".to_vec();
    for row in 1..=1_000_000_u32 {
        bytes.extend_from_slice(format!("{row},Adira {row} Venn,Borun {row},Kesh,2014-03-05\n").as_bytes());
    }
    let Ok((n_rows, _)) = table_codes(&bytes, "list.csv") else { return ExitCode::from(1) };
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    println!("{n_rows} {}", peak.trim().trim_end_matches(" kB"));
    ExitCode::SUCCESS
}

fn a_million_rows_stream_within_their_memory() {
    let output = std::process::Command::new(std::env::current_exe().unwrap()).arg("million").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let mut numbers = said.split_whitespace().map(|number| number.parse::<u64>().unwrap());
    assert_eq!(numbers.next(), Some(1_000_000));
    let peak = numbers.next().unwrap();
    assert!(peak <= 300 << 10, "{peak} KiB");
}

/// Tests of other files that hold a row of the table.
const ELSEWHERE: &[(u8, &str)] = &[
    (4, "two_far_cells_are_two_cells_and_no_billion"),
    (9, "an_open_document_is_read"),
    (11, "formulas_are_never_computed_and_errors_are_no_values"),
    (12, "dates_of_a_workbook_are_read_from_their_serials_and_broken_cells_say_nothing"),
    (14, "serials_are_days_only_where_the_mapping_says_so"),
    (15, "dates_of_a_workbook_that_counts_from_1904_are_four_years_later"),
    (16, "without_evidence_both_orders_are_kept_and_with_it_only_one"),
    (17, "a_year_of_two_digits_is_read_only_inside_the_period_of_the_list"),
    (18, "what_no_calendar_has_is_no_date_and_an_unknown_day_is_a_month"),
    (19, "the_period_and_the_publication_of_the_list_are_compared_with_its_dates"),
    (20, "a_weekday_is_a_check_digit_and_corrects_nothing"),
    (21, "days_of_other_calendars_are_spans_of_civil_days"),
    (22, "a_text_published_twice_has_two_anchors_and_each_is_needed"),
    (28, "two_ways_of_typing_one_name_fold_to_the_same_text"),
    (32, "rows_that_are_no_records_are_skipped_and_said_so"),
    (33, "a_cell_may_list_several_names"),
    (34, "a_number_that_a_spreadsheet_has_rounded_identifies_nobody"),
    (35, "a_file_that_was_sorted_anew_has_no_row_added_and_none_removed"),
    (36, "rows_that_are_the_same_are_counted_as_often_as_they_stand"),
    (37, "a_million_rows_stream_within_their_memory"),
    (41, "a_quotation_is_found_in_a_later_rendition_by_its_context_or_not_at_all"),
    (52, "the_traps_of_an_undated_article_come_out_as_described"),
    (53, "a_text_published_twice_keeps_both_years_and_the_official_version"),
    (55, "a_full_disk_refuses_the_import_and_keeps_what_was_there"),
    (56, "histories_that_arrive_in_any_order_in_parts_and_twice_end_in_one_state"),
    (57, "a_mapping_larger_than_any_is_refused_before_it_is_read"),
    (58, "a_false_count_of_strings_reserves_nothing"),
];

fn every_row_of_the_table_has_a_file_or_names_its_test() {
    let mut covered: BTreeSet<u8> = corpus::cases().iter().map(|case| case.row).collect();
    covered.extend(ELSEWHERE.iter().map(|(row, _)| row));
    let missing: Vec<u8> = (1..=58).filter(|row| !covered.contains(row)).collect();
    assert!(missing.is_empty(), "nothing stands for {missing:?}");
    let mut sources = String::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources += &std::fs::read_to_string(path).unwrap();
            }
        }
    }
    for (row, test) in ELSEWHERE {
        assert!(sources.contains(&format!("fn {test}")), "row {row} names a test that is not there: {test}");
    }
}
