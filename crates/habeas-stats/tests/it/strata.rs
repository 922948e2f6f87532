//! Strata and their total: draws are added, never ends of intervals; what is refused is said and stays documented.

use habeas_stats::{
    CaptureHistories, EstimableHistories, Method, Seed, Stopped, estimate,
    pooled::LinkageOptions,
    progress::Silent,
    strata::{Stratified, Stratum, StratumFigure, estimate_strata},
};

use crate::published::{KOSOVO, SPINA_BIFIDA, table};

fn stratum(label: &str, table: CaptureHistories) -> Stratum {
    Stratum { label: label.to_owned(), table, draws: Vec::new() }
}

fn run(strata: &[Stratum]) -> Stratified {
    by(&Method::dga(), strata)
}

fn by(method: &Method, strata: &[Stratum]) -> Stratified {
    estimate_strata(strata, method, Seed(1), &LinkageOptions::default(), &mut Silent)
}

/// Two lists only: no stratum for an estimate.
fn too_few() -> CaptureHistories {
    table("list1,list2,list3,count\n1,0,0,30\n0,1,0,20\n1,1,0,7\n")
}

fn scaled(factor: u64) -> CaptureHistories {
    let spina = table(SPINA_BIFIDA);
    let counts: Vec<(u32, u64)> = spina.counts().map(|(mask, count)| (mask, count * factor)).collect();
    CaptureHistories::new(spina.lists().to_vec(), counts).unwrap()
}

#[test]
fn the_total_of_strata_is_narrower_than_the_sum_of_their_intervals() {
    let strata: Vec<Stratum> = (1..=4).map(|factor| stratum(&factor.to_string(), scaled(factor))).collect();
    // The posterior under independence has no heavy tail that would blur a comparison of variances.
    let stratified = by(&Method::independence(), &strata);
    let total = stratified.total.unwrap();
    let (mut mean, mut variance, mut width) = (0.0, 0.0, 0);
    for result in &stratified.strata {
        let figure = result.outcome.as_ref().unwrap();
        let posterior = figure.estimate().posterior().unwrap();
        mean += posterior.mean();
        variance += posterior.variance();
        let figures = figure.estimate().figures();
        let interval = figures.intervals.last().unwrap();
        width += interval.high - interval.low;
    }
    let posterior = total.posterior().unwrap();
    assert!((posterior.mean() - mean).abs() < 0.003 * mean, "{} {mean}", posterior.mean());
    assert!((posterior.variance() / variance - 1.0).abs() < 0.03, "{} {variance}", posterior.variance());
    let figures = total.figures();
    let interval = figures.intervals.last().unwrap();
    assert!(interval.high - interval.low < width * 7 / 10);
    assert_eq!(figures.n_documented, 6_260);
}

#[test]
fn a_refused_stratum_stays_in_the_total_with_its_documented_people_and_the_total_says_so() {
    let stratified = run(&[stratum("2014", scaled(1)), stratum("unknown", too_few())]);
    assert_eq!(stratified.strata[1].outcome.as_ref().unwrap_err().code(), "too_few_lists");
    let total = stratified.total.unwrap();
    let figures = total.figures();
    assert_eq!(figures.n_documented, 626 + 57);
    let warning = figures.warnings.iter().find(|warning| warning.code() == "refused_strata").unwrap();
    assert_eq!(
        warning.text(),
        "1 of 2 strata cannot be estimated; of them only the 57 people documented are in the total, so that it is too \
         low by all who are missing there."
    );
    // 57 people more than the stratum that is estimated, in every draw.
    let alone =
        estimate(&EstimableHistories::try_from((scaled(1), Method::dga().need())).unwrap(), &Method::dga(), Seed(1))
            .unwrap();
    assert_eq!(figures.point, alone.figures().point + 57.0);
    assert!(figures.sensitivity.lowest <= figures.point && figures.point <= figures.sensitivity.highest);
}

#[test]
fn without_a_single_estimated_stratum_there_is_no_total() {
    let stratified = run(&[stratum("2014", too_few()), stratum("2015", too_few())]);
    assert_eq!(stratified.total.unwrap_err().code(), "too_few_lists");
}

#[test]
fn a_method_without_draws_gives_its_strata_and_no_total() {
    let strata = [stratum("all", table(KOSOVO))];
    let stratified = by(&Method::chao(), &strata);
    assert!(stratified.strata[0].outcome.is_ok());
    assert_eq!(stratified.total.unwrap_err().code(), "no_posterior");
}

#[test]
fn strata_are_added_within_the_same_draw_of_the_linkage() {
    // A doubtful link: in even draws it joins two records of the north, in odd ones two of the south. The sum of the
    // documented people is the same in every draw, so that linkage adds nothing to the variance of the total.
    let with = |factor: u64, joined: bool| {
        let plain = scaled(factor);
        let counts = plain.counts().map(move |(mask, count)| match mask {
            0b011 => (mask, count + 40 * u64::from(joined)),
            0b001 | 0b010 => (mask, count + 40 * u64::from(!joined)),
            _ => (mask, count),
        });
        CaptureHistories::new(scaled(1).lists().to_vec(), counts.collect::<Vec<_>>()).unwrap()
    };
    let draws = |parity: usize| (0..100).map(|draw| with(2, draw % 2 == parity)).collect::<Vec<_>>();
    let strata = |parities: [usize; 2]| {
        parities.map(|parity| Stratum { label: parity.to_string(), table: with(2, true), draws: draws(parity) })
    };
    let variance = |parities| {
        let stratified = by(&Method::independence(), &strata(parities));
        assert!(matches!(stratified.strata[0].outcome.as_ref().unwrap(), StratumFigure::Averaged(_)));
        stratified.total.unwrap().posterior().unwrap().variance()
    };
    let (opposed, together) = (variance([0, 1]), variance([0, 0]));
    assert!(opposed < 0.8 * together, "{opposed} {together}");
}

#[test]
fn a_run_that_is_stopped_keeps_finished_strata_and_has_no_total() {
    let strata: Vec<Stratum> = (1..=3).map(|factor| stratum(&factor.to_string(), scaled(factor))).collect();
    let single = {
        let mut asked = 0usize;
        let mut count = |_done: usize, _of: usize| {
            asked += 1;
            std::ops::ControlFlow::Continue(())
        };
        estimate_strata(&strata[..1], &Method::dga(), Seed(1), &LinkageOptions::default(), &mut count);
        asked
    };
    let mut left = single + 1;
    let mut stop = |_done: usize, _of: usize| {
        left -= 1;
        if left == 0 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    };
    let stratified = estimate_strata(&strata, &Method::dga(), Seed(1), &LinkageOptions::default(), &mut stop);
    assert_eq!((stratified.strata.len(), stratified.n_not_reached), (1, 2));
    assert!(stratified.total.is_err());
    let stopped = Stopped::Interrupted.to_string();
    assert_eq!(stopped, "stopped on request");
}

#[test]
fn a_list_that_says_what_divides_the_strata_makes_them_too_low_and_that_is_said_of_the_total() {
    // Only the third list says who is a man: everybody else lies in «not stated», where that list has nobody.
    let men = table("list1,list2,list3,count\n1,0,1,112\n0,1,1,142\n1,1,1,12\n0,0,1,247\n");
    let not_stated = table("list1,list2,list3,count\n1,0,0,60\n0,1,0,49\n1,1,0,4\n");
    let stratified = run(&[stratum("man", men), stratum("not stated", not_stated)]);
    let total = stratified.total.unwrap();
    let warnings = total.figures().warnings;
    let warning = warnings.iter().find(|warning| warning.code() == "partial_coverage").unwrap();
    assert!(warning.text().contains("list3 has 0 people in «not stated»"), "{}", warning.text());
    let whole = run(&[stratum("a", scaled(1)), stratum("b", scaled(2))]).total.unwrap();
    assert!(whole.figures().warnings.iter().all(|warning| warning.code() != "partial_coverage"));
}

#[test]
fn a_table_that_several_strata_show_in_their_draws_is_fitted_once() {
    let draws: Vec<CaptureHistories> = (1..=3).map(scaled).collect();
    let both = ["north", "south"].map(|label| Stratum { draws: draws.clone(), ..stratum(label, scaled(1)) });
    let mut n_tables_fitted = 0;
    let mut count = |done: usize, of: usize| {
        n_tables_fitted += if of == draws.len() { done } else { 0 };
        std::ops::ControlFlow::Continue(())
    };
    let stratified = estimate_strata(&both, &Method::dga(), Seed(1), &LinkageOptions::default(), &mut count);
    let [north, south] = [0, 1].map(|idx| stratified.strata[idx].outcome.as_ref().unwrap().estimate().figures().point);
    assert_eq!((n_tables_fitted, north), (3, south));
}
