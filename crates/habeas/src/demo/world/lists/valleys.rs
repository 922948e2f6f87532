//! The register of the valleys: Arabic script, Urdu digits, vague dates, the family in a column of its own.

use super::super::{
    entry::Entry,
    habits::{Habits, Written},
    population::Ending,
    sound,
};
use super::{Column, Encoding, List, numeric, urdu_digits};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

pub const LIST: List = List {
    key: "valleys",
    title: "لاپتہ افراد کا گوشوارہ (register of the valleys)",
    speaker: "Voice of the Valleys",
    language: "ur-Arab",
    file_name: "goshwara-valleys.csv",
    delimiter: b',',
    crlf: false,
    encoding: Encoding::Utf8,
    names_once: false,
    columns: &[
        Column { header: "شمار", means: r#"field = "list-id""# },
        Column { header: "نام", means: r#"field = "name.given""# },
        Column { header: "قبیلہ", means: r#"field = "name.family""# },
        Column { header: "ولدیت", means: r#"field = "name.father""# },
        Column { header: "عمر", means: r#"field = "age""# },
        Column { header: "گاؤں", means: r#"field = "event.place", event = "taken", level = "settlement""# },
        Column { header: "ضلع", means: r#"field = "event.place", event = "taken", level = "district""# },
        Column { header: "صوبہ", means: r#"field = "event.place", event = "taken", level = "province""# },
        Column { header: "تاریخ گمشدگی", means: r#"field = "event.date", event = "taken", order = "dmy""# },
        Column {
            header: "کیفیت",
            means: r#"field = "event", values = { "لاپتہ" = { fate = "unknown" }, "بازیاب" = { event = "released" }, "لاش ملی" = { event = "found-dead", fate = "dead-reported" }, "عدالت میں پیش" = { event = "produced-in-court" }, "نامعلوم" = {} }"#,
        },
    ],
    write,
};

/// Months as Urdu writes them.
pub const MONTHS: [&str; 12] =
    ["جنوری", "فروری", "مارچ", "اپریل", "مئی", "جون", "جولائی", "اگست", "ستمبر", "اکتوبر", "نومبر", "دسمبر"];

fn write(entry: &Entry<'_>, habits: &Habits, rng: &mut ChaCha8Rng) -> Vec<String> {
    let unheard = rng.random_bool(0.05) && !entry.contested;
    // Every seventh row was typed on an Arabic keyboard, whose ye and kaf are other characters.
    let arabic_keyboard = rng.random_bool(1.0 / 7.0);
    let mut hand = |notation: &str| sound::arabic_by_hand(notation, habits.by_ear, rng);
    let given = match entry.title {
        Some(title) => format!("{} {}", hand(title), hand(entry.given)),
        None => hand(entry.given),
    };
    let mut cells = vec![
        urdu_digits(&entry.number.to_string()),
        given,
        entry.family.map(&mut hand).unwrap_or_default(),
        entry.father.map(&mut hand).unwrap_or_default(),
        entry.age.map(|age| urdu_digits(&age.to_string())).unwrap_or_default(),
        entry.place.map(|town| hand(&town.name())).unwrap_or_default(),
        entry.place.map(|town| hand(town.district_name())).unwrap_or_default(),
        entry.place.map(|town| sound::arabic(town.province_name())).unwrap_or_default(),
        urdu_digits(&match entry.taken {
            Written::Month(year, month) => format!("{} {year}", MONTHS[month as usize - 1]),
            date => numeric(date, '/', false),
        }),
    ];
    if arabic_keyboard {
        cells.iter_mut().for_each(|cell| *cell = on_arabic_keyboard(cell));
    }
    let status = match entry.told {
        _ if unheard => "نامعلوم",
        Ending::StillMissing => "لاپتہ",
        Ending::Released(_) => "بازیاب",
        Ending::FoundDead(_) => "لاش ملی",
        Ending::InCourt(_) => "عدالت میں پیش",
    };
    cells.push(status.to_owned());
    cells
}

/// Replaces the Urdu ye and kaf by the Arabic ones.
pub fn on_arabic_keyboard(text: &str) -> String {
    text.replace('ی', "ي").replace('ک', "ك")
}
