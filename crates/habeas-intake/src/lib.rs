//! From hostile bytes to records that know their exact place.
//!
//! Intake turns bytes that nobody vouches for into rows and claims. It never panics, never allocates by a length that it
//! read, never guesses in silence, and what it cannot read it keeps, with an address. It knows no vault and no key.
//!
//! [`mapping`] says what the columns of a list mean, [`values`] reads typed values from words, [`read`] makes claims of rows.
//! [`suggest`] marks what a text seems to say. [`table`] reads rows and [`page`] reads documents: plain text in process, everything else through the [`worker`], a child
//! process with hard limits.

pub mod editions;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod gazetteer;
pub mod limits;
pub mod mapping;
pub mod page;
pub mod picture;
pub mod read;
pub mod suggest;
pub mod table;
pub mod values;
pub mod worker;
