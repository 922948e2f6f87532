use super::*;
use crate::suggest::{dates::find, tokens::tokenise};

fn shown(text: &str, published: Option<&str>, first: Option<&str>) -> String {
    let tokens = tokenise(text);
    let found = find(text, &tokens);
    let day = |day: Option<&str>| day.map(|day| day.parse().unwrap());
    let anchors = Anchors { published: day(published), first_published: day(first) };
    let values = resolve(&tokens, &found, &anchors);
    let words = |found: &Found| {
        let (first, last) = (&tokens[found.tokens.start], &tokens[found.tokens.end - 1]);
        text[first.start..last.end].to_owned()
    };
    let value = |date: &TextDate| match (&date.value, &date.length) {
        (Some(value), _) => value.to_string(),
        (None, Some(length)) => length.clone(),
        (None, None) => "?".to_owned(),
    };
    found
        .iter()
        .zip(&values)
        .map(|(found, date)| format!("{}={}", words(found), value(date)))
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn dates_are_read_as_far_as_their_words_go() {
    for (text, expected) in [
        ("On 12 November 2016 he went.", "12 November 2016=2016-11-12"),
        ("Oct. 27, 2013 and 2016-11-12", "Oct. 27, 2013=2013-10-27; 2016-11-12=2016-11-12"),
        ("on Tuesday [1 April 2014] they", "Tuesday [1 April 2014]=2014-04-01"),
        ("in December 2015, and since 1948", "December 2015=2015-12; 1948=1948/.."),
        ("from 1999-2008 he ruled", "1999-2008=1999-01-01/2008-12-31"),
        ("between 2010 and 2015", "2010 and 2015=2010-01-01/2015-12-31"),
        ("in the 1990s", "1990s=[1990-01-01..1999-12-31]"),
        ("2,000 people and 2000 people in 2001", "2001=2001"),
        ("a 71-year-old, aged 19, six years old", ""),
        ("for three months and half a decade", "three months=P3M; half a decade=P5Y"),
        ("He may march in May.", "May=?"),
        (
            "on 05/01/2024 and 25/01/2024 and 12.11.2016",
            "05/01/2024=[2024-01-05,2024-05-01]; 25/01/2024=2024-01-25; 12.11.2016=2016-11-12",
        ),
        ("late March 2014", "late March 2014=[2014-03-21..2014-03-31]"),
        ("12–15 March 2014", "12–15 March 2014=2014-03-12/2014-03-15"),
    ] {
        assert_eq!(shown(text, None, None), expected, "{text}");
    }
}

#[test]
fn a_text_published_twice_has_two_anchors_and_each_is_needed() {
    let (published, first) = (Some("2024-01-13"), Some("2023-12-30"));
    for (text, expected) in [
        ("Since early December they march.", "early December=[2023-12-01..2023-12-10]"),
        ("On 5 January the march went on.", "5 January=2024-01-05"),
        ("They came to power this year.", "this year=[2023,2024]"),
        ("The men were killed in October.", "October=2023-10"),
        ("It happened yesterday.", "yesterday=[2023-12-29,2024-01-12]"),
    ] {
        assert_eq!(shown(text, published, first), expected, "{text}");
    }
    assert_eq!(shown("on Thursday night", Some("2024-01-13"), None), "Thursday night=2024-01-11");
}

#[test]
fn a_period_takes_its_year_from_its_end_from_publication_or_from_the_year_that_is_told_of() {
    for (text, expected) in [
        ("January 1st 2008 thru July 20th 2008", "January 1st 2008 thru July 20th 2008=2008-01-01/2008-07-20"),
        ("from 24 February to 3 March 2022", "24 February to 3 March 2022=2022-02-24/2022-03-03"),
        ("from November to January 2020", "November to January 2020=2019-11-01/2020-01-31"),
        ("Between April and June 2022, two died.", "April and June 2022=2022-04-01/2022-06-30"),
        ("Between April and June two died.", "April and June=2023-04-01/2023-06-30"),
        ("the second quarter of 2022", "second quarter of 2022=2022-04-01/2022-06-30"),
        ("in the first half of the year", "first half of the year=2023-01-01/2023-06-30"),
        (
            "From May to June 2022 two died; in the same period two left.",
            "May to June 2022=2022-05-01/2022-06-30; the same period=2022-05-01/2022-06-30",
        ),
        ("On 2 May 2021 he left. On 3 March he died.", "2 May 2021=2021-05-02; 3 March=[2021-03-03,2023-03-03]"),
        ("On 2 May 2021 he left. On 3 December he died.", "2 May 2021=2021-05-02; 3 December=2023-12-03"),
        ("He wounded 11\nDecember 1, 2017", "December 1, 2017=2017-12-01"),
        ("on 13-May-2015", "13-May-2015=2015-05-13"),
    ] {
        assert_eq!(shown(text, Some("2023-12-15"), None), expected, "{text}");
    }
    // Without a day of publication only a year that is told of gives one.
    assert_eq!(
        shown("On 2 May 2021 he left. On 3 March he died.", None, None),
        "2 May 2021=2021-05-02; 3 March=2021-03-03"
    );
    assert_eq!(shown("On 3 March he died.", None, None), "3 March=?");
}

#[test]
fn an_undated_text_keeps_every_year_in_which_the_weekday_fits() {
    let text = "On Saturday, 12 November, a bomb went off. In October another did. On 8 August he was shot. \
                In 2015, 463 were taken. That is more than in 2014. That same year 455 were found.";
    assert_eq!(
        shown(text, None, None),
        "Saturday, 12 November=[2016-11-12,2022-11-12]; October=[2016-10,2022-10]; 8 August=[2016-08-08,2022-08-08]; \
         2015=2015; 2014=2014; That same year=[2014,2015]"
    );
}

#[test]
fn a_weekday_is_a_check_digit_and_corrects_nothing() {
    let text = "Monday 13 January 2024";
    let tokens = tokenise(text);
    let date = &resolve(&tokens, &find(text, &tokens), &Anchors::default())[0];
    assert!(date.wrong_weekday);
    assert_eq!(date.value.as_ref().unwrap().to_string(), "2024-01-13");
}

#[test]
fn a_day_of_another_calendar_is_read_as_in_tables_and_told_twice_is_one_date() {
    for (text, expected) in [
        ("He was taken on 12 Muharram 1437.", "12 Muharram 1437=[2015-10-24..2015-10-26]"),
        (
            "on 5 Dhul-Qa'da 1437 AH, and on 5 Dhu al-Qi’dah, 1437 A.H. in Kesh",
            "5 Dhul-Qa'da 1437 AH=[2016-08-07..2016-08-09]; 5 Dhu al-Qi’dah, 1437 A.H.=[2016-08-07..2016-08-09]",
        ),
        (
            "on the 5th of Zilqad 1437 and in Ramadan 1436",
            "5th of Zilqad 1437=[2016-08-07..2016-08-09]; Ramadan 1436=[2015-06-17..2015-07-18]",
        ),
        (
            "since Rabi' al-Awwal 1433, on Jumada al-Thani 3, 1434",
            "Rabi' al-Awwal 1433=[2012-01-23..2012-02-23]; Jumada al-Thani 3, 1434=[2013-04-12..2013-04-14]",
        ),
        ("in 1437 AH, not in 1437", "1437 AH=[2015-10-13..2016-10-02]"),
        ("on 22 Bahman 1357", "22 Bahman 1357=1979-02-11"),
        ("on 18 July 2015 (2 Shawwal 1436) he", "18 July 2015 (2 Shawwal 1436)=2015-07-18"),
        ("on 2 Shawwal 1436 / 18 July 2015 he", "2 Shawwal 1436 / 18 July 2015=2015-07-18"),
        ("on Saturday, 18 July 2015 [2 Shawwal 1436], he", "Saturday, 18 July 2015 [2 Shawwal 1436]=2015-07-18"),
        // Two days that are not one.
        ("on 18 July 2015 (12 Shawwal 1436) he", "18 July 2015=2015-07-18; 12 Shawwal 1436=[2015-07-27..2015-07-29]"),
        ("Room 1437 in Safar, 12 Ramadan Street 1405", ""),
    ] {
        assert_eq!(shown(text, None, None), expected, "{text}");
    }
}

#[test]
fn an_undated_text_is_dated_by_its_weekday_and_by_the_latest_year_that_it_names() {
    for (text, expected) in [
        (
            "The canal, May 3, 2012.\nFour men were found on Thursday morning. On Friday two left. Last year ten died.",
            "May 3, 2012=2012-05-03; Thursday morning=2012-05-03; Friday=?; Last year=2011",
        ),
        // A weekday that is none of the days told of says nothing.
        ("The canal, May 4, 2012.\nFour men were found on Thursday.", "May 4, 2012=2012-05-04; Thursday=?"),
        (
            "He was found in June 2020.\nShe was freed in 2019. He was taken on the 7th of June.",
            "June 2020=2020-06; 2019=2019; 7th of June=[2019-06-07,2020-06-07]",
        ),
        ("On 2 May 2021 he left. It happened last March.", "2 May 2021=2021-05-02; last March=2021-03"),
        ("Since 2 May 2021 ten died in that period.", "2 May 2021=2021-05-02/..; that period=2021-05-02"),
    ] {
        assert_eq!(shown(text, None, None), expected, "{text}");
    }
}
