//! Names of weekdays in running words: the check digit of a date.

use jiff::civil::Weekday;

/// Monday to Sunday in English, Spanish, Urdu, Persian, Arabic. Urdu words that mean something else as often (a saint, a
/// week) are left out: a wrong alarm costs more than a missing one.
const NAMES: [(Weekday, &[&str]); 7] = [
    (Weekday::Monday, &["monday", "lunes", "سوموار", "دوشنبه", "الاثنين", "الإثنين"]),
    (Weekday::Tuesday, &["tuesday", "martes", "منگل", "سه‌شنبه", "الثلاثاء"]),
    (Weekday::Wednesday, &["wednesday", "miércoles", "miercoles", "بدھ", "چهارشنبه", "الأربعاء", "الاربعاء"]),
    (Weekday::Thursday, &["thursday", "jueves", "جمعرات", "پنجشنبه", "پنج‌شنبه", "الخميس"]),
    (Weekday::Friday, &["friday", "viernes", "جمعہ", "جمعه", "الجمعة"]),
    (Weekday::Saturday, &["saturday", "sábado", "sabado", "السبت"]),
    (Weekday::Sunday, &["sunday", "domingo", "اتوار", "یکشنبه", "الأحد", "الاحد"]),
];

/// The weekday that words name; none where they name none, or two that differ.
pub fn weekday_named(words: &str) -> Option<Weekday> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '\u{200c}';
    let mut found = None;
    for word in words.split(|c| !is_letter(c)).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        let Some((day, _)) = NAMES.iter().find(|(_, names)| names.contains(&word.as_str())) else { continue };
        if found.is_some_and(|known| known != *day) {
            return None;
        }
        found = Some(*day);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekday_is_found_by_its_whole_name_in_any_of_the_languages() {
        for (words, expected) in [
            ("Saturday, 12 November", Some(Weekday::Saturday)),
            ("el MIÉRCOLES 3 de mayo", Some(Weekday::Wednesday)),
            ("بروز جمعہ 8 اگست", Some(Weekday::Friday)),
            ("يوم الخميس", Some(Weekday::Thursday)),
            ("on Monday, and again on Monday", Some(Weekday::Monday)),
            ("between Monday and Friday", None),
            ("Mondayish", None),
            ("12 November", None),
        ] {
            assert_eq!(weekday_named(words), expected, "{words}");
        }
    }
}
