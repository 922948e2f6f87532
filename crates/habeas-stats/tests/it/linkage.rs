//! Averaging over draws of the linkage, and combining replicates.

use habeas_stats::{
    CaptureHistories, LcmcrSettings, Method, Posterior, Seed, Stopped,
    combine::{Replicates, rubin, verdata_rule},
    pooled::{LinkageAverage, LinkageOptions, average_over_linkage, mixture},
    progress::Silent,
};

use crate::published::{KOSOVO, SPINA_BIFIDA, table};

fn average(draws: &[CaptureHistories], fixed: &CaptureHistories) -> Result<LinkageAverage, Stopped> {
    average_over_linkage(draws, fixed, &Method::dga(), Seed(7), &LinkageOptions::default(), &mut Silent)
}

/// The table with `missed` of the links between each of the smaller lists and the largest not made.
fn with_missed_links(missed: u64) -> CaptureHistories {
    let changed = SPINA_BIFIDA
        .replace("1,0,1,112", &format!("1,0,1,{}", 112 - missed))
        .replace("0,1,1,142", &format!("0,1,1,{}", 142 - missed))
        .replace("1,0,0,60", &format!("1,0,0,{}", 60 + missed))
        .replace("0,1,0,49", &format!("0,1,0,{}", 49 + missed))
        .replace("0,0,1,247", &format!("0,0,1,{}", 247 + 2 * missed));
    table(&changed)
}

fn codes(average: &LinkageAverage) -> Vec<&'static str> {
    average.estimate.figures().warnings.iter().map(|warning| warning.code()).collect()
}

#[test]
fn draws_that_all_agree_give_the_figure_of_that_table_and_no_linkage_share() {
    let fixed = table(SPINA_BIFIDA);
    let average = average(&vec![fixed.clone(); 100], &fixed).unwrap();
    let alone = average.fixed.as_ref().unwrap();
    assert_eq!(average.estimate.figures().median, alone.figures().median);
    assert!((average.estimate.figures().mean.unwrap() - alone.figures().mean.unwrap()).abs() < 1e-6);
    assert_eq!((average.linkage.n_distinct, average.linkage.between, average.linkage.share), (1, 0.0, 0.0));
    assert!(!codes(&average).contains(&"few_linkage_draws"));
}

#[test]
fn doubt_about_links_widens_the_interval_and_its_share_of_the_variance_is_reported() {
    let fixed = table(SPINA_BIFIDA);
    let draws: Vec<CaptureHistories> = (0..120).map(|draw| with_missed_links(draw % 40)).collect();
    let method = Method::independence();
    let average =
        average_over_linkage(&draws, &fixed, &method, Seed(0), &LinkageOptions::default(), &mut Silent).unwrap();
    assert_eq!((average.linkage.n_draws, average.linkage.n_distinct, average.linkage.n_refused), (120, 40, 0));
    let width = |estimate: &habeas_stats::Estimate| {
        let interval = estimate.figures().intervals[1];
        interval.high - interval.low
    };
    assert!(width(&average.estimate) > width(average.fixed.as_ref().unwrap()));
    let total = average.estimate.posterior().unwrap().variance();
    let parts = average.linkage.within + average.linkage.between;
    assert!((total - parts).abs() < 1e-6 * total, "{total} {parts}");
    assert!(average.linkage.share > 0.5 && average.linkage.log_share > 0.5, "{:?}", average.linkage);
    assert!(codes(&average).contains(&"linkage_share_high"));
    assert!(average.linkage.limit_errors.0 > 0.0 && average.linkage.limit_errors.1 > 0.0);
}

#[test]
fn few_draws_and_approximate_draws_are_said_to_be_so() {
    let fixed = table(SPINA_BIFIDA);
    let options = LinkageOptions { approximate: true, ..LinkageOptions::default() };
    let average =
        average_over_linkage(std::slice::from_ref(&fixed), &fixed, &Method::dga(), Seed(0), &options, &mut Silent)
            .unwrap();
    assert!(codes(&average).contains(&"few_linkage_draws"));
    assert!(codes(&average).contains(&"approximate_linkage"));
}

#[test]
fn refused_draws_are_counted_and_more_than_five_percent_refuse_the_whole() {
    let fixed = table(SPINA_BIFIDA);
    let without_overlap = table("list1,list2,list3,count\n1,0,0,60\n0,1,0,49\n0,0,1,247\n");
    let mut draws = vec![fixed.clone(); 95];
    draws.extend(vec![without_overlap.clone(); 5]);
    let accepted = average(&draws, &fixed).unwrap();
    assert_eq!(accepted.linkage.n_refused, 5);
    assert!(codes(&accepted).contains(&"refused_draws"));
    draws.push(without_overlap.clone());
    let Err(Stopped::Refused(refusal)) = average(&draws, &fixed) else { panic!("6 of 101 draws are too many") };
    assert_eq!(refusal.code(), "linkage_not_estimable");
    let Err(Stopped::Refused(refusal)) = average(&vec![without_overlap; 20], &fixed) else {
        panic!("none is estimable")
    };
    assert_eq!(refusal.code(), "no_overlap");
}

#[test]
fn a_run_can_be_stopped() {
    let fixed = table(KOSOVO);
    let mut stop = |_: usize, _: usize| std::ops::ControlFlow::Break(());
    let outcome = average_over_linkage(
        std::slice::from_ref(&fixed),
        &fixed,
        &Method::dga(),
        Seed(0),
        &LinkageOptions::default(),
        &mut stop,
    );
    assert_eq!(outcome.err(), Some(Stopped::Interrupted));
}

#[test]
fn a_run_whose_tables_each_take_long_is_asked_and_stopped_inside_its_first_table() {
    let fixed = table(KOSOVO);
    let draws: Vec<CaptureHistories> = (0..4).map(with_missed_links).collect();
    let mut finished = 0;
    let mut stop = |done: usize, _: usize| {
        finished += done;
        std::ops::ControlFlow::Break(())
    };
    let long = Method::Lcmcr(LcmcrSettings { wanted_ess: 1e9, ..LcmcrSettings::default() });
    let outcome = average_over_linkage(&draws, &fixed, &long, Seed(0), &LinkageOptions::default(), &mut stop);
    assert_eq!((outcome.err(), finished), (Some(Stopped::Interrupted), 0));
}

#[test]
fn a_mixture_of_copies_is_the_posterior_itself() {
    let posterior = Posterior::Grid { cells: vec![3..=3, 4..=9, 12..=12], mass: vec![0.25, 0.5, 0.25] };
    let Posterior::Grid { cells, mass } = mixture(&[(1.0, &posterior), (1.0, &posterior), (3.0, &posterior)]) else {
        panic!("a mixture is a grid")
    };
    assert_eq!(cells, [3..=3, 4..=9, 12..=12]);
    assert!(mass.iter().zip([0.25, 0.5, 0.25]).all(|(one, two)| (one - two).abs() < 1e-15));
}

#[test]
fn a_mixture_of_draws_weights_each_replicate_by_its_weight() {
    let one = Posterior::Draws { chains: vec![vec![10, 10], vec![12, 14]] };
    let two = Posterior::Draws { chains: vec![vec![12]] };
    let mixed = mixture(&[(1.0, &one), (1.0, &two)]);
    assert!((mixed.mean() - 11.75).abs() < 1e-12);
    assert_eq!((mixed.quantile(0.25), mixed.median(), mixed.quantile(0.95)), (10, 12, 14));
}

/// The published summary of 20 replicates of one stratum.
const PUBLISHED: Replicates = Replicates {
    n_replicates: 20,
    mean_documented: 991.0,
    mean_undocumented: 602.0,
    mean: 6.334_880_96,
    within: 0.084_814_13,
    between: 0.034_658_84,
};

#[test]
fn the_rule_of_verdata_gives_its_published_interval() {
    let combined = verdata_rule(&PUBLISHED);
    assert!((combined.degrees - 23.7).abs() < 0.05, "{}", combined.degrees);
    assert_eq!((combined.low, combined.point, combined.high), (1_266, 1_593, 2_148));
}

#[test]
fn rubin_s_rule_has_more_degrees_of_freedom_and_a_narrower_interval() {
    let combined = rubin(&PUBLISHED);
    assert!((combined.degrees - 210.8).abs() < 0.05, "{}", combined.degrees);
    assert_eq!((combined.low, combined.point, combined.high), (1_275, 1_593, 2_111));
}

#[test]
fn replicates_are_summarised_on_the_log_scale_with_nobody_missed_counted_as_a_tenth() {
    let replicates = [vec![(10, 10), (10, 20)], vec![(12, 22), (12, 22)]];
    let summary = Replicates::of_draws(&replicates).unwrap();
    let ln10 = 10f64.ln();
    assert_eq!((summary.n_replicates, summary.mean_documented), (2, 11.0));
    assert_eq!(summary.mean_undocumented, 7.5);
    assert!((summary.mean - ln10 / 2.0).abs() < 1e-12);
    assert!((summary.within - ln10 * ln10).abs() < 1e-12);
    assert!((summary.between - ln10 * ln10 / 2.0).abs() < 1e-12);
    assert_eq!(Replicates::of_draws(&replicates[..1]), None);
}
