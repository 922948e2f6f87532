//! Files of counts: what is tolerated, what is an error and where.

use expect_test::{Expect, expect};
use habeas_stats::{
    CaptureHistories, Overlap,
    capture::{HistoriesError, read_strata, read_table},
};
use proptest::prelude::*;

use crate::published::{KOSOVO, table};

fn error(text: &str, expected: Expect) {
    expected.assert_eq(&read_table(text.as_bytes()).unwrap_err().to_string());
}

#[test]
fn kosovo_has_4400_people_of_whom_1182_are_on_several_lists() {
    let table = table(KOSOVO);
    assert_eq!(table.n_documented(), 4_400);
    let overlap = Overlap::of(&table);
    assert_eq!(overlap.n_on_several(), 1_182);
    assert_eq!(overlap.sizes, [1_910, 1_528, 1_786, 685]);
    assert_eq!(overlap.islands, [[0, 1, 2, 3]]);
    assert_eq!(overlap.pairwise[0][1], 177 + 181 + 18 + 27);
}

#[test]
fn line_ends_a_byte_order_mark_blanks_and_row_order_do_not_change_the_identity() {
    let plain = table(KOSOVO).id();
    let crlf = format!("\u{feff}{}\r\n\r\n", KOSOVO.trim_end().replace('\n', " \r\n").replace(',', ", "));
    assert_eq!(table(&crlf).id(), plain);
    let mut lines: Vec<&str> = KOSOVO.lines().collect();
    lines[1..].reverse();
    assert_eq!(table(&lines.join("\n")).id(), plain);
    assert_eq!(table(&table(KOSOVO).canonical_text()).id(), plain);
}

#[test]
fn one_person_more_is_another_table() {
    assert_ne!(table(KOSOVO).id(), table(&KOSOVO.replace("1131", "1132")).id());
}

#[test]
fn repeated_histories_are_summed_and_zero_counts_left_out_with_a_remark() {
    let (table, remarks) = read_table(b"A,B,count\n1,0,2\n0,1,0\n1,0,3\n0,0,0\n1,1,1\n").unwrap();
    assert_eq!(table.counts().collect::<Vec<_>>(), [(1, 5), (3, 1)]);
    let remarks: Vec<String> = remarks.iter().map(|remark| remark.text()).collect();
    assert_eq!(
        remarks,
        [
            "line 4 repeats the capture history of line 2; the counts were summed",
            "2 lines have count 0 and were left out"
        ]
    );
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line_and_column() {
    error("", expect!["the file is empty: expected a header with one column per list, then «count»"]);
    error("A,B\n", expect!["line 1: the last column must be named «count», not the name in column 2"]);
    error("A,,count\n", expect!["line 1, column 2: the column has no name"]);
    error("A,A,count\n", expect!["line 1: lists 0 and 1 have the same name"]);
    error("count\n", expect!["line 1: the table has no list"]);
    error("A,B,count\n1,0\n", expect!["line 2: 2 cells, but the header has 3"]);
    error(
        "A,B,count\n1,0,3\n1,x,3\n",
        expect!["line 3, column 2: expected 0 or 1 (a column of strata must be named with --strata)"],
    );
    error(
        "A,B,count\n2,0,3\n",
        expect!["line 2, column 1: expected 0 or 1 (a column of strata must be named with --strata)"],
    );
    error("A,B,count\n1,0,3.5\n", expect!["line 2, column 3: a count must be a whole number, written in digits only"]);
    error("A,B,count\n1,0,-3\n", expect!["line 2, column 3: a count cannot be negative"]);
    error("A,B,count\n1,0,\n", expect!["line 2, column 3: a count must be a whole number, written in digits only"]);
    error("A,B,count\n1,0,9007199254740993\n", expect!["line 2, column 3: the count is larger than 2^53"]);
    error("A,B,count\n1,0,99999999999999999999999\n", expect!["line 2, column 3: the count is larger than 2^53"]);
    error("A,B,count\n1,0,9007199254740992\n0,1,1\n", expect!["line 3: the counts sum to more than 2^53 people"]);
    error("A,B,count\n0,0,3\n", expect!["line 2: people are counted on no list; nobody can be documented on no list"]);
    error(
        "Region,A,count\nnorth,1,3\n",
        expect!["line 2, column 1: expected 0 or 1 (a column of strata must be named with --strata)"],
    );
}

#[test]
fn text_that_is_not_utf8_is_an_error_and_not_a_guess() {
    assert!(read_table(b"A,B,count\n1,0,\xff\n").is_err());
}

#[test]
fn thirty_three_lists_are_more_than_a_history_can_hold() {
    let header: String = (0..33).map(|list| format!("L{list},")).collect();
    let error = read_table(format!("{header}count\n").as_bytes()).unwrap_err();
    expect!["line 1: the table has 33 lists; at most 32 are possible"].assert_eq(&error.to_string());
}

#[test]
fn strata_are_read_only_when_named() {
    let text = b"Region,A,B,count\nnorth,1,0,3\nsouth,1,1,2\nnorth,1,1,0\n";
    let file = read_strata(text, &["Region".to_owned()]).unwrap();
    let strata: Vec<(&str, u64)> =
        file.strata.iter().map(|stratum| (stratum.labels[0].as_str(), stratum.histories.n_documented())).collect();
    assert_eq!(strata, [("north", 3), ("south", 2)]);
    assert_eq!(
        read_strata(text, &["Place".to_owned()]).unwrap_err().to_string(),
        "there is no column Place for the strata before the first list"
    );
    assert_eq!(
        read_strata(text, &["B".to_owned()]).unwrap_err().to_string(),
        "line 1, column 3: a stratum column must stand before the first list"
    );
}

#[test]
fn memberships_in_memory_become_the_same_table_as_a_file() {
    let lists = ["A", "B"].map(String::from).to_vec();
    let counted = CaptureHistories::of_memberships(lists.clone(), [1, 3, 1, 2]).unwrap();
    assert_eq!(counted, table("A,B,count\n1,0,2\n0,1,1\n1,1,1\n"));
    assert_eq!(CaptureHistories::of_memberships(lists.clone(), [1, 0]), Err(HistoriesError::OnNoList { count: 1 }));
    assert_eq!(CaptureHistories::of_memberships(lists, [4]), Err(HistoriesError::UnknownList { list: 2, n_lists: 2 }));
}

proptest! {
    #[test]
    fn the_reader_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_table(&bytes);
    }

    #[test]
    fn the_reader_never_panics_on_near_tables(text in "[AB,\"\r\n01 count.9-]{0,80}") {
        let _ = read_table(text.as_bytes());
        let _ = read_strata(text.as_bytes(), &["A".to_owned()]);
    }

    #[test]
    fn canonical_text_reads_back_as_the_same_table(
        names in proptest::collection::btree_set("[A-Za-z\",+]{1,6}", 1..6),
        counts in proptest::collection::vec((1u32..32, 0u64..1000), 0..20),
    ) {
        let lists: Vec<String> = names.into_iter().collect();
        let most = (1u32 << lists.len()) - 1;
        let original = CaptureHistories::new(lists, counts.into_iter().map(|(mask, c)| ((mask & most).max(1), c))).unwrap();
        let (read, remarks) = read_table(original.canonical_text().as_bytes()).unwrap();
        prop_assert_eq!(read.id(), original.id());
        prop_assert_eq!(read, original);
        prop_assert!(remarks.is_empty());
    }
}
