//! The newest stratified run as the page of statistics shows it: a row per stratum, given or refused, and the total that
//! adds draws.

use super::{
    download,
    estimates::{Estimate, Outcome, figure_of, why},
    reader::Reader,
    words,
};
use crate::desk::{
    StoredEstimate,
    exporting::{Sheet, is_stratified},
    figures::Category,
    shown,
};
use habeas_publish::{
    figures::Told,
    ui::{Band, Cell, Head, Row, Table, table},
};
use maud::{Markup, html};
use serde_json::Value as Json;

/// One stored run over strata.
#[derive(Debug, Clone, PartialEq)]
pub struct Stratified {
    /// Codes of the dimensions.
    by: Vec<String>,
    strata: Vec<(String, Estimate)>,
    total: Estimate,
}

impl Stratified {
    /// The newest run over strata among stored runs, newest first.
    pub fn latest(stored: &[StoredEstimate]) -> Option<Self> {
        let json = &stored.iter().find(|run| is_stratified(&run.json))?.json;
        let words = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        Some(Self {
            by: json["by"].as_array().into_iter().flatten().map(words).collect(),
            strata: json["strata"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|row| (words(&row["stratum"]), Estimate::read(&row["estimate"], None)))
                .collect(),
            total: Estimate::read(&json["total"], None),
        })
    }
}

impl Stratified {
    /// What the estimates of a run over years alone assume; none where it gave none.
    pub fn assumption_by_year(&self) -> Option<&Told> {
        let given =
            self.strata.iter().filter(|_| self.by == ["year"]).find_map(|(_, estimate)| match &estimate.outcome {
                Outcome::Estimated { assumption, .. } => Some(assumption.as_ref()),
                Outcome::Refused { .. } | Outcome::Lost => None,
            });
        given.filter(|assumption| !assumption.text.is_empty())
    }

    /// What a run over years alone gives for a year: its row, where it has one, and its band, where it was estimated.
    pub fn of_year(&self, year: i16) -> Option<(&Estimate, Option<Band>)> {
        if self.by != ["year"] {
            return None;
        }
        let year = year.to_string();
        let (_, estimate) = self.strata.iter().find(|(label, _)| *label == year)?;
        let band = match &estimate.outcome {
            Outcome::Estimated { total, interval: Some((low95, high95)), half: Some((low50, high50)), .. } => {
                Some(Band { median: *total, low50: *low50, high50: *high50, low95: *low95, high95: *high95 })
            }
            _ => None,
        };
        Some((estimate, band))
    }
}

/// The part of the statistics page about strata.
pub fn section(reader: &Reader, stratified: &Stratified) -> Markup {
    let Stratified { by, strata, total } = stratified;
    let refused = strata.iter().filter(|(_, estimate)| !matches!(estimate.outcome, Outcome::Estimated { .. })).count();
    let by = by.iter().map(|code| match code.as_str() {
        "year" => reader.t("year"),
        "place" => reader.t("place"),
        "sex" => reader.t("sex"),
        newer => newer.to_owned(),
    });
    let head = by.collect::<Vec<_>>().join(" · ");
    let named = |label: &str| stratum(reader, &stratified.by, label);
    let rows = strata.iter().map(|(label, estimate)| row(reader, Cell::Words(named(label)), estimate));
    let rows = Table {
        caption: reader.t("strata-title"),
        head: vec![
            Head::words(head),
            Head::figures(reader.t("documented")),
            Head::figures(reader.t("estimated")),
            Head::figures(reader.t("interval95")),
            Head::figures(reader.t("warnings")),
        ],
        rows: rows.collect(),
        total: Some(row(reader, Cell::Text(reader.t("strata-total")), total)),
        ..Table::default()
    };
    html! {
        section.estimate #strata aria-labelledby="h-strata" {
            h2 #h-strata { (reader.t("strata-title")) }
            p.lead { (reader.t("strata-note")) }
            @if refused > 0 { p.said { (reader.n("strata-refused", &[("n", refused as u64), ("of", strata.len() as u64)])) } }
            (table(&rows))
            (download::links(reader, Sheet::Strata, false))
        }
    }
}

/// A stratum in the reader's words, from the label under which the run keeps it.
fn stratum(reader: &Reader, by: &[String], label: &str) -> String {
    let parts: Vec<&str> = label.split(shown::BETWEEN_CATEGORIES).collect();
    if parts.len() != by.len() {
        return label.to_owned();
    }
    let one = |(dimension, part): (&String, &str)| {
        let known = |code: &str| match dimension.as_str() {
            "sex" => reader.find(&format!("sex-{code}")).unwrap_or_else(|| code.to_owned()),
            _ => code.to_owned(),
        };
        let category = shown::category_of_text(part);
        let words = words::category(reader, &category, known);
        match category {
            Category::Disputed(_) => format!("{}: {words}", reader.t("disputed")),
            Category::Is(_) | Category::Unknown => words,
        }
    };
    by.iter().zip(parts).map(one).collect::<Vec<_>>().join(shown::BETWEEN_CATEGORIES)
}

fn row(reader: &Reader, head: Cell, estimate: &Estimate) -> Row {
    let documented = estimate.n_documented.map_or_else(|| Cell::Absent("–".into()), Cell::Number);
    let [total, interval, warnings] = cells(reader, estimate);
    Row { key: None, head, cells: vec![documented, total, interval, warnings] }
}

/// Total, interval and number of warnings; or why there is none.
pub fn cells(reader: &Reader, estimate: &Estimate) -> [Cell; 3] {
    let none = || Cell::Absent("–".into());
    match &estimate.outcome {
        Outcome::Estimated { total, interval, is_bound, warnings, .. } => {
            let (value, span) = figure_of(reader, *total, *interval, *is_bound);
            let span = span.map_or_else(|| Cell::Absent(reader.t("no-interval")), Cell::Figure);
            // The standing warning is said once, above.
            let n = warnings.iter().filter(|warning| warning.code != "unobservable_part").count();
            [Cell::Figure(value), span, Cell::Number(n as u64)]
        }
        Outcome::Refused { code, .. } => {
            [Cell::Absent(reader.t("not-estimable")), Cell::Absent(why(reader, code)), none()]
        }
        Outcome::Lost => [Cell::Absent(reader.t("result-lost")), none(), none()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run() -> StoredEstimate {
        let given = json!({
            "method": "dga", "n_documented": 626,
            "n_total": { "point": 731, "intervals": [{"level": 0.95, "low": 694, "high": 787}] },
            "warnings": [{"code": "unobservable_part", "text": ""}, {"code": "small_list", "text": ""}],
        });
        let refused = json!({ "method": "dga", "n_documented": 11, "refused": {"code": "too_few_lists"} });
        StoredEstimate {
            at_ms: 0,
            json: json!({
                "by": ["year"],
                "strata": [{"stratum": "1976", "estimate": given}, {"stratum": "not stated", "estimate": refused}],
                "total": { "method": "dga", "n_documented": 637, "n_total": { "point": 742, "intervals": [{"level": 0.95, "low": 705, "high": 798}] } },
            }),
        }
    }

    #[test]
    fn every_stratum_has_its_row_given_or_refused_and_the_total_stands_last() {
        let page = section(&Reader::of_file("en"), &Stratified::latest(&[run()]).unwrap()).into_string();
        for words in ["1976", "694–787", "Fewer than three lists", "not stated", "742", "705–798", "1 of 2"] {
            assert!(page.contains(words), "{words} in {page}");
        }
        let total = page.find("<tfoot>").unwrap();
        assert!(page.find("694–787").unwrap() < total && total < page.find("705–798").unwrap());
    }

    #[test]
    fn a_stratum_is_named_in_the_language_of_the_page() {
        let reader = Reader::of_file("ur");
        let named = |by: &[&str], label: &str| {
            stratum(&reader, &by.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>(), label)
        };
        assert_eq!(named(&["year", "sex"], "1976 · female"), "1976 · عورت");
        assert_eq!(named(&["year"], "disputed: 1976 or 1977"), "متنازع: 1976 یا 1977");
        assert_eq!(named(&["place"], "not stated"), reader.t("not-stated"));
        assert_eq!(named(&["place"], "Corva · Hest"), "Corva · Hest", "what holds a mark of ours stays as it is");
    }

    #[test]
    fn a_year_has_a_band_only_where_it_was_estimated_with_both_intervals() {
        let mut stored = run();
        stored.json["strata"][0]["estimate"]["n_total"]["intervals"]
            .as_array_mut()
            .unwrap()
            .push(json!({"level": 0.5, "low": 715, "high": 749}));
        let stratified = Stratified::latest(&[stored]).unwrap();
        let (_, band) = stratified.of_year(1976).unwrap();
        let band = band.unwrap();
        assert_eq!(
            (band.low95, band.low50, band.median, band.high50, band.high95),
            (694.0, 715.0, 731.0, 749.0, 787.0)
        );
        assert!(stratified.of_year(1977).is_none());
        assert!(Stratified::latest(&[run()]).unwrap().of_year(1976).unwrap().1.is_none(), "one interval is no band");
    }

    #[test]
    fn a_run_over_strata_is_not_taken_for_the_figure_of_the_whole() {
        assert!(Estimate::latest(&[run()]).is_empty());
        assert!(Stratified::latest(&[]).is_none());
    }
}
