//! Replicates combined: the mixture, Rubin's rule beside it, and files that hold no draws.

use habeas_stats::combine::{DrawTable, DrawsError, Replicates, rubin};

fn read(files: &[&str]) -> Result<DrawTable, (usize, DrawsError)> {
    DrawTable::read(&files.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>())
}

const TWO_REPLICATES: &str = "\
replicate,draw,n_documented,n_total
R1,1,100,150
R1,2,100,160
R1,3,100,170
R2,1,110,210
R2,2,110,230
";

#[test]
fn each_replicate_counts_the_same_in_the_mixture_however_many_draws_it_has() {
    let table = read(&[TWO_REPLICATES]).unwrap();
    let mixture = table.mixture();
    assert_eq!(table.replicates().len(), 2);
    assert!((mixture.mean() - (160.0 + 220.0) / 2.0).abs() < 1e-9);
    assert_eq!(table.mean_documented(), 105.0);
    assert_eq!((mixture.quantile(0.5), mixture.quantile(0.75)), (170, 210));
}

#[test]
fn a_file_without_replicates_is_one_replicate() {
    let one = "draw,n_documented,n_total\n1,100,150\n2,100,160\n3,100,170\n";
    let two = "draw,n_documented,n_total\n1,110,210\n2,110,230\n";
    let table = read(&[one, two]).unwrap();
    assert_eq!(table.replicates(), read(&[TWO_REPLICATES]).unwrap().replicates());
}

#[test]
fn strata_are_added_draw_by_draw() {
    let table = read(&["\
stratum,draw,n_documented,n_total
north,1,10,15
south,1,20,40
north,2,10,18
south,2,20,60
"])
    .unwrap();
    assert_eq!(table.replicates(), [vec![(30, 55), (30, 78)]]);
    assert_eq!(table.n_strata(), 2);
    let incomplete = "stratum,draw,n_documented,n_total\nnorth,1,10,15\nsouth,2,20,40\n";
    assert_eq!(read(&[incomplete]).unwrap_err(), (0, DrawsError::UnequalStrata));
}

#[test]
fn the_order_of_lines_changes_neither_figures_nor_identity() {
    let mut lines: Vec<&str> = TWO_REPLICATES.lines().collect();
    lines[1..].reverse();
    let reversed = format!("\u{feff}{}\r\n", lines.join("\r\n"));
    assert_eq!(read(&[&reversed]).unwrap(), read(&[TWO_REPLICATES]).unwrap());
}

#[test]
fn copies_of_one_replicate_have_no_variance_between_them_and_a_normal_interval() {
    let one = "draw,n_documented,n_total\n1,100,150\n2,100,160\n3,100,200\n";
    let table = read(&[one, one, one]).unwrap();
    let replicates = Replicates::of_draws(table.replicates()).unwrap();
    assert_eq!(replicates.between, 0.0);
    let combined = rubin(&replicates);
    assert!(combined.degrees.is_infinite());
    assert!(combined.low < combined.half.0 && combined.half.0 < combined.half.1 && combined.half.1 < combined.high);
    // Not even within replicates does anything vary.
    let same = "draw,n_documented,n_total\n1,100,150\n2,100,150\n";
    let combined = rubin(&Replicates::of_draws(read(&[same, same]).unwrap().replicates()).unwrap());
    assert_eq!((combined.low, combined.point, combined.high), (150, 150, 150));
}

#[test]
fn files_that_hold_no_draws_are_refused_with_the_line() {
    for (text, expected) in [
        ("draw,n_total\n1,5\n", DrawsError::MissingColumn { name: "n_documented" }),
        ("draw,n_documented,n_total\n1,5,4\n", DrawsError::TotalBelowDocumented { line: 2 }),
        ("draw,n_documented,n_total\n1,5,9\n1,5,8\n", DrawsError::Repeated { line: 3 }),
        ("draw,n_documented,n_total\n1,5,-9\n", DrawsError::Count { line: 2, name: "n_total" }),
        ("draw,n_documented,n_total\n1,5.5,9\n", DrawsError::Count { line: 2, name: "n_documented" }),
        ("draw,n_documented,n_total\n1,5,NaN\n", DrawsError::Count { line: 2, name: "n_total" }),
        ("draw,n_documented,n_total\n1,5,99999999999999999999\n", DrawsError::Count { line: 2, name: "n_total" }),
        ("draw,n_documented,n_total\n1,5,9\n", DrawsError::TooFewDraws { position: 1 }),
        ("draw,n_documented,n_total\n", DrawsError::Empty),
        ("draw,n_documented,n_total\n1,5\n", DrawsError::Csv { line: 2 }),
    ] {
        assert_eq!(read(&[text]).unwrap_err(), (0, expected), "{text}");
    }
}
