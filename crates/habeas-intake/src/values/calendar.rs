//! Days of other calendars and serial numbers of spreadsheets as civil days, by table.

use habeas_core::Date;
use icu_calendar::{
    Date as CalendarDate, Iso,
    cal::{
        Hijri,
        hijri::{TabularAlgorithmEpoch, TabularAlgorithmLeapYears},
    },
    types::RataDie,
};

/// The calendar that words are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Calendar {
    /// Civil calendar.
    #[default]
    Gregorian,
    /// Lunar Islamic calendar.
    Hijri,
    /// Solar calendar of Iran and Afghanistan.
    SolarHijri,
}

impl Calendar {
    /// Every calendar.
    pub const ALL: &'static [Self] = &[Self::Gregorian, Self::Hijri, Self::SolarHijri];

    /// The word in mapping files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Gregorian => "gregorian",
            Self::Hijri => "hijri",
            Self::SolarHijri => "solar-hijri",
        }
    }

    /// First and last civil day that one day of this calendar can be; `None` for a day that it does not have.
    ///
    /// A Hijri day is one of several civil days: the months of Umm al-Qura and of the tabular calendar differ, and so do
    /// sightings of the moon, by a day either way.
    pub(super) fn civil_days(self, year: i32, month: u8, day: u8) -> Option<(Date, Date)> {
        match self {
            Self::Gregorian => {
                let day = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
                day.ok().map(|day| (day, day))
            }
            Self::SolarHijri => {
                let day = civil(CalendarDate::try_new_persian(year, month, day).ok()?.to_calendar(Iso))?;
                Some((day, day))
            }
            Self::Hijri => {
                let tabular = Hijri::new_tabular(TabularAlgorithmLeapYears::TypeII, TabularAlgorithmEpoch::Friday);
                let tabular = CalendarDate::try_new_hijri_with_calendar(year, month, day, tabular).ok();
                let tabular = tabular.and_then(|day| civil(day.to_calendar(Iso)));
                let sighted = CalendarDate::try_new_hijri_with_calendar(year, month, day, Hijri::new_umm_al_qura());
                let sighted = sighted.ok().and_then(|day| civil(day.to_calendar(Iso)));
                let middle = sighted.or(tabular)?;
                let (before, after) = (middle.yesterday().ok()?, middle.tomorrow().ok()?);
                Some((tabular.map_or(before, |day| before.min(day)), tabular.map_or(after, |day| after.max(day))))
            }
        }
    }

    /// The last day of a month; `None` for a month that the calendar does not have.
    pub(super) fn last_day_of_month(self, year: i32, month: u8) -> Option<u8> {
        (28..=31).rev().find(|day| self.civil_days(year, month, *day).is_some())
    }
}

/// The civil day of a spreadsheet's serial number; the time of day is dropped.
///
/// Returns `None` for serials of up to 60 in the count from 1900, where spreadsheets disagree about a day that never was,
/// and for numbers outside of the calendar.
pub(super) fn civil_day_of_serial(serial: f64, from_1904: bool) -> Option<Date> {
    let days = serial.floor();
    let least = if from_1904 { 0.0 } else { 61.0 };
    if !(least..=2_958_465.0).contains(&days) {
        return None;
    }
    let epoch = if from_1904 { (1904, 1, 1) } else { (1899, 12, 30) };
    let epoch = CalendarDate::try_new_iso(epoch.0, epoch.1, epoch.2).ok()?.to_rata_die();
    civil(CalendarDate::from_rata_die(RataDie::new(epoch.to_i64_date() + days as i64), Iso))
}

fn civil(iso: CalendarDate<Iso>) -> Option<Date> {
    let year = i16::try_from(iso.era_year().extended_year).ok()?;
    Date::new(year, i8::try_from(iso.month().ordinal).ok()?, i8::try_from(iso.day_of_month().0).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(calendar: Calendar, year: i32, month: u8, day: u8) -> Option<String> {
        calendar.civil_days(year, month, day).map(|(low, high)| format!("{low} {high}"))
    }

    #[test]
    fn a_hijri_day_is_three_civil_days_around_umm_al_qura() {
        assert_eq!(days(Calendar::Hijri, 1437, 11, 5).as_deref(), Some("2016-08-07 2016-08-09"));
        assert_eq!(days(Calendar::Hijri, 1438, 2, 12).as_deref(), Some("2016-11-11 2016-11-13"));
        assert_eq!(days(Calendar::Hijri, 1445, 5, 9).as_deref(), Some("2023-11-22 2023-11-24"));
    }

    #[test]
    fn a_solar_hijri_day_is_one_civil_day() {
        assert_eq!(days(Calendar::SolarHijri, 1357, 11, 22).as_deref(), Some("1979-02-11 1979-02-11"));
        assert_eq!(days(Calendar::SolarHijri, 1357, 13, 1), None);
    }

    #[test]
    fn a_serial_is_a_day_only_beyond_the_day_that_never_was() {
        let day = |serial, from_1904| civil_day_of_serial(serial, from_1904).map(|day| day.to_string());
        assert_eq!(day(45253.0, false).as_deref(), Some("2023-11-23"));
        assert_eq!(day(45253.75, false).as_deref(), Some("2023-11-23"));
        assert_eq!(day(61.0, false).as_deref(), Some("1900-03-01"));
        assert_eq!(day(60.0, false), None);
        assert_eq!(day(43791.0, true).as_deref(), Some("2023-11-23"));
        assert_eq!(day(f64::NAN, false), None);
        assert_eq!(day(1e300, false), None);
    }
}
