//! What the data do not support is refused, in words, with what would help.

use expect_test::{Expect, expect};
use habeas_stats::{
    CaptureHistories, Dependence, DgaSettings, EstimableHistories, Grid, Method, PriorOnTotal, Refusal, Seed, Value,
    estimate,
};

use crate::published::{estimable, reference, reference_bytes, table};

fn refused(table: &CaptureHistories, method: &Method) -> Refusal {
    EstimableHistories::try_from((table.clone(), method.need())).unwrap_err()
}

fn lists(n_lists: usize) -> Vec<String> {
    (0..n_lists).map(|list| format!("L{list}")).collect()
}

fn codes(refusal: &Refusal) -> Vec<&'static str> {
    refusal.reasons().iter().map(|reason| reason.code()).collect()
}

fn in_words(refusal: &Refusal, expected: Expect) {
    expected.assert_eq(&format!("{}\n{}\n{}\n", refusal.code(), refusal.text(), refusal.what_would_help()));
}

/// Three lists of which two descend from one another, while the third hardly overlaps with either.
fn two_registers_and_a_stranger(shared_with_first: u64) -> CaptureHistories {
    let counts = [
        (0b101, 8_416),
        (0b001, 8_753 - 8_416 - shared_with_first),
        (0b100, 8_751 - 8_416 - 5),
        (0b110, 5),
        (0b011, shared_with_first),
        (0b010, 784 - 5 - shared_with_first),
    ];
    CaptureHistories::new(["first", "stranger", "second"].map(String::from).to_vec(), counts).unwrap()
}

#[test]
fn two_registers_that_descend_from_one_another_and_a_stranger_are_refused() {
    for shared_with_first in 0..=10 {
        let table = two_registers_and_a_stranger(shared_with_first);
        assert_eq!(table.list_sizes(), [8_753, 784, 8_751]);
        for method in [Method::dga(), Method::independence(), Method::chao()] {
            assert_eq!(refused(&table, &method).code(), "copied_list");
        }
    }
    in_words(
        &refused(&two_registers_and_a_stranger(0), &Method::dga()),
        expect![[r#"
        copied_list
        8,416 of the 8,751 people on second are also on first. Lists that agree so far descend from one another and are one source, not two. And of the 784 people on stranger only 5 are on either of them: the rest hardly overlaps. That leaves fewer than three independent sources, and a figure computed as if there were three would look precise and mean nothing.
        Find out how these lists were made. If one was compiled from the other, declare it and count them as one source; review the linkage with stranger for missed matches; add lists that were collected independently. Until then report the documented count alone, as «at least».
    "#]],
    );
}

#[test]
fn two_nearly_complete_registers_that_a_third_list_confirms_are_not_called_copies() {
    let counts = [(0b011, 9_000), (0b001, 480), (0b010, 470), (0b111, 180), (0b101, 9), (0b110, 10), (0b100, 1)];
    let table = CaptureHistories::new(lists(3), counts).unwrap();
    let estimate = estimate(&estimable(&table, &Method::dga()), &Method::dga(), Seed(0)).unwrap();
    let figures = estimate.figures();
    // They may still be: that is a warning, because these data do not show it.
    assert!(figures.warnings.iter().any(|warning| warning.code() == "copied_list"));
}

#[test]
fn near_copies_beside_three_other_sources_are_a_warning_and_no_refusal() {
    let counts = [(0b00011, 950), (0b00001, 50), (0b00010, 40), (0b00100, 300), (0b01000, 300), (0b10000, 300)];
    let overlaps = [(0b01100, 60), (0b11000, 70), (0b10100, 50), (0b00111, 3), (0b11100, 9)];
    let table = CaptureHistories::new(lists(5), counts.into_iter().chain(overlaps)).unwrap();
    let estimate = estimate(&estimable(&table, &Method::dga()), &Method::dga(), Seed(0)).unwrap();
    assert!(estimate.figures().warnings.iter().any(|warning| warning.code() == "copied_list"));
}

#[test]
fn a_declared_descent_leaves_too_few_sources_even_when_the_data_do_not_show_it() {
    let table = table(crate::published::SPINA_BIFIDA);
    let descent = Dependence { lists: (0, 2), reason: "the second was compiled from the first".to_owned() };
    let refusal = EstimableHistories::with_dependences(&table, Method::dga().need(), &[descent]).unwrap_err();
    in_words(
        &refusal,
        expect![[r#"
            dependent_lists
            Some lists are declared to descend from one another ([list1, list3]). Counted as one source each, 2 independent sources remain; at least three are needed.
            Add sources that were collected independently of these; until then report the documented count alone, as «at least».
        "#]],
    );
}

#[test]
fn a_declared_descent_among_four_lists_merges_them_and_says_so() {
    let table = table(crate::published::KOSOVO);
    let descent = Dependence { lists: (1, 2), reason: "shared interviews".to_owned() };
    let merged = EstimableHistories::with_dependences(&table, Method::dga().need(), &[descent]).unwrap();
    assert_eq!(merged.histories().lists(), ["EXH", "ABA+OSCE", "HRW"]);
    assert_eq!(merged.histories().n_documented(), 4_400);
    assert_eq!(merged.input(), table.id());
    assert_eq!(merged.remarks()[0].text(), "ABA+OSCE: these lists descend from one another and count as one");
}

#[test]
fn two_people_on_two_lists_of_three_are_no_stratum() {
    let Some(table) = reference("conting_spina_other.csv") else { return };
    in_words(
        &refused(&table, &Method::dga()),
        expect![[r#"
        too_few_lists
        Only 2 of the lists hold anyone here (2 people documented). With fewer than three lists nobody can see whether being on one list made people more or less likely to be on another, so any figure for the people on no list would be a guess.
        Add another source that was collected independently of these; until then report the documented count alone, as «at least».
    "#]],
    );
}

#[test]
fn one_list_and_two_lists_are_too_few() {
    let one = CaptureHistories::new(lists(1), [(1, 40)]).unwrap();
    assert_eq!(codes(&refused(&one, &Method::dga())), ["too_few_lists"]);
    let two = CaptureHistories::new(lists(2), [(1, 40), (2, 30), (3, 10)]).unwrap();
    assert_eq!(codes(&refused(&two, &Method::chao())), ["too_few_lists"]);
}

#[test]
fn a_table_of_nobody_is_refused() {
    let nobody = CaptureHistories::new(lists(3), []).unwrap();
    assert_eq!(codes(&refused(&nobody, &Method::dga())), ["too_few_lists"]);
}

#[test]
fn two_pairs_of_lists_that_share_nobody_are_two_islands() {
    let counts = [(0b0001, 20), (0b0011, 5), (0b0010, 9), (0b0100, 30), (0b1100, 4), (0b1000, 8)];
    let table = CaptureHistories::new(lists(4), counts).unwrap();
    in_words(
        &refused(&table, &Method::dga()),
        expect![[r#"
        island
        The lists fall into groups that do not share a single person: [L0, L1] and [L2, L3]. How many people are missing from all lists is read from the people that lists have in common; between these groups there are none.
        Review the linkage between the groups for missed matches; leave the isolated lists out (--without); count lists of one kind as one (--merge); or use coarser strata (larger areas, longer periods).
    "#]],
    );
}

#[test]
fn lists_that_share_nobody_at_all_have_no_overlap() {
    let table = CaptureHistories::new(lists(3), [(1, 20), (2, 30), (4, 40)]).unwrap();
    assert_eq!(codes(&refused(&table, &Method::independence())), ["no_overlap"]);
}

#[test]
fn a_copied_column_is_refused_whatever_else_the_table_holds() {
    let counts = [(0b0011, 20), (0b0111, 5), (0b1011, 9), (0b0100, 30), (0b1100, 4), (0b1000, 8)];
    let table = CaptureHistories::new(lists(4), counts).unwrap();
    assert_eq!(codes(&refused(&table, &Method::dga())), ["duplicate_list"]);
}

#[test]
fn twenty_five_lists_are_too_many_for_graphs_but_not_for_a_bound() {
    let chain = (0..24).map(|list| (0b11 << list, 10)).chain((0..25).map(|list| (1 << list, 20)));
    let table = CaptureHistories::new(lists(25), chain).unwrap();
    assert_eq!(codes(&refused(&table, &Method::dga())), ["too_many_lists"]);
    estimate(&estimable(&table, &Method::chao()), &Method::chao(), Seed(0)).unwrap();
}

#[test]
fn a_table_checked_for_many_lists_is_still_refused_by_a_method_for_few() {
    let chain = (0..24).map(|list| (0b11 << list, 10)).chain((0..25).map(|list| (1 << list, 20)));
    let table = estimable(&CaptureHistories::new(lists(25), chain).unwrap(), &Method::chao());
    assert_eq!(estimate(&table, &Method::dga(), Seed(0)).unwrap_err().code(), "too_many_lists");
}

#[test]
fn all_failed_checks_are_listed_and_not_only_the_first() {
    let counts = (0..11).map(|list| (1 << list, 5)).chain([(0b11, 2)]);
    let table = CaptureHistories::new(lists(11), counts).unwrap();
    assert_eq!(codes(&refused(&table, &Method::dga())), ["island", "too_many_lists"]);
}

#[test]
fn nonsense_settings_are_refused_before_anything_is_computed() {
    let table = estimable(&table(crate::published::SPINA_BIFIDA), &Method::dga());
    let plain = DgaSettings::default();
    for settings in [
        DgaSettings { delta: Some(0.0), ..plain },
        DgaSettings { delta: Some(f64::NAN), ..plain },
        DgaSettings { edge_probability: 1.0, ..plain },
        DgaSettings { prior: PriorOnTotal::GammaPoisson { shape: -1.0, scale: 1.0 }, ..plain },
        DgaSettings { grid: Grid::Points { from: 5, to: 5, points: 2 }, ..plain },
        DgaSettings { grid: Grid::Points { from: 0, to: 9, points: 1 }, ..plain },
        DgaSettings { grid: Grid::Points { from: 0, to: 1 << 40, points: 9 }, ..plain },
    ] {
        assert_eq!(estimate(&table, &Method::Dga(settings), Seed(0)).unwrap_err().code(), "settings", "{settings:?}");
    }
}

/// The file names of all reference tables that read without strata, empty where the data are absent.
fn reference_files() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/mse");
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: the reference tables are not beside the repository");
        return Vec::new();
    };
    let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".csv") && !name.contains("stratified"));
    names.sort();
    names
}

#[test]
fn of_the_published_tables_only_those_with_an_isolated_list_or_two_people_are_refused() {
    let files = reference_files();
    let refused: Vec<String> = files
        .iter()
        .filter_map(|file| {
            let outcome = EstimableHistories::try_from((reference(file).unwrap(), Method::independence().need()));
            outcome.err().map(|refusal| format!("{file}: {}", codes(&refusal).join(" ")))
        })
        .collect();
    if files.is_empty() {
        return;
    }
    expect![[r#"
        colombia_reclut_hombre_1999_R1.csv: island
        colombia_reclut_hombre_1999_R2.csv: island
        conting_spina_other.csv: too_few_lists
        msest_neworl.csv: island
        ph_caloocan_police.csv: island
        sparsemse_artificial_3.csv: island
        sparsemse_neworl.csv: island"#]]
    .assert_eq(&refused.join("\n"));
}

#[test]
fn one_of_the_eight_scottish_strata_has_an_isolated_list() {
    let Some(bytes) = reference_bytes("conting_scotpwid_stratified.csv") else { return };
    let strata = ["Region", "Gender", "Age"].map(String::from);
    let file = habeas_stats::capture::read_strata(&bytes, &strata).unwrap();
    assert_eq!(file.strata.len(), 8);
    assert_eq!(file.strata.iter().map(|stratum| stratum.histories.n_documented()).sum::<u64>(), 5_670);
    let mut refused = Vec::new();
    for stratum in file.strata {
        if let Err(refusal) = EstimableHistories::try_from((stratum.histories, Method::dga().need())) {
            refused.push((stratum.labels.join(" "), refusal.code()));
        }
    }
    assert_eq!(refused, [("GGC Female Old".to_owned(), "island")]);
}

fn is_finite(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_finite(),
        Value::List(values) => values.iter().all(is_finite),
        Value::Map(entries) => entries.iter().all(|(_, value)| is_finite(value)),
        _ => true,
    }
}

#[test]
fn two_to_four_people_are_refused_in_words_whatever_the_method() {
    for histories in [vec![(0b111, 2)], vec![(0b011, 1), (0b110, 1), (0b100, 1)], vec![(0b011, 1), (0b110, 3)]] {
        let table = CaptureHistories::new(lists(3), histories).unwrap();
        for method in [Method::dga(), Method::independence(), Method::chao(), Method::stepwise(), Method::lcmcr()] {
            let refusal = refused(&table, &method);
            assert!(codes(&refusal).contains(&"too_few_people"), "{:?}", codes(&refusal));
            assert!(refusal.text().contains(&format!("Only {} people", table.n_documented())), "{}", refusal.text());
            assert!(refusal.what_would_help().contains("coarser strata"));
        }
    }
}

#[test]
fn five_people_and_ten_million_people_give_figures_without_a_hole() {
    let five = CaptureHistories::new(lists(3), [(0b011, 2), (0b110, 1), (0b100, 2)]).unwrap();
    let millions = CaptureHistories::new(
        lists(3),
        [(1, 10_000_000), (2, 9_000), (4, 80_000), (3, 900), (5, 7_000), (6, 60), (7, 5)],
    );
    for table in [five, millions.unwrap()] {
        for method in [Method::dga(), Method::independence(), Method::chao()] {
            let estimate = estimate(&estimable(&table, &method), &method, Seed(0)).unwrap();
            let figures = estimate.figures();
            assert!(figures.point.is_finite() && figures.point >= table.n_documented() as f64);
            assert!(figures.mean.is_none_or(f64::is_finite));
            assert!(figures.diagnostics.iter().all(|(_, value)| is_finite(value)), "{:?}", figures.diagnostics);
            for interval in figures.intervals {
                assert!(interval.low >= table.n_documented() && interval.low <= interval.high);
            }
            assert!(figures.warnings.iter().any(|warning| warning.code() == "unobservable_part"));
        }
    }
}
