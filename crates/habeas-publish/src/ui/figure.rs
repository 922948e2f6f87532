//! Figures: the frame around a drawing, tiles of numbers, and the card that every number carries.

use super::datum;
use maud::{Markup, html};

/// A line of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardLine {
    /// What the line tells.
    pub term: String,
    /// The telling.
    pub text: String,
    /// Where it leads.
    pub href: Option<String>,
}

/// What a number counts and rests on; opened at the number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Card {
    /// The words on its handle.
    pub title: String,
    /// Its lines.
    pub lines: Vec<CardLine>,
}

/// One number at the head of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// What it is.
    pub label: String,
    /// The number, or in words that there is none.
    pub value: String,
    /// Whether `value` is words instead of a number.
    pub refused: bool,
    /// Its interval, in the same size of type.
    pub interval: Option<String>,
    /// One sentence below.
    pub note: String,
    /// Its card.
    pub card: Option<Card>,
}

/// A drawing with heading, sub-heading, table and note.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Anchor in the page.
    pub id: String,
    /// Heading.
    pub title: String,
    /// What exactly is drawn.
    pub sub: String,
    /// The drawing; the table alone where there is none.
    pub drawing: Option<Markup>,
    /// The table, which is the accessible form.
    pub table: Markup,
    /// The words that open the table below a drawing.
    pub show_table: String,
    /// Notes below: they travel with a picture that is cut out.
    pub notes: Vec<String>,
}

/// Draws a card.
pub fn card(card: &Card) -> Markup {
    html! {
        details.card {
            summary { (card.title) }
            dl { @for line in &card.lines {
                dt { (line.term) }
                dd { @if line.href.is_some() { a href=[&line.href] { (line.text) } } @else { bdi dir="auto" { (line.text) } } }
            } }
        }
    }
}

/// Draws tiles in a row.
pub fn tiles(tiles: &[Tile]) -> Markup {
    html! {
        div.tiles { @for tile in tiles { section.tile {
            h2 { (tile.label) }
            p.value .refused[tile.refused] {
                bdi { (tile.value) }
                @if let Some(interval) = &tile.interval { " " span.interval { bdi { (interval) } } }
            }
            @if !tile.note.is_empty() { p.sub { (datum(&tile.note)) } }
            @if let Some(lines) = &tile.card { (card(lines)) }
        } } }
    }
}

/// Draws a figure with its table.
pub fn figure(figure: &Figure) -> Markup {
    let heading = format!("{}-h", figure.id);
    html! {
        figure.fig id=(figure.id) aria-labelledby=(heading) {
            figcaption { h2 id=(heading) { (figure.title) } p { (figure.sub) } }
            @if let Some(drawing) = &figure.drawing {
                (drawing)
                details { summary { (figure.show_table) } (figure.table) }
            } @else { (figure.table) }
            @for note in &figure.notes { p.source { (note) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_stands_in_the_same_line_as_its_estimate() {
        let tile = Tile {
            label: "Estimated total".into(),
            value: "2 840".into(),
            refused: false,
            interval: Some("2 610–3 120".into()),
            note: String::new(),
            card: Some(Card { title: "What this counts".into(), lines: vec![] }),
        };
        let page = tiles(&[tile]).into_string();
        let value = page.split("<p class=\"value\">").nth(1).unwrap().split("</p>").next().unwrap();
        assert!(value.contains("2 840") && value.contains("2 610–3 120"));
    }
}
