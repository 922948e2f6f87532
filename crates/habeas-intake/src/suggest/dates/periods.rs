//! Periods in running text: from one day, month or year to another, and quarters and halves of a year.

use super::{Cursor, Grain, Open, Reading};
use habeas_core::Date;

impl Cursor<'_> {
    /// «1999-2008», «between 2010 and 2015», «from 12 to 15 March 2014», «the last 12 months».
    pub(super) fn interval(&self, at: usize) -> Option<(usize, Reading)> {
        if let Some(from) = self.year(at) {
            let dash = matches!(self.lower(at + 1), "-" | "–" | "—" | "to" | "/")
                || matches!(self.before(at), "between") && self.lower(at + 1) == "and";
            if dash
                && let Some(to) = self.year(at + 2).or_else(|| self.short_year(at + 2, from)).filter(|to| *to > from)
            {
                let (earliest, latest) = (Date::new(from, 1, 1).ok()?, Date::new(to, 12, 31).ok()?);
                return Some((at + 3, Reading::Interval { earliest, latest }));
            }
        }
        if let Some(found) = self.joined(at) {
            return Some(found);
        }
        if let Some(found) = self.month_first(at) {
            return Some(found);
        }
        // «12–15 March 2014», «12 and 13 March».
        let (first, used) = self.day(at)?;
        let joint = at + used;
        if matches!(self.lower(joint), "-" | "–" | "—" | "to" | "and") {
            let (last, last_used) = self.day(joint + 1)?;
            let (month, month_used) = self.month(joint + 1 + last_used)?;
            let end = joint + 1 + last_used + month_used;
            let year_at = self.skip(end, &[","]);
            let Some(year) = self.year(year_at) else {
                let led = matches!(self.before(at), "between" | "from") || !matches!(self.lower(joint), "and" | "to");
                let span = Open::Span { from: (month, Some(first)), to: (month, Some(last)) };
                return (led && first < last).then_some((end, Reading::Open(span)));
            };
            let (earliest, latest) = (Date::new(year, month, first).ok()?, Date::new(year, month, last).ok()?);
            return (earliest < latest).then_some((year_at + 1, Reading::Interval { earliest, latest }));
        }
        None
    }

    /// «September 27-30, 2020», «August and September 2016», «September/October 2001».
    fn month_first(&self, at: usize) -> Option<(usize, Reading)> {
        let (month, used) = self.month(at)?;
        let joint = at + used;
        let dash = |at: usize| matches!(self.lower(at), "-" | "–" | "—" | "to");
        if let Some((first, used)) = self.day(joint).filter(|(_, used)| dash(joint + used)) {
            let (last, last_used) = self.day(joint + used + 1)?;
            let end = joint + used + 1 + last_used;
            let year_at = self.skip(end, &[","]);
            let Some(year) = self.year(year_at).filter(|_| self.is_year_here(year_at)) else {
                let span = Open::Span { from: (month, Some(first)), to: (month, Some(last)) };
                return (first < last).then_some((end, Reading::Open(span)));
            };
            let (earliest, latest) = (Date::new(year, month, first).ok()?, Date::new(year, month, last).ok()?);
            return (earliest < latest).then_some((year_at + 1, Reading::Interval { earliest, latest }));
        }
        if !matches!(self.lower(joint), "and" | "/" | "&") {
            return None;
        }
        let (next, used) = self.month(joint + 1)?;
        let year = self.year(joint + 1 + used).filter(|_| self.is_year_here(joint + 1 + used))?;
        let (earliest, latest) = (Date::new(year, month, 1).ok()?, Date::new(year, next, 1).ok()?.last_of_month());
        (month < next).then_some((joint + 2 + used, Reading::Interval { earliest, latest }))
    }

    /// «between June 2014 and July 2017», «from 24 February to 3 March 2022», «April to June»: the second part may give
    /// the first its year.
    pub(super) fn joined(&self, at: usize) -> Option<(usize, Reading)> {
        let part = |reading| match reading {
            Reading::Open(Open::DayOfMonth { month, day, .. }) => Some((month, Some(day))),
            Reading::Open(Open::Month { month, third: None }) => Some((month, None)),
            _ => None,
        };
        let led = matches!(self.before(at), "between" | "from");
        let (joint, from) = self.single(at)?;
        let joins = match self.lower(joint) {
            "to" | "until" | "till" | "through" | "thru" => true,
            "and" => led,
            "-" | "–" | "—" => part(from).is_some(),
            _ => false,
        };
        if !joins {
            return None;
        }
        let (end, to) = self.single(joint + 1).or_else(|| self.month_alone_after(joint + 1))?;
        let first_day = |year: i16, (month, day): (i8, Option<i8>)| Date::new(year, month, day.unwrap_or(1)).ok();
        let reading = match (from, to) {
            (Reading::Stated { earliest, .. }, Reading::Stated { latest, .. }) => {
                Reading::Interval { earliest, latest }
            }
            (from, Reading::Stated { earliest: last, latest, grain: Grain::Day | Grain::Month, .. }) => {
                let from = part(from)?;
                let year = last.year() - i16::from(from.0 > last.month());
                Reading::Interval { earliest: first_day(year, from)?, latest }
            }
            (from, to) => Reading::Open(Open::Span { from: part(from)?, to: part(to)? }),
        };
        (!matches!(reading, Reading::Interval { earliest, latest } if earliest >= latest)).then_some((end, reading))
    }

    /// A month behind the word that joins it to another: «April–June».
    pub(super) fn month_alone_after(&self, at: usize) -> Option<(usize, Reading)> {
        let (month, used) = self.month(at)?;
        Some((at + used, Reading::Open(Open::Month { month, third: None })))
    }

    /// «the second quarter of 2022», «the first six months of the year».
    pub(super) fn part_of_year(&self, at: usize) -> Option<(usize, Reading)> {
        let ordinal = ["first", "second", "third", "fourth"].iter().position(|word| self.lower(at) == *word)? as i8;
        let (first, months, end) = match (self.lower(at + 1), self.lower(at + 2)) {
            ("quarter", _) => (ordinal * 3 + 1, 3, at + 2),
            ("half", "of") if ordinal < 2 => (ordinal * 6 + 1, 6, at + 2),
            ("six", "months") if ordinal == 0 => (1, 6, at + 3),
            ("three", "months") if ordinal == 0 => (1, 3, at + 3),
            ("nine", "months") if ordinal == 0 => (1, 9, at + 3),
            _ => return None,
        };
        let year_at = self.skip(end, &["of", "in"]);
        if let Some(year) = self.year(year_at).filter(|_| self.is_year_here(year_at)) {
            let earliest = Date::new(year, first, 1).ok()?;
            let latest = Date::new(year, first + months - 1, 1).ok()?.last_of_month();
            return Some((year_at + 1, Reading::Interval { earliest, latest }));
        }
        // «the first half of an hour», «the first three months of detention»: of a year, or of none.
        let year =
            self.lower(end) != "of" || matches!((self.lower(end + 1), self.lower(end + 2)), ("the" | "this", "year"));
        let end = if self.lower(end) == "of" { end + 3 } else { end };
        year.then_some((end, Reading::Open(Open::Part { first, months })))
    }

    /// The end of «2014-15».
    pub(super) fn short_year(&self, at: usize, from: i16) -> Option<i16> {
        let two = self.get(at)?.lower.len() == 2;
        let glued = self.get(at)?.start == self.get(at - 1)?.end;
        self.number(at, 0..=99).filter(|_| two && glued).map(|year| from / 100 * 100 + year as i16)
    }
}
