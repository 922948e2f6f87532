//! The families' committee: Latin letters by ear, father's name, days first, plain words for what became of people.

use super::super::{entry::Entry, habits::Habits, population::Ending, sound};
use super::{Column, Encoding, List, numeric};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

pub const LIST: List = List {
    key: "committee",
    title: "List of the taken, Committee of Families",
    speaker: "Committee of Families",
    language: "en",
    file_name: "committee-of-families.csv",
    delimiter: b',',
    crlf: false,
    encoding: Encoding::Utf8,
    names_once: false,
    columns: &[
        Column { header: "No", means: r#"field = "list-id""# },
        Column { header: "Name", means: r#"field = "name", parts = "as-written""# },
        Column { header: "Father's name", means: r#"field = "name.father""# },
        Column { header: "Age", means: r#"field = "age""# },
        Column { header: "Town", means: r#"field = "event.place", event = "taken", level = "settlement""# },
        Column { header: "District", means: r#"field = "event.place", event = "taken", level = "district""# },
        Column { header: "Province", means: r#"field = "event.place", event = "taken", level = "province""# },
        Column { header: "Date taken", means: r#"field = "event.date", event = "taken", order = "dmy""# },
        Column {
            header: "Taken by",
            means: r#"field = "event.alleged-perpetrator", event = "taken", basis = "accused-by""#,
        },
        Column {
            header: "Status",
            means: r#"field = "event", values = { "missing" = { fate = "unknown" }, "released" = { event = "released" }, "body found" = { event = "found-dead", fate = "dead-reported" }, "shown in court" = { event = "produced-in-court" } }"#,
        },
        Column { header: "Released on", means: r#"field = "event.date", event = "released", order = "dmy""# },
        Column { header: "Body found on", means: r#"field = "event.date", event = "found-dead", order = "dmy""# },
    ],
    write,
};

const TAKERS: [&str; 6] =
    ["men in plain clothes", "uniformed men", "the Frontier Guard", "unknown armed men", "men in two white cars", ""];

fn write(entry: &Entry<'_>, habits: &Habits, rng: &mut ChaCha8Rng) -> Vec<String> {
    let mut ear = |notation: &str| sound::by_ear(notation, habits.by_ear, rng);
    let name = entry.full_name(&mut ear);
    let father = entry.father.map(&mut ear).unwrap_or_default();
    let town = entry.place.map(|town| ear(&town.name())).unwrap_or_default();
    let district = entry.place.map(|town| ear(town.district_name())).unwrap_or_default();
    let (status, released, found) = match entry.told {
        Ending::StillMissing => ("missing", String::new(), String::new()),
        Ending::Released(_) => ("released", numeric(entry.told_on, '/', false), String::new()),
        Ending::FoundDead(_) => ("body found", String::new(), numeric(entry.told_on, '/', false)),
        Ending::InCourt(_) => ("shown in court", String::new(), String::new()),
    };
    vec![
        entry.number.to_string(),
        name,
        father,
        entry.age.map(|age| age.to_string()).unwrap_or_default(),
        town,
        district,
        entry.place.map(|town| sound::plain(town.province_name())).unwrap_or_default(),
        numeric(entry.taken, '/', false),
        TAKERS[rng.random_range(0..TAKERS.len())].to_owned(),
        status.to_owned(),
        released,
        found,
    ]
}
