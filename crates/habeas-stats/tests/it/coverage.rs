//! Worlds with a known truth: how often the interval holds it, and what is said when it does not.

use habeas_stats::{
    Bootstrap, Method, Seed, StepwiseSettings,
    progress::Silent,
    simulate::{Accuracy, Design, DesignError, Simulation, simulate, table_of_run},
};

const INDEPENDENT: &str = "n_total = 2000\nclass = [{ share = 1, p = [0.25, 0.2, 0.15, 0.1] }]\n";

/// The second list finds half of those on the first and a tenth of the others.
const PAIR: &str = "\
n_total = 2000
class = [{ share = 1, p = [0.25, 0.2, 0.15, 0.1] }]
conditional = [{ list = 2, given = 1, p_if_on = 0.5, p_if_off = 0.1 }]
";

/// Three in ten are easily recorded, the others hardly.
const TWO_CLASSES: &str = "\
n_total = 2000
class = [{ share = 0.3, p = [0.6, 0.5, 0.4, 0.35] }, { share = 0.7, p = [0.12, 0.1, 0.08, 0.06] }]
";

/// Three in ten are practically unrecordable.
const HIDDEN: &str = "\
n_total = 2000
class = [{ share = 0.3, p = [0.01, 0.01, 0.01, 0.01] }, { share = 0.7, p = [0.35, 0.3, 0.25, 0.2] }]
";

fn design(text: &str) -> Design {
    Design::read(text.as_bytes()).unwrap()
}

fn simulated(text: &str, method: &Method, n_runs: usize) -> Simulation {
    let simulation = simulate(&design(text), method, n_runs, Seed(20_260_101), &mut Silent).unwrap();
    println!("{}: {:?}\n{:?}", method.name(), simulation.figure, simulation.beside);
    println!("refused {:?}, warnings {:?}", simulation.refused, simulation.warnings);
    simulation
}

fn coverage(figure: Option<Accuracy>) -> f64 {
    figure.unwrap().intervals.unwrap().share
}

#[test]
fn graph_averaging_covers_the_truth_when_lists_are_independent() {
    let simulation = simulated(INDEPENDENT, &Method::dga(), 100);
    assert!(coverage(simulation.figure) >= 0.93);
    // Where all assumptions hold nothing but the standing warning is due.
    assert!(simulation.beside.unwrap().warned <= 0.05);
}

#[test]
fn graph_averaging_covers_the_truth_when_two_lists_depend_and_independence_never_does() {
    assert!(coverage(simulated(PAIR, &Method::dga(), 100).figure) >= 0.93);
    let foil = simulated(PAIR, &Method::independence(), 40);
    assert!(coverage(foil.figure) < 0.05);
    assert!(foil.figure.unwrap().relative_bias < -0.1);
}

#[test]
fn where_no_method_covers_the_truth_something_says_so() {
    for world in [TWO_CLASSES, HIDDEN] {
        let simulation = simulated(world, &Method::dga(), 80);
        assert!(coverage(simulation.figure) < 0.5, "the world is meant to be hard");
        assert!(simulation.beside.unwrap().warned_or_held >= 0.95);
    }
}

#[test]
fn an_interval_that_repeats_the_selection_covers_better_than_chance_alone_would_ask() {
    let bootstrap = Bootstrap { replicates: Some(200) };
    let method = Method::Stepwise(StepwiseSettings { bootstrap, ..StepwiseSettings::default() });
    assert!(coverage(simulated(INDEPENDENT, &method, 100).figure) >= 0.85);
}

#[test]
fn averaging_over_the_linkage_covers_the_truth_where_decided_links_do_not() {
    let world = "\
n_total = 2000
class = [{ share = 1, p = [0.35, 0.3, 0.25, 0.2] }]
linkage = { missed = 0.12, false = 0.02, draws = 60 }
";
    let simulation = simulated(world, &Method::dga(), 40);
    let fixed = simulation.with_linkage_fixed;
    println!("fixed: {fixed:?}");
    assert!(coverage(simulation.figure) >= 0.9, "{}", coverage(simulation.figure));
    assert!(coverage(fixed) < 0.8, "{fixed:?}");
}

#[test]
fn a_world_in_which_lists_never_meet_is_refused_run_by_run_and_never_counted_as_covered() {
    let world = "n_total = 300\nclass = [{ share = 1, p = [0.3, 0.001, 0.001] }]\n";
    let simulation = simulate(&design(world), &Method::dga(), 40, Seed(1), &mut Silent).unwrap();
    let n_refused: usize = simulation.refused.values().sum();
    assert!(n_refused > 20, "{:?}", simulation.refused);
    assert_eq!(simulation.figure.map_or(0, |figure| figure.n_given) + n_refused, 40);
}

#[test]
fn any_run_can_be_replayed_alone_and_threads_change_nothing() {
    let table = table_of_run(&design(PAIR), 37, Seed(5));
    assert_eq!(table, table_of_run(&design(PAIR), 37, Seed(5)));
    assert_ne!(table, table_of_run(&design(PAIR), 38, Seed(5)));
    let with_threads = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| simulate(&design(PAIR), &Method::dga(), 20, Seed(5), &mut Silent).unwrap())
    };
    let one = with_threads(1);
    assert_eq!(one, with_threads(2));
    assert_eq!(one, with_threads(7));
}

#[test]
fn a_simulation_that_is_told_to_stop_stops_within_its_first_worlds() {
    let mut asked = 0;
    let mut stop = |_done: usize, _of: usize| {
        asked += 1;
        std::ops::ControlFlow::Break(())
    };
    let stopped = simulate(&design(PAIR), &Method::dga(), 10_000, Seed(5), &mut stop);
    assert_eq!(stopped, Err(habeas_stats::Stopped::Interrupted));
    // Every thread may ask once or twice before it learns of the answer.
    assert!((1..200).contains(&asked), "{asked}");
}

#[test]
fn shares_may_be_counts_and_conditional_lists_follow_what_they_are_given() {
    let world = "\
n_total = 1000
class = [{ share = 900, p = [0.5, 0.5, 1.0] }, { share = 100, p = [0.0, 0.0, 0.0] }]
conditional = [{ list = 2, given = 1, p_if_on = 1.0, p_if_off = 0.0 }]
";
    let table = table_of_run(&design(world), 0, Seed(1));
    assert_eq!(table.n_documented(), 900);
    assert_eq!(table.list_sizes()[0], table.list_sizes()[1]);
    assert_eq!(table.count(0b111) + table.count(0b100), 900);
}

#[test]
fn a_design_that_describes_no_world_is_refused_with_the_place() {
    let error = |text: &str| Design::read(text.as_bytes()).unwrap_err();
    assert_eq!(error("n_total = 0\nclass = [{ share = 1, p = [0.1] }]"), DesignError::NTotal);
    assert_eq!(error("n_total = 10\nclass = []"), DesignError::Lists);
    assert_eq!(error("n_total = 10\nclass = [{ share = 0.5, p = [0.1] }]"), DesignError::Shares { sum: 0.5 });
    let place = "class 1".to_owned();
    assert_eq!(error("n_total = 10\nclass = [{ share = 1, p = [1.1] }]"), DesignError::Probability { place });
    let conditional = "n_total = 10\nclass = [{ share = 1, p = [0.1, 0.2] }]\nconditional = [{ list = 1, given = 2, p_if_on = 1, p_if_off = 0 }]";
    assert_eq!(error(conditional), DesignError::Conditional { position: 1 });
    assert!(matches!(error("n_total = 10\npeople = 3"), DesignError::Toml { .. }));
    assert!(matches!(error("n_total = -3"), DesignError::Toml { .. }));
    assert_eq!(Design::read(&[0xff, 0xfe]), Err(DesignError::NotText));
}

#[test]
fn worlds_that_are_all_refused_have_no_accuracy_instead_of_one_of_nought() {
    let world = "n_total = 300\nclass = [{ share = 1, p = [0.3, 0.2] }]\n";
    let simulation = simulate(&design(world), &Method::dga(), 5, Seed(1), &mut Silent).unwrap();
    assert_eq!((simulation.figure, simulation.beside), (None, None));
    assert_eq!(simulation.refused["too_few_lists"], 5);
}

#[test]
fn a_coverage_of_all_of_few_runs_leaves_open_that_many_more_would_be_missed() {
    let simulation = simulated(INDEPENDENT, &Method::dga(), 8);
    let covered = simulation.figure.unwrap().intervals.unwrap();
    assert_eq!((covered.share, covered.standard_error()), (1.0, 0.0));
    // 8 of 8 by the score interval: z²/(n + z²) may be missed.
    let missed = 1.959_963_984_540_054_f64.powi(2);
    assert!((covered.plausible.0 - 8.0 / (8.0 + missed)).abs() < 1e-12 && covered.plausible.1 > 1.0 - 1e-12);
}
