//! The drawing kit: plain values in, HTML and SVG out.
//!
//! Every drawing is a function of the values alone: no request, no language, no clock. Words of the interface are
//! handed in already translated; words of a source go through [`datum`], which keeps their own direction. Colours are
//! classes of one style sheet ([`STYLE`]), so a drawing follows light, dark, contrast themes and paper without a `style`
//! attribute, which the pages' policy would refuse.

mod accounts;
mod chart;
mod document;
mod figure;
mod number;
mod passage;
mod table;
mod timeline;

pub use accounts::{AccountRow, Accounts, AccountsWords, Answer, Column, Tone, accounts};
pub use chart::{Apart, Band, ChartWords, Mark, Size, Year, YearChart, mark_chart, year_chart};
pub use document::{STYLE, standalone, with_fonts};
pub use figure::{Card, CardLine, Figure, Tile, card, figure, tiles};
pub use number::{grouped, percent, rounded, supported_step};
pub use passage::{Piece, Quotation, pieces, quotation};
pub use table::{Cell, Head, Row, Table, table};
pub use timeline::{Chip, Moment, timeline};

use habeas_core::{Script, script_of};
use maud::{Markup, html};

/// Words with the address that they lead to; without an address they are plain words, as on paper.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// What is shown.
    pub text: String,
    /// Where it leads.
    pub href: Option<String>,
}

impl Link {
    /// Words that lead nowhere.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: None }
    }
}

/// Draws words of a source: isolated, in their own direction, with their script named where it is not Latin.
pub fn datum(text: &str) -> Markup {
    let language = (script_of(text) == Script::Arabic).then_some("und-Arab");
    html! { bdi dir="auto" lang=[language] { (text) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_source_are_isolated_and_cannot_become_markup() {
        assert_eq!(datum("<b>&\"").into_string(), "<bdi dir=\"auto\">&lt;b&gt;&amp;&quot;</bdi>");
        assert!(datum("کریم").into_string().contains("lang=\"und-Arab\""));
    }
}
