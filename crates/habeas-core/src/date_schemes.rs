//! How exactly a date is known, in the codes of other collections: UCDP `date_prec`, ACLED `time_precision`, HURIDOCS list 48.
//!
//! None of them holds an open end or one of two days. What a scheme cannot hold is refused, so that nobody fills it in.

use crate::{Date, Holds, PartialDate};

/// A span of days as UCDP writes it: never without its precision, since it writes a year as 1 January to 31 December.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UcdpDate {
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// 1 a day, 2 up to six days, 3 a week, 4 up to a month, 5 up to a year `[sundberg2013]`.
    pub precision: u8,
}

impl PartialDate {
    /// Start, end and `date_prec` of the UCDP event dataset.
    pub fn in_ucdp(&self) -> Option<UcdpDate> {
        let (start, end) = self.bounded_days()?;
        let precision = match days_between(start, end) {
            1 => 1,
            2..=6 => 2,
            7 => 3,
            8..=31 => 4,
            32..=366 => 5,
            _ => return None,
        };
        Some(UcdpDate { start, end, precision })
    }

    /// ACLED's `time_precision`: 1 a day, 2 a week, 3 a month. It has no code for a year.
    pub fn in_acled(&self) -> Option<u8> {
        let (start, end) = self.bounded_days()?;
        match days_between(start, end) {
            1 => Some(1),
            2..=7 => Some(2),
            8..=31 => Some(3),
            _ => None,
        }
    }

    /// Term of HURIDOCS list 48: empty for a day, 01 an estimate, 02 day unknown, 03 day and month unknown.
    pub fn in_huridocs(&self) -> Option<&'static str> {
        if self.readings().count() > 1 || self.is_approximate() {
            return self.earliest().and(self.latest()).map(|_| "01");
        }
        let (start, end) = self.bounded_days()?;
        match days_between(start, end) {
            1 => Some(""),
            2..=7 => Some("01"),
            8..=31 => Some("02"),
            32..=366 => Some("03"),
            _ => None,
        }
    }

    /// First and last day, where there is one reading with both and the event lies within.
    fn bounded_days(&self) -> Option<(Date, Date)> {
        let whole = matches!(self.holds(), Holds::Some | Holds::All);
        let one = self.readings().count() == 1 && whole && !self.is_approximate();
        self.earliest().zip(self.latest()).filter(|_| one)
    }
}

/// How many days a span has, both ends included.
fn days_between(start: Date, end: Date) -> i32 {
    (end - start).get_days() + 1
}

#[cfg(test)]
mod tests {
    use crate::parse_edtf;

    #[test]
    fn a_date_keeps_its_exactness_in_other_schemes_or_is_refused() {
        // As typed; UCDP, ACLED, HURIDOCS 48.
        for (typed, ucdp, acled, huridocs) in [
            ("2016-11-12", Some("2016-11-12 2016-11-12 1"), Some(1), Some("")),
            ("[2023-12-01..2023-12-06]", Some("2023-12-01 2023-12-06 2"), Some(2), Some("01")),
            ("2023-12-01/2023-12-07", Some("2023-12-01 2023-12-07 3"), Some(2), Some("01")),
            ("[2015-12-01..2015-12-31]", Some("2015-12-01 2015-12-31 4"), Some(3), Some("02")),
            ("2016-10", Some("2016-10-01 2016-10-31 4"), Some(3), Some("02")),
            ("2015", Some("2015-01-01 2015-12-31 5"), None, Some("03")),
            ("2023-12/..", None, None, None),
            ("[2016-11-12,2022-11-12]", None, None, Some("01")),
            ("2001-01-01/2009-12-31", None, None, None),
        ] {
            let date = parse_edtf(typed).unwrap();
            let written = date.in_ucdp().map(|date| format!("{} {} {}", date.start, date.end, date.precision));
            assert_eq!(written.as_deref(), ucdp, "{typed}");
            assert_eq!((date.in_acled(), date.in_huridocs()), (acled, huridocs), "{typed}");
        }
    }
}
