//! Typed values from words: dates, ages, names, places, sex, and words that say nothing.
//!
//! Every reader takes the words of one cell and gives a value of the domain or the reason why there is none. Nothing is
//! guessed: what words leave open stays open in the value. The words themselves are kept elsewhere, in the record.
//! Matching of names and looking up of places are not done here.

pub mod age;
mod calendar;
pub mod date;
pub mod name;
pub mod order;
pub mod place;
pub mod plain;

pub use age::{AgeProblem, read_age};
pub use calendar::Calendar;
pub use date::{DateProblem, DateRead, DateRule, DayOrder, Placeholder, TwoDigitYear, read_date};
pub use name::{NameLayout, name_parts};
pub use order::{OrderEvidence, decide_order};
pub use place::place_parts;
pub use plain::{NullWords, read_sex};
