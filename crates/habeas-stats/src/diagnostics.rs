//! Diagnostics as an ordered tree of plain values, for whoever writes them as JSON or as a page.

use crate::capture::Overlap;

/// A value of a diagnostic or of a setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Does not exist here.
    Null,
    /// Yes or no.
    Flag(bool),
    /// A count.
    Count(u64),
    /// A number; never NaN.
    Number(f64),
    /// Words.
    Text(String),
    /// Values in order.
    List(Vec<Value>),
    /// Named values in order.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Builds a map from names and values.
    pub(crate) fn map<const N: usize>(entries: [(&str, Value); N]) -> Self {
        Self::Map(entries.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// Builds a list.
    pub(crate) fn list<T: Into<Value>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Null }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Overlap {
    /// The overlap of the lists as a diagnostic, also for refusals.
    pub fn as_value(&self) -> Value {
        let lists = (0..self.lists.len()).map(|list| {
            Value::map([
                ("name", self.lists[list].as_str().into()),
                ("people", self.sizes[list].into()),
                ("only_here", self.only[list].into()),
            ])
        });
        let pairs = (0..self.lists.len()).flat_map(|i| (i + 1..self.lists.len()).map(move |j| (i, j)));
        let shared = pairs.map(|(i, j)| {
            Value::map([
                ("lists", Value::list([self.lists[i].as_str(), self.lists[j].as_str()])),
                ("people", self.pairwise[i][j].into()),
            ])
        });
        let islands = self.islands.iter().map(|island| Value::list(island.iter().map(|&l| self.lists[l].as_str())));
        Value::map([
            ("lists", Value::list(lists)),
            ("shared", Value::list(shared)),
            ("on_exactly", Value::list(self.frequencies.iter().copied())),
            ("islands", Value::list(islands)),
        ])
    }
}
