//! Reads extended dates (EDTF, ISO 8601-2) as people type them: the inverse of how a [`PartialDate`] is written.
//!
//! Only what a [`PartialDate`] can hold is read: days, months, years, decades, intervals, open ends, one-of sets and «about».
//! The crate `edtf-core` reads more, and keeps months and years that have no reading here.

use crate::{Date, DateBasis, DaySpan, Holds, PartialDate, PartialDateError, Precision};

/// Why a text is no extended date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EdtfError {
    /// The text has another form.
    #[error(
        "write a date like 2016-11-12, 2016-10, 2016, 2023-12/.., [2016-11-12,2022-11-12] or [2015-12-01..2015-12-31]"
    )]
    Form,
    /// The days make no date.
    #[error(transparent)]
    Days(#[from] PartialDateError),
}

/// Reads an extended date. `2014/2015` means all of both years, `[2014,2015]` one of the two, `2014-05/..` since then.
///
/// # Errors
/// [`EdtfError`] for another form, days that no calendar has, and spans that end before they begin.
pub fn parse_edtf(text: &str) -> Result<PartialDate, EdtfError> {
    let text = text.trim();
    let (text, about) = text.strip_suffix('~').map_or((text, false), |text| (text, true));
    let date = if let Some(inside) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        one_of(inside)?
    } else if let Some((from, to)) = text.split_once('/') {
        interval(from, to)?
    } else {
        let (span, precision) = simple(text).ok_or(EdtfError::Form)?;
        PartialDate::between(span.earliest, span.latest, precision)?
    };
    Ok(if about { date.approximately() } else { date })
}

/// The members of a set, each a date or a span of days.
fn one_of(inside: &str) -> Result<PartialDate, EdtfError> {
    let mut readings = Vec::new();
    let mut finest = None;
    for member in inside.split(',') {
        let (span, precision) = match member.split_once("..") {
            Some((from, to)) => {
                let end = |text: &str| if text.is_empty() { Some(None) } else { simple(text).map(Some) };
                let (from, to) = (end(from).ok_or(EdtfError::Form)?, end(to).ok_or(EdtfError::Form)?);
                let span = DaySpan {
                    earliest: from.and_then(|(span, _)| span.earliest),
                    latest: to.and_then(|(span, _)| span.latest),
                };
                (span, precision_of(span))
            }
            None => simple(member).ok_or(EdtfError::Form)?,
        };
        readings.push(span);
        finest = Some(finest.map_or(precision, |known: Precision| known.min(precision)));
    }
    Ok(PartialDate::one_of(readings, finest.ok_or(EdtfError::Form)?, DateBasis::Stated)?)
}

fn interval(from: &str, to: &str) -> Result<PartialDate, EdtfError> {
    let of = |text| simple(text).ok_or(EdtfError::Form);
    let open = |text: &str| text == ".." || text.is_empty();
    match (open(from), open(to)) {
        (true, true) => Err(EdtfError::Days(PartialDateError::Unbounded)),
        (false, true) => {
            let (span, precision) = of(from)?;
            Ok(PartialDate::between(span.earliest, span.latest, precision)?.holding(Holds::Starts))
        }
        (true, false) => {
            let (span, precision) = of(to)?;
            Ok(PartialDate::between(span.earliest, span.latest, precision)?.holding(Holds::Ends))
        }
        (false, false) => {
            let span = DaySpan { earliest: of(from)?.0.earliest, latest: of(to)?.0.latest };
            let date = PartialDate::between(span.earliest, span.latest, precision_of(span))?;
            Ok(if span.earliest == span.latest { date } else { date.holding(Holds::All) })
        }
    }
}

/// A day, month, year or decade.
fn simple(text: &str) -> Option<(DaySpan, Precision)> {
    let whole = |first: Date, last: Date, precision| Some((DaySpan::days(first, last), precision));
    let year_of = |text: &str| -> Option<i16> {
        (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
    };
    let year = |year: i16| Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?));
    let mut parts = text.split('-');
    match (parts.next()?, parts.next(), parts.next(), parts.next()) {
        (decade, None, None, None) if decade.len() == 4 && decade.ends_with('X') => {
            let (digits, years, precision) = match decade.strip_suffix("XX") {
                Some(digits) => (digits, 100, Precision::Century),
                None => (&decade[..3], 10, Precision::Decade),
            };
            let first: i16 = digits.parse::<i16>().ok()?.checked_mul(years)?;
            whole(year(first)?.0, year(first + years - 1)?.1, precision)
        }
        (y, None, None, None) => {
            let (first, last) = year(year_of(y)?)?;
            whole(first, last, Precision::Year)
        }
        (y, Some(month), None, None) if month.len() == 2 => {
            let first = Date::new(year_of(y)?, month.parse().ok()?, 1).ok()?;
            whole(first, first.last_of_month(), Precision::Month)
        }
        (y, Some(month), Some(day), None) if month.len() == 2 && day.len() == 2 => {
            let day = Date::new(year_of(y)?, month.parse().ok()?, day.parse().ok()?).ok()?;
            whole(day, day, Precision::Day)
        }
        _ => None,
    }
}

/// How exact a span of days is.
fn precision_of(span: DaySpan) -> Precision {
    let (Some(earliest), Some(latest)) = (span.earliest, span.latest) else { return Precision::Open };
    match earliest.until(latest).map_or(i32::MAX, |length| length.get_days()) {
        ..=0 => Precision::Day,
        1..=7 => Precision::Week,
        8..=16 => Precision::Fortnight,
        17..=31 => Precision::Month,
        32..=124 => Precision::Season,
        125..=1100 => Precision::Year,
        1101..=3660 => Precision::Decade,
        _ => Precision::Century,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_form_is_written_as_it_was_read() {
        for text in [
            "2016-11-12",
            "2016-10",
            "2015",
            "2023-12/..",
            "../2023-12",
            "[2016-11-12,2022-11-12]",
            "[2014,2015]",
            "[2015-12-01..2015-12-31]",
            "[..2015-12-31]",
            "1976~",
            "2014-01-01/2014-02-15",
            "1948/..",
        ] {
            let date = parse_edtf(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            // Days of a whole month are written as the month.
            let expected = if text == "[2015-12-01..2015-12-31]" { "2015-12" } else { text };
            assert_eq!(date.to_string(), expected);
        }
    }

    #[test]
    fn what_no_calendar_has_and_what_says_nothing_is_refused() {
        for text in ["", "..", "../..", "2016-13", "2016-02-30", "16-1-1", "2016-1", "[]", "[2016", "tomorrow", "[a,b]"]
        {
            assert!(parse_edtf(text).is_err(), "{text}");
        }
        assert!(matches!(parse_edtf("2016/2014"), Err(EdtfError::Days(PartialDateError::Reversed { .. }))));
    }

    #[test]
    fn a_decade_is_ten_years_and_no_first_of_january() {
        let date = parse_edtf("201X").unwrap();
        assert_eq!((date.earliest().unwrap().year(), date.latest().unwrap().year()), (2010, 2019));
        assert_eq!(date.single_day(), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9X.,/~\\[\\]-]{0,24}") {
            let _ = parse_edtf(&text);
        }

        #[test]
        fn what_is_read_reads_the_same_again(
            year in 1900i16..2100, month in 1u8..=12, day in 1u8..=28, more in 0i16..3, form in 0usize..6,
        ) {
            let day_text = format!("{year}-{month:02}-{day:02}");
            let text = match form {
                0 => day_text,
                1 => format!("{year}-{month:02}"),
                2 => format!("{year}"),
                3 => format!("{year}-{month:02}/.."),
                4 => format!("[{day_text},{}-{month:02}-{day:02}]", year + more),
                _ => format!("{day_text}/{}-{month:02}-28", year + more),
            };
            let date = parse_edtf(&text).unwrap();
            prop_assert_eq!(parse_edtf(&date.to_string()).unwrap(), date, "{}", text);
        }
    }
}
