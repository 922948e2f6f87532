//! The policy of publication: what an organisation has decided for all its releases, as a file that people read.

use super::recipe::DIMENSIONS;
use crate::failure::Failure;
use habeas_core::DisclosurePolicy;
use habeas_publish::files::sha256;
use habeas_stats::suppress;
use serde::Deserialize;

/// What stands where nobody has decided otherwise.
pub const DEFAULT: &str = include_str!("policy.toml");

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TablePolicy {
    /// Its code.
    pub code: String,
    /// Its dimensions by number.
    pub dimensions: Vec<usize>,
    /// Whether small counts point at persons.
    pub sensitive: bool,
}

/// The policy as it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// As written.
    pub text: String,
    /// SHA-256 of it.
    pub sha256: String,
    /// Who may be told as a force, and whether two persons sign.
    pub disclosure: DisclosurePolicy,
    /// When a count is small.
    pub suppression: suppress::Policy,
    /// The tables, in their order.
    pub tables: Vec<TablePolicy>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    two_persons: bool,
    #[serde(default)]
    forces: Vec<String>,
    threshold: u64,
    protect: usize,
    table: Vec<WrittenTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTable {
    code: String,
    dimensions: Vec<String>,
    sensitive: bool,
}

impl Policy {
    /// Reads a policy.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let wrong = |what: String| Failure::usage(what, "see: habeas publish policy show");
        let written: Written = toml::from_str(text).map_err(|error| wrong(error.message().to_owned()))?;
        let mut tables = Vec::new();
        for table in written.table {
            let number = |code: &String| DIMENSIONS.iter().position(|(known, _)| known == code);
            let numbers: Option<Vec<usize>> = table.dimensions.iter().map(number).collect();
            let dimensions = numbers.filter(|numbers| (1..=2).contains(&numbers.len())).ok_or_else(|| {
                wrong(format!("the table «{}» needs one or two of the dimensions year, period, place, sex", table.code))
            })?;
            if table.code.is_empty() || !table.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                return Err(wrong("the code of a table is made of small letters and _".into()));
            }
            tables.push(TablePolicy { code: table.code, dimensions, sensitive: table.sensitive });
        }
        let crossed = |dimension: usize| {
            tables.iter().any(|table| table.dimensions.len() == 2 && table.dimensions.contains(&dimension))
        };
        if crossed(0) && crossed(3) {
            return Err(wrong("either years or periods are crossed with something else, not both".into()));
        }
        if written.threshold < 2 || !(2..=40).contains(&written.protect) {
            return Err(wrong("the threshold is at least 2, and 2 to 40 values stay open".into()));
        }
        Ok(Self {
            text: text.to_owned(),
            sha256: sha256(text.as_bytes()),
            disclosure: DisclosurePolicy { two_persons: written.two_persons, forces: written.forces },
            suppression: suppress::Policy { threshold: written.threshold, protect: written.protect },
            tables,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_that_stands_at_first_is_read_and_anything_unknown_is_refused() {
        let policy = Policy::read(DEFAULT).unwrap();
        assert!(policy.tables.iter().any(|table| table.sensitive) && policy.suppression.threshold >= 5);
        assert!(Policy::read(&format!("{DEFAULT}\nfoo = 1")).is_err());
        assert!(Policy::read(&DEFAULT.replace("\"sex\"", "\"religion\"")).is_err());
        assert!(Policy::read(&DEFAULT.replace("threshold = 5", "threshold = 1")).is_err());
    }
}
