//! Finding persons: words, filters, pages.

use crate::world::{NOW, import, new_vault, reopen};
use habeas_core::PersonId;
use habeas_vault::{ComparedRow, PersonFilter, PersonRow, Vault};

fn person(n: u32, words: &str) -> PersonRow {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    PersonRow {
        name: words.to_uppercase(),
        search_text: words.into(),
        taken: format!("{}-11", 1970 + n % 10),
        year: (n % 10 != 9).then_some(1970 + (n % 10) as i16),
        place: if n.is_multiple_of(2) { "orla".into() } else { "tarsa".into() },
        labels: if n.is_multiple_of(3) { vec!["missing".into(), "disputed".into()] } else { vec!["missing".into()] },
        sources: if n < 5 { vec!["committee".into(), "families".into()] } else { vec!["families".into()] },
        n_records: 1 + n % 3,
        n_contradictions: n % 4,
        ..PersonRow::of(PersonId(id))
    }
}

fn vault_of(rows: Vec<PersonRow>) -> (tempfile::TempDir, Vault) {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    vault.index_persons(rows.into_iter()).unwrap();
    (dir, vault)
}

/// Numbers of the persons that a filter wants, in order; the count must say the same.
fn found(vault: &Vault, filter: &PersonFilter) -> Vec<u32> {
    let (mut numbers, mut after) = (Vec::new(), None);
    loop {
        let page = vault.search_persons(filter, after, 7).unwrap();
        assert!(page.hits.len() <= 7);
        numbers.extend(page.hits.iter().map(|hit| {
            let id = hit.row.person.0;
            u32::from_be_bytes([id[0], id[1], id[2], id[3]])
        }));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(vault.count_persons(filter).unwrap(), numbers.len() as u64);
    numbers
}

fn words(words: &[&str]) -> PersonFilter {
    PersonFilter { words: words.iter().map(|&word| word.to_owned()).collect(), ..PersonFilter::default() }
}

#[test]
fn all_words_must_occur_and_the_beginning_of_a_longer_word_is_enough() {
    let names = ["marena tolvi", "marenella tolvi orso", "ma tolvi", "محراب بلوچ", "d angelo or not and near"];
    let (_dir, vault) = vault_of((0u32..).zip(names).map(|(n, name)| person(n, name)).collect());
    for (asked, expected) in [
        (&["marena"][..], &[0][..]),
        (&["maren"], &[0, 1]),
        (&["ma"], &[2]),
        (&["tolvi"], &[0, 1, 2]),
        (&["tolvi", "maren"], &[0, 1]),
        (&["محراب"], &[3]),
        (&["بلوچ", "محر"], &[3]),
        (&["not", "and", "near", "or"], &[4]),
        (&["nobody"], &[]),
        (&["\"", ""], &[0, 1, 2, 3, 4]),
    ] {
        assert_eq!(found(&vault, &words(asked)), expected, "{asked:?}");
    }
}

#[test]
fn filters_narrow_and_combine_with_words() {
    let (_dir, vault) = vault_of((0..40).map(|n| person(n, "marena tolvi")).collect());
    let all = PersonFilter::default();
    let expected = |wanted: &dyn Fn(u32) -> bool| (0..40).filter(|n| wanted(*n)).collect::<Vec<u32>>();
    let years = PersonFilter { years: Some((1972, 1974)), ..all.clone() };
    assert_eq!(found(&vault, &years), expected(&|n| (2..=4).contains(&(n % 10))));
    let place = PersonFilter { places: vec!["orla".into()], ..all.clone() };
    assert_eq!(found(&vault, &place), expected(&|n| n % 2 == 0));
    let either = PersonFilter { places: vec!["nowhere".into(), "orla".into()], ..all.clone() };
    assert_eq!(found(&vault, &either), found(&vault, &place));
    let label = PersonFilter { label: Some("disputed".into()), ..all.clone() };
    assert_eq!(found(&vault, &label), expected(&|n| n % 3 == 0));
    let source = PersonFilter { source: Some("committee".into()), ..all.clone() };
    assert_eq!(found(&vault, &source), expected(&|n| n < 5));
    let contradicted = PersonFilter { only_contradicted: true, ..all.clone() };
    assert_eq!(found(&vault, &contradicted), expected(&|n| n % 4 != 0));
    let both = PersonFilter { label: Some("disputed".into()), ..words(&["tolvi"]) };
    assert_eq!(
        found(&vault, &PersonFilter { only_contradicted: true, ..both }),
        expected(&|n| n % 3 == 0 && n % 4 != 0)
    );
    assert_eq!(found(&vault, &all), expected(&|_| true));
}

#[test]
fn a_page_shows_persons_as_they_were_indexed_and_says_whether_more_follow() {
    let (_dir, vault) = vault_of((0..10).map(|n| person(n, "marena tolvi")).collect());
    let page = vault.search_persons(&PersonFilter::default(), None, 10).unwrap();
    assert_eq!(page.next, None);
    let kept = PersonRow { search_text: String::new(), ..person(3, "marena tolvi") };
    assert_eq!(page.hits[3].row, kept);
    let page = vault.search_persons(&PersonFilter::default(), None, 9).unwrap();
    assert_eq!(page.next, Some(page.hits[8].key));
}

#[test]
fn persons_are_stale_after_an_import_and_fresh_after_they_were_indexed_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    assert!(vault.index_is_stale_for_persons().unwrap());
    vault.index_persons([person(1, "marena tolvi")].into_iter()).unwrap();
    assert!(!vault.index_is_stale_for_persons().unwrap());
    vault.audit("looked", NOW).unwrap();
    assert!(!vault.index_is_stale_for_persons().unwrap());
    drop(vault);
    let mut vault = reopen(dir.path());
    assert!(!vault.index_is_stale_for_persons().unwrap());
    import(&mut vault, "committee", 2);
    assert!(vault.index_is_stale_for_persons().unwrap());
    vault.index_persons([person(2, "other words")].into_iter()).unwrap();
    assert_eq!(found(&vault, &words(&["marena"])), [0u32; 0]);
    assert_eq!(found(&vault, &words(&["other"])), [2]);
}

#[test]
fn one_person_is_put_in_place_of_an_older_row_and_is_found_by_the_new_words_alone() {
    let rows = ["marena tolvi", "orso bren", "sela bren"];
    let (dir, mut vault) = vault_of((0u32..).zip(rows).map(|(n, name)| person(n, name)).collect());
    let [changed, new] = [person(1, "orsolya vant"), person(7, "late bren")];
    vault.update_persons(&[changed, new], &[person(0, "").person]).unwrap();
    drop(vault);
    let vault = reopen(dir.path());
    for (asked, expected) in [("orso", &[1][..]), ("bren", &[2, 7]), ("marena", &[]), ("vant", &[1])] {
        assert_eq!(found(&vault, &words(&[asked])), expected, "{asked}");
    }
    assert_eq!(found(&vault, &PersonFilter::default()), [1, 2, 7], "in the old order, new ones last");
    assert_eq!(
        found(&vault, &PersonFilter { label: Some("disputed".into()), ..PersonFilter::default() }),
        [] as [u32; 0]
    );
}

#[test]
fn those_who_bear_another_spelling_come_after_those_who_bear_the_word_and_nobody_twice() {
    let rows = (0..40u32).map(|n| match n % 4 {
        0 => person(n, "balach \u{e000}blch"),
        1 => person(n, "baluch \u{e000}blch"),
        _ => person(n, "bolan \u{e000}bln"),
    });
    let (_dir, vault) = vault_of(rows.collect());
    let spelt = PersonFilter { spellings: vec![vec!["\u{e000}blch".into()]], ..words(&["balach"]) };
    let expected: Vec<u32> = (0..40).step_by(4).chain((1..40).step_by(4)).collect();
    assert_eq!(found(&vault, &spelt), expected);
    assert_eq!(found(&vault, &words(&["balach"])), (0..40).step_by(4).collect::<Vec<_>>());
}

#[test]
fn days_overlap_and_places_match_at_any_width() {
    let one = |n: u32, spans: &[(i32, i32)], places: &[&str]| PersonRow {
        spans: spans.to_vec(),
        places: places.iter().map(|place| (*place).to_owned()).collect(),
        ..person(n, "x")
    };
    let (_dir, vault) = vault_of(vec![
        one(0, &[(20_140_501, 20_140_531)], &["orla", "kesh"]),
        one(1, &[(20_160_101, 20_161_231), (20_220_101, 20_221_231)], &["tarsa"]),
        one(2, &[(i32::MIN, 20_101_231)], &["kesh"]),
        one(3, &[], &[]),
    ]);
    let days = |first, last| PersonFilter { days: Some((first, last)), ..PersonFilter::default() };
    for ((first, last), expected) in [
        ((20_140_531, 20_140_601), &[0][..]),
        ((20_180_101, 20_191_231), &[]),
        ((20_220_601, i32::MAX), &[1]),
        ((i32::MIN, 19_000_101), &[2]),
        ((i32::MIN, i32::MAX), &[0, 1, 2]),
    ] {
        assert_eq!(found(&vault, &days(first, last)), expected, "{first} to {last}");
    }
    let within = PersonFilter { within: vec!["kesh".into(), "lund".into()], ..PersonFilter::default() };
    assert_eq!(found(&vault, &within), [0, 2]);
}

#[test]
fn what_tables_count_is_told_of_those_that_a_filter_wants_in_their_order() {
    let counted = |n: u32| PersonRow {
        year_words: format!("={}", 1970 + n % 10),
        sex: if n == 4 { String::new() } else { "=female".into() },
        point: (n == 3).then_some((26.5, -3.25)),
        is_unlinked: n == 5,
        ..person(n, &format!("name{n}"))
    };
    let (_dir, vault) = vault_of((0..6).map(counted).collect());
    let asked = |filter: &PersonFilter| {
        let mut told = Vec::new();
        let visit = vault.each_counted(filter, |one| {
            told.push((
                one.year.to_owned(),
                one.sex.to_owned(),
                one.place.to_owned(),
                one.sources.len(),
                one.point,
                one.is_unlinked,
            ));
        });
        visit.unwrap();
        told
    };
    let all = asked(&PersonFilter::default());
    assert_eq!(all[3], ("=1973".into(), "=female".into(), "tarsa".into(), 2, Some((26.5, -3.25)), false));
    assert_eq!(all[5], ("=1975".into(), "=female".into(), "tarsa".into(), 1, None, true));
    assert!(all[4].1.is_empty() && all.len() == 6);
    let in_orla = PersonFilter { places: vec!["orla".into()], ..PersonFilter::default() };
    assert_eq!(asked(&in_orla).iter().map(|one| &*one.0).collect::<Vec<_>>(), ["=1970", "=1972", "=1974"]);
    assert_eq!(asked(&words(&["name2"])).len(), 1);
}

#[test]
fn what_lists_say_differently_comes_least_agreeing_first_page_by_page_and_goes_with_its_person() {
    let records =
        |n: u32| [1, 2].map(|side| habeas_core::RecordId([side, n as u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    let compared = |n: u32| PersonRow {
        compared: vec![ComparedRow { field: "taken a b".into(), agreement: (n % 5) as u8, records: records(n) }],
        ..person(n, "x")
    };
    let (_dir, mut vault) = vault_of((0..20).map(compared).collect());
    let counts = vault.compared_counts().unwrap();
    assert_eq!(
        counts.iter().map(|(_, agreement, n)| (*agreement, *n)).collect::<Vec<_>>(),
        [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    );
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = vault.compared("taken a b", 3, after, 3).unwrap();
        seen.extend(page.iter().map(|(_, [left, _])| left.0[1]));
        match page.last() {
            Some((key, _)) => after = Some(*key),
            None => break,
        }
    }
    assert_eq!(seen, [4, 9, 14, 19, 3, 8, 13, 18]);
    vault.update_persons(&[], &[person(9, "x").person]).unwrap();
    assert_eq!(vault.compared("taken a b", 4, None, 9).unwrap().len(), 3);
    assert!(vault.compared("other", 0, None, 9).unwrap().is_empty());
}

#[test]
fn the_persons_of_the_most_records_come_first_and_page_by_page() {
    let (_dir, vault) = vault_of((0..30).map(|n| PersonRow { n_records: 1 + n % 5, ..person(n, "x") }).collect());
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = vault.largest_persons(4, after, 5).unwrap();
        seen.extend(page.iter().map(|row| (row.n_records, row.person)));
        match page.last() {
            Some(row) => after = Some((row.n_records, row.person)),
            None => break,
        }
    }
    let mut sorted = seen.clone();
    sorted.sort_by_key(|(n, person)| (std::cmp::Reverse(*n), *person));
    assert_eq!((seen.len() as u64, &seen), (vault.count_larger_persons(4).unwrap(), &sorted));
    assert_eq!(seen.len(), 12);
}
