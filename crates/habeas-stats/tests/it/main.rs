//! The specification of `habeas-stats`, one file per subject.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod bad_input;
mod combining;
mod coverage;
mod figures;
mod graph_walks;
mod highest_order;
mod latent_classes;
mod linkage;
mod links;
mod loglinear;
mod manual;
mod properties;
mod published;
mod reading;
mod refusals;
mod samplers;
mod strata;
mod suppressing;
mod tallies;
mod written_out;
