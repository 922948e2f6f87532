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

/// How many words may stand between a weekday and the figures of its date: «Saturday, November 12», «Friday the 8th».
const BETWEEN: usize = 1;

/// The weekday that words name beside the figures of a date; none where they name none, or two that differ. «On Monday police
/// said that he was taken on 5 May» names the day of the saying.
pub fn weekday_named(words: &str) -> Option<Weekday> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '\u{200c}';
    let words: Vec<String> =
        words.split(|c| !is_letter(c)).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let beside_figures = |at: usize| {
        let near = at.saturating_sub(BETWEEN + 1)..(at + BETWEEN + 2).min(words.len());
        words[near].iter().any(|word| word.chars().any(char::is_numeric))
    };
    let mut found = None;
    for (at, word) in words.iter().enumerate() {
        let Some((day, _)) = NAMES.iter().find(|(_, names)| names.contains(&word.as_str())) else { continue };
        if !beside_figures(at) {
            continue;
        }
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
            ("يوم الخميس ٨ آب", Some(Weekday::Thursday)),
            ("12 November 2016, a Saturday", Some(Weekday::Saturday)),
            ("Monday 5 May, and again Monday 12 May", Some(Weekday::Monday)),
            ("between Monday 5 and Friday 9 May", None),
            ("On Monday police said that he was taken on 5 May", None),
            ("on Monday", None),
            ("Mondayish", None),
            ("12 November", None),
        ] {
            assert_eq!(weekday_named(words), expected, "{words}");
        }
    }
}
