//! What linkage promises, on invented people.

mod bad_input;
mod estimation;
mod invented;
mod model_file;
mod names;
mod pairs;
mod persons;
