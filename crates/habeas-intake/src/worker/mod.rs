//! The parse worker: readers of container formats run in a child process with hard limits.
//!
//! A library that aborts, loops or fills memory kills a child. The parent holds the keys; the child gets bytes on its
//! standard input, and neither a path, an environment nor a descriptor more. [`serve`] is the child, [`WorkerProgram`]
//! names the program that the parent starts. The parent checks every frame again.

mod child;
mod confine;
mod document;
mod drawing;
pub(crate) mod frames;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod pages;
pub(crate) mod parent;
mod sheets;
mod zip_guard;

pub use child::serve;
pub(crate) use document::read_document;
pub(crate) use drawing::draw;
pub use parent::probe;
pub(crate) use parent::run;

use std::{ffi::OsString, path::PathBuf};

/// The program that calls [`serve`], and the arguments by which it knows that it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerProgram {
    /// Path of the program.
    pub program: PathBuf,
    /// Arguments, such as the name of a hidden subcommand.
    pub args: Vec<OsString>,
}
