//! Reported figures: what organisations state in numbers, one series for each speaker and measure, never added to the
//! documented counts.

use super::Desk;
use crate::failure::Failure;
use habeas_core::{Bounds, Entity, Measure, OriginOf, PartialDate};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// One figure: when, who of all, the number, in which words.
pub struct Point {
    /// Day, month or period that it is of.
    pub when: Option<PartialDate>,
    /// The year, where it has no date of its own.
    pub year: Option<String>,
    /// Of whom, where not of all.
    pub subgroup: String,
    /// The number.
    pub bounds: Bounds,
    /// The words.
    pub words: String,
}

/// One series of one speaker.
pub struct Series {
    /// What the figures are about.
    pub about: Entity,
    /// Its name.
    pub name: String,
    /// What is counted.
    pub measure: Measure,
    /// Who says so.
    pub speaker: String,
    /// The figures in the order of time.
    pub points: Vec<Point>,
}

/// All series, by what they are about.
///
/// # Errors
/// [`Failure`] without the right to cases.
pub fn series(desk: &Desk) -> Result<Vec<Series>, Failure> {
    let book = desk.book()?;
    let mut all: BTreeMap<(Entity, Measure, OriginOf), Vec<Point>> = BTreeMap::new();
    for one in book.counting().into_iter().filter(|one| book.shows(one)) {
        let Some(count) = one.count() else { continue };
        let date = count.as_of.as_ref().or(count.period.as_ref());
        let point = Point {
            when: date.cloned(),
            year: if date.is_none() { book.year_of_figure(one) } else { None },
            subgroup: count.subgroup.clone(),
            bounds: count.bounds(),
            words: one.words(),
        };
        let key = (one.about, count.measure, book.ties.origin(one));
        all.entry(key).or_default().push(point);
    }
    let series = all.into_iter().map(|((about, measure, origin), mut points)| {
        points.sort_by_key(|point| point.when.as_ref().map(PartialDate::drawing_key));
        let speaker = match &origin {
            OriginOf::Named(name) => name.clone(),
            OriginOf::Work(work) => book.name(*work),
        };
        Series { about, name: book.name(about), measure, speaker, points }
    });
    Ok(series.collect())
}

impl Point {
    /// When, in the extended date/time format, or in words where only a year is told.
    fn when_text(&self) -> String {
        let date = self.when.as_ref().map(PartialDate::to_string);
        date.or_else(|| self.year.clone()).unwrap_or_default()
    }
}

/// Each figure as a line of `about,measure,said_by,when,subgroup,low,best,high,words`.
pub fn lines(all: &[Series]) -> Vec<Vec<String>> {
    let head = ["about", "measure", "said_by", "when", "subgroup", "low", "best", "high", "words"];
    let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    let of_point = |series: &Series, point: &Point| {
        let Bounds { low, best, high } = point.bounds;
        let of_series = [series.name.clone(), series.measure.code().to_owned(), series.speaker.clone()];
        let of_point = [point.when_text(), point.subgroup.clone()];
        let rest = [number(low), number(best), number(high), point.words.clone()];
        of_series.into_iter().chain(of_point).chain(rest).collect::<Vec<_>>()
    };
    let rows = all.iter().flat_map(|series| series.points.iter().map(move |point| of_point(series, point)));
    std::iter::once(head.map(str::to_owned).to_vec()).chain(rows).collect()
}

/// The same as JSON: a series each, with its figures.
pub fn json(all: &[Series]) -> Json {
    let figure = |point: &Point| {
        let Bounds { low, best, high } = point.bounds;
        json!({
            "when": point.when_text(), "subgroup": point.subgroup, "low": low, "best": best, "high": high,
            "words": point.words,
        })
    };
    let each = all.iter().map(|series| {
        json!({
            "about": series.name, "measure": series.measure.code(), "said_by": series.speaker,
            "figures": series.points.iter().map(figure).collect::<Vec<_>>(),
        })
    });
    each.collect()
}
