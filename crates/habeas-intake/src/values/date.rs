//! Dates from words: days, months, years, thirds, spans, in several languages, scripts and calendars.
//!
//! A date is never read more exactly than its words are. Where day and month could be swapped and the column does not
//! tell, both readings are kept. Words that hang on another date («last month», «the same day») are not read here.

mod span;
pub(crate) mod token;

use super::calendar::{Calendar, civil_day_of_serial};
use habeas_core::{Date, DateBasis, DaySpan, Holds, PartialDate, Precision};
use span::{Reading, read_span};
use thiserror::Error;
use token::{Token, tokens};

/// Order of day, month and year where all three are figures and the year does not stand first with four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DayOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day; it matters for years of two digits only.
    Ymd,
}

/// What to do with a year of two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TwoDigitYear {
    /// Not read.
    #[default]
    Refuse,
    /// The one year of this period, first and last, that ends so; not read where there is none or more than one.
    Window(i16, i16),
}

/// Which exact date stands for a vaguer one in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Placeholder {
    /// The first of a month stands for the month.
    FirstOfMonth,
    /// 1 January stands for the year.
    FirstOfYear,
}

/// How the dates of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DateRule {
    /// Order of figures; without it both readings are kept.
    pub order: Option<DayOrder>,
    /// Calendar, where the words do not name another.
    pub calendar: Calendar,
    /// Whether bare serial numbers of spreadsheets are dates, and whether they count from 1904.
    pub serial_from_1904: Option<bool>,
    /// Years of two digits.
    pub year2: TwoDigitYear,
    /// A date that stands for a vaguer one.
    pub placeholder: Option<Placeholder>,
}

/// A date that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct DateRead {
    /// The date.
    pub date: PartialDate,
    /// The words name a weekday that the day does not have.
    pub wrong_weekday: bool,
}

/// Why words give no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum DateProblem {
    /// Words that are no date, or none that is understood.
    #[error("the words are not read as a date")]
    NotRead,
    /// A day or month that the calendar does not have, or a span that ends before it begins.
    #[error("no calendar has such a day")]
    Impossible,
    /// A year of two digits.
    #[error("the year has two digits and the century is not known")]
    TwoDigitYear,
    /// No year.
    #[error("the date has no year")]
    NoYear,
    /// A bare number, in a column that is not said to hold serials.
    #[error("a bare number may be a spreadsheet's serial for a day, but the mapping does not say so")]
    BareNumber,
    /// A serial number that is no certain day.
    #[error("a serial number of 60 or less, or beyond the calendar, is no certain day")]
    Serial,
}

/// Reads the words of a date.
///
/// # Errors
/// [`DateProblem`] where there is no date in the words, or none that can be known.
pub fn read_date(words: &str, rule: &DateRule) -> Result<DateRead, DateProblem> {
    let mut tokens = tokens(words).ok_or(DateProblem::NotRead)?;
    let (mut calendar, mut weekday, mut about) = (rule.calendar, None, false);
    tokens.retain(|token| {
        match token {
            Token::About => about = true,
            Token::Era(named) => calendar = *named,
            Token::Weekday(day) => weekday = Some(*day),
            _ => return true,
        }
        false
    });
    if let [Token::Number { value, digits: 4..=6 }] = tokens[..]
        && !(1000..=2999).contains(&value)
    {
        let from_1904 = rule.serial_from_1904.ok_or(DateProblem::BareNumber)?;
        return read_serial(f64::from(value), from_1904).map(|date| DateRead { date, wrong_weekday: false });
    }
    let (bound, tokens) = match tokens.split_first() {
        Some((bound @ (Token::Before | Token::After | Token::Since | Token::Until), rest))
            if !(*bound == Token::Since && rest.iter().any(|t| matches!(t, Token::To | Token::Until))) =>
        {
            (Some(*bound), rest)
        }
        Some((Token::Since | Token::Between, rest)) => (None, rest),
        _ => (None, &tokens[..]),
    };
    let reading = readings(tokens, rule, calendar)?;
    let wrong_weekday = match (weekday, reading.single_day()) {
        (Some(named), Some(day)) => {
            i8::try_from(named).is_ok_and(|named| day.weekday().to_monday_one_offset() != named)
        }
        _ => false,
    };
    let date = bounded(with_placeholder(reading, rule.placeholder), bound)?;
    let date = if about { date.approximately() } else { date };
    Ok(DateRead { date, wrong_weekday })
}

/// The day of a spreadsheet's serial number.
///
/// # Errors
/// [`DateProblem::Serial`] for a number that is no certain day.
pub fn read_serial(serial: f64, from_1904: bool) -> Result<PartialDate, DateProblem> {
    let day = civil_day_of_serial(serial, from_1904).ok_or(DateProblem::Serial)?;
    Ok(PartialDate::day(day).on_basis(DateBasis::SpreadsheetSerial))
}

/// Reads in the order of the column, or in both.
fn readings(tokens: &[Token], rule: &DateRule, calendar: Calendar) -> Result<PartialDate, DateProblem> {
    let read = |order| {
        let reading = read_span(tokens, &Reading { order, calendar, year2: rule.year2 })?;
        PartialDate::one_of(reading.spans, reading.precision, reading.basis).map_err(|_| DateProblem::Impossible)
    };
    if let Some(order) = rule.order {
        return read(order);
    }
    match (read(DayOrder::Dmy), read(DayOrder::Mdy)) {
        (Ok(day_first), Ok(month_first)) if day_first != month_first => {
            let spans: Vec<DaySpan> = day_first.readings().chain(month_first.readings()).collect();
            PartialDate::one_of(spans, day_first.precision(), DateBasis::DayMonthOrder)
                .map_err(|_| DateProblem::Impossible)
        }
        (Ok(date), _) | (Err(_), Ok(date)) => Ok(date),
        (Err(problem), Err(_)) => Err(problem),
    }
}

fn with_placeholder(date: PartialDate, placeholder: Option<Placeholder>) -> PartialDate {
    let Some(day) = date.single_day() else { return date };
    let wider = match placeholder {
        Some(Placeholder::FirstOfMonth) if day.day() == 1 => PartialDate::month(day.year(), day.month()),
        Some(Placeholder::FirstOfYear) if day.day() == 1 && day.month() == 1 => PartialDate::year(day.year()),
        _ => None,
    };
    wider.unwrap_or(date)
}

fn bounded(date: PartialDate, bound: Option<Token>) -> Result<PartialDate, DateProblem> {
    let open = |earliest: Option<Date>, latest: Option<Date>| {
        PartialDate::between(earliest, latest, Precision::Open).map_err(|_| DateProblem::Impossible)
    };
    match bound {
        Some(Token::Before) => open(None, date.earliest().and_then(|day| day.yesterday().ok())),
        Some(Token::After) => open(date.latest().and_then(|day| day.tomorrow().ok()), None),
        Some(Token::Since) => Ok(date.holding(Holds::Starts)),
        Some(Token::Until) => Ok(date.holding(Holds::Ends)),
        _ => Ok(date),
    }
}

#[cfg(test)]
mod tests;
