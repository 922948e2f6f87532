//! Bad input, one line per kind and method: refused or warned with the reason, never a hole in a figure.

use std::fmt::Write;

use expect_test::expect;
use habeas_stats::{
    Bootstrap, CaptureHistories, DgaSettings, EstimableHistories, Grid, LcmcrSettings, LogLinearSettings, Method,
    NhoiSettings, PriorOnTotal, Seed, StepwiseSettings, Stopped, Value, capture::read_table, estimate_with,
    progress::Silent,
};

fn methods() -> [Method; 8] {
    let few = LcmcrSettings { n_classes: 3, ..LcmcrSettings::default() };
    [
        Method::independence(),
        Method::LogLinear(LogLinearSettings::default()),
        Method::Stepwise(StepwiseSettings { bootstrap: Bootstrap { replicates: Some(200) }, ..Default::default() }),
        Method::bic(),
        Method::dga(),
        Method::Lcmcr(LcmcrSettings { n_chains: 4, max_rounds: Some(150), warm_up: 50, wanted_ess: 400.0, ..few }),
        Method::Nhoi(NhoiSettings { n_draws: 2_000, ..NhoiSettings::default() }),
        Method::chao(),
    ]
}

fn lists(n_lists: usize) -> Vec<String> {
    (0..n_lists).map(|list| format!("L{list}")).collect()
}

fn has_no_hole(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_finite(),
        Value::List(values) => values.iter().all(has_no_hole),
        Value::Map(entries) => entries.iter().all(|(_, value)| has_no_hole(value)),
        _ => true,
    }
}

/// The code of the refusal, or the total with its interval after every number in it was looked at.
fn outcome(table: &CaptureHistories, method: &Method) -> String {
    let checked = EstimableHistories::try_from((table.clone(), method.need()));
    let given = match checked.map_err(Stopped::from).and_then(|t| estimate_with(&t, method, Seed(1), &mut Silent)) {
        Ok(given) => given,
        Err(Stopped::Refused(refusal)) => {
            assert!(!refusal.text().is_empty() && !refusal.what_would_help().is_empty());
            return refusal.code().to_owned();
        }
        Err(Stopped::Interrupted) => unreachable!("nobody says stop"),
    };
    let figures = given.figures();
    let n = table.n_documented();
    assert!(figures.point.is_finite() && figures.point >= n as f64 - 1e-9, "{} {}", method.name(), figures.point);
    assert!(figures.mean.is_none_or(f64::is_finite));
    assert!(figures.sensitivity.lowest.is_finite() && figures.sensitivity.highest.is_finite());
    assert!(figures.diagnostics.iter().all(|(_, value)| has_no_hole(value)), "{:?}", figures.diagnostics);
    assert!(figures.warnings.iter().any(|warning| warning.code() == "unobservable_part"));
    for interval in &figures.intervals {
        assert!(n <= interval.low && interval.low <= interval.high && interval.high < 1 << 60, "{}", method.name());
    }
    let ends = figures.intervals.last().map_or(String::new(), |ends| format!(" [{}, {}]", ends.low, ends.high));
    format!("{:.0}{ends}", figures.point)
}

#[test]
fn files_that_are_no_tables_are_refused_with_the_place() {
    let mut said = String::new();
    for text in [
        "A,B,C,count\n1,0,0,-5\n",
        "A,B,C,count\n1,0,0,2.5\n",
        "A,B,C,count\n1,0,0,NaN\n",
        "A,B,C,count\n1,0,0,1e400\n",
        "A,B,C,count\n1,0,0,99999999999999999999\n",
        "A,B,C,count\n1,0,0,9007199254740993\n",
        "A,B,C,count\n1,0,2,5\n",
        "A,B,C,count\n1,0,yes,5\n",
        "A,B,C,count\n0,0,0,7\n",
        "A,B,A,count\n1,0,0,5\n",
        "A,B,C\n1,0,0\n",
        "",
    ] {
        let error = read_table(text.as_bytes()).unwrap_err();
        let _ = writeln!(said, "{error}");
    }
    expect![[r#"
        line 2, column 4: a count cannot be negative
        line 2, column 4: a count must be a whole number, written in digits only
        line 2, column 4: a count must be a whole number, written in digits only
        line 2, column 4: a count must be a whole number, written in digits only
        line 2, column 4: the count is larger than 2^53
        line 2, column 4: the count is larger than 2^53
        line 2, column 3: expected 0 or 1 (a column of strata must be named with --strata)
        line 2, column 3: expected 0 or 1 (a column of strata must be named with --strata)
        line 2: people are counted on no list; nobody can be documented on no list
        line 1: lists 0 and 2 have the same name
        line 1: the last column must be named «count», not the name in column 3
        the file is empty: expected a header with one column per list, then «count»
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_history_that_stands_twice_is_summed_and_that_is_said() {
    let (table, remarks) = read_table(b"A,B,C,count\n1,0,0,5\n1,0,0,7\n0,1,1,3\n").unwrap();
    assert_eq!(table.count(0b001), 12);
    assert_eq!(remarks.len(), 1);
}

#[test]
fn every_kind_of_bad_table_ends_in_a_refusal_or_in_a_whole_figure() {
    let plain = [(1, 60), (2, 49), (4, 247), (3, 4), (5, 112), (6, 142), (7, 12)];
    let chain = (0..24).map(|list| (0b11 << list, 10)).chain((0..25).map(|list| (1 << list, 20)));
    let tables = [
        ("one list empty, two left", 3, vec![(1, 60), (2, 49), (3, 20)]),
        ("one list empty, three left", 4, plain.to_vec()),
        ("two lists identical", 4, vec![(0b0011, 20), (0b0111, 5), (0b1011, 9), (4, 30), (0b1100, 4), (8, 8)]),
        ("no overlap", 3, vec![(1, 60), (2, 49), (4, 20)]),
        ("two islands", 4, vec![(1, 60), (2, 49), (3, 20), (4, 30), (8, 40), (12, 7)]),
        ("one person in common", 3, vec![(1, 60), (2, 49), (4, 20), (3, 1)]),
        ("25 lists", 25, chain.collect()),
        (
            "10^7 people in one cell",
            3,
            vec![(1, 10_000_000), (2, 9_000), (4, 80_000), (3, 900), (5, 7_000), (6, 60), (7, 5)],
        ),
        ("10^7 people on all lists", 3, vec![(1, 9), (2, 9), (4, 8), (3, 9), (5, 7), (6, 6), (7, 10_000_000)]),
        ("10^10 people", 3, plain.iter().map(|&(mask, count)| (mask, count * 15_000_000)).collect()),
        ("2^50 people", 3, plain.iter().map(|&(mask, count)| (mask, count << 40)).collect()),
        ("three people", 3, vec![(0b011, 1), (0b110, 1), (0b100, 1)]),
        ("everybody on all lists", 3, vec![(7, 50)]),
        ("nobody alone", 3, vec![(3, 10), (5, 10), (6, 10), (7, 10)]),
    ];
    let mut said = String::new();
    for (words, n_lists, counts) in tables {
        let table = CaptureHistories::new(lists(n_lists), counts).unwrap();
        let _ = writeln!(said, "{words}");
        for method in methods() {
            let _ = writeln!(said, "  {}: {}", method.name(), outcome(&table, &method));
        }
    }
    expect![[r#"
        one list empty, two left
          independence: too_few_lists
          loglinear: too_few_lists
          stepwise: too_few_lists
          bic: too_few_lists
          dga: too_few_lists
          lcmcr: too_few_lists
          nhoi: too_few_lists
          chao: too_few_lists
        one list empty, three left
          independence: 763 [727, 808]
          loglinear: 764 [734, 801]
          stepwise: 731 [708, 762]
          bic: 731 [690, 794]
          dga: 731 [694, 787]
          lcmcr: 734 [681, 841]
          nhoi: 756 [666, 1028]
          chao: 872 [813, 948]
        two lists identical
          independence: duplicate_list
          loglinear: duplicate_list
          stepwise: duplicate_list
          bic: duplicate_list
          dga: duplicate_list
          lcmcr: duplicate_list
          nhoi: duplicate_list
          chao: duplicate_list
        no overlap
          independence: no_overlap
          loglinear: no_overlap
          stepwise: no_overlap
          bic: no_overlap
          dga: no_overlap
          lcmcr: no_overlap
          nhoi: no_overlap
          chao: no_overlap
        two islands
          independence: island
          loglinear: 695 [543, 971]
          stepwise: 1778 [325, 3822]
          bic: 360 [296, 4002]
          dga: island
          lcmcr: 473 [368, 694]
          nhoi: island
          chao: island
        one person in common
          independence: island
          loglinear: unbounded
          stepwise: unbounded
          bic: unbounded
          dga: island
          lcmcr: 1533 [679, 4557]
          nhoi: island
          chao: island
        25 lists
          independence: 1508 [1376, 1665]
          loglinear: too_many_lists
          stepwise: too_many_lists
          bic: too_many_lists
          dga: too_many_lists
          lcmcr: 1396 [1284, 1533]
          nhoi: too_many_lists
          chao: 1261 [1153, 1397]
        10^7 people in one cell
          independence: 121903634 [119377999, 124504352]
          loglinear: 121940203 [119506849, 124556872]
          stepwise: 124382679 [121523667, 128193562]
          bic: 122759837 [23537668, 126930603]
          dga: 121112014 [11954371, 126566335]
          lcmcr: not_converged
          nhoi: 116824055 [50736012, 238003698]
          chao: 6403810596 [6264672317, 6546044123]
        10^7 people on all lists
          independence: 10000048 [10000048, 10000048]
          loglinear: 10000048 [10000048, 10000048]
          stepwise: 10000048 [10000048, 10000048]
          bic: 27142905 [12982071, 132756895]
          dga: 10048158 [10000048, 74923055]
          lcmcr: not_converged
          nhoi: 26535532 [13278728, 98078990]
          chao: 10000063 [10000054, 10000088]
        10^10 people
          independence: 11458318977 [11458162475, 11458475488]
          loglinear: 11458318978 [11458206256, 11458449738]
          stepwise: 11444709507 [11443997666, 11445357827]
          bic: 11444709507 [11444073378, 11445382157]
          dga: 9435177234 [9390000000, 70359088530]
          lcmcr: not_converged
          nhoi: 11444710819 [11444057039, 11445323696]
          chao: 13074186047 [13073927826, 13074444285]
        2^50 people
          independence: too_many_people
          loglinear: too_many_people
          stepwise: too_many_people
          bic: too_many_people
          dga: too_many_people
          lcmcr: too_many_people
          nhoi: too_many_people
          chao: too_many_people
        three people
          independence: too_few_people
          loglinear: too_few_people
          stepwise: too_few_people
          bic: too_few_people
          dga: too_few_people
          lcmcr: too_few_people
          nhoi: too_few_people
          chao: too_few_people
        everybody on all lists
          independence: duplicate_list
          loglinear: duplicate_list
          stepwise: duplicate_list
          bic: duplicate_list
          dga: duplicate_list
          lcmcr: duplicate_list
          nhoi: duplicate_list
          chao: duplicate_list
        nobody alone
          independence: 41 [40, 43]
          loglinear: 41 [40, 41]
          stepwise: 41 [40, 41]
          bic: 41 [40, 41]
          dga: 40 [40, 292]
          lcmcr: 40 [40, 43]
          nhoi: 40 [40, 40]
          chao: 40 [40, 40]
    "#]]
    .assert_eq(&said);
}

#[test]
fn settings_beyond_all_sense_are_refused_and_those_at_the_edge_give_whole_figures() {
    let table = CaptureHistories::new(lists(3), [(1, 60), (2, 49), (4, 247), (3, 4), (5, 112), (6, 142), (7, 12)]);
    let table = table.unwrap();
    let dga = |delta: f64| Method::Dga(DgaSettings { delta: Some(delta), ..DgaSettings::default() });
    let prior = |shape: f64, scale: f64| {
        let prior = PriorOnTotal::GammaPoisson { shape, scale };
        Method::Dga(DgaSettings { prior, ..DgaSettings::default() })
    };
    let grid = |from: u64, to: u64, points: usize| {
        let grid = Grid::Points { from, to, points };
        Method::Dga(DgaSettings { grid, ..DgaSettings::default() })
    };
    let xi = |xi: f64| Method::Nhoi(NhoiSettings { xi, n_draws: 2_000, ..NhoiSettings::default() });
    let brief = LcmcrSettings {
        n_chains: 4,
        max_rounds: Some(150),
        warm_up: 50,
        wanted_ess: 400.0,
        ..LcmcrSettings::default()
    };
    let classes = |n_classes: usize| Method::Lcmcr(LcmcrSettings { n_classes, ..brief });
    let alpha = |shape: f64, rate: f64| {
        Method::Lcmcr(LcmcrSettings { alpha_shape: shape, alpha_rate: rate, n_classes: 2, ..brief })
    };
    let refused = [
        dga(0.0),
        dga(-1.0),
        dga(f64::NAN),
        dga(f64::INFINITY),
        dga(1e-300),
        dga(1e300),
        prior(f64::NAN, 1.0),
        prior(1e300, 1e300),
        prior(1e-300, 1e-300),
        prior(1.0, 0.0),
        prior(-1.0, -9.0),
        grid(5, 5, 2),
        grid(9, 5, 2),
        grid(1, u64::MAX, 50),
        grid(1, 50, 0),
        grid(1, 50, usize::MAX),
        xi(0.0),
        xi(f64::NAN),
        xi(1e-308),
        xi(1e308),
        xi(-1.0),
        classes(0),
        classes(65),
        classes(usize::MAX),
        alpha(0.0, 1.0),
        alpha(1.0, f64::NAN),
        alpha(1e-300, 1e300),
    ];
    for method in refused {
        assert_eq!(outcome(&table, &method), "settings", "{method:?}");
        assert!(!method.settings(3).is_empty(), "the refusal tells the settings too");
    }
    for method in [
        dga(1e-6),
        dga(1e3),
        prior(1e-6, 1e6),
        prior(1e9, 1e-6),
        prior(1e-6, 1e16),
        grid(0, 1, 2),
        grid(1, 30, 3),
        xi(1e-3),
        xi(1e3),
        classes(1),
        alpha(1e-6, 1e-6),
        alpha(1e6, 1e6),
        alpha(1e-6, 1e6),
    ] {
        println!("{method:?}: {}", outcome(&table, &method));
    }
}

#[test]
fn a_grid_that_ends_where_there_is_still_weight_is_a_warning() {
    let table = CaptureHistories::new(lists(3), [(1, 60), (2, 49), (4, 247), (3, 4), (5, 112), (6, 142), (7, 12)]);
    let table = table.unwrap();
    let warned = |from: u64, to: u64| {
        let grid = Grid::Points { from, to, points: 1_000 };
        let method = Method::Dga(DgaSettings { grid, ..DgaSettings::default() });
        let checked = EstimableHistories::try_from((table.clone(), method.need())).unwrap();
        let given = estimate_with(&checked, &method, Seed(1), &mut Silent).unwrap();
        given.figures().warnings.iter().any(|warning| warning.code() == "grid_cuts")
    };
    // The 95 % interval of n₀ is 68 to 161.
    assert!(!warned(0, 2_000) && !warned(1, 2_000));
    assert!(warned(1, 120) && warned(100, 2_000));
}

#[test]
fn every_method_that_takes_long_stops_when_it_is_told_to() {
    let counts = (1u32..64).map(|mask| (mask, u64::from(40 / mask.count_ones().pow(2)) + 1));
    let table = CaptureHistories::new(lists(6), counts).unwrap();
    for method in methods() {
        let mut stop = |_done: usize, _of: usize| std::ops::ControlFlow::Break(());
        let checked = EstimableHistories::try_from((table.clone(), method.need())).unwrap();
        let stopped = estimate_with(&checked, &method, Seed(1), &mut stop);
        assert_eq!(stopped.err(), Some(Stopped::Interrupted), "{}", method.name());
    }
}
