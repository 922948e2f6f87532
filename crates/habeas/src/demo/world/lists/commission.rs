//! The national commission: official transliteration with circumflex, case numbers, register words, replies of agencies.

use super::super::{
    entry::Entry,
    habits::{Habits, Written},
    places::Town,
    population::{Answer, Ending},
    sound,
};
use super::{Column, Encoding, List, numeric};
use habeas_core::Sex;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

pub const LIST: List = List {
    key: "commission",
    title: "Register of the National Commission on Missing Persons",
    speaker: "National Commission on Missing Persons",
    language: "en",
    file_name: "commission-register.csv",
    delimiter: b';',
    crlf: true,
    encoding: Encoding::Windows1252,
    names_once: true,
    columns: &[
        Column { header: "Case No.", means: r#"field = "list-id""# },
        Column { header: "Name of missing person", means: r#"field = "name", parts = "as-written""# },
        Column { header: "Parentage", means: r#"field = "name.father""# },
        Column { header: "Sex", means: r#"field = "sex""# },
        Column { header: "Date of birth", means: r#"field = "birth.date", order = "ymd""# },
        Column { header: "Tehsil", means: r#"field = "event.place", event = "taken", level = "settlement""# },
        Column { header: "District", means: r#"field = "event.place", event = "taken", level = "district""# },
        Column { header: "Province", means: r#"field = "event.place", event = "taken", level = "province""# },
        Column {
            header: "Missing since",
            means: r#"field = "event.date", event = "taken", order = "ymd", placeholder = "first-of-month""#,
        },
        Column {
            header: "Status",
            means: r#"field = "event", values = { "Under inquiry" = { register = "under-inquiry" }, "Traced: returned home" = { register = "traced", event = "released", whereabouts = "home" }, "Traced: dead body" = { register = "traced", event = "found-dead", fate = "dead-reported" }, "Traced: in prison" = { register = "traced", whereabouts = "custody-prison" }, "Deleted: not a case of enforced disappearance" = { register = "deleted-not-ed" }, "Deleted: particulars incomplete" = { register = "deleted-incomplete" }, "Closed" = { register = "closed" } }"#,
        },
        Column {
            header: "Reply of the agencies",
            means: r#"field = "event", values = { "Not in custody of any agency" = { acknowledgement = "denied" }, "Left of own accord" = { acknowledgement = "voluntary-absence-claimed" }, "Killed in encounter" = { acknowledgement = "encounter-claimed" }, "In lawful custody" = { acknowledgement = "custody-admitted" }, "No reply" = { acknowledgement = "silent" } }"#,
        },
    ],
    write,
};

fn write(entry: &Entry<'_>, habits: &Habits, rng: &mut ChaCha8Rng) -> Vec<String> {
    let mut clerk = |notation: &str| {
        if rng.random_bool(habits.by_ear * 10.0) {
            sound::by_ear(notation, 0.1, rng)
        } else {
            sound::official(notation)
        }
    };
    let name = entry.full_name(&mut clerk);
    let father = entry.father.map(&mut clerk).unwrap_or_default();
    let born = match entry.born {
        Written::Missing => String::new(),
        date => numeric(date, '-', true),
    };
    let place = |part: fn(&Town) -> String| entry.place.as_ref().map(part).unwrap_or_default();
    vec![
        format!("NC/{:06}", entry.number),
        name,
        father,
        if entry.sex == Sex::Female { "F" } else { "M" }.to_owned(),
        born,
        place(|town| sound::official(&town.name())),
        place(|town| sound::official(town.district_name())),
        place(|town| sound::official(town.province_name())),
        numeric(entry.taken, '-', true),
        status(entry, rng).to_owned(),
        reply(entry, rng).to_owned(),
    ]
}

fn status(entry: &Entry<'_>, rng: &mut ChaCha8Rng) -> &'static str {
    match entry.told {
        Ending::Released(_) => "Traced: returned home",
        Ending::FoundDead(_) => "Traced: dead body",
        Ending::InCourt(_) => "Traced: in prison",
        Ending::StillMissing if entry.contested => "Deleted: not a case of enforced disappearance",
        Ending::StillMissing => match rng.random_range(0..100) {
            0..12 => "Deleted: not a case of enforced disappearance",
            12..18 => "Deleted: particulars incomplete",
            18..23 => "Closed",
            _ => "Under inquiry",
        },
    }
}

fn reply(entry: &Entry<'_>, rng: &mut ChaCha8Rng) -> &'static str {
    match entry.person.answer {
        _ if entry.contested => "Not in custody of any agency",
        Answer::Denied => "Not in custody of any agency",
        Answer::LeftOfOwnAccord => "Left of own accord",
        Answer::Encounter => "Killed in encounter",
        Answer::CustodyAdmitted => "In lawful custody",
        Answer::None => ["No reply", ""][usize::from(rng.random_bool(0.6))],
    }
}
