//! Nobody gets lost in a tally.

use habeas_stats::tally::{Bounds, CountRange, Label, Tally, TallyError, Unit};
use proptest::prelude::*;

fn label(n_categories: u32) -> impl Strategy<Value = Label> {
    prop_oneof![(0..n_categories).prop_map(Label::Known), Just(Label::Disputed), Just(Label::Unknown)]
}

proptest! {
    #[test]
    fn every_table_sums_to_the_total_whatever_its_dimensions(
        units in proptest::collection::vec((label(3), label(2), label(4), 0u64..50), 0..60),
    ) {
        let mut tally = Tally::new(Unit::Persons, vec![3, 2, 4]);
        for (year, sex, place, count) in &units {
            tally.add(&[*year, *sex, *place], *count).unwrap();
        }
        for dimensions in [vec![], vec![0], vec![1], vec![2, 0], vec![0, 1, 2]] {
            let table = tally.table(&dimensions).unwrap();
            prop_assert_eq!(table.iter().map(|cell| cell.low).sum::<u64>(), tally.total());
            for cell in &table {
                prop_assert!(cell.low <= cell.high && cell.high <= tally.total());
            }
        }
    }
}

#[test]
fn the_unknown_and_the_disputed_raise_what_a_category_could_be_but_never_what_it_is() {
    let mut tally = Tally::new(Unit::Persons, vec![2]);
    for (label, count) in [(Label::Known(0), 10), (Label::Known(1), 4), (Label::Disputed, 3), (Label::Unknown, 5)] {
        tally.add(&[label], count).unwrap();
    }
    let cell = |labels, low, high| Bounds { labels: vec![labels], low, high };
    assert_eq!(
        tally.table(&[0]).unwrap(),
        [
            cell(Label::Known(0), 10, 18),
            cell(Label::Known(1), 4, 12),
            cell(Label::Disputed, 3, 3),
            cell(Label::Unknown, 5, 5)
        ]
    );
}

#[test]
fn a_unit_that_does_not_fit_the_dimensions_is_refused_and_not_counted() {
    let mut tally = Tally::new(Unit::Acts, vec![2]);
    assert_eq!(
        tally.add(&[Label::Known(2)], 1),
        Err(TallyError::NoSuchCategory { dimension: 0, category: 2, n_categories: 2 })
    );
    assert_eq!(tally.add(&[], 1), Err(TallyError::WrongNumberOfLabels { found: 0, expected: 1 }));
    assert_eq!(tally.table(&[1]), Err(TallyError::NoSuchDimension { dimension: 1 }));
    assert_eq!(tally.total(), 0);
}

#[test]
fn an_open_end_stays_open_when_ranges_are_added() {
    let forty_to_sixty = CountRange { low: 40, best: 50, high: Some(60) };
    let at_least_twelve = CountRange { low: 12, best: 12, high: None };
    assert_eq!(forty_to_sixty + forty_to_sixty, CountRange { low: 80, best: 100, high: Some(120) });
    assert_eq!(
        [forty_to_sixty, at_least_twelve].into_iter().sum::<CountRange>(),
        CountRange { low: 52, best: 62, high: None }
    );
}
