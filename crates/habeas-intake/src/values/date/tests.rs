use super::*;
use proptest::prelude::*;

fn read(words: &str, rule: &DateRule) -> String {
    match read_date(words, rule) {
        Ok(read) if read.wrong_weekday => format!("{} but not that weekday", read.date),
        Ok(read) => read.date.to_string(),
        Err(problem) => format!("{problem:?}"),
    }
}

const DMY: DateRule = DateRule {
    order: Some(DayOrder::Dmy),
    calendar: Calendar::Gregorian,
    serial_from_1904: None,
    year2: TwoDigitYear::Refuse,
    placeholder: None,
};

fn table(rule: &DateRule, rows: &[(&str, &str)]) {
    for (words, expected) in rows {
        assert_eq!(read(words, rule), *expected, "{words}");
    }
}

#[test]
fn a_register_writes_dates_in_many_shapes() {
    table(
        &DMY,
        &[
            ("26/12/1976", "1976-12-26"),
            ("1º/03/1976", "1976-03-01"),
            ("20-21/05/1977", "[1977-05-20..1977-05-21]"),
            ("1º-16/04/1975", "[1975-04-01..1975-04-16]"),
            ("30/11-02/12/1976", "[1976-11-30..1976-12-02]"),
            ("30/12-02/01/1977", "[1976-12-30..1977-01-02]"),
            ("NOV/1976", "1976-11"),
            ("JUN-JUL/1976", "[1976-06-01..1976-07-31]"),
            ("ABR-MAY 1976", "[1976-04-01..1976-05-31]"),
            ("DIC/1974-ENE/1975", "[1974-12-01..1975-01-31]"),
            ("DIC/1977-AÑO/1978", "[1977-12-01..1978-12-31]"),
            ("princ/03/1977", "[1977-03-01..1977-03-10]"),
            ("med/05/1976", "[1976-05-11..1976-05-20]"),
            ("fines/09/1976", "[1976-09-21..1976-09-30]"),
            ("fines/02/1976", "[1976-02-21..1976-02-29]"),
            ("princ/1977", "[1977-01-01..1977-04-30]"),
            ("med/1976", "[1976-05-01..1976-08-31]"),
            ("fines/1973", "[1973-09-01..1973-12-31]"),
            ("med-fines/1976", "[1976-05-01..1976-12-31]"),
            ("1ª quinc/11/1977", "[1977-11-01..1977-11-15]"),
            ("2ª quinc/11/1977", "[1977-11-16..1977-11-30]"),
            ("AÑO/1975", "1975"),
            ("AÑOS/1976-77", "[1976-01-01..1977-12-31]"),
        ],
    );
}

#[test]
fn dates_are_read_in_several_languages_and_scripts() {
    table(
        &DMY,
        &[
            ("1976-05-03", "1976-05-03"),
            ("1976-05", "1976-05"),
            ("1976", "1976"),
            ("19081209", "1908-12-09"),
            ("31051976", "1976-05-31"),
            ("1976-05-03T10:30:00Z", "1976-05-03"),
            ("03/05/1976 10:30", "1976-05-03"),
            ("3.5.1976", "1976-05-03"),
            ("3 May 1976", "1976-05-03"),
            ("May 3, 1976", "1976-05-03"),
            ("3rd of May, 1976", "1976-05-03"),
            ("12-Nov-2016", "2016-11-12"),
            ("Oct. 27, 2013", "2013-10-27"),
            ("3 de mayo de 1976", "1976-05-03"),
            ("1er août 1976", "1976-08-01"),
            ("3 de março de 1976", "1976-03-03"),
            ("mayo 1976", "1976-05"),
            ("٣ مايو ١٩٧٦", "1976-05-03"),
            ("3 كانون الثاني 1976", "1976-01-03"),
            ("۳ مئی ۱۹۷۶", "1976-05-03"),
            ("۲۵/۰۵/۱۹۷۶", "1976-05-25"),
            ("Tuesday 1 April 2014", "2014-04-01"),
            ("Monday 1 April 2014", "2014-04-01 but not that weekday"),
            ("20-21 May 1977", "[1977-05-20..1977-05-21]"),
            ("May 2-5, 1976", "[1976-05-02..1976-05-05]"),
            ("entre el 2 y el 5 de mayo de 1976", "[1976-05-02..1976-05-05]"),
            ("1976-05-01/1976-06-10", "[1976-05-01..1976-06-10]"),
            ("2 o 5/05/1976", "[1976-05-02,1976-05-05]"),
            ("1976-1978", "[1976-01-01..1978-12-31]"),
            ("1976/77", "[1976-01-01..1977-12-31]"),
            ("circa 1976", "1976~"),
            ("1976?", "1976~"),
            ("1970s", "[1970-01-01..1979-12-31]"),
            ("early December 2023", "[2023-12-01..2023-12-10]"),
            ("since December 2023", "2023-12/.."),
            ("before 1976", "[..1975-12-31]"),
            ("after 3 May 1976", "[1976-05-04..]"),
        ],
    );
}

#[test]
fn what_no_calendar_has_is_no_date_and_an_unknown_day_is_a_month() {
    table(
        &DMY,
        &[
            ("31/02/2015", "Impossible"),
            ("00/00/2010", "Impossible"),
            ("05/13/2010", "Impossible"),
            ("00/05/2010", "2010-05"),
            ("2015-02-30", "Impossible"),
            ("1831-87-18", "Impossible"),
            ("30-20/05/1976", "Impossible"),
            ("12/11/16", "TwoDigitYear"),
            ("5 January", "NoYear"),
            ("45253", "BareNumber"),
            ("after Eid", "NotRead"),
            ("last month", "NotRead"),
            ("3 days ago", "NotRead"),
            ("sin datos fecha", "NotRead"),
            ("", "NotRead"),
            ("-", "NotRead"),
            ("17", "NotRead"),
            ("99999999999999999999", "NotRead"),
        ],
    );
}

#[test]
fn without_evidence_both_orders_are_kept_and_with_it_only_one() {
    let open = DateRule { order: None, ..DMY };
    table(
        &open,
        &[
            ("05/01/2024", "[2024-01-05,2024-05-01]"),
            ("25/01/2024", "2024-01-25"),
            ("01/25/2024", "2024-01-25"),
            ("05/05/2024", "2024-05-05"),
            ("2024-01-05", "2024-01-05"),
        ],
    );
    table(
        &DateRule { order: Some(DayOrder::Mdy), ..DMY },
        &[("05/01/2024", "2024-05-01"), ("25/01/2024", "Impossible")],
    );
}

#[test]
fn a_year_of_two_digits_is_read_only_inside_the_period_of_the_list() {
    let window = DateRule { year2: TwoDigitYear::Window(2000, 2024), ..DMY };
    table(&window, &[("12/11/16", "2016-11-12"), ("12/11/76", "TwoDigitYear"), ("Nov 16", "NoYear")]);
    let long = DateRule { year2: TwoDigitYear::Window(1900, 2024), ..DMY };
    table(&long, &[("12/11/16", "TwoDigitYear"), ("12/11/76", "1976-11-12"), ("Nov 76", "1976-11")]);
}

#[test]
fn days_of_other_calendars_are_spans_of_civil_days() {
    let hijri = DateRule { calendar: Calendar::Hijri, ..DMY };
    table(&hijri, &[("05/11/1437", "[2016-08-07..2016-08-09]"), ("1437", "[2015-10-13..2016-10-02]")]);
    table(
        &DMY,
        &[
            ("5 ذو القعدة 1437", "[2016-08-07..2016-08-09]"),
            ("5/11/1437 هـ", "[2016-08-07..2016-08-09]"),
            ("5 Dhu'l-Qi'dah 1437", "[2016-08-07..2016-08-09]"),
            ("5 Zul-Qa'dah 1437 AH", "[2016-08-07..2016-08-09]"),
            ("12 Rabi al-Akhir 1437", "[2016-01-21..2016-01-23]"),
            ("۲۲ بهمن ۱۳۵۷", "1979-02-11"),
        ],
    );
    assert_eq!(read_date("۲۲ بهمن ۱۳۵۷", &DMY).unwrap().date.basis(), DateBasis::OtherCalendar);
}

#[test]
fn a_placeholder_stands_for_its_month_or_year() {
    let month = DateRule { placeholder: Some(Placeholder::FirstOfMonth), ..DMY };
    table(&month, &[("01/10/1976", "1976-10"), ("02/10/1976", "1976-10-02"), ("01/01/1976", "1976-01")]);
    let year = DateRule { placeholder: Some(Placeholder::FirstOfYear), ..DMY };
    table(&year, &[("01/10/1976", "1976-10-01"), ("01/01/1976", "1976")]);
}

#[test]
fn serials_are_days_only_where_the_mapping_says_so() {
    let serial = DateRule { serial_from_1904: Some(false), ..DMY };
    table(&serial, &[("45253", "2023-11-23"), ("1976", "1976"), ("999999", "4637-11-25")]);
}

proptest! {
    #[test]
    fn no_words_make_the_reader_panic(words in "\\PC{0,40}") {
        let _ = read_date(&words, &DMY);
        let _ = read_date(&words, &DateRule { order: None, year2: TwoDigitYear::Window(1900, 1999), ..DMY });
    }

    #[test]
    fn no_words_like_dates_make_the_reader_panic(words in "[0-9]{0,4}[ /.–-]?(NOV|AÑO|fines|2ª quinc|y|a|circa|محرم)?[ /.-]?[0-9]{0,4}[ /-]?[0-9]{0,5}") {
        let _ = read_date(&words, &DateRule { order: None, serial_from_1904: Some(true), ..DMY });
    }

    #[test]
    fn a_day_in_figures_is_read_as_itself(year in 1000i16..=2999, month in 1i8..=12, day in 1i8..=28) {
        let expected = format!("{year:04}-{month:02}-{day:02}");
        prop_assert_eq!(read(&format!("{day}/{month}/{year}"), &DMY), expected.clone());
        prop_assert_eq!(read(&expected, &DMY), expected.clone());
        prop_assert_eq!(read(&format!("{year:04}{month:02}{day:02}"), &DMY), expected);
    }
}
