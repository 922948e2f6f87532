//! What dates without a year, and relative ones, hang on: the days of publication, other dates of the text, or nothing yet.
//!
//! A text that was published twice has two anchors, and a revised sentence is true against the later one only. Where the
//! two give different values both are kept. No year is ever made up.

use super::{
    dates::{Bound, Found, Grain, Open, Reading, third_of},
    tokens::Token,
};
use habeas_core::{Date, DateBasis, DaySpan, Holds, PartialDate, Precision};

/// The days that relative dates of a text may hang on; none stands in for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Anchors {
    /// When it was published, last.
    pub published: Option<Date>,
    /// When it was first published.
    pub first_published: Option<Date>,
}

/// How the value of a date was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DateRule {
    /// The words state it.
    Stated,
    /// The latest such day or month that is not after publication.
    LatestNotAfter,
    /// The years in which the day is that weekday, none before a year that the text names.
    Weekday,
    /// The nearest date before it in the text, and the topic's where it differs.
    NearestAntecedent,
    /// Years that another date of the text leaves open: one answer settles all.
    DocumentYear,
    /// Thirds of a month.
    ThirdOfMonth,
    /// Reckoned from the days of publication.
    FromPublication,
    /// Nothing to hang it on.
    Unanchored,
}

impl DateRule {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Stated => "date.stated",
            Self::LatestNotAfter => "date.latest-not-after",
            Self::Weekday => "date.weekday",
            Self::NearestAntecedent => "date.nearest-antecedent",
            Self::DocumentYear => "date.document-year",
            Self::ThirdOfMonth => "date.third-of-month",
            Self::FromPublication => "date.from-publication",
            Self::Unanchored => "date.unanchored",
        }
    }
}

/// A date of a text, read as far as it can be.
#[derive(Debug, Clone, PartialEq)]
pub struct TextDate {
    /// The value with all of its readings; none where the words allow none.
    pub value: Option<PartialDate>,
    /// A length of time instead, as ISO 8601 writes it.
    pub length: Option<String>,
    /// How it was found.
    pub rule: DateRule,
    /// The weekday that stands beside it is not its weekday; both are kept.
    pub wrong_weekday: bool,
    /// It lies after the first publication: the text was revised.
    pub after_first_publication: bool,
    /// It names a day of publication of the text itself.
    pub of_publication: bool,
}

/// Years beyond the last one that the text names, in which a weekday is still looked for.
const YEARS_AHEAD: i16 = 10;

/// Reads all dates of a text, in order.
pub(super) fn resolve(tokens: &[Token], found: &[Found], anchors: &Anchors) -> Vec<TextDate> {
    let mut resolver = Resolver {
        tokens,
        published: anchors.published.or(anchors.first_published),
        first: anchors.first_published.or(anchors.published),
        named_year: found.iter().filter_map(named_year).max(),
        document_years: Vec::new(),
        told_day: None,
        done: Vec::new(),
    };
    resolver.document_years = resolver.years_of_the_document(found);
    resolver.told_day = resolver.day_told_of(found);
    for date in found {
        let resolved = resolver.one(date);
        resolver.done.push((date.tokens.start, date.clone(), resolved));
    }
    resolver.done.into_iter().map(|(_, _, resolved)| resolved).collect()
}

fn named_year(found: &Found) -> Option<i16> {
    match found.reading {
        Reading::Stated { latest, .. } | Reading::Interval { latest, .. } | Reading::Converted { latest, .. } => {
            Some(latest.year())
        }
        Reading::Swapped { one, .. } => Some(one.year()),
        _ => None,
    }
}

/// First and last days of the readings, how exact they are, and how they were found.
type Resolved = (Vec<(Date, Date)>, Precision, DateRule);

/// Days before publication in which a day without a year is surely the latest such day.
const RECENT: i64 = 60;
/// Paragraphs at the beginning in which an undated text tells the day that it is about.
const HEAD: usize = 4;
/// Paragraphs within which a year that is told of may be meant by a day without one.
const TOLD_WITHIN: usize = 3;

struct Resolver<'t> {
    tokens: &'t [Token],
    published: Option<Date>,
    first: Option<Date>,
    named_year: Option<i16>,
    /// Years that all year-less dates of an undated text share.
    document_years: Vec<i16>,
    /// The day that an undated text is about, where its head tells it and a weekday of the text fits it.
    told_day: Option<Date>,
    done: Vec<(usize, Found, TextDate)>,
}

impl Resolver<'_> {
    /// In an undated text, the years in which every day with a weekday fits; empty where there is no such day.
    fn years_of_the_document(&self, found: &[Found]) -> Vec<i16> {
        let (Some(named), None) = (self.named_year, self.published) else { return Vec::new() };
        let mut fits: Option<Vec<i16>> = None;
        for date in found {
            if let Reading::Open(Open::DayOfMonth { month, day, weekday: Some(weekday) }) = date.reading {
                let years: Vec<i16> = (named..=named + YEARS_AHEAD)
                    .filter(|year| Date::new(*year, month, day).is_ok_and(|date| weekday_of(date) == weekday))
                    .collect();
                fits = Some(match fits {
                    Some(before) => before.into_iter().filter(|year| years.contains(year)).collect(),
                    None => years,
                });
            }
        }
        fits.unwrap_or_default()
    }

    /// «KESH, May 3, 2012» under a picture, and «on Thursday» in the text: a weekday is a check digit.
    fn day_told_of(&self, found: &[Found]) -> Option<Date> {
        if self.published.is_some() {
            return None;
        }
        let weekdays: Vec<i8> = found.iter().filter_map(|date| weekday_alone(&date.reading)).collect();
        let head = found.iter().take_while(|date| self.tokens[date.tokens.start].paragraph < HEAD);
        let days = head.filter_map(|date| match date.reading {
            Reading::Stated { earliest, grain: Grain::Day, .. } => Some(earliest),
            _ => None,
        });
        days.filter(|day| weekdays.contains(&weekday_of(*day))).max()
    }

    fn one(&self, date: &Found) -> TextDate {
        let (readings, precision, rule) = match date.reading {
            Reading::Stated { earliest, latest, grain, .. } => (
                vec![(earliest, latest)],
                precision_of(grain),
                if grain == Grain::Third { DateRule::ThirdOfMonth } else { DateRule::Stated },
            ),
            Reading::Interval { earliest, latest } => (vec![(earliest, latest)], Precision::Open, DateRule::Stated),
            Reading::Converted { earliest, latest, precision } => {
                (vec![(earliest, latest)], precision, DateRule::Stated)
            }
            Reading::Swapped { one, other } => (vec![(one, one), (other, other)], Precision::Day, DateRule::Stated),
            Reading::Length { unit, n } => {
                return TextDate { length: Some(format!("P{n}{unit}")), ..empty() };
            }
            Reading::Vague => return empty(),
            Reading::Open(open) => match self.open(open, date) {
                Some(resolved) => resolved,
                None => return empty(),
            },
        };
        let days: Vec<DaySpan> = readings.iter().map(|(earliest, latest)| DaySpan::days(*earliest, *latest)).collect();
        let basis = match (rule, date.reading) {
            (DateRule::ThirdOfMonth, _) => DateBasis::ThirdOfMonth,
            (_, Reading::Swapped { .. }) => DateBasis::DayMonthOrder,
            (_, Reading::Converted { .. }) => DateBasis::OtherCalendar,
            _ => DateBasis::Stated,
        };
        let Ok(value) = PartialDate::one_of(days, precision, basis) else { return empty() };
        let since = matches!(date.reading, Reading::Open(Open::SinceThen));
        let value = match date.bound {
            _ if since => value.holding(Holds::Starts),
            Bound::Since => value.holding(Holds::Starts),
            Bound::Until => value.holding(Holds::Ends),
            _ if is_period(&date.reading) => value.holding(Holds::All),
            _ => value,
        };
        let wrong_weekday = matches!(date.reading, Reading::Stated { earliest, weekday: Some(weekday), .. } if weekday_of(earliest) != weekday);
        let single = readings.first().copied().filter(|(earliest, latest)| readings.len() == 1 && earliest == latest);
        let published = single.is_some_and(|(day, _)| Some(day) == self.published || Some(day) == self.first);
        TextDate {
            after_first_publication: self
                .first
                .is_some_and(|first| readings.iter().any(|(earliest, _)| *earliest > first))
                && !published,
            of_publication: published && rule == DateRule::Stated,
            value: Some(value),
            length: None,
            rule,
            wrong_weekday,
        }
    }

    /// The readings of a date that hangs on something.
    fn open(&self, open: Open, date: &Found) -> Option<Resolved> {
        let day = |day: Date| (day, day);
        Some(match open {
            Open::DayOfMonth { month, day: number, weekday } => {
                let on = |year: i16| Date::new(year, month, number).ok();
                let told = self
                    .year_told_of(date)
                    .and_then(on)
                    .filter(|date| weekday.is_none_or(|weekday| weekday_of(*date) == weekday));
                match self.published {
                    Some(published) => {
                        let latest = (0..40).filter_map(|back| on(published.year() - back)).find(|date| {
                            *date <= published && weekday.is_none_or(|weekday| weekday_of(*date) == weekday)
                        })?;
                        // In a text about an earlier year the day may be one of that year.
                        let told = told
                            .filter(|told| *told < latest && shift(latest, RECENT).is_some_and(|end| end < published));
                        (told.into_iter().chain([latest]).map(day).collect(), Precision::Day, DateRule::LatestNotAfter)
                    }
                    // The year told of, or the latest one that the text names.
                    None if self.document_years.is_empty() => {
                        let latest = self
                            .named_year
                            .and_then(on)
                            .filter(|date| weekday.is_none_or(|weekday| weekday_of(*date) == weekday));
                        let days = vec![told?].into_iter().chain(latest).map(day).collect();
                        (days, Precision::Day, DateRule::NearestAntecedent)
                    }
                    None => {
                        let years = &self.document_years;
                        let rule = if weekday.is_some() { DateRule::Weekday } else { DateRule::DocumentYear };
                        let days: Vec<_> = years.iter().filter_map(|year| on(*year)).map(day).collect();
                        (!days.is_empty()).then_some((days, Precision::Day, rule))?
                    }
                }
            }
            Open::Month { month, third } => {
                let whole = |year: i16| match third {
                    Some(third) => third_of(year, month, third),
                    None => Date::new(year, month, 1).ok().map(|first| (first, first.last_of_month())),
                };
                let precision = if third.is_some() { Precision::Fortnight } else { Precision::Month };
                let (years, hung) = self.years_of(month, date);
                let rule = if third.is_some() { DateRule::ThirdOfMonth } else { hung };
                let months: Vec<_> = years.into_iter().filter_map(whole).collect();
                (!months.is_empty()).then_some((months, precision, rule))?
            }
            Open::Span { from, to } => {
                let (years, rule) = self.years_of(to.0, date);
                let first = |year: i16| Date::new(year - i16::from(from.0 > to.0), from.0, from.1.unwrap_or(1)).ok();
                let last = |year: i16| match to.1 {
                    Some(day) => Date::new(year, to.0, day).ok(),
                    None => Date::new(year, to.0, 1).ok().map(|day| day.last_of_month()),
                };
                let spans: Vec<_> = years
                    .into_iter()
                    .filter_map(|year| first(year).zip(last(year)))
                    .filter(|(from, to)| from < to)
                    .collect();
                (!spans.is_empty()).then_some((spans, Precision::Open, rule))?
            }
            Open::Part { first, months } => {
                let last = first + months - 1;
                let (years, rule) = self.years_of(last, date);
                let span = |year: i16| {
                    Date::new(year, first, 1).ok().zip(Date::new(year, last, 1).ok().map(|day| day.last_of_month()))
                };
                let spans: Vec<_> = years.into_iter().filter_map(span).collect();
                (!spans.is_empty()).then_some((spans, Precision::Open, rule))?
            }
            Open::SamePeriod => {
                let period = self.done.iter().rev().find_map(|(_, found, resolved)| {
                    // «since October 1 … in that period».
                    let period = is_period(&found.reading) || found.bound == Bound::Since;
                    let value = resolved.value.as_ref().filter(|_| period)?;
                    value.readings().map(|span| span.earliest.zip(span.latest)).collect::<Option<Vec<_>>>()
                });
                (period?, Precision::Open, DateRule::NearestAntecedent)
            }
            Open::Weekday { weekday } => {
                let back = |anchor: Date| {
                    let days = (i64::from(weekday_of(anchor)) - i64::from(weekday)).rem_euclid(7);
                    shift(anchor, -days)
                };
                let told = self.told_day.filter(|told| weekday_of(*told) == weekday).map(|told| vec![day(told)]);
                let rule = if told.is_some() { DateRule::NearestAntecedent } else { DateRule::FromPublication };
                (told.or_else(|| self.against_both(|anchor| back(anchor).map(day)))?, Precision::Day, rule)
            }
            Open::DaysAgo(n) => {
                (self.against_both(|anchor| shift(anchor, -n).map(day))?, Precision::Day, DateRule::FromPublication)
            }
            Open::WeeksAgo(n) => {
                let week = |anchor: Date| {
                    let monday = shift(anchor, -i64::from(weekday_of(anchor)) - 7 * n)?;
                    Some((monday, shift(monday, 6)?))
                };
                (self.against_both(week)?, Precision::Week, DateRule::FromPublication)
            }
            Open::MonthsAgo(n) => {
                let month = |anchor: Date| {
                    let months = i64::from(anchor.year()) * 12 + i64::from(anchor.month()) - 1 - n;
                    let first =
                        Date::new(i16::try_from(months.div_euclid(12)).ok()?, (months.rem_euclid(12) + 1) as i8, 1)
                            .ok()?;
                    Some((first, first.last_of_month()))
                };
                (self.against_both(month)?, Precision::Month, DateRule::FromPublication)
            }
            Open::YearsAgo(n) => {
                let year = |anchor: Date| whole_year(i16::try_from(i64::from(anchor.year()) - n).ok()?);
                let told = || Some(vec![year(self.told_day?)?]);
                (self.against_both(year).or_else(told)?, Precision::Year, DateRule::FromPublication)
            }
            Open::SameYear => (self.antecedent_years(date)?, Precision::Year, DateRule::NearestAntecedent),
            Open::SameMonth => {
                let (earliest, _) = self.antecedent(&[Grain::Day, Grain::Third, Grain::Month])?.first().copied()?;
                (
                    vec![(earliest.first_of_month(), earliest.last_of_month())],
                    Precision::Month,
                    DateRule::NearestAntecedent,
                )
            }
            Open::SameDay => (self.antecedent(&[Grain::Day])?, Precision::Day, DateRule::NearestAntecedent),
            Open::DayAfter(n) => {
                let days = self.antecedent(&[Grain::Day])?;
                let moved = days.into_iter().filter_map(|(earliest, _)| shift(earliest, n).map(day)).collect();
                (moved, Precision::Day, DateRule::NearestAntecedent)
            }
            Open::SinceThen => {
                let all = [Grain::Day, Grain::Third, Grain::Month, Grain::Year, Grain::Decade];
                (self.antecedent(&all)?, Precision::Open, DateRule::NearestAntecedent)
            }
        })
    }

    /// The years in which a month may be meant: the latest one before each day of publication, and the year told of.
    fn years_of(&self, month: i8, date: &Found) -> (Vec<i16>, DateRule) {
        let told = self.year_told_of(date);
        let latest_told = told.into_iter().chain(self.named_year.filter(|_| told.is_some()));
        match (self.first, self.published) {
            (Some(first), Some(published)) => {
                let latest = [first, published].map(|anchor| latest_year(anchor, month));
                let recent = |year: i16| {
                    let end = Date::new(year, month, 1).ok().and_then(|day| shift(day.last_of_month(), RECENT));
                    end.is_none_or(|end| end >= published)
                };
                let told = told.filter(|told| *told < latest[0] && !recent(latest[0]));
                (told.into_iter().chain(latest).collect(), DateRule::LatestNotAfter)
            }
            _ if self.document_years.is_empty() => (latest_told.collect(), DateRule::NearestAntecedent),
            _ => (self.document_years.clone(), DateRule::DocumentYear),
        }
    }

    /// The year of the nearest stated date before, not far; in a text without a day of publication wherever it stands.
    fn year_told_of(&self, date: &Found) -> Option<i16> {
        let paragraph = self.tokens[date.tokens.start].paragraph;
        self.done.iter().rev().find_map(|(at, found, resolved)| {
            let near = self.published.is_none() || self.tokens[*at].paragraph + TOLD_WITHIN >= paragraph;
            let year = match found.reading {
                Reading::Stated { earliest, grain: Grain::Day | Grain::Month | Grain::Year | Grain::Third, .. } => {
                    earliest.year()
                }
                Reading::Interval { earliest, latest } if earliest.year() == latest.year() => latest.year(),
                _ => return None,
            };
            (near && !resolved.of_publication).then_some(year)
        })
    }

    /// One value against each day of publication; two where they differ.
    fn against_both(&self, value: impl Fn(Date) -> Option<(Date, Date)>) -> Option<Vec<(Date, Date)>> {
        let values: Vec<_> = [self.first, self.published].into_iter().flatten().filter_map(value).collect();
        (!values.is_empty()).then_some(values)
    }

    /// The readings of the nearest earlier date of one of these grains, in this paragraph or the one before.
    fn antecedent(&self, grains: &[Grain]) -> Option<Vec<(Date, Date)>> {
        self.done.iter().rev().find_map(|(_, found, resolved)| {
            let fits =
                grain_of(&found.reading).is_some_and(|grain| grains.contains(&grain)) && !resolved.of_publication;
            let value = resolved.value.as_ref().filter(|_| fits)?;
            value.readings().map(|span| span.earliest.zip(span.latest)).collect()
        })
    }

    /// The years of the nearest date, and of the first date of the paragraph: its topic.
    fn antecedent_years(&self, date: &Found) -> Option<Vec<(Date, Date)>> {
        let paragraph = self.tokens[date.tokens.start].paragraph;
        let dated = |resolved: &TextDate| {
            let first = resolved.value.as_ref().filter(|_| !resolved.of_publication)?.readings().next()?.earliest?;
            whole_year(first.year())
        };
        let nearest = self.done.iter().rev().find_map(|(_, _, resolved)| dated(resolved))?;
        let topic = self.done.iter().find_map(|(at, found, resolved)| {
            let year = matches!(found.reading, Reading::Stated { grain: Grain::Year, .. });
            (year && self.tokens[*at].paragraph == paragraph).then(|| dated(resolved)).flatten()
        });
        Some(std::iter::once(nearest).chain(topic).collect())
    }
}

fn empty() -> TextDate {
    TextDate {
        value: None,
        length: None,
        rule: DateRule::Unanchored,
        wrong_weekday: false,
        after_first_publication: false,
        of_publication: false,
    }
}

/// Days, months or years from one to another.
pub(super) fn is_period(reading: &Reading) -> bool {
    matches!(
        reading,
        Reading::Interval { .. } | Reading::Open(Open::Span { .. } | Open::Part { .. } | Open::SamePeriod)
    )
}

fn precision_of(grain: Grain) -> Precision {
    match grain {
        Grain::Day => Precision::Day,
        Grain::Third => Precision::Fortnight,
        Grain::Month => Precision::Month,
        Grain::Year => Precision::Year,
        Grain::Decade => Precision::Decade,
    }
}

fn grain_of(reading: &Reading) -> Option<Grain> {
    match reading {
        Reading::Stated { grain, .. } => Some(*grain),
        Reading::Interval { .. } => Some(Grain::Year),
        Reading::Converted { precision: Precision::Week, .. } => Some(Grain::Day),
        Reading::Converted { precision: Precision::Month, .. } => Some(Grain::Month),
        Reading::Converted { .. } => None,
        Reading::Swapped { .. } => Some(Grain::Day),
        Reading::Open(Open::Month { third: Some(_), .. }) => Some(Grain::Third),
        Reading::Open(Open::Month { .. } | Open::MonthsAgo(_) | Open::SameMonth) => Some(Grain::Month),
        Reading::Open(Open::YearsAgo(_) | Open::SameYear) => Some(Grain::Year),
        Reading::Open(
            Open::DayOfMonth { .. } | Open::Weekday { .. } | Open::DaysAgo(_) | Open::SameDay | Open::DayAfter(_),
        ) => Some(Grain::Day),
        Reading::Open(
            Open::WeeksAgo(_) | Open::SinceThen | Open::SamePeriod | Open::Span { .. } | Open::Part { .. },
        )
        | Reading::Length { .. }
        | Reading::Vague => None,
    }
}

/// The year of the latest such month that has begun by the anchor.
fn latest_year(anchor: Date, month: i8) -> i16 {
    if month <= anchor.month() { anchor.year() } else { anchor.year() - 1 }
}

fn whole_year(year: i16) -> Option<(Date, Date)> {
    Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?))
}

fn weekday_alone(reading: &Reading) -> Option<i8> {
    match reading {
        Reading::Open(Open::Weekday { weekday }) => Some(*weekday),
        _ => None,
    }
}

fn weekday_of(date: Date) -> i8 {
    date.weekday().to_monday_zero_offset()
}

fn shift(date: Date, days: i64) -> Option<Date> {
    // Civil days are counted by steps; the numbers of a text are small.
    let mut date = date;
    for _ in 0..days.unsigned_abs().min(40_000) {
        date = if days < 0 { date.yesterday() } else { date.tomorrow() }.ok()?;
    }
    Some(date)
}

#[cfg(test)]
mod tests;
