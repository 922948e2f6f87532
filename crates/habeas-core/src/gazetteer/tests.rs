use super::*;
use crate::assertion::tests::{Said, entity};
use crate::{Content, parse_edtf};

fn place(id: u8) -> Entity {
    entity(EntityKind::Place, id)
}

/// Edges (place, wider, valid).
fn tree(edges: &[(u8, u8, Option<&str>)]) -> Gazetteer {
    let mut said = Said::default();
    let all: Vec<Assertion> = edges
        .iter()
        .map(|(below, above, valid)| {
            let content = Content::Entity(place(*above), None);
            let mut one = said.about(place(*below)).say(Topic::Of(Matter::PartOf), content).done();
            one.valid = valid.map(|edtf| parse_edtf(edtf).unwrap());
            one
        })
        .collect();
    Gazetteer::of(&all)
}

#[test]
fn a_site_lies_in_the_district_and_so_in_the_province() {
    let tree = tree(&[(1, 2, None), (2, 3, None), (4, 3, None)]);
    assert_eq!(tree.within(place(1), place(3), None), Truth::True);
    assert_eq!(tree.within(place(1), place(4), None), Truth::False);
    assert_eq!(tree.within(place(9), place(3), None), Truth::Unknown, "nothing wider is known of it");
}

#[test]
fn sources_that_put_one_shrine_into_two_districts_leave_it_open_but_not_the_province() {
    let tree = tree(&[(1, 2, None), (1, 3, None), (2, 4, None), (3, 4, None)]);
    assert_eq!(tree.within(place(1), place(2), None), Truth::Unknown);
    assert_eq!(tree.within(place(1), place(4), None), Truth::True);
}

#[test]
fn a_district_that_was_split_held_the_town_until_then() {
    let tree = tree(&[(1, 2, Some("../2010-06")), (1, 3, Some("2010-07/..")), (2, 4, None), (3, 4, None)]);
    let day = |text: &str| Some(text.parse().unwrap());
    assert_eq!(tree.within(place(1), place(2), day("2005-01-01")), Truth::True);
    assert_eq!(tree.within(place(1), place(2), day("2015-01-01")), Truth::False);
}

#[test]
fn circular_places_are_kept_and_told_and_nothing_hangs() {
    let tree = tree(&[(1, 2, None), (2, 1, None), (3, 1, None)]);
    assert_eq!(tree.circles(), [place(1), place(2)]);
    assert_ne!(tree.within(place(3), place(4), None), Truth::True);
}

#[test]
fn a_place_is_found_by_any_of_its_names() {
    let mut said = Said::of(place(5));
    let called = |text: &str| Content::Text(text.into());
    let names = [
        said.say(Topic::Of(Matter::Called), called("Qa‘lat-e Nau")).done(),
        said.say(Topic::Of(Matter::Called), called("قلعہ نو")).done(),
    ];
    let all = Gazetteer::of(&names);
    assert_eq!(all.named("QALAT E NAU"), [place(5)]);
    assert_eq!(all.named("قلعه نو"), [place(5)]);
}
