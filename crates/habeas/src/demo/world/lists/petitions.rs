//! Petitions before the High Court: few fields, five years only, Arabic script as Windows-1256 can write it.

use super::super::{entry::Entry, habits::Habits, population::days_after, sound};
use super::{Column, Encoding, List, numeric, valleys::on_arabic_keyboard};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

pub const LIST: List = List {
    key: "petitions",
    title: "Petitions for the production of detained persons, 2013 to 2017",
    speaker: "Bar Association of Urzakand",
    language: "ur-Arab",
    file_name: "petitions-high-court.csv",
    delimiter: b';',
    crlf: true,
    encoding: Encoding::Windows1256,
    names_once: true,
    columns: &[
        Column { header: "نمبر", means: r#"field = "list-id""# },
        Column { header: "نام", means: r#"field = "name", parts = "as-written""# },
        Column { header: "ولد", means: r#"field = "name.father""# },
        Column { header: "ضلع", means: r#"field = "event.place", event = "taken", level = "district""# },
        Column { header: "صوبہ", means: r#"field = "event.place", event = "taken", level = "province""# },
        Column {
            header: "تاريخ گرفتاري", means: r#"field = "event.date", event = "taken", order = "dmy""#
        },
        Column {
            header: "تاريخ درخواست", means: r#"field = "event.date", event = "reported", order = "dmy""#
        },
    ],
    write,
};

fn write(entry: &Entry<'_>, habits: &Habits, rng: &mut ChaCha8Rng) -> Vec<String> {
    let filed = days_after(entry.person.taken, rng.random_range(4..260));
    let mut hand = |notation: &str| sound::arabic_by_hand(notation, habits.by_ear, rng);
    let mut cells = vec![
        format!("{}/{}", entry.number, filed.year()),
        entry.full_name(&mut hand),
        entry.father.map(&mut hand).unwrap_or_default(),
        entry.place.map(|town| hand(town.district_name())).unwrap_or_default(),
        entry.place.map(|town| sound::arabic(town.province_name())).unwrap_or_default(),
        numeric(entry.taken, '-', false),
        format!("{:02}-{:02}-{:04}", filed.day(), filed.month(), filed.year()),
    ];
    // The code page has no Urdu ye.
    cells.iter_mut().for_each(|cell| *cell = on_arabic_keyboard(cell));
    cells
}
