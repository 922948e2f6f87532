//! The year chart as SVG: bars for documented persons, a line with two bands for the estimate, diamonds for counts that
//! others published, and bars of their own, apart, for persons without a certain year, so that the parts add up.
//!
//! Geometry is in attributes and every colour in a class. Text in an SVG shrinks with it, so the chart is drawn twice,
//! wide and slim, and the style sheet shows one. Scales come from the data.

use super::grouped;
use maud::{Markup, html};
use std::fmt::Write;

/// An estimate of one year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Lower end of the 95 % interval.
    pub low95: f64,
    /// Lower end of the 50 % interval.
    pub low50: f64,
    /// Median.
    pub median: f64,
    /// Upper end of the 50 % interval.
    pub high50: f64,
    /// Upper end of the 95 % interval.
    pub high95: f64,
}

/// One year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Year {
    /// The year.
    pub year: i16,
    /// Persons on at least one list.
    pub documented: u64,
    /// A count that an organisation has published; never part of `documented`, which is a union of lists.
    pub published: Option<u64>,
    /// The estimate; none where too few lists overlap or nobody asked.
    pub estimate: Option<Band>,
}

/// Persons without one certain year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// A short mark under the bar, such as `?`.
    pub mark: String,
    /// What it means.
    pub label: String,
    /// Persons.
    pub n: u64,
}

/// Words of the interface in the chart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChartWords {
    /// The chart in one sentence.
    pub title: String,
    /// The bars.
    pub documented: String,
    /// The line.
    pub estimated: String,
    /// The wide band.
    pub interval: String,
    /// The diamonds.
    pub published: String,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct YearChart {
    /// Words of the interface.
    pub words: ChartWords,
    /// Years, ascending; a year that is left out is a gap, not a nought.
    pub years: Vec<Year>,
    /// Bars at the end.
    pub apart: Vec<Apart>,
    /// Anchor of the table whose rows the tooltip reads.
    pub table: String,
}

/// Width and height of one drawing, in its own units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// 900 × 360, for desks and paper.
    Wide,
    /// 360 × 280, for phones.
    Slim,
}

/// Draws the chart in both sizes with its legend; nothing where there is neither a year nor a person apart.
pub fn year_chart(chart: &YearChart) -> Markup {
    if chart.years.is_empty() && chart.apart.is_empty() {
        return html! {};
    }
    let estimated = chart.years.iter().any(|year| year.estimate.is_some());
    let published = chart.years.iter().any(|year| year.published.is_some());
    html! {
        ul.legend {
            li."k kdoc" { (chart.words.documented) }
            @if estimated {
                li."k kmid" { (chart.words.estimated) }
                li."k k95" { bdi { "95%" } } li."k k50" { bdi { "50%" } }
            }
            @if published { li."k kpub" { (chart.words.published) } }
            @for apart in &chart.apart { li { b { bdi { (apart.mark) } } " " (apart.label) } }
        }
        @for (class, size) in [("wide", Size::Wide), ("slim", Size::Slim)] {
            div class=(class) dir="ltr" data-chart=(chart.table) { (draw(chart, size)) }
        }
    }
}

/// The smallest of 1, 2, 5 or 10 times a power of ten that covers `max` in at most `steps` steps; at least 1.
fn step(max: f64, steps: f64) -> f64 {
    let power = 10f64.powf((max / steps).max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|k| k * power).into_iter().find(|step| step * steps >= max).unwrap_or(10.0 * power)
}

/// A path through points; `close` joins the ends.
fn path(points: impl Iterator<Item = (f64, f64)>, close: bool) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.enumerate() {
        write!(d, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' }).expect("writing to a string cannot fail");
    }
    if close && !d.is_empty() {
        d.push('Z');
    }
    d
}

/// Where values and years stand in one drawing.
struct Frame {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    first_year: f64,
    slot: f64,
    tick: f64,
    n_ticks: f64,
}

const TOP: f64 = 18.0;
const BOTTOM: f64 = 30.0;

impl Frame {
    fn new(chart: &YearChart, size: Size) -> Self {
        let (width, height) = if size == Size::Wide { (900.0, 360.0) } else { (360.0, 280.0) };
        let highest = chart.years.iter().map(|year| {
            let documented = year.documented.max(year.published.unwrap_or(0)) as f64;
            year.estimate.map_or(documented, |band| band.high95.max(documented))
        });
        let highest = highest.chain(chart.apart.iter().map(|apart| apart.n as f64)).fold(1.0, f64::max);
        let tick = step(highest, if size == Size::Wide { 8.0 } else { 4.0 });
        let n_ticks = (highest / tick).ceil();
        let left = 14.0 + 7.5 * grouped((tick * n_ticks) as u64).chars().count() as f64;
        let right = 12.0;
        let first_year = chart.years.first().map_or(0.0, |year| f64::from(year.year));
        let n_years = chart.years.last().map_or(0.0, |year| f64::from(year.year) - first_year + 1.0);
        // One slot for each year, half a slot between them and the bars apart, which are wider than a year of many.
        let n_slots = n_years + chart.apart.len() as f64 * apart_slots(n_years) + 0.5;
        let slot = (width - left - right) / n_slots;
        Self { width, height, left, right, first_year, slot, tick, n_ticks }
    }

    fn x(&self, year: i16) -> f64 {
        self.left + (f64::from(year) - self.first_year + 0.5) * self.slot
    }

    fn y(&self, value: f64) -> f64 {
        self.height - BOTTOM - value / (self.n_ticks * self.tick) * (self.height - TOP - BOTTOM)
    }

    /// Left end and width of the bar number `i` apart.
    fn apart(&self, chart: &YearChart, i: usize) -> (f64, f64) {
        let n_years = chart.years.last().map_or(0.0, |year| f64::from(year.year) - self.first_year + 1.0);
        let width = self.slot * apart_slots(n_years);
        (self.left + (n_years + 0.5) * self.slot + width * i as f64 + width * 0.15, width * 0.7)
    }
}

/// How many year slots one bar apart takes.
fn apart_slots(n_years: f64) -> f64 {
    (n_years / 14.0).max(1.0)
}

fn draw(chart: &YearChart, size: Size) -> Markup {
    let frame = Frame::new(chart, size);
    let runs = runs(chart, &frame);
    let line = |value: fn(&Band) -> f64| -> String {
        runs.iter().map(|run| path(run.iter().map(|(x, band)| (*x, frame.y(value(band)))), false)).collect()
    };
    let band = |low: fn(&Band) -> f64, high: fn(&Band) -> f64| -> String {
        let around = |run: &Vec<(f64, Band)>| {
            let there = run.iter().map(|(x, band)| (*x, frame.y(high(band))));
            path(there.chain(run.iter().rev().map(|(x, band)| (*x, frame.y(low(band))))), true)
        };
        runs.iter().map(around).collect()
    };
    let bar_width = (frame.slot * 0.62).min(26.0);
    html! {
        svg.chart viewBox={ "0 0 " (frame.width) " " (frame.height) } role="img" aria-label=(chart.words.title) {
            (axes(chart, &frame, size))
            @if !runs.is_empty() {
                path.b95 d=(band(|e| e.low95, |e| e.high95)) {}
                path.b50 d=(band(|e| e.low50, |e| e.high50)) {}
                path.edge d=(line(|e| e.low95)) {}
                path.edge d=(line(|e| e.high95)) {}
                path.mid d=(line(|e| e.median)) {}
            }
            @for year in &chart.years {
                (bar("doc", frame.x(year.year) - bar_width / 2.0, bar_width, &frame, year.documented))
            }
            @for (i, apart) in chart.apart.iter().enumerate() {
                @let (x, width) = frame.apart(chart, i);
                @let drawn = width.min(26.0);
                (bar("doc apart", x + (width - drawn) / 2.0, drawn, &frame, apart.n))
                text.tick x=(format!("{:.1}", x + width / 2.0)) y=(frame.height - 8.0) text-anchor="middle" { (apart.mark) }
            }
            @for (year, n) in chart.years.iter().filter_map(|year| Some((year, year.published?))) {
                path.pub d=(format!("M{:.1} {:.1}l5 5l-5 5l-5 -5z", frame.x(year.year), frame.y(n as f64) - 5.0)) {}
            }
            // Where the pointer asks for a value. Keyboard and screen reader have the table.
            @for year in &chart.years {
                rect.hit x=(format!("{:.1}", frame.x(year.year) - frame.slot / 2.0)) y=(TOP)
                    width=(format!("{:.1}", frame.slot)) height=(frame.height - TOP - BOTTOM) data-y=(year.year) {}
            }
            @for (i, apart) in chart.apart.iter().enumerate() {
                @let (x, width) = frame.apart(chart, i);
                rect.hit x=(format!("{x:.1}")) y=(TOP) width=(format!("{width:.1}"))
                    height=(frame.height - TOP - BOTTOM) data-y=(apart.mark) {}
            }
            path.cursor d=(format!("M0 {TOP}V{}", frame.height - BOTTOM)) visibility="hidden" {}
        }
    }
}

/// Lines of values with their numbers, and years.
fn axes(chart: &YearChart, frame: &Frame, size: Size) -> Markup {
    let every = step(chart.years.len().max(1) as f64, if size == Size::Wide { 14.0 } else { 6.0 }) as i16;
    html! {
        @for i in 0..=(frame.n_ticks as u32) {
            @let value = f64::from(i) * frame.tick;
            path .grid .base[i == 0] d=(format!("M{:.1} {:.1}H{:.1}", frame.left, frame.y(value), frame.width - frame.right)) {}
            text.tick x=(format!("{:.1}", frame.left - 8.0)) y=(format!("{:.1}", frame.y(value) + 4.0)) text-anchor="end" { (grouped(value as u64)) }
        }
        @for year in chart.years.iter().filter(|year| year.year % every == 0) {
            text.tick x=(format!("{:.1}", frame.x(year.year))) y=(frame.height - 8.0) text-anchor="middle" { (year.year) }
        }
    }
}

/// A figure that somebody states for a year; what is absent is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The year.
    pub year: i16,
    /// No fewer.
    pub low: Option<u64>,
    /// The number itself.
    pub best: Option<u64>,
    /// No more.
    pub high: Option<u64>,
}

/// How far the line of an open end goes, in units of the drawing.
const OPEN_END: f64 = 14.0;

/// Draws what somebody states year by year, as marks: a diamond for a number, a line for a span, a short line where it is open.
/// Never a bar: nothing of it was counted here.
pub fn mark_chart(title: &str, marks: &[Mark]) -> Markup {
    let highest = |mark: &Mark| mark.high.max(mark.best).max(mark.low).unwrap_or(0);
    let years =
        marks.iter().map(|mark| Year { year: mark.year, documented: highest(mark), published: None, estimate: None });
    let words = ChartWords { title: title.into(), ..ChartWords::default() };
    let mut chart = YearChart { words, years: years.collect(), ..YearChart::default() };
    chart.years.sort_by_key(|year| year.year);
    html! { @if !marks.is_empty() {
        @for (class, size) in [("wide", Size::Wide), ("slim", Size::Slim)] {
            @let frame = Frame::new(&chart, size);
            div class=(class) dir="ltr" {
                svg.chart viewBox={ "0 0 " (frame.width) " " (frame.height) } role="img" aria-label=(title) {
                    (axes(&chart, &frame, size))
                    @for mark in marks { (drawn(&frame, mark)) }
                }
            }
        }
    } }
}

fn drawn(frame: &Frame, mark: &Mark) -> Markup {
    let (x, y) = (frame.x(mark.year), |n: u64| frame.y(n as f64));
    let line = match (mark.low, mark.high) {
        (Some(low), Some(high)) if low < high => Some((y(low), y(high))),
        (Some(low), None) => Some((y(low), y(low) - OPEN_END)),
        (None, Some(high)) => Some((y(high), y(high) + OPEN_END)),
        _ => None,
    };
    let at = match (mark.low, mark.best, mark.high) {
        (_, Some(best), _) => Some(best),
        (Some(low), None, Some(high)) if low < high => None,
        (low, None, high) => low.or(high),
    };
    html! {
        @if let Some((from, to)) = line { path.span d=(format!("M{x:.1} {from:.1}V{to:.1}")) {} }
        @if let Some(n) = at { path.pub d=(format!("M{x:.1} {:.1}l5 5l-5 5l-5 -5z", y(n) - 5.0)) {} }
    }
}

/// The estimates of years in a row, each where it stands: neither line nor band crosses a year that has none. A year by itself
/// is as wide as its bar.
fn runs(chart: &YearChart, frame: &Frame) -> Vec<Vec<(f64, Band)>> {
    let mut runs: Vec<Vec<(i16, Band)>> = Vec::new();
    for (year, band) in chart.years.iter().filter_map(|year| Some((year.year, year.estimate?))) {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|(last, _)| last + 1 == year) => run.push((year, band)),
            _ => runs.push(vec![(year, band)]),
        }
    }
    let placed = |run: Vec<(i16, Band)>| match run[..] {
        [(year, band)] => [-0.3, 0.3].map(|aside| (frame.x(year) + aside * frame.slot, band)).to_vec(),
        _ => run.into_iter().map(|(year, band)| (frame.x(year), band)).collect(),
    };
    runs.into_iter().map(placed).collect()
}

fn bar(class: &str, x: f64, width: f64, frame: &Frame, n: u64) -> Markup {
    let top = frame.y(n as f64);
    html! {
        rect class=(class) x=(format!("{x:.1}")) y=(format!("{top:.1}")) width=(format!("{width:.1}"))
            height=(format!("{:.1}", frame.y(0.0) - top)) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn year(year: i16, documented: u64) -> Year {
        Year { year, documented, published: None, estimate: None }
    }

    fn steps(max: f64, expected: Expect) {
        expected.assert_eq(&format!("{} {}", step(max, 8.0), step(max, 4.0)));
    }

    #[test]
    fn ticks_are_one_two_or_five_times_a_power_of_ten() {
        steps(1.0, expect!["1 1"]);
        steps(7.0, expect!["1 2"]);
        steps(1157.0, expect!["200 500"]);
        steps(40_000.0, expect!["5000 10000"]);
    }

    #[test]
    fn persons_without_a_certain_year_have_bars_of_their_own() {
        let apart = |mark: &str, n| Apart { mark: mark.into(), label: "year not stated".into(), n };
        let chart =
            YearChart { years: vec![year(2014, 3), year(2016, 5)], apart: vec![apart("?", 4)], ..YearChart::default() };
        let page = year_chart(&chart).into_string();
        assert_eq!(page.matches("class=\"doc\"").count(), 2 * 2, "no bar for the year in between that nobody named");
        assert_eq!(page.matches("class=\"doc apart\"").count(), 2);
        assert!(page.contains("year not stated"));
        assert!(!page.contains("class=\"b95\""), "no band without an estimate");
    }

    #[test]
    fn what_somebody_states_is_a_mark_or_a_span_and_never_a_bar() {
        let mark = |year, low, best, high| Mark { year, low, best, high };
        let marks = [
            mark(2014, Some(5), None, Some(5)),
            mark(2015, Some(4), None, Some(9)),
            mark(2017, Some(7), None, None),
            mark(2018, None, Some(6), None),
        ];
        let page = mark_chart("stated", &marks).into_string();
        assert_eq!(page.matches("class=\"pub\"").count(), 3 * 2, "a span alone has no number of its own");
        assert_eq!(page.matches("class=\"span\"").count(), 2 * 2);
        assert!(!page.contains("<rect"), "nothing was counted");
        assert_eq!(mark_chart("stated", &[]).into_string(), "");
    }

    #[test]
    fn neither_line_nor_band_crosses_a_year_without_an_estimate() {
        let band = Band { median: 9.0, low50: 8.0, high50: 10.0, low95: 6.0, high95: 13.0 };
        let with = |at: i16| Year { estimate: Some(band), ..year(at, 5) };
        let years = vec![with(2014), with(2015), year(2016, 3), with(2017)];
        let page = year_chart(&YearChart { years, ..YearChart::default() }).into_string();
        let mid = page.split("class=\"mid\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!((mid.matches('M').count(), mid.matches('L').count()), (2, 2), "{mid}");
        let wide = page.split("class=\"b95\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(wide.matches('Z').count(), 2, "{wide}");
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(year_chart(&YearChart::default()).into_string(), "");
    }

    #[test]
    fn a_label_cannot_break_out_of_the_drawing() {
        let words = ChartWords { title: "\"><script>".into(), ..ChartWords::default() };
        let page = year_chart(&YearChart { words, years: vec![year(2014, 3)], ..YearChart::default() }).into_string();
        assert!(!page.contains("<script>"));
    }

    proptest! {
        #[test]
        fn every_bar_lies_inside_the_drawing(
            first in 1900i16..2000,
            counts in proptest::collection::vec(0u64..3_000_000, 1..90),
            not_stated in 0u64..1_000_000,
        ) {
            let years = counts.iter().enumerate().map(|(i, n)| year(first + i as i16, *n)).collect();
            let apart = vec![Apart { mark: "?".into(), label: String::new(), n: not_stated }];
            let chart = YearChart { years, apart, ..YearChart::default() };
            for size in [Size::Wide, Size::Slim] {
                let frame = Frame::new(&chart, size);
                for year in &chart.years {
                    prop_assert!(frame.y(year.documented as f64) >= TOP - 0.01);
                    prop_assert!(frame.x(year.year) > frame.left && frame.x(year.year) < frame.width - frame.right);
                }
                let (x, width) = frame.apart(&chart, 0);
                prop_assert!(x > frame.x(chart.years.last().unwrap().year));
                prop_assert!(x + width <= frame.width - frame.right + 0.01);
            }
        }
    }
}
