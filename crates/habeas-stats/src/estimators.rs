//! The estimators, one file each; all take [`crate::EstimableHistories`] and give a posterior or a bound.

pub mod chao;
mod chordal;
pub mod dga;
mod gamma_grid;
pub mod graph_walk;
pub mod independence;
pub mod lcmcr;
pub mod loglinear;
mod negative_binomial;
pub mod nhoi;

pub use gamma_grid::Grid;
