//! Where persons were taken: a drawing of places from the coordinates that sources state, without tiles and without asking
//! anybody. One mark for all persons of a place; whoever may see cases can take the drawing along, no release holds it.

use super::{
    download, earlier,
    error::PageError,
    layout::{self, Section, empty},
    query::address,
    reader::Reader,
    stats,
};
use crate::desk::{
    Desk,
    figures::POLICY_PLACE,
    placemap::{PlaceMap, Spot},
};
use habeas_publish::ui::{Cell, Figure, Head, Link, Row, Table, card, figure, grouped, table};
use maud::{Markup, html};
use std::sync::Arc;

/// Marks that bear a name at most.
const MOST_NAMES: usize = 16;

/// Places of the table.
const MOST_ROWS: usize = 200;

/// The drawing's own units.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 520.0;
const EDGE: f64 = 60.0;

/// Degrees at least from one end to the other, so that one place alone has surroundings.
const LEAST_SPAN: f64 = 1.0;

/// All places.
#[derive(Debug, Clone)]
pub struct View {
    map: Arc<PlaceMap>,
    /// What the counts rest on.
    figures: stats::View,
}

/// Reads the places.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    Ok(View { map: desk.place_map()?, figures: stats::load(desk)? })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let map = &view.map;
    let body = html! {
        header.pagehead { p.note { a href=(reader.to("/stats")) { (reader.t("stats-title")) } } h1 { (reader.t("map-title")) } p.lead { (reader.t("map-lead")) } }
        @if map.spots.is_empty() { (empty(&reader.t("map-none"), Some("habeas map FILE --out MAP.toml"))) }
        @else {
            (figure(&Figure {
                id: "map".into(),
                title: reader.t("place-title"),
                sub: reader.t("map-sub"),
                drawing: Some(drawing(reader, &map.spots)),
                table: table(&rows(reader, &map.spots)),
                show_table: reader.t("show-table"),
                notes: notes(reader, map),
            }))
            (card(&stats::basis(reader, &view.figures, POLICY_PLACE)))
            p.downloads { (reader.t("download")) " " a href=[reader.href("/stats/map/places.svg")] download="" { "SVG" } }
        }
    };
    layout::page(reader, &reader.t("map-title"), Some(Section::Stats), &body)
}

/// The drawing as one file that needs nothing else.
pub fn file(reader: &Reader, view: &View) -> String {
    let words =
        download::Words { title: reader.t("place-title"), sub: reader.t("map-sub"), notes: notes(reader, &view.map) };
    download::alone(&words, &drawing(reader, &view.map.spots).into_string(), [WIDTH, HEIGHT])
}

/// What stands in the caption itself.
fn notes(reader: &Reader, map: &PlaceMap) -> Vec<String> {
    let notes = [reader.t("map-note"), reader.n("map-elsewhere-n", &[("n", map.n_elsewhere)])];
    notes.into_iter().chain(reader.is_demo.then(|| reader.t("demo"))).chain(earlier::caption(reader)).collect()
}

fn rows(reader: &Reader, spots: &[Spot]) -> Table {
    let row = |spot: &Spot| Row {
        key: None,
        head: Cell::Link(Link {
            text: spot.place.clone(),
            href: reader.href(address("/cases", &[("place", &spot.place)])),
        }),
        cells: vec![
            Cell::Number(spot.n_persons),
            Cell::Number(spot.n_with_point),
            Cell::Figure(format!("{:.1}, {:.1}", spot.latitude, spot.longitude)),
        ],
    };
    Table {
        caption: reader.t("place-title"),
        head: vec![
            Head::words(reader.t("place")),
            Head::figures(reader.t("persons")),
            Head::figures(reader.t("map-with-point")),
            Head::figures(reader.t("map-degrees")),
        ],
        rows: spots.iter().take(MOST_ROWS).map(row).collect(),
        ..Table::default()
    }
}

/// Where degrees stand in the drawing.
struct Frame {
    west: f64,
    north: f64,
    scale: f64,
    /// How much shorter a degree to the east is than one to the north.
    squeeze: f64,
    left: f64,
    top: f64,
}

impl Frame {
    fn new(spots: &[Spot]) -> Self {
        // East of the westernmost when the places lie around the date line.
        let wide = |all: &[f64]| all.iter().fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(*x), high.max(*x)));
        let longitudes: Vec<f64> = spots.iter().map(|spot| spot.longitude).collect();
        let turned: Vec<f64> = longitudes.iter().map(|x| x.rem_euclid(360.0)).collect();
        let (plain, around) = (wide(&longitudes), wide(&turned));
        let (west, east) = if around.1 - around.0 < plain.1 - plain.0 { around } else { plain };
        let (south, north) = wide(&spots.iter().map(|spot| spot.latitude).collect::<Vec<_>>());
        let squeeze = ((south + north) / 2.0).to_radians().cos().max(0.05);
        let (across, down) = (((east - west) * squeeze).max(LEAST_SPAN), (north - south).max(LEAST_SPAN));
        let scale = ((WIDTH - 2.0 * EDGE) / across).min((HEIGHT - 2.0 * EDGE) / down);
        let left = (WIDTH - (east - west) * squeeze * scale) / 2.0;
        let top = (HEIGHT - (north - south) * scale) / 2.0;
        Self { west, north, scale, squeeze, left, top }
    }

    fn at(&self, spot: &Spot) -> (f64, f64) {
        let east = (spot.longitude - self.west).rem_euclid(360.0);
        (self.left + east * self.squeeze * self.scale, self.top + (self.north - spot.latitude) * self.scale)
    }
}

/// Areas of marks are in proportion to persons; a name is left out where it would cover another.
fn drawing(reader: &Reader, spots: &[Spot]) -> Markup {
    let frame = Frame::new(spots);
    let most = spots.iter().map(|spot| spot.n_persons).max().unwrap_or(1).max(1) as f64;
    let radius = |spot: &Spot| (28.0 * (spot.n_persons as f64 / most).sqrt()).max(3.0);
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    let mut named = Vec::new();
    for spot in spots {
        let ((x, y), half) = (frame.at(spot), spot.place.chars().count() as f64 * 4.5);
        let under = y + radius(spot) + 16.0;
        let covers =
            |(other, line, width): &(f64, f64, f64)| (other - x).abs() < width + half && (line - under).abs() < 18.0;
        if named.len() < MOST_NAMES && !taken.iter().any(covers) {
            taken.push((x, under, half));
            named.push((x.clamp(half, WIDTH - half), under, spot));
        }
    }
    html! {
        div.map dir="ltr" {
            svg.chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(reader.t("map-title")) {
                rect.frame x="0.5" y="0.5" width=(WIDTH - 1.0) height=(HEIGHT - 1.0) rx="10" {}
                @for spot in spots {
                    @let (x, y) = frame.at(spot);
                    circle.spot cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r=(format!("{:.1}", radius(spot))) {
                        title { (spot.place) ": " (grouped(spot.n_persons)) }
                    }
                }
                @for (x, y, spot) in &named {
                    text.tick x=(format!("{x:.1}")) y=(format!("{y:.1}")) text-anchor="middle" { (spot.place) " " (grouped(spot.n_persons)) }
                }
                path.base d=(format!("M{} 44V20m-5 8l5 -8l5 8", WIDTH - 24.0)) {}
                text.tick x=(WIDTH - 24.0) y="58" text-anchor="middle" { (reader.t("map-north")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(latitude: f64, longitude: f64, n_persons: u64) -> Spot {
        Spot { place: "Corva".into(), n_persons, n_with_point: 1, latitude, longitude }
    }

    #[test]
    fn north_is_up_east_is_right_and_places_at_the_date_line_are_neighbours() {
        let frame = Frame::new(&[spot(26.0, 63.0, 1), spot(30.0, 67.0, 2)]);
        let (south_west, north_east) = (frame.at(&spot(26.0, 63.0, 1)), frame.at(&spot(30.0, 67.0, 2)));
        assert!(south_west.0 < north_east.0 && south_west.1 > north_east.1);
        let around = [spot(-17.0, 179.5, 1), spot(-17.0, -179.5, 1)];
        let frame = Frame::new(&around);
        let (left, right) = (frame.at(&around[0]), frame.at(&around[1]));
        assert!(left.0 < right.0 && right.0 - left.0 < WIDTH);
    }

    #[test]
    fn a_name_cannot_break_out_of_the_drawing() {
        let bad = Spot { place: "\"><script>".into(), ..spot(26.0, 63.0, 1) };
        assert!(!drawing(&Reader::of_file("en"), &[bad]).into_string().contains("<script>"));
    }

    #[test]
    fn every_mark_lies_inside_the_drawing() {
        let degrees = [-180.0, -179.9, -90.0, -0.1, 0.0, 12.5, 63.0, 89.9, 120.0, 179.9];
        for first in degrees {
            for second in degrees {
                for third in degrees {
                    let spots = [first, second, third].map(|degrees| spot(degrees / 2.25, degrees, 7));
                    let frame = Frame::new(&spots);
                    for spot in &spots {
                        let (x, y) = frame.at(spot);
                        let inside = (EDGE - 0.1..=WIDTH - EDGE + 0.1).contains(&x)
                            && (EDGE - 0.1..=HEIGHT - EDGE + 0.1).contains(&y);
                        assert!(inside, "{x} {y} of {spots:?}");
                    }
                }
            }
        }
    }
}
