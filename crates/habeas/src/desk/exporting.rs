//! Tables as CSV and JSON, for `habeas report` and for the pages: the same numbers under the same names.

use super::{
    Desk, Overlap,
    crosstab::Dimension,
    estimating::interval_of,
    figures::{Disagreeing, FieldDisagreement, Table},
    reported, shown,
};
use crate::failure::Failure;
use habeas_core::Right;
use serde_json::{Value as Json, json};

/// One table that can be taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// Everything in one file.
    All,
    /// Persons by year.
    ByYear,
    /// Persons by place.
    ByPlace,
    /// Persons by sex.
    BySex,
    /// Which lists hold how many of the same persons.
    Overlap,
    /// How often two lists disagree.
    Disagreements,
    /// Every estimate that was kept.
    Estimates,
    /// The newest estimate by strata.
    Strata,
    /// What organisations state in numbers.
    Reported,
    /// Persons by two dimensions.
    By(Dimension, Dimension),
}

impl Sheet {
    /// The name in addresses and of files.
    pub fn name(self) -> String {
        match self {
            Self::All => "tables".into(),
            Self::ByYear => "by-year".into(),
            Self::ByPlace => "by-place".into(),
            Self::BySex => "by-sex".into(),
            Self::Overlap => "overlap".into(),
            Self::Disagreements => "disagreements".into(),
            Self::Estimates => "estimates".into(),
            Self::Strata => "strata".into(),
            Self::Reported => "reported".into(),
            Self::By(rows, columns) => format!("{}-by-{}", rows.code(), columns.code()),
        }
    }

    /// Reads a name.
    pub fn from_name(name: &str) -> Option<Self> {
        let counted = [Self::All, Self::ByYear, Self::ByPlace, Self::BySex, Self::Overlap, Self::Disagreements];
        let mut plain = counted.into_iter().chain([Self::Estimates, Self::Strata, Self::Reported]);
        plain.find(|sheet| sheet.name() == name).or_else(|| {
            let (rows, columns) = name.split_once("-by-")?;
            Some(Self::By(Dimension::from_code(rows)?, Dimension::from_code(columns)?))
        })
    }

    /// The right to take it out.
    pub fn needs(self) -> Right {
        if self == Self::Reported { Right::Cases } else { Right::Tables }
    }

    /// The table as CSV; an estimate has none, since a figure without its diagnostics is none. Strata have one, each with
    /// what it assumes, what warns of it, or why it was refused.
    ///
    /// # Errors
    /// [`Failure`] without the right to tables.
    pub fn csv(self, desk: &Desk) -> Result<Option<Vec<u8>>, Failure> {
        let figures = desk.figures()?;
        Ok(Some(match self {
            Self::All => tables_csv(desk)?,
            Self::ByYear => counts_csv(&figures.tables.by_year)?,
            Self::ByPlace => counts_csv(&figures.tables.by_place)?,
            Self::BySex => counts_csv(&figures.tables.by_sex)?,
            Self::Overlap => overlap_csv(&figures.overlap)?,
            Self::Disagreements => disagreements_csv(&figures.disagreements)?,
            Self::Estimates => return Ok(None),
            Self::Strata => match newest_strata(desk)? {
                Some(run) => csv_of(strata_lines(&run))?,
                None => return Ok(None),
            },
            Self::Reported => csv_of(reported::lines(&reported::series(desk)?))?,
            Self::By(rows, columns) => {
                let table = desk.crosstab(rows, columns)?;
                let mut lines = vec![vec![rows.code().to_owned(), columns.code().to_owned(), "persons".into()]];
                lines.extend(table.cells.iter().map(|(row, column, n)| {
                    vec![shown::category_text(row), shown::category_text(column), n.to_string()]
                }));
                csv_of(lines)?
            }
        }))
    }

    /// The table as one JSON object.
    ///
    /// # Errors
    /// [`Failure`] without the right to tables.
    pub fn json(self, desk: &Desk) -> Result<Json, Failure> {
        let figures = desk.figures()?;
        let tables = || shown::tables_json(&figures.tables);
        let fields =
            || figures.disagreements.iter().map(|field| disagreement_json(desk, field)).collect::<Result<Vec<_>, _>>();
        let estimates =
            || -> Result<Vec<Json>, Failure> { Ok(desk.estimates()?.into_iter().map(|stored| stored.json).collect()) };
        let mut object = match self {
            Self::All => json!({
                "tables": tables(), "overlap": shown::overlap_json(&figures.overlap), "disagreements": fields()?,
                "estimates": estimates()?,
            }),
            Self::ByYear => json!({ "by_year": tables()["by_year"] }),
            Self::ByPlace => json!({ "by_place": tables()["by_place"] }),
            Self::BySex => json!({ "by_sex": tables()["by_sex"] }),
            Self::Overlap => json!({ "overlap": shown::overlap_json(&figures.overlap) }),
            Self::Disagreements => json!({ "disagreements": fields()? }),
            Self::Estimates => json!({ "estimates": estimates()? }),
            Self::Strata => json!({ "strata": newest_strata(desk)? }),
            Self::Reported => json!({ "reported": reported::json(&reported::series(desk)?) }),
            Self::By(rows, columns) => {
                let table = desk.crosstab(rows, columns)?;
                let cells = table.cells.iter().map(|(row, column, n)| {
                    json!({ "row": shown::category_text(row), "column": shown::category_text(column), "persons": n })
                });
                json!({
                    "rows": { "by": rows.code(), "policy": rows.policy() },
                    "columns": { "by": columns.code(), "policy": columns.policy() },
                    "cells": cells.collect::<Vec<_>>(),
                })
            }
        };
        object["schema"] = json!(1);
        object["records"] = json!(figures.n_records);
        object["records_not_yet_linked"] = json!(figures.n_unlinked);
        object["n_documented"] = json!(figures.n_persons);
        object["people_are_invented"] = json!(desk.is_demo());
        Ok(object)
    }
}

fn csv_of(lines: Vec<Vec<String>>) -> Result<Vec<u8>, Failure> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    for line in lines {
        let line = line.iter().map(|cell| formula_safe(cell));
        csv.write_record(line).map_err(|error| Failure::from(std::io::Error::other(error)))?;
    }
    csv.into_inner().map_err(|error| Failure::from(error.into_error()))
}

/// Whether a stored estimate is one by strata.
pub fn is_stratified(json: &Json) -> bool {
    json["strata"].is_array()
}

fn newest_strata(desk: &Desk) -> Result<Option<Json>, Failure> {
    Ok(desk.estimates()?.into_iter().map(|stored| stored.json).find(is_stratified))
}

/// A line for each stratum, and one for their total. What was refused has no figure.
fn strata_lines(run: &Json) -> Vec<Vec<String>> {
    let head = [
        "stratum",
        "method",
        "documented",
        "estimated",
        "low_50",
        "high_50",
        "low_95",
        "high_95",
        "is_lower_bound",
        "refused",
        "warnings",
        "assumption",
    ];
    let plain = |value: &Json| match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let line = |name: &str, one: &Json| {
        let total = &one["n_total"];
        let ends = |level| {
            interval_of(total, level)
                .map_or([String::new(), String::new()], |(low, high)| [low, high].map(|end| end.to_string()))
        };
        let ([low_50, high_50], [low_95, high_95]) = (ends(0.5), ends(0.95));
        let warnings = one["warnings"].as_array().into_iter().flatten().map(|warning| plain(&warning["code"]));
        let figures = [
            plain(if total["point"].is_null() { &total["median"] } else { &total["point"] }),
            low_50,
            high_50,
            low_95,
            high_95,
        ];
        let what = [name.to_owned(), plain(&one["method"]), plain(&one["n_documented"])];
        let about = [
            plain(&one["is_lower_bound"]),
            plain(&one["refused"]["code"]),
            warnings.collect::<Vec<_>>().join(" "),
            plain(&one["assumption"]),
        ];
        what.into_iter().chain(figures).chain(about).collect()
    };
    let strata = run["strata"].as_array().into_iter().flatten();
    let strata = strata.map(|row| line(row["stratum"].as_str().unwrap_or_default(), &row["estimate"]));
    [head.map(str::to_owned).to_vec()].into_iter().chain(strata).chain([line("all", &run["total"])]).collect()
}

fn counts_csv(table: &Table) -> Result<Vec<u8>, Failure> {
    let mut lines = vec![["category", "persons", "policy"].map(str::to_owned).to_vec()];
    let line = |(category, n): &(_, u64)| vec![shown::category_text(category), n.to_string(), table.policy.to_owned()];
    lines.extend(table.rows.iter().map(line));
    csv_of(lines)
}

fn overlap_csv(overlap: &Overlap) -> Result<Vec<u8>, Failure> {
    // One column for each list and a count: what `habeas estimate table` reads.
    let mut lines = vec![overlap.lists.iter().cloned().chain(["count".into()]).collect()];
    lines.extend(overlap.histories.iter().map(|(mask, n)| {
        let on = (0..overlap.lists.len()).map(|idx| (mask >> idx & 1).to_string());
        on.chain([n.to_string()]).collect()
    }));
    csv_of(lines)
}

fn disagreements_csv(fields: &[FieldDisagreement]) -> Result<Vec<u8>, Failure> {
    let head = ["question", "list_a", "list_b", "compared", "same", "compatible", "differs", "contradicts"];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    lines.extend(fields.iter().map(|field| {
        let counts = [field.n_compared, field.n_same, field.n_compatible, field.n_differs, field.n_contradicts];
        let words = [field.predicate.code(), field.lists[0].clone(), field.lists[1].clone()];
        words.into_iter().chain(counts.map(|n| n.to_string())).collect()
    }));
    csv_of(lines)
}

/// How often two lists disagree on one field; rows, for whoever may read cases, as record addresses.
pub fn disagreement_json(desk: &Desk, field: &FieldDisagreement) -> Result<Json, Failure> {
    let behind = rows_behind(desk, field)?;
    let rows = behind.iter().map(|row| {
        let records = [desk.address(row.left)?, desk.address(row.right)?];
        Ok(json!({ "agreement": shown::agreement_code(row.agreement), "records": records }))
    });
    Ok(json!({
        "question": field.predicate.code(),
        "lists": field.lists,
        "compared": field.n_compared,
        "same": field.n_same,
        "compatible": field.n_compatible,
        "differs": field.n_differs,
        "contradicts": field.n_contradicts,
        "rows": rows.collect::<Result<Vec<_>, Failure>>()?,
    }))
}

/// The records behind what differs, for whoever may read cases.
fn rows_behind(desk: &Desk, field: &FieldDisagreement) -> Result<Vec<Disagreeing>, Failure> {
    if !desk.may(Right::Cases) {
        return Ok(Vec::new());
    }
    let rows = desk.disagreeing(field.predicate, &field.lists, None, usize::MAX)?;
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// One CSV of all tables: `table,policy,category,second,persons,record_a,record_b`.
pub fn tables_csv(desk: &Desk) -> Result<Vec<u8>, Failure> {
    let figures = desk.figures()?;
    let mut csv = csv::Writer::from_writer(Vec::new());
    let wrong = |error: csv::Error| Failure::from(std::io::Error::other(error));
    csv.write_record(["table", "policy", "category", "detail", "persons", "record_a", "record_b"]).map_err(wrong)?;
    for (name, table) in [
        ("by-year", &figures.tables.by_year),
        ("by-place", &figures.tables.by_place),
        ("by-sex", &figures.tables.by_sex),
    ] {
        for (category, n) in &table.rows {
            csv.write_record([
                name,
                table.policy,
                &formula_safe(&shown::category_text(category)),
                "",
                &n.to_string(),
                "",
                "",
            ])
            .map_err(wrong)?;
        }
    }
    for (mask, n) in &figures.overlap.histories {
        csv.write_record(["overlap", "", &figures.overlap.names_of(*mask).join("+"), "", &n.to_string(), "", ""])
            .map_err(wrong)?;
    }
    for field in &figures.disagreements {
        let (name, lists) = (field.predicate.code(), field.lists.join("/"));
        for (word, n) in [
            ("compared", field.n_compared),
            ("same", field.n_same),
            ("compatible", field.n_compatible),
            ("differs", field.n_differs),
            ("contradicts", field.n_contradicts),
        ] {
            csv.write_record(["disagreement", &lists, &name, word, &n.to_string(), "", ""]).map_err(wrong)?;
        }
        for row in rows_behind(desk, field)? {
            let word = shown::agreement_code(row.agreement);
            csv.write_record([
                "disagreement-row",
                &lists,
                &name,
                word,
                "1",
                &desk.address(row.left)?,
                &desk.address(row.right)?,
            ])
            .map_err(wrong)?;
        }
    }
    csv.into_inner().map_err(|error| Failure::from(error.into_error()))
}

/// Text that a spreadsheet would take for a formula gets a leading apostrophe.
pub fn formula_safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_read_back_from_its_name() {
        let by = Sheet::By(Dimension::Year, Dimension::Place);
        for sheet in [Sheet::All, Sheet::ByYear, Sheet::Overlap, Sheet::Estimates, by] {
            assert_eq!(Sheet::from_name(&sheet.name()), Some(sheet));
        }
        assert_eq!(Sheet::from_name("year-by-moon"), None);
    }

    #[test]
    fn no_cell_is_a_formula_of_a_spreadsheet() {
        for (given, written) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("Corva", "Corva"), ("＝x", "'＝x"), ("-5", "'-5")]
        {
            assert_eq!(formula_safe(given), written);
        }
    }
}
