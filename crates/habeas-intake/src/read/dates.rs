//! Dates of one event from the columns that give it.

use super::{
    cache::Cache,
    plan::{Column, DateColumns},
    remark::Remark,
    row::RowReading,
};
use crate::mapping::{ColumnMapping, DEFAULT_SEPARATOR, Field, ListMeta, Unread};
use crate::read::CellHint;
use crate::values::{DateProblem, DateRead, DateRule, TwoDigitYear, date::read_serial, read_date};
use habeas_core::{CellSpan, DateBasis, EventKind, PartialDate, Predicate, Truth, Value};

/// A column with a date.
#[derive(Debug)]
pub(super) struct DateColumn {
    pub column: Column,
    rule: DateRule,
    /// What parts the date from the place, in a column that holds both.
    separator: Option<String>,
    unread: Unread,
    cache: Cache<Result<DateRead, DateProblem>>,
}

impl DateColumn {
    pub fn new(column: Column, mapped: &ColumnMapping, list: &ListMeta) -> Self {
        let options = &mapped.options;
        let year2 = match list.period {
            Some((first, last)) if options.year2_window => TwoDigitYear::Window(first, last),
            _ => TwoDigitYear::Refuse,
        };
        let rule = DateRule {
            order: options.order,
            calendar: options.calendar.unwrap_or_default(),
            serial_from_1904: options.serial_from_1904,
            year2,
            placeholder: options.placeholder,
        };
        let separator = matches!(mapped.field, Field::EventDatePlace(_))
            .then(|| options.separator.clone().unwrap_or_else(|| DEFAULT_SEPARATOR.to_owned()));
        Self { column, rule, separator, unread: options.unread, cache: Cache::new() }
    }
}

impl RowReading<'_> {
    /// Reads a date from all columns that give it: the most exact reading is the claim; one that excludes it is a second
    /// claim with a remark; one that it fits into says nothing more.
    pub fn dates(&mut self, dates: &mut DateColumns) {
        let mut found: Vec<(PartialDate, CellSpan)> = Vec::with_capacity(1);
        let mut unread = None;
        for date_column in &mut dates.columns {
            let column = date_column.column.index;
            let Some((mut start, mut words)) = self.words_of(&date_column.column) else { continue };
            if let Some(separator) = &date_column.separator
                && let Some((date, _)) = words.split_once(separator.as_str())
            {
                start += date.len() - date.trim_start().len();
                words = date.trim();
                if date_column.column.null.contains(words) {
                    continue;
                }
            }
            let span = self.span(column, start, words);
            self.n_typed += 1;
            let read = match self.hint(column) {
                CellHint::Serial { days, from_1904 } => {
                    read_serial(days, from_1904).map(|date| DateRead { date, wrong_weekday: false })
                }
                _ => date_column.cache.get(words, |words| read_date(words, &date_column.rule)),
            };
            match read {
                Ok(read) => {
                    self.n_typed_read += 1;
                    self.remark_date(&read, column, dates.predicate);
                    self.dates.push((column, read.date.clone()));
                    found.push((read.date, span));
                }
                Err(problem) => {
                    let remark = Remark::Date { column, problem };
                    self.unread(remark, date_column.unread);
                    unread = unread.or(Some(span));
                }
            }
        }
        // Sorting keeps the order of columns among equally exact dates.
        found.sort_by_key(|(date, _)| date.precision());
        let mut readings = found.into_iter();
        let Some((date, span)) = readings.next() else {
            if let Some(span) = unread {
                self.claim(dates.predicate, Value::Words, &[span]);
            }
            return;
        };
        let excluding: Vec<_> = readings.filter(|(other, _)| other.same(&date) == Truth::False).collect();
        self.claim(dates.predicate, Value::Date(date), &[span]);
        for (other, span) in excluding {
            self.remarks.push(Remark::Disagrees { column: span.column });
            self.claim(dates.predicate, Value::Date(other), &[span]);
        }
    }

    fn remark_date(&mut self, read: &DateRead, column: u16, predicate: Predicate) {
        let date = &read.date;
        if date.basis() == DateBasis::DayMonthOrder {
            self.remarks.push(Remark::BothOrders { column });
        }
        if read.wrong_weekday {
            self.remarks.push(Remark::Weekday { column });
        }
        if let (Some(published), Some(earliest)) = (self.published, date.earliest())
            && earliest > published
        {
            self.remarks.push(Remark::AfterPublication { column });
        }
        let is_of_period = matches!(predicate, Predicate::EventDate(event) if !matches!(event, EventKind::Reported | EventKind::Identified));
        if let (true, Some((first, last))) = (is_of_period, self.period)
            && (date.earliest().is_some_and(|day| day.year() > last)
                || date.latest().is_some_and(|day| day.year() < first))
        {
            self.remarks.push(Remark::OutsidePeriod { column });
        }
    }
}
