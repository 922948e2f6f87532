//! Files damaged at random, by a small generator with a fixed seed so that a failure comes again: a bounded search for
//! what breaks a reader. What is asked is only that the parent lives, and answers with a text or a code.

use crate::{corpus, page, table_codes};

/// Copies of each file; each costs a child process of some milliseconds.
const COPIES: usize = 6;

pub fn no_damage_to_any_file_breaks_the_parent() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let mut n_answered = 0;
    for (name, bytes) in corpus::honest() {
        for copy in 0..COPIES {
            let mut broken = bytes.clone();
            match copy % 3 {
                0 => broken.truncate(1 + next() % bytes.len()),
                1 => {
                    for _ in 0..1 + next() % 8 {
                        let at = next() % broken.len();
                        broken[at] = next() as u8;
                    }
                }
                _ => {
                    // A piece of the file a second time, somewhere else: lengths and nesting no longer fit.
                    let (from, to) = (next() % bytes.len(), next() % bytes.len());
                    let piece = bytes[from.min(to)..from.max(to).min(from.min(to) + 400)].to_vec();
                    let at = next() % broken.len();
                    broken.splice(at..at, piece);
                }
            }
            match page(&broken, name) {
                Ok(page) => assert!(page.rendition.span(0..page.rendition.text().len()).is_ok()),
                Err(error) => assert!(error.code().starts_with("E_")),
            }
            let _ = table_codes(&broken, name);
            n_answered += 1;
        }
    }
    assert!(n_answered >= 40, "{n_answered} files: the search would be no search");
}
