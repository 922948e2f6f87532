//! Tables as CSV, XLSX and JSON. No text of ours becomes a formula of theirs.

use crate::figures::{CategoryName, Figures};
use habeas_stats::suppress::Shown;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use serde_json::{Value, json};

/// The mark of a count that is not told.
pub const WITHHELD: &str = "withheld";
/// The mark of a category about which accounts differ.
pub const DISPUTED: &str = "disputed";
/// The mark of a category that no account gives.
pub const NOT_STATED: &str = "not stated";

/// Why a table cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The workbook refuses.
    #[error("a workbook cannot hold this table")]
    Workbook(#[from] XlsxError),
    /// The text cannot be written as CSV.
    #[error("a table cannot be written as CSV")]
    Csv(#[from] csv::Error),
}

/// One cell of a plain table.
#[derive(Debug, Clone, PartialEq)]
pub enum SheetCell {
    /// Words.
    Text(String),
    /// A count.
    Count(u64),
    /// A number.
    Number(f64),
}

/// A plain table: a name, heads, rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// Stable code, also the name of file and sheet.
    pub code: String,
    /// Heads of columns.
    pub heads: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<SheetCell>>,
}

/// Every table of the figures as plain tables: one line for each cell, and one sheet each for agreement and estimates.
pub fn sheets(figures: &Figures) -> Vec<Sheet> {
    let name = |category: &CategoryName<'_>| match category {
        CategoryName::Is(words) => (*words).to_owned(),
        CategoryName::Disputed => DISPUTED.to_owned(),
        CategoryName::Unknown => NOT_STATED.to_owned(),
    };
    let mut all: Vec<Sheet> = figures
        .tables()
        .iter()
        .map(|table| {
            let dimensions = table.dimensions.iter().map(|dimension| figures.dimension(*dimension));
            let heads = dimensions.clone().map(|dimension| dimension.code.clone()).chain(["persons".to_owned()]);
            let rows = figures.lines(table).into_iter().map(|(categories, shown)| {
                let words = categories.iter().map(|category| SheetCell::Text(name(category)));
                words.chain([shown_cell(shown)]).collect()
            });
            Sheet { code: table.code.clone(), heads: heads.collect(), rows: rows.collect() }
        })
        .collect();
    if !figures.agreements.is_empty() {
        let heads = ["list_a", "list_b", "question", "compared", "contradict", "differ_in_words"];
        let rows = figures.agreements.iter().map(|line| {
            let [a, b] = line.lists.clone().map(SheetCell::Text);
            let counts = [line.n_compared, line.n_contradicts, line.n_differs].map(SheetCell::Count);
            [a, b, SheetCell::Text(line.question.clone())].into_iter().chain(counts).collect()
        });
        all.push(Sheet { code: "agreement".into(), heads: heads.map(str::to_owned).into(), rows: rows.collect() });
    }
    if !figures.estimates.is_empty() {
        let heads = ["method", "documented", "median", "low", "high", "level", "other_low", "other_high", "assumption"];
        let number = |number: Option<f64>| number.map_or(SheetCell::Text(String::new()), SheetCell::Number);
        let rows = figures.estimates.iter().map(|estimate| {
            vec![
                SheetCell::Text(estimate.method.clone()),
                number(estimate.n_documented.map(|n| n as f64)),
                number(estimate.median),
                number(estimate.interval.map(|(low, ..)| low)),
                number(estimate.interval.map(|(_, high, _)| high)),
                number(estimate.interval.map(|(.., level)| level)),
                number(estimate.others.map(|(low, _)| low)),
                number(estimate.others.map(|(_, high)| high)),
                SheetCell::Text(estimate.printed()),
            ]
        });
        all.push(Sheet { code: "estimates".into(), heads: heads.map(str::to_owned).into(), rows: rows.collect() });
    }
    all
}

fn shown_cell(shown: Shown) -> SheetCell {
    match shown {
        Shown::Count(count) => SheetCell::Count(count),
        Shown::Withheld => SheetCell::Text(WITHHELD.to_owned()),
    }
}

/// Text that a spreadsheet would take for a formula gets a leading apostrophe, blanks before it included.
pub fn formula_safe(text: &str) -> String {
    let first = text.trim_start_matches([' ', '\u{A0}', '\u{3000}']).chars().next();
    let risky = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if first.is_some_and(|first| risky.contains(&first)) { format!("'{text}") } else { text.to_owned() }
}

/// Writes a table as CSV in UTF-8.
pub fn csv_of(sheet: &Sheet) -> Result<Vec<u8>, SheetError> {
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    out.write_record(&sheet.heads)?;
    for row in &sheet.rows {
        out.write_record(row.iter().map(|cell| match cell {
            SheetCell::Text(text) => formula_safe(text),
            SheetCell::Count(count) => count.to_string(),
            SheetCell::Number(number) => format!("{number}"),
        }))?;
    }
    out.into_inner().map_err(|error| SheetError::Csv(error.into_error().into()))
}

/// Writes tables as one workbook: words as words, numbers as numbers, nothing hidden, no author, the day of the release.
pub fn xlsx_of(sheets: &[Sheet], made_on: habeas_core::Date) -> Result<Vec<u8>, SheetError> {
    let mut book = Workbook::new();
    let day = ExcelDateTime::from_ymd(made_on.year().max(1900) as u16, made_on.month() as u8, made_on.day() as u8)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&day));
    let head = Format::new().set_bold();
    for sheet in sheets {
        let page = book.add_worksheet();
        // A sheet's name has at most 31 letters.
        page.set_name(sheet.code.chars().take(31).collect::<String>())?;
        for (column, words) in (0u16..).zip(&sheet.heads) {
            page.write_string_with_format(0, column, words, &head)?;
        }
        for (row, cells) in (1u32..).zip(&sheet.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                match cell {
                    SheetCell::Text(text) => page.write_string(row, column, text)?,
                    SheetCell::Count(count) => page.write_number(row, column, *count as f64)?,
                    SheetCell::Number(number) => page.write_number(row, column, *number)?,
                };
            }
        }
    }
    Ok(book.save_to_buffer()?)
}

/// The tables as JSON, as `data/tables.schema.json` describes it.
pub fn json_of(sheets: &[Sheet]) -> Value {
    let cell = |cell: &SheetCell| match cell {
        SheetCell::Text(text) => json!(text),
        SheetCell::Count(count) => json!(count),
        SheetCell::Number(number) => json!(number),
    };
    let tables = sheets.iter().map(|sheet| {
        let rows: Vec<Vec<Value>> = sheet.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        json!({ "code": sheet.code, "columns": sheet.heads, "rows": rows })
    });
    json!({ "schema": 1, "tables": tables.collect::<Vec<_>>() })
}

/// The schema of [`json_of`].
pub fn json_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tables of a release",
        "type": "object",
        "required": ["schema", "tables"],
        "properties": {
            "schema": { "const": 1 },
            "tables": { "type": "array", "items": {
                "type": "object",
                "required": ["code", "columns", "rows"],
                "properties": {
                    "code": { "type": "string" },
                    "columns": { "type": "array", "items": { "type": "string" } },
                    "rows": { "type": "array", "items": { "type": "array", "items": { "type": ["string", "number"] } } },
                },
            } },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Sheet {
        let row = vec![SheetCell::Text(text.into()), SheetCell::Count(7)];
        Sheet { code: "t".into(), heads: vec!["place".into(), "persons".into()], rows: vec![row] }
    }

    #[test]
    fn no_text_becomes_a_formula() {
        for text in ["=1+1", " =1", "+1", "-1", "@x", "\tx", "\u{A0}＝1"] {
            assert!(formula_safe(text).starts_with('\''), "{text:?}");
            let csv = String::from_utf8(csv_of(&sheet(text)).unwrap()).unwrap();
            assert!(csv.lines().any(|line| line.trim_start_matches('"').starts_with('\'')), "{csv}");
        }
        assert_eq!(formula_safe("Corva - North"), "Corva - North");
    }

    #[test]
    fn a_workbook_holds_words_and_numbers_only_and_is_the_same_each_time() {
        let day = "2026-03-01".parse().unwrap();
        let one = xlsx_of(&[sheet("=HYPERLINK(1)")], day).unwrap();
        assert_eq!(one, xlsx_of(&[sheet("=HYPERLINK(1)")], day).unwrap());
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(one)).unwrap();
        let mut all = String::new();
        for i in 0..archive.len() {
            std::io::Read::read_to_string(&mut archive.by_index(i).unwrap(), &mut all).unwrap();
        }
        assert!(!all.contains("<f>") && !all.contains("state=\"hidden\"") && !all.contains("hidden=\"1\""));
        assert!(all.contains("=HYPERLINK(1)"), "as words");
    }
}
