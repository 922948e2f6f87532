//! The journalists' spreadsheet: by-names, one column for date and place together, months in words, often no father.

use super::super::{
    entry::Entry,
    habits::{Habits, Written},
    population::Ending,
    sound,
};
use super::{Column, Encoding, List};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

pub const LIST: List = List {
    key: "newsroom",
    title: "Spreadsheet of the reporters' pool",
    speaker: "Reporters' Pool",
    language: "en",
    file_name: "reporters-pool.tsv",
    delimiter: b'\t',
    crlf: true,
    encoding: Encoding::Utf16,
    names_once: false,
    columns: &[
        Column { header: "Who", means: r#"field = "name", parts = "as-written""# },
        Column { header: "aka", means: r#"field = "name.alias""# },
        Column { header: "Father", means: r#"field = "name.father""# },
        Column { header: "Age", means: r#"field = "age""# },
        Column {
            header: "When and where",
            means: r#"field = "event.date-place", event = "taken", order = "dmy", separator = "   ", null = ["", "?"]"#,
        },
        Column {
            header: "Update",
            means: r#"field = "event", values = { "still gone" = { fate = "unknown" }, "freed" = { event = "released" }, "found dead" = { event = "found-dead", fate = "dead-reported" }, "in court" = { event = "produced-in-court" }, "?" = {} }"#,
        },
        Column { header: "Source", means: r#"field = "said-by", kind = "unnamed""# },
    ],
    write,
};

const SOURCES: [&str; 5] = ["a relative", "a neighbour", "a lawyer", "a local reporter", ""];
/// Months in full.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn write(entry: &Entry<'_>, habits: &Habits, rng: &mut ChaCha8Rng) -> Vec<String> {
    let short = rng.random_bool(0.3);
    let unheard = rng.random_bool(0.06) && !entry.contested;
    let source = SOURCES[rng.random_range(0..SOURCES.len())];
    let mut ear = |notation: &str| sound::by_ear(notation, habits.by_ear, rng);
    let month = |month: i8| {
        let name = MONTHS[month as usize - 1];
        if short { &name[..3] } else { name }
    };
    let date = match entry.taken {
        Written::Day(day) => format!("{} {} {}", day.day(), month(day.month()), day.year()),
        Written::Month(year, number) => format!("{} {year}", month(number)),
        Written::Year(year) => year.to_string(),
        Written::Missing => "?".to_owned(),
    };
    let name = entry.full_name(&mut ear);
    let alias = entry.nickname.map(&mut ear).unwrap_or_default();
    let father = entry.father.map(&mut ear).unwrap_or_default();
    let place = entry.place.map(|town| {
        let (name, district) = (ear(&town.name()), ear(town.district_name()));
        format!("{name}, {district}, {}", sound::plain(town.province_name()))
    });
    let when_and_where = match place {
        Some(place) => format!("{date}   {place}"),
        None => date,
    };
    let update = match entry.told {
        _ if unheard => "?",
        Ending::StillMissing => "still gone",
        Ending::Released(_) => "freed",
        Ending::FoundDead(_) => "found dead",
        Ending::InCourt(_) => "in court",
    };
    vec![
        name,
        alias,
        father,
        entry.age.map(|age| age.to_string()).unwrap_or_default(),
        when_and_where,
        update.to_owned(),
        source.to_owned(),
    ]
}
