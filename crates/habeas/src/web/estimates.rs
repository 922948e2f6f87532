//! Stored estimates as pages show them: the figure with its interval at the same height, its assumption and warnings, or
//! the refusal in words with what would help.

use super::{reader::Reader, strata::is_stratified};
use crate::desk::StoredEstimate;
use habeas_publish::ui::{Card, CardLine, Cell, Head, Row, Table, Tile, grouped, rounded, supported_step, table};
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
        assumption: String,
        /// Whether the figure is a lower bound.
        is_bound: bool,
        /// Code and text of each warning.
        warnings: Vec<(String, String)>,
        /// How the figure moves with the assumptions.
        sensitivity: Sensitivity,
        /// What doubt about links makes of it, where it was averaged over them.
        linkage: Option<Linkage>,
    },
    /// No figure, and why.
    Refused {
        /// Code.
        code: String,
        /// Why.
        text: String,
        /// Further reasons.
        reasons: Vec<String>,
        /// What would help.
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
            fixed: fixed.and_then(|fixed| Some((number(fixed, "point")?, interval(fixed, 0.95)))),
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
                text: text(refused, "text"),
                reasons: list(refused, "reasons").map(|reason| text(reason, "text")).collect(),
                help: text(refused, "what_would_help"),
            },
            (_, Some(total)) => match number(total, "point").or_else(|| number(total, "median")) {
                Some(point) => Outcome::Estimated {
                    total: point,
                    interval: interval(total, 0.95),
                    half: interval(total, 0.5),
                    assumption: text(json, "assumption"),
                    is_bound: flag(json, "is_lower_bound"),
                    warnings: list(json, "warnings")
                        .map(|warning| (text(warning, "code"), text(warning, "text")))
                        .collect(),
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

/// The interval of a level, from `intervals` of a total.
fn interval(total: &Json, level: f64) -> Option<(f64, f64)> {
    let found = list(total, "intervals").find(|one| number(one, "level").is_some_and(|l| (l - level).abs() < 1e-9))?;
    number(found, "low").zip(number(found, "high"))
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
        lines.push(line("card-assumption", assumed(reader, estimate).unwrap_or_else(|| assumption.clone())));
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

/// What a method assumes, in the language of the page; none where the sentence holds numbers or lists of its own.
fn assumed(reader: &Reader, estimate: &Estimate) -> Option<String> {
    reader.find(&format!("assumed-{}", estimate.method))
}

fn verdict(reader: &Reader, estimate: &Estimate) -> Markup {
    // Long texts of a run are in English, as the run printed them.
    let printed = |text: &str| html! { span lang="en" dir="ltr" { (text) } };
    match &estimate.outcome {
        Outcome::Lost => html! { p.verdict { (reader.t("result-lost")) } p { (reader.t("run-estimate")) } },
        Outcome::Refused { code, text, reasons, help } => html! {
            p.verdict.refused { (reader.t("verdict-refused")) }
            dl.ids {
                dt { (reader.t("why")) }
                dd { (why(reader, code)) br; (printed(text)) @for reason in reasons.iter().filter(|reason| *reason != text) { br; (printed(reason)) } }
                dt { (reader.t("what-would-help")) }
                dd { (printed(help)) }
            }
        },
        Outcome::Estimated { total, interval, assumption, is_bound, warnings, sensitivity, linkage, .. } => {
            let step = supported_step(*interval);
            let (value, span) = figure_of(reader, *total, *interval, *is_bound);
            html! {
                p.verdict { @if warnings.is_empty() { (reader.t("verdict-published")) } @else { (reader.t("verdict-warnings")) } }
                p.value { bdi { (value) } @if let Some(span) = span { " " span.interval { bdi { (span) } } } }
                p.value.assumption { @match assumed(reader, estimate) { Some(words) => (words), None => (printed(assumption)) } }
                @if let Some((low, high)) = sensitivity.range {
                    p.value.assumption { (reader.n("sensitivity-spread", &[("low", rounded(low, step)), ("high", rounded(high, step))])) }
                }
                @if let Some(linkage) = linkage { (of_linkage(reader, linkage)) }
                p.note { (method(reader, &estimate.method)) " · " (reader.t("interval95-note")) }
                @if !warnings.is_empty() {
                    h3 { (reader.t("warnings")) }
                    ul.warnings { @for (code, text) in warnings { li {
                        @if let Some(words) = reader.find(&format!("warning-{code}")) { b { (words) } " " }
                        (printed(text))
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

/// To what an assumption was changed; names of methods in the reader's words.
fn tried_words(reader: &Reader, alternative: &Alternative) -> String {
    reader.find(&format!("method-{}", alternative.label)).unwrap_or_else(|| alternative.label.clone())
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
mod tests {
    use super::*;
    use serde_json::json;

    fn stored(json: Json) -> StoredEstimate {
        StoredEstimate { at_ms: 1_772_000_000_000, json }
    }

    fn dga() -> StoredEstimate {
        stored(json!({
            "schema": 1, "method": "dga", "lists": 3, "list_names": ["a", "b", "c"], "n_documented": 1800,
            "n_total": {
                "point": null, "median": 2840.4,
                "intervals": [{"level": 0.5, "low": 2760, "high": 2930}, {"level": 0.95, "low": 2612, "high": 3118}],
            },
            "assumption": "after conditioning on a decomposable graph, lists are independent",
            "sensitivity": {
                "lowest": 2301.0, "highest": 2990.0,
                "alternatives": [
                    {"kind": "other_method", "label": "chao", "point": 2301.0, "low": 2180.0, "high": 2440.0, "is_lower_bound": true},
                    {"kind": "leave_one_list_out", "label": "a", "refused": "too_few_lists"},
                ],
            },
            "warnings": [{"code": "unobservable_part", "text": "those whom no list could see are not in the figure"}],
        }))
    }

    #[test]
    fn an_estimate_shows_its_interval_rounded_to_what_it_supports() {
        let found = Estimate::latest(&[dga()]);
        let tiles = tiles(&Reader::of_file("en"), found.first(), 1800);
        assert_eq!(tiles[0].value, "2\u{202f}840");
        assert_eq!(tiles[0].interval.as_deref(), Some("2\u{202f}610–3\u{202f}120"));
        assert_eq!(tiles[1].interval.as_deref(), Some("810–1\u{202f}320"), "those on no list");
    }

    #[test]
    fn what_doubt_about_links_costs_stands_beside_the_averaged_figure() {
        let mut run = dga();
        run.json["linkage"] = json!({
            "draws": 200, "linkage_share": 0.347,
            "with_linkage_fixed": { "point": 2710.0, "intervals": [{"level": 0.95, "low": 2590, "high": 2850}] },
        });
        let page = section(&Reader::of_file("en"), &Estimate::latest(&[run]), 1800).into_string();
        for words in ["200 draws", "35 %", "2\u{202f}710", "2\u{202f}590–2\u{202f}850"] {
            assert!(page.contains(words), "{words} in {page}");
        }
    }

    #[test]
    fn a_refusal_takes_the_place_of_the_figure_with_what_would_help() {
        let refused = stored(json!({
            "schema": 1, "method": "dga",
            "refused": {"code": "too_few_lists", "text": "2 lists", "what_would_help": "another independent source"},
        }));
        let found = Estimate::latest(&[refused]);
        let reader = Reader::of_file("en");
        assert!(tiles(&reader, found.first(), 10)[0].refused);
        let page = section(&reader, &found, 10).into_string();
        assert!(page.contains("another independent source") && page.contains("2 lists"));
        assert!(!page.contains("class=\"value\""));
    }

    #[test]
    fn not_computed_not_estimable_and_lost_look_different() {
        let reader = Reader::of_file("en");
        let broken = Estimate::latest(&[stored(json!({"method": "dga"}))]);
        let refused = Estimate::latest(&[stored(json!({"method": "dga", "refused": {"code": "island"}}))]);
        let values = [None, broken.first(), refused.first()].map(|newest| tiles(&reader, newest, 1)[0].value.clone());
        assert!(values[0] != values[1] && values[1] != values[2] && values[0] != values[2], "{values:?}");
    }

    #[test]
    fn of_each_method_the_newest_run_stands() {
        let older = stored(json!({"method": "dga", "n_total": {"median": 9}}));
        let chao = stored(json!({"method": "chao", "n_total": {"point": 2500.0}}));
        let found = Estimate::latest(&[dga(), chao, older]);
        assert_eq!(found.iter().map(|e| e.method.as_str()).collect::<Vec<_>>(), ["dga", "chao"]);
    }

    #[test]
    fn the_range_over_other_assumptions_stands_beside_the_figure() {
        let page = section(&Reader::of_file("en"), &Estimate::latest(&[dga()]), 1800).into_string();
        for words in [
            "between 2\u{202f}300 and 2\u{202f}990",
            "at least 2\u{202f}300",
            "Fewer than three lists",
            "One list left out",
        ] {
            assert!(page.contains(words), "{words} in {page}");
        }
    }

    /// The codes that stand behind `=>` in the files of the estimators, such as `Self::Island { .. } => "island"`.
    fn codes(sources: &[&str]) -> Vec<String> {
        let lines = sources.iter().flat_map(|source| source.lines());
        let code = |line: &str| {
            let (variant, code) = line.trim().strip_prefix("Self::")?.split_once(" => \"")?;
            let code = code.strip_suffix("\",")?;
            let is_code = code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            (is_code && !variant.is_empty()).then(|| code.to_owned())
        };
        lines.filter_map(code).collect()
    }

    #[test]
    fn what_a_method_assumes_is_told_in_both_languages_and_in_english_as_the_run_prints_it() {
        let (english, urdu) = (Reader::of_file("en"), Reader::of_file("ur"));
        use habeas_stats::Method;
        for method in
            [Method::independence(), Method::dga(), Method::lcmcr(), Method::chao(), Method::stepwise(), Method::bic()]
        {
            let key = format!("assumed-{}", method.name());
            assert_eq!(english.find(&key).as_deref(), Some(method.assumption().text()), "{key}");
            assert!(urdu.find(&key).is_some_and(|words| words.chars().any(|c| c > '\u{600}')), "{key}");
        }
    }

    #[test]
    fn every_refusal_warning_and_other_choice_has_words_in_both_languages_and_no_words_are_left_over() {
        let refusals = codes(&[
            include_str!("../../../habeas-stats/src/refusal.rs"),
            include_str!("../../../habeas-stats/src/convergence.rs"),
        ]);
        let warnings = codes(&[include_str!("../../../habeas-stats/src/refusal/warning.rs")]);
        let tried = codes(&[include_str!("../../../habeas-stats/src/sensitivity.rs")]);
        assert!(refusals.len() >= 18 && warnings.len() >= 20 && tried.len() >= 12);
        for (prefix, codes) in [("refusal-", refusals), ("warning-", warnings), ("tried-", tried)] {
            for language in ["en", "ur"] {
                let reader = Reader::of_file(language);
                for code in &codes {
                    assert!(reader.find(&format!("{prefix}{code}")).is_some(), "{language}: {prefix}{code}");
                }
            }
            for line in include_str!("../../locales/en/main.ftl").lines() {
                let id = line.split(' ').next().and_then(|id| id.strip_prefix(prefix));
                assert!(id.is_none_or(|id| codes.iter().any(|code| code == id)), "{line} is used nowhere");
            }
        }
    }
}
