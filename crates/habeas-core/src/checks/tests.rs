//! The monthly figures are those of a commission of inquiry, as newspapers printed them; each row names its reference.

use super::*;
use crate::assertion::tests::{Said, entity};
use crate::{Bound, EntityId, EntityKind, Ratio, Trend, parse_edtf};
use proptest::prelude::*;

fn run(all: &[Assertion]) -> Vec<Finding> {
    check(&all.iter().collect::<Vec<_>>(), &Ties::default())
}

fn of(rule: Rule, findings: &[Finding]) -> Vec<(Outcome, Option<Hint>)> {
    findings.iter().filter(|finding| finding.rule == rule).map(|finding| (finding.outcome, finding.hint)).collect()
}

fn commission() -> Said {
    Said::of(entity(EntityKind::Series, 5))
}

#[test]
fn received_less_disposed_is_pending_or_the_difference_says_which_figure_is_a_month_old() {
    use Measure::{CasesDisposed, CasesPending, CasesReceived};
    let fails = |d| Outcome::FailsBy(d);
    // End of month, received, disposed, pending, new and disposed in the month; expected.
    for (end, received, disposed, pending, new, done, expected) in [
        ("2014-10", 2266, 963, 1303, None, None, (Outcome::Holds, None)), // pakistannewsindex.com
        ("2017-02", 3856, 2616, 1240, None, None, (Outcome::Holds, None)), // dawn.com/news/1320669
        ("2021-02", 7088, 4976, 2112, None, None, (Outcome::Holds, None)), // brecorder.com/news/40069192
        ("2021-10", 8154, 5924, 2267, Some(37), None, (fails(37), Some(Hint::ReceivedIsOlder))), // thefridaytimes.com 2021-11-13
        ("2022-04", 8539, 6408, 2253, Some(122), None, (fails(122), Some(Hint::ReceivedIsOlder))), // urdu.nayadaur.tv 18516
        ("2022-10", 9035, 6825, 2210, None, None, (Outcome::Holds, None)),                         // pon24news
        ("2022-11", 9133, 6926, 2207, None, None, (Outcome::Holds, None)), // devdiscourse 2281398
        ("2023-01", 9294, 7031, 2256, Some(91), Some(37), (fails(-7), Some(Hint::Unexplained))), // jasarat.com 2023-02-01
        ("2023-03", 9534, 7105, 2370, None, Some(59), (fails(-59), Some(Hint::DisposedIsOlder))), // aaj.tv 30323219
    ] {
        let mut said = commission();
        let mut all = vec![
            said.count(CasesReceived, Bound::Exact, received).stock(end).done(),
            said.count(CasesDisposed, Bound::Exact, disposed).stock(end).done(),
            said.count(CasesPending, Bound::Exact, pending).stock(end).done(),
        ];
        all.extend(new.map(|n| said.count(CasesReceived, Bound::Exact, n).month(end).done()));
        all.extend(done.map(|n| said.count(CasesDisposed, Bound::Exact, n).month(end).done()));
        assert_eq!(of(Rule::Stock, &run(&all)), [expected], "{end}");
    }
}

#[test]
fn more_disposed_than_received_is_told() {
    // September 2021: «5,853» received is August's disposed (nayadaur 14262).
    let mut said = commission();
    let all = [
        said.count(Measure::CasesReceived, Bound::Exact, 5853).stock("2021-09").done(),
        said.count(Measure::CasesDisposed, Bound::Exact, 5880).stock("2021-09").done(),
    ];
    assert_eq!(of(Rule::Stock, &run(&all)), [(Outcome::FailsBy(27), Some(Hint::Unexplained))]);
}

#[test]
fn what_is_disposed_of_is_traced_or_deleted_and_the_months_between_add_up() {
    let mut said = commission();
    let total = |said: &mut Said, measure, n, end| said.count(measure, Bound::Exact, n).stock(end).by("it").done();
    let all = [
        total(&mut said, Measure::CasesReceived, 9035, "2022-10"),
        total(&mut said, Measure::CasesReceived, 9133, "2022-11"),
        said.count(Measure::CasesReceived, Bound::Exact, 98).month("2022-11").done(),
        total(&mut said, Measure::CasesDisposed, 6825, "2022-10"),
        total(&mut said, Measure::CasesDisposed, 6926, "2022-11"),
        said.count(Measure::CasesDisposed, Bound::Exact, 101).month("2022-11").done(),
        total(&mut said, Measure::CasesTraced, 5574, "2022-11"),
        total(&mut said, Measure::CasesDeleted, 1352, "2022-11"),
    ];
    let findings = run(&all);
    assert_eq!(of(Rule::Stock, &findings), [(Outcome::Holds, None)]);
    assert_eq!(of(Rule::Flow, &findings), [(Outcome::Holds, None); 2]);
    assert!(of(Rule::Cumulative, &findings).is_empty());
    let fallen = [all[1].clone(), total(&mut said, Measure::CasesReceived, 9000, "2022-12")];
    assert_eq!(of(Rule::Cumulative, &run(&fallen)), [(Outcome::FailsBy(-133), Some(Hint::Unexplained))]);
}

#[test]
fn parts_that_are_all_of_a_whole_add_up_to_it() {
    for (whole, parts, expected) in [
        (1240, vec![684, 245, 103, 102, 44, 43, 13, 6], Outcome::Holds), // by area, dawn.com/news/1320669
        (2616, vec![1953, 354, 309], Outcome::Holds),
        (5574, vec![3743, 974, 616, 241], Outcome::Holds),
        (455, vec![107, 348], Outcome::Holds), // bodies of 2014: identified and not
        (37, vec![4, 21, 6], Outcome::FailsBy(-6)),
        (164, vec![71, 35, 19, 41], Outcome::FailsBy(2)), // tribune.com.pk/story/814993
        (164, vec![80, 41, 41, 6, 13, 8], Outcome::FailsBy(25)), // the same, by area
    ] {
        let mut said = commission();
        let total = said.count(Measure::Killed, Bound::Exact, whole).exhaustive().done();
        let mut all: Vec<Assertion> = parts
            .iter()
            .map(|n| said.count(Measure::Killed, Bound::Exact, *n).subgroup("part").part_of(&total).done())
            .collect();
        all.insert(0, total);
        let found: Vec<Outcome> = of(Rule::Parts, &run(&all)).into_iter().map(|(outcome, _)| outcome).collect();
        assert_eq!(found, [expected], "{whole} = {parts:?}");
    }
}

#[test]
fn a_breakdown_that_is_not_said_to_be_whole_may_leave_some_out() {
    let mut said = commission();
    let total = said.count(Measure::Killed, Bound::Exact, 37).done();
    let some = said.count(Measure::Killed, Bound::Exact, 31).subgroup("men").part_of(&total).done();
    assert_eq!(of(Rule::Parts, &run(&[total.clone(), some])), [(Outcome::Holds, None)]);
    let many = said.count(Measure::Killed, Bound::Vague, 0).subgroup("women").part_of(&total).done();
    assert_eq!(of(Rule::Parts, &run(&[total, many])), [(Outcome::CannotTell, None)]);
}

#[test]
fn a_subgroup_greater_than_what_others_count_in_all_is_told_and_both_stay() {
    let mut said = Said::of(entity(EntityKind::Incident, 1));
    let all = [
        said.count(Measure::Killed, Bound::Exact, 72).subgroup("lawyers").by("the article").done(),
        said.count(Measure::Killed, Bound::Exact, 70).by("Business Recorder").done(),
        said.count(Measure::Killed, Bound::AtLeast, 70).by("Dawn").done(),
        said.count(Measure::Killed, Bound::Exact, 55).subgroup("lawyers").by("Dawn").done(),
        said.count(Measure::Killed, Bound::Exact, 73).by("officials").done(),
    ];
    let findings = run(&all);
    assert_eq!(of(Rule::Parts, &findings), [(Outcome::FailsBy(2), Some(Hint::TotalTakenForSubgroup))]);
    assert_eq!(findings[0].assertions, [all[0].id, all[1].id]);
}

#[test]
fn increased_every_year_fails_at_the_first_fall_and_says_whose_series() {
    let mut said = Said::of(entity(EntityKind::Series, 1));
    let trend = Trend { measure: Measure::BodiesFound, rises: true, since: 2008 };
    let claim = said.say(Topic::Of(Matter::Trend), Content::Trend(trend)).by("the article").done();
    let alone = run(std::slice::from_ref(&claim));
    assert_eq!(of(Rule::Trend, &alone), [(Outcome::CannotTell, None)]);
    let mut all = vec![claim];
    for (year, n) in [("2014", 455), ("2015", 157)] {
        all.push(said.count(Measure::BodiesFound, Bound::Exact, n).period(year).by("VBMP").done());
    }
    // India4u.com, papers of 2016: 2010 to 2015.
    for (year, n) in [("2010", 102), ("2011", 203), ("2012", 166), ("2013", 168), ("2014", 165), ("2015", 129)] {
        all.push(said.count(Measure::BodiesFound, Bound::Exact, n).period(year).by("officials").done());
    }
    let findings = run(&all);
    assert_eq!(of(Rule::Trend, &findings), [(Outcome::FailsBy(-37), None), (Outcome::FailsBy(-298), None)]);
    assert_eq!(findings[1].assertions[1..], [all[1].id, all[2].id]);
}

#[test]
fn percentages_are_recomputed_at_the_printed_precision() {
    let [of, to] = [1, 2].map(|id| crate::AssertionId([id; 16]));
    let printed = |basis_points, decimals, is_change| Ratio { basis_points, decimals, of, to, is_change };
    // 4,976 of 7,088 cases are 70.20 % (brecorder.com/news/40069192).
    assert_eq!(ratio(4976, 7088, &printed(7020, 2, false)), Outcome::Holds);
    assert_eq!(ratio(463, 435, &printed(640, 1, true)), Outcome::Holds);
    assert_eq!(ratio(157, 455, &printed(-6550, 1, true)), Outcome::Holds);
    assert_eq!(ratio(463, 435, &printed(700, 0, true)), Outcome::FailsBy(1));
    assert_eq!(ratio(1, 0, &printed(700, 0, true)), Outcome::CannotTell);
}

#[test]
fn other_units_and_other_definitions_are_told_apart() {
    let mut said = commission();
    let mut all = [
        said.count(Measure::Disappeared, Bound::Exact, 10).period("2014").by("a").done(),
        said.count(Measure::Disappeared, Bound::Exact, 12).period("2014").by("b").done(),
    ];
    assert!(of(Rule::Definition, &run(&all)).is_empty());
    if let Content::Count(count) = &mut all[1].content {
        count.unit = crate::Unit::Complaint;
    }
    assert_eq!(of(Rule::Definition, &run(&all)), [(Outcome::CannotTell, None)]);
}

#[test]
fn nothing_happened_after_it_was_told_and_nobody_was_taken_after_their_body_was_found() {
    let mut said = Said::default();
    let late = said.date("event-date.taken", "2023-10-29").at("2023-10-01").done();
    assert_eq!(of(Rule::Calendar, &run(&[late])), [(Outcome::FailsBy(1), Some(Hint::DateOfAnotherAct))]);
    let vague = said.date("event-date.taken", "2023").at("2023-10-01").done();
    assert!(run(&[vague]).is_empty());
    let before_birth = [said.date("birth-date", "1990").done(), said.date("event-date.found-dead", "1976-11").done()];
    assert_eq!(of(Rule::Calendar, &run(&before_birth)).len(), 1);
    let source = crate::SourceId([77; 16]);
    let event = said.date("event-date.killed", "2024-03-02").from(source).done();
    let published =
        said.about(Entity { kind: EntityKind::Source, id: EntityId(source.0) }).date("published", "2024-01-13").done();
    assert_eq!(of(Rule::Calendar, &run(&[event, published])).len(), 1);
}

#[test]
fn a_weekday_is_a_check_digit_and_a_text_that_tells_of_later_days_was_revised() {
    let mut said = Said::of(entity(EntityKind::Incident, 1));
    let mut named = |words: &str, days: &str| {
        let mut one = said.date("when", days).done();
        one.quotes[0].words = words.into();
        of(Rule::Calendar, &run(&[one]))
    };
    assert_eq!(named("Saturday, 12 November", "[2016-11-12,2022-11-12]"), [(Outcome::Holds, None)]);
    assert_eq!(named("Friday, 12 November", "2016-11-12"), [(Outcome::FailsBy(1), Some(Hint::WrongWeekday))]);
    assert_eq!(named("one Friday in November", "2016-11"), [], "which day it was is not said");
    let source = crate::SourceId([77; 16]);
    let text = Entity { kind: EntityKind::Source, id: EntityId(source.0) };
    let first = said.about(text).date("first-published", "2023-12-30").from(source).done();
    let march = entity(EntityKind::Action, 2);
    let mut told = |day: &str| {
        let mut one = said.about(march).say(Topic::Of(Matter::Context), Content::Text("it went on".into())).done();
        (one.valid, one.quotes[0].source) = (parse_edtf(day).ok(), source);
        of(Rule::Calendar, &run(&[first.clone(), one]))
    };
    assert_eq!(told("2024-01-05"), [(Outcome::CannotTell, Some(Hint::RevisedSince))]);
    assert_eq!(told("2023-12"), []);
}

#[test]
fn a_month_that_others_contradict_may_be_that_of_the_arrest() {
    let incident = entity(EntityKind::Incident, 1);
    let mut said = Said::of(incident);
    let october = said.date("when", "2023-10").by("the article").done();
    let november = said.date("when", "[2023-11-22,2023-11-23]").by("the press").done();
    assert!(run(&[october.clone(), november.clone()]).is_empty(), "two accounts are no finding");
    let arrest = entity(EntityKind::Act, 2);
    let part = said.about(arrest).say(Topic::Of(Matter::PartOf), Content::Entity(incident, None)).done();
    let taken = said.date("when", "2023-10-29").by("the family").done();
    let findings = run(&[october.clone(), november, part, taken.clone()]);
    assert_eq!(of(Rule::Calendar, &findings), [(Outcome::CannotTell, Some(Hint::DateOfAnotherAct))]);
    assert_eq!(findings[0].assertions[..2], [october.id, taken.id]);
}

proptest! {
    #[test]
    fn no_finding_depends_on_the_order_and_none_changes_anything(
        numbers in proptest::collection::vec((0usize..17, 0u64..50, 2010i16..2016), 0..12), rotated in 0usize..12,
    ) {
        let mut said = commission();
        let all: Vec<Assertion> = numbers
            .iter()
            .map(|(measure, n, year)| {
                said.count(Measure::ALL[*measure], Bound::Exact, *n).stock(&format!("{year}")).by("one").done()
            })
            .collect();
        let mut other = all.clone();
        other.rotate_left(rotated % all.len().max(1));
        // Where one speaker states one thing twice, either may be compared: what fails is told either way.
        let distinct = numbers.iter().map(|(m, _, y)| (m, y)).collect::<std::collections::BTreeSet<_>>().len() == numbers.len();
        if distinct {
            let sorted = |all: &[Assertion]| {
                let mut found: Vec<String> = run(all).iter().map(|finding| format!("{finding:?}")).collect();
                found.sort();
                found
            };
            prop_assert_eq!(sorted(&all), sorted(&other));
        }
        prop_assert_eq!(other.len(), all.len());
    }

    #[test]
    fn exact_parts_of_an_exact_whole_hold_only_where_they_add_up(parts in proptest::collection::vec(0u64..100, 1..6), off in 0u64..3) {
        let sum: u64 = parts.iter().sum();
        let bounds: Vec<Bounds> = parts.iter().map(|n| Bounds::exactly(*n)).collect();
        let outcome = sum_against(&Bounds::exactly(sum + off), &bounds, true);
        let expected = if off == 0 { Outcome::Holds } else { Outcome::FailsBy(-(off as i64)) };
        prop_assert_eq!(outcome, expected);
    }
}
