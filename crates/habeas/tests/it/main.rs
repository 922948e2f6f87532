//! One test binary: house rules, and the program as its users meet it.

// A skipped or measuring test says so.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod argentina;
mod bad_input;
mod cases;
mod claims;
mod coding;
mod copies;
mod demo;
mod editions;
mod estimation_docs;
mod house;
mod incidents;
mod linking_bad_input;
mod main_path;
mod memory;
mod named;
mod official;
mod places;
mod plain_files;
mod program;
mod publishing;
mod query_engine;
mod redacting;
mod reviewing;
mod submissions;
mod team;
mod two_articles;
mod ways_in;
