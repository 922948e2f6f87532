//! Where persons were taken, place by place: for a drawing inside the application. One mark stands for all persons of a place,
//! in the middle of what sources state of it; no person has a mark, and nothing of it is ever published.

use super::{Desk, figures::Category, lock};
use crate::failure::Failure;
use habeas_core::{CaseFile, Predicate, Right, Value, fold};
use habeas_vault::PersonFilter;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// One place of the drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// The place, as in the tables.
    pub place: String,
    /// Persons, with those of whom no source states a point.
    pub n_persons: u64,
    /// Persons of whom a source states a point.
    pub n_with_point: u64,
    /// The middle of these points, to a tenth of a degree.
    pub latitude: f64,
    /// See `latitude`.
    pub longitude: f64,
}

/// All places that have a point, those of the most persons first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlaceMap {
    /// The places.
    pub spots: Vec<Spot>,
    /// Persons whose place has no point, or who have no place.
    pub n_elsewhere: u64,
}

/// The drawing, made once until the vault changes.
#[derive(Default)]
pub(super) struct Kept(Mutex<Option<Arc<PlaceMap>>>);

impl Kept {
    pub(super) fn forget(&self) {
        *lock(&self.0) = None;
    }
}

#[derive(Default)]
struct Sum {
    written: String,
    n_persons: u64,
    points: u64,
    latitude: f64,
    /// As a vector, so that places on both sides of the date line have their middle there.
    east: (f64, f64),
}

impl Desk {
    /// Documented persons by place, with where each place is.
    ///
    /// # Errors
    /// [`Failure`] without the right to see cases.
    pub fn place_map(&self) -> Result<Arc<PlaceMap>, Failure> {
        self.ask(Right::Cases)?;
        if let Some(map) = lock(&self.inner.place_map.0).as_ref() {
            return Ok(map.clone());
        }
        let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
        let mut n_elsewhere = 0;
        self.each_counted(&PersonFilter::default(), |counted| match Category::of_place(counted.place) {
            Category::Is(place) => {
                let sum = sums.entry(fold(&place)).or_default();
                if sum.written.is_empty() {
                    sum.written = place;
                }
                sum.n_persons += 1;
                if let Some((latitude, longitude)) = counted.point {
                    let east = longitude.to_radians();
                    sum.points += 1;
                    sum.latitude += latitude;
                    sum.east = (sum.east.0 + east.cos(), sum.east.1 + east.sin());
                }
            }
            _ => n_elsewhere += 1,
        })?;
        let tenth = |degrees: f64| (degrees * 10.0).round() / 10.0;
        let (placed, unplaced): (Vec<Sum>, Vec<Sum>) = sums.into_values().partition(|sum| sum.points > 0);
        n_elsewhere += unplaced.iter().map(|sum| sum.n_persons).sum::<u64>();
        let mut spots: Vec<Spot> = placed
            .into_iter()
            .map(|sum| Spot {
                latitude: tenth(sum.latitude / sum.points as f64),
                longitude: tenth(sum.east.1.atan2(sum.east.0).to_degrees()),
                place: sum.written,
                n_persons: sum.n_persons,
                n_with_point: sum.points,
            })
            .collect();
        spots.sort_by(|a, b| b.n_persons.cmp(&a.n_persons).then_with(|| a.place.cmp(&b.place)));
        let map = Arc::new(PlaceMap { spots, n_elsewhere });
        *lock(&self.inner.place_map.0) = Some(map.clone());
        Ok(map)
    }
}

/// The first point that a source states of where it happened.
pub(super) fn point_of(case: &CaseFile<'_>) -> Option<(f64, f64)> {
    let claims = case.records.iter().flat_map(|record| &record.claims);
    claims.filter(|claim| matches!(claim.predicate, Predicate::EventPlace(_))).find_map(|claim| match &claim.value {
        Value::Place(place) => place.point.map(|point| (point.latitude, point.longitude)),
        _ => None,
    })
}
