//! Decisions of people about pairs of records in plain files: told by what the records say, so that they hold for a
//! list that is linked again in a changed edition.

use crate::failure::{Exit, Failure};
use habeas_core::Verdict;
use habeas_link::Constraints;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

/// What a row says, as 16 hexadecimal digits in files.
pub type Content = u64;

/// Columns that a file of decisions has, in any order and beside others.
const COLUMNS: [&str; 7] = ["list_a", "row_a", "content_a", "list_b", "row_b", "content_b", "verdict"];

/// The content of a row: its cells by the names of their columns, whatever the order of the columns.
pub fn content(header: &[String], cells: &[String]) -> Content {
    let mut said: Vec<(&str, &str)> = header
        .iter()
        .zip(cells)
        .map(|(name, cell)| (name.trim(), cell.trim()))
        .filter(|(_, cell)| !cell.is_empty())
        .collect();
    said.sort_unstable();
    let mut hash = Sha256::new();
    for words in said.iter().flat_map(|(name, cell)| [name, cell]) {
        hash.update((words.len() as u64).to_le_bytes());
        hash.update(words.as_bytes());
    }
    let digest = hash.finalize();
    Content::from_be_bytes(digest[..8].try_into().expect("the hash has 32 bytes"))
}

/// A content as files hold it.
pub fn written(content: Content) -> String {
    format!("{content:016x}")
}

/// The records that decisions are looked up in.
pub struct Records<'r> {
    /// Names of the lists.
    pub keys: &'r [String],
    /// List and row of each record.
    pub places: &'r [(u16, u64)],
    /// What each record says.
    pub contents: &'r [Content],
}

/// What came of the decisions of a file.
#[derive(Debug, Default, PartialEq)]
pub struct Replayed {
    /// Decisions as the linkage takes them.
    pub constraints: Constraints,
    /// Decisions that are applied.
    pub n_applied: u64,
    /// Those of them of which a record stands in another row now.
    pub n_moved: u64,
    /// Pairs that people decided differently; they are joined no more than pairs decided as two persons.
    pub n_disputed: u64,
    /// Decisions that no longer fit: the rows, as the file names them, that no record says the same as.
    pub unfit: Vec<[Option<String>; 2]>,
}

impl Replayed {
    /// Rows that no record says the same as, none twice.
    pub fn unfit_rows(&self) -> Vec<&str> {
        let mut rows: Vec<&str> = self.unfit.iter().flatten().flatten().map(String::as_str).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// The same for scripts.
    pub fn json(&self) -> Value {
        json!({
            "applied": self.n_applied,
            "moved": self.n_moved,
            "disputed": self.n_disputed,
            "unfit": self.unfit.len(),
            "unfit_rows": self.unfit_rows(),
        })
    }
}

/// Reads the decisions of a file and finds the records that they are about.
pub fn replay(path: &Path, records: &Records) -> Result<Replayed, Failure> {
    let at = || path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    let bad = |error: csv::Error| Failure::new(Exit::Failed, error, "write it as CSV in UTF-8, with a header").at(at());
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().map_err(bad)?.clone();
    let mut columns = [0; COLUMNS.len()];
    for (column, name) in columns.iter_mut().zip(COLUMNS) {
        *column = header.iter().position(|other| other.trim() == name).ok_or_else(|| {
            let remedy = "take lines from a file that `link files --pairs PAIRS.csv` wrote, and add a column «verdict»";
            Failure::usage(format_args!("decisions without a column «{name}»"), remedy).at(at())
        })?;
    }
    let mut of_content: HashMap<(u16, Content), Vec<u32>> = HashMap::new();
    for (record, ((list, _), content)) in (0..).zip(records.places.iter().zip(records.contents)) {
        of_content.entry((*list, *content)).or_default().push(record);
    }
    let mut replayed = Replayed::default();
    let mut verdicts: BTreeMap<(u32, u32), [bool; 2]> = BTreeMap::new();
    for (idx, line) in reader.records().enumerate() {
        let line = line.map_err(bad)?;
        let [list_a, row_a, content_a, list_b, row_b, content_b, verdict] = columns.map(|column| line[column].trim());
        if verdict.is_empty() {
            continue;
        }
        let verdict = Verdict::from_code(verdict).ok_or_else(|| {
            let what = "a decision is same, different or undecided";
            Failure::new(Exit::Failed, what, "correct the line, or leave its verdict empty").at(format!(
                "{}:{}",
                at(),
                idx + 2
            ))
        })?;
        let found = [(list_a, row_a, content_a), (list_b, row_b, content_b)].map(|(list, row, content)| {
            find(records, &of_content, list, row, content).ok_or_else(|| format!("{list}:{row}"))
        });
        let ([Ok((a, moved_a)), Ok((b, moved_b))], true) =
            (&found, found[0].as_ref().ok().map(|of| of.0) != found[1].as_ref().ok().map(|of| of.0))
        else {
            // Two rows that say the same now, where one of two is gone, are no pair either.
            let rows = found.map(Result::err);
            let both_found = rows.iter().all(Option::is_none);
            replayed.unfit.push(if both_found { [Some(format!("{list_a}:{row_a}")), None] } else { rows });
            continue;
        };
        replayed.n_applied += 1;
        replayed.n_moved += u64::from(*moved_a || *moved_b);
        let said = verdicts.entry((*a.min(b), *a.max(b))).or_default();
        match verdict {
            Verdict::Same => said[0] = true,
            Verdict::Different => said[1] = true,
            Verdict::Undecided => {}
        }
    }
    for (pair, said) in verdicts {
        match said {
            [true, true] => {
                replayed.n_disputed += 1;
                replayed.constraints.disputed.push(pair);
            }
            [true, false] => replayed.constraints.same.push(pair),
            [false, true] => replayed.constraints.different.push(pair),
            [false, false] => {}
        }
    }
    Ok(replayed)
}

/// The record of this list that says this, at the same row if there are several, and whether it stands in another row.
fn find(
    records: &Records,
    of_content: &HashMap<(u16, Content), Vec<u32>>,
    list: &str,
    row: &str,
    content: &str,
) -> Option<(u32, bool)> {
    let list = records.keys.iter().position(|key| key == list)? as u16;
    let content = Content::from_str_radix(content, 16).ok()?;
    let row: u64 = row.parse().ok()?;
    let those = of_content.get(&(list, content))?;
    let here = those.iter().find(|record| records.places[**record as usize].1 == row);
    match (here, those.as_slice()) {
        (Some(record), _) => Some((*record, false)),
        (None, [record]) => Some((*record, true)),
        // Several rows say this, and none stands where the decision has it: which of them was meant cannot be told.
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_row_says_the_same_whatever_the_order_of_columns_and_the_blanks_around_cells() {
        let one = content(&owned(&["Name", "Born", "Note"]), &owned(&["Karim Velan", "1980", ""]));
        let other = content(&owned(&["Born", " Name"]), &owned(&["1980 ", "Karim Velan"]));
        assert_eq!(one, other);
        assert_ne!(one, content(&owned(&["Born", "Name"]), &owned(&["1981", "Karim Velan"])));
        assert_ne!(one, content(&owned(&["Name", "Died"]), &owned(&["Karim Velan", "1980"])));
        assert_ne!(content(&owned(&["ab"]), &owned(&["c"])), content(&owned(&["a"]), &owned(&["bc"])));
    }

    #[test]
    fn of_equal_rows_the_one_that_stands_where_it_stood_is_meant_and_otherwise_none() {
        let (keys, places, contents) = (owned(&["a"]), [(0, 1), (0, 2), (0, 3)], [7, 7, 8]);
        let records = Records { keys: &keys, places: &places, contents: &contents };
        let of_content = HashMap::from([((0, 7), vec![0, 1]), ((0, 8), vec![2])]);
        let find = |row, content| find(&records, &of_content, "a", row, content);
        assert_eq!(find("2", "7"), Some((1, false)));
        assert_eq!(find("5", "7"), None);
        assert_eq!(find("5", "8"), Some((2, true)));
        assert_eq!(find("5", "no number"), None);
    }
}
