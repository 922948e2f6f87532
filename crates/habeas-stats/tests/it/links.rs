//! Figures from links that were decided once.

use habeas_stats::{CaptureHistories, DecidedLinks, EstimableHistories, Estimate, Method, Seed, progress::Silent};

/// People of a world of 20,000 whom four independent lists record, and the same lists with a tenth of the pairs of records
/// of one person not linked: the expected counts of both tables.
fn world(missed: f64) -> CaptureHistories {
    const TOTAL: f64 = 20_000.0;
    const ON: [f64; 4] = [0.35, 0.3, 0.25, 0.2];
    let torn = 1.0 - (1.0 - missed).sqrt();
    let mut counts = [0.0; 16];
    for mask in 1usize..16 {
        let chance = |list: usize| if mask >> list & 1 == 1 { ON[list] } else { 1.0 - ON[list] };
        let people: f64 = TOTAL * (0..4).map(chance).product::<f64>();
        if mask.count_ones() == 1 {
            counts[mask] += people;
            continue;
        }
        for gone in (0usize..16).filter(|gone| gone & !mask == 0) {
            let n_gone = gone.count_ones() as i32;
            let share = torn.powi(n_gone) * (1.0 - torn).powi(mask.count_ones() as i32 - n_gone);
            (0..4).filter(|list| gone >> list & 1 == 1).for_each(|list| counts[1 << list] += people * share);
            counts[mask & !gone] += people * share;
        }
    }
    let lists = ["A", "B", "C", "D"].map(str::to_owned).into();
    let masks = (1u32..16).map(|mask| (mask, counts[mask as usize].round() as u64));
    CaptureHistories::new(lists, masks).unwrap()
}

fn beside(table: &CaptureHistories, net_missed_share: Option<f64>) -> Estimate {
    let method = Method::dga();
    let table = EstimableHistories::with_dependences(table, method.need(), &[]).unwrap();
    let given = habeas_stats::estimate(&table, &method, Seed(3)).unwrap();
    given.beside_links(&table, DecidedLinks { net_missed_share }, &mut Silent).unwrap()
}

fn codes(estimate: &Estimate) -> Vec<&'static str> {
    estimate.figures().warnings.iter().map(|warning| warning.code()).collect()
}

/// The figure with the links that are missed.
fn with_links(estimate: &Estimate) -> f64 {
    let of_links = estimate.figures().sensitivity.alternatives.iter().find(|other| other.kind.code() == "missed_links");
    of_links.unwrap().outcome.unwrap().point
}

#[test]
fn missed_links_make_the_figure_too_high_and_a_warning_says_so_with_a_figure_nearer_the_truth() {
    let estimate = beside(&world(0.06), Some(0.06));
    let figures = estimate.figures();
    let interval = figures.intervals.last().unwrap();
    assert!(interval.low > 20_000, "without the warning the interval would mislead: {interval:?}");
    assert!(codes(&estimate).contains(&"links_missed"));
    let told = with_links(&estimate);
    assert!((told - 20_000.0).abs() < 0.35 * (figures.point - 20_000.0), "{told} {}", figures.point);
    assert!(figures.sensitivity.lowest <= told);
}

#[test]
fn decided_links_are_said_to_be_decided_even_where_none_is_missed() {
    let estimate = beside(&world(0.0), Some(0.0));
    assert!(codes(&estimate).contains(&"links_as_decided"));
    assert!(!codes(&estimate).contains(&"links_missed"));
    let unknown = beside(&world(0.06), None);
    assert!(codes(&unknown).contains(&"links_as_decided"), "nobody has estimated how many are missed");
}

#[test]
fn where_more_links_are_wrong_than_missed_the_figure_without_them_is_higher() {
    let estimate = beside(&world(0.0), Some(-0.06));
    assert!(with_links(&estimate) > estimate.figures().point);
    let warning = estimate.figures().warnings.iter().find(|warning| warning.code() == "links_missed").cloned();
    assert!(warning.unwrap().text().contains("too low"));
}

#[test]
fn the_same_seed_says_the_same_of_missed_links() {
    assert_eq!(beside(&world(0.03), Some(0.03)), beside(&world(0.03), Some(0.03)));
}
