//! Spans of civil days from the tokens of a date: one day, month, year or third, or two of them with a dash between.

use super::{Calendar, DateProblem, DayOrder, TwoDigitYear, token::Token};
use habeas_core::{Date, DateBasis, DaySpan, Precision};

/// How to read figures.
pub(super) struct Reading {
    pub order: DayOrder,
    pub calendar: Calendar,
    pub year2: TwoDigitYear,
}

/// What the tokens say.
#[derive(Debug)]
pub(super) struct Spans {
    pub spans: Vec<DaySpan>,
    pub precision: Precision,
    pub basis: DateBasis,
}

/// One end of a span, or all of it; what is missing may be taken from the other end.
#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    day: Option<u32>,
    month: Option<u8>,
    year: Option<Figure>,
    third: Option<u8>,
    half: Option<u32>,
    decade: bool,
    /// A month was named, not numbered.
    named: bool,
    calendar: Option<Calendar>,
    /// One figure of which only the other end tells what it is.
    lone: Option<Figure>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Figure {
    value: u32,
    digits: u8,
}

impl Figure {
    fn is_year(self) -> bool {
        self.digits == 4 && (1000..=2999).contains(&self.value)
    }

    fn may_be_year(self) -> bool {
        self.is_year() || self.digits == 2
    }

    fn may_be_month(self) -> bool {
        self.digits <= 2
    }
}

/// Reads a date or a span of dates.
pub(super) fn read_span(tokens: &[Token], reading: &Reading) -> Result<Spans, DateProblem> {
    if let Some(piece) = single(tokens, reading.order) {
        return alone(&piece, reading);
    }
    let mut problem = DateProblem::NotRead;
    for (at, token) in tokens.iter().enumerate() {
        if !matches!(token, Token::To | Token::Or | Token::Until | Token::Separator('-' | '/')) {
            continue;
        }
        let (left, right) = (&tokens[..at], &tokens[at + 1..]);
        let (Some(left_piece), Some(right_piece)) = (single(left, reading.order), single(right, reading.order)) else {
            continue;
        };
        let Some((from, to)) = complete(left_piece, right_piece, right) else { continue };
        match between(&from, &to, *token == Token::Or, reading) {
            Ok(spans) => return Ok(spans),
            // A later dash may be the one that parts the two ends.
            Err(found) => problem = if problem == DateProblem::NotRead { found } else { problem },
        }
    }
    Err(problem)
}

/// Reads tokens as one piece: figures and names that are parted all alike, or not at all.
fn single(tokens: &[Token], order: DayOrder) -> Option<Piece> {
    let mut piece = Piece::default();
    let mut figures: Vec<Figure> = Vec::with_capacity(3);
    let mut month_at = None;
    let mut separators = tokens.iter().filter_map(|token| match token {
        Token::Separator(c) => Some(*c),
        _ => None,
    });
    let first = separators.next();
    if separators.any(|other| Some(other) != first) || matches!(tokens.last(), Some(Token::Separator('-' | '/'))) {
        return None;
    }
    for token in tokens {
        match *token {
            Token::Separator(_) => {}
            Token::Number { value, digits } => figures.push(Figure { value, digits }),
            Token::Month { month, calendar } if piece.month.is_none() => {
                month_at = Some(figures.len());
                (piece.month, piece.calendar, piece.named) = (Some(month), Some(calendar), true);
            }
            Token::Third(third) if piece.third.is_none() => piece.third = Some(third),
            Token::Half if piece.half.is_none() && figures.len() == 1 => {
                piece.half = figures.pop().map(|figure| figure.value).filter(|half| matches!(half, 1 | 2));
                piece.half?;
            }
            Token::YearWord => {}
            Token::Decade => piece.decade = true,
            _ => return None,
        }
    }
    if let Some(at) = month_at {
        named_month(&mut piece, &figures, at)?;
    } else {
        figures_only(&mut piece, &figures, order)?;
    }
    let vague = piece.third.is_some() || piece.half.is_some() || piece.decade;
    (!(vague && piece.day.is_some())).then_some(piece)
}

fn named_month(piece: &mut Piece, figures: &[Figure], month_at: usize) -> Option<()> {
    match (figures, month_at) {
        ([], _) => {}
        ([year], _) if year.digits == 4 => piece.year = Some(*year),
        // «Nov 76» is a year, «76 Nov» is not a day; «5 Nov» and «Nov 5» are days.
        ([figure], 0) if figure.value > 31 || figure.value == 0 => piece.year = Some(*figure),
        ([figure], _) => piece.lone = Some(*figure),
        ([year, day], 1) if year.is_year() => (piece.year, piece.day) = (Some(*year), Some(day.value)),
        ([day, year], _) if year.may_be_year() && day.digits <= 2 => {
            (piece.day, piece.year) = (Some(day.value), Some(*year));
        }
        _ => return None,
    }
    Some(())
}

fn figures_only(piece: &mut Piece, figures: &[Figure], order: DayOrder) -> Option<()> {
    match *figures {
        [] if piece.third.is_some() => {}
        [Figure { value, digits: 8 }] => eight_digits(piece, value, order),
        [year] if year.is_year() => piece.year = Some(year),
        [figure] if figure.digits <= 2 => piece.lone = Some(figure),
        [year, month] if year.is_year() && month.may_be_month() && month.value <= 12 => {
            (piece.year, piece.month) = (Some(year), u8::try_from(month.value).ok());
        }
        [month, year] if year.is_year() && month.may_be_month() => {
            (piece.month, piece.year) = (u8::try_from(month.value).ok(), Some(year));
        }
        [first, second] if first.digits <= 2 && second.digits <= 2 => {
            let (day, month) = if order == DayOrder::Mdy { (second, first) } else { (first, second) };
            (piece.day, piece.month) = (Some(day.value), u8::try_from(month.value).ok());
        }
        [year, month, day] if year.is_year() && month.may_be_month() && day.may_be_month() => {
            (piece.year, piece.month, piece.day) = (Some(year), u8::try_from(month.value).ok(), Some(day.value));
        }
        [first, second, third] if first.digits <= 2 && second.digits <= 2 && third.may_be_year() => {
            let (day, month, year) = match order {
                DayOrder::Dmy => (first, second, third),
                DayOrder::Mdy => (second, first, third),
                DayOrder::Ymd if !third.is_year() => (third, second, first),
                DayOrder::Ymd => (first, second, third),
            };
            (piece.day, piece.month, piece.year) = (Some(day.value), u8::try_from(month.value).ok(), Some(year));
        }
        _ => return None,
    }
    Some(())
}

/// `19760531`, or `31051976` where that is the only way to read it.
fn eight_digits(piece: &mut Piece, value: u32, order: DayOrder) {
    let four = |value| Some(Figure { value, digits: 4 });
    let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
    if (1000..=2999).contains(&year) && (1..=12).contains(&month) || value % 10_000 < 1000 {
        (piece.year, piece.month, piece.day) = (four(year), Some(month as u8), Some(day));
    } else {
        let (first, second) = (value / 1_000_000, value / 10_000 % 100);
        let (day, month) = if order == DayOrder::Mdy { (second, first) } else { (first, second) };
        (piece.year, piece.month, piece.day) = (four(value % 10_000), Some(month as u8), Some(day));
    }
}

/// Gives both ends what they leave to the other one: `20-21/05/1977`, `JUN-JUL/1976`, `30/11-02/12/1976`, `1976-77`.
fn complete(mut left: Piece, mut right: Piece, right_tokens: &[Token]) -> Option<(Piece, Piece)> {
    // «May 2–5, 1976»: after a named month with its day, a figure before the year is a day of that month.
    if left.named && left.lone.is_some() && left.year.is_none() && !right.named && right.day.is_none() {
        if let [Token::Number { value, digits: 1 | 2 }, ..] = right_tokens
            && right.year.is_some()
        {
            (right.day, right.month, right.calendar, right.named) = (Some(*value), left.month, left.calendar, true);
        }
        (left.day, left.lone) = (left.lone.map(|day| day.value), None);
    }
    if right.named && right.lone.is_some() && left.year.is_some() {
        (right.day, right.lone) = (right.lone.map(|day| day.value), None);
    }
    if let Some(figure) = right.lone {
        let from = left.year.filter(|year| year.is_year() && left.day.is_none())?;
        if figure.digits != 2 {
            return None;
        }
        right.year = Some(Figure { value: from.value / 100 * 100 + figure.value, digits: 4 });
        right.lone = None;
    }
    let inherits_year = left.year.is_none();
    if inherits_year {
        left.year = right.year;
    } else if right.year.is_none() {
        right.year = left.year;
    }
    if let Some(figure) = left.lone.take() {
        if left.named || right.day.is_some() {
            left.day = Some(figure.value);
        } else if right.month.is_some() {
            left.month = u8::try_from(figure.value).ok();
        } else {
            return None;
        }
    }
    if inherits_year && left.month.is_none() && (left.day.is_some() || left.third.is_some()) {
        (left.month, left.calendar) = (right.month, right.calendar);
    }
    left.calendar = left.calendar.or(right.calendar);
    // «30/12–02/01/1977» began in the year before.
    if inherits_year
        && let (Some(from), Some(to), Some(year)) = (left.month, right.month, left.year)
        && from > to
    {
        left.year = Some(Figure { value: year.value.checked_sub(1)?, ..year });
    }
    Some((left, right))
}

fn alone(piece: &Piece, reading: &Reading) -> Result<Spans, DateProblem> {
    let (earliest, latest, precision) = days(piece, reading)?;
    Ok(Spans { spans: vec![DaySpan::days(earliest, latest)], precision, basis: basis_of(&[piece], reading) })
}

fn between(from: &Piece, to: &Piece, either: bool, reading: &Reading) -> Result<Spans, DateProblem> {
    let (first, first_end, first_precision) = days(from, reading)?;
    let (second, second_end, second_precision) = days(to, reading)?;
    if first > second_end {
        return Err(DateProblem::Impossible);
    }
    let basis = basis_of(&[from, to], reading);
    if either {
        let spans = vec![DaySpan::days(first, first_end), DaySpan::days(second, second_end)];
        return Ok(Spans { spans, precision: first_precision.max(second_precision), basis });
    }
    let precision = match i32::from(second_end.year() - first.year()) * 366 + i32::from(second_end.day_of_year())
        - i32::from(first.day_of_year())
    {
        0..=7 => Precision::Week,
        8..=16 => Precision::Fortnight,
        17..=31 => Precision::Month,
        32..=300 => Precision::Season,
        _ => Precision::Year,
    };
    Ok(Spans { spans: vec![DaySpan::days(first, second_end)], precision, basis })
}

fn basis_of(pieces: &[&Piece], reading: &Reading) -> DateBasis {
    if pieces.iter().any(|piece| piece.calendar.unwrap_or(reading.calendar) != Calendar::Gregorian) {
        DateBasis::OtherCalendar
    } else if pieces.iter().any(|piece| piece.year.is_some_and(|year| year.digits == 2)) {
        DateBasis::ListPeriod
    } else if pieces.iter().any(|piece| piece.third.is_some()) {
        DateBasis::ThirdOfMonth
    } else {
        DateBasis::Stated
    }
}

/// First and last civil day of a piece that has all that it needs.
fn days(piece: &Piece, reading: &Reading) -> Result<(Date, Date, Precision), DateProblem> {
    if piece.lone.is_some() {
        return Err(if piece.named { DateProblem::NoYear } else { DateProblem::NotRead });
    }
    let calendar = piece.calendar.unwrap_or(reading.calendar);
    let Some(year) = piece.year else {
        return Err(if piece.month.is_some() { DateProblem::NoYear } else { DateProblem::NotRead });
    };
    let year = full_year(year, reading.year2)?;
    let span = |(month, day): (u8, u8), (last_month, last_day): (u8, u8), precision| {
        let first = calendar.civil_days(year, month, day).ok_or(DateProblem::Impossible)?.0;
        let last = calendar.civil_days(year, last_month, last_day).ok_or(DateProblem::Impossible)?.1;
        Ok((first, last, precision))
    };
    let end_of = |month| calendar.last_day_of_month(year, month).ok_or(DateProblem::Impossible);
    match (piece.month, piece.day, piece.third, piece.half) {
        _ if piece.decade => {
            let decade = |year: i32| Date::new(i16::try_from(year).unwrap_or(0), 1, 1).ok();
            let (first, next) = (decade(year), decade(year + 10).and_then(|day| day.yesterday().ok()));
            match (first, next) {
                (Some(first), Some(last)) if year % 10 == 0 => Ok((first, last, Precision::Decade)),
                _ => Err(DateProblem::NotRead),
            }
        }
        (Some(month), Some(day), ..) if day > 0 => {
            let day = u8::try_from(day).map_err(|_| DateProblem::Impossible)?;
            let exact = if calendar == Calendar::Hijri { Precision::Week } else { Precision::Day };
            span((month, day), (month, day), exact)
        }
        (Some(month), _, Some(third), _) => match third {
            1 => span((month, 1), (month, 10), Precision::Fortnight),
            2 => span((month, 11), (month, 20), Precision::Fortnight),
            _ => span((month, 21), (month, end_of(month)?), Precision::Fortnight),
        },
        (Some(month), _, _, Some(1)) => span((month, 1), (month, 15), Precision::Fortnight),
        (Some(month), _, _, Some(_)) => span((month, 16), (month, end_of(month)?), Precision::Fortnight),
        (Some(month), ..) => span((month, 1), (month, end_of(month)?), Precision::Month),
        (None, _, Some(third), _) => {
            let last = third * 4;
            span((last - 3, 1), (last, end_of(last)?), Precision::Season)
        }
        (None, _, None, Some(_)) => Err(DateProblem::NotRead),
        (None, ..) => span((1, 1), (12, end_of(12)?), Precision::Year),
    }
}

fn full_year(year: Figure, rule: TwoDigitYear) -> Result<i32, DateProblem> {
    if year.digits != 2 {
        return i32::try_from(year.value).map_err(|_| DateProblem::Impossible);
    }
    let TwoDigitYear::Window(first, last) = rule else { return Err(DateProblem::TwoDigitYear) };
    let mut fits = (i32::from(first)..=i32::from(last)).filter(|full| full.rem_euclid(100) == year.value as i32);
    match (fits.next(), fits.next()) {
        (Some(full), None) => Ok(full),
        _ => Err(DateProblem::TwoDigitYear),
    }
}
