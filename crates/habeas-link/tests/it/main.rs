//! What linkage promises, on invented people.

#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test as the tests themselves do")]

mod bad_input;
mod bounded;
mod estimation;
mod invented;
mod model_file;
mod names;
mod near_names;
mod pairs;
mod persons;
