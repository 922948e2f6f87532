//! Stored estimates as pages show them: the figure with its interval at the same height, its assumption and warnings, or
//! the refusal in words with what would help.

pub mod told;

use super::reader::Reader;
use crate::desk::{StoredEstimate, estimating::interval_of, exporting::is_stratified};
use habeas_publish::{
    figures::Told,
    ui::{Card, CardLine, Cell, Head, Row, Table, Tile, grouped, rounded, supported_step, table},
};
use habeas_stats::estimators::loglinear::MAIN_EFFECTS;
use maud::{Markup, html};
use serde_json::Value as Json;

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A figure.
    Estimated {
        /// Point estimate or posterior median of the total.
        total: f64,
        /// Ends of the 95 % interval of the total.
        interval: Option<(f64, f64)>,
        /// Ends of the 50 % interval of the total.
        half: Option<(f64, f64)>,
        /// What the figure assumes.
        assumption: Box<Told>,
        /// Whether the figure is a lower bound.
        is_bound: bool,
        /// What must stand beside it.
        warnings: Vec<Told>,
        /// How the figure moves with the assumptions.
        sensitivity: Sensitivity,
        /// What doubt about links makes of it, where it was averaged over them.
        linkage: Option<Linkage>,
    },
    /// No figure, and why.
    Refused {
        /// Code of the first reason.
        code: String,
        /// Why, the most telling reason first.
        reasons: Vec<Told>,
        /// What would help, as the run printed it.
        help: String,
    },
    /// A result that cannot be read any more.
    Lost,
}

/// The same data under other assumptions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sensitivity {
    /// Lowest and highest total over all that was tried.
    range: Option<(f64, f64)>,
    alternatives: Vec<Alternative>,
}

#[derive(Debug, Clone, PartialEq)]
struct Alternative {
    /// Code of what was changed.
    kind: String,
    /// To what.
    label: String,
    outcome: Tried,
}

/// What came of another assumption.
#[derive(Debug, Clone, PartialEq)]
enum Tried {
    Given { total: f64, interval: Option<(f64, f64)>, is_bound: bool },
    Refused { code: String },
}

/// How much of the doubt comes from the linkage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Linkage {
    n_draws: u64,
    /// Share of the variance.
    share: f64,
    /// Total and 95 % interval with the links as they were decided; `None` where that was refused.
    fixed: Option<(f64, Option<(f64, f64)>)>,
}

impl Linkage {
    fn read(json: &Json) -> Option<Self> {
        let fixed = json.get("with_linkage_fixed");
        Some(Self {
            n_draws: json.get("draws").and_then(Json::as_u64)?,
            share: number(json, "linkage_share")?,
            fixed: fixed.and_then(|fixed| Some((number(fixed, "point")?, interval_of(fixed, 0.95)))),
        })
    }
}

/// One stored run.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Code of the method.
    pub method: String,
    /// Keys of the lists.
    pub lists: Vec<String>,
    /// Persons on at least one of the lists when it ran.
    pub n_documented: Option<u64>,
    /// Day on which it ran.
    pub day: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
}

impl Estimate {
    /// Reads stored runs over the whole, newest first; of each method only the newest.
    pub fn latest(stored: &[StoredEstimate]) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for run in stored.iter().filter(|run| !is_stratified(&run.json)) {
            let day = jiff::Timestamp::from_millisecond(run.at_ms).ok();
            let day = day.map(|time| time.to_zoned(jiff::tz::TimeZone::UTC).date().to_string());
            let estimate = Self::read(&run.json, day);
            if found.iter().all(|known| known.method != estimate.method) {
                found.push(estimate);
            }
        }
        found
    }

    /// Reads the object of one figure or refusal.
    pub fn read(json: &Json, day: Option<String>) -> Self {
        let outcome = match (json.get("refused"), json.get("n_total")) {
            (Some(refused), _) if refused.is_object() => Outcome::Refused {
                code: text(refused, "code"),
                reasons: Told::reasons(json),
                help: text(refused, "what_would_help"),
            },
            (_, Some(total)) => match number(total, "point").or_else(|| number(total, "median")) {
                Some(point) => Outcome::Estimated {
                    total: point,
                    interval: interval_of(total, 0.95),
                    half: interval_of(total, 0.5),
                    assumption: Box::new(Told::assumption(json)),
                    is_bound: flag(json, "is_lower_bound"),
                    warnings: list(json, "warnings").map(Told::read).collect(),
                    sensitivity: json.get("sensitivity").map(Sensitivity::read).unwrap_or_default(),
                    linkage: json.get("linkage").and_then(Linkage::read),
                },
                None => Outcome::Lost,
            },
            _ => Outcome::Lost,
        };
        let lists = list(json, "list_names").filter_map(|name| name.as_str().map(str::to_owned)).collect();
        let n_documented = json.get("n_documented").and_then(Json::as_u64);
        Self { method: text(json, "method"), lists, n_documented, day, outcome }
    }
}

impl Sensitivity {
    fn read(json: &Json) -> Self {
        let alternatives = list(json, "alternatives").map(|row| Alternative {
            kind: text(row, "kind"),
            label: text(row, "label"),
            outcome: match number(row, "point") {
                Some(total) => Tried::Given {
                    total,
                    interval: number(row, "low").zip(number(row, "high")),
                    is_bound: flag(row, "is_lower_bound"),
                },
                None => Tried::Refused { code: text(row, "refused") },
            },
        });
        Self { range: number(json, "lowest").zip(number(json, "highest")), alternatives: alternatives.collect() }
    }
}

fn text(json: &Json, name: &str) -> String {
    json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn number(json: &Json, name: &str) -> Option<f64> {
    json.get(name).and_then(Json::as_f64)
}

fn flag(json: &Json, name: &str) -> bool {
    json.get(name).and_then(Json::as_bool).unwrap_or(false)
}

fn list<'j>(json: &'j Json, name: &str) -> impl Iterator<Item = &'j Json> {
    json.get(name).and_then(Json::as_array).into_iter().flatten()
}

/// A figure with its interval, both less `minus`: the total, or those on no list.
fn figure(total: f64, interval: Option<(f64, f64)>, minus: f64, step: f64) -> (String, Option<String>) {
    let shown = |value: f64| grouped(rounded(value - minus, step));
    (shown(total), interval.map(|(low, high)| format!("{}–{}", shown(low), shown(high))))
}

/// The same, with «at least» where the figure is a lower bound.
fn bound(reader: &Reader, value: String, is_bound: bool) -> String {
    if is_bound { format!("{} {value}", reader.t("lower-bound")) } else { value }
}

/// A total with its interval, both to the step that the interval supports.
pub fn figure_of(
    reader: &Reader,
    total: f64,
    interval: Option<(f64, f64)>,
    is_bound: bool,
) -> (String, Option<String>) {
    let (value, span) = figure(total, interval, 0.0, supported_step(interval));
    (bound(reader, value, is_bound), span)
}

/// The words for a refusal.
pub fn why(reader: &Reader, code: &str) -> String {
    reader.find(&format!("refusal-{code}")).unwrap_or_else(|| code.to_owned())
}

/// The words for a method.
fn method(reader: &Reader, code: &str) -> String {
    reader.find(&format!("method-{code}")).unwrap_or_else(|| code.to_owned())
}

/// Tiles for the newest run: total and those on no list, or the refusal. `n_documented` is what tables show now.
pub fn tiles(reader: &Reader, newest: Option<&Estimate>, n_documented: u64) -> Vec<Tile> {
    let words = |label: &str, value: String, note: String, card: Option<Card>| Tile {
        label: reader.t(label),
        value,
        refused: true,
        interval: None,
        note,
        card,
    };
    let Some(estimate) = newest else {
        return vec![words("estimated", reader.t("not-yet-computed"), reader.t("run-estimate"), None)];
    };
    let card = card(reader, estimate);
    let unlisted = card.clone();
    match &estimate.outcome {
        Outcome::Lost => vec![words("estimated", reader.t("result-lost"), reader.t("run-estimate"), None)],
        Outcome::Refused { code, .. } => {
            let why = why(reader, code);
            vec![words("estimated", reader.t("not-estimable"), why, Some(card))]
        }
        Outcome::Estimated { total, interval, is_bound, .. } => {
            // Those on no list are counted against the lists of the run, not against all sources.
            let seen = estimate.n_documented.unwrap_or(n_documented) as f64;
            let tile = |label: &str, minus: f64, note: String, card: Option<Card>| {
                let (value, interval) = figure(*total, *interval, minus, supported_step(*interval));
                let value = bound(reader, value, *is_bound);
                Tile { label: reader.t(label), value, refused: false, interval, note, card }
            };
            vec![
                tile("estimated", 0.0, reader.t("interval95-note"), Some(card)),
                tile("unlisted", seen, reader.t("unlisted-note"), Some(unlisted)),
            ]
        }
    }
}

fn card(reader: &Reader, estimate: &Estimate) -> Card {
    let line = |term: &str, text: String| CardLine { term: reader.t(term), text, href: None };
    let mut lines = vec![line("card-method", method(reader, &estimate.method))];
    if !estimate.lists.is_empty() {
        lines.push(line("lists", estimate.lists.join(", ")));
    }
    if let Some(n) = estimate.n_documented {
        lines.push(line("card-seen", grouped(n)));
    }
    if let Outcome::Estimated { assumption, .. } = &estimate.outcome {
        lines.push(line("card-assumption", told::assumed(reader, assumption)));
    }
    if let Some(day) = &estimate.day {
        lines.push(line("card-day", day.clone()));
    }
    Card { title: reader.t("card-what"), lines }
}

/// The part of the statistics page about the total: verdict, assumption, warnings, methods side by side.
pub fn section(reader: &Reader, estimates: &[Estimate], n_documented: u64) -> Markup {
    html! {
        section.estimate #estimate aria-labelledby="h-estimate" {
            h2 #h-estimate { (reader.t("estimate-title")) }
            @match estimates.first() {
                None => { p.lead { (reader.t("not-yet-computed")) ". " (reader.t("run-estimate")) } p { code dir="ltr" { "habeas estimate run" } } }
                Some(newest) => {
                    (verdict(reader, newest))
                    @if newest.n_documented.is_some_and(|n| n > n_documented) { p.said { (reader.t("estimate-stale")) } }
                    @if estimates.len() > 1 { h3 { (reader.t("methods-side-by-side")) } (side_by_side(reader, estimates)) }
                }
            }
        }
    }
}

fn verdict(reader: &Reader, estimate: &Estimate) -> Markup {
    match &estimate.outcome {
        Outcome::Lost => html! { p.verdict { (reader.t("result-lost")) } p { (reader.t("run-estimate")) } },
        Outcome::Refused { code, reasons, help } => html! {
            p.verdict.refused { (reader.t("verdict-refused")) }
            dl.ids {
                dt { (reader.t("why")) }
                dd { (why(reader, code)) @for reason in reasons { br; (told::sentence(reader, "refusal-told", reason)) } }
                dt { (reader.t("what-would-help")) }
                dd { (told::help(reader, reasons, help)) }
            }
        },
        Outcome::Estimated { total, interval, assumption, is_bound, warnings, sensitivity, linkage, .. } => {
            let step = supported_step(*interval);
            let (value, span) = figure_of(reader, *total, *interval, *is_bound);
            html! {
                p.verdict { @if warnings.is_empty() { (reader.t("verdict-published")) } @else { (reader.t("verdict-warnings")) } }
                p.value { bdi { (value) } @if let Some(span) = span { " " span.interval { bdi { (span) } } } }
                p.value.assumption { (told::sentence(reader, "assumed", assumption)) }
                @if let Some((low, high)) = sensitivity.range {
                    p.value.assumption { (reader.n("sensitivity-spread", &[("low", rounded(low, step)), ("high", rounded(high, step))])) }
                }
                @if let Some(linkage) = linkage { (of_linkage(reader, linkage)) }
                p.note { (method(reader, &estimate.method)) " · " (reader.t("interval95-note")) }
                @if !warnings.is_empty() {
                    h3 { (reader.t("warnings")) }
                    ul.warnings { @for warning in warnings { li {
                        @if let Some(words) = reader.find(&format!("warning-{}", warning.code)) { b { (words) } " " }
                        (told::sentence(reader, "warning-told", warning))
                    } } }
                }
                @if !sensitivity.alternatives.is_empty() { h3 { (reader.t("sensitivity-title")) } (alternatives(reader, &sensitivity.alternatives, step)) }
            }
        }
    }
}

/// What doubt about links costs: its share of the variance, and the figure that ignores it beside.
fn of_linkage(reader: &Reader, linkage: &Linkage) -> Markup {
    let percent = (100.0 * linkage.share).round() as u64;
    html! {
        p.value.assumption { (reader.n("linkage-share", &[("draws", linkage.n_draws), ("percent", percent)])) }
        @if let Some((total, interval)) = linkage.fixed {
            @let (value, span) = figure_of(reader, total, interval, false);
            p.value.assumption {
                (reader.t("linkage-fixed")) " " bdi { (value) }
                @if let Some(span) = span { " " span.interval { bdi { (span) } } }
            }
        }
    }
}

fn side_by_side(reader: &Reader, estimates: &[Estimate]) -> Markup {
    let rows = estimates.iter().map(|estimate| {
        let cells = match &estimate.outcome {
            Outcome::Estimated { total, interval, is_bound, warnings, .. } => {
                let (value, span) = figure_of(reader, *total, *interval, *is_bound);
                let span = span.map_or_else(|| Cell::Absent(reader.t("no-interval")), Cell::Figure);
                vec![Cell::Figure(value), span, Cell::Number(warnings.len() as u64)]
            }
            Outcome::Refused { code, .. } => {
                let why = why(reader, code);
                vec![Cell::Absent(reader.t("not-estimable")), Cell::Absent(why), Cell::Absent("–".into())]
            }
            Outcome::Lost => {
                vec![Cell::Absent(reader.t("result-lost")), Cell::Absent("–".into()), Cell::Absent("–".into())]
            }
        };
        Row { key: None, head: Cell::Text(method(reader, &estimate.method)), cells }
    });
    table(&Table {
        caption: reader.t("methods-side-by-side"),
        head: vec![
            Head::words(reader.t("card-method")),
            Head::figures(reader.t("estimated")),
            Head::figures(reader.t("interval95")),
            Head::figures(reader.t("warnings")),
        ],
        rows: rows.collect(),
        ..Table::default()
    })
}

/// To what an assumption was changed; methods and the model without interactions in the reader's words.
fn tried_words(reader: &Reader, alternative: &Alternative) -> String {
    let label = &alternative.label;
    let known = match label.as_str() {
        MAIN_EFFECTS => told::model(reader, "main_effects"),
        label => reader.find(&format!("method-{label}")),
    };
    known.unwrap_or_else(|| label.clone())
}

/// The same data under other assumptions, other methods among them; all to the step of the figure itself.
fn alternatives(reader: &Reader, tried: &[Alternative], step: f64) -> Markup {
    let rows = tried.iter().map(|alternative| {
        let cells = match &alternative.outcome {
            Tried::Given { total, interval, is_bound } => {
                let (value, span) = figure(*total, *interval, 0.0, step);
                vec![
                    Cell::Figure(bound(reader, value, *is_bound)),
                    span.map_or_else(|| Cell::Absent(reader.t("no-interval")), Cell::Figure),
                ]
            }
            Tried::Refused { code } => {
                let why = why(reader, code);
                vec![Cell::Absent(reader.t("not-estimable")), Cell::Absent(why)]
            }
        };
        let kind = reader.find(&format!("tried-{}", alternative.kind)).unwrap_or_else(|| alternative.kind.clone());
        Row {
            key: None,
            head: Cell::Text(kind),
            cells: [vec![Cell::Words(tried_words(reader, alternative))], cells].concat(),
        }
    });
    table(&Table {
        caption: reader.t("sensitivity-title"),
        head: vec![
            Head::words(reader.t("assumption-tried")),
            Head::words(reader.t("changed-to")),
            Head::figures(reader.t("estimated")),
            Head::figures(reader.t("interval95")),
        ],
        rows: rows.collect(),
        ..Table::default()
    })
}

#[cfg(test)]
mod tests;
