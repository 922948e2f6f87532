//! The estimators, one file each; all take [`crate::EstimableHistories`] and give a posterior or a bound.

pub mod chao;
mod chordal;
pub mod dga;
mod gamma_grid;
pub mod independence;
pub mod loglinear;

pub use gamma_grid::Grid;
