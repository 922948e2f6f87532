//! English dates in running text: found with their span, and read as far as the words go.
//!
//! What a date without a year hangs on is decided in [`super::anchors`]; here it stays open. A length of time is no date,
//! and an age is neither. Words that no day can be made of («recently») are marked, without a value.

mod hijri;
mod periods;

use super::{numbers, tokens::Token};
use habeas_core::{Date, Precision};
use std::ops::Range;

/// A part of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Third {
    Early,
    Mid,
    Late,
}

/// What a date hangs on when its words do not say a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// A day of a month, perhaps with its weekday (0 = Monday).
    DayOfMonth {
        month: i8,
        day: i8,
        weekday: Option<i8>,
    },
    /// A month.
    Month {
        month: i8,
        third: Option<Third>,
    },
    /// Days or whole months from one to the other, in one year; a month without a day is whole.
    Span {
        from: (i8, Option<i8>),
        to: (i8, Option<i8>),
    },
    /// A quarter (3) or half (6) of a year: its first month and how many.
    Part {
        first: i8,
        months: i8,
    },
    /// «the same period»: an interval before.
    SamePeriod,
    /// A weekday alone; `back` weeks before the latest one.
    Weekday {
        weekday: i8,
    },
    /// Days before the day of writing.
    DaysAgo(i64),
    /// Weeks before the week of writing.
    WeeksAgo(i64),
    /// Months before the month of writing; negative: after.
    MonthsAgo(i64),
    /// Years before the year of writing.
    YearsAgo(i64),
    /// The year, month or day of an earlier date.
    SameYear,
    SameMonth,
    SameDay,
    /// Before or after the day of an earlier date.
    DayAfter(i64),
    /// From an earlier date on.
    SinceThen,
}

/// What the words of a date say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// All days from the first to the last that they allow; a weekday that stands beside them (0 = Monday).
    Stated { earliest: Date, latest: Date, weekday: Option<i8>, grain: Grain },
    /// A day, month or year of another calendar: all civil days that it can be.
    Converted { earliest: Date, latest: Date, precision: Precision },
    /// Two figures that may be day and month in either order.
    Swapped { one: Date, other: Date },
    /// Several days or years, all of them.
    Interval { earliest: Date, latest: Date },
    /// Hangs on something.
    Open(Open),
    /// A length: years, months, weeks, days.
    Length { unit: char, n: u64 },
    /// Words only.
    Vague,
}

/// How exact a stated date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grain {
    Day,
    Third,
    Month,
    Year,
    Decade,
}

/// A bound in front of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    None,
    Since,
    Until,
    Before,
    After,
}

/// One date found in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Tokens that it takes.
    pub tokens: Range<usize>,
    pub reading: Reading,
    pub bound: Bound,
}

/// Finds all dates; none of them overlap.
pub(crate) fn find(text: &str, tokens: &[Token]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        // Nor does a date: «wounding 11», and below it «December 1».
        let end = at + tokens[at..].iter().take(24).take_while(|token| token.paragraph == tokens[at].paragraph).count();
        match read(text, &tokens[..end], at) {
            Some((end, reading)) => {
                let bound = bound_before(tokens, at);
                found.push(Found { tokens: at..end, reading, bound });
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

fn bound_before(tokens: &[Token], at: usize) -> Bound {
    let word = |back: usize| at.checked_sub(back).map(|at| tokens[at].lower.as_str()).unwrap_or_default();
    // «Since the war began in 2017».
    let began = matches!(word(1), "in" | "on")
        && (3..9)
            .take_while(|back| {
                *back <= at && !tokens[at - back].is(",") && tokens[at - back].sentence == tokens[at].sentence
            })
            .any(|back| word(back) == "since")
        && word(2).len() > 4
        || word(1) == "of" && matches!(word(2), "beginning" | "start") && (word(3) == "since" || word(4) == "since");
    match word(1) {
        _ if began => Bound::Since,
        "since" => Bound::Since,
        "from" if word(2) != "increase" && word(2) != "up" => Bound::None,
        "until" | "till" => Bound::Until,
        "before" => Bound::Before,
        "after" => Bound::After,
        _ => Bound::None,
    }
}

/// The date that begins at a token, and the token behind it.
fn read(text: &str, tokens: &[Token], at: usize) -> Option<(usize, Reading)> {
    let cursor = Cursor { text, tokens };
    cursor
        .last(at)
        .or_else(|| cursor.two_calendars(at))
        .or_else(|| cursor.interval(at))
        .or_else(|| cursor.single(at))
        .or_else(|| cursor.relative(at))
        .or_else(|| cursor.length(at))
}

struct Cursor<'t> {
    text: &'t str,
    tokens: &'t [Token],
}

impl Cursor<'_> {
    fn get(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    fn lower(&self, at: usize) -> &str {
        self.get(at).map_or("", |token| token.lower.as_str())
    }

    fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.lower(at))
    }

    fn number(&self, at: usize, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let token = self.get(at).filter(|token| token.is_number())?;
        let value = i64::try_from(numbers::digits(&token.lower)?).ok()?;
        (range.contains(&value) && !token.lower.contains(',')).then_some(value)
    }

    fn year(&self, at: usize) -> Option<i16> {
        let four = self.get(at)?.lower.chars().count() == 4;
        self.number(at, 1800..=2099).filter(|_| four).map(|year| year as i16)
    }

    /// A month's name; short ones only where something of a date stands beside them.
    fn month(&self, at: usize) -> Option<(i8, usize)> {
        let token = self.get(at).filter(|token| token.is_word())?;
        // «mid-June» is one word.
        let word = token.lower.strip_prefix("mid-").filter(|_| !token.capital);
        let (month, short) = month(word.or(token.capital.then_some(token.lower.as_str()))?)?;
        let stop = short && self.lower(at + 1) == "." && self.get(at + 1).is_some_and(|stop| stop.start == token.end);
        Some((month, if stop { 2 } else { 1 }))
    }

    /// A day of the month: 1 to 31, perhaps with its ending.
    fn day(&self, at: usize) -> Option<(i8, usize)> {
        let day = self.number(at, 1..=31)? as i8;
        let end = self.get(at)?.end;
        let ordinal = self.get(at + 1).is_some_and(|next| next.start == end && next.is_any(&["st", "nd", "rd", "th"]));
        Some((day, if ordinal { 2 } else { 1 }))
    }

    fn weekday(&self, at: usize) -> Option<i8> {
        let token = self.get(at).filter(|token| token.capital)?;
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
            .iter()
            .position(|day| token.is(day))
            .map(|day| day as i8)
    }

    /// «Tuesday morning», «yesterday evening»: one date.
    fn behind_part_of_day(&self, at: usize) -> usize {
        self.skip(at, &["morning", "afternoon", "evening", "night"])
    }

    /// «last Tuesday», «last June 8».
    fn last(&self, at: usize) -> Option<(usize, Reading)> {
        let day = |reading: &Reading| {
            matches!(reading, Reading::Open(Open::DayOfMonth { .. } | Open::Month { .. } | Open::Weekday { .. }))
        };
        if self.lower(at) != "last" {
            return None;
        }
        self.single(at + 1).filter(|(_, reading)| day(reading))
    }

    /// A comma, an opening bracket or nothing.
    fn skip(&self, at: usize, signs: &[&str]) -> usize {
        at + usize::from(signs.contains(&self.lower(at)))
    }

    fn stated(&self, year: i16, month: i8, day: Option<i8>, weekday: Option<i8>) -> Option<Reading> {
        let first = Date::new(year, month, day.unwrap_or(1)).ok()?;
        let latest = if day.is_some() { first } else { first.last_of_month() };
        let grain = if day.is_some() { Grain::Day } else { Grain::Month };
        Some(Reading::Stated { earliest: first, latest, weekday, grain })
    }

    /// Dates that name a day, month or year.
    fn single(&self, at: usize) -> Option<(usize, Reading)> {
        if let Some(weekday) = self.weekday(at) {
            let mut next = self.skip(at + 1, &[",", "the"]);
            let bracket = matches!(self.lower(next), "[" | "(");
            next += usize::from(bracket);
            if let Some((end, reading)) = self.day_and_month(next, Some(weekday)) {
                return Some((self.skip(end, if bracket { &["]", ")"] } else { &[] }), reading));
            }
            return Some((self.behind_part_of_day(at + 1), Reading::Open(Open::Weekday { weekday })));
        }
        self.iso(at)
            .or_else(|| self.day_and_month(at, None))
            .or_else(|| self.part_of_year(at))
            .or_else(|| self.month_alone(at))
            .or_else(|| self.year_alone(at))
    }

    /// 2016-11-12, and 12/11/2016 in the orders that are possible.
    fn iso(&self, at: usize) -> Option<(usize, Reading)> {
        let joined =
            |at: usize| self.tokens.get(at).zip(self.tokens.get(at + 1)).is_some_and(|(a, b)| a.end == b.start);
        // 13-May-2015.
        if (at..at + 4).all(joined)
            && (self.lower(at + 1), self.lower(at + 3)) == ("-", "-")
            && let (Some((day, 1)), Some((month, 1)), Some(year)) =
                (self.day(at), self.month(at + 2), self.year(at + 4))
        {
            return Some((at + 5, self.stated(year, month, Some(day), None)?));
        }
        if let Some(first) = self.number(at, 1..=31)
            && (at..at + 4).all(joined)
            && matches!((self.lower(at + 1), self.lower(at + 3)), ("/", "/") | ("-", "-"))
        {
            let (second, year) = (self.number(at + 2, 1..=31)?, self.year(at + 4)?);
            let day = |month: i64, day: i64| Date::new(year, month as i8, day as i8).ok();
            return match (day(second, first), day(first, second)) {
                (Some(one), Some(other)) if one != other => Some((at + 5, Reading::Swapped { one, other })),
                (Some(only), _) | (None, Some(only)) => {
                    Some((at + 5, self.stated(year, only.month(), Some(only.day()), None)?))
                }
                (None, None) => None,
            };
        }
        // 12.11.2016 is one token.
        if let [first, second, year] = self.get(at)?.lower.split('.').collect::<Vec<_>>().as_slice() {
            let number = |word: &str| word.parse::<i16>().ok().filter(|_| word.len() <= 4);
            // «13.6.97»: of the two centuries that people of today are told of, the one that is past.
            let two = || number(year).filter(|_| year.len() == 2).map(|two| two + if two > 40 { 1900 } else { 2000 });
            let whole = number(year).filter(|year| *year >= 1800).or_else(two)?;
            let (day, month, year) = (number(first)?, number(second)?, whole);
            return Some((at + 1, self.stated(year, i8::try_from(month).ok()?, Some(i8::try_from(day).ok()?), None)?));
        }
        let year = self.year(at)?;
        if self.lower(at + 1) != "-" || self.lower(at + 3) != "-" || !(at..at + 4).all(joined) {
            return None;
        }
        let (month, day) = (self.number(at + 2, 1..=12)?, self.number(at + 4, 1..=31)?);
        Some((at + 5, self.stated(year, month as i8, Some(day as i8), None)?))
    }

    /// «12 November 2016», «Nov. 12th, 2016», «the 12th of November», each also without its year.
    fn day_and_month(&self, at: usize, weekday: Option<i8>) -> Option<(usize, Reading)> {
        let (month, day, mut end) = if let Some((day, used)) = self.day(at) {
            let next = self.skip(at + used, &["of"]);
            let (month, month_used) = self.month(next)?;
            (month, day, next + month_used)
        } else {
            let (month, used) = self.month(at)?;
            let next = self.skip(at + used, &["the"]);
            let (day, day_used) = self.day(next)?;
            (month, day, next + day_used)
        };
        let comma = self.skip(end, &[",", "of"]);
        if let Some(year) = self.year(comma).filter(|_| self.is_year_here(comma)) {
            return Some((comma + 1, self.stated(year, month, Some(day), weekday)?));
        }
        // A weekday may stand behind: «12 November, Saturday».
        let behind = self.skip(end, &[",", "("]);
        let weekday = weekday.or_else(|| {
            let weekday = self.weekday(behind).filter(|_| behind > end)?;
            end = self.skip(behind + 1, &[")"]);
            Some(weekday)
        });
        Date::new(2000, month, day).ok()?;
        Some((end, Reading::Open(Open::DayOfMonth { month, day, weekday })))
    }

    /// «early December», «October 2016», «October of last year», «in October».
    fn month_alone(&self, at: usize) -> Option<(usize, Reading)> {
        let (third, after) = self.third(at);
        let (month, used) = self.month(after)?;
        let end = after + used;
        let next = self.skip(end, &["of", ","]);
        if let Some(year) = self.year(next).filter(|_| self.is_year_here(next)) {
            let reading = match third {
                Some(third) => {
                    let (earliest, latest) = third_of(year, month, third)?;
                    Reading::Stated { earliest, latest, weekday: None, grain: Grain::Third }
                }
                None => self.stated(year, month, None, None)?,
            };
            return Some((next + 1, reading));
        }
        // May, March and August are words too, and «Oct» alone is rarely a month: a preposition must lead in.
        let led = matches!(
            self.before(at),
            "in" | "since"
                | "by"
                | "of"
                | "last"
                | "until"
                | "till"
                | "from"
                | "during"
                | "this"
                | "next"
                | "and"
                | "to"
                | "between"
                | "late"
                | "early"
                | "throughout"
        );
        let clear = !matches!(self.lower(after), "may" | "march" | "august" | "mar" | "jan" | "sun") && used == 1;
        let long = self.lower(after).len() > 4 || self.lower(after) == "june" || self.lower(after) == "july";
        (third.is_some() || led || clear && long).then_some((end, Reading::Open(Open::Month { month, third })))
    }

    fn third(&self, at: usize) -> (Option<Third>, usize) {
        let joined = |third, words: usize| (Some(third), self.skip(at + words, &["-", "of", "in"]));
        match (self.lower(at), self.lower(at + 1), self.lower(at + 2)) {
            (word, ..) if word.starts_with("mid-") => (Some(Third::Mid), at),
            ("early", ..) => joined(Third::Early, 1),
            ("mid", ..) | ("middle", ..) => joined(Third::Mid, 1),
            ("late", ..) => joined(Third::Late, 1),
            ("beginning" | "start", "of", _) => (Some(Third::Early), at + 2),
            ("end", "of", _) => (Some(Third::Late), at + 2),
            _ => (None, at),
        }
    }

    /// Whether four digits can be a year: no unit behind them, no sign of something else before them.
    fn is_year_here(&self, at: usize) -> bool {
        let end = self.get(at).map_or(0, |token| token.end);
        let next = self.get(at + 1);
        let glued = next.is_some_and(|next| next.start == end && next.is_any(&["%", "/"]));
        !glued
    }

    fn year_alone(&self, at: usize) -> Option<(usize, Reading)> {
        let year = self.year(at)?;
        let span = |from: i16, to: i16, grain| {
            let (earliest, latest) = (Date::new(from, 1, 1).ok()?, Date::new(to, 12, 31).ok()?);
            Some(Reading::Stated { earliest, latest, weekday: None, grain })
        };
        let end = self.get(at)?.end;
        if self.get(at + 1).is_some_and(|next| next.start == end && next.is("s")) && year % 10 == 0 {
            return Some((at + 2, span(year, year + 9, Grain::Decade)?));
        }
        let glued = at > 0 && self.tokens[at - 1].end == self.tokens[at].start;
        let money = glued && matches!(self.before(at), "/" | "." | ":")
            || matches!(self.before(at), "$" | "£" | "€" | "rs" | "no" | "section" | "article" | "#" | "-");
        let bound = matches!(
            self.before(at),
            "in" | "since"
                | "of"
                | "from"
                | "by"
                | "until"
                | "till"
                | "to"
                | "and"
                | "during"
                | "before"
                | "after"
                | "year"
                | "early"
                | "mid"
                | "late"
                | "("
                | "["
                | "between"
                | "throughout"
                | ","
                | "the"
                | "-"
                | "–"
                | "through"
        );
        // «2000 people» is a number; «2015 saw» and «In 2015, 463 people» are years.
        let counted = self.get(at + 1).is_some_and(|next| {
            next.is_word() && next.start > end && !next.capital && next.lower.ends_with('s') && next.lower.len() > 3
                || next.is_any(&["people", "men", "women", "children", "more", "others"])
        });
        let counted = counted && !matches!(self.lower(at + 1), "was" | "has" | "sees" | "witnesses" | "this");
        let sure = matches!(self.before(at), "in" | "since" | "year" | "(" | "of" | "during" | "until") && !counted;
        (!money && self.is_year_here(at) && (sure || bound && !counted || !counted && year >= 1900))
            .then_some((at + 1, span(year, year, Grain::Year)?))
    }

    fn relative(&self, at: usize) -> Option<(usize, Reading)> {
        let open = |end: usize, open| Some((end, Reading::Open(open)));
        let words = |n: usize| (0..n).map(|i| self.lower(at + i)).collect::<Vec<_>>();
        match words(4).as_slice() {
            ["that" | "the", "same", "year", _] => return open(at + 3, Open::SameYear),
            ["that" | "the", "same", "month", _] => return open(at + 3, Open::SameMonth),
            ["the" | "this" | "that", "same", "period", ..] => {
                return open(at + 3, Open::SamePeriod);
            }
            ["that" | "the" | "this", "period", ..] if matches!(self.before(at), "in" | "during" | "over" | "for") => {
                return open(at + 2, Open::SamePeriod);
            }
            ["that" | "the", "same", "day" | "night" | "evening" | "morning" | "afternoon", _] => {
                return open(at + 3, Open::SameDay);
            }
            ["that", "day" | "night" | "evening" | "morning" | "afternoon", ..] => return open(at + 2, Open::SameDay),
            ["that", "year", ..] => return open(at + 2, Open::SameYear),
            ["that", "month", ..] => return open(at + 2, Open::SameMonth),
            ["the", "next" | "following", "day" | "morning", _] => return open(at + 3, Open::DayAfter(1)),
            ["a", "day", "later", _] => return open(at + 3, Open::DayAfter(1)),
            ["the", "previous", "day" | "night", _] => return open(at + 3, Open::DayAfter(-1)),
            ["a", "day", "earlier", _] => return open(at + 3, Open::DayAfter(-1)),
            ["the", "day", "before", next] if *next != "yesterday" => return open(at + 3, Open::DayAfter(-1)),
            ["since", "then", ..] => return open(at + 2, Open::SinceThen),
            ["beginning" | "start", "of", "the" | "this", "year"] => return open(at + 4, Open::YearsAgo(0)),
            ["this", "year", ..] => return open(at + 2, Open::YearsAgo(0)),
            ["last" | "previous", "year", ..] => return open(at + 2, Open::YearsAgo(1)),
            ["next", "year", ..] => return open(at + 2, Open::YearsAgo(-1)),
            ["this", "month", ..] => return open(at + 2, Open::MonthsAgo(0)),
            ["last" | "previous", "month", ..] => return open(at + 2, Open::MonthsAgo(1)),
            ["next", "month", ..] => return open(at + 2, Open::MonthsAgo(-1)),
            ["this", "week", ..] => return open(at + 2, Open::WeeksAgo(0)),
            ["last" | "previous", "week", ..] => return open(at + 2, Open::WeeksAgo(1)),
            ["last", "night" | "evening", ..] => return open(at + 2, Open::DaysAgo(1)),
            ["yesterday", ..] => return open(self.behind_part_of_day(at + 1), Open::DaysAgo(1)),
            ["today" | "tonight", ..] => return open(at + 1, Open::DaysAgo(0)),
            ["tomorrow", ..] => return open(at + 1, Open::DaysAgo(-1)),
            ["a", "few", "days" | "weeks" | "months" | "years", "ago"] => return Some((at + 4, Reading::Vague)),
            ["recently", ..] => return Some((at + 1, Reading::Vague)),
            ["after" | "before", "eid", ..] => return Some((at + 2, Reading::Vague)),
            _ => {}
        }
        // «three years ago», «two days earlier».
        let figure = numbers::read(&self.tokens[at..])
            .or_else(|| (self.lower(at) == "a").then_some(numbers::Figure { value: 1, tokens: 1, digits: false }))?;
        let n = i64::try_from(figure.value).ok().filter(|n| *n < 1_000)?;
        let unit = at + figure.tokens;
        if self.lower(unit + 1) != "ago" {
            return None;
        }
        let ago = match self.lower(unit) {
            "day" | "days" => Open::DaysAgo(n),
            "week" | "weeks" => Open::WeeksAgo(n),
            "month" | "months" => Open::MonthsAgo(n),
            "year" | "years" => Open::YearsAgo(n),
            _ => return None,
        };
        open(unit + 2, ago)
    }

    fn length(&self, at: usize) -> Option<(usize, Reading)> {
        if self.lower(at) == "half" && self.lower(at + 1) == "a" && self.lower(at + 2) == "decade" {
            return Some((at + 3, Reading::Length { unit: 'Y', n: 5 }));
        }
        let figure = numbers::read(&self.tokens[at..])?;
        let unit_at = at + figure.tokens;
        let unit = self.get(unit_at)?;
        // «71-year-old» and «six years old» are ages.
        let age =
            self.lower(unit_at + 1) == "old" || self.lower(unit_at + 1) == "of" && self.lower(unit_at + 2) == "age";
        let (unit, factor) = match unit.lower.as_str() {
            "day" | "days" => ('D', 1),
            "week" | "weeks" => ('W', 1),
            "month" | "months" => ('M', 1),
            "year" | "years" => ('Y', 1),
            "decade" | "decades" => ('Y', 10),
            _ => return None,
        };
        let _ = self.text;
        (!age).then_some((unit_at + 1, Reading::Length { unit, n: figure.value * factor }))
    }
}

/// First and last day of a third of a month.
pub(crate) fn third_of(year: i16, month: i8, third: Third) -> Option<(Date, Date)> {
    let first = Date::new(year, month, 1).ok()?;
    let (from, to) = match third {
        Third::Early => (1, 10),
        Third::Mid => (11, 20),
        Third::Late => (21, first.last_of_month().day()),
    };
    Some((Date::new(year, month, from).ok()?, Date::new(year, month, to).ok()?))
}

fn month(word: &str) -> Option<(i8, bool)> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let long = NAMES.iter().position(|name| *name == word).map(|at| (at as i8 + 1, false));
    long.or_else(|| {
        let short = word == "sept" || word.len() == 3;
        let at = NAMES.iter().position(|name| short && name.starts_with(&word[..word.len().min(3)]))?;
        Some((at as i8 + 1, true))
    })
}
