//! Pictures of papers as files: numbered in the order in which they were asked for, under names that say nothing.

use crate::files::OutputFiles;
use habeas_core::{Disclosed, ToldPapers};

/// Adds the pictures that may be told; how many there are.
pub fn write_pictures(told: &Disclosed<ToldPapers>, files: &mut OutputFiles) -> usize {
    let pictures = &told.get().pictures;
    for (number, bytes) in (1..).zip(pictures) {
        files.put(format!("papers/paper-{number}.png"), bytes.clone());
    }
    pictures.len()
}
