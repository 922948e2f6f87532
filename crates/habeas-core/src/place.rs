//! A place as one source gives it: nested words, and coordinates where the source states them.

use crate::fold;

/// A point on the earth, WGS 84, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// North is positive; −90 to 90.
    pub latitude: f64,
    /// East is positive; −180 to 180.
    pub longitude: f64,
}

impl Point {
    /// A point, if both degrees are possible ones.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let possible = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        possible.then_some(Self { latitude, longitude })
    }
}

/// A place in the words of one source.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlaceAsGiven {
    /// From the most exact to the widest: «police station», «Turbat», «Kech». Empty where only a point is known.
    pub parts: Vec<String>,
    /// Coordinates, only where the source gives them.
    pub point: Option<Point>,
}

impl PlaceAsGiven {
    /// The whole place, most exact part first.
    pub fn text(&self) -> String {
        self.parts.join(", ")
    }

    /// The widest part, by which tables group until a gazetteer says more.
    pub fn widest(&self) -> Option<&str> {
        self.parts.last().map(String::as_str)
    }

    /// Whether the two places have a word of three letters or more in common, after folding.
    pub fn shares_word(&self, other: &Self) -> bool {
        let words = |place: &Self| -> Vec<String> {
            fold(&place.text()).split(' ').filter(|w| w.chars().count() >= 3).map(str::to_owned).collect()
        };
        let theirs = words(other);
        words(self).iter().any(|word| theirs.contains(word))
    }
}
