use super::*;
use crate::assertion::tests::{Said, entity};
use crate::{Bound, EntityKind, Matter, Measure};
use proptest::prelude::*;

fn killed(all: &[Assertion]) -> Vec<ConflictSet<'_>> {
    let counting: Vec<&Assertion> = all.iter().collect();
    conflicts(&counting, &Ties::default())
}

/// Twelve accounts of the dead of one day as newspapers and offices gave them (set B of the worked conflicts: Quetta,
/// 8 August 2016; dawn.com/news/1276340, tribune.com.pk/story/1159342 and others): the bound, the number, and who says it.
fn twelve() -> Vec<Assertion> {
    let mut said = Said::of(entity(EntityKind::Incident, 1));
    let exact = Bound::Exact;
    let mut all = vec![
        said.count(Measure::Killed, exact, 45).by("health minister").done(),
        said.count(Measure::Killed, exact, 54).by("newsblaze.com").done(),
        said.count(Measure::Killed, exact, 63).by("hospital director").done(),
        said.count(Measure::Killed, exact, 64).by("hospital director").done(),
        said.count(Measure::Killed, Bound::AtLeast, 67).by("Guardian").done(),
        said.count(Measure::Killed, Bound::AtLeast, 70).by("Dawn").done(),
        said.count(Measure::Killed, exact, 70).by("Business Recorder").done(),
        said.count(Measure::Killed, exact, 73).by("officials").done(),
        said.count(Measure::Killed, Bound::AtLeast, 70).by("Dawn").done(),
        said.count(Measure::Killed, exact, 70).by("Express Tribune").done(),
        said.count(Measure::Killed, exact, 70).by("Friday Times").done(),
    ];
    all.push(said.count(Measure::Killed, exact, 70).by("calendarz.com").between(70, 94).done());
    all
}

#[test]
fn a_range_keeps_all_that_is_said_and_a_majority_counts_origins_not_articles() {
    let all = twelve();
    let sets = killed(&all);
    let [set] = &sets[..] else { panic!("one question: {}", sets.len()) };
    let ties = Ties::default();
    let range = resolve(set, &Policy::Range, &ties);
    assert_eq!(range.bounds, Some(Bounds { low: Some(45), best: None, high: Some(94) }));
    assert_eq!((range.n_open, range.policy_id.as_str()), (3, "resolve.range@1"));
    let majority = resolve(set, &Policy::Majority, &ties);
    assert_eq!(majority.bounds, Some(Bounds::exactly(70)));
    assert_eq!(majority.support, (4, 10), "Dawn speaks once, and so does the hospital's director");
}

#[test]
fn an_undated_figure_of_a_speaker_replaces_no_other_of_theirs_and_a_later_one_does() {
    let mut said = Said::of(entity(EntityKind::Incident, 1));
    let undated = [
        said.count(Measure::Killed, Bound::Exact, 63).by("director").at("2016-08-08").done(),
        said.count(Measure::Killed, Bound::Exact, 64).by("director").done(),
    ];
    assert_eq!(killed(&undated)[0].accounts.len(), 2);
    let mut dated = undated;
    dated[1].said_at = Some(crate::parse_edtf("2016-08-09").unwrap());
    assert!(killed(&dated).is_empty(), "the later one stands alone");
    let (counting, ties) = (dated.iter().collect::<Vec<_>>(), Ties::default());
    let set = accounts_of(&counting, dated[0].about, dated[0].topic, None, &ties);
    assert_eq!(set.superseded.iter().map(|one| one.id).collect::<Vec<_>>(), [dated[0].id], "and the earlier one stays");
    dated[1].said_by = Some(crate::Attribution::direct("police", crate::SpeakerKind::Official));
    assert_eq!(killed(&dated)[0].accounts.len(), 2, "another speaker's never replaces");
}

#[test]
fn fifty_two_and_at_least_fifty_are_no_conflict_and_a_tie_is_no_result() {
    let mut said = Said::of(entity(EntityKind::Incident, 1));
    let may_be = [
        said.count(Measure::Killed, Bound::Exact, 52).by("a").done(),
        said.count(Measure::Killed, Bound::AtLeast, 50).by("b").done(),
    ];
    assert!(killed(&may_be).is_empty());
    let tie = [
        said.count(Measure::Killed, Bound::Exact, 52).by("a").done(),
        said.count(Measure::Killed, Bound::Exact, 53).by("b").done(),
    ];
    assert_eq!(resolve(&killed(&tie)[0], &Policy::Majority, &Ties::default()).bounds, None);
}

#[test]
fn casualties_are_no_account_of_the_killed_and_other_definitions_give_no_single_number() {
    let mut said = Said::of(entity(EntityKind::Incident, 1));
    let measures = [
        said.count(Measure::Killed, Bound::Exact, 52).by("a").done(),
        said.count(Measure::Casualties, Bound::Exact, 130).by("b").done(),
    ];
    assert!(killed(&measures).is_empty());
    let mut bodies = [
        said.count(Measure::BodiesFound, Bound::Exact, 455).by("a").done(),
        said.count(Measure::BodiesFound, Bound::Exact, 164).by("b").done(),
    ];
    if let Content::Count(count) = &mut bodies[1].content {
        count.definition = "bullet-riddled".into();
    }
    let sets = killed(&bodies);
    assert!(sets[0].definitions_differ);
    assert_eq!(resolve(&sets[0], &Policy::Range, &Ties::default()).bounds, None);
}

#[test]
fn a_new_account_makes_a_resolution_stale_and_what_was_set_aside_stays() {
    let all = twelve();
    let sets = killed(&all[..4]);
    let policy = Policy::Team(all[3].id);
    let why = "the director's last word".to_owned();
    let mut seen = sets[0].ids();
    seen.pop();
    let resolution = Resolution { topic: sets[0].topic, policy, version: 1, why, seen };
    assert!(sets[0].makes_stale(&resolution));
    let resolved = resolve(&sets[0], &resolution.policy, &Ties::default());
    assert_eq!((resolved.taken, resolved.bounds), (Some(all[3].id), Some(Bounds::exactly(64))));
    assert_eq!(sets[0].accounts.len(), 4);
}

#[test]
fn a_reprint_is_no_second_source_and_its_original_changes_nothing() {
    let mut said = Said::of(entity(EntityKind::Incident, 1));
    let (reprint, original) = (crate::SourceId([1; 16]), crate::SourceId([2; 16]));
    let mut ties = Ties::default();
    ties.derive(Entity::source(reprint), Entity::source(original));
    let one = said.count(Measure::Killed, Bound::Exact, 4).from(reprint).done();
    let two = said.count(Measure::Killed, Bound::Exact, 4).from(original).done();
    assert_eq!(groups(&[&one], &ties).n(), 1);
    assert_eq!(groups(&[&one, &two], &ties).n(), 1);
    assert_eq!(groups(&[&one, &two], &Ties::default()).n(), 2);
    let named = said.count(Measure::Killed, Bound::Exact, 4).from(original).by("the police").done();
    assert_eq!(groups(&[&one, &two, &named], &ties).n(), 2, "somebody who is quoted speaks for themselves");
}

#[test]
fn those_who_speak_for_one_organisation_are_one_origin_and_circles_end() {
    let (mut said, mut facts) = (Said::of(entity(EntityKind::Incident, 1)), Said::default());
    let (office, spokesman) = (entity(EntityKind::Party, 7), entity(EntityKind::Party, 8));
    let called = |text: &str| Content::Text(text.into());
    let links = [
        facts.about(office).say(Topic::Of(Matter::Called), called("Home Department")).done(),
        facts.about(spokesman).say(Topic::Of(Matter::Called), called("Its Spokesman")).done(),
        facts.about(spokesman).say(Topic::Of(Matter::SpeaksFor), Content::Entity(office, None)).done(),
        facts.about(office).say(Topic::Of(Matter::SpeaksFor), Content::Entity(spokesman, None)).done(),
    ];
    let a = said.count(Measure::Killed, Bound::Exact, 4).by("Home  department").done();
    let b = said.count(Measure::Killed, Bound::Exact, 4).by("its spokesman").done();
    assert_eq!(groups(&[&a, &b], &Ties::of(&links[..3], &[])).n(), 1);
    assert_eq!(groups(&[&a, &b], &Ties::of(&links, &[])).n(), 1);
}

proptest! {
    #[test]
    fn adding_reprints_changes_no_number_whatever_is_said(
        told in proptest::collection::vec((0u8..4, 40u64..60), 1..8), copied in 0usize..8,
    ) {
        let mut said = Said::of(entity(EntityKind::Incident, 1));
        let mut ties = Ties::default();
        let mut all: Vec<Assertion> = told
            .iter()
            .map(|(by, n)| {
                let one = said.count(Measure::Killed, Bound::Exact, *n);
                if *by == 0 { one.done() } else { one.by(&format!("speaker {by}")).done() }
            })
            .collect();
        let numbers = |all: &[Assertion], ties: &Ties| {
            let counting: Vec<&Assertion> = all.iter().collect();
            let set = accounts_of(&counting, all[0].about, all[0].topic, None, ties);
            [Policy::Range, Policy::Majority].map(|policy| {
                let resolved = resolve(&set, &policy, ties);
                (resolved.bounds, resolved.support)
            })
        };
        let before = numbers(&all, &ties);
        let original = all[copied % all.len()].clone();
        let mut reprint = said.say(original.topic, original.content.clone()).done();
        reprint.said_by = original.said_by.clone();
        ties.derive(Entity::source(reprint.quotes[0].source), Entity::source(original.quotes[0].source));
        all.push(reprint);
        prop_assert_eq!(numbers(&all, &ties), before);
    }

    #[test]
    fn the_order_of_accounts_changes_no_number(rotated in 0usize..12) {
        let all = twelve();
        let mut other = all.clone();
        other.rotate_left(rotated);
        for policy in [Policy::Range, Policy::Majority] {
            let of = |all: &[Assertion]| resolve(&killed(all)[0], &policy, &Ties::default());
            prop_assert_eq!(of(&all), of(&other));
        }
    }
}
