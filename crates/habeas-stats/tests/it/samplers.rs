//! The sampling methods as figures like any other: refusals, sensitivity, strata, linkage, simulation, progress.

use std::ops::ControlFlow;

use habeas_stats::{
    AlternativeKind, CaptureHistories, EstimableHistories, Estimate, LcmcrSettings, Method, NhoiSettings, Seed,
    SettingsProblem, Stopped, Value, WalkSettings, estimate, estimate_beside_all, estimate_with,
    pooled::{LinkageOptions, average_over_linkage},
    progress::Silent,
    simulate::{Design, simulate},
    strata::{Stratum, estimate_strata},
};

use crate::published::{KOSOVO, SPINA_BIFIDA, estimable, table};

fn run(table: &CaptureHistories, method: &Method) -> Estimate {
    estimate(&estimable(table, method), method, Seed(1)).unwrap()
}

/// As little work as still shows whether chains agree.
fn light() -> LcmcrSettings {
    LcmcrSettings { n_classes: 4, n_chains: 4, warm_up: 60, wanted_ess: 400.0, ..LcmcrSettings::default() }
}

fn codes(estimate: &Estimate) -> Vec<&'static str> {
    estimate.figures().warnings.iter().map(|warning| warning.code()).collect()
}

fn tried(estimate: &Estimate, kind: AlternativeKind) -> Vec<String> {
    let alternatives = estimate.figures().sensitivity.alternatives.iter();
    alternatives.filter(|other| other.kind == kind).map(|other| other.label.clone()).collect()
}

#[test]
fn latent_classes_stand_beside_other_numbers_of_classes_priors_caps_lists_and_methods() {
    let settings = LcmcrSettings { n_classes: 10, ..light() };
    let estimate = run(&table(KOSOVO), &Method::Lcmcr(settings));
    assert_eq!(tried(&estimate, AlternativeKind::Classes), ["5", "15"]);
    assert_eq!(tried(&estimate, AlternativeKind::ClassPrior), ["alpha ~ Gamma(1, 1)"]);
    assert_eq!(tried(&estimate, AlternativeKind::Cap), ["20"]);
    assert_eq!(tried(&estimate, AlternativeKind::LeaveOneListOut), ["EXH", "ABA", "OSCE", "HRW"]);
    assert_eq!(tried(&estimate, AlternativeKind::OtherMethod), ["dga", "stepwise", "bic", "independence", "chao"]);
    let figures = estimate.figures();
    assert!((10_000.0..11_000.0).contains(&figures.point), "{}", figures.point);
    let names: Vec<&str> = figures.diagnostics.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["undocumented", "chain_medians", "beyond_cap", "internal_consistency", "modes"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    assert!(!codes(&estimate).contains(&"bimodal"), "noise of draws is not a second mode");
}

#[test]
fn latent_classes_stand_beside_another_method_where_there_is_time_for_them() {
    let plain = table(SPINA_BIFIDA);
    let beside = estimate_beside_all(&estimable(&plain, &Method::dga()), &Method::dga(), Seed(1), &mut Silent).unwrap();
    assert_eq!(tried(&beside, AlternativeKind::OtherMethod), ["lcmcr", "stepwise", "bic", "independence", "chao"]);
    let classes = beside.figures().sensitivity.alternatives.iter().find(|other| other.label == "lcmcr").unwrap();
    let outcome = classes.outcome.unwrap();
    assert!((700.0..780.0).contains(&outcome.point) && outcome.interval.is_some(), "{outcome:?}");
}

#[test]
fn chains_that_do_not_agree_are_a_refusal_with_the_levels_and_what_would_help() {
    let magnified = table(KOSOVO).counts().map(|(mask, count)| (mask, 1_000 * count)).collect::<Vec<_>>();
    let table = CaptureHistories::new(["A", "B", "C", "D"].map(String::from).to_vec(), magnified).unwrap();
    let settings = LcmcrSettings { n_chains: 4, max_rounds: Some(150), warm_up: 50, ..LcmcrSettings::default() };
    let method = Method::Lcmcr(settings);
    let refusal = estimate(&estimable(&table, &method), &method, Seed(1)).unwrap_err();
    assert_eq!(refusal.code(), "not_converged");
    assert!(refusal.text().contains("They sit at") && refusal.what_would_help().contains("rounds"), "{refusal}");
    assert!(refusal.overlap().is_some());
}

#[test]
fn a_cap_that_some_draws_reach_is_a_warning_and_one_that_binds_a_refusal() {
    let capped = |cap| Method::Lcmcr(LcmcrSettings { cap, ..light() });
    let some = run(&table(KOSOVO), &capped(3));
    assert!(codes(&some).contains(&"cap_hits"), "{:?}", codes(&some));
    let refused = estimate(&estimable(&table(KOSOVO), &capped(1)), &capped(1), Seed(1)).unwrap_err();
    assert_eq!(refused.code(), "cap_binds");
}

#[test]
fn the_untestable_interaction_stands_beside_its_curve_and_says_what_the_empty_cells_do() {
    let estimate = run(&table(SPINA_BIFIDA), &Method::nhoi());
    assert_eq!(tried(&estimate, AlternativeKind::Interaction), ["0.25", "0.5", "2", "4"]);
    let figures = estimate.figures();
    assert!(figures.sensitivity.highest > 1.3 * figures.point && figures.sensitivity.lowest < figures.point);
    let lists = ["A", "B", "C"].map(String::from).to_vec();
    let counts = [(0b001, 60), (0b010, 49), (0b101, 112), (0b110, 142), (0b111, 12)];
    let sparse = run(&CaptureHistories::new(lists, counts).unwrap(), &Method::nhoi());
    for code in ["empty_cells", "mean_infinite"] {
        assert!(codes(&sparse).contains(&code), "{code} in {:?}", codes(&sparse));
    }
}

#[test]
fn the_pair_of_an_odds_ratio_is_named_and_stays_that_pair_when_lists_go() {
    let pair = |first: &str, second: &str| {
        let pair = Some([first, second].map(String::from));
        Method::Nhoi(NhoiSettings { pair, ..NhoiSettings::default() })
    };
    let plain = table(SPINA_BIFIDA);
    let first = run(&plain, &pair("list1", "list3")).figures().point;
    // The same people with an empty list in front, which is left out.
    let lists = ["none", "list1", "list2", "list3"].map(String::from).to_vec();
    let shifted = CaptureHistories::new(lists, plain.counts().map(|(mask, count)| (mask << 1, count))).unwrap();
    let second = run(&shifted, &pair("list1", "list3")).figures().point;
    assert!((first - second).abs() < 0.01 * first, "{first} {second}");
    let unknown = pair("list1", "nowhere");
    let refused = estimate(&estimable(&plain, &unknown), &unknown, Seed(1)).unwrap_err();
    assert_eq!(refused.code(), "settings");
    let mut low = pair("list1", "list3");
    if let Method::Nhoi(settings) = &mut low {
        settings.xi = 0.05;
    }
    assert_eq!(estimate(&estimable(&plain, &low), &low, Seed(1)).unwrap_err().code(), "contradicted");
}

/// A world in which the second list finds half of those on the first.
fn wide(n_lists: usize) -> CaptureHistories {
    let chances: Vec<String> = (0..n_lists).map(|list| format!("{:.2}", 0.3 - 0.02 * list as f64)).collect();
    let text = format!("n_total = 1500\nclass = [{{ share = 1, p = [{}] }}]\n", chances.join(", "));
    habeas_stats::simulate::table_of_run(&Design::read(text.as_bytes()).unwrap(), 3, Seed(4))
}

#[test]
fn seven_lists_are_averaged_over_graphs_that_walks_find_and_the_settings_say_so() {
    let estimate = run(&wide(7), &Method::dga());
    let figures = estimate.figures();
    assert!(estimate.intervals()[1].contains(1_500), "{}", figures.point);
    let named = |name: &str, entries: &[(String, Value)]| entries.iter().any(|(key, _)| key == name);
    assert!(named("walks", &figures.settings) && named("graphs_visited", figures.diagnostics));
    assert!(!named("walks", &Method::dga().settings(6)));
    assert_eq!(tried(&estimate, AlternativeKind::OtherMethod), ["stepwise", "independence", "chao"]);
}

#[test]
fn eleven_lists_are_too_many_for_graphs_and_not_for_classes() {
    let checked = |method: &Method| EstimableHistories::try_from((wide(11), method.need()));
    assert_eq!(checked(&Method::dga()).unwrap_err().code(), "too_many_lists");
    assert!(checked(&Method::lcmcr()).is_ok());
}

#[test]
fn senseless_settings_of_the_samplers_are_named() {
    let classes = |settings| Method::Lcmcr(settings);
    let walks = |n_walks, max_steps| {
        let walks = WalkSettings { n_walks, max_steps };
        Method::Dga(habeas_stats::DgaSettings { walks, ..Default::default() })
    };
    for (method, problem) in [
        (classes(LcmcrSettings { n_classes: 65, ..LcmcrSettings::default() }), SettingsProblem::Classes),
        (classes(LcmcrSettings { n_chains: 3, ..LcmcrSettings::default() }), SettingsProblem::Chains),
        (Method::Nhoi(NhoiSettings { xi: -1.0, ..NhoiSettings::default() }), SettingsProblem::Xi),
        (Method::Nhoi(NhoiSettings { n_draws: 5, ..NhoiSettings::default() }), SettingsProblem::Draws),
        (walks(1, 200_000), SettingsProblem::Chains),
        (walks(8, 10), SettingsProblem::WalkSteps),
    ] {
        let refused = estimate(&estimable(&table(KOSOVO), &method), &method, Seed(1)).unwrap_err();
        assert_eq!(refused.reasons(), [habeas_stats::Reason::Settings { problem }]);
    }
}

#[test]
fn draws_of_the_linkage_and_strata_work_with_the_samplers() {
    let plain = table(SPINA_BIFIDA);
    let other = CaptureHistories::new(
        plain.lists().to_vec(),
        plain.counts().map(|(mask, count)| (mask, if mask == 0b011 { count + 3 } else { count })),
    )
    .unwrap();
    let draws = vec![plain.clone(), other.clone(), plain.clone(), plain.clone()];
    let options = LinkageOptions::default();
    for method in [Method::nhoi(), Method::Lcmcr(light())] {
        let average = average_over_linkage(&draws, &plain, &method, Seed(1), &options, &mut Silent).unwrap();
        assert_eq!((average.linkage.n_draws, average.linkage.n_distinct), (4, 2));
        assert!(average.linkage.between > 0.0 && average.linkage.share < 0.5);
        let strata = ["north", "south"].map(|label| Stratum {
            label: label.to_owned(),
            table: plain.clone(),
            draws: Vec::new(),
        });
        let both = estimate_strata(&strata, &method, Seed(1), &options, &mut Silent);
        let total = both.total.unwrap();
        let one = both.strata[0].outcome.as_ref().unwrap().estimate().figures().point;
        assert!((total.figures().point - 2.0 * one).abs() < 0.1 * one, "{} {one}", total.figures().point);
    }
}

#[test]
fn simulated_worlds_take_the_samplers_and_threads_change_nothing() {
    let world = "n_total = 400\nclass = [{ share = 1, p = [0.4, 0.35, 0.3, 0.3] }]\n";
    let design = Design::read(world.as_bytes()).unwrap();
    let with_threads = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| simulate(&design, &Method::Lcmcr(light()), 2, Seed(5), &mut Silent).unwrap())
    };
    let one = with_threads(1);
    assert_eq!(one.figure.map_or(0, |figure| figure.n_given) + one.refused.values().sum::<usize>(), 2);
    assert_eq!(one, with_threads(3));
}

#[test]
fn every_sampler_stops_when_it_is_told_to() {
    for (table, method) in [(table(KOSOVO), Method::lcmcr()), (table(KOSOVO), Method::nhoi()), (wide(8), Method::dga())]
    {
        let mut stop = |_done: usize, _of: usize| ControlFlow::Break(());
        let stopped = estimate_with(&estimable(&table, &method), &method, Seed(1), &mut stop);
        assert_eq!(stopped.err(), Some(Stopped::Interrupted), "{}", method.name());
    }
}
