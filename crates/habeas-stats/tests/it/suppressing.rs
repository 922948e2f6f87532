//! Withheld counts: nobody who adds and subtracts can get them back.

use std::collections::{BTreeMap, BTreeSet};

use habeas_stats::{
    suppress::{Earlier, Policy, Released, Shown, SuppressError, TableSpec, release, release_beside},
    tally::{Label, Tally, Unit},
};
use proptest::prelude::*;

/// A tally of two dimensions from a table of counts by row and column.
fn two_way(rows: &[Vec<u64>]) -> Tally {
    let mut tally = Tally::new(Unit::Persons, vec![rows.len() as u32, rows[0].len() as u32]);
    for (i, row) in rows.iter().enumerate() {
        for (j, &count) in row.iter().enumerate() {
            tally.add(&[Label::Known(i as u32), Label::Known(j as u32)], count).unwrap();
        }
    }
    tally
}

fn shown(released: &Released, labels: &[Option<u32>]) -> Shown {
    let labels: Vec<Option<Label>> = labels.iter().map(|label| label.map(Label::Known)).collect();
    released.shown(&labels).unwrap()
}

/// An attacker who does not know how the release was made, and tries every table of integers.
///
/// Combinations are those of the finest cells; each published cell is an equation, each withheld one is at least 1. The
/// attacker fills one combination after the other and looks back only at sums that are already too large or complete.
struct Attacker {
    combinations: Vec<Vec<Label>>,
    equations: Vec<(Vec<usize>, Option<u64>)>,
}

impl Attacker {
    fn of(released: &Released, n_categories: &[u32]) -> Self {
        let combinations = n_categories.iter().fold(vec![Vec::new()], |all: Vec<Vec<Label>>, &n| {
            let labels = (0..n).map(Label::Known).chain([Label::Disputed, Label::Unknown]);
            let labels: Vec<Label> = labels.collect();
            all.iter().flat_map(|c| labels.iter().map(|&l| c.iter().copied().chain([l]).collect())).collect()
        });
        let equations = released.cells().iter().map(|cell| {
            let fits = |combination: &Vec<Label>| {
                combination.iter().zip(&cell.labels).all(|(label, wanted)| wanted.is_none_or(|wanted| wanted == *label))
            };
            let members = (0..combinations.len()).filter(|&idx| fits(&combinations[idx])).collect();
            let count = match cell.shown {
                Shown::Count(count) => Some(count),
                Shown::Withheld => None,
            };
            (members, count)
        });
        let equations = equations.collect();
        Self { combinations, equations }
    }

    /// Every value that each withheld cell takes in some table that fits; by the index of its equation.
    fn values(&self) -> BTreeMap<usize, BTreeSet<u64>> {
        let mut found = BTreeMap::new();
        let mut table = Vec::new();
        self.fill(&mut table, &mut found);
        found
    }

    fn fill(&self, table: &mut Vec<u64>, found: &mut BTreeMap<usize, BTreeSet<u64>>) {
        let sum = |members: &[usize]| members.iter().filter_map(|&m| table.get(m)).sum::<u64>();
        for (members, count) in &self.equations {
            let complete = members.iter().all(|&member| member < table.len());
            let total = sum(members);
            let contradicted = match count {
                Some(count) => total > *count || (complete && total != *count),
                None => complete && total == 0,
            };
            if contradicted {
                return;
            }
        }
        if table.len() == self.combinations.len() {
            for (idx, (members, _)) in self.equations.iter().enumerate().filter(|(_, (_, count))| count.is_none()) {
                found.entry(idx).or_default().insert(sum(members));
            }
            return;
        }
        let next = table.len();
        let room = self.equations.iter().filter(|(members, _)| members.contains(&next));
        let most = room.filter_map(|(members, count)| Some((*count)?.saturating_sub(sum(members)))).min();
        // Nothing shown bounds it: a few values are enough to see that it is not told.
        let most = most.unwrap_or(3);
        for value in 0..=most {
            table.push(value);
            self.fill(table, found);
            table.pop();
        }
    }
}

fn assert_protected(tally: &Tally, released: &Released, policy: Policy) {
    let attacker = Attacker::of(released, tally.n_categories());
    let values = attacker.values();
    let all: Vec<usize> = (0..tally.n_categories().len()).collect();
    let counts = tally.table(&all).unwrap();
    for (idx, (members, count)) in attacker.equations.iter().enumerate() {
        let truth: u64 = members.iter().map(|&member| counts[member].low).sum();
        if (1..policy.threshold).contains(&truth) {
            assert_eq!(*count, None, "a small count of {truth} is shown");
            let left = &values[&idx];
            assert!(left.contains(&truth) && left.len() >= policy.protect, "{truth} can only be one of {left:?}");
        }
    }
}

#[test]
fn a_small_count_takes_three_others_with_it_and_the_cheapest_ones() {
    let tally = two_way(&[vec![2, 30, 40], vec![50, 60, 10], vec![20, 80, 90]]);
    let (released, withholding) = release(&tally, &[vec![0, 1]], None, Policy::default()).unwrap();
    assert_eq!((withholding.n_small, withholding.n_beside), (1, 3));
    assert_eq!(shown(&released, &[Some(0), Some(0)]), Shown::Withheld);
    assert_eq!(shown(&released, &[None, None]), Shown::Count(382));
    assert_eq!(shown(&released, &[Some(0), None]), Shown::Count(72));
    assert_protected(&tally, &released, Policy::default());
}

#[test]
fn a_table_without_small_counts_is_shown_as_it_is() {
    let tally = two_way(&[vec![12, 30], vec![0, 60]]);
    let (released, withholding) = release(&tally, &[vec![0, 1]], None, Policy::default()).unwrap();
    assert_eq!((withholding.n_small, withholding.n_beside), (0, 0));
    assert!(released.cells().iter().all(|cell| matches!(cell.shown, Shown::Count(_))));
}

#[test]
fn a_small_total_cannot_hide_behind_the_sum_of_the_other_totals() {
    let tally = two_way(&[vec![3, 0], vec![50, 60], vec![20, 80]]);
    let (released, _) = release(&tally, &[vec![0, 1]], None, Policy::default()).unwrap();
    assert_eq!(shown(&released, &[Some(0), None]), Shown::Withheld);
    assert_protected(&tally, &released, Policy::default());
}

#[test]
fn two_tables_over_the_same_people_are_judged_together() {
    // By year and district, and by year and sex: the years are common to both.
    let mut tally = Tally::new(Unit::Persons, vec![2, 2, 2]);
    for (labels, count) in
        [([0, 0, 0], 9), ([0, 0, 1], 3), ([0, 1, 0], 12), ([0, 1, 1], 8), ([1, 0, 0], 11), ([1, 1, 1], 14)]
    {
        tally.add(&labels.map(Label::Known), count).unwrap();
    }
    let (released, _) = release(&tally, &[vec![0, 1], vec![0, 2]], None, Policy::default()).unwrap();
    // No cell of either table is small, though one of the table of both together is: that one is not published.
    assert!(released.cells().iter().all(|cell| matches!(cell.shown, Shown::Count(_))));
    let (finer, withholding) = release(&tally, &[vec![0, 1, 2]], None, Policy::default()).unwrap();
    // Three of one sex in the first district, in that year and therefore in all.
    assert_eq!(withholding.n_small, 2);
    assert_eq!(shown(&finer, &[Some(0), Some(0), Some(1)]), Shown::Withheld);
    assert_eq!(shown(&finer, &[None, Some(0), Some(1)]), Shown::Withheld);
    assert!(withholding.n_beside >= 2);
}

#[test]
fn who_is_named_in_public_is_subtracted_before_a_count_is_called_large() {
    let tally = two_way(&[vec![12, 30, 25], vec![50, 60, 35], vec![22, 28, 31]]);
    let named = two_way(&[vec![10, 0, 0], vec![0, 0, 0], vec![0, 0, 0]]);
    let (released, withholding) = release(&tally, &[vec![0, 1]], Some(&named), Policy::default()).unwrap();
    assert_eq!(withholding.n_small, 1, "two of the twelve are not named");
    assert_eq!(shown(&released, &[Some(0), Some(0)]), Shown::Withheld);
    // Named once and no longer counted, as after a correction.
    let apart = [vec![0], vec![1]];
    let gone = two_way(&[vec![900, 0, 0], vec![0, 0, 0], vec![0, 0, 0]]);
    let (released, _) = release(&tally, &apart, Some(&gone), Policy::default()).unwrap();
    assert_eq!(shown(&released, &[None, None]), Shown::Count(293));
    let other = Tally::new(Unit::Persons, vec![2]);
    assert!(matches!(
        release(&tally, &[vec![0, 1]], Some(&other), Policy::default()),
        Err(SuppressError::Named { found: 1, expected: 2 })
    ));
}

#[test]
fn what_cannot_be_protected_is_not_released_and_the_answer_says_what_to_merge() {
    // With 6 in all, the small one lies between 1 and 5 whatever is withheld.
    let tally = two_way(&[vec![1, 0], vec![0, 5]]);
    let refused = release(&tally, &[vec![0, 1]], None, Policy { threshold: 5, protect: 10 });
    assert!(matches!(refused, Err(SuppressError::Unprotected { merge: 0 | 1 })), "{refused:?}");
    assert_eq!(
        release(&tally, &[vec![0, 1]], None, Policy { threshold: 1, protect: 3 }).unwrap_err(),
        SuppressError::Policy
    );
    assert!(matches!(release(&tally, &[vec![0, 7]], None, Policy::default()), Err(SuppressError::Tally(_))));
}

#[test]
fn a_table_of_many_years_districts_and_sexes_is_decided_in_reasonable_time() {
    let mut tally = Tally::new(Unit::Persons, vec![5, 8, 2]);
    for year in 0..5 {
        for district in 0..8 {
            for sex in 0..2 {
                let count = u64::from((year * 7 + district * 13 + sex * 29 + year * district) % 43);
                tally.add(&[year, district, sex].map(Label::Known), if sex == 1 { count / 3 } else { count }).unwrap();
            }
        }
    }
    let (released, withholding) = release(&tally, &[vec![0, 1, 2]], None, Policy::default()).unwrap();
    println!("{withholding:?} of {} cells", released.cells().len());
    assert!(withholding.n_small > 10);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn no_attacker_who_tries_every_table_finds_fewer_values_than_promised(
        rows in proptest::collection::vec(proptest::collection::vec(0u64..9, 3), 3),
        protect in 2usize..4,
    ) {
        let tally = two_way(&rows);
        let policy = Policy { threshold: 4, protect };
        if let Ok((released, _)) = release(&tally, &[vec![0, 1]], None, policy) {
            assert_protected(&tally, &released, policy);
        }
    }

    #[test]
    fn nor_does_he_where_two_tables_have_nothing_but_the_total_in_common(
        rows in proptest::collection::vec(proptest::collection::vec(0u64..3, 3), 3),
        is_second_sensitive in any::<bool>(),
    ) {
        let tally = two_way(&rows);
        let policy = Policy { threshold: 4, protect: 2 };
        let tables = [sensitive(&[0]), TableSpec { dimensions: vec![1], sensitive: is_second_sensitive }];
        if let Ok((released, _)) = release_beside(&tally, &tables, None, policy, &[]) {
            let counts = tally.table(&[0, 1]).unwrap();
            let attacker = Attacker::of(&released, tally.n_categories());
            let values = attacker.values();
            for (idx, (members, count)) in attacker.equations.iter().enumerate() {
                let is_exact = !is_second_sensitive && released.cells()[idx].labels[0].is_none();
                let truth: u64 = members.iter().map(|&member| counts[member].low).sum();
                if !is_exact && (1..policy.threshold).contains(&truth) {
                    prop_assert_eq!(*count, None);
                    prop_assert!(values[&idx].len() >= policy.protect, "{} can only be one of {:?}", truth, values[&idx]);
                }
            }
        }
    }

    #[test]
    fn nor_does_he_in_three_dimensions_where_ranges_alone_would_promise_too_much(
        counts in proptest::collection::vec(0u64..7, 8),
    ) {
        let mut tally = Tally::new(Unit::Persons, vec![2, 2, 2]);
        for (idx, &count) in counts.iter().enumerate() {
            let labels = [idx & 1, idx >> 1 & 1, idx >> 2 & 1].map(|category| Label::Known(category as u32));
            tally.add(&labels, count).unwrap();
        }
        let policy = Policy { threshold: 3, protect: 2 };
        if let Ok((released, _)) = release(&tally, &[vec![0, 1, 2]], None, policy) {
            assert_protected(&tally, &released, policy);
        }
    }
}

/// What a release looks like to one that comes after it.
fn as_earlier(tally: &Tally, released: &Released, tables: &[TableSpec]) -> Earlier {
    Earlier { tally: tally.clone(), cells: released.cells().to_vec(), tables: tables.to_vec() }
}

fn sensitive(dimensions: &[usize]) -> TableSpec {
    TableSpec { dimensions: dimensions.to_vec(), sensitive: true }
}

#[test]
fn an_exact_table_is_shown_whole_beside_a_sensitive_one_that_keeps_its_secrets() {
    let tally = two_way(&[vec![2, 30, 40], vec![50, 60, 10], vec![20, 80, 1]]);
    let tables = [TableSpec { dimensions: vec![0], sensitive: false }, sensitive(&[0, 1])];
    let (released, _) = release_beside(&tally, &tables, None, Policy::default(), &[]).unwrap();
    for (row, total) in [(0, 72), (1, 120), (2, 101)] {
        assert_eq!(shown(&released, &[Some(row), None]), Shown::Count(total));
    }
    assert_eq!(shown(&released, &[Some(0), Some(0)]), Shown::Withheld);
    assert_protected(&tally, &released, Policy::default());
}

#[test]
fn a_total_that_one_table_tells_exactly_is_not_withheld_in_vain_by_another() {
    let tally = two_way(&[vec![0, 0], vec![0, 1]]);
    let tables = [sensitive(&[0]), TableSpec { dimensions: vec![1], sensitive: false }];
    let refused = release_beside(&tally, &tables, None, Policy::default(), &[]);
    assert!(matches!(refused, Err(SuppressError::Unprotected { .. })), "{refused:?}");
}

#[test]
fn who_is_counted_exactly_is_counted_exactly_however_few() {
    let tally = two_way(&[vec![1, 0], vec![0, 2]]);
    let tables = [TableSpec { dimensions: vec![0, 1], sensitive: false }];
    let (released, withholding) = release_beside(&tally, &tables, None, Policy::default(), &[]).unwrap();
    assert_eq!((withholding.n_small, withholding.n_beside), (0, 0));
    assert_eq!(shown(&released, &[Some(0), Some(0)]), Shown::Count(1));
}

#[test]
fn a_newcomer_is_not_told_by_the_difference_of_two_releases() {
    let policy = Policy::default();
    let tables = [sensitive(&[0, 1])];
    let first = two_way(&[vec![12, 30, 25], vec![50, 60, 35], vec![22, 28, 31]]);
    let (shown_first, _) = release_beside(&first, &tables, None, policy, &[]).unwrap();
    let second = two_way(&[vec![13, 30, 25], vec![50, 60, 35], vec![22, 28, 31]]);
    let (alone, _) = release_beside(&second, &tables, None, policy, &[]).unwrap();
    assert_eq!(shown(&alone, &[Some(0), Some(0)]), Shown::Count(13), "by itself it would be shown");
    let earlier = [as_earlier(&first, &shown_first, &tables)];
    match release_beside(&second, &tables, None, policy, &earlier) {
        Ok((beside, _)) => assert_eq!(shown(&beside, &[Some(0), Some(0)]), Shown::Withheld),
        // With the total growing by one, everybody knows that one came.
        Err(error) => assert!(matches!(error, SuppressError::Unprotected { .. } | SuppressError::AlreadyTold { .. })),
    }
}

#[test]
fn what_was_withheld_before_is_not_given_away_by_another_table_later() {
    let policy = Policy { threshold: 5, protect: 3 };
    let tally = two_way(&[vec![2, 30, 40], vec![50, 60, 10], vec![20, 80, 90]]);
    let first = [sensitive(&[0, 1])];
    let (shown_first, _) = release_beside(&tally, &first, None, policy, &[]).unwrap();
    let earlier = [as_earlier(&tally, &shown_first, &first)];
    let again = release_beside(&tally, &first, None, policy, &earlier).unwrap().0;
    assert_eq!(again.cells(), shown_first.cells(), "the same people give the same release");
    // An exact table of the same cells would tell all that was withheld.
    let exact = [TableSpec { dimensions: vec![0, 1], sensitive: false }];
    let told = release_beside(&tally, &exact, None, policy, &earlier);
    assert!(matches!(told, Err(SuppressError::Unprotected { .. } | SuppressError::AlreadyTold { .. })), "{told:?}");
}

#[test]
fn who_leaves_a_count_is_not_told_by_comparing() {
    let policy = Policy::default();
    let tables = [sensitive(&[0, 1])];
    let first = two_way(&[vec![12, 30], vec![50, 60]]);
    let (shown_first, _) = release_beside(&first, &tables, None, policy, &[]).unwrap();
    let second = two_way(&[vec![11, 30], vec![50, 60]]);
    let earlier = [as_earlier(&first, &shown_first, &tables)];
    assert!(matches!(
        release_beside(&second, &tables, None, policy, &earlier),
        Err(SuppressError::AlreadyTold { n_cells: 4 })
    ));
    // Years later enough has changed everywhere.
    let third = two_way(&[vec![40, 10], vec![80, 99]]);
    assert!(release_beside(&third, &tables, None, policy, &earlier).is_ok());
}

/// Every two-by-two table that fits a release: by its total where that is shown, else by any total up to `most`.
fn tables_that_fit(released: &Released, most: u64) -> Vec<[u64; 4]> {
    let totals = match released.shown(&[None, None]) {
        Some(Shown::Count(total)) => total..=total,
        _ => 0..=most,
    };
    let fits = |table: &[u64; 4]| {
        released.cells().iter().all(|cell| {
            let inside = |u: &usize| {
                [u / 2, u % 2]
                    .iter()
                    .zip(&cell.labels)
                    .all(|(own, wanted)| wanted.is_none_or(|wanted| wanted == Label::Known(*own as u32)))
            };
            let sum: u64 = (0..4).filter(inside).map(|u| table[u]).sum();
            match cell.shown {
                Shown::Count(count) => sum == count,
                Shown::Withheld => sum >= 1,
            }
        })
    };
    let mut all = Vec::new();
    for total in totals {
        for a in 0..=total {
            for b in 0..=total - a {
                all.extend((0..=total - a - b).map(|c| [a, b, c, total - a - b - c]).filter(fits));
            }
        }
    }
    all
}

/// An attacker who has both releases, knows that nobody left, and tries every pair of tables.
fn assert_two_releases_keep_their_secrets(before: &[u64], came: &[u64]) {
    let policy = Policy { threshold: 4, protect: 2 };
    let tables = [sensitive(&[0, 1])];
    let first = two_way(&[before[..2].to_vec(), before[2..].to_vec()]);
    let after: Vec<u64> = before.iter().zip(came).map(|(before, came)| before + came).collect();
    let second = two_way(&[after[..2].to_vec(), after[2..].to_vec()]);
    let Ok((one, _)) = release_beside(&first, &tables, None, policy, &[]) else { return };
    let earlier = [as_earlier(&first, &one, &tables)];
    let Ok((two, _)) = release_beside(&second, &tables, None, policy, &earlier) else { return };
    // A total that is withheld is a small one; a few above that are enough to see that it is not told.
    let most = 2 * policy.threshold;
    let (firsts, seconds) = (tables_that_fit(&one, most), tables_that_fit(&two, most));
    for u in 0..4 {
        let pairs = || {
            let pairs = firsts.iter().flat_map(|f| seconds.iter().map(move |s| (f, s)));
            pairs.filter(|(f, s)| f.iter().zip(s.iter()).all(|(f, s)| f <= s))
        };
        for (truth, values) in [
            (before[u], pairs().map(|(f, _)| f[u]).collect::<BTreeSet<u64>>()),
            (after[u], pairs().map(|(_, s)| s[u]).collect()),
            (came[u], pairs().map(|(f, s)| s[u] - f[u]).collect()),
        ] {
            let shown_before = one.shown(&[Some(Label::Known(u as u32 / 2)), Some(Label::Known(u as u32 % 2))]);
            // A change of a cell that was withheld at first is no change that anybody sees.
            let is_change_of_withheld = truth == came[u] && shown_before == Some(Shown::Withheld);
            if (1..policy.threshold).contains(&truth) && !is_change_of_withheld {
                assert!(values.len() >= policy.protect, "{truth} of cell {u}: {values:?}");
            }
        }
    }
}

#[test]
fn two_releases_whose_totals_are_withheld_themselves_give_nothing_away() {
    assert_two_releases_keep_their_secrets(&[0, 1, 0, 0], &[0, 2, 0, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn two_releases_together_give_no_small_count_away(
        before in proptest::collection::vec(0u64..9, 4),
        came in proptest::collection::vec(0u64..5, 4),
    ) {
        assert_two_releases_keep_their_secrets(&before, &came);
    }
}
