//! What the simulator promises, measured on the files it writes.

use super::coverage::{COMMITTEE, COVERAGE};
use super::lists::{Encoding, LISTS};
use super::population::{KIN, TAKEN_TOGETHER, WOMEN};
use super::*;
use habeas_core::{Date, Polarity, Predicate, Value, fold};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const COMMISSION: usize = 1;
const VALLEYS: usize = 2;
const NEWSROOM: usize = 3;
const PETITIONS: usize = 4;

fn world(seed: u64, records: u64) -> World {
    World::new(seed, records).unwrap()
}

fn bytes(world: &World, list: usize, form: Form) -> Vec<u8> {
    let mut out = Vec::new();
    world.write_list(list, form, &mut out).unwrap();
    out
}

/// A list as a statistician reads it: the person of each row, and its cells by header.
fn read(world: &World, list: usize) -> Vec<(usize, HashMap<String, String>)> {
    let bytes = bytes(world, list, Form::WithTruth);
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let cells: HashMap<String, String> =
            header.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
        (cells["true_person"][1..].parse().unwrap(), cells)
    });
    rows.collect()
}

/// Year, month, day as far as a cell such as `12/03/2016`, `2016-03` or `2016` states them.
fn parts(cell: &str, year_first: bool) -> Vec<i16> {
    let mut parts: Vec<i16> =
        cell.split(['/', '-']).filter(|part| !part.is_empty()).map(|part| part.parse().unwrap()).collect();
    if !year_first {
        parts.reverse();
    }
    parts
}

#[track_caller]
fn assert_rate(what: &str, n_hits: usize, n: usize, rate: f64) {
    let seen = n_hits as f64 / n as f64;
    let tolerance = 4.0 * (rate * (1.0 - rate) / n as f64).sqrt() + 0.002;
    assert!((seen - rate).abs() <= tolerance, "{what}: {seen:.4} of {n}, documented {rate:.4}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let (first, again, other) = (world(5, 600), world(5, 600), world(6, 600));
    for list in 0..N_LISTS {
        for form in [Form::AsKept, Form::WithTruth] {
            assert_eq!(bytes(&first, list, form), bytes(&again, list, form));
            assert_ne!(bytes(&first, list, form), bytes(&other, list, form));
        }
    }
    let texts = |world: &World| world.texts().into_iter().map(|text| text.text).collect::<Vec<_>>();
    assert_eq!(texts(&first), texts(&again));
    assert_ne!(texts(&first), texts(&other));
}

#[test]
fn the_default_world_has_the_promised_size() {
    for seed in 0..20 {
        let world = world(seed, DEFAULT_RECORDS);
        let truth = world.truth();
        assert!(world.n_records() >= 3_000 && truth.persons.n_documented >= 1_800);
        assert!(truth.persons.n_documented < world.n_total());
    }
}

#[test]
fn a_wished_number_of_records_is_met_within_two_of_a_hundred() {
    let wished = 100_000;
    let world = world(1, wished);
    assert!(world.n_records().abs_diff(wished as usize) < wished as usize / 50, "{}", world.n_records());
    let n_lines: usize =
        (0..N_LISTS).map(|list| bytes(&world, list, Form::WithTruth).split(|b| *b == b'\n').count() - 2).sum();
    assert_eq!(n_lines, world.n_records());
    for size in [LEAST_RECORDS - 1, MOST_RECORDS + 1] {
        assert!(matches!(World::new(1, size), Err(WorldError::Size { .. })));
    }
}

#[test]
fn a_person_takes_few_bytes_so_that_a_million_records_fit() {
    // 40 bytes for 900,000 persons are 36 MB; rows are made when they are written.
    assert!(size_of::<Person>() <= 40, "{}", size_of::<Person>());
}

#[test]
fn the_truth_agrees_with_the_rows_of_the_lists() {
    let world = world(2, 5_000);
    let truth = world.truth();
    let mut held = vec![0u8; world.n_total()];
    for list in 0..N_LISTS {
        let rows = read(&world, list);
        assert_eq!(rows.len(), truth.records[list]);
        assert!(rows.iter().map(|(person, _)| *person as u32).eq(world.persons_of(list).iter().copied()));
        rows.iter().for_each(|(person, _)| held[*person] |= 1 << list);
    }
    assert_eq!(held.iter().filter(|held| **held != 0).count(), truth.persons.n_documented);
    assert_eq!(truth.histories.values().sum::<usize>(), truth.persons.n_documented);
    for (history, n) in &truth.histories {
        assert_eq!(held.iter().filter(|held| *held == history).count(), *n);
    }
    let sums = [
        truth.by_year.values().map(|tally| tally.n_total).sum::<usize>(),
        truth.by_sex.values().map(|tally| tally.n_total).sum(),
        truth.by_province.values().map(|tally| tally.n_total).sum(),
        truth.by_ending.values().map(|tally| tally.n_total).sum(),
    ];
    assert_eq!(sums, [world.n_total(); 4]);
    assert_eq!(truth.by_year.len(), 12);
}

#[test]
fn the_written_lists_have_the_documented_error_rates() {
    let world = world(3, 25_000);
    let columns = [
        (COMMITTEE, "Father's name", "Date taken", false),
        (COMMISSION, "Parentage", "Missing since", true),
        (PETITIONS, "ولد", "تاريخ گرفتاري", false),
    ];
    for (list, father, date, year_first) in columns {
        let (rows, habits) = (read(&world, list), &HABITS[list]);
        let n = rows.len();
        let count = |is: &dyn Fn(&Person, &HashMap<String, String>) -> bool| {
            rows.iter().filter(|(person, cells)| is(&world.persons[*person], cells)).count()
        };
        let key = LISTS[list].key;
        let given = |person: &Person, cells: &HashMap<String, String>| {
            let parts = parts(&cells[date], year_first);
            let truth = [person.taken.year(), person.taken.month().into(), person.taken.day().into()];
            (parts.len(), parts.len() == 3 && parts != truth, parts)
        };
        assert_rate(
            &format!("{key}: father missing"),
            count(&|_, row| row[father].is_empty()),
            n,
            habits.father_missing,
        );
        for (length, rate) in [(0, habits.date.missing), (1, habits.date.year_only), (2, habits.date.month_only)] {
            assert_rate(&format!("{key}: {length} parts"), count(&|p, row| given(p, row).0 == length), n, rate);
        }
        let first = count(&|p, row| {
            given(p, row).1 && given(p, row).2[2] == 1 && given(p, row).2[1] == i16::from(p.taken.month())
        });
        assert_rate(&format!("{key}: first of month"), first, n, habits.date.first_of_month * 0.967);
        let wrong_year = count(&|p, row| {
            given(p, row).1
                && given(p, row).2[0] != p.taken.year()
                && given(p, row).2[1..] == [i16::from(p.taken.month()), i16::from(p.taken.day())]
        });
        assert_rate(&format!("{key}: year off"), wrong_year, n, habits.date.year_off);
        assert_rate(
            &format!("{key}: second rows"),
            n - rows.iter().map(|row| row.0).collect::<BTreeSet<_>>().len(),
            n,
            habits.second_row,
        );
    }
    let commission = read(&world, COMMISSION);
    let born: Vec<(i16, i16)> = commission
        .iter()
        .filter(|(_, row)| !row["Date of birth"].is_empty())
        .map(|(person, row)| (parts(&row["Date of birth"], true)[0], world.persons[*person].born.year()))
        .collect();
    assert_rate("births stated", born.len(), commission.len(), 1.0 - HABITS[COMMISSION].birth_missing);
    assert_rate(
        "births one off",
        born.iter().filter(|(a, b)| a.abs_diff(*b) == 1).count(),
        born.len(),
        HABITS[COMMISSION].birth_one_off,
    );
    assert_rate(
        "wrong decade",
        born.iter().filter(|(a, b)| a.abs_diff(*b) >= 10).count(),
        born.len(),
        HABITS[COMMISSION].birth_wrong_decade,
    );
    let newsroom = read(&world, NEWSROOM);
    assert_rate(
        "newsroom fathers",
        newsroom.iter().filter(|(_, row)| row["Father"].is_empty()).count(),
        newsroom.len(),
        HABITS[NEWSROOM].father_missing,
    );
    let valleys = read(&world, VALLEYS);
    assert_rate(
        "ages of the valleys",
        valleys.iter().filter(|(_, row)| row["عمر"].is_empty()).count(),
        valleys.len(),
        HABITS[VALLEYS].birth_missing,
    );
    let months_only = valleys.iter().filter(|(_, row)| row["تاریخ گمشدگی"].contains(' ')).count();
    assert_rate("months of the valleys", months_only, valleys.len(), HABITS[VALLEYS].date.month_only);
}

#[test]
fn two_lists_disagree_about_dates_as_often_as_two_real_registers_do() {
    let world = world(4, 60_000);
    let dates = |list, column: &str, year_first| -> BTreeMap<usize, Vec<i16>> {
        read(&world, list).into_iter().map(|(person, row)| (person, parts(&row[column], year_first))).collect()
    };
    let (ours, theirs) = (dates(COMMITTEE, "Date taken", false), dates(COMMISSION, "Missing since", true));
    let days = |date: &[i16]| Date::new(date[0], date[1] as i8, date[2] as i8).unwrap();
    let (mut n, mut contradict, mut by_days) = (0, 0, 0);
    for (person, date) in &ours {
        let Some(other) = theirs.get(person) else { continue };
        n += 1;
        let common = date.len().min(other.len());
        let placeholder = |a: &[i16], b: &[i16]| a[2] == 1 && a[..2] == b[..2];
        if common == 3 && date != other && !placeholder(date, other) && !placeholder(other, date) {
            contradict += 1;
            by_days += usize::from((days(date) - days(other)).get_days().abs() > 3);
        } else if common < 3 && date[..common] != other[..common] {
            contradict += 1;
        }
    }
    let share = contradict as f64 / n as f64;
    assert!((0.05..0.095).contains(&share), "{share} of {n}");
    assert!((0.02..0.05).contains(&(by_days as f64 / n as f64)), "{by_days} of {n}");
}

#[test]
fn latin_names_of_one_person_are_spelt_differently_by_ear() {
    let world = world(5, 20_000);
    let equal = |list: usize, column: &str| {
        let rows = read(&world, list);
        let same = rows.iter().filter(|(person, row)| {
            let name = &world.persons[*person].name;
            let whole = format!(
                "{} {}",
                sound::plain(world.names.given(name.given)),
                sound::plain(world.names.family_of(name.family))
            );
            fold(&row[column]) == fold(&whole)
        });
        same.count() as f64 / rows.len() as f64
    };
    let (committee, commission, newsroom) =
        (equal(COMMITTEE, "Name"), equal(COMMISSION, "Name of missing person"), equal(NEWSROOM, "Who"));
    assert!((0.24..0.34).contains(&committee), "{committee}");
    assert!((0.90..0.96).contains(&commission), "{commission}");
    assert!((0.16..0.27).contains(&newsroom), "{newsroom}");
}

#[test]
fn coverage_and_kin_are_as_documented() {
    let world = world(6, 40_000);
    let n = world.n_total();
    for (list, coverage) in COVERAGE.iter().enumerate() {
        let eligible = |person: &Person| (coverage.years.0..=coverage.years.1).contains(&person.taken.year());
        let n_eligible = world.persons.iter().filter(|person| eligible(person)).count();
        let n_held = world.held.iter().filter(|held| **held >> list & 1 == 1).count();
        assert_rate(LISTS[list].key, n_held, n_eligible, coverage.base);
    }
    assert_rate("women", world.persons.iter().filter(|person| person.sex == Sex::Female).count(), n, WOMEN);
    // Who was taken with whom stands side by side; that two takings share town and day by chance is rare.
    let together = |a: &Person, b: &Person| a.taken == b.taken && a.taken_at == b.taken_at;
    let takings: Vec<&[Person]> = world.persons.chunk_by(together).collect();
    let n_several = takings.iter().filter(|persons| persons.len() > 1).count();
    assert_rate("takings of several", n_several, takings.len(), TAKEN_TOGETHER);
    let others: Vec<(&Person, &Person)> =
        takings.iter().flat_map(|persons| persons[1..].iter().map(|other| (&persons[0], other))).collect();
    assert_rate(
        "kin",
        others.iter().filter(|(first, other)| first.name.family == other.name.family).count(),
        others.len(),
        KIN,
    );
}

#[test]
fn the_estimate_by_graph_averaging_usually_holds_the_truth() {
    use habeas_stats::{CaptureHistories, EstimableHistories, Method, Seed, estimate};
    let n_worlds = 12;
    let holds = |seed: u64| {
        let world = world(seed, DEFAULT_RECORDS);
        let keys = world.lists().iter().map(|list| list.key.to_owned()).collect();
        let counts = world.truth().histories.into_iter().map(|(history, n)| (u32::from(history), n as u64));
        let table = CaptureHistories::new(keys, counts).unwrap();
        let method = Method::dga();
        let estimate =
            estimate(&EstimableHistories::try_from((table, method.need())).unwrap(), &method, Seed(1)).unwrap();
        let intervals = estimate.figures().intervals;
        let widest = intervals.iter().max_by(|a, b| a.level.total_cmp(&b.level)).unwrap();
        (widest.low..=widest.high).contains(&(world.n_total() as u64))
    };
    let n_held = (100..100 + n_worlds).filter(|seed| holds(*seed)).count();
    assert!(n_held >= 10, "{n_held} of {n_worlds}");
}

#[test]
fn every_list_is_written_in_its_own_encoding_without_loss() {
    let world = world(7, 3_000);
    for (list, plan) in world.lists().iter().enumerate() {
        let kept = bytes(&world, list, Form::AsKept);
        let text = match plan.encoding {
            Encoding::Utf8 => String::from_utf8(kept).unwrap(),
            Encoding::Utf16 => encoding_rs::UTF_16LE.decode(&kept).0.into_owned(),
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&kept).0.into_owned(),
            Encoding::Windows1256 => encoding_rs::WINDOWS_1256.decode_without_bom_handling(&kept).0.into_owned(),
        };
        assert_eq!(text.contains("\r\n"), plan.crlf);
        let mut reader =
            csv::ReaderBuilder::new().delimiter(plan.delimiter).has_headers(false).from_reader(text.as_bytes());
        let truth = bytes(&world, list, Form::WithTruth);
        let mut plain = csv::ReaderBuilder::new().has_headers(false).from_reader(truth.as_slice());
        for (row, same) in reader.records().zip(plain.records()) {
            let (row, same) = (row.unwrap(), same.unwrap());
            assert!(row.len() == plan.columns.len() && row.iter().eq(same.iter().take(row.len())));
        }
        assert_eq!(text.lines().count(), world.persons_of(list).len() + 1);
    }
}

#[test]
fn the_contested_persons_stand_on_four_lists_that_contradict_each_other() {
    for (seed, records) in [(1, DEFAULT_RECORDS), (2, DEFAULT_RECORDS), (3, LEAST_RECORDS)] {
        let world = world(seed, records);
        let columns = [(COMMITTEE, "Status"), (COMMISSION, "Status"), (VALLEYS, "کیفیت"), (NEWSROOM, "Update")];
        let said = |index: usize| {
            let person = world.contested[index].0 as usize;
            columns.map(|(list, column)| {
                let row = read(&world, list).into_iter().find(|row| row.0 == person);
                row.map(|(_, cells)| cells[column].clone()).unwrap_or_default()
            })
        };
        assert_eq!(said(0), ["missing", "Deleted: not a case of enforced disappearance", "لاش ملی", "freed"]);
        assert_eq!(said(1), ["missing", "Traced: returned home", "لاش ملی", "still gone"]);
        assert_eq!(said(2), ["released", "Deleted: not a case of enforced disappearance", "لاپتہ", "found dead"]);
    }
}

#[test]
fn every_claim_of_a_text_quotes_the_words_it_rests_on() {
    for seed in 0..10 {
        let world = world(seed, 1_000);
        let texts = world.texts();
        assert_eq!(texts.len(), 5);
        for text in &texts {
            let claims: Vec<_> = text.mentions.iter().flat_map(|mention| &mention.claims).collect();
            assert!(claims.len() >= 6, "{}", text.key);
            for claim in claims {
                let quote = &text.text[claim.span.clone()];
                let fits = match &claim.value {
                    Value::Name(name) => name.text() == quote,
                    Value::Age(age) => age.low.to_string() == quote,
                    Value::Place(place) => place.parts.iter().all(|part| quote.contains(part.as_str())),
                    _ => !quote.trim().is_empty() && quote.trim() == quote,
                };
                assert!(fits, "{}: {:?}", text.key, claim.predicate);
            }
            for mention in &text.mentions {
                assert_eq!(mention.claims.iter().filter(|claim| claim.predicate == Predicate::Name).count(), 1);
            }
        }
    }
}

#[test]
fn the_texts_hold_a_denial_against_a_witness_a_reprint_and_two_scripts() {
    let world = world(1, DEFAULT_RECORDS);
    let texts = world.texts();
    let [denial, brothers, reprint, cellmate, mother] = texts.as_slice() else { panic!("five texts") };
    let of = |text: &TextPlan, wanted: Predicate| {
        text.mentions.iter().flat_map(|mention| &mention.claims).find(|claim| claim.predicate == wanted).cloned()
    };
    let contested = world.contested[0].0;
    assert!([denial, cellmate].iter().all(|text| text.mentions.iter().any(|mention| mention.person == contested)));
    assert!(of(denial, Predicate::Acknowledgement).unwrap().said_by.is_some());
    assert!(of(denial, Predicate::Fate).unwrap().said_by.is_some());
    let printed_again = brothers.text.lines().nth(2).unwrap();
    assert!(printed_again.len() > 150 && reprint.text.contains(printed_again));
    assert_eq!(of(reprint, Predicate::FatherName).unwrap().said_by.unwrap().relayed_by.len(), 1);
    assert_eq!(habeas_core::script_of(mother.text.lines().next().unwrap()), habeas_core::Script::Arabic);
    assert_eq!(of(mother, Predicate::Whereabouts).unwrap().polarity, Polarity::Denies);
    for text in [denial, brothers, reprint] {
        let n_words = text.text.split_whitespace().count();
        assert!((100..=250).contains(&n_words), "{}: {n_words} words", text.key);
    }
}

#[test]
fn four_of_ten_documented_families_consent_and_a_withdrawal_follows_its_consent() {
    let world = world(8, 20_000);
    let n_documented = world.truth().persons.n_documented;
    let mut last: BTreeMap<u32, habeas_core::ConsentAnswer> = BTreeMap::new();
    for consent in world.consents() {
        assert!(world.held[consent.person as usize] != 0);
        let before = last.insert(consent.person, consent.answer);
        assert_eq!(before.is_some(), consent.answer == habeas_core::ConsentAnswer::Withdrawn);
    }
    let given = last.values().filter(|answer| **answer == habeas_core::ConsentAnswer::Given).count();
    assert_rate("consents", given, n_documented, 0.40);
}

/// The manual's tables, written from the constants; the test fails when either is changed alone.
fn manual_tables() -> String {
    let percent = |rate: f64| {
        if rate == 0.0 {
            "–".to_owned()
        } else {
            format!("{:.3}", rate * 100.0).trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    };
    let keys: Vec<&str> = LISTS.iter().map(|list| list.key).collect();
    let head = |first: &str| format!("| {first} | {} |\n|---|{}\n", keys.join(" | "), "--:|".repeat(N_LISTS));
    let line = |name: &str, cell: &dyn Fn(usize) -> String| {
        format!("| {name} | {} |\n", (0..N_LISTS).map(cell).collect::<Vec<_>>().join(" | "))
    };
    let mut tables = head("coverage, %");
    tables += &line("a person of the years covered", &|l| percent(COVERAGE[l].base));
    tables += &line("given the committee lists the person", &|l| {
        COVERAGE[l].given_committee.map_or("same".to_owned(), |(on, _)| percent(on))
    });
    tables +=
        &line("given it does not", &|l| COVERAGE[l].given_committee.map_or("same".to_owned(), |(_, off)| percent(off)));
    tables += &line("years covered", &|l| format!("{}–{}", COVERAGE[l].years.0, COVERAGE[l].years.1));
    for province in 0..places::N_PROVINCES {
        let name = sound::plain(places::Town::all().find(|town| town.province() == province).unwrap().province_name());
        tables += &line(&format!("factor in {name}"), &|l| COVERAGE[l].by_province[province].to_string());
    }
    tables.push('\n');
    tables += &head("errors, % of rows");
    type Rate = fn(&habits::Habits) -> f64;
    let rates: [(&str, Rate); 22] = [
        ("a sound written by ear or by a slip (% of sounds that can be)", |h| h.by_ear),
        ("part of the name left out", |h| h.part_left_out),
        ("title added", |h| h.title_added),
        ("family first", |h| h.order_swapped),
        ("father's name missing", |h| h.father_missing),
        ("neighbouring place", |h| h.neighbouring_place),
        ("place missing", |h| h.place_missing),
        ("date: 1–3 days off", |h| h.date.days_off),
        ("date: a digit of the day slips", |h| h.date.digit_slips),
        ("date: a month off", |h| h.date.month_off),
        ("date: day and month swapped, where possible", |h| h.date.swapped),
        ("date: first of the month as placeholder", |h| h.date.first_of_month),
        ("date: a year off", |h| h.date.year_off),
        ("date: month only", |h| h.date.month_only),
        ("date: year only", |h| h.date.year_only),
        ("date missing", |h| h.date.missing),
        ("age or birth missing", |h| h.birth_missing),
        ("age or year of birth one off", |h| h.birth_one_off),
        ("birth ten or twenty years late", |h| h.birth_wrong_decade),
        ("release, death or court not heard of", |h| h.fate_unheard),
        ("another fate than the true one", |h| h.fate_wrong),
        ("second row of the same person", |h| h.second_row),
    ];
    for (name, rate) in &rates {
        tables += &line(name, &|l| percent(rate(&HABITS[l])));
    }
    tables +=
        &line("declares that it names a person once", &|l| if LISTS[l].names_once { "yes" } else { "no" }.to_owned());
    tables
}

#[test]
fn the_manual_prints_the_rates_that_are_used() {
    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/demo.md")).unwrap();
    let tables = manual_tables();
    assert!(manual.contains(&tables), "docs/demo.md must hold these tables:\n{tables}");
}
