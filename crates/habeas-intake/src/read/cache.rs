//! What words were read as before: lists repeat their dates and places.

use std::collections::HashMap;

/// Most words that one column remembers; beyond, words are read anew. About 10 MB a column.
const MOST: usize = 1 << 16;

/// Readings of the words of one column.
#[derive(Debug, Clone)]
pub(super) struct Cache<T>(HashMap<Box<str>, T>);

impl<T: Clone> Cache<T> {
    pub fn new() -> Self {
        Self(HashMap::new())
    }

    /// What the words are read as, from memory or by `read`.
    pub fn get(&mut self, words: &str, read: impl FnOnce(&str) -> T) -> T {
        if let Some(known) = self.0.get(words) {
            return known.clone();
        }
        let value = read(words);
        if self.0.len() < MOST {
            self.0.insert(words.into(), value.clone());
        }
        value
    }
}
