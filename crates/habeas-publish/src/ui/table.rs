//! Tables of figures and of words. Bars in a table are SVG beside text that stays HTML and keeps its size.

use super::{Link, datum, grouped, percent};
use maud::{Markup, html};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words of the interface.
    Text(String),
    /// Words of a source.
    Words(String),
    /// A count.
    Number(u64),
    /// A count of a whole, as a percentage.
    Share {
        /// The part.
        part: u64,
        /// The whole.
        whole: u64,
    },
    /// A count, a figure already written, or words, with an address.
    Link(Link),
    /// A figure already written, such as an interval.
    Figure(String),
    /// A count with its bar; `max` is the longest bar of the table.
    Bar {
        /// The count.
        n: u64,
        /// The longest bar.
        max: u64,
    },
    /// No value, and why.
    Absent(String),
}

/// Head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The words.
    pub text: String,
    /// Whether the column holds figures, which stand at the end.
    pub numeric: bool,
}

impl Head {
    /// A column of words.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), numeric: false }
    }

    /// A column of figures.
    pub fn figures(text: impl Into<String>) -> Self {
        Self { text: text.into(), numeric: true }
    }
}

/// One row: its head and its cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What joins the row with a part of a chart.
    pub key: Option<String>,
    /// The head of the row.
    pub head: Cell,
    /// The cells.
    pub cells: Vec<Cell>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Anchor in the page.
    pub id: Option<String>,
    /// What it shows; for screen readers, since a heading stands above.
    pub caption: String,
    /// Heads, that of the row heads included; a cell without a head is not drawn.
    pub head: Vec<Head>,
    /// Rows.
    pub rows: Vec<Row>,
    /// Last row: totals.
    pub total: Option<Row>,
}

/// Draws a table inside a box that scrolls sideways where the window is narrow.
pub fn table(table: &Table) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(table.caption) { table.data id=[&table.id] {
            caption.vh { (table.caption) }
            thead { tr { @for head in &table.head { th scope="col" .num[head.numeric] { (head.text) } } } }
            tbody { @for row in &table.rows { (draw_row(row, &table.head)) } }
            @if let Some(total) = &table.total { tfoot { (draw_row(total, &table.head)) } }
        } }
    }
}

fn draw_row(row: &Row, heads: &[Head]) -> Markup {
    html! {
        tr data-y=[&row.key] {
            th scope="row" { (draw(&row.head)) }
            @for (cell, head) in row.cells.iter().zip(heads.iter().skip(1)) {
                @let is_bar = matches!(cell, Cell::Bar { .. });
                td .num[head.numeric && !is_bar] .rb[is_bar] { (draw(cell)) }
            }
        }
    }
}

fn draw(cell: &Cell) -> Markup {
    match cell {
        Cell::Text(text) => html! { (text) },
        Cell::Words(text) => datum(text),
        Cell::Number(n) => html! { (grouped(*n)) },
        Cell::Share { part, whole } => html! { bdi { (percent(*part, *whole)) } },
        Cell::Link(link) => html! { a href=[&link.href] { bdi dir="auto" { (link.text) } } },
        Cell::Figure(text) => html! { bdi { (text) } },
        Cell::Bar { n, max } => html! {
            svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.bar width=(format!("{:.2}", *n as f64 / (*max).max(1) as f64 * 100.0)) height="10" {}
            }
            span { (grouped(*n)) }
        },
        Cell::Absent(why) => html! { span.absent { (why) } },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_fills_its_column_and_an_empty_table_divides_by_nothing() {
        let bar = |n, max| drawn(Cell::Bar { n, max });
        assert!(bar(7, 7).contains("width=\"100.00\""));
        assert!(bar(0, 0).contains("width=\"0.00\""));
    }

    #[test]
    fn a_value_that_is_absent_says_why() {
        assert!(drawn(Cell::Absent("fewer than 3 lists".into())).contains("fewer than 3 lists"));
    }

    fn drawn(cell: Cell) -> String {
        let head = vec![Head::words("Place"), Head::figures("Persons")];
        let rows = vec![Row { key: None, head: Cell::Words("Corva".into()), cells: vec![cell] }];
        table(&Table { head, rows, ..Table::default() }).into_string()
    }
}
