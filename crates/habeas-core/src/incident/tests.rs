use super::*;
use crate::assertion::tests::{Said, entity};
use crate::{Assertion, Content, EntityKind, Matter, Measure, Topic, parse_edtf};

/// Kesh and Dorval lie in Olenia, the market in Kesh; Lone lies nowhere that is known.
fn tree() -> Gazetteer {
    let mut said = Said::default();
    let mut all: Vec<Assertion> = Vec::new();
    for (id, name) in [(1, "Olenia"), (2, "Kesh"), (3, "Dorval"), (4, "Lone"), (5, "Old Market")] {
        let called = Content::Text(name.into());
        all.push(said.about(entity(EntityKind::Place, id)).say(Topic::Of(Matter::Called), called).done());
    }
    for (below, above) in [(2, 1), (3, 1), (5, 2)] {
        let wider = Content::Entity(entity(EntityKind::Place, above), None);
        all.push(said.about(entity(EntityKind::Place, below)).say(Topic::Of(Matter::PartOf), wider).done());
    }
    Gazetteer::of(&all)
}

/// `deed | when | where | persons | killed`; of each several accounts, parted by «;».
fn told(text: &str) -> Particulars {
    let mut columns = text.split('|').map(|column| column.split(';').map(str::trim).filter(|part| !part.is_empty()));
    let mut next = || columns.next().into_iter().flatten();
    Particulars {
        deeds: next().map(str::to_owned).collect(),
        dates: next().map(|edtf| parse_edtf(edtf).unwrap()).collect(),
        places: next()
            .map(|text| PlaceAsGiven { parts: text.split(',').map(|part| part.trim().into()).collect(), point: None })
            .collect(),
        persons: next().map(str::to_owned).collect(),
        figures: next()
            .map(|number| match number.parse() {
                Ok(n) => CountValue::new(Measure::Killed, Bound::Exact, Some(n), None).unwrap(),
                Err(_) => CountValue::new(Measure::Killed, Bound::Vague, None, None).unwrap(),
            })
            .collect(),
    }
}

/// Spellings that the linkage would take for one.
fn alike(one: &str, other: &str) -> bool {
    [("Kareem Osto", "Karim Osto"), ("Kech", "Kesh")].contains(&(one.min(other), one.max(other)))
}

fn codes(act: &str, known: &str) -> Option<String> {
    let signs = signs(&told(act), &told(known), &tree(), &alike)?;
    Some(signs.iter().map(|sign| sign.code()).collect::<Vec<_>>().join(" "))
}

#[test]
fn an_incident_is_proposed_for_what_it_shares_and_never_where_day_or_place_exclude_it() {
    for (act, known, expected) in [
        ("0101 | 2016-11-12 | Kesh | | 52", "0101 | 2016-11-12 | Kesh | | 52", Some("day place deed figure")),
        // One kind of killing below the other; figures that cannot be one say nothing, since accounts of one incident differ.
        ("0101 | 2016-11-12 | Kesh | | 52", "01010502 | 2016-11-12 | Kesh, Olenia | | 45", Some("day place deed")),
        // Partial dates that share a day.
        ("0101 | 2016-11 | Kesh | |", "0101 | [2016-11-12,2022-11-12] | Kesh | |", Some("days place deed")),
        ("| 2016 | Kesh | |", "| 2016-11-12 | Kesh | |", Some("days place")),
        ("| 2014/.. | Kesh | |", "| 2016-11-12 | Kesh | |", None),
        ("| 2015~ | Kesh | |", "| 2016-11-12 | Kesh | |", None),
        // Other days, or places that lie beside each other.
        ("0101 | 2016-11-13 | Kesh | Karim Osto | 52", "0101 | 2016-11-12 | Kesh | Karim Osto | 52", None),
        ("0101 | 2016-11-12 | Dorval | Karim Osto | 52", "0101 | 2016-11-12 | Kesh | Karim Osto | 52", None),
        ("| 2016-11-12 | a tea house, Dorval | |", "| 2016-11-12 | Old Market | Karim Osto |", None),
        // One account of several is enough not to be excluded.
        ("| 2016-11-13 | Kesh | |", "| 2016-11-12; 2016-11-13 | Dorval; Kesh | |", Some("day place")),
        // One inside the other, by the tree or by the words; spellings by the linkage.
        ("| 2016-11-12 | Old Market | |", "| 2016-11-12 | Olenia | |", Some("day within")),
        ("| 2016-11-12 | a tea house, Kech | |", "| 2016-11-12 | Kesh | |", Some("day within")),
        ("| 2016-11-12 | a tea house, Kesh | |", "| 2016-11-12 | police academy, Kesh | |", None),
        ("| 2016-11-12 | | Kareem Osto |", "| 2016-11-12 | | Karim Osto; Adil Venn |", Some("person day")),
        // Two places of one name in two countries are not known to be one.
        ("| 2016-11-12 | Zarn, Olenia | |", "| 2016-11-12 | Zarn, Tirania | |", None),
        // Places that nobody knows exclude nothing, and speak for nothing.
        ("| 2016-11-12 | Zarn | Karim Osto |", "| 2016-11-12 | Orla | Karim Osto |", Some("person day")),
        // A day alone, or a place alone, is no incident; kind and figure never make up for it.
        ("0101 | 2016-11-12 | | | 52", "0101 | 2016-11-12 | | | 52", None),
        ("0101 | | Kesh | | 52", "0101 | | Kesh | | 52", None),
        ("| | Kesh | Karim Osto | many", "| | Kesh | Karim Osto | 52", Some("person place")),
        ("| | | |", "0101 | 2016-11-12 | Kesh | Karim Osto | 52", None),
    ] {
        assert_eq!(codes(act, known).as_deref(), expected, "{act}  and  {known}");
        assert_eq!(codes(known, act).as_deref(), expected, "the other way round: {act}  and  {known}");
    }
}

#[test]
fn the_likeliest_comes_first_and_five_are_enough() {
    let incident = |id| entity(EntityKind::Incident, id);
    let known = [
        (incident(9), told("| 2016-11 | Kesh | |")),
        (incident(8), told("0101 | 2016-11-12 | Kesh | Adil Venn |")),
        (incident(7), told("0101 | 2016-11-12 | Olenia | |")),
    ];
    let of = |known: &[(Entity, Particulars)]| -> Vec<u8> {
        let act = told("0101 | 2016-11-12 | Kesh | Adil Venn |");
        let known = known.iter().map(|(incident, told)| (*incident, told));
        like_incidents(&act, known, &tree(), &alike).iter().map(|one| one.incident.id.0[0]).collect()
    };
    assert_eq!(of(&known), [8, 7, 9]);
    let many: Vec<_> = (1..=7).map(|id| (incident(id), told("0101 | 2016-11-12 | Kesh | |"))).collect();
    assert_eq!(of(&many), [1, 2, 3, 4, 5]);
    assert!(of(&[]).is_empty());
}

#[test]
fn what_an_incident_does_not_say_itself_its_acts_say() {
    let own = told("bombing | | Kesh | |").or(told("0101 | 2016-11-12 | Old Market | Adil Venn | 3"));
    assert_eq!(own, told("bombing | 2016-11-12 | Kesh | Adil Venn | 3"));
}
