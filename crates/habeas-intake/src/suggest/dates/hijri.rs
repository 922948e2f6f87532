//! Days, months and years of other calendars in running text, read by the same table as the cells of lists.

use super::{Cursor, Reading};
use crate::values::{
    Calendar,
    date::{DateRule, read_date},
};
use habeas_core::DateBasis;

/// Tokens from a day to the year behind it, at most: «5 Dhu al-Qi'dah, 1437».
const LONGEST: usize = 9;

impl Cursor<'_> {
    /// «18 July 2015 (2 Shawwal 1436)», in either order and also without brackets: one day, told twice. Where the two do
    /// not agree they are two dates.
    pub(super) fn two_calendars(&self, at: usize) -> Option<(usize, Reading)> {
        (at..at + 2 * LONGEST).find(|idx| self.is_other_year(*idx))?;
        let read = |at: usize| self.converted(at).or_else(|| self.single(at));
        let (end, first) = read(at)?;
        let bracket = matches!(self.lower(end), "(" | "[");
        let joined = bracket || matches!(self.lower(end), "/" | ",");
        let both = joined.then(|| read(end + 1)).flatten().and_then(|(close, second)| {
            let civil = civil_of(first, second).or_else(|| civil_of(second, first))?;
            let closed = !bracket || matches!(self.lower(close), ")" | "]");
            closed.then_some((close + usize::from(bracket), civil))
        });
        both.or_else(|| matches!(first, Reading::Converted { .. }).then_some((end, first)))
    }

    /// A number that is a year of another calendar.
    fn is_other_year(&self, at: usize) -> bool {
        self.number(at, 1300..=1500).is_some()
    }

    /// «12 Muharram 1437», «Ramadan 1436», «5 Dhul-Qa'da 1437 AH», «1437 AH».
    fn converted(&self, at: usize) -> Option<(usize, Reading)> {
        let first = self.get(at).filter(|token| token.is_number() || token.is_word() && token.capital)?;
        let year = (at..at + LONGEST)
            .take_while(|idx| self.get(*idx).is_some_and(|token| token.sentence == first.sentence))
            .find(|idx| self.is_other_year(*idx))?;
        let end = self.get(year)?.end;
        let (behind, calendar) = match (self.lower(year + 1), self.lower(year + 2), self.lower(year + 3)) {
            ("a", ".", "h") => (year + 4 + usize::from(self.lower(year + 4) == "."), Calendar::Hijri),
            ("ah" | "a.h" | "hijri", ..) => (year + 2, Calendar::Hijri),
            _ => (year + 1, Calendar::Gregorian),
        };
        let rule = DateRule { calendar, ..DateRule::default() };
        let date = read_date(self.text.get(first.start..end)?, &rule).ok()?.date;
        let mut readings = date.readings();
        let (only, further) = (readings.next()?, readings.next());
        let read = Reading::Converted { earliest: only.earliest?, latest: only.latest?, precision: date.precision() };
        (date.basis() == DateBasis::OtherCalendar && further.is_none()).then_some((behind, read))
    }
}

/// The civil day of two readings of which the second one, of another calendar, holds it.
fn civil_of(civil: Reading, other: Reading) -> Option<Reading> {
    match (civil, other) {
        (Reading::Stated { earliest: day, latest: end, .. }, Reading::Converted { earliest, latest, .. }) => {
            (earliest <= end && day <= latest).then_some(civil)
        }
        _ => None,
    }
}
