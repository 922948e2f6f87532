//! Documented persons by any two of year, place, sex and list.

use super::{
    download,
    earlier::{self, AS_OF},
    error::PageError,
    forms,
    layout::{self, Section, empty},
    query::{self, address},
    reader::Reader,
    stats, words,
};
use crate::desk::{
    Desk,
    crosstab::{Crosstab, Dimension},
    exporting::Sheet,
    figures::Category,
};
use habeas_publish::ui::{Cell, Head, Link, Row, Table, card, table};
use maud::{Markup, html};
use std::sync::Arc;

/// Columns at most: more do not fit beside each other. The file has all.
const MOST_COLUMNS: usize = 24;
/// Rows at most on the page.
const MOST_ROWS: usize = 200;

/// Which two dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    rows: Dimension,
    columns: Dimension,
}

impl Query {
    /// Reads the address.
    ///
    /// # Errors
    /// [`PageError::Parameter`] for a dimension that there is not.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, PageError> {
        let rows = query::known(pairs, "rows", Dimension::from_code)?.unwrap_or(Dimension::Year);
        let columns = query::known(pairs, "columns", Dimension::from_code)?.unwrap_or(Dimension::Place);
        Ok(Self { rows, columns })
    }
}

/// The table.
#[derive(Debug, Clone)]
pub struct View {
    query: Query,
    table: Arc<Crosstab>,
    /// What the counts rest on.
    figures: stats::View,
}

/// Reads the table.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk, query: Query) -> Result<View, PageError> {
    Ok(View { query, table: desk.crosstab(query.rows, query.columns)?, figures: stats::load(desk)? })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let Query { rows, columns } = view.query;
    let sheet = Sheet::By(rows, columns);
    let body = html! {
        header.pagehead {
            p.note { a href=(reader.to("/stats")) { (reader.t("stats-title")) } }
            h1 { (reader.t("crosstab-title")) } p.lead { (reader.t("crosstab-lead")) }
        }
        form.search method="get" action="/stats/by" {
            @if let Some(point) = &reader.as_of { (forms::hidden(AS_OF, &point.id)) }
            (select(reader, "rows", "crosstab-rows", rows)) (select(reader, "columns", "crosstab-columns", columns))
            p.field { button.btn { (reader.t("search")) } }
        }
        @if view.table.cells.is_empty() { (empty(&reader.t("stats-none"), Some("habeas import FILE --as LIST"))) }
        @else {
            (table(&counted(reader, view)))
            @if view.table.columns.len() > MOST_COLUMNS || view.table.rows.len() > MOST_ROWS { p.note { (reader.t("crosstab-more")) } }
            @if [rows, columns].contains(&Dimension::List) { p.source { (reader.t("crosstab-list-note")) } }
            (card(&stats::basis(reader, &view.figures, &format!("{}, {}", rows.policy(), columns.policy()))))
            @if reader.is_demo { p.source { (reader.t("demo")) } }
            @if let Some(as_of) = earlier::caption(reader) { p.source { (as_of) } }
            (download::links(reader, sheet, false))
        }
    };
    layout::page(reader, &reader.t("crosstab-title"), Some(Section::Stats), &body)
}

fn select(reader: &Reader, name: &str, label: &str, own: Dimension) -> Markup {
    html! { p.field {
        label for=(name) { (reader.t(label)) }
        select id=(name) name=(name) { @for dimension in Dimension::ALL {
            option value=(dimension.code()) selected[dimension == own] { (reader.t(&format!("by-{}", dimension.code()))) }
        } }
    } }
}

fn counted(reader: &Reader, view: &View) -> Table {
    let Query { rows, columns } = view.query;
    // Whoever is on two lists stands in two columns: such a table has no sum.
    let adds_up = ![rows, columns].contains(&Dimension::List);
    let shown: Vec<&Category> = view.table.columns.iter().take(MOST_COLUMNS).collect();
    let row =
        |category: &Category| Row {
            key: None,
            head: Cell::Text(named(reader, rows, category)),
            cells: shown
                .iter()
                .map(|column| cell(reader, view, category, column))
                .chain(adds_up.then(|| {
                    Cell::Number(view.table.columns.iter().map(|column| view.table.at(category, column)).sum())
                }))
                .collect(),
        };
    let in_column = |column: &Category| view.table.rows.iter().map(|row| view.table.at(row, column)).sum::<u64>();
    let total = adds_up.then(|| Row {
        key: None,
        head: Cell::Text(reader.t("total")),
        cells: shown
            .iter()
            .map(|column| Cell::Number(in_column(column)))
            .chain([Cell::Number(view.table.columns.iter().map(in_column).sum())])
            .collect(),
    });
    let heads = shown.iter().map(|column| Head::figures(named(reader, columns, column)));
    let heads = heads.chain(adds_up.then(|| Head::figures(reader.t("total"))));
    Table {
        caption: reader.t("crosstab-title"),
        head: std::iter::once(Head::words(reader.t(&format!("by-{}", rows.code())))).chain(heads).collect(),
        rows: view.table.rows.iter().take(MOST_ROWS).map(row).collect(),
        total,
        ..Table::default()
    }
}

/// A count, with the way to its cases where a search finds exactly them.
fn cell(reader: &Reader, view: &View, row: &Category, column: &Category) -> Cell {
    let n = view.table.at(row, column);
    let parameter = |dimension: Dimension, category: &Category| match (dimension, category) {
        (Dimension::Year, Category::Is(year)) => Some(("year", year.clone())),
        (Dimension::Place, Category::Is(place)) => Some(("place", place.clone())),
        (Dimension::List, Category::Is(list)) => Some(("source", list.clone())),
        _ => None,
    };
    match (n, parameter(view.query.rows, row), parameter(view.query.columns, column)) {
        (0, ..) => Cell::Figure("·".into()),
        (n, Some(a), Some(b)) if a.0 != b.0 => {
            let href = reader.href(address("/cases", &[(a.0, &a.1), (b.0, &b.1)]));
            Cell::Link(Link { text: habeas_publish::ui::grouped(n), href })
        }
        (n, ..) => Cell::Number(n),
    }
}

fn named(reader: &Reader, dimension: Dimension, category: &Category) -> String {
    match dimension {
        Dimension::Sex => words::category(reader, category, |code| reader.t(&format!("sex-{code}"))),
        _ => words::category(reader, category, str::to_owned),
    }
}
