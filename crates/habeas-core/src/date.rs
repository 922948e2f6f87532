//! Dates that know what they do not know.
//!
//! A [`PartialDate`] is one or more candidate spans of civil days, how the event fills them, and how exactly the source
//! spoke. A bare year is a span of 365 days, never 1 January. Comparison has three answers; a total order exists for
//! drawing only ([`PartialDate::drawing_key`]).

use std::fmt;

/// A civil day of the Gregorian calendar.
pub use jiff::civil::Date;

/// An answer that may be «cannot be said».
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// Certainly so.
    True,
    /// Certainly not so.
    False,
    /// The dates allow both.
    Unknown,
}

/// Inclusive bounds in civil days; either end may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DaySpan {
    /// First day that is possible.
    pub earliest: Option<Date>,
    /// Last day that is possible.
    pub latest: Option<Date>,
}

/// How the event fills the span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Holds {
    /// It happened on one day, somewhere in the span.
    Some,
    /// It lasted over all days of the span.
    All,
    /// It began somewhere in the span and went on.
    Starts,
    /// It ended somewhere in the span.
    Ends,
}

/// How exactly the source spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Precision {
    /// One day.
    Day,
    /// Several days or a week.
    Week,
    /// About half a month.
    Fortnight,
    /// One month or a few.
    Month,
    /// A season or a few months.
    Season,
    /// One year or a few.
    Year,
    /// A decade.
    Decade,
    /// A century.
    Century,
    /// An open end.
    Open,
}

/// Where a value comes from, if not from plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DateBasis {
    /// The words state it.
    Stated,
    /// Day and month could be swapped; both readings are kept.
    DayMonthOrder,
    /// The century of a two-digit year was taken from the period of the list.
    ListPeriod,
    /// «early», «mid», «late»: thirds of a month.
    ThirdOfMonth,
    /// Converted from another calendar by table.
    OtherCalendar,
    /// A spreadsheet's serial number.
    SpreadsheetSerial,
    /// A year reckoned from an age.
    FromAge,
    /// A person decided.
    Person,
    /// Day and month are stated; the year is that of the document, which it does not state.
    DocumentYear,
    /// «That same year»: whatever the wording allows.
    Antecedent,
}

/// Why days do not make a partial date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartialDateError {
    /// A span ends before it begins.
    #[error("the span ends on {latest}, before it begins on {earliest}")]
    Reversed {
        /// First day.
        earliest: Date,
        /// Last day.
        latest: Date,
    },
    /// No candidate at all, or one without any bound.
    #[error("a date needs at least one bound")]
    Unbounded,
}

/// The year an event began in, as far as its date allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum YearOf {
    /// All readings lie in one year.
    Certain(i16),
    /// First and last year that are possible.
    Between(i16, i16),
    /// One end is open.
    NotStated,
}

/// A date with everything that its words leave open.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PartialDate {
    first: DaySpan,
    /// Further readings, sorted; nearly always empty.
    others: Vec<DaySpan>,
    holds: Holds,
    precision: Precision,
    approximate: bool,
    basis: DateBasis,
}

impl DaySpan {
    /// Days from `earliest` to `latest`.
    pub fn days(earliest: Date, latest: Date) -> Self {
        Self { earliest: Some(earliest), latest: Some(latest) }
    }

    fn check(&self) -> Result<(), PartialDateError> {
        match (self.earliest, self.latest) {
            (None, None) => Err(PartialDateError::Unbounded),
            (Some(earliest), Some(latest)) if earliest > latest => Err(PartialDateError::Reversed { earliest, latest }),
            _ => Ok(()),
        }
    }

    fn single(&self) -> Option<Date> {
        self.earliest.filter(|_| self.earliest == self.latest)
    }

    pub(crate) fn disjoint(&self, other: &Self) -> bool {
        let after =
            |low: Option<Date>, high: Option<Date>| matches!((low, high), (Some(low), Some(high)) if low > high);
        after(self.earliest, other.latest) || after(other.earliest, self.latest)
    }
}

impl PartialDate {
    /// One civil day.
    pub fn day(day: Date) -> Self {
        Self::plain(DaySpan::days(day, day), Precision::Day)
    }

    /// One day somewhere in a month.
    ///
    /// Returns `None` for a month or year that no calendar has.
    pub fn month(year: i16, month: i8) -> Option<Self> {
        let first = Date::new(year, month, 1).ok()?;
        Some(Self::plain(DaySpan::days(first, first.last_of_month()), Precision::Month))
    }

    /// One day somewhere in a year.
    ///
    /// Returns `None` for a year that no calendar has.
    pub fn year(year: i16) -> Option<Self> {
        let (first, last) = (Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?);
        Some(Self::plain(DaySpan::days(first, last), Precision::Year))
    }

    /// One day somewhere between two bounds; either may be open.
    ///
    /// # Errors
    /// [`PartialDateError`] when the span is reversed or has no bound.
    pub fn between(
        earliest: Option<Date>,
        latest: Option<Date>,
        precision: Precision,
    ) -> Result<Self, PartialDateError> {
        let span = DaySpan { earliest, latest };
        span.check()?;
        Ok(Self::plain(span, precision))
    }

    /// A date of several readings, none of which the words exclude.
    ///
    /// # Errors
    /// [`PartialDateError`] when there is no reading, or one is reversed or without bounds.
    pub fn one_of(
        mut readings: Vec<DaySpan>,
        precision: Precision,
        basis: DateBasis,
    ) -> Result<Self, PartialDateError> {
        readings.sort();
        readings.dedup();
        readings.iter().try_for_each(DaySpan::check)?;
        let mut readings = readings.into_iter();
        let first = readings.next().ok_or(PartialDateError::Unbounded)?;
        Ok(Self { others: readings.collect(), basis, ..Self::plain(first, precision) })
    }

    fn plain(first: DaySpan, precision: Precision) -> Self {
        Self { first, others: Vec::new(), holds: Holds::Some, precision, approximate: false, basis: DateBasis::Stated }
    }

    /// The same date, filled in another way.
    pub fn holding(self, holds: Holds) -> Self {
        Self { holds, ..self }
    }

    /// The same date, marked «about».
    pub fn approximately(self) -> Self {
        Self { approximate: true, ..self }
    }

    /// The same date with another basis.
    pub fn on_basis(self, basis: DateBasis) -> Self {
        Self { basis, ..self }
    }

    /// All readings, sorted; at least one.
    pub fn readings(&self) -> impl Iterator<Item = DaySpan> + '_ {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    /// First day of any reading; `None` where one is open.
    pub fn earliest(&self) -> Option<Date> {
        self.readings().map(|span| span.earliest).min().flatten()
    }

    /// Last day of any reading; `None` where one is open.
    pub fn latest(&self) -> Option<Date> {
        self.readings().map(|span| span.latest).try_fold(None, |last, day| day.map(|day| last.max(Some(day)))).flatten()
    }

    /// How the event fills the span.
    pub fn holds(&self) -> Holds {
        self.holds
    }

    /// How exactly the source spoke.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Whether the source said «about».
    pub fn is_approximate(&self) -> bool {
        self.approximate
    }

    /// Where the value comes from.
    pub fn basis(&self) -> DateBasis {
        self.basis
    }

    /// The one day that it is, if there is but one.
    pub fn single_day(&self) -> Option<Date> {
        self.first.single().filter(|_| self.others.is_empty() && !self.approximate)
    }

    /// Whether both are the same: true only for one equal day, false only where no day is common.
    pub fn same(&self, other: &Self) -> Truth {
        match (self.single_day(), other.single_day()) {
            (Some(ours), Some(theirs)) if ours == theirs => Truth::True,
            _ if self.approximate || other.approximate => Truth::Unknown,
            _ if self.readings().all(|ours| other.readings().all(|theirs| ours.disjoint(&theirs))) => Truth::False,
            _ => Truth::Unknown,
        }
    }

    /// Whether this one was over before the other began.
    pub fn before(&self, other: &Self) -> Truth {
        let later =
            |high: Option<Date>, low: Option<Date>| matches!((high, low), (Some(high), Some(low)) if high < low);
        let not_earlier =
            |low: Option<Date>, high: Option<Date>| matches!((low, high), (Some(low), Some(high)) if low >= high);
        if self.approximate || other.approximate {
            return Truth::Unknown;
        }
        if later(self.end_high(), other.start_low()) {
            Truth::True
        } else if not_earlier(self.end_low(), other.start_high()) {
            Truth::False
        } else {
            Truth::Unknown
        }
    }

    /// Whether this one began before the other began.
    pub fn starts_before(&self, other: &Self) -> Truth {
        if self.approximate || other.approximate {
            return Truth::Unknown;
        }
        match (self.start_low(), self.start_high(), other.start_low(), other.start_high()) {
            (_, Some(high), Some(low), _) if high < low => Truth::True,
            (Some(low), _, _, Some(high)) if low >= high => Truth::False,
            _ => Truth::Unknown,
        }
    }

    /// The year in which it began.
    pub fn year_of(&self) -> YearOf {
        match (self.start_low(), self.start_high()) {
            (Some(low), Some(high)) if low.year() == high.year() => YearOf::Certain(low.year()),
            (Some(low), Some(high)) => YearOf::Between(low.year(), high.year()),
            _ => YearOf::NotStated,
        }
    }

    /// A key for drawing in a line. It must not reach a check: it orders what cannot be ordered.
    pub fn drawing_key(&self) -> (Option<Date>, Option<Date>) {
        (self.earliest().or(self.latest()), self.latest().or(self.earliest()))
    }

    fn start_low(&self) -> Option<Date> {
        if self.holds == Holds::Ends { None } else { self.earliest() }
    }

    fn start_high(&self) -> Option<Date> {
        if self.holds == Holds::All { self.readings().map(|span| span.earliest).max().flatten() } else { self.latest() }
    }

    fn end_low(&self) -> Option<Date> {
        if self.holds == Holds::All { self.readings().map(|span| span.latest).min().flatten() } else { self.earliest() }
    }

    fn end_high(&self) -> Option<Date> {
        if self.holds == Holds::Starts { None } else { self.latest() }
    }
}

/// Writes the date as an extended date (EDTF, ISO 8601-2): a month that is not known is not written.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.others.is_empty() {
            // «Two weeks in December»: the month is where it lies, not how exactly it is known.
            let is_finer = matches!(self.precision, Precision::Week | Precision::Fortnight);
            let short = short(self.first).filter(|_| !is_finer || self.first.single().is_some());
            write_span(f, self.first, short, self.holds)?;
        } else {
            f.write_str("[")?;
            for (i, span) in self.readings().enumerate() {
                f.write_str(if i > 0 { "," } else { "" })?;
                match (short(span), span.earliest, span.latest) {
                    (Some(short), ..) => f.write_str(&short)?,
                    (None, earliest, latest) => write!(f, "{}..{}", or_open(earliest), or_open(latest))?,
                }
            }
            f.write_str("]")?;
        }
        f.write_str(if self.approximate { "~" } else { "" })
    }
}

fn or_open(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// A whole day, month or year in its short form.
fn short(span: DaySpan) -> Option<String> {
    let (first, last) = (span.earliest?, span.latest?);
    if first == last {
        Some(first.to_string())
    } else if first.day() == 1 && last == first.last_of_month() {
        Some(format!("{:04}-{:02}", first.year(), first.month()))
    } else if first == first.first_of_year() && last == first.last_of_year() {
        Some(format!("{:04}", first.year()))
    } else {
        None
    }
}

fn write_span(f: &mut fmt::Formatter<'_>, span: DaySpan, short: Option<String>, holds: Holds) -> fmt::Result {
    let (earliest, latest) = (span.earliest, span.latest);
    match (short, holds) {
        (Some(short), Holds::Some) => f.write_str(&short),
        (Some(short), Holds::Starts) => write!(f, "{short}/.."),
        (Some(short), Holds::Ends) => write!(f, "../{short}"),
        (Some(short), Holds::All) if earliest == latest => f.write_str(&short),
        (_, Holds::Some | Holds::Starts | Holds::Ends) => write!(f, "[{}..{}]", or_open(earliest), or_open(latest)),
        (_, Holds::All) => {
            write!(f, "{}/{}", or_open(earliest), or_open(latest))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn day(text: &str) -> PartialDate {
        PartialDate::day(text.parse().unwrap())
    }

    fn check(date: Option<PartialDate>, expected: Expect) {
        expected.assert_eq(&date.unwrap().to_string());
    }

    #[test]
    fn a_date_is_written_no_more_exactly_than_it_is_known() {
        check(Some(day("2016-11-12")), expect!["2016-11-12"]);
        check(PartialDate::month(2016, 10), expect!["2016-10"]);
        check(PartialDate::year(2015), expect!["2015"]);
        check(PartialDate::month(2023, 12).map(|d| d.holding(Holds::Starts)), expect!["2023-12/.."]);
        check(
            PartialDate::between(
                Some("2023-12-01".parse().unwrap()),
                Some("2023-12-06".parse().unwrap()),
                Precision::Week,
            )
            .ok(),
            expect!["[2023-12-01..2023-12-06]"],
        );
        check(PartialDate::year(1976).map(PartialDate::approximately), expect!["1976~"]);
    }

    #[test]
    fn day_and_month_that_may_be_swapped_are_two_readings() {
        let spans = ["2024-05-01", "2024-01-05"].map(|d| DaySpan::days(d.parse().unwrap(), d.parse().unwrap()));
        let date = PartialDate::one_of(spans.to_vec(), Precision::Day, DateBasis::DayMonthOrder).unwrap();
        expect!["[2024-01-05,2024-05-01]"].assert_eq(&date.to_string());
        assert_eq!(date.same(&day("2024-05-01")), Truth::Unknown);
        assert_eq!(date.same(&day("2024-03-01")), Truth::False);
        assert_eq!(date.single_day(), None);
    }

    #[test]
    fn a_vague_date_is_no_evidence_against_a_day_inside_it() {
        let month = PartialDate::month(1976, 11).unwrap();
        assert_eq!(month.same(&day("1976-11-03")), Truth::Unknown);
        assert_eq!(month.same(&day("1976-12-03")), Truth::False);
        assert_eq!(month.before(&day("1976-12-01")), Truth::True);
        assert_eq!(month.before(&day("1976-11-30")), Truth::Unknown);
    }

    #[test]
    fn what_began_before_something_else_may_still_go_on() {
        let early = PartialDate::between("2023-12-01".parse().ok(), "2023-12-10".parse().ok(), Precision::Week);
        let protests = early.unwrap().holding(Holds::Starts);
        let sit_in = day("2023-11-23").holding(Holds::Starts);
        assert_eq!(sit_in.starts_before(&protests), Truth::True);
        assert_eq!(sit_in.before(&protests), Truth::Unknown, "nobody says that it ended");
        assert_eq!(protests.starts_before(&sit_in), Truth::False);
        assert_eq!(day("2023-12-05").starts_before(&protests), Truth::Unknown);
    }

    #[test]
    fn the_year_is_certain_only_where_all_readings_lie_in_it() {
        assert_eq!(PartialDate::month(1976, 11).unwrap().year_of(), YearOf::Certain(1976));
        let span = PartialDate::between(
            Some("1976-12-30".parse().unwrap()),
            Some("1977-01-02".parse().unwrap()),
            Precision::Week,
        );
        assert_eq!(span.unwrap().year_of(), YearOf::Between(1976, 1977));
        let open = PartialDate::between(None, Some("1977-01-02".parse().unwrap()), Precision::Open).unwrap();
        assert_eq!(open.year_of(), YearOf::NotStated);
    }

    #[test]
    fn a_reversed_span_is_refused() {
        let reversed = PartialDate::between(
            Some("1977-01-02".parse().unwrap()),
            Some("1976-01-02".parse().unwrap()),
            Precision::Week,
        );
        assert!(matches!(reversed, Err(PartialDateError::Reversed { .. })));
    }

    fn any_date() -> impl Strategy<Value = PartialDate> {
        let span = (0i64..3000, 0i64..400).prop_map(|(start, length)| {
            let base: Date = "1970-01-01".parse().unwrap();
            let first = base.checked_add(jiff::Span::new().days(start)).unwrap();
            DaySpan::days(first, first.checked_add(jiff::Span::new().days(length)).unwrap())
        });
        (prop::collection::vec(span, 1..3), prop::sample::select(vec![Holds::Some, Holds::All, Holds::Starts]))
            .prop_map(|(spans, holds)| {
                PartialDate::one_of(spans, Precision::Open, DateBasis::Stated).unwrap().holding(holds)
            })
    }

    proptest! {
        #[test]
        fn before_is_antisymmetric_and_transitive_where_it_is_true(a in any_date(), b in any_date(), c in any_date()) {
            prop_assert!(!(a.before(&b) == Truth::True && b.before(&a) == Truth::True));
            if a.before(&b) == Truth::True && b.before(&c) == Truth::True {
                prop_assert_eq!(a.before(&c), Truth::True);
            }
        }

        #[test]
        fn same_is_symmetric(a in any_date(), b in any_date()) {
            prop_assert_eq!(a.same(&b), b.same(&a));
        }

        #[test]
        fn bounds_enclose_every_reading(a in any_date()) {
            for span in a.readings() {
                prop_assert!(a.earliest() <= span.earliest && span.latest <= a.latest());
            }
        }
    }
}
